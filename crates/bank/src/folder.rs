//! The files of one exercise, on disk or in the binary. Nothing outside the folder can be read through it.

use include_dir::Dir;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// Larger files are refused: a source has about fifty lines and a review a few pages.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

/// Where an exercise's files are.
#[derive(Debug, Clone)]
pub enum Folder {
    /// A folder on disk.
    Disk(PathBuf),
    /// A folder of the bank that is built into the binary.
    Embedded(&'static Dir<'static>),
}

/// Why a file of an exercise cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// It is a folder, a pipe or a device.
    #[error("it is not a plain file")]
    NotAFile,
    /// The path is absolute, has `..` in it, or a symbolic link leads out of the folder.
    #[error("it lies outside the exercise's folder")]
    Outside,
    /// It is larger than [`MAX_FILE_BYTES`].
    #[error("it has {0} bytes, more than the {MAX_FILE_BYTES} that are read")]
    TooLarge(u64),
    /// It is not UTF-8; the offset of the first bad byte.
    #[error("it is not UTF-8 from byte {0} on")]
    NotUtf8(usize),
    /// The system says no.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl Folder {
    /// The path of a file as a person would open it.
    pub fn display(&self, relative: &str) -> String {
        match self {
            Self::Disk(root) if relative.is_empty() => root.display().to_string(),
            Self::Disk(root) => root.join(relative).display().to_string(),
            Self::Embedded(dir) => {
                let path = Path::new("(built in)").join(dir.path());
                if relative.is_empty() { path } else { path.join(relative) }.display().to_string()
            }
        }
    }

    /// Reads a UTF-8 file. A byte order mark at its start is left out.
    pub fn read(&self, relative: &str) -> Result<String, ReadError> {
        let bytes = self.read_bytes(relative)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text)),
            Err(error) => Err(ReadError::NotUtf8(error.utf8_error().valid_up_to())),
        }
    }

    /// Reads a file. `relative` uses `/` and stays inside the folder.
    pub fn read_bytes(&self, relative: &str) -> Result<Vec<u8>, ReadError> {
        if !is_inside(relative) {
            return Err(ReadError::Outside);
        }
        match self {
            Self::Disk(root) => {
                let path = root.join(relative);
                let real = path.canonicalize().map_err(missing)?;
                if !real.starts_with(root.canonicalize()?) {
                    return Err(ReadError::Outside);
                }
                let metadata = real.metadata()?;
                if !metadata.is_file() {
                    return Err(ReadError::NotAFile);
                }
                // The file may grow meanwhile.
                let mut bytes = Vec::new();
                let length =
                    std::fs::File::open(&real).map_err(missing)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
                match length? as u64 {
                    more if more > MAX_FILE_BYTES => Err(ReadError::TooLarge(metadata.len().max(more))),
                    _ => Ok(bytes),
                }
            }
            Self::Embedded(dir) => {
                let path = dir.path().join(relative);
                match dir.get_entry(&path) {
                    Some(include_dir::DirEntry::File(file)) => Ok(file.contents().to_vec()),
                    Some(include_dir::DirEntry::Dir(_)) => Err(ReadError::NotAFile),
                    None => Err(ReadError::Missing),
                }
            }
        }
    }

    /// Whether there is a folder of this name.
    pub fn has_folder(&self, relative: &str) -> bool {
        match self {
            Self::Disk(root) => root.join(relative).is_dir(),
            Self::Embedded(dir) => dir.get_dir(dir.path().join(relative)).is_some(),
        }
    }

    /// The paths of all files below `relative`, itself relative to this folder, sorted. Hidden files and Python's caches
    /// are left out, symbolic links are listed and not followed. A folder that does not exist has no files.
    pub fn files(&self, relative: &str) -> Result<Vec<String>, ReadError> {
        let mut files = Vec::new();
        match self {
            Self::Disk(root) => {
                let start = root.join(relative);
                if !start.is_dir() {
                    return Ok(files);
                }
                let walk = walkdir::WalkDir::new(&start).min_depth(1).into_iter();
                for entry in walk.filter_entry(|entry| !is_hidden(entry.file_name())) {
                    let entry = entry.map_err(io::Error::from)?;
                    if !entry.file_type().is_dir()
                        && let Ok(path) = entry.path().strip_prefix(root)
                    {
                        files.push(slashed(path));
                    }
                }
            }
            Self::Embedded(dir) => {
                if let Some(start) = dir.get_dir(dir.path().join(relative)) {
                    collect(start, dir.path(), &mut files);
                }
            }
        }
        files.sort();
        Ok(files)
    }
}

