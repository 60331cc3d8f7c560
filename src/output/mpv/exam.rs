//! The examination of a clip's file by a player without a window or a sound: what it is, how long
//! it lasts, and whether it can be read to its end.
//!
//! It happens before the clip is given to the player that is seen, so that a broken file takes no
//! picture away, and its fault is told before the GO. A value: it hears what the player says, and
//! says what to ask next.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::ActionKey;
use super::clip::{Clip, FileStatus, not_playable};
use super::commands;
use super::player::of_seconds;
use super::reel::{ClipFacts, Reel, ReelPart};
use super::replies::{PlayerLine, PlayerQuestion};
use crate::show::duration::{self, SECOND_NS};
use crate::time::MachineNs;

/// Formats of FFmpeg's that name other files instead of holding pictures or sounds.
const LISTS: [&str; 4] = ["hls", "concat", "dash", "sdp"];

/// So far before its end a file is tried. No picture of a usual rate starts at that place of a file
/// that ends with a picture: a player that names the very place has shown nothing yet.
const BEFORE_END_NS: u64 = 2_973 * SECOND_NS / 10_000;

/// A file that can be read to less than this before its end is whole: a sound may be a little
/// shorter than its pictures.
pub(super) const SHORT_NS: u64 = SECOND_NS / 2;

/// A player that stands further than this from the in-point has missed it.
const OFF_NS: u64 = SECOND_NS / 10;

/// Places that a player names with six digits are the same if they differ by no more than this.
const SAME_NS: u64 = SECOND_NS / 500_000;

/// A player that finds nothing at a place says for a moment that it is at that place. So long it is
/// asked again, each time after its answer, until it has gone to what it has found, or says that it
/// is at the end. On a busy machine that took longer than twenty answers.
const UNSURE: Duration = Duration::from_secs(2);

/// Questions at the in-point. The last is asked nowhere else, so that its answer is the last.
const AT_IN_POINT: [PlayerQuestion; 6] = [
    PlayerQuestion::Duration,
    PlayerQuestion::Still,
    PlayerQuestion::Format,
    PlayerQuestion::Picture,
    PlayerQuestion::Position,
    PlayerQuestion::Sound,
];

/// Questions shortly before the end, in an order in which one place is meant: at the end of what
/// there is, the position that follows is the right one. The last is asked nowhere else.
const AT_END: [PlayerQuestion; 3] =
    [PlayerQuestion::Eof, PlayerQuestion::Position, PlayerQuestion::SoundPosition];

/// One line to a player.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExamLine {
    /// A command.
    Do(Value),
    /// A question, whose answer says what it answers.
    Ask(PlayerQuestion),
}

/// Step of the examination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExamStep {
    /// The file is being loaded.
    Loading,
    /// It stands at its in-point, and the player is asked what it is.
    Asking,
    /// The player looks for a place shortly before its end.
    Seeking { end: PlayEnd, has_begun: bool },
    /// It is asked where it has got to, since this instant.
    Checking { end: PlayEnd, since: MachineNs },
}

/// The end of what a cue plays of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlayEnd {
    /// The end, nanoseconds from the file's beginning.
    ns: u64,
    /// The place before it that the player looks for.
    sought_ns: u64,
}

/// Last values of what the player reports.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlayerValues<'a> {
    /// The last error that it has logged.
    pub(super) error: Option<&'a str>,
    /// The length of the file, nanoseconds.
    pub(super) duration_ns: Option<u64>,
    /// It is one picture that does not move.
    pub(super) is_still: bool,
}

/// Result of a player's reply.
#[derive(Debug, PartialEq)]
pub(super) enum ExamVerdict {
    /// Nothing yet; these are to be told to the player.
    Open(Vec<ExamLine>),
    /// It can be played.
    Sound(ClipFacts),
    /// It cannot: why.
    Faulty(String),
}

