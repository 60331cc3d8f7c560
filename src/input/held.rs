//! Keys that are held down, told by time: most terminals send a held key again and again, each time
//! as if it were pressed.
//!
//! A keyboard repeats a held key after a delay (250 to 1,000 ms), and from then on every 25 to 112
//! ms. No hand is so fast, so the repeats after the first one are known at once. The first one
//! looks like a second press. So it waits, for a little more than the time between two repeats and
//! [`PERIOD_MAX`] at most. If the next one follows in this time, both are repeats; if not, it
//! was a press. No press is lost, and little has to wait:
//!
//! - Before any key was held, only a key that acts once while it is held ([`Held::act_once`]), at
//!   every delay that its repeats could have. Once such a wait has shown a press, nothing waits any
//!   more until a key was held: a caller who presses quickly must not have each GO late.
//! - Afterwards a press of any key at just the delay that this keyboard was seen to have, because
//!   the delay is the same for all keys.
//!
//! Esc waits in any case, because Esc twice is panic. Its waiting delays nothing but panic, and
//! that by less than a hand needs for a press.

use std::ops::RangeInclusive;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{ESC_WAIT, bunch};
use crate::time::MachineNs;

/// The longest time between two repeats: 9 a second. X11 has 40 ms, GNOME 30, KDE 40,
/// the Linux console 33, macOS 90.
pub(super) const PERIOD_MAX: Duration = Duration::from_millis(115);
/// The same for a keyboard that was seen to be faster: somebody in a hurry may press a key ten
/// times a second.
const FAST_PERIOD_MAX: Duration = Duration::from_millis(70);
/// The shortest: what comes sooner was delayed on its way, or is two keys of one hand.
pub(super) const PERIOD_MIN: Duration = Duration::from_millis(15);
/// The time between the press and the first repeat that keyboards can be set to.
const DELAYS: RangeInclusive<Duration> = Duration::from_millis(140)..=Duration::from_millis(1_100);
/// Shortest delay that matters before the keyboard's is known: a second press that comes sooner is
/// ignored anyway.
const UNKNOWN_DELAY_MIN: Duration = Duration::from_millis(290);
/// Tolerance of the delay, with what a line adds.
const DELAY_SLACK: Duration = Duration::from_millis(40);
/// Maximum time by which a repeat may come later than the one before.
const PERIOD_SLACK: Duration = Duration::from_millis(25);
/// Number of repeats in a row that show the keyboard's delay.
const REPEATS_TO_LEARN: u32 = 2;

/// Tells held keys from presses.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    last: Option<LastKey>,
    known: Option<RepeatTimes>,
    /// Number of presses of the last key that have not been given yet: they may be repeats.
    waits: usize,
    /// The keys that act once while they are held down.
    act_once: Vec<KeyEvent>,
    /// Instant of the last read that showed a key to be held down, and that key, once it is known,
    /// with the instant at which it came last.
    bunch_ns: Option<MachineNs>,
    bunched: Option<(KeyEvent, MachineNs)>,
    /// `true` once a press has waited for nothing before the keyboard's delay was known.
    has_guessed_wrong: bool,
}

/// The key that came last.
#[derive(Clone, Copy, Debug)]
struct LastKey {
    key: KeyEvent,
    at_ns: MachineNs,
    /// Time between it and the same key before it, if there was one.
    gap: Option<Duration>,
    /// Number of times that it has come at the pace of repeats.
    repeats: u32,
    /// The time between the press and the first repeat, if these are repeats.
    delay: Duration,
    /// Time since the first repeat, and the number of repeats after it.
    since_first: Duration,
    after_first: u32,
}

/// Delay and pace of the keyboard's repeats.
#[derive(Clone, Copy, Debug)]
struct RepeatTimes {
    delay: Duration,
    /// On average: a line may hold one up, and the next one follows it sooner.
    period: Duration,
}

impl LastKey {
    /// The same for a repeat `gap` after this one.
    fn since_first(&self, gap: Duration) -> (Duration, u32) {
        (self.since_first + gap, self.after_first + 1)
    }
}

