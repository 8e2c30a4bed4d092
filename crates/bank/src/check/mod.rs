//! Proves an exercise: the key against the analyzer and against itself, the handout against leaks, the samples against their labels.
//!
//! Each part reports all that it finds and leaves out only what another problem makes meaningless.

mod answers;
mod draft;
mod findings;
mod leaks;
mod repairs;
mod samples;

pub use answers::ideal_answer;
pub(crate) use draft::TODO;
pub use leaks::leaks;
pub use samples::check_references;

use crate::bank::Entry;
use crate::exercise::{Exercise, Opened};
use crate::problem::{Problem, Severity};
use assay_grader::Grader;

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
        let unwritten = draft::left_to_write(exercise);
        let written = unwritten.is_empty();
        problems.extend(unwritten);
        problems.extend(draft::length(exercise));
        problems.extend(findings::check(exercise, sound));
        problems.extend(leaks(exercise));
        let key = exercise.key();
        let grader = sound.then(|| Grader::new(&key));
        problems.extend(samples::check(exercise, grader.as_ref()));
        // Of a draft it is known that it does not say everything.
        if let Some(grader) = grader.filter(|_| written) {
            problems.extend(answers::check(exercise, &grader, &key.issues));
        }
    }
    Checked { id: entry.id.clone(), problems }
}
