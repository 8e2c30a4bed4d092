//! Answers of servers.

use super::handlers::guarded;
use super::{Family, Point, repeated, takes_down};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{BindingKind, Call, Context, NONE, Use};
use assay_python::types::{Client, Type};
use ruff_text_size::{Ranged, TextLen, TextSize};
use rustpython_ast::Expr;

/// What tells the status of an answer.
const LOOKS: &[&str] =
    &["raise_for_status", "status_code", "ok", "status", "is_success", "is_error", "reason", "is_client_error", "code"];

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
            let minded = guarded(file, call.context, Family::Io)
                || only_reports(file, call)
                || takes_down(file, call.context)
                || looked_at_further_down(file, call)
                || only_greets(file, call);
            point(
                format!("the answer of `{words}` is thrown away, so that a refusal looks like success"),
                if minded { Confidence::Medium } else { Confidence::High },
                true,
            )
        }
        Use::Attribute("json" | "text" | "content") => {
            // `requests.get(url).json()` where errors of decoding are handled notices what is not what was asked for.
            let noticed = matches!(call.usage, Use::Attribute("json")) && guarded(file, call.context, Family::Value)
                || text_decoded_with_care(file, call);
            let sure = !noticed
                && !error_asked_for(file, call.context)
                && !only_named(file, call)
                && !is_a_page(file, call.context)
                && !asked_for_parts(file, call.context, &payload_names(file, call))
                && !in_the_script(file, call)
                && !stays_here(file, call);
            let confidence = if sure { Confidence::High } else { Confidence::Medium };
            point(format!("the answer of `{words}` is used without a look at its status"), confidence, false)
        }
        Use::Bound(bound) | Use::Entered(Some(bound)) => {
            let uses = file.uses_until(call.context.function, bound, node.end(), bound_anew(file, call, bound));
            let looked_at = uses.attributes.iter().any(|attribute| LOOKS.contains(attribute));
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
                let noticed = decoded_with_care(file, bound, call.context)
                    || only_named(file, call)
                    || looked_through(file, bound, call.context)
                    || is_a_page(file, call.context)
                    || in_the_script(file, call)
                    || stays_here(file, call);
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
    let decoding = file
        .model
        .calls
        .iter()
        .filter(|call| call.context.function == context.function && matches!(call.name(), "json" | "loads"))
        .filter(|call| {
            let words = file.model.source(call.node);
            words.starts_with(&format!("{bound}.json(")) || words.contains(&format!("loads({bound}."))
        });
    // A second answer may go by the same name once the first could not be decoded.
    let decoded =
        decoding.min_by_key(|call| call.node.start()).is_some_and(|call| guarded(file, call.context, Family::Value));
    // `handle_response(response.content)`; `payload = response.json()`, then `check_errors(payload)`
    let here = || file.model.calls.iter().filter(|call| call.context.function == context.function);
    let payloads: Vec<&str> = here()
        .filter(|call| {
            let words = file.model.source(call.node);
            call.name() == "json" && words.starts_with(&format!("{bound}."))
                || call.name() == "loads" && words.contains(&format!("({bound}."))
        })
        .filter_map(|call| if let Use::Bound(payload) = call.usage { Some(payload) } else { None })
        .collect();
    let handed = here().any(|call| {
        ["handle", "check", "raise", "verify", "validate", "assert", "ensure"]
            .iter()
            .any(|verb| call.name().contains(verb))
            && call.node.arguments.args.iter().any(|given| {
                let words = file.model.source(given);
                words.starts_with(&format!("{bound}.")) || payloads.contains(&words)
            })
    });
    let mut names = payloads;
    let decoded_again = format!("{bound}.json()");
    names.push(&decoded_again);
    decoded || handed || error_asked_for(file, context) || asked_for_parts(file, context, &names)
}

/// Whether the text of an answer goes on under a name and is decoded where errors of that are handled:
/// `text = requests.get(url).text`, then `try: json.loads(text)`.
fn text_decoded_with_care(file: &File<'_, '_>, request: &Call<'_>) -> bool {
    let before = &file.model.text[..request.node.start().to_usize()];
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let Some(name) = line.strip_suffix(" = ") else { return false };
    file.model.calls.iter().any(|call| {
        call.context.function == request.context.function
            && call.name() == "loads"
            && matches!(call.node.arguments.args.first(), Some(Expr::Name(text)) if text.id.as_str() == name)
            && guarded(file, call.context, Family::Value)
    })
}

/// The name under which an answer's payload goes on: `payload = requests.get(url).json()`.
fn payload_names<'a>(file: &File<'_, 'a>, request: &Call<'a>) -> Vec<&'a str> {
    let decoding = |call: &&Call<'a>| call.name() == "json" && call.node.range().contains_range(request.node.range());
    // `self.token = requests.get(url).json()`
    let kept = |call: &Call<'a>| {
        let line = file.model.text[..call.node.start().to_usize()].rsplit('\n').next()?;
        line.trim_start().strip_suffix(" = ").filter(|target| target.starts_with("self."))
    };
    let name = |call: &Call<'a>| if let Use::Bound(name) = call.usage { Some(name) } else { kept(call) };
    file.model.calls.iter().filter(decoding).filter_map(name).collect()
}

