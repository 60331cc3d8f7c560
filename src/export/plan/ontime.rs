//! The plan as a project of Ontime, version 4.
//!
//! A segment is an event; its cues are milestones after it, which have no time of their own in
//! Ontime: it stands in their note. A cue that has its segment's title and comes with it is not told
//! twice: the event has its number. Departments and the columns of the author's own are custom fields,
//! acts are groups. The description of the project says who wrote it, so that an import knows what the
//! notes mean, and its own fields say the names of custom fields that Ontime has no letters for.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::table::{self, by_clock};
use crate::export::sheet::html::hex;
use crate::export::sheet::{CueLine, SegmentBlock, Sheet, When};
use crate::plain;
use crate::show::duration::{self, HOUR_NS, MILLISECOND_NS, SECOND_NS};
use crate::show::{Colour, CountDirection};
use crate::time::{milliseconds, unsigned};

/// Milliseconds in a day.
const DAY_MS: u64 = 24 * HOUR_NS / MILLISECOND_NS;
/// The longest event that Ontime has: 23:59:59.
const LONGEST_MS: u64 = DAY_MS - SECOND_NS / MILLISECOND_NS;
/// The version whose form this is.
const VERSION: &str = "4.11.0";
/// The description of a project, by which an import knows it.
const WRITTEN: &str = "Written by handover export";
/// The same of one whose times count from the start of the show.
const WRITTEN_UNTIED: &str = "Written by handover export; times count from the start of the show";
/// Beginning of the next line of one that is longer than Ontime has it.
const LASTS: &str = "segment lasts ";
/// Beginning of the project's information, before the name of the time zone.
const ZONE: &str = "Time zone: ";
/// Beginning of the line below it that has the day of the show.
const DATE: &str = "Date: ";
/// Beginning of the line with the departments and their ids.
const DEPARTMENTS: &str = "Departments: ";
/// Beginning of the line with the names of the author's own columns, in their order.
const OWN_COLUMNS: &str = "Own columns: ";
/// Beginning of the line with the keys of a cue that have no other place.
const SETTINGS: &str = "settings: ";
/// The line of a cue whose big figure counts up.
const COUNTS_UP: &str = "counts up";
/// The id of the one rundown.
const RUNDOWN: &str = "default";

/// Writes the plan, indented, with a newline at its end.
pub fn write(sheet: &Sheet) -> String {
    let fields = CustomFields::of(sheet);
    // All entries in their order, and those that are in no group.
    let (mut order, mut top, mut entries) = (vec![], vec![], Map::new());
    let mut add = |mut entry: Value, parent: Option<&str>| -> String {
        let id = format!("{:06x}", order.len() + 1);
        order.push(id.clone());
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("id".to_owned(), json!(id));
            // A group is in no other.
            if entry.get("type") != Some(&json!("group")) {
                entry.insert("parent".to_owned(), json!(parent));
            }
        }
        entries.insert(id.clone(), entry);
        id
    };
    let mut days = EventDays { first: None, last_ms: 0 };
    let mut groups: Vec<OpenGroup> = vec![];
    for (at, segment) in sheet.segments.iter().enumerate() {
        if let Some(act) = &segment.act {
            let id = add(group(act), None);
            groups.push(OpenGroup { id, entries: vec![] });
        }
        let mut put = |entry: Value| {
            let parent = groups.last().map(|group| group.id.as_str());
            let id = add(entry, parent);
            match groups.last_mut() {
                Some(group) => group.entries.push(id),
                None => top.push(id),
            }
        };
        let own = segment.cues.first().filter(|cue| is_told_by(cue, segment));
        let by_clock = by_clock(segment).join(", ");
        put(event(segment, own, (at == 0, by_clock), &fields, &mut days));
        for cue in segment.cues.iter().skip(usize::from(own.is_some())) {
            put(milestone(cue, &fields));
        }
    }
    for group in groups {
        if let Some(entry) = entries.get_mut(&group.id).and_then(Value::as_object_mut) {
            entry.insert("entries".to_owned(), json!(group.entries));
        }
        top.push(group.id);
    }
    let project = json!({
        "rundowns": {
            RUNDOWN: {
                "id": RUNDOWN,
                "title": plain::line(&sheet.title),
                "order": top,
                "flatOrder": order,
                "entries": entries,
                "revision": 1,
            },
        },
        "project": {
            "title": plain::line(&sheet.title),
            "description": if sheet.is_tied { WRITTEN } else { WRITTEN_UNTIED },
            "url": "",
            "info": info(sheet),
            "logo": null,
            "custom": fields.names(),
        },
        // Without one of these Ontime takes the file for damaged and opens a repaired copy of it.
        "settings": {
            "version": VERSION,
            "editorKey": null,
            "operatorKey": null,
            "timeFormat": "24",
            "language": "en",
        },
        "viewSettings": {},
        "urlPresets": [],
        "automation": {
            "enabledAutomations": false,
            "enabledOscIn": false,
            "triggers": [],
            "automations": {},
        },
        "customFields": fields.definitions(),
    });
    // Serialising a value to memory has no way to fail.
    serde_json::to_string_pretty(&project)
        .map_or_else(|error| format!("{{\"error\":\"{error}\"}}\n"), |json| json + "\n")
}

