//! `handover stations`: the shared runs of a server as a table.

use super::args::StationsArgs;
use super::commands::print;

/// Prints the shared runs of a server.
#[cfg(feature = "link")]
pub(super) fn stations(args: &StationsArgs) -> anyhow::Result<()> {
    if let Some(path) = &args.new_key {
        return new_key(path);
    }
    let server = args.server();
    let runs = crate::runtime::share::runs(&server)?;
    if runs.is_empty() {
        return print(&format!("no shared runs on {}\n", server.url));
    }
    print(&table::table(&runs))
}

/// Writes a new key, which must not replace another, and prints how a server knows it.
#[cfg(feature = "link")]
fn new_key(path: &std::path::Path) -> anyhow::Result<()> {
    let public = crate::link::new_key(path)?;
    print(&format!("nkey: {public}\n"))
}

/// Says that this build has no shared runs.
#[cfg(not(feature = "link"))]
pub(super) fn stations(args: &StationsArgs) -> anyhow::Result<()> {
    let _ = (args.server(), &args.new_key, print);
    Err(crate::runtime::share::no_shared_runs())
}

#[cfg(feature = "link")]
mod table {
    use std::fmt::Write;

    use unicode_width::UnicodeWidthStr;

    use crate::link::{SharedRun, SharedStation};
    use crate::plain;

    const HEAD: [&str; 5] = ["RUN", "SHOW", "FLAG", "TERM", "STATIONS"];

    /// Runs as lines of columns, as wide as their widest word.
    pub(super) fn table(runs: &[SharedRun]) -> String {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(runs.iter().map(row));
        let mut widths = [0; HEAD.len()];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let mut lines = String::new();
        for row in &rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                let gap = width - cell.width() + 2;
                let _ = write!(line, "{cell}{:gap$}", "");
            }
            lines.push_str(line.trim_end());
            lines.push('\n');
        }
        lines
    }

    fn row(run: &SharedRun) -> [String; 5] {
        let is_heard =
            |name: &crate::link::StationName| run.stations.iter().any(|heard| heard.name == *name);
        let (holder, term) = match &run.holder {
            Some((name, term)) if is_heard(name) => (name.to_string(), term.to_string()),
            Some((name, term)) if run.is_left => (format!("{name} (left)"), term.to_string()),
            Some((name, term)) => (format!("{name} (silent)"), term.to_string()),
            None => ("nobody".to_owned(), "-".to_owned()),
        };
        let stations = match (run.stations.is_empty(), run.is_over) {
            (true, true) if run.is_left => "left, can be resumed".to_owned(),
            (true, true) => "over".to_owned(),
            (true, false) => "none heard".to_owned(),
            (false, _) => run.stations.iter().map(station).collect::<Vec<_>>().join(", "),
        };
        let cells = [run.id.0.clone(), run.title.clone(), holder, term, stations];
        cells.map(|cell| plain::clean(&cell))
    }

    fn station(station: &SharedStation) -> String {
        let SharedStation { name, holds: _, term: _, behind } = station;
        match behind {
            0 => format!("{name} up to date"),
            behind => format!("{name} {} behind", plain::counted(*behind as usize, "record")),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::engine::RunId;
        use crate::link::StationName;

        fn name(text: &str) -> StationName {
            StationName::new(text).unwrap()
        }

        #[test]
        fn the_table_says_who_has_the_flag_and_who_is_behind() {
            let station =
                |text, holds, behind| SharedStation { name: name(text), holds, term: 3, behind };
            let run = SharedRun {
                id: RunId("20261129-200500-paris".into()),
                title: "Été\u{1b}[2J".into(),
                last: 40,
                is_over: false,
                is_left: false,
                holder: Some((name("paris"), 3)),
                stations: vec![station("la", false, 12), station("paris", true, 0)],
            };
            let silent = SharedRun {
                id: RunId("x".into()),
                holder: Some((name("la"), 1)),
                stations: vec![],
                ..run.clone()
            };
            let over = SharedRun { is_over: true, holder: None, ..silent.clone() };
            let left = SharedRun { is_left: true, holder: silent.holder.clone(), ..over.clone() };
            let text = table(&[run, silent, over, left]);
            assert_eq!(
                text.lines().collect::<Vec<_>>(),
                [
                    "RUN                    SHOW     FLAG         TERM  STATIONS",
                    "20261129-200500-paris  Été [2J  paris        3     la 12 records behind, paris up to date",
                    "x                      Été [2J  la (silent)  1     none heard",
                    "x                      Été [2J  nobody       -     over",
                    "x                      Été [2J  la (left)    1     left, can be resumed",
                ]
            );
        }
    }
}
