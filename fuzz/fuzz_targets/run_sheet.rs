//! Any bytes as a run sheet, through each reader: as they are (CSV, JSON, a workbook), or as a sheet
//! inside a workbook that is whole. What is imported has to be a show.

#![no_main]

use std::io::{Cursor, Write as _};

use handover::sheet::columns::SheetField;
use handover::sheet::{Options, import, write};
use libfuzzer_sys::fuzz_target;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const WORKBOOK: &str = r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const ROOT: &str = r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const RELATIONS: &str = r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a file");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// Fields that columns are said to be: a letter and a field of each byte.
fn map(bytes: [u8; 3]) -> Vec<(String, SheetField)> {
    const FIELDS: [&str; 7] = ["number", "title", "start", "end", "duration", "act", "department"];
    let one = |byte: &u8| {
        let field = FIELDS.get(usize::from(byte % 8))?.parse().ok()?;
        Some((char::from(b'A' + byte / 32).to_string(), field))
    };
    bytes.iter().filter_map(one).collect()
}

fuzz_target!(|data: &[u8]| {
    let Some((&[reader, a, b, c], data)) = data.split_first_chunk() else { return };
    let bytes = match reader % 3 {
        0 => data.to_vec(),
        1 => zipped(&[("content.xml", data)]),
        _ => zipped(&[
            ("_rels/.rels", ROOT.as_bytes()),
            ("xl/workbook.xml", WORKBOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
            ("xl/worksheets/sheet1.xml", data),
        ]),
    };
    // Half of all inputs say what columns are for.
    let map = if reader < 128 { map([a, b, c]) } else { vec![] };
    if let Ok(show) = import(&bytes, &Options { map, ..Options::default() }) {
        let text = write::write(&show, "a sheet");
        // A show may have too many segments; whatever else is wrong with it is our fault.
        if show.segments.len() <= 10_000 {
            handover::show::file::parse(&text, "UTC").expect("an imported show runs");
        }
    }
});
