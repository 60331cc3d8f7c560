//! Lists that are indexed by a type of their own: a cue's index does not fit a list of segments.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Index, IndexMut};

/// The index of something in a list of its kind.
pub trait Ix: Copy {
    /// Its place, counted from 0.
    fn at(self) -> usize;
}

/// Index of a cue in [`super::Rundown::cues`]. Its order is none of the show: that is
/// [`super::Show::place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CueIx(pub u32);

impl Ix for CueIx {
    fn at(self) -> usize {
        self.0 as usize
    }
}

/// Index of a segment in [`super::Rundown::segments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentIx(pub u32);

impl SegmentIx {
    /// The first segment, which every show has.
    pub const FIRST: SegmentIx = SegmentIx(0);

    /// The segment after this one; the show may have none there.
    pub const fn next(self) -> SegmentIx {
        SegmentIx(self.0 + 1)
    }
}

impl Ix for SegmentIx {
    fn at(self) -> usize {
        self.0 as usize
    }
}

/// Index of a department in [`super::Rundown::departments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DepartmentIx(pub u32);

impl Ix for DepartmentIx {
    fn at(self) -> usize {
        self.0 as usize
    }
}

/// Index of an output in [`super::Rundown::outputs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputIx(pub u32);

impl Ix for OutputIx {
    fn at(self) -> usize {
        self.0 as usize
    }
}

/// Index of a person in [`super::Rundown::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonIx(pub u32);

impl Ix for PersonIx {
    fn at(self) -> usize {
        self.0 as usize
    }
}

/// A list of `T`s that only an `I` indexes. Everything else is that of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexVec<I, T> {
    items: Vec<T>,
    indexed_by: PhantomData<I>,
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<I, T> From<Vec<T>> for IndexVec<I, T> {
    fn from(items: Vec<T>) -> Self {
        IndexVec { items, indexed_by: PhantomData }
    }
}

impl<I, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(items: A) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<I: Ix, T> IndexVec<I, T> {
    /// A list of `count` times `item`.
    pub fn filled(item: T, count: usize) -> Self
    where
        T: Clone,
    {
        vec![item; count].into()
    }

    /// All items, in their order.
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }

    /// All items, in a list that is indexed by numbers.
    pub fn into_vec(self) -> Vec<T> {
        self.items
    }

    /// The item at `ix`; `None` where the list is not that long.
    pub fn get(&self, ix: I) -> Option<&T> {
        self.items.get(ix.at())
    }

    /// The item at `ix`, to be changed; `None` where the list is not that long.
    pub fn get_mut(&mut self, ix: I) -> Option<&mut T> {
        self.items.get_mut(ix.at())
    }
}

impl<I: Ix, T> Index<I> for IndexVec<I, T> {
    type Output = T;

    fn index(&self, ix: I) -> &T {
        &self.items[ix.at()]
    }
}

impl<I: Ix, T> IndexMut<I> for IndexVec<I, T> {
    fn index_mut(&mut self, ix: I) -> &mut T {
        &mut self.items[ix.at()]
    }
}

impl<I, T> Deref for IndexVec<I, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<I, T> DerefMut for IndexVec<I, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}

impl<'a, I, T> IntoIterator for &'a IndexVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// For each `I` of a show, a list of `T`s, all in one piece of memory: most of them are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexLists<I, T> {
    /// The end in `items` of the list of each `I`; it begins at the end of the one before it.
    ends: IndexVec<I, u32>,
    items: Vec<T>,
}

impl<I: Ix, T: Copy> IndexLists<I, T> {
    /// The lists of `count` indices: each has the items that `pairs` has for it, in their order.
    /// Every index of a pair is less than `count`.
    pub(super) fn of(count: usize, pairs: impl Iterator<Item = (I, T)>) -> Self {
        let mut pairs: Vec<(I, T)> = pairs.collect();
        // The sort is stable, so that the order of the pairs is that of the lists.
        pairs.sort_by_key(|(ix, _)| ix.at());
        let mut ends = IndexVec::filled(0, count);
        for (at, (ix, _)) in (1..).zip(&pairs) {
            ends[*ix] = at;
        }
        let mut end = 0;
        for ix_end in ends.iter_mut() {
            end = end.max(*ix_end);
            *ix_end = end;
        }
        IndexLists { ends, items: pairs.into_iter().map(|(_, item)| item).collect() }
    }

    /// The list of `ix`.
    pub(super) fn get(&self, ix: I) -> &[T] {
        let begin = ix.at().checked_sub(1).map_or(0, |before| self.ends.as_slice()[before]);
        &self.items[begin as usize..self.ends[ix] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_has_its_list_and_no_item_of_another() {
        let pairs = [(3, 'a'), (1, 'b'), (3, 'c'), (1, 'd')].map(|(ix, item)| (CueIx(ix), item));
        let lists = IndexLists::of(5, pairs.into_iter());
        let all: Vec<String> = (0..5).map(|ix| lists.get(CueIx(ix)).iter().collect()).collect();
        assert_eq!(all, ["", "bd", "", "ac", ""]);
    }
}
