//! The page against the report that it was made from, and against texts that would be more than
//! texts.

use jiff::Timestamp;
use proptest::prelude::*;

use super::write;
use crate::export::asrun::{AsRun, EMBARGOED};
use crate::export::testing::{MarkupPiece, read, texts, values};
use crate::export::tests::{evening, report, with_people};
use crate::export::{chart, layout};

/// The rows of the rundown, as their pieces.
fn rows(page: &[MarkupPiece]) -> Vec<Vec<MarkupPiece>> {
    let is_rundown = |piece: &MarkupPiece| {
        matches!(piece, MarkupPiece::Open(name, attributes)
        if name == "table" && attributes.iter().any(|(_, value)| value == "rundown"))
    };
    let from = page.iter().position(is_rundown).expect("a rundown");
    let until = page[from..]
        .iter()
        .position(|piece| *piece == MarkupPiece::Close("table".into()))
        .expect("its end");
    let body = &page[from..from + until];
    let is_row = |piece: &&MarkupPiece| matches!(piece, MarkupPiece::Open(name, _) if name == "tr");
    let starts: Vec<_> =
        body.iter().enumerate().filter(|(_, piece)| is_row(piece)).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([body.len()]);
    // The first is the head.
    starts.iter().zip(ends).skip(1).map(|(&from, until)| body[from..until].to_vec()).collect()
}

fn instants(row: &[MarkupPiece]) -> Vec<Timestamp> {
    values(row, "time", "datetime").iter().map(|text| text.parse().expect("RFC 3339")).collect()
}

fn seconds(row: &[MarkupPiece]) -> Vec<f64> {
    let exact = values(row, "span", "title");
    exact
        .iter()
        .map(|text| text.strip_suffix(" s").and_then(|text| text.parse().ok()).expect("seconds"))
        .collect()
}

#[test]
fn every_time_and_number_is_the_reports() {
    let run = report(evening());
    let rows = rows(&read(&write(&run)));
    let mut rows = rows.iter();
    let s = |ms: i64| ms as f64 / 1000.0;
    for segment in &run.segments {
        let row = rows.next().expect("a row for each segment");
        let times = [&segment.planned_start, &segment.actual_start]
            .into_iter()
            .flatten()
            .map(|at| at.timestamp());
        assert_eq!(instants(row), times.collect::<Vec<_>>());
        let lengths = [
            Some(segment.planned_ms as i64),
            segment.actual_ms.map(|ms| ms as i64),
            segment.difference_ms,
        ];
        assert_eq!(seconds(row), lengths.into_iter().flatten().map(s).collect::<Vec<_>>());
        assert!(texts(row, "th", None)[0].starts_with(&segment.title));
        assert_eq!(texts(row, "td", Some("words")), [layout::plain(&segment.note())]);
        for cue in &segment.cues {
            let row = rows.next().expect("a row for each firing");
            let times = [&cue.planned_start, &cue.actual_start]
                .into_iter()
                .flatten()
                .map(|at| at.timestamp());
            assert_eq!(instants(row), times.collect::<Vec<_>>(), "{}", cue.number);
            let is_instant = cue.actual_ms == Some(0) && cue.planned_ms.is_none();
            let actual = cue.actual_ms.map(|ms| ms as i64).filter(|_| !is_instant);
            let lengths = [cue.planned_ms.map(|ms| ms as i64), actual, cue.difference_ms];
            assert_eq!(
                seconds(row),
                lengths.into_iter().flatten().map(s).collect::<Vec<_>>(),
                "{}",
                cue.number
            );
            assert_eq!(texts(row, "th", None).concat(), cue.number);
            assert_eq!(
                texts(row, "td", Some("cause")),
                [cue.cause.map_or("", |cause| cause.word())]
            );
            assert!(texts(row, "td", Some("outcome"))[0].ends_with(cue.outcome.words()));
        }
    }
    assert!(rows.next().is_none());
}

