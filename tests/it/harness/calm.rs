//! Tests of a hand's timing, on a machine that has other work.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// A thread that comes this much later than it asked for was held up. The shortest wait of the
/// program that these tests watch is 30 ms.
const HELD_UP: Duration = Duration::from_millis(10);

/// Runs of a test at most: few, so that a fault of the program that shows in most runs is a failure
/// also on a busy machine.
const TRIES: usize = 4;

/// Interval at which the watch looks whether threads are held up.
const LOOK: Duration = Duration::from_millis(2);

/// Runs a test in which keys or messages have to follow each other within fractions of a second, or
/// in which the program has to answer within such a time. If it fails and the machine held threads
/// up meanwhile, the failure says nothing of the program, so the test runs again. On a calm machine
/// the first failure counts.
pub(crate) fn in_time(test: impl Fn()) {
    for tries_left in (0..TRIES).rev() {
        let watch = Watch::start();
        let outcome = catch_unwind(AssertUnwindSafe(&test));
        let longest = watch.end();
        match outcome {
            Ok(()) => return,
            Err(_) if longest > HELD_UP && tries_left > 0 => {
                println!("a thread was held up for {longest:?}: again")
            }
            Err(why) => resume_unwind(why),
        }
    }
}

/// Measures how much longer than it asked for a thread sleeps.
struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Watch {
    fn start() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = spawn(move || {
            let mut longest = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                sleep(LOOK);
                longest = longest.max(begun.elapsed().saturating_sub(LOOK));
            }
            longest
        });
        Watch { is_over, thread }
    }

    /// The longest that a thread was held up.
    fn end(self) -> Duration {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("the watch ends")
    }
}
