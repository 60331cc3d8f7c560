//! The text of a show file as a person would have written it: comments, order, and nothing that
//! goes without saying.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use super::cells::UniqueIds;
use super::imported::{Doubt, Imported, ImportedCue, ImportedSegment, ImportedTrigger};
use crate::edit::written::{key, prose, quoted};
use crate::plain;
use crate::show::CountDirection;
use crate::show::duration::{HOUR_NS, MINUTE_NS, SECOND_NS};
use crate::show::problem::ProblemPlace;

/// The widest comment, characters.
const COMMENT_MAX: usize = 100;

/// Writes a show that was read of `source`, a file's name.
pub fn write(show: &Imported, source: &str) -> String {
    let mut text = String::new();
    comment(&mut text, &format!("Imported from {source} by handover."));
    show.said.iter().for_each(|said| comment(&mut text, said));
    // Those that are about no row of a cue stand here, the others beside it.
    let rows = show.segments.iter().flat_map(|segment| {
        std::iter::once(segment.row).chain(segment.cues.iter().map(|cue| cue.row))
    });
    let rows: HashSet<u32> = rows.filter(|row| *row > 0).collect();
    let is_elsewhere = |doubt: &&Doubt| !rows.contains(&row(doubt));
    for doubt in show.doubts.iter().filter(is_elsewhere) {
        comment(&mut text, &told(doubt));
    }
    if !show.preface.is_empty() {
        text.push_str("#\n");
        show.preface.iter().for_each(|line| comment(&mut text, line));
    }
    text.push('\n');
    let mut head = vec![("title", quoted(&show.title))];
    head.extend(show.date.map(|date| ("date", date.to_string())));
    head.extend(show.zone.as_ref().map(|zone| ("timezone", quoted(zone))));
    keys(&mut text, &head);
    if show.zone.is_none() {
        text.push_str(
            "# timezone = \"Europe/Paris\"   # without it, times of day are those of the machine\n",
        );
    }
    for department in &show.departments {
        let _ = write!(text, "\n[department.{}]\n", department.id);
        let mut keys_of = vec![("name", quoted(&department.name))];
        keys_of.extend(department.colour.as_ref().map(|colour| ("colour", quoted(colour))));
        keys(&mut text, &keys_of);
    }
    for output in &show.outputs {
        let _ = write!(text, "\n[output.{}]\n", output.id);
        let _ = writeln!(text, "osc = {}   # the desk's own address and port", quoted(&output.osc));
    }
    let mut ids = UniqueIds::default();
    for name in &show.people {
        let _ = write!(text, "\n[person.{}]\n", ids.unused(name));
        keys(&mut text, &[("name", quoted(name))]);
    }
    let mut doubts: BTreeMap<u32, Vec<&Doubt>> = BTreeMap::new();
    for doubt in &show.doubts {
        doubts.entry(row(doubt)).or_default().push(doubt);
    }
    let cues = show.segments.iter().flat_map(|segment| &segment.cues);
    let numbers: BTreeMap<u32, String> = cues.map(|cue| (cue.row, cue.number.clone())).collect();
    for part in &show.segments {
        segment(&mut text, part, &doubts);
        for one in &part.cues {
            cue(&mut text, one, &numbers);
        }
    }
    text
}

fn segment(text: &mut String, segment: &ImportedSegment, doubts: &BTreeMap<u32, Vec<&Doubt>>) {
    text.push('\n');
    if let Some(act) = &segment.act {
        comment(text, &format!("— {act} —"));
    }
    let rows = std::iter::once(segment.row).chain(segment.cues.iter().map(|cue| cue.row));
    for doubt in rows.filter(|row| *row > 0).filter_map(|row| doubts.get(&row)).flatten() {
        comment(text, &told(doubt));
    }
    text.push_str("[[segment]]\n");
    keys(text, &segment_keys(segment));
}

/// The keys of a segment and their values.
pub(super) fn segment_keys(segment: &ImportedSegment) -> Vec<(&'static str, String)> {
    let mut all = vec![("title", quoted(&segment.title))];
    all.extend(segment.act.as_ref().map(|act| ("act", quoted(act))));
    all.extend(segment.date.map(|day| ("date", day.to_string())));
    all.extend(segment.start.map(|start| ("start", start.strftime("%H:%M:%S%.f").to_string())));
    all.extend(segment.end.map(|end| ("end", end.strftime("%H:%M:%S%.f").to_string())));
    all.push(("duration", length(segment.duration_ns)));
    all.extend(segment.warn_ns.map(|ns| ("warn", length(ns))));
    all.extend(segment.danger_ns.map(|ns| ("danger", length(ns))));
    all.extend(count(segment.count));
    all.extend(segment.notes.as_ref().map(|notes| ("notes", prose(notes))));
    all
}

/// The key of figures that count up; counting down goes without saying.
fn count(direction: CountDirection) -> Option<(&'static str, String)> {
    match direction {
        CountDirection::Down => None,
        CountDirection::Up => Some(("count", quoted("up"))),
    }
}

/// A doubt with its place.
fn told(doubt: &Doubt) -> String {
    format!("{} {}", doubt.place.words(""), doubt.what)
}

/// The row that a doubt is about; 0, which no row is, where it is about none.
fn row(doubt: &Doubt) -> u32 {
    match &doubt.place {
        ProblemPlace::Cell(cell) => cell.row,
        ProblemPlace::Toml(_) | ProblemPlace::Json(_) | ProblemPlace::Included(_) => 0,
    }
}

fn cue(text: &mut String, cue: &ImportedCue, numbers: &BTreeMap<u32, String>) {
    text.push_str("\n[[segment.cue]]\n");
    keys(text, &cue_keys(cue, numbers));
    if !cue.extra.is_empty() {
        text.push_str("\n[segment.cue.extra]\n");
        for (name, value) in &cue.extra {
            let _ = writeln!(text, "{} = {}", key(name), prose(value));
        }
    }
}

