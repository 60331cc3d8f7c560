//! The footer: the message line, or what the caller types, and the keys.
//!
//! ```text
//!  find  roof▏                                                      3 of 7
//!  Space go   s standby   1-9 ready   h hold   / find   ? help   q quit
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use tui_input::Input;

use super::scene::Scene;
use super::{flag, form, log, signs, text};
use crate::app::commands;
use crate::app::hits::{MouseTarget, Region};
use crate::app::keys::{Act, BINDINGS};
use crate::app::nudge;
use crate::app::stage_message;
use crate::app::{App, Ask, EditAct, Hits, Message, Page, Prompt, Tone};

/// The cells that the keys have at least, where the names of all pages stand beside them.
const KEYS_LEAST: usize = 78;

/// Draws the footer, and says where the cursor stands while the caller types.
pub(super) fn draw(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    hits: &mut Hits,
) -> Option<Position> {
    let cursor = message(scene, buf, area, area.y);
    keys(scene, buf, area, area.y + 1, hits);
    cursor
}

/// The message line: what is typed, a question, a word to the caller, or the last event.
pub(super) fn message(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16) -> Option<Position> {
    let styles = &scene.styles;
    if let Some(prompt) = &scene.app.prompt {
        return type_line(scene, buf, area, y, prompt);
    }
    if let Some(message) = fresh(scene) {
        let (sign, style) = match message.tone {
            Tone::Calm => ("", styles.text),
            Tone::Attention => ("· ", styles.attention),
            Tone::Alarm => ("! ", styles.on_air),
        };
        text::put(
            buf,
            area,
            y,
            Line::styled(format!("{sign}{}", message.shown(scene.view.machine_ns)), style),
        );
        return None;
    }
    if greets(scene) {
        let (go, help) = (scene.way(Act::Go), scene.way(Act::Help));
        let words = format!("Welcome. {go} is GO: it fires the next cue.  {help} lists all keys");
        text::put(buf, area, y, Line::styled(words, styles.strong));
        return None;
    }
    if let Some(line) = scene.view.log.last_said() {
        let (_, style) = log::tone(scene, line.tone);
        let style = if line.tone == Tone::Calm { styles.past } else { style };
        let at = Line::styled(scene.wall(line.at_ns), styles.past);
        text::put_both(buf, area, y, Line::styled(line.text.as_str(), style), at, 20);
    }
    None
}

/// Returns `true` if the message line has more to say than the last event.
pub(super) fn speaks(scene: &Scene) -> bool {
    scene.app.prompt.is_some() || fresh(scene).is_some() || greets(scene)
}

/// Returns `true` if the greeting of the very first run is shown: until the first key or the
/// beginning of the show, and never where the last event is an alarm.
fn greets(scene: &Scene) -> bool {
    scene.app.greets
        && !scene.state.has_begun()
        && scene.view.log.last_said().is_none_or(|line| line.tone != Tone::Alarm)
}

/// The last word to the caller: a calm one fades, an alarm and a question stay.
fn fresh<'a>(scene: &Scene<'a>) -> Option<&'a Message> {
    let is_fresh = |message: &&Message| {
        let age = scene.view.machine_ns.since(message.at_ns);
        message.tone == Tone::Alarm || scene.app.question.is_some() || age < App::MESSAGE
    };
    scene.app.message.as_ref().filter(is_fresh)
}

fn type_line(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    y: u16,
    prompt: &Prompt,
) -> Option<Position> {
    let styles = &scene.styles;
    let label = match prompt.ask {
        Ask::PersonNote { person } => {
            let name = &scene.show.person(person).name;
            text::fit(&format!("{} {name}", prompt.label()), usize::from(area.width) / 2)
                .into_owned()
        }
        Ask::Reason
        | Ask::Note
        | Ask::Nudge
        | Ask::StageMessage
        | Ask::Find { .. }
        | Ask::FindPerson { .. }
        | Ask::FindLine
        | Ask::HolderName
        | Ask::TakeReason { .. }
        | Ask::Palette => prompt.label().to_owned(),
        Ask::Field { .. } => form::label(scene),
    };
    let label_cells = text::width(&label) + 2;
    let found = match prompt.ask {
        Ask::Find { .. } | Ask::FindPerson { .. } if prompt.input.value().trim().is_empty() => {
            String::new()
        }
        Ask::Find { .. } if prompt.found == 0 => "nothing found".into(),
        Ask::FindPerson { .. } if prompt.found == 0 => "nobody found".into(),
        Ask::Find { .. } | Ask::FindPerson { .. } => {
            format!("{} of {}", prompt.chosen.map_or(0, |at| at + 1), prompt.found)
        }
        Ask::FindLine => log::count(scene),
        Ask::Field { .. } => form::state(scene).to_owned(),
        Ask::Reason | Ask::Note | Ask::PersonNote { .. } | Ask::Palette => String::new(),
        Ask::Nudge if prompt.input.value().is_empty() && prompt.refused.is_none() => {
            nudge::EXAMPLES.to_owned()
        }
        Ask::StageMessage => stage_message::count(prompt),
        Ask::Nudge | Ask::HolderName | Ask::TakeReason { .. } => {
            prompt.refused.clone().unwrap_or_default()
        }
    };
    let room = usize::from(area.width).saturating_sub(label_cells + text::width(&found) + 2).max(4);
    // A line end takes a cell here, and none where the input counts them.
    let typed = prompt.input.value().replace('\n', signs::LINE_END);
    let typed = Input::new(typed).with_cursor(prompt.input.cursor());
    let scroll = typed.visual_scroll(room);
    let shown = tail(typed.value(), scroll, room).to_owned();
    let label = Span::styled(label, styles.attention);
    let line = Line::from(vec![label, Span::raw("  "), Span::styled(shown, styles.strong)]);
    text::put_both(buf, area, y, line, Line::styled(found, styles.text), 8);
    let at = label_cells + typed.visual_cursor().saturating_sub(scroll);
    Some(Position { x: (area.x + at as u16).min(area.right().saturating_sub(1)), y })
}

