//! What the monitor says of a cue in words: its way, its steps, its people, where it sends to, what it sends.

use ratatui::text::{Line, Span};

use crate::engine::{Phase, SendState};
use crate::show::{CueIx, Point};
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// The way in one line, and how far it is done in another.
pub(super) fn route<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let points = &scene.cue(cue).route;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return vec![] };
    let name =
        |point: &Point| point.name.clone().unwrap_or_else(|| format!("{:.3}, {:.3}", point.latitude, point.longitude));
    let mut named = vec![name(first)];
    named.extend(points[1..points.len() - 1].iter().filter_map(|point| point.name.clone()));
    named.push(name(last));
    let full = named.join(" → ");
    let short = format!("{} → … → {}", name(first), name(last));
    let way = if text::width(&full) <= columns { full } else { short };
    let mut lines = vec![Line::styled(way, styles.strong)];
    let countdown = scene.countdown(cue);
    let is_running = scene.state.cue(cue).phase == Phase::Running;
    let done = countdown.filter(|_| is_running).map_or(0.0, |countdown| countdown.done());
    let mut spans = vec![Span::styled(format!("{:>3.0} %  ", done * 100.0), styles.text)];
    spans.extend(text::bar(done, columns.saturating_sub(30).clamp(8, 24), styles.on_air, styles.rule));
    if points.iter().any(|point| point.height_m.is_some()) {
        let (from, to, at) = (height_at(points, 0.0), height_at(points, 1.0), height_at(points, done));
        spans.push(Span::styled(format!("  height {at:.0} m"), styles.text));
        spans.push(Span::styled(format!("  {from:.0} m → {to:.0} m"), styles.past));
    }
    lines.push(Line::from(spans));
    lines
}

/// The height at a part of a route, each leg of which is taken to last as long as the others.
fn height_at(points: &[Point], done: f64) -> f64 {
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
pub(super) fn people<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize, is_page: bool) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let mut lines = vec![];
    for person in scene.show.people_in(cue).map(|person| scene.show.person(person)).take(if is_page { 20 } else { 5 }) {
        let role = person.role.as_deref().map(|role| Span::styled(format!("  {role}"), styles.past));
        let mut spans = vec![Span::styled(person.name.as_str(), styles.text)];
        spans.extend(role);
        let notes = person.notes.as_deref().map(str::trim);
        match notes.filter(|_| is_page) {
            Some(notes) => {
                lines.push(Line::from(spans));
                lines.extend(text::wrap(notes, columns, 8).into_iter().map(|line| Line::styled(line, styles.past)));
            }
            None => {
                spans.extend(notes.map(|notes| Span::styled(format!("  {notes}"), styles.past)));
                lines.push(Line::from(spans));
            }
        }
    }
    lines
}

/// What the cue sends, word for word.
pub(super) fn messages<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let mut lines = vec![];
    for action in &scene.cue(cue).actions {
        let output = scene.show.output(action.output);
        let words = format!("{}: {}", output.id, crate::output::describe(&output.kind, &action.body));
        lines.extend(text::wrap(&words, columns, 4).into_iter().map(|line| Line::styled(line, scene.styles.text)));
    }
    lines
}

/// Where the cue sends to, and what became of it.
pub(super) fn sends<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let actions = &scene.cue(cue).actions;
    if actions.is_empty() {
        return vec![];
    }
    let sent = &scene.state.cue(cue).sends;
    let heading = Line::styled("sends", styles.past);
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
