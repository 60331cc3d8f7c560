//! The names that a run has on the server.

use std::fmt::Write;

use super::StationName;
use crate::engine::RunId;
use crate::journal::checksum;

/// The beginning of the names of all streams with a log.
pub(super) const STREAM_PREFIX: &str = "HANDOVER_";

/// The bucket of the object store in which the texts of shows lie.
pub(super) const SHOWS_BUCKET: &str = "HANDOVER_SHOWS";

/// The longest part of a run's id that stands in names on the server, characters.
const ID_CHARS_MAX: usize = 100;

/// The names that one run has on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subjects {
    /// The stream.
    pub(super) stream: String,
    /// The only subject in it.
    pub(super) log: String,
    /// Posts to all stations.
    pub(super) all: String,
    token: String,
}

impl Subjects {
    /// The names of the run `id`.
    pub(super) fn of(id: &RunId) -> Self {
        let token = token(&id.0);
        Subjects {
            stream: format!("{STREAM_PREFIX}{token}"),
            log: format!("handover.{token}.log"),
            all: format!("handover.{token}.all"),
            token,
        }
    }

    /// Posts to one station.
    pub(super) fn to(&self, station: &StationName) -> String {
        format!("handover.{}.to.{station}", self.token)
    }
}

/// Posts to all stations of all runs.
pub(super) const ALL_OF_ALL: &str = "handover.*.all";

/// A run's id with nothing in it that a server does not take; two ids never give the same text.
fn token(id: &str) -> String {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut token = String::new();
    for c in id.chars().take(ID_CHARS_MAX) {
        token.push(if is_taken(c) { c } else { '_' });
    }
    // An underscore only comes from here, so a text that was changed is no other id's.
    if token != id {
        let _ = write!(token, "_{}", checksum(id));
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(id: &str) -> String {
        Subjects::of(&RunId(id.to_owned())).stream
    }

    #[test]
    fn an_id_gives_names_that_a_server_takes() {
        let subjects = Subjects::of(&RunId("20261122-200500-paris-2024".into()));
        assert_eq!(subjects.stream, "HANDOVER_20261122-200500-paris-2024");
        assert_eq!(subjects.log, "handover.20261122-200500-paris-2024.log");
        let la = StationName::new("la").unwrap();
        assert_eq!(subjects.to(&la), "handover.20261122-200500-paris-2024.to.la");
        let strange = stream("a.b*>\u{e9} /\\");
        assert!(strange.starts_with("HANDOVER_a_b______"), "{strange}");
        assert!(!strange.contains(['.', '*', '>', ' ', '/', '\\', 'é']), "{strange}");
    }

    #[test]
    fn two_ids_never_share_a_stream() {
        assert_ne!(stream("été"), stream("etê"));
        assert_ne!(stream("a.b"), stream("a_b"));
        let long = "x".repeat(ID_CHARS_MAX);
        assert_ne!(stream(&format!("{long}1")), stream(&format!("{long}2")));
    }
}
