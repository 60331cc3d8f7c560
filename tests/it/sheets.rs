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
//!     “call”                             the caller's words
//!     □ step                             a step
//!     Column= text                       a column of its own
//! + Jane Doe                             a person
//! ? C31                                  the cells of all doubts
//! ! words                                what is said of the reading
//! ```

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use handover::edit::listing::Listing;
use handover::export::plan;
use handover::export::sheet::{Audience, Sheet};
use handover::sheet::columns::SheetField;
use handover::sheet::durations::Durations;
use handover::sheet::imported::{Doubt, Imported};
use handover::sheet::update::Update;
use handover::sheet::{Options, Refusal, import, write};
use handover::show::builtin;
use handover::show::{Body, Cue, CueIx, SegmentIx, Show, Source, Trigger, duration, file, problem};
use proptest::prelude::*;

use crate::harness::House;
use crate::properties;

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
                options.map.push((column.to_owned(), field.parse::<SheetField>().unwrap()));
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
        let end = segment.end.map_or(String::new(), |end| format!(" to {end}"));
        let lasts = duration::length(segment.duration);
        lines.push(format!("{star}{at} {lasts} {}{end}", segment.title));
        lines.extend(
            segment.notes.iter().map(|notes| format!("    {}", notes.replace('\n', " / "))),
        );
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
        Trigger::At { time } => line += &format!(" at {time}"),
        Trigger::Into { offset } => line += &format!(" into {}", duration::exact(offset)),
        Trigger::Go => {}
    }
    line += &cue.backup_for.map_or(String::new(), |main| format!(" for {}", show.cue(main).number));
    line += match cue.source {
        Some(Source::Live) => " live",
        Some(Source::Vt) => " vt",
        None => "",
    };
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
    lines.extend(cue.call.iter().map(|call| format!("    “{call}”")));
    lines.extend(cue.steps.iter().map(|step| format!("    □ {}", step.title)));
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
    assert!(refused(wide.as_bytes()).starts_with("a row reaches column 16384;"));
    assert!(refused(&vec![b'x'; 33 << 20]).starts_with("the file has more than 32 MiB"));
    let options =
        Options { map: vec![("Licht".into(), SheetField::Department)], ..Options::default() };
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

