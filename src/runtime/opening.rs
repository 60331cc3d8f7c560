//! Opening a session: which show, which run, and everything that can be refused before the screen
//! is taken.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};

mod choice;
mod demo;
mod edit;
mod recall;
mod resumable;
mod resume;
mod shared;
mod source;
mod start;

pub use demo::DemoOptions;
pub(super) use demo::demo;
pub use edit::EditOptions;
pub(super) use edit::edit;
pub(super) use resumable::account_rows;
pub use resumable::{Resumable, account, resumable};
pub use source::{Beside, has_colour, machine_zone, parse, read};
pub use start::ClockStart;

use super::beacon::Beacon;
use super::clock::{machine_ns, wall_now};
use super::config::Config;
use super::fault;
use super::inbox::{Inbox, Msg, Sender};
use super::neighbours;
use super::showfile::WatchedFile;
use super::station::SharedStart;
use super::terminal::Keys;
use super::web::Served;
use super::wiring;
use crate::app::log::{Log, LogWord};
use crate::app::{App, Theme, Tone};
use crate::conductor::{Conductor, RunClock};
use crate::engine::{Event, RUN_NS_MAX, Record, RunId, RunNs, State};
use crate::journal::{Journal, RunFolder, Store};
use crate::output::Outputs;
use crate::remote::Remote;
use crate::show::{CueIx, Show, builtin};
use crate::ui::Capabilities;
use choice::Choice;
use resume::resume;
use shared::Sharing;
pub(super) use shared::join;
use source::{ShowText, parse_warned, read_show};
use start::first_event;

/// Options from the command line.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The show file, or the name of a built-in show; `None`: the built-in show.
    pub show: Option<PathBuf>,
    /// Nothing leaves the machine.
    pub rehearse: bool,
    /// Speed of a rehearsal's clock, in multiples of the machine's.
    pub speed: u32,
    /// The program gives the caller's GOs.
    pub auto: bool,
    /// Beginning of the show's clock.
    pub start: ClockStart,
    /// Handling of an unfinished run.
    pub unfinished: Unfinished,
    /// The folder in which `runs` lies.
    pub state: PathBuf,
    /// The colours, where the caller chose some.
    pub theme: Option<Theme>,
    /// The caller's own keys and colours.
    pub config: Config,
    /// Capabilities of the terminal.
    pub capabilities: Capabilities,
    /// A word on the terminal, where it can show less than usual.
    pub note: Option<String>,
    /// Address for remote controls, whatever the show says.
    pub listen: Option<SocketAddr>,
    /// Address of the pages for browsers, whatever the show says.
    pub web: Option<SocketAddr>,
    /// How the run is shared with other stations, if it is.
    pub share: Option<super::share::ShareOptions>,
}

/// Handling of an unfinished run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Ask, if there is one.
    Ask,
    /// Start a new run.
    Fresh,
    /// Go on with it.
    Resume,
}

/// Everything that the station needs to begin.
pub(super) struct Session {
    pub id: Option<RunId>,
    pub conductor: Conductor,
    pub log: Log,
    /// The first event: the run's start, or its resumption. None where the run has begun already
    /// and goes on.
    pub begin: Option<Event>,
    /// First place of the playhead, if it is not the first cue.
    pub playhead: Option<CueIx>,
    pub journal: Option<Journal>,
    pub journal_alarm: Option<String>,
    /// The sign that a live run is being called.
    pub beacon: Option<Beacon>,
    /// `true` unless the journal of a run that is resumed breaks off without a word: its last events
    /// may be missing.
    pub end_known: bool,
    /// The machine's clock is behind the journal of a run that is resumed.
    pub is_clock_behind: bool,
    pub outputs: Outputs,
    pub remote: Option<Remote>,
    /// Reason why no remote control is received, though the show asks for it.
    pub deaf: Option<String>,
    /// Server of pages for browsers.
    pub web: Option<Served>,
    /// The application before its first key.
    pub app: App,
    pub capabilities: Capabilities,
    /// Way of sending keys that the terminal is asked for.
    pub keys: Keys,
    /// The first word to the caller.
    pub words: Option<(String, Tone)>,
    /// `true` if nobody has run a show here before.
    pub greets: bool,
    /// This station's part in a shared run.
    pub shared: Option<SharedStart>,
    /// The show file, if the show has one.
    pub file: Option<WatchedFile>,
}

/// The show that was asked for.
struct Script {
    text: String,
    /// Its source, by which a later `--resume` finds it.
    source: String,
    show: Arc<Show>,
    /// Its warnings, one line each.
    warnings: Vec<String>,
    rehearse: bool,
}

