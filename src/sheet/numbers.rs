//! The numbers of cues: each one that a show file takes, and none twice.

use std::collections::HashSet;

use super::imported::{Doubt, Imported};
use crate::show::CueNumber;
use crate::show::problem::{Place, quoted};

/// A number as it stands in a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Its text; `None` where the line has none.
    pub text: Option<String>,
    /// `true` if it is stored as a number, which has no zeros at its end.
    pub is_numeric: bool,
    /// Its row.
    pub row: u32,
}

/// Gives every cue of the show a number of its own, as near as possible to the one that is written.
/// `written` has them in the order of the cues, `place` says where the number of a row stands.
pub(super) fn number(show: &mut Imported, written: &[Written], place: &dyn Fn(u32) -> Place) {
    let has_numbers = written.iter().any(|one| one.text.is_some());
    let mut taken: HashSet<String> = HashSet::new();
    let all: HashSet<String> =
        written.iter().filter_map(|one| one.text.as_deref().and_then(plain)).collect();
    let (mut last, mut count, mut missing) = (String::new(), 0_u32, 0_usize);
    let mut doubts: Vec<Doubt> = vec![];
    let cues = show.segments.iter_mut().flat_map(|segment| &mut segment.cues);
    for (cue, one) in cues.zip(written) {
        count += 1;
        let place = || place(one.row);
        let text = one.text.as_deref().unwrap_or_default();
        let number = match plain(text) {
            Some(number) => number,
            None if !has_numbers => count.to_string(),
            None => {
                if text.is_empty() {
                    missing += 1;
                } else {
                    doubts.push(Doubt::new(
                        place(),
                        format!("{} cannot be a cue number", quoted(text)),
                    ));
                }
                between(&last, &taken, &all)
            }
        };
        let whole = one.is_numeric.then(|| tenth(&last, &number)).flatten();
        let number = match whole {
            Some(whole) if !taken.contains(&whole) => {
                let what = format!(
                    "says {number} after {last}: taken for {whole}, which a spreadsheet stores without its zero"
                );
                doubts.push(Doubt::new(place(), what));
                whole
            }
            _ => number,
        };
        let unique = if taken.contains(&number) {
            let unique = lettered(&number, &taken, &all);
            doubts.push(Doubt::new(
                place(),
                format!("{} stands here again: this cue is {unique}", quoted(&number)),
            ));
            unique
        } else {
            number
        };
        if text.contains(['/', ',']) {
            let what = format!("{} cannot be a cue number: this cue is {unique}", quoted(text));
            doubts.push(Doubt::new(place(), what));
        }
        taken.insert(unique.clone());
        last.clone_from(&unique);
        cue.number = unique;
    }
    if !has_numbers {
        show.said.push("there are no cue numbers: the cues were numbered from 1".to_owned());
    } else if missing > 0 {
        let cues = if missing == 1 {
            "1 cue without a number got one".to_owned()
        } else {
            format!("{missing} cues without a number got one")
        };
        show.said.push(format!("{cues} that follows the number above"));
    }
    show.doubts.extend(doubts);
}

/// The number that a text is, without what no number may contain; `None` where nothing is left.
fn plain(text: &str) -> Option<String> {
    let number: String = text
        .trim()
        .trim_start_matches('#')
        .trim_end_matches(['.', ':', ')'])
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '/' || c == ',' { '.' } else { c })
        .collect();
    CueNumber::new(&number).is_ok().then_some(number)
}

/// The number that a spreadsheet has cut: 1.10 is stored as 1.1, which stands after 1.9.
fn tenth(last: &str, number: &str) -> Option<String> {
    let (whole, fraction) = number.split_once('.')?;
    let (last_whole, last_fraction) = last.split_once('.')?;
    let expected = last_fraction.parse::<u32>().ok()?.checked_add(1)?;
    let is_cut = last_whole == whole && format!("{fraction}0").parse() == Ok(expected);
    is_cut.then(|| format!("{whole}.{fraction}0"))
}

/// A number after `last` that no cue has.
fn between(last: &str, taken: &HashSet<String>, all: &HashSet<String>) -> String {
    let last = if last.is_empty() { "0" } else { last };
    // After 12.1, 12.2 and not 12.1.1.
    let (base, from) = match last.rsplit_once('.') {
        Some((base, fraction)) => match fraction.parse::<u32>() {
            Ok(fraction) => (base, fraction.saturating_add(1)),
            Err(_) => (last, 1),
        },
        None => (last, 1),
    };
    let free = (from..).map(|n| format!("{base}.{n}"));
    unused(free, taken, all)
}

/// A number with the first letter that makes it one of its own: 4A, 4B.
fn lettered(number: &str, taken: &HashSet<String>, all: &HashSet<String>) -> String {
    let letters = ('A'..='Z').map(|letter| format!("{number}{letter}"));
    let more = (27..).map(|n| format!("{number}Z{n}"));
    unused(letters.chain(more), taken, all)
}

fn unused(
    mut free: impl Iterator<Item = String>,
    taken: &HashSet<String>,
    all: &HashSet<String>,
) -> String {
    let is_free = |number: &String| {
        !taken.contains(number) && !all.contains(number) && CueNumber::new(number).is_ok()
    };
    // A number of sixteen characters has no room for a letter.
    let found = free.by_ref().take(10_000).find(is_free);
    found.or_else(|| (1..).map(|n| format!("X{n}")).find(is_free)).unwrap_or_default()
}
