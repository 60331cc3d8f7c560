//! The open journal file, as the writer and the syncing thread see it.
//!
//! Owns the file handles and the five things that are done with it, and that the run's folder is
//! synced with the first sync of the file. Must never retry, buffer or interpret what a fault means:
//! that is decided in [`super::backlog`] and [`super::sync`], which the tests run on a disk that
//! fails on demand.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::store::sync_run;

/// A file that lines are written to.
pub(super) trait Disk: Send + Sync {
    /// Adds some of `bytes` to the end and says how many.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;
    /// Cuts the file to `len` bytes.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Returns when everything written so far would survive a power cut.
    fn sync(&self) -> io::Result<()>;
    /// Length of the file, bytes.
    fn len(&self) -> io::Result<u64>;
    /// Returns `true` if the file's name still leads to this one.
    fn is_in_place(&self) -> bool;
}

/// A file that is only ever appended to, and locked for as long as it is open: the lock file of the
/// run can be deleted by mistake, and then a second program would take that for free.
pub(super) struct JournalFile {
    /// The file as it could be opened at once: for appending, or, where its disk is read-only now,
    /// only for reading.
    opened: File,
    /// The file opened for appending, as soon as that is possible.
    appending: OnceLock<File>,
    path: PathBuf,
    /// Device and inode: a deleted or replaced file takes writes as if nothing had happened, but
    /// nobody finds it again.
    identity: (u64, u64),
    /// What became of the sync of the run's folder, which is needed once. One that failed is not
    /// repeated: the operating system may have given up what it could not write.
    folder_sync: OnceLock<Result<(), (ErrorKind, String)>>,
}

impl JournalFile {
    /// Makes the file, readable for nobody else.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Self::new(OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?, path)
    }

    /// Opens the file, which has to be there. Where it cannot be written, every write tries again.
    ///
    /// # Errors
    /// When it cannot even be read, or (`ErrorKind::WouldBlock`) another program has it open for
    /// writing.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::new(File::open(path)?, path)
    }

    fn new(opened: File, path: &Path) -> io::Result<Self> {
        match opened.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
            // A file system without locks has refused the run's lock file already.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let identity = identity(&opened.metadata()?);
        let (appending, folder_sync) = (OnceLock::new(), OnceLock::new());
        Ok(Self { opened, appending, path: path.to_owned(), identity, folder_sync })
    }

    /// Syncs the run's folder, once: also that of a run which is resumed, for the program may have
    /// died before it did. A folder that was moved away is an alarm of its own, and is synced once
    /// it is back.
    ///
    /// # Errors
    /// When that failed, now or before.
    fn sync_folder(&self) -> io::Result<()> {
        let Some(folder) = self.path.parent() else { return Ok(()) };
        let synced = match self.folder_sync.get() {
            Some(known) => known.clone(),
            None => match sync_run(folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                synced => {
                    let synced = synced.map_err(|error| (error.kind(), error.to_string()));
                    self.folder_sync.get_or_init(|| synced).clone()
                }
            },
        };
        synced.map_err(|(kind, why)| io::Error::new(kind, why))
    }

    fn appending(&self) -> io::Result<&File> {
        if let Some(file) = self.appending.get() {
            return Ok(file);
        }
        let file = OpenOptions::new().append(true).open(&self.path)?;
        if identity(&file.metadata()?) != self.identity {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(self.appending.get_or_init(|| file))
    }
}

impl Disk for JournalFile {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.appending()?.write(bytes)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.appending()?.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        let folder = self.sync_folder();
        // A folder that cannot be synced must not keep the events off the disk.
        self.opened.sync_data()?;
        folder
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.opened.metadata()?.len())
    }

    fn is_in_place(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| identity(&found) == self.identity)
    }
}

/// Device and inode.
pub(super) fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Returns when the names in `dir` would survive a power cut; a file's own sync does not promise
/// that.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
pub(super) mod fake {
    use std::sync::{Arc, Condvar, Mutex, MutexGuard};

    use super::*;

    /// A disk in memory that fails on demand; clones share it.
    #[derive(Clone, Default)]
    pub(crate) struct FakeDisk(Arc<(Mutex<Fake>, Condvar)>);

    pub(crate) struct Fake {
        pub bytes: Vec<u8>,
        /// Maximum length of the file, bytes.
        pub room: usize,
        pub set_len_fails: bool,
        pub sync_fails: bool,
        pub sync_stalls: bool,
        pub syncs: u32,
        pub gone: bool,
        /// Maximum number of bytes of one write, and `true` if a signal interrupts every second
        /// write.
        pub gulp: usize,
        pub interrupts: bool,
        interrupted: bool,
    }

    impl Default for Fake {
        fn default() -> Self {
            Self {
                bytes: Vec::new(),
                room: usize::MAX,
                set_len_fails: false,
                sync_fails: false,
                sync_stalls: false,
                syncs: 0,
                gone: false,
                gulp: usize::MAX,
                interrupts: false,
                interrupted: false,
            }
        }
    }

    impl FakeDisk {
        pub(crate) fn lock(&self) -> MutexGuard<'_, Fake> {
            self.0.0.lock().unwrap()
        }

        pub(crate) fn change(&self, change: impl FnOnce(&mut Fake)) {
            change(&mut self.lock());
            self.0.1.notify_all();
        }
    }

    impl Disk for FakeDisk {
        fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            let mut fake = self.lock();
            fake.interrupted = fake.interrupts && !fake.interrupted;
            if fake.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let taken = bytes.len().min(fake.gulp).min(fake.room.saturating_sub(fake.bytes.len()));
            if taken == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            fake.bytes.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            let mut fake = self.lock();
            if fake.set_len_fails {
                return Err(io::ErrorKind::ReadOnlyFilesystem.into());
            }
            assert!(len <= fake.bytes.len() as u64, "a journal is never filled up");
            fake.bytes.truncate(len as usize);
            Ok(())
        }

        fn sync(&self) -> io::Result<()> {
            let mut fake = self.lock();
            fake.syncs += 1;
            self.0.1.notify_all();
            while fake.sync_stalls {
                fake = self.0.1.wait(fake).unwrap();
            }
            if fake.sync_fails { Err(io::Error::other("the cable is out")) } else { Ok(()) }
        }

        fn len(&self) -> io::Result<u64> {
            Ok(self.lock().bytes.len() as u64)
        }

        fn is_in_place(&self) -> bool {
            !self.lock().gone
        }
    }
}
