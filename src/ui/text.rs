//! Text that keeps to its columns: everything here counts in cells, never in bytes or characters.
//!
//! Wide characters take two cells and combining ones none; what does not fit ends in an ellipsis.
//! No other file of the screen measures text.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The most lines of a text that are wrapped for one frame.
pub(super) const LINES_MAX: usize = 200;
/// The most lines that [`cut`] counts.
const CUT_MAX: usize = 40;

/// The number of cells that `text` takes.
pub(super) fn width(text: &str) -> usize {
    match text {
        _ if text.is_ascii() => text.len(),
        _ if text.chars().all(is_simple) => text.chars().count(),
        _ => graphemes(text).map(|(_, cells)| cells).sum(),
    }
}

/// Returns `true` if `c` takes one cell of its own, whatever simple characters stand beside it:
/// most of what is drawn, for which nobody has to look up where clusters begin and how wide they
/// are.
pub(super) fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
        | '\u{2190}'..='\u{22ff}' | '\u{2500}'..='\u{25fc}' | '\u{2800}'..='\u{28ff}')
}

/// The clusters of `text` that a terminal draws, with their cells.
fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true)
        .filter(|symbol| !symbol.contains(char::is_control))
        .map(|symbol| (symbol, symbol.width()))
}

/// `text` in at most `cells` cells; where it is longer, it ends in an ellipsis.
pub(super) fn fit(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let mut fitted = String::new();
    let mut used = 0;
    for (symbol, taken) in graphemes(text) {
        if used + taken + 1 > cells {
            break;
        }
        fitted.push_str(symbol);
        used += taken;
    }
    if cells > 0 {
        fitted.truncate(fitted.trim_end().len());
        fitted.push('…');
    }
    Cow::Owned(fitted)
}

/// A figure of zero or more, rounded, its thousands apart: `4,000`.
pub(super) fn grouped(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Notes broken as by [`wrap`], with a dot where one of their own lines ends: an imported sheet has one
/// for each column, and there is no room for a row for each.
pub(super) fn wrap_notes(notes: &str, cells: usize, lines: usize) -> Vec<String> {
    let own: Vec<&str> = notes.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    wrap(&own.join(" · "), cells, lines)
}

/// `text` broken at spaces into at most `lines` lines of `cells` cells; what is left over ends in
/// an ellipsis.
pub(super) fn wrap(text: &str, cells: usize, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = vec![];
    if cells == 0 || lines == 0 {
        return wrapped;
    }
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        let is_last = wrapped.len() + 1 == lines;
        if is_last || width(&joined) <= cells {
            line = joined;
            if is_last && width(&line) > cells {
                break;
            }
        } else {
            if !line.is_empty() {
                wrapped.push(fit(&line, cells).into_owned());
            }
            line = word.to_owned();
        }
    }
    if !line.is_empty() && wrapped.len() < lines {
        wrapped.push(fit(&line, cells).into_owned());
    }
    wrapped
}

/// `text` broken at spaces into at most `rows` lines of `cells` cells; where that is not all, the
/// last says how many more lines there are.
pub(super) fn cut(text: &str, cells: usize, rows: usize) -> Vec<String> {
    let mut lines = wrap(text, cells, CUT_MAX);
    let more = lines.len().saturating_sub(rows);
    lines.truncate(rows);
    if let Some(last) = lines.last_mut().filter(|_| more > 0) {
        let tail = format!(" +{more} more");
        let head = fit(&format!("{last} …"), cells.saturating_sub(width(&tail))).into_owned();
        *last = if head.ends_with('…') {
            format!("{head}{tail}")
        } else {
            fit(last, cells).into_owned()
        };
    }
    lines
}

/// The first lines of `all`, in at most `rows`: where that is not all, the last row says how many
/// more there are, and after a colon `key`, which shows them.
pub(super) fn cut_rows<'a>(
    mut all: Vec<Line<'a>>,
    rows: usize,
    key: Option<&str>,
    style: Style,
) -> Vec<Line<'a>> {
    if all.len() <= rows || rows == 0 {
        all.truncate(rows);
        return all;
    }
    let more = all.len() - (rows - 1);
    all.truncate(rows - 1);
    let lines = if more == 1 { "line" } else { "lines" };
    let key = key.map_or(String::new(), |key| format!(": {key}"));
    all.push(Line::styled(format!("… {more} more {lines}{key}"), style));
    all
}

