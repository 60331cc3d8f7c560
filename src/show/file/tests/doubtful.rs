//! What is said of shows that can be run, but will not do what is meant.

use super::House;
use crate::show::builtin;
use crate::show::file::check;
use crate::show::problem::{Severity, report};

/// Checks that the only warning about a show is at `«…»` of the text, and that what is said holds
/// all the words.
fn only_warning(text: &str, says: &[&str]) {
    let start = text.find('«').expect("no place is marked");
    let end = text.find('»').expect("no end is marked") - '«'.len_utf8();
    let text = text.replace(['«', '»'], "");
    let checked = check(&text, "UTC", &House)
        .unwrap_or_else(|all| panic!("{}", report(&all, "x.toml", &text, false)));
    let shown = report(&checked.warnings, "show.toml", &text, false);
    let [warning] = checked.warnings.as_slice() else {
        panic!("expected one warning:\n{shown}\n{text}")
    };
    assert_eq!(
        (warning.severity, &warning.place),
        (Severity::Warning, &(start..end).into()),
        "{shown}"
    );
    for word in says {
        assert!(shown.contains(word), "no {word:?} in\n{shown}");
    }
}

fn warnings(text: &str) -> Vec<String> {
    let checked = check(text, "UTC", &House)
        .unwrap_or_else(|all| panic!("{}", report(&all, "x.toml", text, false)));
    checked.warnings.into_iter().map(|warning| warning.what).collect()
}

fn segment(title: &str, keys: &str, cues: &str) -> String {
    format!("[[segment]]\ntitle = \"{title}\"\n{keys}\ncue = [{cues}]\n")
}

fn cue(number: &str, keys: &str) -> String {
    let comma = if keys.is_empty() { "" } else { ", " };
    format!("{{ number = \"{number}\", title = \"A\"{comma}{keys} }},")
}

const HOUR: &str = "duration = \"1h\"";

#[test]
fn hard_starts_that_do_not_fit_are_named() {
    let after = |first: &str, second: &str| {
        let first = segment("One", &format!("start = {first}\n{HOUR}"), "");
        format!(
            "title = \"T\"\n{first}{}",
            segment("Two", &format!("start = {second}\n{HOUR}"), "")
        )
    };
    only_warning(
        &after("20:00:00", "«20:40:00»"),
        &["20:00 before the planned end of `One`", "make `One` 20:00 shorter"],
    );
    only_warning(
        &after("20:00:00", "«19:00:00»"),
        &["on the next day, 22:00:00 after the end of `One`", "later time"],
    );
    // Shows go past midnight, and have breaks.
    for (first, second) in
        [("20:00:00", "21:00:00"), ("23:30:00", "00:30:00"), ("10:00:00", "15:00:00")]
    {
        assert_eq!(warnings(&after(first, second)), Vec::<String>::new(), "{first} {second}");
    }
}

#[test]
fn a_fixed_end_that_the_plan_reaches_too_late_is_named() {
    let show = |end: &str| {
        let first = segment("One", &format!("start = 20:00:00\n{HOUR}"), "");
        format!("title = \"T\"\n{first}{}", segment("Two", &format!("end = {end}\n{HOUR}"), ""))
    };
    only_warning(&show("«20:59:00»"), &["the plan leaves `Two` no time", "write a later `end`"]);
    only_warning(&show("«21:00:00»"), &["no time"]);
    for end in ["21:00:01", "22:00:00", "22:30:00", "00:30:00"] {
        assert_eq!(warnings(&show(end)), Vec::<String>::new(), "{end}");
    }
}

