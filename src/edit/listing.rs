//! Contents of a show in words: its items in the order of the file, each with the facts that the
//! file has about it.
//!
//! A fact is named by its key in the show file. What is left out or is as usual has no fact, except
//! a cue's trigger, which is always told. The words are exact: two shows whose listings are equal
//! do the same.

use std::time::Duration;

use jiff::civil::Time;

use crate::show::duration::exact;
use crate::show::{
    Action, Body, Colour, CountDirection, Cue, CueIx, Department, FrameRate, Keepalive, Output,
    Person, RoutePoint, Rundown, Segment, Show, Source, Step, Thresholds, Trigger,
};

/// The facts about one item, in the order in which they are told.
pub type Facts = Vec<Fact>;

/// One thing that the file says of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its key in the show file.
    pub key: &'static str,
    /// What it says.
    pub words: FactWords,
}

/// What a fact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactWords {
    /// One text.
    One(String),
    /// A list, such as the messages of a cue; never empty.
    List(Vec<String>),
}

/// Something that is known by an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its sort: "department", "output", "place", "person".
    pub sort: &'static str,
    /// Its id.
    pub id: String,
    /// The facts about it.
    pub facts: Facts,
}

/// A segment and its cues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentEntry {
    /// Its title.
    pub title: String,
    /// The facts about it, its title among them.
    pub facts: Facts,
    /// In the order of the file.
    pub cues: Vec<CueEntry>,
}

/// A cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueEntry {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The facts about it, its title among them.
    pub facts: Facts,
}

/// A show in words. The default is that of no show at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The show's title.
    pub title: String,
    /// The facts about the show itself.
    pub facts: Facts,
    /// Everything that is known by an id, sort by sort.
    pub named: Vec<Named>,
    /// In running order.
    pub segments: Vec<SegmentEntry>,
}

impl Listing {
    /// The listing of `show`.
    pub fn of(show: &Show) -> Listing {
        let rundown: &Rundown = show;
        let Rundown {
            title,
            date,
            zone: _,
            zone_name,
            clocks,
            departments,
            outputs,
            remote,
            web,
            places,
            people,
            segments,
            cues: _,
            order: _,
        } = rundown;
        let mut facts = CollectedFacts::default();
        facts.one("title", [title]);
        facts.one("date", date);
        facts.one("timezone", [zone_name]);
        facts.list("clocks", clocks.iter().map(|clock| zone_of(&clock.zone, &clock.label)));
        facts.one("remote", remote.as_ref().map(|remote| remote.listen));
        let passcode = remote.as_ref().and_then(|remote| remote.passcode_variable.as_ref());
        facts.one("passcode", passcode);
        facts.one("web", web.as_ref().map(|web| web.listen));
        let web_passcode = web.as_ref().and_then(|web| web.passcode_variable.as_ref());
        facts.one("web passcode", web_passcode);
        let named = departments
            .iter()
            .map(department)
            .chain(outputs.iter().map(output))
            .chain(places.iter().map(place))
            .chain(people.iter().map(person));
        Listing {
            title: title.clone(),
            facts: facts.0,
            named: named.collect(),
            segments: segments.iter().map(|segment| segment_entry(show, segment)).collect(),
        }
    }
}

/// Facts as they are collected.
#[derive(Default)]
struct CollectedFacts(Facts);

impl CollectedFacts {
    /// A fact of one text, where there is one.
    fn one<T: ToString>(&mut self, key: &'static str, value: impl IntoIterator<Item = T>) {
        let words = value.into_iter().next().map(|value| FactWords::One(value.to_string()));
        self.0.extend(words.map(|words| Fact { key, words }));
    }

    /// A fact that is told only where it holds.
    fn yes(&mut self, key: &'static str, holds: bool) {
        self.one(key, holds.then_some("yes"));
    }

    fn list(&mut self, key: &'static str, items: impl IntoIterator<Item = String>) {
        let items: Vec<String> = items.into_iter().collect();
        if !items.is_empty() {
            self.0.push(Fact { key, words: FactWords::List(items) });
        }
    }
}

/// The IANA name of a clock's zone; its label where it has none.
fn zone_of(zone: &jiff::tz::TimeZone, label: &str) -> String {
    zone.iana_name().unwrap_or(label).to_owned()
}

fn department(one: &Department) -> Named {
    let Department { id, name, colour } = one;
    let mut facts = CollectedFacts::default();
    facts.one("name", [name]);
    facts.one("colour", colour);
    Named { sort: "department", id: id.clone(), facts: facts.0 }
}

fn output(one: &Output) -> Named {
    let Output { id, kind, mirrors: _, panic, timecode, keepalive, station } = one;
    let mut facts = CollectedFacts::default();
    facts.one("protocol", [kind.protocol().spec().label]);
    facts.one("address", [one.address()]);
    for (key, values) in kind.settings() {
        facts.list(key, values);
    }
    facts.list("panic", panic.iter().map(Body::describe));
    facts.one("timecode", timecode.map(frames));
    let awake = keepalive
        .as_ref()
        .map(|Keepalive { body, every }| format!("{} every {}", body.describe(), exact(*every)));
    facts.one("keepalive", awake);
    facts.one("station", station);
    Named { sort: "output", id: id.clone(), facts: facts.0 }
}

fn place(one: &crate::show::NamedPlace) -> Named {
    let crate::show::NamedPlace { id, name, latitude, longitude } = one;
    let mut facts = CollectedFacts::default();
    facts.one("name", [name]);
    facts.one("at", [format!("{latitude}, {longitude}")]);
    Named { sort: "place", id: id.clone(), facts: facts.0 }
}

