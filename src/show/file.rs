//! Show files: TOML text to a checked show, or to everything that is wrong with it.
//!
//! Owns the order in which a file is read: the syntax, then what stands by itself (departments,
//! outputs, remote controls, places, people), then the rundown, then what cues say of each other.
//! Must never stop at the first fault, report one that only follows from another, or let a show
//! through that breaks a promise of the model. It reads text, not the disk.
//!
//! ```text
//!  text ─► syntax ─► DeTable ─► fields, value ─► output, remote, cue (action, …) ─► links ─► Show ─► warnings
//!             └──────────────────────┴── reader: all problems ──┴───────────────────────┘          │
//!                                           └──────────────────────────────────────────────────────┘
//! ```

mod action;
mod cue;
pub(super) mod fields;
pub(super) mod flags;
mod foreign;
pub(super) mod json;
mod links;
pub mod machine;
mod meant;
mod output;
pub(super) mod reader;
mod remote;
pub mod settings;
mod suggest;
mod syntax;
#[cfg(test)]
mod tests;
mod together;
pub(super) mod value;
mod warnings;

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::DeTable;

use self::cue::{Draft, Home, Stage};
use self::fields::Fields;
use self::machine::{Machine, Unseen};
use self::reader::{Names, Reader, quoted};
use self::value::Value;
use self::warnings::{Marks, SegmentMarks};
use super::problem::Problem;
use super::{
    Clock, Colour, Department, Person, Place, Rundown, Segment, SegmentIx, Show, Thresholds,
};

/// The largest file that is read: a show of 100,000 cues is half of it.
pub const BYTES_MAX: usize = 32 << 20;
/// The most keys, values and tables that a file may have, counted by what begins them: the parser
/// takes up to 150 bytes for each, and a show of 100,000 cues has 2,300,000.
const PARTS_MAX: usize = 6_000_000;
/// From so many bytes on, a file is parsed in memory apart: a show of some hundred cues.
const APART_FROM: usize = 64 << 10;
/// The most segments that a show may have.
const SEGMENTS_MAX: usize = 10_000;
/// The most cues that a show may have.
const CUES_MAX: usize = 100_000;

/// A show that can be run, and what about it will not do what is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The show.
    pub show: Show,
    /// All warnings, by place.
    pub warnings: Vec<Problem>,
}

/// Reads a show file; `machine_zone` is the IANA name of the zone that is meant when the file gives
/// none.
///
/// # Errors
/// With all the errors that the file has, by place, at least one.
pub fn parse(text: &str, machine_zone: &str) -> Result<Show, Vec<Problem>> {
    check(text, machine_zone, &Unseen).map(|checked| checked.show)
}

/// Reads a show file as [`parse`] does, and tells its warnings too: those of the plan, and what
/// `machine` says of the clips, the environment and the outputs.
///
/// # Errors
/// With all the errors that the file has, at least one, and the warnings that were found with them,
/// by place.
pub fn check(
    text: &str,
    machine_zone: &str,
    machine: &dyn Machine,
) -> Result<Checked, Vec<Problem>> {
    if text.len() > BYTES_MAX {
        let what =
            format!("the file has more than {} MiB, which no show file has", BYTES_MAX >> 20);
        return Err(vec![Problem::error(0..0, what, "give a show file, or make two shows of it")]);
    }
    if text.bytes().filter(|byte| b",=.[{\n".contains(byte)).count() > PARTS_MAX {
        let what = format!("the file has more than {PARTS_MAX} keys and values");
        return Err(vec![Problem::error(0..0, what, "make two shows of it")]);
    }
    if let Some(problem) = syntax::endless_key(text) {
        return Err(vec![problem]);
    }
    let (tree, errors) = parse_apart(text, machine);
    if errors.is_empty() {
        return read(
            Reader::new(text, Vec::new(), Vec::new(), machine),
            tree.get_ref(),
            machine_zone,
        );
    }
    if let Some(problem) = foreign::problem(text) {
        return Err(vec![problem]);
    }
    let repaired = syntax::repair(text);
    let (tree, errors) = parse_apart(&repaired.text, machine);
    let (mut problems, mut lost) = syntax::explain(&repaired.text, &errors);
    problems.extend(repaired.problems);
    lost.extend(repaired.lost);
    read(Reader::new(text, problems, lost, machine), tree.get_ref(), machine_zone)
}

/// Parses a text; where it is large, in memory apart, if the machine has any.
///
/// The tree of a large show takes many times the memory that the show does, in pieces, between
/// which the show would come to lie, so that its pages could never be given back.
fn parse_apart<'t>(
    text: &'t str,
    machine: &dyn Machine,
) -> (Spanned<DeTable<'t>>, Vec<toml::de::Error>) {
    let mut parsed = None;
    if text.len() >= APART_FROM {
        machine.apart(&mut || parsed = Some(DeTable::parse_recoverable(text)));
    }
    parsed.unwrap_or_else(|| DeTable::parse_recoverable(text))
}

