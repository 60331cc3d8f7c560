//! The rundown under the hand: what the wheel scrolls, what PgDn turns, what opens and folds.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::stage::Run;
use handover::app::hits::MouseTarget;
use handover::time::MachineNs;

/// Twenty segments of twelve cues: more than any screen has rows for.
fn long() -> String {
    let segment = |at: usize| {
        let cue = |cue: usize| format!("{{ number = \"{at}.{cue}\", title = \"Cue {at}-{cue}\" }}");
        let cues: Vec<_> = (1..=12).map(cue).collect();
        format!(
            "[[segment]]\ntitle = \"Segment {at}\"\nduration = \"10m\"\ncue = [{}]\n",
            cues.join(", ")
        )
    };
    format!("title = \"A long show\"\n{}", (1..=20).map(segment).collect::<String>())
}

fn mouse(run: &mut Run, kind: MouseEventKind, (column, row): (u16, u16)) {
    let hits = run.drawn_with_hits(120, 36).1;
    run.app.sees(&hits);
    let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    assert_eq!(
        run.app.mouse(&mouse, &hits, &run.state, MachineNs::ZERO),
        [],
        "the mouse fires nothing"
    );
}

/// The segments on the screen, and whether they are open.
fn segments(run: &mut Run) -> Vec<(u32, bool, u16)> {
    let hits = run.drawn_with_hits(120, 36).1;
    let target = |region: &handover::app::hits::Region| match region.target {
        MouseTarget::Segment { segment, is_open } => Some((segment.0, is_open, region.rows.start)),
        _ => None,
    };
    hits.regions.iter().filter_map(target).collect()
}

#[test]
fn the_wheel_scrolls_the_rundown_and_opens_and_folds_nothing() {
    let mut run = Run::new(&long(), false);
    let open = |run: &mut Run| {
        let mut all: Vec<(u32, bool)> = vec![];
        for _ in 0..40 {
            all.extend(segments(run).into_iter().map(|(segment, is_open, _)| (segment, is_open)));
            mouse(run, MouseEventKind::ScrollDown, (10, 12));
        }
        all.sort_unstable();
        all.dedup();
        all
    };
    let before = open(&mut run);
    assert_eq!(before.len(), 20, "each segment is either open or folded all the while: {before:?}");
    assert!(before.contains(&(19, false)) && run.app.cursor.is_none());
    let end = run.text(120, 36);
    assert!(end.contains("Segment 20") && !end.contains("Cue 1-2 "), "{end}");
    // A key that moves the selection brings it into sight.
    run.keys("j");
    assert!(run.text(120, 36).contains("Cue 1-2"));
    // Esc goes back to the playhead, and is not the first of two.
    mouse(&mut run, MouseEventKind::ScrollDown, (10, 12));
    run.keys("⎋⎋");
    assert!(!run.state.is_panicked() && run.text(120, 36).contains("Esc again within a second"));
}

#[test]
fn a_click_opens_a_folded_segment_and_folds_it_again() {
    let mut run = Run::new(&long(), false);
    let (segment, _, row) =
        segments(&mut run).into_iter().find(|(_, is_open, _)| !is_open).expect("a folded segment");
    let is_open = |run: &mut Run| {
        segments(run).into_iter().find(|(at, ..)| *at == segment).map(|(_, is_open, _)| is_open)
    };
    mouse(&mut run, MouseEventKind::Down(MouseButton::Left), (10, row));
    assert_ne!(is_open(&mut run), Some(false));
    let row = segments(&mut run)
        .into_iter()
        .find(|(at, ..)| *at == segment)
        .map_or(row, |(_, _, row)| row);
    mouse(&mut run, MouseEventKind::Down(MouseButton::Left), (10, row));
    assert_eq!(is_open(&mut run), Some(false));
    // The segment of the playhead stays open, and it is said.
    let row = segments(&mut run)[0].2;
    mouse(&mut run, MouseEventKind::Down(MouseButton::Left), (10, row));
    assert!(run.text(120, 36).contains("the running and the next segment stay open"));
}

#[test]
fn page_down_goes_as_far_as_the_screen_shows() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let mut run = Run::new(&long(), false);
        let shown = run.drawn_with_hits(columns, rows).1.rows.len();
        assert!(shown > 3, "{shown} cues at {columns}x{rows}");
        let page_down = KeyEvent::new(KeyCode::PageDown, KeyModifiers::NONE);
        assert!(run.app.needs_hits(&page_down));
        let hits = run.drawn_with_hits(columns, rows).1;
        run.app.sees(&hits);
        run.app.key(&page_down, &run.state, MachineNs::ZERO);
        assert_eq!(run.app.cursor.map(|cue| cue.0 as usize), Some(shown - 1), "{columns}x{rows}");
        let (text, hits) = (run.text(columns, rows), run.drawn_with_hits(columns, rows).1);
        assert!(
            hits.rows.iter().any(|&(.., cue)| Some(cue) == run.app.cursor),
            "it is in sight: {text}"
        );
    }
}
