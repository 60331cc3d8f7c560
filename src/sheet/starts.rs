//! Times of day to instants: which half of the day, and which day, each of them means.

use jiff::ToSpan;
use jiff::civil::Date;

use super::amount::Amount;
use super::clock::{Half, SheetClock};
use super::columns::SheetField;
use super::grid::Grid;
use super::imported::Doubt;
use super::layout::Layout;
use super::lines::{Line, LineItem};
use crate::show::duration::{HOUR_NS, MINUTE_NS};
use crate::show::problem::quoted;

const DAY_NS: i64 = 24 * HOUR_NS as i64;
const HALF_NS: i64 = DAY_NS / 2;
/// A time that is up to so much earlier than the one above it is earlier, and not on the next day.
const BACK_MAX_NS: i64 = 6 * HOUR_NS as i64;
/// The most days between the first time of a sheet and another one: no show lasts longer.
const DAYS_MAX: i32 = 60;

/// The beginning and the end of an item, nanoseconds from the first midnight; `None` where it does not
/// say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub start_ns: Option<i64>,
    /// Its end.
    pub end_ns: Option<i64>,
    /// `true` if the beginning is only the end of the line above.
    pub follows: bool,
}

/// All times of a sheet, item by item, and what has to be said about them.
pub(super) struct Starts {
    /// Item by item.
    pub spans: Vec<Span>,
    /// The day of the first midnight, where a cell says it.
    pub day: Option<Date>,
    /// The way in which they were read.
    pub said: Vec<String>,
    /// Cells that may have been misread.
    pub doubts: Vec<Doubt>,
}

/// Lays the times of all items out on one line of time.
pub(super) fn starts(grid: &Grid, layout: &Layout, items: &[LineItem<'_>]) -> Starts {
    let clocks: Vec<SheetClock> =
        lines(items).flat_map(|line| line.start.into_iter().chain(line.end)).collect();
    let twelve = is_twelve(&clocks);
    let has_halves = clocks.iter().any(|clock| clock.half.is_some());
    let mut said = vec![];
    if twelve {
        said.push("times of day were read as a 12-hour clock: after 12 comes 1".to_owned());
    }
    let mut doubts = vec![];
    let (mut last, mut first_day): (Option<i64>, Option<Date>) = (None, None);
    // The end of the line above, where it says one.
    let mut ended: Option<i64> = None;
    let mut span = |item: &LineItem<'_>| {
        let line = match item {
            LineItem::Act(_) => return Span::default(),
            LineItem::Line(line) => line,
        };
        let (clock, is_end) = match (line.start, line.end) {
            (Some(start), _) => (start, false),
            (None, Some(end)) => (end, true),
            (None, None) => {
                // What lasts takes its part of the time until the next end; a row without a length
                // does not.
                ended = ended.filter(|_| line.amount == Amount::Nothing);
                return Span::default();
            }
        };
        let above = ended.take();
        let is_open =
            clock.half.is_none() && (twelve || has_halves) && (1..=12).contains(&clock.hour());
        let of_day_ns = clock.of_day_ns() as i64;
        let days = clock.day.zip(first_day).map(|(day, first)| (day - first).get_days());
        if let Some(days) = days.filter(|days| days.abs() > DAYS_MAX) {
            let text = line.row.text(column_of(layout, is_end));
            let what = format!(
                "{} is {} days from the first time: its day was left out",
                quoted(&text),
                days.abs()
            );
            doubts.push(Doubt::new(grid.place(line.row.number, column_of(layout, is_end)), what));
        }
        let days = days.filter(|days| days.abs() <= DAYS_MAX);
        let mut start_ns = match (last, days) {
            (Some(_), Some(days)) => i64::from(days) * DAY_NS + of_day_ns,
            (None, _) if is_open => first_of_open(of_day_ns),
            (None, _) => of_day_ns,
            (Some(last), None) if is_open => {
                let in_half = of_day_ns % HALF_NS;
                let halves = [after(last, in_half), after(last, in_half + HALF_NS)];
                let next = halves.into_iter().min_by_key(|ns| (*ns < last, (ns - last).abs()));
                next.unwrap_or(of_day_ns)
            }
            (Some(last), None) => after(last, of_day_ns),
        };
        if let Some(noon_ns) = last.and_then(|last| noon(clock, last, start_ns)) {
            start_ns = noon_ns;
            let column = column_of(layout, is_end);
            let cell = line.row.text(column);
            let what = format!("{} follows a time of the morning: read as PM", quoted(&cell));
            doubts.push(Doubt::new(grid.place(line.row.number, column), what));
        }
        if first_day.is_none() {
            // The first midnight is that of the day of the first time.
            let days = start_ns.div_euclid(DAY_NS);
            first_day = clock.day.and_then(|day| day.checked_sub(days.days()).ok());
        }
        last = Some(start_ns);
        if is_end {
            ended = Some(start_ns);
            let begins = above.filter(|above| *above <= start_ns);
            return Span { start_ns: begins, end_ns: Some(start_ns), follows: begins.is_some() };
        }
        let end_ns = line.end.map(|end| {
            let is_open =
                end.half.is_none() && (twelve || has_halves) && (1..=12).contains(&end.hour());
            let step = if is_open { HALF_NS } else { DAY_NS };
            start_ns + (end.of_day_ns() as i64 - start_ns).rem_euclid(step)
        });
        ended = end_ns;
        Span { start_ns: Some(start_ns), end_ns, follows: false }
    };
    let spans = items.iter().map(&mut span).collect();
    Starts { spans, day: first_day, said, doubts }
}

