//! The caller's own edits of the show file: done on its text, written, and then made ready for the
//! run as any other version.
//!
//! An edit is on the disk before the screen says so. What somebody else has written meanwhile is
//! never written over: an edit goes into their text, and the caller reviews theirs before the run
//! takes both. Only where both sides have changed one item does the caller decide.

use std::sync::Arc;

use super::{Ground, ShowNews, Watcher};
use crate::app::{EditNews, EditWish, TypedForm};
use crate::edit::compare::{Change, Comparison, ShowItem, compare};
use crate::edit::document::{Document, Edit, EditRefusal, EditTarget};
use crate::edit::form::{CueOrSegment, Form, FormFault, FormSubject, KeyTable};
use crate::edit::listing::Listing;
use crate::engine::State;
use crate::export::diff;
use crate::files;
use crate::runtime::inbox::Msg;
use crate::runtime::opening::{Beside, machine_zone, read};
use crate::show::file::expand::expand;
use crate::show::{Cue, Show};

/// A step in the history of a text.
struct HistoryStep {
    /// Its name once it is made.
    name: &'static str,
    /// The words where there is none to make.
    none: &'static str,
    make: fn(&mut Document) -> bool,
    take_back: fn(&mut Document) -> bool,
}

const UNDO: HistoryStep = HistoryStep {
    name: "undone",
    none: "nothing to undo",
    make: Document::undo,
    take_back: Document::redo,
};

const REDO: HistoryStep = HistoryStep {
    name: "done again",
    none: "nothing to redo",
    make: Document::redo,
    take_back: Document::undo,
};

/// Reason why an edit was not done.
enum NotDone {
    /// What was typed has faults.
    Faults(Vec<FormFault>),
    /// Others have changed the same item: how.
    Conflict(String),
    /// Anything else.
    Why(String),
}

impl From<EditRefusal> for NotDone {
    fn from(refusal: EditRefusal) -> Self {
        NotDone::Why(match &refusal {
            EditRefusal::Faulty { problems, text } => {
                let place = problems.first().map(|problem| problem.place.words(text));
                let place = place.unwrap_or_default();
                format!("nothing was done: then {place} is wrong: {refusal}")
            }
            EditRefusal::NoHeaders
            | EditRefusal::NotThere
            | EditRefusal::Spread(_)
            | EditRefusal::NoValue(..)
            | EditRefusal::AtTheEnd
            | EditRefusal::OfTemplate(..) => refusal.to_string(),
        })
    }
}

/// An edit that is done.
struct DoneEdit {
    /// What it has changed, in words.
    words: String,
    /// `true` if the text has changes of others that the run does not have.
    has_others: bool,
}

impl Watcher {
    /// Does an edit, and says so.
    pub(super) fn edit(&mut self, wish: EditWish, ground: Ground) {
        let state = &ground.state;
        let (mut serial, mut segment, mut note) = (None, None, "");
        let done = match wish {
            EditWish::Open(subject) => return self.open(subject),
            EditWish::Save { typed, over } => {
                serial = Some(typed.serial);
                segment = self.segment_of(&typed.form);
                if has_fired(&typed.form.subject, state) {
                    note = "; this cue has fired and stays as it was in this run";
                }
                self.save(&typed, over, state)
            }
            EditWish::Duplicate(which) => self.change(&which, Edit::Duplicate, state),
            EditWish::Remove(which) => self.change(&which, Edit::Remove, state),
            EditWish::Up(which) => self.change(&which, Edit::MoveUp, state),
            EditWish::Down(which) => self.change(&which, Edit::MoveDown, state),
            EditWish::Undo => self.step(&UNDO, state),
            EditWish::Redo => self.step(&REDO, state),
        };
        let news = match done {
            Ok(done) => {
                if done.has_others {
                    note = "; changed elsewhere too: review it";
                }
                let words = format!("{} saved: {}{note}", self.name, done.words);
                let saved = EditNews::Saved { words, segment };
                return match done.has_others {
                    // What was saved is the last word.
                    true => {
                        self.show_edited(true, ground);
                        self.say(saved);
                    }
                    false => {
                        self.say(saved);
                        self.show_edited(false, ground);
                    }
                };
            }
            Err(NotDone::Faults(faults)) => {
                EditNews::Checked { serial: serial.unwrap_or_default(), faults }
            }
            Err(NotDone::Conflict(words)) => EditNews::Conflict(words),
            Err(NotDone::Why(why)) => EditNews::Failed(why),
        };
        self.say(news);
    }

