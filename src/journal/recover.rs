//! Recovery: the records of a journal again, or what is wrong with it.
//!
//! Owns the rules of what is believed. A line that never got its newline is what a killed program
//! or a power cut leaves: it is dropped, with a word about it, unless its checksum proves that only
//! the newline is missing. Damage anywhere else is an error, because nobody can tell which cues
//! would then be fired twice. Must never write: the file stays as it is for the person who has to
//! look at it, and only [`super::Journal::open`], which holds the lock, cuts a torn end off.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::line::{LINE_BYTES_MAX, LineFault, decode};
use super::order::RecordOrder;
use crate::engine::Record;
use crate::files::open_regular;

/// The longest journal that is read: some millions of events, far more than a show makes.
pub const JOURNAL_BYTES_MAX: u64 = 1 << 30;

/// Contents of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// In order; never empty, the first one is `run_started`.
    pub records: Vec<Record>,
    /// The end that was dropped.
    pub torn: Option<Torn>,
    /// Length of the records in the file, bytes.
    pub good_len: u64,
    /// `true` if the last record's line lacks its newline, and nothing else.
    pub newline_missing: bool,
}

/// An unterminated last line: it was being written when the program or the machine stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Offset in the file at which it begins, bytes.
    pub at_byte: u64,
    /// Its length, bytes.
    pub len_bytes: u64,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the last line was not written to its end; dropped {} bytes at byte {}",
            self.len_bytes, self.at_byte
        )
    }
}

/// Reason why a journal is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}; make it readable, or start a new run with --fresh", path.display())]
    Read {
        /// The journal.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is not one that this program has written.
    #[error("{} is longer than {JOURNAL_BYTES_MAX} bytes, which no journal is; start a new run with --fresh", path.display())]
    Huge {
        /// The journal.
        path: PathBuf,
    },
    /// Nothing happened in this run, or nothing of it reached the disk.
    #[error("{} is missing or holds no complete line: the run had not begun; start a new one with --fresh", path.display())]
    Empty {
        /// The journal.
        path: PathBuf,
    },
    /// Some line in it is not as it was written.
    #[error("{}, line {line} (byte {at_byte}): {why}; the file was left as it is; {}", path.display(), fix(*line, *at_byte, path))]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Offset in the file at which the line begins, bytes.
        at_byte: u64,
        /// The problem with it.
        why: LineFault,
    },
}

fn fix(line: u64, at_byte: u64, path: &Path) -> String {
    match line {
        1 => "start a new run with --fresh".to_owned(),
        _ => format!(
            "start a new run with --fresh, or give up everything from line {line} on, cues fired there included: \
             keep a copy, then `truncate -s {at_byte} '{}'` and resume",
            path.display()
        ),
    }
}

/// Reads the journal at `path`, also while another program appends to it.
///
/// # Errors
/// When the file cannot be read, holds no complete line, or is damaged anywhere but at its
/// unterminated end.
pub fn recover(path: &Path) -> Result<Recovered, RecoverError> {
    recover_from(&mut open(path)?, path)
}

/// Reads a journal from memory; `path` is for the errors.
///
/// # Errors
/// As [`recover`].
pub fn recover_bytes(mut bytes: &[u8], path: &Path) -> Result<Recovered, RecoverError> {
    recover_from(&mut bytes, path)
}

fn recover_from(lines: &mut impl BufRead, path: &Path) -> Result<Recovered, RecoverError> {
    let (mut records, mut place) = (Vec::new(), JournalPlace::default());
    let JournalEnd { torn, newline_missing } =
        scan_on(&mut place, lines, path, |record| records.push(record))?;
    Ok(Recovered { records, torn, good_len: place.good_len, newline_missing })
}

/// The file, to be read line by line: it may be as long as the disk.
pub(super) fn open(path: &Path) -> Result<impl BufRead + use<>, RecoverError> {
    let opened = open_regular(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    match opened {
        Ok((len, _)) if len > JOURNAL_BYTES_MAX => {
            Err(RecoverError::Huge { path: path.to_owned() })
        }
        Ok((_, file)) => Ok(BufReader::with_capacity(1 << 16, file.take(JOURNAL_BYTES_MAX + 1))),
        // The folder is made first: a program that was stopped right then has left no journal.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(RecoverError::Empty { path: path.to_owned() })
        }
        Err(source) => Err(RecoverError::Read { path: path.to_owned(), source }),
    }
}

/// The end of a journal.
pub(super) struct JournalEnd {
    torn: Option<Torn>,
    newline_missing: bool,
}

/// Position of a reader in a journal, after the lines that it accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct JournalPlace {
    order: RecordOrder,
    /// Number of those lines.
    pub lines: u64,
    /// Length of those lines, bytes.
    pub good_len: u64,
}

