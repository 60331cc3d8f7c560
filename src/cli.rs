//! The command line: arguments to calls, results to text and an exit status.
//!
//! Exit status: 0 done, 1 failed (the reason on stderr), 2 bad usage, 128 + N ended by signal N.

mod args;
mod capabilities;
mod check;
mod choices;
mod commands;
mod complete;
mod diff;
mod export;
mod forms;
mod guide;
mod hints;
mod import;
mod line;
mod man;
mod probe;
mod stations;
mod words;

use std::io::Write;
use std::process::ExitCode;

use args::{Args, CommandVerb};

use crate::plain;
use crate::runtime::{End, RunOptions};

/// Runs the program.
pub fn main() -> ExitCode {
    #[cfg(feature = "link")]
    if let Some(status) = crate::link::local::guard() {
        return status;
    }
    complete::answer();
    let args = Args::read();
    let done = match &args.verb {
        None => return ended(args.options().and_then(run)),
        Some(CommandVerb::Demo(demo)) => {
            return ended(args.demo(demo).and_then(|options| crate::runtime::demo(&options)));
        }
        Some(CommandVerb::Edit(edit)) => {
            return ended(args.edit(edit).and_then(|mut options| {
                if let Some(made) = import::offered(&options.show)? {
                    options.show = made;
                }
                crate::runtime::edit(&options)
            }));
        }
        Some(CommandVerb::Join(join)) => {
            return ended(args.join(join).and_then(|options| crate::runtime::join(&options)));
        }
        Some(CommandVerb::Stations(args)) => stations::stations(args),
        Some(CommandVerb::Shows { name }) => commands::shows(name.as_deref()),
        Some(CommandVerb::New { file }) => commands::new(file),
        Some(CommandVerb::Import(args)) => import::import(args),
        Some(CommandVerb::Check { show, strict, expanded }) => {
            args.permits().and_then(|permits| check::check(show, *strict, *expanded, &permits))
        }
        Some(CommandVerb::Probe { show }) => {
            args.permits().and_then(|permits| probe::probe(show, &permits))
        }
        Some(CommandVerb::Runs) => args.state_dir().and_then(|state| commands::runs(&state)),
        Some(CommandVerb::Stop { run }) => {
            args.state_dir().and_then(|state| commands::stop(&state, run))
        }
        Some(CommandVerb::Report { run, format, form, bom }) => args
            .state_dir()
            .and_then(|state| commands::report(&state, run.as_deref(), (*form, *format), *bom)),
        Some(CommandVerb::Board(board)) => {
            args.board(board).and_then(|options| crate::runtime::board::show(&options))
        }
        Some(CommandVerb::Sheet { show, format, public, department, bom }) => {
            commands::sheet(show, *format, (*public, department.as_deref()), *bom)
        }
        Some(CommandVerb::Export { show, output, all }) => export::export(show, output, *all),
        Some(CommandVerb::Diff { old, new, format }) => diff::diff(old, new, *format),
        Some(CommandVerb::Keys) => commands::keys(),
        Some(CommandVerb::Theme { name }) => {
            commands::theme(name.map(args::ThemeArg::theme), args.theme())
        }
        Some(CommandVerb::Completions { shell }) => {
            complete::registration(&shell.to_string()).and_then(|lines| commands::print(&lines))
        }
        Some(CommandVerb::Guide { text }) => guide::show(*text),
        Some(CommandVerb::Man { verb }) => {
            man::page(verb.as_deref()).and_then(|page| commands::print(&page))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Opens a show; of a run sheet, the show file that is made of it.
fn run(mut options: RunOptions) -> anyhow::Result<End> {
    if let Some(made) = options.show.as_deref().map(import::offered).transpose()?.flatten() {
        options.show = Some(made);
    }
    crate::runtime::run(&options)
}

/// The status of a run that has ended.
fn ended(end: anyhow::Result<End>) -> ExitCode {
    match end {
        // As the shell has it for a program that a signal ends.
        Ok(End::Signal(signal)) => {
            ExitCode::from(128_u8.saturating_add(u8::try_from(signal).unwrap_or(0)))
        }
        Ok(End::Lost) => ExitCode::FAILURE,
        Ok(End::Left) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // With nobody to read it, the status says it alone.
    let said = crate::runtime::said(error);
    let _ = writeln!(std::io::stderr(), "{}", plain::coloured_lines(&format!("handover: {said}")));
    ExitCode::FAILURE
}
