//! Bytes to text, in the encodings that spreadsheet programs write.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A text and the encoding that it was read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding, for people; `None` for UTF-8.
    pub encoding: Option<&'static str>,
}

/// Reads a text; `None` where the bytes are no text in any encoding that is known here.
///
/// A byte order mark decides; then UTF-8 where all of it is; then UTF-16, which is full of zeros;
/// else Windows-1252, in which Excel saves CSV in Western Europe and America.
pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return read(encoding, bytes.get(length..)?);
    }
    if let Some(encoding) = utf_16(bytes) {
        return read(encoding, bytes);
    }
    if bytes.contains(&0) {
        return None;
    }
    match str::from_utf8(bytes) {
        Ok(text) => Some(Decoded { text: text.to_owned(), encoding: None }),
        Err(_) => read(WINDOWS_1252, bytes),
    }
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> Option<Decoded> {
    let (text, is_faulty) = encoding.decode_without_bom_handling(bytes);
    // Half a text is worse than a clear word.
    let is_text = !is_faulty && !text.contains('\0');
    let named = (encoding != UTF_8).then(|| encoding.name());
    is_text.then(|| Decoded { text: text.into_owned(), encoding: named })
}

/// The UTF-16 without a byte order mark that the bytes may be: in Western text every other one is
/// zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(400))?;
    let zeros = |at: usize| head.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match half {
        0 => None,
        _ if even == 0 && odd * 2 > half => Some(UTF_16LE),
        _ if odd == 0 && even * 2 > half => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn one_text_in_every_encoding_is_one_text() {
        let text = "Titel;Müller – \"Chef\"\r\n";
        let with_mark = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        let (little, big) = (as_utf_16(text, u16::to_le_bytes), as_utf_16(text, u16::to_be_bytes));
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), None),
            (with_mark, None),
            ([&[0xff, 0xfe], &*little].concat(), Some("UTF-16LE")),
            ([&[0xfe, 0xff], &*big].concat(), Some("UTF-16BE")),
            (little, Some("UTF-16LE")),
            (big, Some("UTF-16BE")),
            (b"Titel;M\xfcller \x96 \"Chef\"\r\n".to_vec(), Some("windows-1252")),
        ] {
            let read = decode(&bytes).unwrap();
            assert_eq!((read.text.as_str(), read.encoding), (text, encoding));
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        assert_eq!(decode(b"PK\x03\x04\0\0\0\0\x08\x01"), None);
        assert_eq!(decode(&[0xff, 0xfe, 0x41]), None);
        assert_eq!(decode(b""), Some(Decoded { text: String::new(), encoding: None }));
    }
}
