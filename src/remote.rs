//! OSC in: remote controls, button panels and displays, over UDP and TCP.
//!
//! Owns the sockets, the decoding, who may speak, the replies and the feed. Must never decide
//! anything about the show: it hands over [`RemoteCommand`]es and gets the [`Answer`]; and must
//! never make the station wait. One thread does all of it, in real time for as long as it has little
//! to do. Whatever is sent at it, it holds a fixed amount of memory and hands over a limited number
//! of commands a second, of which a limited number may be unanswered.
//!
//! ```text
//! UDP ─┐                   ┌ packet ─► address ─► RemoteCommand ─► hear (the station's inbox)
//!      ├─► server ─► hub ──┤ clients, meter: who may speak, and how much
//! TCP ─┘     ▲             └ reply, list, feed, follow: what goes back
//!            └── Remote::answer, Remote::publish (mailboxes that never block)
//! ```
//!
//! It hears the addresses of its own and, so that existing remote controls work unchanged, those of
//! QLab: <https://qlab.app/docs/v5/scripting/osc-dictionary-v5/>. [`address`] has the table. A
//! reply has the address `/reply` with the address as it was sent after it, and one string of
//! JSON; it goes back on the same connection, or over UDP to the port above the listening one
//! (QLab's 53000 and 53001) or the one that `/udpReplyPort` gave. Commands are always answered:
//! QLab does so only after `/alwaysReply 1`, and a client that waits for no answer is not harmed by
//! one.

pub mod address;
mod clients;
mod connection;
mod counts;
mod ear;
mod feed;
mod follow;
mod framing;
mod hub;
mod list;
pub mod packet;
mod picture;
mod priority;
mod reply;
mod server;
mod settings;
mod sockets;
mod standstill;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trouble;
mod values;
mod waiting;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use jiff::SignedDuration;

pub use counts::Counts;
pub use ear::Ear;
pub use hub::HearWish;
pub use picture::{FIRINGS_MAX, FiredCue, Picture, Running};
pub use server::Remote;
pub use settings::{RemoteError, RemoteSettings};
pub use trouble::Trouble;

pub use crate::access::Passcode;
use crate::show::{CueIx, DepartmentIx};

/// A second GO within this time of the last press is a slip of the finger. Remote
/// controls are told it too.
pub const GO_GUARD: Duration = Duration::from_millis(300);

/// A wish of a remote control; the station decides, by the same rules as for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteCommand {
    /// GO: fire the cue at the playhead.
    Go,
    /// The playhead to this cue, and GO.
    GoTo(CueIx),
    /// Fire this cue; the playhead stays.
    Start(CueIx),
    /// Stop what this cue has running.
    Stop(CueIx),
    /// Freeze the clip of this cue.
    PauseClip(CueIx),
    /// Let the clip of this cue go on.
    ResumeClip(CueIx),
    /// Get ready for this cue without firing it.
    Load(CueIx),
    /// Standby for the cue at the playhead.
    Standby,
    /// This department is ready.
    Ready(DepartmentIx),
    /// Hold.
    Hold,
    /// Go on after a hold.
    Resume,
    /// Hold, or go on after a hold.
    TogglePause,
    /// Panic.
    Panic,
    /// Stop everything that runs (QLab's `/stop`).
    StopAll,
    /// The playhead to the next cue.
    PlayheadNext,
    /// The playhead to the cue before.
    PlayheadPrevious,
    /// The playhead to this cue.
    PlayheadTo(CueIx),
    /// Mark the next step of the running cue.
    Step,
    /// So much more time for the running segment; less, where it is negative.
    Nudge(SignedDuration),
    /// Put this message on the boards: one line.
    ShowMessage(String),
    /// Take the message off the boards.
    ClearMessage,
    /// Take this note: one line, at most [`address::NOTE_CHARS_MAX`] characters.
    Note(String),
}

impl RemoteCommand {
    /// Returns `true` if it makes things safer: then it passes where others have used up the
    /// measure.
    fn calms(&self) -> bool {
        matches!(self, RemoteCommand::Panic | RemoteCommand::StopAll | RemoteCommand::Hold)
    }
}

/// A wish, on its way to the station.
#[derive(Debug)]
pub struct RemoteRequest {
    /// The wish itself.
    pub wish: RemoteCommand,
    /// Address for the answer: [`Remote::answer`].
    pub from: ReplyTo,
    /// The sender, for the log: "127.0.0.1:5000".
    pub who: String,
}

/// Result of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was done.
    Ok,
    /// It was done as far as these words say; they are sent also to a client that asked for no
    /// replies.
    Told(String),
    /// It was not, and why.
    Error(String),
}

/// Address for the answer to a request. As long as one is kept, its request counts as unanswered.
#[derive(Clone, Debug)]
pub struct ReplyTo {
    peer: PacketSender,
    /// The address as it was sent.
    address: String,
    /// The cue that is ready once this is answered with yes.
    loads: Option<CueIx>,
    _ticket: Arc<Ticket>,
}

impl ReplyTo {
    /// Returns `true` if the request came in a datagram, which a network may deliver twice.
    pub fn is_datagram(&self) -> bool {
        matches!(self.peer, PacketSender::Udp(_))
    }
}

/// Sender of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum PacketSender {
    Udp(SocketAddr),
    /// The connection's number, which no other one ever has, and the far end.
    Tcp(u64, SocketAddr),
}

impl PacketSender {
    fn address(&self) -> SocketAddr {
        match *self {
            PacketSender::Udp(address) | PacketSender::Tcp(_, address) => address,
        }
    }

    /// For people: an IPv4 address as such, also where the socket speaks IPv6.
    fn who(&self) -> String {
        let address = self.address();
        SocketAddr::new(address.ip().to_canonical(), address.port()).to_string()
    }
}

/// One of the places for unanswered requests; its drop frees it.
#[derive(Debug)]
struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    /// Number of taken places.
    fn taken(places: &AtomicUsize) -> usize {
        places.load(Relaxed)
    }

    /// A place, if fewer than `most` are taken.
    fn take(places: &Arc<AtomicUsize>, most: usize) -> Option<Arc<Self>> {
        // Only who holds the lock of the hub takes any, so nobody can come in between.
        if places.load(Relaxed) >= most {
            return None;
        }
        places.fetch_add(1, Relaxed);
        Some(Arc::new(Ticket(Arc::clone(places))))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
