//! How an output is doing: written by whoever sends, read by whoever draws.
//!
//! Must never be locked across input or output, so that reading a light cannot wait for a network.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Health, Light};

/// The state behind an output's light.
#[derive(Default)]
pub(super) struct Gauge(Mutex<Reading>);

#[derive(Default)]
struct Reading {
    light: Light,
    error: Option<String>,
    sent: u64,
}

impl Gauge {
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
        let reading = self.lock();
        Health { light: reading.light, error: reading.error.clone(), queued, sent: reading.sent, clip: None }
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        // Every writer leaves a whole reading behind it, so a poisoned lock has nothing broken to hide.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
