//! The length of each line: the reading of the whole column that the start times prove, and the
//! cells that contradict it.
//!
//! "5:00" is five minutes in one sheet and five hours in another, and "5" is minutes or seconds.
//! Each reading is tried on all lines: the one by which most of them end where a later line starts
//! is taken.

use std::time::Duration;

use super::amount::{Amount, Bare, ClockForm, Clocks, Reading};
use super::columns::SheetField;
use super::grid::Grid;
use super::imported::Doubt;
use super::layout::Layout;
use super::lines::{Line, LineItem};
use super::starts::Span;
use crate::show::duration::{self, HOUR_NS, MINUTE_NS};
use crate::show::problem::quoted;

/// A line has to end where one of so many started lines below it begins.
const LOOKED_AHEAD: usize = 8;

/// The choice of `--durations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durations {
    /// Clocks of two parts are minutes and seconds.
    MinutesSeconds,
    /// Clocks of two parts are hours and minutes.
    HoursMinutes,
    /// Numbers without a unit are minutes.
    Minutes,
    /// Numbers without a unit are seconds.
    Seconds,
}

impl Durations {
    /// Its word on the command line.
    fn word(self) -> &'static str {
        match self {
            Durations::MinutesSeconds => "m:ss",
            Durations::HoursMinutes => "h:mm",
            Durations::Minutes => "minutes",
            Durations::Seconds => "seconds",
        }
    }
}

/// The lengths of all items, and what has to be said about them.
pub struct Lengths {
    /// Item by item, nanoseconds; `None` where a line has none.
    pub lengths_ns: Vec<Option<u64>>,
    /// The way in which they were read.
    pub said: Vec<String>,
    /// Cells that may have been misread.
    pub doubts: Vec<Doubt>,
}

/// Reads the lengths of all items; `forced` is the user's word.
pub fn lengths(
    grid: &Grid,
    layout: &Layout,
    items: &[LineItem<'_>],
    spans: &[Span],
    forced: Option<Durations>,
) -> Lengths {
    let mut column = DurationColumn { grid, layout, lines: vec![], has_seconds: false };
    for (at, (item, span)) in items.iter().zip(spans).enumerate() {
        if let LineItem::Line(line) = item {
            column.lines.push((at, line, *span));
        }
    }
    column.has_seconds = column.lines.iter().any(|(_, line, _)| column.says_seconds(line));
    column.read(items.len(), forced)
}

struct DurationColumn<'a, 'i> {
    grid: &'a Grid,
    layout: &'a Layout,
    /// The lines, each with its place among the items and its times.
    lines: Vec<(usize, &'i Line<'a>, Span)>,
    /// `true` if texts of three parts have their seconds in the last one.
    has_seconds: bool,
}

/// The word of the start times on one line in one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing can be compared.
    Unknown,
    /// It ends where it has to.
    Agrees,
    /// It should last this long, nanoseconds.
    Differs(i64),
}

impl DurationColumn<'_, '_> {
    /// Returns `true` if a line shows how a text of three parts is meant: by seconds in it, or by
    /// being of two parts.
    fn says_seconds(&self, line: &Line<'_>) -> bool {
        match &line.amount {
            Amount::Clock { form, .. } => *form == ClockForm::Two,
            Amount::Exact(_) => {
                let column = self.layout.column(SheetField::Duration);
                column.is_some_and(|column| line.row.text(column.column).matches(':').count() == 2)
            }
            Amount::Nothing | Amount::Bare(_) | Amount::Unreadable => false,
        }
    }

    /// The name of the column that the lengths are compared with.
    fn clock_name(&self) -> String {
        let has_starts = self.layout.column(SheetField::Start).is_some();
        self.layout.named(if has_starts { SheetField::Start } else { SheetField::End })
    }

    /// The length of a line in a reading, nanoseconds.
    fn ns(&self, line: &Line<'_>, reading: Reading) -> Option<u64> {
        let is_exact = self.has_seconds && self.is_three(line);
        let clocks = if is_exact { Clocks::HoursMinutes } else { reading.clocks };
        line.amount.ns(Reading { clocks, ..reading })
    }

