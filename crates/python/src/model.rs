//! The semantic model of one file: scopes and bindings, functions and classes, loops, guards and calls, found in one walk.
//!
//! The model borrows the tree. Everything in it is addressed by index, and [`NONE`] stands for "no such thing" (module
//! level, outside every loop, unguarded).

use crate::names::Names;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;
use rustpython_ast::{ExceptHandler, Expr, ExprAttribute, ExprCall, ExprSubscript, Parameters, StmtClassDef};
use rustpython_ast::{Stmt, StmtFunctionDef, StmtTry};
use smallvec::SmallVec;

/// The index that stands for nothing.
pub const NONE: u32 = u32::MAX;

/// Where a node stands: its innermost scope, function, loop and guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Index into [`Model::scopes`].
    pub scope: u32,
    /// Index into [`Model::functions`], or [`NONE`] at module or class level.
    pub function: u32,
    /// Index into [`Model::loops`], or [`NONE`]; a loop outside the function does not count.
    pub looped: u32,
    /// Index into [`Model::guards`], or [`NONE`]; a guard outside the function does not count.
    pub guard: u32,
}

/// What a scope belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// The file.
    Module,
    /// A class body, by index into [`Model::classes`].
    Class(u32),
    /// A function or lambda, by index into [`Model::functions`].
    Function(u32),
    /// A comprehension.
    Comprehension,
}

/// A region in which names are bound.
#[derive(Debug)]
pub struct Scope<'a> {
    /// What it belongs to.
    pub kind: ScopeKind,
    /// The enclosing scope, [`NONE`] for the module.
    pub parent: u32,
    /// Indices into [`Model::bindings`] by name, in the order of the walk. Most names are bound once or twice.
    pub names: Names<'a, SmallVec<[u32; 4]>>,
    /// Names declared `global` here.
    pub globals: FxHashSet<&'a str>,
}