/// The latest instant of the run's clock at which a run is taken up: half of what it can last, some
/// 73 years.
const RESUME_NS_MAX: RunNs = RunNs::new(RUN_NS_MAX.ns() / 2);

/// Opens what `wishes` ask for; `None` where the caller thought better of it.
///
/// # Errors
/// With the reason, in words for the caller.
pub(super) fn open(
    options: &RunOptions,
    inbox: &Inbox,
    post: &Sender,
) -> anyhow::Result<Option<Session>> {
    let store = &Store::new(&options.state);
    let sharing = shared::wanted(options)?;
    if options.show.is_none() && options.unfinished == Unfinished::Resume {
        let Some(folder) = choice::bare(options, store, inbox)? else { return Ok(None) };
        return resume(options, store, &folder, None, sharing, (inbox, post));
    }
    if let Some(folder) = run_named(options, store) {
        let Some(folder) = choice::beside_another(store, folder, inbox)? else { return Ok(None) };
        return resume(options, store, &folder, None, sharing, (inbox, post));
    }
    let script = script(options).map_err(|why| match options.unfinished {
        // A file that is being edited keeps nobody from the run.
        Unfinished::Resume => why.context(format!(
            "the run has its show with it: `handover --resume{}` goes on with that",
            store.option()
        )),
        Unfinished::Ask | Unfinished::Fresh => why,
    })?;
    match choice::choose(options, store, &script, inbox)? {
        Choice::Fresh => fresh(options, store, script, sharing, (inbox, post)),
        Choice::Resume(folder) => {
            resume(options, store, &folder, Some(&script), sharing, (inbox, post))
        }
        Choice::Leave => Ok(None),
    }
}

/// The run that `--resume` names by its id, where no show has that name.
fn run_named(options: &RunOptions, store: &Store) -> Option<Box<RunFolder>> {
    let path = options
        .show
        .as_deref()
        .filter(|path| options.unfinished == Unfinished::Resume && !path.exists())?;
    let name = path.to_str().filter(|name| builtin::find(name).is_none())?;
    resumable::named(store, name).map(Box::new)
}

fn script(options: &RunOptions) -> anyhow::Result<Script> {
    let path = options.show.as_deref().unwrap_or(Path::new(builtin::FIRST));
    let name = path.to_str().and_then(builtin::find).filter(|_| !path.exists());
    if let Some(builtin) = name {
        let (show, warnings) =
            parse_warned(builtin.text, &format!("built-in show {}", builtin.name))?;
        let source = format!("built-in:{}", builtin.name);
        return Ok(Script {
            text: builtin.text.to_owned(),
            source,
            show,
            warnings,
            rehearse: true,
        });
    }
    let ShowText { show, text, warnings } = read_show(path)?;
    let source = path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string();
    Ok(Script { text, source, show, warnings, rehearse: options.rehearse })
}

