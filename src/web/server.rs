//! The listener, and the thread with the runtime behind it.
//!
//! One thread serves everybody, at a lower priority than ordinary ones, so that a cue and the screen
//! go first. A connection takes one of a limited number of places, and must have come to its end in
//! some seconds, unless it is a stream: these have places of their own, and keep theirs for as long
//! as the browser reads.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;

use super::access::Token;
use super::{HearWeb, Pages, WebError, WebSettings, routes};
use crate::access::{Bucket, FailedLogins, Meter, Passcode};
use crate::locks::Unpoisoned;
use crate::time::MachineClock;

/// Maximum number of streams: pages that are open.
pub const STREAMS_MAX: usize = 256;
/// Maximum number of connections that are no streams, and of these from one address.
const PLACES: (usize, usize) = (192, 128);
/// Maximum number of wishes that the station has not answered.
const UNANSWERED_MAX: usize = 32;
/// Number of seconds that a connection has for its request and its reply, and a browser to take a
/// state of its stream.
const PATIENCE_S: u32 = 10;
/// Time for the head of a request.
const HEAD_MAX: Duration = Duration::from_secs(5);
/// Bytes of a connection that wait, in each direction.
const BUFFER: usize = 16 * 1024;
/// Maximum number of lines in the head of a request.
const HEADERS_MAX: usize = 64;
/// Pause of a failing listener.
const DEAF: Duration = Duration::from_secs(1);
/// Pause after a connection that found no place, so that thousands of them cost little.
const FULL: Duration = Duration::from_millis(5);
/// Reply to a connection that finds no place.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n\
    Content-Type: text/plain\r\nContent-Length: 38\r\n\r\ntoo many connections: try again later\n";

/// Serves browsers. Dropping it ends its thread without waiting.
pub struct Web {
    address: SocketAddr,
    shared: Arc<WebShared>,
    ends: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Data that all connections share.
pub(super) struct WebShared {
    pub(super) passcode: Option<Passcode>,
    pub(super) token: Option<Token>,
    pub(super) hear: HearWeb,
    pub(super) pages: watch::Sender<Arc<Pages>>,
    /// Places for streams.
    pub(super) streams: Arc<Semaphore>,
    /// Places for wishes that the station has not answered.
    pub(super) unanswered: Arc<Semaphore>,
    limits: Mutex<Limits>,
    /// Number of connections by address, without the streams.
    places: Mutex<HashMap<IpAddr, usize>>,
}

/// Limits on how often something is done.
pub(super) struct Limits {
    pub(super) logins: FailedLogins,
    /// Wishes, so that one phone that repeats its own keeps no other out.
    pub(super) wishes: Meter,
    /// Words for the caller of what was refused.
    pub(super) troubles: Bucket,
}

impl WebShared {
    /// The last pages that were published.
    pub(super) fn pages(&self) -> Arc<Pages> {
        Arc::clone(&self.pages.borrow())
    }

    /// Locks the limits. Keep the lock for moments only.
    pub(super) fn limits(&self) -> MutexGuard<'_, Limits> {
        // A limit is whole between any two statements, so a poisoned lock has nothing broken to
        // hide.
        self.limits.lock().unpoisoned()
    }
}

/// Somebody at the other end of a connection.
#[derive(Clone)]
pub(super) struct Guest {
    pub(super) from: IpAddr,
    pub(super) shared: Arc<WebShared>,
    pub(super) place: Arc<ConnectionPlace>,
    pub(super) life: Life,
    pub(super) clock: MachineClock,
}

/// The place of a connection that is no stream. It is free when this is dropped, or before.
pub(super) struct ConnectionPlace {
    from: IpAddr,
    shared: Arc<WebShared>,
    is_free: AtomicBool,
}

impl ConnectionPlace {
    /// A place for a connection from there, if there is one.
    fn take(from: IpAddr, shared: &Arc<WebShared>) -> Option<Arc<Self>> {
        let mut places = shared.places.lock().unpoisoned();
        let own = places.get(&from).copied().unwrap_or_default();
        if own >= PLACES.1 || places.values().sum::<usize>() >= PLACES.0 {
            return None;
        }
        places.insert(from, own + 1);
        drop(places);
        Some(Arc::new(ConnectionPlace {
            from,
            shared: Arc::clone(shared),
            is_free: AtomicBool::new(false),
        }))
    }

    /// Gives it back: the connection has become a stream.
    pub(super) fn free(&self) {
        if self.is_free.swap(true, Relaxed) {
            return;
        }
        let mut places = self.shared.places.lock().unpoisoned();
        match places.get_mut(&self.from) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(places.remove(&self.from)),
        }
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        self.free();
    }
}

