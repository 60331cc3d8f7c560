//! The report for other programs: one JSON object, its keys always there and always in the same
//! order.
//!
//! Owns the names of the keys. Times are RFC 3339 with the offset of the show's zone, durations and
//! differences are seconds to the millisecond, what is not known is `null`. Must never compute:
//! what stands here is a row's.

use std::collections::BTreeMap;

use jiff::ZonedDateTime;
use serde::{Serialize, Serializer};

use super::asrun::{
    AsRun, CueRow, Downtime, FlagRow, LostSend, NoteRow, PanicRow, SegmentRow, SpottedNote,
    SpottedRow, StoppedRamps,
};
use super::csv::rfc3339;
use crate::engine::{FlagWay, RunId, Stop};
use crate::show::StationName;
use crate::show::duration::MILLISECOND_NS;

/// Writes the report, indented, with a newline at its end.
pub fn write(report: &AsRun) -> String {
    let view = RunJson::from(report);
    // Serialising strings, numbers and lists to memory has no way to fail; an empty object would be
    // a lie all the same.
    serde_json::to_string_pretty(&view)
        .map_or_else(|error| format!("{{\"error\":\"{error}\"}}\n"), |json| json + "\n")
}

/// A text of the show or the run.
fn plain<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::plain::lines(text))
}

fn plain_where_any<T: AsRef<str>, S: Serializer>(
    text: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    text.as_ref().map(|text| crate::plain::lines(text.as_ref())).serialize(serializer)
}

fn plain_each<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| crate::plain::lines(text)))
}

#[derive(Serialize)]
struct RunJson<'a> {
    #[serde(serialize_with = "plain")]
    show: &'a str,
    #[serde(serialize_with = "plain")]
    run: &'a str,
    /// The station whose copy of the run this is; `null` for the run itself.
    #[serde(serialize_with = "plain_where_any")]
    copy_of_station: Option<String>,
    #[serde(serialize_with = "plain")]
    timezone: &'a str,
    rehearsal: bool,
    speed: u32,
    auto: bool,
    clock_shift_ms: Option<i64>,
    finished: bool,
    recorded_at: Option<String>,
    opened: Option<String>,
    planned_start: Option<String>,
    actual_start: Option<String>,
    planned_end: Option<String>,
    /// Known only of a finished run.
    actual_end: Option<String>,
    /// Known only of an unfinished one.
    projected_end: Option<String>,
    last_event: Option<String>,
    over_under: Option<f64>,
    held: f64,
    holds: usize,
    show_changed: bool,
    /// Only of a shared run.
    flag: Vec<FlagJson<'a>>,
    warnings: Vec<WarningJson<'a>>,
    panics: Vec<String>,
    terminal_lost: Vec<String>,
    stops: Vec<StopJson<'a>>,
    /// Only where there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stopped_ramps: Vec<StoppedRampsJson<'a>>,
    downtimes: Vec<Down>,
    /// Only where a newer version has written the journal.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown_events: &'a BTreeMap<String, u32>,
    segments: Vec<SegmentJson<'a>>,
    notes: Vec<NoteJson<'a>>,
    spotted: Vec<Spotted<'a>>,
}

/// One change of the flag.
#[derive(Serialize)]
struct FlagJson<'a> {
    at: String,
    term: u64,
    station: &'a str,
    how: &'static str,
    /// The station before; `null` at the beginning.
    from: Option<&'a str>,
    /// Why it was taken.
    #[serde(serialize_with = "plain_where_any")]
    reason: Option<&'a str>,
    /// For how long the station before had not been heard when it was taken.
    silent: Option<f64>,
}

/// A station's word that something is wrong.
#[derive(Serialize)]
struct WarningJson<'a> {
    at: String,
    station: &'a str,
}

/// Outcome of a panic's stop at one output.
#[derive(Serialize)]
struct StopJson<'a> {
    panic: String,
    #[serde(serialize_with = "plain")]
    output: &'a str,
    outcome: &'static str,
    #[serde(serialize_with = "plain_where_any")]
    error: Option<&'a str>,
}

/// Ramps that were stopped on their way without a plan.
#[derive(Serialize)]
struct StoppedRampsJson<'a> {
    at: String,
    by: &'static str,
    #[serde(serialize_with = "plain")]
    what: &'a str,
}

#[derive(Serialize)]
struct Down {
    from: String,
    until: String,
    duration: f64,
}

