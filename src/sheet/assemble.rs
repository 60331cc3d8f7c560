//! Lines to segments: what lasts is a segment with a cue, what only stands at a time is a cue in the
//! segment that runs then.

mod lengths;

use jiff::civil::Time;

use super::cells::{self, Gathered};
use super::columns::SheetField;
use super::durations;
use super::grid::Grid;
use super::imported::{Doubt, ImportedCue, ImportedSegment};
use super::layout::Layout;
use super::lines::{Line, LineItem};
use super::numbers::Written;
use super::starts::Span;
use crate::show::duration::{HOUR_NS, LONGEST_NS, MINUTE_NS};

/// The length of a segment of which nothing says how long it lasts.
const ASSUMED_NS: u64 = MINUTE_NS;
/// The longest act of several headings, characters.
const ACT_MAX: usize = 200;
/// The length of a sheet without any times.
const UNTIMED_NS: u64 = HOUR_NS;
const DAY_NS: i64 = 24 * HOUR_NS as i64;

/// The segments of a sheet, and what has to be said about them.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    /// In running order.
    pub segments: Vec<ImportedSegment>,
    /// The numbers as they are written, cue by cue.
    pub written: Vec<Written>,
    /// Headings below which nothing stands.
    pub headings: Vec<String>,
    /// The way in which the lines were read.
    pub said: Vec<String>,
    /// The number of cues whose length nobody has said.
    pub assumed: usize,
    /// Cells that may have been misread.
    pub doubts: Vec<Doubt>,
}

/// A line with its times.
struct TimedLine<'i, 'a> {
    line: &'i Line<'a>,
    span: Span,
    length_ns: Option<u64>,
    /// `true` if nobody has said this length.
    is_assumed: bool,
}

impl TimedLine<'_, '_> {
    /// Its length, where it lasts.
    fn lasts_ns(&self) -> Option<u64> {
        self.length_ns.filter(|ns| *ns > 0)
    }
}

/// A segment that is being made.
struct SegmentMaking {
    segment: ImportedSegment,
    /// Its beginning on the line of all times.
    start_ns: Option<i64>,
    /// `true` if the sheet says it.
    is_given: bool,
    /// The number of each cue as it is written.
    written: Vec<Written>,
}

impl SegmentMaking {
    fn end_ns(&self) -> Option<i64> {
        self.start_ns.map(|start_ns| start_ns.saturating_add_unsigned(self.segment.duration_ns))
    }
}

struct Assembling<'g> {
    grid: &'g Grid,
    layout: &'g Layout,
    title: &'g str,
    segments: Vec<SegmentMaking>,
    /// Cues of the next segment, which has not begun yet.
    early: Vec<(ImportedCue, Written)>,
    act: Option<String>,
    /// The act that a column said last.
    last_act: Option<String>,
    acts: usize,
    milestones: usize,
    /// The time at which the sheet says that the show is over.
    ends_ns: Option<i64>,
    gathered: &'g mut Gathered,
    assembled: Assembled,
}

