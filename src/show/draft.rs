//! A show as somebody wrote it, before anything in it is checked: plain values and their places.
//!
//! The code that reads a show (`file` reads TOML) makes a draft of it and reports what cannot be
//! read: values of the wrong kind, unknown keys. [`super::check`] makes the rundown of it and reports
//! what values say of each other. A draft refers to everything by name.
//!
//! A value that every show needs is `None` where it is missing or could not be read. If nobody has
//! reported that, the check does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Time};

use super::problem::ProblemPlace;
use super::{
    Body, Colour, CountDirection, Extra, FrameRate, Keepalive, Look, OutputKind, Source,
    StationName, Step,
};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    /// The value.
    pub(crate) value: T,
    /// Its place.
    pub(crate) place: ProblemPlace,
}

/// The name of something, where it is defined or referred to: an id, or a cue's number.
pub(crate) type Mention = Placed<Arc<str>>;

/// A value that may be left out, with the place at which the text says that it is there.
#[derive(Clone, Debug)]
pub(crate) struct Entry<T> {
    /// The value.
    pub(crate) value: T,
    /// The place of the value.
    pub(crate) place: ProblemPlace,
    /// The place of its key; that of the value in a text without keys.
    pub(crate) key: ProblemPlace,
}

/// A list and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct List<T> {
    /// The items that could be read.
    pub(crate) items: Vec<T>,
    /// The place of the whole list.
    pub(crate) place: ProblemPlace,
    /// `true` if all of them could be read.
    pub(crate) is_whole: bool,
}

/// A whole show.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Its place.
    pub(crate) place: ProblemPlace,
    /// Its title; every show needs one.
    pub(crate) title: Option<String>,
    /// The day of its first segment.
    pub(crate) date: Option<Date>,
    /// The IANA name of its zone; that of the machine where it has none.
    pub(crate) zone: Option<Placed<String>>,
    /// The IANA names of further zones.
    pub(crate) clocks: Vec<Placed<String>>,
    /// In the order of the text.
    pub(crate) departments: Vec<DepartmentDraft>,
    /// In the order of the text.
    pub(crate) outputs: Vec<OutputDraft>,
    /// Address of remote controls.
    pub(crate) remote: Option<ListenDraft>,
    /// Address of the pages for browsers.
    pub(crate) web: Option<ListenDraft>,
    /// In the order of the text.
    pub(crate) places: Vec<PlaceDraft>,
    /// In the order of the text.
    pub(crate) people: Vec<PersonDraft>,
    /// `true` if its cues are public unless they or their segments say otherwise.
    pub(crate) public: Option<bool>,
    /// In running order.
    pub(crate) segments: List<SegmentDraft>,
    /// Something that defines names could not be read, which has been reported: a name that seems
    /// unknown may be defined there.
    pub(crate) lacks_names: bool,
}

/// A department.
#[derive(Clone, Debug)]
pub(crate) struct DepartmentDraft {
    /// Its id.
    pub(crate) id: Mention,
    /// Its name; its id where it has none.
    pub(crate) name: Option<String>,
    /// Its colour.
    pub(crate) colour: Option<Colour>,
}

/// An output.
#[derive(Clone, Debug)]
pub(crate) struct OutputDraft {
    /// Its id.
    pub(crate) id: Mention,
    /// Its protocol and address, of the main machine where it is mirrored; every output needs them.
    pub(crate) kind: Option<OutputKind>,
    /// The machines that are sent everything as well.
    pub(crate) mirrors: Vec<OutputKind>,
    /// Its messages of a panic.
    pub(crate) panic: Vec<Body>,
    /// The rate of its timecode.
    pub(crate) timecode: Option<FrameRate>,
    /// What keeps its far end awake.
    pub(crate) keepalive: Option<Keepalive>,
    /// The station that alone sends it.
    pub(crate) station: Option<StationName>,
}

/// Address of remote controls, or of the pages for browsers.
#[derive(Clone, Debug)]
pub(crate) struct ListenDraft {
    /// Address and port.
    pub(crate) listen: Placed<SocketAddr>,
    /// The environment variable that holds the passcode.
    pub(crate) passcode_variable: Option<Placed<String>>,
}

/// A named point on the earth.
#[derive(Clone, Debug)]
pub(crate) struct PlaceDraft {
    /// Its id.
    pub(crate) id: Mention,
    /// Its name; its id where it has none.
    pub(crate) name: Option<String>,
    /// Degrees north and east (WGS 84); every place needs them.
    pub(crate) at: Option<(f64, f64)>,
}

/// Somebody in the show.
#[derive(Clone, Debug)]
pub(crate) struct PersonDraft {
    /// Their id.
    pub(crate) id: Mention,
    /// Their name; everybody needs one.
    pub(crate) name: Option<String>,
    /// Their role.
    pub(crate) role: Option<String>,
    /// Notes for camera operators.
    pub(crate) notes: Option<String>,
}

