//! Reports on outputs that travel to the station that has the flag, which journals them.

use std::sync::Arc;

use super::{By, Conductor, ConductorInput, ConductorOutput, FlagPart};
use crate::engine::{
    ClipFact, Command, Event, Record, SendState, StationReport, Stop, ToldOutcome,
};
use crate::output::{Job, Outcome, Report};
use crate::show::{CueIx, OutputIx, OutputLayer, StationName};

impl Conductor {
    /// Tells the holder, or keeps it until it is known who that is.
    pub(super) fn tell(&mut self, told: StationReport) {
        match self.role() {
            Some(FlagPart::Follows) | None => {
                if let Some(shared) = &mut self.shared {
                    shared.told.push(told.clone());
                }
                self.does(ConductorOutput::Tell(told));
            }
            Some(FlagPart::Passing { .. } | FlagPart::Holds) => self.withhold(told),
        }
    }

    /// Forgets what this program has told of messages: another one of its name was to send them. Once
    /// this one is the station, it tells of all messages whose outcome nobody knows: what it told before
    /// reached nobody. It journals that itself where it has become the station because it was passed
    /// the flag.
    pub fn set_second(&mut self, is_second: bool) {
        if let Some(shared) = &mut self.shared {
            shared.told.clear();
        }
        if !is_second {
            self.tells_what_is_unknown();
            if self.holds() && !self.is_mute() {
                self.hands_in_withheld();
            }
        }
    }

    /// Forgets the reports that the run has.
    pub(super) fn forgets_what_is_recorded(&mut self) {
        let Some(shared) = &mut self.shared else { return };
        let mut told = std::mem::take(&mut shared.told);
        told.retain(|told| self.is_open(told));
        if let Some(shared) = &mut self.shared {
            shared.told = told;
        }
    }

    /// The holder that took the reports in may have lost them: the flag went to another station, or
    /// it was started again.
    pub(super) fn tells_again(&mut self) {
        let told = self.shared.as_mut().map(|shared| std::mem::take(&mut shared.told));
        for told in told.unwrap_or_default() {
            self.tell_if_open(told);
        }
    }

    /// Journals what was withheld while this station was mute, and then what nobody will tell.
    pub(super) fn hands_in_withheld(&mut self) {
        let withheld = self.shared.as_mut().map(|shared| std::mem::take(&mut shared.withheld));
        let told = |(from, told)| ConductorInput::Told { from, told };
        let told = withheld.unwrap_or_default().into_iter().map(told);
        self.inputs.extend(told.chain([ConductorInput::Mute(false)]));
    }

    pub(super) fn withhold(&mut self, told: StationReport) {
        if let Some(shared) = &mut self.shared {
            shared.withheld.push((shared.me.clone(), told));
        }
    }

    pub(super) fn tell_of_clip(
        &mut self,
        cue: CueIx,
        firing: u32,
        player: OutputLayer,
        fact: ClipFact,
    ) {
        let show = self.state.show();
        let OutputLayer { output, layer } = player;
        let (cue, output) = (show.cue(cue).number.clone(), show.output(output).id.clone());
        self.tell(StationReport::Clip { cue, firing, output, layer, fact });
    }

    /// Outcome of a message, for the holder; without a job, of one of a panic to `output`.
    pub(super) fn told_of(
        &self,
        job: Option<Job>,
        output: Option<OutputIx>,
        outcome: Outcome,
    ) -> StationReport {
        let outcome = match outcome {
            Outcome::Sent => ToldOutcome::Sent,
            Outcome::Rehearsed(words) => ToldOutcome::Rehearsed(words),
            Outcome::Failed(words) => ToldOutcome::Failed(words),
            Outcome::SideFailed { side, why } => ToldOutcome::SideFailed { side, why },
        };
        let show = self.state.show();
        match job {
            Some(Job { cue, firing, action }) => {
                let cue = show.cue(cue).number.clone();
                StationReport::Action { cue, firing, action: action + 1, outcome }
            }
            None => {
                let output = output.map(|output| show.output(output).id.clone());
                StationReport::Panic { output: output.unwrap_or_default(), outcome }
            }
        }
    }

    /// Journals what another station, or this one when it had no flag, says of its outputs. What
    /// the show does not have, and what is known already, changes nothing.
    pub(super) fn told(&mut self, from: &StationName, told: StationReport) {
        if !self.holds() || self.is_mute() {
            if let Some(shared) = &mut self.shared {
                shared.withheld.push((from.clone(), told));
            }
            return;
        }
        let show = Arc::clone(self.state.show());
        let find = |id: &str| show.find_output(id);
        match told {
            StationReport::Action { cue, firing, action, outcome } => {
                let found = show.find(&cue).zip(action.checked_sub(1));
                if let Some((cue, action)) = found
                    && self.is_news(cue, firing, action, &outcome)
                {
                    let event = match outcome_of(outcome) {
                        Some(outcome) => self.outcome(Job { cue, firing, action }, outcome),
                        None => self.unknown(cue, action),
                    };
                    self.commit(vec![event]);
                }
            }
            StationReport::Panic { output, outcome } => {
                let Some(output) = find(&output) else { return };
                // What was told before the station's program ended is known better.
                let unknown = || {
                    let why = format!("{from} was started again: nobody knows if it was sent");
                    self.is_stop_pending(output).then_some(Outcome::Failed(why))
                };
                if let Some(outcome) = outcome_of(outcome).or_else(unknown)
                    && self.is_news_of_panic(output, &outcome)
                {
                    let event = self.reported(Report { output, job: None, outcome });
                    self.commit(vec![event]);
                }
            }
            StationReport::Clip { cue, firing, output, layer, fact } => {
                if let Some((cue, output)) = show.find(&cue).zip(find(&output)) {
                    let player = OutputLayer { output, layer };
                    self.obey(By::Player, Command::Clip { cue, firing, player, fact });
                }
            }
        }
    }

