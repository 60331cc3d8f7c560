//! Writes a show as one plain text, and keeps where each part of it comes from.
//!
//! Values stay as somebody wrote them, but for the names in their texts. What stands under headers
//! of any kind is written as people write it: a header for each department, segment or cue, and all
//! else behind its key.

#![expect(clippy::wildcard_enum_match_arm, reason = "the values are toml's")]

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::map::{FileHome, Map};
use super::names::{Scope, alone, filled};
use crate::show::faults::Faults;
use crate::show::file::BYTES_MAX;
use crate::show::problem::{Problem, ProblemPlace};
use crate::show::written;

/// The keys whose values are no texts, outside of a cue's messages.
const NO_TEXTS: [&str; 7] = ["embargo", "public", "together", "at", "start", "end", "date"];

/// Kinds of the values that texts become which are nothing but a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameKinds {
    /// Those of the keys: texts, but for [`NO_TEXTS`] and a cue's messages.
    ByKey,
    /// That of the named value, a number perhaps.
    Own,
    /// Texts, whatever the keys are called: extra columns may have any name.
    Texts,
}

impl NameKinds {
    /// The kinds below the key `name`.
    fn below(self, name: &str) -> Self {
        match self {
            NameKinds::ByKey if name == "extra" => NameKinds::Texts,
            NameKinds::ByKey if name == "do" || NO_TEXTS.contains(&name) => NameKinds::Own,
            NameKinds::ByKey | NameKinds::Own | NameKinds::Texts => self,
        }
    }
}

/// A file whose parts are written.
#[derive(Clone, Copy)]
pub(super) struct WrittenFile<'t> {
    /// Its place in the list of files.
    pub(super) home: usize,
    /// Its text.
    pub(super) text: &'t str,
}

/// Values that the texts of a part may name, and the use of the part.
#[derive(Clone)]
pub(super) struct Sense<'a> {
    /// The values.
    pub(super) scope: Scope<'a>,
    /// The place in the show file at which the template is used that is written.
    pub(super) used: Option<Range<usize>>,
}

/// The text so far.
pub(super) struct Writer {
    /// The text.
    pub(super) out: String,
    /// The places in it.
    pub(super) map: Map,
    /// Faults at the places of the files.
    pub(super) faults: Faults,
}