/// Whether a condition asks what kind of payload came: `if "rows" not in payload`, `if not isinstance(payload, list)`.
fn asked_for_parts(file: &File<'_, '_>, context: Context, payloads: &[&str]) -> bool {
    let text = file.function_text(context.function);
    let mut conditions = text.lines().map(str::trim_start).filter(|line| {
        ["if ", "elif ", "while ", "assert "].iter().any(|word| line.starts_with(word)) && line.len() < 200
    });
    // `if (\n    "rows" in payload\n    and ...`
    let broken = payloads.iter().any(|payload| {
        text.match_indices(" in ").any(|(at, _)| {
            let rest = &text[at + " in ".len()..];
            let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
            rest.strip_prefix(payload).is_some_and(|rest| rest.starts_with('\n'))
                && (line.starts_with(['"', '\'']) || line.starts_with("and ") || line.starts_with("or "))
        })
    });
    broken
        || conditions.any(|line| {
            payloads.iter().any(|payload| {
                line.contains(&format!("isinstance({payload},"))
                    || [":", " ", ")"].iter().any(|end| line.contains(&format!(" in {payload}{end}")))
                    || line.contains(&format!(" {payload}.get("))
            })
        })
}

/// Whether a function takes a page apart that was made for people: what is looked for in it is not in a page of an error.
fn is_a_page(file: &File<'_, '_>, context: Context) -> bool {
    const PARSERS: &[&str] = &[
        "BeautifulSoup(",
        "etree.HTML(",
        "html.fromstring(",
        "Selector(",
        "HTMLParser(",
        "soup(",
        "Soup(",
        ".feed(",
        ".search(",
        "findall(",
        "finditer(",
        "re.match(",
    ];
    let text = file.function_text(context.function);
    PARSERS.iter().any(|parser| text.contains(parser))
}

/// Whether the text of an answer is looked through for a mark that tells what came: `if "Log in" in response.text`.
fn looked_through(file: &File<'_, '_>, bound: &str, context: Context) -> bool {
    let text = file.function_text(context.function);
    let begins = |name: &str| text.contains(&format!("{name}.startswith("));
    let asked = |part: &str| text.contains(&format!(" in {bound}.{part}")) || begins(&format!("{bound}.{part}"));
    // `page = response.text.strip()`, then `if page.startswith("<html")`
    let named = text.lines().any(|line| {
        let bound_to = line.trim_start().split_once(" = ");
        bound_to.is_some_and(|(name, value)| value.starts_with(&format!("{bound}.")) && begins(name))
    });
    // An answer that is only printed is read by whoever sits there.
    let printed = text.matches(&format!("print({bound}.")).count();
    let only_printed = printed > 0 && printed == text.matches(&format!("{bound}.")).count();
    asked("text") || asked("content") || named || only_printed || text.contains(&format!("len({bound}.content)"))
}

/// Where the name of an answer is bound to something else in the same run of statements, so that what follows says nothing of it.
fn bound_anew(file: &File<'_, '_>, call: &Call<'_>, bound: &str) -> TextSize {
    let text = file.model.text;
    let end = match file.model.functions.get(call.context.function as usize) {
        Some(function) => function.range().end(),
        None => text.text_len(),
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let start = call.node.start().to_usize();
    let own = indent(&text[text[..start].rfind('\n').map_or(0, |line| line + 1)..]);
    let mut lowest = own;
    let mut at = call.node.end().to_usize();
    for line in text[at..end.to_usize()].split_inclusive('\n') {
        let words = line.trim();
        if at > call.node.end().to_usize() && !words.is_empty() && !words.starts_with([')', ']', '}', '#']) {
            lowest = lowest.min(indent(line));
            let anew = words.strip_prefix(bound).is_some_and(|rest| rest.starts_with(" = "));
            if anew && indent(line) == lowest {
                return TextSize::try_from(at).unwrap_or(end);
            }
        }
        at += line.len();
    }
    end
}

/// Whether a request whose answer is thrown away is made for what it leaves behind, cookies for example, or takes away what may
/// be gone already.
fn only_greets<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> bool {
    let of_a_session = matches!(&*call.node.func, Expr::Attribute(method)
        if matches!(file.types.of(&method.value, call.context), Type::Client(_)));
    call.name() == "delete" || call.name() == "get" && of_a_session
}

/// Whether the function looks at the status of another answer further down: of several steps the last tells how it went.
fn looked_at_further_down(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
    let after = file.model.text.get(call.node.end().to_usize()..function.range().end().to_usize()).unwrap_or_default();
    after.contains(".status_code") || after.contains(".raise_for_status(")
}

/// Whether a request goes to the machine itself, to a program that runs beside this one.
fn stays_here(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    ["://localhost", "://127.0.0.1"].iter().any(|host| file.model.source(call.node).contains(host))
}

/// Whether a request stands outside every function, or in the part of a file that runs only as a script.
fn in_the_script(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    call.context.function == NONE || file.model.main_block.is_some_and(|block| block.contains_range(call.node.range()))
}

/// Whether the function asks what came for an error that it tells of: `if "error" in payload`, `if not result["success"]`.
fn error_asked_for(file: &File<'_, '_>, context: Context) -> bool {
    let text = file.function_text(context.function);
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
        .any(|word| words.contains(word) || name.contains(word) || file.path.contains(word))
}
