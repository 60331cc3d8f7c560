//! A connection that is good for a run: somebody answers, lets us in, is new enough, keeps logs.

use std::error::Error;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::AccountErrorKind;
use async_nats::jetstream::{self, Context, ContextBuilder};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerError};
use tokio::sync::mpsc;

use crate::link::access::Access;
use crate::link::address::Servers;
use crate::link::credentials::Credentials;
use crate::link::fault::LinkError;
use crate::link::version::{ServerVersion, VERSION_MIN};
use crate::plain;

/// A silent line is noticed after two of these.
const PING_INTERVAL: Duration = Duration::from_secs(1);

/// The longest that one server may take to let us in.
const CONNECT_WAIT: Duration = Duration::from_secs(2);

/// The longest that an append may take before nobody knows its outcome.
pub(super) const ACK_WAIT: Duration = Duration::from_secs(2);

/// The longest that a question to the server may take.
pub(super) const ASK_WAIT: Duration = Duration::from_secs(3);

/// How many orders to the client may wait; more than what is under way at most, so that giving it
/// one never waits.
const ORDERS_MAX: usize = 512;

/// How many messages of one subscription may wait; what comes beyond is dropped.
const MESSAGES_MAX: usize = 4096;

/// Maximum number of events of the connection that wait.
const EVENTS_MAX: usize = 64;

/// A connection and what it says of itself.
pub(super) struct ServerConnection {
    pub(super) client: Client,
    pub(super) events: mpsc::Receiver<Event>,
    /// For questions.
    pub(super) questions: jetstream::Context,
    /// For appends.
    pub(super) appends: jetstream::Context,
}

/// Connects to one of `servers`, and looks whether it can keep logs.
pub(super) async fn connect(
    access: &Access,
    servers: &Servers,
) -> Result<ServerConnection, LinkError> {
    let connection = reach(access, servers).await?;
    keeps_logs(&connection.client, &connection.questions).await?;
    Ok(connection)
}

/// Connects to one of `servers`, if it is new enough.
pub(super) async fn reach(
    access: &Access,
    servers: &Servers,
) -> Result<ServerConnection, LinkError> {
    let (tell, events) = mpsc::channel(EVENTS_MAX);
    let mut options = ConnectOptions::new()
        .name("handover")
        .ping_interval(PING_INTERVAL)
        .connection_timeout(CONNECT_WAIT)
        .request_timeout(Some(ASK_WAIT))
        .client_capacity(ORDERS_MAX)
        .subscription_capacity(MESSAGES_MAX)
        // A server may name others. Which of them are used is decided here, not by the client.
        .ignore_discovered_servers()
        .require_tls(servers.has_tls())
        .event_callback(move |event| {
            let tell = tell.clone();
            async move {
                if is_noted(&event) {
                    // Where the session does not keep up, it has been told of enough, and looks
                    // by itself whether the connection stands.
                    let _ = tell.try_send(event);
                }
            }
        });
    if let Some(ca) = &access.ca {
        options = options.add_root_certificates(ca.clone());
    }
    options = match &access.credentials {
        None => options,
        Some(Credentials::Seed(seed)) => options.nkey(seed.clone()),
        Some(Credentials::File(text)) => {
            let refused = |_| LinkError::Refused { servers: servers.to_string() };
            options.credentials(text).map_err(refused)?
        }
    };
    let urls: Vec<_> = servers.urls().collect();
    let client = options.connect(urls).await.map_err(|error| fault(access, servers, &error))?;
    let info = client.server_info();
    let Some(version) = ServerVersion::read(&info.version) else {
        let version = plain::clean(&info.version);
        return Err(LinkError::NoVersion { servers: servers.to_string(), version });
    };
    let name = plain::clean(&info.server_name);
    if version < VERSION_MIN {
        return Err(LinkError::TooOld { name, version });
    }
    let context = |wait| ContextBuilder::new().timeout(wait).build(client.clone());
    let (questions, appends) = (context(ASK_WAIT), context(ACK_WAIT));
    Ok(ServerConnection { client, events, questions, appends })
}

/// Looks whether the server can keep logs.
pub(super) async fn keeps_logs(client: &Client, questions: &Context) -> Result<(), LinkError> {
    let info = client.server_info();
    let name = plain::clean(&info.server_name);
    match questions.query_account().await {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            AccountErrorKind::JetStreamUnavailable if !info.jetstream => {
                LinkError::NoJetStream { name }
            }
            AccountErrorKind::JetStream(error)
                if error.error_code()
                    == jetstream::ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
                    || error.error_code() == jetstream::ErrorCode::JETSTREAM_NOT_ENABLED =>
            {
                LinkError::NoJetStream { name }
            }
            AccountErrorKind::TimedOut
            | AccountErrorKind::JetStream(_)
            | AccountErrorKind::JetStreamUnavailable
            | AccountErrorKind::Other => LinkError::NotNow(said(&error)),
        }),
    }
}

/// Returns `true` if the session does anything about it. A flood of the others must not keep the
/// end of the connection from it.
fn is_noted(event: &Event) -> bool {
    match event {
        Event::Disconnected | Event::Closed | Event::ClientError(_) => true,
        Event::ServerError(error) => !matches!(error, ServerError::SlowConsumer(_)),
        Event::Connected | Event::LameDuckMode | Event::Draining | Event::SlowConsumer(_) => false,
    }
}

impl ServerConnection {
    /// Returns `true` if it is the one that was made, and stands: the client makes another one by
    /// itself, with all that this one could not send.
    pub(super) fn stands(&self) -> bool {
        let connects = self.client.statistics().connects.load(Ordering::Relaxed);
        self.client.connection_state() == State::Connected && connects <= 1
    }
}

/// The reason why there is no connection, in words.
fn fault(access: &Access, servers: &Servers, error: &async_nats::ConnectError) -> LinkError {
    let servers = servers.to_string();
    let why = said(error);
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            match access.credentials {
                Some(_) => LinkError::Refused { servers },
                None => LinkError::NoCredentials { servers },
            }
        }
        ConnectErrorKind::TimedOut => LinkError::NoAnswer { servers, why: "no answer".into() },
        ConnectErrorKind::Tls | ConnectErrorKind::Io => {
            // rustls has its reasons in an io::Error, which tells them only as text.
            if why.contains("UnknownIssuer") {
                LinkError::UnknownCa { servers }
            } else if why.contains("invalid peer certificate") {
                LinkError::Certificate { servers, why }
            } else if why.contains("InvalidContentType") {
                LinkError::NoTls { servers }
            } else {
                LinkError::NoAnswer { servers, why }
            }
        }
        ConnectErrorKind::ServerParse | ConnectErrorKind::Dns | ConnectErrorKind::MaxReconnects => {
            LinkError::NoAnswer { servers, why }
        }
    }
}

/// The innermost reason, which is the one that says something.
pub(super) fn said(error: &dyn Error) -> String {
    let mut inmost = error;
    while let Some(source) = inmost.source() {
        inmost = source;
    }
    plain::clean(&inmost.to_string())
}
