//! The plan's times: when each segment and cue is meant to come, on the days and in the zone of the
//! show.
//!
//! Everything is nanoseconds on one axis, so that midnight and the change to or from summer time
//! need no special case outside of this file. It knows the show and the instant of the run's
//! beginning, and nothing of what happened since.

use std::ops::Add;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::time::{RunNs, nanoseconds, signed, signed_nanoseconds, unsigned};

use super::duration::HOUR_NS;
use super::{CueIx, IndexVec, SegmentIx, Show, Trigger};

const DAY: Duration = Duration::from_nanos(24 * HOUR_NS);

/// An instant of the plan: nanoseconds from the plan's origin; before it, negative.
///
/// For a show with a hard start somewhere ([`Plan::anchored`]), the origin is the beginning of the
/// run; otherwise the moment at which the show begins, since nothing ties such a show to the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanNs(i64);

impl PlanNs {
    /// The plan's origin.
    pub const ORIGIN: PlanNs = PlanNs(0);

    /// Nanoseconds from the plan's origin; before it, negative.
    pub const fn ns(self) -> i64 {
        self.0
    }

    /// The time from the plan's origin; negative before it.
    pub const fn from_origin(self) -> SignedDuration {
        SignedDuration::from_nanos(self.0)
    }

    /// The instant of a plan that a hard start ties to the clock.
    pub const fn of_run(run_ns: RunNs) -> Self {
        PlanNs(run_ns.ns())
    }

    /// The instant of the run, in a plan that a hard start ties to the clock.
    pub const fn in_run(self) -> RunNs {
        RunNs::new(self.0)
    }

    /// The time from `earlier` to this instant; negative where `earlier` is the later one.
    pub const fn since(self, earlier: PlanNs) -> SignedDuration {
        SignedDuration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The instant so much later; earlier, where it is negative.
    pub fn shifted(self, by: SignedDuration) -> Self {
        PlanNs(self.0.saturating_add(signed_nanoseconds(by)))
    }
}

impl Add<Duration> for PlanNs {
    type Output = PlanNs;

    /// The instant so much later.
    fn add(self, later: Duration) -> PlanNs {
        PlanNs(self.0.saturating_add_unsigned(nanoseconds(later)))
    }
}

/// The planned times of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `true` if a hard start ties the plan to the clock.
    pub anchored: bool,
    /// Planned start of each segment.
    pub segment_start_ns: IndexVec<SegmentIx, PlanNs>,
    /// Planned length of each segment: to its fixed end, where it has one.
    pub length: IndexVec<SegmentIx, Duration>,
    /// Planned end of the last segment.
    pub end_ns: PlanNs,
    /// Planned start of each cue.
    pub cue_start_ns: IndexVec<CueIx, PlanNs>,
    /// For each called cue, how far into its segment the caller means to call it; for the others,
    /// 0.
    pub offset: IndexVec<CueIx, Duration>,
    /// The hard start of each segment that has one.
    pub hard_start_ns: IndexVec<SegmentIx, Option<RunNs>>,
    /// The fixed end of each segment that has one.
    pub hard_end_ns: IndexVec<SegmentIx, Option<RunNs>>,
    /// The cues that come by the clock, with their instants.
    pub by_clock: Vec<(CueIx, RunNs)>,
}

impl Plan {
    /// Part of the plan that lies before `cue`: of its segment where a hard start ties
    /// the plan to the clock, otherwise of the show.
    pub fn before(&self, show: &Show, cue: CueIx) -> Duration {
        let from_ns = match self.anchored {
            true => self.segment_start_ns[show.segment_of(cue)],
            false => PlanNs::ORIGIN,
        };
        unsigned(self.cue_start_ns[cue].since(from_ns))
    }

