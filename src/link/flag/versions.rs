//! Versions of the show: the text of each is on the server before its record is in the log, and the
//! record of another station is not followed before this one has its version.
//!
//! The log waits for a version that is not here: its entry, and all after it, are read again once
//! it is. So no record is ever folded without its show. That the outputs of other stations do not
//! wait too long for it, the holder announces a version before its run takes it, and the others get
//! its text at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::{Flag, FlagOutput};
use crate::engine::{Event, Record};
use crate::link::message::{PostBody, PostTo, ServerRequest};
use crate::show::StationName;
use crate::time::MachineNs;

/// Time after which a version is taken though some station has not said that it has its text.
const WAITS_MAX: Duration = Duration::from_secs(3);
/// Interval at which a version is announced: what is sent from station to station may get lost.
const TELLS: Duration = Duration::from_millis(500);

/// Time after which the server is asked again, where it has said no.
const AGAIN: Duration = Duration::from_secs(1);
/// Time after which an answer is not waited for any more.
const GIVES_UP: Duration = Duration::from_secs(15);

/// State of the versions of the show, by the SHA-256 of their texts.
#[derive(Clone, Debug, Default)]
pub(super) struct LogVersions {
    /// Texts that records of this station name, as long as the server is not known to have them.
    own: BTreeMap<String, Arc<str>>,
    /// Those that the server has.
    kept: BTreeSet<String>,
    /// The one that the server is asked to keep, and when it is asked again.
    keeping: Option<(String, MachineNs)>,
    /// The one that the next entry of the log takes, if it is not here.
    wanted: Option<WantedVersion>,
    /// The one that this station's caller gives the run, until the others have its text.
    announced: Option<Announced>,
    /// The one that the holder has announced.
    coming: Option<Coming>,
}

/// A version that this station has announced.
#[derive(Clone, Debug)]
struct Announced {
    sha256: String,
    since_ns: MachineNs,
    told_ns: Option<MachineNs>,
    /// The stations that have its text.
    has: BTreeSet<StationName>,
}

/// A version that the holder has announced to this station.
#[derive(Clone, Debug)]
struct Coming {
    sha256: String,
    /// Its text, once it has come.
    text: Option<Arc<str>>,
    /// Instant at which the server is asked again.
    again_ns: MachineNs,
}

/// A version that the log waits for.
#[derive(Clone, Debug)]
struct WantedVersion {
    number: u32,
    sha256: String,
    /// Instant at which the server is asked again.
    again_ns: MachineNs,
    /// It has come, and can be taken.
    is_here: bool,
    /// People know why it cannot be had.
    is_told: bool,
}

impl LogVersions {
    /// Returns `true` while the log waits for a version.
    pub(super) fn is_wanting(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| !wanted.is_here)
    }

    /// Asks at the next occasion, where the server had said no.
    pub(super) fn asks_again(&mut self) {
        let keeping = self.keeping.as_mut().map(|(_, again_ns)| again_ns);
        let wanted = self.wanted.as_mut().map(|wanted| &mut wanted.again_ns);
        keeping.into_iter().chain(wanted).for_each(|again_ns| *again_ns = MachineNs::ZERO);
    }
}

impl Flag {
    /// Takes in the text of a version that a record of this station names, or will.
    pub(super) fn has_text(&mut self, sha256: String, text: Arc<str>) {
        if !self.versions.kept.contains(&sha256) {
            self.versions.own.insert(sha256, text);
        }
    }

    /// Returns `true` if a record may go to the log: the server has the version that it names. If it
    /// does not have it, it is given it.
    pub(super) fn is_version_kept(&mut self, record: &Record) -> bool {
        let Event::ShowRevised { revision, sha256, .. } = &record.event else { return true };
        let sha256 = sha256.clone().unwrap_or_default();
        if self.versions.kept.contains(&sha256) {
            return true;
        }
        if !self.keeps(sha256) {
            self.is_stuck = true;
            self.says(
                format!("the log cannot have version {revision} of the show: its text is not here"),
                true,
            );
        }
        false
    }

