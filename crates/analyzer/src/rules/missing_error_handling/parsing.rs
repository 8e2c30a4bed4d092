//! Text and data from outside that are parsed.

use super::points::root_is_tested;
use super::{Family, Point, in_items, outermost_def};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{BindingKind, Call, Context};
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{Expr, ExprCall, ExprName};

/// Whether an argument stands for text or data that came from outside.
fn outside(of: &Type) -> bool {
    matches!(of, Type::Raw | Type::Payload | Type::Record)
}

pub(super) fn parsing<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let first = node.arguments.args.first()?;
    let point = |text: String, strong| {
        Some(Point { range: node.range(), context: call.context, family: Family::Value, text, strong, silent: false })
    };
    let Type::Path(path) = file.types.of(&node.func, call.context) else { return None };
    match &*path {
        "json.loads"
        | "json.load"
        | "orjson.loads"
        | "ujson.loads"
        | "simplejson.loads"
        | "simplejson.load"
        | "yaml.safe_load"
        | "yaml.load"
        | "tomllib.load"
        | "tomllib.loads"
        | "toml.load"
        | "toml.loads"
        | "xmltodict.parse"
        | "msgpack.unpackb"
        | "xml.etree.ElementTree.parse"
        | "xml.etree.ElementTree.fromstring" => {
            let of = file.types.of(first, call.context);
            let text = format!("`{}` raises if the text is not what it should be", file.words(&*node.func));
            let looped = in_items(file, call.context);
            if ships_with_code(file, call.context) {
                return None;
            }
            match of {
                // Values that this code stored itself come back as they were.
                Type::Record => point(text, None),
                // A single text may well be left to fail as a whole; one of many should not take the others with it.
                Type::Raw | Type::File => {
                    let open = looped && !own_data(file, call.context) && !hands_out_each(file, call.context);
                    point(text, Some(if open { Confidence::High } else { Confidence::Medium }))
                }
                // Whoever sends a request writes its body.
                _ if !looped && is_body(file, first) => point(text, Some(Confidence::Medium)),
                _ if looped && !matches!(of, Type::Row(_) | Type::Field(..)) => point(text, Some(Confidence::Medium)),
                _ => None,
            }
        }
        "builtins.int"
        | "builtins.float"
        | "decimal.Decimal"
        | "datetime.datetime.strptime"
        | "datetime.datetime.fromisoformat"
        | "datetime.date.fromisoformat"
        | "uuid.UUID"
        | "datetime.datetime.fromtimestamp" => {
            let of = file.types.of(first, call.context);
            // A pattern that matched, or a check before, vouches for the text.
            if !outside(&of) || root_is_tested(file, first, call.context) || checked_in_text(file, first, call.context)
            {
                return None;
            }
            let text = format!("`{}` raises if the value is not what it should be", file.words(node));
            let strong = matches!(of, Type::Raw | Type::Payload).then_some(Confidence::Medium);
            let strong = if in_items(file, call.context) || is_request_data(file, first) { strong } else { None };
            point(text, strong)
        }
        _ => None,
    }
}

/// Whether a function reads a file that comes with the code itself: it is there, and it is as its authors left it.
fn ships_with_code(file: &File<'_, '_>, context: Context) -> bool {
    let text = match file.model.functions.get(context.function as usize) {
        Some(function) => &file.model.text[function.range()],
        // What a module reads when it is imported comes with it.
        None => file.model.text,
    };
    ["__file__", "root_path", "find_file(", "finders.find", "resources", "pkgutil", " get_data("]
        .iter()
        .any(|word| text.contains(word))
}

/// Whether a function opens a file, or asks the program's own key-value store: what it parses then is most likely what the
/// program, or whoever set it up, wrote there.
fn own_data(file: &File<'_, '_>, context: Context) -> bool {
    let Some(function) = file.model.functions.get(outermost_def(file, context.function) as usize) else { return false };
    ["open(", ".read_text(", "redis", ".hget", "kazoo", "etcd", "memcache"]
        .iter()
        .any(|source| file.model.text[function.range()].contains(source))
}

/// Whether a function is a generator: whoever goes over it is told of the item that cannot be read.
fn hands_out_each(file: &File<'_, '_>, context: Context) -> bool {
    let function = file.model.functions.get(outermost_def(file, context.function) as usize);
    function.is_some_and(|function| file.model.text[function.range()].contains("yield "))
}

/// Whether what is parsed at a place came with an answer whose status the function looks at: `json.loads(response.text)`.
pub(super) fn status_checked(file: &File<'_, '_>, parsed: TextRange, context: Context) -> bool {
    let Some(call) = file.model.calls.iter().find(|call| call.node.range() == parsed) else { return false };
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let body = &file.model.text[function.range()];
    let mut text = call.node.arguments.args.first();
    // `text = response.text`, `data = text.decode()`: a few steps back to the answer.
    for _ in 0..3 {
        let Some(root) = text.and_then(answer) else { return false };
        let name = root.id.as_str();
        if [".status", ".ok", ".raise_for_status"].iter().any(|look| body.contains(&format!("{name}{look}"))) {
            return true;
        }
        text = match file.model.binding(name, context, root.start().to_u32()).map(|binding| &binding.kind) {
            Some(BindingKind::Assign(value, _)) => Some(value),
            // `status, text = send(order)`, then `if status != 200: ...`
            Some(BindingKind::Unpack(..)) => {
                return function.tested.iter().any(|(name, ())| name.contains("status") || name.contains("code"));
            }
            _ => None,
        };
    }
    false
}