/// Lines on the show itself.
fn info(sheet: &Sheet) -> String {
    let zone = format!("{ZONE}{}", plain::line(&sheet.zone_name));
    let date = sheet.date.map(|date| format!("{DATE}{date}"));
    let departments = Some(table::departments(sheet)).filter(|words| !words.is_empty());
    let departments = departments.map(|words| format!("{DEPARTMENTS}{}", plain::line(&words)));
    let own: Vec<String> = table::extra_names(sheet).into_iter().map(str::to_owned).collect();
    let own =
        (!own.is_empty()).then(|| format!("{OWN_COLUMNS}{}", plain::line(&plain::joined(&own))));
    let lines = std::iter::once(zone).chain(date).chain(departments).chain(own);
    let lines: Vec<String> = lines.collect();
    lines.join("\n")
}

/// A group whose entries are still coming.
struct OpenGroup {
    id: String,
    entries: Vec<String>,
}

fn group(act: &str) -> Value {
    json!({
        "type": "group",
        "title": plain::line(act),
        "note": "",
        "entries": [],
        "targetDuration": null,
        "colour": "",
        "custom": {},
        "revision": 0,
        "timeStart": null,
        "timeEnd": null,
        "duration": 0,
        "isFirstLinked": false,
    })
}

/// Returns `true` if an event says all that there is to say of its segment's first cue.
fn is_told_by(cue: &CueLine, segment: &SegmentBlock) -> bool {
    // Notes of both would be one text.
    !cue.is_withheld
        && cue.title == segment.title
        && cue.start.as_ref() == Some(&segment.start)
        && segment.notes.is_none()
        && cue.backup_for.is_none()
}

/// The days on which events begin, counted from the first.
struct EventDays {
    first: Option<jiff::civil::Date>,
    last_ms: u64,
}

impl EventDays {
    /// Milliseconds since midnight, and the days since the first.
    fn of(&mut self, start: &When) -> (u64, u64) {
        match start {
            When::FromStart(time) => {
                let ms = milliseconds(*time);
                (ms % DAY_MS, ms / DAY_MS)
            }
            When::Clock(at) => {
                let first = *self.first.get_or_insert(at.date());
                let days = at.date().duration_since(first).as_hours() / 24;
                let time = at.time().duration_since(jiff::civil::Time::MIN);
                let ms = u64::try_from(time.as_millis()).unwrap_or(0);
                (ms, u64::try_from(days).unwrap_or(0))
            }
        }
    }
}

