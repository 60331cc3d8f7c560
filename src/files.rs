//! Files that this program reads and writes: opened so that it waits for nobody, and written whole or
//! not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// Opens a file for reading that has to be a regular one: a pipe or a device in its place must hold
/// nobody up.
///
/// # Errors
/// As opening a file does, or because it is no regular file.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)?;
    let is_file = file.metadata()?.is_file();
    is_file
        .then_some(file)
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it is no regular file"))
}

/// Reads a regular file of at most `bytes_max` bytes.
///
/// # Errors
/// When it cannot be read, is no regular file, or is longer.
#[cfg(feature = "link")]
pub(crate) fn read_small(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    open_regular(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::new(ErrorKind::InvalidData, "it is too long"));
    }
    Ok(bytes)
}

/// Reads all bytes; nothing where there are more than `bytes_max`.
///
/// # Errors
/// As reading does.
pub(crate) fn read_at_most(from: impl Read, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![];
    from.take((bytes_max as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() <= bytes_max))
}

/// Returns `true` if the regular file at `path` has exactly these bytes. It is read piece by piece:
/// a long one takes no memory.
pub(crate) fn holds(path: &Path, bytes: &[u8]) -> bool {
    let Ok(mut file) = open_regular(path) else { return false };
    let (mut piece, mut left) = (vec![0; PIECE_BYTES], bytes);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return left.is_empty(),
            Ok(len) => match left.strip_prefix(&piece[..len]) {
                Some(rest) => left = rest,
                None => return false,
            },
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

/// Size of one read of a file that is only compared, bytes.
const PIECE_BYTES: usize = 64 << 10;

/// Permissions of a file that others may read, as far as the user lets them.
const OPEN: u32 = 0o666;
/// Permissions of a file that is its owner's alone.
const PRIVATE: u32 = 0o600;

/// Writes the file that is to take the place of the one at `path`, beside it: gives its path. `finish`
/// comes after its bytes.
fn beside(
    path: &Path,
    ending: &str,
    mode: u32,
    bytes: &[u8],
    finish: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    let unfinished = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let mut file = options.open(&unfinished)?;
    let written = file.write_all(bytes).and_then(|()| finish(&file));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map(|()| unfinished)
}

/// Puts a file in the place of another one; where that fails, it is gone.
fn put_over(unfinished: &Path, path: &Path) -> io::Result<()> {
    fs::rename(unfinished, path).inspect_err(|_| _ = fs::remove_file(unfinished))
}

/// An ending of its own for each process: a file that a crash has left must not be in the way.
fn own_ending() -> String {
    format!(".{}.new", std::process::id())
}

/// Writes a new file, whole or not at all, and never over one that is there.
///
/// # Errors
/// When that fails, or the file is there.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = beside(path, &own_ending(), OPEN, bytes, File::sync_all)?;
    // Somebody may have made the file in the meantime; a link never takes its place.
    let put = match fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => write_directly(path, bytes),
        linked => linked,
    };
    let _ = fs::remove_file(&unfinished);
    put
}

/// Writes a new file where no links are: on some memory cards, for example.
fn write_directly(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Writes a file that others may read, whole or not at all, over what is there. A file that is there
/// keeps its permissions, and a link stays one; a pipe or a device takes the bytes as they come.
/// Where no other file can be put over it, it is written into.
///
/// # Errors
/// When that fails; a file that was there is then as it was, if another could be put over it.
pub(crate) fn write_over(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return fs::write(path, bytes),
        Ok(metadata) => Some(metadata.permissions()),
        // The file to which a link leads is made there.
        Err(_) if path.is_symlink() => return fs::write(path, bytes),
        Err(_) => None,
    };
    let is_there = permissions.is_some();
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let finish = |file: &File| {
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.sync_all()
    };
    let put = beside(&target, &own_ending(), OPEN, bytes, finish);
    let put = put.and_then(|unfinished| put_over(&unfinished, &target));
    let Err(error) = put else { return Ok(()) };
    if is_there && cannot_be_put_over(error.kind()) {
        fs::write(&target, bytes)
    } else {
        Err(error)
    }
}

/// Returns `true` for an error that says nothing against writing into a file itself: its folder is
/// read-only, it is a mount point, or its name has no room for another one's.
fn cannot_be_put_over(error: ErrorKind) -> bool {
    matches!(
        error,
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
            | ErrorKind::InvalidFilename
    )
}

