//! Requests: which there are, who may make them, and what goes back.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::http::HeaderValue;
use hyper::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use super::reply::{Reply, StreamSource, StreamTopic};
use super::server::{Guest, STREAMS_MAX};
use super::{CrewWish, WebMessage, access, files, reply};
use crate::access::Passcode;

/// The largest body of a request, in bytes.
const BODY_MAX: usize = 4096;
/// Time in which the station answers a wish, unless something is wrong with it.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// What a reply is made of: the reply, or a refusal.
type Answered = Result<Response<Reply>, RouteRefusal>;

/// A refusal: its status, and why.
struct RouteRefusal(StatusCode, String);

impl RouteRefusal {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        RouteRefusal(status, why.into())
    }
}

#[derive(Deserialize)]
struct Login {
    passcode: String,
}

#[derive(Deserialize)]
struct ReadyForm {
    department: String,
    cue: String,
    ready: bool,
}

#[derive(Deserialize)]
struct WarningForm {
    department: String,
}

/// Answers a request of `guest`.
pub(super) async fn answer(request: Request<Incoming>, guest: Guest) -> Response<Reply> {
    match answered(request, &guest).await {
        Ok(response) => response,
        Err(RouteRefusal(status, why)) => {
            let mut response = reply::refusal(status, &why);
            if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE
            {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            response
        }
    }
}

async fn answered(request: Request<Incoming>, guest: &Guest) -> Answered {
    let headers = request.headers();
    if !access::is_for_this_machine(headers) {
        let why = "open this page by the machine's address, such as http://10.0.0.5:8080";
        return Err(RouteRefusal::new(StatusCode::MISDIRECTED_REQUEST, why));
    }
    let path = request.uri().path().to_owned();
    let is_of_pages = is_page(&path) || files::file(&path).is_some();
    if *request.method() == Method::GET && is_of_pages {
        return Ok(reply::file(files::file(&path).unwrap_or(files::PAGE)));
    }
    if access::is_of_another_site(headers) {
        let why = "a page of another site asks for this";
        return Err(RouteRefusal::new(StatusCode::FORBIDDEN, why));
    }
    match (request.method(), path.as_str()) {
        (&Method::POST, "/api/login") => login(request, guest).await,
        (&Method::GET, "/api/events") => {
            admit(headers, guest)?;
            events(request.uri().query().unwrap_or_default(), guest)
        }
        (&Method::GET, "/api/sheet") => {
            admit(headers, guest)?;
            Ok(reply::shared(&guest.shared.pages().sheet))
        }
        (&Method::GET, "/api/departments") => {
            admit(headers, guest)?;
            Ok(reply::shared(&guest.shared.pages().departments))
        }
        (&Method::POST, "/api/ready") => {
            admit(headers, guest)?;
            let ReadyForm { department, cue, ready: is_ready } = body(request).await?;
            wish(CrewWish::Ready { department, cue, is_ready }, guest).await
        }
        (&Method::POST, "/api/warn") => {
            admit(headers, guest)?;
            let WarningForm { department } = body(request).await?;
            wish(CrewWish::Warn { department }, guest).await
        }
        (
            _,
            "/api/login" | "/api/events" | "/api/sheet" | "/api/departments" | "/api/ready"
            | "/api/warn",
        ) => Err(RouteRefusal::new(StatusCode::METHOD_NOT_ALLOWED, "not in this way")),
        _ if is_of_pages => {
            Err(RouteRefusal::new(StatusCode::METHOD_NOT_ALLOWED, "not in this way"))
        }
        _ => Err(RouteRefusal::new(StatusCode::NOT_FOUND, "there is no such page")),
    }
}

/// Returns `true` if a page has this path. Which departments there are, only its data says.
fn is_page(path: &str) -> bool {
    let department = path.strip_prefix("/crew/").unwrap_or_default();
    matches!(path, "/" | "/timer" | "/sheet" | "/crew")
        || (!department.is_empty() && !department.contains('/'))
}

/// Lets the request pass if it has the token, and there is anything to tell.
fn admit(headers: &HeaderMap, guest: &Guest) -> Result<(), RouteRefusal> {
    if guest.shared.token.as_ref().is_some_and(|token| !token.is_in(headers)) {
        return Err(RouteRefusal::new(StatusCode::UNAUTHORIZED, "this page needs the passcode"));
    }
    if guest.shared.pages.borrow().board.is_empty() {
        let why = "the show is being opened";
        return Err(RouteRefusal::new(StatusCode::SERVICE_UNAVAILABLE, why));
    }
    Ok(())
}

/// Takes a passcode, and gives the token for it.
async fn login(request: Request<Incoming>, guest: &Guest) -> Answered {
    let Login { passcode } = body(request).await?;
    let shared = &guest.shared;
    let Some((right, token)) = shared.passcode.as_ref().zip(shared.token.as_ref()) else {
        return Ok(reply::json(StatusCode::OK, &serde_json::json!({ "token": "" })));
    };
    let (from, now) = (guest.from, guest.clock.now());
    let mut limits = shared.limits();
    if limits.logins.must_wait(from, false, now) {
        let why = "too many tries: wait a moment";
        return Err(RouteRefusal::new(StatusCode::TOO_MANY_REQUESTS, why));
    }
    if !right.admits(&Passcode::new(passcode)) {
        limits.logins.wrong(from, now);
        let is_told = limits.troubles.take(now);
        drop(limits);
        if is_told {
            let who = who(from);
            (shared.hear)(WebMessage::Trouble(format!("browser at {who}: a wrong passcode")));
        }
        return Err(RouteRefusal::new(StatusCode::FORBIDDEN, "this is not the passcode"));
    }
    limits.logins.right(from, false);
    Ok(reply::json(StatusCode::OK, &serde_json::json!({ "token": token.text() })))
}

/// Opens a stream: `board`, or `crew=ID`.
fn events(query: &str, guest: &Guest) -> Answered {
    let topic = match query.split_once('=') {
        None if query == "board" => StreamTopic::Board,
        Some(("crew", id)) => StreamTopic::Crew(id.to_owned()),
        None | Some(_) => {
            return Err(RouteRefusal::new(StatusCode::NOT_FOUND, "there is no such page"));
        }
    };
    let pages = guest.shared.pages.subscribe();
    if topic.of(&pages.borrow()).is_none() {
        let why = "the show has no such department";
        return Err(RouteRefusal::new(StatusCode::NOT_FOUND, why));
    }
    let Ok(place) = Arc::clone(&guest.shared.streams).try_acquire_owned() else {
        let why = format!("{STREAMS_MAX} pages are open already: close one");
        return Err(RouteRefusal::new(StatusCode::SERVICE_UNAVAILABLE, why));
    };
    guest.place.free();
    Ok(reply::stream(StreamSource { pages, topic, _place: place }, guest.life.clone()))
}

/// Reads a body of JSON.
async fn body<T: DeserializeOwned>(request: Request<Incoming>) -> Result<T, RouteRefusal> {
    if !access::is_json(request.headers()) {
        return Err(RouteRefusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "this is not JSON"));
    }
    let body = Limited::new(request.into_body(), BODY_MAX).collect().await;
    let too_large = |_| RouteRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, "this is too much");
    let bytes = body.map_err(too_large)?.to_bytes();
    let not_understood = |_| RouteRefusal::new(StatusCode::BAD_REQUEST, "this is not understood");
    serde_json::from_slice(&bytes).map_err(not_understood)
}

