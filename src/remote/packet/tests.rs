//! Packets written out by hand from the OSC 1.0 specification, damaged ones, and `rosc` as a
//! witness.

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

use super::*;
use crate::remote::testing::{RandomNumbers, packet};

fn only(bytes: &[u8]) -> PacketMessage<'_> {
    let messages = parse(bytes).unwrap_or_else(|e| panic!("{e}: {bytes:?}"));
    assert_eq!(messages.len(), 1);
    messages.into_iter().next().unwrap()
}

/// `inner` in so many bundles.
fn nested(inner: &[u8], depth: usize) -> Vec<u8> {
    (0..depth).fold(inner.to_vec(), |inner, _| {
        [BUNDLE, &[0, 0, 0, 0, 0, 0, 0, 1], &(inner.len() as u32).to_be_bytes(), &inner].concat()
    })
}

#[test]
fn takes_the_examples_of_the_specification() {
    // OSC 1.0, "Examples: OSC Message Representation".
    let first = b"/oscillator/4/frequency\0,f\0\0\x43\xdc\x00\x00";
    assert_eq!(
        only(first),
        PacketMessage {
            address: "/oscillator/4/frequency",
            args: vec![Arg::Float(440.0)],
            time: AT_ONCE
        }
    );
    let second = b"/foo\0\0\0\0,iisff\0\0\x00\x00\x03\xe8\xff\xff\xff\xffhello\0\0\0\x3f\x9d\xf3\xb6\x40\xb5\xb2\x2d";
    let floats = [f64::from(1.234_f32), f64::from(5.678_f32)].map(Arg::Float);
    let args = vec![Arg::Int(1000), Arg::Int(-1), Arg::Text("hello"), floats[0], floats[1]];
    assert_eq!(only(second), PacketMessage { address: "/foo", args, time: AT_ONCE });
}

#[test]
fn takes_every_type_that_has_a_length() {
    let bytes = b"/x\0\0,hdTFINbtcrm\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xfe\x3f\xe0\0\0\0\0\0\0\
        \0\0\0\x05bytes\0\0\0\0\0\0\0\0\0\0\x01\0\0\0A\x01\x02\x03\x04\x01\x90\x3c\x40";
    let others = [Arg::Other; 5];
    let known = [Arg::Int(-2), Arg::Float(0.5), Arg::Bool(true), Arg::Bool(false), Arg::Impulse];
    assert_eq!(only(bytes).args, [&known[..], &others].concat());
    // A symbol is text, and nil no argument.
    let symbol = b"/go\0,NSN\0\0\0\x0012\0\0";
    assert_eq!(only(symbol).args, [Arg::Text("12")]);
    // Without types, as old senders have it.
    assert_eq!(only(b"/go\0"), PacketMessage { address: "/go", args: vec![], time: AT_ONCE });
    assert_eq!(only("/cue/12\u{e9}/start\0".as_bytes()).address, "/cue/12é/start");
}

#[test]
fn takes_bundles_in_bundles_up_to_a_limit() {
    let go = b"/go\0,\0\0\0";
    for depth in 0..=DEPTH_MAX {
        assert_eq!(only(&nested(go, depth)).address, "/go");
    }
    assert_eq!(parse(&nested(go, DEPTH_MAX + 1)), Err(Malformed::TooDeep));
    assert_eq!(parse(&nested(go, 3_000)), Err(Malformed::TooDeep));
    assert_eq!(parse(b"#bundle\0\0\0\0\0\0\0\0\x01"), Ok(vec![]));

    let two = [&nested(go, 1)[..], &[0, 0, 0, 8], b"/hold\0\0\0"].concat();
    let addresses: Vec<_> = parse(&two).unwrap().iter().map(|message| message.address).collect();
    assert_eq!(addresses, ["/go", "/hold"]);
    let element = [&[0, 0, 0, 4][..], b"/go\0"].concat();
    let many = |n: usize| [BUNDLE, &[0; 8], &element.repeat(n)].concat();
    assert_eq!(parse(&many(MESSAGES_MAX)).map(|messages| messages.len()), Ok(MESSAGES_MAX));
    assert_eq!(parse(&many(MESSAGES_MAX + 1)), Err(Malformed::TooMany));
}

#[test]
fn a_message_has_the_time_of_the_innermost_bundle() {
    let at = |time: u64, elements: &[&[u8]]| {
        let mut bundle = [BUNDLE, &time.to_be_bytes()].concat();
        for element in elements {
            bundle.extend((element.len() as u32).to_be_bytes());
            bundle.extend(*element);
        }
        bundle
    };
    let inner = at(7, &[b"/b\0\0"]);
    let packet = at(5, &[b"/a\0\0", &inner, b"/c\0\0"]);
    let times: Vec<_> =
        parse(&packet).unwrap().iter().map(|message| (message.address, message.time)).collect();
    assert_eq!(times, [("/a", 5), ("/b", 7), ("/c", 5)]);
    assert_eq!(only(b"/a\0\0").time, AT_ONCE);
}