    /// Lays the show out for a run that begins at `clock`, its first segment on `day`.
    pub fn new(show: &Show, day: Date, clock: Timestamp) -> Self {
        let Laid { hard_start_ns, hard_end_ns, starts, length } = segment_times(show, day, clock);
        let anchored = is_tied(show);
        let last = length.last().copied().unwrap_or_default();
        let end_ns = starts.last().copied().unwrap_or_default() + last;
        let offset = call_offsets(show);
        let by_clock = clock_instants(show, clock, &starts, &length);
        let cue_start_ns = cue_starts(show, &starts, &offset, &by_clock);
        Plan {
            anchored,
            segment_start_ns: starts,
            length,
            end_ns,
            cue_start_ns,
            offset,
            hard_start_ns,
            hard_end_ns,
            by_clock,
        }
    }

    /// Planned end of a segment.
    pub fn segment_end_ns(&self, segment: SegmentIx) -> PlanNs {
        self.segment_start_ns[segment] + self.length[segment]
    }

    /// Returns `true` if the plan leaves time between the end of a segment and the hard start
    /// behind it.
    pub fn has_gap_after(&self, segment: SegmentIx) -> bool {
        let end_ns = self.segment_end_ns(segment);
        self.segment_start_ns.get(segment.next()).is_some_and(|&next_ns| next_ns > end_ns)
    }

    /// Returns `true` if a segment starts without the caller: it has no called cue, or means to
    /// wait for its first one.
    pub fn opens_by_itself(&self, show: &Show, segment: SegmentIx) -> bool {
        let first = show.cues_of(segment).find(|&c| show.cue(c).is_called());
        first.is_none_or(|cue| !self.offset[cue].is_zero())
    }
}

mod set;

pub use set::{at_cue, at_time};

/// The day on which the first segment of a live run plays.
///
/// The show's own date where its start lies within a day of `now` (or, where no hard start says
/// when that is, where it is at most the day beside today); otherwise today, or the day beside it
/// where today's start would be more than half a day ago (a show at half past midnight, opened
/// before it) or most of a day ahead (a show at 23:00, opened late, past midnight). A show of
/// another year is run by its times of day.
pub fn day_of_run(show: &Show, now: Timestamp) -> Date {
    let today = now.to_zoned_datetime(show.zone.clone()).date();
    let ahead = |day: Date| start_on(show, day, now).duration_since(now);
    let is_near = |date: Date| date.duration_since(today).abs() <= SignedDuration::from_hours(24);
    let is_soon = |date: Date| ahead(date).abs() <= SignedDuration::from_hours(24);
    let has_hard_start = is_tied(show);
    // On each of its days a show that lasts several is the one that began on its first.
    if let Some((first, last)) = show.date.zip(show.last_day())
        && first.yesterday().is_ok_and(|before| before <= today)
        && last.tomorrow().is_ok_and(|after| today <= after)
    {
        return first;
    }
    if let Some(date) =
        show.date.filter(|&date| if has_hard_start { is_soon(date) } else { is_near(date) })
    {
        return date;
    }
    let ahead = ahead(today);
    let day = if ahead < SignedDuration::from_hours(-12) {
        today.checked_add(1.day())
    } else if ahead > SignedDuration::from_hours(18) {
        today.checked_sub(1.day())
    } else {
        Ok(today)
    };
    day.unwrap_or(today)
}

/// Planned start of the first segment if it plays on `day`; `now` if no hard start gives one.
pub fn start_on(show: &Show, day: Date, now: Timestamp) -> Timestamp {
    let starts = segment_times(show, day, now).starts;
    match (is_tied(show), starts.first()) {
        (true, Some(&start_ns)) => now + start_ns.from_origin(),
        _ => now,
    }
}

fn instant(show: &Show, day: Date, time: Time) -> Timestamp {
    // Within a gap or fold of summer time, jiff takes the later or the earlier reading, as RFC 5545
    // does.
    let zoned = day.to_datetime(time).to_zoned_datetime(show.zone.clone());
    zoned.map_or(Timestamp::UNIX_EPOCH, |z| z.timestamp())
}