fn person(one: &Person) -> Named {
    let Person { id, name, role, notes } = one;
    let mut facts = CollectedFacts::default();
    facts.one("name", [name]);
    facts.one("role", role);
    facts.one("notes", notes);
    Named { sort: "person", id: id.clone(), facts: facts.0 }
}

fn segment_entry(show: &Show, one: &Segment) -> SegmentEntry {
    let Segment { title, date, start, end, duration, thresholds, count, act, notes, cues } = one;
    let mut facts = CollectedFacts::default();
    facts.one("title", [title]);
    facts.one("date", date);
    facts.one("start", start.map(time_of_day));
    facts.one("end", end.map(time_of_day));
    facts.one("duration", [exact(*duration)]);
    tell_thresholds(&mut facts, *thresholds, Thresholds::default());
    tell_count(&mut facts, *count);
    facts.one("act", act);
    facts.one("notes", notes);
    let cues = &show.order[cues.start as usize..cues.end as usize];
    let cues = cues.iter().map(|&ix| cue_entry(show, ix, one)).collect();
    SegmentEntry { title: title.clone(), facts: facts.0, cues }
}

/// The thresholds that are not as `usual`.
fn tell_thresholds(facts: &mut CollectedFacts, own: Thresholds, usual: Thresholds) {
    let Thresholds { warn, danger } = own;
    facts.one("warn", (warn != usual.warn).then(|| exact(warn)));
    facts.one("danger", (danger != usual.danger).then(|| exact(danger)));
}

/// The way to count, where it is not the usual one.
fn tell_count(facts: &mut CollectedFacts, count: CountDirection) {
    facts.one(
        "count",
        match count {
            CountDirection::Down => None,
            CountDirection::Up => Some("up"),
        },
    );
}

fn cue_entry(show: &Show, ix: CueIx, home: &Segment) -> CueEntry {
    let Cue {
        number,
        title,
        call,
        notes,
        source,
        needs,
        embargo,
        public,
        duration,
        thresholds,
        count,
        planned,
        trigger,
        backup_for,
        steps,
        route,
        look,
        actions,
        stops,
        together,
        pass,
        extra,
        segment: _,
    } = show.cue(ix);
    let mut facts = CollectedFacts::default();
    facts.one("title", [title]);
    facts.one("trigger", [trigger_words(show, trigger)]);
    facts.one("planned", planned.map(exact));
    facts.one("duration", duration.map(exact));
    facts.one("call", call);
    facts.list("needs", needs.iter().map(|&id| show.department(id).id.clone()));
    facts.one("backup_for", backup_for.map(|main| show.cue(main).number.to_string()));
    facts.one("source", source.map(source_word));
    facts.yes("embargo", *embargo);
    facts.one("public", (!public).then_some("no"));
    let stops = stops.iter().map(|stop| show.stop_words(stop));
    facts.list("do", actions.iter().map(|action| sent(show, action)).chain(stops));
    facts.yes("together", *together);
    facts.list("steps", steps.iter().map(step));
    facts.list("route", route.iter().map(point));
    facts.one("look", look.map(<&'static str>::from));
    tell_thresholds(&mut facts, *thresholds, home.thresholds);
    tell_count(&mut facts, *count);
    facts.one("pass", pass);
    facts.one("notes", notes);
    facts.list("extra", extra.iter().map(|extra| format!("{}: {}", extra.name, extra.text)));
    CueEntry { number: number.to_string(), title: title.clone(), facts: facts.0 }
}

/// A trigger in the words of the screen, with its times to the nanosecond.
fn trigger_words(show: &Show, trigger: &Trigger) -> String {
    let delayed = |verb: &str, cue: CueIx, delay: Duration| {
        let delay = match delay.is_zero() {
            true => String::new(),
            false => format!(" +{}", exact(delay)),
        };
        format!("{verb} {}{delay}", show.cue(cue).number)
    };
    match *trigger {
        Trigger::Go => "GO".to_owned(),
        Trigger::With { cue, delay } => delayed("with", cue, delay),
        Trigger::After { cue, delay } => delayed("follows", cue, delay),
        Trigger::At { time } => format!("at {}", time_of_day(time)),
        Trigger::Into { offset } => format!("into +{}", exact(offset)),
    }
}

fn sent(show: &Show, action: &Action) -> String {
    let output = show.output(action.output);
    format!("{}: {}", output.id, action.body.describe())
}

fn step(step: &Step) -> String {
    let Step { title, colour } = step;
    let colour = colour.map_or(String::new(), |colour: Colour| format!(" ({colour})"));
    format!("{title}{colour}")
}

/// A point of a route: a place by its name, since its coordinates are told with the place.
fn point(point: &RoutePoint) -> String {
    let RoutePoint { name, latitude, longitude, height_m } = point;
    let height = height_m.map_or(String::new(), |height| format!(", {height} m"));
    match name {
        Some(name) => format!("{name}{height}"),
        None => format!("{latitude}, {longitude}{height}"),
    }
}

fn time_of_day(time: Time) -> String {
    let fraction = format!("{:09}", time.subsec_nanosecond());
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", time.strftime("%H:%M:%S"))
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Live => "live",
        Source::Vt => "VT",
    }
}

fn frames(rate: FrameRate) -> &'static str {
    match rate {
        FrameRate::Fps24 => "24",
        FrameRate::Fps25 => "25",
        FrameRate::Fps2997Drop => "29.97",
        FrameRate::Fps30 => "30",
    }
}
