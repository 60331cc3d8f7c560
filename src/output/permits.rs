//! What the user of this machine allows shows, which come from others as often as not.
//!
//! A show file names environment variables, whose values go to hosts that it names too, and files. Without a word of the
//! user it reads only variables that are made for it, and files below its own folder. The word is never in the show: it
//! stands in config.toml or on the command line.

use std::path::PathBuf;

/// The beginning of the names of variables that every show may read.
const PREFIX: &str = "HANDOVER_";

/// The passcode of remote controls, which no show may send anywhere, whatever its name begins with.
const PASSCODE: &str = "HANDOVER_PASSCODE";

/// What shows may use beyond what is theirs.
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

    /// Returns `true` if a show may take the value of this variable for the passcode of its remote controls.
    pub fn may_be_passcode(&self, variable: &str) -> bool {
        self.names(variable) || variable.starts_with(PREFIX)
    }

    fn names(&self, variable: &str) -> bool {
        self.variables.iter().any(|name| name == variable)
    }
}

/// How to permit a variable, an imperative sentence without a full stop.
pub fn how_to_permit(variable: &str) -> String {
    format!("if you trust the show, add `--env {variable}`, or put {variable} into the list `env` of config.toml")
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
}
