//! The program in the caller's place: what `--auto` calls, and when.
//!
//! In a rehearsal it plays the departments and the step marking as well, so that a demonstration
//! shows everything; in a live run it gives only the caller's GOs, and waits like the caller for
//! departments that are not ready. A demonstration of a built-in show goes wrong on purpose:
//! [`crate::show::demonstration`] says where. A live run never has one.

use std::time::Duration;

use super::{Cause, Command, MissedWhy, Phase, RunNs, ShowNs, State, Upcoming};
use crate::show::demonstration::Demonstration;
use crate::show::{CueIx, CueNumber, OutputIx, SegmentIx};
use crate::time::unsigned;

/// Time from the standby of a cue to its call.
const STANDBY: Duration = Duration::from_secs(8);
/// Time that a department takes to answer after the one before it.
const ANSWER: Duration = Duration::from_secs(2);
/// Time that a step takes where the cue has no duration.
const STEP: Duration = Duration::from_secs(3);

/// Time until a missed cue is noticed, in a demonstration.
const NOTICED: Duration = Duration::from_secs(12);
/// Times around the call of a cue whose backup will be taken: from its standby to its call, and
/// from there to the backup.
const DOUBT: (Duration, Duration) = (Duration::from_secs(24), Duration::from_secs(10));
/// Time between the answer of the department that was waited for and a late call.
const LAST_ANSWER: Duration = Duration::from_secs(3);

impl State {
    /// The program gives the caller's GOs from here on, or does not.
    pub(super) fn set_auto(&mut self, auto: bool) {
        self.auto = auto;
        self.demonstration = self.demonstration.filter(|_| auto);
    }

    /// Returns the next command that the program gives in the caller's place, and its instant by
    /// the show's clock.
    pub(super) fn next_auto(&self) -> Option<(ShowNs, Command)> {
        if !self.calls_itself() {
            return None;
        }
        let step = self.next_step().filter(|_| self.rehearsal);
        [step, self.missed_call(), self.next_call(false)]
            .into_iter()
            .flatten()
            .min_by_key(|(due_ns, _)| *due_ns)
    }

    /// Returns `true` if the program gives the caller's GOs now: not after a panic, nor once the run
    /// has ended. In a hold it waits.
    pub fn calls_itself(&self) -> bool {
        self.auto && self.ended_ns.is_none() && !self.panicked
    }

    /// The cue that the program fires next in the caller's place, and when, if its departments are
    /// ready by then; `None` where the program calls nothing, or nobody knows when. As
    /// [`Self::next_by_itself`], it holds as long as nobody presses a key.
    pub fn next_auto_call(&self, now: RunNs) -> Option<Upcoming> {
        let (due_ns, command) = self.next_call(true).filter(|_| self.calls_itself())?;
        let cue = self.playhead.filter(|_| matches!(command, Command::Go { .. }))?;
        Some(Upcoming { cue, at_ns: self.run_ns(due_ns, now).max(now) })
    }

    fn next_step(&self) -> Option<(ShowNs, Command)> {
        let cue = self.step_cue()?;
        let (plan, state) = (self.show.cue(cue), self.cue(cue));
        let every = plan.duration.map_or(STEP, |whole| whole / plan.steps.len() as u32);
        Some((state.fired_show_ns? + every * (state.steps_done + 1), Command::Step))
    }

