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

mod fate;
mod promises;

use crate::Confidence;
use crate::file::{Draft, File};
use assay_python::model::{BindingKind, Context, NONE};
use assay_python::types::Type;
use fate::{Worst, fate};
use promises::{is_immutable_class, promises_not_to_change};
use ruff_text_size::Ranged;
use rustpython_ast::{BoolOp, Expr, ExprCall};

const KIND: &str = "mutable-default";

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

fn is_memo(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    name.contains("cache") || name.contains("memo")
}