/// Visible part of `value` after its first `scroll` cells.
fn tail(value: &str, scroll: usize, room: usize) -> &str {
    let mut start = value.len();
    let mut used = 0;
    for (at, character) in value.char_indices() {
        if used >= scroll {
            start = at;
            break;
        }
        used += text::width(character.encode_utf8(&mut [0; 4]));
    }
    let seen = &value[start..];
    let mut cells = 0;
    let end = seen.char_indices().find(|(_, character)| {
        cells += text::width(character.encode_utf8(&mut [0; 4]));
        cells > room
    });
    end.map_or(seen, |(at, _)| &seen[..at])
}

/// The keys that do something now, the most needed first; on the right, the pages.
pub(super) fn keys(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16, hits: &mut Hits) {
    let styles = &scene.styles;
    let hint = |key: &str, word: &str| {
        vec![
            Span::styled(key.to_owned(), styles.strong),
            Span::styled(format!(" {word}"), styles.past),
        ]
    };
    let go = scene.way(Act::Go);
    let hints: Vec<Vec<Span>> = match (&scene.app.prompt, scene.app.question) {
        (Some(prompt), _) => match prompt.ask {
            Ask::FindPerson { .. } => {
                vec![hint("Enter", "select"), hint("↑ ↓", "other matches"), hint("Esc", "back")]
            }
            Ask::Find { .. } => {
                vec![hint("Enter", "select"), hint("↑ ↓", "other matches"), hint("Esc", "back")]
            }
            Ask::FindLine => vec![hint("Enter", "keep these lines"), hint("Esc", "all lines")],
            Ask::Palette => {
                let enter = enter_runs(prompt).map(|does| hint("Enter", does));
                enter.into_iter().chain([hint("↑ ↓", "choose"), hint("Esc", "close")]).collect()
            }
            Ask::Note | Ask::PersonNote { .. } => {
                vec![hint("Enter", "keep the note"), hint("Esc", "cancel")]
            }
            Ask::Field { .. } => {
                form::hints(scene).into_iter().map(|(key, word)| hint(key, word)).collect()
            }
            Ask::StageMessage => vec![hint("Enter", "show it"), hint("Esc", "cancel")],
            Ask::Nudge => vec![hint("Enter", "nudge"), hint("Esc", "cancel")],
            Ask::Reason => vec![hint("Enter", "override once"), hint("Esc", "cancel")],
            Ask::HolderName => vec![hint("Enter", "go on"), hint("Esc", "take nothing")],
            Ask::TakeReason { .. } => {
                vec![hint("Enter", "TAKE THE FLAG"), hint("Esc", "take nothing")]
            }
        },
        (None, Some(question)) => {
            let go = scene.app.may_call().then(|| hint(&go, "go"));
            let yes = [hint("y", question.verb())].into_iter().chain(go);
            yes.chain([hint("any other key", "stay")]).collect()
        }
        (None, None) if scene.app.dialog.is_some() => {
            let hints = flag::dialog::hints(scene);
            hints.iter().map(|(key, word)| hint(key, word)).collect()
        }
        (None, None) => {
            let is_people = scene.app.page == Page::People;
            let is_taking = scene.app.link.as_ref().is_some_and(|link| link.is_taking);
            let named = BINDINGS.iter().filter(|binding| !is_people || binding.act != Act::Find);
            let follows = flag::is_idle(scene);
            let named = named.filter(|binding| !follows || !binding.act.needs_flag());
            let is_heard = scene.app.reaches_nobody().is_none();
            let named = named.filter(|binding| is_heard || !binding.act.needs_run());
            let edited = scene.app.is_editor;
            let named = named.filter(|binding| !edited || !binding.act.needs_run());
            let named = named.filter_map(|binding| Some((binding, binding.footer?)));
            let named = named.map(|(binding, word)| (scene.app.keymap.label(binding), word));
            let named = named.filter(|(keys, _)| !keys.is_empty());
            let mut hints: Vec<_> = named.map(|(keys, word)| hint(&keys, word)).collect();
            if is_people && !edited {
                let own = [
                    (Act::Spot, "tick"),
                    (Act::Unspot, "untick"),
                    (Act::PersonNote, "note"),
                    (Act::FindPerson, "find"),
                ];
                let own = own.into_iter().filter(|(act, _)| is_heard || *act == Act::FindPerson);
                let own: Vec<_> = own.map(|(act, word)| hint(&scene.way(act), word)).collect();
                hints.splice(0..0, own.into_iter().chain([hint("Esc", "back")]));
            } else if edited {
                let own = [
                    (Act::Edit(EditAct::Open), "edit"),
                    (Act::Edit(EditAct::AddCue), "add"),
                    (Act::Edit(EditAct::Undo), "undo"),
                    (Act::Editor, "editor"),
                    (Act::Review, "review"),
                ];
                let own = own.map(|(act, word)| hint(&scene.way(act), word));
                let back = Some(hint("Esc", "back")).filter(|_| scene.app.page != Page::Run);
                hints.splice(0..0, back.into_iter().chain(own));
            } else if scene.app.page != Page::Run {
                if !is_taking {
                    hints.insert(0, hint("Esc", "back to the run"));
                }
                if scene.app.page != Page::Monitor {
                    hints.insert(1, hint(&scroll(scene), "scroll"));
                }
            }
            if is_taking {
                hints.insert(0, hint("Esc", "give the take up"));
            }
            if let Some(word) = flag::word(scene) {
                // The most needed keys keep their places before it.
                let at = if follows { 0 } else { hints.len().min(4) };
                hints.insert(at, hint(&scene.way(Act::Flag), word));
            }
            if scene.app.page == Page::Log {
                hints.insert(2, hint(&scene.way(Act::FilterLog), "filter"));
            }
            hints
        }
    };
    let text_here = match scene.app.prompt.is_some() {
        true if scene.app.keymap.go_is_text() => format!("   {go} types text here"),
        true => format!("   no {go} while you type"),
        false => String::new(),
    };
    // In a form the key of the pages goes to the next field.
    let (pages, targets) = match scene.app.edits.form.is_some() {
        true => (Line::default(), vec![]),
        false => pages(scene, area.width),
    };
    let mut x = area.right().saturating_sub(text::line_width(&pages) as u16);
    for (span, target) in pages.spans.iter().zip(targets) {
        let columns = x..x.saturating_add(text::width(&span.content) as u16).min(area.right());
        x = columns.end;
        hits.regions.extend(target.map(|target| Region { columns, rows: y..y + 1, target }));
    }
    let room = usize::from(area.width).saturating_sub(text::line_width(&pages) + 3);
    let mut line = Line::default();
    for hint in hints {
        let hint = Line::from(hint);
        let gap = if line.spans.is_empty() { 0 } else { 3 };
        if text::line_width(&line) + gap + text::line_width(&hint) > room {
            break;
        }
        line.push_span(Span::raw(" ".repeat(gap)));
        line.spans.extend(hint.spans);
    }
    if text::line_width(&line) + text::width(&text_here) <= room {
        line.push_span(Span::styled(text_here, styles.past));
    }
    text::put_both(buf, area, y, line, pages, 10);
}

