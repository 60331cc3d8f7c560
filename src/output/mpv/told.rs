//! What players are told: the commands of mpv's JSON IPC, as "List of Input Commands" in its manual has them.
//!
//! Every command is one that mpv has had since 0.33. Must never hold anything from a show but numbers and the absolute
//! path of a clip.

use serde_json::{Value, json};

use super::clip::Clip;
use super::said::WATCHED;
use crate::show::duration::{self, SECOND_NS};

/// What a GO says, in full, so that it costs the station one write: the picture moves, its window comes above those of
/// the armed players, and the question behind starts the watchdog with the GO.
pub(super) const GO: &str = concat!(
    r#"{"command":["set_property","pause",false],"request_id":0}"#,
    "\n",
    r#"{"command":["set_property","ontop",true],"request_id":0}"#,
    "\n",
    r#"{"command":["get_property","core-idle"],"request_id":0}"#,
    "\n",
);

/// No clip is longer: the out-point of a loop that goes to the end of its file, since mpv makes no loop without one.
const LONGEST_NS: u64 = 100 * 60 * duration::MINUTE_NS;

/// Asks for the changes of all that is watched.
pub(super) fn watch() -> Vec<Value> {
    (1..).zip(WATCHED).map(|(id, name)| json!(["observe_property", id, name])).collect()
}

/// Has a player load `clip` and stand at its in-point. The last command is the one whose answer names the file.
pub(super) fn load(clip: &Clip) -> Vec<Value> {
    let time = |ns: u64| Value::from(format!("{}.{:09}", ns / SECOND_NS, ns % SECOND_NS));
    let (start, end) = (time(clip.from_ns), clip.to_ns.map(time));
    // A whole file is looped by itself; from the end of a part, mpv would go back to the file's beginning.
    let part = clip.looped && (clip.from_ns > 0 || clip.to_ns.is_some());
    let behind_all = || time(LONGEST_NS);
    let [a, b] = if part { [Some(start.clone()), end.clone().or_else(|| Some(behind_all()))] } else { [None, None] };
    let end = end.filter(|_| !part);
    vec![
        json!(["set_property", "pause", true]),
        json!(["set_property", "ontop", false]),
        json!(["set_property", "start", start]),
        json!(["set_property", "end", end.unwrap_or_else(|| "none".into())]),
        json!(["set_property", "loop-file", if clip.looped && !part { "inf" } else { "no" }]),
        json!(["set_property", "ab-loop-a", a.unwrap_or_else(|| "no".into())]),
        json!(["set_property", "ab-loop-b", b.unwrap_or_else(|| "no".into())]),
        json!(["loadfile", clip.path, "replace"]),
    ]
}

/// Sets the volume for the clip that is loaded, and for no other: what the show's flags say comes back behind it.
pub(super) fn volume(percent: u8) -> Value {
    json!(["set_property", "file-local-options/volume", percent])
}

/// What a player is asked to see whether it is there: of a clip that was called whether it moves, else how far it is.
pub(super) fn question(is_called: bool) -> Value {
    json!(["get_property", if is_called { "core-idle" } else { "time-pos" }])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::show::CueNumber;
    use crate::show::action::MpvCommand;

    fn properties(from_ns: u64, to_ns: Option<u64>, looped: bool) -> Vec<String> {
        let play = MpvCommand::Play { clip: "a".into(), from_ns, to_ns, volume: Some(80), looped, optional: false };
        let clip = Clip::new(&play, &CueNumber::new("1").unwrap(), Path::new("/")).unwrap();
        let values = load(&clip).into_iter().filter(|command| command[0] == "set_property");
        values.map(|command| command[2].to_string().replace('"', "")).collect()
    }

    #[test]
    fn a_part_is_looped_between_its_points_and_a_whole_file_by_itself() {
        let (from, to) = (SECOND_NS / 2, Some(62 * SECOND_NS));
        for (from, to, looped, expected) in [
            (0, None, false, "true false 0.000000000 none no no no"),
            (from, to, false, "true false 0.500000000 62.000000000 no no no"),
            (0, None, true, "true false 0.000000000 none inf no no"),
            (from, None, true, "true false 0.500000000 none no 0.500000000 360000.000000000"),
            (0, to, true, "true false 0.000000000 none no 0.000000000 62.000000000"),
        ] {
            assert_eq!(properties(from, to, looped).join(" "), expected);
        }
    }

    #[test]
    fn a_go_is_three_whole_lines() {
        let lines: Vec<Value> = GO.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.len() == 3 && GO.ends_with('\n'));
        assert_eq!(lines[0]["command"], json!(["set_property", "pause", false]));
    }
}