/// Writes a file that only its owner can read, whole or not at all, as far as anybody can see who
/// opens it. It need not be on the disk when this comes back.
///
/// # Errors
/// When that fails; a file that was there is then as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_after(path, bytes, |_| Ok(()))
}

/// As [`replace`], and a power cut leaves the old file or the new one.
///
/// # Errors
/// As [`replace`].
pub(crate) fn replace_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_after(path, bytes, File::sync_all)
}

fn replace_after(
    path: &Path,
    bytes: &[u8],
    sync: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    put_over(&beside(path, ".new", PRIVATE, bytes, sync)?, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_holds_its_bytes_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.toml");
        assert!(!holds(&path, b""), "it is not there");
        for len in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES] {
            let bytes: Vec<u8> = (0..len).map(|at| at as u8).collect();
            fs::write(&path, &bytes).unwrap();
            assert!(holds(&path, &bytes), "{len}");
            assert!(!holds(&path, &[&bytes[..], b"x"].concat()), "{len}, cut short");
            if let Some((last, rest)) = bytes.split_last() {
                assert!(!holds(&path, rest), "{len}, and one more");
                assert!(!holds(&path, &[rest, &[!last]].concat()), "{len}, another at the end");
            }
        }
        assert!(!holds(dir.path(), b""), "a folder");
    }

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        for text in ["first and long", "second"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        replace_synced(&path, b"third").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(replace(&dir.path().join("none/a"), b"").is_err());
        // Not even of what could not be put in its place.
        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("inside"), "").unwrap();
        assert!(replace(&folder, b"new").is_err());
        assert!(write_new(&folder, b"new").is_err());
        assert!(write_over(&folder, b"new").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside them");
    }

    #[test]
    fn a_new_file_takes_the_place_of_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("show.toml");
        // Left by a crash, also by one of a process with this number.
        for left in ["show.toml.new".to_owned(), format!("show.toml.{}.new", std::process::id())] {
            fs::write(dir.path().join(left), "half").unwrap();
        }
        write_new(&path, b"first").unwrap();
        assert_eq!(write_new(&path, b"second").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(write_directly(&path, b"third").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "and what another has left");
        write_directly(&dir.path().join("b"), b"b").unwrap();
        assert!(write_new(&dir.path().join("none/a"), b"").is_err());
    }

    #[test]
    fn what_is_written_over_keeps_its_permissions_and_its_links() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("a.csv"), dir.path().join("link"));
        write_over(&path, b"first").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_over(&link, b"second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside it");
        write_over(Path::new("/dev/null"), b"gone").unwrap();
        assert!(write_over(&dir.path().join("none/a"), b"").is_err());
    }

    #[test]
    fn what_cannot_be_put_over_is_written_into() {
        let dir = tempfile::tempdir().unwrap();
        // A link that leads to no file yet.
        let (path, link) = (dir.path().join("a.csv"), dir.path().join("link"));
        std::os::unix::fs::symlink("a.csv", &link).unwrap();
        write_over(&link, b"first").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        // A name so long that there is none for a file beside it.
        let long = dir.path().join("n".repeat(255));
        fs::write(&long, "old and long").unwrap();
        write_over(&long, b"new").unwrap();
        assert_eq!(fs::read_to_string(&long).unwrap(), "new");
        // A read-only folder; root writes into it anyway.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
        write_over(&path, b"third").unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "third");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left beside them");
        for (error, is_written) in [
            (ErrorKind::PermissionDenied, true),
            (ErrorKind::ResourceBusy, true),
            // What is there must not be cut to nothing.
            (ErrorKind::StorageFull, false),
            (ErrorKind::QuotaExceeded, false),
        ] {
            assert_eq!(cannot_be_put_over(error), is_written, "{error}");
        }
    }

    #[cfg(feature = "link")]
    #[test]
    fn what_is_long_or_no_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_small(&path, 5).unwrap(), b"12345");
        assert_eq!(read_small(&path, 4).unwrap_err().to_string(), "it is too long");
        for path in ["/dev/zero", "/dev"] {
            assert!(read_small(Path::new(path), 5).is_err(), "{path}");
        }
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
        assert!(read_small(&pipe, 5).is_err(), "it waits for nobody to write");
    }
}
