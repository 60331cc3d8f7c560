//! Whatever the bytes, they are messages that ask for something, or they are refused: no panic, no
//! hang, no overflow.

#![no_main]

use std::sync::LazyLock;

use handover::remote::address::{RemoteAsk, NOTE_CHARS_MAX, understand};
use handover::remote::packet::{BYTES_MAX, parse};
use handover::remote::RemoteCommand;
use handover::show::{Show, file};
use libfuzzer_sys::fuzz_target;

static SHOW: LazyLock<Show> = LazyLock::new(|| {
    let text = "title = \"T\"\n[department.stunts]\n[[segment]]\ntitle = \"S\"\nduration = \"60s\"\n\
                [[segment.cue]]\nnumber = \"12\"\ntitle = \"A\"\n";
    file::parse(text, "UTC").expect("a show without faults")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(messages) = parse(bytes) else { return };
    assert!(bytes.len() <= BYTES_MAX && messages.len() <= 64);
    for message in &messages {
        assert!(message.address.starts_with('/'));
        if let Ok(RemoteAsk::RemoteCommand(RemoteCommand::Note(note))) = understand(message, &SHOW) {
            assert!(note.chars().count() <= NOTE_CHARS_MAX && !note.contains(char::is_control));
        }
    }
});
