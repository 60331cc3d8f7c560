//! Edits by hand, and random ones on random shows against a model of the rundown.

use proptest::prelude::*;

use super::batch::{BatchChange, KeyValue};
use super::document::{Document, Edit, EditRefusal, EditTarget, UNDO_MAX, free_number};
use super::listing::Listing;
use super::review::review;
use super::tests::{show, sketches, text_of};
use super::written::quoted;
use crate::show::CueNumber;

const SHOW: &str = r##"# The show of the year
title = "A small show"      # the title

[output.lights]
osc = "udp://127.0.0.1:8000"

# --- Act one ---

# The jump comes first.
[[segment]]
title    = "The jump"
duration = "1m30s"  # not longer
# wind permitting

[[segment.cue]]
number = "12"
title  = "Off the roof"
needs  = []
trigger = "go" # the caller's

# Only after 12.
[[segment.cue]]
number = "13"
title  = "Fireworks"
trigger = { after = "12", delay = "2s" }
do = [
  { output = "lights", osc = "/a" },  # first
  { output = "lights", osc = "/b" },
]

[[segment]]
title = "Encore"
duration = "1m"
[[segment.cue]]
number = "20"
title = "Bows [[segment.cue]]"
"##;

fn document(text: &str) -> Document {
    Document::new(text.to_owned(), "UTC").unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

/// Does one edit of [`SHOW`] and gives the text.
fn edited(edit: Edit) -> String {
    let mut document = document(SHOW);
    document.edit(&edit).unwrap_or_else(|refusal| panic!("{edit:?}: {refusal}"));
    let text = document.text().to_owned();
    assert!(document.undo() && document.text() == SHOW);
    assert!(document.redo() && document.text() == text);
    text
}

fn set(target: EditTarget, key: &str, value: &str) -> Edit {
    Edit::Change(vec![BatchChange::Keys(target, vec![KeyValue::new(key, value.to_owned())])])
}

fn clear(target: EditTarget, key: &str) -> Edit {
    Edit::Change(vec![BatchChange::Keys(target, vec![KeyValue::clear(key)])])
}

fn add_cue(after: EditTarget, number: &str, title: &str) -> Edit {
    let keys = vec![KeyValue::new("number", quoted(number)), KeyValue::new("title", quoted(title))];
    Edit::Change(vec![BatchChange::AddCue { after, keys }])
}

fn add_segment(after: usize, title: &str, duration: &str) -> Edit {
    let (title, duration) = (quoted(title), quoted(duration));
    let keys = vec![KeyValue::new("title", title), KeyValue::new("duration", duration)];
    Edit::Change(vec![BatchChange::AddSegment { after: Some(after), keys }])
}

#[test]
fn a_key_is_set_and_cleared_in_its_place() {
    let text = edited(set(EditTarget::Segment(0), "duration", "\"2m\""));
    assert_eq!(text, SHOW.replace("\"1m30s\"", "\"2m\""));
    let text = edited(set(EditTarget::Segment(0), "start", "21:05:00"));
    let line = "duration = \"1m30s\"  # not longer\n";
    assert_eq!(text, SHOW.replace(line, &format!("{line}start    = 21:05:00\n")));
    let text = edited(set(EditTarget::Cue(0, 1), "notes", "\"Wind\""));
    assert_eq!(text, SHOW.replace("\"/b\" },\n]\n", "\"/b\" },\n]\nnotes = \"Wind\"\n"));
    let text = edited(set(EditTarget::Show, "date", "2026-12-01"));
    assert_eq!(text, SHOW.replace("# the title\n", "# the title\ndate  = 2026-12-01\n"));
    let text = edited(clear(EditTarget::Cue(0, 0), "trigger"));
    assert_eq!(text, SHOW.replace("trigger = \"go\" # the caller's\n", ""));
    let text = edited(clear(EditTarget::Cue(0, 1), "do"));
    assert!(text.contains("\"2s\" }\n\n[[segment]]\n"), "{text}");
}

#[test]
fn cues_and_segments_are_added_copied_moved_and_removed_with_their_comments() {
    let add = add_cue(EditTarget::Cue(0, 0), "12.5", "A \"b\"");
    let cue = "\n[[segment.cue]]\nnumber = \"12.5\"\ntitle = \"A \\\"b\\\"\"\n";
    let above = "# the caller's\n";
    assert_eq!(edited(add), SHOW.replace(above, &format!("{above}{cue}")));
    let add = add_segment(1, "End", "5s");
    assert_eq!(
        edited(add),
        format!("{SHOW}\n[[segment]]\ntitle = \"End\"\nduration = \"5s\"\n").replacen(
            "cue]]\"\n\n",
            "cue]]\"\n\n",
            1
        )
    );
    // The copy of a segment has cues of its own, which follow each other as the first ones do.
    let text = edited(Edit::Duplicate(EditTarget::Segment(0)));
    let copy = "number = \"13.5\"\ntitle  = \"Fireworks\"\ntrigger = { after = \"12.5\", delay = \"2s\" }\n";
    assert!(text.contains(copy) && text.matches("# The jump comes first.").count() == 2, "{text}");
    assert_eq!(text.matches("# --- Act one ---").count(), 1, "{text}");
    let text = edited(Edit::Duplicate(EditTarget::Cue(0, 1)));
    assert!(
        text.contains("number = \"13.5\"\ntitle  = \"Fireworks\"\ntrigger = { after = \"12\","),
        "{text}"
    );
    let text = edited(Edit::MoveUp(EditTarget::Segment(1)));
    let order: Vec<usize> =
        ["# --- Act one", "title = \"Encore\"", "Bows", "# The jump comes", "Off the roof"]
            .iter()
            .map(|words| text.find(words).unwrap_or_else(|| panic!("{words}: {text}")))
            .collect();
    assert!(order.is_sorted(), "{text}");
    assert_eq!(text, edited(Edit::MoveDown(EditTarget::Segment(0))));
    let text = edited(Edit::Remove(EditTarget::Cue(0, 1)));
    assert!(text.ends_with("# the caller's\n\n[[segment]]\ntitle = \"Encore\"\nduration = \"1m\"\n[[segment.cue]]\nnumber = \"20\"\ntitle = \"Bows [[segment.cue]]\"\n"), "{text}");
    assert!(!text.contains("Only after 12"), "its comment goes with it");
    // Out of a segment into the next, and back.
    let mut document = document(SHOW);
    document.edit(&Edit::MoveDown(EditTarget::Cue(0, 1))).unwrap();
    assert_eq!(numbers(&document), [vec!["12"], vec!["13", "20"]]);
    document.edit(&Edit::MoveUp(EditTarget::Cue(1, 0))).unwrap();
    assert_eq!(document.text(), SHOW);
}

#[test]
fn what_would_leave_a_faulty_show_is_refused_in_the_parsers_words() {
    let mut document = document(SHOW);
    let mut refused = |edit: Edit| document.edit(&edit).unwrap_err();
    let said = |refusal: &EditRefusal| refusal.to_string();
    let faulty = refused(Edit::Remove(EditTarget::Cue(0, 0)));
    assert!(
        matches!(&faulty, EditRefusal::Faulty { problems, .. } if !problems.is_empty()),
        "{faulty:?}"
    );
    assert!(said(&faulty).contains("`12`"), "{}", said(&faulty));
    for value in ["1m", "1\ny = 2", "\"a\"\n[x]", ""] {
        let refusal = refused(set(EditTarget::Cue(0, 0), "notes", value));
        assert_eq!(refusal, EditRefusal::NoValue("notes".to_owned(), value.to_owned()));
    }
    assert!(matches!(
        refused(set(EditTarget::Cue(0, 0), "colour", "\"red\"")),
        EditRefusal::Faulty { .. }
    ));
    assert_eq!(refused(Edit::MoveUp(EditTarget::Cue(0, 0))), EditRefusal::AtTheEnd);
    assert_eq!(refused(Edit::MoveDown(EditTarget::Cue(1, 0))), EditRefusal::AtTheEnd);
    assert_eq!(refused(clear(EditTarget::Cue(0, 0), "call")), EditRefusal::NotThere);
    assert_eq!(refused(Edit::Remove(EditTarget::Segment(9))), EditRefusal::NotThere);
    assert_eq!(refused(set(EditTarget::Show, "output", "1")), EditRefusal::Spread("output".into()));
    assert_eq!((document.text(), document.depth()), (SHOW, (0, 0)));
    let inline = "title = \"x\"\nsegment = [{ title = \"s\", duration = \"1m\" }]\n";
    let refusal = self::document(inline).edit(&Edit::Duplicate(EditTarget::Segment(0)));
    assert_eq!(refusal, Err(EditRefusal::NoHeaders));
}

#[test]
fn lines_may_end_as_on_windows_and_the_last_may_have_no_end() {
    let text = SHOW.trim_end().replace('\n', "\r\n");
    let mut document = document(&text);
    let add = add_cue(EditTarget::Cue(1, 0), "21", "End");
    for edit in [add, Edit::MoveUp(EditTarget::Cue(1, 1)), clear(EditTarget::Cue(1, 1), "title")] {
        let _ = document.edit(&edit);
    }
    document.edit(&set(EditTarget::Cue(1, 1), "call", "\"Go\"")).unwrap();
    assert!(!document.text().replace("\r\n", "").contains('\n'), "{}", document.text());
    assert_eq!(numbers(&document), [vec!["12", "13"], vec!["21", "20"]]);
    while document.undo() {}
    assert_eq!(document.text(), text);
}

#[test]
fn a_thousand_edits_are_undone_and_redone() {
    let mut document = document(SHOW);
    for at in 0..UNDO_MAX {
        document.edit(&set(EditTarget::Cue(0, 0), "notes", &format!("\"{at}\""))).unwrap();
    }
    let last = document.text().to_owned();
    for _ in 0..UNDO_MAX {
        assert!(document.undo());
    }
    assert!(!document.undo());
    assert_eq!(document.text(), SHOW);
    while document.redo() {}
    assert_eq!((document.text(), document.depth()), (last.as_str(), (UNDO_MAX, 0)));
}

#[test]
fn a_target_is_found_with_its_line_and_its_keys() {
    let document = document(SHOW);
    let target = document.find(&CueNumber::new("13").unwrap()).unwrap();
    assert_eq!(target, EditTarget::Cue(0, 1));
    let line = SHOW.lines().nth(document.line_of(target).unwrap() - 1);
    let below = SHOW.lines().nth(document.line_of(target).unwrap());
    assert_eq!((line, below), (Some("[[segment.cue]]"), Some("number = \"13\"")));
    let values = document.values(target);
    let keys: Vec<&str> = values.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["number", "title", "trigger", "do"]);
    assert_eq!(values[2].1.as_deref(), Some("{ after = \"12\", delay = \"2s\" }"));
    let spread: Vec<_> = document.values(EditTarget::Show);
    assert_eq!((spread[0].1.as_deref(), spread[1].1.as_deref()), (Some("\"A small show\""), None));
}

