//! Signals, on a thread of their own: each becomes a message to the station, which is never interrupted by one.

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};

use super::inbox::{Msg, Post};

/// Starts to listen; the handle stops it.
///
/// # Errors
/// When the system refuses a handler or a thread.
pub fn listen(post: Post) -> std::io::Result<Handle> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])?;
    let handle = signals.handle();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            post.send(Msg::Signal(signal));
        }
    })?;
    Ok(handle)
}

/// The name of a signal, for the journal.
pub fn name(signal: i32) -> &'static str {
    match signal {
        SIGTERM => "SIGTERM",
        SIGINT => "SIGINT",
        SIGHUP => "SIGHUP",
        _ => "a signal",
    }
}
