//! Packets that go out: replies in QLab's form, and plain messages.
//!
//! Owns the form of a reply: `/reply` with the address as it was sent after it, and one string of
//! JSON with `workspace_id`, `address`, `status` and `data`.

use std::sync::Arc;

use rosc::{OscMessage, OscPacket, OscType};

/// The one show's id, where QLab has workspaces.
pub(super) const WORKSPACE: &str = "handover";

/// Result of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    Error,
    Denied,
}

/// The reply to `address`; `data` is JSON.
pub(super) fn reply(address: &str, status: Status, data: &str) -> Arc<[u8]> {
    let status = match status {
        Status::Ok => "ok",
        Status::Error => "error",
        Status::Denied => "denied",
    };
    let quoted = text(address);
    let json = format!(
        "{{\"workspace_id\":\"{WORKSPACE}\",\"address\":{quoted},\"status\":\"{status}\",\"data\":{data}}}"
    );
    message(format!("/reply{address}"), vec![OscType::String(json)])
}

/// `text` as JSON.
pub(super) fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A message as it goes into a datagram or a frame.
pub(super) fn message(address: String, args: Vec<OscType>) -> Arc<[u8]> {
    encode(&OscPacket::Message(OscMessage { addr: address, args }))
}

/// A packet as it goes into a datagram or a frame.
pub(super) fn encode(packet: &OscPacket) -> Arc<[u8]> {
    // The encoder writes into memory and knows every type that is used here, so it has no reason to
    // fail.
    rosc::encoder::encode(packet).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::packet::{Arg, parse};

    #[test]
    fn a_reply_is_one_string_of_json_behind_the_address() {
        let packet = reply("/workspace/a\"b/go", Status::Error, &text("no \"cue\""));
        let messages = parse(&packet).unwrap();
        assert_eq!(messages[0].address, "/reply/workspace/a\"b/go");
        let [Arg::Text(json)] = messages[0].args[..] else { panic!("{messages:?}") };
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        let expected = serde_json::json!({
            "workspace_id": "handover", "address": "/workspace/a\"b/go", "status": "error", "data": "no \"cue\"",
        });
        assert_eq!(json, expected);
    }
}