#[test]
fn a_new_number_is_one_that_nobody_has() {
    let show = show(SHOW);
    assert_eq!(free_number(&show, &[], "12"), "12.5");
    assert_eq!(free_number(&show, &["12.5"], "12"), "12A");
    assert_eq!(free_number(&show, &[], "12.5"), "12.5A");
    assert_eq!(free_number(&show, &[], "1234567890123456"), "2X");
}

#[test]
fn a_review_tells_what_they_did_and_where_both_did_something() {
    let listing = |text: &str| Listing::of(&show(text));
    let ours = SHOW.replace("Off the roof", "Off the wall").replace("\"1m\"", "\"2m\"");
    let theirs = SHOW.replace("Off the roof", "Off the tower").replace("Fireworks", "Rockets");
    let found = review(&listing(SHOW), &listing(&ours), &listing(&theirs));
    assert_eq!(found.theirs.items.len(), 2);
    let [conflict] = found.conflicts.as_slice() else { panic!("{found:#?}") };
    assert!(format!("{:?}", conflict.ours).contains("Off the wall"));
    assert!(format!("{:?}", conflict.theirs).contains("Off the tower"));
    // The same on both sides is no conflict, and a cue that is gone on one side is one.
    let both = review(&listing(SHOW), &listing(&ours), &listing(&ours));
    assert_eq!((both.conflicts.len(), both.theirs.items.len()), (0, 2));
    let without = SHOW.split("[[segment]]\ntitle = \"Encore\"").next().unwrap();
    let changed = SHOW.replace("Bows [[", "Bow [[");
    let found = review(&listing(SHOW), &listing(&changed), &listing(without));
    assert_eq!(found.conflicts.len(), 1, "{found:#?}");
}

