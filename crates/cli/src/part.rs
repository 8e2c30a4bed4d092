//! What is done of a batch, kept beside its result until all is done: lines of JSON in `RESULT.part`.
//!
//! A run that was stopped leaves it behind, and `--resume` goes on from there. Each line is written whole before the next is
//! begun; one that was cut off is dropped and done again.

use crate::error::{CliError, Failure};
use crate::interrupt::{self, Held, Keep};
use crate::output::unwritable_file;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The file of a batch that is under way.
#[derive(Debug)]
pub(crate) struct Part {
    file: File,
    path: PathBuf,
    /// Where it goes when all is done. A link is written through, not replaced.
    result: PathBuf,
    _held: Held,
}

/// The whole lines of an earlier run, one after the other.
pub(crate) type Earlier = io::Lines<BufReader<File>>;

impl Part {
    /// Opens the part of a result. With `resume` it goes on after the lines that are there, which are handed out; without, it
    /// must not be there yet, since somebody may want to go on with it.
    pub(crate) fn open(result: &Path, resume: bool) -> Result<(Self, Option<Earlier>), Failure> {
        let result = result.canonicalize().unwrap_or_else(|_| result.to_owned());
        let mut path = result.clone().into_os_string();
        path.push(".part");
        let path = PathBuf::from(path);
        if !resume && path.symlink_metadata().is_ok() {
            let message = format!("{} is there, from a run that was stopped", path.display());
            return Err(CliError::new(
                "unfinished",
                message,
                "Go on from there with --resume, or remove the file to begin anew.",
            )
            .into());
        }
        let open = |path: &Path| OpenOptions::new().read(true).append(true).create(true).open(path);
        let opened = interrupt::hold(Keep::Yes, || open(&path).map(|file| (file, path.clone())), |(_, path)| path);
        let ((file, path), held) = opened.map_err(|error| unwritable_file(&path, &error))?;
        let earlier = if resume {
            let read = || {
                whole_lines(&file)?;
                File::open(&path).map(|file| BufReader::new(file).lines())
            };
            Some(read().map_err(|error| unwritable_file(&path, &error))?)
        } else {
            None
        };
        Ok((Self { file, path, result, _held: held }, earlier))
    }

    /// Adds whole lines.
    pub(crate) fn add(&mut self, lines: &str) -> Result<(), Failure> {
        self.file.write_all(lines.as_bytes()).map_err(|error| unwritable_file(&self.path, &error))
    }

    /// The part is the result.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let done = self.file.sync_all().and_then(|()| std::fs::rename(&self.path, &self.result));
        done.map_err(|error| unwritable_file(&self.result, &error))
    }

    /// The result is written, and the part is of no more use.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        std::fs::remove_file(&self.path).map_err(|error| unwritable_file(&self.path, &error))
    }

    /// The part belongs to another batch.
    pub(crate) fn is_other(&self, what: &str) -> Failure {
        let message = format!("{} is of another run: {what}", self.path.display());
        CliError::new(
            "other-run",
            message,
            "Start it with the same input and program as then, or remove the file to begin anew.",
        )
        .into()
    }
}

/// Takes a last line away that was cut off.
fn whole_lines(file: &File) -> io::Result<()> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    let (mut whole, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        if !line.ends_with(b"\n") {
            return file.set_len(whole);
        }
        whole += length as u64;
    }
}
