//! Every address that is heard, and what is made of others.

use super::*;
use crate::remote::packet::AT_ONCE;
use crate::remote::testing::show;
use crate::show::SegmentIx;

const TWELVE: CueIx = CueIx(0);

fn ask(address: &str, args: &[Arg<'_>]) -> Result<RemoteAsk, Misunderstood> {
    understand(&PacketMessage { address, args: args.to_vec(), time: AT_ONCE }, &show())
}

fn why(address: &str, args: &[Arg<'_>]) -> String {
    match ask(address, args) {
        Err(Misunderstood::Wrong(why)) => why,
        other => panic!("{address} {args:?}: {other:?}"),
    }
}

#[test]
fn every_wish_has_its_addresses() {
    let wishes: &[(&str, &[Arg], RemoteCommand)] = &[
        // The addresses that the guide names.
        ("/go", &[], RemoteCommand::Go),
        ("/go", &[Arg::Text("12")], RemoteCommand::GoTo(TWELVE)),
        ("/cue/12/start", &[], RemoteCommand::Start(TWELVE)),
        ("/standby", &[], RemoteCommand::Standby),
        ("/ready", &[Arg::Text("camera")], RemoteCommand::Ready(DepartmentIx(1))),
        ("/hold", &[], RemoteCommand::Hold),
        ("/resume", &[], RemoteCommand::Resume),
        ("/panic", &[], RemoteCommand::Panic),
        ("/playhead/next", &[], RemoteCommand::PlayheadNext),
        ("/playhead/previous", &[], RemoteCommand::PlayheadPrevious),
        ("/playhead/12", &[], RemoteCommand::PlayheadTo(TWELVE)),
        ("/step", &[], RemoteCommand::Step),
        ("/note", &[Arg::Text("late by a beat")], RemoteCommand::Note("late by a beat".into())),
        (
            "/message",
            &[Arg::Text(" two minutes")],
            RemoteCommand::ShowMessage("two minutes".into()),
        ),
        ("/message/clear", &[], RemoteCommand::ClearMessage),
        ("/nudge", &[Arg::Int(30)], RemoteCommand::Nudge(SignedDuration::from_secs(30))),
        ("/nudge", &[Arg::Float(-1.5)], RemoteCommand::Nudge(SignedDuration::from_millis(-1_500))),
        // Those of QLab's remote controls.
        ("/go/13", &[], RemoteCommand::GoTo(CueIx(1))),
        ("/cue/13/stop", &[], RemoteCommand::Stop(CueIx(1))),
        ("/cue/13/load", &[], RemoteCommand::Load(CueIx(1))),
        ("/cue_id/cue:13/start", &[], RemoteCommand::Start(CueIx(1))),
        ("/stop", &[], RemoteCommand::StopAll),
        ("/pause", &[], RemoteCommand::Hold),
        ("/select/12", &[], RemoteCommand::PlayheadTo(TWELVE)),
        ("/select/next", &[], RemoteCommand::PlayheadNext),
        ("/select/previous", &[], RemoteCommand::PlayheadPrevious),
        ("/select_id/cue:12", &[], RemoteCommand::PlayheadTo(TWELVE)),
        ("/playheadID/cue:12", &[], RemoteCommand::PlayheadTo(TWELVE)),
        ("/workspace/ABC-1/go/12", &[], RemoteCommand::GoTo(TWELVE)),
        ("/workspace/My show/panic", &[], RemoteCommand::Panic),
    ];
    for (address, args, wish) in wishes {
        assert_eq!(ask(address, args), Ok(RemoteAsk::RemoteCommand(wish.clone())), "{address}");
    }
}

#[test]
fn every_question_has_its_address() {
    let asks: &[(&str, &[Arg], RemoteAsk)] = &[
        ("/cueLists", &[], RemoteAsk::CueLists(ListForm::Full)),
        ("/workspace/handover/cueLists", &[], RemoteAsk::CueLists(ListForm::Full)),
        ("/runningCues", &[], RemoteAsk::RunningCues(ListForm::Full)),
        ("/runningOrPausedCues", &[], RemoteAsk::RunningCues(ListForm::Full)),
        ("/runningOrPausedCues/shallow", &[], RemoteAsk::RunningCues(ListForm::Shallow)),
        ("/thump", &[], RemoteAsk::Thump),
        ("/workspaces", &[], RemoteAsk::Workspaces),
        ("/version", &[], RemoteAsk::Version),
        ("/connect", &[Arg::Text("2468")], RemoteAsk::Connect(Some(Passcode::new("2468")))),
        (
            "/workspace/handover/connect",
            &[Arg::Int(2468)],
            RemoteAsk::Connect(Some(Passcode::new("2468"))),
        ),
        ("/connect", &[Arg::Float(2468.0)], RemoteAsk::Connect(Some(Passcode::new("2468")))),
        ("/connect", &[], RemoteAsk::Connect(None)),
        ("/connect", &[Arg::Text("")], RemoteAsk::Connect(None)),
        ("/disconnect", &[], RemoteAsk::Disconnect),
        ("/updates", &[Arg::Int(1)], RemoteAsk::Updates(true)),
        ("/updates", &[Arg::Int(0)], RemoteAsk::Updates(false)),
        ("/alwaysReply", &[Arg::Float(1.0)], RemoteAsk::AlwaysReply(true)),
        ("/alwaysReply", &[Arg::Bool(false)], RemoteAsk::AlwaysReply(false)),
        ("/udpReplyPort", &[Arg::Int(53001)], RemoteAsk::UdpReplyPort(53001)),
        ("/listen", &[], RemoteAsk::Listen(vec![])),
        ("/listen/go", &[], RemoteAsk::Listen(vec![Listen { topic: Topic::Go, part: None }])),
        ("/ignore", &[], RemoteAsk::Ignore(vec![])),
        ("/handover/subscribe", &[], RemoteAsk::Subscribe(None)),
        ("/handover/subscribe", &[Arg::Int(9000)], RemoteAsk::Subscribe(Some(9000))),
        ("/handover/unsubscribe", &[], RemoteAsk::Unsubscribe),
    ];
    for (address, args, expected) in asks {
        assert_eq!(ask(address, args).as_ref(), Ok(expected), "{address}");
    }
    let part = Listen { topic: Topic::CueStart, part: Some(CuePart::UniqueId) };
    assert_eq!(
        ask("/workspace/x/listen/cue/start/uniqueID", &[]),
        Ok(RemoteAsk::Listen(vec![part]))
    );
    assert!(why("/listen/weather", &[]).contains("go, cue/start"));
}

#[test]
fn cues_are_named_in_every_way_that_qlab_has() {
    let twelve = AskTarget::Item(CueItem::Cue(TWELVE));
    let list = AskTarget::Item(CueItem::List);
    let asks: &[(&str, &[Arg], RemoteAsk)] = &[
        ("/cue/12/go", &[], RemoteAsk::RemoteCommand(RemoteCommand::GoTo(TWELVE))),
        ("/cue_id/cue:12/go", &[], RemoteAsk::RemoteCommand(RemoteCommand::GoTo(TWELVE))),
        ("/cue/12/panic", &[], RemoteAsk::RemoteCommand(RemoteCommand::Stop(TWELVE))),
        (
            "/cue/12/panicInTime",
            &[Arg::Float(1.5)],
            RemoteAsk::RemoteCommand(RemoteCommand::Stop(TWELVE)),
        ),
        (
            "/cue/12/loadAt",
            &[Arg::Float(0.0)],
            RemoteAsk::RemoteCommand(RemoteCommand::Load(TWELVE)),
        ),
        ("/cue/12/togglePause", &[], RemoteAsk::Do(twelve, CueVerb::TogglePause)),
        ("/cue/active/togglePause", &[], RemoteAsk::Do(AskTarget::Active, CueVerb::TogglePause)),
        ("/cue/selected/stop", &[], RemoteAsk::Do(AskTarget::Playhead, CueVerb::Stop)),
        ("/cue/playhead/pause", &[], RemoteAsk::Do(AskTarget::Playhead, CueVerb::Pause)),
        ("/panicInTime", &[Arg::Float(2.0)], RemoteAsk::RemoteCommand(RemoteCommand::Panic)),
        ("/togglePause", &[], RemoteAsk::RemoteCommand(RemoteCommand::TogglePause)),
        ("/playheadID", &[], RemoteAsk::PlayheadId),
        ("/playhead", &[], RemoteAsk::PlayheadNumber),
        ("/playhead/nextSequence", &[], RemoteAsk::RemoteCommand(RemoteCommand::PlayheadNext)),
        ("/selectedCues", &[], RemoteAsk::SelectedCues(ListForm::Full)),
        ("/cueLists/uniqueIDs", &[], RemoteAsk::CueLists(ListForm::Ids)),
        ("/cue/12/isRunning", &[], RemoteAsk::Value(twelve, "isRunning")),
        ("/cue_id/rundown/children", &[], RemoteAsk::Children(list, ListForm::Full)),
        (
            "/cue_id/segment:2/children/shallow",
            &[],
            RemoteAsk::Children(AskTarget::Item(CueItem::Segment(SegmentIx(1))), ListForm::Shallow),
        ),
        // Companion puts the chosen list in front of everything.
        ("/workspace/handover/cue_id/rundown/go", &[], RemoteAsk::RemoteCommand(RemoteCommand::Go)),
        (
            "/cue_id/rundown/playhead/next",
            &[],
            RemoteAsk::RemoteCommand(RemoteCommand::PlayheadNext),
        ),
        ("/cue_id/rundown/playheadID", &[], RemoteAsk::PlayheadId),
        (
            "/cue_id/rundown/panicInTime",
            &[Arg::Float(1.0)],
            RemoteAsk::RemoteCommand(RemoteCommand::Panic),
        ),
        (
            "/workspace/x/cue_id/rundown/cue/active/togglePause",
            &[],
            RemoteAsk::Do(AskTarget::Active, CueVerb::TogglePause),
        ),
        ("/showMode", &[], RemoteAsk::Setting(QlabSetting::On)),
        ("/showMode", &[Arg::Int(1)], RemoteAsk::Setting(QlabSetting::On)),
        ("/overrides/midiInputEnabled", &[], RemoteAsk::Setting(QlabSetting::On)),
        ("/alwaysAudition", &[], RemoteAsk::Setting(QlabSetting::Off)),
        ("/settings/general/minGoTime", &[], RemoteAsk::Setting(QlabSetting::MinGoTime)),
        ("/doubleGoWindowRemaining", &[], RemoteAsk::GoGuard),
    ];
    for (address, args, expected) in asks {
        assert_eq!(ask(address, args).as_ref(), Ok(expected), "{address}");
    }
    let keys = Arg::Text(r#"["number", "opacity", "isRunning"]"#);
    assert_eq!(
        ask("/cue/active/valuesForKeys", &[keys]),
        Ok(RemoteAsk::Values(AskTarget::Active, vec!["number", "isRunning"]))
    );
    for bad in [Arg::Text("number"), Arg::Text("[1]"), Arg::Text("{}"), Arg::Int(1)] {
        assert!(why("/cue/12/valuesForKeys", &[bad]).contains("JSON array"));
    }
    let nested = "[".repeat(60_000);
    assert!(why("/cue/12/valuesForKeys", &[Arg::Text(&nested)]).contains("JSON array"));
}

#[test]
fn what_would_change_a_show_is_refused_with_a_word() {
    assert!(why("/cue/12/name", &[Arg::Text("New")]).contains("show file"));
    assert!(why("/cue/12/preWait/+", &[Arg::Float(1.0)]).contains("show file"));
    assert!(why("/showMode", &[Arg::Int(0)]).contains("cannot be set"));
    assert!(why("/settings/general/minGoTime", &[Arg::Float(0.5)]).contains("cannot be set"));
    assert!(why("/cue/12/loadAt", &[Arg::Float(2.0)]).contains("in-point"));
    assert!(why("/auditionGo", &[]).contains("nothing was fired"));
    assert!(why("/cue/12/preview", &[]).contains("nothing was fired"));
    assert!(why("/cue_id/segment:9/children", &[]).contains("no segment"));
}

#[test]
fn letting_a_button_go_does_nothing() {
    let zeros = [Arg::Int(0), Arg::Float(0.0), Arg::Float(-0.0), Arg::Bool(false)];
    let ones = [Arg::Int(1), Arg::Float(1.0), Arg::Bool(true), Arg::Impulse];
    let buttons = [
        "/go",
        "/go/12",
        "/panic",
        "/stop",
        "/standby",
        "/hold",
        "/resume",
        "/step",
        "/cue/12/start",
    ];
    for address in buttons.into_iter().chain(["/playhead/next", "/playhead/12", "/select/previous"])
    {
        let pressed = ask(address, &[]);
        assert!(matches!(pressed, Ok(RemoteAsk::RemoteCommand(_))), "{address}");
        for zero in zeros {
            assert_eq!(ask(address, &[zero]), Ok(RemoteAsk::Release), "{address} {zero:?}");
        }
        for one in ones {
            assert_eq!(ask(address, &[one]), pressed, "{address} {one:?}");
        }
        for bad in [&[Arg::Other][..], &[Arg::Float(f64::NAN)], &[Arg::Int(1), Arg::Int(1)]] {
            assert!(matches!(ask(address, bad), Err(Misunderstood::Wrong(_))), "{address} {bad:?}");
        }
    }
    // A button of 127 steps is one; but what could be the number of a cue fires nothing.
    assert_eq!(ask("/panic", &[Arg::Int(127)]), Ok(RemoteAsk::RemoteCommand(RemoteCommand::Panic)));
    assert!(why("/go", &[Arg::Int(12)]).contains("/go \"12\""));
    assert!(why("/go", &[Arg::Float(12.5)]).contains("/go/12.5"));
}

#[test]
fn what_the_show_lacks_and_values_out_of_range_are_refused() {
    assert_eq!(why("/go/99", &[]), "no cue has the number 99");
    assert_eq!(why("/go", &[Arg::Text("")]), "no cue has the number ");
    assert_eq!(why("/go/", &[]), "no cue has the number ");
    assert_eq!(
        why("/go", &[Arg::Text(&"9".repeat(60_000))]),
        format!("no cue has the number {}", "9".repeat(16))
    );
    assert_eq!(why("/cue_id/12/start", &[]), "no cue has the id 12");
    assert_eq!(why("/ready", &[Arg::Text("sound")]), "no department is called sound");
    assert!(why("/ready", &[]).contains("id of a department"));
    for bad in
        [Arg::Int(0), Arg::Int(65_536), Arg::Int(-1), Arg::Float(0.5), Arg::Text("x"), Arg::Other]
    {
        assert!(why("/udpReplyPort", &[bad]).contains("1 to 65535"));
        assert!(why("/handover/subscribe", &[bad]).contains("1 to 65535"));
    }
    assert!(why("/udpReplyPort", &[]).contains("missing"));
}

#[test]
fn other_addresses_are_unknown() {
    let deep = "/go".repeat(20_000);
    let unknown =
        ["", "go", "/", "//", "/GO", "/go/12/", "/go/12/13", "/cue/12", "/cue/12/delete", "/quit"];
    let patterns =
        ["/g?", "/*", "/cue/*/start", "/cue/[12]/start", "/{go,stop}", "/cue/12/sta*", "//go"];
    let odd = [
        "/workspace",
        "/workspace/x",
        "/workspace/x/workspace/x/go",
        "/handover/feed",
        deep.as_str(),
    ];
    for address in unknown.into_iter().chain(patterns).chain(odd) {
        assert_eq!(ask(address, &[]), Err(Misunderstood::Unknown), "{address}");
    }
}

#[test]
fn notes_are_one_clean_line_of_some_length() {
    let noted = ask("/note", &[Arg::Text(" late\r\nby \u{1b}[31ma beat\t")]);
    assert_eq!(
        noted,
        Ok(RemoteAsk::RemoteCommand(RemoteCommand::Note("late  by  [31ma beat".into())))
    );
    let longest = "é".repeat(NOTE_CHARS_MAX);
    assert_eq!(
        ask("/note", &[Arg::Text(&longest)]),
        Ok(RemoteAsk::RemoteCommand(RemoteCommand::Note(longest.clone())))
    );
    assert!(why("/note", &[Arg::Text(&(longest + "x"))]).contains("at most 1000"));
    assert!(why("/note", &[Arg::Text(" \n")]).contains("empty"));
    assert!(why("/note", &[Arg::Int(1)]).contains("text"));
}

#[test]
fn every_number_that_check_warns_of_is_taken_for_a_word() {
    let text = |number: &str| {
        format!(
            "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
             cue = [{{ number = \"{number}\", title = \"a\" }}]\n"
        )
    };
    for &word in crate::show::REMOTE_WORDS {
        let show = crate::show::file::parse(&text(word), "UTC").unwrap();
        let asks = |address: String| {
            understand(&PacketMessage { address: &address, args: vec![], time: AT_ONCE }, &show)
        };
        let own = Ok(RemoteAsk::RemoteCommand(RemoteCommand::PlayheadTo(CueIx(0))));
        let stop = Ok(RemoteAsk::RemoteCommand(RemoteCommand::Stop(CueIx(0))));
        let is_word =
            asks(format!("/playhead/{word}")) != own || asks(format!("/cue/{word}/stop")) != stop;
        assert!(is_word, "{word}");
    }
}
