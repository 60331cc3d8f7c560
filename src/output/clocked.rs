//! An output that is also sent timecode: its driver as it is, and beside it a clock.

use std::sync::Arc;

use super::timecode::TimecodeClock;
use super::{Driver, Encoded, Health, Job, Lasts, Outcome, Report, ShowTime};
use crate::show::{CueIx, Show};
use crate::time::MachineNs;

/// A driver with a clock beside it.
pub(super) struct Clocked {
    driver: Box<dyn Driver>,
    timecode: TimecodeClock,
}

impl Clocked {
    /// Puts a clock beside `driver`, where there is one.
    pub(super) fn beside(
        driver: impl Driver + 'static,
        timecode: Option<TimecodeClock>,
    ) -> Box<dyn Driver> {
        let driver: Box<dyn Driver> = Box::new(driver);
        match timecode {
            Some(timecode) => Box::new(Clocked { driver, timecode }),
            None => driver,
        }
    }
}

impl Driver for Clocked {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        self.driver.send(job, now)
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        // The clock goes on: whatever chases it would only come to a stop at a place that is
        // nobody's.
        self.driver.panic(now)
    }

    fn call_off(&mut self, why: &str) -> Vec<Report> {
        self.driver.call_off(why)
    }

    fn revise(&mut self, show: &Arc<Show>, messages: Option<Encoded>) {
        self.driver.revise(show, messages);
    }

    fn is_open(&self) -> bool {
        self.driver.is_open()
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        self.driver.lasts()
    }

    fn health(&self, now: MachineNs) -> Health {
        self.driver.health(now)
    }

    fn arm(&mut self, cues: &[CueIx]) {
        self.driver.arm(cues);
    }

    fn send_here(&mut self, is_here: bool) {
        self.driver.send_here(is_here);
    }

    fn show_time(&mut self, time: ShowTime, at: MachineNs) {
        self.timecode.set(time, at);
        self.driver.show_time(time, at);
    }

    fn finish(&mut self) {
        self.timecode.end();
        self.driver.finish();
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        self.driver.close(deadline)
    }
}
