//! The thread of a layer of an output of clips: listens to its players, and does for the deck whatever takes
//! time.
//!
//! The only place where players are started, killed and reaped, and where reports are told. Must never
//! hold the deck's lock while it looks at a disk, starts or waits for a process, or tells its reports:
//! the station's GO takes the same lock.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::super::gauge::Delivery;
use super::super::permits::{ClipFolders, OUTSIDE};
use super::super::worker::WorkerContext;
use super::super::{Light, Outcome, OutputReport, Report};
use super::clip::{FileStatus, stat};
use super::deck::{Deck, PendingWork};
use super::layers::LayerLight;
use super::player::Player;
use super::process::{PlayerProcess, end_of, words};
use super::state::{Exit, PlayerRole, PlayerState};
use super::{LAST, lock, replies};
use crate::time::MachineNs;

/// The longest line that is accepted from a player, bytes. No reply comes near it.
const LINE_MAX: usize = 1 << 20;

/// Grace period after the socket closes, so that the exit status can be reported.
const END: Duration = Duration::from_millis(300);

/// Time that a killed player has to exit. One that takes longer is stuck in the kernel and is
/// reaped later.
const KILLED: Duration = Duration::from_millis(100);

/// If a wake-up is this late, the thread was not scheduled: that does not count as silence of the
/// player.
const LATE: Duration = Duration::from_millis(100);

/// Reap interval of players that were killed and have not exited.
const REAP_INTERVAL: Duration = Duration::from_millis(50);

/// The thread's half of a layer of an output of clips.
pub(super) struct Supervisor {
    deck: Arc<Mutex<Deck>>,
    process: PlayerProcess,
    /// Folders that clips may lie in.
    folders: ClipFolders,
    context: WorkerContext,
    shown: LayerLight,
    woken: UnixStream,
    readers: HashMap<u64, PlayerReader>,
    /// Killed, and not exited yet.
    exiting: Vec<Child>,
    light: (Light, Option<String>),
}

/// Reads the lines of a player.
struct PlayerReader {
    line: UnixStream,
    /// The beginning of a line.
    begun: Vec<u8>,
}

impl Supervisor {
    /// The supervisor of `deck`'s players, which `woken` wakes.
    pub(super) fn new(
        deck: Arc<Mutex<Deck>>,
        plan: (PlayerProcess, ClipFolders),
        told: (WorkerContext, LayerLight),
        woken: UnixStream,
    ) -> Self {
        let ((process, folders), (context, shown)) = (plan, told);
        Supervisor {
            deck,
            process,
            folders,
            context,
            shown,
            woken,
            readers: HashMap::new(),
            exiting: vec![],
            light: Default::default(),
        }
    }

    /// Keeps the players until the deck is closed and the last of them is gone.
    pub(super) fn supervise(mut self) {
        loop {
            let now = self.now();
            let pending_work = self.deck().pending_work(now);
            let (wake, is_over) = (pending_work.wake, pending_work.is_over);
            let is_busy = self.work(pending_work);
            self.tell();
            if is_over {
                // Under a heavy load a killed player exits late, and nothing else reaps it.
                let deadline = self.now() + LAST / 2;
                for child in &mut self.exiting {
                    let clock = self.context.clock;
                    end_of(child, deadline.since(clock.now()), clock);
                }
                return;
            }
            // What was done may have caused more work.
            let wake = if is_busy { self.now() } else { wake };
            self.listen(wake);
        }
    }

