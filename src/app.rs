//! The application: what the caller's keys mean, and everything that the screen shows beside the
//! run itself.
//!
//! Owns the cursor, the page, the prompt and the message line. It turns keys into [`Task`]s by one
//! table ([`keys::BINDINGS`] as [`keymap`] has it, which the footer, the help page and the palette
//! read too) and never changes the run: that is [`crate::engine`]'s, and it is read here. No IO and
//! no clock: the machine's time comes in with each key.

pub mod board;
#[cfg(feature = "web")]
pub mod browser;
pub mod commands;
pub mod crew;
pub mod demo;
mod dropped_line;
mod early;
mod editor;
mod escape;
pub mod find;
pub mod flag;
mod follow;
mod form;
mod found;
mod guard;
mod held;
pub mod hits;
pub mod keymap;
pub mod keys;
mod leave;
pub mod log;
mod message;
mod mouse;
pub(crate) mod nudge;
pub mod ongoing;
pub mod page;
mod paste;
mod people;
mod prompt;
mod question;
mod remote;
pub mod resumed;
mod retime;
pub(crate) mod stage_message;
pub mod stopped;
pub mod theme;
mod typing;
mod update;
mod version;
pub mod wall;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use flag::Dialog;
pub use form::{EditAct, EditNews, EditWish, Edits, OpenForm, TypedForm};
pub use guard::{Hand, Pass};
pub use held::HeldKeys;
pub use hits::Hits;
pub use keymap::Keymap;
pub use message::{Message, Tone};
pub use page::Page;
pub use prompt::{Ask, Prompt};
pub use question::Question;
pub use remote::{BrowserSign, RemoteSign, Wanted};
pub use theme::Theme;
pub use version::FileNews;

use crate::engine::{Rejection, RunId, RunNs, State};
use crate::output::Health;
use crate::show::{CueIx, PersonIx, SegmentIx};
use crate::time::MachineNs;
use keys::Act;
use theme::{OwnColours, ThemeColours};

/// Something for the shell to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Put this to the engine.
    Command(crate::engine::Command),
    /// Put this to the flag of a shared run.
    Flag(flag::FlagWish),
    /// Let go of the run and leave.
    Quit,
    /// Draw the whole screen again.
    Redraw,
    /// Give the terminal back until the shell's `fg`.
    Suspend,
    /// Put what is new in the show file into the log.
    TellOfFile,
    /// Take the version of the show file into the run.
    TakeVersion,
    /// Give the terminal to the caller's editor, with the show file open at the selected cue.
    Editor,
    /// Put this to the thread that has the show file.
    Edit(form::EditWish),
}