/// The seconds that a connection has left.
#[derive(Clone)]
pub(super) struct Life(Arc<AtomicU32>);

impl Life {
    fn new() -> Self {
        Life(Arc::new(AtomicU32::new(PATIENCE_S)))
    }

    /// It has all of them again.
    pub(super) fn renew(&self) {
        self.0.store(PATIENCE_S, Relaxed);
    }

    /// Waits until there are none.
    async fn end(self) {
        while self.0.load(Relaxed) > 0 {
            sleep(Duration::from_secs(1)).await;
            self.0.fetch_sub(1, Relaxed);
        }
    }
}

impl Web {
    /// Serves browsers from now on; port 0 is any free one. Its thread goes by `clock`.
    ///
    /// `prepare` is called first on the thread of the server, which it may give a priority. `hear` is
    /// called on that thread with each wish, and must not block. Each wish should be answered.
    ///
    /// # Errors
    /// When the address cannot be had, or the system gives no thread.
    pub fn start(
        settings: WebSettings,
        hear: HearWeb,
        clock: MachineClock,
        prepare: fn(),
    ) -> Result<Self, WebError> {
        let WebSettings { listen, passcode, key } = settings;
        let bind = |source| WebError::Bind { address: listen, source };
        let listener = TcpListener::bind(listen).map_err(bind)?;
        // What a browser that does not read leaves in the system. Streams are small.
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&listener, 4 * BUFFER);
        listener.set_nonblocking(true).map_err(WebError::Start)?;
        let address = listener.local_addr().map_err(WebError::Start)?;
        let limits = Limits {
            logins: FailedLogins::default(),
            wishes: Meter::new(20, 40),
            troubles: Bucket::new(1, 3),
        };
        let shared = Arc::new(WebShared {
            token: passcode.as_ref().map(|passcode| Token::new(passcode, &key)),
            passcode,
            hear,
            pages: watch::Sender::new(Arc::default()),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            unanswered: Arc::new(Semaphore::new(UNANSWERED_MAX)),
            limits: Mutex::new(limits),
            places: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(WebError::Start)?;
        let ends = watch::Sender::new(false);
        let (ended, served) = (ends.subscribe(), Arc::clone(&shared));
        let thread = thread::Builder::new().name("web".into()).spawn(move || {
            prepare();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, served, clock) => {}
                    () = ending(ended) => {}
                }
            });
        });
        Ok(Web { address, shared, ends, thread: Some(thread.map_err(WebError::Start)?) })
    }

    /// Address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says what is true now; never blocks.
    pub fn publish(&self, pages: Pages) {
        self.shared.pages.send_replace(Arc::new(pages));
    }

    /// Number of pages that are open.
    pub fn streams(&self) -> usize {
        STREAMS_MAX - self.shared.streams.available_permits()
    }

    /// Ends, and waits until the port is free again.
    pub fn close(mut self) {
        self.ends.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that has fallen over its own fault has let go of the port too.
            let _ = thread.join();
        }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.ends.send_replace(true);
    }
}

async fn ending(mut ended: watch::Receiver<bool>) {
    // Nobody who could end it is there any more, or somebody does.
    let _ = ended.wait_for(|ends| *ends).await;
}

async fn serve(listener: TcpListener, shared: Arc<WebShared>, clock: MachineClock) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(_) => {
                // Most likely the system is out of files; asking again at once would only burn
                // time.
                sleep(DEAF).await;
                continue;
            }
        };
        let from = from.ip().to_canonical();
        let Some(place) = ConnectionPlace::take(from, &shared) else {
            // It does not block, and what does not fit into the socket at once is not sent.
            let _ = stream.into_std().and_then(|mut stream| stream.write(NO_PLACE));
            sleep(FULL).await;
            continue;
        };
        let life = Life::new();
        let shared = Arc::clone(&shared);
        tokio::spawn(connection(stream, Guest { from, shared, place, life, clock }));
    }
}

async fn connection(stream: TcpStream, guest: Guest) {
    let _ = stream.set_nodelay(true);
    let life = guest.life.clone();
    let service = service_fn(move |request| {
        let guest = guest.clone();
        async move { Ok::<_, Infallible>(routes::answer(request, guest).await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_MAX).keep_alive(false);
    server.max_buf_size(BUFFER).max_headers(HEADERS_MAX);
    tokio::select! {
        // A browser that has gone is no news.
        _ = server.serve_connection(TokioIo::new(stream), service) => {}
        () = life.end() => {}
    }
}
