//! The guard against doing one thing twice: two hands on it in the same moment, or a datagram that arrived twice.
//!
//! Every command passes here, of the caller's keys and of remote controls; the match over them is exhaustive, so that a
//! new command has to say whether twice would be wrong. What one key does when it is held down or pressed again is not
//! decided here but where keys are read.

use super::App;
use super::update::{GO_GUARD_NS, GO_IGNORED};
use crate::engine::{Command, State};
use crate::show::{CueIx, DepartmentIx};

/// Two moves of the playhead by datagrams within this time are one that arrived twice, nanoseconds. It is short because
/// knobs send a move for each step, twenty a second and more.
const MOVE_GUARD_NS: u64 = 50_000_000;

/// How many deeds are remembered at most. Remote controls are let through at 200 a second, so it never gets so far.
const DEEDS_MAX: usize = 256;

/// Where a command comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The caller's keys.
    Caller,
    /// A remote control on a connection, on which nothing arrives twice.
    Connection,
    /// A remote control over UDP, where a network may deliver a message twice.
    Datagram,
}

/// What a command does, as far as twice may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    Fire(CueIx),
    Step,
    Hold,
    Ready(DepartmentIx),
    PlayheadNext,
    PlayheadPrevious,
    Note(String),
}

/// When a second deed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Within [`GO_GUARD_NS`] of the last one, whoever does it.
    Once,
    /// Within [`GO_GUARD_NS`] of the last one, unless both are the caller's.
    OneOfTwoHands,
    /// Within [`MOVE_GUARD_NS`] of the last one, where both came by datagrams.
    OneOfTwoDatagrams,
    /// Never: it says how things shall be, so twice is once. It is only remembered, for toggles of the same thing.
    Never,
}

/// A deed, whose it is, and when, by the machine's clock in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Done {
    deed: Deed,
    hand: Hand,
    at_ns: u64,
}

/// A command that has passed the guard; [`App::remember`] takes it once the run has obeyed.
#[derive(Debug, PartialEq)]
#[must_use]
pub struct Pass {
    done: Option<Done>,
    /// Whether it is a GO of a remote control to a cue by its number, and when.
    go_to_ns: Option<u64>,
}

