//! The people page: at the start, in the middle and at the end of the night, at every size; and
//! what the mouse finds.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use handover::app::hits::MouseTarget;
use handover::app::{App, Page, Task};
use handover::engine::{Command, Event, Record};
use handover::show::{PersonIx, builtin, file};
use handover::time::MachineNs;

use super::stage::{BODY, FOOTER, Run, SHOW, any_sizes};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// The night of the built-in show: it is opened a minute before the stage's clock begins with the
/// small one, so that its first segment, 22:50, is long past and every called cue waits.
fn night() -> Run {
    let text = builtin::find("paris-2024").expect("the night").text;
    let mut run = Run::of(file::parse(text, "UTC").expect("a show without a fault"), true);
    run.app.page = Page::People;
    run
}

fn select(run: &mut Run, id: &str) {
    run.app.person = run.state.show().find_person(id).expect("somebody of the show");
}

/// Fires a cue by its number, wherever the playhead stands.
fn fire(run: &mut Run, number: &str) {
    let cue = run.state.show().find(&handover::show::CueNumber::new(number).unwrap()).unwrap();
    run.keys("s");
    run.command(Command::PlayheadTo(cue)).unwrap();
    let needs = run.state.show().cue(cue).needs.len();
    run.keys("s");
    (1..=needs).for_each(|at| run.keys(&at.to_string()));
    run.go();
    run.until_ns(run.now_ns);
}

#[test]
fn nobody_is_spotted_yet() {
    let mut run = night();
    picture!("start-80x24", run.text_of(BODY, 80, 24));
}

