//! The form of the editor: a panel above the message line, a row for each key of the cue and of its
//! segment. The chosen one is typed on the message line.
//!
//! ```text
//! ─ CUE 12 ───────────────────────────────────── 2 changed ─
//!  number            12
//!  ▸ title           Off the roof
//!  × trigger         { after = "99" }
//!  text, required: what it is, in a few words
//!  × trigger: no cue has the number `99`; …
//! ```
//!
//! Must never hide the message line, nor what is on air: it has the lower part of the page.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::scene::Scene;
use super::{layout, signs, text};
use crate::app::{Hits, OpenForm, TypedForm};
use crate::edit::form::{FormField, FormSubject, KeyTable};

/// Minimum number of fields that are shown at once, where the page has room for them.
const ROWS_MIN: usize = 8;
/// The fewest fields beside which all rows below them are kept.
const ROWS_LEAST: usize = 4;
/// The sign of a fault.
const WRONG: &str = "!";
/// The rows below the fields: the meaning of the chosen one and what is wrong.
const BELOW: usize = 3;

/// Draws the panel into the lower rows of `body`, and notes which field stands on which row.
///
/// Where there are few rows, those below the fields give way first, down to the one that says what
/// is wrong; then the fields, since the chosen one is typed on the message line.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, body: Rect, hits: &mut Hits) {
    let styles = &scene.styles;
    let Some(form) = &scene.app.edits.form else { return };
    if body.height < 3 {
        Clear.render(body, buf);
        buf.set_style(body, styles.base);
        return draw_below(scene, buf, body, form);
    }
    let below_rows = if usize::from(body.height) < BELOW + 1 + ROWS_LEAST { 1 } else { BELOW };
    let count = form.typed.as_ref().map_or(0, |typed| typed.values.len());
    let room = usize::from(body.height).saturating_sub(below_rows + 1);
    let rows = count.min(ROWS_MIN.max(room * 2 / 3)).min(room);
    let height = (rows + below_rows + 1).min(usize::from(body.height)) as u16;
    let panel = Rect { y: body.bottom() - height, height, ..body };
    Clear.render(panel, buf);
    buf.set_style(panel, styles.base);
    layout::rule(buf, panel, panel.y, &heading(form), styles);
    let Some(typed) = &form.typed else {
        let below =
            Rect { y: panel.y + 1, x: panel.x + 1, width: panel.width.saturating_sub(2), ..panel };
        return match &form.failed {
            Some(_) => draw_below(scene, buf, below, form),
            None => _ = text::put(buf, below, below.y, Line::styled("…", styles.past)),
        };
    };
    if typed.changed() > 0 {
        let words = format!(" {} changed ", typed.changed());
        let cells = text::width(&words) as u16;
        let at = Rect { x: panel.right().saturating_sub(cells + 1), width: cells, ..panel };
        text::put(buf, at, panel.y, Line::styled(words, styles.attention));
    }
    let inside = Rect { x: panel.x + 1, width: panel.width.saturating_sub(2), ..panel };
    let first = (form.chosen + 1).saturating_sub(rows);
    let names = typed.form.fields.iter().map(|field| text::width(&name(typed, field))).max();
    let names = names.unwrap_or(0) + 2;
    for (y, at) in (panel.y + 1..).zip((first..count).take(rows)) {
        hits.choices.push((y, at));
        text::put(buf, inside, y, row(scene, (form, typed), at, names));
        if at == form.chosen {
            buf.set_style(Rect { y, height: 1, ..panel }, styles.selected);
        }
    }
    let edge = panel.right().saturating_sub(1);
    if first > 0 {
        buf.set_string(edge, panel.y + 1, "↑", styles.text);
    }
    if first + rows < count {
        buf.set_string(edge, panel.y + rows as u16, "↓", styles.text);
    }
    let below = Rect { y: panel.y + 1 + rows as u16, height: below_rows as u16, ..inside };
    draw_below(scene, buf, below, form);
}

/// The subject, as the rule above the form names it.
fn heading(form: &OpenForm) -> String {
    let Some(typed) = &form.typed else {
        return match &form.subject {
            FormSubject::Cue(number) => format!("CUE {number}"),
            FormSubject::Segment(_) => "SEGMENT".to_owned(),
            FormSubject::NewCue(_) => "NEW CUE".to_owned(),
            FormSubject::NewSegment(_) => "NEW SEGMENT".to_owned(),
        };
    };
    let segment = &typed.form.segment;
    match &form.subject {
        FormSubject::Cue(number) => format!("CUE {number}, AND ITS SEGMENT {segment}"),
        FormSubject::Segment(_) => format!("SEGMENT {segment}"),
        FormSubject::NewCue(_) => format!("NEW CUE IN {segment}"),
        FormSubject::NewSegment(_) => format!("NEW SEGMENT AFTER {segment}"),
    }
}

/// The name of a field: the segment's in a cue's form say so.
fn name(typed: &TypedForm, field: &FormField) -> String {
    let is_both = matches!(typed.form.subject, FormSubject::Cue(_));
    match field.table {
        KeyTable::Segment if is_both => format!("segment {}", field.key.name),
        KeyTable::Segment | KeyTable::Cue => field.key.name.to_owned(),
    }
}