/// An examination that goes on.
#[derive(Debug)]
pub(super) struct Exam {
    pub(super) key: ActionKey,
    clip: Arc<Clip>,
    pub(super) since: MachineNs,
    /// The command that loads the file.
    pub(super) request: u64,
    entry: Option<i64>,
    begun: bool,
    facts: ClipFacts,
    /// The player's last report of its place, nanoseconds.
    at_ns: Option<u64>,
    /// It has said last that it is at an end.
    is_over: bool,
    step: ExamStep,
}

impl Exam {
    /// An examination of `clip`; the player is to be told [`Self::load`].
    pub(super) fn new(key: ActionKey, clip: &Arc<Clip>, since: MachineNs) -> Self {
        let (entry, begun, step) = (None, false, ExamStep::Loading);
        Exam {
            key,
            clip: Arc::clone(clip),
            since,
            request: 0,
            entry,
            begun,
            facts: ClipFacts::default(),
            at_ns: None,
            is_over: false,
            step,
        }
    }

    /// First commands for the player.
    pub(super) fn load(&self) -> Vec<Value> {
        commands::load(
            &Reel::new(
                ReelPart {
                    key: self.key,
                    clip: Arc::clone(&self.clip),
                    facts: None,
                    status: FileStatus::Missing,
                },
                [],
            ),
            0,
        )
    }

    /// Result if the player takes too long over the next step.
    pub(super) fn too_long(&self) -> ExamVerdict {
        match self.step {
            ExamStep::Loading | ExamStep::Asking => {
                ExamVerdict::Faulty(not_playable("it takes too long to load"))
            }
            // There are files in which no place can be found, and that play all the same.
            ExamStep::Seeking { .. } | ExamStep::Checking { .. } => {
                ExamVerdict::Sound(self.facts.clone())
            }
        }
    }

    /// Takes in what the player says at this instant.
    pub(super) fn on_reply(
        &mut self,
        said: &PlayerLine,
        known: PlayerValues<'_>,
        at: MachineNs,
    ) -> ExamVerdict {
        match (said, self.step) {
            (PlayerLine::Reply { request, data }, step) if *request == self.request => match data {
                Ok(data) => {
                    self.entry =
                        data.get("playlist_entry_id").and_then(Value::as_i64).or(self.entry)
                }
                Err(why) if step == ExamStep::Loading => {
                    return ExamVerdict::Faulty(not_playable(why));
                }
                Err(_) => {}
            },
            (PlayerLine::Begun { entry }, ExamStep::Loading) => {
                self.begun = self.entry == Some(*entry)
            }
            (PlayerLine::Over { entry, why }, _) if self.entry == Some(*entry) => {
                return ExamVerdict::Faulty(not_playable(known.error.unwrap_or(why)));
            }
            (PlayerLine::Restart, ExamStep::Loading) if self.begun => {
                self.step = ExamStep::Asking;
                return ExamVerdict::Open(AT_IN_POINT.map(ExamLine::Ask).to_vec());
            }
            (PlayerLine::Seek, ExamStep::Seeking { end, .. }) => {
                self.step = ExamStep::Seeking { end, has_begun: true }
            }
            (PlayerLine::Restart, ExamStep::Seeking { end, has_begun: true }) => {
                self.step = ExamStep::Checking { end, since: at };
                return ExamVerdict::Open(AT_END.map(ExamLine::Ask).to_vec());
            }
            (PlayerLine::Answer { question, data }, step) => {
                return self.answered(*question, data.as_ref().ok(), step, known, at);
            }
            _ => {}
        }
        ExamVerdict::Open(vec![])
    }

