//! A route with heights, seen from the side: height over time, the ground, the start, and the
//! height now.
//!
//! ```text
//!   height   33 m   ↓  1.2 m/s        fallen 13 m of 46 m
//!   46 m ┤▔▔▔▔⠉⠒⠤⣀    33 m
//!        │ ▒▒     ⠉◉⠢⣀
//!   20 m ┤ ▒▒      ⡇  ⠉⠢⣀
//!        │ ▒▒      ⡇     ⠉⠒⠤⣀⣀
//!    0 m ┼━━━━━━━━━━━━━━━━━━━━━━━━━━━
//!         0:00        Stade de France  0:45
//! ```
//!
//! Every leg lasts as long as the others. The part fallen is bright, the part to come dim. What one
//! jumps off is drawn where the start is so low that nobody jumps from a plane there. Must never
//! let a figure move sideways but the one that goes with the marker.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::words;
use crate::geo;
use crate::show::{CueIx, Look, NamedPlace, RoutePoint, duration};
use crate::ui::dots::{ACROSS, DOWN, Dots, Pen};
use crate::ui::scene::Scene;
use crate::ui::text;

/// The fewest rows in which it tells more than words.
pub(super) const ROWS_MIN: u16 = 5;
/// Below this height, in metres, what falls has left something that stands on the ground: no
/// parachute is made for less than a hundred, and no plane drops anybody from less than twice that.
const LEDGE_MAX_M: f64 = 200.0;
/// Maximum distance, in metres, between a point and a place of the show whose name it takes.
const NEAR_M: f64 = 50.0;
/// The fewest rows of a chart that has a free one above the highest point, for the marker's figure.
const LABELLED_MIN: u16 = 6;

/// The inks, the later the stronger.
const GROUND: u8 = 0;
const LEDGE: u8 = 1;
const PLUMB: u8 = 2;
const TO_COME: u8 = 3;
const DONE: u8 = 4;
const FLAG: u8 = 5;

/// Draws it.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let points = &scene.cue(cue).route;
    let Some(last) = points.last() else { return };
    let done = words::done(scene, cue);
    text::put(buf, area, area.y, figures(scene, cue, usize::from(area.width)));
    let has_times = area.height > ROWS_MIN;
    let high = area.height - 1 - u16::from(has_times);
    let heights = || points.iter().filter_map(|point| point.height_m);
    // Where it goes below the sea, the ground is its lowest point.
    let (top_m, ground_m) = (heights().fold(1.0, f64::max), heights().fold(0.0, f64::min));
    let labels = text::width(&metres(top_m)).max(text::width(&metres(ground_m))) as u16;
    let chart = Rect {
        x: area.x + labels + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(labels + 3),
        height: high,
    };
    if chart.width < 8 || chart.height < 2 {
        return;
    }
    let has_flag = scene.cue(cue).look == Some(Look::Flag);
    let field =
        DescentScale::new(chart, (ground_m, top_m), words::height_at(points, 0.0), has_flag);
    field.axis(scene, buf, labels);
    let mut dots = Dots::new(chart);
    field.ground(&mut dots);
    field.curve(&mut dots, points, done);
    if has_flag {
        field.flag(&mut dots);
    }
    let styles = &scene.styles;
    let pens = [
        (styles.rule, '='),
        (styles.rule, ':'),
        (styles.past, '\''),
        (styles.past, '.'),
        (styles.strong, '#'),
        (styles.strong, 'P'),
    ];
    let pens = pens.map(|(style, ascii)| Pen { style, ascii });
    dots.paint_partly_solid(buf, &pens, scene.view.capabilities.is_plain(), |ink| {
        matches!(ink, GROUND | LEDGE | DONE | FLAG)
    });
    if let Some(done) = done {
        field.marker(scene, buf, done, words::height_at(points, done));
    }
    if has_times {
        let lasts = scene.countdown(cue).map(|countdown| countdown.of).or(scene.cue(cue).lasts());
        let ends = lasts.map_or(String::new(), duration::length);
        let place =
            name(&scene.show.places, last).map_or(String::new(), |name| format!("{name}  "));
        let right =
            Line::from(vec![Span::styled(place, styles.text), Span::styled(ends, styles.past)]);
        let from = chart.x + field.starts_x / ACROSS;
        let row = Rect {
            x: from,
            y: chart.bottom(),
            width: chart.right().saturating_sub(from),
            height: 1,
        };
        text::put_both(buf, row, chart.bottom(), Line::styled("0:00", styles.past), right, 0);
    }
}

