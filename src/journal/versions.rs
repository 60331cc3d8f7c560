//! The versions of a run's show after the first: `show-2.toml`, `show-3.toml` … beside its journal,
//! which holds only their checksums.

use std::path::PathBuf;
use std::sync::Arc;

use super::checksum;
use super::store::{Store, StoreError, failed, show_at};
use crate::engine::{Record, RunId, put_in_versions};
use crate::files::replace_synced;
use crate::show::{Show, file};

/// Reason why a version of a run's show cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not the text that the run took.
    #[error(
        "{} was changed after run {id} took it; put the right text back, the run can neither be resumed nor reported without it",
        path.display()
    )]
    Changed {
        /// The run.
        id: RunId,
        /// The file.
        path: PathBuf,
    },
}

impl Store {
    /// Writes a version of the show of the run `id` beside its journal, so that it survives a power
    /// cut. Only the holder of the run's lock may.
    ///
    /// # Errors
    /// When there is no such run, or the disk does not take it.
    pub fn write_version(&self, id: &RunId, number: u32, text: &str) -> Result<(), StoreError> {
        let path = self.version_path(id, number)?;
        replace_synced(&path, text.as_bytes()).map_err(failed("write", &path))
    }

    /// The text of a version of the show of the run `id`; 1 is the one with which it began.
    ///
    /// # Errors
    /// When there is no such run, or the file cannot be read.
    pub fn version_text(&self, id: &RunId, number: u32) -> Result<String, StoreError> {
        if number <= 1 {
            return self.show_text(id);
        }
        show_at(id, self.version_path(id, number)?)
    }

    /// The text of the version of the show that the run `id` goes on with, in a file of its own beside
    /// the journal: what is edited where the show's own file is on another machine.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn latest_path(&self, id: &RunId) -> Result<PathBuf, StoreError> {
        Ok(self.existing(id)?.join("show-latest.toml"))
    }

    /// Puts the versions of the show into the records of the run `id`, which name only their
    /// checksums; `zone` is the machine's, for a show without one.
    ///
    /// # Errors
    /// When one is missing or is another text than the run took.
    pub fn put_in_versions(
        &self,
        id: &RunId,
        records: &mut [Record],
        zone: &str,
    ) -> Result<(), VersionError> {
        put_in_versions(records, |number, crc| {
            let text = self.version_text(id, number)?;
            let show = file::parse(&text, zone).ok().filter(|_| checksum(&text) == crc);
            show.map(Arc::new).map_or_else(
                || {
                    Err(VersionError::Changed {
                        id: id.clone(),
                        path: self.version_path(id, number)?,
                    })
                },
                Ok::<Arc<Show>, VersionError>,
            )
        })
    }

    fn version_path(&self, id: &RunId, number: u32) -> Result<PathBuf, StoreError> {
        Ok(self.existing(id)?.join(format!("show-{number}.toml")))
    }
}
