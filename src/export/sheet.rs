//! The cue sheet to print: the plan alone, before anything has happened, as rows of words.
//!
//! Owns what stands on the sheet and what a public one leaves out; [`text`] and [`html`] only lay
//! the words out. Must never know of a run. A public sheet is built without what is internal, so
//! that no form of it can let a word through: it has times, numbers, titles, live or VT and
//! durations, and of an item under embargo its time and number.

pub mod csv;
mod deeds;
mod department;
pub mod html;
mod settings;
pub mod text;

use std::borrow::Cow;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use super::words::Days;
use crate::plain::counted;
use crate::show::duration;
use crate::show::plan::{Plan, PlanNs, start_on};
use crate::show::{
    Colour, CountDirection, Cue, CueIx, NO_TITLE, SegmentIx, Show, Source, Thresholds, Trigger,
};
use crate::time::unsigned;

/// Placeholder for the title of an item under embargo on a public sheet.
pub const WITHHELD: &str = NO_TITLE;

/// Those who read a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The crew: everything.
    Crew,
    /// Those who work with the crew: the cues that are public and all that is said of them; of one
    /// under embargo only its time and number.
    Partners,
    /// Everybody: of the cues that are public only times, numbers, titles, live or VT and
    /// durations.
    Public,
}

/// A planned instant.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// By the clock, in the show's zone.
    Clock(ZonedDateTime),
    /// The time from the show's start, in a show that nothing ties to the clock.
    FromStart(Duration),
}

/// Contents of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The show's title.
    pub title: String,
    /// The name of the time zone of all its times.
    pub zone_name: String,
    /// `true` if it leaves the house.
    pub public: bool,
    /// The day of the show, where the file names it.
    pub date: Option<Date>,
    /// `true` if a hard start ties the show to the clock.
    pub is_tied: bool,
    /// Number of cues that the sheet leaves out.
    pub left_out: usize,
    /// The day, the zone, how much there is; labels and words.
    pub facts: Vec<(&'static str, String)>,
    /// Departments that answer a standby; none on a public sheet.
    pub departments: Vec<DepartmentRow>,
    /// People in the show, with role and notes; none on a public sheet.
    pub people: Vec<(String, Option<String>, Option<String>)>,
    /// In running order.
    pub segments: Vec<SegmentBlock>,
}

/// A department of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentRow {
    /// Its id in the show file.
    pub id: String,
    /// Its name on the screen.
    pub name: String,
    /// The colour of its sign.
    pub colour: Option<Colour>,
}

/// A segment and its cues.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentBlock {
    /// The act that begins with it.
    pub act: Option<String>,
    /// The planned length of all segments of that act together: `1:30:00`.
    pub act_length: String,
    /// Its title in the rundown.
    pub title: String,
    /// Planned start: a time of day, or `T+1:30` if nothing ties the show to the clock.
    pub planned: String,
    /// The same instant.
    pub start: When,
    /// `true` if it starts by the clock.
    pub hard_start: bool,
    /// The day of its hard start, where the show lasts several.
    pub date: Option<Date>,
    /// The time of day at which it ends, where it has a fixed end.
    pub fixed_end: Option<Time>,
    /// Time from its planned start to its planned end.
    pub planned_length: Duration,
    /// Planned length.
    pub length: String,
    /// The same length.
    pub lasts: Duration,
    /// The thresholds of its countdown.
    pub thresholds: Thresholds,
    /// The way in which its big figure counts.
    pub count: CountDirection,
    /// Whatever the caller should know; nothing on a public sheet.
    pub notes: Option<String>,
    /// Its keys that have no other place in an export, as [`CueLine::settings`].
    pub settings: Vec<String>,
    /// In the order of the file.
    pub cues: Vec<CueLine>,
}

