//! A cue and everything that the file says of it.

use std::borrow::Cow;
use std::time::Duration;

use jiff::civil::Time;

use super::action::MpvCommand;
use super::protocol::Lasting;
use super::{Action, Colour, CueIx, CueNumber, DepartmentIx, OutputLayer, SegmentIx, StationName};

/// The title of a cue or a segment for which a sheet has none, or does not tell it.
pub const NO_TITLE: &str = "—";

/// A numbered call inside a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// Unique in the show.
    pub number: CueNumber,
    /// A description in a few words.
    pub title: String,
    /// The words that the caller says.
    pub call: Option<String>,
    /// Notes for the caller.
    pub notes: Option<String>,
    /// Live or played in.
    pub source: Option<Source>,
    /// The interlock: departments that must be ready before GO is accepted; at most nine.
    pub needs: Vec<DepartmentIx>,
    /// No public view shows its words before it has fired.
    pub embargo: bool,
    /// `true` if boards and public sheets show it at all: what the file says of it, or else of its
    /// segment, or of the show.
    pub public: bool,
    /// The duration of the cue itself; without it, it is complete at once.
    pub duration: Option<Duration>,
    /// The thresholds of its countdown: what the file says of it, or else of its segment.
    pub thresholds: Thresholds,
    /// The way in which its big figure counts.
    pub count: CountDirection,
    /// Time at which the caller means to call it, from the start of its segment.
    pub planned: Option<Duration>,
    /// Its trigger.
    pub trigger: Trigger,
    /// The cue whose plan B this is.
    pub backup_for: Option<CueIx>,
    /// Marked one by one; where there are any, the cue is complete when all are.
    pub steps: Vec<Step>,
    /// The points of its route, in order; empty where the cue has no route, otherwise two points at
    /// least.
    pub route: Vec<RoutePoint>,
    /// The drawing on the monitor, where the file asks for something special.
    pub look: Option<Look>,
    /// The messages that it sends, in order.
    pub actions: Vec<Action>,
    /// The cues of which it stops what they have started, once its messages are on their way.
    pub stops: Vec<StopCue>,
    /// `true` if everything for one output leaves as one message where the protocol has a way to do
    /// so (an OSC bundle).
    pub together: bool,
    /// In a shared run, the station that the caller is to pass the flag to at this cue.
    pub pass: Option<StationName>,
    /// What the author keeps beside it, in columns of their own, in the order of the file.
    pub extra: Vec<Extra>,
    /// The segment in which it stands.
    pub segment: SegmentIx,
}

/// A stop of what another cue has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopCue {
    /// The other cue.
    pub cue: CueIx,
    /// The time that its clips take to fade out; zero: none.
    pub over: Duration,
}

/// Remaining times of a segment or cue at which its countdown changes its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// The countdown turns amber when no more than this is left: the file's `warn`.
    pub warn: Duration,
    /// It turns red when no more than this is left, at most `warn`: the file's `danger`.
    pub danger: Duration,
}

impl Default for Thresholds {
    /// 30 and 10 seconds.
    fn default() -> Self {
        Self { warn: Duration::from_secs(30), danger: Duration::from_secs(10) }
    }
}

/// The way in which the big figure of a segment or cue counts: the file's `count`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountDirection {
    /// It shows the time left.
    #[default]
    Down,
    /// It shows the time that has passed.
    Up,
}

