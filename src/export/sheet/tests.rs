//! A small sheet by hand, at several widths, and the public one against words that nobody may read.

use jiff::civil::date;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::{Sheet, WITHHELD, csv, html, text};
use crate::export::testing::{read, texts};
use crate::export::tests::show;

const SHOW: &str = r##"
title = "A small <show>"
date = 2024-08-11
timezone = "Europe/Paris"
clocks = ["America/Los_Angeles", "Asia/Kolkata"]
[department.stunts]
name = "Stunts"
colour = "red"
[department.sound]
name = "Sound"
colour = "#0081C8"
[output.lights]
osc = "udp://127.0.0.1:8000"
[person.cruise]
name = "Tom Cruise"
role = "performer"
notes = "Does his own stunts"

[[segment]]
title = "Opening"
start = 23:58:00
duration = "2m30s"
notes = "Doors shut"
[[segment.cue]]
number = "1"
title = "House lights"
call = "Lights: GO"
planned = "10s"
needs = ["stunts", "sound"]
do = [{ output = "lights", osc = "/a" }, { output = "lights", osc = "/b" }]
[[segment.cue]]
number = "2"
title = "Titles"
source = "vt"
duration = "45s"
trigger = { with = "1", delay = "1.5s" }
[[segment.cue]]
number = "3"
title = "Off the roof"
source = "live"
embargo = true
planned = "1m"
notes = "Wind limit 8 m/s"
steps = [{ title = "Rope" }, { title = "Go" }]
[[segment.cue]]
number = "3A"
title = "Played in"
backup_for = "3"

[[segment]]
title = "After midnight"
duration = "1m"
[[segment.cue]]
number = "4"
title = "Bells"
trigger = { at = 00:01:00 }
"##;

fn sheet(text: &str, public: bool) -> Sheet {
    Sheet::new(&show(text), date(2026, 1, 1), public)
}

