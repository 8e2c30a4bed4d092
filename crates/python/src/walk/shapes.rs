//! What the shape of an expression alone says.

use super::last_name;
use crate::names::Names;
use rustpython_ast::{Expr, Operator};

/// The names that a condition says something about: their truth, identity, length, type or members.
pub(super) fn checked_names<'a>(test: &'a Expr, names: &mut Names<'a, ()>) {
    match test {
        Expr::Name(name) => *names.entry(name.id.as_str()) = (),
        Expr::UnaryOp(node) => checked_names(&node.operand, names),
        Expr::BoolOp(node) => node.values.iter().for_each(|value| checked_names(value, names)),
        Expr::Named(node) => {
            checked_names(&node.target, names);
            checked_names(&node.value, names);
        }
        Expr::Await(node) => checked_names(&node.value, names),
        Expr::Compare(node) => std::iter::once(&*node.left).chain(&node.comparators).for_each(|operand| {
            if let Expr::Name(_) | Expr::Named(_) | Expr::Call(_) = operand {
                checked_names(operand, names);
            }
        }),
        Expr::Call(call) => {
            // `len(rows)`, `isinstance(x, T)`, `is_valid(payload)`, `payload.get("rates")`.
            let converts = matches!(last_name(&call.func), "float" | "int" | "str");
            if !converts {
                call.arguments
                    .args
                    .iter()
                    .filter(|argument| argument.is_name_expr())
                    .for_each(|name| checked_names(name, names));
            }
            if let Expr::Attribute(attribute) = &*call.func
                && attribute.value.is_name_expr()
            {
                checked_names(&attribute.value, names);
            }
        }
        _ => {}
    }
}

/// Whether an operator calculates; joining strings, lists and paths does not.
pub(super) fn is_arithmetic(op: Operator, left: &Expr, right: &Expr) -> bool {
    let joins = |side: &Expr| {
        matches!(
            side,
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::BytesLiteral(_) | Expr::List(_) | Expr::Tuple(_)
        )
    };
    match op {
        Operator::Add | Operator::Mod | Operator::Div => !joins(left) && !joins(right),
        Operator::Sub | Operator::Mult | Operator::FloorDiv | Operator::Pow | Operator::MatMult => !joins(left),
        _ => false,
    }
}

pub(super) fn target_names<'a>(target: &'a Expr, names: &mut Vec<&'a str>) {
    match target {
        Expr::Name(name) => names.push(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| target_names(element, names)),
        Expr::List(list) => list.elts.iter().for_each(|element| target_names(element, names)),
        Expr::Starred(starred) => target_names(&starred.value, names),
        _ => {}
    }
}

pub(super) fn is_main_test(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__")
}

pub(super) fn string_elements(value: &Expr) -> Option<Vec<&str>> {
    let elements = match value {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    elements
        .iter()
        .map(|element| match element {
            Expr::StringLiteral(literal) => Some(literal.value.to_str()),
            _ => None,
        })
        .collect()
}