    /// The next step towards the call of the cue at the playhead; with `is_ready` the call itself,
    /// as if it were stood by and its departments had answered. Some calls are left
    /// to the caller ([`Self::is_left_to_caller`]).
    fn next_call(&self, is_ready: bool) -> Option<(ShowNs, Command)> {
        let go = Command::Go { cause: Cause::Auto };
        let Some(cue) = self.playhead else {
            let begins = !self.has_begun()
                && !self.show.cues_of(SegmentIx(0)).any(|c| self.show.cue(c).is_called());
            let starts = self.plan.segment_start_ns[SegmentIx::FIRST].from_origin();
            let starts_ns = (ShowNs::default() + unsigned(starts)).max(self.touched_ns);
            return begins.then_some((starts_ns, go));
        };
        if let Some(missed_ns) = self.demonstrated_miss_ns(cue) {
            let noticed_ns = missed_ns + NOTICED;
            return Some(self.rehearsed_call(
                cue,
                noticed_ns + Duration::from_secs(1),
                None,
                noticed_ns + STANDBY,
                is_ready,
            ));
        }
        if self.is_left_to_caller(cue) {
            return None;
        }
        // Nothing is called at an instant before the playhead came to it: the journal tells things
        // in their order.
        let call_ns = self.call_due_ns(cue)?.max(self.touched_ns);
        if !self.rehearsal {
            return (is_ready || self.is_clear(cue)).then_some((call_ns, go));
        }
        let needs = self.show.cue(cue).needs.len() as u32;
        let lead = STANDBY.max(ANSWER * (needs + 1));
        let main = self.show.main_of(cue);
        if self.is_demonstrated(main, |demonstration| demonstration.backups) {
            if main != cue {
                let call_ns = call_ns.max(self.touched_ns + lead);
                return Some(self.rehearsed_call(
                    cue,
                    call_ns.saturating_sub(lead),
                    None,
                    call_ns,
                    is_ready,
                ));
            }
            let standby_ns = call_ns.saturating_sub(DOUBT.0).max(self.touched_ns);
            let is_warned = self.cue(cue).stood_by;
            return Some(match is_warned {
                false => (standby_ns, Command::Standby),
                true => (standby_ns + DOUBT.1, Command::SwapBackup),
            });
        }
        let standby_ns = call_ns.saturating_sub(lead);
        Some(match self.demonstrated_delay(cue) {
            None => self.rehearsed_call(cue, standby_ns, None, call_ns, is_ready),
            Some(late) => {
                let call_ns = call_ns + late;
                self.rehearsed_call(
                    cue,
                    standby_ns,
                    Some(call_ns.saturating_sub(LAST_ANSWER)),
                    call_ns,
                    is_ready,
                )
            }
        })
    }

    /// Returns `true` if the program leaves the call of `cue` to a caller: it was missed, or may have
    /// been sent already in a live run. A rehearsal by the program comes to its end, and calls what its
    /// departments or the end of a segment kept back; and a demonstration shows what a caller does.
    pub fn is_left_to_caller(&self, cue: CueIx) -> bool {
        let missed = self.missed.get(&self.turn(cue));
        let by_show = matches!(missed, Some(MissedWhy::Interlock | MissedWhy::SegmentEnded));
        let is_played = self.is_demonstration() || (self.rehearsal && by_show);
        (missed.is_some() && !is_played) || (!self.rehearsal && self.may_have_been_sent(cue))
    }

    /// The standby of `cue`, its departments' answers, and its GO, each at its time. The last
    /// department answers at `last_ns`, where it is given. With `is_ready` only the GO.
    fn rehearsed_call(
        &self,
        cue: CueIx,
        standby_ns: ShowNs,
        last_ns: Option<ShowNs>,
        call_ns: ShowNs,
        is_ready: bool,
    ) -> (ShowNs, Command) {
        let state = self.cue(cue);
        let needs = self.show.cue(cue).needs.len();
        if !state.stood_by && !is_ready {
            return (standby_ns, Command::Standby);
        }
        let answer_ns = |at: usize| standby_ns + ANSWER * (at as u32 + 1);
        let waits = !state.overridden && !is_ready;
        match (0..needs).find(|at| state.ready & (1 << at) == 0 && waits) {
            Some(at) => {
                let last_ns = last_ns.filter(|_| at + 1 == needs).unwrap_or_default();
                (answer_ns(at).max(last_ns), Command::ToggleReady(at))
            }
            None => {
                let go = Command::Go { cause: Cause::Auto };
                (call_ns.max(standby_ns + ANSWER * needs as u32), go)
            }
        }
    }

