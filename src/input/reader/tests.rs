//! Keys that are held, and text that was not typed, as a terminal sends them.

use super::*;

const MS: Duration = Duration::from_millis(1);

fn at(ms: u64) -> MachineNs {
    MachineNs::ZERO + Duration::from_millis(ms)
}

fn read(pieces: &[&str]) -> Vec<Input> {
    let (mut reader, mut now_ns) = (InputReader::default(), at(1_000));
    for piece in pieces {
        reader.feed(piece.as_bytes(), now_ns);
        reader.expire(now_ns);
        now_ns += 5 * MS;
    }
    reader.expire(now_ns + 1_000 * MS);
    std::iter::from_fn(|| reader.next_input()).collect()
}

#[test]
fn many_keys_in_one_go_are_a_burst_and_a_few_are_keys() {
    for (pieces, bursts, keys) in [
        (&["s123 "][..], &[][..], 5),
        (&["s1234 "], &[], 6),
        (&[":go\r"], &[], 4),
        (&["/32\r"], &[], 4),
        (&["jjjjjjjjjjjjjjjj"], &[], 16),
        (&["jjjjjjjjkkkkkkkk"], &[], 16),
        // A program that presses key by key, however quickly.
        (&["t", "a", "b", "c", " ", "d", "e", "f", "g", "\r", "s"], &[], 11),
        (&["ls -la\r"], &[7], 0),
        (&["ls\r\n"], &[], 4),
        (&["a text\tof some\rlines"], &[20], 0),
        (&["eight in"], &[8], 0),
        (&["ab", "a text of some", "c"], &[14], 3),
        (&["more than one", "after the other"], &[13, 15], 0),
        // Something else ends it: an arrow, Ctrl-C.
        (&["abcd\x1b[Aefgh"], &[], 9),
        (&["a text of some\x03abc"], &[14], 4),
    ] {
        let found = read(pieces);
        let burst = |input: &Input| {
            if let Input::Burst(keys) = input { Some(keys.len()) } else { None }
        };
        let lens: Vec<usize> = found.iter().filter_map(burst).collect();
        let rest = found.iter().filter(|input| matches!(input, Input::Key(_))).count();
        assert_eq!((&lens[..], rest), (bursts, keys), "{pieces:?}");
    }
}

#[test]
fn a_release_after_each_key_of_a_text_does_not_hide_that_it_is_one() {
    let told = |text: &str| -> String {
        text.chars().map(|c| format!("\x1b[{0};;{0}u\x1b[{0};1:3u", u32::from(c))).collect()
    };
    for (text, is_burst) in [("some words", true), ("s123 ", false)] {
        let mut reader = InputReader::default();
        reader.feed(b"\x1b[?31u", at(0));
        reader.feed(told(text).as_bytes(), at(0));
        reader.expire(at(0));
        let bursts = std::iter::from_fn(|| reader.next_input());
        let lens: Vec<usize> = bursts
            .filter_map(
                |input| if let Input::Burst(keys) = input { Some(keys.len()) } else { None },
            )
            .collect();
        assert_eq!(lens, if is_burst { vec![text.len()] } else { vec![] }, "{text:?}");
    }
}

#[test]
fn text_that_was_typed_in_one_go_is_taken_in_one() {
    let mut reader = InputReader::default();
    reader.feed("ab é\x1b[Acd\r".as_bytes(), at(0));
    assert_eq!(reader.next_text().as_deref(), Some("ab é"));
    assert_eq!(reader.next_text(), None);
    assert_eq!(reader.next_input(), Some(Input::Key(KeyEvent::from(KeyCode::Up))));
    assert_eq!(reader.next_text().as_deref(), Some("cd"));
    assert_eq!(reader.next_text(), None);
    assert_eq!(reader.next_input(), Some(Input::Key(KeyEvent::from(KeyCode::Enter))));
    assert_eq!(reader.next_input(), None);
}

