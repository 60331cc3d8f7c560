//! Warnings about a show without errors that will not do as it is meant: times that contradict each
//! other, and things that nothing uses.
//!
//! A warning never keeps a show from running. Must never warn of what a careful author may well
//! want, because a list of warnings that nobody reads is worse than none.

mod clips;
mod ends;
mod figures;
mod ramps;
mod stops;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Timestamp};

use super::alike;
use super::names::Unused;
use crate::show::draft::CueDraft;
use crate::show::duration;
use crate::show::faults::Faults;
use crate::show::file::machine::Machine;
use crate::show::plan::{Plan, PlanNs, odd_time, start_on};
use crate::show::problem::{Problem, ProblemPlace, quoted};
use crate::show::{CueIx, SegmentIx, Show, Trigger};
use crate::time::unsigned;

/// The day on which a show without a date is laid out: none on which any zone changes its clocks.
const SOME_DAY: Date = date(2001, 1, 10);

/// The longest pause between two segments that is no sign of a slip.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(6);

/// What goes on after its segment by less than this is not told.
const SECOND: Duration = Duration::from_secs(1);

/// Places in the text for warnings.
pub(super) struct Marks {
    /// Segment by segment.
    pub segments: Vec<SegmentMarks>,
    /// Cue by cue.
    pub cues: Vec<CueMarks>,
    /// Beginning of the table of each output.
    pub outputs: Vec<ProblemPlace>,
    /// Things that nothing refers to.
    pub unused: Vec<Unused>,
}

/// Places of a segment in the text.
pub(super) struct SegmentMarks {
    /// Its hard start.
    pub start: Option<ProblemPlace>,
    /// Its fixed end.
    pub end: Option<ProblemPlace>,
}

/// Places of a cue in the text.
pub(super) struct CueMarks {
    /// Its number.
    pub number: ProblemPlace,
    /// Its duration.
    pub duration: Option<ProblemPlace>,
    /// Place of its planned time.
    pub planned: Option<ProblemPlace>,
    /// Place of its trigger.
    pub trigger: Option<ProblemPlace>,
    /// Place of the number of the cue that it is a backup for.
    pub backup_for: Option<ProblemPlace>,
    /// Place of its `count`.
    pub count: Option<ProblemPlace>,
    /// Its actions.
    pub actions: Vec<ProblemPlace>,
    /// The number of each cue that it stops, and the time that this takes.
    pub stops: Vec<(ProblemPlace, Option<ProblemPlace>)>,
}

impl CueMarks {
    /// The places of a cue; its own is that of its number, if it has one.
    pub(super) fn of(cue: &CueDraft) -> Self {
        CueMarks {
            number: cue.number.as_ref().map_or(&cue.place, |number| &number.place).clone(),
            duration: cue.duration.as_ref().map(|duration| duration.place.clone()),
            planned: cue.planned.as_ref().map(|planned| planned.place.clone()),
            trigger: cue.trigger.as_ref().map(|trigger| trigger.place.clone()),
            backup_for: cue.backup_for.as_ref().map(|main| main.place.clone()),
            count: cue.count.as_ref().map(|count| count.place.clone()),
            actions: cue
                .actions
                .iter()
                .flat_map(|list| &list.items)
                .map(|action| action.place.clone())
                .collect(),
            stops: cue
                .stops
                .iter()
                .map(|stop| {
                    (stop.cue.place.clone(), stop.over.as_ref().map(|over| over.place.clone()))
                })
                .collect(),
        }
    }
}

/// Reports everything that a show without errors will not do as it is meant.
pub(super) fn warn(faults: &Faults, machine: &dyn Machine, show: &Show, marks: &Marks) {
    let times = PlannedTimes::new(show, marks);
    let warnings = [
        times.hard_starts(),
        times.fixed_ends(),
        times.by_clock(),
        times.lengths(),
        times.chains(),
        times.unwarned(),
        times.order(),
        times.endless(),
        times.stops(),
        times.ramps(),
        times.figures(),
        times.clips(machine),
        times.further_clips(machine),
        times.unused(),
        alike::numbers(show, marks),
        alike::words(show, marks),
        alike::backups(show, marks),
        alike::addresses(show, marks),
        alike::own_ear(show, marks),
    ];
    warnings.into_iter().flatten().for_each(|warning| faults.report(warning));
}

