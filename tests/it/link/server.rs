//! A real nats-server with a folder and a port of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::harness::{PATIENCE, await_some};

/// Returns `true`, with a word about it, if no nats-server is installed.
pub(crate) fn is_missing() -> bool {
    let output = Command::new("nats-server").arg("--version").output();
    let missing = output.is_err();
    if missing {
        eprintln!("skipped: nats-server not found");
        let is_set = |name| std::env::var_os(name).is_some();
        let required = is_set("HANDOVER_REQUIRE_SERVICES") && !is_set("HANDOVER_WITHOUT_NATS");
        assert!(!required, "nats-server is required here");
    }
    missing
}

/// A server; it ends with its value.
pub(crate) struct NatsServer {
    dir: tempfile::TempDir,
    settings: String,
    child: Option<Child>,
    port: Option<u16>,
}

/// The settings of a server that keeps logs as a show needs it.
pub(crate) const JETSTREAM: &str = "jetstream { store_dir: STORE, sync_interval: always }\n";

impl NatsServer {
    /// Starts a server that keeps logs, on loopback and without users.
    pub(crate) fn start() -> Self {
        Self::with(JETSTREAM)
    }

    /// Starts a server with these settings; `STORE` in them is its folder for logs.
    pub(crate) fn with(settings: &str) -> Self {
        let mut server = Self::stopped(settings);
        server.begin();
        server.await_port();
        server
    }

    /// A server that does not run yet.
    pub(crate) fn stopped(settings: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder for the server");
        NatsServer { dir, settings: settings.to_owned(), child: None, port: None }
    }

    /// Starts it at this port.
    pub(crate) fn start_at(&mut self, port: u16) {
        self.port = Some(port);
        self.begin();
    }

    fn begin(&mut self) {
        let path = |name: &str| self.dir.path().join(name);
        drop(fs::remove_dir_all(path("ports")));
        fs::create_dir(path("ports")).expect("a folder for the port");
        let quoted = |path: PathBuf| format!("{:?}", path.display().to_string());
        let settings = format!(
            "host: 127.0.0.1\nport: {}\nports_file_dir: {}\nlog_file: {}\n{}",
            self.port.map_or(-1, i32::from),
            quoted(path("ports")),
            quoted(path("log")),
            self.settings.replace("STORE", &quoted(path("store"))),
        );
        fs::write(path("conf"), settings).expect("the server's settings");
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(path("conf")).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("nats-server"));
    }

    fn await_port(&mut self) {
        let ports = self.dir.path().join("ports");
        let port = await_some(PATIENCE, || {
            let file = fs::read_dir(&ports).ok()?.flatten().next()?.path();
            let ports: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
            ports["nats"][0].as_str()?.rsplit_once(':')?.1.parse().ok()
        });
        self.port = Some(port.unwrap_or_else(|| panic!("no port: {}", self.log())));
    }

    /// What it says of itself.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.expect("a port")
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port())
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("its end");
        }
    }

    /// Starts it again, at the same port, with what it has kept.
    pub(crate) fn restart(&mut self) {
        self.begin();
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}
