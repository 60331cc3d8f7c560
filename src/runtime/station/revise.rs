//! Another version of the show, in the middle of the run: it is prepared elsewhere, journaled, and
//! then swapped in.

use super::Station;
use crate::app::Tone;
use crate::app::log::Word;
use crate::conductor::By;
use crate::engine::Command;
use crate::runtime::clock::machine_ns;
use crate::runtime::showfile::{Ground, Ready, ShowNews};

impl Station {
    /// Takes in what the thread that looks at the show file has to say.
    pub(super) fn show_news(&mut self, news: ShowNews) {
        match news {
            // Whatever stands there is of something else.
            ShowNews::File(None) if self.app.file.is_none() => {}
            ShowNews::File(file) => {
                let is_news = file.is_some() && file != self.app.file;
                self.app.show_alarm = file.as_ref().map(|file| self.app.file_words(file));
                self.app.file = file;
                if let Some(words) = self.app.show_alarm.clone().filter(|_| is_news) {
                    self.app.say(words, Tone::Attention, machine_ns());
                }
            }
            ShowNews::Ready(ready) => self.take_version(*ready),
            ShowNews::Failed(why) => {
                self.app.refuse(format!("the show stays as it is: {why}"), machine_ns())
            }
        }
    }

    /// Puts what is new in the show file into the log, for the caller to read.
    pub(super) fn tell_of_file(&mut self) {
        let run_ns = self.run_ns();
        let Some(file) = &self.app.file else { return };
        // The log has its newest line first: in this order it reads from top to bottom.
        let lines = file.lines.iter().rev().chain([&file.words]);
        self.words.extend(lines.map(|line| Word::program(line, Tone::Attention, run_ns)));
    }

    /// Has the version of the show file made ready.
    pub(super) fn prepare_version(&mut self) {
        let Some((file, id)) = self.file.as_ref().zip(self.id.clone()) else {
            return self.app.refuse("this run keeps no journal: its show stays", machine_ns());
        };
        let state = self.conductor.state().clone();
        file.prepare(Ground { id, state, is_open: self.outputs.open() });
        self.app.say("the new version is being prepared", Tone::Calm, machine_ns());
    }

    /// Takes a version that is ready into the run, unless something has happened meanwhile that it
    /// does not have: then it is prepared again.
    fn take_version(&mut self, ready: Ready) {
        let Ready { revision, outputs } = ready;
        let state = self.conductor.state();
        let version = revision.show.show().map(|file| state.revised(file));
        if state.revision() + 1 == revision.number && version.as_ref() != Some(&**outputs.show()) {
            return self.prepare_version();
        }
        self.revised_outputs = Some(outputs);
        if self.obey(By::Caller, Command::Revise(Box::new(revision))).is_ok() {
            (self.app.file, self.app.show_alarm) = (None, None);
            if let Some(file) = &self.file {
                file.taken();
            }
        }
        self.revised_outputs = None;
    }

    /// The run has another version of the show from here on.
    pub(super) fn revised(&mut self) {
        if let Some(outputs) = self.revised_outputs.take() {
            self.outputs.revise(outputs);
        }
        self.app.revised(self.conductor.state());
    }
}
