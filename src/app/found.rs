//! Selection and view: going through cues, people and lines, finding again, opening and folding
//! segments.

use super::page::Lines;
use super::{App, Page, Seen, Task, Tone, find};
use crate::engine::State;
use crate::show::{CueIx, PersonIx, SegmentIx};
use crate::time::MachineNs;

impl App {
    /// Selects a cue, and has the rundown show it.
    pub(super) fn select(&mut self, cue: CueIx) {
        self.cursor = Some(cue);
        if self.page == Page::Run {
            self.scroll_back();
        }
    }

    /// Moves the selection or scrolls the page, and says where there is nothing more that way.
    pub(super) fn go_on(&mut self, by: isize, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let before = (self.cursor.or(state.playhead()), self.person);
        let edge = if by < 0 { "first" } else { "last" };
        let why = match (self.page, self.seen) {
            (Page::Run, _) => {
                self.go_through(by, state);
                (self.cursor == before.0).then(|| format!("this is the {edge} cue"))
            }
            (Page::People, _) => {
                self.go_through(by, state);
                let stays = self.person == before.1 && !state.show().people.is_empty();
                stays.then(|| format!("this is the {edge} of them"))
            }
            (page, Some(Seen { is_small: true, .. })) if !page.is_in_small_windows() => {
                Some("the window is too small for this page".to_owned())
            }
            (_, Some(Seen { scroll_max: 0, .. })) => {
                Some("the whole page is on the screen".to_owned())
            }
            (_, Some(seen))
                if by < 0 && self.scroll == 0 || by > 0 && self.scroll >= seen.scroll_max =>
            {
                Some(format!("this is the {edge} line"))
            }
            _ => {
                self.go_through(by, state);
                None
            }
        };
        match why {
            Some(why) => self.say(why, Tone::Calm, now_ns),
            None if self.page == Page::People && state.show().people.is_empty() => {
                return self.nobody(now_ns);
            }
            None => {}
        }
        vec![]
    }

    /// In a window that is too small for pages, says which one was opened, and which cue was
    /// selected.
    pub(super) fn say_unseen(
        &mut self,
        (page, cursor): (Page, Option<CueIx>),
        state: &State,
        now_ns: MachineNs,
    ) {
        if !self.seen.is_some_and(|seen| seen.is_small) || self.prompt.is_some() {
            return;
        }
        if self.page != page {
            let name = self.page.name().to_lowercase();
            if self.page.is_in_small_windows() {
                // The page has no heading there.
                self.say(format!("this is the {name} page"), Tone::Calm, now_ns);
                return;
            }
            self.say(
                format!("the window is too small for the {name} page"),
                Tone::Attention,
                now_ns,
            );
        } else if let Some(cue) = self.cursor.filter(|_| self.cursor != cursor) {
            let cue = state.show().cue(cue);
            self.say(format!("selected {} {}", cue.number, cue.title), Tone::Calm, now_ns);
        }
    }

    /// Moves the selection, or scrolls the page that has none.
    pub(super) fn go_through(&mut self, by: isize, state: &State) -> Vec<Task> {
        match self.page.spec().lines {
            Lines::Cues => {
                let show = state.show();
                let at = self.selected(state).map_or(-1, |cue| show.place(cue) as isize);
                let last = show.order.len() as isize - 1;
                let to = at.saturating_add(by).clamp(0, last.max(0));
                if let Some(&cue) = show.order.get(to as usize) {
                    self.select(cue);
                }
            }
            Lines::People => self.go_through_people(by, state),
            Lines::Scroll => {
                self.scroll = self.scroll.saturating_add_signed(by).min(10_000);
                // The log follows the run again at its newest line.
                self.is_scrolled = self.page != Page::Log || self.scroll > 0;
            }
            Lines::None => {}
        }
        vec![]
    }

    /// Distance of PgUp and PgDn, lines: what was on the screen, less one that stays in sight.
    pub(super) fn page_step(&self) -> isize {
        self.seen.map_or(0, |seen| seen.lines).saturating_sub(1).max(1) as isize
    }

