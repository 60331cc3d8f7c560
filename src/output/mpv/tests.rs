//! The deck with players that are only the other ends of their lines: what stands in the stage, and
//! what is said of losses.

mod fades;
mod layers;

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Value, json};

use super::clip::{Clip, FileIdentity, FileStatus};
use super::fade::{FadeOrder, Purpose};
use super::player::{ANSWER, ASK, LOAD};
use super::replies::{PlayerLine, PlayerQuestion};
use super::state::{Exit, PlayerRole};
use super::*;
use crate::output::testing::{SOON, now};
use crate::output::{ClipNews, Light, OutputReport};
use crate::show::action::MpvCommand;
use crate::show::{CueNumber, Layer, OutputIx, OutputLayer};

/// How long each clip is, seconds.
const LENGTH: f64 = 0.9;

/// A deck of eight cues, each with a clip, and the players that it has asked for.
struct Rig {
    deck: Deck,
    at: MachineNs,
    /// The players' own ends.
    far: Vec<(u64, PlayerRole, UnixStream)>,
    /// The entry of the playlist that each loads, as mpv counts them.
    entry: i64,
    /// The size of every file, which tells its version.
    size: u64,
    /// `true` if every file has sound.
    has_sound: bool,
}

impl Rig {
    fn new() -> Self {
        Self::of(Layer::MAIN)
    }

    /// The deck of a layer.
    fn of(layer: Layer) -> Self {
        let clip = |cue: u32| {
            let clip = format!("{cue}.mp4");
            let play = MpvCommand::Play {
                clip,
                from_ns: 0,
                to_ns: None,
                volume: None,
                fade_in: Duration::ZERO,
                looped: false,
                optional: false,
            };
            let number = CueNumber::new(&cue.to_string()).unwrap();
            let clip = Clip::new(&play, &number, Some(SOON.as_nanos() as u64), Path::new("/shows"))
                .unwrap();
            ((CueIx(cue), 0), Arc::new(clip))
        };
        let player = OutputLayer { output: OutputIx(0), layer };
        let deck = Deck::new(player, (0..8).map(clip).collect());
        Rig { deck, at: now(), far: vec![], entry: 0, size: 1, has_sound: true }
    }

    /// Does all pending work but reaping, has new players answer, and files examined.
    fn work(&mut self) {
        loop {
            let pending_work = self.deck.pending_work(self.at);
            let mut is_idle = pending_work.looks.is_empty() && pending_work.start.is_none();
            for (key, _) in pending_work.looks {
                self.deck.looked(key, FileStatus::There(FileIdentity::of_size(self.size)), self.at);
            }
            if let Some(role) = pending_work.start {
                let (near, far) = UnixStream::pair().unwrap();
                near.set_nonblocking(true).unwrap();
                far.set_nonblocking(true).unwrap();
                let id = self.deck.started(role, None, near, self.at);
                self.deck.on_reply(id, PlayerLine::Other, self.at);
                self.far.push((id, role, far));
            }
            for player in pending_work.lost {
                self.far.retain(|(id, ..)| *id != player.id);
                self.deck.reaped(&player, "lost", self.at);
            }
            is_idle &= !self.examine();
            if is_idle {
                return;
            }
        }
    }

