//! The log's server and the lines to it, with their faults.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use handover::engine::{Event, FlagState, Record};
use handover::journal::decode;
use handover::link::{Appended, News, Post, PostTo, ServerRequest};
use handover::show::duration::{MILLISECOND_NS, SECOND_NS};

/// A generator of numbers that are the same for the same seed (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// `true` in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A publish's time-out.
const TIME_OUT_NS: u64 = SECOND_NS;

/// Something on its way.
#[derive(Clone, Debug)]
enum Motion {
    /// An append comes to the server.
    Append {
        from: usize,
        life: u64,
        ticket: u64,
        expects: u64,
        id: String,
        line: Vec<u8>,
        answers: bool,
    },
    /// A question for the last sequence.
    Read {
        from: usize,
        life: u64,
        ticket: u64,
    },
    /// Every new entry is handed over to this station.
    Consume {
        to: usize,
    },
    /// A text comes to the server, or a question for one.
    Keep {
        from: usize,
        life: u64,
        sha256: String,
        text: Arc<str>,
    },
    Fetch {
        from: usize,
        life: u64,
        sha256: String,
    },
    /// News for a station.
    News {
        to: usize,
        life: u64,
        news: News,
    },
}

/// The line of a station.
#[derive(Clone, Debug, Default)]
struct Line {
    is_cut_to: bool,
    is_cut_from: bool,
    life: u64,
    follows_from: Option<u64>,
    /// When the last append came to the server: a line keeps its order.
    append_ns: u64,
    /// Requests that wait in the client's buffer while the line is cut.
    buffered: Vec<Motion>,
}

pub(super) struct Net {
    rng: Rng,
    delay_ns: u64,
    pub names: Vec<String>,
    lines: Vec<Line>,
    /// In boxes, since a tree moves what it holds about.
    queue: BTreeMap<(u64, u64), Box<Motion>>,
    number: u64,
    pub is_up: bool,
    pub is_in_trouble: bool,
    pub entries: Vec<Vec<u8>>,
    ids: HashMap<String, u64>,
    texts: BTreeMap<String, Arc<str>>,
    /// The records that count, by the rule of the flag, told in the simulator's own words.
    pub counts: Vec<Record>,
    /// Position in the log of each of them.
    holder: Option<(String, u64)>,
    flag: Option<FlagState>,
}

impl Net {
    pub(super) fn new(rng: Rng, delay_ms: u64, names: Vec<String>) -> Self {
        Net {
            rng,
            delay_ns: delay_ms * MILLISECOND_NS,
            lines: vec![Line::default(); names.len()],
            names,
            queue: BTreeMap::new(),
            number: 0,
            is_up: true,
            is_in_trouble: false,
            entries: vec![],
            ids: HashMap::new(),
            texts: BTreeMap::new(),
            counts: vec![],
            holder: None,
            flag: None,
        }
    }

    fn delay(&mut self) -> u64 {
        50_000 + self.rng.below(self.delay_ns.max(100_000))
    }

    fn put(&mut self, at_ns: u64, event: Motion) {
        self.number += 1;
        self.queue.insert((at_ns, self.number), Box::new(event));
    }

    pub(super) fn next_ns(&self) -> Option<u64> {
        self.queue.first_key_value().map(|((at_ns, _), _)| *at_ns)
    }

    /// A station's program begins again: nothing of what the one before had asked comes to it.
    pub(super) fn reborn(&mut self, at: usize) {
        self.lines[at].life += 1;
        self.lines[at].follows_from = None;
    }

    pub(super) fn cut(&mut self, now_ns: u64, at: usize, to: bool, from: bool) {
        let line = &mut self.lines[at];
        (line.is_cut_to, line.is_cut_from) = (to, from);
        if !to {
            // What a client has in its buffer is delivered when the line is back.
            for event in std::mem::take(&mut line.buffered) {
                let delay = self.delay();
                self.put(now_ns + delay, event);
            }
        }
        if !from {
            self.put(now_ns + 200 * MILLISECOND_NS, Motion::Consume { to: at });
        }
    }

