//! News of a shared run, in words to the caller.

use std::sync::Arc;

use super::{Act, App, Dialog, MachineNs, Role, SharedView, Tone, declined};
use crate::app::Message;
use crate::engine::TAKEN_BACK;
use crate::plain::counted;

impl App {
    /// Takes in the state of the shared run: what is new in it is said, and a dialog that it has
    /// overtaken is closed.
    pub fn sees_link(&mut self, link: Arc<SharedView>, now_ns: MachineNs) {
        let before = self.link.replace(link);
        if let (Some(before), Some(link)) = (before, self.link.clone()) {
            self.close_overtaken(&link, now_ns);
            if before.role != link.role {
                self.drops_role();
            }
            self.say_news(&before, &link, now_ns);
        }
    }

    /// Takes the words on this station's part off the message line. What stands before them stays.
    fn drops_role(&mut self) {
        let Some(Message { too, at_ns, .. }) = self.message.take_if(|said| said.is_of_role) else {
            return;
        };
        if let Some((text, tone)) = too {
            self.say(text, tone, at_ns);
        }
    }

    fn close_overtaken(&mut self, link: &SharedView, now_ns: MachineNs) {
        let has = link.is_exchanging(now_ns);
        let holds = link.may_fire();
        if holds && has && matches!(self.dialog, Some(Dialog::Give { .. })) {
            self.dialog = Some(Dialog::Briefing { scroll: 0 });
        }
        let stays = match &self.dialog {
            None => return,
            Some(Dialog::Give { .. }) => holds,
            Some(Dialog::Briefing { .. }) => has,
            Some(Dialog::GoOn) => matches!(link.role, Role::Mute { .. }),
        };
        if !stays {
            (self.dialog, self.dialog_closed_ns) = (None, Some(now_ns));
        }
    }

    /// Says what has changed between two states of the shared run, the most urgent alone.
    pub(super) fn say_news(&mut self, before: &SharedView, link: &SharedView, now_ns: MachineNs) {
        let of_role = self.news_of_role(before, link);
        let news = self
            .news_of_aside(before, link)
            .map(|news| (news, false))
            .or_else(|| of_role.map(|news| (news, true)))
            .or_else(|| self.news_of_exchange(before, link).map(|news| (news, false)))
            .or_else(|| self.news_of_asking(before, link).map(|news| (news, false)));
        let Some(((words, tone), is_of_role)) = news else { return };
        match tone {
            Tone::Alarm => self.say(words.clone(), Tone::Alarm, now_ns),
            Tone::Attention | Tone::Calm => self.hint(words.clone(), now_ns),
        }
        if let Some(message) = self.message.as_mut().filter(|message| message.text == words) {
            message.is_of_role = is_of_role;
        }
    }

    /// Says what stands while the panel is hidden.
    pub(super) fn say_hidden(&mut self, link: &SharedView, now_ns: MachineNs) {
        let again = self.keymap.way(Act::Flag);
        let words = match (&link.exchange, &link.role) {
            (_, Role::OnItsWay { to }) => {
                format!("the flag is still on its way to {to}; {again} shows the briefing")
            }
            (Some(exchange), _) if exchange.to == link.me => {
                format!("the offer stands; {again} shows the briefing again")
            }
            (Some(exchange), _) => {
                format!("the offer to {} stands; {again} shows the briefing again", exchange.to)
            }
            (None, _) => "the flag was not offered".to_owned(),
        };
        self.say(words, Tone::Calm, now_ns);
    }

    fn news_of_aside(&self, before: &SharedView, link: &SharedView) -> Option<(String, Tone)> {
        let new = link.aside.len().checked_sub(before.aside.len()).filter(|new| *new > 0)?;
        let cues = counted(new, "cue");
        let words = format!(
            "{cues} fired here while the others could not know of it: see the page Stations"
        );
        Some((words, Tone::Alarm))
    }

