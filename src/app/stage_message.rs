//! Stage messages: the line in which the caller types one.

use super::{App, Prompt, Task};
use crate::engine::{Command, MESSAGE_CHARS_MAX, stage_message};

impl App {
    /// Shows the message that was typed, or says why it is none; then the line stays.
    pub(super) fn accept_message(&mut self, prompt: Prompt) -> Vec<Task> {
        match stage_message(prompt.input.value()) {
            Ok(text) => vec![Task::Command(Command::ShowMessage(text))],
            Err(why) => {
                self.prompt = Some(Prompt { refused: Some(why.to_string()), ..prompt });
                vec![]
            }
        }
    }
}

/// The words beside the line: why Enter did not take it, or how much of it there is.
pub(crate) fn count(prompt: &Prompt) -> String {
    let chars = prompt.input.value().chars().count();
    prompt.refused.clone().unwrap_or_else(|| format!("{chars} of {MESSAGE_CHARS_MAX}"))
}