/// The presses of one key that a line delivers in reads of so many at these times (ms).
fn pressed(byte: &str, reads: &[(u64, usize)]) -> Vec<u64> {
    let mut reader = InputReader::default();
    reader.act_once(vec![KeyEvent::from(KeyCode::Char(' '))]);
    let mut pressed = vec![];
    let mut take = |reader: &mut InputReader| {
        while let Some(input) = reader.next_input() {
            if matches!(&input, Input::Key(key) if key.kind == KeyEventKind::Press) {
                pressed.push(reader.came_ns().ns() / 1_000_000);
            }
        }
    };
    for &(ms, count) in reads {
        while let Some(due_ns) = reader.deadline().filter(|&due_ns| due_ns <= at(ms)) {
            reader.expire(due_ns);
        }
        reader.feed(byte.repeat(count).as_bytes(), at(ms));
        reader.expire(at(ms));
        take(&mut reader);
    }
    reader.expire(at(1_000_000));
    take(&mut reader);
    pressed
}

#[test]
fn a_key_that_is_held_on_a_line_that_bunches_is_one_press() {
    for (first_ms, every_ms, per_read) in
        [(500, 300, 9), (620, 330, 10), (700, 400, 12), (900, 400, 12), (550, 150, 5)]
    {
        let what = format!("{first_ms} {every_ms} {per_read}");
        let bunches = (0..8).map(|n| (1_000 + first_ms + n * every_ms, per_read));
        let let_go_ms = 1_000 + first_ms + 8 * every_ms;
        for (byte, is_escape) in [(" ", false), ("\x1b", true)] {
            let mut reads = vec![(1_000, 1)];
            reads.extend(bunches.clone());
            // What was left over when the key was let go.
            reads.push((let_go_ms, 2));
            assert_eq!(pressed(byte, &reads), [1_000], "{what} {byte:?}");
            // The press and the first repeats in one.
            reads.remove(0);
            let first = 1_000 + first_ms;
            assert_eq!(pressed(byte, &reads), [first], "{what} {byte:?}");
            // After a while it is a key again.
            reads.push((let_go_ms + 2_000, if is_escape { 2 } else { 1 }));
            let again = vec![let_go_ms + 2_000; if is_escape { 2 } else { 1 }];
            assert_eq!(pressed(byte, &reads)[1..], again, "{what} {byte:?}");
        }
    }
    // A line that is known to repeat after another delay, and one on which a guess was wrong.
    let quick = (0..10).map(|n| (10_300 + n * 30, 1));
    let mut reads: Vec<_> = [(10_000, 1)].into_iter().chain(quick).collect();
    reads.extend([(20_000, 1), (20_800, 9), (21_150, 10), (21_500, 3)]);
    assert_eq!(pressed(" ", &reads), [10_000, 20_000]);
    let reads = [(1_000, 1), (1_500, 1), (5_000, 1), (5_700, 9), (6_050, 10)];
    assert_eq!(pressed(" ", &reads), [1_000, 1_500, 5_000]);
}

#[test]
fn two_of_a_key_in_one_read_are_two_presses() {
    assert_eq!(pressed("\x1b", &[(1_000, 2)]), [1_000; 2]);
    assert_eq!(pressed(" ", &[(1_000, 2)]), [1_000; 2]);
    assert_eq!(pressed(" ", &[(1_000, 2), (1_350, 1)]), [1_000, 1_000, 1_350]);
}

#[test]
fn a_sequence_that_begins_with_the_last_esc_of_a_bunch_is_no_key() {
    for pieces in [&["\x1b\x1b\x1b\x1b", "[A"][..], &["\x1b\x1b\x1b\x1b[A"]] {
        let found = read(pieces);
        let keys: Vec<_> = found
            .iter()
            .filter_map(|input| if let Input::Key(key) = input { Some(key.code) } else { None })
            .collect();
        assert!(keys.ends_with(&[KeyCode::Up]) && !keys.contains(&KeyCode::Char('[')), "{keys:?}");
    }
}

