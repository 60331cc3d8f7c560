//! The state of a shared run for the screen, as plain data, and the wishes of the caller who reads
//! it.
//!
//! [`Watch`](super::Watch) fills it after each change; nothing in it decides anything. Instants are
//! of the machine's clock here, so that the screen can say how long ago something was.

use std::time::Duration;

use crate::link::{FiredAside, FlagStep, SILENT, ServerFacts};
use crate::show::StationName;
use crate::show::duration::clock;
use crate::time::MachineNs;

/// A shared run as one station sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedView {
    /// Name of this station.
    pub me: StationName,
    /// Instant from which it hears the others: it has begun, or its machine had stood still.
    pub since: MachineNs,
    /// Its role.
    pub role: Role,
    /// Term of the flag, by the records that were read here.
    pub term: u64,
    /// All stations that were heard, this one too, by their names.
    pub stations: Vec<StationView>,
    /// State of the log.
    pub log: LogState,
    /// The exchange that is under way.
    pub exchange: Option<Exchange>,
    /// As a follower: `true` while this caller's take is not known to stand in the log.
    pub is_taking: bool,
    /// Instant at which the other program of this station's name was heard last that has the flag by
    /// the log, or from which on it was not heard; `None` if there is none.
    pub double_heard: Option<MachineNs>,
    /// Cues that this station fired while the others could not know of it, before it read that the flag was
    /// taken.
    pub aside: Vec<FiredAside>,
    /// Reason why the last offer has ended without a pass.
    pub offer_ended: Option<String>,
    /// `true` if the holder's program let go of the run, and nobody has it since.
    pub holder_left: bool,
    /// Reason why nothing of this station reaches the holder, if it only looks on.
    pub looks_on: Option<&'static str>,
}

/// Role of this station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It has the flag.
    Holds,
    /// Another has it.
    Follows {
        /// The holder.
        holder: StationName,
    },
    /// It has passed the flag, and does not know yet if the log has that.
    OnItsWay {
        /// The station that it was passed to.
        to: StationName,
    },
    /// It has the flag, and cannot reach the log.
    Alone {
        /// Instant from which nothing was acknowledged any more.
        since: MachineNs,
    },
    /// It follows, and the holder is not known: nothing of it was read or heard yet, or the log says
    /// that a program of this station's name has the flag, and it is not this one.
    Nobody,
    /// It has the flag by what it has read, but fires nothing until it has read the rest.
    Mute {
        /// Reason.
        why: MuteWhy,
    },
}

/// Reason why a holder fires nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MuteWhy {
    /// It reads the log.
    Reads {
        /// Time for which it stood still; `None` where the run was resumed on it.
        stood: Option<Duration>,
    },
    /// It cannot read the log: its caller decides ([`FlagWish::GoOn`]).
    Asks {
        /// Time for which it stood still; `None` where the run was resumed on it.
        stood: Option<Duration>,
    },
}

/// Distance of one journal from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Number of records.
    pub records: u64,
    /// Age of the oldest of them, or of the last news if there are none.
    pub time: Duration,
}

/// A station of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct StationView {
    /// Its name.
    pub name: StationName,
    /// Its role, by its own word.
    pub role: StationRole,
    /// The highest term that it has read.
    pub term: u64,
    /// Instant of its last sign of life; `None` for this station itself.
    pub heard: Option<MachineNs>,
    /// The part of the holder's journal that it has not read yet; of the holder itself, the part that
    /// is not in the log yet.
    pub behind: Behind,
    /// Uncertainty of its clock; `None` while it knows none.
    pub uncertainty: Option<Duration>,
    /// Version of its program.
    pub version: String,
    /// `true` if its version is this one's.
    pub has_our_version: bool,
    /// `true` if its show is the one of the run.
    pub has_our_show: bool,
    /// `true` if it has a terminal.
    pub terminal: bool,
    /// `true` if it was not heard for [`AWAY`](crate::link::AWAY).
    pub away: bool,
    /// Step of the exchange at which its caller stands.
    pub step: FlagStep,
    /// `true` from its caller's wish for the flag on, until an offer comes or the flag has moved.
    pub asks: bool,
    /// `true` if two programs use its name.
    pub twice: bool,
}

/// Role of a station by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationRole {
    /// It has the flag.
    Holds,
    /// It follows.
    Follows,
    /// It fires nothing until it has read the log.
    Mute,
}

/// State of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogState {
    /// Facts on the server; `None` before the first connection.
    pub server: Option<ServerFacts>,
    /// Reason why there is no connection now.
    pub trouble: Option<String>,
    /// The last record of this run that is known to stand in the log.
    pub stored: u64,
    /// Instant at which the log last acknowledged or handed over a record.
    pub acknowledged: Option<MachineNs>,
    /// Time from an append to its acknowledgement, where it is known.
    pub round_trip: Option<Duration>,
    /// Number of records that are not known to stand in the log.
    pub waits: u64,
    /// Number of entries of the log that do not count: what a station shipped that had lost the
    /// flag, and what other programs wrote.
    pub void: u64,
    /// The last of them, and why it does not count.
    pub void_why: Option<String>,
}

/// An exchange of the flag: it was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The station that it is offered to.
    pub to: StationName,
    /// Instant at which the offer lapses.
    pub lapses: MachineNs,
    /// `true` once the other has accepted.
    pub accepted: bool,
    /// Step of the holder's caller.
    pub giver: FlagStep,
    /// Step of the other's caller.
    pub taker: FlagStep,
}

