//! What a cue does besides sending messages: what goes on after it, what it stops, where it leads.

use crate::show::action::OscContent;
use crate::show::{Action, Body, Cue, RoutePoint, Show};

/// What `cue` does, in words, one line each.
pub(super) fn of(show: &Show, cue: &Cue) -> Vec<String> {
    let told = cue.actions.iter().filter(|action| is_told(&action.body));
    let told = told.map(|Action { output, body }| {
        let output = show.output(*output);
        format!("{}: {}", output.id, output.kind.describe(body))
    });
    let stops = cue.stops.iter().map(|stop| format!("stops {}", show.stopped_words(stop)));
    let pass = cue.pass.iter().map(|station| format!("passes the flag to {station}"));
    told.chain(stops).chain(route(&cue.route)).chain(pass).collect()
}

/// Returns `true` if people see or hear what an action does as long as it lasts; of all others the
/// sheet names the output.
fn is_told(body: &Body) -> bool {
    match body {
        Body::Osc { address: _, content } => match content {
            OscContent::Ramp(_) => true,
            OscContent::Args(_) => false,
        },
        Body::Mpv { .. } => true,
        Body::Http { .. } | Body::Midi(_) | Body::Raw(_) | Body::Obs { .. } => false,
    }
}

/// The ends of a route.
fn route(points: &[RoutePoint]) -> Option<String> {
    let place = |point: &RoutePoint| {
        let degrees = || format!("{:.4}, {:.4}", point.latitude, point.longitude);
        point.name.clone().unwrap_or_else(degrees)
    };
    let (first, last) = (points.first()?, points.last()?);
    Some(format!("route from {} to {}", place(first), place(last)))
}
