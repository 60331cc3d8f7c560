//! Another version of the show, in the middle of the run: it is prepared elsewhere, journaled, and
//! then swapped in.

use std::sync::Arc;
use std::time::Duration;

use super::Station;
use crate::app::flag::edited_at;
use crate::app::log::LogWord;
use crate::app::{EditNews, EditWish, Question, Tone};
use crate::conductor::{By, ConductorInput};
use crate::engine::{Command, Event, Record, Rejection};
use crate::output::RevisedOutputs;
use crate::runtime::clock::machine_ns;
use crate::runtime::showfile::{Ground, ReadyVersion, ShowNews, TheirVersion, Theirs};
use crate::show::{CueIx, CueNumber, Show};

/// Time for what an edit costs besides: its record, its messages, the screen's share.
const MARGIN: Duration = Duration::from_millis(2);

/// Reason why a run takes no other version of its show.
const NO_JOURNAL: &str = "this run keeps no journal: its show stays";

/// Reason why the version of another station cannot be taken.
const NO_THREAD: &str =
    "the thread that looks at the show file is gone; leave the run and join again";

/// The version of the show that the run goes over to, from the order for it on.
#[derive(Default)]
pub(super) struct RevisingVersion {
    /// It is ready to be taken.
    ready: Option<Box<ReadyVersion>>,
    /// Something has happened in the run that it does not have.
    is_unfit: bool,
    /// Number of the last order: what was made for one before is not taken.
    order: u32,
    /// Time that it took to take the last one.
    took: Duration,
    /// The state of the form that was last sent to be checked.
    checked: u64,
    /// Its outputs, while it is taken.
    outputs: Option<RevisedOutputs>,
    /// SHA-256 of the version that the other stations of a shared run were told of last, and `true`
    /// once they have it.
    announced: Option<(String, bool)>,
    /// The version of another station that is ready to be followed, by its SHA-256.
    theirs: Option<(String, Box<TheirVersion>)>,
}

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
                // Nothing is taken that the caller was not shown.
                if is_news && self.app.question == Some(Question::TakeVersion) {
                    self.app.question = None;
                }
                if let Some(words) = self.app.show_alarm.clone().filter(|_| is_news) {
                    self.app.say(words, Tone::Attention, machine_ns());
                }
            }
            ShowNews::Edited(Ok(file)) => {
                self.app.show_alarm = file.as_ref().map(|file| self.app.file_words(file));
                self.app.file = file;
                let now_ns = machine_ns();
                self.app.run_ns = self.conductor.clock().run_ns(now_ns);
                let tasks = self.app.review(self.conductor.state(), now_ns);
                self.perform(tasks, now_ns);
            }
            ShowNews::Edited(Err(words)) => self.app.hint(words, machine_ns()),
            // What was ready was overtaken by a later edit.
            ShowNews::Ready(ready) if ready.order != self.versions.order => {
                if let Some(file) = &self.file {
                    file.let_go(ready);
                }
            }
            ShowNews::Ready(ready) => {
                self.announce_version(&ready);
                (self.versions.ready, self.versions.is_unfit) = (Some(ready), false);
                self.take_version();
                if self.versions.ready.is_some() {
                    let words = match self.waits_for_stations() {
                        true => "the other stations get the new version",
                        false => "the new version waits until no cue is about to come",
                    };
                    self.app.say(words, Tone::Calm, machine_ns());
                }
            }
            ShowNews::Theirs { sha256, outcome } => {
                let outcome = outcome.map(|taken| {
                    self.versions.theirs = Some((sha256.clone(), taken));
                });
                self.has_version(sha256, outcome);
            }
            ShowNews::Failed(why) => {
                self.app.refuse(format!("the show stays as it is: {why}"), machine_ns())
            }
            ShowNews::Edit(news) => self.app.edit_news(news, machine_ns()),
        }
    }

    /// Puts what is new in the show file into the log, for the caller to read.
    pub(super) fn tell_of_file(&mut self) {
        let run_ns = self.run_ns();
        let Some(file) = &self.app.file else { return };
        // The log has its newest line first: in this order it reads from top to bottom.
        let lines = file.lines.iter().rev().chain([&file.words]);
        self.words.extend(lines.map(|line| LogWord::program(line, Tone::Attention, run_ns)));
    }

    /// Has the version of the show file made ready.
    pub(super) fn prepare_version(&mut self) {
        if let Err(why) = self.may_edit() {
            return self.app.refuse(why, machine_ns());
        }
        match self.ground().zip(self.file.as_ref()) {
            Some((ground, file)) => {
                file.prepare(ground);
                self.app.say("the new version is being prepared", Tone::Calm, machine_ns());
            }
            None => self.app.refuse(NO_JOURNAL, machine_ns()),
        }
    }

    /// Has an edit of the show file done.
    pub(super) fn edit(&mut self, wish: EditWish) {
        if let Err(why) = self.may_edit() {
            return self.app.edit_news(EditNews::Failed(why), machine_ns());
        }
        let ground = self.ground();
        match self.file.as_ref().zip(ground) {
            Some((file, ground)) => file.edit(wish, ground),
            None => {
                let why = self.app.not_watched.unwrap_or(NO_JOURNAL).to_owned();
                self.app.edit_news(EditNews::Failed(why), machine_ns());
            }
        }
    }

    /// Says why the show cannot be edited from here, if it cannot: in a shared run that is for the
    /// station with the flag.
    ///
    /// # Errors
    /// With the reason.
    pub(super) fn may_edit(&self) -> Result<(), String> {
        self.conductor.may_decide().map_err(|why| {
            if let Rejection::NoFlag(holder) = &why {
                return edited_at(holder);
            }
            why.to_string()
        })
    }

    /// Tells the other stations of a shared run of a version that is ready, before the run takes it.
    fn announce_version(&mut self, ready: &ReadyVersion) {
        let ReadyVersion { revision, text, .. } = ready;
        let is_told = |(told, _): &(String, bool)| *told == revision.sha256;
        // What was only fitted to what has happened since, they have.
        if !self.is_shared() || self.versions.announced.as_ref().is_some_and(is_told) {
            return;
        }
        self.versions.announced = Some((revision.sha256.clone(), false));
        self.announce(revision.sha256.clone(), Arc::clone(text));
    }

    /// Returns `true` while the other stations get the version that is ready.
    fn waits_for_stations(&self) -> bool {
        self.versions.announced.as_ref().is_some_and(|(_, have_it)| !have_it)
    }

    /// The other stations have the version that they were told of.
    pub(super) fn was_announced(&mut self, sha256: &str) {
        if let Some((announced, have_it)) = &mut self.versions.announced {
            *have_it |= announced == sha256;
        }
        self.take_version();
    }

    /// Has the version made ready that another station has given the run.
    pub(super) fn prepare_theirs(&mut self, theirs: Theirs) {
        let sha256 = theirs.sha256.clone();
        match self.ground().zip(self.file.as_ref()) {
            Some((ground, file)) => file.theirs(theirs, ground),
            None => self.has_version(sha256, Err(NO_THREAD.to_owned())),
        }
    }

    /// Follows what the holder has recorded, with the version of the show that it names.
    pub(super) fn follow(&mut self, mut records: Vec<Record>) {
        let replaced = Arc::clone(self.conductor.state().show());
        let mut is_revised = false;
        for record in &mut records {
            let Event::ShowRevised { sha256, show, .. } = &mut record.event else { continue };
            let ready = self.versions.theirs.take_if(|(theirs, _)| sha256.as_ref() == Some(theirs));
            if let Some((_, taken)) = ready {
                let TheirVersion { revised, outputs } = *taken;
                (*show, self.versions.outputs, is_revised) = (revised, Some(outputs), true);
            }
        }
        self.drive(ConductorInput::Follow(records));
        self.versions.outputs = None;
        if let Some(file) = self.file.as_ref().filter(|_| is_revised) {
            (self.app.file, self.app.show_alarm) = (None, None);
            file.taken(replaced);
        }
    }

    /// The run has gone back to the version of the show that the log has, from `before`.
    pub(super) fn goes_back_from(&mut self, before: &Arc<Show>) {
        let state = self.conductor.state();
        let show = Arc::clone(state.show());
        if Arc::ptr_eq(before, &show) {
            return;
        }
        let (number, is_rehearsal) = (state.revision(), state.is_rehearsal());
        if let Some(file) = &self.file {
            // This may take its time. Nothing is to leave meanwhile: the outputs would send by a
            // version that is not the run's any more.
            let old = (&**before, &*self.outputs.open());
            self.versions.outputs = Some(file.outputs(old, show, is_rehearsal));
            if let Some(id) = self.id.clone() {
                file.goes_back(id, number);
            }
        }
        self.revised();
    }

    /// Has what was typed into the form checked, if it has changed.
    pub(super) fn check_form(&mut self) {
        let typed = self.app.edits.form.as_ref().and_then(|form| form.typed.as_ref());
        let serial = typed.map_or(0, |typed| typed.serial);
        if serial != std::mem::replace(&mut self.versions.checked, serial)
            && let Some((file, typed)) = self.file.as_ref().zip(typed)
        {
            file.check(typed.clone());
        }
    }

    /// The run that a version is to be made for; what was made for it before is overtaken. `None`
    /// for a run without a journal.
    fn ground(&mut self) -> Option<Ground> {
        let id = self.id.clone();
        if id.is_none() && !self.conductor.state().is_only_edited() {
            return None;
        }
        if let Some((file, ready)) = self.file.as_ref().zip(self.versions.ready.take()) {
            file.let_go(ready);
        }
        self.versions.order = self.versions.order.wrapping_add(1);
        let (order, state) = (self.versions.order, self.conductor.state().clone());
        Some(Ground { order, id, state, run_ns: self.run_ns(), is_open: self.outputs.open() })
    }

    /// Has a version that is ready fitted to what has happened since.
    fn fit_version(&mut self, ready: Box<ReadyVersion>) {
        if let Some((ground, file)) = self.ground().zip(self.file.as_ref()) {
            file.fit(ready, ground);
        }
    }

    /// Takes a version that is ready into the run, once nothing comes by itself before that is done:
    /// no cue is late because of an edit. Where something has happened meanwhile that it does not
    /// have, it is prepared again.
    pub(super) fn take_version(&mut self) {
        if self.conductor.is_ahead() || self.waits_for_stations() {
            return;
        }
        let now_ns = machine_ns();
        let is_unfit = self.versions.is_unfit;
        let has_time = |ready: &mut Box<ReadyVersion>| {
            let fits_in = if is_unfit { ready.fits_in * 2 } else { Duration::ZERO };
            let done_ns = now_ns + fits_in + ready.takes.max(self.versions.took) * 2 + MARGIN;
            self.conductor.deadline().is_none_or(|due_ns| done_ns < due_ns)
        };
        let Some(ready) = self.versions.ready.take_if(has_time) else { return };
        if is_unfit {
            return self.fit_version(ready);
        }
        let state = self.conductor.state();
        if state.revision() + 1 == ready.revision.number && !ready.revision.show.fits(state) {
            // In a chain whose cues come faster than it is fitted, it would never fit.
            (self.versions.ready, self.versions.is_unfit) = (Some(ready), true);
            return self.take_version();
        }
        let ReadyVersion { revision, outputs, passed_over, .. } = *ready;
        self.versions.outputs = Some(outputs);
        let neighbours = self.app.neighbours(state);
        let replaced = Arc::clone(state.show());
        if self.obey(By::Caller, Command::Revise(Box::new(revision))).is_ok() {
            (self.app.file, self.app.show_alarm) = (None, None);
            let show = self.conductor.state().show();
            let is_left = |cue: &CueIx| show.has(*cue);
            self.app.cursor = self.app.cursor.or_else(|| neighbours.into_iter().find(is_left));
            if let Some(file) = &self.file {
                file.taken(replaced);
            }
            if !passed_over.is_empty() {
                let cues: Vec<&str> = passed_over.iter().map(CueNumber::as_str).collect();
                let words =
                    format!("the playhead is after cue {}: it is passed over now", cues.join(", "));
                self.app.refuse(words, machine_ns());
            }
        } else if let Some(file) = &self.file {
            // What the run did not take is still to be reviewed.
            file.look();
        }
        self.versions.outputs = None;
        self.versions.took = machine_ns().since(now_ns);
    }

    /// The run has another version of the show from here on.
    pub(super) fn revised(&mut self) {
        if let Some(outputs) = self.versions.outputs.take() {
            self.outputs.revise(outputs);
        }
        self.app.revised(self.conductor.state());
        self.revised_elsewhere();
    }
}
