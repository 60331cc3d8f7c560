//! Notes and panics that went aside: they reach the station with the flag as wishes, so that the run,
//! the report and everybody know of them.

use crate::engine::{Event, Record, State};
use crate::link::{Flag, FlagInput, Letter, Wish};
use crate::runtime::clock::machine_ns;

/// The wishes that say what of `records`, which went aside here, the run lacks: notes, and a panic
/// with the outputs that got its messages. The holder puts this station's name in front.
pub(super) fn wishes(records: &[Record], state: &State) -> Vec<Wish> {
    let zone = &state.show().zone;
    let clock = |record: &Record| {
        let wall = state.wall(record.run_ns).to_zoned_datetime(zone.clone());
        wall.strftime("%H:%M:%S").to_string()
    };
    let late = |text: &str, record: &Record| {
        format!("{text} (at {}, when the others could not know)", clock(record))
    };
    let mut wishes = vec![];
    for (at, record) in records.iter().enumerate() {
        if let Event::NoteTaken { text, .. } = &record.event {
            wishes.push(Wish::Note { text: late(text, record) });
        } else if let Event::PersonNoted { person, text, .. } = &record.event {
            let (person, text) = (person.clone(), late(text, record));
            wishes.push(Wish::NotePerson { person, text });
        } else if let Event::Panicked {} = record.event {
            let text = match stopped(records.get(at + 1..).unwrap_or_default()).as_slice() {
                [] => "PANIC, sent to no output".to_owned(),
                outputs => format!("PANIC, sent to {}", outputs.join(", ")),
            };
            wishes.push(Wish::Note { text: late(&text, record) });
            wishes.push(Wish::Warn { said_ns: Some(record.run_ns) });
        }
    }
    wishes
}

/// Has the station with the flag told of it.
pub(super) fn tell(flag: &mut Flag, wishes: Vec<Wish>) {
    for wish in wishes {
        flag.handle(machine_ns(), FlagInput::Letter(Letter::Wish(wish)));
    }
}

/// The outputs that got the messages of a panic, by the records after it.
fn stopped(after: &[Record]) -> Vec<&str> {
    let mut outputs: Vec<&str> = vec![];
    let this = after.iter().take_while(|record| !matches!(record.event, Event::Panicked { .. }));
    for record in this {
        if let Event::PanicSent { output } = &record.event
            && !outputs.contains(&output.as_str())
        {
            outputs.push(output);
        }
    }
    outputs
}
