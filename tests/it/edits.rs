//! Properties of edits: random edits of random shows in the middle of random runs.
//!
//! No cue fires because of an edit, nothing that has fired changes, and a reader of the journal
//! comes to the state that the run has.

use handover::engine::{CueState, Event, SegmentState};
use handover::show::{Cue, CueIx, CueNumber, SegmentIx, Show, Trigger};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::properties::{CueSketch, Deed, SegmentSketch, cue, deed, do_it, segment, write};
use crate::scenarios::read_show;
use crate::test_run::{Opening, TestRun};

/// A change of the show's text.
#[derive(Clone, Debug)]
enum Edit {
    Change(Index, CueSketch),
    Remove(Index),
    Insert(Index, CueSketch),
    Move(Index, Index),
    Segment(Index, SegmentSketch),
    RemoveSegment(Index),
    AddSegment(Index, SegmentSketch),
}

#[derive(Clone, Debug)]
enum Move {
    Deed(Deed),
    Edit(Vec<Edit>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        5 => (at(), cue()).prop_map(|(at, cue)| Edit::Change(at, cue)),
        3 => at().prop_map(Edit::Remove),
        3 => (at(), cue()).prop_map(|(at, cue)| Edit::Insert(at, cue)),
        3 => (at(), at()).prop_map(|(from, to)| Edit::Move(from, to)),
        2 => (at(), segment()).prop_map(|(at, segment)| Edit::Segment(at, segment)),
        1 => at().prop_map(Edit::RemoveSegment),
        1 => (at(), segment()).prop_map(|(at, segment)| Edit::AddSegment(at, segment)),
    ]
}

fn one_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => deed().prop_map(Move::Deed),
        1 => prop::collection::vec(edit(), 1..4).prop_map(Move::Edit),
    ]
}

/// The show as it is edited: its cues keep their numbers.
struct Sketch {
    segments: Vec<SegmentSketch>,
    numbers: Vec<Vec<u32>>,
    next: u32,
}

impl Sketch {
    fn new(segments: Vec<SegmentSketch>) -> Self {
        let mut sketch = Sketch { segments: vec![], numbers: vec![], next: 0 };
        for segment in segments {
            sketch.add(usize::MAX, segment);
        }
        sketch
    }

    fn add(&mut self, at: usize, segment: SegmentSketch) {
        let at = at.min(self.segments.len());
        let count = segment.cues.len() as u32;
        self.numbers.insert(at, (self.next..self.next + count).collect());
        self.segments.insert(at, segment);
        self.next += count;
    }

