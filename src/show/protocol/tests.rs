//! What is said of messages and addresses.

use std::time::Duration;

use crate::show::action::{
    Framing, HttpContent, MidiMessage, MmcCommand, MmcPlace, MpvCommand, MscCommand, MscCue,
    OscArg, OscContent, OscRamp, RampEnds,
};
use crate::show::duration::SECOND_NS;
use crate::show::{Body, FrameRate, Layer, OutputKind};

#[test]
fn says_every_kind_of_message_in_one_line() {
    let bgm = |command| Body::Mpv { layer: Layer::new("bgm"), command };
    let x = OutputKind::Http {
        base: "https://api.x.com".into(),
        headers: vec![("Authorization".into(), "env:X_TOKEN".into())],
        timeout: Duration::from_secs(1),
        ca: None,
    };
    let post = |content| Body::Http {
        method: "POST".into(),
        path: "/2/tweets".into(),
        content,
        retries: 0,
    };
    let play = |to_ns, volume, looped, optional| Body::Mpv {
        layer: Layer::MAIN,
        command: MpvCommand::Play {
            clip: "flight.mp4".into(),
            from_ns: 2 * SECOND_NS,
            to_ns,
            volume,
            fade_in: if looped { Duration::from_secs(2) } else { Duration::ZERO },
            looped,
            optional,
        },
    };
    let cue = |list: &str| MscCue { number: "25.5".into(), list: list.into(), path: String::new() };
    let msc =
        |command, device, format| Body::Midi(MidiMessage::ShowControl { command, device, format });
    let timed = MscCommand::TimedGo { cue: cue(""), time: Duration::from_secs(5) };
    let set = MscCommand::Set { control: 3, value: 300, time: None };
    let ramp = |ends| Body::Osc {
        address: "/ch/01/mix/fader".into(),
        content: OscContent::Ramp(OscRamp { ends, over: Duration::from_secs(2) }),
    };
    let args =
        vec![OscArg::Int(1), OscArg::Float(0.5), OscArg::Text("text".into()), OscArg::Bool(true)];
    let fire = Body::Osc { address: "/eos/cue/1/12/fire".into(), content: OscContent::Args(args) };
    for (body, said) in [
        (fire, "/eos/cue/1/12/fire 1 0.5 \"text\" true"),
        (
            Body::Osc { address: "/a".into(), content: OscContent::Args(vec![OscArg::Float(1.0)]) },
            "/a 1.0",
        ),
        (ramp(RampEnds::Decimal(0.0, 0.75)), "/ch/01/mix/fader 0.0 to 0.75 over 0:02"),
        (ramp(RampEnds::Whole(127, 0)), "/ch/01/mix/fader 127 to 0 over 0:02"),
        (
            post(HttpContent::Json("{\"text\":\n\"hi\"}".into())),
            "POST https://api.x.com/2/tweets {\"text\": \"hi\"} [Authorization: env:X_TOKEN]",
        ),
        (
            post(HttpContent::Text("a\nb".into())),
            "POST https://api.x.com/2/tweets \"a\\nb\" [Authorization: env:X_TOKEN]",
        ),
        (
            Body::Http {
                method: "DELETE".into(),
                path: "/a".into(),
                content: HttpContent::Empty,
                retries: 2,
            },
            "DELETE https://api.x.com/a [Authorization: env:X_TOKEN], retry 2",
        ),
        (post(HttpContent::Empty), "POST https://api.x.com/2/tweets [Authorization: env:X_TOKEN]"),
        (
            Body::Midi(MidiMessage::NoteOn { channel: 1, note: 60, velocity: 100 }),
            "note on: channel 1, note 60, velocity 100",
        ),
        (msc(MscCommand::Go(cue("")), 1, 1), "MSC GO, lighting, device 1, cue 25.5"),
        (
            msc(MscCommand::Go(cue("2")), 127, 2),
            "MSC GO, moving-lights, all devices, cue 25.5, list 2",
        ),
        (msc(timed, 1, 1), "MSC TIMED GO, lighting, device 1, cue 25.5, in 0:05"),
        (msc(set, 1, 0x11), "MSC SET, format 17, device 1, control 3 to 300"),
        (msc(MscCommand::Fire { number: 9 }, 1, 1), "MSC FIRE, lighting, device 1, macro 9"),
        (msc(MscCommand::Restore, 127, 127), "MSC RESTORE, all, all devices"),
        (
            Body::Midi(MidiMessage::MachineControl {
                command: MmcCommand::DeferredPlay,
                device: 127,
            }),
            "MMC DEFERRED PLAY, all devices",
        ),
        (
            Body::Midi(MidiMessage::MachineControl {
                command: MmcCommand::Locate(MmcPlace {
                    hours: 1,
                    minutes: 2,
                    seconds: 3,
                    frames: 4,
                    rate: FrameRate::Fps25,
                }),
                device: 3,
            }),
            "MMC LOCATE 01:02:03:04, device 3",
        ),
        (Body::Midi(MidiMessage::Bytes(vec![0xF0, 0x7E, 0xF7])), "F0 7E F7"),
        (play(None, None, false, false), "play flight.mp4 from 0:02"),
        (
            play(Some(5 * SECOND_NS), Some(80), true, true),
            "play flight.mp4 from 0:02 to 0:05, volume 80, fades in over 0:02, looped, if it is there",
        ),
        (
            Body::Mpv { layer: Layer::MAIN, command: MpvCommand::Stop { over: Duration::ZERO } },
            "stop",
        ),
        (bgm(MpvCommand::Stop { over: Duration::from_secs(3) }), "stop layer bgm over 0:03"),
        (bgm(MpvCommand::Volume { to: 40, over: Duration::ZERO }), "volume 40 of layer bgm"),
        (bgm(MpvCommand::Pause), "pause layer bgm"),
        (bgm(MpvCommand::Resume), "resume layer bgm"),
        (
            bgm(MpvCommand::Play {
                clip: "bed.mp3".into(),
                from_ns: 2 * SECOND_NS,
                to_ns: None,
                volume: Some(80),
                fade_in: Duration::from_secs(4),
                looped: true,
                optional: false,
            }),
            "play bed.mp3 on layer bgm from 0:02, volume 80, fades in over 0:04, looped",
        ),
        (
            Body::Mpv {
                layer: Layer::MAIN,
                command: MpvCommand::Stop { over: Duration::from_millis(2500) },
            },
            "stop over 0:02.5",
        ),
        (
            Body::Mpv {
                layer: Layer::MAIN,
                command: MpvCommand::Volume { to: 40, over: Duration::ZERO },
            },
            "volume 40",
        ),
        (
            Body::Mpv {
                layer: Layer::MAIN,
                command: MpvCommand::Volume { to: 0, over: Duration::from_secs(90) },
            },
            "volume 0 over 1:30",
        ),
        (Body::Mpv { layer: Layer::MAIN, command: MpvCommand::Resume }, "resume"),
    ] {
        assert_eq!(x.describe(&body), said);
    }
}

