//! Texts of the monitor about a cue: its way, its steps, its call, its people, its outputs, its
//! messages.
//!
//! Everything comes as lines that are not wider than they may be; where they stand is for [`super`]
//! to say.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::engine::{Phase, SendState};
use crate::show::{Body, Cue, CueIx, RoutePoint, StopCue};
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// The way in one line, and how far it is done in another.
pub(super) fn route<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let points = &scene.cue(cue).route;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return vec![] };
    let name = |point: &RoutePoint| {
        point
            .name
            .clone()
            .unwrap_or_else(|| format!("{:.3}, {:.3}", point.latitude, point.longitude))
    };
    let mut named = vec![name(first)];
    named.extend(
        points
            .iter()
            .skip(1)
            .take(points.len().saturating_sub(2))
            .filter_map(|point| point.name.clone()),
    );
    named.push(name(last));
    let full = named.join(" → ");
    let short = format!("{} → … → {}", name(first), name(last));
    let way = if text::width(&full) <= columns { full } else { short };
    // Two pairs of figures tell a caller nothing.
    let is_named = points.iter().any(|point| point.name.is_some());
    let mut lines = if is_named { vec![Line::styled(way, styles.strong)] } else { vec![] };
    let done = done(scene, cue).unwrap_or(0.0);
    let mut spans = vec![Span::styled(format!("{:>3.0} %  ", done * 100.0), styles.text)];
    spans.extend(text::bar(
        done,
        columns.saturating_sub(30).clamp(8, 24),
        styles.on_air,
        styles.rule,
    ));
    if points.iter().any(|point| point.height_m.is_some()) {
        let (from, to, at) =
            (height_at(points, 0.0), height_at(points, 1.0), height_at(points, done));
        spans.push(Span::styled(format!("  height {at:.0} m"), styles.text));
        spans.push(Span::styled(format!("  {from:.0} m → {to:.0} m"), styles.past));
    }
    lines.push(Line::from(spans));
    lines
}

/// Progress of the cue, 0 to 1: `None` before it has fired, and while its length is unknown; 1 once
/// it is over.
pub(super) fn done(scene: &Scene, cue: CueIx) -> Option<f64> {
    match scene.state.cue(cue).phase {
        Phase::Running => scene.countdown(cue).map(|countdown| countdown.done()),
        Phase::Complete => Some(1.0),
        Phase::Waiting | Phase::Missed | Phase::Stopped => None,
    }
}

/// The height at a part of a route, in metres; each leg is taken to last as long as the others.
pub(super) fn height_at(points: &[RoutePoint], done: f64) -> f64 {
    let legs = points.len().saturating_sub(1).max(1) as f64;
    let along = done.clamp(0.0, 1.0) * legs;
    let leg = (along.floor() as usize).min(points.len().saturating_sub(2));
    let height = |at: usize| points.get(at).and_then(|point| point.height_m).unwrap_or(0.0);
    let part = along - leg as f64;
    height(leg) * (1.0 - part) + height(leg + 1) * part
}

/// The steps, each with its sign.
pub(super) fn steps<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let done = scene.state.cue(cue).steps_done as usize;
    let steps = scene.cue(cue).steps.iter().enumerate().map(|(at, step)| {
        let (sign, style) = match at.cmp(&done) {
            std::cmp::Ordering::Less => (signs::DONE, styles.ready),
            std::cmp::Ordering::Equal => (signs::PLAYHEAD, styles.strong),
            std::cmp::Ordering::Greater => (signs::TO_COME, styles.past),
        };
        let mut spans = vec![Span::styled(format!("{sign} "), style)];
        if step.colour.is_some() {
            spans.push(Span::styled(format!("{} ", signs::STOPPED), styles.tint(step.colour)));
        }
        let style = if at == done { styles.strong } else { styles.text };
        spans.push(Span::styled(step.title.as_str(), style));
        Line::from(spans)
    });
    text::flow(steps, columns, 3)
}

/// The people whom the cue's words name.
pub(super) fn people<'a>(
    scene: &Scene<'a>,
    cue: CueIx,
    columns: usize,
    is_page: bool,
) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let mut lines = vec![];
    for person in scene
        .show
        .people_in(cue)
        .map(|person| scene.show.person(person))
        .take(if is_page { 20 } else { 5 })
    {
        let role =
            person.role.as_deref().map(|role| Span::styled(format!("  {role}"), styles.past));
        let mut spans = vec![Span::styled(person.name.as_str(), styles.text)];
        spans.extend(role);
        let notes = person.notes.as_deref().map(str::trim);
        match notes.filter(|_| is_page) {
            Some(notes) => {
                lines.push(Line::from(spans));
                lines.extend(
                    text::wrap(notes, columns, 8)
                        .into_iter()
                        .map(|line| Line::styled(line, styles.past)),
                );
            }
            None => {
                spans.extend(notes.map(|notes| Span::styled(format!("  {notes}"), styles.past)));
                lines.push(Line::from(spans));
            }
        }
    }
    lines
}

/// The words that the caller says.
pub(super) fn call<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let spoken =
        scene.cue(cue).call.as_ref().map(|call| text::wrap(&format!("“{call}”"), columns, 3));
    spoken.into_iter().flatten().map(|line| Line::styled(line, scene.styles.strong)).collect()
}

/// The notes of the cue at the playhead, where it is another than `cue`: its panel on the run page
/// may have no room for all of them.
pub(super) fn next<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let Some(next) = scene.state.playhead().filter(|&next| next != cue) else { return vec![] };
    let Some(notes) = scene.cue(next).remarks() else { return vec![] };
    let title = format!("{}  {}", scene.number(next), scene.cue(next).title);
    let title = Line::styled(text::fit(&title, columns).into_owned(), scene.styles.text);
    let notes = text::wrap_notes(&notes, columns, text::LINES_MAX)
        .into_iter()
        .map(|line| Line::styled(line, scene.styles.past));
    std::iter::once(title).chain(notes).collect()
}