#[test]
fn a_damaged_packet_gives_nothing() {
    use Malformed::*;
    let cases: &[(&[u8], Malformed)] = &[
        (b"", Truncated),
        (b"go\0\0", Beginning),
        (b"/go", Truncated),
        (b"/go\0,", Truncated),
        (b"/go\0x\0\0\0", Type),
        (b"/go\0,?\0\0", Type),
        (b"/go\0,[]\0", Type),
        (b"/go\0,\0\0\x01", Text),
        (b"/go\0,i\0\0\0\0\0", Truncated),
        (b"/go\0,i\0\0\0\0\0\0\0\0\0\0", LeftOver),
        (b"/go\0,s\0\0abcd", Truncated),
        (b"/go\0,s\0\0\xff\0\0\0", Text),
        (b"/g\x07\0", Text),
        (b"/go\0,b\0\0\xff\xff\xff\xff", Truncated),
        (b"/go\0,b\0\0\0\0\0\x05abcde\0\0\0\0\0\0\0", LeftOver),
        (b"/go\0,iiiiiiiiiiiiiiiii\0\0", TooMany),
        (b"#bundle\0\0\0\0\0\0\0\0", Truncated),
        (b"#bundle\0\0\0\0\0\0\0\0\x01\0\0", Truncated),
        (b"#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\0", Truncated),
        (b"#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\x08/go\0", Truncated),
        (b"#bundle\0\0\0\0\0\0\0\0\x01\xff\xff\xff\xfc/go\0", Truncated),
        (b"#bundlf\0\0\0\0\0\0\0\0\x01", Beginning),
    ];
    for (bytes, why) in cases {
        assert_eq!(parse(bytes).as_ref(), Err(why), "{}", bytes.escape_ascii());
    }
    // The second message is damaged, so the first one counts for nothing.
    let half = [&nested(b"/go\0", 1)[..], &[0, 0, 0, 8], b"/panic\0\x01"].concat();
    assert_eq!(parse(&half), Err(Text));
    assert_eq!(parse(&vec![b'/'; BYTES_MAX + 1]), Err(TooLong));
}

#[test]
fn cut_anywhere_a_packet_is_none() {
    let whole = packet(
        "/cue/12/start",
        [OscType::Int(1), OscType::String("words".into()), OscType::Float(0.5)],
    );
    // Cut right behind the address it is a message of an old sender, without arguments.
    let behind_address = 16;
    for end in (0..whole.len()).filter(|&end| end != behind_address) {
        assert!(parse(&whole[..end]).is_err(), "cut at {end}");
    }
}

/// What `rosc` makes of a packet; only for packets that are known not to be nested too deep for it.
fn witnessed(bytes: &[u8]) -> Option<Vec<OscMessage>> {
    fn flat(packet: OscPacket) -> Vec<OscMessage> {
        match packet {
            OscPacket::Message(message) => vec![message],
            OscPacket::Bundle(bundle) => bundle.content.into_iter().flat_map(flat).collect(),
        }
    }
    rosc::decoder::decode_udp(bytes).ok().map(|(_, packet)| flat(packet))
}

fn same(own: &Arg<'_>, other: &OscType) -> bool {
    match (own, other) {
        (Arg::Int(a), OscType::Int(b)) => *a == i64::from(*b),
        (Arg::Int(a), OscType::Long(b)) => a == b,
        (Arg::Float(a), OscType::Float(b)) => a.to_bits() == f64::from(*b).to_bits() || b.is_nan(),
        (Arg::Float(a), OscType::Double(b)) => a.to_bits() == b.to_bits(),
        (Arg::Text(a), OscType::String(b)) => a == b,
        (Arg::Bool(a), OscType::Bool(b)) => a == b,
        (Arg::Impulse, OscType::Inf) => true,
        (Arg::Other, other) => {
            !matches!(other, OscType::Int(_) | OscType::Float(_) | OscType::String(_))
        }
        _ => false,
    }
}

#[test]
fn another_decoder_reads_the_same() {
    let mut numbers = RandomNumbers(0x9E37_79B9_7F4A_7C15);
    let mut agreed = 0;
    for round in 0..20_000 {
        let args = (0..numbers.below(5)).map(|_| arg(&mut numbers)).collect();
        let message = OscPacket::Message(OscMessage { addr: format!("/a/{round}"), args });
        let (timetag, content) =
            (OscTime { seconds: 0, fractional: 1 }, vec![message.clone(), message.clone()]);
        let bundle = OscPacket::Bundle(OscBundle { timetag, content });
        let mut bytes =
            rosc::encoder::encode(if round % 2 == 0 { &message } else { &bundle }).unwrap();
        if round % 3 > 0 {
            let at = numbers.below(bytes.len());
            bytes[at] = numbers.next() as u8;
        }
        let Ok(own) = parse(&bytes) else {
            assert!(round % 3 > 0, "refuses what is whole: {}", bytes.escape_ascii());
            continue;
        };
        // rosc does not put up with a message without types, and leaves a bundle there without a
        // word.
        let Some(other) = witnessed(&bytes).filter(|other| other.len() == own.len()) else {
            // Nor does it know symbols.
            let is_without = own.iter().any(|message| message.args.is_empty());
            assert!(is_without || bytes.contains(&b'S'), "{}", bytes.escape_ascii());
            continue;
        };
        for (own, other) in own.iter().zip(&other) {
            let other_args: Vec<_> =
                other.args.iter().filter(|arg| **arg != OscType::Nil).collect();
            assert_eq!((own.address, own.args.len()), (other.addr.as_str(), other_args.len()));
            assert!(
                own.args.iter().zip(other_args).all(|(own, other)| same(own, other)),
                "{own:?} {other:?}"
            );
        }
        agreed += 1;
    }
    assert!(agreed > 7_000, "{agreed}");
}

fn arg(numbers: &mut RandomNumbers) -> OscType {
    match numbers.below(8) {
        0 => OscType::Int(numbers.next() as i32),
        1 => OscType::Float(f32::from_bits(numbers.next() as u32)),
        2 => OscType::String("x".repeat(numbers.below(9))),
        3 => OscType::Bool(numbers.next().is_multiple_of(2)),
        4 => OscType::Long(numbers.next() as i64),
        5 => OscType::Blob(vec![7; numbers.below(9)]),
        6 => OscType::Inf,
        _ => OscType::Double(f64::from_bits(numbers.next())),
    }
}
