//! Replies of a player: the lines of mpv's JSON IPC that matter here.
//!
//! Must never fail: a line that says nothing known is passed over, since another version of mpv may
//! say more. Format: "JSON IPC" and "List of events" in mpv's manual (0.33 to 0.40).

use serde_json::Value;
use strum::VariantArray;

/// The properties whose changes are heard, in the order of their ids, from 1.
pub(super) const WATCHED: [&str; 5] =
    ["core-idle", "pause", "duration", "time-pos", "current-tracks/video/image"];

/// A question to a player; the number is the id of the request, so that the answer tells which it
/// belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub(super) enum PlayerQuestion {
    /// Does nothing move?
    Idle = 1,
    /// The position.
    Position,
    /// Is it paused?
    Pause,
    /// Has it come to an end?
    Eof,
    /// The format of the file.
    Format,
    /// The number of its picture track.
    Picture,
    /// The number of its sound track.
    Sound,
    /// The length of the file.
    Duration,
    /// Is it one picture that does not move?
    Still,
    /// The position of its sound.
    SoundPosition,
    /// The volume at which it plays what has none of its own.
    Volume,
}

impl PlayerQuestion {
    const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// The property that has the answer.
    pub(super) fn property(self) -> &'static str {
        match self {
            PlayerQuestion::Idle => "core-idle",
            PlayerQuestion::Position => "time-pos",
            PlayerQuestion::Pause => "pause",
            PlayerQuestion::Eof => "eof-reached",
            PlayerQuestion::Format => "file-format",
            PlayerQuestion::Picture => "current-tracks/video/id",
            PlayerQuestion::Sound => "current-tracks/audio/id",
            PlayerQuestion::Duration => "duration",
            PlayerQuestion::Still => "current-tracks/video/image",
            PlayerQuestion::SoundPosition => "audio-pts",
            PlayerQuestion::Volume => "volume",
        }
    }
}

/// One line of a player.
#[derive(Debug, PartialEq)]
pub(super) enum PlayerLine {
    /// The answer to a command: its data, or why it was refused.
    Reply {
        request: u64,
        data: Result<Value, String>,
    },
    /// The answer to a question: its data, or why there is none.
    Answer {
        question: PlayerQuestion,
        data: Result<Value, String>,
    },
    /// An error that it has logged, in its own words.
    Error(String),
    /// A file begins to load.
    Begun {
        entry: i64,
    },
    /// A file is unloaded: because of an error, with its words, or for another reason, with its
    /// name.
    Over {
        entry: i64,
        why: String,
    },
    /// It has begun to look for a place in the file; [`PlayerLine::Restart`] follows.
    Seek,
    /// The file is loaded, or a seek has been made: the picture stands or moves from here.
    Restart,
    /// New value of a property of [`WATCHED`]; null if it has none.
    Property {
        name: &'static str,
        data: Value,
    },
    Other,
}

/// Reads a line.
pub(super) fn read(line: &[u8]) -> PlayerLine {
    let Ok(Value::Object(mut line)) = serde_json::from_slice(line) else {
        return PlayerLine::Other;
    };
    let entry = line.get("playlist_entry_id").and_then(Value::as_i64).unwrap_or(-1);
    let text = |key: &str| line.get(key).and_then(Value::as_str);
    match text("event") {
        Some("start-file") => PlayerLine::Begun { entry },
        Some("end-file") => PlayerLine::Over {
            entry,
            why: text("file_error").or(text("reason")).unwrap_or("no reason given").to_owned(),
        },
        Some("seek") => PlayerLine::Seek,
        Some("playback-restart") => PlayerLine::Restart,
        Some("log-message") => {
            let (from, words) = (text("prefix").unwrap_or(""), text("text").unwrap_or("").trim());
            if words.is_empty() {
                PlayerLine::Other
            } else {
                PlayerLine::Error(format!("{from}: {words}"))
            }
        }
        Some("property-change") => {
            let name =
                text("name").and_then(|name| WATCHED.into_iter().find(|watched| *watched == name));
            let data = line.remove("data").unwrap_or(Value::Null);
            name.map_or(PlayerLine::Other, |name| PlayerLine::Property { name, data })
        }
        Some(_) => PlayerLine::Other,
        None => {
            let Some(request) = line.get("request_id").and_then(Value::as_u64) else {
                return PlayerLine::Other;
            };
            let error = text("error").unwrap_or("no error given").to_owned();
            let data = line.remove("data").unwrap_or(Value::Null);
            let data = if error == "success" { Ok(data) } else { Err(error) };
            match PlayerQuestion::ALL.iter().copied().find(|question| *question as u64 == request) {
                Some(question) => PlayerLine::Answer { question, data },
                None => PlayerLine::Reply { request, data },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that mpv 0.35.1 has written.
    #[test]
    fn the_lines_of_a_player_are_understood() {
        let reply = |request, data| PlayerLine::Reply { request, data };
        for (line, said) in [
            (r#"{"data":0.520000,"request_id":20,"error":"success"}"#, reply(20, Ok(0.52.into()))),
            (
                r#"{"request_id":58,"error":"property unavailable"}"#,
                reply(58, Err("property unavailable".into())),
            ),
            (r#"{"event":"start-file","playlist_entry_id":5}"#, PlayerLine::Begun { entry: 5 }),
            (
                r#"{"event":"end-file","reason":"error","playlist_entry_id":4,"file_error":"loading failed"}"#,
                PlayerLine::Over { entry: 4, why: "loading failed".into() },
            ),
            (
                r#"{"event":"end-file","reason":"stop","playlist_entry_id":3}"#,
                PlayerLine::Over { entry: 3, why: "stop".into() },
            ),
            (r#"{"event":"seek"}"#, PlayerLine::Seek),
            (r#"{"event":"playback-restart"}"#, PlayerLine::Restart),
            (
                r#"{"event":"property-change","id":1,"name":"core-idle","data":false}"#,
                PlayerLine::Property { name: "core-idle", data: false.into() },
            ),
            (
                r#"{"event":"property-change","id":3,"name":"duration"}"#,
                PlayerLine::Property { name: "duration", data: Value::Null },
            ),
            (r#"{"event":"audio-reconfig"}"#, PlayerLine::Other),
            (
                r#"{"data":true,"request_id":1,"error":"success"}"#,
                PlayerLine::Answer { question: PlayerQuestion::Idle, data: Ok(true.into()) },
            ),
            (
                r#"{"event":"log-message","prefix":"ffmpeg/demuxer","level":"error","text":"mov: moov atom not found\n"}"#,
                PlayerLine::Error("ffmpeg/demuxer: mov: moov atom not found".into()),
            ),
        ] {
            assert_eq!(read(line.as_bytes()), said, "{line}");
        }
    }

    #[test]
    fn what_is_no_line_of_a_player_is_passed_over() {
        for line in
            ["", "{", "[]", "null", "{}", r#"{"event":7}"#, r#"{"request_id":-1}"#, "\u{0}\u{ff}"]
        {
            assert_eq!(read(line.as_bytes()), PlayerLine::Other, "{line}");
        }
    }
}
