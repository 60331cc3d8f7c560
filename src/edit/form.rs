//! A cue or a segment as a form: the keys that the show file has for it, what its text says, and
//! the edit that makes of the text what was typed.
//!
//! The keys and their meanings are those of the reference (docs/reference.md), which is tested
//! against the parser: a form has every key. A text is typed without quotes, a list of ids with
//! commas between, and everything else as the file has it. A text that may have several lines is
//! typed with its line ends.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::batch::{BatchChange, KeyValue};
use super::document::{Document, Edit, EditRefusal, EditTarget, free_number};
pub use super::keys::{KeyTable, ShowKey, Typing};
use super::outline::Outline;
use super::written::{prose, quoted};
use crate::plain::is_obeyed;
use crate::show::problem::Problem;
use crate::show::{CueNumber, Show};

/// Maximum length of a value in a form, bytes: what is longer is for an editor.
pub const VALUE_MAX: usize = 2_000;

/// The subject of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormSubject {
    /// A cue that is there, and its segment.
    Cue(CueNumber),
    /// A segment that is there and has no cue.
    Segment(usize),
    /// A new cue.
    NewCue(After),
    /// A new segment.
    NewSegment(After),
}

/// A place in the rundown that something new comes after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// After this cue.
    Cue(CueNumber),
    /// After what a segment says of itself: the segment by its place, counted from 0.
    Segment(usize),
}

/// A cue or a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CueOrSegment {
    /// The cue with this number.
    Cue(CueNumber),
    /// The segment of that cue.
    SegmentOf(CueNumber),
}

impl CueOrSegment {
    /// Its place in the text of `document`.
    ///
    /// # Errors
    /// When it is not there, or comes from a template.
    pub fn target(&self, document: &Document) -> Result<EditTarget, EditRefusal> {
        match self {
            CueOrSegment::Cue(number) => document.target(number),
            CueOrSegment::SegmentOf(number) => {
                let (segment, _) = document.place(number).ok_or(EditRefusal::NotThere)?;
                Ok(EditTarget::Segment(segment))
            }
        }
    }
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// The table that it is a key of.
    pub table: KeyTable,
    /// Its key.
    pub key: ShowKey,
    /// Its value as it is typed.
    pub value: String,
    typing: Typing,
    /// Reason why only an editor can change it.
    pub fixed: Option<&'static str>,
    /// It stands on several lines in the file.
    is_tall: bool,
}

/// A form as it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its subject.
    pub subject: FormSubject,
    /// Title of its segment.
    pub segment: String,
    /// Its fields.
    pub fields: Vec<FormField>,
}

/// A fault of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFault {
    /// The field that it is in, by its place in the form; `None` if it is elsewhere in the show.
    pub field: Option<usize>,
    /// The fault and its fix.
    pub words: String,
}

impl FormField {
    fn new(table: KeyTable, key: ShowKey, source: Option<&str>) -> Self {
        let typing = key.typing();
        let mut field =
            FormField { table, key, value: String::new(), typing, fixed: None, is_tall: false };
        let Some(source) = source else { return field };
        let line = format!("x = {source}");
        let (tree, _) = DeTable::parse_recoverable(&line);
        let value = tree.get_ref().get("x").map(|value| value.get_ref());
        let is_plain =
            |text: &str| !text.chars().any(|c| is_obeyed(c) && !(c == '\n' && key.has_lines()));
        let text = value.and_then(DeValue::as_str).filter(|text| is_plain(text));
        field.is_tall = source.contains('\n');
        match (typing, text) {
            (Typing::Text, Some(text)) => text.clone_into(&mut field.value),
            (Typing::Ids, _)
                if !(field.is_tall && has_comment(source))
                    && let Some(ids) = value.and_then(ids) =>
            {
                field.value = ids;
            }
            _ if field.is_tall => {
                field.typing = Typing::Source;
                match value.filter(|_| !has_comment(source)).and_then(|value| flat(&line, value)) {
                    Some(flat) => field.value = flat,
                    None => field.fixed = Some("several lines"),
                }
            }
            _ => {
                field.typing = Typing::Source;
                source.clone_into(&mut field.value);
            }
        }
        if field.value.len() > VALUE_MAX {
            (field.fixed, field.value) = (Some("too long for a form"), String::new());
        }
        field
    }

