//! The station's inbox: messages of the other threads, and a pipe that ends its wait for them.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use rustix::pipe::{PipeFlags, pipe_with};

use crate::journal::SyncReport;
use crate::output::{ClipReport, Report};
use crate::remote::Request;

/// What another thread has to say.
#[derive(Debug)]
pub enum Msg {
    /// A signal, by its number.
    Signal(i32),
    /// What became of a message on the wire.
    Report(Report),
    /// What became of a clip.
    Clip(ClipReport),
    /// What a remote control wants.
    Remote(Request),
    /// What became of the journal on the disk.
    Journal(SyncReport),
    /// The screen cannot write any more: the terminal is gone.
    ScreenLost,
    /// The screen has fallen over a fault of its own.
    ScreenFault,
}

/// The station's end.
#[derive(Debug)]
pub struct Inbox {
    messages: Receiver<Msg>,
    bell: OwnedFd,
}

/// The others' end; each may have its own.
#[derive(Clone, Debug)]
pub struct Post {
    messages: Sender<Msg>,
    bell: Arc<OwnedFd>,
}

/// A new inbox and the post to it.
///
/// # Errors
/// When the system gives no pipe.
pub fn inbox() -> std::io::Result<(Inbox, Post)> {
    let (bell, rope) = pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC)?;
    let (sender, messages) = mpsc::channel();
    Ok((Inbox { messages, bell }, Post { messages: sender, bell: Arc::new(rope) }))
}

impl Inbox {
    /// What poll(2) has to watch.
    pub fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Everything that has come.
    pub fn take(&self) -> Vec<Msg> {
        let mut rung = [0; 64];
        while rustix::io::read(&self.bell, &mut rung).is_ok_and(|n| n == rung.len()) {}
        self.messages.try_iter().collect()
    }
}

impl Post {
    /// Leaves a message and rings.
    pub fn send(&self, message: Msg) {
        if self.messages.send(message).is_ok() {
            // A full pipe rings already.
            let _ = rustix::io::write(&*self.bell, &[1]);
        }
    }
}