/// 23:58:00 + 2:30 is 00:00:30 of the next day; cue 1 comes 10 s in, cue 2 1.5 s later (in whole
/// seconds), cue 3 at 1 min. In August Paris is 9 h ahead of Los Angeles and 3:30 h behind Kolkata.
#[test]
fn a_small_sheet_by_hand() {
    let expected = "\
A small <show>
Cue sheet

Date       2024-08-11
Times      Europe/Paris, Los Angeles −9:00 h, Kolkata +3:30 h
Planned    23:58:00 to 00:01:30 +1
Has        2 segments, 5 cues

    planned      cue  title                         src   length  trigger

◆   23:58:00     Opening (hard start)                       2:30
                 Doors shut
[ ] 23:58:10     1    House lights                                GO
                      “Lights: GO”
                      ready: Stunts, Sound
                      sends to: lights
[ ] 23:58:11     2    Titles                        VT      0:45  with 1 +1.5s
[ ] 23:59:00     3    ⊘ embargo: Off the roof       live          GO
                      backup: 3A
                      steps: □ Rope, □ Go
                      Wind limit 8 m/s
[ ] 23:59:00     3A   Played in                                   GO
                      backup for 3

    00:00:30 +1  After midnight                             1:00
[ ] 00:01:00 +1  4    Bells                                       at 00:01:00

Departments
  Stunts (red), Sound (#0081c8)

People
[ ]  Tom Cruise, performer: Does his own stunts
";
    let written = text::write(&sheet(SHOW, false), 78);
    assert_eq!(written, expected, "\n{written}");
}

#[test]
fn what_follows_a_backup_is_as_private_as_the_backup() {
    let after = "[[segment.cue]]\nnumber = \"3B\"\ntitle = \"Behind plan B\"\ntrigger = { after = \"3A\" }\n\n[[segment]]\n\
                 title = \"After";
    let text = SHOW.replace("[[segment]]\ntitle = \"After", after);
    let written = |public| text::write(&sheet(&text, public), 100);
    assert!(written(false).contains("Behind plan B"), "{}", written(false));
    assert!(
        !written(true).contains("3B") && !written(true).contains("Behind"),
        "{}",
        written(true)
    );
}

#[test]
fn a_small_public_sheet_by_hand() {
    let expected = "\
A small <show>
Running order

Date       2024-08-11
Times      Europe/Paris, Los Angeles −9:00 h, Kolkata +3:30 h
Planned    23:58:00 to 00:01:30 +1
Has        2 segments, 4 cues

    planned      cue  title                       src   length

◆   23:58:00     Opening (hard start)                     2:30
[ ] 23:58:10     1    House lights
[ ] 23:58:11     2    Titles                      VT      0:45
[ ] 23:59:00     3    —

    00:00:30 +1  After midnight                           1:00
[ ] 00:01:00 +1  4    Bells
";
    let written = text::write(&sheet(SHOW, true), 62);
    assert_eq!(written, expected, "\n{written}");
}

#[test]
fn the_page_has_the_same_words() {
    let page = html::write(&sheet(SHOW, false));
    let pieces = read(&page);
    assert_eq!(texts(&pieces, "h1", None), ["A small <show>"]);
    assert_eq!(texts(&pieces, "th", Some("number")), ["Cue", "1", "2", "3", "3A", "4"]);
    let times = ["Planned", "23:58:10", "23:58:11", "23:59:00", "23:59:00", "00:01:00 +1"];
    assert_eq!(texts(&pieces, "th", Some("time"))[0], times[0]);
    let cells = texts(&pieces, "td", Some("time"));
    assert_eq!(
        cells,
        ["23:58:00", times[1], times[2], times[3], times[4], "00:00:30 +1", times[5]]
    );
    assert_eq!(texts(&pieces, "p", Some("title"))[2], "⊘ embargo Off the roof");
    assert_eq!(texts(&pieces, "p", Some("call")), ["“Lights: GO”"]);
    assert_eq!(texts(&pieces, "td", Some("trigger")), ["with 1 +1.5s", "at 00:01:00"]);
    assert_eq!(texts(&pieces, "td", Some("trigger go")), ["GO", "GO", "GO"]);
    assert!(page.contains("background:#0081c8") && page.contains("background:#c01218"));
    assert!(page.contains("content: \"A small \\3c show\\3e \";"), "the foot of the paper");
    assert!(
        !page.contains("http")
            || page.matches("http").count() == page.matches("http-equiv").count()
    );
    let public = read(&html::write(&sheet(SHOW, true)));
    assert_eq!(texts(&public, "p", Some("title")), ["House lights", "Titles", WITHHELD, "Bells"]);
    assert_eq!(texts(&public, "h2", None), [""; 0]);
}

#[test]
fn a_show_that_is_not_tied_to_the_clock_counts_from_its_start() {
    let floating = sheet(&SHOW.replace("start = 23:58:00\n", ""), false);
    let planned: Vec<_> =
        floating.segments.iter().flat_map(|block| &block.cues).map(|cue| &*cue.planned).collect();
    // The bells come by the clock all the same.
    assert_eq!(planned[..4], ["T+0:10", "T+0:11", "T+1:00", "T+1:00"]);
    assert!(planned[4].starts_with("00:01:00"), "{planned:?}");
    assert_eq!(floating.segments[1].planned, "T+2:30");
    assert!(floating.facts.contains(&("Planned", "T+ counts from the start, 3:30 in all".into())));
}

#[test]
fn the_text_keeps_to_its_width_and_loses_nothing() {
    let mut sheet = sheet(SHOW, false);
    let block = &mut sheet.segments[0];
    block.title = "引き継ぎ式典".repeat(12);
    block.cues[0].title = "A title of many words, each of which stands on the paper".repeat(3);
    block.cues[1].number = "長い番号の長い番号の長い番号です".into();
    block.cues[1].title = "e\u{301}".repeat(90);
    block.cues[2].title = "\u{1b}".into();
    block.cues[3].trigger = "follows 長い番号の長い番号の長い番号です +1:00".into();
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    for width in 40..=130 {
        let page = text::write(&sheet, width);
        for line in page.lines() {
            assert!(line.width() <= width, "{} > {width}: {line:?}\n{page}", line.width());
            assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        }
        // A title goes on in the next line, in its column: its words are all there, each once.
        let words = page.matches("stands").count();
        assert_eq!(words, 3, "{width}:\n{page}");
        assert!(letters(&page).contains("長い番号"), "{width}");
    }
}

#[test]
fn what_a_cue_does_stands_on_the_sheet_of_those_who_work_with_it() {
    let toml = "title = \"T\"\n[department.a]\nname = \"Sound\"\n[output.desk]\nosc = \"udp://[::1]:8000\"\n\
        [output.vt]\nmpv = true\n[place.roof]\nname = \"The roof\"\nat = [48.9245, 2.3602]\n\
        [[segment]]\ntitle = \"One\"\nduration = \"1h\"\ncue = [\n\
        { number = \"1\", title = \"In\", needs = [\"a\"], do = [{ output = \"vt\", play = \"walk.wav\", fade_in = \"4s\" }, { output = \"desk\", osc = \"/x\" }] },\n\
        { number = \"2\", title = \"Out\", needs = [\"a\"], do = [{ stop_cue = \"1\", over = \"3s\" }, { stop_cue = \"3\" }] },\n\
        { number = \"3\", title = \"Down\", do = [{ output = \"desk\", osc = \"/f\", ramp = [0.75, 0.0], over = \"2s\" }, { output = \"vt\", volume = 40, over = \"3s\" }] },\n\
        { number = \"4\", title = \"Ride\", pass = \"la\", route = { points = [\"roof\", [48.8, 2.35]] } },\n]\n";
    let crew = sheet(toml, false);
    let department = sheet(toml, false).of_department(0);
    let does = [
        ("1", "vt: play walk.wav, fades in over 0:04"),
        ("2", "stops 1 over 0:03"),
        ("2", "stops 3"),
        ("3", "desk: /f 0.75 to 0.0 over 0:02"),
        ("3", "vt: volume 40 over 0:03"),
        ("4", "route from The roof to 48.8000, 2.3500"),
        ("4", "passes the flag to la"),
    ];
    for (cue, words) in does {
        let is_own = matches!(cue, "1" | "2");
        for written in [text::write(&crew, 100), html::write(&crew), csv::write(&crew)] {
            assert!(written.contains(words), "{words}:\n{written}");
        }
        let written = text::write(&department, 100);
        assert_eq!(written.contains(words), is_own, "{words}:\n{written}");
        assert!(!html::write(&sheet(toml, true)).contains(words), "{words}");
    }
    assert!(!text::write(&crew, 100).contains("desk: /x"), "{}", text::write(&crew, 100));
}

#[test]
fn a_spreadsheet_has_a_row_for_each_segment_and_cue() {
    let toml = "title = \"T\"\n[department.a]\nname = \"Lights\"\n[output.desk]\nosc = \"udp://[::1]:8000\"\n\
        [[segment]]\ntitle = \"One, two\"\nstart = 20:00:00\nduration = \"1h\"\nact = \"Act one\"\nnotes = \"=A1\"\n[[segment.cue]]\n\
        number = \"1\"\ntitle = \"Go\"\ncall = \"Say \\\"go\\\"\"\nneeds = [\"a\"]\nplanned = \"10s\"\nduration = \"5s\"\n\
        source = \"vt\"\ndo = [{ output = \"desk\", osc = \"/x\" }]\n[[segment.cue]]\nnumber = \"2\"\ntitle = \"Then\"\n\
        trigger = { after = \"1\" }\n";
    let written = csv::write(&sheet(toml, false));
    let rows: Vec<&str> = written.lines().collect();
    assert_eq!(rows[0], csv::HEADER);
    assert_eq!(
        rows[1],
        "\"One, two\",,\"One, two\",20:00:00,1:00:00,,hard start,,,,,,'=A1,Act one,"
    );
    assert_eq!(
        rows[2],
        "\"One, two\",1,Go,20:00:10,0:05,VT,GO,\"Say \"\"go\"\"\",Lights,,,desk,,,"
    );
    assert_eq!(rows[3], "\"One, two\",2,Then,20:00:15,,,follows 1,,,,,,,,");
    assert!(
        !csv::write(&sheet(toml, true)).contains("Lights"),
        "a public sheet has no departments"
    );
    // The act stands above its segment, for everybody.
    for public in [false, true] {
        let lines = text::write(&sheet(toml, public), 78);
        let act = lines.lines().position(|line| line.trim() == "— Act one, 1:00:00 —").unwrap();
        assert!(
            lines.lines().nth(act + 1).is_some_and(|line| line.contains("One, two")),
            "{lines}"
        );
        let page = read(&html::write(&sheet(toml, public)));
        assert_eq!(texts(&page, "tr", Some("act")), ["Act one, 1:00:00"]);
    }
}

#[test]
fn an_act_is_as_long_as_its_segments_together() {
    let toml = "title = \"T\"\n[[segment]]\ntitle = \"Doors\"\nduration = \"30m\"\n\
                [[segment]]\ntitle = \"A\"\nduration = \"1h\"\nact = \"First\"\n\
                [[segment]]\ntitle = \"B\"\nduration = \"20m\"\n\
                [[segment]]\ntitle = \"C\"\nduration = \"5m30s\"\nact = \"Second\"\n";
    let lines = text::write(&sheet(toml, false), 78);
    let acts: Vec<&str> =
        lines.lines().map(str::trim).filter(|line| line.starts_with('—')).collect();
    assert_eq!(acts, ["— First, 1:20:00 —", "— Second, 5:30 —"]);
}

/// Of each cue: whether it is under embargo, a backup, public, and whether it has everything else
/// as well.
fn cues() -> impl Strategy<Value = Vec<(bool, bool, bool, bool)>> {
    prop::collection::vec(any::<(bool, bool, bool, bool)>(), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// On a public sheet stand all public titles and no word of what is under embargo or internal.
    #[test]
    fn a_public_sheet_has_no_word_that_is_not(cues in cues(), width in 40_usize..140) {
        let mut toml = "title = \"T\"\n[department.zzinternal]\nname = \"zzinternal\"\n[output.zzinternal]\n\
            osc = \"udp://127.0.0.1:8000\"\n[person.zzinternal]\nname = \"zzinternal\"\nrole = \"zzinternal\"\n\
            notes = \"zzinternal\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\nnotes = \"zzinternal\"\n\
            [[segment.cue]]\nnumber = \"0\"\ntitle = \"First\"\n".to_owned();
        for (at, (embargo, backup, public, rest)) in cues.iter().enumerate() {
            let title = if *embargo { "zzembargo" } else if *backup || !public { "zzinternal" } else { "zzopen" };
            toml += &format!("[[segment.cue]]\nnumber = \"{}\"\ntitle = \"{title}{at}\"\nembargo = {embargo}\npublic = {public}\n", at + 1);
            if *backup {
                toml += "backup_for = \"0\"\n";
            }
            if *rest {
                toml += "call = \"zzinternal\"\nnotes = \"zzinternal\"\nneeds = [\"zzinternal\"]\nsource = \"vt\"\n\
                    duration = \"7s\"\nsteps = [{ title = \"zzinternal\" }]\nlook = \"rings\"\n\
                    do = [{ output = \"zzinternal\", osc = \"/zzinternal\" }]\n";
            }
        }
        let sheet = sheet(&toml, true);
        let (plain, page, cells) = (text::write(&sheet, width), html::write(&sheet), csv::write(&sheet));
        read(&page);
        for form in [&plain, &page, &cells] {
            prop_assert!(!form.contains("zzinternal") && !form.contains("zzembargo"), "{form}");
        }
        for (at, (embargo, backup, public, _)) in cues.iter().enumerate() {
            let is_there = !embargo && !backup && *public;
            prop_assert_eq!(page.contains(&format!("zzopen{at}<")), is_there);
        }
        let withheld = cues.iter().filter(|(embargo, backup, public, _)| *embargo && !backup && *public).count();
        prop_assert_eq!(texts(&read(&page), "p", Some("title")).iter().filter(|t| *t == WITHHELD).count(), withheld);
    }
}
