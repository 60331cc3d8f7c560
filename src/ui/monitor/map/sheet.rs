//! Still parts of a map under its moving marker: the map as dots, land as cells, the places with
//! their labels.
//!
//! It depends on the route and the field alone, and the last one is kept, because a coast of five
//! thousand points is not to be projected ten times a second. Must never depend on where the cue
//! is: labels would jump as it moves.

use std::cell::RefCell;
use std::rc::Rc;

use ratatui::layout::Rect;

use super::labels::{self, Label, Rank, WantedName};
use super::{cell_of, ink};
use crate::geo::atlas::{self, Chart, MapLine, MapLineKind};
use crate::geo::{Fit, Margin, Place, Way};
use crate::show::RoutePoint;
use crate::ui::dots::{ACROSS, DOWN, Dots};

/// The map of a route on a field of the screen.
#[derive(Debug)]
pub(super) struct MapSheet {
    route: Vec<RoutePoint>,
    /// The part of the screen that it is for.
    pub field: Rect,
    pub fit: Fit,
    pub way: Way,
    pub dots: Dots,
    /// The cells that are land for the most part, where there is water to tell it from.
    pub land: Vec<(u16, u16)>,
    pub labels: Vec<Label>,
    pub signs: Vec<Sign>,
}

/// Sign of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sign {
    pub x: u16,
    pub y: u16,
    /// Distance along the way; `None` for what the way does not touch.
    pub km: Option<f64>,
}

thread_local! {
    static LAST: RefCell<Option<Rc<MapSheet>>> = const { RefCell::new(None) };
}

/// The sheet of this route: the last one, if it was of the same.
pub(super) fn of(route: &[RoutePoint], field: Rect) -> Rc<MapSheet> {
    LAST.with_borrow_mut(|last| {
        if let Some(sheet) =
            last.as_ref().filter(|sheet| sheet.field == field && sheet.route == route)
        {
            return Rc::clone(sheet);
        }
        let sheet = Rc::new(MapSheet::new(route, field));
        *last = Some(Rc::clone(&sheet));
        sheet
    })
}

impl MapSheet {
    pub(super) fn new(route: &[RoutePoint], field: Rect) -> Self {
        let nodes: Vec<Place> =
            route.iter().map(|point| Place::new(point.latitude, point.longitude)).collect();
        let way = Way::new(&nodes);
        let mut dots = Dots::new(field);
        let (width, height) = (f64::from(dots.width()), f64::from(dots.height()));
        let places: Vec<Place> = way.samples().iter().map(|spot| spot.place).collect();
        let margin = Margin {
            across: (width * 0.1).clamp(4.0, 30.0),
            down: (height * 0.1).clamp(3.0, 16.0),
        };
        let fit = Fit::new(&places, (width, height), margin);
        let charts: Vec<&Chart> = atlas::at_scale(fit.shorter_km()).collect();
        let outlines = charts.iter().flat_map(|chart| &chart.outlines);
        outlines.clone().for_each(|outline| outlined(&mut dots, &fit, outline));
        let land = land(&fit, field, outlines.filter(|outline| outline.kind == MapLineKind::Land));
        let wishes = wishes(route, &way, &charts, &fit, field);
        let (labels, signs) = labels::placed(field, wishes, &traced(&way, &fit, field), &dots);
        MapSheet { route: route.to_vec(), field, fit, way, dots, land, labels, signs }
    }
}

/// The fewest dots that a river is drawn wide, at either side of its middle: as thin as a road it
/// is no river.
const RIVER_HALF_MIN: f64 = 1.0;

/// The most: nobody looks at a river closer than that, and every line costs.
const RIVER_HALF_MAX: f64 = 40.0;