/// The height now, how fast it changes, and how much of it is done.
fn figures(scene: &Scene, cue: CueIx, columns: usize) -> Line<'static> {
    let styles = &scene.styles;
    let points = &scene.cue(cue).route;
    let (from_m, to_m) = (words::height_at(points, 0.0), words::height_at(points, 1.0));
    let cells = text::width(&metres(from_m)).max(text::width(&metres(to_m)));
    let Some(done) = words::done(scene, cue) else {
        let way = format!("{} → {}", metres(from_m), metres(to_m));
        return Line::from(vec![
            Span::styled("height  ", styles.past),
            Span::styled(way, styles.strong),
        ]);
    };
    let now_m = words::height_at(points, done);
    let mut spans = vec![
        Span::styled("height  ", styles.past),
        Span::styled(format!("{:>cells$}", metres(now_m)), styles.strong),
    ];
    if let Some(speed) = speed(scene, cue, done) {
        let arrow = if speed > 0.0 { "↓" } else { "↑" };
        spans.push(Span::styled(format!("   {arrow} {:>5.1} m/s", speed.abs()), styles.text));
    }
    let (word, gone) =
        if from_m >= to_m { ("fallen", from_m - now_m) } else { ("risen", now_m - from_m) };
    let way = format!("   {word} {:>cells$} of {}", metres(gone), metres((from_m - to_m).abs()));
    // What ends as high as it begins, or goes the other way first, has neither fallen nor risen.
    let has_gone = from_m != to_m && gone >= 0.0;
    if has_gone && text::line_width(&Line::from(spans.clone())) + text::width(&way) <= columns {
        spans.push(Span::styled(way, styles.past));
    }
    Line::from(spans)
}

/// Metres a second downwards on the leg where the cue is; nothing where it stands, or nobody knows
/// how long it lasts.
fn speed(scene: &Scene, cue: CueIx, done: f64) -> Option<f64> {
    let points = &scene.cue(cue).route;
    let legs = points.len().saturating_sub(1).max(1);
    let lasts_s = scene.countdown(cue)?.of.max(Duration::from_nanos(1)).as_secs_f64();
    let leg = ((done * legs as f64).floor() as usize).min(legs - 1);
    let height = |at: usize| points.get(at).and_then(|point| point.height_m).unwrap_or(0.0);
    let fall = (height(leg) - height(leg + 1)) / (lasts_s / legs as f64);
    (done < 1.0 && fall != 0.0).then_some(fall)
}

/// A height or a distance in whole metres: `4,000 m`.
fn metres(m: f64) -> String {
    let sign = if m.round() < 0.0 { "−" } else { "" };
    format!("{sign}{} m", text::grouped(m.abs()))
}

/// Name of a point: its own, or that of a place of the show at its foot.
fn name<'a>(places: &'a [NamedPlace], point: &'a RoutePoint) -> Option<&'a str> {
    let here = geo::Place::new(point.latitude, point.longitude);
    let near = |place: &&NamedPlace| {
        geo::distance_km(here, geo::Place::new(place.latitude, place.longitude)) * 1000.0 <= NEAR_M
    };
    point.name.as_deref().or_else(|| places.iter().find(near).map(|place| place.name.as_str()))
}

/// A step of 1, 2 or 5 times a power of ten that divides `span_m` into at most `parts` parts.
fn tick_m(span_m: f64, parts: f64) -> f64 {
    let rough = (span_m / parts.max(1.0)).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough)
}

/// Position of heights and times on the screen.
struct DescentScale {
    area: Rect,
    ground_m: f64,
    top_m: f64,
    /// The height at which it begins, where that is a ledge.
    ledge_m: Option<f64>,
    start_m: f64,
    /// `true` if a flag stands where the way ends.
    has_flag: bool,
    /// The dots from left at which it begins and ends.
    starts_x: u16,
    ends_x: u16,
}