#[derive(Serialize)]
struct SegmentJson<'a> {
    #[serde(serialize_with = "plain")]
    title: &'a str,
    planned_start: Option<String>,
    actual_start: Option<String>,
    planned_duration: f64,
    actual_duration: Option<f64>,
    over_under: Option<f64>,
    #[serde(serialize_with = "plain_each")]
    remarks: &'a [String],
    cues: Vec<CueJson<'a>>,
}

#[derive(Serialize)]
struct CueJson<'a> {
    #[serde(serialize_with = "plain")]
    cue: &'a str,
    #[serde(serialize_with = "plain")]
    title: &'a str,
    outcome: &'static str,
    firing: Option<u32>,
    planned_start: Option<String>,
    actual_start: Option<String>,
    planned_duration: Option<f64>,
    actual_duration: Option<f64>,
    difference: Option<f64>,
    cause: Option<&'static str>,
    #[serde(serialize_with = "plain_each")]
    remarks: &'a [String],
    lost_sends: Vec<Lost<'a>>,
}

#[derive(Serialize)]
struct Lost<'a> {
    #[serde(serialize_with = "plain")]
    output: &'a str,
    outcome: &'static str,
    #[serde(serialize_with = "plain_where_any")]
    error: Option<&'a str>,
    messages: u32,
}

#[derive(Serialize)]
struct NoteJson<'a> {
    at: String,
    #[serde(serialize_with = "plain_where_any")]
    cue: Option<&'a str>,
    #[serde(serialize_with = "plain")]
    text: &'a str,
}

#[derive(Serialize)]
struct Spotted<'a> {
    #[serde(serialize_with = "plain")]
    person: &'a str,
    #[serde(serialize_with = "plain")]
    name: &'a str,
    #[serde(serialize_with = "plain_where_any")]
    role: Option<&'a str>,
    times: Vec<String>,
    /// For each time, the station whose caller said so without the flag.
    stations: Vec<Option<&'a str>>,
    notes: Vec<SpottedNoteView<'a>>,
}

#[derive(Serialize)]
struct SpottedNoteView<'a> {
    at: String,
    #[serde(serialize_with = "plain")]
    text: &'a str,
}

impl<'a> From<&'a AsRun> for RunJson<'a> {
    fn from(run: &'a AsRun) -> Self {
        let end = time(run.end.as_ref());
        RunJson {
            show: &run.show,
            run: &run.run,
            copy_of_station: RunId(run.run.clone()).station().map(str::to_owned),
            timezone: &run.zone_name,
            rehearsal: run.rehearsal,
            speed: run.speed,
            auto: run.auto,
            clock_shift_ms: run.shift_ms,
            finished: run.finished,
            recorded_at: time(run.recorded.as_ref()),
            opened: time(run.opened.as_ref()),
            planned_start: time(run.planned_start.as_ref()),
            actual_start: time(run.started.as_ref()),
            planned_end: time(run.planned_end.as_ref()),
            actual_end: end.clone().filter(|_| run.finished),
            projected_end: end.filter(|_| !run.finished),
            last_event: time(run.last.as_ref()),
            over_under: run.over_ms.map(seconds),
            held: seconds(run.held_ms as i64),
            holds: run.hold_rows.len(),
            show_changed: run.show_changed,
            flag: run.flag.iter().map(FlagJson::from).collect(),
            warnings: run
                .warnings
                .iter()
                .map(|(at, by)| WarningJson { at: rfc3339(at), station: by.as_str() })
                .collect(),
            terminal_lost: run.terminal_lost.iter().map(rfc3339).collect(),
            panics: run.panics.iter().map(|panic| rfc3339(&panic.at)).collect(),
            stops: run.panics.iter().flat_map(stops).collect(),
            stopped_ramps: run.stopped_ramps.iter().map(StoppedRampsJson::from).collect(),
            downtimes: run.downtimes.iter().map(Down::from).collect(),
            unknown_events: &run.unknown,
            segments: run.segments.iter().map(SegmentJson::from).collect(),
            notes: run.notes.iter().map(NoteJson::from).collect(),
            spotted: run.spotted.iter().map(Spotted::from).collect(),
        }
    }
}

