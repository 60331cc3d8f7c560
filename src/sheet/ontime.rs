//! Projects of Ontime (JSON, versions 2 to 4), told apart by their shape.
//!
//! Version 2 and 3 have a list of events, `rundown`; version 4 has several rundowns by their ids,
//! each with its `entries` and their order. Times are milliseconds since midnight.

use std::collections::HashSet;
use std::time::Duration;

use jiff::civil::Time;
use serde_json::{Map, Value};

use super::cells::{self, UniqueIds, one_line, prose};
use super::columns::{self, SheetField};
use super::imported::{
    Doubt, Imported, ImportedCue, ImportedDepartment, ImportedSegment, ImportedTrigger,
};
use super::numbers::{self, Written};
use super::{Refusal, ontime_own};
use crate::show::duration::{self, LONGEST_NS, MILLISECOND_NS};
use crate::show::plan::length_to;
use crate::show::problem::ProblemPlace;
use crate::show::{CountDirection, NO_TITLE};

const DAY_MS: i64 = 86_400_000;

pub(super) type Object = Map<String, Value>;

/// The show of a project; `None` where the text is no project of Ontime. `wanted` names one of
/// several rundowns.
///
/// # Errors
/// When there is no such rundown, or nothing in it.
pub(super) fn read(
    text: &str,
    name: &str,
    wanted: Option<&str>,
) -> Option<Result<Imported, Refusal>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let project: Value = serde_json::from_str(text).ok()?;
    let project = project.as_object()?;
    let entries = match (project.get("rundown"), project.get("rundowns")) {
        (Some(Value::Array(entries)), _) => Ok(listed(entries)),
        (_, Some(Value::Object(rundowns))) => chosen(rundowns, wanted),
        _ => return None,
    };
    Some(entries.and_then(|found| match ontime_own::read(project, &found.entries, name) {
        Some(show) => show,
        None => OntimeReading::new(project).read(&found, project, name),
    }))
}

/// The entries of a rundown in their order, and what is to be said about the choice.
struct FoundEntries<'a> {
    title: String,
    entries: Vec<(String, &'a Object)>,
    said: Vec<String>,
}

fn listed(entries: &[Value]) -> FoundEntries<'_> {
    let entries = entries.iter().enumerate();
    let entries =
        entries.filter_map(|(at, entry)| Some((format!("/rundown/{at}"), entry.as_object()?)));
    FoundEntries { title: String::new(), entries: entries.collect(), said: vec![] }
}

/// The rundown that is asked for, or the longest one.
fn chosen<'a>(rundowns: &'a Object, wanted: Option<&str>) -> Result<FoundEntries<'a>, Refusal> {
    let title = |id: &str, rundown: &Value| {
        rundown.get("title").and_then(Value::as_str).unwrap_or(id).to_owned()
    };
    let titles: Vec<String> = rundowns.iter().map(|(id, rundown)| title(id, rundown)).collect();
    let is_wanted = |id: &str, rundown: &Value| {
        wanted.is_none_or(|wanted| id == wanted || title(id, rundown).eq_ignore_ascii_case(wanted))
    };
    // The order of the file is not kept: without a wish, the longest one is meant.
    let length =
        |rundown: &Value| rundown.get("entries").and_then(Value::as_object).map_or(0, Object::len);
    let wanted_ones = rundowns.iter().filter(|(id, rundown)| is_wanted(id, rundown));
    let found = wanted_ones.max_by_key(|(_, rundown)| length(rundown));
    let Some((id, rundown)) = found else {
        return match wanted {
            Some(wanted) => Err(Refusal::NoSheet(wanted.to_owned(), titles.join(", "))),
            None => Err(Refusal::Empty),
        };
    };
    let mut entries = vec![];
    if let Some(by_id) = rundown.get("entries").and_then(Value::as_object) {
        let flat =
            rundown.get("flatOrder").and_then(Value::as_array).filter(|order| !order.is_empty());
        let order = flat.or_else(|| rundown.get("order").and_then(Value::as_array));
        let mut added: HashSet<&str> = HashSet::new();
        let mut add = |key: &'a Value| {
            // An order that names an entry again does not have it twice.
            let key = key.as_str().filter(|key| added.insert(*key))?;
            let entry = by_id.get(key)?.as_object()?;
            entries.push((format!("/rundowns/{id}/entries/{key}"), entry));
            entry.get("entries").and_then(Value::as_array).filter(|_| flat.is_none())
        };
        for key in order.into_iter().flatten() {
            // Without an order of everything, a group lists what is in it.
            let inside = add(key);
            inside.into_iter().flatten().for_each(|key| _ = add(key));
        }
    }
    let own = title(id, rundown);
    let mut said = vec![];
    let others: Vec<&str> =
        titles.iter().map(String::as_str).filter(|title| *title != own).collect();
    if !others.is_empty() {
        said.push(format!(
            "rundown “{own}” was read; --sheet NAME reads another: {}",
            others.join(", ")
        ));
    }
    Ok(FoundEntries { title: own, entries, said })
}

