//! What callers wish: this station's of the flag and of the holder, and other stations' of this one.

use super::Station;
use crate::app::Hand;
use crate::app::flag::{FlagWish, command_of, wishes_of};
use crate::conductor::{By, ConductorInput, FlagPart, RunClock};
use crate::engine::{Aside, Command, Record, RunNs, TAKEN_BACK};
use crate::link::{FiredAside, FlagInput, Letter, StationName, Wish};
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::opening;

impl Station {
    /// A letter of another station to the holder, which is this one.
    pub(super) fn letter(&mut self, from: StationName, number: u64, letter: Letter) {
        match letter {
            Letter::Told(told) => drop(self.drive(ConductorInput::Told { from, told })),
            Letter::Aside { fired } => {
                let aside = fired.into_iter().map(|FiredAside { cue, at_ns }| Aside {
                    cue,
                    fired_by: from.clone(),
                    fired_ns: at_ns,
                });
                let _ = self.obey(By::Remote, Command::FiredAside(aside.collect()));
            }
            Letter::Wish(wish) => {
                let refused = self.grant(&from, wish).err();
                if let Some(shared) = &mut self.shared {
                    let answer = FlagInput::Answer { to: from, number, refused };
                    shared.flag.handle(machine_ns(), answer);
                }
            }
        }
    }

    /// Does what the caller of another station wishes.
    pub(super) fn grant(&mut self, from: &StationName, wish: Wish) -> Result<(), String> {
        let Some(command) = command_of(wish, from, self.conductor.state().show())? else {
            let term = self.term();
            if let Some(shared) = &mut self.shared {
                shared.watch.is_asked(from.clone(), term);
            }
            return Ok(());
        };
        let now_ns = machine_ns();
        let pass = self.app.guard(&command, Hand::Connection, self.conductor.state(), now_ns)?;
        let result = self.drive(ConductorInput::Wish { from: from.clone(), command });
        result.unwrap_or(Ok(())).map_err(|why| why.to_string())?;
        self.app.remember(pass);
        Ok(())
    }

    /// What the caller of this station wants done with the flag.
    pub(in crate::runtime::station) fn wish_of_flag(&mut self, wish: FlagWish) {
        let now_ns = machine_ns();
        let done = match wish {
            FlagWish::Offer(to) => self.offer_flag(to),
            FlagWish::Withdraw
                if matches!(self.conductor.role(), Some(FlagPart::Passing { .. })) =>
            {
                let why = TAKEN_BACK.to_owned();
                self.drive(ConductorInput::TakeBack { why });
                Ok(())
            }
            FlagWish::Withdraw => self.commands_flag(Command::WithdrawFlag(TAKEN_BACK.to_owned())),
            FlagWish::Pass => self.pass_flag(),
            FlagWish::Ask => {
                let term = self.term();
                if let Some(shared) = &mut self.shared {
                    shared.watch.has_asked(term);
                }
                self.write(Letter::Wish(Wish::Ask));
                Ok(())
            }
            FlagWish::Accept => {
                let flag = self.conductor.state().flag();
                let offer = flag.and_then(|flag| flag.offer.as_ref());
                let offered_ns = offer.map(|offer| offer.at_ns);
                self.write(Letter::Wish(Wish::Accept { offered_ns }));
                Ok(())
            }
            FlagWish::Decline => {
                self.write(Letter::Wish(Wish::Decline));
                Ok(())
            }
            FlagWish::Warn => {
                let said_ns = self.known_run_ns();
                self.write(Letter::Wish(Wish::Warn { said_ns }));
                Ok(())
            }
            FlagWish::Take { reason, named } => self.take_flag(&reason, named.as_ref()),
            FlagWish::GiveUpTake => match &mut self.shared {
                Some(shared) => shared.flag.give_up_take(now_ns),
                None => Ok(()),
            },
            FlagWish::GoOn => {
                if let Some(shared) = &mut self.shared {
                    shared.flag.handle(now_ns, FlagInput::GoOn);
                }
                Ok(())
            }
        };
        if let Err(why) = done {
            self.app.refuse(why, now_ns);
        }
        self.obey_flag();
        self.look_at_flag(true);
    }

