//! One small show in all four forms, by hand, and what none of them may say.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use jiff::Timestamp;
use jiff::civil::date;

use super::{csv, ics, ontime, xlsx};
use crate::export::sheet::{Audience, Sheet};
use crate::export::tests::show;

const SHOW: &str = r##"
title = "A small show"
date = 2024-08-11
timezone = "Europe/Paris"
[department.stunts]
name = "Stunts"
colour = "red"
[department.sound]
name = "Ton & Mikros"
colour = "#f0f0f0"
[department.unused]
[output.lights]
osc = "udp://127.0.0.1:8000"

[[segment]]
title = "Opening"
start = 23:58:00
duration = "2m30s"
notes = "Doors shut"
[[segment.cue]]
number = "1"
title = "=House lights"
call = "Lights: GO"
planned = "10s"
needs = ["stunts", "sound"]
do = [{ output = "lights", osc = "/a" }]
[[segment.cue]]
number = "2"
title = "Titles"
source = "vt"
duration = "45s"
trigger = { with = "1", delay = "1.5s" }
[[segment.cue]]
number = "3"
title = "SECRET jump"
call = "SECRET"
source = "live"
embargo = true
planned = "1m"
needs = ["stunts"]
notes = "SECRET wind, 8 m/s"
steps = [{ title = "SECRET rope" }]
[[segment.cue]]
number = "3A"
title = "SECRET, played in"
backup_for = "3"
[[segment.cue]]
number = "3B"
title = "SECRET spare"
public = false

[[segment]]
title = "After midnight"
duration = "1m"
warn = "20s"
[[segment.cue]]
number = "4"
title = "After midnight"
notes = "Bells; all of them"
trigger = { into = "0s" }
"##;

fn sheet(text: &str, audience: Audience) -> Sheet {
    Sheet::of(&show(text), date(2026, 1, 1), audience)
}

fn partners() -> Sheet {
    sheet(SHOW, Audience::Partners)
}

/// The cells of a workbook.
fn cells(bytes: Vec<u8>) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range("Rundown").unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Cue 2 comes 1.5 s after 23:58:10, the second segment 2:30 after 23:58:00.
#[test]
fn the_csv_by_hand() {
    let expected = "\
Cue,Title,Start,Duration,Lasts,Trigger,Call,Stunts,Ton & Mikros,Source,Sends to,Settings,Notes,Show,Time zone,Date,Departments
,Opening,23:58:00,0:02:30,,hard start,,,,,,,Doors shut,A small show,Europe/Paris,2024-08-11,stunts = Stunts; sound = Ton & Mikros; unused = unused
1,'=House lights,23:58:10,,,GO,Lights: GO,ready,ready,,lights,,,,,,
2,Titles,23:58:11.5,,0:00:45,with 1 +1.5s,,,,VT,,,,,,,
3,—,23:59:00,,,,,,,,,,,,,,
,After midnight,00:00:30,0:01:00,,,,,,,,warn 0:20,,,,,
4,After midnight,00:00:30,,,into +0:00,,,,,,,Bells; all of them,,,,
";
    let written = csv::write(&partners());
    assert_eq!(written, expected, "\n{written}");
    let all = csv::write(&sheet(SHOW, Audience::Crew));
    let line = "3,SECRET jump,23:59:00,,,GO,SECRET,ready,,live,SECRET rope,,,embargo,\"SECRET wind, 8 m/s\",,,,\n";
    assert!(all.contains(line), "{all}");
    assert!(
        all.contains(
            ",Source,Steps,Backup for,Sends to,Settings,Notes,Show,Time zone,Date,Departments\n"
        ),
        "{all}"
    );
    let floating =
        SHOW.replace("start = 23:58:00\n", "").replace("{ into = \"0s\" }", "{ at = 00:01:00 }");
    let floating = csv::write(&sheet(&floating, Audience::Partners));
    assert!(floating.starts_with("Cue,Title,From start,Duration,"), "{floating}");
    assert!(floating.contains("\n2,Titles,0:00:11.5,,0:00:45,"), "{floating}");
    assert!(floating.contains("\n4,After midnight,,,,at 00:01:00,"), "{floating}");
}

