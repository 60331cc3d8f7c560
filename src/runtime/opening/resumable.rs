//! Choice of the run that `--resume` goes on with if no show is named, and if the caller has to be
//! asked.
//!
//! A live run is preferred over rehearsals. A rehearsal that the caller left on purpose does not
//! count, and a run that nothing has happened in for a long time is never taken up unasked: it was
//! probably forgotten, and what was on air then is not on air today.

use jiff::{SignedDuration, Timestamp};

use crate::engine::RunId;
use crate::journal::{RunFolder, Store, StoreError, Summary};
use crate::plain;
use crate::runtime::RUNS_LOOKED_AT;
use crate::runtime::when::{ago, listed};
use crate::show::StationName;

/// Maximum age of the last event of a run that is resumed without asking. Shows are given at the
/// same hour every evening: yesterday's is older.
const RECENT: SignedDuration = SignedDuration::from_hours(12);

/// Maximum number of runs that the caller is asked about: as many as there are digits for.
const ASKED_MAX: usize = 9;

/// Runs that `--resume` can go on with.
#[derive(Debug)]
pub enum Resumable {
    /// Nothing.
    None,
    /// This run.
    One(Box<RunFolder>),
    /// One of these, as the caller answers; the newest first, and last those whose journal is
    /// damaged: they are only named.
    Asks(Vec<RunFolder>),
}

/// An unfinished run that is worth going on with.
struct Candidate {
    folder: RunFolder,
    is_live: bool,
    is_recent: bool,
    has_fired: bool,
    /// Another program calls it in its terminal, and does not give it away.
    is_called: bool,
}

/// Finds the runs that `--resume` can go on with at `now`; with a station's name, those that this
/// station took part in. Its own runs are among them: they have no name of a station.
///
/// # Errors
/// When the runs cannot be listed.
pub fn resumable(
    store: &Store,
    station: Option<&StationName>,
    now: Timestamp,
) -> Result<Resumable, StoreError> {
    resumable_of(store, station, now, is_worth_it)
}

/// The same among the runs that `fit`.
///
/// # Errors
/// When the runs cannot be listed.
pub(super) fn resumable_of(
    store: &Store,
    station: Option<&StationName>,
    now: Timestamp,
    fits: impl Fn(&Summary) -> bool,
) -> Result<Resumable, StoreError> {
    let (mut candidates, mut damaged, mut broken) = (vec![], vec![], None);
    let ids = store.ids()?;
    for id in ids.iter().rev().filter(|id| is_own(id, station)).take(RUNS_LOOKED_AT) {
        let folder = store.summary(id)?;
        match &folder.summary {
            None => broken = broken.or(Some(folder)),
            Some(summary) if !summary.ended && fits(summary) => {
                let holder = store.holder(id);
                let is_recent = holder.is_some() || now.duration_since(summary.last_at) <= RECENT;
                if folder.fault.is_some() {
                    // An old one is named only where there is nothing else.
                    if is_recent {
                        damaged.push(folder);
                    } else {
                        broken = broken.or(Some(folder));
                    }
                    continue;
                }
                let (is_live, has_fired) = (summary.is_live(), summary.cues_fired > 0);
                let is_called = holder.is_some_and(|holder| holder.terminal);
                candidates.push(Candidate { folder, is_live, is_recent, has_fired, is_called });
            }
            Some(_) => {}
        }
    }
    Ok(with_damaged(choose(candidates), damaged, broken))
}

/// Returns `true` unless a run is another station's copy than that of `station`.
fn is_own(id: &RunId, station: Option<&StationName>) -> bool {
    id.station().zip(station).is_none_or(|(copy_of, station)| copy_of == station.as_str())
}

/// Adds the recent runs whose journal is damaged, so that none of them is passed over without a
/// word; `broken` is named where there is nothing else.
fn with_damaged(
    found: Resumable,
    mut damaged: Vec<RunFolder>,
    broken: Option<RunFolder>,
) -> Resumable {
    let mut folders = match found {
        Resumable::None => {
            let named = damaged.into_iter().next().or(broken);
            return named.map_or(Resumable::None, |folder| Resumable::One(Box::new(folder)));
        }
        Resumable::One(folder) if damaged.is_empty() => return Resumable::One(folder),
        Resumable::One(folder) => vec![*folder],
        Resumable::Asks(folders) => folders,
    };
    folders.append(&mut damaged);
    Resumable::Asks(folders)
}

/// A rehearsal that was left on purpose and a demonstration are nobody's unfinished work.
fn is_worth_it(summary: &Summary) -> bool {
    summary.is_live() || !(summary.was_quit() || (summary.rehearsal && summary.auto))
}