/// The numbers of all cues, segment by segment.
fn numbers(document: &Document) -> Vec<Vec<String>> {
    let show = document.show();
    let cues = |ix| show.cues_of(ix).map(|cue| show.cue(cue).number.to_string()).collect();
    show.segment_indices().map(cues).collect()
}

/// The rundown after an edit, if the show takes it.
fn model(rundown: &[Vec<String>], edit: &Edit, free: &str) -> Vec<Vec<String>> {
    let mut rundown = rundown.to_vec();
    match edit {
        Edit::MoveUp(EditTarget::Segment(at)) => rundown.swap(at - 1, *at),
        Edit::MoveDown(EditTarget::Segment(at)) => rundown.swap(*at, at + 1),
        Edit::MoveUp(EditTarget::Cue(at, cue)) => {
            let number = rundown[*at].remove(*cue);
            match cue.checked_sub(1) {
                Some(above) => rundown[*at].insert(above, number),
                None => rundown[at - 1].push(number),
            }
        }
        Edit::MoveDown(EditTarget::Cue(at, cue)) => {
            let number = rundown[*at].remove(*cue);
            if *cue < rundown[*at].len() {
                rundown[*at].insert(cue + 1, number);
            } else {
                rundown[at + 1].insert(0, number);
            }
        }
        Edit::Remove(EditTarget::Segment(at)) => drop(rundown.remove(*at)),
        Edit::Remove(EditTarget::Cue(at, cue)) => drop(rundown[*at].remove(*cue)),
        Edit::Duplicate(EditTarget::Cue(at, cue)) => rundown[*at].insert(cue + 1, free.to_owned()),
        Edit::Change(changes) => match changes.as_slice() {
            [BatchChange::AddCue { after: EditTarget::Cue(at, cue), .. }] => {
                rundown[*at].insert(cue + 1, free.to_owned());
            }
            [BatchChange::AddCue { after: EditTarget::Segment(at), .. }] => {
                rundown[*at].insert(0, free.to_owned());
            }
            [BatchChange::AddSegment { after: Some(at), .. }] => rundown.insert(at + 1, vec![]),
            _ => {}
        },
        _ => {}
    }
    rundown
}

