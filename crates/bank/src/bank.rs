//! Many exercises: a folder of them, or the ones that are built into the binary, and how one is found by its name.

use crate::folder::{Folder, is_hidden, slashed};
use crate::manifest;
use crate::problem::{Problem, nearest};
use include_dir::{Dir, include_dir};
use std::fmt;
use std::path::{Path, PathBuf};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../exercises");

/// The folder that is looked in where no other is named.
pub const DEFAULT: &str = "exercises";

/// The exercises below one folder.
#[derive(Debug)]
pub struct Bank {
    /// How the bank is called in messages.
    pub name: String,
    /// In the order of their ids.
    pub entries: Vec<Entry>,
    /// Folders that could not be looked into.
    pub problems: Vec<Problem>,
}

/// One exercise of a bank, not read yet.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The folder's path below the bank's root.
    pub id: String,
    /// The folder.
    pub folder: Folder,
}

impl Bank {
    /// Finds the exercises below `root`. `root` may itself be one, or the path of its `exercise.toml`.
    pub fn open(root: &Path) -> Self {
        let mut bank = Self { name: root.display().to_string(), entries: Vec::new(), problems: Vec::new() };
        if let Some(folder) = exercise_folder(root) {
            bank.entries.push(Entry { id: id_of(&folder), folder: Folder::Disk(folder) });
            return bank;
        }
        let mut walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            match entry {
                Ok(entry) if entry.depth() > 0 && entry.path_is_symlink() => {
                    if entry.path().join(manifest::FILE).is_file() {
                        let path = entry.path().display().to_string();
                        let message = "it is a symbolic link, and a bank is read without following any";
                        let help = "Move the exercise into the bank, or name its own folder.";
                        bank.problems.push(Problem::about("linked-exercise", path, message, help));
                    }
                }
                Ok(entry) if !entry.file_type().is_dir() => {}
                Ok(entry) if entry.depth() > 0 && is_hidden(entry.file_name()) => walk.skip_current_dir(),
                Ok(entry) => {
                    if entry.path().join(manifest::FILE).is_file() {
                        let id = entry.path().strip_prefix(root).map_or_else(|_| id_of(entry.path()), slashed);
                        bank.entries.push(Entry { id, folder: Folder::Disk(entry.into_path()) });
                        walk.skip_current_dir();
                    }
                }
                Err(error) => {
                    let path = error.path().unwrap_or(root).display().to_string();
                    let reason =
                        error.io_error().map_or_else(|| "it leads back to itself".to_owned(), ToString::to_string);
                    let message = format!("it cannot be looked into: {reason}");
                    let help = "Correct the path, or make the folder readable.";
                    bank.problems.push(Problem::about("unreadable-folder", path, message, help).unreadable());
                }
            }
        }
        bank.entries.sort_by(|a, b| a.id.cmp(&b.id));
        bank
    }

    /// The bank that is part of the binary.
    pub fn built_in() -> Self {
        let mut entries = Vec::new();
        collect(&BUILT_IN, &mut entries);
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        Self { name: "the built-in bank".to_owned(), entries, problems: Vec::new() }
    }

    /// The bank to use where only `--bank` may say which: that folder, else `./exercises`, else the built-in one.
    pub fn named_or_default(bank: Option<&Path>) -> Self {
        match bank {
            Some(root) => Self::open(root),
            None if Path::new(DEFAULT).is_dir() => Self::open(Path::new(DEFAULT)),
            None => Self::built_in(),
        }
    }

    fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id.trim_end_matches('/'))
    }
}

fn collect(dir: &'static Dir<'static>, entries: &mut Vec<Entry>) {
    if dir.get_file(dir.path().join(manifest::FILE)).is_some() {
        entries.push(Entry { id: slashed(dir.path()), folder: Folder::Embedded(dir) });
    } else {
        dir.dirs().for_each(|dir| collect(dir, entries));
    }
}

/// There is no such exercise.
#[derive(Debug, thiserror::Error)]
pub struct NotFound {
    /// What was asked for.
    pub exercise: String,
    /// Where it was looked for.
    pub looked: Vec<String>,
    /// What may have been meant.
    pub near: Option<String>,
    /// A folder that exists and has no manifest.
    pub bare_folder: bool,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bare_folder {
            write!(f, "the folder {} has no {}", self.exercise, manifest::FILE)
        } else {
            write!(
                f,
                "there is no exercise `{}`, neither as a folder nor in {}",
                self.exercise,
                self.looked.join(" or ")
            )
        }
    }
}

