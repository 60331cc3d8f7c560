//! Show files: TOML text to a checked show, or to everything that is wrong with it.
//!
//! Owns the order in which a file is read: the syntax, then what stands by itself (departments,
//! outputs, remote controls, places, people), then the rundown. The values become a draft, which
//! `super::check` makes a show of. Must never stop at the first fault, or report one that only
//! follows from another. It reads text, not the disk.
//!
//! ```text
//!  text ─► syntax, pieces ─► DeTable ─► fields, value ─► output, listen, cue (action, …) ─► Draft ─► check ─► Show
//!             └────────────────────────────── Faults: all problems ───────────────────────────────────┘
//! ```

mod action;
mod cue;
pub mod expand;
pub(super) mod fields;
pub(super) mod flags;
mod foreign;
pub(super) mod json;
mod listen;
pub mod machine;
mod meant;
pub(super) mod output;
mod pieces;
pub(super) mod reader;
pub mod settings;
mod syntax;
#[cfg(test)]
mod tests;
pub(super) mod value;

use toml::Spanned;
use toml::de::DeTable;

use self::expand::{AsideFacts, NoFiles, expand};
use self::fields::Fields;
pub(crate) use self::fields::is_id;
use self::machine::{Machine, Unseen};
use self::output::Wires;
use self::reader::{Reader, quoted};
use self::value::Value;
pub use super::check::Checked;
use super::draft::{
    CueDraft, DepartmentDraft, Draft, List, PersonDraft, PlaceDraft, Placed, SegmentDraft,
};
use super::faults::Faults;
use super::problem::{Problem, ProblemPlace};
use super::{Colour, CountDirection, Show};

/// The fix of values for a template that are there without one.
const WITH_FIX: &str = "add `use = \"…\"` with the id of a template, or remove it";
/// The largest file that is read: a show of 100,000 cues is half of it.
pub const BYTES_MAX: usize = 32 << 20;
/// The most keys, values and tables that a file may have, counted by what begins them: the parser
/// takes up to 150 bytes for each, and a show of 100,000 cues has 2,300,000.
const PARTS_MAX: usize = 6_000_000;
/// From so many bytes on, a file is read piece by piece: a show of some hundred cues. Where it
/// can only be parsed as a whole, that is done in memory apart.
const APART_FROM: usize = 64 << 10;
/// About the length of such a piece, bytes: its tree stays in the processor's cache.
const PIECE_MIN: usize = 2 << 10;

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
    expand(text, &NoFiles).check(machine_zone, machine)
}

/// Reason why a text is not even parsed.
fn refused(text: &str) -> Option<Problem> {
    if text.len() > BYTES_MAX {
        let what =
            format!("the file has more than {} MiB, which no show file has", BYTES_MAX >> 20);
        return Some(Problem::error(0..0, what, "give a show file, or make two shows of it"));
    }
    if text.bytes().filter(|byte| matches!(byte, b',' | b'=' | b'.' | b'[' | b'{' | b'\n')).count()
        > PARTS_MAX
    {
        let what = format!("the file has more than {PARTS_MAX} keys and values");
        return Some(Problem::error(0..0, what, "make two shows of it"));
    }
    syntax::endless_key(text)
}

