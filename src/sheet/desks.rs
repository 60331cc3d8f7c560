//! Cue lists of ETC Eos desks and of QLab, both as CSV: every row is a cue that fires the cue of that
//! number there.

use std::collections::HashMap;

use super::Refusal;
use super::cells::{self, one_line, prose};
use super::columns;
use super::csv;
use super::grid::{Grid, Row};
use super::imported::{Imported, ImportedCue, ImportedOutput, ImportedSegment, ImportedTrigger};
use super::numbers::{self, Written};
use crate::plain::counted;
use crate::show::duration::{LONGEST_NS, MILLISECOND_NS, MINUTE_NS};
use crate::show::protocol::osc::is_address;

/// The planned length of a scene for each of its cues: neither program says how long a scene runs.
const A_CUE_NS: u64 = MINUTE_NS;
/// The longest address that a cue sends, bytes: any datagram has room for it.
const ADDRESS_MAX: usize = 1_000;

/// The most parts of a cue that are passed over.
const PARTS_MAX: usize = 100;

/// The rows of a list, with its columns by their names.
struct DeskList<'g> {
    columns: HashMap<String, u32>,
    rows: &'g [Row],
}

impl<'g> DeskList<'g> {
    fn new(header: &Row, rows: &'g [Row]) -> Self {
        let mut columns = HashMap::new();
        for cell in &header.cells {
            let name: String = columns::plain(&cell.text()).split_whitespace().collect();
            // Of two columns of one name the first is meant.
            columns.entry(name).or_insert(cell.column);
        }
        DeskList { columns, rows }
    }

    /// The text of a row under a name; empty where there is none.
    fn text(&self, row: &Row, name: &str) -> String {
        self.columns.get(name).map_or_else(String::new, |column| row.text(*column).into_owned())
    }
}

/// The show of a cue list of an Eos desk; `None` where the text is none.
///
/// # Errors
/// When there is no cue in it.
pub(super) fn eos(text: &str, name: &str) -> Option<Result<Imported, Refusal>> {
    let at = text.lines().position(|line| line.trim().trim_matches(',') == "START_TARGETS")?;
    let before = u32::try_from(at).ok()? + 1;
    let begin = text.find("START_TARGETS")? + "START_TARGETS".len();
    let part = text.get(begin..)?;
    let part = &part[part.find('\n')? + 1..];
    let part = part.split("END_TARGETS").next().unwrap_or(part);
    Some(csv::grid(part).and_then(|mut grid| {
        grid.rows.iter_mut().for_each(|row| row.number += before);
        eos_list(&grid, name)
    }))
}

