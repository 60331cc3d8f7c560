//! A shared run at its opening, in builds with shared runs and without.

#[cfg(feature = "link")]
mod with_link;
#[cfg(not(feature = "link"))]
mod without_link;

#[cfg(feature = "link")]
pub(in crate::runtime) use with_link::{Sharing, join, wanted};
#[cfg(not(feature = "link"))]
pub(in crate::runtime) use without_link::{Sharing, join, wanted};
