//! The crew's view: what one department may know of a run, on a board of its own or in a browser.
//!
//! Owns what a department sees: the public board, the cues that need it with the time until each,
//! and how it stands with the next one. The words of a cue are public or not by the same rule as on
//! a [`Board`]; a number is always there, because the department answers by it. Calls and notes are
//! the caller's: they must never be here.

use std::time::Duration;

use jiff::Timestamp;

use super::board::{Board, Stage};
use super::flag::department;
use crate::engine::{Command, Phase, RunNs, State, Timing};
use crate::show::{CueIx, CueNumber, DepartmentIx, Show};
use crate::time::unsigned;
use crate::web::CrewWish;

/// Maximum number of cues to come that are shown.
const COMING_MAX: usize = 40;
/// Time for which a cue that was fired is shown as fired, by the machine's clock.
const FIRED: Duration = Duration::from_secs(5);

/// Contents of a department's screen.
#[derive(Clone, Debug, PartialEq)]
pub struct CrewView {
    /// The department's name.
    pub department: String,
    /// Facts of the run that everybody may know.
    pub board: Board,
    /// The cue that needs the department and has just been fired.
    pub fired: Option<CrewCue>,
    /// The cues to come that need the department, the next one first.
    pub coming: Vec<CrewCue>,
}

/// A cue that needs the department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrewCue {
    /// Its number.
    pub number: String,
    /// Its title; `None` where that is not public.
    pub title: Option<String>,
    /// Instant at which it is projected to come, and at the earliest now; of one that has fired,
    /// that instant.
    pub at: Timestamp,
    /// Time until then, 0 from then on.
    pub left: Duration,
    /// Stage of its call.
    pub call: Call,
}

/// Stage of the call of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The playhead has not come to it.
    Later,
    /// The next GO fires it.
    Next,
    /// Standby was called for it.
    Standby {
        /// `true` if the department has answered that it is ready.
        is_ready: bool,
    },
}

