//! Effects: what a fact causes outside. Derived from an event, carried out once, never replayed.

use std::time::Duration;

use super::{Event, State};
use crate::show::{CueIx, StopCue};

/// Something that has to leave the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send one action of a cue.
    Send {
        /// The cue that fired.
        cue: CueIx,
        /// Number of the firing, from 1.
        firing: u32,
        /// Index of the action in its cue, from 0.
        action: u32,
    },
    /// Stop what a cue has on air.
    Stop {
        /// The cue.
        cue: CueIx,
        /// The time that its clips take to fade out; zero: none.
        over: Duration,
    },
    /// Freeze the clip that a cue has on air.
    PauseClip(CueIx),
    /// Let it go on.
    ResumeClip(CueIx),
    /// Tell every output to stop.
    StopOutputs,
}

impl State {
    /// Returns the effects that `event` has outside, in order.
    pub fn effects(&self, event: &Event) -> Vec<Effect> {
        match event {
            Event::CueFired { cue, firing, .. } => {
                let Some(cue) = self.show().find(cue) else { return vec![] };
                let plan = self.show().cue(cue);
                let actions = 0..plan.actions.len() as u32;
                let sends = actions.map(|action| Effect::Send { cue, firing: *firing, action });
                // What is sent waits for nothing, and the stops are only of what others sent.
                let stop = |&StopCue { cue, over }: &StopCue| Effect::Stop { cue, over };
                sends.chain(plan.stops.iter().map(stop)).collect()
            }
            Event::CueStopped { cue, by_player: false } => {
                let at_once = |cue| Effect::Stop { cue, over: Duration::ZERO };
                self.show().find(cue).map(at_once).into_iter().collect()
            }
            Event::ClipPaused { cue } => {
                self.show().find(cue).map(Effect::PauseClip).into_iter().collect()
            }
            Event::ClipResumed { cue } => {
                self.show().find(cue).map(Effect::ResumeClip).into_iter().collect()
            }
            Event::Panicked {} => vec![Effect::StopOutputs],
            Event::RunStarted { .. }
            | Event::RunResumed { .. }
            | Event::RunLeft { .. }
            | Event::TerminalLost { .. }
            | Event::RunEnded { .. }
            | Event::SegmentStarted { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Retimed { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::InterlockOverridden { .. }
            | Event::CueCompleted { .. }
            | Event::CueStopped { .. }
            | Event::ClipStarted { .. }
            | Event::ClipLost { .. }
            | Event::CueMissed { .. }
            | Event::CueSkipped { .. }
            | Event::CueUnskipped { .. }
            | Event::CueSwapped { .. }
            | Event::StepDone { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::NoteTaken { .. }
            | Event::PersonSpotted { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::ActionSent { .. }
            | Event::ActionRehearsed { .. }
            | Event::ActionFailed { .. }
            | Event::ActionUnknown { .. }
            | Event::SideFailed { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::FlagPassed { .. }
            | Event::FlagTaken { .. }
            | Event::CueFiredAside { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => vec![],
        }
    }
}
