//! Targets of the mouse on the screen: drawn by [`crate::ui`], read when a click comes.
//!
//! Nothing here can fire a cue: no region stands for GO, and none may.

use std::ops::Range;

use super::Page;
use super::page::Lines;
use crate::show::{CueIx, PersonIx, SegmentIx};

/// Targets of the mouse on the screen as last drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Row, first column, the column after the last, and the cue there.
    pub rows: Vec<(u16, u16, u16, CueIx)>,
    /// Everything else; where two lie over each other, the later counts.
    pub regions: Vec<Region>,
    /// The page that was drawn.
    pub page: Page,
    /// `true` if the window is too small for pages, and shows only what is on air and next.
    pub is_small: bool,
    /// The rows of the palette, and which of the commands that were found stands on each.
    pub choices: Vec<(u16, usize)>,
    /// Maximum scroll of the page: [`super::App::scroll`] is limited to it.
    pub scroll_max: usize,
    /// Actual scroll of the page: if it follows the run, or lines have come above it, this is not
    /// the scroll that was asked for.
    pub scroll: usize,
    /// Maximum scroll of the panel that lies over the page.
    pub dialog_scroll_max: usize,
    /// Scroll that [`super::App::scroll`] asked for.
    pub asked: usize,
    /// From which line of the log on that was counted.
    pub log_seen: u64,
    /// The newest line of the log.
    pub log_newest: u64,
}

/// A part of the screen that means something to the mouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// In cells from the left.
    pub columns: Range<u16>,
    /// In cells from the top.
    pub rows: Range<u16>,
    /// The target there.
    pub target: MouseTarget,
}

/// A target of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseTarget {
    /// The name of a page.
    Page(Page),
    /// The word that stands for the next page.
    NextPage,
    /// Somebody on the people page.
    Person(PersonIx),
    /// The rundown, which the wheel scrolls.
    Rundown,
    /// A segment of the rundown.
    Segment {
        /// The segment.
        segment: SegmentIx,
        /// `true` if its cues are shown below it.
        is_open: bool,
    },
    /// The list of people, through which the wheel moves the selection.
    People,
    /// Lines that the wheel scrolls.
    Lines,
}

impl Hits {
    /// The command of the palette on a row.
    pub fn choice_at(&self, row: u16) -> Option<usize> {
        self.choices.iter().find(|(at, _)| *at == row).map(|&(_, choice)| choice)
    }

    /// Number of the page's cues, people or lines that are on the screen.
    pub fn page_lines(&self) -> usize {
        let count = |is: fn(&MouseTarget) -> bool| {
            self.regions.iter().filter(|region| is(&region.target)).count()
        };
        match self.page.spec().lines {
            Lines::Cues => self.rows.len(),
            Lines::People => count(|target| matches!(target, MouseTarget::Person(_))),
            Lines::Scroll | Lines::None => {
                let lines = self.regions.iter().find(|region| region.target == MouseTarget::Lines);
                lines.map_or(0, |region| usize::from(region.rows.end - region.rows.start))
            }
        }
    }

    /// The cue under a cell.
    pub fn cue_at(&self, column: u16, row: u16) -> Option<CueIx> {
        let hit =
            self.rows.iter().find(|(at, from, to, _)| *at == row && (*from..*to).contains(&column));
        hit.map(|&(.., cue)| cue)
    }

    /// The other target under a cell.
    pub fn target_at(&self, column: u16, row: u16) -> Option<MouseTarget> {
        let covers =
            |region: &&Region| region.columns.contains(&column) && region.rows.contains(&row);
        self.regions.iter().rfind(covers).map(|region| region.target)
    }
}
