//! The flag of a shared run, in words over everything else: who has it, and how far this station is
//! behind.
//!
//! ```text
//! THE FLAG IS HERE  la 0.2 s behind · stage-left is away  term 1 · you are paris
//! PARIS HAS THE FLAG  you follow, 0.2 s behind               term 1 · you are la
//! ALONE  for 0:12, la, stage-left cannot hear             term 1 · you are paris
//! ```

mod briefing;
pub(super) mod dialog;
mod exchange;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::text;
use crate::app::flag::{Behind, FlagKey, MuteWhy, Planned, Role, SharedView, StationView, planned};
use crate::app::keys::Act;
use crate::app::{App, Ask};
use crate::engine::FlagWay;
use crate::link::{AWAY, FlagStep, IS_SECOND, SILENT};
use crate::show::duration::clock;
use crate::time::MachineNs;

/// The fewest cells that the words keep beside the name of this station.
const LEAST: usize = 60;

/// Draws the row; a run that is not shared has none.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let Some(link) = scene.app.link.as_deref().filter(|_| !area.is_empty()) else { return };
    let (words, style) = words(scene, link);
    buf.set_style(area, scene.styles.raised);
    let columns = usize::from(area.width);
    // Which station this is counts more than the term.
    let forms =
        [format!("term {} · you are {} ", link.term, link.me), format!("you are {} ", link.me)];
    let kept = forms.last().map_or(0, |form| text::width(form) + 1);
    let kept = if columns >= LEAST + kept { kept } else { 0 };
    let mut left = Line::from(Span::styled(format!(" {words} "), style));
    left.push_span(Span::raw(" "));
    let more = more(scene, link, columns.saturating_sub(text::line_width(&left) + kept));
    left.spans.extend(more.spans.into_iter().map(|span| span.patch_style(more.style)));
    let taken = text::line_width(&left) + 1;
    let right = forms.iter().find(|form| taken + text::width(form) <= columns);
    let right = right.or(forms.last()).map_or("", String::as_str);
    text::put_both(buf, area, area.y, left, Line::styled(right, scene.styles.past), LEAST);
}

/// Draws the row at the top of a small window, and gives what is left of it; in a window of one row
/// the first cells of that.
pub(super) fn take_row(scene: &Scene, buf: &mut Buffer, area: Rect) -> Rect {
    let Some(link) = scene.app.link.as_deref() else { return area };
    if area.height > 1 {
        draw(scene, buf, Rect { height: 1, ..area });
        return Rect { y: area.y + 1, height: area.height - 1, ..area };
    }
    let (words, style) = words(scene, link);
    let half = Rect { width: area.width / 2, ..area };
    let end = text::put(buf, half, area.y, Line::styled(format!(" {words} "), style));
    Rect { x: end, width: area.right() - end, ..area }
}

/// The words that say who has the flag.
fn words(scene: &Scene, link: &SharedView) -> (String, Style) {
    let styles = &scene.styles;
    let silence = link.silence(scene.view.machine_ns);
    match &link.role {
        Role::Holds => ("THE FLAG IS HERE".to_owned(), styles.ready_badge),
        Role::Follows { holder } => {
            let style = match silence {
                Some(silence) if silence >= AWAY => styles.attention_badge,
                Some(_) | None => styles.quiet_badge,
            };
            (format!("{} HAS THE FLAG", holder.as_str().to_uppercase()), style)
        }
        Role::OnItsWay { .. } => ("THE FLAG IS ON ITS WAY".to_owned(), styles.attention_badge),
        Role::Alone { .. } => ("ALONE".to_owned(), styles.attention_badge),
        Role::Nobody => ("NOBODY IS KNOWN TO HAVE THE FLAG".to_owned(), styles.on_air_badge),
        Role::Mute { .. } => ("THIS STATION IS MUTE".to_owned(), styles.on_air_badge),
    }
}

/// The words beside these, in at most `columns` cells where that can be.
fn more<'a>(scene: &Scene, link: &SharedView, columns: usize) -> Line<'a> {
    let forms = forms(scene, link);
    let fits = |line: &&Line| text::line_width(line) <= columns;
    forms.iter().find(fits).or(forms.last()).cloned().unwrap_or_default()
}

