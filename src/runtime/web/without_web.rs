//! A build without pages for browsers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;

use crate::app::BrowserSign;
use crate::conductor::RunClock;
use crate::engine::State;
use crate::remote::Passcode;
use crate::runtime::feed::Feed;
use crate::runtime::inbox::Sender;

/// A server; there is none.
pub(in crate::runtime) struct Served(Infallible);

/// The station's hold on it; there is none.
pub(in crate::runtime) struct WebEnd(Infallible);

/// Says that there is no server.
///
/// # Errors
/// Always.
pub(in crate::runtime) fn serve(
    _listen: SocketAddr,
    _passcode: Option<Passcode>,
    _state: &Path,
    _post: &Sender,
) -> anyhow::Result<Served> {
    anyhow::bail!("this build has no pages for browsers: build handover with the feature `web`")
}

impl Served {
    pub(in crate::runtime) fn follow(
        self,
        _feed: &mut Feed,
        _state: State,
        _clock: RunClock,
    ) -> std::io::Result<WebEnd> {
        match self.0 {}
    }
}

impl WebEnd {
    pub(in crate::runtime) fn ring(&self) {
        match self.0 {}
    }

    pub(in crate::runtime) fn sign(&self) -> BrowserSign {
        match self.0 {}
    }
}
