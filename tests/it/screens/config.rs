//! The palette, the footer and the help page with the keys in force, and every theme.

use std::sync::Arc;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use handover::app::keys::Act;
use handover::app::{Hits, Theme, keymap};
use handover::time::MachineNs;
use handover::ui::Depth;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::stage::{BODY, CALLING, FOOTER, Run, SHOW, styles_in, text_in};
use super::{SIZES, jump_on_standby};

/// Keys of a house where the left hand is busy.
const REMAPPED: &str = r#"
go = ["F1", "Enter"]
playhead-here = "none"
standby = "F2"
hold = "F3"
help = ["F12", "?"]
select-up = ["Up", "Ctrl-P"]
page-timeline = "F4"
commands = "Alt-x"
next-page = "Right"
"#;

fn remapped(run: &mut Run) {
    run.app.keymap = Arc::new(keymap::parse(REMAPPED).unwrap());
}

/// A frame, and where the commands of the palette lie in it.
fn palette(run: &mut Run, columns: u16, rows: u16) -> (Buffer, Rect) {
    let (buffer, hits) = run.drawn_with_hits(columns, rows);
    let (first, last) = (hits.choices[0].0, hits.choices.last().expect("a command").0);
    (buffer, Rect::new(0, first, columns, last + 1 - first))
}

#[test]
fn the_palette_finds_and_counts() {
    let mut run = jump_on_standby();
    run.keys(":");
    for (columns, rows) in [(80, 24), (200, 60)] {
        let (buffer, list) = palette(&mut run, columns, rows);
        picture!(format!("palette-all-{columns}x{rows}"), text_in(&buffer, list));
    }
    run.keys("mks");
    let (buffer, list) = palette(&mut run, 80, 24);
    picture!("palette-mks-80x24-styles", styles_in(&buffer, list));
    assert!(run.text(80, 24).contains("─ COMMANDS ─"));
    run.keys("zz");
    assert!(run.text(80, 24).contains("no command matches"));
    assert!(run.text(80, 24).contains("0 of "));
    for (columns, rows) in SIZES {
        run.drawn(columns, rows);
    }
}

#[test]
fn the_palette_scrolls_and_its_last_command_is_reached() {
    let mut run = jump_on_standby();
    run.keys(":");
    let top = run.text(80, 24);
    assert!(!top.contains("▸ GO") && top.contains('↓'), "{top}");
    run.keys(&"⇥".repeat(200));
    let end = run.text(80, 24);
    assert!(end.contains("▸ quit") && end.contains('↑'), "{end}");
}

#[test]
fn the_mouse_chooses_in_the_palette_and_nothing_behind_it() {
    let mut run = jump_on_standby();
    run.keys(":");
    let mouse = |kind, row| MouseEvent { kind, column: 10, row, modifiers: KeyModifiers::NONE };
    let cursor = run.app.cursor;
    let hits = Hits { choices: vec![(14, 3)], ..Hits::default() };
    run.app.mouse(
        &mouse(MouseEventKind::Down(MouseButton::Left), 14),
        &hits,
        &run.state,
        MachineNs::ZERO,
    );
    assert_eq!(run.app.prompt.as_ref().and_then(|prompt| prompt.chosen), Some(3));
    run.app.mouse(&mouse(MouseEventKind::ScrollDown, 3), &hits, &run.state, MachineNs::ZERO);
    assert_eq!(run.app.prompt.as_ref().and_then(|prompt| prompt.chosen), Some(4));
    assert_eq!(run.app.cursor, cursor);
}

#[test]
fn the_palette_says_why_a_command_cannot_be_done() {
    let mut run = Run::new(SHOW, false);
    run.keys(":mark step⏎");
    assert!(run.text(120, 36).contains("no running cue has a step left to mark"));
    run.keys("h:go⏎");
    assert!(
        run.text(120, 36).contains("held: nothing fires until the show is resumed (h resumes)")
    );
}

#[test]
fn everything_that_names_a_key_names_the_one_in_force() {
    let mut run = jump_on_standby();
    remapped(&mut run);
    picture!("remapped-calling-80x24", run.text_of(CALLING, 80, 24));
    picture!("remapped-footer-80x24", run.text_of(FOOTER, 80, 24));
    let screen = run.text(120, 36);
    assert!(screen.contains("F2 calls standby") && screen.contains("F1 Enter go"), "{screen}");
    run.app.page = handover::app::Page::Help;
    picture!("remapped-help-80x24", run.text_of(BODY, 80, 24));
    let help = run.text(200, 60);
    for (key, words) in [("F4", "time scale"), ("Alt-x", "find a command")] {
        let row = help.lines().find(|line| line.contains(&format!(" {key} ")));
        assert!(row.is_some_and(|row| row.contains(words)), "{key} {words}:\n{help}");
    }
    run.app.page = handover::app::Page::Run;
    run.keys("z");
    assert!(run.text(120, 36).contains("this key does nothing here: F12 lists all keys"));
    run.keys("q");
    let asked = run.text(120, 36);
    assert!(
        asked.contains("y leaves, any other key stays, F1 is GO") && asked.contains("F1 go"),
        "{asked}"
    );
    run.keys("n");
    run.keys("t");
    assert!(run.text(120, 36).contains("no F1 while you type"));
    run.keys("⎋");
    assert_eq!(run.app.keymap.way(Act::PlayheadHere), ":playhead here");
    run.app.page = handover::app::Page::Log;
    run.keys("x");
    assert!(run.text(120, 36).contains("x skips a cue, on the run page (Esc)"));
    run.app.page = handover::app::Page::Run;
    // Enter is a GO now, and the interlock still holds it.
    run.keys("⏎");
    let held = run.text(120, 36);
    assert!(
        held.contains("not fired (F2 standby, o overrides, b swaps in 12A), not ready: "),
        "{held}"
    );
}

#[test]
fn before_the_show_the_go_key_is_named() {
    let mut run = Run::new(SHOW, false);
    remapped(&mut run);
    let screen = run.text(120, 36);
    assert!(screen.contains("F1  GO") && !screen.contains("Space"), "{screen}");
}

#[test]
fn every_theme() {
    let mut run = jump_on_standby();
    run.keys("s12");
    run.until(205.0);
    for theme in [Theme::HighContrast, Theme::ColourBlind] {
        run.theme = theme;
        picture!(format!("theme-{}-80x24-styles", theme.name()), run.styles_of(BODY, 80, 24));
        run.depth = Depth::Ansi;
        picture!(format!("theme-{}-80x24-ansi", theme.name()), run.styles_of(BODY, 80, 24));
        run.depth = Depth::Rgb;
    }
}

#[test]
fn the_command_theme_goes_through_them_and_says_which() {
    let mut run = jump_on_standby();
    for name in ["light", "high-contrast", "colour-blind", "dark"] {
        run.keys(":theme⏎");
        assert_eq!(run.app.theme.name(), name);
        assert!(
            run.app
                .message
                .as_ref()
                .is_some_and(|message| message.text == format!("colours: {name}"))
        );
    }
}
