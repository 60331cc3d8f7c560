//! A simulator of the program, seeded: random shows, callers, remote controls, outputs, disks,
//! suspends, kills and resumes on a virtual clock, driving the conductor that ships.
//!
//! One seed is one run; the [`World`] checks the program's promises after every step. `cargo test`
//! goes through [`SEEDS`] seeds; [`seeds`] says how others are asked for. A seed that fails is
//! printed as a scenario of `tests/scenarios`, as short as it still fails; what a scenario cannot
//! say stands there as a comment.

mod edits;
mod world;

use std::fmt::Write as _;

use handover::conductor::By;
use handover::engine::{ClipFact, Command, Event, Record};
use handover::show::duration::{MILLISECOND_NS, SECOND_NS};
use handover::show::{CueIx, Show};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::properties::{Deed, SegmentSketch, command, deed, player_of, segment, write};
use crate::scenarios::read_show;
use crate::seeds;
use crate::test_run::Opening;
use edits::{Revising, revising};
use world::{Answer, Kill, World};

/// Number of seeds that `cargo test` plays.
const SEEDS: u64 = 10_000;

/// A step of a simulated run.
#[derive(Clone, Debug)]
enum Move {
    /// Steps that the properties of a run have, too: commands, time, crashes.
    Deed(Deed),
    /// Time passes until something is about to happen, and no longer.
    ToDeadline,
    /// The program is killed while it does what follows from the next input.
    Kill { after: usize, undone: bool, down_s: u64 },
    /// The program leaves the run, and another one takes it up.
    Leave { down_s: u64 },
    /// The disk takes no line, or takes lines again.
    Disk { works: bool },
    /// The show is edited, and the run goes on with that.
    Revise(Revising),
    /// An output answers in another way from now on.
    Answer { output: usize, answer: Answer },
}

/// A simulated run.
#[derive(Clone, Debug)]
struct Plan {
    segments: Vec<SegmentSketch>,
    moves: Vec<Move>,
    auto: bool,
    rehearsal: bool,
    speed: u32,
    late_ns: u64,
    answers: Vec<Answer>,
}

fn answer() -> impl Strategy<Value = Answer> {
    let sent = || prop::bool::weighted(0.8);
    prop_oneof![
        4 => sent().prop_map(|sent| Answer::AtOnce { sent }),
        3 => (1..20_000_u64, sent()).prop_map(|(ms, sent)| Answer::Later { ns: ms * MILLISECOND_NS, sent }),
        1 => Just(Answer::Never),
    ]
}

fn one_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        16 => deed().prop_map(Move::Deed),
        3 => Just(Move::ToDeadline),
        2 => (0..8_usize, any::<bool>(), 0..40_u64)
            .prop_map(|(after, undone, down_s)| Move::Kill { after, undone, down_s }),
        1 => (0..40_u64).prop_map(|down_s| Move::Leave { down_s }),
        1 => any::<bool>().prop_map(|works| Move::Disk { works }),
        6 => revising().prop_map(Move::Revise),
        1 => (0..2_usize, answer()).prop_map(|(output, answer)| Move::Answer { output, answer }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let run = (
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop::sample::select(vec![1, 1, 20]),
    );
    let late = prop::sample::select(vec![0, 0, 60_000, 5 * MILLISECOND_NS]);
    let shows = prop::collection::vec(segment(), 1..=3);
    let moves = prop::collection::vec(one_move(), 0..30);
    (shows, moves, run, late, prop::collection::vec(answer(), 2)).prop_map(
        |(segments, moves, (auto, rehearsal, speed), late_ns, answers)| Plan {
            segments,
            moves,
            auto,
            rehearsal,
            speed: if rehearsal { speed } else { 1 },
            late_ns,
            answers,
        },
    )
}

/// The run of a seed.
fn planned(seed: u64) -> Plan {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    plan().new_tree(&mut runner).unwrap().current()
}

/// Plays a run to its end. An error is the move at which a promise was broken, and which.
fn play(plan: &Plan) -> Result<World, (usize, String)> {
    let begin = |why| (0, why);
    let opening = Opening {
        clock: "2024-08-11T18:00:00Z".parse().unwrap(),
        day: None,
        rehearsal: plan.rehearsal,
        speed: plan.speed,
        auto: plan.auto,
    };
    let text = write(&plan.segments);
    let mut world =
        World::open(text, opening, plan.late_ns, plan.answers.clone()).map_err(begin)?;
    for (at, step) in plan.moves.iter().enumerate() {
        make(&mut world, step).map_err(|why| (at + 1, why))?;
    }
    // Whatever has happened: a program that goes on from here is not lost.
    world.disk_works = true;
    let end = world.undo_all().and_then(|()| world.crash(0)).and_then(|()| world.wait(SECOND_NS));
    end.map_err(|why| (plan.moves.len() + 1, why))?;
    Ok(world)
}

