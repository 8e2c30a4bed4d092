//! Text and data from outside that are parsed.

use super::points::root_is_tested;
use super::{Family, Point, in_items, outermost_def};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{BindingKind, Call, Context};
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{Expr, ExprName};

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
                    let open = looped && !own_data(file, call.context);
                    point(text, Some(if open { Confidence::High } else { Confidence::Medium }))
                }
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
    ["__file__", "root_path", "find_file(", "finders.find", "resources", "pkgutil", "get_data"]
        .iter()
        .any(|word| text.contains(word))
}

/// Whether a function opens a file, or asks the program's own key-value store: what it parses then is most likely what the
/// program, or whoever set it up, wrote there.
fn own_data(file: &File<'_, '_>, context: Context) -> bool {
    let Some(function) = file.model.functions.get(outermost_def(file, context.function) as usize) else { return false };
    ["open(", ".read_text(", "redis", ".hget"].iter().any(|source| file.model.text[function.range()].contains(source))
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
