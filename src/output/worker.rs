//! The thread behind an output that may block, and the only place where its reports are made.
//!
//! Every message that is taken gets exactly one report, whatever happens to the worker. A message is sent once or not
//! at all: nothing here tries again, since a cue sent late or twice is worse than a cue that is known to have failed.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::gauge::Gauge;
use super::queue::{LIMIT, Next, Queue, Refusal, Waiting};
use super::{Job, Light, News, Outcome, Report, Reporter, now};
use crate::show::OutputIx;

/// The longest that a message may wait for its turn.
const LATE: Duration = Duration::from_secs(5);

/// From here on, an output that sends is called slow.
const SLOW: Duration = Duration::from_secs(1);

/// How long a clock's word may wait for its turn: about as long as it is true.
const TICK_LATE: Duration = Duration::from_millis(20);

/// What stands between a message and the wire.
pub(super) trait Transmit: Send + 'static {
    /// A message, encoded.
    type Message: Send + Sync + 'static;

    /// Sends one message, or says why it could not; may block for as long as its own time limits let it.
    fn transmit(&mut self, message: &Self::Message) -> Result<(), String>;

    /// Sends a clock's word, if it can go at once; must not wait, connect, or say that it did not go.
    fn tick(&mut self, _message: &Self::Message) {}

    /// Looks after the connection while no message waits, and says how soon it wants to do so again.
    fn look(&mut self) -> Option<Duration> {
        None
    }
}

/// Who a worker is and to whom it tells what happened.
#[derive(Clone)]
pub(super) struct Site {
    /// Whose output this is.
    pub(super) output: OutputIx,
    /// The output's id.
    pub(super) name: String,
    pub(super) gauge: Arc<Gauge>,
    pub(super) reporter: Reporter,
}

impl Site {
    /// The report of this output on `job`.
    pub(super) fn report(&self, job: Option<Job>, outcome: Outcome) -> Report {
        Report { output: self.output, job, outcome }
    }
}

/// The station's end of a worker. Dropping it ends the worker.
pub(super) struct Worker<T> {
    queue: Arc<Queue<T>>,
    site: Site,
}

impl<T: Send + Sync + 'static> Worker<T> {
    /// Starts the thread.
    pub(super) fn start(site: Site, transmit: impl Transmit<Message = T>) -> io::Result<Self> {
        Self::start_with(site, transmit, LATE)
    }

    fn start_with(site: Site, transmit: impl Transmit<Message = T>, late: Duration) -> io::Result<Self> {
        let queue = Arc::new(Queue::new());
        let bench = Bench { queue: Arc::clone(&queue), site: site.clone(), current: None };
        thread::Builder::new().name(format!("to {}", site.name)).spawn(move || bench.work(transmit, late))?;
        Ok(Worker { queue, site })
    }

    /// Hands a message over; gives an outcome only where it is refused.
    pub(super) fn send(&self, job: Job, message: &Arc<T>) -> Option<Outcome> {
        let name = &self.site.name;
        let why = match self.queue.push(Some(job), message) {
            Ok(()) => return None,
            Err(Refusal::Full) => format!("queue full: {LIMIT} messages wait for {name}"),
            Err(Refusal::Ended) => format!("the sender of {name} has ended"),
        };
        Some(Outcome::Failed(why))
    }

    /// Drops what waits in favour of `messages`, and reports what was dropped.
    pub(super) fn panic(&self, messages: &[Arc<T>]) -> Vec<Report> {
        match self.queue.replace(messages) {
            Ok(dropped) => self.reports_on(dropped, "stopped by panic"),
            Err(_) => {
                let outcome = || Outcome::Failed(format!("the sender of {} has ended", self.site.name));
                messages.iter().map(|_| self.site.report(None, outcome())).collect()
            }
        }
    }

    /// A way in for a clock.
    pub(super) fn clock(&self) -> Clock<T> {
        Clock { queue: Arc::clone(&self.queue) }
    }

    /// How many messages wait.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Takes no more messages.
    pub(super) fn finish(&self) {
        self.queue.finish();
    }

    /// Gives what waits until `deadline`, and reports what did not go.
    pub(super) fn close(&self, deadline: Instant) -> Vec<Report> {
        self.queue.wait_for_end(deadline);
        self.reports_on(self.queue.end(), "the program closed before it could be sent")
    }

    fn reports_on(&self, dropped: Vec<Waiting<T>>, why: &str) -> Vec<Report> {
        // A message of panic that gives way to the same message of a second panic is no loss to report.
        let jobs = dropped.into_iter().filter_map(|waiting| waiting.job);
        jobs.map(|job| self.site.report(Some(job), Outcome::Failed(why.into()))).collect()
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.queue.end();
    }
}

