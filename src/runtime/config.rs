//! The caller's settings outside of any show, in the configuration folder: own keys and colours
//! (keys.toml, theme.toml) and permissions for shows (config.toml).
//!
//! Owns the reading of the three files and what is said of a faulty one. Must never keep a show
//! from opening: a file that is faulty, or cannot be read, changes nothing, and is spoken of loudly
//! on the message line and, fault by fault, in the log. `handover keys` and `handover theme` show
//! the faults with their lines.

pub mod permits;

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;

use super::opening::has_colour;
use crate::app::theme::{self, OwnColours, ThemeColours};
use crate::app::{App, Keymap, Theme, keymap};
use crate::output::Permits;
use crate::show::file::settings::BYTES_MAX;
use crate::show::problem::{self, Problem};

/// The names of the files in the folder.
pub const KEYS: &str = "keys.toml";
/// The colours.
pub const THEME: &str = "theme.toml";
/// Name of the file with the permissions for shows.
pub const CONFIG: &str = "config.toml";
/// Maximum number of faults of one file that the log names.
const LOGGED_MAX: usize = 8;

/// The caller's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The keys in force.
    pub keymap: Arc<Keymap>,
    /// The caller's own colours, if there are any.
    pub own: Option<Arc<OwnColours>>,
    /// Resources that shows may use beyond their own.
    pub permits: Permits,
    /// `true` if the command line asks to leave the terminal's way of sending keys alone.
    pub plain_keys: bool,
    /// Problems of the files for the message line, one sentence a file.
    pub words: Vec<String>,
    /// The same for the log, fault by fault.
    pub log: Vec<String>,
}

/// A file of the folder that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigFault {
    /// It cannot be read: why.
    Unread(String),
    /// It has faults.
    Faulty {
        /// Its path.
        path: PathBuf,
        /// Its contents.
        text: String,
        /// All of them.
        problems: Vec<Problem>,
    },
}

impl ConfigFault {
    /// All that is wrong, as `handover check` words it, and a last line that counts.
    pub fn report(&self) -> anyhow::Error {
        match self {
            ConfigFault::Unread(why) => anyhow::anyhow!("{why}"),
            ConfigFault::Faulty { path, text, problems } => {
                let name = path.display().to_string();
                let report = problem::report(problems, &name, text, has_colour());
                anyhow::anyhow!("{name} has {}\n\n{report}", problem::counted(problems))
            }
        }
    }

    /// In one line: how much is wrong with `file`, and the first of it.
    fn words(&self, file: &str) -> String {
        match self {
            ConfigFault::Unread(why) => why.clone(),
            ConfigFault::Faulty { text, problems, .. } => {
                let first = problems
                    .first()
                    .map(|first| format!(" ({}: {})", first.place.words(text), first.what));
                format!("{file} has {}{}", problem::counted(problems), first.unwrap_or_default())
            }
        }
    }

    fn lines(&self, file: &str) -> Vec<String> {
        match self {
            ConfigFault::Unread(why) => vec![why.clone()],
            ConfigFault::Faulty { text, problems, .. } => {
                let line =
                    |p: &Problem| format!("{file} {}: {}; {}", p.place.words(text), p.what, p.fix);
                problems.iter().take(LOGGED_MAX).map(line).collect()
            }
        }
    }
}

/// The folder of these files, `$XDG_CONFIG_HOME/handover`; `None` where no home folder is known.
pub fn folder() -> Option<PathBuf> {
    etcetera::base_strategy::Xdg::new().ok().map(|dirs| dirs.config_dir().join("handover"))
}

/// The keys of `folder`; those of the table where it has no file.
///
/// # Errors
/// With what is wrong with the file.
pub fn keys(folder: Option<&Path>) -> Result<Keymap, ConfigFault> {
    Ok(read(folder, KEYS, keymap::parse)?.unwrap_or_default())
}

/// The caller's own colours, where `folder` has a file of them.
///
/// # Errors
/// With what is wrong with the file.
pub fn own(folder: Option<&Path>) -> Result<Option<OwnColours>, ConfigFault> {
    read(folder, THEME, theme::parse)
}

/// Reads the caller's permissions for shows.
///
/// # Errors
/// With what is wrong with the file.
pub fn permits(folder: Option<&Path>) -> Result<Permits, ConfigFault> {
    Ok(read(folder, CONFIG, permits::parse)?.unwrap_or_default())
}

