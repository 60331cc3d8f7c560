//! Words of the command line that are one of a few.

use clap::ValueEnum;

use crate::app::Theme;

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