/// Draws a line of a map: a river as water from bank to bank.
fn outlined(dots: &mut Dots, fit: &Fit, outline: &MapLine) {
    let ink = match outline.kind {
        MapLineKind::Land => ink::COAST,
        MapLineKind::Road | MapLineKind::Canal => ink::ROAD,
        MapLineKind::Water => ink::WATER,
    };
    let half = match outline.kind {
        MapLineKind::Water => {
            (outline.width_m / 2000.0 / fit.km_per_dot()).clamp(RIVER_HALF_MIN, RIVER_HALF_MAX)
        }
        MapLineKind::Land | MapLineKind::Road | MapLineKind::Canal => 0.0,
    };
    for line in fit.stretches(&outline.points) {
        // Lines half a dot apart leave no gap between them.
        let lines = (half * 2.0).ceil() as i32;
        for at in -lines..=lines {
            let beside = if lines == 0 {
                line.clone()
            } else {
                beside(&line, half * f64::from(at) / f64::from(lines))
            };
            for pair in beside.windows(2) {
                let &[from, to] = pair else { continue };
                dots.line(from, to, ink);
            }
        }
    }
}

/// A line beside another, so many dots to its right.
fn beside(line: &[(f64, f64)], dots: f64) -> Vec<(f64, f64)> {
    let last = line.len().saturating_sub(1);
    let at = |at: usize| line.get(at.min(last)).copied().unwrap_or_default();
    let moved = |(i, &(x, y)): (usize, &(f64, f64))| {
        let (before, after) = (at(i.saturating_sub(1)), at(i + 1));
        let (dx, dy) = (after.0 - before.0, after.1 - before.1);
        let long = dx.hypot(dy).max(1e-9);
        (x - dy / long * dots, y + dx / long * dots)
    };
    line.iter().enumerate().map(moved).collect()
}

/// The cells whose middle is land: in each column, every coast crossed on the way up from the south
/// turns land to water and water to land.
fn land<'a>(fit: &Fit, field: Rect, rings: impl Iterator<Item = &'a MapLine>) -> Vec<(u16, u16)> {
    let (width, height) = (usize::from(field.width), usize::from(field.height));
    let mut crossings: Vec<Vec<f64>> = vec![vec![]; width];
    // Round the south pole there is land, also where the map ends before the pole; not so on a map
    // about another point.
    let is_round = fit.projection().period().is_none();
    let across = f64::from(ACROSS);
    for ring in rings {
        let lines = fit.trace(&ring.points);
        if is_round && (lines.len() != 1 || lines.iter().any(|line| line.len() < ring.points.len()))
        {
            continue;
        }
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            let &[from, to] = pair else { continue };
            let (low, high) = if from.0 < to.0 { (from, to) } else { (to, from) };
            // The middles of columns from the one (held) to the other (not held).
            let first = ((low.0 - across / 2.0) / across).ceil().max(0.0) as usize;
            let end = ((high.0 - across / 2.0) / across).ceil().clamp(0.0, width as f64) as usize;
            for (column, crossed) in crossings.iter_mut().enumerate().take(end).skip(first) {
                let x = (column as f64 + 0.5) * across;
                crossed.push(low.1 + (high.1 - low.1) * (x - low.0) / (high.0 - low.0));
            }
        }
    }
    let (left, right) = fit.columns();
    let mut cells = vec![];
    for (column, crossed) in crossings.iter().enumerate() {
        let x = (column as f64 + 0.5) * across;
        for row in (0..height).filter(|_| (left..=right).contains(&x)) {
            let y = (row as f64 + 0.5) * f64::from(DOWN);
            let south = crossed.iter().filter(|&&at| at > y).count();
            let is_world = fit.place((x, y)).is_some();
            if is_world && (south % 2 == 1) == is_round {
                cells.push((field.x + column as u16, field.y + row as u16));
            }
        }
    }
    // Without any water in sight, or any coast known, land tells nothing.
    let all = width * height;
    if cells.len() == all { vec![] } else { cells }
}

