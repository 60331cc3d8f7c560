//! Arguments of `handover demo`.

use clap::Args as ClapArgs;

use super::{Args, ThemeArg, means};
use crate::runtime::DemoWishes;

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
    pub(crate) fn demo(&self, demo: &DemoArgs) -> anyhow::Result<DemoWishes> {
        let (config, theme) = self.config(demo.theme.map(ThemeArg::theme));
        let (means, note) = means(demo.ascii || self.run.ascii);
        Ok(DemoWishes { state: self.state_dir()?, theme, config, means, note })
    }
}
