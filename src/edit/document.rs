//! A show's text while it is edited: small patches that keep its comments and its order, each
//! checked by the parser of shows, and the way back from each.
//!
//! Owns the text, the show that it says, and what was done to it. A patch after which the show has
//! errors is refused, and the text stays as it was. Must never read or write a file.

use std::collections::VecDeque;
use std::sync::Arc;

use super::batch::{BatchChange, changed};
use super::outline::{KeyPlace, NOT_IN_HEADERS, Outline};
use super::places::Places;
use crate::show::file::expand::{Files, NoFiles, expand};
use crate::show::file::machine::Unseen;
use crate::show::problem::{Problem, ProblemPlace};
use crate::show::{CueIx, CueNumber, Ix, Show};

/// The edits that can be undone.
pub const UNDO_MAX: usize = 1_000;

/// The subject of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditTarget {
    /// The show itself.
    Show,
    /// A segment, by its place in the rundown.
    Segment(usize),
    /// A cue, by the place of its segment and its own place in that.
    Cue(usize, usize),
}

/// An edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Does several changes as one.
    Change(Vec<BatchChange>),
    /// Puts a copy after it, whose cues have numbers of their own.
    Duplicate(EditTarget),
    /// Takes it out of the show, a segment with its cues.
    Remove(EditTarget),
    /// Moves it one place up; the first cue of a segment to the end of the segment above.
    MoveUp(EditTarget),
    /// Moves it one place down; the last cue of a segment to the beginning of the segment below.
    MoveDown(EditTarget),
    /// Takes another text for the whole show: that of an editor.
    Replace(String),
}

/// Reason why an edit is refused; the text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditRefusal {
    /// The show would have errors; `text` is the one that they are in.
    #[error("{}", first(.problems))]
    Faulty {
        /// All of them, at least one.
        problems: Vec<Problem>,
        /// The text that was refused.
        text: String,
    },
    /// The show is written in a way that only an editor can change.
    #[error("{NOT_IN_HEADERS}: edit it in an editor")]
    NoHeaders,
    /// There is no such segment, cue or key any more.
    #[error("there is nothing of that kind here")]
    NotThere,
    /// The key is spread over several lines or is a table under its own header.
    #[error("`{0}` is not written as one value: edit it in an editor")]
    Spread(String),
    /// The value of the key is not TOML.
    #[error("{1} is not complete; text stands in quotes, and what is opened is closed")]
    NoValue(String, String),
    /// It is the first or the last already.
    #[error("there is no place further on")]
    AtTheEnd,
    /// The cue with this number comes from a template, which stands at the place.
    #[error("cue {0} comes from a template: change that in your editor, at {1}")]
    OfTemplate(CueNumber, String),
}

fn first(problems: &[Problem]) -> String {
    problems.first().map_or_else(String::new, |one| format!("{}: {}", one.what, one.fix))
}

/// A stretch of a text that became another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    /// Its beginning, in bytes.
    pub(super) at: usize,
    pub(super) was: String,
    pub(super) is: String,
}

impl Patch {
    fn inverse(self) -> Patch {
        Patch { at: self.at, was: self.is, is: self.was }
    }

    fn apply(&self, text: &str) -> Option<String> {
        let (before, rest) = text.split_at_checked(self.at)?;
        let after = rest.strip_prefix(self.was.as_str())?;
        Some([before, &self.is, after].concat())
    }
}

/// A show's text, the show that it says, and its history.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    says: SaidShow,
    /// The IANA name of the zone that is meant where the text names none.
    machine_zone: String,
    /// The files beside it.
    files: Arc<dyn Files>,
    undo: VecDeque<Patch>,
    redo: Vec<Patch>,
}

/// The show of a text.
#[derive(Clone, Debug)]
struct SaidShow {
    show: Show,
    /// The text without repeats, where it has some.
    plain: Option<String>,
    /// For each segment the places of the cues that it takes from a template.
    taken: Vec<Vec<ProblemPlace>>,
}

impl SaidShow {
    /// Reads a text.
    fn of(text: &str, machine_zone: &str, files: &dyn Files) -> Result<SaidShow, Vec<Problem>> {
        let expanded = expand(text, files);
        let show = expanded.check(machine_zone, &Unseen)?.show;
        let plain = expanded.has_repeats().then(|| expanded.text().to_owned());
        Ok(SaidShow { show, plain, taken: expanded.taken().to_vec() })
    }
}

impl Document {
    /// The document of a text, with nothing to undo.
    ///
    /// # Errors
    /// With all errors of the show.
    pub fn new(text: String, machine_zone: &str) -> Result<Document, Vec<Problem>> {
        Document::beside(text, machine_zone, Arc::new(NoFiles))
    }

