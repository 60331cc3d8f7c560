//! Datagrams as many as a broken device sends, at the port where remote controls are heard, or at a
//! socket that only takes them.

use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Number sent each [`PERIOD`]: a hundred thousand a second.
const BURST: u32 = 50;
const PERIOD: Duration = Duration::from_micros(500);

/// What a burst has of each: one that is answered, one that is unknown, one that is refused, one
/// that is none.
const PACKETS: [&[u8]; 4] = [
    b"/thump\0\0,\0\0\0",
    b"/lights/go\0\0,\0\0\0",
    b"/go\0,i\0\0\0\0\0\x0C",
    b"/rubbish that is no packet at all",
];

/// A flood while it lives.
pub(crate) struct Flood {
    ends: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    begun: Instant,
    threads: Vec<JoinHandle<()>>,
}

impl Flood {
    /// Sends at this port.
    pub(crate) fn at(port: u16) -> Self {
        let (ends, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (ended, count) = (Arc::clone(&ends), Arc::clone(&sent));
        let thread = std::thread::spawn(move || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.connect(("127.0.0.1", port)).unwrap();
            let mut next = Instant::now();
            while !ended.load(Relaxed) {
                let gone = PACKETS
                    .iter()
                    .cycle()
                    .take(BURST as usize)
                    .filter(|packet| socket.send(packet).is_ok());
                count.fetch_add(gone.count() as u64, Relaxed);
                // What could not be sent in time is not made up for: that would be another flood.
                next = (next + PERIOD).max(Instant::now());
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        });
        Flood { ends, sent, begun: Instant::now(), threads: vec![thread] }
    }

    /// Sends at a socket that somebody empties, and that is all.
    pub(crate) fn at_nobody() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut flood = Flood::at(socket.local_addr().unwrap().port());
        let ended = Arc::clone(&flood.ends);
        flood.threads.push(std::thread::spawn(move || {
            let mut packet = [0; 65_536];
            while !ended.load(Relaxed) {
                let _ = socket.recv(&mut packet);
            }
        }));
        flood
    }

    /// Number of datagrams sent each second.
    pub(crate) fn per_second(&self) -> f64 {
        self.sent.load(Relaxed) as f64 / self.begun.elapsed().as_secs_f64()
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.ends.store(true, Relaxed);
        println!("  flood: {:.0} datagrams a second", self.per_second());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A port to listen on that is free for both protocols.
pub(crate) fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
