//! The screen: a thread that follows the run by its records and draws it.
//!
//! The station leaves news in a mailbox and goes on; whatever has collected there is drawn in one frame. A terminal
//! that is not being read blocks this thread and nothing else. It keeps its own copy of the state, folded from the same
//! events, so nothing is shared but the mailbox.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::clock::{RunClock, machine_ns};
use super::inbox::{Msg, Post};
use super::realtime;
use super::terminal::{self, Canvas, Tty};
use crate::app::log::{Log, Word};
use crate::app::{App, Hits};
use crate::engine::{Record, State};
use crate::ui::{self, Means, View};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// How often the screen looks whether a countdown has moved.
const TICK: Duration = Duration::from_millis(125);
/// The same in a rehearsal whose clock runs faster.
const FAST_TICK: Duration = Duration::from_millis(100);
/// How many records may wait for a stuck screen before it is given the whole state instead.
const BACKLOG: usize = 4096;

/// How many words for the log may wait for a stuck screen.
const WORDS: usize = 64;

/// The station's hold on the screen.
#[derive(Debug)]
pub struct Screen {
    mailbox: Arc<Mailbox>,
    done: Receiver<()>,
}

#[derive(Debug, Default)]
struct Mailbox {
    news: Mutex<News>,
    rung: Condvar,
    hits: Mutex<Hits>,
}

/// What has come since the last frame.
#[derive(Debug, Default)]
struct News {
    app: Option<App>,
    records: Vec<Record>,
    words: Vec<Word>,
    whole: Option<Box<State>>,
    resized: bool,
    order: Option<Order>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Leave,
    Suspend,
    Return,
}

/// What the screen starts from.
#[derive(Debug)]
pub struct Start {
    /// The run so far.
    pub state: State,
    /// Its last events in words.
    pub log: Log,
    /// What the caller does beside it.
    pub app: App,
    /// The clock.
    pub clock: RunClock,
    /// What the terminal can show.
    pub means: Means,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    /// Starts to draw.
    ///
    /// # Errors
    /// When the system gives no thread, or the terminal no writer.
    pub fn start(start: Start, post: Post) -> io::Result<Self> {
        let mailbox = Arc::new(Mailbox::default());
        let (goodbye, done) = mpsc::sync_channel(4);
        let mut painter = Painter { mailbox: Arc::clone(&mailbox), start, drawn: false };
        let tty = Tty::new()?;
        std::thread::Builder::new().name("screen".into()).spawn(move || {
            realtime::step_back();
            match catch_unwind(AssertUnwindSafe(|| painter.run(tty, &goodbye))) {
                Ok(Ok(())) => {}
                Ok(Err(_)) => post.send(Msg::ScreenLost),
                Err(_) => post.send(Msg::ScreenFault),
            }
        })?;
        Ok(Screen { mailbox, done })
    }

    /// Leaves news: never waits for the terminal.
    pub fn publish(&self, app: &App, records: &mut Vec<Record>, words: &mut Vec<Word>, state: &State) {
        let mut news = lock(&self.mailbox.news);
        match &mut news.app {
            Some(waiting) => waiting.clone_from(app),
            none => *none = Some(app.clone()),
        }
        news.records.append(records);
        news.words.append(words);
        let old = news.words.len().saturating_sub(WORDS);
        news.words.drain(..old);
        if news.records.len() > BACKLOG {
            news.records.clear();
            news.whole = Some(Box::new(state.clone()));
        }
        drop(news);
        self.mailbox.rung.notify_one();
    }

    /// The window has changed.
    pub fn resized(&self) {
        lock(&self.mailbox.news).resized = true;
        self.mailbox.rung.notify_one();
    }

    /// What the mouse finds where on the last frame.
    pub fn hits(&self) -> Hits {
        lock(&self.mailbox.hits).clone()
    }

    /// Shows `app` how its page was last drawn: for a key, which must not wait for a copy.
    pub fn seen_by(&self, app: &mut App) {
        app.sees(&lock(&self.mailbox.hits));
    }

