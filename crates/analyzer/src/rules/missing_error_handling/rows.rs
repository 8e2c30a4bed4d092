//! Rows and records that may not be there.

use super::{Family, Point, root_is_tested};
use crate::Confidence;
use crate::file::File;
use assay_python::last_name;
use assay_python::model::{BindingKind, Call, Context, Use, handler_types};
use assay_python::nature::is_constant;
use assay_python::types::{Client, Type};
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{ExceptHandler, Expr, ExprCall};

/// Rows that may not be there: `.get()` that raises, `.first()` that gives `None`. The call is one of those that `points` hands on.
pub(super) fn row<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> Option<Point> {
    let node = call.node;
    let Expr::Attribute(attribute) = &*node.func else { return None };
    let name = attribute.attr.as_str();
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
                || always_one(file, call)
                || root_is_tested(file, &attribute.value, call.context)
                || is_counted(file, &attribute.value, call.context)
            {
                return None;
            }
            // The first of a whole table is there once the program has been set up.
            let open = is_narrowed(&attribute.value) && !vouched_for(file, &attribute.value, call.context);
            let confidence = if open { Confidence::High } else { Confidence::Medium };
            point(format!("`{words}` gives `None` if there is no such row, and the next step fails"), Some(confidence))
        }
        _ => None,
    }
}

/// Whether the function asked the same before and looked at what came: `first = rows.first()`, `if first:`.
fn asked_before(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
    let words = file.model.source(call.node);
    file.model.calls.iter().any(|other| {
        other.context.function == call.context.function
            && matches!(other.usage, Use::Bound(bound) if function.tested.contains(bound))
            && file.model.source(other.node) == words
    })
}