fn read(
    reader: Reader<'_>,
    tree: &DeTable<'_>,
    machine_zone: &str,
) -> Result<Checked, Vec<Problem>> {
    let (rundown, marks) = rundown(Fields::new(&reader, tree, 0..0, "the show"), machine_zone);
    if reader.has_errors() {
        return Err(reader.into_problems());
    }
    let show = Show::new(rundown);
    warnings::warn(&reader, &show, &marks);
    Ok(Checked { show, warnings: reader.into_problems() })
}

/// Reads all of the file; what it gives is a show only if no error was reported.
fn rundown(mut file: Fields<'_>, machine_zone: &str) -> (Rundown, Marks) {
    let reader = file.reader;
    let title = file.need("title", "\"…\"").and_then(|value| value.line());
    let date = file.find("date").and_then(|value| value.date());
    let (zone, zone_name) = zone(&mut file, machine_zone);
    let clocks = file.find("clocks").map(|value| clocks(&value)).unwrap_or_default();
    let (departments, department_names) = departments(&mut file);
    let outputs = output::outputs(&mut file);
    let remote = remote::remote(&mut file);
    let (places, place_names) = places(&mut file);
    let people = people(&mut file);
    let public = file.find("public").and_then(|value| value.boolean()).unwrap_or(true);
    let stage = Stage { departments: department_names, outputs, place_names, places };
    let (segments, segment_marks, mut drafts) = segments(&mut file, &stage, public);
    file.finish();
    let cue_marks = drafts.iter_mut().map(|draft| std::mem::take(&mut draft.marks)).collect();
    let unused = [&stage.departments, &stage.outputs.names, &stage.place_names].map(Names::unused);
    let marks = Marks {
        segments: segment_marks,
        cues: cue_marks,
        unused: unused.into_iter().flatten().collect(),
    };
    let rundown = Rundown {
        title: title.unwrap_or_default(),
        date,
        zone,
        zone_name,
        clocks,
        departments: departments.into(),
        outputs: stage.outputs.outputs.into(),
        remote,
        places: stage.places.into_iter().flatten().collect(),
        people: people.into(),
        segments: segments.into(),
        cues: links::link(reader, drafts).into(),
    };
    (rundown, marks)
}

fn zone(file: &mut Fields<'_>, machine_zone: &str) -> (TimeZone, String) {
    if let Some(value) = file.find("timezone") {
        let name = value.text().unwrap_or_default();
        return (zone_of(&value).unwrap_or(TimeZone::UTC), name.to_owned());
    }
    let zone = TimeZone::get(machine_zone).ok();
    if zone.is_none() && !file.has("timezone") {
        let what = format!(
            "the show has no `timezone`, and the machine's is unknown: {}",
            quoted(machine_zone)
        );
        file.reader.fault(file.span.clone(), what, "add `timezone = \"Europe/Paris\"`");
    }
    (zone.unwrap_or(TimeZone::UTC), machine_zone.to_owned())
}

fn zone_of(value: &Value<'_>) -> Option<TimeZone> {
    let name = value.text()?;
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        let known: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let fix = value.reader.suggestion(name, known.iter().map(String::as_str));
        let fix = fix.unwrap_or_else(|| "write an IANA name, such as \"Europe/Paris\"".to_owned());
        value.fault(format!("there is no time zone {}", quoted(name)), fix);
    }
    zone
}

fn clocks(value: &Value<'_>) -> Vec<Clock> {
    let clock = |value: &Value<'_>| {
        Some(Clock { label: Clock::label_of(value.text()?), zone: zone_of(value)? })
    };
    value.list("[\"America/Los_Angeles\"]").unwrap_or_default().iter().filter_map(clock).collect()
}

fn departments<'a>(file: &mut Fields<'a>) -> (Vec<Department>, Names<'a>) {
    let (mut departments, mut names) = (Vec::new(), Names::new("department"));
    for (id, mut fields) in file.named("department", "a department") {
        names.define(&id);
        let name = fields.find("name").and_then(|value| value.line());
        let colour = fields.find("colour").and_then(|value| colour(&value));
        fields.finish();
        let name = name.unwrap_or_else(|| id.text.to_owned());
        departments.push(Department { id: id.text.to_owned(), name, colour });
    }
    (departments, names)
}

fn places<'a>(file: &mut Fields<'a>) -> (Vec<Option<Place>>, Names<'a>) {
    let (mut places, mut names) = (Vec::new(), Names::new("place"));
    for (id, mut fields) in file.named("place", "a place") {
        names.define(&id);
        let name = fields.find("name").and_then(|value| value.line());
        let at =
            fields.need("at", "[48.9245, 2.3602]").and_then(|value| coordinates(&value, false));
        fields.finish();
        let (id, name) = (id.text.to_owned(), name.unwrap_or_else(|| id.text.to_owned()));
        places.push(at.map(|(latitude, longitude, _)| Place { id, name, latitude, longitude }));
    }
    (places, names)
}

