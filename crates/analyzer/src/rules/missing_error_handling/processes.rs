//! Programs that are run.

use super::handlers::{catches, guarded};
use super::{Family, Point, takes_down};
use crate::Confidence;
use crate::file::File;
use assay_python::model::{Call, NONE, Use};
use assay_python::types::Type;
use ruff_text_size::Ranged;
use rustpython_ast::{ExceptHandler, Expr, ExprCall, Stmt};

/// Programs that only show something to whoever sits there, so that their failure changes nothing.
const FOR_SHOW: &[&str] = &[
    "cls",
    "clear",
    "reset",
    "stty",
    "tput",
    "open",
    "xdg-open",
    "start",
    "notify-send",
    "say",
    "beep",
    "color",
    "title",
    "pause",
    "cat",
    "diff",
    "less",
    "ls",
    "tree",
];
/// Programs that take away what may be gone already.
const TIDYING: &[&str] = &["rm", "rmdir", "del", "kill", "killall", "pkill", "taskkill"];

/// The program that is run, where it stands in the call.
fn program<'a>(text: &'a str, call: &'a ExprCall) -> Option<&'a str> {
    let first = match call.arguments.args.first()? {
        Expr::List(list) => list.elts.first()?,
        Expr::Tuple(tuple) => tuple.elts.first()?,
        // `f"diff {old} {new}"`
        Expr::FString(_) => {
            return text[call.arguments.args.first()?.range()]
                .split(['"', '\''])
                .find_map(|part| part.split_whitespace().next().filter(|word| word.len() > 1 && !word.contains('{')));
        }
        other => other,
    };
    // `"rm -rf %s" % folder`, `"rm -rf {}".format(folder)`
    let first = match first {
        Expr::BinOp(node) => &*node.left,
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(format) => &*format.value,
            _ => first,
        },
        _ => first,
    };
    let Expr::StringLiteral(literal) = first else { return None };
    literal.value.to_str().split_whitespace().next()
}

/// The words of a command that is given as a list: `["docker", "rm", container]`.
fn words_of(call: &ExprCall) -> impl Iterator<Item = &str> {
    let list = match call.arguments.args.first() {
        Some(Expr::List(list)) => &list.elts[..],
        _ => &[],
    };
    list.iter().filter_map(|word| match word {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    })
}

/// Whether a call stands where something has already failed, or in a function that takes away what is no longer needed.
fn tidies_up(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let place = call.node.range();
    let after_failure = file.model.tries.iter().any(|(node, _)| {
        let in_handler =
            node.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| handler.range().contains_range(place));
        in_handler || node.finalbody.iter().any(|stmt| stmt.range().contains_range(place))
    });
    after_failure
        || program(file.model.text, call.node).is_some_and(|program| TIDYING.contains(&program))
        || words_of(call.node).any(|word| TIDYING.contains(&word))
        // `f"cd {folder}; rm *.tmp"`
        || [" rm ", " kill ", " pkill "].iter().any(|tidies| file.model.source(call.node).contains(tidies))
        || ["-version", "--help", "\"-h\"", "'-h'"].iter().any(|word| file.model.source(call.node).contains(word))
        || words_of(call.node).any(|word| matches!(word, "-f" | "--follow"))
            && words_of(call.node).any(|word| matches!(word, "logs" | "journalctl" | "tail"))
        || shows_a_difference(file, call)
        || ends_the_function(file, call)
        || takes_down(file, call.context)
}

/// Whether `git diff` or `git log` shows something to whoever sits there.
fn shows_a_difference(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let mut words = words_of(call.node);
    let shows = words.next() == Some("git") && matches!(words.next(), Some("diff" | "log" | "show" | "status"));
    shows && call.usage == Use::Discarded && !file.model.source(call.node).contains("capture_output")
}

