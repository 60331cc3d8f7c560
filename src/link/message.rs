//! Messages of a shared run: to the thread that talks to the server and from it, and from station
//! to station.
//!
//! [`Flag`](super::Flag) takes [`News`] in and gives [`ServerRequest`]s out. The thread does each request
//! in order, waits for nothing between two of them, and knows no rules: which records count, who
//! has the flag and what an unknown outcome was are decided by the flag alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::{RunNs, StationReport};
use crate::show::{CueNumber, StationName};

/// Tells two programs of the same name: a random number of each start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instance(pub u64);

/// Something for the server's thread to do.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerRequest {
    /// Append `line` to the log, if the log's last sequence is `expects`. Exactly one
    /// [`News::Appended`] with the same `ticket` follows, at the latest after the time-out of a
    /// publish; several may be under way. The thread never repeats it by itself.
    Append {
        /// Tells the answers apart.
        ticket: u64,
        /// Expected last sequence of the stream, 0 if it has none.
        expects: u64,
        /// The id of the message, unique among all messages of all runs: a repetition at the same
        /// place of the log has the same.
        id: String,
        /// A line of the journal, without its newline.
        line: Vec<u8>,
    },
    /// Ask the stream's leader for its last sequence. [`News::ReadTo`] with the same `ticket`
    /// follows once every entry up to there has been handed over as [`News::Entry`], or
    /// [`News::NotRead`] if that cannot be had within a time-out.
    Read {
        /// Tells the answers apart.
        ticket: u64,
    },
    /// Hand over the stream's entries from this sequence on, in their order, as they come, until
    /// another request of this kind; after a lost connection go on by yourself.
    Follow {
        /// Sequence of the first entry, from 1.
        from: u64,
    },
    /// Keep the text of a version of the show beside the log. [`News::Kept`] with the same `sha256`
    /// follows, once it is known what became of that.
    Keep {
        /// SHA-256 of the text, hex: its name on the server.
        sha256: String,
        /// The text.
        text: Arc<str>,
    },
    /// Get the text of a version of the show. [`News::Fetched`] with the same `sha256` follows.
    Fetch {
        /// SHA-256 of the text, hex.
        sha256: String,
    },
    /// Send a message to another station, or to all; nothing is said of what becomes of it.
    Post {
        /// Receiver.
        to: PostTo,
        /// The message.
        post: Post,
    },
}

/// Receiver of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostTo {
    /// All stations of the run. The sender may hear it as well.
    All,
    /// One station.
    Station(StationName),
}

/// Answer to a request that is handed over: whether the server's thread has it.
#[derive(Debug)]
#[must_use]
pub enum HandOver {
    /// It has it.
    Yes,
    /// Too many wait already; here it is again.
    Full(ServerRequest),
    /// The thread has ended, and will take none any more.
    Gone,
}

/// News of the server's thread.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// An entry of the stream. It may come twice; a gap is found out by the flag.
    Entry {
        /// Its sequence in the stream, from 1.
        sequence: u64,
        /// Its payload, as it was read; bounded by the thread to the longest line of a journal: of
        /// a longer one it hands over the beginning, which is no line.
        line: Vec<u8>,
    },
    /// Outcome of a [`ServerRequest::Append`].
    Appended {
        /// Ticket of the request.
        ticket: u64,
        /// Its outcome.
        outcome: Appended,
    },
    /// Everything up to the last sequence, which the leader gave after the request, was handed over.
    ReadTo {
        /// Ticket of the request.
        ticket: u64,
        /// Last sequence of the stream, 0 if it has none.
        last: u64,
    },
    /// The log could not be read.
    NotRead {
        /// Ticket of the request.
        ticket: u64,
        /// Reason, for people.
        why: String,
    },
    /// The text of a version lies beside the log, durably; or the reason why it does not, for people.
    Kept {
        /// SHA-256 of the text, hex.
        sha256: String,
        /// Its outcome.
        outcome: Result<(), String>,
    },
    /// The text of a version, as it was put there; or the reason why it cannot be had, for people.
    Fetched {
        /// SHA-256 of the text, hex.
        sha256: String,
        /// The text.
        text: Result<Arc<str>, String>,
    },
    /// A message of another station.
    Post(Post),
    /// A connection was made, or the server's facts have changed.
    Connected(ServerFacts),
    /// The connection is lost.
    Disconnected {
        /// Reason, for people.
        why: String,
    },
    /// The server takes nothing from this station: its user may only read.
    LooksOn,
    /// Something that people should know (a permission that is missing, a store that is full).
    Word(String),
}

