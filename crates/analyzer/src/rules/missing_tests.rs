//! # What it does
//! With no tests in the tree, names the one function that most needs them. With tests, finds the public functions and methods
//! with logic of their own that no test reaches, directly, through other functions, or by a doctest; and tests that assert nothing.
//!
//! # Why it is bad
//! Code that no test runs is first run by its users. A later change to a bound or a formula breaks it without anybody noticing.
//!
//! # Example
//! ```python
//! def late_fee(days, rate):
//!     return 0 if days <= GRACE else min(days * rate, CAP)
//! ```
//!
//! # Use instead
//! ```python
//! @pytest.mark.parametrize("days, fee", [(3, 0), (4, 2), (100, 30)])
//! def test_late_fee(days, fee):
//!     assert late_fee(days, rate=Decimal("0.50")) == fee
//! ```
//!
//! # Limits
//! Functions and classes are followed through definitions and imports, methods by their plain names: one counts as reached if a
//! test, or a function that is reached, mentions it in whatever way. What stands at module level counts as run. Functions that
//! a framework calls (decorated ones, methods of classes with bases from outside the tree) are left alone where there are
//! tests. Trivial functions are not reported. A test asserts by a statement, by calling what is named like an assertion
//! (`assertEqual`, `raises`, `fail`, `expect_text`), by a fixture that compares with what was kept, or by calling a helper in view
//! that does; `mock.assert_called_once` without its call asserts nothing. Confidence is low where the name says that nothing must
//! be raised, or where the test calls its own class.

mod assertions;
mod mentions;
mod reached;
mod words;

use crate::engine::function_key;
use crate::file::File;
use crate::rules::Tree;
use crate::{Confidence, Finding, Label, Span};
use assay_python::last_name;
use assay_python::model::{Function, NONE, Weight};
use assertions::Assertions;
use mentions::{Mentions, mentions};
use reached::reached;
use rustc_hash::FxHashSet;
use rustpython_ast::{Expr, Stmt};
pub(crate) use words::Words;
use words::words_of;

const KIND: &str = "missing-tests";

/// From this weight on a function has logic that is worth a test of its own.
const WORTH: f32 = 2.0;
/// From this weight on there is no doubt about it.
const SURE: f32 = 4.0;

/// As many functions are named after the one that needs tests most.
const NEXT: usize = 3;

/// What is gathered from one file.
#[derive(Debug, Default)]
pub(crate) struct FileTests {
    /// Whether the file is a test.
    test: bool,
    /// Public functions with logic.
    functions: Vec<Candidate>,
    /// What the functions and classes of the file mention; of a test file, one entry for all of it.
    mentions: Mentions,
    /// Of a test file: tests that assert nothing, and helpers that do.
    assertions: Assertions,
}

#[derive(Debug)]
struct Candidate {
    exact: u32,
    name: u32,
    /// Class and method, for the message.
    shown: Box<str>,
    span: Span,
    score: f32,
    weight: Weight,
    doctest: bool,
}

fn hashed(name: &str) -> u32 {
    function_key("", name)
}

/// How much a function needs tests: bounds and calculations break silently, branches and failure points less so. None if that
/// is less than `least`.
fn score(file: &File<'_, '_>, at: u32, function: &Function<'_>, least: f32) -> Option<f32> {
    let weight = function.weight;
    let own = f32::from(weight.bounds) * 2.0
        + f32::from(weight.arithmetic) * 1.5
        + f32::from(weight.branches)
        + f32::from(weight.tests) * 0.5
        + f32::from(weight.loops) * 0.5
        + f32::from(weight.failures);
    // Nothing below adds to it.
    if own < least {
        return None;
    }
    // Code that mostly talks to other systems is tested with them, and its logic should live elsewhere.
    let talks = file.trips.map_or(0, |trips| trips.count_in(at));
    let prints = function.calls.iter().filter(|call| {
        matches!(
            file.model.calls[**call as usize].name(),
            "print" | "open" | "write" | "commit" | "add_argument" | "sleep" | "echo"
        )
    });
    let penalty = (talks as f32 * 0.5 + prints.count() as f32 * 0.5).min(own * 0.5);
    let script =
        if matches!(function.name, "main" | "run" | "cli" | "__init__" | "setup" | "handle") { 0.5 } else { 1.0 };
    Some((own - penalty) * script).filter(|score| *score >= least)
}

impl FileTests {
    /// Takes over what a file mentions from what was gathered before.
    pub(crate) fn keep_mentions(&mut self, before: &mut FileTests) {
        self.mentions = std::mem::take(&mut before.mentions);
    }
}

