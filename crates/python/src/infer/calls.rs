//! What a call of a function gives.
#![expect(clippy::match_same_arms, reason = "tables by receiver read better than tables by result")]

use super::Types;
use crate::library;
use crate::model::{Context, NONE};
use crate::types::{Client, Orm, Query, Type};
use crate::walk::last_name;
use rustpython_ast::{Expr, ExprCall};
use std::sync::Arc;

impl<'a> Types<'_, 'a> {
    /// What calling a function of this file gives.
    pub fn returned(&self, function: u32) -> Type {
        if let Some(known) = self.returns.borrow().get(&function) {
            return known.clone();
        }
        self.returns.borrow_mut().insert(function, Type::Unknown);
        let this = &self.model.functions[function as usize];
        let found = if this.generator {
            let item = this.yields.iter().fold(Type::Unknown, |found, (value, context, from)| {
                found.or_else(|| {
                    let value = self.of(value, *context);
                    if *from { value.item() } else { value }
                })
            });
            let managed = this.def().is_some_and(|def| {
                def.decorator_list.iter().any(|decorator| last_name(&decorator.expression).ends_with("contextmanager"))
            });
            if managed { item } else { item.series() }
        } else {
            this.returns
                .iter()
                .fold(Type::Unknown, |found, (value, context)| found.or_else(|| self.of(value, *context)))
        };
        let annotated = this
            .def()
            .and_then(|def| def.returns.as_deref())
            .map(|annotation| self.annotation(annotation, this.context))
            .unwrap_or_default();
        // Nobody knows what is loaded along where only the annotation tells of a queryset.
        let annotated = match annotated {
            Type::QuerySet(query) => Type::QuerySet(Arc::new(Query { assumed: true, ..(*query).clone() })),
            other => other,
        };
        // What the body shows is more exact about queries than the annotation.
        let found = found.or_else(|| annotated);
        self.returns.borrow_mut().insert(function, found.clone());
        found
    }

    /// The type of a call's result.
    pub fn call(&self, call: &'a ExprCall, context: Context) -> Type {
        let first = || call.arguments.args.first().map(|first| self.of(first, context)).unwrap_or_default();
        if let Expr::Attribute(attribute) = &*call.func {
            let base = self.of(&attribute.value, context);
            let found = self.method_call(&base, attribute.attr.as_str(), call, context);
            if found.known() {
                return self.with_passed_options(found, call, context);
            }
        }
        match self.of(&call.func, context) {
            Type::Function(function) | Type::Method(function) => {
                self.with_passed_options(self.returned(function), call, context)
            }
            Type::Class(class) => match self.object(class) {
                Type::Row(query) => Type::Row(Arc::new(Query { new: true, ..(*query).clone() })),
                other => other,
            },
            Type::Factory(client) => Type::Client(client),
            Type::Client(Client::Session) => Type::Client(Client::Session),
            Type::Path(of) => self.path_call(&of, call, context, &first),
            _ => Type::Unknown,
        }
    }

    fn path_call(&self, of: &Arc<str>, call: &'a ExprCall, context: Context, first: &dyn Fn() -> Type) -> Type {
        let built_in = of.strip_prefix("builtins.");
        match built_in.unwrap_or(of) {
            "list"
            | "set"
            | "tuple"
            | "sorted"
            | "reversed"
            | "frozenset"
            | "iter"
            | "collections.deque"
            | "itertools.islice"
            | "itertools.chain.from_iterable"
            | "filter"
            | "tqdm.tqdm"
            | "tqdm.auto.tqdm" => {
                let place = usize::from(of.ends_with(".filter") && built_in.is_some());
                let item = match call.arguments.args.get(place) {
                    Some(argument) => self.of(argument, context).item(),
                    None => Type::Unknown,
                };
                return item.series();
            }
            "itertools.chain" => return first().item().series(),
            "enumerate" => {
                return Type::Tuple(Arc::new(vec![Type::Scalar, first().item()])).series();
            }
            "zip" | "itertools.zip_longest" | "itertools.product" => {
                let items = call.arguments.args.iter().map(|argument| self.of(argument, context).item()).collect();
                return Type::Tuple(Arc::new(items)).series();
            }
            "next" => return first().item(),
            "super" => {
                let class = self
                    .model
                    .functions
                    .get(context.function as usize)
                    .map(|_| self.model.enclosing_class(context.function));
                return match class {
                    Some(class) if class != NONE && self.is_query_class(class, 0) => {
                        Type::Manager(self.queries_of_bases(class))
                    }
                    _ => Type::Unknown,
                };
            }
            "min" | "max" => return first().item(),
            "len" | "sum" | "str" | "int" | "float" | "bool" | "repr" | "abs" | "round" | "hash" | "id" | "any"
            | "all" | "range" | "isinstance" | "getattr" | "hasattr" | "ord" | "chr" | "bytes" | "print" | "format" => {
                return if of.ends_with("getattr") { Type::Unknown } else { Type::Scalar };
            }
            "dict" | "collections.defaultdict" | "collections.OrderedDict" => return Type::Mapping(Arc::default()),
            "copy.copy" | "copy.deepcopy" | "asyncio.wait_for" | "asyncio.shield" | "contextlib.closing" => {
                return first();
            }
            "django.shortcuts.get_object_or_404" | "django.shortcuts.get_list_or_404" => {
                let query = match first() {
                    Type::QuerySet(query) | Type::Manager(query) => query,
                    class => Arc::new(Query { model: self.model_path(&class), ..Query::default() }),
                };
                return if of.ends_with("get_list_or_404") { Type::Row(query).series() } else { Type::Row(query) };
            }
            "sqlalchemy.select"
            | "sqlalchemy.future.select"
            | "sqlmodel.select"
            | "sqlalchemy.sql.select"
            | "sqlalchemy.sql.expression.select" => return Type::Statement(Arc::new(self.selected(call, context))),
            _ => {}
        }
        let known = library::call(of);
        if known.known() {
            return known;
        }
        if let Some(facts) = self.project.function(of)
            && facts.returns.known()
        {
            return self.with_passed_options(facts.returns.clone(), call, context);
        }
        match self.class_instance(&Type::Path(of.clone()), of.rsplit('.').next().unwrap_or(of)) {
            Type::Row(query) => Type::Row(Arc::new(Query { new: true, ..(*query).clone() })),
            Type::Instance(class)
                if !class.rsplit('.').next().is_some_and(|name| name.starts_with(char::is_uppercase)) =>
            {
                Type::Unknown
            }
            other => other,
        }
    }

    /// The query that `select(...)` or `session.query(...)` with these arguments makes.
    pub(super) fn selected(&self, call: &'a ExprCall, context: Context) -> Query {
        let mut entities = call.arguments.args.iter().map(|argument| match argument {
            Expr::Name(_) | Expr::Attribute(_) => match self.of(argument, context) {
                class @ (Type::Class(_) | Type::Path(_)) => {
                    // `Loan` is an entity, `Loan.id` a column.
                    let entity = last_name(argument).starts_with(char::is_uppercase);
                    if entity { self.model_path(&class) } else { None }
                }
                _ => None,
            },
            _ => None,
        });
        let model = entities.next().flatten();
        let others: Vec<_> = entities.collect();
        let values = model.is_none() && others.iter().all(Option::is_none);
        Query { orm: Orm::Sqlalchemy, model, others, values, ..Query::default() }
    }
}
