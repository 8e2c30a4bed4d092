//! # What it does
//! Finds default values that are mutable objects: literals, comprehensions and constructors, in `def` and `lambda`; copies of
//! constants; a module-level mutable constant used as a default; instances of classes that the function then changes.
//!
//! # Why it is bad
//! A default is evaluated once, when the function is defined. Every call that does not pass the argument gets the same object,
//! so what one call adds the next one finds.
//!
//! # Example
//! ```python
//! def collect(row, seen=[]):
//!     seen.append(row)
//!     return seen
//! ```
//!
//! # Use instead
//! ```python
//! def collect(row, seen=None):
//!     seen = [] if seen is None else seen
//!     seen.append(row)
//!     return seen
//! ```
//!
//! # Limits
//! A parameter that is neither changed nor handed out is low confidence, as is a deliberate memo (`_cache={}`). An annotation
//! that promises not to change the object (`Sequence`, `Mapping`) is believed. Calls of functions from elsewhere are not judged,
//! except where the parameter is then changed in place.

use crate::file::{Draft, File};
use crate::{Confidence, Label};
use assay_python::last_name;
use assay_python::model::{BindingKind, Context, Function, FunctionNode, NONE};
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::visitor::{Visitor, walk_expr, walk_stmt};
use rustpython_ast::{BoolOp, Expr, ExprCall, Stmt};

const KIND: &str = "mutable-default";

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

pub(crate) fn check(file: &File<'_, '_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for function in &file.model.functions {
        let Some(parameters) = function.parameters() else { continue };
        for parameter in parameters.iter_non_variadic_params() {
            let Some(default) = parameter.default() else { continue };
            if matches!(
                default,
                Expr::NoneLiteral(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_)
            ) {
                continue;
            }
            let context = function.context;
            let Some(nature) = mutable(file, default, context, 0) else { continue };
            if parameter.parameter.annotation().is_some_and(promises_not_to_change) {
                continue;
            }
            let name = parameter.name().as_str();
            let fate = fate(file, function, name);
            #[expect(clippy::match_same_arms, reason = "a table, in the order of what is mutable")]
            let confidence = match (nature, fate.worst) {
                (Nature::Fresh, _) if is_memo(name) => Confidence::Low,
                // A constant or an object of some class is a problem only if it is changed.
                (Nature::Named | Nature::Instance, Worst::Changed) => Confidence::High,
                (Nature::Instance, Worst::HandedOut) => Confidence::Low,
                (Nature::Named, Worst::HandedOut) => Confidence::Medium,
                (Nature::Named | Nature::Instance | Nature::Other, Worst::Nothing | Worst::PassedOn) => continue,
                (Nature::Other, Worst::HandedOut) => continue,
                (Nature::Fresh | Nature::Other, Worst::Changed) | (Nature::Fresh, Worst::HandedOut) => Confidence::High,
                (Nature::Fresh, Worst::PassedOn) => Confidence::Medium,
                (Nature::Fresh, Worst::Nothing) => Confidence::Low,
            };
            let words = file.words(default);
            let message = match nature {
                Nature::Named => {
                    format!("the default of `{name}` is the one object `{words}` of the module, not a copy of it")
                }
                _ => format!("the default `{words}` of `{name}` is made once and shared by all calls"),
            };
            drafts.push(file.finding(KIND, default, message, confidence, fate.labels).into());
        }
    }
    drafts
}

/// What kind of mutable object a default is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// A container made for this default.
    Fresh,
    /// A container that has a name of its own.
    Named,
    /// An instance of a class in view.
    Instance,
    /// What a call gives that nothing is known about.
    Other,
}