/// The caller's notes on the cue.
pub(super) fn notes<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let notes =
        scene.cue(cue).remarks().map(|notes| text::wrap_notes(&notes, columns, text::LINES_MAX));
    notes.into_iter().flatten().map(|line| Line::styled(line, scene.styles.past)).collect()
}

/// Posts of the cue, as people will read them.
///
/// ```text
/// ┌ x  POST /2/tweets ──────────────────┐
/// │ Thank you, Paris! Now off to LA     │
/// └ rehearsal: shown, not sent ┘
/// ```
pub(super) fn posts<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let mut lines = vec![];
    for (at, action) in scene.cue(cue).actions.iter().enumerate() {
        let Body::Http { method, path, .. } = &action.body else { continue };
        let Some(post) = action.body.post() else { continue };
        let is_rehearsal = scene.state.is_rehearsal();
        let (word, style) = match scene.state.cue(cue).sends.get(at) {
            Some(SendState::Sent) if !is_rehearsal => ("sent", styles.ready),
            Some(SendState::Failed) => ("failed", styles.attention),
            Some(SendState::Unknown) => ("it may not have been sent", styles.attention),
            _ if is_rehearsal => ("rehearsal: shown, not sent", styles.text),
            _ => ("GO sends it", styles.attention),
        };
        let head = format!("{}  {method} {path}", scene.show.output(action.output).id);
        let widest = [&head, word, &post].into_iter().map(text::width).max().unwrap_or(0);
        let cells = widest.min(columns.saturating_sub(4));
        let rule = |words: &str| "─".repeat((cells + 2).saturating_sub(text::width(words) + 2));
        let edge = |left: &'static str, words: String, style, right: &'static str| {
            let rest = rule(&words);
            Line::from(vec![
                Span::styled(left, styles.rule),
                Span::styled(format!(" {words} "), style),
                Span::styled(format!("{rest}{right}"), styles.rule),
            ])
        };
        lines.push(edge("┌", text::fit(&head, cells).into_owned(), styles.past, "┐"));
        for row in text::wrap(&post, cells, 6) {
            let pad = " ".repeat(cells.saturating_sub(text::width(&row)));
            lines.push(Line::from(vec![
                Span::styled("│ ", styles.rule),
                Span::styled(row, styles.strong),
                Span::styled(format!("{pad} │"), styles.rule),
            ]));
        }
        lines.push(edge("└", text::fit(word, cells).into_owned(), style, "┘"));
    }
    lines
}

/// The fewest rows in which a post is drawn as a picture.
pub(super) const POST_ROWS_MIN: u16 = 4;
/// The widest that a post is drawn: people read it on a telephone.
const POST_WIDTH: u16 = 56;

/// Draws the posts of a cue in the middle of `area`.
pub(super) fn draw_post(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let lines = posts(scene, cue, usize::from(area.width.min(POST_WIDTH)));
    let widest = lines.iter().map(text::line_width).max().unwrap_or(0) as u16;
    let x = area.x + area.width.saturating_sub(widest) / 2;
    let y = area.y + area.height.saturating_sub(lines.len() as u16) / 2;
    let field = Rect { x, width: area.right().saturating_sub(x), ..area };
    for (y, line) in (y..area.bottom()).zip(lines) {
        text::put(buf, field, y, line);
    }
}

/// Messages of the cue, word for word.
pub(super) fn messages<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let mut said = vec![];
    for action in &scene.cue(cue).actions {
        let output = scene.show.output(action.output);
        said.push(format!("{}: {}", output.id, output.kind.describe(&action.body)));
    }
    said.extend(scene.cue(cue).stops.iter().map(|stop| scene.show.stop_words(stop)));
    let lines = said.iter().flat_map(|words| text::wrap(words, columns, 4));
    lines.map(|line| Line::styled(line, scene.styles.text)).collect()
}

/// Outputs of the cue, and the outcome of its messages; without any, the cues that it stops.
pub(super) fn sends<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let Cue { actions, stops, .. } = scene.cue(cue);
    if actions.is_empty() {
        let number = |stop: &StopCue| scene.show.cue(stop.cue).number.to_string();
        let numbers = stops.iter().map(|stop| Line::styled(number(stop), styles.text));
        let heading = (!stops.is_empty()).then(|| Line::styled("stops", styles.past));
        return text::flow(heading.into_iter().chain(numbers), columns, 2);
    }
    let sent = &scene.state.cue(cue).sends;
    // In a rehearsal a tick means that the message was logged, and nothing has left.
    let heading = if scene.state.is_rehearsal() { "would send" } else { "sends" };
    let heading = Line::styled(heading, styles.past);
    let items = actions.iter().enumerate().map(|(at, action)| {
        let (sign, style, word) = match sent.get(at) {
            None => (signs::NOT_YET, styles.past, ""),
            Some(SendState::Pending) => (signs::ASKED, styles.text, ""),
            Some(SendState::Sent) => (signs::DONE, styles.ready, ""),
            Some(SendState::Failed) => (signs::SEND_TROUBLE, styles.attention, " failed"),
            Some(SendState::Unknown) => (signs::SEND_TROUBLE, styles.attention, " unknown"),
        };
        Line::from(vec![
            Span::styled(format!("{sign} "), style),
            Span::styled(scene.show.output(action.output).id.as_str(), styles.text),
            Span::styled(word, style),
        ])
    });
    text::flow(std::iter::once(heading).chain(items), columns, 2)
}
