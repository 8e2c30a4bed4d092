//! An exercise made ready to grade reviews with, and what came of each.

use crate::args::BankArguments;
use crate::error::Failure;
use crate::input::Submission;
use assay_bank::{Exercise, Folder};
use assay_grader::{Grader, Key, Source};
use assay_report::grade::Outcome;
use assay_report::record::{Record, sha256};
use std::collections::BTreeMap;

/// An exercise with its key.
pub(crate) struct Grading {
    pub(crate) exercise: Exercise,
    key: Key,
    key_hash: String,
    sources: BTreeMap<String, String>,
}

impl Grading {
    /// Finds an exercise and reads it. Nothing is graded by a key that has an error.
    pub(crate) fn open(exercise: &str, bank: &BankArguments) -> Result<Self, Failure> {
        let entry = assay_bank::resolve(exercise, bank.bank.as_deref())?;
        let exercise = Exercise::load(&entry.id, entry.folder).map_err(Failure::all)?;
        let key_hash = hash(&exercise.folder, "exercise.toml").unwrap_or_default();
        let brief = exercise.manifest.brief.get_ref();
        let paths = exercise.sources.iter().map(|(path, _)| path).chain([brief]);
        let sources = paths.filter_map(|path| Some((path.clone(), hash(&exercise.folder, path)?))).collect();
        Ok(Self { key: exercise.key(), exercise, key_hash, sources })
    }

    /// The sources as the grader knows them, for reviews that are copies of one.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.key.sources
    }

    /// The grader for this key; it is costly to make and cheap to use.
    pub(crate) fn grader(&self) -> Grader<'_> {
        Grader::new(&self.key)
    }

    /// Grades one submission.
    pub(crate) fn grade(&self, grader: &Grader<'_>, submission: Submission) -> Outcome {
        match submission.review {
            Ok(read) => {
                let grade = grader.grade(&read.review);
                let record = Record {
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    key: self.key_hash.clone(),
                    sources: self.sources.clone(),
                    review: read.sha256,
                };
                Outcome { record: Some(record), ..Outcome::graded(read.review, grade) }
            }
            Err(reason) => Outcome::error(&self.exercise.id, &submission.name, reason),
        }
    }
}

/// The hash of a file that was read a moment ago.
fn hash(folder: &Folder, path: &str) -> Option<String> {
    folder.read_bytes(path).ok().map(|bytes| sha256(&bytes))
}
