//! The seeds that a simulator plays, on all cores.
//!
//! `HANDOVER_SEEDS=1000000` asks for that many, `HANDOVER_SEEDS=50000..100000` for those from 50,000
//! on and below 100,000, and `HANDOVER_SEED=7` for that one alone. A run of many is played by an
//! optimized build: `CARGO_TARGET_DIR=target/opt CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo test --test it
//! link_sim`.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of failing seeds after which no more are played.
const FAILURES_MAX: usize = 5;

/// Plays the seeds that were asked for, or `usual` of them.
///
/// # Panics
/// With what `failure` says of those that fail.
pub(crate) fn play(usual: u64, failure: fn(u64) -> Option<String>) {
    let asked = |name: &str| std::env::var(name).ok();
    let seeds = match (asked("HANDOVER_SEED"), asked("HANDOVER_SEEDS")) {
        (Some(seed), _) => {
            let seed = number(&seed);
            seed..seed + 1
        }
        (None, Some(seeds)) => range(&seeds),
        (None, None) => 0..usual,
    };
    let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(vec![]));
    let search = || {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|s| *s < seeds.end)
        {
            let panics = |_| Some(format!("HANDOVER_SEED={seed} panics: see above"));
            let failure = std::panic::catch_unwind(|| failure(seed)).unwrap_or_else(panics);
            let Some(failure) = failure else { continue };
            let mut found = found.lock().expect("no thread panics with it");
            found.push(failure);
            if found.len() >= FAILURES_MAX {
                next.store(seeds.end, Ordering::Relaxed);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(search))));
    let found = found.into_inner().expect("no thread panics with it");
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

fn range(text: &str) -> Range<u64> {
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(text),
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no number of a seed"))
}

#[test]
fn seeds_are_asked_for_by_number_or_by_range() {
    assert_eq!(range("1000"), 0..1000);
    assert_eq!(range("50000..100000"), 50_000..100_000);
}
