//! The keys in force: the table, what a file changes in it, and what is said of a faulty one.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

fn press(key: &str) -> KeyEvent {
    key.parse::<Key>().unwrap().event()
}

/// What is wrong with a file: line, fault, fix.
fn faults(text: &str) -> Vec<(usize, String, String)> {
    let problems = parse(text).expect_err(text);
    problems.into_iter().map(|p| (p.line_column(text).0, p.what, p.fix)).collect()
}

#[test]
fn every_key_of_the_table_does_what_its_row_says() {
    let map = Keymap::default();
    for binding in BINDINGS.iter().filter(|binding| !is_fixed(binding.act)) {
        let keys: Vec<&str> = binding.keys.split_whitespace().collect();
        assert_eq!(
            map.keys(binding.act).len(),
            keys.len(),
            "{}: a key that nobody knows",
            binding.name
        );
        for key in keys {
            assert_eq!(map.act_of(&press(key)), Some(binding.act), "{key}");
        }
        // What the people page does has the key of what the run page does too, whatever that is,
        // behind its own.
        let of_run = BINDINGS.iter().find(|run| run.act == binding.act.on_run()).unwrap();
        let own = if of_run.act == binding.act { "" } else { binding.keys };
        assert_eq!(map.label(binding), format!("{own} {}", of_run.keys).trim(), "{}", binding.name);
    }
    for (at, digit) in ('1'..='9').enumerate() {
        assert_eq!(map.act_of(&KeyEvent::from(KeyCode::Char(digit))), Some(Act::Ready(at)));
    }
    assert_eq!(map.act_of(&KeyEvent::from(KeyCode::Esc)), None);
    assert_eq!(
        map.act_of(&KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)),
        Some(Act::Quit)
    );
    assert_eq!(map.act_of(&KeyEvent::new(KeyCode::Up, KeyModifiers::SHIFT)), Some(Act::SelectUp));
}

#[test]
fn a_key_with_alt_or_control_is_no_call() {
    for modifier in [KeyModifiers::ALT, KeyModifiers::CONTROL, KeyModifiers::SUPER] {
        assert_eq!(Keymap::default().act_of(&KeyEvent::new(KeyCode::Char(' '), modifier)), None);
    }
}

#[test]
fn what_is_printed_is_taken_back() {
    let usual = Keymap::default();
    assert_eq!(parse(&write(&usual)), Ok(usual.clone()));
    let text = "go = [\"F1\", '\"']\nstandby = '\\'\n\"select up\" = \"'\"\nmark_step = []\nSuspend = \"NONE\"\n";
    let changed = parse(text).unwrap();
    assert_eq!(parse(&write(&changed)), Ok(changed.clone()));
    assert_ne!(changed, usual);
}

#[test]
fn a_file_changes_what_it_names_and_nothing_else() {
    let map = parse(
        "go = \"F1\"\nselect-first = \"Home\"\nstandby = [\"g\", \"Ctrl-S\"]\nhold = \"none\"\n",
    )
    .unwrap();
    for (key, act) in [
        ("F1", Some(Act::Go)),
        ("Space", None),
        ("g", Some(Act::Standby)),
        ("s", None),
        ("Ctrl-S", Some(Act::Standby)),
        ("h", None),
        ("G", Some(Act::SelectLast)),
        ("Home", Some(Act::SelectFirst)),
        ("Shift-Tab", Some(Act::PreviousPage)),
    ] {
        assert_eq!(map.act_of(&press(key)), act, "{key}");
    }
    assert_eq!(map.way(Act::Standby), "g");
    assert_eq!(map.way(Act::Hold), ":hold");
    assert_eq!(map.way(Act::Panic), "Esc Esc");
    assert!(!map.go_is_text() && Keymap::default().go_is_text());
}

#[test]
fn a_command_of_the_people_page_may_have_a_key_beside_the_one_it_shares() {
    let map = parse("spotted = \"F5\"\nplayhead-here = \"F6\"\n").unwrap();
    let spotted = BINDINGS.iter().find(|binding| binding.act == Act::Spot).unwrap();
    assert_eq!((map.way(Act::Spot), map.label(spotted)), ("F5".to_owned(), "F5 F6".to_owned()));
    assert_eq!(
        (map.act_of(&press("F5")), map.way(Act::PlayheadHere)),
        (Some(Act::Spot), "F6".to_owned())
    );
    assert_eq!(Keymap::default().way(Act::Spot), "Enter");
    let line = |name: &str| {
        write(&map).lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned()
    };
    assert!(line("untick = ").ends_with("(has the key of skip too)"), "{}", line("untick"));
    assert!(!line("skip = ").contains("has the key"), "{}", line("skip"));
}