impl App {
    /// Lets `command` of `hand` pass at `now_ns` of the machine's clock, unless it is the same deed a second time.
    ///
    /// # Errors
    /// With the reason, for the caller and the remote control.
    pub fn guard(&mut self, command: &Command, hand: Hand, state: &State, now_ns: u64) -> Result<Pass, String> {
        let is_recent = |at_ns: u64| now_ns.saturating_sub(at_ns) < GO_GUARD_NS;
        if let Command::Go { .. } = command {
            // A key has passed this guard before it became a command.
            if hand != Hand::Caller {
                self.guard_go(now_ns)?;
            } else if self.go_to_ns.is_some_and(is_recent) {
                // The caller means the cue that stood at the playhead, and not the one that comes after it.
                return Err("GO ignored: a remote control gave GO within 0.3 s already".to_owned());
            }
        }
        let go_to_ns = matches!(command, Command::GoTo { .. }).then_some(now_ns);
        let Some((deed, rule)) = deed(command, state) else { return Ok(Pass { done: None, go_to_ns }) };
        self.done.retain(|done| is_recent(done.at_ns));
        let is_same = |done: &&mut Done| {
            done.deed == deed
                && match rule {
                    Rule::Once => true,
                    Rule::OneOfTwoHands => (done.hand, hand) != (Hand::Caller, Hand::Caller),
                    Rule::OneOfTwoDatagrams => {
                        let since_ns = now_ns.saturating_sub(done.at_ns);
                        (done.hand, hand) == (Hand::Datagram, Hand::Datagram) && since_ns < MOVE_GUARD_NS
                    }
                    Rule::Never => false,
                }
        };
        let Some(again) = self.done.iter_mut().find(is_same) else {
            return Ok(Pass { done: Some(Done { deed, hand, at_ns: now_ns }), go_to_ns });
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
    pub(super) fn guard_go(&mut self, now_ns: u64) -> Result<(), &'static str> {
        let last_ns = self.go_pressed_ns.replace(now_ns);
        let is_second = last_ns.is_some_and(|last_ns| now_ns.saturating_sub(last_ns) < GO_GUARD_NS);
        if is_second { Err(GO_IGNORED) } else { Ok(()) }
    }
}

/// What `command` does, where twice may be wrong, and when that is so.
fn deed(command: &Command, state: &State) -> Option<(Deed, Rule)> {
    Some(match command {
        Command::Go { .. } => (Deed::Fire(state.playhead()?), Rule::Once),
        Command::GoTo { cue, .. } | Command::Start { cue, .. } => (Deed::Fire(*cue), Rule::Once),
        Command::Step => (Deed::Step, Rule::OneOfTwoHands),
        Command::ToggleHold => (Deed::Hold, Rule::OneOfTwoHands),
        Command::Hold | Command::Resume => (Deed::Hold, Rule::Never),
        Command::ToggleReady(at) => (Deed::Ready(need(*at, state)?), Rule::OneOfTwoHands),
        Command::Ready(name) => (Deed::Ready(need(state.need_named(state.playhead()?, name)?, state)?), Rule::Never),
        Command::PlayheadNext => (Deed::PlayheadNext, Rule::OneOfTwoDatagrams),
        Command::PlayheadPrevious => (Deed::PlayheadPrevious, Rule::OneOfTwoDatagrams),
        Command::Note(text) => (Deed::Note(text.clone()), Rule::OneOfTwoHands),
        // These say how things shall be, or come from one hand only, or must never wait for anything.
        Command::Stop(_)
        | Command::StopAll
        | Command::Standby
        | Command::Override { .. }
        | Command::SwapBackup
        | Command::PlayheadTo(_)
        | Command::CatchUp
        | Command::ToggleSkip(_)
        | Command::Spot(_)
        | Command::Unspot(_)
        | Command::NotePerson { .. }
        | Command::Panic
        | Command::End
        | Command::Clip { .. } => return None,
    })
}

/// The department at this place of what the cue at the playhead needs.
fn need(at: usize, state: &State) -> Option<DepartmentIx> {
    state.show().cue(state.playhead()?).needs.get(at).copied()
}

/// Why a deed is not done a second time.
fn words(deed: &Deed, state: &State) -> String {
    let (what, within) = match deed {
        Deed::Fire(cue) => (format!("cue {} was asked for", state.show().cue(*cue).number), "0.3 s"),
        Deed::Step => ("a step was marked".to_owned(), "0.3 s"),
        Deed::Hold => ("hold was pressed".to_owned(), "0.3 s"),
        Deed::Ready(department) => (format!("{} answered", state.show().department(*department).name), "0.3 s"),
        Deed::PlayheadNext | Deed::PlayheadPrevious => ("the playhead was moved".to_owned(), "0.05 s"),
        Deed::Note(_) => ("this note was taken".to_owned(), "0.3 s"),
    };
    format!("ignored: {what} within {within} already")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Hand::{Caller, Connection, Datagram};
    use super::*;
    use crate::app::Theme;
    use crate::engine::{Cause, Event};
    use crate::show::file;

    const MS: u64 = 1_000_000;
    const SHOW: &str = r#"
title = "A small show"
[department.stunts]
[[segment]]
title = "One"
duration = "1m"
cue = [{ number = "1", title = "One", needs = ["stunts"] }, { number = "2", title = "Two" }]
"#;

    /// The playhead stands at cue 1; cue 2 is `CueIx(1)`.
    fn state() -> State {
        let mut state = State::new(Arc::new(file::parse(SHOW, "UTC").unwrap()));
        let cue = Some(state.show().cue(CueIx(0)).number.clone());
        state.apply(0, &Event::PlayheadMoved { cue });
        state
    }

    /// Gives each command at its millisecond; returns which of them pass.
    fn passed(commands: &[(u64, Hand, Command)]) -> Vec<bool> {
        let (mut app, state) = (App::new(Theme::Dark), state());
        let pass = |(at_ms, hand, command): &(u64, Hand, Command)| {
            app.guard(command, *hand, &state, (1_000 + at_ms) * MS).map(|pass| app.remember(pass)).is_ok()
        };
        commands.iter().map(pass).collect()
    }

    fn go(hand: Hand) -> Command {
        Command::Go { cause: if hand == Caller { Cause::Go } else { Cause::Remote } }
    }

    fn start(cue: u32) -> Command {
        Command::Start { cue: CueIx(cue), cause: Cause::Remote }
    }

    fn go_to(cue: u32) -> Command {
        Command::GoTo { cue: CueIx(cue), cause: Cause::Remote }
    }

    #[test]
    fn a_second_press_of_go_is_none() {
        let press = |at_ms| (at_ms, Datagram, go(Datagram));
        assert_eq!(passed(&[press(0), press(299)]), [true, false]);
        // It counts from the last press.
        assert_eq!(passed(&[press(0), press(299), press(598), press(898)]), [true, false, false, true]);
    }

    #[test]
    fn two_hands_on_one_cue_fire_it_once() {
        for remote in [Connection, Datagram] {
            assert_eq!(passed(&[(0, Caller, go(Caller)), (30, remote, start(0))]), [true, false]);
            assert_eq!(passed(&[(0, Caller, go(Caller)), (30, remote, go_to(0))]), [true, false]);
            assert_eq!(passed(&[(0, remote, start(0)), (30, Caller, go(Caller))]), [true, false]);
            assert_eq!(passed(&[(0, remote, start(0)), (30, remote, go(remote))]), [true, false]);
            assert_eq!(passed(&[(0, Caller, go(Caller)), (301, remote, start(0))]), [true, true]);
            assert_eq!(passed(&[(0, Caller, go(Caller)), (30, remote, start(1))]), [true, true], "another cue");
            // The remote control's GO has moved the playhead on: the caller means the cue before.
            assert_eq!(passed(&[(0, remote, go_to(1)), (30, Caller, go(Caller))]), [true, false]);
            assert_eq!(passed(&[(0, remote, go_to(1)), (301, Caller, go(Caller))]), [true, true]);
            // One that names a cue first and goes on from there means both.
            assert_eq!(passed(&[(0, remote, go_to(1)), (30, remote, go(remote))]), [true, true]);
        }
    }

    #[test]
    fn what_was_refused_is_not_done() {
        let (mut app, state) = (App::new(Theme::Dark), state());
        for _ in 0..2 {
            assert!(app.guard(&start(0), Connection, &state, 1_000 * MS).is_ok(), "an interlock refuses it");
        }
    }

    #[test]
    fn different_cues_may_start_at_once_and_one_only_once() {
        let at = |at_ms, command| (at_ms, Datagram, command);
        let all =
            [at(0, start(0)), at(0, start(1)), at(1, start(1)), at(2, go_to(1)), at(4, start(0)), at(305, start(1))];
        assert_eq!(passed(&all), [true, true, false, false, false, true]);
    }

    #[test]
    fn what_counts_counts_once_for_two_hands_and_two_datagrams() {
        let note = |text: &str| Command::Note(text.into());
        for (first, second) in [(Datagram, Datagram), (Caller, Datagram), (Connection, Caller)] {
            for command in [Command::Step, Command::ToggleHold, note("late"), Command::ToggleReady(0)] {
                let twice = [(0, first, command.clone()), (30, second, command.clone())];
                assert_eq!(passed(&twice), [true, false], "{command:?} of {first:?} and {second:?}");
                let later = [(0, first, command.clone()), (301, second, command)];
                assert_eq!(passed(&later), [true, true]);
            }
        }
        assert_eq!(passed(&[(0, Datagram, note("late")), (0, Datagram, note("early"))]), [true, true]);
        // A key that is pressed again is the key's own affair.
        assert_eq!(passed(&[(0, Caller, Command::Step), (30, Caller, Command::Step)]), [true, true]);
    }

    #[test]
    fn a_toggle_does_not_take_back_what_another_hand_has_just_done() {
        assert_eq!(passed(&[(0, Connection, Command::Hold), (30, Caller, Command::ToggleHold)]), [true, false]);
        let ready = Command::Ready("stunts".into());
        assert_eq!(passed(&[(0, Connection, ready), (30, Caller, Command::ToggleReady(0))]), [true, false]);
        assert_eq!(passed(&[(0, Caller, Command::ToggleHold), (30, Connection, Command::Resume)]), [true, true]);
    }

    #[test]
    fn a_knob_moves_the_playhead_as_fast_as_it_turns() {
        let next = |at_ms, hand| (at_ms, hand, Command::PlayheadNext);
        assert_eq!(passed(&[next(0, Datagram), next(3, Datagram)]), [true, false], "it arrived twice");
        assert_eq!(passed(&[next(0, Connection), next(3, Connection)]), [true, true], "nothing arrives twice here");
        let turn: Vec<_> = (0..20).map(|step| next(step * 51, Datagram)).collect();
        assert!(passed(&turn).iter().all(|passes| *passes));
        let back = (3, Datagram, Command::PlayheadPrevious);
        assert_eq!(passed(&[next(0, Datagram), back]), [true, true]);
    }

    #[test]
    fn panic_is_never_in_the_way_of_panic() {
        assert_eq!(passed(&[(0, Datagram, Command::Panic), (0, Datagram, Command::Panic)]), [true, true]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut app, state) = (App::new(Theme::Dark), state());
        for n in 0..10_000 {
            let pass = app.guard(&Command::Note(n.to_string()), Datagram, &state, 1_000 * MS).unwrap();
            app.remember(pass);
        }
        assert_eq!(app.done.len(), DEEDS_MAX);
        assert!(app.guard(&Command::Note("later".into()), Datagram, &state, 2_000 * MS).is_ok());
        assert_eq!(app.done.len(), 0);
    }
}
