//! Meaning of an address and its arguments: the one table of all that is understood.
//!
//! Pure: must never know who asks. Cues and departments are looked up in the show, so that a number
//! that there is not is answered here and reaches nobody else. `/workspace/ID` may stand in front
//! of any address, with whatever id, since there is only one show. Addresses with wildcards are not
//! matched against others: they are unknown.
//!
//! A button often sends 1 when it is pressed and 0 when it is let go. So a command takes no
//! argument, or a number: 0 (or false) is a release and does nothing, anything else is a press.
//! `/go 1` is a press too, and any other number after `/go` is refused, because it may be meant
//! for a cue's: that is text, `/go "12"`, or stands in the address, `/go/12`.

mod cue;
mod listen;
mod nearest;

pub use cue::{AskTarget, CueItem, CueVerb, ListForm, QlabSetting};
pub use listen::{CuePart, Listen, Topic};
pub(super) use nearest::nearest;

use jiff::SignedDuration;

use super::packet::{Arg, PacketMessage};
use super::{Passcode, RemoteCommand};
use crate::plain;
use crate::show::{CueIx, CueNumber, DepartmentIx, Show};

/// The most characters of a note.
pub const NOTE_CHARS_MAX: usize = 1_000;

/// The most parts that an address may have: `/workspace/ID/cue_id/ID/cue/active/togglePause`.
const PARTS_MAX: usize = 7;

