//! Addresses that remote controls are received on, and their passcode.
//!
//! Owns the words of what keeps them from being heard; the rule on passcodes is in
//! [`crate::access`].

use std::io;
use std::net::SocketAddr;

use crate::access::{self, PASSCODE_CHARS_MIN, Passcode, Unsafe};

/// Reason why remote controls cannot be received.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Anybody on the network could call the show.
    #[error(
        "remote control on {0} needs a passcode, since others than this machine reach it; set one (passcode = \
         \"env:HANDOVER_PASSCODE\" in [remote] and that variable), or listen on 127.0.0.1"
    )]
    PasscodeMissing(SocketAddr),
    /// A passcode that is found by trying.
    #[error(
        "the passcode for remote control on {0} has fewer than {PASSCODE_CHARS_MIN} characters; take a longer one"
    )]
    PasscodeShort(SocketAddr),
    /// The address is taken, not this machine's, or not allowed.
    #[error(
        "cannot hear remote controls on {address} ({protocol}): {why}; free it, or take another address or port"
    )]
    Bind {
        /// As it was given.
        address: SocketAddr,
        /// "UDP" or "TCP".
        protocol: &'static str,
        /// The system's reason, in words.
        why: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The machine has no thread or pipe left for it.
    #[error("cannot start hearing remote controls")]
    Start(#[source] io::Error),
}

/// Address that remote controls are received on, and their passcode.
#[derive(Clone, Debug)]
pub struct RemoteSettings {
    pub(super) listen: SocketAddr,
    pub(super) passcode: Option<Passcode>,
}

impl RemoteSettings {
    /// Settings that are safe to use.
    ///
    /// # Errors
    /// When `listen` can be reached from another machine and there is no passcode, or one that is
    /// easily found.
    pub fn new(listen: SocketAddr, passcode: Option<Passcode>) -> Result<Self, RemoteError> {
        match access::check(listen, passcode.as_ref()) {
            Ok(()) => Ok(RemoteSettings { listen, passcode }),
            Err(Unsafe::PasscodeMissing) => Err(RemoteError::PasscodeMissing(listen)),
            Err(Unsafe::PasscodeShort) => Err(RemoteError::PasscodeShort(listen)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(listen: &str, passcode: Option<&str>) -> Result<RemoteSettings, RemoteError> {
        RemoteSettings::new(listen.parse().unwrap(), passcode.map(Passcode::new))
    }

    #[test]
    fn only_this_machine_is_heard_without_a_passcode() {
        for listen in ["127.0.0.1:53000", "127.1.2.3:1", "[::1]:53000", "[::ffff:127.0.0.1]:53000"]
        {
            assert!(settings(listen, None).is_ok(), "{listen}");
        }
        for listen in [
            "0.0.0.0:53000",
            "[::]:53000",
            "10.0.0.5:53000",
            "[::ffff:10.0.0.5]:53000",
            "[fe80::1]:53000",
        ] {
            let said = settings(listen, None).unwrap_err().to_string();
            assert!(said.contains(listen) && said.contains("env:HANDOVER_PASSCODE"), "{said}");
            assert!(settings(listen, Some("2468-1357")).is_ok(), "{listen}");
        }
        assert!(matches!(
            settings("127.0.0.1:1", Some("1234567")),
            Err(RemoteError::PasscodeShort(_))
        ));
    }

    #[test]
    fn settings_never_show_the_passcode() {
        let shown = format!("{:?}", settings("0.0.0.0:1", Some("s3cret-s3cret")).unwrap());
        assert!(!shown.contains("s3cret") && shown.contains("0.0.0.0:1"), "{shown}");
    }
}
