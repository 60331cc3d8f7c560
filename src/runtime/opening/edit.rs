//! Opening `handover edit`: a show on the screen of a run, without a run.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use super::{Session, ShowText, WatchedFile, note_config, note_warnings, read_show, said};
use crate::app::Theme;
use crate::app::log::Log;
use crate::conductor::{Conductor, RunClock};
use crate::engine::{RunNs, State};
use crate::journal::Store;
use crate::output::Outputs;
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::config::Config;
use crate::runtime::terminal::Keys;
use crate::show::{builtin, plan};
use crate::ui::Capabilities;

/// Options from the command line.
#[derive(Clone, Debug)]
pub struct EditOptions {
    /// The show file.
    pub show: PathBuf,
    /// The folder for what is said of the program's own faults.
    pub state: PathBuf,
    /// The colours, where somebody chose some.
    pub theme: Option<Theme>,
    /// Their own keys and colours.
    pub config: Config,
    /// Capabilities of the terminal.
    pub capabilities: Capabilities,
    /// A word about what the terminal shows less than usual.
    pub note: Option<String>,
}

/// Opens it: nothing fires, nothing leaves the machine, and no run is kept.
///
/// # Errors
/// When the show is no file, or has errors; in words for the caller.
pub(in crate::runtime) fn edit(options: &EditOptions) -> anyhow::Result<Session> {
    let path = &options.show;
    if let Some(builtin) = path.to_str().and_then(builtin::find).filter(|_| !path.exists()) {
        bail!(
            "{0} is built in, and no file: `handover shows {0} > FILE` writes one to edit",
            builtin.name
        );
    }
    let ShowText { show, text, warnings } =
        read_show(path).map_err(|why| why.context("fix the errors in your own editor first"))?;
    let now = wall_now();
    let day = show.date.unwrap_or_else(|| plan::day_of_run(&show, now));
    let mut log = Log::default();
    note_config(&options.config, options.note.as_deref(), &mut log, RunNs::ZERO);
    note_warnings(&warnings, &mut log, RunNs::ZERO);
    let mut app = options.config.app(options.theme);
    app.cursor = show.listed().map(|(cue, _)| cue).next();
    app.is_editor = true;
    app.folds = show.segment_indices().map(|segment| (segment, true)).collect();
    let path = path.canonicalize().unwrap_or_else(|_| path.clone());
    let file = WatchedFile {
        source: path.display().to_string(),
        path,
        text,
        show: Arc::clone(&show),
        store: Store::new(&options.state),
        permits: options.config.permits.clone(),
    };
    let warned = match warnings.len() {
        0 => vec![],
        1 => vec!["1 warning about this show: it is in the log".to_owned()],
        count => vec![format!("{count} warnings about this show: they are in the log")],
    };
    let clock = RunClock::new(machine_ns(), RunNs::ZERO, now, 1);
    let state = State::only_edited(Arc::clone(&show), day, now);
    Ok(Session {
        id: None,
        conductor: Conductor::new(state, clock, 0, RunNs::ZERO),
        log,
        begin: None,
        playhead: None,
        journal: None,
        journal_alarm: None,
        beacon: None,
        end_known: true,
        is_clock_behind: false,
        outputs: Outputs::rehearsal(show),
        remote: None,
        web: None,
        deaf: None,
        app,
        capabilities: options.capabilities,
        keys: Keys::new(options.config.plain_keys),
        words: said(&options.config, options.note.as_deref(), &warned),
        greets: false,
        shared: None,
        file: Some(file),
    })
}
