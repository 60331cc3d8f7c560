//! Time until a frame has to be drawn again if nothing happens.
//!
//! Must never name an instant after one at which something on the screen moves. Where it does not
//! know, it names none, and the screen looks several times a second. What it knows: the clocks, and
//! the figures that count down in whole seconds, each from an instant of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{View, flag, monitor};
use crate::app::{App, Page};
use crate::engine::{Countdown, Ongoing, RunNs};
use crate::show::duration::SECOND_NS;
use crate::time::{nanoseconds, signed_nanoseconds};
use crate::ui::scene::Scene;

/// The fractions of a second that the times of a plan may have.
const FRACTIONS_MAX: usize = 4;

/// Fixed times of the run's plan.
#[derive(Debug, Default)]
pub struct Still {
    /// Beginning of the plan's run on the wall clock, and the fractions of a second that the plan's
    /// times have then, nanoseconds; nothing where there are too many.
    fractions: Option<(Timestamp, Option<Vec<i64>>)>,
}

impl Still {
    /// The instant of the run's clock until which a frame of `view` stays as it is while nothing
    /// happens, where that is known.
    pub fn until(&mut self, view: &View) -> Option<RunNs> {
        let (state, app) = (view.state, view.app);
        let is_paced = state.speed() > 1 || state.is_demonstration();
        let is_stopped = state.has_ended() || state.is_panicked() || state.held_since().is_some();
        // The outputs' page tells how long ago something was tried, by the machine's clock; a clip
        // has its player's.
        let is_played = matches!(app.page, Page::Outputs | Page::Stations)
            || app.outputs.iter().any(|health| !health.clips.is_empty());
        if is_paced || is_stopped || is_played || flag::counts(app) {
            return None;
        }
        let scene = Scene::new(view);
        let mut next = NextChange { now_ns: view.now_ns.ns(), at_ns: i64::MAX };
        // The clock, and with it all that is only expected.
        let whole_ns = scene.shown_now_ns.ns();
        next.second(whole_ns);
        next.at(state.planned_begin_ns().ns());
        if app.page == Page::People {
            // Each has a countdown to what comes.
            for fraction_ns in self.fractions(&scene)? {
                next.second(whole_ns + fraction_ns);
                next.second(whole_ns - fraction_ns);
            }
        }
        if let Some(left) = message_left(view) {
            next.at((view.now_ns + left).ns());
        }
        ahead(&scene, &mut next);
        if state.has_begun() {
            figures(&scene, &mut next)?;
        }
        (next.at_ns >= 0).then_some(RunNs::new(next.at_ns))
    }

    /// The fractions of a second that the planned times have, after a whole second of the wall
    /// clock, or, where the plan is not tied to that, of the plan's own.
    fn fractions(&mut self, scene: &Scene) -> Option<&[i64]> {
        let begun = scene.state.wall(RunNs::ZERO);
        if self.fractions.as_ref().is_some_and(|(known, _)| *known != begun) {
            self.fractions = None;
        }
        self.fractions.get_or_insert_with(|| (begun, fractions(scene))).1.as_deref()
    }
}

fn fractions(scene: &Scene) -> Option<Vec<i64>> {
    let plan = scene.state.plan();
    let origin_ns = if plan.anchored { scene.shown_now_ns.ns() } else { 0 };
    let planned = plan.segment_start_ns.iter().chain(&plan.cue_start_ns).chain([&plan.end_ns]);
    let mut fractions = BTreeSet::from([0]);
    for at_ns in planned {
        fractions.insert((at_ns.ns() - origin_ns).rem_euclid(SECOND_NS as i64));
        if fractions.len() > FRACTIONS_MAX {
            return None;
        }
    }
    Some(fractions.into_iter().collect())
}

/// The time until the next cue is called, and until others come by themselves.
fn ahead(scene: &Scene, next: &mut NextChange) {
    let (state, now_ns) = (scene.state, scene.now_ns);
    let upcoming = [state.next_by_itself(now_ns), state.next_auto_call(now_ns)];
    let upcoming = upcoming.into_iter().flatten().map(|upcoming| upcoming.at_ns);
    for at_ns in upcoming.chain(state.due_by_clock()) {
        next.second(at_ns.ns());
    }
    let left = state.playhead().and_then(|cue| state.call_left(cue, &scene.timing, now_ns));
    if let Some(left) = left {
        next.second(now_ns.shifted(left).ns());
    }
}

/// The next instant at which something moves.
struct NextChange {
    now_ns: i64,
    at_ns: i64,
}

impl NextChange {
    /// Something moves at `ns`, if that is to come.
    fn at(&mut self, ns: i64) {
        if ns > self.now_ns {
            self.at_ns = self.at_ns.min(ns);
        }
    }

    /// Something moves every second, and does so at `ns`.
    fn second(&mut self, ns: i64) {
        let second_ns = SECOND_NS as i64;
        self.at(self.now_ns + second_ns - (self.now_ns - ns).rem_euclid(second_ns));
    }

