//! Cues as the file writes them: everything that a cue says of itself.
//!
//! What it says of other cues is kept by number, because those may come later in the file;
//! [`super::links`] resolves it.

use std::ops::Range;

use jiff::civil::Time;

use super::action::actions;
use super::fields::Fields;
use super::output::Outputs;
use super::reader::{Mention, Names, quoted};
use super::together::together;
use super::value::Value;
use super::warnings::CueMarks;
use crate::show::duration;
use crate::show::{
    Cue, CueNumber, DepartmentIx, Look, Place, Point, SegmentIx, Source, Step, Thresholds, Trigger,
};

/// The most departments that a cue may need: they are answered by the keys 1 to 9.
const NEEDS_MAX: usize = 16;
/// The most steps that a cue may have.
const STEPS_MAX: usize = 99;

/// The words of `look`.
const LOOKS: &[(&str, Look)] = &[
    ("rings", Look::Rings),
    ("hollywood", Look::Hollywood),
    ("flag", Look::Flag),
    ("stage", Look::Stage),
    ("feathers", Look::Feathers),
    ("tower", Look::Tower),
    ("plane", Look::Plane),
    ("flame", Look::Flame),
    ("fireworks", Look::Fireworks),
];

/// Names that cues may refer to.
pub(super) struct Stage<'a> {
    /// The departments.
    pub departments: Names<'a>,
    /// The outputs.
    pub outputs: Outputs<'a>,
    /// The names of the places.
    pub place_names: Names<'a>,
    /// The places in the order of their names; `None` where one is faulty.
    pub places: Vec<Option<Place>>,
}

/// A cue whose references are not resolved yet.
pub(super) struct Draft<'a> {
    /// The cue, with `Go` for a trigger that refers to another one; `None` when it has no readable
    /// number.
    pub cue: Option<Cue>,
    /// Its number, in the file's words, even where it is a faulty one: others may refer to it.
    pub number: Option<Mention<'a>>,
    /// The cue that triggers it.
    pub cause: Option<Cause<'a>>,
    /// The cue whose plan B it is.
    pub backup_for: Option<Mention<'a>>,
    /// Places in the file for warnings.
    pub marks: CueMarks,
}

/// A trigger that refers to another cue.
pub(super) struct Cause<'a> {
    /// The other cue.
    pub number: Mention<'a>,
    /// `true` if it has to be complete, and not only fired.
    pub is_after: bool,
    /// Nanoseconds.
    pub delay_ns: u64,
}

/// The segment in which a cue stands.
#[derive(Clone)]
pub(super) struct Home {
    /// Its index.
    pub segment: SegmentIx,
    /// Its planned duration, nanoseconds, and where that is written.
    pub duration: Option<(u64, Range<usize>)>,
    /// Remaining times at which its countdown warns.
    pub thresholds: Thresholds,
    /// `true` if its cues are public unless they say otherwise.
    pub public: bool,
}

/// Reads one cue.
pub(super) fn draft<'a>(mut fields: Fields<'a>, stage: &Stage<'a>, home: &Home) -> Draft<'a> {
    let number = fields.need("number", "\"12\"");
    let title = fields.need("title", "\"…\"").and_then(|value| value.line());
    let (call, notes) = (fields.find("call"), fields.find("notes"));
    let source = fields
        .find("source")
        .and_then(|value| value.word(&[("live", Source::Live), ("vt", Source::Vt)]));
    let needs = fields.find("needs").map(|value| needs(&value, stage)).unwrap_or_default();
    let embargo = fields.find("embargo").and_then(|value| value.boolean());
    let public = fields.find("public").and_then(|value| value.boolean());
    let duration = fields.find("duration");
    let duration_ns = duration.as_ref().and_then(|value| value.duration_ns());
    let thresholds = thresholds(&mut fields, home.thresholds);
    let planned = fields.find("planned");
    let planned_ns = planned.as_ref().and_then(|value| moment_in(value, home));
    let called = fields.find("trigger");
    let trigger = called.as_ref().map_or(Some(Called::Go), |value| trigger(value, home));
    let backup_for = fields.find("backup_for").and_then(|value| value.mention());
    let steps = fields.find("steps").map(|value| steps(&value)).unwrap_or_default();
    let route = fields.find("route").map(|value| route(&value, stage)).unwrap_or_default();
    let look = fields.find("look").and_then(|value| value.word(LOOKS));
    let list = fields.find("do");
    let actions = list.as_ref().map(|value| actions(value, &stage.outputs)).unwrap_or_default();
    let together = together(&mut fields, list.as_ref(), &actions, &stage.outputs);
    check_together(&fields, trigger.as_ref(), look);
    fields.finish();

    let span = |value: Option<&Value<'_>>| value.map(|value| value.span.clone());
    let marks = CueMarks {
        number: span(number.as_ref()).unwrap_or_default(),
        duration: span(duration.as_ref()),
        planned: span(planned.as_ref()),
        trigger: span(called.as_ref()),
    };
    let mention =
        number.as_ref().map(|value| Mention { text: number_text(value), span: value.span.clone() });
    let (trigger, cause) = match trigger {
        Some(Called::By(cause)) => (Trigger::Go, Some(cause)),
        Some(Called::At(time)) => (Trigger::At { time }, None),
        Some(Called::Into(offset_ns)) => (Trigger::Into { offset_ns }, None),
        Some(Called::Go) | None => (Trigger::Go, None),
    };
    let cue = number.and_then(|value| cue_number(&value)).map(|number| Cue {
        number,
        title: title.unwrap_or_default(),
        call: call.and_then(|value| value.words()),
        notes: notes.and_then(|value| value.prose()),
        source,
        needs,
        embargo: embargo.unwrap_or(false),
        public: public.unwrap_or(home.public),
        duration_ns,
        thresholds,
        planned_ns,
        trigger,
        backup_for: None,
        steps,
        route,
        look,
        actions,
        together,
        segment: home.segment,
    });
    Draft { cue, number: mention, cause, backup_for, marks }
}

