//! # What it does
//! Finds functions that rely on something that fails in normal operation (an answer of a web service, data that others wrote, a
//! row or key that may be absent, a subprocess) without handling the failure. One finding for each function marks the first such
//! place; labels mark the others and say what happens.
//!
//! # Why it is bad
//! One malformed record ends a whole batch, an error page is taken for data, and the person on call sees a `KeyError` far from
//! its cause.
//!
//! # Example
//! ```python
//! def rates(url):
//!     return requests.get(url, timeout=5).json()["rates"]
//! ```
//!
//! # Use instead
//! ```python
//! def rates(url):
//!     response = requests.get(url, timeout=5)
//!     response.raise_for_status()
//!     try:
//!         return response.json()["rates"]
//!     except (ValueError, KeyError) as error:
//!         raise RatesUnavailable(url) from error
//! ```
//!
//! # Limits
//! A failure counts as handled if a fitting `try` stands around it, around every call of the function in view or around the call
//! that a decorator of the tree makes, or if a retry decorator or a documented exception says so. Opening a file, a checked
//! request and a commit raise exceptions that say what is wrong; by themselves they are no finding, and appear as labels of one.
//! Of medium confidence are: files, and values from a key-value store, for most often the program wrote them itself; what an
//! answer holds whose status was looked at; a single mail; the first row of a whole table or of one that the program itself
//! filled; a row that a foreign key, a login or an earlier look for the same key vouches for, or that was made just before; what a
//! database says of itself; clients of HTTP that only a name tells of; programs that only tidy up, whose output is parsed with
//! care, or that a script runs outside every function; and functions that are handed to somebody who may catch what they raise.

mod answers;
mod callers;
mod parsing;
mod processes;
mod rows;
mod vouched;

use crate::file::{Draft, File};
use crate::{Confidence, Label};
use answers::{network, response};
use assay_python::last_name;
use assay_python::model::{BindingKind, Call, Context, GuardKind, NONE, handler_types};
use assay_python::types::{Client, Type};
pub(crate) use callers::{Decorators, calls_in_view, decorators_in_view, imported_key, root_name, tree_key};
use parsing::{file_is_read, parsing, status_checked};
use processes::process;
use rows::row;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;
use rustpython_ast::{Expr, ExprSubscript, StmtTry};

const KIND: &str = "missing-error-handling";

/// What kind of failure, as far as handlers tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Family {
    /// Text that is not what it should be.
    Value,
    /// A key, index or attribute that is not there.
    Lookup,
    /// Network and files.
    Io,
    /// A subprocess.
    Process,
    /// A row that is not there.
    NoRow,
    /// The database.
    Database,
}

/// A place that may fail.
struct Point {
    range: TextRange,
    context: Context,
    family: Family,
    /// What happens there if it fails, said of `it`.
    text: String,
    /// Whether it is a finding by itself.
    strong: Option<Confidence>,
    /// Whether nothing is raised, so that no handler further up sees it.
    silent: bool,
}

pub(crate) fn check(file: &File<'_, '_>) -> Vec<Draft> {
    // What imports pytest supports tests, wherever it stands.
    if file.test || file.path.contains("migrations/") || file.types.imports.contains("pytest") {
        return Vec::new();
    }
    let mut by_function: FxHashMap<u32, Vec<Point>> = FxHashMap::default();
    for point in points(file) {
        if point.silent || !guarded(file, point.context, point.family) {
            by_function.entry(outermost_def(file, point.context.function)).or_default().push(point);
        }
    }
    let mut drafts: Vec<Draft> =
        by_function.into_iter().filter_map(|(function, points)| draft(file, function, points)).collect();
    drafts.sort_by_key(|draft| draft.finding.span.start);
    drafts
}

/// Lambdas and comprehensions belong to the function around them.
pub(crate) fn outermost_def(file: &File<'_, '_>, function: u32) -> u32 {
    let mut at = function;
    while at != NONE && file.model.functions[at as usize].def().is_none() {
        at = file.model.functions[at as usize].context.function;
    }
    at
}

impl Family {
    const ALL: [Family; 6] =
        [Family::Value, Family::Lookup, Family::Io, Family::Process, Family::NoRow, Family::Database];

