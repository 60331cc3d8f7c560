//! One connection after another, each a session: what the station asks for goes out, what comes in
//! becomes news.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::stream::{Info, Stream};
use futures_util::StreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::append::{AppendOutcome, Appends};
use super::connect::{self, ServerConnection};
use super::follow::Follow;
use super::inbox::NewsInbox;
use super::reads::{ReadAnswer, Reads};
use super::texts::TextsUnderWay;
use super::waiting::Posts;
use super::{LogStart, away, majority, waiting};
use crate::link::access::Access;
use crate::link::address::Servers;
use crate::link::fault::LinkError;
use crate::link::message::{Appended, News, ServerFacts, ServerRequest};
use crate::link::shared::Shared;
use crate::link::subjects::Subjects;
use crate::plain;
use crate::show::StationName;

/// The time between two questions for the stream's facts, which also shows that entries stall.
const FACTS: Duration = Duration::from_secs(2);

/// The pause before the first attempt after a session, and the longest.
const PAUSE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The time that what was handed over last has to reach the server when the station leaves.
const LEAVE_WAIT: Duration = Duration::from_millis(300);

/// What the thread keeps from one session to the next.
pub(super) struct SessionMemory {
    pub(super) access: Access,
    /// The servers that are known: those of the URL, and those that these have named.
    pub(super) servers: Servers,
    pub(super) run: Shared,
    pub(super) subjects: Subjects,
    pub(super) station: StationName,
    pub(super) part: LogStart,
    pub(super) requests: mpsc::Receiver<ServerRequest>,
    pub(super) inbox: Arc<NewsInbox>,
    /// Sequence of the entry that comes next, once entries are wanted.
    pub(super) follows_from: Option<u64>,
    /// Why there is no connection, as it was last told.
    pub(super) said: Option<String>,
}

/// The end of a session.
pub(super) enum SessionEnd {
    /// The station wants nothing more.
    Left,
    /// The connection is lost or could not be made.
    Lost(String),
}

/// A runtime for one session.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Keeps up a connection until the station closes its line.
pub(super) fn keep(line: &mut SessionMemory) {
    let mut pause = Duration::ZERO;
    loop {
        let (end, was_connected) = match runtime() {
            Ok(runtime) => {
                let ended = runtime.block_on(one(line, pause));
                // What still sits in the connection goes with it, and a look-up that hangs is left
                // behind.
                runtime.shutdown_background();
                ended
            }
            Err(error) => {
                line.tell_lost(LinkError::Machine(error.to_string()).to_string());
                (wait_without_io(line), false)
            }
        };
        match end {
            SessionEnd::Left => return,
            SessionEnd::Lost(why) => line.tell_lost(why),
        }
        pause = if was_connected { PAUSE } else { (pause + PAUSE).min(PAUSE_MAX) };
    }
}

/// A pause where the machine gives no runtime for a session: it has no file left, as a rule.
/// Requests are answered meanwhile.
fn wait_without_io(line: &mut SessionMemory) -> SessionEnd {
    let why = line.said.clone().unwrap_or_default();
    let Ok(runtime) = Builder::new_current_thread().enable_time().build() else {
        return SessionEnd::Left;
    };
    let answers = away::answer(&mut line.requests, &line.inbox, &mut line.follows_from);
    match runtime.block_on(async { tokio::time::timeout(PAUSE_MAX, answers).await }) {
        Ok(()) => SessionEnd::Left,
        Err(_) => SessionEnd::Lost(why),
    }
}

/// One session, and whether the log was there in it.
async fn one(line: &mut SessionMemory, pause: Duration) -> (SessionEnd, bool) {
    let reached = {
        let reaches = async {
            tokio::time::sleep(pause).await;
            let connection = connect::reach(&line.access, &line.servers).await?;
            let posts = Posts::begin(&connection, &line.subjects, &line.station).await;
            Ok::<_, LinkError>((connection, posts))
        };
        tokio::select! {
            reached = reaches => reached,
            () = away::answer(&mut line.requests, &line.inbox, &mut line.follows_from) => {
                return (SessionEnd::Left, false);
            }
        }
    };
    let (mut connection, posts) = match reached {
        Ok(reached) => reached,
        Err(error) => return (SessionEnd::Lost(error.to_string()), false),
    };
    let mut posts = match posts {
        Ok(posts) => posts,
        Err(why) => return (SessionEnd::Lost(why), false),
    };
    let stream = match waiting::log(line, &mut connection, &mut posts).await {
        Ok(stream) => stream,
        Err(end) => return (end, false),
    };
    let mut session = ServerSession::begin(line, connection, posts, stream).await;
    let end = session.run().await;
    session.give_up();
    (end, true)
}

