//! The numbers of cues: each one that a show file takes, and none twice.

use std::collections::{HashMap, HashSet};

use super::imported::{Doubt, Imported};
use crate::show::CueNumber;
use crate::show::problem::{ProblemPlace, quoted};

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
pub(super) fn number(
    show: &mut Imported,
    written: &[Written],
    place: &dyn Fn(u32) -> ProblemPlace,
) {
    let has_numbers = written.iter().any(|one| one.text.is_some());
    let all: HashSet<String> =
        written.iter().filter_map(|one| one.text.as_deref().and_then(plain)).collect();
    let mut free = Free { taken: HashSet::new(), all, tried: HashMap::new() };
    let (mut last, mut count, mut missing) = (String::new(), 0_u32, 0_usize);
    let mut doubts: Vec<Doubt> = vec![];
    let cues = show.segments.iter_mut().flat_map(|segment| &mut segment.cues);
    for (cue, one) in cues.zip(written) {
        count += 1;
        let place = || place(one.row);
        let text = one.text.as_deref().unwrap_or_default();
        let own = plain(text);
        cue.assumed_number = own.is_none();
        let number = match own {
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
                free.after(&last)
            }
        };
        let whole = one.is_numeric.then(|| tenth(&last, &number)).flatten();
        let number = match whole {
            Some(whole) if !free.taken.contains(&whole) => {
                let what = format!(
                    "says {number} after {last}: taken for {whole}, which a spreadsheet stores without its zero"
                );
                doubts.push(Doubt::new(place(), what));
                whole
            }
            _ => number,
        };
        let unique = if free.taken.contains(&number) {
            cue.assumed_number = true;
            let unique = free.lettered(&number);
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
        free.taken.insert(unique.clone());
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

/// The numbers that are free, of which each is found once: a sheet may have one number in every row.
struct Free {
    taken: HashSet<String>,
    /// The numbers that the sheet itself has.
    all: HashSet<String>,
    /// The next one to try after each beginning.
    tried: HashMap<String, u32>,
}

impl Free {
    /// A number after `last` that no cue has.
    fn after(&mut self, last: &str) -> String {
        let last = if last.is_empty() { "0" } else { last };
        // After 12.1, 12.2 and not 12.1.1.
        let (base, from) = match last.rsplit_once('.') {
            Some((base, fraction)) => match fraction.parse::<u32>() {
                Ok(fraction) => (base, fraction.saturating_add(1)),
                Err(_) => (last, 1),
            },
            None => (last, 1),
        };
        let begin = format!("{base}.");
        self.first(&begin, from, |n| format!("{begin}{n}")).unwrap_or_else(|| self.spare())
    }

    /// A number with the first letter that makes it one of its own: 4A, 4B.
    fn lettered(&mut self, number: &str) -> String {
        let of = |n: u32| match u8::try_from(n) {
            Ok(n @ 0..26) => format!("{number}{}", char::from(b'A' + n)),
            Ok(_) | Err(_) => format!("{number}Z{}", n.saturating_add(1)),
        };
        self.first(number, 0, of).unwrap_or_else(|| self.spare())
    }

    /// A number of its own where a longer one would be none: one of sixteen characters has no room for
    /// a letter.
    fn spare(&mut self) -> String {
        self.first("", 1, |n| format!("X{n}")).unwrap_or_default()
    }

    /// The first number that is free of those which `of` makes of `from` and so on; `None` where they
    /// are none. `begin` tells those of one sort from others.
    fn first(&mut self, begin: &str, from: u32, of: impl Fn(u32) -> String) -> Option<String> {
        let mut n = self.tried.get(begin).copied().unwrap_or(0).max(from);
        loop {
            let number = of(n);
            if CueNumber::new(&number).is_err() {
                return None;
            }
            n = n.checked_add(1)?;
            if !self.taken.contains(&number) && !self.all.contains(&number) {
                self.tried.insert(begin.to_owned(), n);
                return Some(number);
            }
        }
    }
}
