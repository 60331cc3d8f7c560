//! The server that `--share local` starts on this machine.

use std::path::Path;
use std::process::Command;

use handover::link::Access;
use handover::link::local::{Local, find, start};

use super::{Station, is_missing, run};
use crate::harness::{PATIENCE, await_some};

const PROGRAM: &str = env!("CARGO_BIN_EXE_handover");

/// Ends the guard and the server of a folder, however the test ends.
struct Ends<'a>(&'a Path);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        for pid in pids(self.0) {
            drop(Command::new("kill").args(["-9", &pid]).status());
        }
    }
}

/// The processes that have this folder in their command line or environment.
fn pids(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let has = |pid: &String, file: &str| {
        std::fs::read(format!("/proc/{pid}/{file}"))
            .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(&format!("{folder}/run")))
    };
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    let own = std::process::id().to_string();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.parse::<u32>().is_ok() && *name != own)
        .filter(|pid| has(pid, "cmdline") || has(pid, "environ"))
        .collect()
}

fn access(local: &Local) -> Access {
    let credentials = Some(local.credentials.clone());
    Access { servers: local.servers.clone(), credentials, ca: None }
}

#[test]
fn one_server_serves_all_stations_of_the_user_and_comes_back_by_itself() {
    if is_missing() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let _ends = Ends(dir.path());
    let folder = dir.path().join("run");
    std::fs::create_dir(&folder).unwrap();
    let state = |name: &str| dir.path().join(name);
    assert!(find(&folder).unwrap_err().to_string().contains("`handover --share local"));
    let first = start(&folder, &state("a"), Path::new(PROGRAM)).unwrap();
    let second = start(&folder, &state("b"), Path::new(PROGRAM)).unwrap();
    assert_eq!(first.servers, second.servers);
    assert_eq!(first.servers, find(&folder).unwrap().servers);
    assert!(!state("b").exists(), "one server, one folder of data");
    let mut paris = Station::shares(access(&first), run("r-1"), "paris");
    paris.note(0);
    // Without the key nobody gets in.
    let stranger = Access { credentials: None, ..access(&first) };
    assert!(handover::link::runs(&stranger).is_err());
    // The one that has started it is gone.
    drop(first);
    let la = Station::joins(access(&second), run("r-1"), "la");
    drop(la);
    // Its end is noticed, and it is started again where it was.
    let server = pids(dir.path());
    assert!(server.len() >= 2, "a guard and its server: {server:?}");
    let is_server = |pid: &String| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.contains("nats"))
    };
    let server = server.iter().find(|pid| is_server(pid)).expect("the server");
    Command::new("kill").args(["-9", server]).status().unwrap();
    paris.await_lost();
    paris.await_connected();
    assert_eq!(paris.read_all().len(), 1);
    let again = await_some(PATIENCE, || find(&folder).ok()).unwrap();
    assert_eq!(again.servers, second.servers);
}
