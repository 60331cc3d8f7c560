//! The stations and the log, for a station's screen.

use std::time::Duration;

use super::stations::AWAY;
use super::{ALONE, Flag};
use crate::engine::FlagState;
use crate::link::message::Beat;
use crate::show::StationName;

/// The stations and the log, for a station's screen.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkView {
    /// `true` if this station has the flag.
    pub holds: bool,
    /// `true` if it is mute until it has read the log.
    pub is_mute: bool,
    /// `true` if a take is under way.
    pub is_taking: bool,
    /// Time since this station began, or its machine had stood still.
    pub awake: Duration,
    /// The flag as the log has it.
    pub flag: Option<FlagState>,
    /// Time since the last offer was read from the log, by this machine's clock; `None` if none was
    /// read, or this station has asked to withdraw it.
    pub offer_age: Option<Duration>,
    /// Since when the log has not answered, on the holder; `None` while it does.
    pub alone: Option<Duration>,
    /// Time since the other program of this station's name was heard that has the flag by the log, or
    /// could have been; `None` if there is none.
    pub double_silent: Option<Duration>,
    /// `true` if another program of this station's name is there.
    pub has_double: bool,
    /// `true` if that one was first, so that this program looks on.
    pub is_second: bool,
    /// Number of records that the log is not known to have; on the holder.
    pub unshipped: usize,
    /// Last record that was read from the log.
    pub seq: u64,
    /// Number of entries of the log that do not count.
    pub void: u64,
    /// The last of them, and why it does not.
    pub void_why: Option<String>,
    /// Uncertainty of the run's clock, nanoseconds; `None` on the holder, and while nothing is
    /// known.
    pub uncertainty_ns: Option<u64>,
    /// Time from an append to its answer, as last measured; on the holder.
    pub round: Option<Duration>,
    /// Time since the log has answered; `None` if it never has.
    pub log_heard: Option<Duration>,
    /// The other stations.
    pub stations: Vec<OtherStation>,
}

/// Another station.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherStation {
    /// Its name.
    pub name: StationName,
    /// Its last sign of life.
    pub beat: Beat,
    /// Time since it was heard.
    pub heard: Duration,
    /// Number of records by which it is behind this station; negative if ahead.
    pub behind: i64,
    /// `true` if its show is the same, byte for byte.
    pub same_show: bool,
    /// `true` if two programs go by this name.
    pub is_double: bool,
}

impl Flag {
    /// The picture for the screen.
    pub fn view(&self) -> LinkView {
        let now_ns = self.now_ns;
        let stations = self.stations.iter().map(|(name, known)| OtherStation {
            name: name.clone(),
            beat: known.beat.clone(),
            heard: now_ns.since(known.heard_ns),
            behind: self.last_seq() as i64 - known.beat.seq as i64,
            same_show: known.beat.digest == self.id.digest,
            is_double: known.is_double(now_ns),
        });
        LinkView {
            holds: self.holds,
            is_mute: self.is_mute,
            is_taking: self.taking.as_ref().is_some_and(|taking| taking.is_wanted),
            awake: now_ns.since(self.woke_ns),
            flag: self.state.clone(),
            offer_age: self.offered_ns.map(|at_ns| now_ns.since(at_ns)),
            alone: self.alone(),
            double_silent: self.double_silent(),
            has_double: self.double.is_heard(now_ns),
            is_second: self.double.is_first(),
            unshipped: if self.holds { self.pending.len() } else { 0 },
            seq: self.seq,
            void: self.void,
            void_why: self.void_why.clone(),
            uncertainty_ns: self.clock.best(now_ns).map(|best| best.uncertainty_ns),
            round: self.shipping.round(),
            log_heard: self.log_heard_ns.map(|heard_ns| now_ns.since(heard_ns)),
            stations: stations.collect(),
        }
    }

    /// Time for which the log has not answered, or has taken none of the records that wait, if this
    /// station has the flag and that is too long.
    pub fn alone(&self) -> Option<Duration> {
        let waits = self.waits_since_ns.map(|since_ns| self.now_ns.since(since_ns));
        let alone = self.log_silence().max(waits.unwrap_or_default());
        Some(alone).filter(|&alone| self.holds && alone > ALONE)
    }

    /// See [`LinkView::double_silent`]. The program before this one may have taken the flag and ended
    /// before it knew, or another program that goes by this name was passed it.
    fn double_silent(&self) -> Option<Duration> {
        let holder = self.state.as_ref().map(|flag| &flag.holder);
        let holder = holder.filter(|holder| **holder == self.id.me && !self.holds)?;
        Some(self.silence_of(holder))
    }

    /// Time since the log has answered.
    pub(super) fn log_silence(&self) -> Duration {
        self.now_ns.since(self.log_heard_ns.unwrap_or(self.began_ns))
    }

    /// Time from the proposal of a pass to its instant: 100 ms, or four times a round to the log.
    pub fn pass_lead(&self) -> Duration {
        let round = self.shipping.round().unwrap_or_default();
        (round * 4).max(Duration::from_millis(100))
    }

    /// Says why the flag cannot be passed to `to` now.
    ///
    /// # Errors
    /// With the reason, for the caller.
    pub fn may_pass(&self, to: &StationName) -> Result<(), String> {
        self.may_offer(to)?;
        let known = self.stations.get(to);
        match known.and_then(|known| known.beat.uncertainty_ns) {
            None => Err(format!("{to} does not know the run's clock yet")),
            Some(_) => Ok(()),
        }
    }

    /// Says why the flag should not be offered to `to` now. A station that has just passed it still
    /// asks for the run's clock.
    ///
    /// # Errors
    /// With the reason, for the caller.
    pub fn may_offer(&self, to: &StationName) -> Result<(), String> {
        if self.alone().is_some() {
            return Err("the log does not answer: the flag cannot be passed".to_owned());
        }
        match self.stations.get(to) {
            None => Err(format!("{to} was never heard")),
            Some(known) if self.now_ns.since(known.heard_ns) > AWAY => {
                Err(format!("{to} is away: it cannot have the flag"))
            }
            Some(known) if known.is_double(self.now_ns) => {
                Err(format!("two programs use the name {to}: one has to go"))
            }
            Some(known) if known.beat.digest != self.id.digest => {
                Err(format!("{to} has another show file"))
            }
            Some(known) if known.beat.mute => Err(format!("{to} has not read the log")),
            Some(_) => Ok(()),
        }
    }
}