impl Held {
    /// Names the keys that act once while they are held down, so that a second press may wait.
    pub(super) fn act_once(&mut self, keys: Vec<KeyEvent>) {
        self.act_once = keys;
    }

    /// Forgets the keys, and keeps what is known of the keyboard.
    pub(super) fn begin_again(&mut self) {
        (self.last, self.waits) = (None, 0);
        (self.bunch_ns, self.bunched) = (None, None);
    }

    /// Takes in that the read of `now_ns` shows its first key to be held down.
    pub(super) fn is_bunched(&mut self, now_ns: MachineNs) {
        self.bunch_ns = Some(now_ns);
    }

    /// Takes in a key that acts once and that a line which bunches shows to be held down; gives
    /// nothing where it does not.
    fn take_bunched(
        &mut self,
        key: KeyEvent,
        now_ns: MachineNs,
    ) -> Option<Vec<(KeyEvent, MachineNs)>> {
        let bunched = self.bunched.take().filter(|(held, _)| *held == key);
        let goes_on = |(_, at_ns): (KeyEvent, MachineNs)| now_ns.since(at_ns) <= bunch::PAUSE;
        let is_held = self.bunch_ns == Some(now_ns) || bunched.is_some_and(goes_on);
        if !is_held || is_escape(&key) || !self.acts_once(&key) {
            return None;
        }
        let last = self.last.filter(|last| last.key == key);
        let gap = last.map(|last| now_ns.since(last.at_ns));
        // Nothing came before it: one of them is the press.
        let is_press = bunched.is_none() && gap.is_none_or(|gap| gap > bunch::FIRST);
        let mut given =
            self.give(if is_press { KeyEventKind::Press } else { KeyEventKind::Repeat });
        let kind = if is_press { KeyEventKind::Press } else { KeyEventKind::Repeat };
        given.push((KeyEvent { kind, ..key }, now_ns));
        self.bunched = Some((key, now_ns));
        self.last = Some(LastKey {
            key,
            at_ns: now_ns,
            gap,
            repeats: 0,
            delay: Duration::ZERO,
            since_first: Duration::ZERO,
            after_first: 0,
        });
        Some(given)
    }

    /// Takes in a press that came at `now_ns`, and gives what is known now: presses or repeats, and
    /// when they came.
    pub(super) fn take(&mut self, key: KeyEvent, now_ns: MachineNs) -> Vec<(KeyEvent, MachineNs)> {
        if let Some(given) = self.take_bunched(key, now_ns) {
            return given;
        }
        let last = self.last.filter(|last| last.key == key);
        let gap = last.map(|last| now_ns.since(last.at_ns));
        let is_escape = is_escape(&key);
        let is_at_once = gap.is_some_and(|gap| gap < PERIOD_MIN) && !is_escape;
        if is_at_once && self.waits > 0 && last.is_some_and(|last| self.is_guess(&last)) {
            // A key that bounces, or a line that has held up repeats: only what follows tells.
            self.waits += 1;
            return vec![];
        }
        let is_repeat = match (last, gap) {
            // Twice at once after a wait: a line has held up repeats. Panic must not be lost, so
            // Esc is not taken for one.
            (Some(_), Some(gap)) if gap < PERIOD_MIN => self.waits > 0 && !is_escape,
            // At the pace of repeats, after the delay of a keyboard. Without that delay it is a
            // program that presses keys.
            (Some(last), Some(gap)) => {
                let is_after_delay = last.gap.is_some_and(|gap| DELAYS.contains(&gap));
                gap <= self.period_max() && (last.repeats > 0 || is_after_delay)
            }
            (None, _) | (_, None) => false,
        };
        let kind = if is_repeat { KeyEventKind::Repeat } else { KeyEventKind::Press };
        let mut given = self.give(kind);
        let mut next = LastKey {
            key,
            at_ns: now_ns,
            gap,
            repeats: 0,
            delay: Duration::ZERO,
            since_first: Duration::ZERO,
            after_first: 0,
        };
        if let Some(last) = last.filter(|_| is_repeat) {
            next.repeats = last.repeats + 1;
            (next.since_first, next.after_first) = last.since_first(gap.unwrap_or_default());
            next.delay = if last.repeats == 0 { last.gap.unwrap_or_default() } else { last.delay };
            if next.repeats >= REPEATS_TO_LEARN && DELAYS.contains(&next.delay) {
                let period = next.since_first / next.after_first.max(1);
                self.known = Some(RepeatTimes { delay: next.delay, period });
            }
        } else if let (Some(last), Some(gap)) = (last, gap)
            && self.may_repeat(&last, gap)
        {
            self.waits = 1;
            (next.repeats, next.delay) = (last.repeats, last.delay);
            if last.repeats > 0 {
                (next.since_first, next.after_first) = last.since_first(gap);
            }
        }
        self.last = Some(next);
        if self.waits == 0 {
            given.push((KeyEvent { kind, ..key }, now_ns));
        }
        given
    }

