//! The panels about the flag, over the page: the list of stations, the briefing, what a take puts at
//! stake.
//!
//! ```text
//! ─ GIVE THE FLAG ─────────────────────────────────────────────────
//!  ▸ la          0.2 s behind
//!    stage-left  last heard 0:12 ago
//!  Enter offers the flag to la: nothing moves until la accepts it
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::exchange::exchange;
use super::{briefing, clock, heard, is_take, standing};
use crate::app::flag::{Role, SharedView, StationRole, StationView};
use crate::app::keys::Act;
use crate::app::{Ask, Dialog, Hits, Prompt};
use crate::link::SILENT;
use crate::ui::scene::Scene;
use crate::ui::{layout, text};

/// From this width on, the exchange stands beside the briefing.
const TWO_COLUMNS: u16 = 130;

/// Draws the open panel into the lowest rows of `area`.
pub(in crate::ui) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let Some(link) = scene.app.link.as_deref() else { return };
    let columns = usize::from(area.width.saturating_sub(2));
    let asked = scene.app.prompt.as_ref().filter(|prompt| is_take(prompt.ask));
    let (heading, lines) = match (asked, &scene.app.dialog) {
        (Some(prompt), _) => ("TAKE THE FLAG".to_owned(), stake(scene, link, prompt, columns)),
        (None, Some(Dialog::Give { chosen })) => {
            let room = usize::from(area.height.saturating_sub(3));
            ("GIVE THE FLAG".to_owned(), stations(scene, link, chosen.as_str(), (columns, room)))
        }
        (None, Some(Dialog::GoOn)) => {
            ("THE LOG CANNOT BE READ".to_owned(), going_on(scene, link, columns))
        }
        (None, Some(Dialog::Briefing { scroll })) => {
            let (heading, steps) = exchange(scene, link, steps_columns(area.width));
            if area.width >= TWO_COLUMNS {
                return beside(scene, buf, area, (&heading, steps, *scroll), hits);
            }
            let rows = briefing::rows(scene, link, columns, true);
            let inside = panel(scene, buf, area, &heading, steps.len() + rows.len());
            // Whose turn it is stays in sight, however far the briefing is scrolled.
            let above = u16::try_from(steps.len()).unwrap_or(0).min(inside.height);
            put(scene, buf, Rect { height: above, ..inside }, steps, 0);
            let below = Rect { y: inside.y + above, height: inside.height - above, ..inside };
            hits.dialog_scroll_max = put(scene, buf, below, rows, *scroll);
            return;
        }
        (None, None) => return,
    };
    let inside = panel(scene, buf, area, &heading, lines.len());
    hits.dialog_scroll_max = put(scene, buf, inside, lines, 0);
}

/// The cells for the steps of an exchange, in a window of this width: beside the briefing or above it.
fn steps_columns(width: u16) -> usize {
    usize::from(if width >= TWO_COLUMNS { 52.min(width / 3) } else { width.saturating_sub(2) })
}

/// Draws the exchange on the left, and the briefing beside it.
fn beside(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    (heading, steps, scroll): (&str, Vec<Line>, usize),
    hits: &mut Hits,
) {
    let Some(link) = scene.app.link.as_deref() else { return };
    let left = u16::try_from(steps_columns(area.width)).unwrap_or(u16::MAX).min(area.width);
    let rows = briefing::rows(scene, link, usize::from(area.width - left - 5), true);
    let inside = panel(scene, buf, area, heading, rows.len().max(steps.len()));
    let right = Rect { x: inside.x + left + 3, width: inside.width - left - 3, ..inside };
    put(scene, buf, Rect { width: left, ..inside }, steps, 0);
    for y in inside.top()..inside.bottom() {
        buf[(right.x - 2, y)].set_symbol("│").set_style(scene.styles.rule);
    }
    hits.dialog_scroll_max = put(scene, buf, right, rows, scroll);
}

/// Clears the lowest rows of `area`, draws the panel's rule, and gives what is inside.
fn panel(scene: &Scene, buf: &mut Buffer, area: Rect, heading: &str, lines: usize) -> Rect {
    let wanted = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1);
    let height = wanted.min(area.height);
    // Where little of the page is left, it is of no use.
    let height = if height * 3 > area.height * 2 { area.height } else { height };
    let panel = Rect { y: area.bottom() - height, height, ..area };
    Clear.render(panel, buf);
    buf.set_style(panel, scene.styles.base);
    layout::rule(buf, panel, panel.y, heading, &scene.styles);
    let inside = Rect { y: panel.y + 1, height: height.saturating_sub(1), ..panel };
    buf.set_style(inside, scene.styles.raised);
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

