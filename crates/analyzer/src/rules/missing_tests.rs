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
//! Reach is told by names: a function counts as reached if a test, or a function that is reached, mentions its name. Functions
//! that a framework calls (decorated ones, methods of classes with bases from outside the tree) are left alone where there are
//! tests. Trivial functions are not reported.

use crate::file::File;
use crate::rules::Tree;
use crate::{Confidence, Finding, Label, Span};
use assay_python::last_name;
use assay_python::model::{Function, NONE, Weight};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use rustpython_ast::{Expr, Stmt};
use std::hash::{Hash, Hasher};

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
    /// Which names each function mentions, for functions of all kinds: own name, mentioned names.
    mentions: Vec<(u32, Box<[u32]>)>,
    /// Names that the file's tests mention.
    tested: Box<[u32]>,
    /// Tests that assert nothing.
    empty: Vec<(String, Span, bool)>,
}

#[derive(Debug)]
struct Candidate {
    name: String,
    /// Class and method, for the message.
    shown: String,
    span: Span,
    score: f32,
    weight: Weight,
    /// Whether something other than a call by name may run it.
    by_framework: bool,
    doctest: bool,
}

fn hashed(name: &str) -> u32 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    // The upper half is the better mixed one.
    u32::try_from(hasher.finish() >> 32).unwrap_or_default()
}

/// How much a function needs tests: bounds and calculations break silently, branches and failure points less so.
fn score(file: &File<'_, '_>, at: u32, function: &Function<'_>) -> f32 {
    let weight = function.weight;
    let own = f32::from(weight.bounds) * 2.0
        + f32::from(weight.arithmetic) * 1.5
        + f32::from(weight.branches)
        + f32::from(weight.tests) * 0.5
        + f32::from(weight.loops) * 0.5
        + f32::from(weight.failures);
    // Code that mostly talks to other systems is tested with them, and its logic should live elsewhere.
    let talks = file.trips.map_or(0, |trips| trips.direct.iter().filter(|trip| trip.context.function == at).count());
    let prints = function.calls.iter().filter(|call| {
        matches!(
            file.model.calls[**call as usize].name(),
            "print" | "open" | "write" | "commit" | "add_argument" | "sleep" | "echo"
        )
    });
    let penalty = (talks as f32 * 0.5 + prints.count() as f32 * 0.5).min(own * 0.5);
    let script =
        if matches!(function.name, "main" | "run" | "cli" | "__init__" | "setup" | "handle") { 0.5 } else { 1.0 };
    (own - penalty) * script
}