fn edit_of(kind: u8, target: EditTarget, free: &str) -> Edit {
    match kind {
        0 => Edit::MoveUp(target),
        1 => Edit::MoveDown(target),
        2 => Edit::Remove(target),
        3 => Edit::Duplicate(target),
        4 => add_cue(target, free, "New"),
        5 => match target {
            EditTarget::Segment(at) | EditTarget::Cue(at, _) => add_segment(at, "S9", "9s"),
            EditTarget::Show => clear(target, "nothing"),
        },
        6 => set(target, "duration", "\"7s\""),
        7 => set(target, "notes", "\"\"\"\n[[segment]]\n# no comment\n\"\"\""),
        _ => clear(target, "notes"),
    }
}

proptest! {
    /// Each edit does what it says or nothing; comments stay; all of it can be undone to the byte.
    #[test]
    fn random_edits_of_random_shows(
        sketch in sketches(),
        edits in prop::collection::vec((0_u8..9, 0_usize..6, prop::option::of(0_usize..7)), 0..24),
    ) {
        let plain = text_of(&sketch);
        let mut commented = String::new();
        for (at, line) in plain.lines().enumerate() {
            let comment = if line.starts_with('[') { format!("\n# comment {at}\n") } else { String::new() };
            commented += &format!("{comment}{line} # end {at}\n");
        }
        let mut document = document(&commented);
        let mut texts = vec![commented];
        for (kind, segment, cue) in edits {
            let target = cue.map_or(EditTarget::Segment(segment), |cue| EditTarget::Cue(segment, cue));
            let before = numbers(&document);
            let number = match target {
                EditTarget::Cue(at, cue) => before.get(at).and_then(|cues| cues.get(cue)).cloned(),
                _ => None,
            };
            let free = free_number(document.show(), &[], &number.unwrap_or_else(|| "50".to_owned()));
            let edit = edit_of(kind, target, &free);
            let text = document.text().to_owned();
            match document.edit(&edit) {
                Err(_) => prop_assert_eq!(document.text(), text),
                Ok(()) => {
                    prop_assert_eq!(document.show(), &show(document.text()));
                    if !matches!(edit, Edit::Duplicate(EditTarget::Segment(_))) {
                        prop_assert_eq!(numbers(&document), model(&before, &edit, &free), "{:?}\n{}", edit, text);
                    }
                    let comments = |text: &str| text.matches("# comment").count();
                    match edit {
                        Edit::Remove(_) => {}
                        Edit::Duplicate(_) => prop_assert!(comments(document.text()) >= comments(&text)),
                        _ => prop_assert_eq!(comments(document.text()), comments(&text)),
                    }
                    if document.text() != text {
                        texts.push(document.text().to_owned());
                    }
                }
            }
        }
        prop_assert_eq!(document.depth(), (texts.len() - 1, 0));
        for text in texts.iter().rev().skip(1) {
            prop_assert!(document.undo());
            prop_assert_eq!(document.text(), text);
        }
        prop_assert!(!document.undo());
        for text in texts.iter().skip(1) {
            prop_assert!(document.redo());
            prop_assert_eq!(document.text(), text);
        }
    }

    /// An editor's text is taken whole, and given back whole.
    #[test]
    fn a_replaced_text_comes_back(old in sketches(), new in sketches()) {
        let (old, new) = (text_of(&old), text_of(&new));
        let mut document = document(&old);
        document.edit(&Edit::Replace(new.clone())).unwrap();
        prop_assert_eq!(document.text(), &new);
        prop_assert_eq!(document.undo(), old != new);
        prop_assert_eq!(document.text(), &old);
    }
}

