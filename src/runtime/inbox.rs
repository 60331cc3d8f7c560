//! The station's inbox: messages of the other threads, and a bell that ends its wait for them.
//!
//! A lock and no channel: a channel's reader spins while a writer is half-way through, and the
//! station runs in real time, so a writer that it has pushed off the processor would never get to
//! the other half. Who waits for a lock sleeps.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use super::editor::EditorNews;
use super::showfile::ShowNews;
use crate::journal::SyncReport;
use crate::locks::Unpoisoned;
use crate::output::{ClipReport, Report};
use crate::remote::RemoteRequest;

/// Message from another thread.
#[derive(Debug)]
pub(super) enum Msg {
    /// A signal, by its number.
    Signal(i32),
    /// Outcome of a message of an output.
    Report(Report),
    /// Report on a clip.
    Clip(ClipReport),
    /// Something that an output wants people to know.
    Word(String),
    /// Something that an output has for the log alone.
    Note(String),
    /// Request of a remote control.
    Remote(RemoteRequest),
    /// The socket of remote controls is lent to the station again.
    Ear,
    /// Message of somebody at a browser.
    #[cfg(feature = "web")]
    Web(crate::web::WebMessage),
    /// State of the journal on the disk.
    Journal(SyncReport),
    /// The other live runs that send to the same outputs, in words; others than before.
    Neighbours(Vec<String>),
    /// News of the show file.
    Show(ShowNews),
    /// News of the caller's editor.
    Editor(EditorNews),
    /// The server of a shared run has news.
    #[cfg(feature = "link")]
    Link,
    /// The screen cannot write any more: the terminal is gone.
    ScreenLost,
    /// The screen has fallen over a fault of its own.
    ScreenFault,
}

/// The station's end.
#[derive(Debug)]
pub(super) struct Inbox {
    messages: Arc<Mutex<Vec<Msg>>>,
    bell: OwnedFd,
}

/// The others' end; each may have its own.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// Gone with the station: nothing collects after it.
    messages: Weak<Mutex<Vec<Msg>>>,
    bell: Arc<OwnedFd>,
}

/// A new inbox and the post to it.
///
/// # Errors
/// When the system gives no descriptor.
pub(super) fn inbox() -> std::io::Result<(Inbox, Sender)> {
    let (bell, waker) = bell()?;
    let messages = Arc::default();
    let post = Sender { messages: Arc::downgrade(&messages), bell: Arc::new(waker) };
    Ok((Inbox { messages, bell }, post))
}

/// The descriptor that poll(2) watches, and the one that makes it readable: a counter, which costs
/// a remote control's GO less than a pipe does.
#[cfg(target_os = "linux")]
fn bell() -> std::io::Result<(OwnedFd, OwnedFd)> {
    use rustix::event::{EventfdFlags, eventfd};
    let bell = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
    let waker = bell.try_clone()?;
    Ok((bell, waker))
}

/// The descriptor that poll(2) watches, and the one that makes it readable.
#[cfg(not(target_os = "linux"))]
fn bell() -> std::io::Result<(OwnedFd, OwnedFd)> {
    use rustix::pipe::{PipeFlags, pipe_with};
    Ok(pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC)?)
}

fn lock(messages: &Mutex<Vec<Msg>>) -> MutexGuard<'_, Vec<Msg>> {
    // A vector is whole between any two statements, so a poisoned lock has nothing broken to hide.
    messages.lock().unpoisoned()
}

impl Msg {
    /// Returns `true` if something is done for the message, and not only in the next round.
    pub(super) fn is_act(&self) -> bool {
        #[cfg(feature = "link")]
        if matches!(self, Msg::Link) {
            return false;
        }
        !matches!(self, Msg::Ear)
    }
}

impl Inbox {
    /// File descriptor for poll(2).
    pub(super) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Everything that has come.
    pub(super) fn take(&self) -> Vec<Msg> {
        let mut bytes = [0; 64];
        while rustix::io::read(&self.bell, &mut bytes).is_ok_and(|n| n == bytes.len()) {}
        std::mem::take(&mut *lock(&self.messages))
    }
}

impl Sender {
    /// Returns `true` while the station collects what is left here.
    pub(crate) fn is_collected(&self) -> bool {
        self.messages.strong_count() > 0
    }

    /// Leaves a message and rings.
    pub(super) fn send(&self, message: Msg) {
        if let Some(messages) = self.messages.upgrade() {
            lock(&messages).push(message);
            // A counter takes eight bytes. A full pipe rings already.
            let _ = rustix::io::write(&*self.bell, &1_u64.to_ne_bytes());
        }
    }
}
