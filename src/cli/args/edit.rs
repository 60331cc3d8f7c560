//! Arguments of `handover edit`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap_complete::engine::ArgValueCompleter;

use super::{Args, ThemeArg, capabilities};
use crate::cli::complete;
use crate::runtime::EditOptions;

/// Arguments of `edit`.
#[derive(Debug, ClapArgs)]
pub(crate) struct EditArgs {
    /// The show file
    #[arg(add = ArgValueCompleter::new(complete::files))]
    show: PathBuf,
    /// The colours [default: $HANDOVER_THEME, or own if there is a theme.toml, or dark]
    #[arg(long, value_enum, hide_default_value = true)]
    theme: Option<ThemeArg>,
    /// Draw in plain ASCII
    #[arg(long)]
    ascii: bool,
}

impl Args {
    /// Options for editing a show.
    pub(crate) fn edit(&self, edit: &EditArgs) -> anyhow::Result<EditOptions> {
        let (mut config, theme) = self.config(edit.theme.map(ThemeArg::theme));
        config.permits.variables.extend(self.variables.iter().cloned());
        let (capabilities, note) = capabilities(edit.ascii || self.run.ascii);
        let (show, state) = (edit.show.clone(), self.state_dir()?);
        Ok(EditOptions { show, state, theme, config, capabilities, note })
    }
}