#[test]
fn headings_without_end_are_no_act() {
    let headings: String = (0..200).map(|n| format!("HEADING {n},,\n")).collect();
    let sheet = format!("Title,Start,Duration\n{headings}Welcome,10:00,5:00\n");
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    let act = parsed(&imported).segments[SegmentIx(0)].act.clone().unwrap();
    assert!(act.ends_with("HEADING 199") && act.len() < 250, "{act}");
    // Comments are wrapped.
    let text = write::write(&imported, "x").replace("\n#", "");
    assert!((0..200).all(|n| text.contains(&format!("HEADING {n}"))), "{text}");
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

/// An XLSX workbook of one sheet, in the file `sheet`, and of further files.
pub(crate) fn xlsx(sheet: &str, xml: &str, more: &[(&str, &str)]) -> Vec<u8> {
    const BEGIN: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book = format!(
        r#"<workbook xmlns:r="{BEGIN}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let relation = |kind: &str, target: &str| {
        format!(
            r#"<Relationships><Relationship Id="r1" Type="{BEGIN}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    let (root, rels) =
        (relation("officeDocument", "xl/workbook.xml"), relation("worksheet", sheet));
    let path = format!("xl/{sheet}");
    let mut files = vec![
        ("_rels/.rels", &*root),
        ("xl/workbook.xml", &*book),
        ("xl/_rels/workbook.xml.rels", &*rels),
        (&*path, xml),
    ];
    files.extend(more);
    packed(&files)
}

/// The XML of a sheet with cells of text, row by row.
fn sheet_xml(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let row =
        |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
    format!(
        "<worksheet><sheetData>{}</sheetData></worksheet>",
        rows.iter().map(row).collect::<String>()
    )
}

#[test]
fn a_bomb_is_refused_however_its_file_is_called() {
    let refused = |sheet: &str, size: usize| {
        let xml = sheet_xml(&[&["Title", "Duration"], &["A", &" ".repeat(size)]]);
        refused(&xlsx(sheet, &xml, &[]))
    };
    let word = "the workbook unpacks to more than any run sheet has";
    assert_eq!(refused("worksheets/sheet1.xml", 65 << 20), word);
    assert_eq!(refused("worksheets/sheet1.dat", 257 << 20), word);
    let bomb = packed(&[("content.xml", &" ".repeat(65 << 20))]);
    assert_eq!(super::sheets::refused(&bomb), word);
}

#[test]
fn an_address_that_no_sheet_has_is_refused() {
    let damaged = |xml: &str| refused(&xlsx("worksheets/sheet1.xml", xml, &[]));
    let word = "the workbook is damaged: a cell has an address that no sheet has";
    for area in ["C5:A1", "A5:C1", "ZZZZZZZZZZ1", "A99999999999", "A1:"] {
        let xml = format!(r#"<worksheet><dimension ref="{area}"/><sheetData/></worksheet>"#);
        assert_eq!(damaged(&xml), word, "{area}");
    }
    let cell = r#"<worksheet><sheetData><row><c r="ZZZZZZZZZZ1"/></row></sheetData></worksheet>"#;
    assert_eq!(damaged(cell), word);
    let whole = r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData/></worksheet>"#;
    assert_eq!(damaged(whole), "there is nothing in the file");
}

#[test]
fn macros_links_and_formulas_are_named_and_left_alone() {
    let xml = sheet_xml(&[
        &["Title", "Duration", "Notes"],
        &["Welcome", "5:00", "=cmd|' /C calc'!A0"],
        &["=HYPERLINK(1)", "2:00", ""],
    ]);
    let more = [("xl/vbaProject.bin", "code"), ("xl/externalLinks/externalLink1.xml", "<x/>")];
    let imported =
        import(&xlsx("worksheets/sheet1.xml", &xml, &more), &Options::default()).unwrap();
    for said in [
        "the workbook has macros: they are not read",
        "the workbook has links to others: they are not followed, and its last values were read",
        "C2 and 1 more begin with “=”: kept as text, and nothing computes them",
    ] {
        assert!(imported.said.iter().any(|one| one == said), "{said}: {:?}", imported.said);
    }
    let show = parsed(&imported);
    assert_eq!(show.cue(CueIx(0)).notes.as_deref(), Some("=cmd|' /C calc'!A0"));
    assert_eq!(show.cue(CueIx(1)).title, "=HYPERLINK(1)");
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("huge.csv");
    fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let word = "the file has more than 32 MiB, which no run sheet has";
    let refused = handover(&["import", path.to_str().unwrap()], b"");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains(word));
    // From a pipe too: the program goes before its writer.
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.args(["import", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let row = b"1,10:00,5:00,Welcome\n".repeat(50_000);
    let written = (0..1_000).take_while(|_| pipe.write_all(&row).is_ok()).count();
    assert!(written < 100, "{written} MB");
    drop(pipe);
    let refused = child.wait_with_output().unwrap();
    assert!(String::from_utf8(refused.stderr).unwrap().contains(word));
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
        map: vec![("A".into(), SheetField::Title), ("B".into(), SheetField::Duration)],
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
    // Found by mutating samples: a number with a tab as a title, and a part without a cue above it.
    let list = "Number,Type,Name\n\"A\t4\",Light,\n";
    assert_eq!(parsed(&import(list.as_bytes(), &Options::default()).unwrap()).cues.len(), 1);
    let list = "Number,Type,Name\n1,Li\u{17}ght,One\n";
    assert_eq!(parsed(&import(list.as_bytes(), &Options::default()).unwrap()).cues.len(), 1);
    let list = "START_TARGETS\nTARGET_TYPE,PART_NUMBER,LABEL\n1,1,Part\nEND_TARGETS\n";
    assert_eq!(parsed(&import(list.as_bytes(), &Options::default()).unwrap()).cues.len(), 1);
    let said = "3 cues have a number that OSC cannot hold and send nothing";
    assert!(imported.said.iter().any(|one| one == said), "{:?}", imported.said);
    assert!(imported.doubts.iter().any(|doubt| doubt.what.contains("20000 characters: cut")));
}

#[test]
fn a_length_of_a_desk_that_is_no_number_of_seconds_is_kept() {
    let eos = "START_TARGETS\nTARGET_TYPE,TARGET_LIST_NUMBER,TARGET_ID,LABEL,DURATION\n\
               1,1,1,One,1:30\n1,1,2,Two,90\nEND_TARGETS\n";
    let qlab = "Number,Type,Name,Duration\n1,Light,One,1:30\n2,Light,Two,90\n";
    for list in [eos, qlab] {
        let show = parsed(&import(list.as_bytes(), &Options::default()).unwrap());
        let cues: Vec<_> = show.cues.iter().collect();
        assert_eq!(cues[1].duration, Some(Duration::from_secs(90)), "{list}");
        let kept = cues[0].extra.iter().find(|extra| &*extra.name == "Duration");
        assert_eq!(kept.map(|extra| &*extra.text), Some("1:30"), "{list}");
    }
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

/// The planned start and length of each segment, and its title.
fn planned(imported: &Imported) -> Vec<String> {
    let show = parsed(imported);
    let lines = told(&show, imported, "");
    lines
        .lines()
        .filter(|line| line.contains(":00 ") && !line.starts_with(' '))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_row_with_only_an_end_is_a_row_and_one_without_times_breaks_no_chain_of_ends() {
    let imported =
        import(b"Title,End\nWelcome,10:05\n,10:15\nTalk,10:30\n", &Options::default()).unwrap();
    let expected = ["*10:04:00 1:00 Welcome", "10:05:00 10:00 \u{2014}", "10:15:00 15:00 Talk"];
    assert_eq!(planned(&imported), expected);
    let sheet = "#,Title,End\n1,Welcome,10:05\n2,VT,\n3,Talk,10:15\n";
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    assert_eq!(planned(&imported), ["*10:04:00 1:00 Welcome", "10:05:00 10:00 Talk"]);
    assert_eq!(imported.doubts.len(), 1, "{:?}", imported.doubts);
    assert_eq!(parsed(&imported).cues.len(), 3);
    // A row that lasts has its part of that time: who knows how long the next one is?
    let sheet = "Title,Duration,End\nWelcome,,10:05\nVT,2:00,\nTalk,,10:15\n";
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    let said: Vec<_> = imported.doubts.iter().map(|doubt| doubt.place.words("")).collect();
    assert_eq!(said, ["C2", "C4"], "{:?}", imported.doubts);
}

#[test]
fn a_row_that_only_says_where_the_show_is_over_ends_its_last_segment() {
    let sheet = |rows: &str| {
        let sheet = format!("#,Time,Dur,What,LX\n1,19:00,30:00,Talk,1\n{rows}");
        import(sheet.as_bytes(), &Options::default()).unwrap()
    };
    let numbers = |imported: &Imported| {
        let numbers = parsed(imported);
        numbers.cues.iter().map(|cue| cue.number.to_string()).collect::<Vec<_>>().join(" ")
    };
    // The length of the last row is said, or the time until the end, or a row that has none is last.
    for (rows, lasts, assumed) in [
        (",19:30,,END,\n", "30:00 Talk", 0),
        (",19:30,,End of show!,\n", "30:00 Talk", 0),
        ("2,19:30,TBC,Band,2\n,19:45,,- Ende -,\n", "15:00 Band", 1),
        ("2,19:30,,Band,2\n,19:45,,Fin,\n", "15:00 Band", 0),
        // The end is that of the show, however long the last row says that it lasts.
        (",19:40,,END,\n", "30:00 Talk", 0),
    ] {
        let imported = sheet(rows);
        let last = planned(&imported).last().unwrap().clone();
        assert!(last.ends_with(lasts), "{rows}: {last}");
        assert_eq!(imported.assumed, assumed, "{rows}");
        let expected = if rows.starts_with('2') { "1 2" } else { "1" };
        assert_eq!(numbers(&imported), expected, "{rows}");
        let said = imported.said.join("\n");
        assert!(said.contains(" is the end of the show, and no cue"), "{rows}: {said}");
    }
    // Its time stands in another column than the starts, whether or not the row above has one there.
    for (above, lasts, doubt) in [
        ("", "40:00 Talk", None),
        ("19:40", "40:00 Talk", None),
        ("19:30", "30:00 Talk", Some("C3")),
    ] {
        let text = format!("#,Start,End,What\n1,19:00,{above},Talk\n,,19:40,END\n");
        let imported = import(text.as_bytes(), &Options::default()).unwrap();
        let last = planned(&imported).last().unwrap().clone();
        assert!(last.ends_with(lasts), "{text}{last}");
        assert_eq!(parsed(&imported).cues.len(), 1, "{text}");
        let said: Vec<_> = imported.doubts.iter().map(|doubt| doubt.place.words("")).collect();
        assert_eq!(said, doubt.into_iter().collect::<Vec<_>>(), "{:?}", imported.doubts);
    }
    let doubts: Vec<_> = sheet(",19:40,,END,\n").doubts;
    assert_eq!(doubts[0].place.words(""), "B3");
    assert!(doubts[0].what.contains("`Talk` ends at 19:30"), "{doubts:?}");
    // A number, a department, or a row below it: something is called there.
    for rows in [
        "9,19:30,,END,\n",
        ",19:30,,END,blackout\n",
        ",19:30,,End,\n,19:40,,Load out,\n",
        ",19:30,,The end,\n",
    ] {
        assert!(numbers(&sheet(rows)).contains(' '), "{rows}");
    }
}

#[test]
fn a_length_that_nobody_has_said_is_noted_at_its_cue() {
    let sheet = "#,Time,Dur,What,Notes\n1,19:00,TBC,Talk,in the round\n2,19:30,5:00,Song,\n";
    let imported = import(sheet.as_bytes(), &Options::default()).unwrap();
    let show = parsed(&imported);
    assert_eq!(
        show.cues[CueIx(0)].notes.as_deref(),
        Some("Dur: TBC; 30:00 was assumed\nin the round")
    );
    assert_eq!((show.cues[CueIx(1)].notes.as_deref(), imported.assumed), (None, 1));
}

#[test]
fn a_sum_is_left_out_and_what_may_be_one_is_doubted() {
    let sheet = |last: &str| {
        let sheet = format!("#,Title,Duration\n1,One,0:30:00\n2,Two,1:00:00\n{last}\n");
        import(sheet.as_bytes(), &Options::default()).unwrap()
    };
    for words in ["Total (h:mm:ss)", "Total incl. break", "Gesamt ohne Pause", "TOTAL"] {
        let imported = sheet(&format!(",{words},1:30:00"));
        assert_eq!(parsed(&imported).segments.len(), 2, "{words}");
        assert!(imported.doubts.is_empty(), "{words}: {:?}", imported.doubts);
    }
    for (row, doubts) in [
        (",Total on the day,1:30:00", 1),
        (",Total eclipse,0:05:00", 1),
        ("3,Total eclipse,0:05:00", 0),
        (",The sum of all,0:05:00", 0),
    ] {
        let imported = sheet(row);
        assert_eq!(parsed(&imported).segments.len(), 3, "{row}");
        assert_eq!(imported.doubts.len(), doubts, "{row}: {:?}", imported.doubts);
        let is_there =
            |doubt: &Doubt| doubt.place.words("") == "B4" && doubt.what.contains("may add up");
        assert!(imported.doubts.iter().all(is_there), "{row}: {:?}", imported.doubts);
    }
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
pub(crate) const CELLS: &[&str] = &[
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
            (char::from(b'A' + *at as u8).to_string(), field.parse::<SheetField>().unwrap())
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

/// Words of the cues and segments of random shows.
const WORDS: &[&str] = &[
    "Welcome",
    "=cmd",
    "'=cmd",
    "'quoted'",
    "-5",
    "1.10",
    "Duration",
    "hard start",
    "GO",
    "Größe, 日本",
    "\\\"x\\\"",
    "a | b",
    "with 1",
    "ready",
    "Total",
    "Act: one",
];

/// A random show with words, its notes on several lines, acts and a day.
pub(crate) fn worded() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(prop::sample::select(WORDS), 40);
    let rare = prop::collection::vec(0..10_u8, 40);
    (prop::collection::vec(properties::segment(), 1..5), words, rare, any::<bool>()).prop_map(
        |(segments, words, rare, has_date)| {
            let text = properties::write(&segments);
            let mut nth = 0_usize;
            let mut next = || {
                nth += 1;
                (words[nth % 40], rare[nth * 7 % 40])
            };
            let mut day = 2;
            let lines = text.lines().map(|line| {
                let ((word, rare), (other, _)) = (next(), next());
                match line {
                    "[[segment]]" => {
                        day += 1;
                        line.to_owned()
                    }
                    line if has_date && rare < 3 && line.starts_with("start = ") => {
                        format!("date = 2026-03-{day:02}\n{line}")
                    }
                    "title = \"Random\"" => {
                        let date = if has_date { "\ndate = 2026-03-03" } else { "" };
                        format!("title = \"{word}\"{date}")
                    }
                    line if rare < 3 && line.starts_with("timezone = ") => {
                        "timezone = \"Asia/Kolkata\"".to_owned()
                    }
                    "[department.a]" => format!("{line}\nname = \"Ton; {word}\""),
                    "needs = [\"a\", \"b\"]" if rare < 4 => "needs = [\"b\", \"a\"]".to_owned(),
                    "title = \"S\"" => match rare {
                        3 => format!("title = \"{word}\"\nwarn = \"2m\""),
                        4 => format!("title = \"{word}\"\nwarn = \"2m\"\ndanger = \"65.5s\""),
                        5 => format!("title = \"{word}\"\npublic = false"),
                        0 => format!("title = \"{word}\"\nact = \"{other}\""),
                        1 => format!("title = \"{word}\"\nnotes = \"{other}\\n{word}\""),
                        2 => format!("title = \"{word}\"\ncount = \"up\""),
                        _ => format!("title = \"{word}\""),
                    },
                    "title = \"C\"" => match rare {
                        0 => format!("title = \"{word}\"\ncall = \"{other}\""),
                        1 => format!("title = \"{word}\"\nnotes = \"{other}\\n{word}\""),
                        2 => format!("title = \"{word}\"\nsource = \"live\""),
                        3 => format!("title = \"{word}\"\nsource = \"vt\"\nnotes = \"{other}\""),
                        4 => format!("title = \"{word}\"\ncount = \"up\""),
                        5 => format!("title = \"{word}\"\nembargo = true\nwarn = \"3m\""),
                        6 => format!(
                            "title = \"{word}\"\npublic = false\nextra = {{ \"{other}\" = \"{word}\" }}"
                        ),
                        7 => format!("title = \"{word}\"\npass = \"foh-2\"\ndanger = \"0s\""),
                        8 => format!(
                            "title = \"{word}\"\nnotes = \"{other}\"\nextra = {{ Call = \"{other}\", \"{word}\" = \"x\" }}"
                        ),
                        _ => format!("title = \"{word}\""),
                    },
                    line => line.to_owned(),
                }
            });
            lines.collect::<Vec<_>>().join("\n") + "\n"
        },
    )
}

fn crew(show: &Show) -> Sheet {
    Sheet::of(show, jiff::civil::date(2026, 3, 3), Audience::Crew)
}

/// All that a sheet can hold of a show: everything but what is sent.
fn held(show: &Show) -> Vec<String> {
    let sheet = crew(show);
    let mut held = vec![format!("{} {} {:?}", show.title, show.zone_name, show.date)];
    held.extend(show.departments.iter().map(|one| format!("{} {}", one.id, one.name)));
    for segment in &sheet.segments {
        held.push(format!(
            "{:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?}",
            segment.settings,
            segment.count,
            segment.act,
            segment.title,
            segment.planned,
            segment.hard_start,
            segment.date,
            segment.fixed_end,
            segment.lasts,
            segment.notes
        ));
        for cue in &segment.cues {
            let needs: Vec<&str> = sheet.needed(cue).iter().map(|one| &*one.name).collect();
            let notes = &cue.own_notes;
            // Each export has the columns in the order in which they come in the show.
            let mut extra = cue.extra.clone();
            extra.retain(|(name, _)| name != "Sends to");
            extra.sort_unstable();
            held.push(format!(
                "  {} {extra:?} {:?} {:?} {:?} {:?} {} {:?} {} {:?} {needs:?} {:?} {:?} {notes:?}",
                cue.number,
                cue.settings,
                cue.count,
                cue.planned,
                cue.title,
                cue.source,
                cue.lasts,
                cue.trigger,
                cue.call,
                cue.backup_for,
                cue.steps
            ));
        }
    }
    held
}

fn back(bytes: &[u8]) -> Show {
    let imported = import(bytes, &Options::default()).unwrap();
    assert_eq!(imported.doubts, [], "{:?}", imported.said);
    let text = write::write(&imported, "an export");
    file::parse(&text, "Europe/Paris").unwrap_or_else(|problems| {
        panic!("{}\n{text}", problem::report(&problems, "x", &text, false))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn out_and_in_again_is_the_same_show(text in worded()) {
        let show = file::parse(&text, "UTC").unwrap();
        let workbook = plan::xlsx::write(&crew(&show)).unwrap();
        prop_assert_eq!(held(&show), held(&back(&workbook)), "xlsx");
        // A time of day alone does not say the day.
        let text = text.replace("99:59:59", "23:59:59");
        let show = file::parse(&text, "UTC").unwrap();
        prop_assert_eq!(held(&show), held(&back(plan::csv::write(&crew(&show)).as_bytes())), "csv");
        let ontime = back(plan::ontime::write(&crew(&show)).as_bytes());
        prop_assert_eq!(held(&show), held(&ontime), "ontime");
    }

    #[test]
    fn a_show_is_as_it_was_after_an_update_with_its_own_export(text in worded()) {
        let text = text.replace("99:59:59", "23:59:59");
        let show = file::parse(&text, "UTC").unwrap();
        let crew = crew(&show);
        let (csv, ontime) = (plan::csv::write(&crew), plan::ontime::write(&crew));
        for sheet in [csv.into_bytes(), ontime.into_bytes(), plan::xlsx::write(&crew).unwrap()] {
            let sheet = import(&sheet, &Options::default()).unwrap();
            let mut update = match Update::new(text.clone(), "UTC", sheet) {
                Ok(update) => update,
                Err(refusal) => return Err(TestCaseError::fail(refusal.to_string())),
            };
            let changes = update.take_all();
            prop_assert!(changes.items.is_empty(), "{}", handover::export::diff::text(&changes));
            prop_assert_eq!(update.text(), &text);
            prop_assert_eq!(update.said(), Vec::<String>::new());
        }
    }
}

/// Everything of a cue and a segment that an export says with words.
const SETTINGS: &str = r#"title = "Settings"
timezone = "Europe/Paris"
date = 2026-03-28

[department.snd]
name = "Sound"

[department.lx]
name = "LX"

[[segment]]
title = "One"
duration = "5m"
warn = "2m"
public = false

[[segment.cue]]
number = "1"
title = "Name of the winner"
embargo = true
public = true
pass = "foh"
needs = ["lx", "snd"]

[segment.cue.extra]
"Props list" = "Sword, Cup"
Costume = "x"

[[segment.cue]]
number = "2"
title = "Blackout"
danger = "1m30s"
needs = ["snd", "lx"]
"#;

#[test]
fn embargo_and_all_other_settings_come_back_from_each_form() {
    let show = file::parse(SETTINGS, "UTC").unwrap();
    let csv = plan::csv::write(&crew(&show));
    assert!(csv.contains(",\"embargo, pass foh\",\"Sword, Cup\",x,"), "{csv}");
    assert!(csv.contains(",2026-03-28,snd = Sound; lx = LX\n"), "{csv}");
    let ontime = plan::ontime::write(&crew(&show));
    let workbook = plan::xlsx::write(&crew(&show)).unwrap();
    for sheet in [csv.clone().into_bytes(), ontime.into_bytes(), workbook] {
        let back = back(&sheet);
        assert_eq!(back.date, Some(jiff::civil::date(2026, 3, 28)));
        let departments: Vec<_> =
            back.departments.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
        assert_eq!(departments, [("snd", "Sound"), ("lx", "LX")]);
        let (winner, black) = (back.cue(CueIx(0)), back.cue(CueIx(1)));
        assert!(winner.embargo && winner.public && !black.embargo && !black.public);
        let needs = |cue: &Cue| -> Vec<u16> { cue.needs.iter().map(|one| one.0 as u16).collect() };
        assert_eq!((needs(winner), needs(black)), (vec![1, 0], vec![0, 1]));
        assert_eq!(winner.pass.as_ref().map(|name| name.as_str()), Some("foh"));
        let extra = winner.extra.iter().map(|one| (one.name.as_str(), one.text.as_str()));
        assert_eq!(extra.collect::<Vec<_>>(), [("Props list", "Sword, Cup"), ("Costume", "x")]);
        let seconds = |cue: &Cue| (cue.thresholds.warn.as_secs(), cue.thresholds.danger.as_secs());
        assert_eq!((seconds(winner), seconds(black)), ((120, 10), (120, 90)));
    }
    // A word that is none is said: an embargo with a slip in it is not lost without a word.
    let slip =
        csv.replace("embargo, pass", "embargoed, pass").replace("danger 1:30", "danger 3:00");
    let imported = import(slip.as_bytes(), &Options::default()).unwrap();
    let doubts: Vec<String> = imported
        .doubts
        .iter()
        .map(|doubt| format!("{} {}", doubt.place.words(""), doubt.what))
        .collect();
    assert!(doubts[0].contains("`embargoed` is none of “embargo”"), "{doubts:?}");
    assert!(doubts[1].contains("“danger” would come before “warn”"), "{doubts:?}");
    // Without --all the words of the cue are not there, and the import says why that may be.
    let public = Sheet::of(&show, jiff::civil::date(2026, 3, 28), Audience::Partners);
    let imported = import(plan::csv::write(&public).as_bytes(), &Options::default()).unwrap();
    let said = imported.said.join("\n");
    assert!(said.contains("cue 1 has no title: an export without --all withholds"), "{said}");
    let printed = handover::export::sheet::csv::write(&crew(&show));
    let imported = import(printed.as_bytes(), &Options::default()).unwrap();
    let said = imported.said.join("\n");
    assert!(said.contains("a cue sheet of `handover sheet`, which has no `embargo`"), "{said}");
}

pub(crate) fn handover(args: &[&str], input: &[u8]) -> Output {
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
    assert!(said.contains("durations read as m:ss: 4 of 4 rows agree with “Start”"), "{said}");
    assert!(said.contains("show.toml: 3 segments, 6 cues, 1:31:00"), "{said}");
    // No cue waits for anybody, and no length was assumed.
    assert!(!said.contains("departments") && !said.contains("assumed"), "{said}");
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

/// A show that somebody has worked on.
const WORKED_ON: &str = r#"# Our gala.
title = "Gala"
timezone = "Europe/Paris"

[department.lights]
name = "LX"

[output.desk]
osc = "udp://127.0.0.1:8000"   # the booth

# Doors are open.
[[segment]]
title    = "Welcome"
start    = 20:00:00
duration = "5m"

[[segment.cue]]
number = "1"
title  = "Welcome"
notes  = "LX: Q1"   # as on paper
needs  = ["lights"]

[[segment]]
title    = "Choir"
duration = "10m"

[[segment.cue]]
number  = "2"
title   = "Choir"
do      = [{ output = "desk", osc = "/go" }]
planned = "10s"

[[segment.cue]]
number  = "2.5"
title   = "Blackout"
trigger = { after = "2" }
do      = [{ output = "desk", osc = "/black" }]

[[segment]]
title    = "Speech"
duration = "5m"

[[segment.cue]]
number = "3"
title  = "Speech"
"#;

/// The sheet of an afternoon later: a longer welcome, another title, a solo, and no speech.
const NEWER: &str = "#,Start,Duration,Title,LX,SND,Notes
1,20:00,6:00,Welcome,Q1,,
2,20:06,10:00,Big choir,Q2,,loud
2A,20:16,4:00,Solo,Q3,mic,
";

#[test]
fn a_newer_sheet_changes_what_it_says_and_keeps_the_rest() {
    let house = House::new();
    let show = house.show(WORKED_ON);
    let sheet = house.path("newer.csv");
    fs::write(&sheet, NEWER).unwrap();
    let sheet = sheet.to_str().unwrap();
    // Nobody can be asked: the changes are listed, and nothing is done.
    let listed = handover(&["import", sheet, "--update", &show], b"");
    let said = String::from_utf8(listed.stderr).unwrap();
    assert_eq!(listed.status.code(), Some(0), "{said}");
    for line in [
        "+ department snd",
        "    duration: 5:00 → 6:00",
        "  ~ cue 2 Big choir",
        "+ segment Solo",
        "  - cue 3 Speech",
        "cue 2.5 Blackout is not in the sheet: kept, for it sends something",
        "- segment Speech",
        "8 changes, none of them taken; --yes takes them all",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert_eq!(fs::read_to_string(&show).unwrap(), WORKED_ON);
    let done = handover(&["import", sheet, "--update", &show, "--yes"], b"");
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    let expected = WORKED_ON
        .replace("# Doors", "[department.snd]\nname = \"SND\"\n\n# Doors")
        .replacen("\"5m\"", "\"6m\"", 1)
        .replace("\"Choir\"", "\"Big choir\"")
        .replace(
            "planned = \"10s\"\n",
            "planned = \"10s\"\nnotes   = \"\"\"\nloud\nLX: Q2\"\"\"\nneeds   = [\"lights\"]\n",
        );
    let speech = expected.find("[[segment]]\ntitle    = \"Speech\"").unwrap();
    let solo = "[[segment]]\ntitle = \"Solo\"\nduration = \"4m\"\n\n[[segment.cue]]\nnumber = \"2A\"\ntitle = \"Solo\"\n\
        notes = \"\"\"\nLX: Q3\nSND: mic\"\"\"\nneeds = [\"lights\", \"snd\"]\n";
    let expected = format!("{}{solo}", &expected[..speech]);
    let text = fs::read_to_string(&show).unwrap();
    assert_eq!(text.trim_end(), expected.trim_end(), "{text}\n{said}");
    // The sheet once more says nothing new.
    let again = handover(&["import", sheet, "--update", &show, "--yes"], b"");
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("the sheet says nothing else"), "{said}");
}

#[test]
fn an_export_changes_nothing_in_its_own_show() {
    let text = builtin::find("paris-2024").unwrap().text;
    let show = file::parse(text, "UTC").unwrap();
    let csv = plan::csv::write(&crew(&show));
    let changes = |sheet: &[u8]| {
        let sheet = import(sheet, &Options::default()).unwrap();
        assert_eq!(sheet.doubts, []);
        let mut update = Update::new(text.to_owned(), "UTC", sheet).unwrap();
        let mut changes = 0;
        while let Some(proposal) = update.propose() {
            changes += 1;
            update.take(proposal);
        }
        assert_eq!(update.said(), Vec::<String>::new());
        (changes, update.text().to_owned())
    };
    let ontime = plan::ontime::write(&crew(&show)).into_bytes();
    let workbook = plan::xlsx::write(&crew(&show)).unwrap();
    for sheet in [csv.clone().into_bytes(), ontime, workbook] {
        assert_eq!(changes(&sheet), (0, text.to_owned()));
    }
    // The steps that stay keep their colours.
    let (count, changed) = changes(csv.replacen("Blue; Black", "Azure; Black", 1).as_bytes());
    assert_eq!(count, 1);
    let steps = "[{ title = \"Azure\" }, { title = \"Black\", colour = \"#000000\" }";
    assert!(changed.contains(steps), "{changed}");
}

#[test]
fn each_change_of_a_newer_sheet_is_asked_about() {
    let house = House::new();
    let show = house.show(WORKED_ON);
    let sheet = house.path("newer.csv");
    fs::write(&sheet, NEWER).unwrap();
    let args = ["import", sheet.to_str().unwrap(), "--update", &show];
    let mut program = house.spawn(&args, (120, 36), &[]);
    program.await_written("+ department snd");
    program.await_written("[q]uit: ");
    program.keys("n\r");
    program.await_written("5:00 → 6:00");
    program.keys("what\ry\r");
    program.await_written("~ segment Big choir");
    program.keys("q\r");
    program.await_written("1 change taken, others left");
    let expected = WORKED_ON.replacen("\"5m\"", "\"6m\"", 1);
    assert_eq!(fs::read_to_string(&show).unwrap(), expected);
}

/// Words of random changes of a sheet.
fn changed() -> impl Strategy<Value = String> {
    let cell = prop::sample::select(CELLS);
    let rows = prop::collection::vec((1..9_u8, cell.clone(), cell.clone(), cell), 1..8);
    rows.prop_map(|rows| {
        let rows = rows.into_iter().map(|(number, start, duration, title)| {
            let cells =
                [start, duration, title].map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
            format!("{number},{}\n", cells.join(","))
        });
        format!("#,Start,Duration,Title\n{}", rows.collect::<String>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_sheet_leaves_a_show_that_runs_and_all_that_it_sends(sheet in changed()) {
        let Ok(sheet) = import(sheet.as_bytes(), &Options::default()) else { return Ok(()) };
        let Ok(mut update) = Update::new(WORKED_ON.to_owned(), "UTC", sheet.clone()) else {
            return Ok(());
        };
        while let Some(proposal) = update.propose() {
            update.take(proposal);
        }
        let text = update.text();
        let mut at_once = Update::new(WORKED_ON.to_owned(), "UTC", sheet).unwrap();
        at_once.take_all();
        let listing = |text: &str| Listing::of(&file::parse(text, "UTC").unwrap());
        prop_assert_eq!(listing(text), listing(at_once.text()), "{}\n{}", text, at_once.text());
        let show = file::parse(text, "UTC").unwrap();
        let sends = show.cues.iter().filter(|cue| !cue.actions.is_empty()).count();
        prop_assert_eq!(sends, 2);
        prop_assert!(text.starts_with("# Our gala.") && text.contains("# the booth"), "{}", text);
    }
}

#[test]
fn ten_thousand_rows_are_imported_in_little_memory() {
    let mut sheet = "#,Start,Duration,Title,LX,SND,Notes\n".to_owned();
    for row in 0..10_000 {
        let at = 36_000 + row * 60;
        let (h, m) = (at / 3_600 % 24, at / 60 % 60);
        sheet +=
            &format!("{row},{h:02}:{m:02}:00,1:00,Item {row},LX {row},Mic {row},About {row}\n");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.csv");
    fs::write(&path, sheet).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.arg("import").arg(&path).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    // A pipe does not hold the show file: with its first byte everything is done but writing it.
    out.read_exact(&mut [0]).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    let mut text = vec![];
    out.read_to_end(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(text.len() > 1 << 20 && kib < 100 << 10, "{kib} KiB for {} bytes", text.len());
}

#[test]
fn the_command_says_which_cues_wait_for_departments_and_which_lengths_are_assumed() {
    let sheet = b"#,Time,Dur,What,LX,Big Screen\n1,19:00,TBC,Talk,1,\n2,19:30,5:00,Song,2,3\n3,19:35,1:00,Bow,,\n";
    let done = handover(&["import", "-"], sheet);
    let said = String::from_utf8(done.stderr).unwrap();
    for words in [
        "2 of 3 cues wait for departments: s warns them",
        "take `needs` out of those cues, or import with --map LX=extra for each column",
        "the length of 1 cue was assumed, and its notes say so",
    ] {
        assert!(said.contains(words), "no {words}:\n{said}");
    }
    let maps = ["import", "-", "--map", "LX=extra", "--map", "Big Screen=extra"];
    let said = String::from_utf8(handover(&maps, sheet).stderr).unwrap();
    assert!(!said.contains("departments"), "{said}");
}

#[test]
fn a_run_sheet_that_is_opened_is_imported_if_the_caller_wants_it() {
    let house = House::new();
    let (sheet, show) = (house.path("gala.csv"), house.path("gala.toml"));
    fs::write(&sheet, fs::read(folder().join("sessions.csv")).unwrap()).unwrap();
    let sheet = sheet.to_str().unwrap();
    // Nobody can be asked.
    let refused = handover(&["--rehearse", sheet], b"");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("is a run sheet: make a show file of it with `handover import"),
        "{said}"
    );
    let mut program = house.spawn(&["--rehearse", sheet], (120, 36), &[]);
    program.await_written("and open it? [y]es, [n]o: ");
    program.keys("n\r");
    program.await_written("nothing was imported");
    assert!(!show.exists());
    let mut program = house.spawn(&["--rehearse", sheet], (120, 36), &[]);
    program.await_written("4 of 4 rows agree with “Start”");
    program.await_written("and open it? [y]es, [n]o: ");
    program.keys("y\r");
    program.await_open();
    let text = fs::read_to_string(&show).unwrap();
    assert_eq!(file::parse(&text, "UTC").unwrap().cues.len(), 6);
    // Nor is it run where it is only to be edited.
    fs::remove_file(&show).unwrap();
    let mut editor = house.spawn(&["edit", sheet], (120, 36), &[]);
    editor.await_written("and open it? [y]es, [n]o: ");
    editor.keys("y\r");
    editor.await_words(&[" EDIT "]);
    assert!(show.exists());
    // It is never written over.
    fs::write(&show, "mine").unwrap();
    let refused = handover(&["--rehearse", sheet], b"");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("stands beside it: open that one, or bring the sheet into it"), "{said}");
    assert_eq!(fs::read_to_string(&show).unwrap(), "mine");
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

#[test]
fn an_option_for_durations_is_only_named_where_it_decides() {
    let said = |cells: [&str; 2], durations: Durations| {
        let sheet = format!("#,Title,Duration\n1,A,{}\n2,B,{}\n", cells[0], cells[1]);
        let options = Options { durations: Some(durations), ..Options::default() };
        import(sheet.as_bytes(), &options).unwrap().said.join("\n")
    };
    let assumed = "(assumed, for no start times tell; --durations says otherwise)";
    let clocks = said(["5:00", "7:30"], Durations::Minutes);
    assert!(clocks.contains(&format!("durations read as m:ss {assumed}")), "{clocks}");
    let idle = "--durations minutes changes nothing: no cell has numbers without a unit";
    assert!(clocks.contains(idle), "{clocks}");
    let bare = said(["5", "10"], Durations::HoursMinutes);
    assert!(bare.contains(&format!("durations read as minutes {assumed}")), "{bare}");
    assert!(bare.contains("--durations h:mm changes nothing"), "{bare}");
    let both = said(["5:00", "10"], Durations::Seconds);
    let words =
        format!("durations read as m:ss {assumed}, numbers without a unit as seconds (as you say)");
    assert!(both.contains(&words) && !both.contains("nothing"), "{both}");
}
