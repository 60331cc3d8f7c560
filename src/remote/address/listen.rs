//! Updates that a remote control can ask for: QLab's `/listen`, and its names for events.

use strum::VariantArray;

use super::{Misunderstood, wrong};

/// A kind of event that listeners are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Topic {
    /// A GO fired a cue.
    Go,
    /// A cue began, however.
    CueStart,
    /// A cue ended, however.
    CueStop,
    /// The playhead moved.
    Playhead,
    /// A hold began.
    PauseAll,
    /// A hold ended.
    ResumeAll,
    /// Panic.
    PanicAll,
}

impl Topic {
    /// All there are.
    pub const ALL: &'static [Topic] = <Topic as VariantArray>::VARIANTS;

    /// QLab's name, as it stands after `/listen/` and `/qlab/event/workspace/`.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Go => "go",
            Topic::CueStart => "cue/start",
            Topic::CueStop => "cue/stop",
            Topic::Playhead => "playhead",
            Topic::PauseAll => "pauseAll",
            Topic::ResumeAll => "resumeAll",
            Topic::PanicAll => "panicAll",
        }
    }
}

/// One thing about a cue, for who wants only that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CuePart {
    /// Its number.
    Number,
    /// Its title.
    Name,
    /// Its id.
    UniqueId,
    /// Type of the cue, in QLab's words.
    Type,
}

impl CuePart {
    /// QLab's name.
    pub fn name(self) -> &'static str {
        match self {
            CuePart::Number => "number",
            CuePart::Name => "name",
            CuePart::UniqueId => "uniqueID",
            CuePart::Type => "type",
        }
    }
}

/// Subscription of a listener: a topic, and one part of it or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The kind of event.
    pub topic: Topic,
    /// Its part; `None` for all.
    pub part: Option<CuePart>,
}

/// Parses the subject of `/listen` or `/ignore`; empty: everything.
pub(super) fn listen(what: &[&str]) -> Result<Vec<Listen>, Misunderstood> {
    let wanted = what.join("/");
    if wanted.is_empty() {
        return Ok(vec![]);
    }
    let parts = [
        None,
        Some(CuePart::Number),
        Some(CuePart::Name),
        Some(CuePart::UniqueId),
        Some(CuePart::Type),
    ];
    let all = Topic::ALL.iter().flat_map(|&topic| parts.map(|part| Listen { topic, part }));
    let found = all.into_iter().find(|listen| match listen.part {
        None => listen.topic.name() == wanted,
        Some(part) => {
            wanted.strip_prefix(listen.topic.name()).and_then(|w| w.strip_prefix('/'))
                == Some(part.name())
        }
    });
    let names = || Topic::ALL.iter().copied().map(Topic::name).collect::<Vec<_>>().join(", ");
    found
        .map(|listen| vec![listen])
        .ok_or_else(|| wrong(format!("there is nothing to hear but {}", names())))
}