impl CountDirection {
    /// Its words in a show file.
    pub(crate) const WORDS: &[(&'static str, CountDirection)] =
        &[("down", CountDirection::Down), ("up", CountDirection::Up)];
}

impl Cue {
    /// The first clip that it plays: that one is the cue's clock. Where it stands in `actions`, the
    /// player, and what the player is told.
    pub fn clip(&self) -> Option<(usize, OutputLayer, &MpvCommand)> {
        self.actions.iter().enumerate().find_map(|(at, action)| {
            let (player, command) = action.command()?;
            match command.lasting()? {
                Lasting::Clip => Some((at, player, command)),
                Lasting::Ramp => None,
            }
        })
    }

    /// Returns `true` if its clip begins again at its end.
    pub fn is_loop(&self) -> bool {
        matches!(self.clip(), Some((_, _, MpvCommand::Play { looped: true, .. })))
    }

    /// Its length, as far as the file says: its duration, or what its clip is to play.
    pub fn lasts(&self) -> Option<Duration> {
        let span = match self.clip() {
            Some((_, _, MpvCommand::Play { from_ns, to_ns: Some(to_ns), looped: false, .. })) => {
                Some(Duration::from_nanos(to_ns.saturating_sub(*from_ns)))
            }
            _ => None,
        };
        self.duration.or(span)
    }

    /// Returns `true` if it is complete in the instant in which it fires.
    pub fn is_over_at_once(&self) -> bool {
        self.lasts().unwrap_or_default().is_zero() && self.clip().is_none() && self.steps.is_empty()
    }

    /// All that is written about it: its notes, and below them a line for each column of the
    /// author's own.
    pub fn remarks(&self) -> Option<Cow<'_, str>> {
        if self.extra.is_empty() {
            return self.notes.as_deref().map(Cow::Borrowed);
        }
        let notes = self.notes.as_deref().map(str::trim_end).map(str::to_owned);
        let columns = self.extra.iter().map(|extra| format!("{}: {}", extra.name, extra.text));
        Some(Cow::Owned(notes.into_iter().chain(columns).collect::<Vec<_>>().join("\n")))
    }

    /// Returns `true` if there is more to draw of it than words: a look, steps, a route, a clip, or
    /// a post.
    pub fn is_pictured(&self) -> bool {
        self.look.is_some()
            || !self.steps.is_empty()
            || !self.route.is_empty()
            || self.clip().is_some()
            || self.actions.iter().any(|action| action.body.post().is_some())
    }

    /// Returns `true` if the caller has to call it in the normal order: trigger `go`, and nobody's
    /// backup.
    pub fn is_called(&self) -> bool {
        self.trigger == Trigger::Go && self.backup_for.is_none()
    }
}

/// The source of a cue's picture; a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It happens now.
    Live,
    /// Pre-recorded, played in.
    Vt,
}

/// The drawing on the monitor for a cue: the file's `look`, whose words are those of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Look {
    /// `"rings"`: interlocking rings in the steps' colours, the first three of five above the
    /// others, as the Olympic Charter has them (rule 8).
    Rings,
    /// `"hollywood"`: the same rings on the sign of nine letters, those below around its two
    /// neighbouring Os.
    Hollywood,
    /// `"flag"`: a flag on its pole. On a route with heights it stands where the route ends.
    Flag,
    /// `"stage"`: a stage with somebody on it, under moving lights.
    Stage,
    /// `"feathers"`: fans of feathers, which open and sway.
    Feathers,
    /// `"tower"`: the Eiffel Tower, lit from its feet to its top as the cue goes on.
    Tower,
    /// `"plane"`: somebody walks to a plane that waits near the Eiffel Tower.
    Plane,
    /// `"flame"`: a flame in its bowl, which burns down as the cue goes on.
    Flame,
    /// `"fireworks"`: fireworks over the roofs.
    Fireworks,
}

impl Look {
    /// Returns `true` if it draws the cue's steps, so that a cue without steps cannot have it.
    pub fn is_of_steps(self) -> bool {
        match self {
            Look::Rings | Look::Hollywood => true,
            Look::Flag
            | Look::Stage
            | Look::Feathers
            | Look::Tower
            | Look::Plane
            | Look::Flame
            | Look::Fireworks => false,
        }
    }
}

/// The trigger of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The caller's GO.
    Go,
    /// Auto-continue: `delay` after `cue` fired.
    With {
        /// The cause.
        cue: CueIx,
        /// So much later.
        delay: Duration,
    },
    /// Auto-follow: `delay` after `cue` was complete.
    After {
        /// The cause.
        cue: CueIx,
        /// So much later.
        delay: Duration,
    },
    /// By the clock, in the show's zone.
    At {
        /// The time of day.
        time: Time,
    },
    /// So long after its segment started.
    Into {
        /// So much later.
        offset: Duration,
    },
}

impl Trigger {
    /// The cue that causes it, for `with` and `after`.
    pub fn cause(&self) -> Option<CueIx> {
        match *self {
            Trigger::With { cue, .. } | Trigger::After { cue, .. } => Some(cue),
            Trigger::Go | Trigger::At { .. } | Trigger::Into { .. } => None,
        }
    }
}

/// A column of the author's own, and what it says of a cue: the file's `extra`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// The name of the column.
    pub name: String,
    /// Its text, perhaps of several lines.
    pub text: String,
}

/// One of the steps of a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the step.
    pub title: String,
    /// Its colour, where it has one.
    pub colour: Option<Colour>,
}

/// A point of a route.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutePoint {
    /// The name of the place, where the point is one.
    pub name: Option<String>,
    /// Degrees north, −90 to 90 (WGS 84).
    pub latitude: f64,
    /// Degrees east, −180 to 180 (WGS 84).
    pub longitude: f64,
    /// Metres above the ground, where the file gives them.
    pub height_m: Option<f64>,
}