    fn news_of_role(&self, before: &SharedView, link: &SharedView) -> Option<(String, Tone)> {
        if before.role == link.role {
            return None;
        }
        let had = before.holder() == Some(&before.me);
        Some(match &link.role {
            Role::Holds if !had => {
                let go = self.keymap.way(Act::Go);
                (format!("the flag is here: {go} fires from here"), Tone::Attention)
            }
            Role::Holds => match &before.role {
                Role::OnItsWay { to } => {
                    (format!("the flag was not passed to {to}: it is still here"), Tone::Attention)
                }
                Role::Alone { .. } => ("the log is reached again".to_owned(), Tone::Attention),
                Role::Mute { .. } => {
                    ("the log was read: the flag is still here".to_owned(), Tone::Attention)
                }
                Role::Holds | Role::Follows { .. } | Role::Nobody => return None,
            },
            Role::Follows { holder } if had => {
                let is_passed = matches!(&before.role, Role::OnItsWay { to } if to == holder)
                    || before
                        .exchange
                        .as_ref()
                        .is_some_and(|exchange| exchange.accepted && exchange.to == *holder);
                if is_passed {
                    let warns = self.keymap.way(Act::Warn);
                    let words = format!(
                        "{holder} has the flag and you look on: {warns} says that something is wrong"
                    );
                    (words, Tone::Attention)
                } else {
                    let words = format!("{holder} HAS TAKEN THE FLAG: nothing fires here any more");
                    (words, Tone::Alarm)
                }
            }
            Role::Follows { holder } => (format!("{holder} has the flag"), Tone::Attention),
            Role::OnItsWay { to } => (format!("the flag is on its way to {to}"), Tone::Attention),
            Role::Alone { .. } => (
                "the log cannot be reached: this station goes on alone".to_owned(),
                Tone::Attention,
            ),
            Role::Nobody => ("nobody is known to have the flag".to_owned(), Tone::Attention),
            Role::Mute { why } => (self.mute_words(*why), Tone::Alarm),
        })
    }

    fn news_of_exchange(&self, before: &SharedView, link: &SharedView) -> Option<(String, Tone)> {
        let key = self.keymap.way(Act::Flag);
        let is_open = self.dialog.is_some();
        let words = match (&before.exchange, &link.exchange) {
            (None, Some(_)) => {
                let holder = link.offer_to_me().and(link.holder())?;
                format!("{holder} offers you the flag: {key} shows the briefing")
            }
            (Some(old), Some(new)) if new.accepted && !old.accepted && new.to != link.me => {
                let enter = self.answer_key();
                match is_open {
                    true => format!("{} has accepted: {enter} passes the flag", new.to),
                    false => format!("{} has accepted: {key} shows the briefing", new.to),
                }
            }
            (Some(old), None) if link.holder() == Some(&link.me) => {
                let why = match link.offer_ended.as_deref() {
                    Some(TAKEN_BACK) => "you took it back",
                    why => why?,
                };
                format!("the offer to {} has ended, the flag is still here: {why}", old.to)
            }
            (Some(old), None) if old.to == link.me => {
                let (holder, why) = (link.holder()?, link.offer_ended.as_deref()?);
                let declined = declined(&link.me);
                let why = if why == declined { "you declined" } else { why };
                format!("the offer has ended, {holder} keeps the flag: {why}")
            }
            (Some(_), Some(_) | None) | (None, None) => return None,
        };
        Some((words, Tone::Attention))
    }

    fn news_of_asking(&self, before: &SharedView, link: &SharedView) -> Option<(String, Tone)> {
        let asked = |name| before.station(name).is_some_and(|station| station.asks);
        let asks = link.others().find(|station| station.asks && !asked(&station.name))?;
        let key = self.keymap.way(Act::Flag);
        let words = format!("{} asks for the flag: {key} offers it", asks.name);
        (link.may_fire() && link.exchange.is_none()).then_some((words, Tone::Attention))
    }
}
