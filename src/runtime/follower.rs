//! The follower: a thread that follows the run by its records, and tells remote controls and
//! displays what is true.
//!
//! The station publishes the records in its [`Feed`] and goes on. Like the screen it keeps its own
//! copy of the state, so that ten pictures a second cost the station nothing, and a stalled
//! terminal does not freeze the displays on the wall.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::clock::machine_ns;
use super::feed::{Feed, Mailbox};
use super::realtime;
use crate::conductor::RunClock;
use crate::engine::{Cause, Event, RunNs, State};
use crate::output::{ClipOnAir, Health};
use crate::remote::{FIRINGS_MAX, FiredCue, Picture, Remote, Running};
use crate::show::{CueIx, Show};
use crate::time::{MachineNs, nanoseconds, signed_nanoseconds};

/// Interval at which subscribers get a picture, besides every change.
const EVERY: Duration = Duration::from_millis(100);
/// Interval at which the follower checks for subscribers; a new one is sent the last picture at
/// once.
const UNWATCHED: Duration = Duration::from_millis(500);

/// The station's hold on the follower. Its drop ends the thread.
#[derive(Debug)]
pub(super) struct Follower {
    mailbox: Arc<Mailbox<FollowerUpdate>>,
}

/// Its data besides the records.
#[derive(Debug, Default)]
struct FollowerUpdate {
    clips: Vec<ClipOnAir>,
    /// Instant of reading `clips` by the machine's clock.
    clips_ns: MachineNs,
    over: bool,
}

impl Follower {
    /// Starts to follow a run that has come as far as `state`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(
        feed: &mut Feed,
        remote: Arc<Remote>,
        state: State,
        clock: RunClock,
    ) -> std::io::Result<Self> {
        let mailbox = feed.subscribe(FollowerUpdate::default());
        let account = Account::new(remote, state, clock);
        let box_of_thread = Arc::clone(&mailbox);
        std::thread::Builder::new().name("follower".into()).spawn(move || {
            realtime::step_back();
            account.follow(&box_of_thread);
        })?;
        Ok(Follower { mailbox })
    }

    /// Tells it what plays on the outputs, as they were at `now_ns`, and wakes it where records
    /// have come as well.
    pub(super) fn publish(&self, outputs: &[Health], now_ns: MachineNs) {
        let mut waiting = self.mailbox.lock();
        let told = &mut waiting.also;
        told.clips.clear();
        told.clips.extend(outputs.iter().flat_map(|health| health.clips.iter().cloned()));
        told.clips_ns = now_ns;
        if !waiting.news.is_empty() {
            self.mailbox.ring();
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.mailbox.tell(|told| told.over = true);
    }
}

/// The thread's own account of the run.
struct Account {
    remote: Arc<Remote>,
    state: State,
    /// The cues under embargo.
    embargoed: Vec<CueIx>,
    clock: RunClock,
    clips: Vec<ClipOnAir>,
    clips_ns: MachineNs,
    history: History,
}

/// Counts since it began to follow.
#[derive(Default)]
struct History {
    /// Number of cues that have fired.
    fired: u64,
    firings: VecDeque<FiredCue>,
    panics: u64,
}

impl History {
    fn note(&mut self, state: &State, event: &Event) {
        if let Event::CueFired { cue, cause, .. } = event {
            self.fired += 1;
            let by_go = matches!(cause, Cause::Go | Cause::Remote | Cause::Auto);
            let firing =
                state.show().find(cue).map(|cue| FiredCue { number: self.fired, cue, by_go });
            self.firings.extend(firing);
            if self.firings.len() > FIRINGS_MAX {
                self.firings.pop_front();
            }
        } else if let Event::Panicked {} = event {
            self.panics += 1;
        }
    }
}

/// The cues under embargo.
fn embargoed(show: &Show) -> Vec<CueIx> {
    show.cue_indices().filter(|&cue| show.cue(cue).embargo).collect()
}

impl Account {
    fn new(remote: Arc<Remote>, state: State, clock: RunClock) -> Self {
        let embargoed = embargoed(state.show());
        Account {
            remote,
            state,
            embargoed,
            clock,
            clips: vec![],
            clips_ns: MachineNs::ZERO,
            history: History::default(),
        }
    }

