//! Loops where one round trip for each item is meant so, or is none.

use super::around::{asked_again, asks_itself, hangs_on_the_last, in_a_transaction, reason_is_given};
use super::mentions_word;
use super::report::Shape;
use crate::file::File;
use assay_python::last_name;
use assay_python::model::{BindingKind, Loop, LoopKind, handler_types};
use assay_python::project::TripKind;
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{ExceptHandler, Expr, Stmt};

/// Whether the loop goes over classes or tables, of which each is asked by itself: `model.objects`, `field.model.objects`,
/// `execute(table.delete())`, `query(model)`.
pub(super) fn per_table(words: &str, looped: &Loop<'_>) -> bool {
    const MANAGERS: &[&str] = &[".objects.", "._default_manager.", "._base_manager."];
    looped.targets.iter().any(|target| {
        let manager = words.strip_prefix(target).is_some_and(|rest| {
            let path = MANAGERS.iter().find_map(|manager| rest.find(manager)).map(|at| &rest[..at]);
            path.is_some_and(|path| path.is_empty() || path.starts_with('.') && !path.contains(['(', '[', ' ']))
                || rest.starts_with(".query.")
        });
        let of_table = ["delete(", "insert(", "select(", "update("]
            .iter()
            .any(|verb| words.contains(&format!("({target}.{verb}")) || words.contains(&format!("{verb}{target})")));
        let entity = [")", ".model)"].iter().any(|end| words.contains(&format!(".query({target}{end}")));
        manager || of_table || entity
    })
}

/// Whether the loop keeps what it has asked for and asks only for what it has not got: `if key not in known: known[key] = ...`.
pub(super) fn remembered(file: &File<'_, '_>, range: TextRange, looped: &Loop<'_>) -> bool {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let before = &file.model.text[looped.range.start().to_usize().min(start)..start];
    let line = before.rsplit('\n').next().unwrap_or(before).trim_start();
    let target = line.split('=').next().unwrap_or(line).trim();
    let asks = |store: &str| {
        before.contains(&format!("not in {store}"))
            || before.contains(&format!("{store}.get("))
            || before.contains("except KeyError") && before.contains(&format!("{store}["))
    };
    match target.split_once('[') {
        // `if key not in done: ask(key); done.add(key)`
        _ if seen_once(before, &file.model.text[end..looped.range.end().to_usize().max(end)]) => true,
        _ if not_at_hand(before) => true,
        // `known[key] = ask(key)`
        Some((store, _)) => asks(store),
        // `row = ask(key)`, then `known[key] = row`
        None if line.contains('=') && !target.is_empty() => {
            // `row, made = ask(key)`
            let target = target.split(',').next().unwrap_or(target);
            let after: Vec<&str> = file.model.text[end..].lines().skip(1).take(4).collect();
            after.iter().any(|line| {
                line.trim()
                    .strip_suffix(target)
                    .and_then(|line| line.trim_end().strip_suffix('='))
                    .is_some_and(|stored| stored.split_once('[').is_some_and(|(store, _)| asks(store.trim())))
            })
        }
        None => false,
    }
}