/// The show as it is planned.
struct PlannedTimes<'a> {
    show: &'a Show,
    marks: &'a Marks,
    plan: Plan,
    /// Origin of the plan.
    origin: Timestamp,
}

impl<'a> PlannedTimes<'a> {
    fn new(show: &'a Show, marks: &'a Marks) -> Self {
        let day = show.date.unwrap_or(SOME_DAY);
        let midday = day.at(12, 0, 0, 0).to_zoned_datetime(show.zone.clone());
        let origin =
            start_on(show, day, midday.map_or(Timestamp::UNIX_EPOCH, |midday| midday.timestamp()));
        PlannedTimes { show, marks, plan: Plan::new(show, day, origin), origin }
    }

    fn start_ns(&self, segment: SegmentIx) -> PlanNs {
        self.plan.segment_start_ns[segment]
    }

    fn end_ns(&self, segment: SegmentIx) -> PlanNs {
        self.plan.segment_end_ns(segment)
    }

    fn day(&self, plan_ns: PlanNs) -> Date {
        (self.origin + plan_ns.from_origin()).to_zoned_datetime(self.show.zone.clone()).date()
    }

    fn cue_marks(&self, cue: CueIx) -> &CueMarks {
        &self.marks.cues[cue.0 as usize]
    }

    /// Hard starts that cut off the segment before them, come a day late, or at a time that the
    /// clock does not show.
    fn hard_starts(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for segment in self.show.segment_indices() {
            let mark = self.marks.segments[segment.0 as usize].start.as_ref();
            let (Some(time), Some(place)) = (self.show.segment(segment).start, mark) else {
                continue;
            };
            warnings.extend(self.odd_time(time, self.start_ns(segment), place));
            let Some(before) = segment.0.checked_sub(1).map(SegmentIx) else { continue };
            let (title, gap) = (
                quoted(&self.show.segment(before).title),
                self.start_ns(segment).since(self.end_ns(before)),
            );
            if gap.is_negative() {
                let early = duration::length(gap.unsigned_abs());
                let what = format!("this hard start is {early} before the planned end of {title}");
                let fix = format!("make {title} {early} shorter, or start later");
                warnings.push(Problem::warning(place.clone(), what, fix));
            } else if gap > PAUSE_MAX
                && self.show.segment(segment).date.is_none()
                && self.day(self.start_ns(segment)) > self.day(self.end_ns(before))
            {
                let what = format!(
                    "this hard start is on the next day, {} after the end of {title}",
                    duration::length(unsigned(gap))
                );
                let fix =
                    "write a later time, or move the segment up, unless the next day is meant";
                warnings.push(Problem::warning(place.clone(), what, fix));
            }
        }
        warnings
    }

    /// Cues by the clock that come while their segment does not run, or at a time that the clock
    /// does not show.
    fn by_clock(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for &(cue, at_ns) in &self.plan.by_clock {
            let (Trigger::At { time }, Some(place)) =
                (self.show.cue(cue).trigger, &self.cue_marks(cue).trigger)
            else {
                continue;
            };
            let at_ns = PlanNs::of_run(at_ns);
            warnings.extend(self.odd_time(time, at_ns, place));
            // Nothing says when the segments of a show without a hard start run.
            if !self.plan.anchored {
                continue;
            }
            let segment = self.show.segment_of(cue);
            let (start_ns, end_ns) = (self.start_ns(segment), self.end_ns(segment));
            let title = quoted(&self.show.segment(segment).title);
            let between = |from: PlanNs, to: PlanNs| duration::length(unsigned(to.since(from)));
            let what = if at_ns < start_ns {
                format!("{} before its segment {title} starts", between(at_ns, start_ns))
            } else if at_ns > end_ns {
                format!("{} after its segment {title} is planned to end", between(end_ns, at_ns))
            } else {
                continue;
            };
            let what = format!("this cue comes at {}, {what}", time.strftime("%H:%M:%S"));
            warnings.push(Problem::warning(
                place.clone(),
                what,
                "move the cue into the segment that runs then, or change the time",
            ));
        }
        warnings
    }

