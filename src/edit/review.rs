//! A show that was changed on two sides: what the others did, and where both did something else to
//! the same item.

use super::compare::{Change, Comparison, ItemChange, ShowItem, compare};
use super::listing::Listing;

/// The changes of somebody else to a show since `base`, beside those that were made here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// All that they did.
    pub theirs: Comparison,
    /// Items to which both sides did something, and not the same.
    pub conflicts: Vec<Conflict>,
}

/// An item to which both sides did something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The change that was made here.
    pub ours: ItemChange,
    /// Their change.
    pub theirs: ItemChange,
}

/// Compares two versions of a show with the one that both come from.
pub fn review(base: &Listing, ours: &Listing, theirs: &Listing) -> Review {
    let (here, there) = (compare(base, ours), compare(base, theirs));
    let conflict = |theirs: &ItemChange| {
        let ours = here.items.iter().find(|ours| is_one(&ours.item, &theirs.item))?;
        let is_same = ours.change == theirs.change
            && (ours.facts == theirs.facts || ours.change == Change::Removed);
        (!is_same).then(|| Conflict { ours: ours.clone(), theirs: theirs.clone() })
    };
    Review { conflicts: there.items.iter().filter_map(conflict).collect(), theirs: there }
}

/// Returns `true` if two changes are about one item. New segments are each their own.
fn is_one(ours: &ShowItem, theirs: &ShowItem) -> bool {
    match (ours, theirs) {
        (ShowItem::Show, ShowItem::Show) => true,
        (ShowItem::Named { sort: a, id: b }, ShowItem::Named { sort: c, id: d }) => {
            (a, b) == (c, d)
        }
        (ShowItem::Segment { from: ours, .. }, ShowItem::Segment { from: theirs, .. }) => {
            ours.is_some() && ours == theirs
        }
        (ShowItem::Cue { number: ours, .. }, ShowItem::Cue { number: theirs, .. }) => {
            ours == theirs
        }
        (
            ShowItem::Show
            | ShowItem::Named { .. }
            | ShowItem::Segment { .. }
            | ShowItem::Cue { .. },
            ShowItem::Show
            | ShowItem::Named { .. }
            | ShowItem::Segment { .. }
            | ShowItem::Cue { .. },
        ) => false,
    }
}