fn eos_list(grid: &Grid, name: &str) -> Result<Imported, Refusal> {
    let (header, rows) = grid.rows.split_first().ok_or(Refusal::Empty)?;
    let list = DeskList::new(header, rows);
    let cues = || list.rows.iter().filter(|row| list.text(row, "targettype") == "1");
    let first = cues().next().ok_or(Refusal::NoRows(header.number))?;
    let main = list.text(first, "targetlistnumber");
    let mut making =
        ShowMaking::new(name, "a cue list of an Eos desk", "lights", "udp://127.0.0.1:8000");
    making.left_out(list.rows.iter().filter(|row| list.text(row, "targettype") != "1").count());
    let all: Vec<&Row> = cues().collect();
    for (at, row) in all.iter().copied().enumerate() {
        let (number, list_number) =
            (list.text(row, "targetid"), list.text(row, "targetlistnumber"));
        let label = one_line(&list.text(row, "label"));
        let part = list.text(row, "partnumber");
        if !part.is_empty()
            && part != "0"
            && making.last == Some((list_number.clone(), number.clone()))
        {
            let words = EOS_FACTS.iter().chain(&[("follow", "Follow"), ("link", "Link")]);
            let words = words.filter_map(|(key, name)| {
                let value = one_line(&list.text(row, key));
                (!value.is_empty()).then(|| format!("{name} {value}"))
            });
            let notes = Some(one_line(&list.text(row, "cuenotes")));
            let words: Vec<String> =
                notes.into_iter().filter(|notes| !notes.is_empty()).chain(words).collect();
            let more =
                if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
            making.note(format!("Part {part}: {label}{more}"));
            continue;
        }
        making.last = Some((list_number.clone(), number.clone()));
        let scene = one_line(&list.text(row, "scenetext"));
        if !scene.is_empty() {
            making.scene(&scene);
        }
        let mut cue = ImportedCue { row: row.number, title: label, ..ImportedCue::default() };
        cue.notes
            .extend(Some(prose(&list.text(row, "cuenotes"))).filter(|notes| !notes.is_empty()));
        keep_length(&mut cue, &list.text(row, "duration"));
        let link = list.text(row, "link");
        if !link.is_empty() {
            cue.notes.push(format!("Link: {link}"));
        }
        for (key, name) in EOS_FACTS {
            let value = prose(&list.text(row, key));
            if !value.is_empty() {
                cue.extra.push(((*name).to_owned(), value));
            }
        }
        let follow = list.text(row, "follow");
        // Only the next cue of the same list is fired by it, and with a link another one is.
        let is_next = || {
            let below = all.get(at + 1..).unwrap_or_default();
            let below =
                below.iter().take(PARTS_MAX).find(|below| list.text(below, "targetid") != number);
            below.is_some_and(|below| list.text(below, "targetlistnumber") == list_number)
        };
        let next = match follow.split_at_checked(1).filter(|_| link.is_empty() && is_next()) {
            Some(("F", time)) => {
                seconds(time).map(|delay_ns| ImportedTrigger::With(row.number, delay_ns))
            }
            Some(("H", time)) => {
                seconds(time).map(|delay_ns| ImportedTrigger::After(row.number, delay_ns))
            }
            _ => None,
        };
        if next.is_none() && !follow.is_empty() {
            making.unfollowed += 1;
            cue.extra.push(("Follow".to_owned(), follow.clone()));
        }
        let address = format!("/eos/cue/{list_number}/{number}/fire");
        let text = if list_number == main { number } else { format!("{list_number}-{number}") };
        making.cue(cue, text, (address, "the desk"), next.map(|trigger| (trigger, follow)));
    }
    Ok(making.finish(grid))
}

/// The columns of an Eos list that stand beside its cues, and their names.
const EOS_FACTS: &[(&str, &str)] = &[
    ("timedata", "Time"),
    ("updelay", "Up delay"),
    ("downtime", "Down time"),
    ("downdelay", "Down delay"),
    ("focustime", "Focus time"),
    ("focusdelay", "Focus delay"),
    ("colortime", "Colour time"),
    ("colordelay", "Colour delay"),
    ("beamtime", "Beam time"),
    ("beamdelay", "Beam delay"),
    ("alerttime", "Alert"),
    ("mark", "Mark"),
    ("block", "Block"),
    ("assert", "Assert"),
    ("allfade", "All fade"),
    ("preheat", "Preheat"),
    ("loop", "Loop"),
    ("curve", "Curve"),
    ("rate", "Rate"),
    ("externallinks", "External links"),
    ("effects", "Effects"),
    ("mode", "Mode"),
    ("sceneend", "Scene end"),
];

/// The columns of a QLab list; the first three are always there.
const QLAB_COLUMNS: [&str; 14] = [
    "number",
    "type",
    "name",
    "notes",
    "follow",
    "continuemode",
    "color",
    "target",
    "filetarget",
    "prewait",
    "postwait",
    "duration",
    "armed",
    "flagged",
];

/// The way in which QLab fires the cue after one.
#[derive(Clone, Copy)]
enum Continues {
    No,
    With,
    After,
}

/// Reads a continue mode: as a number, or in QLab's words.
fn continues(text: &str) -> Option<Continues> {
    let plain: String = columns::plain(text).chars().filter(|c| c.is_alphanumeric()).collect();
    match plain.as_str() {
        "" | "0" | "donotcontinue" | "none" | "no" | "false" => Some(Continues::No),
        "1" | "autocontinue" | "continue" => Some(Continues::With),
        "2" | "autofollow" | "follow" => Some(Continues::After),
        _ => None,
    }
}

