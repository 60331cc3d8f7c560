//! A run that the board follows: its show, its journal as it grows, and the state that these make.

use std::sync::Arc;
use std::time::Duration;

use super::choose::RunChoice;
use super::estimate::ClockEstimate;
use crate::app::board::{Board, Notice};
use crate::app::crew::CrewView;
use crate::engine::{Event, Record, RunId, RunNs, State};
use crate::journal::Store;
use crate::journal::{RecoverError, Tail, TailRead};
use crate::runtime::clock::{machine_ns, wall_now};
use crate::runtime::opening::machine_zone;
use crate::runtime::seconds;
use crate::show::{Show, file};
use crate::time::MachineNs;

/// A run in the board's hands.
pub(super) struct BoardRun {
    id: RunId,
    store: Store,
    show: Arc<Show>,
    tail: Tail,
    state: State,
    /// Unknown before its first line.
    clock: Option<ClockEstimate>,
    is_called: bool,
    has_left: bool,
    fault: Option<Notice>,
}

impl BoardRun {
    /// The run of this name, before its first line.
    ///
    /// # Errors
    /// When there is no such run, or its show cannot be read. What a show's faults are is not said:
    /// a board's terminal is no place for its words.
    pub(super) fn open(choice: &RunChoice, id: RunId) -> anyhow::Result<Self> {
        let store = choice.store();
        let show = file::parse(&store.show_text(&id)?, &machine_zone());
        let show = show.map_err(|_| {
            anyhow::anyhow!(
                "the show.toml beside its journal has errors; run `handover check` on it"
            )
        })?;
        choice.check_department(&show)?;
        let show = Arc::new(show);
        let (tail, state) = (store.tail(&id)?, State::new(Arc::clone(&show)));
        Ok(BoardRun {
            id,
            store: store.clone(),
            show,
            tail,
            state,
            clock: None,
            is_called: false,
            has_left: false,
            fault: None,
        })
    }

    pub(super) fn id(&self) -> &RunId {
        &self.id
    }

    /// The show's title.
    pub(super) fn title(&self) -> &str {
        &self.show.title
    }

    pub(super) fn speed(&self) -> u32 {
        self.state.speed()
    }

    /// Returns `true` if somebody calls it, and it goes on.
    pub(super) fn is_called(&self) -> bool {
        self.is_called && !self.state.has_ended()
    }

    /// Takes in what was appended; true where that changes anything.
    pub(super) fn read(&mut self) -> bool {
        let TailRead { restarted, mut records, fault } = self.tail.read();
        let put_in = self.store.put_in_versions(&self.id, &mut records, &machine_zone());
        if put_in.is_err() {
            // What follows is of another show than is known here.
            let is_known = |record: &Record| !matches!(&record.event, Event::ShowRevised { show, .. } if show.show().is_none());
            let known = records.iter().take_while(|record| is_known(record)).count();
            records.truncate(known);
        }
        if restarted {
            (self.state, self.clock, self.has_left) =
                (State::new(Arc::clone(&self.show)), None, false);
        }
        for record in &records {
            self.state.fold(record);
            self.has_left = matches!(record.event, Event::RunLeft { .. });
        }
        if let Some(last) = records.last() {
            let (machine_ns, wall) = (machine_ns(), wall_now());
            match &mut self.clock {
                Some(clock) => clock.correct(last, machine_ns, wall),
                None => {
                    self.clock =
                        Some(ClockEstimate::begin(last, self.state.speed(), machine_ns, wall))
                }
            }
        }
        let is_lost = put_in.is_err();
        let has_news = restarted || !records.is_empty() || fault.is_some() || is_lost;
        if has_news {
            self.fault = fault.map(|fault| match fault {
                RecoverError::Damaged { line, .. } => Notice::Damaged { line },
                RecoverError::Read { .. }
                | RecoverError::Huge { .. }
                | RecoverError::Empty { .. } => Notice::Unreadable,
            });
        }
        if is_lost {
            self.fault = Some(Notice::Unreadable);
        }
        has_news
    }

