//! Shows beside other shows: what differs between two.

use std::path::Path;
use std::process::Command;

use crate::commands::{fails, succeeds};
use crate::harness::{House, is_equipped};

const SHOW: &str = "\
title = \"A small show\"
[[segment]]
title = \"The jump\"
duration = \"1m30s\"
[[segment.cue]]
number = \"12\"
title = \"Off the roof\"
";

fn path_in(house: &House, name: &str, text: &str) -> String {
    let path = house.path(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_difference_is_told_in_both_forms_and_a_faulty_show_by_its_faults() {
    let house = House::new();
    let old = path_in(&house, "old.toml", SHOW);
    let new = path_in(&house, "new.toml", &SHOW.replace("1m30s", "2m"));
    let told = succeeds(&["diff", &old, &new]);
    let expected =
        "A small show: 1 segment changed\n\n~ segment The jump\n    duration: 1:30 → 2:00\n";
    assert_eq!(told, expected);
    assert!(succeeds(&["diff", "paris-2024", "paris-2024"]).ends_with(": no differences\n"));
    let json = succeeds(&["diff", "--format", "json", &old, &new]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["changes"][0]["facts"][0]["new"], "2:00");
    let faulty = path_in(&house, "faulty.toml", &SHOW.replace("1m30s", "soon"));
    let said = fails(1, &["diff", &old, &faulty]);
    assert!(said.contains("faulty.toml:4:12") && said.contains("has 1 error"), "{said}");
}

/// The lines of the guide that make it git's driver, tried with git.
#[test]
fn git_shows_what_differs_as_the_guide_has_it() {
    let is_there = Command::new("git").arg("--version").output().is_ok();
    if !is_equipped((!is_there).then_some("git")) {
        return;
    }
    let house = House::new();
    let folder = house.path("repository");
    std::fs::create_dir(&folder).unwrap();
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guide.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let lines: Vec<&str> = guide.lines().filter(|line| line.contains("diff.handover")).collect();
    let [driver] = lines.as_slice() else { panic!("one line: {lines:?}") };
    let attributes = "*.toml diff=handover\n";
    assert!(guide.contains(attributes.trim_end()), "the guide has the attributes");
    let bin = Path::new(env!("CARGO_BIN_EXE_handover")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let run = |command: &str| {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(&folder)
            .envs([("PATH", path.as_str()), ("GIT_CONFIG_GLOBAL", "/dev/null")])
            .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@a.example")])
            .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@a.example")])
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{command}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    std::fs::write(folder.join("show.toml"), SHOW).unwrap();
    std::fs::write(folder.join(".gitattributes"), attributes).unwrap();
    run(&format!("git init -q && git add . && git commit -qm one && {}", driver.trim()));
    std::fs::write(folder.join("show.toml"), SHOW.replace("1m30s", "2m")).unwrap();
    std::fs::write(folder.join("new.toml"), SHOW.replace("A small", "Another")).unwrap();
    run("git add new.toml");
    let told = run("git diff HEAD");
    assert!(told.contains("A small show: 1 segment changed\n"), "{told}");
    assert!(told.contains("    duration: 1:30 → 2:00\n"), "{told}");
    assert!(told.contains("Another show: 1 cue added, 1 segment added"), "{told}");
    // A version with errors is shown as git would, and git goes on.
    std::fs::write(folder.join("show.toml"), SHOW.replace("1m30s", "soon")).unwrap();
    let told = run("git diff HEAD");
    assert!(told.contains("+duration = \"soon\"") && told.contains("Another show: "), "{told}");
}
