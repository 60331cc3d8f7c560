//! The cells of a line as the words of a cue: notes, departments, people, and columns of the
//! author's own.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::columns::{Column, SheetField};
use super::grid::{Row, Value};
use super::imported::{Doubt, Imported, ImportedCue, ImportedDepartment};
use super::layout::Layout;
use super::lines::Line;
use crate::plain;
use crate::show::NO_TITLE;
use crate::show::file::is_id;
use crate::show::problem::{ProblemPlace, letters};

/// The most departments of a cue.
const NEEDS_MAX: usize = 16;
/// The longest text of several lines in a show file, characters.
const PROSE_MAX: usize = 20_000;
/// The most columns of the author's own of a cue.
const EXTRA_MAX: usize = 99;
/// The longest text of one line in a show file, characters.
pub(super) const LINE_MAX: usize = 1_000;

/// Things that are gathered of all lines.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The departments with anything to do.
    pub departments: Departments,
    /// The names of people, in the order in which they come.
    pub people: Vec<String>,
    /// The same names, to find them.
    known: HashSet<String>,
    /// The cells that begin like a formula, by their addresses.
    pub formulas: Vec<String>,
}

/// The cue of a line, without its number and its times.
pub(super) fn cue(layout: &Layout, line: &Line<'_>, gathered: &mut Gathered) -> ImportedCue {
    let mut cue = ImportedCue { row: line.row.number, ..ImportedCue::default() };
    let mut filling = FillingCells { cue: &mut cue, gathered, notes: vec![], departments: vec![] };
    for row in std::iter::once(&line.row).chain(&line.more) {
        for column in &layout.columns {
            filling.cell(row, column, row.number == line.row.number);
        }
    }
    let FillingCells { notes, departments, .. } = filling;
    cue.extra.extend(line.untimed.iter().cloned());
    cue.title = one_line(&line.title);
    if cue.title.is_empty() {
        cue.assumed_title = true;
        let words = cue.call.iter().chain(&notes).chain(&departments).next();
        let first = words.and_then(|text| text.lines().next());
        cue.title = first
            .map(one_line)
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| NO_TITLE.to_owned());
    }
    if line.title.chars().count() > LINE_MAX {
        cue.notes.push(prose(&line.title));
    }
    cue.notes.extend(notes.into_iter().chain(departments));
    cue
}

/// Cuts what a show file has no room for, and says so at the `place` of its row. A cell of a
/// spreadsheet can hold more than the notes of a cue.
pub(super) fn cut(show: &mut Imported, place: &dyn Fn(u32) -> ProblemPlace) {
    for segment in &mut show.segments {
        if let Some(notes) = &mut segment.notes
            && notes.chars().count() > PROSE_MAX
        {
            *notes = notes.chars().take(PROSE_MAX).collect();
            show.doubts.push(Doubt::new(place(segment.row), too_long("the notes")));
        }
        for cue in &mut segment.cues {
            cut_cue(cue, place, &mut show.doubts);
        }
    }
}

/// Words for a text of a row that was cut.
fn too_long(what: &str) -> String {
    format!("{what} of this row have more than {PROSE_MAX} characters: cut")
}

fn cut_cue(cue: &mut ImportedCue, place: &dyn Fn(u32) -> ProblemPlace, doubts: &mut Vec<Doubt>) {
    // The rest goes to the notes, which have no such limit.
    if cue.extra.len() > EXTRA_MAX {
        let rest = cue.extra.split_off(EXTRA_MAX);
        cue.notes.extend(rest.into_iter().map(|(name, text)| format!("{name}: {text}")));
    }
    let mut names: HashSet<String> = HashSet::new();
    for (name, _) in &mut cue.extra {
        let (own, mut n) = (name.clone(), 2);
        while !names.insert(name.clone()) {
            *name = format!("{own} {n}");
            n += 1;
        }
    }
    let notes = cue.notes.join("\n");
    if notes.chars().count() > PROSE_MAX {
        cue.notes = vec![notes.chars().take(PROSE_MAX).collect()];
        doubts.push(Doubt::new(place(cue.row), too_long("the notes")));
    }
    for (name, text) in &mut cue.extra {
        if text.chars().count() > PROSE_MAX {
            *text = text.chars().take(PROSE_MAX).collect();
            let what = format!("{name} has more than {PROSE_MAX} characters: cut");
            doubts.push(Doubt::new(place(cue.row), what));
        }
    }
}

