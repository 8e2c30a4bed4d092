//! The places of a file that may fail.

use super::answers::{network, response};
use super::parsing::parsing;
use super::processes::process;
use super::rows::{self, row};
use super::{Family, Point};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{BindingKind, Call, Context};
use assay_python::types::{Client, Type};
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprSubscript};

pub(super) fn points(file: &File<'_, '_>) -> Vec<Point> {
    let mut found = Vec::new();
    for call in &file.model.calls {
        match called_name(file, call) {
            "get" | "post" | "put" | "patch" | "delete" | "request" => {
                found.extend(response(file, call));
                found.extend(row(file, call));
                found.extend(weak(file, call));
            }
            "send" => found.extend(response(file, call)),
            "first" | "last" | "one_or_none" | "scalar_one_or_none" | "find_one" | "scalar" => {
                found.extend(row(file, call));
            }
            "loads" | "load" | "safe_load" | "parse" | "fromstring" | "unpackb" | "int" | "float" | "Decimal"
            | "strptime" | "fromisoformat" | "UUID" | "fromtimestamp" => {
                found.extend(parsing(file, call));
            }
            "run" | "call" | "system" | "check_output" | "check_call" => {
                found.extend(process(file, call));
            }
            "SMTP" | "SMTP_SSL" | "FTP" | "FTP_TLS" | "IMAP4_SSL" | "POP3_SSL" | "Telnet" | "create_connection"
            | "urlopen" | "urlretrieve" | "copy" | "copy2" | "copyfile" | "move" | "copytree" => {
                found.extend(network(file, call));
            }
            "open" | "read_text" | "read_bytes" | "commit" => {
                found.extend(weak(file, call));
            }
            _ => {}
        }
    }
    for (subscript, context, _) in &file.model.items {
        let of = file.types.of(&subscript.value, *context);
        let point = |text: String, strong| Point {
            range: subscript.range(),
            context: *context,
            family: Family::Lookup,
            text,
            strong,
            silent: false,
        };
        let tested = root_is_tested(file, &subscript.value, *context);
        match of {
            Type::Record if !tested => {
                if let Some(confidence) = rows::may_be_absent(file, &subscript.value, *context) {
                    found.push(point(
                        format!("`{}` may be empty or `None`, then this raises", file.words(&*subscript.value)),
                        Some(confidence),
                    ));
                }
            }
            Type::Payload | Type::Unknown if let Some(confidence) = of_a_request(file, subscript, *context) => {
                let text =
                    format!("the key in `{}` may be missing, and a request without it fails", file.words(subscript));
                found.push(point(text, Some(confidence)));
            }
            Type::Payload if !tested && !asked_for(file, subscript, *context) => {
                found.push(point(format!("the key in `{}` may be missing", file.words(subscript)), None));
            }
            _ => {}
        }
    }
    found
}

