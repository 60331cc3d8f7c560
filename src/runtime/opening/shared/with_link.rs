//! Sharing a run of this station's own, and joining another station's.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::app::log::Log;
use crate::conductor::{Conductor, RunClock};
use crate::engine::{Event, Record, RunId, RunNs, State};
use crate::files;
use crate::journal::{Journal, Store};
use crate::link::{
    Flag, FlagInput, FlagOutput, FlagStart, HandOver, Instance, LogStart, News, Shared, SharedRun,
    StationIdentity,
};
use crate::output::Permits;
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::inbox::{Inbox, Msg, Sender};
use crate::runtime::opening::source::{machine_zone, parse, parse_warned};
use crate::runtime::opening::{
    RunOptions, Session, note_config, note_warnings, report, run_ns_at, said, wiring,
};
use crate::runtime::share::{
    JoinOptions, Meeting, NamedServer, Reached, ServerLine, ShareOptions, meet, open,
};
use crate::runtime::showfile::WatchedFile;
use crate::runtime::station::SharedStart;
use crate::runtime::takeover::lock;
use crate::runtime::terminal::Keys;
use crate::runtime::{question, signals};
use crate::show::StationName;
use crate::time::MachineNs;

/// Maximum time until the first record of a run that is joined.
const FIRST_RECORD: Duration = Duration::from_secs(10);

/// Follows a run that another station shares.
///
/// # Errors
/// When the server cannot be used, there is no such run, or its journal here cannot be had.
pub(in crate::runtime) fn join(
    options: &JoinOptions,
    inbox: &Inbox,
    post: &Sender,
) -> anyhow::Result<Option<Session>> {
    let choose = |runs: &[SharedRun]| Ok(question::ask_which_shared(runs, inbox)?);
    let Some(Meeting { reached, run }) = meet(options, choose)? else { return Ok(None) };
    let me = options.share.station.clone();
    let (store, shared) = (Store::new(&options.own.state), run.clone());
    let id = run.id.copy_of(&me);
    let (show, warnings) = parse_warned(&run.show_text, &format!("the show of run {}", run.id))?;
    let known = if store.summary(&id).is_ok() {
        Some(Journal::open(lock(&store, &id)?, report(post))?)
    } else {
        None
    };
    let (journal, records) = known.map(|(journal, found)| (journal, found.records)).unzip();
    let mut records: Vec<Record> = records.unwrap_or_default();
    store.put_in_versions(&id, &mut records, &machine_zone())?;
    let identity = identity(&me, &run.id, &shared.digest);
    let line = open(reached, run, me.clone(), LogStart::Joins, waker(post))?;
    let begun =
        if records.is_empty() { FlagStart::Joins } else { FlagStart::Resumes(records.clone()) };
    let mut flag = Flag::new(identity, begun, machine_ns());
    give_texts(&mut flag, &records, &store, &id)?;
    let mut outputs = VecDeque::new();
    let mut heard = vec![];
    if records.is_empty() {
        let first = first_record(&mut flag, &*line, &mut outputs, (inbox, post))?;
        let Some(connections) = first else { return Ok(None) };
        heard = connections;
    }
    // Only now, so that a run that cannot be read leaves no folder without a record.
    let journal = match journal {
        Some(journal) => journal,
        None => Journal::create(store.create_named(&id, &shared.show_text)?, report(post))?,
    };
    let mut state = State::new(show.clone());
    let mut log = Log::default();
    for record in &records {
        state.fold(record);
        log.push(record, &state);
    }
    let rehearses = records.iter().chain(followed(&outputs)).find_map(|record| {
        let Event::RunStarted { rehearsal, .. } = &record.event else { return None };
        Some(*rehearsal)
    });
    let own = &options.own;
    let rehearses = rehearses.context("the run's log does not begin with its start")?;
    let show = Arc::clone(state.show());
    let file = edited_here(&store, &id, &state, &own.config.permits)?;
    // The folder of the holder's show is on another machine.
    let outputs_here = wiring::outputs(&show, "", rehearses, &own.config.permits, post);
    let (remote, deaf) = wiring::remote(&show, own.listen, rehearses, &own.config.permits, post)?;
    let (web, unserved) = wiring::pages(&show, own.web, &own.state, &own.config.permits, post)?;
    let unserved: Vec<String> = unserved.into_iter().collect();
    let (seq, run_ns, clock) = clock_after(&records, &state);
    let mut conductor = Conductor::new(state, clock, seq, run_ns);
    conductor.share(me.clone(), None);
    if !records.is_empty() {
        conductor.set_clock(clock);
    }
    note_config(&own.config, own.note.as_deref(), &mut log, run_ns);
    note_warnings(&warnings, &mut log, run_ns);
    let mut app = own.config.app(own.theme);
    app.state_option = store.option();
    Ok(Some(Session {
        id: Some(id),
        conductor,
        log,
        begin: None,
        playhead: None,
        journal: Some(journal),
        journal_alarm: None,
        beacon: None,
        outputs: outputs_here,
        remote,
        web,
        deaf,
        app,
        capabilities: own.capabilities,
        keys: Keys::new(own.config.plain_keys),
        words: said(&own.config, own.note.as_deref(), &unserved),
        greets: false,
        end_known: true,
        is_clock_behind: false,
        file: Some(file),
        shared: Some(SharedStart {
            share: options.share.clone(),
            flag,
            line,
            outputs,
            begin: None,
            recorded: records,
            heard,
        }),
    }))
}