    pub(super) fn wakes_up(&mut self, now_ns: u64) {
        for to in 0..self.lines.len() {
            self.put(now_ns + 300 * MILLISECOND_NS, Motion::Consume { to });
        }
    }

    /// A station's request.
    pub(super) fn request(&mut self, now_ns: u64, from: usize, request: ServerRequest) {
        let life = self.lines[from].life;
        let mut at_ns = now_ns + self.delay();
        match request {
            ServerRequest::Append { ticket, expects, id, line } => {
                let is_cut = self.lines[from].is_cut_to;
                let event =
                    Motion::Append { from, life, ticket, expects, id, line, answers: !is_cut };
                if is_cut {
                    if self.rng.chance(60) {
                        self.lines[from].buffered.push(event);
                    }
                    self.unknown(now_ns, from, life, ticket);
                } else {
                    at_ns = at_ns.max(self.lines[from].append_ns);
                    self.lines[from].append_ns = at_ns;
                    self.put(at_ns, event);
                }
            }
            ServerRequest::Read { ticket } => {
                if self.lines[from].is_cut_to || !self.is_up {
                    let news = News::NotRead { ticket, why: "time-out".into() };
                    self.put(now_ns + TIME_OUT_NS, Motion::News { to: from, life, news });
                } else {
                    self.put(at_ns, Motion::Read { from, life, ticket });
                }
            }
            ServerRequest::Follow { from: first } => {
                self.lines[from].follows_from = Some(first);
                self.put(at_ns, Motion::Consume { to: from });
            }
            ServerRequest::Keep { sha256, text } => match self.lines[from].is_cut_to {
                true => self.not_kept(now_ns, from, life, sha256),
                false => self.put(at_ns, Motion::Keep { from, life, sha256, text }),
            },
            ServerRequest::Fetch { sha256 } => match self.lines[from].is_cut_to {
                true => self.not_fetched(now_ns, from, life, sha256),
                false => self.put(at_ns, Motion::Fetch { from, life, sha256 }),
            },
            ServerRequest::Post { to, post } => self.post(now_ns, from, &to, &post),
        }
    }

    fn post(&mut self, now_ns: u64, from: usize, to: &PostTo, post: &Post) {
        if self.lines[from].is_cut_to || !self.is_up {
            return;
        }
        for at in 0..self.lines.len() {
            let is_meant = match to {
                PostTo::All => true,
                PostTo::Station(name) => name.as_str() == self.names[at],
            };
            if !is_meant || self.rng.chance(2) {
                continue;
            }
            let life = self.lines[at].life;
            for _ in 0..if self.rng.chance(3) { 2 } else { 1 } {
                let at_ns = now_ns + self.delay() + self.delay();
                self.put(at_ns, Motion::News { to: at, life, news: News::Post(post.clone()) });
            }
        }
    }

    fn not_kept(&mut self, now_ns: u64, to: usize, life: u64, sha256: String) {
        let news = News::Kept { sha256, outcome: Err("time-out".into()) };
        self.put(now_ns + TIME_OUT_NS, Motion::News { to, life, news });
    }

    fn not_fetched(&mut self, now_ns: u64, to: usize, life: u64, sha256: String) {
        let news = News::Fetched { sha256, text: Err("time-out".into()) };
        self.put(now_ns + TIME_OUT_NS, Motion::News { to, life, news });
    }

    /// Returns `true` if the server does not answer what comes to it now.
    fn is_silent(&mut self) -> bool {
        !self.is_up || (self.is_in_trouble && self.rng.chance(70))
    }

    fn unknown(&mut self, now_ns: u64, to: usize, life: u64, ticket: u64) {
        let outcome = Appended::Unknown { why: "time-out".into() };
        let news = News::Appended { ticket, outcome };
        self.put(now_ns + TIME_OUT_NS, Motion::News { to, life, news });
    }

