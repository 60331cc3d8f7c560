//! The commands that need no terminal, and what is said of bad usage.

use std::process::{Command, Output, Stdio};

use crate::harness::{House, Wire};

fn handover(args: &[&str]) -> Output {
    handover_in(&House::new(), args)
}

/// Runs a command with the configuration of `house`.
fn handover_in(house: &House, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.args(args).stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("HANDOVER_THEME");
    command.env("XDG_CONFIG_HOME", house.path("config"));
    command.output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Runs a command that has to succeed, and gives what it printed.
pub(crate) fn succeeds(args: &[&str]) -> String {
    let output = handover(args);
    assert!(output.status.success(), "{args:?}: {}\n{}", output.status, text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{args:?}");
    text(&output.stdout)
}

/// Runs a command that has to fail with this status, and gives what it said.
pub(crate) fn fails(status: i32, args: &[&str]) -> String {
    let output = handover(args);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {said}{}", text(&output.stdout));
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{args:?}: {said}");
    assert!(!said.trim().is_empty(), "{args:?} fails without a word");
    said
}

#[test]
fn check_names_ten_faults_each_with_its_place() {
    let lines = [
        ("title = \"Faults\"", ""),
        ("colour = \"red\"", "2:1"),
        ("timezone = \"Europe/Pariss\"", "3:12"),
        ("[department.stunts]", ""),
        ("colour = \"rde\"", "5:10"),
        ("[output.desk]", ""),
        ("osc = \"127.0.0.1:8000\"", "7:7"),
        ("[[segment]]", ""),
        ("title = \"One\"", ""),
        ("duration = \"90\"", "10:12"),
        ("[[segment.cue]]", ""),
        ("number = \"1\"", ""),
        ("title = \"A\"", ""),
        ("needs = [\"stunt\"]", "14:10"),
        ("trigger = { with = \"9\" }", "15:20"),
        ("[[segment.cue]]", ""),
        ("number = \"1\"", "17:10"),
        ("title = \"B\"", ""),
        ("source = \"tape\"", "19:10"),
        ("do = [{ output = \"lights\", osc = \"/x\" }]", "20:18"),
    ];
    let house = House::new();
    let show = house.show(&lines.map(|(line, _)| format!("{line}\n")).concat());
    let said = fails(1, &["check", &show]);
    for (line, place) in lines.iter().filter(|(_, place)| !place.is_empty()) {
        assert!(said.contains(&format!("{show}:{place}")), "no fault at {place} ({line}):\n{said}");
    }
    assert!(said.contains("10 errors"), "{said}");
    let said = fails(1, &[&show]);
    assert!(!said.contains('\u{1b}'), "no colours into a pipe:\n{said}");
}

#[test]
fn a_show_that_is_not_there_is_refused_with_a_fix() {
    let said = fails(1, &["check", "/nowhere/show.toml"]);
    assert!(said.contains("/nowhere/show.toml") && said.contains("handover new"), "{said}");
    let house = House::new();
    let path = house.path("latin.toml");
    std::fs::write(&path, b"title = \"caf\xe9\"").expect("a file");
    let said = fails(1, &["check", &path.display().to_string()]);
    assert!(said.contains("UTF-8"), "{said}");
    let endless = fails(1, &["check", "/dev/zero"]);
    assert!(endless.contains("more than 32 MiB"), "{endless}");
}

#[test]
fn the_built_in_shows_are_listed_printed_and_sound() {
    let list = succeeds(&["shows"]);
    let house = House::new();
    for name in ["paris-2024", "torch-relay-2004"] {
        assert!(list.contains(name), "{list}");
        let file = house.show(&succeeds(&["shows", name]));
        // The file has outputs that this machine may lack something for; the built-in show sends
        // nothing.
        assert!(text(&handover(&["check", &file]).stdout).contains("no errors"));
        assert!(succeeds(&["check", name]).contains("no errors, no warnings"));
    }
    assert!(
        fails(1, &["shows", "rome-1960"]).contains("paris-2024"),
        "the names that there are, are named"
    );
}

#[test]
fn check_names_clips_that_are_not_there_once() {
    let house = House::new();
    let clip = |keys: &str| format!("{{ output = \"screens\", play = {keys} }}");
    let show = |actions: &[String]| {
        house.show(&format!(
            "title = \"T\"\n[output.screens]\nmpv = true\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n\
             [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\ndo = [\n{},\n]\n",
            actions.join(",\n")
        ))
    };
    let file = show(&[clip("\"x/a.mp4\""), clip("\"b.mp4\", optional = true"), clip("\".\"")]);
    let said = fails(1, &["check", &file]);
    for words in [
        ":11:30",
        "x/a.mp4: there is no such file",
        "optional = true",
        ":13:30",
        ".: is a folder",
        "2 errors",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    let file = show(&[clip("\"b.mp4\", optional = true"), clip("\"b.mp4\", optional = true")]);
    let said = text(&handover(&["check", &file]).stdout);
    assert!(said.contains("no errors"), "{said}");
    assert_eq!(said.matches("note: b.mp4: there is no such file").count(), 1, "{said}");
}

#[test]
fn warnings_are_named_and_fail_only_where_they_are_asked_to() {
    let house = House::new();
    let head = "title = \"T\"\n[department.stunts]\n";
    let show = house.show(&format!("{head}[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n"));
    let output = handover(&["check", &show]);
    let (said, summary) = (text(&output.stderr), text(&output.stdout));
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("warning: no cue needs department `stunts`") && said.contains(":2:13"),
        "{said}"
    );
    assert!(summary.contains("no errors, 1 warning; 1 segment, 0 cues"), "{summary}");
    let strict = fails(1, &["check", "--strict", &show]);
    assert!(strict.contains("1 warning, which --strict does not allow"), "{strict}");
    succeeds(&["check", "--strict", "paris-2024"]);
}

#[test]
fn check_names_what_the_machine_lacks_and_what_leaves_it() {
    let house = House::new();
    let show = house.show(
        "title = \"T\"\n[output.web]\nhttp = \"https://house.example/api\"\n\
         headers = { Authorization = \"env:X_TOKEN\", X-Show = \"env:HANDOVER_NO_SUCH\" }\nca = \"no-such.pem\"\n\
         [output.pyro]\nmidi = \"No such port\"\n[remote]\nlisten = \"127.0.0.1:53000\"\npasscode = \"env:X_PASS\"\n\
         [[segment]]\ntitle = \"S\"\nduration = \"1m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n\
         do = [{ output = \"web\" }, { output = \"pyro\", note_on = { channel = 1, note = 60 } }]\n",
    );
    let check = |args: &[&str]| {
        let output = handover_in(&house, &[&["check", show.as_str()], args].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let (printed, said) = check(&[]);
    for words in [
        "shows may not read the environment variable X_TOKEN",
        "shows may not read the environment variable X_PASS",
        "add `--env X_TOKEN`",
        "the environment variable HANDOVER_NO_SUCH is not set",
        "no-such.pem",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    assert!(
        said.contains("no MIDI port has \"No such port\"")
            || said.contains("MIDI ports of this machine"),
        "{said}"
    );
    for words in [
        "note: X_TOKEN is for house.example (output web, header Authorization)",
        "note: HANDOVER_NO_SUCH is for house.example",
        "note: X_PASS is the passcode of remote controls",
    ] {
        assert!(printed.contains(words), "no {words:?} in\n{printed}");
    }
    let (_, said) = check(&["--env", "X_TOKEN"]);
    assert!(
        said.contains("the environment variable X_TOKEN is not set")
            && said.contains("may not read the environment variable X_PASS")
    );
    std::fs::create_dir_all(house.path("config/handover")).expect("a folder");
    std::fs::write(house.path("config/handover/config.toml"), "env = [\"X_TOKEN\", \"X_PASS\"]\n")
        .expect("a file");
    let (_, said) = check(&[]);
    assert!(!said.contains("may not read"), "{said}");
    std::fs::write(house.path("config/handover/config.toml"), "evn = [\"X_TOKEN\"]\n")
        .expect("a file");
    let faulty = text(&handover_in(&house, &["check", &show]).stderr);
    assert!(
        faulty.contains("config.toml:1:1") && faulty.contains("did you mean `env`?"),
        "{faulty}"
    );
}

#[test]
fn files_of_other_formats_take_one_error_and_many_errors_twenty() {
    let house = House::new();
    let csv = house.show(&format!("Cue,Title,Duration\n{}", "1,House lights,0:30\n".repeat(1_600)));
    let said = fails(1, &["check", &csv]);
    assert!(said.contains("this looks like CSV") && said.contains("has 1 error"), "{said}");
    assert!(said.contains("; more warnings are looked for once no error is left"), "{said}");
    let cue = |number: usize| format!("[[segment.cue]]\nnumber = {number}\ntitle = \"A\"\n");
    let cues: String = (0..32).map(cue).collect();
    let many = house
        .show(&format!("title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n{cues}"));
    let said = fails(1, &["check", &many]);
    assert_eq!(said.matches("error: ").count(), 20, "{said}");
    assert!(said.contains("and 12 more errors") && said.contains("has 32 errors"), "{said}");
    let bare = house.show("title = \"T\"\n");
    assert!(
        fails(1, &["check", &bare]).contains("add `[[segment]]` with a `title` and a `duration`")
    );
}

#[test]
fn a_slip_in_a_command_or_a_name_is_answered_with_what_was_meant() {
    let house = House::new();
    let show = house.show("title = \"T\"\n");
    for (args, status, meant) in [
        (&["chek", "x.toml"] as &[&str], 2, "did you mean `handover check x.toml`?"),
        (&["check", "pariss-2024"], 1, "did you mean `paris-2024`?"),
        (&["check", &show.replace("show.toml", "shwo.toml")], 1, show.as_str()),
    ] {
        let said = fails(status, args);
        assert!(said.contains(meant), "no {meant:?} in\n{said}");
    }
    let escape = fails(1, &["check", "\u{1b}[2J.toml"]);
    assert!(!escape.contains('\u{1b}'), "{escape:?}");
}

#[test]
fn new_writes_a_show_that_runs_and_never_over_another() {
    let house = House::new();
    let path = house.path("mine.toml").display().to_string();
    assert!(succeeds(&["new", &path]).contains(&path));
    succeeds(&["check", &path]);
    let before = std::fs::read_to_string(&path).expect("the new show");
    assert!(fails(1, &["new", &path]).contains(&path));
    assert_eq!(std::fs::read_to_string(&path).expect("the new show"), before);
    assert!(
        fails(1, &["new", &house.path("no/such/folder.toml").display().to_string()])
            .contains("cannot write")
    );
}

#[test]
fn bad_usage_is_status_2() {
    let house = House::new();
    let show = house.show("title = \"x\"\n");
    let show = show.as_str();
    for args in [
        &[show, "--speed", "5"] as &[&str],
        &[show, "--rehearse", "--speed", "0"],
        &[show, "--rehearse", "--speed", "1001"],
        &[show, "--rehearse", "--speed", "fast"],
        &[show, "--fresh", "--resume"],
        &[show, "--no-such-thing"],
        &[show, "runs"],
        &["--rehearse", "runs"],
        &["check"],
        &["probe"],
        &["new"],
        &["report", "--format", "pdf"],
        &["completions", "sh"],
    ] {
        fails(2, args);
    }
}

#[test]
fn without_a_terminal_a_show_is_refused_in_words() {
    let house = House::new();
    let show = house.show("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1s\"\n");
    let state = house.state().display().to_string();
    for args in [
        &["--state", &state, &show] as &[&str],
        &["--state", &state],
        &["--state", &state, "--resume"],
    ] {
        let said = fails(1, args);
        assert!(said.contains("terminal") && !said.contains('\u{1b}'), "{said}");
    }
    assert!(house.runs().is_empty(), "nothing has begun");
}

#[test]
fn completions_and_the_man_page_come() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = succeeds(&["completions", shell]);
        assert!(
            script.contains("handover") && script.contains("HANDOVER_COMPLETE"),
            "{shell}: {script}"
        );
    }
    let page = succeeds(&["man"]);
    assert!(page.contains(".TH handover") && page.contains("rehearse"), "{page}");
    let listed: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("handover\\-")?.strip_suffix("(1)"))
        .collect();
    assert!(
        listed.contains(&"board") && listed.contains(&"sheet") && !listed.contains(&"help"),
        "{listed:?}"
    );
    for verb in listed {
        assert!(succeeds(&["man", verb]).contains(&format!(".TH handover-{verb} ")), "{verb}");
    }
    for section in ["EXAMPLES", "FILES", "ENVIRONMENT", "\"EXIT STATUS\""] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section}: {page}");
    }
    assert!(succeeds(&["man", "report"]).contains("EXIT STATUS"));
    assert!(fails(1, &["man", "nosuch"]).contains("handover --help"));
    assert!(succeeds(&["--help"]).contains("--rehearse"));
    assert!(succeeds(&["--version"]).starts_with("handover "));
}

