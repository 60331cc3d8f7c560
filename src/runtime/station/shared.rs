//! A run that is shared: the flag and the line to the log, beside the conductor.
//!
//! What the conductor records goes to the log after its messages have left; what the log and the
//! other stations say goes to the conductor. Neither waits for the network.

mod aside;
mod elsewhere;
mod waiting;
mod wishes;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::Station;
use crate::app::Tone;
use crate::app::flag::{Sources, Watch};
use crate::app::log::LogWord;
use crate::conductor::{By, ConductorInput, Muted, RunClock};
use crate::engine::{Command, Event, Record, StationReport};
use crate::link::{
    FiredAside, Flag, FlagInput, FlagOutput, Letter, News, OutputSigns, StationName, StationWord,
};
use crate::output::ShowTime;
use crate::plain::counted;
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::share::{ServerLine, ShareOptions};
use crate::runtime::showfile::Theirs;
use crate::runtime::{GOODBYE, opening};
use crate::show::Show;
use crate::time::{MachineNs, nanoseconds};
use elsewhere::Elsewhere;
use waiting::WaitingRequests;

/// Maximum number of news in one round: the keyboard waits for no more.
const NEWS_MAX: usize = 256;

/// Pause between two looks at what only time changes, for the screen.
const LOOK: Duration = Duration::from_millis(200);

/// Words for the caller where the program itself has failed.
const THREAD_ENDED: &str = "the part of this program that talks to the server has failed: nothing is \
                            shipped any more; leave the run and resume it to share it again";

/// This station's part in a shared run, before the station is there.
pub(in crate::runtime) struct SharedStart {
    /// The server, and the name of this station.
    pub share: ShareOptions,
    /// The flag.
    pub flag: Flag,
    /// The line to the server.
    pub line: Box<dyn ServerLine>,
    /// What the flag has asked for until now, and is still to be done.
    pub outputs: VecDeque<FlagOutput>,
    /// The first event of a run that is resumed here, once the log says that the flag is still here.
    pub begin: Option<Event>,
    /// The records of the run that are in the journal already.
    pub recorded: Vec<Record>,
    /// News of the connection that the flag was handed.
    pub heard: Vec<News>,
}

/// This station's part in a shared run.
pub(super) struct SharedEnd {
    flag: Flag,
    line: Box<dyn ServerLine>,
    /// What the flag asks for, to be done in this order.
    outputs: VecDeque<FlagOutput>,
    /// Requests that the line had no room for.
    waiting: WaitingRequests,
    /// The server, and the name of this station.
    pub(super) share: ShareOptions,
    /// What the screen shows of the flag and the stations.
    watch: Watch,
    muted: Muted,
    /// Another program of this name is the station.
    is_second: bool,
    /// Last reading of the show's clock for the outputs, and its instant.
    time: Option<(ShowTime, MachineNs)>,
    /// The first event, where the run is resumed and the log was not read yet.
    begin: Option<Event>,
    /// The other stations that are heard; `None` while nobody can be said to be away.
    heard: Option<BTreeSet<StationName>>,
    elsewhere: Elsewhere,
    /// The signs of the outputs here, as the others were told.
    told_outputs: Option<OutputSigns>,
    /// Everything that the flag was handed. It is kept here since a journal can be away when its
    /// end has to go aside: a disk may be full.
    recorded: Vec<Record>,
    /// Number of the station's news that the flag was handed.
    shipped: usize,
    /// The server's thread has more news than one round takes in.
    has_more: bool,
    looked_ns: MachineNs,
}

impl SharedEnd {
    /// Returns `true` if an output of `station`, which is `None` for the holder's, is sent from here.
    fn sends(&self, station: Option<&StationName>) -> bool {
        match self.muted {
            _ if self.is_second => false,
            Muted::Nothing => station.is_none_or(|station| *station == self.share.station),
            Muted::Shared => station == Some(&self.share.station),
            Muted::Everything => false,
        }
    }

    pub(super) fn new(start: SharedStart, show: &Show) -> Self {
        let SharedStart { share, flag, line, outputs, begin, recorded, heard } = start;
        let mut watch = Watch::new(share.station.clone(), env!("CARGO_PKG_VERSION"), machine_ns());
        heard.iter().for_each(|news| watch.hears(news));
        let elsewhere = Elsewhere::of(show, &recorded);
        SharedEnd {
            flag,
            line,
            outputs,
            waiting: WaitingRequests::default(),
            watch,
            share,
            muted: Muted::Nothing,
            is_second: false,
            time: None,
            begin,
            heard: None,
            elsewhere,
            told_outputs: None,
            recorded,
            shipped: 0,
            has_more: false,
            looked_ns: MachineNs::ZERO,
        }
    }

