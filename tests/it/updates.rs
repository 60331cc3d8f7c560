//! Newer sheets for a show that has been worked on: what they may change, and what they must not.

use std::fs;

use handover::edit::compare::{ItemChange, ShowItem, compare};
use handover::edit::listing::Listing;
use handover::export::plan;
use handover::export::sheet::{Audience, Sheet};
use handover::sheet::update::{Update, UpdateRefusal};
use handover::sheet::{Options, import};
use handover::show::file;

use crate::harness::House;
use proptest::prelude::*;

use crate::sheets::{CELLS, handover, worded, xlsx};

/// A show with everything that an export for others leaves out.
const SHOW: &str = r#"title = "Gala"
timezone = "Europe/Paris"

[department.lights]
name = "Lights"

[output.desk]
osc = "udp://127.0.0.1:8000"

[[segment]]
title = "Welcome"
start = 20:00:00
duration = "6m"

[[segment.cue]]
number = "1"
title = "Doors"

[[segment.cue]]
number = "1.1"
title = "House to half"
do = [{ output = "desk", osc = "/house" }]

[[segment.cue]]
number = "2"
title = "The guest"
embargo = true
needs = ["lights"]

[[segment.cue]]
number = "2.1"
title = "The present"
embargo = true
trigger = { with = "2", delay = "3s" }

[[segment.cue]]
number = "3"
title = "Crew to places"
public = false

[[segment.cue]]
number = "3.1"
title = "Radio check"
public = false
trigger = { after = "3" }

[[segment.cue]]
number = "3.2"
title = "Crew in places"
public = false

[[segment.cue]]
number = "4"
title = "Choir"

[[segment.cue]]
number = "4B"
title = "Choir, from tape"
backup_for = "4"

[[segment.cue]]
number = "4C"
title = "Tape rolls"
trigger = { with = "4B" }

[[segment]]
title = "Speech"
duration = "5m"

[[segment.cue]]
number = "5"
title = "Speech"
"#;

/// What an update has done when everything was taken.
struct Updated {
    text: String,
    changes: usize,
    said: Vec<String>,
}

/// Takes each change by itself, which has to leave the show that taking all at once leaves.
fn updated(show: &str, sheet: &[u8]) -> Result<Updated, UpdateRefusal> {
    let sheet = import(sheet, &Options::default()).unwrap();
    let mut update = Update::new(show.to_owned(), "UTC", sheet.clone())?;
    let mut changes = 0;
    while let Some(proposal) = update.propose() {
        changes += 1;
        update.take(proposal);
    }
    let said = update.said();
    let mut at_once = Update::new(show.to_owned(), "UTC", sheet)?;
    let all = at_once.take_all();
    assert_eq!(all.items.is_empty(), changes == 0, "{:?}", all.items);
    let listing = |text: &str| Listing::of(&file::parse(text, "UTC").unwrap());
    let differs = compare(&listing(update.text()), &listing(at_once.text()));
    assert_eq!(differs.items, [], "{}\n{}", update.text(), at_once.text());
    assert_eq!(at_once.said(), said);
    Ok(Updated { text: update.text().to_owned(), changes, said })
}

/// The three forms of an export.
fn exports(show: &str, audience: Audience) -> [Vec<u8>; 3] {
    let show = file::parse(show, "UTC").unwrap();
    let sheet = Sheet::of(&show, jiff::civil::date(2026, 3, 3), audience);
    [
        plan::csv::write(&sheet).into_bytes(),
        plan::ontime::write(&sheet).into_bytes(),
        plan::xlsx::write(&sheet).unwrap(),
    ]
}

