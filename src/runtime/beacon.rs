//! A sign that a live run is being called, which needs no room on a disk: the lock of a run is a
//! file, and a full disk takes none. It is a socket that only has a name, in Linux's list of them
//! (unix(7), "abstract"), and goes with the program. Elsewhere there is none.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use crate::journal::{Store, checksum};

/// The sign of this program's run, for as long as it exists.
#[derive(Debug)]
pub(super) struct Beacon {
    _socket: UnixDatagram,
}

impl Beacon {
    /// Shows that this process calls the show that came from `source`, whose runs are kept in
    /// `store`; `None` where the system has no such signs.
    #[cfg(target_os = "linux")]
    pub(super) fn light(store: &Store, source: &str) -> Option<Self> {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;
        let name = format!("{}{}", prefix(store, source), std::process::id());
        let address = SocketAddr::from_abstract_name(name).ok()?;
        Some(Self { _socket: UnixDatagram::bind_addr(&address).ok()? })
    }

    /// Shows nothing: only Linux has such signs.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn light(_: &Store, _: &str) -> Option<Self> {
        None
    }
}

/// The processes that call the show that came from `source`, as [`Beacon::light`] shows it.
pub(super) fn callers(store: &Store, source: &str) -> Vec<u32> {
    let list = fs::read("/proc/net/unix").unwrap_or_default();
    named(&String::from_utf8_lossy(&list), &prefix(store, source))
}

/// The processes of the sockets in `list` whose names begin with `prefix`. The name is the last
/// column, and begins with an `@`.
fn named(list: &str, prefix: &str) -> Vec<u32> {
    let name = |line: &str| line.split_once('@')?.1.strip_prefix(prefix)?.parse().ok();
    list.lines().filter_map(name).collect()
}

/// Beginning of the name: users, state folders and shows do not meet each other.
fn prefix(store: &Store, source: &str) -> String {
    let user = rustix::process::getuid().as_raw();
    let root = resolved(store.root());
    format!("handover-{user}-{}-", checksum(&format!("{}\n{source}", root.display())))
}

/// The path without symbolic links and relative parts, whether it is there or not: it may be made
/// while the sign is shown.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = path.ancestors().find_map(|above| {
        let rest = path.strip_prefix(above).ok()?;
        // Component by component: joined with nothing, the path would end with a slash.
        Some(above.canonicalize().ok()?.components().chain(rest.components()).collect())
    });
    found.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_path_before_and_after_it_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let name = |folder: &Path| prefix(&Store::new(folder), "a show");
        let before = name(&link.join("state"));
        fs::create_dir_all(real.join("state/runs")).unwrap();
        assert_eq!(name(&link.join("state")), before);
        assert_eq!(name(&real.join("state")), before);
        assert_ne!(name(&real.join("other")), before);
    }

    #[test]
    fn only_names_of_this_show_are_its_callers() {
        let list = "Num       RefCount Protocol Flags    Type St Inode Path\n\
                    0000000000000000: 00000002 00000000 00000000 0002 01 8881 @handover-0-aabb-77\n\
                    0000000000000000: 00000002 00000000 00000000 0002 01 8882 @handover-0-aabb-x\n\
                    0000000000000000: 00000002 00000000 00000000 0002 01 8883 @handover-0-cccc-78\n\
                    0000000000000000: 00000003 00000000 00000000 0001 03 8884\n";
        assert_eq!(named(list, "handover-0-aabb-"), [77]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_sign_is_seen_for_as_long_as_it_is_there() {
        let store = Store::new(Path::new("/nowhere/beacon"));
        let beacon = Beacon::light(&store, "a show").unwrap();
        assert_eq!(callers(&store, "a show"), [std::process::id()]);
        assert!(callers(&store, "another show").is_empty());
        drop(beacon);
        assert!(callers(&store, "a show").is_empty());
    }
}