/// How likely an item that is taken of what came with a request is absent, where nothing has looked whether it is there:
/// `request.data["items"]`, `data["items"]` after `data = request.get_json()`. Forms and addresses are mostly written by pages that
/// the program itself has sent. Of a form, Flask answers for what is missing.
fn of_a_request(file: &File<'_, '_>, subscript: &ExprSubscript, context: Context) -> Option<Confidence> {
    const BODIES: &[&str] =
        &["request.data", "request.json", "request.get_json()", "request.get_json(force=True)", "await request.json()"];
    const FORMS: &[&str] = &["request.POST", "request.GET", "request.query_params"];
    // A form or serializer that said that all is well, or a look for the keys by any name.
    const LOOKS: &[&str] = &["is_valid(", "validat", "Schema", ".keys()", "KeyError"];
    if !subscript.slice.is_string_literal_expr() {
        return None;
    }
    let one_of = |expr: &Expr, all: &[&str]| {
        let words = file.model.source(expr);
        all.contains(&words.strip_prefix("self.").unwrap_or(words))
    };
    let function = file.model.functions.get(context.function as usize)?;
    let of = match &*subscript.value {
        Expr::Name(name) if !function.tested.contains(name.id.as_str()) => {
            match file.model.binding(name.id.as_str(), context, name.start().to_u32())?.kind {
                BindingKind::Assign(value, _) => value,
                _ => return None,
            }
        }
        Expr::Name(_) => return None,
        other => other,
    };
    let confidence = match of {
        _ if one_of(of, BODIES) => Confidence::High,
        _ if one_of(of, FORMS) => Confidence::Medium,
        _ => return None,
    };
    // `perform_create(self, serializer)` is called with what has been looked through.
    let parameters = function.parameters()?;
    if parameters.iter_source_order().any(|parameter| matches!(parameter.name().as_str(), "serializer" | "form")) {
        return None;
    }
    let text = file.function_text(context.function);
    let key = file.model.source(&*subscript.slice);
    let looked = LOOKS.iter().any(|looks| text.contains(looks))
        || [" in ", " not in "].iter().any(|is| text.contains(&format!("{key}{is}")))
        || [".get(", ".has_key("].iter().any(|asks| text.contains(&format!("{asks}{key}")));
    (!looked).then_some(confidence)
}

/// The name of what is called, seen through `import ... as`.
fn called_name<'m>(file: &'m File<'_, '_>, call: &Call<'m>) -> &'m str {
    let name = call.name();
    if let Expr::Name(node) = &*call.node.func
        && let Some(binding) = file.model.binding(name, call.context, node.start().to_u32())
        && let BindingKind::Import(path) = &binding.kind
    {
        return path.rsplit('.').next().unwrap_or(path);
    }
    name
}

/// Whether the name at the root of an expression stands in a condition of the function.
pub(super) fn root_is_tested(file: &File<'_, '_>, expr: &Expr, context: Context) -> bool {
    match expr {
        Expr::Name(name) => file
            .model
            .functions
            .get(context.function as usize)
            .is_some_and(|function| function.tested.contains(name.id.as_str())),
        Expr::Attribute(node) => root_is_tested(file, &node.value, context),
        Expr::Subscript(node) => root_is_tested(file, &node.value, context),
        _ => false,
    }
}

/// Whether the function looks whether a key is there before it takes it: `if "files" not in toc`.
fn asked_for(file: &File<'_, '_>, subscript: &ExprSubscript, context: Context) -> bool {
    let words = |node: &Expr| file.model.source(node);
    let text = file.function_text(context.function);
    let key = words(&subscript.slice);
    [" in ", " not in "].iter().any(|is| text.contains(&format!("{key}{is}{}", words(&subscript.value))))
}

/// What fails with an exception that says what is wrong: shown where a function has other failures as well.
fn weak<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let (family, text) = match &*node.func {
        Expr::Attribute(attribute) => {
            let base = file.types.of(&attribute.value, call.context);
            match (&base, attribute.attr.as_str()) {
                (Type::FilePath, "read_text" | "read_bytes" | "open") => {
                    (Family::Io, "the file may not be there or not be readable")
                }
                (Type::Client(Client::Session), "commit") => (Family::Database, "the commit may fail"),
                (Type::Client(Client::Http), "get" | "post" | "put" | "patch" | "delete" | "request") => {
                    (Family::Io, "the service may not answer")
                }
                (Type::Path(of), "get" | "post" | "put" | "patch" | "delete" | "request")
                    if matches!(&**of, "requests" | "httpx") =>
                {
                    (Family::Io, "the service may not answer")
                }
                _ => return None,
            }
        }
        Expr::Name(name) if name.id.as_str() == "open" => (Family::Io, "the file may not be there or not be readable"),
        _ => return None,
    };
    let point =
        Point { range: node.range(), context: call.context, family, text: text.into(), strong: None, silent: false };
    Some(point)
}