/// The column in which a time stands.
fn column_of(layout: &Layout, is_end: bool) -> u32 {
    let field = if is_end { SheetField::End } else { SheetField::Start };
    layout.column(field).map_or(1, |column| column.column)
}

fn lines<'i, 'a>(items: &'i [LineItem<'a>]) -> impl Iterator<Item = &'i Line<'a>> {
    items.iter().filter_map(|item| match item {
        LineItem::Act(_) => None,
        LineItem::Line(line) => Some(&**line),
    })
}

/// The instant of a time of day that comes next after `last`, or came shortly before it.
fn after(last: i64, of_day_ns: i64) -> i64 {
    let ahead = (of_day_ns - last).rem_euclid(DAY_NS);
    if DAY_NS - ahead <= BACK_MAX_NS { last + ahead - DAY_NS } else { last + ahead }
}

/// The first time of a 12-hour clock without a half: shows begin from seven in the morning to half
/// past six in the evening.
fn first_of_open(of_day_ns: i64) -> i64 {
    let in_half = of_day_ns % HALF_NS;
    if in_half < 7 * HOUR_NS as i64 { in_half + HALF_NS } else { in_half }
}

/// 12:10 AM after a time of the morning is ten past noon, as many people write it.
fn noon(clock: SheetClock, last: i64, start_ns: i64) -> Option<i64> {
    let is_morning = (BACK_MAX_NS..HALF_NS).contains(&last.rem_euclid(DAY_NS));
    let is_midnight = clock.half == Some(Half::Am) && clock.hour() == 12;
    let noon_ns = start_ns - HALF_NS;
    (is_midnight && is_morning && clock.day.is_none() && noon_ns >= last).then_some(noon_ns)
}

