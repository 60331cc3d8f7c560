//! Remote controls at the station: their wishes go the way of the keys, and each gets its answer.

use super::{RemoteEnd, Station};
use crate::app::{RemoteSign, Tone, Wanted};
use crate::remote::{Answer, Counts, Request};
use crate::runtime::clock::machine_ns;
use crate::show::duration::SECOND_NS;

impl Station {
    /// Does what a remote control wants, or says why not: to it, and to the caller.
    pub(super) fn wish(&mut self, request: Request) {
        let now_ns = machine_ns();
        let Request { wish, from, who } = request;
        let done = match self.app.wish(&wish, self.state.show(), now_ns) {
            Ok(Wanted::Command(command)) => self.obey(&command, now_ns).map_err(|rejection| rejection.to_string()),
            Ok(Wanted::Load(cue)) => {
                self.loaded = Some(cue);
                Ok(())
            }
            Err(why) => Err(why.to_owned()),
        };
        if let Err(why) = &done {
            self.app.say(format!("remote {who}: {why}"), Tone::Attention, now_ns);
        }
        if let Some(RemoteEnd { remote, .. }) = &self.remote {
            remote.answer(&from, done.map_or_else(Answer::Error, |()| Answer::Ok));
        }
    }

    /// Shows how the remote control is doing, and logs what was heard and not obeyed, once a second at most.
    pub(super) fn tell_of_remote(&mut self, now_ns: u64) {
        let Some(RemoteEnd { remote, logged, logged_ns, .. }) = &mut self.remote else { return };
        let counts = remote.counts();
        self.app.remote = Some(RemoteSign { address: remote.address(), denied: counts.denied });
        if now_ns.saturating_sub(*logged_ns) < SECOND_NS {
            return;
        }
        let new = refusals(&counts, logged);
        if !new.is_empty() {
            (*logged, *logged_ns) = (counts, now_ns);
            let text = format!("OSC in, not obeyed: {}", new.join(", "));
            self.words.push((text, Tone::Attention, self.clock.run_ns(now_ns)));
        }
    }
}

/// What came since and was not obeyed, in words.
fn refusals(now: &Counts, before: &Counts) -> Vec<String> {
    let kinds = [
        ("malformed", now.malformed, before.malformed),
        ("with an unknown address", now.unknown, before.unknown),
        ("with an argument that does not fit", now.refused, before.refused),
        ("without the passcode", now.denied, before.denied),
        ("too many at once", now.dropped, before.dropped),
    ];
    let new = kinds.into_iter().filter(|(_, now, before)| now > before);
    new.map(|(kind, now, before)| format!("{} {kind}", now - before)).collect()
}
