//! The picture of a shared run for the screen, made from what the flag, the conductor and the run's state
//! know, and from what only has to be remembered for it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{
    AWAY, Behind, Exchange, LogState, MuteWhy, Role, SharedView, StationRole, StationView,
};
use crate::conductor;
use crate::engine::FlagState;
use crate::link::{
    self, FiredAside, FlagStep, IS_SECOND, LOOKS_ON, News, OFFER_LAPSES, ServerFacts,
};
use crate::show::StationName;
use crate::time::MachineNs;

/// Memory for the screen of a station.
#[derive(Clone, Debug)]
pub struct Watch {
    me: StationName,
    version: String,
    /// Instant from which the others are heard.
    since: MachineNs,
    /// For each station that is behind: the last record when that was seen first, and that instant.
    behind_since: BTreeMap<StationName, (u64, MachineNs)>,
    /// The stations that have asked this one for the flag, and the term in which they did.
    asks: BTreeMap<StationName, u64>,
    /// The term in which this caller has asked for the flag.
    asked: Option<u64>,
    /// Time for which this station stood still last; `None` if it never did, so that what it reads
    /// is the log of a run that was resumed here.
    stood: Option<Duration>,
    /// The log cannot be read, so that the caller has to decide.
    asks_caller: bool,
    /// The server, as it was last reached.
    server: Option<ServerFacts>,
    /// Reason why there is no connection.
    trouble: Option<String>,
    aside: Vec<FiredAside>,
    /// The server takes nothing from this station.
    looks_on: bool,
}

/// The sources of one moment's picture.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The flag's own knowledge.
    pub view: &'a link::LinkView,
    /// Part of this station, as its conductor has it.
    pub role: Option<&'a conductor::FlagPart>,
    /// The flag as the records have it that are journaled here.
    pub flag: Option<&'a FlagState>,
    /// Last record of the journal here.
    pub seq: u64,
    /// Step at which the caller here stands: [`App::flag_step`](crate::app::App::flag_step).
    pub step: FlagStep,
}

impl Watch {
    /// A station that hears the others from `now` on.
    pub fn new(me: StationName, version: &str, now: MachineNs) -> Self {
        Watch {
            me,
            version: version.to_owned(),
            since: now,
            behind_since: BTreeMap::new(),
            asks: BTreeMap::new(),
            asked: None,
            stood: None,
            asks_caller: false,
            server: None,
            trouble: None,
            aside: vec![],
            looks_on: false,
        }
    }

    /// Remembers that the caller of `station` has asked for the flag, in `term`.
    pub fn is_asked(&mut self, station: StationName, term: u64) {
        self.asks.insert(station, term);
    }

    /// Remembers that the caller here has asked for the flag, in `term`.
    pub fn has_asked(&mut self, term: u64) {
        self.asked = Some(term);
    }

    /// Remembers that this station stood still for so long.
    pub fn stood_still(&mut self, stood: Duration) {
        (self.stood, self.asks_caller) = (Some(stood), false);
    }

    /// Remembers that the log cannot be read.
    pub fn cannot_read(&mut self) {
        self.asks_caller = true;
    }

    /// Remembers what was fired here after somebody had taken the flag.
    pub fn put_aside(&mut self, fired: impl IntoIterator<Item = FiredAside>) {
        self.aside.extend(fired);
    }

    /// Remembers what news says of the connection.
    pub fn hears(&mut self, news: &News) {
        match news {
            News::Connected(server) => {
                self.server = Some(server.clone());
                // A connection that stands tells so again, where the log has another leader.
                if self.trouble.take().is_some() {
                    self.looks_on = false;
                }
            }
            News::Disconnected { why } => self.trouble = Some(why.clone()),
            News::LooksOn => self.looks_on = true,
            News::Entry { .. }
            | News::Appended { .. }
            | News::ReadTo { .. }
            | News::NotRead { .. }
            | News::Kept { .. }
            | News::Fetched { .. }
            | News::Post(_)
            | News::Word(_) => {}
        }
    }