/// The instant `at` of a plan whose origin is `clock`.
fn plan_ns(clock: Timestamp, at: Timestamp) -> PlanNs {
    let ns = i64::try_from(at.as_nanosecond() - clock.as_nanosecond());
    PlanNs(ns.unwrap_or(i64::MAX / 4))
}

/// The instant nearest to `near_ns` at which the show's clock reads `time`, in a plan whose origin
/// is `clock`; of an hour that comes twice in autumn, either.
fn nearest(show: &Show, clock: Timestamp, time: Time, near_ns: PlanNs) -> PlanNs {
    let day = (clock + near_ns.from_origin()).to_zoned_datetime(show.zone.clone()).date();
    let days = [day.checked_sub(1.day()), Ok(day), day.checked_add(1.day())];
    let instants = days.into_iter().flatten().flat_map(|day| {
        let again = show.zone.to_ambiguous_zoned_datetime(day.to_datetime(time));
        let again = again
            .is_ambiguous()
            .then(|| again.later().ok())
            .flatten()
            .map(|zoned| zoned.timestamp());
        [instant(show, day, time)].into_iter().chain(again).map(|at| plan_ns(clock, at))
    });
    instants.min_by_key(|at_ns| at_ns.since(near_ns).abs()).unwrap_or(near_ns)
}

/// The instant nearest to `near_ns` at which the clock of a show reads `time`, in a run that began at
/// `clock`.
pub fn nearest_in_run(show: &Show, clock: Timestamp, time: Time, near_ns: RunNs) -> RunNs {
    nearest(show, clock, time, PlanNs::of_run(near_ns)).in_run()
}

/// Returns `true` if a time of day ties the plan of a show to the clock.
fn is_tied(show: &Show) -> bool {
    show.segments.iter().any(|segment| segment.start.is_some() || segment.end.is_some())
}

/// The length of a segment that starts and ends at these times of day and lasts about so long;
/// `None` where it would end before it starts.
pub(crate) fn length_to(start: Time, end: Time, lasts: Duration) -> Option<Duration> {
    let of_day = |time: Time| time.duration_since(Time::midnight()).as_nanos();
    let (day, half) = (signed(DAY).as_nanos(), signed(DAY).as_nanos() / 2);
    let about = of_day(start) + signed(lasts).as_nanos();
    let off = (of_day(end) - about + half).rem_euclid(day) - half;
    let length = u128::try_from(signed(lasts).as_nanos() + off).ok().filter(|&ns| ns > 0)?;
    u64::try_from(length).ok().map(Duration::from_nanos)
}

/// The segments of a run, laid out on the axis of its plan.
struct Laid {
    hard_start_ns: IndexVec<SegmentIx, Option<RunNs>>,
    hard_end_ns: IndexVec<SegmentIx, Option<RunNs>>,
    starts: IndexVec<SegmentIx, PlanNs>,
    length: IndexVec<SegmentIx, Duration>,
}

/// The first time of day in the plan, how long after the opening of the show it comes, and the day
/// that it names.
fn first_time(show: &Show) -> Option<(Time, Duration, Option<Date>)> {
    let mut before = Duration::ZERO;
    for segment in &show.segments {
        let after = before.saturating_add(segment.duration);
        let end = segment.end.map(|end| (end, after, None));
        let start = segment.start.map(|start| (start, before, segment.date));
        if let Some(found) = start.or(end) {
            return Some(found);
        }
        before = after;
    }
    None
}

