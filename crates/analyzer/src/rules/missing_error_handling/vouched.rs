//! What vouches for a row that a query asks for.

use crate::file::File;
use assay_python::last_name;
use assay_python::model::{BindingKind, Call, Context, NONE, Use, handler_types};
use assay_python::nature::is_constant;
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;
use rustpython_ast::{ExceptHandler, Expr, ExprCall, ExprName};

/// Whether the function asked the same before and looked at what came: `first = rows.first()`, `if first:`.
pub(super) fn asked_before(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
    let words = file.model.source(call.node);
    file.model.calls.iter().any(|other| {
        other.context.function == call.context.function
            && matches!(other.usage, Use::Bound(bound) if function.tested.contains(bound))
            && file.model.source(other.node) == words
    })
}

/// Whether the function has asked something of the same key before and decided by it: `if not self.is_cached(image_id): return`.
/// For a row that is fetched, the key is one of the statement that was executed last.
pub(super) fn key_is_checked(file: &File<'_, '_>, call: &ExprCall, context: Context) -> bool {
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let text = &file.model.text[function.range().start().to_usize()..call.end().to_usize()];
    let query = match last_name(&call.func) {
        "fetchone" | "fetchrow" => &text[text.rfind("execute").unwrap_or(0)..],
        _ => file.model.source(call),
    };
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let names: FxHashSet<&str> = query.split(|letter| !part(letter)).collect();
    file.model.decided.iter().any(|(decided, at)| match decided {
        Expr::Call(asked) => {
            at.function == context.function
                && asked.end() < call.start()
                && !matches!(last_name(&asked.func), "isinstance" | "len" | "bool" | "any" | "all")
                && asked
                    .arguments
                    .args
                    .iter()
                    .any(|given| matches!(given, Expr::Name(name) if names.contains(name.id.as_str())))
        }
        _ => false,
    })
}

/// Whether the function has looked for the same key before, and at what came: `if not session.get(Order, id): raise ...`.
pub(super) fn looked_for_before(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
    let plain = |node: &ExprCall| file.model.source(node).split_whitespace().collect::<String>();
    let wanted = plain(call.node);
    let Some((class, key)) = class_and_key(&wanted) else { return false };
    file.model.calls.iter().any(|other| {
        other.context.function == call.context.function
            && other.node.end() < call.node.start()
            && matches!(other.usage, Use::Bound(bound) if function.tested.contains(bound))
            && class_and_key(&plain(other.node)) == Some((class, key))
    })
}

/// Whether the row was made just before: the key is what making it gave, `id = await jobs.submit(...)`, or the function is told
/// when a row has been made, `on_user_registered`.
pub(super) fn just_made(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    const MAKING: &[&str] = &["create", "submit", "insert", "add", "register", "save", "store", "enqueue"];
    const MADE: &[&str] = &["_created", "_registered", "_saved", "_added", "_inserted", "_updated"];
    if file
        .model
        .functions
        .get(call.context.function as usize)
        .is_some_and(|function| MADE.iter().any(|made| function.name.ends_with(made)))
    {
        return true;
    }
    let wanted = file.model.source(call.node).split_whitespace().collect::<String>();
    let Some((_, key)) = class_and_key(&wanted) else { return false };
    let mut value = match file.model.binding(key, call.context, call.node.start().to_u32()).map(|bound| &bound.kind) {
        Some(BindingKind::Assign(value, _)) => *value,
        _ => return false,
    };
    if let Expr::Await(node) = value {
        value = &node.value;
    }
    matches!(value, Expr::Call(made) if MAKING.iter().any(|verb| last_name(&made.func).starts_with(verb)))
}

/// What a query for one row asks for: `session.get(Order, id)`, `session.query(Order).filter_by(id=id).first()`.
fn class_and_key(query: &str) -> Option<(&str, &str)> {
    let until = |rest: &'_ str| rest.split([',', ')']).next().map(str::len);
    let (_, rest) = query.split_once(".query(").or_else(|| query.split_once(".get("))?;
    let (class, rest) = rest.split_at(until(rest)?);
    let rest = ["(id=", "(pk=", ".id==", ","].iter().find_map(|key| rest.split_once(key)).map(|(_, rest)| rest)?;
    Some((class, &rest[..until(rest)?]))
}

