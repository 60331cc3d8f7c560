//! Scenarios as data: at this time this command, expect these events. The files are
//! `tests/scenarios/*.toml`.
//!
//! A file holds scenarios; a scenario opens a show and goes through steps. Before a step the run
//! lives up to the step's time, then the step's command is given, then its expectations are
//! checked:
//!
//! - `expect`: every event since the last `expect`, in order and none left out, but for the kinds
//!   that a scenario does not `watch`; each with its due time in seconds since the run began or,
//!   with `times = "wall"`, by the show's clock;
//! - `reject`: a part of the words with which the command is refused; without it the command must
//!   be accepted;
//! - `edit`: pairs of texts; the show that runs is taken into the run with the first of each
//!   replaced by the second, after the step's command;
//! - `spotted`: the sheet, a line a person: the id, when spotted (and by which cue's step), and the
//!   notes;
//! - `playhead` (`"-"`: none), `unsure` (the first cue that may have been sent without a record), `segment`, `on_air`, `ongoing`, `cut_off`, `missed`, `over`, `starts` (projected),
//!   `cue_left`, `effects`, `next_clips`, `clip_joins`, `timecode`, `ended`, `next` (by itself),
//!   `left_behind` (by `now` on a cue), `comes` (projected), `now_over`, `phases` (of the segments), `passed` (over by the playhead):
//!   what the state says then.
//!
//! Commands: `go`, `remote …`, `crew …` (a department's page: `crew ready 1 stunts`, `crew warn stunts`), `answer`, `clip …`, `standby`, `ready 1`, `override WHY`, `hold`, `next`,
//! `previous`, `to 12`, `skip 12`, `swap`, `step`, `note TEXT`, `spot PERSON`, `unspot PERSON`,
//! `know PERSON TEXT` (a note of a person), `nudge 30s`, `nudge until 20:01:30`,
//! `now 12` (the show is at that cue), `begin 2` (that segment begins now), `panic`, `end`; and `crash 30s` (the program is down so
//! `know PERSON TEXT` (a note of a person), `nudge 30s`, `nudge until 20:01:30`, `message TEXT`, `clear`, `panic`, `end`; and `crash 30s` (the program is down so
//! long and resumes), `full 30s` (the same, after a disk that had not taken the last events), `stall 5s` (the program does not come to look for so long), `torn 2` (so many
//! events are torn off the journal, and the program is down for a second).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use handover::app::crew::command_of;
use handover::engine::{
    Cause, ClipFact, Command, Effect, Event, Here, MissedWhy, Nudge, Ongoing, OngoingKind, Record,
    RunNs, SegmentPhase, State,
};
use handover::show::{
    ClipJoin, CueIx, CueNumber, Layer, OutputIx, OutputLayer, PersonIx, SegmentIx, Show, duration,
    file,
};
use handover::time::{nanoseconds, signed};
use handover::web::CrewWish;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::test_run::{Opening, TestRun};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The show of the scenarios that have none of their own.
    show: Option<String>,
    scenario: Vec<Scenario>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    show: Option<String>,
    #[serde(default = "evening")]
    clock: Timestamp,
    day: Option<jiff::civil::Date>,
    #[serde(default)]
    live: bool,
    #[serde(default)]
    auto: bool,
    #[serde(default = "one")]
    speed: u32,
    /// Delay of every wake-up.
    late: Option<String>,
    /// `true` if the outputs report what became of an action.
    #[serde(default = "yes")]
    outputs_answer: bool,
    /// The kinds of events that `expect` names; without it, all but the opening, the answers of
    /// outputs, and the moves of the playhead.
    watch: Option<Vec<String>>,
    #[serde(default)]
    times: Times,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Times {
    #[default]
    Run,
    Wall,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: String,
    command: Option<String>,
    expect: Option<Vec<String>>,
    /// Parts of the show's text that are replaced, and by what.
    edit: Option<Vec<(String, String)>>,
    reject: Option<String>,
    playhead: Option<String>,
    unsure: Option<String>,
    segment: Option<u32>,
    on_air: Option<Vec<String>>,
    missed: Option<Vec<String>>,
    /// Ramps and fades that go on: `ramp 7 /fader 3s`, `in 1 500ms`, `to 40 1 2s`, `out 1 2s`.
    ongoing: Option<Vec<String>>,
    /// Ramps that the program before did not bring to their end: `ramp 7 /fader`.
    cut_off: Option<Vec<String>>,
    over: Option<String>,
    starts: Option<Vec<String>>,
    cue_left: Option<BTreeMap<String, String>>,
    /// The cues whose clips are got ready next.
    next_clips: Option<Vec<String>>,
    /// Clips that follow each other without a gap: `1>2`.
    clip_joins: Option<Vec<String>>,
    /// Reading of the show's timecode, and `stands` where it does not run.
    timecode: Option<String>,
    effects: Option<Vec<String>>,
    ended: Option<bool>,
    /// The cue that fires next by itself and its instant, `12 @30s`; `-`: none.
    next: Option<String>,
    /// Projected times of cues; `-`: none.
    comes: Option<BTreeMap<String, String>>,
    /// Difference between the show and its plan right now.
    now_over: Option<String>,
    /// The phase of each segment, `to_come`, `running`, `done` or `passed_over`.
    phases: Option<Vec<String>>,
    /// The cues that the playhead has passed over.
    passed: Option<Vec<String>>,
    /// For a cue, the cues that would not come by themselves any more if the show were there.
    left_behind: Option<BTreeMap<String, Vec<String>>>,
    /// The sheet of those who were spotted, a line a person who has a tick or a note.
    spotted: Option<Vec<String>>,
}

