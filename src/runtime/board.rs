//! The board in its terminal: follows a run of this machine by its journal and draws what may be
//! known of it.
//!
//! One thread and one poll(2), for the keyboard, signals and the clock: there is no run to hold up,
//! so when the terminal stalls the board waits for it and nobody else does. It must never write
//! where runs are kept, take a lock, or send the caller a signal. The journal's length is asked for
//! a few times a second, since a `stat` costs a microsecond and needs nothing of the system that a
//! network drive or another system would not have; the screen changes once a second, at the edge of
//! the show's own second, or when something has happened.

mod choose;
mod estimate;
mod run;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use crossterm::event::{KeyCode, KeyEventKind, KeyModifiers};
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::clock::{machine_ns, wall_now};
use super::inbox::{self, Inbox, Msg};
use super::keyboard::{self, Keyboard, Woken};
use super::opening::machine_zone;
use super::terminal::{self, Canvas, Tty};
use super::{GOODBYE, fault, signals};
use crate::app::board::{Board, Face};
use crate::app::crew::CrewView;
use crate::app::theme::{Theme, ThemeColours};
use crate::input::Input;
use crate::time::MachineNs;
use crate::ui::{self, Capabilities};

use choose::{RunChoice, WantedRun};
use run::BoardRun;

/// Interval at which the journal's length is checked.
const LOOK: Duration = Duration::from_millis(150);
/// Interval at which the board looks for another run to follow, and if a program still calls this
/// one.
const SEARCH: Duration = Duration::from_millis(500);
/// The shortest time between two frames of a rehearsal whose clock runs faster.
const FAST_FRAME: Duration = Duration::from_millis(250);

/// Options from the command line.
#[derive(Clone, Debug)]
pub struct BoardOptions {
    /// A run's id, a show file, or the name of a built-in show; `None`: any run.
    pub of: Option<String>,
    /// The part of the board that fills the screen first.
    pub face: Face,
    /// The department whose cues are shown instead, by its id or name.
    pub department: Option<String>,
    /// The folder in which `runs` lies.
    pub state: PathBuf,
    /// The colours.
    pub paints: (Theme, ThemeColours),
    /// Capabilities of the terminal.
    pub capabilities: Capabilities,
}

/// Shows the board until somebody leaves it.
///
/// # Errors
/// When there is no terminal, or no such run or show; the text is for the person at the terminal.
pub fn show(options: &BoardOptions) -> anyhow::Result<()> {
    let mut choice = RunChoice::new(options.of.as_deref(), &options.state)?;
    if let Some(department) = &options.department {
        choice.of_department(department)?;
    }
    terminal::require_to_show()?;
    fault::keep_in(&options.state);
    let (inbox, post) = inbox::inbox()?;
    let handle = signals::listen(post)?;
    end_a_stalled_board()?;
    terminal::take()?;
    let shown = catch_unwind(AssertUnwindSafe(|| {
        BoardScreen::new(options, choice, inbox).and_then(|mut screen| screen.run())
    }));
    let left = Tty::new().and_then(|mut tty| terminal::leave(&mut tty, false));
    terminal::give_back();
    handle.close();
    match shown {
        Ok(Ok(())) => Ok(()),
        // A closed window ends the board.
        Ok(Err(_)) if left.is_err() || !keyboard::is_alive() => Ok(()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(anyhow::anyhow!(
            "the board hit an internal error and recovered; please report fault.log in {}",
            options.state.display()
        )),
    }
}

/// Ends the program in spite of a terminal that nobody reads: the loop may wait for it for ever.
fn end_a_stalled_board() -> io::Result<()> {
    let mut ends = Signals::new(signals::ENDING)?;
    std::thread::Builder::new().name("leaving".into()).spawn(move || {
        if ends.forever().next().is_some() {
            std::thread::sleep(GOODBYE);
            terminal::give_back();
            std::process::exit(0);
        }
    })?;
    Ok(())
}

/// The screen and what it follows.
struct BoardScreen<'a> {
    options: &'a BoardOptions,
    face: Face,
    help: bool,
    choice: RunChoice,
    run: Option<BoardRun>,
    inbox: Inbox,
    keyboard: Keyboard,
    canvas: Canvas<Tty>,
    title: String,
    searched_ns: Option<MachineNs>,
    /// Instant of the next frame by the machine's clock.
    frame_ns: MachineNs,
}

