//! From a draft to a show, or to everything that is wrong with it: what values say of each other.
//!
//! Must never stop at the first fault, report one that only follows from another, or let a show
//! through that breaks a promise of the model. It knows nothing of the text that the draft was read
//! from but where each value stands in it.

mod alike;
mod cue;
mod layers;
mod links;
mod names;
mod together;
mod warnings;

#[cfg(test)]
pub(crate) use alike::REMOTE_WORDS;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::time::Duration;

use self::cue::{CueHome, KnownNames};
use self::names::Names;
use self::warnings::{CueMarks, Marks, SegmentMarks};
use super::action::MpvCommand;
use super::draft::{CueDraft, Draft, List, ListenDraft, OutputDraft, Placed, SegmentDraft};
use super::faults::Faults;
use super::file::machine::{Machine, Secret};
use super::problem::{Problem, ProblemPlace, quoted};
use super::protocol::Wire;
use super::{
    Body, ClipKind, Clock, Cue, Department, ListenAt, NamedPlace, Output, Person, Rundown, Segment,
    SegmentIx, Show, Thresholds, duration,
};

/// The most segments that a show may have.
const SEGMENTS_MAX: usize = 10_000;
/// The most cues that a show may have.
pub(crate) const CUES_MAX: usize = 100_000;

/// A show that can be run, and what about it will not do what is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The show.
    pub show: Show,
    /// All warnings, by place.
    pub warnings: Vec<Problem>,
}

/// Makes the show of a draft; `faults` has what was reported when it was read. `machine_zone` is
/// the IANA name of the zone that is meant where the draft has none.
///
/// # Errors
/// With all errors, at least one, and the warnings that were found with them, by place.
pub(super) fn check(
    draft: Draft,
    faults: Faults,
    machine_zone: &str,
    machine: &dyn Machine,
) -> Result<Checked, Vec<Problem>> {
    let is_read = !faults.has_errors();
    let check = Check { faults: &faults, machine, is_read };
    let (rundown, marks) = check.rundown(draft, machine_zone);
    if faults.has_errors() {
        return Err(faults.into_problems());
    }
    let show = Show::new(rundown);
    warnings::warn(&faults, machine, &show, &marks);
    Ok(Checked { show, warnings: faults.into_problems() })
}

/// The surroundings of every check.
struct Check<'a> {
    faults: &'a Faults,
    machine: &'a dyn Machine,
    /// `true` if the reading reported no error: then nobody has reported yet what is missing.
    is_read: bool,
}

