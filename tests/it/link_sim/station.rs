//! One station: the flag and the conductor that ship, a journal in memory, and outputs that always
//! answer. What it does here is what the program's station does.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use handover::app::flag::{command_of, wishes_of};
use handover::conductor::{
    By, Conductor, ConductorInput, ConductorOutput, FlagPart, Muted, RunClock,
};
use handover::engine::{
    Aside, Cause, Command, Event, FlagWay, Record, Revised, Revision, RunNs, State,
};
use handover::journal::{checksum, digest};
use handover::link::{
    Flag, FlagInput, FlagOutput, FlagStart, Instance, Letter, ServerRequest, StationIdentity,
    StationName,
};
use handover::output::{Job, Outcome, Report};
use handover::show::{CueIx, OutputIx, Show};
use handover::time::{MachineNs, nanoseconds};
use jiff::{SignedDuration, Timestamp};

use super::net::Rng;
use super::versions;

/// A message that left.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub cue: CueIx,
    pub firing: u32,
    pub action: u32,
    /// The term of the record that it follows from, as this station has it.
    pub term: u64,
}

/// A machine's clock: its reading at first, and its drift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    pub base_ns: u64,
    pub ppm: i64,
}

impl Machine {
    pub(super) fn at(self, true_ns: u64) -> MachineNs {
        // No evening lasts so long that this would overflow.
        let drift = true_ns as i64 * self.ppm / 1_000_000;
        MachineNs::new((self.base_ns + true_ns).strict_add_signed(drift))
    }

    /// The first instant of the true time at which the machine's clock reads so.
    pub(super) fn true_at(self, machine: MachineNs) -> u64 {
        let since = machine.ns().saturating_sub(self.base_ns);
        since * 1_000_000 / 1_000_000_u64.strict_add_signed(self.ppm) + 1
    }
}

pub(super) struct Program {
    pub me: StationName,
    show: Arc<Show>,
    pub flag: Flag,
    pub conductor: Conductor,
    /// What the program does for the network, to be taken, and how long after it woke up.
    pub requests: Vec<(u64, ServerRequest)>,
    /// Time for which the disk has held it up since it woke up.
    pub held_up_ns: u64,
    /// A disk that is slow at times, where it is.
    slow_disk: Option<Rng>,
    pub sent: Vec<Sent>,
    /// The last panic that has stopped the outputs here.
    stopped_seq: u64,
    /// Last record of a cue that came by itself from which each output was sent something.
    sent_from: HashMap<OutputIx, u64>,
    /// The messages of which this station, with the flag, has recorded that they have not left, and
    /// its term.
    pub given_up: Vec<((CueIx, u32, u32), u64)>,
    muted: Muted,
    /// A version that is to be taken once the other stations have it.
    ready: Option<Revision>,
    /// The version of another station that is ready to be followed.
    theirs: Option<(String, Arc<str>)>,
    unshipped: Vec<Record>,
    pub asks: bool,
    /// Faults of the station, as it sees them itself.
    pub fault: Option<String>,
}

/// What survives a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    /// The versions of the show that this station has made or followed, by SHA-256.
    pub versions: BTreeMap<String, Arc<str>>,
    pub journal: Vec<Record>,
    pub aside: Vec<Record>,
    /// The shortest that the journal was since it was looked at, where something went aside.
    pub kept: usize,
}

/// A message may leave so long before its instant.
const LEAD: Duration = Duration::from_micros(301);

/// A message of another station's cue that leaves so much after its instant, by the clock here, is
/// a surprise: a second, and what the clock may have been wrong by.
const LATE: Duration = Duration::from_millis(1_200);

/// A slow disk holds a program up for no longer.
pub(super) const SLOW_NS: u64 = 2_500_000_000;

pub(super) const RUN: &str = "2024-08-11-closing";

fn identity(at: usize, instance: u64) -> StationIdentity {
    StationIdentity {
        me: name(at),
        instance: Instance(instance),
        run: RUN.to_owned(),
        version: "0".to_owned(),
        digest: "d".to_owned(),
        terminal: true,
    }
}

