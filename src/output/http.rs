//! HTTP: one request a message, one after another, each sent once, unless the show asks for more
//! tries.
//!
//! Secrets live in the requests and in [`Secrets`], and nowhere else: no text that leaves this file
//! may hold one, not even where a server quotes it back. Redirects are not followed, because the
//! show file says whom it means to call, and a server that answers for it must not get to send its
//! secrets elsewhere.

mod knock;
mod trust;

use std::io::{self, ErrorKind, Read};
use std::net::IpAddr;
use std::time::Duration;

use ureq::http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use ureq::http::{Method, Request, Response, StatusCode, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Timeout};

use knock::Knock;

use super::messages::Messages;
use super::peer::words;
use super::probe::{Attempt, ProbeAnswer};
use super::queued::Queued;
use super::secrets::Secrets;
use super::worker::{Again, Failure, Transmit, Worker, WorkerContext};
use super::{Opening, OutputFault, Surroundings};
use crate::plain::clean;
use crate::show::action::HttpContent;
use crate::show::file::machine::Finding;
use crate::show::{Body, OutputIx, Show};

/// Maximum size of an answer that is read, bytes: enough for its first words, and to let a
/// connection be used again.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// Maximum wait for the rest of an answer once its status is there. Most answers are whole by then,
/// and the cues of one output wait for each other.
const ANSWER_LIMIT: Duration = Duration::from_millis(200);

/// Time limit of a name server. The system's own limit is longer than a message may wait for its
/// turn.
const RESOLVE_LIMIT: Duration = Duration::from_secs(3);

/// Time limit for a connection with its encryption.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);

/// Maximum length of a refusal that people are shown, characters.
const ANSWER_CHARS_MAX: usize = 200;

/// The pause before a request is tried a second time; each further one is twice the one before.
const PAUSE: Duration = Duration::from_millis(500);

/// The longest of these pauses.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The longest that a server may ask for by `Retry-After`; a cue that comes later than that is no
/// cue any more.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);

/// The requests of one output, checked, and what else it takes to send them.
pub(super) struct HttpPlan {
    requests: Messages<HttpCall>,
    secrets: Secrets,
    host: String,
    timeout: Duration,
    roots: RootCerts,
}

/// A request without a connection.
pub(super) struct HttpCall {
    request: Request<()>,
    content: Option<Vec<u8>>,
    /// Number of further tries.
    retries: u32,
}

/// Settings of an HTTP output in the show file.
pub(super) struct HttpSettings<'a> {
    pub(super) base: &'a str,
    pub(super) headers: &'a [(String, String)],
    pub(super) timeout: Duration,
    /// The file of certificates that vouch for the server, as the show file has it.
    pub(super) ca: Option<&'a str>,
}

impl super::Kind for HttpSettings<'_> {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        surroundings: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let plan = HttpPlan::new(show, output, self, surroundings)?;
        let HttpPlan { requests, secrets, host, timeout, roots } = plan;
        Ok(Opening::new(requests, move |requests, context, _| {
            Ok(Box::new(HttpPlan { requests, secrets, host, timeout, roots }.open(context)?))
        }))
    }

    /// Asks by HEAD, which asks for no change.
    fn probe(&self, _: &Show, _: OutputIx, surroundings: &Surroundings<'_>) -> Attempt {
        let (knock, timeout) = (Knock::new(self, surroundings), self.timeout);
        Box::new(move |at_most| match knock {
            Ok(knock) => match knock.ask(at_most.min(timeout)) {
                Ok(said) => (ProbeAnswer::Up, said),
                Err(why) => (ProbeAnswer::Down, why),
            },
            Err(faults) => (
                ProbeAnswer::Down,
                faults.iter().map(OutputFault::to_string).collect::<Vec<_>>().join("; "),
            ),
        })
    }

    fn lacks(&self, _: bool, surroundings: &Surroundings<'_>) -> Vec<Finding> {
        let faults = trust::roots(self.ca, surroundings.folder).err().unwrap_or_default();
        let finding = |fault: OutputFault| Finding {
            what: fault.to_string(),
            fix: "put the file there".into(),
        };
        faults.into_iter().map(finding).collect()
    }
}

