//! The state of reading a file: its text, and which parts of it were lost.
//!
//! Must never stop at a fault: everything that can still be read is, so that one run of `check`
//! names them all. It knows which pieces of the text the TOML parser could not read, so that no
//! fault is reported that only follows from another.

use std::ops::{Deref, Range};
use std::sync::Arc;

use super::machine::Machine;
use crate::show::draft;
use crate::show::faults::Faults;
use crate::show::problem::ProblemPlace;

pub(crate) use crate::show::problem::{one_of, quoted};

/// Text of the file and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct SourceText<'a> {
    /// The text, without quotes.
    pub text: &'a str,
    /// Its place.
    pub span: Range<usize>,
}

impl SourceText<'_> {
    /// The same for a draft.
    pub(crate) fn placed(&self) -> draft::Mention {
        draft::Placed { value: Arc::from(self.text), place: ProblemPlace::from(self.span.clone()) }
    }
}

/// Reads one file, or a piece of it; what it reports goes to its [`Faults`].
pub(crate) struct Reader<'a> {
    faults: &'a Faults,
    text: &'a str,
    /// Beginning in `text` of the piece whose tree is read.
    base: usize,
    /// Parts that the parser could not read: by place, and apart from each other.
    broken: Vec<Range<usize>>,
    /// `true` if a table's header is among them: then names that seem unknown may well have been written.
    header_lost: bool,
    machine: &'a dyn Machine,
}

impl Deref for Reader<'_> {
    type Target = Faults;

    fn deref(&self) -> &Faults {
        self.faults
    }
}

impl<'a> Reader<'a> {
    /// Starts to read; `broken` says which pieces of the text were lost to faults of its syntax,
    /// which have been reported.
    pub(crate) fn new(
        text: &'a str,
        faults: &'a Faults,
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
        Self { faults, text, base: 0, broken, header_lost, machine }
    }

    /// The same for the tree of a piece of the text that begins at `base`.
    pub(crate) fn piece(&self, base: usize) -> Self {
        Self { base, broken: self.broken.clone(), ..*self }
    }

    /// The machine that the show will run on.
    pub(crate) fn machine(&self) -> &dyn Machine {
        self.machine
    }

    /// Returns `true` if anything was lost to a fault of the syntax.
    pub(crate) fn has_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Returns `true` if a table's header was lost to a fault of the syntax.
    pub(crate) fn lacks_names(&self) -> bool {
        self.header_lost
    }

    /// The place in the whole text of something in the tree.
    pub(crate) fn span(&self, in_tree: Range<usize>) -> Range<usize> {
        self.base + in_tree.start..self.base + in_tree.end
    }

    /// The text at `span`, as the file has it.
    pub(crate) fn source(&self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
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
