//! Words, urgency and kind of each event in the log. One table, so that a new event has one place
//! here.

use std::time::Duration;

use jiff::SignedDuration;

use super::{LineKind, LineMark};
use crate::app::{Tone, nudge, ongoing, stopped};
use crate::engine::{Event, State};
use crate::show::duration;
use crate::show::{Action, CueNumber, SegmentIx, Show};
use crate::time::signed_nanoseconds;

/// Log entry of an event.
#[derive(Debug)]
pub(crate) struct Telling {
    /// Of what it speaks.
    pub kind: LineKind,
    /// In one line.
    pub text: String,
    /// Its urgency.
    pub tone: Tone,
    /// Its sign, or that it has no place on the message line.
    pub mark: LineMark,
    /// Bookkeeping, which happens all the time: it takes no message from the caller.
    pub is_quiet: bool,
}

impl LineKind {
    fn says(self, text: impl Into<String>) -> Telling {
        Telling {
            kind: self,
            text: text.into(),
            tone: Tone::Calm,
            mark: LineMark::Plain,
            is_quiet: false,
        }
    }
}

impl Telling {
    fn attention(self) -> Self {
        Telling { tone: Tone::Attention, ..self }
    }

    fn alarm(self) -> Self {
        Telling { tone: Tone::Alarm, ..self }
    }

    fn marked(self, mark: LineMark) -> Self {
        Telling { mark, ..self }
    }

    fn quiet(self) -> Self {
        Telling { is_quiet: true, ..self }
    }
}

/// Words on an answer that came from a department's own page.
fn on_page(from_browser: bool) -> &'static str {
    if from_browser { ", on its page" } else { "" }
}

/// The verb for words that a line may have kept back.
fn said(late_ns: u64) -> String {
    match Duration::from_nanos(late_ns) {
        Duration::ZERO => "says".to_owned(),
        late => format!("said (received {} late)", duration::clock(late)),
    }
}

/// The name of the department with this id, as the panel has it; its id where the show has changed
/// and lost it.
fn name_of<'a>(id: &'a str, show: &'a Show) -> &'a str {
    show.find_department(id).map_or(id, |department| &show.department(department).name)
}

