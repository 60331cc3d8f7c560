//! Many changes of a show at once: all of them are patches of one text, and the show is read once.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Document, Edit, EditRefusal, EditTarget, Patch};
use super::outline::{Outline, line_end};
use super::places::Places;
use super::written;

/// A change, about the text as it is before all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchChange {
    /// Sets keys of the show, a segment or a cue, or takes them away, one after the other.
    Keys(EditTarget, Vec<KeyValue>),
    /// Gives a cue another number, also wherever another one names it. No other change is about one
    /// that does.
    Renumber(EditTarget, String),
    /// Adds a cue; those after the same target come in the order of their changes.
    AddCue {
        /// The cue or segment that it comes after.
        after: EditTarget,
        /// Its keys; none of them is taken away.
        keys: Vec<KeyValue>,
    },
    /// Adds a segment; those after the same one come in the order of their changes.
    AddSegment {
        /// The place of the segment that it comes after; it is the first where there is none.
        after: Option<usize>,
        /// Its keys; none of them is taken away.
        keys: Vec<KeyValue>,
    },
    /// Adds tables of the show, which stand above the first segment.
    AddTables(String),
    /// Takes a segment or a cue out of the show, a segment with its cues.
    Remove(EditTarget),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValue {
    /// The key.
    pub key: String,
    /// The name of one of its entries, where the value is that entry's.
    pub entry: Option<String>,
    /// The value, which is TOML; `None` takes the key away.
    pub value: Option<String>,
}

impl KeyValue {
    /// Sets a key to a value.
    pub fn new(key: &str, value: String) -> KeyValue {
        KeyValue { key: key.to_owned(), entry: None, value: Some(value) }
    }

    /// Takes a key away.
    pub fn clear(key: &str) -> KeyValue {
        KeyValue { key: key.to_owned(), entry: None, value: None }
    }

    /// Sets an entry of a key that is a table.
    pub fn entry(key: &str, entry: &str, value: String) -> KeyValue {
        KeyValue { key: key.to_owned(), entry: Some(entry.to_owned()), value: Some(value) }
    }
}

impl Document {
    /// Does several changes, all or none.
    ///
    /// # Errors
    /// When one of them cannot be done or they leave a show with errors; the text is as it was then.
    pub fn change(&mut self, changes: &[BatchChange]) -> Result<(), EditRefusal> {
        match changes {
            [] => Ok(()),
            changes => self.edit(&Edit::Change(changes.to_vec())),
        }
    }
}

/// The text in which `places` are, after all changes.
pub(super) fn changed(places: &Places<'_>, changes: &[BatchChange]) -> Result<String, EditRefusal> {
    let mut patches: Vec<Patch> = vec![];
    let mut settings: BTreeMap<usize, (EditTarget, Vec<KeyValue>)> = BTreeMap::new();
    let mut set = |target: EditTarget, keys: &[KeyValue]| {
        let start = places.lines(target)?.start;
        settings.entry(start).or_insert((target, vec![])).1.extend_from_slice(keys);
        Ok(())
    };
    for change in changes {
        match change {
            BatchChange::Keys(EditTarget::Show, keys) => {
                for setting in keys {
                    patches.push(places.setting(EditTarget::Show, setting)?);
                }
            }
            BatchChange::Keys(target, keys) => set(*target, keys)?,
            BatchChange::Renumber(target, number) => {
                patches.extend(places.renamed(*target, number)?);
                set(*target, &[KeyValue::new("number", written::quoted(number))])?;
            }
            BatchChange::AddCue { after, keys } => {
                patches.push(places.insert(places.end(*after)?, &lines("[[segment.cue]]", keys))?);
            }
            BatchChange::AddSegment { after, keys } => {
                patches.push(places.segment(*after, &lines("[[segment]]", keys))?);
            }
            BatchChange::AddTables(text) => patches.push(places.tables(text)?),
            BatchChange::Remove(target) => patches.push(places.remove(*target)?),
        }
    }
    for (target, settings) in settings.into_values() {
        patches.push(keys(places, target, &settings)?);
    }
    all(places.text, patches)
}

