//! Texts beside a board's big digits, and the digits themselves: one place for all its faces.
//!
//! Amber and red come at the thresholds of the show, as on the run page; past the end it is red, and a
//! word says the same.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::BoardScene;
use crate::app::board::{Item, Nearness, Notice, Stage};
use crate::show::duration;
use crate::ui::text;

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

/// The countdown, or, at the end, the overrun of the show.
pub(super) fn digits(scene: &BoardScene) -> Option<Digits> {
    if let Stage::Ended { over, .. } = scene.board.stage {
        let is_over = over.as_secs() >= 1;
        let style = if is_over { scene.styles.attention } else { scene.styles.ready };
        return Some(Digits::plain(duration::over_under(over), style));
    }
    let figure = scene.figure()?;
    let style = left_style(scene, figure.nearness());
    Some(Digits { text: figure.digits(), widest: figure.widest(), style })
}

/// Style of a time left that is so near: one that stands still says so by a word, and has no colour.
pub(super) fn left_style(scene: &BoardScene, near: Nearness) -> Style {
    let styles = &scene.styles;
    match near {
        Nearness::Over => styles.on_air,
        Nearness::Far => styles.strong,
        Nearness::Danger | Nearness::Warn if scene.board.is_held => styles.text,
        Nearness::Danger => styles.on_air,
        Nearness::Warn => styles.attention,
    }
}

/// Caption of the digits: `The jump ends`.
pub(super) fn caption<'a>(scene: &BoardScene<'a>, columns: usize) -> Line<'a> {
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
    let Some(figure) = scene.figure() else { return Line::default() };
    let mut spans = vec![];
    let badge = alert(scene);
    let badge_cells = badge.as_ref().map_or(0, |badge| badge.len() + 2);
    if let Some(badge) = badge {
        spans.push(Span::styled(badge, alert_style(scene)));
        spans.push(Span::raw("  "));
    }
    let tail = match left_beside(scene) {
        Some(left) => vec![Span::raw("  "), left],
        None if figure.left.is_negative() => vec![],
        None => vec![Span::styled(format!(" {}", figure.word), styles.past)],
    };
    let tail_cells = tail.iter().map(|span| text::width(&span.content)).sum::<usize>();
    let room = columns.saturating_sub(badge_cells + tail_cells);
    let of = text::fit(figure.of, room).into_owned();
    spans.push(Span::styled(of, styles.text));
    spans.extend(tail);
    Line::from(spans)
}

/// The time left, beside digits that show the elapsed time.
pub(super) fn left_beside(scene: &BoardScene) -> Option<Span<'static>> {
    let figure = scene.figure()?;
    let style = match figure.nearness() {
        Nearness::Far => scene.styles.text,
        near @ (Nearness::Warn | Nearness::Danger | Nearness::Over) => left_style(scene, near),
    };
    figure.left_beside().map(|left| Span::styled(left, style))
}

/// The word beside digits that are amber or red, or that stand still.
fn alert(scene: &BoardScene) -> Option<String> {
    let word = scene.figure()?.alert(scene.board.is_held)?;
    Some(format!(" {word} "))
}

/// The style of that word: red where the digits are.
fn alert_style(scene: &BoardScene) -> Style {
    let near = scene.figure().map(|figure| figure.nearness());
    let is_red = matches!(near, Some(Nearness::Over | Nearness::Danger)) && !scene.board.is_held;
    if is_red { scene.styles.on_air_badge } else { scene.styles.attention_badge }
}

/// The same as a badge, with the gap in front of it.
pub(super) fn badge(scene: &BoardScene) -> Vec<Span<'static>> {
    let word = alert(scene);
    word.map_or(vec![], |word| vec![Span::raw("  "), Span::styled(word, alert_style(scene))])
}

/// A cue in public: its number and its title, or a dash.
pub(super) fn item<'a>(scene: &BoardScene<'a>, item: &'a Item, style: Style) -> Vec<Span<'a>> {
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
pub(super) fn notice(scene: &BoardScene) -> Line<'static> {
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
