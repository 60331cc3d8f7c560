//! A flood of datagrams: no cue may be late for it, no memory may be lost to it, and nobody may go
//! unheard.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::harness::{Arg, House, Line, Remote, Wire, encode, in_time};
use crate::program::shows::chain;

const LINKS: u32 = 50;
const STEP_MS: u64 = 40;
/// Maximum lateness of a link on a machine with other work.
const LATE_MAX: Duration = Duration::from_millis(100);
const MEMORY_MAX: u64 = 20 << 20;
/// A flood that sends less than this each second is none.
const PER_SECOND_MIN: f64 = 5_000.0;

/// Datagrams, as many as go.
struct Flood {
    thread: Option<JoinHandle<()>>,
    ends: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    begun: Instant,
}

impl Flood {
    fn start(port: u16) -> Self {
        let (ends, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (ended, count) = (Arc::clone(&ends), Arc::clone(&sent));
        let thread = std::thread::spawn(move || {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
            socket.connect(("127.0.0.1", port)).expect("the program's port");
            let known = [
                encode("/thump", &[]),
                encode("/lights/go", &[Arg::Int(1)]),
                encode("/go", &[Arg::Int(12)]),
            ];
            let mut random = 0x2545_F491_4F6C_DD1D_u64;
            while !ended.load(Ordering::Relaxed) {
                for packet in &known {
                    let _ = socket.send(packet);
                }
                // Xorshift: bytes that look random, of a length that does.
                let mut bytes = [0_u8; 512];
                for chunk in bytes.chunks_mut(8) {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    chunk.copy_from_slice(&random.to_ne_bytes());
                }
                let _ = socket.send(&bytes[..(random % 512) as usize]);
                count.fetch_add(4, Ordering::Relaxed);
            }
        });
        Flood { thread: Some(thread), ends, sent, begun: Instant::now() }
    }

    /// Ends it; how many it sent a second.
    fn end(mut self) -> f64 {
        self.stop();
        self.sent.load(Ordering::Relaxed) as f64 / self.begun.elapsed().as_secs_f64()
    }

    fn stop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the flood ends");
        }
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn a_flood_holds_up_no_cue_and_no_key_and_takes_no_memory() {
    in_time(|| {
        let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
        let show = house.show(&chain(&wire, LINKS, &format!("{STEP_MS}ms")));
        let mut program = house.open(&["--fresh", "--listen", &remote.listen(), &show]);
        program.await_words(&["NEXT"]);
        let mut line = Line::new(remote.port);
        line.ask("/note", &[Arg::Text("before".into())]).ok();
        let before = program.memory();
        let flood = Flood::start(remote.port);
        program.keys(" ");
        assert_eq!(wire.expect("/link").args, [Arg::Int(0)]);
        let first = Instant::now();
        let (mut link, mut called, mut latest) = (0, 0, Duration::ZERO);
        while link < LINKS {
            let packet = wire.recv();
            let since = first.elapsed();
            if packet.address == "/link" {
                link += 1;
                assert_eq!(packet.args, [Arg::Int(link as i32)], "out of order");
                let due = Duration::from_millis(STEP_MS) * link;
                assert!(
                    since < due + LATE_MAX,
                    "link {link} comes {:?} late\n{}",
                    since - due,
                    program.account()
                );
                latest = latest.max(since.saturating_sub(due));
                assert!(since + LATE_MAX > due, "link {link} comes {:?} early", due - since);
            } else {
                called += 1;
            }
            if link == 15 && called == 0 {
                program.keys(" ");
            }
            if link == 30 && called == 1 {
                line.ask("/go", &[]).ok();
            }
        }
        assert_eq!(called, 2, "both GOs came through:\n{}", program.account());
        program.press_to_see("t", &["note"]);
        program.press_for("wet\r", "note_taken");
        let after = program.memory();
        let per_second = flood.end();
        assert!(per_second > PER_SECOND_MIN, "{per_second} a second are no flood");
        println!(
            "{per_second:.0} datagrams a second, the latest link {latest:?}, memory {before} to {after} bytes"
        );
        assert!(after < before + MEMORY_MAX, "the program grew from {before} to {after} bytes");
        // Behind the flood it is heard as before, and the log says what there was.
        line.ask("/note", &[Arg::Text("after".into())]).ok();
        program.keys("\t\t");
        program.await_words(&["OSC ignored", "malformed", "unknown address"]);
        let journal = house.journal();
        assert_eq!(journal.of_kind("cue_fired").len(), LINKS as usize + 3, "{}", journal.tail(10));
        assert_eq!(journal.of_kind("note_taken").len(), 3);
    });
}
