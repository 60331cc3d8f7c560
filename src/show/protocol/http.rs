//! HTTP: the base of an output, its requests, and how they are described (RFC 9110).

use std::time::Duration;

use super::{OutputKey, ProtocolSpec, Wire, authority};
use crate::show::action::HttpContent;
use crate::show::file::fields::Fields;
use crate::show::file::json;
use crate::show::file::machine::Secret;
use crate::show::file::reader::quoted;
use crate::show::file::value::Value;
use crate::show::{Body, OutputKind, duration};

/// Facts about HTTP.
pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    word: "http",
    kinds: &["http"],
    label: "HTTP",
    keys: &["method", "path", "json", "body", "retry"],
    output_keys: &[
        OutputKey { key: "timeout", only_for: "HTTP outputs", fix: "remove it" },
        OutputKey { key: "headers", only_for: "HTTP outputs", fix: "remove it" },
        OutputKey { key: "ca", only_for: "HTTP outputs", fix: "remove it" },
    ],
    qlab: "Network",
    is_shared: true,
    is_one_device: false,
    stop: None,
    is_mirrored: true,
    is_kept_awake: false,
    timecode: None,
    read_output: output,
    read_action: action,
};

/// Meaning of its latency.
pub(super) const LATENCY: &str = "HTTP: the server has answered";

/// The largest body of a request, bytes.
const BODY_BYTES_MAX: usize = 256 << 10;

/// Maximum number of further tries of a request.
const RETRIES_MAX: i64 = 10;

/// The methods whose requests carry nothing that a server would look at (RFC 9110, sections 9.3.1,
/// 9.3.2, 9.3.6, 9.3.8).
const BARE: [&str; 4] = ["GET", "HEAD", "CONNECT", "TRACE"];

/// Headers that frame a request or its connection: the program sets them, and a second one makes
/// servers wait.
const OWN_HEADERS: [&str; 8] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Default time limit of an HTTP request.
const HTTP_TIMEOUT: Duration = Duration::from_secs(10);

fn output(fields: &mut Fields<'_>, value: Option<&Value<'_>>) -> Option<OutputKind> {
    let timeout = timeout(fields);
    let headers = headers(fields);
    let ca = ca(fields, value);
    let base = value.and_then(base);
    Some(OutputKind::Http { base: base?, headers: headers?, timeout: timeout?, ca: ca? })
}

fn timeout(fields: &mut Fields<'_>) -> Option<Duration> {
    let Some(value) = fields.find("timeout") else { return Some(HTTP_TIMEOUT) };
    let time = value.duration()?;
    if time.is_zero() {
        value.fault("a request cannot be done in no time", "write a `timeout` such as \"5s\"");
    }
    Some(time)
}

fn headers(fields: &mut Fields<'_>) -> Option<Vec<(String, String)>> {
    let Some(value) = fields.find("headers") else { return Some(Vec::new()) };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in value.fields("headers")?.entries() {
        if headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name.text)) {
            let what = format!("header {} appears twice", quoted(name.text));
            value.reader.fault(name.span.clone(), what, "keep one of the two");
        }
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.text.is_empty() || !name.text.bytes().all(is_token) {
            let what = format!("{} cannot be the name of a header", quoted(name.text));
            value.reader.fault(name.span.clone(), what, "write letters, digits and `-`");
        }
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name.text)) {
            let what = format!(
                "header {} is the program's own: it is set for each request",
                quoted(name.text)
            );
            value.reader.fault(name.span.clone(), what, "remove it");
        }
        if let Some(text) = header_value(&value) {
            headers.push((name.text.to_owned(), text));
        }
    }
    Some(headers)
}

/// The file of certificates of an output whose base is `base`; the outer nothing means a fault.
fn ca(fields: &mut Fields<'_>, base: Option<&Value<'_>>) -> Option<Option<String>> {
    let Some(value) = fields.find("ca") else { return Some(None) };
    let file = value.line()?;
    if base.is_some_and(|base| base.source().contains("http://")) {
        value.fault(
            "`ca` vouches for HTTPS servers, and this output speaks plain HTTP",
            "write \"https://…\"",
        );
    }
    Some(Some(file))
}

fn header_value(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if let Some(name) = text.strip_prefix("env:") {
        check_variable(value, name);
    } else if let Some(c) = text.chars().find(|c| !c.is_ascii_graphic() && *c != ' ') {
        value.fault(format!("a header cannot hold {c:?}"), "write printable ASCII");
    }
    Some(text.to_owned())
}

/// Reports what is wrong with the environment variable `name`, which holds the secret at `value`.
pub(super) fn check_variable(value: &Value<'_>, name: &str) {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(fits)
    {
        let what = format!("{} cannot be the name of an environment variable", quoted(name));
        value.fault(what, "write it like \"env:HANDOVER_TOKEN\"");
    } else if let Some(finding) = value.reader.machine().secret(Secret::Header(name)) {
        value.reader.found(value.span.clone(), finding);
    }
}

fn base(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let scheme_end =
        ["http://", "https://"].into_iter().find(|scheme| text.starts_with(scheme)).map(str::len);
    let Some(scheme_end) = scheme_end else {
        value.fault(
            format!("{} is no URL to send to", quoted(text)),
            "write \"http://host\" or \"https://host\"",
        );
        return None;
    };
    let rest = &text[scheme_end..];
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if host.contains('@') {
        // Show files are shared and printed; a password belongs into the environment.
        let fix = "take them out and add `headers = { Authorization = \"env:NAME\" }`";
        value.fault("the URL holds a user name or password", fix);
        return None;
    }
    if path.contains(['?', '#']) {
        value.fault(
            "the URL of an output ends with its path",
            "move what follows `?` into the `path` of the action",
        );
        return None;
    }
    if let Err(what) = authority(host) {
        value.fault(format!("{}: {what}", quoted(text)), "write it like \"http://127.0.0.1:8080\"");
        return None;
    }
    is_url_text(value, path).then(|| text.trim_end_matches('/').to_owned())
}

