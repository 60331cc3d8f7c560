//! A run of a small show that a test moves by hand, and its frames as text, styles and pictures.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use handover::app::log::{Log, LogWord};
use handover::app::{App, Hits, Page, Task, Theme};
use handover::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
use handover::engine::{Cause, Command, Event, Origin, Record, Rejection, RunNs, State};
use handover::output::{Health, Job, Light, Outcome, Report};
use handover::show::{CueNumber, Show, StationName, file};
use handover::time::MachineNs;
use handover::ui::{self, Areas, Capabilities, Depth, Glyphs, Parts, View};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

/// A show with one of everything that the rundown can show.
pub(super) const SHOW: &str = include_str!("small.toml");

/// Sizes of all kinds: every one at which a page is laid out differently, and eighth number `turn`
/// of all others, so that what is drawn in several turns meets every width and every height.
pub(super) fn any_sizes(turn: usize) -> impl Iterator<Item = (u16, u16)> {
    let edges = [1, 59, 60, 61, 79, 80]
        .into_iter()
        .flat_map(|columns| [1, 2, 15, 16, 17].map(|rows| (columns, rows)));
    let others = (0..=20).flat_map(|column| (0..=10).map(move |row| (column, row)));
    let others = others.filter(move |(column, row)| (column + row) % 8 == turn % 8);
    edges.chain(others.map(|(column, row)| (column as u16 * 11, row as u16 * 7)))
}

/// A run of a show, moved by hand: the program's conductor, and what follows it.
#[derive(Clone)]
pub(super) struct Run {
    conductor: Conductor,
    /// A copy, folded from the records as the screen's is.
    pub state: State,
    pub app: App,
    pub log: Log,
    pub now_ns: RunNs,
    /// Everything that has happened.
    pub records: Vec<Record>,
    /// Number of keys that were pressed.
    presses: u64,
    /// The station and the term of records that another station writes.
    pub origin: Option<Arc<Origin>>,
    pub theme: Theme,
    pub depth: Depth,
    pub glyphs: Glyphs,
    hits: Hits,
}

impl Run {
    pub(super) fn new(text: &str, rehearsal: bool) -> Run {
        let show = file::parse(text, "UTC").unwrap_or_else(|problems| panic!("{problems:?}"));
        Run::of(show, rehearsal)
    }

    /// A run that begins a minute before the small show does.
    pub(super) fn of(show: Show, rehearsal: bool) -> Run {
        Run::opened(show, rehearsal, false, "2024-08-11T20:59:00Z")
    }

    /// A rehearsal that the program calls by itself; its clock begins at `clock`.
    pub(super) fn called_by_the_program(show: Show, clock: &str) -> Run {
        Run::opened(show, true, true, clock)
    }

    /// A live run of the small show that is shared, by `station`.
    pub(super) fn shared(text: &str, station: &str) -> Run {
        let show = file::parse(text, "UTC").unwrap();
        Run::opened_by(show, false, false, "2024-08-11T20:59:00Z", Some(station))
    }

    pub(super) fn opened(show: Show, rehearsal: bool, auto: bool, clock: &str) -> Run {
        Run::opened_by(show, rehearsal, auto, clock, None)
    }