    /// Returns `true` if what is typed may have several lines.
    pub fn takes_lines(&self) -> bool {
        self.key.has_lines() && self.typing == Typing::Text
    }

    /// The value as the file has it, of what was typed; `None` if nothing was.
    fn source(&self, typed: &str) -> Option<String> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        match self.typing {
            Typing::Text => Some(prose(typed)),
            Typing::Ids => {
                let ids = typed.split([',', ' ']).map(str::trim).filter(|id| !id.is_empty());
                Some(format!("[{}]", ids.map(quoted).collect::<Vec<_>>().join(", ")))
            }
            Typing::Source if self.is_tall => Some(tall(typed).unwrap_or_else(|| typed.to_owned())),
            Typing::Source => Some(typed.to_owned()),
        }
    }
}

/// The texts of a list of plain ids, with commas between.
fn ids(value: &DeValue<'_>) -> Option<String> {
    let id = |item: &toml::Spanned<DeValue<'_>>| {
        let id = item.get_ref().as_str()?;
        (!id.is_empty() && !id.contains([',', ' ']) && !id.chars().any(is_obeyed))
            .then(|| id.to_owned())
    };
    let ids: Option<Vec<String>> = value.as_array()?.iter().map(id).collect();
    Some(ids?.join(", "))
}

/// Returns `true` if some line of a value may end in a comment.
fn has_comment(source: &str) -> bool {
    source.contains('#')
}

/// A value on one line, as its items stand in the text `line`.
fn flat(line: &str, value: &DeValue<'_>) -> Option<String> {
    let items = match value {
        DeValue::Array(items) => items,
        DeValue::String(text) => return Some(quoted(text)),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => return None,
    };
    let source = |item: &toml::Spanned<DeValue<'_>>| {
        let source = line.get(item.span())?;
        (!source.contains('\n')).then(|| source.to_owned())
    };
    let items: Option<Vec<String>> = items.iter().map(source).collect();
    Some(format!("[{}]", items?.join(", ")))
}

/// A list with a line for each of its items, if `typed` is one.
fn tall(typed: &str) -> Option<String> {
    let line = format!("x = {typed}");
    let (tree, errors) = DeTable::parse_recoverable(&line);
    let items = tree.get_ref().get("x")?.get_ref().as_array().filter(|_| errors.is_empty())?;
    let items = items.iter().map(|item| line.get(item.span()).map(|item| format!("  {item},\n")));
    let items: Option<String> = items.collect();
    Some(format!("[\n{}]", items?))
}

impl Form {
    /// The form of `subject` as the text of `document` has it.
    ///
    /// # Errors
    /// When the text does not have it, or is written in a way that only an editor can change.
    pub fn new(document: &Document, subject: FormSubject) -> Result<Form, EditRefusal> {
        let show = document.show();
        let mut fields = vec![];
        let mut add = |table: KeyTable, target: Option<EditTarget>| {
            let values = target.map(|target| document.values(target)).unwrap_or_default();
            for &key in table.keys() {
                let value = values.iter().find(|(name, _)| name == key.name);
                let mut field = FormField::new(table, key, value.and_then(|(_, it)| it.as_deref()));
                if matches!(value, Some((_, None))) {
                    field.fixed = Some("a table of its own");
                }
                fields.push(field);
            }
        };
        let segment = match &subject {
            FormSubject::Cue(number) => {
                let target = document.target(number)?;
                add(KeyTable::Cue, Some(target));
                add(KeyTable::Segment, Some(EditTarget::Segment(home(target)?)));
                home(target)?
            }
            FormSubject::Segment(segment) => {
                add(KeyTable::Segment, Some(EditTarget::Segment(*segment)));
                *segment
            }
            FormSubject::NewCue(after) => {
                add(KeyTable::Cue, None);
                home(target_of(document, after)?)?
            }
            FormSubject::NewSegment(after) => {
                add(KeyTable::Segment, None);
                home(target_of(document, after)?)?
            }
        };
        if !document.has_headers() {
            return Err(EditRefusal::NoHeaders);
        }
        let title =
            show.segments.as_slice().get(segment).ok_or(EditRefusal::NotThere)?.title.clone();
        if let (FormSubject::NewCue(after), Some(number)) = (&subject, fields.first_mut()) {
            number.value = free_number_after(show, after, segment);
        }
        Ok(Form { subject, segment: title, fields })
    }

