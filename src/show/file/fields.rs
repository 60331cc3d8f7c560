//! A table of the show file, read key by key.
//!
//! Every key that is asked for becomes a known key; [`Fields::finish`] reports the others. So the
//! code that reads a table is the only list of its keys, and no key can be forgotten in a second
//! one.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::reader::{Reader, SourceText, one_of, quoted};
use super::value::Value;
use crate::show::draft::{Entry, Placed};
use crate::show::problem::ProblemPlace;

#[cfg(test)]
thread_local! {
    /// Every key that was asked for on this thread, with what it is a key of: the reference is
    /// tested against it.
    pub static ASKED: std::cell::RefCell<std::collections::BTreeSet<(&'static str, &'static str)>> =
        const { std::cell::RefCell::new(std::collections::BTreeSet::new()) };
}

/// Maximum length of an id, characters.
const ID_MAX: usize = 64;

/// Returns `true` if a text can be an id.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len()) && text.chars().all(is_of_id)
}

/// Returns `true` if a character may stand in an id.
fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// A table and what has been asked of it.
pub(crate) struct Fields<'a> {
    /// Collector of its faults.
    pub reader: &'a Reader<'a>,
    /// Its place: the header `[…]`, the whole `{…}`, or empty for the file itself.
    pub span: Range<usize>,
    table: &'a DeTable<'a>,
    /// Its noun for messages: "a cue".
    noun: &'static str,
    known: Vec<&'static str>,
    /// The marks of its keys: most of the keys that are asked for are not there.
    marks: u64,
    missing: Vec<Missing>,
    /// Keys of a table inside this one, and the key of that table.
    inner: (&'static [&'static str], &'static str),
}

/// Something that a table must have and does not have; told at the end, because a misspelt key may be it.
struct Missing {
    /// The keys of which one would do.
    keys: Vec<&'static str>,
    what: String,
    fix: String,
}

impl<'a> Fields<'a> {
    /// Begins to read `table`.
    pub(crate) fn new(
        reader: &'a Reader<'a>,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        noun: &'static str,
    ) -> Self {
        let marks = table.keys().fold(0, |marks, key| marks | mark(key.get_ref()));
        let known = Vec::with_capacity(16);
        Self { reader, span, table, noun, known, marks, missing: Vec::new(), inner: (&[], "") }
    }

