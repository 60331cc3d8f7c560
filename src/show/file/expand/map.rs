//! From places in a text that was written out to the places in the files where somebody wrote it.

use std::ops::Range;
use std::sync::Arc;

use crate::show::problem::{FileText, Included, Problem, ProblemPlace};

/// Label of the place at which a template is used.
pub(super) const USED: &str = "used here";
/// Label of the place at which a file is included.
const INCLUDED: &str = "included here";

/// A file in which a part of the show is written.
#[derive(Clone, Debug)]
pub(super) struct FileHome {
    /// The file; nothing for the show file itself.
    pub(super) file: Option<Arc<FileText>>,
    /// The place at which it is included.
    pub(super) included: Option<ProblemPlace>,
}

impl FileHome {
    /// The place of `span` in it.
    pub(super) fn place(&self, span: Range<usize>) -> ProblemPlace {
        match (&self.file, ProblemPlace::from(span)) {
            (Some(file), ProblemPlace::Toml(span)) => {
                ProblemPlace::Included(Arc::new(Included { file: Arc::clone(file), span }))
            }
            (Some(_) | None, place) => place,
        }
    }

    /// A problem with places in its text.
    pub(super) fn problem(&self, problem: Problem) -> Problem {
        let there =
            |place: &ProblemPlace| place.span().map_or(place.clone(), |span| self.place(span));
        let related =
            problem.related.iter().map(|(place, label)| (there(place), label.clone())).collect();
        let problem = Problem { place: there(&problem.place), related, ..problem };
        match &self.included {
            Some(place) => problem.beside(place.clone(), INCLUDED),
            None => problem,
        }
    }
}

/// A stretch of the text that was written out.
struct Piece {
    out: Range<u32>,
    /// Its origin: the file by its place in the list, and the stretch there.
    home: u32,
    from: Range<u32>,
    /// The place in the show file at which the template is used that it comes from.
    used: Option<Range<u32>>,
    /// The piece that it is in.
    within: Option<u32>,
}

/// The origin of each stretch of a text.
pub(super) struct Map {
    /// The files.
    pub(super) homes: Vec<FileHome>,
    /// In the order of their beginnings, those that hold others before those.
    pieces: Vec<Piece>,
    /// The pieces that have no end yet.
    open: Vec<u32>,
}

fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Map {
    /// Nothing yet, of the files `homes`.
    pub(super) fn new(homes: Vec<FileHome>) -> Self {
        Map { homes, pieces: vec![], open: vec![] }
    }

    /// Begins a piece at `out`.
    pub(super) fn begin(
        &mut self,
        out: usize,
        (home, from): (usize, Range<usize>),
        used: Option<&Range<usize>>,
    ) {
        let within = self.open.last().copied();
        self.open.push(short(self.pieces.len()));
        let brief = |range: &Range<usize>| short(range.start)..short(range.end);
        let (out, from, used) = (short(out)..u32::MAX, brief(&from), used.map(brief));
        self.pieces.push(Piece { out, home: short(home), from, used, within });
    }

    /// Ends the piece that was begun last at `out`.
    pub(super) fn end(&mut self, out: usize) {
        let last = self.open.pop().and_then(|last| self.pieces.get_mut(last as usize));
        if let Some(piece) = last {
            piece.out.end = short(out);
        }
    }

    /// The place that a place in the text comes from, and the piece.
    fn from(&self, place: &ProblemPlace) -> (ProblemPlace, Option<&Piece>) {
        let ProblemPlace::Toml(span) = place else { return (place.clone(), None) };
        // The show as a whole.
        if span.end == 0 {
            return (place.clone(), None);
        }
        let next = self.pieces.partition_point(|piece| piece.out.start <= span.start);
        let mut at = next.checked_sub(1);
        while let Some(piece) = at.and_then(|at| self.pieces.get(at)) {
            if piece.out.end >= span.end {
                let home = self.homes.get(piece.home as usize);
                let from = piece.from.start as usize..piece.from.end as usize;
                let place =
                    home.map_or_else(|| from.clone().into(), |home| home.place(from.clone()));
                return (place, Some(piece));
            }
            at = piece.within.map(|within| within as usize);
        }
        (ProblemPlace::from(0..0), None)
    }

    /// A problem of the text, at the places where that was written; one of a template names the place
    /// at which it is used, and one of an included file that at which it is included.
    pub(super) fn problem(&self, problem: Problem) -> Problem {
        let (place, piece) = self.from(&problem.place);
        let mut mapped = Problem { place, related: vec![], ..problem };
        let used = |piece: Option<&Piece>| {
            piece.and_then(|piece| piece.used.clone()).map(ProblemPlace::Toml)
        };
        for (other, label) in &problem.related {
            let (other, piece) = self.from(other);
            match used(piece) {
                // Of one line that is used twice, the uses tell more.
                Some(used) if other == mapped.place => mapped = mapped.beside(used, label.clone()),
                Some(used) => mapped = mapped.beside(other, label.clone()).beside(used, USED),
                None => mapped = mapped.beside(other, label.clone()),
            }
        }
        let included = || {
            let home = self.homes.get(piece?.home as usize)?;
            home.included.clone().map(|place| (place, INCLUDED))
        };
        match used(piece).map(|place| (place, USED)).or_else(included) {
            Some((place, label)) => mapped.beside(place, label),
            None => mapped,
        }
    }

    /// The same of several, by place. What a template has wrong is told once, however often it is used.
    pub(super) fn problems(&self, problems: Vec<Problem>) -> Vec<Problem> {
        let mut problems: Vec<_> =
            problems.into_iter().map(|problem| self.problem(problem)).collect();
        problems.sort_by(Problem::by_place);
        let mut told: Vec<(Problem, usize)> = vec![];
        for problem in problems {
            let is_used = problem.related.iter().any(|(_, label)| label == USED);
            let is_same = |one: &Problem| (&one.what, &one.fix) == (&problem.what, &problem.fix);
            let here = told.iter_mut().rev().take_while(|(one, _)| one.place == problem.place);
            match here.filter(|(one, _)| is_used && is_same(one)).last() {
                Some((_, more)) => *more += 1,
                None => told.push((problem, 0)),
            }
        }
        let counted = |(mut problem, more): (Problem, usize)| {
            let uses = problem.related.iter_mut().filter(|(_, label)| label == USED);
            if let Some((_, label)) = uses.last().filter(|_| more > 0) {
                *label = match more {
                    1 => format!("{USED}, and in 1 more place"),
                    more => format!("{USED}, and in {more} more places"),
                };
            }
            problem
        };
        told.into_iter().map(counted).collect()
    }
}
