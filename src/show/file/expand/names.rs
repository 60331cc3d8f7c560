//! Names in texts: `{host}` stands for the value of `host`.
//!
//! A name is written of letters, digits, `-` and `_`. Braces around anything else, such as those of
//! JSON, stand for themselves, and so does a name in double braces.

#![expect(clippy::wildcard_enum_match_arm, reason = "the values are toml's")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::DeValue;

use crate::show::faults::Faults;
use crate::show::file::fields::{Fields, kind};
use crate::show::file::value::Value;
use crate::show::problem::{ProblemPlace, quoted};

/// Maximum length of a value, bytes: values that are made of values must not double without end.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// A value that a name stands for.
pub(super) struct NamedValue {
    /// Its text.
    pub(super) text: String,
    /// The value as the file has it, where it is no text.
    pub(super) source: Option<String>,
    /// The place of its name.
    pub(super) name: Range<usize>,
    /// `true` once a text has its name.
    pub(super) is_used: Cell<bool>,
}

/// The values of a table, by their names.
#[derive(Default)]
pub(super) struct NamedValues(pub(super) BTreeMap<String, NamedValue>);

/// The values that a text may name, those that come first before the others. In a text without any,
/// braces stand for themselves.
#[derive(Clone, Default)]
pub(super) struct Scope<'a>(pub(super) Vec<&'a NamedValues>);

impl Scope<'_> {
    /// The value of `name`, which is used then.
    pub(super) fn get(&self, name: &str) -> Option<&NamedValue> {
        let word = self.0.iter().find_map(|words| words.0.get(name))?;
        word.is_used.set(true);
        Some(word)
    }

    /// Reports that `name` stands for nothing.
    pub(super) fn unknown(&self, faults: &Faults, name: &str) -> (String, String) {
        let known = self.0.iter().flat_map(|words| words.0.keys()).map(String::as_str);
        let what = format!("nothing says what {} stands for", quoted(&format!("{{{name}}}")));
        let itself = format!("write `{{{{{name}}}}}` for the braces themselves");
        let fix = match faults.closest(name, known) {
            Some(known) => format!("did you mean `{{{known}}}`? Otherwise {itself}"),
            None => format!("add `{name} = \"…\"` to `with` or `[vars]`, or {itself}"),
        };
        (what, fix)
    }
}

/// The name in braces at the beginning of `text`, and the length of both.
fn braced<'t>(text: &'t str, open: &str, close: &str) -> Option<(&'t str, usize)> {
    let inside = text.strip_prefix(open)?;
    let end = inside.find(|c: char| !is_of_name(c))?;
    let is_name = end > 0 && inside[end..].starts_with(close);
    is_name.then(|| (&inside[..end], open.len() + end + close.len()))
}

pub(super) fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// The name that is all that a text has.
pub(super) fn alone(text: &str) -> Option<&str> {
    braced(text, "{", "}").filter(|(_, len)| *len == text.len()).map(|(name, _)| name)
}

/// The text with the values of its names, if it differs; `unknown` is told each name without one,
/// which stays.
pub(super) fn filled(
    text: &str,
    scope: &Scope<'_>,
    mut unknown: impl FnMut(&str),
) -> Option<String> {
    if scope.0.is_empty() || !text.contains('{') {
        return None;
    }
    let (mut filled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let taken = if let Some((_, len)) = braced(from, "{{", "}}") {
            filled.push_str(&from[1..len - 1]);
            len
        } else if let Some((name, len)) = braced(from, "{", "}") {
            match scope.get(name) {
                Some(word) => filled.push_str(&word.text),
                None => {
                    unknown(name);
                    filled.push_str(&from[..len]);
                }
            }
            len
        } else {
            filled.push('{');
            1
        };
        rest = &from[taken..];
    }
    filled.push_str(rest);
    (filled != text).then_some(filled)
}

/// Reads the values of a table. Their texts may name those of `scope`; without one, those above
/// them in the table.
pub(super) fn words(fields: &Fields<'_>, scope: Option<&Scope<'_>>) -> NamedValues {
    let mut words = NamedValues::default();
    for (name, value) in fields.entries() {
        if name.text.is_empty() || !name.text.chars().all(is_of_name) {
            let what = format!("{} cannot be a name", quoted(name.text));
            let fix = "write a name of letters a–z, digits, `-` and `_`";
            fields.reader.fault(name.span.clone(), what, fix);
            continue;
        }
        let word = match scope {
            Some(scope) => word(&value, scope),
            None => word(&value, &Scope(vec![&words])),
        };
        if let Some((text, source)) = word {
            let word = NamedValue { text, source, name: name.span, is_used: Cell::new(false) };
            words.0.insert(name.text.to_owned(), word);
        }
    }
    words
}

