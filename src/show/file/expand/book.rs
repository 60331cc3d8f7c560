//! Writes a show out, table by table: what comes from included files, and the cues of templates.

use std::collections::HashMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::{NamedValues, Scope, words};
use super::writer::{NameKinds, Sense, Writer, WrittenFile, sorted};
use super::{NAMED, SourceFile, Templates, sense};
use crate::show::file::WITH_FIX;
use crate::show::file::fields::Fields;
use crate::show::file::reader::{Reader, quoted};
use crate::show::problem::{Problem, ProblemPlace};

/// A show while it is written out.
pub(super) struct Book<'s, 't> {
    /// The text so far.
    pub(super) writer: Writer,
    /// The files; the show file is the last.
    pub(super) sources: &'s [SourceFile<'t>],
    /// The templates of all files.
    pub(super) templates: Templates<'t>,
    /// The stretches that come from included files.
    pub(super) included: Vec<Range<usize>>,
    /// For each segment the places of the cues that it takes from a template.
    pub(super) taken: Vec<Vec<ProblemPlace>>,
    /// Some file could not be included, which was reported: what seems unknown may be in there.
    pub(super) lacks_files: bool,
}

impl<'s> Book<'s, '_> {
    /// Writes all of it; `reader` is that of the show file.
    pub(super) fn write(&mut self, reader: &Reader<'_>) {
        let sources = self.sources;
        let Some(own) = sources.last() else { return };
        let sense = sense(own);
        let is_table = |value: &Spanned<DeValue<'_>>| value.get_ref().is_table();
        let is_list = |value: &Spanned<DeValue<'_>>| {
            let list = value.get_ref().as_array();
            list.is_some_and(|list| !list.is_empty() && list.iter().all(is_table))
        };
        let is_apart = |key: &str, value| match key {
            "include" | "vars" | "template" => true,
            "segment" => is_list(value),
            _ => is_table(value),
        };
        for (key, value) in sorted(own.tree) {
            if !is_apart(key.get_ref(), value) {
                self.writer.entry(own.part, (key, value), &sense, NameKinds::ByKey);
                self.writer.out.push('\n');
            }
        }
        for (key, value) in sorted(own.tree) {
            let name: &str = key.get_ref();
            let is_other = !NAMED.contains(&name)
                && !matches!(name, "include" | "vars" | "template" | "segment");
            if let Some(table) = value.get_ref().as_table().filter(|_| is_other) {
                let header = format!("[{}]", crate::show::written::key(name));
                self.writer.header((own.part, value.span()), None, &header);
                self.writer.entries(own.part, table, &sense, &[]);
            }
        }
        for kind in NAMED {
            self.named(kind);
        }
        let segments = own.tree.get("segment").filter(|list| is_list(list));
        let segments = segments.and_then(|list| list.get_ref().as_array());
        for segment in segments.into_iter().flat_map(|list| list.iter()) {
            if let Some(table) = segment.get_ref().as_table() {
                self.segment(own, reader, (table, segment.span()));
            }
        }
        self.unused(own);
    }

    /// Writes what all files have of one kind, such as departments, those of included files first.
    fn named(&mut self, kind: &'static str) {
        let (sources, mut known) = (self.sources, HashMap::new());
        for source in sources {
            let begin = self.writer.out.len();
            let sense = sense(source);
            let Some(value) = source.tree.get(kind) else { continue };
            let Some(table) = value.get_ref().as_table() else {
                // That of the show file is written where it stands.
                if source.part.home + 1 < sources.len() {
                    let place = self.writer.place(source.part, value.span());
                    let fix = format!("write `[{kind}.ID]`");
                    self.writer.faults.fault(place, format!("`{kind}` is not a table"), fix);
                }
                continue;
            };
            for (id, value) in sorted(table) {
                let name: &str = id.get_ref();
                let first = known.insert(name, (source.part, id.span()));
                if let Some((part, span)) = first {
                    let (place, first) =
                        (self.writer.place(source.part, id.span()), self.writer.place(part, span));
                    let what = format!("the id {} is used twice", quoted(name));
                    let fix = format!("give one {kind} another id, or take one of them out");
                    let related = (first, "it is used here first".to_owned());
                    self.writer.faults.fault_beside(place, what, fix, related);
                    continue;
                }
                match value.get_ref().as_table() {
                    Some(fields) => {
                        self.writer.named_header((source.part, value.span()), kind, id);
                        self.writer.entries(source.part, fields, &sense, &[]);
                    }
                    None => {
                        let place = self.writer.place(source.part, value.span());
                        let what = format!("{} is not a table", quoted(name));
                        let fix = format!("write `[{kind}.{name}]`, and its keys below that");
                        self.writer.faults.fault(place, what, fix);
                    }
                }
            }
            if source.part.home + 1 < sources.len() {
                self.included.push(begin..self.writer.out.len());
            }
        }
    }

    /// Writes a segment with its cues, those of its template first.
    fn segment(
        &mut self,
        own: &'s SourceFile<'_>,
        reader: &Reader<'_>,
        (table, span): (&DeTable<'_>, Range<usize>),
    ) {
        let mut fields = Fields::new(reader, table, span.clone(), "a segment");
        let name = fields.find("use");
        let with = fields.find("with");
        let values = with.and_then(|with| with.fields("the values for a template"));
        let values = values.map(|fields| words(&fields, Some(&sense(own).scope)));
        if fields.has("with") && !fields.has("use") {
            let what = "`with` is there without `use`";
            reader.fault(fields.key_span("with"), what, WITH_FIX);
        }
        let mut scope = sense(own).scope;
        if let Some(values) = &values {
            scope.0.insert(0, values);
        }
        let sense = Sense { scope: scope.clone(), used: None };
        self.writer.header((own.part, span), None, "[[segment]]");
        let cues = table.get("cue").and_then(|list| list.get_ref().as_array());
        let cues = cues.filter(|cues| cues.iter().all(|cue| cue.get_ref().is_table()));
        let apart: &[&str] = match cues {
            Some(_) => &["use", "with", "cue"],
            None => &["use", "with"],
        };
        self.writer.entries(own.part, table, &sense, apart);
        let name = name.and_then(|name| Some((name.span.clone(), name.text()?)));
        let taken = name.and_then(|name| self.template(name, reader, scope));
        let is_written = taken.is_some();
        self.taken.push(taken.unwrap_or_default());
        for cue in cues.into_iter().flat_map(|cues| cues.iter()) {
            self.cue(own.part, cue, &sense);
        }
        for (name, word) in values.iter().flat_map(|values| &values.0) {
            if is_written && !word.is_used.get() {
                let what = format!("neither the template nor the segment has `{{{name}}}`");
                let warning = Problem::warning(word.name.clone(), what, "use it, or remove it");
                self.writer.faults.report(warning);
            }
        }
    }

    /// Writes the cues of a template; gives their places, if there is such a template.
    fn template(
        &mut self,
        (used, id): (Range<usize>, &str),
        reader: &Reader<'_>,
        scope: Scope<'_>,
    ) -> Option<Vec<ProblemPlace>> {
        let Some(template) = self.templates.0.get(id) else {
            let known = self.templates.0.keys().copied();
            let fix = reader.suggestion(id, known).unwrap_or_else(|| {
                format!("add `[[template.{id}.cue]]` with the cues of the template")
            });
            if !self.lacks_files {
                reader.fault(used, format!("there is no template {}", quoted(id)), fix);
            }
            return None;
        };
        template.is_used.set(true);
        let (sources, cues) = (self.sources, template.cues.clone());
        let source = sources.get(template.part)?;
        let is_own = template.part + 1 == sources.len();
        // The braces of a template are always those of names.
        let none = NamedValues::default();
        let words = source.words.as_ref().filter(|_| !is_own).unwrap_or(&none);
        let scope = Scope(scope.0.into_iter().chain([words]).collect());
        let sense = Sense { scope, used: Some(used) };
        for cue in &cues {
            self.cue(source.part, cue, &sense);
        }
        let place = |cue: &&Spanned<DeValue<'_>>| self.writer.place(source.part, cue.span());
        Some(cues.iter().map(place).collect())
    }

    fn cue(&mut self, part: WrittenFile<'_>, cue: &Spanned<DeValue<'_>>, sense: &Sense<'_>) {
        if self.writer.is_full() {
            return;
        }
        let Some(table) = cue.get_ref().as_table() else { return };
        self.writer.header((part, cue.span()), sense.used.as_ref(), "[[segment.cue]]");
        self.writer.entries(part, table, sense, &[]);
    }

    /// Warns of what the show file itself has and nothing uses.
    fn unused(&self, own: &SourceFile<'_>) {
        if self.lacks_files {
            return;
        }
        let warn = |span: Range<usize>, what: String| {
            let warning = Problem::warning(ProblemPlace::from(span), what, "use it, or remove it");
            self.writer.faults.report(warning);
        };
        for (id, template) in &self.templates.0 {
            if template.part == own.part.home && !template.is_used.get() {
                warn(template.id.clone(), format!("no segment uses the template {}", quoted(id)));
            }
        }
        for (name, word) in own.words.iter().flat_map(|words| &words.0) {
            if !word.is_used.get() {
                warn(word.name.clone(), format!("no text has `{{{name}}}`"));
            }
        }
    }
}
