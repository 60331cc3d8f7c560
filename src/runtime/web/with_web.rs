//! Pages for browsers in a build that has them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::{follower, key};
use crate::app::BrowserSign;
use crate::conductor::RunClock;
use crate::engine::State;
use crate::remote::Passcode;
use crate::runtime::clock::CLOCK;
use crate::runtime::feed::{Feed, Mailbox};
use crate::runtime::inbox::{Msg, Sender};
use crate::runtime::realtime;
use crate::web::{Web, WebSettings};
use follower::WebUpdate;

/// A server whose pages are empty.
pub(in crate::runtime) struct Served(Web);

/// The station's hold on the server and on the thread that fills its pages. Its drop ends both.
pub(in crate::runtime) struct WebEnd {
    web: Arc<Web>,
    mailbox: Arc<Mailbox<WebUpdate>>,
}

/// Serves browsers; `state` is the folder in which `runs` lies.
///
/// # Errors
/// When that cannot be done, in words for the caller.
pub(in crate::runtime) fn serve(
    listen: SocketAddr,
    passcode: Option<Passcode>,
    state: &Path,
    post: &Sender,
) -> anyhow::Result<Served> {
    let settings = WebSettings::new(listen, passcode, key::key(state))?;
    let post = post.clone();
    let hear = Arc::new(move |heard| post.send(Msg::Web(heard)));
    let web = Web::start(settings, hear, CLOCK, realtime::step_behind)?;
    Ok(Served(web))
}

impl Served {
    /// Fills its pages from now on, with a run that has come as far as `state`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(in crate::runtime) fn follow(
        self,
        feed: &mut Feed,
        state: State,
        clock: RunClock,
    ) -> std::io::Result<WebEnd> {
        let web = Arc::new(self.0);
        let mailbox = follower::start(feed, Arc::clone(&web), state, clock)?;
        Ok(WebEnd { web, mailbox })
    }
}

impl WebEnd {
    /// Wakes the thread that fills the pages, for records that have come.
    pub(in crate::runtime) fn ring(&self) {
        self.mailbox.ring();
    }

    /// Its address, and the number of pages that are open.
    pub(in crate::runtime) fn sign(&self) -> BrowserSign {
        BrowserSign { address: self.web.address(), open: self.web.streams() }
    }
}

impl Drop for WebEnd {
    fn drop(&mut self) {
        self.mailbox.tell(|told| told.is_over = true);
    }
}