/// `line` in at most `cells` cells.
pub(super) fn fit_line(line: Line<'_>, cells: usize) -> Line<'_> {
    if line_width(&line) <= cells {
        return line;
    }
    let (mut fitted, style) = (vec![], line.style);
    let mut left = cells;
    for span in line.spans {
        let taken = width(&span.content);
        if taken < left {
            left -= taken;
            fitted.push(span);
            continue;
        }
        // Something follows or overflows here: the ellipsis stands in this span.
        let text = format!("{} ", span.content);
        fitted.push(Span::styled(fit(&text, left).into_owned(), span.style));
        break;
    }
    Line::from(fitted).style(style)
}

/// `head` and after it `tail` in at most `cells` cells. The head gives way, down to `least` cells;
/// then the tail goes, for half a time is a wrong one.
pub(super) fn with_tail<'a>(
    head: Line<'a>,
    tail: Line<'a>,
    cells: usize,
    least: usize,
) -> Line<'a> {
    let room = cells.saturating_sub(line_width(&tail));
    if line_width(&head) > room && room < least {
        return fit_line(head, cells);
    }
    let mut line = fit_line(head, room);
    line.spans.extend(tail.spans);
    line
}

/// The number of cells that a line takes.
pub(super) fn line_width(line: &Line) -> usize {
    line.spans.iter().map(|span| width(&span.content)).sum()
}

/// Writes `line` at the beginning of row `y` of `area`, and returns the column after its end.
pub(super) fn put(buf: &mut Buffer, area: Rect, y: u16, line: Line) -> u16 {
    if y >= area.bottom() || y < area.y || area.width == 0 {
        return area.x;
    }
    let line = fit_line(line, usize::from(area.width));
    let mut x = area.x;
    for span in &line.spans {
        x = put_span(buf, (x, y), area.right(), &span.content, line.style.patch(span.style));
    }
    x
}

/// Writes `text` from a cell on, as far as column `right`, and returns the column after its end.
fn put_span(buf: &mut Buffer, (x, y): (u16, u16), right: u16, text: &str, style: Style) -> u16 {
    let room = right.min(buf.area.right()).saturating_sub(x);
    if room == 0 || y < buf.area.y || y >= buf.area.bottom() {
        return x;
    }
    if !text.chars().all(is_simple) {
        return buf.set_stringn(x, y, text, usize::from(room), style).0;
    }
    let from = buf.index_of(x, y);
    let row = buf.content.get_mut(from..from + usize::from(room)).unwrap_or_default();
    let mut end = x;
    for (cell, c) in row.iter_mut().zip(text.chars()) {
        cell.set_char(c).set_style(style);
        end += 1;
    }
    end
}

/// Writes `left` at the beginning and `right` at the end of a row. The left gives way to the right,
/// down to `least` cells; then the right goes.
pub(super) fn put_both(
    buf: &mut Buffer,
    area: Rect,
    y: u16,
    left: Line,
    right: Line,
    least: usize,
) {
    let (all, taken) = (usize::from(area.width), line_width(&right));
    let room = all.saturating_sub(taken + 1);
    if taken == 0 || taken > all || (room < least && room < line_width(&left)) {
        put(buf, area, y, left);
        return;
    }
    put(buf, Rect { width: room as u16, ..area }, y, left);
    let from = area.x + (all - taken) as u16;
    put(buf, Rect { x: from, width: taken as u16, ..area }, y, right);
}

/// Lays items side by side, `gap` cells apart, and begins a new line where one does not fit.
pub(super) fn flow<'a>(
    items: impl IntoIterator<Item = Line<'a>>,
    cells: usize,
    gap: usize,
) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = vec![];
    let mut used = 0;
    for item in items {
        let taken = line_width(&item);
        if taken == 0 {
            continue;
        }
        match lines.last_mut().filter(|_| used + gap + taken <= cells) {
            Some(line) => {
                line.spans.push(Span::raw(" ".repeat(gap)));
                line.spans.extend(item.spans);
                used += gap + taken;
            }
            None => {
                lines.push(item);
                used = taken;
            }
        }
    }
    lines
}