/// Gathers what the rule needs of one file.
pub(crate) fn collect(file: &File<'_, '_>, with_tests: bool) -> FileTests {
    let model = file.model;
    let mut gathered = FileTests { test: file.test, ..FileTests::default() };
    if file.test {
        gathered.tested = words_of(model.text);
        gathered.empty = empty_tests(file);
        return gathered;
    }
    let skipped =
        ["setup.py", "conf.py", "manage.py", "__main__.py", "noxfile.py", "tasks.py", "fabfile.py", "settings.py"];
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(file.path);
    let skip_file = skipped.contains(&name) && with_tests
        || ["migrations/", "docs/", "doc/", "examples/", "benchmarks/"].iter().any(|folder| file.path.contains(folder));
    for (at, function) in (0..).zip(&model.functions) {
        let Some(def) = function.def() else { continue };
        if with_tests {
            let mut mentions: Vec<u32> = Vec::with_capacity(function.calls.len());
            for call in &function.calls {
                let call = &model.calls[*call as usize];
                mentions.push(hashed(call.name()));
                mentions
                    .extend(call.node.arguments.args.iter().map(last_name).filter(|name| !name.is_empty()).map(hashed));
            }
            mentions.sort_unstable();
            mentions.dedup();
            if !mentions.is_empty() {
                gathered.mentions.push((hashed(function.name), mentions.into()));
            }
        }
        let public = !function.name.starts_with('_') || function.name == "__call__";
        let nested = function.context.function != NONE;
        if !public || nested || skip_file {
            continue;
        }
        let class = model.classes.get(function.class as usize);
        if class.is_some_and(|class| class.name.starts_with('_')) {
            continue;
        }
        let score = score(file, at, function);
        if score < 1.0 {
            continue;
        }
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
        gathered.functions.push(Candidate {
            name: function.name.to_owned(),
            shown: class.map_or_else(|| function.name.to_owned(), |class| format!("{}.{}", class.name, function.name)),
            span: file.span(function.name_range()),
            score,
            weight: function.weight,
            by_framework: decorated || foreign_base || serves(function),
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

/// All words of a text that could be names.
fn words_of(text: &str) -> Box<[u32]> {
    // Bytes of other alphabets belong to names too.
    let mut words: Vec<u32> = text
        .as_bytes()
        .split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80))
        .filter(|word| word.len() > 1 && !word[0].is_ascii_digit())
        .filter_map(|word| std::str::from_utf8(word).ok())
        .map(hashed)
        .collect();
    words.sort_unstable();
    words.dedup();
    words.into()
}

/// Test functions that assert nothing, with whether that is in doubt.
fn empty_tests(file: &File<'_, '_>) -> Vec<(String, Span, bool)> {
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(file.path);
    if !(name.starts_with("test") || name.ends_with("_test.py") || name.ends_with("_tests.py")) {
        return Vec::new();
    }
    let model = file.model;
    // Helpers of this file that assert, so that calling them does as well.
    let asserting: FxHashSet<&str> = model
        .functions
        .iter()
        .filter(|function| asserts_itself(file, function))
        .map(|function| function.name)
        .collect();
    let mut found = Vec::new();
    for function in &model.functions {
        let Some(def) = function.def() else { continue };
        let class = model.classes.get(function.class as usize);
        let is_test = function.name.starts_with("test_")
            || function.name == "test"
            || class.is_some() && function.name.starts_with("test");
        let collected = function.context.function == NONE
            && class.is_none_or(|class| {
                class.name.starts_with("Test")
                    || class.name.ends_with("Test")
                    || class.name.ends_with("Tests")
                    || class.name.ends_with("TestCase")
                    || class.node.arguments.is_some()
            });
        if !is_test || !collected || asserting.contains(function.name) {
            continue;
        }
        let marked = def.decorator_list.iter().any(|decorator| {
            let source = file.model.source(&decorator.expression);
            ["skip", "xfail", "fixture", "expectedFailure", "benchmark", "given", "raises", "warns"]
                .iter()
                .any(|word| source.contains(word))
        });
        let helped = function.calls.iter().any(|call| {
            let name = model.calls[*call as usize].name();
            asserting.contains(name) || asserts_by_name(name)
        });
        let benchmark = function.parameters().is_some_and(|parameters| {
            parameters
                .iter_source_order()
                .any(|parameter| matches!(parameter.name().as_str(), "benchmark" | "snapshot"))
        });
        if marked || helped || benchmark {
            continue;
        }
        // A smoke test says that nothing must be raised; whether that is meant, its name may tell.
        let smoke = [
            "smoke",
            "import",
            "no_error",
            "not_raise",
            "does_not",
            "doesnt",
            "no_crash",
            "without_error",
            "noop",
            "no_exception",
        ]
        .iter()
        .any(|word| function.name.contains(word));
        let calls_helpers = function.calls.iter().any(|call| {
            matches!(&*model.calls[*call as usize].node.func, Expr::Attribute(attribute) if matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "self"))
        });
        found.push((function.name.to_owned(), file.span(def.name.range), smoke || calls_helpers));
    }
    found
}

fn asserts_by_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "assert", "expect", "should", "verify", "check", "validate", "raises", "warns", "fail", "compare", "ensure",
        "must", "equal", "match", "approve", "run_",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

fn asserts_itself(file: &File<'_, '_>, function: &Function<'_>) -> bool {
    let text = &file.model.text[function.range()];
    text.contains("assert")
        || text.contains("raise ")
        || text.contains("yield")
        || function.calls.iter().any(|call| asserts_by_name(file.model.calls[*call as usize].name()))
}

pub(crate) fn check(tree: &Tree<'_>) -> Vec<Finding> {
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

    // What tests mention is reached, and what reached functions mention.
    let mut mentions: FxHashMap<u32, Vec<&[u32]>> = FxHashMap::default();
    for (_, file) in &tree.tests {
        for (name, mentioned) in &file.mentions {
            mentions.entry(*name).or_default().push(mentioned);
        }
    }
    let mut reached: FxHashSet<u32> = FxHashSet::default();
    let mut open: Vec<u32> = Vec::new();
    for (_, file) in &tree.tests {
        for name in &file.tested {
            if reached.insert(*name) {
                open.push(*name);
            }
        }
    }
    while let Some(name) = open.pop() {
        for mentioned in mentions.get(&name).into_iter().flatten() {
            for name in *mentioned {
                if reached.insert(*name) {
                    open.push(*name);
                }
            }
        }
    }
    let mut findings = Vec::new();
    for (path, file) in &tree.tests {
        for candidate in &file.functions {
            if candidate.score < WORTH
                || candidate.by_framework
                || candidate.doctest
                || reached.contains(&hashed(&candidate.name))
            {
                continue;
            }
            let message = format!("no test reaches `{}`: {}", candidate.shown, reasons(candidate.weight));
            let confidence = if candidate.score >= SURE { Confidence::High } else { Confidence::Medium };
            findings.push(finding(path, candidate.span, message, confidence));
        }
        for (name, span, doubtful) in &file.empty {
            let confidence = if *doubtful { Confidence::Low } else { Confidence::Medium };
            findings.push(finding(
                path,
                *span,
                format!("`{name}` asserts nothing, so it passes whatever the code does"),
                confidence,
            ));
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
