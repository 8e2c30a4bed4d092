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
            let open = is_narrowed(file, &attribute.value, call.context)
                && !key_is_checked(file, call.node, call.context)
                && !vouched_for(file, &attribute.value, call.context)
                && !just_made(file, call);
            let confidence = if open { Confidence::High } else { Confidence::Medium };
            point(format!("`{words}` gives `None` if there is no such row, and the next step fails"), Some(confidence))
        }
        _ => None,
    }
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
    let function = file.model.functions.get(context.function as usize);
    // Who has counted the rows knows that there is one.
    let counted = |function: &assay_python::model::Function<'_>| {
        let start = function.range().start().to_usize();
        let before = file.model.text.get(start..expr.start().to_usize()).unwrap_or_default();
        before.to_ascii_lowercase().contains("select count(")
    };
    let checked = function.is_some_and(|function| function.name.contains("count") || counted(function))
        || matches!(expr, Expr::Call(call) if key_of_a_row(file, call, context))
        || matches!(expr, Expr::Call(call) if key_is_checked(file, call, context));
    if checked {
        return Some(Confidence::Medium);
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
    // What the database says of itself, of what the program connected to or set up, is there.
    let asked = match expr {
        Expr::Call(call) => statement_of(file, call, context),
        _ => String::new(),
    };
    let of_itself = ["information_schema", "pg_database", "pg_catalog", "pg_settings", "system.", "sqlite_master"]
        .iter()
        .any(|catalog| asked.contains(catalog));
    Some(if fixed || of_itself { Confidence::Medium } else { Confidence::High })
}

/// Whether the statement that was executed last takes its key from a row that was fetched before, as a foreign key: `found[2]`.
fn key_of_a_row(file: &File<'_, '_>, fetch: &ExprCall, context: Context) -> bool {
    let here = |call: &&Call<'_>| call.context.function == context.function && call.node.end() < fetch.start();
    let executed = file.model.calls.iter().filter(here).filter(|call| call.name() == "execute").last();
    let Some(given) = executed.and_then(|call| call.node.arguments.args.get(1)) else { return false };
    let keys = match given {
        Expr::Tuple(keys) => &keys.elts[..],
        Expr::List(keys) => &keys.elts[..],
        _ => return false,
    };
    let of_a_row = |key: &Expr| {
        let Expr::Name(name) = key else { return false };
        let bound = file.model.binding(name.id.as_str(), context, name.start().to_u32());
        match bound.map(|binding| &binding.kind) {
            Some(BindingKind::Assign(Expr::Subscript(item), _)) => file.types.of(&item.value, context) == Type::Record,
            _ => false,
        }
    };
    !keys.is_empty() && keys.iter().all(of_a_row)
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