    /// Everything that the player of this role was told since it was asked last.
    fn told(&mut self, wanted: PlayerRole) -> Vec<Value> {
        let Some((_, _, far)) = self.far.iter_mut().find(|(_, role, _)| *role == wanted) else {
            return vec![];
        };
        let mut text = vec![0; 1 << 16];
        let count = far.read(&mut text).unwrap_or(0);
        let lines = text[..count].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    fn id(&self, wanted: PlayerRole) -> u64 {
        self.far.iter().find(|(_, role, _)| *role == wanted).expect("it was started").0
    }

    /// Has the scout examine what it was told to; whether there was anything.
    fn examine(&mut self) -> bool {
        let told = self.told(PlayerRole::Scout);
        let Some(load) = told.iter().find(|line| line["command"][0] == "loadfile").cloned() else {
            return false;
        };
        self.loads(PlayerRole::Scout, &load);
        let id = self.id(PlayerRole::Scout);
        for (question, answer) in [
            (PlayerQuestion::Format, json!("wav")),
            (PlayerQuestion::Picture, json!(1)),
            (PlayerQuestion::Position, json!(0)),
            (PlayerQuestion::Sound, if self.has_sound { json!(1) } else { json!(false) }),
        ] {
            self.deck.on_reply(id, PlayerLine::Answer { question, data: Ok(answer) }, self.at);
        }
        true
    }

    fn loads(&mut self, role: PlayerRole, load: &Value) {
        self.entry += 1;
        let (id, data) = (self.id(role), json!({ "playlist_entry_id": self.entry }));
        let request = load["request_id"].as_u64().unwrap();
        self.on_reply(id, PlayerLine::Reply { request, data: Ok(data) });
        self.on_reply(id, PlayerLine::Begun { entry: self.entry });
        self.on_reply(id, PlayerLine::Property { name: "duration", data: json!(LENGTH) });
        self.on_reply(id, PlayerLine::Restart);
    }

    fn on_reply(&mut self, id: u64, said: PlayerLine) {
        self.deck.on_reply(id, said, self.at);
    }

    /// Has the stage come to the beginning of what it was told to load; gives that.
    fn load(&mut self) -> Option<String> {
        let told = self.told(PlayerRole::Stage);
        let load = told.iter().rfind(|line| line["command"][0] == "loadfile")?.clone();
        self.loads(PlayerRole::Stage, &load);
        Some(load["command"][1].as_str().unwrap().to_owned())
    }

    fn armed(cues: &[u32]) -> Self {
        let mut rig = Rig::new();
        rig.arm(cues);
        rig
    }

    fn arm(&mut self, cues: &[u32]) -> Option<String> {
        let cues: Vec<_> = cues.iter().map(|cue| CueIx(*cue)).collect();
        self.deck.arm(&cues);
        self.work();
        self.load()
    }

    /// Tells which cues follow which.
    fn join(&mut self, joins: &[(u32, u32)]) {
        let joins: Vec<_> =
            joins.iter().map(|(leader, follower)| (CueIx(*leader), CueIx(*follower))).collect();
        self.deck.join(joins);
    }

    fn go(&mut self, cue: u32) -> Option<Outcome> {
        self.deck.play(Job { cue: CueIx(cue), firing: cue, action: 0 }, self.at)
    }

    /// The stage says that this property has changed.
    fn says(&mut self, name: &'static str, data: Value) {
        let id = self.id(PlayerRole::Stage);
        self.on_reply(id, PlayerLine::Property { name, data });
    }

    fn moves(&mut self) {
        self.says("core-idle", false.into());
    }

    /// The stage stands by itself, at this place.
    fn stands(&mut self, seconds: f64) {
        self.says("pause", true.into());
        let id = self.id(PlayerRole::Stage);
        self.on_reply(
            id,
            PlayerLine::Answer { question: PlayerQuestion::Position, data: Ok(json!(seconds)) },
        );
    }

    /// The names of the commands that the stage was told.
    fn commands(&mut self) -> Vec<String> {
        let name = |line: &Value| {
            match &line["command"] {
                Value::Array(words) => words
                    .iter()
                    .take(3)
                    .map(|word| word.as_str().map_or(word.to_string(), Into::into)),
                named => return named["name"].as_str().unwrap().to_owned(),
            }
            .collect::<Vec<_>>()
            .join(" ")
        };
        self.told(PlayerRole::Stage).iter().map(name).collect()
    }

    /// What was told: the firing, and in a word what became of it.
    fn news(&mut self) -> Vec<(u32, &'static str)> {
        let word = |news| match news {
            OutputReport::Report(report) => match report.outcome {
                Outcome::Failed(_) => (report.job.unwrap().firing, "failed"),
                _ => (report.job.unwrap().firing, "sent"),
            },
            OutputReport::Clip(clip) => match clip.what {
                ClipNews::Started { .. } => (clip.firing, "started"),
                ClipNews::Ended => (clip.firing, "ended"),
                ClipNews::Stopped => (clip.firing, "stopped"),
                ClipNews::Lost(_) => (clip.firing, "lost"),
                ClipNews::BrokeOff(_) => (clip.firing, "broke off"),
            },
            OutputReport::Word(_) | OutputReport::Note(_) => (0, "word"),
        };
        self.deck.take_reports().into_iter().map(word).collect()
    }
}

const GO: [&str; 3] = ["osd-overlay 1 none", "set_property pause false", "get_property core-idle"];

#[test]
fn a_clip_is_armed_behind_black_and_a_go_is_told_before_the_call_returns() {
    let mut rig = Rig::new();
    rig.deck.arm(&[CueIx(3), CueIx(1)]);
    rig.work();
    let commands = rig.commands();
    let place =
        |word: &str| commands.iter().rposition(|command| command.starts_with(word)).expect(word);
    assert!(place("osd-overlay") < place("loadfile"), "{commands:?}");
    assert!(place("set_property pause true") < place("loadfile"), "{commands:?}");
    let mut rig = Rig::armed(&[3, 1]);
    let moves = |command: &String| !command.starts_with("get_property");
    assert_eq!(rig.commands().into_iter().find(moves), None, "nothing moves by itself");
    assert_eq!(rig.go(3), None);
    assert_eq!(rig.commands(), GO);
    assert_eq!(rig.news(), [], "whether it moves is for the player to say");
    rig.moves();
    assert_eq!(rig.news(), [(3, "sent"), (3, "started")]);
}

#[test]
fn nothing_is_loaded_over_what_is_on_air_until_it_is_called() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.moves();
    rig.news();
    rig.commands();
    assert_eq!(rig.arm(&[1, 2]), None);
    // Two calls at once: the later one is meant.
    assert_eq!((rig.go(6), rig.go(7)), (None, None));
    rig.work();
    assert_eq!(rig.load().as_deref(), Some("/shows/7.mp4"));
    assert_eq!(rig.news(), [(6, "failed")]);
    rig.moves();
    assert_eq!(rig.news(), [(7, "sent"), (7, "started"), (0, "stopped")]);
    // Afterwards the stage goes to black, and the next clip is armed.
    rig.says("pause", false.into());
    rig.stands(LENGTH);
    assert_eq!(rig.news(), [(7, "ended")]);
    rig.work();
    assert_eq!(rig.load().as_deref(), Some("/shows/1.mp4"));
}