    /// Time during which the flag needs nothing.
    pub(super) fn next_wait(&self) -> Duration {
        if self.has_more {
            return Duration::ZERO;
        }
        self.flag.deadline().since(machine_ns())
    }
}

impl Station {
    /// Takes in what the server's thread has, and what time brings.
    pub(super) fn tick_shared(&mut self) {
        let Some(shared) = &mut self.shared else { return };
        shared.waiting.hand_over(&*shared.line);
        if shared.waiting.has_just_ended() {
            self.hears_of_flag(StationWord { text: THREAD_ENDED.to_owned(), is_alarm: true });
        }
        // What is to leave in a moment waits for no news; they come in the next round.
        let has_more = (0..NEWS_MAX).all(|_| self.conductor.is_ahead() || self.take_news());
        let Some(shared) = &mut self.shared else { return };
        shared.has_more = has_more;
        if shared.flag.deadline() <= machine_ns() {
            shared.flag.handle(machine_ns(), FlagInput::Tick);
        }
        self.obey_flag();
        self.look_at_flag(false);
    }

    /// Takes in one of the news and does what follows from it, before the next is handed in; `false`
    /// if there is none.
    fn take_news(&mut self) -> bool {
        // What the flag has asked for is done before it hears more.
        self.ship();
        self.obey_flag();
        let Some(shared) = &mut self.shared else { return false };
        let Some(news) = shared.line.next() else { return false };
        shared.watch.hears(&news);
        // From here on no wish is taken, also of a remote control.
        let looks_on = matches!(news, News::LooksOn);
        shared.flag.handle(machine_ns(), FlagInput::News(news));
        if looks_on {
            self.look_at_flag(true);
        }
        self.obey_flag();
        // Nothing that is due waits for a long log.
        self.tick();
        true
    }

    /// Ships what was journaled since, now that its messages have left. What was read from the log
    /// the flag leaves out.
    pub(super) fn ship(&mut self) {
        let Some(shared) = &mut self.shared else { return };
        let records = self.news.get(shared.shipped..).unwrap_or_default();
        if records.is_empty() {
            return;
        }
        let show = self.conductor.state().show();
        records.iter().for_each(|record| shared.elsewhere.note(show, record));
        shared.recorded.extend_from_slice(records);
        shared.shipped = self.news.len();
        shared.flag.handle(machine_ns(), FlagInput::Recorded(records.to_vec()));
    }