fn mutable<'a>(file: &File<'_, 'a>, expr: &'a Expr, context: Context, depth: u32) -> Option<Nature> {
    if depth > 8 {
        return None;
    }
    match expr {
        Expr::List(_) | Expr::Dict(_) | Expr::Set(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => {
            Some(Nature::Fresh)
        }
        Expr::Call(call) => mutable_call(file, call, context, depth),
        Expr::BoolOp(node) => {
            let any = node.values.iter().find_map(|value| mutable(file, value, context, depth + 1));
            // `X and []` gives the last, `[] or X` most likely the one or the other.
            match node.op {
                BoolOp::And => node.values.last().and_then(|last| mutable(file, last, context, depth + 1)),
                BoolOp::Or => any,
            }
        }
        Expr::If(node) => {
            mutable(file, &node.body, context, depth + 1).or_else(|| mutable(file, &node.orelse, context, depth + 1))
        }
        Expr::Named(node) => mutable(file, &node.value, context, depth + 1),
        Expr::BinOp(node) => {
            // `[0] * 3`, `BASE | {...}` make new objects.
            let literal =
                |side: &Expr| matches!(side, Expr::List(_) | Expr::Dict(_) | Expr::Set(_) | Expr::ListComp(_));
            (literal(&node.left) || literal(&node.right)).then_some(Nature::Fresh)
        }
        Expr::Name(name) => {
            let binding = file.model.binding(name.id.as_str(), context, name.start().to_u32())?;
            match &binding.kind {
                BindingKind::Assign(value, _) if binding.context.function == NONE => {
                    mutable(file, value, binding.context, depth + 1)
                        .filter(|nature| *nature != Nature::Other)
                        .map(|nature| if nature == Nature::Instance { nature } else { Nature::Named })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn mutable_call<'a>(file: &File<'_, 'a>, call: &'a ExprCall, context: Context, depth: u32) -> Option<Nature> {
    if let Expr::Attribute(attribute) = &*call.func
        && matches!(attribute.attr.as_str(), "copy" | "deepcopy")
        && call.arguments.is_empty()
    {
        return mutable(file, &attribute.value, context, depth + 1).map(|_| Nature::Fresh);
    }
    match file.types.of(&call.func, context) {
        Type::Path(path) => match &*path {
            "builtins.list"
            | "builtins.dict"
            | "builtins.set"
            | "builtins.bytearray"
            | "collections.deque"
            | "collections.defaultdict"
            | "collections.OrderedDict"
            | "collections.Counter"
            | "collections.ChainMap"
            | "collections.UserDict"
            | "collections.UserList"
            | "array.array" => Some(Nature::Fresh),
            "copy.copy" | "copy.deepcopy" => {
                call.arguments.args.first().and_then(|of| mutable(file, of, context, depth + 1)).map(|_| Nature::Fresh)
            }
            path => {
                let name = path.rsplit('.').next().unwrap_or(path);
                let class = name.starts_with(|first: char| first.is_ascii_uppercase())
                    && name.chars().any(|letter| letter.is_ascii_lowercase());
                let marker = matches!(
                    name,
                    "Depends"
                        | "Security"
                        | "Query"
                        | "Body"
                        | "Header"
                        | "Cookie"
                        | "Path"
                        | "File"
                        | "Form"
                        | "Param"
                        | "Option"
                        | "Argument"
                        | "Field"
                        | "Decimal"
                        | "Fraction"
                        | "UUID"
                        | "PurePath"
                        | "TypeVar"
                );
                (class && !marker).then_some(Nature::Other)
            }
        },
        Type::Class(class) => (!is_immutable_class(file, class)).then_some(Nature::Instance),
        _ => None,
    }
}

/// Frozen dataclasses, named tuples, enumerations and the like.
fn is_immutable_class(file: &File<'_, '_>, class: u32) -> bool {
    let node = file.model.classes[class as usize].node;
    let frozen = node.decorator_list.iter().any(|decorator| {
        let name = match &decorator.expression {
            Expr::Call(call) => last_name(&call.func),
            other => last_name(other),
        };
        let says = matches!(&decorator.expression, Expr::Call(call) if call.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "frozen")
                && matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value)
        }));
        name == "frozen" || says
    });
    let bases = node.arguments.iter().flat_map(|arguments| &arguments.args);
    frozen
        || bases.map(last_name).any(|base| {
            matches!(
                base,
                "NamedTuple"
                    | "Enum"
                    | "IntEnum"
                    | "StrEnum"
                    | "Flag"
                    | "tuple"
                    | "str"
                    | "int"
                    | "frozenset"
                    | "Exception"
            )
        })
}

/// Annotations of types that have no way to change the object.
fn promises_not_to_change(annotation: &Expr) -> bool {
    match annotation {
        Expr::Name(_) | Expr::Attribute(_) => matches!(
            last_name(annotation),
            "Sequence"
                | "Mapping"
                | "Iterable"
                | "Iterator"
                | "Collection"
                | "Container"
                | "Sized"
                | "Reversible"
                | "AbstractSet"
                | "tuple"
                | "Tuple"
                | "frozenset"
                | "FrozenSet"
                | "str"
                | "bytes"
                | "int"
                | "float"
                | "bool"
                | "complex"
                | "range"
                | "object"
                | "Callable"
                | "ItemsView"
                | "KeysView"
                | "ValuesView"
                | "MappingView"
                | "AsyncIterable"
                | "Awaitable"
                | "Generator"
                | "Hashable"
                | "LiteralString"
                | "Never"
                | "ByteString"
        ),
        Expr::NoneLiteral(_) => true,
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            let name = text.split('[').next().unwrap_or(text);
            matches!(
                name.rsplit('.').next().unwrap_or(name),
                "Sequence"
                    | "Mapping"
                    | "Iterable"
                    | "Collection"
                    | "Container"
                    | "tuple"
                    | "Tuple"
                    | "frozenset"
                    | "FrozenSet"
            )
        }
        Expr::Subscript(node) => match last_name(&node.value) {
            "Optional" | "Annotated" | "Final" => match &*node.slice {
                Expr::Tuple(tuple) => tuple.elts.first().is_some_and(promises_not_to_change),
                one => promises_not_to_change(one),
            },
            "Union" => match &*node.slice {
                Expr::Tuple(tuple) => tuple.elts.iter().all(promises_not_to_change),
                one => promises_not_to_change(one),
            },
            "Literal" => true,
            _ => promises_not_to_change(&node.value),
        },
        Expr::BinOp(node) => promises_not_to_change(&node.left) && promises_not_to_change(&node.right),
        _ => false,
    }
}

fn is_memo(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    name.contains("cache") || name.contains("memo")
}

/// The worst that happens to a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Nothing,
    PassedOn,
    HandedOut,
    Changed,
}

struct Fate {
    worst: Worst,
    labels: Vec<Label>,
}

/// As many places are shown of each parameter.
const MAX_LABELS: usize = 3;

fn fate(file: &File<'_, '_>, function: &Function<'_>, name: &str) -> Fate {
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
