//! The mouse, in the three forms in which terminals report it: X10, urxvt, SGR.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::keys;

/// A report of `button` with its modifiers and motion, at `column` and `row` counted from 1. X10
/// and urxvt have the button less 32; only SGR says which button was released.
pub(super) fn report(button: u32, column: u32, row: u32, is_release: bool) -> Option<MouseEvent> {
    let which = match button & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    // Two bits further up say wheel and further buttons, the sixth says motion.
    let kind = match (button & 0b1110_0011, is_release) {
        (64, false) => MouseEventKind::ScrollUp,
        (65, false) => MouseEventKind::ScrollDown,
        (66, false) => MouseEventKind::ScrollLeft,
        (67, false) => MouseEventKind::ScrollRight,
        (0..=2, false) => MouseEventKind::Down(which),
        (0..=2, true) => MouseEventKind::Up(which),
        (3, _) => MouseEventKind::Up(MouseButton::Left),
        (32..=34, _) => MouseEventKind::Drag(which),
        (35, _) => MouseEventKind::Moved,
        _ => return None,
    };
    let cell = |place: u32| u16::try_from(place.saturating_sub(1)).ok();
    Some(MouseEvent {
        kind,
        column: cell(column)?,
        row: cell(row)?,
        modifiers: keys::modifiers(((button >> 2) & 7) + 1),
    })
}