    /// Goes back to the shell's screen; false where the terminal did not take that in time.
    pub fn leave(&self, at_most: Duration) -> bool {
        self.order(Order::Leave, at_most)
    }

    /// Goes back to the shell's screen for a while.
    pub fn suspend(&self, at_most: Duration) -> bool {
        self.order(Order::Suspend, at_most)
    }

    /// Draws again.
    pub fn come_back(&self, at_most: Duration) -> bool {
        self.order(Order::Return, at_most)
    }

    fn order(&self, order: Order, at_most: Duration) -> bool {
        // An answer that came too late for the order before is none to this one.
        while self.done.try_recv().is_ok() {}
        lock(&self.mailbox.news).order = Some(order);
        self.mailbox.rung.notify_one();
        self.done.recv_timeout(at_most).is_ok()
    }
}

/// The thread's own.
struct Painter {
    mailbox: Arc<Mailbox>,
    start: Start,
    drawn: bool,
}

impl Painter {
    fn run(&mut self, mut tty: Tty, done: &SyncSender<()>) -> io::Result<()> {
        let title = format!("handover: {}", self.start.state.show().title);
        let title = if self.start.means.is_plain() { ui::plain(&title) } else { title };
        terminal::enter(&mut tty, &title)?;
        let mut canvas = terminal::canvas(tty)?;
        loop {
            let news = self.wait();
            let resized = self.take_in(&news);
            match news.order {
                Some(order @ (Order::Leave | Order::Suspend)) => {
                    terminal::leave(canvas.backend_mut())?;
                    let _ = done.send(());
                    if order == Order::Leave {
                        return Ok(());
                    }
                    self.wait_for_return();
                    let mut tty = Tty::new()?;
                    terminal::enter(&mut tty, &title)?;
                    canvas = terminal::canvas(tty)?;
                    let _ = done.send(());
                }
                _ if resized => canvas = terminal::canvas(Tty::new()?)?,
                _ => {}
            }
            let drawn_ns = machine_ns();
            self.draw(&mut canvas, drawn_ns)?;
            let spent = Duration::from_nanos(machine_ns().saturating_sub(drawn_ns));
            std::thread::sleep(FRAME.saturating_sub(spent));
        }
    }

    fn wait(&mut self) -> News {
        let tick = if self.start.state.speed() > 1 { FAST_TICK } else { TICK };
        let news = lock(&self.mailbox.news);
        let quiet = |news: &mut News| news.app.is_none() && news.order.is_none() && !news.resized;
        let at_most = if std::mem::replace(&mut self.drawn, true) { tick } else { Duration::ZERO };
        let waited = self.mailbox.rung.wait_timeout_while(news, at_most, quiet);
        let (mut news, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *news)
    }

    fn wait_for_return(&self) {
        let waiting = |news: &mut News| news.order != Some(Order::Return);
        let waited = self.mailbox.rung.wait_while(lock(&self.mailbox.news), waiting);
        waited.unwrap_or_else(PoisonError::into_inner).order = None;
    }

    /// Folds the news in; true where the window has changed.
    fn take_in(&mut self, news: &News) -> bool {
        if let Some(whole) = &news.whole {
            self.start.state.clone_from(whole);
        }
        for record in &news.records {
            self.start.state.fold(record);
            self.start.log.push(record);
        }
        for word in &news.words {
            self.start.log.say(word.clone());
        }
        if let Some(app) = &news.app {
            self.start.app.clone_from(app);
        }
        news.resized
    }

    fn draw(&mut self, canvas: &mut Canvas, now_ns: u64) -> io::Result<()> {
        let view = View {
            app: &self.start.app,
            state: &self.start.state,
            log: &self.start.log,
            now_ns: self.start.clock.run_ns(now_ns),
            machine_ns: now_ns,
            means: self.start.means,
        };
        let mut hits = Hits::default();
        canvas.draw(|frame| hits = ui::draw(frame, &view))?;
        *lock(&self.mailbox.hits) = hits;
        Ok(())
    }
}
