//! The grades of a cohort, one by one, while the rest is graded.

use crate::error::Failure;
use crate::grading::Grading;
use crate::input::Submission;
use crate::part::Part;
use assay_grader::{Format, Grade, Grader};
use assay_report::grade::Outcome;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// What is done of a cohort. Its first line says what was graded by what, each further one has a grade.
pub(crate) struct Journal {
    part: Part,
    /// Grades of an earlier run by name and hash of the review.
    earlier: HashMap<(String, String), Grade>,
}

/// What has to be the same for a grade to be the same.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    version: String,
    exercise: String,
    key: String,
    sources: Vec<(String, String)>,
    format: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    sha256: String,
    grade: Grade,
}

impl Journal {
    /// Begins a journal beside a result, or with `resume` goes on with the one that is there.
    pub(crate) fn open(
        result: &Path,
        resume: bool,
        grading: &Grading,
        format: Option<Format>,
    ) -> Result<Self, Failure> {
        let (mut part, lines) = Part::open(result, resume)?;
        let record = grading.record(String::new());
        let head = Head {
            version: record.version,
            exercise: grading.exercise.id.clone(),
            key: record.key,
            sources: record.sources.into_iter().collect(),
            format: format!("{format:?}"),
        };
        let mut earlier = HashMap::new();
        let mut begun = false;
        for line in lines.into_iter().flatten() {
            let line = line.map_err(|error| part.is_other(&error.to_string()))?;
            if !begun {
                begun = true;
                match serde_json::from_str::<Head>(&line) {
                    Ok(old) if old == head => continue,
                    _ => return Err(part.is_other("exercise, program or --review-format are not those of its grades")),
                }
            }
            let entry: Entry = serde_json::from_str(&line).map_err(|error| part.is_other(&error.to_string()))?;
            earlier.insert((entry.grade.review.clone(), entry.sha256), entry.grade);
        }
        if !begun {
            part.add(&line(&head))?;
        }
        Ok(Self { part, earlier })
    }

    /// Grades a submission, unless it was graded before.
    pub(crate) fn grade(
        &mut self,
        grading: &Grading,
        grader: &Grader<'_>,
        submission: Submission,
    ) -> Result<Outcome, Failure> {
        let before = submission
            .review
            .as_ref()
            .ok()
            .and_then(|read| self.earlier.remove(&(submission.name.clone(), read.sha256.clone())));
        let known = before.is_some();
        let outcome = grading.outcome(submission, |review| before.unwrap_or_else(|| grader.grade(review)));
        if let (false, Ok(grade), Some(record)) = (known, &outcome.result, &outcome.record) {
            self.part.add(&line(&Entry { sha256: record.review.clone(), grade: grade.clone() }))?;
        }
        Ok(outcome)
    }

    /// All is written to where it belongs.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.part.remove()
    }
}

fn line(value: &impl Serialize) -> String {
    // Grades and hashes have no value that JSON cannot hold.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}
