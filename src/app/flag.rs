//! The flag of a shared run at the keys: giving it, asking for it, accepting it and taking it.
//!
//! Every dialog is a value here, opened by one key; Enter goes on, Esc steps back, and the key of GO
//! answers none of them. What they wish goes to the flag as [`Task::Flag`]; nothing here decides who
//! has it.

mod key;
mod news;
mod planned;
mod take;
mod view;
mod watch;
mod wish;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

pub(crate) use key::{FlagKey, edited_at};
use planned::first_choice;
pub(crate) use planned::{Planned, planned};
pub use view::{
    Behind, Exchange, FlagWish, LogState, MuteWhy, Role, SharedView, StationRole, StationView,
};
pub use watch::{Sources, Watch};
use wish::declined;
pub(crate) use wish::department;
pub use wish::{command_of, wishes_of};

use super::keys::Act;
use super::{App, Ask, Task, Tone};
use crate::engine::{Command, State};
use crate::link::{AWAY, FlagStep, SILENT};
use crate::show::StationName;
use crate::time::MachineNs;

/// An Enter within this time of a dialog that was closed by itself was meant for the dialog.
const AFTER_DIALOG: Duration = Duration::from_millis(1_500);

/// Says that the log has the flag at a program of the name `me` that is not this one.
pub(crate) fn double(me: &StationName) -> String {
    format!("by the log {me} has the flag, and it is not this program")
}

/// A panel over the page, about the flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// As the holder: the stations, one of which can be offered the flag.
    Give {
        /// The selected station.
        chosen: StationName,
    },
    /// The briefing of the exchange, on both sides.
    Briefing {
        /// First line that is shown, at most.
        scroll: usize,
    },
    /// As a holder that is mute: the question if it goes on without having read the log.
    GoOn,
}

impl App {
    /// The key of the flag: opens what there is to do with it now, or hides it again.
    pub(super) fn press_flag(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let Some(link) = self.link.clone() else {
            self.say("this run is not shared: there is no flag", Tone::Attention, now_ns);
            return vec![];
        };
        let dialog = self.dialog.take();
        let is_over =
            matches!(dialog, Some(Dialog::Briefing { .. })) && !link.is_exchanging(now_ns);
        if dialog.is_some() && !is_over {
            self.say_hidden(&link, now_ns);
            return vec![];
        }
        match FlagKey::of(&link, state, now_ns) {
            FlagKey::Give { first } => self.dialog = Some(Dialog::Give { chosen: first }),
            FlagKey::Briefing => self.dialog = Some(Dialog::Briefing { scroll: 0 }),
            FlagKey::Decide => self.dialog = Some(Dialog::GoOn),
            FlagKey::Take => {
                return self.open(Ask::TakeReason { term: link.term, named: false });
            }
            FlagKey::Name => return self.open(Ask::HolderName),
            FlagKey::Ask { holder } => {
                let again = self.keymap.way(Act::Flag);
                let words = format!(
                    "{holder} is asked for the flag; {again} again takes it without {holder}"
                );
                self.say(words, Tone::Attention, now_ns);
                // A caller who believes the holder to be silent types the reason right away.
                self.opened_no_line(Act::Flag, now_ns);
                return vec![Task::Flag(FlagWish::Ask)];
            }
            FlagKey::IsTaking => {
                self.refuse_once("the flag is being taken already: Esc gives that up", now_ns);
                self.opened_no_line(Act::Flag, now_ns);
            }
            FlagKey::LooksOn => {
                self.refuse_once(link.looks_on.unwrap_or_default(), now_ns);
                self.opened_nothing(Act::Flag, now_ns);
            }
            FlagKey::NoLine => {
                self.refuse_once(&self.no_line(), now_ns);
                self.opened_nothing(Act::Flag, now_ns);
            }
            FlagKey::NoOther => self.refuse("no other station takes part in this run", now_ns),
            FlagKey::Waits => {
                let why = self.cannot_fire(&link, state, now_ns);
                self.refuse(why, now_ns);
            }
        }
        vec![]
    }