    /// Tells the holder what an output has to say of what the run has, if that is not known to it.
    pub(super) fn tell_if_open(&mut self, told: StationReport) {
        if self.is_open(&told) {
            self.tell(told);
        }
    }

    /// Returns `true` if the run does not have what a report says.
    pub(super) fn is_open(&self, told: &StationReport) -> bool {
        let show = self.state.show();
        match told {
            StationReport::Action { cue, firing, action, outcome } => {
                let found = show.find(cue).zip(action.checked_sub(1));
                found.is_some_and(|(cue, action)| self.is_news(cue, *firing, action, outcome))
            }
            StationReport::Panic { output, .. } => {
                let is_it = |(at, stop): (OutputIx, Stop)| {
                    show.output(at).id == *output && matches!(stop, Stop::Pending | Stop::Unknown)
                };
                self.state.panic_stops().any(is_it)
            }
            StationReport::Clip { cue, firing, output, layer, fact } => {
                let found = show.find_output(output).zip(show.find(cue));
                let Some((output, cue)) = found else { return false };
                let player = OutputLayer { output, layer: layer.clone() };
                if !self.state.leads(cue, &player) {
                    return self.state.further_clip_lost(cue, *firing, &player, fact).is_some();
                }
                let state = self.state.cue(cue);
                let is_new = match fact {
                    ClipFact::Started(_) => state.clip_length.is_none(),
                    ClipFact::Lost(_) | ClipFact::BrokeOff(_) => !state.clip_lost,
                    ClipFact::Ended | ClipFact::Stopped => true,
                };
                is_new && state.firings == *firing && self.state.on_air().contains(&cue)
            }
        }
    }

    /// Returns `true` if nobody has said yet what became of the last panic at an output.
    pub(super) fn is_stop_pending(&self, output: OutputIx) -> bool {
        self.state.panic_stops().any(|(at, stop)| at == output && stop == Stop::Pending)
    }

    /// Returns `true` if the outcome of a message of a panic says otherwise than what is known of
    /// its output. A station tells again what it does not know to have come here.
    fn is_news_of_panic(&self, output: OutputIx, outcome: &Outcome) -> bool {
        let mut stops = self.state.panic_stops();
        let known = stops.find_map(|(at, stop)| (at == output).then_some(stop));
        known
            != Some(match outcome {
                Outcome::Sent => Stop::Sent,
                Outcome::Rehearsed(_) => Stop::Rehearsed,
                Outcome::Failed(why) | Outcome::SideFailed { why, .. } => Stop::Failed(why.clone()),
            })
    }

    /// Returns `true` if an outcome says something that is not known yet. That a message was sent
    /// is known better by the one who sent it than by the one who took it to be away.
    fn is_news(&self, cue: CueIx, firing: u32, action: u32, outcome: &ToldOutcome) -> bool {
        let state = self.state.cue(cue);
        if state.firings != firing {
            return false;
        }
        let is_beside = matches!(outcome, ToldOutcome::SideFailed { .. });
        match state.sends.get(action as usize) {
            Some(_) if is_beside => true,
            None | Some(SendState::Sent) => false,
            Some(SendState::Failed) => *outcome == ToldOutcome::Sent,
            Some(SendState::Unknown) => *outcome != ToldOutcome::Unknown,
            Some(SendState::Pending) => true,
        }
    }
}

/// The outcome of a message that a record has, for the holder.
pub(super) fn told_by(record: &Record) -> Option<StationReport> {
    let event = &record.event;
    let outcome = if let Event::ActionSent { .. } | Event::PanicSent { .. } = event {
        ToldOutcome::Sent
    } else if let Event::ActionRehearsed { message, .. } | Event::PanicRehearsed { message, .. } =
        event
    {
        ToldOutcome::Rehearsed(message.clone())
    } else if let Event::ActionFailed { error, .. } | Event::PanicFailed { error, .. } = event {
        ToldOutcome::Failed(error.clone())
    } else {
        ToldOutcome::Unknown
    };
    if let Event::ActionSent { cue, firing, action, .. }
    | Event::ActionRehearsed { cue, firing, action, .. }
    | Event::ActionFailed { cue, firing, action, .. }
    | Event::ActionUnknown { cue, firing, action, .. } = event
    {
        let (cue, firing, action) = (cue.clone(), *firing, *action);
        return Some(StationReport::Action { cue, firing, action, outcome });
    }
    let (Event::PanicSent { output }
    | Event::PanicRehearsed { output, .. }
    | Event::PanicFailed { output, .. }) = event
    else {
        return None;
    };
    Some(StationReport::Panic { output: output.clone(), outcome })
}

/// The outcome, if one is known.
fn outcome_of(outcome: ToldOutcome) -> Option<Outcome> {
    match outcome {
        ToldOutcome::Sent => Some(Outcome::Sent),
        ToldOutcome::Rehearsed(words) => Some(Outcome::Rehearsed(words)),
        ToldOutcome::Failed(words) => Some(Outcome::Failed(words)),
        ToldOutcome::SideFailed { side, why } => Some(Outcome::SideFailed { side, why }),
        ToldOutcome::Unknown => None,
    }
}
