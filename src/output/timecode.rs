//! The show's clock as timecode, on its way to an output that asks for it: a thread that keeps
//! time, and nothing else.
//!
//! The station says what its clock reads ([`Timecode::set`]) and goes on; the thread tells the rest
//! by the machine's clock, each word at its own deadline. Must never hold up a cue: it hands its
//! words to a [`Line`], on which a cue goes first, and a word that cannot go at its moment is lost.
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
use std::time::{Duration, Instant};

use super::worker::Clock;
use super::{ShowTime, now};
use crate::locks::Unpoisoned;
use crate::show::FrameRate;
use crate::time::nanoseconds;
pub(super) use osc::UdpLine;
use pace::{ClockPace, Grain, Say};

/// Maximum number of steps of a clock that are sent at one moment.
pub(super) const AT_ONCE_MAX: usize = mtc::GRAIN.at_once as usize;

/// Receiver of a clock's messages.
pub(super) trait Line: Send + 'static {
    /// Lets one go at `now`, or loses it.
    fn say(&mut self, bytes: Vec<u8>, now: Instant);
}

impl Line for Clock<Vec<u8>> {
    fn say(&mut self, bytes: Vec<u8>, now: Instant) {
        self.tick(bytes, now);
    }
}

/// Encoding of a clock.
pub(super) struct Format {
    grain: Grain,
    encode: fn(FrameRate, Say) -> Option<Vec<u8>>,
}

/// As MIDI timecode.
pub(super) const MTC: Format = Format { grain: mtc::GRAIN, encode: mtc::message };

/// As OSC packets.
pub(super) const OSC: Format = Format { grain: osc::GRAIN, encode: osc::packet };

/// The station's end of a clock. Dropping it ends the thread without waiting for it.
pub(super) struct Timecode {
    board: Arc<ClockMailbox>,
}

impl Timecode {
    /// Starts the thread: a clock that stands at zero.
    pub(super) fn start(
        name: &str,
        rate: FrameRate,
        format: Format,
        line: impl Line,
    ) -> io::Result<Self> {
        let board = Arc::new(ClockMailbox::default());
        let (told, pace) = (Arc::clone(&board), ClockPace::new(rate, format.grain));
        let work = move || keep_time(&told, pace, rate, &format, line);
        thread::Builder::new().name(format!("timecode to {name}")).spawn(work)?;
        Ok(Timecode { board })
    }

    /// Sets the clock.
    pub(super) fn set(&self, time: ShowTime) {
        self.board.lock().news = Some((now(), time));
        self.board.changed.notify_all();
    }

    /// Ends the thread.
    pub(super) fn end(&self) {
        self.board.lock().ended = true;
        self.board.changed.notify_all();
    }
}

impl Drop for Timecode {
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
    news: Option<(Instant, ShowTime)>,
    ended: bool,
}

impl ClockMailbox {
    /// Waits for news until `deadline`, or without an end.
    fn wait(&self, deadline: Option<Instant>) -> ClockUpdate {
        let idle = |told: &mut ClockUpdate| told.news.is_none() && !told.ended;
        let told = self.lock();
        let mut told = match deadline {
            Some(deadline) => {
                let left = deadline.saturating_duration_since(now());
                self.changed.wait_timeout_while(told, left, idle).unpoisoned().0
            }
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
    mut pace: ClockPace,
    rate: FrameRate,
    format: &Format,
    mut line: impl Line,
) {
    let origin = now();
    let since_origin_ns = |at: Instant| nanoseconds(at.duration_since(origin));
    loop {
        let deadline =
            pace.due_ns().and_then(|due_ns| origin.checked_add(Duration::from_nanos(due_ns)));
        let told = board.wait(deadline);
        if told.ended {
            return;
        }
        if let Some((at, time)) = told.news {
            pace.set(since_origin_ns(at), time);
        }
        let now = now();
        let at_ns = since_origin_ns(now);
        while let Some(say) = pace.say(at_ns) {
            if let Some(bytes) = (format.encode)(rate, say) {
                line.say(bytes, now);
            }
        }
    }
}

#[cfg(test)]
mod tests;