/// The same in full, and shorter with what is most urgent.
fn forms<'a>(scene: &Scene, link: &SharedView) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let key = scene.way(Act::Flag);
    let now = scene.view.machine_ns;
    let plain = |words: String| vec![Line::styled(words, styles.text)];
    let loud = |words: &[String]| {
        words.iter().map(|words| Line::styled(words.clone(), styles.attention)).collect()
    };
    match &link.role {
        Role::Holds => vec![Line::from(holder_more(scene, link))],
        Role::Follows { holder } => {
            let silence = link.silence(now).unwrap_or_default();
            let last = clock(silence);
            if silence >= AWAY && link.log.trouble.is_some() {
                // Nothing is known of the holder then: it may call on.
                return loud(&[
                    format!("NO LINE TO THE LOG for {last}: {holder} may call on"),
                    format!("NO LINE TO THE LOG for {last}"),
                ]);
            }
            if link.looks_on == Some(IS_SECOND) {
                return loud(&[
                    format!("THIS STATION LOOKS ON: another {} was first", link.me),
                    format!("LOOKS ON: another {}", link.me),
                ]);
            }
            if link.looks_on.is_some() {
                let clock = if clock_is_known(link, now) { "" } else { ", clock unknown" };
                return loud(&[
                    format!("THIS STATION LOOKS ON: nobody hears it{clock}"),
                    format!("LOOKS ON{clock}"),
                ]);
            }
            if link.is_taking {
                return loud(&[
                    format!("last heard {last} ago; the flag is being taken, Esc gives that up"),
                    "the flag is being taken, Esc gives that up".to_owned(),
                    "Esc gives the take up".to_owned(),
                ]);
            }
            if link.holder_left && silence >= AWAY {
                let takes =
                    if silence >= SILENT { format!("; {key} takes it") } else { String::new() };
                return loud(&[
                    format!("{holder} left the run {last} ago{takes}"),
                    format!("left the run{takes}"),
                ]);
            }
            if silence >= SILENT {
                return loud(&[
                    format!("{holder} last heard {last} ago; {key} takes it"),
                    format!("heard {last} ago; {key} takes it"),
                ]);
            }
            if silence >= AWAY {
                return loud(&[format!("{holder} last heard {last} ago")]);
            }
            let clock = if clock_is_known(link, now) { "" } else { ", clock unknown" };
            let follows = format!("you follow, {}{clock}", behind(link.behind()));
            let then = match link.offer_to_me() {
                Some(offer) if offer.accepted => format!("accepted, {holder} passes it"),
                Some(_) => format!("{holder} offers it to you: {key}"),
                None if link.has_asked() => format!("{holder} is asked for it"),
                None if scene.state.planned_pass() == Some(&link.me)
                    && scene.state.is_pass_due(&scene.timing, scene.now_ns) =>
                {
                    "the flag is to be passed to you now".to_owned()
                }
                None if has_double(link) => format!("another {} is there, too", link.me),
                None if reviews(scene, link) => {
                    format!("you look on, {} warns {holder}", scene.way(Act::Warn))
                }
                None => return plain(follows),
            };
            let then = Span::styled(then, styles.attention);
            let follows = Span::styled(format!("{follows}; "), styles.text);
            vec![Line::from(vec![follows, then.clone()]), Line::from(then)]
        }
        Role::OnItsWay { to } => plain(format!("to {to}")),
        Role::Alone { since } => {
            let others: Vec<&str> = link.others().map(|station| station.name.as_str()).collect();
            let alone = clock(now.since(*since));
            let hear = match others[..] {
                [] => "the log cannot be reached".to_owned(),
                _ => format!("{} cannot hear", others.join(", ")),
            };
            loud(&[
                format!("for {alone}, {hear}"),
                format!("for {alone}, {} others cannot hear", others.len()),
            ])
        }
        Role::Nobody if link.is_taking => {
            loud(&["the flag is being taken, Esc gives that up".to_owned()])
        }
        Role::Nobody => match link.double_heard {
            Some(_) => loud(&[
                format!("{}; {key} takes it", crate::app::flag::double(&link.me)),
                format!("{key} takes it"),
            ]),
            None => plain("you follow".to_owned()),
        },
        Role::Mute { why: why @ MuteWhy::Reads { .. } } => {
            loud(&[format!("{} and reads the log", why.cause("it")), "it reads the log".to_owned()])
        }
        Role::Mute { why: why @ MuteWhy::Asks { .. } } => loud(&[
            format!("{} and cannot read the log: {key} decides", why.cause("it")),
            format!("it cannot read the log: {key} decides"),
            format!("no log: {key} decides"),
        ]),
    }
}

