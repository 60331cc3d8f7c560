//! Files that hold less than their headers announce.
//!
//! A player takes the length of some formats from what is there, so that half a file is a whole one
//! to it. Their headers know better: WAV and AVI ("Multimedia Programming Interface and Data
//! Specifications 1.0"), Sony Wave64, Apple's CAF, Ogg (RFC 3533), and MP3 with a Xing or Info
//! header. Of other formats the player itself tells where they end. Must never take a whole file
//! for a part of one: what cannot be read here is whole.

use std::io::{Read, Seek, SeekFrom};

use crate::show::duration::SECOND_NS;

/// Maximum number of chunks that are looked through for the one that holds the sound.
const CHUNKS_MAX: usize = 64;

/// Size of the largest page of Ogg, bytes.
const PAGE_MAX: usize = 27 + 255 + 255 * 255;

/// What stands in a size that was not known when it was written.
const UNKNOWN: u32 = u32::MAX;

/// The file ends before its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The length that the header announces, nanoseconds, where it does.
    pub(super) announced_ns: Option<u64>,
}

/// Looks whether a file of `size` bytes ends before its header says.
pub(super) fn cut(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    let head: [u8; 16] = at(file, 0)?;
    match (&head[..4], &head[8..12]) {
        (b"RIFF", b"WAVE") => wave(file, size),
        (b"RIFF", b"AVI ") => avi(file, size),
        (b"riff", _) => wave64(file, size),
        (b"caff", _) => caf(file, size),
        (b"OggS", _) => ogg(file, size),
        _ => mp3(file, size),
    }
}

