//! The times at which the cues of an export are meant to be called.

use std::time::Duration;

use super::instant::DAY_NS;
use super::{Own, OwnForm, OwnReading, TRIGGER};
use crate::sheet::imported::{ImportedCue, ImportedTrigger};
use crate::show::duration;

/// The most by which the times of a workbook are off.
pub(crate) const INEXACT_NS: u64 = 10_000;

impl OwnReading<'_> {
    /// Plans the called cues of a segment, where they do not come when they would anyway: spread
    /// evenly, as `show::plan` does it.
    pub(super) fn plan(&mut self, at: usize) {
        let Some((segment, (start, starts))) =
            self.show.segments.get_mut(at).zip(self.starts.get(at))
        else {
            return;
        };
        let length_ns = segment.duration_ns;
        // A workbook has its times as numbers, which are a little off.
        let exact_ns = if self.form == OwnForm::Workbook { INEXACT_NS } else { 0 };
        let mut late: Vec<u32> = vec![];
        for cue in &mut segment.cues {
            if let Some(ImportedTrigger::Into(ns)) = cue.trigger
                && ns > length_ns
            {
                cue.extra.push((
                    TRIGGER.to_owned(),
                    format!("into +{}", duration::exact(Duration::from_nanos(ns))),
                ));
                cue.trigger = None;
                late.push(cue.row);
            }
        }
        let is_called = |cue: &ImportedCue| cue.trigger.is_none() && cue.backup_for.is_none();
        let called = segment.cues.iter().filter(|cue| is_called(cue)).count();
        let (mut nth, mut least_ns) = (0, 0);
        for (cue, own) in segment.cues.iter_mut().zip(starts).filter(|(cue, _)| is_called(cue)) {
            let spread_ns = u128::from(length_ns) * nth / called.max(1) as u128;
            let spread_ns = u64::try_from(spread_ns).unwrap_or(0).max(least_ns);
            nth += 1;
            let before_ns = std::mem::replace(&mut least_ns, spread_ns);
            let Some((own, start)) = own.zip(*start) else { continue };
            let is_alone = own.day.is_none() || start.day.is_none();
            let Ok(mut offset_ns) = u64::try_from(own.since(start)) else {
                late.push(cue.row);
                continue;
            };
            // A time of day alone comes once a day, and not before the cue above.
            while is_alone && offset_ns < before_ns && offset_ns + DAY_NS <= length_ns {
                offset_ns += DAY_NS;
            }
            let off_ns = offset_ns.abs_diff(spread_ns);
            let off_ns = if is_alone { off_ns % DAY_NS } else { off_ns };
            if off_ns <= exact_ns {
                cue.offset_ns = Some(spread_ns);
                continue;
            }
            if offset_ns > length_ns {
                late.push(cue.row);
                continue;
            }
            (cue.planned_ns, cue.offset_ns) = (Some(offset_ns), Some(offset_ns));
            least_ns = before_ns.max(offset_ns);
        }
        for row in late {
            let what = "is not within its segment: left out".to_owned();
            self.doubt(row, Own::Start, what);
        }
    }
}
