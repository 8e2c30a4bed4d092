//! Queries that run when they are iterated or tested, and related rows that are loaded when they are touched.

use super::{Trip, Trips};
use crate::model::{BindingKind, Call, Context};
use crate::project::TripKind;
use crate::types::{Orm, Query};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprAttribute};
use std::sync::Arc;

impl<'a> Trips<'_, '_, 'a> {
    /// A call that evaluates a lazy query given as its argument: `list(queryset)`, `len(queryset)`.
    pub(super) fn evaluated(&self, call: &Call<'a>) -> Option<Trip> {
        let consumes = matches!(
            call.name(),
            "list"
                | "tuple"
                | "set"
                | "len"
                | "sorted"
                | "bool"
                | "sum"
                | "any"
                | "all"
                | "dict"
                | "max"
                | "min"
                | "next"
                | "frozenset"
        );
        if !consumes || !call.node.func.is_name_expr() {
            return None;
        }
        let argument = call.node.arguments.args.first()?;
        self.iterated(argument, call.context)
    }

    /// A lazy query, or a relation not yet loaded, that is gone through.
    pub(super) fn iterated(&self, source: &'a Expr, context: Context) -> Option<Trip> {
        let source = match source {
            // `enumerate(queryset)` goes through the queryset.
            Expr::Call(call)
                if call.func.is_name_expr()
                    && matches!(
                        last_name(&call.func),
                        "enumerate" | "reversed" | "zip" | "sorted" | "list" | "iter"
                    ) =>
            {
                call.arguments.args.first()?
            }
            other => other,
        };
        let of = self.types.of(source, context);
        if let Some(query) = of.lazy_query() {
            // A name may stand for a queryset that was evaluated before; its calls tell where the query is made.
            let bound_outside = match source {
                Expr::Name(name) => self
                    .types
                    .model
                    .binding(name.id.as_str(), context, name.start().to_u32())
                    .is_none_or(|binding| binding.context.looped != context.looped),
                Expr::Attribute(_) => true,
                _ => false,
            };
            if query.fetched || bound_outside || query.everything && query.model.is_none() {
                return None;
            }
            let mut trip = self.trip(TripKind::Read, source.range(), context, source.range());
            trip.batched = Self::asks_for_many(source);
            trip.parameter = self.parameter_behind(source, context);
            return Some(trip);
        }
        let Expr::Attribute(attribute) = source else { return None };
        let query = self.types.row(&self.types.of(&attribute.value, context))?;
        self.lazy_load(attribute, context, &query, true)
    }

    /// The lazy loads in a chain such as `loan.member.branch.name`.
    pub(super) fn lazy_loads(&self, chain: &'a ExprAttribute, context: Context, called: bool, found: &mut Vec<Trip>) {
        let mut at = chain;
        let mut outermost = true;
        let mut loads = Vec::new();
        let mut depth = 0;
        while let Expr::Attribute(inner) = &*at.value {
            depth += 1;
            if depth > 12 {
                break;
            }
            if let Some(query) = self.types.row(&self.types.of(&inner.value, context))
                && let Some(trip) = self.touched(inner, at, context, &query, outermost && called)
            {
                loads.push(trip);
            }
            at = inner;
            outermost = false;
        }
        found.extend(loads);
    }

    /// `row.relation.attribute`: whether taking the attribute loads the relation.
    fn touched(
        &self,
        relation: &'a ExprAttribute,
        outer: &'a ExprAttribute,
        context: Context,
        query: &Arc<Query>,
        called: bool,
    ) -> Option<Trip> {
        let known = query.model.as_ref().is_some_and(|model| self.types.project.mapped(model).is_some());
        if known {
            let model = query.model.as_ref()?;
            let of = self.types.project.relation(model, relation.attr.as_str())?;
            // A manager asks only when one of its methods is called; those are seen as calls.
            if of.many && query.orm == Orm::Django {
                return None;
            }
            if matches!(outer.attr.as_str(), "append" | "add" | "extend") && of.many {
                return None;
            }
            return self.lazy_load(relation, context, query, false);
        }
        if called || !guess_is_relation(relation.attr.as_str(), outer.attr.as_str()) {
            return None;
        }
        self.lazy_load(relation, context, query, false).map(|trip| Trip { certain: false, ..trip })
    }