    /// Brings the playhead to a cue that a demonstration has missed.
    fn missed_call(&self) -> Option<(ShowNs, Command)> {
        let (cue, missed_ns) =
            self.missed().find_map(|cue| Some((cue, self.demonstrated_miss_ns(cue)?)))?;
        (self.playhead != Some(cue)).then_some((missed_ns + NOTICED, Command::PlayheadTo(cue)))
    }

    /// Instant at which `cue` was missed, if the demonstration has it missed.
    fn demonstrated_miss_ns(&self, cue: CueIx) -> Option<ShowNs> {
        let is_meant = self.is_demonstrated(cue, |demonstration| demonstration.missed);
        let at_ns = self
            .plan
            .by_clock
            .iter()
            .find(|(by_clock, _)| *by_clock == cue)
            .map(|&(_, at_ns)| at_ns)?;
        let is_missed = self.cue(cue).phase == Phase::Missed && is_meant;
        is_missed.then(|| self.show_before_hold(at_ns))
    }

    fn demonstrated_delay(&self, cue: CueIx) -> Option<Duration> {
        let number = self.show.cue(cue).number.as_str();
        let late = self.demonstration?.late.iter().find(|(late, _)| *late == number);
        late.map(|(_, seconds)| Duration::from_secs(*seconds))
    }

