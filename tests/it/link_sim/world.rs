//! The stations, the true time, and what must hold at every moment.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use handover::conductor::{Conductor, ConductorInput};
use handover::engine::{Cause, Command, Event, FlagWay, Record, RunNs, SendState, State, Stop};
use handover::journal::encode;
use handover::link::{FlagInput, Letter, News, Wish};
use handover::show::duration::{MILLISECOND_NS, SECOND_NS};
use handover::show::{CueIx, Show, Trigger};
use handover::time::MachineNs;
use jiff::{SignedDuration, Timestamp};

use super::calls::Call;
use super::net::{Net, Rng};
use super::said::{Said, Saying};
use super::station::{Disk, Machine, Program, SLOW_NS, Sent, name};
use super::{Plan, versions};
use crate::test_run::{Opening, run_started};

/// More steps than any evening has.
const STEPS_MAX: usize = 60_000;

struct Place {
    machine: Machine,
    program: Option<Program>,
    /// Number of its program among all that were started.
    life: u64,
    disk: Disk,
    frozen_until_ns: u64,
    /// Until when its disk holds its program up.
    held_up_until_ns: u64,
    /// News that came while it stood still.
    inbox: Vec<News>,
    /// When its program wakes up by itself, since it was last looked at.
    due: Option<MachineNs>,
    /// Number of records of the journal that were compared with the log.
    compared: usize,
}

pub(super) struct World {
    plan: Plan,
    /// Number of versions of the show that callers have made.
    versions: u64,
    show: Arc<Show>,
    now_ns: u64,
    /// The wall clock when the evening begins, and at another instant that was asked for last.
    wall: Timestamp,
    wall_at: Cell<(u64, Timestamp)>,
    net: Net,
    places: Vec<Place>,
    lives: u64,
    /// Disks hold the programs up at times.
    slow_disks: bool,
    /// The station that has held each term.
    holders: BTreeMap<u64, usize>,
    /// The program that has taken the flag, or tried to, by station and term.
    takers: BTreeMap<(usize, u64), u64>,
    /// What has left, by cue, firing and action.
    sent: HashMap<(CueIx, u32, u32), Vec<Sent>>,
    /// What was said at the stations.
    said: Said,
    /// What the holder has recorded as not sent: the term and when.
    given_up: HashMap<(CueIx, u32, u32), (u64, u64)>,
}

impl World {
    pub(super) fn open(plan: &Plan) -> Result<Self, String> {
        let show = versions::read(&versions::text(plan, 1))?;
        let mut rng = Rng::new(plan.seed ^ 1234);
        let names = (0..plan.stations).map(|at| name(at).to_string()).collect();
        let wall = "2024-08-11T18:00:00Z".parse().expect("a time");
        let places = (0..plan.stations).map(|_| Place {
            machine: Machine {
                base_ns: SECOND_NS + rng.below(1_000_000 * SECOND_NS),
                ppm: rng.below(81) as i64 - 40,
            },
            program: None,
            life: 0,
            disk: Disk::default(),
            frozen_until_ns: 0,
            held_up_until_ns: 0,
            inbox: vec![],
            due: None,
            compared: 0,
        });
        let places = places.collect();
        let net = Net::new(Rng::new(plan.seed ^ 99), plan.delay_ms, names);
        let (now_ns, lives) = (0, 0);
        let mut world = World {
            plan: plan.clone(),
            versions: 1,
            show,
            now_ns,
            wall,
            wall_at: Cell::new((0, wall)),
            net,
            places,
            lives,
            slow_disks: plan.seed % 4 == 3,
            holders: BTreeMap::new(),
            takers: BTreeMap::new(),
            sent: HashMap::new(),
            said: Said::default(),
            given_up: HashMap::new(),
        };
        for at in 0..plan.stations {
            world.starts(at, at == 0)?;
        }
        Ok(world)
    }

    fn wall_now(&self) -> Timestamp {
        let (at_ns, known) = self.wall_at.get();
        if at_ns == self.now_ns {
            return known;
        }
        let since = SignedDuration::from_nanos(self.now_ns as i64);
        let wall = self.wall.checked_add(since).expect("a time");
        self.wall_at.set((self.now_ns, wall));
        wall
    }

