//! The layers hold: what is below knows nothing of what is above, and each file keeps the rules of
//! the house.
//!
//! Reads the source as text. What it cannot see (a macro that hides a path) nobody has any business
//! writing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Bottom to top; those on one row do not know each other.
const LAYERS: &[&[&str]] = &[
    &["plain", "time", "locks", "files"],
    &["show", "slip", "geo", "input", "access"],
    &["edit"],
    &["engine"],
    &["journal"],
    &["output", "remote", "web", "export", "link", "sheet"],
    &["conductor"],
    &["app"],
    &["ui"],
    &["runtime"],
    &["cli"],
];

/// Arrows that may not be drawn though they point down, with the reason.
const NO_ARROW: &[(&str, &str, &str)] = &[
    ("output", "engine", "an output is handed jobs and knows only the show"),
    ("output", "journal", "an output is handed jobs and knows only the show"),
    ("remote", "engine", "a remote control hands over wishes and knows only the show"),
    ("remote", "journal", "a remote control hands over wishes and knows only the show"),
    ("web", "engine", "a browser hands over wishes and is told what others have written"),
    ("web", "journal", "a browser hands over wishes and is told what others have written"),
    ("ui", "journal", "the screen draws the state and never reads a file"),
];

/// Names that a layer without IO must not mention, so that its tests need no machine.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "ratatui",
    "crossterm",
    "Timestamp::now",
    "ZonedDateTime::now",
];

/// Calls that read a clock of the machine.
const READS_A_CLOCK: &[&str] = &[
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "ZonedDateTime::now",
    "Zoned::now",
    "clock_gettime",
    ".elapsed()",
];

/// Calls that read a clock that was handed in.
const READS_ITS_CLOCK: &[&str] = &["now()", "wall()", "spent()"];

/// The files that may read a clock, with the reason. Everything else gets its time as an argument.
const CLOCKS: &[(&str, &str)] = &[("runtime/clock.rs", "the clocks of a run, for the runtime")];

/// The files that may read the clock that they were given, with the reason: an instant as an
/// argument is not enough.
const CALL_NOW: &[(&str, &str)] = &[
    ("remote/server.rs", "its loop waits in between, and may be stopped between two messages"),
    ("web/routes.rs", "a request waits for its body and for the station, and guesses are timed"),
    ("output/worker.rs", "the loop of a worker, which takes messages and waits in between"),
    ("output/timecode.rs", "the loop of a clock's thread, which waits for each word"),
    ("output/ramps.rs", "the loop of a thread that waits for each step"),
    ("output/mpv/supervisor.rs", "the loop of the thread that starts, feeds and ends players"),
    ("output/mirror.rs", "how long a message took until a machine had taken it is measured"),
    ("output/obs.rs", "how long it takes to connect is measured"),
    ("output/obs/line.rs", "it waits for answers until an instant and no longer"),
    ("output/udp.rs", "how long a datagram took is measured; at the end refusals are waited for"),
    ("output/udp/keep.rs", "the loop of a thread that keeps a far end awake and waits in between"),
    ("output/mpv.rs", "how long a command took is measured; at the end players are waited for"),
    ("output/tcp.rs", "it waits for a connection and for room to write"),
    ("output/probe.rs", "it waits for far ends and tells how long they took"),
    ("output/mpv/process.rs", "it waits for a process to end"),
];

/// The longest file, without its tests.
const LINES_MAX: usize = 480;

/// The lines that all pictures of the screen have together: more are not read by anybody who
/// changes the screen.
const PICTURES_MAX: usize = 4500;

/// A file of the source.
struct Source {
    path: PathBuf,
    /// Its path in `src`, for people.
    name: String,
    /// The top module that it belongs to: "engine", or "lib", "main".
    layer: String,
    /// The modules from the crate's root to this file.
    modules: Vec<String>,
    text: String,
}