    /// The segment and the place in it of some cue.
    fn place(&self, at: &Index) -> Option<(usize, usize)> {
        let places = self.numbers.iter().enumerate();
        let places: Vec<_> =
            places.flat_map(|(at, cues)| (0..cues.len()).map(move |cue| (at, cue))).collect();
        (!places.is_empty()).then(|| places[at.index(places.len())])
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Change(at, cue) => {
                if let Some((segment, at)) = self.place(at) {
                    self.segments[segment].cues[at] = cue.clone();
                }
            }
            Edit::Remove(at) => {
                if let Some((segment, at)) = self.place(at) {
                    self.segments[segment].cues.remove(at);
                    self.numbers[segment].remove(at);
                }
            }
            Edit::Insert(at, cue) => {
                if let Some((segment, at)) = self.place(at) {
                    self.segments[segment].cues.insert(at, cue.clone());
                    self.numbers[segment].insert(at, self.next);
                    self.next += 1;
                }
            }
            Edit::Move(from, to) => {
                if let Some((segment, at)) = self.place(from) {
                    let cue = self.segments[segment].cues.remove(at);
                    let number = self.numbers[segment].remove(at);
                    let (segment, at) = self.place(to).unwrap_or((segment, 0));
                    self.segments[segment].cues.insert(at, cue);
                    self.numbers[segment].insert(at, number);
                }
            }
            Edit::Segment(at, segment) => {
                let at = at.index(self.segments.len());
                self.segments[at].start = segment.start;
                self.segments[at].duration = segment.duration;
            }
            Edit::RemoveSegment(at) => {
                if self.segments.len() > 1 {
                    let at = at.index(self.segments.len());
                    self.segments.remove(at);
                    self.numbers.remove(at);
                }
            }
            Edit::AddSegment(at, segment) => {
                self.add(at.index(self.segments.len() + 1), segment.clone());
            }
        }
    }

    /// The text, in which a cue is known by its number and not by its place.
    fn text(&self) -> String {
        let numbers: Vec<u32> = self.numbers.iter().flatten().copied().collect();
        let mut text = String::new();
        for line in write(&self.segments).lines() {
            let mut line = line.to_owned();
            for key in ["number = \"", "with = \"", "after = \"", "backup_for = \""] {
                if let Some(at) = line.find(key) {
                    let from = at + key.len();
                    let to = from + line[from..].find('"').unwrap();
                    let place: usize = line[from..to].parse().unwrap();
                    line.replace_range(from..to, &numbers[place].to_string());
                }
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// The part of a cue that has fired that must stay.
fn kept(show: &Show, cue: CueIx) -> Cue {
    // It stands by itself where the edit takes out what it refers to; its segment may have another
    // place.
    Cue {
        trigger: Trigger::Go,
        backup_for: None,
        segment: SegmentIx::FIRST,
        ..show.cue(cue).clone()
    }
}

/// All that has happened: the cues that have fired in their order, with what they are and what became of
/// them, and the starts of the segments.
fn happened(rig: &TestRun) -> (Vec<(CueNumber, Cue, CueState)>, Vec<SegmentState>) {
    let (state, show) = (rig.state(), rig.state().show());
    let fired = show.cue_indices().filter(|&cue| state.cue(cue).firings > 0);
    let fired = fired.map(|cue| {
        let mut told = state.cue(cue).clone();
        // A backup that is none any more has lost its place.
        told.replaced_by = None;
        (show.cue(cue).number.clone(), kept(show, cue), told)
    });
    let starts = show.segment_indices().map(|segment| *state.segment(segment));
    (fired.collect(), starts.filter(|segment| segment.started_ns.is_some()).collect())
}

/// Checks that every reference of `show` leads to a cue of the show, and in no circle.
fn is_sound(show: &Show) -> Result<(), String> {
    let mut place = 0;
    for segment in show.segment_indices() {
        if show.segment(segment).cues.start != place {
            return Err(format!("{segment:?} does not begin where the one before it ends"));
        }
        place = show.segment(segment).cues.end;
        if let Some(cue) = show.cues_of(segment).find(|&cue| show.cue(cue).segment != segment) {
            return Err(format!("{cue:?} has another segment"));
        }
    }
    if place as usize != show.order.len() {
        return Err("a cue is in no segment".into());
    }
    for (at, (ix, cue)) in (0..).zip(show.listed()) {
        if show.place(ix) != at || show.find(&cue.number) != Some(ix) {
            return Err(format!("cue {} is not where it is found", cue.number));
        }
        let mut cause = cue.trigger.cause();
        for _ in 0..=show.cues.len() {
            cause = cause.filter(|&of| show.has(of)).and_then(|of| show.cue(of).trigger.cause());
        }
        let main = cue.backup_for;
        let is_wrong = main.is_some_and(|of| !show.has(of) || show.cue(of).backup_for.is_some());
        if cause.is_some() || is_wrong || cue.trigger.cause().is_some_and(|of| !show.has(of)) {
            return Err(format!("cue {} refers to what is not there", cue.number));
        }
        let outputs = cue.actions.iter().map(|action| action.output);
        if outputs.into_iter().any(|output| show.outputs.get(output).is_none()) {
            return Err(format!("cue {} has no output", cue.number));
        }
    }
    Ok(())
}

fn take(rig: &mut TestRun, sketch: &mut Sketch, edits: &[Edit]) -> Result<(), String> {
    edits.iter().for_each(|edit| sketch.edit(edit));
    // What the program would not run, it does not take.
    let Ok(show) = read_show(&sketch.text()) else { return Ok(()) };
    rig.flush()?;
    rig.drain()?;
    let (before, told, effects) = (happened(rig), rig.journal.len(), rig.effects.len());
    let on_air = rig.state().on_air().to_vec();
    let running = rig.state().current_segment().map(|segment| *rig.state().segment(segment));
    if rig.revise(show).is_err() {
        return if rig.state().has_ended() { Ok(()) } else { Err("it is refused".into()) };
    }
    rig.drain()?;
    is_sound(rig.state().show())?;
    for record in &rig.journal[told..] {
        if !matches!(
            record.event,
            Event::ShowRevised { .. } | Event::CueMissed { .. } | Event::PlayheadMoved { .. }
        ) {
            return Err(format!("the edit brings {:?}", record.event));
        }
    }
    if rig.effects.len() != effects {
        return Err("the edit sends something".into());
    }
    let after = happened(rig);
    if before != after {
        return Err(format!("what has happened was\n{before:#?}\nand is\n{after:#?}"));
    }
    let runs = rig.state().current_segment().map(|segment| *rig.state().segment(segment));
    if rig.state().on_air() != on_air || runs != running {
        return Err("something else is on air".into());
    }
    if rig.state().playhead().is_some_and(|cue| !rig.state().is_in_order(cue)) {
        return Err("the playhead is at a cue that is not in the order".into());
    }
    rig.replay().map(drop)
}

fn play(
    segments: Vec<SegmentSketch>,
    moves: &[Move],
    auto: bool,
    live: bool,
) -> Result<(), String> {
    let mut sketch = Sketch::new(segments);
    let show = read_show(&sketch.text())?;
    let opening = Opening {
        clock: "2024-08-11T18:00:00Z".parse().unwrap(),
        day: None,
        rehearsal: !live,
        speed: 1,
        auto,
    };
    let mut rig = TestRun::open(show, &opening)?;
    for (at, one) in moves.iter().enumerate() {
        match one {
            Move::Deed(deed) => do_it(&mut rig, deed),
            Move::Edit(edits) => take(&mut rig, &mut sketch, edits),
        }
        .map_err(|why| format!("move {at}: {why}"))?;
    }
    rig.replay()?;
    rig.live_until(rig.now + std::time::Duration::from_secs(3_600))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_fires_nothing_and_changes_nothing_that_has_fired(
        segments in prop::collection::vec(segment(), 1..=3),
        moves in prop::collection::vec(one_move(), 0..25),
        auto in prop::bool::weighted(0.2),
        live in any::<bool>(),
    ) {
        if let Err(why) = play(segments, &moves, auto, live) {
            return Err(TestCaseError::fail(why));
        }
    }
}
