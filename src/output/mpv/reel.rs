//! Contents of an output's player: one clip, or several that follow each other without a pause.
//!
//! Clips that follow each other are loaded together, as one list of mpv's (an EDL, "EDL" in its
//! manual), because only so is there no gap between them: with a playlist the sound breaks off for
//! a frame or two, and a second load takes 40 ms. How far the player may run is said separately, so
//! that a hold or a skip still ends it at the right place. A value; must never look at the machine.

use std::sync::Arc;

use super::ActionKey;
use super::clip::{Clip, FileStatus};
use super::commands::seconds;

/// Facts from the examination of a clip's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClipFacts {
    /// Length of the file, nanoseconds, if it gives one.
    pub(super) duration_ns: Option<u64>,
    /// FFmpeg's name of the format.
    pub(super) format: String,
    /// One picture that does not move.
    pub(super) is_still: bool,
    /// It has pictures.
    pub(super) has_picture: bool,
    /// It has sound.
    pub(super) has_sound: bool,
    /// The player misses its in-point unless it begins to look for it well before.
    pub(super) needs_run_up: bool,
    /// Place where it breaks off, in words, if it holds less than it says. It plays that far.
    pub(super) breaks_off: Option<String>,
}

impl ClipFacts {
    /// Returns `true` if places in it are exact, and its length is what it says.
    pub(super) fn is_exact(&self) -> bool {
        EXACT.contains(&self.format.as_str())
    }
}