/// Reads a show without repeats; `aside` is what else is known of its text.
fn read(
    text: &str,
    machine_zone: &str,
    machine: &dyn Machine,
    aside: &AsideFacts<'_>,
) -> Result<Checked, Vec<Problem>> {
    if let Some(problem) = refused(text) {
        return Err(vec![problem]);
    }
    if text.len() >= APART_FROM
        && !aside.lacks_names
        && let Some((draft, faults)) = pieces::read(text, machine, PIECE_MIN)
    {
        return super::check::check(draft, faults.beside(aside.included), machine_zone, machine);
    }
    let (tree, errors) = parse_apart(text, machine);
    if errors.is_empty() {
        let faults = Faults::from(vec![]).beside(aside.included);
        let mut draft = draft(&Reader::new(text, &faults, vec![], machine), tree.get_ref());
        draft.lacks_names |= aside.lacks_names;
        return super::check::check(draft, faults, machine_zone, machine);
    }
    if let Some(problem) = foreign::problem(text) {
        return Err(vec![problem]);
    }
    let repaired = syntax::repair(text);
    let (tree, errors) = parse_apart(&repaired.text, machine);
    let (mut problems, mut lost) = syntax::explain(&repaired.text, &errors);
    problems.extend(repaired.problems);
    lost.extend(repaired.lost);
    let faults = Faults::from(problems);
    let draft = draft(&Reader::new(text, &faults, lost, machine), tree.get_ref());
    super::check::check(draft, faults, machine_zone, machine)
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

/// Reads all of the file.
fn draft(reader: &Reader<'_>, tree: &DeTable<'_>) -> Draft {
    let mut file = Fields::new(reader, tree, 0..0, "the show");
    let (mut draft, wires) = head(&mut file);
    let list = file.need_header("segment", "[[segment]]` with a `title` and a `duration");
    if let Some(list) = list {
        draft.segments = segments(&list, &wires);
    }
    file.finish();
    draft
}

/// Reads everything but the rundown.
fn head(file: &mut Fields<'_>) -> (Draft, Wires) {
    let title = file.need("title", "\"…\"").and_then(|value| value.line());
    let date = file.find("date").and_then(|value| value.date());
    let zone = zone(file);
    let name = |value: &Value<'_>| Some(value.placed(value.text()?.to_owned()));
    let clocks = file.find("clocks").map(|value| value.list_of("[\"America/Los_Angeles\"]", name));
    let departments = departments(file);
    let (outputs, wires) = output::outputs(file);
    let remote = listen::remote(file);
    let web = listen::web(file);
    let places = places(file);
    let people = people(file);
    let public = file.find("public").and_then(|value| value.boolean());
    // Repeats are written out by now, unless faults of the syntax come first.
    let repeats = ["include", "vars", "template"];
    let lacks_names = repeats.map(|key| file.left_over(key)).contains(&true);
    let place = ProblemPlace::from(file.span.clone());
    let draft = Draft {
        segments: List { items: vec![], place: place.clone(), is_whole: false },
        place,
        title,
        date,
        zone,
        clocks: clocks.map_or_else(Vec::new, |clocks| clocks.items),
        departments,
        outputs,
        remote,
        web,
        places,
        people,
        public,
        lacks_names: lacks_names || file.reader.lacks_names(),
    };
    (draft, wires)
}

/// The name of the show's zone. One that cannot be read is UTC, so that nobody asks for the
/// machine's.
fn zone(file: &mut Fields<'_>) -> Option<Placed<String>> {
    let name = |text: &str, place| Placed { value: text.to_owned(), place };
    match file.find("timezone") {
        Some(value) => Some(name(value.text().unwrap_or("UTC"), value.place())),
        None if file.has("timezone") => Some(name("UTC", file.key_span("timezone").into())),
        None => None,
    }
}

fn departments(file: &mut Fields<'_>) -> Vec<DepartmentDraft> {
    let mut departments = Vec::new();
    for (id, mut fields) in file.named("department", "a department") {
        let name = fields.find("name").and_then(|value| value.line());
        let colour = fields.find("colour").and_then(|value| colour(&value));
        fields.finish();
        departments.push(DepartmentDraft { id: id.placed(), name, colour });
    }
    departments
}

fn places(file: &mut Fields<'_>) -> Vec<PlaceDraft> {
    let mut places = Vec::new();
    for (id, mut fields) in file.named("place", "a place") {
        let name = fields.find("name").and_then(|value| value.line());
        let at =
            fields.need("at", "[48.9245, 2.3602]").and_then(|value| coordinates(&value, false));
        fields.finish();
        let at = at.map(|(latitude, longitude, _)| (latitude, longitude));
        places.push(PlaceDraft { id: id.placed(), name, at });
    }
    places
}

fn people(file: &mut Fields<'_>) -> Vec<PersonDraft> {
    let mut people = Vec::new();
    for (id, mut fields) in file.named("person", "a person") {
        let name = fields.need("name", "\"…\"").and_then(|value| value.line());
        let role = fields.find("role").and_then(|value| value.line());
        let notes = fields.find("notes").and_then(|value| value.prose());
        fields.finish();
        people.push(PersonDraft { id: id.placed(), name, role, notes });
    }
    people
}

/// Reads the segments with their cues; `wires` says what the outputs speak.
fn segments(list: &Value<'_>, wires: &Wires) -> List<SegmentDraft> {
    list.list_of_tables("a segment", "[[segment]]", |fields| Some(segment(fields, wires)))
}

fn segment(mut fields: Fields<'_>, wires: &Wires) -> SegmentDraft {
    let title = fields.need("title", "\"…\"").and_then(|value| value.line());
    let date = fields.placed("date", Value::date);
    let start = fields.placed("start", Value::time);
    let end = fields.placed("end", Value::time);
    let duration = fields.need("duration", "\"1m30s\"");
    let duration = duration.and_then(|value| Some(value.placed(value.duration()?)));
    let act = fields.find("act").and_then(|value| value.line());
    let notes = fields.find("notes").and_then(|value| value.prose());
    let warn = fields.placed("warn", Value::duration);
    let danger = fields.placed("danger", Value::duration);
    let count = fields.find("count").and_then(|value| value.word(CountDirection::WORDS));
    let public = fields.find("public").and_then(|value| value.boolean());
    let cues = fields.find("cue").map_or_else(Vec::new, |list| cues(&list, wires));
    if fields.left_over("use") || fields.reader.has_broken() {
        fields.know("with");
    } else {
        fields.refuse("with", "`with` is there without `use`", WITH_FIX);
        fields.know("with");
    }
    let place = ProblemPlace::from(fields.span.clone());
    fields.finish();
    SegmentDraft {
        place,
        title,
        date,
        start,
        end,
        duration,
        warn,
        danger,
        count,
        public,
        act,
        notes,
        cues,
    }
}

/// Reads the cues of a segment.
fn cues(list: &Value<'_>, wires: &Wires) -> Vec<CueDraft> {
    let read = |fields: Fields<'_>| Some(cue::cue(fields, wires));
    list.list_of_tables("a cue", "[[segment.cue]]", read).items
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
