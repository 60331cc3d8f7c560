//! A newer sheet into a show that has been worked on: what it says otherwise, change by change.
//!
//! Cues are matched by their numbers, segments by their cues or their titles. Only what the sheet says
//! is ever asked for: actions, notes, triggers and whatever else it does not have stay as they are,
//! and so does all of the text that no change is about. A cue that the sheet has no more is only
//! given up where it sends nothing.

mod alike;
mod asked;
mod gone;
mod numbering;
mod planned;
mod wants;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

use self::alike::{found, name_departments, outlines_of, places};
use self::wants::Want;
use super::imported::Imported;
use super::own::SENDS_TO;
use super::write;
use crate::edit::batch::BatchChange;
use crate::edit::compare::{Comparison, compare, outlines};
use crate::edit::document::{Document, EditRefusal, EditTarget};
use crate::edit::listing::{CueEntry, Listing};
use crate::edit::matching;
use crate::show::plan::call_offsets;
use crate::show::problem::{self, Problem};
use crate::show::{CueIx, CueNumber, IndexVec, file};

/// Reason why a show cannot be updated with a sheet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateRefusal {
    /// Nothing says which cue is which.
    #[error(
        "the sheet has no cue numbers, by which cues are known in the show: add a column `Cue` with the numbers that the show has, or name theirs with --map COLUMN=number"
    )]
    NoNumbers,
    /// No cue of the sheet is one of the show.
    #[error("no cue of the sheet has a number that the show has: is it the sheet of another show?")]
    NoneKnown,
    /// The show is written in a way that only an editor can change.
    #[error("{}", EditRefusal::NoHeaders)]
    NoHeaders,
    /// The show has errors, or that which the sheet makes.
    #[error("{}", problem::counted(.0))]
    Faulty(Vec<Problem>),
}

impl From<Vec<Problem>> for UpdateRefusal {
    fn from(problems: Vec<Problem>) -> Self {
        UpdateRefusal::Faulty(problems)
    }
}

/// A change that the sheet may ask for.
#[derive(Clone, Debug)]
enum SheetWish {
    /// The departments that the show does not have.
    Departments,
    /// A segment of the sheet.
    Segment(usize),
    /// A cue of the sheet, by its segment and its place there.
    Cue(usize, usize),
    /// A cue that the sheet does not have.
    GoneCue(CueNumber),
    /// A segment that the sheet does not have, by its place at the beginning.
    GoneSegment(usize),
    /// The time at which a cue of the sheet is meant to be called, where others have moved it.
    Moment(usize, usize),
}

impl SheetWish {
    /// The wishes of one stage can be granted at once; those of a later one are about what the
    /// earlier ones leave.
    fn stage(&self) -> u8 {
        match self {
            SheetWish::Departments => 0,
            SheetWish::Segment(_) => 1,
            SheetWish::Cue(..) => 2,
            SheetWish::GoneCue(_) => 3,
            SheetWish::GoneSegment(_) => 4,
            SheetWish::Moment(..) => 5,
        }
    }
}

/// A wish when its turn comes.
#[derive(Clone, Debug)]
struct WishTurn {
    wish: SheetWish,
    /// `true` if it comes after all others: what is refused now is said. Before, it may only have
    /// come too early, for a trigger that names a cue further down, for example.
    is_last: bool,
}

/// The show as far as changes were taken, and the segments in it.
#[derive(Clone, Debug)]
struct TakenShow {
    document: Document,
    /// The place of each segment of the sheet in the show.
    of_sheet: Vec<Option<usize>>,
    /// The place of each segment that the show had at the beginning.
    of_show: Vec<Option<usize>>,
}

impl TakenShow {
    /// The place of the segment of the show after which a segment of the sheet comes.
    fn before(&self, at: usize) -> Option<usize> {
        self.of_sheet.get(..at)?.iter().rev().flatten().next().copied()
    }