/// The caller's wish to share the run that is opened, if they have it.
pub(in crate::runtime) struct Sharing(Option<(ShareOptions, NamedServer)>);

/// A run that is about to be shared: its server can be asked.
pub(in crate::runtime) struct Shares(Option<ReadyLine>);

struct ReadyLine {
    share: ShareOptions,
    reached: Reached,
}

/// The wish to share a run, where the caller has it: its words are right, and nothing was done.
///
/// # Errors
/// When the URL or a file is no good.
pub(in crate::runtime) fn wanted(options: &RunOptions) -> anyhow::Result<Sharing> {
    let Some(share) = &options.share else { return Ok(Sharing(None)) };
    Ok(Sharing(Some((share.clone(), share.server.server()?))))
}

impl Sharing {
    /// Gets a server before anything is opened for a run; `begun` is the run and its records, if it
    /// goes on. The server on this machine has its data in `state`.
    ///
    /// # Errors
    /// When the run was not shared from its beginning, the server on this machine is no good, or another
    /// program takes part in the run by this station's name.
    pub(in crate::runtime) fn reach(
        self,
        state: &Path,
        begun: Option<(&RunId, &[Record])>,
    ) -> anyhow::Result<Shares> {
        let Some((share, server)) = self.0 else { return Ok(Shares(None)) };
        if let Some((id, [first, ..])) = begun
            && first.origin.is_none()
        {
            bail!("run {id} was not shared from its beginning: `--fresh` begins one that is");
        }
        let reached = server.start(state)?;
        if let Some((id, _)) = begun {
            reached.check_name(&id.base(), &share.station)?;
        }
        Ok(Shares(Some(ReadyLine { share, reached })))
    }
}

