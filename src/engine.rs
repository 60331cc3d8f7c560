//! The run: what has happened, and what follows from it.
//!
//! A value without IO, threads or a clock: time comes in as an argument and leaves as a deadline. A
//! [`Command`] is a wish; [`State::decide`] turns it into [`Event`]s or a [`Rejection`];
//! [`State::fold`] folds the [`Record`] of one into the state and cannot fail; [`State::effects`]
//! says what an event causes outside. Replaying a journal's events gives the state that living them
//! gave, because nothing else changes it.
//!
//! Two clocks run here, both in nanoseconds since the run began. The *run clock* never stops. The
//! *show clock* stands still in a hold, so everything that counts from the show (delays,
//! completions, `into`, the segment's time) is kept in it and needs no shifting afterwards. What
//! hold does to each kind of trigger:
//!
//! | trigger | in a hold |
//! |---|---|
//! | `go` | refused, with a word why |
//! | `with`, `after` | the delay stands still and goes on with what was left of it |
//! | completion (`duration`) | stands still likewise: what follows a cue comes as long after as it should |
//! | `into` | counts from the segment's clock, which stands still |
//! | clip | the player goes on: its end is the cue's, and what follows comes after the hold |
//! | `at` | the clock on the wall goes on: a cue that falls due in a hold is missed and waits for the caller |

mod acts;
mod ahead;
mod alarm;
mod apply;
mod aside;
mod auto;
mod chain;
mod command;
mod decide;
mod effect;
mod event;
mod flag;
mod limits;
mod lost_end;
mod merge;
mod message;
mod missed;
mod nudge;
mod on_air;
mod ongoing;
mod order;
mod paged;
mod people;
mod reason;
mod record;
mod retime;
mod revise;
mod run_id;
mod state;
mod stops;
mod time;
mod timer;
mod timing;
mod told;

pub use acts::ActTiming;
pub use ahead::{SegmentPhase, Upcoming};
pub use alarm::{Alarm, AlarmKind};
pub use command::{ClipFact, Command, Rejection};
pub use effect::Effect;
pub use event::{Cause, Event, UnknownEvent};
pub use flag::{Aside, FlagChange, FlagState, FlagWay, Offer};
pub use limits::RUN_NS_MAX;
pub use message::{MESSAGE_CHARS_MAX, stage_message};
pub use missed::MissedWhy;
pub use nudge::Nudge;
pub use ongoing::{Ongoing, OngoingKind, RAMP_MAY_STAY, RAMP_STAYS};
pub use people::{PersonNote, PersonState, Sighting};
pub use reason::{CALLER_QUIT, TAKEN_BACK, TERMINAL_WENT};
pub use record::{Origin, Record};
pub use retime::Here;
pub use revise::{Revised, Revision, put_in_versions};
pub use run_id::RunId;
pub use state::{CueState, Note, Override, Phase, SegmentState, SendState, State};
pub use stops::Stop;
pub use time::ShowNs;

pub use crate::time::RunNs;
pub use timing::{Countdown, Timing};
pub use told::{Expected, StationReport, ToldOutcome};
