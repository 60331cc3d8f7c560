//! What comes by itself, at its instant.
//!
//! The journal's write would make every follow late by what it takes. So the station wakes up a little before an instant
//! at which something is due, journals and applies what happens then, and sends what it causes when the instant has
//! come. In between it goes on listening: whatever else happens first sends what stands ready, a fraction of a
//! millisecond early, so that nothing leaves in another order than the journal has it.

use std::time::Duration;

use super::Station;
use crate::engine::Effect;
use crate::runtime::clock::machine_ns;

/// How long before its instant something is journaled: what waking up and writing take, but for the worst cases.
const LEAD_NS: u64 = 300_000;
/// How many rounds of due events pass before the keyboard is looked at again.
const ROUNDS: usize = 256;
/// Nothing is waited for longer than this, so that a fault of a deadline cannot put the station to sleep for good.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What has happened, but for its instant, and has still to leave.
pub(super) struct Ahead {
    /// The instant, by the machine's clock.
    due_ns: u64,
    effects: Vec<Effect>,
    /// Where its records begin in the station's news.
    news: usize,
}

impl Station {
    /// How long nothing comes by itself.
    pub(super) fn next_wait(&self) -> Option<Duration> {
        let due_ns = match &self.ahead {
            Some(ahead) => Some(ahead.due_ns),
            None => {
                self.state.poll_timeout().map(|run_ns| self.clock.machine_ns(run_ns).saturating_sub(self.lead_ns()))
            }
        };
        let left = due_ns.map(|due_ns| Duration::from_nanos(due_ns.saturating_sub(machine_ns())));
        Some(left.map_or(LONGEST_WAIT, |left| left.min(LONGEST_WAIT)))
    }

    /// Does what has fallen due; true where more may be.
    pub(super) fn fire_due(&mut self) -> bool {
        for _ in 0..ROUNDS {
            let now_ns = machine_ns();
            if let Some(ahead) = &self.ahead {
                if ahead.due_ns > now_ns {
                    return false;
                }
                self.release();
                continue;
            }
            let Some(due_run_ns) = self.state.poll_timeout() else { return false };
            let due_ns = self.clock.machine_ns(due_run_ns);
            if due_ns > now_ns + self.lead_ns() {
                return false;
            }
            let at_ns = due_ns.max(now_ns);
            let events = self.state.handle_timeout(self.clock.run_ns(at_ns));
            if events.is_empty() {
                return false;
            }
            if due_ns <= now_ns {
                self.commit(events, now_ns);
                continue;
            }
            let news = self.news.len();
            let effects = self.record(events, due_ns);
            self.ahead = Some(Ahead { due_ns, effects, news });
        }
        true
    }

    /// Sends what stands ready, and lets the playhead move on from it: a GO that was decided in between would find it at
    /// a cue that has fired already, and fire that again.
    pub(super) fn release(&mut self) {
        let Some(Ahead { effects, news, due_ns }) = self.ahead.take() else { return };
        self.carry_out(effects, news, due_ns);
        if self.state.is_moving_on() {
            let now_ns = machine_ns();
            let events = self.state.handle_timeout(self.clock.run_ns(now_ns));
            self.commit(events, now_ns);
        }
    }

    /// In a rehearsal nothing leaves, and a fast clock has no instants to spare.
    fn lead_ns(&self) -> u64 {
        if self.state.is_rehearsal() { 0 } else { LEAD_NS }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use signal_hook::consts::SIGWINCH;

    use super::*;
    use crate::app::{App, Theme};
    use crate::engine::{Cause, Command, Event, State};
    use crate::output::Outputs;
    use crate::runtime::clock::{RunClock, wall_now};
    use crate::runtime::inbox::{Msg, inbox};
    use crate::runtime::keyboard::Keyboard;
    use crate::show::file;
    use crate::ui::Depth;

    const SHOW: &str = r#"
title = "A small show"
[output.lights]
osc = "udp://127.0.0.1:9"
[[segment]]
title = "The jump"
duration = "1m"
[[segment.cue]]
number = "1"
title = "Dark"
[[segment.cue]]
number = "2"
title = "Off the roof"
trigger = { with = "1", delay = "10s" }
do = [{ output = "lights", osc = "/go" }]
[[segment.cue]]
number = "3"
title = "Landed"
"#;

    /// A live run of [`SHOW`] in which cue 1 has fired and the playhead stands at cue 2, which comes by itself.
    fn station() -> Station {
        let show = Arc::new(file::parse(SHOW, "UTC").unwrap());
        let (inbox, post) = inbox().unwrap();
        let clock = RunClock::new(machine_ns(), 0, wall_now(), 1);
        let mut station = Station {
            id: None,
            clock,
            state: State::new(Arc::clone(&show)),
            app: App::new(Theme::Dark),
            journal: None,
            outputs: Outputs::rehearsal(Arc::clone(&show)),
            inbox,
            keyboard: Keyboard::default(),
            post,
            screen: None,
            depth: Depth::Mono,
            faults: 0,
            seq: 0,
            run_ns: 0,
            news: vec![],
            remote: None,
            words: vec![],
            loaded: None,
            ahead: None,
            armed: vec![],
            told_time: None,
            leaving: None,
        };
        let started = Event::RunStarted {
            show: show.title.clone(),
            source: String::new(),
            rehearsal: false,
            speed: 1,
            auto: false,
            clock: clock.wall(machine_ns()),
            day: jiff::civil::date(2024, 8, 11),
            version: String::new(),
        };
        station.commit(vec![started], machine_ns());
        station.obey(&Command::Go { cause: Cause::Go }, machine_ns()).unwrap();
        let second = show.cue_indices().nth(1).unwrap();
        station.obey(&Command::PlayheadTo(second), machine_ns()).unwrap();
        station
    }

    /// The cues that have fired and the actions that have left, in the order of the journal.
    fn told(station: &Station) -> Vec<String> {
        let word = |event: &Event| match event {
            Event::CueFired { cue, .. } => Some(format!("fired {cue}")),
            Event::ActionRehearsed { cue, .. } => Some(format!("sent {cue}")),
            _ => None,
        };
        station.news.iter().filter_map(|record| word(&record.event)).collect()
    }

    /// Journals what comes next as if its instant were about to come.
    fn make_ready(station: &mut Station) {
        let due_ns = station.clock.machine_ns(station.state.poll_timeout().unwrap());
        let events = station.state.handle_timeout(station.clock.run_ns(due_ns));
        let news = station.news.len();
        let effects = station.record(events, due_ns);
        station.ahead = Some(Ahead { due_ns, effects, news });
    }

    #[test]
    fn a_go_between_a_cue_and_its_instant_fires_the_next_cue_and_not_the_same_again() {
        let mut station = station();
        make_ready(&mut station);
        assert_eq!(told(&station), ["fired 1", "fired 2"]);
        station.obey(&Command::Go { cause: Cause::Go }, machine_ns()).unwrap();
        assert_eq!(told(&station), ["fired 1", "fired 2", "sent 2", "fired 3"]);
    }

    #[test]
    fn whatever_is_heard_in_between_lets_go_of_what_stands_ready() {
        for message in [Msg::ScreenFault, Msg::Signal(SIGWINCH)] {
            let mut station = station();
            make_ready(&mut station);
            station.message(message);
            assert_eq!(told(&station), ["fired 1", "fired 2", "sent 2"]);
            assert!(station.ahead.is_none() && !station.state.is_moving_on());
        }
    }
}
