//! Compound files (MS-CFB), in which Excel kept workbooks before 2007: streams whose sectors a table
//! links.
//!
//! Must never follow a link further than the file is long: a chain may lead back into itself.

use super::damaged;
use crate::sheet::Refusal;

/// The first bytes of such a file.
pub(super) const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Ids from here on name no sector.
const NO_SECTOR: u32 = 0xffff_fffa;
/// Length of the name, the kind, the first sector and the size of a stream.
const ENTRY: usize = 128;
/// Shorter streams lie in the root's stream.
const SHORT: usize = 4096;
/// Sector size in the root's stream, bytes.
const MINI: usize = 64;

/// The two bytes at `at`, the lowest first.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

/// The four bytes at `at`, the lowest first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The stream with the workbook in a compound file.
///
/// # Errors
/// When there is none, or a table leads nowhere.
pub(super) fn workbook(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let compound = Compound::open(bytes).ok_or_else(|| damaged(&"its tables are cut off"))?;
    let directory = compound.chain(compound.word(48)?, usize::MAX)?;
    let entries = || directory.chunks_exact(ENTRY);
    let named = |name: &str| entries().find(|entry| is_named(entry, name));
    let Some(entry) = named("Workbook").or_else(|| named("Book")) else {
        return Err(Refusal::Format("no workbook, but another file of an office program"));
    };
    let (from, length) = place(entry)?;
    if length >= SHORT {
        return compound.chain(from, length);
    }
    let root = entries().next().map(place).transpose()?.unwrap_or_default();
    let minis = compound.chain(root.0, root.1)?;
    let table = words(&compound.chain(compound.word(60)?, usize::MAX)?);
    let sector = |id: u32| {
        let begin = (id as usize).checked_mul(MINI)?;
        minis.get(begin..minis.len().min(begin.checked_add(MINI)?))
    };
    follow(from, length, &table, minis.len() / MINI + 1, sector)
}

/// Returns `true` if an entry has a name, in any case.
fn is_named(entry: &[u8], name: &str) -> bool {
    let units = entry.chunks_exact(2).take(32).filter_map(|unit| u16_at(unit, 0));
    let own = units.take_while(|unit| *unit != 0);
    char::decode_utf16(own)
        .map(|c| c.map_or('?', |c| c.to_ascii_lowercase()))
        .eq(name.chars().map(|c| c.to_ascii_lowercase()))
}

/// The first sector of an entry's stream, and its length in bytes.
fn place(entry: &[u8]) -> Result<(u32, usize), Refusal> {
    let place = u32_at(entry, 116).zip(u32_at(entry, 120));
    let (from, length) = place.ok_or_else(|| damaged(&"an entry is cut off"))?;
    Ok((from, length as usize))
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|word| u32_at(word, 0)).collect()
}

/// The bytes of the sectors that a table links from `id` on, `length` at most.
fn follow<'b>(
    mut id: u32,
    length: usize,
    table: &[u32],
    most: usize,
    sector: impl Fn(u32) -> Option<&'b [u8]>,
) -> Result<Vec<u8>, Refusal> {
    let (mut bytes, mut steps) = (vec![], 0);
    while id < NO_SECTOR && bytes.len() < length {
        steps += 1;
        let part = sector(id).filter(|part| !part.is_empty() && steps <= most);
        let part = part.ok_or_else(|| damaged(&"a part of it is missing"))?;
        bytes.extend_from_slice(&part[..part.len().min(length - bytes.len())]);
        id = table.get(id as usize).copied().unwrap_or(NO_SECTOR);
    }
    Ok(bytes)
}

struct Compound<'b> {
    bytes: &'b [u8],
    /// The size of a sector, bytes.
    size: usize,
    /// The sector after each sector.
    table: Vec<u32>,
}

impl<'b> Compound<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let size = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut compound = Compound { bytes, size, table: vec![] };
        // The header names the first 109 sectors of the table; a chain of sectors names the others.
        let mut ids = words(bytes.get(76..512)?);
        let mut next = u32_at(bytes, 68)?;
        let most = compound.sectors();
        while next < NO_SECTOR && ids.len() < most + 109 {
            ids.extend(words(compound.sector(next)?));
            next = ids.pop()?;
        }
        for id in ids.into_iter().filter(|id| *id < NO_SECTOR).take(most) {
            compound.table.extend(words(compound.sector(id)?));
        }
        Some(compound)
    }

    /// The most sectors that the file has.
    fn sectors(&self) -> usize {
        self.bytes.len() / self.size + 1
    }

    /// A sector; the last one of a file may be shorter.
    fn sector(&self, id: u32) -> Option<&'b [u8]> {
        let begin = (id as usize).checked_add(1)?.checked_mul(self.size)?;
        self.bytes.get(begin..self.bytes.len().min(begin.checked_add(self.size)?))
    }

    fn word(&self, at: usize) -> Result<u32, Refusal> {
        u32_at(self.bytes, at).ok_or_else(|| damaged(&"its header is cut off"))
    }

    fn chain(&self, from: u32, length: usize) -> Result<Vec<u8>, Refusal> {
        follow(from, length, &self.table, self.sectors(), |id| self.sector(id))
    }
}