/// Makes segments of the items of a sheet, of which the last may only say where the show is over;
/// `title` is that of a segment for cues without any times.
pub(super) fn assemble(
    (grid, layout): (&Grid, &Layout),
    (items, spans, has_end): (&[LineItem<'_>], &[Span], bool),
    lengths_ns: &[Option<u64>],
    title: &str,
    gathered: &mut Gathered,
) -> Assembled {
    let mut assembling = Assembling {
        grid,
        layout,
        title,
        segments: vec![],
        early: vec![],
        act: None,
        last_act: None,
        acts: 0,
        milestones: 0,
        ends_ns: None,
        gathered,
        assembled: Assembled::default(),
    };
    let timed: Vec<Option<TimedLine<'_, '_>>> = items
        .iter()
        .zip(spans)
        .zip(lengths_ns)
        .map(|((item, span), length_ns)| match item {
            LineItem::Act(_) => None,
            LineItem::Line(line) => {
                Some(TimedLine { line, span: *span, length_ns: *length_ns, is_assumed: false })
            }
        })
        .collect();
    let mut timed = timed;
    if has_end && let Some(Some(end)) = timed.last_mut() {
        // Its one time, in whichever column, is where the show is over, and nothing lasts until then.
        let said = end.span.start_ns.filter(|_| !end.span.follows);
        assembling.ends_ns = said.or(end.span.end_ns);
        end.span = Span { start_ns: assembling.ends_ns, end_ns: None, follows: false };
    }
    assembling.begin_by_ends(&mut timed);
    assembling.derive(&mut timed);
    // For each item, the start of the next line below that lasts, or the end of the show.
    let mut lasting = vec![None; timed.len()];
    let mut next = assembling.ends_ns;
    for (at, one) in timed.iter().enumerate().rev() {
        lasting[at] = next;
        if let Some(line) = one.as_ref().filter(|line| line.lasts_ns().is_some()) {
            next = line.span.start_ns;
        }
    }
    for (at, item) in items.iter().enumerate() {
        match (item, timed.get(at).and_then(Option::as_ref)) {
            (LineItem::Act(act), _) => assembling.act(act),
            (LineItem::Line(_), Some(line)) if has_end && at + 1 == items.len() => {
                assembling.end(line);
            }
            (LineItem::Line(_), Some(line)) => {
                assembling.line(line, &timed[at + 1..], lasting[at]);
            }
            (LineItem::Line(_), None) => {}
        }
    }
    assembling.finish()
}

impl Assembling<'_> {
    fn doubt(&mut self, line: &Line<'_>, field: SheetField, what: String) {
        let column = self.layout.column(field).or(self.layout.columns.first());
        let place = self.grid.place(line.row.number, column.map_or(1, |column| column.column));
        self.assembled.doubts.push(Doubt::new(place, what));
    }

    fn act(&mut self, act: &str) {
        let act = cells::one_line(act);
        self.last_act = Some(act.clone());
        self.act = Some(match self.act.take() {
            Some(above) if above.chars().count() + act.chars().count() < ACT_MAX => {
                format!("{above} · {act}")
            }
            // So many headings above each other are no act.
            above => {
                self.assembled.headings.extend(above);
                act
            }
        });
    }

    /// Adds a line; `next_ns` is the start of the next one below that lasts.
    fn line(
        &mut self,
        timed: &TimedLine<'_, '_>,
        below: &[Option<TimedLine<'_, '_>>],
        next_ns: Option<i64>,
    ) {
        let line = timed.line;
        self.act_of_column(line);
        let mut cue = cells::cue(self.layout, line, self.gathered);
        if let Some(length_ns) = timed.lasts_ns().filter(|_| timed.is_assumed) {
            self.note_assumed(&mut cue, length_ns);
        }
        let written = Written {
            text: line.number.clone(),
            is_numeric: line.is_numeric,
            row: line.row.number,
        };
        match (timed.lasts_ns(), timed.span.start_ns) {
            (Some(length_ns), start_ns) => {
                if let Some(planned_ns) = self.within(start_ns, length_ns, below) {
                    (cue.planned_ns, cue.duration_ns) = (Some(planned_ns), Some(length_ns));
                    self.push(cue, written);
                } else if self.holds(start_ns, length_ns) {
                    self.put_around(cue, written, length_ns);
                } else {
                    self.begin(cue, written, start_ns, length_ns);
                }
            }
            (None, Some(start_ns)) => self.milestone(cue, written, (line, start_ns), next_ns),
            (None, None) if self.segments.is_empty() || self.act.is_some() => {
                self.early.push((cue, written));
            }
            (None, None) => self.push(cue, written),
        }
    }

    /// A column for acts begins one where its text changes.
    fn act_of_column(&mut self, line: &Line<'_>) {
        let Some(column) = self.layout.column(SheetField::Act) else { return };
        let text = cells::one_line(&line.row.text(column.column));
        if !text.is_empty() && self.last_act.as_ref() != Some(&text) {
            self.last_act = Some(text.clone());
            self.act = Some(text);
        }
    }

    /// Begins a segment with a cue.
    fn begin(
        &mut self,
        mut cue: ImportedCue,
        written: Written,
        start_ns: Option<i64>,
        duration_ns: u64,
    ) {
        let expected_ns = self.segments.last().and_then(SegmentMaking::end_ns);
        // Times that a spreadsheet has computed are not exact.
        let is_late = start_ns
            .zip(expected_ns)
            .is_none_or(|(start, end)| (start - end).abs() >= 1_000_000_000);
        let start = start_ns.filter(|_| is_late).map(time_of_day);
        let mut making = SegmentMaking {
            segment: ImportedSegment {
                act: self.act.take(),
                title: cue.title.clone(),
                start,
                duration_ns,
                ..ImportedSegment::default()
            },
            start_ns: start_ns.or(expected_ns),
            is_given: start_ns.is_some(),
            written: vec![],
        };
        self.acts += usize::from(making.segment.act.is_some());
        for (mut early, written) in self.early.drain(..) {
            early.planned_ns = Some(0);
            making.segment.cues.push(early);
            making.written.push(written);
        }
        if !making.segment.cues.is_empty() {
            cue.planned_ns = Some(0);
        }
        making.segment.cues.push(cue);
        making.written.push(written);
        self.segments.push(making);
    }

    /// Adds a cue to the segment that was begun last, where its time comes.
    fn push(&mut self, cue: ImportedCue, written: Written) {
        let Some(last) = self.segments.last_mut() else { return self.early.push((cue, written)) };
        let cues = &mut last.segment.cues;
        // The cue that the segment begins with is called at its beginning, not some time into it.
        if let [first] = cues.as_mut_slice() {
            first.planned_ns = first.planned_ns.or(Some(0));
        }
        let is_later = |other: &ImportedCue| other.planned_ns > cue.planned_ns;
        // Most lines stand in their order.
        let is_last = cues.last().is_some_and(|last| last.planned_ns.is_some() && !is_later(last));
        let at = cue.planned_ns.filter(|_| !is_last).and_then(|_| cues.iter().position(is_later));
        let at = at.unwrap_or(cues.len());
        cues.insert(at, cue);
        last.written.insert(at.min(last.written.len()), written);
    }

    /// The distance into the segment that runs at which a line lies that lasts no longer than it: a line of its
    /// own, not the next segment, if it begins with the segment, or if a line below begins where the
    /// segment ends.
    fn within(
        &self,
        start_ns: Option<i64>,
        length_ns: u64,
        below: &[Option<TimedLine<'_, '_>>],
    ) -> Option<u64> {
        let last = self.segments.last().filter(|_| self.act.is_none())?;
        let (start_ns, segment_ns, end_ns) = (start_ns?, last.start_ns?, last.end_ns()?);
        let planned_ns = u64::try_from(start_ns - segment_ns).ok()?;
        if start_ns >= end_ns || start_ns.saturating_add_unsigned(length_ns) > end_ns {
            return None;
        }
        let begins_at_end = |timed: &TimedLine<'_, '_>| timed.span.start_ns == Some(end_ns);
        let goes_on = below.iter().flatten().take(50).any(begins_at_end);
        (planned_ns == 0 || goes_on).then_some(planned_ns)
    }

    /// Returns `true` if a line begins with the segment that runs and outlasts it.
    fn holds(&self, start_ns: Option<i64>, length_ns: u64) -> bool {
        let last = self.segments.last().filter(|_| self.act.is_none());
        last.is_some_and(|last| {
            start_ns.is_some()
                && last.is_given
                && last.start_ns == start_ns
                && length_ns > last.segment.duration_ns
        })
    }

    /// Makes the segment that runs that of a longer line that begins with it.
    fn put_around(&mut self, mut cue: ImportedCue, written: Written, length_ns: u64) {
        if let Some(last) = self.segments.last_mut() {
            if let [first] = last.segment.cues.as_mut_slice() {
                first.duration_ns = Some(last.segment.duration_ns);
            }
            last.segment.title.clone_from(&cue.title);
            last.segment.duration_ns = length_ns;
        }
        cue.planned_ns = Some(0);
        self.push(cue, written);
    }

    /// A line that only stands at a time.
    fn milestone(
        &mut self,
        mut cue: ImportedCue,
        written: Written,
        (line, start_ns): (&Line<'_>, i64),
        next_ns: Option<i64>,
    ) {
        let last = self.segments.last().filter(|_| self.act.is_none());
        let (begin_ns, end_ns) = last.map_or((None, None), |last| (last.start_ns, last.end_ns()));
        let is_before_end = next_ns.is_some() && next_ns == self.ends_ns;
        // With the end of the show below it and nothing that still runs, it is the last thing.
        let is_last = is_before_end
            && end_ns.is_some_and(|end_ns| end_ns <= start_ns)
            && self.ends_ns.is_some_and(|ends_ns| start_ns < ends_ns);
        if next_ns == Some(start_ns) && !is_before_end {
            self.milestones += 1;
            self.early.push((cue, written));
        } else if let (Some(begin_ns), Some(end_ns)) = (begin_ns, end_ns)
            && start_ns <= end_ns
            && !is_last
        {
            self.milestones += 1;
            cue.planned_ns = u64::try_from(start_ns - begin_ns).ok();
            if cue.planned_ns.is_none() {
                let what =
                    "is earlier than the row above: its cue stands where its row does".to_owned();
                self.doubt(line, SheetField::Start, what);
            }
            self.push(cue, written);
        } else {
            let until = next_ns.and_then(|next_ns| u64::try_from(next_ns - start_ns).ok());
            let until = until.filter(|ns| (1..=LONGEST_NS).contains(ns));
            let what = match until {
                Some(ns) => format!(
                    "no row lasts at this time: a segment of {} until the {}",
                    durations::said(ns),
                    if is_before_end { "end of the show" } else { "next start" }
                ),
                None => format!(
                    "nothing says how long it lasts: {} was assumed",
                    durations::said(ASSUMED_NS)
                ),
            };
            self.doubt(line, SheetField::Start, what);
            if until.is_none() {
                self.note_assumed(&mut cue, ASSUMED_NS);
            }
            self.begin(cue, written, Some(start_ns), until.unwrap_or(ASSUMED_NS));
        }
    }

    fn finish(mut self) -> Assembled {
        if !self.early.is_empty() {
            let early = std::mem::take(&mut self.early);
            if self.segments.is_empty() || self.act.is_some() {
                let length_ns = if self.segments.is_empty() { UNTIMED_NS } else { ASSUMED_NS };
                let what = format!(
                    "no times say how long the segment of these rows lasts: {} was assumed",
                    durations::said(length_ns)
                );
                let row = early.first().map_or(1, |(cue, _)| cue.row);
                let column = self.layout.columns.first().map_or(1, |column| column.column);
                self.assembled.doubts.push(Doubt::new(self.grid.place(row, column), what));
                let title = self.act.clone().unwrap_or_else(|| self.title.to_owned());
                let segment = ImportedSegment {
                    act: self.act.take(),
                    title,
                    duration_ns: length_ns,
                    ..ImportedSegment::default()
                };
                self.acts += usize::from(segment.act.is_some());
                self.segments.push(SegmentMaking {
                    segment,
                    start_ns: None,
                    is_given: false,
                    written: vec![],
                });
            }
            early.into_iter().for_each(|(cue, written)| self.push_back(cue, written));
        }
        self.assembled.headings.extend(self.act.take());
        let count = |count: usize, one: &str, more: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {more}")),
        };
        let acts = count(self.acts, "heading became an act", "headings became acts");
        let milestones = count(
            self.milestones,
            "row only stands at a time: its cue is planned then",
            "rows only stand at a time: their cues are planned then",
        );
        self.assembled.said.extend([acts, milestones].into_iter().flatten());
        for making in self.segments {
            self.assembled.segments.push(making.segment);
            self.assembled.written.extend(making.written);
        }
        self.assembled
    }

    /// Adds a cue at the end of the last segment.
    fn push_back(&mut self, cue: ImportedCue, written: Written) {
        if let Some(last) = self.segments.last_mut() {
            last.segment.cues.push(cue);
            last.written.push(written);
        }
    }
}

/// The time of day of an instant.
fn time_of_day(ns: i64) -> Time {
    let seconds = (ns.rem_euclid(DAY_NS) + 500_000_000) / 1_000_000_000 % 86_400;
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    Time::new(part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60), 0)
        .unwrap_or_default()
}