fn people(file: &mut Fields<'_>) -> Vec<Person> {
    let mut people = Vec::new();
    for (id, mut fields) in file.named("person", "a person") {
        let name = fields.need("name", "\"…\"").and_then(|value| value.line());
        let role = fields.find("role").and_then(|value| value.line());
        let notes = fields.find("notes").and_then(|value| value.prose());
        fields.finish();
        people.extend(name.map(|name| Person { id: id.text.to_owned(), name, role, notes }));
    }
    people
}

fn segments<'a>(
    file: &mut Fields<'a>,
    stage: &Stage<'a>,
    public: bool,
) -> (Vec<Segment>, Vec<SegmentMarks>, Vec<Draft<'a>>) {
    let list = file
        .need_header("segment", "[[segment]]` with a `title` and a `duration")
        .map(|value| (value.list_of_fields("a segment", "[[segment]]"), value));
    let Some((list, value)) = list else { return Default::default() };
    if list.is_empty() && value.value.is_array() && value.is_whole() {
        value.fault("the show has no segments", "add `[[segment]]` with a title and a duration");
    }
    let (segment_count, mut first_too_many) = (list.len(), None);
    let (mut segments, mut marks, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
    for (at, mut fields) in list.into_iter().enumerate() {
        if at == SEGMENTS_MAX {
            let what = format!("the show has {segment_count} segments");
            fields.reader.fault(
                fields.span.clone(),
                what,
                format!("make two shows of it: {SEGMENTS_MAX} at most"),
            );
        }
        let title = fields.need("title", "\"…\"").and_then(|value| value.line());
        let start = fields.find("start").and_then(|value| Some((value.time()?, value.span)));
        let duration = fields.need("duration", "\"1m30s\"");
        let duration = duration.and_then(|value| Some((value.duration_ns()?, value.span.clone())));
        let notes = fields.find("notes").and_then(|value| value.prose());
        let duration_ns = duration.as_ref().map_or(0, |(ns, _)| *ns);
        let first = drafts.len() as u32;
        let thresholds = cue::thresholds(&mut fields, Thresholds::default());
        let public = fields.find("public").and_then(|value| value.boolean()).unwrap_or(public);
        let (start, start_span) = start.unzip();
        marks.push(SegmentMarks { start: start_span });
        let home = Home { segment: SegmentIx(at as u32), duration, thresholds, public };
        let cues = fields.find("cue").map(|value| value.list_of_fields("a cue", "[[segment.cue]]"));
        for cue in cues.into_iter().flatten() {
            if drafts.len() == CUES_MAX {
                first_too_many = Some((cue.reader, cue.span.clone()));
            }
            drafts.push(cue::draft(cue, stage, &home));
        }
        fields.finish();
        let cues = first..drafts.len() as u32;
        let title = title.unwrap_or_default();
        segments.push(Segment { title, start, duration_ns, thresholds, notes, cues });
    }
    if let Some((reader, span)) = first_too_many {
        let fix = format!("make two shows of it: {CUES_MAX} at most");
        Reader::fault(reader, span, format!("the show has {} cues", drafts.len()), fix);
    }
    (segments, marks, drafts)
}

/// A colour, by name or in hexadecimal.
fn colour(value: &Value<'_>) -> Option<Colour> {
    let text = value.text()?;
    let read = text.parse::<Colour>();
    if let Err(error) = &read {
        value.fault(format!("there is no colour {}", quoted(text)), error.to_string());
    }
    read.ok()
}

/// Degrees north, degrees east and, where they may be given, metres above the ground.
fn coordinates(value: &Value<'_>, with_height: bool) -> Option<(f64, f64, Option<f64>)> {
    let example = if with_height { "[48.88, 2.35, 120.0]" } else { "[48.88, 2.35]" };
    let list = value.list(example)?;
    if !value.is_whole() {
        return None;
    }
    let (latitude, longitude, height) = match list.as_slice() {
        [latitude, longitude] => (latitude, longitude, None),
        [latitude, longitude, height] if with_height => (latitude, longitude, Some(height)),
        _ => {
            let what =
                format!("a point has a latitude and a longitude, not {} numbers", list.len());
            value.fault(what, format!("write `{example}`"));
            return None;
        }
    };
    let latitude = latitude.decimal(-90.0..=90.0, "degrees of latitude");
    let longitude = longitude.decimal(-180.0..=180.0, "degrees of longitude");
    let height = height.map(|height| height.decimal(-500.0..=100_000.0, "metres"));
    Some((latitude?, longitude?, height.flatten()))
}
