//! What is known of each kind of issue: prose for people, default points, and the rubric the grader reads reviews with.
//!
//! Every kind is one TOML file under `kinds/`; the files are part of the binary. This crate knows no Python and no review.

pub mod grams;
pub mod model;
pub mod rubric;

use rubric::Rubric;
use serde::Deserialize;
use std::sync::LazyLock;

/// One kind of issue, as its TOML file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Stable id, also the file's name: `mutable-default`.
    pub id: String,
    /// A short human name: "Mutable default argument".
    pub title: String,
    /// What it is, in one paragraph.
    pub what: String,
    /// Why it matters: mechanism and consequence.
    pub why: String,
    /// How it is repaired.
    pub fix: String,
    /// Python that has the problem.
    pub bad: String,
    /// The same Python repaired.
    pub good: String,
    /// The seniority signal that a review of this kind feeds (`python-trap`, `testability`, or `scale`, which stands for production too).
    pub signal: String,
    /// Words that give the kind away where an exercise has it and a candidate reads them; plurals are found as well.
    pub giveaways: Vec<String>,
    /// The first draft of an answer key for a place that has the problem.
    pub draft: Draft,
    /// Which meanings earn the three credits.
    #[serde(default)]
    pub rubric: Rubric,
}

/// Prose with the names of the code left open: `{function}`, `{parameter}`, `{item}` (of a loop) and `{callee}`, each in backticks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What is wrong.
    pub summary: String,
    /// Mechanism and consequence.
    pub why: String,
    /// Remedy.
    pub fix: String,
}

const FILES: &[(&str, &str)] = &[
    ("mutable-default", include_str!("../kinds/mutable-default.toml")),
    ("n-plus-one", include_str!("../kinds/n-plus-one.toml")),
    ("missing-error-handling", include_str!("../kinds/missing-error-handling.toml")),
    ("missing-tests", include_str!("../kinds/missing-tests.toml")),
    ("swallowed-exception", include_str!("../kinds/swallowed-exception.toml")),
];

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(id, text)| toml::from_str(text).unwrap_or_else(|error| panic!("kinds/{id}.toml: {error}")))
        .collect()
});

/// The kinds, in the order in which they are shown.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// The kind with this id, if there is one.
pub fn kind(id: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}

/// The id of an issue that is known only by its prose.
pub const CUSTOM: &str = "custom";

#[cfg(test)]
mod tests {
    #[test]
    fn files_are_named_after_their_kinds() {
        for ((name, _), kind) in super::FILES.iter().zip(super::kinds()) {
            assert_eq!(*name, kind.id);
        }
    }

    #[test]
    fn every_kind_is_described_in_full() {
        for kind in super::kinds() {
            for (field, text, least) in [
                ("what", &kind.what, 80),
                ("why", &kind.why, 80),
                ("fix", &kind.fix, 80),
                ("bad", &kind.bad, 40),
                ("good", &kind.good, 40),
                ("draft.summary", &kind.draft.summary, 20),
                ("draft.why", &kind.draft.why, 80),
                ("draft.fix", &kind.draft.fix, 40),
            ] {
                assert!(text.len() >= least, "{}: `{field}` is too short to be of use", kind.id);
            }
            assert!(["python-trap", "testability", "scale"].contains(&&*kind.signal), "{}", kind.id);
            assert_ne!(kind.bad, kind.good, "{}", kind.id);
            assert!(!kind.giveaways.is_empty(), "{}", kind.id);
            let draft = [&kind.draft.summary, &kind.draft.why, &kind.draft.fix].map(String::as_str).join(" ");
            for open in draft.split('{').skip(1) {
                let name = open.split('}').next().unwrap_or_default();
                assert!(["function", "parameter", "item", "callee"].contains(&name), "{}: {{{name}}}", kind.id);
                assert!(draft.contains(&format!("`{{{name}}}`")), "{}: {{{name}}} without backticks", kind.id);
            }
        }
    }
}
