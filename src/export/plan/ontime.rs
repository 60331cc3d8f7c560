//! The plan as a project of Ontime, version 4.
//!
//! A segment is an event; its cues are milestones after it, which have no time of their own in
//! Ontime: it stands in their note. A cue that has its segment's title and comes with it is not told
//! twice: the event has its number. Departments are custom fields.

use serde_json::{Map, Value, json};

use crate::export::sheet::html::hex;
use crate::export::sheet::{CueLine, DepartmentRow, SegmentBlock, Sheet, When};
use crate::plain;
use crate::show::duration::{HOUR_NS, MILLISECOND_NS, SECOND_NS};
use crate::time::milliseconds;

/// Milliseconds in a day.
const DAY_MS: u64 = 24 * HOUR_NS / MILLISECOND_NS;
/// The longest event that Ontime has: 23:59:59.
const LONGEST_MS: u64 = DAY_MS - SECOND_NS / MILLISECOND_NS;
/// The version whose form this is.
const VERSION: &str = "4.11.0";
/// The id of the one rundown.
const RUNDOWN: &str = "default";

/// Writes the plan, indented, with a newline at its end.
pub fn write(sheet: &Sheet) -> String {
    let fields = Fields::of(sheet);
    let (mut order, mut entries) = (vec![], Map::new());
    let mut add = |entry: Value| {
        let id = format!("{:06x}", order.len() + 1);
        order.push(id.clone());
        let mut entry = entry;
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("id".to_owned(), json!(id));
        }
        entries.insert(id, entry);
    };
    let mut days = Days { first: None, last_ms: 0 };
    for (at, segment) in sheet.segments.iter().enumerate() {
        let own = segment.cues.first().filter(|cue| is_told_by(cue, segment));
        add(event(segment, own, at == 0, &fields, &mut days));
        for cue in segment.cues.iter().skip(usize::from(own.is_some())) {
            add(milestone(cue, &fields));
        }
    }
    let project = json!({
        "rundowns": {
            RUNDOWN: {
                "id": RUNDOWN,
                "title": plain::line(&sheet.title),
                "order": order,
                "flatOrder": order,
                "entries": entries,
                "revision": 1,
            },
        },
        "project": {
            "title": plain::line(&sheet.title),
            "description": "",
            "url": "",
            "info": "",
            "logo": null,
            "custom": [],
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

/// Returns `true` if an event says all that there is to say of its segment's first cue.
fn is_told_by(cue: &CueLine, segment: &SegmentBlock) -> bool {
    !cue.is_withheld && cue.title == segment.title && cue.start.as_ref() == Some(&segment.start)
}

/// The days on which events begin, counted from the first.
struct Days {
    first: Option<jiff::civil::Date>,
    last_ms: u64,
}

impl Days {
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
    is_first: bool,
    fields: &Fields<'_>,
    days: &mut Days,
) -> Value {
    let (start_ms, day) = days.of(&segment.start);
    let duration_ms = milliseconds(segment.lasts).min(LONGEST_MS);
    // An event is linked where it begins as the one in front of it ends.
    let absolute_ms = day * DAY_MS + start_ms;
    let is_linked = !is_first && !segment.hard_start && absolute_ms == days.last_ms;
    days.last_ms = absolute_ms + duration_ms;
    let notes = segment.notes.iter().cloned().chain(own.into_iter().flat_map(said));
    json!({
        "type": "event",
        "flag": false,
        "cue": own.map_or("", |cue| &cue.number),
        "title": plain::line(&segment.title),
        "note": note(notes),
        "endAction": "none",
        "timerType": "count-down",
        "countToEnd": false,
        "linkStart": is_linked,
        "timeStrategy": "lock-duration",
        "timeStart": start_ms,
        "timeEnd": (start_ms + duration_ms) % DAY_MS,
        "duration": duration_ms,
        "dayOffset": day,
        "skip": false,
        "colour": "",
        "timeWarning": milliseconds(segment.thresholds.warn),
        "timeDanger": milliseconds(segment.thresholds.danger),
        "custom": own.map_or_else(Map::new, |cue| fields.values(cue)),
        "triggers": [],
        "parent": null,
        "revision": 0,
        "delay": 0,
        "gap": 0,
    })
}

fn milestone(cue: &CueLine, fields: &Fields<'_>) -> Value {
    let planned = (!cue.planned.is_empty()).then(|| format!("planned {}", cue.planned));
    let colour = fields.needed(cue).find_map(|(_, one)| one.colour).map(hex);
    json!({
        "type": "milestone",
        "cue": cue.number,
        "title": plain::line(&cue.title),
        "note": note(planned.into_iter().chain(said(cue))),
        "colour": colour.unwrap_or_default(),
        "custom": fields.values(cue),
        "parent": null,
        "revision": 0,
    })
}

/// Everything that a note says of a cue, line by line.
fn said(cue: &CueLine) -> Vec<String> {
    let trigger = Some(cue.trigger.clone()).filter(|words| !words.is_empty() && words != "GO");
    let length = cue.length.as_ref().map(|length| format!("lasts {length}"));
    let call = cue.call.as_ref().map(|call| format!("“{call}”"));
    let steps = (!cue.steps.is_empty()).then(|| format!("steps: {}", cue.steps.join("; ")));
    let source = Some(cue.source.to_owned()).filter(|source| !source.is_empty());
    [trigger, length, source, call, steps, cue.notes.clone()].into_iter().flatten().collect()
}

fn note(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().collect();
    plain::lines(&lines.join("\n")).into_owned()
}

/// Departments as custom fields: a key and a label of letters, digits and blanks, as Ontime has
/// them.
struct Fields<'a>(Vec<(String, String, &'a DepartmentRow)>);

impl<'a> Fields<'a> {
    fn of(sheet: &'a Sheet) -> Self {
        let mut fields: Vec<(String, String, &DepartmentRow)> = vec![];
        for (at, one) in sheet.departments.iter().enumerate() {
            let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { ' ' };
            let name: String = one.name.chars().map(fits).collect();
            let words: Vec<&str> = name.split_whitespace().collect();
            let mut label = words.join(" ");
            let is_taken = fields.iter().any(|(_, other, _)| other.eq_ignore_ascii_case(&label));
            if label.is_empty() || is_taken {
                label = format!("{label} {}", at + 1).trim_start().to_owned();
            }
            fields.push((label.replace(' ', "_"), label, one));
        }
        Fields(fields)
    }

    fn definitions(&self) -> Map<String, Value> {
        let define = |(key, label, one): &(String, String, &DepartmentRow)| {
            let colour = one.colour.map_or_else(String::new, hex);
            (key.clone(), json!({ "type": "text", "label": label, "colour": colour }))
        };
        self.0.iter().map(define).collect()
    }

    /// The departments that have to be ready for a cue, with their keys.
    fn needed(&self, cue: &'a CueLine) -> impl Iterator<Item = (&str, &DepartmentRow)> {
        let field = |at: &usize| self.0.get(*at).map(|(key, _, one)| (key.as_str(), *one));
        cue.needs.iter().filter_map(field)
    }

    fn values(&self, cue: &CueLine) -> Map<String, Value> {
        self.needed(cue).map(|(key, _)| (key.to_owned(), json!("ready"))).collect()
    }
}
