//! What becomes of a parameter in the body of its function.

use crate::Label;
use crate::file::File;
use assay_python::last_name;
use assay_python::model::{Function, FunctionNode};
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::visitor::{Visitor, walk_expr, walk_stmt};
use rustpython_ast::{Expr, Stmt};

/// The worst that happens to a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worst {
    Nothing,
    PassedOn,
    HandedOut,
    Changed,
}

pub(super) struct Fate {
    pub(super) worst: Worst,
    pub(super) labels: Vec<Label>,
}

/// Methods that change what they are called on.
const MUTATORS: &[&str] = &[
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "sort",
    "reverse",
    "add",
    "discard",
    "update",
    "setdefault",
    "popitem",
    "appendleft",
    "extendleft",
    "popleft",
    "rotate",
    "subtract",
    "move_to_end",
    "intersection_update",
    "difference_update",
    "symmetric_difference_update",
    "__setitem__",
    "push",
    "put",
    "register",
    "inc",
    "increment",
];

/// As many places are shown of each parameter.
const MAX_LABELS: usize = 3;

pub(super) fn fate(file: &File<'_, '_>, function: &Function<'_>, name: &str) -> Fate {
    let mut uses = Uses { name, names: vec![name.to_owned()], found: Vec::new() };
    match function.node {
        FunctionNode::Def(def) => uses.visit_body(&def.body),
        FunctionNode::Lambda(lambda) => {
            if let Expr::Name(returned) = &*lambda.body
                && returned.id.as_str() == name
            {
                uses.found.push((Worst::HandedOut, lambda.body.range(), format!("`{name}` is returned here")));
            }
            uses.visit_expr(&lambda.body);
        }
    }
    // The text order of the first occurrences is what a reader follows.
    uses.found.sort_by_key(|(_, range, _)| range.start());
    let worst = uses.found.iter().map(|(worst, _, _)| *worst).max().unwrap_or(Worst::Nothing);
    let labels = uses
        .found
        .into_iter()
        .filter(|(level, _, _)| *level >= Worst::HandedOut)
        .take(MAX_LABELS)
        .map(|(_, range, text)| file.label(&range, text))
        .collect();
    Fate { worst, labels }
}

/// Follows a parameter, and names that it is bound to, through a body.
struct Uses<'n> {
    name: &'n str,
    names: Vec<String>,
    found: Vec<(Worst, TextRange, String)>,
}

impl Uses<'_> {
    fn is(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if self.names.iter().any(|known| known == name.id.as_str()))
    }

    /// `seen`, `seen[key]`, `run.titles`: the object or a part of it.
    fn reaches(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Attribute(attribute) => self.reaches(&attribute.value),
            Expr::Subscript(subscript) => self.reaches(&subscript.value),
            other => self.is(other),
        }
    }

    /// The object stands in an expression as itself: alone, in a display, or as one side of `or`.
    fn carried_by(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Tuple(node) => node.elts.iter().any(|element| self.carried_by(element)),
            Expr::List(node) => node.elts.iter().any(|element| self.carried_by(element)),
            Expr::Dict(node) => node.items.iter().any(|item| item.key.is_some() && self.carried_by(&item.value)),
            Expr::BoolOp(node) => node.values.iter().any(|value| self.carried_by(value)),
            Expr::If(node) => self.carried_by(&node.body) || self.carried_by(&node.orelse),
            other => self.is(other),
        }
    }

    fn add(&mut self, worst: Worst, node: &impl Ranged, text: String) {
        self.found.push((worst, node.range(), text));
    }

    fn assign(&mut self, target: &Expr, value: &Expr, whole: &impl Ranged) {
        match (target, value) {
            (Expr::Tuple(targets), Expr::Tuple(values)) if targets.elts.len() == values.elts.len() => {
                for (target, value) in targets.elts.iter().zip(&values.elts) {
                    self.assign(target, value, whole);
                }
            }
            (Expr::Name(name), value) if self.carried_by(value) => {
                let name = name.id.as_str();
                if !self.names.iter().any(|known| known == name) {
                    self.names.push(name.to_owned());
                }
            }
            (Expr::Attribute(_) | Expr::Subscript(_), value) => {
                if self.reaches(target) && !self.is(target) {
                    self.add(Worst::Changed, whole, format!("`{}` is changed here", self.name));
                } else if self.carried_by(value) {
                    self.add(Worst::HandedOut, whole, format!("`{}` is stored here", self.name));
                }
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.visit_stmt(stmt);
        }
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value, stmt);
                }
                walk_stmt(self, stmt);
                // `seen = list(seen)`: from here on the name means another object. In a branch it may still be the default.
                if let [Expr::Name(name)] = &assign.targets[..]
                    && name.id.as_str() == self.name
                    && !self.carried_by(&assign.value)
                {
                    self.names.retain(|known| known != self.name);
                }
                return;
            }
            Stmt::If(node) => {
                // What a branch rebinds may hold after it or not; the other way through still sees the default.
                let names = self.names.clone();
                self.visit_expr(&node.test);
                let bodies =
                    std::iter::once(&node.body).chain(node.elif_else_clauses.iter().map(|clause| &clause.body));
                let mut after = names.clone();
                for body in bodies {
                    self.names.clone_from(&names);
                    self.visit_body(body);
                    for name in std::mem::take(&mut self.names) {
                        if !after.contains(&name) {
                            after.push(name);
                        }
                    }
                }
                self.names = after;
                return;
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value, stmt);
                }
            }
            Stmt::AugAssign(assign) if self.reaches(&assign.target) => {
                self.add(Worst::Changed, stmt, format!("`{}` is changed here", self.name));
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if self.reaches(target) && !self.is(target) {
                        self.add(Worst::Changed, stmt, format!("`{}` is changed here", self.name));
                    }
                }
            }
            Stmt::Return(node) if node.value.as_deref().is_some_and(|value| self.carried_by(value)) => {
                self.add(Worst::HandedOut, stmt, format!("`{}` is returned here", self.name));
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                if let Expr::Attribute(attribute) = &*call.func
                    && self.reaches(&attribute.value)
                    && MUTATORS.contains(&attribute.attr.as_str())
                {
                    self.add(Worst::Changed, expr, format!("`{}` is changed here", self.name));
                }
                let harmless = matches!(
                    last_name(&call.func),
                    "len"
                        | "list"
                        | "dict"
                        | "set"
                        | "tuple"
                        | "sorted"
                        | "frozenset"
                        | "str"
                        | "repr"
                        | "isinstance"
                        | "sum"
                        | "any"
                        | "all"
                        | "max"
                        | "min"
                        | "enumerate"
                        | "zip"
                        | "range"
                        | "print"
                        | "join"
                        | "bool"
                        | "iter"
                        | "format"
                        | "copy"
                        | "deepcopy"
                        | "reversed"
                        | "map"
                        | "filter"
                        | "hash"
                        | "id"
                        | "type"
                );
                let arguments = &call.arguments;
                let passed = arguments
                    .args
                    .iter()
                    .chain(arguments.keywords.iter().filter(|k| k.arg.is_some()).map(|k| &k.value));
                for argument in passed {
                    if self.carried_by(argument) && !harmless {
                        self.add(Worst::PassedOn, expr, format!("`{}` is passed on here", self.name));
                    }
                }
            }
            Expr::Yield(node) if node.value.as_deref().is_some_and(|value| self.carried_by(value)) => {
                self.add(Worst::HandedOut, expr, format!("`{}` is yielded here", self.name));
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