/// The departments that have anything to do, by their columns.
#[derive(Debug, Default)]
pub(super) struct Departments {
    by_column: BTreeMap<u32, ImportedDepartment>,
    /// Those that the file names, in its order.
    declared: Vec<ImportedDepartment>,
    ids: UniqueIds,
}

impl Departments {
    /// Takes the text in a department's column, of this name, for a cue: the cue needs it where it has
    /// something to do. Gives the note on it, where the text says more than that.
    pub(super) fn need(
        &mut self,
        column: u32,
        name: &str,
        text: &str,
        cue: &mut ImportedCue,
    ) -> Option<String> {
        let lower = text.to_lowercase();
        if is_nothing(&lower) {
            return None;
        }
        let Departments { by_column, ids, declared: _ } = self;
        let department = by_column.entry(column).or_insert_with(|| ImportedDepartment {
            id: ids.unused(name),
            name: name.to_owned(),
            colour: None,
            has_own_id: false,
        });
        if !cue.needs.contains(&department.id) && cue.needs.len() < NEEDS_MAX {
            cue.needs.push(department.id.clone());
        }
        (!is_mark(&lower)).then(|| format!("{name}: {text}"))
    }

    /// Takes in a department that the file names with its id, and its column where it has one. Gives
    /// `false` where the id is none, or was there already: it has another one then.
    pub(super) fn declare(&mut self, column: Option<u32>, department: &ImportedDepartment) -> bool {
        let is_kept = is_id(&department.id) && self.ids.taken.insert(department.id.clone());
        let mut one = department.clone();
        if !is_kept {
            (one.id, one.has_own_id) = (self.ids.unused(&one.name), false);
        }
        self.declared.push(one.clone());
        self.by_column.extend(column.map(|column| (column, one)));
        is_kept
    }

    /// Returns `true` if a column is known to be a department's.
    pub(super) fn has(&self, column: u32) -> bool {
        self.by_column.contains_key(&column)
    }

    /// The place of a department among those that the file names.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.declared.iter().position(|one| one.id == id)
    }

    /// All of them: those that the file names in its order, others from left to right.
    pub(super) fn into_list(self) -> Vec<ImportedDepartment> {
        let Departments { by_column, declared, ids: _ } = self;
        let is_declared = |one: &ImportedDepartment| declared.iter().any(|it| it.id == one.id);
        let others: Vec<_> = by_column.into_values().filter(|one| !is_declared(one)).collect();
        declared.into_iter().chain(others).collect()
    }
}

struct FillingCells<'a> {
    cue: &'a mut ImportedCue,
    gathered: &'a mut Gathered,
    notes: Vec<String>,
    departments: Vec<String>,
}