fn evening() -> Timestamp {
    "2024-08-11T18:00:00Z".parse().unwrap()
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

#[test]
fn every_scenario_goes_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut failures, mut count) = (String::new(), 0);
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        for scenario in &file.scenario {
            count += 1;
            let show = scenario.show.as_ref().or(file.show.as_ref()).expect("a show");
            if let Err(failure) = play(scenario, show) {
                writeln!(failures, "\n{name}: {}\n{failure}", scenario.name).unwrap();
            }
        }
    }
    assert!(count > 0, "no scenario found");
    assert!(failures.is_empty(), "{failures}");
}

/// Reads a show that a test wrote, or that stands at a path of the repository.
pub(crate) fn read_show(text: &str) -> Result<Arc<Show>, String> {
    let text = match text.strip_suffix(".toml") {
        Some(_) => &std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(text))
            .map_err(|e| e.to_string())?,
        None => text,
    };
    file::parse(text, "UTC").map(Arc::new).map_err(|problems| {
        let problems = problems
            .iter()
            .map(|p| format!("{} ({}): {:?}", p.what, p.fix, &text[p.place.span().unwrap()]));
        format!("the show has faults:\n{}", problems.collect::<Vec<_>>().join("\n"))
    })
}

fn play(scenario: &Scenario, show: &str) -> Result<(), String> {
    let opening = Opening {
        clock: scenario.clock,
        day: scenario.day,
        rehearsal: !scenario.live,
        speed: scenario.speed,
        auto: scenario.auto,
    };
    let mut rig = TestRun::open(read_show(show)?, &opening)?;
    rig.late = scenario
        .late
        .as_deref()
        .map_or(Ok(Duration::ZERO), duration::parse)
        .map_err(|e| e.to_string())?;
    rig.outputs_answer = scenario.outputs_answer;
    let mut seen = Seen { text: show.to_owned(), ..Seen::default() };
    for (at, step) in scenario.steps.iter().enumerate() {
        go_through(&mut rig, step, scenario, &mut seen).map_err(|why| {
            let told = rig.journal.iter().map(|Record { run_ns, event, .. }| {
                format!(
                    "    {:>12}  {}",
                    instant(*run_ns),
                    line(event, rig.state(), scenario.times)
                )
            });
            let told = told.collect::<Vec<_>>().join("\n");
            format!(
                "  step {} ({} {}): {why}\n  events so far:\n{told}",
                at + 1,
                step.at,
                step.command.as_deref().unwrap_or("")
            )
        })?;
    }
    let rest = seen.events(&rig, scenario);
    if rest.is_empty() { Ok(()) } else { Err(format!("  events that no step expects: {rest:#?}")) }
}

