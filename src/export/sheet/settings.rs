//! Keys of segments and cues that have no column of their own in an export, in words.
//!
//! `sheet::own` reads them again.

use std::time::Duration;

use crate::show::duration::exact;
use crate::show::{Cue, Segment, Show, Thresholds};

/// The keys of a segment.
pub(super) fn of_segment(segment: &Segment) -> Vec<String> {
    thresholds(segment.thresholds, Thresholds::default()).collect()
}

/// The keys of a cue.
pub(super) fn of_cue(show: &Show, cue: &Cue) -> Vec<String> {
    let usual = show.segment(cue.segment).thresholds;
    let embargo = cue.embargo.then(|| "embargo".to_owned());
    let public = (!cue.public).then(|| "not public".to_owned());
    let pass = cue.pass.as_ref().map(|station| format!("pass {station}"));
    embargo.into_iter().chain(public).chain(thresholds(cue.thresholds, usual)).chain(pass).collect()
}

/// The thresholds that are not as `usual`.
fn thresholds(own: Thresholds, usual: Thresholds) -> impl Iterator<Item = String> {
    let word = |name: &str, own: Duration, usual: Duration| {
        (own != usual).then(|| format!("{name} {}", exact(own)))
    };
    let warn = word("warn", own.warn, usual.warn);
    warn.into_iter().chain(word("danger", own.danger, usual.danger))
}