/// Returns the log entry of `event` in the run of `state`.
pub(crate) fn telling(event: &Event, state: &State) -> Telling {
    let show = state.show();
    match event {
        Event::RunStarted { show, rehearsal, speed, auto, shift_ns, .. } => {
            let kind = match (rehearsal, shift_ns) {
                (true, _) => "rehearsal".to_owned(),
                (false, Some(ns)) => {
                    format!(
                        "technical rehearsal, clock {}",
                        duration::over_under(SignedDuration::from_nanos(*ns))
                    )
                }
                (false, None) => "live".to_owned(),
            };
            let speed = if *speed > 1 { format!(", {speed} times as fast") } else { String::new() };
            let auto = if *auto { ", called by the program" } else { "" };
            LineKind::Program.says(format!("run started: {show}, {kind}{speed}{auto}"))
        }
        Event::RunResumed { down_ns, gap, auto, .. } => {
            let gap = if *gap { "; the journal has a gap before it" } else { "" };
            let auto = if *auto { "; the program gives the GOs" } else { "" };
            let down = duration::countdown(Duration::from_nanos(*down_ns));
            let ramps = ongoing::cut_off(state, ["was on its way", "were on their way"]);
            let ramps = ramps.map_or(String::new(), |ramps| format!("; {ramps}"));
            let words = format!("run resumed after {down} down{ramps}{gap}{auto}");
            LineKind::Program.says(words).attention()
        }
        Event::RunLeft { reason } => {
            LineKind::Program.says(format!("program left the run: {reason}")).attention()
        }
        Event::TerminalLost {} => LineKind::Program.says("the terminal was lost").attention(),
        Event::RunEnded { over_ns } => {
            let word = match *over_ns {
                1.. => " over",
                0 => " (on time)",
                ..0 => " under",
            };
            LineKind::Program.says(format!(
                "run ended, {}{word}",
                duration::over_under(SignedDuration::from_nanos(*over_ns))
            ))
        }
        Event::SegmentStarted { title, .. } => {
            LineKind::Cue.says(format!("segment started: {title}"))
        }
        Event::SegmentEnded { segment, .. } => {
            LineKind::Cue.says(format!("segment {segment} ended")).quiet()
        }
        Event::SegmentNudged { segment, by_ns, time_up } => LineKind::Cue.says(nudged(
            SegmentIx(segment.saturating_sub(1)),
            *by_ns,
            *time_up,
            state,
        )),
        Event::Retimed { cue: Some(cue), .. } => {
            LineKind::Cue.says(format!("now at cue {cue}: nothing was fired")).attention()
        }
        Event::Retimed { segment, cue: None, .. } => LineKind::Cue
            .says(format!(
                "now at the beginning of {}: nothing was fired",
                title(SegmentIx(segment.saturating_sub(1)), show)
            ))
            .attention(),
        Event::CueStoodBy { cue } => LineKind::Standby.says(format!("cue {cue} standby")),
        Event::DepartmentReady { cue, department, from_browser } => LineKind::Standby
            .says(format!(
                "cue {cue}: {} ready{}",
                name_of(department, show),
                on_page(*from_browser)
            ))
            .marked(LineMark::Done),
        Event::DepartmentUnready { cue, department, from_browser } => LineKind::Standby
            .says(format!(
                "cue {cue}: {} NOT ready{}",
                name_of(department, show),
                on_page(*from_browser)
            ))
            .attention(),
        Event::InterlockOverridden { cue, reason } => {
            LineKind::Standby.says(format!("cue {cue} interlock overridden: {reason}")).attention()
        }
        Event::CueFired { cue, cause, firing, .. } => {
            let again = if *firing > 1 { format!(", firing {firing}") } else { String::new() };
            let (stops, ramps) = (stops(cue, show), left_ramps(state));
            LineKind::Cue
                .says(format!("cue {cue} fired ({}{again}){stops}{ramps}", cause.word()))
                .marked(LineMark::Fired)
        }
        Event::CueCompleted { cue, .. } => {
            LineKind::Cue.says(format!("cue {cue} complete")).marked(LineMark::Done).quiet()
        }
        Event::CueStopped { cue, .. } => {
            LineKind::Cue.says(format!("cue {cue} stopped{}", left_ramps(state))).attention()
        }
        Event::ClipStarted { cue, length_ns: Some(ns), .. } => LineKind::Cue.says(format!(
            "cue {cue} clip playing, {}",
            duration::length(Duration::from_nanos(*ns))
        )),
        Event::ClipStarted { cue, .. } => LineKind::Cue.says(format!("cue {cue} clip playing")),
        Event::ClipPaused { cue } => {
            LineKind::Cue.says(format!("cue {cue} clip paused")).attention()
        }
        Event::ClipResumed { cue } => LineKind::Cue.says(format!("cue {cue} clip resumed")),
        Event::ClipLost { cue, error, .. } => {
            LineKind::Cue.says(format!("cue {cue} CLIP LOST: {error}")).alarm()
        }
        Event::CueMissed { cue, why, .. } => {
            LineKind::Cue.says(format!("cue {cue} MISSED: {}", why.words())).alarm()
        }
        Event::CueSkipped { cue } => LineKind::Cue.says(format!("cue {cue} skipped")).attention(),
        Event::CueUnskipped { cue } => LineKind::Cue.says(format!("cue {cue} no longer skipped")),
        Event::CueSwapped { cue, by, not_followed } => {
            LineKind::Cue.says(swapped(cue, by, not_followed)).attention()
        }
        Event::StepDone { cue, step, title } => {
            LineKind::Cue.says(format!("cue {cue} step {step}: {title}"))
        }
        Event::PlayheadMoved { cue: Some(cue) } => {
            LineKind::Cue.says(format!("playhead at {cue}")).marked(LineMark::Routine).quiet()
        }
        Event::PlayheadMoved { cue: None } => {
            LineKind::Cue.says("playhead at end of show").marked(LineMark::Routine).quiet()
        }
        Event::Held {} => LineKind::Program.says("show held").attention(),
        Event::Resumed {} => LineKind::Program.says("show resumed"),
        Event::Panicked {} => LineKind::Program
            .says(format!(
                "PANIC: nothing comes by itself, {}{}",
                stopped::at_panic(state),
                left_ramps(state)
            ))
            .alarm(),
        Event::PanicSent { output } => LineKind::Send
            .says(format!("PANIC → {output}: stop sent"))
            .marked(LineMark::Routine)
            .quiet(),
        Event::PanicRehearsed { output, message } => {
            LineKind::Send.says(format!("PANIC ⇢ {output}: {message}")).quiet()
        }
        Event::PanicFailed { output, error } => {
            LineKind::Send.says(format!("PANIC → {output} NOT TOLD to stop: {error}")).alarm()
        }
        Event::NoteTaken { text, .. } => LineKind::Note.says(format!("note: {text}")),
        Event::MessageShown { text } => {
            LineKind::Note.says(format!("on the boards: “{text}”")).attention()
        }
        Event::MessageCleared {} => LineKind::Note.says("message taken off the boards"),
        Event::PersonSpotted { name, .. } => LineKind::Note.says(format!("{name} spotted")),
        Event::PersonUnspotted { name, .. } => {
            LineKind::Note.says(format!("{name}: last sighting removed"))
        }
        Event::PersonNoted { name, text, .. } => {
            LineKind::Note.says(format!("note on {name}: {text}"))
        }
        Event::ActionSent { cue, action, output, .. } => LineKind::Send
            .says(format!("cue {cue} → {output}: sent{}", which(cue, *action, output, show)))
            .marked(LineMark::Routine)
            .quiet(),
        Event::ActionRehearsed { cue, output, message, .. } => {
            LineKind::Send.says(format!("cue {cue} ⇢ {output}: {message}")).quiet()
        }
        Event::ActionFailed { cue, output, error, .. } => {
            LineKind::Send.says(format!("cue {cue} → {output} FAILED: {error}")).alarm()
        }
        Event::SideFailed { cue, output, side, error, .. } => {
            LineKind::Send.says(format!("cue {cue} → {output}: not to {side}: {error}")).attention()
        }
        Event::ActionUnknown { cue, output, .. } => LineKind::Send
            .says(format!("cue {cue} → {output} UNKNOWN: nobody knows whether this was sent"))
            .alarm(),
        Event::FlagOffered { to } => {
            LineKind::Program.says(format!("flag offered to {to}")).attention()
        }
        Event::FlagAccepted { by } => {
            LineKind::Program.says(format!("{by} accepts the flag")).attention()
        }
        Event::FlagWithdrawn { why } => {
            LineKind::Program.says(format!("offer of the flag withdrawn: {why}")).attention()
        }
        Event::FlagPassed { to, .. } => {
            LineKind::Program.says(format!("flag passed to {to}")).attention()
        }
        Event::FlagTaken { from, reason, silent_ns } => LineKind::Program
            .says(format!(
                "FLAG TAKEN from {from}, silent for {}: {reason}{}",
                duration::clock(Duration::from_nanos(*silent_ns)),
                ongoing::lost(state).map_or(String::new(), |ramps| format!("; {ramps}"))
            ))
            .alarm(),
        Event::CueFiredAside { cue, fired_by, .. } => LineKind::Cue
            .says(format!(
                "cue {cue} was FIRED BY {fired_by} while the others could not know of it{}",
                state.unsent_words(cue, fired_by)
            ))
            .alarm(),
        Event::AutoBegun {} => LineKind::Program
            .says("this station was started with --auto: the program gives the GOs")
            .alarm(),
        Event::StationWarned { by, late_ns } => {
            let said = said(*late_ns);
            LineKind::Program.says(format!("{by} {said}: SOMETHING IS WRONG")).alarm()
        }
        Event::DepartmentWarned { department, late_ns } => {
            let (name, said) = (name_of(department, show), said(*late_ns));
            LineKind::Program.says(format!("{name} {said}: SOMETHING IS WRONG")).alarm()
        }
        Event::AlarmAnswered { alarm } => {
            LineKind::Program.says(format!("answered: {}", alarm.words()))
        }
        Event::ShowRevised { revision, changed, added, removed, .. } => LineKind::Program
            .says(format!(
                "the show was revised, version {revision}: {}{}",
                counted_changes(*changed, *added, *removed),
                left_ramps(state)
            ))
            .attention(),
        Event::Unknown(unknown) => LineKind::Program
            .says(format!(
                "an event of a newer version, which this one does not know: {}",
                unknown.kind
            ))
            .attention(),
    }
}