#[test]
fn clips_that_follow_are_one_list_and_each_has_its_own_beginning_and_end() {
    let mut rig = Rig::new();
    rig.join(&[(0, 1), (1, 2)]);
    let list = rig.arm(&[0]).expect("a list");
    assert!(
        list.starts_with("edl://%12%/shows/0.mp4,0.000000000,0.900000000;%12%/shows/1.mp4"),
        "{list}"
    );
    rig.commands();
    rig.go(0);
    rig.moves();
    rig.says("time-pos", json!(0.5));
    assert_eq!(rig.news(), [(0, "sent"), (0, "started")]);
    rig.says("time-pos", json!(0.9));
    assert_eq!(rig.news(), [(0, "ended")], "the next one is on air and not called yet");
    rig.commands();
    assert_eq!(rig.go(1), None);
    assert_eq!(rig.news(), [(1, "sent"), (1, "started")]);
    assert_eq!(rig.commands(), ["get_property pause"], "it plays already, and may be over");
    // A hold: it ends at its end.
    rig.join(&[]);
    assert_eq!(rig.commands(), ["set_property end 1.800000000"]);
    rig.says("pause", false.into());
    rig.stands(1.8);
    assert_eq!(rig.news(), [(1, "ended")]);
    rig.commands();
    rig.work();
    assert_eq!(rig.commands()[..2], ["osd-overlay", "stop"]);
}

#[test]
fn what_has_begun_by_itself_and_is_not_called_is_taken_away() {
    let mut rig = Rig::new();
    rig.join(&[(0, 1)]);
    rig.arm(&[0]);
    rig.go(0);
    rig.moves();
    rig.says("time-pos", json!(0.9));
    rig.news();
    rig.commands();
    rig.at += Duration::from_millis(499);
    rig.work();
    assert!(!rig.commands().contains(&"stop".into()));
    rig.at += Duration::from_millis(1);
    rig.work();
    assert_eq!(rig.commands()[..2], ["osd-overlay", "stop"]);
    assert_eq!(rig.news(), []);
}

