//! The effect of the flag's key at this moment: what it does when it is pressed, and what the footer
//! says of it.

use super::{AWAY, App, MuteWhy, Role, SILENT, SharedView, StationName, first_choice};
use crate::engine::State;
use crate::time::MachineNs;

/// Effect of the flag's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FlagKey {
    /// Opens the list of stations that can be offered the flag.
    Give {
        /// The station that is selected at first.
        first: StationName,
    },
    /// Shows the briefing of the exchange.
    Briefing,
    /// Asks the holder for the flag.
    Ask {
        /// The holder.
        holder: StationName,
    },
    /// Opens the line for the holder's name, which a take needs first.
    Name,
    /// Opens the line for the reason of a take.
    Take,
    /// Opens the question if the run goes on without the log.
    Decide,
    /// Nothing: the flag is being taken.
    IsTaking,
    /// Nothing: the server takes nothing from this station.
    LooksOn,
    /// Nothing: this station has no line to the log, and the flag is taken in the log.
    NoLine,
    /// Nothing: there is no other station.
    NoOther,
    /// Nothing: this station waits for the log, or nobody is known to have the flag.
    Waits,
}

impl FlagKey {
    /// Its effect at `now_ns`.
    pub(crate) fn of(link: &SharedView, state: &State, now_ns: MachineNs) -> Self {
        match &link.role {
            Role::Mute { why: MuteWhy::Asks { .. } } => FlagKey::Decide,
            Role::Mute { why: MuteWhy::Reads { .. } } => FlagKey::Waits,
            Role::Nobody if link.double_heard.is_none() => FlagKey::Waits,
            Role::Follows { .. } | Role::Nobody if link.looks_on.is_some() => FlagKey::LooksOn,
            Role::Follows { .. } | Role::Nobody if link.is_taking => FlagKey::IsTaking,
            Role::OnItsWay { .. } => FlagKey::Briefing,
            Role::Holds | Role::Alone { .. } | Role::Follows { .. }
                if link.is_exchanging(now_ns) =>
            {
                FlagKey::Briefing
            }
            Role::Holds | Role::Alone { .. } => {
                first_choice(link, state).map_or(FlagKey::NoOther, |first| FlagKey::Give { first })
            }
            Role::Follows { .. } | Role::Nobody
                if link.log.trouble.is_some()
                    && link.silence(now_ns).is_some_and(|silence| silence >= AWAY) =>
            {
                FlagKey::NoLine
            }
            // There is nobody to ask.
            Role::Nobody if link.silence(now_ns).unwrap_or_default() < SILENT => FlagKey::Name,
            Role::Nobody => FlagKey::Take,
            Role::Follows { holder } => {
                let silence = link.silence(now_ns).unwrap_or_default();
                if silence >= SILENT {
                    FlagKey::Take
                } else if silence >= AWAY || link.has_asked() {
                    FlagKey::Name
                } else {
                    FlagKey::Ask { holder: holder.clone() }
                }
            }
        }
    }

    /// Its word in the footer; `None` where it does nothing.
    pub(crate) fn word(&self) -> Option<&'static str> {
        match self {
            FlagKey::Give { .. } => Some("give the flag"),
            FlagKey::Briefing => Some("briefing"),
            FlagKey::Ask { .. } => Some("ask for the flag"),
            FlagKey::Name | FlagKey::Take => Some("take the flag"),
            FlagKey::Decide => Some("decide"),
            FlagKey::IsTaking
            | FlagKey::LooksOn
            | FlagKey::NoLine
            | FlagKey::NoOther
            | FlagKey::Waits => None,
        }
    }
}

impl App {
    /// Returns `true` if the key of GO fires here: the show is called, and at this station.
    pub(crate) fn may_call(&self) -> bool {
        !self.is_editor && self.link.as_ref().is_none_or(|link| link.may_fire())
    }

    /// Reason why the show is not edited here: the station that has the flag does that. `None` where
    /// it is.
    pub(crate) fn edited_elsewhere(&self) -> Option<String> {
        self.followed().map(|(holder, _)| edited_at(&holder))
    }
}

/// Says that the station which has the flag edits the show.
pub(crate) fn edited_at(holder: &StationName) -> String {
    format!("{holder} has the flag: the show is edited there")
}
