//! The big digits of the panel and the words beside them, which say the other of the time left and the
//! elapsed time.

use std::time::Duration;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::board::left_of_words;
use crate::engine::Countdown;
use crate::show::{CountDirection, duration};
use crate::time::signed;
use crate::ui::scene::{Scene, widest};
use crate::ui::text;

/// The big digits and their widest, of a countdown whose time left is `left`.
pub(super) fn figure(
    countdown: Countdown,
    left: (String, Style),
    count: CountDirection,
) -> (String, String, Style) {
    let (left, style) = left;
    match count {
        CountDirection::Down => (left, widest(countdown), style),
        CountDirection::Up => {
            let longest = countdown.of.max(countdown.elapsed);
            (duration::clock(countdown.elapsed), duration::clock(longest), style)
        }
    }
}

/// The words beside the digits, the first of them about the time left of `of`, and the cells that they
/// need where that is more than usual.
pub(super) fn beside_digits(
    scene: &Scene,
    countdown: Countdown,
    of: Duration,
    (count, left_style): (CountDirection, Style),
) -> ([Line<'static>; 2], usize) {
    let styles = &scene.styles;
    let is_over = countdown.left().is_negative();
    let (word, style) = if is_over { ("over", styles.attention) } else { ("left", styles.past) };
    match count {
        CountDirection::Down => {
            let of = Span::styled(format!(" of {}", duration::length(of)), styles.text);
            let elapsed = Span::styled(duration::clock(countdown.elapsed), styles.text);
            let lines = [
                Line::from(vec![Span::styled(word, style), of]),
                Line::from(vec![Span::styled("elapsed ", styles.past), elapsed]),
            ];
            (lines, 0)
        }
        CountDirection::Up => {
            let left = left_of_words(countdown.left(), of);
            let lines = [
                Line::styled(left, if is_over { style } else { left_style }),
                Line::styled("counts up", styles.past),
            ];
            (lines, text::width(&left_of_words(signed(countdown.of), of)) + 1)
        }
    }
}
