//! A show's text while it is edited: small patches that keep its comments and its order, each
//! checked by the parser of shows, and the way back from each.
//!
//! Owns the text, the show that it says, and what was done to it. A patch after which the show has
//! errors is refused, and the text stays as it was. Must never read or write a file.

use std::collections::VecDeque;

use super::batch::{Change, changed};
use super::outline::{KeyPlace, NOT_IN_HEADERS, Outline};
use super::places::Places;
use crate::show::problem::Problem;
use crate::show::{CueNumber, Ix, Show, file};

/// The edits that can be undone.
pub const UNDO_MAX: usize = 1_000;

/// The subject of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
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
    Change(Vec<Change>),
    /// Puts a copy after it, whose cues have numbers of their own.
    Duplicate(Target),
    /// Takes it out of the show, a segment with its cues.
    Remove(Target),
    /// Moves it one place up; the first cue of a segment to the end of the segment above.
    MoveUp(Target),
    /// Moves it one place down; the last cue of a segment to the beginning of the segment below.
    MoveDown(Target),
    /// Takes another text for the whole show: that of an editor.
    Replace(String),
}

/// Reason why an edit is refused; the text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
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
    show: Show,
    /// The IANA name of the zone that is meant where the text names none.
    machine_zone: String,
    undo: VecDeque<Patch>,
    redo: Vec<Patch>,
}

impl Document {
    /// The document of a text, with nothing to undo.
    ///
    /// # Errors
    /// With all errors of the show.
    pub fn new(text: String, machine_zone: &str) -> Result<Document, Vec<Problem>> {
        let show = file::parse(&text, machine_zone)?;
        let machine_zone = machine_zone.to_owned();
        Ok(Document { text, show, machine_zone, undo: VecDeque::new(), redo: vec![] })
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The show that it says.
    pub fn show(&self) -> &Show {
        &self.show
    }

    /// The cue with this number.
    pub fn find(&self, number: &CueNumber) -> Option<Target> {
        let ix = self.show.find(number)?;
        let segment = self.show.cue(ix).segment;
        let first = self.show.segment(segment).cues.start;
        Some(Target::Cue(segment.at(), ix.at() - first as usize))
    }

    /// Returns `true` if its segments and cues stand under headers of their own, so that they can be
    /// changed one by one.
    pub fn has_headers(&self) -> bool {
        Outline::of(&self.text).is_some()
    }

    /// The line at which a target begins, from 1, for an editor: that of its header. `None` if it is
    /// not there or not under a header.
    pub fn line_of(&self, target: Target) -> Option<usize> {
        let outline = Outline::of(&self.text)?;
        let at = Places { text: &self.text, outline: &outline };
        let start = match target {
            Target::Show => 0,
            Target::Segment(_) | Target::Cue(..) => at.block(target).ok()?.header.start,
        };
        Some(self.text[..start].matches('\n').count() + 1)
    }

    /// The keys of a target as the text has them, each with its value in TOML; `None` for one that
    /// only an editor can change.
    pub fn values(&self, target: Target) -> Vec<(String, Option<String>)> {
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
    pub fn edit(&mut self, edit: &Edit) -> Result<(), Refusal> {
        let Some((patch, text, show)) = self.edited(edit)? else { return Ok(()) };
        (self.text, self.show) = (text, show);
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
    pub fn check(&self, edit: &Edit) -> Result<(), Refusal> {
        self.edited(edit).map(drop)
    }

    /// The patch of an edit, with the text and the show after it; `None` if it changes nothing.
    fn edited(&self, edit: &Edit) -> Result<Option<(Patch, String, Show)>, Refusal> {
        let patch = patch(&self.text, &self.show, edit)?;
        if patch.was == patch.is {
            return Ok(None);
        }
        let text = patch.apply(&self.text).ok_or(Refusal::NotThere)?;
        match file::parse(&text, &self.machine_zone) {
            Err(problems) => Err(Refusal::Faulty { problems, text }),
            Ok(show) => Ok(Some((patch, text, show))),
        }
    }

    /// Goes on with the text that somebody else has written. What was edited before can then no
    /// longer be undone: it would take their changes back too.
    ///
    /// # Errors
    /// With all errors of the show; the text is as it was then.
    pub fn adopt(&mut self, text: String) -> Result<(), Vec<Problem>> {
        let show = file::parse(&text, &self.machine_zone)?;
        (self.text, self.show) = (text, show);
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
        let Ok(show) = file::parse(&text, &self.machine_zone) else { return false };
        (self.text, self.show) = (text, show);
        true
    }
}

/// The patch that does `edit` in `text`, which says `show`.
fn patch(text: &str, show: &Show, edit: &Edit) -> Result<Patch, Refusal> {
    if let Edit::Replace(other) = edit {
        return Ok(replaced(text, other));
    }
    let outline = Outline::of(text).ok_or(Refusal::NoHeaders)?;
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