#[test]
fn cues_that_do_not_fit_their_segment_are_named() {
    let evening = |cues: &str| {
        format!("title = \"T\"\n{}", segment("One", &format!("start = 20:00:00\n{HOUR}"), cues))
    };
    for (keys, says) in [
        (
            "duration = «\"1:00:01\"»",
            &["cue 1 lasts 1:00:01, longer than its segment `One` (1:00:00)"] as &[_],
        ),
        ("duration = \"20m\", planned = «\"50m\"»", &["cue 1 would end 10:00 after its segment"]),
        (
            "duration = \"20m\", trigger = «{ into = \"50m\" }»",
            &["cue 1 would end 10:00 after its segment"],
        ),
        (
            "trigger = «{ at = 19:59:00 }»",
            &["comes at 19:59:00, 1:00 before its segment `One` starts"],
        ),
        (
            "trigger = «{ at = 21:30:00 }»",
            &["30:00 after its segment `One` is planned to end", "move the cue"],
        ),
    ] {
        only_warning(&evening(&cue("1", keys)), says);
    }
    let long = "[output.vt]\nmpv = true\n[[segment]]\ntitle = \"One\"\nduration = \"5s\"\n[[segment.cue]]\nnumber = «\"1\"»\n\
                title = \"A\"\ndo = [{ output = \"vt\", play = \"x.mp4\", to = \"7s\" }]\n";
    only_warning(&format!("title = \"T\"\n{long}"), &["cue 1 lasts 0:07"]);
    let fits = [
        cue("1", "duration = \"1h\""),
        cue("2", "trigger = { at = 20:00:00 }"),
        cue("3", "trigger = { at = 21:00:00 }"),
        cue("4", "duration = \"10m\", planned = \"50m\""),
    ];
    assert_eq!(warnings(&evening(&fits.concat())), Vec::<String>::new());
    // Nothing says when the segment of this one runs.
    let open = format!(
        "title = \"T\"\n{}",
        segment("One", HOUR, &cue("1", "trigger = { at = 19:00:00 }"))
    );
    assert_eq!(warnings(&open), Vec::<String>::new());
}

#[test]
fn a_cue_planned_before_the_one_above_it_is_named_beside_it() {
    let cues = [
        cue("1", "planned = \"10s\""),
        cue("2", "planned = \"30s\""),
        cue("3", "planned = «\"20s\"»"),
    ];
    let text = format!("title = \"T\"\n{}", segment("One", HOUR, &cues.concat()));
    only_warning(
        &text,
        &["before the `planned` of cue 2 above it (0:30)", "cue 2 is planned here"],
    );
}

#[test]
fn what_follows_a_clip_without_end_is_named() {
    let show = |clip: &str, follow: &str| {
        let first =
            cue("1", &format!("{clip}do = [{{ output = \"vt\", play = \"x.mp4\", loop = true }}]"));
        let cues = format!("{first}{}", cue("2", follow));
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("One", HOUR, &cues))
    };
    only_warning(
        &show("", "trigger = «{ after = \"1\" }»"),
        &["never complete", "give cue 1 a `duration`"],
    );
    for (clip, follow) in
        [("duration = \"5s\", ", "trigger = { after = \"1\" }"), ("", "trigger = { with = \"1\" }")]
    {
        assert_eq!(warnings(&show(clip, follow)), Vec::<String>::new());
    }
}

#[test]
fn what_nothing_uses_is_named() {
    for (head, says) in [
        (
            "[department.«sound»]",
            &["no cue needs department `sound`", "needs = [\"sound\"]"] as &[_],
        ),
        ("[output.«desk»]\nosc = \"udp://[::1]:8000\"", &["nothing is sent to output `desk`"]),
        ("[place.«roof»]\nat = [1, 2]", &["nothing refers to place `roof`"]),
    ] {
        only_warning(&format!("title = \"T\"\n{head}\n{}", segment("One", HOUR, "")), says);
    }
    let used = "title = \"T\"\n[department.a]\n[place.p]\nat = [1, 2]\n[output.clock]\nosc = \"udp://[::1]:8000\"\n\
                timecode = \"osc\"\n[output.stop]\nosc = \"udp://[::1]:8001\"\npanic = [{ osc = \"/stop\" }]\n\
                [person.somebody]\nname = \"Jane Doe\"\n";
    let cues = cue("1", "needs = [\"a\"], route = { points = [\"p\", [1, 2]] }");
    assert_eq!(warnings(&format!("{used}{}", segment("One", HOUR, &cues))), Vec::<String>::new());
}

#[test]
fn times_that_a_clock_skips_or_repeats_are_named() {
    let show = |date: &str, start: &str| {
        let start = format!("start = {start}\n{HOUR}");
        format!(
            "title = \"T\"\ndate = {date}\ntimezone = \"Europe/Paris\"\n{}",
            segment("One", &start, "")
        )
    };
    only_warning(
        &show("2026-03-29", "«02:30:00»"),
        &["does not exist on 2026-03-29", "taken for 03:30:00"],
    );
    only_warning(
        &show("2026-10-25", "«02:30:00»"),
        &["comes twice on 2026-10-25", "the first one"],
    );
    assert_eq!(warnings(&show("2026-03-29", "03:30:00")), Vec::<String>::new());
}

