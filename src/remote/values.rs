//! Facts about one cue, by QLab's names: the table of all keys that `valuesForKeys` and single
//! questions know.
//!
//! Owns the names and the forms of values: seconds are numbers, switches are true or false. What
//! QLab has and a show here has not (colours, levels, cue targets) is told as QLab tells it of a
//! cue that does not use it, where remote controls ask for it; all else is left out.

use serde_json::{Map, Value, json};

use super::Running;
use super::address::CueItem;
use super::list::ListWords;
use crate::show::{Cue, CueIx, Segment, Trigger};
use crate::time::nanoseconds;

/// A cue, a segment or the list, and what is known of it now.
pub(super) struct CueFacts<'a> {
    pub(super) words: &'a ListWords,
    pub(super) item: CueItem,
    /// Its progress, if it runs.
    pub(super) running: Option<Running>,
    /// A remote control has had it made ready, and it has not fired since.
    pub(super) is_loaded: bool,
}

/// A key and what it says.
type ValueRow = (&'static str, fn(&CueFacts<'_>) -> Value);

/// All that is known.
const KEYS: &[ValueRow] = &[
    ("uniqueID", |facts| facts.words.head(facts.item).0.into()),
    ("number", |facts| facts.words.head(facts.item).1.into()),
    ("name", |facts| facts.words.head(facts.item).2.into()),
    ("listName", |facts| facts.words.head(facts.item).2.into()),
    ("displayName", |facts| facts.words.head(facts.item).2.into()),
    ("defaultName", |facts| facts.words.head(facts.item).2.into()),
    ("type", |facts| facts.words.head(facts.item).3.into()),
    ("notes", |facts| facts.cue_ix().map_or("", |cue| facts.words.notes(cue)).into()),
    ("colorName", |_| "none".into()),
    ("colorName/live", |_| "none".into()),
    ("mode", |facts| if matches!(facts.item, CueItem::Cue(_)) { json!(0) } else { json!(1) }),
    ("parent", |facts| facts.parent().into()),
    ("flagged", |_| false.into()),
    ("armed", |_| true.into()),
    ("autoLoad", |facts| facts.cue().is_some_and(|cue| cue.clip().is_some()).into()),
    ("isBroken", |_| false.into()),
    ("isWarning", |_| false.into()),
    ("isLoaded", |facts| facts.is_loaded.into()),
    ("isAuditioning", |_| false.into()),
    ("isTailingOut", |_| false.into()),
    ("isOverridden", |_| false.into()),
    ("isRunning", |facts| facts.running.is_some_and(|running| running.moves).into()),
    ("isPaused", |facts| facts.running.is_some_and(|running| !running.moves).into()),
    ("isActionRunning", |facts| facts.running.is_some_and(|running| running.moves).into()),
    ("preWait", |facts| seconds(facts.delay())),
    ("postWait", |_| json!(0)),
    ("duration", |facts| seconds(facts.of_ns())),
    ("currentDuration", |facts| seconds(facts.of_ns())),
    ("preWaitElapsed", |_| json!(0)),
    ("postWaitElapsed", |_| json!(0)),
    ("percentPreWaitElapsed", |_| json!(0)),
    ("percentPostWaitElapsed", |_| json!(0)),
    ("actionElapsed", |facts| seconds(facts.elapsed_ns())),
    ("actionRemaining", |facts| seconds(facts.of_ns().saturating_sub(facts.elapsed_ns()))),
    ("percentActionElapsed", |facts| facts.done().into()),
    ("continueMode", |facts| {
        facts.cue_ix().map_or(0, |cue| facts.words.continues(cue) as i64).into()
    }),
    ("infiniteLoop", |facts| facts.cue().is_some_and(Cue::is_loop).into()),
    ("holdLastFrame", |_| false.into()),
    ("cartPosition", |_| json!([0, 0])),
    ("hasFileTargets", |facts| facts.cue().is_some_and(|cue| cue.clip().is_some()).into()),
    ("hasCueTargets", |_| false.into()),
    ("allowsEditingDuration", |_| false.into()),
];

/// The key of this name, if there is one.
pub(super) fn key(name: &str) -> Option<&'static str> {
    KEYS.iter().find(|(known, _)| *known == name).map(|(known, _)| *known)
}

