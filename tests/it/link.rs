//! Shared runs against a real nats-server: skipped where none is installed.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

mod aside;
mod cluster;
mod crew;
mod ear;
mod edits;
mod faults;
mod figures;
mod hostile;
mod list;
mod local;
mod log;
mod measure;
mod opening;
mod pair;
mod proxy;
mod server;
mod station;
mod twice;
mod two;

use handover::engine::RunId;
use handover::link::{Access, ServerPlace, Servers, Shared};

pub(crate) use proxy::Proxy;
pub(crate) use server::{NatsServer, is_missing};
pub(crate) use station::Station;

/// The servers of a URL.
fn servers(url: &str) -> Servers {
    match url.parse().expect("a URL") {
        ServerPlace::Servers(servers) => servers,
        ServerPlace::Local => panic!("no URL"),
    }
}

/// How a server is reached that asks for nothing.
fn access(url: &str) -> Access {
    Access { servers: servers(url), credentials: None, ca: None }
}

/// A run with this id.
fn run(id: &str) -> Shared {
    Shared::new(RunId(id.into()), "Été".into(), "title = \"Été\"\n".into())
}