/// A field of the user's own.
struct Custom {
    /// Its key in small letters: the case of the two differs in some files.
    key: String,
    label: String,
    department: Option<ImportedDepartment>,
}

struct OntimeReading {
    customs: Vec<Custom>,
    show: Imported,
    written: Vec<Written>,
    places: Vec<String>,
    act: Option<String>,
    delay_ms: i64,
    end_ms: Option<i64>,
    /// The row of the event whose end starts the next one.
    followed: Option<u32>,
    early: Vec<(ImportedCue, Written)>,
    skipped: Vec<String>,
}

impl OntimeReading {
    fn new(project: &Object) -> Self {
        let (mut customs, mut ids): (Vec<Custom>, _) = (vec![], UniqueIds::default());
        // Version 2 has ten fields with fixed keys and the user's labels.
        for list in ["customFields", "userFields"] {
            for (key, field) in project.get(list).and_then(Value::as_object).into_iter().flatten() {
                let label = field.as_str().or_else(|| field.get("label").and_then(Value::as_str));
                let label = one_line(label.unwrap_or(key));
                let label = if label.is_empty() { field_name(key) } else { label };
                let is_department = columns::meaning(&label) == Some(SheetField::Department);
                let colour =
                    field.get("colour").and_then(Value::as_str).filter(|colour| is_colour(colour));
                let department = is_department.then(|| ImportedDepartment {
                    id: ids.unused(&label),
                    name: label.clone(),
                    colour: colour.map(str::to_owned),
                    has_own_id: false,
                });
                customs.push(Custom { key: key.to_lowercase(), label, department });
            }
        }
        OntimeReading {
            customs,
            show: Imported::default(),
            written: vec![],
            places: vec![],
            act: None,
            delay_ms: 0,
            end_ms: None,
            followed: None,
            early: vec![],
            skipped: vec![],
        }
    }

    fn read(
        mut self,
        found: &FoundEntries<'_>,
        project: &Object,
        name: &str,
    ) -> Result<Imported, Refusal> {
        let title = project
            .get("project")
            .or_else(|| project.get("event"))
            .and_then(|about| text(about.as_object()?, "title"));
        self.show.title = title
            .or_else(|| Some(one_line(&found.title)).filter(|title| !title.is_empty()))
            .unwrap_or_else(|| one_line(name));
        if self.show.title.is_empty() {
            "Imported show".clone_into(&mut self.show.title);
        }
        self.show.said.push("a project of Ontime".to_owned());
        self.show.said.extend(found.said.iter().cloned());
        for (place, entry) in &found.entries {
            self.places.push(place.clone());
            match text(entry, "type").as_deref() {
                Some("event") => self.event(entry),
                Some("group" | "block") => self.act = text(entry, "title").or(self.act.take()),
                Some("delay") => self.delay_ms += number(entry, "duration").unwrap_or(0),
                Some("milestone") => self.milestone(entry),
                _ => self.doubt("an entry of an unknown kind was left out".to_owned()),
            }
        }
        if self.show.segments.is_empty() && self.early.is_empty() {
            return Err(Refusal::Empty);
        }
        if self.show.segments.is_empty() {
            let title = self.show.title.clone();
            self.show.segments.push(ImportedSegment {
                title,
                duration_ns: duration::HOUR_NS,
                ..ImportedSegment::default()
            });
            self.show.said.push("no event says how long it lasts: one hour was assumed".to_owned());
        }
        for (cue, written) in std::mem::take(&mut self.early) {
            self.add(cue, written);
        }
        if !self.skipped.is_empty() {
            self.show.said.push(format!(
                "events that Ontime skips were left out: {}",
                self.skipped.join(", ")
            ));
        }
        let place = |row: u32| {
            ProblemPlace::json(self.places.get(row as usize - 1).cloned().unwrap_or_default())
        };
        numbers::number(&mut self.show, &self.written, &place);
        cells::cut(&mut self.show, &place);
        let used: Vec<&String> = self
            .show
            .segments
            .iter()
            .flat_map(|segment| &segment.cues)
            .flat_map(|cue| &cue.needs)
            .collect();
        let departments = self.customs.into_iter().filter_map(|custom| custom.department);
        self.show.departments =
            departments.filter(|department| used.contains(&&department.id)).collect();
        Ok(self.show)
    }

