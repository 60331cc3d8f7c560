//! Text and bytes as they are, to devices with a protocol of their own: over a connection that a
//! worker keeps up, or as datagrams.
//!
//! What the device answers is shown and never acted on.

use super::answers::Answers;
use super::keepalive::EncodedKeepalive;
use super::messages::Messages;
use super::peer::{Peer, words};
use super::probe::{Attempt, ProbeAnswer};
use super::tcp::{self, Speech};
use super::udp::Udp;
use super::worker::WorkerContext;
use super::{Driver, Opening, OutputFault, Surroundings};
use crate::show::file::machine::Finding;
use crate::show::{Body, OutputIx, Show};

/// Text and bytes over TCP, before it is opened.
pub(super) struct TcpKind(pub(super) Peer);

/// Text and bytes over UDP, before it is opened.
pub(super) struct UdpKind(pub(super) Peer);

impl super::Kind for TcpKind {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        _: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let (peer, keepalive) = (self.0.clone(), EncodedKeepalive::new(show, output, bytes)?);
        Ok(Opening::new(messages(show, output)?, move |messages, context: WorkerContext, _| {
            let speech = Speech::Raw(Answers::default());
            Ok(Box::new(tcp::open(context, peer, speech, messages, keepalive)?) as Box<dyn Driver>)
        }))
    }

    /// Makes a connection, and closes it at once.
    fn probe(&self, _: &Show, _: OutputIx, _: &Surroundings<'_>) -> Attempt {
        tcp::probe(&self.0)
    }

    fn lacks(&self, _: bool, _: &Surroundings<'_>) -> Vec<Finding> {
        vec![]
    }
}

impl super::Kind for UdpKind {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        _: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let (peer, keepalive) = (self.0.clone(), EncodedKeepalive::new(show, output, bytes)?);
        Ok(Opening::new(messages(show, output)?, move |messages, context: WorkerContext, _| {
            let udp = Udp::open(context, peer, messages, Some(Answers::default()), keepalive)?;
            Ok(Box::new(udp) as Box<dyn Driver>)
        }))
    }

    /// Looks the host up. It is sent nothing: there is no text that every device takes no notice
    /// of.
    fn probe(&self, _: &Show, _: OutputIx, _: &Surroundings<'_>) -> Attempt {
        let peer = self.0.clone();
        Box::new(move |at_most| match peer.addresses_within(at_most) {
            Ok(_) => (ProbeAnswer::Unknown, "the address is known; nothing was sent to it".into()),
            Err(error) => (ProbeAnswer::Down, words(&error)),
        })
    }

    fn lacks(&self, _: bool, _: &Surroundings<'_>) -> Vec<Finding> {
        vec![]
    }
}

/// The messages of an output, byte by byte as they leave.
fn messages(show: &Show, output: OutputIx) -> Result<Messages<Vec<u8>>, Vec<OutputFault>> {
    Messages::new(show, output, bytes)
}