/// The cells through which the way runs, and those that it touches.
fn traced(way: &Way, fit: &Fit, field: Rect) -> Vec<(u16, u16)> {
    let places: Vec<Place> = way.samples().iter().map(|spot| spot.place).collect();
    let mut cells = vec![];
    for line in fit.stretches(&places) {
        for pair in line.windows(2) {
            let &[from, to] = pair else { continue };
            let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().clamp(1.0, 4096.0);
            for step in 0..=steps as i32 {
                let part = f64::from(step) / steps;
                let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
                // The marker's cell is rounded from a point of its own: it may be on either side of
                // an edge.
                for (x, y) in [
                    (x.floor(), y.floor()),
                    (x.ceil(), y.floor()),
                    (x.floor(), y.ceil()),
                    (x.ceil(), y.ceil()),
                ] {
                    let (x, y) = (x / f64::from(ACROSS), y / f64::from(DOWN));
                    if x >= 0.0
                        && y >= 0.0
                        && x < f64::from(field.width)
                        && y < f64::from(field.height)
                    {
                        cells.push((field.x + x as u16, field.y + y as u16));
                    }
                }
            }
        }
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Names that should be shown, the most important first: the way's ends, its other places, then
/// landmarks.
fn wishes(
    route: &[RoutePoint],
    way: &Way,
    charts: &[&Chart],
    fit: &Fit,
    field: Rect,
) -> Vec<WantedName> {
    let last = route.len().saturating_sub(1);
    let mut wishes: Vec<WantedName> = vec![];
    let stops = (1..last).filter(|&at| route.get(at).is_some_and(|point| point.name.is_some()));
    for at in [0, last].into_iter().take(route.len().min(2)).chain(stops) {
        let Some(point) = route.get(at) else { continue };
        let (x, y) = cell_of(fit, field, Place::new(point.latitude, point.longitude));
        let name = point.name.clone().unwrap_or_default();
        let is_end = at == 0 || at == last;
        // A place that comes twice is named once.
        let is_known = wishes.iter().any(|wish| wish.name == name);
        let name = if is_known { String::new() } else { name };
        let rank = if is_end { Rank::End } else { Rank::Stop };
        wishes.push(WantedName { sign: Sign { x, y, km: Some(way.node_km(at)) }, name, rank });
    }
    let inside = |(x, y): (f64, f64)| {
        x >= 0.0
            && y >= 0.0
            && x < f64::from(field.width * ACROSS)
            && y < f64::from(field.height * DOWN)
    };
    let aside = |at: Place, name: &str, rank: Rank| {
        let (x, y) = cell_of(fit, field, at);
        inside(fit.dot(at)).then(|| WantedName {
            sign: Sign { x, y, km: None },
            name: name.to_owned(),
            rank,
        })
    };
    // Any point of a line will do for its name.
    let lines = |is_wanted: fn(MapLineKind) -> bool| {
        let lines = charts
            .iter()
            .flat_map(|chart| &chart.outlines)
            .filter(move |outline| is_wanted(outline.kind));
        lines.flat_map(|line| {
            line.name.iter().flat_map(|name| line.points.iter().map(move |&at| (at, name.as_str())))
        })
    };
    let rivers = lines(|kind| kind == MapLineKind::Water);
    let landmarks = charts.iter().flat_map(|chart| &chart.landmarks);
    let landmarks =
        landmarks.filter(|mark| !route.iter().any(|point| point.name.as_ref() == Some(&mark.name)));
    let others = lines(|kind| kind != MapLineKind::Water);
    wishes.extend(rivers.filter_map(|(at, name)| aside(at, name, Rank::Line)));
    let rank = |is_area: bool| if is_area { Rank::Line } else { Rank::Landmark };
    wishes.extend(landmarks.filter_map(|mark| aside(mark.place, &mark.name, rank(mark.is_area))));
    wishes.extend(others.filter_map(|(at, name)| aside(at, name, Rank::Line)));
    wishes
}
