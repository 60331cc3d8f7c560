//! One player: what it has loaded, its commands, and the effect of its replies.
//!
//! Owns the order of commands that loads clips and starts them, and the player's watchdog. Must
//! never wait: all that is said to it in one moment is one write to a socket that does not block,
//! and one that takes nothing is the player's fault. It is a value in all but that socket: time
//! comes in as an argument.
//!
//! An output has one player that is seen and heard, the stage, and one that examines files and is
//! neither, the scout. What the stage has loaded and nobody has called stands behind black.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::ClipOnAir;
use super::commands;
use super::exam::{Exam, ExamLine};
use super::fade::{Fade, FadeOrder, Level, Purpose};
use super::reel::{Reel, ReelPart};
use super::replies::PlayerQuestion;
use super::state::{ClipStage, Exit, Play, PlayerRole, PlayerState};
use crate::show::OutputLayer;
use crate::show::duration::SECOND_NS;
use crate::time::{MachineNs, nanoseconds};

/// Interval at which a player that says nothing is asked for a sign of life.
pub(super) const ASK: Duration = Duration::from_millis(250);

/// Time limit of a player's answer.
pub(super) const ANSWER: Duration = Duration::from_millis(500);

/// Time limit of an answer while a picture is on air: on a machine that is busy for a moment the
/// picture is late, and taking it away would be worse.
pub(super) const ANSWER_ON_AIR: Duration = Duration::from_millis(1500);

/// Time limit of an answer while it starts or loads: it opens its window and its sound meanwhile,
/// and answers nobody.
pub(super) const LOAD: Duration = Duration::from_secs(5);

/// The full volume, percent.
const FULL: f64 = 100.0;

/// The first id of a request that is no question.
const FIRST_REQUEST: u64 = 100;

/// A player.
pub(super) struct Player {
    pub(super) id: u64,
    pub(super) role: PlayerRole,
    /// The process; tests have players without one.
    pub(super) child: Option<Child>,
    pub(super) state: PlayerState,
    /// The way it was lost, until it is reaped.
    pub(super) exit: Option<Exit>,
    /// The last error that it has logged since it was given something to load.
    pub(super) error: Option<String>,
    line: UnixStream,
    request: u64,
    /// Since when an answer is awaited.
    pub(super) asked: Option<MachineNs>,
    pub(super) heard: MachineNs,
    /// The length of what it has loaded, as it said last. It does not say again what has not
    /// changed.
    pub(super) duration_ns: Option<u64>,
    /// `true` if it last reported that its file is a picture that does not move.
    pub(super) is_still: bool,
    /// It was told to stand, so that its standing is no end.
    pub(super) is_paused: bool,
    /// It has moved since it was called.
    pub(super) has_gone: bool,
    /// The volume of what has none of its own, percent.
    pub(super) default_volume: f64,
    /// The level that it was told last.
    level: Level,
    /// The change of the level that goes on.
    fade: Option<Fade>,
}

impl Player {
    /// A player that was just started, at the other end of `line`.
    pub(super) fn new(
        id: u64,
        role: PlayerRole,
        child: Option<Child>,
        line: UnixStream,
        at: MachineNs,
    ) -> Self {
        let mut player = Player {
            id,
            role,
            child,
            state: PlayerState::Starting,
            exit: None,
            error: None,
            line,
            request: FIRST_REQUEST,
            asked: Some(at),
            heard: at,
            duration_ns: None,
            is_still: false,
            is_paused: true,
            has_gone: false,
            default_volume: FULL,
            level: Level { volume: FULL, darkness: 1.0 },
            fade: None,
        };
        let cover = (role == PlayerRole::Stage).then(commands::cover);
        let watch = commands::watch().into_iter().chain(cover).map(ExamLine::Do);
        player.tell(watch.chain([ExamLine::Ask(PlayerQuestion::Volume)]));
        player
    }

    /// Has it load `reel` and stand at its beginning, of which it may play the parts up to `last`.
    /// What was not called stands behind black; what was takes the place of the picture on air.
    pub(super) fn load(&mut self, reel: Arc<Reel>, last: usize, play: Option<Play>, at: MachineNs) {
        (self.error, self.is_paused, self.fade) = (None, true, None);
        let is_covered = play.is_none() || !reel.first().clip.fade_in.is_zero();
        self.level.darkness = if is_covered { 1.0 } else { 0.0 };
        let cover = is_covered.then(commands::cover);
        if self.say(cover.into_iter().chain(commands::load(&reel, last))) {
            self.asked = Some(at);
            let request = self.request;
            self.state =
                PlayerState::Loading { reel, last, request, entry: None, begun: false, play };
        }
    }

