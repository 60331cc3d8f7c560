//! Files that this program reads and writes for itself: opened so that it waits for nobody, and
//! written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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
    use std::io::Read;

    let mut bytes = vec![];
    open_regular(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::new(ErrorKind::InvalidData, "it is too long"));
    }
    Ok(bytes)
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
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    sync(&file)?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

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
