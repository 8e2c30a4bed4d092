//! The one walk over a tree that builds its [`Model`].

use crate::model::{
    Applied, AttributeValue, Binding, BindingKind, Call, Class, Context, Function, FunctionNode, Guard, GuardKind,
    Loop, LoopKind, Model, NONE, Scope, ScopeKind, Use, Weight,
};
use crate::project::Modules;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_ast::{
    CmpOp, Comprehension, ExceptHandler, Expr, ExprCall, FStringPart, InterpolatedStringElement, ModModule, Operator,
    Parameters, Pattern, Stmt,
};

/// Libraries that the type guess knows by name. An import of one means the library, even if a copy of it is in the tree.
const KNOWN: &[&str] = &[
    "django",
    "sqlalchemy",
    "flask_sqlalchemy",
    "sqlmodel",
    "requests",
    "httpx",
    "aiohttp",
    "urllib",
    "boto3",
    "botocore",
    "redis",
    "pymongo",
    "motor",
    "sqlite3",
    "aiosqlite",
    "psycopg2",
    "psycopg",
    "pymysql",
    "MySQLdb",
    "asyncpg",
    "pandas",
    "json",
    "yaml",
    "csv",
    "subprocess",
    "os",
    "sys",
    "collections",
    "typing",
    "pathlib",
    "io",
    "gzip",
    "shutil",
    "smtplib",
    "datetime",
    "decimal",
    "copy",
    "itertools",
    "functools",
    "contextlib",
    "re",
    "logging",
    "tempfile",
    "uuid",
    "dataclasses",
    "enum",
    "abc",
    "time",
    "asyncio",
    "typing_extensions",
    "queue",
    "threading",
    "argparse",
    "socket",
    "flask",
    "fastapi",
    "rest_framework",
    "toml",
    "tomllib",
];

/// Builds the model of a parsed file, the module with this dotted path. `package` is the dotted name of the package that
/// relative imports start from; `modules` tells which imports lead to other files of the tree.
pub fn build<'a>(text: &'a str, tree: &'a ModModule, module: &str, package: &str, modules: &Modules) -> Model<'a> {
    let context = Context { scope: 0, function: NONE, looped: NONE, guard: NONE };
    let mut walk = Walk {
        package: package.to_owned(),
        context,
        in_handler: false,
        model: Model {
            text,
            body: &tree.body,
            module: module.to_owned(),
            scopes: Vec::new(),
            bindings: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            loops: Vec::new(),
            guards: Vec::new(),
            tries: Vec::new(),
            calls: Vec::new(),
            applied: Vec::new(),
            chains: Vec::new(),
            items: Vec::new(),
            reads: Vec::new(),
            decided: Vec::new(),
            mentions: Vec::new(),
            main_block: None,
            exports: None,
        },
    };
    walk.push_scope(ScopeKind::Module, NONE);
    walk.body(&tree.body);
    let mut model = walk.model;
    // Most imports of a file share a few top-level names.
    let mut roots: FxHashMap<String, Option<String>> = FxHashMap::default();
    for binding in &mut model.bindings {
        if let BindingKind::Import(path) = &mut binding.kind {
            let top = path.split('.').next().unwrap_or(path);
            // A relative import is a full path already.
            binding.in_tree = modules.split(path).is_some();
            if !binding.in_tree && !KNOWN.contains(&top) {
                if !roots.contains_key(top) {
                    roots.insert(top.to_owned(), modules.root(module, top));
                }
                if let Some(Some(root)) = roots.get(top) {
                    if !root.is_empty() {
                        path.insert(0, '.');
                        path.insert_str(0, root);
                    }
                    binding.in_tree = modules.split(path).is_some();
                }
            }
        }
    }
    model
}

struct Walk<'a> {
    package: String,
    context: Context,
    in_handler: bool,
    model: Model<'a>,
}

/// Functions that call their first argument for each item of the second.
const APPLIERS: &[&str] =
    &["map", "filter", "starmap", "map_async", "imap", "imap_unordered", "takewhile", "dropwhile"];
/// Functions that call their `key` for each item of the first argument.
const KEYED: &[&str] = &["sorted", "min", "max", "groupby", "nlargest", "nsmallest"];

fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}

impl<'a> Walk<'a> {
    fn push_scope(&mut self, kind: ScopeKind, parent: u32) -> u32 {
        self.model.scopes.push(Scope { kind, parent, names: FxHashMap::default(), globals: FxHashSet::default() });
        index(self.model.scopes.len() - 1)
    }

