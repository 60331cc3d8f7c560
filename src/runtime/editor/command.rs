//! The command line of an editor: which one it is, and how it is told a line.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::plain;

/// The editors that are looked for where no variable names one.
const USUAL: [&str; 3] = ["nano", "vim", "vi"];

/// The command of an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::runtime) struct EditorCommand {
    /// Name of the program, for words about it.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// All that it gets, the file among it.
    pub arguments: Vec<OsString>,
    /// `true` if it opens a window of its own, so that the terminal stays empty.
    pub is_window: bool,
}

/// The variables of the environment that say which editor it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    pub visual: Option<OsString>,
    pub editor: Option<OsString>,
    pub path: OsString,
}

impl Variables {
    /// Those of this process.
    pub(super) fn of_process() -> Self {
        Variables {
            visual: std::env::var_os("VISUAL"),
            editor: std::env::var_os("EDITOR"),
            path: std::env::var_os("PATH").unwrap_or_default(),
        }
    }

    /// The program as the folders of PATH have it.
    fn find(&self, program: &str) -> Option<PathBuf> {
        if program.contains('/') {
            return Some(PathBuf::from(program)).filter(|file| file.is_file());
        }
        let files = std::env::split_paths(&self.path).map(|folder| folder.join(program));
        files.into_iter().find(|file| file.is_file())
    }
}

/// Way of telling an editor the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineForm {
    /// `+LINE FILE`
    Plus,
    /// `FILE:LINE`
    Colon,
    /// `--goto FILE:LINE`, of an editor with a window.
    Goto,
    /// `FILE:LINE`, of an editor with a window.
    WindowColon,
}

/// The form that the editor of this name understands, as its manual has it; `None` for one that is
/// not known.
fn form(name: &str) -> Option<LineForm> {
    match name {
        "vi" | "vim" | "nvim" | "view" | "nano" | "pico" | "emacs" | "emacsclient" | "micro"
        | "kak" | "joe" | "mg" | "ne" | "mcedit" => Some(LineForm::Plus),
        "hx" | "helix" => Some(LineForm::Colon),
        "code" | "code-insiders" | "codium" | "vscodium" => Some(LineForm::Goto),
        "subl" | "zed" => Some(LineForm::WindowColon),
        _ => None,
    }
}

/// Name of a program without its folder and without what packages put after it: `vim.basic`.
fn stem(program: &Path) -> String {
    let file = program.file_name().unwrap_or_default().to_string_lossy();
    file.split('.').next().unwrap_or_default().to_owned()
}

/// The command that opens `file` at `line` in the editor that the variables name, or in the first
/// that is there.
///
/// # Errors
/// When there is none, or the variable is not the beginning of a command; in words.
pub(super) fn command(
    variables: &Variables,
    file: &Path,
    line: Option<usize>,
) -> Result<EditorCommand, String> {
    let set = |value: &Option<OsString>| value.clone().filter(|value| !is_blank(value));
    let named = (set(&variables.visual).map(|value| ("VISUAL", value)))
        .or_else(|| set(&variables.editor).map(|value| ("EDITOR", value)));
    let (of, mut words) = match named {
        Some((variable, value)) => {
            let words = value.to_str().and_then(|value| shell_words::split(value).ok());
            let words = words.filter(|words| !words.is_empty()).ok_or_else(|| {
                format!("{variable} is no command: a quote is open in it, or it is no UTF-8")
            })?;
            (Some(variable), words)
        }
        None => {
            let usual = USUAL.iter().find(|name| variables.find(name).is_some());
            let usual = usual.ok_or_else(|| {
                "no editor is set in VISUAL or EDITOR, and nano, vim and vi are not installed"
                    .to_owned()
            })?;
            (None, vec![(*usual).to_owned()])
        }
    };
    let program = words.remove(0);
    let file_name = Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
    let name = plain::line(&file_name).into_owned();
    let found = variables.find(&program).ok_or_else(|| {
        let of = of.map_or(String::new(), |variable| format!("; {variable} names it"));
        format!("{name} does not start: there is no program {}{of}", plain::line(&program))
    })?;
    // `editor`, and what a distribution calls vi, are links to something else.
    let real = found.canonicalize().ok().map(|real| stem(&real));
    let form = match real.as_deref() {
        // Its vi takes `+LINE` for the name of a file.
        Some("busybox" | "toybox") => None,
        _ => form(&stem(Path::new(&program))).or_else(|| real.as_deref().and_then(form)),
    };
    let (is_window, arguments) = arguments(form, words, file, line);
    Ok(EditorCommand { name, program: found, arguments, is_window })
}

fn is_blank(value: &OsStr) -> bool {
    value.to_str().is_some_and(|value| value.trim().is_empty())
}

