//! What was handed in: the files of the command line, and those in its folders.

use crate::input::{STDIN, review_name};
use std::path::{Path, PathBuf};

/// One file that was handed in, under the name it has in reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The folder that was named, where it was found in one: what a candidate put there leads nowhere else.
    pub(crate) inside: Option<PathBuf>,
}

impl Handed {
    /// A file that somebody named.
    pub(crate) fn named(path: &Path) -> Self {
        Self { name: review_name(path), path: path.to_owned(), inside: None }
    }
}

/// All files in the order of the arguments, those of a folder by name. A folder in a folder is a candidate: its one file has
/// the folder's name, several have both names. What cannot be listed stays in as a path that cannot be read.
pub(crate) fn find(paths: &[PathBuf]) -> Vec<Handed> {
    let mut found = Vec::new();
    for path in paths {
        if path.as_path() == Path::new(STDIN) || !path.is_dir() {
            found.push(Handed::named(path));
            continue;
        }
        let before = found.len();
        let mut push =
            |name: String, file: PathBuf| found.push(Handed { name, path: file, inside: Some(path.clone()) });
        for entry in entries(path) {
            if entry.is_dir() { candidate(&entry, &mut push) } else { push(review_name(&entry), entry) }
        }
        if found.len() == before {
            found.push(Handed::named(path));
        }
    }
    found
}

fn candidate(folder: &Path, push: &mut impl FnMut(String, PathBuf)) {
    let name = review_name(folder);
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
        .collect();
    match files.as_slice() {
        [one] => push(name, one.clone()),
        // Nobody is left out: an empty folder is a row that says so.
        [] => push(name, folder.to_owned()),
        many => {
            for file in many {
                let below = file.strip_prefix(folder).unwrap_or(file).to_string_lossy().replace('\\', "/");
                push(format!("{name}/{below}"), file.clone());
            }
        }
    }
}

/// The visible entries of a folder by name; none where it cannot be listed.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    entries.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    entries.sort();
    entries
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn files_folders_and_candidates() {
        let root = tempfile::tempdir().unwrap();
        for file in ["in/b.md", "in/a.md", "in/cora/review.md", "in/dan/1.md", "in/dan/more/2.md", "in/.hidden", "x.md"]
        {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::fs::create_dir_all(root.path().join("in/eve")).unwrap();
        std::fs::create_dir_all(root.path().join("empty")).unwrap();
        let names = |paths: &[&str]| {
            let paths: Vec<_> = paths.iter().map(|path| root.path().join(path)).collect();
            find(&paths).into_iter().map(|handed| handed.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["x.md", "in"]), ["x.md", "a.md", "b.md", "cora", "dan/1.md", "dan/more/2.md", "eve"]);
        assert_eq!(names(&["empty", "none"]), ["empty", "none"]);
    }
}