/// Whether a place is come to only where what was fetched before has not got the item: in the `else` of `if key in known:`, or
/// below `if row is None:` after `row = known.get(key)` or `getattr(item, "row", None)`.
fn not_at_hand(before: &str) -> bool {
    // `get` of these asks another system.
    const ASKED: &[&str] = &["objects", "session", "db", "requests", "client", "http"];
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = before.lines().collect();
    let Some(mut level) = lines.last().map(|line| indent(line)) else { return false };
    for (at, line) in lines.iter().enumerate().rev().skip(1) {
        if line.trim().is_empty() || indent(line) >= level {
            continue;
        }
        level = indent(line);
        let asked = line.trim();
        if asked == "else:" {
            let decided = lines[..at].iter().rev().find(|line| !line.trim().is_empty() && indent(line) <= level);
            let known = decided.and_then(|line| line.trim().strip_prefix("if ")?.strip_suffix(':')?.split_once(" in "));
            if let Some((key, store)) = known
                && before.contains(&format!("{store}[{key}]"))
            {
                return true;
            }
        }
        let absent = asked.strip_prefix("if ").and_then(|asked| {
            asked.strip_suffix(" is None:").or_else(|| asked.strip_prefix("not ")?.strip_suffix(':'))
        });
        if let Some(name) = absent {
            let set = lines[..at].iter().rev().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(" = "));
            let looked = |value: &str| {
                value.starts_with("getattr(")
                    || value.split_once(".get(").is_some_and(|(store, _)| {
                        !store.contains(['(', '[']) && !ASKED.iter().any(|asked| store.ends_with(asked))
                    })
            };
            if set.is_some_and(looked) {
                return true;
            }
        }
    }
    false
}

/// Whether what stands before asks if something is not in a set, and what follows adds to it.
fn seen_once(before: &str, after: &str) -> bool {
    before.match_indices(" not in ").any(|(at, asked)| {
        let store = before[at + asked.len()..].split([':', ' ', ')', '\n']).next().unwrap_or_default();
        !store.is_empty() && after.contains(&format!("{store}.add("))
    })
}

/// Whether a loop that writes deals with what the database refuses for each item: then each is meant to be a transaction of its own.
pub(super) fn one_at_a_time(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    // `DBError` and the like are a program's own.
    const REFUSED: &[&str] = &[
        "IntegrityError",
        "DatabaseError",
        "DatabaseException",
        "OperationalError",
        "SQLAlchemyError",
        "DBAPIError",
        "DBError",
        "DuplicateKeyError",
        "LockError",
    ];
    // `try: send(order) except Refused: continue`, then `order.save()`: the row tells what was done outside.
    let skipped = |node: &rustpython_ast::StmtTry| {
        // Something is done there, not looked up or taken apart.
        let done =
            node.body.iter().any(|stmt| matches!(stmt, Stmt::Expr(done) if !done.value.is_string_literal_expr()));
        done && node.end() < place.start()
            && node.handlers.iter().any(|handler| {
                let ExceptHandler::ExceptHandler(body) = handler;
                let absent = handler_types(handler).iter().any(|of| last_name(of).ends_with("DoesNotExist"));
                matches!(body.body.last(), Some(Stmt::Continue(_))) && !absent
            })
    };
    // One that fails must not keep the others from being written.
    let written = |name: &str| matches!(name, "Exception" | "BaseException");
    file.model.tries.iter().any(|(node, _)| {
        let refused =
            || {
                node.body.iter().any(|stmt| stmt.range().contains_range(place))
                    && node.handlers.iter().flat_map(handler_types).any(|of| {
                        REFUSED.iter().any(|refused| last_name(of).ends_with(refused)) || written(last_name(of))
                    })
            };
        looped.range.contains_range(node.range()) && (refused() || skipped(node))
    })
}

/// Whether a query locks a row, or reads one again because it may have changed: what was fetched before does not do.
pub(super) fn locks(words: &str) -> bool {
    words.contains("for_update") || words.contains("refresh_from_db")
}

/// Whether a file, by its name or that of its folder, fills a database with made-up data or moves what is there to another
/// form: it runs once, where nobody waits for it.
pub(crate) fn runs_once(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "fixtures",
        "demo",
        "example",
        "examples",
        "sample",
        "samples",
        "seed",
        "seeds",
        "populate",
        "dummy",
        "faker",
        "fill",
        "testdata",
        "migrate",
        "migration",
        "upgrade",
        "upgrades",
        "generate",
        "styleguide",
        "test",
    ];
    let (folder, file) = folder_and_name(path);
    path.contains("alembic")
        || file.contains("test_data")
        || file.contains("update") && (file.contains("database") || file.contains("db"))
        || file.split(['_', '-']).chain([folder]).any(|word| NAMES.contains(&word))
}

