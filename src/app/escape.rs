//! Esc: it closes what stands open, twice it is panic, and three times within a second it is panic
//! wherever the caller is.

use std::time::Duration;

use super::keys::Act;
use super::{App, Message, Page, Task, Tone};
use crate::engine::Command;
use crate::time::MachineNs;

/// Two Escapes within this time mean panic.
const PANIC: Duration = Duration::from_millis(1_000);

impl App {
    /// Takes in a press of Esc. Returns `true` if it is the third within a second, which is panic
    /// whatever the first two have closed: nobody counts in need.
    pub(super) fn escapes_thrice(&mut self, now_ns: MachineNs) -> bool {
        self.escapes_ns.retain(|&at_ns| now_ns.since(at_ns) <= PANIC);
        self.escapes_ns.push(now_ns);
        self.escapes_ns.len() > 2
    }

    /// Takes in that another key came: what the last Esc has closed need not be told any more.
    pub(super) fn ends_escapes(&mut self) {
        if let Some(&escaped_ns) = std::mem::take(&mut self.escapes_ns).last() {
            let stays =
                |message: &Message| message.tone == Tone::Alarm || message.at_ns != escaped_ns;
            self.message = self.message.take().filter(stays);
            if let Some(message) = &mut self.message
                && let Some(alarm) = message.then.take()
            {
                message.text = alarm;
            }
        }
    }

    /// Takes back the last Esc, which was the beginning of another key: two of them in a second
    /// must not be panic. What it closed stays closed.
    pub fn escaped_not(&mut self, now_ns: MachineNs) {
        self.escapes_ns.pop();
        if self.escape_pressed_ns.take().is_some() {
            self.say("a key came in pieces and does nothing", Tone::Calm, now_ns);
        }
    }

    /// Says that Esc is held down, where the caller may mean a panic.
    pub(super) fn escape_held(&mut self, now_ns: MachineNs) {
        if self.escape_pressed_ns.is_some() {
            self.say("Esc is held down: PANIC is Esc pressed twice", Tone::Attention, now_ns);
        }
    }

    pub(super) fn panics(&mut self) -> Vec<Task> {
        self.escapes_ns.clear();
        self.escape_pressed_ns = None;
        vec![Task::Command(Command::Panic)]
    }

    /// An Esc that closes something is not the first of two: a caller who leaves a page does not
    /// mean to stop the show.
    pub(super) fn escape(&mut self, now_ns: MachineNs) -> Vec<Task> {
        if let Some(tasks) = self.leave_dialog(now_ns).or_else(|| self.gives_up_take(now_ns)) {
            return tasks;
        }
        let pressed_ns = self.escape_pressed_ns.take();
        if let Some(closed) = self.close_everything() {
            self.say_closed(closed, now_ns);
            return vec![];
        }
        if pressed_ns.is_some_and(|pressed_ns| now_ns.since(pressed_ns) <= PANIC) {
            return self.panics();
        }
        self.escape_pressed_ns = Some(now_ns);
        // A second one goes on all the same: who has the flag may have changed just now.
        let words = match (self.followed(), self.cannot_panic()) {
            (Some((holder, _)), _) => {
                let warns = self.keymap.way(Act::Warn);
                format!("only {holder} can panic; {warns} tells {holder} that something is wrong")
            }
            (None, true) => "there is no panic from here: this station does not fire".to_owned(),
            (None, false) => "Esc again within a second: PANIC".to_owned(),
        };
        self.say(words, Tone::Attention, now_ns);
        vec![]
    }

    /// Goes back to the rundown, where a show is only edited: there is no panic, and what is selected
    /// stays.
    pub(super) fn escape_in_editor(&mut self) {
        let cursor = self.cursor;
        self.message = None;
        self.close_everything();
        self.cursor = cursor;
    }

    /// Says what Esc has closed, and what it does now.
    pub(super) fn say_closed(&mut self, closed: &str, now_ns: MachineNs) {
        let next = match self.has_open() {
            _ if self.is_editor => "",
            true if self.cannot_panic() => "; Esc again goes back to the run page",
            true => "; Esc again goes back to the run page, Esc Esc at once is PANIC",
            false if self.cannot_panic() => "",
            false => "; Esc Esc now is PANIC",
        };
        let words = format!("{closed}{next}");
        match self.message.take().filter(|message| message.tone == Tone::Alarm) {
            Some(alarm) => {
                let Message { text, then, is_of_role, too, tone: _, at_ns: _ } = alarm;
                let alarm = then.unwrap_or(text);
                self.say(format!("{words}; {alarm}"), Tone::Alarm, now_ns);
                if let Some(message) = &mut self.message {
                    message.then = Some(alarm);
                    (message.is_of_role, message.too) = (is_of_role, too);
                }
            }
            None => self.say(words, Tone::Calm, now_ns),
        }
    }

    /// Returns `true` if a panic is refused here: another station has the flag, or this one waits.
    fn cannot_panic(&self) -> bool {
        self.link.as_ref().is_some_and(|link| !link.may_fire())
    }

    /// Returns `true` if the next Esc closes a page or drops the selection.
    fn has_open(&self) -> bool {
        self.page != Page::Run || self.cursor.is_some() || self.is_scrolled
    }

    /// Takes back a question, leaves the page, drops the selection; gives words for it, if there
    /// was anything of these.
    pub(super) fn close_everything(&mut self) -> Option<&'static str> {
        if self.question.take().is_some() {
            self.message = None;
            return Some("nothing was done");
        }
        let was_open = self.has_open();
        let words =
            if self.page == Page::Run { "back to the playhead" } else { "back to the run page" };
        self.cursor = None;
        self.turn_to(Page::Run);
        was_open.then_some(words)
    }
}
