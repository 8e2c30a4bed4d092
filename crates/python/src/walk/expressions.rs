//! Expressions, calls, and the loops that comprehensions and lambdas are.

use super::shapes::{checked_names, is_arithmetic, target_names};
use super::{Walk, index, last_name};
use crate::model::{Applied, BindingKind, Call, Context, FunctionNode, LoopKind, NONE, ScopeKind, Use, Weight};
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{CmpOp, Comprehension, Expr, ExprCall, FStringPart, InterpolatedStringElement};

/// Whether a function calls its first argument for each item of the second.
fn is_applier(name: &str) -> bool {
    matches!(name, "map" | "filter" | "starmap" | "map_async" | "imap" | "imap_unordered" | "takewhile" | "dropwhile")
}

/// Whether a function calls its `key` for each item of the first argument.
fn is_keyed(name: &str) -> bool {
    matches!(name, "sorted" | "min" | "max" | "groupby" | "nlargest" | "nsmallest")
}

impl<'a> Walk<'a> {
    pub(super) fn weigh(&mut self, count: impl FnOnce(&mut Weight) -> &mut u16) {
        if let Some(function) = self.model.functions.get_mut(self.context.function as usize) {
            let count = count(&mut function.weight);
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn condition(&mut self, test: &'a Expr) {
        if let Some(function) = self.model.functions.get_mut(self.context.function as usize) {
            checked_names(test, &mut function.tested);
        }
        let mut decided = test;
        while let Expr::UnaryOp(node) = decided {
            decided = &node.operand;
        }
        if decided.is_call_expr() {
            self.model.decided.push((decided, self.context));
        }
        self.expr(test, Use::Tested);
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of expression, most of one line")]
    pub(super) fn expr(&mut self, expr: &'a Expr, usage: Use<'a>) {
        match expr {
            Expr::Call(call) => self.call(call, usage),
            Expr::Attribute(attribute) => {
                if let Expr::Attribute(_) = &*attribute.value
                    && !matches!(usage, Use::Attribute(_))
                {
                    self.model.chains.push((attribute, self.context, false));
                }
                if attribute.ctx.is_load() {
                    self.model.mentions.push((attribute.attr.as_str(), self.context.function));
                    if self.context.looped != NONE && attribute.value.is_name_expr() {
                        self.model.reads.push((attribute, self.context));
                    }
                }
                self.expr(&attribute.value, Use::Attribute(attribute.attr.as_str()));
            }
            Expr::Name(name) if name.ctx.is_load() && matches!(usage, Use::Other | Use::Returned | Use::Bound(_)) => {
                let scope = &self.model.scopes[self.context.scope as usize];
                if scope.parent == NONE || !scope.names.contains(name.id.as_str()) {
                    self.model.mentions.push((name.id.as_str(), self.context.function));
                }
            }
            Expr::Subscript(subscript) => {
                self.expr(&subscript.value, Use::Subscripted);
                self.expr(&subscript.slice, Use::Other);
                if subscript.ctx.is_load()
                    && matches!(&*subscript.slice, Expr::StringLiteral(_) | Expr::NumberLiteral(_))
                {
                    self.model.items.push((subscript, self.context, usage));
                }
            }
            Expr::BoolOp(node) => {
                self.weigh(|weight| &mut weight.tests);
                // `a and a.b` tests `a`.
                let (last, tests) =
                    node.values.split_last().map_or((None, &[][..]), |(last, tests)| (Some(last), tests));
                for test in tests {
                    self.condition(test);
                }
                if let Some(last) = last {
                    self.expr(last, Use::Other);
                }
            }
            Expr::Named(node) => {
                let bound = match &*node.target {
                    Expr::Name(name) => Use::Bound(name.id.as_str()),
                    _ => Use::Other,
                };
                self.expr(&node.value, bound);
                let value = &*node.value;
                // A walrus in a comprehension binds outside it.
                let mut scope = self.context.scope;
                while self.model.scopes[scope as usize].kind == ScopeKind::Comprehension {
                    scope = self.model.scopes[scope as usize].parent;
                }
                if let Expr::Name(name) = &*node.target {
                    self.within(Context { scope, ..self.context }, |walk| {
                        walk.bind(name.id.as_str(), BindingKind::Assign(value, None), node.end().to_u32());
                    });
                }
            }
            Expr::BinOp(node) => {
                if is_arithmetic(node.op, &node.left, &node.right) {
                    self.weigh(|weight| &mut weight.arithmetic);
                }
                self.expr(&node.left, Use::Other);
                self.expr(&node.right, Use::Other);
            }
            Expr::UnaryOp(node) => self.expr(&node.operand, Use::Other),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::If(node) => {
                self.weigh(|weight| &mut weight.branches);
                self.condition(&node.test);
                self.expr(&node.body, usage);
                self.expr(&node.orelse, usage);
            }
            Expr::Dict(node) => {
                for item in &node.items {
                    if let Some(key) = &item.key {
                        self.expr(key, Use::Other);
                    }
                    self.expr(&item.value, Use::Other);
                }
            }
            Expr::Set(node) => node.elts.iter().for_each(|element| self.expr(element, Use::Other)),
            Expr::List(node) => node.elts.iter().for_each(|element| self.expr(element, Use::Other)),
            Expr::Tuple(node) => node.elts.iter().for_each(|element| self.expr(element, Use::Other)),
            Expr::ListComp(node) => self.comprehension(&[&node.elt], &node.generators, node.range()),
            Expr::SetComp(node) => self.comprehension(&[&node.elt], &node.generators, node.range()),
            Expr::Generator(node) => self.comprehension(&[&node.elt], &node.generators, node.range()),
            Expr::DictComp(node) => self.comprehension(&[&node.key, &node.value], &node.generators, node.range()),
            Expr::Await(node) => self.expr(&node.value, usage),
            Expr::Yield(node) => {
                if let Some(value) = &node.value {
                    self.expr(value, Use::Returned);
                }
                let context = self.context;
                if let Some(function) = self.model.functions.get_mut(context.function as usize) {
                    function.generator = true;
                    if let Some(value) = &node.value {
                        function.yields.push((value, context, false));
                    }
                }
            }
            Expr::YieldFrom(node) => {
                self.expr(&node.value, Use::Iterated);
                let context = self.context;
                if let Some(function) = self.model.functions.get_mut(context.function as usize) {
                    function.generator = true;
                    function.yields.push((&node.value, context, true));
                }
            }
            Expr::Compare(node) => {
                for op in &node.ops {
                    if matches!(op, CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE) {
                        self.weigh(|weight| &mut weight.bounds);
                    } else {
                        self.weigh(|weight| &mut weight.tests);
                    }
                }
                self.expr(&node.left, Use::Tested);
                node.comparators.iter().for_each(|operand| self.expr(operand, Use::Tested));
            }
            Expr::FString(node) => {
                for part in &node.value {
                    if let FStringPart::FString(part) = part {
                        self.interpolations(&part.elements);
                    }
                }
            }
            Expr::TString(node) => {
                for part in &node.value {
                    self.interpolations(&part.elements);
                }
            }
            Expr::Starred(node) => self.expr(&node.value, Use::Iterated),
            Expr::Slice(node) => {
                for part in [&node.lower, &node.upper, &node.step].into_iter().flatten() {
                    self.expr(part, Use::Other);
                }
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Name(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn interpolations(&mut self, elements: &'a [InterpolatedStringElement]) {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(element) = element {
                self.expr(&element.expression, Use::Other);
                if let Some(spec) = &element.format_spec {
                    self.interpolations(&spec.elements);
                }
            }
        }
    }

    fn lambda(&mut self, lambda: &'a rustpython_ast::ExprLambda) {
        let at = self.function("<lambda>", FunctionNode::Lambda(lambda));
        let scope = self.model.functions[at as usize].scope;
        if let Some(parameters) = &lambda.parameters {
            self.parameters_outside(parameters);
        }
        let context = Context { scope, function: at, looped: NONE, guard: NONE };
        self.within(context, |walk| {
            if let Some(parameters) = &lambda.parameters {
                walk.bind_parameters(at, parameters);
            }
            walk.expr(&lambda.body, Use::Returned);
        });
        self.model.functions[at as usize].returns.push((&lambda.body, context));
    }

    fn call(&mut self, call: &'a ExprCall, usage: Use<'a>) {
        if let Expr::Attribute(attribute) = &*call.func {
            if let Expr::Attribute(_) = &*attribute.value {
                self.model.chains.push((attribute, self.context, true));
            }
            self.expr(&attribute.value, Use::Attribute(attribute.attr.as_str()));
        } else {
            self.expr(&call.func, Use::Other);
        }
        let name = last_name(&call.func);
        let arguments = &call.arguments;
        let applies = is_applier(name) && arguments.args.len() > 1;
        let keyed = is_keyed(name) && !arguments.args.is_empty() || name == "sort";
        for (position, argument) in arguments.args.iter().enumerate() {
            if applies && position == 0 {
                self.applied(argument, &arguments.args[1], call.range());
            } else {
                self.expr(argument, Use::Other);
            }
        }
        for keyword in &arguments.keywords {
            if keyed && keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "key") {
                let source = match (&*call.func, arguments.args.first()) {
                    (_, Some(first)) => Some(first),
                    (Expr::Attribute(attribute), None) => Some(&*attribute.value),
                    _ => None,
                };
                if let Some(source) = source {
                    self.applied(&keyword.value, source, call.range());
                    continue;
                }
            }
            self.expr(&keyword.value, Use::Other);
        }
        if self.context.looped != NONE && matches!(name, "sleep" | "wait" | "wait_for") {
            self.model.loops[self.context.looped as usize].waits = true;
        }
        let at = index(self.model.calls.len());
        self.model.calls.push(Call { node: call, context: self.context, usage });
        if let Some(function) = self.model.functions.get_mut(self.context.function as usize) {
            function.calls.push(at);
        }
    }

    /// A function that is called for each item of `source`. The body of a lambda is a loop's body, of the function around it.
    fn applied(&mut self, function: &'a Expr, source: &'a Expr, range: TextRange) {
        let Expr::Lambda(lambda) = function else {
            self.expr(function, Use::Other);
            self.model.applied.push(Applied { function, source, range, context: self.context });
            return;
        };
        let at = self.push_loop(LoopKind::Applied, source, function.range(), range);
        let scope = self.push_scope(ScopeKind::Comprehension, self.context.scope);
        self.within(Context { scope, looped: at, ..self.context }, |walk| {
            for parameter in lambda.parameters.iter().flat_map(|parameters| parameters.iter_source_order()) {
                let name = parameter.name();
                walk.bind(name.as_str(), BindingKind::Item(source, Vec::new()), name.start().to_u32());
                walk.model.loops[at as usize].targets.push(name.as_str());
            }
            walk.expr(&lambda.body, Use::Other);
        });
    }

    fn comprehension(&mut self, elements: &[&'a Expr], generators: &'a [Comprehension], range: TextRange) {
        let outer = self.context;
        for generator in generators {
            self.expr(&generator.iter, Use::Iterated);
            let head = TextRange::new(generator.target.start(), generator.iter.end());
            let at = self.push_loop(LoopKind::Comprehension, &generator.iter, head, range);
            let scope = self.push_scope(ScopeKind::Comprehension, self.context.scope);
            self.model.loops[at as usize].scope = scope;
            self.context = Context { scope, looped: at, ..self.context };
            // The targets stand after the element in the text, yet hold for all of it.
            self.target(&generator.target, &|path| BindingKind::Item(&generator.iter, path.to_vec()), None);
            for (_, bindings) in &self.model.scopes[scope as usize].names {
                for binding in bindings {
                    self.model.bindings[*binding as usize].offset = 0;
                }
            }
            target_names(&generator.target, &mut self.model.loops[at as usize].targets);
            for test in &generator.ifs {
                self.weigh(|weight| &mut weight.branches);
                self.condition(test);
            }
        }
        for element in elements {
            self.expr(element, Use::Returned);
        }
        self.context = outer;
    }
}