#[test]
fn a_cut_that_the_clip_does_not_have_is_named() {
    let show = |cut: &str| {
        let play = cue("1", &format!("do = [{{ output = \"vt\", play = \"b.mp4\", {cut} }}]"));
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("One", HOUR, &play))
    };
    only_warning(
        &show("from = «\"30s\"»"),
        &["`from` is \"30s\", and the clip lasts 10s", "has ended by then"],
    );
    only_warning(&show("to = «\"12s\"»"), &["`to` is \"12s\"", "the clip ends before that"]);
    assert_eq!(warnings(&show("from = \"9s\", to = \"10.4s\"")), Vec::<String>::new());
}

#[test]
fn a_ramp_that_has_no_steps_is_named() {
    let lights = "title = \"T\"\n[output.lights]\nosc = \"udp://10.0.0.1:8000\"\n";
    let ramp = |ends| {
        let keys =
            format!("do = [{{ output = \"lights\", osc = \"/a\", ramp = {ends}, over = \"1s\" }}]");
        format!("{lights}{}", segment("S", HOUR, &cue("1", &keys)))
    };
    let says = ["no whole number between 1 and 0: this ramp jumps", "write `ramp = [1.0, 0.0]`"];
    only_warning(&ramp("«[1, 0]»"), &says);
    for ends in ["[1, 0.0]", "[0, 127]", "[0, 0]"] {
        assert!(warnings(&ramp(ends)).is_empty(), "{ends}");
    }
}

#[test]
fn a_stop_of_a_cue_that_has_nothing_to_stop_is_named() {
    let outputs =
        "title = \"T\"\n[output.desk]\nosc = \"udp://10.0.0.1:8000\"\n[output.vt]\nmpv = true\n";
    let show = |first, second| {
        let cues = [
            cue("1", first),
            cue("2", "do = [{ output = \"vt\", stop = true }]"),
            cue("3", second),
        ];
        format!("{outputs}{}", segment("S", HOUR, &cues.concat()))
    };
    let (send, stop) =
        ("do = [{ output = \"desk\", osc = \"/a\" }]", "do = [{ stop_cue = «\"1\"» }]");
    only_warning(&show(send, stop), &["cue 1 starts nothing that goes on", "plays a clip"]);
    let ramp = "do = [{ output = \"desk\", osc = \"/a\", ramp = [0.0, 1.0], over = \"5s\" }]";
    let fade = "do = [{ stop_cue = \"1\", over = «\"2s\"» }]";
    only_warning(
        &show(ramp, fade),
        &["only clips fade out, and cue 1 plays none", "remove `over`"],
    );
    let plain = "do = [{ stop_cue = \"1\" }]";
    let loops = "do = [{ output = \"vt\", play = \"a.mp4\", loop = true, optional = true }, { output = \"desk\", osc = \"/a\" }]";
    let fade = fade.replace(['«', '»'], "");
    let waits = "trigger = { into = \"5m\" }";
    for (first, second) in
        [(ramp, plain), (loops, &fade), ("duration = \"9s\"", plain), (waits, plain)]
    {
        let said = warnings(&show(first, second));
        assert!(
            said.iter().all(|what| !what.contains("stopped") && !what.contains("fade")),
            "{said:?}"
        );
    }
}

#[test]
fn a_film_on_a_layer_without_a_picture_and_a_layer_on_which_nothing_plays_are_named() {
    let show = |first: &str, second: &str| {
        let cues = [cue("1", &format!("do = [{first}]")), cue("2", &format!("do = [{second}]"))];
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("S", HOUR, &cues.concat()))
    };
    let bed = "{ output = \"vt\", play = \"a.mp3\", loop = true, layer = \"bgm\" }";
    only_warning(
        &show(bed, "{ output = \"vt\", play = «\"b.mp4\"», layer = \"fx\", loop = true }"),
        &["layer `fx` plays only the sound of `b.mp4`", "another output"],
    );
    only_warning(
        &show(bed, "«{ output = \"vt\", stop = true, layer = \"bmg\" }»"),
        &["no clip of output `vt` plays on layer `bmg`", "did you mean `bgm`?"],
    );
    only_warning(
        &show(bed, "«{ output = \"vt\", volume = 20, over = \"2s\" }»"),
        &["no clip of output `vt` plays on layer `main`, which is meant where none is named"],
    );
    let film = "{ output = \"vt\", play = \"b.mp4\", loop = true, layer = \"main\" }";
    for (first, second) in [
        (film, "{ output = \"vt\", stop = true }"),
        (bed, "{ output = \"vt\", stop = true, layer = \"bgm\" }"),
        ("{ output = \"vt\", stop = true, layer = \"bgm\" }", "{ output = \"vt\", pause = true }"),
    ] {
        assert_eq!(warnings(&show(first, second)), Vec::<String>::new());
    }
}

