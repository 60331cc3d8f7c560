//! The journal of the run that is being called: append, close.
//!
//! Owns the writing end. Must never stop the show: an event that cannot be written is reported and
//! kept for later, and closing takes no longer than it was given. There is no way to make a
//! [`Journal`] without the run's [`RunLock`].

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::JOURNAL_FILE;
use super::backlog::{BACKLOG_BYTES_MAX, Backlog, FileTail};
use super::disk::{Disk, JournalFile};
use super::fault::{JournalError, OpenError};
use super::lock::{LockError, RunLock};
use super::order::RecordOrder;
use super::recover::{Recovered, recover};
use super::store::NewRun;
use super::sync::{JournalListener, SyncShared, not_begun};
use crate::engine::{Record, RunId};

/// Maximum time that dropping a journal, without closing it, may take.
const DROP_AT_MOST: Duration = Duration::from_secs(2);

/// The journal of a run, open for appending, and its lock.
pub struct Journal {
    order: RecordOrder,
    shared: Arc<SyncShared>,
    /// `true` if something was appended since the thread that syncs was woken.
    unsynced: bool,
    /// `None` once the journal is closed.
    thread: Option<JoinHandle<()>>,
}

impl Journal {
    /// Begins the journal of a new run.
    ///
    /// # Errors
    /// When the run has a journal already, or the file cannot be made.
    pub fn create(lock: RunLock, report: JournalListener) -> Result<Self, OpenError> {
        let path = lock.dir().join(JOURNAL_FILE);
        let file = JournalFile::create(&path).map_err(failed(&path))?;
        let backlog = Backlog::new(BACKLOG_BYTES_MAX);
        Self::start(lock, Box::new(file), backlog, FileTail::at(0), RecordOrder::default(), report)
    }

    /// Begins the journal of a new run, and gives its name. Where its files cannot be made now, that
    /// is tried again every second, what happens is kept until then, and [`SyncReport::Begun`] tells
    /// the name.
    ///
    /// # Errors
    /// When the system gives no thread.
    ///
    /// [`SyncReport::Begun`]: super::SyncReport::Begun
    pub fn begin(
        mut run: NewRun,
        report: JournalListener,
    ) -> Result<(Self, Result<RunId, JournalError>), OpenError> {
        let (path, order) = (run.journal_path(), RecordOrder::default());
        let backlog = Backlog::new(BACKLOG_BYTES_MAX);
        match run.make() {
            Ok((id, lock, file)) => {
                let journal =
                    Self::start(lock, Box::new(file), backlog, FileTail::at(0), order, report)?;
                Ok((journal, Ok(id)))
            }
            Err(error) => {
                let why = not_begun(&error);
                let shared = SyncShared::waiting(path, backlog, why.clone());
                Ok((Self::of(shared, order, Some(run), report)?, Err(why)))
            }
        }
    }

    /// Goes on with the journal of an earlier run, and gives back what it holds. A torn end is cut
    /// off, and a newline that is missing put there.
    ///
    /// A journal that cannot be written is no error: its fault is told like that of a disk that
    /// fails later, and what happens is kept until the disk takes it.
    ///
    /// # Errors
    /// When the journal is damaged, which leaves it as it is, or cannot be read, or another program
    /// writes it.
    pub fn open(lock: RunLock, report: JournalListener) -> Result<(Self, Recovered), OpenError> {
        let path = lock.dir().join(JOURNAL_FILE);
        let file = JournalFile::open(&path);
        let found = recover(&path)?;
        let file = file.map_err(failed(&path))?;
        let mut backlog = Backlog::new(BACKLOG_BYTES_MAX);
        if found.newline_missing {
            backlog.lines.push(b'\n');
        }
        let tail = if found.torn.is_some() {
            FileTail::torn_at(found.good_len)
        } else {
            FileTail::at(found.good_len)
        };
        let order = RecordOrder::after(found.records.last());
        let mut journal = Self::start(lock, Box::new(file), backlog, tail, order, report)?;
        // What the last program has left at the end is put right at once, where the disk allows it.
        journal.shared.append(&mut journal.shared.lock());
        journal.unsynced = true;
        journal.sync();
        Ok((journal, found))
    }