    fn follow(mut self, mailbox: &Mailbox<FollowerUpdate>) {
        loop {
            let now_ns = machine_ns();
            self.remote.publish(self.picture(self.clock.run_ns(now_ns), now_ns));
            let pause = if self.remote.has_subscribers() { EVERY } else { UNWATCHED };
            let mut waiting = mailbox.lock();
            let until_ns = now_ns + pause;
            while waiting.news.is_empty() && !waiting.also.over {
                let left = until_ns.since(machine_ns());
                if left.is_zero() {
                    break;
                }
                waiting = mailbox.wait(waiting, left);
            }
            let told = &mut waiting.also;
            if told.over {
                return;
            }
            self.clips.clone_from(&told.clips);
            self.clips_ns = told.clips_ns;
            let news = std::mem::take(&mut waiting.news);
            drop(waiting);
            self.clock = news.clock.unwrap_or(self.clock);
            let (history, revision) = (&mut self.history, self.state.revision());
            news.fold(&mut self.state, |state, record| history.note(state, &record.event));
            if self.state.revision() != revision {
                self.embargoed = embargoed(self.state.show());
                self.remote.revise(Arc::clone(self.state.show()));
            }
        }
    }

    fn picture(&self, run_ns: RunNs, now_ns: MachineNs) -> Picture {
        let state = &self.state;
        let since = now_ns.since(self.clips_ns);
        let since_ns = |clip: &ClipOnAir| if clip.moves { nanoseconds(since) } else { 0 };
        let clip_left_ns = |clip: &ClipOnAir| {
            if state.show().cue(clip.cue).is_loop() {
                return None;
            }
            Some(clip.length_ns? as i64 - clip.position_ns.saturating_add(since_ns(clip)) as i64)
        };
        // A cue may play further clips, which are not its clock.
        let clip_of = |cue: &CueIx| {
            let (_, player, _) = state.show().cue(*cue).clip()?;
            self.clips.iter().find(|clip| clip.cue == *cue && clip.player == player)
        };
        let left_ns = |cue: &CueIx| {
            let clip = clip_of(cue).and_then(clip_left_ns);
            clip.or_else(|| {
                state
                    .cue_countdown(*cue, run_ns)
                    .map(|countdown| signed_nanoseconds(countdown.left()))
            })
        };
        let on_air_cues = state.on_air();
        let timed = on_air_cues.iter().rev().find(|cue| left_ns(cue).is_some()).copied();
        let on_air = timed.or(on_air_cues.last().copied());
        let running = |cue: &CueIx| {
            let countdown = state.cue_countdown(*cue, run_ns);
            let fired_ns = state.cue(*cue).fired_show_ns.unwrap_or_default();
            let of_ns = countdown.as_ref().map(|countdown| nanoseconds(countdown.of));
            let elapsed_ns = nanoseconds(state.show_ns(run_ns).since(fired_ns));
            let moves = state.held_since().is_none();
            match clip_of(cue) {
                Some(clip) => {
                    let elapsed_ns = clip.position_ns.saturating_add(since_ns(clip));
                    Running {
                        cue: *cue,
                        elapsed_ns,
                        of_ns: clip.length_ns.or(of_ns),
                        moves: clip.moves,
                    }
                }
                None => Running { cue: *cue, elapsed_ns, of_ns, moves },
            }
        };
        let running = on_air_cues.iter().map(running).collect();
        let left = state.segment_countdown(run_ns).map(|countdown| countdown.left());
        let segment_left_ns = left.map_or(0, signed_nanoseconds);
        let next = state.playhead();
        let (mut ready, missing): (Vec<_>, Vec<_>) =
            (vec![], next.map_or(vec![], |cue| state.missing(cue).collect()));
        if let Some(cue) = next {
            let needs = &state.show().cue(cue).needs;
            ready.extend(needs.iter().copied().filter(|department| !missing.contains(department)));
        }
        Picture {
            on_air,
            left_ns: on_air
                .as_ref()
                .and_then(left_ns)
                .or(state.current_segment().map(|_| segment_left_ns)),
            segment: state.current_segment(),
            segment_left_ns,
            next,
            over_ns: signed_nanoseconds(state.projection(run_ns).over),
            ready,
            missing,
            held: state.held_since().is_some(),
            message: state.stage_message().map(str::to_owned),
            clip_left_ns: self.clips.iter().find_map(clip_left_ns),
            running,
            firings: self.history.firings.iter().copied().collect(),
            public: self
                .embargoed
                .iter()
                .copied()
                .filter(|&cue| !state.is_embargoed(cue))
                .collect(),
            panics: self.history.panics,
        }
    }
}
