//! Address that browsers are served on, their passcode, and the key of their tokens.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::access::{self, PASSCODE_CHARS_MIN, Passcode, Unsafe};

/// Reason why no browser is served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Anybody on the network could read.
    #[error(
        "pages for browsers on {0} need a passcode, since others than this machine reach it; set one \
         (HANDOVER_WEB_PASSCODE in the environment), or serve them on 127.0.0.1"
    )]
    PasscodeMissing(SocketAddr),
    /// A passcode that is found by trying.
    #[error(
        "the passcode for browsers on {0} has fewer than {PASSCODE_CHARS_MIN} characters; take a longer one"
    )]
    PasscodeShort(SocketAddr),
    /// The address is taken, not this machine's, or not allowed.
    #[error(
        "cannot serve browsers on {address}: {source}; free it, or take another address or port"
    )]
    Bind {
        /// As it was given.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The machine has no thread or descriptor left for it.
    #[error("cannot start serving browsers")]
    Start(#[source] io::Error),
}

/// The secret of this machine that makes tokens of passcodes: a token is known only to somebody who
/// was given it, and stays valid when the program starts again.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey(pub [u8; 32]);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Address that browsers are served on, and who may read.
#[derive(Clone, Debug)]
pub struct WebSettings {
    pub(super) listen: SocketAddr,
    pub(super) passcode: Option<Passcode>,
    pub(super) key: TokenKey,
}

impl WebSettings {
    /// Settings that are safe to use.
    ///
    /// # Errors
    /// When `listen` can be reached from another machine and there is no passcode, or one that is
    /// easily found.
    pub fn new(
        listen: SocketAddr,
        passcode: Option<Passcode>,
        key: TokenKey,
    ) -> Result<Self, WebError> {
        match access::check(listen, passcode.as_ref()) {
            Ok(()) => Ok(WebSettings { listen, passcode, key }),
            Err(Unsafe::PasscodeMissing) => Err(WebError::PasscodeMissing(listen)),
            Err(Unsafe::PasscodeShort) => Err(WebError::PasscodeShort(listen)),
        }
    }
}
