//! Whatever the text, it is a show, or faults that can be told: no panic, no hang, no overflow.

#![no_main]

use handover::show::{file, problem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(problems) = file::parse(text, "UTC") {
        assert!(!problems.is_empty());
        problem::report(&problems, "show.toml", text, true);
    }
});