    fn is_three(&self, line: &Line<'_>) -> bool {
        matches!(line.amount, Amount::Clock { form: ClockForm::Three, .. })
    }

    fn read(&self, items: usize, forced: Option<Durations>) -> Lengths {
        let mut lengths = Lengths { lengths_ns: vec![None; items], said: vec![], doubts: vec![] };
        let (reading, is_proved) = self.reading(forced, &mut lengths);
        let (mut agreeing, mut compared) = (0, 0);
        for at in 0..self.lines.len() {
            let (item, line, _) = self.lines[at];
            let Some(mut ns) = self.ns(line, reading) else {
                if !matches!(line.amount, Amount::Nothing | Amount::Unreadable) {
                    self.doubt(&mut lengths, line, "is longer than a show can be: left out".into());
                }
                continue;
            };
            match self.verdict(at, reading) {
                Verdict::Unknown => {}
                Verdict::Agrees => (agreeing, compared) = (agreeing + 1, compared + 1),
                Verdict::Differs(start_ns) => {
                    compared += 1;
                    if let Some(other_ns) = self.other(at, reading).filter(|_| is_proved) {
                        let what = format!(
                            "{}, as others are read, would run past the next start: read as {}",
                            said(ns),
                            said(other_ns)
                        );
                        self.doubt(&mut lengths, line, what);
                        ns = other_ns;
                    } else {
                        let (own, says) = (said(ns), length(start_ns));
                        let what = if start_ns > ns as i64 {
                            format!("the next start is {says} later; {own} and the pause were kept")
                        } else {
                            format!("{} says {says}; {own} was kept", self.clock_name())
                        };
                        self.doubt(&mut lengths, line, what);
                    }
                }
            }
            lengths.lengths_ns[item] = Some(ns);
        }
        let has = |is: fn(&Amount) -> bool| self.lines.iter().any(|(_, line, _)| is(&line.amount));
        let has_clocks = has(|amount| matches!(amount, Amount::Clock { .. }));
        let has_bare = has(|amount| matches!(amount, Amount::Bare(_)));
        if compared > 0 && (has_clocks || has_bare || agreeing < compared) {
            let clock = self.clock_name();
            let evidence = format!("{agreeing} of {compared} rows agree with {clock}");
            let words = words(reading, has_clocks, has_bare);
            lengths.said.insert(0, format!("{words}: {evidence}"));
        } else if has_clocks || has_bare {
            lengths.said.insert(0, said_without_starts(reading, has_clocks, has_bare, forced));
        }
        // Each of the options is about one shape of cells.
        let idle = match forced {
            Some(Durations::MinutesSeconds | Durations::HoursMinutes) if !has_clocks => {
                Some("lengths with a colon")
            }
            Some(Durations::Minutes | Durations::Seconds) if !has_bare => {
                Some("numbers without a unit")
            }
            Some(_) | None => None,
        };
        if let Some((shape, option)) = idle.zip(forced) {
            let option = option.word();
            lengths.said.push(format!("--durations {option} changes nothing: no cell has {shape}"));
        }
        lengths
    }

