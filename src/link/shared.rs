//! A shared run, as its log's server knows it.

use super::StationName;
use crate::engine::RunId;
use crate::journal::digest;

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
    /// `true` if its last record says that it was left, and that it can be resumed.
    pub is_left: bool,
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
