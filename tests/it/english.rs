//! The words of the project: plain modern English on the screen, in messages, documents and
//! comments.

use std::path::{Path, PathBuf};

use crate::layers::collect;

/// Words that are not used, each with what to write instead.
const WORDS: &[(&str, &str)] = &[
    ("anew", "again"),
    ("aught", "anything"),
    ("hence", "so, from now"),
    ("hitherto", "until now"),
    ("lest", "so that … not"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mends", "fixes"),
    ("naught", "nothing"),
    ("nought", "nothing, zero"),
    ("reckon", "compute, estimate"),
    ("reckoned", "computed, estimated"),
    ("reckoning", "computing, estimate"),
    ("reckons", "computes, estimates"),
    ("thence", "from there"),
    ("thereupon", "then"),
    ("upon", "on"),
    ("whence", "from where"),
    ("whereupon", "then"),
    ("whilst", "while"),
    ("whoever", "the person, the program, the code that"),
    ("whomever", "anyone"),
    // A caller, an operator, a reader is anybody. A program is "it".
    ("he", "they"),
    ("her", "their, them"),
    ("hers", "theirs"),
    ("herself", "themselves"),
    ("him", "them"),
    ("himself", "themselves"),
    ("his", "their"),
    ("she", "they"),
];

/// Phrases that are not used, each with what to write instead.
const PHRASES: &[(&str, &str)] = &[
    ("behind the last", "after the last"),
    ("had not got ", "did not have"),
    ("had not the ", "did not have the"),
    ("has not got ", "does not have"),
    ("has not the ", "does not have the"),
    ("have not got ", "do not have"),
    ("have not the ", "do not have the"),
    ("stand aside", "be out of the running order"),
    ("stands aside", "is out of the running order"),
];

/// People of the ceremony in Paris that the built-in show tells of, in code that has them for
/// examples.
const REAL_PEOPLE: &[&str] = &[
    "He lands",
    "line(\"He\"",
    "\"He  ",
    "Does his own stunts",
    "he does his own stunts",
    "he took it to the IOC",
    "him on the field",
    "He takes the flag",
    "He boards the plane",
    "His post on X",
    "\"his post\"",
    "// He waits: the flag party",
    "// His post, Los Angeles",
];

/// The documents beside the source, from the project's root.
const DOCUMENTS: &[&str] = &["README.md", "CHANGELOG.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// The source, its tests and benches, and the documents, as path and text; without this file, which
/// has to name what it looks for.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = DOCUMENTS.iter().map(|name| root.join(name)).collect();
    for folder in ["src", "tests", "benches"] {
        collect(&root.join(folder), "rs", &mut paths);
    }
    collect(&root.join("tests/scenarios"), "toml", &mut paths);
    collect(&root.join("docs"), "md", &mut paths);
    let is_other = |path: &PathBuf| *path != root.join("tests/it/english.rs");
    paths
        .into_iter()
        .filter(is_other)
        .map(|path| (path.clone(), std::fs::read_to_string(path).expect("a text")))
        .collect()
}

/// What is wrong with a line, with what to write instead.
fn faults(line: &str) -> Vec<String> {
    let line = REAL_PEOPLE.iter().fold(line.to_owned(), |line, person| line.replace(person, ""));
    let lower = line.to_lowercase();
    let phrases = PHRASES.iter().filter(|(phrase, _)| lower.contains(phrase));
    let is_said = |word: &str| lower.split(|c: char| !c.is_alphabetic()).any(|said| said == word);
    let words = WORDS.iter().filter(|(word, _)| is_said(word));
    phrases.chain(words).map(|(old, new)| format!("{old:?}: write {new:?}")).collect()
}

/// The lines (counted from 1) of functions' doc comments that begin with "Whether" though the
/// function returns `bool`.
fn bool_functions_with_whether(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let begins = |at: usize| {
        lines[at].starts_with("/// Whether ") && (at == 0 || !lines[at - 1].starts_with("///"))
    };
    let is_bool = |at: usize| {
        let mut item =
            lines[at..].iter().skip_while(|line| line.starts_with("///") || line.starts_with("#["));
        let Some(first) = item.next().filter(|line| line.contains("fn ")) else { return false };
        let rest =
            if first.contains('{') { None } else { item.find(|line| line.contains(['{', ';'])) };
        rest.unwrap_or(first).contains("-> bool")
    };
    (0..lines.len()).filter(|at| begins(*at) && is_bool(*at)).map(|at| at + 1).collect()
}

#[test]
fn no_text_has_words_at_which_a_reader_stops() {
    let mut found = vec![];
    for (path, text) in texts() {
        for (at, line) in text.lines().enumerate() {
            found.extend(
                faults(line)
                    .into_iter()
                    .map(|fault| format!("{}:{}: {fault}", path.display(), at + 1)),
            );
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn docs_of_bool_functions_say_when_they_return_true() {
    let mut found = vec![];
    for (path, text) in
        texts().iter().filter(|(path, _)| path.extension().is_some_and(|ending| ending == "rs"))
    {
        let lines = bool_functions_with_whether(text);
        found.extend(
            lines
                .iter()
                .map(|at| format!("{}:{at}: begin with \"Returns `true` if\"", path.display())),
        );
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// The words with which a doc comment leaves out the noun: "What it knows" instead of "Its state".
const NO_NOUN: &[&str] =
    &["What", "How", "Whether", "Where", "When", "Who", "Whom", "Which", "Why"];

/// The number of doc comments in `text`, and the lines (counted from 1) of those that begin with
/// one of [`NO_NOUN`].
fn docs_without_a_noun(text: &str) -> (usize, Vec<usize>) {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let doc = |at: usize| lines[at].strip_prefix("/// ").or(lines[at].strip_prefix("//! "));
    let is_doc = |at: usize| lines[at].starts_with("///") || lines[at].starts_with("//!");
    let begin = (0..lines.len()).filter(|&at| is_doc(at) && (at == 0 || !is_doc(at - 1)));
    let first = |at: usize| doc(at).and_then(|doc| doc.split_whitespace().next());
    let (mut count, mut found) = (0, vec![]);
    for at in begin {
        count += 1;
        if first(at).is_some_and(|first| NO_NOUN.contains(&first)) {
            found.push(at + 1);
        }
    }
    (count, found)
}

#[test]
fn docs_begin_with_the_thing_that_they_are_about() {
    let (mut count, mut found) = (0, vec![]);
    for (path, text) in texts() {
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let (docs, lines) = docs_without_a_noun(&text);
        count += docs;
        found.extend(lines.iter().map(|at| format!("{}:{at}", path.display())));
    }
    let share = found.len() * 100 / count;
    assert!(
        share <= 1,
        "{share} % of {count}: begin with a noun or a verb\n{}\n",
        found.join("\n")
    );
}

#[test]
fn these_tests_see_what_they_look_for() {
    assert!(texts().len() > 100, "the source was not found");
    assert_eq!(faults("/// Its end is Reckoned by the clock.").len(), 1);
    assert_eq!(faults("fn reckon_end(&mut self) // stands aside").len(), 2);
    assert_eq!(faults("We recommend the theme; where others wait, the amendment came."), [""; 0]);
    assert_eq!(faults("//!  also running  13 He lands 0:12"), [""; 0]);
    assert_eq!(
        bool_functions_with_whether("x\n/// Whether it is.\n#[must_use]\nfn is(\n) -> bool {\n"),
        [2]
    );
    assert_eq!(
        bool_functions_with_whether("/// Whether it is.\nis: bool,\nfn other() -> bool {\n"),
        [0; 0]
    );
    let docs = "//! What it holds.\n\n/// Its name.\n/// Where it is.\nx\n    /// How long.\ny\n";
    assert_eq!(docs_without_a_noun(docs), (3, vec![1, 6]));
}