/// The show that earlier steps have made, and the lengths of the journal and of the effects that
/// they have looked at.
#[derive(Default)]
struct Seen {
    /// The show as it is edited.
    text: String,
    events: usize,
    effects: usize,
}

impl Seen {
    fn events(&mut self, rig: &TestRun, scenario: &Scenario) -> Vec<String> {
        let from = std::mem::replace(&mut self.events, rig.journal.len());
        let new = &rig.journal[from.min(rig.journal.len())..];
        let quiet = |kind: &str| matches!(kind, "run_started" | "action_sent" | "playhead_moved");
        let watched = |event: &Event| match &scenario.watch {
            Some(kinds) => kinds.iter().any(|kind| kind == event.kind()),
            None => !quiet(event.kind()),
        };
        let new = new.iter().filter(|record| watched(&record.event));
        new.map(|record| line(&record.event, rig.state(), scenario.times)).collect()
    }
}

fn go_through(
    rig: &mut TestRun,
    step: &Step,
    scenario: &Scenario,
    seen: &mut Seen,
) -> Result<(), String> {
    let at_ns = duration::parse(&step.at).map_err(|e| format!("{:?}: {e}", step.at))?;
    let at_ns = RunNs::ZERO + at_ns;
    if at_ns < rig.now && rig.late.is_zero() {
        return Err(format!("the run is at {} already", instant(rig.now)));
    }
    rig.live_until(at_ns)?;
    if let Some(words) = &step.command {
        let outcome = give(rig, words)?;
        match (step.reject.as_ref().filter(|_| step.edit.is_none()), outcome) {
            (None, Ok(())) => {}
            (None, Err(why)) => return Err(format!("refused: {why}")),
            (Some(part), Err(why)) if why.contains(part) => {}
            (Some(part), outcome) => {
                return Err(format!("expected a refusal with {part:?}, got {outcome:?}"));
            }
        }
        rig.drain()?;
    }
    if let Some(edits) = &step.edit {
        for (old, new) in edits {
            if seen.text.matches(old.as_str()).count() != 1 {
                return Err(format!("{old:?} does not stand once in the show"));
            }
            seen.text = seen.text.replace(old.as_str(), new);
        }
        let outcome = rig.revise(read_show(&seen.text)?);
        match (&step.reject, outcome) {
            (None, Ok(())) => {}
            (Some(part), Err(why)) if why.to_string().contains(part) => {}
            (_, outcome) => return Err(format!("the edit: {outcome:?}")),
        }
        rig.drain()?;
    }
    rig.replay()?;
    if let Some(expected) = &step.expect {
        same("events", expected, &seen.events(rig, scenario))?;
    }
    check(rig, step, seen)
}

fn give(rig: &mut TestRun, words: &str) -> Result<Result<(), String>, String> {
    let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
    let cue = || find(rig.state(), rest);
    let command = match word {
        "torn" => {
            rig.tear(rest.parse().map_err(|e| format!("{rest:?}: {e}"))?);
            return rig.crash(Duration::from_secs(1)).map(Ok);
        }
        "crash" => return rig.crash(duration::parse(rest).map_err(|e| e.to_string())?).map(Ok),
        "full" => {
            let down = duration::parse(rest).map_err(|e| e.to_string())?;
            return rig.crash_on_full_disk(down).map(Ok);
        }
        "stall" => {
            return rig.stand_still(duration::parse(rest).map_err(|e| e.to_string())?).map(Ok);
        }
        "go" => Command::Go { cause: Cause::Go },
        "remote" => remote(rig.state(), rest)?,
        "crew" => crew(rig.state(), rest)?,
        "answer" => Command::Answer,
        "clip" => clip(rig.state(), rest)?,
        "standby" => Command::Standby,
        "ready" => Command::ToggleReady(rest.parse::<usize>().map_err(|e| e.to_string())? - 1),
        "override" => Command::Override { reason: rest.to_owned() },
        "swap" => Command::SwapBackup,
        "step" => Command::Step,
        "hold" => Command::ToggleHold,
        "next" => Command::PlayheadNext,
        "previous" => Command::PlayheadPrevious,
        "to" => Command::PlayheadTo(cue()?),
        "skip" => Command::ToggleSkip(cue()?),
        "now" => Command::Retime(Here::Cue(cue()?)),
        "begin" => {
            let number: u32 = rest.parse().map_err(|e| format!("{rest:?}: {e}"))?;
            Command::Retime(Here::Segment(SegmentIx(number - 1)))
        }
        "nudge" => Command::Nudge(nudge(rest)?),
        "message" => Command::ShowMessage(rest.to_owned()),
        "clear" => Command::ClearMessage,
        "note" => Command::Note(rest.to_owned()),
        "spot" => Command::Spot(person(rig.state(), rest)?),
        "unspot" => Command::Unspot(person(rig.state(), rest)?),
        "know" => {
            let (id, text) = rest.split_once(' ').unwrap_or((rest, ""));
            Command::NotePerson { person: person(rig.state(), id)?, text: text.to_owned() }
        }
        "panic" => Command::Panic,
        "end" => Command::End,
        _ => return Err(format!("no such command: {words:?}")),
    };
    Ok(rig.command(&command).map_err(|why| why.to_string()))
}

