//! The deck with players that are only the other ends of their lines: who gets which clip, and what is said of losses.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::clip::Sight;
use super::player::{ANSWER, ASK, Fate, LOAD};
use super::said::Said;
use super::*;
use crate::output::testing::SOON;
use crate::output::{ClipNews, Light, News};
use crate::show::CueNumber;

/// A deck of eight cues, each with a clip, and the players that it has asked for.
struct Rig {
    deck: Deck,
    at: Instant,
    /// The players' own ends.
    far: Vec<(u64, UnixStream)>,
    /// The entry of the playlist that each loads, as mpv counts them.
    entry: i64,
}

impl Rig {
    fn new() -> Self {
        let clip = |cue: u32| {
            let clip = format!("{cue}.mp4");
            let play = MpvCommand::Play { clip, from_ns: 0, to_ns: None, volume: None, looped: false, optional: false };
            let clip = Clip::new(&play, &CueNumber::new(&cue.to_string()).unwrap(), Path::new("/shows")).unwrap();
            ((CueIx(cue), 0), Arc::new(clip))
        };
        Rig { deck: Deck::new(OutputIx(0), (0..8).map(clip).collect()), at: now(), far: vec![], entry: 0 }
    }

    /// Does all chores but funerals, and has new players answer.
    fn work(&mut self) {
        loop {
            let chores = self.deck.chores(self.at);
            let is_idle = chores.looks.is_empty() && !chores.start;
            for (key, _) in chores.looks {
                self.deck.looked(key, Sight::There(None), self.at);
            }
            if chores.start {
                let (near, far) = UnixStream::pair().unwrap();
                near.set_nonblocking(true).unwrap();
                far.set_nonblocking(true).unwrap();
                let id = self.deck.started(None, near, self.at);
                self.deck.hear(id, Said::Other, self.at);
                self.far.push((id, far));
            }
            for player in chores.lost {
                self.deck.buried(&player, "lost", self.at);
            }
            if is_idle {
                return;
            }
        }
    }

    /// Everything that each player was told since it was asked last.
    fn told(&mut self) -> Vec<(u64, Vec<Value>)> {
        let read = |(id, far): &(u64, UnixStream)| {
            let mut text = vec![0; 1 << 16];
            let count = { far }.read(&mut text).unwrap_or(0);
            let lines = text[..count].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            (*id, lines.map(|line| serde_json::from_slice(line).unwrap()).collect())
        };
        self.far.iter().map(read).collect()
    }

    /// Has every player that was told to load a clip come to its in-point; gives who loaded what.
    fn load(&mut self) -> Vec<(u64, String)> {
        let mut loaded = vec![];
        for (id, commands) in self.told() {
            for line in commands.iter().filter(|line| line["command"][0] == "loadfile") {
                self.entry += 1;
                let data = serde_json::json!({ "playlist_entry_id": self.entry });
                let request = line["request_id"].as_u64().unwrap();
                self.deck.hear(id, Said::Reply { request, data: Ok(data) }, self.at);
                self.deck.hear(id, Said::Begun { entry: self.entry }, self.at);
                self.deck.hear(id, Said::Restart, self.at);
                loaded.push((id, line["command"][1].as_str().unwrap().to_owned()));
            }
        }
        loaded
    }

    fn armed(cues: &[u32]) -> Self {
        let mut rig = Rig::new();
        rig.arm(cues);
        rig
    }

    fn arm(&mut self, cues: &[u32]) -> Vec<(u64, String)> {
        let cues: Vec<_> = cues.iter().map(|cue| CueIx(*cue)).collect();
        self.deck.arm(&cues);
        self.work();
        self.load()
    }

    fn go(&mut self, cue: u32) -> Option<Outcome> {
        self.deck.play(Job { cue: CueIx(cue), firing: cue, action: 0 }, self.at)
    }

    fn moves(&mut self, id: u64) {
        self.deck.hear(id, Said::Property { name: "core-idle", data: false.into() }, self.at);
    }

    /// What was told: the firing, and in a word what became of it.
    fn news(&mut self) -> Vec<(u32, &'static str)> {
        let word = |news| match news {
            News::Report(report) => match report.outcome {
                Outcome::Failed(_) => (report.job.unwrap().firing, "failed"),
                _ => (report.job.unwrap().firing, "sent"),
            },
            News::Clip(clip) => match clip.what {
                ClipNews::Started { .. } => (clip.firing, "started"),
                ClipNews::Ended => (clip.firing, "ended"),
                ClipNews::Stopped => (clip.firing, "stopped"),
                ClipNews::Lost(_) => (clip.firing, "lost"),
            },
        };
        self.deck.take_news().into_iter().map(word).collect()
    }
}

#[test]
fn a_go_of_an_armed_clip_is_told_to_its_player_before_the_call_returns() {
    let mut rig = Rig::new();
    let loaded = rig.arm(&[3, 1]);
    let (id, _) = loaded.iter().find(|(_, clip)| clip == "/shows/3.mp4").unwrap().clone();
    assert!(rig.told().iter().all(|(_, commands)| commands.is_empty()), "nothing moves by itself");
    assert_eq!(rig.go(3), None);
    let told: Vec<_> = rig.told().into_iter().filter(|(_, commands)| !commands.is_empty()).collect();
    assert_eq!((told.len(), told[0].0), (1, id), "one player, the right one");
    assert_eq!(told[0].1[0]["command"], serde_json::json!(["set_property", "pause", false]));
    assert_eq!(rig.news(), [], "whether it moves is for the player to say");
    rig.moves(id);
    assert_eq!(rig.news(), [(3, "sent"), (3, "started")]);
}

