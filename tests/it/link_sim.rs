//! A simulator of shared runs, seeded: two to five stations, each the flag and the conductor that
//! ship, over a simulated log and network, on a virtual clock.
//!
//! One seed is one evening: a show, a network, and a schedule of GOs, exchanges, takes, cuts,
//! freezes, kills and faults of the server. [`world::World`] checks the guarantees after every
//! step. A seed that fails prints its schedule, as short as it still fails; [`seeds`] says how seeds
//! are asked for.

mod calls;
mod net;
mod said;
mod station;
mod versions;
mod world;

use std::collections::BTreeSet;

use calls::Call;
use handover::show::duration::MILLISECOND_NS;
use net::Rng;
use said::Saying;
use world::World;

use crate::seeds;

/// Number of seeds that `cargo test` plays. A seed is some twenty seconds of several stations that beat,
/// ask and ship, and takes some 17 ms of a processor in a build for tests.
const SEEDS: u64 = 10_000;

/// An act or a fault in a simulated run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Move {
    /// Time passes, milliseconds.
    Wait(u64),
    /// Somebody presses GO at this station.
    Go(usize),
    /// The holder does.
    HolderGoes,
    /// The caller at this station gives another command.
    Calls(usize, Call),
    /// The holder's caller does.
    HolderCalls(Call),
    Note(usize),
    /// The caller at this station says that something is wrong.
    Warn(usize),
    /// Somebody at this station answers, warns or spots.
    Says(usize, Saying),
    /// The holder calls standby, and the departments at this station answer; with `true` their line
    /// is cut, and standby is called again for that cue or for another before it is well again.
    Answers(usize, bool),
    Hold(usize),
    /// The caller at this station gives the run another version of the show.
    Revise(usize),
    Panic(usize),
    Offer(usize, usize),
    Accept(usize),
    Pass(usize),
    TakeBack(usize),
    /// An exchange as it should go, as far as nothing comes between; the pass comes so long after a
    /// GO, milliseconds.
    Exchange(usize, u64),
    /// A caller takes the flag; with `true` the holder's name is typed.
    Take(usize, bool),
    /// The line of a station is cut: to the server, from it.
    Cut(usize, bool, bool),
    Heal(usize),
    /// The station stands still, milliseconds.
    Freeze(usize, u64),
    Kill(usize),
    Revive(usize),
    /// The caller lets the run go on though the log cannot be read.
    GoOn(usize),
    ServerDown,
    ServerUp,
    /// The log's leader changes: what is appended may be stored or not, and nobody is told.
    Trouble(bool),
    /// Somebody else writes to the log.
    Stranger,
}

/// A simulated evening.
#[derive(Clone, Debug)]
struct Plan {
    seed: u64,
    stations: usize,
    links: usize,
    gap_ms: u64,
    delay_ms: u64,
    moves: Vec<Move>,
}

fn planned(seed: u64) -> Plan {
    let mut rng = Rng::new(seed);
    let stations = [2, 2, 2, 2, 2, 3, 3, 3, 4, 5][rng.below(10) as usize];
    let (links, gap_ms) =
        ([4, 8, 16][rng.below(3) as usize], [20, 50, 150, 300][rng.below(4) as usize]);
    let delay_ms = [0, 1, 5, 30, 80][rng.below(5) as usize];
    let mut moves = vec![Move::Wait(1_500)];
    if rng.chance(10) {
        moves.extend(fork(&mut rng));
        return Plan { seed, stations, links: 16, gap_ms: gap_ms.max(50), delay_ms, moves };
    }
    for _ in 0..4 + rng.below(22) {
        let at = rng.below(stations as u64) as usize;
        let other = rng.below(stations as u64) as usize;
        moves.push(match rng.below(60) {
            0..8 => Move::Wait(rng.below(1_200)),
            8..10 => Move::Wait(rng.below(7_000)),
            10 => Move::Go(at),
            11..15 => Move::HolderGoes,
            15..20 => Move::Exchange(at, rng.below((gap_ms * links as u64).min(2_000))),
            20 => Move::Offer(at, other),
            21 => Move::Accept(at),
            22 => Move::Pass(at),
            23 => Move::TakeBack(at),
            24..26 => Move::Take(at, rng.chance(60)),
            26 => Move::Note(at),
            27..30 => Move::Cut(at, rng.chance(70), rng.chance(70)),
            30..32 => Move::Heal(at),
            32 => Move::Freeze(at, 300 + rng.below(6_000)),
            33 => Move::Kill(at),
            34..36 => Move::Revive(at),
            36 => [Move::ServerDown, Move::ServerUp, Move::ServerUp][rng.below(3) as usize],
            37 => Move::Trouble(rng.chance(50)),
            38 => [Move::Stranger, Move::GoOn(at), Move::Panic(at)][rng.below(3) as usize],
            39 => Move::Hold(at),
            40..47 => Move::HolderCalls(calls::random(&mut rng, links)),
            47 => [Move::Calls(at, calls::random(&mut rng, links)), Move::Warn(at)]
                [rng.below(2) as usize],
            48 => Move::Revise(at),
            49..57 => Move::Says(at, said::random(&mut rng)),
            _ => Move::Answers(at, rng.chance(50)),
        });
    }
    Plan { seed, stations, links, gap_ms, delay_ms, moves }
}

