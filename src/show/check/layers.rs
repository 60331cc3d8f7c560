//! Layers of outputs of clips: how many there are, and whether anything plays on those that are
//! named.

use std::collections::BTreeMap;

use crate::show::action::{MpvCommand, MpvWord};
use crate::show::draft::CueDraft;
use crate::show::faults::Faults;
use crate::show::problem::{Problem, ProblemPlace, one_of, quoted};
use crate::show::{Body, LAYERS_MAX, Layer};

/// The layers of one output.
#[derive(Default)]
struct NamedLayers<'a> {
    /// Those on which clips play, in the order of the file, each with the place of its first clip.
    played: Vec<(&'a Layer, &'a ProblemPlace)>,
    /// Those that other commands name, with the place of each command.
    told: Vec<(&'a Layer, &'a ProblemPlace)>,
}

impl NamedLayers<'_> {
    /// Returns `true` if a clip plays on `layer`.
    fn plays_on(&self, layer: &Layer) -> bool {
        self.played.iter().any(|(played, _)| *played == layer)
    }
}

/// Warns of a cue that fades a clip out and plays another on the same layer: one of the two is lost.
fn check_crossfade(faults: &Faults, cue: &CueDraft) {
    let actions = || cue.actions.iter().flat_map(|list| &list.items);
    let commands = || {
        actions().filter_map(|action| {
            let (Some(output), Some(Body::Mpv { layer, command })) = (&action.output, &action.body)
            else {
                return None;
            };
            Some(((&output.value, layer), command, &action.place))
        })
    };
    let is_played = |player| {
        commands().any(|(own, command, _)| own == player && MpvWord::from(command) == MpvWord::Play)
    };
    for (player, command, place) in commands() {
        if matches!(command, MpvCommand::Stop { over } if !over.is_zero()) && is_played(player) {
            let layer = quoted(player.1.name());
            let what = format!("nothing fades out: the cue plays a clip on layer {layer} as well");
            let fix = "play that clip on another layer: `layer = \"b\"`";
            faults.report(Problem::warning(place.clone(), what, fix));
        }
    }
}

/// Warns of a layer whose name differs from that of another only by upper and lower case: the two are
/// two players, of which only `main` has a picture.
fn check_case<'a>(faults: &Faults, named: impl Iterator<Item = (&'a Layer, &'a ProblemPlace)>) {
    let main = Layer::MAIN;
    let mut known: Vec<&Layer> = vec![&main];
    for (layer, place) in named {
        if known.contains(&layer) {
            continue;
        }
        let is_same = |other: &&&Layer| other.name().eq_ignore_ascii_case(layer.name());
        if let Some(meant) = known.iter().find(is_same) {
            let (name, meant) = (quoted(layer.name()), quoted(meant.name()));
            let what = format!("layer {name} is another one than {meant}");
            faults.report(Problem::warning(place.clone(), what, format!("did you mean {meant}?")));
        }
        known.push(layer);
    }
}

/// Checks the layers that `cues` name. Only where the text was read whole, `is_read`, can anybody
/// say that nothing plays on one.
pub(super) fn check(faults: &Faults, cues: &[&CueDraft], is_read: bool) {
    cues.iter().for_each(|cue| check_crossfade(faults, cue));
    let mut outputs: BTreeMap<&str, NamedLayers<'_>> = BTreeMap::new();
    let actions = cues.iter().filter_map(|cue| cue.actions.as_deref());
    for action in actions.flat_map(|list| &list.items) {
        let (Some(output), Some(Body::Mpv { layer, command })) = (&action.output, &action.body)
        else {
            continue;
        };
        let named = outputs.entry(&output.value).or_default();
        match MpvWord::from(command) {
            MpvWord::Play if named.plays_on(layer) => {}
            MpvWord::Play => {
                named.played.push((layer, &action.place));
                if named.played.len() == LAYERS_MAX + 1 {
                    let what = format!(
                        "output {} has more than {LAYERS_MAX} layers",
                        quoted(&output.value)
                    );
                    let fix = "use a layer of this output again, or another output";
                    faults.fault(action.place.clone(), what, fix);
                }
            }
            MpvWord::Volume | MpvWord::Pause | MpvWord::Resume | MpvWord::Stop => {
                named.told.push((layer, &action.place));
            }
        }
    }
    // Where nothing plays at all, a command is for whatever stands in the window.
    for (output, named) in outputs {
        let is_idle = |layer: &Layer| is_read && !named.played.is_empty() && !named.plays_on(layer);
        let (idle, told): (Vec<_>, Vec<_>) =
            named.told.iter().copied().partition(|(layer, _)| is_idle(layer));
        check_case(faults, named.played.iter().copied().chain(told));
        for (layer, place) in idle {
            let meant = if layer.is_main() { ", which is meant where none is named" } else { "" };
            let (name, output) = (quoted(layer.name()), quoted(output));
            let what = format!("no clip of output {output} plays on layer {name}{meant}");
            let names: Vec<&str> = named.played.iter().map(|(layer, _)| layer.name()).collect();
            let fix = faults.suggestion(layer.name(), names.iter().copied());
            let fix = fix.unwrap_or_else(|| format!("write `layer` with {}", one_of(&names)));
            faults.report(Problem::warning(place.clone(), what, fix));
        }
    }
}
