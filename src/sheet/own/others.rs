//! The columns of an export that have a name of the show's own: those of departments and of the
//! author; and columns that somebody has added since.

use std::collections::{BTreeMap, HashMap};

use super::names::{NAMES, Own};
use super::{OwnReading, Row, SENDS_TO};
use crate::plain;
use crate::sheet::cells::{Departments, is_mark, one_line, prose};
use crate::sheet::columns::{self, SheetField};
use crate::sheet::grid::Cell;
use crate::sheet::imported::{ImportedCue, ImportedDepartment};
use crate::show::problem::{letters, quoted};

/// The end of the name of a column that is the author's own.
pub(in super::super) const EXTRA: &str = " (extra)";

/// A column that no export has by itself.
pub(super) struct Other {
    pub(super) name: String,
    is_department: bool,
}

/// The columns that no export has by itself, by their places.
pub(super) type Others = BTreeMap<u32, Other>;

/// The departments that an export names with their ids: `snd = Sound; lx = Lights`.
fn declared(words: &str) -> Vec<ImportedDepartment> {
    let parts = plain::parted(words);
    let department = |part: &String| {
        let (id, name) = part.trim().split_once(" = ")?;
        let has_own_id = true;
        let (id, name) = (id.to_owned(), one_line(name));
        Some(ImportedDepartment { id, name, colour: None, has_own_id })
    };
    parts.iter().filter_map(department).collect()
}

/// A cell of a department that says nothing but that it has to be ready, and its place among those
/// of the cue: `ready`, `ready 2`.
fn mark(text: &str) -> Option<usize> {
    let lower = text.to_lowercase();
    let place = || lower.strip_prefix("ready ")?.trim().parse().ok();
    if is_mark(&lower) { Some(0) } else { place() }
}

/// Finds out what each of these columns is: the departments are those that the export names, and
/// otherwise those whose cells are marks. Somebody may have written words into some of them since.
fn tell_apart(rows: &[Row], named: Vec<(u32, String)>, known: &Departments) -> Others {
    // Of each column, its filled cells and those that are marks.
    let mut filled: HashMap<u32, (usize, usize)> = HashMap::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        let text = cell.text();
        if !text.is_empty() {
            let (all, marks) = filled.entry(cell.column).or_default();
            *all += 1;
            *marks += usize::from(mark(&text).is_some());
        }
    }
    let tell = |(column, name): (u32, String)| {
        let (all, marks) = filled.get(&column).copied().unwrap_or_default();
        if known.has(column) {
            return (column, Other { name, is_department: true });
        }
        if let Some(name) = name.strip_suffix(EXTRA) {
            return (column, Other { name: name.to_owned(), is_department: false });
        }
        let is_department = columns::meaning(&name) == Some(SheetField::Department)
            || (marks > 0 && marks * 2 >= all);
        (column, Other { name, is_department })
    };
    named.into_iter().map(tell).collect()
}

impl OwnReading<'_> {
    /// Takes in the columns of these names and the departments that the export names.
    pub(super) fn take_others(&mut self, rows: &[Row], named: Vec<(u32, String)>) {
        let cells = rows.iter().map(|row| (row.number, self.text(row, Own::Departments)));
        let said = cells.into_iter().find(|(_, words)| !words.is_empty());
        let mut left = named.clone();
        if let Some((row, words)) = said {
            for one in declared(&words) {
                let place = left.iter().position(|(_, name)| *name == one.name);
                let column = place.map(|place| left.remove(place).0);
                if !self.departments.declare(column, &one) {
                    let what = format!("{} is no id for a department", quoted(&one.id));
                    self.doubt(row, Own::Departments, format!("{what}: another one was given"));
                }
            }
        }
        self.others = tell_apart(rows, named, &self.departments);
    }

    /// The name of such a column.
    pub(super) fn name(&self, column: u32, other: &Other) -> String {
        match other.name.as_str() {
            "" => format!("Column {}", letters(column)),
            name => name.to_owned(),
        }
    }

    /// The cells of departments, and of columns that are the author's own.
    pub(super) fn others(&mut self, row: &Row, cue: &mut ImportedCue) {
        // Those in another order than in the show come with their places.
        let mut needs: Vec<(usize, String)> = vec![];
        for cell in &row.cells {
            let Some(other) = self.others.get(&cell.column) else { continue };
            let text = prose(&self.free(cell));
            if text.is_empty() {
                continue;
            }
            let name = self.name(cell.column, other);
            if !other.is_department {
                // A show that was imported keeps there what its cues send to.
                cue.extra.retain(|(known, _)| *known != name || known != SENDS_TO);
                cue.extra.push((name, text));
                continue;
            }
            let place = mark(&text);
            let words = if place.is_some() { "ready" } else { &text };
            let note = self.departments.need(cell.column, &name, words, cue);
            cue.notes.extend(note);
            let new = cue.needs.get(needs.len()).cloned();
            needs.extend(new.map(|id| (place.unwrap_or_default(), id)));
        }
        needs.sort_by_key(|(place, id)| (*place, self.departments.place(id)));
        cue.needs = needs.into_iter().map(|(_, id)| id).collect();
    }

    /// The cells of a segment's row that only a cue can have, in words.
    pub(super) fn of_cues(&self, row: &Row) -> Vec<String> {
        let own = |column: u32| self.own.iter().find(|(_, known)| *known == column);
        let only_of_cues = |cell: &&Cell| match own(cell.column) {
            Some((Own::Cue | Own::Title | Own::Start | Own::FromStart, _)) => false,
            Some((Own::Duration | Own::Trigger | Own::Act | Own::Notes, _)) => false,
            Some((Own::Count | Own::Settings | Own::Show | Own::TimeZone, _)) => false,
            Some((Own::Date | Own::Departments, _)) => false,
            Some((Own::Lasts | Own::Call | Own::Source | Own::Steps, _)) => true,
            Some((Own::BackupFor | Own::SendsTo, _)) => true,
            None => self.others.contains_key(&cell.column),
        };
        let cells = row.cells.iter().filter(|cell| !cell.is_shared && !cell.text().is_empty());
        let words = |cell: &Cell| {
            let name = match self.others.get(&cell.column) {
                Some(other) => self.name(cell.column, other),
                None => own(cell.column)
                    .and_then(|(column, _)| NAMES.iter().find(|(_, known)| known == column))
                    .map_or_else(String::new, |(name, _)| (*name).to_owned()),
            };
            format!("{name}: {}", prose(&cell.text()))
        };
        cells.filter(only_of_cues).map(words).collect()
    }
}
