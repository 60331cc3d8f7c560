//! Collects the problems of a show while it is read and checked.
//!
//! Everybody who reports shares it by reference; that is why the problems are in a cell.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use super::file::machine::Finding;
use super::problem::{COUNTED_MAX, Problem, ProblemPlace, Severity, quoted};
use super::suggest::closest;

/// Maximum number of suggestions for one show: each costs a walk over all names.
const SUGGESTIONS_MAX: u32 = 50;

/// The problems of one show.
pub(crate) struct Faults {
    problems: RefCell<Vec<Problem>>,
    suggestions_left: Cell<u32>,
    /// The stretches of the text that come from other files.
    included: Vec<Range<usize>>,
}

impl From<Vec<Problem>> for Faults {
    fn from(problems: Vec<Problem>) -> Self {
        let suggestions_left = Cell::new(SUGGESTIONS_MAX);
        Faults { problems: RefCell::new(problems), suggestions_left, included: vec![] }
    }
}

impl Faults {
    /// The same of a text of which the stretches `included` come from other files.
    pub(crate) fn beside(self, included: &[Range<usize>]) -> Self {
        Faults { included: included.to_vec(), ..self }
    }

    /// Returns `true` if a place is in a part of the text that comes from another file.
    pub(crate) fn is_included(&self, place: &ProblemPlace) -> bool {
        let span = place.span();
        span.is_some_and(|span| self.included.iter().any(|range| range.contains(&span.start)))
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

    /// Reports what was found on the machine, as a warning at `place`.
    pub(crate) fn found(&self, place: impl Into<ProblemPlace>, finding: Finding) {
        self.report(Problem::warning(place, finding.what, finding.fix));
    }

    /// Reports a fault.
    pub(crate) fn fault(
        &self,
        place: impl Into<ProblemPlace>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.report(Problem::error(place, what, fix));
    }

    /// Reports a fault that is about a second place too.
    pub(crate) fn fault_beside(
        &self,
        place: impl Into<ProblemPlace>,
        what: impl Into<String>,
        fix: impl Into<String>,
        related: (impl Into<ProblemPlace>, String),
    ) {
        let (there, label) = related;
        self.report(Problem::error(place, what, fix).beside(there, label));
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

    /// All problems, by place, each once.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by(Problem::by_place);
        problems.dedup();
        problems
    }
}