    /// The picture for the screen at `now`.
    pub fn shared(&mut self, now: MachineNs, sources: &Sources) -> SharedView {
        let Sources { view, flag, .. } = *sources;
        let term = flag.map_or(0, |flag| flag.term);
        let has_offer = flag.is_some_and(|flag| flag.offer.is_some());
        self.asks.retain(|_, asked| *asked == term && !has_offer);
        self.asked = self.asked.filter(|asked| *asked == term && !has_offer);
        self.asks_caller &= view.is_mute;
        SharedView {
            me: self.me.clone(),
            since: self.since.max(now - view.awake),
            role: self.role(now, sources),
            term,
            exchange: self.exchange(now, sources),
            stations: self.stations(now, sources),
            log: self.log(now, sources),
            is_taking: view.is_taking,
            double_heard: view.double_silent.map(|silent| now - silent),
            aside: self.aside.clone(),
            offer_ended: flag.and_then(|flag| flag.withdrawn.clone()),
            holder_left: flag.is_some_and(|flag| flag.holder_left),
            looks_on: self.looks_on_why(sources),
        }
    }

    /// Reason why nothing of this station reaches the holder.
    fn looks_on_why(&self, sources: &Sources) -> Option<&'static str> {
        if self.looks_on {
            return Some(LOOKS_ON);
        }
        let holder = sources.flag.map(|flag| &flag.holder);
        // From a program of its own name that has the flag it can still take it.
        (sources.view.is_second && holder != Some(&self.me)).then_some(IS_SECOND)
    }

    /// Returns `true` if this station has the flag by what it has read.
    fn holds(&self, sources: &Sources) -> bool {
        sources.flag.is_some_and(|flag| flag.holder == self.me)
    }

    /// All stations that were heard and this one, by their names.
    fn stations(&mut self, now: MachineNs, sources: &Sources) -> Vec<StationView> {
        let Sources { view, flag, seq, .. } = *sources;
        let holder = flag.map(|flag| &flag.holder);
        let holds = self.holds(sources);
        let known_holder = view.stations.iter().find(|known| holder == Some(&known.name));
        let last = match known_holder {
            Some(known) if !holds => known.beat.seq.max(seq),
            Some(_) | None => seq,
        };
        let mut stations = vec![];
        for known in &view.stations {
            let behind = match holder == Some(&known.name) {
                true => Behind::default(),
                false => self.behind(&known.name, last, known.beat.seq, known.heard, now),
            };
            stations.push(self.station(known, behind, now));
        }
        let heard = known_holder.map_or(Duration::ZERO, |known| known.heard);
        let behind = match holds {
            true => Behind { records: view.unshipped as u64, time: view.alone.unwrap_or_default() },
            false => self.behind(&self.me.clone(), last, seq, heard, now),
        };
        stations.push(self.own(behind, sources));
        stations.sort_by(|a, b| a.name.cmp(&b.name));
        stations
    }

    fn log(&self, now: MachineNs, sources: &Sources) -> LogState {
        let view = sources.view;
        LogState {
            server: self.server.clone(),
            trouble: self.trouble.clone(),
            stored: view.seq,
            acknowledged: view.log_heard.map(|heard| now - heard),
            round_trip: view.round.filter(|_| self.holds(sources)),
            waits: view.unshipped as u64,
            void: view.void,
            void_why: view.void_why.clone(),
        }
    }

    fn role(&self, now: MachineNs, Sources { view, role, flag, .. }: &Sources) -> Role {
        let holder = flag.map(|flag| flag.holder.clone());
        match (holder, role) {
            (_, Some(conductor::FlagPart::Passing { to, .. })) => Role::OnItsWay { to: to.clone() },
            (Some(holder), _) if holder != self.me => Role::Follows { holder },
            (Some(_), _) if view.is_mute => Role::Mute {
                why: match self.asks_caller {
                    true => MuteWhy::Asks { stood: self.stood },
                    false => MuteWhy::Reads { stood: self.stood },
                },
            },
            (Some(_), _) if view.holds => match view.alone {
                Some(alone) => Role::Alone { since: now - alone },
                None => Role::Holds,
            },
            (Some(_) | None, _) => Role::Nobody,
        }
    }

    /// Distance of a station that has read `seq` of a journal that ends at `last`. One that has read
    /// all is as far behind as its last news of the holder is old.
    fn behind(
        &mut self,
        name: &StationName,
        last: u64,
        seq: u64,
        heard: Duration,
        now: MachineNs,
    ) -> Behind {
        let records = last.saturating_sub(seq);
        if records == 0 {
            self.behind_since.remove(name);
            return Behind { records, time: heard };
        }
        let lacks = self.behind_since.entry(name.clone()).or_insert((last, now - heard));
        // What it lacked then it has by now; what it lacks now is newer.
        if seq >= lacks.0 {
            *lacks = (last, now);
        }
        Behind { records, time: now.since(lacks.1) }
    }

    fn station(&self, known: &link::OtherStation, behind: Behind, now: MachineNs) -> StationView {
        let beat = &known.beat;
        StationView {
            name: known.name.clone(),
            role: role_of(beat.mute, beat.holds),
            term: beat.term,
            heard: Some(now - known.heard),
            behind,
            uncertainty: uncertainty_of(beat.holds, beat.uncertainty_ns),
            version: beat.version.clone(),
            has_our_version: beat.version == self.version,
            has_our_show: known.same_show,
            terminal: beat.terminal,
            away: known.heard > AWAY,
            step: beat.step,
            asks: self.asks.contains_key(&known.name),
            twice: known.is_double,
        }
    }

    /// This station, for the same list.
    fn own(&self, behind: Behind, sources: &Sources) -> StationView {
        let (view, holds) = (sources.view, self.holds(sources));
        StationView {
            name: self.me.clone(),
            role: role_of(view.is_mute, holds),
            term: sources.flag.map_or(0, |flag| flag.term),
            heard: None,
            behind,
            uncertainty: uncertainty_of(holds, view.uncertainty_ns),
            version: self.version.clone(),
            has_our_version: true,
            has_our_show: true,
            // Its caller reads this on it.
            terminal: true,
            away: false,
            step: sources.step,
            asks: self.asked.is_some(),
            twice: view.has_double,
        }
    }

    fn exchange(&self, now: MachineNs, sources: &Sources) -> Option<Exchange> {
        let flag = sources.flag?;
        let offer = flag.offer.as_ref()?;
        let step_of = |name: &StationName| match *name == self.me {
            true => sources.step,
            false => {
                let known = sources.view.stations.iter().find(|known| known.name == *name);
                known.map_or(FlagStep::None, |known| known.beat.step)
            }
        };
        // By the machine's clock, as it lapses: a rehearsal's run may be faster.
        let stands = sources.view.offer_age.unwrap_or_default();
        Some(Exchange {
            to: offer.to.clone(),
            lapses: now + OFFER_LAPSES.saturating_sub(stands),
            accepted: offer.accepted_ns.is_some(),
            giver: step_of(&flag.holder),
            taker: step_of(&offer.to),
        })
    }
}

