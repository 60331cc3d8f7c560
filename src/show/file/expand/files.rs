//! The files that a show file includes, and those that they include in turn.

use std::collections::HashMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::map::FileHome;
use crate::show::draft::Placed;
use crate::show::faults::Faults;
use crate::show::file::fields::Fields;
use crate::show::file::machine::{Finding, Unseen};
use crate::show::file::reader::Reader;
use crate::show::file::value::Value;
use crate::show::file::{BYTES_MAX, foreign, refused, syntax};
use crate::show::problem::{FileText, Problem, quoted, visible};

/// The most files that a show may include, each counted once.
const FILES_MAX: usize = 100;
/// The most files that may include each other in a row.
const DEPTH_MAX: usize = 8;

/// The files beside a show file.
pub trait Files: Debug + Send + Sync {
    /// The file that `path` names in the file `from`, or in the show file where that is nothing.
    ///
    /// # Errors
    /// When it cannot be read, with the fix.
    fn file(&self, path: &str, from: Option<&Path>) -> Result<FoundFile, Finding>;

    /// The show file itself, where it is one.
    fn show(&self) -> Option<PathBuf> {
        None
    }
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its place: two that are the same have the same.
    pub path: PathBuf,
    /// Its name in messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A show that is no file: it has nothing beside it.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn file(&self, path: &str, _: Option<&Path>) -> Result<FoundFile, Finding> {
        Err(Finding {
            what: format!("{} cannot be included: this show is no file", quoted(path)),
            fix: "copy what it has into the show".to_owned(),
        })
    }
}

/// A file that is included.
pub(super) struct Loaded {
    /// The file, and where it is included.
    pub(super) home: FileHome,
    /// Its text.
    pub(super) file: Arc<FileText>,
    /// `true` if it has faults of its syntax, which were reported.
    pub(super) is_broken: bool,
}

/// Loads the files that a show includes.
pub(super) struct Loader<'a> {
    files: &'a dyn Files,
    /// Those that were loaded, each after those that it includes itself.
    pub(super) loaded: Vec<Loaded>,
    /// Errors in them and in the lists of them.
    pub(super) problems: Vec<Problem>,
    /// All that were found, with their names.
    known: HashMap<PathBuf, String>,
    /// Those that include each other, from the show file on.
    way: Vec<PathBuf>,
    /// The bytes of all of them.
    bytes: usize,
}

impl<'a> Loader<'a> {
    /// Loads nothing yet.
    pub(super) fn new(files: &'a dyn Files) -> Self {
        let (known, way) = (HashMap::new(), files.show().into_iter().collect());
        Loader { files, loaded: vec![], problems: vec![], known, way, bytes: 0 }
    }

    /// Loads what the file `home` includes, whose tree is `tree` and whose place is `path`, where it
    /// is not the show file.
    pub(super) fn load(
        &mut self,
        home: &FileHome,
        (text, tree): (&str, &DeTable<'_>),
        path: Option<&Path>,
    ) {
        let faults = Faults::from(vec![]);
        let reader = Reader::new(text, &faults, vec![], &Unseen);
        let mut fields = Fields::new(&reader, tree, 0..0, "the show");
        let name = |value: &Value<'_>| Some(value.placed(value.text()?.to_owned()));
        let list = fields.find("include").map(|list| list.list_of("[\"house.toml\"]", name));
        for name in list.into_iter().flat_map(|list| list.items) {
            if let Err((what, fix)) = self.include(home, &name, path) {
                faults.fault(name.place, what, fix);
            }
        }
        let problems = faults.into_problems();
        self.problems.extend(problems.into_iter().map(|problem| home.problem(problem)));
    }

    fn include(
        &mut self,
        home: &FileHome,
        name: &Placed<String>,
        from: Option<&Path>,
    ) -> Result<(), (String, String)> {
        let found = self.files.file(&name.value, from);
        let FoundFile { path, name: shown, text } = found.map_err(|why| (why.what, why.fix))?;
        let shown = visible(&shown).into_owned();
        if let Some(first) = self.way.iter().position(|one| *one == path) {
            let between = self.way.iter().skip(first + 1).filter_map(|one| self.known.get(one));
            let between: Vec<&str> = between.map(String::as_str).collect();
            let what = match between.as_slice() {
                [] => format!("{shown} includes itself"),
                files => format!("{shown} includes itself, by way of {}", files.join(" and ")),
            };
            return Err((what, "remove it from one of the files".to_owned()));
        }
        if self.known.contains_key(&path) {
            return Ok(());
        }
        if self.known.len() >= FILES_MAX {
            let what = format!("the show includes more than {FILES_MAX} files");
            return Err((what, "put what they have into fewer files".to_owned()));
        }
        if self.way.len() > DEPTH_MAX {
            let what = format!("more than {DEPTH_MAX} files include each other in a row");
            return Err((what, "include the last one in the show file".to_owned()));
        }
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > BYTES_MAX {
            let what = format!("the included files have more than {} MiB", BYTES_MAX >> 20);
            return Err((what, "include smaller ones".to_owned()));
        }
        self.known.insert(path.clone(), shown.clone());
        let file = Arc::new(FileText { name: shown, text });
        let place = name.place.span().map(|span| home.place(span));
        let home = FileHome { file: Some(Arc::clone(&file)), included: place };
        let (tree, problems) = parsed(&file.text);
        let is_broken = !problems.is_empty();
        self.problems.extend(problems.into_iter().map(|problem| home.problem(problem)));
        if let Some(tree) = &tree {
            self.way.push(path.clone());
            self.load(&home, (&file.text, tree.get_ref()), Some(&path));
            self.way.pop();
        }
        self.loaded.push(Loaded { home, file, is_broken });
        Ok(())
    }
}

/// The tree of an included file, or what is wrong with its syntax.
fn parsed(text: &str) -> (Option<toml::Spanned<DeTable<'_>>>, Vec<Problem>) {
    if let Some(problem) = refused(text) {
        return (None, vec![problem]);
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return (Some(tree), vec![]);
    }
    if let Some(problem) = foreign::problem(text) {
        return (None, vec![problem]);
    }
    let repaired = syntax::repair(text);
    let (_, errors) = DeTable::parse_recoverable(&repaired.text);
    let (problems, _) = syntax::explain(&repaired.text, &errors);
    (None, [problems, repaired.problems].concat())
}
