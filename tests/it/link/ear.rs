//! A far end that is listened to by a thread of its own: a socket keeps no more than some 250 packets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::harness::{PATIENCE, Wire, await_some, datagram, messages};

/// A far end that is listened to by a thread of its own.
pub(crate) struct Ear {
    heard: Arc<Mutex<Vec<(String, Instant)>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Takes everything in that comes to `wire`.
    pub(crate) fn at(wire: &Wire) -> Self {
        let socket = wire.socket();
        let (heard, ends) = (Arc::<Mutex<Vec<_>>>::default(), Arc::new(AtomicBool::new(false)));
        let (theirs, their_end) = (Arc::clone(&heard), Arc::clone(&ends));
        let thread = std::thread::spawn(move || {
            while !their_end.load(Ordering::SeqCst) {
                if let Some(bytes) = datagram(&socket, Duration::from_millis(50)) {
                    let now = Instant::now();
                    let packets = messages(&bytes).into_iter().map(|packet| (packet.address, now));
                    theirs.lock().unwrap_or_else(PoisonError::into_inner).extend(packets);
                }
            }
        });
        Ear { heard, ends, thread: Some(thread) }
    }

    /// The addresses that have come, and when.
    pub(crate) fn heard(&self) -> Vec<(String, Instant)> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many have come, and gives them.
    pub(crate) fn await_count(&self, count: usize) -> Vec<(String, Instant)> {
        let enough = || Some(self.heard()).filter(|heard| heard.len() >= count);
        await_some(PATIENCE, enough)
            .unwrap_or_else(|| panic!("{} of {count} packets came", self.heard().len()))
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        drop(self.thread.take().map(JoinHandle::join));
    }
}
