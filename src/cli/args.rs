//! Command-line arguments.

mod board;
mod demo;
mod edit;
mod import;
mod share;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::capabilities::capabilities;
pub(super) use super::choices::ThemeArg;
use super::choices::{THEME_VARIABLE, theme_called};
use super::export::ExportFile;
use super::forms::{DiffFormat, ReportForm, ReportFormat, SheetFormat};
use super::guide::GuideText;
pub(super) use super::line::command;
use super::words::{start_at, start_cue, variable};
use super::{complete, hints};
use crate::app::Theme;
use crate::journal::usual_state;
use crate::output::Permits;
use crate::runtime::{ClockStart, RunOptions, Unfinished, config};
use crate::show::listen::listen_address;
pub(super) use board::BoardArgs;
pub(super) use demo::DemoArgs;
pub(super) use edit::EditArgs;
pub(super) use import::ImportArgs;
use share::ShareArgs;
pub(super) use share::{JoinArgs, StationsArgs};

/// The show caller for the terminal.
///
/// Opens SHOW and runs it; without SHOW, the built-in Paris 2024 show, as a rehearsal. On the
/// screen, ? lists all keys.
#[derive(Debug, Parser)]
#[command(name = "handover", version, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub verb: Option<CommandVerb>,

    #[command(flatten)]
    run: RunArgs,

    /// Where runs are kept [default: $XDG_STATE_HOME/handover]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, global = true)]
    state: Option<PathBuf>,

    /// Let shows read the environment variable NAME, besides HANDOVER_*, and send it to the hosts
    /// that they name
    #[arg(long = "env", value_name = "NAME", global = true, value_parser = variable)]
    variables: Vec<String>,
}

#[derive(Debug, ClapArgs)]
struct RunArgs {
    /// A show file, or the name of a built-in show
    #[arg(value_name = "SHOW", add = ArgValueCompleter::new(complete::shows))]
    show: Option<PathBuf>,

    /// Nothing leaves the machine: outputs only log what they would have sent
    #[arg(long)]
    rehearse: bool,

    /// Run the rehearsal clock N times as fast (1 to 1000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    speed: Option<u32>,

    /// The program gives the caller's GOs at their planned times
    #[arg(long)]
    auto: bool,

    /// A technical rehearsal: real outputs, but the show's clock begins at TIME (15:30, 15:30:00,
    /// or 2026-12-01T15:30)
    #[arg(long, value_name = "TIME", value_parser = start_at, num_args = 0..=1, conflicts_with = "resume")]
    at: Option<Option<ClockStart>>,

    /// A technical rehearsal from cue N: the clock begins at its planned time, with the playhead
    /// there
    #[arg(long, value_name = "N", value_parser = start_cue, conflicts_with = "resume")]
    cue: Option<ClockStart>,

    /// Start a new run, even if one is unfinished
    #[arg(long, conflicts_with = "resume")]
    fresh: bool,

    /// Resume the unfinished live run, or else the rehearsal that broke off; with SHOW or a run's
    /// id, that one
    #[arg(long)]
    resume: bool,

    /// Listen for OSC remote control; addresses that others reach need the passcode in
    /// $HANDOVER_PASSCODE
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,

    /// Serve boards, a speaker's timer, crew pages and the call sheet to browsers at
    /// http://ADDR:PORT; addresses that others reach need the passcode in $HANDOVER_WEB_PASSCODE
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    web: Option<SocketAddr>,

    /// The colours [default: $HANDOVER_THEME, or own if there is a theme.toml, or dark]
    #[arg(long, value_enum)]
    theme: Option<ThemeArg>,

    /// Draw in plain ASCII, for terminals without lines, blocks and braille
    #[arg(long)]
    ascii: bool,

    /// Do not ask the terminal which keys are held down, where it gets that wrong
    #[arg(long)]
    plain_keys: bool,