    /// Returns `true` if the key of `last`, which came once more `gap` later, may be a repeat by
    /// all that is known.
    fn may_repeat(&self, last: &LastKey, gap: Duration) -> bool {
        match (last.repeats, self.known) {
            (0, _) if is_escape(&last.key) => DELAYS.contains(&gap),
            (0, Some(known)) => gap.abs_diff(known.delay) <= DELAY_SLACK,
            (0, None) => {
                (UNKNOWN_DELAY_MIN..=*DELAYS.end()).contains(&gap)
                    && !self.has_guessed_wrong
                    && self.acts_once(&last.key)
            }
            // A busy machine or a line may hold up repeats: only what follows tells.
            (1.., _) => (self.period_max()..=*DELAYS.end()).contains(&gap),
        }
    }

    /// Returns `true` if `last` waits though the keyboard's delay is not known.
    fn is_guess(&self, last: &LastKey) -> bool {
        last.repeats == 0 && self.known.is_none()
    }

    /// Returns `true` if `key` is not the one that came last.
    fn is_other(&self, key: &KeyEvent) -> bool {
        self.last.is_some_and(|last| last.key != *key)
    }

    fn acts_once(&self, key: &KeyEvent) -> bool {
        let plain = |key: &KeyEvent| (key.code, key.modifiers - KeyModifiers::SHIFT);
        self.act_once.iter().any(|once| plain(once) == plain(key))
    }

    /// The longest time between two repeats of this keyboard, as far as it is known.
    fn period_max(&self) -> Duration {
        let max =
            |known: RepeatTimes| (known.period + PERIOD_SLACK).clamp(FAST_PERIOD_MAX, PERIOD_MAX);
        self.known.map_or(PERIOD_MAX, max)
    }

    /// Instant at which the key that waits becomes a press, if nothing follows it.
    pub(super) fn deadline(&self) -> Option<MachineNs> {
        let last = self.last.filter(|_| self.waits > 0)?;
        // The next Esc is known only after its own wait.
        let more = if is_escape(&last.key) { ESC_WAIT } else { Duration::ZERO };
        Some(last.at_ns + self.period_max() + more)
    }

    /// Gives what waited, where nothing has followed it by `now_ns`.
    pub(super) fn expire(&mut self, now_ns: MachineNs) -> Vec<(KeyEvent, MachineNs)> {
        if self.deadline().is_none_or(|deadline_ns| now_ns < deadline_ns) {
            return vec![];
        }
        let is_wrong = |last: &LastKey| self.is_guess(last) && !is_escape(&last.key);
        self.has_guessed_wrong |= self.last.as_ref().is_some_and(is_wrong);
        self.flush()
    }

    /// Gives what waits as presses: the terminal says by itself what is held, or something else
    /// came.
    pub(super) fn flush(&mut self) -> Vec<(KeyEvent, MachineNs)> {
        if let Some(last) = self.last.as_mut().filter(|_| self.waits > 0) {
            last.repeats = 0;
        }
        self.give(KeyEventKind::Press)
    }

