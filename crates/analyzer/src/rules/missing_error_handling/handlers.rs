//! What a `try` or `with` deals with.

use super::Family;
use crate::file::File;
use assay_python::last_name;
use assay_python::model::{Context, GuardKind, handler_types};
use rustpython_ast::{Expr, StmtTry};

/// Whether a handler around a place, within its function, deals with a kind of failure.
pub(super) fn guarded(file: &File<'_, '_>, context: Context, family: Family) -> bool {
    let here = file.model.guards_of(context).any(|guard| match guard.kind {
        GuardKind::Try(node) => catches(node, family),
        GuardKind::With(call) => fits(&call.arguments.args.iter().collect::<Vec<_>>(), family),
    });
    if here {
        return true;
    }
    // A nested function is mostly called where it stands.
    match file.model.functions.get(context.function as usize) {
        Some(function) if function.def().is_none() => guarded(file, function.context, family),
        _ => false,
    }
}

/// Whether a `try` deals with a kind of failure.
pub(super) fn catches(node: &StmtTry, family: Family) -> bool {
    node.handlers.iter().any(|handler| fits(&handler_types(handler), family))
}

fn fits(types: &[&Expr], family: Family) -> bool {
    types.is_empty() || types.iter().any(|of| handles(last_name(of), family))
}

/// Whether an exception type covers a kind of failure. Types nobody here knows are taken to fit.
fn handles(name: &str, family: Family) -> bool {
    match name {
        "ValueError" | "JSONDecodeError" | "UnicodeDecodeError" | "YAMLError" | "TOMLDecodeError" | "ParseError"
        | "ParserError" | "InvalidOperation" | "ArithmeticError" => matches!(family, Family::Value),
        "KeyError" | "IndexError" | "LookupError" | "AttributeError" => {
            matches!(family, Family::Lookup | Family::NoRow)
        }
        "TypeError" => matches!(family, Family::Lookup | Family::NoRow | Family::Value),
        "OSError"
        | "IOError"
        | "FileNotFoundError"
        | "PermissionError"
        | "ConnectionError"
        | "TimeoutError"
        | "Timeout"
        | "RequestException"
        | "HTTPError"
        | "URLError"
        | "ClientError"
        | "RequestError"
        | "HTTPStatusError"
        | "ConnectError"
        | "ConnectTimeout"
        | "ReadTimeout"
        | "ConnectionRefusedError"
        | "IsADirectoryError"
        | "FileExistsError" => {
            matches!(family, Family::Io) || family == Family::Process && matches!(name, "OSError" | "FileNotFoundError")
        }
        "CalledProcessError" | "SubprocessError" | "TimeoutExpired" => family == Family::Process,
        "ObjectDoesNotExist" | "DoesNotExist" | "MultipleObjectsReturned" | "NoResultFound" | "StopIteration" => {
            family == Family::NoRow
        }
        // `sqlite3.Error`
        "IntegrityError" | "DatabaseError" | "OperationalError" | "DBAPIError" | "Error" => family == Family::Database,
        _ if ["Mongo", "Redis", "Boto", "SQL", "Smtp", "SMTP", "Ftp", "FTP", "Http", "HTTP"]
            .iter()
            .any(|part| name.contains(part)) =>
        {
            matches!(family, Family::Database | Family::Io)
        }
        "KeyboardInterrupt"
        | "SystemExit"
        | "ImportError"
        | "ModuleNotFoundError"
        | "AssertionError"
        | "NotImplementedError"
        | "RecursionError"
        | "ZeroDivisionError"
        | "OverflowError"
        | "NameError"
        | "StopAsyncIteration"
        | "MemoryError"
        | "GeneratorExit" => false,
        _ => true,
    }
}
