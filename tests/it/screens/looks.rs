//! The monitor's pictures of steps, descents and clips, and the screen in ASCII, with the cues of the built-in show.

use handover::app::Page;
use handover::engine::{Cause, Command, Event};
use handover::output::Clip;
use handover::show::duration::SECOND_NS;
use handover::show::{CueNumber, builtin};
use handover::ui::Depth;
use ratatui::buffer::Buffer;

use super::stage::{Run, styles, text};

/// Page at 80x24, run page at 120x36 and 200x60, small window.
const SIGHTS: [(u16, u16, Page); 5] = [
    (50, 12, Page::Run),
    (80, 24, Page::Monitor),
    (120, 36, Page::Run),
    (200, 60, Page::Run),
    (200, 60, Page::Monitor),
];

/// A rehearsal of the built-in show in which `cue` has just been called, a minute after the run began.
fn called(cue: &str) -> Run {
    let mut run = standing_by(cue);
    let all = Command::Standby;
    let events = run.state.decide(&all, run.now_ns).unwrap();
    run.commit(events);
    let needs = run.state.show().cue(run.state.playhead().unwrap()).needs.len();
    for department in 0..needs {
        let events = run.state.decide(&Command::ToggleReady(department), run.now_ns).unwrap();
        run.commit(events);
    }
    let events = run.state.decide(&Command::Go { cause: Cause::Go }, run.now_ns).unwrap();
    run.commit(events);
    let ix = run.state.show().find(&CueNumber::new(cue).unwrap()).unwrap();
    for at in 0..run.state.show().cue(ix).actions.len() {
        let number = CueNumber::new(cue).unwrap();
        let output = run.state.show().output(run.state.show().cue(ix).actions[at].output).id.clone();
        let (action, firing) = (at as u32 + 1, run.state.cue(ix).firings);
        run.commit(vec![Event::ActionRehearsed { cue: number, firing, action, output, message: String::new() }]);
    }
    run
}

/// The same with `cue` at the playhead, and nothing called.
fn standing_by(cue: &str) -> Run {
    let mut run = Run::new(builtin::find("paris-2024").unwrap().text, true);
    run.until(60.0);
    let ix = run.state.show().find(&CueNumber::new(cue).unwrap()).unwrap();
    let events = run.state.decide(&Command::PlayheadTo(ix), run.now_ns).unwrap();
    run.commit(events);
    run
}

/// The frames of all sights, as text.
fn sights(name: &str, run: &mut Run) {
    for (columns, rows, page) in SIGHTS {
        run.app.page = page;
        let kind = if page == Page::Run { "" } else { "-page" };
        insta::assert_snapshot!(format!("look-{name}-{columns}x{rows}{kind}"), run.text(columns, rows));
    }
}

#[test]
fn paint_them() {
    for (cue, at, marks) in [
        ("34", 20.0, 3),
        ("34", 2.0, 0),
        ("6", 3.0, 2),
        ("19", 20.0, 1),
        ("24", 22.0, 0),
        ("33", 30.0, 0),
        ("14", 47.0, 0),
        ("36", 1.0, 0),
    ] {
        let mut run = called(cue);
        run.until(60.0 + at / 2.0);
        for _ in 0..marks {
            run.keys("m");
        }
        run.until(60.0 + at);
        for (columns, rows, page) in SIGHTS.into_iter().chain([(120, 36, Page::Monitor)]) {
            run.app.page = page;
            let frame = run.drawn(columns, rows);
            let Some(folder) = std::env::var_os("PAINT") else { return };
            let folder = std::path::Path::new(&folder);
            let made = folder.join(format!("looks::paint_them-{columns}x{rows}.ansi"));
            let kind = if page == Page::Run { "" } else { "-page" };
            _ = std::fs::rename(made, folder.join(format!("L{cue}-{marks}-{columns}x{rows}{kind}.ansi")));
            _ = frame;
        }
    }
}
