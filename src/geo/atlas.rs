//! The lines that maps are drawn from: coasts, rivers, roads and landmarks, out of the files of
//! `assets/maps`.
//!
//! All are built in. Each says at what extents it is of use; where its lines come from stands at
//! its head.
//!
//! ```text
//! # what it is, and its sources
//! scale 0 60                                  from and to how many kilometres the map's shorter side shows
//! water Seine 120: 48.8145,2.4105 48.8205,…   a line: what it is, its name or -, its width in metres, its points
//! place Louvre: 48.8611,2.3358                a landmark; the first are the most important
//! area Greenland: 67,-43                      a name that stands in the middle of what it names
//! ```

use std::sync::OnceLock;

use super::Place;

/// The built-in maps: their names and texts.
pub const FILES: [(&str, &str); 2] = [
    ("world", include_str!("../../assets/maps/world.txt")),
    ("paris", include_str!("../../assets/maps/paris.txt")),
];

/// Kind of a line of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapLineKind {
    /// The outline of land: a closed ring with water outside.
    Land,
    /// The middle of a river.
    Water,
    /// The middle of a canal.
    Canal,
    /// The middle of a road.
    Road,
}

/// A line of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapLine {
    /// Its kind.
    pub kind: MapLineKind,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its width in metres; 0: no wider than a line.
    pub width_m: f64,
    /// Its points. Rings end where they begin, or, round a pole, a full turn farther on.
    pub points: Vec<Place>,
}

/// A landmark, or a stretch of land or water that has a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmark {
    /// Its name.
    pub name: String,
    /// Its place; for an area, the place of its name.
    pub place: Place,
    /// `true` if it is an area and not a point.
    pub is_area: bool,
}

/// A map file.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The name of the file.
    pub name: &'static str,
    /// From how many kilometres of a map's shorter side it is of use.
    pub from_km: f64,
    /// Up to how many.
    pub to_km: f64,
    /// Its lines.
    pub outlines: Vec<MapLine>,
    /// Its landmarks, the most important first.
    pub landmarks: Vec<Landmark>,
}

/// A line of a map file that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("map {map}, line {line}: {fault}")]
pub struct AtlasFault {
    /// The file's name.
    pub map: String,
    /// Counted from 1.
    pub line: usize,
    /// The problem with it.
    pub fault: &'static str,
}

/// All built-in maps, read once. One that has a fault is left out; a test reads them all.
pub fn charts() -> &'static [Chart] {
    static CHARTS: OnceLock<Vec<Chart>> = OnceLock::new();
    CHARTS.get_or_init(|| FILES.iter().filter_map(|&(name, text)| parse(name, text).ok()).collect())
}

/// The maps that are of use where the shorter side shows so many kilometres.
pub fn at_scale(shorter_km: f64) -> impl Iterator<Item = &'static Chart> {
    charts().iter().filter(move |chart| (chart.from_km..chart.to_km).contains(&shorter_km))
}

/// Reads a map file.
///
/// # Errors
///
/// The first line that is not of the form above.
pub fn parse(name: &'static str, text: &str) -> Result<Chart, AtlasFault> {
    let mut chart =
        Chart { name, from_km: 0.0, to_km: f64::INFINITY, outlines: vec![], landmarks: vec![] };
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        read(&mut chart, line).map_err(|fault| AtlasFault {
            map: name.to_owned(),
            line: at + 1,
            fault,
        })?;
    }
    Ok(chart)
}

fn read(chart: &mut Chart, line: &str) -> Result<(), &'static str> {
    if let Some(extents) = line.strip_prefix("scale ") {
        let (from, to) = extents.split_once(' ').ok_or("scale needs two extents")?;
        (chart.from_km, chart.to_km) = (number(from)?, number(to)?);
        return Ok(());
    }
    let (head, points) = line.split_once(':').ok_or("no colon before the points")?;
    let points: Vec<Place> = points.split_whitespace().map(place).collect::<Result<_, _>>()?;
    let (kind, rest) = head.split_once(' ').ok_or("no name")?;
    if matches!(kind, "place" | "area") {
        let &[place] = points.as_slice() else { return Err("a landmark has one point") };
        chart.landmarks.push(Landmark { name: rest.to_owned(), place, is_area: kind == "area" });
        return Ok(());
    }
    let kind = match kind {
        "land" => MapLineKind::Land,
        "water" => MapLineKind::Water,
        "canal" => MapLineKind::Canal,
        "road" => MapLineKind::Road,
        _ => return Err("neither land, water, canal, road, place nor area"),
    };
    let (name, width) = rest.rsplit_once(' ').ok_or("no width")?;
    if points.len() < 2 {
        return Err("a line has two points or more");
    }
    let name = (name != "-").then(|| name.to_owned());
    chart.outlines.push(MapLine { kind, name, width_m: number(width)?, points });
    Ok(())
}

fn number(text: &str) -> Result<f64, &'static str> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or("not a number")
}

fn place(text: &str) -> Result<Place, &'static str> {
    let (latitude, longitude) = text.split_once(',').ok_or("a point is latitude,longitude")?;
    let (latitude, longitude) = (number(latitude)?, number(longitude)?);
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err("a point that is not on the earth");
    }
    Ok(Place::new(latitude, longitude))
}

#[cfg(test)]
mod tests;
