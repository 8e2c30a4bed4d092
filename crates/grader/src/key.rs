//! What the grader has to know of an exercise: the answer key and an outline of the source.

/// Lines of a file, 1-based, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lines {
    /// First line.
    pub start: usize,
    /// Last line.
    pub end: usize,
}

/// An exercise as the grader needs it.
#[derive(Debug, Clone, Default)]
pub struct Key {
    /// `track/slug`.
    pub exercise: String,
    /// What the candidate was told; words quoted from it are no finding.
    pub brief: String,
    /// The source files, empty for an exercise whose key has no code.
    pub sources: Vec<Source>,
    /// The planted issues.
    pub issues: Vec<KeyIssue>,
    /// Places that look wrong and are right.
    pub decoys: Vec<KeyDecoy>,
}

/// A source file and what it defines.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Path below the exercise's folder.
    pub path: String,
    /// The text.
    pub text: String,
    /// Functions, methods and classes in order of their first line.
    pub definitions: Vec<Definition>,
}

/// Sort of a [`Definition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefinitionKind {
    /// A function, also a nested one.
    Function,
    /// A function in a class.
    Method,
    /// A class.
    Class,
}

/// A function, method or class of the source.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Plain name: `diff`, not `Forge.diff`.
    pub name: String,
    /// What it is.
    pub kind: DefinitionKind,
    /// From the first decorator to the last line of the body.
    pub lines: Lines,
    /// Names of the parameters, `self` and `cls` left out.
    pub parameters: Vec<String>,
}

/// A planted issue.
#[derive(Debug, Clone, Default)]
pub struct KeyIssue {
    /// Unique in the exercise.
    pub id: String,
    /// Id of the kind in the catalog, or `custom`.
    pub kind: String,
    /// The file, where the key names one.
    pub file: Option<String>,
    /// The lines, where the key names them.
    pub lines: Option<Lines>,
    /// What is wrong.
    pub summary: String,
    /// Mechanism and consequence.
    pub why: String,
    /// Remedy.
    pub fix: String,
    /// What the issue is worth.
    pub points: f64,
    /// Further phrases that earn the credit here.
    pub terms_named: Vec<String>,
    /// Further phrases that earn the credit here.
    pub terms_why: Vec<String>,
    /// Further phrases that earn the credit here.
    pub terms_fix: Vec<String>,
}

/// A place that looks wrong and is right.
#[derive(Debug, Clone, Default)]
pub struct KeyDecoy {
    /// Unique in the exercise.
    pub id: String,
    /// The file, where the key names one.
    pub file: Option<String>,
    /// The lines, where the key names them.
    pub lines: Option<Lines>,
    /// What someone might wrongly claim.
    pub summary: String,
    /// Why it is fine.
    pub why: String,
}
