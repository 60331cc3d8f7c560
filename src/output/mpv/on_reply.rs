//! Effect of a player's replies on its state.
//!
//! The other half of [`super::player`]: that one tells, this one hears.

use std::sync::Arc;

use serde_json::{Value, json};

use super::ActionKey;
use super::clip::not_playable;
use super::exam::{ExamLine, ExamVerdict, PlayerValues, SHORT_NS, broken_off};
use super::player::{ASK, Player, of_seconds};
use super::replies::{PlayerLine, PlayerQuestion};
use super::state::{ClipStage, PlayerChange, PlayerState};
use crate::show::duration::SECOND_NS;
use crate::time::MachineNs;

/// The first frame of a part may come this much before its time.
const EARLY_NS: u64 = SECOND_NS / 1000;

impl Player {
    /// Takes in what it says.
    pub(super) fn on_reply(&mut self, said: PlayerLine, at: MachineNs) -> PlayerChange {
        (self.asked, self.heard) = (None, at);
        if let PlayerState::Starting = self.state {
            self.state = PlayerState::Idle;
            return PlayerChange::Up;
        }
        if let PlayerLine::Error(words) = said {
            self.error = Some(words);
            return PlayerChange::Nothing;
        }
        if let PlayerLine::Property { name, data } = &said {
            self.learn(name, data);
        }
        if let PlayerLine::Answer {
            question: question @ (PlayerQuestion::Duration | PlayerQuestion::Still),
            data,
        } = &said
        {
            self.learn(question.property(), data.as_ref().unwrap_or(&Value::Null));
        }
        if let PlayerLine::Answer { question: PlayerQuestion::Volume, data: Ok(volume) } = &said {
            self.default_volume = volume.as_f64().unwrap_or(self.default_volume);
        }
        if let PlayerState::Examining(exam) = &mut self.state {
            let known = PlayerValues {
                error: self.error.as_deref(),
                duration_ns: self.duration_ns,
                is_still: self.is_still,
            };
            let (key, verdict) = (exam.key, exam.on_reply(&said, known, at));
            return self.examined(key, verdict);
        }
        match said {
            PlayerLine::Reply { request, data } => self.on_result(request, data),
            PlayerLine::Answer { question, data } => self.on_answer(question, data.ok(), at),
            PlayerLine::Begun { entry } => {
                if let PlayerState::Loading { entry: own, begun, .. } = &mut self.state {
                    *begun = *own == Some(entry);
                }
                PlayerChange::Nothing
            }
            PlayerLine::Over { entry, why } => match &self.state {
                PlayerState::Loading { reel, entry: own, .. } if *own == Some(entry) => {
                    PlayerChange::Unplayable(
                        reel.first().key,
                        not_playable(self.error.as_ref().unwrap_or(&why)),
                    )
                }
                // The end of a clip before this one is on its way still when this one is called
                // from the start.
                PlayerState::Playing { stage: ClipStage::OnAir { .. }, .. } if why != "stop" => {
                    let why = self.error.as_ref().unwrap_or(&why);
                    PlayerChange::Broke(format!("the clip broke off: {why}"))
                }
                PlayerState::Starting
                | PlayerState::Idle
                | PlayerState::Loading { .. }
                | PlayerState::Ready { .. }
                | PlayerState::Playing { .. }
                | PlayerState::Examining(_)
                | PlayerState::Leaving => PlayerChange::Nothing,
            },
            PlayerLine::Restart => self.stand(at),
            PlayerLine::Property { name, data } => self.on_property(name, &data, at),
            PlayerLine::Error(_) | PlayerLine::Seek | PlayerLine::Other => PlayerChange::Nothing,
        }
    }

    /// Learns what the file is that it has loaded.
    fn learn(&mut self, property: &str, data: &Value) {
        if property == PlayerQuestion::Duration.property() {
            // A picture that stands has no length for the player.
            self.duration_ns = data.as_f64().map(of_seconds).filter(|length_ns| *length_ns > 0);
        } else if property == PlayerQuestion::Still.property() {
            self.is_still = data.as_bool() == Some(true);
        }
    }

    /// Does what an examination asks for, or ends it.
    pub(super) fn examined(&mut self, key: ActionKey, verdict: ExamVerdict) -> PlayerChange {
        let outcome = match verdict {
            ExamVerdict::Open(lines) => {
                self.tell(lines);
                return PlayerChange::Nothing;
            }
            ExamVerdict::Sound(facts) => Ok(facts),
            ExamVerdict::Faulty(why) => Err(why),
        };
        self.state = PlayerState::Idle;
        self.say([json!(["stop"])]);
        PlayerChange::Examined(key, outcome)
    }

