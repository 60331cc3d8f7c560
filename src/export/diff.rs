//! What differs between two shows, for people and for programs.
//!
//! Owns the lines of the text and the names of the JSON's keys. Must never compare: what stands
//! here is a [`Comparison`]'s.
//!
//! ```text
//! A small show: 1 cue changed, 1 cue added
//!
//!   segment The jump
//!   ~ cue 12.5 Off the roof
//!       duration: 0:45 → 1:00
//!   + cue 13 Fireworks
//!       trigger: follows 12.5 +0:02
//! ```

use serde::Serialize;

use crate::edit::compare::{Change, Comparison, FactChange, ItemChange, ShowItem};
use crate::edit::listing::FactWords;
use crate::plain::{counted, line};

/// Writes the differences for people, a line for each fact; of what is gone, only that.
pub fn text(comparison: &Comparison) -> String {
    let title = line(&comparison.title);
    if comparison.items.is_empty() {
        return format!("{title}: no differences\n");
    }
    let mut text = format!("{title}: {}\n", summary(comparison));
    // The segment in which the last line stands.
    let mut inside = None;
    for change in &comparison.items {
        let (indent, heading) = match &change.item {
            ShowItem::Show => ("", "show".to_owned()),
            ShowItem::Named { sort, id } => ("", format!("{sort} {id}")),
            ShowItem::Segment { title, at, .. } => {
                inside = Some(*at);
                ("", format!("segment {title}"))
            }
            ShowItem::Cue { number, title, segment, at } => {
                if inside != Some(*at) {
                    inside = Some(*at);
                    text.push_str(&format!("\n  segment {}\n", line(segment)));
                }
                ("  ", format!("cue {number} {title}"))
            }
        };
        if indent.is_empty() {
            text.push('\n');
        }
        let sign = sign(change.change);
        text.push_str(&format!("{indent}{sign} {}\n", line(&heading)));
        if change.change != Change::Removed {
            for fact in change.facts.iter().filter(|fact| !is_said(change, fact)) {
                for words in fact_words(fact, change.change) {
                    text.push_str(&format!("{indent}    {}: {words}\n", fact.key));
                }
            }
        }
    }
    text
}

/// Returns `true` if the heading of a new item says the same: its title.
fn is_said(change: &ItemChange, fact: &FactChange) -> bool {
    let has_title = match &change.item {
        ShowItem::Segment { .. } | ShowItem::Cue { .. } => true,
        ShowItem::Show | ShowItem::Named { .. } => false,
    };
    has_title && change.change == Change::Added && fact.key == "title"
}

fn sign(change: Change) -> &'static str {
    match change {
        Change::Added => "+",
        Change::Removed => "-",
        Change::Changed => "~",
    }
}

/// The sort of an item, in the singular.
fn sort(item: &ShowItem) -> &'static str {
    match item {
        ShowItem::Show => "show",
        ShowItem::Named { sort, .. } => sort,
        ShowItem::Segment { .. } => "segment",
        ShowItem::Cue { .. } => "cue",
    }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    }
}

/// Counts everything: `2 cues changed, 1 cue added, 1 segment removed`.
pub fn summary(comparison: &Comparison) -> String {
    let mut parts = vec![];
    for of in ["cue", "segment", "department", "output", "place", "person", "show"] {
        for change in [Change::Changed, Change::Added, Change::Removed] {
            let is_it = |one: &&ItemChange| one.change == change && sort(&one.item) == of;
            let count = comparison.items.iter().filter(is_it).count();
            match (of, count) {
                (_, 0) => {}
                ("show", _) => parts.push(format!("the show itself {}", word(change))),
                ("person", 2..) => parts.push(format!("{count} people {}", word(change))),
                _ => parts.push(format!("{} {}", counted(count, of), word(change))),
            }
        }
    }
    parts.join(", ")
}

/// The lines of a fact. Of two lists each item that is only in one of them has its own line.
fn fact_words(fact: &FactChange, change: Change) -> Vec<String> {
    let list = |words: &Option<FactWords>| match words {
        None => vec![],
        Some(FactWords::One(text)) => vec![line(text).into_owned()],
        Some(FactWords::List(items)) => items.iter().map(|item| line(item).into_owned()).collect(),
    };
    let (old, new) = (list(&fact.old), list(&fact.new));
    let is_list = |words: &Option<FactWords>| matches!(words, Some(FactWords::List(_)));
    if change == Change::Added {
        return new;
    }
    if !is_list(&fact.old) && !is_list(&fact.new) {
        let words = |side: Vec<String>| {
            side.into_iter()
                .next()
                .filter(|words| !words.is_empty())
                .unwrap_or("nothing".to_owned())
        };
        return vec![format!("{} → {}", words(old), words(new))];
    }
    let only = |of: &[String], other: &[String], sign: &str| {
        let mut left: Vec<&String> = other.iter().collect();
        let mut only = vec![];
        for item in of {
            match left.iter().position(|one| *one == item) {
                Some(at) => {
                    left.swap_remove(at);
                }
                None => only.push(format!("{sign} {item}")),
            }
        }
        only
    };
    let lines = [only(&old, &new, "-"), only(&new, &old, "+")].concat();
    if lines.is_empty() { vec![format!("in another order: {}", new.join(", "))] } else { lines }
}

/// Writes the differences as one JSON object, indented, with a newline at its end.
pub fn json(comparison: &Comparison) -> String {
    let document = DiffDocument {
        show: &comparison.title,
        changes: comparison.items.iter().map(DiffEntry::of).collect(),
    };
    // Serialising strings and lists to memory has no way to fail.
    serde_json::to_string_pretty(&document)
        .map_or_else(|error| format!("{{\"error\":\"{error}\"}}\n"), |json| json + "\n")
}

#[derive(Serialize)]
struct DiffDocument<'a> {
    show: &'a str,
    changes: Vec<DiffEntry<'a>>,
}

/// An item that differs; `id` is a cue's number, and `null` for the show and for segments.
#[derive(Serialize)]
struct DiffEntry<'a> {
    change: &'static str,
    item: &'static str,
    id: Option<&'a str>,
    title: Option<&'a str>,
    segment: Option<&'a str>,
    facts: Vec<FactEntry<'a>>,
}

#[derive(Serialize)]
struct FactEntry<'a> {
    key: &'static str,
    old: Option<WordsEntry<'a>>,
    new: Option<WordsEntry<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WordsEntry<'a> {
    One(&'a str),
    List(&'a [String]),
}

impl<'a> DiffEntry<'a> {
    fn of(change: &'a ItemChange) -> Self {
        let (id, title, segment) = match &change.item {
            ShowItem::Show => (None, None, None),
            ShowItem::Named { id, .. } => (Some(id.as_str()), None, None),
            ShowItem::Segment { title, .. } => (None, Some(title.as_str()), None),
            ShowItem::Cue { number, title, segment, .. } => {
                (Some(number.as_str()), Some(title.as_str()), Some(segment.as_str()))
            }
        };
        let facts = change.facts.iter().map(|fact| FactEntry {
            key: fact.key,
            old: fact.old.as_ref().map(WordsEntry::of),
            new: fact.new.as_ref().map(WordsEntry::of),
        });
        DiffEntry {
            change: word(change.change),
            item: sort(&change.item),
            id,
            title,
            segment,
            facts: facts.collect(),
        }
    }
}

impl<'a> WordsEntry<'a> {
    fn of(words: &'a FactWords) -> Self {
        match words {
            FactWords::One(text) => WordsEntry::One(text),
            FactWords::List(items) => WordsEntry::List(items),
        }
    }
}

#[cfg(test)]
mod tests;
