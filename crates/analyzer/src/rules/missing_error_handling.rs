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
//! A failure counts as handled if a fitting `try` stands around it, around every call of the function in view, or if a retry
//! decorator or a documented exception says so. Opening a file, a checked request and a commit raise exceptions that say what is
//! wrong; by themselves they are no finding, and appear as labels of one.

use crate::engine::function_key;
use crate::file::{Draft, File};
use crate::{Confidence, Label};
use assay_python::last_name;
use assay_python::model::{BindingKind, Call, Context, GuardKind, NONE, Use, handler_types};
use assay_python::types::{Client, Type};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;
use rustpython_ast::Expr;

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
    if file.test || file.path.contains("migrations/") {
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
    let first = points.iter().position(|point| point.strong.is_some())?;
    let mut confidence = points.iter().filter_map(|point| point.strong).max()?;
    let silent = points.iter().any(|point| point.silent && point.strong.is_some());
    // Parsed, and then taken for granted.
    let alone = points[first].context.looped == NONE;
    if alone && points[first].family == Family::Value && points.iter().any(|point| point.family == Family::Lookup) {
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
    let name = match this {
        Some(function) => format!("`{}`", function.name),
        None => "the module".to_owned(),
    };
    let main = &points[first];
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
    let fits = |types: &[&Expr]| types.is_empty() || types.iter().any(|of| handles(last_name(of), family));
    let here = file.model.guards_of(context).any(|guard| match guard.kind {
        GuardKind::Try(node) => node.handlers.iter().any(|handler| fits(&handler_types(handler))),
        GuardKind::With(call) => fits(&call.arguments.args.iter().collect::<Vec<_>>()),
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
            Type::Record if !tested && !surely_a_row(file, &subscript.value, *context) => found.push(point(
                format!("`{}` may be empty or `None`, then this raises", file.words(&*subscript.value)),
                Some(Confidence::High),
            )),
            Type::Payload if !tested => {
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

/// `SELECT count(*)` and its like always give a row; so does one row of many that were fetched.
fn surely_a_row<'a>(file: &File<'_, 'a>, expr: &'a Expr, context: Context) -> bool {
    let (call, at) = match expr {
        Expr::Call(call) => (Some(call), context),
        Expr::Name(name) => {
            match file
                .model
                .binding(name.id.as_str(), context, name.start().to_u32())
                .map(|binding| (&binding.kind, binding.context))
            {
                Some((BindingKind::Assign(value, _), at)) => match value {
                    Expr::Call(call) => (Some(call), at),
                    Expr::Await(node) => match &*node.value {
                        Expr::Call(call) => (Some(call), at),
                        _ => (None, at),
                    },
                    _ => (None, at),
                },
                Some((BindingKind::Item(..) | BindingKind::Unpack(..) | BindingKind::Parameter(..), _)) => return true,
                _ => (None, context),
            }
        }
        _ => return true,
    };
    let Some(call) = call else { return true };
    // `rows.get(key, EMPTY)` of a dictionary gives what it is told to.
    if let (Expr::Attribute(attribute), Some(default)) = (&*call.func, call.arguments.args.get(1))
        && attribute.attr.as_str() == "get"
        && !default.is_none_literal_expr()
        && matches!(file.types.of(&attribute.value, at), Type::Mapping(_))
    {
        return true;
    }
    if matches!(last_name(&call.func), "fetchone" | "fetchrow") {
        // The statement was executed just before.
        let before = call.start().to_usize();
        let start = before.saturating_sub(600);
        let start = (start..=before).find(|at| file.model.text.is_char_boundary(*at)).unwrap_or(before);
        let text = file.model.text[start..call.end().to_usize()].to_ascii_lowercase();
        let execute = text.rfind("execute").or_else(|| text.rfind("select")).or_else(|| text.rfind("fetchrow"));
        let statement = execute.map_or("", |at| &text[at..]);
        // A `SELECT` from no table gives one row, and so does what explains or describes.
        if statement.contains("select") && !statement.contains("from")
            || text.contains("explain")
            || statement.contains("show ")
        {
            return true;
        }
        return [
            "count(",
            "exists(",
            "exists (",
            "sum(",
            "max(",
            "min(",
            "avg(",
            "returning",
            "last_insert",
            "version(",
            "pragma",
            "nextval",
            "currval",
            "select 1",
        ]
        .iter()
        .any(|word| statement.contains(word));
    }
    !matches!(last_name(&call.func), "hgetall" | "find_one" | "get" | "hget")
}

/// Whether an argument stands for text or data that came from outside.
fn outside(of: &Type) -> bool {
    matches!(of, Type::Raw | Type::Payload | Type::Record)
}

fn parsing<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
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
                // A single text may well be left to fail as a whole; one of many should not take the others with it.
                Type::Raw | Type::File => point(text, Some(if looped { Confidence::High } else { Confidence::Medium })),
                // Values that this code stored itself come back as they were.
                Type::Record => point(text, None),
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

/// A web request whose answer is used, or thrown away, with no look at its status.
fn response<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let name = call.name();
    if !matches!(name, "get" | "post" | "put" | "patch" | "delete" | "request") {
        return None;
    }
    let sends = match &*node.func {
        Expr::Attribute(attribute) => match file.types.of(&attribute.value, call.context) {
            Type::Path(of) => &*of == "requests" || &*of == "httpx",
            Type::Client(Client::Http) => true,
            _ => false,
        },
        Expr::Name(_) => {
            matches!(file.types.of(&node.func, call.context), Type::Path(of) if of.starts_with("requests.") || of.starts_with("httpx."))
        }
        _ => false,
    };
    if !sends || file.model.text.contains("raise_for_status=True") || file.model.text.contains("event_hooks") {
        return None;
    }
    let words = file.words(&*node.func);
    let point = |text: String, confidence, silent| {
        Some(Point {
            range: node.range(),
            context: call.context,
            family: Family::Io,
            text,
            strong: Some(confidence),
            silent,
        })
    };
    match call.usage {
        Use::Discarded => {
            if name == "get" && guarded(file, call.context, Family::Io) {
                return None;
            }
            // Who sees to it that nothing is raised may not care.
            let minded = guarded(file, call.context, Family::Io);
            point(
                format!("the answer of `{words}` is thrown away, so that a refusal looks like success"),
                if minded { Confidence::Medium } else { Confidence::High },
                true,
            )
        }
        Use::Attribute("json" | "text" | "content") => {
            point(format!("the answer of `{words}` is used without a look at its status"), Confidence::High, false)
        }
        Use::Bound(bound) | Use::Entered(Some(bound)) => {
            let uses = file.uses(call.context.function, bound, node.end());
            let looks = [
                "raise_for_status",
                "status_code",
                "ok",
                "status",
                "is_success",
                "is_error",
                "reason",
                "is_client_error",
                "code",
            ];
            let looked_at = uses.attributes.iter().any(|attribute| looks.contains(attribute));
            let reads = uses
                .attributes
                .iter()
                .any(|attribute| matches!(*attribute, "json" | "text" | "content" | "read" | "iter_lines"));
            // Whoever gets the whole answer may look at it.
            if looked_at || uses.whole {
                return None;
            }
            if reads {
                point(format!("the answer of `{words}` is used without a look at its status"), Confidence::High, false)
            } else {
                point(
                    format!("nothing looks at the answer of `{words}`, so that a refusal looks like success"),
                    Confidence::Medium,
                    true,
                )
            }
        }
        _ => None,
    }
}

fn process<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let Type::Path(path) = file.types.of(&node.func, call.context) else { return None };
    let point = |text: String, strong, silent| {
        Some(Point { range: node.range(), context: call.context, family: Family::Process, text, strong, silent })
    };
    match &*path {
        "subprocess.run" | "subprocess.call" | "os.system" => {
            let checked = node.arguments.keywords.iter().any(|keyword| match &keyword.arg {
                Some(arg) => {
                    arg.as_str() == "check"
                        && !matches!(&keyword.value, Expr::BooleanLiteral(literal) if !literal.value)
                }
                None => true,
            });
            // `check=False` in so many words is a decision.
            let decided = node
                .arguments
                .keywords
                .iter()
                .any(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "check"));
            if checked {
                return point(format!("`{}` raises if the program fails", file.words(&*node.func)), None, false);
            }
            // To clear the screen, or not to, is all the same.
            let screen = matches!(node.arguments.args.first(), Some(Expr::StringLiteral(command))
                if matches!(command.value.to_str(), "cls" | "clear"));
            if screen {
                return None;
            }
            let words = file.words(&*node.func);
            match call.usage {
                Use::Discarded if !decided => point(
                    format!("nothing looks at the exit status of `{words}`, so that a failure looks like success"),
                    Some(Confidence::High),
                    true,
                ),
                Use::Attribute("stdout") if !decided => point(
                    format!("the output of `{words}` is used without a look at its exit status"),
                    Some(Confidence::High),
                    true,
                ),
                Use::Bound(bound) if &*path == "subprocess.run" && !decided => {
                    let uses = file.uses(call.context.function, bound, node.end());
                    let looked = uses
                        .attributes
                        .iter()
                        .any(|part| matches!(*part, "returncode" | "check_returncode" | "stderr"));
                    if looked || uses.whole {
                        return None;
                    }
                    point(
                        format!("the output of `{words}` is used without a look at its exit status"),
                        Some(Confidence::High),
                        true,
                    )
                }
                _ => None,
            }
        }
        "subprocess.check_output" | "subprocess.check_call" => {
            point(format!("`{}` raises if the program fails", file.words(&*node.func)), None, false)
        }
        _ => None,
    }
}

/// Other talk with servers, and moving files about for each of many items.
fn network<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let Type::Path(path) = file.types.of(&node.func, call.context) else { return None };
    let words = file.words(&*node.func);
    let point = |text: String, strong| {
        Some(Point { range: node.range(), context: call.context, family: Family::Io, text, strong, silent: false })
    };
    match &*path {
        // Without a host nothing is connected yet.
        "smtplib.SMTP" | "smtplib.SMTP_SSL" | "ftplib.FTP" | "ftplib.FTP_TLS" | "imaplib.IMAP4_SSL"
        | "poplib.POP3_SSL" | "telnetlib.Telnet"
            if !node.arguments.is_empty() =>
        {
            point(format!("`{words}` raises if the server cannot be reached or refuses"), Some(Confidence::High))
        }
        "socket.create_connection" | "urllib.request.urlopen" | "urllib.request.urlretrieve" => {
            point(format!("`{words}` raises if the server cannot be reached or refuses"), Some(Confidence::Medium))
        }
        "shutil.copy" | "shutil.copy2" | "shutil.copyfile" | "shutil.move" | "shutil.copytree" => {
            let repeated = repeated(file, call.context);
            point(
                format!("`{words}` raises if the disk is full or the place cannot be written"),
                repeated.then_some(Confidence::Medium),
            )
        }
        _ => None,
    }
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

/// Rows that may not be there: `.get()` that raises, `.first()` that gives `None`.
fn row<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let Expr::Attribute(attribute) = &*node.func else { return None };
    let name = attribute.attr.as_str();
    if !matches!(
        name,
        "get"
            | "first"
            | "last"
            | "one_or_none"
            | "scalar_one_or_none"
            | "find_one"
            | "fetchone"
            | "scalar"
            | "fetchrow"
    ) {
        return None;
    }
    let base = file.types.of(&attribute.value, call.context);
    let words = file.words(node);
    let point = |text: String, strong| {
        Some(Point { range: node.range(), context: call.context, family: Family::NoRow, text, strong, silent: false })
    };
    match (&base, name) {
        (Type::Manager(query) | Type::QuerySet(query), "get") if !query.everything || query.model.is_some() => {
            if node.arguments.is_empty() {
                return None;
            }
            let view = serves_requests(file, call.context);
            point(
                format!("`{words}` raises `DoesNotExist` if there is no such row"),
                view.then_some(Confidence::Medium),
            )
        }
        (
            Type::Manager(_) | Type::QuerySet(_) | Type::OrmQuery(_) | Type::Rows(_) | Type::Scalars(_),
            "first" | "last" | "one_or_none" | "scalar_one_or_none",
        )
        | (Type::OrmQuery(_) | Type::Client(Client::Session), "get")
        | (Type::Client(Client::Session), "scalar")
        | (Type::Client(Client::MongoCollection), "find_one") => {
            // A web session has `get` as well.
            if name == "get" && matches!(base, Type::Client(_)) && node.arguments.args.len() < 2 {
                return None;
            }
            if name == "scalar" && !matches!(file.types.call(node, call.context), Type::Row(_)) {
                return None;
            }
            // `if rows.exists(): rows.first().name`
            if !none_is_used(file, call)
                || root_is_tested(file, &attribute.value, call.context)
                || is_counted(file, &attribute.value, call.context)
            {
                return None;
            }
            point(
                format!("`{words}` gives `None` if there is no such row, and the next step fails"),
                Some(Confidence::High),
            )
        }
        _ => None,
    }
}

