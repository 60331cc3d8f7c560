//! Appends to the log: several under way at once, each on the one before it, so that one which
//! fails takes all that follow with it and leaves no hole.

use std::error::Error;

use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::{self, Context, ErrorCode};
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;

use super::connect::said;
use crate::link::message::Appended;
use crate::link::subjects::Subjects;

/// The most appends under way.
const UNDER_WAY_MAX: usize = 64;

/// The appends of one session.
pub(super) struct Appends {
    context: Context,
    stream: String,
    subject: String,
    under_way: FuturesUnordered<BoxFuture<'static, AppendOutcome>>,
    tickets: Vec<u64>,
}

/// Outcome of one append.
pub(super) struct AppendOutcome {
    pub(super) ticket: u64,
    pub(super) result: Result<PublishAck, PublishError>,
}

impl Appends {
    pub(super) fn new(context: Context, subjects: &Subjects) -> Self {
        Appends {
            context,
            stream: subjects.stream.clone(),
            subject: subjects.log.clone(),
            under_way: FuturesUnordered::new(),
            tickets: vec![],
        }
    }

    /// Returns `true` if another one may be sent.
    pub(super) fn has_room(&self) -> bool {
        self.under_way.len() < UNDER_WAY_MAX
    }

    /// Returns `true` if none is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Sends an append. Its outcome comes by [`Self::next`], unless it is told here already.
    pub(super) async fn send(
        &mut self,
        ticket: u64,
        expects: u64,
        id: &str,
        line: Vec<u8>,
    ) -> Option<AppendOutcome> {
        let message = PublishMessage::build()
            .payload(line.into())
            .message_id(id)
            .expected_stream(&self.stream)
            .expected_last_sequence(expects);
        match self.context.send_publish(self.subject.clone(), message).await {
            Ok(ack) => {
                let outcome = ack.into_future().map(move |result| AppendOutcome { ticket, result });
                self.under_way.push(outcome.boxed());
                self.tickets.push(ticket);
                None
            }
            Err(error) => Some(AppendOutcome { ticket, result: Err(error) }),
        }
    }

    /// The next outcome; `None` if nothing is under way.
    pub(super) async fn next(&mut self) -> Option<AppendOutcome> {
        let outcome = self.under_way.next().await?;
        self.tickets.retain(|ticket| *ticket != outcome.ticket);
        Some(outcome)
    }

    /// The tickets of all that is under way: its outcome will never be known here.
    pub(super) fn give_up(&mut self) -> Vec<u64> {
        self.under_way.clear();
        std::mem::take(&mut self.tickets)
    }
}

impl AppendOutcome {
    /// The outcome for the flag.
    pub(super) fn appended(&self, subjects: &Subjects) -> Appended {
        match &self.result {
            Ok(ack) if ack.stream == subjects.stream => Appended::Stored { sequence: ack.sequence },
            Ok(ack) => Appended::Unknown {
                why: format!("another stream ({}) has the subject of the log", ack.stream),
            },
            Err(error) => of_error(error),
        }
    }

    /// Reason why the store takes no more, if that is the outcome.
    pub(super) fn full(&self) -> Option<String> {
        let error = self.result.as_ref().err()?;
        is_full(code(error)?).then(|| said(error))
    }
}

fn of_error(error: &PublishError) -> Appended {
    let why = said(error);
    match error.kind() {
        PublishErrorKind::WrongLastSequence => Appended::WrongSequence,
        // Never given to the connection.
        PublishErrorKind::MaxPayloadExceeded | PublishErrorKind::MaxAckPending => {
            Appended::Refused { why }
        }
        PublishErrorKind::Other => match code(error) {
            Some(ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT) => Appended::WrongSequence,
            Some(code) if is_full(code) => Appended::Refused { why },
            _ => Appended::Unknown { why },
        },
        // Also where nobody was there to take it: findings of the tests with a leader that dies.
        PublishErrorKind::StreamNotFound
        | PublishErrorKind::WrongLastMessageId
        | PublishErrorKind::TimedOut
        | PublishErrorKind::BrokenPipe => Appended::Unknown { why },
    }
}

fn code(error: &PublishError) -> Option<ErrorCode> {
    let source = error.source()?;
    source.downcast_ref::<jetstream::Error>().map(jetstream::Error::error_code)
}

/// The server's reasons that say that there is no room for more.
const FULL: [ErrorCode; 4] = [
    ErrorCode::STORAGE_RESOURCES_EXCEEDED,
    ErrorCode::INSUFFICIENT_RESOURCES,
    ErrorCode::ACCOUNT_RESOURCES_EXCEEDED,
    ErrorCode::STREAM_STORE_FAILED,
];

/// Returns `true` if the server says that there is no room for more.
pub(super) fn is_full(code: ErrorCode) -> bool {
    FULL.contains(&code)
}

/// The same of an error of the object store, to which the client gives the server's reason as text
/// alone: "insufficient resources (code 503, error code 10023)".
pub(super) fn says_full(words: &str) -> bool {
    FULL.iter().any(|code| words.contains(&format!("error code {})", code.0)))
}
