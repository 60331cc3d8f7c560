//! The station: the one loop through which everything goes.
//!
//! A key becomes a task, a task a command; what becomes of a command is the [`Conductor`]'s. The
//! station drives it ([`Station::drive`]) with the keyboard, the inbox, the journal and the
//! outputs. It waits in one place, for the keyboard, the inbox and the next deadline, and never for
//! the terminal, the disk's sync, a peer on the net or another thread.

mod drive;
mod editor;
mod leave;
mod remote;
mod revise;
mod shared;
mod tell;
mod typed;
#[cfg(feature = "web")]
mod web;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

use super::beacon::Beacon;
use super::clock::machine_ns;
use super::feed::Feed;
use super::follower::Follower;
use super::inbox::{Inbox, Msg, Sender};
use super::keyboard::{self, Keyboard, Woken};
use super::opening::Session;
use super::screen::{self, Screen};
use super::showfile::ShowFile;
use super::terminal::{self, Keys};
use super::web::WebEnd;
use super::{End, fault, realtime, signals};
use crate::app::log::LogWord;
use crate::app::{App, RemoteSign, Tone, ongoing, resumed, wall};
use crate::conductor::{By, Conductor, ConductorInput};
use crate::engine::{Command, RAMP_MAY_STAY, RAMP_STAYS, Record, RunId, RunNs, TERMINAL_WENT};
use crate::journal::{Journal, SyncReport};
use crate::output::{Health, Outputs};
use crate::remote::{Counts, Ear, Remote};
use crate::time::MachineNs;
use crate::ui::Capabilities;
use editor::Editing;
use revise::RevisingVersion;
use shared::SharedEnd;
pub(super) use shared::SharedStart;

/// Number of internal errors that a run survives before it gives up.
const FAULTS: usize = 5;

/// The run in the hands of this program.
struct Station {
    id: Option<RunId>,
    conductor: Conductor,
    app: App,
    journal: Option<Journal>,
    /// Shown for as long as the run is in these hands.
    _beacon: Option<Beacon>,
    outputs: Outputs,
    inbox: Inbox,
    keyboard: Keyboard,
    post: Sender,
    /// `None` once the terminal is gone: the show runs on without it.
    screen: Option<Screen>,
    capabilities: Capabilities,
    keys: Keys,
    /// Until when the terminal may say that it tells which key is held, by the machine's clock;
    /// `None` once the log has what there is to say of it.
    held_keys_due_ns: Option<MachineNs>,
    /// `true` if the terminal has to be asked again which key is held.
    asks_keys: bool,
    /// Number of questions for its keys that the terminal has not answered, and the instant of the
    /// last one.
    questions: usize,
    asked_ns: MachineNs,
    /// Number of times that the screen had to be started again.
    faults: usize,
    /// The records for all who follow the run.
    feed: Feed,
    /// Those that were not published yet.
    news: Vec<Record>,
    /// Receiver of remote controls, if there is one.
    remote: Option<RemoteEnd>,
    /// Pages for browsers, if there are any.
    web: Option<WebEnd>,
    /// This station's part in a shared run.
    shared: Option<Box<SharedEnd>>,
    /// The thread that looks at the show file, where the show has one.
    file: Option<ShowFile>,
    /// The version of the show that comes next, if one does.
    versions: RevisingVersion,
    /// The caller's editor, from the key that opens it to its end.
    editor: Option<Editing>,
    /// Words for the log that are no events, which the screen has not been told yet.
    words: Vec<LogWord>,
    /// That clips have ended with the program before, until the caller is told.
    clips_lost: Option<String>,
    /// Reason for the end of the loop, once it ends.
    leaving: Option<String>,
    /// Way of the end, for the shell.
    end: End,
}

/// The station's hold on remote controls.
struct RemoteEnd {
    remote: Arc<Remote>,
    ear: Ear,
    follower: Follower,
    /// Counts in the last log line about remote controls, its instant by the machine's clock, and
    /// the pause until the next one.
    logged: Counts,
    logged_ns: MachineNs,
    pause: Duration,
}