impl<'a> From<&'a FlagRow> for FlagJson<'a> {
    fn from(row: &'a FlagRow) -> Self {
        let (how, from, reason, silent) = match &row.how {
            FlagWay::Began => ("began", None, None, None),
            FlagWay::Passed(from) => ("passed", Some(from), None, None),
            FlagWay::Taken { from, reason, silent_ns } => {
                let silent = seconds((silent_ns / MILLISECOND_NS) as i64);
                ("taken", Some(from), Some(reason.as_str()), Some(silent))
            }
        };
        let (at, station, from) =
            (rfc3339(&row.at), row.holder.as_str(), from.map(StationName::as_str));
        FlagJson { at, term: row.term, station, how, from, reason, silent }
    }
}

fn stops(panic: &PanicRow) -> impl Iterator<Item = StopJson<'_>> {
    let at = rfc3339(&panic.at);
    panic.stops.iter().map(move |(output, stop)| {
        let (outcome, error) = match stop {
            Stop::Sent => ("sent", None),
            Stop::Rehearsed => ("rehearsed", None),
            Stop::Failed(why) => ("failed", Some(why.as_str())),
            Stop::NoMessage => ("no_message", None),
            Stop::Pending | Stop::Unknown => ("unknown", None),
        };
        StopJson { panic: at.clone(), output, outcome, error }
    })
}

impl<'a> From<&'a StoppedRamps> for StoppedRampsJson<'a> {
    fn from(StoppedRamps { at, by, words }: &'a StoppedRamps) -> Self {
        StoppedRampsJson { at: rfc3339(at), by: by.word(), what: words }
    }
}

impl From<&Downtime> for Down {
    fn from(down: &Downtime) -> Self {
        Down {
            from: rfc3339(&down.from),
            until: rfc3339(&down.until),
            duration: seconds(down.down_ms as i64),
        }
    }
}

impl<'a> From<&'a SegmentRow> for SegmentJson<'a> {
    fn from(row: &'a SegmentRow) -> Self {
        SegmentJson {
            title: &row.title,
            planned_start: time(row.planned_start.as_ref()),
            actual_start: time(row.actual_start.as_ref()),
            planned_duration: seconds(row.planned_ms as i64),
            actual_duration: row.actual_ms.map(|ms| seconds(ms as i64)),
            over_under: row.difference_ms.map(seconds),
            remarks: &row.remarks,
            cues: row.cues.iter().map(CueJson::from).collect(),
        }
    }
}

impl<'a> From<&'a CueRow> for CueJson<'a> {
    fn from(row: &'a CueRow) -> Self {
        CueJson {
            cue: &row.number,
            title: &row.title,
            outcome: row.outcome.words(),
            firing: row.firing,
            planned_start: time(row.planned_start.as_ref()),
            actual_start: time(row.actual_start.as_ref()),
            planned_duration: row.planned_ms.map(|ms| seconds(ms as i64)),
            actual_duration: row.actual_ms.map(|ms| seconds(ms as i64)),
            difference: row.difference_ms.map(seconds),
            cause: row.cause.map(|cause| cause.word()),
            remarks: &row.remarks,
            lost_sends: row.lost.iter().map(Lost::from).collect(),
        }
    }
}

impl<'a> From<&'a LostSend> for Lost<'a> {
    fn from(lost: &'a LostSend) -> Self {
        let outcome = if lost.error.is_some() { "failed" } else { "unknown" };
        Lost { output: &lost.output, outcome, error: lost.error.as_deref(), messages: lost.count }
    }
}

impl<'a> From<&'a NoteRow> for NoteJson<'a> {
    fn from(note: &'a NoteRow) -> Self {
        NoteJson { at: rfc3339(&note.at), cue: note.cue.as_deref(), text: &note.text }
    }
}

impl<'a> From<&'a SpottedRow> for Spotted<'a> {
    fn from(row: &'a SpottedRow) -> Self {
        Spotted {
            person: &row.person,
            name: &row.name,
            role: row.role.as_deref(),
            times: row.at.iter().map(|seen| rfc3339(&seen.at)).collect(),
            stations: row.at.iter().map(|seen| seen.station.as_deref()).collect(),
            notes: row.notes.iter().map(SpottedNoteView::from).collect(),
        }
    }
}

impl<'a> From<&'a SpottedNote> for SpottedNoteView<'a> {
    fn from(note: &'a SpottedNote) -> Self {
        SpottedNoteView { at: rfc3339(&note.at), text: &note.text }
    }
}

fn time(at: Option<&ZonedDateTime>) -> Option<String> {
    at.map(rfc3339)
}

