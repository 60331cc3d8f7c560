//! A build without shared runs: each wish for one is answered in words.

use std::path::Path;

use crate::engine::{Record, RunId};
use crate::journal::Store;
use crate::output::Permits;
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

/// The wish to share no run.
pub(in crate::runtime) struct Sharing;

/// The wish to share no run.
///
/// # Errors
/// When the caller wants a run shared: this build has no shared runs.
pub(in crate::runtime) fn wanted(options: &RunOptions) -> anyhow::Result<Sharing> {
    match options.share {
        Some(_) => Err(no_shared_runs()),
        None => Ok(Sharing),
    }
}

impl Sharing {
    /// Reaches nothing.
    pub(in crate::runtime) fn reach(
        self,
        _: &Path,
        _: Option<(&RunId, &[Record])>,
    ) -> anyhow::Result<Self> {
        Ok(self)
    }

    /// Shares nothing.
    pub(in crate::runtime) fn share(
        self,
        session: Session,
        _: Vec<Record>,
        _: (&Store, &Permits),
        _: &Sender,
    ) -> anyhow::Result<Session> {
        Ok(session)
    }
}