impl miette::Diagnostic for NotFound {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("unknown-exercise"))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(match &self.near {
            Some(near) => Box::new(format!("Did you mean `{near}`? `assay list` shows them all.")),
            None => Box::new("`assay list` shows the exercises; `--bank DIR` names another bank."),
        })
    }
}

/// Finds an exercise: a folder, or an id that is looked up in `bank`, else in `./exercises` and then among the built-in ones.
pub fn resolve(exercise: &str, bank: Option<&Path>) -> Result<Entry, NotFound> {
    let path = Path::new(exercise);
    if let Some(folder) = exercise_folder(path) {
        let below = |root: &Path| {
            let relative = folder.canonicalize().ok()?.strip_prefix(root.canonicalize().ok()?).ok().map(slashed);
            relative.filter(|id| !id.is_empty())
        };
        let id = bank.and_then(below).unwrap_or_else(|| id_of(&folder));
        return Ok(Entry { id, folder: Folder::Disk(folder) });
    }
    let mut banks = vec![Bank::named_or_default(bank)];
    if bank.is_none() && Path::new(DEFAULT).is_dir() {
        banks.push(Bank::built_in());
    }
    if let Some(entry) = banks.iter().find_map(|bank| bank.find(exercise)) {
        return Ok(entry.clone());
    }
    let ids = || banks.iter().flat_map(|bank| &bank.entries).map(|entry| entry.id.as_str());
    let by_slug = || ids().find(|id| id.rsplit('/').next() == Some(exercise));
    Err(NotFound {
        exercise: exercise.to_owned(),
        near: by_slug().or_else(|| nearest(exercise, ids())).map(ToOwned::to_owned),
        looked: banks.iter().map(|bank| bank.name.clone()).collect(),
        bare_folder: path.is_dir(),
    })
}

/// The folder of the exercise that `path` names, if it names one.
fn exercise_folder(path: &Path) -> Option<PathBuf> {
    if path.file_name().is_some_and(|name| name == manifest::FILE) && path.is_file() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        return Some(folder.to_owned());
    }
    path.join(manifest::FILE).is_file().then(|| path.to_owned())
}

/// The id of an exercise whose bank is not known: with the folder above it where that is the name of a track, so that
/// `exercises/web/overdue-invoices` has the same id from wherever it is named.
fn id_of(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let slug = name(&real);
    match real.parent().map(name) {
        Some(track) if manifest::TRACKS.contains(&track.as_str()) => format!("{track}/{slug}"),
        _ => slug,
    }
}

#[cfg(test)]
mod tests {
    use super::{Bank, resolve};

    fn bank() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in ["web/a", "web/a/reviews/nested", "b", ".hidden/c"] {
            let folder = root.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("exercise.toml"), "").unwrap();
        }
        root
    }

    #[test]
    fn ids_are_paths_below_the_root() {
        let root = bank();
        let ids: Vec<_> = Bank::open(root.path()).entries.into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, ["b", "web/a"]);
    }

    #[test]
    fn finds_by_folder_manifest_and_id() {
        let root = bank();
        let folder = root.path().join("web/a");
        let named = |name: &str| resolve(name, Some(root.path())).map(|entry| entry.id);
        assert_eq!(named("web/a").unwrap(), "web/a");
        assert_eq!(named("web/a/").unwrap(), "web/a");
        assert_eq!(named(folder.to_str().unwrap()).unwrap(), "web/a");
        assert_eq!(resolve(folder.join("exercise.toml").to_str().unwrap(), None).unwrap().id, "web/a");
        assert_eq!(resolve(root.path().join("b").to_str().unwrap(), None).unwrap().id, "b");
        assert_eq!(named("a").unwrap_err().near.as_deref(), Some("web/a"));
        assert_eq!(named("../b").unwrap_err().near.as_deref(), None);
    }

    #[test]
    fn a_missing_root_is_a_problem() {
        let bank = Bank::open(std::path::Path::new("no/such/folder"));
        assert!(bank.entries.is_empty() && bank.problems[0].unreadable);
    }
}