impl News {
    /// Returns `true` if it says how the line to the server is.
    pub fn is_of_line(&self) -> bool {
        match self {
            News::Connected(_) | News::Disconnected { .. } | News::LooksOn => true,
            News::Entry { .. }
            | News::Appended { .. }
            | News::ReadTo { .. }
            | News::NotRead { .. }
            | News::Kept { .. }
            | News::Fetched { .. }
            | News::Post(_)
            | News::Word(_) => false,
        }
    }
}

/// Outcome of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The stream has it, durably.
    Stored {
        /// Its sequence.
        sequence: u64,
    },
    /// The stream's last sequence was another one. That says nothing of who has the flag.
    WrongSequence,
    /// It was not sent to the server, and will not be.
    Refused {
        /// Reason, for people.
        why: String,
    },
    /// Nobody knows: it may have been stored, or may still be.
    Unknown {
        /// Reason, for people.
        why: String,
    },
}

/// Facts on the server, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFacts {
    /// Name of the server.
    pub name: String,
    /// Version of the server.
    pub version: String,
    /// Number of copies of the stream.
    pub replicas: usize,
    /// Name of the cluster's leader for this stream, where there is one.
    pub leader: Option<String>,
    /// Reason why the stream takes nothing now, for people: too few servers of its cluster are there.
    pub stops: Option<String>,
}

/// A message from one station to another, or to all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// The sender.
    pub from: StationName,
    /// The sender's program.
    pub instance: Instance,
    /// Content of the message.
    pub body: PostBody,
}

/// Content of a post.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "post", rename_all = "snake_case")]
pub enum PostBody {
    /// The sender is there; every 500 ms.
    Beat(Beat),
    /// Asks the holder for the run's clock.
    ClockAsked {
        /// The asker's clock, nanoseconds; it comes back.
        asked_ns: u64,
    },
    /// The holder's answer.
    ClockTold {
        /// As it was asked.
        asked_ns: u64,
        /// Term of the holder.
        term: u64,
        /// The run's clock when the question was answered.
        run_ns: RunNs,
    },
    /// The holder's caller is about to give the run another version of the show. Its text lies
    /// beside the log; each station gets it, and answers with [`PostBody::HasVersion`].
    Version {
        /// SHA-256 of the text, hex.
        sha256: String,
    },
    /// The sender has the text of that version.
    HasVersion {
        /// SHA-256 of the text, hex.
        sha256: String,
    },
    /// Something for the holder to do or to journal. The holder answers with [`PostBody::Got`]; until
    /// then it is sent again.
    Letter {
        /// Number of the letter among those of the sender's program, from 1.
        number: u64,
        /// Content of the letter.
        letter: Letter,
    },
    /// A letter was taken in.
    Got {
        /// The program that wrote it, since the next one of its name counts from 1 again; `None` from
        /// a version that does not say so.
        #[serde(default)]
        to: Option<Instance>,
        /// Its number.
        number: u64,
        /// Reason why its wish was refused, for people.
        refused: Option<String>,
    },
}

/// Sign of life of a station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// `true` if it takes itself for the holder.
    pub holds: bool,
    /// `true` if it is mute until it has read the log.
    #[serde(default)]
    pub mute: bool,
    /// The highest term that it has read.
    pub term: u64,
    /// Last record of its journal.
    pub seq: u64,
    /// Last record of its journal that it knows to stand in the log.
    pub stored: u64,
    /// Number of this sign of life: 1 for the first of a program, then one more each.
    #[serde(default)]
    pub number: u64,
    /// The last sign of life of each other station that it hears.
    #[serde(default)]
    pub hears: BTreeMap<StationName, HeardBeat>,
    /// Version of its program.
    pub version: String,
    /// SHA-256 of the text of its show, hex.
    pub digest: String,
    /// `true` if it has a terminal.
    pub terminal: bool,
    /// Uncertainty of its run's clock, nanoseconds; `None` while it knows none.
    #[serde(default)]
    pub uncertainty_ns: Option<u64>,
    /// Step of the exchange at which its caller stands.
    #[serde(default)]
    pub step: FlagStep,
    /// The outputs that it sends and has tried, by their ids; `None` from a version that does not say
    /// so.
    #[serde(default)]
    pub outputs: Option<OutputSigns>,
}

