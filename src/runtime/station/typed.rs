//! Handles typed input piece by piece, with what falls due in between.
//!
//! Where the program could not look for more than a second (the machine was suspended, or the
//! program stopped), what was typed meanwhile is dropped and said. A GO must not fire seconds after
//! it was pressed. Esc twice is kept: panic late is better than no panic.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::Station;
use crate::app::log::LogWord;
use crate::app::{Hand, HeldKeys, Task, Tone};
use crate::conductor::By;
use crate::engine::{CALLER_QUIT, Command};
use crate::input::Input;
use crate::runtime::clock::machine_ns;
use crate::runtime::inbox::Inbox;
use crate::runtime::keyboard::Keyboard;
use crate::runtime::screen::Screen;
use crate::runtime::terminal::Keys;
use crate::time::MachineNs;

/// Nothing that was typed longer ago than this is obeyed.
const STOOD: Duration = Duration::from_secs(1);

/// Drops what was typed before the show was open: it was meant for the shell, or for a question.
/// Gives the words for it, where it was a key.
pub(super) fn drop_what_came_before(keyboard: &mut Keyboard, inbox: &Inbox) -> Option<String> {
    // Where the terminal is gone, the first round of the loop finds out.
    keyboard.wait(true, inbox.wake_fd(), None, Some(Duration::ZERO));
    let dropped: usize = keyboard.by_ref().map(|input| presses(&input)).sum();
    let keys = if dropped == 1 { "key" } else { "keys" };
    (dropped > 0).then(|| format!("{dropped} {keys} pressed before the show was open did nothing"))
}

/// Maximum time that a terminal which answers takes to do so: more than the slowest line takes there
/// and back.
pub(super) const ANSWER: Duration = Duration::from_secs(2);

impl Station {
    /// Puts into the log, once, that the terminal does not say which key is held, where it has not
    /// answered in time.
    pub(super) fn warn_of_held_keys(&mut self) {
        if self.held_keys_due_ns.is_none_or(|due_ns| machine_ns() < due_ns) {
            return;
        }
        self.held_keys_due_ns = None;
        let before = self.app.held_keys;
        self.learn_held_keys();
        // What the log has said already is not said again after a suspension.
        if let Some(warning) = self.app.held_keys.warning().filter(|_| self.app.held_keys != before)
        {
            self.words.push(LogWord::to_look_up(warning, self.run_ns()));
        }
    }

    /// Asks a terminal that was reset again to say which key is held: not sooner than the last
    /// answer was due, for one that says so and does not do it would be asked at every key.
    pub(super) fn ask_for_held_keys(&mut self) {
        if !self.reads_keys() {
            return;
        }
        self.asks_keys |= self.keyboard.has_stopped_telling();
        if self.asks_keys && self.held_keys_due_ns.is_none_or(|due_ns| machine_ns() >= due_ns) {
            self.ask_terminal_again();
        }
    }

    fn ask_terminal_again(&mut self) {
        let Some(screen) = &self.screen else { return };
        screen.ask_again();
        self.asks_keys = false;
        self.has_asked();
    }

    /// Remembers that the terminal was asked for its keys, where it was, and until when the answer is
    /// waited for.
    pub(super) fn has_asked(&mut self) {
        let due_ns = match self.keys {
            Keys::Plain => MachineNs::ZERO,
            Keys::Told => {
                (self.questions, self.asked_ns) = (self.questions + 1, machine_ns());
                self.asked_ns + ANSWER
            }
        };
        self.held_keys_due_ns = Some(due_ns);
    }

    fn learn_held_keys(&mut self) {
        self.app.held_keys = match (self.keys, self.keyboard.tells_held()) {
            (_, true) => HeldKeys::Told,
            (Keys::Told, false) => HeldKeys::ByTime,
            (Keys::Plain, false) => HeldKeys::NotAsked,
        };
    }

