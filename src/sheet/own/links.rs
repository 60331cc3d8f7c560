//! The triggers and backups of an export, whose words name other cues.

use std::collections::HashMap;

use super::instant::time_of_day;
use super::{BACKUP_FOR, Own, OwnReading, TRIGGER};
use crate::sheet::cells::prose;
use crate::sheet::clock::{self, ClockCell};
use crate::sheet::imported::ImportedTrigger;
use crate::show::duration;
use crate::show::problem::quoted;
use crate::time::nanoseconds;

/// The other cues that a cue refers to.
#[derive(Default)]
struct CueLinks {
    is_go: bool,
    trigger: Option<ImportedTrigger>,
    backup_for: Option<u32>,
    /// Words that are no reference to any.
    kept: Vec<(String, String)>,
}

/// Chains of cues that trigger each other, by their rows.
#[derive(Default)]
struct Chains {
    /// A cue further up in the chain of each that has a cause.
    up: HashMap<u32, u32>,
}

impl Chains {
    /// The cue that sets off the chain of a cue.
    fn first(&mut self, row: u32) -> u32 {
        let mut first = row;
        while let Some(up) = self.up.get(&first) {
            first = *up;
        }
        // The next search takes no step of this one again.
        let mut at = row;
        while let Some(up) = self.up.get_mut(&at).filter(|up| **up != first) {
            at = std::mem::replace(up, first);
        }
        first
    }

    /// A cue that has no cause yet is set off by another one.
    fn link(&mut self, row: u32, cause: u32) {
        let first = self.first(cause);
        self.up.insert(row, first);
    }
}

impl OwnReading<'_> {
    /// The triggers of all cues, and the cues that they are backups for.
    pub(super) fn links(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        let is_backup: Vec<u32> =
            asked.iter().filter(|one| !one.backup_for.is_empty()).map(|one| one.row).collect();
        let mut chains = Chains::default();
        let mut read: HashMap<u32, CueLinks> = HashMap::new();
        for one in asked {
            let is_go = one.trigger.trim().eq_ignore_ascii_case("go");
            let mut links = CueLinks { is_go, ..CueLinks::default() };
            if !one.backup_for.is_empty() {
                let main = self.rows.get(&one.backup_for).copied();
                let main = main.filter(|main| is_backup.binary_search(main).is_err());
                links.backup_for = main;
                if main.is_none() {
                    let what = "is no cue that another can stand in for: kept under `extra`";
                    let what = format!("{} {what}", quoted(&one.backup_for));
                    self.doubt(one.row, Own::BackupFor, what);
                    links.kept.push((BACKUP_FOR.to_owned(), prose(&one.backup_for)));
                }
            }
            match self
                .trigger(&one.trigger)
                .filter(|trigger| trigger.is_none() || links.backup_for.is_none())
            {
                Some(trigger) => links.trigger = trigger,
                None => {
                    let what = format!(
                        "{} is no trigger that it can have: kept under `extra`",
                        quoted(&one.trigger)
                    );
                    self.doubt(one.row, Own::Trigger, what);
                    links.kept.push((TRIGGER.to_owned(), prose(&one.trigger)));
                }
            }
            if let Some(cause) = links.trigger.as_ref().and_then(ImportedTrigger::cause) {
                if chains.first(cause) == one.row {
                    let what = "cues would trigger each other in a circle: kept under `extra`";
                    self.doubt(one.row, Own::Trigger, what.to_owned());
                    links.kept.push((TRIGGER.to_owned(), prose(&one.trigger)));
                    links.trigger = None;
                } else {
                    chains.link(one.row, cause);
                }
            }
            read.insert(one.row, links);
        }
        for cue in self.show.segments.iter_mut().flat_map(|segment| &mut segment.cues) {
            if let Some(links) = read.remove(&cue.row) {
                (cue.trigger, cue.is_go) = (links.trigger, links.is_go);
                cue.backup_for = links.backup_for;
                cue.extra.extend(links.kept);
            }
        }
    }

    /// Reads a trigger: `None` for words that are none.
    fn trigger(&self, words: &str) -> Option<Option<ImportedTrigger>> {
        let words = words.trim();
        if words.is_empty() || words.eq_ignore_ascii_case("go") {
            return Some(None);
        }
        let (verb, rest) = words.split_once(' ')?;
        let rest = rest.trim();
        let caused = || {
            let (number, delay) = rest.split_once(" +").unwrap_or((rest, "0s"));
            Some((*self.rows.get(number.trim())?, nanoseconds(duration::parse(delay).ok()?)))
        };
        Some(Some(match verb.to_ascii_lowercase().as_str() {
            "with" => caused().map(|(row, ns)| ImportedTrigger::With(row, ns))?,
            "follows" => caused().map(|(row, ns)| ImportedTrigger::After(row, ns))?,
            "at" => match clock::read(rest) {
                ClockCell::At(at) if at.half.is_none() => {
                    ImportedTrigger::At(time_of_day(at.ns as i64))
                }
                ClockCell::At(_)
                | ClockCell::Between(..)
                | ClockCell::Nothing
                | ClockCell::Unreadable => return None,
            },
            "into" => ImportedTrigger::Into(nanoseconds(
                duration::parse(rest.trim_start_matches('+')).ok()?,
            )),
            _ => return None,
        }))
    }
}
