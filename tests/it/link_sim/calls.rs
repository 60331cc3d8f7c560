//! Commands of a caller for the times of a running show, and for the boards.

use handover::engine::{Command, Here, Nudge, State};
use handover::show::{CueIx, CueNumber, SegmentIx};
use jiff::SignedDuration;
use jiff::civil::Time;

use super::net::Rng;
use super::versions::CHAINS;

/// A command of a caller, as a plan prints it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Call {
    /// The segment lasts so much longer, seconds.
    Nudge(i64),
    /// The segment ends when the clock reads so many seconds after the evening began.
    Until(i64),
    /// The show is at this cue of this chain now; the first is the chain's call.
    AtCue(usize, usize),
    /// The show is at the beginning of this segment now, from 0.
    AtSegment(u32),
    /// Words for the boards, told apart by a number.
    Message(u64),
    ClearMessage,
    Standby,
    /// The playhead goes back.
    Back,
    /// The playhead goes to the next cue that needs a department.
    Needy,
}

/// A command for a show whose chains have so many links.
pub(super) fn random(rng: &mut Rng, links: usize) -> Call {
    match rng.below(20) {
        0..2 => Call::Nudge([-3_600, -3_590, -60, 60][rng.below(4) as usize]),
        2 => Call::Nudge(rng.below(40) as i64 - 20),
        3..5 => Call::Until(rng.below(60) as i64),
        5..7 => {
            let chain = 1 + rng.below(CHAINS as u64) as usize;
            Call::AtCue(chain, rng.below(links as u64 + 1) as usize)
        }
        7..9 => Call::AtSegment(rng.below(2) as u32),
        9..12 => Call::Message(rng.below(3)),
        12..16 => Call::Standby,
        16..18 => Call::Back,
        _ => Call::ClearMessage,
    }
}

impl Call {
    pub(super) fn command(self, state: &State) -> Command {
        let show = state.show();
        match self {
            Call::Nudge(seconds) => Command::Nudge(Nudge::By(SignedDuration::from_secs(seconds))),
            Call::Until(seconds) => {
                let began = Time::constant(18, 0, 0, 0);
                let end = began.saturating_add(SignedDuration::from_secs(seconds));
                Command::Nudge(Nudge::Until(end))
            }
            Call::AtCue(chain, link) => {
                let number = match link {
                    0 => format!("{chain}"),
                    link => format!("{chain}.{link}"),
                };
                let number = CueNumber::new(&number).expect("a number");
                Command::Retime(Here::Cue(show.find(&number).expect("a cue of the show")))
            }
            Call::AtSegment(segment) => Command::Retime(Here::Segment(SegmentIx(segment))),
            Call::Message(number) => Command::ShowMessage(format!("message {number}")),
            Call::ClearMessage => Command::ClearMessage,
            Call::Standby => Command::Standby,
            Call::Back => Command::PlayheadPrevious,
            Call::Needy => {
                let needs = |cue: &CueIx| !state.show().cue(*cue).needs.is_empty();
                let next = state
                    .show()
                    .cue_indices()
                    .filter(needs)
                    .find(|cue| state.cue(*cue).firings == 0 && state.playhead() != Some(*cue));
                next.map_or(Command::PlayheadNext, Command::PlayheadTo)
            }
        }
    }
}
