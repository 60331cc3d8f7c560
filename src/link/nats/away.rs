//! What becomes of requests while there is no connection: all are answered at once, and nothing is
//! kept to be sent later by surprise.

use tokio::sync::mpsc;

use super::inbox::Inbox;
use crate::link::message::{Appended, News, Request};

/// Answers requests until the station has closed its line.
pub(super) async fn answer(
    requests: &mut mpsc::Receiver<Request>,
    inbox: &Inbox,
    follows_from: &mut Option<u64>,
) {
    while let Some(request) = requests.recv().await {
        refuse(request, inbox, follows_from);
    }
}

/// Answers a request that there is no log for; a post is dropped.
pub(super) fn refuse(request: Request, inbox: &Inbox, follows_from: &mut Option<u64>) {
    let why = || "there is no connection to the log".to_owned();
    match request {
        Request::Append { ticket, .. } => {
            inbox.tell(News::Appended { ticket, outcome: Appended::Refused { why: why() } });
        }
        Request::Read { ticket } => inbox.tell(News::NotRead { ticket, why: why() }),
        Request::Keep { sha256, .. } => {
            inbox.tell(News::Kept { sha256, outcome: Err(why()) });
        }
        Request::Fetch { sha256 } => inbox.tell(News::Fetched { sha256, text: Err(why()) }),
        Request::Follow { from } => *follows_from = Some(from),
        Request::Post { .. } => {}
    }
}
