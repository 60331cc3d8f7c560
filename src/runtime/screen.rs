//! The screen: a thread that follows the run by its records and draws it.
//!
//! The station publishes the records in its [`Feed`] and goes on; whatever has collected is drawn
//! in one frame. A terminal that is not being read blocks this thread and nothing else. It keeps
//! its own copy of the state, folded from the same events, so nothing is shared but the mailbox.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::clock::machine_ns;
use super::feed::{Feed, Mailbox, MailboxContents};
use super::inbox::{Msg, Sender};
use super::realtime;
use super::terminal::{self, Canvas, Keys, Tty};
use crate::app::log::{Log, LogWord};
use crate::app::{App, Hits};
use crate::conductor::RunClock;
use crate::engine::State;
use crate::locks::Unpoisoned;
use crate::time::MachineNs;
use crate::ui::{self, Capabilities, Still, View};

/// The shortest time between two frames with news.
const FRAME: Duration = Duration::from_millis(16);
/// Interval at which the screen checks if a countdown has moved.
const TICK: Duration = Duration::from_millis(125);
/// The same in a rehearsal whose clock runs faster.
const FAST_TICK: Duration = Duration::from_millis(100);
/// Maximum number of log messages that wait for a stuck screen.
const WORDS: usize = 64;

/// The station's hold on the screen.
#[derive(Debug)]
pub(super) struct Screen {
    mailbox: Arc<Mailbox<ScreenUpdate>>,
    hits: Arc<Mutex<Hits>>,
    /// Application state that it was sent last.
    told: App,
}

/// Its data besides the records.
#[derive(Debug, Default)]
struct ScreenUpdate {
    app: Option<App>,
    words: Vec<LogWord>,
    resized: bool,
    /// `true` if the terminal has to be asked for its keys again.
    asks_keys: bool,
    /// An order, and whom to tell that it was done.
    order: Option<(ScreenCommand, SyncSender<()>)>,
    /// A line for the shell's screen, once the program has left the terminal to it.
    farewell: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScreenCommand {
    /// With `asks`, as [`terminal::leave`] has it.
    Leave {
        asks: bool,
    },
    Suspend {
        asks: bool,
    },
    Return,
}

/// Initial values of the screen.
#[derive(Debug)]
pub(super) struct ScreenStart {
    /// The run so far.
    pub state: State,
    /// Its last events in words.
    pub log: Log,
    /// The caller's application state.
    pub app: App,
    /// The clock.
    pub clock: RunClock,
    /// Capabilities of the terminal.
    pub capabilities: Capabilities,
    /// Way of sending keys that the terminal is asked for.
    pub keys: Keys,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unpoisoned()
}

impl Screen {
    /// Starts to draw.
    ///
    /// # Errors
    /// When the system gives no thread, or the terminal no writer.
    pub(super) fn start(feed: &mut Feed, start: ScreenStart, post: Sender) -> io::Result<Self> {
        let (mailbox, hits) = (feed.subscribe(ScreenUpdate::default()), Arc::default());
        let told = start.app.clone();
        let mut painter = Painter {
            mailbox: Arc::clone(&mailbox),
            hits: Arc::clone(&hits),
            start,
            tick_ns: MachineNs::ZERO,
            news_ns: MachineNs::ZERO,
            still: Still::default(),
        };
        let tty = Tty::new()?;
        std::thread::Builder::new().name("screen".into()).spawn(move || {
            realtime::step_back();
            match catch_unwind(AssertUnwindSafe(|| painter.run(tty))) {
                Ok(Ok(())) => {}
                Ok(Err(_)) => post.send(Msg::ScreenLost),
                Err(_) => {
                    // What was put on the terminal's stacks has to come off before the next screen
                    // puts it there again.
                    let _ = Tty::new().and_then(|mut tty| terminal::leave(&mut tty, false));
                    post.send(Msg::ScreenFault);
                }
            }
        })?;
        Ok(Screen { mailbox, hits, told })
    }

    /// Has a frame drawn of what the feed has published, of `app` and of `words`, if any of it is
    /// new: never waits for the terminal.
    pub(super) fn publish(&mut self, has_records: bool, app: &App, words: &mut Vec<LogWord>) {
        if !has_records && words.is_empty() && *app == self.told {
            return;
        }
        self.told.clone_from(app);
        self.mailbox.tell(|told| {
            match &mut told.app {
                Some(waiting) => waiting.clone_from(app),
                none => *none = Some(app.clone()),
            }
            told.words.append(words);
            let old = told.words.len().saturating_sub(WORDS);
            told.words.drain(..old);
        });
    }

