//! Answers of servers.

use super::handlers::guarded;
use super::{Family, Point, repeated, takes_down};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{BindingKind, Call, Context, Use};
use assay_python::types::{Client, Type};
use ruff_text_size::Ranged;
use rustpython_ast::Expr;

/// A web request whose answer is used, or thrown away, with no look at its status. The call bears the name of a method of HTTP.
pub(super) fn response<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let name = call.name();
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
    // Whatever it is that takes no address, it is no request.
    if !sends
        || node.arguments.is_empty()
        || file.model.text.contains("raise_for_status=True")
        || file.model.text.contains("event_hooks")
    {
        return None;
    }
    // Errors of a status are caught and raised nowhere: the client raises them.
    if file.model.text.contains("HTTPStatusError") && !file.model.text.contains("raise_for_status") {
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
            let minded =
                guarded(file, call.context, Family::Io) || only_reports(file, call) || takes_down(file, call.context);
            point(
                format!("the answer of `{words}` is thrown away, so that a refusal looks like success"),
                if minded { Confidence::Medium } else { Confidence::High },
                true,
            )
        }
        Use::Attribute("json" | "text" | "content") => {
            // `requests.get(url).json()` where errors of decoding are handled notices what is not what was asked for.
            let noticed = matches!(call.usage, Use::Attribute("json")) && guarded(file, call.context, Family::Value);
            let sure = !noticed && !error_asked_for(file, call.context) && !only_named(file, call);
            let confidence = if sure { Confidence::High } else { Confidence::Medium };
            point(format!("the answer of `{words}` is used without a look at its status"), confidence, false)
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
                // Whatever is not what was asked for is noticed when it is decoded.
                let noticed = decoded_with_care(file, bound, call.context) || only_named(file, call);
                let confidence = if noticed { Confidence::Medium } else { Confidence::High };
                point(format!("the answer of `{words}` is used without a look at its status"), confidence, false)
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

/// Other talk with servers, and moving files about for each of many items.
pub(super) fn network<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
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
            // One mail that cannot be sent should not take the others with it; a single one may well be left to its caller.
            let confidence = if repeated(file, call.context) { Confidence::High } else { Confidence::Medium };
            point(format!("`{words}` raises if the server cannot be reached or refuses"), Some(confidence))
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

/// Whether the answer under a name is decoded, and that only where errors of decoding are handled, or is looked through for an
/// error that it tells of.
fn decoded_with_care(file: &File<'_, '_>, bound: &str, context: Context) -> bool {
    let mut decoding = file
        .model
        .calls
        .iter()
        .filter(|call| call.context.function == context.function && matches!(call.name(), "json" | "loads"))
        .filter(|call| {
            let words = file.model.source(call.node);
            words.starts_with(&format!("{bound}.json(")) || words.contains(&format!("loads({bound}."))
        })
        .peekable();
    let decoded = decoding.peek().is_some() && decoding.all(|call| guarded(file, call.context, Family::Value));
    // `handle_response(response.content)`; `payload = response.json()`, then `check_errors(payload)`
    let here = || file.model.calls.iter().filter(|call| call.context.function == context.function);
    let payloads: Vec<&str> = here()
        .filter(|call| call.name() == "json" && file.model.source(call.node).starts_with(&format!("{bound}.")))
        .filter_map(|call| if let Use::Bound(payload) = call.usage { Some(payload) } else { None })
        .collect();
    let handed = here().any(|call| {
        ["handle", "check", "raise", "verify", "validate"].iter().any(|verb| call.name().contains(verb))
            && call.node.arguments.args.iter().any(|given| {
                let words = file.model.source(given);
                words.starts_with(&format!("{bound}.")) || payloads.contains(&words)
            })
    });
    decoded || handed || error_asked_for(file, context)
}

/// Whether the function asks what came for an error that it tells of: `if "error" in payload`, `if not result["success"]`.
fn error_asked_for(file: &File<'_, '_>, context: Context) -> bool {
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let text = &file.model.text[function.range()];
    let asked = ["error", "\"success\"", "'success'", "\"ok\"", "'ok'", "\"status\"", "'status'"];
    let asks = |line: &str| {
        ["if ", "elif ", "while ", "assert "].iter().any(|word| line.starts_with(word))
            && asked.iter().any(|key| line.contains(key))
    };
    text.lines().any(|line| asks(line.trim_start()))
}

/// Whether only a name tells that this is a client of HTTP: a parameter without annotation or something imported from elsewhere.
/// Such a one may well look at the status itself.
fn only_named(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Expr::Attribute(method) = &*call.node.func else { return false };
    let Expr::Name(name) = &*method.value else { return false };
    let Some(binding) = file.model.binding(name.id.as_str(), call.context, name.start().to_u32()) else { return false };
    match &binding.kind {
        BindingKind::Parameter(function, position) => {
            let parameters = file.model.functions[*function as usize].parameters();
            let parameter = parameters.and_then(|all| all.iter_source_order().nth(*position as usize));
            parameter.is_some_and(|parameter| parameter.annotation().is_none())
        }
        BindingKind::Import(path) => {
            let library = path.split('.').next().unwrap_or(path);
            !matches!(library, "requests" | "httpx") && !file.types.project.value(path).known()
        }
        _ => false,
    }
}

/// Whether a request only tells of use or of being alive, so that nothing is lost with it.
fn only_reports(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let name = file.model.functions.get(call.context.function as usize).map_or("", |function| function.name);
    let words = file.model.source(call.node).to_ascii_lowercase();
    ["telemetry", "heartbeat", "usage_data", "analytics", "phone_home"]
        .iter()
        .any(|word| words.contains(word) || name.contains(word))
}
