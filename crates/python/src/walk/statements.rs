//! Statements.

use super::shapes::{is_arithmetic, is_main_test, string_elements, target_names};
use super::{Walk, index, last_name};
use crate::model::{
    AttributeValue, BindingKind, Class, Context, FunctionNode, Guard, GuardKind, Loop, LoopKind, NONE, ScopeKind, Use,
};
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{ExceptHandler, Expr, Stmt};

impl<'a> Walk<'a> {
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of statement, most of one line")]
    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                for decorator in &def.decorator_list {
                    self.expr(&decorator.expression, Use::Other);
                }
                self.parameters_outside(&def.parameters);
                let at = self.function(def.name.as_str(), FunctionNode::Def(def));
                self.bind(def.name.as_str(), BindingKind::Function(at), def.start().to_u32());
                let in_handler = std::mem::take(&mut self.in_handler);
                self.inside_function(at, &def.parameters, |walk| walk.body(&def.body));
                self.in_handler = in_handler;
            }
            Stmt::ClassDef(def) => {
                for decorator in &def.decorator_list {
                    self.expr(&decorator.expression, Use::Other);
                }
                if let Some(arguments) = &def.arguments {
                    arguments.args.iter().for_each(|arg| self.expr(arg, Use::Other));
                    arguments.keywords.iter().for_each(|keyword| self.expr(&keyword.value, Use::Other));
                }
                let at = index(self.model.classes.len());
                let scope = self.push_scope(ScopeKind::Class(at), self.context.scope);
                self.model.classes.push(Class {
                    name: def.name.as_str(),
                    node: def,
                    scope,
                    context: self.context,
                    attributes: Vec::new(),
                });
                self.bind(def.name.as_str(), BindingKind::Class(at), def.start().to_u32());
                self.within(Context { scope, ..self.context }, |walk| walk.body(&def.body));
            }
            Stmt::Return(ret) => {
                if let Some(value) = &ret.value {
                    self.expr(value, Use::Returned);
                    let context = self.context;
                    if let Some(function) = self.model.functions.get_mut(context.function as usize) {
                        function.returns.push((value, context));
                    }
                }
                self.leave_loops(true);
            }
            Stmt::Break(_) => self.leave_loops(false),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.expr(target, Use::Other)),
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    self.bind(name.id.as_str(), BindingKind::Other, alias.start().to_u32());
                }
            }
            Stmt::Assign(assign) => {
                let usage = match &assign.targets[..] {
                    [Expr::Name(name)] => Use::Bound(name.id.as_str()),
                    _ => Use::Other,
                };
                self.expr(&assign.value, usage);
                for target in &assign.targets {
                    if let (Expr::Tuple(targets), Expr::Tuple(values)) = (target, &*assign.value)
                        && targets.elts.len() == values.elts.len()
                        && !targets.elts.iter().chain(&values.elts).any(Expr::is_starred_expr)
                    {
                        // `a, b = x, y` is two assignments.
                        for (target, value) in targets.elts.iter().zip(&values.elts) {
                            self.target(
                                target,
                                &|_| BindingKind::Assign(value, None),
                                Some(AttributeValue::Value(value)),
                            );
                        }
                        continue;
                    }
                    let value = &*assign.value;
                    self.target(
                        target,
                        &|path| match path {
                            [] => BindingKind::Assign(value, None),
                            path => BindingKind::Unpack(value, path.to_vec()),
                        },
                        Some(AttributeValue::Value(value)),
                    );
                }
                if let ([Expr::Name(name)], ScopeKind::Module) =
                    (&assign.targets[..], self.model.scopes[self.context.scope as usize].kind)
                    && name.id.as_str() == "__all__"
                {
                    self.model.exports = string_elements(&assign.value);
                }
            }
            Stmt::AugAssign(assign) => {
                if is_arithmetic(assign.op, &assign.target, &assign.value) {
                    self.weigh(|weight| &mut weight.arithmetic);
                }
                self.expr(&assign.value, Use::Other);
                self.expr(&assign.target, Use::Other);
                let value = &*assign.value;
                self.target(&assign.target, &|_| BindingKind::Augmented(value), None);
            }
            Stmt::AnnAssign(assign) => {
                let annotation = &*assign.annotation;
                let known = match &assign.value {
                    Some(value) => {
                        let usage = match &*assign.target {
                            Expr::Name(name) => Use::Bound(name.id.as_str()),
                            _ => Use::Other,
                        };
                        self.expr(value, usage);
                        AttributeValue::Value(value)
                    }
                    None => AttributeValue::Annotation(annotation),
                };
                self.target(
                    &assign.target,
                    &|_| match known {
                        AttributeValue::Value(value) => BindingKind::Assign(value, Some(annotation)),
                        AttributeValue::Annotation(annotation) => BindingKind::Annotated(annotation),
                    },
                    Some(known),
                );
                if let Some(class) = self.self_class(&assign.target) {
                    let context = self.context;
                    if let Expr::Attribute(attribute) = &*assign.target {
                        self.model.classes[class as usize].attributes.push((
                            attribute.attr.as_str(),
                            AttributeValue::Annotation(annotation),
                            context,
                        ));
                    }
                }
            }
            Stmt::For(node) => {
                let head = TextRange::new(node.start(), node.iter.end());
                self.expr(&node.iter, Use::Iterated);
                let at = self.push_loop(LoopKind::For, &node.iter, head, node.range());
                self.model.loops[at as usize].body = &node.body;
                self.within(Context { looped: at, ..self.context }, |walk| {
                    walk.loop_target(&node.target, &node.iter, at);
                    walk.body(&node.body);
                });
                self.body(&node.orelse);
            }
            Stmt::While(node) => {
                let head = TextRange::new(node.start(), node.test.end());
                let at = self.push_loop(LoopKind::While, &node.test, head, node.range());
                self.within(Context { looped: at, ..self.context }, |walk| {
                    walk.condition(&node.test);
                    walk.body(&node.body);
                });
                self.body(&node.orelse);
            }
            Stmt::If(node) => {
                if is_main_test(&node.test) && self.context.function == NONE {
                    self.model.main_block = Some(node.range());
                }
                self.weigh(|weight| &mut weight.branches);
                self.condition(&node.test);
                self.body(&node.body);
                for clause in &node.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.weigh(|weight| &mut weight.branches);
                        self.condition(test);
                    }
                    self.body(&clause.body);
                }
            }
            Stmt::With(node) => {
                let mut context = self.context;
                for item in &node.items {
                    let name = match item.optional_vars.as_deref() {
                        Some(Expr::Name(name)) => Some(name.id.as_str()),
                        _ => None,
                    };
                    self.within(context, |walk| {
                        walk.expr(&item.context_expr, Use::Entered(name));
                        if let Some(target) = &item.optional_vars {
                            let value = &item.context_expr;
                            walk.target(
                                target,
                                &|path| match path {
                                    [] => BindingKind::With(value),
                                    _ => BindingKind::Other,
                                },
                                None,
                            );
                        }
                    });
                    if let Expr::Call(call) = &item.context_expr
                        && matches!(last_name(&call.func), "suppress" | "raises" | "assertRaises" | "assertRaisesRegex")
                    {
                        let outer = context;
                        context.guard = index(self.model.guards.len());
                        self.model.guards.push(Guard { kind: GuardKind::With(call), context: outer });
                    }
                }
                self.within(context, |walk| walk.body(&node.body));
            }
            Stmt::Match(node) => {
                self.condition(&node.subject);
                for case in &node.cases {
                    self.weigh(|weight| &mut weight.branches);
                    self.pattern(&case.pattern);
                    if let Some(guard) = &case.guard {
                        self.condition(guard);
                    }
                    self.body(&case.body);
                }
            }
            Stmt::Raise(raise) => {
                self.weigh(|weight| &mut weight.failures);
                for part in [&raise.exc, &raise.cause].into_iter().flatten() {
                    self.expr(part, Use::Other);
                }
                if !self.in_handler
                    && let Some(function) = self.model.functions.get_mut(self.context.function as usize)
                {
                    function.raises = true;
                }
            }
            Stmt::Try(node) => {
                let mut context = self.context;
                if !node.handlers.is_empty() {
                    self.model.tries.push((node, self.context));
                    context.guard = index(self.model.guards.len());
                    self.model.guards.push(Guard { kind: GuardKind::Try(node), context: self.context });
                }
                self.within(context, |walk| walk.body(&node.body));
                for handler in &node.handlers {
                    self.weigh(|weight| &mut weight.failures);
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    if let Some(types) = &handler.type_ {
                        self.expr(types, Use::Other);
                    }
                    if let Some(name) = &handler.name {
                        self.bind(name.as_str(), BindingKind::Caught, handler.start().to_u32());
                    }
                    let outer = std::mem::replace(&mut self.in_handler, true);
                    self.body(&handler.body);
                    self.in_handler = outer;
                }
                self.body(&node.orelse);
                self.body(&node.finalbody);
            }
            Stmt::Assert(assert) => {
                self.condition(&assert.test);
                if let Some(message) = &assert.msg {
                    self.expr(message, Use::Other);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let path = alias.name.as_str();
                    let offset = import.start().to_u32();
                    // `import a.b` binds `a`.
                    let top = path.split('.').next().unwrap_or(path);
                    let (name, path) = alias.asname.as_ref().map_or((top, top), |name| (name.as_str(), path));
                    self.bind(name, BindingKind::Import(path.to_owned()), offset);
                    // What is below `a` was imported as well; no name of Python has a dot.
                    if path == top && alias.name.as_str() != top {
                        self.bind(alias.name.as_str(), BindingKind::Import(alias.name.as_str().to_owned()), offset);
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let base = self.absolute(module, import.level);
                for alias in &import.names {
                    let name = alias.name.as_str();
                    if name == "*" {
                        self.bind("*", BindingKind::Import(base.clone()), import.start().to_u32());
                        continue;
                    }
                    let path = if base.is_empty() { name.to_owned() } else { [&base, ".", name].concat() };
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.bind(bound, BindingKind::Import(path), import.start().to_u32());
                }
            }
            Stmt::Global(global) => {
                let scope = &mut self.model.scopes[self.context.scope as usize];
                scope.globals.extend(global.names.iter().map(rustpython_ast::Identifier::as_str));
            }
            Stmt::Expr(stmt) => self.expr(&stmt.value, Use::Discarded),
            Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    pub(super) fn leave_loops(&mut self, all: bool) {
        let mut at = self.context.looped;
        while at != NONE {
            let this = &mut self.model.loops[at as usize];
            this.leaves = true;
            at = if all { this.context.looped } else { NONE };
        }
    }

    pub(super) fn push_loop(&mut self, kind: LoopKind, source: &'a Expr, head: TextRange, range: TextRange) -> u32 {
        self.weigh(|weight| &mut weight.loops);
        self.model.loops.push(Loop {
            kind,
            source,
            targets: Vec::new(),
            head,
            range,
            body: &[],
            scope: self.context.scope,
            context: self.context,
            leaves: false,
            waits: false,
            assigned: Vec::new(),
        });
        index(self.model.loops.len() - 1)
    }

    fn loop_target(&mut self, target: &'a Expr, source: &'a Expr, at: u32) {
        self.target(target, &|path| BindingKind::Item(source, path.to_vec()), None);
        target_names(target, &mut self.model.loops[at as usize].targets);
    }
}
