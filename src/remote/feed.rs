//! The feed for displays and button panels: one bundle that says what is true now.
//!
//! | address | arguments |
//! |---|---|
//! | `/handover/onair` | number and title of the cue on air; both empty when there is none |
//! | `/handover/left` | seconds left of it, or else of its segment; negative when it is over |
//! | `/handover/segment` | which segment, counted from 1 (0: none), its title, seconds left |
//! | `/handover/next` | number, title and call of the cue at the playhead |
//! | `/handover/over` | seconds that the end lies behind the plan; negative: ahead |
//! | `/handover/ready` | ids of the departments that are ready, and of those that are missing, each with commas |
//! | `/handover/hold` | true in a hold |
//! | `/handover/message` | the message for the stage; empty when there is none |
//! | `/handover/clip` | seconds left of the clip on air; only while there is one |
//!
//! Seconds are floats. Each bundle is complete, so that a lost datagram is made good by the next. A
//! display over UDP has to say something once a minute (`/thump`, or `/handover/subscribe` again),
//! or it is forgotten.

use std::sync::Arc;

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

use super::Picture;
use super::list::ListWords;
use super::reply::encode;
use crate::show::DepartmentIx;

/// The bundle that says `picture`.
pub(super) fn bundle(picture: &Picture, words: &ListWords) -> Arc<[u8]> {
    let text = |text: &str| OscType::String(text.to_owned());
    let cue = |cue| [text(words.number(cue)), text(words.title(cue))];
    let segment =
        picture.segment.and_then(|ix| Some((ix.0 as i32 + 1, words.show.segments.get(ix)?)));
    let (place, title) =
        segment.map_or((0, ""), |(place, segment)| (place, segment.title.as_str()));
    let next = cue(picture.next).into_iter().chain([text(words.call(picture.next))]);
    let departments = [departments(&picture.ready, words), departments(&picture.missing, words)];
    let mut content = vec![
        message("onair", cue(picture.on_air)),
        message("left", [seconds(picture.left_ns.unwrap_or(0))]),
        message("segment", [OscType::Int(place), text(title), seconds(picture.segment_left_ns)]),
        message("next", next),
        message("over", [seconds(picture.over_ns)]),
        message("ready", departments.map(OscType::String)),
        message("hold", [OscType::Bool(picture.held)]),
        message("message", [text(picture.message.as_deref().unwrap_or_default())]),
    ];
    content.extend(picture.clip_left_ns.map(|left| message("clip", [seconds(left)])));
    // The time tag that means "at once" (OSC 1.0, "Time Tag Semantics").
    let timetag = OscTime { seconds: 0, fractional: 1 };
    encode(&OscPacket::Bundle(OscBundle { timetag, content }))
}

fn message(name: &str, args: impl IntoIterator<Item = OscType>) -> OscPacket {
    OscPacket::Message(OscMessage {
        addr: format!("/handover/{name}"),
        args: args.into_iter().collect(),
    })
}

fn seconds(ns: i64) -> OscType {
    OscType::Float((ns as f64 / 1e9) as f32)
}

fn departments(departments: &[DepartmentIx], words: &ListWords) -> String {
    let ids = departments.iter().filter_map(|&ix| words.show.departments.get(ix));
    ids.map(|department| department.id.as_str()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::packet::{Arg, parse};
    use crate::remote::testing::show;
    use crate::show::{CueIx, SegmentIx};

    #[test]
    fn says_everything_in_one_bundle() {
        let words = ListWords::new(Arc::new(show()));
        let picture = Picture {
            on_air: Some(CueIx(0)),
            left_ns: Some(-1_500_000_000),
            segment: Some(SegmentIx(0)),
            segment_left_ns: 30_000_000_000,
            next: Some(CueIx(1)),
            over_ns: 2_250_000_000,
            ready: vec![DepartmentIx(0)],
            missing: vec![DepartmentIx(1)],
            held: true,
            message: Some("Wrap up".into()),
            clip_left_ns: Some(500_000_000),
            ..Picture::default()
        };
        let packet = bundle(&picture, &words);
        assert_eq!(&packet[..16], b"#bundle\0\0\0\0\0\0\0\0\x01");
        let messages = parse(&packet).unwrap();
        let said: Vec<_> =
            messages.iter().map(|message| (message.address, message.args.as_slice())).collect();
        let expected: &[(&str, &[Arg])] = &[
            ("/handover/onair", &[Arg::Text("12"), Arg::Text("Off the roof")]),
            ("/handover/left", &[Arg::Float(-1.5)]),
            ("/handover/segment", &[Arg::Int(1), Arg::Text("The jump"), Arg::Float(30.0)]),
            ("/handover/next", &[Arg::Text("13"), Arg::Text("Landed"), Arg::Text("")]),
            ("/handover/over", &[Arg::Float(2.25)]),
            ("/handover/ready", &[Arg::Text("stunts"), Arg::Text("camera")]),
            ("/handover/hold", &[Arg::Bool(true)]),
            ("/handover/message", &[Arg::Text("Wrap up")]),
            ("/handover/clip", &[Arg::Float(0.5)]),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn nothing_on_air_is_said_too() {
        let packet = bundle(&Picture::default(), &ListWords::new(Arc::new(show())));
        let messages = parse(&packet).unwrap();
        assert_eq!(messages.len(), 8);
        assert_eq!(messages[0].args, [Arg::Text(""), Arg::Text("")]);
        assert_eq!(messages[2].args, [Arg::Int(0), Arg::Text(""), Arg::Float(0.0)]);
        assert_eq!(
            (messages[7].address, &*messages[7].args),
            ("/handover/message", &[Arg::Text("")][..])
        );
    }
}