#[test]
fn keys_may_change_places() {
    let map = parse("hold = \"s\"\nstandby = \"h\"\n").unwrap();
    assert_eq!(
        (map.act_of(&press("s")), map.act_of(&press("h"))),
        (Some(Act::Hold), Some(Act::Standby))
    );
}

#[test]
fn faults_name_the_line_and_the_fix() {
    for (text, what, fix) in [
        ("stanby = \"s\"", "no command is called `stanby`", "did you mean `standby`?"),
        ("lights = \"s\"", "no command is called `lights`", "`handover keys` prints every command"),
        ("go = \"Spcae\"", "no key is called `Spcae`", "did you mean `Space`?"),
        ("go = \"none\"", "GO has no key", "write a key, or remove the line for the usual `Space`"),
        ("go = []", "GO has no key", "write a key, or remove the line for the usual `Space`"),
        ("panic = \"F12\"", "panic is Esc pressed twice, and stays there", "remove the line"),
        ("panic = \"none\"", "panic is Esc pressed twice, and stays there", "remove the line"),
        ("ready = \"F3\"", "ready stays on the keys 1 to 9", "remove the line"),
        ("go = \"3\"", "`3` answers ready", "choose another key"),
        ("hold = \"Ctrl-C\"", "`Ctrl-C` always quits", "choose another key"),
        ("hold = \"Esc\"", "`Esc` is for panic and for going back", "choose another key"),
        (
            "go = \"y\"",
            "`y` answers yes to quitting, where a GO must not be lost",
            "choose another key",
        ),
        ("hold = [\"F1\", \"F1\"]", "`F1` appears twice", "keep one"),
        (
            "hold = [\"F1\", \"none\"]",
            "`none` is listed with other keys",
            "remove it, or write it alone",
        ),
        (
            "commands = \"none\"",
            "without a key for `commands` nothing reaches what has no key of its own",
            "write a key, or remove the line for the usual `:`",
        ),
        (
            "go = \"n\"",
            "`n` is the key of `playhead-next` too",
            "choose another key, or write `playhead-next = \"none\"` or another key for it",
        ),
        (
            "hold = \"Space\"",
            "`Space` is the key of `go` too",
            "give `go` another key, or this command",
        ),
        ("go = Space", "text without quotes: `Space`", "write `\"Space\"`"),
        ("go = 3", "text in quotes belongs here", "write `go = \"Space\"`"),
        (
            "hold = [\"F1\", \"F2\", \"F3\", \"F4\", \"F5\"]",
            "`hold` has more than 4 keys",
            "remove some",
        ),
    ] {
        assert_eq!(faults(text), [(1, what.to_owned(), fix.to_owned())], "{text}");
    }
}

#[test]
fn all_faults_come_together_and_none_that_only_follows() {
    let text = "go = \"F1\"\nhold = \"F1\"\nstanby = \"x\"\nnote = F5\nmark step = \"F6\"\nmark-step = \"F7\"\n";
    let found: Vec<_> = faults(text).into_iter().map(|(line, what, _)| (line, what)).collect();
    let has = |line: usize, what: &str| {
        found.iter().any(|(at, said)| *at == line && said.starts_with(what))
    };
    assert!(
        has(2, "`F1` is the key of `go` too") && has(3, "no command is called `stanby`"),
        "{found:?}"
    );
    assert!(has(4, "text without quotes: `F5`") && has(5, "a line without `=`"), "{found:?}");
    // The line that gives select-first another key cannot be read: nobody knows that `g` is taken.
    let text = "go = \"g\"\nselect-first = Home\n";
    assert_eq!(faults(text).len(), 1, "{:?}", faults(text));
    let twice = faults("\"mark step\" = \"F6\"\nmark-step = \"F7\"\n");
    assert_eq!((twice.len(), twice[0].0, twice[0].1.as_str()), (1, 2, "`mark-step` appears twice"));
}

#[test]
fn a_key_that_a_later_version_has_given_a_command_makes_no_file_faulty() {
    let own = parse("next-page = [\"Tab\", \"Right\", \"0\"]\n").unwrap();
    let right = KeyEvent::new(KeyCode::Right, KeyModifiers::NONE);
    assert_eq!(own.act_of(&right), Some(Act::NextPage));
    assert_eq!((own.keys(Act::OpenSegments), own.keys(Act::AllReady)), (&[][..], &[][..]));
    assert_eq!(own.keys(Act::FoldSegments).len(), 1, "the others keep theirs");
}
