//! `handover demo` on a virtual clock: what it promises is on the screen, in its order, for as long
//! as it says.
//!
//! Every row of [`FACTS`] is something to be seen; the test moves the machine's clock by quarters
//! of a second, draws each frame, and finds the rows one after the other.

use std::sync::Arc;

use handover::app::demo::Demo;
use handover::app::log::Log;
use handover::app::{App, Theme};
use handover::conductor::{Conductor, ConductorInput, ConductorOutput, RunClock};
use handover::engine::Event;
use handover::output::{Outcome, Outputs};
use handover::show::duration::SECOND_NS;
use handover::show::{Show, builtin, file};
use handover::time::MachineNs;
use handover::ui::{self, Capabilities, Depth, Glyphs, View};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::stage::text;

/// Within how many seconds everything has to be seen.
const ALL_S: u64 = 90;

/// Number of frames a second that are looked at.
const FRAMES: u64 = 4;

/// Something to be seen, and the words of the screen that show it.
type Fact = (&'static str, &'static [&'static str]);

/// Moments of the demonstration, in order.
const FACTS: &[Fact] = &[
    ("that it is a demonstration", &["DEMONSTRATION"]),
    (
        "departments that answer before the jump",
        &["STANDBY", "24  Tom Cruise: off the roof", "1 of 3"],
    ),
    ("the jump from the side", &["24  Tom Cruise: off the roof", "fallen", "of 46 m", "↓"]),
    (
        "him on the field, the picture held",
        &["24  Tom Cruise: off the roof  complete", "25  He lands; the flag is"],
    ),
    ("a late call: the plan is over", &["26  He takes the flag", "+1:00"]),
    ("two hands at the flag", &["┏ ✓ 1", "Karen Bass", "┌ ● 2", "Simone Biles"]),
    ("the flag on the motorcycle", &["27  The flag onto the motorcycle", "● 28"]),
    ("the ride on the map", &["29  The ride through Paris", "Stade de France", "km to go"]),
    ("a missed cue", &["! 1 missed", "29.5"]),
    ("the missed cue, called", &["✓ 29.5"]),
    ("the plane, with a marker that walks to it", &["30  He boards the plane", "◉"]),
    ("a lost output", &["screens down", "pretends to be down"]),
    ("the backup in the place of the film", &["32A", "replaces  32 The flight"]),
    (
        "the flight on the map",
        &["32A  The flight, from the second server", "of 9,1", "Los Angeles"],
    ),
    ("the skydive from the side", &["33A  The skydive", "fallen", "4,000 m"]),
    ("the rings, the first of them lit", &["34  Five rings on the two Os", "✓ Blue", "● Black"]),
    ("all five rings lit", &["✓ Blue", "✓ Black", "✓ Red", "✓ Yellow", "✓ Green"]),
    ("his post", &["36  His post on X", "│ Thank you, Paris! Now off to LA"]),
    ("Los Angeles, live", &["37  Los Angeles, live", "Hollywood sign", "km to go"]),
];

/// The demonstration as the program runs it, with a clock that the test moves.
struct Watched {
    conductor: Conductor,
    outputs: Outputs,
    app: App,
    log: Log,
    show: Arc<Show>,
    fired: Vec<String>,
    machine_ns: MachineNs,
}

impl Watched {
    fn new() -> Self {
        let show = Arc::new(file::parse(builtin::find("paris-2024").unwrap().text, "UTC").unwrap());
        let Demo { state, log, seq, run_ns, script } =
            Demo::new(&show, Timestamp::UNIX_EPOCH).unwrap();
        let clock = RunClock::new(MachineNs::ZERO, run_ns, Timestamp::UNIX_EPOCH, state.speed())
            .paced(script);
        let conductor = Conductor::new(state, clock, seq, run_ns);
        let outputs = Outputs::rehearsal(Arc::clone(&show));
        let app = App::new(Theme::Dark);
        Watched { conductor, outputs, app, log, show, fired: vec![], machine_ns: MachineNs::ZERO }
    }

    /// Does what is due by an instant of the machine's clock.
    fn until(&mut self, machine_ns: MachineNs) {
        let Watched { outputs, app, fired, .. } = self;
        self.conductor.pass(self.machine_ns, machine_ns, |state, output| match output {
            ConductorOutput::Append(records) => {
                for record in records {
                    app.happened(&record.event, state, MachineNs::ZERO);
                    if let Event::CueFired { cue, .. } = &record.event {
                        fired.push(cue.as_str().to_owned());
                    }
                }
                vec![]
            }
            ConductorOutput::Send(job) => {
                let outcome = outputs.send(job, machine_ns).expect("a rehearsal knows at once");
                assert_ne!(outcome, Outcome::Sent, "a rehearsal sends nothing");
                vec![ConductorInput::Outcome(job, outcome)]
            }
            ConductorOutput::Outages(down) => {
                outputs.pretend_down(&down);
                vec![]
            }
            ConductorOutput::Stop { .. }
            | ConductorOutput::GiveWay { .. }
            | ConductorOutput::EndRamps
            | ConductorOutput::PauseClip(_)
            | ConductorOutput::ResumeClip(_)
            | ConductorOutput::StopAll(_)
            | ConductorOutput::Reply { .. }
            | ConductorOutput::ClipsLost(_)
            | ConductorOutput::Arm(_)
            | ConductorOutput::Join(_)
            | ConductorOutput::ShowTime(_)
            | ConductorOutput::Tell(_)
            | ConductorOutput::Propose(_)
            | ConductorOutput::Muted(_)
            | ConductorOutput::Revised
            | ConductorOutput::StoodStill => vec![],
        });
        self.machine_ns = machine_ns;
        self.app.outputs = self.outputs.health(machine_ns);
    }

    fn frame(&self, machine_ns: MachineNs, (columns, rows): (u16, u16)) -> String {
        let view = View {
            app: &self.app,
            state: self.conductor.state(),
            log: &self.log,
            now_ns: self.conductor.clock().run_ns(machine_ns),
            machine_ns,
            capabilities: Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All },
        };
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| _ = ui::draw(frame, &view)).unwrap();
        text(terminal.backend().buffer())
    }
}

