//! Properties of every run: random shows, random commands, random downtimes.
//!
//! The shows are written as TOML and read by the program, so that nothing is tried that a file
//! could not ask for. What the events may tell is judged by the [`RuleChecker`]; here stands what
//! the state has to say, and what a resume promises.

mod board;

use std::fmt::Write as _;
use std::time::Duration;

use handover::engine::{Cause, ClipFact, Command, Event, Here, Nudge, Phase, Record, RunNs, State};
use handover::show::{CueIx, CueNumber, OutputIx, OutputLayer, PersonIx, Show};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::rule_checker::RuleChecker;
use crate::scenarios::read_show;
use crate::test_run::{Opening, TestRun};

/// A cue as the test writes it; whatever refers to another cue or place is an index that fits any
/// show.
#[derive(Clone, Debug)]
pub(crate) struct CueSketch {
    trigger: TriggerSketch,
    duration: Option<&'static str>,
    planned: Option<&'static str>,
    needs: usize,
    steps: usize,
    actions: usize,
    clip: Option<&'static str>,
    backup_for: Option<Index>,
    /// The cue that it stops, and the time that this takes.
    stops: Option<(Index, &'static str)>,
}

#[derive(Clone, Debug)]
pub(crate) enum TriggerSketch {
    Go,
    With(Index, &'static str),
    After(Index, &'static str),
    At(&'static str),
    Into(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct SegmentSketch {
    pub start: Option<&'static str>,
    /// Of a segment without a start.
    pub end: Option<&'static str>,
    pub duration: &'static str,
    pub cues: Vec<CueSketch>,
}

/// A step of a run: something that the caller does, or time that passes.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Wait(u64),
    StandStill(u64),
    Crash(u64),
    /// A crash that tears the last so many events off the journal, as a power cut can.
    Torn(usize),
    Go,
    RemoteGo,
    GoTo(Index),
    Start(Index),
    Stop(Index),
    StopAll,
    SayReady(&'static str),
    SayHold,
    SayResume,
    Clip(Index, ClipFact),
    Standby,
    Ready(usize),
    Override,
    Swap,
    Step,
    Hold,
    Next,
    Previous,
    To(Index),
    Skip(Index),
    Note,
    Spot(Index),
    Unspot(Index),
    NotePerson(Index),
    /// The show is at this cue, or at the beginning of its segment.
    Now(Index, bool),
    Message(&'static str),
    ClearMessage,
    /// By so many milliseconds.
    Nudge(i64),
    Panic,
    End,
}

pub(crate) fn lengths() -> impl Strategy<Value = &'static str> {
    select(vec!["0s", "1ms", "0.4s", "1s", "5s", "5s", "20s", "1m", "10m", "99:59:59"])
}

/// The run begins at 20:00:00, so that some of these are past and some are just ahead.
pub(crate) fn times() -> impl Strategy<Value = &'static str> {
    select(vec![
        "19:30:00", "19:59:59", "20:00:00", "20:00:03", "20:00:03", "20:00:30", "20:02:00",
        "23:59:59", "00:00:30",
    ])
}

fn trigger() -> impl Strategy<Value = TriggerSketch> {
    prop_oneof![
        4 => Just(TriggerSketch::Go),
        3 => (any::<Index>(), lengths()).prop_map(|(cue, delay)| TriggerSketch::With(cue, delay)),
        3 => (any::<Index>(), lengths()).prop_map(|(cue, delay)| TriggerSketch::After(cue, delay)),
        1 => times().prop_map(TriggerSketch::At),
        2 => lengths().prop_map(TriggerSketch::Into),
    ]
}

/// A clip, with what stands behind it in its action.
fn clip() -> impl Strategy<Value = &'static str> {
    select(vec![
        "a.mp4",
        "a.mp4\", loop = true, from = \"1s",
        "a.mp3\", layer = \"bgm",
        "a.mp3\", loop = true, layer = \"bgm",
    ])
}

pub(crate) fn cue() -> impl Strategy<Value = CueSketch> {
    let rarely =
        |some: BoxedStrategy<&'static str>| prop_oneof![2 => Just(None), 1 => some.prop_map(Some)];
    let few = |most: usize| prop_oneof![4 => Just(0), 1 => 1..=most];
    (
        trigger(),
        rarely(lengths().boxed()),
        rarely(lengths().boxed()),
        few(2),
        few(3),
        few(2),
        prop_oneof![5 => Just(None), 1 => clip().prop_map(Some)],
        prop_oneof![5 => Just(None), 1 => any::<Index>().prop_map(Some)],
        prop_oneof![4 => Just(None), 1 => (any::<Index>(), select(vec!["0s", "2s"])).prop_map(Some)],
    )
        .prop_map(|(trigger, duration, planned, needs, steps, actions, clip, backup_for, stops)| CueSketch {
            trigger,
            duration,
            planned,
            needs,
            steps,
            actions,
            clip,
            backup_for,
            stops,
        })
}

pub(crate) fn segment() -> impl Strategy<Value = SegmentSketch> {
    let time = || prop_oneof![3 => Just(None), 1 => times().prop_map(Some)];
    (time(), time(), lengths(), prop::collection::vec(cue(), 0..=12))
        .prop_map(|(start, end, duration, cues)| SegmentSketch { start, end, duration, cues })
}

fn fact() -> impl Strategy<Value = ClipFact> {
    select(vec![
        ClipFact::Started(None),
        ClipFact::Started(Some(7_000_000_000)),
        ClipFact::Ended,
        ClipFact::Ended,
        ClipFact::Stopped,
        ClipFact::Lost("killed".to_owned()),
    ])
}

pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    // Gaps just about the lengths of the show, where rules meet, and now and then days.
    let ns = || {
        prop_oneof![
            1 => Just(0),
            8 => (0..30_u64, select(vec![0, 1, 999_999_999])).prop_map(|(s, ns)| s * 1_000_000_000 + ns),
            1 => 0..400_000_000_000_000_u64,
        ]
    };
    prop_oneof![
        6 => ns().prop_map(Deed::Wait),
        1 => ns().prop_map(Deed::StandStill),
        1 => ns().prop_map(Deed::Crash),
        1 => (1..4_usize).prop_map(Deed::Torn),
        8 => Just(Deed::Go),
        1 => Just(Deed::RemoteGo),
        1 => any::<Index>().prop_map(Deed::GoTo),
        1 => any::<Index>().prop_map(Deed::Start),
        1 => any::<Index>().prop_map(Deed::Stop),
        1 => Just(Deed::StopAll),
        1 => select(vec!["a", "b", "nobody"]).prop_map(Deed::SayReady),
        1 => Just(Deed::SayHold),
        1 => Just(Deed::SayResume),
        4 => (any::<Index>(), fact()).prop_map(|(cue, fact)| Deed::Clip(cue, fact)),
        2 => Just(Deed::Standby),
        3 => (0..3_usize).prop_map(Deed::Ready),
        1 => Just(Deed::Override),
        1 => Just(Deed::Swap),
        2 => Just(Deed::Step),
        1 => Just(Deed::Hold),
        1 => Just(Deed::Next),
        1 => Just(Deed::Previous),
        2 => any::<Index>().prop_map(Deed::To),
        1 => any::<Index>().prop_map(Deed::Skip),
        1 => Just(Deed::Note),
        1 => any::<Index>().prop_map(Deed::Spot),
        1 => any::<Index>().prop_map(Deed::Unspot),
        1 => any::<Index>().prop_map(Deed::NotePerson),
        2 => (any::<Index>(), any::<bool>()).prop_map(|(cue, whole)| Deed::Now(cue, whole)),
        2 => select(vec![30_000, 30_000, -30_000, -1, 600_000, 86_400_001, 0, i64::MAX, i64::MIN])
            .prop_map(Deed::Nudge),
        1 => select(vec!["two minutes", "Œuf\n", " "]).prop_map(Deed::Message),
        1 => Just(Deed::ClearMessage),
        1 => Just(Deed::Panic),
        1 => Just(Deed::End),
    ]
}

/// Writes the show. References that a check would refuse (to the cue itself, forwards into a
/// circle) become `go`.
pub(crate) fn write(segments: &[SegmentSketch]) -> String {
    let cues: Vec<_> = segments.iter().flat_map(|segment| &segment.cues).collect();
    let is_main = |at: usize| cues[at].backup_for.is_none();
    let mut text = String::from(
        "title = \"Random\"\ntimezone = \"Europe/Paris\"\n[department.a]\n[department.b]\n[output.desk]\nosc = \"udp://127.0.0.1:9\"\n[output.screens]\nmpv = true\n[person.t]\nname = \"T\"\n[person.u]\nname = \"U\"\n",
    );
    let mut at = 0;
    for segment in segments {
        writeln!(text, "[[segment]]\ntitle = \"S\"\nduration = \"{}\"", segment.duration).unwrap();
        if let Some(start) = segment.start {
            writeln!(text, "start = {start}").unwrap();
        }
        if let Some(end) = segment.end.filter(|_| segment.start.is_none()) {
            writeln!(text, "end = {end}").unwrap();
        }
        for cue in &segment.cues {
            writeln!(text, "[[segment.cue]]\nnumber = \"{at}\"\ntitle = \"C\"").unwrap();
            // Causes lie in front, so that there is no circle; main cues lie anywhere.
            let main = cue
                .backup_for
                .map(|main| main.index(cues.len()))
                .filter(|&main| main != at && is_main(main));
            let trigger = match &cue.trigger {
                _ if cue.backup_for.is_some() => None,
                TriggerSketch::With(cause, delay) if at > 0 => {
                    Some(format!("{{ with = \"{}\", delay = \"{delay}\" }}", cause.index(at)))
                }
                TriggerSketch::After(cause, delay) if at > 0 => {
                    Some(format!("{{ after = \"{}\", delay = \"{delay}\" }}", cause.index(at)))
                }
                TriggerSketch::At(time) => Some(format!("{{ at = {time} }}")),
                TriggerSketch::Into(offset) if fits(offset, segment.duration) => {
                    Some(format!("{{ into = \"{offset}\" }}"))
                }
                _ => None,
            };
            if let Some(planned) =
                cue.planned.filter(|planned| trigger.is_none() && fits(planned, segment.duration))
            {
                writeln!(text, "planned = \"{planned}\"").unwrap();
            }
            if let Some(trigger) = trigger {
                writeln!(text, "trigger = {trigger}").unwrap();
            }
            if let Some(main) = main {
                writeln!(text, "backup_for = \"{main}\"").unwrap();
            }
            if let Some(duration) = cue.duration {
                writeln!(text, "duration = \"{duration}\"").unwrap();
            }
            writeln!(text, "needs = {:?}", &["a", "b"][..cue.needs]).unwrap();
            let steps = vec!["{ title = \"T\" }"; cue.steps];
            writeln!(text, "steps = [{}]", steps.join(", ")).unwrap();
            let messages = ["", ", ramp = [0.0, 1.0], over = \"1s\""].into_iter();
            let messages =
                messages.map(|ramp| format!("{{ output = \"desk\", osc = \"/x\"{ramp} }}"));
            let mut actions: Vec<_> = messages.take(cue.actions).collect();
            let stopped = cue.stops.map(|(stopped, over)| (stopped.index(cues.len()), over));
            actions.extend(stopped.filter(|(stopped, _)| *stopped != at).map(|(stopped, over)| {
                format!("{{ stop_cue = \"{stopped}\", over = \"{over}\" }}")
            }));
            actions.extend(
                cue.clip.map(|clip| format!("{{ output = \"screens\", play = \"{clip}\" }}")),
            );
            writeln!(text, "do = [{}]", actions.join(", ")).unwrap();
            at += 1;
        }
    }
    text
}

fn fits(moment: &str, duration: &str) -> bool {
    let ns = |text| handover::show::duration::parse(text).unwrap();
    ns(moment) <= ns(duration)
}

pub(crate) fn command(deed: &Deed, show: &Show) -> Option<Command> {
    let cue = |at: &Index| (!show.cues.is_empty()).then(|| CueIx(at.index(show.cues.len()) as u32));
    let person = |at: &Index| PersonIx(at.index(show.people.len()) as u32);
    Some(match deed {
        Deed::Go => Command::Go { cause: Cause::Go },
        Deed::RemoteGo => Command::Go { cause: Cause::Remote },
        Deed::GoTo(at) => Command::GoTo { cue: cue(at)?, cause: Cause::Remote },
        Deed::Start(at) => Command::Start { cue: cue(at)?, cause: Cause::Remote },
        Deed::Stop(at) => Command::Stop(cue(at)?),
        Deed::StopAll => Command::StopAll,
        Deed::SayReady(department) => Command::Ready((*department).to_owned()),
        Deed::SayHold => Command::Hold,
        Deed::SayResume => Command::Resume,
        Deed::Standby => Command::Standby,
        Deed::Ready(at) => Command::ToggleReady(*at),
        Deed::Override => Command::Override { reason: "because".to_owned() },
        Deed::Swap => Command::SwapBackup,
        Deed::Step => Command::Step,
        Deed::Hold => Command::ToggleHold,
        Deed::Next => Command::PlayheadNext,
        Deed::Previous => Command::PlayheadPrevious,
        Deed::To(at) => Command::PlayheadTo(cue(at)?),
        Deed::Skip(at) => Command::ToggleSkip(cue(at)?),
        Deed::Note => Command::Note("a \"note\"\n\u{1F3AC}".to_owned()),
        Deed::Spot(at) => Command::Spot(person(at)),
        Deed::Unspot(at) => Command::Unspot(person(at)),
        Deed::NotePerson(at) => {
            Command::NotePerson { person: person(at), text: "left of the tunnel".to_owned() }
        }
        Deed::Now(at, true) => Command::Retime(Here::Segment(show.segment_of(cue(at)?))),
        Deed::Now(at, false) => Command::Retime(Here::Cue(cue(at)?)),
        Deed::Nudge(ms) => Command::Nudge(Nudge::By(SignedDuration::from_millis(*ms))),
        Deed::Message(text) => Command::ShowMessage((*text).to_owned()),
        Deed::ClearMessage => Command::ClearMessage,
        Deed::Panic => Command::Panic,
        Deed::End => Command::End,
        Deed::Wait(_) | Deed::StandStill(_) | Deed::Crash(_) | Deed::Torn(_) | Deed::Clip(..) => {
            return None;
        }
    })
}

/// The player of the clip of `cue`; for a cue without one, some player.
pub(crate) fn player_of(show: &Show, cue: CueIx) -> OutputLayer {
    show.cue(cue).clip().map_or(OutputLayer::main(OutputIx(1)), |(_, player, _)| player)
}

pub(crate) fn do_it(rig: &mut TestRun, deed: &Deed) -> Result<(), String> {
    match deed {
        Deed::Wait(ns) => rig.live_until(rig.now + Duration::from_nanos(*ns)),
        Deed::StandStill(ns) => rig.stand_still(Duration::from_nanos(*ns)),
        Deed::Crash(ns) => resume(rig, *ns),
        Deed::Torn(events) => {
            rig.tear(*events);
            resume(rig, 1_000_000_000)
        }
        Deed::Clip(at, fact) if !rig.state().show().cues.is_empty() => {
            let cue = CueIx(at.index(rig.state().show().cues.len()) as u32);
            let firing = rig.state().cue(cue).firings;
            let player = player_of(rig.state().show(), cue);
            rig.command(&Command::Clip { cue, firing, player, fact: fact.clone() })
                .map_err(|why| why.to_string())?;
            rig.drain()
        }
        _ => {
            let Some(command) = command(deed, rig.state().show()) else { return Ok(()) };
            rig.flush()?;
            let before = rig.journal.len();
            if let Err(why) = rig.command(&command) {
                if rig.journal.len() != before {
                    return Err(format!("{command:?} was refused and did something: {why}"));
                }
                if why.to_string().is_empty() {
                    return Err(format!("{command:?} was refused without a word"));
                }
            }
            rig.drain()
        }
    }
}

/// Resumes, and checks what a resume promises.
fn resume(rig: &mut TestRun, down_ns: u64) -> Result<(), String> {
    rig.crash(Duration::from_nanos(down_ns))?;
    if rig.state().is_auto() {
        // The program goes on calling at once, so that what it finds is not what a caller would
        // find.
        return rig.drain();
    }
    let since = rig
        .journal
        .iter()
        .rev()
        .take_while(|record| !matches!(record.event, Event::RunResumed { .. }));
    for Record { run_ns, event, .. } in since {
        if matches!(event, Event::CueFired { due_ns, .. } if due_ns < run_ns) {
            return Err(format!("what fell due in the downtime was fired: {event:?}"));
        }
    }
    none_missed_behind(rig.state())?;
    rig.drain()
}

/// Checks that the caller will come to each of the missed cues.
pub(crate) fn none_missed_behind(state: &State) -> Result<(), String> {
    let (show, playhead) = (state.show(), state.playhead());
    let place = |cue| show.place(show.main_of(cue));
    let is_behind = |&cue: &CueIx| playhead.is_none_or(|next| place(cue) < place(next));
    match state.missed().find(is_behind) {
        Some(cue) => {
            Err(format!("the playhead is at {playhead:?}, after {cue:?}, which was missed"))
        }
        None => Ok(()),
    }
}

/// Reads all of a state: it must be there at every moment.
fn look_at(rig: &TestRun) -> Result<(), String> {
    let state = rig.state();
    let timing = state.projection(rig.now);
    state.segment_countdown(rig.now).map(|c| (c.left(), c.done()));
    for cue in state.show().cue_indices() {
        state.cue_countdown(cue, rig.now).map(|c| (c.left(), c.done()));
        state.call_left(cue, &timing, rig.now);
        let comes_ns = state.projected_cue_ns(cue, &timing, rig.now);
        if state.is_passed_over(cue) && comes_ns.is_some() {
            return Err(format!("{cue:?} is passed over and comes at {comes_ns:?}"));
        }
        let (at, is_on_air) = (state.cue(cue), state.on_air().contains(&cue));
        if at.phase == Phase::Running && !is_on_air {
            return Err(format!("{cue:?} runs and is not on air"));
        }
        let plan = state.show().cue(cue);
        let has_an_end = at.awaits_clip
            || at.complete_ns.is_some()
            || (at.steps_done as usize) < plan.steps.len();
        let is_endless = plan.is_loop() && plan.duration.is_none() && plan.steps.is_empty();
        if is_on_air && !has_an_end && !is_endless {
            return Err(format!("{cue:?} is on air for ever"));
        }
    }
    if timing.start_ns.len() != state.show().segments.len() || timing.start_ns.is_empty() {
        return Err("a segment has no projected start".to_owned());
    }
    if let Some(next) = state.next_by_itself(rig.now)
        && (state.cue(next.cue).skipped || next.at_ns < rig.now && state.held_since().is_none())
    {
        return Err(format!("{next:?} comes next, at {}", rig.now));
    }
    if let Some(playhead) = state.playhead()
        && state.cue(playhead).skipped
    {
        return Err(format!("the playhead stands on {playhead:?}, which is skipped"));
    }
    Ok(())
}

/// A caller who only wants to go home: resumes a hold, marks every step, calls every cue, and waits
/// for the rest.
fn bring_home(rig: &mut TestRun) -> Result<(), String> {
    // A call to go back makes a cue come twice at most, so that a few rounds for each cue are
    // plenty.
    for _ in 0..40 + 10 * rig.state().show().cues.len() {
        if rig.state().has_ended() {
            return Ok(());
        }
        let before = rig.journal.len();
        if rig.state().held_since().is_some() {
            do_it(rig, &Deed::Hold)?;
        }
        while rig.command(&Command::Step).is_ok() {
            rig.drain()?;
        }
        for cue in rig.state().on_air().to_vec() {
            let firing = rig.state().cue(cue).firings;
            let player = player_of(rig.state().show(), cue);
            let _ = rig.command(&Command::Clip { cue, firing, player, fact: ClipFact::Ended });
            rig.drain()?;
        }
        do_it(rig, &Deed::Override)?;
        if rig.command(&Command::Go { cause: Cause::Go }).is_ok()
            || rig.command(&Command::End).is_ok()
        {
            rig.drain()?;
        } else if let Some(due_ns) = rig.state().poll_timeout() {
            rig.live_until(due_ns)?;
        } else if rig.journal.len() == before {
            return Err(
                "the caller is stuck: nothing is left to call, nothing will come, and the run is not over".to_owned()
            );
        }
    }
    Err("the caller never gets home".to_owned())
}

fn run_through(
    segments: &[SegmentSketch],
    deeds: &[Deed],
    opening: &Opening,
) -> Result<(), String> {
    let text = write(segments);
    let show = read_show(&text).map_err(|why| format!("{why}\n{text}"))?;
    let mut rig = TestRun::open(show, opening)?;
    let told = |rig: &TestRun, why: &str| {
        let journal = rig
            .journal
            .iter()
            .map(|Record { run_ns, event, .. }| format!("  {run_ns:>15} {event:?}\n"));
        format!("{why}\n{text}\nevents:\n{}", journal.collect::<String>())
    };
    for (at, deed) in deeds.iter().enumerate() {
        do_it(&mut rig, deed).map_err(|why| told(&rig, &format!("deed {at}, {deed:?}: {why}")))?;
        look_at(&rig).map_err(|why| told(&rig, &format!("after deed {at}, {deed:?}: {why}")))?;
    }
    bring_home(&mut rig).map_err(|why| told(&rig, &why))?;
    RuleChecker::see_all(&rig).map_err(|why| told(&rig, &why))?;
    same_sheet(&rig).map_err(|why| told(&rig, &why))?;
    rig.replay().map_err(|why| told(&rig, &why))?;
    Ok(())
}

/// The sheet, counted over the events: every tick and every marked step called "T" adds, every tick
/// taken back takes one.
fn same_sheet(rig: &TestRun) -> Result<(), String> {
    for (known, person) in rig.state().people().iter().zip(&rig.state().show().people) {
        let mut ticks = 0_usize;
        for record in &rig.journal {
            match &record.event {
                Event::PersonSpotted { person: id, .. } if *id == person.id => ticks += 1,
                Event::PersonUnspotted { person: id, .. } if *id == person.id => {
                    ticks = ticks.saturating_sub(1)
                }
                Event::StepDone { title, .. } if *title == person.name => ticks += 1,
                _ => {}
            }
        }
        if known.sightings.len() != ticks {
            return Err(format!(
                "{} has {} ticks, the events say {ticks}",
                person.id,
                known.sightings.len()
            ));
        }
    }
    Ok(())
}

fn opening(auto: bool, rehearsal: bool, speed: u32) -> Opening {
    let clock = "2024-08-11T18:00:00Z".parse().unwrap();
    Opening { clock, day: None, rehearsal, speed, auto }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_run_keeps_its_promises(
        segments in prop::collection::vec(segment(), 1..=4),
        deeds in prop::collection::vec(deed(), 0..60),
        auto in prop::bool::weighted(0.2),
        rehearsal in any::<bool>(),
        speed in select(vec![1, 1, 20]),
    ) {
        let outcome = run_through(&segments, &deeds, &opening(auto, rehearsal, speed));
        prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }

    #[test]
    fn a_rehearsal_by_the_program_ends(segments in prop::collection::vec(segment(), 1..=4)) {
        let text = write(&segments);
        let mut rig = TestRun::open(read_show(&text).unwrap(), &opening(true, true, 1)).unwrap();
        rig.live_until(RunNs::new(4_000 * 3_600_000_000_000)).unwrap();
        let journal = rig.journal.iter().map(|Record { run_ns, event, .. }| format!("  {run_ns:>15} {event:?}\n"));
        prop_assert!(rig.state().has_ended(), "the run goes on for ever\n{text}\n{}", journal.collect::<String>());
    }

    #[test]
    fn cue_numbers_are_in_one_order(texts in prop::collection::vec("[0-9.aAbBzß_-]{1,8}", 3)) {
        let numbers: Vec<_> = texts.iter().map(|text| CueNumber::new(text).unwrap()).collect();
        let (a, b, c) = (&numbers[0], &numbers[1], &numbers[2]);
        for (a, b) in [(a, b), (b, c), (a, a)] {
            prop_assert_eq!(a.cmp(b), b.cmp(a).reverse(), "{} and {}", a, b);
            prop_assert_eq!(a.cmp(b).is_eq(), a == b, "{} and {}", a, b);
        }
        if a <= b && b <= c {
            prop_assert!(a <= c, "{} <= {} <= {}", a, b, c);
        }
        let mut sorted = numbers.clone();
        sorted.sort();
        prop_assert!(sorted.windows(2).all(|pair| pair[0] <= pair[1]) && sorted[0] <= sorted[2], "{:?}", sorted);
    }
}