/// Returns `true` if times are of a clock of twelve hours that says no halves: no hour is 0 or more
/// than 12, the hours begin again, and by such a clock each time follows the one above it closely.
fn is_twelve(clocks: &[SheetClock]) -> bool {
    let is_plain = |clock: &SheetClock| {
        clock.half.is_none() && clock.day.is_none() && (1..=12).contains(&clock.hour())
    };
    if !clocks.iter().all(is_plain) {
        return false;
    }
    let steps = || clocks.windows(2).map(|pair| pair[1].ns as i64 - pair[0].ns as i64);
    let begins_again = steps().any(|step| step < -(HOUR_NS as i64));
    begins_again
        && steps().all(|step| {
            // Rows that are a little out of order are no sign of anything.
            let step = step.rem_euclid(HALF_NS);
            step <= BACK_MAX_NS || HALF_NS - step <= 30 * MINUTE_NS as i64
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{csv, layout};

    /// The starts of the rows, as days and minutes of the day.
    fn told(times: &[&str]) -> (Vec<(i64, i64)>, usize) {
        let rows: String = times.iter().map(|time| format!("{time},x\n")).collect();
        let grid = csv::grid(&format!("Start,Title\n{rows}")).unwrap();
        let layout = layout::layout(&grid, &[]).unwrap();
        let items = super::super::lines::items(&grid, &layout);
        let starts = starts(&grid, &layout, &items.items);
        let minutes = |span: &Span| {
            let minute = span.start_ns.unwrap() / MINUTE_NS as i64;
            (minute.div_euclid(1440), minute.rem_euclid(1440))
        };
        (starts.spans.iter().map(minutes).collect(), starts.doubts.len())
    }

    #[test]
    fn times_go_on_past_midnight_and_may_step_back_a_little() {
        let expected = vec![(0, 1270), (0, 1430), (1, 5), (1, 0), (1, 90)];
        assert_eq!(told(&["21:10", "23:50", "0:05", "0:00", "1:30"]), (expected, 0));
        let expected = vec![(0, 1430), (1, 5)];
        assert_eq!(told(&["23:50", "24:05"]), (expected, 0));
    }

    #[test]
    fn halves_are_found_where_they_are_not_written() {
        let expected = vec![(0, 600), (0, 615), (0, 720), (0, 780), (0, 1110)];
        assert_eq!(
            told(&["10:00", "10:15 AM", "12:00 PM", "1:00", "6:30 PM"]),
            (expected.clone(), 0)
        );
        assert_eq!(told(&["10:00", "10:15", "12:00", "1:00", "6:30"]), (expected, 0));
        // A morning that ends at 12:45 and a night that ends at 1:15 look alike up to the hours.
        assert_eq!(told(&["22:45", "1:15"]), (vec![(0, 1365), (1, 75)], 0));
        assert_eq!(told(&["7:00", "7:45"]), (vec![(0, 420), (0, 465)], 0));
    }

    #[test]
    fn midnight_in_the_morning_is_noon_and_that_is_said() {
        assert_eq!(
            told(&["11:30 AM", "12:00 AM", "12:30 PM"]),
            (vec![(0, 690), (0, 720), (0, 750)], 1)
        );
        assert_eq!(
            told(&["11:30 PM", "12:00 AM", "12:30 AM"]),
            (vec![(0, 1410), (1, 0), (1, 30)], 0)
        );
    }

    #[test]
    fn days_are_counted_where_they_are_written() {
        use crate::sheet::grid::{Cell, Row, Value};
        use jiff::civil::date;
        let at = |day, hour| Value::Moment(date(2024, 8, day).at(hour, 0, 0, 0));
        let mut grid = csv::grid("Start,Title\n").unwrap();
        for (number, value) in [(2, at(11, 20)), (3, at(13, 9))] {
            let cells = vec![Cell::new(1, value), Cell::new(2, Value::Text("x".into()))];
            grid.rows.push(Row { number, is_hidden: false, cells });
        }
        let layout = layout::layout(&grid, &[]).unwrap();
        let items = super::super::lines::items(&grid, &layout);
        let spans = starts(&grid, &layout, &items.items).spans;
        let hours: Vec<_> =
            spans.iter().map(|span| span.start_ns.unwrap() / HOUR_NS as i64).collect();
        assert_eq!(hours, [20, 57]);
    }
}
