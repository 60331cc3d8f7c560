//! Shared runs: one log on a server, one station that has the flag, others that follow.
//!
//! [`Flag`] is where the guarantees live: a value that takes in what the log and the other stations
//! say, and gives out what is to be done. What talks to a server only carries [`ServerRequest`]s there
//! and [`News`] back.

#[cfg(feature = "link")]
mod access;
#[cfg(feature = "link")]
mod address;
mod clock;
#[cfg(feature = "link")]
mod credentials;
#[cfg(feature = "link")]
mod fault;
mod flag;
#[cfg(feature = "link")]
pub mod local;
mod message;
#[cfg(feature = "link")]
mod nats;
#[cfg(feature = "link")]
mod shared;
#[cfg(feature = "link")]
mod subjects;
#[cfg(feature = "link")]
mod version;
#[cfg(feature = "link")]
mod wire;

#[cfg(feature = "link")]
pub use access::{Access, CaError, check_ca};
#[cfg(feature = "link")]
pub use address::{AddressError, ServerPlace, Servers};
pub use clock::{Estimate, TermClock};
#[cfg(feature = "link")]
pub use credentials::{Credentials, CredentialsError, new_key};
#[cfg(feature = "link")]
pub use fault::LinkError;
pub use flag::{
    ALONE, ASKS_AFTER, AWAY, Flag, FlagInput, FlagOutput, FlagStart, IS_SECOND, LOOKS_ON, LinkView,
    OFFER_LAPSES, OtherStation, SILENT, StationIdentity, StationWord,
};
pub use message::{
    Appended, Beat, DepartmentAnswer, FiredAside, FlagStep, HandOver, HeardBeat, Instance, Letter,
    News, OutputLight, OutputSign, OutputSigns, Post, PostBody, PostTo, ServerFacts, ServerRequest,
    StandbyCall, Wish,
};
#[cfg(feature = "link")]
pub use nats::{Link, LogStart, Wake, check_name, fetch, fetch_for, going_on, runs};
#[cfg(feature = "link")]
pub use shared::{Shared, SharedRun, SharedStation};
#[cfg(feature = "link")]
pub use version::{ServerVersion, VERSION_MIN};

pub use crate::show::StationName;
