//! The evening's chart with every place computed by hand, and pictures of shows that are hardly
//! there.

use super::{inline, write};
use crate::engine::Event;
use crate::export::asrun::AsRun;
use crate::export::testing::{MarkupPiece, read, texts, values};
use crate::export::tests::{completed, ended, evening, records, report, run_started, show, step};

/// Place and size of the bars of a class that lie below the legend.
fn bars(svg: &[MarkupPiece], class: &str) -> Vec<[String; 3]> {
    let of = |piece: &MarkupPiece| match piece {
        MarkupPiece::Open(name, attributes) if name == "rect" => {
            let value = |name: &str| {
                attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
            };
            (value("class")? == class)
                .then(|| [value("x"), value("y"), value("width")].map(Option::unwrap_or_default))
        }
        _ => None,
    };
    let below = |bar: &[String; 3]| bar[1].parse::<f64>().is_ok_and(|y| y > 30.0);
    svg.iter().filter_map(of).filter(below).collect()
}

fn paths(svg: &[MarkupPiece], class: &str) -> Vec<String> {
    let of = |piece: &MarkupPiece| match piece {
        MarkupPiece::Open(name, attributes) if name == "path" => {
            let has = attributes.iter().any(|(name, value)| name == "class" && value == class);
            has.then(|| {
                attributes.iter().find(|(name, _)| name == "d").map(|(_, value)| value.clone())
            })
            .flatten()
        }
        _ => None,
    };
    svg.iter().filter_map(of).collect()
}

fn finished() -> Vec<(u64, Event)> {
    let end = [step(4, 661_000), step(5, 670_000), completed("12", 670_000), ended(2, 670_000)];
    [evening(), end.to_vec(), vec![(670_400, Event::RunEnded { over_ns: 10_000_000_000 })]].concat()
}

/// The clock of the chart goes from 23:58:00, the plan's beginning, to 00:01:00, where plan and
/// records end: 180 s on 650 pixels, which begin at 270. A second is 3.611 pixels.
#[test]
fn bars_stand_where_a_ruler_says() {
    let svg = read(&inline(&report(evening())));
    let row = |x: &str, y: &str, width: &str| [x.to_owned(), y.to_owned(), width.to_owned()];
    // Planned: from 0 s for 120 s, and from 120 s for 60 s.
    assert_eq!(
        bars(&svg, "planned"),
        [row("270.0", "80.0", "433.3"), row("703.3", "120.0", "216.7")]
    );
    // Actual: from 2.5 s for 118 s; from 120.5 s, still running at 180 s.
    assert_eq!(
        bars(&svg, "actual"),
        [row("279.0", "95.0", "426.1"), row("705.1", "135.0", "214.9")]
    );
    assert!(bars(&svg, "over").is_empty());
    assert_eq!(paths(&svg, "open").len(), 1, "the second still runs");
    // Without a program from 140 s to 160 s; panic at 70 s.
    assert_eq!(bars(&svg, "down"), [row("775.6", "66", "72.2")]);
    assert!(
        paths(&svg, "panic").contains(&"M522.8 66V154".to_owned()),
        "{:?}",
        paths(&svg, "panic")
    );
    // Half minutes: 23:58:00 to 00:01:00.
    let ticks = [
        "23:58:00",
        "23:58:30",
        "23:59:00",
        "23:59:30",
        "00:00:00 +1",
        "00:00:30 +1",
        "00:01:00 +1",
    ];
    assert_eq!(texts(&svg, "text", Some("tick")), ticks);
    // One hard start in the plan, one in the legend.
    assert_eq!(paths(&svg, "hard").len(), 2);
    // Cues of the second segment fired at 120.5, 170 and 176.75 s.
    let marks = paths(&svg, "mark");
    assert_eq!(
        marks.last().map(String::as_str),
        Some("M705.1 135.0v12M883.9 135.0v12M908.3 135.0v12")
    );
}