/// Beginning of a cue's id, followed by its number.
pub(super) const CUE_ID: &str = "cue:";

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub enum RemoteAsk {
    /// Something of the station.
    RemoteCommand(RemoteCommand),
    /// Nothing: a button was let go.
    Release,
    /// `/connect`: may speak from now on. Without a passcode it only asks whether there is one.
    Connect(Option<Passcode>),
    /// `/disconnect`: wants to be forgotten.
    Disconnect,
    /// `/workspaces`: what shows there are.
    Workspaces,
    /// `/version`.
    Version,
    /// `/thump`: keeps a client from being forgotten.
    Thump,
    /// `/cueLists`.
    CueLists(ListForm),
    /// `/runningCues` and `/runningOrPausedCues`.
    RunningCues(ListForm),
    /// `/selectedCues`: the cue at the playhead, which QLab's selection follows.
    SelectedCues(ListForm),
    /// `/cue_id/ID/children`.
    Children(AskTarget, ListForm),
    /// One fact about a cue, a segment or the list.
    Value(AskTarget, &'static str),
    /// `valuesForKeys`: several things, by their names.
    Values(AskTarget, Vec<&'static str>),
    /// `/playheadID`: the id of the cue at the playhead.
    PlayheadId,
    /// `/playhead`: its number.
    PlayheadNumber,
    /// Something of QLab's that is always the same here.
    Setting(QlabSetting),
    /// `/doubleGoWindowRemaining`: seconds in which a second GO is ignored.
    GoGuard,
    /// Something is wanted of the cue at the playhead, or of what runs: which cue that is, is known
    /// when it is obeyed.
    Do(AskTarget, CueVerb),
    /// `/updates`: wants to hear of changes, or no more.
    Updates(bool),
    /// `/alwaysReply`: wants an answer to everything (as is usual here), or only to questions and
    /// faults.
    AlwaysReply(bool),
    /// `/udpReplyPort`: where its answers go.
    UdpReplyPort(u16),
    /// `/listen`: wants to be told when these happen; empty: all of them.
    Listen(Vec<Listen>),
    /// `/ignore`: no more; empty: none of them.
    Ignore(Vec<Listen>),
    /// `/handover/subscribe`: wants the feed, over UDP to this port of the same host.
    Subscribe(Option<u16>),
    /// `/handover/unsubscribe`.
    Unsubscribe,
}

/// Reason why a message is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misunderstood {
    /// No such address.
    #[error("no such address")]
    Unknown,
    /// The address is known, and what came with it does not fit.
    #[error("{0}")]
    Wrong(String),
}

/// Parses `message` for this show.
///
/// # Errors
/// When nothing has its address, or its argument does not fit.
pub fn understand(message: &PacketMessage<'_>, show: &Show) -> Result<RemoteAsk, Misunderstood> {
    let address = message.address.strip_prefix('/').ok_or(Misunderstood::Unknown)?;
    if address.contains(['*', '?', '[', ']', '{', '}']) {
        return Err(Misunderstood::Unknown);
    }
    let parts: Vec<&str> = address.split('/').take(PARTS_MAX + 1).collect();
    if parts.len() > PARTS_MAX {
        return Err(Misunderstood::Unknown);
    }
    let parts = match parts.as_slice() {
        ["workspace", _id, rest @ ..] => rest,
        parts => parts,
    };
    of_parts(parts, &message.args, show)
}

/// Parses the parts of an address, without the workspace.
fn of_parts(parts: &[&str], args: &[Arg<'_>], show: &Show) -> Result<RemoteAsk, Misunderstood> {
    let press = |wish: RemoteCommand| {
        Ok(if is_pressed(args)? { RemoteAsk::RemoteCommand(wish) } else { RemoteAsk::Release })
    };
    let asked = |ask: RemoteAsk| is_pressed(args).map(|_| ask);
    match parts {
        ["go"] => go(args, show),
        ["go", number] => press(RemoteCommand::GoTo(cue(number, show)?)),
        [name @ ("cue" | "cue_id"), which, rest @ ..] if !rest.is_empty() => {
            cue::ask(name, which, rest, args, show)
        }
        ["standby"] => press(RemoteCommand::Standby),
        ["ready"] => Ok(RemoteAsk::RemoteCommand(RemoteCommand::Ready(department(
            text(args, "the id of a department")?,
            show,
        )?))),
        ["hold" | "pause"] => press(RemoteCommand::Hold),
        ["resume"] => press(RemoteCommand::Resume),
        // QLab fades for so many seconds first. Panic here is what each output is told then, and it
        // is told at once.
        ["panic" | "hardPanic"] => press(RemoteCommand::Panic),
        ["panicInTime"] => Ok(RemoteAsk::RemoteCommand(RemoteCommand::Panic)),
        ["stop" | "hardStop"] => press(RemoteCommand::StopAll),
        ["togglePause"] => press(RemoteCommand::TogglePause),
        ["step"] => press(RemoteCommand::Step),
        ["nudge"] => nudge(args),
        ["note"] => note(text(args, "the words of the note")?),
        ["message"] => message(text(args, "the words of the message")?),
        ["message", "clear"] => press(RemoteCommand::ClearMessage),
        ["playhead" | "playbackPosition"] if args.is_empty() => Ok(RemoteAsk::PlayheadNumber),
        ["playheadID" | "playheadId" | "playbackPositionID" | "playbackPositionId"]
            if args.is_empty() =>
        {
            Ok(RemoteAsk::PlayheadId)
        }
        ["playhead" | "playbackPosition" | "select", "next" | "nextSequence"] => {
            press(RemoteCommand::PlayheadNext)
        }
        ["playhead" | "playbackPosition" | "select", "previous" | "previousSequence"] => {
            press(RemoteCommand::PlayheadPrevious)
        }
        ["playhead" | "playbackPosition" | "select", number] => {
            press(RemoteCommand::PlayheadTo(cue(number, show)?))
        }
        [
            "playheadID" | "playheadId" | "playbackPositionID" | "playbackPositionId" | "select_id",
            id,
        ] => press(RemoteCommand::PlayheadTo(cue_by_id(id, show)?)),
        ["connect"] => connect(args),
        ["disconnect"] => asked(RemoteAsk::Disconnect),
        ["workspaces"] => asked(RemoteAsk::Workspaces),
        ["version"] => asked(RemoteAsk::Version),
        ["thump"] => asked(RemoteAsk::Thump),
        ["cueLists", form @ ..] => asked(RemoteAsk::CueLists(ListForm::of(form)?)),
        ["runningCues" | "runningOrPausedCues", form @ ..] => {
            asked(RemoteAsk::RunningCues(ListForm::of(form)?))
        }
        ["selectedCues", form @ ..] => asked(RemoteAsk::SelectedCues(ListForm::of(form)?)),
        ["doubleGoWindowRemaining"] => asked(RemoteAsk::GoGuard),
        ["updates"] => is_pressed(args).map(RemoteAsk::Updates),
        ["alwaysReply"] => is_pressed(args).map(RemoteAsk::AlwaysReply),
        ["udpReplyPort"] => {
            port(args)?.map(RemoteAsk::UdpReplyPort).ok_or_else(|| wrong("a port is missing"))
        }
        ["listen", what @ ..] => listen::listen(what).map(RemoteAsk::Listen),
        ["ignore", what @ ..] => listen::listen(what).map(RemoteAsk::Ignore),
        ["handover", "subscribe"] => port(args).map(RemoteAsk::Subscribe),
        ["handover", "unsubscribe"] => asked(RemoteAsk::Unsubscribe),
        parts => cue::setting(parts, args),
    }
}

/// The id of a cue, for those who want one beside its number.
pub(super) fn cue_id(number: &CueNumber) -> String {
    format!("{CUE_ID}{number}")
}

/// Misunderstanding of a known address whose argument does not fit.
fn wrong(why: impl Into<String>) -> Misunderstood {
    Misunderstood::Wrong(why.into())
}

/// `true` if a button is pressed, `false` when it is let go.
fn is_pressed(args: &[Arg<'_>]) -> Result<bool, Misunderstood> {
    match *args {
        [] | [Arg::Impulse] => Ok(true),
        [Arg::Bool(pressed)] => Ok(pressed),
        [Arg::Int(value)] => Ok(value != 0),
        [Arg::Float(value)] if !value.is_nan() => Ok(value != 0.0),
        _ => Err(wrong("it takes no argument but 1 (pressed) or 0 (let go)")),
    }
}

fn go(args: &[Arg<'_>], show: &Show) -> Result<RemoteAsk, Misunderstood> {
    match *args {
        [Arg::Text(number)] => {
            Ok(RemoteAsk::RemoteCommand(RemoteCommand::GoTo(cue(number, show)?)))
        }
        [Arg::Int(value)] if value != 0 && value != 1 => Err(number_as_text(&value.to_string())),
        [Arg::Float(value)] if value != 0.0 && value != 1.0 => {
            Err(number_as_text(&value.to_string()))
        }
        _ => Ok(if is_pressed(args)? {
            RemoteAsk::RemoteCommand(RemoteCommand::Go)
        } else {
            RemoteAsk::Release
        }),
    }
}

fn number_as_text(value: &str) -> Misunderstood {
    wrong(format!("send the number of a cue as text: /go \"{value}\", or /go/{value}"))
}

fn cue(number: &str, show: &Show) -> Result<CueIx, Misunderstood> {
    let known = CueNumber::new(number).ok().and_then(|number| show.find(&number));
    known.ok_or_else(|| wrong(format!("no cue has the number {}", short(number))))
}

fn cue_by_id(id: &str, show: &Show) -> Result<CueIx, Misunderstood> {
    let number =
        id.strip_prefix(CUE_ID).ok_or_else(|| wrong(format!("no cue has the id {}", short(id))))?;
    cue(number, show)
}

fn department(id: &str, show: &Show) -> Result<DepartmentIx, Misunderstood> {
    show.find_department(id).ok_or_else(|| wrong(format!("no department is called {}", short(id))))
}

fn text<'a>(args: &[Arg<'a>], what: &str) -> Result<&'a str, Misunderstood> {
    match *args {
        [Arg::Text(text)] => Ok(text),
        _ => Err(wrong(format!("it takes one text: {what}"))),
    }
}

/// The seconds of a nudge. A button that is let go sends 0, which nudges nothing.
fn nudge(args: &[Arg<'_>]) -> Result<RemoteAsk, Misunderstood> {
    let by = match *args {
        [Arg::Int(seconds)] => Some(SignedDuration::from_secs(seconds)),
        [Arg::Float(seconds)] => SignedDuration::try_from_secs_f64(seconds).ok(),
        _ => None,
    };
    let by = by.ok_or_else(|| wrong("it takes one number: seconds, less than 0 for less time"))?;
    let command = RemoteCommand::Nudge(by);
    Ok(if by.is_zero() { RemoteAsk::Release } else { RemoteAsk::RemoteCommand(command) })
}

/// The words of a message; how long they may be is the run's business.
fn message(text: &str) -> Result<RemoteAsk, Misunderstood> {
    let line = plain::clean(text);
    if line.is_empty() {
        return Err(wrong("the message is empty: /message/clear takes one off the boards"));
    }
    if line.chars().count() > NOTE_CHARS_MAX {
        return Err(wrong("the message is too long"));
    }
    Ok(RemoteAsk::RemoteCommand(RemoteCommand::ShowMessage(line)))
}

fn note(text: &str) -> Result<RemoteAsk, Misunderstood> {
    let line = plain::line(text);
    let line = line.trim();
    if line.is_empty() {
        return Err(wrong("the note is empty"));
    }
    if line.chars().count() > NOTE_CHARS_MAX {
        return Err(wrong(format!("a note has at most {NOTE_CHARS_MAX} characters")));
    }
    Ok(RemoteAsk::RemoteCommand(RemoteCommand::Note(line.to_owned())))
}

/// A passcode as text, or as the number that a remote control without letters sends.
fn connect(args: &[Arg<'_>]) -> Result<RemoteAsk, Misunderstood> {
    let passcode = match *args {
        // Companion's module for QLab, which opens like this whether it has a passcode or not.
        [] | [Arg::Text("")] => return Ok(RemoteAsk::Connect(None)),
        [Arg::Text(text)] => text.to_owned(),
        [Arg::Int(value)] => value.to_string(),
        [Arg::Float(value)] => value.to_string(),
        _ => return Err(wrong("it takes the passcode")),
    };
    Ok(RemoteAsk::Connect(Some(Passcode::new(passcode))))
}

fn port(args: &[Arg<'_>]) -> Result<Option<u16>, Misunderstood> {
    let number = match *args {
        [] => return Ok(None),
        [Arg::Int(value)] => u16::try_from(value).ok(),
        [Arg::Float(value)] if value.fract() == 0.0 && (1.0..65_536.0).contains(&value) => {
            Some(value as u16)
        }
        [Arg::Text(text)] => text.parse().ok(),
        _ => None,
    };
    number
        .filter(|&port| port != 0)
        .map(Some)
        .ok_or_else(|| wrong("a port is a whole number from 1 to 65535"))
}

/// The part of the request that is echoed in the reply.
fn short(text: &str) -> String {
    text.chars().take(CueNumber::LONGEST).collect()
}

#[cfg(test)]
mod tests;