/// Runs a session to its end; the farewell is for the shell's screen, the end for its exit status.
///
/// # Errors
/// When the terminal is gone already, or the system gives no thread.
pub(super) fn run(
    mut session: Session,
    inbox: Inbox,
    post: &Sender,
) -> anyhow::Result<(Option<String>, End)> {
    // Timers may be up to 50 µs late by default, for the sake of the battery.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
    if let Err(why) = realtime::ask() {
        session.log.say(LogWord::program(
            why,
            Tone::Attention,
            session.conductor.clock().run_ns(machine_ns()),
        ));
    }
    terminal::take()?;
    let mut keyboard = Keyboard::default();
    let words = typed::drop_what_came_before(&mut keyboard, &inbox);
    let mut station = match Station::new(session, inbox, post, keyboard) {
        Ok(station) => station,
        Err(error) => {
            terminal::give_back();
            return Err(error.into());
        }
    };
    if let Some(words) = words {
        station.app.refuse(words, machine_ns());
    }
    for _ in 0..FAULTS {
        // What one key or one timer has broken must not take the show with it.
        match std::panic::catch_unwind(AssertUnwindSafe(|| station.run())) {
            Ok(()) => break,
            Err(_) => station.app.say(fault::WORDS, Tone::Alarm, machine_ns()),
        }
    }
    Ok(station.leave())
}

/// Nothing is waited for longer than this, so that a fault of a deadline cannot put the station to
/// sleep for good, and so that a wait of more than a second means that the machine stood still
/// (`typed.rs`).
const LONGEST_WAIT: Duration = Duration::from_millis(500);

impl Station {
    fn new(
        session: Session,
        inbox: Inbox,
        post: &Sender,
        mut keyboard: Keyboard,
    ) -> std::io::Result<Self> {
        let Session {
            id,
            conductor,
            log,
            begin,
            playhead,
            journal,
            journal_alarm,
            beacon,
            end_known,
            is_clock_behind,
            outputs,
            remote,
            web,
            deaf,
            mut app,
            capabilities,
            keys,
            words,
            greets,
            shared,
            file,
        } = session;
        keyboard.act_once(app.keymap.act_once());
        app.run = id.clone();
        app.outputs = outputs.health(machine_ns());
        app.greets = greets;
        app.journal_alarm = journal_alarm;
        app.remote = deaf.map(RemoteSign::Deaf);
        let mut feed = Feed::default();
        let (state, clock) = (conductor.state(), conductor.clock());
        let start = screen::ScreenStart {
            state: state.clone(),
            log,
            app: app.clone(),
            clock,
            capabilities,
            keys,
        };
        let screen = Some(Screen::start(&mut feed, start, post.clone())?);
        let remote = match remote.map(Arc::new) {
            Some(remote) => {
                let follower =
                    Follower::start(&mut feed, Arc::clone(&remote), state.clone(), clock)?;
                let post = post.clone();
                Some(RemoteEnd {
                    ear: remote.lend(move || post.send(Msg::Ear)),
                    remote,
                    follower,
                    logged: Counts::default(),
                    logged_ns: MachineNs::ZERO,
                    pause: Duration::ZERO,
                })
            }
            None => None,
        };
        let web = web.map(|web| web.follow(&mut feed, state.clone(), clock)).transpose()?;
        app.browsers = web.as_ref().map(WebEnd::sign);
        let post = post.clone();
        let mut station = Station {
            id,
            conductor,
            app,
            journal,
            _beacon: beacon,
            outputs,
            inbox,
            keyboard,
            post,
            screen,
            capabilities,
            keys,
            held_keys_due_ns: None,
            asks_keys: false,
            questions: 0,
            asked_ns: MachineNs::ZERO,
            faults: 0,
            feed,
            news: vec![],
            remote,
            web,
            shared: None,
            file: None,
            versions: RevisingVersion::default(),
            editor: None,
            words: vec![],
            clips_lost: None,
            leaving: None,
            end: End::Left,
        };
        let watched = match file {
            Some(watched) => ShowFile::start(watched, station.post.clone())
                .map_err(|_| "the show file is not looked at: the system gave no thread for it"),
            None => Err("the show of this run is no file; `handover new FILE` writes one to edit"),
        };
        match watched {
            Ok(file) => station.file = Some(file),
            Err(why) => station.app.not_watched = Some(why),
        }
        station.has_asked();
        let show = Arc::clone(station.conductor.state().show());
        station.shared = shared.map(|start| Box::new(SharedEnd::new(start, &show)));
        station.tick_shared();
        if let Some(begin) = begin {
            station.drive(ConductorInput::Begin(begin));
        }
        if let Some(cue) = playhead {
            station.drive(ConductorInput::Command {
                by: By::Program,
                command: Command::PlayheadTo(cue),
            });
        }
        if let Some((text, tone)) = words {
            // After the first events, which would take it for old.
            station.app.say_too(&text, tone, machine_ns());
        }
        let cut_off = ongoing::cut_off(
            station.conductor.state(),
            match end_known {
                true => RAMP_STAYS,
                false => RAMP_MAY_STAY,
            },
        );
        let events = station.news.iter().map(|record| &record.event);
        let state = station.conductor.state();
        let missed: Vec<String> =
            state.missed().map(|cue| state.show().cue(cue).number.to_string()).collect();
        // In a shared run these are the records of others, of before this program.
        if !station.is_shared()
            && let Some((text, tone)) =
                resumed::words(events, end_known, is_clock_behind, cut_off, &missed)
        {
            station.app.say_too(&text, tone, machine_ns());
        }
        // What is not on air any more comes first: a line is short.
        if let Some(text) = station.clips_lost.take() {
            station.app.say_too(&text, Tone::Alarm, machine_ns());
        }
        // It is in the first words where it matters.
        if let Some(ahead_ns) = station.clock_ahead_ns(machine_ns()).filter(|ns| *ns != 0) {
            station.app.clock_ahead_ns = ahead_ns;
            let (text, tone) = wall::words(ahead_ns);
            station.words.push(LogWord::program(text, tone, station.conductor.run_ns()));
        }
        Ok(station)
    }

