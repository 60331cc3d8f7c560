//! One player: what it has loaded, what it is told, and what its words mean for that.
//!
//! Owns the order of commands that loads a clip and lets it go, and the player's watchdog. Must never wait: all that is
//! said to it in one moment is one write to a socket that does not block, and one that takes nothing is the player's
//! fault. It is a value in all but that socket: time comes in as an argument.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::{Clip as OnAir, Job};
use super::Key;
use super::clip::{Clip, not_playable};
use super::said::Said;
use super::told;
use crate::show::duration::{self, SECOND_NS};

/// How often a player that says nothing is asked whether it is there.
pub(super) const ASK: Duration = Duration::from_millis(250);

/// How long a player may take over an answer.
pub(super) const ANSWER: Duration = Duration::from_millis(500);

/// How long it may take while it starts or loads: it opens its window and its sound meanwhile, and answers nobody.
pub(super) const LOAD: Duration = Duration::from_secs(5);

/// A clip that was called.
#[derive(Clone, Debug)]
pub(super) struct Play {
    /// The GO.
    pub(super) job: Job,
    /// Which GO of this output: a later one takes the place of an earlier one.
    pub(super) turn: u64,
    /// When it was called.
    pub(super) since: Instant,
    /// It is to stand still as soon as it moves.
    pub(super) held: bool,
}

impl Play {
    pub(super) fn key(&self) -> Key {
        (self.job.cue, self.job.action)
    }
}

/// How far a clip that was let go has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It does not move yet.
    Called,
    /// It is on air: nanoseconds from its in-point at an instant, and whether it has moved since.
    OnAir { from_ns: u64, at: Instant, moves: bool },
    /// It is over; its last picture stands.
    Over,
}

/// What a player is doing.
#[derive(Debug)]
pub(super) enum State {
    /// It has not said anything yet.
    Starting,
    /// It has nothing loaded.
    Idle,
    /// A clip is being loaded; with a play, it goes as soon as it stands.
    Loading { key: Key, clip: Arc<Clip>, request: u64, entry: Option<i64>, begun: bool, play: Option<Play> },
    /// A clip stands at its in-point.
    Ready { key: Key, clip: Arc<Clip> },
    /// A clip was let go.
    Playing { clip: Arc<Clip>, play: Play, stage: Stage },
    /// It was told to quit.
    Leaving,
}

/// What has become of a player, by its own words.
#[derive(Debug, PartialEq)]
pub(super) enum Turn {
    Nothing,
    /// It has started.
    Up,
    /// Its clip stands at its in-point.
    Armed,
    /// Its clip cannot be played: why.
    Unplayable(Key, String),
    /// The picture moves.
    Started,
    /// The clip has come to its end.
    Ended,
    /// The clip broke off: why.
    Broke(String),
}

/// How a player was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It does not answer.
    Silent,
    /// Its end of the line is closed.
    Closed,
    /// It does not take commands: why.
    Deaf(String),
}

/// A player.
pub(super) struct Player {
    pub(super) id: u64,
    /// The process; tests have players without one.
    pub(super) child: Option<Child>,
    pub(super) state: State,
    /// How it was lost, until it is buried.
    pub(super) fate: Option<Fate>,
    line: UnixStream,
    request: u64,
    /// Since when an answer is awaited.
    asked: Option<Instant>,
    heard: Instant,
    duration_ns: Option<u64>,
    eof: bool,
    paused: bool,
}

impl Player {
    /// A player that was just started, at the other end of `line`.
    pub(super) fn new(id: u64, child: Option<Child>, line: UnixStream, at: Instant) -> Self {
        let (state, fate, duration_ns) = (State::Starting, None, None);
        let (asked, heard) = (Some(at), at);
        let mut player =
            Player { id, child, state, fate, line, request: 0, asked, heard, duration_ns, eof: false, paused: true };
        player.say(told::watch());
        player
    }

    /// Has it load `clip` and stand at its in-point.
    pub(super) fn load(&mut self, key: Key, clip: &Arc<Clip>, play: Option<Play>, at: Instant) {
        self.duration_ns = None;
        if self.say(told::load(clip)) {
            let (clip, request) = (Arc::clone(clip), self.request);
            self.asked = Some(at);
            self.state = State::Loading { key, clip, request, entry: None, begun: false, play };
        }
    }

    /// Lets the clip go that stands at its in-point; whether it was told.
    pub(super) fn go(&mut self, play: Play, at: Instant) -> bool {
        let State::Ready { clip, .. } = &self.state else { return false };
        let clip = Arc::clone(clip);
        let told = self.write(told::GO.as_bytes());
        if told {
            self.asked = Some(at);
            self.state = State::Playing { clip, play, stage: Stage::Called };
        }
        told
    }

