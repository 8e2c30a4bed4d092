//! Text and data from outside that are parsed.

use super::points::root_is_tested;
use super::{Family, Point, in_items, outermost_def};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{Call, Context};
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::Expr;

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
/// program, or whoever set it up, wrote there; or whether it asks a service that said that all is well.
fn own_data(file: &File<'_, '_>, context: Context) -> bool {
    let text = file.function_text(outermost_def(file, context.function));
    ["open(", ".read_text(", "raise_for_status", ".readlines(", "redis", ".hget", "kazoo", "etcd", "memcache"]
        .iter()
        .any(|source| text.contains(source))
}

/// Whether a function is a generator: whoever goes over it is told of the item that cannot be read.
fn hands_out_each(file: &File<'_, '_>, context: Context) -> bool {
    file.function_text(outermost_def(file, context.function)).contains("yield ")
}

fn checked_in_text(file: &File<'_, '_>, expr: &Expr, context: Context) -> bool {
    let words = file.model.source(expr);
    let text = file.function_text(context.function);
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

/// Whether what is parsed at a place is what came with a request to an interface: `json.loads(request.body)`,
/// `int(request.data["page"])`. What comes of a form or an address was written by the page that the program sent.
pub(super) fn body_is_parsed(file: &File<'_, '_>, parsed: TextRange) -> bool {
    let Some(call) = file.model.calls.iter().find(|call| call.node.range() == parsed) else { return false };
    call.node.arguments.args.first().is_some_and(|given| is_body(file, given))
}