fn word(value: &Value<'_>, scope: &Scope<'_>) -> Option<(String, Option<String>)> {
    let text = match value.value {
        DeValue::String(text) => text,
        DeValue::Array(_) | DeValue::Table(_) => {
            let what = format!("{} is {}, not a text or a number", value.name(), kind(value.value));
            value.fault(what, format!("write `{} = \"…\"`", value.key()));
            return None;
        }
        _ => {
            let source = value.source().to_owned();
            return Some((source.clone(), Some(source)));
        }
    };
    // A name alone is its value, which is no text perhaps.
    if let Some(known) = alone(text).and_then(|name| scope.get(name))
        && known.source.is_some()
    {
        return Some((known.text.clone(), known.source.clone()));
    }
    let faults: &Faults = value.reader;
    let filled = filled(text, scope, |name| {
        let (what, fix) = scope.unknown(faults, name);
        faults.fault(ProblemPlace::from(value.span.clone()), what, fix);
    });
    let text = filled.unwrap_or_else(|| text.to_string());
    if text.len() > VALUE_BYTES_MAX {
        let what = format!("{} has {} bytes", value.name(), text.len());
        value.fault(what, format!("shorten it to {VALUE_BYTES_MAX} bytes at most"));
        return None;
    }
    Some((text, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(values: &[(&str, &str)]) -> NamedValues {
        let word = |text: &str| NamedValue {
            text: text.to_owned(),
            source: None,
            name: 0..0,
            is_used: Cell::new(false),
        };
        NamedValues(values.iter().map(|(name, text)| ((*name).to_owned(), word(text))).collect())
    }

    #[test]
    fn a_name_in_braces_is_its_value_and_all_else_stays() {
        let words = words_of(&[("host", "Jane"), ("n", "10"), ("of-us_2", "{host}")]);
        let scope = Scope(vec![&words]);
        for (text, expected) in [
            ("Welcome {host}", "Welcome Jane"),
            ("{n}.{n}", "10.10"),
            // A value is not read again.
            ("{of-us_2}", "{host}"),
            ("{{host}} is {host}", "{host} is Jane"),
            ("{\"a\": {\"b\": \"{n}\"}}", "{\"a\": {\"b\": \"10\"}}"),
            ("{} { host } {é} {host", "{} { host } {é} {host"),
            ("{{{n}}}", "{{n}}"),
        ] {
            let mut unknown = vec![];
            let filled = filled(text, &scope, |name| unknown.push(name.to_owned()));
            assert_eq!(filled.as_deref().unwrap_or(text), expected, "{text}");
            assert_eq!(unknown, Vec::<String>::new(), "{text}");
        }
        assert_eq!(filled("{host}", &Scope::default(), |_| {}), None);
    }

    #[test]
    fn a_name_without_a_value_is_told_and_stays() {
        let words = words_of(&[("host", "Jane")]);
        let mut unknown = vec![];
        let scope = Scope(vec![&words]);
        let filled = filled("{hots} and {host}", &scope, |name| unknown.push(name.to_owned()));
        assert_eq!(
            (filled.as_deref(), &*unknown),
            (Some("{hots} and Jane"), &["hots".to_owned()][..])
        );
        let (_, fix) = scope.unknown(&Faults::from(vec![]), "hots");
        assert_eq!(
            fix,
            "did you mean `{host}`? Otherwise write `{{hots}}` for the braces themselves"
        );
    }

    #[test]
    fn the_first_of_two_values_of_a_name_counts() {
        let (first, second) = (words_of(&[("a", "1")]), words_of(&[("a", "2"), ("b", "3")]));
        let scope = Scope(vec![&first, &second]);
        assert_eq!(filled("{a}{b}", &scope, |_| {}).as_deref(), Some("13"));
        assert_eq!((alone("{a}"), alone("{a} "), alone("{{a}}")), (Some("a"), None, None));
    }
}