/// Output of `handover guide` on a terminal with this pager, and the exit status.
fn paged(pager: &str) -> (String, u32) {
    let house = House::new();
    let mut program = house.spawn(&["guide"], (120, 36), &[("PAGER", pager)]);
    let status = program.await_exit().exit_code();
    program.last_screen();
    (String::from_utf8_lossy(&program.raw()).replace("\r\n", "\n"), status)
}

#[test]
fn the_guide_and_the_reference_are_printed_whole_where_there_is_no_terminal() {
    let (guide, reference) =
        (include_str!("../../docs/guide.md"), include_str!("../../docs/reference.md"));
    assert_eq!(succeeds(&["guide"]), guide);
    assert_eq!(succeeds(&["guide", "guide"]), guide);
    assert_eq!(succeeds(&["guide", "reference"]), reference);
    assert!(fails(2, &["guide", "nosuch"]).contains("reference"));
    assert!(succeeds(&["--help"]).contains("  guide "));
    assert!(succeeds(&["man"]).contains("handover\\-guide(1)"));
    assert_eq!(offered(&House::new(), &["guide", "r"]), ["reference"]);
}

#[test]
fn on_a_terminal_the_guide_opens_in_the_pager() {
    // The pager gets the text on stdin, writes to the terminal, and may have options.
    let (seen, status) = paged("sed -n -e 1s/^/PAGED:/p -e '$s/^/LAST:/p'");
    assert!(seen.starts_with("PAGED:# The guide") && seen.contains("\nLAST:"), "{seen}");
    assert_eq!((seen.lines().count(), status), (2, 0), "{seen}");
}

