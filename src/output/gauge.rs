//! Live figures of an output: written by the code that sends, read by the code that draws.
//!
//! Must never be locked across input or output, so that reading a light cannot wait for a network.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use super::{Health, Job, Last, Latency, Light, Packet};
use crate::locks::Unpoisoned;
use crate::time::MachineNs;

/// The time from which on a message that is being sent makes its output slow.
pub(super) const SLOW: Duration = Duration::from_secs(1);

/// Number of the last latencies that are kept.
const KEPT: usize = 32;

/// Outcome and times of one message that is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery {
    packet: Packet,
    /// Instant at which it was handed over.
    since: MachineNs,
    /// Instant at which it was done.
    until: MachineNs,
}

impl Delivery {
    /// The delivery of the message of `job` (`None`: of a panic), which was handed over at `since`
    /// and was done at `until`.
    pub(super) fn new(job: Option<Job>, since: MachineNs, until: MachineNs) -> Self {
        let packet =
            job.map_or(Packet::Panic, |job| Packet::Action { cue: job.cue, action: job.action });
        Delivery { packet, since, until }
    }
}

/// The last latencies in a ring: a message costs a store, and nothing grows.
#[derive(Default)]
struct Latencies {
    last: [Duration; KEPT],
    count: usize,
}

impl Latencies {
    fn keep(&mut self, took: Duration) {
        if let Some(slot) = self.last.get_mut(self.count % KEPT) {
            *slot = took;
        }
        self.count += 1;
    }

    fn reading(&self) -> Option<Latency> {
        let count = self.count.min(KEPT);
        let last = *self.last.get(self.count.checked_sub(1)? % KEPT)?;
        let mut sorted = self.last;
        let sorted = sorted.get_mut(..count)?;
        sorted.sort_unstable();
        let (median, most) = (*sorted.get((count - 1) / 2)?, *sorted.last()?);
        Some(Latency { last, median, most, count })
    }
}

/// The state behind an output's light.
#[derive(Default)]
pub(super) struct Gauge(Mutex<GaugeReading>);

#[derive(Default)]
struct GaugeReading {
    light: Light,
    error: Option<String>,
    /// Last line of what the far end has answered.
    answer: Option<String>,
    sent: u64,
    failed: u64,
    last: Option<(Packet, bool, MachineNs)>,
    latencies: Latencies,
    /// Start of each message that is being sent: at most one for each worker of the output.
    in_flight: Vec<MachineNs>,
}

/// A message that is just being sent, which it is until this is dropped.
pub(super) struct InFlight<'a> {
    gauge: &'a Gauge,
    since: MachineNs,
}

impl InFlight<'_> {
    /// Ends it, well or not, at `now`; gives how long it took.
    pub(super) fn end(self, now: MachineNs) -> Duration {
        now.since(self.since)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut reading = self.gauge.lock();
        if let Some(at) = reading.in_flight.iter().position(|since| *since == self.since) {
            reading.in_flight.swap_remove(at);
        }
    }
}

impl GaugeReading {
    fn left(&mut self, delivery: Delivery) {
        self.sent += 1;
        self.last = Some((delivery.packet, true, delivery.until));
        self.latencies.keep(delivery.until.since(delivery.since));
    }
}