    /// The edit that makes of the text what was `typed` into the fields, in their order.
    ///
    /// # Errors
    /// When the text no longer has its subject.
    pub fn edit(&self, document: &Document, typed: &[String]) -> Result<Edit, EditRefusal> {
        let fields = || self.fields.iter().zip(typed).filter(|(field, _)| field.fixed.is_none());
        let target = match &self.subject {
            FormSubject::Cue(_) | FormSubject::Segment(_) => self.target(document)?,
            FormSubject::NewCue(after) => {
                let (after, keys) = (target_of(document, after)?, new_keys(fields()));
                return Ok(Edit::Change(vec![BatchChange::AddCue { after, keys }]));
            }
            FormSubject::NewSegment(after) => {
                let (after, keys) = (home(target_of(document, after)?)?, new_keys(fields()));
                return Ok(Edit::Change(vec![BatchChange::AddSegment {
                    after: Some(after),
                    keys,
                }]));
            }
        };
        let change = |(field, typed): (&FormField, &String)| {
            let name = field.key.name;
            let target = match (field.table, target) {
                (KeyTable::Segment, EditTarget::Cue(segment, _)) => EditTarget::Segment(segment),
                (KeyTable::Segment | KeyTable::Cue, target) => target,
            };
            match field.source(typed) {
                Some(_) if name == "number" && field.typing == Typing::Text => {
                    BatchChange::Renumber(target, typed.trim().to_owned())
                }
                value => BatchChange::Keys(
                    target,
                    vec![KeyValue { key: name.to_owned(), entry: None, value }],
                ),
            }
        };
        let changed = fields().filter(|(field, typed)| typed.trim() != field.value.trim());
        Ok(Edit::Change(changed.map(change).collect()))
    }

    /// The part of the text that its fields are of; of something new, what will be that.
    pub fn target(&self, document: &Document) -> Result<EditTarget, EditRefusal> {
        match &self.subject {
            FormSubject::Cue(number) => document.target(number),
            FormSubject::Segment(segment) => Ok(EditTarget::Segment(*segment)),
            FormSubject::NewCue(after) => match target_of(document, after)? {
                EditTarget::Cue(segment, cue) => Ok(EditTarget::Cue(segment, cue + 1)),
                EditTarget::Segment(segment) => Ok(EditTarget::Cue(segment, 0)),
                EditTarget::Show => Err(EditRefusal::NotThere),
            },
            FormSubject::NewSegment(after) => {
                Ok(EditTarget::Segment(home(target_of(document, after)?)? + 1))
            }
        }
    }

    /// The faults of a refused edit, those of fields of this form first.
    pub fn faults(
        &self,
        document: &Document,
        refusal: &EditRefusal,
        typed: &[String],
    ) -> Vec<FormFault> {
        // A cue and its segment have keys of the same name.
        let at = |name: &str, value: Option<&str>| {
            let mut fields = self.fields.iter().zip(typed);
            fields.position(|(field, typed)| {
                field.key.name == name && value.is_none_or(|value| typed.trim() == value)
            })
        };
        let elsewhere = |words: String| vec![FormFault { field: None, words }];
        match refusal {
            EditRefusal::Faulty { problems, text } => {
                let places = self.places(document, text);
                let fault = |problem: &Problem| {
                    let span = problem.place.span();
                    let field = span.and_then(|span| {
                        let holds = |place: &Range<usize>| {
                            place.start <= span.start && span.start <= place.end
                        };
                        places.iter().find(|(_, place)| holds(place)).map(|(field, _)| *field)
                    });
                    let words = format!("{}; {}", problem.what, problem.fix);
                    let place = problem.place.words(text);
                    let words = if field.is_some() { words } else { format!("{place}: {words}") };
                    FormFault { field, words }
                };
                let mut faults: Vec<FormFault> = problems.iter().map(fault).collect();
                faults.sort_by_key(|fault| fault.field.is_none());
                faults
            }
            EditRefusal::NoValue(key, value) => {
                vec![FormFault { field: at(key, Some(value)), words: refusal.to_string() }]
            }
            EditRefusal::Spread(key) => {
                vec![FormFault { field: at(key, None), words: refusal.to_string() }]
            }
            EditRefusal::NoHeaders
            | EditRefusal::NotThere
            | EditRefusal::AtTheEnd
            | EditRefusal::OfTemplate(..) => elsewhere(refusal.to_string()),
        }
    }

