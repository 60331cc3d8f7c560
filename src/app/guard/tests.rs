//! Deeds of two hands, and the instants between them.

use std::sync::Arc;

use super::Hand::{Caller, Connection, Datagram};
use super::*;
use crate::app::Theme;
use crate::engine::{Cause, Event, Record, RunNs};
use crate::show::file;

fn at(ms: u64) -> MachineNs {
    MachineNs::new(ms * 1_000_000)
}
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
    state.fold(&Record::new(
        0,
        jiff::Timestamp::UNIX_EPOCH,
        RunNs::ZERO,
        Event::PlayheadMoved { cue },
    ));
    state
}

/// Gives each command at its millisecond; returns which of them pass.
fn passed(commands: &[(u64, Hand, Command)]) -> Vec<bool> {
    let (mut app, state) = (App::new(Theme::Dark), state());
    let pass = |(at_ms, hand, command): &(u64, Hand, Command)| {
        app.guard(command, *hand, &state, at(1_000 + at_ms)).map(|pass| app.remember(pass)).is_ok()
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
        assert_eq!(
            passed(&[(0, Caller, go(Caller)), (30, remote, start(1))]),
            [true, true],
            "another cue"
        );
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
        assert!(
            app.guard(&start(0), Connection, &state, at(1_000)).is_ok(),
            "an interlock refuses it"
        );
    }
}

#[test]
fn different_cues_may_start_at_once_and_one_only_once() {
    let at = |at_ms, command| (at_ms, Datagram, command);
    let all = [
        at(0, start(0)),
        at(0, start(1)),
        at(1, start(1)),
        at(2, go_to(1)),
        at(4, start(0)),
        at(305, start(1)),
    ];
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
    assert_eq!(
        passed(&[(0, Connection, Command::Hold), (30, Caller, Command::ToggleHold)]),
        [true, false]
    );
    let ready = Command::Ready("stunts".into());
    assert_eq!(
        passed(&[(0, Connection, ready), (30, Caller, Command::ToggleReady(0))]),
        [true, false]
    );
    assert_eq!(
        passed(&[(0, Caller, Command::ToggleHold), (30, Connection, Command::Resume)]),
        [true, true]
    );
}

#[test]
fn a_knob_moves_the_playhead_as_fast_as_it_turns() {
    let next = |at_ms, hand| (at_ms, hand, Command::PlayheadNext);
    assert_eq!(passed(&[next(0, Datagram), next(3, Datagram)]), [true, false], "it arrived twice");
    assert_eq!(
        passed(&[next(0, Connection), next(3, Connection)]),
        [true, true],
        "nothing arrives twice here"
    );
    let turn: Vec<_> = (0..20).map(|step| next(step * 51, Datagram)).collect();
    assert!(passed(&turn).iter().all(|passes| *passes));
    let back = (3, Datagram, Command::PlayheadPrevious);
    assert_eq!(passed(&[next(0, Datagram), back]), [true, true]);
}

#[test]
fn panic_is_never_in_the_way_of_panic() {
    assert_eq!(
        passed(&[(0, Datagram, Command::Panic), (0, Datagram, Command::Panic)]),
        [true, true]
    );
}

#[test]
fn what_is_remembered_is_bounded() {
    let (mut app, state) = (App::new(Theme::Dark), state());
    for n in 0..10_000 {
        let pass = app.guard(&Command::Note(n.to_string()), Datagram, &state, at(1_000)).unwrap();
        app.remember(pass);
    }
    assert_eq!(app.done.len(), DEEDS_MAX);
    assert!(app.guard(&Command::Note("later".into()), Datagram, &state, at(2_000)).is_ok());
    assert_eq!(app.done.len(), 0);
}