    fn opened_by(
        show: Show,
        rehearsal: bool,
        auto: bool,
        clock: &str,
        station: Option<&str>,
    ) -> Run {
        let state = State::new(Arc::new(show));
        let mut app = App::new(Theme::Dark);
        let health = Health { light: Light::Ok, sent: 1, ..Health::default() };
        app.outputs = vec![health; state.show().outputs.len()];
        let (theme, depth) = (Theme::Dark, Depth::Rgb);
        let clock = clock.parse().unwrap();
        let run_clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, 1);
        let mut run = Run {
            conductor: Conductor::new(state.clone(), run_clock, 0, RunNs::ZERO),
            state,
            app,
            log: Log::default(),
            now_ns: RunNs::ZERO,
            records: vec![],
            presses: 0,
            origin: None,
            theme,
            depth,
            glyphs: Glyphs::All,
            hits: Hits::default(),
        };
        if let Some(station) = station {
            run.conductor.share(StationName::new(station).unwrap(), Some(1));
            run.origin = Some(Arc::new(Origin::new(station, 1)));
        }
        let begin = Event::RunStarted {
            show: run.state.show().title.clone(),
            source: "small.toml".into(),
            rehearsal,
            speed: 1,
            auto,
            clock,
            day: "2024-08-11".parse().unwrap(),
            version: "0".into(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
            web: None,
        };
        run.drive(ConductorInput::Begin(begin));
        run
    }

    /// Hands `input` to the conductor, and does what follows from it now. Gives what became of the
    /// command that it was, if it was one.
    pub(super) fn drive(&mut self, input: ConductorInput) -> Option<Result<(), Rejection>> {
        let mut outputs = vec![];
        self.conductor.drive(conducted(self.now_ns), input, |_, output| {
            outputs.push(output);
            vec![]
        });
        self.follow(outputs)
    }

    /// Does what the conductor asks for, as the program does. No message has an outcome before a
    /// test says so.
    fn follow(&mut self, outputs: Vec<ConductorOutput>) -> Option<Result<(), Rejection>> {
        let mut reply = None;
        for output in outputs {
            match output {
                ConductorOutput::Append(records) => {
                    for record in records {
                        self.now_ns = self.now_ns.max(record.run_ns);
                        self.state.fold(&record);
                        self.log.push(&record, &self.state);
                        let machine_ns = self.machine_ns();
                        self.app.happened(&record.event, &self.state, machine_ns);
                        self.records.push(record);
                    }
                }
                ConductorOutput::Reply { by, command, result } => {
                    let machine_ns = self.machine_ns();
                    match &result {
                        Ok(()) => self.app.obeyed(&command, &self.state, machine_ns),
                        Err(rejection) if by != By::Remote => {
                            self.app.refused(rejection, &self.state, machine_ns)
                        }
                        Err(_) => {}
                    }
                    reply = Some(result);
                }
                ConductorOutput::Send(_)
                | ConductorOutput::Stop { .. }
                | ConductorOutput::GiveWay { .. }
                | ConductorOutput::EndRamps
                | ConductorOutput::PauseClip(_)
                | ConductorOutput::ResumeClip(_)
                | ConductorOutput::StopAll(_)
                | ConductorOutput::ClipsLost(_)
                | ConductorOutput::Arm(_)
                | ConductorOutput::Join(_)
                | ConductorOutput::Outages(_)
                | ConductorOutput::ShowTime(_)
                | ConductorOutput::Tell(_)
                | ConductorOutput::Propose(_)
                | ConductorOutput::Muted(_)
                | ConductorOutput::Revised
                | ConductorOutput::StoodStill => {}
            }
        }
        reply
    }

    /// Takes in what a station has recorded that this screen's run follows.
    pub(super) fn commit(&mut self, events: Vec<Event>) {
        for event in events {
            let seq = self.records.last().map_or(0, |record| record.seq) + 1;
            let (at, origin) = (self.state.wall(self.now_ns), self.origin.clone());
            let record = Record { origin, ..Record::new(seq, at, self.now_ns, event) };
            self.state.fold(&record);
            self.app.happened(&record.event, &self.state, self.machine_ns());
            self.log.push(&record, &self.state);
            self.records.push(record);
        }
    }

    /// Gives a command for somebody who is no part of this screen.
    ///
    /// # Errors
    /// With the reason why it is refused.
    pub(super) fn command(&mut self, command: Command) -> Result<(), Rejection> {
        self.drive(ConductorInput::Command { by: By::Remote, command }).unwrap()
    }