/// Formats whose places in time are exact, so that a list plays each part to the frame.
const EXACT: [&str; 5] = ["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "wav", "aiff", "flac"];

/// Formats in which the player finds a place only from well before it.
const COARSE: [&str; 2] = ["mpegts", "mpeg"];

/// File name endings for a clip that is called before it could be examined.
const COARSE_ENDINGS: [&str; 7] = [".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".vob", ".m2p"];

/// The most clips in one reel.
pub(super) const PARTS_MAX: usize = 8;

/// A clip in a reel.
#[derive(Clone, Debug)]
pub(super) struct ReelPart {
    pub(super) key: ActionKey,
    pub(super) clip: Arc<Clip>,
    /// Facts of its file; `None` if it was called before the examination.
    pub(super) facts: Option<ClipFacts>,
    /// Status of the file when it was loaded.
    pub(super) status: FileStatus,
}

impl ReelPart {
    /// Playing time, nanoseconds, if its file is known.
    pub(super) fn length_ns(&self) -> Option<u64> {
        self.clip.length_ns(self.facts.as_ref().and_then(|facts| facts.duration_ns))
    }

    /// Returns `true` if the player needs a run-up to find its in-point.
    pub(super) fn is_coarse(&self) -> bool {
        match &self.facts {
            Some(facts) => facts.needs_run_up || COARSE.contains(&facts.format.as_str()),
            None => {
                let path = self.clip.path.to_ascii_lowercase();
                COARSE_ENDINGS.iter().any(|ending| path.ends_with(ending))
            }
        }
    }

    /// Returns `true` if `next` can follow it without a gap.
    fn joins(&self, next: &ReelPart) -> bool {
        let (Some(own), Some(other)) = (&self.facts, &next.facts) else { return false };
        let is_exact = |part: &ReelPart, facts: &ClipFacts| {
            let is_known = facts.is_exact() && part.length_ns().is_some_and(|length| length > 0);
            is_known && !part.clip.looped && !facts.is_still && facts.breaks_off.is_none()
        };
        is_exact(self, own)
            && is_exact(next, other)
            && (own.has_picture, own.has_sound) == (other.has_picture, other.has_sound)
            && self.clip.volume == next.clip.volume
            && next.clip.fade_in.is_zero()
    }
}

/// One clip, or several that follow each other without a gap.
#[derive(Clone, Debug)]
pub(super) struct Reel {
    parts: Vec<ReelPart>,
}

impl Reel {
    /// The first of `parts`, and as many of the others as can follow without a gap.
    pub(super) fn new(first: ReelPart, others: impl IntoIterator<Item = ReelPart>) -> Self {
        let mut parts = vec![first];
        for part in others {
            let joins =
                parts.len() < PARTS_MAX && parts.last().is_some_and(|last| last.joins(&part));
            if !joins {
                break;
            }
            parts.push(part);
        }
        Reel { parts }
    }

    /// The part `at`, counted from 0.
    pub(super) fn part(&self, at: usize) -> Option<&ReelPart> {
        self.parts.get(at)
    }

    /// The first part.
    pub(super) fn first(&self) -> &ReelPart {
        // There is no reel without a part.
        &self.parts[0]
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = ActionKey> {
        self.parts.iter().map(|part| part.key)
    }

    /// Returns `true` if `other` has the same parts, in the same versions of their files.
    pub(super) fn is_same(&self, other: &Reel) -> bool {
        let is_same = |(own, other): (&ReelPart, &ReelPart)| {
            own.key == other.key && own.status == other.status && own.clip == other.clip
        };
        self.parts.len() == other.parts.len() && self.parts.iter().zip(&other.parts).all(is_same)
    }

    /// Returns `true` if it has several parts.
    pub(super) fn is_list(&self) -> bool {
        self.parts.len() > 1
    }

    /// Start of the part `at` by the player's time, nanoseconds: in a file by itself its in-point,
    /// in a list after the parts before it.
    pub(super) fn begins_ns(&self, at: usize) -> u64 {
        match self.is_list() {
            true => self.parts.iter().take(at).filter_map(ReelPart::length_ns).sum(),
            false => self.first().clip.from_ns,
        }
    }

    /// Place where the player has to stop if `last` is the last part that may play, nanoseconds;
    /// `None` for the end of what is loaded.
    pub(super) fn ends_ns(&self, last: usize) -> Option<u64> {
        match self.is_list() {
            true => Some(self.begins_ns(last + 1)).filter(|_| last + 1 < self.parts.len()),
            false => self.first().clip.to_ns,
        }
    }

    /// Address that the player has to load.
    pub(super) fn address(&self) -> String {
        if !self.is_list() {
            return self.first().clip.path.clone();
        }
        let part = |part: &ReelPart| {
            let (path, length_ns) = (&part.clip.path, part.length_ns().unwrap_or(0));
            // The length in front lets a path have any character.
            format!("%{}%{path},{},{}", path.len(), seconds(part.clip.from_ns), seconds(length_ns))
        };
        format!("edl://{}", self.parts.iter().map(part).collect::<Vec<_>>().join(";"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::show::action::MpvCommand;
    use crate::show::duration::SECOND_NS;
    use crate::show::{CueIx, CueNumber};

    fn part(name: &str, from_ns: u64, format: &str, lasts_ns: u64) -> ReelPart {
        let play = MpvCommand::Play {
            clip: name.into(),
            from_ns,
            to_ns: None,
            volume: None,
            fade_in: Duration::ZERO,
            looped: false,
            optional: false,
        };
        let clip =
            Clip::new(&play, &CueNumber::new("1").unwrap(), None, Path::new("/shows")).unwrap();
        let format = format.into();
        let (has_picture, has_sound) = (true, true);
        let facts = ClipFacts {
            duration_ns: Some(lasts_ns),
            format,
            has_picture,
            has_sound,
            ..ClipFacts::default()
        };
        ReelPart {
            key: (CueIx(0), 0),
            clip: Arc::new(clip),
            facts: Some(facts),
            status: FileStatus::Missing,
        }
    }

    #[test]
    fn clips_that_follow_are_one_list_with_their_in_points() {
        let mov = EXACT[0];
        let (a, b) = (
            part("a;b,c.mp4", SECOND_NS, mov, 3 * SECOND_NS),
            part("é.mkv", 0, EXACT[1], SECOND_NS / 2),
        );
        let reel = Reel::new(a.clone(), [b.clone(), part("c.ts", 0, "mpegts", SECOND_NS), b]);
        assert_eq!(reel.keys().count(), 2, "a stream ends the list");
        let address = "edl://%16%/shows/a;b,c.mp4,1.000000000,2.000000000;%13%/shows/é.mkv,0.000000000,0.500000000";
        assert_eq!(reel.address(), address);
        assert_eq!((reel.begins_ns(0), reel.begins_ns(1)), (0, 2 * SECOND_NS));
        assert_eq!((reel.ends_ns(0), reel.ends_ns(1)), (Some(2 * SECOND_NS), None));
        let alone = Reel::new(a, []);
        assert_eq!(
            (alone.address().as_str(), alone.begins_ns(0), alone.ends_ns(0)),
            ("/shows/a;b,c.mp4", SECOND_NS, None)
        );
    }

    #[test]
    fn what_differs_in_kind_or_is_not_known_does_not_join() {
        let film = part("a.mp4", 0, EXACT[0], SECOND_NS);
        let with = |change: &dyn Fn(&mut ClipFacts)| {
            let mut part = film.clone();
            part.facts.iter_mut().for_each(change);
            Reel::new(film.clone(), [part]).is_list()
        };
        assert!(with(&|_| {}));
        assert!(!with(&|facts| facts.has_sound = false));
        assert!(!with(&|facts| facts.is_still = true));
        assert!(!with(&|facts| facts.duration_ns = None));
        assert!(!with(&|facts| facts.breaks_off = Some("breaks off".into())));
        assert!(!Reel::new(film.clone(), [ReelPart { facts: None, ..film.clone() }]).is_list());
    }
}
