//! A clip as a cue plays it: the file, its in-point and out-point, and what is said when it cannot
//! be played.
//!
//! Must never hand anything to a player but the absolute path of a file: so no clip can be taken
//! for one of the player's options, for a protocol, or for a file of another folder than the
//! show's.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::exam::{SHORT_NS, broken_off};
use super::header::{self, Cut};
use crate::show::CueNumber;
use crate::show::action::MpvCommand;

/// A clip of a cue.
#[derive(Debug, PartialEq)]
pub(super) struct Clip {
    /// The cue's number, for messages.
    number: String,
    /// The file as the show has it, for messages.
    words: String,
    /// The absolute path, in UTF-8, as the player's language needs it.
    pub(super) path: String,
    /// The in-point, nanoseconds into the file.
    pub(super) from_ns: u64,
    /// The out-point.
    pub(super) to_ns: Option<u64>,
    /// 0 to 100.
    pub(super) volume: Option<u8>,
    /// The time that it takes from silence to its volume; zero: none.
    pub(super) fade_in: Duration,
    /// Begins again at its out-point.
    pub(super) looped: bool,
    /// `true` if the cue does without it when the file is missing.
    pub(super) optional: bool,
    /// Length of its cue, nanoseconds, if the show gives one: a still picture has no length of its
    /// own.
    pub(super) still_ns: Option<u64>,
}

impl Clip {
    /// The clip that `play` names, found from `folder`, of a cue that lasts `still_ns`.
    ///
    /// # Errors
    /// When it is no file that a player could be told of, in words.
    pub(super) fn new(
        play: &MpvCommand,
        number: &CueNumber,
        still_ns: Option<u64>,
        folder: &Path,
    ) -> Result<Self, String> {
        let MpvCommand::Play { clip, from_ns, to_ns, volume, fade_in, looped, optional } = play
        else {
            return Err("not a clip".into());
        };
        Ok(Clip {
            number: number.to_string(),
            words: clip.clone(),
            path: absolute(folder, clip)?,
            from_ns: *from_ns,
            to_ns: *to_ns,
            volume: *volume,
            fade_in: *fade_in,
            looped: *looped,
            optional: *optional,
            still_ns,
        })
    }

    /// The problem with it, if `status` is all that is known of its file.
    pub(super) fn fault(&self, status: &FileStatus) -> Option<String> {
        match status {
            FileStatus::There(_) => None,
            FileStatus::Missing if self.optional => {
                Some(format!("{} is not there; the cue goes without it", self.words))
            }
            FileStatus::Missing => Some(self.said(NO_SUCH_FILE)),
            FileStatus::Odd(why) => Some(self.said(why)),
        }
    }

    /// Words of the player on this clip, with the place that they belong to.
    pub(super) fn said(&self, why: &str) -> String {
        format!("cue {}: {}: {why}", self.number, self.words)
    }

    /// Playing time in a file of this duration, nanoseconds.
    pub(super) fn length_ns(&self, duration_ns: Option<u64>) -> Option<u64> {
        let end = match (self.to_ns, duration_ns) {
            (Some(to_ns), Some(duration_ns)) => Some(to_ns.min(duration_ns)),
            (to_ns, duration_ns) => to_ns.or(duration_ns),
        };
        end.map(|end| end.saturating_sub(self.from_ns))
    }

    /// Place where it breaks off, in words, if its file ends at `there_ns`, before its header says,
    /// and the cue would play on.
    pub(super) fn breaks_off(&self, status: &FileStatus, there_ns: Option<u64>) -> Option<String> {
        let FileStatus::There(FileIdentity { cut: Some(cut), .. }) = status else { return None };
        let there_ns = there_ns?;
        let is_missed = |end_ns: u64| end_ns > there_ns.saturating_add(SHORT_NS);
        let plays_on = self.to_ns.is_none_or(is_missed) && cut.announced_ns.is_none_or(is_missed);
        plays_on.then(|| match cut.announced_ns {
            Some(announced_ns) => broken_off(there_ns, announced_ns),
            None => "breaks off before its end".into(),
        })
    }
}

/// Message about a clip that is missing.
pub(super) const NO_SUCH_FILE: &str = "there is no such file";

/// Message about a clip that the player refuses; the player's own words follow.
pub(super) fn not_playable(why: &str) -> String {
    format!("is not a clip the player can load ({why})")
}

/// The absolute path of a clip.
///
/// # Errors
/// Where it is not UTF-8, in which alone a player can be told of it.
pub(super) fn absolute(folder: &Path, clip: &str) -> Result<String, String> {
    let path: PathBuf =
        std::path::absolute(folder.join(clip)).map_err(|error| format!("{clip}: {error}"))?;
    path.into_os_string()
        .into_string()
        .map_err(|_| format!("{clip}: the path of its folder is not UTF-8"))
}

/// Identity and version of a file, and whether all of it is there: another file under the same name,
/// or the same one written again, differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds of its last change.
    modified: (i64, i64),
    /// It ends before its header says.
    cut: Option<Cut>,
}