    /// A countdown and what is told beside it; nothing where it moves more often than once a
    /// second, or is over.
    fn countdown(&mut self, countdown: Countdown) -> Option<()> {
        if countdown.of < Countdown::LONG || !countdown.left().is_positive() {
            return None;
        }
        self.second(self.now_ns - nanoseconds(countdown.elapsed) as i64);
        self.second(self.now_ns + signed_nanoseconds(countdown.left()));
        Some(())
    }
}

/// The figures of the pages that are known once the show has begun; nothing where something moves
/// that this does not know.
fn figures(scene: &Scene, next: &mut NextChange) -> Option<()> {
    let (state, now_ns) = (scene.state, scene.now_ns);
    let is_known = matches!(scene.app.page, Page::Run | Page::Timeline | Page::Log | Page::Help);
    if !is_known || monitor::has_picture(scene) || state.gap(now_ns).is_some() {
        return None;
    }
    next.countdown(state.segment_countdown(now_ns)?)?;
    for &cue in state.on_air() {
        if let Some(countdown) = scene.countdown(cue) {
            next.countdown(countdown)?;
        }
    }
    for ends_ns in state.ongoing(now_ns).filter_map(Ongoing::ends_ns) {
        next.second(ends_ns.ns());
        next.at(ends_ns.ns());
    }
    if let Some(act) = state.running_act() {
        next.second(state.act_timing(&act, &scene.timing, now_ns).ends_ns.ns());
    }
    let mut fired_ns = RunNs::ZERO;
    for cue in state.known_cues() {
        let known = state.cue(cue);
        let at_once_ns = known.fired_ns.filter(|ns| known.completed_ns == Some(*ns));
        fired_ns = fired_ns.max(at_once_ns.unwrap_or_default());
        if let Some(due_ns) = known.due_ns {
            next.second(state.run_ns(due_ns, now_ns).ns());
        }
    }
    // The last that was complete at once leaves the monitor then.
    next.at((fired_ns + monitor::LINGERS).ns());
    Some(())
}

