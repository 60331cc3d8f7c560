//! What the server refuses to this station.

use super::inbox::Inbox;
use crate::link::fault::LinkError;
use crate::link::message::News;

/// The most refusals of a server that are told in one session.
const DENIED_MAX: usize = 8;

/// The refusals that were told in a session, in the server's words: a post that it lets nobody send
/// is refused twice a second.
#[derive(Default)]
pub(super) struct Denied(Vec<String>);

impl Denied {
    /// Tells that the server refuses something, once.
    pub(super) fn tell(&mut self, inbox: &Inbox, why: String) {
        if self.0.len() >= DENIED_MAX || self.0.contains(&why) {
            return;
        }
        self.0.push(why.clone());
        if is_of_posts(&why) {
            inbox.tell(News::LooksOn);
            return;
        }
        let denied = LinkError::Denied { wish: "do all that it has to", why };
        inbox.tell(News::Word(denied.to_string()));
    }
}

/// Returns `true` if the server refuses a post to the other stations: its user may only read.
fn is_of_posts(why: &str) -> bool {
    why.contains("Publish") && why.contains("\"handover.") && why.contains(".all\"")
}
