//! The cost of a large show: reading 10,000 cues, a frame of them beside a frame of 50, each page
//! of a show that is large in every way, replaying 100,000 events.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench reads the clock, and ends where something is wrong"
)]

mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Bounds, Sample, called_cue, head, opened};
use handover::app::log::Log;
use handover::app::{App, Page, Theme};
use handover::conductor::{By, ConductorInput, ConductorOutput};
use handover::engine::{Cause, Command, Event, Record, RunNs, State};
use handover::journal::{encode, recover_bytes, truncate};
use handover::show::{PersonIx, Show, file};
use handover::time::MachineNs;
use handover::ui::{self, Capabilities, Depth, Glyphs, View};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    let mut bounds = Bounds::default();
    let text = called(10_000, 9);
    let reading = sample(15, || file::parse(black_box(&text), "UTC"));
    println!("{}", reading.line("read and check a show of 10,000 cues"));
    bounds.hold(
        "a show of 10,000 cues is read",
        reading.quantile(0.5).as_secs_f64() * 1e3,
        150.0,
        "ms",
    );

    let (small, large) = (frame(50), frame(10_000));
    println!("{}", small.line("a frame of 50 cues, 120x36"));
    println!("{}", large.line("a frame of 10,000 cues, 120x36"));
    let ratio = large.quantile(0.5).as_secs_f64() / small.quantile(0.5).as_secs_f64();
    bounds.hold("a frame of 10,000 cues beside one of 50", ratio, 1.5, "times");

    let text = crowded();
    let reading = sample(5, || file::parse(black_box(&text), "UTC"));
    println!("{}", reading.line("read and check it with 500 segments and 300 people in them"));
    bounds.hold(
        "a show of 10,000 cues that name people is read",
        reading.quantile(0.5).as_secs_f64() * 1e3,
        300.0,
        "ms",
    );
    for (page, frames) in pages(&text) {
        println!("{}", frames.line(&format!("a frame of it at 200x60, {}", page.name())));
        bounds.hold("a frame of a large show", frames.quantile(0.5).as_secs_f64() * 1e3, 2.0, "ms");
    }

    let text = called(10_000, 9);
    let show = Arc::new(file::parse(&text, "UTC").unwrap());
    let lines = journal(&show, 100_000);
    let replaying = sample(7, || replay(&show, &lines));
    println!("{}", replaying.line("recover and replay a journal of 100,000 events"));
    bounds.hold(
        "100,000 events are replayed",
        replaying.quantile(0.5).as_secs_f64() * 1e3,
        1_000.0,
        "ms",
    );
    bounds.finish();
}

/// A show of `cues` called cues in one segment, each sending its number to a port.
fn called(cues: usize, port: u16) -> String {
    let mut show = head(port, "");
    for cue in 1..=cues {
        called_cue(&mut show, cue);
    }
    show
}

fn sample<T>(times: usize, mut work: impl FnMut() -> T) -> Sample {
    let one = |_| {
        let begun = Instant::now();
        black_box(work());
        begun.elapsed()
    };
    Sample::new((0..times).map(one).collect())
}

fn start() -> Event {
    Event::RunStarted {
        show: "Bench".into(),
        source: "bench".into(),
        rehearsal: true,
        speed: 1,
        auto: false,
        clock: Timestamp::UNIX_EPOCH,
        day: jiff::civil::date(1970, 1, 1),
        version: "bench".into(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    }
}

fn command(command: Command) -> ConductorInput {
    ConductorInput::Command { by: By::Caller, command }
}

/// Frames a tenth of a second apart in the middle of a show, as the screen draws them.
fn frame(cues: usize) -> Sample {
    let show = Arc::new(file::parse(&called(cues, 9), "UTC").unwrap());
    let mut conductor = opened(&show, Timestamp::UNIX_EPOCH, false);
    for call_ns in (0..cues as u64 / 2).map(MachineNs::new) {
        conductor.drive(call_ns, command(Command::Go { cause: Cause::Go }), |_, _| vec![]);
    }
    let state = conductor.state();
    let (app, log) = (App::new(Theme::Dark), Log::default());
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    let mut now_ns = RunNs::new(1_000_000_000);
    sample(500, || {
        now_ns += Duration::from_millis(100);
        let view = View {
            app: &app,
            state,
            log: &log,
            now_ns,
            machine_ns: MachineNs::ZERO + now_ns.since(RunNs::ZERO),
            capabilities: Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All },
        };
        terminal.draw(|frame| drop(ui::draw(frame, &view))).unwrap();
    })
}

