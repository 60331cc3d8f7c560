//! Stage messages: words that the caller puts on the boards for the people on stage.

use super::{Event, Rejection, State};
use crate::plain;

/// The most characters of a stage message: more are not read from the stage.
pub const MESSAGE_CHARS_MAX: usize = 120;

/// Returns `text` as it stands on boards: one line, without characters that do something to a terminal.
///
/// # Errors
/// When nothing is left of it, or it is longer than [`MESSAGE_CHARS_MAX`].
pub fn stage_message(text: &str) -> Result<String, Rejection> {
    let line = plain::line(text);
    let words: Vec<&str> = line.split_whitespace().collect();
    let text = words.join(" ");
    match text.chars().count() {
        0 => Err(Rejection::EmptyMessage),
        1..=MESSAGE_CHARS_MAX => Ok(text),
        chars => Err(Rejection::MessageTooLong(chars)),
    }
}

impl State {
    /// The message that stands on the boards, if one does.
    pub fn stage_message(&self) -> Option<&str> {
        self.stage_message.as_deref()
    }

    /// Shows a message, in the place of one that stands there. The same one again changes nothing.
    pub(super) fn show_message(&self, text: &str) -> Result<Vec<Event>, Rejection> {
        let text = stage_message(text)?;
        let stands = self.stage_message() == Some(text.as_str());
        Ok(if stands { vec![] } else { vec![Event::MessageShown { text }] })
    }

    pub(super) fn clear_message(&self) -> Result<Vec<Event>, Rejection> {
        match self.stage_message {
            Some(_) => Ok(vec![Event::MessageCleared {}]),
            None => Err(Rejection::NoMessage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_plain_line_of_at_most_120_characters() {
        let told = |text: &str| stage_message(text).map_err(|why| why.to_string());
        assert_eq!(told("  two\n minutes\u{1b}[31m \u{202e}").as_deref(), Ok("two minutes [31m"));
        assert_eq!(told(" \t\u{7f} "), Err("the message is empty".to_owned()));
        assert!(told(&"é".repeat(120)).is_ok());
        assert_eq!(
            told(&"é".repeat(121)),
            Err("a stage message has at most 120 characters: this one has 121".to_owned())
        );
    }
}
