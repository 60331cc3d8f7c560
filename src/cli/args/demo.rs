//! Arguments of `handover demo`.

use clap::Args as ClapArgs;

use super::{Args, ThemeArg, capabilities};
use crate::runtime::DemoOptions;

/// Arguments of `demo`.
#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    /// The colours [default: $HANDOVER_THEME, or own if there is a theme.toml, or dark]
    #[arg(long, value_enum, hide_default_value = true)]
    theme: Option<ThemeArg>,
    /// Draw in plain ASCII
    #[arg(long)]
    ascii: bool,
}

impl Args {
    /// Options for the demonstration.
    pub(crate) fn demo(&self, demo: &DemoArgs) -> anyhow::Result<DemoOptions> {
        let (config, theme) = self.config(demo.theme.map(ThemeArg::theme));
        let (capabilities, note) = capabilities(demo.ascii || self.run.ascii);
        Ok(DemoOptions { state: self.state_dir()?, theme, config, capabilities, note })
    }
}
