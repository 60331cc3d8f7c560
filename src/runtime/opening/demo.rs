//! Opening `handover demo`: a rehearsal of the built-in show that leaves nothing behind.

use std::sync::Arc;

use anyhow::Context;

use super::{Session, note_config, parse, said};
use crate::app::Theme;
use crate::app::demo::Demo;
use crate::conductor::{Conductor, RunClock};
use crate::output::Outputs;
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::config::Config;
use crate::runtime::terminal::Keys;
use crate::show::builtin;
use crate::ui::Capabilities;

/// Options from the command line.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The folder for what is said of the program's own faults.
    pub state: std::path::PathBuf,
    /// The colours, where somebody chose some.
    pub theme: Option<Theme>,
    /// Their own keys and colours.
    pub config: Config,
    /// Capabilities of the terminal.
    pub capabilities: Capabilities,
    /// A word about what the terminal shows less than usual.
    pub note: Option<String>,
}

/// Opens it: nothing leaves the machine, and no run is kept that would be asked about the next
/// time.
///
/// # Errors
/// When the built-in show does not parse.
pub(in crate::runtime) fn demo(options: &DemoOptions) -> anyhow::Result<Session> {
    let builtin = builtin::find(builtin::FIRST).context("there is no built-in show")?;
    let show = parse(builtin.text, &format!("built-in show {}", builtin.name))?;
    let now = wall_now();
    let Demo { state, mut log, seq, run_ns, script } =
        Demo::new(&show, now).context("there is no demonstration")?;
    note_config(&options.config, options.note.as_deref(), &mut log, run_ns);
    let clock = RunClock::new(machine_ns(), run_ns, now, state.speed()).paced(script);
    Ok(Session {
        id: None,
        conductor: Conductor::new(state, clock, seq, run_ns),
        log,
        begin: None,
        playhead: None,
        journal: None,
        journal_alarm: None,
        beacon: None,
        end_known: true,
        is_clock_behind: false,
        outputs: Outputs::rehearsal(Arc::clone(&show)),
        remote: None,
        web: None,
        deaf: None,
        app: options.config.app(options.theme),
        capabilities: options.capabilities,
        keys: Keys::new(options.config.plain_keys),
        words: said(&options.config, options.note.as_deref(), &[]),
        greets: false,
        shared: None,
        file: None,
    })
}