    /// Gives what waits, where `key` is known to be a repeat: of itself it is one, of another key a
    /// press.
    pub(super) fn repeats(&mut self, key: &KeyEvent) -> Vec<(KeyEvent, MachineNs)> {
        if self.is_other(key) { self.flush() } else { self.give(KeyEventKind::Repeat) }
    }

    /// Arrival of the key that waits.
    pub(super) fn waits_since(&self) -> Option<MachineNs> {
        self.last.filter(|_| self.waits > 0).map(|last| last.at_ns)
    }

    /// Drops an Esc that waits: it was none. Returns `true` if one waited.
    pub(super) fn drops_escape(&mut self) -> bool {
        let waits = self.waits > 0 && self.last.is_some_and(|last| is_escape(&last.key));
        if waits {
            (self.waits, self.last) = (0, None);
        }
        waits
    }

    fn give(&mut self, kind: KeyEventKind) -> Vec<(KeyEvent, MachineNs)> {
        let count = std::mem::take(&mut self.waits);
        let waited = self.last.map(|last| (KeyEvent { kind, ..last.key }, last.at_ns));
        waited.into_iter().flat_map(|waited| std::iter::repeat_n(waited, count)).collect()
    }
}

/// Returns `true` if `key` is Esc by itself.
pub(super) fn is_escape(key: &KeyEvent) -> bool {
    (key.code, key.modifiers) == (KeyCode::Esc, KeyModifiers::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MachineNs {
        MachineNs::ZERO + Duration::from_millis(ms)
    }

    fn ms(at: MachineNs) -> u64 {
        at.ns() / 1_000_000
    }

    /// A keyboard whose keys go through [`Held`].
    #[derive(Default)]
    struct Rig {
        held: Held,
        given: Vec<(char, KeyEventKind, u64)>,
    }

    impl Rig {
        /// A keyboard on which these keys act once while they are held down.
        fn new(act_once: &str) -> Self {
            let mut rig = Rig::default();
            rig.held.act_once(act_once.chars().map(event).collect());
            rig
        }

        fn press(&mut self, c: char, ms: u64) {
            self.quiet(ms);
            let given = self.held.take(event(c), at(ms));
            given.into_iter().for_each(|(key, came)| self.give(key, came, at(ms)));
        }

        fn quiet(&mut self, until_ms: u64) {
            if let Some(deadline_ns) =
                self.held.deadline().filter(|&deadline_ns| deadline_ns <= at(until_ms))
            {
                for (key, came) in self.held.expire(deadline_ns) {
                    self.give(key, came, deadline_ns);
                }
            }
        }

        fn give(&mut self, key: KeyEvent, came: MachineNs, given: MachineNs) {
            let c = if key.code == KeyCode::Esc { 'E' } else { key.code.as_char().unwrap() };
            let most = PERIOD_MAX + if c == 'E' { ESC_WAIT } else { Duration::ZERO };
            assert!(given.since(came) <= most, "{c} has waited too long");
            self.given.push((c, key.kind, ms(came)));
        }

        fn hold(&mut self, c: char, from_ms: u64, delay_ms: u64, period_ms: u64, count: u64) {
            self.press(c, from_ms);
            (0..count).for_each(|n| self.press(c, from_ms + delay_ms + n * period_ms));
        }

        /// All keys, long after the last.
        fn all(&mut self) -> Vec<(char, KeyEventKind, u64)> {
            self.quiet(u64::MAX / 1_000_000);
            std::mem::take(&mut self.given)
        }

        fn presses(&mut self) -> Vec<u64> {
            self.all()
                .into_iter()
                .filter(|(_, kind, _)| *kind == KeyEventKind::Press)
                .map(|(.., ms)| ms)
                .collect()
        }
    }

    fn event(c: char) -> KeyEvent {
        KeyEvent::from(if c == 'E' { KeyCode::Esc } else { KeyCode::Char(c) })
    }

    #[test]
    fn a_held_key_is_one_press_once_any_key_was_held() {
        for (delay_ms, period_ms) in
            [(250, 33), (500, 30), (500, 40), (600, 40), (660, 40), (400, 66), (375, 90), (500, 92)]
        {
            let what = format!("{delay_ms} ms, {period_ms} ms");
            let mut rig = Rig::default();
            rig.hold('j', 0, delay_ms, period_ms, 10);
            assert_eq!(rig.presses(), [0, delay_ms], "{what}: a key that repeats does not wait");
            rig.hold(' ', 5_000, delay_ms, period_ms, 10);
            assert_eq!(rig.presses(), [5_000], "{what}");
            // The delay is not always the same by some milliseconds, and the keyboard may be slower
            // than before.
            rig.hold(' ', 9_000, delay_ms + 12, period_ms + 3, 3);
            assert_eq!(rig.presses(), [9_000], "{what}");
        }
    }

    #[test]
    fn repeats_that_are_held_up_are_repeats_and_a_press_after_them_is_one() {
        for stall_ms in [90, 200, 310, 500, 1_000] {
            let mut rig = Rig::default();
            rig.hold('j', 0, 500, 33, 10);
            rig.all();
            rig.hold(' ', 10_000, 500, 33, 10);
            let last_ms = 10_500 + 9 * 33;
            (0..5).for_each(|n| rig.press(' ', last_ms + stall_ms + n * 33));
            assert_eq!(rig.presses(), [10_000], "{stall_ms} ms");
            // Let go, and pressed again.
            let last_ms = last_ms + stall_ms + 4 * 33;
            rig.press(' ', last_ms + stall_ms);
            assert_eq!(rig.presses(), [last_ms + stall_ms], "{stall_ms} ms");
        }
    }

    #[test]
    fn no_press_is_lost_and_few_wait() {
        let mut rig = Rig::default();
        rig.hold('j', 0, 500, 33, 10);
        rig.all();
        for (n, gap_ms) in [350, 459, 470, 500, 540, 541, 700, 990].into_iter().enumerate() {
            let from_ms = 10_000 * (n as u64 + 1);
            rig.press(' ', from_ms);
            rig.press(' ', from_ms + gap_ms);
            let waits = rig.given.len() < 2;
            if let Some(deadline_ns) = rig.held.deadline() {
                let waits = deadline_ns.since(at(from_ms + gap_ms));
                assert!(waits <= Duration::from_millis(70), "GO waits too long");
            }
            assert_eq!(waits, (460..=540).contains(&gap_ms), "{gap_ms} ms");
            assert_eq!(rig.presses(), [from_ms, from_ms + gap_ms], "{gap_ms} ms");
        }
        // A key that comes after it ends its wait, and comes after it.
        rig.press(' ', 200_000);
        rig.press(' ', 200_500);
        rig.press('h', 200_510);
        assert_eq!(rig.given.iter().map(|(c, ..)| *c).collect::<String>(), "  h");
    }

    #[test]
    fn the_first_key_that_is_held_is_one_press_where_it_acts_once() {
        for delay_ms in [300, 320, 375, 400, 450, 500, 600, 660, 700, 800, 900, 1_000] {
            for per_second in 9..=40 {
                let what = format!("{delay_ms} ms, {per_second} a second");
                let mut rig = Rig::new(" m");
                rig.hold(' ', 0, delay_ms, 1_000 / per_second, 12);
                assert_eq!(rig.presses(), [0], "{what}");
                // Now the delay is known, and a press at another time does not wait.
                let other_ms =
                    10_000 + if delay_ms > 600 { delay_ms - 100 } else { delay_ms + 100 };
                rig.press(' ', 10_000);
                rig.press(' ', other_ms);
                assert_eq!(rig.given.len(), 2, "{what}");
                rig.presses();
                rig.hold('m', 20_000, delay_ms, 1_000 / per_second, 12);
                assert_eq!(rig.presses(), [20_000], "{what}");
            }
        }
        // Held for as long as it takes to repeat twice.
        let mut rig = Rig::new(" ");
        rig.hold(' ', 0, 500, 33, 2);
        assert_eq!(rig.presses(), [0]);
    }

    #[test]
    fn two_presses_are_two_and_the_third_at_their_pace_does_not_wait() {
        for gap_ms in (140..1_200).step_by(5) {
            let mut rig = Rig::new(" ");
            rig.press(' ', 0);
            rig.press(' ', gap_ms);
            let waits = rig.given.len() < 2;
            assert_eq!(waits, (290..=1_100).contains(&gap_ms), "{gap_ms} ms");
            if let Some(deadline_ns) = rig.held.deadline() {
                assert!(deadline_ns <= at(gap_ms + 120), "{gap_ms} ms: it waits too long");
            }
            rig.press(' ', 2 * gap_ms + 20);
            assert!(rig.given.len() == 3 || !waits, "{gap_ms} ms: the third waits, too");
            assert_eq!(rig.presses(), [0, gap_ms, 2 * gap_ms + 20]);
        }
        // At another pace, and another key, wait no more either, until a key was held.
        for (c, gap_ms) in [(' ', 600), ('h', 450)] {
            let mut rig = Rig::new(" h");
            [0, 450].into_iter().for_each(|ms| rig.press(' ', ms));
            [2_000, 2_000 + gap_ms].into_iter().for_each(|ms| rig.press(c, ms));
            assert_eq!((rig.given.len(), rig.presses().len()), (4, 4), "{c}, {gap_ms} ms");
            rig.hold('j', 5_000, 500, 33, 10);
            rig.all();
            rig.hold(c, 9_000, 500, 33, 10);
            assert_eq!(rig.presses(), [9_000], "{c}");
        }
    }

    #[test]
    fn what_does_not_act_once_does_not_wait_and_another_key_ends_a_wait() {
        for gap_ms in (140..1_200).step_by(7) {
            let mut rig = Rig::new(" ");
            rig.press('j', 0);
            rig.press('j', gap_ms);
            assert_eq!(rig.given.len(), 2, "{gap_ms} ms");
        }
        let mut rig = Rig::new(" ");
        [0, 500].into_iter().for_each(|ms| rig.press(' ', ms));
        rig.press('h', 510);
        assert_eq!(rig.given.iter().map(|(c, ..)| *c).collect::<String>(), "  h");
        assert_eq!(rig.presses(), [0, 500, 510]);
    }

    #[test]
    fn a_key_that_bounces_is_no_held_key_and_repeats_that_a_line_held_up_are() {
        let mut rig = Rig::new(" ");
        [0, 500, 506].into_iter().for_each(|ms| rig.press(' ', ms));
        assert_eq!(rig.presses(), [0, 500, 500]);
        let mut rig = Rig::new(" ");
        [0, 540, 540, 566, 600, 633].into_iter().for_each(|ms| rig.press(' ', ms));
        assert_eq!(rig.presses(), [0]);
    }

    #[test]
    fn esc_that_is_held_is_pressed_once_and_esc_twice_is_twice() {
        for delay_ms in [200, 250, 500, 660, 1_000] {
            let mut rig = Rig::default();
            rig.hold('E', 0, delay_ms, 33, 20);
            assert_eq!(rig.presses(), [0], "{delay_ms} ms");
        }
        // As fast and as slow as a hand can, and in one piece on a line that lags; in a hurry more
        // often than twice.
        for gaps in [
            &[1][..],
            &[80],
            &[140],
            &[150],
            &[300],
            &[500],
            &[990],
            &[90, 90, 90],
            &[300, 80, 80],
            &[300, 0, 0],
            &[300, 120, 120],
            &[20],
            &[50, 50],
            &[70],
        ] {
            let mut rig = Rig::default();
            rig.hold('j', 0, 500, 33, 10);
            rig.all();
            let mut ms = 20_000;
            rig.press('E', ms);
            for gap in gaps {
                ms += gap;
                rig.press('E', ms);
            }
            assert_eq!(rig.presses().len(), gaps.len() + 1, "{gaps:?}");
        }
    }
}
