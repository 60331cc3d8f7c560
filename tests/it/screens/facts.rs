//! The fourteen facts of the night, each seen on the screen while the program calls the built-in
//! shows by itself.
//!
//! Every row of [`FACTS`] names the fact, the page, and what has to stand on that page at one
//! moment. A fact that is not seen fails with the page where it was looked for; with `--nocapture`
//! the test tells where and when each was.

use std::collections::HashMap;
use std::time::Duration;

use handover::app::Page;
use handover::engine::RunNs;
use handover::show::{builtin, file};

use super::stage::Run;

/// Something to be seen: the fact, the cue that was fired last, the page, the words that stand
/// there at one moment.
type Fact = (u8, &'static str, Page, &'static [&'static str]);

/// Facts that the night in Paris shows.
const FACTS: &[Fact] = &[
    (
        1,
        "19",
        Page::Run,
        &[
            "Paris 2024 → LA28",
            "Paris 23:",
            "Los Angeles 14:",
            "From hand to hand: Paris to Los Angeles",
        ],
    ),
    (
        1,
        "19",
        Page::Monitor,
        &[
            "┏ ✓ 1 ━",
            "The mayor of Paris",
            "gives it up",
            "┌ ● 3 ─",
            "The mayor of Los",
            "Angeles receives it",
        ],
    ),
    (2, "23", Page::Run, &["STANDBY 24 Tom Cruise: off the roof", "Stunts", "Rigging", "Medical"]),
    (
        2,
        "24",
        Page::Monitor,
        &[
            "24 Tom Cruise: off the roof",
            "live",
            "62, and he does his own stunts",
            "46 m",
            "fallen",
            "↓",
        ],
    ),
    (2, "24.5", Page::Run, &["24A Jump called off: out", "backup 24"]),
    (3, "25", Page::Log, &["▶ cue 25 fired (follow)", "✓ cue 24 complete"]),
    (
        3,
        "25",
        Page::Monitor,
        &[
            "24 Tom Cruise: off the roof complete",
            "fallen 46 m",
            "25 He lands; the flag is waiting",
        ],
    ),
    (
        4,
        "26",
        Page::Monitor,
        &[
            "Mayor Karen Bass hands over the flag",
            "Simone Biles, gold medallist",
            "mayor of Los Angeles",
        ],
    ),
    (
        5,
        "29",
        Page::Monitor,
        &["The ride through Paris", "Stade de France", "Seine", "Eiffel Tower", "0.0 km of 11"],
    ),
    (5, "29", Page::Monitor, &["The ride through Paris", "50 %"]),
    (6, "30", Page::Log, &["✓ cue 29 complete", "▶ cue 30 fired (follow)"]),
    (6, "30", Page::Run, &["ON AIR 30 He boards the plane by the Eiffel Tower"]),
    (
        7,
        "32.5",
        Page::Monitor,
        &[
            "The flight: Paris to Los Angeles VT",
            "Greenland",
            "Canada",
            "Eiffel Tower",
            "of 9,1",
            "left of 2:20",
        ],
    ),
    (
        8,
        "33",
        Page::Monitor,
        &["The skydive to the Hollywood sign", "4,000 m", "↓", "Hollywood sign 1:10"],
    ),
    (
        9,
        "34",
        Page::Monitor,
        &["Five rings on the two Os", "● Blue", "○ Black", "○ Red", "○ Yellow", "○ Green"],
    ),
    (
        9,
        "34",
        Page::Monitor,
        &["Five rings on the two Os", "✓ Blue", "✓ Black", "✓ Red", "✓ Yellow", "● Green"],
    ),
    (
        10,
        "36",
        Page::Monitor,
        &["36 His post on X", "Thank you, Paris! Now off to LA", "shown, not sent"],
    ),
    (11, "33.5", Page::Run, &["Five rings on the two Os ⊘"]),
    (
        11,
        "24.5",
        Page::Monitor,
        &["and he took it to the IOC", "Parts were filmed in Los", "Angeles in March"],
    ),
    (13, "14.5", Page::Monitor, &["14.5 28 July: the gymnastics crowd", "Team USA"]),
    (
        13,
        "13",
        Page::People,
        &[
            "5 of 9 spotted",
            "✓ Ariana Grande",
            "✓ Snoop Dogg",
            "✓ John Legend",
            "✓ Lady Gaga",
            "✓ Nick Jonas",
        ],
    ),
    (14, "4", Page::Monitor, &["4 Lady Gaga: “Mon truc en plumes”", "Zizi Jeanmaire"]),
    (14, "7", Page::Monitor, &["7 Celine Dion sings from the Tower", "stiff person syndrome"]),
    (14, "6", Page::Run, &["7A Celine Dion, recorded take", "backup 7"]),
];

/// Facts that the torch relay shows.
const RELAY: &[Fact] = &[
    (12, "9", Page::Monitor, &["2004", "Tom Cruise carries the torch"]),
    (
        12,
        "16",
        Page::Monitor,
        &["The whole way round", "Cape Town", "Los Angeles", "Sydney", "km to go"],
    ),
    (12, "15", Page::Run, &["Home: Athens", "ON AIR 15 Nicosia to Athens"]),
];

/// Lets the program call a built-in show, and looks at the pages at everything that happens and
/// every five seconds.
fn watch(name: &str, clock: &str, sights: &[Fact]) -> Vec<u8> {
    let show = file::parse(builtin::find(name).unwrap().text, "UTC").unwrap();
    let mut run = Run::called_by_the_program(show, clock);
    let mut open: Vec<Fact> = sights.to_vec();
    let mut seen = vec![];
    while !open.is_empty() && !run.state.has_ended() {
        let due_ns = run.state.poll_timeout().unwrap_or(RunNs::MAX);
        run.until_ns(due_ns.clamp(run.now_ns, run.now_ns + Duration::from_secs(5)));
        let show = run.state.show().clone();
        let fired = show.cue_indices().max_by_key(|&cue| (run.state.cue(cue).fired_ns, cue));
        let fired = fired
            .filter(|&cue| run.state.cue(cue).firings > 0)
            .map(|cue| show.cue(cue).number.as_str());
        let mut pages: HashMap<&str, String> = HashMap::new();
        open.retain(|&(fact, cue, page, words)| {
            if fired != Some(cue) {
                return true;
            }
            let screen = pages.entry(page.name()).or_insert_with(|| {
                run.app.page = page;
                // Columns are wide or narrow; the words that stand side by side are the same.
                run.text(120, 36).split_whitespace().collect::<Vec<_>>().join(" ")
            });
            let stands = words.iter().all(|word| screen.contains(word));
            if stands {
                println!(
                    "fact {fact:2}: {:8} {}  after cue {cue}",
                    page.name(),
                    run.state.wall(run.now_ns)
                );
                seen.push(fact);
            }
            !stands
        });
    }
    assert!(open.is_empty(), "not seen: {open:#?}");
    seen
}

#[test]
fn every_fact_of_the_night_is_seen() {
    let mut seen = watch("paris-2024", "2024-08-11T20:49:55Z", FACTS);
    seen.extend(watch("torch-relay-2004", "2004-06-04T10:00:00Z", RELAY));
    (1..=14).for_each(|fact| assert!(seen.contains(&fact), "fact {fact} is seen nowhere"));
}