    /// Has the run take what was saved, or the caller review it with what others have written.
    fn show_edited(&mut self, has_others: bool, ground: Ground) {
        let Some(document) = &self.document else { return };
        let (text, plain) = (document.text().to_owned(), document.plain().to_owned());
        let show = Arc::new(document.show().clone());
        if plain == self.watched.text {
            self.latest = None;
            return self.post.send(Msg::Show(ShowNews::File(None)));
        }
        let news = self.has_version(text, plain, show);
        match has_others {
            true => self.post.send(Msg::Show(ShowNews::File(Some(news)))),
            false => self.prepare(ground),
        }
    }

    /// Tells what is wrong with what was typed so far.
    pub(super) fn check(&mut self, typed: &TypedForm) {
        let TypedForm { form, values, serial } = typed;
        let Ok(document) = self.document() else { return };
        let tried = form.edit(document, values).and_then(|edit| document.check(&edit));
        let faults = tried.err().map(|refusal| form.faults(document, &refusal, values));
        let faults = faults.unwrap_or_default();
        self.say(EditNews::Checked { serial: *serial, faults });
    }

    fn open(&mut self, subject: FormSubject) {
        let form = self.is_as_known().and_then(|()| {
            let document = self.document()?;
            Form::new(document, subject.clone()).map_err(|refusal| match (&refusal, subject) {
                (EditRefusal::NotThere, FormSubject::Cue(number)) => {
                    format!("cue {number} is in the run and no more in the show file")
                }
                (_, _) => refusal.to_string(),
            })
        });
        self.say(match form {
            Ok(form) => EditNews::Opened(Box::new(form)),
            Err(why) => EditNews::Failed(why),
        });
    }

    /// The place of the segment that the form is of, if it is that of one without cues.
    fn segment_of(&mut self, form: &Form) -> Option<usize> {
        match form.subject {
            FormSubject::Segment(_) | FormSubject::NewSegment(_) => {
                match form.target(self.document().ok()?) {
                    Ok(EditTarget::Segment(segment)) => Some(segment),
                    Ok(EditTarget::Show | EditTarget::Cue(..)) | Err(_) => None,
                }
            }
            FormSubject::Cue(_) | FormSubject::NewCue(_) => None,
        }
    }

    fn save(&mut self, typed: &TypedForm, over: bool, state: &State) -> Result<DoneEdit, NotDone> {
        let TypedForm { form, values, .. } = typed;
        let of_segment = |at: usize| form.fields[at].table == KeyTable::Segment;
        let has_segment = (0..values.len()).any(|at| of_segment(at) && typed.is_changed(at));
        self.done(
            |known, theirs| {
                let target = match form.subject {
                    FormSubject::Cue(_) | FormSubject::Segment(_) => form.target(known).ok()?,
                    FormSubject::NewCue(_) | FormSubject::NewSegment(_) => return None,
                };
                let words = conflict(known, target, has_segment, theirs);
                words.filter(|_| !over).map(NotDone::Conflict)
            },
            |document| {
                let edit = form.edit(document, values)?;
                let done = document.edit(&edit);
                done.map_err(|refusal| NotDone::Faults(form.faults(document, &refusal, values)))
            },
            state,
        )
    }

    /// Does an edit of one item.
    fn change(
        &mut self,
        which: &CueOrSegment,
        edit: fn(EditTarget) -> Edit,
        state: &State,
    ) -> Result<DoneEdit, NotDone> {
        self.done(
            |known, theirs| {
                let words = conflict(known, which.target(known).ok()?, true, theirs)?;
                Some(NotDone::Why(format!("changed elsewhere meanwhile, review it first: {words}")))
            },
            |document| {
                let target = which.target(document)?;
                Ok(document.edit(&edit(target))?)
            },
            state,
        )
    }

