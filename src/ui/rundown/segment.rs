//! A segment's row of the rundown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{NARROW, WIDE, column, put_row};
use crate::engine::SegmentPhase;
use crate::show::SegmentIx;
use crate::show::duration;
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// Draws a segment's row.
pub(super) fn draw(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    y: u16,
    segment: SegmentIx,
    unfolded: bool,
) {
    let (state, styles) = (scene.state, &scene.styles);
    let (is_wide, is_narrow) = (area.width >= WIDE, area.width < NARROW);
    let plan = scene.show.segment(segment);
    let run = state.segment(segment);
    let phase = state.segment_phase(segment);
    let is_current = state.current_segment() == Some(segment) && !state.has_ended();
    let is_past = matches!(phase, SegmentPhase::Done | SegmentPhase::PassedOver);
    let title_style = match (is_current, is_past, unfolded) {
        (true, ..) => styles.strong,
        (_, false, true) => styles.text.add_modifier(Modifier::BOLD),
        _ => styles.past,
    };
    let sign = match phase {
        _ if is_current => Span::styled(signs::OPEN, styles.on_air),
        SegmentPhase::Running => Span::styled(signs::OPEN, styles.on_air),
        SegmentPhase::Done => Span::styled(signs::DONE, styles.past),
        SegmentPhase::PassedOver => Span::styled(signs::PASSED_OVER, styles.past),
        SegmentPhase::ToCome => Span::raw(" "),
    };
    let act = plan.act.as_ref().filter(|act| **act != plan.title);
    let act = act.map(|act| Span::styled(format!("{act} · "), styles.past));
    let mut left = vec![
        Span::raw(" "),
        sign,
        Span::styled(
            format!("{:>3}  ", segment.0 + 1),
            if is_current { styles.strong } else { styles.past },
        ),
    ];
    // A narrow row has no room but for the segment's own name.
    left.extend(act.filter(|_| !is_narrow));
    left.push(Span::styled(plan.title.as_str(), title_style));
    let mut right: Vec<Span> = marks(scene, segment, is_narrow);
    let is_marked = !right.is_empty();
    if is_marked {
        right.push(Span::raw("  "));
    }
    let countdown = state.segment_countdown(scene.now_ns).filter(|_| is_current);
    match (phase, countdown) {
        (SegmentPhase::PassedOver, _) => right.push(Span::styled("passed over", styles.past)),
        (_, Some(countdown)) => {
            let (left, style) = scene.left_of_segment(segment, countdown);
            right.push(Span::styled(left, style));
            right.push(Span::styled(
                format!(" of {}", duration::length(scene.length_of(segment, countdown))),
                styles.past,
            ));
            right.extend(scene.nudged(segment));
        }
        (_, None) if is_marked && is_narrow => _ = right.pop(),
        (_, None) => {
            let planned = state.plan().length[segment];
            right.push(Span::styled(duration::length(planned), styles.past));
        }
    }
    let is_to_end = matches!(phase, SegmentPhase::ToCome | SegmentPhase::Running);
    if let Some(end) = scene.fixed_end(segment).filter(|_| is_to_end && !is_narrow) {
        right.push(Span::styled(format!(" to {} {end}", signs::CLOCK), styles.text));
    }
    let planned_ns = state.planned_start_ns(segment, scene.shown_now_ns);
    let started_ns = run.started_ns.filter(|_| phase != SegmentPhase::ToCome);
    let expected_ns = (phase == SegmentPhase::ToCome).then(|| scene.expected.start_ns[segment]);
    let over = scene.segment_over(segment);
    match (phase, over) {
        (SegmentPhase::Done, Some(over)) => {
            let style = if over.as_secs() < 1 { styles.past } else { styles.attention };
            let words = duration::over_under(over);
            let cells = (text::width(&words) + 1).max(7);
            right.push(Span::styled(column(&words, cells), style));
        }
        // In a wide rundown the columns say it.
        (SegmentPhase::ToCome, _) if !is_wide && !is_marked && scene.is_tied() => {
            let late = expected_ns.map(|ns| scene.late(planned_ns, ns)).unwrap_or_default();
            if !late.is_zero() {
                let style = if late.is_positive() { styles.attention } else { styles.past };
                let amount = duration::clock(late.unsigned_abs());
                let word = if late.is_positive() { "late" } else { "early" };
                if is_narrow {
                    // The title needs the room of the planned duration more.
                    right.pop();
                    right.push(Span::styled(duration::over_under(late), style));
                } else {
                    right.push(Span::styled(format!("  {amount} {word}"), style));
                }
            }
        }
        _ => {}
    }
    if is_wide {
        right.extend(super::columns(scene, Some(planned_ns), (started_ns, expected_ns), is_past));
    }
    put_row(buf, area, y, Line::from(left), Line::from(right));
}

/// The hard start of a segment that is still to come, and the gap or overlap in front of it.
fn marks(scene: &Scene, segment: SegmentIx, is_narrow: bool) -> Vec<Span<'static>> {
    let (state, styles) = (scene.state, &scene.styles);
    let Some(hard_ns) = state.plan().hard_start_ns[segment] else {
        return vec![];
    };
    let is_to_come = state.segment(segment).started_ns.is_none()
        && state.current_segment().is_none_or(|current| current < segment);
    if !is_to_come {
        return vec![];
    }
    let wall = scene.wall(hard_ns);
    // The seconds of a hard start are rarely anything but 00.
    let is_of_today = wall.len() == "22:58:07".len();
    let wall = match wall.strip_suffix(":00").filter(|_| is_narrow && is_of_today) {
        Some(short) => short,
        None => &wall,
    };
    let mut spans = vec![Span::styled(format!("{} {wall}", signs::CLOCK), styles.text)];
    if let Some(end_ns) = scene.end_before_ns(segment) {
        let gap = scene.late(end_ns, hard_ns);
        let amount = duration::clock(gap.unsigned_abs());
        if gap.as_secs() >= 1 {
            let words = if is_narrow { String::new() } else { format!(" gap {amount}") };
            spans.push(Span::styled(words, styles.past));
        } else if gap.as_secs() <= -1 {
            let overlap =
                if is_narrow { format!(" +{amount}") } else { format!(" overlap {amount}") };
            spans.push(Span::styled(overlap, styles.attention));
        }
    }
    spans
}
