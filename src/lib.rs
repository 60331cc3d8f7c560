//! `handover`: the show caller for the terminal.

pub mod show;