/// How a name came by its value.
#[derive(Debug, Clone)]
pub enum BindingKind<'a> {
    /// An import, with the absolute dotted path of what was imported.
    Import(String),
    /// `name = value`, `name := value`; with the annotation where there is one.
    Assign(&'a Expr, Option<&'a Expr>),
    /// `name: annotation` without a value.
    Annotated(&'a Expr),
    /// `name += value`.
    Augmented(&'a Expr),
    /// One of several targets that are unpacked from a value; the path says which.
    Unpack(&'a Expr, Vec<u32>),
    /// Target of a loop over the expression; the path says which part of an item, empty for the item itself.
    Item(&'a Expr, Vec<u32>),
    /// `with value as name`.
    With(&'a Expr),
    /// A parameter, by function and position in source order.
    Parameter(u32, u32),
    /// A function of this file.
    Function(u32),
    /// A class of this file.
    Class(u32),
    /// `except type as name`.
    Caught,
    /// Anything else that binds.
    Other,
}

/// One binding of a name.
#[derive(Debug)]
pub struct Binding<'a> {
    /// How.
    pub kind: BindingKind<'a>,
    /// Byte offset of the place from which it holds.
    pub offset: u32,
    /// Where.
    pub context: Context,
    /// Whether it is an import that leads to a file of the tree.
    pub in_tree: bool,
}

/// The node of a function.
#[derive(Debug, Clone, Copy)]
pub enum FunctionNode<'a> {
    /// `def`.
    Def(&'a StmtFunctionDef),
    /// `lambda`.
    Lambda(&'a rustpython_ast::ExprLambda),
}

/// A function or lambda.
#[derive(Debug)]
pub struct Function<'a> {
    /// Its name; `<lambda>` for a lambda.
    pub name: &'a str,
    /// The node.
    pub node: FunctionNode<'a>,
    /// The class whose body it stands in, or [`NONE`].
    pub class: u32,
    /// Its own scope.
    pub scope: u32,
    /// Where it is defined.
    pub context: Context,
    /// Values returned, with their contexts. A lambda returns its body.
    pub returns: Vec<(&'a Expr, Context)>,
    /// Values yielded; the flag is set for `yield from`.
    pub yields: Vec<(&'a Expr, Context, bool)>,
    /// Whether it has a `yield`.
    pub generator: bool,
    /// Names that stand in a condition of any kind in this function.
    pub tested: Names<'a, ()>,
    /// Whether it has a `raise` of its own outside handlers.
    pub raises: bool,
    /// Indices into [`Model::calls`].
    pub calls: Vec<u32>,
    /// How much can go wrong in it.
    pub weight: Weight,
}

/// What a function decides and computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Conditions: `if`, `elif`, conditional expressions, filters of comprehensions, cases.
    pub branches: u16,
    /// Comparisons by order, whose bounds are easily off by one.
    pub bounds: u16,
    /// Comparisons for equality, membership, identity, and `and`, `or`.
    pub tests: u16,
    /// Calculations, not counting the joining of strings.
    pub arithmetic: u16,
    /// Loops of any kind.
    pub loops: u16,
    /// Handlers and `raise`.
    pub failures: u16,
}

impl<'a> Function<'a> {
    /// The `def`, unless it is a lambda.
    pub fn def(&self) -> Option<&'a StmtFunctionDef> {
        match self.node {
            FunctionNode::Def(def) => Some(def),
            FunctionNode::Lambda(_) => None,
        }
    }

    /// The parameters, where there are any.
    pub fn parameters(&self) -> Option<&'a Parameters> {
        match self.node {
            FunctionNode::Def(def) => Some(&def.parameters),
            FunctionNode::Lambda(lambda) => lambda.parameters.as_deref(),
        }
    }

    /// The range of the whole function.
    pub fn range(&self) -> TextRange {
        match self.node {
            FunctionNode::Def(def) => def.range(),
            FunctionNode::Lambda(lambda) => lambda.range(),
        }
    }

    /// What is marked when the function is meant: its name.
    pub fn name_range(&self) -> TextRange {
        match self.node {
            FunctionNode::Def(def) => def.name.range(),
            FunctionNode::Lambda(lambda) => lambda.range(),
        }
    }
}

/// A class.
#[derive(Debug)]
pub struct Class<'a> {
    /// Its name.
    pub name: &'a str,
    /// The node.
    pub node: &'a StmtClassDef,
    /// Its own scope.
    pub scope: u32,
    /// Where it is defined.
    pub context: Context,
    /// `self.name = value` in its methods: name, value or annotation, context.
    pub attributes: Vec<(&'a str, AttributeValue<'a>, Context)>,
}

/// What is known where an attribute of an instance is set.
#[derive(Debug, Clone, Copy)]
pub enum AttributeValue<'a> {
    /// The value.
    Value(&'a Expr),
    /// Only its annotation.
    Annotation(&'a Expr),
}

/// What kind of loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopKind {
    /// `for` and `async for`.
    For,
    /// `while`.
    While,
    /// Any comprehension or generator expression.
    Comprehension,
    /// A lambda that `map`, `filter`, `sorted` and their like call for each item.
    Applied,
}

/// Something that runs its body again and again.
#[derive(Debug)]
pub struct Loop<'a> {
    /// What kind.
    pub kind: LoopKind,
    /// What is iterated; for `while`, the condition.
    pub source: &'a Expr,
    /// Names bound for each item.
    pub targets: Vec<&'a str>,
    /// The words to mark: the `for` clause or the condition.
    pub head: TextRange,
    /// The whole loop.
    pub range: TextRange,
    /// The statements of its body; none for a comprehension.
    pub body: &'a [Stmt],
    /// The scope of the body: its own for a comprehension.
    pub scope: u32,
    /// Where the loop stands (not its body).
    pub context: Context,
    /// Whether the body can leave the loop: `break`, or `return`.
    pub leaves: bool,
    /// Whether the body waits: `sleep`, `wait`.
    pub waits: bool,
    /// Names and attributes that the body assigns.
    pub assigned: Vec<&'a str>,
}

/// What protects a region.
#[derive(Debug, Clone, Copy)]
pub enum GuardKind<'a> {
    /// The body of a `try` that has handlers.
    Try(&'a StmtTry),
    /// `with suppress(...)` or `with pytest.raises(...)`, by the call.
    With(&'a ExprCall),
}

/// A region whose exceptions are dealt with.
#[derive(Debug)]
pub struct Guard<'a> {
    /// What protects it.
    pub kind: GuardKind<'a>,
    /// Where the guard stands.
    pub context: Context,
}

