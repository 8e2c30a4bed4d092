//! Functions with their parameters, and whatever else binds names.

use super::{Walk, index};
use crate::model::{AttributeValue, BindingKind, Context, Function, FunctionNode, NONE, ScopeKind, Use, Weight};
use crate::names::Names;
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, Parameters, Pattern};

impl<'a> Walk<'a> {
    /// Defaults and annotations are evaluated where the function is defined.
    pub(super) fn parameters_outside(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.expr(default, Use::Other);
            }
        }
    }

    pub(super) fn function(&mut self, name: &'a str, node: FunctionNode<'a>) -> u32 {
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
            tested: Names::default(),
            raises: false,
            calls: Vec::new(),
            weight: Weight::default(),
        });
        at
    }

    pub(super) fn inside_function(&mut self, at: u32, parameters: &'a Parameters, body: impl FnOnce(&mut Self)) {
        let scope = self.model.functions[at as usize].scope;
        self.within(Context { scope, function: at, looped: NONE, guard: NONE }, |walk| {
            walk.bind_parameters(at, parameters);
            body(walk);
        });
    }

    pub(super) fn bind_parameters(&mut self, at: u32, parameters: &'a Parameters) {
        for (position, parameter) in parameters.iter_source_order().enumerate() {
            let kind = BindingKind::Parameter(at, index(position));
            self.bind(parameter.name().as_str(), kind, parameter.name().start().to_u32());
        }
    }

    /// The class whose method this is, if `target` is an attribute of its first parameter.
    pub(super) fn self_class(&self, target: &Expr) -> Option<u32> {
        let Expr::Attribute(attribute) = target else { return None };
        let Expr::Name(name) = &*attribute.value else { return None };
        if !matches!(name.id.as_str(), "self" | "cls") || self.context.function == NONE {
            return None;
        }
        Some(self.model.enclosing_class(self.context.function)).filter(|class| *class != NONE)
    }

    pub(super) fn target(
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

    pub(super) fn pattern(&mut self, pattern: &'a Pattern) {
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
}
