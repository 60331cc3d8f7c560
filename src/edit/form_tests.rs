//! Forms by hand, and forms of random shows in which nothing is typed.

use proptest::prelude::*;

use super::document::{Document, EditRefusal};
use super::form::{After, Form, FormSubject, KeyTable, Typing};
use super::tests::{sketches, text_of};
use crate::show::CueNumber;

const SHOW: &str = r##"title = "A small show"

[department.lights]
[department.sound]

[output.desk]
osc = "udp://127.0.0.1:8000"

# The jump comes first.
[[segment]]
title    = "The jump"
duration = "1m30s"  # not longer

[[segment.cue]]
number = "12"
title  = "Off the \"roof\""
needs  = ["lights"]  # not sound
notes  = """
Wind limit
8 m/s"""
do     = [
  { output = "desk", osc = "/a" },
  { output = "desk", osc = "/b" },
]

[[segment.cue]]
number     = "13"
title      = "Fireworks"
trigger    = { after = "12", delay = "2s" }
do = [
  { output = "desk", osc = "/c" },  # first
]

[[segment.cue]]
number     = "14"
title      = "No jump"
backup_for = "12"

[segment.cue.extra]
Spot = "left"

[[segment]]
title    = "Encore"
duration = "1m"
"##;

fn document(text: &str) -> Document {
    Document::new(text.to_owned(), "UTC").unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn number(text: &str) -> CueNumber {
    CueNumber::new(text).unwrap()
}

/// What a form has before anything is typed, with `typed` in the fields of these names.
fn typed(form: &Form, typed: &[(&str, &str)]) -> Vec<String> {
    let value = |field: &super::form::FormField| {
        let one = typed.iter().find(|(name, _)| *name == field.key.name);
        one.map_or_else(|| field.value.clone(), |(_, typed)| (*typed).to_owned())
    };
    form.fields.iter().map(value).collect()
}

/// The text after `fields` were typed into the form of `subject`, or the faults of it.
fn filled(subject: FormSubject, fields: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let mut document = document(SHOW);
    let form = Form::new(&document, subject).unwrap();
    let values = typed(&form, fields);
    let edit = form.edit(&document, &values).unwrap();
    let tried = document.check(&edit);
    let done = document.edit(&edit);
    assert_eq!(tried, done);
    match done {
        Ok(()) => Ok(document.text().to_owned()),
        Err(refusal) => {
            let faults = form.faults(&document, &refusal, &values);
            let words = |fault: super::form::FormFault| {
                let field = fault.field.map_or("elsewhere", |at| form.fields[at].key.name);
                format!("{field}: {}", fault.words)
            };
            Err(faults.into_iter().map(words).collect())
        }
    }
}

fn value(form: &Form, name: &str) -> (String, Option<&'static str>) {
    let field = form.fields.iter().find(|field| field.key.name == name).unwrap();
    (field.value.clone(), field.fixed)
}

#[test]
fn a_form_has_every_key_of_the_reference_as_people_type_it() {
    let typing = |table: KeyTable, name: &str| {
        table.keys().iter().find(|key| key.name == name).map(super::form::ShowKey::typing)
    };
    assert_eq!([KeyTable::Cue, KeyTable::Segment].map(|table| table.keys().len()), [22, 13]);
    for name in ["number", "title", "call", "notes", "source", "duration", "look", "backup_for"] {
        assert_eq!(typing(KeyTable::Cue, name), Some(Typing::Text), "{name}");
    }
    for name in ["trigger", "do", "steps", "route", "embargo", "extra"] {
        assert_eq!(typing(KeyTable::Cue, name), Some(Typing::Source), "{name}");
    }
    assert_eq!(typing(KeyTable::Cue, "needs"), Some(Typing::Ids));
    assert_eq!(typing(KeyTable::Segment, "start"), Some(Typing::Source));
    assert_eq!(typing(KeyTable::Segment, "cue"), None, "cues have forms of their own");
}

#[test]
fn opens_with_what_the_text_says() {
    let document = document(SHOW);
    let form = Form::new(&document, FormSubject::Cue(number("12"))).unwrap();
    assert_eq!(form.segment, "The jump");
    assert_eq!(
        value(&form, "title"),
        ("Off the \"roof\"".into(), None),
        "of the cue, not the segment"
    );
    assert_eq!(value(&form, "needs"), ("lights".into(), None));
    assert_eq!(value(&form, "notes"), ("Wind limit\n8 m/s".into(), None));
    assert_eq!(
        value(&form, "do"),
        (r#"[{ output = "desk", osc = "/a" }, { output = "desk", osc = "/b" }]"#.into(), None)
    );
    assert_eq!(value(&form, "call"), (String::new(), None));
    let form = Form::new(&document, FormSubject::Cue(number("13"))).unwrap();
    assert_eq!(value(&form, "do"), (String::new(), Some("several lines")), "it has a comment");
    let form = Form::new(&document, FormSubject::Cue(number("14"))).unwrap();
    assert_eq!(value(&form, "extra"), (String::new(), Some("a table of its own")));
    let tall = SHOW.replace("[\"lights\"]", "[ \"lights\",  # first\n  \"sound\" ]");
    let form = Form::new(&self::document(&tall), FormSubject::Cue(number("12"))).unwrap();
    assert_eq!(value(&form, "needs"), (String::new(), Some("several lines")), "a comment");
    let gone = Form::new(&document, FormSubject::Cue(number("99")));
    assert_eq!(gone.map(|_| ()), Err(EditRefusal::NotThere));
}

#[test]
fn changes_what_was_typed_and_nothing_else() {
    let text = filled(
        FormSubject::Cue(number("12")),
        &[
            ("needs", "sound, lights"),
            ("call", "Say \"now\""),
            ("do", r#"[{ output = "desk", osc = "/x" }]"#),
        ],
    );
    let expected = SHOW.replace("[\"lights\"]  # not", "[\"sound\", \"lights\"]  # not").replace(
        "  { output = \"desk\", osc = \"/a\" },\n  { output = \"desk\", osc = \"/b\" },\n]\n",
        "  { output = \"desk\", osc = \"/x\" },\n]\ncall   = \"Say \\\"now\\\"\"\n",
    );
    assert_eq!(text.as_deref(), Ok(expected.as_str()));
    // Also where lines end as on Windows.
    let windows = SHOW.replace('\n', "\r\n");
    let mut document = document(&windows);
    let form = Form::new(&document, FormSubject::Cue(number("12"))).unwrap();
    let list = r#"[{ output = "desk", osc = "/x" }, { output = "desk", osc = "/y" }]"#;
    let edit = form.edit(&document, &typed(&form, &[("do", list)])).unwrap();
    assert_eq!(document.edit(&edit), Ok(()));
    assert!(!document.text().replace("\r\n", "").contains('\n'), "{}", document.text());
    let text = filled(FormSubject::Cue(number("13")), &[("trigger", "")]);
    let expected = SHOW.replace("trigger    = { after = \"12\", delay = \"2s\" }\n", "");
    assert_eq!(text.as_deref(), Ok(expected.as_str()), "an empty field is no key");
}

#[test]
fn another_number_goes_wherever_the_cue_is_named() {
    let text = filled(FormSubject::Cue(number("12")), &[("number", "12A")]);
    assert_eq!(text.as_deref(), Ok(SHOW.replace("\"12\"", "\"12A\"").as_str()));
}

#[test]
fn adds_cues_and_segments() {
    let document = document(SHOW);
    let after = After::Cue(number("12"));
    let form = Form::new(&document, FormSubject::NewCue(after.clone())).unwrap();
    assert_eq!(value(&form, "number").0, "12.5", "between 12 and 13");
    let last = Form::new(&document, FormSubject::NewCue(After::Cue(number("14")))).unwrap();
    assert_eq!(value(&last, "number").0, "15", "nothing comes after");
    let first = Form::new(&document, FormSubject::NewCue(After::Segment(1))).unwrap();
    assert_eq!((value(&first, "number").0.as_str(), first.segment.as_str()), ("15", "Encore"));

    let text = filled(
        FormSubject::NewCue(after),
        &[("number", "12B"), ("title", "Smoke"), ("duration", "3s")],
    );
    let expected = SHOW.replace(
        "osc = \"/b\" },\n]\n",
        "osc = \"/b\" },\n]\n\n[[segment.cue]]\nnumber = \"12B\"\ntitle = \"Smoke\"\nduration = \"3s\"\n",
    );
    assert_eq!(text.as_deref(), Ok(expected.as_str()));
    let text = filled(
        FormSubject::NewSegment(After::Cue(number("13"))),
        &[("title", "Break"), ("duration", "15m"), ("start", "21:00:00")],
    );
    let expected = SHOW.replace(
        "Spot = \"left\"\n",
        "Spot = \"left\"\n\n[[segment]]\ntitle = \"Break\"\nduration = \"15m\"\nstart = 21:00:00\n",
    );
    assert_eq!(text.as_deref(), Ok(expected.as_str()), "after the whole segment of the cue");
}

#[test]
fn says_which_field_is_wrong() {
    let faults =
        |fields: &[(&str, &str)]| filled(FormSubject::Cue(number("13")), fields).unwrap_err();
    let begins = |fields: &[(&str, &str)], with: &str| {
        let faults = faults(fields);
        assert!(faults[0].starts_with(with), "{faults:?}");
    };
    begins(&[("trigger", r#"{ after = "99" }"#)], "trigger: no cue has the number `99`");
    begins(&[("trigger", r#"{ after = "#)], "trigger: { after = is not complete");
    begins(&[("duration", "soon")], "duration: ");
    begins(&[("number", "12")], "number: ");
    begins(&[("number", "")], "elsewhere: ");
    // A cue and its segment both have it.
    let document = document(SHOW);
    let form = Form::new(&document, FormSubject::Cue(number("13"))).unwrap();
    let at = form.fields.iter().rposition(|field| field.key.name == "public").unwrap();
    let mut values = typed(&form, &[]);
    values[at] = "[".to_owned();
    let edit = form.edit(&document, &values).unwrap();
    let refusal = document.check(&edit).unwrap_err();
    assert_eq!(form.faults(&document, &refusal, &values)[0].field, Some(at));
    begins(&[("warn", "5s"), ("danger", "9s")], "danger: ");
    let new =
        filled(FormSubject::NewCue(After::Cue(number("12"))), &[("title", "x"), ("needs", "fog")]);
    assert!(new.as_ref().unwrap_err()[0].starts_with("needs: "), "{new:?}");
}

proptest! {
    #[test]
    fn nothing_typed_changes_nothing(sketch in sketches()) {
        let text = text_of(&sketch);
        let mut document = document(&text);
        let numbers: Vec<CueNumber> = document.show().cues.iter().map(|cue| cue.number.clone()).collect();
        for cue in numbers {
            let form = Form::new(&document, FormSubject::Cue(cue.clone())).unwrap();
            let edit = form.edit(&document, &typed(&form, &[])).unwrap();
            prop_assert_eq!(document.edit(&edit), Ok(()));
            prop_assert_eq!(document.text(), &text);
            // What a form writes, it reads again.
            let with = [("title", "Ünder \"the\" \\ roof"), ("duration", "7s"), ("embargo", "true")];
            let edit = form.edit(&document, &typed(&form, &with)).unwrap();
            prop_assert_eq!(document.edit(&edit), Ok(()));
            let again = Form::new(&document, FormSubject::Cue(cue)).unwrap();
            for (name, typed) in with {
                prop_assert_eq!(value(&again, name), (typed.to_owned(), None));
            }
            prop_assert!(document.undo());
            prop_assert_eq!(document.text(), &text);
        }
    }
}