/// Hands a wish to the station, and waits for what it says.
async fn wish(wish: CrewWish, guest: &Guest) -> Answered {
    let shared = &guest.shared;
    let busy = || RouteRefusal::new(StatusCode::TOO_MANY_REQUESTS, "too many at once: try again");
    // Each request may come from another port of the same phone.
    let sender = SocketAddr::new(guest.from, 0);
    if !shared.limits().wishes.take(sender, guest.clock.now()) {
        return Err(busy());
    }
    let place = Arc::clone(&shared.unanswered).try_acquire_owned().map_err(|_| busy())?;
    let (tell, told) = oneshot::channel();
    let answer = move |done| {
        drop(place);
        // A browser that has gone does not want to know.
        let _ = tell.send(done);
    };
    (shared.hear)(WebMessage::Wish(super::WebRequest::new(wish, who(guest.from), answer)));
    match tokio::time::timeout(ANSWER_MAX, told).await {
        Ok(Ok(Ok(()))) => Ok(reply::json(StatusCode::OK, &serde_json::json!({ "done": true }))),
        Ok(Ok(Err(why))) => Err(RouteRefusal::new(StatusCode::CONFLICT, why)),
        Ok(Err(_)) | Err(_) => {
            let why = "the caller's program has not answered: tell the caller";
            Err(RouteRefusal::new(StatusCode::GATEWAY_TIMEOUT, why))
        }
    }
}

/// The sender, for people.
fn who(from: IpAddr) -> String {
    from.to_canonical().to_string()
}