/// Whether what is parsed at a place was brought by something that raises if it was refused, `urlopen` or a program whose exit
/// status was looked at, or by a function of the tree, which may well have seen to that.
pub(super) fn brought_by_another(file: &File<'_, '_>, parsed: TextRange, context: Context) -> bool {
    let Some(call) = file.model.calls.iter().find(|call| call.node.range() == parsed) else { return false };
    let mut text = call.node.arguments.args.first();
    for _ in 0..4 {
        let Some(expr) = text else { return false };
        // `text = json.loads(text.decode())` parses what was given by the same name.
        if expr.range().contains_range(parsed) {
            return true;
        }
        if let Some(call) = innermost_call(expr) {
            return match file.types.of(&call.func, context) {
                Type::Function(_) | Type::Method(_) => true,
                Type::Path(path) => {
                    let library = path.split('.').next().unwrap_or(&path);
                    matches!(library, "urllib" | "subprocess") || file.types.project.modules.split(&path).is_some()
                }
                _ => false,
            };
        }
        let Some(root) = answer(expr) else { return false };
        text = match file.model.binding(root.id.as_str(), context, root.start().to_u32()).map(|bound| &bound.kind) {
            Some(BindingKind::Assign(value, _) | BindingKind::With(value)) => Some(value),
            // The text itself is given, rather than a request or event that holds it.
            Some(BindingKind::Parameter(..)) => return !holds_the_text(expr),
            _ => return false,
        };
    }
    false
}

/// Whether the text is a part of what a name stands for: `event["body"]`, `request.body`.
fn holds_the_text(expr: &Expr) -> bool {
    match expr {
        Expr::Subscript(_) => true,
        Expr::Attribute(attribute) => attribute.value.is_name_expr() || holds_the_text(&attribute.value),
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) => holds_the_text(&method.value),
            _ => false,
        },
        Expr::Await(node) => holds_the_text(&node.value),
        _ => false,
    }
}

/// The first call of a chain: `fetch(url)` of `fetch(url).decode().strip()`.
fn innermost_call(expr: &Expr) -> Option<&ExprCall> {
    match expr {
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if !method.value.is_name_expr() => innermost_call(&method.value).or(Some(call)),
            Expr::Attribute(method)
                if matches!(
                    method.attr.as_str(),
                    "decode" | "strip" | "read" | "encode" | "getvalue" | "lstrip" | "rstrip" | "splitlines"
                ) =>
            {
                None
            }
            _ => Some(call),
        },
        Expr::Attribute(attribute) => innermost_call(&attribute.value),
        Expr::Await(node) => innermost_call(&node.value),
        Expr::Subscript(node) => innermost_call(&node.value),
        _ => None,
    }
}

/// The name that an expression takes something of.
fn answer(expr: &Expr) -> Option<&ExprName> {
    match expr {
        Expr::Name(name) => Some(name),
        Expr::Attribute(attribute) => answer(&attribute.value),
        Expr::Call(call) => answer(&call.func),
        Expr::Await(node) => answer(&node.value),
        _ => None,
    }
}

fn checked_in_text(file: &File<'_, '_>, expr: &Expr, context: Context) -> bool {
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let words = file.model.source(expr);
    let text = &file.model.text[function.range()];
    text.contains(&format!("{words}.isdigit()")) || text.contains(&format!("{words}.isdecimal()"))
}

fn is_request_data(file: &File<'_, '_>, expr: &Expr) -> bool {
    let words = file.model.source(expr);
    words.starts_with("request.") || words.starts_with("self.request.") || words.starts_with("sys.argv")
}

/// Whether an expression is what came with a request: `request.body`, `request.get_data()`, `event["body"]`.
fn is_body(file: &File<'_, '_>, expr: &Expr) -> bool {
    match expr {
        Expr::Subscript(item) => {
            matches!(&*item.slice, Expr::StringLiteral(key) if key.value.to_str() == "body")
                && matches!(&*item.value, Expr::Name(name) if name.id.as_str() == "event")
        }
        Expr::Await(node) => is_body(file, &node.value),
        _ => {
            let words = file.model.source(expr);
            let words = words.strip_prefix("self.").unwrap_or(words);
            ["request.body", "request.data", "request.get_data("].iter().any(|body| words.starts_with(body))
        }
    }
}

/// Whether what is parsed at a place is a file of the machine's own: `json.load(file)`, `json.loads(path.read_text())`.
pub(super) fn file_is_read(file: &File<'_, '_>, parsed: TextRange, context: Context) -> bool {
    let Some(call) = file.model.calls.iter().find(|call| call.node.range() == parsed) else { return false };
    let Some(first) = call.node.arguments.args.first() else { return false };
    if matches!(file.types.of(first, context), Type::File) {
        return true;
    }
    let mut text = first;
    if let Expr::Name(name) = first
        && let Some(binding) = file.model.binding(name.id.as_str(), context, name.start().to_u32())
        && let BindingKind::Assign(value, _) = &binding.kind
    {
        text = value;
    }
    let Expr::Call(read) = text else { return false };
    let Expr::Attribute(method) = &*read.func else { return false };
    match file.types.of(&method.value, context) {
        Type::File => matches!(method.attr.as_str(), "read" | "readline"),
        Type::FilePath => matches!(method.attr.as_str(), "read_text" | "read_bytes"),
        _ => false,
    }
}