/// A cue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CueLine {
    /// Its number.
    pub number: String,
    /// Planned time.
    pub planned: String,
    /// The same instant; every line has one.
    pub start: Option<When>,
    /// Its title; [`WITHHELD`] if that is not public.
    pub title: String,
    /// `true` if its words are not on this sheet.
    pub is_withheld: bool,
    /// `true` if to mark it as not to be talked about.
    pub embargo: bool,
    /// `live`, `VT` or nothing.
    pub source: &'static str,
    /// Its duration, where the file says.
    pub length: Option<String>,
    /// The same duration.
    pub lasts: Option<Duration>,
    /// The way in which its big figure counts.
    pub count: CountDirection,
    /// Its trigger: `GO`, `follows 24 +2s`.
    pub trigger: String,
    /// The words that the caller says.
    pub call: Option<String>,
    /// The departments that have to be ready, by their place in the legend.
    pub needs: Vec<usize>,
    /// The cue whose plan B it is.
    pub backup_for: Option<String>,
    /// The plans B that it has.
    pub backups: Vec<String>,
    /// Steps that are marked one by one.
    pub steps: Vec<String>,
    /// Whatever the caller should know, with a line for each column of the author's own.
    pub notes: Option<String>,
    /// The same without these lines.
    pub own_notes: Option<String>,
    /// The columns of the author's own: names and texts.
    pub extra: Vec<(String, String)>,
    /// Its keys that have no other place in an export: `embargo`, `not public`, `warn 2:00`.
    pub settings: Vec<String>,
    /// The outputs that it sends to.
    pub sends: Vec<String>,
    /// What else it does, in words: `sound: play a.wav, fades in over 0:04`, `stops 12 over 0:03`.
    pub does: Vec<String>,
}

impl Sheet {
    /// The sheet of `show`, whose first segment plays on `day` where the file names none.
    pub fn new(show: &Show, day: Date, public: bool) -> Sheet {
        Self::of(show, day, if public { Audience::Public } else { Audience::Crew })
    }

    /// The sheet of `show` for `audience`, whose first segment plays on `day` where the file names
    /// none.
    pub fn of(show: &Show, day: Date, audience: Audience) -> Sheet {
        let public = audience == Audience::Public;
        let clock = Clockwork::new(show, show.date.unwrap_or(day));
        let department = |one: &crate::show::Department| DepartmentRow {
            id: one.id.clone(),
            name: one.name.clone(),
            colour: one.colour,
        };
        let person =
            |one: &crate::show::Person| (one.name.clone(), one.role.clone(), one.notes.clone());
        Sheet {
            title: show.title.clone(),
            zone_name: show.zone_name.clone(),
            public,
            date: show.date,
            is_tied: clock.plan.anchored,
            left_out: show.cue_indices().filter(|&ix| !clock.is_listed(ix, audience)).count(),
            facts: clock.facts(audience),
            departments: show.departments.iter().filter(|_| !public).map(department).collect(),
            people: show.people.iter().filter(|_| !public).map(person).collect(),
            segments: show.segment_indices().map(|ix| clock.segment(ix, audience)).collect(),
        }
    }

    /// The names of the departments that a cue needs.
    pub fn needed(&self, cue: &CueLine) -> Vec<&DepartmentRow> {
        cue.needs.iter().filter_map(|&at| self.departments.get(at)).collect()
    }
}

/// A show and its planned times.
struct Clockwork<'a> {
    show: &'a Show,
    plan: Plan,
    /// Origin of the plan's nanoseconds.
    origin: Timestamp,
    days: Days,
}

impl<'a> Clockwork<'a> {
    fn new(show: &'a Show, day: Date) -> Self {
        let midday = |zone: &TimeZone| {
            day.at(12, 0, 0, 0).to_zoned_datetime(zone.clone()).map(|at| at.timestamp())
        };
        let start = start_on(show, day, midday(&show.zone).unwrap_or(Timestamp::UNIX_EPOCH));
        let plan = Plan::new(show, day, start);
        let first = start.to_zoned_datetime(show.zone.clone()).date();
        Clockwork { show, plan, origin: start, days: Days { first: Some(first) } }
    }

