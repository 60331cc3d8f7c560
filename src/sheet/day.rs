//! The day of a show, where the lines above its rundown say it.

use jiff::civil::Date;

/// The beginnings of the names of the months in English, German, French and Spanish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mayo"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aoû", "aou", "ago"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// Words beside the day of the paper, which is not that of the show.
const OF_THE_PAPER: [&str; 12] = [
    "printed", "print", "version", "updated", "update", "revised", "rev", "stand", "draft",
    "as of", "issued", "created",
];

/// The day that a text says: `2024-08-11`, `11.08.2024`, `11 August 2024`, `August 11th, 2024`. A
/// day such as 03/04/2024, which two countries read in two ways, is none.
pub(super) fn day(text: &str) -> Option<Date> {
    let lower = text.to_lowercase();
    if OF_THE_PAPER.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .collect();
    let one =
        words.iter().find_map(|word| numbers(word.trim_matches(|c: char| !c.is_alphanumeric())));
    one.or_else(|| words.windows(3).find_map(named))
}

/// Day, month and year in numbers.
pub(super) fn numbers(word: &str) -> Option<Date> {
    let parts = |separator: char| -> Option<[i16; 3]> {
        let parts: Vec<i16> =
            word.split(separator).map(str::parse).collect::<Result<_, _>>().ok()?;
        parts.try_into().ok()
    };
    if let Some([year, month, day]) = parts('-').filter(|[year, ..]| *year > 1900) {
        return date(year, month, day);
    }
    let [day, month, year] = parts('.').filter(|[.., year]| *year > 1900)?;
    date(year, month, day)
}

/// Three words with the name of a month.
fn named(words: &[&str]) -> Option<Date> {
    let number = |word: &str| {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        digits.parse::<i16>().ok()
    };
    let month = |word: &str| {
        let is = |names: &[&str]| names.iter().any(|name| word.starts_with(name));
        let is_name = word.chars().all(|c| c.is_alphabetic() || c == '.');
        let at = MONTHS.iter().position(|names| is(names)).filter(|_| is_name)?;
        i16::try_from(at + 1).ok()
    };
    let [first, second, third] = words else { return None };
    let year = number(third).filter(|year| *year > 1900)?;
    match (number(first), month(second), month(first), number(second)) {
        (Some(day), Some(month), ..) | (.., Some(month), Some(day)) => date(year, month, day),
        _ => None,
    }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok().filter(|date| (1970..=2200).contains(&date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_found_in_the_words_around_it() {
        let august = jiff::civil::date(2024, 8, 11);
        for text in [
            "2024-08-11",
            "Sunday, 11 August 2024",
            "Aug 11th, 2024 – doors 18:00",
            "Sonntag, 11. August 2024",
            "Sonntag 11.08.2024",
            "dimanche 11 août 2024",
        ] {
            assert_eq!(day(text), Some(august), "{text:?}");
        }
        for text in [
            "Printed 2024-08-11",
            "v7, as of 11 Aug 2024",
            "03/04/2024",
            "11 August",
            "2024",
            "Marathon 2024",
            "31.02.2024",
        ] {
            assert_eq!(day(text), None, "{text:?}");
        }
    }
}
