//! Which runs are shared on a server, and who is there.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::jetstream::stream::Info;
use futures_util::StreamExt;

use super::connect::{self, ServerConnection, said};
use super::{names, setup};
use crate::engine::{Event, Record, RunId};
use crate::journal;
use crate::link::access::Access;
use crate::link::fault::LinkError;
use crate::link::message::{Beat, Post, PostBody};
use crate::link::shared::{Shared, SharedRun, SharedStation};
use crate::link::subjects::{ALL_OF_ALL, STREAM_PREFIX, Subjects};
use crate::link::wire;
use crate::show::StationName;

/// The time in which each station that is there is heard twice.
const LISTEN: Duration = Duration::from_millis(1200);

/// The most stations that are counted.
const STATIONS_MAX: usize = 1000;

/// What was heard of stations: by the subject of their run, and by name.
type HeardStations = BTreeMap<String, BTreeMap<StationName, Beat>>;

/// All runs with their stations.
pub(super) async fn runs(access: &Access) -> Result<Vec<SharedRun>, LinkError> {
    let connection = connect::connect(access, &access.servers).await?;
    let heard = listen(&connection).await;
    let mut runs = logs(&connection).await?;
    add_all(&mut runs, &heard?);
    Ok(runs)
}

/// The runs that go on; where several do, those with a station, if any has one.
pub(super) async fn going_on(access: &Access) -> Result<Vec<SharedRun>, LinkError> {
    let connection = connect::connect(access, &access.servers).await?;
    let mut runs = logs(&connection).await?;
    runs.retain(|run| !run.is_over);
    if runs.is_empty() {
        return Err(LinkError::NoRuns { servers: access.servers.to_string() });
    }
    if runs.len() > 1 {
        add_all(&mut runs, &listen(&connection).await?);
        if runs.iter().any(|run| !run.stations.is_empty()) {
            runs.retain(|run| !run.stations.is_empty());
        }
    }
    Ok(runs)
}

/// One run with its show.
pub(super) async fn fetch(access: &Access, run: &RunId) -> Result<Shared, LinkError> {
    let connection = connect::connect(access, &access.servers).await?;
    setup::fetch(&connection.questions, run, &access.servers.to_string()).await
}

/// One run with its show, where nobody else is heard as `me`.
pub(super) async fn fetch_for(
    access: &Access,
    run: &RunId,
    me: &StationName,
) -> Result<Shared, LinkError> {
    let mut connection = connect::connect(access, &access.servers).await?;
    let run = setup::fetch(&connection.questions, run, &access.servers.to_string()).await?;
    names::check(&mut connection, &run.id, me).await?;
    Ok(run)
}

/// The logs on the server, without their stations.
async fn logs(connection: &ServerConnection) -> Result<Vec<SharedRun>, LinkError> {
    let mut streams = connection.questions.streams();
    let mut runs = vec![];
    while let Some(info) = streams.next().await {
        let info =
            info.map_err(|error| LinkError::Denied { wish: "list the runs", why: said(&error) })?;
        if info.config.name.starts_with(STREAM_PREFIX) {
            runs.extend(log(connection, &info).await);
        }
    }
    runs.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(runs)
}

/// The run whose log this stream is.
async fn log(connection: &ServerConnection, info: &Info) -> Option<SharedRun> {
    let (id, title) = setup::run_of(&info.config)?;
    let last = info.state.last_sequence;
    let record = last_record(connection, &info.config.name, last).await;
    let (mut is_over, mut is_left, mut holder) = (false, false, None);
    if let Some(record) = record {
        is_left = matches!(record.event, Event::RunLeft { .. });
        is_over = is_left || matches!(record.event, Event::RunEnded { .. });
        holder = record.origin.and_then(|origin| {
            StationName::new(&origin.station).ok().map(|station| (station, origin.term))
        });
    }
    Some(SharedRun { id, title, last, is_over, is_left, holder, stations: vec![] })
}

async fn last_record(connection: &ServerConnection, stream: &str, last: u64) -> Option<Record> {
    if last == 0 {
        return None;
    }
    let stream = connection.questions.get_stream_no_info(stream).await.ok()?;
    let message = stream.get_raw_message(last).await.ok()?;
    journal::decode(&message.payload).ok()
}

/// The stations of all runs that are heard for a while.
async fn listen(connection: &ServerConnection) -> Result<HeardStations, LinkError> {
    let denied = |why| LinkError::Denied { wish: "listen to the stations", why };
    let mut posts =
        connection.client.subscribe(ALL_OF_ALL).await.map_err(|error| denied(said(&error)))?;
    let mut heard = HeardStations::new();
    let end = tokio::time::sleep(LISTEN);
    tokio::pin!(end);
    loop {
        let message = tokio::select! {
            () = &mut end => return Ok(heard),
            message = posts.next() => message,
        };
        let Some(message) = message else { return Ok(heard) };
        let Ok(Post { from, body: PostBody::Beat(beat), .. }) = wire::decode(&message.payload)
        else {
            continue;
        };
        if heard.values().map(BTreeMap::len).sum::<usize>() < STATIONS_MAX {
            heard.entry(message.subject.to_string()).or_default().insert(from, beat);
        }
    }
}

fn add_all(runs: &mut [SharedRun], heard: &HeardStations) {
    for run in runs {
        if let Some(stations) = heard.get(&Subjects::of(&run.id).all) {
            add_stations(run, stations);
        }
    }
}

fn add_stations(run: &mut SharedRun, stations: &BTreeMap<StationName, Beat>) {
    let station = |(name, beat): (&StationName, &Beat)| SharedStation {
        name: name.clone(),
        holds: beat.holds,
        term: beat.term,
        behind: run.last.saturating_sub(beat.stored),
    };
    let heard: Vec<_> = stations.iter().map(station).collect();
    // The higher term is right.
    let holder = heard.iter().filter(|station| station.holds).max_by_key(|station| station.term);
    if let Some(holder) = holder {
        run.holder = Some((holder.name.clone(), holder.term));
    }
    run.stations = heard;
}