impl Source {
    /// The lines outside comments and `#[cfg(test)]` items, numbered.
    fn code(&self) -> Vec<(usize, String)> {
        let mut code = vec![];
        let mut lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        while let Some((at, line)) = lines.next() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("#[cfg(test)]") {
                skip_item(&mut lines, &line[..line.len() - trimmed.len()]);
            } else if !trimmed.starts_with("//") {
                let line = line.split(" // ").next().unwrap_or_default();
                code.push((at, line.to_owned()));
            }
        }
        code
    }

    /// The layers that it names, with the line.
    fn arrows(&self) -> BTreeMap<String, usize> {
        let code = self.code();
        let mut arrows = BTreeMap::new();
        for (index, (at, line)) in code.iter().enumerate() {
            for (start, _) in line.match_indices("crate::") {
                let rest = &line[start + "crate::".len()..];
                if rest.starts_with('{') {
                    let tail: Vec<&str> =
                        code[index..].iter().map(|(_, line)| line.as_str()).collect();
                    let tail = tail.join("\n");
                    for name in group(&tail[start + "crate::".len()..]) {
                        arrows.entry(name).or_insert(*at);
                    }
                } else {
                    arrows.entry(word(rest)).or_insert(*at);
                }
            }
            // `super` as often as the file is deep is the crate's root.
            let up = "super::".repeat(self.modules.len());
            if let Some(start) = line.find(&up).filter(|_| !self.modules.is_empty()) {
                arrows.entry(word(&line[start + up.len()..])).or_insert(*at);
            }
        }
        arrows
    }
}

