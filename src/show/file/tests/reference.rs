//! The reference of show files, docs/reference.md, against the parser: every key that the parser
//! asks for stands in it, it has no others, and its examples are shows.

use std::collections::{BTreeMap, BTreeSet};

use std::path::Path;

use super::EVERYTHING;
use crate::show::builtin;
use crate::show::file::expand::{Files, FoundFile, expand};
use crate::show::file::fields::ASKED;
use crate::show::file::machine::{Finding, Unseen};

const REFERENCE: &str = include_str!("../../../../docs/reference.md");
const GUIDE: &str = include_str!("../../../../docs/guide.md");

/// What pieces of shows refer to.
const HEAD: &str = r#"
title = "T"
department = { stunts = {}, camera = {}, lights = {} }
[output]
lights = { osc = "udp://127.0.0.1:8000" }
web = { http = "http://127.0.0.1" }
synth = { midi = "x" }
vt = { mpv = true }
caspar = { tcp = "127.0.0.1:5250" }
camera = { udp = "127.0.0.1:52381" }
obs = { obs = "ws://127.0.0.1:4455" }
"#;

/// Begins the example of a file that others include.
const HOUSE: &str = "# house.toml\n";

/// The file `house.toml` of a page.
#[derive(Debug)]
struct House(String);

impl Files for House {
    fn file(&self, path: &str, _: Option<&Path>) -> Result<FoundFile, Finding> {
        assert_eq!(path, "house.toml");
        Ok(FoundFile { path: path.into(), name: path.to_owned(), text: self.0.clone() })
    }
}

/// Asserts that the show has no errors, beside the `house.toml` of `page`.
fn good(show: &str, page: &str) {
    let house = page.split(HOUSE).nth(1).and_then(|rest| rest.split("```").next());
    let house = House(house.unwrap_or_default().to_owned());
    let checked = expand(show, &house).check("Europe/Paris", &Unseen);
    assert!(checked.is_ok(), "{checked:#?}\n{show}");
}

const RUNDOWN: &str = "[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n";

/// The examples of a page: whole shows, and pieces made whole.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0));
    let blocks = blocks.filter(|block| !block.starts_with(HOUSE));
    let whole = |block: &str| match block.trim_start() {
        show if show.starts_with("title") => show.to_owned(),
        rundown if rundown.starts_with("[[segment]]") => format!("{HEAD}\n{rundown}"),
        tables if tables.contains("[[segment]]") => format!("title = \"T\"\n{tables}"),
        cues if cues.starts_with("[[segment.cue]]") => format!("{HEAD}\n{RUNDOWN}{cues}"),
        tables => format!("title = \"T\"\n{tables}\n{RUNDOWN}"),
    };
    blocks.map(whole).collect()
}

/// The keys in each table of the reference, by what they are keys of.
fn documented() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut documented: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for part in REFERENCE.split("<!-- keys of: ").skip(1) {
        let (nouns, table) = part.split_once(" -->").expect("the end of a mark");
        let rows = table
            .lines()
            .skip_while(|line| !line.starts_with('|'))
            .take_while(|line| line.starts_with('|'));
        let keys: Vec<&str> =
            rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
        for noun in nouns.split(", ") {
            documented.entry(noun).or_default().extend(keys.iter().copied());
        }
    }
    documented
}

#[test]
fn the_reference_has_exactly_the_keys_that_the_parser_knows() {
    ASKED.take();
    for show in
        builtin::ALL.map(|show| show.text).into_iter().chain([EVERYTHING, builtin::TEMPLATE])
    {
        good(show, "");
    }
    examples(REFERENCE).iter().for_each(|show| good(show, REFERENCE));
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (noun, key) in ASKED.take() {
        asked.entry(noun).or_default().insert(key);
    }
    let documented = documented();
    for (noun, keys) in &asked {
        let known = documented
            .get(noun)
            .unwrap_or_else(|| panic!("docs/reference.md has no `<!-- keys of: {noun} -->`"));
        let missing: Vec<_> = keys.difference(known).collect();
        assert!(missing.is_empty(), "docs/reference.md lacks keys of {noun}: {missing:?}");
        // A panic action stands in the table of actions, which have two keys more.
        let stale: Vec<_> = known
            .difference(keys)
            .filter(|key| *noun != "a panic action" || !["output", "stop_cue"].contains(key))
            .collect();
        assert!(
            stale.is_empty(),
            "docs/reference.md has keys of {noun} that the parser does not know: {stale:?}"
        );
    }
    assert!(documented.keys().all(|noun| asked.contains_key(noun)), "{documented:?}");
}

#[test]
fn the_examples_of_the_reference_and_the_guide_are_shows() {
    assert!(examples(REFERENCE).len() > 8);
    assert!(examples(GUIDE).len() > 2);
    for page in [REFERENCE, GUIDE] {
        examples(page).iter().for_each(|show| good(show, page));
    }
}