    /// Keeps in mind that a wish was granted.
    fn granted(&mut self, wish: &SheetWish) {
        match *wish {
            SheetWish::Segment(at) if self.of_sheet.get(at) == Some(&None) => {
                let made = self.before(at).map_or(0, |before| before + 1);
                for place in self.of_sheet.iter_mut().chain(&mut self.of_show).flatten() {
                    *place += usize::from(*place >= made);
                }
                if let Some(own) = self.of_sheet.get_mut(at) {
                    *own = Some(made);
                }
            }
            SheetWish::GoneSegment(at) => {
                let Some(gone) = self.of_show.get(at).copied().flatten() else { return };
                for place in self.of_sheet.iter_mut().chain(&mut self.of_show) {
                    *place = place.filter(|place| *place != gone);
                    *place = place.map(|place| place - usize::from(place > gone));
                }
            }
            SheetWish::Segment(_)
            | SheetWish::Departments
            | SheetWish::Cue(..)
            | SheetWish::GoneCue(_)
            | SheetWish::Moment(..) => {}
        }
    }
}

/// A change that nobody has taken yet.
#[derive(Clone, Debug)]
pub struct Proposal {
    taken: TakenShow,
    wish: SheetWish,
    later: Option<WishTurn>,
    /// The items that it changes.
    pub comparison: Comparison,
}

/// A show and the changes that a newer sheet asks for.
#[derive(Debug)]
pub struct Update {
    taken: TakenShow,
    sheet: Imported,
    /// The number of the cue in each of its rows.
    numbers: BTreeMap<u32, String>,
    /// The sheet in words.
    says: Listing,
    /// The show in words.
    now: Listing,
    turns: VecDeque<WishTurn>,
    /// The turns after those.
    moments: Vec<WishTurn>,
    /// The moment at which each cue of the show is called, from the beginning of its segment.
    offsets: IndexVec<CueIx, Duration>,
    /// The cues of the sheet whose changes somebody did not want, by their segments and places.
    left: HashSet<(usize, usize)>,
    said: Vec<String>,
}

impl Update {
    /// Compares the show of a text with a newer sheet. `zone` is meant where the text names none.
    ///
    /// # Errors
    /// Where the sheet has no cue numbers or only others than the show, or the show is not written
    /// under headers, and with all errors of the show, or of that which the sheet makes.
    pub fn new(text: String, zone: &str, sheet: Imported) -> Result<Update, UpdateRefusal> {
        Update::of(Document::new(text, zone)?, zone, sheet)
    }

    /// Compares the show of a document with a newer sheet, as [`Self::new`] does.
    ///
    /// # Errors
    /// As there.
    pub fn of(
        document: Document,
        zone: &str,
        mut sheet: Imported,
    ) -> Result<Update, UpdateRefusal> {
        if !document.has_headers() {
            return Err(UpdateRefusal::NoHeaders);
        }
        if !numbering::is_numbered(&sheet) {
            return Err(UpdateRefusal::NoNumbers);
        }
        let mut said = vec![];
        let spared = numbering::number(document.show(), &mut sheet, &mut said);
        if !numbering::knows_any(document.show(), &sheet) {
            return Err(UpdateRefusal::NoneKnown);
        }
        name_departments(document.show(), &mut sheet);
        for cue in sheet.segments.iter_mut().flat_map(|segment| &mut segment.cues) {
            cue.extra.retain(|(name, _)| name != SENDS_TO);
        }
        let now = Listing::of(document.show());
        let of_sheet = matching::segments(&outlines(&now), &outlines_of(&sheet));
        planned::plan(document.show(), &mut sheet, &of_sheet);
        let says = Listing::of(&file::parse(&write::write(&sheet, "the sheet"), zone)?);
        let of_show = (0..now.segments.len()).map(Some).collect();
        let cues = sheet.segments.iter().flat_map(|segment| &segment.cues);
        let numbers = cues.map(|cue| (cue.row, cue.number.clone())).collect();
        let offsets = call_offsets(document.show());
        let mut update = Update {
            numbers,
            moments: vec![],
            left: HashSet::new(),
            offsets,
            taken: TakenShow { document, of_sheet, of_show },
            sheet,
            says,
            now,
            turns: VecDeque::new(),
            said,
        };
        update.wish(&spared);
        Ok(update)
    }

    /// The text of the show with all changes that were taken.
    pub fn text(&self) -> &str {
        self.taken.document.text()
    }