impl HttpPlan {
    /// Reads the secrets and prepares every request, without sending anything.
    ///
    /// # Errors
    /// All secrets that are missing and all requests that cannot be.
    pub(super) fn new(
        show: &Show,
        output: OutputIx,
        settings: &HttpSettings<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Vec<OutputFault>> {
        let (headers, secrets) = read_headers(settings.headers, surroundings)?;
        let roots = trust::roots(settings.ca, surroundings.folder)?;
        let requests = Messages::new(show, output, |body| call(settings.base, &headers, body))?;
        let (host, timeout) = (host_of(settings.base), settings.timeout);
        Ok(HttpPlan { requests, secrets, host, timeout, roots })
    }

    /// Starts the workers: one for the cues, and one for panic, which must not wait for the answer
    /// to a cue.
    pub(super) fn open(self, context: WorkerContext) -> io::Result<Queued<HttpCall>> {
        let agent = agent(&self.host, self.timeout, self.roots);
        let http = Http {
            agent,
            secrets: self.secrets,
            host: self.host,
            timeout: self.timeout,
            passes_after: None,
        };
        let panic_worker = match self.requests.panic.is_empty() {
            true => None,
            false => Some(Worker::start(context.clone(), http.clone())?),
        };
        let worker = Worker::start(context.clone(), http)?;
        Ok(Queued::new(context, self.requests, worker, panic_worker))
    }
}

fn host_of(base: &str) -> String {
    base.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
}

/// Builds the client for `host`, each whole request within `timeout`; the server's certificate has
/// to come from one of `roots`.
fn agent(host: &str, timeout: Duration, roots: RootCerts) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .timeout_resolve(Some(timeout.min(RESOLVE_LIMIT)))
        .timeout_connect(Some(timeout.min(CONNECT_LIMIT)))
        .timeout_recv_body(Some(ANSWER_LIMIT))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .user_agent(concat!("handover/", env!("CARGO_PKG_VERSION")));
    // A proxy may stand between here and a named host, but never before an address on the show's
    // own network.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_near = bare == "localhost" || bare.parse::<IpAddr>().is_ok();
    if is_near { config.proxy(None) } else { config }.build().new_agent()
}

fn read_headers(
    headers: &[(String, String)],
    surroundings: &Surroundings<'_>,
) -> Result<(HeaderMap, Secrets), Vec<OutputFault>> {
    let (mut map, mut secrets, mut faults) = (HeaderMap::new(), Secrets::default(), vec![]);
    for (header, written) in headers {
        let fault = |part: String| OutputFault::Header { header: header.clone(), part };
        let variable = written.strip_prefix("env:");
        let value = match variable {
            None => written.clone(),
            Some(variable) if !surroundings.permits.may_send(variable) => {
                faults.push(OutputFault::SecretNotPermitted {
                    header: header.clone(),
                    variable: variable.into(),
                });
                continue;
            }
            Some(variable) => {
                match (surroundings.env)(variable).filter(|value| !value.is_empty()) {
                    Some(value) => value,
                    None => {
                        faults.push(OutputFault::SecretMissing {
                            header: header.clone(),
                            variable: variable.into(),
                        });
                        continue;
                    }
                }
            }
        };
        match (header.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            (Ok(name), Ok(mut line)) => {
                if let Some(variable) = variable {
                    line.set_sensitive(true);
                    secrets.add(variable, &value);
                }
                map.append(name, line);
            }
            (Err(_), _) => faults.push(fault("name".into())),
            (_, Err(_)) => {
                faults.push(fault(variable.map_or("value".into(), |v| format!("value in {v}"))))
            }
        }
    }
    if faults.is_empty() { Ok((map, secrets)) } else { Err(faults) }
}

