//! Shows beside other files: what differs between two shows, and what goes out to other programs.

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

#[test]
fn an_export_is_written_by_its_ending_and_withholds_what_others_may_not_know() {
    let house = House::new();
    let text = SHOW.replace("duration = \"1m30s\"", "start = 21:05:00\nduration = \"1m30s\"");
    let text = text.replacen('\n', "\ntimezone = \"Europe/Paris\"\n", 1);
    let secret = "[[segment.cue]]\nnumber = \"13\"\ntitle = \"SECRET\"\nembargo = true\n\
                  [[segment.cue]]\nnumber = \"14\"\ntitle = \"Rigging\"\npublic = false\n";
    let show = path_in(&house, "show.toml", &(text + secret));
    let path = |name: &str| house.path(name).display().to_string();
    let csv = path("out.CSV");
    let told = succeeds(&["export", &show, "-o", &csv]);
    let expected = format!(
        "wrote {csv}: 1 segment, 2 cues\n1 cue under embargo without words, 1 cue left out (backups, and what is not public): \
         --all has everything\n"
    );
    assert_eq!(told, expected);
    let expected = "Cue,Title,Start,Duration,Trigger,Show,Time zone\n\
                    ,The jump,21:05:00,0:01:30,hard start,A small show,Europe/Paris\n\
                    12,Off the roof,21:05:00,,GO,,\n13,—,21:05:30,,,,\n";
    assert_eq!(std::fs::read_to_string(&csv).unwrap(), expected);
    let known = std::fs::read_to_string(&show).unwrap().replace("embargo = true\n", "");
    let told = succeeds(&["export", &path_in(&house, "known.toml", &known), "-o", &csv]);
    assert!(
        told.ends_with(
            "\n1 cue left out (backups, and what is not public): --all has everything\n"
        ),
        "{told}"
    );
    let told = succeeds(&["export", &show, "-o", &csv, "--all"]);
    assert_eq!(told, format!("wrote {csv}: 1 segment, 3 cues\n"));
    let all = std::fs::read_to_string(&csv).unwrap();
    assert!(all.contains("13,SECRET,") && all.contains("14,Rigging,"), "{all}");
    for (name, begins) in
        [("out.xlsx", &b"PK"[..]), ("out.json", b"{"), ("out.ics", b"BEGIN:VCALENDAR\r\n")]
    {
        let told = succeeds(&["export", &show, "--output", &path(name)]);
        assert!(told.starts_with(&format!("wrote {}", path(name))), "{told}");
        assert_eq!(told.contains("has no date: it begins on "), name == "out.ics", "{told}");
        assert!(std::fs::read(house.path(name)).unwrap().starts_with(begins), "{name}");
    }
    let said = fails(2, &["export", &show, "-o", &path("out.toml")]);
    assert!(said.contains(".csv, .xlsx, .json (Ontime) or .ics"), "{said}");
    let floating = path_in(&house, "floating.toml", SHOW);
    let said = fails(1, &["export", &floating, "-o", &path("no.ics")]);
    assert!(said.contains("give a segment a `start`") && !house.path("no.ics").exists(), "{said}");
    let said = fails(1, &["export", &show, "-o", &path("nowhere/out.csv")]);
    assert!(said.contains("cannot write ") && said.contains("nowhere/out.csv"), "{said}");
}
