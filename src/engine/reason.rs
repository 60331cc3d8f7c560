//! Reasons why a program let go of a run, as the journal has them: other code looks for these two.

/// The reason of [`crate::engine::Event::RunLeft`] where the caller left on purpose.
pub const CALLER_QUIT: &str = "the caller quit";
/// The reason of [`crate::engine::Event::RunLeft`] where a run ended with its terminal.
pub const TERMINAL_WENT: &str = "its terminal went";