/// Time until the message goes, if it does by itself.
fn message_left(view: &View) -> Option<Duration> {
    let message = view.app.message.as_ref().filter(|message| message.fades())?;
    App::MESSAGE.checked_sub(view.machine_ns.since(message.at_ns))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::app::log::Log;
    use crate::app::{Theme, Tone};
    use crate::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
    use crate::engine::{Cause, Command, Event, State};
    use crate::show::{builtin, file};
    use crate::time::MachineNs;
    use crate::ui::{Capabilities, Depth, Glyphs, draw};

    /// Cues that are called, follow, stand in for others and come by the clock, before a hard start
    /// and after it.
    const TIED: &str = r#"
        title = "Tied"
        timezone = "Europe/Paris"
        date = 2026-11-28
        [[segment]]
        title = "One"
        start = 20:00:00
        duration = "90s"
        [[segment.cue]]
        number = "1"
        title = "Called"
        duration = "40s"
        [[segment.cue]]
        number = "2"
        title = "By the clock"
        trigger = { at = 20:00:30 }
        [[segment]]
        title = "Two"
        duration = "5m"
        [[segment.cue]]
        number = "3"
        title = "Later"
        [[segment.cue]]
        number = "4"
        title = "Later still"
        [[segment.cue]]
        number = "5"
        title = "Follows"
        trigger = { with = "4", delay = "1.5s" }
        [[segment.cue]]
        number = "6"
        title = "The last"
    "#;

    /// The same with a chain that has more fractions of a second than a plan may have.
    fn chained() -> String {
        let links = (7..14).map(|cue| {
            format!(
                "\n[[segment.cue]]\nnumber = \"{cue}\"\ntitle = \"Link\"\n\
                 trigger = {{ with = \"{}\", delay = \"70ms\" }}",
                cue - 1
            )
        });
        TIED.to_owned() + &links.collect::<String>()
    }

    fn started(text: &str, us: i64) -> Conductor {
        let show = Arc::new(file::parse(text, "UTC").unwrap());
        let day = show.date.unwrap_or(date(2026, 11, 28));
        let noon = day.at(19, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
        let clock = Timestamp::from_microsecond(noon.as_microsecond() + us).unwrap();
        let start = Event::RunStarted {
            show: show.title.clone(),
            source: "test".into(),
            rehearsal: us % 2 == 0,
            speed: 1,
            auto: false,
            clock,
            day,
            version: "test".into(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
            web: None,
        };
        let clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, 1);
        let mut run = Conductor::new(State::new(show), clock, 0, RunNs::ZERO);
        run.drive(MachineNs::ZERO, ConductorInput::Begin(start), UNHEARD);
        run
    }

    /// Outputs of whose messages nothing is heard.
    const UNHEARD: fn(&State, ConductorOutput) -> Vec<ConductorInput> = |_, _| vec![];

    /// The machine's clock at an instant of the run.
    fn machine_ns(run_ns: RunNs) -> MachineNs {
        MachineNs::ZERO + run_ns.since(RunNs::ZERO)
    }

    /// Lets a run go on to this instant, and presses GO there.
    fn go_at(run: &mut Conductor, now_ns: RunNs) {
        run.pass(MachineNs::ZERO, machine_ns(now_ns), UNHEARD);
        let command = Command::Go { cause: Cause::Go };
        run.drive(machine_ns(now_ns), ConductorInput::Command { by: By::Caller, command }, UNHEARD);
    }

    fn frame(view: &View, (columns, rows): (u16, u16)) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| drop(draw(frame, view))).unwrap().buffer.clone()
    }

    #[test]
    fn after_a_go_only_figures_move() {
        for text in [
            TIED,
            &TIED.replace("start = 20:00:00\n", "").replace("trigger = { at = 20:00:30 }\n", ""),
            &chained(),
        ] {
            let mut run = started(text, 250_001);
            let now_ns = RunNs::ZERO + Duration::from_secs(3_600);
            go_at(&mut run, now_ns);
            let (app, log) = (App::new(Theme::Dark), Log::default());
            let capabilities = Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All };
            let mut view = View {
                app: &app,
                state: run.state(),
                log: &log,
                now_ns,
                machine_ns: machine_ns(now_ns),
                capabilities,
            };
            let mut frames = 0;
            view.now_ns += Duration::from_secs(1) / 3;
            while view.now_ns < now_ns + Duration::from_secs(9) {
                view.now_ns = Still::default().until(&view).expect("known");
                frames += 1;
            }
            assert!((9..=36).contains(&frames), "{frames}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn nothing_moves_before_the_instant_that_is_named(
            show in 0..9_usize,
            us in 0..2_000_000_i64,
            at_s in 0..9_000_u64,
            at_ns in 0..SECOND_NS,
            later in 0.0..1.0_f64,
            page in 0..Page::ALL.len(),
            gos in 0..12_u64,
            said_ms in proptest::option::of(0..10_000_u64),
            between_ns in 0..400 * SECOND_NS,
            size in prop_oneof![Just((80, 24)), Just((120, 36)), Just((200, 60))],
        ) {
            let paris = builtin::find("paris-2024").unwrap().text;
            let untied = TIED.replace("start = 20:00:00\n", "").replace("trigger = { at = 20:00:30 }\n", "");
            let fractions = TIED.replace("20:00:30", "20:00:30.25");
            // Called cues are spread over their segment.
            let spread = TIED.replace("\"90s\"", "\"97s\"").replace("\"5m\"", "\"311s\"").replace("trigger = { at = 20:00:30 }\n", "");
            let loose = spread.replace("start = 20:00:00\n", "");
            // The segment and the cue count up, and each segment is an act.
            let up = TIED.replace("\"90s\"", "\"90s\"\ncount = \"up\"").replace("\"40s\"", "\"40s\"\ncount = \"up\"").replace("[[segment]]", "[[segment]]\nact = \"Act\"");
            let ramps = TIED.replace("title = \"Tied\"", "title = \"Ramps\"\noutput.desk.osc = \"udp://127.0.0.1:8000\"").replace("title = \"Later\"", "title = \"Later\"\ndo = [{ output = \"desk\", osc = \"/a\", ramp = [0, 9], over = \"47.3s\" }]");
            let chain = chained();
            let shows = [TIED, paris, &untied, &fractions, &up, &ramps, &spread, &loose, &chain];
            let mut run = started(shows[show], us);
            let (mut app, log) = (App::new(Theme::Dark), Log::default());
            app.page = Page::ALL[page];
            let mut now_ns = RunNs::ZERO + Duration::from_secs(at_s);
            for _ in 0..gos {
                now_ns += Duration::from_nanos(between_ns);
                go_at(&mut run, now_ns);
            }
            now_ns += Duration::from_nanos(at_ns);
            run.pass(MachineNs::ZERO, machine_ns(now_ns), UNHEARD);
            if let Some(ms) = said_ms {
                let said_ns = now_ns.shifted(-SignedDuration::from_millis(ms as i64)).max(RunNs::ZERO);
                app.say("said", Tone::Calm, machine_ns(said_ns));
            }
            let state = run.state();
            let capabilities = Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All };
            let view = View { app: &app, state, log: &log, now_ns, machine_ns: machine_ns(now_ns), capabilities };
            let until_ns = Still::default().until(&view);
            let is_counted = matches!(app.page, Page::Run | Page::Timeline | Page::Log | Page::Help);
            prop_assert!(gos > 0 || until_ns.is_some() || !is_counted);
            if let Some(until_ns) = until_ns {
                prop_assert!(until_ns > now_ns && until_ns <= now_ns + Duration::from_secs(1));
                let ns = Duration::from_nanos(1);
                let later_ns = now_ns + (until_ns - ns).since(now_ns).mul_f64(later);
                let drawn = frame(&view, size);
                // Nothing happens before that.
                let until_ns = until_ns.min(state.poll_timeout().unwrap_or(RunNs::MAX)).max(now_ns + ns);
                let later_ns = later_ns.min(until_ns - ns);
                for now_ns in [later_ns, until_ns - ns] {
                    let view = View { now_ns, machine_ns: machine_ns(now_ns), ..view };
                    prop_assert_eq!(&frame(&view, size), &drawn);
                }
            }
        }
    }
}