/// Chooses among unfinished runs, the newest first.
fn choose(candidates: Vec<Candidate>) -> Resumable {
    let (recent, old): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.is_recent);
    let (live, others): (Vec<_>, Vec<_>) =
        recent.into_iter().partition(|candidate| candidate.is_live);
    // A show that was only looked at, and one that somebody else calls, count where there is
    // nothing better.
    let live = preferred(preferred(live, |run| !run.is_called), |run| run.has_fired);
    let other = preferred(preferred(others, |run| !run.is_called), |run| run.has_fired);
    let other = other.into_iter().next();
    if !live.is_empty() {
        // A run that another program calls cannot be resumed; a rehearsal beside it perhaps is what
        // is meant.
        let is_called = live.iter().all(|run| run.is_called);
        return of(other.filter(|_| is_called).into_iter().chain(live).collect());
    }
    let (old_live, old_others): (Vec<_>, Vec<_>) =
        preferred(old, |run| run.has_fired).into_iter().partition(|candidate| candidate.is_live);
    match (other, old_live.is_empty()) {
        (Some(other), true) => Resumable::One(Box::new(other.folder)),
        (Some(other), false) => asks(std::iter::once(other).chain(old_live)),
        (None, false) => asks(old_live),
        (None, true) => asks(old_others.into_iter().take(1)),
    }
}

fn asks(runs: impl IntoIterator<Item = Candidate>) -> Resumable {
    let folders: Vec<_> = runs.into_iter().take(ASKED_MAX).map(|run| run.folder).collect();
    if folders.is_empty() { Resumable::None } else { Resumable::Asks(folders) }
}

/// Those of `runs` that are `better`, or all of them where none is.
fn preferred(runs: Vec<Candidate>, better: impl Fn(&Candidate) -> bool) -> Vec<Candidate> {
    if runs.iter().any(&better) { runs.into_iter().filter(better).collect() } else { runs }
}

fn of(mut runs: Vec<Candidate>) -> Resumable {
    match runs.len() {
        1 => runs.pop().map_or(Resumable::None, |run| Resumable::One(Box::new(run.folder))),
        _ => asks(runs),
    }
}

/// The run of this name, where there is one.
pub(super) fn named(store: &Store, name: &str) -> Option<RunFolder> {
    store.summary(&RunId(name.to_owned())).ok()
}

/// Describes a run for the decision to go on with it: `“An evening”, live, begun 2026-11-28 19:00,
/// 12 cues fired, last event 3 min ago, cue 14 on air`.
pub fn account(summary: &Summary, now: Timestamp) -> String {
    account_rows(summary, now).join(" ")
}

/// What [`account`] says, in two rows for a narrow terminal.
pub(in crate::runtime) fn account_rows(summary: &Summary, now: Timestamp) -> [String; 2] {
    let (show, kind, fired) = (&summary.show, summary.kind(), summary.cues_fired);
    let cues = plain::counted(fired as usize, "cue");
    let (begun, since) = (listed(summary.started_at), ago(summary.last_at, now));
    let on_air = on_air(summary).map_or(String::new(), |cues| format!(", {cues} on air"));
    [
        format!("“{show}”, {kind}, begun {begun},"),
        format!("{cues} fired, last event {since} ago{on_air}"),
    ]
}

