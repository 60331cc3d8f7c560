//! OSC 1.0 packets out of a cue's words.
//!
//! Encodes when a show is opened, so that a GO only has to look a packet up; must never touch a socket.

use rosc::{OscMessage, OscPacket, OscType};

use crate::show::Body;
use crate::show::action::OscArg;

/// The most that one datagram carries over IPv4; what cannot go by UDP is refused for TCP too, as no desk reads it.
const LONGEST: usize = 65_507;

/// The packet that says `body`, or why there is none.
pub(super) fn packet(body: &Body) -> Result<Vec<u8>, String> {
    let Body::Osc { address, args } = body else {
        return Err("not an OSC message".into());
    };
    let args = args.iter().map(|arg| match arg {
        OscArg::Int(value) => OscType::Int(*value),
        OscArg::Float(value) => OscType::Float(*value),
        OscArg::Text(value) => OscType::String(value.clone()),
        OscArg::Bool(value) => OscType::Bool(*value),
    });
    let message = OscMessage { addr: address.clone(), args: args.collect() };
    let bytes = rosc::encoder::encode(&OscPacket::Message(message)).map_err(|e| e.to_string())?;
    if bytes.len() > LONGEST {
        return Err(format!("the OSC message has {} bytes, {LONGEST} at most go into a datagram", bytes.len()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{FIRE_BYTES, fire};

    #[test]
    fn encodes_every_type_of_argument() {
        assert_eq!(packet(&fire()).unwrap(), FIRE_BYTES);
        let flags = Body::Osc { address: "/a".into(), args: vec![OscArg::Bool(false), OscArg::Int(-1)] };
        assert_eq!(packet(&flags).unwrap(), b"/a\0\0,Fi\0\xff\xff\xff\xff");
        assert_eq!(packet(&Body::Osc { address: "/abc".into(), args: vec![] }).unwrap(), b"/abc\0\0\0\0,\0\0\0");
    }

    #[test]
    fn refuses_what_no_datagram_carries() {
        let long = Body::Osc { address: "/a".into(), args: vec![OscArg::Text("x".repeat(70_000))] };
        assert!(packet(&long).unwrap_err().contains("65507 at most"));
    }
}
