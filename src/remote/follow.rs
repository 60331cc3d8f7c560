//! Changes between two pictures, and the updates about them for those who listen.
//!
//! Pictures are taken many times a second and some are skipped, so a cue that is complete at once
//! may run in none of them: firings have numbers, and all that are newer than the last one seen
//! have happened since.

use std::sync::Arc;

use rosc::OscType;

use super::Picture;
use super::address::{CuePart, Topic};
use super::list::{LIST_ID, ListWords};
use super::picture::FIRINGS_MAX;
use super::reply::{WORKSPACE, message};
use crate::show::CueIx;

/// Maximum number of changes in one update: a panic in a very large show stops more cues than
/// anybody wants to hear of.
const CHANGES_MAX: usize = 128;

/// Something that happened, and the cue that it happened to, if to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CueChange {
    pub(super) topic: Topic,
    pub(super) cue: Option<CueIx>,
}

/// Changes since `before`, in a likely order.
pub(super) fn changes(before: &Picture, now: &Picture) -> Vec<CueChange> {
    let mut changes = vec![];
    let mut change = |topic, cue| {
        if changes.len() < CHANGES_MAX {
            changes.push(CueChange { topic, cue });
        }
    };
    if now.panics > before.panics {
        change(Topic::PanicAll, None);
    }
    match (before.held, now.held) {
        (false, true) => change(Topic::PauseAll, None),
        (true, false) => change(Topic::ResumeAll, None),
        _ => {}
    }
    let seen = before.firings.last().map_or(0, |firing| firing.number);
    let firings =
        now.firings.iter().rev().take(FIRINGS_MAX).take_while(|firing| firing.number > seen);
    let mut fired: Vec<_> = firings.collect();
    fired.reverse();
    for firing in &fired {
        if firing.by_go {
            change(Topic::Go, Some(firing.cue));
        }
        change(Topic::CueStart, Some(firing.cue));
    }
    let ran = before
        .running
        .iter()
        .map(|running| running.cue)
        .filter(|cue| !fired.iter().any(|firing| firing.cue == *cue));
    for cue in ran.chain(fired.iter().map(|firing| firing.cue)).take(CHANGES_MAX) {
        if !now.running.iter().any(|running| running.cue == cue) {
            change(Topic::CueStop, Some(cue));
        }
    }
    if now.next != before.next {
        change(Topic::Playhead, now.next);
    }
    changes
}

/// A change in the form of QLab's show control broadcast: number, name, id and type of the cue, or
/// one of them.
pub(super) fn event(change: &CueChange, part: Option<CuePart>, words: &ListWords) -> Arc<[u8]> {
    let address = format!("/qlab/event/workspace/{}", change.topic.name());
    let say = |part| OscType::String(words.part(change.cue, part));
    let is_of_cue =
        matches!(change.topic, Topic::Go | Topic::CueStart | Topic::CueStop | Topic::Playhead);
    match part {
        _ if !is_of_cue => message(address, vec![]),
        None => message(
            address,
            [CuePart::Number, CuePart::Name, CuePart::UniqueId, CuePart::Type].map(say).into(),
        ),
        Some(part) => message(format!("{address}/{}", part.name()), vec![say(part)]),
    }
}

/// A change in the form of QLab's workspace updates, if it has one.
pub(super) fn update(change: &CueChange, words: &ListWords) -> Option<Arc<[u8]>> {
    let prefix = format!("/update/workspace/{WORKSPACE}");
    match change.topic {
        Topic::Playhead => {
            let cue = change.cue.map(|cue| OscType::String(words.id(Some(cue))));
            Some(message(
                format!("{prefix}/cueList/{LIST_ID}/playbackPosition"),
                cue.into_iter().collect(),
            ))
        }
        Topic::CueStart | Topic::CueStop => change.cue.map(|cue| changed(cue, words)),
        Topic::Go | Topic::PauseAll | Topic::ResumeAll | Topic::PanicAll => None,
    }
}

/// That something about a cue has changed, in the form of QLab's workspace updates.
pub(super) fn changed(cue: CueIx, words: &ListWords) -> Arc<[u8]> {
    message(format!("/update/workspace/{WORKSPACE}/cue_id/{}", words.id(Some(cue))), vec![])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::FiredCue;
    use crate::remote::testing::runs;

    fn firing(number: u64, cue: u32, by_go: bool) -> FiredCue {
        FiredCue { number, cue: CueIx(cue), by_go }
    }

    fn change(topic: Topic, cue: u32) -> CueChange {
        CueChange { topic, cue: Some(CueIx(cue)) }
    }

    #[test]
    fn a_go_starts_a_cue_and_moves_the_playhead() {
        let before = Picture { next: Some(CueIx(0)), ..Picture::default() };
        let after = Picture {
            next: Some(CueIx(2)),
            running: vec![runs(0)],
            firings: vec![firing(1, 0, true), firing(2, 1, false)],
            ..Picture::default()
        };
        // Cue 1 followed and was complete at once: it ran in neither picture.
        let expected = [
            change(Topic::Go, 0),
            change(Topic::CueStart, 0),
            change(Topic::CueStart, 1),
            change(Topic::CueStop, 1),
            change(Topic::Playhead, 2),
        ];
        assert_eq!(changes(&before, &after), expected);
        assert_eq!(changes(&after, &after), []);

        let ended = Picture { running: vec![], next: None, ..after.clone() };
        let none = CueChange { topic: Topic::Playhead, cue: None };
        assert_eq!(changes(&after, &ended), [change(Topic::CueStop, 0), none]);
    }

    #[test]
    fn holds_and_panics_are_told_once() {
        let calm = Picture::default();
        let held = Picture { held: true, panics: 1, ..Picture::default() };
        let topics = |changes: Vec<CueChange>| {
            changes.into_iter().map(|change| change.topic).collect::<Vec<_>>()
        };
        assert_eq!(topics(changes(&calm, &held)), [Topic::PanicAll, Topic::PauseAll]);
        assert_eq!(changes(&held, &held), []);
        assert_eq!(
            topics(changes(&held, &Picture { held: false, ..held.clone() })),
            [Topic::ResumeAll]
        );
    }

    #[test]
    fn a_cue_fired_again_begins_again() {
        let once = Picture {
            running: vec![runs(0)],
            firings: vec![firing(7, 0, true)],
            ..Picture::default()
        };
        let again =
            Picture { firings: vec![firing(7, 0, true), firing(8, 0, true)], ..once.clone() };
        assert_eq!(changes(&once, &again), [change(Topic::Go, 0), change(Topic::CueStart, 0)]);
    }

    #[test]
    fn the_number_of_changes_is_bounded() {
        let busy = Picture { running: (0..10_000).map(runs).collect(), ..Picture::default() };
        assert_eq!(changes(&busy, &Picture::default()).len(), CHANGES_MAX);
    }
}