    fn doubt(&mut self, what: String) {
        let place = ProblemPlace::json(self.places.last().cloned().unwrap_or_default());
        self.show.doubts.push(Doubt::new(place, what));
    }

    /// Adds a cue to the last segment.
    fn add(&mut self, cue: ImportedCue, written: Written) {
        if let Some(last) = self.show.segments.last_mut() {
            last.cues.push(cue);
            self.written.push(written);
        }
    }

    /// The cue of an entry.
    fn cue(&self, entry: &Object) -> (ImportedCue, Written) {
        let row = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let title = text(entry, "title").unwrap_or_else(|| NO_TITLE.to_owned());
        let mut cue = ImportedCue { row, title, ..ImportedCue::default() };
        let words = |key: &str| {
            entry.get(key).and_then(Value::as_str).map(prose).filter(|text| !text.is_empty())
        };
        cue.notes.extend(words("note"));
        cue.notes.extend(words("subtitle"));
        cue.notes.extend(words("presenter").map(|who| format!("Presenter: {who}")));
        let custom = entry.get("custom").and_then(Value::as_object);
        let fields = custom
            .into_iter()
            .flatten()
            .chain(entry.iter().filter(|(key, _)| key.starts_with("user")));
        for (key, value) in fields {
            let Some(value) = value.as_str().map(prose).filter(|value| !value.is_empty()) else {
                continue;
            };
            let known = self.customs.iter().find(|custom| custom.key == key.to_lowercase());
            match known.map(|custom| (&custom.label, &custom.department)) {
                Some((label, Some(department))) => {
                    if !cue.needs.contains(&department.id) {
                        cue.needs.push(department.id.clone());
                    }
                    cue.notes.push(format!("{label}: {value}"));
                }
                Some((label, None)) => cue.extra.push((label.clone(), value)),
                None => cue.extra.push((field_name(key), value)),
            }
        }
        cue.needs.truncate(16);
        cue.extra.extend(text(entry, "colour").map(|colour| ("Colour".to_owned(), colour)));
        let written = Written { text: text(entry, "cue"), is_numeric: false, row };
        (cue, written)
    }

    fn milestone(&mut self, entry: &Object) {
        let (cue, written) = self.cue(entry);
        if self.show.segments.is_empty() || self.act.is_some() {
            self.early.push((cue, written));
        } else {
            self.add(cue, written);
        }
    }