/// Milliseconds as seconds: a double holds every millisecond of a few thousand years exactly enough
/// to print it.
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;

    const REFERENCE: &str = include_str!("../../docs/reference.md");

    /// A report with one of everything.
    fn everything(unknown: &BTreeMap<String, u32>) -> RunJson<'_> {
        let (text, number, none) = (String::new, Some(0.0), None::<String>);
        let lost = Lost { output: "", outcome: "", error: None, messages: 1 };
        let cue = CueJson {
            cue: "",
            title: "",
            outcome: "",
            firing: None,
            planned_start: none.clone(),
            actual_start: none.clone(),
            planned_duration: number,
            actual_duration: number,
            difference: number,
            cause: None,
            remarks: &[],
            lost_sends: vec![lost],
        };
        let segment = SegmentJson {
            title: "",
            planned_start: none.clone(),
            actual_start: none.clone(),
            planned_duration: 0.0,
            actual_duration: number,
            over_under: number,
            remarks: &[],
            cues: vec![cue],
        };
        RunJson {
            show: "",
            run: "",
            copy_of_station: none.clone(),
            timezone: "",
            rehearsal: false,
            speed: 1,
            auto: false,
            clock_shift_ms: None,
            finished: false,
            recorded_at: none.clone(),
            opened: none.clone(),
            planned_start: none.clone(),
            actual_start: none.clone(),
            planned_end: none.clone(),
            actual_end: none.clone(),
            projected_end: none.clone(),
            last_event: none.clone(),
            over_under: number,
            held: 0.0,
            holds: 0,
            show_changed: false,
            flag: vec![FlagJson {
                at: text(),
                term: 1,
                station: "",
                how: "",
                from: None,
                reason: None,
                silent: None,
            }],
            warnings: vec![WarningJson { at: text(), station: "" }],
            panics: vec![],
            terminal_lost: vec![],
            stops: vec![StopJson { panic: text(), output: "", outcome: "", error: None }],
            stopped_ramps: vec![StoppedRampsJson { at: text(), by: "", what: "" }],
            downtimes: vec![Down { from: text(), until: text(), duration: 0.0 }],
            unknown_events: unknown,
            segments: vec![segment],
            notes: vec![NoteJson { at: text(), cue: None, text: "" }],
            spotted: vec![Spotted {
                person: "",
                name: "",
                role: None,
                times: vec![],
                stations: vec![],
                notes: vec![],
            }],
        }
    }

    /// The keys in each of the reference's tables of the report, by what they are keys of.
    fn documented() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let tables = REFERENCE.split("<!-- report keys of: ").skip(1);
        let table = |part: &'static str| {
            let (noun, table) = part.split_once(" -->")?;
            let rows = table.lines().skip_while(|line| !line.starts_with('|')).skip(2);
            let cells = rows.map_while(|row| row.strip_prefix("| ")?.split(" | ").next());
            // One row may have several keys.
            let keys = cells.flat_map(|cell| cell.split(", ")).map(|key| key.trim_matches('`'));
            Some((noun, keys.collect()))
        };
        tables.filter_map(table).collect()
    }

    #[test]
    fn the_reference_has_exactly_the_keys_of_the_report() {
        let unknown = BTreeMap::from([("curtain".to_owned(), 1)]);
        let run = serde_json::to_value(everything(&unknown)).unwrap();
        let inside = |value: &Value, key: &str| value[key][0].clone();
        let segment = inside(&run, "segments");
        let cue = inside(&segment, "cues");
        let objects = [
            ("the run", run.clone()),
            ("a change of the flag", inside(&run, "flag")),
            ("a warning", inside(&run, "warnings")),
            ("a stop", inside(&run, "stops")),
            ("stopped ramps", inside(&run, "stopped_ramps")),
            ("a downtime", inside(&run, "downtimes")),
            ("a segment", segment),
            ("a cue", cue.clone()),
            ("a lost send", inside(&cue, "lost_sends")),
            ("a note", inside(&run, "notes")),
            ("a person", inside(&run, "spotted")),
        ];
        let written = |(noun, object): &'_ (&'static str, Value)| {
            let keys = object.as_object().unwrap().keys().cloned().collect();
            (*noun, keys)
        };
        let written: BTreeMap<_, BTreeSet<String>> = objects.iter().map(written).collect();
        let owned = |keys: BTreeSet<&str>| keys.into_iter().map(str::to_owned).collect();
        let documented = documented().into_iter().map(|(noun, keys)| (noun, owned(keys)));
        assert_eq!(documented.collect::<BTreeMap<_, BTreeSet<String>>>(), written);
    }
}
