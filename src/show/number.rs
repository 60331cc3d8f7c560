//! Cue numbers: text that sorts as people number cues.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of a cue, as the show file writes it: "12", "12.5", "10A".
///
/// Two numbers are the same only if their text is. Their order is the caller's: `2 < 10 < 10.5 <
/// 10A`. A point begins a decimal fraction, as on a lighting desk (`10.25 < 10.5`), because that is
/// how a cue is squeezed between two others; digits elsewhere count as whole numbers; letters come
/// after fractions, upper and lower case together.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CueNumber(Arc<str>);

/// Reason why a text is no cue number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing there.
    #[error("a cue number cannot be empty")]
    Empty,
    /// Longer than [`CueNumber::LONGEST`] characters; this is its length.
    #[error("a cue number of {0} characters is too long, {longest} are the most", longest = CueNumber::LONGEST)]
    TooLong(usize),
    /// A character that would break an OSC address, or that nobody can see.
    #[error("a cue number cannot contain {0:?}")]
    Character(char),
}

impl CueNumber {
    /// The most characters that a number may have; a rundown has to have room for it.
    pub const LONGEST: usize = 16;

    /// Takes `text` for a number.
    ///
    /// # Errors
    /// When it is empty, longer than [`Self::LONGEST`], or has a space, a control character, or one
    /// of the characters that OSC 1.0 keeps for itself in addresses (`# * , / ? [ ] { }`):
    /// `/cue/NUMBER/start` must be one address.
    pub fn new(text: &str) -> Result<Self, NumberError> {
        if text.is_empty() {
            return Err(NumberError::Empty);
        }
        let count = text.chars().count();
        if count > Self::LONGEST {
            return Err(NumberError::TooLong(count));
        }
        let bad = |c: &char| c.is_whitespace() || c.is_control() || "#*,/?[]{}\"".contains(*c);
        match text.chars().find(bad) {
            Some(c) => Err(NumberError::Character(c)),
            None => Ok(Self(text.into())),
        }
    }

    /// The number as the file writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the two differ in nothing that is heard: leading zeros, capital letters.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        tokens(&self.0).eq(tokens(&other.0))
    }
}

/// A run of characters of one kind; the order of the variants is the order of the kinds.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum NumberToken<'a> {
    /// The digits after a point: compared from the left, as fractions are.
    Fraction(&'a str),
    /// Without leading zeros, so that the longer is the larger.
    Whole(usize, &'a str),
    Letters(String),
    Other(char),
}

fn tokens(mut rest: &str) -> impl Iterator<Item = NumberToken<'_>> {
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let run = |text: &str, of: fn(char) -> bool| text.find(|c| !of(c)).unwrap_or(text.len());
        let digits = |text: &str| run(text, |c| c.is_ascii_digit());
        let (token, len) = if first == '.' {
            let len = digits(&rest[1..]);
            (NumberToken::Fraction(&rest[1..=len]), len + 1)
        } else if first.is_ascii_digit() {
            let len = digits(rest);
            let whole = rest[..len].trim_start_matches('0');
            (NumberToken::Whole(whole.len(), whole), len)
        } else if first.is_alphabetic() {
            let len = run(rest, char::is_alphabetic);
            (NumberToken::Letters(rest[..len].to_lowercase()), len)
        } else {
            (NumberToken::Other(first), first.len_utf8())
        };
        rest = &rest[len..];
        Some(token)
    })
}

impl Ord for CueNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        tokens(&self.0).cmp(tokens(&other.0)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for CueNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for CueNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for CueNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cue {}", self.0)
    }
}

impl Serialize for CueNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CueNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        CueNumber::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> CueNumber {
        CueNumber::new(text).unwrap()
    }

    #[test]
    fn sorts_as_people_number_cues() {
        let order = [
            "0.5", "1", "2", "2A", "9", "10", "10.1", "10.10", "10.25", "10.5", "10A", "10a",
            "10B", "11", "A1", "A2", "A10",
        ];
        let mut numbers: Vec<_> = order.iter().rev().map(|n| number(n)).collect();
        numbers.sort();
        assert_eq!(numbers.iter().map(CueNumber::as_str).collect::<Vec<_>>(), order);
    }

    #[test]
    fn refuses_what_would_break_an_address_or_a_column() {
        assert_eq!(CueNumber::new(""), Err(NumberError::Empty));
        assert_eq!(CueNumber::new("12345678901234567"), Err(NumberError::TooLong(17)));
        for (text, c) in [("1 2", ' '), ("1/2", '/'), ("1\u{7}", '\u{7}'), ("1*", '*')] {
            assert_eq!(CueNumber::new(text), Err(NumberError::Character(c)), "{text:?}");
        }
    }
}