fn fresh(
    options: &RunOptions,
    store: &Store,
    script: Script,
    sharing: Sharing,
    (inbox, post): (&Inbox, &Sender),
) -> anyhow::Result<Option<Session>> {
    if !script.rehearse
        && !neighbours::may_begin(store, (&script.show, &script.source), options.auto, inbox)?
    {
        return Ok(None);
    }
    let sharing = sharing.reach(&options.state, None)?;
    let outputs = wiring::outputs(
        &script.show,
        &script.source,
        script.rehearse,
        &options.config.permits,
        post,
    );
    let (remote, deaf) = wiring::remote(
        &script.show,
        options.listen,
        script.rehearse,
        &options.config.permits,
        post,
    )?;
    let (web, unserved) =
        wiring::pages(&script.show, options.web, &options.state, &options.config.permits, post)?;
    let now = wall_now();
    let (begin, begins_ns, playhead) = first_event(&script, options, now)?;
    let Event::RunStarted { speed, day, clock, shift_ns, .. } = &begin else {
        bail!("a run begins with its start")
    };
    let stamp =
        now.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string();
    let greets = store.ids().is_ok_and(|ids| ids.is_empty());
    let beacon = (!script.rehearse).then(|| Beacon::light(store, &script.source)).flatten();
    let run = store.new_run(&format!("{stamp}-{}", slug(&script.show.title)), &script.text);
    let (id, journal, journal_alarm) = match Journal::begin(run, report(post)) {
        Ok((journal, Ok(id))) => (Some(id), Some(journal), None),
        Ok((journal, Err(why))) => (None, Some(journal), Some(why.to_string())),
        Err(error) => (None, None, Some(fault::words(&error))),
    };
    let dated = script.show.date.filter(|date| !script.rehearse && date != day);
    let shifted = shift_ns
        .map(|_| "the show's clock is set for a technical rehearsal; outputs are live".to_owned());
    let dated = dated.map(|date| format!("the show is dated {date}: its times are used for {day}"));
    let passed = playhead.filter(|_| matches!(options.start, ClockStart::At { .. })).map(|cue| {
        let number = &script.show.cue(cue).number;
        format!("begins at cue {number}: what is planned before it is passed over")
    });
    if !script.rehearse {
        neighbours::watch(store, &script.show, post);
    }
    // Of a show on its own date its warnings say this already.
    let is_laid_out = script.rehearse || script.show.date == Some(*day);
    let odd =
        if is_laid_out { vec![] } else { crate::show::plan::odd_times(&script.show, *day, *clock) };
    let warned = match script.warnings.len() {
        0 => None,
        1 => Some("1 warning about this show: it is in the log".to_owned()),
        count => Some(format!("{count} warnings about this show: they are in the log")),
    };
    let words: Vec<String> = unserved
        .into_iter()
        .chain(passed)
        .chain(dated)
        .chain(shifted)
        .chain(odd)
        .chain(warned)
        .collect();
    let mut log = Log::default();
    note_config(&options.config, options.note.as_deref(), &mut log, RunNs::ZERO);
    note_warnings(&script.warnings, &mut log, RunNs::ZERO);
    let mut app = options.config.app(options.theme);
    app.state_option = store.option();
    app.auto = options.auto;
    let clock = RunClock::new(machine_ns(), begins_ns, now, *speed);
    let file = watched(&script.source, &script.text, &script.show, store, options);
    let mut conductor = Conductor::new(State::new(script.show), clock, 0, begins_ns);
    conductor.set_auto(options.auto);
    let session = Session {
        id,
        conductor,
        log,
        begin: Some(begin),
        playhead,
        journal,
        journal_alarm,
        beacon,
        end_known: true,
        is_clock_behind: false,
        outputs,
        remote,
        web,
        deaf,
        app,
        capabilities: options.capabilities,
        keys: Keys::new(options.config.plain_keys),
        words: said(&options.config, options.note.as_deref(), &words),
        greets,
        shared: None,
        file,
    };
    let places = (store, &options.config.permits);
    sharing.share(session, vec![], places, post).map(Some)
}

/// The show file that a run is to look at, if `source` is one; `text` and `show` are the version
/// that runs.
fn watched(
    source: &str,
    text: &str,
    show: &Arc<Show>,
    store: &Store,
    options: &RunOptions,
) -> Option<WatchedFile> {
    let path = PathBuf::from(source);
    path.is_absolute().then(|| WatchedFile {
        path,
        source: source.to_owned(),
        text: text.to_owned(),
        show: Arc::clone(show),
        store: store.clone(),
        permits: options.config.permits.clone(),
    })
}

/// The first words to the caller. Keys that are not where they put them come first, and are an
/// alarm.
fn said(config: &Config, note: Option<&str>, words: &[String]) -> Option<(String, Tone)> {
    let faults = &config.words;
    let tone = if faults.is_empty() { Tone::Attention } else { Tone::Alarm };
    let all: Vec<&str> = faults.iter().chain(words).map(String::as_str).chain(note).collect();
    (!all.is_empty()).then(|| (all.join("; "), tone))
}

/// Puts what is wrong with the caller's own files into the log.
fn note_config(config: &Config, note: Option<&str>, log: &mut Log, at_ns: RunNs) {
    let lines = config.log.iter().map(String::as_str).chain(note);
    lines.for_each(|line| log.say(LogWord::program(line, Tone::Attention, at_ns)));
}

/// Puts what the show will not do as it is meant into the log.
fn note_warnings(warnings: &[String], log: &mut Log, at_ns: RunNs) {
    warnings.iter().for_each(|line| log.say(LogWord::program(line, Tone::Attention, at_ns)));
}

/// The run's clock at an instant of the wall's, by its last record.
pub(super) fn run_ns_at(last: &Record, speed: u32, now: Timestamp) -> RunNs {
    let down = now.duration_since(last.at).max(SignedDuration::ZERO);
    let down = down.unsigned_abs().saturating_mul(speed);
    // A fast rehearsal on a machine whose clock was set from 1970 to today has been down for ages:
    // no sum may overflow.
    (last.run_ns + down).min(RESUME_NS_MAX.max(last.run_ns))
}

pub(super) fn report(post: &Sender) -> Box<dyn Fn(crate::journal::SyncReport) + Send> {
    let post = post.clone();
    Box::new(move |report| post.send(Msg::Journal(report)))
}

/// The part of a run's id that people read.
fn slug(title: &str) -> String {
    let words = title.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.take(4).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "show".into() } else { slug.chars().take(40).collect() }
}