#[test]
fn leaves_nothing_for_a_terminal_to_obey() {
    let hostile = "a\u{1b}[2Jb\r\nc\u{202e}d ";
    let sent = Body::Mpv {
        layer: Layer::MAIN,
        command: MpvCommand::Play {
            clip: hostile.into(),
            from_ns: 0,
            to_ns: None,
            volume: None,
            fade_in: Duration::ZERO,
            looped: false,
            optional: false,
        },
    };
    let player = OutputKind::Mpv { flags: vec![] };
    assert_eq!(player.describe(&sent), "play a [2Jb  cd");
}

#[test]
fn an_address_has_brackets_around_ipv6() {
    let tcp = |framing| OutputKind::OscTcp { host: "::1".into(), port: 3032, framing };
    for (kind, said) in [
        (OutputKind::OscUdp { host: "[::1]".into(), port: 8000 }, "udp://[::1]:8000"),
        (OutputKind::OscUdp { host: "desk.local".into(), port: 8000 }, "udp://desk.local:8000"),
        (tcp(Framing::Slip), "tcp://[::1]:3032"),
        (tcp(Framing::Length), "tcp://[::1]:3032, framed by length"),
        (OutputKind::Midi { port: "Pyro".into() }, "midi \"Pyro\""),
        (OutputKind::Mpv { flags: vec![] }, "mpv"),
    ] {
        assert_eq!(kind.address(), said);
    }
}
