//! The show file beside a run: a thread that notices when somebody edits it, and prepares what it
//! takes to run the new version.
//!
//! It looks at the file twice a second, by its name: editors write it again, rename another over it,
//! or leave it away for a moment. A version is read once the file has stood still for half a
//! second, and compared by its text. Everything that takes time (reading, checking, writing beside
//! the journal, encoding messages, opening outputs) happens here; the station only swaps.
//! The edits of the caller ([`edits`]) are written by the same thread, which so knows them from
//! those of others.

mod edits;
mod looks;
mod ready;
mod theirs;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use super::clock::machine_ns;
use super::inbox::{Msg, Sender};
use super::opening::{Beside, machine_zone, read};
use super::{realtime, wiring};
use crate::app::{EditNews, EditWish, FileNews, TypedForm};
use crate::edit::compare::{Change, Comparison, compare};
use crate::edit::document::Document;
use crate::edit::listing::Listing;
use crate::engine::{Revised, Revision, RunId, RunNs, State};
use crate::export::diff;
use crate::journal::{Store, checksum, digest};
use crate::output::{Permits, RevisedOutputs};
use crate::show::file::expand::expand;
use crate::show::file::machine::Unseen;
use crate::show::problem::{self, visible};
use crate::show::{Output, OutputIx, Show};
use looks::Stamp;
pub(super) use ready::ReadyVersion;
use ready::{fitted, tried};
pub(super) use theirs::{TheirVersion, Theirs};

/// Interval at which the file is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Maximum number of lines about a version in the log.
const LINES_MAX: usize = 200;

/// The file of a run's show, and what it takes to run another version of it.
#[derive(Debug)]
pub(super) struct WatchedFile {
    /// The file.
    pub path: PathBuf,
    /// Place from which the show came: its clips lie beside that.
    pub source: String,
    /// Text of the version that runs, without repeats.
    pub text: String,
    pub show: Arc<Show>,
    pub store: Store,
    pub permits: Permits,
}

/// The station's hold on the thread. Its drop ends it.
#[derive(Debug)]
pub(super) struct ShowFile {
    path: PathBuf,
    source: String,
    permits: Permits,
    post: Sender,
    orders: mpsc::Sender<FileOrder>,
}

enum FileOrder {
    /// Get the version ready that was told last.
    Prepare(Box<Ground>),
    /// Tell what is wrong with what was typed into a form.
    Check(Box<TypedForm>),
    /// Do an edit, and get the version ready that it makes.
    Edit(EditWish, Box<Ground>),
    /// Look at the file, even if it was read already.
    Look,
    /// Let go of what was made ready and is not taken: that takes its time too.
    LetGo { _ready: Box<ReadyVersion> },
    /// Fit a version that was made ready to what has happened since.
    Fit(Box<ReadyVersion>, Box<Ground>),
    /// The run has taken what was made ready last, in the place of this show.
    Taken(Arc<Show>),
    /// Get a version ready that another station has given the run.
    Theirs(Theirs, Box<Ground>),
    /// The run goes on with an older version.
    Back { id: RunId, number: u32 },
    /// An editor that had the file has ended.
    Edited {
        /// Text of the file before, if it could be read.
        before: Option<String>,
        /// The failure of the editor, if there was one.
        fault: Option<String>,
    },
}

/// The run that a version is prepared for.
#[derive(Debug)]
pub(super) struct Ground {
    /// Number of the order: what was made for one before is not to be taken any more.
    pub order: u32,
    /// The run in whose folder the version is kept; `None` if the show is only edited.
    pub id: Option<RunId>,
    pub state: State,
    /// Its clock.
    pub run_ns: RunNs,
    /// For each output, `true` if it could be opened.
    pub is_open: Vec<bool>,
}