#[test]
fn the_next_four_clips_are_armed_and_a_jump_takes_the_player_of_the_last() {
    let mut rig = Rig::new();
    let loaded = rig.arm(&[0, 1, 2, 3, 4]);
    let mut clips: Vec<_> = loaded.iter().map(|(_, clip)| clip.as_str()).collect();
    clips.sort_unstable();
    assert_eq!(clips, ["/shows/0.mp4", "/shows/1.mp4", "/shows/2.mp4", "/shows/3.mp4"]);
    assert_eq!(rig.far.len(), 5, "one more, without a clip, for a jump");
    // Two jumps at once: the spare one, then the one that has armed what comes last.
    assert_eq!((rig.go(6), rig.go(7)), (None, None));
    rig.work();
    let loaded_now = rig.load();
    let last = loaded.iter().find(|(_, clip)| clip == "/shows/3.mp4").unwrap().0;
    let spare = rig.far.iter().map(|(id, _)| *id).find(|id| loaded.iter().all(|(other, _)| other != id)).unwrap();
    assert!(loaded_now.contains(&(spare, "/shows/6.mp4".into())), "{loaded_now:?}");
    assert!(loaded_now.contains(&(last, "/shows/7.mp4".into())), "{loaded_now:?}");
    // The later one moves first: the earlier one may never take the picture from it.
    rig.moves(last);
    assert_eq!(rig.news(), [(7, "sent"), (7, "started"), (6, "failed")]);
    rig.moves(spare);
    assert_eq!(rig.news(), []);
}

#[test]
fn a_clip_that_is_not_wanted_any_more_gives_its_player_up() {
    let mut rig = Rig::armed(&[0, 1]);
    let loaded = rig.arm(&[1, 2]);
    let clips: Vec<_> = loaded.iter().map(|(_, clip)| clip.as_str()).collect();
    assert_eq!(clips, ["/shows/2.mp4"], "what is armed already is left alone");
    assert_eq!(rig.far.len(), 3, "no player more was started");
}

#[test]
fn a_player_that_gives_no_answer_to_a_go_fails_it_within_half_a_second() {
    let mut rig = Rig::armed(&[0]);
    assert_eq!(rig.go(0), None);
    rig.at += ANSWER - Duration::from_millis(1);
    assert!(rig.deck.chores(rig.at).lost.is_empty());
    rig.at += Duration::from_millis(1);
    let lost = rig.deck.chores(rig.at).lost;
    assert_eq!(lost.iter().map(|player| player.fate.clone()).collect::<Vec<_>>(), [Some(Fate::Silent)]);
    rig.deck.buried(&lost[0], "the player stopped answering", rig.at);
    assert_eq!(rig.news(), [(0, "failed")]);
    assert_eq!(rig.deck.light(), (Light::Down, Some("the player stopped answering".into())));
}

#[test]
fn a_keeper_that_was_held_up_blames_nobody() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.at += SOON;
    rig.deck.excuse(SOON);
    assert!(rig.deck.chores(rig.at).lost.is_empty());
}

#[test]
fn a_player_on_air_that_dies_is_lost_and_the_next_ones_come_after_longer_and_longer_pauses() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    let id = rig.deck.chores(rig.at).wake;
    assert!(id <= rig.at + ASK.max(ANSWER));
    rig.moves(1);
    rig.news();
    rig.deck.lose(1, Fate::Closed);
    rig.work();
    assert_eq!(rig.news(), [(0, "lost")]);
    let mut pauses = vec![];
    for _ in 0..8 {
        let refused = rig.at;
        rig.deck.not_started("no".into(), refused);
        while !rig.deck.chores(rig.at).start {
            rig.at += Duration::from_millis(50);
        }
        pauses.push((rig.at - refused).as_millis());
    }
    assert_eq!(pauses, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
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
fn a_pause_right_behind_a_go_holds_though_the_player_never_says_so() {
    let mut rig = Rig::armed(&[0]);
    rig.go(0);
    rig.moves(1);
    rig.at += ASK;
    assert_eq!(rig.deck.pause(rig.at), Outcome::Sent);
    let (clip, _) = rig.deck.reading(rig.at + SOON);
    assert!(clip.is_some_and(|clip| !clip.moves && clip.position_ns == ASK.as_nanos() as u64));
}

#[test]
fn what_has_not_come_for_long_is_called_off() {
    let mut rig = Rig::armed(&[0]);
    rig.deck.not_started("no".into(), rig.at);
    assert_eq!(rig.go(5), None);
    rig.work();
    // It is loaded in the spare player, which answers and loads without an end.
    for _ in 0..40 {
        rig.at += LOAD / 40;
        let ids: Vec<u64> = rig.far.iter().map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| rig.deck.hear(id, Said::Other, rig.at));
    }
    rig.work();
    assert_eq!(rig.news(), [(5, "failed")]);
}

#[test]
fn nothing_is_left_without_a_word_when_the_keeper_falls() {
    let mut rig = Rig::armed(&[0, 1]);
    rig.go(0);
    rig.moves(1);
    rig.moves(2);
    rig.go(1);
    rig.go(5);
    rig.news();
    rig.deck.fall("fault", rig.at);
    let mut news = rig.news();
    news.sort_unstable();
    assert_eq!(news, [(0, "lost"), (1, "failed"), (5, "failed")]);
    assert!(matches!(rig.go(0), Some(Outcome::Failed(_))));
}
