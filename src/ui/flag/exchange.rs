//! The three steps of an exchange of the flag, over the briefing: whose turn it is, and which key
//! the other has pressed.
//!
//! ```text
//! ✓ 1 paris (you) offers
//! ▸ 2 la accepts   reads the briefing
//! · 3 paris (you) passes
//! the offer lapses in 0:57; f hides this, and you go on calling
//! ```

use ratatui::text::{Line, Span};

use super::clock;
use crate::app::flag::{Exchange, Role, SharedView};
use crate::app::keys::Act;
use crate::link::FlagStep;
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// The three steps of an exchange, and what comes after them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ExchangeStage {
    Offers,
    Accepts,
    Passes,
    OnItsWay,
}

/// The exchange in three steps of at most `columns` cells, with whose turn it is, below its heading.
pub(super) fn exchange<'a>(
    scene: &Scene,
    link: &SharedView,
    columns: usize,
) -> (String, Vec<Line<'a>>) {
    let styles = &scene.styles;
    let holder = link.holder().map_or_else(String::new, ToString::to_string);
    let (to, stage) = match (&link.role, &link.exchange) {
        (Role::OnItsWay { to }, _) => (to.to_string(), ExchangeStage::OnItsWay),
        (_, Some(exchange)) => {
            let stage =
                if exchange.accepted { ExchangeStage::Passes } else { ExchangeStage::Accepts };
            (exchange.to.to_string(), stage)
        }
        // Its panel is closed as soon as it is over.
        (_, None) => return (String::new(), vec![]),
    };
    let heading = format!("THE FLAG: {} → {}", holder.to_uppercase(), to.to_uppercase());
    let mine = |name: &str| name == link.me.as_str();
    let mut lines = vec![];
    let steps = [
        (ExchangeStage::Offers, holder.as_str(), "offers"),
        (ExchangeStage::Accepts, to.as_str(), "accepts"),
        (ExchangeStage::Passes, holder.as_str(), "passes"),
    ];
    for (at, (step, who, does)) in steps.into_iter().enumerate() {
        let (sign, style) = match step.cmp(&stage) {
            std::cmp::Ordering::Less => (signs::DONE, styles.ready),
            std::cmp::Ordering::Equal => ("▸", styles.strong),
            std::cmp::Ordering::Greater => (signs::NOT_YET, styles.past),
        };
        let now = if step == stage { waits_for(scene, link, mine(who)) } else { String::new() };
        let who = if mine(who) { format!("{who} (you)") } else { who.to_owned() };
        lines.push(Line::from(vec![
            Span::styled(format!("{sign} {} {who} {does}", at + 1), style),
            Span::styled(now, styles.attention),
        ]));
    }
    lines.extend(note(scene, link, stage, columns));
    (heading, lines)
}

/// The key that a step waits for, or the one that the other side has pressed.
fn waits_for(scene: &Scene, link: &SharedView, is_mine: bool) -> String {
    let enter = scene.app.answer_key();
    let other = link.exchange.as_ref().map(|exchange| match link.me == exchange.to {
        true => exchange.giver,
        false => exchange.taker,
    });
    match (is_mine, other) {
        (true, _) => format!("   {enter}"),
        (false, Some(FlagStep::Reads)) => "   reads the briefing".to_owned(),
        (false, Some(FlagStep::None)) => "   has not opened the briefing".to_owned(),
        (false, Some(FlagStep::Waits) | None) => "   …".to_owned(),
    }
}

/// A word below the steps.
fn note(
    scene: &Scene,
    link: &SharedView,
    stage: ExchangeStage,
    columns: usize,
) -> Vec<Line<'static>> {
    let styles = &scene.styles;
    let hides = scene.way(Act::Flag);
    let left = |exchange: &Exchange| clock(exchange.lapses.since(scene.view.machine_ns));
    let (words, style) = match (stage, &link.exchange) {
        (ExchangeStage::OnItsWay, _) => (
            "the log has not confirmed the pass: nothing fires here until its fate is known"
                .to_owned(),
            styles.attention,
        ),
        (_, Some(_)) if !link.is_exchanging(scene.view.machine_ns) => {
            let holder = link.holder().map_or_else(String::new, ToString::to_string);
            (format!("{holder} is not heard: {hides} takes the flag"), styles.attention)
        }
        (_, Some(exchange)) if link.offer_to_me().is_some() => {
            let words = match exchange.accepted {
                true => "accepted; you have it once the holder passes it".to_owned(),
                false => format!("the offer lapses in {}", left(exchange)),
            };
            (words, styles.past)
        }
        (_, Some(exchange)) => {
            let words = format!(
                "the offer lapses in {}; {hides} hides this, and you go on calling",
                left(exchange)
            );
            (words, styles.past)
        }
        (_, None) => return vec![],
    };
    text::wrap(&words, columns, 3).into_iter().map(|line| Line::styled(line, style)).collect()
}
