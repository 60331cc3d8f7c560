//! Rate limits: token buckets, and slower answers for those who guess the passcode.
//!
//! All of it has a fixed size, however many speak and however often; time comes in as an argument.

use crate::time::MachineNs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Token bucket: `per_second` on average, with bursts of up to `burst`.
pub(crate) struct Bucket {
    per_second: f64,
    burst: f64,
    left: f64,
    since: Option<MachineNs>,
}

impl Bucket {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Bucket {
            per_second: per_second.into(),
            burst: burst.into(),
            left: burst.into(),
            since: None,
        }
    }

    /// Lets one more pass, and returns `true`, if it may.
    pub(crate) fn take(&mut self, now: MachineNs) -> bool {
        let passes = self.has(1, now);
        if passes {
            self.left -= 1.0;
        }
        passes
    }

    /// Returns `true` if `count` more may pass now.
    fn has(&mut self, count: usize, now: MachineNs) -> bool {
        let passed = self.since.map_or(Duration::ZERO, |since| now.since(since));
        self.since = Some(now);
        self.left = (self.left + passed.as_secs_f64() * self.per_second).min(self.burst);
        self.left >= count as f64
    }

    /// Gives back what was taken last.
    fn give_back(&mut self) {
        self.left = (self.left + 1.0).min(self.burst);
    }
}

/// Number of buckets that senders share; two that fall into the same one only share its limit.
const SHARES: usize = 64;

/// A limit for all senders together, and half of it for each, so that a stuck button cannot use up
/// all of it.
pub(crate) struct Meter {
    all: Bucket,
    each: Vec<Bucket>,
}

impl Meter {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let each = (0..SHARES).map(|_| Bucket::new(per_second / 2, burst / 2)).collect();
        Meter { all: Bucket::new(per_second, burst), each }
    }

    /// Lets one more of `sender`'s pass, and returns `true`, if it may.
    pub(crate) fn take(&mut self, sender: SocketAddr, now: MachineNs) -> bool {
        self.share(sender).is_none_or(|share| share.take(now)) && self.all.take(now)
    }

    /// Returns `true` if `count` more of `sender`'s may pass now.
    pub(crate) fn has(&mut self, count: usize, sender: SocketAddr, now: MachineNs) -> bool {
        self.share(sender).is_none_or(|share| share.has(count, now)) && self.all.has(count, now)
    }

    fn share(&mut self, sender: SocketAddr) -> Option<&mut Bucket> {
        let mut hasher = DefaultHasher::new();
        sender.hash(&mut hasher);
        self.each.get_mut(hasher.finish() as usize % SHARES)
    }
}

/// Number of failed logins that are remembered.
const FAILED_LOGINS_MAX: usize = 64;

/// The longest pause after a wrong passcode; the first is a second, each is twice the one before.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Time of silence after which a sender's failed logins are forgotten.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// Number of senders that once gave the right passcode and are remembered.
const KNOWN_MAX: usize = 64;

/// Maximum number of strangers' passcodes that are read a second, and at once. All strangers share
/// it, because somebody who guesses may have any number of addresses: over UDP they can be made up.
/// Connections have a limit of their own, so that made-up addresses keep no tablet out.
const GUESSES: (u32, u32) = (1, 10);

/// Senders that have given a wrong passcode, and the limit on strangers' passcodes.
pub(crate) struct FailedLogins {
    wrong: Vec<FailedLogin>,
    /// Senders that once gave the right one and do not share the strangers' limit: the last one
    /// last.
    known: Vec<IpAddr>,
    datagrams: Bucket,
    connections: Bucket,
}

impl Default for FailedLogins {
    fn default() -> Self {
        let bucket = || Bucket::new(GUESSES.0, GUESSES.1);
        FailedLogins { wrong: vec![], known: vec![], datagrams: bucket(), connections: bucket() }
    }
}

/// Somebody who has given a wrong one.
struct FailedLogin {
    network: IpAddr,
    wrong: u32,
    last: MachineNs,
}

impl FailedLogin {
    fn pause(&self) -> Duration {
        let doubled = 1_u64.checked_shl(self.wrong.saturating_sub(1)).unwrap_or(u64::MAX);
        Duration::from_secs(doubled).min(PAUSE_MAX)
    }
}

impl FailedLogins {
    /// Returns `true` if `sender` has to wait before its next passcode is even read.
    pub(crate) fn must_wait(&mut self, sender: IpAddr, is_datagram: bool, now: MachineNs) -> bool {
        let network = network(sender);
        let found = self.wrong.iter().find(|failed| failed.network == network);
        if found.is_some_and(|failed| now < failed.last + failed.pause()) {
            return true;
        }
        !self.known.contains(&network) && !self.measure(is_datagram).take(now)
    }

    fn measure(&mut self, is_datagram: bool) -> &mut Bucket {
        if is_datagram { &mut self.datagrams } else { &mut self.connections }
    }