    /// The fields of this form with their places in `text`, which is what the edits made.
    fn places(&self, document: &Document, text: &str) -> Vec<(usize, Range<usize>)> {
        let Some((outline, target)) = Outline::of(text).zip(self.target(document).ok()) else {
            return vec![];
        };
        let (segment, cue) = match target {
            EditTarget::Segment(segment) => (segment, None),
            EditTarget::Cue(segment, cue) => (segment, Some(cue)),
            EditTarget::Show => return vec![],
        };
        let Some(segment) = outline.segments.get(segment) else { return vec![] };
        let block = |table: KeyTable| match table {
            KeyTable::Segment => Some(&segment.own),
            KeyTable::Cue => cue.and_then(|cue| segment.cues.get(cue)).map(|cue| &cue.own),
        };
        let place = |(at, field): (usize, &FormField)| {
            let keys = &block(field.table)?.keys;
            let key = keys.iter().find(|key| key.key == field.key.name)?;
            Some((at, key.start..key.value.clone()?.end))
        };
        self.fields.iter().enumerate().filter_map(place).collect()
    }
}

/// The keys of something new: what was typed, and what has to be there.
fn new_keys<'a>(fields: impl Iterator<Item = (&'a FormField, &'a String)>) -> Vec<KeyValue> {
    let setting = |(field, typed): (&FormField, &String)| {
        let is_required = field.key.value.ends_with("required");
        let value = field.source(typed).or_else(|| is_required.then(|| quoted("")))?;
        Some(KeyValue::new(field.key.name, value))
    };
    fields.filter_map(setting).collect()
}

/// The segment of a target, by its place.
fn home(target: EditTarget) -> Result<usize, EditRefusal> {
    match target {
        EditTarget::Segment(segment) | EditTarget::Cue(segment, _) => Ok(segment),
        EditTarget::Show => Err(EditRefusal::NotThere),
    }
}

fn target_of(document: &Document, after: &After) -> Result<EditTarget, EditRefusal> {
    match after {
        // The cues of a template come first, and a segment's own after them.
        After::Cue(number) if document.is_of_template(number) => {
            let (segment, _) = document.place(number).ok_or(EditRefusal::NotThere)?;
            Ok(EditTarget::Segment(segment))
        }
        After::Cue(number) => document.target(number),
        After::Segment(segment) => Ok(EditTarget::Segment(*segment)),
    }
}

/// The number that a new cue is offered: the next one where that is free and nothing comes after,
/// otherwise one between the two.
fn free_number_after(show: &Show, after: &After, segment: usize) -> String {
    let is_last = |number: &CueNumber| {
        show.find(number)
            .is_some_and(|cue| show.cue_indices().all(|other| show.place(other) <= show.place(cue)))
    };
    let before = match after {
        After::Cue(number) => Some(number.clone()),
        // The last cue above the segment's first place.
        After::Segment(_) => {
            let above = show.segment_indices().take(segment).flat_map(|above| show.cues_of(above));
            above.last().map(|cue| show.cue(cue).number.clone())
        }
    };
    let Some(before) = before else { return free_number(show, &[], "0") };
    let next = before.as_str().parse::<u64>().ok().and_then(|number| number.checked_add(1));
    let next = next.map(|next| next.to_string()).filter(|next| {
        is_last(&before) && CueNumber::new(next).is_ok_and(|next| show.find(&next).is_none())
    });
    next.unwrap_or_else(|| free_number(show, &[], before.as_str()))
}