/// The holder's words beside these: the exchange, who asks, and where the others are.
fn holder_more<'a>(scene: &Scene, link: &SharedView) -> Vec<Span<'a>> {
    let styles = &scene.styles;
    let key = scene.way(Act::Flag);
    if let Some(exchange) = &link.exchange {
        let to = &exchange.to;
        let words = match (exchange.accepted, exchange.taker) {
            (true, _) => format!("{to} has accepted it: {key}"),
            (false, FlagStep::Reads) => format!("offered to {to}, who reads the briefing"),
            (false, FlagStep::None | FlagStep::Waits) => format!("offered to {to}"),
        };
        return vec![Span::styled(words, styles.attention)];
    }
    let mut spans = vec![];
    let is_due = scene.state.is_pass_due(&scene.timing, scene.now_ns);
    match planned(link, scene.state).filter(|_| is_due) {
        Some(Planned::To(to)) => {
            spans.push(Span::styled(format!("pass the flag to {to}: {key}   "), styles.attention));
        }
        Some(Planned::NotHere(to)) => {
            let words = format!("the flag is to go to {to}, which is not here   ");
            spans.push(Span::styled(words, styles.attention));
        }
        None => {}
    }
    if let Some(asks) = link.others().find(|station| station.asks) {
        spans.push(Span::styled(format!("{} asks for it: {key}   ", asks.name), styles.attention));
    }
    for (at, station) in link.others().enumerate() {
        let gap = if at == 0 { "" } else { " · " };
        let (words, style) = standing(scene, station);
        spans.push(Span::styled(format!("{gap}{} {words}", station.name), style));
    }
    if has_double(link) {
        let gap = if spans.is_empty() { "" } else { " · " };
        let words = format!("{gap}another {} is there, too", link.me);
        spans.push(Span::styled(words, styles.attention));
    }
    if spans.is_empty() {
        spans.push(Span::styled("no other station is here", styles.past));
    }
    spans
}

/// Returns `true` if another program has this station's name.
fn has_double(link: &SharedView) -> bool {
    link.station(&link.me).is_some_and(|own| own.twice)
}

/// Distance of a station, in a few words.
fn standing(scene: &Scene, station: &StationView) -> (String, Style) {
    let styles = &scene.styles;
    match station.heard {
        Some(_) if station.away => ("is away".to_owned(), styles.attention),
        Some(_) if station.twice => ("is there twice".to_owned(), styles.attention),
        Some(_) | None => {
            let is_far = station.behind.time >= AWAY;
            (behind(station.behind), if is_far { styles.attention } else { styles.past })
        }
    }
}

/// Returns `true` if this station knows what the run's clock reads, or has only begun to ask.
fn clock_is_known(link: &SharedView, now: MachineNs) -> bool {
    let is_known = link.station(&link.me).is_some_and(|own| own.uncertainty.is_some());
    is_known || now.since(link.since) < SILENT
}

/// Distance from the holder's journal: `0.2 s behind`, `1:05 behind`.
fn behind(behind: Behind) -> String {
    format!("{} behind", seconds(behind.time))
}

/// A length of time: `0.2 s`, from a minute on `1:05`.
pub(super) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100),
        _ => clock(time),
    }
}

/// Time since a station was heard, in words.
pub(super) fn heard(station: &StationView, now: MachineNs) -> Option<String> {
    station.heard.map(|heard| clock(now.since(heard)))
}

/// Returns `true` if this station passed the flag to the one that has it, and looks on.
fn reviews(scene: &Scene, link: &SharedView) -> bool {
    let change = scene.state.flag().and_then(|flag| flag.changes.last());
    change.is_some_and(|change| change.how == FlagWay::Passed(link.me.clone()))
}

/// Word of the flag's key in the footer; `None` where it does nothing, and in a run that is not
/// shared.
pub(super) fn word(scene: &Scene) -> Option<&'static str> {
    let link = scene.app.link.as_deref()?;
    let key = FlagKey::of(link, scene.state, scene.view.machine_ns);
    // Without the log the flag goes nowhere.
    let goes_nowhere = matches!((&key, &link.role), (FlagKey::Give { .. }, Role::Alone { .. }));
    key.word().filter(|_| !goes_nowhere)
}

/// Returns `true` if the keys that call the show are refused here.
pub(super) fn is_idle(scene: &Scene) -> bool {
    scene.app.link.as_deref().is_some_and(|link| !link.may_fire())
}

/// Returns `true` if the words about the flag change by themselves.
pub(super) fn counts(app: &App) -> bool {
    let Some(link) = &app.link else { return false };
    let is_silent = link.stations.iter().any(|station| station.away);
    let takes = app.prompt.as_ref().is_some_and(|prompt| is_take(prompt.ask));
    app.dialog.is_some() || takes || is_silent || matches!(link.role, Role::Alone { .. })
}

/// Returns `true` if the line that is typed belongs to a take.
fn is_take(ask: Ask) -> bool {
    match ask {
        Ask::HolderName | Ask::TakeReason { .. } => true,
        Ask::Reason
        | Ask::Note
        | Ask::Nudge
        | Ask::StageMessage
        | Ask::PersonNote { .. }
        | Ask::Find { .. }
        | Ask::FindPerson { .. }
        | Ask::FindLine
        | Ask::Field { .. }
        | Ask::Palette => false,
    }
}
