//! A GO that takes a second one. It would begin a segment long before its hard start: the playhead
//! has passed on to the next segment, and the next press is easily one too many. Or its cue was fired
//! aside, so the audience has had it; or it may have been, before the journal lost its end or the flag
//! was taken.

use std::time::Duration;

use super::App;
use crate::engine::{Aside, RunNs, State};
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
    /// it would begin before its hard start ([`State::begins_early`]). A cue that another station has
    /// fired aside ([`State::fired_aside`]) takes a second GO, too, and so does one of which nobody knows
    /// whether it was sent ([`State::may_have_been_sent`]). The run's clock reads `run_ns`, the machine's
    /// `now_ns`.
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
        let early = early.map(|(cue, segment, early)| {
            let show = state.show();
            let starts = wall_time(state, run_ns, run_ns + early);
            let what = format!(
                "{} begins {}, which starts at {starts}, {} from now",
                show.cue(cue).number,
                show.segment(segment).title,
                duration::clock(early),
            );
            (cue, what)
        });
        let aside = || {
            let cue = state.playhead()?;
            let Aside { fired_by, fired_ns, .. } = state.fired_aside(cue)?;
            let (number, at) = (&state.show().cue(cue).number, wall_time(state, run_ns, *fired_ns));
            Some((cue, format!("{number} was fired by {fired_by} at {at}")))
        };
        let unsure = || {
            let cue = state.playhead().filter(|&cue| state.may_have_been_sent(cue))?;
            Some((cue, format!("{} may have been sent already", state.show().cue(cue).number)))
        };
        let asked = early.or_else(aside).or_else(unsure);
        let (cue, what) = asked.filter(|_| state.speed() == 1)?;
        let is_again = |last: EarlyGo| last.cue == cue && now_ns.since(last.at_ns) <= AGAIN;
        if last.is_some_and(is_again) {
            return None;
        }
        self.early_go = Some(EarlyGo { cue, at_ns: now_ns });
        Some(format!("{what}: GO again within {} s fires it", AGAIN.as_secs()))
    }
}