impl<'a> BoardScreen<'a> {
    fn new(options: &'a BoardOptions, choice: RunChoice, inbox: Inbox) -> anyhow::Result<Self> {
        let title = headline(choice.title());
        let canvas = enter(options, &title)?;
        Ok(BoardScreen {
            options,
            face: options.face,
            help: false,
            choice,
            run: None,
            inbox,
            keyboard: Keyboard::default(),
            canvas,
            title,
            searched_ns: None,
            frame_ns: MachineNs::ZERO,
        })
    }

    fn run(&mut self) -> anyhow::Result<()> {
        loop {
            let mut news = self.follow()?;
            let now_ns = machine_ns();
            if news || now_ns >= self.frame_ns {
                self.draw()?;
            }
            let until_frame = self.frame_ns.since(machine_ns());
            if self.keyboard.wait(true, self.inbox.wake_fd(), None, Some(until_frame.min(LOOK)))
                == Woken::Lost
            {
                return Ok(());
            }
            while let Some(input) = self.keyboard.next() {
                if self.key(&input)? {
                    return Ok(());
                }
                news = true;
            }
            for message in self.inbox.take() {
                match message {
                    Msg::Signal(SIGWINCH) => {
                        self.canvas = terminal::canvas(Tty::new()?)?;
                        news = true;
                    }
                    Msg::Signal(SIGTSTP) => self.suspend()?,
                    Msg::Signal(signal) if signals::ends(signal) => return Ok(()),
                    Msg::Signal(SIGCONT) => {
                        terminal::take_again();
                        self.canvas = terminal::canvas(Tty::new()?)?;
                        news = true;
                    }
                    Msg::Signal(_)
                    | Msg::Report(_)
                    | Msg::Clip(_)
                    | Msg::Word(_)
                    | Msg::Note(_)
                    | Msg::Remote(_)
                    | Msg::Ear
                    | Msg::Journal(_)
                    | Msg::Neighbours(_)
                    | Msg::Show(_)
                    | Msg::Editor(_)
                    | Msg::ScreenLost
                    | Msg::ScreenFault => {}
                    #[cfg(feature = "web")]
                    Msg::Web(_) => {}
                    #[cfg(feature = "link")]
                    Msg::Link => {}
                }
            }
            if news {
                self.frame_ns = MachineNs::ZERO;
            }
        }
    }

    /// Takes in what has happened, and turns to another run where that is the one to follow; true
    /// where there is news.
    fn follow(&mut self) -> anyhow::Result<bool> {
        let now_ns = machine_ns();
        let mut news = self.run.as_mut().is_some_and(BoardRun::read);
        if self.searched_ns.is_some_and(|then_ns| now_ns.since(then_ns) < SEARCH) {
            return Ok(news);
        }
        self.searched_ns = Some(now_ns);
        if let Some(run) = &mut self.run {
            news |= run.ask_for_caller(&self.choice);
        }
        // A run that is being called keeps the board, even if another run begins.
        if self.run.as_ref().is_some_and(BoardRun::is_called) {
            return Ok(news);
        }
        let followed = self.run.as_ref().map(|run| run.id().clone());
        let Some(id) =
            self.choice.best(followed.as_ref()).filter(|id| Some(id) != followed.as_ref())
        else {
            return Ok(news);
        };
        let is_wanted = *self.choice.wanted() == WantedRun::Run(id.clone());
        match BoardRun::open(&self.choice, id.clone()) {
            Ok(mut run) => {
                run.read();
                run.ask_for_caller(&self.choice);
                let title = headline(Some(run.title()));
                if title != self.title {
                    self.title = title;
                    terminal::retitle(&mut Tty::new()?, &self.words_of_title())?;
                }
                self.run = Some(run);
                Ok(true)
            }
            Err(error) if is_wanted => {
                Err(error).with_context(|| format!("run {id} cannot be followed"))
            }
            // It may be an older program's: a board that waits for a run waits for one that it can
            // read.
            Err(_) => {
                self.choice.pass_over(id);
                Ok(news)
            }
        }
    }

