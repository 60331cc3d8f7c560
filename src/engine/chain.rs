//! Chains of follows: which firing a cue that comes by itself belongs to.
//!
//! A firing that did not come by itself (the caller's, a remote's, the clock's, a segment's start)
//! begins a chain; what follows it belongs to that chain, link by link. Each cue comes at most once
//! by one chain: one that the caller has fired by hand before its turn does not come again when its
//! turn is there. A new firing of the cause begins a new chain, by which it comes again.

use std::iter;
use std::sync::Arc;

use super::state::Firing;
use super::{Cause, State};
use crate::show::CueIx;

impl State {
    /// The firing that began the chain to which a firing of `cue` belongs.
    pub(super) fn origin_of(&self, cue: CueIx, cause: Cause, firing: u32) -> Firing {
        let by_itself = self.show.cue(cue).trigger.cause().filter(|_| cause == Cause::Follow);
        by_itself.and_then(|cause| self.cue(cause).origin).unwrap_or((cue, firing))
    }

    /// Returns `true` if `cue`, which follows another, comes by the last firing of that one: it has
    /// not come by the same chain yet.
    pub(super) fn follows(&self, cue: CueIx) -> bool {
        let cause = self.show.cue(cue).trigger.cause();
        cause.is_none_or(|cause| {
            self.cue(cause).origin.is_none_or(|origin| self.cue(cue).came_by != Some(origin))
        })
    }

    /// A firing of `cue`, which belongs to the chain that `origin` began, takes its link to that
    /// chain, or, by hand, to the chain that would still have brought it; and so for whatever else
    /// may have its place, since a place is fired once.
    pub(super) fn take_links(&mut self, cue: CueIx, origin: Firing) {
        let show = Arc::clone(&self.show);
        let main = show.main_of(cue);
        for place in iter::once(main).chain(show.backups(main).iter().copied()) {
            let by_chain = place == cue && origin.0 != cue;
            if let Some(came_by) = if by_chain { Some(origin) } else { self.pending_chain(place) } {
                self.cues[place].came_by = Some(came_by);
            }
        }
    }

    /// The chain that would still bring `cue`: that of the nearest cue on the way to its head that
    /// is due or runs.
    pub(super) fn pending_chain(&self, cue: CueIx) -> Option<Firing> {
        self.bringer(cue).and_then(|bringer| self.cue(bringer).origin)
    }

    /// The cue whose firing would still bring `cue`, by itself or by cues between them.
    pub(super) fn bringer(&self, cue: CueIx) -> Option<CueIx> {
        let mut at = cue;
        // A chain has no circle, so this ends at its head.
        while let Some(cause) = self.show.cue(at).trigger.cause() {
            let is_armed = self.cue(at).due_ns.is_some();
            // Not by its phase: a cue on air that its segment's new start has armed again may be
            // missed meanwhile.
            if is_armed || self.on_air().contains(&cause) {
                return Some(cause);
            }
            at = cause;
        }
        None
    }
}