    /// Acts on what was typed since the last look at the keyboard.
    pub(super) fn inputs(&mut self) {
        let stood = self.keyboard.stood();
        if stood > STOOD {
            let typed: Vec<Input> = self.keyboard.by_ref().collect();
            let keys =
                typed.iter().flat_map(keys_of).filter(|key| key.kind != KeyEventKind::Release);
            self.app.missed(keys, machine_ns());
            return self.typed_in_a_standstill(typed, stood);
        }
        // A cue that falls due goes before the next key, however much was typed.
        while self.leaving.is_none() && self.reads_keys() && self.take_one() {
            self.tick();
        }
    }

    /// Acts on what was typed next; false where there is nothing.
    fn take_one(&mut self) -> bool {
        // Text into a line is taken in one, since each change of the line may be a search.
        if self.app.prompt.is_some()
            && let Some(text) = self.keyboard.next_text()
        {
            self.flush();
            self.app.type_text(&text, self.conductor.state());
            return true;
        }
        let Some(input) = self.keyboard.next() else { return false };
        self.input(&input);
        true
    }

    fn typed_in_a_standstill(&mut self, typed: Vec<Input>, stood: Duration) {
        let (kept, dropped) = sort(typed);
        if dropped > 0 {
            let (seconds, keys) = (stood.as_secs(), if dropped == 1 { "key" } else { "keys" });
            let text = format!(
                "the program stood still for {seconds} s: {dropped} {keys} pressed meanwhile did nothing"
            );
            self.app.refuse(text, machine_ns());
        }
        for input in kept {
            self.input(&input);
        }
    }

    fn input(&mut self, input: &Input) {
        self.flush();
        let (now_ns, came_ns) = (machine_ns(), self.keyboard.came_ns());
        self.app.run_ns = self.conductor.clock().run_ns(now_ns);
        let tasks = match input {
            Input::Key(key) => {
                if self.app.needs_hits(key)
                    && let Some(screen) = &self.screen
                {
                    screen.seen_by(&mut self.app);
                }
                // Whether it is pressed twice is a matter of when it came.
                self.app.key(key, self.conductor.state(), came_ns)
            }
            Input::Burst(keys) => {
                let (tasks, rest) = self.app.burst(keys, self.conductor.state(), came_ns);
                self.perform(tasks, now_ns);
                if rest > 0 {
                    self.app.ignore_paste(rest, came_ns);
                }
                return;
            }
            Input::Paste(text) => {
                self.app.paste(text, self.conductor.state(), now_ns);
                vec![]
            }
            Input::PasteBroken => {
                self.app.paste_broke_off(now_ns);
                vec![]
            }
            Input::Mouse(mouse) => {
                let hits = self.screen.as_ref().map(Screen::hits).unwrap_or_default();
                self.app.sees(&hits);
                self.app.mouse(mouse, &hits, self.conductor.state(), now_ns)
            }
            Input::KeyFlags(_) => {
                self.questions = self.questions.saturating_sub(1);
                self.learn_held_keys();
                vec![]
            }
            Input::NoEscape => {
                self.app.escaped_not(now_ns);
                vec![]
            }
            Input::Focus(_) | Input::PasteEnd | Input::Reply => vec![],
        };
        self.perform(tasks, now_ns);
    }

    /// Returns why `command` is not given yet, where it is a GO that the run would obey and that
    /// takes a second one.
    pub(super) fn goes_early(&mut self, command: &Command, now_ns: MachineNs) -> Option<String> {
        let Command::Go { .. } = command else { return None };
        let run_ns = self.conductor.clock().run_ns(now_ns);
        let state = self.conductor.state();
        let early = state.begins_early(run_ns);
        let may_be_known = |cue| state.fired_aside(cue).is_some() || state.may_have_been_sent(cue);
        let asks = early.is_some() || state.playhead().is_some_and(may_be_known);
        if asks && self.conductor.would_refuse(command, now_ns).is_some() {
            return None;
        }
        self.app.goes_early(early, self.conductor.state(), run_ns, now_ns)
    }