/// Gives every record to `each`, up to the end or the first damage.
pub(super) fn scan(
    lines: &mut impl BufRead,
    path: &Path,
    each: impl FnMut(Record),
) -> Result<JournalEnd, RecoverError> {
    scan_on(&mut JournalPlace::default(), lines, path, each)
}

/// Goes on from `place` with the `lines` after it, and gives every record to `each`, up to the end
/// or the first damage.
pub(super) fn scan_on(
    place: &mut JournalPlace,
    lines: &mut impl BufRead,
    path: &Path,
    mut each: impl FnMut(Record),
) -> Result<JournalEnd, RecoverError> {
    let mut end = JournalEnd { torn: None, newline_missing: false };
    let mut piece = vec![];
    loop {
        let read = next_line(lines, &mut piece);
        let len = read.map_err(|source| RecoverError::Read { path: path.to_owned(), source })?;
        if len == 0 {
            break;
        }
        if place.good_len + len > JOURNAL_BYTES_MAX {
            return Err(RecoverError::Huge { path: path.to_owned() });
        }
        let (text, terminated) =
            piece.strip_suffix(b"\n").map_or((&piece[..], false), |text| (text, true));
        let decoded = match usize::try_from(len).unwrap_or(usize::MAX) {
            len if len > piece.len() => Err(LineFault::TooLong(len - usize::from(terminated))),
            _ => decode(text),
        };
        if decoded.is_err() && !terminated {
            end.torn = Some(Torn { at_byte: place.good_len, len_bytes: len });
            break;
        }
        let admitted = decoded.and_then(|record| place.order.admit(&record).map(|()| record));
        each(admitted.map_err(|why| RecoverError::Damaged {
            path: path.to_owned(),
            line: place.lines + 1,
            at_byte: place.good_len,
            why,
        })?);
        place.lines += 1;
        place.good_len += len;
        end.newline_missing = !terminated;
    }
    if place.order.is_at_start() {
        return Err(RecoverError::Empty { path: path.to_owned() });
    }
    Ok(end)
}

/// Reads a line with its newline into `piece` and says how long it is, 0 at the end. Of one that is
/// longer than any line is, as a power cut leaves them, `piece` keeps the beginning and the
/// newline.
fn next_line(lines: &mut impl BufRead, piece: &mut Vec<u8>) -> io::Result<u64> {
    piece.clear();
    let mut len = 0;
    loop {
        let buffer = match lines.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let newline = newline_in(buffer);
        let taken = newline.map_or(buffer.len(), |at| at + 1);
        let kept = taken.min((LINE_BYTES_MAX + 1).saturating_sub(piece.len()));
        piece.extend_from_slice(&buffer[..kept]);
        lines.consume(taken);
        len += taken as u64;
        if newline.is_some() && kept < taken {
            piece.push(b'\n');
        }
        if newline.is_some() || taken == 0 {
            return Ok(len);
        }
    }
}

