//! What a loop goes over: items without number, or a few constants, retries, pages, chunks, files.

use crate::infer::Types;
use crate::model::{BindingKind, Context, Loop, LoopKind};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::{CmpOp, Expr};

/// What a loop goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Items whose number grows with the data.
    Items,
    /// A few things that stand in the code.
    Few,
    /// Attempts at the same thing.
    Retry,
    /// Pages or chunks, each of many items; or waiting, until something ends it.
    Chunks,
    /// Files, each a unit of work of its own.
    Files,
}

/// As many literal elements count as few.
const FEW: usize = 20;

const CHUNK_WORDS: &[&str] = &[
    "chunk",
    "batch",
    "page",
    "partition",
    "window",
    "shard",
    "slice",
    "islice",
    "grouper",
    "paginat",
    "listen",
    "subscri",
];
const RETRY_WORDS: &[&str] = &["attempt", "retry", "retries", "tries", "trial"];
const FILE_WORDS: &[&str] = &[
    "glob",
    "rglob",
    "iglob",
    "iterdir",
    "listdir",
    "scandir",
    "walk",
    "argv",
    "namelist",
    "infolist",
    "getmembers",
    "getnames",
];
/// Names of what counts the steps of a search or a computation.
const LEVELS: &[&str] = &["depth", "level", "hop", "generation", "iteration", "step", "round"];
/// Names of what stands for a file.
const FILE_NAMES: &[&str] = &["fname", "fpath", "filepath", "file_path"];
/// Names of what holds many rows at once.
const TABLES: &[&str] = &["df", "dataframe", "data_frame", "frame"];
/// What stands in the code of a form, a model or an object: as many as its author wrote down.
const MEMBERS: &[&str] = &[
    "cleaned_data",
    "changed_data",
    "fields",
    "base_fields",
    "declared_fields",
    "get_fields",
    "form_fields",
    "_fields",
    "_meta",
    "__dict__",
    "__slots__",
    "__annotations__",
    "__fields__",
    "model_fields",
    "__members__",
    "choices",
];
/// Methods that take the next item from something.
const TAKING: &[&str] =
    &["fetchone", "next", "anext", "readline", "popleft", "pop", "get_nowait", "popitem", "heappop", "__next__"];

fn mentions(name: &str, words: &[&str]) -> bool {
    // Constants shout: `MAX_RETRIES`.
    words.iter().any(|word| name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes())))
}

/// Any name in an expression of names, attributes and calls mentions a word.
fn any_name(expr: &Expr, words: &[&str]) -> bool {
    match expr {
        Expr::Name(name) => mentions(name.id.as_str(), words),
        Expr::Attribute(node) => mentions(node.attr.as_str(), words) || any_name(&node.value, words),
        Expr::Call(node) => {
            any_name(&node.func, words) || node.arguments.args.iter().any(|argument| any_name(argument, words))
        }
        Expr::Subscript(node) => any_name(&node.value, words),
        Expr::Starred(node) => any_name(&node.value, words),
        Expr::Await(node) => any_name(&node.value, words),
        Expr::BinOp(node) => any_name(&node.left, words) || any_name(&node.right, words),
        Expr::Named(node) => any_name(&node.value, words),
        _ => false,
    }
}

/// What a loop goes over.
pub fn nature(types: &Types<'_, '_>, looped: &Loop<'_>) -> Nature {
    if looped.kind == LoopKind::While {
        return while_nature(looped);
    }
    if looped.targets.iter().any(|target| mentions(target, RETRY_WORDS)) || any_name(looped.source, RETRY_WORDS) {
        return Nature::Retry;
    }
    if looped.targets.iter().any(|target| mentions(target, CHUNK_WORDS)) {
        return Nature::Chunks;
    }
    // `for depth in range(1, deepest)`: what is asked once for each level is asked for all items of the level.
    let counted = matches!(looped.source, Expr::Call(call) if last_name(&call.func) == "range");
    if counted
        && looped.targets.iter().any(|target| target.rsplit('_').next().is_some_and(|word| LEVELS.contains(&word)))
    {
        return Nature::Chunks;
    }
    if looped.targets.iter().any(|target| TABLES.contains(target)) {
        return Nature::Chunks;
    }
    if matches!(looped.targets[..], [one] if FILE_NAMES.contains(&one)) {
        return Nature::Files;
    }
    source_nature(types, looped.source, looped.context, 0)
}