impl Check<'_> {
    /// A value that `noun` needs; reports that it is missing, unless the reading has done so.
    fn need<T: Default>(&self, value: Option<T>, place: &ProblemPlace, noun: &str, key: &str) -> T {
        if value.is_none() && self.is_read {
            let fix = format!("add `{key}`");
            self.faults.fault(place.clone(), format!("{noun} has no `{key}`"), fix);
        }
        value.unwrap_or_default()
    }

    /// All of it; what it gives is a rundown only if no error was reported.
    fn rundown(&self, draft: Draft, machine_zone: &str) -> (Rundown, Marks) {
        let lacks = draft.lacks_names;
        let ids = draft.departments.iter().map(|department| &department.id);
        let department_names = Names::of("department", lacks, ids, self.faults);
        let ids = draft.outputs.iter().map(|output| &output.id);
        let output_names = Names::of("output", lacks, ids, self.faults);
        let ids = draft.places.iter().map(|place| &place.id);
        let place_names = Names::of("place", lacks, ids, self.faults);
        let ids = draft.people.iter().map(|person| &person.id);
        Names::of("person", lacks, ids, self.faults);
        let title = self.need(draft.title, &draft.place, "the show", "title");
        let (zone, zone_name) = self.zone(draft.zone.as_ref(), &draft.place, machine_zone);
        let clock = |name: &Placed<String>| {
            Some(Clock { label: Clock::label_of(&name.value), zone: self.zone_of(name)? })
        };
        let clocks = draft.clocks.iter().filter_map(clock).collect();
        let departments = draft.departments.iter().map(|department| {
            let id = department.id.value.to_string();
            let name = department.name.clone().unwrap_or_else(|| id.clone());
            Department { id, name, colour: department.colour }
        });
        let seen = seen(&draft.segments.items);
        let (outputs, wires) = self.outputs(&draft.outputs, &output_names, &seen);
        let remote = draft.remote.as_ref().map(|remote| self.listen(remote));
        let web = draft.web.as_ref().map(|web| self.listen(web));
        self.listens_apart(draft.remote.as_ref(), draft.web.as_ref());
        let places = draft.places.iter().map(|place| {
            let (latitude, longitude) =
                self.need_some(place.at, &place.id.place, "a place", "at")?;
            let id = place.id.value.to_string();
            let name = place.name.clone().unwrap_or_else(|| id.clone());
            Some(NamedPlace { id, name, latitude, longitude })
        });
        let people = draft.people.iter().map(|person| Person {
            id: person.id.value.to_string(),
            name: self.need(person.name.clone(), &person.id.place, "a person", "name"),
            role: person.role.clone(),
            notes: person.notes.clone(),
        });
        let (departments, people) = (departments.collect(), people.collect());
        let stage = KnownNames {
            departments: department_names,
            output_names,
            wires,
            place_names,
            places: places.collect(),
        };
        let date = self.days(draft.date, &draft.segments.items);
        let (segments, segment_marks, cues, cue_marks) =
            self.segments(draft.segments, lacks, draft.public.unwrap_or(true), &stage);
        let names = [&stage.departments, &stage.output_names, &stage.place_names];
        // What the house has is not all used by each of its shows.
        let unused = names.into_iter().flat_map(Names::unused);
        let unused = unused.filter(|unused| !self.faults.is_included(&unused.place));
        let marks = Marks {
            segments: segment_marks,
            cues: cue_marks,
            outputs: draft.outputs.iter().map(|output| output.id.place.clone()).collect(),
            unused: unused.collect(),
        };
        let rundown = Rundown {
            title,
            date,
            zone,
            zone_name,
            clocks,
            departments,
            outputs: outputs.into(),
            remote,
            web,
            places: stage.places.into_iter().flatten().collect(),
            people,
            segments: segments.into(),
            order: (0..cues.len() as u32).map(crate::show::CueIx).collect(),
            cues: cues.into(),
        };
        (rundown, marks)
    }

    /// A value that `noun` needs, as [`Check::need`] does, for which nothing can stand in.
    fn need_some<T>(
        &self,
        value: Option<T>,
        place: &ProblemPlace,
        noun: &str,
        key: &str,
    ) -> Option<T> {
        self.need(value.is_some().then_some(()), place, noun, key);
        value
    }

    fn zone(
        &self,
        name: Option<&Placed<String>>,
        show: &ProblemPlace,
        machine_zone: &str,
    ) -> (TimeZone, String) {
        if let Some(name) = name {
            return (self.zone_of(name).unwrap_or(TimeZone::UTC), name.value.clone());
        }
        let zone = TimeZone::get(machine_zone).ok();
        if zone.is_none() {
            let what = format!(
                "the show has no `timezone`, and the machine's is unknown: {}",
                quoted(machine_zone)
            );
            self.faults.fault(show.clone(), what, "add `timezone = \"Europe/Paris\"`");
        }
        (zone.unwrap_or(TimeZone::UTC), machine_zone.to_owned())
    }

    fn zone_of(&self, name: &Placed<String>) -> Option<TimeZone> {
        let zone = TimeZone::get(&name.value).ok();
        if zone.is_none() {
            let known: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            let fix = self.faults.suggestion(&name.value, known.iter().map(String::as_str));
            let fix =
                fix.unwrap_or_else(|| "write an IANA name, such as \"Europe/Paris\"".to_owned());
            let what = format!("there is no time zone {}", quoted(&name.value));
            self.faults.fault(name.place.clone(), what, fix);
        }
        zone
    }

    /// The outputs without a fault, and what each of all speaks.
    fn outputs(
        &self,
        drafts: &[OutputDraft],
        names: &Names<'_>,
        seen: &HashMap<&str, bool>,
    ) -> (Vec<Output>, Vec<Option<Wire>>) {
        let (mut outputs, mut wires) = (vec![], vec![]);
        for (at, draft) in (0..).zip(drafts) {
            if draft.timecode.is_some() || draft.keepalive.is_some() || !draft.panic.is_empty() {
                names.is_used(at);
            }
            let kind = self.need_some(draft.kind.clone(), &draft.id.place, "an output", "kind");
            wires.push(kind.as_ref().map(|kind| Wire::of(kind, &draft.mirrors)));
            let Some(kind) = kind else { continue };
            let id = draft.id.value.to_string();
            let output = Output {
                id,
                kind,
                mirrors: draft.mirrors.clone(),
                panic: draft.panic.clone(),
                timecode: draft.timecode,
                keepalive: draft.keepalive.clone(),
                station: draft.station.clone(),
            };
            // Without clips of the show's, a window is there for whatever comes.
            let is_seen = seen.get(output.id.as_str()).copied().unwrap_or(true);
            for finding in self.machine.output(&output, is_seen) {
                self.faults.found(draft.id.place.clone(), finding);
            }
            outputs.push(output);
        }
        (outputs, wires)
    }

    fn listen(&self, draft: &ListenDraft) -> ListenAt {
        let listen = draft.listen.value;
        let passcode = draft.passcode_variable.as_ref();
        if let Some(name) = passcode
            && let Some(finding) = self.machine.secret(Secret::Passcode(&name.value))
        {
            self.faults.found(name.place.clone(), finding);
        }
        if passcode.is_none() && !listen.ip().to_canonical().is_loopback() {
            let what = format!(
                "others than this machine reach {}, and there is no passcode",
                quoted(&listen.to_string())
            );
            let fix = "add `passcode = \"env:HANDOVER_PASSCODE\"`, or listen on 127.0.0.1";
            self.faults.fault(draft.listen.place.clone(), what, fix);
        }
        ListenAt { listen, passcode_variable: passcode.map(|name| name.value.clone()) }
    }

    /// Checks that remote controls and browsers come in at two addresses.
    fn listens_apart(&self, remote: Option<&ListenDraft>, web: Option<&ListenDraft>) {
        let (Some(remote), Some(web)) = (remote, web) else { return };
        if remote.listen.value == web.listen.value {
            let what = format!("remote controls are heard at {} already", web.listen.value);
            let fix = "write another port, such as 8080";
            self.faults.fault(web.listen.place.clone(), what, fix);
        }
    }

    /// All segments and their cues, and where they stand.
    fn segments(
        &self,
        list: List<SegmentDraft>,
        lacks_names: bool,
        public: bool,
        stage: &KnownNames<'_>,
    ) -> (Vec<Segment>, Vec<SegmentMarks>, Vec<Cue>, Vec<CueMarks>) {
        if list.items.is_empty() && list.is_whole {
            let fix = "add `[[segment]]` with a title and a duration";
            self.faults.fault(list.place, "the show has no segments", fix);
        }
        if let Some(segment) = list.items.get(SEGMENTS_MAX) {
            let what = format!("the show has {} segments", list.items.len());
            let fix = format!("make two shows of it: {SEGMENTS_MAX} at most");
            self.faults.fault(segment.place.clone(), what, fix);
        }
        let all: Vec<&CueDraft> = list.items.iter().flat_map(|segment| &segment.cues).collect();
        if let Some(cue) = all.get(CUES_MAX) {
            let what = format!("the show has {} cues", all.len());
            let fix = format!("make two shows of it: {CUES_MAX} at most");
            self.faults.fault(cue.place.clone(), what, fix);
        }
        layers::check(self.faults, &all, self.is_read);
        let links = links::link(self.faults, &all, lacks_names);
        let mut links = links.causes.into_iter().zip(links.mains).zip(links.stops);
        let (mut cues, mut cue_marks) =
            (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        let mut segments = Vec::with_capacity(list.items.len());
        let mut marks = Vec::with_capacity(list.items.len());
        let (mut first, mut at) = (0, 0);
        for draft in list.items {
            let place = &draft.place;
            let title = self.need(draft.title, place, "a segment", "title");
            let duration = self.need_some(draft.duration, place, "a segment", "duration");
            let thresholds =
                self.thresholds(draft.warn.as_ref(), draft.danger.as_ref(), Thresholds::default());
            let end = first + draft.cues.len() as u32;
            let date = draft.date.map(|date| date.value);
            let (start, start_place) = draft.start.map(|start| (start.value, start.place)).unzip();
            let (ends, end_place) = draft.end.map(|end| (end.value, end.place)).unzip();
            marks.push(SegmentMarks { start: start_place, end: end_place.clone() });
            let lasts = duration.as_ref().map_or(Duration::ZERO, |duration| duration.value);
            if let Some(place) = end_place {
                self.ends_after_start(start, ends, lasts, place);
            }
            let public = draft.public.unwrap_or(public);
            let home = CueHome { segment: SegmentIx(at), duration, thresholds, public };
            let (act, notes) = (draft.act, draft.notes);
            segments.push(Segment {
                title,
                date,
                start,
                end: ends,
                duration: lasts,
                thresholds,
                count: draft.count.unwrap_or_default(),
                act,
                notes,
                cues: first..end,
            });
            for (cue, ((cause, main), stops)) in draft.cues.into_iter().zip(links.by_ref()) {
                cue_marks.push(CueMarks::of(&cue));
                let cue = self.cue(cue, &home, stage, cause, main);
                cues.extend(cue.map(|cue| Cue { stops, ..cue }));
            }
            (first, at) = (end, at + 1);
        }
        (segments, marks, cues, cue_marks)
    }

    /// The day of the first segment, where anything says which it is. Checks that each segment with a
    /// day says when it starts, and comes after those above it.
    fn days(&self, date: Option<Date>, segments: &[SegmentDraft]) -> Option<Date> {
        let first = segments.first().and_then(|first| first.date.as_ref());
        if let Some((show, first)) = date.zip(first)
            && show != first.value
        {
            let what =
                format!("this segment is on {}, and the show begins on another day", first.value);
            let fix = "write the same day at both places, or take one of them out";
            self.faults.fault(first.place.clone(), what, fix);
        }
        let begins = first.map(|first| first.value).or(date);
        let mut last = begins.map(|day| (day.at(0, 0, 0, 0), None));
        let mut lacks_day = false;
        for segment in segments {
            let Some(Placed { value: day, place }) = &segment.date else { continue };
            let fault = |what: String, fix: &str| self.faults.fault(place.clone(), what, fix);
            let Some(start) = &segment.start else {
                fault("`date` is there without `start`".to_owned(), "add `start = 09:00:00`");
                continue;
            };
            let Some((before, above)) = last else {
                if std::mem::replace(&mut lacks_day, true) {
                    continue;
                }
                let what = format!("this segment is on {day}, and the show has no `date`");
                fault(what, "add `date` at the top of the file, with the day of the first segment");
                continue;
            };
            let starts = day.to_datetime(start.value);
            if starts < before {
                let time = |at: DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
                let what =
                    format!("this segment starts on {}, before {}", time(starts), time(before));
                let problem =
                    Problem::error(place.clone(), what, "write a later day, or move it up");
                self.faults.report(match above {
                    Some(place) => problem.beside(place, "which is here"),
                    None => problem,
                });
            }
            last = Some((starts.max(before), Some(place.clone())));
        }
        date.or(begins)
    }

    /// Checks that a segment that begins at `start` and lasts about so long ends after it.
    fn ends_after_start(
        &self,
        start: Option<Time>,
        end: Option<Time>,
        lasts: Duration,
        place: ProblemPlace,
    ) {
        let Some((start, end)) = start.zip(end) else { return };
        if super::plan::length_to(start, end, lasts).is_some() {
            return;
        }
        let time = |time: Time| time.strftime("%H:%M:%S").to_string();
        let what = format!("the segment ends at {}, and starts at {}", time(end), time(start));
        let fix = "write an `end` after `start`; the `duration` says about how long after";
        self.faults.fault(place, what, fix);
    }

    /// The remaining times at which the countdown of a segment or cue warns; `usual` if the draft has
    /// none.
    fn thresholds(
        &self,
        warn: Option<&Placed<Duration>>,
        danger: Option<&Placed<Duration>>,
        usual: Thresholds,
    ) -> Thresholds {
        let own = Thresholds {
            warn: warn.map_or(usual.warn, |warn| warn.value),
            danger: danger.map_or(usual.danger, |danger| danger.value),
        };
        if own.danger > own.warn
            && let Some(placed) = danger.or(warn)
        {
            let what = format!(
                "`danger` ({}) would come before `warn` ({})",
                duration::delay(own.danger),
                duration::delay(own.warn)
            );
            let fix = "write both, with a `danger` that is no longer than `warn`";
            self.faults.fault(placed.place.clone(), what, fix);
        }
        Thresholds { danger: own.danger.min(own.warn), ..own }
    }
}

/// For each output that plays clips, `true` if any of them may be seen.
fn seen(segments: &[SegmentDraft]) -> HashMap<&str, bool> {
    let mut seen: HashMap<&str, bool> = HashMap::new();
    let cues = segments.iter().flat_map(|segment| &segment.cues);
    for action in cues.flat_map(|cue| cue.actions.iter().flat_map(|list| &list.items)) {
        if let (Some(output), Some(Body::Mpv { layer, command: MpvCommand::Play { clip, .. } })) =
            (&action.output, &action.body)
        {
            *seen.entry(&output.value).or_default() |= ClipKind::of(clip).is_seen_on(layer);
        }
    }
    seen
}

#[cfg(test)]
mod tests;