pub(super) fn name(at: usize) -> StationName {
    StationName::new(["paris", "la", "mars", "moon", "sea"][at]).expect("a name")
}

impl Program {
    /// Opens the run, joins it, or takes it up again from a journal.
    pub(super) fn start(
        at: usize,
        instance: u64,
        show: &Arc<Show>,
        disk: &mut Disk,
        opens: Option<Event>,
        (now, wall): (MachineNs, Timestamp),
        slow_disk: Option<Rng>,
    ) -> Self {
        let me = name(at);
        let mut state = State::new(Arc::clone(show));
        disk.journal.iter().for_each(|record| state.fold(record));
        let last = disk.journal.last();
        let (seq, run_ns) = last.map_or((0, RunNs::ZERO), |last| (last.seq, last.run_ns));
        let down = last.map_or(Duration::ZERO, |last| since(wall, last.at));
        let clock = RunClock::new(now, run_ns + down, wall, 1);
        let mut conductor = Conductor::new(state, clock, seq, run_ns);
        let start = match (&opens, disk.journal.is_empty()) {
            (Some(_), _) => FlagStart::Opens,
            (None, true) => FlagStart::Joins,
            (None, false) => FlagStart::Resumes(disk.journal.clone()),
        };
        conductor.share(me.clone(), opens.is_some().then_some(1));
        if start != FlagStart::Opens && start != FlagStart::Joins {
            conductor.set_clock(clock);
        }
        let mut flag = Flag::new(identity(at, instance), start, now);
        for (sha256, text) in &disk.versions {
            let (sha256, text) = (sha256.clone(), Arc::clone(text));
            flag.handle(now, FlagInput::Text { sha256, text });
        }
        let mut program = Program {
            me,
            show: Arc::clone(show),
            flag,
            conductor,
            requests: vec![],
            held_up_ns: 0,
            slow_disk,
            sent: vec![],
            stopped_seq: 0,
            sent_from: HashMap::new(),
            given_up: vec![],
            muted: Muted::Nothing,
            ready: None,
            theirs: None,
            unshipped: vec![],
            asks: false,
            fault: None,
        };
        if let Some(started) = opens {
            program.conductor.handle(now, ConductorInput::Begin(started));
        }
        program.drive(now, wall, disk);
        program
    }

    /// Does everything that follows now from what was handed in.
    pub(super) fn drive(&mut self, woke: MachineNs, woke_wall: Timestamp, disk: &mut Disk) {
        // What the flag asks for is done before the conductor does anything more.
        let mut asked = self.flag.poll();
        for _ in 0..100_000 {
            let held_up = Duration::from_nanos(self.held_up_ns);
            let now = woke + held_up;
            let wall = if held_up.is_zero() { woke_wall } else { woke_wall + held_up };
            if let Some(output) = asked.take() {
                // What is only said hands nothing to the conductor, which does nothing then.
                let is_said = matches!(output, FlagOutput::Word(_) | FlagOutput::Request(_));
                self.obey(now, wall, output, disk);
                asked = if is_said { self.flag.poll() } else { None };
            } else if let Some(output) = self.conductor.poll_output(now) {
                self.perform(now, output, disk);
            } else {
                self.ship(now);
                asked = self.flag.poll();
                if asked.is_none() {
                    return;
                }
            }
        }
        self.fault = Some("there is no end of outputs".to_owned());
    }

    /// What was recorded is shipped once its messages have left.
    fn ship(&mut self, now: MachineNs) {
        let records = std::mem::take(&mut self.unshipped);
        if !records.is_empty() {
            self.flag.handle(now, FlagInput::Recorded(records));
        }
    }

