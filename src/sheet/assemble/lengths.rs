//! Lengths that no cell says: from ends, from the next start, from the end of the show, or assumed.

use super::{ASSUMED_NS, Assembling, TimedLine, time_of_day};
use crate::sheet::cells;
use crate::sheet::columns::SheetField;
use crate::sheet::durations;
use crate::sheet::imported::ImportedCue;
use crate::show::duration::LONGEST_NS;
use crate::show::problem::quoted;

impl Assembling<'_> {
    /// The beginnings of lines that say only their ends.
    pub(super) fn begin_by_ends(&mut self, timed: &mut [Option<TimedLine<'_, '_>>]) {
        for timed in timed.iter_mut().flatten() {
            let Some(end_ns) = timed.span.end_ns else { continue };
            if timed.span.start_ns.is_some() && !timed.span.follows {
                continue;
            }
            if let Some(length_ns) = timed.length_ns {
                timed.span.start_ns = Some(end_ns.saturating_sub_unsigned(length_ns));
            } else if timed.span.start_ns.is_none() {
                timed.span.start_ns = Some(end_ns.saturating_sub_unsigned(ASSUMED_NS));
                timed.length_ns = Some(ASSUMED_NS);
                timed.is_assumed = true;
                let what =
                    format!("only its end is known: {} was assumed", durations::said(ASSUMED_NS));
                self.doubt(timed.line, SheetField::End, what);
            }
        }
    }

    /// The lengths of lines that do not say theirs: from their ends, or from the next start.
    pub(super) fn derive(&mut self, timed: &mut [Option<TimedLine<'_, '_>>]) {
        let has_lengths = self.layout.column(SheetField::Duration).is_some();
        let mut next_ns: Option<i64> = None;
        let (mut derived, mut between_ns) = (0, 0_u64);
        for line in timed.iter_mut().rev().flatten() {
            let start_ns = line.span.start_ns;
            let until = |end_ns: Option<i64>| {
                let length_ns = u64::try_from(end_ns? - start_ns?).ok()?;
                (1..=LONGEST_NS).contains(&length_ns).then_some(length_ns)
            };
            if line.length_ns.is_none() {
                if let Some(length_ns) = until(line.span.end_ns) {
                    line.length_ns = Some(length_ns);
                    derived += 1;
                } else if !has_lengths {
                    line.length_ns = until(next_ns);
                    derived += usize::from(line.length_ns.is_some());
                } else if line.line.untimed.iter().any(|(name, _)| self.is_duration(name))
                    && let Some(length_ns) =
                        until(next_ns.map(|ns| ns.saturating_sub_unsigned(between_ns)))
                {
                    line.length_ns = Some(length_ns);
                    line.is_assumed = true;
                    let what = format!(
                        "{}, the time until the next start, was assumed: a note at the cue says so",
                        durations::said(length_ns)
                    );
                    self.doubt(line.line, SheetField::Duration, what);
                }
            }
            // Lines without a start take their part of the time until the next one.
            between_ns = match start_ns {
                Some(_) => 0,
                None => between_ns.saturating_add(line.length_ns.unwrap_or(0)),
            };
            next_ns = start_ns.or(next_ns);
        }
        if derived > 0 && !has_lengths {
            self.assembled.said.push(
                "no column has durations: each is the time until the next start or the end"
                    .to_owned(),
            );
        }
    }

    fn is_duration(&self, name: &str) -> bool {
        self.layout.column(SheetField::Duration).is_some_and(|column| cells::name(column) == name)
    }

    /// Says in the notes of a cue, before all others, that nobody has said its length.
    pub(super) fn note_assumed(&mut self, cue: &mut ImportedCue, length_ns: u64) {
        let name = self.layout.column(SheetField::Duration).map(cells::name);
        let at = cue.extra.iter().position(|(known, _)| Some(known) == name.as_ref());
        let why = at.map(|at| cue.extra.remove(at));
        let why = why.map_or("no length is known".to_owned(), |(name, text)| {
            format!("{name}: {}", cells::one_line(&text))
        });
        cue.notes.insert(0, format!("{why}; {} was assumed", durations::said(length_ns)));
        self.assembled.assumed += 1;
    }

    /// A line that only says where the show is over: no cue, but the end of the last segment.
    pub(super) fn end(&mut self, timed: &TimedLine<'_, '_>) {
        let says = quoted(&timed.line.title);
        let row = timed.line.row.number;
        let last =
            self.segments.last().and_then(|last| Some((last.end_ns()?, &last.segment.title)));
        match (self.ends_ns, last) {
            (Some(ends_ns), Some((end_ns, title))) if ends_ns.abs_diff(end_ns) >= 1_000_000_000 => {
                let what = format!(
                    "{says} stands at {}, and {} ends at {} by its length, which was kept",
                    time_of_day(ends_ns),
                    quoted(title),
                    time_of_day(end_ns)
                );
                let start = self.layout.column(SheetField::Start);
                let has_start =
                    start.is_some_and(|start| !timed.line.row.text(start.column).is_empty());
                let field = if has_start { SheetField::Start } else { SheetField::End };
                self.doubt(timed.line, field, what);
            }
            (Some(_) | None, Some(_) | None) => {}
        }
        self.assembled.said.push(format!("row {row} {says} is the end of the show, and no cue"));
    }
}
