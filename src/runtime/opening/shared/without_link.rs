//! A build without shared runs: each wish for one is answered in words.

use crate::journal::Store;
use crate::runtime::inbox::{Inbox, Sender};
use crate::runtime::opening::{RunOptions, Session};
use crate::runtime::share::{JoinOptions, no_shared_runs};

/// Follows nothing.
///
/// # Errors
/// Always: this build has no shared runs.
pub(in crate::runtime) fn join(
    _: &JoinOptions,
    _: &Inbox,
    _: &Sender,
) -> anyhow::Result<Option<Session>> {
    Err(no_shared_runs())
}

/// Shares nothing.
///
/// # Errors
/// When the caller wants a run shared: this build has no shared runs.
pub(in crate::runtime) fn share(
    session: Session,
    options: &RunOptions,
    _: &Store,
    _: &Sender,
) -> anyhow::Result<Session> {
    match options.share {
        Some(_) => Err(no_shared_runs()),
        None => Ok(session),
    }
}
