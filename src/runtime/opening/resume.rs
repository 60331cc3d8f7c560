//! Going on with a run that was left.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use jiff::SignedDuration;

use super::shared::Sharing;
use super::source::{machine_zone, parse_warned};
use super::{
    RunOptions, Script, Session, note_config, note_warnings, recall, report, resumable, run_ns_at,
    said, watched,
};
use crate::app::Tone;
use crate::app::log::{Log, LogWord};
use crate::conductor::{Conductor, RunClock};
use crate::engine::{Event, Record, RunId, State};
use crate::journal::{Journal, RunFolder, Store, checksum, recover};
use crate::runtime::beacon::Beacon;
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::inbox::{Inbox, Sender};
use crate::runtime::takeover::lock;
use crate::runtime::terminal::Keys;
use crate::runtime::{neighbours, question, wiring};
use crate::show::{CueNumber, Show};
use crate::time::nanoseconds;

/// From so much on, the machine's clock is behind the journal: somebody has set it, or it has lost
/// the time.
const CLOCK_BEHIND: SignedDuration = SignedDuration::from_secs(2);

/// Goes on with the run in `folder`; `script` is the show that was asked for, where one was. `None`
/// where the caller thought better of it.
///
/// # Errors
/// With the reason, in words for the caller.
pub(super) fn resume(
    options: &RunOptions,
    store: &Store,
    folder: &RunFolder,
    script: Option<&Script>,
    sharing: Sharing,
    (inbox, post): (&Inbox, &Sender),
) -> anyhow::Result<Option<Session>> {
    let id = folder.id.clone();
    let text = store.show_text(&id)?;
    let (show, warnings) = parse_warned(&text, &format!("the show of run {id}"))?;
    let live = folder.summary.as_ref().filter(|summary| !summary.rehearsal);
    if let Some(summary) = live
        && !neighbours::may_begin(store, (&show, &summary.source), options.auto, inbox)?
    {
        return Ok(None);
    }
    let may_alone = live.is_some() && options.share.is_none();
    // Its caller may be a program without a terminal, and the lock would end that.
    let is_called = may_alone && store.holder(&id).is_some();
    if is_called {
        let mut recorded = recover(&store.journal_path(&id)?)?.records;
        store.put_in_versions(&id, &mut recorded, &machine_zone())?;
        let mut state = State::new(Arc::clone(&show));
        recorded.iter().for_each(|record| state.fold(record));
        if !may_be_alone(&id, &state, &recorded, inbox)? {
            return Ok(None);
        }
    }
    let lock = lock(store, &id)?;
    let gap = lock.has_gap();
    let (journal, mut recovered) = Journal::open(lock, report(post))?;
    store.put_in_versions(&id, &mut recovered.records, &machine_zone())?;
    let sharing = sharing.reach(&options.state, Some((&id, &recovered.records)))?;
    let mut state = State::new(Arc::clone(&show));
    let mut log = Log::default();
    for record in &recovered.records {
        state.fold(record);
        log.push(record, &state);
    }
    let last = recovered.records.last().context("the journal holds no event")?;
    let is_alone = options.share.is_none() && state.flag().is_some();
    // A rehearsal sends nothing: nobody has to be asked.
    let asks = is_alone && may_alone && !is_called;
    if asks && !may_be_alone(&id, &state, &recovered.records, inbox)? {
        return Ok(None);
    }
    known_cues(&show, &recovered.records, &id)?;
    let started = recovered.records.iter().find_map(|record| {
        let Event::RunStarted { source, show_crc, .. } = &record.event else { return None };
        Some((source.as_str(), show_crc.as_deref()))
    });
    let (source, show_crc) = started.unwrap_or_default();
    let show = Arc::clone(state.show());
    let current = store.version_text(&id, state.revision())?;
    let file = watched(source, &current, &show, store, options);
    let beacon = live.and_then(|summary| Beacon::light(store, &summary.source));
    let mut outputs =
        wiring::outputs(&show, source, state.is_rehearsal(), &options.config.permits, post);
    for (output, why) in recall::down(&recovered.records, &show) {
        outputs.recall(output, why);
    }
    let earlier = options.listen.is_none().then(|| listened(&recovered.records, LISTEN)).flatten();
    let served = options.web.is_none().then(|| listened(&recovered.records, WEB)).flatten();
    let heard = wiring::remote(
        &show,
        options.listen.or(earlier),
        state.is_rehearsal(),
        &options.config.permits,
        post,
    );
    let (remote, deaf) = if_asked_again(heard, earlier)?;
    let pages =
        wiring::pages(&show, options.web.or(served), &options.state, &options.config.permits, post);
    let (web, unserved) = if_asked_again(pages, served)?;
    let now = wall_now();
    let run_ns = run_ns_at(last, state.speed(), now);
    let down_ns = nanoseconds(run_ns.since(last.run_ns));
    let is_clock_behind = !state.is_rehearsal() && last.at.duration_since(now) > CLOCK_BEHIND;
    note_config(&options.config, options.note.as_deref(), &mut log, run_ns);
    note_warnings(&warnings, &mut log, run_ns);
    let mut words: Vec<String> = unserved.into_iter().collect();
    let show_changed = show_crc.is_some_and(|crc| crc != checksum(&text));
    if show_changed {
        words.push(format!(
            "the show.toml of run {id} was changed after the run began: the run uses what it says now, \
             check the cues to come"
        ));
    }
    if let Some(listen) = earlier.filter(|_| remote.is_some()) {
        words.push(format!("remote control is heard at {listen} again"));
    }
    if let Some(address) = served.filter(|_| web.is_some()) {
        words.push(format!("browsers are served at {address} again"));
    }
    if state.is_auto() && !options.auto {
        words.push("the program does not give the GOs any more: that takes --auto again".into());
    }
    if let Some(torn) = &recovered.torn {
        words.push(torn.to_string());
    }
    let file_changed = script.is_some_and(|script| script.text != current);
    if file_changed {
        words.push(
            "the show file was changed after the run began: the run keeps the old show".into(),
        );
    }
    if !state.is_rehearsal() {
        neighbours::watch(store, &show, post);
    }
    words.iter().for_each(|line| log.say(LogWord::program(line, Tone::Alarm, run_ns)));
    if let Some(summary) = &folder.summary {
        let was = if summary.on_air.len() == 1 { "was" } else { "were" };
        let on_air = resumable::on_air(summary)
            .map_or("nothing was on air".into(), |cues| format!("{cues} {was} on air"));
        words.push(format!("“{}”, {}, {on_air}; run {id}", summary.show, summary.kind()));
    }
    let mut app = options.config.app(options.theme);
    app.state_option = store.option();
    app.auto = options.auto;
    app.show_alarm = match (show_changed, file_changed) {
        (true, _) => {
            Some("show.toml was changed after the run began: check the cues to come".to_owned())
        }
        (false, true) => Some("changed since the run began: the run keeps the old show".to_owned()),
        (false, false) => None,
    };
    app.not_shared = is_alone.then(|| {
        let copy = id.station().map(|station| format!("a copy of {station}, called ALONE: "));
        let copy = copy.unwrap_or_default();
        format!("{copy}other stations had a part in this run: one of them may call it, too")
    });
    let clock = RunClock::new(machine_ns(), run_ns, now, state.speed());
    let mut conductor = Conductor::new(state, clock, last.seq, last.run_ns);
    conductor.set_auto(options.auto);
    let session = Session {
        id: Some(id),
        conductor,
        log,
        begin: Some(Event::RunResumed {
            down_ns,
            listen: options.listen.or(earlier).map(|listen| listen.to_string()),
            web: options.web.or(served).map(|web| web.to_string()),
            gap,
            auto: options.auto,
        }),
        playhead: None,
        journal: Some(journal),
        journal_alarm: None,
        beacon,
        end_known: matches!(last.event, Event::RunLeft { .. }),
        is_clock_behind,
        outputs,
        remote,
        web,
        deaf,
        app,
        capabilities: options.capabilities,
        keys: Keys::new(options.config.plain_keys),
        words: said(&options.config, options.note.as_deref(), &words)
            .map(|(words, tone)| (words, if show_changed { Tone::Alarm } else { tone })),
        greets: false,
        shared: None,
        file,
    };
    let places = (store, &options.config.permits);
    sharing.share(session, recovered.records, places, post).map(Some)
}

