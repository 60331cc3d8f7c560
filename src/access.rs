//! Access of others to a show: the passcode, and limits on how often they speak and guess.
//!
//! Owns the one rule for both kinds of listeners, remote controls and browsers: what others than this
//! machine can reach takes a passcode. Must never print one, nor know what is asked for.

mod meter;

use std::fmt;
use std::net::SocketAddr;

use subtle::ConstantTimeEq;

pub(crate) use meter::{Bucket, FailedLogins, Meter};

/// The fewest characters of a passcode. QLab's have four digits, of which somebody who tries one a
/// second needs an hour and a half to find the right one; of eight digits it is three years.
pub(crate) const PASSCODE_CHARS_MIN: usize = 8;

/// A passcode: it can be compared, and nothing else. Even a wrong one may be the right one of
/// something else.
#[derive(Clone, PartialEq)]
pub struct Passcode(String);

/// Reason why an address is not listened on with this passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsafe {
    /// Anybody on the network could speak.
    PasscodeMissing,
    /// A passcode that is found by trying.
    PasscodeShort,
}

impl Passcode {
    /// Takes `text` for a passcode.
    pub fn new(text: impl Into<String>) -> Self {
        Passcode(text.into())
    }

    /// Returns `true` if `other` is the same. Every guess of the right length takes equally long.
    pub(crate) fn admits(&self, other: &Passcode) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// Its bytes, for a token that is made of it.
    #[cfg(feature = "web")]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn is_short(&self) -> bool {
        self.0.chars().count() < PASSCODE_CHARS_MIN
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(…)")
    }
}

/// Returns nothing where it is safe to listen on `listen`.
///
/// # Errors
/// When another machine can reach it and there is no passcode, or one that is easily found.
pub(crate) fn check(listen: SocketAddr, passcode: Option<&Passcode>) -> Result<(), Unsafe> {
    match passcode {
        None if !listen.ip().to_canonical().is_loopback() => Err(Unsafe::PasscodeMissing),
        Some(passcode) if passcode.is_short() => Err(Unsafe::PasscodeShort),
        None | Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_compared_and_never_shown() {
        let passcode = Passcode::new("s3cret");
        assert!(passcode.admits(&Passcode::new("s3cret")));
        for wrong in ["", "s3cre", "s3cret ", "S3cret", "s3crets3cret", "\0\0\0\0\0\0"] {
            assert!(!passcode.admits(&Passcode::new(wrong)), "{wrong:?}");
        }
        assert!(!format!("{passcode:?}").contains("s3cret"));
    }
}