/// Effect of Enter in the palette; `None` while nothing is chosen.
fn enter_runs(prompt: &Prompt) -> Option<&'static str> {
    let text = prompt.input.value();
    let found = commands::commands(text).into_iter().nth(prompt.chosen?)?;
    Some(if found.may_run(text) { "run it" } else { "type its whole name" })
}

/// The keys that move a page that scrolls: of each direction the first.
fn scroll(scene: &Scene) -> String {
    format!("{} {}", scene.way(Act::SelectUp), scene.way(Act::SelectDown))
}

/// The names of the pages, and what a click on each of the line's spans means.
fn pages(scene: &Scene, columns: u16) -> (Line<'static>, Vec<Option<MouseTarget>>) {
    let shown: Vec<Page> = Page::ALL.iter().copied().filter(|page| scene.app.has(*page)).collect();
    let all = named(scene, &shown);
    // Where there is little room the keys need it more.
    let fits = text::line_width(&all.0) + KEYS_LEAST <= usize::from(columns);
    if fits { all } else { named(scene, &[scene.app.page]) }
}

/// The names of `shown`, after the key that turns the pages.
fn named(scene: &Scene, shown: &[Page]) -> (Line<'static>, Vec<Option<MouseTarget>>) {
    let styles = &scene.styles;
    let mut line = Line::from(Span::styled(format!("{} ", scene.way(Act::NextPage)), styles.past));
    let mut targets = vec![Some(MouseTarget::NextPage)];
    for (at, &page) in shown.iter().enumerate() {
        if at > 0 {
            line.push_span(Span::styled(" · ", styles.rule));
            targets.push(None);
        }
        line.push_span(Span::styled(
            page.name(),
            if scene.app.page == page { styles.strong } else { styles.past },
        ));
        targets.push(Some(MouseTarget::Page(page)));
    }
    (line, targets)
}
