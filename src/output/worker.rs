//! The thread behind an output that may block, and the only place where its reports are made.
//!
//! Every accepted message gets exactly one report, even if the worker dies. A message is sent once
//! or not at all, since a cue sent late or twice is worse than a cue that is known to have failed.
//! It is retried only where the show asks for it; panic and the end of the program end the retries
//! at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use super::gauge::{Delivery, Gauge, SLOW};
use super::queue::{LIMIT, NextWork, Overdue, Queue, QueueRefusal, QueuedMessage, Senders};
use super::ramps::{RampStep, StepLine};
use super::{Job, Light, Outcome, OutputReport, Report, Reporter, STOPPED_BY_PANIC};
use crate::show::OutputIx;
use crate::time::{MachineClock, MachineNs};

/// The longest that a message may wait for its turn.
const LATE: Duration = Duration::from_secs(5);

/// Maximum wait of a clock's message: about as long as it is true.
const TICK_LATE: Duration = Duration::from_millis(20);

/// Sender of messages to one far end.
pub(super) trait Transmit: Send + 'static {
    /// A message, encoded.
    type Message: Send + Sync + 'static;

    /// Sends one message, or says why it could not; may block for as long as its own time limits
    /// let it.
    fn transmit(&mut self, message: &Self::Message) -> Result<(), Failure>;

    /// Returns the pause and the limit for another try of `message`, which has now failed `tried`
    /// times; `None` for no other try. Called right after [`Self::transmit`] has failed.
    fn again(&mut self, _message: &Self::Message, _tried: u32) -> Option<Again> {
        None
    }

    /// Sends a clock's word or a step of a ramp, if it can go at once; must not wait, connect, or
    /// report that it did not go. Returns `true` if it has left.
    fn tick(&mut self, _message: &Self::Message) -> bool {
        false
    }

    /// Looks after the connection while no message waits, and says how soon it wants to do so
    /// again.
    fn look(&mut self) -> Option<Duration> {
        None
    }
}

/// Reason why a message did not get through.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// In words for the caller.
    pub(super) why: String,
    /// `true` if the far end answered and refused only this message: then the output is still up.
    pub(super) answered: bool,
}

impl From<String> for Failure {
    /// The far end is away, or nobody knows.
    fn from(why: String) -> Self {
        Failure { why, answered: false }
    }
}

/// That a message is to be tried once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Again {
    /// Wait before it.
    pub(super) pause: Duration,
    /// Maximum number of tries, the first one included.
    pub(super) tries: u32,
}

/// A worker's output, and the receiver of its reports.
#[derive(Clone)]
pub(super) struct WorkerContext {
    /// Index of the output.
    pub(super) output: OutputIx,
    /// The output's id.
    pub(super) name: String,
    pub(super) gauge: Arc<Gauge>,
    pub(super) reporter: Reporter,
    /// For what waits, and for how long a call took.
    pub(super) clock: MachineClock,
    /// `true` while this station is the one that sends the output.
    pub(super) is_here: Arc<AtomicBool>,
}

impl WorkerContext {
    /// The report of this output on `job`.
    pub(super) fn report(&self, job: Option<Job>, outcome: Outcome) -> Report {
        Report { output: self.output, job, outcome }
    }

    /// Records what became by now of a message that was handed over at `since`, and reports it to
    /// each of its senders.
    fn settle(&self, senders: &Senders, since: MachineNs, sent: Result<Light, Failure>) {
        let delivery = Delivery::new(senders.job, since, self.clock.now());
        let outcome = match sent {
            Ok(light) => {
                self.gauge.sent(light, delivery);
                Outcome::Sent
            }
            Err(Failure { why, answered }) => {
                if answered {
                    self.gauge.up();
                } else {
                    self.gauge.down(why.clone());
                }
                self.gauge.failed(delivery);
                Outcome::Failed(why)
            }
        };
        self.tell(senders, &outcome);
    }

    fn tell(&self, senders: &Senders, outcome: &Outcome) {
        for job in senders.all() {
            (self.reporter)(OutputReport::Report(self.report(job, outcome.clone())));
        }
    }
}

/// The station's end of a worker. Dropping it ends the worker.
pub(super) struct Worker<T> {
    queue: Arc<Queue<T>>,
    context: WorkerContext,
}