#[test]
fn the_page_says_what_became_of_the_evening() {
    let text = write(&report(evening()));
    let page = read(&text);
    assert_eq!(texts(&page, "span", Some("badge")), ["LIVE"]);
    let facts = texts(&page, "dl", None).concat();
    for words in [
        "Europe/Paris",
        "unfinished",
        "0:10, in 1 hold",
        "1 time, at 23:59:10",
        "0:20, from 00:00:20 +1",
    ] {
        assert!(facts.contains(words), "no {words:?} in {facts}");
    }
    let section = |class: &str| texts(&page, "section", Some(class)).concat();
    assert!(
        section("gaps").contains("Doves× skipped") && section("gaps").contains(EMBARGOED),
        "{}",
        section("gaps")
    );
    assert!(section("lost").contains("lights: failed: no route, to host"), "{}", section("lost"));
    assert!(
        section("notes").contains("wind \"7\", gusts to 9") && section("notes").contains("-7 °C")
    );
    assert!(!text.contains("The secret guest"), "a title under embargo");
    assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("src="));
    let policy = values(&page, "meta", "content");
    assert!(
        policy.contains(&"default-src 'none'; style-src 'unsafe-inline'; img-src data:".to_owned())
    );
}

#[test]
fn who_was_spotted_stands_on_the_page() {
    let run = with_people();
    let page = read(&write(&run));
    assert_eq!(
        texts(&page, "section", Some("spotted")).concat(),
        "SpottedNameRoleSpotted atNotes\
         Lady Gagaperformer00:01:01 +1, 00:01:04 +1by la\
         引き Dogg–00:01:05 +1 row \"4\", left\
         c00:01:10 +1"
    );
}

#[test]
fn a_section_without_rows_is_not_there() {
    let mut run = report(evening());
    run.notes.clear();
    run.segments.truncate(1);
    run.segments[0].cues.truncate(2);
    run.segments[0].cues.iter_mut().for_each(|cue| cue.lost.clear());
    let page = read(&write(&run));
    assert_eq!(texts(&page, "h2", None), ["Planned and actual", "Rundown"]);
}

/// A text as an enemy would have it.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("</title></style></svg>".to_owned()),
        Just("]]>--><!--<![CDATA[".to_owned()),
        Just("\" onload=\"x".to_owned()),
        Just("&lt;&amp".to_owned()),
        "[<>&\"'/=a-z \u{0}\u{7}\u{1b}\n\u{85}\u{202e}\u{fffe}\u{fdd0}é引\u{301}]{0,12}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// Puts texts, in turn, wherever a report holds free text.
fn stuff(run: &mut AsRun, texts: &[String]) {
    let mut next = texts.iter().cycle().cloned();
    let mut put = |text: &mut String| next.next().into_iter().for_each(|one| *text = one);
    [&mut run.show, &mut run.run, &mut run.zone_name].into_iter().for_each(&mut put);
    for segment in &mut run.segments {
        put(&mut segment.title);
        segment.remarks.iter_mut().for_each(&mut put);
        for cue in &mut segment.cues {
            [&mut cue.number, &mut cue.title].into_iter().for_each(&mut put);
            cue.remarks.iter_mut().for_each(&mut put);
            for lost in &mut cue.lost {
                put(&mut lost.output);
                lost.error.iter_mut().for_each(&mut put);
            }
        }
    }
    for row in &mut run.spotted {
        put(&mut row.name);
        row.role.iter_mut().for_each(&mut put);
        row.notes.iter_mut().for_each(|note| put(&mut note.text));
    }
    for note in &mut run.notes {
        note.cue.iter_mut().for_each(&mut put);
        put(&mut note.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a show, a note or a server says, the page has the elements that it would have had
    /// without.
    #[test]
    fn no_text_is_more_than_a_text(texts_of in prop::collection::vec(hostile(), 1..9)) {
        let mut run = with_people();
        stuff(&mut run, &texts_of);
        let page = read(&write(&run));
        let svg = read(&chart::write(&run));
        let shown = |text: &str| -> String {
            let is_character = |c: &char| !matches!(u32::from(*c), 0xfdd0..=0xfdef) && u32::from(*c) & 0xfffe != 0xfffe;
            layout::plain(&text.chars().filter(is_character).collect::<String>())
        };
        let titles: Vec<_> = run.cues().map(|cue| shown(&cue.title)).collect();
        let read_back: Vec<_> = rows(&page).iter().filter(|row| values(row, "th", "scope") == ["row"])
            .map(|row| texts(row, "td", Some("words"))[0].trim().to_owned()).collect();
        prop_assert_eq!(read_back, titles);
        prop_assert_eq!(texts(&page, "h1", None).concat(), shown(&run.show));
        prop_assert!(texts(&svg, "title", None)[0].starts_with(&shown(&run.show)));
        let style = texts(&page, "style", None);
        prop_assert!(style.len() == 1 && style[0].contains("@bottom-right"), "the style sheet ends where it should");
    }
}
