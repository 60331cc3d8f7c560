//! The chart of a run: each segment as planned and as it was, over the clock, and how far the show
//! was behind.
//!
//! Owns where everything stands. Must never compute a difference: what stands here is a row's.
//! Nothing is told by colour alone: planned is an outline above, actual is solid below it, what is
//! over is hatched, and the figures stand beside.
//!
//! ```text
//! ▭ planned   ■ actual   ▨ longer than planned   ◆ hard start   ┄ gap                       (legend)
//!                     22:50      23:00      23:10
//! Act one             ▭▭▭▭▭▭▭▭┄┄┄│          │                 22:50:00  3:30
//! held 0:10            ■■■■■■■■▨▨│          │                 22:50:02  3:42  +0:12 over
//! The closing         │          ◆▭▭▭▭▭▭    │
//!                                  ■■■■■
//! over +1:00          │    ▲─────▲──────●
//! on time             ●───╱
//! ```

mod curve;
mod scale;

use std::fmt::Write;

use jiff::ZonedDateTime;
use unicode_width::UnicodeWidthStr;

use self::scale::ChartScale;
use super::asrun::{AsRun, PanicRow, SegmentRow};
use super::layout::{cut, plain};
use super::markup::escape;
use super::words::{Days, lasted, manner, over_under, planned};
use crate::plain::counted;

/// The width of the picture, and of its columns: titles, the clock, figures. All in CSS pixels.
const WIDTH: f64 = 1180.0;
const LEFT: f64 = 270.0;
const PLOT: f64 = 650.0;
const RIGHT: f64 = LEFT + PLOT + 16.0;

/// Columns of the figures: a time of day with a day's mark, a length, a difference.
const FIGURES: [f64; 3] = [RIGHT, RIGHT + 90.0, RIGHT + 142.0];

/// Top of the rows, below legend and clock.
const TOP: f64 = 74.0;

/// Width of the titles, columns of text.
const TITLE_COLUMNS: usize = 36;

/// Up to so many segments a row has its full height.
const ROOMY_MOST: usize = 48;

/// A bar of no length is drawn this wide all the same.
const BAR_LEAST: f64 = 2.0;

/// Up to so many firings the actual bars carry a mark for each.
const MARKS_MOST: usize = 2_000;

/// Looks: inside a file of its own, and in a page among the page's, since `style` belongs into an
/// HTML file's head.
pub(super) const STYLE: &str = include_str!("css/chart.css");

/// The chart as a file of its own.
pub fn write(report: &AsRun) -> String {
    let (height, content) = draw(report);
    let (namespace, style) =
        (" xmlns=\"http://www.w3.org/2000/svg\"", format!("<style>\n{STYLE}</style>\n"));
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!("{head}{}", frame(report, namespace, height, &format!("{style}{content}")))
}

/// The chart as part of a page that has [`STYLE`].
pub(super) fn inline(report: &AsRun) -> String {
    let (height, content) = draw(report);
    frame(report, "", height, &content)
}

/// The height of the picture, and what is in it.
fn draw(report: &AsRun) -> (f64, String) {
    let Some(scale) = ChartScale::new(&instants(report), LEFT, PLOT) else {
        return (32.0, format!("<text x=\"0\" y=\"20\">{NOTHING}</text>\n"));
    };
    let mut chart = ReportChart::new(report, scale);
    let bottom = chart.bottom();
    chart.legend();
    chart.clock(bottom);
    chart.breaks(bottom);
    for at in 0..report.segments.len() {
        chart.row(at);
    }
    let height = curve::draw(&mut chart, bottom);
    (height, chart.svg)
}

const NOTHING: &str =
    "The show has not begun, and nothing ties its plan to the clock: there is nothing to draw yet.";

/// The picture around what is drawn; its description says in words what it shows.
fn frame(report: &AsRun, namespace: &str, height: f64, content: &str) -> String {
    format!(
        "<svg{namespace} class=\"chart\" role=\"img\" aria-describedby=\"chart-words\" width=\"{WIDTH}\" \
         height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">\n\
         <title>{}: planned and actual</title>\n\
         <desc id=\"chart-words\">{}</desc>\n\
         <defs><pattern id=\"chart-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
         <path class=\"hatch\" d=\"M-1 7L7 -1M-1 1L1 -1M5 7L7 5\"/></pattern></defs>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n{content}</svg>\n",
        escape(&report.show),
        escape(&description(report))
    )
}