/// The entries of a table in the order of the file.
pub(super) fn sorted<'t>(
    table: &'t DeTable<'t>,
) -> Vec<(&'t Spanned<DeString<'t>>, &'t Spanned<DeValue<'t>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Writer {
    /// Nothing yet, of the files `homes`.
    pub(super) fn new(homes: Vec<FileHome>) -> Self {
        Writer { out: String::new(), map: Map::new(homes), faults: Faults::from(vec![]) }
    }

    /// Returns `true` if more was written than a show may have.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() > BYTES_MAX
    }

    /// The place of `span` in a file.
    pub(super) fn place(&self, part: WrittenFile<'_>, span: Range<usize>) -> ProblemPlace {
        let home = self.map.homes.get(part.home);
        home.map_or_else(|| ProblemPlace::from(span.clone()), |home| home.place(span.clone()))
    }

    /// Writes something that comes from `from` in a file.
    fn piece(
        &mut self,
        (part, from): (WrittenFile<'_>, Range<usize>),
        used: Option<&Range<usize>>,
        write: impl FnOnce(&mut Self),
    ) {
        self.map.begin(self.out.len(), (part.home, from), used);
        write(self);
        self.map.end(self.out.len());
    }

    /// Writes the header of a table, with an empty line above it.
    pub(super) fn header(
        &mut self,
        (part, from): (WrittenFile<'_>, Range<usize>),
        used: Option<&Range<usize>>,
        header: &str,
    ) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.piece((part, from), used, |writer| writer.out.push_str(header));
        self.out.push('\n');
    }

    /// Writes the header of a table with an id: `[place.stage]`.
    pub(super) fn named_header(
        &mut self,
        (part, from): (WrittenFile<'_>, Range<usize>),
        kind: &str,
        id: &Spanned<DeString<'_>>,
    ) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.piece((part, from), None, |writer| {
            writer.out.push('[');
            writer.out.push_str(kind);
            writer.out.push('.');
            writer.piece((part, id.span()), None, |writer| {
                writer.out.push_str(&written::key(id.get_ref()));
            });
            writer.out.push(']');
        });
        self.out.push('\n');
    }

    /// Writes a line for each entry of a table but those of `apart`.
    pub(super) fn entries(
        &mut self,
        part: WrittenFile<'_>,
        table: &DeTable<'_>,
        sense: &Sense<'_>,
        apart: &[&str],
    ) {
        for (key, value) in sorted(table) {
            if !apart.contains(&&**key.get_ref()) {
                self.entry(part, (key, value), sense, NameKinds::ByKey);
                self.out.push('\n');
            }
        }
    }

    /// Writes a key and its value, whose kinds are `kinds`.
    pub(super) fn entry(
        &mut self,
        part: WrittenFile<'_>,
        (key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>),
        sense: &Sense<'_>,
        kinds: NameKinds,
    ) {
        let name: &str = key.get_ref();
        self.piece((part, key.span()), sense.used.as_ref(), |writer| {
            writer.out.push_str(&written::key(name));
        });
        self.out.push_str(" = ");
        self.value(part, value, sense, kinds.below(name));
    }

    /// Writes a value.
    fn value(
        &mut self,
        part: WrittenFile<'_>,
        value: &Spanned<DeValue<'_>>,
        sense: &Sense<'_>,
        kinds: NameKinds,
    ) {
        if self.is_full() {
            return;
        }
        let from = (part, value.span());
        self.piece(from, sense.used.as_ref(), |writer| match value.get_ref() {
            DeValue::String(text) => match writer.text(part, value, text, sense, kinds) {
                Some(text) => writer.out.push_str(&text),
                None => writer.source(part, value.span()),
            },
            DeValue::Array(list) => {
                let source = part.text.get(value.span()).unwrap_or_default();
                let is_tall = list.len() > 1 && (source.contains('\n') || source.starts_with("[["));
                writer.out.push('[');
                for (at, one) in list.iter().enumerate() {
                    match (is_tall, at) {
                        (true, _) => writer.out.push_str("\n  "),
                        (false, 0) => {}
                        (false, _) => writer.out.push_str(", "),
                    }
                    writer.value(part, one, sense, kinds);
                    if is_tall {
                        writer.out.push(',');
                    }
                }
                writer.out.push_str(if is_tall { "\n]" } else { "]" });
            }
            DeValue::Table(table) if table.is_empty() => writer.out.push_str("{}"),
            DeValue::Table(table) => {
                writer.out.push_str("{ ");
                for (at, entry) in sorted(table).into_iter().enumerate() {
                    if at > 0 {
                        writer.out.push_str(", ");
                    }
                    writer.entry(part, entry, sense, kinds);
                }
                writer.out.push_str(" }");
            }
            _ => writer.source(part, value.span()),
        });
    }

    /// Writes what the file has.
    fn source(&mut self, part: WrittenFile<'_>, span: Range<usize>) {
        self.out.push_str(part.text.get(span).unwrap_or_default());
    }

    /// A text with the values of its names in TOML; nothing if it has none.
    fn text(
        &mut self,
        part: WrittenFile<'_>,
        value: &Spanned<DeValue<'_>>,
        text: &str,
        sense: &Sense<'_>,
        kinds: NameKinds,
    ) -> Option<String> {
        let scope = &sense.scope;
        if kinds == NameKinds::Own
            && let Some(source) = alone(text).and_then(|name| scope.get(name)?.source.clone())
        {
            return Some(source);
        }
        let writer = &*self;
        let filled = filled(text, scope, |name| {
            let (what, fix) = scope.unknown(&writer.faults, name);
            let problem = Problem::error(writer.place(part, value.span()), what, fix);
            writer.faults.report(match &sense.used {
                Some(used) => problem.beside(used.clone(), super::map::USED),
                None => problem,
            });
        });
        Some(written::prose(&filled?))
    }
}