    /// Freezes the picture.
    ///
    /// Its word on it is not waited for: of a pause so soon behind a GO that mpv has told of neither, it never tells.
    pub(super) fn pause(&mut self, now: Instant) -> bool {
        let length_ns = self.length_ns();
        if let State::Playing { stage: Stage::OnAir { from_ns, at, moves }, .. } = &mut self.state {
            *from_ns = position(*from_ns, *at, *moves, now, length_ns);
            (*at, *moves) = (now, false);
        }
        self.say(vec![json!(["set_property", "pause", true])])
    }

    /// Takes the picture away; whatever it was is over.
    pub(super) fn clear(&mut self) -> bool {
        self.state = State::Idle;
        self.say(vec![json!(["stop"])])
    }

    /// Tells it to quit.
    pub(super) fn leave(&mut self, at: Instant) {
        if !matches!(self.state, State::Leaving) {
            (self.state, self.asked) = (State::Leaving, Some(at));
            self.say(vec![json!(["quit"])]);
        }
    }

    /// Asks whether it is there if it is time to, finds out that it is not, and says when to look again.
    pub(super) fn watch(&mut self, at: Instant) -> Instant {
        let limit = match self.state {
            State::Starting | State::Loading { .. } => LOAD,
            _ => ANSWER,
        };
        if self.asked.is_none() && at >= self.heard + ASK {
            let is_called = matches!(self.state, State::Playing { stage: Stage::Called, .. });
            self.say(vec![told::question(is_called)]);
            self.asked = Some(at);
        }
        match self.asked {
            Some(asked) if at >= asked + limit => {
                self.fate.get_or_insert(Fate::Silent);
                at
            }
            Some(asked) => asked + limit,
            None => self.heard + ASK,
        }
    }

    /// Gives it `late` more to answer: nobody has listened for so long.
    pub(super) fn excuse(&mut self, late: Duration) {
        self.asked = self.asked.map(|asked| asked + late);
    }

    /// Takes in what it says.
    pub(super) fn hear(&mut self, said: Said, at: Instant) -> Turn {
        (self.asked, self.heard) = (None, at);
        if let State::Starting = self.state {
            self.state = State::Idle;
            return Turn::Up;
        }
        match said {
            Said::Reply { request, data } => self.hear_reply(request, data, at),
            Said::Begun { entry } => {
                if let State::Loading { entry: own, begun, .. } = &mut self.state {
                    *begun = *own == Some(entry);
                }
                Turn::Nothing
            }
            Said::Over { entry, why } => match &self.state {
                State::Loading { key, entry: own, .. } if *own == Some(entry) => {
                    Turn::Unplayable(*key, not_playable(&why))
                }
                // The end of a clip before this one is on its way still when this one is called from the start.
                State::Playing { stage: Stage::OnAir { .. }, .. } if why != "stop" => {
                    Turn::Broke(format!("the clip broke off: {why}"))
                }
                _ => Turn::Nothing,
            },
            Said::Restart => self.stand(at),
            Said::Property { name, data } => self.hear_property(name, &data, at),
            Said::Other => Turn::Nothing,
        }
    }

    fn hear_reply(&mut self, answered: u64, data: Result<Value, String>, now: Instant) -> Turn {
        match &mut self.state {
            State::Loading { key, request, entry, .. } if *request == answered => match data {
                Ok(data) => {
                    *entry = data.get("playlist_entry_id").and_then(Value::as_i64);
                    Turn::Nothing
                }
                Err(why) => Turn::Unplayable(*key, not_playable(&why)),
            },
            State::Playing { stage: Stage::Called, .. } if data == Ok(Value::Bool(false)) => self.begin(now),
            State::Playing { clip, stage: Stage::OnAir { from_ns, at, .. }, .. } => {
                if let Some(seconds) = data.ok().and_then(|data| data.as_f64()) {
                    (*from_ns, *at) = (nanoseconds(seconds).saturating_sub(clip.from_ns), now);
                }
                Turn::Nothing
            }
            _ => Turn::Nothing,
        }
    }

    /// The picture moves.
    fn begin(&mut self, at: Instant) -> Turn {
        let State::Playing { stage, play, .. } = &mut self.state else { return Turn::Nothing };
        *stage = Stage::OnAir { from_ns: 0, at, moves: true };
        if play.held {
            self.pause(at);
        }
        Turn::Started
    }