/// All that the editor gets, and whether it opens a window of its own.
fn arguments(
    form: Option<LineForm>,
    words: Vec<String>,
    file: &Path,
    line: Option<usize>,
) -> (bool, Vec<OsString>) {
    let is_window = matches!(form, Some(LineForm::Goto | LineForm::WindowColon));
    let waits = words.iter().any(|word| word == "--wait" || word == "-w");
    let mut arguments: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    if is_window && !waits {
        // It would be over at once, with nothing changed.
        arguments.push("--wait".into());
    }
    let at_line = |line: usize| {
        let mut file = file.as_os_str().to_owned();
        file.push(format!(":{line}"));
        file
    };
    match form.zip(line) {
        Some((LineForm::Plus, line)) => {
            arguments.extend([format!("+{line}").into(), file.into()]);
        }
        Some((LineForm::Colon | LineForm::WindowColon, line)) => arguments.push(at_line(line)),
        Some((LineForm::Goto, line)) => arguments.extend(["--goto".into(), at_line(line)]),
        None => arguments.push(file.into()),
    }
    (is_window, arguments)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    /// A folder of programs, as PATH names it.
    struct Bin(TempDir);

    impl Bin {
        fn new(programs: &[&str]) -> Self {
            let bin = Bin(tempfile::tempdir().unwrap());
            programs.iter().for_each(|name| bin.file(name));
            bin
        }

        fn file(&self, name: &str) {
            std::fs::write(self.0.path().join(name), "").unwrap();
        }

        fn link(&self, to: &str, name: &str) {
            symlink(self.0.path().join(to), self.0.path().join(name)).unwrap();
        }

        fn command(
            &self,
            visual: &str,
            editor: &str,
            line: Option<usize>,
        ) -> Result<String, String> {
            let some = |text: &str| Some(OsString::from(text));
            let path = self.0.path().as_os_str().to_owned();
            let variables = Variables { visual: some(visual), editor: some(editor), path };
            let command = command(&variables, Path::new("/s/my show.toml"), line)?;
            let words = command.arguments.iter().map(|word| word.to_str().unwrap());
            Ok([command.name.as_str()].into_iter().chain(words).collect::<Vec<_>>().join("|"))
        }
    }

    #[test]
    fn each_editor_is_told_the_line_in_its_own_form() {
        let bin = Bin::new(&[
            "vim",
            "vim.basic",
            "nano",
            "emacsclient",
            "hx",
            "code",
            "subl",
            "zed",
            "my editor",
        ]);
        let quoted = format!("'{}' \"a b\"", bin.0.path().join("my editor").display());
        for (editor, expected) in [
            ("vim", "vim|+12|/s/my show.toml"),
            ("vim.basic -u NONE", "vim.basic|-u|NONE|+12|/s/my show.toml"),
            ("nano", "nano|+12|/s/my show.toml"),
            ("emacsclient -t", "emacsclient|-t|+12|/s/my show.toml"),
            ("hx", "hx|/s/my show.toml:12"),
            ("code", "code|--wait|--goto|/s/my show.toml:12"),
            ("code -w -n", "code|-w|-n|--goto|/s/my show.toml:12"),
            ("subl", "subl|--wait|/s/my show.toml:12"),
            ("zed --wait", "zed|--wait|/s/my show.toml:12"),
            (&quoted, "my editor|a b|/s/my show.toml"),
        ] {
            assert_eq!(bin.command(editor, "", Some(12)).as_deref(), Ok(expected), "{editor}");
        }
        let at_no_line = |editor| bin.command(editor, "", None).unwrap();
        assert_eq!(at_no_line("vim"), "vim|/s/my show.toml");
        assert_eq!(at_no_line("code"), "code|--wait|/s/my show.toml");
    }

    #[test]
    fn visual_comes_before_editor_and_a_blank_one_is_none() {
        let bin = Bin::new(&["hx", "ed"]);
        let is = |text: &str| Ok(text.to_owned());
        assert_eq!(bin.command("hx", "ed", None), is("hx|/s/my show.toml"));
        assert_eq!(bin.command(" ", "ed", None), is("ed|/s/my show.toml"));
        let why = bin.command("", "", None).unwrap_err();
        assert!(why.contains("VISUAL or EDITOR") && why.contains("not installed"), "{why}");
        let why = bin.command("", "ed 'x", None).unwrap_err();
        assert!(why.starts_with("EDITOR is no command"), "{why}");
        let why = bin.command("vjm", "ed", None).unwrap_err();
        assert_eq!(why, "vjm does not start: there is no program vjm; VISUAL names it");
        let binary = OsString::from_vec(vec![0xff]);
        let odd = Variables { visual: Some(binary), ..Variables::default() };
        assert!(command(&odd, Path::new("/s.toml"), None).is_err());
    }

    #[test]
    fn an_editor_that_no_variable_names_is_looked_for_and_links_are_followed() {
        let bin = Bin::new(&["busybox"]);
        let found = |visual| bin.command(visual, "", Some(3)).unwrap();
        bin.link("busybox", "vi");
        assert_eq!(found(""), "vi|/s/my show.toml", "its vi knows no +LINE");
        bin.file("vim.tiny");
        bin.link("vim.tiny", "vim");
        assert_eq!(found(""), "vim|+3|/s/my show.toml");
        bin.link("vim.tiny", "editor");
        assert_eq!(found("editor"), "editor|+3|/s/my show.toml");
        bin.file("nano");
        assert_eq!(found(""), "nano|+3|/s/my show.toml");
    }
}
