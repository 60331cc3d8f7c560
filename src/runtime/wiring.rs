//! Tying a show to the world: its outputs, the remote controls that it hears, and the pages that it
//! serves.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::clock::CLOCK;
use super::inbox::{Msg, Sender};
use super::web::{self, Served};
use crate::output::{
    OutputReport, Outputs, Permits, Reporter, RevisedOutputs, Surroundings, how_to_permit,
};
use crate::remote::{Passcode, Remote, RemoteSettings};
use crate::show::{ListenAt, Show};

/// The variable with the passcode of remote controls, unless the show names another.
const PASSCODE_VARIABLE: &str = "HANDOVER_PASSCODE";

/// The variable with the passcode of the pages for browsers, in the same way.
const WEB_PASSCODE_VARIABLE: &str = "HANDOVER_WEB_PASSCODE";

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
    let hear = |listen, passcode| {
        if !rehearse {
            is_no_loop(show, listen)?;
        }
        hear(show, listen, passcode, post)
    };
    open(listen, show.remote.as_ref(), ("remote control", PASSCODE_VARIABLE), permits, hear)
}

/// Serves browsers where the command line says, or else the show, in the same way; `state` is the
/// folder in which `runs` lies.
///
/// # Errors
/// As [`remote`].
pub(super) fn pages(
    show: &Show,
    listen: Option<SocketAddr>,
    state: &Path,
    permits: &Permits,
    post: &Sender,
) -> anyhow::Result<(Option<Served>, Option<String>)> {
    let serve = |listen, passcode| web::serve(listen, passcode, state, post);
    let name = "pages for browsers";
    open(listen, show.web.as_ref(), (name, WEB_PASSCODE_VARIABLE), permits, serve)
}

/// Opens what others reach the program by, at the address that the command line gives, or else the
/// show. `name` is its name for the caller, and `variable` has its passcode unless the show names
/// another.
fn open<T>(
    listen: Option<SocketAddr>,
    settings: Option<&ListenAt>,
    (name, variable): (&str, &str),
    permits: &Permits,
    open: impl FnOnce(SocketAddr, Option<Passcode>) -> anyhow::Result<T>,
) -> anyhow::Result<(Option<T>, Option<String>)> {
    let named = settings.and_then(|settings| settings.passcode_variable.as_deref());
    let Some(address) = listen.or(settings.map(|settings| settings.listen)) else {
        return Ok((None, None));
    };
    let opened = if let Some(refused) = named.filter(|named| !permits.may_be_passcode(named)) {
        let fix = how_to_permit(refused);
        Err(anyhow::anyhow!(
            "{name} would take the environment variable {refused} for its passcode; {fix}"
        ))
    } else {
        match (passcode(named.unwrap_or(variable)), named) {
            (None, Some(named)) if listen.is_none() => {
                Err(anyhow::anyhow!("{name} needs the environment variable {named}"))
            }
            (passcode, _) => open(address, passcode),
        }
    };
    match opened {
        Ok(opened) => Ok((Some(opened), None)),
        Err(why) if listen.is_some() => Err(why),
        Err(why) => Ok((None, Some(super::said(&why)))),
    }
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
    passcode: Option<Passcode>,
    post: &Sender,
) -> anyhow::Result<Remote> {
    let settings = RemoteSettings::new(listen, passcode)?;
    let post = post.clone();
    let hear = Arc::new(move |request| post.send(Msg::Remote(request)));
    Remote::start(settings, Arc::clone(show), hear, CLOCK).context("OSC in")
}