/// A header and its keys, a line for each.
fn lines(header: &str, keys: &[KeyValue]) -> Vec<String> {
    let keys = keys.iter().filter_map(|one| Some((&one.key, one.value.as_ref()?)));
    let keys = keys.map(|(key, value)| format!("{key} = {value}"));
    std::iter::once(header.to_owned()).chain(keys).collect()
}

/// A text after all patches, none of which may reach into another.
fn all(text: &str, mut patches: Vec<Patch>) -> Result<String, EditRefusal> {
    patches.sort_by_key(|patch| patch.at);
    let mut done = String::with_capacity(text.len());
    let mut from = 0;
    for patch in patches {
        done.push_str(text.get(from..patch.at).ok_or(EditRefusal::NotThere)?);
        done.push_str(&patch.is);
        from = patch.at + patch.was.len();
    }
    done.push_str(text.get(from..).ok_or(EditRefusal::NotThere)?);
    Ok(done)
}

/// The patch of a target's own lines, in which its keys are set one after the other.
fn keys(
    places: &Places<'_>,
    target: EditTarget,
    settings: &[KeyValue],
) -> Result<Patch, EditRefusal> {
    let block = places.block(target)?.lines.clone();
    let was = places.text.get(block.clone()).ok_or(EditRefusal::NotThere)?;
    // Its lines are a text of their own, which is short.
    let (above, target) = match target {
        EditTarget::Show => return Err(EditRefusal::NotThere),
        EditTarget::Segment(_) => ("", EditTarget::Segment(0)),
        EditTarget::Cue(..) => ("[[segment]]\n", EditTarget::Cue(0, 0)),
    };
    // The end of its last line is part of it, for a key that is taken away from there.
    let eol = places.eol();
    let mut own = [above, was, eol].concat();
    for setting in settings {
        let outline = Outline::of(&own).ok_or(EditRefusal::NoHeaders)?;
        let places = Places { text: &own, outline: &outline };
        own = all(&own, vec![places.setting(target, setting)?])?;
    }
    let is = own.get(above.len()..).ok_or(EditRefusal::NotThere)?;
    let is = is.strip_suffix(eol).unwrap_or(is).to_owned();
    Ok(Patch { at: block.start, was: was.to_owned(), is })
}

impl Places<'_> {
    fn setting(&self, target: EditTarget, setting: &KeyValue) -> Result<Patch, EditRefusal> {
        match setting {
            KeyValue { key, entry: None, value: Some(value) } => self.set(target, key, value),
            KeyValue { key, entry: None, value: None } => self.clear(target, key),
            KeyValue { key, entry: Some(entry), value: Some(value) } => {
                self.set_entry(target, key, entry, value)
            }
            KeyValue { key, entry: Some(_), value: None } => Err(EditRefusal::Spread(key.clone())),
        }
    }

    /// Puts a segment after another one, or before all of them.
    fn segment(&self, after: Option<usize>, lines: &[String]) -> Result<Patch, EditRefusal> {
        match after {
            Some(at) => self.insert(self.lines(EditTarget::Segment(at))?.end, lines),
            None => {
                let start = self.lines(EditTarget::Segment(0))?.start;
                let eol = self.eol();
                self.put(start..start, format!("{}{eol}{eol}", lines.join(eol)))
            }
        }
    }

    /// Puts tables above the first segment.
    fn tables(&self, text: &str) -> Result<Patch, EditRefusal> {
        let start = self.lines(EditTarget::Segment(0))?.start;
        let eol = self.eol();
        self.put(start..start, format!("{}{eol}{eol}", text.trim_end().replace('\n', eol)))
    }

    /// Sets an entry of a table of a cue, which may be written in each of the ways of TOML.
    fn set_entry(
        &self,
        target: EditTarget,
        key: &str,
        entry: &str,
        value: &str,
    ) -> Result<Patch, EditRefusal> {
        let pair = format!("{} = {value}", written::key(entry));
        let (tree, _) = DeTable::parse_recoverable(self.text);
        let table = tree.get_ref().get("segment").and_then(|list| in_first(list));
        let table = match target {
            EditTarget::Show => None,
            EditTarget::Segment(_) => table,
            EditTarget::Cue(..) => table.and_then(|table| in_first(table.get("cue")?)),
        };
        let Some(own) = table.and_then(|table| table.get(key)) else {
            return self.set(target, key, &format!("{{ {pair} }}"));
        };
        let entries =
            own.get_ref().as_table().ok_or_else(|| EditRefusal::Spread(key.to_owned()))?;
        let begins = |at: Range<usize>, sign: char| {
            self.text.get(at.start..).is_some_and(|rest| rest.starts_with(sign))
        };
        if let Some(known) = entries.get(entry) {
            // A table or a list of tables has no place of its own.
            let is_one = known.get_ref().as_table().is_none() || begins(known.span(), '{');
            return match is_one {
                true => self.put(known.span(), value.to_owned()),
                false => Err(EditRefusal::Spread(key.to_owned())),
            };
        }
        let last = entries.values().map(|value| value.span().end).max();
        match last {
            Some(end) if begins(own.span(), '{') => self.put(end..end, format!(", {pair}")),
            None if begins(own.span(), '{') => self.put(own.span(), format!("{{ {pair} }}")),
            last => {
                // Under a header, or as keys with dots.
                let dotted = if begins(own.span(), '[') { "" } else { &format!("{key}.") };
                let end = line_end(self.text, last.unwrap_or(own.span().end));
                self.put(end..end, format!("{}{dotted}{pair}", self.eol()))
            }
        }
    }
}

