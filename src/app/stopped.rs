//! Outcome of a panic, in words: it can only tell outputs to stop, and says which of them it could
//! not tell.

use crate::engine::{State, Stop};
use crate::show::Output;

/// The most that are named in one line.
const NAMED_MAX: usize = 4;

/// Describes the outcome of the last panic's stops: "lights, screen NOT told; stop sent to 3
/// outputs; no stop message for house".
pub fn words(state: &State) -> String {
    let stops = StoppedOutputs::of(state);
    let parts = [stops.not_told(), stops.told(), stops.others()];
    join(parts.into_iter().flatten())
}

/// The same for little room, with the outputs first that could not be told.
pub fn short_words(state: &State) -> String {
    let stops = StoppedOutputs::of(state);
    join([stops.not_told(), stops.told(), stops.others()].into_iter().flatten().take(1))
}

/// The words for a panic without an output.
const NO_OUTPUT: &str = "no output to stop";

/// Whom a panic of this run tells to stop.
pub fn at_panic(state: &State) -> &'static str {
    let outputs = &state.show().outputs;
    let has_message = |output: &Output| output.stop_messages() > 0;
    match (outputs.is_empty(), outputs.iter().any(has_message), state.is_rehearsal()) {
        (true, ..) => NO_OUTPUT,
        (false, false, _) => "NO OUTPUT HAS A STOP MESSAGE",
        (false, true, true) => "no stop is sent in a rehearsal",
        (false, true, false) => "outputs are told to stop",
    }
}

/// The outputs that could not be told to stop, and why.
pub fn not_told(state: &State) -> impl Iterator<Item = (String, String)> {
    state.panic_stops().filter_map(|(output, stop)| match stop {
        Stop::Failed(why) => Some((state.show().output(output).id.clone(), why)),
        Stop::NoMessage | Stop::Pending | Stop::Sent | Stop::Rehearsed | Stop::Unknown => None,
    })
}

fn join(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { NO_OUTPUT.to_owned() } else { parts.join("; ") }
}

/// Ids of outputs, by what became of their stop.
#[derive(Default)]
struct StoppedOutputs<'a> {
    sent: usize,
    rehearsed: usize,
    failed: Vec<&'a str>,
    pending: Vec<&'a str>,
    unknown: Vec<&'a str>,
    without_message: Vec<&'a str>,
}

impl<'a> StoppedOutputs<'a> {
    fn of(state: &'a State) -> Self {
        let mut stops = StoppedOutputs::default();
        for (output, stop) in state.panic_stops() {
            let id = state.show().output(output).id.as_str();
            match stop {
                Stop::Sent => stops.sent += 1,
                Stop::Rehearsed => stops.rehearsed += 1,
                Stop::Failed(_) => stops.failed.push(id),
                Stop::Pending => stops.pending.push(id),
                Stop::Unknown => stops.unknown.push(id),
                Stop::NoMessage => stops.without_message.push(id),
            }
        }
        stops
    }

    fn told(&self) -> Option<String> {
        match (self.sent, self.rehearsed) {
            (0, 0) => None,
            (0, 1) => Some("stop for 1 output, not sent in a rehearsal".to_owned()),
            (0, count) => Some(format!("stop for {count} outputs, not sent in a rehearsal")),
            (1, _) => Some("stop sent to 1 output".to_owned()),
            (count, _) => Some(format!("stop sent to {count} outputs")),
        }
    }

    fn not_told(&self) -> Option<String> {
        (!self.failed.is_empty()).then(|| format!("{} NOT told", named(&self.failed)))
    }

    fn others(&self) -> Option<String> {
        let others = [
            ("not confirmed by", &self.pending),
            ("not known of", &self.unknown),
            ("no stop message for", &self.without_message),
        ];
        let others = others.into_iter().filter(|(_, ids)| !ids.is_empty());
        let others: Vec<_> = others.map(|(words, ids)| format!("{words} {}", named(ids))).collect();
        (!others.is_empty()).then(|| others.join("; "))
    }
}

