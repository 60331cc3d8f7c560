//! The guard against doing one thing twice: two hands on it in the same moment, or a datagram that
//! arrived twice.
//!
//! Every command passes here, of the caller's keys and of remote controls; the match over them is
//! exhaustive, so that a new command has to say whether twice would be wrong. What one key does
//! when it is held down or pressed again is not decided here but where keys are read.

use std::time::Duration;

use super::App;
use crate::engine::{Command, Nudge, State};
use crate::remote::GO_GUARD;
use crate::show::{CueIx, DepartmentIx};
use crate::time::MachineNs;

/// Two moves of the playhead by datagrams within this time are one that arrived twice.
/// It is short because knobs send a move for each step, twenty a second and more.
const MOVE_GUARD: Duration = Duration::from_millis(50);

/// Message about a second GO that came too soon.
const GO_IGNORED: &str = "GO ignored: pressed again within 0.3 s";

/// Maximum number of remembered deeds. Remote controls may send 200 a second, so it never gets so
/// far.
const DEEDS_MAX: usize = 256;

/// Source of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The caller's keys.
    Caller,
    /// A remote control on a connection, on which nothing arrives twice.
    Connection,
    /// A remote control over UDP, where a network may deliver a message twice.
    Datagram,
}

/// A command for which twice may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    Fire(CueIx),
    Step,
    Hold,
    Ready(DepartmentIx),
    PlayheadNext,
    PlayheadPrevious,
    Nudge(Nudge),
    Note(String),
}

/// Condition on which a second deed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Within [`GO_GUARD`] of the last one, of any hand.
    Once,
    /// Within [`GO_GUARD`] of the last one, unless both are the caller's.
    OneOfTwoHands,
    /// Within [`MOVE_GUARD`] of the last one, where both came by datagrams.
    OneOfTwoDatagrams,
    /// Never: it says how things shall be, so twice is once. It is only remembered, for toggles of
    /// the same thing.
    Never,
}

/// A deed, whose it is, and when, by the machine's clock in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LastDeed {
    deed: Deed,
    hand: Hand,
    at_ns: MachineNs,
}

/// A command that has passed the guard; [`App::remember`] takes it once the run has obeyed.
#[derive(Debug, PartialEq)]
#[must_use]
pub struct Pass {
    done: Option<LastDeed>,
    /// Instant of a remote control's GO to a cue by its number; `None` for others.
    go_to_ns: Option<MachineNs>,
}

impl App {
    /// Lets `command` of `hand` pass at `now_ns` of the machine's clock, unless it is the same deed
    /// a second time.
    ///
    /// # Errors
    /// With the reason, for the caller and the remote control.
    pub fn guard(
        &mut self,
        command: &Command,
        hand: Hand,
        state: &State,
        now_ns: MachineNs,
    ) -> Result<Pass, String> {
        let is_recent = |at_ns: MachineNs| now_ns.since(at_ns) < GO_GUARD;
        if let Command::Go { .. } = command {
            // A key has passed this guard before it became a command.
            if hand != Hand::Caller {
                self.guard_go(now_ns)?;
            } else if self.go_to_ns.is_some_and(is_recent) {
                // The caller means the cue that stood at the playhead, and not the one that comes
                // after it.
                return Err("GO ignored: a remote control gave GO less than 0.3 s ago".to_owned());
            }
        }
        let go_to_ns = matches!(command, Command::GoTo { .. }).then_some(now_ns);
        let Some((deed, rule)) = deed(command, state) else {
            return Ok(Pass { done: None, go_to_ns });
        };
        self.done.retain(|done| is_recent(done.at_ns));
        let is_same = |done: &&mut LastDeed| {
            done.deed == deed
                && match rule {
                    Rule::Once => true,
                    Rule::OneOfTwoHands => (done.hand, hand) != (Hand::Caller, Hand::Caller),
                    Rule::OneOfTwoDatagrams => {
                        let since = now_ns.since(done.at_ns);
                        (done.hand, hand) == (Hand::Datagram, Hand::Datagram) && since < MOVE_GUARD
                    }
                    Rule::Never => false,
                }
        };
        let Some(again) = self.done.iter_mut().find(is_same) else {
            return Ok(Pass { done: Some(LastDeed { deed, hand, at_ns: now_ns }), go_to_ns });
        };
        if rule == Rule::Once {
            // A finger that trembles on a button fires nothing, however long it goes on.
            again.at_ns = now_ns;
        }
        Err(words(&deed, state))
    }