    /// The window has changed.
    pub(super) fn resized(&self) {
        self.mailbox.tell(|told| told.resized = true);
    }

    /// Asks the terminal again for what it was asked for at the start; never waits for it.
    pub(super) fn ask_again(&self) {
        self.mailbox.tell(|told| told.asks_keys = true);
    }

    /// Mouse targets on the last frame.
    pub(super) fn hits(&self) -> Hits {
        lock(&self.hits).clone()
    }

    /// Shows `app` how its page was last drawn: for a key, which must not wait for a copy.
    pub(super) fn seen_by(&self, app: &mut App) {
        app.sees(&lock(&self.hits));
    }

    /// Goes back to the shell's screen, as [`terminal::leave`] does with `asks`; false where the
    /// terminal did not take that in time.
    pub(super) fn leave(&self, asks: bool, at_most: Duration) -> bool {
        self.order(ScreenCommand::Leave { asks }, None).recv_timeout(at_most).is_ok()
    }

    /// Goes back to the shell's screen when the terminal takes it, and leaves `farewell` there;
    /// never waits for that.
    pub(super) fn leave_without_waiting(&self, farewell: String) {
        self.order(ScreenCommand::Leave { asks: false }, Some(farewell));
    }

    /// Goes back to the shell's screen for a while.
    pub(super) fn suspend(&self, asks: bool, at_most: Duration) -> bool {
        self.hand_over(asks, None).recv_timeout(at_most).is_ok()
    }

    /// Goes back to the shell's screen for a while, and leaves a line there; never waits for that:
    /// who takes the terminal does, for what this gives.
    pub(super) fn hand_over(&self, asks: bool, line: Option<String>) -> Receiver<()> {
        self.order(ScreenCommand::Suspend { asks }, line)
    }

    /// Draws again.
    pub(super) fn come_back(&self, at_most: Duration) -> bool {
        self.take_back().recv_timeout(at_most).is_ok()
    }

    /// Draws again, without waiting for the terminal.
    pub(super) fn take_back(&self) -> Receiver<()> {
        self.order(ScreenCommand::Return, None)
    }

    /// Ends the thread of a screen that has handed the terminal over.
    pub(super) fn forget(&self) {
        self.order(ScreenCommand::Leave { asks: false }, None);
    }

    fn order(&self, order: ScreenCommand, farewell: Option<String>) -> Receiver<()> {
        let (done, is_done) = mpsc::sync_channel(1);
        self.mailbox.tell(|told| {
            told.order = Some((order, done));
            told.farewell = farewell;
        });
        is_done
    }
}

/// The thread's own.
struct Painter {
    mailbox: Arc<Mailbox<ScreenUpdate>>,
    hits: Arc<Mutex<Hits>>,
    start: ScreenStart,
    /// Instant of the next frame without news, by the machine's clock.
    tick_ns: MachineNs,
    /// The earliest moment of the next frame with news.
    news_ns: MachineNs,
    still: Still,
}

impl Painter {
    fn run(&mut self, mut tty: Tty) -> io::Result<()> {
        let title = format!("handover: {}", self.start.state.show().title);
        let title = if self.start.capabilities.is_plain() { ui::plain(&title) } else { title };
        terminal::enter(&mut tty, &title, self.start.keys)?;
        let mut canvas = terminal::canvas(tty)?;
        loop {
            let mut waiting = self.wait();
            let (has_news, resized) = (waiting.also.app.is_some(), waiting.also.resized);
            let (order, farewell) = (waiting.also.order.take(), waiting.also.farewell.take());
            let asks_keys = waiting.also.asks_keys && order.is_none();
            self.take_in(waiting);
            match order {
                Some((ScreenCommand::Leave { asks }, done)) => {
                    terminal::leave(canvas.backend_mut(), asks)?;
                    if let Some(farewell) = farewell {
                        terminal::say(canvas.backend_mut(), &farewell)?;
                    }
                    let _ = done.send(());
                    return Ok(());
                }
                Some((ScreenCommand::Suspend { asks }, done)) => {
                    terminal::leave(canvas.backend_mut(), asks)?;
                    if let Some(farewell) = farewell {
                        terminal::say(canvas.backend_mut(), &farewell)?;
                    }
                    let _ = done.send(());
                    let Some(done) = self.wait_for_return() else { return Ok(()) };
                    let mut tty = Tty::new()?;
                    terminal::enter(&mut tty, &title, self.start.keys)?;
                    canvas = terminal::canvas(tty)?;
                    let _ = done.send(());
                }
                // A terminal that was reset has lost the picture and shows its cursor.
                _ if resized || asks_keys => canvas = terminal::canvas(Tty::new()?)?,
                _ => {}
            }
            if asks_keys {
                terminal::ask_again(canvas.backend_mut(), self.start.keys)?;
            }
            let drawn_ns = machine_ns();
            self.draw(&mut canvas, drawn_ns)?;
            self.tick_ns = self.next_tick_ns(drawn_ns);
            if has_news {
                self.news_ns = drawn_ns + FRAME;
            }
        }
    }