impl SessionMemory {
    /// Tells that there is no connection, once for each reason.
    pub(super) fn tell_lost(&mut self, why: String) {
        if self.said.as_ref() != Some(&why) {
            self.said = Some(why.clone());
            self.inbox.tell(News::Disconnected { why });
        }
    }
}

/// A connection that stands.
struct ServerSession<'a> {
    line: &'a mut SessionMemory,
    connection: ServerConnection,
    appends: Appends,
    follow: Follow,
    reads: Reads,
    texts: TextsUnderWay,
    posts: Posts,
    facts: Interval,
    server: ServerFacts,
    /// An entry for which the inbox has no room.
    held: Option<News>,
    /// The last entry that was handed over.
    handed: u64,
    /// What was handed over when the facts were last asked for.
    handed_before: u64,
    is_full: bool,
}

impl<'a> ServerSession<'a> {
    async fn begin(
        line: &'a mut SessionMemory,
        connection: ServerConnection,
        posts: Posts,
        stream: Stream,
    ) -> Self {
        let info = connection.client.server_info();
        line.servers.add_discovered(&info.connect_urls);
        let mut facts = interval(FACTS);
        facts.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let server = ServerFacts {
            name: plain::clean(&info.server_name),
            version: plain::clean(&info.version),
            ..ServerFacts::default()
        };
        let mut session = ServerSession {
            appends: Appends::new(connection.appends.clone(), &line.subjects),
            follow: Follow::new(stream.clone()),
            reads: Reads::new(stream.clone()),
            texts: TextsUnderWay::new(connection.questions.clone()),
            line,
            connection,
            posts,
            facts,
            server,
            held: None,
            handed: 0,
            handed_before: 0,
            is_full: false,
        };
        session.line.said = None;
        // What a server says of a stream that it has just made does not name the leader.
        let info = stream.get_info().await;
        session.learn(info.as_ref().unwrap_or(stream.cached_info()));
        session.line.inbox.tell(News::Connected(session.server.clone()));
        if let Some(from) = session.line.follows_from {
            session.follow(from);
        }
        session
    }

    async fn run(&mut self) -> SessionEnd {
        loop {
            tokio::select! {
                request = self.line.requests.recv(), if self.appends.has_room() => match request {
                    Some(request) => self.take(request).await,
                    None => {
                        self.leave().await;
                        return SessionEnd::Left;
                    }
                },
                Some(outcome) = self.appends.next(), if !self.appends.is_empty() => {
                    self.tell_outcome(&outcome);
                }
                entry = self.follow.next(), if self.held.is_none() => self.hand_over(Some(entry)),
                () = self.line.inbox.room(), if self.held.is_some() => {
                    let held = self.held.take();
                    self.hand_over(held);
                }
                Some(answer) = self.reads.next(), if !self.reads.is_empty() => self.heed(answer),
                Some(news) = self.texts.next(), if !self.texts.is_empty() => {
                    self.line.inbox.tell(news);
                }
                Some(message) = self.posts.to_all.next() => waiting::hear(&self.line.inbox, &message),
                Some(message) = self.posts.to_me.next() => waiting::hear(&self.line.inbox, &message),
                event = self.connection.events.recv() => {
                    let servers = self.line.servers.to_string();
                    if self.posts.notes_end(event, &self.line.inbox, &servers) {
                        return self.posts.lost(&servers);
                    }
                }
                _ = self.facts.tick() => {
                    if !self.connection.stands() {
                        return self.posts.lost(&self.line.servers.to_string());
                    }
                    self.reads.ask_facts();
                }
            }
        }
    }

    async fn take(&mut self, request: ServerRequest) {
        match request {
            ServerRequest::Append { ticket, expects, id, line } => {
                if let Some(outcome) = self.appends.send(ticket, expects, &id, line).await {
                    self.tell_outcome(&outcome);
                }
            }
            ServerRequest::Read { ticket } if self.follow.is_wanted() => self.reads.ask(ticket),
            ServerRequest::Read { ticket } => {
                let why = "nobody asked for the log's records".into();
                self.line.inbox.tell(News::NotRead { ticket, why });
            }
            ServerRequest::Follow { from } => self.follow(from),
            ServerRequest::Keep { sha256, text } => self.texts.keep(sha256, text),
            ServerRequest::Fetch { sha256 } => self.texts.fetch(sha256),
            ServerRequest::Post { to, post } => {
                let (subjects, inbox) = (&self.line.subjects, &self.line.inbox);
                waiting::send(&self.connection, subjects, inbox, (&to, &post));
            }
        }
    }

