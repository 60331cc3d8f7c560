//! A show with a template in another file, run and edited: what the run keeps, and what it notices.

use std::fs;

use crate::harness::{House, Wire};
use crate::program::DOWN;

const SHOW: &str = r#"title   = "Repeats"
include = ["house/house.toml"]

[[segment]]
title    = "{who}"
duration = "2m"
use      = "talk"
with     = { n = 10, who = "Ann" }

[[segment.cue]]
number = "10.9"
title  = "Own words"

[[segment]]
title    = "{who}"
duration = "2m"
use      = "talk"
with     = { n = 11, who = "Ben" }
"#;

#[test]
fn a_run_keeps_what_its_templates_were_and_notices_what_they_become() {
    let (house, wire) = (House::new(), Wire::new());
    let path = house.show(SHOW);
    let shared = format!(
        "[output.desk]\n{}\n\n[[template.talk.cue]]\nnumber = \"{{n}}.1\"\ntitle = \"Sting for {{who}}\"\n\
         do = [{{ output = \"desk\", osc = \"/sting/{{n}}\" }}]\n",
        wire.output()
    );
    let folder = house.path("house");
    fs::create_dir(&folder).unwrap();
    let shared_path = folder.join("house.toml");
    fs::write(&shared_path, &shared).unwrap();
    let mut program = house.open(&[&path]);
    program.await_words(&["Sting for Ann", "LIVE"]);
    program.keys(" ");
    wire.expect("/sting/10");
    // What the run keeps is complete.
    let kept = fs::read_to_string(house.runs()[0].join("show.toml")).unwrap();
    assert!(kept.contains("title = \"Sting for Ben\"") && !kept.contains("include"), "{kept}");
    // A cue of a template is not edited here; one beside it is, and the file keeps its template.
    program.press_to_see("e", &["CUE 10.9, AND ITS SEGMENT Ann"]);
    program.keys("!\r");
    program.await_event("show_revised", 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), SHOW.replace("Own words", "Own words!"));
    program.press_to_see(DOWN, &["Sting for Ben"]);
    program.press_to_see("e", &["cue 11.1 comes from a template", "line 4 of house/house.toml"]);
    program.press_to_see("\x1b", &["RUNDOWN"]);
    // The other file is changed: the caller reviews it as any change.
    fs::write(&shared_path, shared.replace("Sting for", "Music for")).unwrap();
    program.await_words(&["show.toml changed: 2 cues changed"]);
    program.keys("ry");
    program.await_event("show_revised", 2);
    program.await_words(&["Music for Ben"]);
    // The run goes on without either file.
    program.kill();
    fs::remove_dir_all(&folder).unwrap();
    let mut program = house.open(&["--resume"]);
    program.await_words(&["Music for Ben", "show.toml changed and has 1 error;"]);
    program.press_to_see(&format!("{DOWN}\r"), &["playhead at 11.1"]);
    program.keys(" ");
    wire.expect("/sting/11");
}