    /// Remembers what was done.
    pub fn remember(&mut self, pass: Pass) {
        self.go_to_ns = pass.go_to_ns.or(self.go_to_ns);
        if let Some(done) = pass.done {
            self.done.retain(|other| other.deed != done.deed);
            if self.done.len() < DEEDS_MAX {
                self.done.push(done);
            }
        }
    }

    /// The caller's own press counts as well: two hands on one GO are one GO.
    pub(super) fn guard_go(&mut self, now_ns: MachineNs) -> Result<(), &'static str> {
        let last_ns = self.go_pressed_ns.replace(now_ns);
        let is_second = last_ns.is_some_and(|last_ns| now_ns.since(last_ns) < GO_GUARD);
        if is_second { Err(GO_IGNORED) } else { Ok(()) }
    }
}

/// Deed and rule of `command`, if twice may be wrong.
fn deed(command: &Command, state: &State) -> Option<(Deed, Rule)> {
    Some(match command {
        Command::Go { .. } => (Deed::Fire(state.playhead()?), Rule::Once),
        Command::GoTo { cue, .. } | Command::Start { cue, .. } => (Deed::Fire(*cue), Rule::Once),
        Command::Step => (Deed::Step, Rule::OneOfTwoHands),
        Command::ToggleHold => (Deed::Hold, Rule::OneOfTwoHands),
        Command::Hold | Command::Resume => (Deed::Hold, Rule::Never),
        Command::ToggleReady(at) => (Deed::Ready(need(*at, state)?), Rule::OneOfTwoHands),
        Command::Ready(name) => {
            (Deed::Ready(need(state.need_named(state.playhead()?, name)?, state)?), Rule::Never)
        }
        &Command::ReadyFor { department, .. } => (Deed::Ready(department), Rule::Never),
        Command::PlayheadNext => (Deed::PlayheadNext, Rule::OneOfTwoDatagrams),
        Command::PlayheadPrevious => (Deed::PlayheadPrevious, Rule::OneOfTwoDatagrams),
        &Command::Nudge(nudge) => (Deed::Nudge(nudge), Rule::OneOfTwoDatagrams),
        Command::Note(text) => (Deed::Note(text.clone()), Rule::OneOfTwoHands),
        // These say how things shall be, or come from one hand only, or must never wait for
        // anything.
        Command::Stop(_)
        | Command::PauseClip(_)
        | Command::ResumeClip(_)
        | Command::StopAll
        | Command::Standby
        | Command::ReadyAll
        | Command::Override { .. }
        | Command::SwapBackup
        | Command::PlayheadTo(_)
        | Command::CatchUp
        | Command::ToggleSkip(_)
        | Command::Retime(_)
        | Command::ShowMessage(_)
        | Command::ClearMessage
        | Command::Spot(_)
        | Command::Unspot(_)
        | Command::NotePerson { .. }
        | Command::Panic
        | Command::End
        | Command::Clip { .. }
        | Command::OfferFlag(_)
        | Command::AcceptFlag { .. }
        | Command::WithdrawFlag(_)
        | Command::PassFlag { .. }
        | Command::FiredAside(_)
        | Command::Warn { .. }
        | Command::WarnFrom { .. }
        | Command::Answer
        | Command::Revise(_) => return None,
    })
}

/// The department at this place of what the cue at the playhead needs.
fn need(at: usize, state: &State) -> Option<DepartmentIx> {
    state.show().cue(state.playhead()?).needs.get(at).copied()
}

/// Message about a deed that is not done a second time.
fn words(deed: &Deed, state: &State) -> String {
    let (what, within) = match deed {
        Deed::Fire(cue) => {
            (format!("cue {} was asked for", state.show().cue(*cue).number), "0.3 s")
        }
        Deed::Step => ("a step was marked".to_owned(), "0.3 s"),
        Deed::Hold => ("hold was pressed".to_owned(), "0.3 s"),
        Deed::Ready(department) => {
            (format!("{} answered", state.show().department(*department).name), "0.3 s")
        }
        Deed::PlayheadNext | Deed::PlayheadPrevious => {
            ("the playhead was moved".to_owned(), "0.05 s")
        }
        Deed::Nudge(_) => ("the segment was nudged".to_owned(), "0.05 s"),
        Deed::Note(_) => ("this note was taken".to_owned(), "0.3 s"),
    };
    format!("ignored: {what} less than {within} ago")
}

#[cfg(test)]
mod tests;
