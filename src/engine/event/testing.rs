//! Events for tests.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Event;

impl Event {
    /// The beginning of a run whose clock reads `clock` then: on that day in UTC, at the machine's
    /// speed, called by hand.
    pub(crate) fn started(clock: Timestamp, rehearsal: bool) -> Event {
        Event::RunStarted {
            show: "x".into(),
            source: "x".into(),
            rehearsal,
            speed: 1,
            auto: false,
            clock,
            day: clock.to_zoned_datetime(TimeZone::UTC).date(),
            version: "0".into(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
            web: None,
        }
    }
}