    /// Has it examine a file.
    pub(super) fn examine(&mut self, mut exam: Exam, at: MachineNs) {
        self.error = None;
        if self.say(exam.load()) {
            exam.request = self.request;
            self.asked = Some(at);
            self.state = PlayerState::Examining(Box::new(exam));
        }
    }

    /// Lets the reel go that stands at its beginning; whether it was told.
    pub(super) fn go(&mut self, play: Play, at: MachineNs) -> bool {
        let PlayerState::Ready { reel, last } = &self.state else { return false };
        let (reel, last) = (Arc::clone(reel), *last);
        let fades_in = !reel.first().clip.fade_in.is_zero();
        let told = if fades_in {
            self.write(commands::GO_COVERED.as_bytes())
        } else {
            self.level.darkness = 0.0;
            self.write(commands::GO.as_bytes())
        };
        if told {
            self.asked = Some(at);
            (self.is_paused, self.has_gone) = (false, false);
            self.state =
                PlayerState::Playing { reel, last, part: 0, play, stage: ClipStage::Called };
        }
        told
    }

    /// Gives the part that has begun by itself to the play that it was meant for.
    pub(super) fn join(&mut self, called: Play, now: MachineNs) {
        if let PlayerState::Playing { play, stage, .. } = &mut self.state
            && let ClipStage::Joined { at } = *stage
        {
            let from_ns = nanoseconds(now.since(at));
            (*play, *stage) = (called, ClipStage::OnAir { from_ns, at: now, moves: true });
            // A short one may be over already.
            self.tell([ExamLine::Ask(PlayerQuestion::Pause)]);
        }
    }

    /// Lets the reel play to the end of its part `to`, and no further.
    pub(super) fn open_to(&mut self, to: usize) -> bool {
        let (PlayerState::Loading { reel, last, .. }
        | PlayerState::Ready { reel, last }
        | PlayerState::Playing { reel, last, .. }) = &mut self.state
        else {
            return true;
        };
        if *last == to || !reel.is_list() {
            return true;
        }
        *last = to;
        let end = commands::end(reel.ends_ns(to));
        self.say([end])
    }

    /// Freezes the picture.
    ///
    /// Its word on it is not waited for: of a pause so soon after a GO that mpv has told of
    /// neither, it never tells.
    pub(super) fn pause(&mut self, now: MachineNs) -> bool {
        self.set_moving(false, now);
        self.is_paused = true;
        self.say([json!(["set_property", "pause", true])])
    }

    /// Lets a picture that was frozen go on.
    pub(super) fn resume(&mut self, now: MachineNs) -> bool {
        self.set_moving(true, now);
        self.is_paused = false;
        self.say([json!(["set_property", "pause", false])])
    }

    fn set_moving(&mut self, moving: bool, now: MachineNs) {
        let length_ns = self.length_ns();
        if let PlayerState::Playing { stage: ClipStage::OnAir { from_ns, at, moves }, .. } =
            &mut self.state
        {
            *from_ns = position(*from_ns, *at, *moves, now, length_ns);
            (*at, *moves) = (now, moving);
        }
        if let Some(fade) = &mut self.fade {
            fade.set_moving(moving, now);
        }
    }

    /// The reel stands at its beginning: it is told the volume at which its first clip begins.
    pub(super) fn set_first_volume(&mut self) {
        let PlayerState::Loading { reel, .. } = &self.state else { return };
        let (volume, fades_in) = (reel.first().clip.volume, !reel.first().clip.fade_in.is_zero());
        let first = volume.map_or(self.default_volume, f64::from);
        self.level.volume = if fades_in { 0.0 } else { first };
        if fades_in || volume.is_some() {
            self.say([commands::volume(self.level.volume)]);
        }
    }

    /// The part that plays has the volume that its clip is meant to have; no fade goes on.
    pub(super) fn set_own_volume(&mut self) {
        let PlayerState::Playing { reel, part, .. } = &self.state else { return };
        let volume = reel.part(*part).and_then(|part| part.clip.volume).map(f64::from);
        let volume = volume.unwrap_or(self.default_volume);
        self.fade = None;
        self.set_level(Level { volume, darkness: 0.0 });
    }

    /// Tells it the level, where that is another one. Returns `true` unless it did not take it.
    fn set_level(&mut self, level: Level) -> bool {
        let before = std::mem::replace(&mut self.level, level);
        let volume = (before.volume != level.volume).then(|| commands::volume(level.volume));
        let shade = (before.darkness != level.darkness).then(|| commands::shade(level.darkness));
        (volume.is_none() && shade.is_none()) || self.say(volume.into_iter().chain(shade))
    }

