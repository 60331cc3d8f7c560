//! A line between a station and its server that can be cut, and that can swallow what is sent.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A line to a server.
pub(crate) struct Proxy {
    port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    is_cut: AtomicBool,
    swallows: AtomicBool,
    /// Time by which the line holds up what comes to it, milliseconds.
    delay_ms: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// A line to the server at `port`.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let own = listener.local_addr().expect("its address").port();
        let line = Arc::new(Line::default());
        let shared = Arc::clone(&line);
        thread::spawn(move || {
            for station in listener.incoming().map_while(Result::ok) {
                let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                if shared.is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(server) else { continue };
                let both = [&station, &server].map(|end| end.try_clone().expect("a second handle"));
                shared.open.lock().expect("no panic").extend(both);
                let pair = [(&station, &server), (&server, &station)];
                for (from, to) in pair.map(|(a, b)| (a.try_clone(), b.try_clone())) {
                    let (from, to) = (from.expect("a handle"), to.expect("a handle"));
                    let line = Arc::clone(&shared);
                    thread::spawn(move || carry(from, to, &line));
                }
            }
        });
        Proxy { port: own, line }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Ends all connections, and lets no other one through.
    pub(crate) fn cut(&self) {
        self.line.is_cut.store(true, Ordering::SeqCst);
        for end in self.line.open.lock().expect("no panic").drain(..) {
            drop(end.shutdown(Shutdown::Both));
        }
    }

    /// From now on nothing comes through, and nobody is told.
    pub(crate) fn swallow(&self) {
        self.line.swallows.store(true, Ordering::SeqCst);
    }

    /// From now on the line holds up what comes to it, in each direction.
    pub(crate) fn delay(&self, by_ms: u64) {
        self.line.delay_ms.store(by_ms, Ordering::SeqCst);
    }

    /// The line is as good as new. What was swallowed before is not sent after all.
    pub(crate) fn repair(&self) {
        self.cut();
        self.line.swallows.store(false, Ordering::SeqCst);
        self.delay(0);
        self.line.is_cut.store(false, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, line: &Line) {
    let mut bytes = vec![0; 1 << 16];
    drop(from.set_read_timeout(Some(Duration::from_secs(60))));
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        thread::sleep(Duration::from_millis(line.delay_ms.load(Ordering::SeqCst)));
        if !line.swallows.load(Ordering::SeqCst) && to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
