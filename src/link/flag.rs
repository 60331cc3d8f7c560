//! The flag of a shared run, as one station knows it: what it may ship, what it follows, and
//! whether it has the flag.
//!
//! A value without IO: instants come in as arguments. One rule carries the guarantees: only an
//! entry that was *read* from the log counts, in the log's order. An answer to an append says how
//! well the server is, and never who has the flag; so an unknown outcome needs no case of its own,
//! it is read.
//!
//! ```text
//!           handle(now, FlagInput)                     poll()
//! Recorded ┐                  ┌──────────────────────┐        ┌► Request    append, read, post
//! News     ┼─────────────────►│ entries ─► FlagState │────────┼► Follow, Stored, Aside
//! letters  ┘                  │ pending ─► shipping  │        └► Holds, Mute, Word …
//!                             └──────────────────────┘
//! ```
//!
//! An entry counts if it is the line of a record that follows the last one and comes from the
//! holder (or takes the flag from it). All others are void, for every station alike: what a station
//! ships that has lost the flag, and what another program writes. A void entry moves the log's
//! sequence on, but not the run's.

mod double;
mod ends;
mod letters;
mod log;
mod mute;
mod say;
mod ship;
mod stations;
mod take;
mod versions;
mod view;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::clock::TermClock;
use super::message::{FlagStep, Instance, News, OutputSigns, ServerRequest};
use crate::engine::{Expected, FlagState, Record, RunNs};
use crate::journal::RecordOrder;
use crate::show::StationName;
use crate::time::MachineNs;
use double::DoubleOfMe;
pub use double::IS_SECOND;
pub use ends::{FlagInput, FlagOutput, StationWord};
use letters::Outbox;
use ship::Shipping;
pub use stations::AWAY;
#[cfg(feature = "link")]
pub(super) use stations::BEAT;
use stations::KnownStation;
use take::Taking;
use versions::LogVersions;
pub use view::{LinkView, OtherStation};

/// Time without an answer of the log after which its holder works alone.
pub const ALONE: Duration = Duration::from_secs(2);
/// Silence of the holder after which the flag can be taken without its name.
pub const SILENT: Duration = Duration::from_secs(5);
/// Time after which an offer lapses.
pub const OFFER_LAPSES: Duration = Duration::from_secs(60);
/// Time after which a station that is mute asks its caller.
pub const ASKS_AFTER: Duration = Duration::from_secs(3);
/// Reason why nothing of a station reaches the holder, whose user of the server may only read.
pub const LOOKS_ON: &str = "this station looks on: the server takes nothing from it";
/// Time between two inputs after which the machine is taken to have stood still.
const STOOD_STILL: Duration = Duration::from_secs(1);

/// How a station comes into the run.
#[derive(Clone, Debug, PartialEq)]
pub enum FlagStart {
    /// It begins the run, and has the flag in term 1.
    Opens,
    /// It follows a run of which it has nothing.
    Joins,
    /// It has a journal of the run, which it takes up again: these are its records. If the flag is
    /// still this station's, it has it.
    Resumes(Vec<Record>),
}

/// Facts about this station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationIdentity {
    /// Its name.
    pub me: StationName,
    /// Its program.
    pub instance: Instance,
    /// The run's id; message ids begin with it.
    pub run: String,
    /// Version of the program.
    pub version: String,
    /// SHA-256 of the show's text, hex.
    pub digest: String,
    /// `true` if it has a terminal.
    pub terminal: bool,
}

/// What one station knows of the flag.
#[derive(Clone, Debug)]
pub struct Flag {
    id: StationIdentity,
    /// Latest instant that was given.
    now_ns: MachineNs,
    outputs: VecDeque<FlagOutput>,

    /// Last sequence of the log that was read.
    position: u64,
    /// The run's records among the entries read.
    order: RecordOrder,
    seq: u64,
    run_ns: RunNs,
    state: Option<FlagState>,
    /// Records that are not known to be in the log, in their order. While a station resumes, those
    /// of its journal that the log was not compared with.
    pending: VecDeque<Pending>,
    shipping: Shipping,
    /// Since when the log takes none of the records that wait for it here.
    waits_since_ns: Option<MachineNs>,
    /// A record of this station stands in the log and cannot count: nothing more is shipped.
    is_stuck: bool,
    void: u64,
    void_why: Option<String>,