fn action(fields: &mut Fields<'_>, _wire: Option<&Wire>) -> Option<Body> {
    let method = fields.find("method");
    let path = fields.find("path").map(|value| url_path(&value));
    let (json, text) = (fields.find("json"), fields.find("body"));
    let retries = fields.find("retry").map_or(Some(0), |value| value.integer(0..=RETRIES_MAX));
    if fields.has("json") && fields.has("body") {
        fields.exactly_one(&["json", "body"], "body");
    }
    let content = match (json, text) {
        (Some(value), _) => json::text(&value, BODY_BYTES_MAX).map(HttpContent::Json),
        (None, Some(value)) => {
            value.long_text(BODY_BYTES_MAX).map(|text| HttpContent::Text(text.to_owned()))
        }
        (None, None) => Some(HttpContent::Empty),
    };
    let usual = if fields.has("json") || fields.has("body") { "POST" } else { "GET" };
    let method = method.map_or(Some(usual.to_owned()), |value| method_name(&value));
    if let Some(bare) = method.as_deref().filter(|method| BARE.contains(method))
        && let Some(key) = ["json", "body"].into_iter().find(|key| fields.has(key))
    {
        let what = format!("a {bare} request cannot carry anything");
        fields.reader.fault(
            fields.key_span(key),
            what,
            "remove it, or write `method = \"POST\"`, PUT, PATCH or DELETE",
        );
    }
    let path = path.unwrap_or(Some(String::new()));
    Some(Body::Http { method: method?, path: path?, content: content?, retries: retries? })
}

fn method_name(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
        let upper = text.to_ascii_uppercase();
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
            .into_iter()
            .find(|m| *m == upper);
        value.fault(
            format!("{} is no HTTP method", quoted(text)),
            format!("write `\"{}\"`", known.unwrap_or("POST")),
        );
        return None;
    }
    Some(text.to_owned())
}

fn url_path(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if !text.is_empty() && !text.starts_with('/') {
        value.fault("a path begins with `/`", format!("write `\"/{text}\"`"));
        return None;
    }
    is_url_text(value, text).then(|| text.to_owned())
}

/// Returns `true` if `text` can stand in a URL as it is; a fault at `value` if not.
fn is_url_text(value: &Value<'_>, text: &str) -> bool {
    let bad = |c: &char| !c.is_ascii_graphic() || "\"#<>\\^`{|}".contains(*c);
    let found = text.chars().find(bad);
    if let Some(c) = found {
        let mut utf8 = [0; 4];
        let percent: String =
            c.encode_utf8(&mut utf8).bytes().map(|b| format!("%{b:02X}")).collect();
        value.fault(
            format!("a URL cannot hold {c:?}"),
            format!("write `{percent}` instead, or remove it"),
        );
    }
    found.is_none()
}

/// The words of a request that are meant for people: its text, or what stands under such a key of
/// its JSON.
pub(super) fn words(content: &HttpContent) -> Option<String> {
    match content {
        HttpContent::Empty => None,
        HttpContent::Text(text) => Some(text.clone()),
        HttpContent::Json(json) => {
            let fields: serde_json::Value = serde_json::from_str(json).ok()?;
            let word = ["text", "message", "status", "content", "body"]
                .into_iter()
                .find_map(|key| fields.get(key)?.as_str());
            word.map(str::to_owned)
        }
    }
}

/// The environment variables of an output's headers, each with the host and the header.
pub(super) fn secrets<'a>(
    base: &str,
    headers: &'a [(String, String)],
) -> Vec<(&'a str, String, String)> {
    let host = base.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(base);
    let secret = |(header, value): &'a (String, String)| {
        let variable = value.strip_prefix("env:")?;
        Some((variable, host.to_owned(), format!("header {header}")))
    };
    headers.iter().filter_map(secret).collect()
}

/// An output's settings, in the words of the show file.
pub(super) fn settings(
    headers: &[(String, String)],
    timeout: Duration,
    ca: Option<&str>,
) -> Vec<(&'static str, Vec<String>)> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let mut settings = vec![("headers", headers), ("timeout", vec![duration::exact(timeout)])];
    settings.extend(ca.map(|ca| ("ca", vec![ca.to_owned()])));
    settings
}

/// Describes a request: `POST https://api.x.com/2/tweets {"text":"…"} [Authorization:
/// env:X_TOKEN]`.
pub(super) fn describe(
    output: Option<&OutputKind>,
    method: &str,
    path: &str,
    content: &HttpContent,
    retries: u32,
) -> String {
    // A request to anything else is never read; it would have neither.
    let (base, headers) = if let Some(OutputKind::Http { base, headers, .. }) = output {
        (base.as_str(), headers.as_slice())
    } else {
        ("", &[][..])
    };
    // The words first: they are what a rehearsal is looked at for.
    let mut said = match content {
        HttpContent::Empty => format!("{method} {base}{path}"),
        HttpContent::Text(text) => format!("{method} {base}{path} {text:?}"),
        HttpContent::Json(json) => format!("{method} {base}{path} {json}"),
    };
    if !headers.is_empty() {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        said.push_str(&format!(" [{}]", headers.join(", ")));
    }
    if retries > 0 {
        said.push_str(&format!(", retry {retries}"));
    }
    said
}
