//! Reasons why a program let go of a run, as the journal has them: other code looks for these.

/// The reason of [`crate::engine::Event::RunLeft`] where the caller left on purpose.
pub const CALLER_QUIT: &str = "the caller quit";
/// The reason of [`crate::engine::Event::RunLeft`] where a run ended with its terminal.
pub const TERMINAL_WENT: &str = "its terminal went";
/// The reason of [`crate::engine::Event::FlagWithdrawn`] where the holder's caller took it back.
pub const TAKEN_BACK: &str = "the holder took it back";
