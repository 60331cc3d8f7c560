//! The plan's times: when each segment and cue is meant to come, on the days and in the zone of the
//! show.
//!
//! Everything is nanoseconds on one axis, so that midnight and the change to or from summer time
//! need no special case outside of this file. It knows the show and the instant of the run's
//! beginning, and nothing of what happened since.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::duration::HOUR_NS;
use super::{CueIx, IndexVec, SegmentIx, Show, Trigger};

const DAY_NS: i64 = 24 * HOUR_NS as i64;

/// The planned times of everything.
///
/// All times are nanoseconds from an origin: for a show with a hard start somewhere (`anchored`),
/// the beginning of the run; otherwise the moment at which the show begins, since nothing ties such
/// a show to the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `true` if a hard start ties the plan to the clock.
    pub anchored: bool,
    /// Planned start of each segment.
    pub segment_start_ns: IndexVec<SegmentIx, i64>,
    /// Planned end of the last segment.
    pub end_ns: i64,
    /// Planned start of each cue.
    pub cue_start_ns: IndexVec<CueIx, i64>,
    /// For each called cue, how far into its segment the caller means to call it; for the others,
    /// 0.
    pub offset_ns: IndexVec<CueIx, u64>,
    /// The hard start of each segment that has one, always from the beginning of the run.
    pub hard_start_ns: IndexVec<SegmentIx, Option<i64>>,
    /// The cues that come by the clock, with their instants from the beginning of the run.
    pub by_clock: Vec<(CueIx, i64)>,
}

impl Plan {
    /// Part of the plan that lies before `cue`, nanoseconds: of its segment where a hard start ties
    /// the plan to the clock, otherwise of the show.
    pub fn before_ns(&self, show: &Show, cue: CueIx) -> u64 {
        let from_ns = if self.anchored { self.segment_start_ns[show.segment_of(cue)] } else { 0 };
        (self.cue_start_ns[cue] - from_ns).max(0) as u64
    }

    /// Lays the show out for a run that begins at `clock`, its first segment on `day`.
    pub fn new(show: &Show, day: Date, clock: Timestamp) -> Self {
        let (hard_start_ns, starts) = segment_starts(show, day, clock);
        let anchored = hard_start_ns.iter().any(Option::is_some);
        let last = show.segments.last().map_or(0, |s| s.duration_ns as i64);
        let end_ns = starts.last().copied().unwrap_or(0) + last;
        let offset_ns = call_offsets(show);
        let by_clock = clock_instants(show, clock, &starts);
        let cue_start_ns = cue_starts(show, &starts, &offset_ns, &by_clock);
        Plan {
            anchored,
            segment_start_ns: starts,
            end_ns,
            cue_start_ns,
            offset_ns,
            hard_start_ns,
            by_clock,
        }
    }

    /// Returns `true` if the plan leaves time between the end of a segment and the hard start
    /// behind it.
    pub fn has_gap_after(&self, show: &Show, segment: SegmentIx) -> bool {
        let end_ns = self.segment_start_ns[segment] + show.segment(segment).duration_ns as i64;
        self.segment_start_ns.get(segment.next()).is_some_and(|&next_ns| next_ns > end_ns)
    }

