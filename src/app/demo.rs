//! `handover demo`: the built-in show from shortly before its jump on, with everything before it already called.
//!
//! A value: it lets the program call the show as far as the demonstration begins, without a clock, an output or a file,
//! so that the screen has a whole evening behind it. The same shows on a machine that is slow and in a test.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::log::Log;
use crate::engine::{Effect, Event, Record, RunNs, State};
use crate::show::demonstration::{self, DEMO_SOURCE, DEMO_SPEED, Demonstration};
use crate::show::duration::SECOND_NS;
use crate::show::{Show, plan};

/// How long before the show's first start the clock of the run begins.
const LEAD: SignedDuration = SignedDuration::from_secs(4);

/// A demonstration that is about to begin.
#[derive(Debug)]
pub struct Demo {
    /// The run so far.
    pub state: State,
    /// Its events in words.
    pub log: Log,
    /// The number of its last event.
    pub seq: u64,
    /// Where the run's clock begins.
    pub run_ns: RunNs,
    /// What goes wrong in it, and how fast it goes.
    pub script: &'static Demonstration,
}

impl Demo {
    /// The demonstration of `show`, which is the first of the built-in ones; `now` stands in for a date that it lacks.
    ///
    /// Returns `None` where the program has no demonstration, which no build is without.
    pub fn new(show: &Arc<Show>, now: Timestamp) -> Option<Self> {
        let script = demonstration::of(DEMO_SOURCE)?;
        let day = show.date.unwrap_or_else(|| now.to_zoned_datetime(show.zone.clone()).date());
        let begin = Event::RunStarted {
            show: show.title.clone(),
            source: DEMO_SOURCE.into(),
            rehearsal: true,
            speed: DEMO_SPEED,
            auto: true,
            clock: plan::start_on(show, day, now) - LEAD,
            day,
            version: env!("CARGO_PKG_VERSION").into(),
            shift_ns: None,
            show_crc: None,
        };
        let (state, run_ns) = (State::new(Arc::clone(show)), script.begins_s * SECOND_NS);
        let mut demo = Demo { state, log: Log::default(), seq: 0, run_ns, script };
        demo.happened(0, begin);
        let mut now_ns = 0;
        while let Some(due_ns) = demo.state.poll_timeout().filter(|&due_ns| due_ns < run_ns) {
            now_ns = due_ns.max(now_ns);
            let events = demo.state.handle_timeout(now_ns);
            if events.is_empty() {
                break;
            }
            events.into_iter().for_each(|event| demo.happened(now_ns, event));
        }
        Some(demo)
    }

    /// Takes an event into the run, and what it sends for rehearsed.
    fn happened(&mut self, run_ns: RunNs, event: Event) {
        self.seq += 1;
        let record = Record::new(self.seq, self.state.wall(run_ns as i64), run_ns, event);
        self.state.fold(&record);
        self.log.push(&record);
        let down: Vec<_> = self.state.outages().collect();
        for effect in self.state.effects(&record.event) {
            let Effect::Send { cue, firing, action } = effect else { continue };
            let show = Arc::clone(self.state.show());
            let Some(output) = show.cue(cue).actions.get(action as usize).map(|action| action.output) else { continue };
            let (number, id) = (show.cue(cue).number.clone(), show.output(output).id.clone());
            let action = action + 1;
            self.happened(
                run_ns,
                match down.contains(&output) {
                    true => Event::ActionFailed {
                        cue: number,
                        firing,
                        action,
                        output: id,
                        error: demonstration::OUTAGE.to_owned(),
                    },
                    false => Event::ActionRehearsed { cue: number, firing, action, output: id, message: String::new() },
                },
            );
        }
    }
}
