//! All integration tests in one binary, so that they link once and share one way of driving a run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by a panic, and picks out what it expects"
)]

mod board;
mod clip_layers;
mod clips;
mod commands;
mod crash;
mod documents;
mod edits;
mod english;
mod exchange;
mod fades;
mod harness;
mod layers;
#[cfg(feature = "link")]
mod link;
mod link_sim;
mod obs;
mod outputs;
mod pages;
mod paris;
mod player;
mod probe;
mod program;
mod properties;
mod ramps;
mod remote;
mod rule_checker;
mod scenarios;
mod screens;
mod seeds;
mod sheets;
mod sim;
mod stage;
mod test_run;
mod updates;
#[cfg(feature = "web")]
mod web;