fn nudge(words: &str) -> Result<Nudge, String> {
    if let Some(time) = words.strip_prefix("until ") {
        return time.parse().map(Nudge::Until).map_err(|e| format!("{time:?}: {e}"));
    }
    let by = duration::parse(words.trim_start_matches('-')).map_err(|e| e.to_string())?;
    Ok(Nudge::By(if words.starts_with('-') { -signed(by) } else { signed(by) }))
}

/// Wishes of a remote control: `go`, `go 12`, `start 12`, `stop 12`, `stop`, `pause 12`,
/// `go_on 12`, `hold`, `resume`, `ready NAME`.
fn remote(state: &State, words: &str) -> Result<Command, String> {
    let cause = Cause::Remote;
    Ok(match words.split_once(' ').unwrap_or((words, "")) {
        ("go", "") => Command::Go { cause },
        ("go", cue) => Command::GoTo { cue: find(state, cue)?, cause },
        ("start", cue) => Command::Start { cue: find(state, cue)?, cause },
        ("stop", "") => Command::StopAll,
        ("stop", cue) => Command::Stop(find(state, cue)?),
        ("pause", cue) => Command::PauseClip(find(state, cue)?),
        ("go_on", cue) => Command::ResumeClip(find(state, cue)?),
        ("hold", _) => Command::Hold,
        ("resume", _) => Command::Resume,
        ("ready", department) => Command::Ready(department.to_owned()),
        _ => return Err(format!("no remote control says {words:?}")),
    })
}

/// Reports of a player on a cue's last firing: `12 started 30s`, `12 started`, `12 ended`, `12
/// stopped`, `12 lost WHY`, `12 broke off`; with `12#1` of its first, with `12@wall` or
/// `12@wall/bgm` of another player's clip.
fn clip(state: &State, words: &str) -> Result<Command, String> {
    let (number, said) = words.split_once(' ').ok_or("a clip has a cue and a fact")?;
    let (number, firing) =
        number.split_once('#').map_or((number, None), |(number, firing)| (number, Some(firing)));
    let (number, output) =
        number.split_once('@').map_or((number, None), |(number, output)| (number, Some(output)));
    let cue = find(state, number)?;
    let own = state.show().cue(cue).clip().map(|(_, player, _)| player);
    let named = |words: &str| {
        let (id, layer) = words.split_once('/').unwrap_or((words, "main"));
        let at = state.show().outputs.iter().position(|output| output.id == id)?;
        Some(OutputLayer { output: OutputIx(at as u32), layer: Layer::new(layer) })
    };
    let player = output.map_or(own, named).ok_or("no such player")?;
    let firing = firing
        .map_or(Ok(state.cue(cue).firings), |f| f.parse().map_err(|e| format!("{f:?}: {e}")))?;
    let fact = match said.split_once(' ').unwrap_or((said, "")) {
        ("started", "") => ClipFact::Started(None),
        ("started", length) => {
            let length = duration::parse(length).map_err(|e| e.to_string())?;
            ClipFact::Started(Some(nanoseconds(length)))
        }
        ("ended", _) => ClipFact::Ended,
        ("stopped", _) => ClipFact::Stopped,
        ("lost", why) => ClipFact::Lost(why.to_owned()),
        ("broke", why) => ClipFact::BrokeOff(why.to_owned()),
        _ => return Err(format!("no player says {said:?}")),
    };
    Ok(Command::Clip { cue, firing, player, fact })
}

