//! The log of a run and its show on the server: made where they are missing, looked at where they
//! are not.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::jetstream::context::{
    CreateStreamError, CreateStreamErrorKind, GetStreamErrorKind,
};
use async_nats::jetstream::object_store::{self, GetErrorKind, Object, ObjectStore};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, ErrorCode};
use tokio::io::AsyncReadExt;

use super::append::{is_full, says_full};
use super::connect::said;
use crate::engine::RunId;
use crate::journal::{LINE_BYTES_MAX, digest};
use crate::link::fault::LinkError;
use crate::link::shared::Shared;
use crate::link::subjects::{SHOWS_BUCKET, Subjects};
use crate::plain;

/// What the server keeps beside a stream: the run's id, the show's title and SHA-256.
const RUN_KEY: &str = "handover.run";
const TITLE_KEY: &str = "handover.title";
const SHOW_KEY: &str = "handover.show";

/// The time in which the server knows a repeated message by its id.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(60 * 60);

/// Copies in a cluster: with two of three, the log goes on. A server alone keeps one.
const REPLICAS: usize = 3;

/// The longest show that is read, bytes: the parser refuses far less.
const SHOW_BYTES_MAX: u64 = 64 << 20;

/// Number of questions for a show that the server does not have yet, five seconds: of several
/// servers, the one that answers may be behind the others.
const SHOW_ASKED: usize = 20;

/// The pause after each of them.
const SHOW_PAUSE: Duration = Duration::from_millis(250);

/// What a header and the names of a message take beside its line, at most.
const HEADER_BYTES_MAX: usize = 4096;

/// Opens the log of `run`, and makes it first where there is none.
pub(super) async fn share(
    context: &Context,
    run: &Shared,
    subjects: &Subjects,
) -> Result<Stream, LinkError> {
    match existing(context, &run.id, subjects).await? {
        Some(stream) => {
            // Where it is another show file than the one that the run began with, the stations say so.
            put_text(context, &run.digest, &run.show_text).await?;
            Ok(stream)
        }
        None => {
            // First the show: a station that sees the log then also finds the show.
            put_text(context, &run.digest, &run.show_text).await?;
            create(context, run, subjects).await
        }
    }
}

/// Opens the log of the run `id`; `None` if there is none.
pub(super) async fn existing(
    context: &Context,
    id: &RunId,
    subjects: &Subjects,
) -> Result<Option<Stream>, LinkError> {
    let stream = match context.get_stream(&subjects.stream).await {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                GetStreamErrorKind::JetStream(error)
                    if error.error_code() == ErrorCode::STREAM_NOT_FOUND =>
                {
                    Ok(None)
                }
                GetStreamErrorKind::EmptyName
                | GetStreamErrorKind::Request
                | GetStreamErrorKind::InvalidStreamName
                | GetStreamErrorKind::JetStream(_) => Err(LinkError::NotNow(said(&error))),
            };
        }
    };
    let config = &stream.cached_info().config;
    let fault = if config.subjects != [subjects.log.as_str()] {
        Some("it has other subjects")
    } else if config.sources.is_some() || config.mirror.is_some() {
        Some("it has other sources")
    } else if config.metadata.get(RUN_KEY) != Some(&id.0) {
        Some("it is another run's")
    } else if !config.deny_delete || !config.deny_purge || config.retention != LIMITS {
        Some("entries can be deleted from it")
    } else {
        None
    };
    match fault {
        None => Ok(Some(stream)),
        Some(why) => Err(LinkError::Foreign { run: id.0.clone(), why: why.into() }),
    }
}

const LIMITS: RetentionPolicy = RetentionPolicy::Limits;

async fn create(context: &Context, run: &Shared, subjects: &Subjects) -> Result<Stream, LinkError> {
    let metadata = HashMap::from([
        (RUN_KEY.to_owned(), run.id.0.clone()),
        (TITLE_KEY.to_owned(), run.title.clone()),
        (SHOW_KEY.to_owned(), run.digest.clone()),
    ]);
    let config = |num_replicas| Config {
        name: subjects.stream.clone(),
        subjects: vec![subjects.log.clone()],
        description: Some("The log of a show that handover calls".into()),
        storage: StorageType::File,
        retention: LIMITS,
        discard: DiscardPolicy::New,
        max_message_size: i32::try_from(LINE_BYTES_MAX + HEADER_BYTES_MAX).unwrap_or(i32::MAX),
        duplicate_window: DUPLICATE_WINDOW,
        deny_delete: true,
        deny_purge: true,
        allow_direct: false,
        metadata: metadata.clone(),
        num_replicas,
        ..Config::default()
    };
    let created = match context.create_stream(config(REPLICAS)).await {
        Err(error) if code(&error).is_some_and(is_about_peers) => {
            context.create_stream(config(1)).await
        }
        created => created,
    };
    match created {
        Ok(stream) => Ok(stream),
        Err(error) => Err(create_fault(&error)),
    }
}

fn code(error: &CreateStreamError) -> Option<ErrorCode> {
    match error.kind() {
        CreateStreamErrorKind::JetStream(error) => Some(error.error_code()),
        CreateStreamErrorKind::EmptyStreamName
        | CreateStreamErrorKind::InvalidStreamName
        | CreateStreamErrorKind::DomainAndExternalSet
        | CreateStreamErrorKind::JetStreamUnavailable
        | CreateStreamErrorKind::TimedOut
        | CreateStreamErrorKind::Response
        | CreateStreamErrorKind::NotFound
        | CreateStreamErrorKind::ResponseParse => None,
    }
}

