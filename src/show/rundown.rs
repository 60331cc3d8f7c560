//! The rundown: what the show file says, as plain values.

use core::net::SocketAddr;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::action::{Body, FrameRate, OutputKind};
use super::colour::Colour;
use super::cue::{CountDirection, Cue, StopCue, Thresholds, Trigger};
use super::duration;
use super::index::{CueIx, DepartmentIx, IndexVec, OutputIx, PersonIx, SegmentIx};
use super::station::StationName;

/// A show as its file says it. Whatever refers to something else does so by its index.
#[derive(Clone, Debug, PartialEq)]
pub struct Rundown {
    /// Title of the show.
    pub title: String,
    /// The day of the first segment, in the show's time zone; `None`: the day of the run.
    pub date: Option<Date>,
    /// The zone in which the file's times of day are meant.
    pub zone: TimeZone,
    /// The IANA name of `zone`, as the file gives it, or the machine's.
    pub zone_name: String,
    /// Further clocks to show.
    pub clocks: Vec<Clock>,
    /// In the order of the file.
    pub departments: IndexVec<DepartmentIx, Department>,
    /// In the order of the file.
    pub outputs: IndexVec<OutputIx, Output>,
    /// Address of remote controls, unless the command line gives one.
    pub remote: Option<ListenAt>,
    /// Address of the pages for browsers, unless the command line gives one.
    pub web: Option<ListenAt>,
    /// In the order of the file.
    pub places: Vec<NamedPlace>,
    /// In the order of the file.
    pub people: IndexVec<PersonIx, Person>,
    /// In running order; never empty.
    pub segments: IndexVec<SegmentIx, Segment>,
    /// All cues, in no order that matters. A cue keeps its index for as long as a run lasts, also
    /// when its show is revised: new ones stand at the end, and those that were taken out stay.
    pub cues: IndexVec<CueIx, Cue>,
    /// The cues of the show in running order, segment by segment, backups where the file has them.
    pub order: Vec<CueIx>,
}

/// A further clock: an IANA zone and the short name that stands beside its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// The city of the zone, for people: "Los Angeles".
    pub label: String,
    /// The zone itself.
    pub zone: TimeZone,
}

impl Clock {
    /// Label of a zone on a clock: the city, with spaces ("America/Los_Angeles" is "Los Angeles").
    pub fn label_of(zone_name: &str) -> String {
        zone_name.rsplit('/').next().unwrap_or(zone_name).replace('_', " ")
    }
}

/// A department that answers the caller's standby.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// The id by which cues name it.
    pub id: String,
    /// Its name on the screen.
    pub name: String,
    /// The colour of its sign, where it has one.
    pub colour: Option<Colour>,
}

impl Department {
    /// Returns `true` if `text` is its id, or its name in any case.
    pub fn is_called(&self, text: &str) -> bool {
        self.id == text || self.name.eq_ignore_ascii_case(text)
    }
}

/// Maximum number of machines that an output is mirrored to, beside the main one.
pub const MIRRORS_MAX: usize = 3;

/// Somewhere that cues send to.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The id by which actions name it.
    pub id: String,
    /// The protocol and the address; of a mirrored output, those of the main machine.
    pub kind: OutputKind,
    /// The machines that are sent everything as well, of the same protocol: at most
    /// [`MIRRORS_MAX`].
    pub mirrors: Vec<OutputKind>,
    /// Its messages of a panic, in order.
    pub panic: Vec<Body>,
    /// The rate at which it is sent the show's timecode, where the file asks for it; only for OSC
    /// and MIDI.
    pub timecode: Option<FrameRate>,
    /// The message that keeps its far end awake, where the file asks for one; only for OSC, text and
    /// bytes.
    pub keepalive: Option<Keepalive>,
    /// The station that sends it, also without the flag; `None` if the holder sends it.
    pub station: Option<StationName>,
}

/// A message that an output is sent again and again, whatever the show does.
#[derive(Clone, Debug, PartialEq)]
pub struct Keepalive {
    /// The message.
    pub body: Body,
    /// Interval between two of them; at least a second.
    pub every: Duration,
}

impl Output {
    /// The machines that it sends to: the main one first.
    pub fn sides(&self) -> impl Iterator<Item = &OutputKind> {
        std::iter::once(&self.kind).chain(&self.mirrors)
    }

    /// Its addresses, in the show file's words.
    pub fn address(&self) -> String {
        self.sides().map(OutputKind::address).collect::<Vec<_>>().join(" and ")
    }

    /// Returns `true` if one of its messages reaches a device that `other` sends to as well, as far
    /// as their addresses tell.
    pub fn shares_device(&self, other: &Output) -> bool {
        self.sides().any(|side| other.sides().any(|theirs| side.is_same_device(theirs)))
    }

    /// Number of messages that a panic sends to it. A player is told to stop in any case.
    pub fn stop_messages(&self) -> usize {
        match self.kind.protocol().spec().stop {
            Some(_) => self.panic.len().max(1),
            None => self.panic.len(),
        }
    }
}

/// Address on which the program is reached, by remote controls or by browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAt {
    /// Address and port.
    pub listen: SocketAddr,
    /// The environment variable that holds the passcode; without it, the address must be loopback.
    pub passcode_variable: Option<String>,
}

/// A named point on the earth.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedPlace {
    /// The id by which routes name it.
    pub id: String,
    /// Its name on maps.
    pub name: String,
    /// Degrees north of the equator, −90 to 90 (WGS 84).
    pub latitude: f64,
    /// Degrees east of Greenwich, −180 to 180 (WGS 84).
    pub longitude: f64,
}

