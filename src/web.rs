//! Boards and crew pages for browsers, over HTTP.
//!
//! Owns the server, who may read, and the pages' own files. What is on a page comes as finished text
//! ([`Pages`]) from those who follow the run, so that nothing here has a word to give away. What a
//! department says comes out as a [`CrewWish`], and no wish fires a cue: there is none for it. Must never
//! make the station wait. Whatever is sent at it, it holds a limited number of connections, each
//! with a limited amount of memory and time.
//!
//! ```text
//! browser ─► server (a thread with a runtime of its own: limits, time) ─► routes ─► access
//!    ▲                                                                      │
//!    └── stream: the last Pages, one at a time ◄── Web::publish             └─► hear (the station's inbox)
//! ```
//!
//! Pages are served without a passcode, since they have no words; what fills them takes one. A
//! browser gives it once and sends the token that it gets for it as `Authorization: Bearer`, so that
//! another site's page, which cannot set that, can do nothing in its name.

#[cfg(feature = "web")]
mod access;
#[cfg(feature = "web")]
mod files;
#[cfg(feature = "web")]
mod reply;
#[cfg(feature = "web")]
mod routes;
#[cfg(feature = "web")]
mod server;
#[cfg(feature = "web")]
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "web")]
pub use server::{STREAMS_MAX, Web};
#[cfg(feature = "web")]
pub use settings::{TokenKey, WebError, WebSettings};

/// Everything that browsers are shown of a run at one moment, each as a line of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// The board and the speaker's timer.
    pub board: Arc<str>,
    /// The call sheet.
    pub sheet: Arc<str>,
    /// The ids and names of the departments.
    pub departments: Arc<str>,
    /// The view of each department, by its id.
    pub crews: BTreeMap<String, Arc<str>>,
}

/// A wish of a department, in a browser. None of them fires anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CrewWish {
    /// The department is ready for this cue, or not any more.
    Ready {
        /// Its id.
        department: String,
        /// Number of the cue that the browser shows.
        cue: String,
        /// `true` if it is ready.
        is_ready: bool,
    },
    /// Something is wrong: the caller has to know.
    Warn {
        /// Id of the department.
        department: String,
    },
}

/// Message to the station.
#[derive(Debug)]
pub enum WebMessage {
    /// A wish, which should be answered.
    Wish(WebRequest),
    /// Something that was refused, with its sender, for the caller.
    Trouble(String),
}

/// A wish, on its way to the station.
pub struct WebRequest {
    /// The wish itself.
    pub wish: CrewWish,
    /// The sender, for the log: "10.0.0.7".
    pub who: String,
    answer: Box<dyn FnOnce(Result<(), String>) + Send>,
}

impl WebRequest {
    /// A request whose sender gets what `answer` is called with; it must not block.
    pub fn new(
        wish: CrewWish,
        who: String,
        answer: impl FnOnce(Result<(), String>) + Send + 'static,
    ) -> Self {
        WebRequest { wish, who, answer: Box::new(answer) }
    }

    /// Tells the sender what became of it: done, or why not; never blocks.
    pub fn answer(self, done: Result<(), String>) {
        (self.answer)(done);
    }
}

impl fmt::Debug for WebRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("wish", &self.wish).field("who", &self.who).finish()
    }
}

/// Hears each message; must not block.
pub type HearWeb = Arc<dyn Fn(WebMessage) + Send + Sync>;

#[cfg(feature = "web")]
#[cfg(test)]
mod tests;