/// Columns of the author's own as one value.
pub(super) fn extra_table(extra: &[(String, String)]) -> String {
    let extra = extra.iter().map(|(name, text)| format!("{} = {}", key(name), quoted(text)));
    format!("{{ {} }}", extra.collect::<Vec<_>>().join(", "))
}

/// The keys of a cue and their values, without the columns of its own; `numbers` has the number of the
/// cue in each row.
pub(super) fn cue_keys(
    cue: &ImportedCue,
    numbers: &BTreeMap<u32, String>,
) -> Vec<(&'static str, String)> {
    let mut all = vec![("number", quoted(&cue.number)), ("title", quoted(&cue.title))];
    all.extend(cue.call.as_ref().map(|call| ("call", quoted(call))));
    all.extend(cue.embargo.then(|| ("embargo", "true".to_owned())));
    all.extend(cue.is_private.then(|| ("public", "false".to_owned())));
    if !cue.notes.is_empty() {
        all.push(("notes", prose(&cue.notes.join("\n"))));
    }
    if !cue.needs.is_empty() {
        let ids: Vec<String> = cue.needs.iter().map(|id| quoted(id)).collect();
        all.push(("needs", format!("[{}]", ids.join(", "))));
    }
    all.extend(cue.duration_ns.map(|ns| ("duration", length(ns))));
    all.extend(cue.warn_ns.map(|ns| ("warn", length(ns))));
    all.extend(cue.danger_ns.map(|ns| ("danger", length(ns))));
    all.extend(count(cue.count));
    all.extend(cue.planned_ns.filter(|_| cue.trigger.is_none()).map(|ns| ("planned", length(ns))));
    let caused = |key: &str, row: &u32, ns: u64| {
        let cause = numbers.get(row)?;
        let delay = if ns == 0 { String::new() } else { format!(", delay = {}", length(ns)) };
        Some(format!("{{ {key} = {}{delay} }}", quoted(cause)))
    };
    let trigger = cue.trigger.as_ref().and_then(|trigger| match trigger {
        ImportedTrigger::With(row, ns) => caused("with", row, *ns),
        ImportedTrigger::After(row, ns) => caused("after", row, *ns),
        ImportedTrigger::At(time) => Some(format!("{{ at = {} }}", time.strftime("%H:%M:%S%.f"))),
        ImportedTrigger::Into(ns) => Some(format!("{{ into = {} }}", length(*ns))),
    });
    all.extend(trigger.map(|trigger| ("trigger", trigger)));
    all.extend(cue.pass.as_ref().map(|station| ("pass", quoted(station.as_str()))));
    let main = cue.backup_for.and_then(|row| numbers.get(&row));
    all.extend(main.map(|main| ("backup_for", quoted(main))));
    all.extend(cue.source.map(|source| ("source", quoted(source))));
    if !cue.steps.is_empty() {
        let steps: Vec<String> =
            cue.steps.iter().map(|step| format!("{{ title = {} }}", quoted(step))).collect();
        all.push(("steps", format!("[{}]", steps.join(", "))));
    }
    if let Some((output, address)) = &cue.osc {
        all.push(("do", format!("[{{ output = {}, osc = {} }}]", quoted(output), quoted(address))));
    }
    all
}

/// Lines of keys and values, with the values below each other.
fn keys(text: &mut String, keys: &[(&str, String)]) {
    let widest = keys.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    for (key, value) in keys {
        let _ = writeln!(text, "{key:widest$} = {value}");
    }
}

/// A comment in as many lines as it needs.
fn comment(text: &mut String, words: &str) {
    // Not even a comment of TOML may hold a control character.
    for line in plain::lines(words).lines() {
        let mut width = 0;
        for word in line.split_whitespace() {
            let length = word.chars().count() + 1;
            if width > 0 && width + length > COMMENT_MAX {
                width = 0;
            }
            let first = if width > 0 {
                ""
            } else if text.is_empty() || text.ends_with('\n') {
                "#"
            } else {
                "\n#"
            };
            let _ = write!(text, "{first} {word}");
            width += length;
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
}

/// A duration as a person writes it: `"1h5m"`, `"1m30s"`, `"45s"`.
pub(super) fn length(ns: u64) -> String {
    let (hours, minutes) = (ns / HOUR_NS, ns / MINUTE_NS % 60);
    let (seconds, fraction) = (ns / SECOND_NS % 60, ns % SECOND_NS);
    let mut length = String::new();
    if hours > 0 {
        let _ = write!(length, "{hours}h");
    }
    if minutes > 0 {
        let _ = write!(length, "{minutes}m");
    }
    if fraction > 0 {
        let decimals = format!("{seconds}.{fraction:09}");
        let _ = write!(length, "{}s", decimals.trim_end_matches('0'));
    } else if seconds > 0 || length.is_empty() {
        let _ = write!(length, "{seconds}s");
    }
    format!("\"{length}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::nanoseconds;

    #[test]
    fn a_length_is_written_so_that_it_is_read_again() {
        for (ns, text) in [
            (0, "0s"),
            (45 * SECOND_NS, "45s"),
            (90 * SECOND_NS, "1m30s"),
            (HOUR_NS, "1h"),
            (HOUR_NS + 5 * MINUTE_NS, "1h5m"),
            (5 * SECOND_NS / 2, "2.5s"),
            (MINUTE_NS + SECOND_NS / 4, "1m0.25s"),
            (1, "0.000000001s"),
        ] {
            assert_eq!(length(ns), format!("\"{text}\""));
            assert_eq!(crate::show::duration::parse(text).map(nanoseconds), Ok(ns));
        }
    }
}