/// The one thing that a department has to know now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment<'a> {
    /// It stands by, and has not answered.
    Standby(&'a CrewCue),
    /// It stands by, and has answered that it is ready.
    Ready(&'a CrewCue),
    /// Its cue has just been fired.
    Go(&'a CrewCue),
    /// The next GO is its cue's.
    NextCall(&'a CrewCue),
    /// Its next cue comes later.
    Coming(&'a CrewCue),
    /// No cue to come needs it.
    Nothing,
    /// The run is over.
    Ended,
}

impl CrewView {
    /// The one thing that the department has to know now.
    pub fn moment(&self) -> Moment<'_> {
        let Some(first) = self.coming.first() else {
            let ended = matches!(self.board.stage, Stage::Ended { .. });
            return match &self.fired {
                Some(fired) => Moment::Go(fired),
                None if ended => Moment::Ended,
                None => Moment::Nothing,
            };
        };
        match (first.call, &self.fired) {
            (Call::Standby { is_ready: true }, _) => Moment::Ready(first),
            (Call::Standby { is_ready: false }, _) => Moment::Standby(first),
            (Call::Next | Call::Later, Some(fired)) => Moment::Go(fired),
            (Call::Next, None) => Moment::NextCall(first),
            (Call::Later, None) => Moment::Coming(first),
        }
    }

    /// The cues that come after the one that [`Self::moment`] is about.
    pub fn later(&self) -> &[CrewCue] {
        let is_told = match self.moment() {
            Moment::Standby(_) | Moment::Ready(_) | Moment::NextCall(_) | Moment::Coming(_) => 1,
            Moment::Go(_) | Moment::Nothing | Moment::Ended => 0,
        };
        self.coming.get(is_told..).unwrap_or_default()
    }

    /// Takes from `state` what `department` may know of a run at `now` of its clock.
    pub fn of(state: &State, now: RunNs, department: DepartmentIx) -> CrewView {
        CrewView::beside(Board::of(state, now), state, &state.projection(now), now, department)
    }

    /// The same, where the board and the projection of that instant are known: a run has many
    /// departments.
    pub fn beside(
        board: Board,
        state: &State,
        timing: &Timing,
        now: RunNs,
        department: DepartmentIx,
    ) -> CrewView {
        let crew = Crew { state, show: state.show(), timing, now, department };
        CrewView {
            department: state.show().department(department).name.clone(),
            board,
            fired: crew.fired(),
            coming: crew.coming(),
        }
    }

    /// The department of `show` that `text` means: an id, or a name in any case.
    pub fn department(show: &Show, text: &str) -> Option<DepartmentIx> {
        show.find_department(text).or_else(|| {
            let mut departments = (0..).map(DepartmentIx).zip(&show.departments);
            departments.find(|(_, one)| one.is_called(text)).map(|(at, _)| at)
        })
    }
}

/// The command that a wish of a department is for.
///
/// # Errors
/// With what this show does not have, for that department.
pub fn command_of(wish: &CrewWish, show: &Show) -> Result<Command, String> {
    Ok(match wish {
        CrewWish::Ready { department: id, cue, is_ready } => {
            let number = CueNumber::new(cue).ok().and_then(|number| show.find(&number));
            let cue = number.ok_or_else(|| "there is no such cue in this show".to_owned())?;
            Command::ReadyFor {
                cue,
                department: department(id, show)?,
                is_ready: *is_ready,
                from_browser: true,
                called_ns: None,
            }
        }
        CrewWish::Warn { department: id } => {
            Command::WarnFrom { department: department(id, show)?, said_ns: None }
        }
    })
}

/// The run, for the questions of this file.
struct Crew<'a> {
    state: &'a State,
    show: &'a Show,
    timing: &'a Timing,
    now: RunNs,
    department: DepartmentIx,
}

impl Crew<'_> {
    /// The cues that need the department.
    fn cues(&self) -> impl Iterator<Item = CueIx> {
        let needs = |cue: &CueIx| self.show.cue(*cue).needs.contains(&self.department);
        self.show.cue_indices().filter(needs)
    }

    fn coming(&self) -> Vec<CrewCue> {
        if self.state.has_ended() {
            return vec![];
        }
        let cues = self.cues().filter_map(|cue| Some((self.left(cue)?, cue)));
        let mut cues: Vec<(Duration, CueIx)> = cues.collect();
        let is_later = |cue: CueIx| self.state.playhead() != Some(cue);
        // What the next GO fires comes before what the clock brings at the same moment.
        cues.sort_by_key(|&(left, cue)| (left, is_later(cue), self.show.place(cue)));
        cues.truncate(COMING_MAX);
        cues.into_iter().map(|(left, cue)| self.cue(cue, self.now + left, left)).collect()
    }

    /// Time until `cue` comes as things stand; `None` where it does not come. One that was missed
    /// comes as soon as the caller wants it.
    fn left(&self, cue: CueIx) -> Option<Duration> {
        let (state, is_next) = (self.state.cue(cue), self.state.playhead() == Some(cue));
        if is_next && (state.firings > 0 || state.phase != Phase::Waiting) {
            return Some(Duration::ZERO);
        }
        if state.firings > 0 {
            return None;
        }
        let at_ns = self.state.projected_cue_ns(cue, self.timing, self.now)?;
        if !is_next {
            return Some(at_ns.since(self.now));
        }
        // A caller who waits calls it at any moment: the projection moves on with the clock.
        let left = self.state.call_left(cue, self.timing, self.now);
        Some(left.map_or_else(|| at_ns.since(self.now), unsigned))
    }

    /// The last cue that was fired, for a moment: the department sees that this was its GO.
    fn fired(&self) -> Option<CrewCue> {
        let fired = |cue: CueIx| self.state.cue(cue).fired_ns.map(|fired_ns| (fired_ns, cue));
        let place = |cue: CueIx| self.show.place(cue);
        let (fired_ns, cue) =
            self.cues().filter_map(fired).max_by_key(|&(ns, cue)| (ns, place(cue)))?;
        let shown = FIRED * self.state.speed().max(1);
        let is_new = self.now.since(fired_ns) < shown && !self.state.has_ended();
        is_new.then(|| self.cue(cue, fired_ns, Duration::ZERO))
    }

    fn cue(&self, cue: CueIx, at: RunNs, left: Duration) -> CrewCue {
        let plan = self.show.cue(cue);
        CrewCue {
            number: plan.number.to_string(),
            title: self.state.is_public(cue).then(|| plan.title.clone()),
            at: self.state.wall(at),
            left,
            call: self.call(cue),
        }
    }

    fn call(&self, cue: CueIx) -> Call {
        if self.state.playhead() != Some(cue) {
            return Call::Later;
        }
        match self.state.cue(cue).stood_by {
            true => {
                let is_ready = !self.state.missing(cue).any(|missing| missing == self.department);
                Call::Standby { is_ready }
            }
            false => Call::Next,
        }
    }
}

#[cfg(test)]
mod tests;
