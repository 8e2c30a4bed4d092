//! What stands around a round trip and tells why each item is dealt with by itself.

use super::mentions_word;
use crate::file::File;
use assay_python::model::{Loop, LoopKind};
use ruff_text_size::TextRange;
use rustpython_ast::{Expr, Stmt};

/// Whether the same words stand further up in the loop: what was not there is looked for once more, after something was done.
pub(super) fn asked_again(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    let text = file.model.text;
    let words = &text[place];
    let before = text.get(looped.range.start().to_usize()..place.start().to_usize()).unwrap_or_default();
    words.ends_with(')') && before.contains(words)
}

/// Whether a place names what the rest of the round sets for the next one: `found = ask(name, parent=parent)`, then `parent = found`.
pub(super) fn hangs_on_the_last(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    let text = file.model.text;
    let before = text.get(looped.range.start().to_usize()..place.start().to_usize()).unwrap_or_default();
    let after = text.get(place.end().to_usize()..looped.range.end().to_usize()).unwrap_or_default();
    let sets = |text: &str, name: &str| {
        text.lines().any(|line| line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with(" = ")))
    };
    let given = before.rsplit('\n').next().unwrap_or_default().trim_start();
    looped.kind == LoopKind::For
        && looped.assigned.iter().any(|name| {
            !looped.targets.contains(name)
                && mentions_word(&text[place], name)
                && !text[place].contains(&format!("{name}=")) | text[place].contains(&format!("={name}"))
                && !sets(before, name)
                && (sets(after, name) || given == format!("{name} = "))
        })
}

/// Whether each item is a query that is asked by itself: `queryset.count()`.
pub(super) fn asks_itself(words: &str, looped: &Loop<'_>) -> bool {
    looped.targets.iter().any(|target| {
        words.strip_prefix(target).and_then(|rest| rest.strip_prefix('.')).is_some_and(|rest| !rest.contains('.'))
    })
}

/// Whether each round is a transaction or session of its own: `with transaction.atomic():` in the loop.
pub(super) fn in_a_transaction(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    let before = looped.range.start().to_usize()..place.start().to_usize();
    file.model.text.get(before).unwrap_or_default().lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("with ")
            && [".atomic(", ".begin(", ".begin_nested(", " atomic(", "Session("]
                .iter()
                .any(|begin| line.contains(begin))
    })
}

/// Whether a comment at the loop, or the first words of its function, tell why each row is dealt with by itself: signals are to be sent, or the
/// rows locked, which what is done for many does not do.
pub(super) fn reason_is_given(file: &File<'_, '_>, looped: &Loop<'_>) -> bool {
    const REASONS: &[&str] = &[
        "signal",
        "hook",
        "trigger",
        "bulk",
        "individual",
        "one by one",
        "one at a time",
        "atomic",
        "cascade",
        "object-level",
        "constraint",
        "update()",
        " file",
    ];
    let text = file.model.text;
    let above: Vec<&str> = text[..looped.range.start().to_usize()].lines().rev().skip(1).take(4).collect();
    let reason = |line: &str| {
        let words = line.to_ascii_lowercase();
        REASONS.iter().any(|reason| words.contains(reason))
    };
    let comment = |line: &str| line.trim_start().starts_with('#') && reason(line);
    let function = file.model.functions.get(looped.context.function as usize);
    let documented = function.and_then(assay_python::model::Function::def).is_some_and(|def| match def.body.first() {
        Some(Stmt::Expr(stmt)) => matches!(&*stmt.value, Expr::StringLiteral(doc) if reason(doc.value.to_str())),
        _ => false,
    });
    documented || above.iter().any(|line| comment(line)) || text[looped.range].lines().any(comment)
}