#[test]
fn a_reader_who_leaves_the_pager_early_hears_nothing_of_it() {
    let (seen, status) = paged("head -n 1");
    assert_eq!((seen.as_str(), status), ("# The guide to handover\n", 0));
}

#[test]
fn without_a_pager_that_works_the_guide_is_printed() {
    let guide = include_str!("../../docs/guide.md");
    for pager in ["", " ", "no-such-pager-here --with options", "false"] {
        let (seen, status) = paged(pager);
        assert!(seen.ends_with(guide), "{pager:?}: {} bytes", seen.len());
        assert_eq!(status, 0, "{pager:?}");
    }
}

#[test]
fn a_closed_pipe_ends_the_guide_in_silence() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    let mut child = command
        .arg("guide")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.as_mut().map(|child| (child.stdout.take(), child)).expect("the program runs");
    drop(child.0);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.1.stderr.take().expect("stderr"), &mut said)
        .expect("text");
    assert!(child.1.wait().expect("the program ends").success());
    assert_eq!(said, "");
}

#[test]
fn runs_and_report_tell_of_a_rehearsal_that_ran_to_its_end() {
    let (house, wire) = (House::new(), Wire::new());
    let state = house.state().display().to_string();
    assert!(succeeds(&["runs", "--state", &state]).contains("no runs"));
    fails(1, &["report", "--state", &state]);
    let show = house.show(&format!(
        r#"
        title = "Short, \"quoted\""
        timezone = "Europe/Paris"
        [output.desk]
        {}
        [[segment]]
        title = "One, and only"
        duration = "20s"
        [[segment.cue]]
        number = "1"
        title = "Lights"
        planned = "2s"
        duration = "3s"
        do = [{{ output = "desk", osc = "/one" }}]
        [[segment.cue]]
        number = "2"
        title = "Follows"
        trigger = {{ after = "1", delay = "1s" }}
        [[segment]]
        title = "Two"
        duration = "10s"
        [[segment.cue]]
        number = "3"
        title = "Dark"
        embargo = true
        "#,
        wire.output()
    ));
    let mut program = house.open(&["--rehearse", "--auto", "--speed", "1000", &show]);
    program.await_event("run_ended", 1);
    program.keys("q");
    assert!(program.await_exit().success());
    wire.expect_silence();
    let journal = house.journal();
    assert_eq!(journal.cues("cue_fired"), ["1", "2", "3"], "{}", journal.tail(30));
    let causes: Vec<_> =
        journal.of_kind("cue_fired").iter().map(|line| line["cause"].clone()).collect();
    assert_eq!(causes, ["auto", "follow", "auto"]);

    let runs = succeeds(&["runs", "--state", &state]);
    let id = house.runs()[0].file_name().expect("a name").to_string_lossy().into_owned();
    for word in [id.as_str(), "rehearsal", "finished", "Short"] {
        assert!(runs.contains(word), "{runs}");
    }
    assert!(!runs.contains("unfinished"), "{runs}");

    let plain = succeeds(&["report", "--state", &state]);
    for word in ["Lights", "Follows", "Dark", "One, and only"] {
        assert!(plain.contains(word), "no {word} in\n{plain}");
    }
    let csv = succeeds(&["report", &id, "--state", &state, "--format", "csv"]);
    let mut rows = csv.lines();
    let head = "segment,cue,title,planned_start,actual_start,planned_duration,actual_duration,difference,cause,note";
    assert_eq!(rows.next().map(str::trim_end), Some(head), "{csv}");
    assert!(csv.contains("\"One, and only\""), "a comma is quoted: {csv}");
    let lights = csv
        .lines()
        .find(|row| row.contains(",1,Lights,"))
        .unwrap_or_else(|| panic!("no cue 1:\n{csv}"));
    assert!(lights.contains(",3.000,3.000,") && lights.contains(",auto,"), "{lights}");
    assert!(
        lights.contains("+01:00") || lights.contains("+02:00"),
        "in the show's timezone: {lights}"
    );
    let json = succeeds(&["report", "--state", &state, "--format", "json"]);
    let json: serde_json::Value =
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}:\n{json}"));
    assert!(json.to_string().contains("\"Lights\""), "{json}");
    assert!(fails(1, &["report", "no-such-run", "--state", &state]).contains("no-such-run"));
}