/// A finished evening's clock ends at 00:01:10: 190 s on 650 pixels.
#[test]
fn what_is_longer_than_planned_is_hatched_and_said() {
    let svg = read(&inline(&report(finished())));
    let row = |x: &str, y: &str, width: &str| [x.to_owned(), y.to_owned(), width.to_owned()];
    // From 120.5 s: 60 s as planned, then 9.5 s more.
    assert_eq!(bars(&svg, "actual")[1], row("682.2", "135.0", "205.3"));
    assert_eq!(bars(&svg, "over"), [row("887.5", "135.0", "32.5")]);
    assert_eq!(bars(&svg, "hatched"), bars(&svg, "over"));
    let figures = texts(&svg, "text", Some("late"));
    assert_eq!(figures, ["00:00:00 +1", "1:10", "+0:10 over"]);
    // The curve: 2.5 s late at the first start, 0.5 s at the second, 10 s at the end; 30 s would be
    // 84 pixels.
    assert_eq!(paths(&svg, "curve"), ["M278.6 271.0L682.2 276.6L920.0 250.0"]);
    assert_eq!(texts(&svg, "text", Some("point")), ["+0:02", "+0:10"]);
    let words = texts(&svg, "desc", None).concat();
    assert!(
        words.contains("The show ended +0:10 over.") && words.contains("The jump: +0:10 over."),
        "{words}"
    );
}

#[test]
fn the_legend_has_what_the_picture_has() {
    let words = |run: &AsRun| texts(&read(&inline(run)), "text", Some("quiet")).join(" ");
    let unfinished = words(&report(evening()));
    for word in ["planned", "actual", "hard start", "cue fired", "panic", "program down"] {
        assert!(unfinished.contains(word), "no {word} in {unfinished}");
    }
    assert!(!unfinished.contains("longer than planned") && !unfinished.contains("gap"));
    assert!(words(&report(finished())).contains("longer than planned"));
    let gap = show(
        "title = \"G\"\ndate = 2024-08-11\n[[segment]]\ntitle = \"A\"\nstart = 20:00:00\nduration = \"1m\"\n\
         [[segment]]\ntitle = \"B\"\nstart = 20:01:30\nduration = \"30s\"\n",
    );
    let svg = read(&inline(&AsRun::from(&gap, "x", &records(vec![(0, run_started())]))));
    // From 60 s to 90 s of 120 s on 650 pixels.
    assert!(
        paths(&svg, "gap").contains(&"M595.0 86.0H757.5".to_owned()),
        "{:?}",
        paths(&svg, "gap")
    );
    assert!(texts(&svg, "title", None).contains(&"gap of 0:30 in the plan".to_owned()));
}

#[test]
fn a_run_of_which_nothing_is_known_says_so() {
    let text = "title = \"Floating\"\n[[segment]]\ntitle = \"A\"\nduration = \"1m\"\n";
    let floating = show(text);
    for records in [vec![], records(vec![(0, run_started())])] {
        let svg = read(&write(&AsRun::from(&floating, "x", &records)));
        assert!(texts(&svg, "text", None).concat().contains("nothing to draw yet"));
    }
}

/// A file of its own is XML and has its looks with it; in a page neither stands there twice.
#[test]
fn the_picture_alone_brings_what_it_needs() {
    let run = report(evening());
    let (alone, within) = (write(&run), inline(&run));
    assert!(alone.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""
    ));
    assert!(alone.contains("<style>") && !within.contains("<style>") && !within.contains("http:"));
    let svg = read(&alone);
    assert_eq!(values(&svg, "svg", "role"), ["img"]);
    assert_eq!(values(&svg, "svg", "aria-describedby"), values(&svg, "desc", "id"));
    assert_eq!(
        texts(&svg, "title", None)[0],
        "Die Übergabe, \"Paris to L. A.\": planned and actual"
    );
}

#[test]
fn many_segments_make_a_higher_picture_and_no_thinner_bars() {
    let segment = |at: usize| format!("[[segment]]\ntitle = \"S{at}\"\nduration = \"1m\"\n");
    let text = (0..300).map(segment).collect::<String>().replacen(
        "duration",
        "start = 20:00:00\nduration",
        1,
    );
    let show = show(&format!("title = \"Long\"\ndate = 2024-08-11\n{text}"));
    let svg = read(&write(&AsRun::from(&show, "x", &records(vec![(0, run_started())]))));
    let bars = bars(&svg, "planned");
    assert_eq!(bars.len(), 300);
    // 650 pixels for 300 minutes leave 2.2 for one; rows stand 34 apart.
    assert!(bars.iter().all(|bar| bar[2] == "2.2"), "{bars:?}");
    assert_eq!((bars[0][1].as_str(), bars[299][1].as_str()), ("77.0", "10243.0"));
    assert!(texts(&svg, "text", Some("tick")).len() <= 10);
}