    /// Everything that was left as it is, for people; each is said once.
    pub fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    /// All that is to be looked at; the cues of `spared` are not gone.
    fn wish(&mut self, spared: &HashSet<CueIx>) {
        let mut wishes = vec![SheetWish::Departments];
        for (at, segment) in self.says.segments.iter().enumerate() {
            wishes.push(SheetWish::Segment(at));
            for (cue, entry) in segment.cues.iter().enumerate() {
                let number = CueNumber::new(&entry.number);
                let document = &self.taken.document;
                if !number.is_ok_and(|number| document.is_of_template(&number)) {
                    wishes.push(SheetWish::Cue(at, cue));
                } else if !self.cue_wants(at, cue).is_empty() {
                    let number = &entry.number;
                    self.said.push(format!("cue {number} comes from a template: kept as it is"));
                }
            }
        }
        let here = places(&self.now);
        for (at, segment) in self.says.segments.iter().enumerate() {
            for cue in &segment.cues {
                let place = here.get(&*cue.number).map(|(segment, _)| *segment);
                if place.is_some_and(|place| self.taken.of_sheet.get(at) != Some(&Some(place))) {
                    self.said.push(format!(
                        "cue {} stands in segment “{}” of the sheet: it was kept where it is",
                        cue.number, segment.title
                    ));
                }
            }
        }
        wishes.extend(self.gone(spared));
        let turn = |wish| WishTurn { wish, is_last: false };
        let moments = wishes.iter().filter_map(|wish| match *wish {
            SheetWish::Cue(at, cue) => Some(turn(SheetWish::Moment(at, cue))),
            SheetWish::Departments
            | SheetWish::Segment(_)
            | SheetWish::GoneCue(_)
            | SheetWish::GoneSegment(_)
            | SheetWish::Moment(..) => None,
        });
        self.moments = moments.collect();
        self.turns = wishes.into_iter().map(turn).collect();
    }

    /// The show is another one now.
    fn look(&mut self) {
        self.now = Listing::of(self.taken.document.show());
        self.offsets = call_offsets(self.taken.document.show());
    }

    /// The next change, or nothing when there is no more.
    pub fn propose(&mut self) -> Option<Proposal> {
        loop {
            if self.turns.is_empty() {
                self.turns.extend(std::mem::take(&mut self.moments));
            }
            let turn = self.turns.pop_front()?;
            if !self.is_wanted(&turn.wish) {
                continue;
            }
            let mut taken = self.taken.clone();
            let later = self.grant(&mut taken, &turn);
            if taken.document.text() == self.text() {
                self.turns.extend(later);
                continue;
            }
            let comparison = compare(&self.now, &Listing::of(taken.document.show()));
            return Some(Proposal { taken, wish: turn.wish, later, comparison });
        }
    }

    /// Takes a change.
    pub fn take(&mut self, proposal: Proposal) {
        self.turns.extend(proposal.later);
        self.taken = proposal.taken;
        self.look();
    }

    /// Leaves a change: nothing else of its cue is proposed.
    pub fn leave(&mut self, proposal: &Proposal) {
        match proposal.wish {
            SheetWish::Cue(at, cue) | SheetWish::Moment(at, cue) => _ = self.left.insert((at, cue)),
            SheetWish::Departments
            | SheetWish::Segment(_)
            | SheetWish::GoneCue(_)
            | SheetWish::GoneSegment(_) => {}
        }
    }

    /// Takes all changes that were not proposed yet, and says what they change.
    pub fn take_all(&mut self) -> Comparison {
        let before = self.now.clone();
        while !self.turns.is_empty() {
            let mut turns: Vec<WishTurn> = self.turns.drain(..).collect();
            turns.sort_by_key(|turn| turn.wish.stage());
            for stage in turns.chunk_by(|a, b| a.wish.stage() == b.wish.stage()) {
                self.grant_all(stage);
            }
        }
        let moments = std::mem::take(&mut self.moments);
        self.grant_all(&moments);
        compare(&before, &self.now)
    }