    /// The clip that is being loaded stands at its in-point, or a clip that is looped is there again.
    fn stand(&mut self, now: Instant) -> Turn {
        if let State::Playing { stage: Stage::OnAir { from_ns, at, .. }, .. } = &mut self.state {
            (*from_ns, *at) = (0, now);
        }
        let State::Loading { key, clip, begun: true, play, .. } = &mut self.state else { return Turn::Nothing };
        let (key, clip, play) = (*key, Arc::clone(clip), play.take());
        if let Some(lasts_ns) = self.duration_ns.filter(|lasts_ns| *lasts_ns <= clip.from_ns && clip.from_ns > 0) {
            let why = format!("lasts {}, and its in-point comes later", duration::length(lasts_ns));
            // What has been taken out of the state has to be told of.
            self.state = State::Loading { key, clip, request: 0, entry: None, begun: true, play };
            return Turn::Unplayable(key, why);
        }
        if let Some(volume) = clip.volume {
            self.say(vec![told::volume(volume)]);
        }
        self.state = State::Ready { key, clip };
        match play {
            Some(play) if self.go(play.clone(), now) => Turn::Nothing,
            Some(play) => {
                let State::Ready { clip, .. } = &self.state else { return Turn::Nothing };
                // It has turned deaf; whoever buries it has to know what it was called for.
                self.state = State::Playing { clip: Arc::clone(clip), play, stage: Stage::Called };
                Turn::Nothing
            }
            None => Turn::Armed,
        }
    }

    fn hear_property(&mut self, name: &str, data: &Value, now: Instant) -> Turn {
        let is = |yes: bool| data.as_bool() == Some(yes);
        match name {
            "duration" => self.duration_ns = data.as_f64().map(nanoseconds),
            "eof-reached" => self.eof = is(true),
            "pause" => self.paused = is(true),
            _ => {}
        }
        let (eof, paused, length_ns) = (self.eof, self.paused, self.length_ns());
        let State::Playing { stage, .. } = &mut self.state else { return Turn::Nothing };
        match stage {
            Stage::Called if name == "core-idle" && is(false) => self.begin(now),
            // The end of the file alone comes some frames early; with `keep-open`, the pause is the last picture's end.
            Stage::OnAir { .. } if eof && paused => {
                *stage = Stage::Over;
                Turn::Ended
            }
            Stage::OnAir { from_ns, at, moves } if name == "pause" => {
                *from_ns = position(*from_ns, *at, *moves, now, length_ns);
                (*at, *moves) = (now, !paused);
                Turn::Nothing
            }
            _ => Turn::Nothing,
        }
    }

    /// What it has on air, if anything.
    pub(super) fn on_air(&self, now: Instant) -> Option<OnAir> {
        let State::Playing { play, stage: Stage::OnAir { from_ns, at, moves }, .. } = &self.state else { return None };
        let length_ns = self.length_ns();
        let position_ns = position(*from_ns, *at, *moves, now, length_ns);
        Some(OnAir { cue: play.job.cue, position_ns, length_ns, moves: *moves })
    }

    /// How long its clip is, from its in-point to its out-point.
    pub(super) fn length_ns(&self) -> Option<u64> {
        match &self.state {
            State::Playing { clip, .. } => clip.length_ns(self.duration_ns),
            _ => None,
        }
    }

    /// Says commands in one write, and whether it took them.
    fn say(&mut self, commands: Vec<Value>) -> bool {
        let mut lines = vec![];
        for command in commands {
            self.request += 1;
            let line = json!({ "command": command, "request_id": self.request });
            lines.extend_from_slice(line.to_string().as_bytes());
            lines.push(b'\n');
        }
        self.write(&lines)
    }

    fn write(&mut self, lines: &[u8]) -> bool {
        let why = match (&self.line).write(lines) {
            Ok(written) if written == lines.len() => return true,
            Ok(_) => "it has no room for commands".to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => "it has no room for commands".into(),
            Err(error) => error.to_string(),
        };
        self.fate.get_or_insert(Fate::Deaf(why));
        false
    }
}

/// What a time of the player is in nanoseconds; times that are none are 0.
fn nanoseconds(seconds: f64) -> u64 {
    // A cast of a float saturates, and makes 0 of what is no number.
    (seconds * SECOND_NS as f64) as u64
}

/// Where a clip is that was at `from_ns` at an instant; it does not run past its end, however late its news is.
fn position(from_ns: u64, at: Instant, moves: bool, now: Instant, length_ns: Option<u64>) -> u64 {
    let since_ns = if moves { now.saturating_duration_since(at).as_nanos() as u64 } else { 0 };
    from_ns.saturating_add(since_ns).min(length_ns.unwrap_or(u64::MAX))
}