/// Lays out the segments of a run that begins at `clock`.
fn segment_times(show: &Show, day: Date, clock: Timestamp) -> Laid {
    let (mut hard, mut ends) = (vec![None; show.segments.len()], vec![None; show.segments.len()]);
    let (mut starts, mut length) = (vec![], vec![]);
    let mut next_ns = first_time(show).map_or(PlanNs::ORIGIN, |(time, before, date)| match date {
        Some(date) => dated(show, day, clock, date, time).shifted(-signed(before)),
        None => opening(show, day, clock, time, before),
    });
    let mut last_hard_ns = PlanNs(i64::MIN);
    for (at, segment) in show.segments.iter().enumerate() {
        if let Some(time) = segment.start {
            let mut at_ns = match segment.date {
                Some(date) => dated(show, day, clock, date, time),
                None => nearest(show, clock, time, next_ns),
            };
            // The same time of day once more is that of the next day: three mornings that begin at
            // nine.
            if at_ns <= last_hard_ns && segment.date.is_none() {
                at_ns = nearest(show, clock, time, at_ns + DAY);
            }
            // With a hard start, the origin of the plan is the beginning of the run.
            hard[at] = Some(at_ns.in_run());
            last_hard_ns = at_ns;
            next_ns = at_ns;
        }
        starts.push(next_ns);
        let mut end_ns = next_ns + segment.duration;
        if let Some(time) = segment.end {
            end_ns = nearest(show, clock, time, end_ns);
            ends[at] = Some(end_ns.in_run());
            end_ns = end_ns.max(next_ns);
        }
        length.push(unsigned(end_ns.since(next_ns)));
        next_ns = end_ns;
    }
    Laid {
        hard_start_ns: hard.into(),
        hard_end_ns: ends.into(),
        starts: starts.into(),
        length: length.into(),
    }
}

/// The instant of `time` on the day `date` of a show, in a run whose first segment is on `day`: as
/// many days later as the file has it.
fn dated(show: &Show, day: Date, clock: Timestamp, date: Date, time: Time) -> PlanNs {
    let days = show.date.map_or(SignedDuration::ZERO, |first| date.duration_since(first));
    let date = day.checked_add(days).unwrap_or(date);
    plan_ns(clock, instant(show, date, time))
}

/// Opening of the show if its first hard start is at `time`, so long `before` it: on `day`,
/// although the hard start itself may come after midnight.
fn opening(show: &Show, day: Date, clock: Timestamp, time: Time, before: Duration) -> PlanNs {
    let days = (0..=(before.as_secs() / DAY.as_secs()) as i64 + 1)
        .filter_map(|days| day.checked_add(days.days()).ok());
    let mut openings =
        days.map(|day| plan_ns(clock, instant(show, day, time)).shifted(-signed(before)));
    let opens_on =
        |ns: PlanNs| (clock + ns.from_origin()).to_zoned_datetime(show.zone.clone()).date();
    openings.find(|&ns| opens_on(ns) >= day).unwrap_or_default()
}

/// Planned place of each called cue in its segment: as the file gives it, or spread evenly, never
/// before the called cue in front of it.
pub(crate) fn call_offsets(show: &Show) -> IndexVec<CueIx, Duration> {
    let mut offsets = IndexVec::filled(Duration::ZERO, show.cues.len());
    for segment in show.segment_indices() {
        let called: Vec<_> = show.cues_of(segment).filter(|&c| show.cue(c).is_called()).collect();
        let mut least = Duration::ZERO;
        let whole_ns = show.segment(segment).duration.as_nanos();
        for (at, &cue) in called.iter().enumerate() {
            let spread =
                Duration::from_nanos((whole_ns * at as u128 / called.len() as u128) as u64);
            least = show.cue(cue).planned.unwrap_or(spread).max(least);
            offsets[cue] = least;
        }
    }
    offsets
}

/// Maximum time by which a cue by the clock may come before its segment: doors at 19:55 for a
/// segment at 20:00. A cue that would come earlier comes after the start.
const AHEAD: SignedDuration = SignedDuration::from_hours(6);

fn clock_instants(
    show: &Show,
    clock: Timestamp,
    starts: &IndexVec<SegmentIx, PlanNs>,
    length: &IndexVec<SegmentIx, Duration>,
) -> Vec<(CueIx, RunNs)> {
    let by_clock = show.cue_indices().filter_map(|ix| match show.cue(ix).trigger {
        Trigger::At { time } => Some((ix, time)),
        Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => None,
    });
    let instant = |(ix, time): (CueIx, Time)| {
        let segment = show.segment_of(ix);
        let start_ns = starts[segment];
        let at_ns = in_segment(show, clock, time, start_ns, length[segment]);
        (ix, at_ns.in_run())
    };
    by_clock.map(instant).collect()
}