/// Returns `true` if a run that was shared may be called here alone: another station may have its
/// flag by now, and would send every cue a second time. The caller has to type yes, but for a show
/// that the program calls, which begins with a warning on the standard error.
///
/// # Errors
/// When the terminal is gone.
fn may_be_alone(
    id: &RunId,
    state: &State,
    records: &[Record],
    inbox: &Inbox,
) -> anyhow::Result<bool> {
    let Some(flag) = state.flag() else { return Ok(true) };
    let began = records.first().and_then(|record| record.origin.as_ref());
    let right = match (id.station(), began) {
        (Some(me), _) => format!("handover join URL {} --station {me}", id.base()),
        (None, Some(began)) => {
            format!("handover --resume {id} --share URL --station {}", began.station)
        }
        (None, None) => format!("handover --resume {id} --share URL --station NAME"),
    };
    let what = [
        format!("Run {id} was shared. By this journal {} had its flag.", flag.holder),
        "Another station may have taken it meanwhile: both would send every cue.".to_owned(),
        format!("`{right}` goes on in the shared run."),
    ];
    if state.is_auto() {
        eprintln!("warning: {}", what.join(" "));
        return Ok(true);
    }
    Ok(question::ask_alone(&what, inbox)?)
}

/// What was opened, or the words why it was not. At an address of `earlier`, which nobody has asked
/// for again, that is no reason not to resume.
///
/// # Errors
/// With the reason, where the command line has asked for it.
fn if_asked_again<T>(
    opened: anyhow::Result<(Option<T>, Option<String>)>,
    earlier: Option<SocketAddr>,
) -> anyhow::Result<(Option<T>, Option<String>)> {
    opened.or_else(|why| match earlier {
        Some(_) => Ok((None, Some(crate::runtime::said(&why)))),
        None => Err(why),
    })
}