/// Somebody in the show or in its stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// The person's role, in the file's own word: "performer", "spectator".
    pub role: Option<String>,
    /// Whatever the camera operators should know.
    pub notes: Option<String>,
}

/// A timed stretch of the rundown.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its title in the rundown.
    pub title: String,
    /// The day of its hard start, where the show lasts several; then the show has a date too.
    pub date: Option<Date>,
    /// The hard start, a time of day in the show's zone.
    pub start: Option<Time>,
    /// The fixed end, a time of day in the show's zone: the length gives way to it.
    pub end: Option<Time>,
    /// Planned length; of a segment with a fixed end, about.
    pub duration: Duration,
    /// The thresholds of its countdown.
    pub thresholds: Thresholds,
    /// The way in which its big figure counts.
    pub count: CountDirection,
    /// The name of the act that begins with it; it goes on until the next segment that has one.
    pub act: Option<String>,
    /// Notes for the caller.
    pub notes: Option<String>,
    /// Its cues: a range of [`Rundown::order`].
    pub cues: std::ops::Range<u32>,
}

impl Rundown {
    /// The last day that a segment names, where the show lasts several.
    pub fn last_day(&self) -> Option<Date> {
        self.segments.iter().rev().find_map(|segment| segment.date)
    }

    /// The cue at `ix`.
    pub fn cue(&self, ix: CueIx) -> &Cue {
        &self.cues[ix]
    }

    /// The segment at `ix`.
    pub fn segment(&self, ix: SegmentIx) -> &Segment {
        &self.segments[ix]
    }

    /// The department at `ix`.
    pub fn department(&self, ix: DepartmentIx) -> &Department {
        &self.departments[ix]
    }

    /// The department with this id.
    pub fn find_department(&self, id: &str) -> Option<DepartmentIx> {
        let mut departments = (0..).map(DepartmentIx).zip(&self.departments);
        departments.find(|(_, department)| department.id == id).map(|(ix, _)| ix)
    }

    /// The output with this id.
    pub fn find_output(&self, id: &str) -> Option<OutputIx> {
        let mut outputs = (0..).map(OutputIx).zip(&self.outputs);
        outputs.find(|(_, output)| output.id == id).map(|(ix, _)| ix)
    }

    /// The output at `ix`.
    pub fn output(&self, ix: OutputIx) -> &Output {
        &self.outputs[ix]
    }

    /// All cue indices in running order.
    pub fn cue_indices(&self) -> impl DoubleEndedIterator<Item = CueIx> + ExactSizeIterator {
        self.order.iter().copied()
    }

    /// All cues with their indices, in running order.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = (CueIx, &Cue)> + ExactSizeIterator {
        self.order.iter().map(|&ix| (ix, self.cue(ix)))
    }

    /// All segment indices in running order.
    pub fn segment_indices(
        &self,
    ) -> impl DoubleEndedIterator<Item = SegmentIx> + ExactSizeIterator + use<> {
        (0..self.segments.len() as u32).map(SegmentIx)
    }

    /// The cues of a segment, backups among them.
    pub fn cues_of(&self, segment: SegmentIx) -> impl DoubleEndedIterator<Item = CueIx> {
        let range = self.segment(segment).cues.clone();
        self.order[range.start as usize..range.end as usize].iter().copied()
    }

    /// The cue whose place in the order `cue` has: the cue that it backs up, or itself.
    pub fn main_of(&self, cue: CueIx) -> CueIx {
        self.cue(cue).backup_for.unwrap_or(cue)
    }

    /// The segment in which `cue` plays: that of the cue whose place it has.
    pub fn segment_of(&self, cue: CueIx) -> SegmentIx {
        self.cue(self.main_of(cue)).segment
    }

    /// Trigger of `cue` in a few words: `with 24 +2s`, `follows 12`, `at 23:00:00`, `into +0:30`;
    /// `None` for one that the caller calls.
    pub fn trigger_words(&self, cue: CueIx) -> Option<String> {
        let delayed = |by: Duration| match by.subsec_nanos() {
            _ if by.is_zero() => String::new(),
            // Tenths and thousandths, as usual, only where nothing is lost.
            ns if ns % 1_000_000 > 0 || (by.as_secs() >= 60 && ns % 100_000_000 > 0) => {
                format!(" +{}", duration::exact(by))
            }
            _ => format!(" +{}", duration::delay(by)),
        };
        Some(match self.cue(cue).trigger {
            Trigger::Go => return None,
            Trigger::With { cue, delay } => {
                format!("with {}{}", self.cue(cue).number, delayed(delay))
            }
            Trigger::After { cue, delay } => {
                format!("follows {}{}", self.cue(cue).number, delayed(delay))
            }
            Trigger::At { time } => format!("at {}", time.strftime("%H:%M:%S%.f")),
            Trigger::Into { offset } => format!("into +{}", duration::exact(offset)),
        })
    }

    /// A stop in a few words: `stop cue 12`, `stop cue 12 over 0:03`.
    pub fn stop_words(&self, stop: &StopCue) -> String {
        format!("stop cue {}", self.stopped_words(stop))
    }

    /// The cue that is stopped, and over what time: `12`, `12 over 0:03`.
    pub fn stopped_words(&self, stop: &StopCue) -> String {
        let number = &self.cue(stop.cue).number;
        match stop.over.is_zero() {
            true => number.to_string(),
            false => format!("{number} over {}", duration::exact(stop.over)),
        }
    }

    /// Returns `true` if `cue` is the first of its segment that the caller has to call.
    pub fn opens_segment(&self, cue: CueIx) -> bool {
        let main = self.main_of(cue);
        self.cues_of(self.segment_of(cue)).find(|&c| self.cue(c).is_called()) == Some(main)
    }
}