fn source_nature(types: &Types<'_, '_>, source: &Expr, context: Context, depth: u32) -> Nature {
    if depth > 6 {
        return Nature::Items;
    }
    let literal = |elements: &[Expr]| {
        let open = elements.iter().any(Expr::is_starred_expr);
        if elements.len() <= FEW && !open { Nature::Few } else { Nature::Items }
    };
    match source {
        Expr::Tuple(node) => literal(&node.elts),
        Expr::List(node) => literal(&node.elts),
        Expr::Set(node) => literal(&node.elts),
        Expr::StringLiteral(_) => Nature::Few,
        Expr::Dict(node) if node.items.len() <= FEW && !node.items.is_empty() => Nature::Few,
        Expr::Name(name) => {
            let id = name.id.as_str();
            if is_constant(id) || is_variadic(types, id, context) {
                return Nature::Few;
            }
            match types
                .model
                .binding(id, context, name.start().to_u32())
                .map(|binding| (&binding.kind, binding.context))
            {
                Some((BindingKind::Assign(value, _), at)) if !grows(types, id, context, at.looped) => {
                    let empty = match value {
                        Expr::List(node) => node.elts.is_empty(),
                        Expr::Dict(node) => node.items.is_empty(),
                        Expr::Tuple(node) => node.elts.is_empty(),
                        _ => false,
                    };
                    if empty { Nature::Items } else { source_nature(types, value, at, depth + 1) }
                }
                // `for rows in chunks: for row in rows`: the rows are items.
                _ if any_name(source, FILE_WORDS) => Nature::Files,
                _ => Nature::Items,
            }
        }
        Expr::Attribute(node) => {
            let name = node.attr.as_str();
            if is_constant(name) || MEMBERS.contains(&name) || name.ends_with("_fields") {
                Nature::Few
            } else if mentions(node.attr.as_str(), &["argv"]) {
                Nature::Files
            } else {
                Nature::Items
            }
        }
        Expr::Call(call) => {
            let arguments = &call.arguments.args;
            let name = last_name(&call.func);
            match (name, &arguments[..]) {
                ("range", [.., step]) if arguments.len() == 3 && !matches!(step, Expr::UnaryOp(_)) => Nature::Chunks,
                ("range", bounds)
                    if bounds.iter().all(|bound| matches!(bound, Expr::NumberLiteral(_)) || is_shouted(bound)) =>
                {
                    Nature::Few
                }
                (
                    "enumerate" | "sorted" | "reversed" | "list" | "tuple" | "set" | "zip" | "iter" | "tqdm" | "track"
                    | "filter" | "frozenset",
                    [.., last],
                ) => {
                    if name == "iter" && arguments.len() == 2 {
                        return Nature::Chunks;
                    }
                    let inner = if name == "filter" { last } else { &arguments[0] };
                    source_nature(types, inner, context, depth + 1)
                }
                ("items" | "values" | "keys", []) => match &*call.func {
                    Expr::Attribute(attribute) => source_nature(types, &attribute.value, context, depth + 1),
                    _ => Nature::Items,
                },
                ("count" | "cycle" | "repeat", _) if !matches!(&*call.func, Expr::Attribute(attribute) if !matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "itertools")) => {
                    Nature::Retry
                }
                // `six.iteritems(form.cleaned_data)`
                ("iteritems" | "itervalues" | "iterkeys", [of]) => source_nature(types, of, context, depth + 1),
                _ if MEMBERS.contains(&name) => Nature::Few,
                _ if mentions(name, CHUNK_WORDS) => Nature::Chunks,
                _ if FILE_WORDS.contains(&name) => Nature::Files,
                _ => setting(call),
            }
        }
        Expr::BinOp(node) => {
            let left = source_nature(types, &node.left, context, depth + 1);
            let right = source_nature(types, &node.right, context, depth + 1);
            if left == right { left } else { Nature::Items }
        }
        Expr::Subscript(node) if configured(node) => Nature::Few,
        Expr::If(node) => source_nature(types, &node.body, context, depth + 1),
        Expr::ListComp(node) => match &node.generators[..] {
            [only] => source_nature(types, &only.iter, context, depth + 1),
            _ => Nature::Items,
        },
        Expr::Generator(node) => match &node.generators[..] {
            [only] => source_nature(types, &only.iter, context, depth + 1),
            _ => Nature::Items,
        },
        _ => Nature::Items,
    }
}

/// `config["stylesheets"]` is a few things that somebody wrote down.
fn configured(node: &rustpython_ast::ExprSubscript) -> bool {
    node.slice.is_string_literal_expr() && mentions(last_name(&node.value), &["config", "settings"])
}

