//! Words of the command line that are one of a few.

use clap::ValueEnum;

use crate::app::Theme;

/// Names the theme where the command line does not.
pub(super) const THEME_VARIABLE: &str = "HANDOVER_THEME";

/// The colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ThemeArg {
    /// For the dark of a control room
    Dark,
    /// For daylight
    Light,
    /// Every word at least 7 to 1
    HighContrast,
    /// Without red or green nothing is lost
    ColourBlind,
    /// Those of $XDG_CONFIG_HOME/handover/theme.toml
    Own,
}

impl ThemeArg {
    /// What it means.
    pub fn theme(self) -> Theme {
        match self {
            ThemeArg::Dark => Theme::Dark,
            ThemeArg::Light => Theme::Light,
            ThemeArg::HighContrast => Theme::HighContrast,
            ThemeArg::ColourBlind => Theme::ColourBlind,
            ThemeArg::Own => Theme::Own,
        }
    }
}

/// The theme that the environment names; an empty name is none.
pub(super) fn theme_called(name: &str) -> Result<Option<Theme>, String> {
    if name.is_empty() {
        return Ok(None);
    }
    let theme = Theme::ALL.iter().copied().find(|theme| theme.name() == name);
    let names = || Theme::ALL.iter().copied().map(Theme::name).collect::<Vec<_>>().join(", ");
    theme.map(Some).ok_or_else(|| format!("${THEME_VARIABLE} is none of {}", names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_a_theme_or_none_and_a_wrong_word_is_said() {
        assert_eq!(theme_called(""), Ok(None));
        for &theme in Theme::ALL {
            assert_eq!(theme_called(theme.name()), Ok(Some(theme)));
        }
        let said = "$HANDOVER_THEME is none of dark, light, high-contrast, colour-blind, own";
        assert_eq!(theme_called("Nope"), Err(said.to_owned()));
    }
}