/// The bytes of `body`.
fn bytes(body: &Body) -> Result<Vec<u8>, String> {
    let Body::Raw(message) = body else {
        return Err("neither text nor bytes".into());
    };
    Ok(message.bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, UdpSocket};
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::output::Kind as _;
    use crate::output::testing::{SOON, awaited, job, now, output, reporter, show, surroundings};
    use crate::output::{Light, Outcome, Outputs};
    use crate::show::OutputKind;
    use crate::show::action::RawMessage;

    /// The outputs of a show whose only cue sends `message`, and the same again with what a panic
    /// sends, `STOP`.
    fn live(
        kind: OutputKind,
        message: RawMessage,
    ) -> (Outputs, std::sync::mpsc::Receiver<crate::output::Report>) {
        let stop = Body::Raw(RawMessage::Text("STOP\r\n".into()));
        let show = show(vec![output("caspar", kind, vec![stop])], vec![(0, Body::Raw(message))]);
        let (reporter, reports) = reporter();
        (Outputs::live(Arc::new(show), &surroundings(&|_| None), reporter), reports)
    }

    #[test]
    fn text_goes_over_one_connection_and_the_answer_is_shown() {
        let device = TcpListener::bind("127.0.0.1:0").unwrap();
        let kind = OutputKind::RawTcp {
            host: "127.0.0.1".into(),
            port: device.local_addr().unwrap().port(),
        };
        let (mut outputs, reports) = live(kind, RawMessage::Text("PLAY 1-10 AMB\r\n".into()));
        let (stream, _) = device.accept().unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let (mut lines, mut answer) = (BufReader::new(stream.try_clone().unwrap()), stream);
        let mut heard = String::new();
        for (firing, said, light) in
            [(0, "202 PLAY OK", Light::Ok), (1, "404 PLAY ERROR", Light::Refused)]
        {
            assert_eq!(outputs.send(job(firing), now()), None);
            heard.clear();
            lines.read_line(&mut heard).unwrap();
            assert_eq!(heard, "PLAY 1-10 AMB\r\n");
            assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
            write!(answer, "{said}\r\n").unwrap();
            awaited(|| outputs.health(now())[0].answer.as_deref() == Some(said));
            awaited(|| outputs.health(now())[0].light == light);
        }
        assert_eq!(outputs.health(now())[0].error.as_deref(), Some("answers \"404 PLAY ERROR\""));
        outputs.panic(now());
        heard.clear();
        lines.read_line(&mut heard).unwrap();
        assert_eq!(heard, "STOP\r\n");
    }

    #[test]
    fn bytes_go_as_one_datagram_and_what_looks_like_a_bundle_is_left_alone() {
        let device = UdpSocket::bind("127.0.0.1:0").unwrap();
        device.set_read_timeout(Some(SOON)).unwrap();
        let kind = OutputKind::RawUdp {
            host: "127.0.0.1".into(),
            port: device.local_addr().unwrap().port(),
        };
        let bytes = b"#bundle\0\0\0\0\0\0\0\0\x01\xFF".to_vec();
        let (mut outputs, _reports) = live(kind, RawMessage::Hex(bytes.clone()));
        assert_eq!(outputs.send(job(0), now()), Some(Outcome::Sent));
        let mut heard = [0; 64];
        let (len, sender) = device.recv_from(&mut heard).unwrap();
        assert_eq!(heard[..len], bytes);
        device.send_to(b"\x90\x41\xFF", sender).unwrap();
        awaited(|| outputs.health(now())[0].answer.as_deref() == Some("90 41 FF"));
        assert_eq!(outputs.health(now())[0].light, Light::Ok);
    }

    #[test]
    fn a_device_that_floods_the_connection_holds_up_no_message() {
        let device = TcpListener::bind("127.0.0.1:0").unwrap();
        let kind = OutputKind::RawTcp {
            host: "127.0.0.1".into(),
            port: device.local_addr().unwrap().port(),
        };
        let (mut outputs, reports) = live(kind, RawMessage::Hex(vec![2]));
        let (stream, _) = device.accept().unwrap();
        let mut flood = stream.try_clone().unwrap();
        let flooder = std::thread::spawn(move || while flood.write_all(&[b'x'; 65_536]).is_ok() {});
        for firing in 0..5 {
            let began = now();
            assert_eq!(outputs.send(job(firing), began), None);
            assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
            assert!(now().since(began) < Duration::from_secs(2), "{:?}", now().since(began));
        }
        drop(outputs);
        // It fails where the flood has heard already that nobody reads it any more.
        let _ = stream.shutdown(std::net::Shutdown::Both);
        flooder.join().unwrap();
    }

    #[test]
    fn a_probe_sends_nothing() {
        let device = UdpSocket::bind("127.0.0.1:0").unwrap();
        device.set_nonblocking(true).unwrap();
        let probe = |peer| {
            let show = show(vec![], vec![]);
            UdpKind(peer).probe(&show, OutputIx(0), &surroundings(&|_| None))(Duration::from_secs(
                1,
            ))
        };
        let (answer, said) = probe(Peer::new("127.0.0.1", device.local_addr().unwrap().port()));
        assert_eq!(
            (answer, said.as_str()),
            (ProbeAnswer::Unknown, "the address is known; nothing was sent to it")
        );
        assert!(device.recv(&mut [0; 8]).is_err());
        assert_eq!(probe(Peer::new("device.invalid", 1)).0, ProbeAnswer::Down);
    }
}