/// Whether the function asks elsewhere if the same query has rows: `if rooms.exists(): rooms.first().name`.
pub(super) fn is_counted(file: &File<'_, '_>, query: &Expr, context: Context) -> bool {
    const ALWAYS_THERE: &[&str] = &["self", "cls", "session", "db"];
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let plain = |range: TextRange| file.model.text[range].split_whitespace().collect::<String>();
    let text = plain(function.range());
    // The query, or what it was made from: `rooms.exists()` before `rooms.order_by("floor").first()`.
    let mut at = query;
    loop {
        let query = plain(at.range());
        if [".exists()", ".count()"].iter().any(|asked| text.contains(&format!("{query}{asked}")))
            || text.contains(&format!("({query}:="))
            || [":", "and", "or"].iter().any(|end| {
                // `if not Order.objects.filter(name=name):`
                text.contains(&format!("if{query}{end}")) || text.contains(&format!("not{query}{end}"))
            })
        {
            return true;
        }
        at = match at {
            Expr::Call(call) => &call.func,
            Expr::Attribute(attribute) => &attribute.value,
            // `if rooms: rooms.order_by("floor").first()`
            Expr::Name(name) => {
                let name = name.id.as_str();
                let variable = !ALWAYS_THERE.contains(&name) && !name.starts_with(char::is_uppercase);
                return variable && function.tested.contains(name);
            }
            _ => return false,
        };
    }
}

/// Whether a query asks for rows that depend on something, rather than for all or for those that every such program has: unknown
/// queries count as if they did.
pub(super) fn is_narrowed(file: &File<'_, '_>, query: &Expr, context: Context) -> bool {
    let mut at = query;
    loop {
        match at {
            Expr::Call(call) => {
                let name = last_name(&call.func);
                if matches!(name, "filter" | "filter_by" | "where") && names_constants(file, call, context) {
                    at = &call.func;
                    continue;
                }
                if matches!(
                    name,
                    "filter" | "exclude" | "filter_by" | "where" | "select" | "execute" | "scalars" | "raw"
                ) {
                    return true;
                }
                // `session.query(Order)` is all of them.
                if name == "query" {
                    return false;
                }
                at = &call.func;
            }
            Expr::Attribute(attribute)
                if matches!(attribute.attr.as_str(), "objects" | "query" | "_default_manager") =>
            {
                // `order.lines` are the lines of one order, `Order.objects` are all orders.
                return !last_name(&attribute.value).starts_with(char::is_uppercase);
            }
            Expr::Subscript(subscript) => at = &subscript.value,
            // What an object says of itself, `self.has_members`, may stand before `self.members.first()`.
            Expr::Attribute(attribute) => match &*attribute.value {
                Expr::Name(name) => return name.id.as_str() != "self",
                value => at = value,
            },
            _ => return true,
        }
    }
}

/// Whether a query gives a row in any case: it counts or adds up, or it is asked because there were several or one too many.
pub(super) fn always_one(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let words = file.model.source(call.node);
    let adds_up =
        ["func.max(", "func.min(", "func.count(", "func.sum(", "func.avg("].iter().any(|of| words.contains(of));
    let several = |handler: &ExceptHandler| {
        handler.range().contains_range(call.node.range())
            && handler_types(handler).iter().any(|of| {
                let name = last_name(of);
                matches!(name, "MultipleObjectsReturned" | "MultipleResultsFound")
                    || name.contains("Exists") && !name.contains("Not")
            })
    };
    // `SELECT @@port` asks no table.
    let lower = words.to_ascii_lowercase();
    let no_table = ["\"select ", "'select "].iter().any(|select| lower.contains(select)) && !lower.contains("from");
    adds_up && !words.contains("group_by")
        || no_table
        || file.model.tries.iter().flat_map(|(node, _)| &node.handlers).any(several)
}