fn description(report: &AsRun) -> String {
    let started = report.segments.iter().filter(|segment| segment.actual_start.is_some()).count();
    let all = counted(report.segments.len(), "segment");
    let mut words =
        format!("Run {}, {}. {started} of {all} started.", plain(&report.run), manner(report));
    if let Some(ms) = report.shown_over_ms() {
        let verb =
            if report.finished { "The show ended" } else { "As things stood, the show would end" };
        let _ = write!(words, " {verb} {}.", verdict(ms));
    }
    let differences =
        report.segments.iter().filter_map(|row| Some((row, row.shown_difference_ms()?)));
    if let Some((row, ms)) = differences.max_by_key(|(_, ms)| ms.unsigned_abs()) {
        let _ =
            write!(words, " Furthest from its plan was {}: {}.", plain(&row.title), verdict(ms));
    }
    words
}

/// A difference with its word: `+0:42 over`, `−0:03 under`, `on time`.
fn verdict(ms: i64) -> String {
    match ms {
        1000.. => format!("{} over", over_under(ms)),
        ..=-1000 => format!("{} under", over_under(ms)),
        _ => "on time".to_owned(),
    }
}

/// Everything that has to find room on the clock.
fn instants(report: &AsRun) -> Vec<&ZonedDateTime> {
    let ends = [&report.planned_start, &report.planned_end, &report.started];
    let rows = report.segments.iter().flat_map(|row| [&row.planned_start, &row.actual_start]);
    rows.chain(ends).flatten().chain(known_until(report)).collect()
}

/// Up to when something is known of a show that has begun: its end, or where the records break off.
fn known_until(report: &AsRun) -> Option<&ZonedDateTime> {
    let until = if report.finished { report.end.as_ref() } else { report.last.as_ref() };
    until.filter(|_| report.started.is_some())
}

/// A chart that is being drawn.
struct ReportChart<'a> {
    report: &'a AsRun,
    scale: ChartScale,
    days: Days,
    row_height: f64,
    has_marks: bool,
    svg: String,
}

impl<'a> ReportChart<'a> {
    fn new(report: &'a AsRun, scale: ChartScale) -> Self {
        let row_height = if report.segments.len() <= ROOMY_MOST { 40.0 } else { 34.0 };
        let has_marks =
            report.cues().filter(|cue| cue.actual_start.is_some()).count() <= MARKS_MOST;
        ReportChart {
            report,
            scale,
            days: Days::of(report),
            row_height,
            has_marks,
            svg: String::new(),
        }
    }

    /// Bottom of the rows.
    fn bottom(&self) -> f64 {
        TOP + self.report.segments.len() as f64 * self.row_height
    }

    fn x(&self, at: &ZonedDateTime) -> f64 {
        self.scale.x(at.timestamp().as_millisecond())
    }

    /// Adds markup; the caller has escaped what is free text in it.
    fn put(&mut self, markup: &str) {
        self.svg.push_str(markup);
        self.svg.push('\n');
    }

    fn text(&mut self, class: &str, x: f64, y: f64, words: &str) {
        let words = escape(words);
        self.put(&format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>"));
    }

    fn bar(&mut self, class: &str, x: f64, y: f64, width: f64) {
        let width = width.max(BAR_LEAST);
        self.put(&format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"12\"/>"
        ));
    }

    /// A line straight down.
    fn line(&mut self, class: &str, x: f64, from: f64, to: f64) {
        self.put(&format!("<path class=\"{class}\" d=\"M{x:.1} {from:.1}V{to:.1}\"/>"));
    }

