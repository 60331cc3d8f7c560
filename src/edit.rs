//! What differs between two texts of a show.
//!
//! [`listing::Listing`] says in words what a show has, item by item, and [`compare::compare`] finds
//! what differs between two of them. Owns the words for each fact and the rule by which items of
//! two shows are the same: cues by number, segments by their cues and their title, everything else
//! by its id. Must never read a file or know of a run.

pub mod batch;
pub mod compare;
pub mod document;
pub mod form;
pub mod keys;
pub mod listing;
pub mod matching;
mod outline;
mod places;
pub mod review;

pub use crate::show::written;

#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod tests;
