//! What becomes of requests while there is no connection: all are answered at once, and nothing is
//! kept to be sent later by surprise.

use tokio::sync::mpsc;

use super::inbox::NewsInbox;
use crate::link::message::{Appended, News, ServerRequest};

/// Answers requests until the station has closed its line.
pub(super) async fn answer(
    requests: &mut mpsc::Receiver<ServerRequest>,
    inbox: &NewsInbox,
    follows_from: &mut Option<u64>,
) {
    while let Some(request) = requests.recv().await {
        refuse(request, inbox, follows_from);
    }
}

/// Answers a request that there is no log for; a post is dropped.
pub(super) fn refuse(request: ServerRequest, inbox: &NewsInbox, follows_from: &mut Option<u64>) {
    let why = || "there is no connection to the log".to_owned();
    match request {
        ServerRequest::Append { ticket, .. } => {
            inbox.tell(News::Appended { ticket, outcome: Appended::Refused { why: why() } });
        }
        ServerRequest::Read { ticket } => inbox.tell(News::NotRead { ticket, why: why() }),
        ServerRequest::Keep { sha256, .. } => {
            inbox.tell(News::Kept { sha256, outcome: Err(why()) });
        }
        ServerRequest::Fetch { sha256 } => inbox.tell(News::Fetched { sha256, text: Err(why()) }),
        ServerRequest::Follow { from } => *follows_from = Some(from),
        ServerRequest::Post { .. } => {}
    }
}