    /// Selects the next of what was looked for last, in running order, or the one before; after the
    /// last comes the first.
    pub(super) fn find_again(&mut self, back: bool, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if self.page == Page::Log {
            self.say("the log shows all lines that were found", Tone::Attention, now_ns);
            return vec![];
        }
        if self.last_find.is_empty() {
            self.say("no search to repeat yet", Tone::Attention, now_ns);
            return vec![];
        }
        let show = state.show();
        let place = if self.page == Page::People {
            let mut found = find::people(show, &self.last_find);
            found.sort_unstable();
            let place = after(&found, self.selected_person(state), back);
            place
                .inspect(|&at| self.person = found.get(at).copied().unwrap_or(PersonIx(0)))
                .map(|at| (at, found.len()))
        } else {
            let found = find::cues(show, &self.last_find);
            let mut found: Vec<u32> = found.into_iter().map(|cue| show.place(cue)).collect();
            found.sort_unstable();
            let selected = self.selected(state).map(|cue| show.place(cue));
            let place = after(&found, selected, back);
            let cue = place.and_then(|at| show.order.get(*found.get(at)? as usize));
            if let Some(&cue) = cue {
                // A page that has no cues would leave the caller without a sign of what was found.
                if !self.page.spec().has_cues {
                    self.turn_to(Page::Run);
                }
                self.select(cue);
            }
            place.map(|at| (at, found.len()))
        };
        match place {
            Some((at, count)) => {
                self.say(
                    format!("{} of {count} with “{}”", at + 1, self.last_find),
                    Tone::Calm,
                    now_ns,
                );
            }
            None => {
                self.say(format!("nothing found for “{}”", self.last_find), Tone::Attention, now_ns)
            }
        }
        vec![]
    }

    /// Shows the cues of every segment.
    pub(super) fn open_segments(&mut self, state: &State) -> Vec<Task> {
        self.folds = state.show().segment_indices().map(|segment| (segment, true)).collect();
        vec![]
    }

    /// Lets the rundown open and fold by itself again.
    pub(super) fn fold_segments(&mut self, now_ns: MachineNs) -> Vec<Task> {
        if self.folds.is_empty() {
            self.say("no segment was opened or folded by hand", Tone::Calm, now_ns);
        }
        self.folds.clear();
        self.scroll_back();
        vec![]
    }

    /// Opens a segment of the rundown, or folds the one that is open.
    pub(super) fn fold(
        &mut self,
        segment: SegmentIx,
        is_open: bool,
        state: &State,
        now_ns: MachineNs,
    ) {
        let is_here = |cue: CueIx| state.show().segment_of(cue) == segment;
        if is_open && self.cursor.is_some_and(is_here) {
            self.cursor = None;
        }
        let is_called =
            state.playhead().is_some_and(is_here) || state.on_air().iter().any(|&cue| is_here(cue));
        if is_open && (is_called || state.current_segment() == Some(segment)) {
            self.say("the running and the next segment stay open", Tone::Calm, now_ns);
            return;
        }
        self.folds.insert(segment, !is_open);
    }
}

