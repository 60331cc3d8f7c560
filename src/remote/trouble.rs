//! Messages that were received and not obeyed: who sent them, to which address, and what is wrong
//! with them.
//!
//! Owns what the caller is told of remote controls that are set up wrongly. Each thing is told once
//! in ten minutes for a sender, and only so many of them: whatever is sent, it must neither fill
//! the log nor hold up the station.

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use crate::locks::Unpoisoned;
use crate::time::MachineNs;

/// Maximum number of different troubles within [`FORGOTTEN`]; further ones are only counted.
const TOLD_MAX: usize = 32;

/// After how long the same thing is told again.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// Maximum length of what is repeated of a stranger's text, characters.
const CHARS_MAX: usize = 60;

/// Something that was heard and not obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The sender.
    pub from: IpAddr,
    /// The problem, with its subject: "no such address /Go, did you mean /go?".
    pub what: String,
}

/// Troubles that have been reported, so that none is reported again.
#[derive(Default)]
pub(super) struct ReportedTroubles(Vec<(Trouble, MachineNs)>);

impl ReportedTroubles {
    /// Returns `true` if this is told for the first time in a while, and there is room for it.
    pub(super) fn is_news(&mut self, trouble: &Trouble, now: MachineNs) -> bool {
        self.0.retain(|(_, at)| now.since(*at) < FORGOTTEN);
        if self.0.len() >= TOLD_MAX || self.0.iter().any(|(told, _)| told == trouble) {
            return false;
        }
        self.0.push((trouble.clone(), now));
        true
    }
}

/// Troubles that wait for the station.
#[derive(Default)]
pub(super) struct Troubles(Mutex<Vec<Trouble>>);

impl Troubles {
    pub(super) fn leave(&self, trouble: Trouble) {
        // A vector is whole between any two statements, so a poisoned lock has nothing broken to
        // hide.
        let mut waiting = self.0.lock().unpoisoned();
        if waiting.len() < TOLD_MAX {
            waiting.push(trouble);
        }
    }

    /// Takes the troubles that have come since; none while another thread holds the lock, because
    /// the station must not wait for it.
    pub(super) fn take(&self) -> Vec<Trouble> {
        self.0.try_lock().map(|mut waiting| std::mem::take(&mut *waiting)).unwrap_or_default()
    }
}

/// Shortens a stranger's text for the screen and the log; nothing left in it changes how the line
/// is read.
pub(super) fn quoted(text: &str) -> String {
    let shown =
        text.chars().take(CHARS_MAX).map(|c| if changes_the_line(c) { '\u{fffd}' } else { c });
    let mut shown: String = shown.collect();
    if text.chars().nth(CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Returns `true` for control characters, and those of Unicode that are not seen or turn the text
/// around.
fn changes_the_line(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::testing::now;

    fn trouble(n: u8, what: &str) -> Trouble {
        Trouble { from: [10, 0, 0, n].into(), what: what.into() }
    }

    #[test]
    fn the_same_is_told_once_and_a_flood_is_bounded() {
        let (start, mut told) = (now(), ReportedTroubles::default());
        assert!(told.is_news(&trouble(7, "no such address /Go"), start));
        assert!(!told.is_news(&trouble(7, "no such address /Go"), start));
        assert!(told.is_news(&trouble(8, "no such address /Go"), start));
        let more = (0..1_000).filter(|n| told.is_news(&trouble(7, &n.to_string()), start)).count();
        assert_eq!(more, TOLD_MAX - 2);
        assert!(told.is_news(&trouble(7, "no such address /Go"), start + FORGOTTEN));
    }

    #[test]
    fn what_waits_is_bounded_and_taken_once() {
        let troubles = Troubles::default();
        (0..1_000).for_each(|n| troubles.leave(trouble(1, &n.to_string())));
        assert_eq!((troubles.take().len(), troubles.take().len()), (TOLD_MAX, 0));
    }

    #[test]
    fn what_a_stranger_sends_is_repeated_in_one_plain_line() {
        assert_eq!(quoted("/go\n\u{202e}x"), "/go\u{fffd}\u{fffd}x");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), CHARS_MAX + 1);
    }
}