    fn follow(&mut self, from: u64) {
        self.line.follows_from = Some(from);
        self.held = None;
        self.handed = from.saturating_sub(1);
        self.handed_before = self.handed;
        self.follow.from(from);
    }

    fn tell_outcome(&mut self, outcome: &AppendOutcome) {
        let appended = outcome.appended(&self.line.subjects);
        match outcome.full() {
            Some(why) if !self.is_full => {
                self.is_full = true;
                self.line.inbox.tell(News::Word(LinkError::Full(why).to_string()));
            }
            Some(_) => {}
            None => self.is_full &= !matches!(appended, Appended::Stored { .. }),
        }
        self.line.inbox.tell(News::Appended { ticket: outcome.ticket, outcome: appended });
    }

    /// Hands over an entry, or holds it until there is room.
    fn hand_over(&mut self, entry: Option<News>) {
        self.held = entry;
        let sequence = match &self.held {
            Some(News::Entry { sequence, .. }) => *sequence,
            Some(_) | None => return,
        };
        if self.line.inbox.try_entry(&mut self.held) {
            self.handed = sequence;
            self.line.follows_from = Some(sequence + 1);
            self.tell_read();
        }
    }

    fn tell_read(&mut self) {
        for news in self.reads.answered(self.handed) {
            self.line.inbox.tell(news);
        }
    }

    fn heed(&mut self, answer: ReadAnswer) {
        match answer {
            ReadAnswer::Info(Some(ticket), Ok(info)) => {
                // A leader that has lost the others answers, too: what it knows may not be the log.
                match info.cluster.as_ref().and_then(majority::lacks) {
                    Some(why) => self.line.inbox.tell(News::NotRead { ticket, why }),
                    None => self.reads.wait_for(ticket, info.state.last_sequence, self.handed),
                }
                self.tell_read();
                self.renew(&info);
            }
            ReadAnswer::Info(Some(ticket), Err(why)) => {
                self.line.inbox.tell(News::NotRead { ticket, why });
            }
            ReadAnswer::Info(None, Ok(info)) => {
                if self.stalls(info.state.last_sequence, self.handed_before) {
                    self.follow.restart();
                }
                self.handed_before = self.handed;
                self.renew(&info);
            }
            // An append tells soon enough that the leader does not answer.
            ReadAnswer::Info(None, Err(_)) => {}
            ReadAnswer::Late(ticket) => match self.reads.late(ticket) {
                Some(late) if self.stalls(late.last, late.handed) => {
                    let why = "the server does not hand over the log's last records".to_owned();
                    self.line.inbox.tell(News::NotRead { ticket, why });
                    self.follow.restart();
                }
                // A long log takes its time, and so does a station that stands still.
                Some(late) => self.reads.wait_for(ticket, late.last, self.handed),
                None => {}
            },
        }
    }

    /// Returns `true` if entries up to `last` are wanted and none has come since everything up to
    /// `handed` was handed over, though the station would have taken it.
    fn stalls(&self, last: u64, handed: u64) -> bool {
        self.follow.is_wanted()
            && last >= self.follow.wants()
            && self.handed == handed
            && self.held.is_none()
    }

    fn renew(&mut self, info: &Info) {
        let before = self.server.clone();
        self.learn(info);
        if self.server != before {
            self.line.inbox.tell(News::Connected(self.server.clone()));
        }
    }

    fn learn(&mut self, info: &Info) {
        self.server.replicas = info.config.num_replicas;
        let leader = info.cluster.as_ref().and_then(|cluster| cluster.leader.as_deref());
        self.server.leader = leader.map(plain::clean);
        self.server.stops = info.cluster.as_ref().and_then(majority::lacks);
    }

    /// Lets what was handed over last reach the server.
    async fn leave(&mut self) {
        let ends = async {
            while let Some(outcome) = self.appends.next().await {
                self.tell_outcome(&outcome);
            }
            let _ = self.connection.client.flush().await;
        };
        let _ = tokio::time::timeout(LEAVE_WAIT, ends).await;
    }

    /// Answers what cannot be known any more.
    fn give_up(&mut self) {
        let why = || "the connection was lost".to_owned();
        for ticket in self.appends.give_up() {
            let outcome = Appended::Unknown { why: why() };
            self.line.inbox.tell(News::Appended { ticket, outcome });
        }
        for ticket in self.reads.give_up() {
            self.line.inbox.tell(News::NotRead { ticket, why: why() });
        }
        self.texts.give_up().for_each(|news| self.line.inbox.tell(news));
    }
}
