//! Run sheets as people keep them, each imported, written, checked, and compared with what was read
//! off it by hand.
//!
//! `tests/sheets/NAME.txt` has what the sheet beside it means: `NAME.csv`; `NAME.utf16`, a CSV file that
//! is turned into UTF-16; the folder `NAME.xlsx` or `NAME.ods`, which is zipped; or `NAME.xls.hex`.
//!
//! ```text
//! > --map A=number                       options of the command line
//! Title of the show | 2024-08-11         its day, where the sheet says it
//! # ACT                                  the act that begins with the segment below
//! *21:00:00 5:00 Title                   planned start (* hard, - none), length, segment
//!   12 Title with 11 +3s @1:00 =0:30 [lx snd]     cue, trigger, planned, length, departments
//!     lights /eos/cue/1/12/fire          what it sends
//!     notes / second line of notes
//!     Column= text                       a column of its own
//! + Jane Doe                             a person
//! ? C31                                  the cells of all doubts
//! ! words                                what is said of the reading
//! ```

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use handover::sheet::columns::Field;
use handover::sheet::durations::Durations;
use handover::sheet::imported::Imported;
use handover::sheet::{Options, Refusal, import, write};
use handover::show::{Body, Cue, CueIx, SegmentIx, Show, Trigger, duration, file, problem};
use proptest::prelude::*;

const DAY_S: u64 = 86_400;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sheets")
}

/// The bytes of a sheet, which is kept as text.
fn bytes(path: &Path) -> Vec<u8> {
    if path.is_dir() {
        return zipped(path);
    }
    let kept = fs::read(path).unwrap();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("utf16") => {
            let text = String::from_utf8(kept).unwrap();
            "\u{feff}"
                .encode_utf16()
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect()
        }
        Some("hex") => {
            let digits: Vec<u8> = kept.into_iter().filter(u8::is_ascii_hexdigit).collect();
            let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
            digits.chunks(2).map(byte).collect()
        }
        _ => kept,
    }
}

/// A folder as a zip file.
fn zipped(folder: &Path) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&fs::read(&path).unwrap()).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

fn options(words: &str, name: &str) -> Options {
    let mut options = Options { name: name.to_owned(), ..Options::default() };
    let words: Vec<&str> = words.split_whitespace().collect();
    for pair in words.chunks(2) {
        match pair {
            ["--map", map] => {
                let (column, field) = map.split_once('=').unwrap();
                options.map.push((column.to_owned(), field.parse::<Field>().unwrap()));
            }
            ["--durations", "seconds"] => options.durations = Some(Durations::Seconds),
            ["--durations", "m:ss"] => options.durations = Some(Durations::MinutesSeconds),
            other => panic!("{other:?}"),
        }
    }
    options
}

/// The show file of an import, read by the program's own parser.
fn parsed(imported: &Imported) -> Show {
    let text = write::write(imported, "a sheet");
    match file::check(&text, "UTC", &file::machine::Unseen) {
        Ok(checked) => checked.show,
        Err(problems) => {
            panic!("{}\n{text}", problem::report(&problems, "show.toml", &text, false))
        }
    }
}

/// A show in the words of the expectations, with those of `asked` that were said.
fn told(show: &Show, imported: &Imported, asked: &str) -> String {
    let date = show.date.map(|date| format!(" | {date}")).unwrap_or_default();
    let mut lines = vec![format!("{}{date}", show.title)];
    let mut clock: Option<u64> = None;
    for ix in (0..show.segments.len() as u32).map(SegmentIx) {
        let segment = show.segment(ix);
        lines.extend(segment.act.iter().map(|act| format!("# {act}")));
        let hard = segment.start.map(|start| {
            u64::try_from(start.duration_since(jiff::civil::Time::midnight()).as_secs()).unwrap()
        });
        clock = hard.or(clock);
        let at = clock.map_or("-".to_owned(), |s| {
            let s = s % DAY_S;
            format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
        });
        let star = if hard.is_some() { "*" } else { "" };
        lines.push(format!("{star}{at} {} {}", duration::length(segment.duration), segment.title));
        lines.extend(show.cues_of(ix).flat_map(|cue| cue_lines(show, show.cue(cue))));
        clock = clock.map(|clock| clock + segment.duration.as_secs());
    }
    lines.extend(show.people.iter().map(|person| format!("+ {}", person.name)));
    if !imported.doubts.is_empty() {
        let mut cells: Vec<String> =
            imported.doubts.iter().map(|doubt| doubt.place.words("")).collect();
        cells.sort();
        lines.push(format!("? {}", cells.join(" ")));
    }
    let asked = asked.lines().filter_map(|line| line.strip_prefix("! "));
    let is_said = |asked: &&str| imported.said.iter().any(|said| said == asked);
    lines.extend(asked.filter(is_said).map(|said| format!("! {said}")));
    lines.join("\n") + "\n"
}

