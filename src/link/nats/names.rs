//! Whether another program takes part in a run by a station's name, for one that is about to.
//!
//! A station that runs has a subject of its own, and the server knows at once whether somebody
//! listens there: where nobody does, nothing is waited for. Somebody who listens and says nothing may
//! be a machine that has lost its power, so what counts is what is heard.

use std::time::Duration;

use async_nats::{Event, RequestErrorKind};
use futures_util::StreamExt;
use tokio::time::{sleep, timeout};

use super::connect::{self, ServerConnection};
use crate::engine::RunId;
use crate::link::access::Access;
use crate::link::fault::LinkError;
use crate::link::flag::{AWAY, BEAT};
use crate::link::message::{Instance, Post, PostBody};
use crate::link::subjects::Subjects;
use crate::link::wire;
use crate::show::StationName;
use crate::show::duration;

/// After this time a program that is not heard is away.
const LISTEN: Duration = AWAY.saturating_add(Duration::from_millis(200));

/// The longest that a station which takes its run up again waits for a connection.
const CONNECT_SOON: Duration = Duration::from_secs(1);

/// Looks whether another program is heard in `run` as `me`.
pub(super) async fn check(
    connection: &mut ServerConnection,
    run: &RunId,
    me: &StationName,
) -> Result<(), LinkError> {
    let ServerConnection { client, events, .. } = connection;
    let subjects = Subjects::of(run);
    // What is not permitted here is said by the station itself, once it is there.
    let Ok(mut posts) = client.subscribe(subjects.all.clone()).await else { return Ok(()) };
    // A station takes no notice of this one, which seems to be its own.
    let body = PostBody::ClockAsked { asked_ns: 0 };
    let question = wire::encode(&Post { from: me.clone(), instance: Instance(0), body });
    let Ok(question) = question else { return Ok(()) };
    let (client, subject) = (client.clone(), subjects.to(me));
    let listener = client.request(subject, question.into());
    tokio::pin!(listener);
    let end = sleep(LISTEN);
    tokio::pin!(end);
    let mut is_asked = false;
    loop {
        tokio::select! {
            () = &mut end => return Ok(()),
            answer = &mut listener, if !is_asked => {
                is_asked = true;
                if answer.is_err_and(|error| error.kind() == RequestErrorKind::NoResponders) {
                    return Ok(());
                }
            }
            event = events.recv() => {
                // A user who may only read is heard by nobody.
                if event.is_none_or(|event| matches!(event, Event::ServerError(_))) {
                    return Ok(());
                }
            }
            message = posts.next() => {
                let Some(message) = message else { return Ok(()) };
                let Ok(Post { from, body: PostBody::Beat(beat), .. }) =
                    wire::decode(&message.payload)
                else {
                    continue;
                };
                if from == *me {
                    let beats = u32::try_from(beat.number).unwrap_or(u32::MAX);
                    let since = duration::clock(BEAT.saturating_mul(beats));
                    let (run, station) = (run.to_string(), from);
                    return Err(LinkError::NameTaken { run, station, since });
                }
            }
        }
    }
}

/// The same on a connection of its own, if it can be had soon.
pub(super) async fn check_soon(
    access: &Access,
    run: &RunId,
    me: &StationName,
) -> Result<(), LinkError> {
    match timeout(CONNECT_SOON, connect::reach(access, &access.servers)).await {
        Ok(Ok(mut connection)) => check(&mut connection, run, me).await,
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}