    /// The clip moves since `at`: what was ordered of its volume begins, or its own fade.
    pub(super) fn begin_fade(&mut self, at: MachineNs) {
        let PlayerState::Playing { play, reel, part, .. } = &mut self.state else { return };
        let ordered = play.fade.take();
        let clip = reel.part(*part).map(|part| &part.clip);
        // It is over so long after the call: a fade-out of another player, called with it, ends then.
        let late = at.since(play.since);
        let own = clip.filter(|clip| !clip.fade_in.is_zero()).map(|clip| FadeOrder {
            // A cast of a float saturates, and mpv's own option is whole for nearly everybody.
            to: clip.volume.unwrap_or(self.default_volume.min(FULL) as u8),
            over: clip.fade_in.saturating_sub(late).max(clip.fade_in / 2),
            purpose: Purpose::In,
        });
        // An order goes before the clip's own fade, and the picture is there then.
        let ordered = ordered.map(|order| match own {
            Some(_) => FadeOrder { purpose: Purpose::In, ..order },
            None => order,
        });
        if let Some(order) = ordered.or(own) {
            self.fade_to(order, at);
        }
    }

    /// Changes the level of what it plays, from the one that it has at `at`; whether it took that.
    pub(super) fn fade_to(&mut self, order: FadeOrder, at: MachineNs) -> bool {
        let from = self.fade.as_ref().map_or(self.level, |fade| fade.level(at));
        let stands = matches!(self.state.stage(), Some(ClipStage::OnAir { moves: false, .. }));
        // Nobody hears what stands still.
        let over = if stands { Duration::ZERO } else { order.over };
        // What a fade before this one does to the picture goes on: a clip never stays half dark.
        let before = self.fade.as_ref().map(|fade| fade.order.purpose);
        let purpose = match (order.purpose, before) {
            (Purpose::Volume, Some(Purpose::In | Purpose::Out)) => Purpose::In,
            (purpose, _) => purpose,
        };
        self.fade = Some(Fade::new(from, FadeOrder { over, purpose, ..order }, at));
        self.fade_on(at)
    }

    /// Makes the step of a fade that is due; whether the player took it.
    pub(super) fn fade_on(&mut self, at: MachineNs) -> bool {
        let level = self.fade.as_mut().and_then(|fade| fade.step(at));
        level.is_none_or(|level| self.set_level(level))
    }

    /// Returns `true` if what it plays is to be stopped as soon as its sound has faded to silence.
    pub(super) fn is_fading_out(&self) -> bool {
        self.fade.as_ref().is_some_and(|fade| fade.order.purpose == Purpose::Out)
    }

    /// Forgets a fade that is over at `at`. Returns `true` if the clip is to be stopped now.
    pub(super) fn ends_fade(&mut self, at: MachineNs) -> bool {
        let over = self.fade.take_if(|fade| fade.is_over(at));
        over.is_some_and(|fade| fade.order.purpose == Purpose::Out)
    }

    /// Goes to black; whatever it was is over.
    pub(super) fn clear(&mut self) -> bool {
        (self.state, self.fade, self.level.darkness) = (PlayerState::Idle, None, 1.0);
        self.say([commands::cover(), json!(["stop"])])
    }

    /// Tells it to quit.
    pub(super) fn leave(&mut self, at: MachineNs) {
        if !matches!(self.state, PlayerState::Leaving) {
            (self.state, self.asked) = (PlayerState::Leaving, Some(at));
            self.say([json!(["quit"])]);
        }
    }

    /// Asks whether it is there if it is time to, finds out that it is not, and says when to look
    /// again.
    pub(super) fn watch(&mut self, at: MachineNs) -> MachineNs {
        let limit = match self.state {
            PlayerState::Starting | PlayerState::Loading { .. } | PlayerState::Examining(_) => LOAD,
            PlayerState::Playing { stage: ClipStage::Called, .. } => ANSWER,
            PlayerState::Playing { .. } => ANSWER_ON_AIR,
            PlayerState::Idle | PlayerState::Ready { .. } | PlayerState::Leaving => ANSWER,
        };
        if self.asked.is_none() && at >= self.heard + ASK {
            let questions: &[_] = match self.state {
                // A short sound is over before mpv tells that it moves; then only its standing
                // tells that it has.
                PlayerState::Playing { stage: ClipStage::Called, .. } => {
                    &[PlayerQuestion::Idle, PlayerQuestion::Pause]
                }
                PlayerState::Starting
                | PlayerState::Idle
                | PlayerState::Loading { .. }
                | PlayerState::Ready { .. }
                | PlayerState::Playing { .. }
                | PlayerState::Examining(_)
                | PlayerState::Leaving => &[PlayerQuestion::Position],
            };
            self.tell(questions.iter().copied().map(ExamLine::Ask));
            self.asked = Some(at);
        }
        let wake = match self.asked {
            Some(asked) if at >= asked + limit => {
                self.exit.get_or_insert(Exit::Silent);
                at
            }
            Some(asked) => asked + limit,
            None => self.heard + ASK,
        };
        let step_at = self.fade.as_ref().and_then(Fade::next_at);
        self.over_at(at).into_iter().chain(step_at).fold(wake, MachineNs::min)
    }