#[test]
fn numbers_that_the_sheet_does_not_have_match_nothing() {
    let sheet = "Start,Duration,Title\n20:00,6:00,Welcome\n20:06,5:00,Speech\n";
    let refused = updated(SHOW, sheet.as_bytes()).err();
    assert_eq!(refused, Some(UpdateRefusal::NoNumbers));
    let house = House::new();
    let show = house.show(SHOW);
    let file = house.path("newer.csv");
    fs::write(&file, sheet).unwrap();
    let args = ["import", file.to_str().unwrap(), "--update", &show, "--yes"];
    let done = handover(&args, b"");
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("the sheet has no cue numbers") && said.contains("--map"), "{said}");
    assert_eq!(fs::read_to_string(&show).unwrap(), SHOW);
    // Where only some rows have none, those are known by their titles, and new ones take no number
    // of the show: a row after 1 would have been 1.1, which sends something.
    let sheet = "Cue,Title,Start,Duration,Notes\n1,Doors,20:00,6:00,\n,The bell,20:01,,rings\n5,Speech,20:06,5:00,\n,Choir,20:04,,loud\n";
    let done = updated(SHOW, sheet.as_bytes()).unwrap();
    let house = "number = \"1.1\"\ntitle = \"House to half\"\ndo = [{ output = \"desk\", osc = \"/house\" }]\n";
    assert!(done.text.contains(house), "{}", done.text);
    let bell = "number = \"1.1A\"\ntitle = \"The bell\"\nnotes = \"rings\"\n";
    assert!(done.text.contains(bell), "{}", done.text);
    let choir = "number = \"4\"\ntitle = \"Choir\"\nnotes = \"loud\"\n";
    assert!(done.text.contains(choir), "{}", done.text);
    assert!(!done.text.contains("number = \"5.1\""), "{}", done.text);
}

#[test]
fn the_sheet_of_another_show_is_refused() {
    let sheet = "Cue,Title,Start,Duration\n101,Doors,20:00,6:00\n102,Speech,20:06,5:00\n";
    assert_eq!(updated(SHOW, sheet.as_bytes()).err(), Some(UpdateRefusal::NoneKnown));
    // One cue that both have is enough.
    let sheet = sheet.replace("102", "5");
    let done = updated(SHOW, sheet.as_bytes()).unwrap();
    assert!(done.text.contains("number = \"101\""), "{}", done.text);
}

#[test]
fn titles_that_are_there_more_than_once_are_left_open() {
    let sheet = "Cue,Title,Start,Duration\n1,Doors,20:00,6:00\n,Choir,20:01,\n,Choir,20:02,\n5,Speech,20:06,5:00\n";
    let done = updated(SHOW, sheet.as_bytes()).unwrap();
    assert_eq!(done.text.matches("\"Choir\"").count(), 1, "{}", done.text);
    let said =
        done.said.iter().filter(|said| said.starts_with("a cue Choir of the sheet has no number"));
    assert_eq!(said.count(), 2, "{:?}", done.said);
}

#[test]
fn an_export_for_others_takes_nothing_out_of_its_own_show() {
    for sheet in exports(SHOW, Audience::Partners) {
        let done = updated(SHOW, &sheet).unwrap();
        assert_eq!((done.text.as_str(), done.changes), (SHOW, 0), "{:?}", done.said);
        let kept = |number: &str, why: &str| {
            let begin = format!("cue {number} ");
            done.said.iter().any(|said| said.starts_with(&begin) && said.contains(why))
        };
        assert!(kept("3", "is not public") && kept("3.1", "is not public"), "{:?}", done.said);
        assert!(kept("4B", "is a backup") && kept("4C", "is a backup"), "{:?}", done.said);
    }
    for sheet in exports(SHOW, Audience::Crew) {
        let done = updated(SHOW, &sheet).unwrap();
        assert_eq!((done.text.as_str(), done.changes, done.said.len()), (SHOW, 0, 0));
    }
}

