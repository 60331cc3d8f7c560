//! Reasons why an output cannot be opened, as sentences that say how to fix it.
//!
//! The output's own id stands beside these words wherever they are shown. Must never hold the value
//! of a secret: only the names of headers and variables come in here.

use std::io;

use super::permits::how_to_permit;

/// One reason why an output cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OutputFault {
    /// The show may name it, but the program has no driver for it.
    #[error("this build cannot drive {kind}; {fix}")]
    NotInThisBuild {
        /// The kind's word in the show file.
        kind: &'static str,
        /// The fix.
        fix: &'static str,
    },
    /// A header's secret is not there.
    #[error(
        "header {header} needs the environment variable {variable}, which is not set; set it and start again"
    )]
    SecretMissing {
        /// The header's name.
        header: String,
        /// The variable's name.
        variable: String,
    },
    /// A header whose secret the user does not allow shows to send.
    #[error("header {header} would send the environment variable {variable}; {}", how_to_permit(.variable))]
    SecretNotPermitted {
        /// The header's name.
        header: String,
        /// The variable's name.
        variable: String,
    },
    /// A header that no request can carry. The value is left out, since it may be a secret.
    #[error("header {header} cannot be sent: its {part} has characters that HTTP does not allow")]
    Header {
        /// The header's name.
        header: String,
        /// "name", "value", or "value in VARIABLE".
        part: String,
    },
    /// The certificates that are to vouch for its server cannot be read.
    #[error("ca = {file:?}: {why}")]
    Certificates {
        /// The file, as the show has it.
        file: String,
        /// The problem.
        why: String,
    },
    /// A message that its output cannot carry.
    #[error("{place}: {why}")]
    Message {
        /// "cue 12" or "panic".
        place: String,
        /// The problem.
        why: String,
    },
    /// The machine has no thread left for it.
    #[error("cannot start its thread: {source}")]
    Thread {
        /// The system's reason.
        source: io::Error,
    },
}