/// Writes the lines from `scroll` on, and gives the most that can be scrolled.
fn put(scene: &Scene, buf: &mut Buffer, area: Rect, lines: Vec<Line>, scroll: usize) -> usize {
    let rows = usize::from(area.height);
    let most = lines.len().saturating_sub(rows);
    let shown = lines.into_iter().skip(scroll.min(most)).take(rows);
    for (y, line) in (area.y..area.bottom()).zip(shown) {
        text::put(buf, area, y, line);
    }
    if most > 0 && area.height > 0 {
        let left = most.saturating_sub(scroll);
        let edge = Rect { x: area.right(), width: 1, ..area };
        let mark = |buf: &mut Buffer, y: u16, sign: &'static str| {
            text::put(buf, edge, y, Line::styled(sign, scene.styles.attention));
        };
        if scroll.min(most) > 0 {
            mark(buf, area.y, "↑");
        }
        if left > 0 {
            mark(buf, area.bottom() - 1, "↓");
        }
    }
    most
}

/// The stations that can be offered the flag.
fn stations<'a>(
    scene: &Scene,
    link: &'a SharedView,
    chosen: &str,
    (columns, room): (usize, usize),
) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let now = scene.view.machine_ns;
    let names = link.others().map(|station| text::width(station.name.as_str())).max().unwrap_or(0);
    let mut lines = vec![];
    let at = link.others().position(|station| station.name.as_str() == chosen).unwrap_or(0);
    let first = (at + 1).saturating_sub(room.max(1));
    for station in link.others().skip(first).take(room.max(1)) {
        let is_chosen = station.name.as_str() == chosen;
        let (sign, style) = if is_chosen { ("▸ ", styles.strong) } else { ("  ", styles.text) };
        let mut spans = vec![
            Span::styled(sign, styles.attention),
            Span::styled(format!("{:<names$}  ", station.name), style),
        ];
        if station.asks {
            spans.push(Span::styled("asks for it  ", styles.attention));
        }
        match heard(station, now).filter(|_| station.away) {
            Some(heard) => {
                spans.push(Span::styled(format!("last heard {heard} ago"), styles.attention));
            }
            None => {
                let (words, style) = standing(scene, station);
                spans.push(Span::styled(words, style));
                spans.extend(differs(station, styles.attention));
            }
        }
        let mut line = Line::from(spans);
        if is_chosen {
            line = line.patch_style(styles.selected);
        }
        lines.push(line);
    }
    let enter = scene.app.answer_key();
    let is_there = link.others().any(|station| station.name.as_str() == chosen && !station.away);
    let words = match is_there {
        true => {
            format!("{enter} offers the flag to {chosen}: nothing moves until {chosen} accepts it")
        }
        false => format!("{chosen} is away: it cannot have the flag"),
    };
    let words = text::wrap(&words, columns, 2);
    lines.extend(words.into_iter().map(|line| Line::styled(line, styles.text)));
    lines
}

/// Differences between a station and this one, for a list.
pub(super) fn differs<'a>(station: &StationView, style: Style) -> Option<Span<'a>> {
    let mut words = vec![];
    if !station.has_our_show {
        words.push("ANOTHER SHOW".to_owned());
    }
    if !station.has_our_version {
        words.push(format!("version {}", station.version));
    }
    if station.role == StationRole::Mute {
        words.push("mute".to_owned());
    }
    if !station.terminal {
        words.push("no terminal".to_owned());
    }
    (!words.is_empty()).then(|| Span::styled(format!("  {}", words.join(", ")), style))
}

