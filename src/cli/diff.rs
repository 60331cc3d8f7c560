//! `handover diff`: what differs between two shows.
//!
//! An empty file is no show: everything of the other one is new or gone. That is what git has for a
//! side that does not exist.

use std::path::Path;

use super::commands::{faulty, print, source};
use super::forms::DiffFormat;
use crate::edit::compare::compare;
use crate::edit::listing::Listing;
use crate::export::diff;
use crate::runtime::opening::machine_zone;
use crate::show::file;

/// Prints what differs between the shows at `old` and `new`.
pub(super) fn diff(old: &Path, new: &Path, format: DiffFormat) -> anyhow::Result<()> {
    let comparison = compare(&listing(old)?, &listing(new)?);
    match format {
        DiffFormat::Text => print(&diff::text(&comparison)),
        DiffFormat::Json => print(&diff::json(&comparison)),
    }
}

fn listing(path: &Path) -> anyhow::Result<Listing> {
    let (name, text) = source(path)?;
    if text.is_empty() {
        return Ok(Listing::default());
    }
    match file::parse(&text, &machine_zone()) {
        Ok(show) => Ok(Listing::of(&show)),
        Err(problems) => Err(faulty(&problems, &name, &text)),
    }
}
