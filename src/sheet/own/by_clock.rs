//! A segment that starts or ends by the clock, as an export says it.

use jiff::civil::{Date, Time};

use super::{Own, OwnReading, Row};
use crate::show::problem::quoted;

/// One of the words in the trigger of a segment.
enum TriggerWord {
    /// Its start is a hard start.
    HardStart,
    /// The day of its hard start.
    On(Date),
    /// The day of the show's first segment.
    ShowOn(Date),
    /// Its fixed end.
    Ends(Time),
}

impl TriggerWord {
    fn of(text: &str) -> Option<TriggerWord> {
        let after = |begin: &str| text.strip_prefix(begin).map(str::trim);
        if text.eq_ignore_ascii_case("hard start") {
            Some(TriggerWord::HardStart)
        } else if let Some(day) = after("on ") {
            day.parse().ok().map(TriggerWord::On)
        } else if let Some(day) = after("show on ") {
            day.parse().ok().map(TriggerWord::ShowOn)
        } else {
            after("ends ")?.parse().ok().map(TriggerWord::Ends)
        }
    }
}

/// Start and end of a segment by the clock.
#[derive(Default)]
pub(super) struct ByClock {
    /// Its start is a hard start.
    pub(super) is_hard: bool,
    /// The day of its hard start.
    pub(super) date: Option<Date>,
    /// Its fixed end.
    pub(super) end: Option<Time>,
}

/// The words in the trigger of a segment.
fn words(trigger: &str) -> impl Iterator<Item = &str> {
    trigger.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Returns `true` if a line is the trigger of a segment.
pub(in super::super) fn is_by_clock(line: &str) -> bool {
    words(line).next().is_some() && words(line).all(|word| TriggerWord::of(word).is_some())
}

impl OwnReading<'_> {
    /// Takes in what the trigger of a segment says, and the day of the show if it says that.
    pub(super) fn by_clock(&mut self, row: &Row, trigger: &str) -> ByClock {
        let mut said = ByClock::default();
        for word in words(trigger) {
            match TriggerWord::of(word) {
                Some(TriggerWord::HardStart) => said.is_hard = true,
                Some(TriggerWord::On(day)) => said.date = Some(day),
                Some(TriggerWord::ShowOn(day)) => self.show.date = Some(day),
                Some(TriggerWord::Ends(end)) => said.end = Some(end),
                None => {
                    let what =
                        format!("{} is nothing that a segment can have: left out", quoted(word));
                    self.doubt(row.number, Own::Trigger, what);
                }
            }
        }
        said
    }
}