    /// Instant at which a still picture on air has stood for as long as its cue lasts; no player
    /// can tell.
    pub(super) fn over_at(&self, now: MachineNs) -> Option<MachineNs> {
        let PlayerState::Playing { stage: ClipStage::OnAir { from_ns, at, moves: true }, .. } =
            &self.state
        else {
            return None;
        };
        let length_ns = self.length_ns().filter(|_| self.is_still)?;
        let left_ns = length_ns.saturating_sub(position(*from_ns, *at, true, now, None));
        Some(now + Duration::from_nanos(left_ns))
    }

    /// Gives it `late` more to answer: nobody has listened for so long.
    pub(super) fn excuse(&mut self, late: Duration) {
        self.asked = self.asked.map(|asked| asked + late);
    }

    /// The clip that it has on air as the `player` of its layer, if any.
    pub(super) fn on_air(&self, player: &OutputLayer, now: MachineNs) -> Option<ClipOnAir> {
        let PlayerState::Playing { play, stage: ClipStage::OnAir { from_ns, at, moves }, .. } =
            &self.state
        else {
            return None;
        };
        let length_ns = self.length_ns();
        let position_ns = position(*from_ns, *at, *moves, now, length_ns);
        let (player, cue, moves) = (player.clone(), play.job.cue, *moves);
        Some(ClipOnAir { player, cue, position_ns, length_ns, moves })
    }

    /// Length of the clip that plays, from its in-point to its out-point, nanoseconds; for a still
    /// picture, that of its cue.
    pub(super) fn length_ns(&self) -> Option<u64> {
        let PlayerState::Playing { reel, part, .. } = &self.state else { return None };
        let part: &ReelPart = reel.part(*part)?;
        if self.is_still {
            let cut_ns = part.clip.to_ns.map(|to_ns| to_ns.saturating_sub(part.clip.from_ns));
            return cut_ns.or(part.clip.still_ns).filter(|_| !part.clip.looped);
        }
        if reel.is_list() { part.length_ns() } else { part.clip.length_ns(self.duration_ns) }
    }

    /// Says commands in one write; whether it took them.
    pub(super) fn say(&mut self, commands: impl IntoIterator<Item = Value>) -> bool {
        self.tell(commands.into_iter().map(ExamLine::Do))
    }

    pub(super) fn tell(&mut self, told: impl IntoIterator<Item = ExamLine>) -> bool {
        let mut lines = vec![];
        for line in told {
            let (command, id) = match line {
                ExamLine::Do(command) => {
                    self.request += 1;
                    (command, self.request)
                }
                ExamLine::Ask(question) => (commands::ask(question), question as u64),
            };
            let line = json!({ "command": command, "request_id": id });
            lines.extend_from_slice(line.to_string().as_bytes());
            lines.push(b'\n');
        }
        self.write(&lines)
    }

    fn write(&mut self, lines: &[u8]) -> bool {
        let why = match (&self.line).write(lines) {
            Ok(written) if written == lines.len() => return true,
            Ok(_) => "it has no room for commands".to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                "it has no room for commands".into()
            }
            Err(error) => error.to_string(),
        };
        self.exit.get_or_insert(Exit::Deaf(why));
        false
    }
}

/// Converts a time of the player to nanoseconds. No number becomes 0, and nothing is longer than
/// the longest clip, so that a damaged file makes no sum overflow.
pub(super) fn of_seconds(seconds: f64) -> u64 {
    // A cast of a float saturates, and makes 0 of what is no number.
    ((seconds * SECOND_NS as f64) as u64).min(commands::LONGEST_NS)
}

/// Position of a clip that was at `from_ns` at an instant; it does not run past its end, however
/// late the player's report is.
fn position(
    from_ns: u64,
    at: MachineNs,
    moves: bool,
    now: MachineNs,
    length_ns: Option<u64>,
) -> u64 {
    let since_ns = if moves { nanoseconds(now.since(at)) } else { 0 };
    from_ns.saturating_add(since_ns).min(length_ns.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_of_a_player_is_too_long_for_a_sum() {
        let said = [0.5, -1.0, f64::NAN, f64::INFINITY, 1e300].map(of_seconds);
        assert_eq!(said, [SECOND_NS / 2, 0, 0, commands::LONGEST_NS, commands::LONGEST_NS]);
    }
}
