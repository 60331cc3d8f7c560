//! Where on the screen the mouse finds which cue: drawn by [`crate::ui`], read when a click comes.

use super::Page;
use crate::show::CueIx;

/// The cues on the screen as last drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Row, first column, column behind the last, and the cue there.
    pub rows: Vec<(u16, u16, u16, CueIx)>,
    /// The page that was drawn.
    pub page: Page,
    /// The rows of the palette, and which of the commands that were found stands on each.
    pub choices: Vec<(u16, usize)>,
    /// How far the page can be scrolled: [`super::App::scroll`] is held to it.
    pub scroll_max: usize,
    /// How far it is scrolled: where it follows the run, or lines have come above it, not as far as was asked.
    pub scroll: usize,
    /// How far [`super::App::scroll`] asked it to be.
    pub asked: usize,
    /// From which line of the log on that was counted.
    pub log_seen: u64,
    /// The newest line of the log.
    pub log_newest: u64,
}

impl Hits {
    /// The command of the palette on a row.
    pub fn choice_at(&self, row: u16) -> Option<usize> {
        self.choices.iter().find(|(at, _)| *at == row).map(|&(_, choice)| choice)
    }

    /// The cue under a cell.
    pub fn cue_at(&self, column: u16, row: u16) -> Option<CueIx> {
        let hit = self.rows.iter().find(|(at, from, to, _)| *at == row && (*from..*to).contains(&column));
        hit.map(|&(.., cue)| cue)
    }
}