fn collect(dir: &Dir<'_>, root: &Path, files: &mut Vec<String>) {
    for file in dir.files() {
        if let Ok(path) = file.path().strip_prefix(root)
            && !file.path().file_name().is_some_and(is_hidden)
        {
            files.push(slashed(path));
        }
    }
    for dir in dir.dirs().filter(|dir| !dir.path().file_name().is_some_and(is_hidden)) {
        collect(dir, root, files);
    }
}

/// Files that tools leave behind and that belong to no exercise.
pub(crate) fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || name == "__pycache__"
}

/// The path with `/` between its parts, whatever the system uses.
pub(crate) fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether a path of a manifest stays inside the folder, links aside. The rules are the same on every system, so that a
/// bank that is accepted on one works on the others.
fn is_inside(relative: &str) -> bool {
    !relative.is_empty()
        && !relative.contains(['\\', ':', '\0'])
        && Path::new(relative).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn missing(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
        _ => ReadError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, MAX_FILE_BYTES, ReadError};

    #[test]
    fn reads_nothing_outside() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("secret.py"), "x").unwrap();
        let inner = root.path().join("exercise");
        std::fs::create_dir_all(inner.join("sub")).unwrap();
        std::fs::write(inner.join("a.py"), "a").unwrap();
        let folder = Folder::Disk(inner.clone());
        assert_eq!(folder.read("a.py").unwrap(), "a");
        assert_eq!(folder.read("./a.py").unwrap(), "a");
        for path in ["../secret.py", "/etc/passwd", "sub/../../secret.py", "C:/x", "..\\secret.py", ""] {
            assert!(matches!(folder.read(path), Err(ReadError::Outside)), "{path}");
        }
        assert!(matches!(folder.read("sub"), Err(ReadError::NotAFile)));
        assert!(matches!(folder.read("b.py"), Err(ReadError::Missing)));
        assert!(matches!(folder.read("a.py/b"), Err(ReadError::Missing)));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../secret.py", inner.join("link.py")).unwrap();
            assert!(matches!(folder.read("link.py"), Err(ReadError::Outside)));
            std::os::unix::fs::symlink("a.py", inner.join("alias.py")).unwrap();
            assert_eq!(folder.read("alias.py").unwrap(), "a", "a link that stays inside is fine");
        }
    }

    #[test]
    fn refuses_huge_and_binary_files() {
        let root = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(root.path().join("big.py")).unwrap();
        file.set_len(MAX_FILE_BYTES + 1).unwrap();
        std::fs::write(root.path().join("latin.py"), b"ok \xe9").unwrap();
        let folder = Folder::Disk(root.path().to_owned());
        assert!(matches!(folder.read("big.py"), Err(ReadError::TooLarge(_))));
        assert!(matches!(folder.read("latin.py"), Err(ReadError::NotUtf8(3))));
    }

    #[test]
    fn lists_files_without_caches() {
        let root = tempfile::tempdir().unwrap();
        for path in ["reviews/b.md", "reviews/a.json", "reviews/.hidden", "reviews/__pycache__/x.pyc"] {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let folder = Folder::Disk(root.path().to_owned());
        assert_eq!(folder.files("reviews").unwrap(), ["reviews/a.json", "reviews/b.md"]);
        assert!(folder.files("nowhere").unwrap().is_empty());
    }
}