#[test]
fn keys_and_theme_print_what_is_in_force_and_name_every_fault() {
    let house = House::new();
    let run = |args: &[&str]| {
        let output = handover_in(&house, args);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (status, usual, _) = run(&["keys"]);
    assert_eq!(status, Some(0));
    let has = |line: &str| {
        usual.lines().any(|printed| printed.split('#').next().unwrap_or_default().trim() == line)
    };
    for line in [
        "go = \"Space\"",
        "select-up = [\"Up\", \"k\"]",
        "suspend = \"Ctrl-Z\"",
        "page-log = \"none\"",
    ] {
        assert!(has(line), "no {line}:\n{usual}");
    }
    house.config("keys.toml", &usual.replace("go = \"Space\"", "go = \"F1\""));
    assert_eq!(run(&["keys"]).1, usual.replace("go = \"Space\"", "go = \"F1\"   "));
    house.config("keys.toml", "go = \"g\"\nstanby = \"x\"\nhold = \"Ctrl-I\"\n");
    let (status, printed, said) = run(&["keys"]);
    assert_eq!((status, printed.as_str()), (Some(1), ""));
    for words in
        ["keys.toml:2:1", "did you mean `standby`?", "keys.toml:3:8", "is sent as Tab", "2 errors"]
    {
        assert!(said.contains(words), "no {words:?}:\n{said}");
    }
    house.config("keys.toml", "go = \"g\"\n");
    assert!(
        run(&["keys"]).2.contains("`g` is the key of `select-first` too"),
        "{}",
        run(&["keys"]).2
    );
    let (status, dark, _) = run(&["theme"]);
    assert_eq!(status, Some(0));
    assert!(dark.contains("base = \"dark\"") && dark.contains("on-air = \"#ff5a52\""), "{dark}");
    assert!(run(&["theme", "light"]).1.contains("base = \"light\""));
    house.config("theme.toml", "text = \"#0b0d10\"\n");
    let (status, _, said) = run(&["theme"]);
    assert_eq!(status, Some(1));
    assert!(
        said.contains("theme.toml:1:8") && said.contains("`text` on `background` is unreadable"),
        "{said}"
    );
}

#[test]
fn a_wrong_theme_in_the_environment_keeps_nothing_from_running() {
    let house = House::new();
    let run = |theme: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
        command.args(args).stdin(Stdio::null()).env("HANDOVER_THEME", theme);
        let output = command
            .env("XDG_CONFIG_HOME", house.path("config"))
            .output()
            .expect("the program runs");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    for theme in ["", "nope", "light"] {
        assert_eq!(run(theme, &["shows"]).0, Some(0), "{theme:?}");
    }
    assert!(run("", &["theme"]).1.contains("base = \"dark\""));
    assert!(run("light", &["theme"]).1.contains("base = \"light\""));
    assert!(run("light", &["theme", "dark"]).1.contains("base = \"dark\""));
    let (status, _, said) = run("nope", &["theme"]);
    assert_eq!(status, Some(1));
    assert!(
        said.contains(
            "unknown theme in $HANDOVER_THEME; expected one of dark, light, high-contrast"
        ),
        "{said}"
    );
}

/// Completions that a shell is offered at the end of these words, asked for as fish does.
fn offered(house: &House, words: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command
        .env("HANDOVER_COMPLETE", "fish")
        .env("XDG_STATE_HOME", house.path("xdg"))
        .current_dir(house.path(""));
    let output = command.args(["--", "handover"]).args(words).output().expect("the program runs");
    assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    text(&output.stdout)
        .lines()
        .filter_map(|line| line.split('\t').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn commands_shows_themes_and_runs_are_completed_at_every_level() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&format!(
        "title = \"T\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n[[segment.cue]]\n\
         number = \"1\"\ntitle = \"A\"\n",
        wire.output()
    ));
    std::fs::write(house.path("clip.mp4"), "").expect("a file");
    let program = house.open(&[&show]);
    program.await_words(&["LIVE"]);
    let runs: Vec<String> =
        house.runs().iter().filter_map(|run| Some(run.file_name()?.to_str()?.to_owned())).collect();
    assert_eq!(runs.len(), 1);
    let state = house.state().display().to_string();
    let has = |words: &[&str], all: &[&str]| {
        let found = offered(&house, words);
        assert!(
            all.iter().all(|word| found.iter().any(|found| found == word)),
            "{words:?}: {found:?}"
        );
        found
    };
    has(&[""], &["report", "board", "paris-2024", "show.toml", "--rehearse"]);
    let found = has(&["check", ""], &["torch-relay-2004", "show.toml"]);
    assert!(!found.iter().any(|word| word.contains("clip") || word == "--state"), "{found:?}");
    assert_eq!(offered(&house, &["theme", "hi"]), ["high-contrast"]);
    let found = has(&["--theme", ""], &["dark", "colour-blind"]);
    assert!(!found.contains(&"show.toml".to_owned()), "{found:?}");
    assert_eq!(offered(&house, &["report", "--format", "c"]), ["csv"]);
    assert_eq!(offered(&house, &["man", "st"]), ["stop", "stations"]);
    assert_eq!(offered(&house, &["shows", "p"]), ["paris-2024"]);
    for verb in ["report", "stop"] {
        has(&["--state", &state, verb, ""], &[&runs[0]]);
        assert_eq!(offered(&house, &[verb, "--state", &state, "2"]), runs);
        assert!(!offered(&house, &[verb, ""]).contains(&runs[0]), "they are those of --state");
    }
    has(&["--state", &state, "board", ""], &[&runs[0], "show.toml", "paris-2024"]);
}

#[test]
fn the_folder_of_runs_is_listed_where_it_says_something_and_taken_everywhere() {
    let house = House::new();
    let state = house.state().display().to_string();
    let named = |verb: &str| succeeds(&[verb, "--help"]).contains("--state");
    assert!(["runs", "stop", "report", "board"].iter().all(|verb| named(verb)));
    assert!(
        ![
            "shows",
            "new",
            "check",
            "probe",
            "sheet",
            "diff",
            "export",
            "keys",
            "theme",
            "completions",
            "guide",
            "man"
        ]
        .iter()
        .any(|v| named(v))
    );
    for args in
        [["shows", "--state", &state], ["--state", &state, "shows"], ["--state", &state, "runs"]]
    {
        succeeds(&args);
    }
}

#[test]
fn a_department_is_found_by_its_id_and_its_name() {
    let sheet = |department: &str| succeeds(&["sheet", "--department", department, "paris-2024"]);
    assert_eq!(sheet("flag-party"), sheet("Flag Party"));
    let said = fails(1, &["sheet", "--department", "nobody", "paris-2024"]);
    assert!(said.contains("no department nobody; it has lights, sound,"), "{said}");
}