fn make(world: &mut World, step: &Move) -> Result<(), String> {
    match step {
        Move::Kill { after, undone, down_s } => {
            world.kill = Some(Kill { after: *after, undone: *undone, down_ns: down_s * SECOND_NS });
            Ok(())
        }
        Move::ToDeadline => world.wait_for_deadline(),
        Move::Leave { down_s } => world.leave(down_s * SECOND_NS),
        Move::Disk { works } => {
            world.disk_works = *works;
            Ok(())
        }
        Move::Revise(revising) => world.edit(revising),
        Move::Answer { output, answer } => {
            world.answers[*output] = *answer;
            Ok(())
        }
        Move::Deed(Deed::Wait(ns)) => world.wait(*ns),
        Move::Deed(Deed::StandStill(ns)) => world.stand_still(*ns),
        Move::Deed(Deed::Crash(ns)) => world.crash(*ns),
        Move::Deed(Deed::Torn(lines)) => world.tear(*lines),
        Move::Deed(Deed::Clip(at, fact)) => {
            let cues = world.state().show().cues.len();
            if cues == 0 {
                return Ok(());
            }
            let cue = CueIx(at.index(cues) as u32);
            let firing = world.state().cue(cue).firings;
            let player = player_of(world.state().show(), cue);
            let command = Command::Clip { cue, firing, player, fact: fact.clone() };
            world.command(By::Player, command).map(drop)
        }
        Move::Deed(deed) => match command(deed, world.state().show()) {
            Some(command) => world.command(By::Caller, command).map(drop),
            None => Ok(()),
        },
    }
}

/// The shortest plan found that fails for as little reason, by leaving out what it fails without.
fn shortened(mut plan: Plan) -> (Plan, usize, String) {
    let (mut at, mut why) = play(&plan).err().expect("it fails");
    let mut shorter = true;
    while std::mem::take(&mut shorter) {
        let mut tries: Vec<Plan> = vec![];
        let mut size = plan.moves.len();
        while size > 0 {
            for from in (0..plan.moves.len()).step_by(size) {
                let mut less = plan.clone();
                less.moves.drain(from..(from + size).min(plan.moves.len()));
                tries.push(less);
            }
            size /= 2;
        }
        for segment in 0..plan.segments.len() {
            let mut less = plan.clone();
            less.segments.remove(segment);
            tries.extend((!less.segments.is_empty()).then_some(less));
            for cue in 0..plan.segments[segment].cues.len() {
                let mut less = plan.clone();
                less.segments[segment].cues.remove(cue);
                tries.push(less);
            }
        }
        let plain = Plan {
            late_ns: 0,
            auto: false,
            speed: 1,
            answers: vec![Answer::AtOnce { sent: true }; 2],
            ..plan.clone()
        };
        if plan.late_ns > 0 || plan.auto || plan.speed > 1 || plan.answers != plain.answers {
            tries.push(plain);
        }
        for less in tries {
            if let Err((new_at, new_why)) = play(&less) {
                (plan, at, why, shorter) = (less, new_at, new_why, true);
                break;
            }
        }
    }
    (plan, at, why)
}

/// The plan as a scenario of `tests/scenarios`.
fn scenario(plan: &Plan, at: usize, why: &str) -> String {
    let text = write(&plan.segments);
    let show = read_show(&text);
    let mut steps = String::new();
    let mut ms = 0;
    for step in &plan.moves {
        let Move::Deed(deed) = step else {
            writeln!(steps, "  # {step:?}").unwrap();
            continue;
        };
        match deed {
            Deed::Wait(ns) => ms += ns * u64::from(plan.speed) / MILLISECOND_NS,
            _ => match show.as_ref().ok().and_then(|show| words(deed, show)) {
                Some(words) => {
                    let (s, rest) = (ms / 1_000, ms % 1_000);
                    writeln!(steps, "  {{ at = \"{s}.{rest:03}s\", command = {words:?} }},")
                        .unwrap();
                }
                None => writeln!(steps, "  # {deed:?}").unwrap(),
            },
        }
    }
    let (live, auto, speed) = (!plan.rehearsal, plan.auto, plan.speed);
    format!(
        "# at move {at}: {why}\n# woken {} ns late; outputs {:?}\n[[scenario]]\nname = \"simulated\"\nshow = \"\"\"\n{text}\"\"\"\n\
         live = {live}\nauto = {auto}\nspeed = {speed}\nsteps = [\n{steps}]\n",
        plan.late_ns, plan.answers
    )
}