    fn on_result(&mut self, answered: u64, data: Result<Value, String>) -> PlayerChange {
        match &mut self.state {
            PlayerState::Loading { reel, request, entry, .. } if *request == answered => match data
            {
                Ok(data) => {
                    *entry = data.get("playlist_entry_id").and_then(Value::as_i64);
                    PlayerChange::Nothing
                }
                Err(why) => PlayerChange::Unplayable(reel.first().key, not_playable(&why)),
            },
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => PlayerChange::Nothing,
        }
    }

    fn on_answer(
        &mut self,
        question: PlayerQuestion,
        data: Option<Value>,
        now: MachineNs,
    ) -> PlayerChange {
        let is = |yes: bool| data == Some(Value::Bool(yes));
        let place_ns = data.as_ref().and_then(Value::as_f64).map(of_seconds);
        match (&self.state, question) {
            (PlayerState::Playing { stage: ClipStage::Called, .. }, PlayerQuestion::Idle)
                if is(false) =>
            {
                self.begin(now)
            }
            // It was let go, and it stands: what there was is over.
            (
                PlayerState::Playing { stage: ClipStage::Called, play, .. },
                PlayerQuestion::Pause,
            ) if is(true) && !self.is_paused && now >= play.since + ASK => PlayerChange::Flashed,
            (
                PlayerState::Playing { stage: ClipStage::OnAir { .. }, .. },
                PlayerQuestion::Pause,
            ) if is(true) && !self.is_paused => {
                self.seems_over();
                PlayerChange::Nothing
            }
            (
                PlayerState::Playing { stage: ClipStage::OnAir { .. }, .. },
                PlayerQuestion::Position,
            ) => self.is_at(place_ns, now),
            (
                PlayerState::Playing { stage: ClipStage::Ending { .. }, .. },
                PlayerQuestion::Position,
            ) => self.end(place_ns, now),
            // It had stood for a pause that was over already when it told of it.
            (
                PlayerState::Playing { stage: ClipStage::Ending { from_ns }, .. },
                PlayerQuestion::Pause,
            ) if is(false) => {
                let on_air = ClipStage::OnAir { from_ns: *from_ns, at: now, moves: true };
                if let PlayerState::Playing { stage, .. } = &mut self.state {
                    *stage = on_air;
                }
                PlayerChange::Nothing
            }
            _ => PlayerChange::Nothing,
        }
    }

    /// The picture moves.
    fn begin(&mut self, at: MachineNs) -> PlayerChange {
        let PlayerState::Playing { stage, play, .. } = &mut self.state else {
            return PlayerChange::Nothing;
        };
        *stage = ClipStage::OnAir { from_ns: 0, at, moves: true };
        let is_held = play.held;
        self.begin_fade(at);
        if is_held {
            self.pause(at);
        }
        PlayerChange::Started
    }

    /// The reel that is being loaded stands at its beginning, or a clip that is looped is there
    /// again.
    fn stand(&mut self, now: MachineNs) -> PlayerChange {
        if let PlayerState::Playing { stage: ClipStage::OnAir { from_ns, at, .. }, .. } =
            &mut self.state
            && !self.is_still
        {
            (*from_ns, *at) = (0, now);
        }
        let PlayerState::Loading { reel, last, begun: true, play, .. } = &mut self.state else {
            return PlayerChange::Nothing;
        };
        let (reel, last, play) = (Arc::clone(reel), *last, play.take());
        // The player may not have told of these yet.
        self.tell([PlayerQuestion::Duration, PlayerQuestion::Still].map(ExamLine::Ask));
        self.set_first_volume();
        self.state = PlayerState::Ready { reel: Arc::clone(&reel), last };
        match play {
            Some(play) if self.go(play.clone(), now) => PlayerChange::Nothing,
            Some(play) => {
                // It has turned deaf; the code that reaps it has to know what it was called for.
                self.state =
                    PlayerState::Playing { reel, last, part: 0, play, stage: ClipStage::Called };
                PlayerChange::Nothing
            }
            None => PlayerChange::Armed,
        }
    }