    /// The value of `key`; nothing when it is not there, or was lost to a syntax error.
    pub(crate) fn find(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.know(key);
        let value = self.get(key)?;
        Value::new(self.reader, key, value)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&mut self, key: &'static str, example: &str) -> Option<Value<'a>> {
        if !self.has(key) && self.is_whole() {
            let what = format!("{} has no `{key}`", self.noun);
            self.missing.push(Missing {
                keys: vec![key],
                what,
                fix: format!("add `{key} = {example}`"),
            });
        }
        self.find(key)
    }

    /// The value of a list of tables of which there must be one; `header` begins one in a file.
    pub(crate) fn need_header(&mut self, key: &'static str, header: &str) -> Option<Value<'a>> {
        if !self.has(key) && self.is_whole() {
            let what = format!("{} has no `{key}`", self.noun);
            self.missing.push(Missing { keys: vec![key], what, fix: format!("add `{header}`") });
        }
        self.find(key)
    }

    /// The tables inside `key`, each with its id, in the order of the file.
    pub(crate) fn named(
        &mut self,
        key: &'static str,
        noun: &'static str,
    ) -> Vec<(SourceText<'a>, Fields<'a>)> {
        let Some(tables) = self.find(key).and_then(|value| value.tables()) else {
            return Vec::new();
        };
        let mut entries: Vec<_> = tables.iter().collect();
        entries.sort_by_key(|(id, _)| id.span().start);
        let read = |(id, value): (&'a toml::Spanned<_>, _)| {
            let id = SourceText {
                text: AsRef::<str>::as_ref(id.get_ref()),
                span: self.reader.span(id.span()),
            };
            self.check_id(&id);
            let fields = Value::new(self.reader, id.text, value)?.fields(noun)?;
            Some((id, fields))
        };
        entries.into_iter().filter_map(read).collect()
    }

    /// Reports what keeps a text from being an id. Returns `true` if nothing does.
    pub(crate) fn check_id(&self, id: &SourceText<'_>) -> bool {
        let is_short = id.text.len() <= ID_MAX;
        if !is_short {
            let what = format!("an id of {} characters", id.text.len());
            self.reader.fault(
                id.span.clone(),
                what,
                format!("shorten it to {ID_MAX} characters at most"),
            );
        }
        let fits = !id.text.is_empty() && id.text.chars().all(is_of_id);
        if !fits && !self.reader.is_broken(&id.span) {
            let what = format!("{} cannot be an id", quoted(id.text));
            self.reader.fault(
                id.span.clone(),
                what,
                "write an id of letters a–z, digits, `-` and `_`",
            );
        }
        is_short && fits
    }

    /// Returns `true` if `key` is there, readable or not.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn get(&self, key: &str) -> Option<&'a toml::Spanned<DeValue<'a>>> {
        if self.marks & mark(key) == 0 { None } else { self.table.get(key) }
    }

    /// Place of the key `key`, or of the table if it has none.
    pub(crate) fn key_span(&self, key: &str) -> Range<usize> {
        self.table
            .get_key_value(key)
            .map_or_else(|| self.span.clone(), |(key, _)| self.reader.span(key.span()))
    }

    /// Returns `true` if each of its keys `is_among` those that it may have.
    pub(crate) fn has_only(&self, is_among: impl Fn(&str) -> bool) -> bool {
        self.table.keys().all(|key| is_among(key.get_ref()))
    }

    /// All keys in the order of the file.
    pub(crate) fn keys(&self) -> Vec<SourceText<'a>> {
        let mention = |key: &'a toml::Spanned<_>| SourceText {
            text: AsRef::<str>::as_ref(key.get_ref()),
            span: self.reader.span(key.span()),
        };
        let mut keys: Vec<_> = self.table.keys().map(mention).collect();
        keys.sort_by_key(|key| key.span.start);
        keys
    }

    /// All keys with their values in the order of the file; for tables whose keys are the user's
    /// own.
    pub(crate) fn entries(&self) -> Vec<(SourceText<'a>, Value<'a>)> {
        let value =
            |key: &SourceText<'a>| Value::new(self.reader, key.text, self.table.get(key.text)?);
        self.keys().into_iter().filter_map(|key| value(&key).map(|value| (key, value))).collect()
    }

    /// The value of `key` as what `read` makes of it, at its place.
    pub(crate) fn placed<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Value<'a>) -> Option<T>,
    ) -> Option<Placed<T>> {
        let value = self.find(key)?;
        Some(value.placed(read(&value)?))
    }

    /// The value of `key` as what `read` makes of it, with the places of both.
    pub(crate) fn entry<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Value<'a>) -> Option<T>,
    ) -> Option<Entry<T>> {
        let value = self.find(key)?;
        let (place, at_key) = (value.place(), ProblemPlace::from(self.key_span(key)));
        Some(Entry { value: read(&value)?, place, key: at_key })
    }

    /// Makes `key` a known one without reading it.
    pub(crate) fn know(&mut self, key: &'static str) {
        #[cfg(test)]
        ASKED.with_borrow_mut(|asked| asked.insert((self.noun, key)));
        self.known.push(key);
    }

    /// Makes `key` a known one if it is there: it is never suggested.
    pub(crate) fn know_if_there(&mut self, key: &'static str) {
        #[cfg(test)]
        ASKED.with_borrow_mut(|asked| asked.insert((self.noun, key)));
        if self.has(key) {
            self.known.push(key);
        }
    }

    /// Of `keys`, which exclude each other, the one that is there; a fault when it is not exactly
    /// one.
    ///
    /// `what` they give the table, for messages: "a message".
    pub(crate) fn exactly_one(
        &mut self,
        keys: &[&'static str],
        what: &str,
    ) -> Option<&'static str> {
        keys.iter().for_each(|key| self.know(key));
        let mut there: Vec<_> = keys.iter().copied().filter(|key| self.has(key)).collect();
        there.sort_by_key(|key| self.key_span(key).start);
        match *there.as_slice() {
            [] if self.is_whole() => {
                let what = format!("{} has no {what}", self.noun);
                self.missing.push(Missing {
                    keys: keys.to_vec(),
                    what,
                    fix: format!("add {}", one_of(keys)),
                });
            }
            [first, second, ..] => {
                let what = format!("{} has both `{first}` and `{second}`", self.noun);
                let related = (self.key_span(first), format!("`{first}` stands here"));
                self.reader.fault_beside(self.key_span(second), what, "keep one of them", related);
            }
            _ => {}
        }
        there.first().copied()
    }

    /// Reports `key`, if it is there, as one that does not belong.
    pub(crate) fn refuse(&mut self, key: &'static str, what: &str, fix: &str) {
        self.know_if_there(key);
        if self.has(key) {
            self.reader.fault(self.key_span(key), what, fix);
        }
    }

    /// Names the `keys` of a table inside this one, for who writes one of them here.
    pub(crate) fn inside(&mut self, key: &'static str, keys: &'static [&'static str]) {
        self.inner = (keys, key);
    }

    /// Makes `key`, which is written out before a table is read, a known one. Returns `true` if it is
    /// there all the same: where faults of the syntax come first, or its name is written with
    /// escapes, which is reported.
    pub(crate) fn left_over(&mut self, key: &'static str) -> bool {
        self.know(key);
        let is_there = self.has(key);
        if is_there && !self.reader.has_broken() {
            let what = format!("the key `{key}` is written with a backslash");
            self.reader.fault(self.key_span(key), what, format!("write `{key}`"));
        }
        is_there
    }

    /// Reports every key that nobody has asked for, and what is missing.
    pub(crate) fn finish(mut self) {
        let is_known =
            |key: &toml::Spanned<_>| self.known.contains(&AsRef::<str>::as_ref(key.get_ref()));
        if self.missing.is_empty() && self.table.keys().all(is_known) {
            return;
        }
        for key in self.keys() {
            let lost = || {
                self.reader.is_broken_line(key.span.start) || (self.is_inline() && !self.is_whole())
            };
            if self.known.contains(&key.text) || lost() {
                continue;
            }
            let meant = self.reader.closest(key.text, self.known.iter().copied());
            let (inner, table) = self.inner;
            let fix = match meant {
                _ if inner.contains(&key.text) => {
                    format!("write it inside `{table} = {{ … }}`")
                }
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("remove it; {} knows {}", self.noun, self.known_words()),
            };
            self.reader.fault(
                key.span,
                format!("unknown key {} in {}", quoted(key.text), self.noun),
                fix,
            );
            self.missing
                .retain(|missing| !meant.is_some_and(|meant| missing.keys.contains(&meant)));
        }
        for Missing { what, fix, .. } in self.missing {
            self.reader.fault(self.span.clone(), what, fix);
        }
    }

    fn known_words(&self) -> String {
        let mut known = Vec::with_capacity(self.known.len());
        for key in &self.known {
            if !known.contains(key) {
                known.push(*key);
            }
        }
        one_of(&known).replace(" or ", " and ")
    }

    fn is_inline(&self) -> bool {
        self.reader.source(&self.span).starts_with('{')
    }

    /// Returns `true` if no syntax error has cost it a key.
    pub(crate) fn is_whole(&self) -> bool {
        let broken = match self.is_inline() {
            true => self.reader.is_broken(&self.span),
            false => self.reader.is_broken_table(&self.span),
        };
        !broken
    }
}

/// One bit for a key, by its length and its first letter; few keys of a table share theirs.
fn mark(key: &str) -> u64 {
    let first = key.bytes().next().unwrap_or(0);
    1 << ((key.len() as u64 * 7 + u64::from(first)) % 64)
}

/// The kind of a value as a message names it.
pub(crate) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