#[test]
fn a_terminal_that_tells_is_believed_and_nothing_waits() {
    let kinds = |reader: &mut InputReader| -> Vec<KeyEventKind> {
        let kind = |input| if let Input::Key(key) = input { Some(key.kind) } else { None };
        std::iter::from_fn(|| reader.next_input()).filter_map(kind).collect()
    };
    for (answer, tells) in [
        ("", false),
        ("\x1b[?1u", false),
        ("\x1b[?5u", false),
        ("\x1b[?31u", true),
        ("\x1b[?11u", true),
    ] {
        let (mut reader, mut at_ns) = (InputReader::default(), at(1_000));
        reader.feed(answer.as_bytes(), at_ns);
        assert_eq!(reader.tells_held(), tells, "{answer:?}");
        // A key that is held, and then one that is pressed at just that delay.
        for gap_ms in [0, 500, 33, 33, 33, 5_000, 500] {
            at_ns += gap_ms * MS;
            reader.feed(b"\x1b[32;;32u", at_ns);
        }
        assert_eq!(reader.deadline().is_none(), tells, "{answer:?}");
        reader.expire(at_ns + 100 * MS);
        let presses =
            kinds(&mut reader).iter().filter(|kind| **kind == KeyEventKind::Press).count();
        assert_eq!(presses, if tells { 7 } else { 4 }, "{answer:?}");
        // When it came is not when it was decided.
        assert_eq!(reader.came_ns(), at_ns);
    }
    let mut reader = InputReader::default();
    reader.feed(b"\x1b[?31u\x1b[32;;32u\x1b[32;1:2;32u\x1b[32;1:3u", at(0));
    assert_eq!(
        kinds(&mut reader),
        [KeyEventKind::Press, KeyEventKind::Repeat, KeyEventKind::Release]
    );
}

#[test]
fn a_terminal_that_was_reset_is_a_plain_one_from_its_first_key_on() {
    for key in ["\x1b", " ", "q", "\r", "\t", "\x7f", "\x0c"] {
        let (mut reader, mut at_ns) = (InputReader::default(), at(1_000));
        reader.feed(
            b"\x1b[?31u\x1b[106;;106u\x1b[106;1:3u\x1b[200~a paste\x1b[201~\x1b[<0;12;3M\x1b[I",
            at_ns,
        );
        reader.expire(at_ns);
        assert!(reader.tells_held() && !reader.has_stopped_telling());
        while reader.next_input().is_some() {}
        // Held down twice, so that the second time the delay is known.
        for gap_ms in [5_000, 500, 33, 33, 33, 33, 5_000, 500, 33, 33, 33] {
            at_ns += gap_ms * MS;
            while let Some(deadline_ns) =
                reader.deadline().filter(|&deadline_ns| deadline_ns < at_ns)
            {
                reader.expire(deadline_ns);
            }
            reader.feed(key.as_bytes(), at_ns);
            reader.expire(at_ns);
        }
        while let Some(deadline_ns) = reader.deadline() {
            reader.expire(deadline_ns);
        }
        assert!(
            reader.has_stopped_telling() && !reader.has_stopped_telling(),
            "{key:?}: said once"
        );
        assert!(!reader.tells_held(), "{key:?}");
        let is_press =
            |input: &Input| matches!(input, Input::Key(key) if key.kind == KeyEventKind::Press);
        let presses = std::iter::from_fn(|| reader.next_input()).filter(is_press).count();
        assert_eq!(presses, if key == "\x1b" { 2 } else { 3 }, "{key:?}");
        // Its answer is believed again.
        reader.feed(b"\x1b[?31u", at_ns + 5_000 * MS);
        assert!(reader.tells_held(), "{key:?}");
    }
}