/// Whether the function asks elsewhere if the same query has rows: `if rooms.exists(): rooms.first().name`.
fn is_counted(file: &File<'_, '_>, query: &Expr, context: Context) -> bool {
    const ALWAYS_THERE: &[&str] = &["self", "cls", "session", "db"];
    let Some(function) = file.model.functions.get(context.function as usize) else { return false };
    let plain = |range: TextRange| file.model.text[range].split_whitespace().collect::<String>();
    let text = plain(function.range());
    // The query, or what it was made from: `rooms.exists()` before `rooms.order_by("floor").first()`.
    let mut at = query;
    loop {
        let query = plain(at.range());
        if [".exists()", ".count()"].iter().any(|asked| text.contains(&format!("{query}{asked}"))) {
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
fn is_narrowed(query: &Expr) -> bool {
    let mut at = query;
    loop {
        match at {
            Expr::Call(call) => {
                let name = last_name(&call.func);
                if matches!(name, "filter" | "filter_by" | "where") && names_constants(call) {
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

/// Whether a query gives a row in any case: it counts or adds up, or it is asked because there were several.
fn always_one(file: &File<'_, '_>, call: &Call<'_>) -> bool {
    let words = file.model.source(call.node);
    let adds_up =
        ["func.max(", "func.min(", "func.count(", "func.sum(", "func.avg("].iter().any(|of| words.contains(of));
    let several = |handler: &ExceptHandler| {
        handler.range().contains_range(call.node.range())
            && handler_types(handler)
                .iter()
                .any(|of| matches!(last_name(of), "MultipleObjectsReturned" | "MultipleResultsFound"))
    };
    adds_up && !words.contains("group_by") || file.model.tries.iter().flat_map(|(node, _)| &node.handlers).any(several)
}

/// Whether a condition of a query names what stands in the code, as for rows that a program puts there when it is set up.
fn names_constants(condition: &ExprCall) -> bool {
    fn fixed(value: &Expr) -> bool {
        match value {
            Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => true,
            Expr::Name(_) | Expr::Attribute(_) => is_constant(last_name(value)),
            _ => false,
        }
    }
    let arguments = &condition.arguments;
    !arguments.is_empty()
        && arguments.keywords.iter().all(|keyword| fixed(&keyword.value))
        && arguments.args.iter().all(|argument| match argument {
            Expr::Compare(compare) => compare.comparators.iter().all(fixed),
            _ => false,
        })
}

/// Whether something that is not in view vouches for the row: a foreign key that points to it, a login, or a query that asked
/// for parents that have one.
fn vouched_for(file: &File<'_, '_>, query: &Expr, context: Context) -> bool {
    const LOGINS: &[&str] = &["request.authorization", "request.user", "current_user", "get_jwt_identity", "g.user"];
    let words: String = file.model.source(query).split_whitespace().collect();
    // `filter(Order.id == line.order_id)`, `filter(pk=line.order_id)`, `filter(pk=order.pk)`
    let key = ["id==", "pk=", "(id=", ",id="].iter().any(|key| {
        words.match_indices(key).any(|(at, _)| {
            let value = words[at + key.len()..].split([',', ')']).next().unwrap_or_default();
            value.rsplit_once('.').is_some_and(|(_, key)| key.ends_with("_id") || matches!(key, "id" | "pk"))
        })
    });
    let parent = match query {
        Expr::Attribute(attribute) => attribute.attr.as_str().strip_suffix("_set").is_some_and(|relation| {
            let function = file.model.functions.get(context.function as usize);
            function.is_some_and(|function| {
                file.model.text[function.range()].contains(&format!("{relation}__isnull=False"))
            })
        }),
        _ => false,
    };
    key || parent || LOGINS.iter().any(|login| words.contains(login))
}

/// Whether a value that may be `None` is used as if it were not: an attribute or item is taken, and no condition looks at it.
fn none_is_used<'a>(file: &File<'_, 'a>, call: &Call<'a>) -> bool {
    match call.usage {
        Use::Attribute(_) | Use::Subscripted => !asked_before(file, call),
        Use::Bound(bound) => {
            let Some(function) = file.model.functions.get(call.context.function as usize) else { return false };
            if function.tested.contains(bound) {
                return false;
            }
            // `made = row is None`, or `None` has no such attribute and that is expected.
            let text = &file.model.text[function.range()];
            let expected = text.contains("except AttributeError") || text.contains("AttributeError)");
            if expected || text.contains(&format!("{bound} is ")) {
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

/// How likely a record may be absent where an item of it is taken; `None` if it surely is there.
pub(super) fn may_be_absent<'a>(file: &File<'_, 'a>, expr: &'a Expr, context: Context) -> Option<Confidence> {
    if surely_a_row(file, expr, context) {
        return None;
    }
    // A statement without parameters asks for a row that the program itself put there.
    let before = expr.end().to_usize();
    let text = &file.model.text[..before];
    let statement = text.rfind("execute").map(|at| text[at..].split(".fetch").next().unwrap_or_default());
    let fixed = file.types.of(expr, context) == Type::Record
        && statement.is_some_and(|statement| {
            ![ "%", "?", ":", "{", "$", ","].iter().any(|mark| statement.contains(mark))
                && statement.to_ascii_lowercase().contains("select")
                // Nobody here can see what is asked.
                || statement.starts_with("execute(self.")
                || statement.starts_with("execute(cls.")
        });
    Some(if fixed { Confidence::Medium } else { Confidence::High })
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
        let start = before.saturating_sub(1500);
        let start = (start..=before).find(|at| file.model.text.is_char_boundary(*at)).unwrap_or(before);
        let text = file.model.text[start..call.end().to_usize()].to_ascii_lowercase();
        // A procedure gives what it gives each time, and a count is a row.
        let execute = text.rfind("execute").filter(|at| text.rfind("callproc").is_none_or(|called| called < *at));
        let counts = execute
            .is_some_and(|at| text[at..].starts_with("execute(count") || text[at..].starts_with("execute(sql_count"));
        if counts || execute.is_none() && text.contains("callproc") {
            return true;
        }
        let execute = execute.or_else(|| text.rfind("select")).or_else(|| text.rfind("fetchrow"));
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
