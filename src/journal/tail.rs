//! Following a journal that another program writes: what was appended since the last look.
//!
//! Owns the reader's place in the file. Takes whole lines only and believes of them what
//! [`super::recover()`] believes; a last line without its newline waits for its end, since the
//! writer may be in the middle of it, or may have died there and the next one will cut it off. Must
//! never write, nor take the run's lock, nor keep the file open: the program that calls the show
//! does not notice that it is followed.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::JOURNAL_FILE;
use super::line::LINE_BYTES_MAX;
use super::recover::{JOURNAL_BYTES_MAX, JournalPlace, RecoverError, scan_on};
use crate::engine::Record;
use crate::files::open_regular;

/// Size of one read, bytes: some lines of the longest.
const CHUNK_BYTES: u64 = 4 * LINE_BYTES_MAX as u64;

/// A reader of a journal that grows.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    place: JournalPlace,
    /// State of the file when it was last read.
    seen: Option<FileState>,
    /// A fault was found then, and comes after the place.
    damaged: bool,
    /// The file could not even be looked at the last time, and that has been told.
    unseen: bool,
}

/// Records and faults since the last read.
#[derive(Debug, Default)]
pub struct TailRead {
    /// Lines that were believed before are not there any more, so that `records` begins the run
    /// again.
    pub restarted: bool,
    /// In order.
    pub records: Vec<Record>,
    /// The fault after the records: the file cannot be read, or a whole line in it is damaged. It
    /// is reported once, and again when the file has changed: one that has only grown is read on
    /// from there, any other from its beginning.
    pub fault: Option<RecoverError>,
}

/// State of a file, to be compared with a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileState {
    device: u64,
    inode: u64,
    len: u64,
    changed_s: i64,
    changed_ns: i64,
}

impl Tail {
    /// A reader at the beginning of the journal in the folder of a run, whether it is there yet or
    /// not.
    pub fn new(run: &Path) -> Self {
        Tail {
            path: run.join(JOURNAL_FILE),
            place: JournalPlace::default(),
            seen: None,
            damaged: false,
            unseen: false,
        }
    }

    /// Reads the records that were appended since the last call. Costs one `stat` while there are
    /// none.
    pub fn read(&mut self) -> TailRead {
        let look = match self.look() {
            Ok(Some(look)) => look,
            Ok(None) => return self.gone(),
            Err(source) => return self.not_seen(source),
        };
        let was_unseen = mem::take(&mut self.unseen);
        if self.seen == Some(look) {
            return TailRead::default();
        }
        let is_same =
            self.seen.is_none_or(|seen| (seen.device, seen.inode) == (look.device, look.inode));
        let has_grown = self.seen.is_some_and(|seen| look.len > seen.len);
        let restarted = was_unseen
            || !is_same
            || look.len < self.place.good_len
            || (self.damaged && !has_grown);
        if restarted {
            self.place = JournalPlace::default();
        }
        self.seen = Some(look);
        let mut records = vec![];
        let fault = self.take(&mut records).err();
        self.damaged = fault.is_some();
        TailRead { restarted, records, fault }
    }

    /// A journal that has gone is one in which nothing has happened.
    fn gone(&mut self) -> TailRead {
        let restarted = self.place != JournalPlace::default();
        (self.place, self.seen, self.damaged, self.unseen) =
            (JournalPlace::default(), None, false, false);
        TailRead { restarted, ..TailRead::default() }
    }

    fn not_seen(&mut self, source: io::Error) -> TailRead {
        self.seen = None;
        let is_told = mem::replace(&mut self.unseen, true);
        TailRead { fault: (!is_told).then(|| self.unreadable(source)), ..TailRead::default() }
    }