    /// The same of a text that may include `files`.
    ///
    /// # Errors
    /// With all errors of the show.
    pub fn beside(
        text: String,
        machine_zone: &str,
        files: Arc<dyn Files>,
    ) -> Result<Document, Vec<Problem>> {
        let says = SaidShow::of(&text, machine_zone, &*files)?;
        let machine_zone = machine_zone.to_owned();
        Ok(Document { text, says, machine_zone, files, undo: VecDeque::new(), redo: vec![] })
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without repeats, which is what a run takes.
    pub fn plain(&self) -> &str {
        self.says.plain.as_ref().unwrap_or(&self.text)
    }

    /// Returns `true` if `text` is this text, and the files that it includes are as they were.
    pub fn is(&self, text: &str) -> bool {
        let is_same = |plain: &String| expand(text, &*self.files).text() == plain;
        self.text == text && self.says.plain.as_ref().is_none_or(is_same)
    }

    /// The show that it says.
    pub fn show(&self) -> &Show {
        &self.says.show
    }

    /// The cue with this number, if it has words of its own in the text.
    pub fn find(&self, number: &CueNumber) -> Option<EditTarget> {
        self.target(number).ok()
    }

    /// The cue with this number.
    ///
    /// # Errors
    /// When there is none, or it comes from a template.
    pub fn target(&self, number: &CueNumber) -> Result<EditTarget, EditRefusal> {
        let (segment, at) = self.place(number).ok_or(EditRefusal::NotThere)?;
        match at.checked_sub(self.taken(segment).len()) {
            Some(own) => Ok(EditTarget::Cue(segment, own)),
            None => {
                let place = self.taken(segment).get(at).ok_or(EditRefusal::NotThere)?;
                Err(EditRefusal::OfTemplate(number.clone(), place.words(&self.text)))
            }
        }
    }

    /// The place of the segment of the cue with this number, and that of the cue among all cues of
    /// the segment.
    pub fn place(&self, number: &CueNumber) -> Option<(usize, usize)> {
        let show = self.show();
        let ix = show.find(number)?;
        let segment = show.cue(ix).segment;
        let first = show.segment(segment).cues.start;
        Some((segment.at(), ix.at() - first as usize))
    }

    /// Returns `true` if the cue with this number comes from a template.
    pub fn is_of_template(&self, number: &CueNumber) -> bool {
        self.place(number).is_some_and(|(segment, at)| at < self.taken(segment).len())
    }

    /// The cue at a target; nothing if that is none.
    pub fn cue_at(&self, target: EditTarget) -> Option<CueIx> {
        let EditTarget::Cue(segment, own) = target else { return None };
        let home = self.show().segment_indices().nth(segment)?;
        self.show().cues_of(home).nth(self.taken(segment).len() + own)
    }

    /// The places of the cues that a segment takes from a template.
    fn taken(&self, segment: usize) -> &[ProblemPlace] {
        self.says.taken.get(segment).map_or(&[], Vec::as_slice)
    }

    /// Returns `true` if its segments and cues stand under headers of their own, so that they can be
    /// changed one by one.
    pub fn has_headers(&self) -> bool {
        Outline::of(&self.text).is_some()
    }

    /// The line at which a target begins, from 1, for an editor: that of its header. `None` if it is
    /// not there or not under a header.
    pub fn line_of(&self, target: EditTarget) -> Option<usize> {
        let outline = Outline::of(&self.text)?;
        let at = Places { text: &self.text, outline: &outline };
        let start = match target {
            EditTarget::Show => 0,
            EditTarget::Segment(_) | EditTarget::Cue(..) => at.block(target).ok()?.header.start,
        };
        Some(self.text[..start].matches('\n').count() + 1)
    }

    /// The line at which the words of a cue begin, from 1; of a cue that comes from a template in
    /// this text, that of the template. `None` if it is not there or has no header.
    pub fn line_of_cue(&self, number: &CueNumber) -> Option<usize> {
        let (segment, at) = self.place(number)?;
        if let Some(place) = self.taken(segment).get(at) {
            let start = place.span()?.start;
            return Some(self.text.get(..start)?.matches('\n').count() + 1);
        }
        self.line_of(self.find(number)?)
    }

    /// The keys of a target as the text has them, each with its value in TOML; `None` for one that
    /// only an editor can change.
    pub fn values(&self, target: EditTarget) -> Vec<(String, Option<String>)> {
        let Some(outline) = Outline::of(&self.text) else { return vec![] };
        let at = Places { text: &self.text, outline: &outline };
        let source = |place: &KeyPlace| {
            let value = place.value.clone().and_then(|range| self.text.get(range));
            (place.key.clone(), value.map(str::to_owned))
        };
        at.keys(target).map(|keys| keys.iter().map(source).collect()).unwrap_or_default()
    }

    /// Numbers of edits that can be undone and redone.
    pub fn depth(&self) -> (usize, usize) {
        (self.undo.len(), self.redo.len())
    }

    /// Does one edit.
    ///
    /// # Errors
    /// When the edit cannot be done or leaves a show with errors; the text is as it was then.
    pub fn edit(&mut self, edit: &Edit) -> Result<(), EditRefusal> {
        let Some((patch, text, says)) = self.edited(edit)? else { return Ok(()) };
        (self.text, self.says) = (text, says);
        if self.undo.len() >= UNDO_MAX {
            self.undo.pop_front();
        }
        self.undo.push_back(patch);
        self.redo.clear();
        Ok(())
    }

    /// Tries one edit; everything stays as it is.
    ///
    /// # Errors
    /// When the edit could not be done.
    pub fn check(&self, edit: &Edit) -> Result<(), EditRefusal> {
        self.edited(edit).map(drop)
    }

    /// The patch of an edit, with the text and the show after it; `None` if it changes nothing.
    fn edited(&self, edit: &Edit) -> Result<Option<(Patch, String, SaidShow)>, EditRefusal> {
        let patch = patch(&self.text, self.show(), edit)?;
        if patch.was == patch.is {
            return Ok(None);
        }
        let text = patch.apply(&self.text).ok_or(EditRefusal::NotThere)?;
        match self.read(&text) {
            Err(problems) => Err(EditRefusal::Faulty { problems, text }),
            Ok(says) => Ok(Some((patch, text, says))),
        }
    }

    /// Goes on with the text that somebody else has written. What was edited before can then no
    /// longer be undone: it would take their changes back too.
    ///
    /// # Errors
    /// With all errors of the show; the text is as it was then.
    pub fn adopt(&mut self, text: String) -> Result<(), Vec<Problem>> {
        self.says = self.read(&text)?;
        self.text = text;
        self.undo.clear();
        self.redo.clear();
        Ok(())
    }

    /// Takes the last edit back. Returns `true` if there was one.
    pub fn undo(&mut self) -> bool {
        let Some(patch) = self.undo.pop_back().map(Patch::inverse) else { return false };
        let is_done = self.revert(&patch);
        if is_done {
            self.redo.push(patch);
        }
        is_done
    }

    /// Does the last edit that was taken back once more. Returns `true` if there was one.
    pub fn redo(&mut self) -> bool {
        let Some(patch) = self.redo.pop().map(Patch::inverse) else { return false };
        let is_done = self.revert(&patch);
        if is_done {
            self.undo.push_back(patch);
        }
        is_done
    }

    /// Goes back to a text that was there before, which has no errors.
    fn revert(&mut self, patch: &Patch) -> bool {
        let Some(text) = patch.apply(&self.text) else { return false };
        let Ok(says) = self.read(&text) else { return false };
        (self.text, self.says) = (text, says);
        true
    }

    fn read(&self, text: &str) -> Result<SaidShow, Vec<Problem>> {
        SaidShow::of(text, &self.machine_zone, &*self.files)
    }
}

/// The patch that does `edit` in `text`, which says `show`.
fn patch(text: &str, show: &Show, edit: &Edit) -> Result<Patch, EditRefusal> {
    if let Edit::Replace(other) = edit {
        return Ok(replaced(text, other));
    }
    let outline = Outline::of(text).ok_or(EditRefusal::NoHeaders)?;
    let at = Places { text, outline: &outline };
    match edit {
        Edit::Change(changes) => Ok(replaced(text, &changed(&at, changes)?)),
        Edit::Duplicate(target) => at.duplicate(*target, show),
        Edit::Remove(target) => at.remove(*target),
        Edit::MoveUp(target) => at.swap(at.above(*target)?, at.lines(*target)?),
        Edit::MoveDown(target) => at.swap(at.lines(*target)?, at.below(*target)?),
        Edit::Replace(other) => Ok(replaced(text, other)),
    }
}

/// The patch of `text` to another text: only what differs.
fn replaced(text: &str, other: &str) -> Patch {
    let pairs = text.char_indices().zip(other.chars());
    let same = pairs.take_while(|((_, a), b)| a == b).last();
    let at = same.map_or(0, |((at, c), _)| at + c.len_utf8());
    let (was, is) = (&text[at..], &other[at..]);
    let pairs = was.chars().rev().zip(is.chars().rev()).take_while(|(a, b)| a == b);
    let tail: usize = pairs.map(|(c, _)| c.len_utf8()).sum();
    let cut = |text: &str| text[..text.len() - tail].to_owned();
    Patch { at, was: cut(was), is: cut(is) }
}

/// A number for a new cue after `number`: between it and the next as people would number it, and
/// that no cue has.
pub fn free_number(show: &Show, taken: &[&str], number: &str) -> String {
    let is_free = |text: &str| {
        !taken.contains(&text)
            && CueNumber::new(text).is_ok_and(|number| show.find(&number).is_none())
    };
    let half = Some(format!("{number}.5")).filter(|_| !number.contains('.'));
    let letters = ('A'..='Z').map(|letter| format!("{number}{letter}"));
    let counted = (2..).map(|count: u64| format!("{count}X")).take(1_000_000);
    half.into_iter().chain(letters).chain(counted).find(|text| is_free(text)).unwrap_or_default()
}