#[test]
fn a_sound_that_is_over_before_it_is_told_of_has_played() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.says("pause", false.into());
    rig.says("pause", true.into());
    assert_eq!(rig.news(), [(0, "sent"), (0, "started"), (0, "ended")]);
    // The same, where it tells of neither.
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.at += ASK;
    let id = rig.id(PlayerRole::Stage);
    rig.on_reply(id, PlayerLine::Answer { question: PlayerQuestion::Pause, data: Ok(true.into()) });
    assert_eq!(rig.news(), [(0, "sent"), (0, "started"), (0, "ended")]);
}

#[test]
fn a_clip_that_stands_much_before_its_end_broke_off() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.moves();
    rig.news();
    rig.stands(0.3);
    assert_eq!(rig.news(), [(0, "broke off")]);
    assert_eq!(rig.deck.light().1.as_deref(), Some("the clip breaks off at 0:00.3 of 0:00.9"));
}

#[test]
fn a_still_picture_lasts_as_long_as_its_cue() {
    let mut rig = Rig::armed(&[0]);
    rig.says("current-tracks/video/image", true.into());
    rig.says("duration", 0.0.into());
    rig.go(0);
    rig.moves();
    rig.news();
    rig.at += SOON - Duration::from_millis(1);
    let pending_work = rig.deck.pending_work(rig.at);
    assert_eq!((rig.news(), pending_work.wake.since(rig.at)), (vec![], Duration::from_millis(1)));
    rig.at = pending_work.wake;
    rig.deck.pending_work(rig.at);
    assert_eq!(rig.news(), [(0, "ended")]);
}

#[test]
fn a_file_that_was_replaced_is_examined_and_loaded_again() {
    let mut rig = Rig::armed(&[0]);
    rig.size = 2;
    rig.at += SOON;
    rig.work();
    assert_eq!(rig.news(), [(0, "word")]);
    assert_eq!(rig.load().as_deref(), Some("/shows/0.mp4"));
}

#[test]
fn a_paused_clip_goes_on() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.moves();
    rig.at += ASK;
    assert_eq!(rig.deck.pause(rig.at), Outcome::Sent);
    // Its word on that comes late, when it is to go on already.
    assert_eq!(rig.deck.resume(rig.at), Outcome::Sent);
    rig.news();
    rig.says("pause", true.into());
    let id = rig.id(PlayerRole::Stage);
    rig.on_reply(
        id,
        PlayerLine::Answer { question: PlayerQuestion::Pause, data: Ok(false.into()) },
    );
    assert_eq!(rig.news(), [], "it is not over");
    let (clip, _) = rig.deck.reading(rig.at + ASK);
    assert!(clip.is_some_and(|clip| clip.moves && clip.position_ns > ASK.as_nanos() as u64));
}

#[test]
fn a_player_that_gives_no_answer_to_a_go_fails_it_within_half_a_second() {
    let mut rig = Rig::armed(&[0]);
    assert_eq!(rig.go(0), None);
    rig.at += ANSWER - Duration::from_millis(1);
    assert!(rig.deck.pending_work(rig.at).lost.is_empty());
    rig.at += Duration::from_millis(1);
    let lost = rig.deck.pending_work(rig.at).lost;
    assert_eq!(
        lost.iter().map(|player| player.exit.clone()).collect::<Vec<_>>(),
        [Some(Exit::Silent)]
    );
    rig.deck.reaped(&lost[0], "the player stopped answering", rig.at);
    assert_eq!(rig.news(), [(0, "failed")]);
    assert_eq!(rig.deck.light(), (Light::Down, Some("the player stopped answering".into())));
}

#[test]
fn a_keeper_that_was_held_up_blames_nobody() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.at += SOON;
    rig.deck.excuse(SOON);
    assert!(rig.deck.pending_work(rig.at).lost.is_empty());
}

#[test]
fn a_player_on_air_that_dies_is_lost_and_the_next_ones_come_after_longer_and_longer_pauses() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    let wake = rig.deck.pending_work(rig.at).wake;
    assert!(wake <= rig.at + ASK.max(ANSWER));
    rig.moves();
    rig.news();
    let id = rig.id(PlayerRole::Stage);
    rig.deck.lose(id, Exit::Closed);
    let pending_work = rig.deck.pending_work(rig.at);
    assert_eq!(pending_work.start, Some(PlayerRole::Stage), "the first is replaced at once");
    pending_work.lost.iter().for_each(|player| rig.deck.reaped(player, "lost", rig.at));
    assert_eq!(rig.news(), [(0, "lost")]);
    let mut pauses = vec![];
    for _ in 0..8 {
        let refused = rig.at;
        rig.deck.not_started("no".into(), refused);
        while rig.deck.pending_work(rig.at).start.is_none() {
            rig.at += Duration::from_millis(50);
        }
        pauses.push(rig.at.since(refused).as_millis());
    }
    assert_eq!(pauses, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
}