    fn look(&self) -> io::Result<Option<FileState>> {
        match fs::metadata(&self.path) {
            Ok(file) => Ok(Some(FileState {
                device: file.dev(),
                inode: file.ino(),
                len: file.len(),
                changed_s: file.ctime(),
                changed_ns: file.ctime_nsec(),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The whole lines after the place.
    fn take(&mut self, records: &mut Vec<Record>) -> Result<(), RecoverError> {
        let mut file = open_regular(&self.path).map_err(|source| self.unreadable(source))?;
        let mut bytes = vec![];
        loop {
            if self.place.good_len > JOURNAL_BYTES_MAX {
                return Err(RecoverError::Huge { path: self.path.clone() });
            }
            bytes.clear();
            let sought = file.seek(SeekFrom::Start(self.place.good_len));
            let read = sought.and_then(|_| file.by_ref().take(CHUNK_BYTES).read_to_end(&mut bytes));
            read.map_err(|source| self.unreadable(source))?;
            // What is longer than any line and has no newline is an end that a power cut has left:
            // it waits too.
            let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            if whole == 0 {
                return Ok(());
            }
            scan_on(&mut self.place, &mut &bytes[..whole], &self.path, |record| {
                records.push(record)
            })?;
        }
    }

    fn unreadable(&self, source: io::Error) -> RecoverError {
        RecoverError::Read { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;
    use crate::journal::{encode, sample};

    struct TailTest {
        dir: tempfile::TempDir,
        tail: Tail,
        /// Everything that the tail has told, begun again where it says so.
        told: Vec<Record>,
    }

    impl TailTest {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            TailTest { tail: Tail::new(dir.path()), dir, told: vec![] }
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join(JOURNAL_FILE)
        }

        fn append(&self, bytes: &[u8]) {
            let mut file = OpenOptions::new().create(true).append(true).open(self.path()).unwrap();
            file.write_all(bytes).unwrap();
        }

        fn cut(&self, len: usize) {
            OpenOptions::new().write(true).open(self.path()).unwrap().set_len(len as u64).unwrap();
        }

        fn look(&mut self) -> Result<usize, RecoverError> {
            let TailRead { restarted, records, fault } = self.tail.read();
            if restarted {
                self.told.clear();
            }
            let came = records.len();
            self.told.extend(records);
            fault.map_or(Ok(came), Err)
        }
    }

    fn bytes_of(records: &[Record]) -> Vec<u8> {
        let mut bytes = vec![];
        records.iter().for_each(|record| encode(record, &mut bytes).unwrap());
        bytes
    }

    #[test]
    fn a_journal_that_grows_byte_by_byte_gives_each_record_once_and_whole() {
        let (mut test, records) = (TailTest::new(), sample::records());
        assert_eq!(test.look().unwrap(), 0, "there is no journal yet");
        let mut lines = 0;
        for byte in bytes_of(&records) {
            test.append(&[byte]);
            let came = test.look().unwrap();
            assert_eq!(came, usize::from(byte == b'\n'), "after {lines} lines");
            lines += came;
            assert_eq!(test.look().unwrap(), 0, "nothing comes twice");
        }
        assert_eq!(test.told, records);
    }

    #[test]
    fn a_torn_end_waits_and_may_be_cut_off() {
        let (mut test, records) = (TailTest::new(), sample::dozen());
        let (head, next) = (bytes_of(&records[..5]), bytes_of(&records[5..6]));
        test.append(&head);
        test.append(&next[..next.len() - 7]);
        assert_eq!(test.look().unwrap(), 5);
        // A resume cuts it off, and writes other lines in its place.
        test.cut(head.len());
        assert_eq!(test.look().unwrap(), 0);
        test.append(&bytes_of(&records[5..9]));
        assert_eq!(test.look().unwrap(), 4);
        test.append(&[0; 3000]);
        assert_eq!(test.look().unwrap(), 0, "what a power cut leaves");
        test.cut(bytes_of(&records[..9]).len());
        test.append(&bytes_of(&records[9..]));
        assert_eq!(test.look().unwrap(), 3);
        assert_eq!(test.told, records);
    }

    #[test]
    fn lines_that_are_taken_back_begin_the_run_again() {
        let (mut test, records) = (TailTest::new(), sample::dozen());
        test.append(&bytes_of(&records));
        assert_eq!(test.look().unwrap(), 12);
        test.cut(bytes_of(&records[..7]).len());
        assert_eq!((test.look().unwrap(), test.told.len()), (7, 7));
        fs::remove_file(test.path()).unwrap();
        assert_eq!((test.look().unwrap(), test.told.len()), (0, 0));
        let other = test.dir.path().join("other");
        fs::write(&other, bytes_of(&records[..3])).unwrap();
        fs::rename(other, test.path()).unwrap();
        assert_eq!((test.look().unwrap(), &test.told[..]), (3, &records[..3]));
    }

    #[test]
    fn damage_is_told_with_its_line_and_a_fixed_file_is_read_again() {
        let (mut test, records) = (TailTest::new(), sample::dozen());
        let bytes = bytes_of(&records);
        test.append(&bytes[..bytes_of(&records[..4]).len()]);
        assert_eq!(test.look().unwrap(), 4);
        let mut damaged = bytes_of(&records[4..6]);
        damaged[9] ^= 1;
        test.append(&damaged);
        assert!(matches!(test.look(), Err(RecoverError::Damaged { line: 5, .. })));
        assert_eq!(test.told, records[..4], "what stands before it still holds");
        assert_eq!(test.look().unwrap(), 0, "it is told once");
        test.append(b"\n");
        let TailRead { restarted, records: more, fault } = test.tail.read();
        assert!(
            matches!(fault, Some(RecoverError::Damaged { line: 5, .. })),
            "it is damaged still"
        );
        assert!(
            !restarted && more.is_empty(),
            "a caller who writes on costs no second reading of the whole"
        );
        test.cut(bytes_of(&records[..4]).len());
        assert_eq!((test.look().unwrap(), test.told.len()), (4, 4));
        test.append(&bytes_of(&records[4..]));
        assert_eq!((test.look().unwrap(), &test.told[..]), (8, &records[..]));
    }

    #[test]
    fn a_file_that_cannot_be_looked_at_is_told_once_and_read_again_when_it_can() {
        let (mut test, records) = (TailTest::new(), sample::dozen());
        test.append(&bytes_of(&records));
        assert_eq!(test.look().unwrap(), 12);
        // A link to itself leads nowhere, for whatever user.
        let aside = test.dir.path().join("aside");
        fs::rename(test.path(), &aside).unwrap();
        std::os::unix::fs::symlink(test.path(), test.path()).unwrap();
        assert!(matches!(test.look(), Err(RecoverError::Read { .. })));
        assert_eq!((test.look().unwrap(), test.told.len()), (0, 12), "it is told once");
        fs::rename(aside, test.path()).unwrap();
        assert_eq!((test.look().unwrap(), &test.told[..]), (12, &records[..]));
    }
}