    fn at(&self, plan_ns: PlanNs) -> ZonedDateTime {
        (self.origin + plan_ns.from_origin()).to_zoned_datetime(self.show.zone.clone())
    }

    /// A planned instant: a time of day, or the time since the show's beginning while nothing says
    /// when that is.
    fn words(&self, plan_ns: PlanNs, is_tied: bool) -> String {
        if is_tied {
            self.days.clock(&self.at(plan_ns))
        } else {
            format!("T+{}", duration::clock(unsigned(plan_ns.from_origin())))
        }
    }

    fn when(&self, plan_ns: PlanNs, is_tied: bool) -> When {
        if is_tied {
            When::Clock(self.at(plan_ns))
        } else {
            When::FromStart(unsigned(plan_ns.from_origin()))
        }
    }

    fn facts(&self, audience: Audience) -> Vec<(&'static str, String)> {
        let show = self.show;
        let mut facts = vec![];
        facts.extend(
            show.date
                .map(|_| ("Date", self.at(self.start_ns(SegmentIx::FIRST)).date().to_string())),
        );
        let here = self.at(self.start_ns(SegmentIx::FIRST)).offset().seconds();
        let beside = |clock: &crate::show::Clock| {
            let there = self.origin.to_zoned_datetime(clock.zone.clone()).offset().seconds();
            let (ahead, apart) = (there - here, (there - here).unsigned_abs());
            let sign = if ahead < 0 { '−' } else { '+' };
            format!("{} {sign}{}:{:02} h", clock.label, apart / 3600, apart / 60 % 60)
        };
        facts.push((
            "Times",
            std::iter::once(show.zone_name.clone())
                .chain(show.clocks.iter().map(beside))
                .collect::<Vec<_>>()
                .join(", "),
        ));
        if self.plan.anchored {
            let (from, to) = (self.at(self.start_ns(SegmentIx::FIRST)), self.at(self.plan.end_ns));
            facts.push((
                "Planned",
                format!("{} to {}", self.days.clock(&from), self.days.clock(&to)),
            ));
        } else {
            facts.push((
                "Planned",
                format!(
                    "T+ counts from the start, {} in all",
                    duration::length(unsigned(self.plan.end_ns.from_origin()))
                ),
            ));
        }
        let cues = show.cue_indices().filter(|&ix| self.is_listed(ix, audience)).count();
        facts.push((
            "Has",
            format!("{}, {}", counted(show.segments.len(), "segment"), counted(cues, "cue")),
        ));
        facts
    }

    fn start_ns(&self, segment: SegmentIx) -> PlanNs {
        self.plan.segment_start_ns.get(segment).copied().unwrap_or_default()
    }

    /// Returns `true` if a cue stands on the sheet. One for others than the crew leaves out what the
    /// show does not make public, backups, and what would follow a backup.
    fn is_listed(&self, ix: CueIx, audience: Audience) -> bool {
        audience == Audience::Crew || (self.show.cue(ix).public && !self.show.is_plan_b(ix))
    }

    fn segment(&self, ix: SegmentIx, audience: Audience) -> SegmentBlock {
        let segment = self.show.segment(ix);
        let listed = self.show.cues_of(ix).filter(|&cue| self.is_listed(cue, audience));
        SegmentBlock {
            act: segment.act.clone(),
            act_length: duration::length(self.act_length(ix)),
            title: segment.title.clone(),
            planned: self.words(self.start_ns(ix), self.plan.anchored),
            start: self.when(self.start_ns(ix), self.plan.anchored),
            hard_start: segment.start.is_some(),
            date: segment.date,
            fixed_end: segment.end,
            planned_length: self.plan.length[ix],
            length: duration::length(segment.duration),
            lasts: segment.duration,
            thresholds: segment.thresholds,
            count: segment.count,
            notes: segment.notes.clone().filter(|_| audience != Audience::Public),
            settings: settings::of_segment(segment),
            cues: listed.map(|cue| self.line(cue, audience)).collect(),
        }
    }