    holds: bool,
    /// This program, and no other of its name, may have the flag.
    claims: bool,
    is_mute: bool,
    /// Last sign of life of this program.
    beat_number: u64,
    /// The last ones since it was mute, and when they were sent.
    beats_sent: VecDeque<(u64, MachineNs)>,
    /// For how long the holder leaves messages to this station.
    expected: Option<Expected>,
    /// The last record by which a program took the run up again.
    resumed_seq: u64,
    /// Since when it is mute, and whether the caller was asked.
    mute_since_ns: MachineNs,
    has_asked: bool,
    /// Last instant at which it was mute.
    awake_ns: MachineNs,
    /// When it began, or its machine had stood still.
    woke_ns: MachineNs,
    /// The station has not read the log to its end yet.
    is_coming: bool,
    /// The program before this one may have passed the flag, and the log may have that yet: the
    /// station is mute until the log has a record of this program in its place.
    may_be_passed: bool,
    taking: Option<Taking>,
    versions: LogVersions,

    /// Last sign that the log is there.
    log_heard_ns: Option<MachineNs>,
    stations: BTreeMap<StationName, KnownStation>,
    heard: BTreeSet<StationName>,
    /// The conductor is told who is heard.
    tells_heard: bool,
    outbox: Outbox,
    clock: TermClock,
    step: FlagStep,
    outputs_here: Option<OutputSigns>,
    next_beat_ns: MachineNs,
    next_clock_ns: MachineNs,
    began_ns: MachineNs,
    /// Answers to earlier questions for the run's clock do not count.
    asks_since_ns: MachineNs,
    double: DoubleOfMe,
    offered_ns: Option<MachineNs>,
}

/// A record that is not known to be in the log.
#[derive(Clone, Debug)]
struct Pending {
    seq: u64,
    /// The record; of a proposal, all that were proposed for its place, the last one wanted.
    records: Vec<Arc<Record>>,
    /// It is not journaled before the log has it.
    is_proposal: bool,
}

impl Flag {
    /// A station that comes into the run at `now_ns`.
    pub fn new(id: StationIdentity, start: FlagStart, now_ns: MachineNs) -> Self {
        let (opens, joins) = (start == FlagStart::Opens, start == FlagStart::Joins);
        let own = if let FlagStart::Resumes(records) = start { records } else { vec![] };
        let pending = own.into_iter().map(|record| Pending {
            seq: record.seq,
            records: vec![Arc::new(record)],
            is_proposal: false,
        });
        let mut flag = Flag {
            id,
            now_ns,
            outputs: VecDeque::new(),
            position: 0,
            order: RecordOrder::default(),
            seq: 0,
            run_ns: RunNs::ZERO,
            state: None,
            pending: pending.collect(),
            shipping: Shipping::default(),
            waits_since_ns: None,
            is_stuck: false,
            void: 0,
            void_why: None,
            holds: opens,
            claims: !joins,
            is_mute: false,
            beat_number: 0,
            beats_sent: VecDeque::new(),
            expected: None,
            resumed_seq: 0,
            mute_since_ns: now_ns,
            has_asked: false,
            awake_ns: now_ns,
            woke_ns: now_ns,
            is_coming: !opens,
            may_be_passed: false,
            taking: None,
            versions: LogVersions::default(),
            log_heard_ns: None,
            stations: BTreeMap::new(),
            heard: BTreeSet::new(),
            tells_heard: false,
            outbox: Outbox::default(),
            clock: TermClock::default(),
            step: FlagStep::None,
            outputs_here: None,
            next_beat_ns: now_ns,
            next_clock_ns: now_ns,
            began_ns: now_ns,
            asks_since_ns: now_ns,
            double: DoubleOfMe::default(),
            offered_ns: None,
        };
        flag.request(ServerRequest::Follow { from: 1 });
        if !opens {
            flag.be_mute();
        }
        flag
    }