/// The first of `ids`, and how many more there are.
pub(crate) fn named<S: AsRef<str>>(ids: &[S]) -> String {
    let first: Vec<&str> = ids.iter().take(NAMED_MAX).map(AsRef::as_ref).collect();
    let mut named = first.join(", ");
    if let Some(more) = ids.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        named.push_str(&format!(" and {more} more"));
    }
    named
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::{Event, Record, RunNs};
    use crate::show::Show;

    const SHOW: &str = r#"
        title = "Panic"
        [output.lights]
        osc = "udp://127.0.0.1:9"
        panic = [{ osc = "/stop" }]
        [output.sound]
        osc = "udp://127.0.0.1:9"
        panic = [{ osc = "/stop" }]
        [output.web]
        http = "http://127.0.0.1:9"
        panic = [{ path = "/stop" }]
        [output.house]
        osc = "udp://127.0.0.1:9"
        [output.screen]
        mpv = true
        [[segment]]
        title = "One"
        duration = "1m"
        cue = [{ number = "1", title = "One" }]
    "#;

    fn state(events: &[Event]) -> State {
        let show: Show = crate::show::file::parse(SHOW, "UTC").unwrap();
        let mut state = State::new(Arc::new(show));
        events.iter().for_each(|event| {
            state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, RunNs::new(1), event.clone()))
        });
        state
    }

    fn sent(output: &str) -> Event {
        Event::PanicSent { output: output.into() }
    }

    fn failed(output: &str) -> Event {
        Event::PanicFailed { output: output.into(), error: "nobody listens".into() }
    }

    #[test]
    fn says_who_was_told_and_who_was_not() {
        let told = [Event::Panicked {}, sent("lights"), failed("sound"), failed("screen")];
        let words_of = words(&state(&told));
        assert_eq!(
            words_of,
            "sound, screen NOT told; stop sent to 1 output; not confirmed by web; no stop message for house"
        );
        assert_eq!(short_words(&state(&told)), "sound, screen NOT told");
        let names = [
            ("sound".to_owned(), "nobody listens".to_owned()),
            ("screen".into(), "nobody listens".into()),
        ];
        assert_eq!(not_told(&state(&told)).collect::<Vec<_>>(), names);
        let all = [Event::Panicked {}, sent("lights"), sent("sound"), sent("screen"), sent("web")];
        assert_eq!(words(&state(&all)), "stop sent to 4 outputs; no stop message for house");
        assert_eq!(short_words(&state(&all)), "stop sent to 4 outputs");
    }

    #[test]
    fn a_panic_says_whom_it_tells_and_that_a_rehearsal_sends_nothing() {
        let of = |text: &str, is_live: bool| {
            let show: Show = crate::show::file::parse(text, "UTC").unwrap();
            let mut state = State::new(Arc::new(show));
            let epoch = jiff::Timestamp::UNIX_EPOCH;
            let begin = Event::started(epoch, !is_live);
            state.fold(&Record::new(0, epoch, RunNs::ZERO, begin));
            at_panic(&state)
        };
        let segment = "[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n";
        let house = "title = \"x\"\n[output.house]\nosc = \"udp://127.0.0.1:9\"\n";
        let (none, house) = (format!("title = \"x\"\n{segment}"), format!("{house}{segment}"));
        for (text, live, rehearsed) in [
            (SHOW, "outputs are told to stop", "no stop is sent in a rehearsal"),
            (&house, "NO OUTPUT HAS A STOP MESSAGE", "NO OUTPUT HAS A STOP MESSAGE"),
            (&none, "no output to stop", "no output to stop"),
        ] {
            assert_eq!((of(text, true), of(text, false)), (live, rehearsed), "{text}");
        }
    }

    #[test]
    fn a_second_panic_and_a_resume_begin_again() {
        let again = [Event::Panicked {}, failed("lights"), Event::Panicked {}];
        assert_eq!(
            words(&state(&again)),
            "not confirmed by lights, sound, web, screen; no stop message for house"
        );
        let resumed = [
            Event::Panicked {},
            sent("lights"),
            Event::RunResumed { down_ns: 1, listen: None, web: None, gap: false, auto: false },
        ];
        assert_eq!(
            words(&state(&resumed)),
            "stop sent to 1 output; not known of sound, web, screen; no stop message for house"
        );
    }
}