/// `os.environ["NAMES"].split(",")` is a setting with a few values.
fn setting(call: &rustpython_ast::ExprCall) -> Nature {
    if last_name(&call.func) == "split"
        && let Expr::Attribute(attribute) = &*call.func
    {
        let configured = match &*attribute.value {
            Expr::Subscript(subscript) => last_name(&subscript.value) == "environ",
            Expr::Call(inner) => matches!(last_name(&inner.func), "getenv"),
            Expr::StringLiteral(_) => true,
            Expr::Attribute(setting) => is_constant(setting.attr.as_str()),
            _ => false,
        };
        if configured {
            return Nature::Few;
        }
    }
    Nature::Items
}

/// Whether a name is written as a constant: `MAX_ROWS`.
pub fn is_constant(name: &str) -> bool {
    name.len() > 1
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a name is `*args` or `**kwargs`: what somebody wrote into a call.
fn is_variadic(types: &Types<'_, '_>, name: &str, context: Context) -> bool {
    let parameters = types.model.functions.get(context.function as usize).and_then(crate::model::Function::parameters);
    parameters.is_some_and(|parameters| {
        [&parameters.vararg, &parameters.kwarg].into_iter().flatten().any(|parameter| parameter.name.as_str() == name)
    })
}

fn is_shouted(expr: &Expr) -> bool {
    is_constant(last_name(expr))
}

/// Whether something is added to a local series after it was made in a loop, or outside of any: more than a few things that
/// stand in the code as the first ones do.
fn grows(types: &Types<'_, '_>, name: &str, context: Context, looped: u32) -> bool {
    let adds = |call: &crate::model::Call<'_>| {
        // One more that stands in the code.
        let literal = call.context.looped == looped
            && call
                .node
                .arguments
                .args
                .iter()
                .all(|given| given.is_string_literal_expr() || given.is_number_literal_expr());
        !literal
            && matches!(call.name(), "append" | "extend" | "add" | "update" | "insert" | "appendleft" | "setdefault")
            && matches!(&*call.node.func, Expr::Attribute(attribute) if last_name(&attribute.value) == name)
    };
    match types.model.functions.get(context.function as usize) {
        Some(function) => function.calls.iter().any(|call| adds(&types.model.calls[*call as usize])),
        None => types.model.calls.iter().any(adds),
    }
}

fn while_nature(looped: &Loop<'_>) -> Nature {
    let takes_one = |value: &Expr| {
        let value = if let Expr::Await(node) = value { &*node.value } else { value };
        matches!(value, Expr::Call(call) if TAKING.contains(&last_name(&call.func)))
    };
    let per_item = match looped.source {
        // `while queue:`, `while node:` with the name changed in the body.
        Expr::Name(name) => walks(looped, name.id.as_str()),
        Expr::Call(call) if last_name(&call.func) == "len" => true,
        Expr::Named(named) => takes_one(&named.value),
        Expr::Compare(compare) => match (&*compare.left, &compare.comparators[..], &compare.ops[..]) {
            (Expr::Named(named), _, _) => takes_one(&named.value),
            // `while index < len(rows)`, `while len(rows) > 0`
            (_, [Expr::Call(call)], [CmpOp::Lt | CmpOp::LtE])
            | (Expr::Call(call), [Expr::NumberLiteral(_)], [CmpOp::Gt]) => last_name(&call.func) == "len",
            // `while node is not None`
            (Expr::Name(name), [Expr::NoneLiteral(_)], [CmpOp::IsNot | CmpOp::NotEq]) => {
                walks(looped, name.id.as_str())
            }
            _ => false,
        },
        Expr::UnaryOp(node) => matches!(&*node.operand, Expr::Call(call) if last_name(&call.func) == "empty"),
        _ => false,
    };
    if per_item && !looped.waits { Nature::Items } else { Nature::Chunks }
}

/// Whether a `while name:` goes along a chain or empties a worklist, rather than following pages or a flag.
fn walks(looped: &Loop<'_>, name: &str) -> bool {
    let flag = mentions(name, CHUNK_WORDS)
        || mentions(name, RETRY_WORDS)
        || mentions(
            name,
            &[
                "url",
                "next",
                "more",
                "token",
                "cursor",
                "running",
                "done",
                "continue",
                "remaining",
                "true",
                "has_",
                "marker",
            ],
        );
    !flag && looped.source.is_name_expr() | looped.assigned.contains(&name)
}
