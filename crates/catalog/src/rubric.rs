//! The form of the rubric and the lexicon: what words mean, and which meanings earn a credit.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What earns the three credits for one kind of issue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    /// Combinations of concepts that name the problem: its term, mechanism, symptom, or a question about it.
    #[serde(default)]
    pub named: Vec<Pattern>,
    /// Combinations that explain it: mechanism or consequence.
    #[serde(default)]
    pub why: Vec<Pattern>,
    /// Combinations that remedy it.
    #[serde(default)]
    pub fix: Vec<Pattern>,
}

/// Concepts that must stand together in one passage, in any order.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Every entry must occur; an entry may list alternatives: `"once|shared"`.
    pub all: Vec<String>,
    /// None of these may occur.
    #[serde(default)]
    pub none: Vec<String>,
    /// 0 to 1: how surely the combination means this; 1 where nothing is said.
    #[serde(default = "one")]
    pub weight: f64,
    /// What the words say, for the report: "says that the object outlives the call".
    pub because: String,
}

fn one() -> f64 {
    1.0
}

/// The words people use for each concept.
///
/// A phrase is words in order; up to two other words may stand between them. Words are compared by stem, so `share` is also
/// `shared` and `sharing`; `a|b` is either word; a word with `=` before it must stand exactly as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lexicon {
    /// Concept id to phrases.
    pub concepts: BTreeMap<String, Vec<String>>,
    /// Words that reviewers use for each other; used to compare a review with the prose of a key.
    pub synonyms: Vec<Vec<String>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    toml::from_str(include_str!("../lexicon.toml")).unwrap_or_else(|error| panic!("lexicon.toml: {error}"))
});

/// The lexicon that ships.
pub fn lexicon() -> &'static Lexicon {
    &LEXICON
}

/// Common English words, so that a rare word is not taken for a misspelling of a term.
pub fn english() -> impl Iterator<Item = &'static str> {
    include_str!("../english.txt").split_whitespace()
}