fn role_of(is_mute: bool, holds: bool) -> StationRole {
    match (is_mute, holds) {
        (true, _) => StationRole::Mute,
        (false, true) => StationRole::Holds,
        (false, false) => StationRole::Follows,
    }
}

/// Uncertainty of a station's clock: the holder's is the run's own.
fn uncertainty_of(holds: bool, uncertainty_ns: Option<u64>) -> Option<Duration> {
    if holds { Some(Duration::ZERO) } else { uncertainty_ns.map(Duration::from_nanos) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Offer, RunNs};
    use crate::link::Beat;

    const NOW: MachineNs = MachineNs::new(90_000_000_000);

    fn name(text: &str) -> StationName {
        StationName::new(text).unwrap()
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A station that was heard 200 ms ago.
    fn known(text: &str, holds: bool, seq: u64) -> link::OtherStation {
        let beat = Beat {
            holds,
            mute: false,
            term: 1,
            seq,
            stored: seq,
            number: 1,
            hears: Default::default(),
            version: "1".into(),
            digest: "d".into(),
            terminal: true,
            uncertainty_ns: Some(1_000_000),
            step: FlagStep::Reads,
            outputs: None,
        };
        let (heard, behind) = (ms(200), 0);
        link::OtherStation {
            name: name(text),
            beat,
            heard,
            behind,
            same_show: true,
            is_double: false,
        }
    }

    fn view(holds: bool, stations: Vec<link::OtherStation>) -> link::LinkView {
        link::LinkView {
            holds,
            is_mute: false,
            is_taking: false,
            awake: Duration::from_secs(80),
            flag: None,
            offer_age: None,
            alone: None,
            double_silent: None,
            has_double: false,
            is_second: false,
            unshipped: 0,
            seq: 9,
            void: 0,
            void_why: None,
            uncertainty_ns: Some(2_000_000),
            round: None,
            log_heard: Some(ms(100)),
            stations,
        }
    }

    fn flag(holder: &str) -> FlagState {
        FlagState {
            holder: name(holder),
            term: 1,
            offer: None,
            withdrawn: None,
            holder_left: false,
            changes: vec![],
            aside: vec![],
            warnings: vec![],
        }
    }

    fn sources<'a>(view: &'a link::LinkView, flag: &'a FlagState) -> Sources<'a> {
        let (role, step) = (None, FlagStep::Waits);
        Sources { view, role, flag: Some(flag), seq: 9, step }
    }

    fn watch(me: &str) -> Watch {
        Watch::new(name(me), "1", MachineNs::ZERO)
    }

    #[test]
    fn a_follower_is_as_far_behind_as_its_oldest_missing_record() {
        let mut watch = watch("la");
        let paris = flag("paris");
        let all = view(false, vec![known("paris", true, 9)]);
        let shared = watch.shared(NOW, &sources(&all, &paris));
        assert_eq!(shared.role, Role::Follows { holder: name("paris") });
        assert_eq!(shared.behind(), Behind { records: 0, time: ms(200) });
        let names: Vec<_> = shared.stations.iter().map(|station| station.name.as_str()).collect();
        assert_eq!(names, ["la", "paris"]);
        let some = view(false, vec![known("paris", true, 12)]);
        assert_eq!(watch.shared(NOW, &sources(&some, &paris)).behind().records, 3);
        let later = watch.shared(NOW + ms(900), &sources(&some, &paris)).behind();
        assert_eq!(later, Behind { records: 3, time: ms(1_100) });
        // It has what it lacked, and lacks what has come since.
        let more = view(false, vec![known("paris", true, 15)]);
        let later = Sources { seq: 12, ..sources(&more, &paris) };
        let behind = watch.shared(NOW + ms(900), &later).behind();
        assert_eq!(behind, Behind { records: 3, time: ms(0) });
        // It has caught up.
        let shared = watch.shared(NOW + ms(900), &sources(&all, &paris));
        assert_eq!(shared.behind(), Behind { records: 0, time: ms(200) });
    }

    #[test]
    fn what_a_station_has_slept_is_no_silence_of_the_holder() {
        let mut watch = watch("la");
        let paris = flag("paris");
        let mut known = known("paris", true, 9);
        known.heard = ms(60_000);
        let mut view = view(false, vec![known]);
        let shared = watch.shared(NOW, &sources(&view, &paris));
        assert_eq!(shared.silence(NOW), Some(ms(60_000)));
        view.awake = ms(1_500);
        let shared = watch.shared(NOW, &sources(&view, &paris));
        assert_eq!(shared.silence(NOW), Some(ms(1_500)));
    }

    #[test]
    fn the_role_is_the_one_that_may_fire_least() {
        let (paris, la) = (flag("paris"), flag("la"));
        let mut watch = watch("paris");
        let mut holds = view(true, vec![]);
        assert_eq!(watch.shared(NOW, &sources(&holds, &paris)).role, Role::Holds);
        holds.alone = Some(ms(12_000));
        let since = NOW - ms(12_000);
        assert_eq!(watch.shared(NOW, &sources(&holds, &paris)).role, Role::Alone { since });
        holds.is_mute = true;
        let why = MuteWhy::Reads { stood: None };
        assert_eq!(watch.shared(NOW, &sources(&holds, &paris)).role, Role::Mute { why });
        watch.stood_still(ms(6_000));
        let why = MuteWhy::Reads { stood: Some(ms(6_000)) };
        assert_eq!(watch.shared(NOW, &sources(&holds, &paris)).role, Role::Mute { why });
        watch.cannot_read();
        let why = MuteWhy::Asks { stood: Some(ms(6_000)) };
        assert_eq!(watch.shared(NOW, &sources(&holds, &paris)).role, Role::Mute { why });
        let passing = conductor::FlagPart::Passing { to: name("la"), from_ns: RunNs::ZERO };
        let passes = Sources { role: Some(&passing), ..sources(&holds, &paris) };
        assert_eq!(watch.shared(NOW, &passes).role, Role::OnItsWay { to: name("la") });
        let follows = Role::Follows { holder: name("la") };
        assert_eq!(watch.shared(NOW, &sources(&holds, &la)).role, follows);
        // The records say that it is here, and the flag has no claim on it.
        let resumed = view(false, vec![]);
        assert_eq!(watch.shared(NOW, &sources(&resumed, &paris)).role, Role::Nobody);
        let unread = Sources { flag: None, ..sources(&resumed, &paris) };
        assert_eq!(watch.shared(NOW, &unread).role, Role::Nobody);
    }

    #[test]
    fn the_server_stays_known_while_it_cannot_be_reached() {
        let mut watch = watch("paris");
        let paris = flag("paris");
        let view = view(true, vec![]);
        assert_eq!(watch.shared(NOW, &sources(&view, &paris)).log.server, None);
        let server = ServerFacts {
            name: "h1".into(),
            version: "2.15.0".into(),
            replicas: 1,
            leader: None,
            stops: None,
        };
        watch.hears(&News::Connected(server.clone()));
        watch.hears(&News::Disconnected { why: "cut".into() });
        let log = watch.shared(NOW, &sources(&view, &paris)).log;
        assert_eq!((log.server, log.trouble), (Some(server), Some("cut".to_owned())));
    }

    #[test]
    fn a_station_looks_on_until_another_connection_is_made() {
        let mut watch = watch("la");
        let paris = flag("paris");
        let view = view(false, vec![]);
        let leader = |name: &str| {
            let (leader, version) = (Some(name.to_owned()), "2.15.0".to_owned());
            News::Connected(ServerFacts {
                name: "h1".into(),
                version,
                replicas: 3,
                leader,
                stops: None,
            })
        };
        let lost = News::Disconnected { why: "cut".into() };
        let steps = [
            (leader("h1"), false),
            (News::LooksOn, true),
            (leader("h2"), true),
            (lost, true),
            (leader("h2"), false),
        ];
        for (news, looks_on) in steps {
            watch.hears(&news);
            let shared = watch.shared(NOW, &sources(&view, &paris));
            assert_eq!(shared.looks_on.is_some(), looks_on, "{news:?}");
        }
    }

    #[test]
    fn an_offer_lapses_by_the_machine_s_clock_and_ends_the_asking() {
        let mut watch = watch("paris");
        let mut paris = flag("paris");
        let mut heard = view(true, vec![known("la", false, 9)]);
        watch.is_asked(name("la"), 1);
        assert!(watch.shared(NOW, &sources(&heard, &paris)).stations[0].asks);
        // The run's clock says nothing about it: this one is a rehearsal at another speed.
        let at_ns = RunNs::new(600_000_000_000);
        heard.offer_age = Some(ms(10_000));
        paris.offer = Some(Offer { to: name("la"), at_ns, accepted_ns: None });
        let shared = watch.shared(NOW, &sources(&heard, &paris));
        assert!(!shared.stations[0].asks);
        let lapses = NOW + ms(50_000);
        let (giver, taker) = (FlagStep::Waits, FlagStep::Reads);
        let exchange = Exchange { to: name("la"), lapses, accepted: false, giver, taker };
        assert_eq!(shared.exchange, Some(exchange));
    }
}