/// Cues that were on air at the last event: `cue 14`.
pub(super) fn on_air(summary: &Summary) -> Option<String> {
    /// Maximum number of cues that are named, the last first.
    const NAMED_MAX: usize = 4;
    let named: Vec<_> =
        summary.on_air.iter().rev().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = if summary.on_air.len() > NAMED_MAX { " …" } else { "" };
    let cues = if named.len() == 1 { "cue" } else { "cues" };
    (!named.is_empty()).then(|| format!("{cues} {}{more}", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-28T20:00:00Z";

    /// A run in a few words: `live 3h 12 quit`.
    fn candidate(at: usize, words: &str) -> Option<Candidate> {
        let (now, mut parts) = (NOW.parse::<Timestamp>().unwrap(), words.split(' '));
        let mut part = || parts.next().unwrap_or_default();
        let (kind, age, fired, how) = (part(), part(), part(), part());
        let last_at = now - age.parse::<SignedDuration>().unwrap();
        let summary = Summary {
            show: "An evening".into(),
            source: "/shows/evening.toml".into(),
            rehearsal: ["rehearsal", "demonstration"].contains(&kind),
            speed: 1,
            auto: kind == "demonstration",
            shift_ns: (kind == "technical").then_some(5),
            started_at: last_at,
            last_at,
            ended: false,
            cues_fired: fired.parse().unwrap(),
            on_air: vec![],
            began_at: None,
            left: match how {
                "quit" => Some(crate::engine::CALLER_QUIT.into()),
                "terminal" => Some(crate::engine::TERMINAL_WENT.into()),
                _ => None,
            },
        };
        let is_worth_it = is_worth_it(&summary);
        let is_recent = now.duration_since(last_at) <= RECENT;
        let (is_live, has_fired, is_called) =
            (summary.is_live(), summary.cues_fired > 0, how == "called");
        let folder = RunFolder { id: RunId(at.to_string()), summary: Some(summary), fault: None };
        is_worth_it.then_some(Candidate { folder, is_live, is_recent, has_fired, is_called })
    }

    #[test]
    fn a_recent_live_run_is_taken_and_whatever_is_doubtful_is_asked() {
        for (runs, expected) in [
            (&[][..], "none"),
            (&["live 3min 12"], "0"),
            (&["live 3min 12 quit"], "0"),
            (&["rehearsal 3min 4"], "0"),
            (&["rehearsal 3min 4 quit"], "none"),
            (&["rehearsal 3min 4 terminal"], "0"),
            (&["technical 3min 4 quit"], "none"),
            (&["technical 3min 4"], "0"),
            (&["demonstration 3min 4"], "none"),
            // A live run comes before whatever was rehearsed later.
            (&["rehearsal 1min 9", "live 3min 12"], "1"),
            (&["technical 1min 9", "live 3min 12"], "1"),
            // Only looked at.
            (&["live 1min 0", "live 3min 12"], "1"),
            (&["live 1min 0"], "0"),
            // More than one.
            (&["live 1min 5", "live 3h 12"], "ask 0 1"),
            (&["live 1min 5", "live 3h 12", "live 30h 7", "rehearsal 2min 5"], "ask 0 1"),
            // Yesterday's, forgotten.
            (&["live 1min 5", "live 21h 12"], "0"),
            (&["live 21h 12"], "ask 0"),
            (&["live 500h 12", "live 600h 1"], "ask 0 1"),
            (&["live 21h 0"], "ask 0"),
            (&["rehearsal 5min 3", "live 21h 12"], "ask 0 1"),
            (&["rehearsal 21h 3", "rehearsal 41h 3"], "ask 0"),
            // Another program calls it.
            (&["live 1min 5 called", "live 2min 5"], "1"),
            (&["live 1min 5 called"], "0"),
            (&["live 1min 5 called", "rehearsal 2min 5"], "ask 1 0"),
            (&["rehearsal 1min 5 called", "rehearsal 2min 5"], "1"),
            (&["rehearsal 1min 5 called"], "0"),
            (&["live 1min 5 called", "live 2min 5", "rehearsal 2min 5"], "1"),
        ] {
            let candidates =
                runs.iter().enumerate().filter_map(|(at, words)| candidate(at, words)).collect();
            let found = match choose(candidates) {
                Resumable::None => "none".to_owned(),
                Resumable::One(folder) => folder.id.to_string(),
                Resumable::Asks(folders) => {
                    format!(
                        "ask {}",
                        folders.iter().map(|f| f.id.to_string()).collect::<Vec<_>>().join(" ")
                    )
                }
            };
            assert_eq!(found, expected, "{runs:?}");
        }
    }

    #[test]
    fn a_station_resumes_no_copy_of_another() {
        let (paris, la) = (StationName::new("paris").unwrap(), StationName::new("la").unwrap());
        let is_own = |id: &str, station| is_own(&RunId(id.to_owned()), station);
        assert!(is_own("r", Some(&paris)) && is_own("r@la", Some(&la)) && is_own("r@la", None));
        assert!(!is_own("r@la", Some(&paris)));
    }

    #[test]
    fn a_damaged_run_is_named_and_never_taken_instead_of_another() {
        let folder = |id: &str, is_damaged: bool| RunFolder {
            id: RunId(id.to_owned()),
            summary: None,
            fault: is_damaged
                .then(|| crate::journal::RecoverError::Empty { path: "journal".into() }),
        };
        let one = || Resumable::One(Box::new(folder("sound", false)));
        let ids = |found| match found {
            Resumable::None => "none".to_owned(),
            Resumable::One(folder) => folder.id.0,
            Resumable::Asks(folders) => {
                folders.into_iter().map(|folder| folder.id.0 + " ").collect()
            }
        };
        assert_eq!(ids(with_damaged(one(), vec![], Some(folder("old", true)))), "sound");
        assert_eq!(ids(with_damaged(one(), vec![folder("damaged", true)], None)), "sound damaged ");
        assert_eq!(
            ids(with_damaged(Resumable::None, vec![folder("damaged", true)], None)),
            "damaged"
        );
        assert_eq!(ids(with_damaged(Resumable::None, vec![], Some(folder("old", true)))), "old");
        assert_eq!(ids(with_damaged(Resumable::None, vec![], None)), "none");
    }

    #[test]
    fn an_account_says_what_somebody_needs_who_goes_on() {
        let candidate = candidate(0, "live 3min 12").unwrap();
        let mut summary = candidate.folder.summary.unwrap();
        summary.on_air =
            ["9", "14"].map(|number| crate::show::CueNumber::new(number).unwrap()).to_vec();
        let said = account(&summary, NOW.parse().unwrap());
        let begun = listed(summary.started_at);
        let expected = "12 cues fired, last event 3 min ago, cues 14, 9 on air";
        assert_eq!(said, format!("“An evening”, live, begun {begun}, {expected}"));
    }
}
