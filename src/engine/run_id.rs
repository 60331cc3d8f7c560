//! The id of a run, which is the name of its folder.

use std::fmt;

use crate::show::StationName;

/// The name of a run's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub String);

impl RunId {
    /// The name of the copy of this run that the station `name` keeps.
    pub fn copy_of(&self, name: &StationName) -> RunId {
        RunId(format!("{}@{name}", self.base()))
    }

    /// The name of the run of which this may be a station's copy.
    pub fn base(&self) -> RunId {
        RunId(self.0.split('@').next().unwrap_or_default().to_owned())
    }

    /// The station whose copy this is of a run that another station began.
    pub fn station(&self) -> Option<&str> {
        self.0.split_once('@').map(|(_, station)| station)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
