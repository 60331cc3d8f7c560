//! Fixed ends that will not do what is meant.

use super::{PlannedTimes, Problem, quoted};

impl PlannedTimes<'_> {
    /// Fixed ends that the plan reaches too late, or at a time that the clock does not show.
    pub(super) fn fixed_ends(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for segment in self.show.segment_indices() {
            let mark = self.marks.segments[segment.0 as usize].end.as_ref();
            let (Some(time), Some(place)) = (self.show.segment(segment).end, mark) else {
                continue;
            };
            warnings.extend(self.odd_time(time, self.end_ns(segment), place));
            if self.plan.length[segment].is_zero() {
                let title = quoted(&self.show.segment(segment).title);
                let what = format!("the plan leaves {title} no time before this end");
                let fix = "write a later `end`, or make the segments before it shorter";
                warnings.push(Problem::warning(place.clone(), what, fix));
            }
        }
        warnings
    }
}