fn find(state: &State, number: &str) -> Result<CueIx, String> {
    let number = CueNumber::new(number).map_err(|e| e.to_string())?;
    state.show().find(&number).ok_or_else(|| format!("the show has no {number:?}"))
}

fn person(state: &State, id: &str) -> Result<PersonIx, String> {
    state.show().find_person(id).ok_or_else(|| format!("the show has no {id:?}"))
}

/// What a department says on its page: `ready 1 stunts`, `unready 1 stunts`, `warn stunts`.
fn crew(state: &State, rest: &str) -> Result<Command, String> {
    let words: Vec<&str> = rest.split(' ').collect();
    let wish = match words[..] {
        [word @ ("ready" | "unready"), cue, department] => CrewWish::Ready {
            department: department.to_owned(),
            cue: cue.to_owned(),
            is_ready: word == "ready",
        },
        ["warn", department] => CrewWish::Warn { department: department.to_owned() },
        _ => return Err(format!("a department does not say {rest:?}")),
    };
    command_of(&wish, state.show())
}

fn sheet(state: &State) -> Vec<String> {
    let mut lines = vec![];
    for (person, known) in state.show().people.iter().zip(state.people()) {
        let times = known.sightings.iter().map(|sighting| {
            let by = sighting
                .cue
                .map_or(String::new(), |cue| format!(" by {}", state.show().cue(cue).number));
            format!("{}{by}", instant(sighting.at_ns))
        });
        let notes = known.notes.iter().map(|note| format!("{} {}", instant(note.at_ns), note.text));
        let all: Vec<String> = times.chain(notes).collect();
        if !all.is_empty() {
            lines.push(format!("{}: {}", person.id, all.join(", ")));
        }
    }
    lines
}

