//! The corpus, cut, delayed, broken off and mixed; and what each must not become.

use std::collections::BTreeSet;

use super::corpus::{NONE, Sent, corpus, key};
use super::*;

const MS: Duration = Duration::from_millis(1);
const NS: Duration = Duration::from_nanos(1);
const ESC_KEY: KeyCode = KeyCode::Esc;

/// A parser and the terminal's time: it looks at the terminal whenever the parser wants it to.
#[derive(Default)]
struct Rig {
    parser: Parser,
    now_ns: MachineNs,
}

impl Rig {
    /// A rig after the terminal has been quiet for long.
    fn new() -> Self {
        Rig { parser: Parser::default(), now_ns: MachineNs::ZERO + 1_000_000 * MS }
    }

    fn send(&mut self, bytes: &[u8]) -> &mut Self {
        self.parser.feed(bytes, self.now_ns);
        self
    }

    fn wait(&mut self, time: Duration) -> &mut Self {
        let until_ns = self.now_ns + time;
        while let Some(deadline_ns) =
            self.parser.deadline().filter(|&deadline_ns| deadline_ns <= until_ns)
        {
            self.now_ns = self.now_ns.max(deadline_ns);
            self.parser.expire(self.now_ns);
            assert!(
                self.parser.deadline().is_none_or(|next_ns| next_ns > self.now_ns),
                "it decides nothing"
            );
        }
        self.now_ns = until_ns;
        self
    }

    /// Everything that has come out, long after the last byte.
    fn all(&mut self) -> Vec<Input> {
        self.wait(20_000 * MS);
        self.so_far()
    }

    /// Everything that has come out by now.
    fn so_far(&mut self) -> Vec<Input> {
        std::iter::from_fn(|| self.parser.next_input()).collect()
    }
}

fn keys_of(inputs: &[Input]) -> Vec<KeyEvent> {
    let key = |input: &Input| if let Input::Key(key) = input { Some(*key) } else { None };
    inputs.iter().filter_map(key).collect()
}

/// Takes the keys of `allowed` away from those of `found`: each as often as it is there.
fn foreign(found: &[Input], allowed: &[Input]) -> Vec<KeyEvent> {
    let mut allowed = keys_of(allowed);
    let mut left = vec![];
    for key in keys_of(found) {
        match allowed.iter().position(|other| *other == key) {
            Some(at) => _ = allowed.swap_remove(at),
            None => left.push(key),
        }
    }
    left
}

/// The pauses that a line makes: none, just under and just over what ESC waits, between that and
/// what text waits, and longer than anything waits but for the beginning of a sequence.
fn pauses() -> [Duration; 6] {
    [Duration::ZERO, ESC_WAIT - MS, ESC_WAIT + MS, 250 * MS, 1_500 * MS, 9_000 * MS]
}

/// Pasted text with ESC in it, which terminals take out before they send it.
fn has_escapes_inside(sent: &Sent) -> bool {
    sent.bytes.starts_with(b"\x1b[200~q\x1b")
}

#[test]
fn everything_in_one_piece_is_what_it_is() {
    for sent in corpus() {
        assert_eq!(
            Rig::new().send(&sent.bytes).all(),
            sent.is,
            "{:?}",
            String::from_utf8_lossy(&sent.bytes)
        );
        // A press of another key before and behind it changes nothing.
        let (before, behind) = (key(KeyCode::Char('j'), NONE), key(KeyCode::Enter, NONE));
        let found =
            Rig::new().send(b"j").wait(200 * MS).send(&sent.bytes).wait(200 * MS).send(b"\r").all();
        let expected: Vec<Input> = [before].into_iter().chain(sent.is).chain([behind]).collect();
        assert_eq!(found, expected, "{:?} between two keys", String::from_utf8_lossy(&sent.bytes));
    }
}

