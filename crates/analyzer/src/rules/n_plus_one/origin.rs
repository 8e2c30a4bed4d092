//! Where the rows come from that a loop goes over. Whoever is sure that something is loaded one by one has seen the query, for
//! whoever handed the rows in may have loaded what they need along with them.

use crate::file::File;
use assay_python::last_name;
use assay_python::model::{BindingKind, Context, Loop, NONE};
use assay_python::types::{Client, Type};
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprCall};

/// How much of what was asked for is in view, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// Handed in, kept by an object, or given by something that cannot be followed.
    Elsewhere,
    /// A relation of the object whose method this is.
    Own,
    /// The whole query, or relations from a row that was asked for here.
    Here,
}

/// Longer ways are not followed.
const STEPS: u32 = 12;

/// Where the rows of a loop come from.
pub(super) fn origin<'a>(file: &File<'_, 'a>, looped: &Loop<'a>) -> Origin {
    Way { file, asked: Vec::new(), steps: 0 }.of(looped.source, looped.context)
}

/// The way back from rows to where they were asked for.
struct Way<'w, 'f, 'a> {
    file: &'w File<'f, 'a>,
    /// Names whose bindings are being followed.
    asked: Vec<&'a str>,
    steps: u32,
}

impl<'a> Way<'_, '_, 'a> {
    fn of(&mut self, expr: &'a Expr, context: Context) -> Origin {
        self.steps += 1;
        let found = if self.steps > STEPS { Origin::Elsewhere } else { self.step(expr, context) };
        self.steps -= 1;
        found
    }

    fn least(&mut self, all: impl Iterator<Item = &'a Expr>, context: Context) -> Origin {
        all.map(|expr| self.of(expr, context)).min().unwrap_or(Origin::Elsewhere)
    }

    fn step(&mut self, expr: &'a Expr, context: Context) -> Origin {
        let types = self.file.types;
        match expr {
            Expr::Await(node) => self.of(&node.value, context),
            Expr::Subscript(node) => self.of(&node.value, context),
            Expr::Starred(node) => self.of(&node.value, context),
            Expr::BoolOp(node) => self.least(node.values.iter(), context),
            Expr::If(node) => self.least([&*node.body, &*node.orelse].into_iter(), context),
            Expr::BinOp(node) => self.least([&*node.left, &*node.right].into_iter(), context),
            Expr::ListComp(rustpython_ast::ExprListComp { generators, .. })
            | Expr::Generator(rustpython_ast::ExprGenerator { generators, .. }) => {
                self.least(generators.iter().take(1).map(|first| &first.iter), context)
            }
            Expr::Name(name) => self.named(name.id.as_str(), name.start().to_u32(), context),
            Expr::Attribute(node) => match types.of(&node.value, context) {
                // `apps.get_model("shop", "Order").objects`
                _ if node.attr.as_str() == "objects" => Origin::Here,
                // `Order.query`, a manager by another name
                Type::Class(_) | Type::Path(_) if asks(&types.of(expr, context)) => Origin::Here,
                Type::Row(_) => self.of(&node.value, context),
                base @ Type::Object(_) if types.row(&base).is_some() => self.of(&node.value, context),
                _ => Origin::Elsewhere,
            },
            Expr::Call(call) => {
                let first = || call.arguments.args.iter().take(1);
                match &*call.func {
                    Expr::Attribute(method) => match types.of(&method.value, context) {
                        Type::Client(Client::Session | Client::SomeSession | Client::Connection)
                            if !matches!(method.attr.as_str(), "query" | "get" | "get_one") =>
                        {
                            self.least(first(), context)
                        }
                        Type::Client(_) => Origin::Here,
                        Type::Object(_) | Type::Class(_) => match types.of(&call.func, context) {
                            Type::Method(function) | Type::Function(function) => self.returned(function),
                            Type::Path(of) => self.returned_elsewhere(&of),
                            _ => Origin::Elsewhere,
                        },
                        // `super().get_queryset()`
                        _ if method.attr.as_str() == "get_queryset" && is_known(&types.of(expr, context)) => {
                            Origin::Here
                        }
                        _ if Self::made_of_class(call) => Origin::Here,
                        // `services.open_orders()`
                        Type::Path(_) if !method.value.is_call_expr() => match types.of(&call.func, context) {
                            Type::Path(of) => self.returned_elsewhere(&of),
                            _ => Origin::Elsewhere,
                        },
                        _ => self.of(&method.value, context),
                    },
                    Expr::Name(_) => match types.of(&call.func, context) {
                        Type::Function(function) => self.returned(function),
                        // `select(Order)`, `get_object_or_404(Order, pk=pk)`
                        Type::Path(_) if Self::made_of_class(call) => Origin::Here,
                        Type::Path(of)
                            if of.starts_with("builtins.") || of.starts_with("tqdm") || of.starts_with("itertools") =>
                        {
                            self.least(call.arguments.args.iter(), context)
                        }
                        Type::Path(of) if of.ends_with("_or_404") => self.least(first(), context),
                        Type::Path(of) => self.returned_elsewhere(&of),
                        _ => Origin::Elsewhere,
                    },
                    _ => Origin::Elsewhere,
                }
            }
            _ => Origin::Elsewhere,
        }
    }

