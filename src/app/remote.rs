//! What a remote control wants: the same commands as a key's, under the same guard against a second press.

use super::App;
use super::update::{GO_GUARD_NS, GO_IGNORED};
use crate::engine::{Cause, Command};
use crate::remote::Wish;
use crate::show::{CueIx, Show};

/// What a wish comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A command to the run.
    Command(Command),
    /// The outputs are to get ready for a cue.
    Load(CueIx),
}

impl App {
    /// A wish of a remote control at `now_ns` of the machine's clock.
    ///
    /// # Errors
    /// With the reason, where it is a second press of the same button: a datagram may arrive twice.
    pub fn wish(&mut self, wish: &Wish, show: &Show, now_ns: u64) -> Result<Wanted, &'static str> {
        let cause = Cause::Remote;
        Ok(Wanted::Command(match wish {
            Wish::Go => self.guard_go(now_ns).map(|()| Command::Go { cause })?,
            &Wish::GoTo(cue) => self.guard_cue(cue, now_ns).map(|()| Command::GoTo { cue, cause })?,
            &Wish::Start(cue) => self.guard_cue(cue, now_ns).map(|()| Command::Start { cue, cause })?,
            &Wish::Stop(cue) => Command::Stop(cue),
            &Wish::Load(cue) => return Ok(Wanted::Load(cue)),
            Wish::Standby => Command::Standby,
            &Wish::Ready(department) => Command::Ready(show.department(department).id.clone()),
            Wish::Hold => Command::Hold,
            Wish::Resume => Command::Resume,
            Wish::Panic => Command::Panic,
            Wish::StopAll => Command::StopAll,
            Wish::PlayheadNext => Command::PlayheadNext,
            Wish::PlayheadPrevious => Command::PlayheadPrevious,
            &Wish::PlayheadTo(cue) => Command::PlayheadTo(cue),
            Wish::Step => Command::Step,
            Wish::Note(text) => Command::Note(text.clone()),
        }))
    }

    /// The caller's own press counts as well: two hands on one GO are one GO.
    pub(super) fn guard_go(&mut self, now_ns: u64) -> Result<(), &'static str> {
        let last_ns = self.go_pressed_ns.replace(now_ns);
        if is_guarded(last_ns, now_ns) { Err(GO_IGNORED) } else { Ok(()) }
    }

    /// Each cue by itself: whoever names cues may want several at once, and none of them twice.
    fn guard_cue(&mut self, cue: CueIx, now_ns: u64) -> Result<(), &'static str> {
        self.asked_for.retain(|(_, at_ns)| is_guarded(Some(*at_ns), now_ns));
        let again = self.asked_for.iter().any(|(asked, _)| *asked == cue);
        self.asked_for.retain(|(asked, _)| *asked != cue);
        self.asked_for.push((cue, now_ns));
        if again { Err("ignored: this cue was asked for within 0.3 s already") } else { Ok(()) }
    }
}

fn is_guarded(last_ns: Option<u64>, now_ns: u64) -> bool {
    last_ns.is_some_and(|last_ns| now_ns.saturating_sub(last_ns) < GO_GUARD_NS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Theme;

    const SECOND_NS: u64 = 1_000_000_000;

    #[test]
    fn a_second_press_within_the_guard_is_none() {
        let (mut app, show) = (App::new(Theme::Dark), Show::for_tests(vec![], vec![]));
        let go = Wanted::Command(Command::Go { cause: Cause::Remote });
        assert_eq!(app.wish(&Wish::Go, &show, SECOND_NS), Ok(go.clone()));
        assert_eq!(app.wish(&Wish::Go, &show, SECOND_NS + 299_999_999), Err(GO_IGNORED));
        assert_eq!(app.wish(&Wish::Go, &show, SECOND_NS + 599_999_999), Ok(go));
    }

    #[test]
    fn different_cues_may_start_at_once_and_one_only_once() {
        let (mut app, show) = (App::new(Theme::Dark), Show::for_tests(vec![], vec![]));
        assert!(app.wish(&Wish::Start(CueIx(1)), &show, SECOND_NS).is_ok());
        assert!(app.wish(&Wish::Start(CueIx(2)), &show, SECOND_NS).is_ok());
        assert!(app.wish(&Wish::Start(CueIx(2)), &show, SECOND_NS + 1).is_err());
        assert!(app.wish(&Wish::GoTo(CueIx(2)), &show, SECOND_NS + 2).is_err());
        assert!(app.wish(&Wish::GoTo(CueIx(3)), &show, SECOND_NS + 3).is_ok());
        assert!(app.wish(&Wish::Start(CueIx(1)), &show, SECOND_NS + 4).is_err(), "whatever came in between");
        assert!(app.wish(&Wish::Start(CueIx(2)), &show, 2 * SECOND_NS).is_ok());
    }
}