    fn perform(&mut self, now: MachineNs, output: ConductorOutput, disk: &mut Disk) {
        match output {
            ConductorOutput::Append(records) => {
                for record in &records {
                    self.keeps_what_is_given_up(record);
                    if record.seq != disk.journal.len() as u64 + 1 {
                        self.fault = Some(format!("{record:?} does not follow the journal"));
                    }
                    disk.journal.push(record.clone());
                }
                self.unshipped.extend(records);
                if let Some(rng) = &mut self.slow_disk
                    && rng.chance(2)
                {
                    self.held_up_ns += rng.below(SLOW_NS);
                }
            }
            ConductorOutput::Send(job) => {
                self.sends(now, job, disk);
                self.conductor.handle(now, ConductorInput::Outcome(job, Outcome::Sent));
            }
            ConductorOutput::Tell(told) => {
                self.flag.handle(now, FlagInput::Letter(Letter::Told(told)))
            }
            ConductorOutput::Propose(record) => {
                self.ship(now);
                self.flag.handle(now, FlagInput::Propose(*record));
            }
            ConductorOutput::StoodStill => self.flag.handle(now, FlagInput::StoodStill),
            ConductorOutput::StopAll(outputs) => {
                let is_panic = |record: &&Record| matches!(record.event, Event::Panicked { .. });
                let last = disk.journal.iter().rfind(is_panic);
                self.stopped_seq = last.map_or(self.stopped_seq, |last| last.seq);
                for output in outputs {
                    self.panics(output);
                    let report = Report { output, job: None, outcome: Outcome::Sent };
                    self.conductor.handle(now, ConductorInput::Report(report));
                }
            }
            ConductorOutput::Muted(muted) => self.muted = muted,
            ConductorOutput::Revised
            | ConductorOutput::Stop { .. }
            | ConductorOutput::GiveWay { .. }
            | ConductorOutput::EndRamps
            | ConductorOutput::PauseClip(_)
            | ConductorOutput::ResumeClip(_)
            | ConductorOutput::Reply { .. }
            | ConductorOutput::ClipsLost(_)
            | ConductorOutput::Arm(_)
            | ConductorOutput::Join(_)
            | ConductorOutput::Outages(_)
            | ConductorOutput::ShowTime(_) => {}
        }
    }

    fn keeps_what_is_given_up(&mut self, record: &Record) {
        let origin = record.origin.as_ref().filter(|origin| origin.station == self.me.as_str());
        if let Some(origin) = origin
            && let Event::ActionFailed { cue, firing, action, .. } = &record.event
            && let Some(cue) = self.show.find(cue)
        {
            self.given_up.push(((cue, *firing, action - 1), origin.term));
        }
    }

    /// The messages of a panic leave for an output.
    fn panics(&mut self, output: OutputIx) {
        let place = self.show.output(output).station.as_ref();
        let is_mine = place
            .map_or(*self.conductor.role().expect("shared") != FlagPart::Follows, |p| {
                *p == self.me
            });
        if !is_mine || self.conductor.is_mute() || self.muted == Muted::Everything {
            self.fault = Some(format!("output {output:?} is sent a panic from here"));
        }
    }