    /// Whether a call makes a query from a class that stands in it: `select(Order)`.
    fn made_of_class(call: &ExprCall) -> bool {
        let makes = matches!(last_name(&call.func), "select" | "query" | "get_object_or_404" | "get_list_or_404");
        let class = |given: &Expr| {
            last_name(given).starts_with(char::is_uppercase)
                || matches!(given, Expr::Attribute(column) if last_name(&column.value).starts_with(char::is_uppercase))
        };
        makes && call.arguments.args.iter().any(class)
    }

    fn named(&mut self, name: &'a str, offset: u32, context: Context) -> Origin {
        // `orders = orders.filter(...)` goes on with what is being followed.
        if self.asked.contains(&name) {
            return Origin::Here;
        }
        let model = self.file.model;
        let Some(last) = model.binding(name, context, offset) else { return Origin::Elsewhere };
        self.asked.push(name);
        let mut found = Origin::Here;
        for at in model.bindings_of(name, context.scope) {
            let binding = &model.bindings[*at as usize];
            // What another branch bound to the name may come from anywhere.
            let earlier = binding.context.function == last.context.function && binding.offset < last.offset;
            if binding.offset != last.offset && !earlier {
                continue;
            }
            found = found.min(match &binding.kind {
                BindingKind::Item(source, _) if binding.offset == last.offset => {
                    let outside = model.loops.get(binding.context.looped as usize).map_or(binding.context, |looped| {
                        if std::ptr::eq(looped.source, *source) { looped.context } else { binding.context }
                    });
                    self.of(source, outside)
                }
                // Another loop that gave its items the same name.
                BindingKind::Annotated(_) | BindingKind::Item(..) => Origin::Here,
                BindingKind::Assign(value, _) | BindingKind::Unpack(value, _) | BindingKind::With(value) => {
                    if value.is_none_literal_expr() { Origin::Here } else { self.of(value, binding.context) }
                }
                BindingKind::Parameter(function, 0) if model.functions[*function as usize].class != NONE => Origin::Own,
                _ => Origin::Elsewhere,
            });
        }
        self.asked.pop();
        found
    }

    /// Where what a function of another file returns comes from: if its body tells of rows, it tells what was loaded along.
    fn returned_elsewhere(&self, path: &str) -> Origin {
        match self.file.types.project.function(path) {
            Some(facts) if is_known(&facts.returns) || is_known(&facts.returns.item()) => Origin::Here,
            _ => Origin::Elsewhere,
        }
    }

    /// Where what a function of this file returns comes from.
    fn returned(&mut self, function: u32) -> Origin {
        let this = &self.file.model.functions[function as usize];
        let asked = std::mem::take(&mut self.asked);
        let given = this.returns.iter().filter(|(value, _)| !value.is_none_literal_expr());
        let least = given.map(|(value, context)| self.of(value, *context)).min().unwrap_or(Origin::Elsewhere);
        self.asked = asked;
        least
    }
}

/// Whether a type tells of rows of a known class, not by an annotation alone.
fn is_known(of: &Type) -> bool {
    match of {
        Type::Row(query) | Type::QuerySet(query) | Type::OrmQuery(query) => query.model.is_some() && !query.assumed,
        _ => false,
    }
}

fn asks(of: &Type) -> bool {
    matches!(of, Type::Manager(_) | Type::QuerySet(_) | Type::OrmQuery(_) | Type::Statement(_) | Type::Row(_))
}