    pub(super) fn perform(&mut self, tasks: Vec<Task>, now_ns: MachineNs) {
        for task in tasks {
            match task {
                Task::Command(command) => {
                    if let Some(done) = self.wishes_of_holder(&command) {
                        match (done, self.app.unheard(now_ns)) {
                            (Err(why), _) => self.app.refuse(why, now_ns),
                            (Ok(()), Some(holder)) => {
                                let words =
                                    format!("this waits for the line: {holder} is not heard");
                                self.app.say(words, Tone::Attention, now_ns);
                            }
                            (Ok(()), None) => {}
                        }
                        continue;
                    }
                    match self.app.guard(&command, Hand::Caller, self.conductor.state(), now_ns) {
                        Ok(pass) => {
                            if let Some(why) = self.goes_early(&command, now_ns) {
                                self.app.refuse(why, now_ns);
                            } else if self.obey(By::Caller, command).is_ok() {
                                self.app.remember(pass);
                            }
                        }
                        Err(why) => self.app.refuse(why, now_ns),
                    }
                }
                Task::Flag(wish) => self.wish_of_flag(wish),
                Task::Quit => self.leaving = Some(CALLER_QUIT.into()),
                Task::Suspend => self.suspend(),
                Task::TellOfFile => self.tell_of_file(),
                Task::TakeVersion => self.prepare_version(),
                Task::Editor => self.open_editor(),
                Task::Edit(wish) => self.edit(wish),
                Task::Redraw => {
                    self.resized();
                    self.ask_terminal_again();
                }
            }
        }
    }
}

/// Part of `typed` that is obeyed after a standstill, and the number of keys that are not: Esc that
/// was pressed twice and more stays.
fn sort(typed: Vec<Input>) -> (Vec<Input>, usize) {
    let is_escape = |input: &Input| matches!(input, Input::Key(key) if key.code == KeyCode::Esc && key.kind == KeyEventKind::Press);
    // What is no press of a key stands between none.
    let pressed: Vec<Input> = typed.into_iter().filter(|input| presses(input) > 0).collect();
    let (mut kept, mut dropped) = (vec![], 0);
    for run in pressed.chunk_by(|a, b| is_escape(a) == is_escape(b)) {
        if run.len() > 1 && run.iter().all(is_escape) {
            kept.extend_from_slice(run);
        } else {
            dropped += run.iter().map(presses).sum::<usize>();
        }
    }
    (kept, dropped)
}

/// The keys of `input`.
fn keys_of(input: &Input) -> &[KeyEvent] {
    match input {
        Input::Key(key) => std::slice::from_ref(key),
        Input::Burst(keys) => keys,
        Input::Mouse(_)
        | Input::Paste(_)
        | Input::PasteBroken
        | Input::Focus(_)
        | Input::KeyFlags(_)
        | Input::PasteEnd
        | Input::Reply
        | Input::NoEscape => &[],
    }
}

/// Number of key presses in `input`, a held key's repeats among them.
fn presses(input: &Input) -> usize {
    keys_of(input).iter().filter(|key| key.kind != KeyEventKind::Release).count()
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn only_esc_twice_outlives_a_standstill() {
        let key = |c: char| match c {
            'E' => Input::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)),
            'R' => Input::Key(KeyEvent::new_with_kind(
                KeyCode::Esc,
                KeyModifiers::NONE,
                KeyEventKind::Release,
            )),
            'F' => Input::Focus(true),
            'B' => Input::Burst(vec![KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE); 9]),
            c => Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)),
        };
        for (typed, kept, dropped) in [
            ("", 0, 0),
            (" ", 0, 1),
            ("E", 0, 1),
            ("EE", 2, 0),
            (" ERFEn", 2, 2),
            ("E E", 0, 3),
            ("nEEEq", 3, 2),
            ("BEEB", 2, 18),
        ] {
            let (left, gone) = sort(typed.chars().map(key).collect());
            assert_eq!((left, gone), (vec![key('E'); kept], dropped), "{typed:?}");
        }
    }
}
