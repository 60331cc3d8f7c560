//! The key of this machine that makes tokens of passcodes: a file beside the runs.

use std::io::Read;
use std::path::Path;

use crate::files::{open_regular, replace};
use crate::web::TokenKey;

/// Name of the file.
const FILE: &str = "web.key";

/// The key in the folder `state`: the one that is there, or a new one. Where it cannot be kept, it
/// holds until the program ends, and browsers need the passcode again after that.
pub(super) fn key(state: &Path) -> TokenKey {
    let path = state.join(FILE);
    read(&path).map(TokenKey).unwrap_or_else(|_| {
        let key = random();
        // A folder that takes no file is the journal's alarm.
        let _ = std::fs::create_dir_all(state).and_then(|()| replace(&path, &key.0));
        key
    })
}

fn read(path: &Path) -> std::io::Result<[u8; 32]> {
    let mut key = [0; 32];
    open_regular(path)?.read_exact(&mut key)?;
    Ok(key)
}

fn random() -> TokenKey {
    let random = std::fs::File::open("/dev/urandom").and_then(|mut random| {
        let mut key = [0; 32];
        random.read_exact(&mut key).map(|()| key)
    });
    random.map(TokenKey).unwrap_or_else(|_| {
        // Without the device, the seeds of a hash map are what the system gives at random.
        use std::hash::{BuildHasher, RandomState};
        let mut key = [0; 32];
        for part in key.chunks_mut(8) {
            part.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
        }
        TokenKey(key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let first = key(&state);
        assert!(key(&state) == first && first != random());
        let mode = std::fs::metadata(state.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        std::fs::write(state.join(FILE), "cut").unwrap();
        assert!(key(&state) != first);
        // One that cannot be kept is a new one each time.
        let nowhere = Path::new("/dev/null/no");
        assert!(key(nowhere) != key(nowhere));
    }
}
