//! Proves an exercise: the key against the analyzer, the handout against leaks, the samples against their labels.
//!
//! Each part reports all that it finds and leaves out only what another problem makes meaningless.

mod findings;
mod leaks;
mod samples;

pub use samples::check_references;

use crate::bank::Entry;
use crate::exercise::{Exercise, Opened};
use crate::problem::{Problem, Severity};

/// What came of checking one exercise.
#[derive(Debug)]
pub struct Checked {
    /// The exercise's id.
    pub id: String,
    /// All that is wrong with it; empty for a proven exercise.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Number of problems of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

/// Checks one exercise.
pub fn check(entry: &Entry) -> Checked {
    let Opened { exercise, mut problems } = Exercise::open(&entry.id, entry.folder.clone());
    if let Some(exercise) = &exercise {
        let sound = !problems.iter().any(|problem| problem.severity == Severity::Error);
        problems.extend(findings::check(exercise, sound));
        problems.extend(leaks::check(exercise));
        problems.extend(samples::check(exercise, sound));
    }
    Checked { id: entry.id.clone(), problems }
}
