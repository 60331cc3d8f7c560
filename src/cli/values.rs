//! Words of the command line and the environment, and what they stand for.

use std::io::IsTerminal;

use jiff::civil::{DateTime, Time};

use crate::app::Theme;
use crate::runtime::Start;
use crate::show::CueNumber;
use crate::ui::Depth;

/// Names the theme where the command line does not.
pub(super) const THEME_VARIABLE: &str = "HANDOVER_THEME";

/// The theme that the environment names; an empty name is none.
pub(super) fn theme_called(name: &str) -> Result<Option<Theme>, String> {
    if name.is_empty() {
        return Ok(None);
    }
    let theme = Theme::ALL.into_iter().find(|theme| theme.name() == name);
    let names = || Theme::ALL.map(Theme::name).join(", ");
    theme.map(Some).ok_or_else(|| format!("${THEME_VARIABLE} is none of {}", names()))
}

/// Where the clock begins, of `--at`: a time of day, or a day and a time.
pub(super) fn start_at(text: &str) -> Result<Start, String> {
    let wants = || "a time such as 15:30, 15:30:00 or 2026-12-01T15:30".to_owned();
    let is_long = text.contains(['T', ' ']);
    if is_long {
        let at: DateTime = text.parse().map_err(|_| wants())?;
        return Ok(Start::At { date: Some(at.date()), time: at.time() });
    }
    let time = Time::strptime("%H:%M:%S", text).or_else(|_| Time::strptime("%H:%M", text));
    time.map(|time| Start::At { date: None, time }).map_err(|_| wants())
}

/// Where the clock begins, of `--cue`.
pub(super) fn start_cue(text: &str) -> Result<Start, String> {
    CueNumber::new(text).map(Start::Cue).map_err(|error| error.to_string())
}

/// What the terminal can show, by what everybody looks at: NO_COLOR, COLORTERM, TERM.
pub(super) fn depth() -> Depth {
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    if !set("NO_COLOR").is_empty() || set("TERM") == "dumb" || !std::io::stdout().is_terminal() {
        return Depth::Mono;
    }
    let rgb = ["truecolor", "24bit"].contains(&set("COLORTERM").as_str()) || set("TERM").contains("direct");
    if rgb { Depth::Rgb } else { Depth::Ansi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_a_theme_or_none_and_a_wrong_word_is_said() {
        assert_eq!(theme_called(""), Ok(None));
        for theme in Theme::ALL {
            assert_eq!(theme_called(theme.name()), Ok(Some(theme)));
        }
        let said = "$HANDOVER_THEME is none of dark, light, high-contrast, colour-blind, own";
        assert_eq!(theme_called("Nope"), Err(said.to_owned()));
    }
}