fn title(segment: SegmentIx, show: &Show) -> &str {
    show.segments.get(segment).map_or("", |segment| segment.title.as_str())
}

/// A nudge of `segment` by so much; with `time_up` its time is up with it.
fn nudged(segment: SegmentIx, by_ns: i64, time_up: bool, state: &State) -> String {
    let title = title(segment, state.show());
    let by = nudge::words(by_ns);
    let all = signed_nanoseconds(state.nudged(segment));
    let all = if all == by_ns { String::new() } else { format!(", {} in all", nudge::words(all)) };
    let up = if time_up { ": its time is up now" } else { "" };
    format!("{title} nudged {by}{all}{up}")
}

/// Numbers of items that a revision changes, brings and takes out, in words.
pub(crate) fn counted_changes(changed: u32, added: u32, removed: u32) -> String {
    let counts = [(changed, "changed"), (added, "new"), (removed, "gone")];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = told.map(|(count, word)| format!("{count} {word}")).collect();
    if told.is_empty() { "nothing that a run has".into() } else { told.join(", ") }
}

/// What `cue` stops by `stop_cue`: ", stops cue 3 over 0:05".
fn stops(cue: &CueNumber, show: &Show) -> String {
    let stops = show.find(cue).map_or(&[][..], |cue| &show.cue(cue).stops);
    stops.iter().map(|stop| format!(", stops cue {}", show.stopped_words(stop))).collect()
}