    fn deck(&self) -> MutexGuard<'_, Deck> {
        lock(&self.deck)
    }

    fn now(&self) -> MachineNs {
        self.context.clock.now()
    }

    /// Does the pending work; returns `true` if there was any.
    fn work(&mut self, pending_work: PendingWork) -> bool {
        let is_busy = !pending_work.looks.is_empty()
            || pending_work.start.is_some()
            || !pending_work.lost.is_empty();
        for player in pending_work.lost {
            self.reap(player);
        }
        for (key, path) in pending_work.looks {
            let status = match stat(&path) {
                FileStatus::There(_) if !self.folders.have(Path::new(&path)) => {
                    FileStatus::Odd(OUTSIDE.to_owned())
                }
                status @ (FileStatus::There(_) | FileStatus::Missing | FileStatus::Odd(_)) => {
                    status
                }
            };
            let now = self.now();
            self.deck().looked(key, status, now);
        }
        if let Some(role) = pending_work.start {
            self.start(role);
        }
        self.exiting.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        is_busy
    }

    fn start(&mut self, role: PlayerRole) {
        let started = self.process.start(role).and_then(|(child, line)| {
            let reader = PlayerReader { line: line.try_clone()?, begun: vec![] };
            Ok((child, line, reader))
        });
        match started {
            Ok((child, line, reader)) => {
                let now = self.now();
                let id = self.deck().started(role, Some(child), line, now);
                self.readers.insert(id, reader);
            }
            Err(error) => {
                let why = self.process.refusal(&error);
                let now = self.now();
                self.deck().not_started(why, now);
            }
        }
    }

    fn reap(&mut self, mut player: Player) {
        self.readers.remove(&player.id);
        let mut why = match &player.exit {
            Some(Exit::Deaf(why)) => format!("the player takes no commands: {why}"),
            Some(Exit::Silent | Exit::Closed) | None => "the player stopped answering".to_owned(),
        };
        if let Some(mut child) = player.child.take() {
            let clock = self.context.clock;
            let has_gone = !matches!(player.exit, Some(Exit::Silent) | None);
            let by_itself = has_gone.then(|| end_of(&mut child, END, clock)).flatten();
            if let Some(status) = by_itself {
                why = words(status);
            } else {
                // It may have ended in this very moment; then there is nothing to kill.
                drop(child.kill());
                // At the end there are many of them at once: they are waited for together.
                let patience = if matches!(player.state, PlayerState::Leaving) {
                    Duration::ZERO
                } else {
                    KILLED
                };
                if end_of(&mut child, patience, clock).is_none() {
                    self.exiting.push(child);
                }
            }
        }
        if matches!(player.state, PlayerState::Starting) {
            why.push_str(" as it started; check the `flags` of the output, and the version of mpv (0.33 or later)");
        }
        // Its last error often says what its exit status does not.
        if let Some(error) = &player.error {
            why.push_str(&format!("; its last error: {error}"));
        }
        let now = self.now();
        self.deck().reaped(&player, &why, now);
    }

    /// Reports what has happened, and updates the health of the output.
    fn tell(&mut self) {
        let (reports, deliveries, light) = {
            let mut deck = self.deck();
            (deck.take_reports(), deck.take_deliveries(), deck.light())
        };
        deliveries.into_iter().for_each(|delivery| self.context.gauge.sent_in_doubt(delivery));
        if self.light != light {
            self.light = light.clone();
            self.shown.set(light);
        }
        for report in reports {
            if let OutputReport::Report(Report { job, outcome, .. }) = &report
                && *outcome != Outcome::Sent
            {
                let now = self.now();
                self.context.gauge.failed(Delivery::new(*job, now, now));
            }
            (self.context.reporter)(report);
        }
    }

    /// Waits until something is heard, but not past `wake`.
    fn listen(&mut self, wake: MachineNs) {
        let now = self.now();
        let wake = if self.exiting.is_empty() { wake } else { wake.min(now + REAP_INTERVAL) };
        let left = wake.since(now);
        let left = Timespec { tv_sec: left.as_secs() as _, tv_nsec: left.subsec_nanos() as _ };
        let ids: Vec<u64> = self.readers.keys().copied().collect();
        let lines = ids.iter().filter_map(|id| self.readers.get(id)).map(|reader| &reader.line);
        let mut fds: Vec<_> = std::iter::once(&self.woken)
            .chain(lines)
            .map(|line| PollFd::new(line, PollFlags::IN))
            .collect();
        // A signal only wakes it sooner.
        let _ = poll(&mut fds, Some(&left));
        let is_ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
        let ready: Vec<bool> = fds.iter().map(is_ready).collect();
        drop(fds);
        let late = self.now().since(wake);
        if late > LATE {
            self.deck().excuse(late);
        }
        let mut block = [0; 64];
        while matches!((&self.woken).read(&mut block), Ok(count) if count == block.len()) {}
        for (id, _) in
            ids.into_iter().zip(ready.into_iter().skip(1)).filter(|(_, is_ready)| *is_ready)
        {
            self.on_reply(id);
        }
    }

    /// Takes in what a player has said.
    fn on_reply(&mut self, id: u64) {
        let Some(reader) = self.readers.get_mut(&id) else { return };
        let mut block = [0; 16 * 1024];
        let exit = match (&reader.line).read(&mut block) {
            Ok(0) => Some(Exit::Closed),
            Ok(count) => {
                reader.begun.extend_from_slice(block.get(..count).unwrap_or_default());
                (reader.begun.len() > LINE_MAX)
                    .then(|| Exit::Deaf("it says a line without an end".into()))
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                None
            }
            Err(_) => Some(Exit::Closed),
        };
        let whole = reader.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = reader.begun.drain(..whole).collect();
        let at = self.now();
        let said: Vec<_> = lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(replies::read)
            .collect();
        let mut deck = self.deck();
        said.into_iter().for_each(|said| deck.on_reply(id, said, at));
        if let Some(exit) = exit {
            deck.lose(id, exit);
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // Without a supervisor no player may play on, and nothing that was called may be left
        // without a report.
        if thread::panicking() {
            let why = format!(
                "the supervisor of {} has ended by a fault of the program",
                self.context.name
            );
            let now = self.now();
            self.deck().fall(&why, now);
            self.tell();
        }
    }
}
