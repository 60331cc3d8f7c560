//! The folder of the runs, as a command line names it.

use std::path::{Path, absolute};

use etcetera::BaseStrategy;

use crate::plain;

/// The folder in which runs are kept where the command line names none; `None` without a home.
pub fn usual_state() -> Option<std::path::PathBuf> {
    let dirs = etcetera::base_strategy::Xdg::new().ok()?;
    Some(dirs.state_dir().unwrap_or_else(|| dirs.data_dir()).join("handover"))
}

/// The end of a command that finds the runs under `state` from any folder: ` --state DIR`, or
/// nothing where they are in the usual place.
pub(super) fn state_option(state: &Path) -> String {
    option_beside(state, usual_state().as_deref())
}

fn option_beside(state: &Path, usual: Option<&Path>) -> String {
    let whole = |path: &Path| absolute(path).unwrap_or_else(|_| path.to_owned());
    if usual.is_some_and(|usual| whole(usual) == whole(state)) {
        return String::new();
    }
    format!(" --state {}", plain::shell_word(&whole(state).display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_folder_of_the_runs_where_it_is_not_the_usual_one() {
        let option = |state: &str| option_beside(Path::new(state), Some(Path::new("/home/a/s")));
        assert_eq!(option("/home/a/s"), "");
        assert_eq!(option("/home/a/s/"), "");
        assert_eq!(option("/srv/show-1"), " --state /srv/show-1");
        assert_eq!(option("/srv/it's on"), r" --state '/srv/it'\''s on'");
        assert!(option("here").ends_with("/here"), "it is found from another folder, too");
        assert_eq!(option_beside(Path::new("/x"), None), " --state /x");
    }
}