impl Gauge {
    /// A message is about to be sent, at `since`, which may take long.
    pub(super) fn in_flight(&self, since: MachineNs) -> InFlight<'_> {
        self.lock().in_flight.push(since);
        InFlight { gauge: self, since }
    }

    /// A message left, and nothing is wrong.
    pub(super) fn sent(&self, light: Light, delivery: Delivery) {
        let mut reading = self.lock();
        (reading.light, reading.error) = (light, None);
        reading.left(delivery);
    }

    /// A message left, although the trouble that the gauge shows is not known to be over.
    pub(super) fn sent_in_doubt(&self, delivery: Delivery) {
        self.lock().left(delivery);
    }

    /// A message did not leave, or nobody knows whether it did.
    pub(super) fn failed(&self, delivery: Delivery) {
        let mut reading = self.lock();
        reading.failed += 1;
        reading.last = Some((delivery.packet, false, delivery.until));
    }

    /// A message that was counted as sent has been refused.
    pub(super) fn refused(&self, delivery: Delivery) {
        let mut reading = self.lock();
        reading.sent = reading.sent.saturating_sub(1);
        reading.failed += 1;
        if let Some((packet, has_left, _)) = &mut reading.last
            && *packet == delivery.packet
        {
            *has_left = false;
        }
    }

    /// Counts `count` messages that were dropped without a try.
    pub(super) fn dropped(&self, count: usize) {
        self.lock().failed += count as u64;
    }

    /// The output can send.
    pub(super) fn up(&self) {
        let mut reading = self.lock();
        (reading.light, reading.error) = (Light::Ok, None);
    }

    /// The output has not been tried since `why` was found out, if there is anything to say at all.
    pub(super) fn idle(&self, why: Option<String>) {
        let mut reading = self.lock();
        (reading.light, reading.error) = (Light::Idle, why);
    }

    /// The output cannot send, or could not.
    pub(super) fn down(&self, why: String) {
        let mut reading = self.lock();
        (reading.light, reading.error) = (Light::Down, Some(why));
    }

    /// The far end has answered this.
    pub(super) fn answered(&self, line: String) {
        self.lock().answer = Some(line);
    }

    /// The far end is there, and has answered that something was wrong: `why` is in its words.
    pub(super) fn refused_by_answer(&self, why: String) {
        let mut reading = self.lock();
        (reading.light, reading.error) = (Light::Refused, Some(why));
    }

    /// The output was down for `why` when it was tried by another program, unless something is
    /// known by now.
    pub(super) fn recall(&self, why: String) {
        let mut reading = self.lock();
        if reading.light == Light::Idle && reading.error.is_none() {
            (reading.light, reading.error) = (Light::Down, Some(why));
        }
    }

    /// This is not wrong any more; whatever else is stays.
    pub(super) fn clear(&self, why: &str) {
        let mut reading = self.lock();
        if reading.error.as_deref() == Some(why) {
            (reading.light, reading.error) = (Light::Idle, None);
        }
    }

    /// The current problem, if there is one.
    pub(super) fn error(&self) -> Option<String> {
        self.lock().error.clone()
    }

    /// The whole reading as it is at `at`, for people: what has been under way for long is slow
    /// before anybody knows how it ends, unless the output is known to be worse.
    pub(super) fn health(&self, queued: usize, at: MachineNs) -> Health {
        let reading = self.lock();
        let longest = reading.in_flight.iter().map(|since| at.since(*since)).max();
        let (light, error) = match longest
            .filter(|longest| *longest > SLOW && reading.light != Light::Down)
        {
            Some(longest) => (Light::Slow, Some(format!("no answer for {} s", longest.as_secs()))),
            None => (reading.light, reading.error.clone()),
        };
        let last = reading.last.map(|(packet, has_left, done)| Last {
            packet,
            has_left,
            age: at.since(done),
        });
        let (sent, failed, latency) = (reading.sent, reading.failed, reading.latencies.reading());
        let answer = reading.answer.clone();
        Health { light, error, answer, queued, sent, failed, last, latency, ..Health::default() }
    }

    fn lock(&self) -> MutexGuard<'_, GaugeReading> {
        // Every writer leaves a whole reading behind it, so a poisoned lock has nothing broken to
        // hide.
        self.0.lock().unpoisoned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{job, now};

    #[test]
    fn latencies_are_those_of_the_last_messages_only() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.reading(), None);
        latencies.keep(Duration::from_millis(7));
        let of = |last, median, most, count| {
            let [last, median, most] = [last, median, most].map(Duration::from_millis);
            Some(Latency { last, median, most, count })
        };
        assert_eq!(latencies.reading(), of(7, 7, 7, 1));
        // A second that 32 others push out, of 1 to 32 ms, the longest first.
        latencies.keep(Duration::from_secs(1));
        (1..=32).rev().for_each(|ms| latencies.keep(Duration::from_millis(ms)));
        assert_eq!(latencies.reading(), of(1, 16, 32, 32));
    }

    #[test]
    fn the_last_message_is_the_one_that_was_tried_last() {
        let (gauge, began) = (Gauge::default(), now());
        gauge.sent(Light::Ok, Delivery::new(Some(job(1)), began, began));
        let delivery = Delivery::new(None, began, began);
        gauge.failed(delivery);
        gauge.dropped(2);
        let health = gauge.health(0, delivery.until + Duration::from_secs(3));
        let last = Last { packet: Packet::Panic, has_left: false, age: Duration::from_secs(3) };
        assert_eq!((health.sent, health.failed, health.last), (1, 3, Some(last)));
        assert_eq!(
            health.latency.map(|latency| latency.count),
            Some(1),
            "what failed has no latency"
        );
    }
}
