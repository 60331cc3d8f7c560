//! Pages of browsers as JSON: a board, a department's view, the call sheet.
//!
//! Makes texts of the same values that the boards in a terminal are drawn from: a [`Board`], a
//! [`CrewView`], a public [`Sheet`]. It has nothing else, so it can give nothing away. Times and
//! countdowns are words here already, so that every screen reads the same.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::board::{
    Board, Figure, Item, Nearness, NextItem, Notice, RehearsalKind, Stage, left_words,
};
use super::crew::{Call, CrewCue, CrewView, Moment};
use crate::export::sheet::{CueLine, SegmentBlock, Sheet};
use crate::show::{Clock, Show, duration, time_words};

/// Maximum number of later segments that a page has.
const LATER_MAX: usize = 12;

/// A board as a line of JSON; `sheet` changes with the call sheet.
pub fn board(board: &Board, sheet: u32) -> String {
    let mut page = facts(board);
    let figure = |figure: Option<Figure<'_>>| figure.map(|figure| figure_of(&figure, board));
    let segment = match &board.stage {
        Stage::On(on) => Some(json!({
            "title": on.segment,
            "left": left_words(on.part.countdown.left()),
            "near": near(Nearness::of(on.part.countdown.left(), on.part.thresholds)),
        })),
        Stage::Waiting { .. } | Stage::Before { .. } | Stage::Gap { .. } | Stage::Ended { .. } => {
            None
        }
    };
    let on: Vec<Value> = match &board.stage {
        Stage::On(on) => {
            let left = |counting: &super::board::Counting| left_words(counting.countdown.left());
            let cue = |(cue, counting): &(Item, Option<super::board::Counting>)| {
                let (number, title) = item(cue);
                json!({ "number": number, "title": title, "left": counting.as_ref().map(left) })
            };
            on.cues.iter().map(cue).collect()
        }
        Stage::Waiting { .. } | Stage::Before { .. } | Stage::Gap { .. } | Stage::Ended { .. } => {
            vec![]
        }
    };
    let later = board.later.iter().take(LATER_MAX);
    let later: Vec<Value> = later
        .map(|(at, title)| json!({ "at": at.map(|at| clock(board, at)), "title": title }))
        .collect();
    page["figure"] = json!(figure(board.figure()));
    page["timer"] = json!(figure(board.speaker_figure()));
    page["segment"] = json!(segment);
    page["on"] = json!(on);
    page["next"] = json!(board.next.as_ref().map(|next| next_of(board, next)));
    page["later"] = json!(later);
    page["sheet"] = json!(sheet);
    page.to_string()
}

/// The view of the department `id` as a line of JSON. `is_warning` is `true` while the caller has not
/// answered that something is wrong there.
pub fn crew(view: &CrewView, id: &str, is_warning: bool) -> String {
    let mut page = facts(&view.board);
    let (moment, told) = match view.moment() {
        Moment::Standby(cue) => ("standby", Some(cue)),
        Moment::Ready(cue) => ("ready", Some(cue)),
        Moment::Go(cue) => ("go", Some(cue)),
        Moment::NextCall(cue) => ("call", Some(cue)),
        Moment::Coming(cue) => ("coming", Some(cue)),
        Moment::Nothing => ("nothing", None),
        Moment::Ended => ("ended", None),
    };
    let later: Vec<Value> = view.later().iter().map(|cue| cue_of(view, cue)).collect();
    page["department"] = json!(view.department);
    page["id"] = json!(id);
    page["moment"] = json!(moment);
    page["cue"] = json!(told.map(|cue| cue_of(view, cue)));
    page["later"] = json!(later);
    page["warning"] = json!(is_warning);
    page.to_string()
}

/// The departments of a show as a line of JSON.
pub fn departments(show: &Show) -> String {
    let department = |one: &crate::show::Department| json!({ "id": one.id, "name": one.name });
    let all: Vec<Value> = show.departments.iter().map(department).collect();
    json!({ "title": show.title, "departments": all }).to_string()
}