impl<T: Send + Sync + 'static> Worker<T> {
    /// Starts the thread.
    pub(super) fn start(
        context: WorkerContext,
        transmit: impl Transmit<Message = T>,
    ) -> io::Result<Self> {
        Self::start_with(context, transmit, LATE)
    }

    fn start_with(
        context: WorkerContext,
        transmit: impl Transmit<Message = T>,
        late: Duration,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new());
        let (aging, observer) = (Arc::clone(&queue), context.clone());
        thread::Builder::new().name(format!("late {}", context.name)).spawn(move || {
            // The worker may be at one message for longer than those after it may wait.
            loop {
                let now = observer.clock.now();
                match aging.overdue(now, late) {
                    Overdue::Message(QueuedMessage { senders, since, .. }) => {
                        let failure = too_late(&observer.name, now.since(since));
                        observer.settle(&senders, since, Err(failure));
                    }
                    Overdue::Nothing => {}
                    Overdue::Ended => return,
                }
            }
        })?;
        let worker_thread = WorkerThread {
            queue: Arc::clone(&queue),
            context: context.clone(),
            transmit,
            current: None,
        };
        thread::Builder::new()
            .name(format!("to {}", context.name))
            .spawn(move || worker_thread.work(late))?;
        Ok(Worker { queue, context })
    }

    /// Hands a message over, at `now`; gives an outcome only where it is refused.
    pub(super) fn send(&self, job: Job, message: &Arc<T>, now: MachineNs) -> Option<Outcome> {
        self.push(Senders::one(job), message, now)
    }

    /// Hands a message over that speaks for later actions of the job's cue as well: each gets a
    /// report of its own. Gives an outcome only where it is refused, which is then theirs too.
    pub(super) fn send_for(
        &self,
        job: Job,
        others: &Arc<[u32]>,
        message: &Arc<T>,
        now: MachineNs,
    ) -> Option<Outcome> {
        self.push(Senders { job: Some(job), others: Some(Arc::clone(others)) }, message, now)
    }

    fn push(&self, senders: Senders, message: &Arc<T>, now: MachineNs) -> Option<Outcome> {
        let (name, job) = (&self.context.name, senders.job);
        let why = match self.queue.push(senders, message, now) {
            Ok(()) => return None,
            Err(QueueRefusal::Full) => {
                let why = format!("queue full: {LIMIT} messages wait for {name}");
                self.context.gauge.down(why.clone());
                why
            }
            Err(QueueRefusal::Ended) => format!("the sender of {name} has ended"),
        };
        self.context.gauge.failed(Delivery::new(job, now, now));
        Some(Outcome::Failed(why))
    }

    /// Drops what waits in favour of `messages`, at `now`, and reports what was dropped.
    pub(super) fn panic(&self, messages: &[Arc<T>], now: MachineNs) -> Vec<Report> {
        match self.queue.replace(messages, now) {
            Ok(dropped) => self.reports_on(dropped, STOPPED_BY_PANIC),
            Err(_) => {
                let outcome =
                    || Outcome::Failed(format!("the sender of {} has ended", self.context.name));
                self.context.gauge.dropped(messages.len());
                messages.iter().map(|_| self.context.report(None, outcome())).collect()
            }
        }
    }

    /// Drops what waits, for `why`, and reports it; a message that is just being sent is not tried
    /// again.
    pub(super) fn call_off(&self, why: &str) -> Vec<Report> {
        // Without a message, its instant does not count.
        let dropped = self.queue.replace(&[], MachineNs::ZERO);
        dropped.map_or(vec![], |dropped| self.reports_on(dropped, why))
    }

    /// A way in for the steps of ramps.
    pub(super) fn steps(&self) -> Steps<T> {
        Steps(Arc::clone(&self.queue))
    }

    /// A way in for a clock.
    pub(super) fn clock(&self) -> WorkerClock<T> {
        WorkerClock { queue: Arc::clone(&self.queue) }
    }

    /// Has the connection looked after at once, where no message waits.
    pub(super) fn look_now(&self) {
        self.queue.look_now();
    }

    /// Number of waiting messages.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Takes no more messages.
    pub(super) fn finish(&self) {
        self.queue.finish();
    }

    /// Gives what waits until `deadline`, and reports what did not go.
    pub(super) fn close(&self, deadline: MachineNs) -> Vec<Report> {
        self.queue.wait_for_end(deadline.since(self.context.clock.now()));
        self.reports_on(self.queue.end(), "the program closed before it could be sent")
    }

    fn reports_on(&self, dropped: Vec<QueuedMessage<T>>, why: &str) -> Vec<Report> {
        // A message of panic that gives way to the same message of a second panic is no loss to
        // report.
        let lost = || dropped.iter().filter(|waiting| waiting.senders.job.is_some());
        self.context.gauge.dropped(lost().count());
        let jobs = lost().flat_map(|waiting| waiting.senders.all()).flatten();
        jobs.map(|job| self.context.report(Some(job), Outcome::Failed(why.into()))).collect()
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.queue.end();
    }
}

