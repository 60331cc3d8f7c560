//! Effects: what a fact causes outside. Derived from an event, carried out once, never replayed.

use super::{Event, State};
use crate::show::CueIx;

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
    Stop(CueIx),
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
                let actions = 0..self.show().cue(cue).actions.len() as u32;
                actions.map(|action| Effect::Send { cue, firing: *firing, action }).collect()
            }
            Event::CueStopped { cue, by_player: false } => {
                self.show().find(cue).map(Effect::Stop).into_iter().collect()
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
