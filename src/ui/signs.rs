//! The signs beside the colours, and what the help page says of each.
//!
//! All are one cell wide everywhere, and none is a character that terminals like to draw as an
//! emoji.

/// It runs.
pub(super) const ON_AIR: &str = "▶";
/// The next GO fires it.
pub(super) const PLAYHEAD: &str = "●";
/// It is over, or a department is ready.
pub(super) const DONE: &str = "✓";
/// It comes by itself, with or after another.
pub(super) const FOLLOWS: &str = "↳";
/// By the clock.
pub(super) const CLOCK: &str = "◷";
/// So long into its segment.
pub(super) const INTO: &str = "+";
/// It fell due and did not fire.
pub(super) const MISSED: &str = "!";
/// Taken out of the run.
pub(super) const SKIPPED: &str = "✕";
/// Taken off the air before its end: by panic, by hand, or by another clip.
pub(super) const STOPPED: &str = "■";
/// A backup that waits, or a cue whose backup has its place.
pub(super) const ASIDE: &str = "⇄";
/// Departments must be ready, and not all are.
pub(super) const INTERLOCK: &str = "◇";
/// All departments are ready.
pub(super) const CLEAR: &str = "◆";
/// A message failed, or may not have left.
pub(super) const SEND_TROUBLE: &str = "⌁";
/// No public view shows its words before it has fired.
pub(super) const EMBARGO: &str = "⊘";
/// Standby is called, and no answer yet.
pub(super) const ASKED: &str = "…";
/// Not called yet.
pub(super) const NOT_YET: &str = "·";
/// A step to come.
pub(super) const TO_COME: &str = "○";
/// The running segment.
pub(super) const OPEN: &str = "▼";

/// A department that a cue needs.
pub(super) const DEPARTMENT: &str = "▪";
/// The run went by it: neither played nor skipped.
pub(super) const PASSED_OVER: &str = "↷";

/// Colour of a sign on the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignColour {
    OnAir,
    Attention,
    Ready,
    Vt,
    Past,
    Plain,
}

/// Signs and badges of the help page, with their meanings.
pub(super) const LEGEND: &[(&str, SignColour, &str)] = &[
    (ON_AIR, SignColour::OnAir, "on air"),
    (PLAYHEAD, SignColour::Plain, "the playhead: GO fires it"),
    (DONE, SignColour::Ready, "done; a department is ready"),
    (ASKED, SignColour::Attention, "standby called, no answer yet"),
    (NOT_YET, SignColour::Past, "standby not called yet"),
    (INTERLOCK, SignColour::Attention, "interlock: departments must be ready"),
    (CLEAR, SignColour::Ready, "interlock: all departments are ready"),
    (FOLLOWS, SignColour::Plain, "comes with or after another cue"),
    (CLOCK, SignColour::Plain, "by the clock; a hard start"),
    (INTO, SignColour::Plain, "at a time into its segment"),
    (MISSED, SignColour::Attention, "missed: was due, and waits for the caller"),
    (SKIPPED, SignColour::Past, "skipped"),
    (PASSED_OVER, SignColour::Past, "passed over: the run went past it"),
    (STOPPED, SignColour::Attention, "stopped before its end"),
    (ASIDE, SignColour::Past, "unused backup, or replaced by its backup"),
    (SEND_TROUBLE, SignColour::Attention, "a message failed, or may not have left"),
    (EMBARGO, SignColour::Past, "embargo: not for public views yet"),
    ("live", SignColour::OnAir, "live source; red while it is on air"),
    ("VT", SignColour::Vt, "pre-recorded (VT)"),
    (DEPARTMENT, SignColour::Plain, "a department that the cue needs, in its colour"),
    ("+0:42", SignColour::Attention, "over: later than planned"),
    ("−0:03", SignColour::Plain, "under: earlier than planned"),
];
/// Where a line of a text ends that stands on one line.
pub(super) const LINE_END: &str = "⏎";