/// A show of 10,000 cues in 500 segments, each of which names three of 300 people.
fn crowded() -> String {
    let mut show = String::from("title = \"Large\"\n[output.desk]\nosc = \"udp://127.0.0.1:9\"\n");
    for person in 0..300 {
        show += &format!("[person.p{person}]\nname = \"Person {person:03}\"\nrole = \"athlete\"\n");
    }
    for segment in 0..500 {
        show += &format!("[[segment]]\ntitle = \"Segment {segment}\"\nduration = \"2m\"\n");
        for cue in (segment * 20)..(segment * 20 + 20) {
            let [a, b, c] = [cue, cue / 7, cue / 31].map(|person| person % 300);
            show += &format!(
                "[[segment.cue]]\nnumber = \"{}\"\ntitle = \"Person {a:03} comes on from stage left\"\n\
                 call = \"Spots on Person {b:03}: GO\"\nnotes = \"Then Person {c:03}, if the wind is below 8 m/s\"\n\
                 do = [{{ output = \"desk\", osc = \"/cue\", args = [{cue}] }}]\n",
                cue + 1
            );
        }
    }
    show
}

/// Frames of every page in the middle of a show, with a log that is full and searched, and a sheet
/// with many ticks.
fn pages(text: &str) -> Vec<(Page, Sample)> {
    let show = Arc::new(file::parse(text, "UTC").unwrap());
    let mut log = Log::default();
    let mut perform = |state: &State, output| {
        if let ConductorOutput::Append(records) = output {
            records.iter().for_each(|record| log.push(record, state));
        }
        vec![]
    };
    let mut conductor = opened(&show, Timestamp::UNIX_EPOCH, false);
    for call in 0..5_000 {
        let (call_ns, person) = (MachineNs::new(call), PersonIx(call as u32 % 300));
        for given in [Command::Go { cause: Cause::Go }, Command::Spot(person)] {
            conductor.drive(call_ns, command(given), &mut perform);
        }
    }
    let state = conductor.state();
    let mut app = App::new(Theme::Dark);
    app.log_search = "cue fired".into();
    let mut frames_of = |page| {
        app.page = page;
        let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
        let mut now_ns = RunNs::new(1_000_000_000);
        sample(100, || {
            now_ns += Duration::from_millis(100);
            let capabilities = Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All };
            let view = View {
                app: &app,
                state,
                log: &log,
                now_ns,
                machine_ns: MachineNs::ZERO + now_ns.since(RunNs::ZERO),
                capabilities,
            };
            terminal.draw(|frame| drop(ui::draw(frame, &view))).unwrap();
        })
    };
    Page::ALL.iter().copied().map(|page| (page, frames_of(page))).collect()
}

fn journal(show: &Arc<Show>, events: usize) -> Vec<u8> {
    let mut lines = vec![];
    let numbers = show.cues.iter().map(|cue| cue.number.clone()).collect::<Vec<_>>();
    for at in 0..events {
        let cue = numbers[at / 4 % numbers.len()].clone();
        let run_ns = RunNs::new(at as i64 * 1_000_000);
        let firing = 1 + (at / 4 / numbers.len()) as u32;
        let event = match at {
            0 => start(),
            _ => match at % 4 {
                0 => Event::CueStoodBy { cue },
                1 => Event::CueFired {
                    cue,
                    cause: Cause::Go,
                    firing,
                    due_ns: run_ns,
                    playhead_stays: false,
                },
                2 => Event::CueCompleted { cue, due_ns: run_ns },
                _ => Event::ActionSent { cue, firing, action: 1, output: "desk".into() },
            },
        };
        let at_wall = Timestamp::UNIX_EPOCH + run_ns.since(RunNs::ZERO);
        encode(&Record::new(at as u64 + 1, truncate(at_wall), run_ns, event), &mut lines).unwrap();
    }
    lines
}

fn replay(show: &Arc<Show>, lines: &[u8]) -> State {
    let recovered = recover_bytes(lines, "bench".as_ref()).unwrap();
    let mut state = State::new(Arc::clone(show));
    for record in &recovered.records {
        state.fold(record);
    }
    state
}