/// Everything that the screen shows and the run does not know.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    /// The page that fills the screen.
    pub page: Page,
    /// The selected cue; `None`: it follows the playhead.
    pub cursor: Option<CueIx>,
    /// The selected person of the people page, where the show has any: see
    /// [`App::selected_person`].
    pub person: PersonIx,
    /// The prompt that the caller is typing into.
    pub prompt: Option<Prompt>,
    /// The question that stands on the message line.
    pub question: Option<Question>,
    /// The last word to the caller.
    pub message: Option<Message>,
    /// `true` while the first run's greeting is shown: until the first key.
    pub greets: bool,
    /// Segments of the rundown that the caller has opened (`true`) or folded.
    pub folds: BTreeMap<SegmentIx, bool>,
    /// Scroll of the page, lines; on the run page, the first row of the rundown.
    pub scroll: usize,
    /// `true` once the caller has scrolled the page: until then, one that follows the run goes
    /// along with it.
    pub is_scrolled: bool,
    /// The newest line of the log when the caller scrolled it: what has come since stands above
    /// what they read.
    pub log_seen: u64,
    /// Selection of lines on the log's page.
    pub log_filter: log::Filter,
    /// The words that they have to have.
    pub log_search: String,
    /// The colours.
    pub theme: Theme,
    /// The caller's own colours, if there are any.
    pub own: Option<Arc<OwnColours>>,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The way in which held keys are told.
    pub held_keys: HeldKeys,
    /// The health of each output, in the show's order.
    pub outputs: Vec<Health>,
    /// Instant of that by the machine's clock.
    pub outputs_ns: MachineNs,
    /// The run's clock when a key came, or when it shows what is new in the show file.
    pub run_ns: RunNs,
    /// State of the remote control, if the show or the caller asks for one.
    pub remote: Option<RemoteSign>,
    /// State of the pages for browsers, if there are any.
    pub browsers: Option<BrowserSign>,
    /// The journal's fault, while there is one.
    pub journal_alarm: Option<String>,
    /// The id of this run, for hints, if it is kept.
    pub run: Option<RunId>,
    /// The end of a command about this run, in hints: ` --state DIR`, or nothing where its folder is
    /// in the usual place.
    pub state_option: String,
    /// Difference between the show of a resumed run and its file, for the whole of the run.
    pub show_alarm: Option<String>,
    /// Differences between the show file and the show that runs.
    pub file: Option<FileNews>,
    /// `true` if the show is only edited: there is no GO.
    pub is_editor: bool,
    /// Reason why no show file is looked at, if none is.
    pub not_watched: Option<&'static str>,
    /// The edits of the show file from the screen.
    pub edits: Edits,
    /// Of a run that other stations had a part in and that is called here alone: what that means.
    pub not_shared: Option<String>,
    /// `true` if this program was started with `--auto`: it gives the GOs while it calls the show.
    pub auto: bool,
    /// How far the run's clock is ahead of the machine's, in whole seconds, nanoseconds; 0 where they
    /// agree. Somebody has set the machine's clock.
    pub clock_ahead_ns: i64,
    /// The other live runs that send to the same outputs, in words.
    pub neighbours: Vec<String>,
    /// The shared run as this station sees it; `None` in a run that is not shared.
    pub link: Option<Arc<flag::SharedView>>,
    /// The panel about the flag that lies over the page.
    pub dialog: Option<Dialog>,
    /// Instant at which such a panel was closed by what has happened.
    dialog_closed_ns: Option<MachineNs>,
    /// Maximum scroll of such a panel as last drawn.
    dialog_scroll_max: usize,
    /// The move of the playhead that follows from a skip leaves the cursor where it is.
    cursor_stays: bool,
    /// Text that was looked for last.
    last_find: String,
    /// Page as last drawn, once it is known.
    seen: Option<Seen>,
    go_pressed_ns: Option<MachineNs>,
    /// Deeds of the last moment that must not be done again by another hand.
    done: Vec<guard::LastDeed>,
    /// The last GO that would have begun a segment long before its hard start.
    early_go: Option<early::EarlyGo>,
    /// Instant at which a remote control last gave GO to a cue by its number.
    go_to_ns: Option<MachineNs>,
    escape_pressed_ns: Option<MachineNs>,
    /// The presses of Esc within a second with no other key between them, whatever they did.
    escapes_ns: Vec<MachineNs>,
    /// The key that was pressed last, and when.
    pressed: Option<(keymap::Key, MachineNs)>,
    /// The last click on a cue, where a second may make a double click of it.
    clicked: Option<mouse::Click>,
    /// Person that the caller has ticked last, and the instant.
    ticked: Option<(PersonIx, MachineNs)>,
    /// The last paste that was ignored.
    ignored_paste: Option<paste::Ignored>,
    /// The line that did not open, and whose text may come.
    dropped_line: Option<dropped_line::DroppedLine>,
    /// Refusals with their reasons that the log does not have yet.
    refusals: Vec<String>,
}

/// Page as last drawn, as far as keys depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// Number of cues, people or lines on the screen: the distance of PgUp and PgDn.
    lines: usize,
    /// Maximum scroll of the page.
    scroll_max: usize,
    /// The window is too small for pages.
    is_small: bool,
}