    /// Lets time pass to `seconds` of the run, and everything happen that falls due.
    pub(super) fn until(&mut self, seconds: f64) {
        self.until_ns(RunNs::ZERO + Duration::from_secs_f64(seconds));
    }

    pub(super) fn until_ns(&mut self, end_ns: RunNs) {
        // A station of a shared run that is not looked at for a second has stood still.
        let step = match self.origin {
            Some(_) => Duration::from_millis(500),
            None => Duration::MAX,
        };
        while self.now_ns < end_ns {
            let next_ns = end_ns.min(self.now_ns + step);
            let mut outputs = vec![];
            self.conductor.pass(conducted(self.now_ns), conducted(next_ns), |_, output| {
                outputs.push(output);
                vec![]
            });
            self.follow(outputs);
            self.now_ns = next_ns;
        }
        self.now_ns = end_ns;
    }

    /// Lets time pass until `cue` has fired.
    pub(super) fn until_fired(&mut self, cue: &str) {
        let number = CueNumber::new(cue).unwrap();
        let ix = self.state.show().find(&number).unwrap();
        while self.state.cue(ix).firings == 0 {
            let due_ns = self.state.poll_timeout().unwrap_or_else(|| panic!("nothing fires {cue}"));
            self.until_ns(due_ns.max(self.now_ns));
        }
    }

    /// What the machine's clock reads.
    pub(super) fn machine_ns(&self) -> MachineNs {
        let turns = self.presses + self.records.len() as u64;
        MachineNs::ZERO + self.now_ns.since(RunNs::ZERO) + Duration::from_millis(turns * 500)
    }

    pub(super) fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            let code = match key {
                '⏎' => KeyCode::Enter,
                '⎋' => KeyCode::Esc,
                '⇥' => KeyCode::Tab,
                key => KeyCode::Char(key),
            };
            self.key(&KeyEvent::new(code, KeyModifiers::NONE));
        }
    }

    /// Presses Tab until `page` is open.
    pub(super) fn tab_to(&mut self, page: Page) {
        for _ in Page::ALL {
            if self.app.page == page {
                return;
            }
            self.keys("⇥");
        }
        assert_eq!(self.app.page, page, "Tab goes through all pages");
    }

    /// Presses a key as the station does, and gives what is left for the shell to do.
    pub(super) fn key(&mut self, key: &KeyEvent) -> Vec<Task> {
        // Half a second of the machine's clock between keys: no press is taken for a slip.
        let machine_ns = self.machine_ns();
        self.presses += 1;
        self.app.sees(&self.hits);
        self.app.run_ns = self.now_ns;
        let tasks = self.app.key(key, &self.state, machine_ns);
        for task in &tasks {
            let Task::Command(command) = task else { continue };
            self.drive(ConductorInput::Command { by: By::Caller, command: command.clone() });
        }
        for why in self.app.take_refusals() {
            self.log.say(LogWord::refusal(why, self.now_ns));
        }
        tasks
    }

    pub(super) fn go(&mut self) {
        self.command(Command::Go { cause: Cause::Go }).unwrap();
    }

    pub(super) fn go_if_it_can(&mut self) {
        let _ = self.command(Command::Go { cause: Cause::Go });
    }

    /// Reports on the first action of a firing: it was sent, or why not.
    pub(super) fn sent(&mut self, cue: &str, firing: u32, error: Option<&str>) {
        let outcome = error.map_or(Outcome::Sent, |error| Outcome::Failed(error.into()));
        self.reported(cue, firing, 0, outcome);
    }

    /// Reports on the action `action`, from 0, of a firing.
    pub(super) fn reported(&mut self, cue: &str, firing: u32, action: u32, outcome: Outcome) {
        let cue = self.state.show().find(&CueNumber::new(cue).unwrap()).unwrap();
        let output = self.state.show().cue(cue).actions[action as usize].output;
        let job = Some(Job { cue, firing, action });
        self.drive(ConductorInput::Report(Report { output, job, outcome }));
    }

    /// The words of the log, the newest first.
    pub(super) fn log_text(&self) -> String {
        let lines: Vec<&str> = self.log.newest_first().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }

    pub(super) fn drawn(&mut self, columns: u16, rows: u16) -> Buffer {
        self.drawn_with_hits(columns, rows).0
    }

    /// A frame, and what the mouse finds on it.
    pub(super) fn drawn_with_hits(&mut self, columns: u16, rows: u16) -> (Buffer, Hits) {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        self.app.theme = self.theme;
        let mut hits = Hits::default();
        terminal.draw(|frame| hits = ui::draw(frame, &self.view())).unwrap();
        self.hits.clone_from(&hits);
        let buffer = terminal.backend().buffer().clone();
        paint(&buffer, self.depth == Depth::Rgb);
        (buffer, hits)
    }

    /// What a frame of this moment is drawn from.
    pub(super) fn view(&self) -> View<'_> {
        View {
            app: &self.app,
            state: &self.state,
            log: &self.log,
            now_ns: self.now_ns,
            machine_ns: self.machine_ns(),
            capabilities: Capabilities { depth: self.depth, glyphs: self.glyphs },
        }
    }

    pub(super) fn text(&mut self, columns: u16, rows: u16) -> String {
        text(&self.drawn(columns, rows))
    }

    /// The text of a region of the screen.
    pub(super) fn text_of(&mut self, region: Region, columns: u16, rows: u16) -> String {
        let buffer = self.drawn(columns, rows);
        text_in(&buffer, self.place(region, columns, rows))
    }

    /// The styles of a region of the screen.
    pub(super) fn styles_of(&mut self, region: Region, columns: u16, rows: u16) -> String {
        let buffer = self.drawn(columns, rows);
        styles_in(&buffer, self.place(region, columns, rows))
    }

    fn place(&self, region: Region, columns: u16, rows: u16) -> Rect {
        let (parts, run) = ui::areas(&self.view(), Rect::new(0, 0, columns, rows));
        let place = region(&parts, &run);
        assert!(!place.is_empty(), "the region has no room at {columns}x{rows}");
        place
    }
}

