//! Questions of a check about the machine that the show will run on.
//!
//! The parser reads text and never looks at the machine itself: it asks, and says at the right
//! place of the file what it was told.

use crate::show::Output;

/// The machine that a show will run on, as far as somebody looks at it.
pub trait Machine {
    /// Facts about the file of a clip.
    fn clip(&self, _clip: &str) -> TriedClip {
        TriedClip::default()
    }

    /// Reason why a secret of the environment cannot be used.
    fn secret(&self, _secret: Secret<'_>) -> Option<Finding> {
        None
    }

    /// Does `work`, which leaves much memory to be freed, in memory that lies apart from all other.
    /// A machine that has none does nothing, and the work is done where it was asked for.
    fn apart(&self, _work: &mut (dyn FnMut() + Send)) {}

    /// Findings on what `output` will not do on this machine; `is_seen` is `false` if it plays clips
    /// of which none is seen.
    fn output(&self, _output: &Output, _is_seen: bool) -> Vec<Finding> {
        vec![]
    }
}

/// A machine that nobody looks at: of it, there is nothing to say.
#[derive(Clone, Copy, Debug)]
pub struct Unseen;

impl Machine for Unseen {}

/// Facts about the file of a clip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TriedClip {
    /// Reason why it cannot be played: "clips/x.mp4: there is no such file".
    pub fault: Option<String>,
    /// Its length, nanoseconds, if known.
    pub length_ns: Option<u64>,
}

/// A secret that the show reads from the environment, by the name of its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret<'a> {
    /// The far end of an output is sent it, or is shown that it is known.
    Header(&'a str),
    /// Remote controls have to know it.
    Passcode(&'a str),
}

/// Something that will not work on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The thing that will not work, in one line, without a full stop.
    pub what: String,
    /// The fix, an imperative sentence without a full stop.
    pub fix: String,
}
