//! Nudges: the keys that make the running segment longer or shorter, and the amount that is typed.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Time;

use super::keys::Act;
use super::{App, Ask, Prompt, Task};
use crate::engine::{Command, Nudge, Rejection, State};
use crate::show::duration;
use crate::time::{MachineNs, signed};

/// The amount of one press.
const STEP: Duration = Duration::from_secs(30);

/// Amounts as they are typed, for the line in which nothing stands yet.
pub(crate) const EXAMPLES: &str = "2m, -45s, until 21:30";

impl App {
    /// The nudge of one press of `act`.
    pub(super) fn nudge(act: Act) -> Command {
        let step = signed(STEP);
        Command::Nudge(Nudge::By(if act == Act::NudgeShorter { -step } else { step }))
    }

    /// Asks for the amount of a nudge, where a segment runs.
    pub(super) fn ask_nudge(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let refusal = match (state.has_ended(), state.current_segment()) {
            (true, _) => Rejection::Ended,
            (false, None) => Rejection::NoSegment,
            (false, Some(_)) => return self.open(Ask::Nudge),
        };
        self.refused(&refusal, state, now_ns);
        vec![]
    }

    pub(super) fn accept_nudge(&mut self, prompt: Prompt) -> Vec<Task> {
        match amount(prompt.input.value()) {
            Ok(nudge) => vec![Task::Command(Command::Nudge(nudge))],
            Err(why) => {
                self.prompt = Some(Prompt { refused: Some(why), ..prompt });
                vec![]
            }
        }
    }
}

/// Reads an amount: `2m`, `+1:30`, `-45s`, `until 21:30`.
fn amount(text: &str) -> Result<Nudge, String> {
    let text = text.trim();
    if let Some(time) = text.strip_prefix("until") {
        return time_of_day(time.trim())
            .map(Nudge::Until)
            .ok_or_else(|| "not a time: write until 21:30".to_owned());
    }
    let (is_less, amount) = match text.strip_prefix(['-', '−']) {
        Some(amount) => (true, amount),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if amount.trim().is_empty() {
        return Err(format!("write {EXAMPLES}"));
    }
    let by = duration::parse(amount).map(signed).map_err(|why| why.to_string())?;
    Ok(Nudge::By(if is_less { -by } else { by }))
}

/// Reads a time of day: `21:30`, `21:30:15`.
fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| {
        let is_number = !part.is_empty() && part.len() <= 2;
        part.parse::<i8>().ok().filter(|_| is_number && part.bytes().all(|b| b.is_ascii_digit()))
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// A nudge in words: `+0:30`, `−1:15`.
pub(crate) fn words(by_ns: i64) -> String {
    duration::over_under(SignedDuration::from_nanos(by_ns))
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    #[test]
    fn reads_an_amount_as_callers_type_it() {
        for (text, seconds) in [
            ("2m", 120),
            ("+2m", 120),
            (" 45s ", 45),
            ("-45s", -45),
            ("−1:30", -90),
            ("- 10s", -10),
            ("1m30s", 90),
        ] {
            assert_eq!(amount(text), Ok(Nudge::By(SignedDuration::from_secs(seconds))), "{text}");
        }
        for (text, at) in [
            ("until 21:30", time(21, 30, 0, 0)),
            ("until 9:05", time(9, 5, 0, 0)),
            ("until  00:00:15", time(0, 0, 15, 0)),
        ] {
            assert_eq!(amount(text), Ok(Nudge::Until(at)), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_amount() {
        for (text, part) in [
            ("", "write 2m"),
            ("-", "write 2m"),
            ("30", "unit"),
            ("soon", "not a duration"),
            ("until", "until 21:30"),
            ("until 24:00", "until 21:30"),
            ("until 21:30:15:1", "until 21:30"),
            ("until 021:30", "until 21:30"),
            ("until +1:30", "until 21:30"),
        ] {
            let why = amount(text).unwrap_err();
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