/// What becomes of an expression's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use<'a> {
    /// Nothing: it is a statement of its own.
    Discarded,
    /// It is bound to this name.
    Bound(&'a str),
    /// It is the context of a `with`, bound to this name.
    Entered(Option<&'a str>),
    /// An attribute of it is taken.
    Attribute(&'a str),
    /// It is returned or yielded.
    Returned,
    /// It is iterated over.
    Iterated,
    /// It is subscripted.
    Subscripted,
    /// It stands in a condition.
    Tested,
    /// Anything else.
    Other,
}

/// A call.
#[derive(Debug)]
pub struct Call<'a> {
    /// The node.
    pub node: &'a ExprCall,
    /// Where.
    pub context: Context,
    /// What becomes of the result; an `await` in between does not count.
    pub usage: Use<'a>,
}

impl<'a> Call<'a> {
    /// The last part of what is called: `f` of `a.b.f()`.
    pub fn name(&self) -> &'a str {
        match &*self.node.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        }
    }
}

/// A function that is handed over to be called for each item: `map(f, items)`.
#[derive(Debug)]
pub struct Applied<'a> {
    /// The function.
    pub function: &'a Expr,
    /// The items.
    pub source: &'a Expr,
    /// The whole call.
    pub range: TextRange,
    /// Where.
    pub context: Context,
}

