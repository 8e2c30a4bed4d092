//! What an SQL statement does: reads or writes rows, or neither.

use super::{Trip, Trips};
use crate::model::{BindingKind, Call, Context, NONE};
use crate::project::TripKind;
use crate::types::Type;
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprCall};
use std::sync::Arc;

/// Statements that change the schema or the session, where a loop over names is how it is done.
const NOT_ROWS: &[&str] = &[
    "create",
    "drop",
    "alter",
    "pragma",
    "vacuum",
    "set",
    "grant",
    "revoke",
    "truncate",
    "analyze",
    "comment",
    "begin",
    "commit",
    "rollback",
    "savepoint",
    "release",
    "lock",
    "reindex",
    "attach",
    "detach",
    "explain",
    "copy",
    "use",
    "show",
    "refresh",
    "notify",
    "listen",
    "declare",
    "fetch",
    "close",
    "call",
];

impl<'a> Trips<'_, '_, 'a> {
    /// A call that sends a statement.
    pub(super) fn sql_trip(&self, call: &Call<'a>) -> Option<Trip> {
        let node = call.node;
        // `execute(*table.insert(...))`
        let first = node.arguments.args.first().map(|first| match first {
            Expr::Starred(starred) => &*starred.value,
            other => other,
        });
        let statement = first.map(|first| self.types.of(first, call.context)).unwrap_or_default();
        let text = first.and_then(|first| self.sql_text(first, call.context, 0));
        let verb = text
            .as_deref()
            .and_then(|text| text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()));
        let verb = verb.map(str::to_ascii_lowercase);
        if verb.as_deref().is_some_and(|verb| NOT_ROWS.contains(&verb)) {
            return None;
        }
        // Statements that are the items of the loop: a script, not a query for each row.
        if let Some(Expr::Name(name)) = first
            && call.context.looped != NONE
            && node.arguments.args.len() == 1
            && self.types.model.loops[call.context.looped as usize].targets.contains(&name.id.as_str())
        {
            return None;
        }
        let constructor = match first {
            Some(Expr::Call(inner)) => verb_of(inner),
            Some(Expr::Name(name)) => {
                match self.types.model.binding(name.id.as_str(), call.context, name.start().to_u32()).map(|b| &b.kind) {
                    Some(BindingKind::Assign(Expr::Call(inner), _)) => verb_of(inner),
                    _ => None,
                }
            }
            _ => None,
        };
        // `execute(DropConstraint(key))`
        let changes_schema =
            |constructor: &str| ["Drop", "Create", "Add", "Alter"].iter().any(|verb| constructor.starts_with(verb));
        if constructor.is_some_and(changes_schema) {
            return None;
        }
        let writes =
            verb.as_deref().is_some_and(changes_rows) || matches!(constructor, Some("insert" | "update" | "delete"));
        let kind = if writes { TripKind::Write } else { TripKind::Read };
        let mut trip = self.trip(kind, node.range(), call.context, node.range());
        let plain_text = text.as_deref().unwrap_or_default().to_ascii_lowercase();
        // Whoever calls a function that takes any statement knows what is asked, not the function.
        let built = matches!(statement, Type::Statement(_) | Type::OrmQuery(_) | Type::QuerySet(_));
        let unread = verb.is_none() && (constructor == Some("text") || constructor.is_none() && !built);
        if unread {
            trip.statement = first.and_then(|first| self.passed_in(first, call.context));
        }
        // `connection.execute(text(script))`, `connection.execute(statement.on_conflict_do_nothing())`
        let unread = verb.is_none() && (constructor == Some("text") || constructor.is_some() && !statement.known());
        trip.certain = !unread || matches!(constructor, Some("select" | "insert" | "update" | "delete"));
        trip.batched = plain_text.contains(" in (")
            || plain_text.contains(" in %s")
            || plain_text.contains(" in {")
            || plain_text.contains(" in :")
            || plain_text.contains("any(")
            || plain_text.contains("unnest(")
            || first.is_some_and(Self::asks_for_many)
            || matches!(node.arguments.args.get(1), Some(Expr::List(_) | Expr::ListComp(_))) && statement.known();
        Some(trip)
    }

    /// The parameter of the function around a place that an expression is, by position and name.
    fn passed_in(&self, expr: &Expr, context: Context) -> Option<(u32, Arc<str>)> {
        let Expr::Name(name) = expr else { return None };
        let binding = self.types.model.binding(name.id.as_str(), context, name.start().to_u32())?;
        match binding.kind {
            BindingKind::Parameter(function, position) if function == context.function => {
                Some((position, name.id.as_str().into()))
            }
            _ => None,
        }
    }

    /// What a statement that can be read here does with rows: asks for them or changes them.
    pub(super) fn done_with_rows(&self, expr: &'a Expr, context: Context) -> Option<TripKind> {
        let constructor = match expr {
            Expr::Call(call) => verb_of(call),
            _ => None,
        };
        match constructor {
            Some("select") => return Some(TripKind::Read),
            Some("insert" | "update" | "delete") => return Some(TripKind::Write),
            _ => {}
        }
        match self.sql_text(expr, context, 0) {
            Some(text) => {
                let verb = text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())?;
                let verb = verb.to_ascii_lowercase();
                let kind = if changes_rows(&verb) { TripKind::Write } else { TripKind::Read };
                (!NOT_ROWS.contains(&verb.as_str())).then_some(kind)
            }
            None => {
                matches!(self.types.of(expr, context), Type::Statement(_) | Type::OrmQuery(_)).then_some(TripKind::Read)
            }
        }
    }

    fn sql_text(&self, expr: &'a Expr, context: Context, depth: u32) -> Option<String> {
        if depth > 6 {
            return None;
        }
        match expr {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
            Expr::FString(_) => {
                let source = self.types.model.source(expr);
                Some(source.trim_start_matches(['f', 'F', 'r', 'R', '"', '\'']).to_owned())
            }
            Expr::Call(call) if matches!(last_name(&call.func), "text" | "SQL" | "dedent") => {
                self.sql_text(call.arguments.args.first()?, context, depth + 1)
            }
            Expr::Call(call) if matches!(last_name(&call.func), "format" | "strip" | "join") => match &*call.func {
                Expr::Attribute(attribute) => self.sql_text(&attribute.value, context, depth + 1),
                _ => None,
            },
            Expr::BinOp(node) => self.sql_text(&node.left, context, depth + 1),
            Expr::Name(name) => {
                match &self.types.model.binding(name.id.as_str(), context, name.start().to_u32())?.kind {
                    BindingKind::Assign(value, _) => self.sql_text(value, context, depth + 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn changes_rows(verb: &str) -> bool {
    matches!(verb, "insert" | "update" | "delete" | "replace" | "merge" | "upsert")
}

/// `insert(T).values(...)` begins with `insert`.
fn verb_of(call: &ExprCall) -> Option<&str> {
    let mut at = call;
    loop {
        match &*at.func {
            Expr::Attribute(attribute) => match &*attribute.value {
                Expr::Call(inner) => at = inner,
                _ => return Some(attribute.attr.as_str()),
            },
            Expr::Name(name) => return Some(name.id.as_str()),
            _ => return None,
        }
    }
}
