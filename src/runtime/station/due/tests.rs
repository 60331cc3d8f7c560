//! What happens in the moment between an event that is journaled ahead and its instant.

use std::sync::Arc;

use signal_hook::consts::SIGWINCH;

use super::*;
use crate::app::{App, Theme};
use crate::engine::{Cause, Command, Event, State};
use crate::output::Outputs;
use crate::runtime::End;
use crate::runtime::clock::{RunClock, wall_now};
use crate::runtime::inbox::{Msg, inbox};
use crate::runtime::keyboard::Keyboard;
use crate::runtime::terminal::Keys;
use crate::show::file;
use crate::ui::{Depth, Glyphs, Means};

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
        means: Means { depth: Depth::Mono, glyphs: Glyphs::All },
        keys: Keys::Plain,
        faults: 0,
        seq: 0,
        run_ns: 0,
        news: vec![],
        remote: None,
        words: vec![],
        loaded: None,
        ahead: None,
        armed: vec![],
        joined: vec![],
        outages: vec![],
        told_time: None,
        leaving: None,
        end: End::Left,
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
        shift_ns: None,
        show_crc: None,
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