/// Whether a condition of a query names what stands in the code, as for rows that a program puts there when it is set up.
fn names_constants(file: &File<'_, '_>, condition: &ExprCall, context: Context) -> bool {
    let literal = |value: &Expr| value.is_string_literal_expr() || value.is_number_literal_expr();
    let fixed = |value: &Expr| match value {
        Expr::BooleanLiteral(_) => true,
        // `name = "owner"` further up
        Expr::Name(name) if !is_constant(name.id.as_str()) => {
            let bound = file.model.binding(name.id.as_str(), context, name.start().to_u32());
            matches!(bound.map(|binding| &binding.kind), Some(BindingKind::Assign(value, _)) if literal(value))
        }
        Expr::Name(_) | Expr::Attribute(_) => is_constant(last_name(value)),
        _ => literal(value),
    };
    let arguments = &condition.arguments;
    !arguments.is_empty()
        && arguments.keywords.iter().all(|keyword| fixed(&keyword.value))
        && arguments.args.iter().all(|argument| match argument {
            Expr::Compare(compare) => compare.comparators.iter().all(&fixed),
            _ => false,
        })
}

/// Whether something that is not in view vouches for the row: a foreign key that points to it, a login, or a query that asked
/// for parents that have one.
pub(super) fn vouched_for<'a>(file: &File<'_, 'a>, query: &'a Expr, context: Context) -> bool {
    const LOGINS: &[&str] = &["request.authorization", "request.user", "current_user", "get_jwt_identity", "g.user"];
    let mut words: String = file.model.source(query).split_whitespace().collect();
    // `orders = Order.objects.filter(pk=line.order_id)` before `orders.first()`; `statement = select(...)`,
    // `result = session.execute(statement)` before `result.first()`
    let mut at = root_variable(query);
    for _ in 0..2 {
        let Some(root) = at else { break };
        let Some(binding) = file.model.binding(root.id.as_str(), context, root.start().to_u32()) else { break };
        let BindingKind::Assign(value, _) = binding.kind else { break };
        words.extend(file.model.source(value).split_whitespace());
        let call = match value {
            Expr::Await(node) => &node.value,
            other => other,
        };
        at = match call {
            Expr::Call(call) => call.arguments.args.first().and_then(root_variable),
            _ => None,
        };
    }
    // `filter(Order.id == line.order_id)`, `filter(pk=line.order_id)`, `filter(pk=order.pk)`
    let is_key =
        |value: &str| value.rsplit_once('.').is_some_and(|(_, key)| key.ends_with("_id") || matches!(key, "id" | "pk"));
    let key = ["id==", "pk=", "(id=", ",id="].iter().any(|key| {
        words.match_indices(key).any(|(at, _)| {
            let value = words[at + key.len()..].split([',', ')']).next().unwrap_or_default();
            // `owner = line.order_id` before `filter_by(id=owner)`
            let bound = file.model.binding(value, context, query.start().to_u32());
            is_key(value)
                || matches!(bound.map(|binding| &binding.kind), Some(BindingKind::Assign(value, _)) if is_key(file.model.source(*value)))
        })
    });
    let parent = match query {
        Expr::Attribute(attribute) => attribute.attr.as_str().strip_suffix("_set").is_some_and(|relation| {
            file.function_text(context.function).contains(&format!("{relation}__isnull=False"))
        }),
        _ => false,
    };
    // What is narrowed from rows that a loop goes through: `orders.filter(shop_id=row["shop_id"])`.
    let narrowed = context.looped != NONE
        && matches!(root_variable(query), Some(name)
        if matches!(file.types.name(name.id.as_str(), context, name.start().to_u32()), Type::QuerySet(_) | Type::OrmQuery(_)));
    key || parent || narrowed || LOGINS.iter().any(|login| words.contains(login))
}

/// The variable that a chain of calls starts from.
fn root_variable(query: &Expr) -> Option<&ExprName> {
    match query {
        Expr::Name(name) => Some(name),
        Expr::Call(call) => root_variable(&call.func),
        Expr::Attribute(attribute) => root_variable(&attribute.value),
        _ => None,
    }
}