    pub(super) fn term(&self) -> u64 {
        self.conductor.state().flag().map_or(0, |flag| flag.term)
    }

    fn offer_flag(&mut self, to: StationName) -> Result<(), String> {
        if let Some(shared) = &self.shared {
            shared.flag.may_offer(&to)?;
        }
        self.commands_flag(Command::OfferFlag(to))
    }

    fn commands_flag(&mut self, command: Command) -> Result<(), String> {
        self.drive(ConductorInput::Command { by: By::Program, command })
            .unwrap_or(Ok(()))
            .map_err(|why| why.to_string())
    }

    pub(super) fn write(&mut self, letter: Letter) {
        if let Some(shared) = &mut self.shared {
            shared.flag.handle(machine_ns(), FlagInput::Letter(letter));
        }
    }

    fn pass_flag(&mut self) -> Result<(), String> {
        let flag = self.conductor.state().flag();
        let offer = flag.and_then(|flag| flag.offer.clone());
        let Some(offer) = offer else { return Err("the flag is not offered to anybody".into()) };
        let Some(shared) = &self.shared else { return Ok(()) };
        shared.flag.may_pass(&offer.to)?;
        let lead = shared.flag.pass_lead();
        let from_ns = self.conductor.clock().run_ns(machine_ns() + lead);
        self.commands_flag(Command::PassFlag { to: offer.to, from_ns })
    }

    fn take_flag(&mut self, reason: &str, named: Option<&StationName>) -> Result<(), String> {
        let wall = wall_now();
        if !self.conductor.has_clock() {
            // The holder never said what its clock reads: the wall clocks have to do.
            let last = self.shared.as_ref().and_then(|shared| shared.recorded.last());
            let clock = self.clock_by_the_wall(last);
            self.conductor.set_clock(clock);
            self.tells_clock();
        }
        let run_ns = self.conductor.clock().run_ns(machine_ns());
        let Some(shared) = &mut self.shared else { return Ok(()) };
        let named = named.map(StationName::as_str);
        shared.flag.take(machine_ns(), reason, named, (run_ns, wall))
    }

    /// The run's clock by the wall clocks of this machine and of the one that has written a record.
    pub(super) fn clock_by_the_wall(&self, last: Option<&Record>) -> RunClock {
        let (speed, wall) = (self.conductor.state().speed(), wall_now());
        let run_ns = last.map_or(RunNs::ZERO, |last| opening::run_ns_at(last, speed, wall));
        RunClock::new(machine_ns(), run_ns, wall, speed)
    }

    /// A command of this station's caller, who does not have the flag: what the holder may do for them
    /// goes there as a wish, or is refused with the reason; `None` for any other command.
    pub(in crate::runtime::station) fn wishes_of_holder(
        &mut self,
        command: &Command,
    ) -> Option<Result<(), String>> {
        let wishes = self.wishes_for_holder(command)?;
        if let Some(why) = self.app.reaches_nobody() {
            return Some(Err(why.to_owned()));
        }
        Some(wishes.map(|wishes| {
            for wish in wishes {
                self.write(Letter::Wish(wish));
            }
        }))
    }

    /// The wishes that a command is, where another station has the flag and takes such wishes.
    pub(in crate::runtime::station) fn wishes_for_holder(
        &self,
        command: &Command,
    ) -> Option<Result<Vec<Wish>, String>> {
        if !matches!(self.conductor.role(), Some(FlagPart::Follows)) {
            return None;
        }
        let wishes = wishes_of(command, self.conductor.state(), self.known_run_ns())?;
        Some(wishes.map_err(|why| why.to_string()))
    }

    /// The run's clock, if it is known here.
    fn known_run_ns(&self) -> Option<RunNs> {
        self.conductor.has_clock().then(|| self.conductor.clock().run_ns(machine_ns()))
    }
}