    /// The signs and their words, of those that the picture has.
    fn legend(&mut self) {
        let rows = &self.report.segments;
        let is_over = rows.iter().any(|row| row.shown_difference_ms().is_some_and(|ms| ms >= 1000));
        let has_hard = rows.iter().any(|row| row.hard_start && row.planned_start.is_some());
        let has_gap = (0..rows.len()).any(|at| self.gap(at).is_some());
        let has_marks = self.has_marks && self.report.cues().any(|cue| cue.actual_start.is_some());
        let (y, mut x) = (18.0, 12.0);
        let signs: [(bool, &str, &str); 8] = [
            (true, "planned", "planned"),
            (self.report.started.is_some(), "actual", "actual"),
            (is_over, "over", "longer than planned"),
            (has_hard, "hard", "hard start"),
            (has_gap, "gap", "gap in the plan"),
            (has_marks, "mark", "cue fired"),
            (!self.report.panics.is_empty(), "panic", "panic"),
            (!self.report.downtimes.is_empty(), "down", "program down"),
        ];
        for (_, sign, words) in signs.into_iter().filter(|(is_there, ..)| *is_there) {
            match sign {
                "planned" | "actual" | "down" => self.bar(sign, x, y - 11.0, 22.0),
                "over" => self.over(x, y - 11.0, 22.0),
                "hard" => self.diamond(x + 11.0, y - 5.0),
                "gap" => {
                    self.put(&format!("<path class=\"gap\" d=\"M{x:.1} {:.1}h22\"/>", y - 5.0))
                }
                "mark" => {
                    self.bar("actual", x, y - 11.0, 22.0);
                    self.line("mark", x + 11.0, y - 11.0, y + 1.0);
                }
                _ => self.line("panic", x + 11.0, y - 13.0, y + 3.0),
            }
            self.text("quiet", x + 28.0, y, words);
            x += 28.0 + 7.0 * words.width() as f64 + 18.0;
        }
    }

    /// The marks of the clock and what it reads there.
    fn clock(&mut self, bottom: f64) {
        for (ms, at, label) in self.scale.ticks() {
            let x = self.scale.x(ms);
            self.line("grid", x, TOP - 8.0, bottom);
            let label = if label.contains(':') { self.days.mark(&at, &label) } else { label };
            self.text("tick", x, TOP - 14.0, &label);
        }
    }

    /// Draws what happened to the whole show: panics, and times without a program.
    fn breaks(&mut self, bottom: f64) {
        let (from, height) = (TOP - 8.0, bottom - TOP + 8.0);
        for down in &self.report.downtimes {
            let (x, until) = (self.x(&down.from).max(LEFT), self.x(&down.until));
            let words = format!(
                "no program from {} to {}",
                self.days.clock(&down.from),
                self.days.clock(&down.until)
            );
            let width = (until - x).max(BAR_LEAST);
            self.put(&format!(
                "<rect class=\"down\" x=\"{x:.1}\" y=\"{from}\" width=\"{width:.1}\" height=\"{height}\">\
                 <title>{}</title></rect>",
                escape(&words)
            ));
        }
        for PanicRow { at, .. } in &self.report.panics {
            let (x, words) = (self.x(at), format!("panic at {}", self.days.clock(at)));
            self.put(&format!(
                "<path class=\"panic\" d=\"M{x:.1} {from}V{bottom}\"><title>{}</title></path>",
                escape(&words)
            ));
        }
    }

    /// The time that the plan leaves between a segment and the next: its ends on the page, and how
    /// long it is.
    fn gap(&self, at: usize) -> Option<(f64, f64, u64)> {
        let (row, next) = (self.report.segments.get(at)?, self.report.segments.get(at + 1)?);
        let end_ms = row
            .planned_start
            .as_ref()?
            .timestamp()
            .as_millisecond()
            .saturating_add_unsigned(row.planned_ms);
        let next_ms = next.planned_start.as_ref()?.timestamp().as_millisecond();
        let gap_ms = u64::try_from(next_ms - end_ms).ok().filter(|&ms| ms > 0)?;
        Some((self.scale.x(end_ms), self.scale.x(next_ms), gap_ms))
    }

    fn row(&mut self, at: usize) {
        let Some(row) = self.report.segments.get(at) else { return };
        let top = TOP + at as f64 * self.row_height;
        let (upper, lower) =
            (top + self.row_height / 2.0 - 14.0, top + self.row_height / 2.0 + 1.0);
        let middle = top + self.row_height / 2.0;
        self.put(&format!("<g><title>{}</title>", escape(&self.told(row))));
        self.put(&format!("<path class=\"rule\" d=\"M12 {top:.1}H{:.1}\"/>", WIDTH - 12.0));
        let note = plain(&row.note());
        self.text(
            "title",
            12.0,
            if note.is_empty() { middle + 4.0 } else { middle - 3.0 },
            &room(&row.title),
        );
        if !note.is_empty() {
            self.text("quiet", 12.0, middle + 13.0, &room(&note));
        }
        if let Some(start) = &row.planned_start {
            let (from, to) = (self.x(start), self.end_x(start, row.planned_ms));
            self.bar("planned", from, upper, to - from);
            if row.hard_start {
                self.diamond(from, upper + 6.0);
            }
            self.figures("quiet", upper, [&self.days.clock(start), &planned(row.planned_ms), ""]);
        }
        if let Some((from, to, gap_ms)) = self.gap(at) {
            let words = format!("gap of {} in the plan", planned(gap_ms));
            let y = upper + 6.0;
            self.put(&format!(
                "<path class=\"gap\" d=\"M{from:.1} {y:.1}H{to:.1}\"><title>{}</title></path>",
                escape(&words)
            ));
        }
        self.actual(row, lower);
        self.put("</g>");
    }

