//! The rules: each finds one kind of issue in Python.
//!
//! A file is parsed, modelled, looked at by every rule and dropped again; what other files need to know of it stays behind as
//! a summary. Files that learn something from the summaries of others are looked at once more. Nothing here reads reviews.

mod engine;
mod file;
mod imports;
mod rules;

pub use engine::{analyze_paths, analyze_sources};
pub use rules::{RULES, Rule};

/// A place in a source file. Lines and columns are 1-based, columns count characters; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset after the last byte.
    pub end: usize,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
}

/// How sure a rule is. Interviewers and CI act on `High`; `Low` is for people to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A person should look before believing it.
    Low,
    /// Likely.
    Medium,
    /// As good as certain.
    High,
}

/// A further place that belongs to a finding, with what it has to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there: "appended to here".
    pub text: String,
}

/// One problem found in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the kind in the catalog.
    pub kind: &'static str,
    /// Id of the rule that found it.
    pub rule: &'static str,
    /// The file, as it was given or found.
    pub path: String,
    /// The words to mark.
    pub span: Span,
    /// What is wrong here, in one sentence that names things as the code does.
    pub message: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Further places.
    pub labels: Vec<Label>,
}

/// A file that could not be analysed, with the place and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file.
    pub path: String,
    /// 1-based line, 1 where unknown.
    pub line: usize,
    /// 1-based column in characters, 1 where unknown.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// What came of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Analysis {
    /// Number of Python files looked at, those with errors included.
    pub files: usize,
    /// Sorted by path, line, column, rule.
    pub findings: Vec<Finding>,
    /// Sorted by path.
    pub errors: Vec<FileError>,
}

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Kinds to report; empty means all.
    pub select: Vec<String>,
}
