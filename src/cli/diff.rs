//! `handover diff`: what differs between two shows.
//!
//! An empty file is no show: everything of the other one is new or gone. That is what git has for a
//! side that does not exist.

use std::path::Path;

use super::commands::{print, source};
use super::forms::DiffFormat;
use crate::edit::compare::compare;
use crate::edit::listing::Listing;
use crate::export::diff;

/// Prints what differs between the shows at `old` and `new`.
pub(super) fn diff(old: &Path, new: &Path, format: DiffFormat) -> anyhow::Result<()> {
    let comparison = compare(&listing(old)?, &listing(new)?);
    match format {
        DiffFormat::Text => print(&diff::text(&comparison)),
        DiffFormat::Json => print(&diff::json(&comparison)),
    }
}

fn listing(path: &Path) -> anyhow::Result<Listing> {
    let source = source(path)?;
    if source.text.is_empty() {
        return Ok(Listing::default());
    }
    Ok(Listing::of(&source.show()?))
}