    /// The reading that most lines prove, or that the user says, or that the values suggest, and
    /// `true` if the lines prove it.
    fn reading(&self, forced: Option<Durations>, lengths: &mut Lengths) -> (Reading, bool) {
        let mut guess = self.guess();
        match forced {
            None => {}
            Some(Durations::MinutesSeconds) => guess.clocks = Clocks::MinutesSeconds,
            Some(Durations::HoursMinutes) => guess.clocks = Clocks::HoursMinutes,
            Some(Durations::Minutes) => guess.bare = Bare::Minutes,
            Some(Durations::Seconds) => guess.bare = Bare::Seconds,
        }
        let mut best = (0, guess);
        let compared =
            (0..self.lines.len()).filter(|at| self.verdict(*at, guess) != Verdict::Unknown).count();
        for clocks in [Clocks::MinutesSeconds, Clocks::HoursMinutes] {
            for bare in [Bare::Minutes, Bare::Seconds] {
                let reading = Reading { clocks, bare };
                let is_allowed = match forced {
                    None => true,
                    Some(Durations::MinutesSeconds) => clocks == Clocks::MinutesSeconds,
                    Some(Durations::HoursMinutes) => clocks == Clocks::HoursMinutes,
                    Some(Durations::Minutes) => bare == Bare::Minutes,
                    Some(Durations::Seconds) => bare == Bare::Seconds,
                };
                if !is_allowed {
                    continue;
                }
                let agrees = |at: &usize| self.verdict(*at, reading) == Verdict::Agrees;
                let score = (0..self.lines.len()).filter(agrees).count();
                let is_guess = |reading: Reading| {
                    usize::from(reading.clocks == guess.clocks)
                        + usize::from(reading.bare == guess.bare)
                };
                if score > best.0 || (score == best.0 && is_guess(reading) >= is_guess(best.1)) {
                    best = (score, reading);
                }
            }
        }
        // By chance some lines of a wrong reading end where another begins.
        let is_proved = best.0 > 0 && best.0 * 3 >= compared;
        if !is_proved && forced.is_none() && compared > 1 {
            lengths.said.push(format!(
                "{} and {} contradict each other in {} of {compared} rows; --durations says which reading is meant",
                self.clock_name(),
                self.layout.named(SheetField::Duration),
                compared - best.0.min(compared)
            ));
            return (guess, false);
        }
        (best.1, is_proved)
    }

    /// The reading that the values suggest.
    fn guess(&self) -> Reading {
        let (mut clocks, mut bare) = (Clocks::MinutesSeconds, Bare::Minutes);
        let (mut numbers, mut hours, mut short) = (vec![], vec![], false);
        for (_, line, _) in &self.lines {
            match &line.amount {
                Amount::Clock { form: ClockForm::Two, .. } => short = true,
                Amount::Clock { major, form: ClockForm::Three | ClockForm::Stored, .. } => {
                    hours.push(*major)
                }
                Amount::Bare(milli) => numbers.push(milli / 1000),
                Amount::Nothing | Amount::Exact(_) | Amount::Unreadable => {}
            }
        }
        // Times of a spreadsheet that all have hours are minutes that were typed as "5:00".
        let are_all_long = !hours.is_empty() && hours.iter().all(|hours| *hours > 0);
        if !short && !are_all_long && !hours.is_empty() {
            clocks = Clocks::HoursMinutes;
        }
        numbers.sort_unstable();
        if numbers.get(numbers.len() / 2).is_some_and(|middle| *middle > 59) {
            bare = Bare::Seconds;
        }
        Reading { clocks, bare }
    }

    /// The word of the start times on the line at `at`, whose length and that of the lines below it
    /// without a start are read by `reading`.
    fn verdict(&self, at: usize, reading: Reading) -> Verdict {
        let Some((_, line, span)) = self.lines.get(at) else { return Verdict::Unknown };
        let (Some(start_ns), Some(own_ns)) = (span.start_ns, self.ns(line, reading)) else {
            return Verdict::Unknown;
        };
        let own_ns = own_ns as i64;
        if let Some(end_ns) = span.end_ns {
            let says_ns = end_ns - start_ns;
            return if says_ns == own_ns { Verdict::Agrees } else { Verdict::Differs(says_ns) };
        }
        let (mut ends_ns, mut counted, mut says_ns) = (start_ns.saturating_add(own_ns), 0, None);
        let mut is_alone = true;
        for (_, below, span) in self.lines.iter().skip(at + 1) {
            let Some(next_ns) = span.start_ns else {
                if counted == 0 {
                    let below_ns = self.ns(below, reading).unwrap_or(0);
                    ends_ns = ends_ns.saturating_add_unsigned(below_ns);
                }
                continue;
            };
            if is_same(next_ns, ends_ns) {
                return Verdict::Agrees;
            }
            // Lines that begin together say nothing of each other.
            is_alone &= next_ns != start_ns;
            let lasts = self.ns(below, reading).is_some_and(|ns| ns > 0);
            if lasts && next_ns > start_ns {
                // The lines between have their part of the time.
                let between_ns = ends_ns.saturating_sub(start_ns).saturating_sub(own_ns);
                says_ns = says_ns.or(Some((next_ns - start_ns).saturating_sub(between_ns)));
            }
            counted += 1;
            if counted == LOOKED_AHEAD {
                break;
            }
        }
        match says_ns {
            Some(says_ns) if is_alone => Verdict::Differs(says_ns),
            Some(_) | None => Verdict::Unknown,
        }
    }