impl Shares {
    /// Shares the run of `session`, which has these `records`, where the caller wants that.
    ///
    /// # Errors
    /// When the run has no journal, or the system gives no thread.
    pub(in crate::runtime) fn share(
        self,
        mut session: Session,
        records: Vec<Record>,
        (store, permits): (&Store, &Permits),
        post: &Sender,
    ) -> anyhow::Result<Session> {
        let Some(ReadyLine { share, reached }) = self.0 else { return Ok(session) };
        let me = &share.station;
        let id = session.id.clone().context(
            "a run is shared by its journal, and this one cannot be written; free some room, or share it later",
        )?;
        let base = id.base();
        let title = session.conductor.state().show().title.clone();
        let run = Shared::new(base.clone(), title, store.show_text(&id)?);
        let mut begin = None;
        let begun = if records.is_empty() {
            session.conductor.share(me.clone(), Some(1));
            FlagStart::Opens
        } else {
            let clock = session.conductor.clock();
            session.conductor.share(me.clone(), None);
            session.conductor.set_clock(clock);
            begin = session.begin.take();
            FlagStart::Resumes(records.clone())
        };
        let identity = identity(me, &base, &run.digest);
        let line = open(reached, run, me.clone(), LogStart::Shares, waker(post))?;
        let mut flag = Flag::new(identity, begun, machine_ns());
        give_texts(&mut flag, &records, store, &id)?;
        if session.file.is_none() {
            session.file = Some(edited_here(store, &id, session.conductor.state(), permits)?);
        }
        let outputs = VecDeque::new();
        session.shared = Some(SharedStart {
            share,
            flag,
            line,
            outputs,
            begin,
            recorded: records,
            heard: vec![],
        });
        Ok(session)
    }
}

/// Gives the flag the texts of the versions of the show that these records name.
fn give_texts(
    flag: &mut Flag,
    records: &[Record],
    store: &Store,
    id: &RunId,
) -> anyhow::Result<()> {
    for record in records {
        let Event::ShowRevised { revision, sha256, .. } = &record.event else { continue };
        let text = store.version_text(id, *revision)?.into();
        let sha256 = sha256.clone().unwrap_or_default();
        flag.handle(machine_ns(), FlagInput::Text { sha256, text });
    }
    Ok(())
}