/// The stakes of a take.
fn stake(scene: &Scene, link: &SharedView, prompt: &Prompt, columns: usize) -> Vec<Line<'static>> {
    let styles = &scene.styles;
    let silence = link.silence(scene.view.machine_ns).unwrap_or_default();
    let holder = link.taken_from().map_or_else(String::new, ToString::to_string);
    let mut lines = vec![];
    let mut say = |words: String, style: Style| {
        lines.extend(
            text::wrap(&words, columns, 4).into_iter().map(|line| Line::styled(line, style)),
        );
    };
    let other = match link.double_heard {
        Some(_) => format!("The other {holder}"),
        None => holder.clone(),
    };
    if link.holder_left && link.double_heard.is_none() {
        say(format!("{other} left the run {} ago", clock(silence)), styles.attention);
        say("From the take on this station fires.".to_owned(), styles.text);
    } else {
        let heard = format!("{other} last heard {} ago; it may still be firing", clock(silence));
        say(heard, styles.attention);
        say(
            format!(
                "From the take on this station fires. {other} becomes mute as soon as it reads that, and not \
                 before: what both have fired is shown afterwards."
            ),
            styles.text,
        );
    }
    if let Some(why) = &prompt.refused {
        say(format!("! {why}"), styles.attention);
    }
    match prompt.ask {
        // In a line that is typed Enter is never GO.
        Ask::HolderName if silence >= SILENT => {
            say("Enter goes on: the name is not needed any more.".to_owned(), styles.strong);
        }
        Ask::HolderName => say(
            format!(
                "{holder} has not been silent for {} s: type its name, then Enter.",
                SILENT.as_secs()
            ),
            styles.strong,
        ),
        Ask::TakeReason { .. } => {
            let words = "Type the reason, then Enter takes the flag. The journal keeps the reason.";
            say(words.to_owned(), styles.strong);
        }
        Ask::Reason
        | Ask::Note
        | Ask::Nudge
        | Ask::StageMessage
        | Ask::PersonNote { .. }
        | Ask::Find { .. }
        | Ask::FindPerson { .. }
        | Ask::FindLine
        | Ask::Field { .. }
        | Ask::Palette => {}
    }
    lines.extend(briefing::rows(scene, link, columns, false));
    lines
}

/// The question of a station that cannot read the log.
fn going_on(scene: &Scene, link: &SharedView, columns: usize) -> Vec<Line<'static>> {
    let styles = &scene.styles;
    let cause = match link.role {
        Role::Mute { why } => why.cause("this station"),
        Role::Holds
        | Role::Follows { .. }
        | Role::OnItsWay { .. }
        | Role::Alone { .. }
        | Role::Nobody => return vec![],
    };
    let words = [
        (
            format!("Another may have taken the flag meanwhile: {cause} and cannot read the log."),
            styles.attention,
        ),
        (
            format!(
                "{} goes on: GO and the timers fire from here again, also if another does so too.",
                scene.app.answer_key()
            ),
            styles.strong,
        ),
        ("Esc waits for the log: nothing fires here until it is read.".to_owned(), styles.text),
    ];
    let lines = words.into_iter().flat_map(|(words, style)| {
        text::wrap(&words, columns, 3).into_iter().map(move |line| Line::styled(line, style))
    });
    lines.collect()
}

/// The keys of the open panel, for the footer.
pub(in crate::ui) fn hints(scene: &Scene) -> Vec<(String, &'static str)> {
    let (Some(link), Some(dialog)) = (scene.app.link.as_deref(), &scene.app.dialog) else {
        return vec![];
    };
    let enter = || scene.app.answer_key().to_owned();
    let esc = |word| ("Esc".to_owned(), word);
    let moves = format!("{} {}", scene.way(Act::SelectUp), scene.way(Act::SelectDown));
    let hides = (scene.way(Act::Flag), "hide this");
    match dialog {
        Dialog::Give { .. } => {
            vec![(enter(), "offer the flag"), (moves, "choose"), esc("back")]
        }
        Dialog::GoOn => vec![(enter(), "go on without the log"), esc("wait")],
        Dialog::Briefing { .. } => match (&link.role, &link.exchange) {
            (Role::OnItsWay { .. }, _) => vec![esc("take it back"), hides],
            (Role::Follows { .. }, Some(_)) if !link.is_exchanging(scene.view.machine_ns) => {
                vec![(scene.way(Act::Flag), "take the flag"), esc("decline"), (moves, "scroll")]
            }
            (_, Some(exchange)) if link.offer_to_me().is_some() => match exchange.accepted {
                true => vec![esc("do not accept after all"), (moves, "scroll"), hides],
                false => {
                    vec![(enter(), "ACCEPT THE FLAG"), esc("decline"), (moves, "scroll"), hides]
                }
            },
            (_, Some(exchange)) => match exchange.accepted {
                true => vec![
                    (enter(), "PASS THE FLAG"),
                    esc("take the offer back"),
                    (moves, "scroll"),
                    hides,
                ],
                false => vec![esc("take the offer back"), (moves, "scroll"), hides],
            },
            (_, None) => vec![esc("back"), (moves, "scroll")],
        },
    }
}
