//! Remote controls at the station: their wishes go the way of the keys, and each gets its answer.

use std::time::Duration;

use super::{RemoteEnd, Station};
use crate::app::log::LogWord;
use crate::app::{Hand, RemoteSign, Tone, Wanted, stopped};
use crate::conductor::{By, ConductorInput};
use crate::engine::Command;
use crate::remote::{Answer, Counts, RemoteCommand, RemoteRequest, Trouble};
use crate::runtime::clock::machine_ns;
use crate::time::MachineNs;

impl Station {
    /// Does what a remote control wants, or says why not: to it, and to the caller.
    pub(super) fn wish(&mut self, request: RemoteRequest) {
        let now_ns = machine_ns();
        let RemoteRequest { wish, from, who } = request;
        let hand = if from.is_datagram() { Hand::Datagram } else { Hand::Connection };
        let is_panic = wish == RemoteCommand::Panic;
        let done = match Wanted::of(&wish, self.conductor.state().show()) {
            Wanted::Command(command) => {
                match self.app.guard(&command, hand, self.conductor.state(), now_ns) {
                    Ok(pass) => {
                        let done = self.obey_remote(command, now_ns);
                        done.map(|()| self.app.remember(pass))
                    }
                    // A GO would be about the next cue already, which nobody has asked for.
                    Err(again) if matches!(command, Command::Go { .. }) => Err(again),
                    Err(again) if self.wishes_for_holder(&command).is_some() => Err(again),
                    // Where the run would refuse it anyway, its reason is the better answer.
                    Err(again) => {
                        let refused = self.conductor.would_refuse(&command, now_ns);
                        Err(refused.map_or(again, |rejection| rejection.to_string()))
                    }
                }
            }
            Wanted::Load(cue) => {
                self.drive(ConductorInput::Load(cue));
                Ok(())
            }
        };
        if let Err(why) = &done {
            self.app.refuse(format!("remote {who}: {why}"), now_ns);
        }
        if let Some(RemoteEnd { remote, .. }) = &self.remote {
            let answer = match done {
                // Outputs that are down were not told, and who pressed the button has to know.
                Ok(()) if is_panic => Answer::Told(stopped::words(self.conductor.state())),
                Ok(()) => Answer::Ok,
                Err(why) => Answer::Error(why),
            };
            remote.answer(&from, answer);
        }
    }

    /// Does a command of a remote control, or has the holder do it, where another station has the
    /// flag and that is a wish that it takes.
    fn obey_remote(&mut self, command: Command, now_ns: MachineNs) -> Result<(), String> {
        if let Some(done) = self.wishes_of_holder(&command) {
            return done;
        }
        match self.goes_early(&command, now_ns) {
            Some(why) => Err(why),
            None => self.obey(By::Remote, command).map_err(|why| why.to_string()),
        }
    }

    /// Shows how the remote control is doing, and logs what was heard and not obeyed.
    pub(super) fn tell_of_remote(&mut self, now_ns: MachineNs) {
        let Some(RemoteEnd { remote, logged, logged_ns, pause, .. }) = &mut self.remote else {
            return;
        };
        for Trouble { from, what } in remote.take_troubles() {
            let text = format!("OSC from {from}: {what}");
            self.words.push(LogWord::program(
                text.clone(),
                Tone::Attention,
                self.conductor.clock().run_ns(now_ns),
            ));
            self.app.hint(text, now_ns);
        }
        let counts = remote.counts();
        self.app.remote =
            Some(RemoteSign::Heard { address: remote.address(), denied: counts.denied });
        let since = now_ns.since(*logged_ns);
        if since < *pause {
            return;
        }
        let new = refusals(&counts, logged);
        if !new.is_empty() {
            (*logged, *logged_ns, *pause) = (counts, now_ns, pause_after(*pause, since));
            let text = format!("OSC ignored: {}", new.join(", "));
            self.words.push(LogWord::program(
                text,
                Tone::Attention,
                self.conductor.clock().run_ns(now_ns),
            ));
        }
    }
}

/// The shortest and the longest time between two lines of the log about what was not obeyed.
const PAUSE: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(60);

/// Pause in the log after a line that came `since` after the one before it. A
/// device that goes on for hours must not push the show out of the log, so each pause is twice the
/// last one, until there was quiet for as long.
fn pause_after(pause: Duration, since: Duration) -> Duration {
    let quiet = since >= pause.saturating_mul(2);
    if quiet { *PAUSE.start() } else { pause.saturating_mul(2).clamp(*PAUSE.start(), *PAUSE.end()) }
}

/// Describes what came since and was not obeyed.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_goes_on_for_hours_is_logged_once_a_minute_and_after_a_quiet_time_at_once() {
        let (mut pause, mut lines, mut last) = (Duration::ZERO, vec![], 0);
        // A packet a second, for an hour of a machine that has run for a day.
        for second in 86_400..90_000_u64 {
            let since = Duration::from_secs(second - last);
            if since >= pause {
                (pause, last) = (pause_after(pause, since), second);
                lines.push(second - 86_400);
            }
        }
        assert_eq!(lines[..8], [0, 1, 3, 7, 15, 31, 63, 123]);
        assert_eq!(lines.len(), 65);
        assert_eq!(pause_after(pause, Duration::from_secs(120)), Duration::from_secs(1));
    }
}
