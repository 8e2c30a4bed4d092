//! # What it does
//! Finds handlers that catch everything and do nothing about it: a bare `except`, `except Exception` or `except BaseException`
//! whose body passes, goes on, or returns a default, without logging, re-raising or using the exception. `suppress(Exception)`
//! counts as well.
//!
//! # Why it is bad
//! Whatever goes wrong, be it a typo in a name or a full disk, looks the same as nothing having gone wrong. The failure shows
//! up somewhere else, later, without its cause.
//!
//! # Example
//! ```python
//! try:
//!     sync(account)
//! except Exception:
//!     pass
//! ```
//!
//! # Use instead
//! ```python
//! try:
//!     sync(account)
//! except ConnectionError:
//!     logger.warning("sync of %s failed, will be tried again", account.id, exc_info=True)
//! ```
//!
//! # Limits
//! A handler that calls anything at all is taken to deal with the failure. Guards around imports are left alone. A handler with
//! a comment in it, or in a function whose name says that it probes (`is_...`, `has_...`), is low confidence.

use crate::Confidence;
use crate::file::{Draft, File};
use assay_python::last_name;
use assay_python::model::{Context, GuardKind};
use ruff_text_size::Ranged;
use rustpython_ast::{ExceptHandler, ExceptHandlerExceptHandler, Expr, Stmt, StmtTry};

const KIND: &str = "swallowed-exception";

pub(crate) fn check(file: &File<'_, '_>) -> Vec<Draft> {
    if file.test {
        return Vec::new();
    }
    let mut drafts = Vec::new();
    for (node, context) in &file.model.tries {
        for handler in &node.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            drafts.extend(swallows(file, node, handler, *context));
        }
    }
    for guard in &file.model.guards {
        if let GuardKind::With(call) = guard.kind
            && last_name(&call.func) == "suppress"
            && let Some(broad) = call.arguments.args.iter().find(|argument| is_broad(argument))
        {
            let message = format!("`{}` hides every failure of this block", file.words(call));
            let labels = vec![file.label(broad, "this fits nearly everything")];
            drafts.push(file.finding(KIND, call, message, Confidence::Medium, labels).into());
        }
    }
    drafts
}

fn swallows(
    file: &File<'_, '_>,
    node: &StmtTry,
    handler: &ExceptHandlerExceptHandler,
    context: Context,
) -> Option<Draft> {
    let broad = match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(is_broad),
        Some(one) => is_broad(one),
    };
    if !broad || node.body.iter().all(is_import) {
        return None;
    }
    let what = outcome(&handler.body)?;
    let function = file.model.functions.get(context.function as usize).map_or("", |function| function.name);
    let probes =
        ["is_", "has_", "can_", "_is_", "_has_", "supports_", "check_", "__del__", "__exit__", "__repr__", "__str__"]
            .iter()
            .any(|prefix| function.starts_with(prefix));
    // A comment that explains, not one that only silences a linter.
    let end_of_line = file.model.text[handler.end().to_usize()..].lines().next().unwrap_or_default();
    let explained = file.model.text[handler.range()].lines().chain([end_of_line]).any(|line| {
        line.split_once('#').is_some_and(|(_, comment)| {
            !["noqa", "pragma", "type:", "pylint", "nosec", "pyright"]
                .iter()
                .any(|marker| comment.trim_start().starts_with(marker))
        })
    });
    let confidence = if probes || explained {
        Confidence::Low
    } else if what == Outcome::Default && handler.type_.is_some() {
        Confidence::Medium
    } else {
        Confidence::High
    };
    let caught = match handler.type_.as_deref() {
        None => "a bare `except`".to_owned(),
        Some(types) => format!("`except {}`", file.words(types)),
    };
    let message = match what {
        Outcome::Passes => format!("{caught} drops the failure without a trace"),
        Outcome::GoesOn => format!("{caught} skips to the next round as if nothing had failed"),
        Outcome::Default => format!("{caught} turns every failure into a plain result"),
    };
    let head = ruff_text_size::TextRange::new(
        handler.start(),
        handler.type_.as_ref().map_or(handler.start() + ruff_text_size::TextSize::new(6), |types| types.end()),
    );
    let mut labels = Vec::new();
    if let Some(last) = handler.body.last() {
        labels.push(file.label(last, "nothing is logged, raised or kept"));
    }
    Some(file.finding(KIND, &head, message, confidence, labels).into())
}

fn is_broad(expr: &Expr) -> bool {
    matches!(last_name(expr), "Exception" | "BaseException")
}

fn is_import(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        // `HAS_X = True` after the import.
        Stmt::Assign(assign) => is_plain(&assign.value),
        _ => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passes,
    GoesOn,
    Default,
}

/// What a handler that does nothing about the failure does instead.
fn outcome(body: &[Stmt]) -> Option<Outcome> {
    let mut outcome = Outcome::Passes;
    for stmt in body {
        let here = match stmt {
            Stmt::Pass(_) => Outcome::Passes,
            Stmt::Expr(stmt) if stmt.value.is_literal_expr() => Outcome::Passes,
            Stmt::Continue(_) | Stmt::Break(_) => Outcome::GoesOn,
            Stmt::Return(ret) if ret.value.as_deref().is_none_or(is_plain) => Outcome::Default,
            Stmt::Assign(assign) if is_plain(&assign.value) => Outcome::Default,
            _ => return None,
        };
        if here != Outcome::Passes {
            outcome = here;
        }
    }
    Some(outcome)
}

/// A value that says nothing of what went wrong.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::List(list) => list.elts.iter().all(is_plain),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_plain),
        Expr::Dict(dict) => dict.items.is_empty(),
        Expr::Name(_) => true,
        Expr::Call(call) => {
            call.arguments.is_empty()
                && matches!(last_name(&call.func), "list" | "dict" | "set" | "tuple" | "str" | "OrderedDict")
        }
        Expr::UnaryOp(node) => is_plain(&node.operand),
        other => other.is_literal_expr(),
    }
}
