//! The UDP socket, and who reads it: the thread of remote controls, or the station itself.
//!
//! A wish that the thread reads costs a GO a second switch of threads. So the socket is lent to the
//! station, in whose poll(2) it lies beside the keyboard, for as long as little comes and the
//! thread has little to do. The station takes a datagram only if it is a single wish, to be obeyed
//! at once, from somebody who may speak. Everything else it leaves in the socket, which it gives
//! back: the thread reads that and what comes after it, so nothing overtakes anything. The rules are
//! the hub's in both cases. The station never waits for the hub's lock: where the thread has it, the
//! thread takes the datagram as well.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use super::PacketSender;
use super::hub::Hub;
use super::server::ServerShared;
use crate::locks::Unpoisoned;
use crate::time::MachineNs;

/// The longest datagram that the station reads, bytes; one of this length may be cut.
const BYTES_MAX: usize = 512;

/// Maximum number of datagrams that the station looks at in a [`PERIOD`].
const LOOKS_MAX: u32 = 20;

/// Length of the periods in which the station's looks are limited, and the shortest time from when it
/// gives the socket back until it is lent again.
const PERIOD: Duration = Duration::from_millis(100);

/// Rings at the station.
type RingStation = Box<dyn Fn() + Send + Sync>;

/// The socket, and everything that is known of those who speak.
pub(super) struct Datagrams {
    pub(super) socket: UdpSocket,
    hub: Mutex<Hub>,
    /// `true` while the station reads the socket. It is set, and taken back by the thread, under
    /// the hub's lock.
    is_lent: AtomicBool,
    borrower: Mutex<Borrower>,
}

/// The station, as far as the socket may be lent to it.
#[derive(Default)]
struct Borrower {
    ring: Option<RingStation>,
    /// Instant of its last return of the socket.
    gave_back: Option<MachineNs>,
}

impl Datagrams {
    pub(super) fn new(socket: UdpSocket, hub: Hub) -> Self {
        Datagrams {
            socket,
            hub: Mutex::new(hub),
            is_lent: AtomicBool::new(false),
            borrower: Mutex::default(),
        }
    }

    /// The hub, for the thread. A fault of the other side cannot have left it half-way through more
    /// than one packet.
    pub(super) fn hub(&self) -> MutexGuard<'_, Hub> {
        self.hub.lock().unpoisoned()
    }

    /// The hub, if nobody is at work with it.
    fn free_hub(&self) -> Option<MutexGuard<'_, Hub>> {
        match self.hub.try_lock() {
            Ok(hub) => Some(hub),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn borrower(&self) -> MutexGuard<'_, Borrower> {
        self.borrower.lock().unpoisoned()
    }

    /// Returns `true` while the station reads the socket.
    pub(super) fn is_lent(&self) -> bool {
        self.is_lent.load(Acquire)
    }

    /// Lends the socket to the station, where there is one that takes it again already. To be called
    /// under the hub's lock.
    pub(super) fn lend(&self, now: MachineNs) {
        if self.is_lent() {
            return;
        }
        let borrower = self.borrower();
        let is_soon = borrower.gave_back.is_some_and(|at| now.since(at) < PERIOD);
        if let Some(ring) = borrower.ring.as_ref().filter(|_| !is_soon) {
            self.is_lent.store(true, Release);
            ring();
        }
    }

    /// Takes the socket back from the station. To be called under the hub's lock.
    pub(super) fn take_back(&self) {
        self.is_lent.store(false, Release);
    }
}

/// The station's ear: reads single wishes off the UDP socket, while the socket is lent. Its drop
/// returns the socket for good.
pub struct Ear {
    shared: Arc<ServerShared>,
    buffer: [u8; BYTES_MAX],
    /// Beginning of the current period, and the number of datagrams looked at in it.
    period: MachineNs,
    looks: u32,
}

impl Ear {
    pub(super) fn new(shared: Arc<ServerShared>, ring: impl Fn() + Send + Sync + 'static) -> Self {
        shared.datagrams.borrower().ring = Some(Box::new(ring));
        Ear { shared, buffer: [0; BYTES_MAX], period: MachineNs::ZERO, looks: 0 }
    }

    /// The socket for poll(2), while it is lent.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        let datagrams = &self.shared.datagrams;
        datagrams.is_lent().then(|| datagrams.socket.as_fd())
    }

    /// Takes the next datagram, if there is one, and hands its wish over before it returns. What
    /// this is not for it leaves to the thread. `looked` is when the caller began to wait, for `due`
    /// at most: a longer wait, until `now`, is a standstill of the program. Never blocks.
    pub fn take(&mut self, looked: MachineNs, due: Duration, now: MachineNs) {
        if !self.shared.datagrams.is_lent() {
            return;
        }
        if self.try_take(looked, due, now).is_none() {
            self.give_back(Some(now));
        }
    }

    /// `None` if the datagram is the thread's.
    fn try_take(&mut self, looked: MachineNs, due: Duration, now: MachineNs) -> Option<()> {
        let datagrams = &self.shared.datagrams;
        let mut hub = datagrams.free_hub()?;
        // The thread may have taken it back since.
        if !datagrams.is_lent() {
            return Some(());
        }
        let (len, sender) = match datagrams.socket.peek_from(&mut self.buffer) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
            Err(_) => return None,
        };
        let peer = PacketSender::Udp(sender);
        hub.finds(looked, due, now);
        if now.since(self.period) >= PERIOD {
            (self.period, self.looks) = (now, 0);
        }
        self.looks += 1;
        if len == self.buffer.len() || self.looks > LOOKS_MAX || hub.has_stood() {
            return None;
        }
        let single = hub.single_wish(self.buffer.get(..len)?, peer)?;
        // Off the socket first, so that no fault can make it come twice.
        datagrams.socket.recv_from(&mut [0]).ok()?;
        hub.hear_single(single, peer, now);
        let has_out = hub.has_out();
        drop(hub);
        if has_out {
            self.shared.wake();
        }
        Some(())
    }

    /// Returns the socket for good: its owner reads it no more.
    pub fn close(&self) {
        self.shared.datagrams.borrower().ring = None;
        self.give_back(None);
    }

    fn give_back(&self, now: Option<MachineNs>) {
        let datagrams = &self.shared.datagrams;
        datagrams.borrower().gave_back = now;
        datagrams.is_lent.store(false, Release);
        self.shared.wake();
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.close();
    }
}
