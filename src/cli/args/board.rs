//! Arguments of `handover board`.

use clap::Args as ClapArgs;
use clap_complete::engine::ArgValueCompleter;

use super::{Args, ThemeArg, capabilities};
use crate::app::board::Face;
use crate::cli::complete;
use crate::runtime::{board, config};

/// Arguments of `board`.
#[derive(Debug, ClapArgs)]
pub(crate) struct BoardArgs {
    /// A run's id, as `handover runs` lists it, a show file, or the name of a built-in show
    /// [default: any run]
    #[arg(value_name = "RUN-or-SHOW", add = ArgValueCompleter::new(complete::runs_and_shows))]
    of: Option<String>,
    /// Show only the time, as large as it fits
    #[arg(long, conflicts_with = "countdown")]
    clock: bool,
    /// Show only the time left of the running cue or segment, or until the show begins, as large as
    /// it fits
    #[arg(long)]
    countdown: bool,
    /// Show only the time left of the running segment, for the people on stage: as large as it fits,
    /// amber and red as its end comes near, and what it is over. Keys and messages as on the board
    #[arg(long, conflicts_with_all = ["clock", "countdown"])]
    timer: bool,
    /// Show only the cues that need this department (an id or a name): the time until the next one,
    /// and STANDBY, READY and GO as large as they fit
    #[arg(long, value_name = "ID", conflicts_with_all = ["clock", "countdown", "timer"])]
    department: Option<String>,
    /// The colours [default: $HANDOVER_THEME, or own if there is a theme.toml, or dark]
    #[arg(long, value_enum, hide_default_value = true)]
    theme: Option<ThemeArg>,
    /// Draw in plain ASCII
    #[arg(long)]
    ascii: bool,
}

impl Args {
    /// Options for the board.
    pub(crate) fn board(&self, board: &BoardArgs) -> anyhow::Result<board::BoardOptions> {
        let face = match (board.clock, board.countdown, board.timer) {
            (true, _, _) => Face::Clock,
            (_, true, _) => Face::Countdown,
            (_, _, true) => Face::Timer,
            (false, false, false) => Face::Board,
        };
        let theme = board.theme.map(ThemeArg::theme).or_else(|| self.theme().unwrap_or_default());
        Ok(board::BoardOptions {
            of: board.of.clone(),
            face,
            department: board.department.clone(),
            state: self.state_dir()?,
            paints: config::config(config::folder().as_deref()).paints(theme),
            capabilities: capabilities(board.ascii || self.run.ascii).0,
        })
    }
}
