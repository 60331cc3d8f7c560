//! Fades: what a hold, a pause, a stop, a panic, another fade and the end of the clip do to them.

use super::*;

impl Rig {
    /// A clip on air that has a volume of 80 and, with `fade_in`, one that grows to that.
    fn fading(fade_in: Duration) -> Rig {
        let mut rig = Rig::new();
        let clips = (0..2).map(|cue: u32| {
            let play = MpvCommand::Play {
                clip: format!("{cue}.mp4"),
                from_ns: 0,
                to_ns: None,
                volume: Some(80),
                fade_in,
                looped: false,
                optional: false,
            };
            let number = CueNumber::new(&cue.to_string()).unwrap();
            let clip = Clip::new(&play, &number, None, Path::new("/shows")).unwrap();
            ((CueIx(cue), 0), Arc::new(clip))
        });
        rig.deck.revise(clips.collect());
        rig.arm(&[0]);
        rig
    }

    fn starts(&mut self) {
        self.go(0);
        self.moves();
        self.news();
    }

    /// Lets so many milliseconds pass, a millisecond at a time; the volumes that the stage is told.
    fn passes(&mut self, ms: u64) -> Vec<f64> {
        let mut told = vec![];
        for _ in 0..ms {
            self.at += Duration::from_millis(1);
            self.work();
            told.extend(self.volumes());
        }
        told
    }

    /// How dark the picture is that the stage was told last, of 255; `None` where it was told
    /// nothing of that.
    fn darkness(&mut self) -> Option<u8> {
        let told = self.told(PlayerRole::Stage);
        told.iter().rev().find_map(|line| match &line["command"] {
            Value::Array(words) if words[0] == "osd-overlay" => Some(0),
            Value::Object(named) if named["name"] == "osd-overlay" => {
                let (_, clear) = named["data"].as_str()?.split_once(r"\1a&H")?;
                Some(255 - u8::from_str_radix(&clear[..2], 16).unwrap())
            }
            _ => None,
        })
    }

    /// As [`Self::passes`]; how dark the picture is at the end.
    fn darkness_after(&mut self, ms: u64) -> Option<u8> {
        let mut last = None;
        for _ in 0..ms {
            self.at += Duration::from_millis(1);
            self.work();
            last = self.darkness().or(last);
        }
        last
    }

    fn volumes(&mut self) -> Vec<f64> {
        let told = self.told(PlayerRole::Stage);
        let is_volume = |line: &&Value| line["command"][1] == "file-local-options/volume";
        told.iter().filter(is_volume).map(|line| line["command"][2].as_f64().unwrap()).collect()
    }

    fn fades(&mut self, to: u8, ms: u64) -> Outcome {
        let (over, purpose) = (Duration::from_millis(ms), Purpose::Volume);
        self.deck.fade(FadeOrder { to, over, purpose }, self.at)
    }

    fn fades_out(&mut self, ms: u64) -> Outcome {
        self.deck.fade_out(Duration::from_millis(ms), "stopped", self.at)
    }
}

#[test]
fn a_clip_fades_in_from_silence_to_its_volume() {
    let mut rig = Rig::fading(Duration::from_millis(400));
    assert_eq!(rig.volumes(), [0.0], "it is silent before it is called");
    assert_eq!(rig.passes(100), Vec::<f64>::new(), "and nothing grows yet");
    rig.starts();
    let told = rig.passes(400);
    assert!(told.is_sorted() && told.len() >= 20, "{told:?}");
    assert_eq!(told.last(), Some(&80.0));
    assert_eq!(rig.passes(100), Vec::<f64>::new());
}

#[test]
fn a_clip_that_starts_late_is_at_its_volume_in_time() {
    for (late, takes) in [(100, 300), (300, 200)] {
        let mut rig = Rig::fading(Duration::from_millis(400));
        rig.go(0);
        rig.at += Duration::from_millis(late);
        rig.moves();
        let told = rig.passes(takes - 1);
        assert!(told.is_sorted() && told.last().is_some_and(|volume| *volume < 80.0), "{told:?}");
        assert_eq!(rig.passes(1), [80.0], "called {late} ms before it moved");
    }
}

#[test]
fn the_picture_comes_out_of_black_and_goes_behind_it() {
    let mut rig = Rig::fading(Duration::from_millis(400));
    rig.darkness();
    rig.starts();
    let half = rig.darkness_after(200);
    assert!(half.is_some_and(|dark| (115..140).contains(&dark)), "{half:?}");
    assert_eq!(rig.darkness_after(200), Some(0));
    rig.fades_out(200);
    let half = rig.darkness_after(100);
    assert!(half.is_some_and(|dark| (100..150).contains(&dark)), "{half:?}");
    // Taken back, the picture is there again, with the new volume.
    rig.fades(50, 100);
    assert_eq!(rig.darkness_after(100), Some(0));
    rig.fades(10, 100);
    assert_eq!(rig.darkness_after(100), None, "a volume changes no picture");
    rig.fades_out(200);
    assert_eq!(rig.darkness_after(200), Some(255));
    assert_eq!(rig.news(), [(0, "stopped")]);
}

#[test]
fn another_fade_begins_at_the_volume_that_the_first_has_reached() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    assert_eq!(rig.volumes(), [80.0]);
    assert_eq!(rig.fades(0, 400), Outcome::Sent);
    assert!(rig.passes(200).last().is_some_and(|volume| (volume - 40.0).abs() < 3.5));
    rig.fades(60, 100);
    let told = rig.passes(100);
    assert!(told.iter().all(|volume| (39.9..=60.0).contains(volume)), "{told:?}");
    assert_eq!(told.last(), Some(&60.0));
    rig.fades(10, 0);
    assert_eq!(rig.volumes(), [10.0], "at once");
    assert_eq!(rig.news(), []);
}

