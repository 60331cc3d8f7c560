//! The machine's clock is set while a live run is on.

use std::process::Command;

use super::shows::evening;
use crate::harness::{House, Wire};

/// A library that moves the wall clock of the program by the seconds in a file.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t) {
    int done = syscall(SYS_clock_gettime, id, t);
    char *path = getenv("TEST_WALL_SHIFT"), text[32] = {0};
    int file = id == CLOCK_REALTIME && path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        if (read(file, text, 31) > 0) t->tv_sec += atol(text);
        close(file);
    }
    return done;
}
"#;

#[test]
fn a_machine_whose_clock_is_set_is_told_and_changes_nothing_of_the_run() {
    let (house, wire) = (House::new(), Wire::new());
    let (source, library, shift) =
        (house.path("shim.c"), house.path("shim.so"), house.path("shift"));
    std::fs::write(&source, SHIM).expect("the shim");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    assert!(compiler.status().expect("a C compiler").success());
    let set = |seconds: i64| std::fs::write(&shift, seconds.to_string()).expect("the shift");
    set(0);
    let (library, path) = (library.display().to_string(), shift.display().to_string());
    let env = [("LD_PRELOAD", &*library), ("TEST_WALL_SHIFT", &*path)];
    let show = house.show(&evening(&wire));
    let mut program = house.spawn(&[&show], (80, 24), &env);
    program.await_open();
    let screen = program.await_words(&["LIVE", "NEXT"]);
    assert!(!screen.contains("CLOCK"), "{screen}");
    set(3600);
    program.await_words(&["CLOCK −1:00:00", "the machine's clock is 1:00:00 ahead"]);
    // The run goes by its own clock: a cue is as punctual as before, and its time is the run's.
    program.keys(" ");
    wire.expect("/one");
    let lines = program.await_event("action_sent", 1).lines;
    let at = |line: &serde_json::Value| {
        line["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()).expect("an instant")
    };
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    assert!(at(last).duration_since(at(first)).as_secs() < 600, "{first} {last}");
    set(0);
    let agrees = "the machine's clock agrees with the run's again";
    let screen = program.await_words(&[agrees]);
    assert!(!screen.contains("CLOCK"), "{screen}");
    program.kill();
    set(-7205);
    let resumed = house.spawn(&["--resume"], (80, 24), &env);
    resumed.await_words(&["CLOCK +2:00:0", "clock is behind the journal, time down unknown"]);
}