    /// The planned length of the act that begins with a segment; zero where none does.
    fn act_length(&self, first: SegmentIx) -> Duration {
        if self.show.segment(first).act.is_none() {
            return Duration::ZERO;
        }
        self.show.act_of(first).map_or(Duration::ZERO, |act| act.planned(&self.plan))
    }

    fn line(&self, ix: CueIx, audience: Audience) -> CueLine {
        let (planned, start) = self.planned(ix);
        let line = match audience {
            Audience::Partners if self.show.cue(ix).embargo => self.public(ix),
            Audience::Public => self.public(ix),
            Audience::Crew | Audience::Partners => self.cue(ix, audience),
        };
        CueLine { planned, start: Some(start), ..line }
    }

    fn planned(&self, ix: CueIx) -> (String, When) {
        // A chain that the clock sets off is tied to the clock, whatever the rest of the show is.
        let root = self.show.root(self.show.main_of(self.show.root(ix)));
        let is_tied =
            self.plan.anchored || matches!(self.show.cue(root).trigger, Trigger::At { .. });
        let plan_ns = self.plan.cue_start_ns.get(ix).copied().unwrap_or_default();
        (self.words(plan_ns, is_tied), self.when(plan_ns, is_tied))
    }

    /// All that a public sheet says of a cue.
    fn public(&self, ix: CueIx) -> CueLine {
        let cue = self.show.cue(ix);
        let number = cue.number.to_string();
        if cue.embargo {
            return CueLine {
                number,
                title: WITHHELD.to_owned(),
                is_withheld: true,
                ..CueLine::default()
            };
        }
        CueLine {
            number,
            title: cue.title.clone(),
            source: source(cue.source),
            length: cue.lasts().map(duration::length),
            lasts: cue.lasts(),
            ..CueLine::default()
        }
    }

    /// All that others may know of a cue; the crew also knows its backups.
    fn cue(&self, ix: CueIx, audience: Audience) -> CueLine {
        let cue = self.show.cue(ix);
        let number = |ix: CueIx| self.show.cue(ix).number.to_string();
        let backups = match audience {
            Audience::Crew => self.show.backups(ix),
            Audience::Partners | Audience::Public => &[],
        };
        // Every key of a cue has a place on the sheet, or a reason why it has none.
        let Cue {
            number: own_number,
            title,
            call,
            notes,
            extra,
            source: from,
            needs,
            embargo,
            // They stand among the settings.
            public: _,
            thresholds: _,
            pass: _,
            duration: _,
            // How the caller's screen draws it.
            look: _,
            count,
            planned: _,
            trigger: _,
            backup_for,
            steps,
            route: _,
            actions,
            stops: _,
            // How messages leave, and not which.
            together: _,
            segment: _,
        } = cue;
        let mut sends: Vec<String> = vec![];
        for action in actions {
            let id = &self.show.output(action.output).id;
            if !sends.contains(id) {
                sends.push(id.clone());
            }
        }
        CueLine {
            number: own_number.to_string(),
            title: title.clone(),
            embargo: *embargo,
            trigger: self.show.trigger_words(ix).unwrap_or_else(|| "GO".to_owned()),
            source: source(*from),
            count: *count,
            length: cue.lasts().map(duration::length),
            lasts: cue.lasts(),
            call: call.clone(),
            needs: needs.iter().map(|department| department.0 as usize).collect(),
            backup_for: backup_for.map(number),
            backups: backups.iter().copied().map(number).collect(),
            steps: steps.iter().map(|step| step.title.clone()).collect(),
            notes: cue.remarks().map(Cow::into_owned),
            own_notes: notes.clone(),
            extra: extra.iter().map(|one| (one.name.clone(), one.text.clone())).collect(),
            settings: settings::of_cue(self.show, cue),
            sends,
            does: deeds::of(self.show, cue),
            ..CueLine::default()
        }
    }
}

fn source(source: Option<Source>) -> &'static str {
    match source {
        Some(Source::Live) => "live",
        Some(Source::Vt) => "VT",
        None => "",
    }
}

#[cfg(test)]
mod tests;