#[test]
fn layers_that_differ_only_by_case_are_named() {
    let show = |first: &str, second: &str| {
        let cues = [cue("1", &format!("do = [{first}]")), cue("2", &format!("do = [{second}]"))];
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("S", HOUR, &cues.concat()))
    };
    let play = |layer: &str| {
        format!("{{ output = \"vt\", play = \"a.mp3\", loop = true, layer = \"{layer}\" }}")
    };
    let stop = |layer: &str| format!("{{ output = \"vt\", stop = true, layer = \"{layer}\" }}");
    only_warning(
        &show(&format!("«{}»", play("Main")), &stop("Main")),
        &["layer `Main` is another one than `main`", "did you mean `main`?"],
    );
    only_warning(
        &show(&play("bgm"), &format!("«{}»", play("BGM"))),
        &["layer `BGM` is another one than `bgm`", "did you mean `bgm`?"],
    );
    // A command for it has one warning.
    only_warning(
        &show(&play("bgm"), &format!("«{}»", stop("BGM"))),
        &["no clip of output `vt` plays on layer `BGM`", "did you mean `bgm`?"],
    );
    only_warning(&show(&format!("«{}»", stop("MAIN")), &stop("main")), &["did you mean `main`?"]);
    assert_eq!(warnings(&show(&play("bgm"), &play("bgm-2"))), Vec::<String>::new());
}

#[test]
fn a_crossfade_on_one_layer_is_named() {
    let show = |stop: &str, play: &str| {
        let bed = "{ output = \"vt\", play = \"a.mp3\", loop = true, layer = \"bgm\" }";
        let both = format!("{stop}, {{ output = \"vt\", play = \"b.mp3\", loop = true{play} }}");
        let cues = [cue("1", &format!("do = [{bed}]")), cue("2", &format!("do = [{both}]"))];
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("S", HOUR, &cues.concat()))
    };
    let fades = "«{ output = \"vt\", stop = true, over = \"2s\", layer = \"bgm\" }»";
    only_warning(
        &show(fades, ", layer = \"bgm\""),
        &["nothing fades out", "plays a clip on layer `bgm` as well", "another layer"],
    );
    let fades = fades.replace(['«', '»'], "");
    let cuts = fades.replace(", over = \"2s\"", "");
    for (stop, play) in [(&fades, ""), (&fades, ", layer = \"b\""), (&cuts, ", layer = \"bgm\"")] {
        assert_eq!(warnings(&show(stop, play)), Vec::<String>::new());
    }
}

#[test]
fn an_output_has_eight_layers_at_most() {
    let show = |count: usize| {
        let play = |at: usize| {
            let clip = format!("output = \"vt\", play = \"a.mp3\", loop = true, layer = \"l{at}\"");
            let actions = format!("do = [{{ {clip} }}, {{ {clip} }}]");
            cue(&at.to_string(), &actions)
        };
        let cues: String = (0..count).map(play).collect();
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("S", HOUR, &cues))
    };
    assert_eq!(warnings(&show(8)), Vec::<String>::new());
    let text = show(10);
    let faults = check(&text, "UTC", &House).expect_err("too many layers");
    let shown = report(&faults, "show.toml", &text, false);
    assert_eq!(faults.len(), 1, "{shown}");
    assert!(shown.contains("output `vt` has more than 8 layers"), "{shown}");
}

#[test]
fn a_stop_that_fades_in_no_time_is_named() {
    let outputs = "title = \"T\"\n[output.vt]\nmpv = true\n";
    let play = "do = [{ output = \"vt\", play = \"a.mp4\", loop = true, optional = true }]";
    let stop = "do = [{ stop_cue = \"1\", over = «\"0s\"» }]";
    let cues = [cue("1", play), cue("2", stop)].concat();
    only_warning(
        &format!("{outputs}{}", segment("S", HOUR, &cues)),
        &["cue 1 is stopped at once", "write a time such as `over = \"3s\"`, or remove `over`"],
    );
}