fn check(rig: &TestRun, step: &Step, seen: &mut Seen) -> Result<(), String> {
    let state = rig.state();
    let number = |cue: CueIx| state.show().cue(cue).number.to_string();
    let timing = state.projection(rig.now);
    if let Some(unsure) = &step.unsure {
        let order = &mut state.show().cue_indices();
        let first = order.find(|&cue| state.may_have_been_sent(cue));
        same("unsure", unsure, &first.map_or("-".to_owned(), number))?;
    }
    if let Some(playhead) = &step.playhead {
        same("playhead", playhead, &state.playhead().map_or("-".to_owned(), number))?;
    }
    if let Some(segment) = step.segment {
        same("segment", &segment, &state.current_segment().map_or(0, |segment| segment.0 + 1))?;
    }
    if let Some(on_air) = &step.on_air {
        same("on air", on_air, &state.on_air().iter().copied().map(number).collect())?;
    }
    let told = |ongoing: &Ongoing| {
        let cue = number(ongoing.cue);
        match &ongoing.kind {
            OngoingKind::Ramp(address) => format!("ramp {cue} {address}"),
            OngoingKind::FadeIn => format!("in {cue}"),
            OngoingKind::FadeTo(volume) => format!("to {volume} {cue}"),
            OngoingKind::FadeOut => format!("out {cue}"),
        }
    };
    if let Some(ongoing) = &step.ongoing {
        let left = |ongoing: &Ongoing| format!("{} {:?}", told(ongoing), ongoing.left(rig.now));
        same("ongoing", ongoing, &state.ongoing(rig.now).map(left).collect())?;
    }
    if let Some(cut_off) = &step.cut_off {
        same("cut off", cut_off, &state.cut_off().iter().map(told).collect())?;
    }
    if let Some(missed) = &step.missed {
        same("missed", missed, &state.missed().map(number).collect())?;
    }
    if let Some(over) = &step.over {
        same("over", over, &duration::over_under(timing.over))?;
    }
    if let Some(starts) = &step.starts {
        same("projected starts", starts, &timing.start_ns.iter().copied().map(instant).collect())?;
    }
    if let Some(next) = &step.next {
        let upcoming = state.next_by_itself(rig.now);
        let told = upcoming
            .map_or("-".into(), |next| format!("{} @{}", number(next.cue), instant(next.at_ns)));
        same("next by itself", next, &told)?;
    }
    for (cue, at) in step.comes.iter().flatten() {
        let comes_ns = state.projected_cue_ns(find(state, cue)?, &timing, rig.now);
        same(&format!("when {cue} comes"), at, &comes_ns.map_or("-".into(), instant))?;
    }
    if let Some(over) = &step.now_over {
        same("over now", over, &duration::over_under(timing.now_over))?;
    }
    if let Some(phases) = &step.phases {
        let phase = |segment| match state.segment_phase(segment) {
            SegmentPhase::ToCome => "to_come",
            SegmentPhase::Running => "running",
            SegmentPhase::Done => "done",
            SegmentPhase::PassedOver => "passed_over",
        };
        same(
            "phases",
            phases,
            &state.show().segment_indices().map(|segment| phase(segment).to_owned()).collect(),
        )?;
    }
    if let Some(passed) = &step.passed {
        let cues = state.show().cue_indices().filter(|&cue| state.is_passed_over(cue));
        same("passed over", passed, &cues.map(number).collect())?;
    }
    for (cue, left) in step.left_behind.iter().flatten() {
        let found = state.left_behind(Here::Cue(find(state, cue)?));
        same(&format!("left behind at {cue}"), left, &found.into_iter().map(number).collect())?;
    }
    for (cue, left) in step.cue_left.iter().flatten() {
        let countdown = state.cue_countdown(find(state, cue)?, rig.now);
        same("left of the cue", left, &countdown.map_or("-".to_owned(), |c| seconds(c.left())))?;
    }
    if let Some(effects) = &step.effects {
        let new = &rig.effects[std::mem::replace(&mut seen.effects, rig.effects.len())..];
        let told = new.iter().map(|effect| match *effect {
            Effect::Send { cue, firing, action } => {
                format!("send {} #{firing} {}", number(cue), action + 1)
            }
            Effect::Stop { cue, over } if over.is_zero() => format!("stop {}", number(cue)),
            Effect::Stop { cue, over } => format!("stop {} over {over:?}", number(cue)),
            Effect::PauseClip(cue) => format!("pause {}", number(cue)),
            Effect::ResumeClip(cue) => format!("resume {}", number(cue)),
            Effect::StopOutputs => "stop".to_owned(),
        });
        same("effects", effects, &told.collect())?;
    }
    if let Some(joins) = &step.clip_joins {
        let of = |join: ClipJoin| format!("{}>{}", number(join.leader), number(join.follower));
        let mut found: Vec<_> =
            state.clip_joins(&state.next_clips(3)).into_iter().map(of).collect();
        found.sort();
        same("clip joins", joins, &found)?;
    }
    if let Some(next) = &step.next_clips {
        same("next clips", next, &state.next_clips(3).into_iter().map(number).collect())?;
    }
    if let Some(timecode) = &step.timecode {
        let (time, runs) = state.timecode(rig.now);
        same(
            "timecode",
            timecode,
            &format!("{}{}", seconds(signed(time)), if runs { "" } else { " stands" }),
        )?;
    }
    if let Some(ended) = step.ended {
        same("ended", &ended, &state.has_ended())?;
    }
    if let Some(spotted) = &step.spotted {
        same("the sheet", spotted, &sheet(state))?;
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:#?}\n  found {found:#?}"))
    }
}

/// Nanoseconds as seconds: `12s`, `12.004s`, `-3s`.
/// An instant of the run.
fn instant(at: RunNs) -> String {
    seconds(SignedDuration::from_nanos(at.ns()))
}

fn seconds(time: SignedDuration) -> String {
    let (sign, time) = (if time.is_negative() { "-" } else { "" }, time.unsigned_abs());
    let fraction = format!(".{:09}", time.subsec_nanos());
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{}{fraction}s", time.as_secs())
}

