//! Shared parts of the remote control's tests: a small show, packets, and conditions awaited with a
//! limit.

use std::time::Duration;

use rosc::OscType;

use super::Running;
use super::reply::message;
pub(super) use crate::runtime::clock::CLOCK;
use crate::show::{CueIx, Show, file};
use crate::time::MachineNs;

/// Longer than anything takes that these tests wait for, on a machine with other work.
pub(super) const SOON: Duration = Duration::from_secs(20);

/// The show file of [`show`].
pub(super) const SHOW: &str = r#"
title = "A small show"
[department.stunts]
[department.camera]
[output.lights]
osc = "udp://127.0.0.1:8000"

[[segment]]
title = "The jump"
duration = "1m"
[[segment.cue]]
number = "12"
title = "Off the roof"
needs = ["stunts", "camera"]
do = [{ output = "lights", osc = "/go" }]
[[segment.cue]]
number = "13"
title = "Landed"

[[segment]]
title = "The end"
duration = "1m"
[[segment.cue]]
number = "14"
title = "The guest"
call = "Camera: GO"
embargo = true
"#;

/// Cues 12, 13 and 14, the last one under embargo; departments stunts and camera.
pub(super) fn show() -> Show {
    file::parse(SHOW, "UTC").expect("a show without faults")
}

/// That a cue runs, and has just begun.
pub(super) fn runs(cue: u32) -> Running {
    Running { cue: CueIx(cue), elapsed_ns: 0, of_ns: None, moves: true }
}

/// A message as bytes.
pub(super) fn packet(address: &str, args: impl IntoIterator<Item = OscType>) -> Vec<u8> {
    message(address.to_owned(), args.into_iter().collect()).to_vec()
}

/// The instant now, by the clock of these tests.
pub(super) fn now() -> MachineNs {
    CLOCK.now()
}

/// Waits until `condition` holds, and fails the test if it does not soon.
#[track_caller]
pub(super) fn awaited(mut condition: impl FnMut() -> bool) {
    let deadline = now() + SOON;
    while !condition() {
        assert!(now() < deadline, "waited {SOON:?} in vain");
        std::thread::yield_now();
    }
}

/// Numbers that look random and are the same in every run (xorshift64, Marsaglia 2003).
pub(super) struct RandomNumbers(pub(super) u64);

impl RandomNumbers {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}