/// A call sheet as a line of JSON; to be called with a public one.
pub fn sheet(sheet: &Sheet) -> String {
    let cue = |cue: &CueLine| {
        json!({
            "number": cue.number,
            "planned": cue.planned,
            "title": cue.title,
            "source": cue.source,
            "length": cue.length,
        })
    };
    let segment = |segment: &SegmentBlock| {
        json!({
            "act": segment.act,
            "act_length": segment.act_length,
            "title": segment.title,
            "planned": segment.planned,
            "hard": segment.hard_start,
            "length": segment.length,
            "cues": segment.cues.iter().map(cue).collect::<Vec<_>>(),
        })
    };
    let segments: Vec<Value> = sheet.segments.iter().map(segment).collect();
    json!({ "title": sheet.title, "facts": sheet.facts, "segments": segments }).to_string()
}

/// What every page has: the show, its time, and what is unusual about it.
fn facts(board: &Board) -> Value {
    let others = board.clocks.iter().skip(1);
    let others: Vec<Value> = others
        .map(|clock| {
            let time = time_words((board.now, board.now), &clock.zone, board.lasts_days);
            json!({ "label": clock.label, "time": time })
        })
        .collect();
    let (stage, ended) = match &board.stage {
        Stage::Waiting { .. } => ("waiting", None),
        Stage::Before { .. } => ("before", None),
        Stage::On(_) => ("on", None),
        Stage::Gap { .. } => ("gap", None),
        Stage::Ended { at, over } => {
            let word = match over.as_secs() {
                1.. => "over the plan",
                0 => "on time",
                _ => "under the plan",
            };
            let over = duration::over_under(*over);
            ("ended", Some(json!({ "at": clock(board, *at), "over": over, "word": word })))
        }
    };
    let notice = board.notice.map(|notice| match notice {
        Notice::NoCaller => "no caller",
        Notice::Damaged { .. } | Notice::Unreadable => "the run cannot be read",
    });
    json!({
        "title": board.title,
        "time": clock(board, board.now),
        "zone": board.clocks.first().map(|clock| clock.label.as_str()),
        "clocks": others,
        "badge": board.rehearsal.map(RehearsalKind::words),
        "held": board.is_held,
        "message": board.message,
        "notice": notice,
        "stage": stage,
        "ended": ended,
    })
}

fn figure_of(figure: &Figure<'_>, board: &Board) -> Value {
    let is_over = figure.left.is_negative();
    json!({
        "text": figure.digits(),
        "left": figure.left_beside(),
        "widest": figure.widest().chars().count(),
        "near": near(figure.nearness()),
        "alert": figure.alert(board.is_held),
        "of": figure.of,
        "verb": if is_over { "" } else { figure.word },
        "done": figure.done,
        "whole": figure.done.map(|_| duration::length(figure.whole)),
    })
}

fn near(nearness: Nearness) -> &'static str {
    match nearness {
        Nearness::Far => "far",
        Nearness::Warn => "warn",
        Nearness::Danger => "danger",
        Nearness::Over => "over",
    }
}

fn next_of(board: &Board, next: &NextItem) -> Value {
    let (number, title) = next.cue.as_ref().map(item).unwrap_or_default();
    json!({
        "segment": next.segment,
        "cue": next.cue.is_some(),
        "number": number,
        "title": title,
        "at": next.at.map(|at| clock(board, at)),
    })
}

/// Number and title of a cue, where they are public.
fn item(item: &Item) -> (Option<&str>, Option<&str>) {
    match item {
        Item::Embargoed => (None, None),
        Item::Public { number, title } => (Some(number), Some(title)),
    }
}

fn cue_of(view: &CrewView, cue: &CrewCue) -> Value {
    let call = match cue.call {
        Call::Later => "later",
        Call::Next => "next",
        Call::Standby { is_ready: false } => "standby",
        Call::Standby { is_ready: true } => "ready",
    };
    json!({
        "number": cue.number,
        "title": cue.title,
        "left": (!cue.left.is_zero()).then(|| duration::countdown(cue.left)),
        "at": clock(&view.board, cue.at),
        "call": call,
    })
}

/// An instant on the show's own clock, with its day as on every board.
fn clock(board: &Board, at: Timestamp) -> String {
    let words = |own: &Clock| time_words((at, board.now), &own.zone, board.lasts_days);
    board.clocks.first().map(words).unwrap_or_default()
}