#[test]
fn what_comes_after_a_key_that_waits_comes_after_it() {
    // (what comes, whether it ends the wait)
    for (after, ends) in
        [("\x1b[<0;12;3M", false), ("\x1b[200~text\x1b[201~", false), ("h", true), ("", false)]
    {
        let mut reader = InputReader::default();
        reader.act_once(vec![KeyEvent::from(KeyCode::Char(' '))]);
        reader.feed(b" ", at(1_000));
        reader.feed(b" ", at(1_500));
        reader.expire(at(1_500));
        reader.feed(after.as_bytes(), at(1_520));
        reader.expire(at(1_520));
        let space = Input::Key(KeyEvent::from(KeyCode::Char(' ')));
        let given: Vec<Input> = std::iter::from_fn(|| reader.next_input()).collect();
        let spaces = given.iter().filter(|input| **input == space).count();
        assert_eq!(spaces, 1 + usize::from(ends), "{after:?}");
        assert_eq!(reader.deadline(), (!ends).then_some(at(1_615)), "{after:?}");
        reader.expire(at(1_615));
        let given: Vec<Input> =
            given.into_iter().chain(std::iter::from_fn(|| reader.next_input())).collect();
        assert_eq!(given[..2], [space.clone(), space.clone()], "{after:?}");
        assert_eq!(given.len(), 2 + usize::from(!after.is_empty()), "{after:?}");
    }
}

#[test]
fn esc_that_is_held_in_tmux_is_one_press_and_esc_twice_in_one_piece_is_two() {
    for (pairs, presses) in [(12, 1), (1, 3)] {
        let mut reader = InputReader::default();
        let read = |reader: &mut InputReader, bytes: &[u8], ms: u64| {
            let now_ns = at(ms);
            while let Some(deadline_ns) =
                reader.deadline().filter(|&deadline_ns| deadline_ns < now_ns)
            {
                reader.expire(deadline_ns);
            }
            reader.feed(bytes, now_ns);
            reader.expire(now_ns);
        };
        read(&mut reader, b"\x1b", 500);
        (0..pairs).for_each(|n| read(&mut reader, b"\x1b\x1b", 568 + n * 80 + n % 3 * 9));
        read(&mut reader, b"", 5_000);
        let is_press =
            |input: &Input| matches!(input, Input::Key(key) if key.kind == KeyEventKind::Press);
        let found: Vec<Input> = std::iter::from_fn(|| reader.next_input()).collect();
        assert_eq!(found.iter().filter(|input| is_press(input)).count(), presses);
        assert_eq!(found.len(), 1 + 2 * pairs as usize);
    }
}

/// Feeds a key's bytes at these times, looking at the terminal whenever there is something to
/// decide; the presses.
fn presses(bytes: &[u8], times_us: impl Iterator<Item = u64>) -> usize {
    let mut reader = InputReader::default();
    let mut times_us: Vec<u64> = times_us.collect();
    times_us.push(times_us.last().map_or(0, |last| last + 2_000_000));
    for (n, us) in times_us.iter().enumerate() {
        let now_ns = at(1_000) + Duration::from_micros(*us);
        while let Some(deadline_ns) = reader.deadline().filter(|&deadline_ns| deadline_ns < now_ns)
        {
            // A busy machine is a little late.
            reader.expire(deadline_ns + Duration::from_nanos((n as u64 * 7_919) % 200_000));
        }
        if n + 1 < times_us.len() {
            reader.feed(bytes, now_ns);
            reader.expire(now_ns);
        }
    }
    let is_press =
        |input: &Input| matches!(input, Input::Key(key) if key.kind == KeyEventKind::Press);
    std::iter::from_fn(|| reader.next_input()).filter(is_press).count()
}

#[test]
fn esc_that_is_held_in_a_plain_terminal_is_one_press_at_every_pace() {
    let slow_us = [66_700, 67_000, 70_000, 80_000, 90_000, 92_000, 108_000];
    for period_us in (25_000..=66_000).step_by(500).chain(slow_us) {
        for delay_us in [200_000, 250_000, 375_000, 400_000, 500_000, 660_000, 1_000_000] {
            // Each comes up to two milliseconds early or late.
            let jitter = |n: u64| (n * 7_919 + period_us) % 4_000;
            let repeats = (0..40).map(|n| delay_us + n * period_us + jitter(n));
            let held: Vec<u64> = [0].into_iter().chain(repeats).collect();
            assert_eq!(presses(b"\x1b", held.iter().copied()), 1, "{delay_us} us, {period_us} us");
            // Space twice, with a wait in between: from the second time on the keyboard is
            // known.
            let again = held.iter().map(|us| us + 20_000_000);
            assert_eq!(
                presses(b" ", held.iter().copied().chain(again)),
                3,
                "{delay_us} us, {period_us} us"
            );
        }
    }
    for gap_us in (80_000..=140_000).chain(150_000..1_000_000).step_by(997) {
        assert_eq!(presses(b"\x1b", [0, gap_us].into_iter()), 2, "{gap_us} us");
        assert_eq!(
            presses(b"\x1b", [0, gap_us, gap_us + 120_000].into_iter()),
            3,
            "{gap_us} us and in a hurry"
        );
    }
    for gap_us in [0, 500, 5_000, 20_000, 29_000, 31_000, 50_000, 70_000] {
        assert_eq!(
            presses(b"\x1b", [0, gap_us].into_iter()),
            2,
            "{gap_us} us: a program presses it"
        );
    }
}

