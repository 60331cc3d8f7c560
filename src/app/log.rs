//! The log: the run's events as the screen words them, and beside them the program's own words,
//! which the journal does not have: what was refused, and why.
//!
//! Must never decide what is shown where: it keeps lines, knows of what kind each is, and finds
//! them again.

pub(super) mod telling;

use std::collections::VecDeque;

use strum::VariantArray;

use super::Tone;
use crate::engine::{Event, Record, RunNs, State};
use crate::show::CueNumber;
use telling::{Telling, telling};

/// The last lines of the journal, in words.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: VecDeque<LogLine>,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Number of the line in this log, from 1.
    pub at: u64,
    /// The journal's number of it; none for a word that is not in the journal.
    pub seq: Option<u64>,
    /// Instant by the run's clock.
    pub at_ns: RunNs,
    /// Of what it speaks.
    pub kind: LineKind,
    /// The cue that it is about, where it is about one.
    pub cue: Option<CueNumber>,
    /// Its text.
    pub text: String,
    /// Its urgency.
    pub tone: Tone,
    /// Its event, if that has a sign or no place on the message line.
    pub mark: LineMark,
    /// Number of times that it came, one right after the other.
    pub times: u32,
}

/// Event of a line whose words are not all that is shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineMark {
    /// Nothing of the kind.
    Plain,
    /// A cue fired.
    Fired,
    /// A cue is complete, or a department ready.
    Done,
    /// The playhead moved, a message left, or it is something to look up: the message line keeps
    /// what was before.
    Routine,
}

/// A word of the program's own, which is no event of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogWord {
    /// Of what it speaks.
    pub kind: LineKind,
    /// In one line.
    pub text: String,
    /// Its urgency.
    pub tone: Tone,
    /// Tells if the message line has it.
    pub mark: LineMark,
    /// Instant by the run's clock.
    pub at_ns: RunNs,
}

impl LogWord {
    /// A word about the program itself.
    pub fn program(text: impl Into<String>, tone: Tone, at_ns: RunNs) -> Self {
        LogWord { kind: LineKind::Program, text: text.into(), tone, mark: LineMark::Plain, at_ns }
    }

    /// What is good to know once: the message line keeps what was before.
    pub fn to_look_up(text: impl Into<String>, at_ns: RunNs) -> Self {
        LogWord { mark: LineMark::Routine, ..Self::program(text, Tone::Attention, at_ns) }
    }

    /// What goes on as it should, for the log alone.
    pub fn routine(text: impl Into<String>, at_ns: RunNs) -> Self {
        LogWord { mark: LineMark::Routine, ..Self::program(text, Tone::Calm, at_ns) }
    }

    /// That something was refused, and why.
    pub fn refusal(text: impl Into<String>, at_ns: RunNs) -> Self {
        LogWord {
            kind: LineKind::Refusal,
            text: text.into(),
            tone: Tone::Attention,
            mark: LineMark::Plain,
            at_ns,
        }
    }
}

/// Of what a line speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Cues, segments, the playhead.
    Cue,
    /// Standby, the departments' answers, the interlock.
    Standby,
    /// Outcome of a message.
    Send,
    /// Something was asked for and not done.
    Refusal,
    /// A note of the caller's, and the sheet of those who were spotted.
    Note,
    /// The run and the program.
    Program,
}

impl LineKind {
    /// In a word of at most seven characters.
    pub fn word(self) -> &'static str {
        match self {
            LineKind::Cue => "cue",
            LineKind::Standby => "standby",
            LineKind::Send => "send",
            LineKind::Refusal => "refused",
            LineKind::Note => "note",
            LineKind::Program => "program",
        }
    }
}

/// Selection of the log's lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, VariantArray)]
pub enum Filter {
    /// Every line.
    #[default]
    All,
    /// Cues, segments and the playhead.
    Cues,
    /// Standby and ready.
    Standby,
    /// Messages.
    Sends,
    /// Everything that was refused, missed, lost, or did not leave.
    Troubles,
    /// Notes.
    Notes,
    /// The run and the program.
    Program,
}

