//! Nudges: the keys that make the running segment longer or shorter, and the amount that is typed.

use std::time::Duration;

use jiff::SignedDuration;

use super::keys::TimeAct;
use super::{App, Ask, Prompt, Task};
use crate::engine::{Command, Nudge, Rejection, State};
use crate::show::duration;
use crate::time::{MachineNs, parse_time_of_day, signed};

/// The amount of one press.
const STEP: Duration = Duration::from_secs(30);

/// Amounts as they are typed, for the line in which nothing stands yet.
pub(crate) const EXAMPLES: &str = "2m, -45s, until 21:30";

impl App {
    /// Changes the times of the run.
    pub(super) fn change_time(
        &mut self,
        act: TimeAct,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let by = match act {
            TimeAct::Longer => signed(STEP),
            TimeAct::Shorter => -signed(STEP),
            TimeAct::NudgeBy => return self.ask_nudge(state, now_ns),
            TimeAct::CueNow => return self.retime(false, state, now_ns),
            TimeAct::SegmentNow => return self.retime(true, state, now_ns),
        };
        vec![Task::Command(Command::Nudge(Nudge::By(by)))]
    }

    /// Asks for the amount of a nudge, where a segment runs.
    fn ask_nudge(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
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
        return parse_time_of_day(time.trim())
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