    fn starts(&mut self, at: usize, opens: bool) -> Result<(), String> {
        self.lives += 1;
        self.net.reborn(at);
        let wall = self.wall_now();
        let opening =
            Opening { clock: self.wall, day: None, rehearsal: false, speed: 1, auto: false };
        let opens = opens.then(|| run_started(&self.show, &opening));
        let place = &mut self.places[at];
        let now = place.machine.at(self.now_ns);
        let slow_disk = self.slow_disks.then(|| Rng::new(self.lives));
        let (disk, times) = (&mut place.disk, (now, wall));
        let program = Program::start(at, self.lives, &self.show, disk, opens, times, slow_disk);
        (place.program, place.life) = (Some(program), self.lives);
        place.inbox.clear();
        self.look(at)
    }

    /// Lets a station do something now, and judges what it has done.
    fn does(
        &mut self,
        at: usize,
        act: impl FnOnce(&mut Program, handover::time::MachineNs, Timestamp, &mut Disk),
    ) -> Result<(), String> {
        let wall = self.wall_now();
        let place = &mut self.places[at];
        if place.frozen_until_ns > self.now_ns {
            return Ok(());
        }
        let now = place.machine.at(self.now_ns);
        let Some(program) = &mut place.program else { return Ok(()) };
        act(program, now, wall, &mut place.disk);
        program.drive(now, wall, &mut place.disk);
        self.look(at)
    }

    /// Judges what a station has just done, and takes what it has for the network.
    fn look(&mut self, at: usize) -> Result<(), String> {
        let place = &mut self.places[at];
        let Some(program) = &mut place.program else { return Ok(()) };
        if let Some(fault) = program.fault.take() {
            return Err(format!("{}: {fault}", program.me));
        }
        for (held_up_ns, request) in std::mem::take(&mut program.requests) {
            self.net.request(self.now_ns + held_up_ns, at, request);
        }
        let held_up_ns = std::mem::take(&mut program.held_up_ns);
        place.held_up_until_ns = self.now_ns + held_up_ns;
        place.frozen_until_ns = place.frozen_until_ns.max(place.held_up_until_ns);
        let (sent, given_up) =
            (std::mem::take(&mut program.sent), std::mem::take(&mut program.given_up));
        let due = program.flag.deadline();
        place.due = Some(program.conductor.deadline().map_or(due, |other| due.min(other)));
        let is_holder = |conductor: &Conductor| {
            !matches!(conductor.role(), Some(handover::conductor::FlagPart::Follows))
        };
        if is_holder(&program.conductor) != program.flag.holds() && !program.flag.is_mute() {
            return Err(format!("{}: the conductor and the flag disagree", program.me));
        }
        if program.flag.holds() {
            // A caller may go on by the journal alone, before the log was read.
            let term = program.conductor.state().flag().map_or(1, |flag| flag.term);
            let holder = *self.holders.entry(term).or_insert(at);
            if holder != at {
                return Err(format!("{} and {} both hold term {term}", name(holder), name(at)));
            }
        }
        for sent in sent {
            self.was_sent(sent)?;
        }
        let now_ns = self.now_ns;
        let given_up = given_up.into_iter().map(|(key, term)| (key, (term, now_ns)));
        self.given_up.extend(given_up);
        self.check_journal(at)
    }

    /// Returns `true` if the flag was taken between two terms.
    fn is_taken_between(&self, a: u64, b: u64) -> bool {
        let terms = a.min(b) + 1..=a.max(b);
        self.net.flag().is_some_and(|flag| {
            flag.changes.iter().any(|change| {
                terms.contains(&change.term) && matches!(change.how, FlagWay::Taken { .. })
            })
        })
    }