/// Gathers what the rule needs of one file. What it mentions is gathered if there are `words` to add plain names to.
pub(crate) fn collect(file: &File<'_, '_>, with_tests: bool, words: Option<&Words>) -> FileTests {
    let model = file.model;
    let mut gathered = FileTests { test: file.test, ..FileTests::default() };
    if file.test {
        gathered.mentions = words.map(|words| words_of(file, words)).unwrap_or_default();
        gathered.assertions = Assertions::of(file);
        return gathered;
    }
    let skipped =
        ["setup.py", "conf.py", "manage.py", "__main__.py", "noxfile.py", "tasks.py", "fabfile.py", "settings.py"];
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(file.path);
    let skip_file = skipped.contains(&name) && with_tests
        || ["migrations/", "docs/", "doc/", "examples/", "benchmarks/"].iter().any(|folder| file.path.contains(folder));
    if with_tests && let Some(words) = words {
        gathered.mentions = mentions(file, words);
    }
    for (at, function) in (0..).zip(&model.functions) {
        let Some(def) = function.def() else { continue };
        let public = !function.name.starts_with('_') || function.name == "__call__";
        let nested = function.context.function != NONE;
        if !public || nested || skip_file {
            continue;
        }
        let class = model.classes.get(function.class as usize);
        if class.is_some_and(|class| class.name.starts_with('_')) {
            continue;
        }
        // With tests in the tree only what is worth a finding need be kept.
        let least = if with_tests { WORTH } else { 1.0 };
        let Some(score) = score(file, at, function, least) else { continue };
        let decorated = def.decorator_list.iter().any(|decorator| {
            !matches!(
                last_name(&decorator.expression),
                "staticmethod"
                    | "classmethod"
                    | "property"
                    | "cached_property"
                    | "lru_cache"
                    | "cache"
                    | "override"
                    | "abstractmethod"
            )
        });
        let foreign_base = class.is_some_and(|class| {
            class.node.arguments.iter().flat_map(|arguments| &arguments.args).any(|base| {
                !matches!(
                    last_name(base),
                    "object"
                        | "ABC"
                        | "Protocol"
                        | "Generic"
                        | "Exception"
                        | "NamedTuple"
                        | "Enum"
                        | "BaseModel"
                        | "str"
                ) && !matches!(file.types.of(base, class.context), assay_python::types::Type::Class(_))
            })
        });
        let abstracted =
            def.decorator_list.iter().any(|decorator| last_name(&decorator.expression) == "abstractmethod");
        if abstracted {
            continue;
        }
        let doctest = matches!(def.body.first(), Some(Stmt::Expr(stmt))
            if matches!(&*stmt.value, Expr::StringLiteral(doc) if doc.value.to_str().contains(">>> ")));
        let by_framework = decorated || foreign_base || serves(function);
        if with_tests && (by_framework || doctest) {
            continue;
        }
        gathered.functions.push(Candidate {
            exact: file.function_key(at),
            name: hashed(function.name),
            shown: class
                .map_or_else(|| function.name.into(), |class| format!("{}.{}", class.name, function.name).into()),
            span: file.span(function.name_range()),
            score,
            weight: function.weight,
            doctest,
        });
    }
    if !with_tests {
        // Only the neediest can be reported.
        gathered.functions.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.span.start.cmp(&b.span.start)));
        gathered.functions.truncate(1 + NEXT);
    }
    gathered
}

fn serves(function: &Function<'_>) -> bool {
    function.parameters().is_some_and(|parameters| {
        parameters.iter_source_order().any(|parameter| parameter.name().as_str() == "request")
    })
}

pub(crate) fn check(tree: &mut Tree<'_>) -> Vec<Finding> {
    let tests = tree.tests.iter().any(|(_, file)| file.test);
    let finding = |path: &str, span: Span, message: String, confidence| Finding {
        kind: KIND,
        rule: KIND,
        path: path.to_owned(),
        span,
        message,
        confidence,
        labels: Vec::new(),
    };
    if !tests {
        let mut candidates: Vec<_> = tree
            .tests
            .iter()
            .flat_map(|(path, file)| file.functions.iter().map(move |candidate| (*path, candidate)))
            .filter(|(_, candidate)| !candidate.doctest)
            .collect();
        // Of equals the first in reading order.
        candidates.sort_by(|(path_a, a), (path_b, b)| {
            b.score.total_cmp(&a.score).then(path_a.cmp(path_b)).then(a.span.start.cmp(&b.span.start))
        });
        let Some(((path, neediest), others)) = candidates.split_first() else { return Vec::new() };
        let message =
            format!("there are no tests, and `{}` needs them most: {}", neediest.shown, reasons(neediest.weight));
        let confidence = if neediest.score >= SURE { Confidence::High } else { Confidence::Medium };
        let mut found = finding(path, neediest.span, message, confidence);
        found.labels = others
            .iter()
            .filter(|(other, _)| other == path)
            .take(NEXT)
            .map(|(_, candidate)| Label {
                span: candidate.span,
                text: format!("then `{}`: {}", candidate.shown, reasons(candidate.weight)),
            })
            .collect();
        return vec![found];
    }

    let reached = reached(tree);
    let helpers: FxHashSet<u32> = tree.tests.iter().flat_map(|(_, file)| &file.assertions.helpers).copied().collect();
    let mut findings = Vec::new();
    for (path, file) in &tree.tests {
        for candidate in &file.functions {
            if reached.exact.contains(&candidate.exact) || reached.bare.contains(&candidate.name) {
                continue;
            }
            let message = format!("no test reaches `{}`: {}", candidate.shown, reasons(candidate.weight));
            let confidence = if candidate.score >= SURE { Confidence::High } else { Confidence::Medium };
            findings.push(finding(path, candidate.span, message, confidence));
        }
        for test in file.assertions.empty.iter().filter(|test| !test.helped(&helpers)) {
            let message = format!("`{}` asserts nothing, so it passes whatever the code does", test.name);
            let confidence = if test.doubtful { Confidence::Low } else { Confidence::Medium };
            findings.push(finding(path, test.span, message, confidence));
        }
    }
    findings
}

/// What in a function is worth testing, in words.
fn reasons(weight: Weight) -> String {
    let count = |number: u16, one: &str, many: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        several => Some(format!("{several} {many}")),
    };
    let parts: Vec<_> = [
        count(weight.branches, "branch", "branches"),
        count(weight.arithmetic, "calculation", "calculations"),
        count(weight.bounds, "bound", "bounds"),
        count(weight.failures, "failure point", "failure points"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match &parts[..] {
        [] => "it makes decisions".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
