//! Commands to players: those of mpv's JSON IPC, from "List of Input Commands" in its manual.
//!
//! Every command is one that mpv has had since 0.33. Must never hold anything from a show but
//! numbers and the absolute paths of clips.

use serde_json::{Value, json};

use super::reel::Reel;
use super::replies::{PlayerQuestion, WATCHED};
use crate::show::duration::{self, SECOND_NS};

/// The whole of a GO, so that it costs the station one write: the black cover goes, the picture
/// moves, and the question at the end starts the watchdog with the GO. The ids are those of
/// [`PlayerQuestion`].
pub(super) const GO: &str = concat!(
    r#"{"command":["osd-overlay",1,"none",""],"request_id":0}"#,
    "\n",
    r#"{"command":["set_property","pause",false],"request_id":0}"#,
    "\n",
    r#"{"command":["get_property","core-idle"],"request_id":1}"#,
    "\n",
);

/// The whole of a GO of a clip whose picture fades in: the black cover goes step by step.
pub(super) const GO_COVERED: &str = concat!(
    r#"{"command":["set_property","pause",false],"request_id":0}"#,
    "\n",
    r#"{"command":["get_property","core-idle"],"request_id":1}"#,
    "\n",
);

/// No clip is longer. It is also the out-point of a loop that goes to the end of its file: mpv
/// makes no loop without one.
pub(super) const LONGEST_NS: u64 = 100 * 60 * duration::MINUTE_NS;

/// Distance before an in-point at which a player begins to look for it in a stream without an
/// index, seconds.
const RUN_UP: u32 = 5;

/// Nanoseconds as the player reads them.
pub(super) fn seconds(ns: u64) -> String {
    format!("{}.{:09}", ns / SECOND_NS, ns % SECOND_NS)
}

/// Commands for a player that starts: which changes and errors it has to report.
pub(super) fn watch() -> Vec<Value> {
    let watch = (1..).zip(WATCHED).map(|(id, name)| json!(["observe_property", id, name]));
    watch.chain([json!(["request_log_messages", "error"])]).collect()
}

/// Hides whatever is loaded behind black.
pub(super) fn cover() -> Value {
    shade(1.0)
}

/// Puts a black area over the whole picture, as large as any screen, in ASS: from 0, which is none,
/// to 1, behind which nothing is seen. The height is the unit of the coordinates, so that any screen
/// is covered.
pub(super) fn shade(darkness: f64) -> Value {
    let clear = ((1.0 - darkness) * 255.0).round();
    if clear >= 255.0 {
        return json!(["osd-overlay", 1, "none", ""]);
    }
    // A cast of a float saturates.
    let clear = clear as u8;
    let black = format!(
        r"{{\an7\pos(0,0)\bord0\shad0\1c&H000000&\1a&H{clear:02X}&\p1}}m 0 0 l 4000 0 4000 4000 0 4000{{\p0}}"
    );
    json!({ "name": "osd-overlay", "id": 1, "format": "ass-events", "data": black, "res_x": 0, "res_y": 720, "z": 1000 })
}

/// Has a player load `reel` and stand at its beginning; it may play to the end of the part `last`.
/// The last command is the one whose answer names the file.
pub(super) fn load(reel: &Reel, last: usize) -> Vec<Value> {
    let clip = &reel.first().clip;
    // A list begins at its beginning: its parts have the in-points. An in-point of 0 is none: in a
    // stream that begins later, 0 is before the beginning, and looking for it costs the end.
    let start = Some(clip.from_ns).filter(|from_ns| *from_ns > 0 && !reel.is_list()).map(seconds);
    let end = reel.ends_ns(last).map(seconds);
    // A whole file is looped by itself; from the end of a part, mpv would go back to the file's
    // beginning.
    let part = clip.looped && (start.is_some() || end.is_some());
    let loop_a = start.clone().unwrap_or_else(|| seconds(0));
    let loop_b = end.clone().unwrap_or_else(|| seconds(LONGEST_NS));
    let [a, b] = if part { [Some(loop_a), Some(loop_b)] } else { [None, None] };
    let or = |value: Option<String>, none: &str| Value::from(value.unwrap_or_else(|| none.into()));
    vec![
        json!(["set_property", "pause", true]),
        json!(["set_property", "demuxer", demuxer(reel)]),
        json!([
            "set_property",
            "hr-seek-demuxer-offset",
            if reel.first().is_coarse() { RUN_UP } else { 0 }
        ]),
        json!(["set_property", "start", or(start, "none")]),
        json!(["set_property", "end", or(end.filter(|_| !part), "none")]),
        json!(["set_property", "loop-file", if clip.looped && !part { "inf" } else { "no" }]),
        json!(["set_property", "ab-loop-a", or(a, "no")]),
        json!(["set_property", "ab-loop-b", or(b, "no")]),
        json!(["loadfile", reel.address(), "replace"]),
    ]
}