/// Day 45515 is 2024-08-11: 1900-01-01 is day 1 and 1900 counts as a leap year.
#[test]
fn the_workbook_has_the_same_words_and_real_times() {
    let rows = cells(xlsx::write(&partners()).unwrap());
    let csv = csv::write(&partners());
    assert_eq!(rows.len(), csv.lines().count());
    let words = |row: &[Data]| -> Vec<String> {
        row.iter()
            .map(|cell| match cell {
                Data::String(words) => words.clone(),
                _ => String::new(),
            })
            .collect()
    };
    assert_eq!(words(&rows[0]).join(","), csv.lines().next().unwrap());
    assert_eq!(words(&rows[2])[..2], ["1", "=House lights"]);
    assert_eq!(words(&rows[4])[..2], ["3", "—"]);
    assert!(words(&rows[4])[2..].iter().all(String::is_empty), "{:?}", rows[4]);
    let number = |cell: &Data| match cell {
        Data::DateTime(at) => at.as_f64(),
        Data::Float(number) => *number,
        other => panic!("{other:?}"),
    };
    let is =
        |cell: &Data, days: f64| assert!((number(cell) - days).abs() < 1e-8, "{cell:?} {days}");
    is(&rows[1][2], 45_515.0 + (23.0 * 3600.0 + 58.0 * 60.0) / 86_400.0);
    is(&rows[1][3], 150.0 / 86_400.0);
    is(&rows[3][4], 45.0 / 86_400.0);
    is(&rows[3][2], 45_515.0 + (23.0 * 3600.0 + 58.0 * 60.0 + 11.5) / 86_400.0);
    is(&rows[5][2], 45_516.0 + 30.0 / 86_400.0);
    // Without a date times count from midnight of the first day.
    let undated = SHOW.replace("date = 2024-08-11\n", "");
    let rows = cells(xlsx::write(&sheet(&undated, Audience::Partners)).unwrap());
    is(&rows[1][2], (23.0 * 3600.0 + 58.0 * 60.0) / 86_400.0);
    is(&rows[5][2], 1.0 + 30.0 / 86_400.0);
}

/// In August Paris is two hours ahead of UTC.
#[test]
fn the_calendar_by_hand() {
    let long = SHOW.replace(
        "Doors shut",
        "Türen zu; dann, \\\\ und wieder auf — 引き継ぎ式典引き継ぎ式典引き継ぎ",
    );
    let written = ics::write(&sheet(&long, Audience::Partners), Timestamp::UNIX_EPOCH).unwrap();
    let physical: Vec<&str> = written.split("\r\n").collect();
    assert!(physical.iter().all(|line| line.len() <= 75 && !line.contains(['\n', '\r'])));
    assert!(written.ends_with("END:VCALENDAR\r\n"));
    let lines = written.replace("\r\n ", "");
    let lines: Vec<&str> = lines.split_terminator("\r\n").collect();
    let of = |name: &str| -> Vec<&str> {
        lines.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).collect()
    };
    assert_eq!(of("DTSTART"), ["20240811T215800Z", "20240811T220030Z"]);
    assert_eq!(of("DTEND"), ["20240811T220030Z", "20240811T220130Z"]);
    assert_eq!(of("DTSTAMP"), ["19700101T000000Z"; 2]);
    assert_eq!(of("SUMMARY"), ["Opening", "After midnight"]);
    assert_eq!(
        of("DESCRIPTION")[0],
        "Türen zu\\; dann\\, \\\\ und wieder auf — 引き継ぎ式典引き継ぎ式典引き継ぎ\\n\
         23:58:10  1  =House lights\\n23:58:11  2  Titles (VT)\\n23:59:00  3  —"
    );
    let uids = of("UID");
    assert!(uids[0] != uids[1], "{uids:?}");
    // They stay when a segment comes in front, and an event without length has no end.
    let more = SHOW.replacen(
        "[[segment]]",
        "[[segment]]\ntitle = \"Doors\"\nduration = \"0s\"\n[[segment]]",
        1,
    );
    let written = ics::write(&sheet(&more, Audience::Partners), Timestamp::UNIX_EPOCH).unwrap();
    assert!(uids.iter().all(|uid| written.contains(&format!("UID:{uid}\r\n"))), "{written}");
    assert_eq!(written.matches("DTSTART").count(), 3);
    assert_eq!(written.matches("DTEND").count(), 2);
    let floating = SHOW.replace("start = 23:58:00\n", "");
    assert_eq!(ics::write(&sheet(&floating, Audience::Partners), Timestamp::UNIX_EPOCH), None);
}