/// The name of a file's folder, and its own without the ending.
pub(super) fn folder_and_name(path: &str) -> (&str, &str) {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().and_then(|name| name.strip_suffix(".py")).unwrap_or_default();
    (parts.next().unwrap_or_default(), name)
}

/// Whether each item is meant to be dealt with by itself: a migration, a language, table or module, one that has failed, or a system of its own, entered by `with connected(shard) as connection`.
pub(super) fn on_purpose<'a>(file: &File<'_, 'a>, place: TextRange, shape: &Shape, looped: &Loop<'a>) -> bool {
    const FEW: &[&str] = &[
        "app",
        "app_config",
        "backend",
        "cls",
        "col",
        "column",
        "database",
        "database_name",
        "db",
        "db_name",
        "dbname",
        "driver",
        "engine",
        "field",
        "klass",
        "lang",
        "language",
        "language_code",
        "locale",
        "model",
        "model_class",
        "module",
        "plugin",
        "region",
        "schema",
        "table",
        "table_name",
        "tenant",
    ];
    // `new_table`, `table_name`
    let few = |target: &str| {
        FEW.contains(&target) || target.rsplit_once('_').is_some_and(|(_, last)| matches!(last, "table" | "model"))
    };
    let words = &file.model.text[place];
    let sends = || {
        file.model
            .calls
            .iter()
            .any(|call| call.node.range() == place && call.name().trim_start_matches('_').starts_with("send"))
    };
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let entered = words.split(|letter| !part(letter)).any(|word| {
        let binding = file.model.binding(word, looped.context, place.start().to_u32());
        matches!(binding.map(|binding| &binding.kind), Some(BindingKind::With(value))
            if looped.range.contains_range(value.range())
                && looped.targets.iter().any(|target| mentions_word(file.model.source(*value), target)))
    });
    // What is done only where an item has failed is done for few; that a row was not there is no failure.
    let absent = |of: &&Expr| {
        let name = last_name(of);
        name.ends_with("DoesNotExist") || matches!(name, "NoResultFound" | "KeyError" | "IndexError" | "LookupError")
    };
    let after_failure = file.model.tries.iter().any(|(node, _)| {
        looped.range.contains_range(node.range())
            && node
                .handlers
                .iter()
                .any(|handler| handler.range().contains_range(place) && !handler_types(handler).iter().any(absent))
    });
    let is_row = matches!(file.types.of(looped.source, looped.context).item(), Type::Row(_));
    entered
        || after_failure
        || instead_of_all(file, looped)
        || looks_for_a_free_one(file, place, looped)
        || typed_by_hand(file, looped)
        || each_a_file(file, looped)
        || asked_again(file, place, looped)
        || hangs_on_the_last(file, place, looped)
        || shape.kind == TripKind::Read && !is_row && asks_itself(words, looped)
        || shape.kind != TripKind::Lazy && (in_a_transaction(file, place, looped) || reason_is_given(file, looped))
        || ["ancestors", "parents"].iter().any(|up| file.model.source(looped.source).contains(up))
        || sends()
        // What was prefetched is looked for where it is kept.
        || file.function_text(looped.context.function).contains("_prefetched_objects_cache")
        || locks(&shape.what)
        || !is_row && looped.targets.iter().any(|target| few(target))
}

/// Whether a loop goes over rows of a database, so that it grows with what is stored.
pub(super) fn goes_over_rows<'a>(file: &File<'_, 'a>, looped: &Loop<'a>) -> bool {
    let rows = |of: &Type| match of {
        Type::Row(_) | Type::Record => true,
        Type::Tuple(parts) => parts.iter().any(|part| matches!(part, Type::Row(_) | Type::Record)),
        _ => false,
    };
    let of = file.types.of(looped.source, looped.context);
    rows(&of.item()) || matches!(of, Type::Rows(_) | Type::Scalars(_)) || of.lazy_query().is_some()
}

