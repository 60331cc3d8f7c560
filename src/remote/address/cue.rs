//! Requests about a cue, about what runs, or about the whole list, in QLab's words.
//!
//! `/cue/NUMBER/…`, `/cue_id/ID/…`, and in place of a number `selected`, `playhead`, `active`, or
//! the id of the list or of a segment. QLab's dictionary has hundreds of these; here is what reads
//! a show and calls it. What would change a show is refused with a word, because a show file is not
//! edited by a remote control.

use super::{Arg, Misunderstood, RemoteAsk, RemoteCommand, cue, cue_by_id, is_pressed, wrong};
use crate::remote::list::{LIST_ID, SEGMENT_ID};
use crate::remote::values;
use crate::show::{CueIx, SegmentIx, Show};

/// Something with an id: a cue, or what holds cues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueItem {
    /// A cue.
    Cue(CueIx),
    /// A segment, which is a group for QLab.
    Segment(SegmentIx),
    /// The rundown, which is a cue list for QLab.
    List,
}

/// Of what something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskTarget {
    /// Of this.
    Item(CueItem),
    /// Of the cue at the playhead: `playhead`, and `selected`, because QLab's selection follows the
    /// playhead.
    Playhead,
    /// Of all that runs: `active`.
    Active,
}

/// A verb or a fact that a request about a cue names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueVerb {
    /// The playhead to it, and GO.
    Go,
    /// Fire it; the playhead stays.
    Start,
    /// Take it off the air.
    Stop,
    /// Get ready for it.
    Load,
    /// Hold.
    Pause,
    /// Go on after a hold.
    Resume,
    /// The one or the other.
    TogglePause,
    /// QLab fades it out; here it is taken off the air, and of the list it is panic.
    Panic,
}

impl CueVerb {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "go" => CueVerb::Go,
            "start" => CueVerb::Start,
            "stop" | "hardStop" => CueVerb::Stop,
            "load" => CueVerb::Load,
            "pause" | "hardPause" => CueVerb::Pause,
            "resume" => CueVerb::Resume,
            "togglePause" => CueVerb::TogglePause,
            "panic" | "hardPanic" | "panicInTime" => CueVerb::Panic,
            _ => return None,
        })
    }

    /// QLab's names, for those who have written another one.
    pub(super) const NAMES: [&str; 9] =
        ["go", "start", "stop", "load", "pause", "resume", "togglePause", "panic", "valuesForKeys"];
}

/// Layout of a list of cues in a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// With what each cue holds.
    Full,
    /// `/shallow`: without.
    Shallow,
    /// `/uniqueIDs`: only the ids, with those of what each cue holds.
    Ids,
}

impl ListForm {
    pub(super) fn of(rest: &[&str]) -> Result<Self, Misunderstood> {
        match rest {
            [] => Ok(ListForm::Full),
            ["shallow"] => Ok(ListForm::Shallow),
            ["uniqueIDs"] | ["uniqueIDs", "shallow"] => Ok(ListForm::Ids),
            _ => Err(Misunderstood::Unknown),
        }
    }
}

/// Something that QLab lets one set and that is always the same here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QlabSetting {
    /// Always on: show mode, and whatever can be overridden.
    On,
    /// Always off: audition, live fade preview, windows of QLab's own.
    Off,
    /// The time in which a second GO is ignored.
    MinGoTime,
}