    fn run(&mut self) {
        while self.leaving.is_none() {
            self.tick();
            if !self.conductor.is_ahead() {
                self.tick_shared();
            }
            if !self.conductor.is_ahead() {
                self.publish();
            }
            self.take_version();
            self.check_form();
            let (looked_ns, due) = (machine_ns(), self.next_wait());
            let ear = self.remote.as_ref().and_then(|remote| remote.ear.fd());
            match self.keyboard.wait(self.reads_keys(), self.inbox.wake_fd(), ear, Some(due)) {
                Woken::Up => self.inputs(),
                Woken::Lost => self.terminal_lost(),
            }
            if let Some(remote) = &mut self.remote {
                // Its wish lies in the inbox then.
                remote.ear.take(looked_ns, due, machine_ns());
            }
            self.expect_editor();
            self.ask_for_held_keys();
            self.warn_of_held_keys();
            for message in self.inbox.take() {
                if message.is_act() {
                    self.flush();
                }
                self.message(message);
            }
            if self.screen.is_none() && !self.has_work() {
                self.end = End::Signal(SIGHUP);
                self.leaving.get_or_insert(TERMINAL_WENT.into());
            }
        }
    }

    /// Instant now by the run's clock, for what is no event; never before the last one.
    fn run_ns(&self) -> RunNs {
        self.conductor.clock().run_ns(machine_ns()).max(self.conductor.run_ns())
    }

    /// Time during which nothing comes by itself.
    fn next_wait(&self) -> Duration {
        let left = |due_ns: MachineNs| due_ns.since(machine_ns());
        let conductor = self.conductor.deadline().map_or(LONGEST_WAIT, left);
        if self.conductor.is_ahead() {
            return conductor.min(LONGEST_WAIT);
        }
        let shared = self.shared.as_ref().map_or(LONGEST_WAIT, |shared| shared.next_wait());
        conductor.min(shared).min(LONGEST_WAIT)
    }

    /// Returns `true` if the run goes on without a terminal. A rehearsal never does. A live run
    /// that has begun, or that remote controls can call, does until it has ended: somebody takes it
    /// over, or stops it. So does one in which something comes by the clock, and one whose outputs are
    /// at work.
    fn has_work(&self) -> bool {
        let state = self.conductor.state();
        if state.is_rehearsal() {
            return false;
        }
        let can_be_called = state.has_begun() || self.remote.is_some();
        (can_be_called && !state.has_ended())
            || self.conductor.deadline().is_some()
            || self.outputs.health(machine_ns()).iter().any(is_at_work)
    }

