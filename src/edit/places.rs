//! The patch of a text for each edit.

use std::ops::Range;

use super::document::{EditRefusal, EditTarget, Patch, free_number};
use super::outline::{KeyPlace, LineBlock, Outline, line_end, line_start};
use super::written::{self, quoted};
use crate::show::Show;

/// A text and where everything stands in it.
pub(super) struct Places<'a> {
    pub(super) text: &'a str,
    pub(super) outline: &'a Outline,
}

impl Places<'_> {
    pub(super) fn block(&self, target: EditTarget) -> Result<&LineBlock, EditRefusal> {
        let segment = |at: usize| self.outline.segments.get(at);
        let found = match target {
            EditTarget::Show => None,
            EditTarget::Segment(at) => segment(at).map(|segment| &segment.own),
            EditTarget::Cue(at, cue) => {
                segment(at).and_then(|segment| segment.cues.get(cue)).map(|cue| &cue.own)
            }
        };
        found.ok_or(EditRefusal::NotThere)
    }

    /// All lines of a target, those of a segment with its cues.
    pub(super) fn lines(&self, target: EditTarget) -> Result<Range<usize>, EditRefusal> {
        match target {
            EditTarget::Segment(at) => {
                Ok(self.outline.segments.get(at).ok_or(EditRefusal::NotThere)?.lines())
            }
            EditTarget::Show | EditTarget::Cue(..) => Ok(self.block(target)?.lines.clone()),
        }
    }

    pub(super) fn keys(&self, target: EditTarget) -> Result<&[KeyPlace], EditRefusal> {
        match target {
            EditTarget::Show => Ok(&self.outline.keys),
            EditTarget::Segment(_) | EditTarget::Cue(..) => Ok(&self.block(target)?.keys),
        }
    }

    /// End of what a new cue comes after.
    pub(super) fn end(&self, after: EditTarget) -> Result<usize, EditRefusal> {
        Ok(self.block(after)?.lines.end)
    }

    pub(super) fn eol(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    pub(super) fn put(&self, range: Range<usize>, is: String) -> Result<Patch, EditRefusal> {
        let was = self.text.get(range.clone()).ok_or(EditRefusal::NotThere)?.to_owned();
        Ok(Patch { at: range.start, was, is })
    }

    pub(super) fn set(
        &self,
        target: EditTarget,
        key: &str,
        value: &str,
    ) -> Result<Patch, EditRefusal> {
        let value = value.trim().replace("\r\n", "\n").replace('\n', self.eol());
        let line = format!("x = {value}");
        let (table, errors) = toml::de::DeTable::parse_recoverable(&line);
        let is_value = errors.is_empty() && table.get_ref().len() == 1;
        if !is_value {
            return Err(EditRefusal::NoValue(key.to_owned(), value));
        }
        let keys = self.keys(target)?;
        if let Some(place) = keys.iter().find(|place| place.key == key) {
            let range = place.value.clone().ok_or_else(|| EditRefusal::Spread(key.to_owned()))?;
            return self.put(range, value);
        }
        // After the last value that stands in a line of its own, as wide as that is written.
        let last = keys.iter().rfind(|place| place.value.is_some());
        let name = written::key(key);
        match (last, target) {
            (Some(place), _) => {
                let end = place.value.as_ref().map_or(place.start, |value| value.end);
                let indent = &self.text[line_start(self.text, place.start)..place.start];
                let width = self.text[place.start..].find('=').map_or(0, |at| at.saturating_sub(1));
                let line = format!("{}{indent}{name:width$} = {value}", self.eol());
                let end = line_end(self.text, end);
                self.put(end..end, line)
            }
            (None, EditTarget::Show) => {
                let start =
                    if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                self.put(start..start, format!("{name} = {value}{}", self.eol()))
            }
            (None, EditTarget::Segment(_) | EditTarget::Cue(..)) => {
                let end = line_end(self.text, self.block(target)?.header.end);
                self.put(end..end, format!("{}{name} = {value}", self.eol()))
            }
        }
    }

    pub(super) fn clear(&self, target: EditTarget, key: &str) -> Result<Patch, EditRefusal> {
        let place = self.keys(target)?.iter().find(|place| place.key == key);
        let place = place.ok_or(EditRefusal::NotThere)?;
        let value = place.value.as_ref().ok_or_else(|| EditRefusal::Spread(key.to_owned()))?;
        self.cut(line_start(self.text, place.start)..line_end(self.text, value.end))
    }

    /// Takes whole lines away, with what ends the last one.
    fn cut(&self, lines: Range<usize>) -> Result<Patch, EditRefusal> {
        let rest = &self.text[lines.end..];
        let eol = ["\r\n", "\n"].into_iter().find(|eol| rest.starts_with(eol)).map_or(0, str::len);
        self.put(lines.start..lines.end + eol, String::new())
    }

    /// Puts lines after those that end at `end`, with an empty line between.
    pub(super) fn insert(&self, end: usize, lines: &[String]) -> Result<Patch, EditRefusal> {
        let eol = self.eol();
        self.put(end..end, format!("{eol}{eol}{}", lines.join(eol)))
    }

    pub(super) fn remove(&self, target: EditTarget) -> Result<Patch, EditRefusal> {
        let lines = self.lines(target)?;
        let Patch { at, was, .. } = self.cut(lines)?;
        // The empty line below goes with it, if there is one above.
        let (before, after) = (&self.text[..at], &self.text[at + was.len()..]);
        let is_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
        let blank = ["\r\n", "\n"].into_iter().find(|eol| after.starts_with(eol));
        let more = blank.filter(|_| is_apart).map_or(0, str::len);
        self.put(at..at + was.len() + more, String::new())
    }

    /// Two stretches of lines, the first above the second, change places; what stands between them
    /// stays.
    pub(super) fn swap(
        &self,
        above: Range<usize>,
        below: Range<usize>,
    ) -> Result<Patch, EditRefusal> {
        let piece = |range: Range<usize>| self.text.get(range).ok_or(EditRefusal::NotThere);
        let between = piece(above.end..below.start)?;
        let is = [piece(below.clone())?, between, piece(above.clone())?].concat();
        self.put(above.start..below.end, is)
    }

    /// The lines with which a target changes places when it moves up. A first cue changes with the
    /// lines of its own segment, whose cues are then the segment's above.
    pub(super) fn above(&self, target: EditTarget) -> Result<Range<usize>, EditRefusal> {
        match target {
            EditTarget::Show => Err(EditRefusal::NotThere),
            EditTarget::Segment(0) | EditTarget::Cue(0, 0) => Err(EditRefusal::AtTheEnd),
            EditTarget::Segment(at) => self.lines(EditTarget::Segment(at - 1)),
            EditTarget::Cue(at, 0) => Ok(self.block(EditTarget::Segment(at))?.lines.clone()),
            EditTarget::Cue(at, cue) => self.lines(EditTarget::Cue(at, cue - 1)),
        }
    }

    /// The same of one that moves down.
    pub(super) fn below(&self, target: EditTarget) -> Result<Range<usize>, EditRefusal> {
        let is_there = |target: EditTarget| self.block(target).is_ok();
        let end = |_| EditRefusal::AtTheEnd;
        match target {
            EditTarget::Show => Err(EditRefusal::NotThere),
            EditTarget::Segment(at) => self.lines(EditTarget::Segment(at + 1)).map_err(end),
            EditTarget::Cue(at, cue) if is_there(EditTarget::Cue(at, cue + 1)) => {
                self.lines(EditTarget::Cue(at, cue + 1))
            }
            EditTarget::Cue(at, _) => {
                let below = self.block(EditTarget::Segment(at + 1)).map_err(end)?;
                Ok(below.lines.clone())
            }
        }
    }

    /// The patches with which the other cues name a cue by another number.
    pub(super) fn renamed(
        &self,
        target: EditTarget,
        number: &str,
    ) -> Result<Vec<Patch>, EditRefusal> {
        let EditTarget::Cue(segment, at) = target else { return Err(EditRefusal::NotThere) };
        let segments = &self.outline.segments;
        let cue = segments.get(segment).and_then(|segment| segment.cues.get(at));
        let cue = cue.ok_or(EditRefusal::NotThere)?;
        let (old, _) = cue.mentions.first().ok_or(EditRefusal::NotThere)?;
        let all = segments.iter().flat_map(|segment| &segment.cues);
        let others = all.filter(|other| other.own.header != cue.own.header);
        let named = others.flat_map(|other| &other.mentions).filter(|(text, _)| text == old);
        named.map(|(_, place)| self.put(place.clone(), quoted(number))).collect()
    }

    pub(super) fn duplicate(&self, target: EditTarget, show: &Show) -> Result<Patch, EditRefusal> {
        let lines = self.lines(target)?;
        let segment = |at: usize| self.outline.segments.get(at).ok_or(EditRefusal::NotThere);
        let cues = match target {
            EditTarget::Show => return Err(EditRefusal::NotThere),
            EditTarget::Segment(at) => segment(at)?.cues.iter().collect(),
            EditTarget::Cue(at, cue) => {
                vec![segment(at)?.cues.get(cue).ok_or(EditRefusal::NotThere)?]
            }
        };
        let mut numbers: Vec<(&str, String)> = vec![];
        for cue in &cues {
            if let Some((number, _)) = cue.mentions.first() {
                let taken: Vec<&str> = numbers.iter().map(|(_, copy)| copy.as_str()).collect();
                numbers.push((number, free_number(show, &taken, number)));
            }
        }
        // What names a cue that is copied too names the copy.
        let mentions = cues.iter().flat_map(|cue| &cue.mentions);
        let mut renamed: Vec<(Range<usize>, &str)> = mentions
            .filter_map(|(number, place)| {
                let (_, copy) = numbers.iter().find(|(old, _)| old == number)?;
                Some((place.clone(), copy.as_str()))
            })
            .collect();
        renamed.sort_by_key(|(place, _)| place.start);
        let mut copy = [self.eol(), self.eol()].concat();
        let mut from = lines.start;
        for (place, number) in renamed {
            copy.push_str(self.text.get(from..place.start).ok_or(EditRefusal::NotThere)?);
            copy.push_str(&quoted(number));
            from = place.end;
        }
        copy.push_str(self.text.get(from..lines.end).ok_or(EditRefusal::NotThere)?);
        self.put(lines.end..lines.end, copy)
    }
}