    fn lazy_load(
        &self,
        relation: &'a ExprAttribute,
        context: Context,
        query: &Arc<Query>,
        gone_through: bool,
    ) -> Option<Trip> {
        let name = relation.attr.as_str();
        if query.new || query.values || query.loads(name) {
            return None;
        }
        let parameter = self.parameter_behind(&relation.value, context);
        // Nobody knows what was loaded along with a row that only an annotation vouches for; a caller may tell.
        if query.assumed && parameter.is_none() {
            return None;
        }
        let model = query.model.as_ref();
        let mapped = model.is_some_and(|model| self.types.project.mapped(model).is_some());
        let known = model.and_then(|model| self.types.project.relation(model, name));
        if mapped && known.is_none() || known.as_ref().is_some_and(|relation| relation.eager) {
            return None;
        }
        // Going through an attribute of a row whose class is not in view: a collection in SQLAlchemy, nothing in Django.
        if gone_through && !mapped && query.orm == Orm::Django {
            return None;
        }
        // A row whose relation is set here is not loaded again.
        let mut trip = self.trip(TripKind::Lazy, relation.range(), context, relation.range());
        trip.certain = mapped;
        trip.assumed = query.assumed;
        trip.parameter = parameter.map(|(at, before)| {
            let path = if before.is_empty() { name.to_owned() } else { format!("{before}__{name}") };
            (at, path.into())
        });
        trip.loads = Some(format!("{}.{name}", model.map_or("", |model| &**model)));
        Some(trip)
    }

    /// The parameter at the root of an attribute chain, and the path between.
    fn parameter_behind(&self, expr: &'a Expr, context: Context) -> Option<(u32, Arc<str>)> {
        let mut path = Vec::new();
        let mut at = expr;
        loop {
            match at {
                Expr::Attribute(attribute) => {
                    path.push(attribute.attr.as_str());
                    at = &attribute.value;
                }
                // `author.books.all()` goes through `books`.
                Expr::Call(call) => match &*call.func {
                    Expr::Attribute(method) => at = &method.value,
                    _ => return None,
                },
                Expr::Name(name) => {
                    let binding = self.types.model.binding(name.id.as_str(), context, name.start().to_u32())?;
                    let BindingKind::Parameter(function, position) = binding.kind else { return None };
                    if function != context.function {
                        return None;
                    }
                    path.reverse();
                    return Some((position, path.join("__").into()));
                }
                _ => return None,
            }
        }
    }
}

/// Whether `row.first.second` most likely goes through a related row, when the class of `row` is not in view.
#[expect(clippy::too_many_lines, reason = "lists of names, one a line as formatted")]
fn guess_is_relation(first: &str, second: &str) -> bool {
    const VALUES: &[&str] = &[
        "status",
        "state",
        "kind",
        "type",
        "role",
        "level",
        "mode",
        "data",
        "meta",
        "metadata",
        "objects",
        "_meta",
        "cleaned_data",
        "query",
        "config",
        "settings",
        "attrs",
        "extra",
        "params",
        "options",
        "json",
        "errors",
        "pk",
        "id",
        "_state",
        "__class__",
        "date",
        "time",
        "timestamp",
        "start",
        "end",
        "price",
        "amount",
        "total",
        "cost",
        "balance",
        "money",
        "fee",
        "image",
        "file",
        "photo",
        "avatar",
        "attachment",
        "document",
        "logo",
        "picture",
        "thumbnail",
        "icon",
        "cover",
        "upload",
        "video",
        "geometry",
        "location",
        "point",
        "geom",
        "phone",
        "color",
        "currency",
        "country",
        "timezone",
        "duration",
        "interval",
        "uuid",
    ];
    const SUFFIXES: &[&str] = &[
        "_at", "_on", "_date", "_time", "_id", "_file", "_image", "_price", "_amount", "_data", "_set", "_status",
        "_type", "_url",
    ];
    const COLUMNS: &[&str] = &[
        "name",
        "title",
        "email",
        "username",
        "slug",
        "first_name",
        "last_name",
        "full_name",
        "label",
        "description",
        "code",
        "number",
        "pk",
        "id",
        "user",
        "owner",
        "author",
        "profile",
        "address",
        "city",
        "company",
        "customer",
        "category",
        "sku",
        "phone",
        "price",
        "isbn",
        "display_name",
        "uuid",
        "status",
        "is_active",
        "locale",
        "language",
        "team",
        "organization",
        "account",
    ];
    !VALUES.contains(&first)
        && !SUFFIXES.iter().any(|suffix| first.ends_with(suffix))
        && !first.starts_with("is_")
        && !first.starts_with('_')
        && COLUMNS.contains(&second)
}
