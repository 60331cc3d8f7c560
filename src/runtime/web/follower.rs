//! The thread that fills the pages of browsers: it follows the run by its records and writes down
//! what is true, once a second and after each change.
//!
//! It keeps its own copy of the state, so that pages cost the station nothing, and a slow browser
//! costs this thread nothing: the server keeps the last pages alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::board::Board;
use crate::app::browser;
use crate::app::crew::CrewView;
use crate::conductor::RunClock;
use crate::engine::{RunNs, State};
use crate::export::sheet::Sheet;
use crate::runtime::clock::machine_ns;
use crate::runtime::feed::{Feed, Mailbox};
use crate::runtime::{realtime, seconds};
use crate::show::DepartmentIx;
use crate::time::MachineNs;
use crate::web::{Pages, Web};

/// The shortest time between two states of the pages: a chain of cues must not become a flood.
const LEAST: Duration = Duration::from_millis(200);

/// Its data besides the records.
#[derive(Debug, Default)]
pub(super) struct WebUpdate {
    pub(super) is_over: bool,
}

/// Starts to follow a run that has come as far as `state`.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn start(
    feed: &mut Feed,
    web: Arc<Web>,
    state: State,
    clock: RunClock,
) -> std::io::Result<Arc<Mailbox<WebUpdate>>> {
    let mailbox = feed.subscribe(WebUpdate::default());
    let box_of_thread = Arc::clone(&mailbox);
    let mut account = WebAccount { state, clock, sheet: None, departments: Arc::default() };
    std::thread::Builder::new().name("web pages".into()).spawn(move || {
        realtime::step_behind();
        account.follow(&web, &box_of_thread);
    })?;
    Ok(mailbox)
}

/// The thread's own account of the run.
struct WebAccount {
    state: State,
    clock: RunClock,
    /// The call sheet, with the version of the show that it is of.
    sheet: Option<(u32, Arc<str>)>,
    departments: Arc<str>,
}

impl WebAccount {
    fn follow(&mut self, web: &Web, mailbox: &Mailbox<WebUpdate>) {
        loop {
            let now_ns = machine_ns();
            web.publish(self.pages(seconds::edge(&self.state, self.clock.run_ns(now_ns))));
            let (least_ns, second_ns) = (now_ns + LEAST, self.next_second_ns(now_ns));
            let mut waiting = mailbox.lock();
            while !waiting.also.is_over {
                let until_ns = if waiting.news.is_empty() { second_ns } else { least_ns };
                let left = until_ns.max(least_ns).since(machine_ns());
                if left.is_zero() {
                    break;
                }
                waiting = mailbox.wait(waiting, left);
            }
            if waiting.also.is_over {
                return;
            }
            let news = std::mem::take(&mut waiting.news);
            drop(waiting);
            self.clock = news.clock.unwrap_or(self.clock);
            news.fold(&mut self.state, |_, _| {});
        }
    }

    fn pages(&mut self, now: RunNs) -> Pages {
        let sheet = self.sheet();
        let (state, revision) = (&self.state, self.state.revision());
        let (board, timing) = (Board::of(state, now), state.projection(now));
        let departments = (0..).map(DepartmentIx).zip(&state.show().departments);
        let crews: BTreeMap<String, Arc<str>> = departments
            .map(|(ix, department)| {
                let view = CrewView::beside(board.clone(), state, &timing, now, ix);
                let text = browser::crew(&view, &department.id, state.is_warning(ix));
                (department.id.clone(), text.into())
            })
            .collect();
        let board = browser::board(&board, revision).into();
        Pages { board, sheet, departments: Arc::clone(&self.departments), crews }
    }

    /// The call sheet, written again for another version of the show.
    fn sheet(&mut self) -> Arc<str> {
        let (show, revision) = (self.state.show(), self.state.revision());
        if let Some((_, sheet)) = self.sheet.as_ref().filter(|(of, _)| *of == revision) {
            return Arc::clone(sheet);
        }
        let day = self.state.wall(RunNs::ZERO).to_zoned_datetime(show.zone.clone()).date();
        let sheet: Arc<str> = browser::sheet(&Sheet::new(show, day, true)).into();
        self.departments = browser::departments(show).into();
        self.sheet = Some((revision, Arc::clone(&sheet)));
        sheet
    }

    /// The instant of the machine's clock at which the show's clock reads its next whole second.
    fn next_second_ns(&self, now_ns: MachineNs) -> MachineNs {
        let run_ns = self.clock.run_ns(now_ns);
        self.clock.machine_ns(seconds::next(&self.state, run_ns))
    }
}
