//! Versions of the show that other stations give a shared run: written beside this station's own
//! journal, made ready, and put into its show file, unless that has changes of its own.

use std::sync::Arc;

use super::{FileVersion, Ground, ShowFile, ShowNews, Watcher};
use crate::engine::{Revised, RunId};
use crate::output::RevisedOutputs;
use crate::runtime::inbox::Msg;
use crate::runtime::opening::{machine_zone, read};
use crate::runtime::wiring;
use crate::show::{Show, file};

/// A version that another station has given the run.
#[derive(Debug)]
pub(in crate::runtime) struct Theirs {
    /// Its number.
    pub number: u32,
    /// SHA-256 of its text, hex.
    pub sha256: String,
    /// The text.
    pub text: Arc<str>,
}

/// The same, ready to be followed.
pub(in crate::runtime) struct TheirVersion {
    pub revised: Revised,
    pub outputs: RevisedOutputs,
}

impl ShowFile {
    /// Has the version of another station made ready.
    pub(in crate::runtime) fn theirs(&self, theirs: Theirs, ground: Ground) {
        let _ = self.orders.send(super::FileOrder::Theirs(theirs, Box::new(ground)));
    }

    /// Says that the run `id` goes on with an older version, of this number.
    pub(in crate::runtime) fn goes_back(&self, id: RunId, number: u32) {
        let _ = self.orders.send(super::FileOrder::Back { id, number });
    }

    /// Opens the outputs of `show` at once, for a run that sends by those of `old`. It may take its
    /// time.
    pub(in crate::runtime) fn outputs(
        &self,
        old: (&Show, &[bool]),
        show: Arc<Show>,
        rehearse: bool,
    ) -> RevisedOutputs {
        let from = (self.source.as_str(), &self.permits);
        wiring::revised_outputs(old, show, rehearse, from, &self.post)
    }
}

impl Watcher {
    /// Makes the version of another station ready, and says so.
    pub(super) fn theirs(&mut self, theirs: Theirs, ground: &Ground) {
        let sha256 = theirs.sha256.clone();
        let outcome = self.make_theirs(theirs, ground).map(Box::new);
        self.post.send(Msg::Show(ShowNews::Theirs { sha256, outcome }));
    }

    fn make_theirs(&mut self, theirs: Theirs, ground: &Ground) -> Result<TheirVersion, String> {
        let Theirs { number, text, .. } = theirs;
        let text = String::from(&*text);
        let show = file::parse(&text, &machine_zone()).map(Arc::new).map_err(|problems| {
            let first = problems.first().map_or(String::new(), |problem| problem.what.clone());
            format!("it is no show for version {} of handover: {first}", env!("CARGO_PKG_VERSION"))
        })?;
        if let Some(id) = &ground.id {
            let written = self.watched.store.write_version(id, number, &text);
            written.map_err(|why| why.to_string())?;
        }
        let state = &ground.state;
        let revised = Revised::prepared(Arc::clone(&show), state);
        let merged = Arc::clone(revised.merged().unwrap_or(&show));
        let outputs = self.outputs(merged, ground);
        let comparison = self.compared(&show);
        self.made =
            Some(FileVersion { written: text.clone(), text, show, comparison, is_theirs: true });
        Ok(TheirVersion { revised, outputs })
    }

    /// Puts the version that the run has taken from another station into the show file, where that
    /// still is the version of `before`. What somebody has written there meanwhile stays.
    pub(super) fn brings_up(&mut self, before: &str) {
        if read(&self.watched.path).is_ok_and(|text| text == before) {
            // Where it cannot be written, the file is other than the run's show, and that is told.
            let _ = self.write(&self.watched.text.clone());
        }
    }

    /// The run goes on with an older version of the show: what the file has besides is to be
    /// reviewed.
    pub(super) fn goes_back(&mut self, id: &RunId, number: u32) {
        (self.read, self.latest, self.made) = (None, None, None);
        let Ok(text) = self.watched.store.version_text(id, number) else { return };
        let Ok(show) = file::parse(&text, &machine_zone()) else { return };
        (self.watched.text, self.watched.show) = (text, Arc::new(show));
    }
}