/// The instant at which a segment of that start and duration means `time`: the first from its start
/// on, but for one shortly before its start where the next would come after its end.
fn in_segment(
    show: &Show,
    clock: Timestamp,
    time: Time,
    start_ns: PlanNs,
    duration: Duration,
) -> PlanNs {
    let near_ns = nearest(show, clock, time, start_ns);
    let next_ns =
        if near_ns < start_ns { nearest(show, clock, time, near_ns + DAY) } else { near_ns };
    let is_inside = next_ns <= start_ns + duration;
    let is_near = near_ns < start_ns && start_ns.since(near_ns) <= AHEAD;
    if is_near && !is_inside { near_ns } else { next_ns }
}

fn cue_starts(
    show: &Show,
    starts: &IndexVec<SegmentIx, PlanNs>,
    offsets: &IndexVec<CueIx, Duration>,
    by_clock: &[(CueIx, RunNs)],
) -> IndexVec<CueIx, PlanNs> {
    let mut known: IndexVec<CueIx, Option<PlanNs>> = IndexVec::filled(None, show.cues.len());
    for &(cue, at_ns) in by_clock {
        known[cue] = Some(PlanNs::of_run(at_ns));
    }
    let mut chain = vec![];
    for first in show.cue_indices() {
        // A chain of follows may be as long as the show: it is walked up to its cause and back,
        // without recursion.
        let mut cue = first;
        while known[cue].is_none() && chain.len() <= show.cues.len() {
            chain.push(cue);
            match show.cue(cue).trigger.cause().or(show.cue(cue).backup_for) {
                Some(cause) => cue = cause,
                None => break,
            }
        }
        while let Some(cue) = chain.pop() {
            let of = |ix: CueIx| known[ix].unwrap_or_default();
            let segment_ns = starts[show.segment_of(cue)];
            let start_ns = match (show.cue(cue).trigger, show.cue(cue).backup_for) {
                (Trigger::With { cue: cause, delay }, _) => of(cause) + delay,
                (Trigger::After { cue: cause, delay }, _) => {
                    of(cause) + show.cue(cause).lasts().unwrap_or_default() + delay
                }
                (Trigger::Into { offset }, _) => segment_ns + offset,
                (_, Some(main)) => of(main),
                _ => segment_ns + offsets[cue],
            };
            known[cue] = Some(start_ns);
        }
    }
    known.iter().map(|start| start.unwrap_or_default()).collect()
}

/// Problem of a time of day on this day, and its fix: in spring the clocks skip an hour, in autumn
/// they show one twice.
pub fn odd_time(zone: &TimeZone, day: Date, time: Time) -> Option<(String, &'static str)> {
    let moment = zone.to_ambiguous_zoned_datetime(day.to_datetime(time));
    match moment.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => {
            let taken = moment.compatible().ok()?.time().strftime("%H:%M:%S").to_string();
            let what = format!(
                "does not exist on {day}: the clocks go forward then, and it is taken for {taken}"
            );
            Some((what, "write a time that the clocks show"))
        }
        AmbiguousOffset::Fold { .. } => Some((
            format!("comes twice on {day}: the clocks go back then, and the first one is taken"),
            "write another time",
        )),
    }
}