/// Passes over an item: to the line that closes it, which stands as far left as it began.
fn skip_item<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, indent: &str) {
    for (_, line) in lines.by_ref() {
        let at_its_depth = line.strip_prefix(indent).is_some_and(|rest| !rest.starts_with(' '));
        let is_attribute = line.trim_start().starts_with("#[");
        let is_open = line.ends_with('{') || line.ends_with('(') || line.ends_with(',');
        if at_its_depth && !is_attribute && !is_open && (line.ends_with(';') || line.ends_with('}'))
        {
            return;
        }
    }
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names in `{a::b, c::{d, e}}`.
fn group(text: &str) -> Vec<String> {
    let (mut depth, mut names, mut begins) = (0, vec![], false);
    for (at, c) in text.char_indices() {
        match c {
            '{' => (depth, begins) = (depth + 1, depth == 0),
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => begins = true,
            c if begins && !c.is_whitespace() => {
                names.push(word(&text[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    collect(&root, "rs", &mut found);
    found.sort();
    let source = |path: PathBuf| {
        let inside = path.strip_prefix(&root).expect("a file in src").with_extension("");
        let modules: Vec<String> =
            inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let layer = modules[0].clone();
        let name = path.strip_prefix(&root).expect("a file in src").display().to_string();
        let text = fs::read_to_string(&path).expect("a source file");
        Source { name, layer, modules, text, path }
    };
    found.into_iter().map(source).collect()
}

/// Adds the files below `dir` whose names end in `ending`.
pub(crate) fn collect(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of src") {
        let path = entry.expect("a file of src").path();
        if path.is_dir() {
            collect(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

/// Test code in a file of its own: `tests.rs`, what lies under `tests/`, and what is declared under
/// `#[cfg(test)]`.
fn is_test(source: &Source, all: &[Source]) -> bool {
    let named = source.modules.iter().any(|module| module == "tests" || module == "testing");
    named
        || source.modules.split_last().is_some_and(|(last, above)| {
            let parent = all.iter().find(|other| other.modules == above);
            parent.is_some_and(|parent| {
                let declared = |line: &str| {
                    let line = line.trim_start_matches("pub ").trim_start_matches("pub(super) ");
                    line == format!("mod {last};")
                };
                let lines: Vec<&str> = parent.text.lines().collect();
                lines
                    .windows(2)
                    .any(|pair| pair[0].trim() == "#[cfg(test)]" && declared(pair[1].trim()))
            })
        })
}

fn program() -> Vec<Source> {
    let all = sources();
    let tests: Vec<bool> = all.iter().map(|source| is_test(source, &all)).collect();
    all.into_iter().zip(tests).filter(|(_, is_test)| !is_test).map(|(source, _)| source).collect()
}

/// Returns `true` if `text` calls `name`, which is no end of a longer name or of a path.
fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            && !text[..at].ends_with("fn ")
    })
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_arrow_points_down() {
    let height = |name: &str| LAYERS.iter().position(|row| row.contains(&name));
    let mut faults = vec![];
    for source in
        program().iter().filter(|source| !["lib", "main"].contains(&source.layer.as_str()))
    {
        let Some(own) = height(&source.layer) else {
            faults.push(format!(
                "src/{}: the layer {} has no place in this test's picture",
                source.name, source.layer
            ));
            continue;
        };
        for (name, line) in source.arrows() {
            let place = format!("src/{}:{line}", source.name);
            let Some(other) = height(&name).filter(|_| name != source.layer) else { continue };
            if other > own {
                faults.push(format!("{place}: {} looks up to {name}", source.layer));
            } else if other == own {
                faults.push(format!("{place}: {} looks at its sibling {name}", source.layer));
            }
            let banned = NO_ARROW
                .iter()
                .find(|(from, to, _)| (*from, *to) == (source.layer.as_str(), name.as_str()));
            if let Some((from, to, why)) = banned {
                faults.push(format!("{place}: {from} uses {to}, but {why}"));
            }
        }
    }
    report(&faults);
}

#[test]
fn the_engine_the_conductor_shows_sheets_and_the_input_are_values() {
    let mut faults = vec![];
    for source in program().iter().filter(|source| {
        ["engine", "conductor", "show", "input", "edit", "sheet"].contains(&source.layer.as_str())
    }) {
        for (line, text) in source.code() {
            // An address is a value; what connects to it is not.
            let mut values =
                vec!["std::net::Ipv6Addr", "std::net::Ipv4Addr", "std::net::SocketAddr"];
            // So is the name of a key.
            if source.layer == "input" {
                values.push("crossterm::event");
            }
            let text = values.iter().fold(text.clone(), |text, address| text.replace(address, ""));
            for word in IMPURE.iter().filter(|word| text.contains(*word)) {
                faults.push(format!(
                    "src/{}:{line}: the {} must not know {word}",
                    source.name, source.layer
                ));
            }
        }
    }
    report(&faults);
}

#[test]
fn only_what_has_to_reads_a_clock() {
    let program = program();
    let mut faults = vec![];
    let mut used: Vec<&str> = vec![];
    for source in &program {
        for (line, text) in source.code() {
            let reads = READS_A_CLOCK.iter().any(|name| text.contains(name));
            let reads_its_own = READS_ITS_CLOCK.iter().any(|name| calls(&text, name));
            let allowed = match (reads, reads_its_own) {
                (true, _) => CLOCKS,
                (false, true) => CALL_NOW,
                (false, false) => continue,
            };
            match allowed.iter().find(|(file, _)| *file == source.name) {
                Some((file, _)) => used.push(file),
                None => faults.push(format!(
                    "src/{}:{line}: reads a clock; take the time as an argument",
                    source.name
                )),
            }
        }
    }
    let unused = CLOCKS.iter().chain(CALL_NOW).filter(|(file, _)| !used.contains(file));
    faults.extend(
        unused.map(|(file, _)| format!("src/{file}: reads no clock, and need not be named")),
    );
    report(&faults);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = sources().into_iter().filter(|source| !source.text.starts_with("//! "));
    report(
        &silent
            .map(|source| format!("src/{}: begins without `//!`", source.name))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_is_too_long_to_read() {
    let long = program().into_iter().filter_map(|source| {
        let lines = source.text.lines().count();
        let without_tests = match source.text.find("\n#[cfg(test)]\nmod ") {
            Some(at) => source.text[..at].lines().count(),
            None => lines,
        };
        (without_tests > LINES_MAX)
            .then(|| format!("{}: {without_tests} lines", source.path.display()))
    });
    report(&long.collect::<Vec<_>>());
}

#[test]
fn pictures_of_the_screen_stay_few_enough_to_be_read() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut lines = 0;
    for folder in ["snapshots", "screens/snapshots"] {
        for entry in fs::read_dir(tests.join(folder)).unwrap() {
            lines += fs::read_to_string(entry.unwrap().path()).unwrap().lines().count();
        }
    }
    assert!(lines > 1000, "the pictures are not where they are looked for");
    assert!(
        lines <= PICTURES_MAX,
        "{lines} lines: take a region of the screen, `tests/it/screens/stage.rs`"
    );
}

#[test]
fn this_test_sees_what_it_looks_for() {
    assert_eq!(group("{self, a::b, c::{d, e}, f};"), ["self", "a", "c", "f"]);
    let text = "//! x\nuse crate::ui;\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\n// crate::runtime\nfn f() {}\n";
    let modules = vec!["app".to_owned(), "keys".to_owned()];
    let source = Source {
        path: PathBuf::new(),
        name: "x".into(),
        layer: "app".into(),
        modules,
        text: text.into(),
    };
    assert_eq!(source.arrows().into_keys().collect::<Vec<_>>(), ["ui"]);
    assert_eq!(source.code().last().map(|(line, _)| *line), Some(8));
    let reads = |text: &str| READS_ITS_CLOCK.iter().any(|name| calls(text, name));
    let texts = ["clock.now();", "self.clock.wall()", "let spent = clock.spent();"];
    assert_eq!(texts.map(reads), [true; 3]);
    let others = ["state.wall(run_ns)", "self.set_wall()", "fn now() {", "Instant::now()"];
    assert_eq!(others.map(reads), [false; 4]);
    assert!(
        program().iter().any(|source| source.arrows().contains_key("engine")),
        "no arrow was found at all"
    );
}
