//! The rules. Adding one means adding a file here and an entry in [`RULES`].

mod missing_error_handling;
pub(crate) mod missing_tests;
mod mutable_default;
mod n_plus_one;
mod swallowed_exception;

use crate::Finding;
use crate::file::{Draft, File};
pub(crate) use missing_error_handling::{Decorators, calls_in_view, decorators_in_view};

/// A rule: what it finds, and the function that finds it.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Id of the kind in the catalog; also the rule's own.
    pub kind: &'static str,
    pub(crate) check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// One file at a time, with what is known of the others.
    File(fn(&File<'_, '_>) -> Vec<Draft>),
    /// What was gathered from all files.
    Tree(fn(&mut Tree<'_>) -> Vec<Finding>),
}

/// What rules that look at the whole tree get.
pub(crate) struct Tree<'t> {
    /// Path and gathered facts of each file.
    pub(crate) tests: Vec<(&'t str, missing_tests::FileTests)>,
    /// Plain names that count as mentioned in any case.
    pub(crate) words: missing_tests::Words,
}

/// All rules, in the order of their ids.
pub const RULES: &[Rule] = &[
    Rule { kind: "missing-error-handling", check: Check::File(missing_error_handling::check) },
    Rule { kind: "missing-tests", check: Check::Tree(missing_tests::check) },
    Rule { kind: "mutable-default", check: Check::File(mutable_default::check) },
    Rule { kind: "n-plus-one", check: Check::File(n_plus_one::check) },
    Rule { kind: "swallowed-exception", check: Check::File(swallowed_exception::check) },
];
