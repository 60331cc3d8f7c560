//! Letters to the holder, which are sent until it has taken them in.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Flag, FlagOutput};
use crate::link::message::{Instance, Letter, PostBody, PostTo, Wish};
use crate::show::StationName;
use crate::time::MachineNs;

/// Pause before a letter is sent again.
const AGAIN: Duration = Duration::from_secs(1);
/// Number of new letters that are taken in from a station in a second.
const LETTERS_A_SECOND: u32 = 64;
/// Pause before it is said again that a station sends more.
const FLOOD_TOLD: Duration = Duration::from_secs(10);
/// Number of letters under way; what is beyond waits.
const LETTERS_UNDER_WAY: u64 = 32;
/// Number of letters that wait; of more, the oldest are given up.
const LETTERS_MAX: usize = 10_000;

/// Letters to the holder that it has not taken in.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    last: u64,
    pub letters: BTreeMap<u64, (Letter, Option<MachineNs>)>,
}

impl Outbox {
    /// Another station has the flag: everything is for that one.
    pub(super) fn again(&mut self) {
        self.letters.values_mut().for_each(|(_, sent_ns)| *sent_ns = None);
    }
}

impl Flag {
    /// Something for the holder.
    pub(super) fn write(&mut self, letter: Letter) {
        if self.is_in_vain(&letter) {
            return;
        }
        if matches!(letter, Letter::Wish(Wish::Accept { .. })) {
            if self.double.is_heard(self.now_ns) {
                self.says(format!("another program is called {}, too", self.id.me), true);
                return;
            }
            self.claims = true;
        }
        self.outbox.last += 1;
        self.outbox.letters.insert(self.outbox.last, (letter, None));
        if self.outbox.letters.len() > LETTERS_MAX {
            self.outbox.letters.pop_first();
        }
        self.sends_letters();
    }

    pub(super) fn sends_letters(&mut self) {
        if self.outbox.letters.is_empty() || self.is_passing() {
            return;
        }
        if self.holds {
            let me = self.id.me.clone();
            for (number, (letter, _)) in std::mem::take(&mut self.outbox.letters) {
                self.does(FlagOutput::Letter { from: me.clone(), number, letter });
            }
            return;
        }
        let Some(holder) = self.state.as_ref().map(|flag| flag.holder.clone()) else { return };
        let now_ns = self.now_ns;
        let mut posts = vec![];
        // By number: the receiver keeps which of the last ones it has taken in.
        let first = self.outbox.letters.first_key_value().map_or(0, |(first, _)| *first);
        let under_way = first..first + LETTERS_UNDER_WAY;
        for (number, (letter, sent_ns)) in self.outbox.letters.range_mut(under_way) {
            if sent_ns.is_none_or(|sent_ns| now_ns.since(sent_ns) >= AGAIN) {
                *sent_ns = Some(now_ns);
                posts.push(PostBody::Letter { number: *number, letter: letter.clone() });
            }
        }
        for body in posts {
            self.send(PostTo::Station(holder.clone()), body);
        }
    }

    pub(super) fn letter(
        &mut self,
        from: StationName,
        instance: Instance,
        number: u64,
        letter: Letter,
    ) {
        // What comes while the flag is on its way is sent again, to the one who has it then.
        if !self.holds || self.is_mute || self.is_passing() {
            return;
        }
        let now_ns = self.now_ns;
        let Some(known) = self.stations.get_mut(&from).filter(|known| known.instance == instance)
        else {
            return;
        };
        if now_ns.since(known.second_ns) >= Duration::from_secs(1) {
            (known.second_ns, known.letters) = (now_ns, 0);
        }
        let is_new = number > known.taken_in && !known.taken_in_after.contains(&number);
        if is_new {
            known.letters += 1;
            if known.letters > LETTERS_A_SECOND {
                let is_told =
                    known.flooded_ns.is_some_and(|at_ns| now_ns.since(at_ns) < FLOOD_TOLD);
                if !is_told {
                    known.flooded_ns = Some(now_ns);
                    let text = format!(
                        "{from} sends more than {LETTERS_A_SECOND} letters a second: the rest waits"
                    );
                    self.says(text, false);
                }
                return;
            }
            known.taken_in_after.insert(number);
            while known.taken_in_after.remove(&(known.taken_in + 1)) {
                known.taken_in += 1;
            }
            // What is older than these will not come any more.
            if known.taken_in_after.len() as u64 > 4 * LETTERS_UNDER_WAY
                && let Some(first) = known.taken_in_after.pop_first()
            {
                known.taken_in = first;
            }
        }
        let got = PostBody::Got { to: Some(instance), number, refused: None };
        self.send(PostTo::Station(from.clone()), got);
        if is_new {
            self.does(FlagOutput::Letter { from, number, letter });
        }
    }

    pub(super) fn answer(&mut self, to: StationName, number: u64, refused: Option<String>) {
        if to == self.id.me {
            if let Some(why) = refused {
                self.does(FlagOutput::Refused(why));
            }
            return;
        }
        let instance = self.stations.get(&to).map(|known| known.instance);
        self.send(PostTo::Station(to), PostBody::Got { to: instance, number, refused });
    }
}