/// The presses of Space and of Esc that come of `steps`, each `ms` after the one before.
fn told_presses(steps: &[(&str, u64)]) -> (usize, usize, usize) {
    let mut reader = InputReader::default();
    reader.act_once(vec![KeyEvent::from(KeyCode::Char(' '))]);
    let mut now_ns = at(1_000);
    let look = |reader: &mut InputReader, until_ns: MachineNs| {
        while let Some(due_ns) = reader.deadline().filter(|&due_ns| due_ns <= until_ns) {
            reader.expire(due_ns);
        }
        reader.expire(until_ns);
    };
    for (bytes, ms) in steps {
        now_ns += Duration::from_millis(*ms);
        look(&mut reader, now_ns);
        reader.feed(bytes.as_bytes(), now_ns);
    }
    look(&mut reader, now_ns + Duration::from_secs(2));
    let (mut spaces, mut escapes, mut others) = (0, 0, 0);
    while let Some(input) = reader.next_input() {
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Press => match key.code {
                KeyCode::Esc => escapes += 1,
                _ => spaces += 1,
            },
            Input::Key(_) => {}
            _ => others += 1,
        }
    }
    (spaces, escapes, others)
}

#[test]
fn the_mouse_and_reports_say_nothing_of_a_key_that_is_held() {
    for report in ["\x1b[<64;5;5M", "\x1b[<0;5;5M", "\x1b[?62c", "\x1b[1;1R", "\x1b[I"] {
        for key in [" ", "\x1b"] {
            let mut steps = vec![(key, 0), (key, 500), (report, 20), (key, 13)];
            steps.extend([(key, 33); 20]);
            let (spaces, escapes, others) = told_presses(&steps);
            assert_eq!((spaces + escapes, others), (1, 1), "{key:?} {report:?}");
        }
        // Pressed twice, with the same in between.
        let (spaces, _, others) = told_presses(&[(" ", 0), (" ", 500), (report, 20)]);
        assert_eq!((spaces, others), (2, 1), "{report:?}");
    }
}

#[test]
fn keys_of_a_paste_whose_first_mark_was_lost_are_no_keys() {
    for (pieces, keys) in [
        (&["a b\x1b[201~"][..], 0),
        (&["\x1b[200~a \x1b[200~ b\x1b[201~ c \x1b[201~"], 0),
        (&["some words here\x1b[201~"], 0),
        (&["s", "a b\x1b[201~", " "], 2),
        (&["s", "\x1b[201~", " "], 2),
    ] {
        let found = read(pieces);
        let is_key = |input: &&Input| matches!(input, Input::Key(_) | Input::Burst(_));
        assert_eq!(found.iter().filter(is_key).count(), keys, "{pieces:?}: {found:?}");
    }
}

