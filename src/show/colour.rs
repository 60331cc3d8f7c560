//! Colours as the show file writes them: an ANSI name or `#rrggbb`.

use std::fmt;
use std::str::FromStr;

/// A colour of a department or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One of the sixteen that every terminal has, by its ANSI index 0 to 15.
    Ansi(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The sixteen names, at the place of their ANSI index.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// Reason why a text is no colour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an ANSI colour name ({}) or \"#rrggbb\"", NAMES.join(", "))]
pub struct ColourError;

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        if let Some(hex) = text.strip_prefix('#') {
            let all_hex = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            let value = u32::from_str_radix(hex, 16).ok().filter(|_| all_hex).ok_or(ColourError)?;
            let [_, r, g, b] = value.to_be_bytes();
            return Ok(Colour::Rgb(r, g, b));
        }
        let name = text.to_ascii_lowercase().replace(['_', ' '], "-");
        let name = match name.as_str() {
            "gray" | "grey" => "bright-black",
            other => other,
        };
        NAMES.iter().position(|n| *n == name).map(|at| Colour::Ansi(at as u8)).ok_or(ColourError)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Colour::Ansi(at) => f.write_str(NAMES[usize::from(*at) % NAMES.len()]),
            Colour::Rgb(r, g, b) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_hex() {
        assert_eq!("red".parse(), Ok(Colour::Ansi(1)));
        assert_eq!("Bright Green".parse(), Ok(Colour::Ansi(10)));
        assert_eq!("grey".parse(), Ok(Colour::Ansi(8)));
        assert_eq!("#0081C8".parse(), Ok(Colour::Rgb(0, 0x81, 0xC8)));
        for text in ["", "#", "#12345", "#1234567", "#12345g", "#+12345", "crimson"] {
            assert_eq!(text.parse::<Colour>(), Err(ColourError), "{text:?}");
        }
    }
}
