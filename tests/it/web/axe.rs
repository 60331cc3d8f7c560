//! The pages for browsers, looked at by axe-core (<https://github.com/dequelabs/axe-core>) in a real Chromium: in each
//! state of a show, on a phone held upright and on a projector, it finds nothing.
//!
//! axe-core is a file that `.ci/run` puts into `target/axe-core`; `HANDOVER_AXE` names another one.

use std::path::{Path, PathBuf};
use std::{env, fs};

use super::chromium::{Chromium, LOST, has_chromium};
use super::{Browser, open_show};
use crate::harness::{House, PATIENCE, Program, is_equipped};

/// The pages, and words that each has as soon as it is filled.
const PAGES: [(&str, &str); 5] = [
    ("/", "NOT BEGUN"),
    ("/timer", "NOT BEGUN"),
    ("/crew/sound", "House lights"),
    ("/sheet", "Call sheet"),
    ("/crew", "Sound"),
];

/// A phone held upright, and a projector.
const WINDOWS: [(u32, u32); 2] = [(390, 844), (1920, 1080)];

/// A show whose first segment is over soon.
const SHOW: &str = r#"
title = "An evening"
timezone = "Europe/Paris"
clocks = ["America/Los_Angeles"]
[department.sound]
name = "Sound"
[[segment]]
title = "Opening"
duration = "2s"
act = "Act one"
[[segment.cue]]
number = "1"
title = "House lights"
needs = ["sound"]
[[segment.cue]]
number = "2"
title = "A parachute"
embargo = true
source = "live"
needs = ["sound"]
[[segment]]
title = "A talk"
duration = "10m"
count = "up"
[[segment.cue]]
number = "3"
title = "Speaker on"
needs = ["sound"]
duration = "5m"
"#;

/// The file with axe-core, where there is one.
fn axe() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe-core/axe.min.js");
    let file = env::var_os("HANDOVER_AXE").map_or(target, PathBuf::from);
    let is_missing = !file.is_file();
    // A machine that cannot reach the registry says so: see `.ci/run`.
    if is_missing && env::var_os("HANDOVER_WITHOUT_AXE").is_some() {
        eprintln!("skipped: axe-core not found");
        return None;
    }
    is_equipped(is_missing.then_some("axe-core")).then_some(file)
}

/// Everything that axe-core finds on the pages, which are all open, in windows of each size.
fn found(glass: &mut Chromium, tabs: &[String], state: &str) -> Vec<String> {
    // Each is a rule, and the elements that do not keep it.
    let run = "axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map((one) => \
               `${one.id}: ${one.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`))";
    let mut all = vec![];
    for (tab, (path, _)) in tabs.iter().zip(PAGES) {
        glass.turn_to(tab);
        for window in WINDOWS {
            glass.resize(window);
            let violations = glass.promised(run);
            let violations = violations.as_array().expect("what axe-core has found");
            let width = window.0;
            all.extend(violations.iter().map(|one| format!("{state} {path} at {width}: {one}")));
        }
    }
    all
}

/// Presses keys, and waits until they are journaled and pages have these words.
fn turn(
    caller: &mut Program,
    glass: &mut Chromium,
    tabs: &[String],
    (keys, event): (&str, &str),
    seen: &[(usize, &str)],
) {
    caller.press_for(keys, event);
    for &(at, words) in seen {
        glass.turn_to(&tabs[at]);
        glass.reads(words);
    }
}

#[test]
fn axe_finds_nothing_on_any_page_in_any_state() {
    let Some(axe) = axe().filter(|_| has_chromium()) else { return };
    let script = fs::read_to_string(axe).expect("axe-core");
    let (house, browser) = (House::new(), Browser::new());
    let mut caller = open_show(&house, browser, SHOW);
    let mut glass = Chromium::open(&house, "about:blank", WINDOWS[0]);
    let mut tabs = vec![];
    for (path, words) in PAGES {
        let tab = glass.tab(&format!("http://{}{path}", browser.at()));
        glass.turn_to(&tab);
        glass.reads(words);
        glass.value(&script);
        tabs.push(tab);
    }
    let mut all = found(&mut glass, &tabs, "start");
    // What it looks for it finds: a button without a name.
    glass.turn_to(&tabs[0]);
    glass.value("document.querySelector('nav').append(document.createElement('button'))");
    let button = found(&mut glass, &tabs[..1], "a button");
    assert!(
        button.iter().all(|one| one.contains("button-name")) && !button.is_empty(),
        "{button:?}"
    );
    glass.value("document.querySelector('nav button').remove()");
    turn(&mut caller, &mut glass, &tabs, ("s", "cue_stood_by"), &[(2, "STANDBY")]);
    all.extend(found(&mut glass, &tabs, "standby"));
    turn(&mut caller, &mut glass, &tabs, ("1", "department_ready"), &[(2, "READY")]);
    all.extend(found(&mut glass, &tabs, "ready"));
    turn(&mut caller, &mut glass, &tabs, (" ", "cue_fired"), &[(0, "OVER"), (1, "OVER")]);
    all.extend(found(&mut glass, &tabs, "over"));
    let message = ("Mplease wrap up now\r", "message_shown");
    turn(
        &mut caller,
        &mut glass,
        &tabs,
        message,
        &[(0, "please wrap up now"), (1, "please wrap up now")],
    );
    all.extend(found(&mut glass, &tabs, "message"));
    turn(&mut caller, &mut glass, &tabs, ("h", "held"), &[(0, "HELD"), (1, "HELD"), (2, "HELD")]);
    all.extend(found(&mut glass, &tabs, "hold"));
    caller.kill();
    // The list of departments is not kept up.
    tabs.pop();
    for tab in &tabs {
        glass.turn_to(tab);
        glass.until("!document.getElementById('lost').hidden", LOST + PATIENCE);
    }
    all.extend(found(&mut glass, &tabs, "lost connection"));
    assert!(all.is_empty(), "axe-core has found:\n{}", all.join("\n"));
}