    fn event(&mut self, entry: &Object) {
        let (mut cue, written) = self.cue(entry);
        if entry.get("skip").and_then(Value::as_bool) == Some(true) {
            self.skipped.push(format!("{} {}", written.text.unwrap_or_default(), cue.title));
            return;
        }
        let length_ms = number(entry, "duration").or_else(|| {
            let (start, end) = (number(entry, "timeStart")?, number(entry, "timeEnd")?);
            Some((end - start).rem_euclid(DAY_MS))
        });
        let duration_ns =
            length_ms.and_then(|ms| u64::try_from(ms).ok()?.checked_mul(MILLISECOND_NS));
        let Some(duration_ns) = duration_ns.filter(|ns| *ns <= LONGEST_NS) else {
            self.doubt(format!(
                "{} has no length: its cue stands in the segment before",
                cue.title
            ));
            return self.milestone(entry);
        };
        let start_ms = number(entry, "timeStart").map(|ms| ms + self.delay_ms);
        let is_due = start_ms
            .zip(self.end_ms)
            .is_some_and(|(start, end)| (start - end).rem_euclid(DAY_MS) == 0);
        let mut end = None;
        let end_is = text(entry, "timerType").is_some_and(|kind| kind == "time-to-end");
        if entry.get("countToEnd").and_then(Value::as_bool) == Some(true) || end_is {
            end = number(entry, "timeEnd").map(|ms| clock(ms + self.delay_ms));
        }
        let start = start_ms.filter(|_| !is_due).map(clock);
        let lasts = Duration::from_nanos(duration_ns);
        // An end before its start is none; it is kept where somebody sees it.
        let is_before = |end: Time| start.is_some_and(|at| length_to(at, end, lasts).is_none());
        if let Some(at) = end.take_if(|end| is_before(*end)) {
            let at = at.strftime("%H:%M:%S").to_string();
            self.doubt(format!(
                "{} counts to its end at {at}, before its start: kept under `extra`",
                cue.title
            ));
            cue.extra.push(("End".to_owned(), at));
        }
        let ns = |key: &str| {
            number(entry, key)
                .and_then(|ms| u64::try_from(ms).ok()?.checked_mul(MILLISECOND_NS))
                .filter(|ns| *ns <= LONGEST_NS)
        };
        let (warn_ns, danger_ns) = (ns("timeWarning"), ns("timeDanger"));
        let are_ordered = warn_ns.zip(danger_ns).is_some_and(|(warn, danger)| danger <= warn);
        let mut segment = ImportedSegment {
            act: self.act.take(),
            title: cue.title.clone(),
            start,
            end,
            duration_ns,
            warn_ns: warn_ns.filter(|_| are_ordered),
            danger_ns: danger_ns.filter(|_| are_ordered),
            count: count(entry),
            ..ImportedSegment::default()
        };
        for (mut early, written) in self.early.drain(..) {
            early.planned_ns = Some(0);
            segment.cues.push(early);
            self.written.push(written);
        }
        if let Some(row) = self.followed.take().filter(|_| segment.cues.is_empty()) {
            cue.trigger = Some(ImportedTrigger::After(row, 0));
        }
        if text(entry, "endAction").as_deref() == Some("play-next") {
            // The next one follows when this one is complete, which is at its end.
            cue.duration_ns = Some(duration_ns);
            self.followed = Some(cue.row);
        }
        segment.cues.push(cue);
        self.written.push(written);
        self.show.segments.push(segment);
        let length_ms = i64::try_from(duration_ns / MILLISECOND_NS).unwrap_or(0);
        self.end_ms = start_ms.or(self.end_ms).map(|start| start + length_ms);
    }
}

/// The name of a field, of its key.
fn field_name(key: &str) -> String {
    let name = one_line(key);
    if name.is_empty() { "Field".to_owned() } else { name }
}

/// Returns `true` for the colours that a show file takes.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A text of one line that is not empty.
pub(super) fn text(entry: &Object, key: &str) -> Option<String> {
    entry.get(key).and_then(Value::as_str).map(one_line).filter(|text| !text.is_empty())
}

/// The way in which the timer of an event counts.
pub(super) fn count(entry: &Object) -> CountDirection {
    match text(entry, "timerType").as_deref() {
        Some("count-up") => CountDirection::Up,
        Some(_) | None => CountDirection::Down,
    }
}

pub(super) fn number(entry: &Object, key: &str) -> Option<i64> {
    let number = entry.get(key)?;
    let number = number.as_i64().or_else(|| number.as_f64().map(|number| number as i64));
    number.filter(|ms| ms.abs() < 1_000 * DAY_MS)
}

/// The time of day of an instant.
pub(super) fn clock(ms: i64) -> Time {
    let seconds = ms.rem_euclid(DAY_MS) / 1000;
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    Time::new(part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60), 0)
        .unwrap_or_default()
}