    /// A set of this one alone.
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

fn draft(file: &File<'_, '_>, function: u32, mut points: Vec<Point>) -> Option<Draft> {
    points.sort_by_key(|point| (point.range.start(), point.range.end()));
    points.dedup_by_key(|point| point.range);
    // The first of those that are surest: a reader who is told of another one looks for the wrong mistake.
    let mut confidence = points.iter().filter_map(|point| point.strong).max()?;
    let first = points.iter().position(|point| point.strong == Some(confidence))?;
    let silent = points.iter().any(|point| point.silent && point.strong.is_some());
    // Parsed, and then taken for granted. A file may well be left to fail as a whole, and an answer that said that all is well
    // to be what its service promises.
    let main = &points[first];
    let taken = points.iter().any(|point| point.family == Family::Lookup);
    if main.context.looped == NONE
        && main.family == Family::Value
        && taken
        && !file_is_read(file, main.range, main.context)
        && !status_checked(file, main.range, main.context)
    {
        confidence = Confidence::High;
    }
    let this = file.model.functions.get(function as usize);
    if let Some(def) = this.and_then(assay_python::model::Function::def) {
        let retried = def.decorator_list.iter().any(|decorator| {
            let source = file.model.source(&decorator.expression).to_ascii_lowercase();
            source.contains("retry")
                || source.contains("backoff")
                || source.contains("errorhandler")
                || source.contains("exception")
        });
        if retried && !silent {
            return None;
        }
        let documented = match def.body.first() {
            Some(rustpython_ast::Stmt::Expr(stmt)) => match &*stmt.value {
                Expr::StringLiteral(doc) => {
                    let doc = doc.value.to_str();
                    doc.contains("Raises")
                        || doc.contains(":raise")
                        || doc.contains("raises ")
                        || doc.contains("Raise ")
                }
                _ => false,
            },
            _ => false,
        };
        if documented && !silent {
            confidence = Confidence::Low;
        }
    }
    // Whoever is handed the function may handle what it raises.
    let handed_over = this.is_some_and(|this| {
        file.model.calls.iter().flat_map(|call| &call.node.arguments.args).any(|given| match given {
            Expr::Name(name) => this.class == NONE && name.id.as_str() == this.name,
            Expr::Attribute(method) => {
                this.class != NONE && method.attr.as_str() == this.name && method.value.is_name_expr()
            }
            _ => false,
        })
    });
    if handed_over && !silent {
        confidence = confidence.min(Confidence::Medium);
    }
    let name = match this {
        Some(function) => format!("`{}`", function.name),
        None => "the module".to_owned(),
    };
    let in_batch = file.model.loops.get(main.context.looped as usize).is_some_and(|looped| {
        !main.silent && assay_python::nature::nature(file.types, looped) != assay_python::nature::Nature::Retry
    });
    let ending = if in_batch { ", and one bad item ends the whole loop" } else { "" };
    let message = format!("nothing in {name} handles a failure here: {}{ending}", main.text);
    let labels: Vec<Label> = points
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != first)
        .take(6)
        .map(|(_, point)| file.label(&point.range, point.text.clone()))
        .collect();
    let finding = file.finding(KIND, &main.range, message, confidence, labels);
    let families = points.iter().filter(|point| point.strong.is_some()).fold(0, |set, point| set | point.family.bit());
    let unless_callers_handle = (!silent && function != NONE).then(|| (file.function_key(function), families));
    Some(Draft { finding, unless_callers_handle })
}

/// Whether a handler around a place, within its function, deals with a kind of failure.
fn guarded(file: &File<'_, '_>, context: Context, family: Family) -> bool {
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
fn catches(node: &StmtTry, family: Family) -> bool {
    node.handlers.iter().any(|handler| fits(&handler_types(handler), family))
}

fn fits(types: &[&Expr], family: Family) -> bool {
    types.is_empty() || types.iter().any(|of| handles(last_name(of), family))
}

/// Whether a function takes away what is no longer needed, so that nothing depends on its success.
fn takes_down(file: &File<'_, '_>, context: Context) -> bool {
    let Some(function) = file.model.functions.get(outermost_def(file, context.function) as usize) else { return false };
    let name = function.name.trim_start_matches('_');
    let verbs = [
        "remove",
        "delete",
        "clean",
        "teardown",
        "tear_down",
        "kill",
        "stop",
        "close",
        "shutdown",
        "uninstall",
        "logout",
    ];
    matches!(function.name, "__del__" | "__exit__" | "__aexit__") || verbs.iter().any(|verb| name.starts_with(verb))
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
fn points(file: &File<'_, '_>) -> Vec<Point> {
    let mut found = Vec::new();
    for call in &file.model.calls {
        match called_name(file, call) {
            "get" | "post" | "put" | "patch" | "delete" | "request" => {
                found.extend(response(file, call));
                found.extend(row(file, call));
                found.extend(weak(file, call));
            }
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
            Type::Payload if !tested && !asked_for(file, subscript, *context) => {
                found.push(point(format!("the key in `{}` may be missing", file.words(subscript)), None));
            }
            _ => {}
        }
    }
    found
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
fn root_is_tested(file: &File<'_, '_>, expr: &Expr, context: Context) -> bool {
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
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let words = |node: &Expr| file.model.source(node);
    let text = &file.model.text[function.range()];
    let key = words(&subscript.slice);
    [" in ", " not in "].iter().any(|is| text.contains(&format!("{key}{is}{}", words(&subscript.value))))
}

fn in_items(file: &File<'_, '_>, context: Context) -> bool {
    let mut at = context.looped;
    while at != NONE {
        let looped = &file.model.loops[at as usize];
        if assay_python::nature::nature(file.types, looped) == assay_python::nature::Nature::Items {
            return true;
        }
        at = looped.context.looped;
    }
    false
}

/// Whether a place runs for each of many items: in a loop, or in a function that a loop of this file calls.
fn repeated(file: &File<'_, '_>, context: Context) -> bool {
    if context.looped != NONE {
        return true;
    }
    let function = outermost_def(file, context.function);
    let Some(this) = file.model.functions.get(function as usize) else { return false };
    file.model.calls.iter().any(|call| {
        call.context.looped != NONE
            && call.name() == this.name
            && matches!(file.types.of(&call.node.func, call.context), Type::Function(at) | Type::Method(at) if at == function)
    })
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