/// The machine's clock as the conductor reads it at an instant of a run.
fn conducted(run_ns: RunNs) -> MachineNs {
    MachineNs::ZERO + run_ns.since(RunNs::ZERO)
}

/// A region of the screen, found in the layout that the screen is drawn by.
pub(super) type Region = fn(&Parts, &Areas) -> Rect;

/// The name, the clocks, the timing, the outputs, and what is wrong.
pub(super) const HEADER_AND_ALARMS: Region = |parts, _| joined([parts.header, parts.alarms]);
/// What a page shows, between the alarms and the strip.
pub(super) const BODY: Region = |parts, _| parts.body;
/// What is wrong, and what a page shows.
pub(super) const ALARMS_AND_BODY: Region = |parts, _| joined([parts.alarms, parts.body]);
/// The message and the keys.
pub(super) const FOOTER: Region = |parts, _| parts.footer;
/// Segments and cues.
pub(super) const RUNDOWN: Region = |_, run| run.rundown;
/// What is on air, and what is next.
pub(super) const CALLING: Region = |_, run| joined([run.on_air, run.next]);
/// The picture.
pub(super) const MONITOR: Region = |_, run| run.monitor;
/// The newest lines of the log.
pub(super) const LOG: Region = |_, run| run.log;

/// The smallest region with all of `regions` that are not empty.
fn joined<const N: usize>(regions: [Rect; N]) -> Rect {
    regions.into_iter().filter(|region| !region.is_empty()).reduce(Rect::union).unwrap_or_default()
}

/// The screen's text, row by row.
pub(super) fn text(buffer: &Buffer) -> String {
    text_in(buffer, buffer.area)
}