fn create_fault(error: &CreateStreamError) -> LinkError {
    match code(error) {
        Some(code) if is_full(code) => LinkError::Full(said(error)),
        Some(_) => LinkError::NotNow(said(error)),
        None if error.kind() == CreateStreamErrorKind::TimedOut => {
            LinkError::Denied { wish: "make a log", why: "it does not answer".into() }
        }
        None => LinkError::NotNow(said(error)),
    }
}

/// The bucket for shows.
async fn bucket(context: &Context) -> Result<ObjectStore, LinkError> {
    if let Ok(bucket) = context.get_object_store(SHOWS_BUCKET).await {
        return Ok(bucket);
    }
    let config = |num_replicas| object_store::Config {
        bucket: SHOWS_BUCKET.into(),
        description: Some("The shows that handover calls, by their SHA-256".into()),
        storage: StorageType::File,
        num_replicas,
        ..object_store::Config::default()
    };
    let created = match context.create_object_store(config(REPLICAS)).await {
        Err(error) if store_code(&error).is_some_and(is_about_peers) => {
            context.create_object_store(config(1)).await
        }
        created => created,
    };
    created.map_err(|error| match store_code(&error) {
        Some(code) if is_full(code) => LinkError::Full(said(&error)),
        _ => LinkError::NotNow(said(&error)),
    })
}

/// Returns `true` if the server is alone, or too few servers are there for so many copies.
fn is_about_peers(code: ErrorCode) -> bool {
    code == ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED || code == ErrorCode::CLUSTER_NO_PEERS
}

/// The server's reason among the causes of an error.
fn store_code(error: &(dyn std::error::Error + 'static)) -> Option<ErrorCode> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<CreateStreamError>() {
            return code(error);
        }
        if let Some(error) = error.downcast_ref::<async_nats::jetstream::Error>() {
            return Some(error.error_code());
        }
        cause = error.source();
    }
    None
}

/// Puts the text of a show beside the logs, where it is not there yet.
pub(super) async fn put_text(context: &Context, digest: &str, text: &str) -> Result<(), LinkError> {
    let bucket = bucket(context).await?;
    if bucket.info(digest).await.is_ok() {
        return Ok(());
    }
    let mut text = text.as_bytes();
    match bucket.put(digest, &mut text).await {
        Ok(_) => Ok(()),
        Err(error) if says_full(&error.to_string()) => Err(LinkError::Full(said(&error))),
        Err(error) => Err(LinkError::NotNow(said(&error))),
    }
}

/// The run `id` with its show, from the server.
pub(super) async fn fetch(
    context: &Context,
    id: &RunId,
    servers: &str,
) -> Result<Shared, LinkError> {
    let gone = || LinkError::NoSuchRun { run: id.0.clone(), servers: servers.to_owned() };
    let stream = existing(context, id, &Subjects::of(id)).await?.ok_or_else(gone)?;
    let no_show = |why: String| LinkError::NoShow { run: id.0.clone(), why };
    let metadata = &stream.cached_info().config.metadata;
    let expected =
        metadata.get(SHOW_KEY).ok_or_else(|| no_show("the log does not name it".into()))?;
    let text = text_of(context, expected).await.map_err(no_show)?;
    let title = metadata.get(TITLE_KEY).map_or(String::new(), |title| plain::clean(title));
    Ok(Shared { id: id.clone(), title, show_text: text, digest: expected.clone() })
}

/// The text of the show with this SHA-256; or else the reason, for people.
pub(super) async fn text_of(context: &Context, expected: &str) -> Result<String, String> {
    let object = awaited_show(context, expected).await?;
    let mut text = String::new();
    let read = object.take(SHOW_BYTES_MAX).read_to_string(&mut text).await;
    read.map_err(|error| said(&error))?;
    match digest(&text) == *expected {
        true => Ok(text),
        false => Err("it is not as it was put there".to_owned()),
    }
}

/// The show with this SHA-256, which the server may not have yet; or else the reason, for people.
async fn awaited_show(context: &Context, digest: &str) -> Result<Object, String> {
    for _ in 0..SHOW_ASKED {
        match context.get_object_store(SHOWS_BUCKET).await {
            Ok(bucket) => match bucket.get(digest).await {
                Ok(object) => return Ok(object),
                Err(error) => match error.kind() {
                    GetErrorKind::NotFound => {}
                    GetErrorKind::InvalidName
                    | GetErrorKind::ConsumerCreate
                    | GetErrorKind::BucketLink
                    | GetErrorKind::Other
                    | GetErrorKind::TimedOut => return Err(said(&error)),
                },
            },
            Err(error) if store_code(&error) == Some(ErrorCode::STREAM_NOT_FOUND) => {}
            Err(error) => return Err(said(&error)),
        }
        tokio::time::sleep(SHOW_PAUSE).await;
    }
    let why = "it is not there; wait a moment and join again, or resume the run with `--share` \
               where it was begun, which puts its show there again";
    Err(why.to_owned())
}

/// The run whose log a stream is, by what the server keeps beside it, and its show's title.
pub(super) fn run_of(config: &Config) -> Option<(RunId, String)> {
    let id = RunId(config.metadata.get(RUN_KEY)?.clone());
    let title = config.metadata.get(TITLE_KEY).map_or(String::new(), |title| plain::clean(title));
    (Subjects::of(&id).stream == config.name).then_some((id, title))
}