    fn answered(
        &mut self,
        question: PlayerQuestion,
        data: Option<&Value>,
        step: ExamStep,
        known: PlayerValues<'_>,
        at: MachineNs,
    ) -> ExamVerdict {
        match question {
            PlayerQuestion::Format => {
                self.facts.format = data.and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            PlayerQuestion::Picture => self.facts.has_picture = data.is_some_and(Value::is_number),
            PlayerQuestion::Position => self.at_ns = data.and_then(Value::as_f64).map(of_seconds),
            PlayerQuestion::Eof => self.is_over = data.and_then(Value::as_bool) == Some(true),
            PlayerQuestion::Sound => {
                self.facts.has_sound = data.is_some_and(Value::is_number);
                if step == ExamStep::Asking {
                    return self.stands(known);
                }
            }
            PlayerQuestion::SoundPosition => {
                if let ExamStep::Checking { end, since } = step {
                    let may_ask = at < since + UNSURE;
                    return self.ends(end, may_ask, data.is_some_and(Value::is_number));
                }
            }
            PlayerQuestion::Idle
            | PlayerQuestion::Pause
            | PlayerQuestion::Duration
            | PlayerQuestion::Still
            | PlayerQuestion::Volume => {}
        }
        ExamVerdict::Open(vec![])
    }

    /// It stands at its in-point, or where the player takes that to be.
    fn stands(&mut self, known: PlayerValues<'_>) -> ExamVerdict {
        let from_ns = self.clip.from_ns;
        if LISTS.contains(&self.facts.format.as_str()) {
            return ExamVerdict::Faulty("is a playlist, not a clip".into());
        }
        (self.facts.duration_ns, self.facts.is_still) = (known.duration_ns, known.is_still);
        if known.is_still {
            return ExamVerdict::Sound(self.facts.clone());
        }
        if let Some(lasts_ns) =
            self.facts.duration_ns.filter(|lasts_ns| *lasts_ns <= from_ns && from_ns > 0)
        {
            return ExamVerdict::Faulty(format!(
                "lasts {}, and its in-point comes later",
                duration::length(Duration::from_nanos(lasts_ns))
            ));
        }
        self.facts.needs_run_up =
            from_ns > 0 && self.at_ns.is_some_and(|at_ns| at_ns.abs_diff(from_ns) > OFF_NS);
        let end_ns = self
            .facts
            .duration_ns
            .map(|lasts_ns| self.clip.to_ns.unwrap_or(lasts_ns).min(lasts_ns));
        match end_ns.filter(|end_ns| end_ns.saturating_sub(from_ns) > SECOND_NS) {
            Some(end_ns) => {
                self.seek(PlayEnd { ns: end_ns, sought_ns: end_ns.saturating_sub(BEFORE_END_NS) })
            }
            None => ExamVerdict::Sound(self.facts.clone()),
        }
    }

    fn seek(&mut self, end: PlayEnd) -> ExamVerdict {
        self.step = ExamStep::Seeking { end, has_begun: false };
        ExamVerdict::Open(vec![ExamLine::Do(commands::seek(end.sought_ns))])
    }

    /// It has gone as near to its end as it gets, or says so; whether it may be asked again, and
    /// whether there is sound.
    fn ends(&mut self, end: PlayEnd, may_ask: bool, has_sound: bool) -> ExamVerdict {
        // What it says may be only what it was told.
        let is_sure = |at_ns: u64| has_sound || at_ns.abs_diff(end.sought_ns) > SAME_NS;
        if !self.at_ns.is_some_and(is_sure) {
            if self.is_over && self.at_ns.is_some() {
                return self.has_nothing_at(end);
            }
            if may_ask {
                return ExamVerdict::Open(AT_END.map(ExamLine::Ask).to_vec());
            }
        }
        let Some(at_ns) = self.at_ns else { return ExamVerdict::Sound(self.facts.clone()) };
        if at_ns + SAME_NS + BEFORE_END_NS + SHORT_NS < end.ns {
            // A length that was guessed from the file's size is taken from what there is.
            if !self.facts.is_exact() {
                self.facts.duration_ns = Some(at_ns);
            } else if at_ns <= self.clip.from_ns {
                // Nothing is left of what the cue plays.
                return ExamVerdict::Faulty(broken_off(at_ns, end.ns));
            } else {
                self.facts.breaks_off = Some(broken_off(at_ns, end.ns));
            }
        }
        ExamVerdict::Sound(self.facts.clone())
    }

    /// There is nothing at the place before its end, and the player does not say where the last is:
    /// it has no pictures.
    fn has_nothing_at(&mut self, end: PlayEnd) -> ExamVerdict {
        let short_ns = end.ns.saturating_sub(BEFORE_END_NS + SHORT_NS);
        if end.sought_ns > short_ns {
            return self.seek(PlayEnd { sought_ns: short_ns, ..end });
        }
        if self.facts.is_exact() {
            let [at, of] =
                [end.sought_ns, end.ns].map(|ns| duration::length(Duration::from_nanos(ns)));
            self.facts.breaks_off = Some(format!("breaks off before {at} of {of}"));
        }
        ExamVerdict::Sound(self.facts.clone())
    }
}

/// Message about a file that has less than it says.
pub(super) fn broken_off(at_ns: u64, end_ns: u64) -> String {
    let [at, of] = [at_ns, end_ns].map(|ns| duration::length(Duration::from_nanos(ns)));
    format!("breaks off at {at} of {of}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::show::action::MpvCommand;
    use crate::show::{CueIx, CueNumber};

    const MOV: &str = "mov,mp4,m4a,3gp,3g2,mj2";

    fn answer(question: PlayerQuestion, data: Value) -> PlayerLine {
        PlayerLine::Answer { question, data: Ok(data) }
    }

    /// Replies of a player at the end: that it is at an end, its position, and that of its sound.
    fn at_end(is_over: bool, seconds: f64, sound: Option<f64>) -> [PlayerLine; 3] {
        let data = sound.map_or(Err("property unavailable".to_owned()), |at| Ok(json!(at)));
        [
            answer(PlayerQuestion::Eof, json!(is_over)),
            answer(PlayerQuestion::Position, json!(seconds)),
            PlayerLine::Answer { question: PlayerQuestion::SoundPosition, data },
        ]
    }

    /// The verdict on a file of this length and format, which stands at these seconds, after which
    /// the player says this. It takes this long over each reply.
    fn hears(
        (format, lasts): (&str, f64),
        from_ns: u64,
        stands: f64,
        end: Vec<PlayerLine>,
        pace: Duration,
    ) -> ExamVerdict {
        let play = MpvCommand::Play {
            clip: "a".into(),
            from_ns,
            to_ns: None,
            volume: None,
            fade_in: Duration::ZERO,
            looped: false,
            optional: false,
        };
        let clip = Clip::new(&play, &CueNumber::new("1").unwrap(), None, Path::new("/")).unwrap();
        let mut exam = Exam::new((CueIx(0), 0), &Arc::new(clip), crate::output::testing::now());
        let known =
            PlayerValues { duration_ns: Some(of_seconds(lasts)), ..PlayerValues::default() };
        let mut said = vec![
            PlayerLine::Reply { request: 0, data: Ok(json!({ "playlist_entry_id": 3 })) },
            PlayerLine::Begun { entry: 3 },
            PlayerLine::Restart,
            // The answer to a question of before.
            answer(PlayerQuestion::Position, json!(stands)),
            answer(PlayerQuestion::Format, json!(format)),
            answer(PlayerQuestion::Position, json!(stands)),
            answer(PlayerQuestion::Sound, json!(1)),
        ];
        said.extend(end);
        let mut at = exam.since;
        let mut verdicts = said.iter().map(|said| {
            at += pace;
            exam.on_reply(said, known, at)
        });
        verdicts.find(|verdict| !matches!(verdict, ExamVerdict::Open(_))).unwrap_or(exam.too_long())
    }

    /// The verdict on a file in which the player finds this place when it looks for the end.
    fn verdict(format: &str, lasts: f64, from_ns: u64, stands: f64, ends: f64) -> ExamVerdict {
        let mut end = vec![PlayerLine::Seek, PlayerLine::Restart];
        end.extend(at_end(false, ends, Some(ends)));
        hears((format, lasts), from_ns, stands, end, Duration::ZERO)
    }

    /// Place at which a file of 10 s breaks off after these replies of the player.
    fn breaks_off(end: Vec<PlayerLine>) -> Option<String> {
        breaks_off_after(end, Duration::ZERO)
    }

    /// That place, from a player that takes this long over each reply.
    fn breaks_off_after(end: Vec<PlayerLine>, pace: Duration) -> Option<String> {
        match hears((MOV, 10.0), 0, 0.0, end, pace) {
            ExamVerdict::Sound(facts) => facts.breaks_off,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_player_that_names_the_place_it_was_told_is_asked_until_it_is_sure() {
        let before = |end: Vec<[PlayerLine; 3]>| {
            let mut said = vec![PlayerLine::Seek, PlayerLine::Restart];
            said.extend(end.into_iter().flatten());
            said
        };
        let told = || at_end(false, 9.7027, None);
        let cut = Some("breaks off at 0:04.6 of 0:10".to_owned());
        // mpv 0.35.1 under load: the picture comes after the news of it.
        assert_eq!(breaks_off(before(vec![told(), told(), at_end(true, 4.6, None)])), cut);
        assert_eq!(breaks_off(before(vec![told(), at_end(false, 4.6, None)])), cut);
        assert_eq!(breaks_off(before(vec![at_end(false, 9.7027, Some(9.7027))])), None);
        // A busy machine: it answers many times before it has looked.
        let late = || {
            let mut end: Vec<_> = (0..1_000).map(|_| told()).collect();
            end.push(at_end(true, 4.6, None));
            before(end)
        };
        assert_eq!(breaks_off_after(late(), Duration::from_micros(500)), cut);
        // A file whose sound is over earlier may have a picture at that very place.
        assert_eq!(breaks_off_after(late(), Duration::from_millis(1)), None);
        // The news of the loaded file comes twice.
        let mut twice = vec![PlayerLine::Restart];
        twice.extend(at_end(false, 0.0, None));
        twice.extend(before(vec![at_end(false, 9.72, Some(9.72))]));
        assert_eq!(breaks_off(twice), None);
    }

    #[test]
    fn a_sound_that_has_nothing_at_its_end_is_tried_once_more_before_that() {
        let tried = |second: [PlayerLine; 3]| {
            let mut said = vec![PlayerLine::Seek, PlayerLine::Restart];
            said.extend(at_end(true, 9.7027, None));
            said.extend([PlayerLine::Seek, PlayerLine::Restart]);
            said.extend(second);
            breaks_off(said)
        };
        assert_eq!(tried(at_end(false, 9.2027, Some(9.2027))), None);
        let cut = "breaks off before 0:09.2 of 0:10".to_owned();
        assert_eq!(tried(at_end(true, 9.2027, None)), Some(cut));
    }

    #[test]
    fn a_file_that_has_less_than_it_says_can_be_played_and_is_known_to_break_off() {
        for (format, ends, breaks_off, lasts) in [
            (MOV, 9.7, None, 10),
            (MOV, 4.6, Some("breaks off at 0:04.6 of 0:10"), 10),
            // Its length was only guessed.
            ("mp3", 8.0, None, 8),
        ] {
            let ExamVerdict::Sound(facts) = verdict(format, 10.0, 0, 0.0, ends) else {
                panic!("{format} to {ends}")
            };
            assert_eq!(facts.breaks_off.as_deref(), breaks_off, "{format} to {ends}");
            assert_eq!(facts.duration_ns, Some(lasts * SECOND_NS), "{format} to {ends}");
        }
        // Before its in-point.
        let why = "breaks off at 0:04.6 of 0:10".to_owned();
        assert_eq!(verdict(MOV, 10.0, 5 * SECOND_NS, 5.0, 4.6), ExamVerdict::Faulty(why));
    }

    #[test]
    fn an_in_point_that_was_missed_needs_a_run_up_and_one_after_the_end_is_a_fault() {
        let ExamVerdict::Sound(facts) = verdict("mpegts", 2.0, SECOND_NS / 2, 0.97, 1.9) else {
            panic!("it plays")
        };
        assert!(facts.needs_run_up);
        assert!(matches!(verdict("wav", 2.0, 3 * SECOND_NS, 2.0, 2.0), ExamVerdict::Faulty(_)));
        assert_eq!(
            verdict("hls", 2.0, 0, 0.0, 2.0),
            ExamVerdict::Faulty("is a playlist, not a clip".into())
        );
    }
}
