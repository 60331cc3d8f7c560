//! OSC 1.0 packets taken apart, with a limit to everything that a stranger could make large or
//! deep.
//!
//! Pure bytes: must never touch a socket, call itself, or believe a length before it is checked. A
//! packet is taken whole or not at all; of a damaged one the hub obeys only what makes the show
//! safer (`readable`). `rosc` decodes bundles and drops nested arrays by recursion, as deep as the
//! sender likes; that is why this is not left to it. The tests ask `rosc` as a witness.

/// The longest packet: no datagram is longer, and a frame on a connection need not be.
pub const BYTES_MAX: usize = 1 << 16;

/// Maximum depth of bundles in bundles.
const DEPTH_MAX: usize = 8;

/// Maximum number of messages in one packet.
pub(super) const MESSAGES_MAX: usize = 64;

/// Maximum number of arguments of a message; no address takes more than one.
const ARGS_MAX: usize = 16;

/// First bytes of a bundle, in place of an address.
const BUNDLE: &[u8] = b"#bundle\0";

/// A message, borrowed from its packet.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketMessage<'a> {
    /// Begins with `/`; without control characters, but perhaps with those of a pattern.
    pub address: &'a str,
    /// In the order of the packet, without nil.
    pub args: Vec<Arg<'a>>,
    /// Time at which it is to be obeyed: the time tag of the innermost bundle that it lies in, or
    /// [`AT_ONCE`].
    pub time: u64,
}

/// The time tag that means "at once" (OSC 1.0, "Time Tag Semantics"); all others are NTP's, 32 bits
/// of seconds since 1900 and 32 bits of their fraction.
pub const AT_ONCE: u64 = 1;

/// An argument, as far as anybody here wants to know it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg<'a> {
    /// `i` or `h`.
    Int(i64),
    /// `f` or `d`.
    Float(f64),
    /// `s`, or `S`, the symbol that some programs send in its place.
    Text(&'a str),
    /// `T` or `F`.
    Bool(bool),
    /// `I`, the impulse of OSC 1.1: a button without a state.
    Impulse,
    /// Any other type that has its right length: `b`, `t`, `c`, `r`, `m`.
    Other,
}

/// Reason why bytes are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// More than [`BYTES_MAX`] bytes.
    #[error("longer than {BYTES_MAX} bytes")]
    TooLong,
    /// Something ends before its end.
    #[error("cut short")]
    Truncated,
    /// Bytes that belong to nothing.
    #[error("bytes left over")]
    LeftOver,
    /// Neither an address nor a bundle.
    #[error("begins with neither an address nor #bundle")]
    Beginning,
    /// Text that is not UTF-8, or padding that is not zero.
    #[error("text that is none")]
    Text,
    /// A type that is unknown or not taken, such as an array.
    #[error("a type of argument that is not known")]
    Type,
    /// Bundles in bundles in bundles.
    #[error("bundles nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// Too many messages or arguments.
    #[error("more than {MESSAGES_MAX} messages, or {ARGS_MAX} arguments to one")]
    TooMany,
}

/// The messages of a packet in their order, those of bundles among them.
///
/// # Errors
/// When any part of the packet is malformed; then none of it is given.
pub fn parse(packet: &[u8]) -> Result<Vec<PacketMessage<'_>>, Malformed> {
    if packet.len() > BYTES_MAX {
        return Err(Malformed::TooLong);
    }
    let mut messages = vec![];
    // What is left of each bundle that is open, the innermost last.
    let mut open: Vec<(u64, Bytes<'_>)> = vec![];
    let mut element = packet;
    loop {
        if let Some(rest) = element.strip_prefix(BUNDLE) {
            if open.len() == DEPTH_MAX {
                return Err(Malformed::TooDeep);
            }
            let mut bundle = Bytes(rest);
            let time = u64::from_be_bytes(bundle.double_word()?);
            open.push((time, bundle));
        } else if messages.len() == MESSAGES_MAX {
            return Err(Malformed::TooMany);
        } else {
            messages.push(message(element, open.last().map_or(AT_ONCE, |(time, _)| *time))?);
        }
        element = loop {
            match open.last_mut() {
                None => return Ok(messages),
                Some((_, Bytes([]))) => drop(open.pop()),
                Some((_, bundle)) => break bundle.element()?,
            }
        };
    }
}

/// The first address that can be read in a packet that is malformed, so that its sender can be
/// told.
pub(super) fn first_address(packet: &[u8]) -> Option<&str> {
    let is_address =
        |address: &&str| address.starts_with('/') && !address.contains(crate::plain::is_obeyed);
    elements(packet).find_map(|element| Bytes(element).text().ok().filter(is_address))
}

