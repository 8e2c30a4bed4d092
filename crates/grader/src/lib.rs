//! Compares a written review with an answer key and says, with quotes, what was found, explained and remedied.
//!
//! A pipeline of small steps: text -> remarks -> sentences -> features -> matches -> credits -> grade. It takes values and
//! returns values: reading files is the business of the bank and the command line. It never reads Python; the bank tells it
//! what the source defines and where.

pub mod agreement;
mod grade;
mod key;
mod review;

pub use grade::{Band, Credit, DecoyGrade, Evidence, Grade, IssueGrade, Level, RemarkGrade, Signal, Verdict};
pub use key::{Definition, DefinitionKind, Key, KeyDecoy, KeyIssue, Lines, Source};
pub use review::{Review, ReviewError};

/// Grades reviews of one exercise. Building it compiles the key; grading is then cheap and may be done from many threads.
#[derive(Debug)]
pub struct Grader<'k> {
    key: &'k Key,
}

impl<'k> Grader<'k> {
    /// Prepares the key of one exercise.
    pub fn new(key: &'k Key) -> Self {
        Self { key }
    }

    /// Grades one review. Same key and review give the same grade, always.
    pub fn grade(&self, review: &Review) -> Grade {
        grade::nothing(self.key, review)
    }
}
