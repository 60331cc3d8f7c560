//! Whatever a terminal sends, in whatever pieces: no panic, no hang, and GO is heard once the line
//! has been quiet.

#![no_main]

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use handover::input::{Input, InputReader, TEXT_WAIT};
use handover::time::MachineNs;
use libfuzzer_sys::fuzz_target;

/// Longer than anything is waited for.
const QUIET: Duration = Duration::from_secs(12);

fn wait(reader: &mut InputReader, now_ns: &mut MachineNs, time: Duration) {
    let until_ns = *now_ns + time;
    while let Some(deadline_ns) = reader.deadline().filter(|&deadline_ns| deadline_ns <= until_ns) {
        *now_ns = (*now_ns).max(deadline_ns);
        reader.expire(*now_ns);
        assert!(reader.deadline().is_none_or(|next_ns| next_ns > *now_ns), "it decides nothing");
    }
    assert!(reader.deadline().is_none_or(|deadline_ns| deadline_ns <= until_ns + TEXT_WAIT));
    *now_ns = until_ns;
}

fuzz_target!(|pieces: Vec<(Vec<u8>, u16)>| {
    let (mut reader, mut now_ns) = (InputReader::default(), MachineNs::ZERO + QUIET);
    for (bytes, ms) in &pieces {
        reader.feed(bytes, now_ns);
        wait(&mut reader, &mut now_ns, Duration::from_millis(u64::from(*ms)));
    }
    wait(&mut reader, &mut now_ns, QUIET);
    while reader.next_input().is_some() {}
    reader.feed(b" ", now_ns);
    wait(&mut reader, &mut now_ns, Duration::from_millis(100));
    let space = KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE);
    assert_eq!(reader.next_input(), Some(Input::Key(space)));
    assert_eq!(reader.next_input(), None);
});