    /// A message leaves: the station says what it knows, and the world judges.
    fn sends(&mut self, now: MachineNs, job: Job, disk: &Disk) {
        let Job { cue, firing, action } = job;
        let number = &self.show.cue(cue).number;
        let is_it = |record: &&Record| matches!(&record.event, Event::CueFired { cue, firing: f, .. } if cue == number && *f == firing);
        let Some(record) = disk.journal.iter().rev().find(is_it) else {
            self.fault = Some(format!("{job:?} leaves, and the journal does not have its cue"));
            return;
        };
        let term = record.origin.as_ref().map_or(0, |origin| origin.term);
        let output = self.show.cue(cue).actions[action as usize].output;
        let place = self.show.output(output).station.as_ref();
        // The flag's word comes to the conductor before it does anything more.
        if self.conductor.is_mute() {
            self.fault = Some(format!("{job:?} leaves from a mute station"));
        }
        if self.muted == Muted::Everything {
            self.fault = Some(format!("{job:?} leaves, and all outputs are muted"));
        }
        if record.seq < self.stopped_seq {
            let stopped = self.stopped_seq;
            self.fault = Some(format!("{job:?} leaves after the panic of record {stopped}"));
        }
        // A GO leaves at once, though what was recorded ahead of a pass may be of a later instant.
        // What another term recorded leaves by the clock of that one.
        let is_timed = matches!(&record.event, Event::CueFired { cause: Cause::Follow, .. });
        let is_now = self.flag.state().is_some_and(|flag| flag.term == term);
        let run_ns = self.conductor.clock().run_ns(now + LEAD);
        let holds = *self.conductor.role().expect("shared") == FlagPart::Holds;
        if is_timed && is_now && holds && run_ns < record.run_ns {
            self.fault = Some(format!("{job:?} leaves at {run_ns:?}, before {:?}", record.run_ns));
        }
        // What another station has recorded comes as a surprise when it is late, however well this
        // one knew the run's clock when it came. A disk that takes long over its record is no news.
        let is_anothers =
            record.origin.as_ref().is_some_and(|origin| origin.station != self.me.as_str());
        let woke = now - Duration::from_nanos(self.held_up_ns);
        let late = self.conductor.clock().run_ns(woke).since(record.run_ns);
        if is_anothers && late > LATE {
            self.fault = Some(format!("{job:?} leaves {late:?} after it was due"));
        }
        // What comes by itself leaves in the order in which it was recorded.
        let before = if is_timed { self.sent_from.insert(output, record.seq) } else { None };
        if let Some(before) = before.filter(|before| *before > record.seq) {
            self.fault =
                Some(format!("{job:?} of record {} leaves after that of {before}", record.seq));
        }
        if place.is_some_and(|place| *place != self.me) {
            self.fault = Some(format!("{job:?} leaves from another station than its own"));
        }
        if place.is_none() {
            let origin = record.origin.as_ref().map(|origin| origin.station.as_str());
            if origin != Some(self.me.as_str()) {
                self.fault = Some(format!("{job:?} leaves from a station that has not fired it"));
            }
            let flag = self.flag.state();
            // After a pass, what was recorded before it leaves still; after a take, nothing.
            let is_taken = flag.is_some_and(|flag| {
                flag.changes.iter().any(|change| {
                    change.term == term + 1 && matches!(change.how, FlagWay::Taken { .. })
                })
            });
            if is_taken {
                self.fault = Some(format!("{job:?} leaves after the flag was taken"));
            }
            if *self.conductor.role().expect("shared") == FlagPart::Follows {
                let passed = flag.and_then(|flag| flag.changes.iter().find(|c| c.term == term + 1));
                let due_ns = self.conductor.state().cue(cue).fired_ns;
                if passed.is_none_or(|passed| due_ns.is_none_or(|due_ns| due_ns >= passed.at_ns)) {
                    self.fault = Some(format!("{job:?} leaves from a follower"));
                }
            }
        }
        self.sent.push(Sent { cue, firing, action, term });
    }