/// Problems of the hard starts and clock cues of a run that begins at `clock`, its first segment on
/// `day`, in words.
pub fn odd_times(show: &Show, day: Date, clock: Timestamp) -> Vec<String> {
    let plan = Plan::new(show, day, clock);
    let starts = show
        .segments
        .iter()
        .zip(&plan.hard_start_ns)
        .filter_map(|(segment, at_ns)| segment.start.zip(*at_ns));
    let ends = show.segments.iter().zip(&plan.hard_end_ns);
    let ends = ends.filter_map(|(segment, at_ns)| segment.end.zip(*at_ns));
    let by_clock = plan.by_clock.iter().filter_map(|&(cue, at_ns)| match show.cue(cue).trigger {
        Trigger::At { time } => Some((time, at_ns)),
        Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => None,
    });
    let words = starts.chain(ends).chain(by_clock).filter_map(|(time, at_ns)| {
        let at = clock.checked_add(at_ns.until(RunNs::ZERO)).ok()?;
        let (what, _) = odd_time(&show.zone, at.to_zoned_datetime(show.zone.clone()).date(), time)?;
        Some(format!("{} {what}", time.strftime("%H:%M:%S")))
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::file;

    #[test]
    fn a_run_on_the_night_in_which_the_clocks_change_is_told_which_times_are_odd() {
        let text = "title = \"Night\"\ntimezone = \"Europe/Paris\"\n[[segment]]\ntitle = \"S\"\nstart = 01:00:00\n\
                    duration = \"3h\"\ncue = [{ number = \"1\", title = \"C\", trigger = { at = 02:30:00 } }]\n";
        let show = file::parse(text, "UTC").unwrap();
        for (day, expected) in [
            ("2026-03-28", vec![]),
            ("2026-03-29", vec!["02:30:00 does not exist on 2026-03-29"]),
            ("2026-10-25", vec!["02:30:00 comes twice on 2026-10-25"]),
        ] {
            let day: Date = day.parse().unwrap();
            let clock =
                day.at(0, 30, 0, 0).to_zoned_datetime(show.zone.clone()).unwrap().timestamp();
            let odd = odd_times(&show, day, clock);
            assert_eq!(odd.len(), expected.len(), "{odd:?}");
            assert!(
                odd.iter().zip(expected).all(|(odd, expected)| odd.starts_with(expected)),
                "{odd:?}"
            );
        }
    }

    /// A conference of three days, the second of which has no hard start but that of its day.
    const DAYS: &str = "title = \"Days\"\ndate = 2026-12-01\ntimezone = \"Europe/Paris\"\n\
                        [[segment]]\ntitle = \"A\"\nstart = 09:00:00\nduration = \"8h\"\n\
                        [[segment]]\ntitle = \"B\"\nduration = \"1h\"\n\
                        [[segment]]\ntitle = \"C\"\ndate = 2026-12-02\nstart = 18:00:00\nduration = \"9h\"\n\
                        [[segment]]\ntitle = \"D\"\ndate = 2026-12-04\nstart = 01:30:00\nduration = \"1h\"\n\
                        [[segment]]\ntitle = \"E\"\nstart = 10:00:00\nduration = \"1h\"\n";

    #[test]
    fn a_segment_is_on_its_day_and_as_many_days_later_in_a_run_on_another() {
        let show = file::parse(DAYS, "UTC").unwrap();
        let starts = |day: &str| {
            let day: Date = day.parse().unwrap();
            let clock = instant(&show, day, Time::midnight());
            let plan = Plan::new(&show, day, clock);
            let words = |at: &PlanNs| {
                let at = (clock + at.from_origin()).to_zoned_datetime(show.zone.clone());
                at.strftime("%d %H:%M").to_string()
            };
            plan.segment_start_ns.iter().map(words).collect::<Vec<_>>()
        };
        assert_eq!(
            starts("2026-12-01"),
            ["01 09:00", "01 17:00", "02 18:00", "04 01:30", "04 10:00"]
        );
        assert_eq!(
            starts("2027-03-27"),
            ["27 09:00", "27 17:00", "28 18:00", "30 01:30", "30 10:00"]
        );
        // Where the first day begins with a segment without a time, the first time is that of its day.
        let late = DAYS.replace("start = 09:00:00\n", "");
        let late = file::parse(&late, "UTC").unwrap();
        let day: Date = "2026-12-01".parse().unwrap();
        let start =
            start_on(&late, day, Timestamp::UNIX_EPOCH).to_zoned_datetime(late.zone.clone());
        assert_eq!(start.strftime("%d %H:%M").to_string(), "02 09:00");
    }

    #[test]
    fn on_each_of_its_days_a_run_is_one_of_the_show_that_began_on_its_first() {
        let show = file::parse(DAYS, "UTC").unwrap();
        let on = |now: &str| {
            let now = now.parse::<jiff::civil::DateTime>().unwrap();
            let now = now.to_zoned_datetime(show.zone.clone()).unwrap().timestamp();
            day_of_run(&show, now).to_string()
        };
        let own = "2026-12-01";
        assert_eq!(["2026-11-30T20:00", "2026-12-02T17:00", "2026-12-04T11:00"].map(on), [own; 3]);
        // Otherwise it runs by its times of day.
        assert_eq!(on("2027-02-01T08:30"), "2027-02-01");
        assert_eq!(on("2026-12-08T08:30"), "2026-12-08");
    }

    #[test]
    fn a_time_of_another_day_has_its_day_in_a_show_of_several() {
        let show = file::parse(DAYS, "UTC").unwrap();
        let at = |text: &str| {
            let at = text.parse::<jiff::civil::DateTime>().unwrap();
            at.to_zoned_datetime(show.zone.clone()).unwrap().timestamp()
        };
        let now = at("2026-12-01T23:00");
        for (text, expected) in [
            ("2026-12-01T09:00", "09:00:00"),
            ("2026-12-02T00:00", "Wed 00:00"),
            ("2026-11-30T23:59", "Mon 23:59"),
            ("2026-12-07T10:00", "Mon 10:00"),
            ("2026-12-08T10:00", "8 Dec"),
        ] {
            assert_eq!(show.time_words(at(text), now), expected);
        }
        let one = file::parse(
            &DAYS.replace("date = 2026-12-02\n", "").replace("date = 2026-12-04\n", ""),
            "UTC",
        );
        // Without days a show past midnight is of one night, and what is further away is not.
        let one = one.unwrap();
        for (text, expected) in [
            ("2026-12-02T00:00", "00:00:00"),
            ("2026-12-02T10:59", "10:59:00"),
            ("2026-12-01T00:00", "00:00:00"),
            ("2026-12-02T11:00", "Wed 11:00"),
            ("2026-12-04T06:37", "Fri 06:37"),
            ("2026-12-08T10:00", "8 Dec"),
            ("2026-11-30T23:59", "Mon 23:59"),
        ] {
            assert_eq!(one.time_words(at(text), now), expected);
        }
    }

    #[test]
    fn a_cue_after_a_clip_is_planned_for_the_end_of_the_part_that_plays() {
        let planned = |play: &str| {
            let text = format!(
                "title = \"Film\"\n[output.screens]\nmpv = true\n\
                 [[segment]]\ntitle = \"S\"\nduration = \"10m\"\n\
                 cue = [{{ number = \"1\", title = \"Film\", {play} }}, \
                 {{ number = \"2\", title = \"Lights\", trigger = {{ after = \"1\", delay = \"2s\" }} }}]\n"
            );
            let show = file::parse(&text, "UTC").unwrap();
            let day = "2026-03-28".parse().unwrap();
            Plan::new(&show, day, Timestamp::UNIX_EPOCH).cue_start_ns[CueIx(1)]
                .from_origin()
                .as_secs()
        };
        let play = "output = \"screens\", play = \"film.mp4\"";
        assert_eq!(planned(&format!("do = [{{ {play}, from = \"5s\", to = \"95s\" }}]")), 92);
        let longer = format!("duration = \"3m\", do = [{{ {play}, to = \"95s\" }}]");
        assert_eq!(planned(&longer), 182);
        assert_eq!(planned(&format!("do = [{{ {play} }}]")), 2);
    }
}
