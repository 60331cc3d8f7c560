//! Two small shows, what differs between them by hand, in both forms.

use super::{json, text};
use crate::edit::compare::compare;
use crate::edit::listing::Listing;
use crate::export::tests::show;

const OLD: &str = r##"
title = "A small show"
[department.stunts]
colour = "red"
[department.sound]
[output.lights]
osc = "udp://127.0.0.1:8000"

[[segment]]
title = "The jump"
duration = "1m30s"
[[segment.cue]]
number = "11"
title = "House lights"
do = [{ output = "lights", osc = "/a" }, { output = "lights", osc = "/b" }]
[[segment.cue]]
number = "12"
title = "Countdown"
[[segment.cue]]
number = "12.5"
title = "Off the roof"
duration = "45s"
notes = "Wind limit"

[[segment]]
title = "Encore"
duration = "1m"
[[segment.cue]]
number = "20"
title = "Bows"
"##;

const NEW: &str = r##"
title = "A small show"
date = 2026-12-01
[department.sound]
[department.stunts]
colour = "#ff0000"
[output.lights]
osc = "udp://127.0.0.1:8000"

[[segment]]
title = "The jump"
start = 21:05:00
duration = "2m"
[[segment.cue]]
number = "12"
title = "Countdown"
[[segment.cue]]
number = "11"
title = "House lights"
do = [{ output = "lights", osc = "/b" }, { output = "lights", osc = "/c", args = [1] }]
[[segment.cue]]
number = "12.5"
title = "Off the roof"
duration = "1:00"
trigger = { with = "11", delay = "1.5s" }
needs = ["sound"]
[[segment.cue]]
number = "13"
title = "Fireworks"
trigger = { after = "12.5" }
"##;

/// Of two cues that changed places one has moved: that which stands in front now.
#[test]
fn a_small_difference_by_hand() {
    let expected = "\
A small show: 3 cues changed, 1 cue added, 1 cue removed, 1 segment changed, 1 segment removed, \
2 departments changed, the show itself changed

~ show
    date: nothing → 2026-12-01

~ department sound
    place: after stunts → first

~ department stunts
    colour: red → #ff0000

~ segment The jump
    start: nothing → 21:05:00
    duration: 1:30 → 2:00
  ~ cue 12 Countdown
      place: after cue 11 → first
  ~ cue 11 House lights
      do: - lights: /a
      do: + lights: /c 1
  ~ cue 12.5 Off the roof
      trigger: GO → with 11 +0:01.5
      duration: 0:45 → 1:00
      needs: + sound
      notes: Wind limit → nothing
  + cue 13 Fireworks
      trigger: follows 12.5

- segment Encore
  - cue 20 Bows
";
    let (old, new) = (Listing::of(&show(OLD)), Listing::of(&show(NEW)));
    let written = text(&compare(&old, &new));
    assert_eq!(written, expected, "\n{written}");
    assert_eq!(text(&compare(&new, &new)), "A small show: no differences\n");
    // With no show on one side all of the other is told.
    let all = text(&compare(&Listing::default(), &old));
    assert!(all.starts_with("A small show: 4 cues added, 2 segments added, "), "{all}");
    assert!(all.contains("\n+ show\n    title: A small show\n"), "{all}");
    let none = text(&compare(&old, &Listing::default()));
    assert!(none.starts_with("A small show: 4 cues removed, "), "{none}");
}

#[test]
fn a_cue_below_a_segment_that_stays_has_its_heading() {
    let new = OLD.replace("\"Bows\"", "\"Bows, twice\"\nnotes = \"One\\ntwo\"");
    let (old, new) = (Listing::of(&show(OLD)), Listing::of(&show(&new)));
    let written = text(&compare(&old, &new));
    let expected = "A small show: 1 cue changed\n\n  segment Encore\n  ~ cue 20 Bows, twice\n      \
                    title: Bows → Bows, twice\n      notes: nothing → One two\n";
    assert_eq!(written, expected);
}

#[test]
fn the_json_has_the_same_differences() {
    let (old, new) = (Listing::of(&show(OLD)), Listing::of(&show(NEW)));
    let document: serde_json::Value = serde_json::from_str(&json(&compare(&old, &new))).unwrap();
    let changes = document["changes"].as_array().unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|one| format!("{} {} {}", one["change"], one["item"], one["id"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "changed show null",
            "changed department sound",
            "changed department stunts",
            "changed segment null",
            "changed cue 12",
            "changed cue 11",
            "changed cue 12.5",
            "added cue 13",
            "removed segment null",
            "removed cue 20",
        ]
    );
    let sends = &changes[5]["facts"][0];
    assert_eq!(
        *sends,
        serde_json::json!({
            "key": "do",
            "old": ["lights: /a", "lights: /b"],
            "new": ["lights: /b", "lights: /c 1"],
        })
    );
    assert_eq!(changes[6]["segment"], "The jump");
    assert_eq!(changes[6]["facts"][2]["old"], serde_json::Value::Null);
}