impl CueFacts<'_> {
    /// Value of `key` as JSON; null if there is no such key.
    pub(super) fn value(&self, key: &str) -> Value {
        KEYS.iter().find(|(known, _)| *known == key).map_or(Value::Null, |(_, value)| value(self))
    }

    /// Values of these keys as JSON, with the id, which QLab always adds.
    pub(super) fn values(&self, keys: &[&'static str]) -> Value {
        let said = ["uniqueID"].iter().chain(keys).map(|key| ((*key).to_owned(), self.value(key)));
        Value::Object(said.collect::<Map<_, _>>())
    }

    fn cue_ix(&self) -> Option<CueIx> {
        match self.item {
            CueItem::Cue(cue) => Some(cue),
            CueItem::Segment(_) | CueItem::List => None,
        }
    }

    fn cue(&self) -> Option<&Cue> {
        self.cue_ix().and_then(|cue| self.words.show.cues.get(cue))
    }

    fn segment(&self) -> Option<&Segment> {
        match self.item {
            CueItem::Segment(ix) => self.words.show.segments.get(ix),
            CueItem::Cue(_) | CueItem::List => None,
        }
    }

    fn parent(&self) -> String {
        match self.item {
            CueItem::Cue(cue) => {
                self.words.head(CueItem::Segment(self.words.show.segment_of(cue))).0
            }
            CueItem::Segment(_) => self.words.head(CueItem::List).0,
            CueItem::List => String::new(),
        }
    }

    fn delay(&self) -> u64 {
        match self.cue().map(|cue| &cue.trigger) {
            Some(Trigger::With { delay, .. } | Trigger::After { delay, .. }) => nanoseconds(*delay),
            Some(Trigger::Go | Trigger::At { .. } | Trigger::Into { .. }) | None => 0,
        }
    }

    /// Length, nanoseconds; 0 if it is unknown.
    fn of_ns(&self) -> u64 {
        let planned = || {
            let lasts = self.cue().and_then(Cue::lasts);
            lasts.or(self.segment().map(|segment| segment.duration)).map(nanoseconds)
        };
        self.running.and_then(|running| running.of_ns).or_else(planned).unwrap_or(0)
    }

    fn elapsed_ns(&self) -> u64 {
        let elapsed_ns = self.running.map_or(0, |running| running.elapsed_ns);
        // A loop counts from its beginning again, and nothing has lasted longer than it lasts.
        match self.of_ns() {
            0 => elapsed_ns,
            of_ns if self.cue().is_some_and(Cue::is_loop) => elapsed_ns % of_ns,
            of_ns => elapsed_ns.min(of_ns),
        }
    }

    /// The part that is done, 0 to 1.
    fn done(&self) -> f64 {
        match self.of_ns() {
            0 => 0.0,
            of_ns => self.elapsed_ns() as f64 / of_ns as f64,
        }
    }
}

fn seconds(ns: u64) -> Value {
    // To the millisecond: more would be noise, and three times as long.
    json!((ns / 1_000_000) as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::remote::testing::show;
    use crate::show::SegmentIx;

    fn facts(words: &ListWords, item: CueItem, running: Option<Running>) -> CueFacts<'_> {
        CueFacts { words, item, running, is_loaded: false }
    }

    #[test]
    fn every_key_is_there_once_and_can_be_said_of_everything() {
        let names: BTreeSet<_> = KEYS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), KEYS.len());
        let words = ListWords::new(Arc::new(show()));
        for item in [CueItem::Cue(CueIx(0)), CueItem::Segment(SegmentIx(1)), CueItem::List] {
            assert!(
                KEYS.iter().all(|(name, _)| !facts(&words, item, None).value(name).is_null()),
                "{item:?}"
            );
        }
        assert_eq!((key("number"), key("opacity")), (Some("number"), None));
    }

    #[test]
    fn a_running_cue_says_how_far_it_is() {
        let words = ListWords::new(Arc::new(show()));
        let item = CueItem::Cue(CueIx(0));
        let running = Running {
            cue: CueIx(0),
            elapsed_ns: 2_500_000_000,
            of_ns: Some(10_000_000_000),
            moves: true,
        };
        let said = |running| {
            let keys =
                ["duration", "actionElapsed", "percentActionElapsed", "isRunning", "isPaused"];
            facts(&words, item, running).values(&keys)
        };
        let expected = json!({ "uniqueID": "cue:12", "duration": 10.0, "actionElapsed": 2.5, "percentActionElapsed": 0.25,
            "isRunning": true, "isPaused": false });
        assert_eq!(said(Some(running)), expected);
        let held = said(Some(Running { moves: false, ..running }));
        assert_eq!((&held["isRunning"], &held["isPaused"]), (&json!(false), &json!(true)));
        let over = said(Some(Running { elapsed_ns: 12_000_000_000, ..running }));
        assert_eq!(
            (&over["actionElapsed"], &over["percentActionElapsed"]),
            (&json!(10.0), &json!(1.0))
        );
        let idle = said(None);
        assert_eq!(
            (&idle["isRunning"], &idle["isPaused"], &idle["actionElapsed"]),
            (&json!(false), &json!(false), &json!(0.0))
        );
    }
}
