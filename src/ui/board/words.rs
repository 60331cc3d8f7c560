//! Texts beside a board's big digits, and the digits themselves: one place for all its faces.
//!
//! Amber wants attention in the last ten seconds and past the end, and a word says the same.

use std::time::Duration;

use jiff::SignedDuration;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Scene;
use crate::app::board::{Item, Notice, Stage};
use crate::show::Thresholds;
use crate::show::duration;
use crate::ui::text;

/// From how many seconds on a start is near.
const NEAR: SignedDuration = SignedDuration::from_secs(10);

/// Placeholder for the words of a cue under embargo.
const EMBARGOED: &str = "—";

/// Big digits.
pub(super) struct Digits {
    pub text: String,
    /// The widest that they will be: they keep to its right.
    pub widest: String,
    pub style: Style,
}

impl Digits {
    pub(super) fn plain(text: String, style: Style) -> Self {
        Digits { widest: text.clone(), text, style }
    }
}

/// The style of what is left, as the run page has it: amber and red as its end comes near.
fn nears(scene: &Scene, left: SignedDuration, thresholds: Option<Thresholds>) -> Style {
    let styles = &scene.styles;
    // The colour changes with the figure, which is rounded up.
    let shown = Duration::from_secs(duration::whole_seconds_up(left.unsigned_abs()));
    match thresholds {
        Some(of) if shown <= of.danger => styles.on_air,
        Some(of) if shown <= of.warn => styles.attention,
        None if left <= NEAR => styles.attention,
        Some(_) | None => styles.strong,
    }
}

/// The countdown, or, at the end, the overrun of the show.
pub(super) fn digits(scene: &Scene) -> Option<Digits> {
    if let Stage::Ended { over, .. } = scene.board.stage {
        let is_over = over.as_secs() >= 1;
        let style = if is_over { scene.styles.attention } else { scene.styles.ready };
        return Some(Digits::plain(duration::over_under(over), style));
    }
    let figure = scene.board.figure()?;
    let size = figure.left.unsigned_abs();
    let (text, style) = match figure.left.is_negative() {
        // The first second past the end still reads nothing left, as a clock does.
        true => (format!("+{}", duration::clock(size)), scene.styles.attention),
        false => (duration::countdown(size), nears(scene, figure.left, figure.thresholds)),
    };
    let longest_s = duration::whole_seconds_up(figure.whole).max(size.as_secs());
    // Zeros are as wide as any figure; less than ten minutes of a start leave room for what they
    // were.
    let widest = format!("+{}", duration::clock(Duration::from_secs(longest_s)));
    let widest =
        if figure.done.is_none() && longest_s < 600 { "+00:00".to_owned() } else { widest };
    Some(Digits { text, widest, style })
}

/// Caption of the digits: `The jump ends`.
pub(super) fn caption<'a>(scene: &Scene<'a>, columns: usize) -> Line<'a> {
    let styles = &scene.styles;
    if let Stage::Ended { at, over } = scene.board.stage {
        let word = match over.as_secs() {
            1.. => "over the plan",
            0 => "on time",
            _ => "under the plan",
        };
        return Line::from(vec![
            Span::styled(" ENDED ", styles.quiet_badge),
            Span::styled(format!("  {}", scene.wall(at)), styles.text),
            Span::styled(format!("  {word}"), styles.past),
        ]);
    }
    let Some(figure) = scene.board.figure() else { return Line::default() };
    let mut spans = vec![];
    let badge = alert(scene);
    let badge_cells = badge.map_or(0, |badge| badge.len() + 2);
    if let Some(badge) = badge {
        spans.push(Span::styled(badge, styles.attention_badge));
        spans.push(Span::raw("  "));
    }
    let word = if figure.left.is_negative() { "" } else { figure.word };
    let room = columns.saturating_sub(badge_cells + word.len() + 1);
    let of = text::fit(figure.of, room).into_owned();
    spans.push(Span::styled(of, styles.text));
    spans.push(Span::styled(format!(" {word}"), styles.past));
    Line::from(spans)
}

/// The word beside digits that are amber, or that stand still.
fn alert(scene: &Scene) -> Option<&'static str> {
    let figure = scene.board.figure()?;
    if scene.board.is_held {
        return Some(" HELD ");
    }
    match figure.left.is_negative() {
        true if figure.done.is_none() => Some(" LATE "),
        true => Some(" OVER "),
        false if figure.left <= NEAR => Some(" LAST SECONDS "),
        _ => None,
    }
}

/// The same as a badge, with the gap in front of it.
pub(super) fn badge(scene: &Scene) -> Vec<Span<'static>> {
    let word = alert(scene);
    word.map_or(vec![], |word| {
        vec![Span::raw("  "), Span::styled(word, scene.styles.attention_badge)]
    })
}

/// A cue in public: its number and its title, or a dash.
pub(super) fn item<'a>(scene: &Scene<'a>, item: &'a Item, style: Style) -> Vec<Span<'a>> {
    match item {
        Item::Embargoed => vec![Span::styled(EMBARGOED, style)],
        Item::Public { number, title } => {
            vec![
                Span::styled(format!("{number}  "), scene.styles.past),
                Span::styled(title.as_str(), style),
            ]
        }
    }
}

/// Reason why the board does not know more.
pub(super) fn notice(scene: &Scene) -> Line<'static> {
    let styles = &scene.styles;
    match scene.board.notice {
        None => Line::default(),
        Some(Notice::NoCaller) => Line::styled("no caller", styles.past),
        Some(Notice::Damaged { line }) => {
            Line::styled(format!("! journal damaged at line {line}"), styles.attention)
        }
        Some(Notice::Unreadable) => Line::styled("! journal unreadable", styles.attention),
    }
}
