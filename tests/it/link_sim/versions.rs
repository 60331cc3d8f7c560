//! The shows of simulated runs, and their versions.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use handover::show::Show;

use super::Plan;
use super::net::Rng;
use super::station::name;
use crate::scenarios::read_show;

/// The show of a text. Several evenings have the same: to read one takes as long as to play a tenth
/// of an evening.
pub(super) fn read(text: &str) -> Result<Arc<Show>, String> {
    static SHOWS: Mutex<BTreeMap<String, Arc<Show>>> = Mutex::new(BTreeMap::new());
    let mut shows = SHOWS.lock().map_err(|why| why.to_string())?;
    if let Some(known) = shows.get(text) {
        return Ok(Arc::clone(known));
    }
    let read = read_show(text)?;
    shows.insert(text.to_owned(), Arc::clone(&read));
    Ok(read)
}

/// Number of chains of a show, each begun by a GO.
pub(super) const CHAINS: usize = 6;

/// A show with two segments and some chains, whose cues are sent by the holder or by one station
/// alone. Every second one needs two departments. The second segment has a cue that comes by itself. Each version has other words and
/// another pace than the one before; the first is 1.
pub(super) fn text(plan: &Plan, version: u64) -> String {
    let mut text = String::from("title = \"Two venues\"\ntimezone = \"UTC\"\n");
    let mut rng = Rng::new(plan.seed % 4);
    let mut outputs = vec!["house".to_owned()];
    text.push_str("[output.house]\nosc = \"udp://127.0.0.1:9\"\npanic = [{ osc = \"/stop\" }]\n");
    for at in 0..plan.stations.min(2) {
        let station = name(at);
        writeln!(
            text,
            "[output.at-{station}]\nosc = \"udp://127.0.0.1:9\"\nstation = \"{station}\"\npanic = [{{ osc = \"/stop\" }}]"
        )
        .unwrap();
        outputs.push(format!("at-{station}"));
    }
    text.push_str("[department.crew]\n[department.lights]\n[person.guest]\nname = \"Guest\"\n");
    let gap_ms = plan.gap_ms + 10 * (version - 1);
    text.push_str("[[segment]]\ntitle = \"All\"\nduration = \"1h\"\n");
    for chain in 1..=CHAINS {
        if chain == CHAINS / 2 + 1 {
            text.push_str("[[segment]]\ntitle = \"More\"\nduration = \"1h\"\n");
        }
        let needs = if chain % 2 == 0 { "needs = [\"crew\", \"lights\"]\n" } else { "" };
        writeln!(text, "[[segment.cue]]\nnumber = \"{chain}\"\ntitle = \"Called {version}\"\n{needs}do = [{{ output = \"house\", osc = \"/c\" }}]").unwrap();
        let mut before = format!("{chain}");
        for link in 1..=plan.links {
            let number = format!("{chain}.{link}");
            let word = if rng.chance(70) { "with" } else { "after" };
            let output =
                &outputs[if rng.chance(60) { 0 } else { rng.below(outputs.len() as u64) as usize }];
            writeln!(
                text,
                "[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"Link\"\ntrigger = {{ {word} = \"{before}\", delay = \"{gap_ms}ms\" }}\ndo = [{{ output = \"{output}\", osc = \"/c\" }}]",
            )
            .unwrap();
            before = number;
        }
    }
    text.push_str("[[segment.cue]]\nnumber = \"into\"\ntitle = \"Into\"\ntrigger = { into = \"2s\" }\ndo = [{ output = \"house\", osc = \"/c\" }]\n");
    text
}
