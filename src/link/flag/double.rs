//! Two programs of one name: the one that was first goes on, and the other looks on.
//!
//! Which of them is the station, the holder says: it leaves messages to the program that it has heard
//! first, until that is away. The other one sends nothing, and tells nothing of messages that it was
//! never to send.

use super::stations::GONE;
use super::{Flag, FlagOutput};
use crate::link::message::{Instance, Letter};
use crate::time::MachineNs;

/// Reason why nothing of a station reaches the holder, whose name another program had first.
pub const IS_SECOND: &str = "this station looks on: another program has its name";

/// What this program knows of another one that has its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DoubleOfMe {
    /// When it was heard last.
    heard_ns: Option<MachineNs>,
    /// The holder leaves messages to another program of this name, which may have ended.
    is_second: bool,
    /// The same, and the other one is heard.
    looks_on: bool,
}

impl DoubleOfMe {
    pub(super) fn heard_ns(&self) -> Option<MachineNs> {
        self.heard_ns
    }

    /// Returns `true` if it was heard a short time ago.
    pub(super) fn is_heard(&self, now_ns: MachineNs) -> bool {
        self.heard_ns.is_some_and(|heard_ns| now_ns.since(heard_ns) < GONE)
    }

    /// Returns `true` if it is the station, and this program looks on.
    pub(super) fn is_first(&self) -> bool {
        self.looks_on
    }
}

impl Flag {
    /// Another program of this station's name is there.
    pub(super) fn hears_double(&mut self, instance: Instance) {
        if !self.double.is_heard(self.now_ns) {
            let text = format!(
                "another program is called {}, too ({:x}): one of them has to leave, and may join with \
                 another --station NAME",
                self.id.me, instance.0
            );
            self.says(text, true);
        }
        self.double.heard_ns = Some(self.now_ns);
    }

    /// Sees which program of this name is the station.
    pub(super) fn sees_if_second(&mut self) {
        let is_heard = self.double.is_heard(self.now_ns);
        let is_second = !self.holds && self.is_second(is_heard);
        if is_second {
            // The first one tells what became of its messages.
            self.outbox.letters.retain(|_, (letter, _)| !matches!(letter, Letter::Told(_)));
        }
        let looks_on = is_second && is_heard;
        if looks_on && !self.double.looks_on {
            let text = format!(
                "another program is called {} and was first: this one looks on and sends nothing; \
                 leave, and join with another --station NAME",
                self.id.me
            );
            self.says(text, true);
        } else if self.double.looks_on && !is_second && !self.holds {
            let text = format!("the other program that is called {} has gone", self.id.me);
            self.says(format!("{text}: this one is the station now"), true);
        }
        self.double.looks_on = looks_on;
        if is_second != self.double.is_second {
            self.double.is_second = is_second;
            self.does(FlagOutput::Second(is_second));
        }
    }

    fn is_second(&self, is_double_heard: bool) -> bool {
        let me = &self.id.me;
        let Some(flag) = &self.state else { return false };
        if flag.holder == *me {
            return is_double_heard;
        }
        let holder = self.stations.get(&flag.holder);
        let listed = holder.and_then(|known| known.beat.hears.get(me));
        // While the holder hears none of the two, nothing is left to either.
        listed.map_or(self.double.is_second, |heard| heard.instance != self.id.instance)
    }

    /// Returns `true` if a letter is for nobody: this program is not the station.
    pub(super) fn is_in_vain(&mut self, letter: &Letter) -> bool {
        match letter {
            Letter::Told(_) => self.double.is_second,
            Letter::Wish(_) => {
                if self.double.looks_on {
                    self.does(FlagOutput::Refused(IS_SECOND.to_owned()));
                }
                self.double.looks_on
            }
            Letter::Aside { .. } => false,
        }
    }
}
