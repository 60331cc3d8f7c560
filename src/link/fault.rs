//! Reasons why a server cannot be used for shared runs, in words for people, each with the fix.

use super::StationName;
use super::version::{ServerVersion, VERSION_MIN};

/// Reason why a run cannot be shared, followed or listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No server answers.
    #[error("no server answers at {servers} ({why}): check the address and that it runs")]
    NoAnswer {
        /// The URL.
        servers: String,
        /// Reason of the last attempt.
        why: String,
    },
    /// It does not let this station in.
    #[error(
        "{servers} does not accept these credentials: check the file that --credentials or \
         $HANDOVER_NATS_CREDENTIALS names, and the users in the server's configuration"
    )]
    Refused {
        /// The URL.
        servers: String,
    },
    /// It asks for credentials and none were given.
    #[error(
        "{servers} asks for credentials: name a file with --credentials or in \
         $HANDOVER_NATS_CREDENTIALS"
    )]
    NoCredentials {
        /// The URL.
        servers: String,
    },
    /// Nobody who is trusted has signed its certificate.
    #[error(
        "the certificate of {servers} is signed by an authority that is not known here: name the \
         file with the authority's certificate with --ca"
    )]
    UnknownCa {
        /// The URL.
        servers: String,
    },
    /// Its certificate is no good for another reason.
    #[error("the certificate of {servers} is not valid: {why}")]
    Certificate {
        /// The URL.
        servers: String,
        /// Reason.
        why: String,
    },
    /// It does not speak TLS.
    #[error("{servers} does not speak TLS: give the server a certificate, or use another port")]
    NoTls {
        /// The URL.
        servers: String,
    },
    /// Its version cannot keep the log.
    #[error(
        "the server {name} is nats-server {version}, which is too old to keep the log of a show: \
         it has to be {VERSION_MIN} or later"
    )]
    TooOld {
        /// Name of the server.
        name: String,
        /// Its version.
        version: ServerVersion,
    },
    /// It says no version that can be read.
    #[error("{servers} is no NATS server that is known here (it says version {version:?})")]
    NoVersion {
        /// The URL.
        servers: String,
        /// Its version as it says it.
        version: String,
    },
    /// It keeps nothing.
    #[error(
        "the server {name} has no JetStream, which keeps the log: add a block `jetstream {{ … }}` \
         to its configuration (assets/nats/handover.conf has one)"
    )]
    NoJetStream {
        /// Name of the server.
        name: String,
    },
    /// JetStream answers, but cannot work at the moment.
    #[error("the server cannot keep a log at the moment: {0}")]
    NotNow(String),
    /// The store has no room.
    #[error(
        "the log's store on the server is full ({0}): give it more room (max_file_store), or delete \
         runs that are over"
    )]
    Full(String),
    /// A permission is missing.
    #[error("the server does not let this station {wish}: {why}; check the user's permissions")]
    Denied {
        /// The action that failed: "list the runs".
        wish: &'static str,
        /// The server's words.
        why: String,
    },
    /// No run is shared there.
    #[error("no run is shared on {servers}: `handover --share URL --station NAME SHOW` shares one")]
    NoRuns {
        /// The URL.
        servers: String,
    },
    /// There is no such run.
    #[error("there is no shared run {run} on {servers}; `handover stations URL` lists them")]
    NoSuchRun {
        /// The run.
        run: String,
        /// The URL.
        servers: String,
    },
    /// Another program takes part in the run by this name.
    #[error(
        "another program takes part in run {run} as {station}: it was heard just now, and has been \
         there for about {since}. End that one, or join with another --station NAME"
    )]
    NameTaken {
        /// The run.
        run: String,
        /// The name.
        station: StationName,
        /// Time for which it has been there, by the number of its signs of life.
        since: String,
    },
    /// The run's log is not as this program makes it.
    #[error("the log of run {run} on the server was not made by handover: {why}")]
    Foreign {
        /// The run.
        run: String,
        /// What is different.
        why: String,
    },
    /// The show of the run is not there, or not as it was put there.
    #[error("the show of run {run} cannot be had from the server: {why}")]
    NoShow {
        /// The run.
        run: String,
        /// Reason.
        why: String,
    },
    /// The system has no thread or no timer for it.
    #[error("cannot start what talks to the server: {0}")]
    Machine(String),
}