impl FillingCells<'_> {
    /// Takes the cell of a row; `is_first` is the row that the cue begins with.
    fn cell(&mut self, row: &Row, column: &Column, is_first: bool) {
        let Some(cell) = row.cell(column.column) else { return };
        let text = prose(&cell.text());
        if text.is_empty() {
            return;
        }
        if matches!(&cell.value, Value::Text(text) if text.starts_with('=')) {
            self.gathered.formulas.push(format!("{}{}", letters(column.column), row.number));
        }
        match column.field {
            // They are read where the times are.
            SheetField::Number
            | SheetField::Title
            | SheetField::Start
            | SheetField::End
            | SheetField::Duration => {}
            SheetField::Ignored => {}
            SheetField::Act => {}
            SheetField::Notes => self.notes.push(text),
            SheetField::Call => {
                let call = self.cue.call.take().into_iter().chain([text]).collect::<Vec<_>>();
                let call = call.join(" ");
                if call.chars().count() > LINE_MAX {
                    self.notes.push(format!("{}: {call}", name(column)));
                }
                self.cue.call = Some(one_line(&call));
            }
            SheetField::People => {
                self.notes.push(format!("{}: {text}", name(column)));
                self.people(&text);
            }
            SheetField::Department => {
                let departments = &mut self.gathered.departments;
                let note = departments.need(column.column, &name(column), &text, self.cue);
                self.departments.extend(note);
            }
            SheetField::Extra => {
                let name = name(column);
                match self.cue.extra.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) if !is_first => known.extend(["\n", &text]),
                    Some(_) => {
                        self.cue.extra.push((format!("{name} {}", letters(column.column)), text))
                    }
                    None => self.cue.extra.push((name, text)),
                }
            }
        }
    }

    /// Keeps the names of people in a text: two to four words with capital letters.
    fn people(&mut self, text: &str) {
        for name in text.split(['\n', ',', ';', '/', '&', '+']).flat_map(|text| text.split(" and "))
        {
            let name = plain::clean(name.split('(').next().unwrap_or_default());
            let words: Vec<&str> = name.split(' ').collect();
            let is_word = |word: &&str| {
                let mut chars = word.chars();
                // An initial is a word too.
                chars.next().is_some_and(char::is_uppercase)
                    && (chars.any(char::is_lowercase) || (word.len() <= 3 && word.ends_with('.')))
                    && word.chars().all(|c| c.is_alphabetic() || "'’-.".contains(c))
            };
            if (2..=4).contains(&words.len())
                && words.iter().all(is_word)
                && self.gathered.known.insert(name.clone())
            {
                self.gathered.people.push(name);
            }
        }
    }
}

/// Returns `true` for a text in small letters that says that a department has nothing to do.
fn is_nothing(text: &str) -> bool {
    matches!(
        text,
        "-" | "–"
            | "—"
            | "n/a"
            | "na"
            | "none"
            | "no"
            | "n"
            | "nein"
            | "non"
            | "nil"
            | "false"
            | "/"
            | "."
    )
}

/// Returns `true` for a text in small letters that says that a department has something to do, and
/// nothing else; "ready" is what `handover export` writes.
pub(super) fn is_mark(text: &str) -> bool {
    matches!(text, "x" | "✓" | "✔" | "yes" | "y" | "ja" | "oui" | "•" | "●" | "true" | "ready")
}

/// The name of a column, which may have none above it.
pub(super) fn name(column: &Column) -> String {
    let name = plain::clean(&column.name);
    if name.is_empty() { format!("Column {}", letters(column.column)) } else { name }
}

/// A text on one line, as long as a show file takes it.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    plain::clean(&words).chars().take(LINE_MAX).collect()
}

/// A text on as many lines as it has, without what no show file takes.
pub(super) fn prose(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = plain::lines(&text);
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Ids, none of them twice.
#[derive(Debug, Default)]
pub(super) struct UniqueIds {
    taken: HashSet<String>,
    /// The number of times that each was asked for.
    asked: HashMap<String, u32>,
}

impl UniqueIds {
    /// Takes an id that is there already.
    pub(super) fn take(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }

    /// An id that a name gives, and that none before was.
    pub(super) fn unused(&mut self, name: &str) -> String {
        let id = id(name);
        let count = self.asked.entry(id.clone()).or_default();
        loop {
            *count = count.saturating_add(1);
            let one = if *count == 1 { id.clone() } else { format!("{id}-{count}") };
            if self.taken.insert(one.clone()) {
                return one;
            }
        }
    }
}

/// The id that a name gives: small letters and digits, with `-` for anything else.
fn id(name: &str) -> String {
    let mut id = String::new();
    for c in name.chars().take(40) {
        let plain = plain::unaccented(c).to_ascii_lowercase();
        match plain {
            c if c.is_ascii_alphanumeric() => id.push(c),
            _ if id.is_empty() || id.ends_with('-') => {}
            _ => id.push('-'),
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() { "unnamed".to_owned() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_a_name() {
        for (name, id) in
            [("LX", "lx"), ("Big Screen", "big-screen"), ("Bühne", "buhne"), ("灯", "unnamed")]
        {
            assert_eq!(UniqueIds::default().unused(name), id);
        }
        let mut ids = UniqueIds::default();
        let all = ["LX-2", "LX", "lx", "Lx"].map(|name| ids.unused(name));
        assert_eq!(all, ["lx-2", "lx", "lx-3", "lx-4"]);
    }
}