fn cue_lines(show: &Show, cue: &Cue) -> Vec<String> {
    let mut line = format!("  {} {}", cue.number, cue.title);
    let after = |by: Duration| match by.is_zero() {
        true => String::new(),
        false => format!(" +{}", duration::delay(by)),
    };
    match cue.trigger {
        Trigger::With { cue, delay } => {
            line += &format!(" with {}{}", show.cue(cue).number, after(delay));
        }
        Trigger::After { cue, delay } => {
            line += &format!(" after {}{}", show.cue(cue).number, after(delay));
        }
        Trigger::Go | Trigger::At { .. } | Trigger::Into { .. } => {}
    }
    if let Some(ns) = cue.planned {
        line += &format!(" @{}", duration::length(ns));
    }
    if let Some(ns) = cue.duration {
        line += &format!(" ={}", duration::length(ns));
    }
    if !cue.needs.is_empty() {
        let ids: Vec<&str> = cue.needs.iter().map(|ix| show.department(*ix).id.as_str()).collect();
        line += &format!(" [{}]", ids.join(" "));
    }
    let mut lines = vec![line];
    for action in &cue.actions {
        let Body::Osc { address, .. } = &action.body else { panic!("{action:?}") };
        lines.push(format!("    {} {address}", show.output(action.output).id));
    }
    lines.extend(cue.notes.iter().map(|notes| format!("    {}", notes.replace('\n', " / "))));
    lines.extend(cue.extra.iter().map(|extra| format!("    {}= {}", extra.name, extra.text)));
    lines
}

