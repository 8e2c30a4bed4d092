//! Rows and records that may not be there.

use super::points::root_is_tested;
use super::vouched::{
    always_one, asked_before, is_counted, is_narrowed, just_made, key_is_checked, looked_for_before, vouched_for,
};
use super::{Family, Point};
use crate::Confidence;
use crate::file::File;
use assay_python::last_name;
use assay_python::model::{BindingKind, Call, Context, Use};
use assay_python::types::{Client, Type};
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprCall};

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
                || looked_for_before(file, call)
                || root_is_tested(file, &attribute.value, call.context)
                || is_counted(file, &attribute.value, call.context)
            {
                return None;
            }
            // The first of a whole table is there once the program has been set up.
            // A key that the program has from elsewhere most often is one of a row; one that came with a request is anybody's.
            let open = (serves_requests(file, call.context) || asks_by_the_request(file, call.context))
                && is_narrowed(file, &attribute.value, call.context)
                && !key_is_checked(file, call.node, call.context)
                && !vouched_for(file, &attribute.value, call.context)
                && !just_made(file, call)
                && (name != "get" || !node.arguments.args.last().is_some_and(is_key_of_a_row))
                && !is_handed_in(file, &attribute.value, call.context);
            let confidence = if open { Confidence::High } else { Confidence::Medium };
            point(format!("`{words}` gives `None` if there is no such row, and the next step fails"), Some(confidence))
        }
        _ => None,
    }
}

/// Whether a key is that of another row: `session.get(Order, line.order_id)`, `session.get(Node, self.node.id)`.
fn is_key_of_a_row(key: &Expr) -> bool {
    let Expr::Attribute(key) = key else { return false };
    key.attr.ends_with("_id") || matches!(key.attr.as_str(), "id" | "pk")
}

/// Whether rows are a parameter of the function: whoever hands them in may have looked whether there are any.
fn is_handed_in<'a>(file: &File<'_, 'a>, rows: &'a Expr, context: Context) -> bool {
    let Expr::Name(name) = rows else { return false };
    let binding = file.model.binding(name.id.as_str(), context, name.start().to_u32());
    let orm = matches!(file.types.of(rows, context), Type::QuerySet(_) | Type::Manager(_) | Type::OrmQuery(_));
    orm && matches!(binding.map(|binding| &binding.kind), Some(BindingKind::Parameter(..)))
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

/// Whether the function takes something of the request that its object serves: `self.request.user`, `kwargs["pk"]`.
fn asks_by_the_request(file: &File<'_, '_>, context: Context) -> bool {
    let text = file.function_text(context.function);
    ["self.request.", "kwargs[", "kwargs.get("].iter().any(|taken| text.contains(taken))
}

/// How likely a record may be absent where an item of it is taken; `None` if it surely is there. What a cursor fetches was most often
/// put there by the program itself, asked for by a key of another row, or counted before, where that cannot be seen.
pub(super) fn may_be_absent<'a>(file: &File<'_, 'a>, expr: &'a Expr, context: Context) -> Option<Confidence> {
    let (call, at) = asked_by(file, expr, context)?;
    if surely_a_row(file, call, at) {
        return None;
    }
    let doubtful = is_fetched(call) || key_is_checked(file, call, context);
    Some(if doubtful { Confidence::Medium } else { Confidence::High })
}

/// The call that gave what an expression stands for.
fn asked_by<'a>(file: &File<'_, 'a>, expr: &'a Expr, context: Context) -> Option<(&'a ExprCall, Context)> {
    let (value, at) = match expr {
        Expr::Name(name) => {
            let binding = file.model.binding(name.id.as_str(), context, name.start().to_u32())?;
            let BindingKind::Assign(value, _) = &binding.kind else { return None };
            (*value, binding.context)
        }
        other => (other, context),
    };
    match value {
        Expr::Call(call) => Some((call, at)),
        Expr::Await(node) if expr.is_name_expr() => node.value.as_call_expr().map(|call| (call, at)),
        _ => None,
    }
}

/// Whether a call fetches a row from a cursor.
fn is_fetched(call: &ExprCall) -> bool {
    matches!(last_name(&call.func), "fetchone" | "fetchrow")
}

/// The text that tells what a fetched row was asked for, in small letters: from the statement that was executed last, or from
/// where that was written if a name stands for it.
fn statement_of(file: &File<'_, '_>, call: &ExprCall, context: Context) -> String {
    let start = match file.model.functions.get(context.function as usize) {
        Some(function) => function.range().start().to_usize(),
        None => 0,
    };
    let text = file.model.text.get(start..call.end().to_usize()).unwrap_or_default().to_ascii_lowercase();
    let Some(at) = text.rfind("execute") else { return text };
    let named = text[at..].split_once('(').map_or("", |(_, rest)| {
        rest.trim_start().split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
    });
    if named.is_empty() || text[at..].contains("select") {
        return text[at..].to_owned();
    }
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let assigned = format!("{named} = ");
    let written = text[..at].rmatch_indices(&assigned).find(|(written, _)| !text[..*written].ends_with(part));
    text[written.map_or(at, |(written, _)| written)..].to_owned()
}

/// `SELECT count(*)` and its like always give a row.
fn surely_a_row<'a>(file: &File<'_, 'a>, call: &'a ExprCall, at: Context) -> bool {
    // `rows.get(key, EMPTY)` of a dictionary gives what it is told to.
    if let (Expr::Attribute(attribute), Some(default)) = (&*call.func, call.arguments.args.get(1))
        && attribute.attr.as_str() == "get"
        && !default.is_none_literal_expr()
        && matches!(file.types.of(&attribute.value, at), Type::Mapping(_))
    {
        return true;
    }
    if is_fetched(call) {
        // The statement was executed just before.
        let before = call.start().to_usize();
        let start = before.saturating_sub(1500);
        let start = (start..=before).find(|at| file.model.text.is_char_boundary(*at)).unwrap_or(before);
        let text = file.model.text[start..call.end().to_usize()].to_ascii_lowercase();
        let asked = statement_of(file, call, at);
        // A procedure gives what it gives each time, and a count is a row.
        let execute = text.rfind("execute").filter(|at| text.rfind("callproc").is_none_or(|called| called < *at));
        let counts = execute
            .is_some_and(|at| text[at..].starts_with("execute(count") || text[at..].starts_with("execute(sql_count"));
        if counts || execute.is_none() && text.contains("callproc") {
            return true;
        }
        let execute = execute.or_else(|| text.rfind("select")).or_else(|| text.rfind("fetchrow"));
        let statement = execute.map_or("", |at| &text[at..]);
        // `if cursor.rowcount == 0: raise NotFound()`
        if statement.contains(".rowcount") {
            return true;
        }
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
            "last_value",
            "pragma",
            "nextval",
            "currval",
            "select 1",
        ]
        .iter()
        .any(|word| statement.contains(word) || asked.contains(word));
    }
    !matches!(last_name(&call.func), "hgetall" | "find_one" | "get" | "hget")
}