/// The show of a cue list of QLab; `None` where the text is none.
///
/// # Errors
/// When there is no cue in it.
pub(super) fn qlab(grid: &Grid, name: &str) -> Option<Result<Imported, Refusal>> {
    let (header, rows) = grid.rows.split_first()?;
    let list = DeskList::new(header, rows);
    let is_there = |name: &&str| list.columns.contains_key(*name);
    let is_qlab = QLAB_COLUMNS[..3].iter().all(is_there)
        && list.columns.keys().all(|name| QLAB_COLUMNS.contains(&name.as_str()));
    if !is_qlab {
        return None;
    }
    if rows.is_empty() {
        return Some(Err(Refusal::NoRows(header.number)));
    }
    let mut making = ShowMaking::new(name, "a cue list of QLab", "qlab", "udp://127.0.0.1:53000");
    for row in rows {
        let number = list.text(row, "number");
        let kind = list.text(row, "type");
        let mut cue = ImportedCue {
            row: row.number,
            title: one_line(&list.text(row, "name")),
            ..ImportedCue::default()
        };
        cue.notes.extend(Some(prose(&list.text(row, "notes"))).filter(|notes| !notes.is_empty()));
        for (key, name) in [
            ("color", "Colour"),
            ("target", "Target"),
            ("filetarget", "File"),
            ("prewait", "Pre wait"),
            ("postwait", "Post wait"),
            ("armed", "Armed"),
            ("flagged", "Flagged"),
        ] {
            let value = prose(&list.text(row, key));
            if !value.is_empty() && seconds(&value) != Some(0) {
                cue.extra.push((name.to_owned(), value));
            }
        }
        if !kind.is_empty() {
            cue.extra.push(("Type".to_owned(), prose(&kind)));
        }
        keep_length(&mut cue, &list.text(row, "duration"));
        let wait_ns = seconds(&list.text(row, "postwait")).unwrap_or(0);
        let mode = list.text(row, "follow");
        let mode = if mode.is_empty() { list.text(row, "continuemode") } else { mode };
        let next = match continues(&mode) {
            Some(Continues::With) => {
                Some((ImportedTrigger::With(row.number, wait_ns), "auto-continue".to_owned()))
            }
            Some(Continues::After) => {
                Some((ImportedTrigger::After(row.number, 0), "auto-follow".to_owned()))
            }
            Some(Continues::No) => None,
            None => {
                cue.extra.push(("Continue mode".to_owned(), prose(&mode)));
                None
            }
        };
        let address =
            if number.is_empty() { String::new() } else { format!("/cue/{number}/start") };
        making.cue(cue, number, (address, "QLab"), next);
    }
    Some(Ok(making.finish(grid)))
}

/// Gives a cue its length; one that is no number of seconds is kept beside it.
fn keep_length(cue: &mut ImportedCue, text: &str) {
    cue.duration_ns = seconds(text);
    let kept = prose(text);
    if cue.duration_ns.is_none() && !kept.is_empty() {
        cue.extra.push(("Duration".to_owned(), kept));
    }
}

/// Seconds with a decimal point.
fn seconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.trim().parse().ok()?;
    let ns = (seconds * 1000.0).round();
    let ns = (0.0..1e12).contains(&ns).then_some(ns as u64 * MILLISECOND_NS)?;
    (ns <= LONGEST_NS).then_some(ns)
}

/// A show while its cues come.
struct ShowMaking {
    show: Imported,
    written: Vec<Written>,
    output: String,
    /// The list and number of the cue above.
    last: Option<(String, String)>,
    /// The trigger that the cue above gives the next one.
    next: Option<(ImportedTrigger, String)>,
    /// Cues that fire another one than the next by themselves.
    unfollowed: usize,
    /// Rows that are no cues.
    others: usize,
    /// Cues that send nothing: without a number, and with one that no address can hold.
    unfired: (usize, usize),
}

