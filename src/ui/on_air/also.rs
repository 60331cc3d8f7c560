//! The row of the panel about what runs beside the cue that stands first: other cues, clips that fade out, and
//! ramps.

use ratatui::text::{Line, Span};

use crate::app::ongoing;
use crate::show::CueIx;
use crate::ui::scene::Scene;
use crate::ui::text;

/// What runs beside the `first` cue, in `columns` cells: the titles give way to the figures, and where little is
/// left of them, all is said in fewer words.
pub(super) fn also_running<'a>(
    scene: &Scene<'a>,
    first: Option<CueIx>,
    columns: usize,
) -> Option<Line<'a>> {
    let styles = &scene.styles;
    let state = scene.state;
    let on_air = state.on_air().iter().rev().copied();
    // The clip of a cue that is over may still fade out.
    let fading = state.ongoing(scene.now_ns).filter(|ongoing| ongoing.kind.is_fade_out());
    let fading = fading.map(|ongoing| ongoing.cue).filter(|cue| !state.on_air().contains(cue));
    let others: Vec<_> = on_air.chain(fading).filter(|&cue| Some(cue) != first).collect();
    let ramps = ongoing::short_ramps(scene.state, scene.now_ns);
    if others.is_empty() && ramps.is_none() {
        return None;
    }
    let ramps = ramps.map(|ramps| Span::styled(format!("  {ramps}"), styles.text));
    let titles: Vec<&str> = others.iter().map(|&cue| scene.cue(cue).title.as_str()).collect();
    let number = |cue| Span::styled(format!("  {}", scene.number(cue)), styles.on_air);
    let head = |is_short| match is_short {
        false => Span::styled("also running", styles.past),
        true => Span::styled("also", styles.past),
    };
    let cells = |is_short| {
        let fixed = others
            .iter()
            .flat_map(|&cue| std::iter::once(number(cue)).chain(figures(scene, cue, is_short)));
        let fixed: Line =
            std::iter::once(head(is_short)).chain(fixed).chain(ramps.clone()).collect();
        cells_each(&titles, columns.saturating_sub(text::line_width(&fixed)))
    };
    let (is_short, cells) = match cells(false) {
        Some(cells) => (false, Some(cells)),
        None => (true, cells(true)),
    };
    let mut spans = vec![head(is_short)];
    for (&cue, title) in others.iter().zip(&titles) {
        spans.push(number(cue));
        let title = cells.map(|cells| format!(" {}", text::fit(title, cells)));
        spans.extend(title.map(|title| Span::styled(title, styles.text)));
        spans.extend(figures(scene, cue, is_short));
    }
    spans.extend(ramps);
    Some(Line::from(spans))
}

/// The time left of `cue`, and the fade of its clip.
fn figures(scene: &Scene, cue: CueIx, is_short: bool) -> impl Iterator<Item = Span<'static>> {
    let countdown = scene.countdown(cue).filter(|_| !scene.is_going_out(cue));
    let left = countdown.map(|countdown| {
        let (left, style) = scene.left_of(cue, countdown);
        Span::styled(format!(" {left}"), style)
    });
    let fade = if is_short { scene.short_fade(cue) } else { scene.fade(cue) };
    let fade = fade.map(|fade| Span::styled(format!(" {fade}"), scene.styles.attention));
    left.into_iter().chain(fade)
}

/// The most cells of each of `titles`, with a gap in front of it, so that all fit into `room`; `None` where
/// next to nothing is left of them.
fn cells_each(titles: &[&str], room: usize) -> Option<usize> {
    const LEAST: usize = 3;
    let widths: Vec<usize> = titles.iter().map(|title| text::width(title)).collect();
    let fits =
        |cells: &usize| widths.iter().map(|width| 1 + width.min(cells)).sum::<usize>() <= room;
    let widest = widths.iter().copied().max().unwrap_or_default();
    (LEAST.min(widest)..=widest).rev().find(fits)
}
