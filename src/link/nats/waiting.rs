//! A connection that stands, to a server that cannot give the log yet: a cluster that chooses another
//! leader needs seconds for that. Posts go to and fro meanwhile, so that no station takes another for
//! silent that is well.

use std::time::Duration;

use async_nats::jetstream::stream::Stream;
use async_nats::{Event, Message, ServerError, Subscriber};
use futures_util::StreamExt;
use futures_util::future::FutureExt;

use super::connect::{self, ServerConnection, said};
use super::denied::Denied;
use super::inbox::NewsInbox;
use super::session::{SessionEnd, SessionMemory};
use super::{LogStart, away, setup};
use crate::link::fault::LinkError;
use crate::link::message::{News, Post, PostTo, ServerRequest};
use crate::link::subjects::Subjects;
use crate::link::wire;
use crate::plain;
use crate::show::StationName;

/// The pause before the server is asked for the log again.
const AGAIN: Duration = Duration::from_millis(500);

/// The posts of a connection, and what the client says of it.
pub(super) struct Posts {
    pub(super) to_all: Subscriber,
    pub(super) to_me: Subscriber,
    /// What the server has refused and was told of.
    denied: Denied,
    /// Why the connection ends, as far as the client has said.
    why: Option<String>,
}

impl Posts {
    pub(super) async fn begin(
        connection: &ServerConnection,
        subjects: &Subjects,
        station: &StationName,
    ) -> Result<Self, String> {
        let client = &connection.client;
        let to_all = client.subscribe(subjects.all.clone()).await.map_err(|e| said(&e))?;
        let to_me = client.subscribe(subjects.to(station)).await.map_err(|e| said(&e))?;
        Ok(Posts { to_all, to_me, denied: Denied::default(), why: None })
    }

    /// Notes what the client says of the connection; `true` if it is its end.
    pub(super) fn notes_end(
        &mut self,
        event: Option<Event>,
        inbox: &NewsInbox,
        servers: &str,
    ) -> bool {
        match event {
            Some(Event::Disconnected | Event::Closed) | None => return true,
            Some(Event::ServerError(error)) => match error {
                ServerError::AuthorizationViolation => {
                    let servers = servers.to_owned();
                    self.why = Some(LinkError::Refused { servers }.to_string());
                }
                ServerError::SlowConsumer(_) => {}
                ServerError::Other(why) => self.denied.tell(inbox, plain::clean(&why)),
            },
            Some(Event::ClientError(error)) => self.why = Some(plain::clean(&error.to_string())),
            Some(
                Event::Connected | Event::LameDuckMode | Event::Draining | Event::SlowConsumer(_),
            ) => {}
        }
        false
    }

    /// The end of the connection, with the reason as far as it is known.
    pub(super) fn lost(&mut self, servers: &str) -> SessionEnd {
        let why = self.why.take();
        SessionEnd::Lost(why.unwrap_or_else(|| format!("the connection to {servers} is lost")))
    }
}

/// Sends a post.
pub(super) fn send(
    connection: &ServerConnection,
    subjects: &Subjects,
    inbox: &NewsInbox,
    (to, post): (&PostTo, &Post),
) {
    let subject = match to {
        PostTo::All => subjects.all.clone(),
        PostTo::Station(station) => subjects.to(station),
    };
    match wire::encode(post) {
        // A post that has no room in the connection now would only come too late.
        Ok(bytes) => drop(connection.client.publish(subject, bytes.into()).now_or_never()),
        Err(fault) => inbox.tell(News::Word(fault.to_string())),
    }
}

/// Takes in a message of another station.
pub(super) fn hear(inbox: &NewsInbox, message: &Message) {
    // What is no post was written by somebody else, and is nothing to us.
    if let Ok(post) = wire::decode(&message.payload) {
        inbox.offer(News::Post(post));
    }
}

/// Opens the log as soon as the server can give it.
pub(super) async fn log(
    line: &mut SessionMemory,
    connection: &mut ServerConnection,
    posts: &mut Posts,
) -> Result<Stream, SessionEnd> {
    let mut pause = Duration::ZERO;
    loop {
        let opened = {
            let (context, run, subjects, servers) =
                (connection.questions.clone(), &line.run, &line.subjects, &line.servers);
            let opens = async {
                tokio::time::sleep(pause).await;
                connect::keeps_logs(&connection.client, &context).await?;
                match line.part {
                    LogStart::Shares => setup::share(&context, run, subjects).await,
                    LogStart::Joins => {
                        let found = setup::existing(&context, &run.id, subjects).await?;
                        let gone = || LinkError::NoSuchRun {
                            run: run.id.0.clone(),
                            servers: servers.to_string(),
                        };
                        found.ok_or_else(gone)
                    }
                }
            };
            tokio::pin!(opens);
            loop {
                tokio::select! {
                    opened = &mut opens => break opened,
                    request = line.requests.recv() => match request {
                        None => return Err(SessionEnd::Left),
                        Some(ServerRequest::Post { to, post }) => {
                            send(connection, subjects, &line.inbox, (&to, &post));
                        }
                        Some(request) => {
                            away::refuse(request, &line.inbox, &mut line.follows_from);
                        }
                    },
                    Some(message) = posts.to_all.next() => hear(&line.inbox, &message),
                    Some(message) = posts.to_me.next() => hear(&line.inbox, &message),
                    event = connection.events.recv() => {
                        if posts.notes_end(event, &line.inbox, &servers.to_string()) {
                            return Err(posts.lost(&servers.to_string()));
                        }
                    }
                }
            }
        };
        match opened {
            Ok(stream) => return Ok(stream),
            Err(LinkError::NotNow(why)) if connection.stands() => {
                line.tell_lost(LinkError::NotNow(why).to_string());
            }
            Err(error) => return Err(SessionEnd::Lost(error.to_string())),
        }
        pause = AGAIN;
    }
}
