//! Collects the faults of a show file while it is read, and looks up names.
//!
//! Must never stop at a fault: everything that can still be read is, so that one run of `check`
//! names them all. It knows which pieces of the text the TOML parser could not read, so that no
//! fault is reported that only follows from another. Readers share it by reference; that is why the
//! faults lie in a cell.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::machine::{Finding, Machine};
use super::suggest::closest;
use crate::show::problem::{COUNTED_MAX, Problem, Severity, visible};

/// Maximum number of suggestions for one file: each costs a walk over all names.
const SUGGESTIONS_MAX: u32 = 50;

/// Maximum length of what a message repeats of the file, characters.
const QUOTED_MAX: usize = 40;

/// Text of the file and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Mention<'a> {
    /// The text, without quotes.
    pub text: &'a str,
    /// Its place.
    pub span: Range<usize>,
}

/// Gathers the faults of one file.
pub(crate) struct Reader<'a> {
    text: &'a str,
    /// Parts that the parser could not read: by place, and apart from each other.
    broken: Vec<Range<usize>>,
    /// `true` if a table's header is among them: then names that seem unknown may well have been
    /// written.
    header_lost: bool,
    problems: RefCell<Vec<Problem>>,
    suggestions_left: Cell<u32>,
    machine: &'a dyn Machine,
}

impl<'a> Reader<'a> {
    /// Starts with the faults of the syntax; `broken` says which pieces of the text were lost to
    /// them.
    pub(crate) fn new(
        text: &'a str,
        problems: Vec<Problem>,
        mut broken: Vec<Range<usize>>,
        machine: &'a dyn Machine,
    ) -> Self {
        broken.sort_by_key(|span| span.start);
        broken.dedup_by(|next, before| {
            let touches = next.start <= before.end;
            if touches {
                before.end = before.end.max(next.end);
            }
            touches
        });
        let is_header =
            |span: &Range<usize>| text[line_around(text, span.start)].trim_start().starts_with('[');
        let header_lost = broken.iter().any(is_header);
        Self {
            text,
            broken,
            header_lost,
            problems: RefCell::new(problems),
            suggestions_left: Cell::new(SUGGESTIONS_MAX),
            machine,
        }
    }

    /// The machine that the show will run on.
    pub(crate) fn machine(&self) -> &dyn Machine {
        self.machine
    }

    /// Returns `true` if an error was reported: what was read is no show.
    pub(crate) fn has_errors(&self) -> bool {
        self.problems.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Reports a problem; more than anybody counts are left out.
    pub(crate) fn report(&self, problem: Problem) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < COUNTED_MAX {
            problems.push(problem);
        }
    }

    /// Reports what was found on the machine, as a warning at `span`.
    pub(crate) fn found(&self, span: &Range<usize>, finding: Finding) {
        self.report(Problem::warning(span.clone(), finding.what, finding.fix));
    }

    /// The text at `span`, as the file has it.
    pub(crate) fn source(&self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Reports a fault.
    pub(crate) fn fault(
        &self,
        span: Range<usize>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.report(Problem::error(span, what, fix));
    }

    /// Reports a fault that is about a second place too.
    pub(crate) fn fault_beside(
        &self,
        span: Range<usize>,
        what: impl Into<String>,
        fix: impl Into<String>,
        related: (Range<usize>, String),
    ) {
        let (place, label) = related;
        self.report(Problem::error(span, what, fix).beside(place, label));
    }

    /// Returns `true` if something between the ends of `span`, or right at them, was lost to a
    /// syntax error.
    pub(crate) fn is_broken(&self, span: &Range<usize>) -> bool {
        let first = self.broken.partition_point(|broken| broken.end < span.start);
        self.broken.get(first).is_some_and(|broken| broken.start <= span.end)
    }

    /// Returns `true` if something on the line of `at` was lost to a syntax error.
    pub(crate) fn is_broken_line(&self, at: usize) -> bool {
        !self.broken.is_empty() && self.is_broken(&line_around(self.text, at))
    }

    /// Returns `true` if something of the table whose header stands at `header` was lost: the
    /// stretch up to the next header.
    pub(crate) fn is_broken_table(&self, header: &Range<usize>) -> bool {
        if self.broken.is_empty() {
            return false;
        }
        let rest = self.text.get(header.end..).unwrap_or_default();
        let end = rest.find("\n[").map_or(self.text.len(), |at| header.end + at);
        self.is_broken(&(header.start..end))
    }

    /// The known word closest to `word`, where one is close and not too many have been looked for.
    pub(crate) fn closest<'w>(
        &self,
        word: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Option<&'w str> {
        let left = self.suggestions_left.get().checked_sub(1)?;
        self.suggestions_left.set(left);
        closest(word, known)
    }

