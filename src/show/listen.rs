//! Addresses to listen on, as people write them.

use core::net::{Ipv4Addr, SocketAddr};

/// The address and port in `text`: an IP address, or `localhost`, which is this machine alone.
///
/// # Errors
/// In words, with an example, when it is neither. Other names are none: a name may stand for
/// several addresses, or for others tomorrow, and who is heard must not depend on that.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let local = text.rsplit_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("localhost"));
    let local = local.and_then(|(_, port)| {
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse::<u16>().ok()?)))
    });
    local.or_else(|| text.parse().ok()).ok_or_else(|| {
        let port = text.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).unwrap_or(53_000);
        format!("write \"127.0.0.1:{port}\" for this machine alone, or \"0.0.0.0:{port}\" with a passcode")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_this_machine() {
        for (text, address) in [
            ("localhost:53000", "127.0.0.1:53000"),
            ("LOCALHOST:1", "127.0.0.1:1"),
            ("10.0.0.5:53000", "10.0.0.5:53000"),
            ("[::1]:53000", "[::1]:53000"),
        ] {
            assert_eq!(listen_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for text in [
            "localhost",
            "53000",
            ":53000",
            "foh.local:53000",
            "localhost:x",
            "localhost:70000",
            "",
            "10.0.0.5",
        ] {
            assert!(listen_address(text).unwrap_err().contains("127.0.0.1:"), "{text}");
        }
        assert!(listen_address("foh.local:5005").unwrap_err().contains("127.0.0.1:5005"));
    }
}