impl DescentScale {
    fn new(area: Rect, (ground_m, top_m): (f64, f64), start_m: f64, has_flag: bool) -> Self {
        let ledge_m = Some(start_m)
            .filter(|start_m| ground_m == 0.0 && (1.0..=LEDGE_MAX_M).contains(start_m));
        let lead = if ledge_m.is_some() { (area.width / 7).max(3) } else { 1 };
        let end = 2 + if has_flag { (area.width / 8).max(4) } else { 0 };
        let (starts_x, ends_x) = (lead * ACROSS, (area.width - end.min(area.width - 2)) * ACROSS);
        DescentScale { area, ground_m, top_m, ledge_m, start_m, has_flag, starts_x, ends_x }
    }

    /// The dots from the top at which a height lies: a row is free above the highest, and the
    /// ground has the last.
    fn y(&self, height_m: f64) -> f64 {
        let above = if self.area.height >= LABELLED_MIN { DOWN + 1 } else { 1 };
        let (top, bottom) = (f64::from(above), f64::from(self.area.height * DOWN) - 5.0);
        let part = (height_m - self.ground_m) / (self.top_m - self.ground_m);
        bottom - (bottom - top).max(0.0) * part.clamp(0.0, 1.0)
    }

    fn x(&self, done: f64) -> f64 {
        f64::from(self.starts_x) + f64::from(self.ends_x - self.starts_x.min(self.ends_x)) * done
    }

    fn row(&self, height_m: f64) -> u16 {
        self.area.y + self.y(height_m) as u16 / DOWN
    }

    /// The figures at the left, each at its height: the start, the ground, and round ones where
    /// they have room.
    fn axis(&self, scene: &Scene, buf: &mut Buffer, labels: u16) {
        let styles = &scene.styles;
        let x = self.area.x - 1;
        for y in self.area.y..self.area.bottom() {
            buf.set_string(x, y, "│", styles.rule);
        }
        let step_m = tick_m(self.top_m - self.ground_m, f64::from(self.area.height) / 4.0);
        let first = (self.ground_m / step_m).ceil();
        let round = (0..=10).map(|at| (step_m * (first + f64::from(at)), styles.past));
        let mut rows: Vec<u16> = vec![];
        let edges = [(self.start_m, styles.strong), (self.ground_m, styles.text)];
        for (height_m, style) in edges.into_iter().chain(round) {
            let row =
                if height_m > self.ground_m { self.row(height_m) } else { self.area.bottom() - 1 };
            if height_m > self.top_m || rows.iter().any(|taken| taken.abs_diff(row) < 2) {
                continue;
            }
            rows.push(row);
            let label = metres(height_m);
            let at =
                x.saturating_sub(1 + text::width(&label) as u16).max(x.saturating_sub(labels + 1));
            buf.set_string(at, row, label, style);
            buf.set_string(x, row, "┤", styles.rule);
        }
    }

    /// The ground, and what stands on it: a roof on pillars, whose edge is where the way begins.
    fn ground(&self, dots: &mut Dots) {
        // The last row is the ground's alone, so that nothing that comes down takes its cells.
        let ground = dots.height() - i32::from(DOWN);
        for x in 0..dots.width() {
            dots.dot(x, ground, GROUND);
            dots.dot(x, ground + 1, GROUND);
        }
        let Some(ledge_m) = self.ledge_m else { return };
        let (roof, edge) = (self.y(ledge_m).round() as i32 + 1, i32::from(self.starts_x));
        for x in 0..edge {
            // The roof is thin at its edge and thick where the stands carry it.
            let thick = 1 + (edge - x) / 5;
            (roof..=(roof + thick).min(ground)).for_each(|y| dots.dot(x, y, LEDGE));
        }
        let stands = edge / 2;
        for y in roof..ground {
            // Rows of seats rise from the field to the back.
            let reach = stands + (y - roof) * (edge - stands) / (ground - roof).max(1);
            (0..reach).for_each(|x| dots.dot(x, y, LEDGE));
        }
    }

    /// The way, and a plumb line below where it is. Column by column, so that no dot of it moves as
    /// the marker does.
    fn curve(&self, dots: &mut Dots, points: &[RoutePoint], done: Option<f64>) {
        let done = done.unwrap_or(0.0);
        // What is done ends a dot or two before the marker, which has a cell of its own.
        let (here, bright) = (self.x(done) as i32, self.x(done) as i32 - i32::from(ACROSS));
        let (starts, ends) = (i32::from(self.starts_x), i32::from(self.ends_x));
        let y = |x: i32| {
            let part = f64::from(x - starts) / f64::from((ends - starts).max(1));
            self.y(words::height_at(points, part)).round() as i32
        };
        let mut last = y(starts);
        for x in starts..=ends {
            let next = y(x);
            let ink = if x <= bright { DONE } else { TO_COME };
            let thick = i32::from(ink == DONE);
            (last.min(next)..=last.max(next) + thick).for_each(|y| dots.dot(x, y, ink));
            last = next;
        }
        if done > 0.0 {
            let ground = dots.height() - i32::from(DOWN);
            (y(here)..ground).filter(|y| y % 3 == 0).for_each(|y| dots.dot(here, y, PLUMB));
        }
    }