#[test]
fn a_file_over_which_players_die_is_faulty_at_the_second_time() {
    let mut rig = Rig::new();
    rig.deck.arm(&[CueIx(0)]);
    let mut deaths = 0;
    while rig.deck.light().0 != Light::Down {
        let pending_work = rig.deck.pending_work(rig.at);
        for (key, _) in pending_work.looks {
            rig.deck.looked(key, FileStatus::There(FileIdentity::of_size(1)), rig.at);
        }
        if let Some(role) = pending_work.start {
            let (near, far) = UnixStream::pair().unwrap();
            let id = rig.deck.started(role, None, near, rig.at);
            rig.on_reply(id, PlayerLine::Other);
            rig.far.push((id, role, far));
            rig.deck.pending_work(rig.at);
            if role == PlayerRole::Scout {
                deaths += 1;
                rig.deck.lose(id, Exit::Closed);
            }
        }
        pending_work.lost.iter().for_each(|player| rig.deck.reaped(player, "signal 11", rig.at));
        rig.at += Duration::from_millis(50);
    }
    assert_eq!(deaths, 2);
    let why = rig.deck.light().1.unwrap();
    assert_eq!(why, "cue 0: 0.mp4: the player does not get through it: signal 11");
}

#[test]
fn a_player_that_takes_no_commands_fails_a_go_at_once() {
    let mut rig = Rig::armed(&[0]);
    // Its end is gone, and nothing has told of it yet.
    rig.far.clear();
    assert!(matches!(rig.go(0), Some(Outcome::Failed(_))));
    rig.work();
    assert_eq!(rig.news(), [], "a GO has one outcome");
}

#[test]
fn a_pause_right_after_a_go_holds_though_the_player_never_says_so() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.moves();
    rig.at += ASK;
    assert_eq!(rig.deck.pause(rig.at), Outcome::Sent);
    let (clip, _) = rig.deck.reading(rig.at + SOON);
    assert!(clip.is_some_and(|clip| !clip.moves && clip.position_ns == ASK.as_nanos() as u64));
}

#[test]
fn what_has_not_come_for_long_is_called_off() {
    let mut rig = Rig::armed(&[0]);
    assert_eq!(rig.go(5), None);
    rig.work();
    // The player answers and loads without an end.
    for _ in 0..40 {
        rig.at += LOAD / 40;
        let id = rig.id(PlayerRole::Stage);
        rig.on_reply(id, PlayerLine::Other);
    }
    rig.work();
    assert_eq!(rig.news(), [(5, "failed")]);
}

#[test]
fn a_clip_that_does_not_move_yet_never_does_after_a_panic() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.moves();
    rig.news();
    // One that waits for the stage, and one that was let go and does not move yet.
    assert_eq!(rig.go(5), None);
    let (outcome, stopped) = rig.deck.panic();
    assert_eq!((outcome, stopped.iter().map(|job| job.firing).collect()), (Outcome::Sent, vec![5]));
    assert_eq!(rig.news(), [(0, "stopped")]);
    rig.arm(&[1]);
    assert_eq!(rig.go(1), None);
    let (_, stopped) = rig.deck.panic();
    assert_eq!(stopped.iter().map(|job| job.firing).collect::<Vec<_>>(), [1]);
    rig.moves();
    rig.work();
    assert_eq!(rig.news(), []);
}

#[test]
fn nothing_is_left_without_a_word_when_the_keeper_falls() {
    let mut rig = Rig::armed(&[0, 1]);
    rig.go(0);
    rig.moves();
    rig.news();
    rig.go(5);
    rig.deck.fall("fault", rig.at);
    let mut news = rig.news();
    news.sort_unstable();
    assert_eq!(news, [(0, "lost"), (5, "failed")]);
    assert!(matches!(rig.go(0), Some(Outcome::Failed(_))));
}