    fn on_property(&mut self, name: &str, data: &Value, now: MachineNs) -> PlayerChange {
        let is = |yes: bool| data.as_bool() == Some(yes);
        match name {
            "time-pos" => return self.is_at(data.as_f64().map(of_seconds), now),
            "core-idle" if is(false) => {
                if let PlayerState::Playing { stage: ClipStage::Called, .. } = &self.state {
                    return self.begin(now);
                }
            }
            "pause" if is(false) => self.has_gone = true,
            // With `keep-open`, a player that stands without having been told to has shown the last
            // picture to its end.
            "pause" if is(true) && !self.is_paused => {
                if let PlayerState::Playing { stage, .. } = &mut self.state {
                    match stage {
                        ClipStage::Called if self.has_gone => return PlayerChange::Flashed,
                        ClipStage::OnAir { .. } => self.seems_over(),
                        ClipStage::Called
                        | ClipStage::Ending { .. }
                        | ClipStage::Joined { .. }
                        | ClipStage::Over { .. } => {}
                    }
                }
            }
            _ => {}
        }
        PlayerChange::Nothing
    }

    /// It stands without having been told to: it is asked whether it still does, and where.
    fn seems_over(&mut self) {
        if let PlayerState::Playing { stage, .. } = &mut self.state
            && let ClipStage::OnAir { from_ns, .. } = *stage
        {
            *stage = ClipStage::Ending { from_ns };
            self.tell([PlayerQuestion::Pause, PlayerQuestion::Position].map(ExamLine::Ask));
        }
    }

    /// It is at this place of its own time.
    fn is_at(&mut self, place_ns: Option<u64>, now: MachineNs) -> PlayerChange {
        let PlayerState::Playing { reel, last, part, stage, .. } = &mut self.state else {
            return PlayerChange::Nothing;
        };
        let (Some(place_ns), ClipStage::OnAir { from_ns, at, .. }) = (place_ns, &mut *stage) else {
            return PlayerChange::Nothing;
        };
        if self.is_still {
            return PlayerChange::Nothing;
        }
        if *part < *last && reel.ends_ns(*part).is_some_and(|end_ns| place_ns + EARLY_NS >= end_ns)
        {
            return self.joins_next(now);
        }
        (*from_ns, *at) = (place_ns.saturating_sub(reel.begins_ns(*part)), now);
        PlayerChange::Nothing
    }

    /// The part that follows has begun by itself, at its own volume.
    fn joins_next(&mut self, now: MachineNs) -> PlayerChange {
        if let PlayerState::Playing { part, stage, .. } = &mut self.state {
            *part += 1;
            *stage = ClipStage::Joined { at: now };
        }
        self.set_own_volume();
        PlayerChange::Joined
    }

    /// Message about the clip that plays if its file ends before its header says.
    pub(super) fn breaks_off(&self) -> Option<String> {
        let PlayerState::Playing { reel, part, .. } = &self.state else { return None };
        // What is in a list was examined before, and is whole.
        let part = reel.part(*part).filter(|_| !reel.is_list())?;
        let why = part.clip.breaks_off(&part.status, self.duration_ns)?;
        Some(format!("the clip {why}"))
    }

    /// It stands at the end, at this place of its own time.
    fn end(&mut self, place_ns: Option<u64>, now: MachineNs) -> PlayerChange {
        let (length_ns, cut) = (self.length_ns(), self.breaks_off());
        let PlayerState::Playing { reel, last, part, .. } = &self.state else {
            return PlayerChange::Nothing;
        };
        if *part < *last
            && reel.ends_ns(*part).zip(place_ns).is_some_and(|(end_ns, place_ns)| place_ns > end_ns)
        {
            // It has played more than this part since it was heard of last.
            return self.joins_next(now);
        }
        let begins_ns = reel.begins_ns(*part);
        let played_ns = place_ns.map(|place_ns| place_ns.saturating_sub(begins_ns));
        match (played_ns, length_ns) {
            // What a sound's length was guessed from may be off by some hundredths.
            (Some(played_ns), Some(length_ns))
                if played_ns + SHORT_NS.max(length_ns / 20) < length_ns =>
            {
                let why = broken_off(played_ns, length_ns);
                let error =
                    self.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
                PlayerChange::Broke(format!("the clip {why}{error}"))
            }
            _ => match cut {
                Some(why) => PlayerChange::Broke(why),
                None => PlayerChange::Ended,
            },
        }
    }
}