/// Index of the first newline in `bytes`.
fn newline_in(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::{encode, sample};

    fn bytes_of(records: &[Record]) -> Vec<u8> {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| encode(record, &mut bytes).unwrap());
        bytes
    }

    fn read_back(bytes: &[u8]) -> Result<Recovered, RecoverError> {
        recover_bytes(bytes, Path::new("journal.jsonl"))
    }

    #[test]
    fn cut_at_every_byte_gives_exactly_the_complete_lines() {
        let records = sample::records();
        let bytes = bytes_of(&records);
        for cut in 0..=bytes.len() {
            let kept = &bytes[..cut];
            let newlines = kept.iter().filter(|&&byte| byte == b'\n').count();
            let lacks_newline = bytes.get(cut) == Some(&b'\n');
            let complete = newlines + usize::from(lacks_newline);
            match read_back(kept) {
                Ok(found) => {
                    assert_eq!(found.records, records[..complete], "cut at {cut}");
                    assert_eq!(found.newline_missing, lacks_newline, "cut at {cut}");
                    let torn = found.torn.map_or(0, |torn| torn.len_bytes);
                    assert_eq!(found.good_len + torn, cut as u64);
                    assert_eq!(torn > 0, found.good_len < cut as u64);
                }
                Err(RecoverError::Empty { .. }) => assert_eq!(complete, 0, "cut at {cut}"),
                Err(error) => panic!("cut at {cut}: {error}"),
            }
        }
    }

    #[test]
    fn no_changed_byte_ever_changes_a_record() {
        let records = sample::dozen();
        let bytes = bytes_of(&records);
        let last_line = bytes.len() - bytes_of(&records[11..]).len();
        assert_eq!(records.len(), 12);
        for at in 0..bytes.len() {
            for changed in [bytes[at] ^ 0x01, bytes[at] ^ 0x80, b'\n', 0] {
                if changed == bytes[at] {
                    continue;
                }
                let mut bytes = bytes.clone();
                bytes[at] = changed;
                match read_back(&bytes) {
                    Ok(found) => {
                        assert_eq!(
                            at,
                            bytes.len() - 1,
                            "byte {at} made {changed:#x} went unnoticed"
                        );
                        assert_eq!(found.records, records[..11], "byte {at} made {changed:#x}");
                        assert_eq!(found.torn.map(|torn| torn.at_byte), Some(last_line as u64));
                    }
                    Err(RecoverError::Damaged { line, at_byte, .. }) => {
                        let line_at = bytes_of(&records[..line as usize - 1]).len();
                        assert_eq!(at_byte, line_at as u64);
                        assert!(line_at <= at, "byte {at} made {changed:#x} blamed on line {line}");
                    }
                    Err(error) => panic!("byte {at} made {changed:#x}: {error}"),
                }
            }
        }
    }

    #[test]
    fn damage_names_the_place_and_the_fix() {
        let records = sample::dozen();
        let mut bytes = bytes_of(&records);
        let second = bytes_of(&records[..1]).len();
        bytes[second + 3] = b'!';
        let error = read_back(&bytes).unwrap_err().to_string();
        assert!(
            error
                .starts_with(&format!("journal.jsonl, line 2 (byte {second}): the checksum says ")),
            "{error}"
        );
        assert!(error.contains("left as it is") && error.contains("--fresh"), "{error}");
        assert!(error.contains(&format!("truncate -s {second} 'journal.jsonl'")), "{error}");
        bytes.truncate(second);
        assert_eq!(read_back(&bytes).unwrap().records, records[..1], "the fix works");
    }

    #[test]
    fn lines_that_do_not_follow_one_another_are_damage_even_without_a_newline() {
        let records = sample::dozen();
        let without = |drop: usize| [&records[..drop], &records[drop + 1..]].concat();
        let mut gap = bytes_of(&without(10));
        assert!(matches!(
            read_back(&gap),
            Err(RecoverError::Damaged { why: LineFault::Gap { .. }, line: 11, .. })
        ));
        gap.pop();
        assert!(matches!(
            read_back(&gap),
            Err(RecoverError::Damaged { why: LineFault::Gap { .. }, line: 11, .. })
        ));
        assert!(matches!(
            read_back(&bytes_of(&without(0))),
            Err(RecoverError::Damaged { line: 1, .. })
        ));
        let twice = bytes_of(&records).repeat(2);
        assert!(matches!(read_back(&twice), Err(RecoverError::Damaged { line: 13, .. })));
    }

    #[test]
    fn an_end_that_a_power_cut_left_as_zeros_is_torn() {
        let records = sample::dozen();
        let mut bytes = bytes_of(&records);
        let good_len = bytes.len() as u64;
        bytes.resize(bytes.len() + 2 * crate::journal::LINE_BYTES_MAX, 0);
        let found = read_back(&bytes).unwrap();
        assert_eq!((found.records, found.good_len), (records, good_len));
        bytes.push(b'\n');
        assert!(matches!(
            read_back(&bytes),
            Err(RecoverError::Damaged { why: LineFault::TooLong(_), .. })
        ));
    }

    #[test]
    fn a_sparse_gigabyte_after_the_lines_is_not_read_into_memory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let records = sample::dozen();
        let bytes = bytes_of(&records);
        std::fs::write(&path, &bytes).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(8 << 20).unwrap();
        let found = recover(&path).unwrap();
        assert_eq!((found.records, found.good_len), (records, bytes.len() as u64));
        assert_eq!(found.torn.map(|torn| torn.len_bytes), Some((8 << 20) - bytes.len() as u64));
        let mut piece = vec![];
        let mut zeros = BufReader::new(io::repeat(0).take(8 << 20));
        assert_eq!(next_line(&mut zeros, &mut piece).unwrap(), 8 << 20);
        assert!(piece.capacity() <= 4 * LINE_BYTES_MAX, "{}", piece.capacity());
        file.set_len(JOURNAL_BYTES_MAX + 4096).unwrap();
        assert!(matches!(recover(&path), Err(RecoverError::Huge { .. })));
    }

    #[test]
    fn a_journal_that_cannot_be_read_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let error = recover(dir.path()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot read {}: ", dir.path().display())), "{error}");
        assert!(matches!(recover(&dir.path().join("none")), Err(RecoverError::Empty { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_bytes_are_an_error_or_a_prefix(noise in proptest::collection::vec(any::<u8>(), 0..400), lines in 0..4usize) {
            let records = sample::dozen();
            prop_assert!(read_back(&noise).is_err());
            let bytes = [bytes_of(&records[..lines]), noise].concat();
            if let Ok(found) = read_back(&bytes) {
                prop_assert_eq!(found.records, &records[..lines]);
            }
        }
    }
}
