//! Whether a place is come to each time, or only where a condition is met.

use crate::walk::last_name;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{CmpOp, ExceptHandler, Expr, Stmt};

/// Whether a place within some statements stands in a branch that is not taken each time. A look at what the place goes on
/// with, `if order.customer:` before `order.customer.name`, does not count, nor does one that something is there at all.
pub fn in_branch(text: &str, body: &[Stmt], place: TextRange) -> bool {
    let Some(stmt) = body.iter().find(|stmt| stmt.range().contains_range(place)) else { return false };
    let below = |body: &[Stmt]| in_branch(text, body, place);
    match stmt {
        Stmt::If(node) => {
            let tests = node.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref());
            if node.test.range().contains_range(place)
                || tests.into_iter().any(|test| test.range().contains_range(place))
            {
                return false;
            }
            let first = node.body.iter().any(|stmt| stmt.range().contains_range(place));
            if first && only_asks_for(text, &node.test, place) { below(&node.body) } else { true }
        }
        Stmt::Match(node) => !node.subject.range().contains_range(place),
        Stmt::Try(node) => {
            let handled =
                node.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| handler.range().contains_range(place));
            handled || below(&node.body) || below(&node.orelse) || below(&node.finalbody)
        }
        Stmt::With(node) => below(&node.body),
        Stmt::For(node) => below(&node.body) || below(&node.orelse),
        Stmt::While(node) => below(&node.body) || below(&node.orelse),
        Stmt::FunctionDef(node) => below(&node.body),
        Stmt::ClassDef(node) => below(&node.body),
        _ => false,
    }
}

/// Whether a condition only asks if what a place goes on with is there.
fn only_asks_for(text: &str, condition: &Expr, place: TextRange) -> bool {
    let asked = match condition {
        Expr::Compare(node) => match (&node.ops[..], &node.comparators[..]) {
            ([CmpOp::IsNot], [Expr::NoneLiteral(_)]) => return true,
            _ => return false,
        },
        Expr::Name(_) | Expr::Attribute(_) => condition,
        _ => return false,
    };
    text[place].contains(last_name(asked))
}