fn call(base: &str, headers: &HeaderMap, body: &Body) -> Result<HttpCall, String> {
    let Body::Http { method, path, content, retries } = body else {
        return Err("not an HTTP request".into());
    };
    let (content, kind) = match content {
        HttpContent::Empty => (None, None),
        HttpContent::Text(text) => {
            (Some(text.clone().into_bytes()), Some("text/plain; charset=utf-8"))
        }
        HttpContent::Json(json) => (Some(json.clone().into_bytes()), Some("application/json")),
    };
    let parsed: Method = method.parse().map_err(|_| format!("{method:?} is no HTTP method"))?;
    let carries = [Method::POST, Method::PUT, Method::PATCH].contains(&parsed);
    if content.is_some()
        && [Method::GET, Method::HEAD, Method::CONNECT, Method::TRACE].contains(&parsed)
    {
        return Err(format!(
            "a {method} request cannot carry anything: write POST, PUT, PATCH or DELETE"
        ));
    }
    let uri: Uri =
        format!("{base}{path}").parse().map_err(|e| format!("{base}{path} is no URL: {e}"))?;
    let mut request =
        Request::builder().method(parsed).uri(uri).body(()).map_err(|e| e.to_string())?;
    *request.headers_mut() = headers.clone();
    if let Some(kind) = kind {
        request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    }
    // A POST says how long it is, be it nothing.
    Ok(HttpCall { request, content: content.or_else(|| carries.then(Vec::new)), retries: *retries })
}

#[derive(Clone)]
struct Http {
    agent: Agent,
    secrets: Secrets,
    host: String,
    timeout: Duration,
    /// Minimum wait before the next try, if the last request failed by something that may pass.
    passes_after: Option<Duration>,
}

impl Transmit for Http {
    type Message = HttpCall;

    fn transmit(&mut self, call: &HttpCall) -> Result<(), Failure> {
        let response = match &call.content {
            Some(content) => self.agent.run(call.request.clone().map(|()| content)),
            None => self.agent.run(call.request.clone()),
        };
        self.passes_after = None;
        let (why, answered) = match response {
            Ok(response) if response.status().is_success() => {
                finish(response);
                return Ok(());
            }
            Ok(response) => {
                self.passes_after = passes_after(&response);
                let answered = refuses_this_alone(response.status());
                (refusal(response, &self.secrets), answered)
            }
            Err(error) => {
                self.passes_after = passes(&error).then_some(Duration::ZERO);
                (self.failure(&error), false)
            }
        };
        Err(Failure { why: clean(&self.secrets.hide(&why)), answered })
    }

    fn again(&mut self, call: &HttpCall, tried: u32) -> Option<Again> {
        let least = self.passes_after.filter(|_| tried <= call.retries)?;
        let pause = PAUSE.saturating_mul(1 << tried.saturating_sub(1).min(8)).min(PAUSE_MAX);
        Some(Again { pause: pause.max(least), tries: call.retries.saturating_add(1) })
    }
}

impl Http {
    /// Describes why there is no answer, in words that hold no secret.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the errors are ureq's")]
    fn failure(&self, error: &Error) -> String {
        let host = &self.host;
        match error {
            Error::HostNotFound => format!("no host is called {host}"),
            Error::Io(e) if is_failed_lookup(e) => {
                format!("cannot look up {host}, nothing was sent: {}", words(e))
            }
            Error::Timeout(Timeout::Resolve) => {
                format!("no name server answers for {host}: nothing was sent")
            }
            Error::Timeout(Timeout::Connect) => {
                format!("{host} does not take a connection: nothing was sent")
            }
            Error::Timeout(_) => {
                let seconds = self.timeout.as_secs_f32();
                format!("no answer from {host} within {seconds} s: it may have been done or not")
            }
            Error::Io(e) if is_unreached(e.kind()) => {
                format!("cannot connect to {host}: {}", words(e))
            }
            Error::Io(e)
                if e.kind() == ErrorKind::InvalidData && e.to_string().contains("certificate") =>
            {
                // The words of the library for it are the name of an error.
                let is_ca = e.to_string().contains("CaUsedAsEndEntity");
                let ca =
                    "its certificate is that of an authority; give it one that the authority has signed".to_owned();
                format!(
                    "{host} cannot be trusted, nothing was sent: {}",
                    if is_ca { ca } else { words(e) }
                )
            }
            Error::Io(e) if e.kind() == ErrorKind::InvalidData => {
                format!("no TLS with {host}: {}", words(e))
            }
            Error::Io(e) => format!(
                "the connection to {host} broke, it may have been done or not: {}",
                words(e)
            ),
            other => format!("{host}: {other}"),
        }
    }
}