    /// Lets what comes first come; gives the news that a station hears.
    pub(super) fn step(&mut self) -> Vec<(usize, News)> {
        let Some(((now_ns, _), event)) = self.queue.pop_first() else { return vec![] };
        match *event {
            Motion::News { to, life, news } => {
                if self.lines[to].life != life {
                    return vec![];
                }
                // An outcome and a time-out are the client's own.
                let is_own = matches!(
                    news,
                    News::NotRead { .. }
                        | News::Appended { outcome: Appended::Unknown { .. }, .. }
                        | News::Kept { outcome: Err(_), .. }
                        | News::Fetched { text: Err(_), .. }
                );
                if is_own || !self.lines[to].is_cut_from {
                    return vec![(to, news)];
                }
                match news {
                    News::Appended { ticket, .. } => self.unknown(now_ns, to, life, ticket),
                    News::Kept { sha256, .. } => self.not_kept(now_ns, to, life, sha256),
                    News::Fetched { sha256, .. } => self.not_fetched(now_ns, to, life, sha256),
                    News::ReadTo { ticket, .. } => {
                        let news = News::NotRead { ticket, why: "cut".into() };
                        self.put(now_ns + TIME_OUT_NS, Motion::News { to, life, news });
                    }
                    _ => {}
                }
                vec![]
            }
            Motion::Append { from, life, ticket, expects, id, line, answers } => {
                let outcome = self.append(expects, id, line);
                if let (Some(outcome), true) = (outcome.clone(), answers) {
                    let at_ns = now_ns + self.delay();
                    let news = News::Appended { ticket, outcome };
                    self.put(at_ns, Motion::News { to: from, life, news });
                } else if answers {
                    self.unknown(now_ns, from, life, ticket);
                }
                self.everybody_consumes(now_ns);
                vec![]
            }
            Motion::Read { from, life, ticket } => {
                if self.is_silent() {
                    let news = News::NotRead { ticket, why: "no leader".into() };
                    self.put(now_ns + TIME_OUT_NS, Motion::News { to: from, life, news });
                    return vec![];
                }
                // The thread hands over what there is before it says how far that was.
                let at_ns = now_ns + self.delay();
                let last = self.entries.len() as u64;
                self.put(at_ns, Motion::Consume { to: from });
                let news = News::ReadTo { ticket, last };
                self.put(at_ns, Motion::News { to: from, life, news });
                vec![]
            }
            Motion::Keep { from, life, sha256, text } => {
                // What is not answered may be there all the same.
                let is_silent = self.is_silent();
                if self.is_up && (!is_silent || self.rng.chance(50)) {
                    self.texts.insert(sha256.clone(), text);
                }
                if is_silent {
                    self.not_kept(now_ns, from, life, sha256);
                } else {
                    let (at_ns, outcome) = (now_ns + self.delay(), Ok(()));
                    let news = News::Kept { sha256, outcome };
                    self.put(at_ns, Motion::News { to: from, life, news });
                }
                vec![]
            }
            Motion::Fetch { from, life, sha256 } => {
                if self.is_silent() {
                    self.not_fetched(now_ns, from, life, sha256);
                } else {
                    let text = self.texts.get(&sha256).cloned();
                    let text = text.ok_or_else(|| "it is not there".to_owned());
                    let at_ns = now_ns + self.delay();
                    let news = News::Fetched { sha256, text };
                    self.put(at_ns, Motion::News { to: from, life, news });
                }
                vec![]
            }
            Motion::Consume { to } => self.consume(to),
        }
    }

    fn everybody_consumes(&mut self, now_ns: u64) {
        for to in 0..self.lines.len() {
            let at_ns = now_ns + self.delay();
            self.put(at_ns, Motion::Consume { to });
        }
    }

