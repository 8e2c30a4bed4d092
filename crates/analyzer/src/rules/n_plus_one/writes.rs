//! Writes of single rows that surely can be made at once.

use crate::file::File;
use assay_python::last_name;
use assay_python::model::{Loop, LoopKind};
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{ExceptHandler, Expr, Stmt};

/// Whether a write is what the loop is for: it stands there by itself, and besides it the loop only sets and gathers values. Where
/// something else is done for each row, a mail sent, an answer looked at, a row passed over or told of, a row is rather
/// written when it is done with.
pub(super) fn is_all(file: &File<'_, '_>, place: TextRange, words: &str, looped: &Loop<'_>) -> bool {
    // What is looked for first is not written at once.
    if words.contains("get_or_create(")
        || words.contains("update_or_create(")
        || own_way_of_saving(words)
        || holds_a_file(file, words, looped)
    {
        return false;
    }
    match looped.kind {
        LoopKind::While => false,
        LoopKind::Comprehension | LoopKind::Applied => true,
        LoopKind::For => {
            looped.body.iter().any(|stmt| stmt.is_expr_stmt() && stmt.range().contains_range(place))
                && looped.body.iter().all(|stmt| stmt.range().contains_range(place) || only_sets(stmt))
                && !made_from_the_last(file, words, looped)
        }
    }
}

/// Whether a statement sets a value, gathers or checks one, tells of progress, or passes over an item.
fn only_sets(stmt: &Stmt) -> bool {
    const GATHERING: &[&str] =
        &["append", "add", "extend", "update", "print", "debug", "info", "is_valid", "full_clean"];
    match stmt {
        Stmt::Assign(_) | Stmt::AugAssign(_) | Stmt::AnnAssign(_) | Stmt::Pass(_) | Stmt::Continue(_) => true,
        Stmt::Expr(stmt) => match &*stmt.value {
            Expr::Call(call) => GATHERING.contains(&last_name(&call.func)),
            value => value.is_string_literal_expr(),
        },
        // `try: name = record.title() except AttributeError: continue`
        Stmt::Try(node) => {
            let handled =
                node.handlers.iter().all(|ExceptHandler::ExceptHandler(handler)| handler.body.iter().all(only_sets));
            handled && [&node.body, &node.orelse, &node.finalbody].into_iter().flatten().all(only_sets)
        }
        Stmt::If(node) => {
            node.body.iter().all(only_sets)
                && node.elif_else_clauses.iter().all(|clause| clause.body.iter().all(only_sets))
        }
        _ => false,
    }
}

/// Whether a row is saved with arguments of the program's own, which a write of many does not know: `review.save(rescore=True)`.
fn own_way_of_saving(words: &str) -> bool {
    const KNOWN: &[&str] = &["update_fields", "force_insert", "force_update", "using", "commit"];
    let Some((saved, arguments)) = words.split_once(".save(") else { return false };
    // `serializer.save(owner=request.user)` sets what it names.
    if saved.ends_with("serializer") {
        return false;
    }
    let arguments = arguments.trim_end_matches(')').trim();
    !arguments.is_empty() && !KNOWN.iter().any(|known| arguments.starts_with(known))
}

/// Whether each row stands for a file, which is stored or taken away with it.
fn holds_a_file(file: &File<'_, '_>, words: &str, looped: &Loop<'_>) -> bool {
    let function = file.model.functions.get(looped.context.function as usize);
    ["file=", "image="].iter().any(|given| words.contains(given))
        || words.contains(".delete(")
            && (function.is_some_and(|function| function.name.contains("file"))
                || ["file", "picture", "image", "attachment", "upload"].iter().any(|kind| words.contains(kind)))
}

/// Whether what is written hangs on what was written in the round before: `parent = Folder(name=name, parent=parent)`.
fn made_from_the_last(file: &File<'_, '_>, words: &str, looped: &Loop<'_>) -> bool {
    let Some((name, _)) = words.split_once('.') else { return false };
    let text = &file.model.text[looped.range];
    text.match_indices(&format!("{name} = ")).any(|(at, _)| {
        let made: String = text[at..].split(')').next().unwrap_or_default().split_whitespace().collect();
        [",", "\0"].iter().any(|end| format!("{made}\0").contains(&format!("={name}{end}")))
    })
}