    /// A time of day that the clock skips, or shows twice, on the day on which it comes.
    fn odd_time(&self, time: Time, at_ns: PlanNs, place: &ProblemPlace) -> Option<Problem> {
        // A show without a date is not laid out on the day on which it will run.
        self.show.date?;
        let (what, fix) = odd_time(&self.show.zone, self.day(at_ns), time)?;
        Some(Problem::warning(place.clone(), format!("{} {what}", time.strftime("%H:%M:%S")), fix))
    }

    /// Cues that go on after their segment.
    fn lengths(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let (plan, marks) = (self.show.cue(cue), self.cue_marks(cue));
            let segment = self.show.segment(self.show.segment_of(cue));
            let Some(lasts) = plan.lasts() else { continue };
            let (begins, mark) = match plan.trigger {
                Trigger::Into { offset } => (offset, &marks.trigger),
                Trigger::Go => (plan.planned.unwrap_or_default(), &marks.planned),
                // Chains are looked at as a whole, and a cue by the clock may go on past its
                // segment where that is late.
                Trigger::With { .. } | Trigger::After { .. } | Trigger::At { .. } => {
                    (Duration::ZERO, &marks.trigger)
                }
            };
            let over = begins.saturating_add(lasts).saturating_sub(segment.duration);
            if over < SECOND {
                continue;
            }
            let (title, fix) =
                (quoted(&segment.title), "make the segment longer, or the cue shorter");
            let (what, place) = if lasts > segment.duration {
                let (lasts, whole) = (duration::length(lasts), duration::length(segment.duration));
                (
                    format!(
                        "cue {} lasts {lasts}, longer than its segment {title} ({whole})",
                        plan.number
                    ),
                    &marks.duration,
                )
            } else {
                let over = duration::length(over);
                (format!("cue {} would end {over} after its segment {title}", plan.number), mark)
            };
            let place = place.clone().unwrap_or_else(|| marks.number.clone());
            warnings.push(Problem::warning(place, what, fix));
        }
        warnings
    }

    /// Cues of chains that go on after their segment: of each chain, the one that ends last.
    fn chains(&self) -> Vec<Problem> {
        let mut latest: BTreeMap<(CueIx, SegmentIx), (SignedDuration, CueIx)> = BTreeMap::new();
        for cue in self.show.cue_indices() {
            let (root, segment) = (self.show.root(cue), self.show.segment_of(cue));
            let lasts = self.show.cue(cue).lasts().unwrap_or_default();
            // One that is too long by itself is named already.
            if root == cue || lasts > self.show.segment(segment).duration {
                continue;
            }
            let over = (self.earliest_ns(cue) + lasts).since(self.end_ns(segment));
            let last = latest.entry((root, segment)).or_insert((over, cue));
            if over > last.0 {
                *last = (over, cue);
            }
        }
        let late = latest.into_iter().filter(|(_, (over, _))| unsigned(*over) >= SECOND);
        let warning = |((root, segment), (over, cue)): (
            (CueIx, SegmentIx),
            (SignedDuration, CueIx),
        )| {
            let what = format!(
                "cue {} would end {} after its segment {}, by the delays and durations of the chain \
                 that cue {} begins",
                self.show.cue(cue).number,
                duration::length(unsigned(over)),
                quoted(&self.show.segment(segment).title),
                self.show.cue(root).number,
            );
            let marks = self.cue_marks(cue);
            let place = marks.trigger.clone().unwrap_or_else(|| marks.number.clone());
            let warning = Problem::warning(
                place,
                what,
                "make the segment longer, or a delay or duration of the chain shorter",
            );
            warning.beside(self.cue_marks(root).number.clone(), "the chain begins here".to_owned())
        };
        late.map(warning).collect()
    }

    /// Cues that come in the instant of another one and need departments: nobody can be warned of
    /// them in between, so that they would be missed.
    fn unwarned(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let own = self.show.cue(cue);
            let lead = match own.trigger {
                Trigger::With { cue, delay: Duration::ZERO } => cue,
                Trigger::After { cue, delay: Duration::ZERO }
                    if self.show.cue(cue).is_over_at_once() =>
                {
                    cue
                }
                Trigger::With { .. }
                | Trigger::After { .. }
                | Trigger::Go
                | Trigger::At { .. }
                | Trigger::Into { .. } => continue,
            };
            if own.needs.is_empty() {
                continue;
            }
            let lead = &self.show.cue(lead).number;
            let what = format!(
                "cue {} comes at once with cue {lead} and needs departments: they cannot be warned in \
                 between, and it would be missed",
                own.number
            );
            let fix =
                format!("write `needs` at cue {lead} instead, or give cue {} a delay", own.number);
            let marks = self.cue_marks(cue);
            let place = marks.trigger.clone().unwrap_or_else(|| marks.number.clone());
            warnings.push(Problem::warning(place, what, fix));
        }
        warnings
    }

    /// The earliest instant of a cue that another one triggers, in the plan. Where the
    /// file does not say when the caller means to call the first cue of its chain, that is the
    /// start of the segment.
    fn earliest_ns(&self, cue: CueIx) -> PlanNs {
        let root = self.show.root(cue);
        let first = self.show.cue(root);
        let root_ns = self.plan.cue_start_ns[root];
        let earliest_ns = if first.trigger == Trigger::Go {
            self.start_ns(self.show.segment_of(root)) + first.planned.unwrap_or_default()
        } else {
            root_ns
        };
        earliest_ns.shifted(self.plan.cue_start_ns[cue].since(root_ns))
    }

    /// Cues that are meant to be called before the one above them.
    fn order(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for segment in self.show.segment_indices() {
            let mut latest: Option<(Duration, CueIx)> = None;
            for cue in self.show.cues_of(segment).filter(|&cue| self.show.cue(cue).is_called()) {
                let (Some(planned), Some(place)) =
                    (self.show.cue(cue).planned, &self.cue_marks(cue).planned)
                else {
                    continue;
                };
                let Some((last, above)) = latest.filter(|&(latest, _)| latest > planned) else {
                    latest = Some((planned, cue));
                    continue;
                };
                let number = &self.show.cue(above).number;
                let what = format!(
                    "this is before the `planned` of cue {number} above it ({})",
                    duration::length(last)
                );
                let warning = Problem::warning(
                    place.clone(),
                    what,
                    "put the cues into the order in which they are called",
                );
                let label = format!("cue {number} is planned here");
                let there = self.cue_marks(above).planned.clone();
                warnings.push(match there {
                    Some(there) => warning.beside(there, label),
                    None => warning,
                });
            }
        }
        warnings
    }

    /// Cues that follow one that never ends.
    fn endless(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let Trigger::After { cue: cause, .. } = self.show.cue(cue).trigger else { continue };
            let cause = self.show.cue(cause);
            if cause.is_loop() && cause.duration.is_none() && cause.steps.is_empty() {
                let number = &cause.number;
                let what = format!(
                    "cue {number} plays a clip again and again and has no `duration`: it is never complete"
                );
                let fix =
                    format!("give cue {number} a `duration`, or write `with` instead of `after`");
                let marks = self.cue_marks(cue);
                let place = marks.trigger.clone().unwrap_or_else(|| marks.number.clone());
                warnings.push(Problem::warning(place, what, fix));
            }
        }
        warnings
    }

    /// Departments that no cue needs, outputs that nothing is sent to, places that no route goes
    /// through.
    fn unused(&self) -> Vec<Problem> {
        let warning = |unused: &Unused| {
            let id = quoted(&unused.id);
            let (what, fix) = match unused.noun {
                "department" => (
                    format!("no cue needs department {id}"),
                    format!("write `needs = [\"{}\"]` at a cue", unused.id),
                ),
                "output" => (
                    format!("nothing is sent to output {id}"),
                    format!("write `output = \"{}\"` in a `do`", unused.id),
                ),
                noun => {
                    (format!("nothing refers to {noun} {id}"), "use it in a `route`".to_owned())
                }
            };
            Problem::warning(unused.place.clone(), what, format!("{fix}, or remove the table"))
        };
        self.marks.unused.iter().map(warning).collect()
    }
}
