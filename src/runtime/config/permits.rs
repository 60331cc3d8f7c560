//! config.toml: what the user allows shows on this machine.

use std::path::PathBuf;

use crate::output::Permits;
use crate::show::file::settings::{self, closest, one_of, quoted};
use crate::show::problem::Problem;

/// A right line of the file, for fixes.
const EXAMPLE: &str = "env = [\"X_TOKEN\"]";

/// Names of the settings.
const NAMES: [&str; 2] = ["env", "clips"];

/// Reads a config.toml.
///
/// # Errors
/// With all the errors that the file has, by place, at least one.
pub fn parse(text: &str) -> Result<Permits, Vec<Problem>> {
    let read = settings::read(text, EXAMPLE);
    let (mut permits, mut problems) = (Permits::default(), read.problems);
    for line in read.lines {
        let mut error =
            |span, what: String, fix: String| problems.push(Problem::error(span, what, fix));
        match line.name.text.as_str() {
            "env" => {
                for name in line.values {
                    if is_variable(&name.text) {
                        permits.variables.push(name.text);
                    } else {
                        let what = format!(
                            "{} cannot be the name of an environment variable",
                            quoted(&name.text)
                        );
                        error(name.span, what, format!("write it as in `{EXAMPLE}`"));
                    }
                }
            }
            "clips" => {
                for folder in line.values {
                    let path = PathBuf::from(&folder.text);
                    if path.is_absolute() {
                        permits.clips.push(path);
                    } else {
                        let what =
                            format!("{} is not an absolute path of a folder", quoted(&folder.text));
                        error(folder.span, what, "begin it with `/`".to_owned());
                    }
                }
            }
            name => {
                let fix = closest(name, NAMES).map_or_else(
                    || format!("write {}", one_of(&NAMES)),
                    |meant| format!("did you mean {}?", quoted(meant)),
                );
                error(line.name.span, format!("there is no setting called {}", quoted(name)), fix);
            }
        }
    }
    problems.sort_by(Problem::by_place);
    if problems.is_empty() { Ok(permits) } else { Err(problems) }
}

/// Returns `true` if an environment variable can have this name: letters, digits and `_`, no digit
/// first.
pub fn is_variable(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_folders_are_read_and_slips_are_named() {
        let permits = parse("env = [\"X_TOKEN\", \"KEY\"]\nclips = \"/srv/media\"\n").unwrap();
        let variables = ["X_TOKEN", "KEY"].map(String::from).into();
        assert_eq!(permits, Permits { variables, clips: vec!["/srv/media".into()] });
        let problems = parse("envs = \"A\"\nenv = [\"1A\"]\nclips = \"media\"\n").unwrap_err();
        let said: Vec<_> = problems.iter().map(|problem| problem.fix.as_str()).collect();
        assert_eq!(
            said,
            ["did you mean `env`?", "write it as in `env = [\"X_TOKEN\"]`", "begin it with `/`"]
        );
    }
}
