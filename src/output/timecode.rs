//! The show's clock as timecode, on its way to an output that asks for it: a thread that keeps
//! time, and nothing else.
//!
//! The station says what its clock reads ([`TimecodeClock::set`]) and goes on; the thread tells the rest
//! by the machine's clock, each word at its own deadline. Must never hold up a cue: it hands its
//! words to a [`ClockReceiver`], on which a cue goes first, and a word that cannot go at its moment is lost.
//! A clock is not silenced by panic.
//!
//! ```text
//! station ─ set ─► board ─► thread: pace (when) ─► mtc, osc (what) ─► line ─┬─ clock of a worker   (MIDI, TCP)
//!                                                                          └─ socket of its own   (UDP)
//! ```

mod mtc;
mod osc;
mod pace;
mod smpte;

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::ShowTime;
use super::worker::WorkerClock;
use crate::locks::Unpoisoned;
use crate::show::FrameRate;
use crate::time::{MachineClock, MachineNs};
pub(super) use osc::UdpLine;
use pace::{ClockPace, Grain, Say};

/// Maximum number of steps of a clock that are sent at one moment.
pub(super) const AT_ONCE_MAX: usize = mtc::GRAIN.at_once as usize;

/// Receiver of a clock's messages.
pub(super) trait ClockReceiver: Send + 'static {
    /// Lets one go at `now`, or loses it.
    fn say(&mut self, bytes: Vec<u8>, now: MachineNs);
}

impl ClockReceiver for WorkerClock<Vec<u8>> {
    fn say(&mut self, bytes: Vec<u8>, now: MachineNs) {
        self.tick(bytes, now);
    }
}

/// Encoding of a clock.
pub(super) struct ClockEncoding {
    grain: Grain,
    encode: fn(FrameRate, Say) -> Option<Vec<u8>>,
}

/// As MIDI timecode.
pub(super) const MTC: ClockEncoding = ClockEncoding { grain: mtc::GRAIN, encode: mtc::message };

/// As OSC packets.
pub(super) const OSC: ClockEncoding = ClockEncoding { grain: osc::GRAIN, encode: osc::packet };

/// The station's end of a clock. Dropping it ends the thread without waiting for it.
pub(super) struct TimecodeClock {
    board: Arc<ClockMailbox>,
}

impl TimecodeClock {
    /// Starts the thread: timecode that stands at zero, and keeps time by `clock`.
    pub(super) fn start(
        name: &str,
        clock: MachineClock,
        rate: FrameRate,
        format: ClockEncoding,
        line: impl ClockReceiver,
    ) -> io::Result<Self> {
        let board = Arc::new(ClockMailbox::default());
        let (told, pace) = (Arc::clone(&board), ClockPace::new(rate, format.grain));
        let work = move || keep_time(&told, clock, pace, rate, &format, line);
        thread::Builder::new().name(format!("timecode to {name}")).spawn(work)?;
        Ok(TimecodeClock { board })
    }

    /// Sets the clock to what it read at `at`.
    pub(super) fn set(&self, time: ShowTime, at: MachineNs) {
        self.board.lock().news = Some((at, time));
        self.board.changed.notify_all();
    }

    /// Ends the thread.
    pub(super) fn end(&self) {
        self.board.lock().ended = true;
        self.board.changed.notify_all();
    }
}

impl Drop for TimecodeClock {
    fn drop(&mut self) {
        self.end();
    }
}

/// Mailbox in which the station leaves the clock's state for the thread.
#[derive(Default)]
struct ClockMailbox {
    told: Mutex<ClockUpdate>,
    changed: Condvar,
}

#[derive(Default)]
struct ClockUpdate {
    /// Last setting of the clock and its instant; earlier ones do not count.
    news: Option<(MachineNs, ShowTime)>,
    ended: bool,
}

impl ClockMailbox {
    /// Waits for news no longer than `at_most`, or without an end.
    fn wait(&self, at_most: Option<Duration>) -> ClockUpdate {
        let idle = |told: &mut ClockUpdate| told.news.is_none() && !told.ended;
        let told = self.lock();
        let mut told = match at_most {
            Some(at_most) => self.changed.wait_timeout_while(told, at_most, idle).unpoisoned().0,
            None => self.changed.wait_while(told, idle).unpoisoned(),
        };
        ClockUpdate { news: told.news.take(), ended: told.ended }
    }

    fn lock(&self) -> MutexGuard<'_, ClockUpdate> {
        // Every writer leaves it whole, so a poisoned lock has nothing broken to hide.
        self.told.lock().unpoisoned()
    }
}

fn keep_time(
    board: &ClockMailbox,
    clock: MachineClock,
    mut pace: ClockPace,
    rate: FrameRate,
    format: &ClockEncoding,
    mut line: impl ClockReceiver,
) {
    loop {
        let left = pace.due().map(|due| due.since(clock.now()));
        let told = board.wait(left);
        if told.ended {
            return;
        }
        if let Some((at, time)) = told.news {
            pace.set(at, time);
        }
        let now = clock.now();
        while let Some(say) = pace.say(now) {
            if let Some(bytes) = (format.encode)(rate, say) {
                line.say(bytes, now);
            }
        }
    }
}

#[cfg(test)]
mod tests;