    /// Takes the last edit back, or does it again.
    fn step(&mut self, step: &HistoryStep, state: &State) -> Result<DoneEdit, NotDone> {
        self.is_as_known().map_err(NotDone::Why)?;
        if self.has_others {
            let why = format!("{} was changed elsewhere: review that first", self.name);
            return Err(NotDone::Why(why));
        }
        let document = self.document().map_err(NotDone::Why)?;
        let (before, old) = (Listing::of(document.show()), document.show().clone());
        if !(step.make)(document) {
            return Err(NotDone::Why(step.none.to_owned()));
        }
        if let Some(why) = keeps_its_number(&old, document.show(), state) {
            (step.take_back)(document);
            return Err(NotDone::Why(why));
        }
        let words = said(&compare(&before, &Listing::of(document.show())));
        let words = format!("{}: {words}", step.name);
        let text = document.text().to_owned();
        if let Err(why) = self.write(&text) {
            self.document().map_err(NotDone::Why).map(step.take_back)?;
            return Err(NotDone::Why(why));
        }
        Ok(DoneEdit { words, has_others: self.has_others })
    }

    /// Does `edit` on the text that the file has now, and writes it. Where others have changed that
    /// since this program last knew it, `conflict` is asked about their changes.
    fn done(
        &mut self,
        conflict: impl Fn(&Document, &Comparison) -> Option<NotDone>,
        edit: impl Fn(&mut Document) -> Result<(), NotDone>,
        state: &State,
    ) -> Result<DoneEdit, NotDone> {
        let text = read(&self.watched.path).map_err(|why| NotDone::Why(why.to_string()))?;
        let name = self.name.clone();
        let document = self.document().map_err(NotDone::Why)?;
        let known = document.clone();
        let is_theirs = !known.is(&text);
        if is_theirs {
            document.adopt(text).map_err(|_| {
                NotDone::Why(format!(
                    "{name} was changed elsewhere and has errors: nothing was saved"
                ))
            })?;
        }
        let (now, old) = (Listing::of(document.show()), document.show().clone());
        let theirs = is_theirs.then(|| compare(&Listing::of(known.show()), &now));
        let tried = match theirs.and_then(|theirs| conflict(&known, &theirs)) {
            Some(why) => Err(why),
            None => edit(document),
        };
        let tried = tried.and_then(|()| match keeps_its_number(&old, document.show(), state) {
            Some(why) => Err(NotDone::Why(why)),
            None => Ok(()),
        });
        if let Err(why) = tried {
            *document = known;
            return Err(why);
        }
        let words = said(&compare(&now, &Listing::of(document.show())));
        let text = document.text().to_owned();
        if let Err(why) = self.write(&text) {
            self.document = Some(known);
            return Err(NotDone::Why(why));
        }
        self.has_others |= is_theirs;
        Ok(DoneEdit { words, has_others: self.has_others })
    }

    /// Puts the text into the file.
    pub(super) fn write(&mut self, text: &str) -> Result<(), String> {
        let is_locked = |metadata: std::fs::Metadata| metadata.permissions().readonly();
        if std::fs::metadata(&self.watched.path).is_ok_and(is_locked) {
            return Err(format!("{} is read-only: nothing was saved", self.name));
        }
        let written = files::write_over(&self.watched.path, text.as_bytes());
        written.map_err(|why| format!("{} could not be written: {why}", self.name))?;
        // It is no news.
        self.stamp = self.stamp_now();
        self.read = self.stamp.clone();
        Ok(())
    }

    /// Makes sure that the file is as this program knows it.
    ///
    /// # Errors
    /// When others have changed it.
    fn is_as_known(&mut self) -> Result<(), String> {
        let text = read(&self.watched.path).map_err(|why| why.to_string())?;
        let known = self.document()?;
        if known.is(&text) {
            return Ok(());
        }
        match known.adopt(text) {
            Ok(()) => {
                self.has_others = true;
                Ok(())
            }
            Err(_) => Err(format!("{} was changed elsewhere and has errors", self.name)),
        }
    }

