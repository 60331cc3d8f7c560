//! From what the fold kept to the rows of the report: instants become wall times, and every
//! difference is taken here.
//!
//! Must never be asked while records are still to come, and must never show the words of a cue
//! under embargo that has not fired.

use std::time::Duration;

use jiff::{Timestamp, ZonedDateTime};

use super::fold::{FiredRow, Fold, Send};
use super::{
    AsRun, CueOutcome, CueRow, Downtime, EMBARGOED, FlagRow, HoldRow, LostSend, NoteRow, PanicRow,
    RampStop, SegmentRow, SightingRow, SpottedNote, SpottedRow, StoppedRamps,
};
use crate::engine::{FlagChange, Note, PersonState, Phase, RunNs, Sighting, Stop};
use crate::show::duration::{self, MILLISECOND_NS};
use crate::show::{CueIx, CueNumber, IndexVec, OutputIx, Person, SegmentIx};
use crate::time::milliseconds;

impl Fold {
    pub(super) fn finish(mut self, id: &str, recorded: Option<Timestamp>) -> AsRun {
        let holds_still = self.state.held_since().is_some();
        self.end_hold(self.now);
        let wall = |ns: RunNs| self.wall(ns);
        let finished = self.state.has_ended();
        let timing = self.state.projection(self.now);
        let end_ns = match self.ended_ns.filter(|_| finished) {
            Some(ended_ns) => ended_ns,
            None => timing.end_ns,
        };
        let planned_end = self.has_plan().then(|| wall(timing.planned_end_ns));
        let end = self.opened.then(|| wall(end_ns));
        let segments = self.segment_rows();
        let note = |note: &Note| NoteRow {
            at: wall(note.at_ns),
            cue: note.cue.map(|cue| self.show.cue(cue).number.to_string()),
            text: note.text.clone(),
            departments: self.departments(note),
        };
        let last = self.holds.len().saturating_sub(1);
        let hold = |(at, (from, until)): (usize, &(RunNs, RunNs))| {
            let meanwhile = |note: &&Note| note.at_ns >= *from && note.at_ns <= *until;
            let notes = self.state.notes().iter().filter(meanwhile);
            HoldRow {
                at: wall(*from),
                held_ms: milliseconds(until.since(*from)),
                is_over: !(holds_still && at == last),
                notes: notes.map(|note| note.text.clone()).collect(),
            }
        };
        let changes = self.state.flag().map_or(&[][..], |flag| &flag.changes);
        let change = |change: &FlagChange| FlagRow {
            at: wall(change.at_ns),
            holder: change.holder.clone(),
            term: change.term,
            how: change.how.clone(),
        };
        let warnings = self.state.flag().map_or(&[][..], |flag| &flag.warnings);
        let down = |&(until_ns, down): &(RunNs, Duration)| {
            let (from, until) = (wall(until_ns - down), wall(until_ns));
            Downtime { down_ms: ms_between(&from, &until).max(0) as u64, from, until }
        };
        let stopped = |(at_ns, by, words): &(RunNs, RampStop, String)| StoppedRamps {
            at: wall(*at_ns),
            by: *by,
            words: words.clone(),
        };
        AsRun {
            show: self.show.title.clone(),
            run: id.to_owned(),
            zone_name: self.show.zone_name.clone(),
            rehearsal: self.state.is_rehearsal(),
            speed: self.state.speed(),
            auto: self.auto,
            shift_ms: self.state.shift_ns().map(|ns| ns / MILLISECOND_NS as i64),
            recorded: recorded.map(|at| at.to_zoned_datetime(self.show.zone.clone())),
            opened: self.opened.then(|| wall(RunNs::ZERO)),
            planned_start: segments.first().and_then(|segment| segment.planned_start.clone()),
            started: self.started_ns.map(wall),
            last: self.opened.then(|| wall(self.now)),
            finished,
            over_ms: planned_end
                .as_ref()
                .zip(end.as_ref())
                .map(|(planned, end)| ms_between(planned, end)),
            planned_end,
            end,
            held_ms: milliseconds(self.held),
            hold_rows: self.holds.iter().enumerate().map(hold).collect(),
            show_changed: false,
            flag: changes.iter().map(change).collect(),
            warnings: warnings.iter().map(|(at_ns, by)| (wall(*at_ns), by.clone())).collect(),
            terminal_lost: self.terminal_lost.iter().map(|&ns| wall(ns)).collect(),
            panics: self.panics.iter().map(|(ns, stops)| self.panic_row(*ns, stops)).collect(),
            stopped_ramps: self.stopped_ramps.iter().map(stopped).collect(),
            downtimes: self.downs.iter().map(down).collect(),
            unknown: self.unknown.clone(),
            notes: self.state.notes().iter().map(note).collect(),
            spotted: self.spotted_rows(),
            segments,
        }
    }

