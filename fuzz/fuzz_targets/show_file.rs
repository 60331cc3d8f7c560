//! Whatever the text, and whatever it includes, it is a show, or faults that can be told: no panic, no
//! hang, no overflow. A show with repeats is the same written out.

#![no_main]

use std::path::Path;

use handover::show::file::expand::{Files, FoundFile, NoFiles, expand};
use handover::show::file::machine::{Finding, Unseen};
use handover::show::problem;
use libfuzzer_sys::fuzz_target;

/// Parts of the input, as files with the names `0`, `1` and so on.
#[derive(Debug)]
struct Parts<'a>(Vec<&'a str>);

impl Files for Parts<'_> {
    fn file(&self, path: &str, _: Option<&Path>) -> Result<FoundFile, Finding> {
        let text = path.parse().ok().and_then(|at: usize| self.0.get(at));
        let text = text.ok_or_else(|| Finding {
            what: "there is no such file".to_owned(),
            fix: "write another name".to_owned(),
        })?;
        Ok(FoundFile { path: path.into(), name: path.to_owned(), text: (*text).to_owned() })
    }
}

fuzz_target!(|text: &str| {
    let (text, others) = text.split_once('\0').unwrap_or((text, ""));
    let files = Parts(others.split('\0').collect());
    let expanded = expand(text, &files);
    match expanded.check("UTC", &Unseen) {
        Ok(checked) => {
            let again = expand(expanded.text(), &NoFiles).check("UTC", &Unseen);
            assert_eq!(again.expect("a show without a fault").show, checked.show);
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            problem::report(&problems, "show.toml", text, true);
        }
    }
});
