//! Shared runs: one log on a server, one station that has the flag, others that follow.
//!
//! [`Flag`] is where the guarantees live: a value that takes in what the log and the other stations
//! say, and gives out what is to be done. What talks to a server only carries [`Request`]s there
//! and [`News`] back.

mod clock;
mod flag;
mod message;

pub use clock::{Clock, Estimate};
pub use flag::{
    ALONE, ASKS_AFTER, Flag, FlagInput, FlagOutput, Identity, OFFER_LAPSES, SILENT, Start, Station,
    View, Word,
};
pub use message::{
    Appended, Beat, Body, FiredAside, Instance, Letter, News, Post, Request, Server, Step, To, Wish,
};

pub use crate::show::StationName;