/// News of the show file.
pub(super) enum ShowNews {
    /// It is other than the version that runs, or with `None` the same again.
    File(Option<FileNews>),
    /// The same after an editor has ended, to be reviewed at once; or why there is nothing to
    /// review.
    Edited(Result<Option<FileNews>, String>),
    /// A version is ready to be taken.
    Ready(Box<ReadyVersion>),
    /// What became of the version of another station, by its SHA-256.
    Theirs { sha256: String, outcome: Result<Box<TheirVersion>, String> },
    /// It could not be made ready.
    Failed(String),
    /// The answer to an edit.
    Edit(EditNews),
}

impl std::fmt::Debug for ShowNews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShowNews")
    }
}

impl ShowFile {
    /// Begins to look at the file.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(watched: WatchedFile, post: Sender) -> std::io::Result<Self> {
        let (orders, ordered) = mpsc::channel();
        let (path, source) = (watched.path.clone(), watched.source.clone());
        let (permits, own_post) = (watched.permits.clone(), post.clone());
        std::thread::Builder::new().name("show file".into()).spawn(move || {
            realtime::step_back();
            let name = watched.path.file_name().unwrap_or_default().to_string_lossy();
            let name = visible(&name).into_owned();
            Watcher {
                watched,
                name,
                post,
                stamp: None,
                read: None,
                latest: None,
                made: None,
                document: None,
                has_others: false,
                away: 0,
                included: vec![],
                before: None,
            }
            .watch(&ordered);
        })?;
        Ok(ShowFile { path, source, permits, post: own_post, orders })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Has the version made ready that was told last.
    pub(super) fn prepare(&self, ground: Ground) {
        // Where the thread has gone, there is nothing to be taken either.
        let _ = self.orders.send(FileOrder::Prepare(Box::new(ground)));
    }

    /// Has a version that was made ready fitted to the run as it stands now.
    pub(super) fn fit(&self, ready: Box<ReadyVersion>, ground: Ground) {
        let _ = self.orders.send(FileOrder::Fit(ready, Box::new(ground)));
    }

    /// Has what was typed into a form checked.
    pub(super) fn check(&self, typed: TypedForm) {
        let _ = self.orders.send(FileOrder::Check(Box::new(typed)));
    }

    /// Has an edit done.
    pub(super) fn edit(&self, wish: EditWish, ground: Ground) {
        let _ = self.orders.send(FileOrder::Edit(wish, Box::new(ground)));
    }

    /// Lets go of what was made ready.
    pub(super) fn let_go(&self, ready: Box<ReadyVersion>) {
        let _ = self.orders.send(FileOrder::LetGo { _ready: ready });
    }

    /// Has the file looked at again.
    pub(super) fn look(&self) {
        let _ = self.orders.send(FileOrder::Look);
    }

    /// Says that the run has taken what was made ready last.
    pub(super) fn taken(&self, before: Arc<Show>) {
        let _ = self.orders.send(FileOrder::Taken(before));
    }

    /// Says that an editor which had the file has ended; `before` is the file's text before, if it
    /// could be read, and `fault` says how the editor failed, if it did.
    pub(super) fn edited(&self, before: Option<String>, fault: Option<String>) {
        let _ = self.orders.send(FileOrder::Edited { before, fault });
    }
}

/// A version as the file has it.
#[derive(Clone)]
struct FileVersion {
    /// The file's text.
    written: String,
    /// The same without repeats, which is what a run keeps.
    text: String,
    show: Arc<Show>,
    comparison: Comparison,
    /// Another station has given it to the run.
    is_theirs: bool,
}

/// The thread's own.
struct Watcher {
    watched: WatchedFile,
    name: String,
    post: Sender,
    /// Marks of the file at the last look, and when it was read.
    stamp: Option<Stamp>,
    read: Option<Stamp>,
    /// The version that was told last, if it can be run.
    latest: Option<FileVersion>,
    /// The version that was made ready last.
    made: Option<FileVersion>,
    /// The text as this program edits it, once it has.
    document: Option<Document>,
    /// `true` if the file has changes of others that the run does not have: nothing of it is taken
    /// before the caller has reviewed it.
    has_others: bool,
    /// Number of looks in a row that did not find the file.
    away: u32,
    /// The files that it includes, also those that could not be read.
    included: Vec<PathBuf>,
    /// The show that the run had before.
    before: Option<Arc<Show>>,
}

