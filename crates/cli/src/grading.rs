//! An exercise made ready to grade reviews with, and what came of each.

use crate::args::BankArguments;
use crate::error::{CliError, Failure};
use crate::input::Submission;
use assay_bank::{Document, Exercise, Folder, MANIFEST};
use assay_grader::{Grade, Grader, Key, Review, Source};
use assay_report::grade::Outcome;
use assay_report::record::{Record, sha256};
use std::collections::BTreeMap;

/// The version that grades are made by.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An exercise with its key.
pub(crate) struct Grading {
    pub(crate) exercise: Exercise,
    key: Key,
    /// Hash of the file of the key.
    pub(crate) key_hash: String,
    sources: BTreeMap<String, String>,
}

impl Grading {
    /// Finds an exercise and reads it. Nothing is graded by a key that has an error.
    pub(crate) fn open(exercise: &str, bank: &BankArguments) -> Result<Self, Failure> {
        let entry = assay_bank::resolve(exercise, bank.bank.as_deref())?;
        let exercise = Exercise::load(&entry.id, entry.folder).map_err(Failure::all)?;
        let key_hash = hash(&exercise.folder, MANIFEST, &exercise.manifest.document)?;
        let brief = (exercise.manifest.brief.get_ref(), &exercise.brief);
        let documents = exercise.sources.iter().map(|(path, document)| (path, document)).chain([brief]);
        let sources = documents
            .filter(|(path, _)| !path.is_empty())
            .map(|(path, document)| Ok((path.clone(), hash(&exercise.folder, path, document)?)))
            .collect::<Result<_, Failure>>()?;
        Ok(Self { key: exercise.key(), exercise, key_hash, sources })
    }

    /// The sources as the grader knows them, for reviews that are copies of one.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.key.sources
    }

    /// What a grade of the review with this hash was made by.
    pub(crate) fn record(&self, review: String) -> Record {
        Record { version: VERSION.to_owned(), key: self.key_hash.clone(), sources: self.sources.clone(), review }
    }

    /// The grader for this key; it is costly to make and cheap to use.
    pub(crate) fn grader(&self) -> Grader<'_> {
        Grader::new(&self.key)
    }

    /// Grades one submission.
    pub(crate) fn grade(&self, grader: &Grader<'_>, submission: Submission) -> Outcome {
        self.outcome(submission, |review| grader.grade(review))
    }

    /// What came of a submission, with the grade that is handed in where the review could be read.
    pub(crate) fn outcome(&self, submission: Submission, grade: impl FnOnce(&Review) -> Grade) -> Outcome {
        match submission.review {
            Ok(read) => {
                let grade = grade(&read.review);
                Outcome { record: Some(self.record(read.sha256)), ..Outcome::graded(read.review, grade) }
            }
            Err(reason) => Outcome::error(&self.exercise.id, &submission.name, reason),
        }
    }
}

/// The hash of a file that was read a moment ago as a document. It must be the same still: a grade says by which key it was made.
fn hash(folder: &Folder, path: &str, document: &Document) -> Result<String, Failure> {
    let bytes = folder.read_bytes(path).unwrap_or_default();
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    if text == document.text.as_bytes() {
        return Ok(sha256(&bytes));
    }
    let message = format!("{} changed while it was read", folder.display(path));
    Err(CliError::new("changed", message, "Let nobody write to the exercise while it is used, and try again.").into())
}
