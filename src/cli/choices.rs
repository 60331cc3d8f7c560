//! Words of the command line that are one of a few.

use clap::ValueEnum;

use crate::app::Theme;

/// Names the theme where the command line does not.
pub(super) const THEME_VARIABLE: &str = "HANDOVER_THEME";

/// The colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ThemeArg {
    /// For a dark control room
    Dark,
    /// For daylight
    Light,
    /// At least 7:1 contrast (WCAG AAA)
    HighContrast,
    /// Safe for red-green colour blindness
    ColourBlind,
    /// Your own, from $XDG_CONFIG_HOME/handover/theme.toml
    Own,
}

impl ThemeArg {
    /// The theme that it names.
    pub(super) fn theme(self) -> Theme {
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
    theme
        .map(Some)
        .ok_or_else(|| format!("unknown theme in ${THEME_VARIABLE}; expected one of {}", names()))
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
        let said = "unknown theme in $HANDOVER_THEME; expected one of dark, light, high-contrast, colour-blind, own";
        assert_eq!(theme_called("Nope"), Err(said.to_owned()));
    }
}