#[test]
fn a_plain_key_waits_for_nothing_and_a_lone_esc_for_30_ms() {
    for sent in corpus()
        .into_iter()
        .filter(|sent| !sent.bytes.starts_with(b"\x1b\x1b") && sent.bytes != b"\x1b")
    {
        assert_eq!(
            Rig::new().send(&sent.bytes).so_far(),
            sent.is,
            "{:?}",
            String::from_utf8_lossy(&sent.bytes)
        );
    }
    let esc = key(ESC_KEY, NONE);
    for presses in [&b"\x1b"[..], b"\x1b\x1b", b"\x1b\x1b\x1b"] {
        let mut rig = Rig::new();
        rig.send(presses).wait(ESC_WAIT - NS);
        assert!(rig.so_far().len() + 2 >= presses.len());
        assert_eq!(rig.wait(NS).so_far().last(), Some(&esc));
        // The press after it waits no longer.
        assert_eq!(rig.send(b" ").so_far(), [key(KeyCode::Char(' '), NONE)]);
    }
    // The rest of a key takes back the Esc that its beginning was taken for.
    for (bytes, wait) in [(b"\x1b[A".as_slice(), ESC_WAIT), (b"\x1bOP", 60 * MS)] {
        let mut rig = Rig::new();
        let rest = rig.send(&bytes[..1]).wait(wait).send(&bytes[1..]).all();
        assert_eq!(rest, [key(ESC_KEY, NONE), Input::NoEscape], "{bytes:?}");
    }
    // Bytes that waited while the program was busy are no late ones.
    let mut parser = Parser::default();
    let at = |ms: u64| MachineNs::ZERO + Duration::from_millis(ms);
    parser.feed(b"\x1b", at(0));
    parser.feed(b"[A", at(500));
    parser.expire(at(500));
    assert_eq!(parser.next_input(), Some(key(KeyCode::Up, NONE)));
}

#[test]
fn nothing_cut_at_any_byte_and_delayed_becomes_another_key() {
    for sent in corpus() {
        for cut in 1..sent.bytes.len() {
            for pause in pauses() {
                if pause > 60 * MS && has_escapes_inside(&sent) {
                    continue;
                }
                let found =
                    Rig::new().send(&sent.bytes[..cut]).wait(pause).send(&sent.bytes[cut..]).all();
                let what =
                    format!("{:?} cut at {cut}, {pause:?}", String::from_utf8_lossy(&sent.bytes));
                if pause < ESC_WAIT {
                    assert_eq!(found, sent.is, "{what}");
                }
                let mut allowed = sent.is.clone();
                // The key Esc is a lone ESC, and Alt a quick Esc before the key.
                if sent.bytes[..cut].iter().all(|byte| *byte == ESC) {
                    allowed.extend(vec![key(ESC_KEY, NONE); cut]);
                    allowed.extend(behind_an_esc(&sent));
                }
                assert_eq!(foreign(&found, &allowed), [], "{what}");
            }
        }
    }
}

/// What comes behind the ESC, where that is something by itself.
fn behind_an_esc(sent: &Sent) -> Vec<Input> {
    corpus()
        .into_iter()
        .filter(|other| other.bytes == sent.bytes[1..])
        .flat_map(|other| other.is)
        .collect()
}

#[test]
fn byte_for_byte_on_a_slow_line_it_is_the_same() {
    for sent in corpus() {
        for pause in [Duration::ZERO, ESC_WAIT - MS, ESC_WAIT + MS] {
            let mut rig = Rig::new();
            for byte in &sent.bytes {
                rig.send(&[*byte]).wait(pause);
            }
            let (found, mut allowed) = (rig.all(), sent.is.clone());
            let what = format!("{:?}, {pause:?} each", String::from_utf8_lossy(&sent.bytes));
            if pause < ESC_WAIT {
                assert_eq!(found, sent.is, "{what}");
            } else {
                let escapes = sent.bytes.iter().take_while(|byte| **byte == ESC).count();
                allowed.extend(vec![key(ESC_KEY, NONE); escapes]);
                allowed.extend(if escapes > 0 { behind_an_esc(&sent) } else { vec![] });
            }
            assert_eq!(foreign(&found, &allowed), [], "{what}");
        }
    }
}

