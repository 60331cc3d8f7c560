//! Keys that are held down on a line that bunches: it delivers what came in some tenths of a second
//! at once, so that no pace tells the repeats. A hand needs 50 ms and more between two presses of
//! one key, so three of it in one read are a key that is held down.
//!
//! Two are not: a line may join two presses, and Esc twice in one read is panic.

use std::time::Duration;

/// Number of the same key at the beginning of one read that are a key held down.
const MIN: usize = 3;
/// A key that was held down on such a line is held until it has not come for so long:
/// twice as long as lines take between two bunches.
pub(super) const PAUSE: Duration = Duration::from_millis(700);
/// Longest time between the press of a key and its first repeats.
pub(super) const FIRST: Duration = Duration::from_millis(1_500);

/// The byte of a key that `bytes`, which were read at once, show to be held down.
pub(super) fn held_byte(bytes: &[u8]) -> Option<u8> {
    let first = *bytes.first()?;
    let run = bytes.iter().take_while(|&&byte| byte == first).count();
    (run >= MIN).then_some(first)
}