    /// Remembers a wrong passcode.
    pub(crate) fn wrong(&mut self, sender: IpAddr, now: MachineNs) {
        self.wrong.retain(|failed| now < failed.last + FORGOTTEN);
        let network = network(sender);
        if let Some(failed) = self.wrong.iter_mut().find(|failed| failed.network == network) {
            (failed.wrong, failed.last) = (failed.wrong.saturating_add(1), now);
            return;
        }
        if self.wrong.len() == FAILED_LOGINS_MAX {
            // The one whose pause is over first has the least left to wait for.
            let first = self
                .wrong
                .iter()
                .enumerate()
                .min_by_key(|(_, failed)| failed.last + failed.pause());
            if let Some((at, _)) = first {
                self.wrong.swap_remove(at);
            }
        }
        self.wrong.push(FailedLogin { network, wrong: 1, last: now });
    }

    /// Forgets the wrong ones of `sender`, who knew it in the end.
    pub(crate) fn right(&mut self, sender: IpAddr, is_datagram: bool) {
        let network = network(sender);
        self.wrong.retain(|failed| failed.network != network);
        if let Some(at) = self.known.iter().position(|known| *known == network) {
            self.known.remove(at);
        } else {
            // A sender that knows it has not guessed.
            self.measure(is_datagram).give_back();
            if self.known.len() == KNOWN_MAX {
                self.known.remove(0);
            }
        }
        self.known.push(network);
    }
}

/// The address as far as it costs something to have another: one machine has a whole /64 of IPv6 to
/// guess from.
fn network(sender: IpAddr) -> IpAddr {
    match sender.to_canonical() {
        IpAddr::V4(ip) => ip.into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instant at which a test begins.
    fn now() -> MachineNs {
        MachineNs::new(86_400_000_000_000)
    }

    #[test]
    fn a_bucket_fills_up_again_and_never_over() {
        let start = now();
        let mut bucket = Bucket::new(10, 3);
        let mut passed = |ms: u64, tries: usize| {
            let at = start + Duration::from_millis(ms);
            (0..tries).filter(|_| bucket.take(at)).count()
        };
        assert_eq!(passed(0, 10), 3);
        assert_eq!(passed(50, 10), 0);
        assert_eq!(passed(250, 10), 2);
        assert_eq!(passed(60_000, 10), 3);
        assert_eq!(passed(0, 1), 0);
    }

    #[test]
    fn one_sender_leaves_room_for_another() {
        let (start, mut meter) = (now(), Meter::new(200, 50));
        let sender = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!((0..1000).filter(|_| meter.take(sender(1), start)).count(), 25);
        // Of many others, few can share the bucket of the first.
        assert_eq!((2..1000).filter(|&port| meter.take(sender(port), start)).count(), 25);
    }

    const LAN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 5));

    #[test]
    fn guessing_gets_slower_up_to_a_minute() {
        let (start, mut failed_logins) = (now(), FailedLogins::default());
        let mut at = start;
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(!failed_logins.must_wait(LAN, true, at));
            failed_logins.wrong(LAN, at);
            assert!(failed_logins.must_wait(
                LAN,
                true,
                at + Duration::from_millis(pause * 1000 - 1)
            ));
            at += Duration::from_secs(pause);
        }
        assert!(!failed_logins.must_wait([10, 0, 0, 6].into(), true, start));
        failed_logins.wrong(LAN, at);
        failed_logins.right(LAN, true);
        assert!(!failed_logins.must_wait(LAN, true, at));
    }

    #[test]
    fn any_number_of_addresses_guesses_once_a_second() {
        let (start, mut failed_logins) = (now(), FailedLogins::default());
        failed_logins.right(LAN, true);
        let mut read = 0;
        for n in 0..100_000_u32 {
            let (stranger, at) = (
                std::net::Ipv4Addr::from_bits(n).into(),
                start + Duration::from_micros(u64::from(n) * 100),
            );
            if !failed_logins.must_wait(stranger, true, at) {
                failed_logins.wrong(stranger, at);
                read += 1;
            }
        }
        assert!((15..=21).contains(&read), "{read} guesses in ten seconds");
        let at = start + Duration::from_secs(10);
        assert!(
            !failed_logins.must_wait(LAN, true, at),
            "a sender that once knew it does not wait with them"
        );
        assert!(!failed_logins.must_wait([10, 0, 0, 7].into(), false, at), "nor does a connection");
    }

    #[test]
    fn all_that_know_it_may_come_at_once() {
        let (start, mut failed_logins) = (now(), FailedLogins::default());
        for n in 0..1_000_u32 {
            let sender = std::net::Ipv4Addr::from_bits(n).into();
            assert!(!failed_logins.must_wait(sender, false, start));
            failed_logins.right(sender, false);
        }
        assert_eq!(failed_logins.known.len(), KNOWN_MAX);
    }

    #[test]
    fn guessers_are_bounded_and_a_network_of_ipv6_is_one() {
        let (start, mut failed_logins) = (now(), FailedLogins::default());
        for n in 0..10_000_u32 {
            failed_logins.wrong(std::net::Ipv4Addr::from_bits(n).into(), start);
        }
        assert_eq!(failed_logins.wrong.len(), FAILED_LOGINS_MAX);
        failed_logins.wrong("2001:db8::1".parse().unwrap(), start);
        assert!(failed_logins.must_wait("2001:db8::2".parse().unwrap(), true, start));
        assert!(!failed_logins.must_wait("2001:db8:0:1::2".parse().unwrap(), true, start));
    }
}
