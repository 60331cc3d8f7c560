//! Mouse: it selects, it scrolls what is under it, it opens pages, and two clicks on a cue set the
//! playhead.
//!
//! It never fires anything, and while a line is typed or a question stands it does nothing at all:
//! a sleeve on a touchpad must not change what the caller is typing, or answer for them. Nothing
//! needs it.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::hits::MouseTarget;
use super::keys::Act;
use super::{App, Hits, Page, Task};
use crate::engine::{Command, State};
use crate::show::CueIx;
use crate::time::MachineNs;

/// Two clicks on a row within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(400);
/// Distance of one step of the wheel, rows.
const WHEEL: isize = 3;

/// A click on a cue that may become a double click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Click {
    row: u16,
    cue: CueIx,
    at_ns: MachineNs,
}

impl App {
    /// The mouse, over what was last drawn, at `now_ns` of the machine's clock.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the events are crossterm's; all others mean nothing here"
    )]
    pub fn mouse(
        &mut self,
        mouse: &MouseEvent,
        hits: &Hits,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        if self.prompt.as_ref().is_some_and(|prompt| prompt.ask.has_choices()) {
            self.palette_mouse(mouse, hits, state);
            return vec![];
        }
        if self.prompt.is_some() || self.question.is_some() || self.dialog.is_some() {
            return vec![];
        }
        match mouse.kind {
            MouseEventKind::ScrollUp => self.wheel(-WHEEL, mouse, hits, state),
            MouseEventKind::ScrollDown => self.wheel(WHEEL, mouse, hits, state),
            MouseEventKind::Down(MouseButton::Left) => {
                return self.click(mouse, hits, state, now_ns);
            }
            _ => {}
        }
        vec![]
    }

    fn click(
        &mut self,
        mouse: &MouseEvent,
        hits: &Hits,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let last = self.clicked.take();
        if self.page == Page::Run
            && let Some(cue) = hits.cue_at(mouse.column, mouse.row)
        {
            return self.click_cue(cue, (mouse.row, last), state, now_ns);
        }
        match hits.target_at(mouse.column, mouse.row) {
            Some(MouseTarget::Page(page)) => return self.turn_to(page),
            Some(MouseTarget::NextPage) => return self.turn_to(self.page_after()),
            Some(MouseTarget::Person(person)) => self.person = person,
            Some(MouseTarget::Segment { segment, is_open }) => {
                self.fold(segment, is_open, state, now_ns)
            }
            Some(MouseTarget::Rundown | MouseTarget::People | MouseTarget::Lines) | None => {}
        }
        vec![]
    }

    fn click_cue(
        &mut self,
        cue: CueIx,
        (row, last): (u16, Option<Click>),
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let is_second = |last: &Click| last.row == row && now_ns.since(last.at_ns) <= DOUBLE;
        match last.filter(is_second) {
            // The first click may have scrolled the rundown under the pointer: what was aimed at is
            // what counts.
            Some(first) => {
                self.cursor = Some(first.cue);
                if let Some(why) = self.lacks_flag(Act::PlayheadHere, state, now_ns) {
                    self.refuse_once(&why, now_ns);
                    return vec![];
                }
                vec![Task::Command(Command::PlayheadTo(first.cue))]
            }
            None => {
                self.clicked = Some(Click { row, cue, at_ns: now_ns });
                self.cursor = Some(cue);
                vec![]
            }
        }
    }

    /// Moves what is under the pointer, and nothing where that does not move.
    fn wheel(&mut self, by: isize, mouse: &MouseEvent, hits: &Hits, state: &State) {
        match hits.target_at(mouse.column, mouse.row) {
            // Only the view moves: a selection that moved would open and fold segments under the
            // pointer.
            Some(MouseTarget::Rundown | MouseTarget::Segment { .. }) => {
                self.scroll = self.scroll.saturating_add_signed(by).min(hits.scroll_max);
                self.is_scrolled = true;
            }
            Some(MouseTarget::People) => _ = self.go_through(by, state),
            Some(MouseTarget::Lines) => {
                self.go_through(by, state);
                self.scroll = self.scroll.min(hits.scroll_max);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::KeyModifiers;

    use super::*;
    use crate::app::Ask;
    use crate::app::hits::Region;
    use crate::app::{Question, Theme};
    use crate::show::{PersonIx, Show, file};

    fn at(ms: u64) -> MachineNs {
        MachineNs::new(ms * 1_000_000)
    }
    const SHOW: &str = "title = \"x\"\n[person.a]\nname = \"A\"\n[person.b]\nname = \"B\"\n[[segment]]\ntitle = \"s\"\n\
                        duration = \"1m\"\ncue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\" }]\n";

    fn state() -> State {
        let show: Show = file::parse(SHOW, "UTC").unwrap();
        State::new(Arc::new(show))
    }

    /// The first cue on row 3, the second on row 4; people, lines and pages elsewhere.
    fn hits() -> Hits {
        let region = |columns, rows, target| Region { columns, rows, target };
        Hits {
            rows: vec![(3, 0, 20, CueIx(0)), (4, 0, 20, CueIx(1))],
            regions: vec![
                region(0..20, 0..10, MouseTarget::Rundown),
                region(20..40, 0..10, MouseTarget::Lines),
                region(20..40, 0..10, MouseTarget::People),
                region(20..40, 5..6, MouseTarget::Person(PersonIx(1))),
                region(40..60, 0..10, MouseTarget::Lines),
                region(0..4, 20..21, MouseTarget::NextPage),
                region(4..10, 20..21, MouseTarget::Page(Page::People)),
            ],
            scroll_max: 4,
            ..Hits::default()
        }
    }

    fn event(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
        MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }
    }

    fn click(app: &mut App, column: u16, row: u16, ms: u64) -> Vec<Task> {
        app.mouse(
            &event(MouseEventKind::Down(MouseButton::Left), column, row),
            &hits(),
            &state(),
            at(ms),
        )
    }

    #[test]
    fn two_clicks_on_a_row_set_the_playhead_and_nothing_else_does() {
        let here = |cue| vec![Task::Command(Command::PlayheadTo(CueIx(cue)))];
        for (second, expected) in [
            ((5, 3, 400), here(0)),
            ((19, 3, 0), here(0)),
            ((5, 3, 401), vec![]),
            ((5, 4, 100), vec![]),
            ((30, 3, 100), vec![]),
        ] {
            let mut app = App::new(Theme::Dark);
            assert_eq!(click(&mut app, 5, 3, 1_000), []);
            assert_eq!(app.cursor, Some(CueIx(0)));
            assert_eq!(
                click(&mut app, second.0, second.1, 1_000 + second.2),
                expected,
                "{second:?}"
            );
        }
        let mut app = App::new(Theme::Dark);
        let tasks = [1_000, 1_100, 1_200, 1_300].map(|ms| click(&mut app, 5, 3, ms).len());
        assert_eq!(tasks, [0, 1, 0, 1], "a third click begins again");
    }

    #[test]
    fn the_first_click_says_which_cue_though_the_rundown_scrolls_under_it() {
        let (mut app, mut hits) = (App::new(Theme::Dark), hits());
        let press = event(MouseEventKind::Down(MouseButton::Left), 5, 3);
        app.mouse(&press, &hits, &state(), MachineNs::ZERO);
        hits.rows = vec![(3, 0, 20, CueIx(1))];
        let tasks = app.mouse(&press, &hits, &state(), at(200));
        assert_eq!(
            (tasks, app.cursor),
            (vec![Task::Command(Command::PlayheadTo(CueIx(0)))], Some(CueIx(0)))
        );
    }

    #[test]
    fn a_click_opens_pages_and_selects_people() {
        let mut app = App::new(Theme::Dark);
        click(&mut app, 5, 20, 0);
        assert_eq!(app.page, Page::People);
        click(&mut app, 25, 5, 0);
        assert_eq!(app.person, PersonIx(1));
        // The cues of the run page are not there any more, whatever the last frame was.
        assert_eq!(
            (click(&mut app, 5, 3, 0), click(&mut app, 5, 3, 1), app.cursor),
            (vec![], vec![], None)
        );
        click(&mut app, 0, 20, 0);
        assert_eq!(app.page, Page::Outputs);
    }

    #[test]
    fn the_wheel_moves_what_is_under_the_pointer() {
        let (state, hits) = (state(), hits());
        let mut app = App::new(Theme::Dark);
        let down = |column| event(MouseEventKind::ScrollDown, column, 2);
        app.mouse(&down(5), &hits, &state, MachineNs::ZERO);
        assert_eq!(
            (app.cursor, app.scroll, app.is_scrolled),
            (None, 3, true),
            "the view moves, the selection stays"
        );
        app.mouse(&event(MouseEventKind::ScrollUp, 5, 2), &hits, &state, MachineNs::ZERO);
        app.cursor = Some(CueIx(1));
        app.page = Page::Log;
        for expected in [3, 4, 4] {
            app.mouse(&down(45), &hits, &state, MachineNs::ZERO);
            assert_eq!(
                (app.cursor, app.scroll),
                (Some(CueIx(1)), expected),
                "held to what was drawn"
            );
        }
        app.mouse(&event(MouseEventKind::ScrollUp, 45, 2), &hits, &state, MachineNs::ZERO);
        assert_eq!(app.scroll, 1);
        let before = app.clone();
        app.mouse(&down(70), &hits, &state, MachineNs::ZERO);
        assert_eq!(app, before, "nothing is under it");
        app.page = Page::People;
        app.mouse(&down(25), &hits, &state, MachineNs::ZERO);
        assert_eq!(app.person, PersonIx(1));
    }

    #[test]
    fn a_line_that_is_typed_and_a_question_are_left_alone() {
        for ask in [Some(Ask::Note), Some(Ask::Find { back: None }), Some(Ask::Reason), None] {
            let mut app = App::new(Theme::Dark);
            app.question = ask.is_none().then_some(Question::Quit);
            ask.map(|ask| app.open(ask));
            let before = app.clone();
            for column in [5, 25, 45] {
                for row in [3, 5, 20] {
                    assert_eq!(click(&mut app, column, row, 0), []);
                    app.mouse(
                        &event(MouseEventKind::ScrollDown, column, row),
                        &hits(),
                        &state(),
                        MachineNs::ZERO,
                    );
                }
            }
            assert_eq!(app, before, "{ask:?}");
        }
    }

    #[test]
    fn no_mouse_fires_anything() {
        let kinds = [
            MouseEventKind::Down(MouseButton::Left),
            MouseEventKind::Down(MouseButton::Right),
            MouseEventKind::Up(MouseButton::Left),
            MouseEventKind::Drag(MouseButton::Left),
            MouseEventKind::Moved,
            MouseEventKind::ScrollDown,
        ];
        let mut app = App::new(Theme::Dark);
        for (at, page) in Page::ALL.iter().copied().enumerate() {
            for kind in kinds {
                for cell in 0..600_u16 {
                    app.page = page;
                    let tasks = app.mouse(
                        &event(kind, cell % 60, cell / 25),
                        &hits(),
                        &state(),
                        MachineNs::new(at as u64),
                    );
                    let is_harmless =
                        |task: &Task| matches!(task, Task::Command(Command::PlayheadTo(_)));
                    assert!(tasks.iter().all(is_harmless), "{kind:?} on {page:?}: {tasks:?}");
                }
            }
        }
    }
}
