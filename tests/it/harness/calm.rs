//! Tests of a hand's timing, on a machine that has other work.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// A thread that comes this much later than it asked for was held up. The shortest wait of the
/// program that these tests watch is 30 ms.
const HELD_UP: Duration = Duration::from_millis(10);

/// A disk that takes this much to sync a few bytes is held up. A pass of the flag has 100 ms to get into a
/// log that syncs each record.
const DISK_HELD_UP: Duration = Duration::from_millis(40);

/// Runs of a test at most: few, so that a fault of the program that shows in most runs is a failure
/// also on a busy machine.
const TRIES: usize = 4;

/// Interval at which the watch looks whether threads are held up.
const LOOK: Duration = Duration::from_millis(2);

/// Interval at which it looks whether the disk is.
const DISK_LOOK: Duration = Duration::from_millis(50);

/// Runs a test in which keys or messages have to follow each other within fractions of a second, or
/// in which the program has to answer within such a time. If it fails and the machine held threads or
/// its disk up meanwhile, the failure says nothing of the program, so the test runs again. On a calm machine
/// the first failure counts.
pub(crate) fn in_time(test: impl Fn()) {
    for tries_left in (0..TRIES).rev() {
        let watch = Watch::start();
        let outcome = catch_unwind(AssertUnwindSafe(&test));
        let (thread, disk) = watch.end();
        let is_held_up = thread > HELD_UP || disk > DISK_HELD_UP;
        match outcome {
            Ok(()) => return,
            Err(_) if is_held_up && tries_left > 0 => {
                println!("held up: a thread for {thread:?}, the disk for {disk:?}: again")
            }
            Err(why) => resume_unwind(why),
        }
    }
}

/// Measures how much longer than it asked for a thread sleeps, and how long a sync takes.
struct Watch {
    is_over: Arc<AtomicBool>,
    threads: [JoinHandle<Duration>; 2],
}

impl Watch {
    fn start() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let look = |look: fn(&AtomicBool) -> Duration| {
            let is_over = Arc::clone(&is_over);
            spawn(move || look(&is_over))
        };
        let threads = [look(longest_sleep), look(longest_sync)];
        Watch { is_over, threads }
    }

    /// The longest that a thread was held up, and the disk.
    fn end(self) -> (Duration, Duration) {
        self.is_over.store(true, Ordering::Relaxed);
        let [thread, disk] = self.threads.map(|thread| thread.join().expect("the watch ends"));
        (thread, disk)
    }
}

fn longest_sleep(is_over: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    while !is_over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        sleep(LOOK);
        longest = longest.max(begun.elapsed().saturating_sub(LOOK));
    }
    longest
}

fn longest_sync(is_over: &AtomicBool) -> Duration {
    let mut file = tempfile::tempfile().expect("a file for the watch");
    let mut longest = Duration::ZERO;
    while !is_over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let synced = file.write_all(b"a record").and_then(|()| file.sync_data());
        // A disk that is full says nothing of its speed.
        longest = longest.max(if synced.is_ok() { begun.elapsed() } else { Duration::ZERO });
        sleep(DISK_LOOK);
    }
    longest
}