fn event(
    segment: &SegmentBlock,
    own: Option<&CueLine>,
    (is_first, by_clock): (bool, String),
    fields: &CustomFields<'_>,
    days: &mut EventDays,
) -> Value {
    let (start_ms, day) = days.of(&segment.start);
    let lasts_ms = milliseconds(segment.planned_length);
    let duration_ms = lasts_ms.min(LONGEST_MS);
    // An event is linked where it begins as the one in front of it ends.
    let absolute_ms = day * DAY_MS + start_ms;
    let is_linked = !is_first && !segment.hard_start && absolute_ms == days.last_ms;
    days.last_ms = absolute_ms + lasts_ms;
    let by_clock = Some(by_clock).filter(|words| !words.is_empty());
    let lasts = (milliseconds(segment.lasts) != duration_ms)
        .then(|| format!("{LASTS}{}", duration::exact(segment.lasts)));
    let end_ms = segment.fixed_end.map(|end| {
        let of_day = end.duration_since(jiff::civil::Time::midnight());
        milliseconds(unsigned(of_day))
    });
    let said = match own {
        Some(cue) => said(cue, fields),
        None => with_notes(vec![], segment.notes.as_deref()),
    };
    json!({
        "type": "event",
        "flag": false,
        "cue": own.map_or("", |cue| &cue.number),
        "title": plain::line(&segment.title),
        "note": note(by_clock.into_iter().chain(lasts).chain(said)),
        "endAction": "none",
        "timerType": timer_type(segment.count),
        "countToEnd": segment.fixed_end.is_some(),
        "linkStart": is_linked,
        "timeStrategy": if end_ms.is_some() { "lock-end" } else { "lock-duration" },
        "timeStart": start_ms,
        "timeEnd": end_ms.unwrap_or((start_ms + duration_ms) % DAY_MS),
        "duration": duration_ms,
        "dayOffset": day,
        "skip": false,
        "colour": "",
        "timeWarning": milliseconds(segment.thresholds.warn),
        "timeDanger": milliseconds(segment.thresholds.danger),
        "custom": own.map_or_else(Map::new, |cue| fields.values(cue)),
        "triggers": [],
        "revision": 0,
        "delay": 0,
        "gap": 0,
    })
}

/// The way in which an event's timer counts.
fn timer_type(count: CountDirection) -> &'static str {
    match count {
        CountDirection::Down => "count-down",
        CountDirection::Up => "count-up",
    }
}

fn milestone(cue: &CueLine, fields: &CustomFields<'_>) -> Value {
    let planned = cue.start.as_ref().map(|start| format!("planned {}", exact(start)));
    let colour = fields.colour(cue).map(hex);
    json!({
        "type": "milestone",
        "cue": cue.number,
        "title": plain::line(&cue.title),
        "note": note(planned.into_iter().chain(said(cue, fields))),
        "colour": colour.unwrap_or_default(),
        "custom": fields.values(cue),
        "revision": 0,
    })
}

/// A planned instant, to the nanosecond.
fn exact(start: &When) -> String {
    match start {
        When::Clock(at) => at.strftime("%H:%M:%S%.f").to_string(),
        When::FromStart(time) => {
            let (hours, seconds) = (time.as_secs() / 3600, time.as_secs() % 3600);
            // With an hour in front, minutes have two digits.
            let rest = Duration::new(3600 + seconds, time.subsec_nanos());
            format!("T+{hours}{}", duration::exact(rest).trim_start_matches('1'))
        }
    }
}

/// Everything that a note says of a cue, line by line.
fn said(cue: &CueLine, fields: &CustomFields<'_>) -> Vec<String> {
    let trigger = Some(cue.trigger.clone()).filter(|words| !words.is_empty() && words != "GO");
    let length = cue.lasts.map(|time| format!("lasts {}", duration::exact(time)));
    let call = cue.call.as_ref().map(|call| format!("“{call}”"));
    let steps = (!cue.steps.is_empty()).then(|| format!("steps: {}", plain::joined(&cue.steps)));
    let counts = match cue.count {
        CountDirection::Down => None,
        CountDirection::Up => Some(COUNTS_UP.to_owned()),
    };
    let source = Some(cue.source.to_owned()).filter(|source| !source.is_empty());
    let main = cue.backup_for.as_ref().map(|main| format!("backup for {main}"));
    let settings =
        (!cue.settings.is_empty()).then(|| format!("{SETTINGS}{}", cue.settings.join(", ")));
    let facts = [trigger, length, counts, source, call, steps, main, settings];
    let notes = table::notes(cue, &fields.extra);
    with_notes(facts.into_iter().flatten().collect(), notes.as_deref())
}

/// Facts and the notes below them, apart where their first line could be taken for a fact.
fn with_notes(mut facts: Vec<String>, notes: Option<&str>) -> Vec<String> {
    if let Some(notes) = notes {
        if is_like_a_fact(notes) {
            facts.push(String::new());
        }
        facts.push(notes.to_owned());
    }
    facts
}