    /// The department's view, where one is shown and there is a run.
    fn crew(&mut self) -> Option<CrewView> {
        let department = self.options.department.as_deref()?;
        self.run.as_mut()?.crew(department)
    }

    fn board(&mut self) -> Board {
        let waiting = |choice: &RunChoice| {
            let zone = machine_zone();
            let of = (zone.as_str(), jiff::tz::TimeZone::system());
            Board::waiting(choice.show(), wall_now(), of, choice.command())
        };
        let board = self.run.as_mut().and_then(BoardRun::board);
        board.unwrap_or_else(|| waiting(&self.choice))
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (theme, paints) = &self.options.paints;
        let (paints, capabilities) = ((*theme, paints), self.options.capabilities);
        let (face, help) = (self.face, self.help);
        if let Some(crew) = self.crew() {
            let glance = ui::board::CrewGlance { crew: &crew, paints, capabilities, help };
            self.canvas.draw(|buf| {
                ui::board::paint_crew(buf, &glance);
                None
            })?;
        } else {
            let board = self.board();
            let glance = ui::board::Glance { board: &board, face, paints, capabilities, help };
            self.canvas.draw(|buf| {
                ui::board::paint(buf, &glance);
                None
            })?;
        }
        let now_ns = machine_ns();
        self.frame_ns = match &self.run {
            Some(run) => run.next_second_ns(now_ns).max(now_ns + self.shortest()),
            None => now_ns + until_next_second(),
        };
        Ok(())
    }

    fn shortest(&self) -> Duration {
        if self.run.as_ref().is_some_and(|run| run.speed() > 1) {
            FAST_FRAME
        } else {
            Duration::ZERO
        }
    }

    /// Acts on what was typed. Returns `true` if that means to leave.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the keys are crossterm's; all others mean nothing here"
    )]
    fn key(&mut self, input: &Input) -> anyhow::Result<bool> {
        let Input::Key(key) = input else { return Ok(false) };
        if key.kind == KeyEventKind::Release {
            return Ok(false);
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return Ok(true),
            KeyCode::Char('z') if control => self.suspend()?,
            _ if control => {}
            KeyCode::Char('q' | 'Q') => return Ok(true),
            KeyCode::Esc if !self.help => return Ok(true),
            KeyCode::Esc => self.help = false,
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.help = !self.help,
            KeyCode::Char('c') => self.face = Face::Clock,
            KeyCode::Char('d') => self.face = Face::Countdown,
            KeyCode::Char('t') => self.face = Face::Timer,
            KeyCode::Char('b') => self.face = Face::Board,
            KeyCode::Tab => self.face = self.face.next(),
            _ => {}
        }
        Ok(false)
    }

    /// Gives the terminal back until the shell's `fg`.
    fn suspend(&mut self) -> anyhow::Result<()> {
        terminal::leave(self.canvas.backend_mut(), false)?;
        terminal::step_aside()?;
        self.keyboard.discard();
        self.canvas = enter(self.options, &self.words_of_title())?;
        self.frame_ns = MachineNs::ZERO;
        Ok(())
    }

    fn words_of_title(&self) -> String {
        if self.options.capabilities.is_plain() {
            ui::plain(&self.title)
        } else {
            self.title.clone()
        }
    }
}

fn enter(options: &BoardOptions, title: &str) -> anyhow::Result<Canvas<Tty>> {
    let mut tty = Tty::new()?;
    let title = if options.capabilities.is_plain() { ui::plain(title) } else { title.to_owned() };
    terminal::enter_to_show(&mut tty, &title)?;
    Ok(terminal::canvas(tty)?)
}

fn headline(show: Option<&str>) -> String {
    show.map_or_else(|| "handover board".to_owned(), |show| format!("handover board: {show}"))
}

/// Time until the wall clock's next second.
fn until_next_second() -> Duration {
    Duration::from_secs(1)
        - Duration::from_nanos(wall_now().subsec_nanosecond().unsigned_abs().into())
}

/// Source of the show as runs remember it: its file's place, or the name of a built-in show.
fn source(path: &Path) -> Option<String> {
    if path.exists() {
        return Some(path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string());
    }
    let builtin = path.to_str().and_then(crate::show::builtin::find)?;
    Some(format!("built-in:{}", builtin.name))
}
