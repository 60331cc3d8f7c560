//! A driver for those who have neither a journal nor outputs: a demonstration before its first
//! frame, tests, benches.

use super::{Conductor, ConductorInput, ConductorOutput};
use crate::engine::State;
use crate::time::MachineNs;

impl Conductor {
    /// Hands in `input` at `now_ns` and does everything that follows from it now. `perform` does
    /// one output and gives back what is known of it at once.
    pub fn drive(
        &mut self,
        now_ns: MachineNs,
        input: ConductorInput,
        mut perform: impl FnMut(&State, ConductorOutput) -> Vec<ConductorInput>,
    ) {
        self.handle(now_ns, input);
        while let Some(output) = self.poll_output(now_ns) {
            for input in perform(&self.state, output) {
                self.handle(now_ns, input);
            }
        }
    }

    /// Lets time pass from `from_ns` to `until_ns` of the machine's clock, and everything happen at
    /// its instant.
    pub fn pass(
        &mut self,
        from_ns: MachineNs,
        until_ns: MachineNs,
        mut perform: impl FnMut(&State, ConductorOutput) -> Vec<ConductorInput>,
    ) {
        let mut now_ns = from_ns;
        while let Some(due_ns) = self.deadline().filter(|&due_ns| due_ns <= until_ns) {
            now_ns = now_ns.max(due_ns);
            let before = (self.seq, self.ahead.len());
            self.drive(now_ns, ConductorInput::Tick, &mut perform);
            if (self.seq, self.ahead.len()) == before {
                // Something is due and does not happen: waiting for it would never end.
                break;
            }
        }
        self.drive(until_ns, ConductorInput::Tick, &mut perform);
    }
}