/// Returns `true` if a line is, or begins like, one of the facts that notes begin with.
fn is_like_a_fact(line: &str) -> bool {
    let begins = [
        "planned",
        "with ",
        "follows ",
        "at ",
        "into ",
        "lasts ",
        COUNTS_UP,
        "live",
        "VT",
        "“",
        "steps: ",
        "backup for ",
        SETTINGS,
        "hard start",
        "on ",
        "show on ",
        LASTS,
    ];
    line.is_empty() || begins.iter().any(|begin| line.starts_with(begin))
}

fn note(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().collect();
    plain::lines(&lines.join("\n")).into_owned()
}

/// What a custom field is about.
#[derive(Clone, Copy)]
enum FieldOf<'a> {
    /// A department, by its place in the legend.
    Department(usize, Option<Colour>),
    /// A column of the author's own, by its name.
    Extra(&'a str),
}

/// A custom field.
struct CustomField<'a> {
    key: String,
    label: String,
    /// Its name, which may have characters that its label cannot have.
    name: String,
    of: FieldOf<'a>,
}

/// Departments and the columns of the author's own as custom fields: a key and a label of letters,
/// digits and blanks, as Ontime has them.
struct CustomFields<'a> {
    all: Vec<CustomField<'a>>,
    /// The names of the author's own columns.
    extra: Vec<&'a str>,
}

impl<'a> CustomFields<'a> {
    fn of(sheet: &'a Sheet) -> Self {
        let mut all: Vec<CustomField<'_>> = vec![];
        let department = |(at, one): (usize, &'a crate::export::sheet::DepartmentRow)| {
            (one.name.clone(), FieldOf::Department(at, one.colour))
        };
        let departments = sheet.departments.iter().enumerate().map(department);
        let extra = table::extra_names(sheet);
        let own = extra.iter().map(|name| {
            let column = format!("{name}{}", table::EXTRA);
            (column, FieldOf::Extra(name))
        });
        for (name, of) in departments.chain(own) {
            let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { ' ' };
            let letters: String = name.chars().map(plain::unaccented).map(fits).collect();
            let words: Vec<&str> = letters.split_whitespace().collect();
            let mut label = words.join(" ");
            let is_taken =
                |label: &str| all.iter().any(|other| other.label.eq_ignore_ascii_case(label));
            let first = label.clone();
            let mut count = all.len();
            while label.is_empty() || is_taken(&label) {
                count += 1;
                label = format!("{first} {count}").trim_start().to_owned();
            }
            all.push(CustomField { key: label.replace(' ', "_"), label, name, of });
        }
        CustomFields { all, extra }
    }

    /// The names that are not their labels.
    fn names(&self) -> Vec<Value> {
        let others = self.all.iter().filter(|field| field.label != field.name);
        let name = |field: &CustomField<'_>| json!({ "title": field.label, "value": plain::line(&field.name), "url": "" });
        others.map(name).collect()
    }

    fn definitions(&self) -> Map<String, Value> {
        let define = |field: &CustomField<'_>| {
            let colour = match field.of {
                FieldOf::Department(_, colour) => colour.map_or_else(String::new, hex),
                FieldOf::Extra(_) => String::new(),
            };
            let field = (&field.key, &field.label);
            (field.0.clone(), json!({ "type": "text", "label": field.1, "colour": colour }))
        };
        self.all.iter().map(define).collect()
    }

    /// The colour of the first department that has to be ready for a cue and has one.
    fn colour(&self, cue: &CueLine) -> Option<Colour> {
        cue.needs.iter().find_map(|need| {
            self.all.iter().find_map(|field| match field.of {
                FieldOf::Department(at, colour) if at == *need => colour,
                FieldOf::Department(..) | FieldOf::Extra(_) => None,
            })
        })
    }

    /// The texts of a cue, by their keys.
    fn values(&self, cue: &CueLine) -> Map<String, Value> {
        let text = |field: &CustomField<'_>| match field.of {
            FieldOf::Department(at, _) => table::ready(cue, at),
            FieldOf::Extra(name) => {
                let text = table::extra_text(cue, name);
                (!text.is_empty()).then(|| plain::lines(text).into_owned())
            }
        };
        let filled = self.all.iter().filter_map(|field| Some((field, text(field)?)));
        filled.map(|(field, text)| (field.key.clone(), json!(text))).collect()
    }
}
