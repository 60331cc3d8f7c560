//! A segment that starts or ends by the clock, as an export says it.

use jiff::civil::Time;

use super::{Own, Reading, Row};
use crate::show::problem::quoted;

impl Reading<'_> {
    /// Returns what the trigger of a segment says: whether its start is a hard start, and its fixed
    /// end.
    pub(super) fn by_clock(&mut self, row: &Row, trigger: &str) -> (bool, Option<Time>) {
        let (mut is_hard, mut end) = (false, None);
        for word in trigger.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let ends = word.strip_prefix("ends ").and_then(|time| time.trim().parse().ok());
            if word.eq_ignore_ascii_case("hard start") {
                is_hard = true;
            } else if ends.is_some() {
                end = ends;
            } else {
                let what = format!("{} is nothing that a segment can have: left out", quoted(word));
                self.doubt(row.number, Own::Trigger, what);
            }
        }
        (is_hard, end)
    }
}
