//! Signals, on a thread of their own: each becomes a message to the station, which is never
//! interrupted by one.
//!
//! What ends a program unasked would leave the terminal raw and the run without its last line. So
//! every such signal that can be caught is: some end the run in order, the rest is nothing that a
//! show ends for. Left alone are those of a fault of the program itself, after which nothing can be
//! trusted (SIGSEGV, SIGBUS, SIGABRT and the like).

use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
    SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::{Handle, Signals};

use super::inbox::{Msg, Sender};

/// The signals that end a run.
pub(super) const ENDING: [i32; 4] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];

/// The signals that are this program's business in another way.
const OTHERS: [i32; 3] = [SIGTSTP, SIGCONT, SIGWINCH];

/// The signals that end a program by default, and mean nothing here. After SIGXFSZ the write fails
/// that was too long, and that is said as any other fault of the disk.
const IGNORED: [i32; 8] = [SIGIO, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ];

/// Starts to listen; the handle stops it.
///
/// # Errors
/// When the system refuses a handler or a thread.
pub(super) fn listen(post: Sender) -> std::io::Result<Handle> {
    let mut signals = Signals::new(ENDING.into_iter().chain(OTHERS).chain(IGNORED))?;
    let handle = signals.handle();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever().filter(|signal| !IGNORED.contains(signal)) {
            post.send(Msg::Signal(signal));
        }
    })?;
    Ok(handle)
}

/// Returns `true` if the signal ends the program, in order.
pub(super) fn ends(signal: i32) -> bool {
    ENDING.contains(&signal)
}

/// The name of a signal, for the journal.
pub(super) fn name(signal: i32) -> &'static str {
    match signal {
        SIGTERM => "SIGTERM",
        SIGINT => "SIGINT",
        SIGHUP => "SIGHUP",
        SIGQUIT => "SIGQUIT",
        _ => "a signal",
    }
}