    /// A key while a dialog is open; `None` if it means what it means without one.
    pub(super) fn dialog_key(
        &mut self,
        key: &KeyEvent,
        act: Option<Act>,
        is_held: bool,
        now_ns: MachineNs,
    ) -> Option<Vec<Task>> {
        if self.dialog.is_none() {
            return self.came_late(key, now_ns).then(Vec::new);
        }
        if act == Some(Act::Go) {
            let (go, hides) = (self.keymap.way(Act::Go), self.keymap.way(Act::Flag));
            let why = if let Some(Role::OnItsWay { to }) = self.link.as_ref().map(|link| &link.role)
            {
                format!("the flag is on its way to {to}")
            } else {
                format!("{hides} hides this")
            };
            self.refuse_once(&format!("{go} fires nothing here: {why}"), now_ns);
            return Some(vec![]);
        }
        if self.answers(key) {
            if is_held {
                let enter = self.answer_key();
                let why = format!("{enter} ignored: pressed again within 0.7 s");
                self.say(why, Tone::Attention, now_ns);
                return Some(vec![]);
            }
            return Some(self.answer(now_ns));
        }
        let act = act?;
        if act.is_on_selection() {
            // What is selected may lie below the panel.
            let (key, hides) = (self.keymap.way(act), self.keymap.way(Act::Flag));
            self.refuse_once(&format!("{key} does nothing here: {hides} hides this"), now_ns);
            return Some(vec![]);
        }
        let by = act.lines(self.page_step())?;
        self.move_dialog(by);
        Some(vec![])
    }

    /// Returns `true` if Enter was meant for a dialog that has just been closed by itself.
    fn came_late(&mut self, key: &KeyEvent, now_ns: MachineNs) -> bool {
        let closed_ns = self.dialog_closed_ns.take();
        let is_late = closed_ns.is_some_and(|at_ns| now_ns.since(at_ns) < AFTER_DIALOG);
        if is_late && self.answers(key) {
            let enter = self.answer_key();
            self.refuse(format!("{enter} ignored: the briefing was closed just now"), now_ns);
            return true;
        }
        false
    }