/// A chain goes on at a station whose line is cut, and at the one that takes the flag from it; what the
/// first has fired meanwhile comes to light while the second still fires.
fn fork(rng: &mut Rng) -> Vec<Move> {
    let mut waits = |most| Move::Wait(rng.below(most));
    vec![
        Move::Go(0),
        waits(300),
        Move::Cut(0, true, true),
        waits(800),
        Move::Take(1, true),
        Move::Wait(400),
        Move::Go(1),
        waits(1_200),
        Move::Heal(0),
        waits(2_000),
    ]
}

/// Plays an evening, and says at which move a guarantee was broken, and which.
fn play(plan: &Plan) -> Result<World, (usize, String)> {
    let mut world = World::open(plan).map_err(|why| (0, why))?;
    for (at, step) in plan.moves.iter().enumerate() {
        make(&mut world, *step).map_err(|why| (at + 1, why))?;
    }
    let end = |why| (plan.moves.len() + 1, why);
    world.heal_everything().map_err(end)?;
    world.settle(20_000).map_err(end)?;
    Ok(world)
}

fn make(world: &mut World, step: Move) -> Result<(), String> {
    match step {
        Move::Wait(ms) => return world.wait(ms),
        Move::Go(at) => world.go(at)?,
        Move::Calls(at, call) => world.calls(at, call)?,
        Move::HolderCalls(call) => world.holder_calls(call)?,
        Move::Note(at) => world.note(at)?,
        Move::Warn(at) => world.warn(at)?,
        Move::Says(at, saying) => world.says(at, saying)?,
        Move::Answers(at, is_late) => return world.answers(at, is_late),
        Move::Hold(at) => world.hold(at)?,
        Move::Revise(at) => world.revise(at)?,
        Move::Panic(at) => world.panic(at)?,
        Move::Offer(at, to) => world.offer(at, to)?,
        Move::Accept(at) => world.accept(at)?,
        Move::Pass(at) => world.pass(at)?,
        Move::TakeBack(at) => world.take_back(at)?,
        Move::HolderGoes => world.holder_goes()?,
        Move::Exchange(to, ms) => return world.exchange(to, ms),
        Move::Take(at, named) => world.take(at, named)?,
        Move::Cut(at, to, from) => world.cut(at, to, from),
        Move::Heal(at) => world.cut(at, false, false),
        Move::Freeze(at, ms) => world.freeze(at, ms * MILLISECOND_NS),
        Move::Kill(at) => world.kill(at),
        Move::Revive(at) => world.revive(at)?,
        Move::GoOn(at) => world.go_on(at)?,
        Move::ServerDown => world.server_up(false),
        Move::ServerUp => world.server_up(true),
        Move::Trouble(trouble) => world.trouble(trouble),
        Move::Stranger => world.stranger(),
    }
    world.wait(1)
}

/// The shortest plan found that fails, by leaving out moves.
fn shortened(mut plan: Plan) -> (Plan, usize, String) {
    let (mut at, mut why) = play(&plan).err().expect("it fails");
    let mut tries = 0;
    'again: loop {
        for left_out in (0..plan.moves.len()).rev() {
            let mut less = plan.clone();
            less.moves.remove(left_out);
            tries += 1;
            if tries > 400 {
                return (plan, at, why);
            }
            if let Err((new_at, new_why)) = play(&less) {
                (plan, at, why) = (less, new_at, new_why);
                continue 'again;
            }
        }
        return (plan, at, why);
    }
}

fn failure(seed: u64) -> Option<String> {
    let plan = planned(seed);
    let whole = play(&plan).err()?;
    let (plan, at, why) = shortened(plan);
    Some(format!(
        "HANDOVER_SEED={seed} cargo test --test it link_sim\nat move {at}: {why}\n{plan:?}\n\
         (the whole plan fails at move {}: {})",
        whole.0, whole.1
    ))
}

#[test]
fn no_seed_breaks_a_guarantee() {
    seeds::play(SEEDS, failure);
}

/// The logs of the evenings have what callers do: it is not only refused.
#[test]
fn the_evenings_have_what_callers_do() {
    let mut kinds = BTreeSet::new();
    for seed in 0..250 {
        let world = play(&planned(seed)).unwrap_or_else(|(at, why)| panic!("{seed}, {at}: {why}"));
        kinds.extend(world.kinds());
    }
    let wanted = [
        "segment_nudged",
        "retimed",
        "message_shown",
        "message_cleared",
        "station_warned of another",
        "department_warned of another",
        "department_ready of another",
        "department_unready of another",
        "person_spotted of another",
        "person_unspotted of another",
    ];
    let missing: Vec<_> = wanted.iter().filter(|kind| !kinds.contains(**kind)).collect();
    assert!(missing.is_empty(), "{missing:?} not in {kinds:?}");
}
