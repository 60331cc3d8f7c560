//! A connection to OBS: the handshake of obs-websocket 5, and requests with their answers
//! (protocol.md, "Connecting to obs-websocket" and "Message Types").
//!
//! ```text
//! Hello 0 ◄─ OBS            Identify 1 ─► OBS            Identified 2 ◄─ OBS
//! Request 6 ─► OBS          RequestResponse 7 ◄─ OBS     Event 5 ◄─ OBS (none are asked for)
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_encoding::BASE64;
use rustix::net::RecvFlags;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tungstenite::error::ProtocolError;
use tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tungstenite::{Error, HandshakeError, Message, WebSocket, client};

use super::super::peer::words;
use super::super::tcp::connect;
use super::Studio;
use crate::plain::clean;
use crate::time::{MachineClock, MachineNs};

/// Maximum size of a message of OBS, bytes: a list of many scenes fits.
const MESSAGE_MAX: usize = 4 << 20;

/// Maximum number of messages that are taken in at one look.
const MESSAGES_MAX: usize = 64;

/// Maximum length of a refusal that people are shown, characters.
const REFUSAL_MAX: usize = 200;

/// The version of the protocol.
const RPC_VERSION: u64 = 1;

/// A request without its number.
pub(super) struct ObsCall {
    request: String,
    data: Option<Value>,
}

impl ObsCall {
    /// # Errors
    /// `data` is no JSON.
    pub(super) fn new(request: &str, data: Option<&str>) -> Result<Self, String> {
        let data = data.map(serde_json::from_str).transpose().map_err(|error| error.to_string())?;
        Ok(ObsCall { request: request.to_owned(), data })
    }
}

/// Reason why a request did not do what it asks for, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ObsTrouble {
    /// OBS has answered so.
    Refused(String),
    /// The connection is of no use any more, and nobody knows what became of the request.
    Lost(String),
}

/// Reason why a connection is of no use, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) why: String,
    /// `true` if OBS asks for another password, or for one at all: that does not change by itself.
    pub(super) is_password: bool,
}

impl From<String> for Broken {
    fn from(why: String) -> Self {
        Broken { why, is_password: false }
    }
}

/// A connection that OBS has let in.
pub(super) struct ObsLine {
    socket: WebSocket<TimedStream>,
    /// Number of the last request.
    last: u64,
    limit: Duration,
}

