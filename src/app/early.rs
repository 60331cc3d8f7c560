//! A GO that would begin a segment long before its hard start: the playhead has passed on to the
//! next segment, and the next press is easily one too many. It takes a second one.

use std::time::Duration;

use super::App;
use crate::engine::{RunNs, State};
use crate::show::duration;
use crate::show::{CueIx, SegmentIx};
use crate::time::MachineNs;

/// Time that the second GO may take.
const AGAIN: Duration = Duration::from_secs(5);

/// A GO that was not given yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EarlyGo {
    cue: CueIx,
    /// Instant of it, by the machine's clock.
    at_ns: MachineNs,
}

impl App {
    /// Returns why a GO that the run would obey is not given yet; `None` where it is. `early` is what
    /// it would begin before its hard start ([`State::begins_early`]). The run's clock reads
    /// `run_ns`, the machine's `now_ns`.
    ///
    /// Remote controls keep the same rule as the keys. A cue that is named by its number is meant.
    /// Where the program's clock is faster than the machine's nobody could answer in time.
    pub fn goes_early(
        &mut self,
        early: Option<(CueIx, SegmentIx, Duration)>,
        state: &State,
        run_ns: RunNs,
        now_ns: MachineNs,
    ) -> Option<String> {
        let last = self.early_go.take();
        let (cue, segment, early) = early.filter(|_| state.speed() == 1)?;
        let is_again = |last: EarlyGo| last.cue == cue && now_ns.since(last.at_ns) <= AGAIN;
        if last.is_some_and(is_again) {
            return None;
        }
        self.early_go = Some(EarlyGo { cue, at_ns: now_ns });
        let show = state.show();
        let starts = state.wall(run_ns + early);
        let starts = starts.to_zoned_datetime(show.zone.clone()).strftime("%H:%M:%S");
        Some(format!(
            "{} begins {}, which starts at {starts}, {} from now: GO again within {} s fires it",
            show.cue(cue).number,
            show.segment(segment).title,
            duration::clock(early),
            AGAIN.as_secs(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::app::Theme;
    use crate::conductor::{By, Conductor, Input, Output, RunClock};
    use crate::engine::{Cause, Command, Event};
    use crate::show::file;

    const GO: Command = Command::Go { cause: Cause::Go };

    /// Three segments with a cue each, at 20:00, 20:30 and 21:00, in a run that begins at `clock`.
    fn evening(clock: &str, speed: u32) -> Conductor {
        let mut text = "title = \"x\"\ntimezone = \"UTC\"\n".to_owned();
        for (n, start) in [(1, "20:00:00"), (2, "20:30:00"), (3, "21:00:00")] {
            text.push_str(&format!(
                "[[segment]]\ntitle = \"S{n}\"\nstart = {start}\nduration = \"10m\"\n\
                 cue = [{{ number = \"{n}\", title = \"C\" }}]\n"
            ));
        }
        let state = State::new(Arc::new(file::parse(&text, "UTC").unwrap()));
        let clock: Timestamp = clock.parse().unwrap();
        let started = Event::RunStarted {
            show: "x".into(),
            source: "x".into(),
            rehearsal: false,
            speed,
            auto: false,
            clock,
            day: clock.to_zoned_datetime(jiff::tz::TimeZone::UTC).date(),
            version: "0".into(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
        };
        let clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, speed);
        let mut run = Conductor::new(state, clock, 0, RunNs::ZERO);
        run.drive(MachineNs::ZERO, Input::Begin(started), |_, _| vec![]);
        run
    }

    fn go(run: &mut Conductor, seconds: u64) {
        let machine_ns = run.clock().machine_ns(RunNs::ZERO + Duration::from_secs(seconds));
        let mut replies = vec![];
        run.drive(machine_ns, Input::Command { by: By::Caller, command: GO }, |_, output| {
            if let Output::Reply { result, .. } = output {
                replies.push(result);
            }
            vec![]
        });
        assert_eq!(replies, [Ok(())]);
    }

    #[test]
    fn a_go_long_before_a_hard_start_is_given_the_second_time() {
        let (mut run, mut app) = (evening("2026-11-28T19:59:30Z", 1), App::new(Theme::Dark));
        let mut asks = |state: &State, run_s: u64, at_s: u64| {
            let run_ns = RunNs::ZERO + Duration::from_secs(run_s);
            app.goes_early(
                state.begins_early(run_ns),
                state,
                run_ns,
                MachineNs::ZERO + Duration::from_secs(1_000 + at_s),
            )
        };
        assert_eq!(asks(run.state(), 0, 0), None, "the first GO begins the show");
        go(&mut run, 30);
        let words =
            "2 begins S2, which starts at 20:30:00, 30:20 from now: GO again within 5 s fires it";
        assert_eq!(asks(run.state(), 10, 10).as_deref(), Some(words));
        assert!(asks(run.state(), 16, 16).is_some(), "the second came too late");
        assert_eq!(asks(run.state(), 20, 20), None);
        assert!(asks(run.state(), 21, 21).is_some(), "one question is good for one GO");
        let minute_before_s = 30 * 60 + 30 - 60;
        assert_eq!(asks(run.state(), minute_before_s, 40), None);
        assert!(asks(run.state(), minute_before_s - 1, 60).is_some());
        go(&mut run, 40);
        assert_eq!(asks(run.state(), 50, 80), None, "the caller does not go by hard starts");
    }

    #[test]
    fn nobody_is_asked_in_a_run_at_another_time_of_day_or_at_a_faster_clock() {
        for (clock, speed) in [("2026-11-28T12:00:00Z", 1), ("2026-11-28T19:59:30Z", 2)] {
            let (mut run, mut app) = (evening(clock, speed), App::new(Theme::Dark));
            go(&mut run, 1);
            assert_eq!(
                {
                    let time = Duration::from_secs(2);
                    let (run_ns, now_ns) = (RunNs::ZERO + time, MachineNs::ZERO + time);
                    app.goes_early(run.state().begins_early(run_ns), run.state(), run_ns, now_ns)
                },
                None
            );
        }
    }
}
