//! Pairs of items of two shows that are the same, and those of them that stand elsewhere now.

use std::collections::HashMap;
use std::hash::Hash;

/// Marks by which a segment is known from one version of a show to the next.
pub struct SegmentOutline<'a> {
    /// Its title.
    pub title: &'a str,
    /// The numbers of its cues.
    pub numbers: Vec<&'a str>,
}

/// For each segment of `new`, the one of `old` that it was.
///
/// A segment is the one with which it has most cues in common, before all others one of the same
/// title; one without common cues is the one of the same title, if that is nobody else.
pub fn segments(old: &[SegmentOutline<'_>], new: &[SegmentOutline<'_>]) -> Vec<Option<usize>> {
    let homes: HashMap<&str, usize> = numbers(old).collect();
    let mut common: HashMap<(usize, usize), usize> = HashMap::new();
    for (number, to) in numbers(new) {
        if let Some(&from) = homes.get(number) {
            *common.entry((from, to)).or_default() += 1;
        }
    }
    for pair in same_titles(old, new) {
        common.entry(pair).or_default();
    }
    let mut pairs: Vec<_> = common.into_iter().collect();
    pairs.sort_by_key(|&((from, to), count)| {
        let is_titled = old[from].title == new[to].title;
        let is_same = is_titled && count > 0;
        (!is_same, usize::MAX - count, !is_titled, from.abs_diff(to), from, to)
    });
    let (mut taken, mut found) = (vec![false; old.len()], vec![None; new.len()]);
    for ((from, to), _) in pairs {
        if !taken[from] && found[to].is_none() {
            taken[from] = true;
            found[to] = Some(from);
        }
    }
    found
}

/// The numbers of all cues, each with the place of its segment.
fn numbers<'a>(segments: &'a [SegmentOutline<'a>]) -> impl Iterator<Item = (&'a str, usize)> {
    segments
        .iter()
        .enumerate()
        .flat_map(|(at, segment)| segment.numbers.iter().map(move |number| (*number, at)))
}

/// Segments of the same title, in their order: the first with the first, the second with the
/// second.
fn same_titles(old: &[SegmentOutline<'_>], new: &[SegmentOutline<'_>]) -> Vec<(usize, usize)> {
    let mut of_title: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, segment) in old.iter().enumerate().rev() {
        of_title.entry(segment.title).or_default().push(at);
    }
    let pair = |(to, segment): (usize, &SegmentOutline<'_>)| {
        Some((of_title.get_mut(segment.title)?.pop()?, to))
    };
    new.iter().enumerate().filter_map(pair).collect()
}

/// Those of `new` that also stand in `old` and have to move so that the rest keep the order of
/// `old`: as few as can be. Returns `true` for each that moves.
pub fn moved<T: Copy + Eq + Hash>(old: &[T], new: &[T]) -> Vec<bool> {
    let places: HashMap<T, usize> = old.iter().enumerate().map(|(at, &one)| (one, at)).collect();
    let mut moves = vec![false; new.len()];
    // The longest increasing run of places: `ends` has for each length the item with which such a
    // run ends lowest, `before` the item in front of each.
    let mut ends: Vec<(usize, usize)> = vec![];
    let mut before: Vec<Option<usize>> = vec![None; new.len()];
    for (at, one) in new.iter().enumerate() {
        let Some(&place) = places.get(one) else { continue };
        moves[at] = true;
        let length = ends.partition_point(|&(end, _)| end < place);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter].1);
        match ends.get_mut(length) {
            Some(end) => *end = (place, at),
            None => ends.push((place, at)),
        }
    }
    let mut kept = ends.last().map(|&(_, at)| at);
    while let Some(at) = kept {
        moves[at] = false;
        kept = before[at];
    }
    moves
}