    fn start(
        lock: RunLock,
        disk: Box<dyn Disk>,
        backlog: Backlog,
        tail: FileTail,
        order: RecordOrder,
        report: JournalListener,
    ) -> Result<Self, OpenError> {
        let path = lock.dir().join(JOURNAL_FILE);
        Self::of(SyncShared::new(path, disk, backlog, tail, lock), order, None, report)
    }

    fn of(
        shared: SyncShared,
        order: RecordOrder,
        new_run: Option<NewRun>,
        report: JournalListener,
    ) -> Result<Self, OpenError> {
        let shared = Arc::new(shared);
        let keep = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || keep.keep(new_run, &report));
        let thread = Some(thread.map_err(failed(shared.path()))?);
        Ok(Self { order, shared, unsynced: false, thread })
    }

    /// The file.
    pub(super) fn path(&self) -> std::path::PathBuf {
        self.shared.path().to_owned()
    }

    /// Writes `records`, all with one write. What they cause may leave the program after this, and
    /// then [`Self::sync`] has them synced: waking the thread that does it costs time that a cue
    /// need not wait.
    ///
    /// # Errors
    /// When the records are not safe in the run's file. Unless they were refused they are kept, and
    /// written in their order as soon as the disk takes them: there is nothing to repeat. The same
    /// fault, and its end, comes as a [`super::SyncReport`] too, once; a sync that fails comes only
    /// there.
    pub fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        let mut order = self.order;
        let admitted = records.iter().try_for_each(|record| order.admit(record));
        let path = || self.shared.path().to_owned();
        admitted.map_err(|why| JournalError::Refused { path: path(), why })?;
        self.order = order;
        let mut state = self.shared.lock();
        state.backlog.push(records);
        self.shared.append(&mut state);
        self.unsynced = true;
        match self.shared.fault(&state) {
            None | Some(JournalError::Sync { .. }) => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    /// Has everything that was appended synced, and does not wait for it. Costs nothing where all
    /// of it was asked for.
    pub fn sync(&mut self) {
        if std::mem::take(&mut self.unsynced) {
            self.shared.rouse();
        }
    }

    /// Returns `true` if the disk has not taken events that were appended: they are in memory only.
    pub fn has_unwritten(&self) -> bool {
        self.shared.lock().write_fault.is_some()
    }

    /// Says in the run's lock file whether this program still has its terminal.
    ///
    /// # Errors
    /// When the lock file cannot be written; the run is locked all the same.
    pub fn set_terminal(&self, terminal: bool) -> Result<(), LockError> {
        self.shared.set_terminal(terminal)
    }

    /// Writes and syncs what is left and gives the run free, or gives up after `at_most`.
    ///
    /// # Errors
    /// When something is wrong with the files at the end, or the disk did not answer in time.
    pub fn close(mut self, at_most: Duration) -> Result<(), JournalError> {
        self.finish(at_most)
    }

    /// As [`Self::close`], but keeps the run's lock and gives it; `None` if the run has none.
    ///
    /// # Errors
    /// As [`Self::close`]; the run is free then.
    pub(super) fn close_locked(
        mut self,
        at_most: Duration,
    ) -> Result<Option<RunLock>, JournalError> {
        self.finish(at_most)?;
        Ok(self.shared.give_lock())
    }

    fn finish(&mut self, at_most: Duration) -> Result<(), JournalError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let closed = self.shared.close(at_most);
        if !matches!(closed, Err(JournalError::Stalled { .. })) {
            // It has done its last round: this waits for nothing.
            let _ = thread.join();
        }
        closed
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Errors are reported by `close`.
        let _ = self.finish(DROP_AT_MOST);
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
fn failed(path: &Path) -> impl FnOnce(io::Error) -> OpenError + use<> {
    let path = path.to_owned();
    move |source| match source.kind() {
        io::ErrorKind::WouldBlock => OpenError::Held { path },
        _ => OpenError::Io { path, source },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{ErrorKind, Write};
    use std::path::PathBuf;
    use std::sync::mpsc::{Receiver, channel};

    use tempfile::TempDir;

    use super::*;
    use crate::journal::disk::fake::{Fake, FakeDisk};
    use crate::journal::lock::testing::{PATIENCE, await_some, take_freed};
    use crate::journal::{
        Holder, LineFault, RecoverError, Store, SyncReport, encode, recover_bytes, sample,
    };

    fn reporter() -> (JournalListener, Receiver<SyncReport>) {
        let (send, reports) = channel();
        (Box::new(move |report| send.send(report).unwrap_or_default()), reports)
    }

    /// A journal on a disk that fails on demand.
    struct WriterTest {
        journal: Journal,
        disk: FakeDisk,
        reports: Receiver<SyncReport>,
        records: Vec<Record>,
        dir: TempDir,
    }

    impl WriterTest {
        fn new(backlog_bytes_max: usize) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let (disk, (report, reports)) = (FakeDisk::default(), reporter());
            let (lock, backlog) =
                (RunLock::take(dir.path()).unwrap(), Backlog::new(backlog_bytes_max));
            let boxed = Box::new(disk.clone());
            let journal = Journal::start(
                lock,
                boxed,
                backlog,
                FileTail::at(0),
                RecordOrder::default(),
                report,
            )
            .unwrap();
            Self { journal, disk, reports, records: sample::records(), dir }
        }

        fn append(&mut self, range: std::ops::Range<usize>) -> Result<(), JournalError> {
            let appended = self.journal.append(&self.records[range]);
            self.journal.sync();
            appended
        }

        fn report(&self) -> SyncReport {
            self.reports.recv_timeout(PATIENCE).unwrap()
        }

        /// Waits until the thread is in its first sync.
        fn await_sync(&self) {
            await_some("a sync", || (self.disk.lock().syncs > 0).then_some(()));
        }

        fn bytes(&self) -> Vec<u8> {
            self.disk.lock().bytes.clone()
        }
    }

    fn bytes_of(records: &[Record]) -> Vec<u8> {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| encode(record, &mut bytes).unwrap());
        bytes
    }

    #[test]
    fn a_full_disk_is_told_once_and_gets_everything_when_it_has_room() {
        let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
        test.append(0..2).unwrap();
        let room = test.bytes().len() + 50;
        test.disk.change(|fake| fake.room = room);
        let fault = test.append(2..5).unwrap_err();
        assert!(
            matches!(fault, JournalError::Write { kind: ErrorKind::StorageFull, .. }),
            "{fault}"
        );
        assert!(fault.to_string().contains("free some room on its disk"), "{fault}");
        assert_eq!(test.report(), SyncReport::Fault(fault.clone()));
        assert_eq!(test.append(5..6), Err(fault));
        assert!(test.journal.has_unwritten(), "the run must not be released");
        test.disk.change(|fake| fake.room = usize::MAX);
        assert_eq!(test.report(), SyncReport::Sound, "without another append");
        assert!(!test.journal.has_unwritten());
        test.append(6..9).unwrap();
        assert_eq!(test.bytes(), bytes_of(&test.records[..9]));
        test.journal.close(PATIENCE).unwrap();
        assert!(test.reports.try_recv().is_err(), "nothing else was told");
    }

    #[test]
    fn the_lock_says_to_the_next_program_that_the_disk_did_not_take_events() {
        let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
        let has_gap = |test: &WriterTest| {
            fs::read_to_string(test.dir.path().join("lock")).unwrap().contains("\"gap\":true")
        };
        test.append(0..2).unwrap();
        test.disk.change(|fake| fake.room = 0);
        test.append(2..4).unwrap_err();
        await_some("a gap", || has_gap(&test).then_some(()));
        test.disk.change(|fake| fake.room = usize::MAX);
        await_some("no gap", || (!has_gap(&test)).then_some(()));
        test.disk.change(|fake| fake.room = 0);
        test.append(4..6).unwrap_err();
        test.journal.close(PATIENCE).unwrap_err();
        assert!(take_freed(test.dir.path()).has_gap());
    }

    #[test]
    fn closing_writes_what_waits_if_the_disk_takes_it() {
        for room_again in [true, false] {
            let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
            test.disk.change(|fake| (fake.room, fake.set_len_fails) = (100, true));
            test.append(0..4).unwrap_err();
            if room_again {
                test.disk.change(|fake| (fake.room, fake.set_len_fails) = (usize::MAX, false));
            }
            assert_eq!(test.journal.close(PATIENCE).is_ok(), room_again);
            let bytes = test.disk.lock().bytes.clone();
            let expected = bytes_of(&test.records[..4]);
            assert_eq!(bytes, expected[..if room_again { expected.len() } else { 100 }]);
        }
    }

    #[test]
    fn more_than_fits_ends_the_journal_and_never_makes_a_gap() {
        let records = sample::records();
        let mut test = WriterTest::new(bytes_of(&records[1..5]).len());
        test.append(0..1).unwrap();
        test.disk.change(|fake| fake.room = 0);
        test.append(1..3).unwrap_err();
        let lost = |result| matches!(result, Err(JournalError::Lost { lost, .. }) if lost > 0);
        assert!(lost(test.append(3..12)));
        test.disk.change(|fake| fake.room = usize::MAX);
        assert!(lost(test.append(12..14)));
        let path = PathBuf::from("journal.jsonl");
        assert!(lost(test.journal.close(PATIENCE)));
        let found = recover_bytes(&test.disk.lock().bytes, &path).unwrap();
        assert!(records.starts_with(&found.records));
        assert_eq!((found.records.len(), found.torn), (5, None));
    }

    #[test]
    fn a_failed_sync_is_told_and_not_repeated() {
        let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
        test.disk.change(|fake| fake.sync_fails = true);
        test.append(0..1).unwrap();
        assert!(matches!(test.report(), SyncReport::Fault(JournalError::Sync { .. })));
        let syncs = test.disk.lock().syncs;
        test.disk.change(|fake| (fake.sync_fails, fake.gone) = (false, true));
        assert!(
            matches!(test.report(), SyncReport::Fault(JournalError::Gone { .. })),
            "another round has passed"
        );
        assert_eq!(test.disk.lock().syncs, syncs);
        test.disk.change(|fake| fake.gone = false);
        // A fault or not: the thread may have looked again already.
        test.append(1..2).unwrap_or_default();
        while test.report() != SyncReport::Sound {}
        assert_eq!(test.disk.lock().syncs, syncs + 1);
    }

    #[test]
    fn appends_that_come_while_a_sync_runs_share_the_next_one() {
        let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
        test.disk.change(|fake| fake.sync_stalls = true);
        test.append(0..1).unwrap();
        test.await_sync();
        for i in 1..20 {
            test.append(i..i + 1).unwrap();
        }
        test.disk.change(|fake| fake.sync_stalls = false);
        test.journal.close(PATIENCE).unwrap();
        let Fake { syncs, ref bytes, .. } = *test.disk.lock();
        assert_eq!((syncs, bytes), (2, &bytes_of(&test.records[..20])));
    }

    #[test]
    fn closing_does_not_wait_for_a_stalled_disk_and_keeps_the_run_locked_meanwhile() {
        let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
        test.disk.change(|fake| fake.sync_stalls = true);
        test.append(0..1).unwrap();
        test.await_sync();
        let closed = test.journal.close(Duration::from_millis(30));
        assert!(matches!(closed, Err(JournalError::Stalled { .. })));
        assert!(matches!(RunLock::take(test.dir.path()), Err(LockError::Held { .. })));
        test.disk.change(|fake| fake.sync_stalls = false);
        assert!(
            test.reports.recv_timeout(PATIENCE).is_err(),
            "the thread ends and lets go of the reporter"
        );
        drop(take_freed(test.dir.path()));
    }

    #[test]
    fn an_event_out_of_place_is_refused_and_the_right_one_still_fits() {
        let mut test = WriterTest::new(BACKLOG_BYTES_MAX);
        test.append(0..1).unwrap();
        assert!(matches!(
            test.append(2..3),
            Err(JournalError::Refused { why: LineFault::Gap { .. }, .. })
        ));
        test.append(1..3).unwrap();
        assert_eq!(test.bytes(), bytes_of(&test.records[..3]));
    }

    #[test]
    fn a_run_is_taken_up_again_wherever_its_journal_was_cut() {
        let records = sample::dozen();
        let bytes = bytes_of(&records);
        let first = bytes_of(&records[..1]).len();
        for cut in (first - 1..bytes.len()).step_by(37).chain([bytes.len() - 1, bytes.len()]) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(JOURNAL_FILE);
            fs::write(&path, &bytes[..cut]).unwrap();
            let (mut journal, found) =
                Journal::open(RunLock::take(dir.path()).unwrap(), reporter().0).unwrap();
            assert!(records.starts_with(&found.records));
            journal.append(&records[found.records.len()..]).unwrap();
            journal.close(PATIENCE).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes, "cut at {cut}");
        }
    }

    #[test]
    fn a_damaged_journal_is_left_alone_and_a_begun_one_is_not_begun_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(JOURNAL_FILE);
        let mut bytes = bytes_of(&sample::dozen());
        bytes[20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let lock = || take_freed(dir.path());
        assert!(matches!(
            Journal::open(lock(), reporter().0),
            Err(OpenError::Recover(RecoverError::Damaged { .. }))
        ));
        assert!(matches!(Journal::create(lock(), reporter().0), Err(OpenError::Io { .. })));
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_deleted_folder_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("run");
        fs::create_dir(&run).unwrap();
        let (report, reports) = reporter();
        let mut journal = Journal::create(RunLock::take(&run).unwrap(), report).unwrap();
        let records = sample::records();
        journal.append(&records[..1]).unwrap();
        fs::remove_dir_all(&run).unwrap();
        journal.append(&records[1..2]).unwrap_or_default();
        let gone = JournalError::Gone { path: run.join(JOURNAL_FILE) };
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Fault(gone.clone())));
        assert_eq!(journal.append(&records[2..3]), Err(gone.clone()));
        assert_eq!(journal.close(PATIENCE), Err(gone));
    }

    #[test]
    fn a_deleted_lock_is_told_and_made_again_and_gives_nobody_the_run() {
        let dir = tempfile::tempdir().unwrap();
        let (report, reports) = reporter();
        let mut journal = Journal::create(RunLock::take(dir.path()).unwrap(), report).unwrap();
        let records = sample::records();
        journal.append(&records[..1]).unwrap();
        let lock = dir.path().join("lock");
        fs::remove_file(&lock).unwrap();
        // A program that takes the lock in this instant finds the journal locked as well.
        let second = RunLock::take(dir.path()).unwrap();
        let error = Journal::open(second, reporter().0).err().unwrap();
        assert!(matches!(error, OpenError::Held { .. }), "{error}");
        fs::remove_file(&lock).unwrap();
        journal.append(&records[1..2]).unwrap_or_default();
        journal.sync();
        let told = reports.recv_timeout(PATIENCE).unwrap();
        assert_eq!(told, SyncReport::Fault(JournalError::Unlocked { path: lock.clone() }));
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Sound));
        let holder = fs::read_to_string(&lock).unwrap();
        assert!(holder.contains(&std::process::id().to_string()), "{holder}");
        assert!(matches!(RunLock::take(dir.path()), Err(LockError::Held { .. })));
        journal.append(&records[2..3]).unwrap();
        journal.close(PATIENCE).unwrap();
        assert_eq!(recover(&dir.path().join(JOURNAL_FILE)).unwrap().records, records[..3]);
    }

    #[test]
    fn a_journal_that_another_program_changes_is_told_and_the_show_goes_on() {
        let (records, cut) = (sample::records(), bytes_of(&sample::records()[..2]).len() as u64);
        for is_cut in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(JOURNAL_FILE);
            let (report, reports) = reporter();
            let mut journal = Journal::create(RunLock::take(dir.path()).unwrap(), report).unwrap();
            journal.append(&records[..3]).unwrap();
            let expected = bytes_of(&records[..3]).len() as u64;
            let found = if is_cut { cut } else { expected + 8 };
            let mut other = fs::OpenOptions::new().append(true).open(&path).unwrap();
            if is_cut {
                other.set_len(cut).unwrap()
            } else {
                other.write_all(b"a line!\n").unwrap()
            }
            journal.sync();
            let fault = JournalError::Changed { path: path.clone(), expected, found };
            assert_eq!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Fault(fault.clone())));
            assert_eq!(
                journal.append(&records[3..5]),
                Err(fault.clone()),
                "what is lost stays lost"
            );
            let words = fault.to_string();
            assert!(words.contains(if is_cut { "cut short" } else { "written into" }), "{words}");
            assert_eq!(journal.close(PATIENCE), Err(fault));
            assert!(matches!(recover(&path), Err(RecoverError::Damaged { .. })));
        }
    }

    #[test]
    fn a_journal_that_cannot_be_written_is_taken_up_and_gets_everything_when_it_can() {
        let dir = tempfile::tempdir().unwrap();
        let (path, aside) = (dir.path().join(JOURNAL_FILE), dir.path().join("aside"));
        let records = sample::dozen();
        let bytes = bytes_of(&records);
        fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
        let file = JournalFile::open(&path).unwrap();
        let found = recover(&path).unwrap();
        // Nothing there can be opened for writing now: for a test that may run as root, because it
        // has another name.
        fs::rename(&path, &aside).unwrap();
        let (report, reports) = reporter();
        let (lock, backlog) = (RunLock::take(dir.path()).unwrap(), Backlog::new(BACKLOG_BYTES_MAX));
        let (tail, order) =
            (FileTail::torn_at(found.good_len), RecordOrder::after(found.records.last()));
        let mut journal =
            Journal::start(lock, Box::new(file), backlog, tail, order, report).unwrap();
        assert!(matches!(journal.append(&records[11..]), Err(JournalError::Write { .. })));
        journal.sync();
        assert!(matches!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Fault(_))));
        fs::rename(&aside, &path).unwrap();
        while reports.recv_timeout(PATIENCE) != Ok(SyncReport::Sound) {}
        journal.close(PATIENCE).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_pipe_in_the_place_of_a_journal_holds_nobody_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(JOURNAL_FILE);
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let error = recover(&path).unwrap_err().to_string();
        assert!(error.contains("it is no regular file"), "{error}");
        let news = crate::journal::Tail::new(dir.path()).read();
        assert!(news.records.is_empty() && news.fault.is_some());
    }

    #[test]
    fn a_run_without_files_gets_them_with_everything_so_far_as_soon_as_the_disk_takes_them() {
        let dir = tempfile::tempdir().unwrap();
        let (state, aside) = (dir.path().join("state"), dir.path().join("aside"));
        fs::write(&state, "a file and no folder").unwrap();
        let store = Store::new(&state);
        let (report, reports) = reporter();
        let records = sample::dozen();
        let run = store.new_run("20261122-200500-evening", "title = \"Evening\"\n");
        let (mut journal, begun) = Journal::begin(run, report).unwrap();
        let fault = begun.unwrap_err();
        assert!(matches!(fault, JournalError::NotBegun { .. }), "{fault}");
        assert_eq!(journal.append(&records[..4]), Err(fault.clone()));
        journal.sync();
        journal.set_terminal(false).unwrap();
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Fault(fault)));
        assert!(journal.has_unwritten());
        fs::rename(&state, &aside).unwrap();
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Sound));
        let id = store.ids().unwrap().pop().unwrap();
        assert_eq!(reports.recv_timeout(PATIENCE), Ok(SyncReport::Begun(id.clone())));
        let pid = std::process::id();
        assert_eq!(store.holder(&id), Some(Holder { pid, terminal: false }));
        journal.append(&records[4..]).unwrap();
        journal.close(PATIENCE).unwrap();
        let path = store.journal_path(&id).unwrap();
        assert_eq!(recover(&path).unwrap().records, records);
        assert_eq!(store.show_text(&id).unwrap(), "title = \"Evening\"\n");
    }

    #[test]
    fn closing_a_run_that_never_had_files_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        fs::write(&state, "a file and no folder").unwrap();
        let run = Store::new(&state).new_run("20261122-200500-evening", "");
        let (mut journal, begun) = Journal::begin(run, reporter().0).unwrap();
        journal.append(&sample::records()[..2]).unwrap_err();
        let fault = journal.close(PATIENCE).unwrap_err();
        assert_eq!(fault, begun.unwrap_err());
        assert!(fault.after_the_end().unwrap().contains("nothing to report or to resume"));
    }

    #[test]
    fn the_operating_systems_own_full_disk_is_a_fault() {
        let dir = tempfile::tempdir().unwrap();
        let Ok(full) = JournalFile::open(Path::new("/dev/full")) else { return };
        let (lock, backlog) = (RunLock::take(dir.path()).unwrap(), Backlog::new(BACKLOG_BYTES_MAX));
        let (disk, order) = (Box::new(full), RecordOrder::default());
        let mut journal =
            Journal::start(lock, disk, backlog, FileTail::at(0), order, reporter().0).unwrap();
        let fault = journal.append(&sample::records()[..3]).unwrap_err().to_string();
        assert!(fault.contains("No space left on device"), "{fault}");
    }
}