    /// The lower bar of a row: up to what was planned solid, beyond that hatched.
    fn actual(&mut self, row: &SegmentRow, y: f64) {
        let Some(start) = &row.actual_start else { return };
        let from = self.x(start);
        let last = self.report.last.as_ref().map_or(from, |last| self.x(last));
        let to = row.actual_ms.map_or(last.max(from), |ms| self.end_x(start, ms));
        let plan = self.end_x(start, row.planned_ms).min(to.max(from));
        self.bar("actual", from, y, plan - from);
        if to - plan >= 0.1 {
            self.over(plan, y, to - plan);
        }
        if row.actual_ms.is_none() {
            self.put(&format!(
                "<path class=\"open\" d=\"M{:.1} {y:.1}l7 6l-7 6\"/>",
                to.max(from) + 2.0
            ));
        }
        self.marks(row, y);
        let start = self.days.clock(start);
        let class =
            if row.shown_difference_ms().is_some_and(|ms| ms >= 1000) { "late" } else { "figure" };
        match (row.shown_actual_ms(), row.shown_difference_ms()) {
            (Some(ms), Some(difference_ms)) => {
                self.figures(class, y, [&start, &lasted(ms), &verdict(difference_ms)]);
            }
            _ => self.figures(class, y, [&start, "running", ""]),
        }
    }

    /// The figures beside a bar.
    fn figures(&mut self, class: &str, y: f64, figures: [&str; 3]) {
        for (x, words) in FIGURES.into_iter().zip(figures).filter(|(_, words)| !words.is_empty()) {
            self.text(class, x, y + 11.0, words);
        }
    }

    /// Right end of something that begins at `start` and lasts `ms`.
    fn end_x(&self, start: &ZonedDateTime, ms: u64) -> f64 {
        self.scale.x(start.timestamp().as_millisecond().saturating_add_unsigned(ms))
    }

    /// A mark for each firing of the segment's cues, in one path.
    fn marks(&mut self, row: &SegmentRow, y: f64) {
        let fired =
            row.cues.iter().filter_map(|cue| cue.actual_start.as_ref()).filter(|_| self.has_marks);
        let path = fired.map(|at| format!("M{:.1} {y:.1}v12", self.x(at))).collect::<String>();
        if !path.is_empty() {
            self.put(&format!("<path class=\"mark\" d=\"{path}\"/>"));
        }
    }

    fn over(&mut self, x: f64, y: f64, width: f64) {
        self.bar("over", x, y, width);
        self.bar("hatched", x, y, width);
    }

    fn diamond(&mut self, x: f64, y: f64) {
        self.put(&format!("<path class=\"hard\" d=\"M{x:.1} {:.1}l7 8l-7 8l-7 -8z\"/>", y - 8.0));
    }

    /// A row in words, for readers who cannot see it or who point at it.
    fn told(&self, row: &SegmentRow) -> String {
        let hard = if row.hard_start { "hard start, " } else { "" };
        let plan = match &row.planned_start {
            Some(start) => {
                format!("{hard}planned {} for {}", self.days.clock(start), planned(row.planned_ms))
            }
            None => format!("planned for {}", planned(row.planned_ms)),
        };
        let actual = match (&row.actual_start, row.shown_actual_ms(), row.shown_difference_ms()) {
            (Some(start), Some(ms), Some(difference_ms)) => {
                format!(
                    "actual {} for {}, {}",
                    self.days.clock(start),
                    lasted(ms),
                    verdict(difference_ms)
                )
            }
            (Some(start), ..) => format!("actual {}, running", self.days.clock(start)),
            _ => "not started".to_owned(),
        };
        format!("{}: {plan}; {actual}", plain(&row.title))
    }
}

/// As much of a text as the column of titles has room for.
fn room(text: &str) -> String {
    cut(&plain(text), TITLE_COLUMNS)
}

#[cfg(test)]
mod tests;
