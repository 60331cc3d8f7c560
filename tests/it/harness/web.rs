//! The far end of an HTTP output: a server that answers every request as it was told, and keeps
//! them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};

use super::PATIENCE;

/// A web server.
pub(crate) struct Web {
    pub addr: SocketAddr,
    requests: Receiver<(Vec<String>, String)>,
}

impl Web {
    /// Grants every request.
    pub(crate) fn new() -> Self {
        Web::answering(&["201 Created"])
    }

    /// Gives each of `answers` to one request, and the last to all that follow.
    pub(crate) fn answering(answers: &'static [&'static str]) -> Self {
        let server = TcpListener::bind("127.0.0.1:0").expect("a server");
        let addr = server.local_addr().expect("its address");
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            let last = answers.last().expect("an answer");
            let answers = answers.iter().chain(std::iter::repeat(last));
            for (stream, answer) in server.incoming().zip(answers) {
                let mut stream = BufReader::new(stream.expect("a caller"));
                let (mut head, mut len) = (vec![], 0);
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).expect("a line");
                    let line = line.trim_end().to_owned();
                    if line.is_empty() {
                        break;
                    }
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ")
                    {
                        len = value.parse().expect("a length");
                    }
                    head.push(line);
                }
                let mut body = vec![0; len];
                stream.read_exact(&mut body).expect("a body");
                // Told before it is answered: a client that has the answer finds it told.
                let _ = sender.send((head, String::from_utf8(body).expect("text")));
                write!(
                    stream.get_mut(),
                    "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                .expect("an answer");
            }
        });
        Web { addr, requests }
    }

    /// Returns `true` if no request has come that nobody has looked at.
    pub(crate) fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }

    /// The next request: the lines of its head, and its body.
    pub(crate) fn request(&self) -> (Vec<String>, String) {
        self.requests.recv_timeout(PATIENCE).expect("a request")
    }

    /// The first lines of the requests that have come and that nobody has looked at.
    pub(crate) fn first_lines(&self) -> Vec<String> {
        self.requests.try_iter().map(|(head, _)| head[0].clone()).collect()
    }
}