#[test]
fn what_a_cue_sends_to_the_address_of_its_own_ramp_is_named() {
    let show = |actions: &str| {
        let outputs = "title = \"T\"\n[output.desk]\nosc = \"udp://10.0.0.1:8000\"\n\
                       [output.other]\nosc = \"udp://10.0.0.2:8000\"\n";
        let own = cue("1", &format!("do = [{actions}]"));
        let cues = [own, cue("2", "do = [{ output = \"other\", osc = \"/a\" }]")].concat();
        format!("{outputs}{}", segment("S", HOUR, &cues))
    };
    let to = |output: &str, address: &str| {
        format!("{{ output = \"{output}\", osc = \"{address}\", args = [1.0] }}")
    };
    let ramp = "{ output = \"desk\", osc = \"/a\", ramp = [0.0, 1.0], over = \"2s\" }";
    let marked = |action: &str| format!("«{action}»");
    let (same, other, elsewhere) = (to("desk", "/a"), to("other", "/a"), to("desk", "/b"));
    let ends = "this ramp ends at its first value";
    for (actions, says) in [
        ([marked(ramp), ramp.to_owned()], [ends, "another ramp of cue 1 goes to `/a` too"]),
        ([marked(ramp), same.clone()], [ends, "another message of cue 1 goes to `/a` too"]),
        ([marked(&same), ramp.to_owned()], ["this message has no effect: a ramp of cue 1", "/a"]),
    ] {
        only_warning(&show(&actions.join(", ")), &says);
    }
    for fine in [[ramp, &other], [ramp, &elsewhere], [&same, &same]] {
        assert_eq!(warnings(&show(&fine.join(", "))), Vec::<String>::new(), "{fine:?}");
    }
}

#[test]
fn a_ramp_with_errors_is_not_doubted_as_well() {
    let text = |keys: &str| {
        let action = format!("{{ output = \"desk\", osc = \"/a\", ramp = [0, 1], {keys} }}");
        let own = cue("1", &format!("do = [{action}]"));
        let output = "title = \"T\"\n[output.desk]\nosc = \"udp://10.0.0.1:8000\"\n";
        format!("{output}{}", segment("S", HOUR, &own))
    };
    for (keys, what) in [
        ("over = \"0s\"", "a ramp takes its time"),
        ("over = \"2s\", args = [1]", "a ramp is the only argument of its message"),
    ] {
        let problems = check(&text(keys), "UTC", &House).expect_err("an error");
        let said: Vec<&str> = problems.iter().map(|problem| problem.what.as_str()).collect();
        assert_eq!(said, [what]);
    }
    assert!(warnings(&text("over = \"2s\""))[0].contains("this ramp jumps"));
}

