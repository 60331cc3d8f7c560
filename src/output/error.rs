//! Why a show's outputs cannot be opened: every reason at once, in words that say what to mend.
//!
//! Must never hold the value of a secret: only the names of headers and variables come in here.

use std::{fmt, io};

/// Everything that keeps a show from going live.
#[derive(Debug, thiserror::Error)]
pub struct OutputsError {
    /// In the order of the show's outputs; never empty.
    pub faults: Vec<Fault>,
}

impl fmt::Display for OutputsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if at > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// One reason why one output cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The show may name it, but the program has no driver for it.
    #[error(
        "output {output:?}: this build cannot drive {kind}; {mend}, take the output out of the show, or run with --rehearse"
    )]
    NotInThisBuild {
        /// The output's id.
        output: String,
        /// The kind's word in the show file.
        kind: &'static str,
        /// What helps, beside a rehearsal.
        mend: &'static str,
    },
    /// A header's secret is not there.
    #[error("output {output:?}: header {header} needs the environment variable {variable}; set it and start again")]
    SecretMissing {
        /// The output's id.
        output: String,
        /// The header's name.
        header: String,
        /// The variable's name.
        variable: String,
    },
    /// A header that no request can carry. The value is left out, since it may be a secret.
    #[error("output {output:?}: header {header} cannot be sent: its {part} has characters that HTTP does not allow")]
    Header {
        /// The output's id.
        output: String,
        /// The header's name.
        header: String,
        /// "name", "value", or "value in VARIABLE".
        part: String,
    },
    /// A message that its output cannot carry.
    #[error("output {output:?}, {place}: {why}")]
    Message {
        /// The output's id.
        output: String,
        /// "cue 12" or "panic".
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// The machine has no thread left for it.
    #[error("output {output:?}: cannot start its thread")]
    Thread {
        /// The output's id.
        output: String,
        /// What the system says.
        source: io::Error,
    },
}