/// Returns `true` if no name server could answer. The standard library has no kind for it, only
/// these words.
fn is_failed_lookup(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address information")
}

/// Returns `true` if an error of this kind came before anything could be sent.
fn is_unreached(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable
    )
}

/// Returns `true` if a request that came to this may come to something else if it is tried again.
#[expect(clippy::wildcard_enum_match_arm, reason = "the errors are ureq's")]
fn passes(error: &Error) -> bool {
    match error {
        Error::Timeout(_)
        | Error::HostNotFound
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_) => true,
        // TLS gives what it cannot make sense of, or trust, as invalid data: that will be no
        // different in a second.
        Error::Io(error) => {
            !matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput)
        }
        _ => false,
    }
}

/// Returns `true` if a server that is up and willing refused one request for what was in it. One
/// that lets nobody in, or that asks for fewer requests, will say the same to the next one.
fn refuses_this_alone(status: StatusCode) -> bool {
    status.is_client_error() && ![401, 403, 407, 408, 425, 429].contains(&status.as_u16())
}

/// Minimum wait before another try, if the status grants one (RFC 9110, RFC 6585, RFC 8470).
fn passes_after(response: &Response<ureq::Body>) -> Option<Duration> {
    let status = response.status();
    let passes = status.is_server_error() || [408, 425, 429].contains(&status.as_u16());
    let header =
        |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = header(RETRY_AFTER).and_then(|value| pause_asked(value, header(DATE)));
    passes.then_some(asked.unwrap_or_default().min(RETRY_AFTER_MAX))
}

/// Parses `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
///
/// A date is compared with the server's own `Date`: the two clocks need not agree.
fn pause_asked(value: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let read = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
    let pause = read(value)?.timestamp().duration_since(read(date?)?.timestamp());
    // A date that has passed asks for no pause.
    Some(Duration::try_from(pause).unwrap_or_default())
}

/// Takes a short answer in, so that its connection can be used again; one that takes long costs
/// only its connection.
fn finish(mut response: Response<ureq::Body>) {
    if response.body().content_length().is_some_and(|len| len <= ANSWER_BYTES_MAX) {
        // The status has granted the request: whatever goes wrong with the rest of the answer
        // changes nothing.
        drop(response.body_mut().read_to_vec());
    }
}

/// The words of an answer that is no success, and where it points to if it points elsewhere.
fn refusal(mut response: Response<ureq::Body>, secrets: &Secrets) -> String {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut said = format!("HTTP {} {reason}", status.as_u16()).trim_end().to_owned();
    if let Some(elsewhere) =
        response.headers().get("location").and_then(|value| value.to_str().ok())
    {
        said.push_str(&format!(", it points to {elsewhere}"));
    }
    let mut bytes = vec![];
    // An answer that breaks off is worth its first words all the same.
    drop(response.body_mut().as_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut bytes));
    // Secrets are hidden before the cut, which could leave half of one behind that would no longer
    // be known as such.
    let text = clean(&secrets.hide(&String::from_utf8_lossy(&bytes)));
    let first: String = text.chars().take(ANSWER_CHARS_MAX).collect();
    if first.is_empty() { said } else { format!("{said}: {first}") }
}

#[cfg(test)]
mod tests;
