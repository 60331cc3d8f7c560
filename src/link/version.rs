//! The version of a NATS server, and the oldest that may keep a show's log.

use std::fmt;

/// A server's version, without what may follow its three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerVersion(pub u32, pub u32, pub u32);

/// The oldest server that keeps a log as it has to be kept: older ones can lose what they have
/// acknowledged when the members of a cluster change (nats-server #7545).
pub const VERSION_MIN: ServerVersion = ServerVersion(2, 12, 3);

impl ServerVersion {
    /// Reads "2.12.3", also with a "v" before it and with "-RC.1" or "+build" after it.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.split(['-', '+']).next()?;
        let mut numbers = numbers.split('.').map(|digits| digits.parse::<u32>().ok());
        match (numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()) {
            (major, minor, patch, None) => Some(ServerVersion(major, minor, patch)),
            (_, _, _, Some(_)) => None,
        }
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ServerVersion(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (text, is_new_enough) in [
            ("2.9.10", false),
            ("2.12.2", false),
            ("v2.12.3", true),
            ("2.12.10", true),
            ("2.15.1-RC.2", true),
            ("3.0.0+git", true),
        ] {
            assert_eq!(ServerVersion::read(text).unwrap() >= VERSION_MIN, is_new_enough, "{text}");
        }
        for text in ["", "2", "2.12", "2.12.x", "2.12.3.4", "-2.1.1", "nats"] {
            assert_eq!(ServerVersion::read(text), None, "{text}");
        }
    }
}
