//! Setting of the show's clock for a rehearsal that begins at a time or at a cue of the plan.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{CueIx, Plan, Show, day_of_run, instant, is_tied, start_on};
use crate::show::Trigger;

/// A time up to this long before the plan's start is still one of that evening.
const BEFORE: SignedDuration = SignedDuration::from_hours(12);

/// The instant at which the clock of a show reads `time`, and the day on which its first segment
/// plays then.
///
/// On `date` where one is given, in the run that begins with such a clock. Otherwise the show plays on
/// `day`, and it is the first such time from twelve hours before the plan's start on, or that of `day`
/// where no hard start says when the plan starts.
pub fn at_time(show: &Show, day: Date, date: Option<Date>, time: Time) -> (Date, Timestamp) {
    if let Some(date) = date {
        let at = instant(show, date, time);
        return (day_of_run(show, at), at);
    }
    let on_day = instant(show, day, time);
    if !is_tied(show) {
        return (day, on_day);
    }
    let earliest = start_on(show, day, instant(show, day, Time::midnight())) - BEFORE;
    let first = earliest.to_zoned_datetime(show.zone.clone()).date();
    let days = [Ok(first), first.checked_add(1.day())];
    let instants = days.into_iter().flatten().map(|day| instant(show, day, time));
    (day, instants.into_iter().find(|&at| at >= earliest).unwrap_or(on_day))
}

/// A cue that comes by the clock is this far ahead where a rehearsal begins at it: nothing may fire
/// the moment that a run opens.
const LEAD: SignedDuration = SignedDuration::from_secs(10);

/// The planned instant of `cue` in a show that plays on `day`, or ten seconds before it if the
/// clock fires it; `None` where no hard start ties the plan to the clock.
pub fn at_cue(show: &Show, day: Date, cue: CueIx) -> Option<Timestamp> {
    let midnight = instant(show, day, Time::midnight());
    let plan = Plan::new(show, day, midnight);
    let start_ns = *plan.cue_start_ns.get(cue)?;
    let is_by_clock = matches!(show.cue(cue).trigger, Trigger::At { .. });
    let lead = if is_by_clock { LEAD } else { SignedDuration::ZERO };
    plan.anchored.then(|| midnight + start_ns.from_origin() - lead)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::show::{CueNumber, file};

    fn show(start: &str) -> Show {
        let cues = "cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\", planned = \"40m\" }]";
        let text = format!(
            "title = \"x\"\n[[segment]]\ntitle = \"s\"\n{start}duration = \"5h\"\n{cues}\n"
        );
        file::parse(&text, "Europe/Paris").unwrap()
    }

    fn reads(show: &Show, at: Timestamp) -> String {
        at.to_zoned_datetime(show.zone.clone()).strftime("%d %H:%M").to_string()
    }

    #[test]
    fn a_time_is_one_of_the_shows_evening() {
        let day = date(2026, 11, 28);
        for (start, hour, expected) in [
            ("start = 10:00:00\n", 10, "28 10:00"),
            ("start = 10:00:00\n", 9, "28 09:00"),
            ("start = 22:00:00\n", 1, "29 01:00"),
            ("start = 22:00:00\n", 12, "28 12:00"),
            ("start = 00:30:00\n", 23, "27 23:00"),
            ("", 15, "28 15:00"),
        ] {
            let show = show(start);
            assert_eq!(
                reads(&show, at_time(&show, day, None, time(hour, 0, 0, 0)).1),
                expected,
                "{start} at {hour}"
            );
        }
    }

    #[test]
    fn a_time_with_a_date_is_of_the_run_of_that_day() {
        let today = date(2026, 11, 28);
        let of = |show: &Show, on: Date, hour: i8| {
            let (day, at) = at_time(show, today, Some(on), time(hour, 0, 0, 0));
            (day.to_string(), reads(show, at))
        };
        // Past midnight it is the night of the day before.
        for (hour, expected) in [
            (1, ("2029-05-05", "06 01:00")),
            (12, ("2029-05-06", "06 12:00")),
            (23, ("2029-05-06", "06 23:00")),
        ] {
            let (day, at) = of(&show("start = 22:00:00\n"), date(2029, 5, 6), hour);
            assert_eq!((day.as_str(), at.as_str()), expected, "at {hour}");
        }
        assert_eq!(of(&show(""), date(2029, 5, 6), 9).0, "2029-05-06", "without a hard start");
        // A show with a date keeps it where that is near, and runs by its times of day elsewhere.
        let dated = show("date = 2026-12-02\nstart = 10:00:00\n");
        assert_eq!(of(&dated, date(2026, 12, 2), 9).0, "2026-12-02");
        assert_eq!(of(&dated, date(2029, 5, 6), 9).0, "2029-05-06");
    }

    #[test]
    fn a_cue_is_at_its_planned_time() {
        let day = date(2026, 11, 28);
        let found = |show: &Show| show.find(&CueNumber::new("2").unwrap()).unwrap();
        let anchored = show("start = 23:30:00\n");
        assert_eq!(
            at_cue(&anchored, day, found(&anchored)).map(|at| reads(&anchored, at)),
            Some("29 00:10".into())
        );
        let free = show("");
        assert_eq!(at_cue(&free, day, found(&free)), None);
        let by_clock = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nstart = 20:00:00\nduration = \"1h\"\n\
                        cue = [{ number = \"2\", title = \"a\", trigger = { at = 20:10:05 } }]\n";
        let by_clock = file::parse(by_clock, "Europe/Paris").unwrap();
        let at = at_cue(&by_clock, day, found(&by_clock)).unwrap();
        let at = at.to_zoned_datetime(by_clock.zone.clone());
        assert_eq!(at.time(), time(20, 9, 55, 0), "it comes ten seconds after the opening");
    }
}
