//! Outcomes of the stop that a panic sends to each output.
//!
//! A panic can only ask: an output may be down, or the show may have no stop message for it. Nobody
//! may say that everything stopped before it is known.

use super::{Event, Phase, RunNs, State};
use crate::show::{OutputIx, Show};

/// Outcome of the last panic's stop at one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The show has no stop message for it, so it was sent none.
    NoMessage,
    /// Its messages are on their way.
    Pending,
    /// All its messages have left.
    Sent,
    /// A rehearsal: they would have been sent.
    Rehearsed,
    /// It could not be told: why.
    Failed(String),
    /// The program went down before it was known.
    Unknown,
}

/// The stops of the last panic, in the order of the show's outputs; none before the first panic.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stops(Vec<OutputStop>);

#[derive(Clone, Debug, PartialEq)]
struct OutputStop {
    /// Number of messages that it is sent.
    messages: usize,
    /// Outcomes of the last messages. A message of the panic before may still be reported among
    /// them.
    results: Vec<Stop>,
    is_unknown: bool,
}

impl OutputStop {
    fn keep(&mut self, result: Stop) {
        if self.results.len() >= self.messages.max(1) {
            self.results.remove(0);
        }
        self.results.push(result);
        self.is_unknown = false;
    }

    fn stop(&self) -> Stop {
        if let Some(failed) = self.results.iter().find(|result| matches!(result, Stop::Failed(_))) {
            return failed.clone();
        }
        match self.results.last() {
            Some(last) if self.results.len() >= self.messages => last.clone(),
            _ if self.messages == 0 => Stop::NoMessage,
            _ if self.is_unknown => Stop::Unknown,
            _ => Stop::Pending,
        }
    }
}

impl Stops {
    /// A panic: each output is sent its messages.
    pub(super) fn begin(&mut self, show: &Show) {
        let stop = |messages| OutputStop { messages, results: vec![], is_unknown: false };
        self.0 = show.outputs.iter().map(|output| stop(output.stop_messages())).collect();
    }

    /// Takes in what became of one message.
    pub(super) fn settle(&mut self, show: &Show, event: &Event) {
        let (output, result) = match event {
            Event::PanicSent { output } => (output, Stop::Sent),
            Event::PanicRehearsed { output, .. } => (output, Stop::Rehearsed),
            Event::PanicFailed { output, error } => (output, Stop::Failed(error.clone())),
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
            | Event::CueFired { .. }
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
            | Event::Panicked { .. }
            | Event::NoteTaken { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
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
            | Event::Unknown(_) => return,
        };
        let at = show.find_output(output);
        if let Some(stop) = at.and_then(|at| self.0.get_mut(at.0 as usize)) {
            stop.keep(result);
        }
    }

    /// A program took the run up again: what was on its way is not known any more.
    pub(super) fn lose_track(&mut self) {
        self.0.iter_mut().for_each(|stop| stop.is_unknown = true);
    }
}

impl State {
    /// Everything that runs stops, and nothing more comes by itself; what comes by the clock will
    /// be missed.
    pub(super) fn stop_everything(&mut self, run_ns: RunNs) {
        self.stop_ongoing(run_ns);
        self.panicked = true;
        self.stops.begin(&self.show);
        self.timers.by_show.clear();
        self.cues.change_where(
            |state| state.due_ns.is_some() || state.complete_ns.is_some() || state.awaits_clip,
            |state| {
                (state.due_ns, state.complete_ns, state.awaits_clip) = (None, None, false);
            },
        );
        for cue in std::mem::take(&mut self.on_air) {
            self.cues[cue].phase = Phase::Stopped;
        }
    }

    /// Outcome of the last panic's stop at each output, in the order of the show; nothing before
    /// the first panic.
    pub fn panic_stops(&self) -> impl Iterator<Item = (OutputIx, Stop)> {
        (0..).map(OutputIx).zip(self.stops.0.iter().map(OutputStop::stop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(messages: usize, results: &[Stop]) -> OutputStop {
        let mut stop = OutputStop { messages, results: vec![], is_unknown: false };
        results.iter().for_each(|result| stop.keep(result.clone()));
        stop
    }

    #[test]
    fn an_output_is_told_when_all_its_messages_have_left() {
        let failed = || Stop::Failed("refused".into());
        assert_eq!(stop(0, &[]).stop(), Stop::NoMessage);
        assert_eq!(stop(2, &[]).stop(), Stop::Pending);
        assert_eq!(stop(2, &[Stop::Sent]).stop(), Stop::Pending);
        assert_eq!(stop(2, &[Stop::Sent, Stop::Sent]).stop(), Stop::Sent);
        assert_eq!(stop(2, &[failed()]).stop(), failed());
        assert_eq!(stop(2, &[failed(), Stop::Sent]).stop(), failed());
        // The message of an earlier panic fails first, and then those of this one leave.
        assert_eq!(stop(1, &[failed(), Stop::Sent]).stop(), Stop::Sent);
    }

    #[test]
    fn what_was_on_its_way_when_the_program_went_down_is_unknown() {
        let mut stops = Stops(vec![stop(1, &[]), stop(1, &[Stop::Sent]), stop(0, &[])]);
        stops.lose_track();
        let known: Vec<_> = stops.0.iter().map(OutputStop::stop).collect();
        assert_eq!(known, [Stop::Unknown, Stop::Sent, Stop::NoMessage]);
    }
}