    /// Asks whether somebody calls the run; true where that has changed.
    pub(super) fn ask_for_caller(&mut self, choice: &RunChoice) -> bool {
        let is_called = !self.has_left && choice.store().holder(&self.id).is_some();
        std::mem::replace(&mut self.is_called, is_called) != is_called
    }

    /// Public facts of it now; `None` before its first line.
    pub(super) fn board(&mut self) -> Option<Board> {
        let now = self.run_ns()?;
        Some(self.board_at(now))
    }

    /// Its facts for a department; `None` before its first line, and where it has no such
    /// department.
    pub(super) fn crew(&mut self, department: &str) -> Option<CrewView> {
        let now = self.run_ns()?;
        let department = CrewView::department(self.state.show(), department)?;
        let timing = self.state.projection(now);
        Some(CrewView::beside(self.board_at(now), &self.state, &timing, now, department))
    }

    fn run_ns(&mut self) -> Option<RunNs> {
        let read_ns = self.clock.as_mut()?.read(machine_ns());
        Some(seconds::edge(&self.state, read_ns))
    }

    fn board_at(&self, now: RunNs) -> Board {
        let mut board = Board::of(&self.state, now);
        let nobody = (!self.is_called && !self.state.has_ended()).then_some(Notice::NoCaller);
        board.notice = self.fault.or(nobody);
        board
    }

    /// The instant of the machine's clock at which the show's clock reads its next whole second.
    pub(super) fn next_second_ns(&self, machine_ns: MachineNs) -> MachineNs {
        let Some(clock) = &self.clock else { return machine_ns + Duration::from_millis(500) };
        let mut clock = clock.clone();
        let run_ns = clock.read(machine_ns);
        clock.machine_ns(seconds::next(&self.state, run_ns))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::Record;
    use crate::journal::Journal;

    #[test]
    fn a_run_whose_clock_reads_ages_is_drawn_once_a_second() {
        const SHOW: &str = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nstart = 20:00:00\nduration = \"1m\"\n\
                            cue = [{ number = \"1\", title = \"a\", duration = \"10s\" }, { number = \"2\", title = \"b\" }]\n";
        for run_ns in [0, i64::MAX / 4, i64::MAX / 2].map(RunNs::new) {
            let dir = tempfile::tempdir().unwrap();
            let choice = RunChoice::new(None, dir.path()).unwrap();
            let (id, lock) = choice.store().create("20261122-200000-evening", SHOW).unwrap();
            let mut journal = Journal::create(lock, Box::new(|_| {})).unwrap();
            let started = Event::RunStarted {
                show: "x".into(),
                source: "x".into(),
                rehearsal: true,
                speed: 1000,
                auto: false,
                clock: wall_now(),
                day: "2026-11-22".parse().unwrap(),
                version: "0".into(),
                shift_ns: None,
                show_crc: None,
                from_cue: None,
                listen: None,
                web: None,
            };
            let fired = Event::CueFired {
                cue: crate::show::CueNumber::new("1").unwrap(),
                cause: crate::engine::Cause::Go,
                firing: 1,
                due_ns: run_ns,
                playhead_stays: false,
            };
            let segment = Event::SegmentStarted {
                segment: 1,
                title: "s".into(),
                due_ns: run_ns,
                retimed: false,
            };
            let events = [(RunNs::ZERO, started), (run_ns, segment), (run_ns, fired)];
            let record = |(seq, (run_ns, event))| Record::new(seq, wall_now(), run_ns, event);
            journal.append(&(1..).zip(events).map(record).collect::<Vec<_>>()).unwrap();
            journal.close(Duration::from_secs(20)).unwrap();
            let mut run = BoardRun::open(&choice, id).unwrap();
            assert!(run.read());
            assert!(run.board().is_some(), "{run_ns}");
            let now_ns = machine_ns();
            assert!(run.next_second_ns(now_ns) > now_ns, "{run_ns}");
        }
    }
}