#[test]
fn a_figure_that_counts_up_needs_a_length() {
    let show = |keys: &str| {
        let outputs = "title = \"T\"\n[output.vt]\nmpv = true\n";
        let stop = cue("2", "do = [{ output = \"vt\", stop = true }]");
        let cues = [cue("1", keys), stop].concat();
        format!("{outputs}{}", segment("S", HOUR, &cues))
    };
    only_warning(
        &show("count = «\"up\"»"),
        &["cue 1 has no length: no figure counts up", "add `duration`, or remove `count`"],
    );
    let clip = "count = \"up\", do = [{ output = \"vt\", play = \"c.mp4\" }]";
    for fine in ["count = \"down\"", "count = \"up\", duration = \"9s\"", clip] {
        assert_eq!(warnings(&show(fine)), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn the_built_in_shows_have_nothing_to_warn_of() {
    for show in builtin::ALL {
        assert_eq!(warnings(show.text), Vec::<String>::new(), "{}", show.name);
    }
    assert_eq!(warnings(builtin::TEMPLATE), Vec::<String>::new());
}

#[test]
fn a_clip_whose_length_the_show_does_not_say_is_named_with_it() {
    let show = |keys: &str, play: &str| {
        let cue =
            cue("«1»", &format!("{keys}do = [{{ output = \"vt\", play = \"b.mp4\"{play} }}]"));
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("S", HOUR, &cue))
    };
    let marked = |text: String| text.replace("\"«1»\"", "«\"1\"»");
    only_warning(
        &marked(show("", "")),
        &["the clip of cue 1 lasts 10s", "write `duration = \"10s\"`"],
    );
    only_warning(&marked(show("", ", from = \"1.5s\"")), &["lasts 8.5s"]);
    let plain = |text: String| text.replace(['«', '»'], "");
    for (keys, play) in [("duration = \"10s\", ", ""), ("", ", to = \"9s\""), ("", ", loop = true")]
    {
        assert_eq!(warnings(&plain(show(keys, play))), [] as [&str; 0], "{keys} {play}");
    }
    // Of a file that nobody has looked at there is nothing to say.
    assert_eq!(warnings(&plain(show("", "")).replace("b.mp4", "c.mp4")), [] as [&str; 0]);
}

#[test]
fn a_clip_that_plays_on_when_the_first_of_its_cue_is_over_is_named() {
    let show = |keys: &str, first: &str, second: &str| {
        let play = |clip: &str| format!("{{ output = \"vt\", play = {clip} }}");
        let (first, second) = (play(first), play(&format!("{second}, layer = \"bgm\"")));
        let cue = cue("1", &format!("{keys}do = [{first}, «{second}»]"));
        format!("title = \"T\"\n[output.vt]\nmpv = true\n{}", segment("S", HOUR, &cue))
    };
    let says = ["plays on when the first clip of cue 1 is over", "`trigger = { with = \"1\" }`"];
    let still = "duration = \"30s\", ";
    for (keys, first, second) in [
        ("", "\"c.mp4\"", "\"a.mp3\", loop = true"),
        ("", "\"c.mp4\", to = \"5s\"", "\"c.mp3\", to = \"7s\""),
        ("duration = \"10s\", ", "\"b.mp4\"", "\"c.mp3\", from = \"5s\", to = \"20s\""),
        (still, "\"a.png\"", "\"c.mp3\", to = \"40s\""),
        (still, "\"c.mp4\", loop = true", "\"c.mp3\", loop = true"),
    ] {
        only_warning(&show(keys, first, second), &says);
    }
    for (keys, first, second) in [
        // It ends with the first, or nobody knows when.
        ("duration = \"10s\", ", "\"b.mp4\"", "\"c.mp3\", to = \"10.5s\""),
        ("", "\"c.mp4\"", "\"c.mp3\""),
        // The first does not end by itself.
        ("", "\"c.mp4\", loop = true", "\"c.mp3\", loop = true"),
        ("", "\"a.png\"", "\"c.mp3\", loop = true"),
    ] {
        let text = show(keys, first, second).replace(['«', '»'], "");
        assert_eq!(warnings(&text), Vec::<String>::new(), "{first} {second}");
    }
}

#[test]
fn a_chain_that_runs_longer_than_its_segment_is_named_once() {
    let show = |first: &str, second: &str, third: &str| {
        let cues = [cue("1", first), cue("2", second), cue("3", third)].concat();
        format!("title = \"T\"\n{}", segment("One", "duration = \"60s\"", &cues))
    };
    only_warning(
        &show(
            "duration = \"30s\"",
            "duration = \"20s\", trigger = { after = \"1\" }",
            "duration = \"20s\", trigger = «{ after = \"2\", delay = \"5s\" }»",
        ),
        &["cue 3 would end 0:15 after its segment `One`", "chain that cue 1 begins"],
    );
    // The time at which the first cue is meant counts, where the file says it.
    only_warning(
        &show(
            "planned = \"50s\"",
            "trigger = «{ with = \"1\", delay = \"12s\" }»",
            "trigger = { with = \"1\" }",
        ),
        &["cue 2 would end 0:02 after"],
    );
    for (first, second) in [
        ("duration = \"30s\"", "duration = \"30s\", trigger = { after = \"1\" }"),
        ("", "trigger = { with = \"1\", delay = \"60s\" }"),
    ] {
        assert_eq!(warnings(&show(first, second, "")), [] as [&str; 0], "{first} {second}");
    }
}

#[test]
fn numbers_that_sound_the_same_are_named() {
    let show = |first: &str, second: &str| {
        let cues = format!("{}{}", cue(first, ""), cue(second, "").replace(second, "«»"));
        format!("title = \"T\"\n{}", segment("One", HOUR, &cues))
            .replace("\"«»\"", &format!("«\"{second}\"»"))
    };
    for (first, second) in [("1", "01"), ("10A", "10a"), ("2.5B", "02.5b")] {
        let both = format!("`{first}` and `{second}`");
        only_warning(&show(first, second), &[&both, "another number", "the other one"]);
    }
    for (first, second) in [("1", "10"), ("1.5", "1.05"), ("1.1", "1.10"), ("A1", "A.1")] {
        let plain = show(first, second).replace(['«', '»'], "");
        assert_eq!(warnings(&plain), [] as [&str; 0], "{first} {second}");
    }
}

#[test]
fn a_second_backup_for_a_cue_is_named() {
    let cues = [
        cue("1", ""),
        cue("1B", "backup_for = \"1\""),
        cue("1C", "backup_for = «\"1\"»"),
        cue("2", ""),
        cue("2B", "backup_for = \"2\""),
    ];
    only_warning(
        &format!("title = \"T\"\n{}", segment("One", HOUR, &cues.concat())),
        &["cue 1 has more than one backup", "1C", "pass 1B"],
    );
}

#[test]
fn two_outputs_with_one_address_are_named() {
    let show = |first: &str, second: &str| {
        let play = "do = [{ output = \"a\", osc = \"/1\" }, { output = \"b\", osc = \"/1\" }]";
        format!(
            "title = \"T\"\n[output.a]\nosc = \"{first}\"\n[output.«b»]\nosc = \"{second}\"\n{}",
            segment("One", HOUR, &cue("1", play))
        )
    };
    for (first, second) in [
        ("udp://10.0.0.7:8000", "udp://10.0.0.7:8000"),
        ("udp://localhost:8000", "udp://127.0.0.1:8000"),
        ("tcp://Desk:3032", "tcp://desk:3032"),
    ] {
        only_warning(&show(first, second), &["`a` and `b`", "same address", "`a`: messages"]);
    }
    for (first, second) in [
        ("udp://10.0.0.7:8000", "udp://10.0.0.7:8001"),
        ("udp://10.0.0.7:8000", "tcp://10.0.0.7:8000"),
    ] {
        let plain = show(first, second).replace(['«', '»'], "");
        assert_eq!(warnings(&plain), [] as [&str; 0], "{first} {second}");
    }
    // The same address at two stations is two desks.
    let plain =
        show("udp://127.0.0.1:8000\"\nstation = \"paris", "udp://127.0.0.1:8000\"\nstation = \"la");
    assert_eq!(warnings(&plain.replace(['«', '»'], "")), [] as [&str; 0]);
    // Two windows are two players, and two accounts of a web service are two outputs.
    let web = "do = [{ output = \"a\", path = \"/1\" }, { output = \"b\", path = \"/1\" }]";
    let text = format!(
        "title = \"T\"\n[output.a]\nhttp = \"https://x.com\"\n[output.b]\nhttp = \"https://x.com\"\n{}",
        segment("One", HOUR, &cue("1", web))
    );
    assert_eq!(warnings(&text), [] as [&str; 0]);
}

#[test]
fn a_request_that_obs_does_not_know_is_named() {
    let show = |request: &str| {
        let send = format!("do = [{{ output = \"a\", request = {request} }}]");
        let obs = "[output.a]\nobs = \"ws://10.0.0.4:4455\"";
        format!("title = \"T\"\n{obs}\n{}", segment("One", HOUR, &cue("1", &send)))
    };
    for (request, says) in [
        ("SetCurentProgramScene", "did you mean `SetCurrentProgramScene`?"),
        ("startstream", "did you mean `StartStream`?"),
        ("MakeCoffee", "the protocol of OBS"),
    ] {
        let has_none = format!("has no request `{request}`");
        only_warning(&show(&format!("«\"{request}\"»")), &[&has_none, says]);
    }
    for known in ["SetCurrentProgramScene", "BroadcastCustomEvent", "TriggerStudioModeTransition"] {
        assert_eq!(warnings(&show(&format!("{known:?}"))), [] as [&str; 0], "{known}");
    }
}

#[test]
fn a_text_without_a_line_end_is_named_where_a_device_would_wait_for_it() {
    let show = |output: &str, message: &str| {
        let send = format!("do = [{{ output = \"a\", {message} }}]");
        format!("title = \"T\"\n[output.a]\n{output}\n{}", segment("One", HOUR, &cue("1", &send)))
    };
    let (tcp, udp) = ("tcp = \"10.0.0.9:5250\"", "udp = \"10.0.0.9:5250\"");
    let says = ["ends without `\\r\\n`", "most devices wait for it", "in double quotes"];
    only_warning(&show(tcp, "text = «\"PLAY 1-10 AMB\"»"), &says);
    // In single quotes nothing is a line end.
    only_warning(&show(tcp, "text = «'PLAY 1-10 AMB\\r\\n'»"), &says);
    for (output, message) in [
        (tcp, "text = \"PLAY 1-10 AMB\\r\\n\""),
        (tcp, "text = \"%1POWR 1\\r\""),
        (tcp, "text = \"\\u0002QPL\\u0003\""),
        (tcp, "hex = \"41 42\""),
        (udp, "text = \"PLAY\""),
    ] {
        assert_eq!(warnings(&show(output, message)), [] as [&str; 0], "{output} {message}");
    }
}

#[test]
fn an_output_that_sends_to_the_programs_own_ear_is_named() {
    let show = |listen: &str, osc: &str| {
        let cues = cue("1", "do = [{ output = \"q\", osc = \"/go\" }]");
        format!(
            "title = \"T\"\n[remote]\nlisten = \"{listen}\"\n[output.«q»]\nosc = \"{osc}\"\n{}",
            segment("One", HOUR, &cues)
        )
    };
    for (listen, osc) in [
        ("127.0.0.1:53000", "udp://127.0.0.1:53000"),
        ("127.0.0.1:53000", "udp://localhost:53000"),
        ("[::1]:53000", "tcp://[::1]:53000"),
    ] {
        only_warning(
            &show(listen, osc),
            &["output `q` sends to", "listens itself", "another port"],
        );
    }
    for osc in ["udp://127.0.0.1:53001", "udp://10.0.0.7:53000"] {
        let plain = show("127.0.0.1:53000", osc).replace(['«', '»'], "");
        assert_eq!(warnings(&plain), [] as [&str; 0], "{osc}");
    }
}

#[test]
fn a_cue_whose_departments_nobody_can_warn_is_named() {
    let show = |first: &str, second: &str| {
        let cues = format!("{}{}", cue("1", first), cue("2", second));
        format!("title = \"T\"\n[department.stunts]\n{}", segment("One", HOUR, &cues))
    };
    let needs = "needs = [\"stunts\"]";
    for (first, trigger) in [
        ("", "trigger = «{ with = \"1\" }»"),
        ("", "trigger = «{ after = \"1\" }»"),
        (needs, "trigger = «{ with = \"1\", delay = \"0s\" }»"),
    ] {
        let text = show(first, &format!("{needs}, {trigger}"));
        only_warning(&text, &["cue 2 comes at once with cue 1", "`needs` at cue 1", "a delay"]);
    }
    for (first, second) in [
        ("", "needs = [\"stunts\"], trigger = { with = \"1\", delay = \"5s\" }"),
        ("duration = \"5s\"", "needs = [\"stunts\"], trigger = { after = \"1\" }"),
        (needs, "trigger = { with = \"1\" }"),
        ("", needs),
    ] {
        assert_eq!(warnings(&show(first, second)), [] as [&str; 0], "{first} {second}");
    }
}

#[test]
fn a_number_that_is_a_word_of_remote_controls_is_named() {
    let text = |number: &str| {
        format!("title = \"x\"\n{}", segment("s", "duration = \"1m\"", &cue(number, "")))
    };
    let what = |number: &str| {
        vec![format!("cue number `{number}` has another meaning for remote controls")]
    };
    assert_eq!(warnings(&text("next")), what("next"));
    assert_eq!(warnings(&text("active")), what("active"));
    assert_eq!(warnings(&text("next1")), Vec::<String>::new());
}

#[test]
fn ports_of_midi_are_one_where_one_name_has_all_words_of_the_other() {
    let of = |one: &str, other: &str| {
        let text = format!(
            "title = \"x\"\n[output.a]\nmidi = \"{one}\"\n[output.b]\nmidi = \"{other}\"\n{}",
            segment("s", "duration = \"1m\"", &cue("1", ""))
        );
        warnings(&text).iter().any(|what| what.contains("send to the same address"))
    };
    assert!(of("Bus 1", "bus 1"));
    assert!(of("IAC Bus 1", "Bus 1"));
    assert!(!of("Bus 1", "Bus 10"));
    assert!(!of("IAC Bus 10", "Bus 1"));
}