/// Whether the loop stands where the same at once has failed: `except BulkRefused: for key in keys: delete(key)`.
fn instead_of_all(file: &File<'_, '_>, looped: &Loop<'_>) -> bool {
    file.model.tries.iter().flat_map(|(node, _)| &node.handlers).any(|handler| {
        handler.range().contains_range(looped.range)
            && !handler_types(handler).iter().any(|of| last_name(of).ends_with("DoesNotExist"))
    })
}

/// Whether a query stands in the condition of a `while` within the loop, which tries one name after the other until one is free.
fn looks_for_a_free_one(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    file.model.loops.iter().any(|inner| {
        inner.kind == LoopKind::While
            && looped.range.contains_range(inner.range)
            && inner.head.contains_range(place)
            && inner.source.range().contains_range(place)
    })
}

/// Whether the items are what somebody typed: the words of one field of a form or query, or arguments of a command.
fn typed_by_hand<'a>(file: &File<'_, 'a>, looped: &Loop<'a>) -> bool {
    const WRAPPERS: &[&str] = &["set", "sorted", "list", "tuple", "enumerate", "reversed", "filter", "map"];
    const FIELDS: &[&str] = &["request.", "self.request.", "form.", "self.cleaned_data", "cleaned_data", "input("];
    const ARGUMENTS: &[&str] = &["options", "opts", "args", "parsed_args"];
    let (mut at, mut split) = (looped.source, false);
    for _ in 0..6 {
        if split && FIELDS.iter().any(|field| file.model.source(at).starts_with(field)) {
            return true;
        }
        at = match at {
            Expr::ListComp(node) if node.generators.len() == 1 => &node.generators[0].iter,
            Expr::Generator(node) if node.generators.len() == 1 => &node.generators[0].iter,
            Expr::SetComp(node) if node.generators.len() == 1 => &node.generators[0].iter,
            Expr::Name(name) => {
                let bound = file.model.binding(name.id.as_str(), looped.context, at.start().to_u32());
                match bound.map(|binding| &binding.kind) {
                    Some(BindingKind::Assign(value, _)) => value,
                    _ => return false,
                }
            }
            Expr::Subscript(node) => {
                let of = last_name(&node.value);
                return node.slice.is_string_literal_expr() && (of == "cleaned_data" || ARGUMENTS.contains(&of));
            }
            Expr::Attribute(node) => {
                return matches!(&*node.value, Expr::Name(name) if ARGUMENTS.contains(&name.id.as_str()));
            }
            Expr::Call(call) => match (&*call.func, last_name(&call.func)) {
                // `re.findall(pattern, text)`, `pattern.findall(text)`
                (_, "findall" | "finditer") => match call.arguments.args.last() {
                    Some(text) => {
                        split = true;
                        text
                    }
                    None => return false,
                },
                // What somebody ticked.
                (_, "getlist") => return true,
                (Expr::Attribute(text), "split") => {
                    split = true;
                    &text.value
                }
                (Expr::Name(_), name) if WRAPPERS.contains(&name) => match call.arguments.args.last() {
                    Some(inner) => inner,
                    None => return false,
                },
                (_, "zip" | "product") => match call.arguments.args.first() {
                    Some(inner) => inner,
                    None => return false,
                },
                // What somebody chose in a form.
                (_, "get") if file.model.source(at).contains("cleaned_data.") => return true,
                _ => return false,
            },
            _ => return false,
        };
    }
    false
}

/// Whether each item is a file that was sent or lies in an archive: `upload.filename`.
fn each_a_file(file: &File<'_, '_>, looped: &Loop<'_>) -> bool {
    const NAMES: &[&str] =
        &["file", "upload", "uploaded", "uploaded_file", "fileobj", "file_obj", "member", "info", "zipinfo"];
    let text = &file.model.text[looped.range];
    looped.targets.iter().any(|target| NAMES.contains(target) && text.contains(&format!("{target}.filename")))
}
