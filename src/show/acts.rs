//! Acts: groups of segments. An act begins with the segment that names it, and goes on until the next
//! one that does.

use std::ops::Range;
use std::time::Duration;

use super::plan::Plan;
use super::{Rundown, Segment, SegmentIx, Show};
use crate::time::unsigned;

/// An act, or the segments before the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActSpan<'a> {
    /// Its name; `None` for what comes before the first act.
    pub name: Option<&'a str>,
    /// Its segments, by their place in the running order; never empty.
    pub segments: Range<usize>,
}

impl ActSpan<'_> {
    /// Its first segment.
    pub fn first(&self) -> SegmentIx {
        SegmentIx(self.segments.start as u32)
    }

    /// Its last segment.
    pub fn last(&self) -> SegmentIx {
        SegmentIx(self.segments.end.saturating_sub(1) as u32)
    }

    /// Its planned length, from its first start to its last end: what lies between its segments by
    /// the clock counts too.
    pub fn planned(&self, plan: &Plan) -> Duration {
        let starts_ns = plan.segment_start_ns[self.first()];
        unsigned(plan.segment_end_ns(self.last()).from_origin() - starts_ns.from_origin())
    }
}

/// Groups segments by acts; `names` has for each segment the act that begins with it.
pub fn spans<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> Vec<ActSpan<'a>> {
    let mut spans: Vec<ActSpan<'a>> = vec![];
    for (at, name) in names.into_iter().enumerate() {
        match spans.last_mut().filter(|_| name.is_none()) {
            Some(span) => span.segments.end = at + 1,
            None => spans.push(ActSpan { name, segments: at..at + 1 }),
        }
    }
    spans
}

/// The segments of each act of `rundown`, by their places in the running order.
pub(super) fn grouped(rundown: &Rundown) -> Vec<Range<usize>> {
    let names = rundown.segments.iter().map(|segment| segment.act.as_deref());
    spans(names).into_iter().map(|span| span.segments).collect()
}

impl Show {
    /// The acts of the show; one without a name where it has none.
    pub fn acts(&self) -> impl Iterator<Item = ActSpan<'_>> {
        self.index.acts.iter().map(|segments| self.act(segments))
    }

    /// The act in which `segment` stands, with a name or without; none where the show has no such
    /// segment.
    pub fn act_of(&self, segment: SegmentIx) -> Option<ActSpan<'_>> {
        let at = segment.0 as usize;
        let place = self.index.acts.partition_point(|segments| segments.end <= at);
        self.index.acts.get(place).map(|segments| self.act(segments))
    }

    fn act(&self, segments: &Range<usize>) -> ActSpan<'_> {
        let first = self.segments.get(SegmentIx(segments.start as u32));
        ActSpan { name: first.and_then(|first| first.act.as_deref()), segments: segments.clone() }
    }
}

impl Segment {
    /// Its title, with the act that begins with it in front: `Act two · Panel`.
    pub fn title_with_act(&self) -> String {
        match self.act.as_deref().filter(|act| *act != self.title) {
            Some(act) => format!("{act} · {}", self.title),
            None => self.title.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_goes_on_until_the_next_one() {
        let names = [None, None, Some("One"), None, Some("Two"), Some("Three")];
        let told: Vec<_> =
            spans(names).into_iter().map(|span| (span.name, span.segments)).collect();
        let expected =
            [(None, 0..2), (Some("One"), 2..4), (Some("Two"), 4..5), (Some("Three"), 5..6)];
        assert_eq!(told, expected);
        assert_eq!(spans([None, None]).len(), 1);
        assert!(spans([]).is_empty());
    }
}