/// Index of the first of `found`, in their order, after `from`, or before it.
fn after<T: Ord + Copy>(found: &[T], from: Option<T>, back: bool) -> Option<usize> {
    let last = found.len().checked_sub(1)?;
    Some(match (from, back) {
        (None, false) => 0,
        (None, true) => last,
        (Some(from), false) => found.iter().position(|&at| at > from).unwrap_or(0),
        (Some(from), true) => found.iter().rposition(|&at| at < from).unwrap_or(last),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::app::{Ask, Theme};
    use crate::show::file;

    const SHOW: &str = r#"
        title = "x"
        [person.ann]
        name = "Ann Rings"
        [person.bob]
        name = "Bob"
        [person.cleo]
        name = "Cleo Rings"
        [[segment]]
        title = "One"
        duration = "1m"
        cue = [{ number = "1", title = "Blue ring" }, { number = "2", title = "Dark" }]
        [[segment]]
        title = "Two"
        duration = "1m"
        cue = [{ number = "3", title = "Red ring" }, { number = "4", title = "Ring of fire" }]
        [[segment]]
        title = "Three"
        duration = "1m"
        cue = [{ number = "5", title = "End" }]
    "#;

    fn state() -> State {
        State::new(Arc::new(file::parse(SHOW, "UTC").unwrap()))
    }

    fn press(app: &mut App, code: KeyCode, modifiers: KeyModifiers, state: &State) {
        assert_eq!(app.key(&KeyEvent::new(code, modifiers), state, MachineNs::ZERO), []);
    }

    fn types(app: &mut App, text: &str, state: &State) {
        text.chars().for_each(|c| press(app, KeyCode::Char(c), KeyModifiers::NONE, state));
        press(app, KeyCode::Enter, KeyModifiers::NONE, state);
    }

    fn again(app: &mut App, state: &State) -> Option<u32> {
        press(app, KeyCode::Char('n'), KeyModifiers::CONTROL, state);
        app.cursor.map(|cue| cue.0)
    }

    fn said(app: &App) -> &str {
        app.message.as_ref().map_or("", |message| message.text.as_str())
    }

    #[test]
    fn what_was_looked_for_is_found_again_in_running_order_and_round() {
        let (state, mut app) = (state(), App::new(Theme::Dark));
        press(&mut app, KeyCode::Char('n'), KeyModifiers::CONTROL, &state);
        assert_eq!(said(&app), "no search to repeat yet");
        types(&mut app, "/ring", &state);
        assert_eq!((app.cursor, said(&app)), (Some(CueIx(0)), "3 found: Ctrl-N goes to the next"));
        assert_eq!([again(&mut app, &state), again(&mut app, &state)], [Some(2), Some(3)]);
        assert_eq!(said(&app), "3 of 3 with “ring”");
        assert_eq!(again(&mut app, &state), Some(0), "after the last comes the first");
        types(&mut app, "/", &state);
        assert_eq!(app.cursor, Some(CueIx(2)), "an empty line finds the next too");
        app.find_again(true, &state, MachineNs::ZERO);
        assert_eq!(app.cursor, Some(CueIx(0)));
        // From where the caller stands now.
        app.cursor = Some(CueIx(1));
        assert_eq!(again(&mut app, &state), Some(2));
        app.page = Page::Log;
        assert_eq!((again(&mut app, &state), app.page), (Some(2), Page::Log));
        app.page = Page::Outputs;
        assert_eq!((again(&mut app, &state), app.page), (Some(3), Page::Run));
        app.page = Page::People;
        types(&mut app, "/rings", &state);
        again(&mut app, &state);
        assert_eq!((app.person, said(&app)), (PersonIx(2), "2 of 2 with “rings”"));
    }

    #[test]
    fn segments_open_and_fold_and_what_is_called_stays_open() {
        let (state, mut app) = (state(), App::new(Theme::Dark));
        press(&mut app, KeyCode::Right, KeyModifiers::NONE, &state);
        assert_eq!(app.folds.values().collect::<Vec<_>>(), [&true; 3]);
        app.fold(SegmentIx(1), true, &state, MachineNs::ZERO);
        assert_eq!(app.folds.get(&SegmentIx(1)), Some(&false));
        app.fold(SegmentIx(1), false, &state, MachineNs::ZERO);
        assert_eq!(app.folds.get(&SegmentIx(1)), Some(&true));
        app.cursor = Some(CueIx(4));
        app.fold(SegmentIx(2), true, &state, MachineNs::ZERO);
        assert_eq!(
            (app.cursor, app.folds.get(&SegmentIx(2))),
            (None, Some(&false)),
            "the selection does not keep it"
        );
        press(&mut app, KeyCode::Left, KeyModifiers::NONE, &state);
        assert!(app.folds.is_empty());
        app.page = Page::Timeline;
        press(&mut app, KeyCode::Right, KeyModifiers::NONE, &state);
        assert!(app.folds.is_empty() && said(&app).contains("on the run page"), "{}", said(&app));
    }

    #[test]
    fn the_screen_is_drawn_again_whatever_stands_open() {
        let (state, ctrl_l) = (state(), KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL));
        for ask in [None, Some(Ask::Note), Some(Ask::Palette)] {
            let mut app = App::new(Theme::Dark);
            ask.map(|ask| app.open(ask));
            app.question = ask.is_none().then_some(crate::app::Question::Quit);
            let before = (app.prompt.clone(), app.question);
            assert_eq!(app.key(&ctrl_l, &state, MachineNs::ZERO), [Task::Redraw]);
            assert_eq!((app.prompt, app.question), before, "{ask:?}");
        }
    }
}
