//! Another version of the show, in the middle of the run: it is prepared elsewhere, journaled, and
//! then swapped in.

use std::time::Duration;

use super::Station;
use crate::app::Tone;
use crate::app::log::Word;
use crate::conductor::By;
use crate::engine::Command;
use crate::runtime::clock::machine_ns;
use crate::runtime::showfile::{Ground, Ready, ShowNews};

/// Time for what an edit costs besides: its record, its messages, the screen's share.
const MARGIN: Duration = Duration::from_millis(2);

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
            ShowNews::Edited(Ok(file)) => {
                self.app.show_alarm = file.as_ref().map(|file| self.app.file_words(file));
                self.app.file = file;
                let now_ns = machine_ns();
                let tasks = self.app.review(now_ns);
                self.perform(tasks, now_ns);
            }
            ShowNews::Edited(Err(words)) => self.app.hint(words, machine_ns()),
            ShowNews::Ready(ready) => {
                self.version = Some(ready);
                self.take_version();
                if self.version.is_some() {
                    let words = "the new version waits until no cue is about to come";
                    self.app.say(words, Tone::Calm, machine_ns());
                }
            }
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

    /// Has a version that is ready fitted to what has happened since.
    fn fit_version(&mut self, ready: Box<Ready>) {
        if let Some((file, id)) = self.file.as_ref().zip(self.id.clone()) {
            let state = self.conductor.state().clone();
            file.fit(ready, Ground { id, state, is_open: self.outputs.open() });
        }
    }

    /// Takes a version that is ready into the run, once nothing comes by itself before that is done:
    /// no cue is late because of an edit. Where something has happened meanwhile that it does not
    /// have, it is prepared again.
    pub(super) fn take_version(&mut self) {
        if self.conductor.is_ahead() {
            return;
        }
        let now_ns = machine_ns();
        let has_time = |ready: &mut Box<Ready>| {
            let done_ns = now_ns + ready.takes * 2 + MARGIN;
            self.conductor.deadline().is_none_or(|due_ns| done_ns < due_ns)
        };
        let Some(ready) = self.version.take_if(has_time) else { return };
        let state = self.conductor.state();
        if state.revision() + 1 == ready.revision.number && !ready.revision.show.fits(state) {
            return self.fit_version(ready);
        }
        let Ready { revision, outputs, .. } = *ready;
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
