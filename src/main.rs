//! `handover`: the show caller for the terminal.

use std::process::ExitCode;

fn main() -> ExitCode {
    handover::cli::main()
}
