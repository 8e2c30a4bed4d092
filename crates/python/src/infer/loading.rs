//! What a query loads along: `select_related`, `prefetch_related` and the loader options of `SQLAlchemy`.

use super::{MAX_DEPTH, Types};
use crate::model::{BindingKind, Context};
use crate::types::{Query, Type};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprCall};

impl<'a> Types<'_, 'a> {
    /// What a lazy method makes of a Django query.
    pub(super) fn refined(&self, query: &Query, name: &str, call: &'a ExprCall, context: Context) -> Query {
        let mut refined = query.clone();
        match name {
            "values" | "values_list" | "dates" | "datetimes" => refined.values = true,
            "select_related" if call.arguments.args.is_empty() => refined.everything = true,
            "select_related" | "prefetch_related" | "prefetch" => refined.loaded.extend(self.lookups(call, context)),
            "none" => refined.fetched = true,
            // `all()` on a prefetched relation comes from memory.
            _ => {}
        }
        if !matches!(name, "all" | "none" | "select_related" | "prefetch_related") {
            refined.fetched = false;
        }
        refined
    }

    /// The lookups that `select_related("a", "b__c")` or `prefetch_related(Prefetch("a", ...))` names.
    fn lookups(&self, call: &'a ExprCall, context: Context) -> Vec<String> {
        let mut found = Vec::new();
        for argument in &call.arguments.args {
            self.lookup(argument, context, &mut found);
        }
        found
    }

    fn lookup(&self, argument: &'a Expr, context: Context, found: &mut Vec<String>) {
        self.bounded(|| self.lookup_at(argument, context, found));
    }

    /// Goes one step deeper, unless a chain of names has become absurdly long or leads back to itself.
    fn bounded(&self, step: impl FnOnce()) {
        if self.depth.get() < MAX_DEPTH {
            self.depth.set(self.depth.get() + 1);
            step();
            self.depth.set(self.depth.get() - 1);
        }
    }

    fn lookup_at(&self, argument: &'a Expr, context: Context, found: &mut Vec<String>) {
        match argument {
            Expr::StringLiteral(literal) => found.push(literal.value.to_str().to_owned()),
            Expr::Call(call) => {
                // Prefetch("lines", queryset=Line.objects.select_related("product"), to_attr="...")
                if let Some(Expr::StringLiteral(literal)) = call.arguments.args.first() {
                    let through = literal.value.to_str().to_owned();
                    for keyword in &call.arguments.keywords {
                        match keyword.arg.as_ref().map(rustpython_ast::Identifier::as_str) {
                            Some("queryset") => {
                                if let Type::QuerySet(inner) = self.of(&keyword.value, context) {
                                    found.extend(inner.loaded.iter().map(|path| format!("{through}__{path}")));
                                }
                            }
                            Some("to_attr") => {
                                if let Expr::StringLiteral(name) = &keyword.value {
                                    found.push(name.value.to_str().to_owned());
                                }
                            }
                            _ => {}
                        }
                    }
                    found.push(through);
                }
            }
            Expr::Starred(starred) => self.lookup(&starred.value, context, found),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.lookup(element, context, found)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.lookup(element, context, found)),
            Expr::Name(name) => {
                if let Some(binding) = self.model.binding(name.id.as_str(), context, name.start().to_u32())
                    && let BindingKind::Assign(value, _) = &binding.kind
                    && !matches!(value, Expr::Name(_))
                {
                    self.lookup(value, binding.context, found);
                } else {
                    found.push("*".to_owned());
                }
            }
            _ => found.push("*".to_owned()),
        }
    }

    pub(super) fn with_options(&self, query: &Query, call: &'a ExprCall, context: Context) -> Query {
        let mut refined = query.clone();
        refined.loaded.extend(self.options_of(call, context));
        refined
    }

    /// The relations that loader options among the arguments name: `joinedload(Loan.member).joinedload(Member.card)`.
    pub(super) fn options_of(&self, call: &'a ExprCall, context: Context) -> Vec<String> {
        let mut found = Vec::new();
        for argument in &call.arguments.args {
            self.option(argument, context, &mut found);
        }
        for keyword in &call.arguments.keywords {
            if keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "options")
                && let Expr::List(rustpython_ast::ExprList { elts, .. })
                | Expr::Tuple(rustpython_ast::ExprTuple { elts, .. }) = &keyword.value
            {
                for element in elts {
                    self.option(element, context, &mut found);
                }
            }
        }
        found
    }

    /// What a function gives that is handed loader options: `Order.by_number(session, number, options=[...])`.
    pub(super) fn with_passed_options(&self, given: Type, call: &'a ExprCall, context: Context) -> Type {
        let Type::Row(query) = &given else { return given };
        let passed =
            call.arguments.keywords.iter().find(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "options" | "load_options"))
            });
        let Some(passed) = passed else { return given };
        let mut query = (**query).clone();
        self.option(&passed.value, context, &mut query.loaded);
        Type::Row(query.into())
    }

    fn option(&self, option: &'a Expr, context: Context, found: &mut Vec<String>) {
        self.bounded(|| self.option_at(option, context, found));
    }

    fn option_at(&self, option: &'a Expr, context: Context, found: &mut Vec<String>) {
        match option {
            Expr::Call(call) => {
                let mut through = String::new();
                // `joinedload(Loan.member).options(selectinload(Member.cards))`
                if let Expr::Attribute(attribute) = &*call.func
                    && attribute.attr.as_str() == "options"
                {
                    let mut before = Vec::new();
                    self.option(&attribute.value, context, &mut before);
                    let below = self.options_of(call, context);
                    if let Some(last) = before.last() {
                        found.extend(below.iter().map(|path| format!("{last}__{path}")));
                    }
                    found.extend(before);
                    return;
                }
                if let Expr::Attribute(attribute) = &*call.func
                    && let Expr::Call(_) = &*attribute.value
                {
                    let mut before = Vec::new();
                    self.option(&attribute.value, context, &mut before);
                    through = before.last().cloned().unwrap_or_default();
                    found.extend(before);
                }
                let loads = matches!(
                    last_name(&call.func),
                    "joinedload" | "selectinload" | "subqueryload" | "contains_eager" | "immediateload" | "defaultload"
                );
                if loads {
                    for argument in &call.arguments.args {
                        let name = match argument {
                            Expr::Attribute(attribute) => attribute.attr.as_str(),
                            Expr::StringLiteral(literal) => literal.value.to_str(),
                            _ => "*",
                        };
                        through = if through.is_empty() { name.to_owned() } else { format!("{through}__{name}") };
                        found.push(through.clone());
                    }
                }
            }
            Expr::Starred(starred) => self.option(&starred.value, context, found),
            Expr::Name(name) => match self.model.binding(name.id.as_str(), context, name.start().to_u32()) {
                Some(binding) => match &binding.kind {
                    BindingKind::Assign(value, _) if !matches!(value, Expr::Name(_)) => {
                        self.option(value, binding.context, found);
                    }
                    _ => found.push("*".to_owned()),
                },
                None => found.push("*".to_owned()),
            },
            Expr::List(rustpython_ast::ExprList { elts, .. }) | Expr::Tuple(rustpython_ast::ExprTuple { elts, .. }) => {
                for element in elts {
                    self.option(element, context, found);
                }
            }
            _ => {}
        }
    }
}