    /// Returns `true` if the demonstration names `cue` in this list of its.
    fn is_demonstrated(
        &self,
        cue: CueIx,
        list: impl Fn(&Demonstration) -> &'static [&'static str],
    ) -> bool {
        let number = self.show.cue(cue).number.as_str();
        self.demonstration.is_some_and(|demonstration| list(demonstration).contains(&number))
    }

    /// Returns `true` if the program calls a built-in show and lets things go wrong on purpose.
    pub fn is_demonstration(&self) -> bool {
        self.demonstration.is_some()
    }

    /// Returns `true` if the run is kept, so that it can be reported and resumed: `handover demo`
    /// keeps none.
    pub fn is_kept(&self) -> bool {
        self.demonstration.is_none_or(|demonstration| demonstration.paces.is_empty())
    }

    /// Speed of the run's clock at an instant of the run, in multiples of the machine's clock.
    pub fn speed_at(&self, now: RunNs) -> u32 {
        let pace = self.demonstration.and_then(|demonstration| demonstration.pace_at(now));
        pace.map_or(self.speed, |(speed, _)| speed)
    }

    /// The outputs that pretend to be down now. A live run has none.
    pub fn outages(&self) -> impl Iterator<Item = OutputIx> {
        let outages = self.demonstration.map_or(&[][..], |demonstration| demonstration.outages);
        let cue = |number: &str| Some(self.cue(self.show.find(&CueNumber::new(number).ok()?)?));
        let has_fired = move |number: &str| cue(number).is_some_and(|cue| cue.firings > 0);
        let is_coming = move |number: &str| {
            cue(number).is_some_and(|cue| cue.firings > 0 || cue.stood_by || cue.due_ns.is_some())
        };
        let down =
            outages.iter().filter(move |outage| has_fired(outage.from) && !is_coming(outage.to));
        down.filter_map(|outage| self.show.find_output(outage.output))
    }

    /// Instant at which `cue`, at the playhead, is to be called; `None` while its segment has to
    /// wait for something else.
    fn call_due_ns(&self, cue: CueIx) -> Option<ShowNs> {
        let segment = self.show.segment_of(cue);
        let offset = self.plan.offset[self.show.main_of(cue)];
        let Some((running, started_ns)) = self.segment else {
            let starts_ns = self.plan.segment_start_ns[segment].in_run();
            return Some(self.show_ns(starts_ns) + offset);
        };
        if segment <= running {
            return Some(started_ns + offset);
        }
        let next = SegmentIx(running.0 + 1);
        if self.plan.opens_by_itself(&self.show, next) {
            return None;
        }
        if self.is_demonstrated(self.show.main_of(cue), |demonstration| demonstration.on_plan) {
            let planned_ns = self.show_before_hold(self.plan.segment_start_ns[segment].in_run());
            return Some(self.played_out_ns()?.max(planned_ns) + offset);
        }
        let over_ns = self.segment_over_ns()?;
        Some(over_ns.max(self.hard_start_ns(segment).unwrap_or_default()) + offset)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::Event;
    use crate::show::demonstration::DEMO_SOURCE;
    use crate::show::{builtin, file};

    /// The built-in show, called by the program from its start on.
    fn run(source: &str, rehearsal: bool) -> State {
        let show = file::parse(builtin::find(builtin::FIRST).unwrap().text, "UTC").unwrap();
        let mut state = State::new(Arc::new(show));
        state.apply(
            RunNs::ZERO,
            &Event::RunStarted {
                show: "night".into(),
                source: source.into(),
                rehearsal,
                speed: 1,
                auto: true,
                clock: "2024-08-11T20:49:56Z".parse().unwrap(),
                day: "2024-08-11".parse().unwrap(),
                version: "0".into(),
                shift_ns: None,
                show_crc: None,
                from_cue: None,
                listen: None,
                web: None,
            },
        );
        state
    }

    /// The times and events of a run to its end; departments of a live run are ready as soon as
    /// they are asked.
    fn lived(mut state: State) -> Vec<(RunNs, String)> {
        let mut all = vec![];
        while let Some(due_ns) = state.poll_timeout() {
            let events = state.handle_timeout(due_ns);
            if events.is_empty() {
                break;
            }
            for event in events {
                assert!(state.is_demonstration() || state.outages().next().is_none());
                state.apply(due_ns, &event);
                all.push((due_ns, format!("{event:?}")));
            }
        }
        all
    }

    #[test]
    fn a_live_run_has_no_demonstration_whatever_its_source_says() {
        for source in ["built-in:paris-2024", DEMO_SOURCE] {
            assert!(run(source, true).is_demonstration());
            let live = run(source, false);
            assert!(!live.is_demonstration() && live.speed_at(RunNs::MAX) == 1);
            assert_eq!(
                lived(live),
                lived(run("night.toml", false)),
                "it is called as any other show"
            );
        }
        assert!(
            !run("night.toml", true).is_demonstration(),
            "nor has a rehearsal of anybody's own show"
        );
    }

    #[test]
    fn a_demonstration_is_over_by_a_minute_and_makes_up_for_it() {
        let mut state = run("built-in:paris-2024", true);
        let (mut late_ns, mut down, mut missed, mut swapped) = (0, vec![], vec![], vec![]);
        while let Some(due_ns) = state.poll_timeout() {
            let events = state.handle_timeout(due_ns);
            assert!(!events.is_empty() || state.has_ended(), "it stands still at {due_ns}");
            for event in events {
                match &event {
                    Event::CueMissed { cue, .. } => missed.push(cue.to_string()),
                    Event::CueSwapped { by, .. } => swapped.push(by.to_string()),
                    Event::SegmentStarted { segment, due_ns, .. } => {
                        let planned_ns = state.plan.segment_start_ns[SegmentIx(*segment - 1)];
                        let is_hard = state.plan.hard_start_ns[SegmentIx(*segment - 1)].is_some();
                        let over_ns = due_ns.ns() - planned_ns.ns();
                        assert!(
                            !is_hard || over_ns == 0,
                            "segment {segment} misses its hard start by {over_ns} ns"
                        );
                        late_ns = late_ns.max(over_ns);
                    }
                    _ => {}
                }
                state.apply(due_ns, &event);
                let outages = state.outages().map(|output| state.show.output(output).id.clone());
                down.extend(outages.filter(|id| !down.contains(id)).collect::<Vec<_>>());
            }
        }
        assert!(
            state.has_ended() && state.outages().next().is_none(),
            "it ends, and every output is back"
        );
        assert!((50_000_000_000..70_000_000_000).contains(&late_ns), "over by {late_ns} ns");
        assert_eq!(
            (missed, swapped, down.len()),
            (vec!["29.5".to_owned()], vec!["7A".into(), "32A".into()], 2)
        );
        assert!(
            state.cue(state.show.find(&CueNumber::new("29.5").unwrap()).unwrap()).firings == 1,
            "and called"
        );
    }
}
