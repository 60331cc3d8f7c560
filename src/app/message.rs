//! The message line: the last word to the caller, and how urgent it is.

use super::App;
use crate::time::MachineNs;

/// A word to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// In one line.
    pub text: String,
    /// Its urgency.
    pub tone: Tone,
    /// Instant by the machine's clock.
    pub at_ns: MachineNs,
    /// The alarm that stood there before, and stands again after [`App::MESSAGE`].
    pub(super) then: Option<String>,
    /// It says what this station's part in a shared run is, and goes when that is another.
    pub(super) is_of_role: bool,
    /// What stands before the words on that part, with its own urgency: it stays.
    pub(super) too: Option<(String, Tone)>,
}

impl Message {
    /// Its text at `now_ns`.
    pub fn shown(&self, now_ns: MachineNs) -> &str {
        let is_old = now_ns.since(self.at_ns) >= App::MESSAGE;
        self.then.as_deref().filter(|_| is_old).unwrap_or(&self.text)
    }

    /// Returns `true` if it changes or goes by itself.
    pub fn fades(&self) -> bool {
        self.tone != Tone::Alarm || self.then.is_some()
    }
}

/// Urgency of a message, the least urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Good to know.
    Calm,
    /// Something was refused or needs the caller.
    Attention,
    /// Something is wrong.
    Alarm,
}

impl App {
    /// Puts a word on the message line, unless a question stands there until a key answers it.
    pub fn say(&mut self, text: impl Into<String>, tone: Tone, now_ns: MachineNs) {
        if self.question.is_none() {
            self.put_message(text, tone, now_ns);
        }
    }

    /// Puts a word on the message line, whatever stands there.
    pub(super) fn put_message(&mut self, text: impl Into<String>, tone: Tone, now_ns: MachineNs) {
        let (text, then, is_of_role, too) = (text.into(), None, false, None);
        self.message = Some(Message { text, tone, at_ns: now_ns, then, is_of_role, too });
    }

    /// Puts a word on the message line, before the one that stands there. The line is as urgent as the
    /// more urgent of the two.
    pub fn say_too(&mut self, text: &str, tone: Tone, now_ns: MachineNs) {
        match self.message.take() {
            Some(said) => {
                self.say(format!("{text}; {}", said.text), said.tone.max(tone), now_ns);
                let Some(message) = self.message.as_mut().filter(|_| said.is_of_role) else {
                    return;
                };
                message.is_of_role = true;
                message.too = Some(match said.too {
                    Some((before, Tone::Alarm)) => (format!("{text}; {before}"), Tone::Alarm),
                    Some((before, Tone::Attention | Tone::Calm)) => {
                        (format!("{text}; {before}"), tone)
                    }
                    None => (text.to_owned(), tone),
                });
            }
            None => self.say(text, tone, now_ns),
        }
    }

    /// Puts a word on the message line, unless an alarm or a question stands there.
    pub fn hint(&mut self, text: impl Into<String>, now_ns: MachineNs) {
        let is_alarm = self.message.as_ref().is_some_and(|message| message.tone == Tone::Alarm);
        if !is_alarm && self.question.is_none() {
            self.say(text, Tone::Attention, now_ns);
        }
    }
}
