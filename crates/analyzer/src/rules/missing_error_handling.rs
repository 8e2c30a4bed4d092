//! # What it does
//! Finds functions that rely on something that fails in normal operation (an answer of a web service, data that others wrote, a
//! row or key that may be absent, a subprocess) without handling the failure. One finding for each function marks the first such
//! place; labels mark the others and say what happens.
//!
//! # Why it is bad
//! One malformed record ends a whole batch, an error page is taken for data, and the person on call sees a `KeyError` far from
//! its cause.
//!
//! # Example
//! ```python
//! def rates(url):
//!     return requests.get(url, timeout=5).json()["rates"]
//! ```
//!
//! # Use instead
//! ```python
//! def rates(url):
//!     response = requests.get(url, timeout=5)
//!     response.raise_for_status()
//!     try:
//!         return response.json()["rates"]
//!     except (ValueError, KeyError) as error:
//!         raise RatesUnavailable(url) from error
//! ```
//!
//! # Limits
//! A failure counts as handled if a fitting `try` stands around it, around every call of the function in view or around the call
//! that a decorator of the tree makes, or if a retry decorator or a documented exception says so. Opening a file, a checked
//! request and a commit raise exceptions that say what is wrong; by themselves they are no finding, and appear as labels of one.
//! Of medium confidence are: files, and values from a key-value store, for most often the program wrote them itself; what an
//! answer holds whose status was looked at; a single mail; the first row of a table, unless the function serves a request; a row
//! that a cursor fetches, that was handed in, that a foreign key, a login or an earlier look for the same key vouches
//! for, or that was made just before; clients of HTTP that only a name tells of; programs that only tidy up, whose output is parsed
//! with care, whose result is looked for, that somebody sits in front of, or that a script runs outside every function; a single text
//! that is parsed, unless it came with a request; keys of a form or address; answers that are asked for their parts or for a mark,
//! and pages made for people; requests to the machine itself, and those that are made for the cookies they leave; examples, and what fills a database with made-up data; and functions
//! that are handed to somebody who may catch what they raise.

mod answers;
mod callers;
mod handlers;
mod parsing;
mod points;
mod processes;
mod rows;
mod vouched;

use crate::file::{Draft, File};
use crate::{Confidence, Label};
use assay_python::model::{Context, NONE};
use assay_python::types::Type;
pub(crate) use callers::{Decorators, calls_in_view, decorators_in_view, imported_key, root_name, tree_key};
use handlers::guarded;
use parsing::body_is_parsed;
use points::points;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;
use rustpython_ast::Expr;

const KIND: &str = "missing-error-handling";

/// What kind of failure, as far as handlers tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Family {
    /// Text that is not what it should be.
    Value,
    /// A key, index or attribute that is not there.
    Lookup,
    /// Network and files.
    Io,
    /// A subprocess.
    Process,
    /// A row that is not there.
    NoRow,
    /// The database.
    Database,
}

/// A place that may fail.
struct Point {
    range: TextRange,
    context: Context,
    family: Family,
    /// What happens there if it fails, said of `it`.
    text: String,
    /// Whether it is a finding by itself.
    strong: Option<Confidence>,
    /// Whether nothing is raised, so that no handler further up sees it.
    silent: bool,
}

pub(crate) fn check(file: &File<'_, '_>) -> Vec<Draft> {
    // What imports pytest supports tests, wherever it stands.
    if file.test || file.path.contains("migrations/") || file.types.imports.contains("pytest") {
        return Vec::new();
    }
    let mut by_function: FxHashMap<u32, Vec<Point>> = FxHashMap::default();
    for point in points(file) {
        if point.silent || !guarded(file, point.context, point.family) {
            by_function.entry(outermost_def(file, point.context.function)).or_default().push(point);
        }
    }
    let mut drafts: Vec<Draft> =
        by_function.into_iter().filter_map(|(function, points)| draft(file, function, points)).collect();
    drafts.sort_by_key(|draft| draft.finding.span.start);
    drafts
}

/// Lambdas and comprehensions belong to the function around them.
pub(crate) fn outermost_def(file: &File<'_, '_>, function: u32) -> u32 {
    let mut at = function;
    while at != NONE && file.model.functions[at as usize].def().is_none() {
        at = file.model.functions[at as usize].context.function;
    }
    at
}

impl Family {
    const ALL: [Family; 6] =
        [Family::Value, Family::Lookup, Family::Io, Family::Process, Family::NoRow, Family::Database];

