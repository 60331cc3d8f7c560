//! Reports of one station to the one that has the flag, which journals them: what became of a
//! message, and what a player says of a clip.

use serde::{Deserialize, Serialize};

use super::ClipFact;
use crate::show::{CueNumber, Layer};
use crate::time::MachineNs;

/// Report of a station on one of its outputs. Names stand for indices, because it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum StationReport {
    /// Outcome of an action of a cue.
    Action {
        /// The cue.
        cue: CueNumber,
        /// Number of the firing in the run.
        firing: u32,
        /// Index of the action in its cue, from 1, as in the journal.
        action: u32,
        /// Its outcome.
        outcome: ToldOutcome,
    },
    /// Outcome of one of the messages of a panic.
    Panic {
        /// Id of the output.
        output: String,
        /// Its outcome.
        outcome: ToldOutcome,
    },
    /// Report of a player.
    Clip {
        /// The cue whose clip it is.
        cue: CueNumber,
        /// Number of the firing in the run.
        firing: u32,
        /// Id of the output.
        output: String,
        /// The layer whose player it is.
        #[serde(default, skip_serializing_if = "Layer::is_main")]
        layer: Layer,
        /// The change.
        fact: ClipFact,
    },
}

/// Outcome of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToldOutcome {
    /// It left.
    Sent,
    /// Nothing left, since this is a rehearsal: the words of what would have been sent.
    Rehearsed(String),
    /// The words of what went wrong.
    Failed(String),
    /// A machine of a mirrored output did not take what another has taken.
    SideFailed {
        /// The machine.
        side: String,
        /// The words of what went wrong.
        why: String,
    },
    /// The program that was to send it has ended: nobody knows.
    Unknown,
}

/// The records of which the holder takes another station to send what is for its outputs. The
/// holder hears that station by its signs of life; of what it records while it does not, it says
/// that the station is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Only records after this one.
    pub after_seq: u64,
    /// Only records that are made before this instant of the station's own clock.
    pub until_ns: MachineNs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_its_layer_only_where_it_is_not_the_main_one() {
        let told = |layer| StationReport::Clip {
            cue: CueNumber::new("12").unwrap(),
            firing: 1,
            output: "screens".into(),
            layer,
            fact: ClipFact::Ended,
        };
        let (main, bgm) = (told(Layer::MAIN), told(Layer::new("bgm")));
        let text = serde_json::to_string(&main).unwrap();
        assert!(!text.contains("layer"), "a station of an older version reads it: {text}");
        assert_eq!(serde_json::from_str::<StationReport>(&text).unwrap(), main);
        let text = serde_json::to_string(&bgm).unwrap();
        assert!(text.contains("\"layer\":\"bgm\""), "{text}");
        assert_eq!(serde_json::from_str::<StationReport>(&text).unwrap(), bgm);
    }
}
