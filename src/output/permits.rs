//! Permissions of this machine's user for shows, which often come from others.
//!
//! A show file names environment variables, whose values go to hosts that it names too, and files.
//! Without a word of the user it reads only variables that are made for it, and files below its own
//! folder. The word is never in the show: it stands in config.toml or on the command line.

use std::path::{Path, PathBuf};

/// The beginning of the names of variables that every show may read.
const PREFIX: &str = "HANDOVER_";

/// The passcode of remote controls, which no show may send anywhere, whatever its name begins with.
const PASSCODE: &str = "HANDOVER_PASSCODE";

/// Resources that shows may use beyond their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permits {
    /// Names of environment variables.
    pub variables: Vec<String>,
    /// Folders whose files may be clips of any show.
    pub clips: Vec<PathBuf>,
}

impl Permits {
    /// Returns `true` if a show may send the value of this variable to a host.
    pub fn may_send(&self, variable: &str) -> bool {
        self.names(variable) || (variable.starts_with(PREFIX) && variable != PASSCODE)
    }

    /// Returns `true` if a show may take the value of this variable for the passcode of its remote
    /// controls.
    pub fn may_be_passcode(&self, variable: &str) -> bool {
        self.names(variable) || variable.starts_with(PREFIX)
    }

    fn names(&self, variable: &str) -> bool {
        self.variables.iter().any(|name| name == variable)
    }
}

/// The folders below which the clips of one show lie: its own, and those that the user has named.
#[derive(Clone, Debug)]
pub(super) struct ClipFolders(Vec<PathBuf>);

/// Message about a clip that lies elsewhere.
pub(super) const OUTSIDE: &str = "lies outside the folder of the show; if you trust the show, put the folder of the clip \
                                  into the list `clips` of config.toml";

impl ClipFolders {
    /// Those of a show whose file lies in `folder`.
    pub(super) fn of(folder: &Path, permits: &Permits) -> Self {
        let own = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let all = std::iter::once(own).chain(permits.clips.iter().map(PathBuf::as_path));
        ClipFolders(all.filter_map(|folder| folder.canonicalize().ok()).collect())
    }

    /// Returns `true` if a file lies below one of them, wherever links lead.
    pub(super) fn have(&self, file: &Path) -> bool {
        file.canonicalize().is_ok_and(|file| self.0.iter().any(|folder| file.starts_with(folder)))
    }
}

/// Describes how to permit a variable: an imperative sentence without a full stop.
pub fn how_to_permit(variable: &str) -> String {
    format!(
        "if you trust the show, add `--env {variable}`, or put {variable} into the list `env` of config.toml"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_made_for_shows_or_named_by_the_user_may_be_sent() {
        let permits = Permits { variables: vec!["X_TOKEN".into()], clips: vec![] };
        for name in ["HANDOVER_TOKEN", "X_TOKEN"] {
            assert!(permits.may_send(name) && permits.may_be_passcode(name), "{name}");
        }
        for name in ["AWS_SECRET_ACCESS_KEY", "HOME", "X_TOKEN2", "handover_token"] {
            assert!(!permits.may_send(name) && !permits.may_be_passcode(name), "{name}");
        }
        assert!(permits.may_be_passcode(PASSCODE) && !permits.may_send(PASSCODE));
        let named = Permits { variables: vec![PASSCODE.into()], clips: vec![] };
        assert!(named.may_send(PASSCODE));
    }

    #[test]
    fn only_files_below_the_show_or_a_folder_of_the_users_are_clips() {
        let house = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = house.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, b"x").unwrap();
            path
        };
        let (inside, outside) = (file("show/clips/a.mp4"), file("media/b.mp4"));
        let show = house.path().join("show");
        std::os::unix::fs::symlink(&outside, show.join("link.mp4")).unwrap();
        let media = house.path().join("media");
        for (path, permitted, expected) in [
            (inside, vec![], true),
            (show.join("../media/b.mp4"), vec![], false),
            (outside.clone(), vec![], false),
            (show.join("link.mp4"), vec![], false),
            (show.join("link.mp4"), vec![media.clone()], true),
            (outside, vec![media], true),
            (show.join("missing.mp4"), vec![], false),
        ] {
            let permits = Permits { variables: vec![], clips: permitted };
            assert_eq!(
                ClipFolders::of(&show, &permits).have(&path),
                expected,
                "{path:?} {permits:?}"
            );
        }
    }
}
