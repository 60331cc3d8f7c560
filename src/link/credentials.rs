//! Who this station is to the server: a credentials file or an nkey, from a file.
//!
//! Never from the URL or an argument, because every process of the machine can read those. The
//! secret is kept in memory and shown by nothing.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nkeys::{KeyPair, KeyPairType};

use crate::files::read_small;

/// The largest file that is read, bytes.
const BYTES_MAX: u64 = 64 << 10;

/// What stands at the beginning of a NATS credentials file's first part.
const JWT_BEGINS: &str = "BEGIN NATS USER JWT";

/// Proof of who this station is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The text of a NATS credentials file: a user's JWT and the seed of their key.
    File(String),
    /// The seed of a user's nkey.
    Seed(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::File(_) => "Credentials::File(…)",
            Credentials::Seed(_) => "Credentials::Seed(…)",
        })
    }
}

/// Reason why a file proves nothing. No text repeats what is in it.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("cannot read the credentials in {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A new key cannot be written there.
    #[error("cannot write a key into {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// There is a file already, and a key is never overwritten.
    #[error(
        "{} is there already, and a key in it would be lost: name another file, or move that one away",
        path.display()
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no secret in it.
    #[error(
        "{} holds neither NATS credentials nor the seed of an nkey; it has to be a .creds file, or \
         a line that begins with SU",
        path.display()
    )]
    Neither {
        /// The file.
        path: PathBuf,
    },
    /// The nkey is not a user's.
    #[error("the nkey in {} is that of {of}; a station needs that of a user (it begins with SU)", path.display())]
    NotAUser {
        /// The file.
        path: PathBuf,
        /// Owner of such a key: "an account".
        of: &'static str,
    },
    /// The nkey or the credentials are broken.
    #[error("the {what} in {} is damaged: copy the file again from where it was made", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// "nkey" or "key of the user".
        what: &'static str,
    },
}

impl Credentials {
    /// Reads a NATS credentials file, or a file with the seed of a user's nkey.
    ///
    /// # Errors
    /// When the file cannot be read or holds neither.
    pub fn read(path: &Path) -> Result<Self, CredentialsError> {
        let bytes = read_small(path, BYTES_MAX)
            .map_err(|source| CredentialsError::Read { path: path.to_owned(), source })?;
        Self::of(&String::from_utf8_lossy(&bytes), path)
    }

    fn of(text: &str, path: &Path) -> Result<Self, CredentialsError> {
        let path = || path.to_owned();
        let has_jwt = text.contains(JWT_BEGINS);
        let mut lines = text.lines().map(str::trim);
        let seed = lines
            .find(|line| line.len() > 50 && line.starts_with('S') && line.bytes().all(is_base32));
        let seed = match (seed, has_jwt) {
            (Some(seed), _) => seed,
            (None, true) => {
                return Err(CredentialsError::Damaged { path: path(), what: "key of the user" });
            }
            (None, false) => return Err(CredentialsError::Neither { path: path() }),
        };
        let pair = KeyPair::from_seed(seed)
            .map_err(|_| CredentialsError::Damaged { path: path(), what: "nkey" })?;
        let of = match pair.key_pair_type() {
            KeyPairType::User => {
                return Ok(match has_jwt {
                    true => Credentials::File(text.to_owned()),
                    false => Credentials::Seed(seed.to_owned()),
                });
            }
            KeyPairType::Account => "an account",
            KeyPairType::Operator => "an operator",
            KeyPairType::Server => "a server",
            KeyPairType::Cluster => "a cluster",
            KeyPairType::Module | KeyPairType::Service | KeyPairType::Curve => "something else",
        };
        Err(CredentialsError::NotAUser { path: path(), of })
    }
}

/// Writes the seed of a new key into a file that only its owner can read, and gives its public
/// half, which the server's configuration has to name.
///
/// # Errors
/// When there is such a file already, or it cannot be written.
pub fn new_key(path: &Path) -> Result<String, CredentialsError> {
    let failed = |source: io::Error| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::AlreadyExists {
            return CredentialsError::Exists { path };
        }
        CredentialsError::Write { path, source }
    };
    let key = KeyPair::new_user();
    let seed = key.seed().map_err(|error| failed(io::Error::other(error)))?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| writeln!(file, "{seed}")).map_err(failed)?;
    Ok(key.public_key())
}

fn is_base32(byte: u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the NATS documentation, which is nobody's.
    const SEED: &str = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";

    fn of(text: &str) -> Result<Credentials, String> {
        Credentials::of(text, Path::new("key")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_seed_is_found_among_comments_and_public_keys() {
        let seed = Ok(Credentials::Seed(SEED.into()));
        assert_eq!(of(SEED), seed);
        assert_eq!(of(&format!("# paris\n  {SEED}\r\nUBLAH\n")), seed);
    }

    #[test]
    fn credentials_have_a_jwt_and_a_key() {
        let text = |key: &str| {
            format!(
                "-----BEGIN NATS USER JWT-----\neyJ0eXAi.e30.x\n------END NATS USER JWT------\n\n\
                 -----BEGIN USER NKEY SEED-----\n{key}\n------END USER NKEY SEED------\n"
            )
        };
        assert_eq!(of(&text(SEED)), Ok(Credentials::File(text(SEED))));
        assert!(of(&text("")).unwrap_err().contains("damaged"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let account = KeyPair::new_account().seed().unwrap();
        let mut broken = SEED.to_owned();
        broken.replace_range(20..21, "A");
        for (text, part) in [
            ("", "neither NATS credentials nor"),
            ("password", "neither NATS credentials nor"),
            (&account, "is that of an account"),
            (&broken, "is damaged"),
        ] {
            let said = of(text).unwrap_err();
            assert!(said.contains(part), "{said}");
            assert!(text.is_empty() || !said.contains(text), "{said}");
        }
        let said = format!("{:?}", of(SEED).unwrap());
        assert!(!said.contains(SEED), "{said}");
    }

    #[test]
    fn only_a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let said = Credentials::read(folder.path()).unwrap_err().to_string();
        assert!(said.contains("cannot read the credentials in"), "{said}");
        let path = folder.path().join("paris.nk");
        std::fs::write(&path, SEED).unwrap();
        assert_eq!(Credentials::read(&path).unwrap(), Credentials::Seed(SEED.into()));
        let why = new_key(&path).unwrap_err().to_string();
        assert!(why.contains("there already") && why.contains("name another file"), "{why}");
        let path = folder.path().join("la.nk");
        let public = new_key(&path).unwrap();
        let Credentials::Seed(seed) = Credentials::read(&path).unwrap() else { panic!() };
        assert_eq!(KeyPair::from_seed(&seed).unwrap().public_key(), public);
        let mode = std::fs::metadata(&path).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    }
}
