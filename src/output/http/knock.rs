//! Knocking at a web server: whether anybody answers, without having anything done.
//!
//! Asks by HEAD for the address that all paths are added to, with the output's own headers but
//! without its secrets. HEAD is safe: who sends it asks for no change, and is not to be held to
//! account for any (RFC 9110, section 9.2.1). Whatever the server says, it answers: which paths
//! there are, and what they grant, only the show's own requests could find out.

use std::time::Duration;

use ureq::http::{Method, Request};
use ureq::tls::RootCerts;

use super::{Http, HttpCall, HttpSettings, Secrets, agent, clean, host_of, read_headers, trust};
use crate::output::{OutputFault, Surroundings};

/// A knock, with its secrets read.
pub(in crate::output) struct Knock {
    call: HttpCall,
    secrets: Secrets,
    host: String,
    roots: RootCerts,
}

impl Knock {
    /// Looks whether the output's secrets are there. None of them is sent: an answer is an answer
    /// without them too.
    ///
    /// # Errors
    /// All secrets that are missing or not permitted, and what no request can be sent with.
    pub(in crate::output) fn new(
        settings: &HttpSettings<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Vec<OutputFault>> {
        let (mut headers, secrets) = read_headers(settings.headers, surroundings)?;
        for (name, _) in settings.headers.iter().filter(|(_, value)| value.starts_with("env:")) {
            headers.remove(name);
        }
        let roots = trust::roots(settings.ca, surroundings.folder)?;
        let request = Request::builder().method(Method::HEAD).uri(settings.base).body(());
        let mut request = request.map_err(|error| {
            vec![OutputFault::Message { place: "probe".into(), why: error.to_string() }]
        })?;
        *request.headers_mut() = headers;
        Ok(Knock {
            call: HttpCall { request, content: None, retries: 0 },
            secrets,
            host: host_of(settings.base),
            roots,
        })
    }

    /// Asks the server for an answer within `limit`; the error says why there is none.
    pub(in crate::output) fn ask(self, limit: Duration) -> Result<String, String> {
        let agent = agent(&self.host, limit, self.roots);
        match agent.run(self.call.request.clone()) {
            Ok(response) => {
                let status = response.status();
                let reason = status.canonical_reason().unwrap_or_default();
                Ok(format!("answers {} {reason}", status.as_u16()).trim_end().to_owned())
            }
            Err(ureq::Error::Timeout(_)) => Err("no answer in time".into()),
            Err(error) => {
                let http = Http {
                    agent,
                    secrets: self.secrets,
                    host: self.host,
                    timeout: limit,
                    passes_after: None,
                };
                Err(clean(&http.secrets.hide(&http.failure(&error))))
            }
        }
    }
}
