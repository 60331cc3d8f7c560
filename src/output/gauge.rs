//! How an output is doing: written by whoever sends, read by whoever draws.
//!
//! Must never be locked across input or output, so that reading a light cannot wait for a network.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Health, Light, now};

/// From here on, an output that sends is called slow.
pub(super) const SLOW: Duration = Duration::from_secs(1);

/// The state behind an output's light.
#[derive(Default)]
pub(super) struct Gauge(Mutex<Reading>);

#[derive(Default)]
struct Reading {
    light: Light,
    error: Option<String>,
    sent: u64,
    /// Since when each message that is just being sent has been under way: one for each worker of the output at most.
    flights: Vec<Instant>,
}

/// A message that is just being sent, which it is until this is dropped.
pub(super) struct Flight<'a> {
    gauge: &'a Gauge,
    since: Instant,
}

impl Flight<'_> {
    /// It has come down, well or not; says how long it took.
    pub(super) fn end(self) -> Duration {
        now().duration_since(self.since)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut reading = self.gauge.lock();
        if let Some(at) = reading.flights.iter().position(|since| *since == self.since) {
            reading.flights.swap_remove(at);
        }
    }
}

impl Gauge {
    /// A message is about to be sent, which may take long.
    pub(super) fn flight(&self) -> Flight<'_> {
        let since = now();
        self.lock().flights.push(since);
        Flight { gauge: self, since }
    }

    /// A message left, and nothing is wrong.
    pub(super) fn sent(&self, light: Light) {
        let mut reading = self.lock();
        (reading.light, reading.error) = (light, None);
        reading.sent += 1;
    }

    /// A message left, although the trouble that the gauge shows is not known to be over.
    pub(super) fn sent_in_doubt(&self) {
        self.lock().sent += 1;
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

    /// What is wrong, if anything is.
    pub(super) fn error(&self) -> Option<String> {
        self.lock().error.clone()
    }

    /// The whole reading, for people.
    pub(super) fn health(&self, queued: usize) -> Health {
        self.health_at(queued, now())
    }

    /// The whole reading as it is at `at`: what has been under way for long is slow before anybody knows how it ends,
    /// unless the output is known to be worse.
    pub(super) fn health_at(&self, queued: usize, at: Instant) -> Health {
        let reading = self.lock();
        let longest = reading.flights.iter().map(|since| at.saturating_duration_since(*since)).max();
        let (light, error) = match longest.filter(|longest| *longest > SLOW && reading.light != Light::Down) {
            Some(longest) => (Light::Slow, Some(format!("no answer for {} s", longest.as_secs()))),
            None => (reading.light, reading.error.clone()),
        };
        Health { light, error, queued, sent: reading.sent, clip: None }
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        // Every writer leaves a whole reading behind it, so a poisoned lock has nothing broken to hide.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
