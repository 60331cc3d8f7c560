//! `handover`: the show caller for the terminal.
//!
//! ```text
//!  keyboard ┐                                         ┌───── conductor ─────┐
//!  remote   │                               Input     │ decide ─► records   │  Output, in this order
//!  signals  ┼─► Msg ─► key, Wanted ─► Command ────────►│   │         │       ├──► Append ─► journal
//!  outputs  │             │                           │   │        fold     ├──► Send ───► output::{osc,http,midi,mpv}
//!  deadline ┘             └─ cursor, pages            │   ▼         ▼       ├──► Reply, Arm, ShowTime …
//!     ▲                                               │ refusal   effects   │
//!     └────────── wait until deadline() ◄─────────────┴─────────────────────┘
//!
//!  records ─► runtime::feed ─┬─► screen thread: a copy of the state ─► ui::draw
//!                            └─► follower thread: a copy of the state ─► remote ─► displays
//! ```
//!
//! A **command** is a wish and may be rejected; an **event** is a fact, past tense, journaled,
//! replayed; an **effect** is what a fact causes outside, derived, sent once, never replayed; a
//! **task** is work for the shell. Nothing but an event changes the state of a run, and nothing
//! leaves the program before its event is journaled.
//!
//! The layers; a `use` only ever points down (a test reads them):
//!
//! | layer | what it holds |
//! |---|---|
//! | [`cli`] | arguments to calls |
//! | [`runtime`] | threads, terminal, signals, clock: the only place that reads a run's time |
//! | [`ui`] | `&View` → cells: one file a region of the screen |
//! | [`app`] | keys and wishes → commands; cursor, pages, prompts |
//! | [`conductor`] | what a run promises: decide, journal, send, what comes by itself, resume; a value that a driver drives |
//! | [`output`] [`remote`] [`web`] [`export`] [`link`] | each owns one kind of IO or text; none knows app or ui |
//! | [`sheet`] | run sheets: bytes of other programs' files → a show's text; a value |
//! | [`journal`] | append, recover, lock |
//! | [`edit`] | what differs between two texts of a show: a value |
//! | [`engine`] | command, decide, event, apply, state, timers: a value |
//! | [`show`] [`slip`] [`geo`] [`input`] `access` | the plan: segments, cues, numbers, times, its file and its faults; frames on a stream; maps; what a terminal sends; passcodes and rate limits |
//! | [`plain`] [`time`] `locks` `files` | text that does nothing to the text around it; the machine's clock as a type; locks whose holder has panicked; files written whole |

#![cfg_attr(
    test,
    expect(clippy::wildcard_enum_match_arm, reason = "a test picks out what it expects")
)]

mod access;
pub mod app;
pub mod cli;
pub mod conductor;
pub mod edit;
pub mod engine;
pub mod export;
mod files;
pub mod geo;
pub mod input;
pub mod journal;
pub mod link;
mod locks;
pub mod output;
pub mod plain;
pub mod remote;
pub mod runtime;
pub mod sheet;
pub mod show;
pub mod slip;
pub mod time;
pub mod ui;
pub mod web;