/// The faults that lie between the keys of one cue.
fn check_together(fields: &Fields<'_>, trigger: Option<&Called<'_>>, look: Option<Look>) {
    let fault = |key, what: &str, fix: &str| fields.reader.fault(fields.key_span(key), what, fix);
    let comes_by_itself = trigger.is_some_and(|trigger| !matches!(trigger, Called::Go));
    if comes_by_itself && fields.has("planned") {
        fault(
            "planned",
            "`planned` is only for cues that the caller calls",
            "remove it, or write `trigger = \"go\"`",
        );
    }
    if comes_by_itself && fields.has("backup_for") {
        fault(
            "trigger",
            "a backup comes only by the caller's GO",
            "remove `trigger`, or `backup_for`",
        );
    }
    if look.is_some_and(Look::is_of_steps) && !fields.has("steps") {
        fault(
            "look",
            "this `look` draws the steps of its cue, which has none",
            "add `steps`, or remove it",
        );
    }
}

/// Reads the remaining times at which the countdown of a segment or cue warns; `usual` if the file
/// has none.
pub(super) fn thresholds(fields: &mut Fields<'_>, usual: Thresholds) -> Thresholds {
    let (warn, danger) = (fields.find("warn"), fields.find("danger"));
    let ns = |value: &Option<Value<'_>>| value.as_ref().and_then(|value| value.duration_ns());
    let warn_ns = ns(&warn).unwrap_or(usual.warn_ns);
    let danger_ns = ns(&danger).unwrap_or(usual.danger_ns);
    if danger_ns > warn_ns
        && let Some(value) = danger.or(warn)
    {
        let what = format!(
            "`danger` ({}) would come before `warn` ({})",
            duration::delay(danger_ns),
            duration::delay(warn_ns)
        );
        value.fault(what, "write both, with a `danger` that is no longer than `warn`");
    }
    Thresholds { warn_ns, danger_ns: danger_ns.min(warn_ns) }
}

/// The number as others would write it; one that lacks only its quotes is still known by it.
fn number_text<'a>(value: &Value<'a>) -> &'a str {
    value.value.as_str().unwrap_or(value.source())
}

fn cue_number(value: &Value<'_>) -> Option<CueNumber> {
    let text = value.text()?;
    let read = CueNumber::new(text);
    if let Err(error) = &read {
        value.fault(
            error.to_string(),
            "write digits, letters and points, such as \"12\", \"12.5\" or \"12A\"",
        );
    }
    read.ok()
}

/// A moment inside the cue's segment, nanoseconds from its start.
fn moment_in(value: &Value<'_>, home: &Home) -> Option<u64> {
    let ns = value.duration_ns()?;
    if let Some((segment_ns, span)) = &home.duration
        && ns > *segment_ns
    {
        let what = format!("{} is after the end of the segment", value.name());
        let related = (span.clone(), "the segment lasts this long".to_owned());
        value.reader.fault_beside(
            value.span.clone(),
            what,
            "write an earlier moment, or a longer segment",
            related,
        );
    }
    Some(ns)
}

