//! The name of a station: one program of several that take part in a shared run.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest name, bytes.
const BYTES_MAX: usize = 32;

/// The name of a station: 1 to 32 of `a` to `z`, `0` to `9` and `-`.
///
/// It stands in subjects of a server, in file names and in journals, so nothing else may be in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationName(Arc<str>);

/// Reason why a text is no name of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a station's name has 1 to {BYTES_MAX} of the characters a to z, 0 to 9 and -")]
pub struct NoStationName;

impl StationName {
    /// Reads a name.
    ///
    /// # Errors
    /// When the text is none.
    pub fn new(text: &str) -> Result<Self, NoStationName> {
        let is_meant =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=BYTES_MAX).contains(&text.len()) && text.bytes().all(is_meant);
        if is_name { Ok(StationName(text.into())) } else { Err(NoStationName) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for StationName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StationName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        StationName::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["la", "stage-left", "2", &"x".repeat(32)] {
            assert_eq!(StationName::new(name).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for text in ["", "LA", "la.", "stage left", "é", "a\n", "*", ">", &"x".repeat(33)] {
            assert_eq!(StationName::new(text), Err(NoStationName), "{text:?}");
        }
    }
}
