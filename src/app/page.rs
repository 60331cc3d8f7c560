//! The pages: which there are, in which order, and what the rest of the program has to know of
//! each.
//!
//! A new page is a variant of [`Page`] with its [`PageSpec`] here, and two arms of `ui::page`, which
//! draws it. Its command in the palette, its place under Tab and its name in the footer come from
//! here.

use strum::VariantArray;

/// A page, which fills the screen. Tab goes through them in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, VariantArray)]
pub enum Page {
    /// The run: what is on air, what is next, the rundown.
    #[default]
    Run,
    /// Picture of the cue on air; on small screens the run page has no room for it.
    Monitor,
    /// The segments over the clock.
    Timeline,
    /// The people in the show, and those who were spotted in the stands.
    People,
    /// The outputs and how they are.
    Outputs,
    /// The stations of a shared run.
    Stations,
    /// The journal as it grows.
    Log,
    /// All keys.
    Help,
}

/// Facts about a page.
#[derive(Debug)]
pub struct PageSpec {
    /// Its name in the footer.
    pub name: &'static str,
    /// The command that opens it; `None` where a key of its own does.
    pub command: Option<&'static str>,
    /// Its contents, in a few words.
    pub shows: &'static str,
    /// Lines that the arrows and PgUp, PgDn go through.
    pub lines: Lines,
    /// A cue that was found can be seen on it, so that the page stays.
    pub has_cues: bool,
}

/// Lines that the arrows go through on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// The rundown's cues: they move the selection.
    Cues,
    /// The people: they move the selection.
    People,
    /// Lines that can be selected by nothing: they scroll.
    Scroll,
    /// Nothing: the page fits its window.
    None,
}

impl Page {
    /// All pages, in the order in which Tab goes through them.
    pub const ALL: &'static [Page] = <Page as VariantArray>::VARIANTS;

    /// Its facts.
    pub const fn spec(self) -> &'static PageSpec {
        match self {
            Page::Run => &PageSpec {
                name: "Run",
                command: Some("page run"),
                shows: "what is on air, what is next, the rundown",
                lines: Lines::Cues,
                has_cues: true,
            },
            Page::Monitor => &PageSpec {
                name: "Monitor",
                command: Some("page monitor"),
                shows: "what the cue on air looks like",
                lines: Lines::None,
                has_cues: true,
            },
            Page::Timeline => &PageSpec {
                name: "Timeline",
                command: Some("page timeline"),
                shows: "the segments on a time scale",
                lines: Lines::Scroll,
                has_cues: true,
            },
            Page::People => &PageSpec {
                name: "People",
                command: Some("page people"),
                shows: "who is in the show, and who was spotted",
                lines: Lines::People,
                has_cues: false,
            },
            Page::Outputs => &PageSpec {
                name: "Outputs",
                command: Some("page outputs"),
                shows: "each output and its health",
                lines: Lines::Scroll,
                has_cues: false,
            },
            Page::Stations => &PageSpec {
                name: "Stations",
                command: Some("page stations"),
                shows: "in a shared run, the stations, the log and the flag",
                lines: Lines::Scroll,
                has_cues: false,
            },
            Page::Log => &PageSpec {
                name: "Log",
                command: Some("page log"),
                shows: "the journal, and what was refused",
                lines: Lines::Scroll,
                has_cues: false,
            },
            Page::Help => &PageSpec {
                name: "Help",
                command: None,
                shows: "all keys, all signs",
                lines: Lines::Scroll,
                has_cues: false,
            },
        }
    }

    /// Its name in the footer.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Returns `true` if it is drawn also in a window that is too small for the other pages.
    pub fn is_in_small_windows(self) -> bool {
        self == Page::Stations
    }

    /// The page after this one; after the last, the first.
    pub fn next(self) -> Page {
        self.turned(1)
    }

    /// The page before this one; before the first, the last.
    pub fn previous(self) -> Page {
        self.turned(Page::ALL.len() - 1)
    }

    fn turned(self, by: usize) -> Page {
        Page::ALL.iter().cycle().nth(self as usize + by).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_goes_through_all_pages_and_back() {
        let mut page = Page::Run;
        for expected in Page::ALL.iter().skip(1).chain([&Page::Run]) {
            page = page.next();
            assert_eq!(page, *expected);
            assert_eq!(page.previous().next(), page);
        }
    }

    #[test]
    fn the_guide_has_every_page() {
        let guide = include_str!("../../docs/guide.md");
        for page in Page::ALL {
            assert!(
                guide.contains(&format!("\n| {} | ", page.name())),
                "the guide's table of pages lacks {page:?}"
            );
        }
    }
}
