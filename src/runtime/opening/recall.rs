//! Outputs in the journal of a resumed run: one that was down stays so until it is known to
//! be well.

use std::collections::BTreeMap;

use crate::engine::{Event, Record};
use crate::output::STOPPED_BY_PANIC;
use crate::show::{OutputIx, Show};

/// The outputs of `show` whose last message in `records` failed, and why. A message that a panic
/// has called off says nothing of its output.
pub(super) fn down(records: &[Record], show: &Show) -> Vec<(OutputIx, String)> {
    let mut last: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for record in records {
        let event = &record.event;
        if let Event::ActionSent { output, .. } | Event::PanicSent { output } = event {
            last.insert(output, None);
        } else if let Event::ActionFailed { output, error, .. }
        | Event::PanicFailed { output, error } = event
            && error != STOPPED_BY_PANIC
        {
            last.insert(output, Some(error));
        }
    }
    let outputs = show.outputs.iter().zip((0..).map(OutputIx));
    let down = outputs.filter_map(|(output, ix)| {
        let error = last.get(output.id.as_str()).copied().flatten()?;
        Some((ix, format!("failed before the resume: {error}")))
    });
    down.collect()
}