/// A bar of `cells` cells of which the part `done`, 0 to 1, is filled to an eighth of a cell.
pub(super) fn bar<'a>(done: f64, cells: usize, heavy: Style, light: Style) -> [Span<'a>; 2] {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (done.clamp(0.0, 1.0) * (cells * 8) as f64).floor() as usize;
    let filled = format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8]);
    let rest = cells.saturating_sub(eighths.div_ceil(8));
    [Span::styled(filled, heavy), Span::styled("─".repeat(rest), light)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_stands_whole_or_not_at_all() {
        let line = |head, cells| {
            let line = with_tail(Line::from(head), Line::from("  1:58"), cells, 5);
            line.spans.iter().map(|span| span.content.as_ref()).collect::<String>()
        };
        assert_eq!(line("The jump", 14), "The jump  1:58");
        assert_eq!(line("The jump", 13), "The ju…  1:58");
        assert_eq!(line("The jump", 11), "The…  1:58");
        assert_eq!(line("The jump", 10), "The jump");
        assert_eq!(line("The jump", 7), "The ju…");
        assert_eq!(line("He", 8), "He  1:58");
        assert_eq!(line("漢字漢字", 12), "漢字…  1:58");
    }

    #[test]
    fn fits_by_cells_and_not_by_characters() {
        for (text, cells, fitted) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("abcd", 1, "…"),
            ("abcd", 0, ""),
            ("a bcd", 3, "a…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e\u{301}", 3, "e\u{301}e\u{301}e\u{301}"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("👩‍🚀👩‍🚀", 4, "👩‍🚀👩‍🚀"),
            ("👩‍🚀👩‍🚀", 3, "👩‍🚀…"),
        ] {
            assert_eq!(fit(text, cells), fitted, "{text:?} in {cells}");
            assert!(width(&fit(text, cells)) <= cells);
        }
    }

    #[test]
    fn simple_characters_take_one_cell_each_whatever_stands_beside_them() {
        let simple = || ('\0'..='\u{ffff}').filter(|&c| is_simple(c));
        for c in simple() {
            let beside = format!("a{c}é{c}{c} ");
            assert_eq!(
                graphemes(&beside).map(|(_, cells)| cells).collect::<Vec<_>>(),
                [1; 6],
                "{c:?}"
            );
            assert_eq!(crate::plain::line(&beside), beside);
        }
        assert!(simple().count() > 1_000);
    }

    #[test]
    fn what_is_simple_is_drawn_as_ratatui_draws_it() {
        let (loud, area) =
            (Style::new().bold().bg(ratatui::style::Color::Red), Rect::new(2, 0, 9, 2));
        for text in [
            "Off the roof",
            "— ▶ 4 of 5",
            "Łódź → 12",
            "日本 off",
            "e\u{301}t\u{e9}",
            "",
            "x\u{7}y",
        ] {
            let line = Line::from(vec![Span::raw("7 "), Span::styled(text, loud)]);
            let (mut own, mut theirs) = (Buffer::empty(area), Buffer::empty(area));
            let end = put(&mut own, area, 1, line.clone());
            let expected = theirs.set_line(area.x, 1, &fit_line(line, 9), area.width).0;
            assert_eq!((own, end), (theirs, expected), "{text}");
        }
    }

    #[test]
    fn wraps_at_spaces_and_ends_in_an_ellipsis() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("one two three four", 7, 2), ["one two", "three…"]);
        assert_eq!(wrap("incomprehensible word", 6, 9), ["incom…", "word"]);
        assert_eq!(wrap("", 6, 9), [""; 0]);
        assert_eq!(wrap("a b", 0, 9), [""; 0]);
    }

    #[test]
    fn what_is_cut_says_how_much_more_there_is() {
        assert_eq!(cut("one two three four", 20, 2), ["one two three four"]);
        assert_eq!(cut("alpha beta gamma delta epsilon", 12, 2), ["alpha beta", "gam… +1 more"]);
        assert_eq!(cut("alpha beta gamma delta epsilon", 16, 1), ["alpha b… +1 more"]);
        assert_eq!(cut("alpha beta", 12, 0), [""; 0]);
        for cells in 1..40 {
            let lines = cut("alpha beta gamma delta epsilon zeta eta theta", cells, 2);
            assert!(lines.len() <= 2 && lines.iter().all(|line| width(line) <= cells), "{lines:?}");
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_counted_with_the_key_that_shows_them() {
        let rows = |rows, key| {
            let all = ["one", "two", "three"].map(Line::from).to_vec();
            cut_rows(all, rows, key, Style::new()).iter().map(Line::to_string).collect::<Vec<_>>()
        };
        assert_eq!(rows(3, None), ["one", "two", "three"]);
        assert_eq!(rows(2, Some("Tab")), ["one", "… 2 more lines: Tab"]);
        assert_eq!(rows(1, None), ["… 3 more lines"]);
        assert_eq!(rows(0, None), [""; 0]);
    }

    #[test]
    fn a_line_of_spans_gives_way_at_its_end() {
        let line = Line::from(vec![Span::raw("12 "), Span::raw("Off the roof")]);
        assert_eq!(fit_line(line.clone(), 20).to_string(), "12 Off the roof");
        assert_eq!(fit_line(line.clone(), 9).to_string(), "12 Off t…");
        assert_eq!(fit_line(line.clone(), 3).to_string(), "12…");
        assert_eq!(fit_line(line, 0).to_string(), "");
        let loud = Style::new().bold();
        assert_eq!(
            fit_line(Line::styled("Off the roof", loud), 5).style,
            loud,
            "what is cut is as loud as it was"
        );
    }

    #[test]
    fn a_bar_has_its_width_at_any_part() {
        for part in 0..=100 {
            let [heavy, light] = bar(f64::from(part) / 100.0, 7, Style::new(), Style::new());
            assert_eq!(width(&heavy.content) + width(&light.content), 7);
        }
    }
}