    fn departments(&self, note: &Note) -> Vec<String> {
        let is_named = |name: &str| {
            let rest = note.text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name));
            rest.is_some() && note.text[name.len()..].starts_with(':')
        };
        let known = self.show.departments.iter();
        let named: Vec<String> = known
            .filter(|department| is_named(&department.name) || is_named(&department.id))
            .map(|department| department.name.clone())
            .collect();
        match note.cue {
            Some(cue) if named.is_empty() => {
                let needs = self.show.cue(cue).needs.iter();
                needs.map(|needed| self.show.department(*needed).name.clone()).collect()
            }
            Some(_) | None => named,
        }
    }

    fn panic_row(&self, at_ns: RunNs, stops: &[(OutputIx, Stop)]) -> PanicRow {
        let stops =
            stops.iter().map(|(output, stop)| (self.show.output(*output).id.clone(), stop.clone()));
        PanicRow { at: self.wall(at_ns), stops: stops.collect() }
    }

    /// Returns `true` if the planned times mean anything: a show without a hard start has none
    /// until it has begun.
    fn has_plan(&self) -> bool {
        self.opened && (self.state.plan().anchored || self.state.has_begun())
    }

    fn wall(&self, run_ns: RunNs) -> ZonedDateTime {
        let exact = self.state.wall(run_ns);
        let ms = exact.as_nanosecond().div_euclid(i128::from(MILLISECOND_NS));
        let cut = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        cut.unwrap_or(exact).to_zoned_datetime(self.show.zone.clone())
    }

    fn spotted_rows(&self) -> Vec<SpottedRow> {
        let known = self.state.people().iter().zip(&self.show.people);
        let has_row = known.filter(|(state, _)| state.is_spotted() || !state.notes.is_empty());
        let row = |(state, person): (&PersonState, &Person)| SpottedRow {
            person: person.id.clone(),
            name: person.name.clone(),
            role: person.role.clone(),
            at: state.sightings.iter().map(|sighting| self.sighting(person, sighting)).collect(),
            notes: state
                .notes
                .iter()
                .map(|note| SpottedNote { at: self.wall(note.at_ns), text: note.text.clone() })
                .collect(),
        };
        has_row.map(row).collect()
    }

    fn sighting(&self, person: &Person, sighting: &Sighting) -> SightingRow {
        let wished = |(id, at_ns, _): &&(String, RunNs, String)| {
            *id == person.id && *at_ns == sighting.at_ns
        };
        let station = self.wished.iter().find(wished).map(|(_, _, station)| station.clone());
        SightingRow { at: self.wall(sighting.at_ns), station }
    }

    fn segment_rows(&self) -> Vec<SegmentRow> {
        let mut rows: IndexVec<SegmentIx, SegmentRow> =
            self.show.segment_indices().map(|ix| self.segment_row(ix)).collect();
        // A backup stands with the cue whose place it has, wherever the file keeps it.
        for cue in self.show.cue_indices() {
            if let Some(row) = rows.get_mut(self.show.segment_of(cue)) {
                row.cues.extend(self.cue_rows(cue));
            }
        }
        rows.into_vec()
    }

    fn segment_row(&self, ix: SegmentIx) -> SegmentRow {
        let (segment, log, state) =
            (self.show.segment(ix), &self.segments[ix], self.state.segment(ix));
        let actual_start = state.started_ns.map(|ns| self.wall(ns));
        let actual_end = state.ended_ns.map(|ns| self.wall(ns));
        let actual_ms =
            actual_start.as_ref().zip(actual_end.as_ref()).map(|(from, to)| ms_between(from, to));
        let planned_ms = milliseconds(self.state.plan().length[ix]);
        let mut remarks = vec![];
        match (&actual_start, log.first_start_ns.filter(|_| log.starts > 1)) {
            (None, _) => remarks.push("not started".to_owned()),
            (Some(_), Some(first_ns)) => {
                let first = self.wall(first_ns);
                remarks.push(format!(
                    "started {} times, first at {}",
                    log.starts,
                    first.strftime("%H:%M:%S")
                ));
            }
            (Some(_), None) => {}
        }
        if actual_start.is_some() && actual_end.is_none() {
            remarks.push(CueOutcome::Running.words().to_owned());
        }
        if log.held >= Duration::from_millis(1) {
            remarks.push(format!("held {}", duration::length(log.held)));
        }
        remarks.extend(
            log.changes.iter().map(|(at_ns, what)| {
                format!("{what} at {}", self.wall(*at_ns).strftime("%H:%M:%S"))
            }),
        );
        remarks.extend(log.messages.iter().map(|(from_ns, text, until_ns)| {
            let clock = |ns| self.wall(ns).strftime("%H:%M:%S").to_string();
            let until = until_ns.map_or(String::new(), |ns| format!(" to {}", clock(ns)));
            format!("message “{}” {}{until}", text, clock(*from_ns))
        }));
        remarks.extend(log.notes.iter().cloned());
        SegmentRow {
            title: segment.title.clone(),
            act: segment.act.clone(),
            planned_start: self
                .has_plan()
                .then(|| self.wall(self.state.planned_start_ns(ix, self.now))),
            hard_start: segment.start.is_some(),
            planned_ms,
            actual_start,
            actual_ms: actual_ms.map(|ms| ms.max(0) as u64),
            difference_ms: actual_ms.map(|actual_ms| actual_ms - planned_ms as i64),
            remarks,
            cues: vec![],
        }
    }

    fn cue_rows(&self, ix: CueIx) -> Vec<CueRow> {
        let (cue, log) = (self.show.cue(ix), &self.cues[ix]);
        let outcome = self.outcome_unfired(ix);
        let planned_ns = self
            .state
            .plan_origin_ns(self.now)
            .shifted(self.state.plan().cue_start_ns[ix].from_origin());
        let is_spare = cue.backup_for.is_some() && log.firings.is_empty();
        let hidden = self.state.is_embargoed(ix);
        let blank = CueRow {
            number: cue.number.to_string(),
            title: if hidden { EMBARGOED.to_owned() } else { cue.title.clone() },
            outcome,
            firing: None,
            planned_start: (self.has_plan() && !is_spare).then(|| self.wall(planned_ns)),
            planned_ms: cue.duration.map(milliseconds),
            actual_start: None,
            actual_ms: None,
            difference_ms: None,
            cause: None,
            by_panic: false,
            remarks: vec![],
            lost: vec![],
        };
        if log.firings.is_empty() {
            return vec![CueRow { remarks: self.remarks_unfired(ix, outcome), ..blank }];
        }
        let mut rows: Vec<CueRow> =
            log.firings.iter().map(|firing| self.fired_row(ix, firing, &blank)).collect();
        // What came after the last firing led to no other: it is said where the cue was last heard
        // of.
        if let Some(last) = rows.last_mut() {
            last.remarks.extend(log.ahead.iter().cloned());
        }
        rows
    }

    fn fired_row(&self, ix: CueIx, firing: &FiredRow, blank: &CueRow) -> CueRow {
        let cue = self.show.cue(ix);
        let actual_start = self.wall(firing.fired_ns);
        let outcome = match (firing.over_ns, firing.stopped) {
            (_, true) => CueOutcome::Stopped,
            (Some(_), false) => CueOutcome::Complete,
            (None, false) => CueOutcome::Running,
        };
        let mut remarks = firing.remarks.clone();
        if !cue.steps.is_empty() {
            remarks.push(format!("{} of {} steps", firing.steps_done, cue.steps.len()));
        }
        if outcome == CueOutcome::Running {
            remarks.push(CueOutcome::Running.words().to_owned());
        }
        let over = firing.over_ns.map(|ns| self.wall(ns));
        CueRow {
            outcome,
            firing: Some(firing.number),
            actual_ms: over.map(|over| ms_between(&actual_start, &over).max(0) as u64),
            difference_ms: blank
                .planned_start
                .as_ref()
                .map(|planned| ms_between(planned, &actual_start)),
            actual_start: Some(actual_start),
            cause: Some(firing.cause),
            by_panic: firing.by_panic,
            remarks,
            lost: self.lost(ix, firing),
            ..blank.clone()
        }
    }

    fn lost(&self, ix: CueIx, firing: &FiredRow) -> Vec<LostSend> {
        let mut lost: Vec<LostSend> = vec![];
        for (action, send) in self.show.cue(ix).actions.iter().zip(&firing.sends) {
            let error = match send {
                Send::Sent => continue,
                Send::Failed(error) => Some(error.clone()),
                Send::Unknown => None,
            };
            let output = self.show.output(action.output).id.clone();
            match lost.iter_mut().find(|one| one.output == output && one.error == error) {
                Some(same) => same.count += 1,
                None => lost.push(LostSend { output, error, count: 1 }),
            }
        }
        lost
    }

    fn outcome_unfired(&self, ix: CueIx) -> CueOutcome {
        let state = self.state.cue(ix);
        if state.skipped {
            CueOutcome::Skipped
        } else if state.phase == Phase::Missed {
            CueOutcome::Missed
        } else if self.stand_in(ix).is_some() {
            CueOutcome::Replaced
        } else if self.show.cue(ix).backup_for.is_some() {
            CueOutcome::Spare
        } else {
            CueOutcome::NotCalled
        }
    }

    /// The backup that has the place of `ix` and has fired there.
    fn stand_in(&self, ix: CueIx) -> Option<&CueNumber> {
        let by = self.state.cue(ix).replaced_by.filter(|by| !self.cues[*by].firings.is_empty())?;
        Some(&self.show.cue(by).number)
    }

    fn remarks_unfired(&self, ix: CueIx, outcome: CueOutcome) -> Vec<String> {
        let root = self.show.root(ix);
        let own = match (outcome, self.stand_in(ix)) {
            (CueOutcome::NotCalled, _)
                if root != ix
                    && let Some(by) = self.stand_in(root) =>
            {
                Some(format!("not followed: {} was replaced by {by}", self.show.cue(root).number))
            }
            (CueOutcome::Replaced, Some(by)) => Some(format!("replaced by {by}")),
            (CueOutcome::Spare | CueOutcome::NotCalled, _) => Some(outcome.words().to_owned()),
            _ => None,
        };
        own.into_iter().chain(self.cues[ix].ahead.iter().cloned()).collect()
    }
}

/// From one instant to another, both cut to milliseconds.
fn ms_between(from: &ZonedDateTime, to: &ZonedDateTime) -> i64 {
    to.timestamp().as_millisecond() - from.timestamp().as_millisecond()
}