    fn document(&mut self) -> Result<&mut Document, String> {
        if self.document.is_none() {
            let files = Arc::new(Beside::new(&self.watched.path));
            let document = Document::beside(self.written(), &machine_zone(), files);
            let faulty = |_| format!("the version of {} that runs has errors now", self.name);
            self.document = Some(document.map_err(faulty)?);
        }
        self.document.as_mut().ok_or_else(String::new)
    }

    /// The text of the version that runs, as its file has it: with its repeats, unless the file has
    /// become another show.
    fn written(&self) -> String {
        let text = read(&self.watched.path).unwrap_or_default();
        let is_same = expand(&text, &Beside::new(&self.watched.path)).text() == self.watched.text;
        if is_same { text } else { self.watched.text.clone() }
    }

    fn say(&self, news: EditNews) {
        self.post.send(Msg::Show(ShowNews::Edit(news)));
    }
}

/// What an edit has changed, in words: of one item, what of it.
fn said(comparison: &Comparison) -> String {
    let [one] = comparison.items.as_slice() else {
        return match comparison.items.is_empty() {
            true => "nothing that a run has".to_owned(),
            false => diff::summary(comparison),
        };
    };
    let name = match &one.item {
        ShowItem::Cue { number, .. } => format!("cue {number}"),
        ShowItem::Segment { title, .. } => format!("segment {title}"),
        ShowItem::Show | ShowItem::Named { .. } => return diff::summary(comparison),
    };
    match one.change {
        Change::Added => format!("{name} added"),
        Change::Removed => format!("{name} removed"),
        Change::Changed => {
            let keys: Vec<&str> = one.facts.iter().map(|fact| fact.key).collect();
            format!("{name} changed: {}", keys.join(", "))
        }
    }
}

/// Returns `true` if the subject of a form is a cue that has fired in the run.
fn has_fired(subject: &FormSubject, state: &State) -> bool {
    let FormSubject::Cue(number) = subject else { return false };
    state.show().find(number).is_some_and(|cue| state.cue(cue).firings > 0)
}

/// Reason why an edit that makes `new` of `old` gives no cue another number: a run knows cues by
/// their numbers, and with another one it would forget what has become of it.
fn keeps_its_number(old: &Show, new: &Show, state: &State) -> Option<String> {
    let is_new = |(_, cue): (_, &Cue)| old.find(&cue.number).is_none();
    if !new.listed().any(is_new) {
        return None;
    }
    let gone = old.listed().map(|(_, cue)| &cue.number).filter(|number| new.find(number).is_none());
    let mut known = gone.filter_map(|number| Some((number, state.show().find(number)?)));
    known.find_map(|(number, cue)| {
        let run = state.cue(cue);
        let why = match run {
            _ if state.on_air().contains(&cue) => "is on air",
            run if run.firings > 0 => "has fired",
            run if run.due_ns.is_some() => "is about to come",
            run if run.skipped => "is skipped",
            run if run.stood_by => "is on standby",
            _ => return None,
        };
        Some(format!("cue {number} {why}: it keeps its number in this run"))
    })
}

/// What others have done to the cue or segment at `target` of the text `known`, in words;
/// `with_segment` if the segment of a cue counts too.
fn conflict(
    known: &Document,
    target: EditTarget,
    with_segment: bool,
    theirs: &Comparison,
) -> Option<String> {
    let segment = match target {
        EditTarget::Cue(segment, _) | EditTarget::Segment(segment) => segment,
        EditTarget::Show => return None,
    };
    let show = known.show();
    let cue = known.cue_at(target);
    let number = cue.map(|cue| show.cue(cue).number.as_str());
    let is_it = |item: &ShowItem| match item {
        ShowItem::Cue { number: theirs, .. } => number == Some(theirs.as_str()),
        ShowItem::Segment { from, .. } => (with_segment || cue.is_none()) && *from == Some(segment),
        ShowItem::Show | ShowItem::Named { .. } => false,
    };
    let items: Vec<_> = theirs.items.iter().filter(|one| is_it(&one.item)).cloned().collect();
    let found = Comparison { title: theirs.title.clone(), items };
    let text = diff::text(&found);
    let lines = text.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
    (!found.items.is_empty()).then(|| lines.collect::<Vec<_>>().join(" "))
}
