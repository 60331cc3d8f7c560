//! Taking a run's lock, where need be from a program that calls it without a terminal.

use std::time::Duration;

use anyhow::{Context, bail};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::clock::machine_ns;
use crate::engine::RunId;
use crate::journal::{Holder, LockError, RunLock, Store, StoreError, Summary};

/// Time that another program has to give a run away that it calls without a terminal.
const TAKEOVER: Duration = Duration::from_secs(3);

/// Takes the run's lock; a program that calls it without a terminal is asked to give it away.
pub(super) fn lock(store: &Store, id: &RunId) -> anyhow::Result<RunLock> {
    let asked_ns = machine_ns();
    let mut told = None;
    loop {
        let error = match store.lock(id) {
            Ok(lock) => return Ok(lock),
            Err(error) => error,
        };
        let StoreError::Lock(LockError::Held { holder, .. }) = &error else {
            return Err(error.into());
        };
        let orphan = holder.filter(|holder| !holder.terminal);
        let waits = orphan.is_some() || told.is_some();
        if !waits {
            return Err(error.into());
        }
        if machine_ns().since(asked_ns) > TAKEOVER {
            return told.map_or_else(|| Err(error.into()), |pid| Err(not_released(store, id, pid)));
        }
        if let Some(holder) = orphan.filter(|holder| told != Some(holder.pid)) {
            told = Some(holder.pid);
            ask_for_run(holder.pid)?;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ends the run `id`, which goes on without a terminal; the text is for the caller.
///
/// # Errors
/// When there is no such run, nobody has it, a caller has it, or its process does not end.
pub fn stop_run(store: &Store, id: &RunId) -> anyhow::Result<String> {
    let Some(holder) = holder(store, id)? else {
        let folder = store.summary(id)?;
        if let Some(fault) = folder.fault {
            bail!("no program runs {id}, and it cannot be resumed: {fault}");
        }
        let state = match folder.summary {
            Some(summary) if summary.ended => "is finished".to_owned(),
            summary => format!("was left: `{}` resumes it", to_resume(store, id, summary)),
        };
        bail!("no program runs {id}, which {state}");
    };
    let pid = holder.pid;
    if holder.terminal {
        bail!("run {id} is being called by process {pid} in its terminal: quit it there, with q");
    }
    ask_for_run(pid)?;
    let asked_ns = machine_ns();
    while self::holder(store, id)?.is_some_and(|holder| holder.pid == pid) {
        if machine_ns().since(asked_ns) > TAKEOVER {
            return Err(not_released(store, id, pid));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let then = match store.summary(id)?.summary {
        Some(summary) if summary.ended => format!("`handover report{}` shows it", store.option()),
        summary => format!("`{}` resumes it", to_resume(store, id, summary)),
    };
    Ok(format!("Process {pid} has released run {id}: {then}.\n"))
}

/// The command that takes up the run `id`.
fn to_resume(store: &Store, id: &RunId, summary: Option<Summary>) -> String {
    let option = store.option();
    let bare = || format!("handover --resume{option}");
    summary.map_or_else(bare, |summary| summary.to_resume(id, &option))
}

/// Reason why a process may keep its run: a full disk has not taken its last events, and another
/// caller would not know of them.
fn not_released(store: &Store, id: &RunId, pid: u32) -> anyhow::Error {
    let dir = store.root().display();
    anyhow::anyhow!(
        "process {pid} does not release run {id}: if the disk is full, it keeps the events that the disk did not take; \
         free space on {dir}, then try again; `kill -9 {pid}` loses those events, and the run can be resumed without them"
    )
}

/// The holder of the run `id`, certain because its lock is taken.
fn holder(store: &Store, id: &RunId) -> anyhow::Result<Option<Holder>> {
    match store.lock(id) {
        Ok(_) => Ok(None),
        Err(StoreError::Lock(LockError::Held { holder, .. })) => Ok(holder),
        Err(error) => Err(error.into()),
    }
}

/// Asks a process to let go of its run.
fn ask_for_run(pid: u32) -> anyhow::Result<()> {
    let Some(pid) = process(pid) else { return Ok(()) };
    match kill_process(pid, Signal::TERM) {
        // It has gone meanwhile, and its lock with it.
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot ask process {pid} for the run")),
    }
}

/// The process of a number out of a file. One that no process can have must not come out negative:
/// that means many.
fn process(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_in_a_lock_file_means_many_processes() {
        for number in [0, 1 << 31, u32::MAX] {
            assert_eq!(process(number), None, "{number}");
        }
        assert_eq!(process(42).map(Pid::as_raw_pid), Some(42));
    }
}
