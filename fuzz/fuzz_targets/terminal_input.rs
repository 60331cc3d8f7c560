//! Whatever a terminal sends, in whatever pieces: no panic, no hang, and GO is heard once the line
//! has been quiet.

#![no_main]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use handover::input::{Input, Reader, TEXT_WAIT_NS};
use libfuzzer_sys::fuzz_target;

/// Longer than anything is waited for.
const QUIET_NS: u64 = 12_000_000_000;

fn wait(reader: &mut Reader, now_ns: &mut u64, ns: u64) {
    let until_ns = *now_ns + ns;
    while let Some(deadline_ns) = reader.deadline().filter(|&deadline_ns| deadline_ns <= until_ns) {
        *now_ns = (*now_ns).max(deadline_ns);
        reader.expire(*now_ns);
        assert!(reader.deadline().is_none_or(|next_ns| next_ns > *now_ns), "it decides nothing");
    }
    assert!(reader.deadline().is_none_or(|deadline_ns| deadline_ns <= until_ns + TEXT_WAIT_NS));
    *now_ns = until_ns;
}

fuzz_target!(|pieces: Vec<(Vec<u8>, u16)>| {
    let (mut reader, mut now_ns) = (Reader::default(), QUIET_NS);
    for (bytes, ms) in &pieces {
        reader.feed(bytes, now_ns);
        wait(&mut reader, &mut now_ns, u64::from(*ms) * 1_000_000);
    }
    wait(&mut reader, &mut now_ns, QUIET_NS);
    while reader.next_input().is_some() {}
    reader.feed(b" ", now_ns);
    wait(&mut reader, &mut now_ns, 100_000_000);
    let space = KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE);
    assert_eq!(reader.next_input(), Some(Input::Key(space)));
    assert_eq!(reader.next_input(), None);
});