/// Signs of outputs, by their ids.
pub type OutputSigns = BTreeMap<String, OutputSign>;

/// State of an output at the station that sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputSign {
    /// Its sign.
    pub light: OutputLight,
    /// The current problem, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Sign of an output that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputLight {
    /// The last that was tried went well.
    Ok,
    /// It left late.
    Slow,
    /// The far end has refused it.
    Refused,
    /// One machine of a mirrored output is down.
    SideDown,
    /// It is down.
    Down,
}

/// A sign of life that a station has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardBeat {
    /// The program that sent it.
    pub instance: Instance,
    /// Its number.
    pub number: u64,
}

/// Step of the exchange of the flag at which a caller stands, by the keys pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagStep {
    /// None.
    #[default]
    None,
    /// The briefing is open.
    Reads,
    /// The caller has offered it, accepted it or asked for it, and waits for the other.
    Waits,
}

/// Content of a letter to the holder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// The sender's caller wishes something.
    Wish(Wish),
    /// Report on one of the sender's outputs.
    Told(StationReport),
    /// The sender fired these cues after somebody had taken the flag from it, and put the records
    /// aside.
    Aside {
        /// The cues, in their order, and the run's clock at each: a hundred at most in a letter.
        fired: Vec<FiredAside>,
    },
}

/// A cue that was fired while the other stations could not know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FiredAside {
    /// The cue.
    pub cue: CueNumber,
    /// The run's clock, by the station that fired it.
    pub at_ns: RunNs,
}

/// Wish of a caller who does not have the flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "snake_case")]
pub enum Wish {
    /// To be offered the flag.
    Ask,
    /// Accepts the offer that stands.
    Accept {
        /// Instant of the offer, so that no later one is accepted by it; `None` from a version that
        /// does not say so.
        #[serde(default)]
        offered_ns: Option<RunNs>,
    },
    /// Does not want the flag that is offered, or has changed their mind.
    Decline,
    /// "Something is wrong".
    Warn {
        /// The run's clock when the caller said so, if their station knew it: the line may keep it
        /// back.
        #[serde(default)]
        said_ns: Option<RunNs>,
    },
    /// A department answers ready.
    Ready(DepartmentAnswer),
    /// A department is not ready after all. It is a wish of its own, so that a version which does not
    /// know it does not take it for ready.
    Unready(DepartmentAnswer),
    /// Every department answers ready. A version wrote it that does not say for which cue.
    ReadyAll,
    /// A department says that something is wrong there.
    WarnFrom {
        /// Id of the department.
        department: String,
        /// As in [`Wish::Warn`].
        #[serde(default)]
        said_ns: Option<RunNs>,
    },
    /// A note.
    Note {
        /// Its text.
        text: String,
    },
    /// Somebody is seen in the stands now.
    Spot {
        /// The show's id of the person.
        person: String,
    },
    /// The last sighting of somebody was none.
    Unspot {
        /// The show's id of the person.
        person: String,
    },
    /// A note about somebody.
    NotePerson {
        /// The show's id of the person.
        person: String,
        /// Its text.
        text: String,
    },
}

/// Answer of a department, and what it answers: the line may keep it back, and counts for no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentAnswer {
    /// Id of the department.
    pub department: String,
    /// The cue, and the instant of the standby that was called for it; `None` from a version that
    /// does not say so.
    #[serde(default)]
    pub call: Option<StandbyCall>,
    /// `true` if the department has answered on its page in a browser.
    #[serde(default)]
    pub from_browser: bool,
}

/// A standby that was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandbyCall {
    /// The cue.
    pub cue: CueNumber,
    /// Its instant, by the run's clock.
    pub at_ns: RunNs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_a_version_without_its_time_is_read() {
        let read = |text: &str| serde_json::from_str::<Wish>(text).unwrap();
        assert_eq!(read(r#"{"wish":"warn"}"#), Wish::Warn { said_ns: None });
        let said = Wish::Warn { said_ns: Some(RunNs::new(7)) };
        assert_eq!(read(&serde_json::to_string(&said).unwrap()), said);
    }
}