const REPEATS: &str = r#"title = "T"
[vars]
host = "Jane"

[[template.talk.cue]]
number = "{n}.1"
title = "Sting for {who}"
[[template.talk.cue]]
number = "{n}.2"
title = "{host} asks"

[[segment]]
title = "{who}"
duration = "5m"
use = "talk"
with = { n = 10, who = "Ann" }

[[segment.cue]]
number = "10.8"
title = "One by {host}"

[[segment.cue]]
number = "10.9"
title = "Two"

[[segment]]
title = "Last"
duration = "5m"
"#;

#[test]
fn a_cue_of_a_template_is_not_edited_and_those_beside_it_are() {
    let mut one = document(REPEATS);
    let number = |text: &str| CueNumber::new(text).unwrap();
    assert_eq!(one.find(&number("10.8")), Some(EditTarget::Cue(0, 0)));
    assert_eq!(one.find(&number("10.1")), None);
    let refusal = one.target(&number("10.2")).unwrap_err();
    let said = "cue 10.2 comes from a template: change that in your editor, at line 8";
    assert_eq!(refusal.to_string(), said);
    assert_eq!(one.line_of_cue(&number("10.2")), Some(8));
    assert_eq!(one.line_of_cue(&number("10.8")), Some(18));
    let at = one.cue_at(EditTarget::Cue(0, 1)).map(|cue| one.show().cue(cue).number.to_string());
    assert_eq!(at.as_deref(), Some("10.9"));
    // The text keeps its names and its template, and the show has what they stand for.
    let title = KeyValue::new("title", quoted("Three by {host}"));
    one.change(&[BatchChange::Keys(EditTarget::Cue(0, 1), vec![title])]).unwrap();
    assert_eq!(one.text(), REPEATS.replace("\"Two\"", "\"Three by {host}\""));
    assert!(one.plain().contains("\"Three by Jane\"") && !one.plain().contains('{'));
    let cue = one.show().find(&number("10.9")).unwrap();
    assert_eq!(one.show().cue(cue).title, "Three by Jane");
    one.edit(&Edit::MoveDown(EditTarget::Cue(0, 0))).unwrap();
    let numbers: Vec<&str> = one.show().listed().map(|(_, cue)| cue.number.as_str()).collect();
    assert_eq!(numbers, ["10.1", "10.2", "10.9", "10.8"]);
    // What stands for nothing is refused, and so are numbers that come twice.
    let title = KeyValue::new("title", quoted("By {hots}"));
    let refusal = one.change(&[BatchChange::Keys(EditTarget::Cue(0, 1), vec![title])]).unwrap_err();
    assert!(refusal.to_string().contains("did you mean `{host}`?"), "{refusal}");
    let refusal = one.edit(&Edit::Duplicate(EditTarget::Segment(0))).unwrap_err();
    assert!(refusal.to_string().contains("cue number `10.1` is used twice"), "{refusal}");
}
