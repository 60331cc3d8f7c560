//! The application follows the run: what the caller is told of what has happened.

use super::keys::Act;
use super::log::telling::{Telling, telling};
use super::{App, Message, Page, Tone, ongoing};
use crate::engine::{Command, Event, State};
use crate::show::{CueNumber, Show};
use crate::time::MachineNs;

impl App {
    /// Follows what has happened: a fired cue takes the selection along with the playhead, a
    /// trouble is said.
    pub fn happened(&mut self, event: &Event, state: &State, now_ns: MachineNs) {
        if let Event::PlayheadMoved { cue } = event {
            if self.cursor_stays {
                self.say_skipped(cue.as_ref(), state.show(), now_ns);
            } else {
                self.cursor = None;
                if self.page == Page::Run {
                    self.scroll_back();
                }
            }
        }
        let Telling { text, tone, is_quiet, .. } = telling(event, state);
        // A fired cue takes even an alarm away; a question stays until it is answered, and what is
        // only bookkeeping takes no word from the caller.
        let is_old = |m: &Message| m.tone != Tone::Alarm || matches!(event, Event::CueFired { .. });
        let drops_followers = matches!(event, Event::CueSwapped { not_followed, .. } if !not_followed.is_empty())
            && self.question.is_none();
        // A remote control may have done it: the caller sees the times move, or reads what stands on
        // the boards.
        let is_told = matches!(
            event,
            Event::SegmentNudged { .. }
                | Event::Retimed { .. }
                | Event::MessageShown { .. }
                | Event::MessageCleared {}
        );
        let is_told =
            is_told && self.question.is_none() && self.message.as_ref().is_none_or(is_old);
        if tone == Tone::Alarm || drops_followers || is_told {
            self.say(text, tone, now_ns);
        } else if self.question.is_none() && !is_quiet && self.message.as_ref().is_some_and(is_old)
        {
            self.message = None;
        }
        // Which edit it was the journal does not say.
        if let Event::ShowRevised { .. } = event
            && let Some(words) = self.edits.words.take()
        {
            match ongoing::stopped(state) {
                Some(ramps) => self.say(format!("{ramps}; {words}"), Tone::Attention, now_ns),
                None => self.say(words, Tone::Calm, now_ns),
            }
        }
    }

    /// Says what has become of a command that was obeyed, where no event of the run says it.
    pub fn obeyed(&mut self, command: &Command, state: &State, now_ns: MachineNs) {
        if let Command::PlayheadNext | Command::PlayheadPrevious | Command::PlayheadTo(_) = command
        {
            let words = match state.playhead().map(|cue| state.show().cue(cue)) {
                Some(cue) => format!("playhead at {} {}", cue.number, cue.title),
                None => "playhead at end of show".to_owned(),
            };
            self.say(words, Tone::Calm, now_ns);
        }
        if *command == Command::ReadyAll {
            self.say("every department is ready", Tone::Calm, now_ns);
        }
        // Where the playhead goes on from a skipped cue, its move says so.
        if let Command::ToggleSkip(cue) = command
            && !std::mem::take(&mut self.cursor_stays)
        {
            let number = &state.show().cue(*cue).number;
            let back = self.keymap.way(Act::Skip);
            let words = match state.cue(*cue).skipped {
                true => format!("cue {number} skipped; {back} takes it back"),
                false if state.playhead() == Some(*cue) => {
                    format!("cue {number} is no longer skipped: the next GO fires it")
                }
                false => format!("cue {number} is no longer skipped"),
            };
            self.say(words, Tone::Attention, now_ns);
        }
    }

    /// Says that the cue at the playhead was skipped, and that the next GO fires `next`.
    fn say_skipped(&mut self, next: Option<&CueNumber>, show: &Show, now_ns: MachineNs) {
        let Some(skipped) = self.cursor.map(|cue| &show.cue(cue).number) else { return };
        let next = match next {
            Some(next) => format!("the next GO fires {next}"),
            None => "nothing is left to call".to_owned(),
        };
        let back = self.keymap.way(Act::Skip);
        self.say(
            format!("cue {skipped} skipped: {next}; {back} takes it back"),
            Tone::Attention,
            now_ns,
        );
    }
}
