//! A long list whose copies share what none of them has changed.
//!
//! The station, the screen and the followers each keep a copy of the state, and of a long show only
//! a few cues have anything to tell. So a copy takes over the pages of the list, and one that
//! changes an item has that page for itself from then on.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::show::Ix;

/// Number of items of a page: few enough that a copy of one costs a cue nothing.
const PAGE: usize = 16;

/// A list of `T`s that only an `I` indexes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Paged<I, T> {
    /// Full pages; behind the end of the list stand default items.
    pages: Vec<Arc<[T; PAGE]>>,
    /// The page of default items, which stands for every page that was never changed.
    blank: Arc<[T; PAGE]>,
    len: usize,
    indexed_by: PhantomData<I>,
}

impl<I: Ix, T: Clone + Default> Paged<I, T> {
    /// A list of `len` default items, which share one page.
    pub(super) fn of_default(len: usize) -> Self {
        let blank = Arc::new(std::array::from_fn(|_| T::default()));
        let mut list = Paged { pages: vec![], blank, len: 0, indexed_by: PhantomData };
        list.grow(len);
        list
    }

    /// Has default items at its end until it is `len` long; it never becomes shorter.
    pub(super) fn grow(&mut self, len: usize) {
        let count = len.div_ceil(PAGE);
        if count > self.pages.len() {
            self.pages.resize(count, Arc::clone(&self.blank));
        }
        self.len = self.len.max(len);
    }

    /// Number of items.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The item at `ix`; `None` where the list is not that long.
    pub(super) fn get(&self, ix: I) -> Option<&T> {
        (ix.at() < self.len).then(|| &self[ix])
    }

    /// The places of the items on pages that were ever changed: all others are default items.
    pub(super) fn touched(&self) -> impl Iterator<Item = usize> {
        let is_touched = |page: &Arc<_>| !Arc::ptr_eq(page, &self.blank);
        let pages = self.pages.iter().enumerate().filter(move |(_, page)| is_touched(page));
        pages.flat_map(|(at, _)| at * PAGE..(at + 1) * PAGE).take_while(|&at| at < self.len)
    }

    /// Changes the items for which `is_meant`, and leaves the pages of all others shared.
    pub(super) fn change_where(&mut self, is_meant: impl Fn(&T) -> bool, change: impl Fn(&mut T)) {
        for page in &mut self.pages {
            if page.iter().any(&is_meant) {
                let items = Arc::make_mut(page).iter_mut();
                items.filter(|item| is_meant(item)).for_each(&change);
            }
        }
    }
}

impl<I: Ix, T> Index<I> for Paged<I, T> {
    type Output = T;

    fn index(&self, ix: I) -> &T {
        &self.pages[ix.at() / PAGE][ix.at() % PAGE]
    }
}

impl<I: Ix, T: Clone> IndexMut<I> for Paged<I, T> {
    fn index_mut(&mut self, ix: I) -> &mut T {
        &mut Arc::make_mut(&mut self.pages[ix.at() / PAGE])[ix.at() % PAGE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::CueIx;

    fn list(len: usize) -> Paged<CueIx, u32> {
        Paged::of_default(len)
    }

    fn shared(a: &Paged<CueIx, u32>, b: &Paged<CueIx, u32>) -> Vec<bool> {
        a.pages.iter().zip(&b.pages).map(|(a, b)| Arc::ptr_eq(a, b)).collect()
    }

    #[test]
    fn a_copy_has_only_the_page_for_itself_that_it_changes() {
        let mut first = list(3 * PAGE);
        first[CueIx(1)] = 7;
        let mut copy = first.clone();
        assert_eq!(shared(&first, &copy), [true; 3]);
        copy[CueIx(PAGE as u32)] = 9;
        assert_eq!(shared(&first, &copy), [true, false, true]);
        assert_eq!((first[CueIx(PAGE as u32)], copy[CueIx(PAGE as u32)]), (0, 9));
        assert_ne!(first, copy);
        first[CueIx(PAGE as u32)] = 9;
        assert_eq!(first, copy, "equal items on pages of their own");
    }

    #[test]
    fn it_grows_by_default_items_and_ends_where_it_should() {
        let mut list = list(PAGE + 1);
        list[CueIx(PAGE as u32)] = 5;
        assert_eq!(list.get(CueIx(PAGE as u32)), Some(&5));
        assert_eq!(list.get(CueIx(PAGE as u32 + 1)), None);
        list.grow(4 * PAGE);
        assert_eq!((list.len(), list[CueIx(PAGE as u32)]), (4 * PAGE, 5));
        assert_eq!(list.get(CueIx(4 * PAGE as u32 - 1)), Some(&0));
        list.grow(1);
        assert_eq!(list.len(), 4 * PAGE);
        assert_eq!(self::list(0).get(CueIx(0)), None);
    }

    #[test]
    fn only_pages_that_were_changed_are_looked_through() {
        let mut list = list(3 * PAGE + 2);
        assert_eq!(list.touched().count(), 0);
        list[CueIx(PAGE as u32 + 3)] = 1;
        list[CueIx(3 * PAGE as u32)] = 1;
        let touched: Vec<usize> = list.clone().touched().collect();
        assert_eq!(touched, (PAGE..2 * PAGE).chain([3 * PAGE, 3 * PAGE + 1]).collect::<Vec<_>>());
        list.grow(9 * PAGE);
        assert_eq!(list.touched().count(), 2 * PAGE, "what is new is blank");
    }

    #[test]
    fn a_change_of_some_leaves_the_others_shared() {
        let mut first = list(3 * PAGE);
        first[CueIx(2)] = 4;
        first[CueIx(3)] = 5;
        let mut copy = first.clone();
        copy.change_where(|&item| item == 4, |item| *item = 0);
        assert_eq!((copy[CueIx(2)], copy[CueIx(3)]), (0, 5));
        assert_eq!(shared(&first, &copy), [false, true, true]);
    }
}
