//! `handover probe`: tries every output of a show without firing anything, and says what answered.
//!
//! Only words it: what may be sent to whom is known to [`crate::output`]. Uses no colours, so that
//! it reads the same on a terminal, in a pipe and in a log.

use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use super::commands::{folder_of, print, source};
use crate::output::{self, Permits, ProbeAnswer, Probed, Surroundings};
use crate::plain;
use crate::runtime::clock::CLOCK;
use crate::show::Show;

/// Time limit of an output's answer.
const LIMIT: Duration = Duration::from_secs(3);

/// Width of the column of answers, characters: longer ones move their times aside.
const WORDS_ALIGNED: usize = 44;

/// Tries the outputs of the show at `path`; fails where the show has faults, or an output does not
/// answer.
pub(super) fn probe(path: &Path, permits: &Permits) -> anyhow::Result<()> {
    let source = source(path)?;
    let (name, show) = (&source.name, source.show()?);
    if show.outputs.is_empty() {
        return print(&format!("{name} has no outputs\n"));
    }
    let folder = folder_of(path);
    let surroundings = Surroundings {
        env: &|name| std::env::var(name).ok(),
        folder: &folder,
        permits,
        clock: CLOCK,
    };
    let probed = output::probe(&show, &surroundings, LIMIT);
    print(&table(&show, &probed))?;
    let (all, down) =
        (probed.len(), probed.iter().filter(|probed| probed.what == ProbeAnswer::Down).count());
    match (down, all) {
        (0, _) => Ok(()),
        (_, 1) => bail!("the output of {name} does not answer"),
        _ => bail!("{down} of {all} outputs of {name} do not answer, or lack something"),
    }
}

/// One line an output: sign, id, address, words, time.
fn table(show: &Show, probed: &[Probed]) -> String {
    let rows = probed.iter().map(|probed| {
        let output = show.output(probed.output);
        let sign = match probed.what {
            ProbeAnswer::Up => "✓",
            ProbeAnswer::Unknown => "?",
            ProbeAnswer::Down => "✗",
        };
        // The words name each machine.
        let address = match output.mirrors.len() {
            0 => output.kind.address(),
            backups => plain::counted(1 + backups, "machine"),
        };
        (sign, output.id.clone(), address, probed.words.clone(), time(probed.took))
    });
    let rows: Vec<_> = rows.collect();
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let ids = widest(&mut rows.iter().map(|row| &row.1));
    let addresses = widest(&mut rows.iter().map(|row| &row.2));
    let words = widest(&mut rows.iter().map(|row| &row.3)).min(WORDS_ALIGNED);
    let line = |(sign, id, address, said, time): &(&str, String, String, String, String)| {
        format!("{sign} {id:ids$}  {address:addresses$}  {said:words$}  {time:>7}\n")
    };
    rows.iter().map(line).collect()
}

fn time(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        let said = [0, 12, 999, 1000, 3049].map(|ms| time(Duration::from_millis(ms)));
        assert_eq!(said, ["0 ms", "12 ms", "999 ms", "1.0 s", "3.0 s"]);
    }
}
