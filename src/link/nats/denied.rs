//! What the server refuses to this station.

use super::inbox::NewsInbox;
use crate::link::fault::LinkError;
use crate::link::message::News;

/// The most refusals of a server that are told in one session.
const DENIED_MAX: usize = 8;

/// The refusals that were told in a session, in the server's words: a post that it lets nobody send
/// is refused twice a second.
#[derive(Default)]
pub(super) struct Denied {
    told: Vec<String>,
    looks_on: bool,
}

impl Denied {
    /// Tells that the server refuses something, once.
    pub(super) fn tell(&mut self, inbox: &NewsInbox, why: String) {
        if is_of_posts(&why) {
            if !std::mem::replace(&mut self.looks_on, true) {
                inbox.tell(News::LooksOn);
            }
            return;
        }
        if self.told.len() >= DENIED_MAX || self.told.contains(&why) {
            return;
        }
        self.told.push(why.clone());
        let denied = LinkError::Denied { wish: "do all that it has to", why };
        inbox.tell(News::Word(denied.to_string()));
    }
}

/// Returns `true` if the server refuses a post to all stations or to one: its user may only read.
fn is_of_posts(why: &str) -> bool {
    let is_post = why.contains(".all\"") || why.contains(".to.");
    why.contains("Publish") && why.contains("\"handover.") && is_post
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RunId;
    use crate::link::StationName;
    use crate::link::subjects::Subjects;

    #[test]
    fn a_user_who_may_post_to_nobody_looks_on() {
        let run = Subjects::of(&RunId("2024-08-11 Été".into()));
        let paris = StationName::new("paris").unwrap();
        let refused = |subject: &str| format!("Permissions Violation for Publish to \"{subject}\"");
        assert!(is_of_posts(&refused(&run.all)));
        assert!(is_of_posts(&refused(&run.to(&paris))), "the run's clock is asked first");
        for subject in [run.log.as_str(), "$JS.API.STREAM.INFO.x", "other.all"] {
            assert!(!is_of_posts(&refused(subject)), "{subject}");
        }
    }
}