    /// Waits until a frame is due. The first news for a while is drawn at once, and what comes
    /// right after it is drawn together.
    fn wait(&self) -> MailboxContents<ScreenUpdate> {
        let mut waiting = self.mailbox.lock();
        loop {
            let due_ns = match &waiting.also {
                ScreenUpdate { order: Some(_), .. }
                | ScreenUpdate { resized: true, .. }
                | ScreenUpdate { asks_keys: true, .. } => MachineNs::ZERO,
                ScreenUpdate { app: Some(_), .. } => self.tick_ns.min(self.news_ns),
                _ => self.tick_ns,
            };
            let left = due_ns.since(machine_ns());
            if left.is_zero() {
                return std::mem::take(&mut *waiting);
            }
            waiting = self.mailbox.wait(waiting, left);
        }
    }

    /// Waits until the terminal is this program's again; gives whom to tell that it is drawn on, or
    /// `None` if it never is.
    fn wait_for_return(&self) -> Option<SyncSender<()>> {
        loop {
            let mut waiting = self.mailbox.wait_while(|told| told.order.is_none());
            match waiting.also.order.take() {
                Some((ScreenCommand::Return, done)) => return Some(done),
                Some((ScreenCommand::Leave { .. }, done)) => {
                    let _ = done.send(());
                    return None;
                }
                Some((ScreenCommand::Suspend { .. }, done)) => drop(done.send(())),
                None => {}
            }
        }
    }

    /// Takes in what has come.
    fn take_in(&mut self, MailboxContents { news, also }: MailboxContents<ScreenUpdate>) {
        let ScreenStart { state, log, app, clock, .. } = &mut self.start;
        *clock = news.clock.unwrap_or(*clock);
        news.fold(state, |state, record| log.push(record, state));
        also.words.into_iter().for_each(|word| log.say(word));
        if let Some(told) = also.app {
            *app = told;
        }
        state.look_at(app.cursor);
    }

    fn view(&self, now_ns: MachineNs) -> View<'_> {
        View {
            app: &self.start.app,
            state: &self.start.state,
            log: &self.start.log,
            now_ns: self.start.clock.run_ns(now_ns),
            machine_ns: now_ns,
            capabilities: self.start.capabilities,
        }
    }

    /// Instant by the machine's clock at which something moves on the frame that was drawn at
    /// `drawn_ns`.
    fn next_tick_ns(&mut self, drawn_ns: MachineNs) -> MachineNs {
        let mut still = std::mem::take(&mut self.still);
        let until = still.until(&self.view(drawn_ns));
        self.still = still;
        match until {
            // Figures that move right after each other are drawn together.
            Some(run_ns) => self.start.clock.machine_ns(run_ns).max(drawn_ns + TICK),
            None if self.start.state.speed() > 1 => drawn_ns + FAST_TICK,
            None => drawn_ns + TICK,
        }
    }

    fn draw(&self, canvas: &mut Canvas<Tty>, now_ns: MachineNs) -> io::Result<()> {
        let view = self.view(now_ns);
        canvas.draw(|buf| {
            let (hits, cursor) = ui::paint(buf, &view);
            // Before the terminal has the frame: a click on it may come at once.
            *lock(&self.hits) = hits;
            cursor
        })
    }
}