    /// The length of a line in another reading, where the reading of the column runs past the next
    /// start and the other one does not.
    fn other(&self, at: usize, reading: Reading) -> Option<u64> {
        let (_, line, _) = self.lines.get(at)?;
        let Verdict::Differs(says_ns) = self.verdict(at, reading) else { return None };
        let clocks = match reading.clocks {
            Clocks::MinutesSeconds => Clocks::HoursMinutes,
            Clocks::HoursMinutes => Clocks::MinutesSeconds,
        };
        let bare = match reading.bare {
            Bare::Minutes => Bare::Seconds,
            Bare::Seconds => Bare::Minutes,
        };
        let (own_ns, other_ns) =
            (self.ns(line, reading)?, self.ns(line, Reading { clocks, bare })?);
        let (own, other) = (own_ns as i64, other_ns as i64);
        // A row that is a little too long is a slip of another kind; one that is too long by more
        // than an hour, and by half of what Start leaves for it, was typed in another unit.
        let is_far_off =
            own - says_ns >= HOUR_NS as i64 && own.saturating_mul(2) >= says_ns.saturating_mul(3);
        (is_far_off && other >= MINUTE_NS as i64 && other <= says_ns).then_some(other_ns)
    }

    fn doubt(&self, lengths: &mut Lengths, line: &Line<'_>, what: String) {
        let column = self.layout.column(SheetField::Duration).map_or(1, |column| column.column);
        let text = line.row.text(column);
        let place = self.grid.place(line.row.number, column);
        lengths.doubts.push(Doubt::new(place, format!("says {}; {what}", quoted(&text))));
    }
}

/// Returns `true` if two instants are the same, as far as times that a spreadsheet computes are.
fn is_same(a: i64, b: i64) -> bool {
    a.abs_diff(b) < 1_000_000_000
}

fn length(ns: i64) -> String {
    said(ns.unsigned_abs())
}

/// A length in nanoseconds as a doubt says it.
pub(super) fn said(ns: u64) -> String {
    duration::length(Duration::from_nanos(ns))
}

/// The reading in words, and for each shape of cells whether the user has said it.
fn said_without_starts(
    reading: Reading,
    has_clocks: bool,
    has_bare: bool,
    forced: Option<Durations>,
) -> String {
    let how = |is_said: bool| match is_said {
        true => "as you say",
        false => "assumed, for no start times tell; --durations says otherwise",
    };
    let (is_of_clocks, is_of_bare) = match forced {
        Some(Durations::MinutesSeconds | Durations::HoursMinutes) => (true, false),
        Some(Durations::Minutes | Durations::Seconds) => (false, true),
        None => (false, false),
    };
    if has_clocks && has_bare && is_of_clocks != is_of_bare {
        let (clocks, bare) = (words(reading, true, false), words(reading, false, true));
        let bare = bare.trim_start_matches("durations read as ");
        let (of_clocks, of_bare) = (how(is_of_clocks), how(is_of_bare));
        return format!("{clocks} ({of_clocks}), numbers without a unit as {bare} ({of_bare})");
    }
    let is_said = if has_clocks { is_of_clocks } else { is_of_bare };
    format!("{} ({})", words(reading, has_clocks, has_bare), how(is_said))
}

/// The reading in words.
fn words(reading: Reading, has_clocks: bool, has_bare: bool) -> String {
    let clocks = match reading.clocks {
        Clocks::MinutesSeconds => "m:ss",
        Clocks::HoursMinutes => "h:mm",
    };
    let bare = match reading.bare {
        Bare::Minutes => "minutes",
        Bare::Seconds => "seconds",
    };
    match (has_clocks, has_bare) {
        (true, false) => format!("durations read as {clocks}"),
        (false, true) => format!("durations read as {bare}"),
        (true, true) => format!("durations read as {clocks}, numbers without a unit as {bare}"),
        (false, false) => "durations".to_owned(),
    }
}
