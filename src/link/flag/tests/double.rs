//! Two programs of one name.

use super::*;

fn heard_by(instance: u64) -> FlagInput {
    let heard = HeardBeat { instance: Instance(instance), number: 1 };
    let hears = [(name("la"), heard)].into();
    from("paris", 7, Beat { hears, ..holder_beat(1, None) })
}

/// A sign of life of a program that follows.
fn follows(station: &str, instance: u64) -> FlagInput {
    from(station, instance, Beat { holds: false, ..holder_beat(1, None) })
}

fn is_second(done: &[FlagOutput]) -> Option<bool> {
    done.iter().find_map(|output| match output {
        FlagOutput::Second(is_second) => Some(*is_second),
        _ => None,
    })
}

fn letters(done: &[FlagOutput]) -> usize {
    let is_letter = |output: &&FlagOutput| {
        matches!(output, FlagOutput::Request(ServerRequest::Post { post, .. })
            if matches!(post.body, PostBody::Letter { .. }))
    };
    done.iter().filter(is_letter).count()
}

fn told() -> FlagInput {
    let report = StationReport::Action {
        cue: crate::show::CueNumber::new("1").unwrap(),
        firing: 1,
        action: 1,
        outcome: ToldOutcome::Failed("la was away".into()),
    };
    FlagInput::Letter(Letter::Told(report))
}

#[test]
fn a_second_program_of_a_name_tells_nothing_until_it_is_the_station() {
    let mut la = la();
    gives(&mut la, 10, heard_by(1));
    let done = gives(&mut la, 20, follows("la", 2));
    assert!(alarms(&done)[0].starts_with("another program is called la, too (2)"), "{done:?}");
    assert_eq!(is_second(&done), None, "the holder has heard this one first");
    assert_eq!(letters(&gives(&mut la, 30, told())), 1);
    let done = gives(&mut la, 40, heard_by(2));
    assert_eq!(is_second(&done), Some(true));
    assert!(alarms(&done)[0].contains("this one looks on and sends nothing"), "{done:?}");
    assert!(la.view().is_second);
    assert_eq!(letters(&gives(&mut la, 50, told())), 0);
    let wish = FlagInput::Letter(Letter::Wish(Wish::Note { text: "x".into() }));
    let done = gives(&mut la, 60, wish);
    assert!(done.contains(&FlagOutput::Refused(IS_SECOND.into())), "{done:?}");
    // The holder hears neither of them for a moment.
    assert_eq!(is_second(&gives(&mut la, 70, beat(1, None))), None);
    assert_eq!(letters(&gives(&mut la, 80, told())), 0);
    assert_eq!(is_second(&gives(&mut la, 90, heard_by(1))), Some(false));
    assert_eq!(letters(&gives(&mut la, 100, FlagInput::Tick)), 0, "what it has told is forgotten");
    assert_eq!(letters(&gives(&mut la, 110, told())), 1);
}

#[test]
fn the_first_program_of_a_name_is_the_station_until_it_is_away() {
    let mut paris = paris();
    let instance = |paris: &Flag| paris.stations[&name("la")].instance;
    for ms in (10..3_000).step_by(250) {
        let number = 1 + ms % 500 / 250;
        let done = gives(&mut paris, ms, follows("la", number));
        assert_eq!(instance(&paris), Instance(1));
        let is_told =
            alarms(&done).iter().any(|said| said.starts_with("two programs are called la"));
        assert_eq!(is_told, ms == 1_010, "{ms}: {done:?}");
    }
    assert!(paris.view().stations[0].is_double);
    // The first one ends: it is said to be away before the other is the station.
    let mut heard = vec![];
    for ms in (3_010..6_000).step_by(250) {
        for output in gives(&mut paris, ms, follows("la", 2)) {
            if let FlagOutput::Heard(stations) = output {
                heard.push((stations.len(), instance(&paris)));
            }
        }
    }
    assert_eq!(heard, [(0, Instance(1)), (1, Instance(2))]);
}

#[test]
fn a_station_that_was_started_again_is_no_second_program() {
    let mut paris = paris();
    for (ms, number) in
        [(10, 1), (510, 1), (1_010, 2), (1_510, 2), (2_010, 2), (2_600, 2), (3_100, 2)]
    {
        let done = gives(&mut paris, ms, follows("la", number));
        assert!(alarms(&done).is_empty(), "{done:?}");
    }
    assert_eq!(paris.stations[&name("la")].instance, Instance(2));
    assert!(!paris.view().stations[0].is_double);
}

#[test]
fn a_program_of_the_holders_name_without_the_flag_is_no_sign_of_the_holder() {
    let mut la = la();
    let first = sent(&gives(&mut la, 501, FlagInput::Tick)).unwrap();
    let said = expected(&gives(&mut la, 510, beat(4, Some(first))));
    assert!(matches!(said, Some(Some(_))), "{said:?}");
    for ms in (600..2_500).step_by(100) {
        let done = gives(&mut la, ms, follows("paris", 9));
        assert_eq!(expected(&done), None, "messages are left to it as before");
    }
    assert_eq!(la.silence_of(&name("paris")), Duration::from_millis(1_890));
}