/// The bytes at a place; `None` where there are not so many, or they cannot be read.
fn at<const N: usize>(file: &mut (impl Read + Seek), place: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(place)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// The name of a chunk and the size of its data, at a place.
fn chunk(file: &mut (impl Read + Seek), place: u64) -> Option<([u8; 4], u32)> {
    let [a, b, c, d, size @ ..] = at::<8>(file, place)?;
    Some(([a, b, c, d], u32::from_le_bytes(size)))
}

/// The length of a sound of so many bytes.
fn length_ns(bytes: u64, bytes_per_second: u32) -> Option<u64> {
    let ns = u128::from(bytes) * u128::from(SECOND_NS);
    u64::try_from(ns.checked_div(bytes_per_second.into())?).ok()
}

fn wave(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    let (mut place, mut bytes_per_second) = (12, 0);
    for _ in 0..CHUNKS_MAX {
        let (name, length) = chunk(file, place)?;
        let data = place + 8;
        match &name {
            b"fmt " => bytes_per_second = u32::from_le_bytes(at(file, data + 8)?),
            b"data" => {
                let is_cut = length != UNKNOWN && data + u64::from(length) > size;
                let announced_ns = length_ns(length.into(), bytes_per_second);
                return is_cut.then_some(Cut { announced_ns });
            }
            _ => {}
        }
        // A chunk begins at an even place.
        place = data + u64::from(length) + u64::from(length % 2);
    }
    None
}

fn avi(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    // A large one has several of the outermost chunks.
    let mut place = 0;
    while place < size {
        let (name, length) = chunk(file, place)?;
        if &name != b"RIFF" || matches!(length, 0 | UNKNOWN) {
            return None;
        }
        let end = place + 8 + u64::from(length);
        if end > size {
            // RIFF, its size, AVI, LIST, its size, hdrl, avih, its size; then the microseconds of a
            // frame, and four numbers later how many frames there are.
            let frame_us = u64::from(u32::from_le_bytes(at(file, 32)?));
            let frames = u64::from(u32::from_le_bytes(at(file, 48)?));
            let announced_ns = frame_us.checked_mul(frames)?.checked_mul(1000);
            return Some(Cut { announced_ns: announced_ns.filter(|_| place == 0) });
        }
        place = end + u64::from(length % 2);
    }
    None
}

fn wave64(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    // The size stands after a name of 16 bytes; one that is not known has all its bits set.
    let whole = u64::from_le_bytes(at(file, 16)?);
    (whole > size && i64::try_from(whole).is_ok()).then_some(Cut { announced_ns: None })
}

fn caf(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    let mut place = 8;
    for _ in 0..CHUNKS_MAX {
        let name: [u8; 4] = at(file, place)?;
        // A size that is not known is -1.
        let length = u64::try_from(i64::from_be_bytes(at(file, place + 4)?)).ok()?;
        place = place.checked_add(12)?.checked_add(length)?;
        if &name == b"data" {
            return (place > size).then_some(Cut { announced_ns: None });
        }
    }
    None
}

/// The last page ends where the file does, or later. Whether it is marked as the last one is not
/// asked: what was recorded from a stream may have no such page.
fn ogg(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    let from = size.saturating_sub(PAGE_MAX as u64);
    let mut tail = vec![];
    file.seek(SeekFrom::Start(from)).ok()?;
    file.take(PAGE_MAX as u64).read_to_end(&mut tail).ok()?;
    // The name of a page, and the version of the format.
    let begins = tail.windows(5).rposition(|bytes| bytes == b"OggS\0")?;
    let page = tail.get(begins..)?;
    let cut = Some(Cut { announced_ns: None });
    let Some(&segments) = page.get(26) else { return cut };
    let Some(lengths) = page.get(27..27 + usize::from(segments)) else { return cut };
    let length = 27 + lengths.len() + lengths.iter().copied().map(usize::from).sum::<usize>();
    cut.filter(|_| length > page.len())
}

fn mp3(file: &mut (impl Read + Seek), size: u64) -> Option<Cut> {
    let [a, b, c, _, _, _, tag_size @ ..] = at::<10>(file, 0)?;
    // "ID3 tag version 2.4.0": seven bits of each byte.
    let is_tagged = &[a, b, c] == b"ID3";
    let tag = tag_size.iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
    let begins = if is_tagged { 10 + tag } else { 0 };
    let [sync, flags, _, mode] = at(file, begins)?;
    // ISO 11172-3: eleven bits that are set, then the version; 2.4.1.3 has the header, and the side
    // information after it is shorter for one channel. The Xing header stands where the sound would.
    if sync != 0xff || flags & 0xe0 != 0xe0 {
        return None;
    }
    let (is_version_1, is_mono) = (flags & 0x18 == 0x18, mode & 0xc0 == 0xc0);
    let side = match (is_version_1, is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    let header = begins + 4 + side;
    let [a, b, c, d, has @ ..] = at::<8>(file, header)?;
    let has = u32::from_be_bytes(has);
    if ![b"Xing", b"Info"].contains(&&[a, b, c, d]) || has & 2 == 0 {
        return None;
    }
    // The number of bytes stands after the number of frames, where that is given.
    let bytes = u32::from_be_bytes(at(file, header + 8 + if has & 1 == 1 { 4 } else { 0 })?);
    (begins + u64::from(bytes) > size).then_some(Cut { announced_ns: None })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Whether `bytes` and a part of them are cut.
    fn cuts(bytes: &[u8], part: usize) -> [Option<Cut>; 2] {
        [bytes, &bytes[..part]].map(|bytes| cut(&mut Cursor::new(bytes), bytes.len() as u64))
    }

    const SOMEWHERE: Option<Cut> = Some(Cut { announced_ns: None });

    fn of_seconds(seconds: u64) -> Option<Cut> {
        Some(Cut { announced_ns: Some(seconds * SECOND_NS) })
    }

    /// Four seconds of 1000 samples of 8 bits.
    fn wave() -> Vec<u8> {
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(4052_u32.to_le_bytes());
        // A chunk of an odd size is followed by one byte more.
        bytes.extend(b"WAVEnote\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0");
        bytes.extend(1000_u32.to_le_bytes());
        bytes.extend(1000_u32.to_le_bytes());
        bytes.extend(b"\x01\0\x08\0data");
        bytes.extend(4000_u32.to_le_bytes());
        bytes.extend([128; 4000]);
        bytes
    }

    #[test]
    fn half_a_sound_is_told_from_a_whole_one_with_its_length() {
        let whole = wave();
        assert_eq!(cuts(&whole, 2000), [None, of_seconds(4)]);
        assert_eq!(cuts(&whole, whole.len() - 1), [None, of_seconds(4)]);
        // The size was not known when it was written.
        let mut streamed = whole;
        let size = streamed.len() - 4004;
        streamed[size..size + 4].fill(0xff);
        assert_eq!(cuts(&streamed, 2000), [None, None]);
    }

    #[test]
    fn half_a_film_is_told_from_a_whole_one_with_its_length() {
        let mut first = b"RIFF\0\0\0\0AVI LIST\0\0\0\0hdrlavih8\0\0\0".to_vec();
        first.extend(40_000_u32.to_le_bytes());
        first.extend([0; 12]);
        first.extend(250_u32.to_le_bytes());
        first.resize(1000, 0);
        first[4..8].copy_from_slice(&992_u32.to_le_bytes());
        assert_eq!(cuts(&first, 500), [None, of_seconds(10)]);
        let mut both = first;
        both.extend(b"RIFF\x58\x02\0\0AVIX");
        both.resize(1608, 0);
        assert_eq!(cuts(&both, 1500), [None, SOMEWHERE]);
    }

    #[test]
    fn a_part_of_other_sounds_is_told_from_a_whole_one() {
        let mut wave64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0".to_vec();
        wave64.extend(500_u64.to_le_bytes());
        wave64.resize(500, 0);
        assert_eq!(cuts(&wave64, 400), [None, SOMEWHERE]);
        let mut caf = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x04abcddata".to_vec();
        caf.extend(300_u64.to_be_bytes());
        caf.resize(24 + 12 + 300, 0);
        assert_eq!(cuts(&caf, 200), [None, SOMEWHERE]);
        // A page of two segments, and one of one.
        let mut ogg = b"OggS\0\x02".to_vec();
        ogg.resize(26, 0);
        ogg.extend([2, 255, 10]);
        ogg.resize(29 + 265, 1);
        let page = ogg.len();
        ogg.extend(b"OggS\0\0");
        ogg.resize(page + 26, 0);
        ogg.extend([1, 100]);
        ogg.resize(page + 28 + 100, 1);
        for part in [page + 10, page + 27, page + 60, 200] {
            assert_eq!(cuts(&ogg, part), [None, SOMEWHERE], "{part}");
        }
        assert_eq!(cuts(&ogg, page), [None, None], "a recording without an end");
        // MPEG 1, layer 3, one channel: the header comes 21 bytes after the frame's beginning.
        let mut mp3 = b"ID3\x04\0\0\0\0\x01\x02".to_vec();
        mp3.resize(10 + 130, 0);
        mp3.extend(b"\xff\xfb\x54\xc0");
        mp3.resize(10 + 130 + 21, 0);
        mp3.extend(b"Info\0\0\0\x03\0\0\0\x09");
        mp3.extend(1000_u32.to_be_bytes());
        mp3.resize(10 + 130 + 1000, 0);
        assert_eq!(cuts(&mp3, 600), [None, SOMEWHERE]);
    }

    #[test]
    fn what_cannot_be_read_is_whole() {
        let wave = wave();
        for len in 0..60 {
            let size = len as u64;
            // Nothing panics, and a header without data says nothing.
            let cut = cut(&mut Cursor::new(&wave[..len]), size);
            assert_eq!(cut.is_some(), len >= 56, "{len}");
        }
        for text in [&b"RIFF\0\0\0\0AVI "[..], b"OggS", b"\xff\xfb", b"text", b""] {
            assert_eq!(cut(&mut Cursor::new(text), text.len() as u64), None);
        }
    }
}
