//! Who may read, and whose requests are another site's: the token, the guesses, the host and the
//! origin.

use std::fmt::Write as _;
use std::net::IpAddr;

use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, ORIGIN};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::TokenKey;
use crate::access::Passcode;

/// Header in which a browser says whose page asks.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Ends of names that only a local network gives out, so that nobody outside can point one here.
const LOCAL: [&str; 5] = [".local", ".localhost", ".lan", ".internal", ".home.arpa"];

/// The token that stands for a passcode.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    /// The token of `passcode`, by the key of this machine.
    pub(super) fn new(passcode: &Passcode, key: &TokenKey) -> Self {
        let digest = Sha256::new().chain_update(key.0).chain_update(passcode.bytes()).finalize();
        Token(digest.iter().fold(String::new(), |mut hex, byte| {
            // Writing into a text cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the request has it.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
        let given = given.and_then(|given| given.strip_prefix(b"Bearer "));
        given.is_some_and(|given| given.ct_eq(self.0.as_bytes()).into())
    }
}

/// Returns `true` if the request names this machine by an address, or by a name that nobody outside
/// of its network can point at it: a page of another site whose name was turned to this machine is
/// not served.
pub(super) fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(|host| is_local(name_of(host)))
}

/// The host without its port.
fn name_of(host: &str) -> &str {
    if let Some((inside, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inside;
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    name.parse::<IpAddr>().is_ok() || is_word || LOCAL.iter().any(|end| name.ends_with(end))
}

/// Returns `true` if a browser says that a page of another site asks.
pub(super) fn is_of_another_site(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).map(|site| site.as_bytes());
    let is_other = site.is_some_and(|site| site != b"same-origin" && site != b"none");
    let origin = headers.get(ORIGIN).map(|origin| origin.as_bytes());
    let host = headers.get(HOST).map(|host| host.as_bytes()).unwrap_or_default();
    let is_own = |origin: &[u8]| origin.strip_prefix(b"http://") == Some(host);
    is_other || origin.is_some_and(|origin| !is_own(origin))
}

/// Returns `true` if the body is JSON: a form of another site cannot say so.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), value.parse().unwrap())
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn a_name_that_could_be_turned_to_this_machine_is_not_served() {
        for host in [
            "127.0.0.1:8080",
            "10.0.0.5",
            "[::1]:8080",
            "[fe80::1]",
            "localhost:8080",
            "LOCALHOST",
            "foh-mac.local:8080",
            "stage.lan",
            "booth:8080",
        ] {
            assert!(is_for_this_machine(&headers(&[("host", host)])), "{host}");
        }
        for host in [
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "local",
            "",
            ":80",
            "a b",
            "x.local.evil",
        ] {
            let is_served = is_for_this_machine(&headers(&[("host", host)]));
            assert_eq!(is_served, host == "local", "{host}");
        }
        assert!(!is_for_this_machine(&HeaderMap::new()));
        let mut two = headers(&[("host", "localhost")]);
        two.append(HOST, "evil.example".parse().unwrap());
        assert!(!is_for_this_machine(&two));
    }

    #[test]
    fn what_another_site_asks_is_known() {
        let asks = |lines: &[(&'static str, &str)]| {
            let mut all = headers(lines);
            all.insert(HOST, "10.0.0.5:8080".parse().unwrap());
            is_of_another_site(&all)
        };
        assert!(!asks(&[]) && !asks(&[("origin", "http://10.0.0.5:8080")]));
        assert!(
            !asks(&[("sec-fetch-site", "same-origin")]) && !asks(&[("sec-fetch-site", "none")])
        );
        for origin in ["null", "http://10.0.0.5", "https://10.0.0.5:8080", "http://evil.example"] {
            assert!(asks(&[("origin", origin)]), "{origin}");
        }
        assert!(
            asks(&[("sec-fetch-site", "cross-site")]) && asks(&[("sec-fetch-site", "same-site")])
        );
    }

    #[test]
    fn a_token_is_of_the_passcode_and_of_the_machine() {
        let token =
            |passcode: &str, key: u8| Token::new(&Passcode::new(passcode), &TokenKey([key; 32]));
        let own = token("s3cret-s3cret", 1);
        let given = format!("Bearer {}", own.text());
        assert!(own.is_in(&headers(&[("authorization", &given)])));
        for other in [token("s3cret-s3creT", 1), token("s3cret-s3cret", 2)] {
            assert!(!other.is_in(&headers(&[("authorization", &given)])));
        }
        for wrong in ["", "Bearer ", "s3cret-s3cret", own.text()] {
            assert!(!own.is_in(&headers(&[("authorization", wrong)])), "{wrong}");
        }
        assert!(!own.is_in(&HeaderMap::new()) && !own.text().contains("s3cret"));
    }
}