/// A deed in the words of a scenario, where there are any.
fn words(deed: &Deed, show: &Show) -> Option<String> {
    let number = |at: &prop::sample::Index| {
        (!show.cues.is_empty())
            .then(|| show.cue(CueIx(at.index(show.cues.len()) as u32)).number.to_string())
    };
    let segment = |at: &prop::sample::Index| {
        let cue = |at: &prop::sample::Index| CueIx(at.index(show.cues.len()) as u32);
        (!show.cues.is_empty()).then(|| show.segment_of(cue(at)).0 + 1)
    };
    let person = |at: &prop::sample::Index| {
        show.people.iter().map(|person| &person.id).nth(at.index(show.people.len()))
    };
    let seconds = |ns: u64| format!("{}.{:03}s", ns / SECOND_NS, ns % SECOND_NS / MILLISECOND_NS);
    Some(match deed {
        Deed::Wait(_) => return None,
        Deed::StandStill(ns) => format!("stall {}", seconds(*ns)),
        Deed::Crash(ns) => format!("crash {}", seconds(*ns)),
        Deed::Torn(events) => format!("torn {events}"),
        Deed::Go => "go".into(),
        Deed::RemoteGo => "remote go".into(),
        Deed::GoTo(at) => format!("remote go {}", number(at)?),
        Deed::Start(at) => format!("remote start {}", number(at)?),
        Deed::Stop(at) => format!("remote stop {}", number(at)?),
        Deed::StopAll => "remote stop".into(),
        Deed::SayReady(department) => format!("remote ready {department}"),
        Deed::SayHold => "remote hold".into(),
        Deed::SayResume => "remote resume".into(),
        Deed::Clip(at, fact) => {
            let fact = match fact {
                ClipFact::Started(None) => "started".to_owned(),
                ClipFact::Started(Some(ns)) => format!("started {}", seconds(*ns)),
                ClipFact::Ended => "ended".to_owned(),
                ClipFact::Stopped => "stopped".to_owned(),
                ClipFact::Lost(why) => format!("lost {why}"),
                _ => return None,
            };
            format!("clip {}@screens {fact}", number(at)?)
        }
        Deed::Standby => "standby".into(),
        Deed::Ready(at) => format!("ready {}", at + 1),
        Deed::Override => "override because".into(),
        Deed::Swap => "swap".into(),
        Deed::Step => "step".into(),
        Deed::Hold => "hold".into(),
        Deed::Next => "next".into(),
        Deed::Previous => "previous".into(),
        Deed::To(at) => format!("to {}", number(at)?),
        Deed::Skip(at) => format!("skip {}", number(at)?),
        Deed::Note => "note a note".into(),
        Deed::Spot(at) => format!("spot {}", person(at)?),
        Deed::Unspot(at) => format!("unspot {}", person(at)?),
        Deed::NotePerson(at) => format!("know {} left of the tunnel", person(at)?),
        Deed::Now(at, is_segment) => match is_segment {
            true => format!("begin {}", segment(at)?),
            false => format!("now {}", number(at)?),
        },
        Deed::Nudge(ms) => {
            let sign = if *ms < 0 { "-" } else { "" };
            format!("nudge {sign}{}ms", ms.unsigned_abs())
        }
        Deed::Message(text) => format!("message {text}"),
        Deed::ClearMessage => "clear".into(),
        Deed::Panic => "panic".into(),
        Deed::End => "end".into(),
    })
}

/// The fault in the run of a seed, and how to see it again.
fn failure(seed: u64) -> Option<String> {
    let plan = planned(seed);
    play(&plan).err()?;
    let (plan, at, why) = shortened(plan);
    Some(format!("HANDOVER_SEED={seed} cargo test --test it sim\n{}", scenario(&plan, at, &why)))
}

#[test]
fn the_runs_are_edited() {
    let worlds: Vec<World> = (0..200).map(|seed| play(&planned(seed)).ok().unwrap()).collect();
    let is_revision = |record: &&Record| matches!(record.event, Event::ShowRevised { .. });
    let revised = worlds.iter().filter(|world| world.journal.iter().any(|one| is_revision(&one)));
    let given_back: u32 = worlds.iter().map(|world| world.versions.given_back).sum();
    let revised = revised.count();
    assert!(revised >= 80 && given_back >= 5, "{revised} revised, {given_back} given back");
}

#[test]
fn no_seed_breaks_a_promise() {
    seeds::play(SEEDS, failure);
}