    fn obey(&mut self, now: MachineNs, wall: Timestamp, output: FlagOutput, disk: &mut Disk) {
        match output {
            FlagOutput::Request(request) => self.requests.push((self.held_up_ns, request)),
            FlagOutput::Follow(records) => self.follow(now, records),
            FlagOutput::Announced { sha256 } => {
                if let Some(revision) = self.ready.take_if(|ready| ready.sha256 == sha256) {
                    self.command(now, Command::Revise(Box::new(revision)));
                }
            }
            FlagOutput::Version { sha256, text, .. } => {
                // A disk may be full for a while.
                let is_full = self.slow_disk.as_mut().is_some_and(|rng| rng.chance(30));
                let outcome = if is_full { Err("the disk is full".to_owned()) } else { Ok(()) };
                disk.versions.insert(sha256.clone(), Arc::clone(&text));
                self.theirs = Some((sha256.clone(), text));
                self.flag.handle(now, FlagInput::Version { sha256, outcome });
            }
            FlagOutput::Stored(record) => {
                self.conductor.handle(now, ConductorInput::Stored(Box::new(record)));
            }
            FlagOutput::Holds { resumes } => {
                self.conductor.handle(now, ConductorInput::Holds);
                if resumes {
                    let last = disk.journal.last();
                    let down = last.map_or(Duration::ZERO, |last| since(wall, last.at));
                    let down_ns = nanoseconds(down);
                    let resumed = Event::RunResumed {
                        down_ns,
                        listen: None,
                        web: None,
                        gap: false,
                        auto: false,
                    };
                    self.conductor.handle(now, ConductorInput::Begin(resumed));
                }
            }
            FlagOutput::Aside { kept, records, .. } => {
                let aside = disk.journal.split_off((kept as usize).min(disk.journal.len()));
                if aside != records {
                    self.fault = Some(format!(
                        "{} records go aside, the journal has {} after {kept}",
                        records.len(),
                        aside.len()
                    ));
                }
                disk.kept = disk.kept.min(disk.journal.len());
                self.sent_from.values_mut().for_each(|seq| *seq = kept.min(*seq));
                self.stopped_seq = self.stopped_seq.min(kept);
                disk.aside.extend(aside.iter().cloned());
                let kept = disk.journal.clone();
                self.conductor.handle(now, ConductorInput::SetAside { kept, aside });
            }
            FlagOutput::Mute(mute) => {
                self.asks &= mute;
                self.conductor.handle(now, ConductorInput::Mute(mute));
            }
            FlagOutput::Expected(expected) => {
                self.conductor.handle(now, ConductorInput::Expected(expected))
            }
            FlagOutput::Second(is_second) => self.conductor.set_second(is_second),
            FlagOutput::Heard(heard) => self.conductor.handle(now, ConductorInput::Heard(heard)),
            FlagOutput::Letter { from, number, letter } => self.letter(now, from, number, letter),
            FlagOutput::ClockAsked { to, asked_ns } => {
                let run_ns = self.conductor.clock().run_ns(now);
                self.flag.handle(now, FlagInput::Clock { to, asked_ns, run_ns });
            }
            FlagOutput::Clock(best) => {
                let clock = RunClock::new(
                    best.machine_ns,
                    best.run_ns,
                    wall_at(wall, now, best.machine_ns),
                    1,
                );
                self.conductor.set_clock(clock);
            }
            FlagOutput::Lapsed => {
                let command = Command::WithdrawFlag("nobody has accepted it".to_owned());
                self.conductor.handle(now, ConductorInput::Command { by: By::Program, command });
            }
            FlagOutput::Asks => self.asks = true,
            FlagOutput::Word(_) | FlagOutput::Refused(_) => {}
        }
    }

    /// Follows records, with the version of the show that one of them names.
    fn follow(&mut self, now: MachineNs, mut records: Vec<Record>) {
        for record in &mut records {
            let Event::ShowRevised { sha256, show, .. } = &mut record.event else { continue };
            let theirs = self.theirs.take_if(|(theirs, _)| sha256.as_ref() == Some(theirs));
            match theirs.map(|(_, text)| versions::read(&text)) {
                // A replay of the journal takes what was prepared: to merge is the most of its time.
                Some(Ok(version)) => *show = Revised::prepared(version, self.conductor.state()),
                Some(Err(why)) => self.fault = Some(why),
                None => self.fault = Some("a version is followed that is not here".to_owned()),
            }
        }
        self.conductor.handle(now, ConductorInput::Follow(records));
    }

    /// The caller gives the run another version of its show.
    pub(super) fn revise(
        &mut self,
        now: MachineNs,
        (text, show): (&str, Arc<Show>),
        disk: &mut Disk,
    ) {
        let sha256 = digest(text);
        disk.versions.insert(sha256.clone(), text.into());
        let revision = Revision {
            number: self.conductor.state().revision() + 1,
            show_crc: checksum(text),
            sha256: sha256.clone(),
            changed: 1,
            added: 0,
            removed: 0,
            show: Revised::prepared(show, self.conductor.state()),
        };
        self.ready = Some(revision);
        self.flag.handle(now, FlagInput::Announce { sha256, text: text.into() });
    }