    fn consume(&mut self, to: usize) -> Vec<(usize, News)> {
        if self.lines[to].is_cut_from || self.lines[to].is_cut_to || !self.is_up {
            return vec![];
        }
        let Some(from) = self.lines[to].follows_from else { return vec![] };
        let mut first = from as usize;
        if self.rng.chance(2) {
            // An entry comes a second time, or one is left out.
            first = if self.rng.chance(50) { first.saturating_sub(2).max(1) } else { first + 1 };
        }
        let entries = self.entries.iter().enumerate().skip(first - 1);
        let news = entries
            .map(|(at, line)| (to, News::Entry { sequence: at as u64 + 1, line: line.clone() }));
        let news: Vec<_> = news.collect();
        self.lines[to].follows_from = Some((self.entries.len() as u64 + 1).max(from));
        news
    }

    /// What becomes of an append at the server; `None` if nobody is told.
    fn append(&mut self, expects: u64, id: String, line: Vec<u8>) -> Option<Appended> {
        if !self.is_up {
            return None;
        }
        if self.is_in_trouble {
            match self.rng.below(4) {
                0 => return None,
                1 => return Some(Appended::WrongSequence),
                2 => {
                    let _ = self.store(expects, id, line);
                    return None;
                }
                _ => {}
            }
        }
        if let Some(sequence) = self.ids.get(&id) {
            // One server says so, and another says that the sequence is wrong.
            return Some(match self.rng.chance(50) {
                true => Appended::Stored { sequence: *sequence },
                false => Appended::WrongSequence,
            });
        }
        Some(self.store(expects, id, line))
    }

    fn store(&mut self, expects: u64, id: String, line: Vec<u8>) -> Appended {
        if self.ids.contains_key(&id) || expects != self.entries.len() as u64 {
            return Appended::WrongSequence;
        }
        self.put_entry(line);
        let sequence = self.entries.len() as u64;
        self.ids.insert(id, sequence);
        Appended::Stored { sequence }
    }

    /// Stores an entry, and keeps its record if it counts.
    pub(super) fn put_entry(&mut self, line: Vec<u8>) {
        if let Ok(record) = decode(&line)
            && self.is_meant(&record)
        {
            self.counts.push(record);
        }
        self.entries.push(line);
    }

    fn is_meant(&mut self, record: &Record) -> bool {
        let last = self.counts.last();
        if record.seq != self.counts.len() as u64 + 1
            || last.is_some_and(|last| last.run_ns > record.run_ns)
        {
            return false;
        }
        let Some(origin) = record.origin.as_deref() else { return false };
        let Some((holder, term)) = self.holder.clone() else {
            self.holder = Some((origin.station.clone(), origin.term));
            self.flag = FlagState::begun(record);
            return matches!(record.event, Event::RunStarted { .. });
        };
        let is_holders = origin.station == holder && origin.term == term;
        let (counts, next) = match &record.event {
            Event::FlagTaken { from, .. } => (
                from.as_str() == holder && origin.term == term + 1,
                Some((origin.station.clone(), origin.term)),
            ),
            Event::FlagPassed { to, next_term, .. } => {
                (is_holders && *next_term == term + 1, Some((to.to_string(), *next_term)))
            }
            _ => (is_holders, None),
        };
        if counts && let Some(flag) = &mut self.flag {
            flag.fold(record);
            self.holder = next.or(self.holder.take());
        }
        counts
    }

    /// A version that a record of the log names and the server does not have.
    pub(super) fn lacks_text(&self) -> Option<&str> {
        self.counts.iter().find_map(|record| {
            let Event::ShowRevised { sha256, .. } = &record.event else { return None };
            let sha256 = sha256.as_deref().unwrap_or_default();
            (!self.texts.contains_key(sha256)).then_some(sha256)
        })
    }

    /// The flag as the log has it.
    pub(super) fn flag(&self) -> Option<&FlagState> {
        self.flag.as_ref()
    }
}