/// The text of a region, row by row.
pub(super) fn text_in(buffer: &Buffer, region: Rect) -> String {
    let row = |y| {
        let mut line = String::new();
        let mut skip = 0;
        for x in region.left()..region.right() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            skip = ratatui::text::Span::raw(symbol).width().saturating_sub(1);
        }
        line.trim_end().to_owned()
    };
    (region.top()..region.bottom()).map(row).collect::<Vec<_>>().join("\n")
}

/// The screen's styles: a letter for each that occurs, a point for the background's, and what the
/// letters mean.
pub(super) fn styles(buffer: &Buffer) -> String {
    styles_in(buffer, buffer.area)
}

/// The styles of a region, as [`styles`] tells them.
pub(super) fn styles_in(buffer: &Buffer, region: Rect) -> String {
    let mut seen: Vec<String> = vec![style_of(&buffer[(0, 0)])];
    let mut grid = String::new();
    for y in region.top()..region.bottom() {
        let mut line = String::new();
        for x in region.left()..region.right() {
            let cell = &buffer[(x, y)];
            let style = style_of(cell);
            let at = seen.iter().position(|known| *known == style).unwrap_or_else(|| {
                seen.push(style);
                seen.len() - 1
            });
            let is_empty = cell.symbol() == " " && cell.bg == buffer[(0, 0)].bg;
            let is_empty = is_empty && !cell.modifier.contains(Modifier::REVERSED);
            line.push(if at == 0 || is_empty {
                '.'
            } else {
                char::from(b'a' + (at as u8 - 1) % 26)
            });
        }
        writeln!(grid, "{}", line.trim_end_matches('.')).unwrap();
    }
    for (at, style) in seen.iter().enumerate().skip(1) {
        writeln!(grid, "{} {style}", char::from(b'a' + (at as u8 - 1) % 26)).unwrap();
    }
    grid
}

fn style_of(cell: &Cell) -> String {
    format!("{} on {} {:?}", cell.fg, cell.bg, cell.modifier)
}

/// With `PAINT=FOLDER` set, leaves every frame there as text with its colours, for a painter to
/// look at.
fn paint(buffer: &Buffer, is_rgb: bool) {
    let Some(folder) = std::env::var_os("PAINT") else { return };
    let name = std::thread::current().name().unwrap_or("frame").replace("screens::", "");
    let mut ansi = String::new();
    let code = |colour: Color, base: u8| match colour {
        Color::Reset => format!("{}", base + 9),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        named => {
            let names = [
                "Black",
                "Red",
                "Green",
                "Yellow",
                "Blue",
                "Magenta",
                "Cyan",
                "Gray",
                "DarkGray",
                "LightRed",
                "LightGreen",
                "LightYellow",
                "LightBlue",
                "LightMagenta",
                "LightCyan",
                "White",
            ];
            let at = names.iter().position(|name| *name == format!("{named:?}")).unwrap_or(7);
            format!("{};5;{at}", base + 8)
        }
    };
    for y in 0..buffer.area.height {
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let cell = &buffer[(x, y)];
            write!(ansi, "\x1b[0;{};{}", code(cell.fg, 30), code(cell.bg, 40)).unwrap();
            for (flag, sgr) in [
                (Modifier::BOLD, 1),
                (Modifier::DIM, 2),
                (Modifier::UNDERLINED, 4),
                (Modifier::REVERSED, 7),
            ] {
                if cell.modifier.contains(flag) {
                    write!(ansi, ";{sgr}").unwrap();
                }
            }
            write!(ansi, "m{}", cell.symbol()).unwrap();
            skip = ratatui::text::Span::raw(cell.symbol()).width().saturating_sub(1);
        }
        ansi.push_str("\x1b[0m\n");
    }
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let kind = if is_rgb { "" } else { "-plain" };
    let path = std::path::Path::new(&folder).join(format!("{name}-{columns}x{rows}{kind}.ansi"));
    std::fs::write(path, ansi).unwrap();
}