/// Returns one of the addresses of an event that has any.
type AddressOf = fn(&Event) -> Option<&String>;

/// Where the command line had remote controls heard.
const LISTEN: AddressOf = |event| {
    let (Event::RunStarted { listen, .. } | Event::RunResumed { listen, .. }) = event else {
        return None;
    };
    listen.as_ref()
};

/// Where the command line had browsers served.
const WEB: AddressOf = |event| {
    let (Event::RunStarted { web, .. } | Event::RunResumed { web, .. }) = event else {
        return None;
    };
    web.as_ref()
};

/// The last address of a kind that a command line gave.
fn listened(records: &[Record], address: AddressOf) -> Option<SocketAddr> {
    records.iter().rev().find_map(|record| address(&record.event)?.parse().ok())
}

/// A journal and the show beside it belong together, or somebody has exchanged one of them.
fn known_cues(show: &Show, records: &[Record], id: &RunId) -> anyhow::Result<()> {
    let versions = records.iter().filter_map(|record| {
        let Event::ShowRevised { show, .. } = &record.event else { return None };
        show.show().map(|show| &**show)
    });
    let versions: Vec<&Show> = std::iter::once(show).chain(versions).collect();
    let is_known = |cue: &CueNumber| versions.iter().any(|show| show.find(cue).is_some());
    let unknown =
        records.iter().find_map(|r| r.event.cue().filter(|cue| !is_known(cue)).map(|cue| (r, cue)));
    match unknown {
        Some((record, cue)) => bail!(
            "line {} of run {id}'s journal speaks of cue {cue}, which the show.toml beside it does not have; \
             put the right show.toml back, or start a new run with --fresh",
            record.seq
        ),
        None => Ok(()),
    }
}