#[test]
fn nothing_broken_off_becomes_a_key_before_whatever_comes_next() {
    let all = corpus();
    let cuts = |sent: &Sent| {
        (1..sent.bytes.len()).map(|cut| sent.bytes[..cut].to_vec()).collect::<Vec<_>>()
    };
    let beginnings: BTreeSet<_> =
        all.iter().filter(|sent| !has_escapes_inside(sent)).flat_map(cuts).collect();
    // All plain keys, and each kind of sequence more than once.
    let seconds: Vec<&Sent> = all.iter().take(40).chain(all.iter().skip(40).step_by(5)).collect();
    for (beginning, second) in
        beginnings.iter().flat_map(|first| seconds.iter().map(move |second| (first, *second)))
    {
        // A control character of the upper half is also the end of a character, or a column of the
        // mouse.
        let is_open = std::str::from_utf8(beginning).is_err() || beginning.starts_with(b"\x1b[M");
        if is_open && (0x80..0xa0).contains(&second.bytes[0]) {
            continue;
        }
        for pause in [Duration::ZERO, ESC_WAIT + MS, 2_000 * MS] {
            let found = Rig::new().send(beginning).wait(pause).send(&second.bytes).all();
            if foreign(&found, &second.is).is_empty() {
                continue;
            }
            // What the two say together may be something else, and then it is that.
            let together = match beginning[0] {
                byte @ 0x80..0xa0 => [&[ESC, byte - 0x40], &beginning[1..], &second.bytes].concat(),
                _ => [beginning, &second.bytes[..]].concat(),
            };
            let escapes = together.iter().take_while(|byte| **byte == ESC).count();
            let same = |other: &&Sent| {
                (0..=escapes).any(|behind| together[behind..].starts_with(&other.bytes))
            };
            let mut allowed: Vec<Input> = second.is.clone();
            allowed.extend(all.iter().filter(same).flat_map(|other| other.is.clone()));
            if second.bytes.starts_with(b"\x1b\x1b") {
                // The first may be the half of a string's end mark.
                allowed.extend(behind_an_esc(second));
            }
            if escapes == 2 {
                // ESC before a sequence is Alt.
                allowed.extend(
                    keys_of(&allowed).into_iter().map(|key| Input::Key(keys::with_alt(key))),
                );
            }
            if beginning.iter().all(|byte| *byte == ESC) {
                // ESC and a key are Esc and the key, or the key with Alt; ESC twice is Esc twice.
                allowed.extend(vec![key(ESC_KEY, NONE); escapes]);
                allowed.extend(
                    keys_of(&second.is).into_iter().map(|key| Input::Key(keys::with_alt(key))),
                );
            }
            let (first, second) =
                (String::from_utf8_lossy(beginning), String::from_utf8_lossy(&second.bytes));
            assert_eq!(foreign(&found, &allowed), [], "{first:?}, {pause:?}, then {second:?}");
        }
    }
}

#[test]
fn no_control_character_inside_a_sequence_lets_the_next_key_through() {
    let is_sequence = |sent: &Sent| match sent.bytes[..] {
        [ESC, byte, ..] => begins(byte).is_some(),
        [byte, ..] => (0x80..0xa0).contains(&byte),
        [] => false,
    };
    // Between the brackets of a paste everything is text, and an ESC alone is the key Esc.
    let breaks =
        |sent: &Sent| !sent.bytes.starts_with(b"\x1b[200~") && !sent.bytes.starts_with(b"\x1b\x1b");
    let controls = (0..0x20).filter(|byte| *byte != ESC).chain([0x7f, 0xc3, 0xff]);
    let controls: Vec<u8> = controls.collect();
    for sent in corpus().into_iter().filter(|sent| is_sequence(sent) && breaks(sent)) {
        let first = if sent.bytes[0] == ESC { 2 } else { 1 };
        for (cut, control) in (first..sent.bytes.len())
            .flat_map(|cut| controls.iter().map(move |control| (cut, *control)))
        {
            // BEL ends a string, and a click in the old form may have bytes of the upper half.
            let is_inside = control >= 0xc3 && sent.bytes.starts_with(b"\x1b[M");
            if is_inside || (control == 0x07 && matches!(&sent.is[..], [Input::Reply])) {
                continue;
            }
            for pause in [Duration::ZERO, ESC_WAIT + MS] {
                let mut rig = Rig::new();
                rig.send(&sent.bytes[..cut]).wait(pause).send(&[control]).wait(pause).send(b" ");
                let found = rig.wait(GAP).so_far();
                let what = String::from_utf8_lossy(&sent.bytes[..cut]).into_owned();
                assert_eq!(keys_of(&found), [], "{what:?}, {pause:?}, {control:#04x}, Space");
                // The rest of it is none either.
                let mut rig = Rig::new();
                rig.send(&sent.bytes[..cut]).wait(pause).send(&[control]).send(&sent.bytes[cut..]);
                let found = keys_of(&rig.wait(GAP).so_far());
                assert!(
                    found.is_empty(),
                    "{what:?}, {pause:?}, {control:#04x} and the rest: {found:?}"
                );
            }
        }
    }
    for (damaged, then) in [(&b"\x1b[\n"[..], b" "), (b"\x1bO\0", b" "), (b"\x1b[1;\x01", b" ")] {
        let mut rig = Rig::new();
        assert_eq!(rig.send(damaged).send(then).all(), [], "{damaged:?}");
        // After a quiet time keys are keys again.
        assert_eq!(
            Rig::new().send(damaged).wait(TEXT_WAIT).send(then).all(),
            [key(KeyCode::Char(' '), NONE)]
        );
    }
}

