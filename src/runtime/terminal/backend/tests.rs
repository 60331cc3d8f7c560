//! What a terminal shows of frames that were sent to it, and what they cost.

use proptest::collection::vec;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::changes::Changes;
use super::*;

const AREA: Rect = Rect::new(0, 0, 12, 3);

fn backend() -> TtyBackend<Vec<u8>> {
    TtyBackend::new(vec![])
}

/// What a frame costs, and what it is.
fn sent(backend: &mut TtyBackend<Vec<u8>>, before: &Buffer, after: &Buffer) -> Vec<u8> {
    backend.draw(Changes::new(before, after)).unwrap();
    std::mem::take(&mut backend.tty)
}

fn color() -> impl Strategy<Value = Color> {
    prop_oneof![
        Just(Color::Reset),
        Just(Color::Rgb(255, 0, 7)),
        Just(Color::Rgb(1, 2, 3)),
        Just(Color::Indexed(99)),
        Just(Color::Red)
    ]
}

fn style() -> impl Strategy<Value = Style> {
    let modifier = prop_oneof![
        Just(Modifier::empty()),
        Just(Modifier::BOLD),
        Just(Modifier::DIM),
        Just(Modifier::BOLD | Modifier::UNDERLINED),
        Just(Modifier::REVERSED | Modifier::DIM),
        Just(Modifier::ITALIC),
    ];
    (color(), color(), modifier).prop_map(|(fg, bg, modifier)| {
        Style::new().fg(fg).bg(bg).remove_modifier(Modifier::all()).add_modifier(modifier)
    })
}

/// Some texts of narrow characters on a screen of three rows: where half of a wide one is written
/// over, terminals differ.
fn picture() -> impl Strategy<Value = Buffer> {
    let text = prop_oneof![Just("go"), Just(" "), Just("   x   "), Just("é━▶"), Just("1:23")];
    vec((0..AREA.width, 0..AREA.height, text, style()), 0..12).prop_map(|texts| {
        let mut buf = Buffer::empty(AREA);
        for (x, y, text, style) in texts {
            buf.set_string(x, y, text, style);
        }
        buf
    })
}

fn seen(color: Color) -> vt100::Color {
    match color {
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Red => vt100::Color::Idx(1),
        _ => vt100::Color::Default,
    }
}

proptest! {
    #[test]
    fn a_terminal_shows_every_frame(pictures in vec(picture(), 1..6)) {
        let (mut backend, mut before) = (backend(), Buffer::empty(AREA));
        let mut terminal = vt100::Parser::new(AREA.height.try_into().unwrap(), AREA.width.try_into().unwrap(), 0);
        for after in pictures {
            terminal.process(&sent(&mut backend, &before, &after));
            for (at, cell) in after.content.iter().enumerate() {
                let (x, y) = after.pos_of(at);
                let shown = terminal.screen().cell(y, x).unwrap();
                let symbol = if shown.has_contents() { shown.contents() } else { " " };
                prop_assert_eq!(symbol, cell.symbol(), "{} {}", x, y);
                prop_assert_eq!(shown.bgcolor(), seen(cell.bg), "{} {}", x, y);
                let has = cell.modifier;
                prop_assert_eq!(shown.inverse(), has.contains(Modifier::REVERSED));
                prop_assert_eq!(shown.underline(), has.contains(Modifier::UNDERLINED));
                if cell.symbol() != " " || has.intersects(SEEN_ON_BLANK) {
                    prop_assert_eq!(shown.fgcolor(), seen(cell.fg), "{} {}", x, y);
                    let weight = (shown.bold(), shown.dim(), shown.italic());
                    let wanted = (has.contains(Modifier::BOLD), has.contains(Modifier::DIM), has.contains(Modifier::ITALIC));
                    prop_assert_eq!(weight, wanted);
                }
            }
            before = after;
        }
    }
}

#[test]
fn what_stays_costs_nothing() {
    let mut buf = Buffer::empty(AREA);
    buf.set_string(0, 0, "go", Style::new().fg(Color::Red));
    assert_eq!(sent(&mut backend(), &buf, &buf), b"");
}

#[test]
fn only_the_colour_that_changes_is_sent() {
    let (before, mut after) = (Buffer::empty(AREA), Buffer::empty(AREA));
    let ground = Style::new().bg(Color::Indexed(4));
    after.set_string(1, 1, "a", ground.fg(Color::Indexed(1)));
    after.set_string(2, 1, "b", ground.fg(Color::Indexed(2)));
    after.set_string(5, 1, "c", ground.fg(Color::Indexed(2)));
    assert_eq!(
        String::from_utf8(sent(&mut backend(), &before, &after)).unwrap(),
        "\x1b[2;2H\x1b[38;5;1;48;5;4ma\x1b[38;5;2mb\x1b[2Cc\x1b[0m"
    );
}

#[test]
fn a_cursor_that_stays_hidden_costs_nothing() {
    let mut backend = backend();
    backend.put_cursor(None).unwrap();
    assert_eq!(std::mem::take(&mut backend.tty), b"\x1b[?25l");
    backend.put_cursor(None).unwrap();
    assert_eq!(backend.tty, b"");
    backend.put_cursor(Some(Position::new(4, 0))).unwrap();
    assert_eq!(backend.tty, b"\x1b[?25h\x1b[1;5H");
}

#[test]
fn after_a_wide_character_the_column_is_named() {
    let (before, mut after) = (Buffer::empty(AREA), Buffer::empty(AREA));
    after.set_string(0, 0, "京a", Style::new());
    let bytes = sent(&mut backend(), &before, &after);
    assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[1;1H京\x1b[3Ga\x1b[0m");
}
