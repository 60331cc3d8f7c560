//! Shared runs: one log on a server, one station that has the flag, others that follow.

mod message;

pub use message::{
    Appended, Beat, Body, FiredAside, Instance, Letter, News, Post, Request, Server, Step, To, Wish,
};

pub use crate::show::StationName;
