//! Rows of the rundown on the screen: counted by segments, never by cues, so that a show of ten
//! thousand cues costs a frame no more than one of fifty.
//!
//! A segment is a row, and where it is unfolded its cues are rows below it. What lies behind the
//! caller is folded; what lies ahead is unfolded as far as there is room for it beside the outline
//! of all the rest.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::show::{CueIx, IndexVec, SegmentIx, Show};

/// A row of the rundown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ViewRow {
    /// A segment, and whether its cues stand below it.
    Segment(SegmentIx, bool),
    /// A cue.
    Cue(CueIx),
}

/// Part of the rundown that the caller is looking at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Focus {
    /// The segment that runs, or the first; `None` after the end.
    pub current: Option<SegmentIx>,
    /// The last running cue, or the one at the playhead.
    pub playhead: Option<CueIx>,
    /// The first of the running cues.
    pub on_air: Option<CueIx>,
    /// The selected cue, where the caller has moved the selection.
    pub cursor: Option<CueIx>,
}

/// The rows of a show with some segments unfolded.
pub(super) struct RundownOutline<'a> {
    show: &'a Show,
    /// For each segment its first row and whether it is unfolded.
    segments: IndexVec<SegmentIx, (usize, bool)>,
    rows: usize,
}

impl<'a> RundownOutline<'a> {
    /// Folds and unfolds the segments of `show` for a panel of `height` rows. What the caller has
    /// opened or folded, by `folds`, stays so, but for a segment in which something is to be seen.
    pub(super) fn new(
        show: &'a Show,
        focus: &Focus,
        folds: &BTreeMap<SegmentIx, bool>,
        height: usize,
    ) -> Self {
        let home = |cue: Option<CueIx>| cue.map(|cue| show.cue(cue).segment);
        let must = [focus.current, home(focus.playhead), home(focus.on_air), home(focus.cursor)];
        let from = focus.current.map_or(show.segments.len(), |segment| segment.0 as usize);
        let opened = |segment| folds.get(&segment) == Some(&true);
        let unfolded =
            show.segment_indices().map(|segment| must.contains(&Some(segment)) || opened(segment));
        let mut unfolded: Vec<bool> = unfolded.collect();
        let length = |at: usize| show.segments[SegmentIx(at as u32)].cues.len();
        let taken = show.segments.len()
            + (0..unfolded.len()).filter(|&at| unfolded[at]).map(length).sum::<usize>();
        // With more segments than rows there is no outline to keep in sight: then what comes next
        // is worth more.
        let mut room =
            if show.segments.len() > height { usize::MAX } else { height.saturating_sub(taken) };
        let folded = |at: usize| folds.get(&SegmentIx(at as u32)) == Some(&false);
        let to_come = unfolded.iter_mut().enumerate().skip(from);
        for (at, unfolded) in to_come.filter(|(at, unfolded)| !**unfolded && !folded(*at)) {
            if length(at) > room {
                break;
            }
            room -= length(at);
            *unfolded = true;
        }
        let mut rows = 0;
        let segments = unfolded.into_iter().enumerate().map(|(at, unfolded)| {
            let first = rows;
            rows += 1 + if unfolded { length(at) } else { 0 };
            (first, unfolded)
        });
        let segments = segments.collect();
        RundownOutline { show, segments, rows }
    }

    /// The row on which `cue` stands, where its segment is unfolded.
    pub(super) fn row_of(&self, cue: CueIx) -> Option<usize> {
        let segment = self.show.cue(cue).segment;
        let (first, unfolded) = self.segments[segment];
        let first_place = self.show.segment(segment).cues.start;
        let within = self.show.place(cue).checked_sub(first_place)? as usize;
        (unfolded && self.show.has(cue)).then_some(first + 1 + within)
    }

    /// The rows that a panel of `height` rows shows. The playhead stands a third from the top, with
    /// what comes below it; a selection moves the view only where it would leave it. Where the
    /// caller has scrolled it, `top` is the first.
    pub(super) fn visible(&self, focus: &Focus, top: Option<usize>, height: usize) -> Range<usize> {
        let most = self.rows.saturating_sub(height);
        if let Some(top) = top {
            return top.min(most)..(top.min(most) + height).min(self.rows);
        }
        let segment_row = |segment: SegmentIx| self.segments[segment].0;
        let home = focus.playhead.or(focus.on_air).and_then(|cue| self.row_of(cue));
        let home = home.or(focus.current.map(segment_row)).unwrap_or(self.rows);
        let mut top = home.saturating_sub(height / 3);
        if let Some(on_air) = focus.on_air.and_then(|cue| self.row_of(cue))
            && on_air < top + 1
            && on_air + height > home + 2
        {
            top = on_air.saturating_sub(1);
        }
        top = top.min(most);
        if let Some(row) = focus.cursor.and_then(|cue| self.row_of(cue)) {
            let margin = (height / 6).min(3);
            top = top.min(row.saturating_sub(margin.max(usize::from(height > 2)))).min(most);
            top = top.max((row + margin + 1).saturating_sub(height)).min(most);
        }
        top..(top + height).min(self.rows)
    }

    /// Contents of the rows of `range`.
    pub(super) fn rows(&self, range: Range<usize>) -> impl Iterator<Item = ViewRow> {
        let first = self.segments.partition_point(|&(row, _)| row <= range.start).saturating_sub(1);
        let segments = self.segments.iter().enumerate().skip(first);
        let all = segments.flat_map(move |(at, &(row, unfolded))| {
            let segment = SegmentIx(at as u32);
            let cues = self.show.segment(segment).cues.clone();
            let cues = if unfolded { cues } else { 0..0 };
            // Of a long segment, what lies above the view is stepped over and not walked through.
            let above = range.start.saturating_sub(row + 1).min(cues.len()) as u32;
            let head = (row >= range.start).then_some(ViewRow::Segment(segment, unfolded));
            let cues = &self.show.order[(cues.start + above) as usize..cues.end as usize];
            head.into_iter().chain(cues.iter().map(|&cue| ViewRow::Cue(cue)))
        });
        all.take(range.len())
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows
    }
}
