//! A shared run, as its log's server knows it.

use sha2::{Digest, Sha256};

use super::StationName;
use crate::engine::RunId;

/// What all stations of a run have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The run.
    pub id: RunId,
    /// The show's title.
    pub title: String,
    /// The text of the show's file.
    pub show_text: String,
    /// SHA-256 of that text, hex.
    pub digest: String,
}

impl Shared {
    /// The run `id` of the show `title`, whose file is `show_text`.
    pub fn new(id: RunId, title: String, show_text: String) -> Self {
        let digest = digest(&show_text);
        Shared { id, title, show_text, digest }
    }
}

/// SHA-256 of a text, hex: the name under which a show lies on the server.
pub(super) fn digest(text: &str) -> String {
    let digits = |byte: u8| {
        [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
    };
    Sha256::digest(text.as_bytes()).iter().copied().flat_map(digits).collect()
}

/// A run in the list of those that are shared on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRun {
    /// The run.
    pub id: RunId,
    /// The show's title.
    pub title: String,
    /// Last sequence of its log.
    pub last: u64,
    /// `true` if its last record says that it has ended or was left.
    pub is_over: bool,
    /// The holder and its term: as the stations say, or else as the last record says.
    pub holder: Option<(StationName, u64)>,
    /// The stations that were heard, by name.
    pub stations: Vec<SharedStation>,
}

/// A station that was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedStation {
    /// Its name.
    pub name: StationName,
    /// `true` if it takes itself for the holder.
    pub holds: bool,
    /// Term that it has read.
    pub term: u64,
    /// Records of the log that it does not have.
    pub behind: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sha_256_in_hex() {
        // FIPS 180-2, B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), abc);
    }
}