impl Watcher {
    fn watch(mut self, orders: &Receiver<FileOrder>) {
        let mut next = None;
        loop {
            match next.take().map_or_else(|| orders.recv_timeout(LOOK), Ok) {
                Ok(FileOrder::Prepare(ground)) => self.prepare(*ground),
                Ok(FileOrder::Fit(ready, ground)) => match fitted(ready, &ground) {
                    Some(ready) => self.post.send(Msg::Show(ShowNews::Ready(ready))),
                    None => self.prepare(*ground),
                },
                Ok(FileOrder::Check(typed)) => {
                    next = orders.try_recv().ok();
                    // What was typed since is checked instead: a large show takes its time.
                    let is_old = matches!(
                        next,
                        Some(FileOrder::Check(_) | FileOrder::Edit(EditWish::Save { .. }, _))
                    );
                    if !is_old {
                        self.check(&typed);
                    }
                }
                Ok(FileOrder::Edit(wish, ground)) => self.edit(wish, *ground),
                Ok(FileOrder::Look) => self.read = None,
                Ok(FileOrder::LetGo { .. }) => {}
                Ok(FileOrder::Taken(before)) => {
                    // The others let go of it in the meantime, and the last one has the work.
                    self.before = Some(before);
                    if let Some(made) = self.made.take() {
                        self.has_others = false;
                        if let Some(document) = &mut self.document {
                            // What the caller has edited can be undone still.
                            if document.plain() != made.text {
                                // It has been checked, so that this goes well.
                                let _ = document.adopt(made.written);
                            }
                        }
                        let before = std::mem::replace(&mut self.watched.text, made.text);
                        self.watched.show = made.show;
                        if made.is_theirs {
                            self.brings_up(&before);
                        }
                        // What was written meanwhile differs from this version.
                        (self.read, self.latest) = (None, None);
                    }
                }
                Ok(FileOrder::Theirs(theirs, ground)) => self.theirs(theirs, &ground),
                Ok(FileOrder::Back { id, number }) => self.goes_back(&id, number),
                Ok(FileOrder::Edited { before, fault }) => {
                    let edited = self.edited(before.as_deref(), fault);
                    self.post.send(Msg::Show(ShowNews::Edited(edited)));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look();
        }
    }

    fn prepare(&mut self, ground: Ground) {
        let news = match self.make(ground) {
            Ok(ready) => ShowNews::Ready(Box::new(ready)),
            Err(why) => {
                // It is still to be taken.
                if let Some(version) = &self.latest {
                    let news = self.news(&version.comparison);
                    self.post.send(Msg::Show(ShowNews::File(Some(news))));
                }
                ShowNews::Failed(why)
            }
        };
        self.post.send(Msg::Show(news));
    }

    /// What an editor has made of the file whose text was `before`. It has ended, so that the file
    /// need not stand still first.
    fn edited(
        &mut self,
        before: Option<&str>,
        fault: Option<String>,
    ) -> Result<Option<FileNews>, String> {
        (self.stamp, self.read) = (self.stamp_now(), self.stamp_now());
        let text = read(&self.watched.path).map_err(|why| why.to_string())?;
        match before == Some(&text) {
            true => {
                // One that it includes may be another all the same.
                self.read = None;
                Err(fault.unwrap_or_else(|| format!("nothing was changed in {}", self.name)))
            }
            false => Ok(self.take_in(text)),
        }
    }

    /// Takes the file's text in; gives how it differs from the version that runs, if it does.
    fn take_in(&mut self, text: String) -> Option<FileNews> {
        let files = Beside::new(&self.watched.path);
        let expanded = expand(&text, &files);
        self.include(files.asked());
        if expanded.text() == self.watched.text {
            (self.latest, self.has_others) = (None, false);
            return None;
        }
        let is_ours = self.document.as_ref().is_some_and(|document| document.is(&text));
        self.has_others = !is_ours;
        Some(match expanded.check(&machine_zone(), &Unseen) {
            Ok(checked) => {
                let plain = expanded.text().to_owned();
                drop(expanded);
                self.has_version(text, plain, Arc::new(checked.show))
            }
            Err(problems) => {
                self.latest = None;
                let report = problem::report(&problems, &self.name, &text, false);
                FileNews {
                    words: format!("{} changed and has {}", self.name, problem::counted(&problems)),
                    lines: report.lines().take(LINES_MAX).map(str::to_owned).collect(),
                    outputs: vec![],
                    is_sound: false,
                }
            }
        })
    }

    /// Remembers the version that the file has, and gives the words on it.
    fn has_version(&mut self, written: String, text: String, show: Arc<Show>) -> FileNews {
        let comparison = self.compared(&show);
        let news = FileNews { outputs: self.reopened(&show), ..self.news(&comparison) };
        self.latest = Some(FileVersion { written, text, show, comparison, is_theirs: false });
        news
    }

    /// The differences between the version that runs and `show`. The listing of a long show is as
    /// large as the show, and most runs have one version only: none is kept.
    fn compared(&self, show: &Show) -> Comparison {
        compare(&Listing::of(&self.watched.show), &Listing::of(show))
    }

    /// The outputs of the version that runs that are other in `show`.
    fn reopened(&self, show: &Show) -> Vec<OutputIx> {
        let is_other = |output: &&Output| {
            show.outputs.iter().any(|other| other.id == output.id && other != *output)
        };
        let known = (0..).map(OutputIx).zip(&self.watched.show.outputs);
        known.filter(|(_, output)| is_other(output)).map(|(ix, _)| ix).collect()
    }

    fn news(&self, comparison: &Comparison) -> FileNews {
        let words = match comparison.items.is_empty() {
            true => "nothing that a run has".to_owned(),
            false => diff::summary(comparison),
        };
        let text = diff::text(comparison);
        let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        FileNews {
            words: format!("{} changed: {words}", self.name),
            lines: lines.take(LINES_MAX).map(str::to_owned).collect(),
            outputs: vec![],
            is_sound: true,
        }
    }

    /// Makes the version ready that was told last: writes it beside the journal, encodes its
    /// messages, opens its outputs.
    fn make(&mut self, ground: Ground) -> Result<ReadyVersion, String> {
        let Some(version) = self.latest.clone() else {
            return Err(format!("{} is not other than the show that runs", self.name));
        };
        let Ground { order, ref id, ref state, .. } = ground;
        let number = state.revision() + 1;
        if let Some(id) = id {
            let written = self.watched.store.write_version(id, number, &version.text);
            written.map_err(|why| why.to_string())?;
        }
        let begun_ns = machine_ns();
        let prepared = Revised::prepared(Arc::clone(&version.show), state);
        let fits_in = machine_ns().since(begun_ns);
        let show = Arc::clone(prepared.merged().unwrap_or(&version.show));
        let outputs = self.outputs(show, &ground);
        let count = |change: Change| {
            version.comparison.items.iter().filter(|item| item.change == change).count() as u32
        };
        let revision = Revision {
            number,
            show_crc: checksum(&version.text),
            sha256: digest(&version.text),
            changed: count(Change::Changed),
            added: count(Change::Added),
            removed: count(Change::Removed),
            show: prepared,
        };
        let (takes, passed_over) = tried(&ground, &revision);
        let text = version.text.as_str().into();
        self.made = Some(version);
        Ok(ReadyVersion { revision, text, outputs, order, takes, fits_in, passed_over })
    }

    /// Opens the outputs of `show` for a run.
    fn outputs(&self, show: Arc<Show>, ground: &Ground) -> RevisedOutputs {
        let (state, WatchedFile { source, permits, .. }) = (&ground.state, &self.watched);
        let old = (&**state.show(), &*ground.is_open);
        wiring::revised_outputs(old, show, state.is_rehearsal(), (source, permits), &self.post)
    }
}