#[test]
fn a_stop_over_a_time_stops_at_its_end_and_nothing_follows() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    assert_eq!(rig.fades_out(200), Outcome::Sent);
    rig.passes(199);
    assert_eq!(rig.news(), []);
    rig.passes(1);
    assert_eq!(rig.news(), [(0, "stopped")]);
    // The clip ends before the fade does.
    rig.arm(&[0]);
    rig.starts();
    rig.fades_out(400);
    rig.passes(100);
    rig.stands(LENGTH);
    assert_eq!(rig.news(), [(0, "stopped")]);
    assert_eq!(rig.passes(400), Vec::<f64>::new(), "what is over has no volume");
}

#[test]
fn a_later_order_takes_back_a_stop_over_a_time() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.fades_out(200);
    rig.passes(100);
    rig.fades(80, 100);
    rig.passes(300);
    assert_eq!(rig.news(), []);
    assert!(rig.deck.has(CueIx(0)));
    rig.fades_out(200);
    rig.deck.stop(|_| true, "stopped");
    assert_eq!(rig.news(), [(0, "stopped")], "a stop needs no time");
    assert_eq!(rig.passes(300), Vec::<f64>::new());
}

#[test]
fn a_clip_that_stands_still_keeps_its_volume_and_is_stopped_at_once() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.fades(0, 400);
    rig.passes(200);
    rig.deck.pause(rig.at);
    assert_eq!(rig.passes(500), Vec::<f64>::new());
    rig.deck.resume(rig.at);
    assert_eq!(rig.passes(200).last(), Some(&0.0));
    rig.deck.pause(rig.at);
    rig.fades(50, 400);
    assert_eq!(rig.volumes(), [50.0], "nobody hears it");
    rig.fades_out(400);
    assert_eq!(rig.news(), [(0, "stopped")]);
}

#[test]
fn an_order_to_a_clip_that_does_not_move_yet_begins_with_it() {
    let mut rig = Rig::fading(Duration::from_millis(400));
    rig.go(0);
    assert_eq!(rig.fades(40, 100), Outcome::Sent);
    rig.passes(50);
    rig.moves();
    assert_eq!(rig.passes(100).last(), Some(&40.0));
    // A stop calls it off.
    let mut rig = Rig::fading(Duration::ZERO);
    rig.go(0);
    rig.fades_out(400);
    assert_eq!(rig.news(), [(0, "failed")]);
}

#[test]
fn a_panic_ends_a_fade_and_the_next_clip_has_its_own_volume() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.fades(10, 400);
    rig.passes(100);
    rig.deck.panic();
    assert_eq!(rig.news(), [(0, "stopped")]);
    assert_eq!(rig.passes(400), Vec::<f64>::new());
    rig.arm(&[1]);
    assert_eq!(rig.volumes(), [80.0]);
}

#[test]
fn another_clip_in_its_place_ends_a_fade() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.fades(0, 1_000);
    rig.passes(100);
    rig.go(1);
    rig.work();
    assert!(rig.load().is_some(), "it is loaded");
    rig.moves();
    assert_eq!(rig.volumes(), [80.0], "its own");
    assert_eq!(rig.passes(1_000), Vec::<f64>::new());
    assert!(rig.deck.has(CueIx(1)));
}

#[test]
fn a_fade_goes_on_through_an_edit_and_ends_with_a_lost_player() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.fades_out(400);
    rig.passes(100);
    rig.deck.revise(BTreeMap::new());
    assert!(rig.passes(100).last().is_some_and(|volume| (volume - 40.0).abs() < 3.5));
    let id = rig.id(PlayerRole::Stage);
    rig.deck.lose(id, Exit::Closed);
    rig.passes(400);
    assert_eq!(rig.news(), [(0, "lost")]);
}

#[test]
fn a_stop_of_a_cue_ends_its_own_clip_alone() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.volumes();
    let over = Duration::from_millis(200);
    // Cue 1 has nothing on air.
    for (cue, over) in [(1, over), (1, Duration::ZERO)] {
        rig.deck.end(CueIx(cue), over, "stopped", rig.at);
        assert_eq!((rig.passes(300), rig.news()), (vec![], vec![]));
    }
    rig.deck.end(CueIx(0), over, "stopped", rig.at);
    let told = rig.passes(150);
    assert!(told.len() >= 10 && told.iter().rev().is_sorted(), "{told:?}");
    assert_eq!(rig.news(), []);
    rig.passes(60);
    assert_eq!(rig.news(), [(0, "stopped")]);

    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.deck.end(CueIx(0), Duration::ZERO, "stopped", rig.at);
    assert_eq!(rig.news(), [(0, "stopped")]);
}

#[test]
fn a_stop_of_a_cue_over_a_time_calls_no_other_clip_off() {
    let mut rig = Rig::fading(Duration::ZERO);
    rig.starts();
    rig.volumes();
    rig.go(1);
    rig.deck.end(CueIx(0), Duration::from_millis(200), "stopped", rig.at);
    assert_eq!((rig.passes(50), rig.news()), (vec![], vec![]), "it goes when the other comes");
    assert!(rig.deck.has(CueIx(1)));
    rig.deck.end(CueIx(1), Duration::from_millis(200), "called off", rig.at);
    // The player was about to load it in place of the first.
    assert_eq!(rig.news(), [(0, "stopped"), (1, "failed")], "what does not move yet is called off");
    assert!(!rig.deck.has(CueIx(1)));
}
