//! Repeats against shows that were written by hand, and every fault of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::show::file::machine::Finding;
use crate::show::problem;

/// Files by their names.
#[derive(Debug, Default)]
struct Shelf(BTreeMap<&'static str, String>);

impl Shelf {
    fn of(files: &[(&'static str, &str)]) -> Shelf {
        Shelf(files.iter().map(|(name, text)| (*name, (*text).to_owned())).collect())
    }
}

impl Files for Shelf {
    fn file(&self, path: &str, from: Option<&Path>) -> Result<FoundFile, Finding> {
        let folder = from.and_then(Path::parent).unwrap_or(Path::new(""));
        let path = folder.join(path);
        let name = path.display().to_string();
        let text = self.0.get(&*name).cloned().ok_or_else(|| Finding {
            what: format!("there is no file {name}"),
            fix: "write another name".to_owned(),
        })?;
        Ok(FoundFile { path, name, text })
    }

    fn show(&self) -> Option<PathBuf> {
        Some("show.toml".into())
    }
}

fn checked(text: &str, files: &Shelf) -> Result<Checked, Vec<Problem>> {
    expand(text, files).check("UTC", &Unseen)
}

/// The show of a text without errors and warnings.
fn good(text: &str, files: &Shelf) -> crate::show::Show {
    let checked =
        checked(text, files).unwrap_or_else(|problems| panic!("{}", told(&problems, text)));
    assert_eq!(checked.warnings, vec![], "{}", told(&checked.warnings, text));
    checked.show
}

fn told(problems: &[Problem], text: &str) -> String {
    problem::report(problems, "show.toml", text, false)
}

/// Everything that is said of a text.
fn said(text: &str, files: &Shelf) -> String {
    match checked(text, files) {
        Ok(checked) => told(&checked.warnings, text),
        Err(problems) => told(&problems, text),
    }
}

/// A show of this, with a title.
fn with_head(rest: &str) -> String {
    format!("title = \"T\"\n{rest}")
}

const HOUSE: &str = "\
[vars]
desk = \"127.0.0.1:8000\"

[department.sound]
name = \"Sound\"

[output.lights]
osc = \"udp://{desk}\"

[place.hall]
at = [48.0, 2.0]

[person.host]
name = \"Jane Doe\"

[[template.session.cue]]
number = \"{n}.1\"
title  = \"Sting for {speaker}\"
needs  = [\"sound\"]
do     = [{ output = \"lights\", osc = \"/cue/{n}\", args = [\"{level}\", \"{n}\"] }]

[[template.session.cue]]
number  = \"{n}.2\"
title   = \"Sting out\"
trigger = { after = \"{n}.1\", delay = \"2s\" }
";

const SHOW: &str = "\
title   = \"Conference at {venue}\"
include = [\"house.toml\"]

[vars]
venue = \"the Hall\"
level = 0.5

# The first.
[[segment]]
title    = \"{speaker} at {venue}\"
duration = \"20m\"
use      = \"session\"
with     = { n = 10, speaker = \"Amara \\\"A\\\" Diallo\" }

[[segment.cue]]
number = \"10.9\"
title  = \"Questions\"

[[segment]]
title    = \"Ben\"
duration = \"20m\"
use      = \"session\"

[segment.with]
n       = \"11\"
speaker = \"Ben\"
level   = 1
";

/// The same, written by hand.
const BY_HAND: &str = "\
title = \"Conference at the Hall\"

[department.sound]
name = \"Sound\"

[output.lights]
osc = \"udp://127.0.0.1:8000\"

[place.hall]
at = [48.0, 2.0]

[person.host]
name = \"Jane Doe\"

[[segment]]
title = \"Amara \\\"A\\\" Diallo at the Hall\"
duration = \"20m\"

[[segment.cue]]
number = \"10.1\"
title = \"Sting for Amara \\\"A\\\" Diallo\"
needs = [\"sound\"]
do = [{ output = \"lights\", osc = \"/cue/10\", args = [0.5, 10] }]

[[segment.cue]]
number = \"10.2\"
title = \"Sting out\"
trigger = { after = \"10.1\", delay = \"2s\" }

[[segment.cue]]
number = \"10.9\"
title = \"Questions\"

[[segment]]
title = \"Ben\"
duration = \"20m\"

[[segment.cue]]
number = \"11.1\"
title = \"Sting for Ben\"
needs = [\"sound\"]
do = [{ output = \"lights\", osc = \"/cue/11\", args = [1, \"11\"] }]

[[segment.cue]]
number = \"11.2\"
title = \"Sting out\"
trigger = { after = \"11.1\", delay = \"2s\" }
";

#[test]
fn a_show_with_repeats_is_written_out_as_a_person_would_have_written_it() {
    let files = Shelf::of(&[("house.toml", HOUSE)]);
    let expanded = expand(SHOW, &files);
    assert!(expanded.has_repeats());
    assert_eq!(expanded.text(), BY_HAND);
    let taken: Vec<usize> = expanded.taken().iter().map(Vec::len).collect();
    assert_eq!(taken, [2, 2]);
    assert_eq!(expanded.taken()[1][1].words(SHOW), "line 22 of house.toml");
    assert_eq!(good(SHOW, &files), crate::show::file::parse(BY_HAND, "UTC").unwrap());
}

#[test]
fn a_show_without_repeats_is_its_own_text() {
    for text in [
        BY_HAND,
        // Words of repeats, braces and double braces that are none.
        "title = \"use = {x} {{y}}\"\n[[segment]]\ntitle = \"vars.\"\nduration = \"1m\"\n",
        "title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\ncue = [{ number = \"1\", title = \"A\" }, \
         { number = \"2\", title = \"B\", trigger = { with = \"1\" } }]\n",
        "title = \"[vars]\" # with = 1\n[[segment]]\ntitle = \"template\"\nduration = \"1m\"\n",
    ] {
        let expanded = expand(text, &NoFiles);
        assert!(!expanded.has_repeats());
        assert_eq!(expanded.text(), text);
        assert!(expanded.check("UTC", &Unseen).is_ok(), "{text}");
    }
}

#[test]
fn every_way_of_writing_tables_in_toml_is_the_same_show() {
    let inline = "title = \"T\"\nvars.a = \"A\"\ndepartment = { lx = { name = \"{a}\" } }\n\
                  template = { t = { cue = [{ number = \"{n}\", title = \"{a}\", needs = [\"lx\"] }] } }\n\
                  segment = [{ title = \"S\", duration = \"1m\", use = \"t\", with = { n = 1 }, \
                  cue = [{ number = \"2\", title = \"Two\" }] }]\n";
    let headers = "title = \"T\"\n\"vars\" = { \"a\" = 'A' }\n[department.lx]\nname = \"{a}\"\n\
                   [template.t]\n[[template.t.cue]]\nnumber = \"{n}\"\ntitle = \"{a}\"\nneeds = [\"lx\"]\n\
                   [[segment]]\ntitle = \"S\"\nduration = \"1m\"\nuse = \"t\"\nwith.n = 1\n\
                   [[segment.cue]]\nnumber = \"2\"\ntitle = \"Two\"\n";
    let by_hand = "title = \"T\"\n[department.lx]\nname = \"A\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n\
                   [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\nneeds = [\"lx\"]\n\
                   [[segment.cue]]\nnumber = \"2\"\ntitle = \"Two\"\n";
    let files = Shelf::default();
    assert_eq!(good(inline, &files), good(by_hand, &files));
    assert_eq!(good(headers, &files), good(by_hand, &files));
}

#[test]
fn a_fault_of_a_template_is_told_at_the_template_and_at_its_use() {
    let files = Shelf::of(&[("house.toml", HOUSE)]);
    // Both segments have the same numbers.
    let text = SHOW.replace("n       = \"11\"", "n       = \"10\"");
    let expected = "\
error: cue number `10.1` is used twice
  --> house.toml:17:10
   |
17 | number = \"{n}.1\"
   |          ^^^^^^^
   |
  ::: show.toml:12:12
   |
12 | use      = \"session\"
   |            --------- it is used here first
...
22 | use      = \"session\"
   |            --------- used here
   |
   = help: give one of the two cues another number
";
    let said = said(&text, &files);
    assert!(said.contains(expected), "{said}");
    // What each use has wrong is told once.
    let house = HOUSE.replace("title   = \"Sting out\"", "titel   = \"Sting out\"");
    let said = self::said(SHOW, &Shelf::of(&[("house.toml", &house)]));
    assert!(said.contains("error: unknown key `titel` in a cue\n  --> house.toml:24:1"), "{said}");
    assert!(said.contains("--------- used here, and in 1 more place\n"), "{said}");
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
}

#[test]
fn a_name_that_stands_for_nothing_is_told_at_both_places() {
    let files = Shelf::of(&[("house.toml", HOUSE)]);
    let text = SHOW.replace("speaker = \"Ben\"", "speakr = \"Ben\"");
    let said = said(&text, &files);
    let expected = "\
error: nothing says what `{speaker}` stands for
  --> house.toml:18:10
   |
18 | title  = \"Sting for {speaker}\"
   |          ^^^^^^^^^^^^^^^^^^^^^
   |
  ::: show.toml:22:12
   |
22 | use      = \"session\"
   |            --------- used here
   |
   = help: did you mean `{speakr}`? Otherwise write `{{speaker}}` for the braces themselves
";
    assert!(said.contains(expected), "{said}");
    let in_own = SHOW.replace("at {venue}\"\ninc", "at {venu}\"\ninc");
    let said = self::said(&in_own, &files);
    assert!(said.contains("stands for\n --> show.toml:1:11\n"), "{said}");
    assert!(said.contains("help: did you mean `{venue}`?"), "{said}");
}

#[test]
fn a_part_of_the_wrong_shape_is_told_once() {
    const SEGMENT: &str = "title = \"S\"\nduration = \"1m\"\n";
    for (text, words) in [
        (format!("[include]\nx = 1\n[[segment]]\n{SEGMENT}"), "`include` is a table, not a list"),
        (
            format!("[segment]\n{SEGMENT}notes = \"{{a}}\"\n[vars]\na = 1\n"),
            "`segment` is a table, not a list",
        ),
    ] {
        let said = said(&with_head(&text), &Shelf::default());
        assert!(said.contains(words), "{text}\n{said}");
        assert_eq!(said.matches("error: ").count(), 1, "{text}\n{said}");
    }
}

#[test]
fn an_extra_column_is_text_whatever_it_is_called() {
    let cue =
        "[[segment.cue]]\nnumber = \"1\"\ntitle = \"T\"\nextra = { start = \"{n}\", do = [] }\n";
    let cue = cue.replace(", do = []", ", do = \"{n}\"");
    let text = format!("[vars]\nn = 3\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n{cue}");
    let show = good(&with_head(&text), &Shelf::default());
    let cue = show.cue(show.order[0]);
    let extra: Vec<_> = cue.extra.iter().map(|one| (&*one.name, &*one.text)).collect();
    assert_eq!(extra, [("start", "3"), ("do", "3")]);
}

#[test]
fn each_fault_of_repeats_says_where_and_what_to_do() {
    let files = Shelf::of(&[
        ("house.toml", HOUSE),
        ("self.toml", "include = [\"self.toml\"]\n"),
        ("a.toml", "include = [\"b.toml\"]\n"),
        ("b.toml", "include = [\"c.toml\"]\n"),
        ("c.toml", "include = [\"a.toml\"]\n"),
        ("show.toml", ""),
        ("whole.toml", "title = \"X\"\n[[segment]]\ntitle = \"S\"\n"),
        ("torn.toml", "[department.x\nname = \"X\"\n"),
        ("json.toml", "{ \"a\": 1 }\n"),
        ("sound.toml", "[department.sound]\nname = \"PA\"\n"),
        ("colour.toml", "[department.pa]\ncolour = \"redd\"\n"),
        ("other.toml", "[[template.session.cue]]\nnumber = \"1\"\ntitle = \"T\"\n"),
        ("flat.toml", "department = 5\n[output]\nx = 1\n"),
    ]);
    const END: &str = "\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n";
    for (text, words) in [
        ("include = \"house.toml\"", "`include` is text, not a list"),
        ("include = [5]", "an element of `include` is a whole number, not text"),
        ("include = [\"hous.toml\"]", "there is no file hous.toml"),
        ("include = [\"self.toml\"]", "self.toml includes itself\n --> self.toml:1:12"),
        (
            "include = [\"a.toml\"]",
            "a.toml includes itself, by way of b.toml and c.toml\n --> c.toml:1:12",
        ),
        ("include = [\"show.toml\"]", "show.toml includes itself\n --> show.toml:2:12"),
        (
            "include = [\"whole.toml\"]",
            "unknown key `segment` in an included file\n --> whole.toml:2:3",
        ),
        (
            "include = [\"torn.toml\"]",
            "the brackets of this header do not match\n --> torn.toml:1:1",
        ),
        (
            "include = [\"torn.toml\"]",
            "\n2 | include = [\"torn.toml\"]\n  |            ----------- included here\n",
        ),
        ("include = [\"json.toml\"]", " --> json.toml:1:1"),
        ("include = [\"flat.toml\"]", "error: `department` is not a table\n --> flat.toml:1:14"),
        ("include = [\"flat.toml\"]", "error: `x` is not a table\n --> flat.toml:3:5"),
        (
            "include = [\"colour.toml\"]",
            "there is no colour `redd`\n --> colour.toml:2:10\n  |\n2 | colour = \"redd\"\n  |          ^^^^^^\n  |\n \
             ::: show.toml:2:12\n",
        ),
        (
            "include = [\"house.toml\", \"sound.toml\"]",
            "the id `sound` is used twice\n --> sound.toml:1:13",
        ),
        ("include = [\"house.toml\", \"sound.toml\"]", "--- it is used here first"),
        (
            "include = [\"house.toml\"]\n[department.sound]",
            "the id `sound` is used twice\n --> show.toml:3:13",
        ),
        (
            "include = [\"house.toml\", \"other.toml\"]",
            "there are two templates `session`\n  --> other.toml:1:12",
        ),
        ("vars = 5", "`vars` is a whole number, not a table"),
        ("vars = { \"a b\" = 1 }", "`a b` cannot be a name"),
        ("vars = { a = [1] }", "`a` is a list, not a text or a number"),
        ("vars = { a = \"{b}\", b = \"x\" }", "nothing says what `{b}` stands for"),
        ("vars = { a = 1 }", "warning: no text has `{a}`"),
        ("[template.t]", "a template has no `cue`"),
        ("[template.t]\ncue = 1\nx = 2", "unknown key `x` in a template"),
        ("[template.t]\ncue = [1]", "the `cue` of a template is no list of tables"),
        ("[[template.t.cue]]\nnumber = \"1\"", "warning: no segment uses the template `t`"),
    ] {
        let text = with_head(&format!("{text}{END}"));
        let said = said(&text, &files);
        assert!(said.contains(words), "{text}\n{said}");
    }
    for (keys, words) in [
        ("use = \"sesion\"", "there is no template `sesion`"),
        ("use = \"sesion\"", "help: did you mean `session`?"),
        ("use = 5", "`use` is a whole number, not text"),
        ("with = { n = 1 }", "`with` is there without `use`"),
        ("use = \"session\"\nwith = 5", "`with` is a whole number, not a table"),
        (
            "use = \"session\"\nwith = { n = 1, level = 1, speaker = \"A\", more = 2 }",
            "warning: neither the template nor the segment has `{more}`",
        ),
        (
            "use = \"session\"\nwith = { n = 1, level = \"x y\" , speaker = \"a\\nb\" }",
            "holds a line break",
        ),
    ] {
        let text = with_head(&format!("include = [\"house.toml\"]{END}{keys}\n"));
        let said = said(&text, &files);
        assert!(said.contains(words), "{text}\n{said}");
    }
}

#[test]
fn a_text_is_parsed_for_repeats_only_where_it_may_have_some() {
    for text in [BY_HAND, "with = 1", "reuse = 1", "a template for use. We include it", "vars"] {
        assert!(!may_repeat(text), "{text}");
    }
    for text in ["[vars]", "vars.a = 1", "[[template.x.cue]]", "\"use\" = 1", "include=[]"] {
        assert!(may_repeat(text), "{text}");
    }
    let alone = with_head("[[segment]]\ntitle = \"S\"\nduration = \"1m\"\nwith = { n = 1 }\n");
    let said = said(&alone, &Shelf::default());
    assert!(said.contains("error: `with` is there without `use`\n --> show.toml:5:1"), "{said}");
}

#[test]
fn what_refers_to_the_cues_of_a_missing_template_is_no_second_fault() {
    let text = "title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\nuse = \"t\"\n\
                [[segment.cue]]\nnumber = \"2\"\ntitle = \"Two\"\nneeds = [\"lx\"]\n\
                trigger = { after = \"1\" }\n";
    let problems = checked(text, &Shelf::default()).unwrap_err();
    assert_eq!(problems.len(), 1, "{}", told(&problems, text));
}

#[test]
fn a_value_that_is_only_a_name_stays_a_number() {
    let text = |to: &str| {
        let same = if to.contains("same") { "same = \"{house}\"\n" } else { "" };
        format!(
            "title = \"T {{house}}\"\n[vars]\nhouse = 0.8\n{same}\
             [output.desk]\nosc = \"udp://127.0.0.1:8000\"\n\
             [[template.t.cue]]\nnumber = \"1\"\ntitle = \"{{to}}\"\n\
             do = [{{ output = \"desk\", osc = \"/a\", args = [\"{{to}}\"] }}]\n\
             [[segment]]\ntitle = \"S\"\nduration = \"1m\"\nuse = \"t\"\nwith = {{ to = {to} }}\n"
        )
    };
    for (to, sent) in [
        ("0.8", "/a 0.8"),
        ("\"{house}\"", "/a 0.8"),
        ("\"{same}\"", "/a 0.8"),
        ("\"{house} \"", "/a \"0.8 \""),
        ("\"0.8\"", "/a \"0.8\""),
    ] {
        let text = text(to);
        let show = good(&text, &Shelf::default());
        let cue = show.cues.iter().next().unwrap();
        assert_eq!(cue.actions[0].body.describe(), sent, "{to}");
    }
}

#[test]
fn faults_of_the_syntax_come_first() {
    let files = Shelf::of(&[("house.toml", HOUSE)]);
    let text =
        SHOW.replace("duration = \"20m\"\nuse      = \"session\"\nwith", "duration 20m\nwith");
    let problems = checked(&text, &files).unwrap_err();
    assert_eq!(problems.len(), 1, "{}", told(&problems, &text));
    assert_eq!(problems[0].what, "a line without `=`");
}

#[test]
fn nothing_grows_without_bounds() {
    // Each value is twice the one before.
    let mut doubling = "title = \"T\"\n[vars]\nv0 = \"xxxxxxxxxxxxxxxx\"\n".to_owned();
    for n in 1..60 {
        let before = n - 1;
        let _ = writeln!(doubling, "v{n} = \"{{v{before}}}{{v{before}}}\"");
    }
    let said = said(&doubling, &Shelf::default());
    assert!(said.contains("`v13` has 131072 bytes"), "{said}");
    // A template of many cues in many segments.
    let long = "x".repeat(20_000);
    let mut many = "title = \"T\"\n".to_owned();
    for n in 0..200 {
        let _ = writeln!(
            many,
            "[[template.t.cue]]\nnumber = \"{{n}}.{n}\"\ntitle = \"T\"\nnotes = \"{long}\""
        );
    }
    for n in 0..100 {
        let _ = writeln!(
            many,
            "[[segment]]\ntitle = \"S\"\nduration = \"1m\"\nuse = \"t\"\nwith.n = {n}"
        );
    }
    let said = self::said(&many, &Shelf::default());
    assert!(said.contains("with its templates the show has more than 32 MiB"), "{said}");
    // Files in a row.
    let row: Vec<(String, String)> = (0..20)
        .map(|n| (format!("{n}.toml"), format!("include = [\"{}.toml\"]\n", n + 1)))
        .collect();
    let shelf = row.into_iter().map(|(name, text)| (&*Box::leak(name.into_boxed_str()), text));
    let said = self::said(&with_head("include = [\"0.toml\"]\n"), &Shelf(shelf.collect()));
    assert!(
        said.contains("more than 8 files include each other in a row\n --> 7.toml:1:12"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_included_twice_counts_once() {
    let files = Shelf::of(&[
        ("house.toml", HOUSE),
        ("a/hall.toml", "include = [\"common.toml\"]\n[department.hall]\n"),
        ("a/common.toml", "[department.lx]\n[place.door]\nat = [1, 2]\n"),
    ]);
    let text = with_head(
        "include = [\"a/hall.toml\", \"a/common.toml\"]\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n",
    );
    let show = good(&text, &files);
    let ids: Vec<&str> = show.departments.iter().map(|department| department.id.as_str()).collect();
    assert_eq!(ids, ["lx", "hall"]);
}

#[test]
fn a_show_that_is_no_file_cannot_include_any() {
    let text =
        with_head("include = [\"house.toml\"]\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n");
    let problems = crate::show::file::parse(&text, "UTC").unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].what.contains("this show is no file"), "{}", problems[0].what);
}

/// Text that may hold whatever TOML and names have a meaning for.
fn texts() -> impl Strategy<Value = String> {
    "[ -~é\u{1f600}]{0,12}".prop_map(|text| format!("t{text}"))
}

/// A text in which each `{` stands for itself, though names may stand in it.
fn literal(text: &str) -> String {
    // Only a name in braces has a meaning; of such, both braces are doubled.
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let len = rest[at + 1..].find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
        let len = len.filter(|&len| len > 0 && rest[at + 1 + len..].starts_with('}'));
        let end = len.map_or(at + 1, |len| at + len + 2);
        match len {
            Some(_) => _ = write!(literal, "{}{{{}}}", &rest[..at], &rest[at..end]),
            None => literal.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    literal + rest
}

#[derive(Clone, Debug)]
struct Plan {
    /// The title of each cue of each template.
    templates: Vec<Vec<String>>,
    /// The value of `who`, and for each segment its template, its value and its own cues.
    who: String,
    segments: Vec<(Option<usize>, String, Vec<String>)>,
    in_house: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let templates = prop::collection::vec(prop::collection::vec(texts(), 1..4), 1..4);
    (templates, texts(), any::<bool>()).prop_flat_map(|(templates, who, in_house)| {
        let used = prop::option::of(0..templates.len());
        let segment = (used, texts(), prop::collection::vec(texts(), 0..3));
        prop::collection::vec(segment, 1..6).prop_map(move |segments| Plan {
            templates: templates.clone(),
            who: who.clone(),
            segments,
            in_house,
        })
    })
}

impl Plan {
    /// With repeats: the show file, and the one that it includes.
    fn short(&self) -> (String, String) {
        let quoted = |text: &str| crate::show::written::quoted(text);
        let mut show = "title = \"At {who}\"\n".to_owned();
        let mut house = String::new();
        if self.in_house {
            show.push_str("include = [\"house.toml\"]\n");
        }
        let _ = writeln!(show, "[vars]\nwho = {}", quoted(&self.who.replace('{', "(")));
        let into = if self.in_house { &mut house } else { &mut show };
        for (at, cues) in self.templates.iter().enumerate() {
            for (cue, title) in cues.iter().enumerate() {
                let title = quoted(&format!("{{v}}{}{{who}}", literal(title)));
                let _ = writeln!(
                    into,
                    "[[template.t{at}.cue]]\nnumber = \"{{n}}.{cue}\"\ntitle = {title}"
                );
            }
        }
        for (n, (used, value, own)) in self.segments.iter().enumerate() {
            let _ = writeln!(show, "[[segment]]\ntitle = \"S{n}\"\nduration = \"1h\"");
            if let Some(used) = used {
                let with = format!("{{ n = {n}, v = {} }}", quoted(&literal(value)));
                let _ = writeln!(show, "use = \"t{used}\"\nwith = {with}");
            }
            for (cue, title) in own.iter().enumerate() {
                let title = quoted(&literal(title));
                let _ = writeln!(show, "[[segment.cue]]\nnumber = \"{n}.9{cue}\"\ntitle = {title}");
            }
        }
        (show, house)
    }

    /// Written by hand.
    fn long(&self) -> String {
        let quoted = |text: &str| crate::show::written::quoted(text);
        let who = self.who.replace('{', "(");
        let mut show = format!("title = {}\n", quoted(&format!("At {who}")));
        for (n, (used, value, own)) in self.segments.iter().enumerate() {
            let _ = writeln!(show, "[[segment]]\ntitle = \"S{n}\"\nduration = \"1h\"");
            let taken = used.and_then(|used| self.templates.get(used)).into_iter().flatten();
            let taken = taken
                .enumerate()
                .map(|(cue, title)| (format!("{n}.{cue}"), format!("{value}{title}{who}")));
            let own =
                own.iter().enumerate().map(|(cue, title)| (format!("{n}.9{cue}"), title.clone()));
            for (number, title) in taken.chain(own) {
                let title = quoted(&title);
                let _ = writeln!(show, "[[segment.cue]]\nnumber = \"{number}\"\ntitle = {title}");
            }
        }
        show
    }
}

proptest! {
    #[test]
    fn templates_are_what_a_person_would_have_written(plan in plans()) {
        let ((short, house), long) = (plan.short(), plan.long());
        let files = Shelf::of(&[("house.toml", &house)]);
        let expanded = expand(&short, &files);
        let show = expanded.check("UTC", &Unseen).map_err(|problems| {
            TestCaseError::fail(format!("{}\n{short}", told(&problems, &short)))
        })?.show;
        let by_hand = crate::show::file::parse(&long, "UTC").expect("a show without a fault");
        prop_assert_eq!(&show, &by_hand);
        // What was written out is a show without repeats, and the same one.
        let again = expand(expanded.text(), &NoFiles);
        prop_assert!(!again.has_repeats());
        prop_assert_eq!(again.check("UTC", &Unseen).expect("no fault").show, by_hand);
    }

    #[test]
    fn a_text_that_is_cut_anywhere_is_a_show_or_has_faults(cut in 0..SHOW.len(), other in 0..HOUSE.len()) {
        let files = Shelf::of(&[("house.toml", HOUSE)]);
        said(SHOW.get(..cut).unwrap_or_default(), &files);
        let files = Shelf::of(&[("house.toml", HOUSE.get(..other).unwrap_or_default())]);
        said(SHOW, &files);
    }
}