    fn bind(&mut self, name: &'a str, kind: BindingKind<'a>, offset: u32) {
        let at = index(self.model.bindings.len());
        self.model.bindings.push(Binding { kind, offset, context: self.context, in_tree: false });
        let mut scope = self.context.scope;
        if self.model.scopes[scope as usize].globals.contains(name) {
            scope = 0;
        }
        self.model.scopes[scope as usize].names.entry(name).or_default().push(at);
        if self.context.looped != NONE {
            self.model.loops[self.context.looped as usize].assigned.push(name);
        }
    }

    /// Runs `inside` with another context and restores the old one.
    fn within(&mut self, context: Context, inside: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.context, context);
        inside(self);
        self.context = outer;
    }

    fn body(&mut self, body: &'a [Stmt]) {
        // What stands before an unconditional `return` or `break` runs once, not once for each item of the loop around it.
        let looped = match (self.context.looped, body.last()) {
            (NONE, _) | (_, Some(Stmt::Return(_) | Stmt::Raise(_))) => NONE,
            (at, Some(Stmt::Break(_))) => self.model.loops[at as usize].context.looped,
            (at, _) => at,
        };
        let leaves = looped != self.context.looped;
        let outer = self.context;
        for stmt in body {
            if leaves && matches!(stmt, Stmt::Return(_) | Stmt::Break(_)) {
                // The loop that is left is the one that the text shows.
                let here = std::mem::replace(&mut self.context, outer);
                self.leave_loops(matches!(stmt, Stmt::Return(_)));
                self.context = here;
            }
            self.context.looped = looped;
            self.stmt(stmt);
        }
        self.context = outer;
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of statement, most of one line")]
    fn stmt(&mut self, stmt: &'a Stmt) {
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
                    let path = if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") };
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

    fn absolute(&self, module: &str, level: u32) -> String {
        if level == 0 {
            return module.to_owned();
        }
        let mut package = self.package.as_str();
        for _ in 1..level {
            package = package.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        match (package, module) {
            ("", module) => module.to_owned(),
            (package, "") => package.to_owned(),
            (package, module) => format!("{package}.{module}"),
        }
    }

    fn leave_loops(&mut self, all: bool) {
        let mut at = self.context.looped;
        while at != NONE {
            let this = &mut self.model.loops[at as usize];
            this.leaves = true;
            at = if all { this.context.looped } else { NONE };
        }
    }

    fn push_loop(&mut self, kind: LoopKind, source: &'a Expr, head: TextRange, range: TextRange) -> u32 {
        self.weigh(|weight| &mut weight.loops);
        self.model.loops.push(Loop {
            kind,
            source,
            targets: Vec::new(),
            head,
            range,
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
        let mut names = Vec::new();
        target_names(target, &mut names);
        self.model.loops[at as usize].targets.extend(names);
    }

    /// Defaults and annotations are evaluated where the function is defined.
    fn parameters_outside(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.expr(default, Use::Other);
            }
        }
    }

    fn function(&mut self, name: &'a str, node: FunctionNode<'a>) -> u32 {
        let at = index(self.model.functions.len());
        let scope = self.push_scope(ScopeKind::Function(at), self.context.scope);
        let class = match self.model.scopes[self.context.scope as usize].kind {
            ScopeKind::Class(class) => class,
            _ => NONE,
        };
        self.model.functions.push(Function {
            name,
            node,
            class,
            scope,
            context: self.context,
            returns: Vec::new(),
            yields: Vec::new(),
            generator: false,
            tested: FxHashSet::default(),
            raises: false,
            calls: Vec::new(),
            weight: Weight::default(),
        });
        at
    }

    fn inside_function(&mut self, at: u32, parameters: &'a Parameters, body: impl FnOnce(&mut Self)) {
        let scope = self.model.functions[at as usize].scope;
        self.within(Context { scope, function: at, looped: NONE, guard: NONE }, |walk| {
            walk.bind_parameters(at, parameters);
            body(walk);
        });
    }

    fn bind_parameters(&mut self, at: u32, parameters: &'a Parameters) {
        for (position, parameter) in parameters.iter_source_order().enumerate() {
            let kind = BindingKind::Parameter(at, index(position));
            self.bind(parameter.name().as_str(), kind, parameter.name().start().to_u32());
        }
    }

    /// The class whose method this is, if `target` is an attribute of its first parameter.
    fn self_class(&self, target: &Expr) -> Option<u32> {
        let Expr::Attribute(attribute) = target else { return None };
        let Expr::Name(name) = &*attribute.value else { return None };
        if !matches!(name.id.as_str(), "self" | "cls") || self.context.function == NONE {
            return None;
        }
        Some(self.model.enclosing_class(self.context.function)).filter(|class| *class != NONE)
    }

    fn target(
        &mut self,
        target: &'a Expr,
        kind: &dyn Fn(&[u32]) -> BindingKind<'a>,
        value: Option<AttributeValue<'a>>,
    ) {
        self.target_at(target, kind, value, &mut Vec::new());
    }

    fn target_at(
        &mut self,
        target: &'a Expr,
        kind: &dyn Fn(&[u32]) -> BindingKind<'a>,
        value: Option<AttributeValue<'a>>,
        path: &mut Vec<u32>,
    ) {
        match target {
            // The new value holds from the end of the target on, so that `x = f(x)` sees the old `x`.
            Expr::Name(name) => self.bind(name.id.as_str(), kind(path), target.end().to_u32()),
            Expr::Tuple(rustpython_ast::ExprTuple { elts, .. }) | Expr::List(rustpython_ast::ExprList { elts, .. }) => {
                for (position, element) in elts.iter().enumerate() {
                    path.push(index(position));
                    self.target_at(element, kind, None, path);
                    path.pop();
                }
            }
            Expr::Starred(starred) => {
                if let Expr::Name(name) = &*starred.value {
                    self.bind(name.id.as_str(), BindingKind::Other, target.end().to_u32());
                }
            }
            Expr::Attribute(attribute) => {
                if let (Some(class), Some(value)) = (self.self_class(target), value) {
                    let context = self.context;
                    self.model.classes[class as usize].attributes.push((attribute.attr.as_str(), value, context));
                }
                if self.context.looped != NONE {
                    let looped = &mut self.model.loops[self.context.looped as usize];
                    looped.assigned.push(attribute.attr.as_str());
                }
                self.expr(&attribute.value, Use::Other);
            }
            Expr::Subscript(subscript) => {
                self.expr(&subscript.value, Use::Other);
                self.expr(&subscript.slice, Use::Other);
            }
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(node) => node.patterns.iter().for_each(|pattern| self.pattern(pattern)),
            Pattern::MatchMapping(node) => {
                node.patterns.iter().for_each(|pattern| self.pattern(pattern));
                if let Some(rest) = &node.rest {
                    self.bind(rest.as_str(), BindingKind::Other, rest.start().to_u32());
                }
            }
            Pattern::MatchClass(node) => {
                node.arguments.patterns.iter().for_each(|pattern| self.pattern(pattern));
                node.arguments.keywords.iter().for_each(|keyword| self.pattern(&keyword.pattern));
            }
            Pattern::MatchStar(node) => {
                if let Some(name) = &node.name {
                    self.bind(name.as_str(), BindingKind::Other, name.start().to_u32());
                }
            }
            Pattern::MatchAs(node) => {
                if let Some(pattern) = &node.pattern {
                    self.pattern(pattern);
                }
                if let Some(name) = &node.name {
                    self.bind(name.as_str(), BindingKind::Other, name.start().to_u32());
                }
            }
            Pattern::MatchOr(node) => node.patterns.iter().for_each(|pattern| self.pattern(pattern)),
        }
    }

    fn weigh(&mut self, count: impl FnOnce(&mut Weight) -> &mut u16) {
        if let Some(function) = self.model.functions.get_mut(self.context.function as usize) {
            let count = count(&mut function.weight);
            *count = count.saturating_add(1);
        }
    }

    fn condition(&mut self, test: &'a Expr) {
        let mut names = Vec::new();
        checked_names(test, &mut names);
        if let Some(function) = self.model.functions.get_mut(self.context.function as usize) {
            function.tested.extend(names);
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
    fn expr(&mut self, expr: &'a Expr, usage: Use<'a>) {
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
                if scope.parent == NONE || !scope.names.contains_key(name.id.as_str()) {
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
        let applies = APPLIERS.contains(&name) && arguments.args.len() > 1;
        let keyed = KEYED.contains(&name) && !arguments.args.is_empty() || name == "sort";
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
            for bindings in self.model.scopes[scope as usize].names.values() {
                for binding in bindings {
                    self.model.bindings[*binding as usize].offset = 0;
                }
            }
            let mut names = Vec::new();
            target_names(&generator.target, &mut names);
            self.model.loops[at as usize].targets.extend(names);
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

/// The last part of a dotted name.
pub fn last_name(expr: &Expr) -> &str {
    match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}

/// The names that a condition says something about: their truth, identity, length, type or members.
fn checked_names<'a>(test: &'a Expr, names: &mut Vec<&'a str>) {
    match test {
        Expr::Name(name) => names.push(name.id.as_str()),
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
fn is_arithmetic(op: Operator, left: &Expr, right: &Expr) -> bool {
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

fn target_names<'a>(target: &'a Expr, names: &mut Vec<&'a str>) {
    match target {
        Expr::Name(name) => names.push(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| target_names(element, names)),
        Expr::List(list) => list.elts.iter().for_each(|element| target_names(element, names)),
        Expr::Starred(starred) => target_names(&starred.value, names),
        _ => {}
    }
}

fn is_main_test(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__")
}

fn string_elements(value: &Expr) -> Option<Vec<&str>> {
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
