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

use super::clock::machine_ns;
use super::inbox::{Msg, Post};
use super::realtime;
use super::terminal::{self, Canvas, Keys, Tty};
use crate::app::log::{Log, Word};
use crate::app::{App, Hits};
use crate::conductor::RunClock;
use crate::engine::{Record, State};
use crate::show::duration::MILLISECOND_NS;
use crate::ui::{self, Means, Still, View};

/// The shortest time between two frames with news, nanoseconds.
const FRAME_NS: u64 = 16 * MILLISECOND_NS;
/// How often the screen looks whether a countdown has moved, nanoseconds.
const TICK_NS: u64 = 125 * MILLISECOND_NS;
/// The same in a rehearsal whose clock runs faster.
const FAST_TICK_NS: u64 = 100 * MILLISECOND_NS;
/// How many records may wait for a stuck screen before it is given the whole state instead.
const BACKLOG: usize = 4096;

/// How many words for the log may wait for a stuck screen.
const WORDS: usize = 64;

/// The station's hold on the screen.
#[derive(Debug)]
pub struct Screen {
    mailbox: Arc<Mailbox>,
    done: Receiver<()>,
    /// What it was told last.
    told: App,
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
    /// With `asks`, as [`terminal::leave`] has it.
    Leave {
        asks: bool,
    },
    Suspend {
        asks: bool,
    },
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
    /// What the terminal is asked to send for keys.
    pub keys: Keys,
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
        let told = start.app.clone();
        let mut painter =
            Painter { mailbox: Arc::clone(&mailbox), start, tick_ns: 0, news_ns: 0, still: Still::default() };
        let tty = Tty::new()?;
        std::thread::Builder::new().name("screen".into()).spawn(move || {
            realtime::step_back();
            match catch_unwind(AssertUnwindSafe(|| painter.run(tty, &goodbye))) {
                Ok(Ok(())) => {}
                Ok(Err(_)) => post.send(Msg::ScreenLost),
                Err(_) => {
                    // What was put on the terminal's stacks has to come off before the next screen puts it there again.
                    let _ = Tty::new().and_then(|mut tty| terminal::leave(&mut tty, false));
                    post.send(Msg::ScreenFault);
                }
            }
        })?;
        Ok(Screen { mailbox, done, told })
    }

    /// Leaves news, if there is any: never waits for the terminal.
    pub fn publish(&mut self, app: &App, records: &mut Vec<Record>, words: &mut Vec<Word>, state: &State) {
        if records.is_empty() && words.is_empty() && *app == self.told {
            return;
        }
        self.told.clone_from(app);
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

    /// Goes back to the shell's screen, as [`terminal::leave`] does with `asks`; false where the terminal did not take
    /// that in time.
    pub fn leave(&self, asks: bool, at_most: Duration) -> bool {
        self.order(Order::Leave { asks }, at_most)
    }

    /// Goes back to the shell's screen for a while.
    pub fn suspend(&self, asks: bool, at_most: Duration) -> bool {
        self.order(Order::Suspend { asks }, at_most)
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
    /// When the next frame is due without news, by the machine's clock.
    tick_ns: u64,
    /// The earliest moment of the next frame with news.
    news_ns: u64,
    still: Still,
}

impl Painter {
    fn run(&mut self, mut tty: Tty, done: &SyncSender<()>) -> io::Result<()> {
        let title = format!("handover: {}", self.start.state.show().title);
        let title = if self.start.means.is_plain() { ui::plain(&title) } else { title };
        terminal::enter(&mut tty, &title, self.start.keys)?;
        let mut canvas = terminal::canvas(tty)?;
        loop {
            let news = self.wait();
            let has_news = news.app.is_some();
            let resized = self.take_in(&news);
            match news.order {
                Some(order @ (Order::Leave { asks } | Order::Suspend { asks })) => {
                    terminal::leave(canvas.backend_mut(), asks)?;
                    let _ = done.send(());
                    if matches!(order, Order::Leave { .. }) {
                        return Ok(());
                    }
                    self.wait_for_return();
                    let mut tty = Tty::new()?;
                    terminal::enter(&mut tty, &title, self.start.keys)?;
                    canvas = terminal::canvas(tty)?;
                    let _ = done.send(());
                }
                _ if resized => canvas = terminal::canvas(Tty::new()?)?,
                _ => {}
            }
            let drawn_ns = machine_ns();
            self.draw(&mut canvas, drawn_ns)?;
            self.tick_ns = self.next_tick_ns(drawn_ns);
            if has_news {
                self.news_ns = drawn_ns + FRAME_NS;
            }
        }
    }

    /// Waits until a frame is due. The first news for a while is drawn at once, and what comes right after it is drawn
    /// together.
    fn wait(&self) -> News {
        let mut news = lock(&self.mailbox.news);
        loop {
            let due_ns = match &*news {
                News { order: Some(_), .. } | News { resized: true, .. } => 0,
                News { app: Some(_), .. } => self.tick_ns.min(self.news_ns),
                _ => self.tick_ns,
            };
            let left = Duration::from_nanos(due_ns.saturating_sub(machine_ns()));
            if left.is_zero() {
                return std::mem::take(&mut *news);
            }
            news = self.mailbox.rung.wait_timeout(news, left).unwrap_or_else(PoisonError::into_inner).0;
        }
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

    fn view(&self, now_ns: u64) -> View<'_> {
        View {
            app: &self.start.app,
            state: &self.start.state,
            log: &self.start.log,
            now_ns: self.start.clock.run_ns(now_ns),
            machine_ns: now_ns,
            means: self.start.means,
        }
    }

    /// When something moves on the frame that was drawn at `drawn_ns`, by the machine's clock.
    fn next_tick_ns(&mut self, drawn_ns: u64) -> u64 {
        let mut still = std::mem::take(&mut self.still);
        let until = still.until(&self.view(drawn_ns));
        self.still = still;
        match until {
            Some(run_ns) => self.start.clock.machine_ns(run_ns),
            None if self.start.state.speed() > 1 => drawn_ns + FAST_TICK_NS,
            None => drawn_ns + TICK_NS,
        }
    }

    fn draw(&self, canvas: &mut Canvas, now_ns: u64) -> io::Result<()> {
        let view = self.view(now_ns);
        let mut hits = Hits::default();
        canvas.draw(|frame| hits = ui::draw(frame, &view))?;
        *lock(&self.mailbox.hits) = hits;
        Ok(())
    }
}
