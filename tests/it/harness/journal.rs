//! The journals that the program leaves, read and checked by the published format alone.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Lines of a journal, each with a right checksum and one more than the line before.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    pub lines: Vec<Value>,
}

impl Journal {
    /// The journal of the only run in `state`; empty before the run has begun.
    pub(crate) fn of(state: &Path) -> Self {
        let runs = runs(state);
        assert!(runs.len() < 2, "more runs than one: {runs:?}");
        runs.first().map(|run| Self::read(&run.join("journal.jsonl"))).unwrap_or_default()
    }

    /// Reads a journal; a last line without its newline is still being written.
    pub(crate) fn read(path: &Path) -> Self {
        let mut bytes = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::default(),
            bytes => bytes.expect("a journal"),
        };
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
        let text = String::from_utf8(bytes).expect("a journal is UTF-8");
        let lines: Vec<Value> = text.lines().map(checked).collect();
        for (line, seq) in lines.iter().zip(1..) {
            assert_eq!(line["seq"], seq, "a gap in the journal: {line}\n{text}");
        }
        Journal { lines }
    }

    /// The lines of this kind.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["event"] == kind).collect()
    }

    /// The lines of this kind about this cue.
    pub(crate) fn about(&self, kind: &str, cue: &str) -> Vec<&Value> {
        self.of_kind(kind).into_iter().filter(|line| line["cue"] == cue).collect()
    }

    /// The cues of this kind of line, in their order.
    pub(crate) fn cues(&self, kind: &str) -> Vec<&str> {
        self.of_kind(kind).into_iter().map(|line| line["cue"].as_str().unwrap_or("-")).collect()
    }

    /// The last lines, for people.
    pub(crate) fn tail(&self, count: usize) -> String {
        let from = self.lines.len().saturating_sub(count);
        self.lines[from..].iter().map(|line| format!("  {line}\n")).collect()
    }
}

/// A line of a journal, its checksum computed again from the published rule: "of the line without
/// it".
fn checked(line: &str) -> Value {
    let value: Value =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"));
    let crc = value["crc"].as_str().unwrap_or_else(|| panic!("no crc: {line}"));
    let member = format!(r#","crc":"{crc}""#);
    assert_eq!(line.matches(&member).count(), 1, "the crc is no member of its own: {line}");
    let without = line.replace(&member, "");
    assert_eq!(crc, format!("{:08x}", crc32(without.as_bytes())), "the crc is wrong: {line}");
    value
}

/// CRC-32 as in zip and PNG, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

/// The folders of all runs, the oldest first.
pub(super) fn runs(state: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.join("runs")).into_iter().flatten();
    let mut runs: Vec<_> = entries.map(|entry| entry.expect("a folder of a run").path()).collect();
    runs.sort();
    runs
}