/// The model of one file.
#[derive(Debug)]
pub struct Model<'a> {
    /// The source.
    pub text: &'a str,
    /// The statements of the module.
    pub body: &'a [rustpython_ast::Stmt],
    /// Dotted name of the module.
    pub module: String,
    /// Scopes; the module's is the first.
    pub scopes: Vec<Scope<'a>>,
    /// Bindings of all scopes.
    pub bindings: Vec<Binding<'a>>,
    /// Functions and lambdas in source order.
    pub functions: Vec<Function<'a>>,
    /// Classes in source order.
    pub classes: Vec<Class<'a>>,
    /// Loops in source order.
    pub loops: Vec<Loop<'a>>,
    /// Guards in source order.
    pub guards: Vec<Guard<'a>>,
    /// All `try` statements with handlers, with their contexts.
    pub tries: Vec<(&'a StmtTry, Context)>,
    /// Calls; what is evaluated first comes first.
    pub calls: Vec<Call<'a>>,
    /// Functions handed to `map` and its like.
    pub applied: Vec<Applied<'a>>,
    /// Attribute chains of two or more names that are read, `invoice.customer.name`; the flag is set if the last is called.
    pub chains: Vec<(&'a ExprAttribute, Context, bool)>,
    /// Items read by a constant key or index: `payload["rates"]`, `rows[0]`.
    pub items: Vec<(&'a ExprSubscript, Context, Use<'a>)>,
    /// Attributes of a name that are read in a loop without being called: `customer.open_orders`.
    pub reads: Vec<(&'a ExprAttribute, Context)>,
    /// Calls whose truth decides something.
    pub decided: Vec<(&'a Expr, Context)>,
    /// Functions and other names of outer scopes that are handed over, and attributes that are read without being called, with
    /// the functions that do so.
    pub mentions: Vec<(&'a str, u32)>,
    /// Whether calls at module level stand below `if __name__ == "__main__"`: byte range of that block.
    pub main_block: Option<TextRange>,
    /// Names listed in `__all__`.
    pub exports: Option<Vec<&'a str>>,
}

impl<'a> Model<'a> {
    /// The bindings of a name as seen from a context: those of the innermost scope that has any.
    pub fn bindings_of(&self, name: &str, from: u32) -> &[u32] {
        let mut at = from;
        let mut first = true;
        while at != NONE {
            let scope = &self.scopes[at as usize];
            // A class body is not seen from the functions inside it.
            let visible = first || !matches!(scope.kind, ScopeKind::Class(_));
            if visible && scope.globals.contains(name) {
                return self.scopes[0].names.get(name).map_or(&[], SmallVec::as_slice);
            }
            if visible && let Some(bindings) = scope.names.get(name) {
                return bindings;
            }
            first = first && matches!(scope.kind, ScopeKind::Comprehension);
            at = scope.parent;
        }
        &[]
    }

    /// The binding that a use of a name most likely sees: the last one before it, or, where the name belongs to an outer
    /// function scope or is bound only later, the last one.
    pub fn binding(&self, name: &str, context: Context, offset: u32) -> Option<&Binding<'a>> {
        let all = self.bindings_of(name, context.scope);
        let last = *all.last()?;
        let same_function = self.bindings[last as usize].context.function == context.function;
        let found = if same_function {
            // Bindings come in the order of the text, so the search can be a binary one.
            let after = all.partition_point(|at| self.bindings[*at as usize].offset <= offset);
            // In `orders = orders.filter(...)` what is filtered is what the name stood for before.
            let itself = |at: &u32| match self.bindings[*at as usize].kind {
                BindingKind::Assign(value, _) => value.range().contains_inclusive(offset.into()),
                _ => false,
            };
            match all[..after] {
                [.., before, own] if itself(&own) => before,
                [.., own] => own,
                [] => last,
            }
        } else {
            last
        };
        Some(&self.bindings[found as usize])
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn loop_within(&self, inner: u32, outer: u32) -> bool {
        let mut at = inner;
        while at != NONE {
            if at == outer {
                return true;
            }
            at = self.loops[at as usize].context.looped;
        }
        false
    }

    /// The dotted name of a function within its module: `Class.method`, `outer.inner`.
    pub fn function_path(&self, function: u32) -> String {
        let mut path = String::new();
        self.push_function_path(function, &mut path);
        path
    }

    /// The dotted name of a class within its module.
    pub fn class_path(&self, class: u32) -> String {
        let mut path = String::new();
        self.push_class_path(class, &mut path);
        path
    }

    /// Adds the dotted name of a function within its module to a text.
    pub fn push_function_path(&self, function: u32, path: &mut String) {
        let this = &self.functions[function as usize];
        self.push_owner(this.context.scope, path);
        path.push_str(this.name);
    }

    /// Adds the dotted name of a class within its module to a text.
    pub fn push_class_path(&self, class: u32, path: &mut String) {
        let this = &self.classes[class as usize];
        self.push_owner(this.context.scope, path);
        path.push_str(this.name);
    }

    /// Adds the dotted name of what a scope belongs to, and a dot; nothing for the module.
    fn push_owner(&self, scope: u32, path: &mut String) {
        let mut at = scope;
        loop {
            let scope = &self.scopes[at as usize];
            match scope.kind {
                ScopeKind::Module => return,
                ScopeKind::Class(class) => self.push_class_path(class, path),
                ScopeKind::Function(function) => self.push_function_path(function, path),
                ScopeKind::Comprehension => {
                    at = scope.parent;
                    continue;
                }
            }
            path.push('.');
            return;
        }
    }

    /// The class whose `self` a function sees: its own, or that of the method around it.
    pub fn enclosing_class(&self, function: u32) -> u32 {
        let mut at = function;
        while at != NONE {
            let this = &self.functions[at as usize];
            if this.class != NONE {
                return this.class;
            }
            at = this.context.function;
        }
        NONE
    }

    /// A method of a class of this file by name, not looking at bases.
    pub fn method(&self, class: u32, name: &str) -> Option<u32> {
        let scope = self.classes[class as usize].scope;
        self.scopes[scope as usize].names.get(name)?.iter().rev().find_map(|at| {
            match self.bindings[*at as usize].kind {
                BindingKind::Function(function) => Some(function),
                _ => None,
            }
        })
    }

    /// The words of a node.
    pub fn source(&self, node: &impl Ranged) -> &'a str {
        &self.text[node.range()]
    }

    /// The handlers around a context, innermost first, up to the function's own body.
    pub fn guards_of(&self, context: Context) -> impl Iterator<Item = &Guard<'a>> {
        let mut at = context.guard;
        std::iter::from_fn(move || {
            let guard = self.guards.get(at as usize)?;
            at = guard.context.guard;
            Some(guard)
        })
    }
}

/// The exception types of a handler: empty for a bare `except`.
pub fn handler_types(handler: &ExceptHandler) -> Vec<&Expr> {
    let ExceptHandler::ExceptHandler(handler) = handler;
    match handler.type_.as_deref() {
        None => Vec::new(),
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().collect(),
        Some(one) => vec![one],
    }
}