#[test]
fn everything_is_shown_in_its_order_within_ninety_seconds() {
    for size in [(120, 36), (200, 60)] {
        let mut watched = Watched::new();
        let mut open = FACTS.iter();
        let mut next = open.next();
        let mut lit = 0;
        for frame in 0..ALL_S * FRAMES {
            let machine_ns = MachineNs::new(frame * SECOND_NS / FRAMES);
            watched.until(machine_ns);
            // Beside the marks of a small screen there are chips of their colours.
            let screen = watched.frame(machine_ns, size).replace("■ ", "");
            while let Some((what, _)) =
                next.filter(|(_, words)| words.iter().all(|word| screen.contains(word)))
            {
                println!("{:4.1} s: {what}", frame as f64 / FRAMES as f64);
                next = open.next();
            }
            let is_lit = |ring| screen.contains(&format!("✓ {ring}"));
            lit += u64::from(["Blue", "Black", "Red", "Yellow", "Green"].into_iter().all(is_lit));
        }
        if let Some((what, words)) = next {
            let screen = watched.frame(MachineNs::new(ALL_S * SECOND_NS), size);
            panic!("not seen at {size:?}: {what} {words:?}; at the end there is\n{screen}");
        }
        assert!(
            lit >= 8 * FRAMES,
            "at {size:?} all five rings stand lit in {lit} frames of {FRAMES} a second only"
        );
    }
}

#[test]
fn it_goes_on_to_the_end_of_the_show_and_calls_everything_once() {
    let mut watched = Watched::new();
    for second in 0..200 {
        watched.until(MachineNs::new(second * SECOND_NS));
    }
    assert!(watched.conductor.state().has_ended(), "it has not ended after 200 seconds");
    let again = Watched::new();
    assert_eq!(
        again.conductor.state(),
        Watched::new().conductor.state(),
        "it begins in the same way each time"
    );
    let mut fired = watched.fired.clone();
    fired.sort();
    fired.dedup();
    assert_eq!(fired.len(), watched.fired.len(), "nothing fires twice: {:?}", watched.fired);
    assert!(fired.contains(&"43".to_owned()), "the last cue has fired: {fired:?}");
    // It makes up for what it was late: the last hard start is met.
    let midnight = handover::show::SegmentIx(watched.show.segments.len() as u32 - 1);
    let state = watched.conductor.state();
    let started = state.wall(state.segment(midnight).started_ns.unwrap());
    assert_eq!(started.to_string(), "2024-08-11T22:00:00Z");
}