/// A clock's end of a worker: what goes in here goes behind all messages, at its moment or not at all.
pub(super) struct Clock<T> {
    queue: Arc<Queue<T>>,
}

impl<T> Clock<T> {
    /// Hands a word of the clock over.
    pub(super) fn tick(&self, message: T) {
        self.queue.tick(Arc::new(message), now() + TICK_LATE);
    }
}

/// The thread's end of a worker. Its drop runs however the thread ends, so that no message is left without a report.
struct Bench<T> {
    queue: Arc<Queue<T>>,
    site: Site,
    /// What is being sent.
    current: Option<Option<Job>>,
}

impl<T> Bench<T> {
    fn work(mut self, mut transmit: impl Transmit<Message = T>, late: Duration) {
        // A moment and not a length: a clock's words come faster than any connection is looked after.
        let mut look_at = transmit.look().map(|pause| now() + pause);
        loop {
            let pause = look_at.map(|at| at.saturating_duration_since(now()));
            let waiting = match self.queue.next(pause) {
                Next::Send(waiting) => waiting,
                Next::Tick(message) => {
                    transmit.tick(&message);
                    continue;
                }
                Next::Look => {
                    if look_at.is_some_and(|at| at <= now()) {
                        look_at = transmit.look().map(|pause| now() + pause);
                    }
                    continue;
                }
                Next::End => return,
            };
            self.current = Some(waiting.job);
            let began = now();
            let waited = began.duration_since(waiting.since);
            let outcome = if waited > late {
                let seconds = waited.as_secs();
                Err(format!("not sent: it waited {seconds} s behind others for {}, too late now", self.site.name))
            } else {
                transmit.transmit(&waiting.message)
            };
            let light = if now().duration_since(began) > SLOW { Light::Slow } else { Light::Ok };
            let outcome = match outcome {
                Ok(()) => {
                    self.site.gauge.sent(light);
                    Outcome::Sent
                }
                Err(why) => {
                    self.site.gauge.down(why.clone());
                    Outcome::Failed(why)
                }
            };
            self.current = None;
            (self.site.reporter)(News::Report(self.site.report(waiting.job, outcome)));
        }
    }
}