impl Filter {
    /// All of them, in the order in which the key goes through them.
    pub const ALL: &'static [Filter] = <Filter as VariantArray>::VARIANTS;

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Cues => "cues",
            Filter::Standby => "standby and ready",
            Filter::Sends => "sends",
            Filter::Troubles => "troubles",
            Filter::Notes => "notes",
            Filter::Program => "program",
        }
    }

    /// The filter after this one; after the last, the first.
    pub fn next(self) -> Filter {
        Filter::ALL.iter().cycle().nth(self as usize + 1).copied().unwrap_or_default()
    }

    /// Returns `true` if it lets `line` pass.
    pub fn passes(self, line: &LogLine) -> bool {
        match self {
            Filter::All => true,
            Filter::Cues => line.kind == LineKind::Cue,
            Filter::Standby => line.kind == LineKind::Standby,
            Filter::Sends => line.kind == LineKind::Send,
            Filter::Troubles => line.is_trouble(),
            Filter::Notes => line.kind == LineKind::Note,
            Filter::Program => line.kind == LineKind::Program,
        }
    }
}

/// Returns `true` if the words of an event that a station without the flag has wished name it.
fn names_its_station(event: &Event) -> bool {
    matches!(
        event,
        Event::NoteTaken { .. }
            | Event::PersonNoted { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
    )
}

/// Returns `true` if `event` is about the program or the terminal of one station of a shared run.
fn is_of_program(event: &Event) -> bool {
    matches!(event, Event::RunResumed { .. } | Event::RunLeft { .. } | Event::TerminalLost {})
}

impl LogLine {
    /// Returns `true` if something was refused, missed or lost, did not leave, or is not as it
    /// should be.
    pub fn is_trouble(&self) -> bool {
        let is_warning = self.seq.is_none() && self.tone == Tone::Attention;
        self.tone == Tone::Alarm || self.kind == LineKind::Refusal || is_warning
    }

    /// Returns `true` if it has all of `words`, which are in lower case.
    fn has_all(&self, words: &[String]) -> bool {
        let text = self.text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

impl Log {
    /// The most lines that are kept; the journal has them all.
    const LONGEST: usize = 5_000;

    /// Words `record` of the run of `state` and keeps it.
    pub fn push(&mut self, record: &Record, state: &State) {
        let Telling { kind, mut text, tone, mark, .. } = telling(&record.event, state);
        if let Some(station) = record.wish_of().filter(|_| !names_its_station(&record.event)) {
            text = format!("{text}, by {station}");
        }
        if let Some(origin) = record.origin.as_deref().filter(|_| is_of_program(&record.event)) {
            text = format!("{text}, at {}", origin.station);
        }
        let (cue, at_ns) = (record.event.cue().cloned(), record.run_ns);
        self.keep(LogLine {
            at: 0,
            seq: Some(record.seq),
            at_ns,
            kind,
            cue,
            text,
            tone,
            mark,
            times: 1,
        });
    }

    /// Keeps a word of the program's own. One that was said last already is counted and not kept
    /// again: a key that is held down must not push the show out of the log.
    pub fn say(&mut self, word: LogWord) {
        let LogWord { kind, text, tone, mark, at_ns } = word;
        if let Some(last) =
            self.lines.back_mut().filter(|last| last.seq.is_none() && last.text == text)
        {
            (last.times, last.at_ns) = (last.times.saturating_add(1), at_ns);
            return;
        }
        self.keep(LogLine { at: 0, seq: None, at_ns, kind, cue: None, text, tone, mark, times: 1 });
    }

    fn keep(&mut self, line: LogLine) {
        if self.lines.len() == Self::LONGEST {
            self.lines.pop_front();
        }
        let at = self.newest() + 1;
        self.lines.push_back(LogLine { at, ..line });
    }

    /// The number of the newest line; 0 while there is none.
    pub fn newest(&self) -> u64 {
        self.lines.back().map_or(0, |line| line.at)
    }

    /// The lines, the newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &LogLine> {
        self.lines.iter().rev()
    }

    /// The lines that `filter` lets pass and that have all words of `search`, the newest first.
    pub fn found(&self, filter: Filter, search: &str) -> impl Iterator<Item = &LogLine> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        self.newest_first()
            .filter(move |line| filter.passes(line) && (words.is_empty() || line.has_all(&words)))
    }

    /// The newest line that the caller would want to read: no bookkeeping, and nothing that the
    /// message line has said already.
    pub fn last_said(&self) -> Option<&LogLine> {
        let is_said =
            |line: &&LogLine| line.kind != LineKind::Refusal && line.mark != LineMark::Routine;
        self.lines.iter().rev().take(64).find(is_said)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::{Cause, Origin};

    fn record(seq: u64, event: Event) -> Record {
        Record::new(seq, jiff::Timestamp::UNIX_EPOCH, RunNs::new(seq as i64), event)
    }

    fn state() -> State {
        let text = "title = \"x\"\n[department.stunts]\nname = \"Stunt team\"\n\
                    [[segment]]\ntitle = \"s\"\nduration = \"1m\"\n";
        State::new(Arc::new(crate::show::file::parse(text, "UTC").unwrap()))
    }

    fn log() -> Log {
        let cue = || CueNumber::new("12").unwrap();
        let mut log = Log::default();
        let fired = Event::CueFired {
            cue: cue(),
            cause: Cause::Go,
            firing: 1,
            due_ns: RunNs::ZERO,
            playhead_stays: false,
        };
        let failed = |output: &str, error: &str| {
            let (output, error) = (output.into(), error.into());
            Event::ActionFailed { cue: cue(), firing: 1, action: 1, output, error }
        };
        let events = [
            Event::CueStoodBy { cue: cue() },
            Event::DepartmentReady { cue: cue(), department: "stunts".into(), from_browser: false },
            fired,
            failed("lights", "No Route to host"),
            Event::NoteTaken { text: "wind 6 m/s".into(), cue: None },
            Event::Held {},
        ];
        for (seq, event) in (1..).zip(events) {
            log.push(&record(seq, event), &state());
        }
        log.say(LogWord::refusal("held: nothing fires", RunNs::new(9)));
        log
    }

    #[test]
    fn a_wish_has_its_station_unless_its_words_name_it() {
        let gaga = || ("gaga".to_owned(), "Lady Gaga".to_owned());
        let (person, name) = gaga();
        let spotted = Event::PersonSpotted { person, name };
        let (person, name) = gaga();
        let noted = Event::PersonNoted { person, name, text: "la: row 4".into() };
        let mut log = Log::default();
        for (seq, event, wish_of) in
            [(1, spotted.clone(), Some("la")), (2, noted, Some("la")), (3, spotted, None)]
        {
            let wish_of = wish_of.map(str::to_owned);
            let origin = Some(Arc::new(Origin { wish_of, ..Origin::new("paris", 1) }));
            log.push(&Record { origin, ..record(seq, event) }, &state());
        }
        let words: Vec<&str> = log.newest_first().map(|line| line.text.as_str()).collect();
        assert_eq!(
            words,
            ["Lady Gaga spotted", "note on Lady Gaga: la: row 4", "Lady Gaga spotted, by la"]
        );
    }

    #[test]
    fn what_a_program_does_has_its_station_in_a_shared_run() {
        let left = || Event::RunLeft { reason: "the caller quit".into() };
        let mut log = Log::default();
        log.push(&record(1, left()), &state());
        for (seq, event) in [(2, left()), (3, Event::TerminalLost {})] {
            let origin = Some(Arc::new(Origin::new("paris", 1)));
            log.push(&Record { origin, ..record(seq, event) }, &state());
        }
        let words: Vec<&str> = log.newest_first().map(|line| line.text.as_str()).collect();
        let left = "program left the run: the caller quit";
        assert_eq!(words, ["the terminal was lost, at paris", &format!("{left}, at paris"), left]);
    }

    #[test]
    fn a_warning_that_came_late_says_so() {
        let words = |late_ns| {
            let by = crate::show::StationName::new("la").unwrap();
            telling(&Event::StationWarned { by, late_ns }, &state()).text
        };
        assert_eq!(words(0), "la says: SOMETHING IS WRONG");
        assert_eq!(words(45_000_000_000), "la said (received 0:45 late): SOMETHING IS WRONG");
    }

    #[test]
    fn a_department_has_the_name_that_the_panel_has() {
        let cue = || CueNumber::new("12").unwrap();
        let text = |department: &str, is_ready| {
            let (cue, department) = (cue(), department.into());
            let event = match is_ready {
                true => Event::DepartmentReady { cue, department, from_browser: false },
                false => Event::DepartmentUnready { cue, department, from_browser: false },
            };
            telling(&event, &state()).text
        };
        assert_eq!(text("stunts", true), "cue 12: Stunt team ready");
        assert_eq!(text("stunts", false), "cue 12: Stunt team NOT ready");
        assert_eq!(text("gone", true), "cue 12: gone ready", "the show has changed since");
    }

    #[test]
    fn a_taken_flag_has_the_silence_that_the_stations_page_and_the_report_have() {
        let from = crate::show::StationName::new("paris").unwrap();
        let taken = Event::FlagTaken { from, reason: "cut".into(), silent_ns: 12_400_000_000 };
        assert_eq!(telling(&taken, &state()).text, "FLAG TAKEN from paris, silent for 0:12: cut");
    }

    #[test]
    fn a_swap_names_what_is_not_followed_any_more() {
        let number = |text: &str| CueNumber::new(text).unwrap();
        let swapped = |not_followed| {
            telling(
                &Event::CueSwapped { cue: number("12"), by: number("12B"), not_followed },
                &state(),
            )
            .text
        };
        assert_eq!(swapped(vec![]), "cue 12B replaces 12");
        let named = swapped(vec![number("13"), number("14")]);
        assert_eq!(named, "cue 12B replaces 12; not followed: 13, 14");
    }

    #[test]
    fn every_line_passes_its_own_filter() {
        let log = log();
        let found = |filter| log.found(filter, "").map(|line| line.at).collect::<Vec<_>>();
        assert_eq!(found(Filter::All), [7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(found(Filter::Cues), [3]);
        assert_eq!(found(Filter::Standby), [2, 1]);
        assert_eq!(found(Filter::Sends), [4]);
        assert_eq!(found(Filter::Troubles), [7, 4]);
        assert_eq!(found(Filter::Notes), [5]);
        assert_eq!(found(Filter::Program), [6]);
        let round = Filter::ALL.iter().fold(Filter::All, |filter, _| filter.next());
        assert_eq!(round, Filter::All);
    }

    #[test]
    fn a_search_has_all_words_in_any_case_and_order() {
        let log = log();
        let found = |text| log.found(Filter::All, text).map(|line| line.at).collect::<Vec<_>>();
        assert_eq!(found("ROUTE lights"), [4]);
        assert_eq!(found("  12 ready "), [2]);
        assert_eq!(found("nobody"), [0; 0]);
        assert_eq!(log.found(Filter::Cues, "lights").count(), 0);
    }

    #[test]
    fn what_is_said_again_and_again_is_one_line() {
        let mut log = log();
        (10..20)
            .for_each(|at_ns| log.say(LogWord::refusal("held: nothing fires", RunNs::new(at_ns))));
        let last = log.newest_first().next().unwrap();
        assert_eq!((last.at, last.times, last.at_ns), (7, 11, RunNs::new(19)));
        assert_eq!(log.last_said().map(|line| line.text.as_str()), Some("show held"));
        log.push(&record(7, Event::Resumed {}), &state());
        log.say(LogWord::refusal("held: nothing fires", RunNs::new(30)));
        assert_eq!(log.newest(), 9, "something came in between");
    }

    #[test]
    fn a_note_is_said_whatever_words_it_has() {
        let mut log = Log::default();
        log.push(
            &record(1, Event::NoteTaken { text: "playhead: sent".into(), cue: None }),
            &state(),
        );
        log.push(&record(2, Event::PlayheadMoved { cue: None }), &state());
        assert_eq!(log.last_said().map(|line| line.text.as_str()), Some("note: playhead: sent"));
    }

    #[test]
    fn the_oldest_lines_give_way() {
        let mut log = Log::default();
        let state = state();
        (1..=5_100).for_each(|seq| log.push(&record(seq, Event::Held {}), &state));
        assert_eq!((log.newest_first().len(), log.newest()), (5_000, 5_100));
        assert_eq!(log.newest_first().last().map(|line| line.at), Some(101));
    }
}
