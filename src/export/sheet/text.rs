//! The cue sheet as plain text, in a given width: for a printer that knows nothing else, or a mail.
//!
//! Owns the columns. Nothing is cut: what does not fit beside its neighbours goes on in the next
//! line, because who holds paper cannot scroll. Must never take a word that the sheet does not
//! have.
//!
//! ```text
//! title, date, zone, how much there is
//!
//!     planned   cue   title                         src   length  trigger
//! ◆   22:50:00  Act one: the river                          3:30
//! [ ] 22:50:00  1     House lights down                            GO
//!                     “LX 1, sound 1: GO”
//!                     ready: Lights, Sound
//! Departments, People
//! ```

use unicode_width::UnicodeWidthStr;

use super::{CueLine, SegmentBlock, Sheet};
use crate::export::layout::{fit, pad, plain, right, wrap};

/// No sheet is narrower: below it, a time and a title no longer stand beside each other.
const WIDTH_LEAST: usize = 40;

/// Below so many columns for titles, source, length and trigger go below them.
const TITLE_LEAST: usize = 24;

/// The width of a box to tick, and of the sign of a hard start.
const BOX: usize = 4;

/// Writes the sheet for `width` columns.
pub fn write(sheet: &Sheet, width: usize) -> String {
    let page = SheetText::new(sheet, width.max(WIDTH_LEAST));
    let mut lines = page.head();
    lines.push(String::new());
    lines.extend(page.heads());
    for segment in &sheet.segments {
        lines.extend(page.segment(segment));
        lines.push(String::new());
    }
    lines.extend(page.departments());
    lines.extend(page.people());
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A sheet and the widths of its columns.
struct SheetText<'a> {
    sheet: &'a Sheet,
    width: usize,
    time: usize,
    number: usize,
    length: usize,
    trigger: usize,
}

impl<'a> SheetText<'a> {
    fn new(sheet: &'a Sheet, width: usize) -> Self {
        let cues = || sheet.segments.iter().flat_map(|segment| &segment.cues);
        let times = sheet.segments.iter().map(|segment| segment.planned.width());
        let lengths = sheet.segments.iter().map(|segment| segment.length.width());
        let widest = |widths: &mut dyn Iterator<Item = usize>, least: usize| {
            widths.max().unwrap_or(0).max(least)
        };
        SheetText {
            sheet,
            width,
            time: widest(&mut times.chain(cues().map(|cue| cue.planned.width())), 8),
            number: widest(&mut cues().map(|cue| plain(&cue.number).width()), 3),
            length: widest(
                &mut lengths.chain(cues().filter_map(|cue| Some(cue.length.as_ref()?.width()))),
                6,
            ),
            trigger: widest(&mut cues().map(|cue| plain(&cue.trigger).width()), 0),
        }
    }

    /// Column at which titles begin.
    fn indent(&self) -> usize {
        let indent = BOX + self.time + 2 + self.number + 2;
        if indent + 16 > self.width { BOX } else { indent }
    }

    /// The columns of titles, where the rest has room beside them.
    fn title(&self) -> Option<usize> {
        let trigger = if self.trigger > 0 { self.trigger + 2 } else { 0 };
        let left = self.width.checked_sub(self.indent() + 2 + 4 + 2 + self.length + trigger);
        left.filter(|&left| left >= TITLE_LEAST && self.indent() > BOX)
    }

    fn head(&self) -> Vec<String> {
        let mut lines = wrap(&plain(&self.sheet.title), self.width);
        lines.push(if self.sheet.public { "Running order".into() } else { "Cue sheet".into() });
        lines.push(String::new());
        lines.extend(
            self.sheet.facts.iter().flat_map(|(label, words)| self.hang(&pad(label, 9), 9, words)),
        );
        lines
    }

    fn heads(&self) -> Vec<String> {
        let Some(title) = self.title() else { return vec![] };
        let number = pad("cue", self.number);
        let front = format!(
            "{}{}  {number}  {}",
            " ".repeat(BOX),
            pad("planned", self.time),
            pad("title", title)
        );
        let trigger = if self.trigger > 0 { "trigger" } else { "" };
        vec![
            format!("{front}  {}  {}  {trigger}", pad("src", 4), right("length", self.length)),
            String::new(),
        ]
    }

    /// `words` after `label`, `indent` columns in, in as many lines as they need.
    fn hang(&self, label: &str, indent: usize, words: &str) -> Vec<String> {
        let lines = wrap(&plain(words), self.width.saturating_sub(indent + 2).max(2));
        let front = |at: usize| pad(if at == 0 { label } else { "" }, indent);
        lines.iter().enumerate().map(|(at, line)| format!("{}  {line}", front(at))).collect()
    }

    /// `words` where titles begin.
    fn below(&self, words: &str) -> Vec<String> {
        self.hang("", self.indent() - 2, words)
    }