fn row(
    scene: &Scene,
    (form, typed): (&OpenForm, &TypedForm),
    at: usize,
    names: usize,
) -> Line<'static> {
    let styles = &scene.styles;
    let (Some(field), Some(value)) = (typed.form.fields.get(at), typed.values.get(at)) else {
        return Line::default();
    };
    let value = value.replace('\n', signs::LINE_END);
    let is_wrong = form.faults.iter().any(|fault| fault.field == Some(at));
    let sign = match (is_wrong, at == form.chosen) {
        (true, _) => Span::styled(format!("{} ", WRONG), styles.on_air),
        (false, true) => Span::styled("▸ ", styles.attention),
        (false, false) => Span::raw("  "),
    };
    let name = name(typed, field);
    let gap = " ".repeat(names.saturating_sub(text::width(&name)).max(1));
    let value = match field.fixed {
        Some(why) => Span::styled(format!("({why}: only an editor changes it)"), styles.past),
        None if typed.is_changed(at) => Span::styled(value, styles.attention),
        None => Span::styled(value, styles.strong),
    };
    let plain = if value.content.is_empty() { styles.past } else { styles.text };
    Line::from(vec![sign, Span::styled(name + &gap, plain), value])
}

/// The meaning of the chosen key, and what is wrong.
fn draw_below(scene: &Scene, buf: &mut Buffer, area: Rect, form: &OpenForm) {
    let styles = &scene.styles;
    let columns = usize::from(area.width);
    let mut lines = vec![];
    if let Some(why) = &form.failed {
        let words = match form.typed {
            Some(_) => format!("{WRONG} not saved: {why}"),
            None => format!("{WRONG} not opened: {why}. Esc closes this"),
        };
        lines.extend(
            text::wrap(&words, columns, BELOW).into_iter().map(|line| (line, styles.on_air)),
        );
    } else if let Some(words) = &form.conflict {
        let words = format!(
            "! changed elsewhere meanwhile: {words}. Enter writes yours over it, Esc keeps that"
        );
        lines.extend(
            text::wrap(&words, columns, BELOW).into_iter().map(|line| (line, styles.on_air)),
        );
    } else {
        // A fault of the chosen field first.
        let of_chosen = |fault: &&crate::edit::form::FormFault| fault.field == Some(form.chosen);
        let fault = form.faults.iter().find(of_chosen).or(form.faults.first());
        // On a single row, what is wrong is worth more than what the key means.
        let most = match fault {
            Some(_) => usize::from(area.height > 1),
            None => BELOW,
        };
        if let Some(field) = form.field() {
            let words = format!("{}: {}", field.key.value, field.key.meaning).replace('`', "");
            lines.extend(
                text::wrap(&words, columns, most).into_iter().map(|line| (line, styles.past)),
            );
        }
        if let Some(fault) = fault {
            let typed = form.typed.as_ref();
            let of =
                typed.and_then(|typed| Some(name(typed, typed.form.fields.get(fault.field?)?)));
            let words = match of {
                Some(name) => format!("{} {name}: {}", WRONG, fault.words),
                None => format!("{} {}", WRONG, fault.words),
            };
            let wrapped = text::wrap(&words, columns, BELOW - 1);
            lines.extend(wrapped.into_iter().map(|line| (line, styles.on_air)));
        }
    }
    for (y, (line, style)) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, Line::styled(line, style));
    }
}

/// The name of the field that is typed.
pub(super) fn label(scene: &Scene) -> String {
    let form = scene.app.edits.form.as_ref();
    let named = form.and_then(|form| Some(name(form.typed.as_ref()?, form.field()?)));
    named.unwrap_or_default()
}

/// The state of the form, at the end of the line that is typed.
pub(super) fn state(scene: &Scene) -> &'static str {
    match &scene.app.edits.form {
        Some(form) if form.failed.is_some() && form.typed.is_none() => "not opened",
        Some(form) if form.failed.is_some() => "not saved",
        Some(form) if form.typed.is_none() => "opening",
        Some(form) if form.is_saving => "saving",
        Some(form) if form.field().is_some_and(|field| field.fixed.is_some()) => "not here",
        Some(form) if form.is_refused => "not saved: not right yet",
        Some(form) if !form.faults.is_empty() => "not right yet",
        Some(_) | None => "",
    }
}

/// The keys of the form, for the footer.
pub(super) fn hints(scene: &Scene) -> Vec<(&'static str, &'static str)> {
    let Some(form) = &scene.app.edits.form else { return vec![] };
    let fields = ("↑ ↓", "fields");
    match (&form.typed, &form.conflict) {
        (None, _) => vec![("Esc", "close")],
        (Some(_), Some(_)) => vec![("Enter", "write over it"), fields, ("Esc", "keep theirs")],
        (Some(_), None) => {
            let lines = form.field().filter(|field| field.takes_lines());
            let lines = lines.map(|_| ("Alt-Enter", "new line"));
            let first = [("Enter", "save")].into_iter().chain(lines);
            first.chain([fields, ("Esc", "leave it as it was")]).collect()
        }
    }
}
