//! One thing done by two hands in the same moment, and a message that the network delivers twice.

use super::{cause, open};
use crate::harness::{Arg, House, Line, Remote, Wire, encode, in_time};

#[test]
fn the_callers_go_and_a_start_of_the_same_cue_fire_it_once() {
    in_time(|| {
        let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
        let mut program = open(&house, &wire, &remote);
        program.keys(" ");
        wire.expect("/one");
        remote.press("/cue/1/start").refused(&["cue 1", "0.3 s"]);
        remote.another().say("/go", "1").refused(&["cue 1"]);
        wire.expect("/one/b");
        wire.expect_silence();
        program.guard();
        // The other way round: the remote control is first, and the playhead stands at the cue that
        // it has started.
        remote.press("/cue/2/start").ok();
        program.keys(" ");
        wire.expect("/two");
        program.await_words(&["cue 2 was asked for"]);
        wire.expect_silence();
        let journal = house.journal();
        assert_eq!(journal.cues("cue_fired"), ["1", "2"]);
        assert_eq!((cause(&journal, "1"), cause(&journal, "2")), ("go".into(), "remote".into()));
    });
}

#[test]
fn a_message_that_arrives_twice_counts_once() {
    in_time(|| {
        let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
        let program = open(&house, &wire, &remote);
        remote.say("/go", "4").ok();
        wire.expect("/four");
        let twice = [
            (encode("/step", &[]), "a step was marked"),
            (encode("/note", &[Arg::Text("wind 6 m/s".into())]), "this note was taken"),
            (encode("/playhead/previous", &[]), "the playhead was moved"),
        ];
        for (packet, said) in twice {
            remote.send(&packet);
            remote.send(&packet);
            remote.reply().ok();
            remote.reply().refused(&[said]);
        }
        let journal = program.await_event("playhead_moved", 3);
        assert_eq!(journal.cues("playhead_moved"), ["4", "5", "4"]);
        assert_eq!(
            (journal.of_kind("step_done").len(), journal.of_kind("note_taken").len()),
            (1, 1)
        );
        // On a connection nothing arrives twice: a knob is turned there as fast as anybody likes.
        let mut line = Line::new(remote.port);
        line.ask("/playhead/previous", &[]).ok();
        line.ask("/playhead/previous", &[]).ok();
        let journal = program.await_event("playhead_moved", 5);
        assert_eq!(journal.cues("playhead_moved")[3..], ["3", "2"]);
    });
}