    /// Has the server keep a version, unless it was just asked; `false` where its text is not here.
    fn keeps(&mut self, sha256: String) -> bool {
        let Some(text) = self.versions.own.get(&sha256).map(Arc::clone) else { return false };
        let keeping = self.versions.keeping.as_ref();
        let now_ns = self.now_ns;
        if keeping.is_none_or(|(asked, again_ns)| *asked != sha256 || *again_ns <= now_ns) {
            self.versions.keeping = Some((sha256.clone(), now_ns + GIVES_UP));
            self.request(ServerRequest::Keep { sha256, text });
        }
        true
    }

    /// Announces a version that this station's caller wants to give the run: the others get its
    /// text.
    pub(super) fn announce(&mut self, sha256: String, text: Arc<str>) {
        self.has_text(sha256.clone(), text);
        let since_ns = self.now_ns;
        self.versions.announced =
            Some(Announced { sha256, since_ns, told_ns: None, has: BTreeSet::new() });
    }

    /// Tells the others of the version that is announced, until all that are heard have its text.
    pub(super) fn tells_of_version(&mut self) {
        let Some(mut announced) = self.versions.announced.take() else { return };
        let Announced { sha256, since_ns, told_ns, has } = &mut announced;
        let (now_ns, is_kept) = (self.now_ns, self.versions.kept.contains(sha256));
        let have_it = is_kept && self.heard.iter().all(|station| has.contains(station));
        let is_alone = self.heard.is_empty() || !self.holds || self.is_mute;
        if have_it || is_alone || now_ns.since(*since_ns) >= WAITS_MAX {
            return self.does(FlagOutput::Announced { sha256: announced.sha256 });
        }
        if !is_kept {
            self.keeps(sha256.clone());
        } else if told_ns.is_none_or(|told_ns| now_ns.since(told_ns) >= TELLS) {
            *told_ns = Some(now_ns);
            self.send(PostTo::All, PostBody::Version { sha256: sha256.clone() });
        }
        self.versions.announced = Some(announced);
    }

    /// A station announces a version.
    pub(super) fn hears_of_version(&mut self, from: &StationName, sha256: String) {
        if self.state.as_ref().is_none_or(|flag| flag.holder != *from) {
            return;
        }
        let coming = self.versions.coming.take().filter(|coming| coming.sha256 == sha256);
        let again_ns = MachineNs::ZERO;
        let mut coming = coming.unwrap_or(Coming { sha256, text: None, again_ns });
        let sha256 = coming.sha256.clone();
        if coming.text.is_some() {
            self.send(PostTo::Station(from.clone()), PostBody::HasVersion { sha256 });
        } else if coming.again_ns <= self.now_ns {
            coming.again_ns = self.now_ns + GIVES_UP;
            self.request(ServerRequest::Fetch { sha256 });
        }
        self.versions.coming = Some(coming);
    }

    /// A station has the text of a version.
    pub(super) fn station_has_version(&mut self, from: StationName, sha256: &str) {
        let announced = self.versions.announced.as_mut();
        if let Some(announced) = announced.filter(|announced| announced.sha256 == sha256) {
            announced.has.insert(from);
        }
    }

    /// The text of a version has come that was announced.
    fn has_come(&mut self, sha256: &str, text: &Result<Arc<str>, String>) {
        let coming = self.versions.coming.as_mut();
        let Some(coming) = coming.filter(|coming| coming.sha256 == sha256) else { return };
        match text {
            Ok(text) => {
                coming.text = Some(Arc::clone(text));
                if let Some(holder) = self.state.as_ref().map(|flag| flag.holder.clone()) {
                    let sha256 = sha256.to_owned();
                    self.send(PostTo::Station(holder), PostBody::HasVersion { sha256 });
                }
            }
            Err(_) => coming.again_ns = self.now_ns + AGAIN,
        }
    }