impl<T> Drop for Bench<T> {
    fn drop(&mut self) {
        let left = self.queue.end();
        let fault = format!("the sender of {} has ended by a fault of the program", self.site.name);
        if thread::panicking() {
            self.site.gauge.down(fault.clone());
        }
        let left = self.current.take().into_iter().chain(left.into_iter().map(|waiting| waiting.job));
        for job in left {
            (self.site.reporter)(News::Report(self.site.report(job, Outcome::Failed(fault.clone()))));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::output::testing::{SOON, job, site};

    /// Says what it was given, then waits to be told the outcome.
    struct Told {
        given: Sender<&'static str>,
        outcomes: Receiver<Result<(), String>>,
    }

    impl Transmit for Told {
        type Message = &'static str;
        fn transmit(&mut self, message: &&'static str) -> Result<(), String> {
            self.given.send(message).unwrap();
            self.outcomes.recv().unwrap()
        }
    }

    struct Setup {
        worker: Worker<&'static str>,
        given: Receiver<&'static str>,
        tell: Sender<Result<(), String>>,
        reports: Receiver<Report>,
    }

    fn setup(late: Duration) -> Setup {
        let (site, reports) = site("desk");
        let ((given_tx, given), (tell, outcomes)) = (channel(), channel());
        let worker = Worker::start_with(site, Told { given: given_tx, outcomes }, late).unwrap();
        Setup { worker, given, tell, reports }
    }

    #[test]
    fn reports_each_message_once_in_order() {
        let s = setup(LATE);
        for n in 0..3 {
            assert_eq!(s.worker.send(job(n), &Arc::new("go")), None);
        }
        s.tell.send(Ok(())).unwrap();
        s.tell.send(Err("no".into())).unwrap();
        s.tell.send(Ok(())).unwrap();
        let outcomes = (0..3).map(|_| s.reports.recv_timeout(SOON).unwrap());
        let outcomes: Vec<_> = outcomes.map(|r| (r.job.unwrap().firing, r.outcome)).collect();
        assert_eq!(outcomes, [(0, Outcome::Sent), (1, Outcome::Failed("no".into())), (2, Outcome::Sent)]);
        assert_eq!(s.worker.site.gauge.health(0).sent, 2);
    }

    #[test]
    fn says_how_many_wait_when_the_queue_is_full() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("stuck"));
        s.given.recv_timeout(SOON).unwrap();
        assert!((0..LIMIT as u32).all(|n| s.worker.send(job(n), &Arc::new("go")).is_none()));
        let refused = s.worker.send(job(0), &Arc::new("go"));
        assert_eq!(refused, Some(Outcome::Failed("queue full: 256 messages wait for desk".into())));
        assert_eq!(s.worker.queued(), LIMIT);
    }

    #[test]
    fn panic_drops_what_waits_and_goes_next() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("stuck"));
        assert_eq!(s.given.recv_timeout(SOON), Ok("stuck"));
        s.worker.send(job(1), &Arc::new("go"));
        let dropped = s.worker.panic(&[Arc::new("stop")]);
        assert_eq!(dropped, [s.worker.site.report(Some(job(1)), Outcome::Failed("stopped by panic".into()))]);
        s.tell.send(Ok(())).unwrap();
        assert_eq!(s.given.recv_timeout(SOON), Ok("stop"));
    }

    #[test]
    fn fails_a_late_message_instead_of_sending_it() {
        let s = setup(Duration::ZERO);
        s.worker.send(job(0), &Arc::new("go"));
        let Outcome::Failed(why) = s.reports.recv_timeout(SOON).unwrap().outcome else { panic!("sent late") };
        assert!(why.contains("too late"), "{why}");
        assert!(s.given.try_recv().is_err());
    }

    #[test]
    fn closing_is_bounded_and_reports_what_is_left() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("stuck"));
        s.given.recv_timeout(SOON).unwrap();
        s.worker.send(job(1), &Arc::new("go"));
        s.worker.finish();
        let left = s.worker.close(now());
        assert_eq!(left.iter().map(|r| r.job).collect::<Vec<_>>(), [Some(job(1))]);
    }

    #[test]
    fn closing_lets_what_waits_go() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("go"));
        s.tell.send(Ok(())).unwrap();
        s.worker.finish();
        assert_eq!(s.worker.close(now() + SOON), []);
        assert_eq!(s.reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    }

    #[test]
    fn a_worker_that_dies_leaves_nothing_unsaid() {
        let s = setup(LATE);
        s.worker.send(job(0), &Arc::new("go"));
        s.given.recv_timeout(SOON).unwrap();
        s.worker.send(job(1), &Arc::new("go"));
        // Without anybody to tell the outcome, the transmitter panics.
        drop(s.tell);
        for n in 0..2 {
            let report = s.reports.recv_timeout(SOON).unwrap();
            assert_eq!(report.job, Some(job(n)));
            assert!(matches!(report.outcome, Outcome::Failed(why) if why.contains("has ended")));
        }
        assert!(matches!(s.worker.send(job(2), &Arc::new("go")), Some(Outcome::Failed(_))));
    }
}
