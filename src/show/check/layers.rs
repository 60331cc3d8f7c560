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
    /// Those on which clips play, in the order of the file.
    played: Vec<&'a Layer>,
    /// Those that other commands name, with the place of each command.
    told: Vec<(&'a Layer, &'a ProblemPlace)>,
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
            MpvWord::Play if named.played.contains(&layer) => {}
            MpvWord::Play => {
                named.played.push(layer);
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
    for (output, NamedLayers { played, told }) in outputs {
        let is_idle =
            |(layer, _): &(&Layer, _)| is_read && !played.is_empty() && !played.contains(layer);
        for (layer, place) in told.into_iter().filter(is_idle) {
            let meant = if layer.is_main() { ", which is meant where none is named" } else { "" };
            let (name, output) = (quoted(layer.name()), quoted(output));
            let what = format!("no clip of output {output} plays on layer {name}{meant}");
            let names: Vec<&str> = played.iter().map(|layer| layer.name()).collect();
            let fix = faults.suggestion(layer.name(), names.iter().copied());
            let fix = fix.unwrap_or_else(|| format!("write `layer` with {}", one_of(&names)));
            faults.report(Problem::warning(place.clone(), what, fix));
        }
    }
}