/// A clock's end of a worker: what goes in here goes after all messages, at its moment or not at
/// all.
pub(super) struct WorkerClock<T> {
    queue: Arc<Queue<T>>,
}

impl<T> WorkerClock<T> {
    /// Hands a word of the clock over, at `now`.
    pub(super) fn tick(&self, message: T, now: MachineNs) {
        self.queue.tick(Arc::new(message), now + TICK_LATE);
    }
}

/// A ramp's end of a worker: what goes in here goes after all messages.
pub(super) struct Steps<T>(Arc<Queue<T>>);

impl<T> Clone for Steps<T> {
    fn clone(&self) -> Self {
        Steps(Arc::clone(&self.0))
    }
}

impl StepLine for Steps<Vec<u8>> {
    fn say(&mut self, steps: Vec<RampStep<Vec<u8>>>) {
        self.0.step(steps);
    }
}

/// Failure of a message that has `waited` and is not sent any more.
fn too_late(output: &str, waited: Duration) -> Failure {
    let seconds = waited.as_secs();
    format!("not sent: it waited {seconds} s behind others for {output}, too late now").into()
}

/// The thread of a worker. Its drop runs however the thread ends, so that no message is left
/// without a report.
struct WorkerThread<T, X> {
    queue: Arc<Queue<T>>,
    context: WorkerContext,
    transmit: X,
    /// For whom a message is just being sent.
    current: Option<Senders>,
}

impl<T: Send + Sync + 'static, X: Transmit<Message = T>> WorkerThread<T, X> {
    fn work(mut self, late: Duration) {
        // A moment and not a length: a clock's words come faster than any connection is looked
        // after.
        let (mut look_at, clock) = (self.look(), self.context.clock);
        loop {
            let pause = look_at.map(|at| at.since(clock.now()));
            match self.queue.next(pause) {
                NextWork::Send(waiting) => self.send(&waiting, late),
                NextWork::Tick { message, until } if clock.now() <= until => {
                    self.transmit.tick(&message);
                }
                NextWork::Step(step) => {
                    if step.is_wanted() && self.transmit.tick(&step.message) {
                        step.has_left();
                    }
                }
                NextWork::Look if look_at.is_some_and(|at| at <= clock.now()) => {
                    look_at = self.look()
                }
                NextWork::LookNow => look_at = self.look(),
                NextWork::Tick { .. } | NextWork::Look => {}
                NextWork::End => return,
            }
        }
    }

    /// Looks after the connection, and says when it wants to be looked after again.
    fn look(&mut self) -> Option<MachineNs> {
        self.transmit.look().map(|pause| self.context.clock.now() + pause)
    }

    fn send(&mut self, waiting: &QueuedMessage<T>, late: Duration) {
        self.current = Some(waiting.senders.clone());
        // A machine that stood still finds messages late that waited for nobody.
        let waited = self.context.clock.now().since(waiting.since);
        let sent = match waited > late {
            true => Err(too_late(&self.context.name, waited)),
            false => self.try_to_send(&waiting.message),
        };
        self.current = None;
        self.context.settle(&waiting.senders, waiting.since, sent);
    }

    /// Tries once, and once more for as long as that is asked for and may help.
    fn try_to_send(&mut self, message: &T) -> Result<Light, Failure> {
        let clock = self.context.clock;
        for tried in 1.. {
            let in_flight = self.context.gauge.in_flight(clock.now());
            let sent = self.transmit.transmit(message);
            let took = in_flight.end(clock.now());
            let Err(Failure { why, answered }) = sent else {
                return Ok(if took > SLOW { Light::Slow } else { Light::Ok });
            };
            let times = if tried == 1 { "time" } else { "times" };
            let Some(Again { pause, tries }) = self.transmit.again(message, tried) else {
                let why = if tried == 1 { why } else { format!("{why} (tried {tried} {times})") };
                return Err(Failure { why, answered });
            };
            self.context.gauge.down(format!("trying again ({} of {tries}): {why}", tried + 1));
            if !self.queue.rest(pause) {
                return Err(Failure {
                    why: format!("{why} (tried {tried} {times} of {tries}, then stopped)"),
                    answered,
                });
            }
        }
        Err("it cannot be tried more often".to_owned().into())
    }
}