/// Wish of the caller about the flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagWish {
    /// As the holder: offers the flag to a station.
    Offer(StationName),
    /// As the holder: takes the offer back, or the pass while its fate is not known.
    Withdraw,
    /// As the holder: passes the flag to the station that has accepted it.
    Pass,
    /// As a follower: asks the holder for the flag.
    Ask,
    /// As a follower: accepts the offer that stands.
    Accept,
    /// As a follower: does not want the flag, or has changed their mind.
    Decline,
    /// As a follower: takes the flag without the holder.
    Take {
        /// Reason, for the journal.
        reason: String,
        /// The holder's name where the caller has typed it out: without it the holder must have
        /// been silent for [`SILENT`](crate::link::SILENT).
        named: Option<StationName>,
    },
    /// As a follower: gives up a take that is not known to stand in the log.
    GiveUpTake,
    /// As a follower: tells the holder that something is wrong.
    Warn,
    /// As a holder that stood still and cannot read the log: goes on calling all the same.
    GoOn,
}

impl MuteWhy {
    /// Time for which this station stood still; `None` where the run was resumed on it.
    pub fn stood(self) -> Option<Duration> {
        match self {
            MuteWhy::Reads { stood } | MuteWhy::Asks { stood } => stood,
        }
    }

    /// The event that made it mute, for a sentence in which this station is `station`.
    pub(crate) fn cause(self, station: &str) -> String {
        match self.stood() {
            Some(stood) => format!("{station} stood still for {}", clock(stood)),
            None => "this run was resumed".to_owned(),
        }
    }
}

impl SharedView {
    /// The station of this name, if it was heard.
    pub fn station(&self, name: &StationName) -> Option<&StationView> {
        self.stations.iter().find(|station| station.name == *name)
    }

    /// Returns `true` if the station of this name is heard now, and has not left the run as its holder.
    pub fn hears(&self, name: &StationName) -> bool {
        let has_left = self.holder_left && self.holder() == Some(name);
        self.log.trouble.is_none()
            && !has_left
            && self.station(name).is_some_and(|station| !station.away)
    }

    /// The offer that stands to this station.
    pub fn offer_to_me(&self) -> Option<&Exchange> {
        let follows = matches!(self.role, Role::Follows { .. });
        self.exchange.as_ref().filter(|exchange| follows && exchange.to == self.me)
    }

    /// The holder, as far as this station knows it.
    pub fn holder(&self) -> Option<&StationName> {
        match &self.role {
            Role::Holds | Role::OnItsWay { .. } | Role::Alone { .. } | Role::Mute { .. } => {
                Some(&self.me)
            }
            Role::Follows { holder } => Some(holder),
            Role::Nobody => None,
        }
    }

    /// The station that this one can take the flag from, if another program has it: the holder, also
    /// where that goes by this station's own name.
    pub fn taken_from(&self) -> Option<&StationName> {
        match &self.role {
            Role::Follows { holder } => Some(holder),
            Role::Nobody => self.double_heard.map(|_| &self.me),
            Role::Holds | Role::OnItsWay { .. } | Role::Alone { .. } | Role::Mute { .. } => None,
        }
    }

    /// Returns `true` if a GO of this station's caller fires.
    pub fn may_fire(&self) -> bool {
        match &self.role {
            Role::Holds | Role::Alone { .. } => true,
            Role::Follows { .. } | Role::OnItsWay { .. } | Role::Nobody | Role::Mute { .. } => {
                false
            }
        }
    }

    /// Returns `true` while this station's caller gives the flag or is offered it.
    /// From a holder that is silent nothing comes any more: what stays is to take the flag.
    pub fn is_exchanging(&self, now: MachineNs) -> bool {
        match &self.role {
            Role::OnItsWay { .. } => true,
            Role::Holds | Role::Alone { .. } => self.exchange.is_some(),
            Role::Follows { .. } => {
                let is_to_me = self.exchange.as_ref().is_some_and(|known| known.to == self.me);
                is_to_me && self.silence(now).is_none_or(|silence| silence < SILENT)
            }
            Role::Nobody | Role::Mute { .. } => false,
        }
    }

    /// As a follower: what is not read here yet of the holder's journal.
    pub fn behind(&self) -> Behind {
        self.station(&self.me).map_or_else(Behind::default, |own| own.behind)
    }

    /// Returns `true` if this caller has asked for the flag and has no answer yet.
    pub fn has_asked(&self) -> bool {
        self.station(&self.me).is_some_and(|own| own.asks)
    }

    /// The stations but this one.
    pub fn others(&self) -> impl Iterator<Item = &StationView> {
        self.stations.iter().filter(|station| station.name != self.me)
    }

    /// Time since the holder was heard, or since this station hears the others, which may be later:
    /// the flag takes what a station has slept for no silence, either. `None` if it is the holder
    /// itself, or no holder is known. A program of this station's name that has the flag is the holder.
    pub fn silence(&self, now: MachineNs) -> Option<Duration> {
        if let (Role::Nobody, Some(heard)) = (&self.role, self.double_heard) {
            return Some(now.since(heard));
        }
        let holder = self.holder().filter(|holder| **holder != self.me)?;
        let heard = self.station(holder).and_then(|station| station.heard);
        Some(now.since(heard.map_or(self.since, |heard| heard.max(self.since))))
    }
}