impl App {
    /// Time that a calm message stays on the message line.
    pub const MESSAGE: Duration = Duration::from_millis(6_000);

    /// The most refusals that wait for the log.
    const REFUSALS: usize = 64;

    /// The application before its first key.
    pub fn new(theme: Theme) -> Self {
        App {
            page: Page::Run,
            cursor: None,
            person: PersonIx(0),
            prompt: None,
            question: None,
            message: None,
            greets: false,
            folds: BTreeMap::new(),
            scroll: 0,
            is_scrolled: false,
            log_seen: 0,
            log_filter: log::Filter::All,
            log_search: String::new(),
            theme,
            own: None,
            keymap: Arc::default(),
            held_keys: HeldKeys::Told,
            outputs: vec![],
            outputs_ns: MachineNs::ZERO,
            run_ns: RunNs::ZERO,
            remote: None,
            browsers: None,
            journal_alarm: None,
            run: None,
            state_option: String::new(),
            show_alarm: None,
            file: None,
            is_editor: false,
            not_watched: None,
            edits: Edits::default(),
            not_shared: None,
            auto: false,
            clock_ahead_ns: 0,
            neighbours: vec![],
            link: None,
            dialog: None,
            dialog_closed_ns: None,
            dialog_scroll_max: 0,
            cursor_stays: false,
            last_find: String::new(),
            seen: None,
            go_pressed_ns: None,
            done: vec![],
            early_go: None,
            go_to_ns: None,
            escape_pressed_ns: None,
            escapes_ns: vec![],
            pressed: None,
            clicked: None,
            ticked: None,
            ignored_paste: None,
            dropped_line: None,
            refusals: vec![],
        }
    }

    /// The selected cue: the cursor's, or the playhead's while the caller has not moved it.
    pub fn selected(&self, state: &State) -> Option<CueIx> {
        let cursor = self.cursor.filter(|&cue| state.show().has(cue));
        cursor.or(state.playhead())
    }

    /// Says why a command was refused, and which key helps.
    pub fn refused(&mut self, rejection: &Rejection, state: &State, now_ns: MachineNs) {
        self.cursor_stays = false;
        let show = state.show();
        let way = |act| self.keymap.way(act);
        let help = match rejection {
            // The keys come before the departments: those may be many, and a line is short. Of the
            // keys, that which the caller is meant to press comes first.
            Rejection::Interlock { cue, missing } => {
                let found = show.find(cue);
                let first = match found.is_some_and(|cue| state.cue(cue).stood_by) {
                    true => "1-9 ready".to_owned(),
                    false => format!("{} standby", way(Act::Standby)),
                };
                let backup = found.and_then(|cue| state.swaps_to(cue));
                let swap = backup.map_or(String::new(), |backup| {
                    format!(", {} swaps in {}", way(Act::SwapBackup), show.cue(backup).number)
                });
                let keys = format!("{first}, {} overrides{swap}", way(Act::Override));
                let words = Rejection::interlock(cue, &format!(" ({keys})"), missing);
                return self.refuse(words, now_ns);
            }
            Rejection::Held => format!(" ({} resumes)", way(Act::Hold)),
            Rejection::NoStandby(_) => format!(": {} calls it", way(Act::Standby)),
            Rejection::Skipped(_) => format!(": {} unskips it", way(Act::Skip)),
            Rejection::BackupSkipped(_) => format!(": {} unskips it", way(Act::Skip)),
            Rejection::StandsAside(_) => {
                format!(": {} swaps a cue and its backup", way(Act::SwapBackup))
            }
            Rejection::NoFlag(holder) => {
                let words = self.lacks_flag_of(holder, state, now_ns);
                return self.refuse(words.unwrap_or_else(|| rejection.to_string()), now_ns);
            }
            Rejection::NothingLeft
            | Rejection::NoPlayhead
            | Rejection::NoNeeds(_)
            | Rejection::AllReady(_)
            | Rejection::NotNextCall(_)
            | Rejection::CalledAgain(_)
            | Rejection::NoSuchDepartment { .. }
            | Rejection::NothingToOverride(_)
            | Rejection::NoReason
            | Rejection::NoBackup(_)
            | Rejection::NoStep
            | Rejection::LastCue
            | Rejection::FirstCue
            | Rejection::OnAir(_)
            | Rejection::NotRunning(_)
            | Rejection::NoClipPlays(_)
            | Rejection::NothingRuns
            | Rejection::AlreadyHeld
            | Rejection::NotHeld
            | Rejection::NotNeeded { .. }
            | Rejection::EmptyNote
            | Rejection::NotSpotted(_)
            | Rejection::NoSuchPerson
            | Rejection::NotOver
            | Rejection::NoSegment
            | Rejection::TimeIsUp(_)
            | Rejection::TimePast(_)
            | Rejection::NoNudge
            | Rejection::NudgeTooLong
            | Rejection::EmptyMessage
            | Rejection::MessageTooLong(_)
            | Rejection::NoMessage
            | Rejection::Ended
            | Rejection::NotShared
            | Rejection::OnItsWay(_)
            | Rejection::HasFlag(_)
            | Rejection::Offered(_)
            | Rejection::NotOffered(_)
            | Rejection::NoOffer
            | Rejection::NotAccepted(_)
            | Rejection::Mute
            | Rejection::NoSuchCue(_)
            | Rejection::TooFar
            | Rejection::OnlyEdited
            | Rejection::Outdated
            | Rejection::NothingToAnswer => String::new(),
        };
        self.refuse(format!("{rejection}{help}"), now_ns);
    }