#[test]
fn after_whatever_was_broken_off_keys_are_obeyed_again() {
    for sent in corpus() {
        for cut in 1..sent.bytes.len() {
            let what = format!("{:?} cut at {cut}", String::from_utf8_lossy(&sent.bytes));
            // Panic: within a second of text, and at once after anything else.
            let mut rig = Rig::new();
            rig.send(&sent.bytes[..cut]).wait(100 * MS).so_far();
            let escapes = rig.send(b"\x1b").wait(200 * MS).send(b"\x1b").wait(ESC_WAIT).so_far();
            assert_eq!(keys_of(&escapes), vec![KeyEvent::new(ESC_KEY, NONE); 2], "{what}");
            // GO: within a second, but for a mouse report in the old form.
            let mut rig = Rig::new();
            rig.send(&sent.bytes[..cut]).wait(TEXT_WAIT).so_far();
            if sent.bytes.starts_with(b"\x1b[M") && cut >= 3 {
                rig.wait(BEGUN).so_far();
            }
            let go = rig.send(b" ").wait(GAP).so_far();
            assert_eq!(go, [key(KeyCode::Char(' '), NONE)], "{what}");
        }
    }
}

#[test]
fn a_paste_without_its_end_gives_the_keys_back_within_a_second() {
    let space = key(KeyCode::Char(' '), NONE);
    let mut rig = Rig::new();
    rig.send(b"\x1b[200~half a paste");
    // Keys in that second are taken for text, and do not make it longer.
    for _ in 0..3 {
        assert_eq!(rig.wait(300 * MS).send(b" ").so_far(), []);
    }
    assert_eq!(rig.wait(100 * MS).so_far(), [Input::PasteBroken]);
    for _ in 0..3 {
        assert_eq!(rig.wait(200 * MS).send(b" ").wait(GAP).so_far(), vec![space.clone()]);
    }
    // The rest of the paste, very late, is not taken for keys, and neither is its end mark.
    let mut rig = Rig::new();
    rig.send(b"\x1b[200~half a").wait(3_000 * MS);
    assert_eq!(rig.so_far(), [Input::PasteBroken]);
    assert_eq!(
        rig.send(b" paste q y ").wait(500 * MS).send(b"and more x").wait(3_000 * MS).so_far(),
        []
    );
    assert_eq!(rig.send(b"m\x1b[201~").wait(100 * MS).send(b" ").so_far(), [space]);
    // A slow line brings a paste in pieces.
    let mut rig = Rig::new();
    for piece in ["\x1b[200~one ", "two ", "three ", "four\x1b", "[201~"] {
        rig.send(piece.as_bytes()).wait(900 * MS);
    }
    assert_eq!(rig.so_far(), [Input::Paste("one two three four".into())]);
}

#[test]
fn a_key_that_is_held_ends_no_wait() {
    // Alt-] is the beginning of a string.
    let mut rig = Rig::new();
    rig.send(b"\x1b]").wait(500 * MS);
    for _ in 0..30 {
        rig.send(b"m").wait(33 * MS);
    }
    assert_eq!(rig.so_far(), []);
    assert_eq!(rig.wait(1_000 * MS).send(b" ").wait(GAP).so_far(), [key(KeyCode::Char(' '), NONE)]);
}

#[test]
fn a_long_text_is_kept_in_part_and_ends_where_it_ends() {
    let mut rig = Rig::new();
    rig.send(b"\x1b[200~");
    for _ in 0..100 {
        rig.send(&[b'q'; 4096]);
    }
    let found = rig.send(b"\x1b[201~ ").so_far();
    assert!(matches!(&found[..], [Input::Paste(text), space] if text.len() == 1 << 16
        && *space == key(KeyCode::Char(' '), NONE)));
}

#[test]
fn no_bytes_are_too_strange() {
    let mut seed = 1_u32;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    for _ in 0..5_000 {
        let mut rig = Rig::new();
        for _ in 0..random(8) {
            let bytes: Vec<u8> = (0..random(9))
                .map(|_| {
                    b"\x1b[O]P\\<;0123~MmAu$ \xc3\xa9\xff\x9b\x9d\x00\x07\x1a"[random(26) as usize]
                })
                .collect();
            rig.send(&bytes).wait(pauses()[random(6) as usize]);
        }
        rig.wait(11_000 * MS).so_far();
        let go = rig.send(b" ").wait(GAP).so_far();
        assert_eq!(go, [key(KeyCode::Char(' '), NONE)], "GO is heard after all");
    }
}
