//! The plan as a calendar: iCalendar (RFC 5545), an event for each segment, with its cues in the
//! description.
//!
//! Instants are in UTC, so that no calendar needs to know the show's zone. An event keeps its
//! identifier while its title stays, so that a calendar that takes a newer file replaces it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::export::sheet::{CueLine, SegmentBlock, Sheet, When};
use crate::plain;
use crate::time::signed;

/// The longest line, bytes without its end (RFC 5545, 3.1).
const LINE_MAX: usize = 75;

/// Writes the plan; `now` is when. `None` if nothing ties the show to the clock.
pub fn write(sheet: &Sheet, now: Timestamp) -> Option<String> {
    let mut ics = Calendar::default();
    ics.line("BEGIN:VCALENDAR");
    ics.line("VERSION:2.0");
    ics.line(concat!("PRODID:-//handover//handover ", env!("CARGO_PKG_VERSION"), "//EN"));
    ics.line("CALSCALE:GREGORIAN");
    ics.text("X-WR-CALNAME", &plain::line(&sheet.title));
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for segment in &sheet.segments {
        let nth = seen.entry(&segment.title).or_default();
        *nth += 1;
        ics.event(sheet, segment, *nth, now)?;
    }
    ics.line("END:VCALENDAR");
    Some(ics.0)
}

#[derive(Default)]
struct Calendar(String);

impl Calendar {
    fn event(
        &mut self,
        sheet: &Sheet,
        segment: &SegmentBlock,
        nth: u32,
        now: Timestamp,
    ) -> Option<()> {
        let When::Clock(start) = &segment.start else { return None };
        let length = signed(segment.planned_length);
        let start = start.timestamp();
        let mut crc = crc32fast::Hasher::new();
        for words in [sheet.title.as_str(), "\0", &segment.title, "\0", &nth.to_string()] {
            crc.update(words.as_bytes());
        }
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{:08x}-{nth}@handover", crc.finalize()));
        self.line(&format!("DTSTAMP:{}", utc(now)));
        self.line(&format!("DTSTART:{}", utc(start)));
        // An end must lie after its start; an event without one takes no time.
        if length.is_positive() {
            self.line(&format!("DTEND:{}", utc(start.checked_add(length).ok()?)));
        }
        self.text("SUMMARY", &plain::line(&segment.title));
        let notes = segment.notes.as_deref().map(|notes| plain::lines(notes).into_owned());
        let lines: Vec<String> = notes.into_iter().chain(segment.cues.iter().map(cue)).collect();
        if !lines.is_empty() {
            self.text("DESCRIPTION", &lines.join("\n"));
        }
        self.line("END:VEVENT");
        Some(())
    }

    /// A property whose value is text, which RFC 5545, 3.3.11, has escaped.
    fn text(&mut self, name: &str, words: &str) {
        let mut line = format!("{name}:");
        for c in words.chars() {
            match c {
                '\\' | ';' | ',' => line.extend(['\\', c]),
                '\n' => line.push_str("\\n"),
                '\r' => {}
                '\t' => line.push(' '),
                c => line.push(c),
            }
        }
        self.line(&line);
    }

    /// A line, folded between characters.
    fn line(&mut self, line: &str) {
        let mut room = LINE_MAX;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_MAX - 1;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }
}

/// A cue in the description: `21:05:40  12.5  Off the roof`.
fn cue(line: &CueLine) -> String {
    let source = if line.source.is_empty() { String::new() } else { format!(" ({})", line.source) };
    format!("{}  {}  {}{source}", line.planned, plain::line(&line.number), plain::line(&line.title))
}

fn utc(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}