    /// Nothing leaves twice, but after a take, and nothing of which the holder has said that it
    /// does not.
    fn was_sent(&mut self, sent: Sent) -> Result<(), String> {
        let key = (sent.cue, sent.firing, sent.action);
        if let Some((term, at_ns)) = self.given_up.get(&key)
            && !self.is_taken_between(*term, sent.term)
        {
            let now_ns = self.now_ns;
            return Err(format!(
                "{sent:?} leaves at {now_ns}, and the holder has said at {at_ns} that it does not"
            ));
        }
        for known in self.sent.get(&key).into_iter().flatten() {
            if !self.is_taken_between(known.term, sent.term) {
                return Err(format!("{sent:?} left before: {known:?}"));
            }
        }
        self.sent.entry(key).or_default().push(sent);
        Ok(())
    }

    /// A journal is a prefix of the log, but for what its station has not shipped, or has shipped
    /// in vain and does not know so.
    fn check_journal(&mut self, at: usize) -> Result<(), String> {
        let place = &mut self.places[at];
        let Some(program) = &place.program else { return Ok(()) };
        let read = program.flag.seq() as usize;
        let journal = &place.disk.journal;
        place.compared = place.compared.min(std::mem::take(&mut place.disk.kept));
        place.disk.kept = usize::MAX;
        if program.flag.is_mute() {
            return Ok(());
        }
        if read > journal.len() {
            return Err(format!("{}: the journal lacks records that were read", program.me));
        }
        let from = place.compared.min(read);
        if journal[from..read] != self.net.counts[from..read] {
            return Err(format!("{}: the journal is not the log's beginning", program.me));
        }
        place.compared = read;
        if !program.flag.holds() && journal.len() > read {
            return Err(format!("{}: a follower's journal goes beyond the log", program.me));
        }
        Ok(())
    }

    /// Lets time pass, milliseconds.
    pub(super) fn wait(&mut self, ms: u64) -> Result<(), String> {
        let until_ns = self.now_ns + ms * MILLISECOND_NS;
        for _ in 0..STEPS_MAX {
            let (mut next_ns, mut who) = (until_ns, None);
            for at in 0..self.places.len() {
                if let Some(due_ns) = self.due(at).filter(|&due_ns| due_ns <= next_ns) {
                    (next_ns, who) = (due_ns, Some(at));
                }
            }
            let net_ns = self.net.next_ns().filter(|&at_ns| at_ns <= next_ns);
            self.now_ns = self.now_ns.max(net_ns.unwrap_or(next_ns));
            if net_ns.is_some() {
                for (to, news) in self.net.step() {
                    self.hears(to, news)?;
                }
            } else if let Some(at) = who {
                self.wakes(at)?;
            } else {
                return Ok(());
            }
        }
        Err("the evening has no end".to_owned())
    }

    /// The instant at which a station wakes up next.
    fn due(&self, at: usize) -> Option<u64> {
        let place = &self.places[at];
        let due = place.due.filter(|_| place.program.is_some())?;
        Some(place.machine.true_at(due).max(self.now_ns + 1).max(place.frozen_until_ns))
    }

    fn wakes(&mut self, at: usize) -> Result<(), String> {
        let place = &mut self.places[at];
        let mut inbox = std::mem::take(&mut place.inbox);
        // Time first, then what has come, and after each everything that follows from it. It may
        // also have stood still in between.
        let stood_still = place.frozen_until_ns == self.now_ns;
        if stood_still && self.now_ns.is_multiple_of(2) {
            for news in std::mem::take(&mut inbox) {
                self.takes(at, news)?;
            }
        }
        self.does(at, |program, now, _, _| program.conductor.handle(now, ConductorInput::Tick))?;
        self.does(at, |program, now, _, _| program.flag.handle(now, FlagInput::Tick))?;
        for news in inbox {
            self.takes(at, news)?;
        }
        Ok(())
    }

    /// A station takes in news, or keeps it for later where its disk has just held it up.
    fn takes(&mut self, at: usize, news: News) -> Result<(), String> {
        let place = &mut self.places[at];
        if place.frozen_until_ns > self.now_ns {
            place.inbox.push(news);
            return Ok(());
        }
        self.does(at, |program, now, _, _| program.flag.handle(now, FlagInput::News(news)))
    }

