//! Posts as bytes: JSON, bounded both ways. What comes in was written by strangers.

use super::message::Post;

/// The longest post, bytes.
pub(super) const POST_BYTES_MAX: usize = 64 << 10;

/// Reason why bytes are no post, or a post cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireFault {
    /// Longer than [`POST_BYTES_MAX`].
    #[error("a message of {0} bytes; {POST_BYTES_MAX} are the most")]
    TooLong(usize),
    /// No message of this version.
    #[error("no message that this version knows ({0})")]
    NotAPost(#[from] serde_json::Error),
}

/// The bytes of a post.
///
/// # Errors
/// When they would be too many.
pub(super) fn encode(post: &Post) -> Result<Vec<u8>, WireFault> {
    let bytes = serde_json::to_vec(post)?;
    if bytes.len() > POST_BYTES_MAX { Err(WireFault::TooLong(bytes.len())) } else { Ok(bytes) }
}

/// The post that these bytes are.
///
/// # Errors
/// When they are too many, or none that this version knows. Fields that it does not know are left
/// out of account.
pub(super) fn decode(bytes: &[u8]) -> Result<Post, WireFault> {
    if bytes.len() > POST_BYTES_MAX {
        return Err(WireFault::TooLong(bytes.len()));
    }
    Ok(serde_json::from_slice(bytes)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::RunNs;
    use crate::link::{Beat, FlagStep, Instance, Letter, PostBody, StationName, Wish};

    fn post(body: PostBody) -> Post {
        let from = StationName::new("la").unwrap();
        Post { from, instance: Instance(u64::MAX), body }
    }

    #[test]
    fn every_body_comes_back_as_it_was() {
        let beat = Beat {
            holds: true,
            mute: false,
            term: 3,
            seq: 12,
            stored: 11,
            number: 1,
            hears: Default::default(),
            version: "0.1.0".into(),
            digest: "ab".into(),
            terminal: true,
            uncertainty_ns: Some(1),
            step: FlagStep::Waits,
            outputs: None,
        };
        for body in [
            PostBody::Beat(beat),
            PostBody::ClockAsked { asked_ns: u64::MAX },
            PostBody::ClockTold { asked_ns: 1, term: 2, run_ns: RunNs::new(3) },
            PostBody::Letter {
                number: 1,
                letter: Letter::Wish(Wish::Note { text: "\u{1b}[2J \"é\"".into() }),
            },
            PostBody::Got { to: Some(Instance(7)), number: 1, refused: Some("no".into()) },
        ] {
            let post = post(body);
            assert_eq!(decode(&encode(&post).unwrap()).unwrap(), post);
        }
    }

    #[test]
    fn a_post_has_its_published_form() {
        let bytes = encode(&post(PostBody::ClockAsked { asked_ns: 7 })).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            r#"{"from":"la","instance":18446744073709551615,"body":{"post":"clock_asked","asked_ns":7}}"#
        );
    }

    #[test]
    fn strange_bytes_are_refused() {
        let deep = format!(r#"{{"from":"la","instance":1,"body":{}"#, "[".repeat(60_000));
        for bytes in [
            "",
            "{}",
            "null",
            r#"{"from":"LA","instance":1,"body":{"post":"clock_asked","asked_ns":7}}"#,
            r#"{"from":"la","instance":-1,"body":{"post":"clock_asked","asked_ns":7}}"#,
            r#"{"from":"la","instance":1,"body":{"post":"fire","asked_ns":7}}"#,
            r#"{"from":"la","instance":1,"body":{"post":"clock_asked","asked_ns":1e99}}"#,
            r#"{"from":"la","instance":1,"body":{"post":"clock_asked","asked_ns":7}} x"#,
            &deep,
        ] {
            assert!(matches!(decode(bytes.as_bytes()), Err(WireFault::NotAPost(_))), "{bytes:.80}");
        }
        let long =
            post(PostBody::Got { to: None, number: 1, refused: Some("x".repeat(POST_BYTES_MAX)) });
        assert!(matches!(encode(&long), Err(WireFault::TooLong(_))));
        assert!(matches!(decode(&vec![b' '; POST_BYTES_MAX + 1]), Err(WireFault::TooLong(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes);
        }
    }
}