/// The ramps that this event has stopped, after other words.
fn left_ramps(state: &State) -> String {
    ongoing::stopped(state).map_or(String::new(), |ramps| format!("; {ramps}"))
}

/// The message that `action` of `cue`, counted from 1, has sent, if the cue has several for this output.
fn which(cue: &CueNumber, action: u32, output: &str, show: &Show) -> String {
    let Some(actions) = show.find(cue).map(|cue| &show.cue(cue).actions) else {
        return String::new();
    };
    let is_to = |action: &&Action| show.output(action.output).id == output;
    let at = action.checked_sub(1).and_then(|at| actions.get(at as usize)).filter(is_to);
    match at.filter(|_| actions.iter().filter(is_to).count() > 1) {
        Some(action) => {
            format!(": {}", show.output(action.output).kind.describe(&action.body))
        }
        None => String::new(),
    }
}

/// That `by` has the place of `cue`, and what does not come therefore.
fn swapped(cue: &CueNumber, by: &CueNumber, not_followed: &[CueNumber]) -> String {
    /// Maximum number of cues that are named.
    const NAMED_MAX: usize = 8;
    let named: Vec<_> = not_followed.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = if not_followed.len() > NAMED_MAX { " …" } else { "" };
    match named.as_slice() {
        [] => format!("cue {by} replaces {cue}"),
        named => format!("cue {by} replaces {cue}; not followed: {}{more}", named.join(", ")),
    }
}
