//! Warnings about things of a show that are taken for each other: cue numbers, backups of the same
//! cue, outputs with the same address.

use super::warnings::Marks;
use crate::show::problem::{Problem, ProblemPlace, quoted};
use crate::show::{CueIx, Output, OutputIx, Show};

/// Cue numbers that differ only in leading zeros, or in capital letters.
pub(super) fn numbers(show: &Show, marks: &Marks) -> Vec<Problem> {
    let number = |cue: CueIx| &show.cue(cue).number;
    let mut sorted: Vec<CueIx> = show.cue_indices().collect();
    // Those that are alike stand beside each other then.
    sorted.sort_by_key(|&cue| number(cue));
    let mut warnings = vec![];
    for pair in sorted.chunk_by(|&a, &b| number(a).is_like(number(b))) {
        let Some(&first) = pair.iter().min_by_key(|&&cue| show.place(cue)) else { continue };
        for &cue in pair.iter().filter(|&&cue| cue != first) {
            let what = format!(
                "cue numbers {} and {} sound the same",
                quoted(number(first).as_str()),
                quoted(number(cue).as_str())
            );
            let fix = "give one of the two cues another number";
            let warning = Problem::warning(place(marks, cue), what, fix);
            warnings.push(warning.beside(place(marks, first), "the other one is here".to_owned()));
        }
    }
    warnings
}

/// Words that stand where remote controls write the number of a cue: `/playhead/next`,
/// `/cue/active/stop`. They are lower and upper case as written here.
pub(crate) const REMOTE_WORDS: &[&str] = &[
    "next",
    "nextSequence",
    "previous",
    "previousSequence",
    "selected",
    "playhead",
    "playbackPosition",
    "active",
];

/// Cue numbers that remote controls cannot write, since they mean something else there.
pub(super) fn words(show: &Show, marks: &Marks) -> Vec<Problem> {
    let is_word = |cue: &CueIx| REMOTE_WORDS.contains(&show.cue(*cue).number.as_str());
    let warning = |cue: CueIx| {
        let number = quoted(show.cue(cue).number.as_str());
        let what = format!("cue number {number} has another meaning for remote controls");
        Problem::warning(place(marks, cue), what, "give the cue another number")
    };
    show.cue_indices().filter(is_word).map(warning).collect()
}

/// Backups of a cue that has another one: the caller gets to them only by a second `b`.
pub(super) fn backups(show: &Show, marks: &Marks) -> Vec<Problem> {
    let mut warnings = vec![];
    for main in show.cue_indices() {
        let [first, others @ ..] = show.backups(main) else { continue };
        for &other in others {
            let [main, first, number] = [main, *first, other].map(|cue| &show.cue(cue).number);
            let what = format!(
                "cue {main} has more than one backup: for {number} the caller has to pass {first}"
            );
            let fix = format!("leave out {first} or {number}, unless that is meant");
            let mark = |cue: CueIx| marks.cues[cue.0 as usize].backup_for.clone();
            let own = mark(other).unwrap_or_else(|| place(marks, other));
            let warning = Problem::warning(own, what, fix);
            let there = show.find(first).map(|first| place(marks, first));
            warnings.push(match there {
                Some(there) => warning.beside(there, format!("{first} comes first")),
                None => warning,
            });
        }
    }
    warnings
}

/// Outputs that send to the same address: two lights for one device, and messages to it that may
/// overtake each other.
pub(super) fn addresses(show: &Show, marks: &Marks) -> Vec<Problem> {
    let mut firsts: Vec<OutputIx> = vec![];
    let mut warnings = vec![];
    for (at, output) in (0..).map(OutputIx).zip(&show.outputs) {
        if !output.kind.protocol().spec().is_one_device {
            continue;
        }
        // `127.0.0.1` is another machine at each station.
        let is_same = |first: &&OutputIx| {
            let first = show.output(**first);
            first.station == output.station && first.shares_device(output)
        };
        let Some(&first) = firsts.iter().find(is_same) else {
            firsts.push(at);
            continue;
        };
        let mark = |output: OutputIx| marks.outputs.get(output.0 as usize).cloned();
        let (Some(own), Some(there)) = (mark(at), mark(first)) else { continue };
        let id = quoted(&show.output(first).id);
        let what = format!("outputs {id} and {} send to the same address", quoted(&output.id));
        let fix = format!(
            "send everything to {id}: messages to two outputs may come in another order than sent"
        );
        warnings.push(
            Problem::warning(own, what, fix).beside(there, "it is used here first".to_owned()),
        );
    }
    warnings
}

/// Outputs that send to where the program itself listens for remote controls.
pub(super) fn own_ear(show: &Show, marks: &Marks) -> Vec<Problem> {
    let Some(listen) = show.remote.as_ref().map(|remote| remote.listen) else { return vec![] };
    let warning = |(at, output): (OutputIx, &Output)| {
        let id = quoted(&output.id);
        let what = format!("output {id} sends to {listen}, where this program listens itself");
        let fix = "listen at another port: what the output sends would fire cues";
        Some(Problem::warning(marks.outputs.get(at.0 as usize)?.clone(), what, fix))
    };
    let reaches = |output: &Output| output.sides().any(|side| side.reaches(listen));
    let own = (0..).map(OutputIx).zip(&show.outputs).filter(|(_, output)| reaches(output));
    own.filter_map(warning).collect()
}

fn place(marks: &Marks, cue: CueIx) -> ProblemPlace {
    marks.cues[cue.0 as usize].number.clone()
}
