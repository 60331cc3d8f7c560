//! Pages for paper or a browser, by the real program: the report as a page, its chart, the
//! cue sheet.
//!
//! Whether the pages are what they say is judged by HTML Tidy, a validator that knows nothing of
//! this program.

use std::fs;
use std::process::Command;

use crate::commands::{fails, succeeds};
use crate::harness::{self, House};

/// Returns `true` if the validator is there; a machine that has to have it fails instead.
fn is_equipped() -> bool {
    let is_there = Command::new("tidy").arg("--version").output().is_ok();
    harness::is_equipped((!is_there).then_some("tidy"))
}

/// Has the validator look at `markup`, and takes no complaint.
fn validate(house: &House, what: &str, markup: &str, flags: &[&str]) {
    if !is_equipped() {
        return;
    }
    let file = house.path("page");
    fs::write(&file, markup).expect("a file");
    let output = Command::new("tidy")
        .args(["-e", "-q", "-utf8"])
        .args(flags)
        .arg(&file)
        .output()
        .expect("tidy");
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.trim().is_empty(),
        "{what}: {}\n{said}\n{markup}",
        output.status
    );
}

/// Elements that a page may not have: programs, and anything from elsewhere.
fn is_alone(what: &str, markup: &str) {
    for word in ["<script", "src=", "href=", "@import", "<link", "<iframe", "<object", "<embed"] {
        assert!(!markup.contains(word), "{what} has {word}");
    }
    let addresses = markup.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(
        !addresses.contains("http://") && !addresses.contains("https://"),
        "{what} names an address"
    );
    assert!(!addresses.replace("url(#chart-hatch)", "").contains("url("), "{what} loads something");
}

#[test]
fn a_report_can_be_looked_at() {
    let house = House::new();
    let state = house.state().display().to_string();
    let show = house.show(
        r##"
        title = "<script>alert(1)</script> & \"friends\""
        timezone = "Europe/Paris"
        [[segment]]
        title = "One </svg>"
        duration = "20s"
        [[segment.cue]]
        number = "1"
        title = "Lights <b>"
        planned = "2s"
        duration = "3s"
        [[segment]]
        title = "Two"
        duration = "10s"
        [[segment.cue]]
        number = "2"
        title = "Dark"
        backup_for = "3"
        embargo = true
        [[segment.cue]]
        number = "3"
        title = "Bright"
        "##,
    );
    let mut program = house.open(&["--rehearse", "--auto", "--speed", "1000", &show]);
    program.await_event("run_ended", 1);
    program.keys("q");
    assert!(program.await_exit().success());

    let page = succeeds(&["report", "--state", &state, "--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;friends&quot;"),
        "{page}"
    );
    for words in
        ["Lights &lt;b&gt;", "One &lt;/svg&gt;", "(embargoed)", "REHEARSAL", "<svg", "✓ complete"]
    {
        assert!(page.contains(words), "no {words} in\n{page}");
    }
    assert!(!page.contains("Dark"), "a title under embargo that never fired:\n{page}");
    is_alone("the report", &page);
    validate(&house, "the report", &page, &[]);

    let svg = succeeds(&["report", "--state", &state, "--format", "svg"]);
    assert!(
        svg.contains("<svg xmlns=\"http://www.w3.org/2000/svg\"")
            && svg.contains("One &lt;/svg&gt;"),
        "{svg}"
    );
    is_alone("the chart", &svg);
    validate(&house, "the chart", &svg, &["-xml"]);
}

#[test]
fn the_built_in_shows_have_sheets() {
    let house = House::new();
    for name in ["paris-2024", "torch-relay-2004"] {
        let text = succeeds(&["sheet", name]);
        assert!(text.contains("Cue sheet") && text.contains("[ ]"), "{text}");
        for public in [&[] as &[&str], &["--public"]] {
            let page = succeeds(&[&["sheet", name, "--format", "html"], public].concat());
            is_alone(name, &page);
            validate(&house, name, &page, &[]);
        }
    }
}

/// The stunt of the built-in show was a secret: its cues are, until they have fired.
#[test]
fn a_public_sheet_keeps_the_secret() {
    let inside = succeeds(&["sheet", "paris-2024"]);
    let secrets =
        ["The ride through Paris", "The skydive to the Hollywood sign", "Five rings on the two Os"];
    let internal = ["LX 1, sound 1: GO", "Tom Cruise", "Medical", "recorded take"];
    for words in secrets.iter().chain(&internal) {
        assert!(inside.contains(words), "no {words} on the callers' sheet");
    }
    assert!(inside.contains("⊘ embargo: The ride through Paris"));
    for format in ["text", "html"] {
        let public = succeeds(&["sheet", "paris-2024", "--public", "--format", format]);
        for words in secrets.iter().chain(&internal) {
            assert!(!public.contains(words), "{words} on the public sheet ({format})");
        }
        for words in ["House lights down", "22:51:00", "—", "VT", "Athletes enter"] {
            assert!(public.contains(words), "no {words} on the public sheet ({format})");
        }
    }
}

#[test]
fn a_faulty_show_has_no_sheet_but_its_faults() {
    let house = House::new();
    let show = house.show("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"90\"\n");
    let said = fails(1, &["sheet", &show]);
    assert!(said.contains(&format!("{show}:4:12")) && said.contains("1 error"), "{said}");
    assert!(fails(1, &["sheet", "/nowhere/show.toml"]).contains("/nowhere/show.toml"));
    for args in [
        &["sheet"] as &[&str],
        &["sheet", &show, "--format", "pdf"],
        &["--rehearse", "sheet", &show],
    ] {
        fails(2, args);
    }
}
