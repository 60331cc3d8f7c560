//! The journal: what has happened in a run, on the disk before anything leaves the program.
//!
//! Owns the files of a run: who may write them, how an event becomes a line, how lines reach the
//! disk, what is believed of them afterwards. Must never know the application, the screen or the
//! outputs, read a show file (its text is kept as given), or read a clock (times come in with the
//! records): so the journal of a show can be tested without one.
//!
//! ```text
//! STATE/runs/            Store      list the runs, begin one
//!   RUN-ID/              RunLock    at most one program writes a run
//!     lock                          who holds it: {"pid":1234,"terminal":true}
//!     show.toml                     the show as it was run
//!     journal.jsonl      Journal    append (the caller's thread: one write), sync (a thread of its own)
//!                        recover    the records again, or what is wrong with them
//!                        Tail       what another program appends, while it does
//! ```
//!
//! Three promises. What [`Journal::append`] has accepted survives the death of the program, and a
//! moment later that of the machine. A line is believed only if its checksum is right and it
//! follows the line before. A disk that fails, fills up or stalls is reported; it never stops the
//! show, and the lines that it would not take are written in their order when it comes back.

mod aside;
mod backlog;
mod disk;
mod fault;
mod line;
mod lock;
mod order;
mod place;
mod recover;
mod store;
mod summary;
mod sync;
mod tail;
mod unknown;
mod versions;
mod writer;

#[cfg(test)]
mod sample;

pub use aside::SetAsideError;
pub use fault::{JournalError, OpenError};
pub use line::{LINE_BYTES_MAX, LineFault, checksum, decode, digest, encode, truncate};
pub use lock::{Holder, LockError, RunLock};
pub use order::RecordOrder;
pub use place::usual_state;
pub use recover::{JOURNAL_BYTES_MAX, RecoverError, Recovered, Torn, recover, recover_bytes};
pub use store::{NewRun, RunFolder, Store, StoreError};
pub use summary::Summary;
pub use sync::{JournalListener, SyncReport};
pub use tail::{Tail, TailRead};
pub use versions::VersionError;
pub use writer::Journal;

/// The name of the journal in the folder of its run.
pub const JOURNAL_FILE: &str = "journal.jsonl";