    #[command(flatten)]
    shared: ShareArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum CommandVerb {
    /// Watch the built-in show call itself, from shortly before the jump on: everything in 90
    /// seconds
    ///
    /// A rehearsal: nothing leaves the machine, and no run is kept. It runs late, loses an output,
    /// misses a cue and uses a backup on purpose. The clock runs at several times its speed, faster
    /// where there is less to see. All keys work.
    Demo(DemoArgs),
    /// Edit a show without running it
    ///
    /// The same screen as in a run, with the keys that edit: nothing fires, no output is opened, and
    /// no run is kept. What another program changes in the file is shown by r and taken over by y.
    Edit(EditArgs),
    /// List the built-in shows; with NAME, print one as a starting point
    Shows {
        /// The show to print
        #[arg(add = ArgValueCompleter::new(complete::names))]
        name: Option<String>,
    },
    /// Write a small commented show file
    New {
        /// The file to write; it must not exist yet
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Make a show file of a run sheet
    ///
    /// FILE is a workbook (XLSX, XLS, ODS), a CSV file (with commas, semicolons, tabs or bars; in
    /// UTF-8, UTF-16 or Windows-1252), a project of Ontime (JSON), or a cue list of ETC Eos or QLab
    /// (CSV); its content says what it is, not its name. How it was read goes to stderr, with the
    /// cell of every doubt.
    Import(ImportArgs),
    /// Report what is wrong with SHOW: errors and warnings, each with its line and how to fix it
    ///
    /// A show with errors does not run. A show with warnings runs, but may not do what is meant.
    /// Exit status 1 for errors, and with --strict for warnings too; otherwise 0.
    Check {
        /// The show file, or the name of a built-in show
        #[arg(add = ArgValueCompleter::new(complete::shows))]
        show: PathBuf,
        /// Fail on warnings too
        #[arg(long)]
        strict: bool,
        /// Print the show with its includes, names and templates written out
        #[arg(long)]
        expanded: bool,
    },
    /// Try every output of SHOW without firing anything, and report which answer
    Probe {
        /// The show file, or the name of a built-in show
        #[arg(add = ArgValueCompleter::new(complete::shows))]
        show: PathBuf,
    },
    /// List runs: id, when, kind, state, show
    ///
    /// The kind is live, rehearsal or technical. The state is "called, pid N" while a caller has
    /// it, "runs without a terminal, pid N" if the window is gone and the show keeps running,
    /// "left" if it can be resumed, or "finished". A run whose id ends in @STATION is the copy
    /// that this station keeps of a shared run.
    Runs,
    /// End a run that runs without a terminal
    ///
    /// The run is left as with q: what was fired is kept, and `handover --resume` resumes it.
    Stop {
        /// The run's id, as `handover runs` lists it
        #[arg(add = ArgValueCompleter::new(complete::stoppable))]
        run: String,
    },
    /// The as-run report of a run: what was planned and what happened
    Report {
        /// The run's id [default: the last run]
        #[arg(add = ArgValueCompleter::new(complete::runs))]
        run: Option<String>,
        /// What to print; a show report is text or html
        #[arg(long, value_enum, default_value = "text")]
        format: ReportFormat,
        /// Which report
        #[arg(long, value_enum, default_value = "as-run")]
        form: ReportForm,
        /// Begin CSV with a byte order mark, which Excel needs to read it as UTF-8
        #[arg(long)]
        bom: bool,
    },
    /// Show the time, what is on and what is next, on a second terminal or a projector
    ///
    /// Follows a run on this machine by its journal and never changes it. Shows the time by the
    /// show's clock, the show's title, the running segment and cue with the time left, what comes
    /// next and when it is planned, and at the end how far over the show was. A cue under embargo
    /// shows as '—' until it has fired. HELD means that the show is held. Calls, notes, people,
    /// departments, outputs, missed cues and panics are never shown, nor how far over the show is
    /// while it runs.
    ///
    /// Without a run's id it follows the run of SHOW (or of any show) that is being called, a live
    /// run before a rehearsal, otherwise the newest unfinished one. If there is none, it waits for
    /// one. After the end of a run it stays, and follows the next run of the show when that begins.
    ///
    /// Keys: c clock, d countdown, t timer, b board, Tab next view, ? keys, q quit.
    Board(BoardArgs),
    /// Follow a run that another station shares, and take over its calling when it is handed over
    ///
    /// Without RUN it follows the run that goes on. The show comes from the server.
    Join(JoinArgs),
    /// List the shared runs of a server: run, show, who has the flag, its term, the stations and
    /// how far behind they are
    ///
    /// Listens for a little more than a second. A station that is up to date has all records of the
    /// run's log; the one with the flag is behind if the log lacks records that it has.
    Stations(StationsArgs),
    /// The cue sheet to print, from the plan
    Sheet {
        /// The show file, or the name of a built-in show
        #[arg(add = ArgValueCompleter::new(complete::shows))]
        show: PathBuf,
        /// What to print
        #[arg(long, value_enum, default_value = "text")]
        format: SheetFormat,
        /// Only what is public: times, numbers, titles, live or VT, durations; "—" for embargoed
        /// items
        #[arg(long)]
        public: bool,
        /// The call sheet of one department, by its id or name: the cues that need it, and the words for it
        #[arg(long, value_name = "ID", conflicts_with = "public")]
        department: Option<String>,
        /// Begin CSV with a byte order mark, which Excel needs to read it as UTF-8
        #[arg(long)]
        bom: bool,
    },
    /// Write the plan as a file of another program: a spreadsheet, an Ontime project, a calendar
    ///
    /// Of cues under embargo only the number and the time are written. Cues that are not public,
    /// backups, and what follows a backup are left out.
    Export {
        /// The show file, or the name of a built-in show
        #[arg(add = ArgValueCompleter::new(complete::shows))]
        show: PathBuf,
        /// The file to write; its ending says which: .csv, .xlsx, .json (Ontime) or .ics. One that
        /// is there is replaced
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: ExportFile,
        /// Write everything, also what is under embargo or not public
        #[arg(long)]
        all: bool,
    },
    /// What differs between two shows, cue by cue
    ///
    /// Cues are compared by their number, segments by their cues and their title. Nothing is
    /// withheld, not even what is under embargo. Exit status 0 if both files could be read.
    Diff {
        /// The older show file, or the name of a built-in show; an empty file is no show
        #[arg(add = ArgValueCompleter::new(complete::shows))]
        old: PathBuf,
        /// The newer one
        #[arg(add = ArgValueCompleter::new(complete::shows))]
        new: PathBuf,
        /// What to print
        #[arg(long, value_enum, default_value = "text")]
        format: DiffFormat,
    },
    /// Print the current keys, in the form of keys.toml
    ///
    /// They come from $XDG_CONFIG_HOME/handover/keys.toml. If that file has errors, prints them all
    /// and exits with 1.
    Keys,
    /// Print the current colours, or those of NAME, in the form of theme.toml
    ///
    /// Your own come from $XDG_CONFIG_HOME/handover/theme.toml. If that file has errors, prints
    /// them all and exits with 1.
    Theme {
        /// The theme to print
        #[arg(value_enum)]
        name: Option<ThemeArg>,
    },
    /// Print the shell completions of handover's commands, shows and runs
    ///
    /// bash: source <(handover completions bash), in ~/.bashrc; zsh: the same in ~/.zshrc; fish:
    /// handover completions fish | source, in ~/.config/fish/config.fish.
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Read the guide, the reference of show files, or the configuration of a server
    ///
    /// On a terminal, the text opens in the pager that $PAGER names, or in less.
    Guide {
        /// The text to read
        #[arg(value_enum, default_value = "guide")]
        text: GuideText,
    },
    /// Print the man page; with VERB, that of a command
    Man {
        /// The command, such as `board`
        #[arg(add = ArgValueCompleter::new(complete::verbs))]
        verb: Option<String>,
    },
}

impl RunArgs {
    /// Returns `true` if any of these is on the command line.
    fn are_given(&self) -> bool {
        let RunArgs {
            show,
            rehearse,
            speed,
            auto,
            at,
            cue,
            fresh,
            resume,
            listen,
            web,
            theme: _,
            ascii: _,
            plain_keys: _,
            shared,
        } = self;
        let clock = speed.is_some() || at.is_some() || cue.is_some();
        let opens = show.is_some() || *rehearse || *fresh || *resume || shared.are_given();
        opens || clock || *auto || listen.is_some() || web.is_some()
    }

    /// Beginning of the show's clock.
    fn start(&self) -> ClockStart {
        match (&self.at, &self.cue) {
            (None, None) => ClockStart::Usual,
            (None | Some(None), Some(cue)) => cue.clone(),
            (Some(Some(at)), None) => at.clone(),
            (Some(None), None) => {
                usage("--at needs a time, or --cue N for that cue's planned time")
            }
            (Some(Some(_)), Some(_)) => {
                usage("--at with a time and --cue N name two times: give one of them")
            }
        }
    }
}

impl Args {
    /// Reads the command line; exits with status 2 and an error if it makes no sense.
    ///
    /// `--state` may come before a command or after it, so clap cannot be told that commands
    /// exclude arguments.
    pub(super) fn read() -> Self {
        let args = hints::parse();
        if args.verb.is_some() && args.run.are_given() {
            usage(
                "commands accept only --state and --env: the other options are for opening a show",
            );
        }
        args
    }

    /// Options for the run.
    pub(super) fn options(&self) -> anyhow::Result<RunOptions> {
        let run = &self.run;
        // Without SHOW the built-in one opens, which is a rehearsal always.
        let rehearse = run.rehearse || run.show.is_none();
        if run.speed.is_some() && !run.rehearse && run.show.is_some() {
            usage("--speed requires --rehearse: a live show runs in real time");
        }
        let unfinished = match (run.fresh, run.resume) {
            (true, _) => Unfinished::Fresh,
            (_, true) => Unfinished::Resume,
            _ => Unfinished::Ask,
        };
        let (mut config, theme) = self.config(None);
        config.permits.variables.extend(self.variables.iter().cloned());
        let (capabilities, note) = capabilities(run.ascii);
        Ok(RunOptions {
            show: run.show.clone(),
            rehearse,
            speed: run.speed.unwrap_or(1),
            auto: run.auto,
            start: run.start(),
            unfinished,
            state: self.state_dir()?,
            theme,
            config,
            capabilities,
            note,
            listen: run.listen,
            web: run.web,
            share: run.shared.options(),
        })
    }

    /// The caller's own keys and colours, and the theme that is chosen: on the command line, as
    /// `chosen`, or else by the environment. What is wrong with any of it is among the config's
    /// words.
    fn config(&self, chosen: Option<Theme>) -> (config::Config, Option<Theme>) {
        let mut config = config::config(config::folder().as_deref());
        config.plain_keys = self.run.plain_keys;
        let theme =
            chosen.map_or_else(|| self.theme(), |theme| Ok(Some(theme))).unwrap_or_else(|why| {
                config.words.push(format!("using the default colours: {why}"));
                None
            });
        if theme == Some(Theme::Own) && config.own.is_none() && config.words.is_empty() {
            config.words.push(format!(
                "there is no {} yet: `handover theme` prints one to start from",
                config::THEME
            ));
        }
        (config, theme)
    }

    /// The caller's choice of colours, if they made one: on the command line, or else in
    /// $HANDOVER_THEME. That is not clap's to read, for a wrong word in the environment must not
    /// keep a show from opening or a report from printing.
    ///
    /// # Errors
    /// With what is wrong with the variable.
    pub(super) fn theme(&self) -> Result<Option<Theme>, String> {
        match self.run.theme {
            Some(theme) => Ok(Some(theme.theme())),
            None => theme_called(
                &std::env::var_os(THEME_VARIABLE).unwrap_or_default().to_string_lossy(),
            ),
        }
    }

    /// Resources that shows may use beyond their own: config.toml, and what the command line adds.
    ///
    /// # Errors
    /// With what is wrong with config.toml.
    pub(super) fn permits(&self) -> anyhow::Result<Permits> {
        let mut permits =
            config::permits(config::folder().as_deref()).map_err(|fault| fault.report())?;
        permits.variables.extend(self.variables.iter().cloned());
        Ok(permits)
    }

    /// The folder in which runs are kept.
    ///
    /// # Errors
    /// When neither the command line names it nor a home folder is known.
    pub(super) fn state_dir(&self) -> anyhow::Result<PathBuf> {
        if let Some(dir) = &self.state {
            return Ok(dir.clone());
        }
        usual_state()
            .context("no home folder was found; name the folder of the runs with --state DIR")
    }
}

fn usage(text: &str) -> ! {
    command().error(ErrorKind::ArgumentConflict, text).exit()
}