impl ShowMaking {
    fn new(name: &str, kind: &str, output: &str, osc: &str) -> Self {
        let name = one_line(name);
        let title = if name.is_empty() { "Imported show".to_owned() } else { name };
        let outputs = vec![ImportedOutput { id: output.to_owned(), osc: osc.to_owned() }];
        let said = vec![format!(
            "{kind}: each cue sends OSC to the output `{output}`, whose address you have to set"
        )];
        let show = Imported { title, outputs, said, ..Imported::default() };
        ShowMaking {
            show,
            written: vec![],
            output: output.to_owned(),
            last: None,
            next: None,
            unfollowed: 0,
            others: 0,
            unfired: (0, 0),
        }
    }

    fn left_out(&mut self, rows: usize) {
        self.others = rows;
    }

    fn scene(&mut self, title: &str) {
        self.show
            .segments
            .push(ImportedSegment { title: title.to_owned(), ..ImportedSegment::default() });
    }

    fn note(&mut self, note: String) {
        let last = self.show.segments.last_mut().and_then(|segment| segment.cues.last_mut());
        if let Some(cue) = last {
            cue.notes.push(note);
        }
    }

    /// Adds a cue, which fires one of `whom` by `address`; `next` is the trigger of the next one.
    fn cue(
        &mut self,
        mut cue: ImportedCue,
        number: String,
        (address, whom): (String, &str),
        next: Option<(ImportedTrigger, String)>,
    ) {
        if cue.title.is_empty() {
            cue.title = one_line(&format!("Cue {number}"));
            cue.assumed_title = true;
        }
        let is_address = is_address(&address) && address.len() <= ADDRESS_MAX;
        match self.next.take() {
            // It fires the next cue itself: a message would fire it twice.
            Some((trigger, how)) => {
                cue.notes.push(format!("Fired by {whom} itself ({how})"));
                cue.trigger = Some(trigger);
            }
            None if is_address => cue.osc = Some((self.output.clone(), address)),
            None if number.is_empty() => self.unfired.0 += 1,
            None => self.unfired.1 += 1,
        }
        self.next = next;
        if self.show.segments.is_empty() {
            let title = self.show.title.clone();
            self.scene(&title);
        }
        self.written.push(Written {
            text: Some(number).filter(|text| !text.is_empty()),
            is_numeric: false,
            row: cue.row,
        });
        if let Some(segment) = self.show.segments.last_mut() {
            segment.duration_ns += A_CUE_NS;
            segment.cues.push(cue);
        }
    }

    fn finish(mut self, grid: &Grid) -> Imported {
        self.show.said.push("it does not say how long anything runs: each segment got a minute for each of its cues".to_owned());
        let unfired = [
            (self.unfired.0, "no number there"),
            (self.unfired.1, "a number that OSC cannot hold"),
        ];
        for (count, why) in unfired.into_iter().filter(|(count, _)| *count > 0) {
            let (have, send) = if count == 1 { ("has", "sends") } else { ("have", "send") };
            let cues = counted(count, "cue");
            self.show.said.push(format!("{cues} {have} {why} and {send} nothing"));
        }
        if self.others > 0 {
            let rows = counted(self.others, "row");
            self.show.said.push(format!("{rows} of other kinds than cues left out"));
        }
        if self.unfollowed > 0 {
            let cues = counted(self.unfollowed, "cue");
            self.show.said.push(format!(
                "{cues} with a follow to another cue than the next: kept under `extra` as “Follow”; the desk fires that cue itself"
            ));
        }
        if !self.show.segments.iter().flat_map(|segment| &segment.cues).any(|cue| cue.osc.is_some())
        {
            self.show.outputs.clear();
        }
        self.show.segments.retain(|segment| !segment.cues.is_empty());
        let long = self.show.segments.iter_mut().filter(|segment| segment.duration_ns > LONGEST_NS);
        long.for_each(|segment| segment.duration_ns = LONGEST_NS);
        // A cue's own length may be longer than the minutes that were assumed.
        for segment in &mut self.show.segments {
            let longest = segment.cues.iter().filter_map(|cue| cue.duration_ns).max().unwrap_or(0);
            segment.duration_ns = segment.duration_ns.max(longest);
        }
        numbers::number(&mut self.show, &self.written, &|row| grid.place(row, 1));
        cells::cut(&mut self.show, &|row| grid.place(row, 1));
        self.show
    }
}