/// All of them, whatever is wrong with them.
pub fn config(folder: Option<&Path>) -> Config {
    let mut config = Config::default();
    match keys(folder) {
        Ok(keymap) => config.keymap = Arc::new(keymap),
        Err(fault) => {
            config.words.push(format!(
                "THE DEFAULT KEYS are in use: {}; see `handover keys`",
                fault.words(KEYS)
            ));
            config.log.extend(fault.lines(KEYS));
        }
    }
    match own(folder) {
        Ok(own) => config.own = own.map(Arc::new),
        Err(fault) => {
            config.words.push(format!(
                "the default colours are in use: {}; see `handover theme`",
                fault.words(THEME)
            ));
            config.log.extend(fault.lines(THEME));
        }
    }
    match permits(folder) {
        Ok(permits) => config.permits = permits,
        Err(fault) => {
            config.words.push(format!("shows get no extra permissions: {}", fault.words(CONFIG)));
            config.log.extend(fault.lines(CONFIG));
        }
    }
    config
}

impl Config {
    /// The colours in force, as [`App::paints`] has them; `theme` is the caller's choice, if they
    /// made one.
    pub fn paints(&self, theme: Option<Theme>) -> (Theme, ThemeColours) {
        let app = self.app(theme);
        let (base, paints) = app.paints();
        (base, paints.clone())
    }

    /// An application with these keys and colours; `theme` is the caller's choice, if they made
    /// one.
    pub fn app(&self, theme: Option<Theme>) -> App {
        let usual = if self.own.is_some() { Theme::Own } else { Theme::Dark };
        let chosen =
            theme.filter(|theme| *theme != Theme::Own || self.own.is_some()).unwrap_or(usual);
        let mut app = App::new(chosen);
        app.keymap = Arc::clone(&self.keymap);
        app.own.clone_from(&self.own);
        app
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
fn read<T>(
    folder: Option<&Path>,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, Vec<Problem>>,
) -> Result<Option<T>, ConfigFault> {
    let Some(path) = folder.map(|folder| folder.join(name)) else { return Ok(None) };
    let unread =
        |why: &str| ConfigFault::Unread(format!("{} cannot be read: {why}", path.display()));
    // A pipe of this name would never end.
    match fs::metadata(&path) {
        Ok(about) if !about.is_file() => return Err(unread("it is not a file")),
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unread(&error.to_string())),
    }
    let mut text = String::new();
    let file = fs::File::open(&path).map_err(|error| unread(&error.to_string()))?;
    // One byte more than the parser takes, so that it says what is wrong.
    file.take(BYTES_MAX as u64 + 1).read_to_string(&mut text).map_err(|error| {
        match error.kind() {
            ErrorKind::InvalidData => unread("it is not UTF-8 text"),
            _ => unread(&error.to_string()),
        }
    })?;
    parse(&text).map(Some).map_err(|problems| ConfigFault::Faulty { path, text, problems })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::Act;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn without_files_everything_is_as_usual() {
        let empty = folder(&[]);
        for place in [None, Some(empty.path()), Some(Path::new("/dev/null"))] {
            assert_eq!(config(place), Config::default());
        }
        assert_eq!(Config::default().app(None).theme, Theme::Dark);
        assert_eq!(Config::default().app(Some(Theme::Own)).theme, Theme::Dark);
    }

    #[test]
    fn files_are_in_force_unless_the_command_line_says_otherwise() {
        let place = folder(&[(KEYS, b"go = \"F1\"\n"), (THEME, b"base = \"light\"\n")]);
        let config = config(Some(place.path()));
        assert_eq!((&config.words, &config.log), (&vec![], &vec![]));
        assert_eq!(config.app(None).theme, Theme::Own);
        assert_eq!(config.app(Some(Theme::HighContrast)).theme, Theme::HighContrast);
        assert_eq!(config.app(None).keymap.way(Act::Go), "F1");
        assert_eq!(config.app(None).paints().0, Theme::Light);
    }

    #[test]
    fn a_faulty_file_changes_nothing_and_is_spoken_of() {
        let place =
            folder(&[(KEYS, b"hold = \"F1\"\ngo = \"F13\"\nstanby = \"x\"\n"), (THEME, b"\xff")]);
        fs::create_dir(place.path().join("sub")).unwrap();
        let config = config(Some(place.path()));
        assert_eq!(config.keymap, Arc::new(Keymap::default()));
        let said = "THE DEFAULT KEYS are in use: keys.toml has 2 errors (line 2: no key is called `F13`); \
                    see `handover keys`";
        assert_eq!(config.words[0], said);
        assert!(
            config.words[1].contains("theme.toml cannot be read: it is not UTF-8 text"),
            "{:?}",
            config.words
        );
        assert_eq!(config.log.len(), 3, "{:?}", config.log);
        assert_eq!(
            config.log[1],
            "keys.toml line 3: no command is called `stanby`; did you mean `standby`?"
        );
        fs::remove_file(place.path().join(KEYS)).unwrap();
        fs::create_dir(place.path().join(KEYS)).unwrap();
        let no_file = keys(Some(place.path())).unwrap_err();
        assert!(matches!(no_file, ConfigFault::Unread(why) if why.ends_with("it is not a file")));
    }
}
