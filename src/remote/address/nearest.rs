//! The address that was probably meant.

use super::CueVerb;
use crate::show::file::settings::closest;

/// All that stands alone, or before an argument.
const PLAIN: [&str; 39] = [
    "go",
    "standby",
    "ready",
    "hold",
    "pause",
    "resume",
    "togglePause",
    "panic",
    "panicInTime",
    "stop",
    "step",
    "nudge",
    "note",
    "message",
    "message/clear",
    "playhead",
    "playhead/next",
    "playhead/previous",
    "playheadID",
    "select/next",
    "select/previous",
    "connect",
    "disconnect",
    "workspaces",
    "version",
    "thump",
    "cueLists",
    "runningCues",
    "runningOrPausedCues",
    "selectedCues",
    "updates",
    "alwaysReply",
    "udpReplyPort",
    "listen",
    "ignore",
    "handover/subscribe",
    "handover/unsubscribe",
    "showMode",
    "doubleGoWindowRemaining",
];

/// Parts of an address that a cue's number or id follows.
const BEFORE_CUE: [&str; 8] =
    ["cue", "cue_id", "go", "playhead", "playheadID", "select", "select_id", "playbackPosition"];

/// The address that was probably meant by one that nothing has, if there is one that is close to
/// it.
pub(in crate::remote) fn nearest(address: &str) -> Option<String> {
    let parts: Vec<&str> = address.strip_prefix('/').unwrap_or(address).split('/').collect();
    let parts = match parts.as_slice() {
        ["workspace", _id, rest @ ..] => rest,
        parts => parts,
    };
    let found = match parts {
        ["cue" | "cue_id", number, verb] => closest(verb, CueVerb::NAMES)
            .map(|verb| format!("{}/{number}/{verb}", parts.first().unwrap_or(&"cue"))),
        [head, number, verb] => {
            let head = closest(head, ["cue", "cue_id"])?;
            closest(verb, CueVerb::NAMES).map(|verb| format!("{head}/{number}/{verb}"))
        }
        [head, number] => {
            let whole = format!("{head}/{number}");
            let plain = closest(&whole, PLAIN).map(str::to_owned);
            plain.or_else(|| closest(head, BEFORE_CUE).map(|head| format!("{head}/{number}")))
        }
        parts => closest(&parts.join("/"), PLAIN).map(str::to_owned),
    };
    found.map(|found| format!("/{found}")).filter(|found| found != address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_close_is_suggested() {
        let cases = [
            ("/Go", "/go"),
            ("/cue/12/strt", "/cue/12/start"),
            ("/cues/12/start", "/cue/12/start"),
            ("/Playhead/Next", "/playhead/next"),
            ("/playhed/12", "/playhead/12"),
            ("/workspace/x/panik", "/panic"),
            ("go", "/go"),
        ];
        for (address, meant) in cases {
            assert_eq!(nearest(address).as_deref(), Some(meant), "{address}");
        }
    }

    #[test]
    fn what_is_far_is_not() {
        for address in ["/eos/chan/1", "/", "/1/fader1", "/ch/01/mix/fader", "/x/y/z/a/b"] {
            assert_eq!(nearest(address), None, "{address}");
        }
    }
}