    fn letter(&mut self, now: MachineNs, from: StationName, _number: u64, letter: Letter) {
        let input = match letter {
            Letter::Told(told) => ConductorInput::Told { from, told },
            Letter::Aside { fired } => {
                let aside = fired.into_iter().map(|fired| Aside {
                    cue: fired.cue,
                    fired_by: from.clone(),
                    fired_ns: fired.at_ns,
                });
                let command = Command::FiredAside(aside.collect());
                ConductorInput::Command { by: By::Remote, command }
            }
            Letter::Wish(wish) => match command_of(wish, &from, &self.show) {
                Ok(Some(command)) => ConductorInput::Wish { from, command },
                Ok(None) | Err(_) => return,
            },
        };
        self.conductor.handle(now, input);
    }

    pub(super) fn command(&mut self, now: MachineNs, command: Command) {
        self.conductor.handle(now, ConductorInput::Command { by: By::Caller, command });
    }

    /// The caller wishes something of the holder, or does it themselves where the flag is here.
    pub(super) fn wish(&mut self, now: MachineNs, command: Command) {
        if self.conductor.role() != Some(&FlagPart::Follows) {
            return self.command(now, command);
        }
        let run_ns = self.conductor.has_clock().then(|| self.conductor.clock().run_ns(now));
        let wishes = wishes_of(&command, self.conductor.state(), run_ns);
        for wish in wishes.into_iter().flatten().flatten() {
            self.flag.handle(now, FlagInput::Letter(Letter::Wish(wish)));
        }
    }

    pub(super) fn go(&mut self, now: MachineNs) {
        let state = self.conductor.state();
        if state.playhead().is_some_and(|cue| !state.is_clear(cue)) {
            let reason = "the crew waves".to_owned();
            self.command(now, Command::Override { reason });
        }
        self.command(now, Command::Go { cause: Cause::Go });
    }

    pub(super) fn pass(&mut self, now: MachineNs) {
        let offer = self.conductor.state().flag().and_then(|flag| flag.offer.clone());
        let Some(offer) = offer else { return };
        if self.flag.may_pass(&offer.to).is_err() {
            return;
        }
        let lead = self.flag.pass_lead();
        let from_ns = self.conductor.clock().run_ns(now + lead);
        self.command(now, Command::PassFlag { to: offer.to, from_ns });
    }

    /// Gives the term in which the flag would be here.
    pub(super) fn take(
        &mut self,
        now: MachineNs,
        wall: Timestamp,
        named: bool,
        disk: &Disk,
    ) -> Option<u64> {
        let (holder, term) = self.flag.state().map(|flag| (flag.holder.clone(), flag.term))?;
        // Of a run of which nothing is known but its records, the wall clocks have to say how long
        // ago they were.
        let run_ns = match (self.conductor.has_clock(), disk.journal.last()) {
            (false, Some(last)) => {
                let run_ns = last.run_ns + since(wall, last.at);
                self.conductor.set_clock(RunClock::new(now, run_ns, wall, 1));
                run_ns
            }
            _ => self.conductor.clock().run_ns(now),
        };
        let named = named.then_some(holder.as_str());
        let taken = self.flag.take(now, "nobody answers", named, (run_ns, wall));
        taken.is_ok().then_some(term + 1)
    }
}

fn since(wall: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(wall.duration_since(at)).unwrap_or_default()
}

fn wall_at(wall: Timestamp, now: MachineNs, then: MachineNs) -> Timestamp {
    let ago = i64::try_from(now.since(then).as_nanos()).unwrap_or(0);
    wall.checked_sub(SignedDuration::from_nanos(ago)).unwrap_or(wall)
}