#[test]
fn the_ontime_project_by_hand() {
    let project: serde_json::Value = serde_json::from_str(&ontime::write(&partners())).unwrap();
    // Ontime 4.11's own parsers report each of these that is not there.
    for part in ["project", "settings", "viewSettings", "urlPresets", "customFields", "automation"]
    {
        assert!(!project[part].is_null(), "{part}");
    }
    assert_eq!(project["settings"]["version"], "4.11.0");
    let rundown = &project["rundowns"]["default"];
    let entries: Vec<&serde_json::Value> = rundown["order"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| &rundown["entries"][id.as_str().unwrap()])
        .collect();
    assert_eq!(rundown["order"], rundown["flatOrder"]);
    assert_eq!(rundown["entries"].as_object().unwrap().len(), entries.len());
    let told: Vec<_> = entries
        .iter()
        .map(|one| format!("{} {} {}", one["type"], one["cue"], one["title"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "event  Opening",
            "milestone 1 =House lights",
            "milestone 2 Titles",
            "milestone 3 —",
            "event 4 After midnight",
        ]
    );
    let opening = entries[0];
    assert_eq!(opening["timeStart"], 23 * 3_600_000 + 58 * 60_000);
    assert_eq!(opening["timeEnd"], 30_000);
    assert_eq!((&opening["duration"], &opening["linkStart"]), (&150_000.into(), &false.into()));
    let after = entries[4];
    assert_eq!((&after["timeStart"], &after["dayOffset"]), (&30_000.into(), &1.into()));
    assert_eq!((&after["linkStart"], &after["timeWarning"]), (&true.into(), &20_000.into()));
    assert_eq!(after["note"], "into +0:00\nBells; all of them");
    assert_eq!(entries[1]["note"], "planned 23:58:10\n“Lights: GO”");
    assert_eq!(
        entries[1]["custom"],
        serde_json::json!({ "Stunts": "ready", "Ton_Mikros": "ready" })
    );
    assert_eq!(entries[3]["note"], "planned 23:59:00");
    assert_eq!(opening["note"], "hard start\nDoors shut");
    assert_eq!(project["project"]["description"], "Written by handover export");
    let fields = project["customFields"].as_object().unwrap();
    assert_eq!(fields["Ton_Mikros"]["label"], "Ton Mikros");
    assert_eq!(fields["Ton_Mikros"]["colour"], "#f0f0f0");
}

#[test]
fn what_is_under_embargo_or_not_public_is_in_none_of_them() {
    let partners = partners();
    let workbook = format!("{:?}", cells(xlsx::write(&partners).unwrap()));
    let calendar = ics::write(&partners, Timestamp::UNIX_EPOCH).unwrap().replace("\r\n ", "");
    let forms = [csv::write(&partners), ontime::write(&partners), workbook, calendar];
    for form in &forms {
        assert!(
            !form.contains("SECRET") && !form.contains("3A") && !form.contains(" rope"),
            "{form}"
        );
        assert!(form.contains("Titles") && form.contains('—'), "{form}");
    }
    let all = sheet(SHOW, Audience::Crew);
    let workbook = format!("{:?}", cells(xlsx::write(&all).unwrap()));
    for form in [csv::write(&all), ontime::write(&all), workbook] {
        assert!(
            ["SECRET jump", "SECRET rope", "3A", "3B"].iter().all(|word| form.contains(word)),
            "{form}"
        );
    }
}