/// A segment.
#[derive(Clone, Debug)]
pub(crate) struct SegmentDraft {
    /// Its beginning.
    pub(crate) place: ProblemPlace,
    /// Its title; every segment needs one.
    pub(crate) title: Option<String>,
    /// The day of its hard start.
    pub(crate) date: Option<Placed<Date>>,
    /// Its hard start.
    pub(crate) start: Option<Placed<Time>>,
    /// Its fixed end.
    pub(crate) end: Option<Placed<Time>>,
    /// Its planned length, nanoseconds; every segment needs it.
    pub(crate) duration: Option<Placed<Duration>>,
    /// Remaining time at which its countdown turns amber, nanoseconds.
    pub(crate) warn: Option<Placed<Duration>>,
    /// Remaining time at which its countdown turns red, nanoseconds.
    pub(crate) danger: Option<Placed<Duration>>,
    /// The way in which its big figure counts.
    pub(crate) count: Option<CountDirection>,
    /// `true` if its cues are public unless they say otherwise.
    pub(crate) public: Option<bool>,
    /// The name of the act that begins with it.
    pub(crate) act: Option<String>,
    /// Notes for the caller.
    pub(crate) notes: Option<String>,
    /// In running order.
    pub(crate) cues: Vec<CueDraft>,
}

/// A cue.
#[derive(Clone, Debug)]
pub(crate) struct CueDraft {
    /// Its beginning.
    pub(crate) place: ProblemPlace,
    /// Its number, which others may refer to though it is a faulty one; every cue needs one.
    pub(crate) number: Option<Mention>,
    /// Its title; every cue needs one.
    pub(crate) title: Option<String>,
    /// The words that the caller says.
    pub(crate) call: Option<String>,
    /// Notes for the caller.
    pub(crate) notes: Option<String>,
    /// Live or played in.
    pub(crate) source: Option<Source>,
    /// The departments that must be ready.
    pub(crate) needs: Option<Box<List<Mention>>>,
    /// `true` if no public view shows its words before it has fired.
    pub(crate) embargo: bool,
    /// `true` if boards and public sheets show it.
    pub(crate) public: Option<bool>,
    /// Its length, nanoseconds.
    pub(crate) duration: Option<Box<Placed<Duration>>>,
    /// Remaining time at which its countdown turns amber, nanoseconds.
    pub(crate) warn: Option<Box<Placed<Duration>>>,
    /// Remaining time at which its countdown turns red, nanoseconds.
    pub(crate) danger: Option<Box<Placed<Duration>>>,
    /// The way in which its big figure counts.
    pub(crate) count: Option<Box<Placed<CountDirection>>>,
    /// Its planned time, nanoseconds into its segment.
    pub(crate) planned: Option<Box<Entry<Duration>>>,
    /// Its trigger; the caller's GO if it has none.
    pub(crate) trigger: Option<Box<Entry<TriggerDraft>>>,
    /// The cue whose plan B it is.
    pub(crate) backup_for: Option<Box<Mention>>,
    /// Its steps, marked one by one.
    pub(crate) steps: Option<Box<List<Step>>>,
    /// The points of its route.
    pub(crate) route: Option<Box<List<PointDraft>>>,
    /// The drawing on the monitor.
    pub(crate) look: Option<Box<Entry<Look>>>,
    /// Its messages.
    pub(crate) actions: Option<Box<List<ActionDraft>>>,
    /// The cues that it stops.
    pub(crate) stops: Vec<StopDraft>,
    /// `true` if its messages to one output leave as one.
    pub(crate) together: Option<Box<Entry<bool>>>,
    /// The station that the caller is to pass the flag to.
    pub(crate) pass: Option<Box<Placed<StationName>>>,
    /// What the author keeps beside it, in columns of their own.
    pub(crate) extra: Option<Box<List<Extra>>>,
}

/// The trigger of a cue.
#[derive(Clone, Debug)]
pub(crate) enum TriggerDraft {
    /// The caller's GO.
    Go,
    /// This long after another cue fired, nanoseconds.
    With(Mention, Duration),
    /// This long after another cue was complete, nanoseconds.
    After(Mention, Duration),
    /// At a time of day.
    At(Time),
    /// This long after its segment started, nanoseconds.
    Into(Placed<Duration>),
}

/// A point of a route.
#[derive(Clone, Debug)]
pub(crate) enum PointDraft {
    /// The id of a place.
    Named(Mention),
    /// Degrees.
    At {
        /// Degrees north (WGS 84).
        latitude: f64,
        /// Degrees east (WGS 84).
        longitude: f64,
        /// Metres above the ground.
        height_m: Option<f64>,
    },
}

/// One message of a cue.
#[derive(Clone, Debug)]
pub(crate) struct ActionDraft {
    /// Its place.
    pub(crate) place: ProblemPlace,
    /// The id of the output that it goes to; every action needs one.
    pub(crate) output: Option<Mention>,
    /// The message; every action needs it.
    pub(crate) body: Option<Body>,
}

/// A stop of what another cue has started.
#[derive(Clone, Debug)]
pub(crate) struct StopDraft {
    /// The number of the other cue.
    pub(crate) cue: Mention,
    /// The time that its clips take to fade out.
    pub(crate) over: Option<Placed<Duration>>,
}