/// Result of a look at the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileStatus {
    /// A regular file.
    There(FileIdentity),
    /// Nothing of that name.
    Missing,
    /// Something that no player may be given, in words.
    Odd(String),
}

/// Looks at a file. May take as long as the disk wants it to.
///
/// Devices, pipes and sockets are refused before they are opened: opening a pipe waits, and a
/// device may do anything. So are the texts that mpv reads as lists of other files; what else it
/// takes for one, FFmpeg's formats exclude.
pub(super) fn stat(path: &str) -> FileStatus {
    let data = match std::fs::metadata(path) {
        Ok(data) => data,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return FileStatus::Missing,
        Err(error) => return FileStatus::Odd(format!("cannot be read: {error}")),
    };
    if data.is_dir() {
        return FileStatus::Odd("is a folder, not a clip".into());
    }
    if !data.is_file() {
        return FileStatus::Odd("is not a regular file".into());
    }
    let mut head = [0; LIST.len()];
    let read = std::fs::File::open(path).and_then(|mut file| {
        let _ = file.read(&mut head)?;
        Ok(file)
    });
    match read {
        Ok(_) if head == *LIST || head.starts_with(b"#EXTM3U") => {
            FileStatus::Odd("is a playlist, not a clip".into())
        }
        Ok(mut file) => FileStatus::There(FileIdentity {
            device: data.dev(),
            inode: data.ino(),
            size: data.size(),
            modified: (data.mtime(), data.mtime_nsec()),
            cut: header::cut(&mut file, data.size()),
        }),
        Err(error) => FileStatus::Odd(format!("cannot be read: {error}")),
    }
}

/// First bytes of a list of clips in mpv's own format ("EDL" in its manual).
const LIST: &[u8; 9] = b"# mpv EDL";

#[cfg(test)]
impl FileIdentity {
    /// Some file of this size.
    pub(super) fn of_size(size: u64) -> Self {
        FileIdentity { device: 1, inode: 1, size, modified: (0, 0), cut: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::duration::SECOND_NS;

    fn clip(name: &str, to_ns: Option<u64>, optional: bool) -> Clip {
        let clip = name.to_owned();
        let play = MpvCommand::Play {
            clip,
            from_ns: SECOND_NS,
            to_ns,
            volume: None,
            fade_in: Duration::ZERO,
            looped: false,
            optional,
        };
        Clip::new(&play, &CueNumber::new("12").unwrap(), None, Path::new("/shows")).unwrap()
    }

    #[test]
    fn nothing_that_a_show_says_is_more_than_a_path() {
        for name in ["--script=x.lua", "-", "http:x", "memory:x", "a b.mp4", "é.mp4"] {
            assert_eq!(clip(name, None, false).path, format!("/shows/{name}"));
        }
    }

    #[test]
    fn it_is_as_long_as_the_file_lets_it() {
        let (none, late) = (clip("a", None, false), clip("a", Some(9 * SECOND_NS), false));
        assert_eq!(none.length_ns(Some(3 * SECOND_NS)), Some(2 * SECOND_NS));
        assert_eq!(late.length_ns(Some(3 * SECOND_NS)), Some(2 * SECOND_NS));
        assert_eq!((late.length_ns(None), none.length_ns(None)), (Some(8 * SECOND_NS), None));
    }

    #[test]
    fn a_file_that_is_not_there_is_said_with_its_cue_unless_the_cue_goes_without_it() {
        let missing =
            |optional| clip("clips/x.mp4", None, optional).fault(&FileStatus::Missing).unwrap();
        assert_eq!(missing(false), "cue 12: clips/x.mp4: there is no such file");
        assert_eq!(missing(true), "clips/x.mp4 is not there; the cue goes without it");
        assert_eq!(stat("/dev"), FileStatus::Odd("is a folder, not a clip".into()));
        assert_eq!(stat("/no/such/file"), FileStatus::Missing);
        assert_eq!(stat("/dev/null"), FileStatus::Odd("is not a regular file".into()));
    }

    #[test]
    fn a_file_that_is_written_again_is_another_and_lists_of_files_are_no_clips() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        let look_at = |bytes: &[u8]| {
            // Written beside it and renamed, as most programs do.
            let new = folder.path().join("new");
            std::fs::write(&new, bytes).unwrap();
            std::fs::rename(&new, &path).unwrap();
            stat(path.to_str().unwrap())
        };
        let first = look_at(b"film");
        assert!(matches!(first, FileStatus::There(_)));
        assert_eq!(stat(path.to_str().unwrap()), first);
        assert_ne!(look_at(b"Film"), first);
        for list in ["# mpv EDL v0\nx.mp4\n", "#EXTM3U\nhttp://host/x\n"] {
            assert_eq!(
                look_at(list.as_bytes()),
                FileStatus::Odd("is a playlist, not a clip".into())
            );
        }
    }
}
