//! Serializers whose fields are serializers of related rows: each loads these for every row that it is given.

use super::Trips;
use super::facts::Callee;
use crate::model::{BindingKind, Context};
use crate::project::{FunctionFacts, TripFact, TripKind};
use crate::types::Type;
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprCall};

impl<'a> Trips<'_, '_, 'a> {
    /// The relations that `OrderSerializer(orders, many=True)` loads for each row, one by one.
    pub fn serialized_rows(&self, node: &'a ExprCall, context: Context) -> Vec<TripFact> {
        let many = node.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_deref() == Some("many") && matches!(&keyword.value, Expr::BooleanLiteral(many) if many.value)
        });
        let Some(rows) = node.arguments.args.first().filter(|_| many && is_serializer(&node.func)) else {
            return Vec::new();
        };
        let row = self.types.of(rows, context).item();
        let Type::Row(query) = &row else { return Vec::new() };
        let Callee::Other(facts) = self.callee(&node.func, context) else { return Vec::new() };
        let mut facts = facts.trips.clone();
        facts.retain(|fact| {
            let loaded = fact.parameter.as_ref().is_none_or(|(_, relation)| query.loads(relation));
            !loaded && !query.assumed && self.is_relation(fact, Some(row.clone()))
        });
        facts
    }

    /// Whether what a fact says is loaded is a relation of a row.
    pub(super) fn is_relation(&self, fact: &TripFact, row: Option<Type>) -> bool {
        let (Some((_, relation)), Some(Type::Row(query))) = (&fact.parameter, row) else { return false };
        query.model.as_ref().is_some_and(|model| self.types.project.relation(model, relation).is_some())
    }

    /// What a serializer of this file, which has other serializers as fields, loads of each row that it is given.
    pub(super) fn serialized(&self, class: u32) -> Option<FunctionFacts> {
        let model = self.types.model;
        let this = &model.classes[class as usize];
        if !this.node.arguments.iter().flat_map(|arguments| &arguments.args).any(is_serializer) {
            return None;
        }
        let mut trips = Vec::new();
        for (name, bindings) in &model.scopes[this.scope as usize].names {
            for binding in bindings {
                let BindingKind::Assign(Expr::Call(field), _) = model.bindings[*binding as usize].kind else {
                    continue;
                };
                let given = |name: &str| {
                    let found = field.arguments.keywords.iter().find(|keyword| keyword.arg.as_deref() == Some(name));
                    found.map(|keyword| &keyword.value)
                };
                let relation = match given("source") {
                    None => *name,
                    Some(Expr::StringLiteral(source)) => source.value.to_str(),
                    Some(_) => continue,
                };
                if is_serializer(&field.func) && given("write_only").is_none() && !relation.contains('.') {
                    trips.push(TripFact {
                        kind: TripKind::Lazy,
                        what: relation.into(),
                        module: model.module.as_str().into(),
                        range: field.range(),
                        parameter: Some((0, relation.into())),
                        unless_given: None,
                        statement: None,
                        kept: false,
                    });
                }
            }
        }
        trips.sort_by_key(|trip| trip.range.start());
        (!trips.is_empty()).then_some(FunctionFacts { returns: Type::Unknown, trips })
    }
}

/// Whether a class, or what it is called by, is a serializer by its name.
pub(super) fn is_serializer(class: &Expr) -> bool {
    last_name(class).ends_with("Serializer")
}
