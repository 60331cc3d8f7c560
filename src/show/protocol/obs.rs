//! OBS Studio: the addresses of its outputs, its requests, and how they are described (obs-websocket
//! 5, protocol.md).

mod requests;

use super::{OutputKey, ProtocolSpec, Wire, authority, host_and_port, http};
use crate::show::file::fields::{self, Fields};
use crate::show::file::json;
use crate::show::file::machine::Finding;
use crate::show::file::reader::quoted;
use crate::show::file::value::Value;
use crate::show::{Body, OutputKind};

/// Facts about OBS.
pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    word: "obs",
    kinds: &["obs"],
    label: "OBS",
    keys: &["request", "data"],
    output_keys: &[OutputKey { key: PASSWORD, only_for: "OBS outputs", fix: "remove it" }],
    qlab: "Network",
    is_shared: true,
    is_one_device: true,
    stop: None,
    is_mirrored: true,
    is_kept_awake: false,
    timecode: None,
    read_output: output,
    read_action: action,
};

/// Meaning of its latency.
pub(super) const LATENCY: &str = "OBS: it has answered";

/// The key of the password.
const PASSWORD: &str = "password";

/// The port that OBS listens on, unless its user says otherwise.
const PORT: u16 = 4455;

/// The largest data of a request, bytes.
const DATA_BYTES_MAX: usize = 64 << 10;

fn output(fields: &mut Fields<'_>, value: Option<&Value<'_>>) -> Option<OutputKind> {
    let password = fields.find(PASSWORD).map_or(Some(None), |value| password(&value).map(Some));
    let (host, port) = value.and_then(target)?;
    Some(OutputKind::Obs { host, port, password: password? })
}

/// The environment variable of a password.
fn password(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let Some(name) = text.strip_prefix("env:") else {
        // Show files are shared and printed.
        let fix = "write `password = \"env:HANDOVER_OBS_PASSWORD\"`, and set that variable";
        value.fault("a password does not belong in a show file", fix);
        return None;
    };
    http::check_variable(value, name);
    Some(name.to_owned())
}

fn target(value: &Value<'_>) -> Option<(String, u16)> {
    let text = value.text()?;
    let fault = |what: String, fix: String| {
        value.fault(what, fix);
        None
    };
    let Some(rest) = text.strip_prefix("ws://") else {
        let meant = text.split_once("://").map_or(text, |(_, rest)| rest);
        let meant = match authority(meant.trim_end_matches('/')) {
            Ok((host, port)) => host_and_port(&host, port.unwrap_or(PORT)),
            Err(_) => host_and_port("127.0.0.1", PORT),
        };
        let what = match text.starts_with("wss://") {
            true => "obs-websocket has no encryption".to_owned(),
            false => format!("{} is no address of OBS", quoted(text)),
        };
        return fault(what, format!("write `\"ws://{meant}\"`"));
    };
    match authority(rest.strip_suffix('/').unwrap_or(rest)) {
        Ok((host, Some(port))) => Some((host, port)),
        Ok((host, None)) => {
            let meant = host_and_port(&host, PORT);
            fault(format!("{} has no port", quoted(text)), format!("write `\"ws://{meant}\"`"))
        }
        Err(what) => fault(
            format!("{}: {what}", quoted(text)),
            format!("write it like \"ws://127.0.0.1:{PORT}\""),
        ),
    }
}

fn action(fields: &mut Fields<'_>, _wire: Option<&Wire>) -> Option<Body> {
    let request = fields.need("request", "\"SetCurrentProgramScene\"");
    let request = request.and_then(|value| name(&value));
    let data = fields.find("data").map_or(Some(None), |value| data(&value).map(Some));
    Some(Body::Obs { request: request?, data: data? })
}

/// The name of a request.
fn name(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let what = format!("{} is no request of OBS", quoted(text));
        value.fault(what, "write it like `request = \"SetCurrentProgramScene\"`");
        return None;
    }
    if !requests::names().any(|known| known == text) {
        // An OBS that is newer than this program may know it.
        let same = requests::names().find(|known| known.eq_ignore_ascii_case(text));
        let fix = same.map(|known| format!("did you mean {}?", quoted(known)));
        let fix = fix.or_else(|| value.reader.suggestion(text, requests::names()));
        let what = format!("obs-websocket 5.7 has no request {}", quoted(text));
        let fix = fix.unwrap_or_else(|| "look its name up in the protocol of OBS".to_owned());
        value.reader.found(value.span.clone(), Finding { what, fix });
    }
    Some(text.to_owned())
}

/// The fields of a request, as JSON.
fn data(value: &Value<'_>) -> Option<String> {
    if !value.value.is_table() {
        let what = format!("`data` is {}, not a table", fields::kind(value.value));
        value.fault(what, "write `data = { sceneName = \"Live\" }`");
        return None;
    }
    json::text(value, DATA_BYTES_MAX)
}

/// Address of an output.
pub(super) fn address(host: &str, port: u16) -> String {
    format!("ws://{}", host_and_port(host, port))
}

/// An output's settings, in the words of the show file.
pub(super) fn settings(password: Option<&str>) -> Vec<(&'static str, Vec<String>)> {
    password.map(|name| (PASSWORD, vec![format!("env:{name}")])).into_iter().collect()
}

/// Describes a request: `SetCurrentProgramScene {"sceneName":"Live"}`.
pub(super) fn describe(request: &str, data: Option<&str>) -> String {
    match data {
        Some(data) => format!("{request} {data}"),
        None => request.to_owned(),
    }
}
