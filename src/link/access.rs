//! How the server of a shared run is reached: its servers, who this station is, whose certificates
//! are trusted.

use std::io;
use std::path::{Path, PathBuf};

use super::address::Servers;
use super::credentials::Credentials;
use crate::files::read_small;

/// The largest file with authorities that is read, bytes: those of a whole system are a quarter.
const BYTES_MAX: u64 = 1 << 20;

/// How a server is reached.
#[derive(Clone, Debug)]
pub struct Access {
    /// The servers of one cluster.
    pub servers: Servers,
    /// Proof of who this station is, where the server asks for one.
    pub credentials: Option<Credentials>,
    /// A file with the certificates of the authorities that are trusted, instead of the
    /// machine's.
    pub ca: Option<PathBuf>,
}

/// Reason why a file has no certificates of authorities.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// It cannot be read.
    #[error("cannot read the certificates in {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// There is none in it.
    #[error(
        "{} holds no certificate: --ca needs a PEM file, which has a line -----BEGIN CERTIFICATE-----",
        path.display()
    )]
    None {
        /// The file.
        path: PathBuf,
    },
    /// The servers have none to be compared with it.
    #[error("--ca is for servers with tls://; nats:// is not encrypted")]
    NotEncrypted,
}

/// Checks that the file at `path` can be what --ca has to name.
///
/// # Errors
/// When it has no certificate in it or cannot be read.
pub fn check_ca(path: &Path, servers: &Servers) -> Result<(), CaError> {
    if !servers.has_tls() {
        return Err(CaError::NotEncrypted);
    }
    let text = read_small(path, BYTES_MAX)
        .map_err(|source| CaError::Read { path: path.to_owned(), source })?;
    let has_one = String::from_utf8_lossy(&text).contains("-----BEGIN CERTIFICATE-----");
    if has_one { Ok(()) } else { Err(CaError::None { path: path.to_owned() }) }
}