/// Trigger of a cue, before references are resolved.
enum Called<'a> {
    Go,
    By(Cause<'a>),
    At(Time),
    Into(u64),
}

fn trigger<'a>(value: &Value<'a>, home: &Home) -> Option<Called<'a>> {
    const FORMS: &str = "write \"go\", { with = \"12\" }, { after = \"12\" }, { at = 21:07:00 } or { into = \"30s\" }";
    if value.value.is_table() {
        return caused_trigger(value.fields("a trigger")?, home);
    }
    match value.value.as_str() {
        Some("go") => return Some(Called::Go),
        Some(word) => value.fault(format!("there is no trigger {}", quoted(word)), FORMS),
        None => value.fault(format!("{} is no trigger", quoted(value.source())), FORMS),
    }
    None
}

fn caused_trigger<'a>(mut fields: Fields<'a>, home: &Home) -> Option<Called<'a>> {
    let key = fields.exactly_one(&["with", "after", "at", "into"], "cause");
    let delay_ns = fields.find("delay").map(|value| value.duration_ns());
    if matches!(key, Some("at" | "into")) {
        fields.refuse("delay", "`delay` is only for `with` and `after`", "remove it");
    }
    let value = key.and_then(|key| fields.find(key));
    fields.finish();
    match (key?, value?) {
        ("at", value) => value.time().map(Called::At),
        ("into", value) => moment_in(&value, home).map(Called::Into),
        (key, value) => {
            let delay_ns = delay_ns.unwrap_or(Some(0)).unwrap_or(0);
            Some(Called::By(Cause { number: value.mention()?, is_after: key == "after", delay_ns }))
        }
    }
}

fn needs(value: &Value<'_>, stage: &Stage<'_>) -> Vec<DepartmentIx> {
    let names = value.list("[\"…\"]").unwrap_or_default();
    if names.len() > NEEDS_MAX {
        value.fault(
            format!("this cue needs {} departments", names.len()),
            format!("leave some out, or let one answer for several: {NEEDS_MAX} at most"),
        );
    }
    let mut needs = Vec::new();
    for name in names {
        let Some(mention) = name.mention() else { continue };
        let Some(department) = stage.departments.resolve(value.reader, &mention).map(DepartmentIx)
        else {
            continue;
        };
        if needs.contains(&department) {
            name.fault(
                format!("department {} is needed twice", quoted(mention.text)),
                "name it once",
            );
        } else if needs.len() < NEEDS_MAX {
            needs.push(department);
        }
    }
    needs
}

fn steps(value: &Value<'_>) -> Vec<Step> {
    let tables = value.list_of_fields("a step", "steps = [{ title = \"…\" }]");
    if tables.len() > STEPS_MAX {
        let what = format!("this cue has {} steps", tables.len());
        value.fault(what, format!("put some into a second cue: {STEPS_MAX} at most"));
    }
    let step = |mut fields: Fields<'_>| {
        let title = fields.need("title", "\"…\"").and_then(|value| value.line());
        let colour = fields.find("colour").and_then(|value| super::colour(&value));
        fields.finish();
        Some(Step { title: title?, colour })
    };
    tables.into_iter().filter_map(step).collect()
}

fn route(value: &Value<'_>, stage: &Stage<'_>) -> Vec<Point> {
    let Some(mut fields) = value.fields("a route") else { return Vec::new() };
    let points = fields.need("points", "[\"…\", [48.88, 2.35]]");
    fields.finish();
    let Some(points) = points else { return Vec::new() };
    let Some(list) = points.list("[\"…\", [48.88, 2.35]]") else { return Vec::new() };
    if list.len() < 2 && points.is_whole() {
        points.fault("a route has two points at least", "add a place or `[latitude, longitude]`");
    }
    list.iter().filter_map(|value| point(value, stage)).collect()
}

fn point(value: &Value<'_>, stage: &Stage<'_>) -> Option<Point> {
    if value.value.is_array() {
        let (latitude, longitude, height_m) = super::coordinates(value, true)?;
        return Some(Point { name: None, latitude, longitude, height_m });
    }
    if !value.value.is_str() {
        let what = "a point is the id of a place or a list of degrees";
        value.fault(what, "write \"place\", [48.88, 2.35] or [48.88, 2.35, 120.0]");
        return None;
    }
    let index = stage.place_names.resolve(value.reader, &value.mention()?)?;
    let place = stage.places.get(index as usize)?.as_ref()?;
    let (name, latitude, longitude) = (Some(place.name.clone()), place.latitude, place.longitude);
    Some(Point { name, latitude, longitude, height_m: None })
}
