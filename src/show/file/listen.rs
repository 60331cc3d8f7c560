//! Settings of remote controls and of the pages for browsers: an address, and the name of the
//! variable that holds the passcode.
//!
//! Must never take the passcode itself: show files are shared and printed.

use std::net::SocketAddr;

use super::fields::Fields;
use super::reader::quoted;
use super::value::Value;
use crate::show::draft::ListenDraft;
use crate::show::listen;

/// The line with which a file names the variable.
const PASSCODE: &str = "passcode = \"env:HANDOVER_PASSCODE\"";

/// Reads `[remote]`, if it is there; nothing where a part of it cannot be read.
pub(super) fn remote(file: &mut Fields<'_>) -> Option<ListenDraft> {
    table(file.find("remote")?.fields("the remote control")?, 53_000)
}

/// Reads `[web]`, in the same way.
pub(super) fn web(file: &mut Fields<'_>) -> Option<ListenDraft> {
    table(file.find("web")?.fields("the page server")?, 8_080)
}

/// Reads either; `port` is one for examples.
fn table(mut fields: Fields<'_>, port: u16) -> Option<ListenDraft> {
    let listen = fields.need("listen", &format!("\"127.0.0.1:{port}\""));
    let listen = listen.and_then(|value| Some(value.placed(listen_address(&value, port)?)));
    let passcode_variable = fields.placed("passcode", passcode);
    let is_read = fields.is_whole() && passcode_variable.is_some() == fields.has("passcode");
    fields.finish();
    Some(ListenDraft { listen: listen.filter(|_| is_read)?, passcode_variable })
}

fn listen_address(value: &Value<'_>, port: u16) -> Option<SocketAddr> {
    let text = value.text()?;
    match listen::listen_address(text) {
        Ok(address) if address.port() == 0 => {
            value.fault("`0` is no port", format!("write a port from 1 to 65535, such as {port}"));
            None
        }
        Ok(address) => Some(address),
        Err(fix) => {
            value.fault(format!("{} is no address and port to listen on", quoted(text)), fix);
            None
        }
    }
}

fn passcode(value: &Value<'_>) -> Option<String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let Some(name) = value.text()?.strip_prefix("env:") else {
        // The words do not repeat it: what is wrong here may be a secret.
        value.fault(
            "a passcode has no place in a show file",
            format!("write `{PASSCODE}` and set that variable"),
        );
        return None;
    };
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(fits)
    {
        let what = format!("{} cannot be the name of an environment variable", quoted(name));
        value.fault(what, format!("write it like `{PASSCODE}`"));
        return None;
    }
    Some(name.to_owned())
}
