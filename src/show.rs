//! The plan: what the show file says, read once and never changed while a run lasts.
//!
//! Owns the model (segments, cues, triggers, actions), the reading and checking of show files, and
//! the arithmetic of planned times. Must never know of a run: what has happened belongs to
//! [`crate::engine`]. Everything refers to everything else by index ([`CueIx`] and its kin),
//! because a checked show cannot change under those indices. Where another version takes its place
//! in a run, each keeps its index (`engine::merge`).

pub mod action;
pub mod acts;
pub mod builtin;
mod check;
mod clip;
pub mod colour;
pub mod cue;
pub mod demonstration;
mod draft;
pub mod duration;
mod faults;
pub mod file;
mod index;
mod layer;
pub mod listen;
mod lookup;
pub mod number;
mod people;
pub mod plan;
pub mod problem;
pub mod protocol;
mod rundown;
mod station;
mod suggest;
pub mod written;

use std::ops::Deref;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use action::{Action, Body, FrameRate, OutputKind};
pub(crate) use check::CUES_MAX;
#[cfg(test)]
pub(crate) use check::REMOTE_WORDS;
pub use clip::ClipKind;
pub use colour::Colour;
pub use cue::{
    CountDirection, Cue, Extra, Look, NO_TITLE, RoutePoint, Source, Step, StopCue, Thresholds,
    Trigger,
};
use index::IndexLists;
pub use index::{CueIx, DepartmentIx, IndexVec, Ix, OutputIx, PersonIx, SegmentIx};
pub use layer::{ClipJoin, LAYERS_MAX, Layer, OutputLayer};
use lookup::{Index, OUT};
pub use number::CueNumber;
pub use rundown::{
    Clock, Department, Keepalive, ListenAt, MIRRORS_MAX, NamedPlace, Output, Person, Rundown,
    Segment,
};
pub use station::{NoStationName, StationName};

/// A show that has passed every check, and what is looked up in it: all references resolve, all
/// numbers are unique, no trigger is in a circle.
///
/// What the file says is a [`Rundown`], which a show can be used as.
#[derive(Clone, Debug, PartialEq)]
pub struct Show {
    rundown: Rundown,
    index: Index,
}

/// So far away, a time of day of another day is one of the same night, where the show has no days: a
/// show past midnight.
const SAME_NIGHT: SignedDuration = SignedDuration::from_hours(12);

/// The time of day of an instant, seen at another one: `22:58:07`. That of another day has the day:
/// `Wed 09:00`, or is only that where it is a week away: `12 Dec`. In a show that does not `lasts_days`
/// it has none where it is of the same night.
pub fn time_words((at, now): (Timestamp, Timestamp), zone: &TimeZone, lasts_days: bool) -> String {
    let is_near = !lasts_days && at.duration_since(now).abs() < SAME_NIGHT;
    let at = at.to_zoned_datetime(zone.clone());
    let today = now.to_zoned_datetime(zone.clone()).date();
    match at.date().duration_since(today).as_hours().unsigned_abs() / 24 {
        0 => {}
        _ if is_near => {}
        1..7 => return at.strftime("%a %H:%M").to_string(),
        _ => return at.strftime("%-d %b").to_string(),
    }
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

impl Deref for Show {
    type Target = Rundown;

    fn deref(&self) -> &Rundown {
        &self.rundown
    }
}

impl Show {
    /// The show of a checked rundown.
    ///
    /// The caller has made sure that every index is in range and every number unique
    /// ([`file::parse`] does).
    pub(crate) fn new(rundown: Rundown) -> Self {
        let index = Index::of(&rundown);
        Show { rundown, index }
    }

    /// A show of one segment, without a file, for tests of what only needs outputs and cues.
    #[cfg(test)]
    pub(crate) fn for_tests(outputs: Vec<Output>, cues: Vec<Cue>) -> Self {
        let title = "A small show".to_owned();
        let all = 0..cues.len() as u32;
        let segment = Segment {
            end: None,
            title: title.clone(),
            date: None,
            start: None,
            duration: std::time::Duration::from_secs(60),
            thresholds: Thresholds::default(),
            count: CountDirection::default(),
            act: None,
            notes: None,
            cues: all,
        };
        Show::new(Rundown {
            title,
            date: None,
            zone: jiff::tz::TimeZone::UTC,
            zone_name: "UTC".into(),
            clocks: vec![],
            departments: IndexVec::default(),
            outputs: outputs.into(),
            remote: None,
            web: None,
            places: vec![],
            people: IndexVec::default(),
            segments: vec![segment].into(),
            order: (0..cues.len() as u32).map(CueIx).collect(),
            cues: cues.into(),
        })
    }

    /// The same show with another title, for tests of what cannot hold each of them.
    #[cfg(test)]
    pub(crate) fn with_title(self, title: &str) -> Self {
        Show::new(Rundown { title: title.into(), ..self.rundown })
    }

    /// The cue with this number.
    pub fn find(&self, number: &CueNumber) -> Option<CueIx> {
        self.index.numbers.get(number).copied()
    }

    /// The place of `cue` in the running order, from 0; one that a revision took out of the show
    /// has none, and comes after all others.
    pub fn place(&self, cue: CueIx) -> u32 {
        self.index.places[cue]
    }

    /// Returns `true` if `cue` is in the show, and was not taken out by a revision.
    pub fn has(&self, cue: CueIx) -> bool {
        self.index.places.get(cue).is_some_and(|&place| place != OUT)
    }

    /// The cues that auto-continue with `cue`.
    pub fn with(&self, cue: CueIx) -> &[CueIx] {
        self.index.with.get(cue)
    }

    /// The cues that follow `cue`.
    pub fn after(&self, cue: CueIx) -> &[CueIx] {
        self.index.after.get(cue)
    }

    /// The cues that play a clip, in running order.
    pub fn clips(&self) -> &[CueIx] {
        &self.index.clips
    }

    /// Returns `true` if `cue` is one of [`Self::clips`].
    pub fn plays_clip(&self, cue: CueIx) -> bool {
        let place = self.place(cue);
        self.clips().binary_search_by_key(&place, |&clip| self.place(clip)).is_ok()
    }

    /// Returns `true` if any cue has more to draw than words.
    pub fn is_pictured(&self) -> bool {
        self.index.is_pictured
    }

    /// Returns `true` if a segment says on which day it is: the show lasts several.
    pub fn lasts_days(&self) -> bool {
        self.index.lasts_days
    }

    /// The time of day of `at`, seen at `now`.
    pub fn time_words(&self, at: Timestamp, now: Timestamp) -> String {
        time_words((at, now), &self.zone, self.lasts_days())
    }

    /// The cues at which the flag is to be passed, in running order.
    pub fn passes(&self) -> &[CueIx] {
        &self.index.passes
    }

    /// The backups of `cue`.
    pub fn backups(&self, cue: CueIx) -> &[CueIx] {
        self.index.backups.get(cue)
    }

    /// First cue of the chain of `with` and `after` that ends in `cue`: `cue` itself if nothing
    /// causes it.
    pub fn root(&self, cue: CueIx) -> CueIx {
        self.index.roots[cue]
    }

    /// Returns `true` if a cue is a backup, or would follow one.
    pub fn is_plan_b(&self, cue: CueIx) -> bool {
        [cue, self.root(cue)].iter().any(|&cue| self.cue(cue).backup_for.is_some())
    }
}
