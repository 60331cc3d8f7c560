//! The entries of the log, in their order, as they come.

use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};

use super::connect::said;
use crate::journal::LINE_BYTES_MAX;
use crate::link::message::News;

/// How long the server may keep a question for entries. A consumer that is gone with its server is
/// noticed after twice this.
const EXPIRES: Duration = Duration::from_secs(2);

/// The pause before the server is asked again after it failed to hand over entries.
const PAUSE: Duration = Duration::from_millis(250);

/// Hands over entries from one sequence on.
pub(super) struct Follow {
    stream: Stream,
    state: FollowState,
    /// The sequence that is wanted next.
    next: u64,
}

enum FollowState {
    Idle,
    Starts(BoxFuture<'static, Result<Ordered, String>>),
    Runs(Box<Ordered>),
    Pauses(BoxFuture<'static, ()>),
}

impl Follow {
    pub(super) fn new(stream: Stream) -> Self {
        Follow { stream, state: FollowState::Idle, next: 1 }
    }

    /// Begins at this sequence, whatever was handed over before.
    pub(super) fn from(&mut self, sequence: u64) {
        self.next = sequence.max(1);
        self.restart();
    }

    /// Asks the server again, from where the entries broke off.
    pub(super) fn restart(&mut self) {
        let stream = self.stream.clone();
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.next },
            max_expires: EXPIRES,
            ..OrderedConfig::default()
        };
        let starts = async move {
            let consumer = stream.create_consumer(config).await.map_err(|error| said(&error))?;
            consumer.messages().await.map_err(|error| said(&error))
        };
        self.state = FollowState::Starts(starts.boxed());
    }

    /// Returns `true` if entries are wanted.
    pub(super) fn is_wanted(&self) -> bool {
        !matches!(self.state, FollowState::Idle)
    }

    /// The sequence that is wanted next.
    pub(super) fn wants(&self) -> u64 {
        self.next
    }

    /// The next entry. Where the server fails, it is asked again after a pause. Nothing is lost
    /// where the future is dropped.
    pub(super) async fn next(&mut self) -> News {
        loop {
            match &mut self.state {
                FollowState::Idle => std::future::pending().await,
                FollowState::Pauses(pause) => {
                    pause.await;
                    self.restart();
                }
                FollowState::Starts(starts) => {
                    self.state = match starts.await {
                        Ok(entries) => FollowState::Runs(Box::new(entries)),
                        Err(_) => pause(),
                    };
                }
                FollowState::Runs(entries) => {
                    let Some(Ok(message)) = entries.next().await else {
                        self.state = pause();
                        continue;
                    };
                    let Ok(sequence) = message.info().map(|info| info.stream_sequence) else {
                        continue;
                    };
                    // A consumer that the client has made again may begin too early.
                    if sequence < self.next {
                        continue;
                    }
                    self.next = sequence + 1;
                    let mut line = message.message.payload.to_vec();
                    line.truncate(LINE_BYTES_MAX);
                    return News::Entry { sequence, line };
                }
            }
        }
    }
}

fn pause() -> FollowState {
    FollowState::Pauses(tokio::time::sleep(PAUSE).boxed())
}
