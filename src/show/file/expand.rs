//! Parts that a show file has once and uses often: other files (`include`), values with names
//! (`[vars]`), and groups of cues (templates).
//!
//! All of it is written out as one plain text, which is then read as any show is: a run keeps that
//! text, and other stations are given it. Every fault of it is told at the places where somebody
//! wrote it. A show without any of this is its own plain text. Must never read a file by itself.

mod book;
mod files;
mod map;
mod names;
mod writer;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::book::Book;
use self::files::Loader;
pub use self::files::{Files, FoundFile, NoFiles};
use self::map::{FileHome, Map};
use self::names::{NamedValues, Scope, is_of_name, words};
use self::writer::{Sense, Writer, WrittenFile};
use super::fields::Fields;
use super::machine::{Machine, Unseen};
use super::reader::{Reader, quoted};
use super::{BYTES_MAX, Checked};
use crate::show::faults::Faults;
use crate::show::problem::{Problem, ProblemPlace, Severity};

/// The keys of what a show takes from other files.
const NAMED: [&str; 4] = ["department", "output", "place", "person"];

/// A show as one plain text, without repeats.
pub struct Expanded<'t> {
    text: Cow<'t, str>,
    /// Origin of the text, if it is not that of the show file.
    map: Option<Map>,
    /// Errors of the repeats, and warnings about them.
    problems: Vec<Problem>,
    /// The stretches of the text that come from included files.
    included: Vec<Range<usize>>,
    /// The places of the cues that each segment takes from a template.
    taken: Vec<Vec<ProblemPlace>>,
}

/// Writes a show out as one plain text.
pub fn expand<'t>(text: &'t str, files: &dyn Files) -> Expanded<'t> {
    expanded(text, files).unwrap_or_else(|| Expanded {
        text: Cow::Borrowed(text),
        map: None,
        problems: vec![],
        included: vec![],
        taken: vec![],
    })
}

impl Expanded<'_> {
    /// The plain text. It is a show only if [`Self::check`] finds no errors.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns `true` if the plain text is another one than the show file's.
    pub fn has_repeats(&self) -> bool {
        self.map.is_some()
    }

    /// For each segment the places of the cues that it takes from a template, and that come before
    /// its own; it may have fewer segments than the show.
    pub fn taken(&self) -> &[Vec<ProblemPlace>] {
        &self.taken
    }

    /// Reads the show, as [`super::check`] does.
    ///
    /// # Errors
    /// With all errors that the files have, at least one, and the warnings that were found with them.
    pub fn check(
        &self,
        machine_zone: &str,
        machine: &dyn Machine,
    ) -> Result<Checked, Vec<Problem>> {
        let Some(map) = &self.map else {
            return super::read(&self.text, machine_zone, machine, &AsideFacts::default());
        };
        let has_errors = self.problems.iter().any(|one| one.severity == Severity::Error);
        let aside = AsideFacts { lacks_names: has_errors, included: &self.included };
        let all = |problems: Vec<Problem>| {
            let mut all = [self.problems.clone(), map.problems(problems)].concat();
            all.sort_by(Problem::by_place);
            all
        };
        match super::read(&self.text, machine_zone, machine, &aside) {
            Ok(checked) if !has_errors => {
                Ok(Checked { show: checked.show, warnings: all(checked.warnings) })
            }
            Ok(checked) => Err(all(checked.warnings)),
            Err(problems) => Err(all(problems)),
        }
    }
}

/// Facts about a text that are not in it.
#[derive(Clone, Copy, Default)]
pub(super) struct AsideFacts<'a> {
    /// Something that defines names could not be written out, which has been reported.
    pub(super) lacks_names: bool,
    /// The stretches that come from included files: what is not used of them is no mistake.
    pub(super) included: &'a [Range<usize>],
}

/// The words of repeats, each with what may follow it where it is a key. `with` alone is none: it is
/// a key of triggers too.
const WORDS: [(&str, &[char]); 4] = [
    ("include", &['=', '.', ']']),
    ("use", &['=']),
    ("vars", &['=', '.', ']']),
    ("template", &['=', '.', ']']),
];

/// Returns `true` if a text may have repeats: only then it is worth parsing for that.
fn may_repeat(text: &str) -> bool {
    WORDS.into_iter().any(|(word, follows)| {
        text.match_indices(word).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            let after = after.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']);
            !before.ends_with(is_of_name) && after.starts_with(follows)
        })
    })
}

/// Returns `true` if a show has repeats.
fn repeats(tree: &DeTable<'_>) -> bool {
    let uses = |one: &Spanned<DeValue<'_>>| {
        one.get_ref().as_table().is_some_and(|table| table.contains_key("use"))
    };
    let segments = tree.get("segment").and_then(|list| list.get_ref().as_array());
    ["include", "vars", "template"].iter().any(|key| tree.contains_key(*key))
        || segments.is_some_and(|list| list.iter().any(uses))
}

/// A group of cues to use again.
struct Template<'t> {
    part: usize,
    /// The place of its id.
    id: Range<usize>,
    cues: Vec<&'t Spanned<DeValue<'t>>>,
    is_used: Cell<bool>,
}

/// A file with what it says of repeats.
struct SourceFile<'t> {
    part: WrittenFile<'t>,
    tree: &'t DeTable<'t>,
    /// Its values; nothing if it has no table of them.
    words: Option<NamedValues>,
}