    fn message(&mut self, message: Msg) {
        if let Msg::Signal(signal) = message {
            self.tell_editor(signal);
        }
        match message {
            Msg::Report(report) => drop(self.drive(ConductorInput::Report(report))),
            Msg::Clip(report) => drop(self.drive(ConductorInput::Clip(report))),
            Msg::Word(text) => {
                self.app.say(text.clone(), Tone::Attention, machine_ns());
                self.words.push(LogWord::program(text, Tone::Attention, self.run_ns()));
            }
            Msg::Note(text) => self.words.push(LogWord::routine(text, self.run_ns())),
            Msg::Remote(request) => self.wish(request),
            // The next wait watches the socket.
            Msg::Ear => {}
            #[cfg(feature = "web")]
            Msg::Web(heard) => self.heard_in_browser(heard),
            Msg::Journal(SyncReport::Fault(error)) => {
                self.app.journal_alarm = Some(error.to_string())
            }
            Msg::Journal(SyncReport::Sound) => self.app.journal_alarm = None,
            Msg::Journal(SyncReport::LockRestored(path)) => {
                self.message(Msg::Word(lock_restored(&path)))
            }
            Msg::Journal(SyncReport::Begun(id)) => {
                let text = format!("the disk takes the run: all of it is kept as {id}");
                self.id = Some(id);
                self.message(Msg::Word(text));
            }
            Msg::Neighbours(words) => self.meets(words),
            Msg::Show(news) => self.show_news(news),
            Msg::Editor(news) => self.editor_news(news),
            // The next round takes it in.
            #[cfg(feature = "link")]
            Msg::Link => {}
            Msg::ScreenLost => self.terminal_lost(),
            Msg::ScreenFault => self.restart_screen(),
            Msg::Signal(SIGWINCH) => self.resized(),
            // They are keys that were pressed in it, or its own.
            Msg::Signal(SIGINT | SIGQUIT | SIGTSTP | SIGCONT) if self.has_editor() => {}
            Msg::Signal(SIGTSTP) => self.suspend(),
            Msg::Signal(SIGCONT) => {
                if self.screen.is_some() {
                    terminal::take_again();
                }
                self.resized();
            }
            Msg::Signal(SIGHUP) if !keyboard::is_alive() => self.terminal_lost(),
            // Terminals send it before they close (xterm), so that this one may be there for
            // another moment.
            Msg::Signal(SIGHUP) if self.has_work() => self.give_terminal_up(SIGHUP),
            // The terminal that was given up still sends them, and may be taken for the shell's.
            // `handover stop` ends the run.
            Msg::Signal(SIGINT | SIGQUIT) if self.screen.is_none() && self.has_work() => {}
            // The program that asks for the run would resume it without the events that are only
            // here.
            Msg::Signal(SIGTERM)
                if self.screen.is_none()
                    && self.journal.as_ref().is_some_and(Journal::has_unwritten) => {}
            Msg::Signal(signal) => {
                self.leaving = Some(signals::name(signal).into());
                self.end = End::Signal(signal);
            }
        }
    }

    /// Other runs send to the same outputs: an alarm for as long as they do.
    fn meets(&mut self, neighbours: Vec<String>) {
        let run_ns = self.run_ns();
        let is_new = |words: &&String| !self.app.neighbours.contains(words);
        let new = neighbours.iter().filter(is_new);
        self.words.extend(new.map(|words| LogWord::program(words.clone(), Tone::Alarm, run_ns)));
        self.app.neighbours = neighbours;
    }

    fn resized(&self) {
        if let Some(screen) = &self.screen {
            screen.resized();
        }
    }
}

/// Words on a lock file that this program has made again.
fn lock_restored(path: &std::path::Path) -> String {
    let path = path.display();
    format!("{path} was deleted or moved and is made again; leave the files of a run alone")
}

/// Returns `true` if an output has something to do still: a picture that runs must not go with the
/// caller's terminal.
fn is_at_work(health: &Health) -> bool {
    health.queued > 0 || !health.clips.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::ClipOnAir;
    use crate::show::{CueIx, OutputIx, OutputLayer};

    #[test]
    fn a_picture_on_air_is_work_and_a_dead_output_is_none() {
        let (player, cue) = (OutputLayer::main(OutputIx(0)), CueIx(0));
        let clip = ClipOnAir { player, cue, position_ns: 1, length_ns: None, moves: true };
        assert!(is_at_work(&Health { clips: vec![clip], ..Health::default() }));
        assert!(is_at_work(&Health { queued: 1, ..Health::default() }));
        assert!(!is_at_work(&Health { error: Some("down".into()), ..Health::default() }));
    }
}