    /// Returns `true` if a wish may change anything: a look that costs nothing.
    fn is_wanted(&self, wish: &SheetWish) -> bool {
        match *wish {
            SheetWish::Segment(at) => {
                self.taken.of_sheet.get(at).is_some_and(Option::is_none)
                    || !self.segment_wants(at).is_empty()
            }
            SheetWish::Cue(at, cue) => {
                let show = self.taken.document.show();
                self.cue_entry(at, cue).is_some_and(|entry| {
                    found(show, &entry.number).is_none() || !self.cue_wants(at, cue).is_empty()
                })
            }
            SheetWish::Moment(at, cue) => !self.moment_wants(at, cue).is_empty(),
            SheetWish::Departments | SheetWish::GoneCue(_) | SheetWish::GoneSegment(_) => true,
        }
    }

    fn cue_entry(&self, at: usize, cue: usize) -> Option<&CueEntry> {
        self.says.segments.get(at)?.cues.get(cue)
    }

    /// Grants wishes of one stage at once; where that is refused, as many of them as can be.
    fn grant_all(&mut self, turns: &[WishTurn]) {
        let wanted: Vec<WishTurn> =
            turns.iter().filter(|turn| self.is_wanted(&turn.wish)).cloned().collect();
        let asked = self.asked(&wanted);
        let changes: Vec<BatchChange> =
            asked.iter().filter_map(asked::AskedChange::whole).collect();
        if self.taken.document.change(&changes).is_ok() {
            for (turn, asked) in wanted.iter().zip(asked) {
                match asked.lacks {
                    Some(lacks) => {
                        let later = self.refused(turn, vec![lacks]);
                        self.turns.extend(later);
                    }
                    None => self.taken.granted(&turn.wish),
                }
            }
        } else if let [turn] = wanted.as_slice() {
            let mut taken = self.taken.clone();
            let later = self.grant(&mut taken, turn);
            self.turns.extend(later);
            self.taken = taken;
        } else {
            let (first, rest) = wanted.split_at(wanted.len() / 2);
            self.grant_all(first);
            return self.grant_all(rest);
        }
        self.look();
    }

    /// Grants one wish as far as it can be; gives it back where more of it may be possible later.
    fn grant(&mut self, taken: &mut TakenShow, turn: &WishTurn) -> Option<WishTurn> {
        let asked = self.asked(std::slice::from_ref(turn)).pop()?;
        let whole = asked.whole();
        if let Some(lacks) = asked.lacks {
            return self.refused(turn, vec![lacks]);
        }
        if taken.document.change(&[whole?]).is_ok() {
            taken.granted(&turn.wish);
            return None;
        }
        if let Some(first) = asked.first {
            if let Err(refusal) = taken.document.change(&[first]) {
                return self.refused(turn, vec![format!("{}: not taken: {refusal}", asked.what)]);
            }
            taken.granted(&turn.wish);
        }
        let mut refused = vec![];
        for Want { key, settings } in asked.wants {
            let Some(target) = self.target(taken, &turn.wish) else { continue };
            if let Err(refusal) = taken.document.change(&[BatchChange::Keys(target, settings)]) {
                refused.push(format!("{}, {key}: not taken: {refusal}", asked.what));
            }
        }
        self.refused(turn, refused)
    }

    /// Says why something is refused, or gives the wish back for another turn.
    fn refused(&mut self, turn: &WishTurn, why: Vec<String>) -> Option<WishTurn> {
        if matches!(turn.wish, SheetWish::Moment(..)) {
            // It was said of the cue.
            return None;
        }
        let comes_again = !turn.is_last && !why.is_empty();
        if !comes_again {
            self.said.extend(why);
        }
        comes_again.then(|| WishTurn { wish: turn.wish.clone(), is_last: true })
    }

    /// The segment or the cue that a wish is about, where it is there.
    fn target(&self, taken: &TakenShow, wish: &SheetWish) -> Option<EditTarget> {
        match wish {
            SheetWish::Segment(at) => taken.of_sheet.get(*at)?.map(EditTarget::Segment),
            SheetWish::Cue(at, cue) | SheetWish::Moment(at, cue) => {
                let number = CueNumber::new(&self.cue_entry(*at, *cue)?.number).ok()?;
                taken.document.find(&number)
            }
            SheetWish::GoneCue(number) => taken.document.find(number),
            SheetWish::GoneSegment(at) => taken.of_show.get(*at)?.map(EditTarget::Segment),
            SheetWish::Departments => None,
        }
    }
}