    /// Returns `true` if a segment starts without the caller: it has no called cue, or means to
    /// wait for its first one.
    pub fn opens_by_itself(&self, show: &Show, segment: SegmentIx) -> bool {
        let first = show.cues_of(segment).find(|&c| show.cue(c).is_called());
        first.is_none_or(|cue| self.offset_ns[cue] > 0)
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
    let has_hard_start = show.segments.iter().any(|segment| segment.start.is_some());
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
    let (hard, starts) = segment_starts(show, day, now);
    match (hard.iter().any(Option::is_some), starts.first()) {
        (true, Some(&start_ns)) => now + SignedDuration::from_nanos(start_ns),
        _ => now,
    }
}

fn instant(show: &Show, day: Date, time: Time) -> Timestamp {
    // Within a gap or fold of summer time, jiff takes the later or the earlier reading, as RFC 5545
    // does.
    let zoned = day.to_datetime(time).to_zoned_datetime(show.zone.clone());
    zoned.map_or(Timestamp::UNIX_EPOCH, |z| z.timestamp())
}

fn ns_between(from: Timestamp, to: Timestamp) -> i64 {
    i64::try_from(to.as_nanosecond() - from.as_nanosecond()).unwrap_or(i64::MAX / 4)
}

/// The instant nearest to `near_ns` at which the show's clock reads `time`, nanoseconds from
/// `clock`; of an hour that comes twice in autumn, either.
fn nearest(show: &Show, clock: Timestamp, time: Time, near_ns: i64) -> i64 {
    let day =
        (clock + SignedDuration::from_nanos(near_ns)).to_zoned_datetime(show.zone.clone()).date();
    let days = [day.checked_sub(1.day()), Ok(day), day.checked_add(1.day())];
    let instants = days.into_iter().flatten().flat_map(|day| {
        let again = show.zone.to_ambiguous_zoned_datetime(day.to_datetime(time));
        let again = again
            .is_ambiguous()
            .then(|| again.later().ok())
            .flatten()
            .map(|zoned| zoned.timestamp());
        [instant(show, day, time)].into_iter().chain(again).map(|at| ns_between(clock, at))
    });
    instants.min_by_key(|at_ns| at_ns.abs_diff(near_ns)).unwrap_or(near_ns)
}

/// Hard starts and planned starts of all segments, nanoseconds from `clock`; without any hard
/// start, from 0.
fn segment_starts(
    show: &Show,
    day: Date,
    clock: Timestamp,
) -> (IndexVec<SegmentIx, Option<i64>>, IndexVec<SegmentIx, i64>) {
    let mut hard = vec![None; show.segments.len()];
    let mut starts = Vec::with_capacity(show.segments.len());
    let mut next_ns = 0;
    if let Some((at, time)) =
        show.segments.iter().enumerate().find_map(|(at, s)| Some((at, s.start?)))
    {
        next_ns = opening(
            show,
            day,
            clock,
            time,
            show.segments.iter().take(at).map(|s| s.duration_ns).sum(),
        );
    }
    let mut last_hard_ns = i64::MIN;
    for (at, segment) in show.segments.iter().enumerate() {
        if let Some(time) = segment.start {
            let mut at_ns = nearest(show, clock, time, next_ns);
            // The same time of day once more is that of the next day: three mornings that begin at
            // nine.
            if at_ns <= last_hard_ns {
                at_ns = nearest(show, clock, time, at_ns + DAY_NS);
            }
            hard[at] = Some(at_ns);
            last_hard_ns = at_ns;
            next_ns = at_ns;
        }
        starts.push(next_ns);
        next_ns += segment.duration_ns as i64;
    }
    (hard.into(), starts.into())
}

/// Opening of the show if its first hard start is at `time`, `before_ns` into it: on `day`,
/// although the hard start itself may come after midnight.
fn opening(show: &Show, day: Date, clock: Timestamp, time: Time, before_ns: u64) -> i64 {
    let days = (0..=(before_ns / (24 * HOUR_NS)) as i64 + 1)
        .filter_map(|days| day.checked_add(days.days()).ok());
    let mut openings =
        days.map(|day| ns_between(clock, instant(show, day, time)) - before_ns as i64);
    let opens_on = |ns: i64| {
        (clock + SignedDuration::from_nanos(ns)).to_zoned_datetime(show.zone.clone()).date()
    };
    openings.find(|&ns| opens_on(ns) >= day).unwrap_or(0)
}

/// Planned place of each called cue in its segment: as the file gives it, or spread evenly, never
/// before the called cue in front of it.
fn call_offsets(show: &Show) -> IndexVec<CueIx, u64> {
    let mut offsets = IndexVec::filled(0, show.cues.len());
    for segment in show.segment_indices() {
        let called: Vec<_> = show.cues_of(segment).filter(|&c| show.cue(c).is_called()).collect();
        let mut least_ns = 0;
        for (at, &cue) in called.iter().enumerate() {
            let spread =
                u128::from(show.segment(segment).duration_ns) * at as u128 / called.len() as u128;
            least_ns = show.cue(cue).planned_ns.unwrap_or(spread as u64).max(least_ns);
            offsets[cue] = least_ns;
        }
    }
    offsets
}

/// Maximum time by which a cue by the clock may come before its segment: doors at 19:55 for a
/// segment at 20:00. A cue that would come earlier comes after the start.
const AHEAD_NS: u64 = 6 * HOUR_NS;

fn clock_instants(
    show: &Show,
    clock: Timestamp,
    starts: &IndexVec<SegmentIx, i64>,
) -> Vec<(CueIx, i64)> {
    let by_clock = show.cue_indices().filter_map(|ix| match show.cue(ix).trigger {
        Trigger::At { time } => Some((ix, time)),
        Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => None,
    });
    let instant = |(ix, time): (CueIx, Time)| {
        let segment = show.segment_of(ix);
        let start_ns = starts[segment];
        (ix, in_segment(show, clock, time, start_ns, show.segment(segment).duration_ns))
    };
    by_clock.map(instant).collect()
}

/// The instant at which a segment of that start and duration means `time`: the first from its start
/// on, but for one shortly before its start where the next would come after its end.
fn in_segment(show: &Show, clock: Timestamp, time: Time, start_ns: i64, duration_ns: u64) -> i64 {
    let near_ns = nearest(show, clock, time, start_ns);
    let next_ns =
        if near_ns < start_ns { nearest(show, clock, time, near_ns + DAY_NS) } else { near_ns };
    let is_inside = next_ns <= start_ns.saturating_add_unsigned(duration_ns);
    let is_near = near_ns < start_ns && near_ns.abs_diff(start_ns) <= AHEAD_NS;
    if is_near && !is_inside { near_ns } else { next_ns }
}

fn cue_starts(
    show: &Show,
    starts: &IndexVec<SegmentIx, i64>,
    offsets: &IndexVec<CueIx, u64>,
    by_clock: &[(CueIx, i64)],
) -> IndexVec<CueIx, i64> {
    let mut known: IndexVec<CueIx, Option<i64>> = IndexVec::filled(None, show.cues.len());
    for &(cue, at_ns) in by_clock {
        known[cue] = Some(at_ns);
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
            let of = |ix: CueIx| known[ix].unwrap_or(0);
            let segment_ns = starts[show.segment_of(cue)];
            let start_ns = match (show.cue(cue).trigger, show.cue(cue).backup_for) {
                (Trigger::With { cue: cause, delay_ns }, _) => {
                    of(cause).saturating_add(delay_ns as i64)
                }
                (Trigger::After { cue: cause, delay_ns }, _) => {
                    let lasts_ns = show.cue(cause).lasts_ns().unwrap_or(0);
                    of(cause).saturating_add_unsigned(lasts_ns.saturating_add(delay_ns))
                }
                (Trigger::Into { offset_ns }, _) => segment_ns + offset_ns as i64,
                (_, Some(main)) => of(main),
                _ => segment_ns + offsets[cue] as i64,
            };
            known[cue] = Some(start_ns);
        }
    }
    known.iter().map(|start| start.unwrap_or(0)).collect()
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
    let by_clock = plan.by_clock.iter().filter_map(|&(cue, at_ns)| match show.cue(cue).trigger {
        Trigger::At { time } => Some((time, at_ns)),
        Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => None,
    });
    let words = starts.chain(by_clock).filter_map(|(time, at_ns)| {
        let at = clock.checked_add(SignedDuration::from_nanos(at_ns)).ok()?;
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
            Plan::new(&show, day, Timestamp::UNIX_EPOCH).cue_start_ns[CueIx(1)] / 1_000_000_000
        };
        let play = "output = \"screens\", play = \"film.mp4\"";
        assert_eq!(planned(&format!("do = [{{ {play}, from = \"5s\", to = \"95s\" }}]")), 92);
        let longer = format!("duration = \"3m\", do = [{{ {play}, to = \"95s\" }}]");
        assert_eq!(planned(&longer), 182);
        assert_eq!(planned(&format!("do = [{{ {play} }}]")), 2);
    }
}