impl<T, X> Drop for WorkerThread<T, X> {
    fn drop(&mut self) {
        let left = self.queue.end();
        let fault =
            format!("the sender of {} has ended by a fault of the program", self.context.name);
        if thread::panicking() {
            self.context.gauge.down(fault.clone());
        }
        let outcome = Outcome::Failed(fault);
        for senders in self.current.take().iter().chain(left.iter().map(|waiting| &waiting.senders))
        {
            self.context.tell(senders, &outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::output::testing::{SOON, context, job, now};

    /// Says what it was given, then waits to be told the outcome.
    struct Told {
        given: Sender<&'static str>,
        outcomes: Receiver<Result<(), String>>,
    }

    impl Transmit for Told {
        type Message = &'static str;
        fn transmit(&mut self, message: &&'static str) -> Result<(), Failure> {
            self.given.send(message).unwrap();
            self.outcomes.recv().unwrap().map_err(Failure::from)
        }
    }

    struct Setup {
        worker: Worker<&'static str>,
        given: Receiver<&'static str>,
        tell: Sender<Result<(), String>>,
        reports: Receiver<Report>,
    }

    fn setup(late: Duration) -> Setup {
        let (context, reports) = context("desk");
        let ((given_tx, given), (tell, outcomes)) = (channel(), channel());
        let worker = Worker::start_with(context, Told { given: given_tx, outcomes }, late).unwrap();
        Setup { worker, given, tell, reports }
    }

    #[test]
    fn reports_each_message_once_in_order() {
        let s = setup(LATE);
        for n in 0..3 {
            assert_eq!(s.worker.send(job(n), &Arc::new("go"), now()), None);
        }
        s.tell.send(Ok(())).unwrap();
        s.tell.send(Err("no".into())).unwrap();
        s.tell.send(Ok(())).unwrap();
        let outcomes = (0..3).map(|_| s.reports.recv_timeout(SOON).unwrap());
        let outcomes: Vec<_> = outcomes.map(|r| (r.job.unwrap().firing, r.outcome)).collect();
        assert_eq!(
            outcomes,
            [(0, Outcome::Sent), (1, Outcome::Failed("no".into())), (2, Outcome::Sent)]
        );
        assert_eq!(s.worker.context.gauge.health(0, now()).sent, 2);
    }

    /// Says what it does, and does it once it may.
    struct Stepped {
        did: Sender<&'static str>,
        may: Receiver<()>,
    }

    impl Stepped {
        fn step(&self, what: &'static str) {
            // The test may be over.
            if self.did.send(what).is_ok() {
                let _ = self.may.recv();
            }
        }
    }

    impl Transmit for Stepped {
        type Message = &'static str;
        fn transmit(&mut self, message: &&'static str) -> Result<(), Failure> {
            self.step(message);
            Ok(())
        }
        fn look(&mut self) -> Option<Duration> {
            self.step("look");
            Some(Duration::ZERO)
        }
    }

    #[test]
    fn messages_go_before_the_connection_is_looked_after() {
        let (context, _reports) = context("desk");
        let ((did_tx, did), (go, may)) = (channel(), channel());
        let worker = Worker::start(context, Stepped { did: did_tx, may }).unwrap();
        let next = || did.recv_timeout(SOON).unwrap();
        assert_eq!(next(), "look");
        for n in 0..3 {
            assert_eq!(worker.send(job(n), &Arc::new("cue"), now()), None);
        }
        // It is overdue to be looked after before each of them.
        for what in ["cue", "cue", "cue", "look"] {
            go.send(()).unwrap();
            assert_eq!(next(), what);
        }
    }

    #[test]
    fn a_message_behind_one_that_hangs_is_given_up_in_time_and_not_when_that_ends() {
        let s = setup(Duration::from_millis(20));
        s.worker.send(job(0), &Arc::new("stuck"), now());
        s.given.recv_timeout(SOON).unwrap();
        for n in 1..3 {
            assert_eq!(s.worker.send(job(n), &Arc::new("behind it"), now()), None);
        }
        for n in 1..3 {
            let report = s.reports.recv_timeout(SOON).unwrap();
            let Outcome::Failed(why) = report.outcome else { panic!("{report:?}") };
            let is_late = why.starts_with("not sent: it waited ")
                && why.ends_with(" s behind others for desk, too late now");
            assert!(is_late && report.job == Some(job(n)), "{:?}: {why}", report.job);
        }
        s.tell.send(Ok(())).unwrap();
        let report = s.reports.recv_timeout(SOON).unwrap();
        assert_eq!((report.job, report.outcome), (Some(job(0)), Outcome::Sent), "it was in time");
        assert!(s.given.try_recv().is_err(), "what was given up is never sent");
    }

    #[test]
    fn says_how_many_wait_when_the_queue_is_full() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("stuck"), now());
        s.given.recv_timeout(SOON).unwrap();
        assert!((0..LIMIT as u32).all(|n| s.worker.send(job(n), &Arc::new("go"), now()).is_none()));
        let refused = s.worker.send(job(0), &Arc::new("go"), now());
        assert_eq!(refused, Some(Outcome::Failed("queue full: 256 messages wait for desk".into())));
        assert_eq!(s.worker.queued(), LIMIT);
        let health = || s.worker.context.gauge.health(0, now());
        let (light, error) = (health().light, health().error);
        assert_eq!(
            (light, error.as_deref()),
            (Light::Down, Some("queue full: 256 messages wait for desk"))
        );
        s.tell.send(Ok(())).unwrap();
        s.reports.recv_timeout(SOON).unwrap();
        assert_eq!((health().light, health().error), (Light::Ok, None), "something went well");
    }

    #[test]
    fn is_slow_while_a_message_gets_no_answer() {
        let s = setup(LATE);
        let health_in =
            |seconds| s.worker.context.gauge.health(0, now() + Duration::from_secs(seconds));
        s.worker.send(job(0), &Arc::new("stuck"), now());
        s.given.recv_timeout(SOON).unwrap();
        let words =
            |seconds| (health_in(seconds).light, health_in(seconds).error.unwrap_or_default());
        let (light, error) = words(3600);
        assert_eq!(light, Light::Slow);
        assert!(error.starts_with("no answer for 360") && error.ends_with(" s"), "{error}");
        s.tell.send(Ok(())).unwrap();
        s.reports.recv_timeout(SOON).unwrap();
        assert_eq!(words(3600), (Light::Ok, String::new()), "it has been answered");
        s.worker.send(job(1), &Arc::new("no"), now());
        s.tell.send(Err("refused".into())).unwrap();
        s.reports.recv_timeout(SOON).unwrap();
        s.worker.send(job(2), &Arc::new("stuck"), now());
        assert_eq!(s.given.recv_timeout(SOON), Ok("no"));
        assert_eq!(s.given.recv_timeout(SOON), Ok("stuck"));
        assert_eq!(words(3600), (Light::Down, "refused".into()), "down is worse than slow");
        // The transmitter panics, and leaves nothing under way behind it.
        drop(s.tell);
        s.reports.recv_timeout(SOON).unwrap();
        s.worker.context.gauge.up();
        assert_eq!(words(3600), (Light::Ok, String::new()));
    }

    #[test]
    fn the_oldest_of_two_messages_under_way_counts() {
        let (gauge, began) = (Gauge::default(), now());
        let first = gauge.in_flight(began);
        let second = gauge.in_flight(began + Duration::from_millis(1));
        let later = began + Duration::from_millis(1500);
        assert_eq!(second.end(later), Duration::from_millis(1499));
        assert_eq!(gauge.health(0, later).light, Light::Slow, "only the second has ended");
        first.end(later);
        assert_eq!(gauge.health(0, later).light, Light::Idle);
    }

    /// Says which words of a clock it was given.
    struct Ticked(Sender<u32>);

    impl Transmit for Ticked {
        type Message = u32;
        fn transmit(&mut self, _: &u32) -> Result<(), Failure> {
            Ok(())
        }
        fn tick(&mut self, word: &u32) -> bool {
            self.0.send(*word).is_ok()
        }
    }

    #[test]
    fn what_a_clock_said_long_ago_is_not_said() {
        let (context, _reports) = context("desk");
        let (ticked, words) = channel();
        let worker = Worker::start(context, Ticked(ticked)).unwrap();
        let clock = worker.clock();
        clock.tick(1, now() - SOON);
        clock.tick(2, now() + SOON);
        assert_eq!(words.recv_timeout(SOON), Ok(2));
    }

    #[test]
    fn panic_drops_what_waits_and_goes_next() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("stuck"), now());
        assert_eq!(s.given.recv_timeout(SOON), Ok("stuck"));
        s.worker.send(job(1), &Arc::new("go"), now());
        let dropped = s.worker.panic(&[Arc::new("stop")], now());
        assert_eq!(
            dropped,
            [s.worker.context.report(Some(job(1)), Outcome::Failed("stopped by panic".into()))]
        );
        assert_eq!(s.worker.panic(&[Arc::new("stop")], now()), [], "the same again is no loss");
        assert_eq!(s.worker.context.gauge.health(0, now()).failed, 1);
        s.tell.send(Ok(())).unwrap();
        assert_eq!(s.given.recv_timeout(SOON), Ok("stop"));
    }

    #[test]
    fn each_action_of_a_message_is_reported_whatever_becomes_of_it() {
        let s = setup(LATE);
        let (others, lead) = (Arc::from([2, 5]), job(0));
        let action = |action| Some(Job { action, ..lead });
        let all = [action(0), action(2), action(5)];
        let of =
            |reports: Vec<Report>| reports.into_iter().map(|report| report.job).collect::<Vec<_>>();
        assert_eq!(s.worker.send_for(lead, &others, &Arc::new("both"), now()), None);
        assert_eq!(s.given.recv_timeout(SOON), Ok("both"));
        assert_eq!(s.worker.send_for(lead, &others, &Arc::new("dropped"), now()), None);
        assert_eq!(of(s.worker.panic(&[], now())), all);
        s.tell.send(Err("no".into())).unwrap();
        let reports: Vec<_> = (0..3).map(|_| s.reports.recv_timeout(SOON).unwrap()).collect();
        assert!(
            reports.iter().all(|report| report.outcome == Outcome::Failed("no".into())),
            "{reports:?}"
        );
        assert_eq!(of(reports), all);
        assert_eq!(s.worker.send_for(lead, &others, &Arc::new("fault"), now()), None);
        drop(s.tell);
        assert_eq!(of((0..3).map(|_| s.reports.recv_timeout(SOON).unwrap()).collect()), all);
        assert!(matches!(
            s.worker.send_for(lead, &others, &Arc::new("late"), now()),
            Some(Outcome::Failed(_))
        ));
    }

    #[test]
    fn fails_a_late_message_instead_of_sending_it() {
        let s = setup(Duration::ZERO);
        s.worker.send(job(0), &Arc::new("go"), now());
        let Outcome::Failed(why) = s.reports.recv_timeout(SOON).unwrap().outcome else {
            panic!("sent late")
        };
        assert!(why.contains("too late"), "{why}");
        assert!(s.given.try_recv().is_err());
    }

    #[test]
    fn closing_is_bounded_and_reports_what_is_left() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("stuck"), now());
        s.given.recv_timeout(SOON).unwrap();
        s.worker.send(job(1), &Arc::new("go"), now());
        s.worker.finish();
        let left = s.worker.close(now());
        assert_eq!(left.iter().map(|r| r.job).collect::<Vec<_>>(), [Some(job(1))]);
    }

    #[test]
    fn closing_lets_what_waits_go() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("go"), now());
        s.tell.send(Ok(())).unwrap();
        s.worker.finish();
        assert_eq!(s.worker.close(now() + SOON), []);
        assert_eq!(s.reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    }

    #[test]
    fn a_worker_that_dies_leaves_nothing_unsaid() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("go"), now());
        s.given.recv_timeout(SOON).unwrap();
        s.worker.send(job(1), &Arc::new("go"), now());
        // Without anybody to tell the outcome, the transmitter panics.
        drop(s.tell);
        for n in 0..2 {
            let report = s.reports.recv_timeout(SOON).unwrap();
            assert_eq!(report.job, Some(job(n)));
            assert!(matches!(report.outcome, Outcome::Failed(why) if why.contains("has ended")));
        }
        assert!(matches!(s.worker.send(job(2), &Arc::new("go"), now()), Some(Outcome::Failed(_))));
    }
}