    /// Takes in what happened at `now_ns` by the machine's clock. Everything that follows from it is
    /// to be polled and done, by the conductor too, before the next input: a record that the
    /// conductor makes after the flag was lost would find no place.
    pub fn handle(&mut self, now_ns: MachineNs, input: FlagInput) {
        let stood_ns = now_ns.since(self.now_ns);
        self.now_ns = self.now_ns.max(now_ns);
        if stood_ns > STOOD_STILL {
            self.woke_ns = self.now_ns;
            self.be_mute();
        }
        if self.is_mute {
            self.awake_ns = self.now_ns;
        }
        match input {
            FlagInput::Recorded(records) => self.recorded(records),
            FlagInput::Propose(record) => self.propose(record),
            FlagInput::News(news) => self.news(news),
            FlagInput::Letter(letter) => self.write(letter),
            FlagInput::Answer { to, number, refused } => self.answer(to, number, refused),
            FlagInput::Clock { to, asked_ns, run_ns } => self.tell_clock(to, asked_ns, run_ns),
            FlagInput::Announce { sha256, text } => self.announce(sha256, text),
            FlagInput::Text { sha256, text } => self.has_text(sha256, text),
            FlagInput::Version { sha256, outcome } => match outcome {
                Ok(()) => self.has_version(&sha256),
                Err(why) => self.lacks(&sha256, &why),
            },
            FlagInput::Step(step) => self.step = step,
            FlagInput::Outputs(outputs) => self.outputs_here = Some(outputs),
            FlagInput::StoodStill => self.be_mute(),
            FlagInput::TerminalLost => self.id.terminal = false,
            FlagInput::GoOn => self.go_on(),
            FlagInput::Tick => {}
        }
        self.passes_time();
        self.ship();
    }

    /// Returns the next thing to do.
    pub fn poll(&mut self) -> Option<FlagOutput> {
        self.outputs.pop_front()
    }

    /// The instant at which a [`FlagInput::Tick`] is due.
    pub fn deadline(&self) -> MachineNs {
        let clock_ns = if self.holds { self.next_beat_ns } else { self.next_clock_ns };
        // What is overdue waits for an answer.
        let retry_ns = self.shipping.retry_ns().filter(|&at_ns| at_ns > self.now_ns);
        let retry_ns = retry_ns.unwrap_or(self.next_beat_ns);
        let due = [Some(clock_ns), Some(retry_ns), self.next_away_ns()];
        due.into_iter().flatten().fold(self.next_beat_ns, MachineNs::min)
    }

    /// Takes the flag, at `run_ns` by the run's clock and `at` by the wall's.
    ///
    /// # Errors
    /// With the reason why it cannot be taken now, for the caller.
    pub fn take(
        &mut self,
        now_ns: MachineNs,
        reason: &str,
        named: Option<&str>,
        (run_ns, at): (RunNs, Timestamp),
    ) -> Result<(), String> {
        self.handle(now_ns, FlagInput::Tick);
        self.begin_to_take(reason, named, run_ns, at)?;
        self.ship();
        Ok(())
    }

    /// Last record that was read from the log.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Returns `true` if this station has the flag.
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// Returns `true` if this station is mute until it has read the log.
    pub fn is_mute(&self) -> bool {
        self.is_mute
    }

    /// The flag as the log has it; `None` before its first record was read.
    pub fn state(&self) -> Option<&FlagState> {
        self.state.as_ref()
    }

    fn does(&mut self, output: FlagOutput) {
        if let FlagOutput::Follow(more) = output {
            if let Some(FlagOutput::Follow(records)) = self.outputs.back_mut() {
                records.extend(more);
            } else {
                self.outputs.push_back(FlagOutput::Follow(more));
            }
            return;
        }
        self.outputs.push_back(output);
    }

    fn request(&mut self, request: ServerRequest) {
        self.does(FlagOutput::Request(request));
    }

    fn says(&mut self, text: impl Into<String>, is_alarm: bool) {
        self.does(FlagOutput::Word(StationWord { text: text.into(), is_alarm }));
    }

    fn news(&mut self, news: News) {
        match news {
            News::Entry { sequence, line } => self.entry(sequence, &line),
            News::Appended { ticket, outcome } => self.appended(ticket, &outcome),
            News::ReadTo { ticket, last } => self.read_to(ticket, last),
            News::NotRead { ticket, .. } => self.not_read(ticket),
            News::Kept { sha256, outcome } => self.kept(sha256, outcome),
            News::Fetched { sha256, text } => self.fetched(sha256, text),
            News::Post(post) => self.post(post),
            News::Connected(_) => {
                self.shipping.looks_again();
                self.versions.asks_again();
            }
            News::Disconnected { .. } => {}
            News::LooksOn => self.says(LOOKS_ON, false),
            News::Word(text) => self.says(text, true),
        }
    }
}

#[cfg(test)]
mod tests;
