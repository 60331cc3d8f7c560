//! Beginning of a run: its first event, with the day and the reading of the show's clock.

use anyhow::Context;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::{RunOptions, Script};
use crate::engine::{Event, RunNs};
use crate::journal::checksum;
use crate::show::plan::{Plan, PlanNs};
use crate::show::{CueIx, CueNumber, Show, plan};
use crate::time::signed;

/// Beginning of the show's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClockStart {
    /// A live run's with the machine's clock, a rehearsal's a little before the plan's start.
    #[default]
    Usual,
    /// At this time by the show's clock.
    At {
        /// On which day, where it matters.
        date: Option<Date>,
        /// The time of day.
        time: Time,
    },
    /// At the planned time of this cue, with the playhead there.
    Cue(CueNumber),
}

impl ClockStart {
    /// The cue at which the playhead begins in a run whose clock begins at `clock`, its first
    /// segment on `day`, where that is not the first: what is planned before `--at` is passed over.
    ///
    /// # Errors
    /// When the show has no such cue.
    fn playhead(&self, show: &Show, day: Date, clock: Timestamp) -> anyhow::Result<Option<CueIx>> {
        let ClockStart::At { .. } = self else { return self.cue(show) };
        let plan = Plan::new(show, day, clock);
        let called = || show.cue_indices().filter(|&cue| show.cue(cue).is_called());
        let first = called().next();
        let found = called().find(|cue| plan.anchored && plan.cue_start_ns[*cue] >= PlanNs::ORIGIN);
        Ok(found.filter(|_| found != first))
    }

    /// The cue that `--cue` names.
    ///
    /// # Errors
    /// When the show has no such cue.
    fn cue(&self, show: &Show) -> anyhow::Result<Option<CueIx>> {
        match self {
            ClockStart::Usual | ClockStart::At { .. } => Ok(None),
            ClockStart::Cue(number) => {
                let found = show.find(number);
                found
                    .map(Some)
                    .with_context(|| format!("“{}” has no cue {number} to start at", show.title))
            }
        }
    }
}

/// The first event of a run that begins now, what its clock reads then, and the cue at which it
/// begins where that is not the first.
///
/// # Errors
/// When the clock is to begin at a cue that the show does not have.
pub(super) fn first_event(
    script: &Script,
    options: &RunOptions,
    now: Timestamp,
) -> anyhow::Result<(Event, RunNs, Option<CueIx>)> {
    let show = &script.show;
    let today = now.to_zoned_datetime(show.zone.clone()).date();
    let speed = if script.rehearse { options.speed } else { 1 };
    let day = show.date.unwrap_or(today);
    let set = match &options.start {
        ClockStart::Usual => None,
        ClockStart::At { date, time } => Some(plan::at_time(show, day, *date, *time)),
        // A show without a hard start has no clock to set.
        ClockStart::Cue(_) => {
            let at = options.start.cue(show)?.and_then(|cue| plan::at_cue(show, day, cue));
            at.map(|at| (day, at))
        }
    };
    let (day, clock) = match (set, script.rehearse) {
        (Some(set), _) => set,
        (None, true) => {
            // A rehearsal's clock begins a little before the planned start, so that GO can be on
            // time.
            let lead = SignedDuration::from_secs(
                if options.auto { 4 } else { 60 } * i64::from(speed.min(10)),
            );
            (day, plan::start_on(show, day, now) - lead)
        }
        (None, false) => (plan::day_of_run(show, now), now),
    };
    let from = options.start.playhead(show, day, clock)?;
    let ahead = clock.duration_since(now).as_nanos();
    let plan = Plan::new(show, day, clock);
    let before = from.map(|cue| plan.before(show, cue)).unwrap_or_default();
    // The run's clock begins with what is planned before its first cue.
    let clock = clock - signed(before);
    let shift_ns =
        set.filter(|_| !script.rehearse).map(|_| i64::try_from(ahead).unwrap_or(i64::MAX));
    let event = Event::RunStarted {
        show: show.title.clone(),
        source: script.source.clone(),
        rehearsal: script.rehearse,
        speed,
        auto: options.auto,
        clock,
        day,
        version: env!("CARGO_PKG_VERSION").into(),
        shift_ns,
        show_crc: Some(checksum(&script.text)),
        from_cue: from.map(|cue| show.cue(cue).number.clone()),
        listen: options.listen.map(|listen| listen.to_string()),
        web: options.web.map(|web| web.to_string()),
    };
    Ok((event, RunNs::ZERO + before, from))
}