/// Whether the function asks elsewhere if the same query has rows: `if rooms.exists(): rooms.first().name`.
fn is_counted(file: &File<'_, '_>, query: &Expr, context: Context) -> bool {
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let plain = |range: TextRange| file.model.text[range].split_whitespace().collect::<String>();
    let (text, query) = (plain(function.range()), plain(query.range()));
    [".exists()", ".count()"].iter().any(|asked| text.contains(&format!("{query}{asked}")))
}

/// Whether a value that may be `None` is used as if it were not: an attribute or item is taken, and no condition looks at it.
fn none_is_used<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> bool {
    match call.usage {
        Use::Attribute(_) | Use::Subscripted => true,
        Use::Bound(bound) => {
            let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
            if function.tested.contains(bound) {
                return false;
            }
            let uses = file.uses(call.context.function, bound, call.node.end());
            uses.subscripted || !uses.attributes.is_empty()
        }
        _ => false,
    }
}

/// Whether a function answers web requests.
fn serves_requests(file: &File<'_, '_>, context: Context) -> bool {
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let named = function.parameters().is_some_and(|parameters| {
        parameters.iter_source_order().any(|parameter| parameter.name().as_str() == "request")
    });
    let routed = function.def().is_some_and(|def| {
        def.decorator_list.iter().any(|decorator| match &decorator.expression {
            Expr::Call(call) => {
                matches!(last_name(&call.func), "get" | "post" | "put" | "patch" | "delete" | "route" | "api_view")
            }
            _ => false,
        })
    });
    named || routed
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

/// The calls of functions of the tree: callee, caller, and which kinds of failure are dealt with around the call.
pub(crate) fn calls_in_view(file: &File<'_, '_>) -> Box<[(u32, u32, u8)]> {
    let mut found = Vec::new();
    for call in &file.model.calls {
        if let Some(target) = callee_key(file, &call.node.func, call.context) {
            let caller = outermost_def(file, call.context.function);
            let caller = if caller == NONE { 0 } else { file.function_key(caller) };
            found.push((target, caller, handled_around(file, call.context)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into()
}

/// The kinds of failure that are dealt with around a place, as a set of bits.
fn handled_around(file: &File<'_, '_>, context: Context) -> u8 {
    let plain = file.model.functions.get(context.function as usize).is_none_or(|function| function.def().is_some());
    if context.guard == NONE && plain {
        return 0;
    }
    Family::ALL.into_iter().filter(|family| guarded(file, context, *family)).fold(0, |set, family| set | family.bit())
}

/// The key of the function that a call calls, if it is one of the tree. What is imported or defined in the file is told by its
/// name alone, since this is asked of every call of every file; types are guessed for the rest.
fn callee_key<'a>(file: &File<'_, 'a>, func: &'a Expr, context: Context) -> Option<u32> {
    if let Some(root) = root_name(func) {
        let binding = file.model.binding(root.id.as_str(), context, root.start().to_u32())?;
        match (&binding.kind, func) {
            // An imported object has a type of its own.
            (BindingKind::Import(_), _) if !binding.in_tree => return None,
            (BindingKind::Import(path), _) if !file.types.project.value(path).known() => {
                return imported_key(file, path, func);
            }
            (BindingKind::Function(function), Expr::Name(_)) => return Some(file.function_key(*function)),
            (BindingKind::Class(class), Expr::Name(_)) => {
                return file.model.method(*class, "__init__").map(|init| file.function_key(init));
            }
            (BindingKind::Caught | BindingKind::Other | BindingKind::Augmented(_), _) => return None,
            _ => {}
        }
    }
    match file.types.of(func, context) {
        Type::Function(function) | Type::Method(function) => Some(file.function_key(function)),
        Type::Path(path) if !path.starts_with("builtins.") => tree_key(file, &path),
        Type::Class(class) => Some(file.function_key(file.model.method(class, "__init__")?)),
        _ => None,
    }
}

/// The key of what an absolute dotted path leads to, if that is in the tree.
pub(crate) fn tree_key(file: &File<'_, '_>, path: &str) -> Option<u32> {
    let modules = &file.types.project.modules;
    let (module, rest) = modules.split(path)?;
    (!rest.is_empty()).then(|| function_key(modules.path(module), rest))
}

/// `f`, `a.b.f` where the first name is imported as `path`.
pub(crate) fn imported_key(file: &File<'_, '_>, path: &str, func: &Expr) -> Option<u32> {
    fn join(func: &Expr, into: &mut String) {
        if let Expr::Attribute(attribute) = func {
            join(&attribute.value, into);
            into.push('.');
            into.push_str(attribute.attr.as_str());
        }
    }
    let mut full = path.to_owned();
    join(func, &mut full);
    tree_key(file, &full)
}

/// The name that an attribute chain starts from.
pub(crate) fn root_name(expr: &Expr) -> Option<&rustpython_ast::ExprName> {
    match expr {
        Expr::Name(name) => Some(name),
        Expr::Attribute(attribute) => root_name(&attribute.value),
        _ => None,
    }
}