    /// A flag on the ground, a few steps after the end of the way.
    fn flag(&self, dots: &mut Dots) {
        let ground = dots.height() - i32::from(DOWN);
        let room = dots.width() - i32::from(self.ends_x);
        let pole = i32::from(self.ends_x) + room / 3;
        let high = (dots.height() / 3).clamp(6, 40).min(ground);
        let (wide, cloth) = ((dots.width() - pole - 2).min(high), high / 2);
        (ground - high..ground).for_each(|y| dots.dot(pole, y, FLAG));
        for y in ground - high..ground - high + cloth {
            (pole..pole + wide).for_each(|x| dots.dot(x, y, FLAG));
        }
    }

    /// The marker, and the height beside it, above the way to come.
    fn marker(&self, scene: &Scene, buf: &mut Buffer, done: f64, height_m: f64) {
        let styles = &scene.styles;
        let x = (self.area.x + self.x(done) as u16 / ACROSS).min(self.area.right() - 1);
        let y = self.row(height_m);
        buf.set_string(x, y, "◉", styles.on_air);
        // On the ground beside its flag there is no room for a figure, and the first row has it.
        if self.has_flag && done >= 1.0 {
            return;
        }
        let label = metres(height_m);
        let cells = text::width(&label) as u16;
        // A flag has the cells to the right of where the way ends.
        let right =
            if self.has_flag { self.area.x + self.ends_x / ACROSS + 2 } else { self.area.right() };
        let at = if x + 2 + cells <= right { x + 2 } else { x.saturating_sub(cells + 1) };
        let above =
            if self.area.height >= LABELLED_MIN { y.saturating_sub(1).max(self.area.y) } else { y };
        buf.set_string(at, above, label, styles.strong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_read_like_figures_of_people() {
        for (m, words) in
            [(0.0, "0 m"), (45.6, "46 m"), (999.4, "999 m"), (4000.0, "4,000 m"), (-12.0, "−12 m")]
        {
            assert_eq!(metres(m), words);
        }
    }

    #[test]
    fn what_lies_below_the_sea_is_as_true_as_what_lies_above() {
        let field = |ground_m, top_m| {
            DescentScale::new(Rect::new(9, 1, 60, 20), (ground_m, top_m), ground_m, false)
        };
        // From the Dead Sea up to Jerusalem, and the same way lifted by what the sea lies below the
        // others.
        let (below, above) = (field(-430.0, 750.0), field(0.0, 1180.0));
        for height_m in [-430.0, -200.0, 0.0, 400.0, 750.0] {
            assert!((below.y(height_m) - above.y(height_m + 430.0)).abs() < 1e-9, "{height_m}");
        }
        assert!(below.y(-430.0) - below.y(750.0) > 60.0 && below.ledge_m.is_none());
    }

    #[test]
    fn ticks_are_round() {
        for (top_m, parts, step_m) in
            [(46.0, 3.0, 20.0), (4000.0, 4.0, 1000.0), (4000.0, 3.0, 2000.0), (1.0, 9.0, 1.0)]
        {
            assert!(
                (tick_m(top_m, parts) - step_m).abs() < 1e-9,
                "{top_m} by {parts}: {}",
                tick_m(top_m, parts)
            );
        }
    }

    #[test]
    fn a_point_at_the_foot_of_a_place_has_its_name() {
        let place = |latitude| NamedPlace {
            id: "p".into(),
            name: "Sign".into(),
            latitude,
            longitude: -118.3215,
        };
        let point =
            RoutePoint { name: None, latitude: 34.1341, longitude: -118.3215, height_m: Some(0.0) };
        // A degree of latitude has 111.2 km, so 50 m are 0.00045 degrees.
        assert_eq!(name(&[place(34.1341 + 0.00044)], &point), Some("Sign"));
        assert_eq!(name(&[place(34.1341 + 0.00046)], &point), None);
    }
}