/// Parses `/cue/WHICH/REST` or `/cue_id/WHICH/REST`.
pub(super) fn ask(
    name: &str,
    which: &str,
    rest: &[&str],
    args: &[Arg<'_>],
    show: &Show,
) -> Result<RemoteAsk, Misunderstood> {
    let target = target(name, which, show)?;
    let ask = match rest {
        ["children", form @ ..] => {
            return is_pressed(args).and(Ok(RemoteAsk::Children(target, ListForm::of(form)?)));
        }
        ["valuesForKeys"] => return keys(args).map(|keys| RemoteAsk::Values(target, keys)),
        // Companion puts the list that a button is for in front of whatever it sends.
        rest if target == AskTarget::Item(CueItem::List) && is_of_list(rest) => {
            return super::of_parts(rest, args, show);
        }
        ["loadAt"] if !starts_at_once(args) => {
            return Err(wrong("a cue is loaded at its in-point and at no other time"));
        }
        ["loadAt"] => resolved(target, CueVerb::Load),
        ["loadAt", "+" | "-"] => {
            return Err(wrong("a cue is loaded at its in-point and at no other time"));
        }
        ["panicInTime"] => return Ok(resolved(target, CueVerb::Panic)),
        ["preview" | "auditionPreview" | "auditionGo" | "audition"] => {
            return Err(wrong("there is no audition here: nothing was fired"));
        }
        ["reset"] => return Err(wrong("a cue is not reset: it can be fired again")),
        [word] => match (CueVerb::of(word), values::key(word)) {
            (Some(verb), _) if is_pressed(args)? => resolved(target, verb),
            (Some(_), _) => RemoteAsk::Release,
            (None, Some(key)) if args.is_empty() => RemoteAsk::Value(target, key),
            (None, Some(_)) => return Err(read_only(word)),
            (None, None) => return Err(Misunderstood::Unknown),
        },
        [word, "+" | "-"] if values::key(word).is_some() => return Err(read_only(word)),
        _ => return Err(Misunderstood::Unknown),
    };
    Ok(ask)
}

/// Parses `/settings/…` and the like.
pub(super) fn setting(parts: &[&str], args: &[Arg<'_>]) -> Result<RemoteAsk, Misunderstood> {
    let setting = match parts {
        ["showMode"] | ["overrides", _] | ["selectionIsPlayhead"] => QlabSetting::On,
        [
            "auditionWindow" | "alwaysAudition" | "auditionMonitors" | "overrideWindow"
            | "liveFadePreview",
        ] => QlabSetting::Off,
        ["settings", "general", "minGoTime"] => QlabSetting::MinGoTime,
        ["auditionGo"] => return Err(wrong("there is no audition here: nothing was fired")),
        ["reset"] => return Err(wrong("the show is not reset: start a new run")),
        _ => return Err(Misunderstood::Unknown),
    };
    let is_so = match setting {
        QlabSetting::On => args.is_empty() || is_pressed(args)?,
        QlabSetting::Off => args.is_empty() || !is_pressed(args)?,
        QlabSetting::MinGoTime => args.is_empty(),
    };
    if is_so {
        Ok(RemoteAsk::Setting(setting))
    } else {
        Err(wrong("this is always the same here and cannot be set"))
    }
}

fn target(name: &str, which: &str, show: &Show) -> Result<AskTarget, Misunderstood> {
    Ok(match (name, which) {
        ("cue", "selected" | "playhead" | "playbackPosition") => AskTarget::Playhead,
        ("cue", "active") => AskTarget::Active,
        // Companion asks after the selected cue like this.
        ("cue_id", "selected") => AskTarget::Playhead,
        (_, LIST_ID) => AskTarget::Item(CueItem::List),
        ("cue", number) => AskTarget::Item(CueItem::Cue(cue(number, show)?)),
        (_, id) => AskTarget::Item(match id.strip_prefix(SEGMENT_ID) {
            Some(place) => CueItem::Segment(segment(place, show)?),
            None => CueItem::Cue(cue_by_id(id, show)?),
        }),
    })
}

fn segment(place: &str, show: &Show) -> Result<SegmentIx, Misunderstood> {
    let ix = place.parse::<u32>().ok().and_then(|place| place.checked_sub(1)).map(SegmentIx);
    let known = ix.filter(|ix| (ix.0 as usize) < show.segments.len());
    known.ok_or_else(|| wrong("no segment has this id"))
}

/// Returns `true` if these parts of an address are about the list as a whole, and not about
/// something that it has.
fn is_of_list(rest: &[&str]) -> bool {
    const ALONE: [&str; 9] = [
        "go",
        "stop",
        "hardStop",
        "panic",
        "hardPanic",
        "panicInTime",
        "pause",
        "resume",
        "togglePause",
    ];
    const BEFORE_OTHERS: [&str; 7] = [
        "playhead",
        "playheadID",
        "playheadId",
        "playbackPosition",
        "playbackPositionId",
        "cue",
        "cue_id",
    ];
    match rest {
        [one] => ALONE.contains(one) || BEFORE_OTHERS.contains(one),
        ["select" | "select_id", _] => true,
        [first, ..] => BEFORE_OTHERS.contains(first),
        [] => false,
    }
}

/// The wish of a cue that is named; whatever else is left for when it is obeyed.
fn resolved(target: AskTarget, verb: CueVerb) -> RemoteAsk {
    match (target, verb) {
        (AskTarget::Item(CueItem::Cue(cue)), CueVerb::Go) => {
            RemoteAsk::RemoteCommand(RemoteCommand::GoTo(cue))
        }
        (AskTarget::Item(CueItem::Cue(cue)), CueVerb::Start) => {
            RemoteAsk::RemoteCommand(RemoteCommand::Start(cue))
        }
        (AskTarget::Item(CueItem::Cue(cue)), CueVerb::Stop | CueVerb::Panic) => {
            RemoteAsk::RemoteCommand(RemoteCommand::Stop(cue))
        }
        (AskTarget::Item(CueItem::Cue(cue)), CueVerb::Load) => {
            RemoteAsk::RemoteCommand(RemoteCommand::Load(cue))
        }
        (target, verb) => RemoteAsk::Do(target, verb),
    }
}

/// Returns `true` if every one of these times is zero.
fn starts_at_once(args: &[Arg<'_>]) -> bool {
    args.iter().all(|arg| match arg {
        Arg::Int(value) => *value == 0,
        Arg::Float(value) => *value == 0.0,
        Arg::Text(_) | Arg::Bool(_) | Arg::Impulse | Arg::Other => false,
    })
}

/// The keys in the text of `valuesForKeys`, a JSON array; those that nothing has are left out, as
/// QLab does.
fn keys(args: &[Arg<'_>]) -> Result<Vec<&'static str>, Misunderstood> {
    /// More than there are keys: somebody who asks for one twice has it twice.
    const KEYS_MAX: usize = 256;
    let bad = || wrong("it takes one text, a JSON array of keys: [\"number\", \"name\"]");
    let [Arg::Text(text)] = args else { return Err(bad()) };
    let names: Vec<String> = serde_json::from_str(text).map_err(|_| bad())?;
    Ok(names.iter().take(KEYS_MAX).filter_map(|name| values::key(name)).collect())
}

fn read_only(key: &str) -> Misunderstood {
    wrong(format!("{} is only read here: it stands in the show file", super::short(key)))
}
