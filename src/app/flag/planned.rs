//! The pass that the rundown asks for, and the station that is offered the flag first.

use super::SharedView;
use crate::engine::State;
use crate::show::StationName;

/// The pass that the rundown asks of this station's caller now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planned<'a> {
    /// To a station that is there.
    To(&'a StationName),
    /// To a station that was not heard, or is away.
    NotHere(&'a StationName),
}

/// The pass that the rundown asks for now, where this station has the flag.
pub(crate) fn planned<'a>(link: &SharedView, state: &'a State) -> Option<Planned<'a>> {
    let to = state.planned_pass().filter(|to| link.may_fire() && **to != link.me)?;
    let is_here = link.station(to).is_some_and(|station| !station.away);
    Some(if is_here { Planned::To(to) } else { Planned::NotHere(to) })
}

/// The station that is selected at first: the one that the rundown passes the flag to now, one that
/// asks for it, or the first that is there.
pub(super) fn first_choice(link: &SharedView, state: &State) -> Option<StationName> {
    if let Some(Planned::To(to)) = planned(link, state) {
        return Some(to.clone());
    }
    let asks = link.others().find(|station| station.asks && !station.away);
    let there = || link.others().find(|station| !station.away);
    let first = asks.or_else(there).or_else(|| link.others().next());
    first.map(|station| station.name.clone())
}
