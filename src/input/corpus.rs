//! Byte sequences of terminals, and the keys that they mean. Written down from xterm's ctlseqs,
//! console_codes(4), rxvt's reference and the kitty keyboard protocol's page.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::Input;

pub(super) const NONE: KeyModifiers = KeyModifiers::NONE;
pub(super) const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
pub(super) const ALT: KeyModifiers = KeyModifiers::ALT;
pub(super) const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

/// A piece of the corpus: what is sent, and what it is.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub bytes: Vec<u8>,
    pub is: Vec<Input>,
}

pub(super) fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

fn of_kind(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> Input {
    Input::Key(KeyEvent::new_with_kind(code, modifiers, kind))
}

fn mouse(kind: MouseEventKind, column: u16, row: u16, modifiers: KeyModifiers) -> Input {
    Input::Mouse(MouseEvent { kind, column, row, modifiers })
}

/// Everything.
pub(super) fn corpus() -> Vec<Sent> {
    let mut all = vec![];
    let mut add = |bytes: &[u8], is: Vec<Input>| all.push(Sent { bytes: bytes.to_vec(), is });
    plain(&mut add);
    with_letters(&mut add);
    with_numbers(&mut add);
    consoles(&mut add);
    kitty(&mut add);
    the_mouse(&mut add);
    texts(&mut add);
    all
}

type Add<'a> = dyn FnMut(&[u8], Vec<Input>) + 'a;

fn plain(add: &mut Add<'_>) {
    use KeyCode::*;
    for (bytes, code, modifiers) in [
        (" ", Char(' '), NONE),
        ("m", Char('m'), NONE),
        ("x", Char('x'), NONE),
        ("1", Char('1'), NONE),
        ("G", Char('G'), SHIFT),
        ("é", Char('é'), NONE),
        ("語", Char('語'), NONE),
        ("🎉", Char('🎉'), NONE),
        ("\x1b", Esc, NONE),
        ("\r", Enter, NONE),
        ("\t", Tab, NONE),
        ("\x7f", Backspace, NONE),
        ("\x08", Backspace, NONE),
        ("\x00", Char(' '), CONTROL),
        ("\x03", Char('c'), CONTROL),
        ("\x1a", Char('z'), CONTROL),
        ("\x1c", Char('4'), CONTROL),
        ("\x1b ", Char(' '), ALT),
        ("\x1bx", Char('x'), ALT),
        ("\x1bé", Char('é'), ALT),
        ("\x1bG", Char('G'), ALT | SHIFT),
        ("\x1b\r", Enter, ALT),
        ("\x1b\x7f", Backspace, ALT),
        ("\x1b\x03", Char('c'), ALT | CONTROL),
    ] {
        add(bytes.as_bytes(), vec![key(code, modifiers)]);
    }
    add(b"\x1b\x1b", vec![key(Esc, NONE), key(Esc, NONE)]);
}

/// xterm: cursor keys, Home, End and F1 to F4, in both modes, alone and with all that can be held.
fn with_letters(add: &mut Add<'_>) {
    use KeyCode::*;
    for (letter, code) in [
        ('A', Up),
        ('B', Down),
        ('C', Right),
        ('D', Left),
        ('H', Home),
        ('F', End),
        ('P', F(1)),
        ('Q', F(2)),
        ('S', F(4)),
    ] {
        add(format!("\x1b[{letter}").as_bytes(), vec![key(code, NONE)]);
        add(format!("\x1bO{letter}").as_bytes(), vec![key(code, NONE)]);
        for (number, held) in held() {
            add(format!("\x1b[1;{number}{letter}").as_bytes(), vec![key(code, held)]);
            // Older ones.
            add(format!("\x1bO{number}{letter}").as_bytes(), vec![key(code, held)]);
        }
        // rxvt and others put an ESC before a key for Alt.
        add(format!("\x1b\x1b[{letter}").as_bytes(), vec![key(code, ALT)]);
        add(format!("\x1b\x1bO{letter}").as_bytes(), vec![key(code, ALT)]);
    }
    add(b"\x1bOR", vec![key(F(3), NONE)]);
    add(b"\x1b[1;2R", vec![key(F(3), SHIFT)]);
    add(b"\x1b[Z", vec![key(BackTab, SHIFT)]);
    add(b"\x9bA", vec![key(Up, NONE)]);
    add(b"\x8fQ", vec![key(F(2), NONE)]);
    // The keypad in application mode.
    for (letter, c) in "jklmnopqrstuvwxy".chars().zip("*+,-./0123456789".chars()) {
        add(format!("\x1bO{letter}").as_bytes(), vec![key(Char(c), NONE)]);
        for (number, held) in held() {
            add(format!("\x1bO{number}{letter}").as_bytes(), vec![key(Char(c), held)]);
        }
    }
    add(b"\x1bOM", vec![key(Enter, NONE)]);
    add(b"\x1bOI", vec![key(Tab, NONE)]);
    add(b"\x1bO ", vec![key(Char(' '), NONE)]);
    add(b"\x1bOX", vec![key(Char('='), NONE)]);
}

fn held() -> [(u8, KeyModifiers); 7] {
    [
        (2, SHIFT),
        (3, ALT),
        (4, SHIFT | ALT),
        (5, CONTROL),
        (6, SHIFT | CONTROL),
        (7, ALT | CONTROL),
        (8, SHIFT | ALT | CONTROL),
    ]
}

const NUMBERED: [(u8, KeyCode); 28] = [
    (1, KeyCode::Home),
    (2, KeyCode::Insert),
    (3, KeyCode::Delete),
    (4, KeyCode::End),
    (5, KeyCode::PageUp),
    (6, KeyCode::PageDown),
    (7, KeyCode::Home),
    (8, KeyCode::End),
    (11, KeyCode::F(1)),
    (12, KeyCode::F(2)),
    (13, KeyCode::F(3)),
    (14, KeyCode::F(4)),
    (15, KeyCode::F(5)),
    (17, KeyCode::F(6)),
    (18, KeyCode::F(7)),
    (19, KeyCode::F(8)),
    (20, KeyCode::F(9)),
    (21, KeyCode::F(10)),
    (23, KeyCode::F(11)),
    (24, KeyCode::F(12)),
    (25, KeyCode::F(13)),
    (26, KeyCode::F(14)),
    (28, KeyCode::F(15)),
    (29, KeyCode::F(16)),
    (31, KeyCode::F(17)),
    (32, KeyCode::F(18)),
    (33, KeyCode::F(19)),
    (34, KeyCode::F(20)),
];

/// xterm, VT220, the Linux console and rxvt: the keys with a number, and how rxvt says what is
/// held.
fn with_numbers(add: &mut Add<'_>) {
    for (number, code) in NUMBERED {
        add(format!("\x1b[{number}~").as_bytes(), vec![key(code, NONE)]);
        for (parameter, modifiers) in held() {
            add(format!("\x1b[{number};{parameter}~").as_bytes(), vec![key(code, modifiers)]);
        }
        add(format!("\x1b[{number}$").as_bytes(), vec![key(code, SHIFT)]);
        add(format!("\x1b[{number}^").as_bytes(), vec![key(code, CONTROL)]);
        add(format!("\x1b[{number}@").as_bytes(), vec![key(code, SHIFT | CONTROL)]);
        add(format!("\x1b\x1b[{number}~").as_bytes(), vec![key(code, ALT)]);
    }
    for (letter, code) in
        [('a', KeyCode::Up), ('b', KeyCode::Down), ('c', KeyCode::Right), ('d', KeyCode::Left)]
    {
        add(format!("\x1b[{letter}").as_bytes(), vec![key(code, SHIFT)]);
        add(format!("\x1bO{letter}").as_bytes(), vec![key(code, CONTROL)]);
    }
}

fn consoles(add: &mut Add<'_>) {
    for (letter, number) in ('A'..='E').zip(1..) {
        add(format!("\x1b[[{letter}").as_bytes(), vec![key(KeyCode::F(number), NONE)]);
    }
    // Shift-Tab.
    add(b"\x1b\t", vec![key(KeyCode::BackTab, SHIFT)]);
    // The middle of the keypad, which does nothing.
    add(b"\x1b[G", vec![]);
    add(b"\x1b[E", vec![]);
}

/// The kitty keyboard protocol and xterm's other keys.
fn kitty(add: &mut Add<'_>) {
    use KeyCode::*;
    use KeyEventKind::{Press, Release, Repeat};
    for (sequence, code, modifiers, kind) in [
        ("27u", Esc, NONE, Press),
        ("27;1:1u", Esc, NONE, Press),
        ("27;1:2u", Esc, NONE, Repeat),
        ("27;1:3u", Esc, NONE, Release),
        ("13u", Enter, NONE, Press),
        ("13;2u", Enter, NONE, Press),
        ("9u", Tab, NONE, Press),
        ("9;2u", BackTab, SHIFT, Press),
        ("127u", Backspace, NONE, Press),
        ("32u", Char(' '), NONE, Press),
        ("32;2u", Char(' '), NONE, Press),
        ("32;5u", Char(' '), CONTROL, Press),
        ("32;1:2;32u", Char(' '), NONE, Repeat),
        ("32;1:3u", Char(' '), NONE, Release),
        ("99;5u", Char('c'), CONTROL, Press),
        ("99;69u", Char('c'), CONTROL, Press),
        ("99;133:1u", Char('c'), CONTROL, Press),
        ("1089::99;5u", Char('c'), CONTROL, Press),
        ("1089::99;5:2u", Char('c'), CONTROL, Repeat),
        ("1085::121;1;1085u", Char('н'), NONE, Press),
        ("47::55;2;47u", Char('/'), NONE, Press),
        ("32;1:1;32u", Char(' '), NONE, Press),
        ("32;;32u", Char(' '), NONE, Press),
        ("32;129;32u", Char(' '), NONE, Press),
        ("113;1:1;64u", Char('@'), NONE, Press),
        ("101;;233u", Char('é'), NONE, Press),
        ("13;1:2u", Enter, NONE, Repeat),
        ("9;1:3u", Tab, NONE, Release),
        ("122;5u", Char('z'), CONTROL, Press),
        ("97;3u", Char('a'), ALT, Press),
        ("97;4u", Char('A'), ALT | SHIFT, Press),
        ("103;2u", Char('G'), SHIFT, Press),
        ("103:71;2u", Char('G'), SHIFT, Press),
        ("103:71;2:1;71u", Char('G'), SHIFT, Press),
        ("103;65u", Char('G'), SHIFT, Press),
        ("47:63;2;63u", Char('?'), NONE, Press),
        ("47;1;63u", Char('?'), NONE, Press),
        ("0;;233u", Char('é'), NONE, Press),
        ("97;1;229u", Char('å'), NONE, Press),
        ("57399u", Char('0'), NONE, Press),
        ("57408u", Char('9'), NONE, Press),
        ("57413u", Char('+'), NONE, Press),
        ("57414u", Enter, NONE, Press),
        ("57417u", Left, NONE, Press),
        ("57421;5u", PageUp, CONTROL, Press),
        ("57426u", Delete, NONE, Press),
        ("57376u", F(13), NONE, Press),
        ("57398u", F(35), NONE, Press),
        ("1;1:1A", Up, NONE, Press),
        ("1;1:2B", Down, NONE, Repeat),
        ("1;1:3A", Up, NONE, Release),
        ("1;5:2C", Right, CONTROL, Repeat),
        ("5;1:2~", PageUp, NONE, Repeat),
        ("13;5~", F(3), CONTROL, Press),
        ("97;9u", Char('a'), KeyModifiers::SUPER, Press),
        ("27;5;9~", Tab, CONTROL, Press),
        ("27;5;13~", Enter, CONTROL, Press),
        ("27;2;13~", Enter, NONE, Press),
        ("27;5;99~", Char('c'), CONTROL, Press),
        ("27;6;67~", Char('c'), CONTROL, Press),
        ("27;2;63~", Char('?'), NONE, Press),
        ("27;2;71~", Char('G'), SHIFT, Press),
        ("27;2;32~", Char(' '), NONE, Press),
        ("27;3;120~", Char('x'), ALT, Press),
        ("27;1;27~", Esc, NONE, Press),
    ] {
        add(format!("\x1b[{sequence}").as_bytes(), vec![of_kind(code, modifiers, kind)]);
    }
    for (reply, flags) in [("?0u", 0), ("?1u", 1), ("?31u", 31)] {
        add(format!("\x1b[{reply}").as_bytes(), vec![Input::KeyFlags(flags)]);
    }
    // What an input method has composed.
    add(b"\x1b[0;;26481:20140u", vec![Input::Paste("東京".into())]);
    add(b"\x1b[0;1:3;26481:20140u", vec![]);
    // Shift, Caps Lock, a media key, Shift-7 of an unknown layout, dead keys, nonsense.
    for nothing in
        ["57441;2u", "57447;2:3u", "57358u", "57430u", "55;2u", "1114112u", "u", ";;u", "27;5~"]
    {
        add(format!("\x1b[{nothing}").as_bytes(), vec![]);
    }
}

fn the_mouse(add: &mut Add<'_>) {
    use MouseEventKind::*;
    let (left, right) = (MouseButton::Left, MouseButton::Right);
    for (bytes, kind, column, row, modifiers) in [
        (&b"\x1b[<0;3;4M"[..], Down(left), 2, 3, NONE),
        (b"\x1b[<0;3;4m", Up(left), 2, 3, NONE),
        (b"\x1b[<2;120;36M", Down(right), 119, 35, NONE),
        (b"\x1b[<32;3;5M", Drag(left), 2, 4, NONE),
        (b"\x1b[<35;300;5M", Moved, 299, 4, NONE),
        (b"\x1b[<64;1;1M", ScrollUp, 0, 0, NONE),
        (b"\x1b[<65;1;1M", ScrollDown, 0, 0, NONE),
        (b"\x1b[<66;1;1M", ScrollLeft, 0, 0, NONE),
        (b"\x1b[<20;7;8M", Down(left), 6, 7, SHIFT | CONTROL),
        // X10: a click in the corner is blanks and signs, a release does not say of which button.
        (b"\x1b[M !!", Down(left), 0, 0, NONE),
        (b"\x1b[M#$%", Up(left), 3, 4, NONE),
        (b"\x1b[M`\xe0 ", ScrollUp, 191, 0, NONE),
        (b"\x1b[Mxm1", ScrollUp, 76, 16, ALT | CONTROL),
        (b"\x1b[32;3;4M", Down(left), 2, 3, NONE),
        (b"\x1b[35;3;4M", Up(left), 2, 3, NONE),
        (b"\x1b[96;300;4M", ScrollUp, 299, 3, NONE),
    ] {
        add(bytes, vec![mouse(kind, column, row, modifiers)]);
    }
    for nothing in
        [&b"\x1b[<0;3M"[..], b"\x1b[<0;3;4Z", b"\x1b[<99999999999;3;4M", b"\x1b[1;2;3;4;5;6;7;8;9M"]
    {
        add(nothing, vec![]);
    }
    add(b"\x1b[I", vec![Input::Focus(true)]);
    add(b"\x1b[O", vec![Input::Focus(false)]);
}

/// Pasted text, and the answers to what programs ask.
fn texts(add: &mut Add<'_>) {
    let paste = |text: &str| vec![Input::Paste(text.into())];
    add(b"\x1b[200~some words q y m x 1\x1b[201~", paste("some words q y m x 1"));
    add("\x1b[200~two\r\nlines é語\x1b[201~".as_bytes(), paste("two\r\nlines é語"));
    add(b"\x1b[200~\x1b[201~", paste(""));
    add(b"\x1b[200~[201~ \x1b[20\x1b[201~", paste("[201~ \x1b[20"));
    add(b"\x1b[200~q\x1b[Az \x1bOB\x1b[201~", paste("q\x1b[Az \x1bOB"));
    add(b"\x1b[201~", vec![Input::PasteEnd]);
    for reply in [
        &b"\x1b[?62;1;6;22c"[..],
        b"\x1b[>41;380;0c",
        b"\x1b[=1;2c",
        b"\x1b[0n",
        b"\x1b[?997;1n",
        b"\x1b[12;40R",
        b"\x1b[1;1R",
        b"\x1b[1;80R",
        b"\x1b[?12;40;1R",
        b"\x1b[?2026;2$y",
        b"\x1b[4;2$y",
        b"\x1b[8;36;120t",
        b"\x1b[48;36;120;720;1200t",
        b"\x1b[?1;0;256S",
        b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\",
        b"\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
        b"\x1b]10;rgb:ffff/ffff/ffff\x07",
        b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
        b"\x1b]52;c;c29tZSB3b3Jkcw==\x07",
        "\x1b]lÜbung m x 1\x1b\\".as_bytes(),
        b"\x9d11;rgb:0/0/0\x07",
        b"\x1bP>|XTerm(388)\x1b\\",
        b"\x1bP!|00000000\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b^private words m x 1 \x1b\\",
        b"\x1bXstart of string q y\x07",
    ] {
        add(reply, vec![Input::Reply]);
    }
}
