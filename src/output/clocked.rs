//! An output that is also sent timecode: its driver as it is, and beside it a clock.

use std::time::Instant;

use super::timecode::Timecode;
use super::{Driver, Health, Job, Lasts, Outcome, Report, ShowTime};
use crate::show::CueIx;

/// A driver with a clock beside it.
pub(super) struct Clocked {
    driver: Box<dyn Driver>,
    timecode: Timecode,
}

impl Clocked {
    /// Puts a clock beside `driver`, where there is one.
    pub(super) fn beside(
        driver: impl Driver + 'static,
        timecode: Option<Timecode>,
    ) -> Box<dyn Driver> {
        let driver: Box<dyn Driver> = Box::new(driver);
        match timecode {
            Some(timecode) => Box::new(Clocked { driver, timecode }),
            None => driver,
        }
    }
}

impl Driver for Clocked {
    fn send(&mut self, job: Job) -> Option<Outcome> {
        self.driver.send(job)
    }

    fn panic(&mut self) -> Vec<Report> {
        // The clock goes on: whatever chases it would only come to a stop at a place that is
        // nobody's.
        self.driver.panic()
    }

    fn call_off(&mut self, why: &str) -> Vec<Report> {
        self.driver.call_off(why)
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        self.driver.lasts()
    }

    fn health(&self) -> Health {
        self.driver.health()
    }

    fn arm(&mut self, cues: &[CueIx]) {
        self.driver.arm(cues);
    }

    fn show_time(&mut self, time: ShowTime) {
        self.timecode.set(time);
        self.driver.show_time(time);
    }

    fn finish(&mut self) {
        self.timecode.end();
        self.driver.finish();
    }

    fn close(&mut self, deadline: Instant) -> Vec<Report> {
        self.driver.close(deadline)
    }
}
