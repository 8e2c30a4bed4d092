//! Tests that assert nothing.

use super::hashed;
use super::mentions::exact;
use crate::Span;
use crate::file::File;
use assay_python::model::{Function, NONE};
use rustc_hash::FxHashSet;
use rustpython_ast::Expr;

/// What the functions of a test file assert.
#[derive(Debug, Default)]
pub(super) struct Assertions {
    /// Tests that assert nothing as far as this file shows.
    pub(super) empty: Vec<EmptyTest>,
    /// Functions that assert, by module and path, and methods by plain name, for the tests of other files that call them.
    pub(super) helpers: Vec<u32>,
}

/// A test that asserts nothing, unless one of the helpers does that it calls.
#[derive(Debug)]
pub(super) struct EmptyTest {
    pub(super) name: Box<str>,
    pub(super) span: Span,
    /// Whether it may be meant so.
    pub(super) doubtful: bool,
    /// Whom it calls: by module and path what is defined or imported, the rest by plain name.
    calls: Box<[u32]>,
}

impl EmptyTest {
    /// Whether the test calls one of these helpers.
    pub(super) fn helped(&self, helpers: &FxHashSet<u32>) -> bool {
        self.calls.iter().any(|call| helpers.contains(call))
    }
}

impl Assertions {
    /// Looks through the functions of a test file.
    pub(super) fn of(file: &File<'_, '_>) -> Self {
        let model = file.model;
        let mut asserting: FxHashSet<&str> = model
            .functions
            .iter()
            .filter(|function| asserts_itself(file, function))
            .map(|function| function.name)
            .collect();
        // Whoever calls a helper of the file that asserts, asserts as well.
        loop {
            let more: Vec<&str> = model
                .functions
                .iter()
                .filter(|function| !asserting.contains(function.name) && !is_test(function))
                .filter(|function| function.calls.iter().any(|at| asserting.contains(model.calls[*at as usize].name())))
                .map(|function| function.name)
                .collect();
            if more.is_empty() {
                break;
            }
            asserting.extend(more);
        }
        let helpers = (0..)
            .zip(&model.functions)
            .filter(|(_, function)| asserting.contains(function.name) && function.def().is_some() && !is_test(function))
            .map(|(at, function)| if function.class == NONE { file.function_key(at) } else { hashed(function.name) })
            .collect();
        Self { empty: empty(file, &asserting), helpers }
    }
}

fn is_test(function: &Function<'_>) -> bool {
    function.name.starts_with("test_")
        || function.name == "test"
        || function.class != NONE && function.name.starts_with("test")
}

/// The tests that neither assert nor call one of these functions of the file.
fn empty(file: &File<'_, '_>, asserting: &FxHashSet<&str>) -> Vec<EmptyTest> {
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(file.path);
    if !(name.starts_with("test") || name.ends_with("_test.py") || name.ends_with("_tests.py")) {
        return Vec::new();
    }
    let model = file.model;
    let mut found = Vec::new();
    for function in &model.functions {
        let Some(def) = function.def() else { continue };
        let class = model.classes.get(function.class as usize);
        let collected = function.context.function == NONE
            && class.is_none_or(|class| {
                class.name.starts_with("Test")
                    || class.name.ends_with("Test")
                    || class.name.ends_with("Tests")
                    || class.name.ends_with("TestCase")
                    || class.node.arguments.is_some()
            });
        if !is_test(function) || !collected || asserting.contains(function.name) {
            continue;
        }
        let marked = def.decorator_list.iter().any(|decorator| {
            let source = file.model.source(&decorator.expression);
            ["skip", "xfail", "fixture", "expectedFailure", "benchmark", "given", "raises", "warns"]
                .iter()
                .any(|word| source.contains(word))
        });
        let helped = function.calls.iter().any(|call| asserting.contains(model.calls[*call as usize].name()));
        // Fixtures that compare with what was kept.
        let compared = function.parameters().is_some_and(|parameters| {
            parameters.iter_source_order().any(|parameter| {
                let name = parameter.name().as_str();
                name == "benchmark" || name.contains("snapshot") || name.ends_with("regression")
            })
        });
        if marked || helped || compared {
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
        let calls = function.calls.iter().map(|at| {
            let call = &model.calls[*at as usize];
            exact(file, &call.node.func, call.context).unwrap_or_else(|| hashed(call.name()))
        });
        found.push(EmptyTest {
            name: function.name.into(),
            span: file.span(def.name.range),
            doubtful: smoke || calls_helpers,
            calls: calls.collect(),
        });
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

/// Whether a function asserts by itself: by a statement, not by a word in a comment or `mock.assert_called` without its call.
fn asserts_itself(file: &File<'_, '_>, function: &Function<'_>) -> bool {
    let text = &file.model.text[function.range()];
    let statement = |keyword: &str| {
        text.match_indices(keyword).any(|(at, _)| {
            let before = text[..at].trim_end_matches([' ', '\t']);
            let after = text[at + keyword.len()..].chars().next();
            (before.is_empty() || before.ends_with(['\n', ':', ';']))
                && after.is_none_or(|after| !after.is_alphanumeric() && after != '_')
        })
    };
    statement("assert")
        || statement("raise")
        || text.contains("yield")
        || function.calls.iter().any(|call| asserts_by_name(file.model.calls[*call as usize].name()))
}