    /// The key that goes on in a dialog, for a sentence: Enter, or y where Enter is a key of GO.
    pub fn answer_key(&self) -> &'static str {
        let enter = KeyEvent::from(KeyCode::Enter);
        if self.keymap.act_of(&enter) == Some(Act::Go) { "y" } else { "Enter" }
    }

    fn answers(&self, key: &KeyEvent) -> bool {
        let code = if self.answer_key() == "y" { KeyCode::Char('y') } else { KeyCode::Enter };
        key.code == code && key.modifiers.is_empty() && key.kind != KeyEventKind::Release
    }

    /// Moves the choice of a station, or the lines of the briefing.
    fn move_dialog(&mut self, by: isize) {
        match (&mut self.dialog, &self.link) {
            (Some(Dialog::Give { chosen }), Some(link)) => {
                let names: Vec<&StationName> = link.others().map(|station| &station.name).collect();
                let at = names.iter().position(|name| *name == chosen).unwrap_or(0) as isize;
                let last = names.len().saturating_sub(1) as isize;
                let to = at.saturating_add(by).clamp(0, last);
                if let Some(name) = names.get(to.unsigned_abs()) {
                    *chosen = StationName::clone(name);
                }
            }
            (Some(Dialog::Briefing { scroll }), _) => {
                *scroll = scroll.saturating_add_signed(by).min(self.dialog_scroll_max);
            }
            (Some(Dialog::Give { .. } | Dialog::GoOn) | None, _) => {}
        }
    }

    /// Enter in a dialog.
    fn answer(&mut self, now_ns: MachineNs) -> Vec<Task> {
        let (Some(link), Some(dialog)) = (self.link.clone(), self.dialog.clone()) else {
            return vec![];
        };
        match dialog {
            // If it may be offered, the flag says; the briefing is next once it is.
            Dialog::Give { chosen } => vec![Task::Flag(FlagWish::Offer(chosen))],
            Dialog::GoOn => {
                self.dialog = None;
                match link.role {
                    Role::Mute { .. } => vec![Task::Flag(FlagWish::GoOn)],
                    Role::Holds
                    | Role::Follows { .. }
                    | Role::OnItsWay { .. }
                    | Role::Alone { .. }
                    | Role::Nobody => vec![],
                }
            }
            Dialog::Briefing { .. } => match (&link.role, &link.exchange) {
                (Role::OnItsWay { to }, _) => {
                    let why = format!(
                        "the flag is on its way to {to}: Esc takes it back while the log does not have it"
                    );
                    self.refuse_once(&why, now_ns);
                    vec![]
                }
                (Role::Holds | Role::Alone { .. }, Some(Exchange { accepted: true, .. })) => {
                    vec![Task::Flag(FlagWish::Pass)]
                }
                (Role::Holds | Role::Alone { .. }, Some(Exchange { to, .. })) => {
                    self.refuse_once(&format!("{to} has not accepted the flag yet"), now_ns);
                    vec![]
                }
                (Role::Follows { holder }, Some(exchange)) if exchange.to == link.me => {
                    if !link.is_exchanging(now_ns) {
                        let takes = self.keymap.way(Act::Flag);
                        let why = format!("{holder} is not heard: {takes} takes the flag");
                        self.refuse_once(&why, now_ns);
                        return vec![];
                    }
                    if exchange.accepted {
                        self.refuse_once("you have accepted: the holder passes the flag", now_ns);
                        return vec![];
                    }
                    vec![Task::Flag(FlagWish::Accept)]
                }
                // It is closed where there is no exchange any more.
                (
                    Role::Holds
                    | Role::Follows { .. }
                    | Role::Alone { .. }
                    | Role::Nobody
                    | Role::Mute { .. },
                    _,
                ) => vec![],
            },
        }
    }

    /// Esc in a dialog: a step back, which takes an offer or an acceptance back.
    pub(super) fn leave_dialog(&mut self, now_ns: MachineNs) -> Option<Vec<Task>> {
        let dialog = self.dialog.take()?;
        self.escape_pressed_ns = None;
        let link = self.link.clone();
        let exchange = link.as_ref().and_then(|link| link.exchange.as_ref());
        let is_mine = link.as_ref().is_some_and(|link| link.offer_to_me().is_some());
        let is_on_its_way =
            link.as_ref().is_some_and(|link| matches!(link.role, Role::OnItsWay { .. }));
        let (words, wish) = match (dialog, exchange) {
            (Dialog::GoOn, _) => ("this station waits for the log".to_owned(), None),
            (Dialog::Briefing { .. }, _) if is_on_its_way => (
                "the flag is asked back: it stays here if the log does not have the pass"
                    .to_owned(),
                Some(FlagWish::Withdraw),
            ),
            (Dialog::Briefing { .. }, Some(_)) if is_mine => {
                ("the flag is declined".to_owned(), Some(FlagWish::Decline))
            }
            (Dialog::Briefing { .. }, Some(exchange)) => {
                (format!("the offer to {} is taken back", exchange.to), Some(FlagWish::Withdraw))
            }
            (Dialog::Briefing { .. }, None) | (Dialog::Give { .. }, _) => {
                ("the flag was not offered".to_owned(), None)
            }
        };
        self.say_closed(&words, now_ns);
        Some(wish.map(Task::Flag).into_iter().collect())
    }

    /// Esc while a take is not known to stand in the log: gives it up.
    pub(super) fn gives_up_take(&mut self, now_ns: MachineNs) -> Option<Vec<Task>> {
        self.link.as_ref().filter(|link| link.is_taking)?;
        self.escape_pressed_ns = None;
        self.say_closed("the take is given up", now_ns);
        Some(vec![Task::Flag(FlagWish::GiveUpTake)])
    }

    /// The key of alarms: says "something is wrong" to the holder; where the show is called, it
    /// answers the most urgent alarm that waits for that.
    pub(super) fn warn(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if let Some((holder, _)) = self.followed() {
            if let Some(why) = self.reaches_nobody() {
                self.refuse_once(why, now_ns);
                return vec![];
            }
            let words = match self.unheard(now_ns) {
                Some(holder) => format!("the warning waits for the line: {holder} is not heard"),
                None => format!("{holder} is told that something is wrong"),
            };
            self.say(words, Tone::Attention, now_ns);
            return vec![Task::Flag(FlagWish::Warn)];
        }
        if let Some(link) = self.link.clone().filter(|link| !link.may_fire()) {
            let why = self.cannot_fire(&link, state, now_ns);
            self.refuse_once(&why, now_ns);
            return vec![];
        }
        if state.alarms().next().is_none() {
            self.refuse_once("no alarm waits for an answer", now_ns);
            return vec![];
        }
        vec![Task::Command(Command::Answer)]
    }

    /// Reason why a wish of this caller reaches nobody, if it does not.
    pub fn reaches_nobody(&self) -> Option<&'static str> {
        self.link.as_ref().and_then(|link| link.looks_on)
    }

    /// The holder that this station follows, if it is not heard: what is wished of it waits.
    pub fn unheard(&self, now_ns: MachineNs) -> Option<StationName> {
        let silence = self.link.as_ref().and_then(|link| link.silence(now_ns));
        let (holder, _) = self.followed().filter(|_| silence >= Some(AWAY))?;
        Some(holder)
    }

    /// The holder that this station follows, and the term.
    pub(crate) fn followed(&self) -> Option<(StationName, u64)> {
        let link = self.link.as_ref()?;
        match &link.role {
            Role::Follows { holder } => Some((holder.clone(), link.term)),
            Role::Holds
            | Role::OnItsWay { .. }
            | Role::Alone { .. }
            | Role::Nobody
            | Role::Mute { .. } => None,
        }
    }

    /// Returns `true` if no part of the run depends on this station: it has no flag to leave.
    pub(super) fn follows(&self) -> bool {
        self.link.as_ref().is_some_and(|link| match &link.role {
            Role::Follows { .. } | Role::Nobody => true,
            Role::Holds | Role::OnItsWay { .. } | Role::Alone { .. } | Role::Mute { .. } => false,
        })
    }

    /// The place of the flag that this station leaves, for the question before; `None` if it has
    /// none.
    pub(super) fn flag_left(&self) -> Option<String> {
        Some(match &self.link.as_ref()?.role {
            Role::OnItsWay { to } => format!("its flag is on its way to {to}"),
            Role::Holds | Role::Alone { .. } | Role::Mute { .. } => "its flag is here".to_owned(),
            Role::Follows { .. } | Role::Nobody => return None,
        })
    }

    /// Reason why `act` does nothing at this station, if it needs the flag and the flag is not here.
    pub(super) fn lacks_flag(&self, act: Act, state: &State, now_ns: MachineNs) -> Option<String> {
        let link = self.link.as_ref().filter(|link| !link.may_fire())?;
        act.needs_flag().then(|| self.cannot_fire(link, state, now_ns))
    }

    /// Reason why a command was refused here where `holder` has the flag; `None` if this caller's
    /// screen does not know of that yet.
    pub(super) fn lacks_flag_of(
        &self,
        holder: &StationName,
        state: &State,
        now_ns: MachineNs,
    ) -> Option<String> {
        let link = self.link.as_ref().filter(|link| !link.may_fire())?;
        (link.holder() == Some(holder)).then(|| self.cannot_fire(link, state, now_ns))
    }

    /// Reason why nothing fires here, and what the flag's key does about it.
    fn cannot_fire(&self, link: &SharedView, state: &State, now_ns: MachineNs) -> String {
        let key = self.keymap.way(Act::Flag);
        match &link.role {
            Role::Follows { holder } => match FlagKey::of(link, state, now_ns) {
                FlagKey::Briefing => {
                    format!("{holder} has the flag and offers it; {key} shows the briefing")
                }
                FlagKey::Ask { .. } => format!("{holder} has the flag; {key} asks for it"),
                FlagKey::Name | FlagKey::Take => format!("{holder} has the flag; {key} takes it"),
                FlagKey::IsTaking => {
                    format!("{holder} has the flag; it is being taken, Esc gives that up")
                }
                FlagKey::LooksOn => {
                    format!("{holder} has the flag, and {}", link.looks_on.unwrap_or_default())
                }
                FlagKey::NoLine => format!("{holder} has the flag; {}", self.no_line()),
                FlagKey::Give { .. } | FlagKey::Decide | FlagKey::NoOther | FlagKey::Waits => {
                    format!("{holder} has the flag")
                }
            },
            Role::OnItsWay { to } => {
                format!("the flag is on its way to {to}: nothing fires here")
            }
            Role::Nobody => match FlagKey::of(link, state, now_ns) {
                FlagKey::Name | FlagKey::Take => format!("{}; {key} takes it", double(&link.me)),
                FlagKey::IsTaking => "the flag is being taken; Esc gives that up".to_owned(),
                FlagKey::Give { .. }
                | FlagKey::Briefing
                | FlagKey::Ask { .. }
                | FlagKey::Decide
                | FlagKey::LooksOn
                | FlagKey::NoLine
                | FlagKey::NoOther
                | FlagKey::Waits => {
                    "nobody is known to have the flag: nothing fires here".to_owned()
                }
            },
            Role::Mute { why } => self.mute_words(*why),
            Role::Holds | Role::Alone { .. } => "the flag is here".to_owned(),
        }
    }

    /// Reason why a holder fires nothing that is mute, and what ends that.
    fn mute_words(&self, why: MuteWhy) -> String {
        let cause = why.cause("this station");
        match why {
            MuteWhy::Reads { .. } => format!("{cause} and reads the log: nothing fires until then"),
            MuteWhy::Asks { .. } => {
                let key = self.keymap.way(Act::Flag);
                format!("{cause} and cannot read the log: {key} decides")
            }
        }
    }

    /// Step of the exchange at which this station's caller stands, for the others to see.
    pub fn flag_step(&self) -> FlagStep {
        let Some(link) = &self.link else { return FlagStep::None };
        let reads = match self.dialog {
            Some(Dialog::Briefing { .. }) => FlagStep::Reads,
            Some(Dialog::Give { .. } | Dialog::GoOn) | None => FlagStep::None,
        };
        match (&link.role, &link.exchange) {
            (Role::OnItsWay { .. }, _) => FlagStep::Waits,
            (Role::Holds | Role::Alone { .. }, Some(exchange)) if !exchange.accepted => {
                FlagStep::Waits
            }
            (Role::Follows { .. }, Some(exchange))
                if exchange.to == link.me && exchange.accepted =>
            {
                FlagStep::Waits
            }
            (Role::Follows { .. }, None) if link.has_asked() => FlagStep::Waits,
            (
                Role::Holds
                | Role::Follows { .. }
                | Role::Alone { .. }
                | Role::Nobody
                | Role::Mute { .. },
                _,
            ) => reads,
        }
    }
}

#[cfg(test)]
mod tests;