#[test]
fn the_stands_are_on_air() {
    let mut run = night();
    fire(&mut run, "4");
    run.until(190.0);
    fire(&mut run, "13");
    run.until(200.0);
    run.keys("m");
    run.until(205.0);
    select(&mut run, "gaga");
    run.keys("⏎");
    run.until(209.0);
    run.keys("⏎");
    run.keys("tthird row, left of the tunnel⏎");
    select(&mut run, "grande");
    run.keys("x");
    select(&mut run, "gaga");
    // Opened at 22:59:00: 205 seconds later it is 23:02:25, and 209 seconds 23:02:29.
    let screen = run.text(120, 36);
    for words in [
        "1 of 9 spotted",
        "✓ 23:02:25   ✓ 23:02:29",
        "23:02:29  third row, left of the tunnel",
        "2 times",
        "ON AIR",
    ] {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
    let row =
        |name: &str| screen.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(
        row("Ariana Grande").starts_with(" ▶ ·") || row("Ariana Grande").starts_with("▶ ·"),
        "{screen}"
    );
    picture!("middle-80x24", run.text_of(BODY, 80, 24));
    picture!("middle-120x36", run.text(120, 36));
    picture!("middle-200x60", run.text_of(BODY, 200, 60));
    picture!("middle-80x24-styles", run.styles_of(BODY, 80, 24));
}

#[test]
fn the_night_is_over() {
    let mut run = night();
    fire(&mut run, "24");
    run.until(60.0);
    fire(&mut run, "26");
    run.keys("mm");
    run.until(70.0);
    select(&mut run, "cruise");
    run.keys("⏎");
    run.until(80.0);
    fire(&mut run, "13");
    run.until(90.0);
    run.keys("mmmmm");
    picture!("end-80x24", run.text_of(BODY, 80, 24));
}

#[test]
fn somebody_is_looked_for_and_noted() {
    let mut run = night();
    run.keys("/gym");
    let found = run.state.show().person(run.app.person);
    assert_eq!(found.id, "biles", "the role comes before the first one's notes");
    picture!("find-person-80x24", run.text_of(BODY, 80, 24));
    picture!("find-person-footer-80x24", run.text_of(FOOTER, 80, 24));
    run.keys("⎋");
    select(&mut run, "gaga");
    run.keys("tq");
    let screen = run.text(80, 24);
    assert!(screen.contains("note on Lady Gaga  q"), "{screen}");
}

#[test]
fn any_size_and_any_show_draws() {
    let mut many = String::from("title = \"Many\"\n");
    for at in 0..120 {
        many += &format!(
            "[person.p{at}]\nname = \"人物 {at} e\u{301}\"\nrole = \"観客\"\nnotes = \"{}\"\n",
            "言葉 ".repeat(at)
        );
    }
    many += "[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n";
    for at in 0..120 {
        many += &format!(
            "[[segment.cue]]\nnumber = \"{at}\"\ntitle = \"人物 {at} e\u{301} と 人物 7 e\u{301}\"\n"
        );
    }
    let nobody = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n";
    let runs = [night(), Run::new(&many, true), Run::new(SHOW, true), Run::new(nobody, true)];
    for (at, mut run) in runs.into_iter().enumerate() {
        run.app.page = Page::People;
        run.go_if_it_can();
        for (turn, keys) in ["", "⏎tfar left⏎", "G⏎"].into_iter().enumerate() {
            run.keys(keys);
            any_sizes(3 * at + turn).for_each(|(columns, rows)| _ = run.drawn(columns, rows));
        }
    }
}

#[test]
fn the_selected_person_is_always_in_sight() {
    let mut text = String::from("title = \"Many\"\n");
    (0..90).for_each(|at| text += &format!("[person.p{at}]\nname = \"Somebody {at}.\"\n"));
    text += "[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n";
    let mut run = Run::new(&text, true);
    run.app.page = Page::People;
    for at in 0..90 {
        run.app.person = PersonIx(at);
        for rows in [12, 16, 24, 60] {
            let screen = run.text(80, rows);
            let is_marked = |line: &str| {
                (rows < 16 || line.starts_with('▌')) && line.contains(&format!("Somebody {at}."))
            };
            assert!(screen.lines().any(is_marked), "{at} in {rows} rows:\n{screen}");
        }
    }
}

#[test]
fn strangers_of_an_edited_journal_change_nothing() {
    let before = night();
    let (mut state, last) = (before.state.clone(), &before.records[before.records.len() - 1]);
    let (person, name) = ("stranger".to_owned(), "Stranger".to_owned());
    for event in [
        Event::PersonSpotted { person: person.clone(), name: name.clone() },
        Event::PersonNoted { person: person.clone(), name: name.clone(), text: "who?".into() },
        Event::PersonUnspotted { person, name },
    ] {
        state.fold(&Record::new(last.seq + 1, last.at, last.run_ns, event));
    }
    assert_eq!(state, before.state);
}

fn click(
    run: &mut Run,
    size: (u16, u16),
    column: u16,
    row: u16,
    machine_ns: MachineNs,
) -> Vec<Task> {
    let (_, hits) = run.drawn_with_hits(size.0, size.1);
    let kind = MouseEventKind::Down(MouseButton::Left);
    let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    run.app.mouse(&mouse, &hits, &run.state, machine_ns)
}

/// Place of `words` in the frame: the column in cells, and the row.
fn find(run: &mut Run, size: (u16, u16), words: &str) -> (u16, u16) {
    let screen = run.text(size.0, size.1);
    let (row, line) =
        screen.lines().enumerate().find(|(_, line)| line.contains(words)).expect("the words");
    let front = line.find(words).map_or("", |at| &line[..at]);
    (ratatui::text::Span::raw(front).width() as u16, row as u16)
}

#[test]
fn the_mouse_finds_what_stands_there() {
    for size in SIZES {
        let mut run = Run::new(SHOW, true);
        let (column, row) = find(&mut run, size, "Au revoir");
        assert_eq!(click(&mut run, size, column, row, MachineNs::ZERO), [], "a segment is no cue");
        let (column, row) = find(&mut run, size, "Opening titles");
        assert_eq!(click(&mut run, size, column, row, MachineNs::ZERO), []);
        let cue = run.app.cursor.expect("a selected cue");
        assert_eq!(run.state.show().cue(cue).number.as_str(), "1.5");
        let (column, row) = find(&mut run, size, "Opening titles");
        assert_eq!(
            click(&mut run, size, column, row, MachineNs::new(399_000_000)),
            [Task::Command(Command::PlayheadTo(cue))]
        );
        run.app.page = Page::Log;
        let (column, row) = find(&mut run, size, "Tab ");
        click(&mut run, size, column, row, MachineNs::ZERO);
        assert_eq!(run.app.page, Page::Log.next(), "Tab itself");
        let mut run = night();
        let (column, row) = find(&mut run, size, "Nick Jonas");
        click(&mut run, size, column, row, MachineNs::ZERO);
        assert_eq!(run.state.show().person(run.app.person).id, "jonas");
        assert!(run.state.people().iter().all(|person| !person.is_spotted()), "a click is no tick");
    }
    let mut run = night();
    for &page in Page::ALL.iter().filter(|page| **page != Page::Stations) {
        let (column, row) = (find(&mut run, (200, 60), "Tab Run").0, 59);
        let (_, hits) = run.drawn_with_hits(200, 60);
        let line: Vec<u16> = (column..200)
            .filter(|&x| hits.target_at(x, row) == Some(MouseTarget::Page(page)))
            .collect();
        assert_eq!(line.len(), page.name().len(), "{page:?}");
        click(&mut run, (200, 60), line[0], row, MachineNs::ZERO);
        assert_eq!(run.app.page, page);
    }
}

#[test]
fn the_first_run_is_greeted_until_the_first_key() {
    const WORDS: &str = "Welcome. Space is GO";
    let mut run = Run::new(SHOW, true);
    run.app.greets = true;
    for (columns, rows) in [(50, 12), (80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        assert!(
            screen.contains(WORDS) && (columns < 80 || screen.contains("? lists all keys")),
            "{screen}"
        );
    }
    // It does not fade as other calm words do, and gives way to an alarm, to a refusal and to what
    // is typed.
    run.until(60.0 + App::MESSAGE.as_secs_f64());
    assert!(run.text(80, 24).contains(WORDS));
    let alarmed = {
        run.app.say("the disk is full", handover::app::Tone::Alarm, run.machine_ns());
        run.text(80, 24)
    };
    assert!(alarmed.contains("! the disk is full") && !alarmed.contains(WORDS), "{alarmed}");
    run.app.message = None;
    run.keys("j");
    assert!(!run.text(80, 24).contains(WORDS));
}
