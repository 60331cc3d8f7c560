//! The deck of a layer that is only heard.

use super::*;

#[test]
fn what_a_player_says_is_of_its_layer() {
    let mut rig = Rig::of(Layer::new("bgm"));
    rig.arm(&[0]);
    rig.go(0);
    rig.moves();
    let player = OutputLayer { output: OutputIx(0), layer: Layer::new("bgm") };
    let of = |report| match report {
        OutputReport::Clip(clip) => Some(clip.player),
        OutputReport::Report(_) | OutputReport::Word(_) | OutputReport::Note(_) => None,
    };
    let told: Vec<_> = rig.deck.take_reports().into_iter().filter_map(of).collect();
    assert_eq!(told, std::slice::from_ref(&player));
    let (clip, _) = rig.deck.reading(rig.at);
    assert_eq!(clip.map(|clip| clip.player), Some(player));
}

#[test]
fn a_file_without_sound_cannot_be_played_where_nothing_is_seen() {
    for (layer, is_fault) in [(Layer::MAIN, false), (Layer::new("bgm"), true)] {
        let mut rig = Rig::of(layer);
        rig.has_sound = false;
        rig.arm(&[0]);
        let (light, why) = rig.deck.light();
        assert_eq!(light == Light::Down, is_fault, "{why:?}");
        if is_fault {
            let why = why.expect("a reason");
            assert_eq!(why, "cue 0: 0.mp4: has no sound, and layer bgm plays nothing else");
            assert_eq!(rig.go(0), Some(Outcome::Failed(why)));
        }
    }
}