    /// A set of this one alone.
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

fn draft(file: &File<'_, '_>, function: u32, mut points: Vec<Point>) -> Option<Draft> {
    points.sort_by_key(|point| (point.range.start(), point.range.end()));
    points.dedup_by_key(|point| point.range);
    // The first of those that are surest: a reader who is told of another one looks for the wrong mistake.
    let mut confidence = points.iter().filter_map(|point| point.strong).max()?;
    let first = points.iter().position(|point| point.strong == Some(confidence))?;
    let silent = points.iter().any(|point| point.silent && point.strong.is_some());
    // What came with a request is parsed, and then taken for granted. A file may well be left to fail as a whole, and an answer
    // that said that all is well, or what another function brought, to be what was promised.
    let main = &points[first];
    let taken = points.iter().any(|point| point.family == Family::Lookup);
    if main.context.looped == NONE && main.family == Family::Value && taken && body_is_parsed(file, main.range) {
        confidence = Confidence::High;
    }
    let this = file.model.functions.get(function as usize);
    if let Some(def) = this.and_then(assay_python::model::Function::def) {
        let retried = def.decorator_list.iter().any(|decorator| {
            let source = file.model.source(&decorator.expression).to_ascii_lowercase();
            source.contains("retry")
                || source.contains("backoff")
                || source.contains("errorhandler")
                || source.contains("exception")
        });
        if retried && !silent {
            return None;
        }
        let documented = match def.body.first() {
            Some(rustpython_ast::Stmt::Expr(stmt)) => match &*stmt.value {
                Expr::StringLiteral(doc) => {
                    let doc = doc.value.to_str();
                    doc.contains("Raises")
                        || doc.contains(":raise")
                        || doc.contains("raises ")
                        || doc.contains("Raise ")
                }
                _ => false,
            },
            _ => false,
        };
        if documented && !silent {
            confidence = Confidence::Low;
        }
    }
    // Whoever is handed the function may handle what it raises.
    let handed_over = this.is_some_and(|this| {
        file.model.calls.iter().flat_map(|call| &call.node.arguments.args).any(|given| match given {
            Expr::Name(name) => this.class == NONE && name.id.as_str() == this.name,
            Expr::Attribute(method) => {
                this.class != NONE && method.attr.as_str() == this.name && method.value.is_name_expr()
            }
            _ => false,
        })
    });
    if handed_over && !silent || super::n_plus_one::runs_once(file.path) {
        confidence = confidence.min(Confidence::Medium);
    }
    let name = match this {
        Some(function) => format!("`{}`", function.name),
        None => "the module".to_owned(),
    };
    let in_batch = file.model.loops.get(main.context.looped as usize).is_some_and(|looped| {
        !main.silent && assay_python::nature::nature(file.types, looped) != assay_python::nature::Nature::Retry
    });
    let ending = if in_batch { ", and one bad item ends the whole loop" } else { "" };
    let message = format!("nothing in {name} handles a failure here: {}{ending}", main.text);
    let labels: Vec<Label> = points
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != first)
        .take(6)
        .map(|(_, point)| file.label(&point.range, point.text.clone()))
        .collect();
    let finding = file.finding(KIND, &main.range, message, confidence, labels);
    let families = points.iter().filter(|point| point.strong.is_some()).fold(0, |set, point| set | point.family.bit());
    let unless_callers_handle = (!silent && function != NONE).then(|| (file.function_key(function), families));
    Some(Draft { finding, unless_callers_handle })
}

/// Whether a function takes away what is no longer needed, so that nothing depends on its success.
fn takes_down(file: &File<'_, '_>, context: Context) -> bool {
    let Some(function) = file.model.functions.get(outermost_def(file, context.function) as usize) else { return false };
    let name = function.name.trim_start_matches('_');
    let verbs = [
        "remove",
        "delete",
        "clean",
        "teardown",
        "tear_down",
        "kill",
        "stop",
        "terminate",
        "cancel",
        "close",
        "shutdown",
        "uninstall",
        "logout",
        "wipe",
        "revoke",
        "expire",
        "invalidate",
        "disconnect",
    ];
    // `cleanup`, `database_stop`
    matches!(function.name, "__del__" | "__exit__" | "__aexit__")
        || verbs.iter().any(|verb| name.starts_with(verb))
        || name.split('_').any(|word| verbs.contains(&word))
}

fn in_items(file: &File<'_, '_>, context: Context) -> bool {
    let mut at = context.looped;
    while at != NONE {
        let looped = &file.model.loops[at as usize];
        if assay_python::nature::nature(file.types, looped) == assay_python::nature::Nature::Items {
            return true;
        }
        at = looped.context.looped;
    }
    false
}

/// Whether a place runs for each of many items: in a loop, or in a function that a loop of this file calls.
fn repeated(file: &File<'_, '_>, context: Context) -> bool {
    if context.looped != NONE {
        return true;
    }
    let function = outermost_def(file, context.function);
    let Some(this) = file.model.functions.get(function as usize) else { return false };
    file.model.calls.iter().any(|call| {
        call.context.looped != NONE
            && call.name() == this.name
            && matches!(file.types.of(&call.node.func, call.context), Type::Function(at) | Type::Method(at) if at == function)
    })
}