#[test]
fn every_sheet_means_what_was_read_off_it_by_hand() {
    let mut sheets = 0;
    let mut wrong = vec![];
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "txt" || ending == "md") {
            continue;
        }
        sheets += 1;
        let name = path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap();
        let expected = fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap();
        let (words, expected) = match expected.strip_prefix("> ") {
            Some(rest) => rest.split_once('\n').unwrap(),
            None => ("", expected.as_str()),
        };
        let imported = import(&bytes(&path), &options(words, name));
        let imported = imported.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let told = told(&parsed(&imported), &imported, expected);
        if told != expected {
            let said = imported.said.join("\n");
            let doubts: Vec<String> = imported
                .doubts
                .iter()
                .map(|doubt| format!("{} {}", doubt.place.words(""), doubt.what))
                .collect();
            wrong.push(format!(
                "=== {name}\n{told}--- expected\n{expected}--- said\n{said}\n--- doubts\n{}\n",
                doubts.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(sheets >= 24, "{sheets}");
}

fn refused(bytes: &[u8]) -> String {
    import(bytes, &Options::default()).unwrap_err().to_string()
}

#[test]
fn what_is_no_run_sheet_is_refused_in_a_clear_word() {
    assert_eq!(refused(b" \r\n"), "there is nothing in the file");
    assert!(
        refused(b"Dear all,\nsee you tomorrow,\nJo\n").starts_with("no row has names of columns")
    );
    assert!(refused(&[0; 100]).starts_with("this is no text"));
    let wide = format!("Title,Duration{}\n", ",x".repeat(16_382));
    assert!(refused(wide.as_bytes()).starts_with("a row has 16384 columns"));
    assert!(refused(&vec![b'x'; 33 << 20]).starts_with("the file has more than 32 MiB"));
    let options = Options { map: vec![("Licht".into(), Field::Department)], ..Options::default() };
    assert_eq!(
        import(b"Title,Duration\nA,5:00\n", &options),
        Err(Refusal::NoColumn("Licht".into(), "A (Title), B (Duration)".into()))
    );
    assert_eq!(import(b"Title,Duration\n", &Options::default()), Err(Refusal::NoRows(1)));
}

#[test]
fn no_cell_of_a_sheet_is_lost() {
    // Each cell has a word that stands nowhere else, so that the show file can be searched for it.
    let mut sheet = "#,Start,Duration,Title,LX,Notes,Who,Where,,Extra;col\n".to_owned();
    for row in 0..40 {
        let start = format!("{:02}:{:02}", 10 + row / 60, row % 60);
        sheet += &format!(
            "{row},{start},1:00,title{row}t,lx{row}l,notes{row}n,who{row}w,where{row}x,untitled{row}u,extra{row}e\n"
        );
        if row % 7 == 0 {
            sheet += &format!(",,,,lxmore{row}m,notesmore{row}m,,,,\n");
        }
    }
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    let text = write::write(&imported, "x");
    for word in sheet
        .lines()
        .skip(1)
        .flat_map(|line| line.split(','))
        .filter(|word| word.ends_with(char::is_alphabetic))
    {
        assert!(text.contains(word), "{word}");
    }
    assert_eq!(parsed(&imported).cues.len(), 40);
}

/// A zip file of these files.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An OpenDocument sheet of these rows.
fn ods(rows: &str) -> Vec<u8> {
    let table = format!("<x><table:table table:name=\"S\">{rows}</table:table></x>");
    packed(&[("content.xml", &table)])
}

#[test]
fn a_cell_that_stands_for_many_takes_the_room_of_each() {
    let long = "x".repeat(10_000);
    let row = |count: usize| {
        let cell = format!("<table:table-cell><text:p>{long}</text:p></table:table-cell>");
        ods(&format!(
            "<table:table-row table:number-rows-repeated=\"{count}\">{cell}</table:table-row>"
        ))
    };
    // 4,000 × 10,000 bytes are more than 32 MiB.
    assert_eq!(import(&row(4_000), &Options::default()), Err(Refusal::Texts));
    assert!(refused(&row(2_000)).starts_with("no row has names of columns"));
    // Merged with the rows below it, where something else stands, a cell stands in each of them.
    let merged = |rows: usize| {
        let cell =
            |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let first = format!(
            "<table:table-cell table:number-rows-spanned=\"{rows}\"><text:p>{long}</text:p></table:table-cell>"
        );
        let below =
            format!("<table:table-row><table:covered-table-cell/>{}</table:table-row>", cell("b"));
        ods(&format!(
            "<table:table-row>{first}{}</table:table-row>{}",
            cell("a"),
            below.repeat(4_000)
        ))
    };
    assert_eq!(import(&merged(4_000), &Options::default()), Err(Refusal::Texts));
    assert!(refused(&merged(2)).starts_with("no row has names of columns"));
}

#[test]
fn numbers_as_large_as_they_can_be_do_not_count_over() {
    let most = u32::MAX;
    let columns = format!("<table:table-column table:number-columns-repeated=\"{most}\"/>");
    let hidden = "<table:table-column table:visibility=\"collapse\"/>";
    let row = format!(
        "<table:table-row table:number-rows-repeated=\"{most}\"/><table:table-row><table:table-cell \
         table:number-rows-spanned=\"{most}\" table:number-columns-spanned=\"{most}\"><text:p>a</text:p>\
         </table:table-cell></table:table-row>"
    );
    assert_eq!(refused(&ods(&format!("{columns}{hidden}{row}"))), "there is nothing in the file");
}

#[test]
fn an_order_that_names_an_entry_again_has_it_once() {
    let event = r#"{"type":"event","id":"a","title":"A","cue":"1","timeStart":0,"duration":60000}"#;
    let order = vec!["\"a\""; 5_000].join(",");
    let project = format!(
        r#"{{"rundowns":{{"r":{{"title":"R","order":[{order}],"entries":{{"a":{event}}}}}}}}}"#
    );
    let imported = import(project.as_bytes(), &Options::default()).unwrap();
    assert_eq!(parsed(&imported).cues.len(), 1);
}

#[test]
fn what_stands_in_a_column_without_a_name_is_kept_under_its_letter() {
    let options = Options {
        map: vec![("A".into(), Field::Title), ("B".into(), Field::Duration)],
        ..Options::default()
    };
    let imported =
        import(b"Welcome,5:00\nChoir,as long as it takes\nEnd,1:00\n", &options).unwrap();
    let show = parsed(&imported);
    let extras: Vec<_> = show.cues.iter().flat_map(|cue| &cue.extra).collect();
    assert_eq!(extras.len(), 1);
    assert_eq!((&*extras[0].name, &*extras[0].text), ("Column B", "as long as it takes"));
}

#[test]
fn a_project_with_anything_in_it_makes_a_show_that_runs() {
    // Two fields with one label, fields without one, more than a show file has room for, and a file
    // name of two lines.
    let long = "n".repeat(30_000);
    let fields: Vec<String> = (0..120).map(|n| format!(r#""f{n}":{{"label":"Same"}}"#)).collect();
    let values: Vec<String> = (0..120).map(|n| format!(r#""f{n}":"v{n}v""#)).collect();
    let project = format!(
        r#"{{"customFields":{{"lx":{{"label":"LX"}},"LX":{{"label":"LX"}},"":{{"label":""}},{}}},"rundown":[
        {{"type":"event","cue":"1","timeStart":0,"duration":60000,"note":"{long}","title":"A",
        "custom":{{"lx":"a","LX":"b","":"c"," ":"d",{}}}}}]}}"#,
        fields.join(","),
        values.join(",")
    );
    let options = Options { name: "two\nlines".into(), ..Options::default() };
    let imported = import(project.as_bytes(), &options).unwrap();
    let show = parsed(&imported);
    assert_eq!((&*show.title, show.cue(CueIx(0)).needs.len()), ("two lines", 1));
    assert_eq!(imported.doubts.len(), 1, "the notes were cut: {:?}", imported.doubts);
    assert_eq!(imported.doubts[0].place.words(""), "/rundown/0");
}

#[test]
fn a_cue_of_a_desk_sends_no_address_that_no_show_takes() {
    let long = "9".repeat(2_000);
    let list = format!(
        "Number,Type,Name,Notes\n1,Light,one,{}\né,Light,two,\n\"3\t4\",Light,three,\n{long},Light,four,\n",
        "n".repeat(30_000)
    );
    let imported = import(list.as_bytes(), &Options::default()).unwrap();
    let show = parsed(&imported);
    let sends: Vec<usize> = show.cues.iter().map(|cue| cue.actions.len()).collect();
    assert_eq!(sends, [1, 0, 0, 0]);
    let said = "3 cues have a number that OSC cannot hold and send nothing";
    assert!(imported.said.iter().any(|one| one == said), "{:?}", imported.said);
    assert!(imported.doubts.iter().any(|doubt| doubt.what.contains("20000 characters: cut")));
}

#[test]
fn what_is_written_more_than_once_is_numbered_in_no_time() {
    // One number in each row, once short and once with no room for a letter; a heading that is a
    // name of somebody in each row; rows of one time.
    for number in ["7", "1234567890123456"] {
        let rows: String =
            (0..9_000).map(|n| format!("{number},10:00,,row {n},李 {n}\n")).collect();
        let sheet = format!("#,Start,Duration,Title,Who\n{number},10:00,5:00,first,Jo\n{rows}");
        let show = parsed(&import(sheet.as_bytes(), &Options::default()).unwrap());
        assert_eq!(show.cues.len(), 9_001);
    }
    let rows = "a,5:00\n".repeat(100_001);
    let refused = refused(format!("Title,Duration\n{rows}").as_bytes());
    assert_eq!(refused, "the sheet has 100001 rows; a show has 100000 cues at most");
}

#[test]
fn a_year_that_was_mistyped_and_sums_without_end_do_not_count_over() {
    let sheet = "Start,Duration,Title\n2024-08-11 20:00,5:00,A\n9999-08-11 20:05,5:00,B\n1970-01-01 20:10,5:00,C\n";
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    let places: Vec<_> = imported.doubts.iter().map(|doubt| doubt.place.words("")).collect();
    assert_eq!(places, ["A3", "A4"], "{:?}", imported.doubts);
    let starts: Vec<_> = parsed(&imported).segments.iter().map(|segment| segment.start).collect();
    assert_eq!(starts, [Some(jiff::civil::time(20, 0, 0, 0)), None, None]);
    let rows = ",99:59:59,x\n".repeat(30_000);
    let sheet = format!("Start,Duration,Title\n10:00,99:59:59,A\n{rows}11:00,5:00,Z\n");
    import(sheet.as_bytes(), &Options::default()).unwrap();
}

#[test]
fn doubts_stand_in_the_show_file_wherever_they_are() {
    // Two columns for times; and an entry of Ontime that is unknown.
    let sheet = "Start,Time,Title\n10:00,5:00,A\n10:05,5:00,B\n";
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    let text = write::write(&imported, "x");
    assert!(text.contains("# B1 “Time” was taken for the duration"), "{text}");
    let project = r#"{"rundown":[{"type":"odd"},{"type":"event","timeStart":0,"duration":60000}]}"#;
    let text = write::write(&import(project.as_bytes(), &Options::default()).unwrap(), "x");
    assert!(text.contains("# /rundown/0 an entry of an unknown kind was left out"), "{text}");
}

#[test]
fn a_call_that_is_too_long_is_kept_with_the_notes() {
    let long = "word ".repeat(300);
    let sheet = format!("Title,Duration,Call\nA,5:00,{long}\n");
    let show = parsed(&import(sheet.as_bytes(), &Options::default()).unwrap());
    let cue = show.cue(CueIx(0));
    assert_eq!(cue.call.as_ref().map(|call| call.chars().count()), Some(1_000));
    assert!(cue.notes.as_ref().is_some_and(|notes| notes.ends_with(long.trim())));
}

/// Cells as they come in sheets, and as they should not.
const CELLS: &[&str] = &[
    "",
    "",
    "",
    "1",
    "2",
    "2A",
    "1.10",
    "3/4",
    "10:00",
    "10:05",
    "23:58",
    "0:02",
    "9:15 PM",
    "12:00 AM",
    "10:00 – 10:30",
    "5:00",
    "0:30",
    "90",
    "1,5",
    "1 min 30 secs",
    "TBC",
    "0:90:00",
    "99999",
    "-",
    "x",
    "Welcome",
    "MAIN SHOW",
    "Total",
    "LX 1",
    "Jane Doe",
    "=cmd",
    "a \"b\" \\ c",
    "two\nlines",
    "\u{202e}turned",
    "\u{7}",
    "Title",
    "Start",
    "Duration",
    "100000:00",
    "2024-08-11",
    "日本",
    "'''\"\"\"",
    "#",
    "[[segment]]",
];

proptest! {
    #[test]
    fn whatever_a_sheet_holds_its_show_runs(
        header in prop::sample::subsequence(
            vec!["#", "Start", "End", "Duration", "Title", "LX", "Notes", "Who", "Act", "Odd", ""], 2..9),
        rows in prop::collection::vec(prop::collection::vec(prop::sample::select(CELLS), 9), 0..30),
        map in prop::collection::vec((0..9_usize, prop::sample::select(
            vec!["number", "title", "start", "end", "duration", "act", "people", "department", "extra"])), 0..3),
    ) {
        let line = |cells: &[&str]| {
            let cells: Vec<String> =
                cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            cells.join(",") + "\n"
        };
        let sheet: String = std::iter::once(line(&header))
            .chain(rows.iter().map(|row| line(&row[..header.len()])))
            .collect();
        let map = map.iter().map(|(at, field)| {
            (char::from(b'A' + *at as u8).to_string(), field.parse::<Field>().unwrap())
        });
        let options = Options { map: map.collect(), ..Options::default() };
        if let Ok(imported) = import(sheet.as_bytes(), &options) {
            let show = parsed(&imported);
            prop_assert!(!show.cues.is_empty());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), begin in 0..4_usize) {
        let begin: &[u8] = [b"".as_slice(), b"PK\x03\x04", b"Title,Start\n", b"\xff\xfe"][begin];
        let _ = import(&[begin, &bytes].concat(), &Options::default());
    }
}

fn handover(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_command_writes_a_show_and_never_over_one() {
    let dir = tempfile::tempdir().unwrap();
    let show = dir.path().join("show.toml");
    let (show, sheet) = (show.to_str().unwrap(), folder().join("sessions.csv"));
    let sheet = sheet.to_str().unwrap();
    let done = handover(&["import", sheet, "-o", show], b"");
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), done.stdout.as_slice()), (Some(0), b"".as_slice()), "{said}");
    assert!(said.contains("durations read as m:ss: 4 of 4 rows agree with Start"), "{said}");
    assert!(said.contains("show.toml: 3 segments, 6 cues, 1:31:00"), "{said}");
    assert_eq!(handover(&["check", "--strict", show], b"").status.code(), Some(0));
    let written = fs::read(show).unwrap();
    let again = handover(&["import", sheet, "-o", show], b"");
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8(again.stderr).unwrap().contains("already exists"));
    assert_eq!(fs::read(show).unwrap(), written);
    let files: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["show.toml"]);
    let piped = handover(&["import", "-"], &fs::read(sheet).unwrap());
    assert_eq!(piped.status.code(), Some(0));
    let text = String::from_utf8(piped.stdout).unwrap();
    assert_eq!(file::parse(&text, "UTC").unwrap().cues.len(), 6);
}

#[test]
fn what_cannot_be_imported_is_said_with_its_file() {
    let absent = handover(&["import", "/nowhere/sheet.csv"], b"");
    assert_eq!(absent.status.code(), Some(1));
    assert!(String::from_utf8(absent.stderr).unwrap().contains("cannot read /nowhere/sheet.csv"));
    let letter = handover(&["import", "-"], b"Dear all,\nsee you\n");
    assert_eq!(letter.status.code(), Some(1));
    assert!(String::from_utf8(letter.stderr).unwrap().contains("standard input: no row has names"));
    assert_eq!(handover(&["import", "-", "--map", "C=colour"], b"").status.code(), Some(2));
    assert_eq!(handover(&["import", "-", "--durations", "days"], b"").status.code(), Some(2));
}