/// An event as a scenario writes it.
fn line(event: &Event, state: &State, times: Times) -> String {
    let due = |due_ns: RunNs| match times {
        Times::Run => format!("@{}", instant(due_ns)),
        Times::Wall => {
            let at = state.wall(due_ns).to_zoned_datetime(state.show().zone.clone());
            format!("@{}", at.strftime("%d %H:%M:%S%:z"))
        }
    };
    let kind = event.kind();
    match event {
        Event::SegmentStarted { segment, due_ns, .. } | Event::SegmentEnded { segment, due_ns } => {
            format!("{kind} {segment} {}", due(*due_ns))
        }
        Event::Retimed { segment, cue, into_ns, due_ns, .. } => {
            let cue = cue.as_ref().map_or("-".to_owned(), ToString::to_string);
            let into = seconds(SignedDuration::from_nanos(*into_ns as i64));
            format!("{kind} {segment} {cue} {into} {}", due(*due_ns))
        }
        Event::SegmentNudged { segment, by_ns, time_up } => {
            let up = if *time_up { " up" } else { "" };
            format!("{kind} {segment} {}{up}", seconds(SignedDuration::from_nanos(*by_ns)))
        }
        Event::CueFired { cue, cause, firing, due_ns, playhead_stays } => {
            let again = if *firing > 1 { format!(" #{firing}") } else { String::new() };
            let stays = if *playhead_stays { " stays" } else { "" };
            format!("{kind} {cue} {}{again}{stays} {}", cause.word(), due(*due_ns))
        }
        Event::CueCompleted { cue, due_ns } => format!("{kind} {cue} {}", due(*due_ns)),
        Event::CueMissed { cue, why, due_ns } => {
            let why = match why {
                MissedWhy::BeforeRun => "before_run",
                MissedWhy::ProgramDown => "program_down",
                MissedWhy::EndLost => "end_lost",
                MissedWhy::FlagTaken => "flag_taken",
                MissedWhy::PassLate => "pass_late",
                MissedWhy::Late => "late",
                MissedWhy::Held => "held",
                MissedWhy::Panicked => "panicked",
                MissedWhy::Stopped => "stopped",
                MissedWhy::Interlock => "interlock",
                MissedWhy::SegmentEnded => "segment_ended",
                MissedWhy::NotPlayed => "not_played",
                MissedWhy::Edited => "edited",
            };
            format!("{kind} {cue} {why} {}", due(*due_ns))
        }
        Event::DepartmentWarned { department, .. } => format!("{kind} {department}"),
        Event::DepartmentReady { cue, department, .. }
        | Event::DepartmentUnready { cue, department, .. } => {
            format!("{kind} {cue} {department}")
        }
        Event::InterlockOverridden { cue, reason } => format!("{kind} {cue} {reason}"),
        Event::CueSwapped { cue, by, not_followed } => {
            let not_followed =
                not_followed.iter().map(|cue| format!(" -{cue}")).collect::<String>();
            format!("{kind} {cue} {by}{not_followed}")
        }
        Event::StepDone { cue, step, .. } => format!("{kind} {cue} {step}"),
        Event::NoteTaken { text, cue } => {
            format!("{kind} {} {text}", cue.as_ref().map_or("-".to_owned(), ToString::to_string))
        }
        Event::RunResumed { down_ns, .. } => {
            format!("{kind} {}", seconds(SignedDuration::from_nanos(*down_ns as i64)))
        }
        Event::RunEnded { over_ns } => {
            format!("{kind} {}", seconds(SignedDuration::from_nanos(*over_ns)))
        }
        Event::ActionSent { cue, action, .. } | Event::ActionUnknown { cue, action, .. } => {
            format!("{kind} {cue} {action}")
        }
        Event::ActionFailed { cue, action, output, error, .. } => {
            format!("{kind} {cue} {action} {output}: {error}")
        }
        Event::MessageShown { text } => format!("{kind} {text}"),
        Event::PersonSpotted { person, .. } | Event::PersonUnspotted { person, .. } => {
            format!("{kind} {person}")
        }
        Event::PersonNoted { person, text, .. } => format!("{kind} {person} {text}"),
        Event::ShowRevised { revision, .. } => format!("{kind} {revision}"),
        Event::PlayheadMoved { cue: None } => format!("{kind} -"),
        _ => match event.cue() {
            Some(cue) => format!("{kind} {cue}"),
            None => kind.to_owned(),
        },
    }
}
