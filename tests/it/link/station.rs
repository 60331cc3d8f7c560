//! A station as the server's thread sees it: requests in, news out.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use handover::engine::{Event, Origin, Record, RunNs};
use handover::journal::encode;
use handover::link::{
    Access, Appended, HandOver, Link, LogStart, News, ServerFacts, ServerRequest, Shared,
    StationName,
};
use jiff::Timestamp;

use crate::harness::PATIENCE;

/// A station on a link of its own.
pub(crate) struct Station {
    pub(crate) link: Link,
    woken: Receiver<()>,
    name: StationName,
    tickets: u64,
    /// What was told last of the server.
    pub(crate) server: ServerFacts,
}

/// The journal's line of a record, without its newline.
pub(crate) fn line(seq: u64, station: &str, event: Event) -> Vec<u8> {
    let origin = Some(Arc::new(Origin::new(station, 1)));
    let at = Timestamp::from_second(1_796_000_000).expect("a time");
    let record = Record {
        origin,
        ..Record::new(seq, at, RunNs::new(i64::try_from(seq).expect("a small number")), event)
    };
    let mut line = vec![];
    encode(&record, &mut line).expect("a line");
    assert_eq!(line.pop(), Some(b'\n'));
    line
}

/// A note as a line, so that each is another.
pub(crate) fn note(seq: u64, station: &str) -> Vec<u8> {
    line(seq, station, Event::NoteTaken { text: format!("note {seq}"), cue: None })
}

impl Station {
    /// Opens a link and waits for nothing.
    pub(crate) fn open(access: Access, run: Shared, name: &str, part: LogStart) -> Self {
        let (wake, woken) = mpsc::channel();
        let name = StationName::new(name).expect("a name");
        let wake = Box::new(move || {
            let _ = wake.send(());
        });
        let link = Link::open(access, run, name.clone(), part, wake).expect("a thread");
        Station { link, woken, name, tickets: 0, server: ServerFacts::default() }
    }

    pub(crate) fn shares(access: Access, run: Shared, name: &str) -> Self {
        let mut station = Self::open(access, run, name, LogStart::Shares);
        station.await_connected();
        station
    }

    pub(crate) fn joins(access: Access, run: Shared, name: &str) -> Self {
        let mut station = Self::open(access, run, name, LogStart::Joins);
        station.await_connected();
        station
    }

    /// The next news, within this time.
    pub(crate) fn next(&mut self, at_most: Duration) -> Option<News> {
        let end = Instant::now() + at_most;
        loop {
            if let Some(news) = self.link.next() {
                if let News::Connected(server) = &news {
                    self.server = server.clone();
                }
                return Some(news);
            }
            self.woken.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
        }
    }

    /// The first news that `look` gives something for; what comes before is passed over.
    pub(crate) fn await_news<T>(&mut self, mut look: impl FnMut(News) -> Option<T>) -> T {
        let (end, mut passed) = (Instant::now() + PATIENCE, vec![]);
        while let Some(news) = self.next(end.saturating_duration_since(Instant::now())) {
            let said = format!("{news:.200?}");
            if let Some(found) = look(news) {
                return found;
            }
            passed.push(said);
        }
        panic!("{} waits for news in vain; it had {passed:#?}", self.name)
    }

    pub(crate) fn await_connected(&mut self) -> ServerFacts {
        self.await_news(|news| match news {
            News::Connected(server) => Some(server),
            _ => None,
        })
    }

    pub(crate) fn await_lost(&mut self) -> String {
        self.await_news(|news| match news {
            News::Disconnected { why } => Some(why),
            _ => None,
        })
    }

    pub(crate) fn request(&self, request: ServerRequest) {
        let taken = self.link.try_send(request);
        assert!(matches!(taken, HandOver::Yes), "{taken:?}");
    }

    /// Asks for an append; gives its ticket.
    pub(crate) fn append(&mut self, expects: u64, id: &str, line: Vec<u8>) -> u64 {
        self.tickets += 1;
        let (ticket, id) = (self.tickets, id.to_owned());
        self.request(ServerRequest::Append { ticket, expects, id, line });
        ticket
    }

    pub(crate) fn await_outcome(&mut self, of: u64) -> Appended {
        self.await_news(|news| match news {
            News::Appended { ticket, outcome } if ticket == of => Some(outcome),
            _ => None,
        })
    }

    /// Appends a note after the `expects`th entry, and waits for what becomes of it.
    pub(crate) fn note(&mut self, expects: u64) -> Appended {
        let seq = expects + 1;
        let ticket = self.append(expects, &self.id(seq), note(seq, self.name.as_str()));
        self.await_outcome(ticket)
    }

    /// The id of this station's message with this number.
    pub(crate) fn id(&self, seq: u64) -> String {
        format!("test/1/{}/1/{seq}", self.name)
    }

    pub(crate) fn follow(&self, from: u64) {
        self.request(ServerRequest::Follow { from });
    }

    /// The next entry of the log.
    pub(crate) fn await_entry(&mut self) -> (u64, Vec<u8>) {
        self.await_news(|news| match news {
            News::Entry { sequence, line } => Some((sequence, line)),
            _ => None,
        })
    }

    /// The whole log, as this station reads it now.
    pub(crate) fn read_all(&mut self) -> Vec<Vec<u8>> {
        self.follow(1);
        let mut lines: Vec<Vec<u8>> = vec![];
        loop {
            self.tickets += 1;
            let asked = self.tickets;
            self.request(ServerRequest::Read { ticket: asked });
            let last = self.await_news(|news| match news {
                News::Entry { sequence, line } => {
                    // Others were on their way before it was asked to begin again.
                    if sequence == lines.len() as u64 + 1 {
                        lines.push(line);
                    }
                    None
                }
                News::ReadTo { ticket, last } if ticket == asked => Some(Some(last)),
                News::NotRead { ticket, .. } if ticket == asked => Some(None),
                _ => None,
            });
            if let Some(last) = last {
                assert_eq!(lines.len() as u64, last);
                return lines;
            }
        }
    }
}