impl ObsLine {
    /// Connects, and proves that the password is known where OBS asks for that.
    ///
    /// # Errors
    /// Why there is no connection, in words.
    pub(super) fn open(studio: &Studio, clock: MachineClock) -> Result<Self, Broken> {
        let Studio { peer, password, limit } = studio;
        let stream = connect(peer)
            .map_err(|error| format!("cannot connect to {peer}: {}", words(&error)))?;
        let said = |why: String| format!("OBS at {peer}: {why}");
        let until = Some(clock.now() + *limit);
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_MAX))
            .max_frame_size(Some(MESSAGE_MAX));
        let timed = TimedStream { stream, clock, until };
        let shaken = client::client_with_config(format!("ws://{peer}/"), timed, Some(config));
        let (socket, _) = shaken.map_err(|error| match error {
            HandshakeError::Interrupted(_) => said(no_answer(*limit)),
            HandshakeError::Failure(error) => said(told(&error, *limit)),
        })?;
        let mut line = ObsLine { socket, last: 0, limit: *limit };
        let let_in = line.identify(password.as_deref());
        let_in.map_err(|broken| Broken { why: said(broken.why), ..broken })?;
        Ok(line)
    }

    fn identify(&mut self, password: Option<&str>) -> Result<(), Broken> {
        let stranger = || Broken::from("what listens there is not obs-websocket 5".to_owned());
        let hello = self.next()?;
        let asked = match (op(&hello), hello.get("d")) {
            (Some(0), Some(d)) => d.get("authentication"),
            _ => return Err(stranger()),
        };
        let mut identify = json!({ "rpcVersion": RPC_VERSION, "eventSubscriptions": 0 });
        if let Some(asked) = asked {
            let text = |key| asked.get(key).and_then(Value::as_str);
            let (Some(salt), Some(challenge)) = (text("salt"), text("challenge")) else {
                return Err(stranger());
            };
            let password = password.ok_or_else(|| Broken {
                why: "it asks for a password: add `password = \"env:HANDOVER_OBS_PASSWORD\"` to the output".to_owned(),
                is_password: true,
            })?;
            identify["authentication"] = proof(password, salt, challenge).into();
        }
        self.say(1, &identify)?;
        match op(&self.next()?) {
            Some(2) => Ok(()),
            Some(_) | None => Err(stranger()),
        }
    }

    /// Sends a request and waits for its answer, for `limit`; gives what the answer holds.
    pub(super) fn ask(&mut self, call: &ObsCall, limit: Duration) -> Result<Value, ObsTrouble> {
        self.limit = limit;
        let timed = self.socket.get_mut();
        timed.until = Some(timed.clock.now() + limit);
        self.last += 1;
        let id = self.last.to_string();
        let mut request = json!({ "requestType": call.request, "requestId": id });
        if let Some(data) = &call.data {
            request["requestData"] = data.clone();
        }
        self.say(6, &request).map_err(ObsTrouble::Lost)?;
        loop {
            let said = self.next().map_err(|broken| ObsTrouble::Lost(broken.why))?;
            let Some(answer) = said.get("d").filter(|_| op(&said) == Some(7)) else { continue };
            // An answer that comes too late belongs to a request that has failed already.
            if answer.get("requestId").and_then(Value::as_str) != Some(id.as_str()) {
                continue;
            }
            let status = answer.get("requestStatus").unwrap_or(&Value::Null);
            return match status.get("result").and_then(Value::as_bool) {
                Some(true) => Ok(answer.get("responseData").cloned().unwrap_or_default()),
                Some(false) | None => Err(ObsTrouble::Refused(refusal(&call.request, status))),
            };
        }
    }

    /// Takes in what OBS has said meanwhile, without waiting.
    ///
    /// # Errors
    /// The connection has ended: why.
    pub(super) fn look(&mut self) -> Result<(), String> {
        self.socket.get_mut().until = None;
        for _ in 0..MESSAGES_MAX {
            match self.socket.read() {
                Ok(Message::Close(frame)) => return Err(closed(frame.as_ref()).why),
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(told(&error, self.limit)),
            }
        }
        Ok(())
    }

    fn say(&mut self, op: u64, d: &Value) -> Result<(), String> {
        let text = json!({ "op": op, "d": d }).to_string();
        self.socket.send(Message::text(text)).map_err(|error| told(&error, self.limit))
    }

    /// The next message of the protocol.
    fn next(&mut self) -> Result<Value, Broken> {
        loop {
            match self.socket.read().map_err(|error| told(&error, self.limit))? {
                Message::Text(text) => {
                    let message = serde_json::from_str(text.as_str());
                    return message.map_err(|_| "what it says is no JSON".to_owned().into());
                }
                Message::Binary(_) => return Err("what it says is no text".to_owned().into()),
                Message::Close(frame) => return Err(closed(frame.as_ref())),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

fn op(message: &Value) -> Option<u64> {
    message.get("op")?.as_u64()
}

/// What proves that the password is known (protocol.md, "Creating an authentication string").
fn proof(password: &str, salt: &str, challenge: &str) -> String {
    let hash = |one: &str, other: &str| {
        BASE64.encode(&Sha256::new().chain_update(one).chain_update(other).finalize())
    };
    hash(&hash(password, salt), challenge)
}

/// A refused request in words (protocol.md, "RequestStatus").
fn refusal(request: &str, status: &Value) -> String {
    let code = status.get("code").and_then(Value::as_u64);
    let comment = status.get("comment").and_then(Value::as_str).filter(|said| !said.is_empty());
    let comment = comment.map(|said| clean(&said.chars().take(REFUSAL_MAX).collect::<String>()));
    let why = comment.unwrap_or_else(|| {
        let words = match code {
            Some(203 | 204) => "it knows no such request",
            Some(206) => "it cannot do that in a batch",
            Some(207) => "it is not ready",
            Some(300..=399) => "a field is missing in `data`",
            Some(400..=499) => "a field of `data` is wrong",
            Some(500) => "that is running already",
            Some(501) => "that is not running",
            Some(502) => "that is paused already",
            Some(503) => "that is not paused",
            Some(504) => "that is disabled",
            Some(505) => "studio mode is on",
            Some(506) => "studio mode is off",
            Some(600) => "there is no such thing in it",
            Some(601) => "there is one of that name already",
            Some(602) => "that is of another kind",
            Some(_) | None => "it could not do it",
        };
        words.to_owned()
    });
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    format!("OBS refuses {request}: {}{code}", why.trim_end_matches('.'))
}

/// The end of a connection in words (protocol.md, "WebSocketCloseCode").
fn closed(frame: Option<&CloseFrame>) -> Broken {
    let Some(frame) = frame else { return "it closed the connection".to_owned().into() };
    let code = u16::from(frame.code);
    let why = match code {
        1000 | 1001 | 1005 => "it closed the connection".to_owned(),
        4009 => "the password is wrong".to_owned(),
        4010 => "it speaks another version of its protocol than this program".to_owned(),
        4011 => "somebody has ended the connection in OBS".to_owned(),
        code => {
            let reason: String = frame.reason.as_str().chars().take(REFUSAL_MAX).collect();
            format!("it closed the connection: {} ({code})", clean(&reason))
        }
    };
    Broken { why, is_password: code == 4009 }
}

fn no_answer(limit: Duration) -> String {
    format!("no answer within {} s", limit.as_secs_f32())
}

/// An error of the connection in words.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds of errors are std's and tungstenite's"
)]
fn told(error: &Error, limit: Duration) -> String {
    match error {
        Error::Io(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => no_answer(limit),
            _ => words(error),
        },
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "it closed the connection".to_owned()
        }
        Error::Http(response) => format!(
            "it answers HTTP status {}: what listens there is not obs-websocket 5",
            response.status().as_u16()
        ),
        Error::Capacity(_) => "it says more than this program takes in".to_owned(),
        _ => format!("what listens there is not obs-websocket 5: {}", clean(&error.to_string())),
    }
}