    /// The server has answered whether it keeps a version.
    pub(super) fn kept(&mut self, sha256: String, outcome: Result<(), String>) {
        let is_asked = self.versions.keeping.as_ref().is_some_and(|(asked, _)| *asked == sha256);
        match outcome {
            Ok(()) => {
                self.versions.own.remove(&sha256);
                self.versions.kept.insert(sha256);
                self.versions.keeping.take_if(|_| is_asked);
            }
            Err(_) if is_asked => {
                self.versions.keeping = Some((sha256, self.now_ns + AGAIN));
            }
            Err(_) => {}
        }
    }

    /// Returns `true` if the record of another station takes a version that is not here: then it is
    /// got, and the log waits.
    pub(super) fn lacks_version(&mut self, record: &Record) -> bool {
        let Event::ShowRevised { revision, sha256, .. } = &record.event else { return false };
        let own = self.pending.front().filter(|pending| pending.seq == record.seq);
        if own.is_some_and(|own| own.records.iter().any(|own| **own == *record)) {
            return false;
        }
        let sha256 = sha256.clone().unwrap_or_default();
        // It is there: the record could not be in the log before.
        self.versions.kept.insert(sha256.clone());
        let is_here = |wanted: &mut WantedVersion| wanted.is_here && wanted.sha256 == sha256;
        if self.versions.wanted.take_if(is_here).is_some() {
            return false;
        }
        self.versions.wanted = Some(WantedVersion {
            number: *revision,
            sha256,
            again_ns: MachineNs::ZERO,
            is_here: false,
            is_told: false,
        });
        self.gets_version();
        true
    }

    /// Asks the server for the version that the log waits for, if it is time.
    pub(super) fn gets_version(&mut self) {
        let now_ns = self.now_ns;
        let is_due = |wanted: &&mut WantedVersion| !wanted.is_here && wanted.again_ns <= now_ns;
        if let Some(wanted) = self.versions.wanted.as_mut().filter(is_due) {
            wanted.again_ns = now_ns + GIVES_UP;
            let (number, sha256) = (wanted.number, wanted.sha256.clone());
            let coming = self.versions.coming.as_ref().filter(|coming| coming.sha256 == sha256);
            match coming.and_then(|coming| coming.text.clone()) {
                Some(text) => self.does(FlagOutput::Version { number, sha256, text }),
                None => self.request(ServerRequest::Fetch { sha256 }),
            }
        }
    }

    /// The server has given a version, or said why not.
    pub(super) fn fetched(&mut self, sha256: String, text: Result<Arc<str>, String>) {
        self.has_come(&sha256, &text);
        let wanted = self.versions.wanted.as_mut();
        let Some(wanted) = wanted.filter(|w| !w.is_here && w.sha256 == sha256) else { return };
        match text {
            Ok(text) => {
                let number = wanted.number;
                wanted.again_ns = self.now_ns + GIVES_UP;
                self.does(FlagOutput::Version { number, sha256, text });
            }
            Err(why) => self.lacks(&sha256, &why),
        }
    }

    /// The version that the log waits for cannot be had, or not be taken.
    pub(super) fn lacks(&mut self, sha256: &str, why: &str) {
        let wanted = self.versions.wanted.as_mut();
        let Some(wanted) = wanted.filter(|w| !w.is_here && w.sha256 == sha256) else { return };
        wanted.again_ns = self.now_ns + AGAIN;
        if !std::mem::replace(&mut wanted.is_told, true) {
            let number = wanted.number;
            self.says(format!("this station waits for version {number} of the show: {why}"), true);
        }
    }

    /// The version that the log waits for is here: the log goes on.
    pub(super) fn has_version(&mut self, sha256: &str) {
        let wanted = self.versions.wanted.as_mut();
        if let Some(wanted) = wanted.filter(|w| !w.is_here && w.sha256 == sha256) {
            wanted.is_here = true;
            self.versions.coming = None;
            self.request(ServerRequest::Follow { from: self.position + 1 });
        }
    }
}