/// Whether `subprocess.call`, or `os.system` with a command that was made elsewhere, hands over to a program and nothing follows:
/// whoever started this sees how it ended.
fn ends_the_function(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let place = call.node.range();
    let last =
        file.model.functions.get(call.context.function as usize).and_then(assay_python::model::Function::def).and_then(
            |def| match &def.body[..] {
                // A bare `return` at the end says nothing.
                [.., last, Stmt::Return(end)] if end.value.is_none() => Some(last),
                body => body.last(),
            },
        );
    let made_elsewhere = match call.node.arguments.args.first() {
        Some(Expr::Name(_)) => true,
        // `[str(client), "-p", port]`
        Some(Expr::List(words)) => words.elts.first().is_some_and(|program| !program.is_string_literal_expr()),
        _ => false,
    };
    let shown = !["stdout", "capture_output", "stderr"].iter().any(|kept| file.model.source(call.node).contains(kept));
    let hands_over = call.name() == "call" || made_elsewhere && shown;
    hands_over && call.context.looped == NONE && last.is_some_and(|last| last.range().contains_range(place))
}

/// Whether output that is not what it should be is noticed: it is parsed where such failures are handled, here or further down.
fn output_is_checked(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    if call.usage == Use::Discarded {
        return false;
    }
    let further_down = file.model.tries.iter().any(|(node, context)| {
        context.function == call.context.function && node.start() > call.node.end() && catches(node, Family::Value)
    });
    further_down || guarded(file, call.context, Family::Value)
}

/// Whether what the program made tells how it went: the function asks further down if a file is there.
fn result_is_looked_for(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
    let after = file.model.text.get(call.node.end().to_usize()..function.range().end().to_usize()).unwrap_or_default();
    ["os.path.exists(", "os.path.isfile(", ".exists()", ".is_file()"].iter().any(|asks| after.contains(asks))
}

/// Whether the program is the one that somebody likes to read or write with, and sits in front of.
fn of_the_users_choice(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
    let text = &file.model.text[function.range()];
    let named = ["editor", "viewer", "pager", "browser"].iter().any(|word| function.name.contains(word));
    named
        || [
            "EDITOR\"",
            "EDITOR'",
            "{EDITOR",
            "$EDITOR",
            "PAGER\"",
            "PAGER'",
            "\"BROWSER",
            "'BROWSER",
            "\"SHELL",
            "'SHELL",
        ]
        .iter()
        .any(|choice| text.contains(choice))
}

pub(super) fn process<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let Type::Path(path) = file.types.of(&node.func, call.context) else { return None };
    let point = |text: String, strong, silent| {
        Some(Point { range: node.range(), context: call.context, family: Family::Process, text, strong, silent })
    };
    match &*path {
        "subprocess.run" | "subprocess.call" | "os.system" => {
            let check = node
                .arguments
                .keywords
                .iter()
                .find(|keyword| keyword.arg.as_ref().is_none_or(|arg| arg.as_str() == "check"));
            match check.map(|keyword| &keyword.value) {
                // `check=False` in so many words is a decision.
                Some(Expr::BooleanLiteral(literal)) if !literal.value => return None,
                Some(_) => {
                    return point(format!("`{}` raises if the program fails", file.words(&*node.func)), None, false);
                }
                None => {}
            }
            // To clear the screen, or not to, is all the same.
            if program(file.model.text, node).is_some_and(|program| FOR_SHOW.contains(&program)) {
                return None;
            }
            // Whether a program can be started at all is told by the exception.
            let short = matches!(node.arguments.args.first(), Some(Expr::List(command)) if command.elts.len() == 1);
            let unseen = call.usage == Use::Discarded && file.model.source(node).contains("DEVNULL");
            if (short || unseen) && guarded(file, call.context, Family::Process) {
                return None;
            }
            let doubtful = tidies_up(file, call)
                || call.context.function == NONE
                || output_is_checked(file, call)
                || result_is_looked_for(file, call)
                || of_the_users_choice(file, call);
            let surely = if doubtful { Confidence::Medium } else { Confidence::High };
            let words = file.words(&*node.func);
            match call.usage {
                Use::Discarded => point(
                    format!("nothing looks at the exit status of `{words}`, so that a failure looks like success"),
                    Some(surely),
                    true,
                ),
                Use::Attribute("stdout") => point(
                    format!("the output of `{words}` is used without a look at its exit status"),
                    Some(surely),
                    true,
                ),
                Use::Bound(bound) if &*path == "subprocess.run" => {
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
                        Some(surely),
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
