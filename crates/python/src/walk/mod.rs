//! The one walk over a tree that builds its [`Model`].

mod expressions;
mod imports;
mod names;
mod shapes;
mod statements;

pub use imports::REACHING;

use crate::model::{Binding, BindingKind, Context, Model, NONE, Scope, ScopeKind};
use crate::names::Names;
use crate::project::Modules;
use rustc_hash::FxHashSet;
use rustpython_ast::{Expr, ModModule, Stmt};

/// Builds the model of a parsed file, the module with this dotted path. `package` is the dotted name of the package that
/// relative imports start from; `modules` tells which imports lead to other files of the tree.
pub fn build<'a>(text: &'a str, tree: &'a ModModule, module: &str, package: &str, modules: &Modules) -> Model<'a> {
    let context = Context { scope: 0, function: NONE, looped: NONE, guard: NONE };
    // Room for about as many of each as texts of this length have.
    let one_in = |bytes: usize| text.len() / bytes;
    let mut walk = Walk {
        package: package.to_owned(),
        context,
        in_handler: false,
        model: Model {
            text,
            body: &tree.body,
            module: module.to_owned(),
            scopes: Vec::with_capacity(one_in(1024)),
            bindings: Vec::with_capacity(one_in(128)),
            functions: Vec::with_capacity(one_in(1024)),
            classes: Vec::new(),
            loops: Vec::new(),
            guards: Vec::new(),
            tries: Vec::new(),
            calls: Vec::with_capacity(one_in(128)),
            applied: Vec::new(),
            chains: Vec::new(),
            items: Vec::new(),
            reads: Vec::new(),
            decided: Vec::new(),
            mentions: Vec::with_capacity(one_in(64)),
            main_block: None,
            exports: None,
        },
    };
    walk.push_scope(ScopeKind::Module, NONE);
    walk.body(&tree.body);
    imports::find_in_tree(&mut walk.model, module, modules);
    walk.model
}

struct Walk<'a> {
    package: String,
    context: Context,
    in_handler: bool,
    model: Model<'a>,
}

fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}

/// The last part of a dotted name.
pub fn last_name(expr: &Expr) -> &str {
    match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}

impl<'a> Walk<'a> {
    fn push_scope(&mut self, kind: ScopeKind, parent: u32) -> u32 {
        self.model.scopes.push(Scope { kind, parent, names: Names::default(), globals: FxHashSet::default() });
        index(self.model.scopes.len() - 1)
    }

    fn bind(&mut self, name: &'a str, kind: BindingKind<'a>, offset: u32) {
        let at = index(self.model.bindings.len());
        self.model.bindings.push(Binding { kind, offset, context: self.context, in_tree: false });
        let mut scope = self.context.scope;
        if self.model.scopes[scope as usize].globals.contains(name) {
            scope = 0;
        }
        self.model.scopes[scope as usize].names.entry(name).push(at);
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
}
