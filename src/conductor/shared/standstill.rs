//! A station that does not know the run any more: its machine stood still, or its flag says that
//! the log has to be read first. Nothing is sent until then.

use std::collections::VecDeque;

use super::STOOD_STILL;
use crate::conductor::due::STOPPED;
use crate::conductor::{Conductor, ConductorOutput, NextStep};
use crate::engine::{Effect, StationReport, ToldOutcome};
use crate::output::{Job, Outcome, Report};
use crate::show::OutputIx;
use crate::time::MachineNs;

impl Conductor {
    /// Goes on to the instant `now_ns`. In a shared run somebody may have taken the flag while the
    /// machine stood still, so nothing may be sent before the log was read. Returns `true` if it
    /// stood still.
    pub(in crate::conductor) fn comes_to(&mut self, now_ns: MachineNs) -> bool {
        let before_ns = self.now_ns;
        self.now_ns = before_ns.max(now_ns);
        let stood = now_ns.since(before_ns) > STOOD_STILL && before_ns != MachineNs::ZERO;
        let has_stood = stood && self.shared.is_some();
        if has_stood {
            self.keeps_back(before_ns);
            self.mute(true);
            self.does(ConductorOutput::StoodStill);
        }
        has_stood
    }

    /// Does not send now what was about to leave at `due_ns`. What lasts here ends all the same.
    fn keeps_back(&mut self, due_ns: MachineNs) {
        let (mut kept, mut effects) = (VecDeque::new(), vec![]);
        for step in std::mem::take(&mut self.steps) {
            match step {
                NextStep::Output(ConductorOutput::Send(Job { cue, firing, action })) => {
                    effects.push(Effect::Send { cue, firing, action });
                }
                NextStep::Output(ConductorOutput::StopAll(outputs)) => {
                    self.was_not_told(&outputs, "the machine stood still");
                    kept.push_back(NextStep::Output(ConductorOutput::StopAll(vec![])));
                }
                NextStep::Output(
                    ConductorOutput::Stop { .. }
                    | ConductorOutput::GiveWay { .. }
                    | ConductorOutput::EndRamps
                    | ConductorOutput::PauseClip(_)
                    | ConductorOutput::ResumeClip(_)
                    | ConductorOutput::Append(_)
                    | ConductorOutput::Reply { .. }
                    | ConductorOutput::ClipsLost(_)
                    | ConductorOutput::Arm(_)
                    | ConductorOutput::Join(_)
                    | ConductorOutput::ShowTime(_)
                    | ConductorOutput::Outages(_)
                    | ConductorOutput::Tell(_)
                    | ConductorOutput::Propose(_)
                    | ConductorOutput::Muted(_)
                    | ConductorOutput::Revised
                    | ConductorOutput::StoodStill,
                )
                | NextStep::Settle => kept.push_back(step),
            }
        }
        kept.append(&mut self.steps);
        self.steps = kept;
        if !effects.is_empty() {
            self.leaves_at(due_ns, effects);
        }
    }

    /// Says of `outputs` that they are not sent the messages of a panic, those that have any.
    pub(super) fn was_not_told(&mut self, outputs: &[OutputIx], why: &str) {
        for &output in outputs {
            if self.state.show().output(output).stop_messages() == 0 {
                continue;
            }
            let report = Report { output, job: None, outcome: Outcome::Failed(why.to_owned()) };
            if self.settling.is_some() {
                let event = self.reported(report);
                self.settling.get_or_insert_default().push(event);
            } else {
                let told = self.told_of(None, Some(output), report.outcome);
                self.tell_if_open(told);
            }
        }
    }

    pub(in crate::conductor) fn mute(&mut self, is_mute: bool) {
        let speaks_again = self.is_mute() && !is_mute;
        if let Some(shared) = &mut self.shared {
            shared.is_mute = is_mute;
            shared.expected = shared.expected.filter(|_| !is_mute);
            let is_back = !is_mute && std::mem::take(&mut shared.is_back);
            self.say_who_is_muted();
            if speaks_again {
                self.calls_off_what_was_due();
            }
            if is_back && !self.holds() {
                self.tells_what_is_unknown();
            }
            if !is_mute && self.holds() {
                self.hands_in_withheld();
            }
        }
    }

    /// Calls off what stands ready here and `effect` stops, which has come too late to wait for it.
    pub(super) fn stops_at_once(&mut self, effect: Effect) {
        let stopped = self.stops_what_stands_ready(&[effect]).into_iter();
        let ready = stopped.map(|Job { cue, firing, action }| Effect::Send { cue, firing, action });
        let ready = ready.collect();
        self.calls_off(ready, Some(STOPPED.to_owned()));
    }

    /// Calls off what fell due while this station was mute: the run has gone on meanwhile. The same cue
    /// may have been called again, or there was a panic.
    fn calls_off_what_was_due(&mut self) {
        let due = self.ahead.partition_point(|ahead| ahead.due_ns <= self.now_ns);
        let effects: Vec<_> = self.ahead.drain(..due).flat_map(|ahead| ahead.effects).collect();
        effects.into_iter().for_each(|effect| self.comes_late(effect, self.was_away()));
    }

    /// Tells the holder that nobody knows what became of what this station was to send before its
    /// program ended.
    pub(in crate::conductor) fn tells_what_is_unknown(&mut self) {
        let unresolved: Vec<_> = self.state.unresolved().collect();
        for (cue, action) in unresolved {
            if self.sender(cue, action) == self.shared.as_ref().map(|shared| &shared.me) {
                let firing = self.state.cue(cue).firings;
                let (cue, action) = (self.state.show().cue(cue).number.clone(), action + 1);
                self.tell(StationReport::Action {
                    cue,
                    firing,
                    action,
                    outcome: ToldOutcome::Unknown,
                });
            }
        }
        self.tells_of_unknown_panic();
    }

    /// Tells the holder the same of its outputs and the messages of a panic, but for a panic that
    /// came here only after the program had begun, which was told of then.
    fn tells_of_unknown_panic(&mut self) {
        let Some(shared) = &self.shared else { return };
        let show = self.state.show();
        let is_told = |id: &str| {
            shared
                .told
                .iter()
                .any(|told| matches!(told, StationReport::Panic { output, .. } if output == id))
        };
        let is_own = |at: &OutputIx| show.output(*at).station.is_some();
        let here = self.sent_from_here().into_iter().filter(is_own);
        let here = here.filter(|at| self.is_stop_pending(*at));
        let here = here.map(|at| show.output(at).id.clone()).filter(|id| !is_told(id));
        for output in here.collect::<Vec<_>>() {
            self.tell(StationReport::Panic { output, outcome: ToldOutcome::Unknown });
        }
    }
}