    /// The news are published, and others come in their place.
    pub(super) fn news_are_gone(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.shipped = 0;
        }
    }

    /// Tells the outputs which of them are sent from here: only those keep their far ends awake.
    pub(super) fn send_outputs(&mut self) {
        let Some(shared) = &self.shared else { return self.outputs.send_here(|_| true) };
        let show = self.conductor.state().show();
        self.outputs.send_here(|output| shared.sends(show.output(output).station.as_ref()));
    }

    /// Tells the outputs what the show's clock read at `at`, those that are sent from here.
    pub(super) fn show_time(&mut self, time: ShowTime, at: MachineNs) {
        let Some(shared) = &mut self.shared else { return self.outputs.show_time(time, at) };
        shared.time = Some((time, at));
        let show = self.conductor.state().show();
        let sends = |output| shared.sends(show.output(output).station.as_ref());
        self.outputs.show_time_to(time, at, sends);
    }

    pub(super) fn mute_outputs(&mut self, muted: Muted) {
        let Some(shared) = &mut self.shared else { return };
        shared.muted = muted;
        self.tells_time_again();
    }

    /// Which outputs are sent from here has changed.
    fn tells_time_again(&mut self) {
        let Some(shared) = &self.shared else { return };
        if let Some((time, at)) = shared.time {
            self.show_time(time, at);
        }
    }

    pub(super) fn tell(&mut self, told: StationReport) {
        if let Some(shared) = &mut self.shared {
            shared.flag.handle(machine_ns(), FlagInput::Letter(Letter::Told(told)));
        }
    }

    /// Returns `true` if the run is a shared one.
    pub(super) fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Has the flag announce a version that the caller wants to give the run.
    pub(super) fn announce(&mut self, sha256: String, text: Arc<str>) {
        if let Some(shared) = &mut self.shared {
            shared.flag.handle(machine_ns(), FlagInput::Announce { sha256, text });
        }
        self.obey_flag();
    }

    /// Tells the flag what became of the version of another station.
    pub(super) fn has_version(&mut self, sha256: String, outcome: Result<(), String>) {
        if let Some(shared) = &mut self.shared {
            shared.flag.handle(machine_ns(), FlagInput::Version { sha256, outcome });
        }
        self.obey_flag();
    }

    /// The outputs of other stations are those of another version of the show.
    pub(super) fn revised_elsewhere(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.elsewhere.revise(self.conductor.state().show());
        }
    }

    /// Proposes a record, after those that come before it.
    pub(super) fn propose(&mut self, record: Record) {
        self.ship();
        if let Some(shared) = &mut self.shared {
            shared.flag.handle(machine_ns(), FlagInput::Propose(record));
        }
    }

    pub(super) fn lost_terminal(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.flag.handle(machine_ns(), FlagInput::TerminalLost);
        }
    }

    pub(super) fn stood_still(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.watch.stood_still(machine_ns().since(shared.looked_ns));
            shared.flag.handle(machine_ns(), FlagInput::StoodStill);
        }
    }

    /// Does what the flag asks for, until there is nothing more.
    pub(super) fn obey_flag(&mut self) {
        while let Some(output) = self.shared.as_mut().and_then(|shared| {
            let first = shared.outputs.pop_front();
            first.or_else(|| shared.flag.poll())
        }) {
            self.obey_one(output);
        }
    }

    fn obey_one(&mut self, output: FlagOutput) {
        let now_ns = machine_ns();
        match output {
            FlagOutput::Request(request) => {
                if let Some(shared) = &mut self.shared {
                    shared.waiting.send(&*shared.line, request);
                }
            }
            FlagOutput::Follow(records) => {
                let last = records.last().filter(|_| !self.conductor.has_clock()).cloned();
                self.follow(records);
                if let Some(last) = last {
                    let clock = self.clock_by_the_wall(Some(&last));
                    self.conductor.estimate_clock(clock);
                    self.tells_clock();
                }
            }
            FlagOutput::Announced { sha256 } => self.was_announced(&sha256),
            FlagOutput::Version { number, sha256, text } => {
                self.prepare_theirs(Theirs { number, sha256, text });
            }
            FlagOutput::Stored(record) => {
                drop(self.drive(ConductorInput::Stored(Box::new(record))))
            }
            FlagOutput::Holds { resumes } => {
                self.drive(ConductorInput::Holds);
                if resumes {
                    let resumed = self.resumed();
                    self.drive(ConductorInput::Begin(resumed));
                }
            }
            FlagOutput::Aside { kept, records, term, fired } => {
                self.goes_aside(kept, records, term, fired);
            }
            FlagOutput::Mute(is_mute) => drop(self.drive(ConductorInput::Mute(is_mute))),
            FlagOutput::Expected(expected) => drop(self.drive(ConductorInput::Expected(expected))),
            FlagOutput::Heard(heard) => {
                if let Some(shared) = &mut self.shared {
                    shared.heard = Some(heard.clone());
                }
                self.drive(ConductorInput::Heard(heard));
            }
            FlagOutput::Letter { from, number, letter } => self.letter(from, number, letter),
            FlagOutput::Second(is_second) => self.is_second_now(is_second),
            FlagOutput::Refused(why) => self.app.refuse(why, now_ns),
            FlagOutput::ClockAsked { to, asked_ns } => {
                let run_ns = self.conductor.clock().run_ns(machine_ns());
                if let Some(shared) = &mut self.shared {
                    shared.flag.handle(machine_ns(), FlagInput::Clock { to, asked_ns, run_ns });
                }
            }
            FlagOutput::Clock(best) => {
                let ago = SignedDuration::try_from(now_ns.since(best.machine_ns));
                let wall = wall_now().checked_sub(ago.unwrap_or_default());
                let wall = wall.unwrap_or_else(|_| wall_now());
                let speed = self.conductor.state().speed();
                let clock = RunClock::new(best.machine_ns, best.run_ns, wall, speed);
                self.conductor.set_clock(clock);
                self.tells_clock();
            }
            FlagOutput::Lapsed => {
                let why = "it was not passed within 60 s".to_owned();
                let _ = self.obey(By::Program, Command::WithdrawFlag(why));
            }
            FlagOutput::Asks => {
                if let Some(shared) = &mut self.shared {
                    shared.watch.cannot_read();
                }
            }
            FlagOutput::Word(said) => self.hears_of_flag(said),
        }
    }

    /// Tells the caller something about the shared run, and logs it.
    fn hears_of_flag(&mut self, StationWord { text, is_alarm }: StationWord) {
        let tone = if is_alarm { Tone::Alarm } else { Tone::Attention };
        self.words.push(LogWord::program(text.clone(), tone, self.conductor.run_ns()));
        if is_alarm {
            self.app.say(text, tone, machine_ns());
        } else {
            self.app.hint(text, machine_ns());
        }
    }

    /// The first event of a run that goes on here.
    fn resumed(&mut self) -> Event {
        let begin = self.shared.as_mut().and_then(|shared| shared.begin.take());
        let last = self.conductor.run_ns();
        let down_ns = nanoseconds(self.conductor.clock().run_ns(machine_ns()).since(last));
        match begin {
            Some(Event::RunResumed { listen, web, gap, auto, .. }) => {
                Event::RunResumed { down_ns, listen, web, gap, auto }
            }
            Some(_) | None => {
                Event::RunResumed { down_ns, listen: None, web: None, gap: false, auto: false }
            }
        }
    }

    /// The run's clock is another one: the screen counts by it.
    fn tells_clock(&mut self) {
        self.feed.retime(self.conductor.clock());
    }

    /// Somebody has taken the flag: what was recorded here since goes into a file of its own, and
    /// the journal goes on as the log has it.
    fn goes_aside(&mut self, kept: u64, records: Vec<Record>, term: u64, fired: Vec<FiredAside>) {
        let Some(shared) = &mut self.shared else { return };
        shared.recorded.retain(|record| record.seq <= kept);
        let kept_records = shared.recorded.clone();
        // Where nothing goes aside, the journal is the log's already.
        let goes_beyond = self.conductor.seq() > kept;
        let journal = if goes_beyond { self.journal.take() } else { None };
        let report = || opening::report(&self.post);
        let put = journal.map(|journal| journal.set_aside(kept, term, GOODBYE, report()));
        let run_ns = self.conductor.run_ns();
        match put {
            Some(Ok((journal, path))) => {
                self.journal = Some(journal);
                let (count, path) = (counted(records.len(), "record"), path.display());
                let text = format!("the run went on elsewhere: {count} put aside, in {path}");
                self.words.push(LogWord::program(text, Tone::Alarm, run_ns));
            }
            Some(Err(error)) => {
                let text = format!("the journal cannot be put aside, and ends here: {error}");
                self.app.journal_alarm = Some(text.clone());
                self.words.push(LogWord::program(text, Tone::Alarm, run_ns));
            }
            None => {}
        }
        let wishes = aside::wishes(&records, self.conductor.state());
        let before = Arc::clone(self.conductor.state().show());
        self.drive(ConductorInput::SetAside { kept: kept_records, aside: records });
        self.goes_back_from(&before);
        self.feed.start_over(self.conductor.state());
        self.news.clear();
        let show = self.conductor.state().show();
        if let Some(shared) = &mut self.shared {
            shared.shipped = 0;
            shared.elsewhere = Elsewhere::of(show, &shared.recorded);
            shared.watch.put_aside(fired);
            aside::tell(&mut shared.flag, wishes);
        }
    }

    /// Lets go of the shared run: what was recorded is shipped still, where the server takes it.
    pub(super) fn leave_shared(&mut self) {
        self.ship();
        self.obey_flag();
        if let Some(shared) = self.shared.take() {
            shared.line.close();
        }
    }

    /// Shows what is new of the flag and the stations; what only time changes, a few times a second.
    fn look_at_flag(&mut self, at_once: bool) {
        let now_ns = machine_ns();
        let step = self.app.flag_step();
        let Some(shared) = &mut self.shared else { return };
        if !at_once && now_ns.since(shared.looked_ns) < LOOK {
            return;
        }
        shared.looked_ns = now_ns;
        shared.flag.handle(now_ns, FlagInput::Step(step));
        self.tells_outputs();
        let Some(shared) = &mut self.shared else { return };
        let sources = Sources {
            view: &shared.flag.view(),
            role: self.conductor.role(),
            flag: self.conductor.state().flag(),
            seq: self.conductor.seq(),
            step,
        };
        let seen = shared.watch.shared(now_ns, &sources);
        if self.app.link.as_deref() != Some(&seen) {
            self.app.sees_link(Arc::new(seen), now_ns);
        }
    }
}
