//! Tying a show to the world: its outputs, and the remote controls that it hears.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::clock::CLOCK;
use super::inbox::{Msg, Sender};
use crate::output::{
    OutputReport, Outputs, Permits, Reporter, RevisedOutputs, Surroundings, how_to_permit,
};
use crate::remote::{Passcode, Remote, Settings};
use crate::show::Show;

/// The variable with the passcode of a remote control that only the command line speaks of.
const PASSCODE_VARIABLE: &str = "HANDOVER_PASSCODE";

/// Opens the outputs of `show`, which came from `source`.
pub(super) fn outputs(
    show: &Arc<Show>,
    source: &str,
    rehearse: bool,
    permits: &Permits,
    post: &Sender,
) -> Outputs {
    if rehearse {
        return Outputs::rehearsal(Arc::clone(show));
    }
    Outputs::live(Arc::clone(show), &surroundings(source, permits), reporter(post))
}

/// Prepares the outputs of another version of a show that sends by `old`, and of whose outputs those
/// that are `true` are open. It may take its time.
pub(super) fn revised_outputs(
    old: (&Show, &[bool]),
    show: Arc<Show>,
    rehearse: bool,
    (source, permits): (&str, &Permits),
    post: &Sender,
) -> RevisedOutputs {
    match rehearse {
        true => RevisedOutputs::rehearsal(show),
        false => RevisedOutputs::live(old, show, &surroundings(source, permits), &reporter(post)),
    }
}

fn surroundings<'a>(source: &'a str, permits: &'a Permits) -> Surroundings<'a> {
    Surroundings {
        env: &|name| std::env::var(name).ok(),
        folder: folder_of(source),
        permits,
        clock: CLOCK,
    }
}

/// The folder of the show that came from `source`. One that is no file has none: its clips are
/// looked for where the program was started.
fn folder_of(source: &str) -> &Path {
    Path::new(source).parent().filter(|folder| folder.is_absolute()).unwrap_or(Path::new("."))
}

/// Hears the outputs for the station.
fn reporter(post: &Sender) -> Reporter {
    let post = post.clone();
    Arc::new(move |news| {
        post.send(match news {
            OutputReport::Report(report) => Msg::Report(report),
            OutputReport::Clip(report) => Msg::Clip(report),
            OutputReport::Word(text) => Msg::Word(text),
            OutputReport::Note(text) => Msg::Note(text),
        });
    })
}

/// Hears remote controls where the command line says, or else the show; the words are for the
/// caller, where it cannot be. In a rehearsal an output of the show may have the same address: it
/// sends nothing.
///
/// # Errors
/// When what the command line asks for cannot be done. What the show asks for is no reason not to
/// run it.
pub(super) fn remote(
    show: &Arc<Show>,
    listen: Option<SocketAddr>,
    rehearse: bool,
    permits: &Permits,
    post: &Sender,
) -> anyhow::Result<(Option<Remote>, Option<String>)> {
    let hear = |listen, variable| {
        if !rehearse {
            is_no_loop(show, listen)?;
        }
        hear(show, listen, variable, post)
    };
    match (listen, &show.remote) {
        (Some(listen), settings) => {
            let variable =
                settings.as_ref().and_then(|settings| settings.passcode_variable.as_deref());
            if let Some(name) = variable.filter(|name| !permits.may_be_passcode(name)) {
                anyhow::bail!(not_permitted(name));
            }
            hear(listen, variable.unwrap_or(PASSCODE_VARIABLE)).map(|remote| (Some(remote), None))
        }
        (None, Some(settings)) => {
            let variable = settings.passcode_variable.as_deref();
            let refused = variable.filter(|name| !permits.may_be_passcode(name));
            if let Some(name) = refused {
                return Ok((None, Some(not_permitted(name))));
            }
            let heard = match variable.filter(|name| passcode(name).is_none()) {
                Some(name) => {
                    Err(anyhow::anyhow!("remote control needs the environment variable {name}"))
                }
                None => hear(settings.listen, variable.unwrap_or(PASSCODE_VARIABLE)),
            };
            Ok(match heard {
                Ok(remote) => (Some(remote), None),
                Err(why) => (None, Some(super::said(&why))),
            })
        }
        (None, None) => Ok((None, None)),
    }
}

fn not_permitted(variable: &str) -> String {
    let fix = how_to_permit(variable);
    format!("remote control would take the environment variable {variable} for its passcode; {fix}")
}

fn passcode(variable: &str) -> Option<Passcode> {
    std::env::var(variable).ok().filter(|value| !value.is_empty()).map(Passcode::new)
}

/// # Errors
/// When an output of the show sends to where the program would listen: one press of GO would run
/// through the show.
fn is_no_loop(show: &Show, listen: SocketAddr) -> anyhow::Result<()> {
    match show.outputs.iter().find(|output| output.sides().any(|side| side.reaches(listen))) {
        Some(output) => anyhow::bail!(
            "OSC in: output {} sends to {listen}, and would fire cues itself: listen at another port",
            output.id
        ),
        None => Ok(()),
    }
}

fn hear(
    show: &Arc<Show>,
    listen: SocketAddr,
    variable: &str,
    post: &Sender,
) -> anyhow::Result<Remote> {
    let settings = Settings::new(listen, passcode(variable))?;
    let post = post.clone();
    let hear = Arc::new(move |request| post.send(Msg::Remote(request)));
    Remote::start(settings, Arc::clone(show), hear, CLOCK).context("OSC in")
}