    fn hears(&mut self, to: usize, news: News) -> Result<(), String> {
        let place = &mut self.places[to];
        if place.program.is_none() {
            return Ok(());
        }
        if place.frozen_until_ns > self.now_ns {
            place.inbox.push(news);
            return Ok(());
        }
        // The program looks at the outside before it does anything else.
        self.does(to, |program, now, _, _| program.conductor.handle(now, ConductorInput::Flush))?;
        self.takes(to, news)
    }

    pub(super) fn go(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| program.go(now))
    }

    fn holder(&self) -> Option<usize> {
        let holds = |place: &Place| place.program.as_ref().is_some_and(|p| p.flag.holds());
        self.places.iter().position(holds)
    }

    pub(super) fn holder_goes(&mut self) -> Result<(), String> {
        self.holder().map_or(Ok(()), |at| self.go(at))
    }

    /// The caller at a station gives a command, which is refused where the flag is not.
    pub(super) fn calls(&mut self, at: usize, call: Call) -> Result<(), String> {
        self.does(at, |program, now, _, _| {
            program.command(now, call.command(program.conductor.state()));
        })
    }

    pub(super) fn holder_calls(&mut self, call: Call) -> Result<(), String> {
        self.holder().map_or(Ok(()), |at| self.calls(at, call))
    }

    pub(super) fn hold(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| program.command(now, Command::ToggleHold))
    }

    pub(super) fn revise(&mut self, at: usize) -> Result<(), String> {
        self.versions += 1;
        let text = versions::text(&self.plan, self.versions);
        let show = versions::read(&text)?;
        self.does(at, |program, now, _, disk| program.revise(now, (&text, show), disk))
    }

    pub(super) fn panic(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| program.command(now, Command::Panic))
    }

    pub(super) fn note(&mut self, at: usize) -> Result<(), String> {
        let letter = Letter::Wish(Wish::Note { text: format!("a note of {}", name(at)) });
        self.does(at, |program, now, _, _| program.flag.handle(now, FlagInput::Letter(letter)))
    }

    pub(super) fn warn(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| {
            let said_ns = program.conductor.has_clock();
            let said_ns = said_ns.then(|| program.conductor.clock().run_ns(now));
            let letter = Letter::Wish(Wish::Warn { said_ns });
            program.flag.handle(now, FlagInput::Letter(letter));
        })
    }

    pub(super) fn says(&mut self, at: usize, saying: Saying) -> Result<(), String> {
        let mut said = std::mem::take(&mut self.said);
        let done = self.does(at, |program, now, _, disk| {
            let command = saying.command(program.conductor.state());
            if let Some(command) = command {
                said.notes(&program.me, saying, program.conductor.state(), &disk.journal);
                program.wish(now, command);
            }
        });
        self.said = said;
        done
    }

    pub(super) fn answers(&mut self, at: usize, is_late: bool) -> Result<(), String> {
        self.holder_calls(Call::Needy)?;
        self.holder_calls(Call::Standby)?;
        self.wait(300)?;
        if is_late {
            self.cut(at, true, true);
        }
        for (department, is_ready) in [(0, true), (1, true), (1, false)] {
            self.says(at, Saying::Answer(department, is_ready))?;
        }
        if is_late {
            self.wait(100)?;
            let other = if self.now_ns.is_multiple_of(2) { Call::Needy } else { Call::Standby };
            self.holder_calls(other)?;
            self.holder_calls(Call::Standby)?;
            self.cut(at, false, false);
        }
        self.wait(20)
    }

    pub(super) fn offer(&mut self, at: usize, to: usize) -> Result<(), String> {
        if to >= self.places.len() {
            return Ok(());
        }
        self.does(at, |program, now, _, _| program.command(now, Command::OfferFlag(name(to))))
    }

    pub(super) fn accept(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| {
            let flag = program.conductor.state().flag();
            let offer = flag.and_then(|flag| flag.offer.as_ref());
            if let Some(offer) = offer.filter(|offer| offer.to == program.me) {
                let wish = Wish::Accept { offered_ns: Some(offer.at_ns) };
                program.flag.handle(now, FlagInput::Letter(Letter::Wish(wish)));
            }
        })
    }

    pub(super) fn pass(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| program.pass(now))
    }

    pub(super) fn take_back(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| {
            let why = "the caller wants it back".to_owned();
            match program.conductor.role() {
                Some(handover::conductor::FlagPart::Passing { .. }) => {
                    program.conductor.handle(now, ConductorInput::TakeBack { why });
                }
                _ => program.command(now, Command::WithdrawFlag(why)),
            }
        })
    }

    /// The exchange as it should go.
    pub(super) fn exchange(&mut self, to: usize, ms: u64) -> Result<(), String> {
        let Some(from) = self.holder() else { return Ok(()) };
        self.offer(from, to)?;
        self.wait(400)?;
        self.accept(to)?;
        self.wait(400)?;
        self.go(from)?;
        self.wait(ms)?;
        self.pass(from)?;
        self.wait(20)
    }

    pub(super) fn take(&mut self, at: usize, named: bool) -> Result<(), String> {
        let mut taken = None;
        self.does(at, |program, now, wall, disk| {
            taken = program.take(now, wall, named, disk);
        })?;
        if let Some(term) = taken {
            self.takers.insert((at, term), self.places[at].life);
        }
        Ok(())
    }

    /// Nobody has the flag if the log has a take of a program that has ended before it could read
    /// that: a caller takes it by the name, at that station or at another.
    fn take_what_nobody_has(&mut self) -> Result<(), String> {
        let Some(flag) = self.net.flag().filter(|_| self.holder().is_none()) else { return Ok(()) };
        let taker = (0..self.places.len()).find(|&at| name(at) == flag.holder);
        let life = taker.and_then(|at| self.takers.get(&(at, flag.term)));
        let is_over =
            life.is_some_and(|life| taker.is_some_and(|at| self.places[at].life != *life));
        match taker.filter(|_| is_over) {
            Some(at) if self.plan.seed.is_multiple_of(2) => self.take(at, true),
            Some(0) => self.take(1, true),
            Some(_) => self.take(0, true),
            None => Ok(()),
        }
    }

    pub(super) fn go_on(&mut self, at: usize) -> Result<(), String> {
        self.does(at, |program, now, _, _| {
            if std::mem::take(&mut program.asks) {
                program.flag.handle(now, FlagInput::GoOn);
            }
        })
    }

    pub(super) fn cut(&mut self, at: usize, to: bool, from: bool) {
        self.net.cut(self.now_ns, at, to, from);
    }

    pub(super) fn freeze(&mut self, at: usize, ns: u64) {
        // Its disk may hold it up for longer.
        let place = &mut self.places[at];
        place.frozen_until_ns = place.frozen_until_ns.max(self.now_ns + ns);
    }

    pub(super) fn kill(&mut self, at: usize) {
        self.places[at].program = None;
        self.net.reborn(at);
    }

    pub(super) fn revive(&mut self, at: usize) -> Result<(), String> {
        if self.places[at].program.is_some() {
            return Ok(());
        }
        self.places[at].frozen_until_ns = 0;
        self.starts(at, false)
    }

    pub(super) fn server_up(&mut self, is_up: bool) {
        self.net.is_up = is_up;
        if is_up {
            self.net.wakes_up(self.now_ns);
        }
    }

    pub(super) fn trouble(&mut self, is_in_trouble: bool) {
        self.net.is_in_trouble = is_in_trouble;
    }

    /// Another program writes to the log: noise, or a record with the holder's name on it and a
    /// term that is over.
    pub(super) fn stranger(&mut self) {
        let last = self.net.counts.last().cloned();
        let mut line = b"{\"seq\":1}".to_vec();
        if let Some(last) = last.filter(|_| self.now_ns.is_multiple_of(2)) {
            let origin = last.origin.as_deref().map(|origin| {
                handover::engine::Origin::new(origin.station.clone(), origin.term + 5)
            });
            let origin = origin.map(Arc::new);
            let record = Record { seq: last.seq + 1, origin, event: Event::Panicked {}, ..last };
            line.clear();
            encode(&record, &mut line).expect("a line");
            line.pop();
        }
        self.net.put_entry(line);
    }

    pub(super) fn heal_everything(&mut self) -> Result<(), String> {
        self.server_up(true);
        self.trouble(false);
        for at in 0..self.places.len() {
            self.cut(at, false, false);
            let place = &mut self.places[at];
            place.frozen_until_ns =
                place.frozen_until_ns.min(self.now_ns.max(place.held_up_until_ns));
            self.revive(at)?;
        }
        Ok(())
    }

    /// Waits until everything that was begun has come to its end, and checks it then; at the latest
    /// after `ms`.
    pub(super) fn settle(&mut self, ms: u64) -> Result<(), String> {
        for _ in 0..ms / 1_000 {
            self.wait(1_000)?;
            if self.is_quiet() && self.check_end().is_ok() {
                return Ok(());
            }
            self.take_what_nobody_has()?;
        }
        // Its disk may hold a station up just then.
        for _ in 0..=SLOW_NS / SECOND_NS {
            if self.check_end().is_ok() {
                break;
            }
            self.wait(1_000)?;
        }
        self.check_end()
    }

    /// Every kind of record in the log, and whether another station than the holder wished it.
    pub(super) fn kinds(&self) -> impl Iterator<Item = String> {
        self.net.counts.iter().map(|record| match record.wish_of() {
            Some(_) => format!("{} of another", record.event.kind()),
            None => record.event.kind().to_owned(),
        })
    }

    /// Returns `true` if all have the whole log, and nothing is due.
    fn is_quiet(&self) -> bool {
        let log = self.net.counts.len();
        self.places.iter().all(|place| {
            place.disk.journal.len() == log
                && place.program.as_ref().is_some_and(|program| {
                    let state = program.conductor.state();
                    let now = program.conductor.clock().run_ns(place.machine.at(self.now_ns));
                    let is_due = |due_ns| due_ns < now + Duration::from_secs(10);
                    state.unresolved().next().is_none()
                        && (!program.flag.holds() || !state.poll_timeout().is_some_and(is_due))
                })
        })
    }

    /// With everything well again, all have the same run, and nothing is left open.
    fn check_end(&self) -> Result<(), String> {
        self.said.check(&self.net.counts)?;
        let mut holders = vec![];
        for place in &self.places {
            let Some(program) = &place.program else { continue };
            if program.flag.is_mute() {
                return Err(format!("{} is still mute", program.me));
            }
            if program.flag.holds() {
                holders.push(program.me.to_string());
            }
        }
        let flag = self.net.flag().ok_or("the log has no run")?;
        let is_known = holders == [flag.holder.to_string()];
        // A station that was passed the flag while it was being started again knows that it has it;
        // one of which another program had accepted does not.
        if !is_known {
            return Err(format!("{holders:?} hold, the log says {}", flag.holder));
        }
        if let Some(sha256) = self.net.lacks_text() {
            return Err(format!("the log names version {sha256}, which the server does not have"));
        }
        for place in &self.places {
            let Some(program) = &place.program else { continue };
            let me = &program.me;
            let (journal, log) = (&place.disk.journal, &self.net.counts);
            // What has just happened may be on its way.
            let behind = log.len().abs_diff(journal.len());
            let common = log.len().min(journal.len());
            if behind > 40 || journal[..common] != log[..common] {
                return Err(format!(
                    "{me} has {} records, the log {} that count",
                    journal.len(),
                    log.len()
                ));
            }
            let mut state = State::new(Arc::clone(&self.show));
            journal.iter().for_each(|record| state.fold(record));
            if state != *program.conductor.state() {
                return Err(format!("{me}: replaying the journal gives another state"));
            }
            if program.flag.holds() {
                self.check_settled(program)?;
            }
        }
        Ok(())
    }

    /// Every cue due was fired or is said to be missed; what the log says was sent, was.
    fn check_settled(&self, program: &Program) -> Result<(), String> {
        let state = program.conductor.state();
        let now = self.places[self.at_of(program)].machine.at(self.now_ns);
        let now = program.conductor.clock().run_ns(now);
        if let Some((output, _)) = state.panic_stops().find(|(_, stop)| *stop == Stop::Pending) {
            return Err(format!("nobody says if output {output:?} was sent its panic"));
        }
        self.check_chains(state, now)?;
        for cue in self.show.cue_indices() {
            let known = state.cue(cue);
            let number = &self.show.cue(cue).number;
            if let Some(due_ns) = known.due_ns
                && state.held_since().is_none()
                && state.run_ns(due_ns, now) + Duration::from_secs(1) < now
            {
                return Err(format!("cue {number} was due, and nobody says what became of it"));
            }
            for (action, send) in known.sends.iter().enumerate() {
                let key = (cue, known.firings, action as u32);
                let count = self.sent.get(&key).map_or(0, Vec::len);
                let is_old =
                    known.fired_ns.is_some_and(|at_ns| at_ns + Duration::from_secs(3) < now);
                match send {
                    SendState::Sent if count == 0 => {
                        return Err(format!("cue {number} is said to be sent, and was not"));
                    }
                    SendState::Failed if self.left_in_this_term(key) => {
                        return Err(format!("cue {number} is said to have failed, and was sent"));
                    }
                    SendState::Pending if is_old => {
                        return Err(format!("nobody says what became of cue {number}"));
                    }
                    SendState::Sent
                    | SendState::Pending
                    | SendState::Failed
                    | SendState::Unknown => {}
                }
            }
        }
        Ok(())
    }

    /// What the caller has called in this term has brought its whole chain, or was said to be missed,
    /// whatever a station says that it fired aside. Only of an evening in which nothing else could have
    /// kept it from coming.
    fn check_chains(&self, state: &State, now: RunNs) -> Result<(), String> {
        const KEEPS: [&str; 8] = [
            "panicked",
            "held",
            "cue_skipped",
            "cue_stopped",
            "show_revised",
            "run_resumed",
            "cue_swapped",
            "retimed",
        ];
        let log = &self.net.counts;
        let is_told_aside = log.iter().any(|record| record.event.kind() == "cue_fired_aside");
        if !is_told_aside || log.iter().any(|record| KEEPS.contains(&record.event.kind())) {
            return Ok(());
        }
        let taken = state.flag().and_then(|flag| flag.changes.last());
        for cue in self.show.cue_indices() {
            let plan = self.show.cue(cue);
            let Trigger::With { cue: cause, delay } = plan.trigger else { continue };
            let Some(caused_ns) = state.cue(cause).fired_ns else { continue };
            let is_of_term = taken.is_some_and(|taken| self.called_ns(state, cause) >= taken.at_ns);
            let is_past = caused_ns + delay + Duration::from_secs(1) < now;
            let has_come = state.cue(cue).fired_ns.is_some_and(|fired_ns| fired_ns >= caused_ns);
            // By hand it comes before its turn.
            let is_said = |record: &Record| match &record.event {
                Event::CueMissed { cue, .. } | Event::CueFired { cue, cause: Cause::Go, .. } => {
                    *cue == plan.number
                }
                _ => false,
            };
            if is_of_term && is_past && !has_come && !log.iter().any(is_said) {
                return Err(format!(
                    "cue {} does not come, though its cause has fired",
                    plan.number
                ));
            }
        }
        Ok(())
    }

    /// When the caller fired what has brought `cue`: its own chain, or that of a cue above it.
    fn called_ns(&self, state: &State, cue: CueIx) -> RunNs {
        let plan = self.show.cue(cue);
        let firing = self.net.counts.iter().rev().find_map(|record| match &record.event {
            Event::CueFired { cue, cause, .. } if *cue == plan.number => Some(*cause),
            _ => None,
        });
        match plan.trigger.cause().filter(|_| firing == Some(Cause::Follow)) {
            Some(cause) => self.called_ns(state, cause),
            None => state.cue(cue).fired_ns.unwrap_or(RunNs::ZERO),
        }
    }

    /// Returns `true` if a message has left, and nobody has taken the flag since.
    fn left_in_this_term(&self, key: (CueIx, u32, u32)) -> bool {
        let term = self.net.flag().map_or(0, |flag| flag.term);
        let sent = self.sent.get(&key).into_iter().flatten();
        sent.last().is_some_and(|sent| !self.is_taken_between(sent.term, term))
    }

    fn at_of(&self, program: &Program) -> usize {
        (0..self.places.len()).find(|&at| name(at) == program.me).unwrap_or_default()
    }
}