/// The time of day of the instant `at_ns` of the run, where the show is.
fn wall_time(state: &State, now_ns: RunNs, at_ns: RunNs) -> String {
    state.show().time_words(state.wall(at_ns), state.wall(now_ns))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::app::Theme;
    use crate::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
    use crate::engine::{Cause, Command, Event, MissedWhy, Origin, Record};
    use crate::show::{CueNumber, StationName, file};

    const GO: Command = Command::Go { cause: Cause::Go };

    /// Three segments with a cue each, at 20:00, 20:30 and 21:00.
    fn state() -> State {
        let mut text = "title = \"x\"\ntimezone = \"UTC\"\n".to_owned();
        for (n, start) in [(1, "20:00:00"), (2, "20:30:00"), (3, "21:00:00")] {
            text.push_str(&format!(
                "[[segment]]\ntitle = \"S{n}\"\nstart = {start}\nduration = \"10m\"\n\
                 cue = [{{ number = \"{n}\", title = \"C\" }}]\n"
            ));
        }
        State::new(Arc::new(file::parse(&text, "UTC").unwrap()))
    }

    fn started(clock: Timestamp, speed: u32) -> Event {
        Event::RunStarted {
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
            web: None,
        }
    }

    /// A run of that show which begins at `clock`.
    fn evening(clock: &str, speed: u32) -> Conductor {
        let clock: Timestamp = clock.parse().unwrap();
        let (state, started) = (state(), started(clock, speed));
        let clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, speed);
        let mut run = Conductor::new(state, clock, 0, RunNs::ZERO);
        run.drive(MachineNs::ZERO, ConductorInput::Begin(started), |_, _| vec![]);
        run
    }

    fn go(run: &mut Conductor, seconds: u64) {
        let machine_ns = run.clock().machine_ns(RunNs::ZERO + Duration::from_secs(seconds));
        let mut replies = vec![];
        run.drive(
            machine_ns,
            ConductorInput::Command { by: By::Caller, command: GO },
            |_, output| {
                if let ConductorOutput::Reply { result, .. } = output {
                    replies.push(result);
                }
                vec![]
            },
        );
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

    #[test]
    fn a_go_on_a_cue_that_may_have_been_sent_is_given_the_second_time() {
        let (mut run, mut app) = (evening("2026-11-28T20:00:00Z", 1), App::new(Theme::Dark));
        let resumed =
            Event::RunResumed { down_ns: 1, listen: None, web: None, gap: true, auto: false };
        run.drive(MachineNs::ZERO, ConductorInput::Begin(resumed), |_, _| vec![]);
        let mut asks = |state: &State, at_s: u64| {
            let now_ns = MachineNs::ZERO + Duration::from_secs(at_s);
            app.goes_early(None, state, RunNs::ZERO, now_ns)
        };
        let words = "1 may have been sent already: GO again within 5 s fires it";
        assert_eq!(asks(run.state(), 0).as_deref(), Some(words));
        assert_eq!(asks(run.state(), 3), None);
        let answer = ConductorInput::Command { by: By::Caller, command: Command::Answer };
        run.drive(MachineNs::ZERO, answer, |_, _| vec![]);
        assert_eq!(asks(run.state(), 10), None, "the caller has answered the alarm");
    }

    #[test]
    fn a_go_on_a_cue_that_was_missed_by_a_take_is_given_the_second_time() {
        for (why, asks) in [(MissedWhy::FlagTaken, true), (MissedWhy::PassLate, false)] {
            let (mut state, mut app) = (state(), App::new(Theme::Dark));
            let (run_ns, at) = (RunNs::ZERO, "2026-11-28T20:00:00Z".parse().unwrap());
            let cue = CueNumber::new("1").unwrap();
            let missed = Event::CueMissed { cue, why, due_ns: run_ns };
            for event in [started(at, 1), missed] {
                state.fold(&Record { seq: 1, at, run_ns, origin: None, event });
            }
            let words = "1 may have been sent already: GO again within 5 s fires it";
            let asked = app.goes_early(None, &state, run_ns, MachineNs::ZERO);
            assert_eq!(asked.as_deref(), asks.then_some(words));
            assert_eq!(app.goes_early(None, &state, run_ns, MachineNs::ZERO), None);
        }
    }

    #[test]
    fn a_go_on_a_cue_that_was_fired_aside_is_given_the_second_time() {
        let (mut state, mut app) = (state(), App::new(Theme::Dark));
        let (run_ns, at) = (RunNs::ZERO, "2026-11-28T19:59:30Z".parse().unwrap());
        let name = |text| StationName::new(text).unwrap();
        let mut fold = |station: &str, term, event| {
            let origin = Some(Arc::new(Origin::new(station, term)));
            state.fold(&Record { seq: 1, at, run_ns, origin, event });
        };
        fold("paris", 1, started(at, 1));
        let (from, reason, silent_ns) = (name("paris"), "gone".into(), 1);
        fold("la", 2, Event::FlagTaken { from, reason, silent_ns });
        let (cue, fired_by) = (CueNumber::new("1").unwrap(), name("paris"));
        let fired_ns = RunNs::ZERO + Duration::from_secs(12);
        fold("la", 2, Event::CueFiredAside { cue: cue.clone(), fired_by, fired_ns });
        fold("la", 2, Event::PlayheadMoved { cue: Some(cue) });
        let mut asks = |at_s: u64| {
            let now_ns = MachineNs::ZERO + Duration::from_secs(1_000 + at_s);
            app.goes_early(None, &state, run_ns, now_ns)
        };
        let words = "1 was fired by paris at 19:59:42: GO again within 5 s fires it";
        assert_eq!(asks(0).as_deref(), Some(words));
        assert!(asks(6).is_some(), "the second came too late");
        assert_eq!(asks(10), None);
    }
}
