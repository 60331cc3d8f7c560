//! `handover`: the show caller for the terminal.

pub mod app;
pub mod engine;
pub mod export;
pub mod journal;
pub mod output;
pub mod show;
pub mod ui;
