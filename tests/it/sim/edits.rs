//! Edits of the show in a simulated run: what they are, and what a run makes of them.

use std::sync::Arc;

use handover::conductor::{By, ConductorInput};
use handover::edit::batch::{BatchChange, KeyValue};
use handover::edit::document::{Document, Edit, EditTarget};
use handover::engine::{Command, CueState, Event, Revised, Revision, SegmentState, State};
use handover::show::{Cue, CueIx, CueNumber, SegmentIx, Show, Trigger};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::world::World;
use crate::properties::{SegmentSketch, lengths, segment, times, write};

/// An edit of the show's text, or of what was edited.
#[derive(Clone, Debug)]
pub(super) enum Revising {
    /// A cue gets a key, or loses it.
    Key(Index, &'static str, Value),
    /// A segment gets its length, its hard start or its fixed end.
    Segment(Index, &'static str, Value),
    AddCue(Index),
    AddSegment(Index, &'static str),
    Duplicate(Index, bool),
    Remove(Index, bool),
    MoveUp(Index, bool),
    MoveDown(Index, bool),
    /// Somebody writes another show in an editor.
    Whole(Vec<SegmentSketch>),
    Undo,
    Redo,
    /// The cue that the next GO fires is removed, and that is undone.
    RemoveNextAndUndo,
}

/// The value of a key.
#[derive(Clone, Debug)]
pub(super) enum Value {
    None,
    Text(&'static str),
    /// Without quotes.
    Bare(&'static str),
    Number(Index),
    /// A key of a trigger with a cause, that cause, and the delay.
    Caused(&'static str, Index, &'static str),
    /// A key of a trigger, and its length.
    Into(&'static str),
    At(&'static str),
}

fn value(key: &'static str) -> BoxedStrategy<Value> {
    let none = || Just(Value::None);
    match key {
        "trigger" => prop_oneof![
            2 => Just(Value::Text("go")),
            3 => (select(vec!["with", "after"]), any::<Index>(), lengths())
                .prop_map(|(key, cue, delay)| Value::Caused(key, cue, delay)),
            2 => lengths().prop_map(Value::Into),
            2 => times().prop_map(Value::At),
        ]
        .boxed(),
        "start" | "end" => prop_oneof![none(), times().prop_map(Value::Bare)].boxed(),
        "duration" | "planned" => {
            prop_oneof![1 => none(), 3 => lengths().prop_map(Value::Text)].boxed()
        }
        "needs" => select(vec![r#"["a"]"#, r#"["b", "a"]"#, "[]"]).prop_map(Value::Bare).boxed(),
        "backup_for" => prop_oneof![none(), any::<Index>().prop_map(Value::Number)].boxed(),
        "number" => select(vec!["70", "71", "72"]).prop_map(Value::Text).boxed(),
        _ => select(vec!["X", "Y"]).prop_map(Value::Text).boxed(),
    }
}

pub(super) fn revising() -> impl Strategy<Value = Revising> {
    let at = any::<Index>;
    let keyed = |keys: &'static [&'static str]| {
        select(keys).prop_flat_map(|key| (any::<Index>(), Just(key), value(key)))
    };
    let cue_keys = keyed(&[
        "title",
        "trigger",
        "trigger",
        "duration",
        "planned",
        "needs",
        "backup_for",
        "number",
    ]);
    let segment_keys = keyed(&["title", "duration", "start", "end"]);
    let which = || (at(), prop::bool::weighted(0.2));
    prop_oneof![
        6 => cue_keys.prop_map(|(at, key, value)| Revising::Key(at, key, value)),
        2 => segment_keys.prop_map(|(at, key, value)| Revising::Segment(at, key, value)),
        2 => at().prop_map(Revising::AddCue),
        1 => (at(), lengths()).prop_map(|(at, length)| Revising::AddSegment(at, length)),
        1 => which().prop_map(|(at, whole)| Revising::Duplicate(at, whole)),
        3 => which().prop_map(|(at, whole)| Revising::Remove(at, whole)),
        2 => which().prop_map(|(at, whole)| Revising::MoveUp(at, whole)),
        2 => which().prop_map(|(at, whole)| Revising::MoveDown(at, whole)),
        1 => prop::collection::vec(segment(), 1..=3).prop_map(Revising::Whole),
        4 => Just(Revising::Undo),
        2 => Just(Revising::Redo),
        3 => Just(Revising::RemoveNextAndUndo),
    ]
}

/// The segment or the cue of `show` at some place; `None` where it has none.
fn target(show: &Show, at: &Index, is_segment: bool) -> Option<EditTarget> {
    if is_segment {
        return Some(EditTarget::Segment(at.index(show.segments.len())));
    }
    let number = number(show, at)?;
    place(show, &CueNumber::new(&number).ok()?)
}

/// The place of a cue in the text that says `show`.
fn place(show: &Show, number: &CueNumber) -> Option<EditTarget> {
    let cue = show.find(number)?;
    let segment = show.cue(cue).segment;
    Some(EditTarget::Cue(segment.0 as usize, (cue.0 - show.segment(segment).cues.start) as usize))
}

fn number(show: &Show, at: &Index) -> Option<String> {
    (!show.cues.is_empty())
        .then(|| show.cue(CueIx(at.index(show.cues.len()) as u32)).number.to_string())
}

/// The value as the text has it; `None` takes the key away.
fn written(show: &Show, value: &Value) -> Option<String> {
    Some(match value {
        Value::None => return None,
        Value::Text(text) => format!("\"{text}\""),
        Value::Bare(text) => (*text).to_owned(),
        Value::Number(at) => format!("\"{}\"", number(show, at)?),
        Value::Caused(key, at, delay) => {
            format!("{{ {key} = \"{}\", delay = \"{delay}\" }}", number(show, at)?)
        }
        Value::Into(offset) => format!("{{ into = \"{offset}\" }}"),
        Value::At(time) => format!("{{ at = {time} }}"),
    })
}

fn set(show: &Show, target: EditTarget, key: &str, value: &Value) -> Edit {
    let value = written(show, value);
    let setting = KeyValue { key: key.to_owned(), entry: None, value };
    Edit::Change(vec![BatchChange::Keys(target, vec![setting])])
}

/// The edit of the document that is meant, where there is one.
fn edit_of(show: &Show, revising: &Revising) -> Option<Edit> {
    Some(match revising {
        Revising::Key(at, key, value) => set(show, target(show, at, false)?, key, value),
        Revising::Segment(at, key, value) => set(show, target(show, at, true)?, key, value),
        Revising::AddCue(at) => {
            let free = (0..).map(|n| format!("{n}.7")).find(|text| {
                CueNumber::new(text).is_ok_and(|number| show.find(&number).is_none())
            })?;
            let keys = vec![
                KeyValue::new("number", format!("\"{free}\"")),
                KeyValue::new("title", "\"N\"".to_owned()),
            ];
            Edit::Change(vec![BatchChange::AddCue { after: target(show, at, false)?, keys }])
        }
        Revising::AddSegment(at, length) => {
            let keys = vec![
                KeyValue::new("title", "\"N\"".to_owned()),
                KeyValue::new("duration", format!("\"{length}\"")),
            ];
            let after = Some(at.index(show.segments.len()));
            Edit::Change(vec![BatchChange::AddSegment { after, keys }])
        }
        Revising::Duplicate(at, whole) => Edit::Duplicate(target(show, at, *whole)?),
        Revising::Remove(at, whole) => Edit::Remove(target(show, at, *whole)?),
        Revising::MoveUp(at, whole) => Edit::MoveUp(target(show, at, *whole)?),
        Revising::MoveDown(at, whole) => Edit::MoveDown(target(show, at, *whole)?),
        Revising::Whole(segments) => Edit::Replace(write(segments)),
        Revising::Undo | Revising::Redo | Revising::RemoveNextAndUndo => return None,
    })
}

/// All that has happened: the cues that have fired, what they are and what became of them, and the
/// starts of the segments.
#[derive(Debug, PartialEq)]
struct Happened {
    fired: Vec<(CueNumber, Cue, CueState)>,
    segments: Vec<SegmentState>,
    on_air: Vec<CueIx>,
    running: Option<SegmentState>,
}

impl Happened {
    fn of(state: &State) -> Happened {
        let show = state.show();
        let fired = show.cue_indices().filter(|&cue| state.cue(cue).firings > 0);
        let fired = fired.map(|cue| {
            // A backup that is none any more has lost its place.
            let mut told = state.cue(cue).clone();
            told.replaced_by = None;
            // It stands by itself where the edit takes out what it refers to; its segment may have
            // another place.
            let kept = Cue {
                trigger: Trigger::Go,
                backup_for: None,
                segment: SegmentIx::FIRST,
                ..show.cue(cue).clone()
            };
            (show.cue(cue).number.clone(), kept, told)
        });
        let segments = show.segment_indices().map(|segment| *state.segment(segment));
        Happened {
            fired: fired.collect(),
            segments: segments.filter(|segment| segment.started_ns.is_some()).collect(),
            on_air: state.on_air().to_vec(),
            running: state.current_segment().map(|segment| *state.segment(segment)),
        }
    }
}

/// The show's text while the run goes on, and the versions that the run was given.
pub(super) struct Versions {
    document: Document,
    first_text: String,
    /// The first one first.
    pub(super) shows: Vec<Arc<Show>>,
    /// The number of cues at the playhead that were removed and came back to it.
    pub(super) given_back: u32,
    /// The run as it stood at its last revision.
    before: Option<State>,
    /// `true` if the run has the document's show.
    is_taken: bool,
}

impl Versions {
    pub(super) fn new(text: String) -> Result<Versions, String> {
        let document = Document::new(text.clone(), "UTC").map_err(|why| format!("{why:?}"))?;
        let shows = vec![Arc::new(document.show().clone())];
        Ok(Versions {
            document,
            first_text: text,
            shows,
            given_back: 0,
            before: None,
            is_taken: true,
        })
    }

    /// The version of this number, from 1.
    pub(super) fn show(&self, number: u32) -> Result<&Arc<Show>, String> {
        let show = self.shows.get((number as usize).wrapping_sub(1));
        show.ok_or_else(|| format!("the journal has version {number}, which nobody has given"))
    }

    /// A journal that ends earlier has fewer versions; the show file keeps its text.
    pub(super) fn were_torn(&mut self, revision: u32) {
        self.is_taken &= self.shows.len() == revision as usize;
        self.shows.truncate(revision as usize);
    }
}

impl World {
    /// Edits the show's text, and takes that into the run.
    pub(super) fn edit(&mut self, revising: &Revising) -> Result<(), String> {
        let is_done = match revising {
            Revising::Undo => self.versions.document.undo(),
            Revising::Redo => self.versions.document.redo(),
            Revising::RemoveNextAndUndo => return self.remove_next_and_undo(),
            Revising::Key(..)
            | Revising::Segment(..)
            | Revising::AddCue(_)
            | Revising::AddSegment(..)
            | Revising::Duplicate(..)
            | Revising::Remove(..)
            | Revising::MoveUp(..)
            | Revising::MoveDown(..)
            | Revising::Whole(_) => {
                let document = &mut self.versions.document;
                let text = document.text().to_owned();
                let edit = edit_of(document.show(), revising);
                let is_done = edit.is_some_and(|edit| document.edit(&edit).is_ok());
                if !is_done && document.text() != text {
                    return Err("a refused edit has changed the text".to_owned());
                }
                is_done
            }
        };
        if is_done { self.revise().map(drop) } else { Ok(()) }
    }

    /// Undoes all edits, one after the other: the text is the first one then, byte for byte.
    pub(super) fn undo_all(&mut self) -> Result<(), String> {
        while self.versions.document.depth().0 > 0 {
            self.edit(&Revising::Undo)?;
        }
        match self.versions.document.text() == self.versions.first_text {
            true => Ok(()),
            false => Err(format!("all edits undone give\n{}", self.versions.document.text())),
        }
    }

    /// Removes the cue at the playhead and takes that back: the playhead is there again.
    fn remove_next_and_undo(&mut self) -> Result<(), String> {
        self.settle()?;
        let show = self.state().show();
        let Some(cue) = self.state().playhead().filter(|&cue| show.cue(cue).is_called()) else {
            return Ok(());
        };
        let place = place(self.versions.document.show(), &show.cue(cue).number);
        let was_taken = self.versions.is_taken;
        let Some(place) = place.filter(|_| was_taken) else { return Ok(()) };
        if self.versions.document.edit(&Edit::Remove(place)).is_err() {
            return Ok(());
        }
        let (life, stays) = (self.lives, self.state().is_settled(cue));
        let is_quiet = self.revise()?;
        if !stays && is_quiet && self.state().playhead() == Some(cue) {
            return Err(format!("{cue:?} is removed and at the playhead"));
        }
        if !self.versions.document.undo() {
            return Err("a removal cannot be undone".to_owned());
        }
        let is_quiet = self.revise()? && is_quiet && self.lives == life;
        if is_quiet && self.state().playhead() != Some(cue) {
            let playhead = self.state().playhead();
            return Err(format!("{cue:?} is there again, and the playhead is at {playhead:?}"));
        }
        self.versions.given_back += u32::from(is_quiet);
        Ok(())
    }

    /// Lets everything be done that is due, or would be journaled ahead of its instant.
    fn settle(&mut self) -> Result<(), String> {
        self.look()?;
        while self.is_ahead() {
            self.step(ConductorInput::Flush)?;
            self.look()?;
        }
        Ok(())
    }

    /// Takes the document's show into the run. Returns `true` if it was taken, and nothing but that
    /// has happened.
    fn revise(&mut self) -> Result<bool, String> {
        self.versions.is_taken = false;
        self.settle()?;
        let number = self.state().revision() + 1;
        let show = Arc::new(self.versions.document.show().clone());
        self.versions.shows.truncate(number as usize - 1);
        self.versions.shows.push(Arc::clone(&show));
        // Prepared or not, or for the run as it was: it comes to the same.
        let was = self.versions.before.replace(self.state().clone());
        let revised = match (number % 3, was) {
            (0, _) | (1, None) => Revised::new(show),
            (1, Some(was)) => Revised::prepared(show, &was),
            _ => Revised::prepared(show, self.state()),
        };
        let (before, told, left) =
            (Happened::of(self.state()), self.journal.len(), self.left_count());
        let life = self.lives;
        let revision = Revision {
            number,
            show_crc: "0".into(),
            sha256: "0".into(),
            changed: 1,
            added: 0,
            removed: 0,
            show: revised,
        };
        let Some(reply) = self.command(By::Caller, Command::Revise(Box::new(revision)))? else {
            return Ok(false);
        };
        if reply.is_err() {
            return match self.state().has_ended() {
                true => Ok(false),
                false => Err("the version is refused".to_owned()),
            };
        }
        self.versions.is_taken = true;
        if self.lives != life {
            return Ok(false);
        }
        for record in &self.journal[told..] {
            match record.event {
                Event::ShowRevised { .. }
                | Event::CueMissed { .. }
                | Event::PlayheadMoved { .. } => {}
                _ => return Err(format!("the edit brings {:?}", record.event)),
            }
        }
        if self.left_count() != left {
            return Err("the edit sends something".to_owned());
        }
        let after = Happened::of(self.state());
        if after != before {
            return Err(format!("what has happened was\n{before:#?}\nand is\n{after:#?}"));
        }
        let playhead = self.state().playhead();
        if playhead.is_some_and(|cue| !self.state().is_in_order(cue)) {
            return Err("the playhead is at a cue that is not in the order".to_owned());
        }
        Ok(self.journal.len() == told + 1)
    }
}