    /// "did you mean …?" for the known word closest to `word`.
    pub(crate) fn suggestion<'w>(
        &self,
        word: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Option<String> {
        self.closest(word, known).map(|known| format!("did you mean {}?", quoted(known)))
    }

    /// All faults, by place, each once.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        problems.dedup();
        problems
    }
}

/// Names of one kind, to be referred to.
pub(crate) struct Names<'a> {
    noun: &'static str,
    places: HashMap<&'a str, u32>,
    ordered: Vec<&'a str>,
    /// Place of each id that is defined by a table.
    spans: Vec<Range<usize>>,
    /// Ids that something refers to.
    used: RefCell<HashSet<u32>>,
}

impl<'a> Names<'a> {
    /// No names yet; `noun` is what they name: "department".
    pub(crate) fn new(noun: &'static str) -> Self {
        Self {
            noun,
            places: HashMap::new(),
            ordered: Vec::new(),
            spans: Vec::new(),
            used: RefCell::default(),
        }
    }

    /// Adds the next name, which is the id of a table.
    pub(crate) fn define(&mut self, id: &Mention<'a>) {
        self.add(id.text);
        self.spans.push(id.span.clone());
    }

    /// Makes the name at `index` one that is used.
    pub(crate) fn is_used(&self, index: u32) {
        self.used.borrow_mut().insert(index);
    }

    /// The ids that nothing refers to: what they name, the id, and where it stands.
    pub(crate) fn unused(&self) -> Vec<Unused> {
        let used = self.used.borrow();
        let all = (0..).zip(&self.ordered).zip(&self.spans);
        let unused = all.filter(|((index, _), _)| !used.contains(index));
        unused
            .map(|((_, id), span)| Unused {
                noun: self.noun,
                id: (*id).to_owned(),
                span: span.clone(),
            })
            .collect()
    }

    /// Adds the next name. Where it is there already, gives the index of its first use.
    pub(crate) fn add(&mut self, name: &'a str) -> Option<u32> {
        let next = self.ordered.len() as u32;
        self.ordered.push(name);
        let first = *self.places.entry(name).or_insert(next);
        (first != next).then_some(first)
    }

    /// The index of the name that is mentioned; a fault when nothing has it.
    pub(crate) fn resolve(&self, reader: &Reader<'_>, mention: &Mention<'_>) -> Option<u32> {
        let found = self.places.get(mention.text).copied();
        self.used.borrow_mut().extend(found);
        if found.is_none() && !reader.header_lost {
            let (noun, word) = (self.noun, quoted(mention.text));
            let fix = reader.suggestion(mention.text, self.ordered.iter().copied());
            let fix = fix.unwrap_or_else(|| match self.ordered.as_slice() {
                _ if noun == "cue" => "write the number of a cue of this show".to_owned(),
                [] => format!("add a table `[{noun}.ID]` with this id"),
                ids => format!("write {}, or add a table `[{noun}.ID]` with this id", one_of(ids)),
            });
            let known_by = if noun == "cue" { "has the number" } else { "is called" };
            reader.fault(mention.span.clone(), format!("no {noun} {known_by} {word}"), fix);
        }
        found
    }
}

/// An id that nothing refers to.
pub(crate) struct Unused {
    /// Its noun: "department".
    pub noun: &'static str,
    /// The id.
    pub id: String,
    /// Beginning of its table.
    pub span: Range<usize>,
}

/// Text of the file as a message repeats it: in backquotes, on one line, not too long.
pub fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_MAX).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", visible(&short))
}

/// A choice in words: "`a`, `b` or `c`".
pub fn one_of(words: &[&str]) -> String {
    /// More would not help anybody to choose.
    const NAMED_MAX: usize = 24;
    let named: Vec<_> = words.iter().take(NAMED_MAX).map(|word| quoted(word)).collect();
    match named.as_slice() {
        [] => "one that there is".to_owned(),
        [only] => only.clone(),
        [first @ .., last] if words.len() <= NAMED_MAX => format!("{} or {last}", first.join(", ")),
        all => format!("{} …", all.join(", ")),
    }
}

/// The line of `text` in which the byte `at` lies, without its end.
///
/// Of an endless line it is only what is near: a file without line breaks must not be walked
/// through for every fault.
fn line_around(text: &str, at: usize) -> Range<usize> {
    const NEAR: usize = 4096;
    let at = text.floor_char_boundary(at);
    let (first, last) =
        (text.floor_char_boundary(at.saturating_sub(NEAR)), text.ceil_char_boundary(at + NEAR));
    let start = text[first..at].rfind('\n').map_or(first, |newline| first + newline + 1);
    let end = text[at..last].find('\n').map_or(last, |newline| at + newline);
    start..end
}
