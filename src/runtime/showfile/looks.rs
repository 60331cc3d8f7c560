//! Looks at the show file and at those that it includes.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{ShowNews, Watcher};
use crate::app::FileNews;
use crate::files::holds;
use crate::runtime::inbox::Msg;
use crate::runtime::opening::read;

/// Number of looks in a row that do not find the file until that is told.
const AWAY: u32 = 6;

/// Marks of a file, and of those that it includes, as far as they are there.
pub(super) type Stamp = (FileMark, Vec<Option<FileMark>>);
/// Mark of a file: when it was changed, its length and its number.
type FileMark = (i64, i64, u64, u64);

impl Watcher {
    /// Looks at the file, and reads it once it has stood still.
    pub(super) fn look(&mut self) {
        // A file that is away for a moment is being written.
        let Some(now) = self.stamp_now() else { return self.is_away() };
        self.away = 0;
        let before = self.stamp.replace(now.clone());
        if before.as_ref() != Some(&now) || self.read.as_ref() == Some(&now) {
            return;
        }
        self.read = Some(now);
        // The text that runs has no repeats, so a file that has it includes nothing. Most looks find
        // that, and none of it has to be kept for them.
        if holds(&self.watched.path, self.watched.text.as_bytes()) {
            self.include(vec![]);
            (self.latest, self.has_others) = (None, false);
            return self.post.send(Msg::Show(ShowNews::File(None)));
        }
        let Ok(text) = read(&self.watched.path) else { return };
        let news = self.take_in(text);
        self.post.send(Msg::Show(ShowNews::File(news)));
    }

    /// The files that the show file includes, which are looked at from now on.
    pub(super) fn include(&mut self, included: Vec<PathBuf>) {
        if included != self.included {
            self.included = included;
            let now = self.stamp_now();
            (self.stamp, self.read) = (now.clone(), now);
        }
    }

    /// Tells of a file that is not there, once it was not for a while.
    fn is_away(&mut self) {
        self.away += 1;
        if self.away == AWAY {
            (self.stamp, self.read, self.latest) = (None, None, None);
            let words = format!("{} is not there any more", self.name);
            let news = FileNews { words, lines: vec![], outputs: vec![], is_sound: false };
            self.post.send(Msg::Show(ShowNews::File(Some(news))));
        }
    }

    /// The marks as they are now; nothing if the file is not there.
    pub(super) fn stamp_now(&self) -> Option<Stamp> {
        let mark = |of: Metadata| (of.mtime(), of.mtime_nsec(), of.len(), of.ino());
        let mark = |path: &Path| std::fs::metadata(path).map(mark).ok();
        let included = self.included.iter().map(|path| mark(path)).collect();
        Some((mark(&self.watched.path)?, included))
    }
}