/// A file is left to FFmpeg, which is told what it may open; mpv's own readers take lists of other
/// files as well. Those of a list have been examined one by one.
fn demuxer(reel: &Reel) -> &'static str {
    if reel.is_list() { "" } else { "lavf" }
}

/// Lets what is loaded play to this place, or to its end.
pub(super) fn end(at_ns: Option<u64>) -> Value {
    json!(["set_property", "end", at_ns.map_or_else(|| "none".into(), seconds)])
}

/// Goes to a place by itself, to the frame.
pub(super) fn seek(at_ns: u64) -> Value {
    json!(["seek", seconds(at_ns), "absolute+exact"])
}

/// Sets the volume for the clip that is loaded, and for no other: what the show's flags say comes
/// back afterwards.
pub(super) fn volume(percent: f64) -> Value {
    // Thousandths are finer than anybody hears, and make short lines.
    let percent = (percent * 1000.0).round() / 1000.0;
    json!(["set_property", "file-local-options/volume", percent])
}

/// A question.
pub(super) fn ask(question: PlayerQuestion) -> Value {
    json!(["get_property", question.property()])
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::clip::{Clip, FileStatus};
    use super::super::reel::ReelPart;
    use super::*;
    use crate::show::action::MpvCommand;
    use crate::show::{CueIx, CueNumber};

    fn properties(from_ns: u64, to_ns: Option<u64>, looped: bool) -> Vec<String> {
        let play = MpvCommand::Play {
            clip: "a".into(),
            from_ns,
            to_ns,
            volume: Some(80),
            fade_in: Duration::ZERO,
            looped,
            optional: false,
        };
        let clip = Clip::new(&play, &CueNumber::new("1").unwrap(), None, Path::new("/")).unwrap();
        let reel = Reel::new(
            ReelPart {
                key: (CueIx(0), 0),
                clip: Arc::new(clip),
                facts: None,
                status: FileStatus::Missing,
            },
            [],
        );
        let values = load(&reel, 0).into_iter().filter(|command| command[0] == "set_property");
        values.map(|command| command[2].to_string().replace('"', "")).collect()
    }

    #[test]
    fn a_part_is_looped_between_its_points_and_a_whole_file_by_itself() {
        let (from, to) = (SECOND_NS / 2, Some(62 * SECOND_NS));
        for (from, to, looped, expected) in [
            (0, None, false, "true lavf 0 none none no no no"),
            (from, to, false, "true lavf 0 0.500000000 62.000000000 no no no"),
            (0, None, true, "true lavf 0 none none inf no no"),
            (from, None, true, "true lavf 0 0.500000000 none no 0.500000000 360000.000000000"),
            (0, to, true, "true lavf 0 none none no 0.000000000 62.000000000"),
        ] {
            assert_eq!(properties(from, to, looped).join(" "), expected);
        }
    }

    #[test]
    fn a_go_is_three_whole_lines_and_ends_with_a_question() {
        let lines: Vec<Value> =
            GO.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.len() == 3 && GO.ends_with('\n'));
        assert_eq!(lines[1]["command"], json!(["set_property", "pause", false]));
        assert_eq!(lines[2]["command"], ask(PlayerQuestion::Idle));
        assert_eq!(lines[2]["request_id"], PlayerQuestion::Idle as u64);
    }
}