/// The input that comes of `steps`, each `ms` after the one before, in its order: keys by what they
/// are, other input by one letter. A repeat is in brackets.
fn given(steps: &[(&str, u64)]) -> String {
    let mut reader = InputReader::default();
    let down = KeyEvent::from(KeyCode::Down);
    reader.act_once(vec![KeyEvent::from(KeyCode::Char(' ')), down]);
    let mut now_ns = at(1_000);
    let look = |reader: &mut InputReader, until_ns: MachineNs| {
        while let Some(due_ns) = reader.deadline().filter(|&due_ns| due_ns < until_ns) {
            reader.expire(due_ns);
        }
    };
    for (bytes, ms) in steps {
        now_ns += Duration::from_millis(*ms);
        look(&mut reader, now_ns);
        reader.feed(bytes.as_bytes(), now_ns);
        reader.expire(now_ns);
    }
    look(&mut reader, now_ns + Duration::from_secs(2));
    let mut given = vec![];
    while let Some(input) = reader.next_input() {
        given.push(match input {
            Input::Key(key) => {
                let name = key.code.to_string();
                if key.kind == KeyEventKind::Repeat { format!("[{name}]") } else { name }
            }
            Input::Mouse(_) => "mouse".into(),
            Input::Paste(text) => format!("paste {text}"),
            Input::PasteBroken => "broken".into(),
            Input::Burst(keys) => format!("burst {}", keys.len()),
            Input::KeyFlags(_) => "flags".into(),
            Input::NoEscape => "no escape".into(),
            Input::Focus(_) | Input::Reply | Input::PasteEnd => "other".into(),
        });
    }
    given.join(", ")
}

const CLICK: &str = "\x1b[<0;5;5M";

#[test]
fn what_comes_between_two_keys_is_given_between_them() {
    for (steps, expected) in [
        (&[(" ", 0), (" ", 500), (CLICK, 20), ("\x1b", 10)][..], "Space, Space, mouse, Esc"),
        (
            &[(" ", 0), (" ", 500), ("\x1b[200~x\x1b[201~", 20), ("\x1b", 10)],
            "Space, Space, paste x, Esc",
        ),
        (
            &[("\x1b[B", 0), ("\x1b[B", 500), (CLICK, 10), ("\x1b[B", 23)],
            "Down, [Down], mouse, [Down]",
        ),
        (&[(" ", 0), (" ", 500), (CLICK, 20), ("h", 10)], "Space, Space, mouse, h"),
    ] {
        assert_eq!(given(steps), expected, "{steps:?}");
    }
}

#[test]
fn nothing_is_lost_where_keys_around_it_come_in_one_go() {
    let click_in_a_go = format!(" {CLICK}abcdefg");
    for (steps, expected) in [
        (&[(" ", 0), (&*click_in_a_go, 500)][..], "Space, Space, mouse, a, b, c, d, e, f, g"),
        (&[("abcd\x1b[?31uefgh", 0)], "a, b, c, d, flags, e, f, g, h"),
        // A GO that waited is no part of what comes after it.
        (&[(" ", 0), (" ", 500), ("abc\x1b[201~", 50)], "Space, Space, broken"),
        (&[(" ", 0), (" ", 500), ("/32\r", 115)], "Space, Space, /, 3, 2, Enter"),
        // One that came in the same go as a paste's end is.
        (&[(" ", 0), (" \x1b[201~", 500)], "Space, broken"),
    ] {
        assert_eq!(given(steps), expected, "{steps:?}");
    }
}

#[test]
fn esc_that_is_held_is_one_press_also_where_it_waits_when_more_come() {
    let many = "\x1b\x1b\x1b";
    for steps in [
        &[("\x1b", 0), ("\x1b", 500), (many, 100), (many, 90)][..],
        &[("\x1b", 0), ("\x1b", 500), ("\x1b\x1b", 20), ("\x1b\x1b", 60), ("\x1b\x1b", 60)],
    ] {
        let keys = given(steps);
        assert_eq!(keys.split(", ").filter(|key| *key == "Esc").count(), 1, "{keys}");
    }
}

#[test]
fn the_beginning_of_a_sequence_that_a_line_has_cut_is_no_second_esc() {
    // Up, whose first byte came 40 ms before the others, half a second after Esc.
    let keys = given(&[("\x1b", 0), ("\x1b", 500), ("[A", 40)]);
    assert_eq!(keys.split(", ").filter(|key| *key == "Esc").count(), 1, "{keys}");
}
