//! Round trips that are made again and again with no loop in view: by recursion, and by a framework for each row.

use super::mentions_word;
use super::report::{Found, Shape};
use crate::Confidence;
use crate::file::File;
use assay_python::last_name;
use assay_python::model::{BindingKind, Call, Class, NONE};
use assay_python::project::TripKind;
use assay_python::trips::{Callee, Trips};
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::Expr;

/// A function that asks something that depends on its parameters and then calls itself, outside every loop: a query a level.
pub(super) fn recursion<'a>(file: &File<'_, 'a>, trips: &Trips<'_, '_, 'a>, found: &mut Found<'_, '_, 'a>) {
    let model = file.model;
    for trip in &trips.direct {
        let context = trip.context;
        let Some(function) = model.functions.get(context.function as usize) else { continue };
        let itself = |call: &&Call<'a>| {
            call.name() == function.name
                && call.context.looped == NONE
                && matches!(trips.callee(&call.node.func, call.context), Callee::Own(own) if own == context.function)
        };
        if context.looped != NONE || trip.batched || trip.flushes || !matches!(trip.kind, TripKind::Read) {
            continue;
        }
        let Some(call) = function.calls.iter().map(|at| &model.calls[*at as usize]).find(itself) else { continue };
        // Only what goes to the next level by way of the row is a walk; with the same arguments it is another attempt.
        let by_way = call.node.range().contains_range(trip.range)
            || model.text[..trip.range.start().to_usize()]
                .rsplit('\n')
                .next()
                .and_then(|line| line.trim().strip_suffix('='))
                .is_some_and(|name| mentions_word(&model.text[call.node.range()], name.trim()));
        if by_way {
            let message = format!(
                "`{}` queries the database once for each level that `{}` calls itself; fetch all levels with one query",
                trip.what, function.name
            );
            found.push(trip.range, message, Confidence::Medium, vec![file.label(call.node, "calls itself here")]);
        }
    }
}

/// Methods that a framework calls for each row: fields of a serializer, columns of an admin list.
pub(super) fn for_each_row<'a>(file: &File<'_, 'a>, trips: &Trips<'_, '_, 'a>, found: &mut Found<'_, '_, 'a>) {
    for (at, class) in (0..).zip(&file.model.classes) {
        let bases = class.node.arguments.iter().flat_map(|arguments| &arguments.args).map(last_name);
        let Some(kind) = bases.into_iter().find_map(RowClass::of) else { continue };
        for (method, name) in kind.methods(file, class) {
            let Some(function) = file.model.method(at, &method) else { continue };
            let Some(row) = file.model.functions[function as usize]
                .parameters()
                .and_then(|parameters| parameters.iter_source_order().nth(1))
            else {
                continue;
            };
            for fact in trips.facts(function) {
                let here =
                    *fact.module == *file.model.module && mentions_word(&file.model.text[fact.range], row.name());
                if fact.kind == TripKind::Lazy || !here {
                    continue;
                }
                let shape = Shape { kind: fact.kind, certain: false, flushes: false, what: fact.what.to_string() };
                let message = format!("{} for each row that is {}; {}", shape.verb(), kind.done(), shape.remedy());
                found.push(fact.range, message, Confidence::Medium, vec![file.label(&name, "named here")]);
            }
        }
    }
}

/// Rows that are given to a serializer whose fields are serializers of their relations: each loads these for itself.
pub(super) fn serialized_rows<'a>(file: &File<'_, 'a>, trips: &Trips<'_, '_, 'a>, found: &mut Found<'_, '_, 'a>) {
    for call in file.model.calls.iter().filter(|call| call.name().ends_with("Serializer")) {
        let Some(fact) = trips.serialized_rows(call.node, call.context).into_iter().next() else { continue };
        let message = format!(
            "`{}` is loaded by a query of its own for each row that is serialized; load the relation together with the rows",
            fact.what
        );
        let here = *fact.module == *file.model.module;
        let labels = if here { vec![file.label(&fact.range, "named here")] } else { Vec::new() };
        found.push(call.node.range(), message, Confidence::Medium, labels);
    }
}

/// A class whose methods are called for each row.
#[derive(Clone, Copy)]
enum RowClass {
    Serializer,
    Admin,
}

impl RowClass {
    fn of(base: &str) -> Option<Self> {
        match base {
            _ if base.ends_with("Serializer") => Some(Self::Serializer),
            "ModelAdmin" | "TabularInline" | "StackedInline" => Some(Self::Admin),
            _ if base.ends_with("ModelAdmin") => Some(Self::Admin),
            _ => None,
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Serializer => "serialized",
            Self::Admin => "listed",
        }
    }

    /// The names of such methods, and where the class says so.
    fn methods(self, file: &File<'_, '_>, class: &Class<'_>) -> Vec<(String, TextRange)> {
        let mut found = Vec::new();
        for (name, bindings) in &file.model.scopes[class.scope as usize].names {
            for binding in bindings {
                let BindingKind::Assign(value, _) = file.model.bindings[*binding as usize].kind else { continue };
                match (self, value) {
                    (Self::Serializer, Expr::Call(call)) if last_name(&call.func) == "SerializerMethodField" => {
                        let given = call.arguments.args.first().or_else(|| {
                            let keyword =
                                call.arguments.keywords.iter().find(|keyword| {
                                    keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "method_name")
                                });
                            keyword.map(|keyword| &keyword.value)
                        });
                        let method = match given {
                            Some(Expr::StringLiteral(literal)) => literal.value.to_str().to_owned(),
                            _ => format!("get_{name}"),
                        };
                        found.push((method, call.range()));
                    }
                    (
                        Self::Admin,
                        Expr::Tuple(rustpython_ast::ExprTuple { elts, .. })
                        | Expr::List(rustpython_ast::ExprList { elts, .. }),
                    ) if *name == "list_display" => {
                        found.extend(elts.iter().filter_map(|element| match element {
                            Expr::StringLiteral(literal) => Some((literal.value.to_str().to_owned(), element.range())),
                            _ => None,
                        }));
                    }
                    _ => {}
                }
            }
        }
        found.sort_by_key(|(_, range)| range.start());
        found
    }
}