/// The messages that can be read in a packet that is malformed, without their time. There may be
/// thousands of them.
pub(super) fn readable(packet: &[u8]) -> impl Iterator<Item = PacketMessage<'_>> {
    elements(packet).filter_map(|element| message(element, AT_ONCE).ok())
}

/// Elements of a packet that are no bundles, however deep, up to the first length in each bundle
/// that cannot be right. Each open bundle takes sixteen bytes of the packet or more, so there are
/// few of them. A packet that is too long has none.
fn elements(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut first = (packet.len() <= BYTES_MAX).then_some(packet);
    let mut open: Vec<Bytes<'_>> = vec![];
    std::iter::from_fn(move || {
        loop {
            let element = match first.take() {
                Some(packet) => packet,
                None => match open.last_mut()?.element() {
                    Ok(element) => element,
                    Err(_) => {
                        open.pop();
                        continue;
                    }
                },
            };
            let Some(rest) = element.strip_prefix(BUNDLE) else { return Some(element) };
            let mut bundle = Bytes(rest);
            if bundle.double_word().is_ok() {
                open.push(bundle);
            }
        }
    })
}

fn message(element: &[u8], time: u64) -> Result<PacketMessage<'_>, Malformed> {
    if element.first() != Some(&b'/') {
        return Err(if element.is_empty() { Malformed::Truncated } else { Malformed::Beginning });
    }
    let mut bytes = Bytes(element);
    let address = bytes.text()?;
    if address.contains(crate::plain::is_obeyed) {
        return Err(Malformed::Text);
    }
    let mut args = vec![];
    // OSC 1.0 asks to put up with old senders that leave the types out; without them only no
    // arguments can be meant.
    if !bytes.0.is_empty() {
        let types = bytes.text()?.strip_prefix(',').ok_or(Malformed::Type)?;
        if types.len() > ARGS_MAX {
            return Err(Malformed::TooMany);
        }
        for tag in types.bytes() {
            // Nil says that there is no argument, in the words of programs that cannot leave one
            // out.
            if tag != b'N' {
                args.push(bytes.arg(tag)?);
            }
        }
    }
    if bytes.0.is_empty() {
        Ok(PacketMessage { address, args, time })
    } else {
        Err(Malformed::LeftOver)
    }
}

/// Bytes that are still to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<[u8; 4], Malformed> {
        let (word, rest) = self.0.split_first_chunk().ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(*word)
    }

    fn double_word(&mut self) -> Result<[u8; 8], Malformed> {
        let (word, rest) = self.0.split_first_chunk().ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(*word)
    }

    /// A length that is not more than what is left; negative ones are far too large.
    fn len(&mut self) -> Result<usize, Malformed> {
        let len = u32::from_be_bytes(self.word()?) as usize;
        if len <= self.0.len() { Ok(len) } else { Err(Malformed::Truncated) }
    }

    /// Zeros up to the next multiple of four after `len` bytes.
    fn padding(&mut self, len: usize) -> Result<(), Malformed> {
        let padding = self.take(len.next_multiple_of(4) - len)?;
        if padding.iter().all(|&byte| byte == 0) { Ok(()) } else { Err(Malformed::Text) }
    }

    /// An element of a bundle.
    fn element(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.len()?;
        self.take(len)
    }

    fn text(&mut self) -> Result<&'a str, Malformed> {
        let len = self.0.iter().position(|&byte| byte == 0).ok_or(Malformed::Truncated)?;
        let text = self.take(len)?;
        self.take(1)?;
        self.padding(len + 1)?;
        str::from_utf8(text).map_err(|_| Malformed::Text)
    }

    fn arg(&mut self, tag: u8) -> Result<Arg<'a>, Malformed> {
        Ok(match tag {
            b'i' => Arg::Int(i32::from_be_bytes(self.word()?).into()),
            b'h' => Arg::Int(i64::from_be_bytes(self.double_word()?)),
            b'f' => Arg::Float(f32::from_be_bytes(self.word()?).into()),
            b'd' => Arg::Float(f64::from_be_bytes(self.double_word()?)),
            b's' | b'S' => Arg::Text(self.text()?),
            b'T' => Arg::Bool(true),
            b'F' => Arg::Bool(false),
            b'I' => Arg::Impulse,
            b'c' | b'r' | b'm' => self.word().map(|_| Arg::Other)?,
            b't' => self.double_word().map(|_| Arg::Other)?,
            b'b' => {
                let len = self.len()?;
                self.take(len)?;
                self.padding(len)?;
                Arg::Other
            }
            _ => return Err(Malformed::Type),
        })
    }
}

#[cfg(test)]
mod tests;
