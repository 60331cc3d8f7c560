//! Questions to the leader of the stream: its last sequence, and its facts.

use std::time::Duration;

use async_nats::jetstream::stream::{Info, Stream};
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;

use super::connect::said;
use crate::link::message::News;

/// The longest that entries up to the last one may take to be handed over.
const READ_WAIT: Duration = Duration::from_secs(3);

/// Questions under way.
pub(super) struct Reads {
    stream: Stream,
    under_way: FuturesUnordered<BoxFuture<'static, ReadAnswer>>,
    /// Tickets that are asked for.
    asked: Vec<u64>,
    /// Tickets whose last sequence is known and not handed over yet.
    waiting: Vec<WaitingTicket>,
    is_asking: bool,
}

/// A ticket that is answered once `last` is handed over.
#[derive(Clone, Copy)]
pub(super) struct WaitingTicket {
    ticket: u64,
    pub(super) last: u64,
    /// What was handed over when it began to wait.
    pub(super) handed: u64,
}

/// What came of a question.
pub(super) enum ReadAnswer {
    /// The stream's facts, and the ticket of the one who asked for its last sequence.
    Info(Option<u64>, Result<Box<Info>, String>),
    /// The entries have not come in time.
    Late(u64),
}

impl Reads {
    pub(super) fn new(stream: Stream) -> Self {
        let under_way = FuturesUnordered::new();
        Reads { stream, under_way, asked: vec![], waiting: vec![], is_asking: false }
    }

    /// Asks for the last sequence, for this ticket.
    pub(super) fn ask(&mut self, ticket: u64) {
        self.asked.push(ticket);
        self.send(Some(ticket));
    }

    /// Asks for the facts, unless that is under way.
    pub(super) fn ask_facts(&mut self) {
        if !self.is_asking {
            self.is_asking = true;
            self.send(None);
        }
    }

    fn send(&mut self, ticket: Option<u64>) {
        let stream = self.stream.clone();
        let asks = async move {
            let info = stream.get_info().await;
            ReadAnswer::Info(ticket, info.map(Box::new).map_err(|error| said(&error)))
        };
        self.under_way.push(asks.boxed());
    }

    /// Returns `true` if nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// The next answer; `None` if nothing is under way.
    pub(super) async fn next(&mut self) -> Option<ReadAnswer> {
        let answer = self.under_way.next().await?;
        match answer {
            ReadAnswer::Info(None, _) => self.is_asking = false,
            ReadAnswer::Info(Some(ticket), _) => self.asked.retain(|asked| *asked != ticket),
            ReadAnswer::Late(_) => {}
        }
        Some(answer)
    }

    /// Notes that `ticket` is answered once `last` is handed over, and not before; everything up to
    /// `handed` was.
    pub(super) fn wait_for(&mut self, ticket: u64, last: u64, handed: u64) {
        self.waiting.push(WaitingTicket { ticket, last, handed });
        let late = tokio::time::sleep(READ_WAIT).map(move |()| ReadAnswer::Late(ticket));
        self.under_way.push(late.boxed());
    }

    /// The tickets that are answered now that everything up to `handed` was handed over.
    pub(super) fn answered(&mut self, handed: u64) -> Vec<News> {
        let mut news = vec![];
        self.waiting.retain(|&WaitingTicket { ticket, last, .. }| {
            let is_answered = last <= handed;
            news.extend(is_answered.then_some(News::ReadTo { ticket, last }));
            !is_answered
        });
        news
    }

    /// Takes a ticket out of those that wait, if it still does.
    pub(super) fn late(&mut self, ticket: u64) -> Option<WaitingTicket> {
        let at = self.waiting.iter().position(|waiting| waiting.ticket == ticket)?;
        Some(self.waiting.swap_remove(at))
    }

    /// The tickets that wait, with or without a last sequence: none of them is answered any more.
    pub(super) fn give_up(&mut self) -> Vec<u64> {
        self.under_way.clear();
        let waiting = self.waiting.drain(..).map(|waiting| waiting.ticket);
        self.asked.drain(..).chain(waiting).collect()
    }
}