    /// Says that something was not done, and why; the log keeps it.
    pub fn refuse(&mut self, why: impl Into<String>, now_ns: MachineNs) {
        let why = why.into();
        if self.refusals.len() < Self::REFUSALS {
            self.refusals.push(why.clone());
        }
        self.say(why, Tone::Attention, now_ns);
    }

    /// Says that something was not done, and why; the log keeps it unless it was the last word: a
    /// key that is held down must not fill it.
    pub(super) fn refuse_once(&mut self, why: &str, now_ns: MachineNs) {
        match &self.message {
            Some(message) if message.text == why => self.say(why, Tone::Attention, now_ns),
            _ => self.refuse(why, now_ns),
        }
    }

    /// Takes the refusals since the last call, the oldest first.
    pub fn take_refusals(&mut self) -> Vec<String> {
        std::mem::take(&mut self.refusals)
    }

    /// Takes in how the page was last drawn, before a key or the wheel moves it on from there.
    pub fn sees(&mut self, hits: &Hits) {
        self.seen = None;
        self.dialog_scroll_max = hits.dialog_scroll_max;
        if let Some(Dialog::Briefing { scroll }) = &mut self.dialog {
            *scroll = (*scroll).min(hits.dialog_scroll_max);
        }
        if hits.is_small {
            self.seen = Some(Seen { lines: 0, scroll_max: 0, is_small: true });
        }
        if hits.page != self.page {
            return;
        }
        let drawn = (hits.asked, hits.log_seen) == (self.scroll, self.log_seen);
        if !self.is_scrolled || (self.page == Page::Log && drawn) {
            (self.scroll, self.log_seen) = (hits.scroll, hits.log_newest);
        }
        self.scroll = self.scroll.min(hits.scroll_max);
        self.seen = Some(Seen {
            lines: hits.page_lines(),
            scroll_max: hits.scroll_max,
            is_small: hits.is_small,
        });
    }

    /// The colours in force: the built-in theme that says what a terminal of sixteen colours gets,
    /// and the paints.
    pub fn paints(&self) -> (Theme, &ThemeColours) {
        match (self.theme, &self.own) {
            (Theme::Own, Some(own)) => (own.base, &own.paints),
            (theme, _) => (theme, theme.paints()),
        }
    }
}