#[test]
fn hidden_rows_take_nothing_out_of_a_show() {
    let rows = ["", "Title", "Start", "Duration", "Trigger"];
    let row = |number: usize, hidden: bool, cells: [&str; 5]| {
        let cell = |text: &str| match text {
            "" => "<c/>".to_owned(),
            text => format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#),
        };
        let cells: String = cells.into_iter().map(cell).collect();
        let hidden = if hidden { r#" hidden="1""# } else { "" };
        format!(r#"<row r="{number}"{hidden}>{cells}</row>"#)
    };
    let book = |hidden: bool| {
        let header = ["Cue", rows[1], rows[2], rows[3], rows[4]];
        let rows = [
            row(1, false, header),
            row(2, false, ["", "Welcome", "20:00:00", "0:06:00", "hard start"]),
            row(3, false, ["1", "Doors", "20:00:00", "", "GO"]),
            row(4, hidden, ["4", "Choir", "20:03:00", "", "GO"]),
            row(5, hidden, ["", "Speech", "20:06:00", "0:05:00", ""]),
            row(6, hidden, ["5", "Speech", "20:06:00", "", "GO"]),
        ];
        let rows = rows[..if hidden { 6 } else { 3 }].concat();
        let xml = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        xlsx("worksheets/sheet1.xml", &xml, &[])
    };
    let show = import(&book(true), &Options::default()).unwrap();
    assert!(
        show.said.iter().any(|said| said.starts_with("rows 4, 5, 6 are hidden: left out")),
        "{:?}",
        show.said
    );
    let done = updated(SHOW, &book(true)).unwrap();
    assert!(done.text.contains("\"Choir\"") && done.text.contains("\"Speech\""), "{}", done.text);
    let said = "the sheet has hidden rows: what it does not show was kept";
    assert!(done.said.iter().any(|one| one == said), "{:?}", done.said);
    // A sheet that has no such rows at all takes them out.
    let done = updated(SHOW, &book(false)).unwrap();
    assert!(!done.text.contains("title = \"Speech\"\n"), "{}", done.text);
}

#[test]
fn a_show_that_somebody_has_saved_meanwhile_is_not_written_over() {
    let house = House::new();
    let show = house.show(SHOW);
    let sheet = house.path("newer.csv");
    let csv = String::from_utf8(exports(SHOW, Audience::Crew)[0].clone()).unwrap();
    fs::write(&sheet, csv.replace("1,Doors,", "1,Doors open,")).unwrap();
    let args = ["import", sheet.to_str().unwrap(), "--update", &show];
    let mut program = house.spawn(&args, (120, 36), &[]);
    program.await_written("[q]uit: ");
    let saved = SHOW.replace("\"Gala\"", "\"The gala\"");
    fs::write(&show, &saved).unwrap();
    program.keys("y\r");
    program.await_written("was changed meanwhile");
    assert_eq!(fs::read_to_string(&show).unwrap(), saved);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_export_of_a_show_changes_it(
        text in worded(),
        rare in prop::collection::vec(0..5_u8, 30),
    ) {
        let mut rare = rare.into_iter().cycle();
        let mut is_said = false;
        let hidden = text.split_inclusive('\n').map(|line| {
            match line {
                "[[segment.cue]]\n" => is_said = false,
                "embargo = true\n" | "public = false\n" => is_said = true,
                _ => {}
            }
            match (line, rare.next()) {
                ("needs = []\n", Some(0)) if !is_said => "needs = []\nembargo = true\n",
                ("needs = []\n", Some(1)) if !is_said => "needs = []\npublic = false\n",
                _ => line,
            }
        });
        let text: String = hidden.collect();
        for audience in [Audience::Crew, Audience::Partners] {
            for (form, sheet) in ["csv", "ontime", "xlsx"].into_iter().zip(exports(&text, audience)) {
                let Ok(sheet) = import(&sheet, &Options::default()) else { continue };
                let Ok(mut update) = Update::new(text.clone(), "UTC", sheet) else { continue };
                let changes = update.take_all();
                prop_assert_eq!(changes.items, [], "{} {:?}\n{}", form, audience, text);
            }
        }
    }
}

/// A sheet of `handover export` in which somebody has changed cells, and left out rows.
fn touched(csv: &str, cells: &[(usize, usize, &str)], gone: &[usize]) -> String {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    for (row, column, text) in cells {
        let (count, width) = (rows.len(), header.len());
        // The first row is a segment.
        if count > 1 {
            rows[1 + row % (count - 1)][column % width] = (*text).to_owned();
        }
    }
    for row in gone {
        let count = rows.len();
        if count > 3 {
            rows.remove(1 + row % (count - 1));
        }
    }
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(&header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_sheet_that_was_brought_in_says_nothing_new(
        cells in prop::collection::vec((0..20_usize, 0..12_usize, prop::sample::select(CELLS)), 1..6),
        gone in prop::collection::vec(0..20_usize, 0..3),
        show in prop_oneof![Just(SHOW.to_owned()), worded()],
    ) {
        let [csv, ..] = exports(&show, Audience::Crew);
        let sheet = touched(&String::from_utf8(csv).unwrap(), &cells, &gone);
        let Ok(imported) = import(sheet.as_bytes(), &Options::default()) else { return Ok(()) };
        let Ok(mut update) = Update::new(show.clone(), "UTC", imported.clone()) else {
            return Ok(());
        };
        update.take_all();
        let text = update.text().to_owned();
        let sends = |text: &str| {
            let show = file::parse(text, "UTC").unwrap();
            show.cues.iter().filter(|cue| !cue.actions.is_empty()).count()
        };
        prop_assert_eq!(sends(&text), sends(&show), "{}", text);
        let mut again = Update::new(text.clone(), "UTC", imported).unwrap();
        prop_assert_eq!(again.take_all().items, [], "{}\n{}", sheet, text);
    }
}

/// A sheet of `handover export`, with these changes.
fn changed(show: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let [csv, ..] = exports(show, Audience::Crew);
    let csv = String::from_utf8(csv).unwrap();
    let change = |csv: String, (old, new): &(&str, &str)| {
        assert!(csv.contains(old), "{old}\n{csv}");
        csv.replacen(old, new, 1)
    };
    changes.iter().fold(csv, change).into_bytes()
}

#[test]
fn columns_of_the_authors_own_are_brought_in_however_they_are_written() {
    let rest = "[[segment.cue]]\nnumber = \"6\"\ntitle = \"Last\"\n";
    for extra in
        ["\n[segment.cue.extra]\nSponsor = \"a rope\"\n", "extra = { Sponsor = \"a rope\" }\n"]
    {
        let show = format!("{SHOW}{extra}\n{rest}");
        let sheet = "Cue,Title,Start,Duration,Sponsor,Landmark\n1,Doors,20:00,6:00,,\n5,Speech,20:06,5:00,a chair,Jo\n";
        let done = updated(&show, sheet.as_bytes()).unwrap();
        let cue = |number: &str| {
            let show = file::parse(&done.text, "UTC").unwrap();
            let cue = show.cues.iter().find(|cue| cue.number.as_str() == number).unwrap();
            cue.extra.iter().map(|one| format!("{}={}", one.name, one.text)).collect::<Vec<_>>()
        };
        assert_eq!(cue("5"), ["Sponsor=a chair", "Landmark=Jo"], "{}\n{:?}", done.text, done.said);
    }
}

#[test]
fn a_change_that_another_one_makes_possible_is_taken() {
    // The segment gets shorter than the time at which a cue was meant to be called, which moves too.
    let show = SHOW.replace("title = \"Choir\"\n", "title = \"Choir\"\nplanned = \"5m\"\n");
    let sheet = changed(
        &show,
        &[
            (",Welcome,20:00:00,0:06:00", ",Welcome,20:00:00,0:04:00"),
            ("4,Choir,20:05:00", "4,Choir,20:03:30"),
            (",Speech,20:06:00", ",Speech,20:04:00"),
        ],
    );
    let done = updated(&show, &sheet).unwrap();
    assert!(done.text.contains("duration = \"4m\""), "{}\n{:?}", done.text, done.said);
    assert!(done.text.contains("planned = \"3m30s\""), "{}\n{:?}", done.text, done.said);
}

#[test]
fn a_cue_that_followed_another_can_be_called_again() {
    let show = SHOW.replace("do = [", "trigger = { with = \"1\" }\ndo = [");
    let sheet = changed(&show, &[(",with 1,", ",GO,")]);
    let done = updated(&show, &sheet).unwrap();
    assert!(!done.text.contains("trigger = { with = \"1\" }"), "{}", done.text);
    assert!(done.text.contains("trigger = { with = \"2\", delay = \"3s\" }"), "{}", done.text);
    // And the other way round, also where it was planned.
    let show = SHOW.replace("do = [", "planned = \"1m\"\ndo = [");
    let sheet = changed(
        &show,
        &[("1.1,House to half,20:01:00,,GO", "1.1,House to half,20:01:00,,with 1 +2s")],
    );
    let done = updated(&show, &sheet).unwrap();
    assert!(
        done.text.contains("trigger = { with = \"1\", delay = \"2s\" }"),
        "{}\n{:?}",
        done.text,
        done.said
    );
    // A backup can stand in for another cue.
    let sheet = changed(SHOW, &[(",4,", ",1.1,")]);
    let done = updated(SHOW, &sheet).unwrap();
    assert!(done.text.contains("backup_for = \"1.1\""), "{}\n{:?}", done.text, done.said);
}

#[test]
fn thousands_of_changes_are_taken_in_no_time() {
    // One after the other, they would take minutes.
    let count = 3_000;
    let row = |n: usize| format!("\n[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"Cue {n}\"\n");
    let cues: String = (1..=count).map(row).collect();
    let show = format!("title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"10h\"\n{cues}");
    let [csv, ..] = exports(&show, Audience::Crew);
    let csv = String::from_utf8(csv).unwrap().replace(",Cue ", ",ShowItem ");
    // Half of them are other cues now.
    let csv: String = csv
        .lines()
        .map(|line| match line.split_once(',') {
            Some((number, rest)) if number.parse().is_ok_and(|n: usize| n.is_multiple_of(2)) => {
                format!("N{number},{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let sheet = import(csv.as_bytes(), &Options::default()).unwrap();
    let mut update = Update::new(show, "UTC", sheet).unwrap();
    let all = update.take_all();
    assert_eq!(all.items.len(), count + count / 2, "{:?}", update.said());
}

#[test]
fn chains_of_any_length_are_read_in_no_time() {
    let count = 40_000;
    let rows: String = (2..=count).map(|n| format!("{n},c{n},,,follows {}\n", n - 1)).collect();
    let sheet = format!(
        "Cue,Title,Start,Duration,Trigger\n,S,20:00:00,10:00:00,\n1,c1,,,follows {count}\n{rows}"
    );
    let show = import(sheet.as_bytes(), &Options::default()).unwrap();
    // The last one would close the circle.
    let doubts: Vec<&str> = show.doubts.iter().map(|doubt| doubt.what.as_str()).collect();
    assert_eq!(doubts, ["cues would trigger each other in a circle: kept under `extra`"]);
    let last = show.segments[0].cues.last().unwrap();
    assert_eq!((last.trigger.clone(), last.extra.len()), (None, 1));
}

/// The project of an export for Ontime, with these changes.
fn project(show: &str, change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let [_, project, _] = exports(show, Audience::Crew);
    let mut project: serde_json::Value = serde_json::from_slice(&project).unwrap();
    change(&mut project);
    serde_json::to_vec(&project).unwrap()
}

/// The entry of a project with this number, or of this title where it has none.
fn entry<'p>(project: &'p mut serde_json::Value, name: &str) -> &'p mut serde_json::Value {
    let entries = project["rundowns"]["default"]["entries"].as_object_mut().unwrap();
    let is_it = |entry: &serde_json::Value| match entry["cue"].as_str() {
        Some("") | None => entry["title"] == name,
        Some(number) => number == name,
    };
    entries.values_mut().find(|entry| is_it(entry)).unwrap()
}

#[test]
fn words_that_somebody_wrote_into_a_project_are_kept() {
    let show = SHOW.replace("\"5m\"\n", "\"5m\"\nnotes = \"with care\"\n");
    let sheet = project(&show, |project| {
        project["customFields"]["Landmark"] =
            serde_json::json!({ "type": "text", "label": "Landmark", "colour": "" });
        entry(project, "2")["custom"] =
            serde_json::json!({ "Lights": "Q 17", "Landmark": "bridge" });
        entry(project, "4")["note"] = "planned 20:05:00\nwith feeling\nlasts long".into();
        let speech = entry(project, "Speech");
        assert_eq!(speech["note"], "\nwith care");
        speech["note"] = "at the desk\nlive on air".into();
        speech["custom"] = serde_json::json!({ "Landmark": "tower" });
    });
    let done = updated(&show, &sheet).unwrap();
    let now = file::parse(&done.text, "UTC").unwrap();
    let cue = |number: &str| now.cues.iter().find(|cue| cue.number.as_str() == number).unwrap();
    let extra: Vec<&str> = cue("2").extra.iter().map(|one| one.text.as_str()).collect();
    assert_eq!((extra, cue("2").needs.len()), (vec!["bridge"], 1), "{}", done.text);
    assert_eq!(cue("2").notes.as_deref(), Some("Lights: Q 17"));
    assert_eq!(cue("4").notes.as_deref(), Some("with feeling\nlasts long"));
    assert_eq!(
        now.segments.last().unwrap().notes.as_deref(),
        Some("at the desk\nlive on air\nLandmark: tower")
    );
}

#[test]
fn a_name_that_ontime_has_no_letters_for_is_the_same_department() {
    let show = SHOW.replace("name = \"Lights\"", "name = \"Bühne\"")
        + "\n[department.fire]\nname = \"火\"\n";
    let show = show.replace("needs = [\"lights\"]", "needs = [\"lights\", \"fire\"]");
    let [_, project, _] = exports(&show, Audience::Crew);
    let json: serde_json::Value = serde_json::from_slice(&project).unwrap();
    assert_eq!(json["customFields"]["Buhne"]["label"], "Buhne");
    let done = updated(&show, &project).unwrap();
    assert_eq!((done.text.as_str(), done.changes), (show.as_str(), 0));
}

#[test]
fn a_department_keeps_its_column_when_words_come_into_it() {
    let show = SHOW.replace("title = \"Choir\"\n", "title = \"Choir\"\nneeds = [\"lights\"]\n");
    let show = show.replace("name = \"Lights\"", "name = \"Ushers\"");
    let sheet = changed(&show, &[("4,Choir,20:05:00,,GO,ready", "4,Choir,20:05:00,,GO,at 9")]);
    let done = updated(&show, &sheet).unwrap();
    let choir = "title = \"Choir\"\nneeds = [\"lights\"]\nnotes = \"Ushers: at 9\"\n";
    assert!(done.text.contains(choir), "{}", done.text);
    assert!(!done.text.contains("extra"), "{}", done.text);
}

#[test]
fn departments_come_above_the_first_segment_however_that_is_written() {
    let sheet = "Cue,Title,Start,Duration,SND\n1,Doors,20:00,6:00,mic\n5,Speech,20:06,5:00,\n";
    for header in ["[[ segment ]]", "[[segment]]   # the first"] {
        let show = SHOW.replacen("[[segment]]", header, 1);
        let show = show.replace("title = \"Gala\"", "title = \"\"\"\\\n[[segment]]\"\"\"");
        let done = updated(&show, sheet.as_bytes()).unwrap();
        let place = format!("[department.snd]\nname = \"SND\"\n\n{header}\n");
        assert!(done.text.contains(&place), "{}\n{:?}", done.text, done.said);
    }
    let inline = "title = \"T\"\nsegment = [{ title = \"A\", duration = \"5m\", cue = [{ number = \"1\", title = \"B\" }] }]\n";
    assert_eq!(updated(inline, sheet.as_bytes()).err(), Some(UpdateRefusal::NoHeaders));
}

#[test]
fn a_segment_may_last_longer_than_a_day_of_ontime() {
    let show = SHOW.replace("duration = \"5m\"", "duration = \"30h\"")
        + "planned = \"28h\"\n\n[[segment.cue]]\nnumber = \"6\"\ntitle = \"Thanks\"\nplanned = \"29h\"\n";
    for sheet in exports(&show, Audience::Crew) {
        let done = updated(&show, &sheet).unwrap();
        assert_eq!((done.text.as_str(), done.changes), (show.as_str(), 0), "{:?}", done.said);
    }
    // Somebody has made it shorter there.
    let sheet = project(&show, |project| {
        entry(project, "Speech")["duration"] = (21 * 3_600_000).into();
    });
    let done = updated(&show, &sheet).unwrap();
    assert!(done.text.contains("duration = \"21h\""), "{}\n{:?}", done.text, done.said);
}

#[test]
fn steps_with_semicolons_stay_as_they_are() {
    let show = SHOW.to_owned() + "steps = [{ title = \"x; y\" }, { title = \"z\" }]\n";
    for sheet in exports(&show, Audience::Crew) {
        let done = updated(&show, &sheet).unwrap();
        assert_eq!((done.text.as_str(), done.changes), (show.as_str(), 0), "{:?}", done.said);
    }
}

#[test]
fn nothing_in_the_row_of_a_segment_is_lost() {
    let sheet = changed(
        SHOW,
        &[(",Welcome,20:00:00,0:06:00,hard start,", ",Welcome,20:00:00,0:06:00,hard start,dimmed")],
    );
    let done = updated(SHOW, &sheet).unwrap();
    assert!(
        done.text.contains("duration = \"6m\"\nnotes    = \"Lights: dimmed\"\n"),
        "{}",
        done.text
    );
}

#[test]
fn fields_without_end_take_no_time() {
    let show = SHOW.replace("needs = [\"lights\"]\n", "");
    let sheet = project(&show, |project| {
        let fields = (0..3_000).map(|n| {
            (
                format!("f{n}"),
                serde_json::json!({ "type": "text", "label": format!("F{n}"), "colour": "" }),
            )
        });
        project["customFields"] = serde_json::Value::Object(fields.collect());
        let rundown = &mut project["rundowns"]["default"];
        for n in 0..4_000 {
            let id = format!("x{n}");
            rundown["entries"][&id] = serde_json::json!({
                "type": "milestone", "id": id, "cue": format!("M{n}"), "title": "m", "note": "",
                "custom": { format!("f{}", n % 3_000): "words" },
            });
            rundown["flatOrder"].as_array_mut().unwrap().push(id.into());
        }
    });
    let show = import(&sheet, &Options::default()).unwrap();
    let cues: usize = show.segments.iter().map(|segment| segment.cues.len()).sum();
    assert_eq!(cues, 4_000 + 11);
    let last = show.segments.last().unwrap().cues.last().unwrap();
    assert_eq!(last.extra, [("F999".to_owned(), "words".to_owned())]);
}

#[test]
fn a_cue_that_stays_in_its_segment_takes_no_moment_of_another() {
    let show = SHOW.to_owned() + "planned = \"1m\"\n";
    let csv = String::from_utf8(changed(&show, &[])).unwrap();
    let moved: Vec<&str> = csv.lines().filter(|line| line.starts_with("5,")).collect();
    let rest = csv.lines().filter(|line| !line.starts_with("5,"));
    let csv: Vec<String> = rest.map(str::to_owned).collect();
    let at = csv.iter().position(|line| line.starts_with("1.1,")).unwrap();
    let mut csv = csv;
    csv.insert(at, moved[0].replace("20:07:00", "20:00:30").replace("Speech", "A word"));
    let done = updated(&show, csv.join("\n").as_bytes()).unwrap();
    let kept = "number = \"5\"\ntitle = \"A word\"\nplanned = \"1m\"\n";
    assert!(done.text.ends_with(kept), "{}\n{:?}", done.text, done.said);
    let said = "cue 5 stands in segment “Welcome” of the sheet: it was kept where it is";
    assert!(done.said.iter().any(|one| one == said), "{:?}", done.said);
}

#[test]
fn blanks_that_no_sheet_keeps_are_no_change() {
    let show = SHOW
        .replace("title = \"Doors\"", "title = \"  The   doors \"\nnotes = \"one \\n\\ntwo \"")
        .replace("\"Speech\"\nduration", "\" A  speech\"\nact = \"Act  2\"\nduration")
        + "call = \"go  now\"\nsteps = [{ title = \"a  b\" }]\n";
    for sheet in exports(&show, Audience::Crew) {
        let done = updated(&show, &sheet).unwrap();
        assert_eq!((done.text.as_str(), done.changes), (show.as_str(), 0), "{:?}", done.said);
    }
}

#[test]
fn a_planned_time_follows_the_sheet_also_to_where_the_cue_would_come_anyway() {
    let show = SHOW.replace("title = \"Choir\"\n", "title = \"Choir\"\nplanned = \"4m30s\"\n");
    let sheet = changed(
        &show,
        &[
            (",Welcome,20:00:00,0:06:00", ",Welcome,20:00:00,0:12:00"),
            ("4,Choir,20:04:30", "4,Choir,20:10:00"),
            (",Speech,20:06:00", ",Speech,20:12:00"),
            ("5,Speech,20:06:00", "5,Speech,20:12:00"),
        ],
    );
    let done = updated(&show, &sheet).unwrap();
    assert!(done.text.contains("planned = \"10m\""), "{}\n{:?}", done.text, done.said);
}

#[test]
fn a_change_that_was_left_does_not_come_back() {
    // The segment gets longer, which moves its cues; nobody wants the new time of one of them.
    let sheet = changed(
        SHOW,
        &[
            (",Welcome,20:00:00,0:06:00", ",Welcome,20:00:00,0:12:00"),
            ("4,Choir,20:05:00", "4,The choir,20:11:00"),
            (",Speech,20:06:00", ",Speech,20:12:00"),
            ("5,Speech,20:06:00", "5,Speech,20:12:00"),
        ],
    );
    let sheet = import(&sheet, &Options::default()).unwrap();
    let mut update = Update::new(SHOW.to_owned(), "UTC", sheet).unwrap();
    while let Some(proposal) = update.propose() {
        let is_choir = |change: &ItemChange| matches!(&change.item, ShowItem::Cue { number, .. } if number == "4");
        match proposal.comparison.items.iter().any(is_choir) {
            true => update.leave(&proposal),
            false => update.take(proposal),
        }
    }
    update.take_all();
    let text = update.text();
    assert!(text.contains("duration = \"12m\"") && text.contains("planned = \"1m\""), "{text}");
    assert!(text.contains("title = \"Choir\"\n\n"), "{text}");
}