/// The file in which the show is edited at a station that does not have the show's own: its text is
/// the version that the run goes on with, unless somebody has written there what no run has.
fn edited_here(
    store: &Store,
    id: &RunId,
    state: &State,
    permits: &Permits,
) -> anyhow::Result<WatchedFile> {
    let (text, path) = (store.version_text(id, state.revision())?, store.latest_path(id)?);
    if !path.exists() {
        files::write_over(&path, text.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let show = parse(&text, &format!("the show of run {id}"))?;
    let (source, permits) = (String::new(), permits.clone());
    Ok(WatchedFile { path, source, text, show, store: store.clone(), permits })
}

/// This program as the other stations know it.
fn identity(me: &StationName, run: &RunId, digest: &str) -> StationIdentity {
    StationIdentity {
        me: me.clone(),
        // Of the standard library's random numbers the first one is as good as any.
        instance: Instance(RandomState::new().build_hasher().finish()),
        run: run.0.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: digest.to_owned(),
        terminal: true,
    }
}

fn waker(post: &Sender) -> Box<dyn Fn() + Send + Sync> {
    let post = post.clone();
    Box::new(move || post.send(Msg::Link))
}

/// Waits for the first record of the log, and gives the news of the connection until then; `None`
/// if the program was told to end meanwhile. What else comes is left in the inbox for the station.
fn first_record(
    flag: &mut Flag,
    line: &dyn ServerLine,
    outputs: &mut VecDeque<FlagOutput>,
    (inbox, post): (&Inbox, &Sender),
) -> anyhow::Result<Option<Vec<News>>> {
    let mut heard = vec![];
    let until_ns = machine_ns() + FIRST_RECORD;
    let (mut why, mut others) = (None, vec![]);
    while followed(outputs).next().is_none() {
        while let Some(news) = line.next() {
            if let News::Disconnected { why: words } = &news {
                why = Some(words.clone());
            }
            if news.is_of_line() {
                heard.push(news.clone());
            }
            flag.handle(machine_ns(), FlagInput::News(news));
        }
        if flag.deadline() <= machine_ns() {
            flag.handle(machine_ns(), FlagInput::Tick);
        }
        while let Some(output) = flag.poll() {
            let FlagOutput::Request(request) = output else {
                outputs.push_back(output);
                continue;
            };
            match line.try_send(request) {
                HandOver::Yes => {}
                HandOver::Full(request) => outputs.push_back(FlagOutput::Request(request)),
                HandOver::Gone => bail!("the thread that talks to the server has ended"),
            }
        }
        if followed(outputs).next().is_some() {
            break;
        }
        let now_ns = machine_ns();
        if now_ns >= until_ns {
            let why = why.unwrap_or_else(|| "it has no record yet".to_owned());
            bail!("the run's log cannot be read: {why}");
        }
        let wait = flag.deadline().min(until_ns).since(now_ns);
        let mut bell = [PollFd::from_borrowed_fd(inbox.wake_fd(), PollFlags::IN)];
        let _ = poll(&mut bell, Timespec::try_from(wait).ok().as_ref());
        for message in inbox.take() {
            if matches!(message, Msg::Signal(signal) if signals::ends(signal)) {
                return Ok(None);
            }
            if !matches!(message, Msg::Link) {
                others.push(message);
            }
        }
    }
    others.into_iter().for_each(|message| post.send(message));
    Ok(Some(heard))
}

/// The records that are to be followed.
fn followed(outputs: &VecDeque<FlagOutput>) -> impl Iterator<Item = &Record> {
    outputs.iter().flat_map(|output| {
        let FlagOutput::Follow(records) = output else { return &[][..] };
        records.as_slice()
    })
}

/// The last record's place, and the run's clock as far as the wall clocks tell it.
fn clock_after(records: &[Record], state: &State) -> (u64, RunNs, RunClock) {
    let (now_ns, wall): (MachineNs, _) = (machine_ns(), wall_now());
    let Some(last) = records.last() else {
        return (0, RunNs::ZERO, RunClock::new(now_ns, RunNs::ZERO, wall, 1));
    };
    let run_ns = run_ns_at(last, state.speed(), wall);
    (last.seq, last.run_ns, RunClock::new(now_ns, run_ns, wall, state.speed()))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use jiff::Timestamp;

    use super::*;
    use crate::journal::encode;
    use crate::link::{self, ServerRequest};
    use crate::runtime::inbox::inbox;

    /// A line that takes everything and has this news.
    #[derive(Debug)]
    struct Has(RefCell<VecDeque<News>>);

    impl ServerLine for Has {
        fn try_send(&self, _: ServerRequest) -> HandOver {
            HandOver::Yes
        }

        fn next(&self) -> Option<News> {
            self.0.borrow_mut().pop_front()
        }

        fn close(self: Box<Self>) {}
    }

    #[test]
    fn what_a_line_says_of_itself_before_the_first_record_is_handed_on() {
        let server = || link::ServerFacts {
            name: "h1".into(),
            version: "2.15.0".into(),
            replicas: 1,
            leader: None,
            stops: None,
        };
        let origin = Some(std::sync::Arc::new(crate::engine::Origin::new("paris", 1)));
        let at = Timestamp::UNIX_EPOCH;
        let event = Event::started(at, true);
        let record = Record { seq: 1, at, run_ns: RunNs::ZERO, origin, event };
        let mut line = vec![];
        encode(&record, &mut line).unwrap();
        line.pop();
        let of_line = vec![News::Connected(server()), News::LooksOn];
        let mut news = VecDeque::from(of_line.clone());
        news.push_back(News::Entry { sequence: 1, line });
        let me = StationName::new("la").unwrap();
        let mut flag =
            Flag::new(identity(&me, &RunId("r".into()), "d"), FlagStart::Joins, machine_ns());
        let (inbox, post) = inbox().unwrap();
        let mut outputs = VecDeque::new();
        let has = Has(RefCell::new(news));
        let heard = first_record(&mut flag, &has, &mut outputs, (&inbox, &post)).unwrap();
        assert_eq!(heard, Some(of_line));
    }
}