/// A stream that waits until an instant and no longer.
struct TimedStream {
    stream: TcpStream,
    clock: MachineClock,
    /// `None` to wait for nothing.
    until: Option<MachineNs>,
}

impl TimedStream {
    /// The time that is left.
    ///
    /// # Errors
    /// None is.
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.map(|until| until.since(self.clock.now())).unwrap_or_default();
        if left.is_zero() { Err(ErrorKind::WouldBlock.into()) } else { Ok(left) }
    }
}

impl Read for TimedStream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.until.is_none() {
            let (len, _) = rustix::net::recv(&self.stream, bytes, RecvFlags::DONTWAIT)?;
            return Ok(len);
        }
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(bytes)
    }
}

impl Write for TimedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.until.is_none() {
            let sent = rustix::net::send(&self.stream, bytes, rustix::net::SendFlags::DONTWAIT)?;
            return Ok(sent);
        }
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_proved_as_the_protocol_says() {
        // By hand from protocol.md, with Python's hashlib and base64.
        let proved = proof(
            "supersecretpassword",
            "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=",
            "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=",
        );
        assert_eq!(proved, "1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4=");
    }

    #[test]
    fn a_refusal_has_words_with_and_without_a_comment() {
        let said = |status| refusal("StartRecord", &status);
        assert_eq!(
            said(json!({"code": 500})),
            "OBS refuses StartRecord: that is running already (500)"
        );
        assert_eq!(
            said(json!({"code": 600, "comment": "No source was found by the name of `x`."})),
            "OBS refuses StartRecord: No source was found by the name of `x` (600)"
        );
        assert_eq!(said(json!({"comment": "a\u{1b}[2Jb"})), "OBS refuses StartRecord: a [2Jb");
        assert_eq!(said(Value::Null), "OBS refuses StartRecord: it could not do it");
    }
}
