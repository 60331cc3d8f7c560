//! Cues as the file writes them: everything that a cue says of itself.

use super::action::actions;
use super::fields::Fields;
use super::output::{self, Wires};
use super::reader::quoted;
use super::value::Value;
use crate::plain::is_obeyed;
use crate::show::draft::{CueDraft, List, Mention, PointDraft, TriggerDraft};
use crate::show::problem::ProblemPlace;
use crate::show::{CountDirection, CueNumber, Extra, Look, Source, Step};

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

/// Reads one cue; `wires` says what the outputs speak.
pub(super) fn cue(mut fields: Fields<'_>, wires: &Wires) -> CueDraft {
    let number = fields.need("number", "\"12\"").and_then(|value| number(&value));
    let title = fields.need("title", "\"…\"").and_then(|value| value.line());
    let call = fields.find("call").and_then(|value| value.words());
    let notes = fields.find("notes").and_then(|value| value.prose());
    let source = fields
        .find("source")
        .and_then(|value| value.word(&[("live", Source::Live), ("vt", Source::Vt)]));
    let needs = fields.find("needs").map(|value| value.list_of("[\"…\"]", mention));
    let embargo = fields.find("embargo").and_then(|value| value.boolean()).unwrap_or(false);
    let public = fields.find("public").and_then(|value| value.boolean());
    let duration = fields.placed("duration", Value::duration);
    let warn = fields.placed("warn", Value::duration);
    let danger = fields.placed("danger", Value::duration);
    let count = fields.placed("count", |value| value.word(CountDirection::WORDS)).map(Box::new);
    let planned = fields.entry("planned", Value::duration);
    let trigger = fields.entry("trigger", trigger);
    fields.inside("trigger", TRIGGER_KEYS);
    let backup_for = fields.find("backup_for").and_then(|value| mention(&value));
    let steps = fields.find("steps").map(|value| steps(&value));
    let route = fields.find("route").map(|value| route(&value));
    let look = fields.entry("look", |value| value.word(LOOKS));
    let (actions, stops) = fields.find("do").map(|value| actions(&value, wires)).unzip();
    let together = fields.entry("together", Value::boolean);
    let pass = fields.placed("pass", |value| output::station(value));
    let extra = fields.find("extra").map(|value| extra(&value));
    let place = ProblemPlace::from(fields.span.clone());
    fields.finish();
    CueDraft {
        place,
        number,
        title,
        call,
        notes,
        source,
        needs: needs.map(Box::new),
        embargo,
        public,
        duration: duration.map(Box::new),
        warn: warn.map(Box::new),
        danger: danger.map(Box::new),
        count,
        planned: planned.map(Box::new),
        trigger: trigger.map(Box::new),
        backup_for: backup_for.map(Box::new),
        steps: steps.map(Box::new),
        route: route.map(Box::new),
        look: look.map(Box::new),
        actions: actions.map(Box::new),
        stops: stops.unwrap_or_default(),
        together: together.map(Box::new),
        pass: pass.map(Box::new),
        extra: extra.map(Box::new),
    }
}

/// Text that refers to something.
fn mention(value: &Value<'_>) -> Option<Mention> {
    Some(value.mention()?.placed())
}

/// The number as others would write it; one that lacks only its quotes is still known by it.
fn number(value: &Value<'_>) -> Option<Mention> {
    let text = match value.text() {
        Some(text) => text,
        None => Some(value.source()).filter(|text| CueNumber::new(text).is_ok())?,
    };
    Some(value.placed(text.into()))
}

fn trigger(value: &Value<'_>) -> Option<TriggerDraft> {
    const FORMS: &str = "write \"go\", { with = \"12\" }, { after = \"12\" }, { at = 21:07:00 } or { into = \"30s\" }";
    if value.value.is_table() {
        return caused_trigger(value.fields("a trigger")?);
    }
    match value.value.as_str() {
        Some("go") => return Some(TriggerDraft::Go),
        Some(word) => value.fault(format!("there is no trigger {}", quoted(word)), FORMS),
        None => value.fault(format!("{} is no trigger", quoted(value.source())), FORMS),
    }
    None
}

/// The keys of a trigger that is a table: its causes, and all of them.
const CAUSES: &[&str] = &["with", "after", "at", "into"];
const TRIGGER_KEYS: &[&str] = &["with", "after", "at", "into", "delay"];

fn caused_trigger(mut fields: Fields<'_>) -> Option<TriggerDraft> {
    let key = fields.exactly_one(CAUSES, "cause");
    let delay = fields.find("delay").map(|value| value.duration());
    if matches!(key, Some("at" | "into")) {
        fields.refuse("delay", "`delay` is only for `with` and `after`", "remove it");
    }
    let value = key.and_then(|key| fields.find(key));
    fields.finish();
    match (key?, value?) {
        ("at", value) => value.time().map(TriggerDraft::At),
        ("into", value) => Some(TriggerDraft::Into(value.placed(value.duration()?))),
        (key, value) => {
            let delay = delay.flatten().unwrap_or_default();
            let cause = mention(&value)?;
            Some(match key {
                "after" => TriggerDraft::After(cause, delay),
                _ => TriggerDraft::With(cause, delay),
            })
        }
    }
}

/// The author's own columns: a table whose keys are names of any kind.
fn extra(value: &Value<'_>) -> List<Extra> {
    let Some(fields) = value.fields("the extra columns of a cue") else {
        return List { items: vec![], place: value.place(), is_whole: false };
    };
    let columns = fields.entries().into_iter().filter_map(|(name, value)| {
        let is_name = !name.text.trim().is_empty() && !name.text.chars().any(is_obeyed);
        if !is_name {
            value.fault("a column of `extra` has no name", "write its name in front of the `=`");
        }
        let text = value.prose().filter(|_| is_name)?;
        Some(Extra { name: name.text.to_owned(), text })
    });
    List { items: columns.collect(), place: value.place(), is_whole: value.is_whole() }
}

fn steps(value: &Value<'_>) -> List<Step> {
    value.list_of_tables("a step", "steps = [{ title = \"…\" }]", |mut fields| {
        let title = fields.need("title", "\"…\"").and_then(|value| value.line());
        let colour = fields.find("colour").and_then(|value| super::colour(&value));
        fields.finish();
        Some(Step { title: title?, colour })
    })
}

fn route(value: &Value<'_>) -> List<PointDraft> {
    const EXAMPLE: &str = "[\"…\", [48.88, 2.35]]";
    let nothing = List { items: vec![], place: value.place(), is_whole: false };
    let Some(mut fields) = value.fields("a route") else { return nothing };
    let points = fields.need("points", EXAMPLE);
    fields.finish();
    points.map_or(nothing, |points| points.list_of(EXAMPLE, point))
}

fn point(value: &Value<'_>) -> Option<PointDraft> {
    if value.value.is_array() {
        let (latitude, longitude, height_m) = super::coordinates(value, true)?;
        return Some(PointDraft::At { latitude, longitude, height_m });
    }
    if !value.value.is_str() {
        let what = "a point is the id of a place or a list of degrees";
        value.fault(what, "write \"place\", [48.88, 2.35] or [48.88, 2.35, 120.0]");
        return None;
    }
    Some(PointDraft::Named(mention(value)?))
}
