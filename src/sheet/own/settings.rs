//! The keys that stand in one column of an export because they have no other.

use super::{Own, OwnReading, Row};
use crate::sheet::imported::{ImportedCue, ImportedSegment};
use crate::show::duration::{self, LONGEST_NS};
use crate::show::problem::quoted;
use crate::show::{StationName, Thresholds};
use crate::time::nanoseconds;

/// One of the words in a cell.
enum SettingWord {
    Embargo,
    NotPublic,
    /// Nanoseconds, as below.
    Warn(u64),
    Danger(u64),
    Pass(StationName),
}

impl SettingWord {
    fn of(word: &str) -> Option<SettingWord> {
        let (name, value) = word.split_once(' ').unwrap_or((word, ""));
        let ns = || duration::parse(value.trim()).ok().map(nanoseconds);
        let ns = || ns().filter(|ns| *ns <= LONGEST_NS);
        match (name.to_lowercase().as_str(), value.trim()) {
            ("embargo", "") => Some(SettingWord::Embargo),
            ("not", value) if value.eq_ignore_ascii_case("public") => Some(SettingWord::NotPublic),
            ("warn", _) => ns().map(SettingWord::Warn),
            ("danger", _) => ns().map(SettingWord::Danger),
            ("pass", station) => StationName::new(station).ok().map(SettingWord::Pass),
            _ => None,
        }
    }
}

/// The words of a cell.
fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Returns `true` if a text is what the cell of a cue holds.
pub(in super::super) fn is_settings(text: &str) -> bool {
    words(text).next().is_some() && words(text).all(|word| SettingWord::of(word).is_some())
}

impl OwnReading<'_> {
    /// The settings of a segment: its thresholds.
    pub(super) fn segment_settings(&mut self, row: &Row, segment: &mut ImportedSegment) {
        let cell = self.text(row, Own::Settings);
        for word in words(&cell) {
            match SettingWord::of(word) {
                Some(SettingWord::Warn(ns)) => segment.warn_ns = Some(ns),
                Some(SettingWord::Danger(ns)) => segment.danger_ns = Some(ns),
                Some(SettingWord::Embargo | SettingWord::NotPublic | SettingWord::Pass(_))
                | None => {
                    let what = "is neither “warn” nor “danger” with a time, which is all that a segment can have here: left out";
                    self.doubt(row.number, Own::Settings, format!("{} {what}", quoted(word)));
                }
            }
        }
        let usual = Thresholds::default();
        let usual = (nanoseconds(usual.warn), nanoseconds(usual.danger));
        self.ordered(row, (&mut segment.warn_ns, &mut segment.danger_ns), usual);
    }

    /// The settings of a cue of the last segment.
    pub(super) fn cue_settings(&mut self, row: &Row, cue: &mut ImportedCue) {
        let cell = self.text(row, Own::Settings);
        for word in words(&cell) {
            match SettingWord::of(word) {
                Some(SettingWord::Embargo) => cue.embargo = true,
                Some(SettingWord::NotPublic) => cue.is_private = true,
                Some(SettingWord::Warn(ns)) => cue.warn_ns = Some(ns),
                Some(SettingWord::Danger(ns)) => cue.danger_ns = Some(ns),
                Some(SettingWord::Pass(station)) => cue.pass = Some(station),
                None => {
                    let what = "is none of “embargo”, “not public”, “warn 2:00”, “danger 0:30” and “pass STATION”: left out";
                    self.doubt(row.number, Own::Settings, format!("{} {what}", quoted(word)));
                }
            }
        }
        let usual = Thresholds::default();
        let home = self.show.segments.last();
        let warn = home.and_then(|home| home.warn_ns).unwrap_or(nanoseconds(usual.warn));
        let danger = home.and_then(|home| home.danger_ns).unwrap_or(nanoseconds(usual.danger));
        self.ordered(row, (&mut cue.warn_ns, &mut cue.danger_ns), (warn, danger));
    }

    /// Leaves out thresholds of which the red one would come first; `usual` are in force otherwise.
    fn ordered(
        &mut self,
        row: &Row,
        (warn, danger): (&mut Option<u64>, &mut Option<u64>),
        usual: (u64, u64),
    ) {
        let is_own = warn.is_some() || danger.is_some();
        if is_own && danger.unwrap_or(usual.1) > warn.unwrap_or(usual.0) {
            (*warn, *danger) = (None, None);
            let what = "“danger” would come before “warn”: both left out";
            self.doubt(row.number, Own::Settings, what.to_owned());
        }
    }
}
