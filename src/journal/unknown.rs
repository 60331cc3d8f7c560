//! An event of a kind that this version does not know: read as text, kept as text, written again as
//! it was.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::engine::{Event, UnknownEvent};

/// The members of a line that are not the event's own.
const LINE_MEMBERS: [&str; 7] = ["seq", "at", "run_ns", "station", "term", "wish_of", "crc"];

/// The event of `line`, where that is a JSON object with an event of a kind that this version does
/// not know. `None` for any other line: an event of a known kind that cannot be read is a fault.
pub(super) fn read(line: &[u8]) -> Option<UnknownEvent> {
    let Members(members) = serde_json::from_slice(line).ok()?;
    let mut kinds = members.iter().filter(|(name, _)| name == "event");
    let kind: Cow<'_, str> = serde_json::from_str(kinds.next()?.1.get()).ok()?;
    if Event::knows(&kind) || kinds.next().is_some() {
        return None;
    }
    let own = members.iter().filter(|(name, _)| !LINE_MEMBERS.contains(&name.as_ref()));
    let own: Result<Vec<String>, serde_json::Error> = own
        .map(|(name, value)| Ok(format!("{}:{}", serde_json::to_string(name)?, value.get())))
        .collect();
    Some(UnknownEvent { kind: kind.into_owned(), members: own.ok()?.join(",") })
}

/// The members of an object in their order, each as it was written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = vec![];
                while let Some((name, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