/// The first table of a list.
fn in_first<'a>(list: &'a Spanned<DeValue<'a>>) -> Option<&'a DeTable<'a>> {
    list.get_ref().as_array()?.iter().next()?.get_ref().as_table()
}

#[cfg(test)]
mod tests {
    use super::super::written::quoted;
    use super::*;

    const SHOW: &str = "\
title = \"T\"

# The first.
[[segment]]
title    = \"A\"
duration = \"5m\"

[[segment.cue]]
number  = \"1\"
title   = \"One\"   # said
planned = \"10s\"

[segment.cue.extra]
Colour = \"red\"
Props  = \"a\\nb\"

# The second cue.
[[segment.cue]]
number = \"2\"
title  = \"Two\"
extra  = { Colour = \"blue\" }

[[segment]]
title    = \"B\"
duration = \"5m\"

[[segment.cue]]
number = \"3\"
title = \"Three\"
extra.Colour = \"green\"
";

    fn document(text: &str) -> Document {
        Document::new(text.to_owned(), "UTC").unwrap()
    }

    fn text(value: &str) -> String {
        quoted(value)
    }

    #[test]
    fn many_changes_are_what_each_of_them_is() {
        for eol in ["\n", "\r\n"] {
            let show = SHOW.replace('\n', eol);
            let mut document = document(&show);
            let cue = |number: &str| {
                vec![KeyValue::new("number", text(number)), KeyValue::new("title", text("New"))]
            };
            let segment =
                vec![KeyValue::new("title", text("Z")), KeyValue::new("duration", text("1m"))];
            let changes = [
                BatchChange::Keys(
                    EditTarget::Cue(0, 0),
                    vec![
                        KeyValue::clear("planned"),
                        KeyValue::new("call", text("GO")),
                        KeyValue::new("title", text("Uno")),
                    ],
                ),
                BatchChange::AddCue { after: EditTarget::Cue(0, 0), keys: cue("1A") },
                BatchChange::AddCue { after: EditTarget::Cue(0, 0), keys: cue("1B") },
                BatchChange::AddCue { after: EditTarget::Segment(1), keys: cue("2A") },
                BatchChange::AddSegment { after: None, keys: segment.clone() },
                BatchChange::AddSegment { after: Some(1), keys: segment },
                BatchChange::AddTables("[department.lx]\nname = \"LX\"\n".to_owned()),
                BatchChange::Keys(
                    EditTarget::Segment(0),
                    vec![KeyValue::new("duration", text("6m"))],
                ),
                BatchChange::Remove(EditTarget::Cue(0, 1)),
            ];
            document.change(&changes).unwrap();
            let new = "[[segment.cue]]\nnumber = \"NEW\"\ntitle = \"New\"\n\n";
            let expected = "title = \"T\"\n\n[[segment]]\ntitle = \"Z\"\nduration = \"1m\"\n\n\
                            [department.lx]\nname = \"LX\"\n\n# The first.\n[[segment]]\ntitle    = \"A\"\n\
                            duration = \"6m\"\n\n[[segment.cue]]\nnumber  = \"1\"\n\
                            title   = \"Uno\"   # said\ncall    = \"GO\"\n\n[segment.cue.extra]\n\
                            Colour = \"red\"\nProps  = \"a\\nb\"\n\n"
                .to_owned()
                + &new.replace("NEW", "1A")
                + &new.replace("NEW", "1B")
                + "[[segment]]\ntitle    = \"B\"\nduration = \"5m\"\n\n"
                + &new.replace("NEW", "2A")
                + "[[segment.cue]]\nnumber = \"3\"\ntitle = \"Three\"\nextra.Colour = \"green\"\n\n\
                   [[segment]]\ntitle = \"Z\"\nduration = \"1m\"\n";
            assert_eq!(document.text(), expected.replace('\n', eol));
            // One step back takes all of them back.
            assert!(document.undo());
            assert_eq!(document.text(), show);
        }
    }

    #[test]
    fn all_changes_are_done_or_none() {
        let mut one = document(SHOW);
        let good =
            BatchChange::Keys(EditTarget::Cue(0, 0), vec![KeyValue::new("title", text("Uno"))]);
        let bad =
            BatchChange::Keys(EditTarget::Cue(1, 0), vec![KeyValue::new("number", text("1"))]);
        assert!(matches!(one.change(&[good.clone(), bad]), Err(EditRefusal::Faulty { .. })));
        assert_eq!(one.text(), SHOW);
        // What is taken away cannot be changed at the same time.
        let gone = BatchChange::Remove(EditTarget::Cue(0, 0));
        assert_eq!(one.change(&[good, gone]), Err(EditRefusal::NotThere));
        assert_eq!(one.text(), SHOW);
        assert_eq!(
            one.change(&[BatchChange::Remove(EditTarget::Cue(4, 0))]),
            Err(EditRefusal::NotThere)
        );
        let inline = "title = \"T\"\nsegment = [{ title = \"A\", duration = \"5m\", cue = [] }]\n";
        let one = Document::new(inline.to_owned(), "UTC");
        assert!(one.is_ok_and(|mut one| {
            let change = BatchChange::Keys(EditTarget::Segment(0), vec![KeyValue::clear("act")]);
            !one.has_headers() && one.change(&[change]) == Err(EditRefusal::NoHeaders)
        }));
    }

    #[test]
    fn an_entry_is_set_in_each_way_of_writing_a_table() {
        let set = |target, entry: &str| {
            let mut document = document(SHOW);
            let entry = KeyValue::entry("extra", entry, text("new"));
            document.change(&[BatchChange::Keys(target, vec![entry])]).unwrap();
            document.text().to_owned()
        };
        let (first, second, third) =
            (EditTarget::Cue(0, 0), EditTarget::Cue(0, 1), EditTarget::Cue(1, 0));
        for (target, entry, old, new) in [
            (first, "Colour", "Colour = \"red\"", "Colour = \"new\""),
            (first, "Who", "\"a\\nb\"\n", "\"a\\nb\"\nWho = \"new\"\n"),
            (second, "Colour", "{ Colour = \"blue\" }", "{ Colour = \"new\" }"),
            (second, "Who", "\"blue\" }", "\"blue\", Who = \"new\" }"),
            (third, "Colour", "extra.Colour = \"green\"", "extra.Colour = \"new\""),
            (third, "Who", "\"green\"\n", "\"green\"\nextra.Who = \"new\"\n"),
        ] {
            assert_eq!(set(target, entry), SHOW.replacen(old, new, 1), "{entry}");
        }
        let bare = SHOW.replace("extra.Colour = \"green\"\n", "");
        let mut one = document(&bare);
        let entry = KeyValue::entry("extra", "Who", text("new"));
        one.change(&[BatchChange::Keys(third, vec![entry.clone()])]).unwrap();
        assert!(one.text().ends_with("extra = { Who = \"new\" }\n"), "{}", one.text());
        // A table without any.
        let mut one = document(&SHOW.replace("{ Colour = \"blue\" }", "{}"));
        one.change(&[BatchChange::Keys(second, vec![entry])]).unwrap();
        assert!(one.text().contains("extra  = { Who = \"new\" }\n"), "{}", one.text());
    }
}
