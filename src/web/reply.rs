//! Replies: whole ones, and streams that tell each change of a page.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::http::HeaderValue;
use hyper::{Response, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::Pages;
use super::files::WebFile;
use super::server::Life;

/// Things that a page may load: its own files and its own data, nothing else from anywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A text that many replies share.
struct SharedText(Arc<str>);

impl AsRef<[u8]> for SharedText {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Subject of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StreamTopic {
    /// The board.
    Board,
    /// The department with this id.
    Crew(String),
}

impl StreamTopic {
    /// Its text on `pages`; `None` where the show has no such department.
    pub(super) fn of<'a>(&self, pages: &'a Pages) -> Option<&'a Arc<str>> {
        match self {
            StreamTopic::Board => Some(&pages.board),
            StreamTopic::Crew(id) => pages.crews.get(id),
        }
    }
}

/// Body of a reply.
pub(super) enum Reply {
    /// All of it, until it is taken.
    Whole(Option<Bytes>),
    /// Each change of a page, until the browser has gone.
    Stream(PageStream),
}

/// The state of a page from now on. A browser that does not keep up misses states, and never gets an
/// old one: nothing is queued for it.
pub(super) struct PageStream {
    next: Pin<Box<dyn Future<Output = NextEvent> + Send>>,
    life: Life,
}

/// An event, and what the next one is made from; `None` at the end of the stream.
type NextEvent = Option<(Bytes, StreamSource)>;

/// Everything that a stream is made from.
pub(super) struct StreamSource {
    pub(super) pages: watch::Receiver<Arc<Pages>>,
    pub(super) topic: StreamTopic,
    /// Its place among the streams; free again when the stream ends.
    pub(super) _place: OwnedSemaphorePermit,
}

impl StreamSource {
    /// The next state, as an event of a stream; `None` at its end.
    async fn next(mut self, is_first: bool) -> NextEvent {
        if !is_first {
            self.pages.changed().await.ok()?;
        }
        let pages = Arc::clone(&self.pages.borrow_and_update());
        let text = self.topic.of(&pages)?;
        Some((Bytes::from(format!("data: {text}\n\n")), self))
    }
}

impl PageStream {
    pub(super) fn new(source: StreamSource, life: Life) -> Self {
        PageStream { next: Box::pin(source.next(true)), life }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Reply::Whole(whole) => Poll::Ready(whole.take().map(|whole| Ok(Frame::data(whole)))),
            Reply::Stream(stream) => {
                let Poll::Ready(next) = stream.next.as_mut().poll(cx) else { return Poll::Pending };
                Poll::Ready(next.map(|(event, source)| {
                    // It was asked for another state, so the browser has taken the ones before.
                    stream.life.renew();
                    stream.next = Box::pin(source.next(false));
                    Ok(Frame::data(event))
                }))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Reply::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Reply::Whole(whole) => {
                SizeHint::with_exact(whole.as_ref().map_or(0, |whole| whole.len() as u64))
            }
            Reply::Stream(_) => SizeHint::default(),
        }
    }
}

/// A reply with what every reply has.
fn reply(status: StatusCode, kind: &'static str, body: Reply) -> Response<Reply> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let all: [(HeaderName, &'static str); 8] = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// One of the pages' own files.
pub(super) fn file(file: WebFile) -> Response<Reply> {
    reply(StatusCode::OK, file.kind, Reply::Whole(Some(Bytes::from_static(file.text))))
}

/// A text of JSON that others share.
pub(super) fn shared(text: &Arc<str>) -> Response<Reply> {
    let text = Bytes::from_owner(SharedText(Arc::clone(text)));
    reply(StatusCode::OK, "application/json", Reply::Whole(Some(text)))
}

/// JSON of its own.
pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Reply> {
    reply(status, "application/json", Reply::Whole(Some(Bytes::from(value.to_string()))))
}

/// A refusal, in words for the person at the browser.
pub(super) fn refusal(status: StatusCode, why: &str) -> Response<Reply> {
    json(status, &serde_json::json!({ "error": why }))
}

/// The states of a page from now on.
pub(super) fn stream(source: StreamSource, life: Life) -> Response<Reply> {
    let body = Reply::Stream(PageStream::new(source, life));
    reply(StatusCode::OK, "text/event-stream", body)
}