    fn segment(&self, segment: &SegmentBlock) -> Vec<String> {
        let sign = if segment.hard_start { "◆" } else { "" };
        let label = format!("{}{}", pad(sign, BOX), pad(&segment.planned, self.time));
        let title = named(&segment.title);
        let title = if segment.hard_start { format!("{title} (hard start)") } else { title };
        let act = |act| self.below(&format!("— {act}, {} —", segment.act_length));
        let mut lines: Vec<String> = segment.act.iter().flat_map(act).collect();
        let named = match self.title() {
            // The number's column is free in this row, and the length stands where those of the
            // cues do.
            Some(room) => {
                let room = room + self.number + 2;
                let lines = wrap(&title, room);
                let lines = lines.iter().enumerate().map(|(at, line)| match at {
                    0 => {
                        format!(
                            "{label}  {}  {}  {}",
                            fit(line, room),
                            pad("", 4),
                            right(&segment.length, self.length)
                        )
                    }
                    _ => format!("{}  {line}", pad("", label.width())),
                });
                lines.collect::<Vec<_>>()
            }
            None => self.hang(&label, label.width(), &format!("{title}, {}", segment.length)),
        };
        lines.extend(named);
        lines.extend(segment.notes.iter().flat_map(|notes| self.hang("", BOX + self.time, notes)));
        lines.extend(segment.cues.iter().flat_map(|cue| self.cue(cue)));
        lines
    }

    fn cue(&self, cue: &CueLine) -> Vec<String> {
        let front = format!(
            "[ ] {}  {}",
            pad(&cue.planned, self.time),
            pad(&plain(&cue.number), self.number)
        );
        let title = named(&cue.title);
        let title = if cue.embargo { format!("⊘ embargo: {title}") } else { title };
        let length = cue.length.as_deref().unwrap_or_default();
        let trigger = plain(&cue.trigger);
        let mut lines = vec![];
        match self.title() {
            Some(room) => {
                for (at, line) in wrap(&title, room).iter().enumerate() {
                    lines.push(match at {
                        0 => format!(
                            "{front}  {}  {}  {}  {trigger}",
                            fit(line, room),
                            pad(cue.source, 4),
                            right(length, self.length)
                        ),
                        _ => format!("{}{line}", pad("", self.indent())),
                    });
                }
            }
            None => {
                if self.indent() > BOX {
                    lines.extend(self.hang(&front, self.indent() - 2, &title));
                } else {
                    lines.extend(wrap(&front, self.width));
                    lines.extend(self.hang("", BOX, &title));
                }
                let rest =
                    [cue.source, length, &trigger].into_iter().filter(|word| !word.is_empty());
                lines.extend(self.below(&rest.collect::<Vec<_>>().join(", ")));
            }
        }
        lines.extend(self.details(cue).iter().flat_map(|words| self.below(words)));
        lines
    }

    /// Lines below a cue.
    fn details(&self, cue: &CueLine) -> Vec<String> {
        let needed: Vec<_> = self.sheet.needed(cue).iter().map(|one| one.name.as_str()).collect();
        let steps: Vec<_> = cue.steps.iter().map(|step| format!("□ {}", plain(step))).collect();
        let listed =
            |label: &str, words: String| (!words.is_empty()).then(|| format!("{label}: {words}"));
        let lines = [
            cue.call.as_ref().map(|call| format!("“{}”", plain(call))),
            listed("ready", needed.join(", ")),
            cue.backup_for.as_ref().map(|main| format!("backup for {main}")),
            listed("backup", cue.backups.join(", ")),
            listed("steps", steps.join(", ")),
            cue.notes.clone(),
            listed("sends to", cue.sends.join(", ")),
        ];
        lines.into_iter().flatten().chain(cue.does.iter().cloned()).collect()
    }

    fn departments(&self) -> Vec<String> {
        let colour = |colour: crate::show::Colour| format!(" ({colour})");
        let one = |row: &super::DepartmentRow| {
            format!("{}{}", row.name, row.colour.map_or(String::new(), colour))
        };
        let names: Vec<_> = self.sheet.departments.iter().map(one).collect();
        if names.is_empty() {
            return vec![];
        }
        let mut lines = vec!["Departments".to_owned()];
        lines.extend(self.hang("", 0, &names.join(", ")));
        lines.push(String::new());
        lines
    }

    fn people(&self) -> Vec<String> {
        let people = &self.sheet.people;
        let one = |(name, role, notes): &(String, Option<String>, Option<String>)| {
            let role = role.as_ref().map_or(String::new(), |role| format!(", {role}"));
            let notes = notes.as_ref().map_or(String::new(), |notes| format!(": {notes}"));
            self.hang("[ ]", 3, &format!("{name}{role}{notes}"))
        };
        let title = (!people.is_empty()).then(|| "People".to_owned());
        title.into_iter().chain(people.iter().flat_map(one)).collect()
    }
}

/// A title on one line; a row whose title has nothing to show stands all the same.
fn named(title: &str) -> String {
    let title = plain(title);
    if title.is_empty() { "–".to_owned() } else { title }
}