/// The plain text of a show with repeats; nothing where the show has none, or has faults of its
/// syntax, which are to be told first.
fn expanded<'t>(text: &'t str, files: &dyn Files) -> Option<Expanded<'t>> {
    if !may_repeat(text) || super::refused(text).is_some() {
        return None;
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() || !repeats(tree.get_ref()) {
        return None;
    }
    let own = FileHome { file: None, included: None };
    let mut loader = Loader::new(files);
    loader.load(&own, (text, tree.get_ref()), None);
    let Loader { loaded, mut problems, .. } = loader;
    let trees: Vec<_> = loaded
        .iter()
        .map(|one| {
            let text = if one.is_broken { "" } else { &one.file.text };
            (one.home.clone(), text, DeTable::parse_recoverable(text).0)
        })
        .chain([(own, text, tree)])
        .collect();
    let homes: Vec<FileHome> = trees.iter().map(|(home, ..)| home.clone()).collect();
    let faults: Vec<Faults> = trees.iter().map(|_| Faults::from(vec![])).collect();
    let readers: Vec<Reader<'_>> = trees
        .iter()
        .zip(&faults)
        .map(|((_, text, _), faults)| Reader::new(text, faults, vec![], &Unseen))
        .collect();
    let mut sources = vec![];
    let mut templates = Templates::new();
    let writer = Writer::new(homes);
    for (home, ((_, text, tree), reader)) in trees.iter().zip(&readers).enumerate() {
        let is_own = home + 1 == trees.len();
        let source = SourceFile::read(WrittenFile { home, text }, reader, tree.get_ref(), is_own);
        templates.read(&source, reader, &writer);
        sources.push(source);
    }
    let mut book = Book {
        writer,
        sources: &sources,
        templates,
        included: vec![],
        taken: vec![],
        lacks_files: !problems.is_empty(),
    };
    if let Some(reader) = readers.last() {
        book.write(reader);
    }
    let Book { writer, included, taken, .. } = book;
    for (home, faults) in writer.map.homes.iter().zip(faults) {
        problems.extend(faults.into_problems().into_iter().map(|problem| home.problem(problem)));
    }
    let is_full = writer.is_full();
    problems.extend(writer.faults.into_problems());
    if is_full {
        let what = format!("with its templates the show has more than {} MiB", BYTES_MAX >> 20);
        problems = vec![Problem::error(0..0, what, "make two shows of it")];
    }
    let text = if is_full { String::new() } else { writer.out };
    let map = Some(writer.map);
    Some(Expanded { text: Cow::Owned(text), map, problems, included, taken })
}

impl<'t> SourceFile<'t> {
    fn read(
        part: WrittenFile<'t>,
        reader: &Reader<'_>,
        tree: &'t DeTable<'t>,
        is_own: bool,
    ) -> Self {
        let noun = if is_own { "the show" } else { "an included file" };
        let mut fields = Fields::new(reader, tree, 0..0, noun);
        fields.know("include");
        let table = fields.find("vars").and_then(|value| value.fields("the variables"));
        let words = table.map(|table| words(&table, None));
        if !is_own {
            NAMED.into_iter().chain(["template"]).for_each(|key| fields.know(key));
            fields.finish();
        }
        SourceFile { part, tree, words }
    }
}

/// The templates of all files, by their ids.
struct Templates<'t>(BTreeMap<&'t str, Template<'t>>);

impl<'t> Templates<'t> {
    fn new() -> Self {
        Templates(BTreeMap::new())
    }

    /// Adds those of one file.
    fn read(&mut self, source: &SourceFile<'t>, reader: &Reader<'_>, writer: &Writer) {
        let noun = if source.part.home + 1 == writer.map.homes.len() {
            "the show"
        } else {
            "an included file"
        };
        let mut fields = Fields::new(reader, source.tree, 0..0, noun);
        for (id, mut template) in fields.named("template", "a template") {
            let header = format!("[[template.{}.cue]]` with a `number` and a `title", id.text);
            template.need_header("cue", &header);
            template.finish();
            let table = source.tree.get("template").and_then(|all| all.get_ref().as_table());
            let Some((id, table)) = table.and_then(|all| all.get_key_value(id.text)) else {
                continue;
            };
            let list = table.get_ref().as_table().and_then(|table| table.get("cue"));
            let Some(list) = list else { continue };
            let cues: Option<Vec<_>> = list.get_ref().as_array().map(|list| list.iter().collect());
            let cues = cues.filter(|cues| cues.iter().all(|cue| cue.get_ref().is_table()));
            let Some(cues) = cues else {
                let fix = format!("write `[[template.{}.cue]]`", id.get_ref());
                reader.fault(list.span(), "the `cue` of a template is no list of tables", fix);
                continue;
            };
            let name: &'t str = id.get_ref();
            let place = writer.place(source.part, id.span());
            if let Some(first) = self.0.get(name) {
                let what = format!("there are two templates {}", quoted(name));
                let first =
                    writer.map.homes.get(first.part).map(|home| home.place(first.id.clone()));
                let first = first.unwrap_or_else(|| place.clone());
                let fix = "give one of them another id";
                writer.faults.fault_beside(place, what, fix, (first, "the other".to_owned()));
                continue;
            }
            let template =
                Template { part: source.part.home, id: id.span(), cues, is_used: Cell::new(false) };
            self.0.insert(name, template);
        }
    }
}

/// The values that the texts of a file may name.
fn sense<'a>(source: &'a SourceFile<'_>) -> Sense<'a> {
    Sense { scope: Scope(source.words.iter().collect()), used: None }
}

#[cfg(test)]
mod tests;
