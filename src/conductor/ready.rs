//! Tells the outputs what may come next, after everything that was due has left.

use super::{Conductor, ConductorOutput, Muted};
use crate::output::ShowTime;
use crate::show::{ClipJoin, CueIx, OutputIx};
use crate::time::nanoseconds;

/// Number of clips that the outputs are asked to have ready.
const CLIPS_READY: usize = 4;

/// Last state of the clips and the clock that the outputs were told.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadyState {
    /// The cue that a remote control wants ready, until it fires.
    loaded: Option<CueIx>,
    /// The clips to get ready.
    armed: Vec<CueIx>,
    /// The clips that follow each other directly.
    joined: Vec<ClipJoin>,
    /// The outputs that pretend to be down.
    outages: Vec<OutputIx>,
    /// State of the show's clock: `true` and the instant from which it counts, or `false` and its
    /// reading.
    time: Option<(bool, i64)>,
    /// The outputs that are sent nothing, in a shared run.
    muted: Option<Muted>,
}

impl ReadyState {
    pub(super) fn load(&mut self, cue: CueIx) {
        self.loaded = Some(cue);
    }
}

impl Conductor {
    /// Tells the outputs which of them are sent nothing now.
    pub(super) fn say_who_is_muted(&mut self) {
        let muted = self.muted();
        if muted != self.ready.muted {
            self.ready.muted = muted;
            self.does(ConductorOutput::Muted(muted.unwrap_or(Muted::Nothing)));
        }
    }

    /// Tells the outputs what has changed of what may come next, and of the show's clock.
    pub(super) fn get_ready(&mut self) {
        self.say_who_is_muted();
        let mut next = self.state.next_clips(CLIPS_READY);
        let is_gone = |cue| self.state.on_air().contains(&cue) || !self.state.show().has(cue);
        if self.ready.loaded.is_some_and(is_gone) {
            self.ready.loaded = None;
        }
        if let Some(loaded) = self.ready.loaded {
            next.retain(|cue| *cue != loaded);
            next.insert(0, loaded);
        }
        let joins = self.state.clip_joins(&next);
        if joins != self.ready.joined {
            self.ready.joined.clone_from(&joins);
            self.does(ConductorOutput::Join(joins));
        }
        if next != self.ready.armed {
            self.ready.armed.clone_from(&next);
            self.does(ConductorOutput::Arm(next));
        }
        let outages: Vec<_> = self.state.outages().collect();
        if outages != self.ready.outages {
            self.ready.outages.clone_from(&outages);
            self.does(ConductorOutput::Outages(outages));
        }
        let run_ns = self.clock.run_ns(self.now_ns);
        let (now, runs) = self.state.timecode(run_ns);
        let now_ns = nanoseconds(now);
        // While it runs, it counts from one instant; while it stands, it reads one time.
        let time = Some((runs, if runs { (run_ns - now).ns() } else { now_ns as i64 }));
        if time != self.ready.time {
            self.ready.time = time;
            self.does(ConductorOutput::ShowTime(ShowTime { now_ns, runs }));
        }
    }
}
