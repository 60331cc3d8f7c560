//! Pages for browsers: in a build that has them, the server and the thread that fills the pages.
//!
//! The station publishes its records in the feed and goes on, as for displays; what departments say
//! in a browser comes into its inbox, as what remote controls wish does.

#[cfg(feature = "web")]
mod follower;
#[cfg(feature = "web")]
mod key;
#[cfg(feature = "web")]
mod with_web;
#[cfg(not(feature = "web"))]
mod without_web;

#[cfg(feature = "web")]
pub(super) use with_web::{Served, WebEnd, serve};
#[cfg(not(feature = "web"))]
pub(super) use without_web::{Served, WebEnd, serve};
