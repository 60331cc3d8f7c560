//! Lines on their way into the file, and the end of the file that they go to.
//!
//! Owns the rule that half a line never stands before a good one: whatever a failed write has left
//! after the last whole line is cut off before anything is written again, and what was not written
//! waits here, in order. Must never drop a line and write a later one: a journal with a gap is one
//! that no resume believes.

use std::io;
use std::mem;

use super::disk::Disk;
use super::line::encode;
use crate::engine::Record;

/// Maximum size of what waits, bytes: tens of thousands of events, many times a show.
pub(super) const BACKLOG_BYTES_MAX: usize = 16 << 20;

/// Lines that are not in the file yet.
pub(super) struct Backlog {
    /// Whole lines, in order.
    pub lines: Vec<u8>,
    /// Number of records that could not be kept. From the first of them on the journal can take
    /// none.
    pub lost: u64,
    /// Bytes that a writer has taken; they still count.
    taken: usize,
    bytes_max: usize,
}

impl Backlog {
    /// An empty one that holds at most `bytes_max`.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { lines: Vec::new(), lost: 0, taken: 0, bytes_max }
    }

    /// Adds the lines of `records`, as far as there is room for them.
    pub(super) fn push(&mut self, records: &[Record]) {
        for record in records {
            let before = self.lines.len();
            let encoded = self.lost == 0 && encode(record, &mut self.lines).is_ok();
            if !encoded || self.taken + self.lines.len() > self.bytes_max {
                self.lines.truncate(before);
                self.lost += 1;
            }
        }
    }

    /// Hands out all lines to be written without the backlog; [`Self::give_back`] has to follow.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.taken = self.lines.len();
        mem::take(&mut self.lines)
    }

    /// Takes back the lines that were not written; those that have come since come after them.
    pub(super) fn give_back(&mut self, mut lines: Vec<u8>) {
        lines.append(&mut self.lines);
        self.lines = lines;
        self.taken = 0;
    }
}

/// The end of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileTail {
    /// Up to where the file is whole lines.
    len: u64,
    /// `true` if more may come after that.
    torn: bool,
}

impl FileTail {
    /// The end of a file of `len` bytes that are whole lines.
    pub(super) fn at(len: u64) -> Self {
        Self { len, torn: false }
    }

    /// The end of a file of `len` bytes that are whole lines and perhaps more, which the first
    /// write cuts off.
    pub(super) fn torn_at(len: u64) -> Self {
        Self { len, torn: true }
    }

    /// Returns `true` if the file should hold nothing but whole lines.
    pub(super) fn is_whole(self) -> bool {
        !self.torn
    }

    /// Length of the file's whole lines, bytes.
    pub(super) fn len(self) -> u64 {
        self.len
    }

    /// Adds `lines` to the file, with one write if the disk takes them at once, and takes out of
    /// `lines` those that are in the file now: all of them unless this is an error.
    pub(super) fn write(&mut self, lines: &mut Vec<u8>, disk: &dyn Disk) -> io::Result<()> {
        if self.torn {
            // A file that another program has cut shorter must not be filled up with zeros.
            if disk.len()? > self.len {
                disk.set_len(self.len)?;
            }
            self.torn = false;
        }
        let (written, outcome) = write_all(lines, disk);
        let whole = match outcome {
            Ok(()) => written,
            Err(_) => {
                lines[..written].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
            }
        };
        lines.drain(..whole);
        self.len += whole as u64;
        if outcome.is_err() {
            // Now if the disk allows it, so that a reader finds whole lines; if not, before the
            // next write.
            self.torn = disk.set_len(self.len).is_err();
        }
        outcome
    }
}

/// Writes `bytes`; returns how many the disk took, and the error that kept the rest.
fn write_all(bytes: &[u8], disk: &dyn Disk) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match disk.write(&bytes[written..]) {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::journal::disk::fake::FakeDisk;
    use crate::journal::{RecoverError, recover_bytes, sample};

    fn lines_of(records: &[Record]) -> Vec<u8> {
        let mut backlog = Backlog::new(BACKLOG_BYTES_MAX);
        backlog.push(records);
        assert_eq!(backlog.lost, 0);
        backlog.lines
    }

    /// Records that a program finds if it starts on this disk now.
    fn recovered(disk: &FakeDisk) -> Vec<Record> {
        match recover_bytes(&disk.lock().bytes, Path::new("journal.jsonl")) {
            Ok(found) => found.records,
            Err(RecoverError::Empty { .. }) => vec![],
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_disk_that_is_full_at_any_byte_gets_every_line_once_when_it_has_room_again() {
        let records = sample::dozen();
        let (first, rest) = records.split_at(3);
        let full = lines_of(&records);
        for room in 0..full.len() {
            for set_len_fails in [false, true] {
                let disk = FakeDisk::default();
                disk.change(|fake| (fake.room, fake.set_len_fails) = (room, set_len_fails));
                let (mut tail, mut lines) = (FileTail::at(0), lines_of(first));
                let before = tail.write(&mut lines, &disk);
                lines.extend(lines_of(rest));
                assert!(tail.write(&mut lines, &disk).is_err() || before.is_err());
                assert!(
                    tail.len() <= room as u64
                        && (set_len_fails || disk.lock().bytes.len() as u64 == tail.len())
                );
                assert!(records.starts_with(&recovered(&disk)));
                disk.change(|fake| (fake.room, fake.set_len_fails) = (usize::MAX, false));
                tail.write(&mut lines, &disk).unwrap();
                assert!(lines.is_empty());
                assert_eq!(disk.lock().bytes, full, "room for {room}");
            }
        }
    }

    #[test]
    fn short_and_interrupted_writes_are_gone_on_with() {
        let records = sample::records();
        let disk = FakeDisk::default();
        disk.change(|fake| (fake.gulp, fake.interrupts) = (7, true));
        FileTail::at(0).write(&mut lines_of(&records), &disk).unwrap();
        assert_eq!(recovered(&disk), records);
    }

    #[test]
    fn what_does_not_fit_is_counted_and_nothing_after_it_is_kept() {
        let records = sample::dozen();
        let room = lines_of(&records[..3]).len();
        let mut backlog = Backlog::new(room + 10);
        backlog.push(&records);
        assert_eq!((backlog.lines.len(), backlog.lost), (room, 9));
        backlog.take();
        backlog.give_back(vec![]);
        backlog.push(&records[11..]);
        assert_eq!((backlog.lines.len(), backlog.lost), (0, 10), "also when there is room again");
    }

    #[test]
    fn lines_that_are_being_written_count_and_come_before_later_ones() {
        let records = sample::dozen();
        let mut backlog = Backlog::new(lines_of(&records[..4]).len());
        backlog.push(&records[..3]);
        let taken = backlog.take();
        backlog.push(&records[3..5]);
        assert_eq!(backlog.lost, 1);
        backlog.give_back(taken);
        assert_eq!(backlog.lines, lines_of(&records[..4]));
    }
}
