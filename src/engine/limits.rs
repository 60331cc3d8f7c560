//! Limits of a journal line: instants that overflow no sum of the fold, and texts that fit into a
//! line.

use std::time::Duration;

use super::{Event, RunNs};

/// The latest instant of a run's clock that is believed: some 146 years. A sum of three such
/// instants still fits.
pub const RUN_NS_MAX: RunNs = RunNs::new(i64::MAX / 2);

impl Event {
    /// The instants that the fold computes with; a length counts from the beginning of the run.
    pub fn instants(&self) -> impl Iterator<Item = RunNs> + use<> {
        let instant = match self {
            Event::SegmentStarted { due_ns, .. }
            | Event::SegmentEnded { due_ns, .. }
            | Event::CueFired { due_ns, .. }
            | Event::CueCompleted { due_ns, .. }
            | Event::CueMissed { due_ns, .. } => Some(*due_ns),
            Event::Retimed { due_ns, into_ns, .. } => {
                Some((*due_ns).max(RunNs::ZERO + Duration::from_nanos(*into_ns)))
            }
            Event::FlagPassed { from_ns, .. } => Some(*from_ns),
            Event::CueFiredAside { fired_ns, .. } => Some(*fired_ns),
            Event::ClipStarted { length_ns, .. } => {
                length_ns.map(|ns| RunNs::ZERO + Duration::from_nanos(ns))
            }
            Event::RunStarted { .. }
            | Event::RunResumed { .. }
            | Event::RunLeft { .. }
            | Event::TerminalLost {}
            | Event::RunEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::InterlockOverridden { .. }
            | Event::CueStopped { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
            | Event::ClipLost { .. }
            | Event::CueSkipped { .. }
            | Event::CueUnskipped { .. }
            | Event::CueSwapped { .. }
            | Event::StepDone { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held {}
            | Event::Resumed {}
            | Event::Panicked {}
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
            | Event::FlagTaken { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => None,
        };
        instant.into_iter()
    }

    /// Leaves out of every free text what is beyond `bytes_max`, and says so at its end. Ids and
    /// cue numbers stay whole: the fold needs them.
    pub fn shorten(&mut self, bytes_max: usize) {
        let texts: [Option<&mut String>; 2] = match self {
            Event::RunStarted { show, source, .. } => [Some(show), Some(source)],
            Event::PersonNoted { name, text, .. } => [Some(name), Some(text)],
            Event::PersonSpotted { name, .. } | Event::PersonUnspotted { name, .. } => {
                [Some(name), None]
            }
            Event::RunLeft { reason }
            | Event::InterlockOverridden { reason, .. }
            | Event::FlagTaken { reason, .. }
            | Event::FlagWithdrawn { why: reason } => [Some(reason), None],
            Event::SegmentStarted { title, .. } | Event::StepDone { title, .. } => {
                [Some(title), None]
            }
            Event::NoteTaken { text, .. } | Event::MessageShown { text } => [Some(text), None],
            Event::ActionRehearsed { message, .. } | Event::PanicRehearsed { message, .. } => {
                [Some(message), None]
            }
            Event::ClipLost { error, .. }
            | Event::ActionFailed { error, .. }
            | Event::SideFailed { error, .. }
            | Event::PanicFailed { error, .. } => [Some(error), None],
            Event::RunResumed { .. }
            | Event::TerminalLost {}
            | Event::RunEnded { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Retimed { .. }
            | Event::MessageCleared { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::CueFired { .. }
            | Event::CueCompleted { .. }
            | Event::CueStopped { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
            | Event::ClipStarted { .. }
            | Event::CueMissed { .. }
            | Event::CueSkipped { .. }
            | Event::CueUnskipped { .. }
            | Event::CueSwapped { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held {}
            | Event::Resumed {}
            | Event::Panicked {}
            | Event::PanicSent { .. }
            | Event::ActionSent { .. }
            | Event::ActionUnknown { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagPassed { .. }
            | Event::CueFiredAside { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => [None, None],
        };
        for text in texts.into_iter().flatten().filter(|text| text.len() > bytes_max) {
            let kept = text.floor_char_boundary(bytes_max);
            let left_out = text.len() - kept;
            text.truncate(kept);
            text.push_str(&format!("… ({left_out} bytes left out)"));
        }
    }
}
