//! What has to be in view for a round trip to be of high confidence, kind by kind.

use super::on_purpose::{folder_and_name, goes_over_rows};
use super::origin::{Origin, origin};
use super::report::Shape;
use crate::file::File;
use assay_python::branches::in_branch;
use assay_python::last_name;
use assay_python::model::{BindingKind, Loop, handler_types};
use assay_python::project::TripKind;
use assay_python::types::Type;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{Expr, StmtTry};

/// Whether enough is in view of a round trip at a place in a loop.
pub(super) fn is_seen<'a>(file: &File<'_, 'a>, shape: &Shape, looped: &Loop<'a>, place: TextRange) -> bool {
    let in_a_branch = || in_branch(file.model.text, looped.body, place);
    match shape.kind {
        // Rows that were handed in may have brought the relation along.
        TripKind::Lazy => {
            let few = in_a_branch() || is_limited(file, looped) || is_made_there(file, place, looped);
            !is_taken_away(file, place) && !few && origin(file, looped) != Origin::Elsewhere
        }
        _ if stands_aside(file, looped) || is_limited(file, looped) || asked_for_by_name(file, looped) => false,
        // A list may be of any length; rows are as many as there are. What few rows come to is asked for few.
        TripKind::Read => {
            goes_over_rows(file, looped)
                && !in_a_branch()
                && !is_a_work_by_itself(file, looped)
                && !is_annotated(file, place, looped)
                && !follows_a_write(file, place, looped)
                && match origin(file, looped) {
                    Origin::Here => true,
                    Origin::Own => !of_a_relation(&shape.what),
                    Origin::Elsewhere => false,
                }
        }
        // Names of queues and the like are few, keys that the store itself has listed are not.
        TripKind::Key => origin(file, looped) == Origin::Here,
        TripKind::Write => {
            saves_as_rows_do(file, place)
                && !asks_as_well(file, place, looped)
                && !copies(file, looped)
                && !file.model.source(looped.source).ends_with(".items()")
        }
        // Whether a web service takes many at once is not in view, but for the best known.
        TripKind::Request => [".get_item(", ".describe_instances("].iter().any(|call| shape.what.contains(call)),
    }
}

/// Whether the loop goes over a slice, `orders[:10]`, by itself or by a name: as many as somebody wrote down.
fn is_limited<'a>(file: &File<'_, 'a>, looped: &Loop<'a>) -> bool {
    fn sliced(expr: &Expr) -> bool {
        match expr {
            Expr::Subscript(node) => node.slice.is_slice_expr(),
            Expr::Call(call) => match &*call.func {
                Expr::Name(_) => call.arguments.args.first().is_some_and(sliced),
                _ => false,
            },
            _ => false,
        }
    }
    sliced(looped.source) || bound_source(file, looped).is_some_and(sliced)
}

/// Whether a round of the loop is so long, or deals with whatever may fail in it, that each item is a piece of work by itself.
fn is_a_work_by_itself(file: &File<'_, '_>, looped: &Loop<'_>) -> bool {
    const LONGEST: usize = 50;
    let any = |node: &StmtTry| {
        let types = node.handlers.iter().flat_map(handler_types);
        types.map(last_name).any(|name| matches!(name, "Exception" | "BaseException"))
    };
    file.model.text[looped.range].lines().count() > LONGEST
        || file.model.tries.iter().any(|(node, _)| looped.range.contains_range(node.range()) && any(node))
}

/// Whether the loop has written before it comes to a place, so that what is asked there may hang on it.
fn follows_a_write(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    file.trips.is_some_and(|trips| {
        trips.direct.iter().any(|trip| {
            trip.kind == TripKind::Write && looped.range.contains_range(trip.range) && trip.range.end() < place.start()
        })
    })
}

/// Whether the loop makes copies of rows, which stand for themselves in a tree of others: `copy.pk = None`.
fn copies(file: &File<'_, '_>, looped: &Loop<'_>) -> bool {
    let text = &file.model.text[looped.range];
    ["copy(", ".pk = None", ".id = None"].iter().any(|copies| text.contains(copies))
}

/// Whether a file, by its name or that of its folder, or a function is there for what is done now and then, where nobody waits
/// for it: for copies of all that is stored, for repairs, for what others bring, for the way to another form.
fn stands_aside(file: &File<'_, '_>, looped: &Loop<'_>) -> bool {
    const NAMES: &[&str] = &[
        "backup",
        "backups",
        "restore",
        "repair",
        "integrity",
        "checkintegrity",
        "importer",
        "importers",
        "import",
        "imports",
        "convert",
        "converter",
        "conversion",
        "setup",
        "install",
        "bootstrap",
        "cleanup",
        "tests",
    ];
    let (folder, name) = folder_and_name(file.path);
    let function = file.model.functions.get(looped.context.function as usize).map_or("", |function| function.name);
    name.split('_').chain(folder.split('_')).any(|word| NAMES.contains(&word))
        || function.contains("migrat")
        || function.starts_with("generate_test")
}

/// Whether a query takes all rows of a relation, which may have come along with the row: `order.lines.all()`.
fn of_a_relation(words: &str) -> bool {
    let relation = words.strip_suffix(".all()").unwrap_or(words);
    !relation.contains(['(', '[']) && ![".objects", "query", "session"].iter().any(|asks| relation.contains(asks))
}

/// Whether a row is saved or deleted as a write of many would do it: its class has no method of its own for it. Of a row whose
/// class cannot be told nobody knows.
fn saves_as_rows_do(file: &File<'_, '_>, place: TextRange) -> bool {
    let Some(call) = file.model.calls.iter().find(|call| call.node.range() == place) else { return true };
    let Expr::Attribute(method) = &*call.node.func else { return true };
    let name = method.attr.as_str();
    let Type::Row(row) = file.types.of(&method.value, call.context) else { return true };
    if !matches!(name, "save" | "delete") {
        return true;
    }
    row.model.as_ref().is_some_and(|model| file.types.method_of(model, name).is_none())
}

/// Whether the related row that a place loads is only loaded to be deleted.
fn is_taken_away(file: &File<'_, '_>, place: TextRange) -> bool {
    let rest = file.model.text[place.end().to_usize()..].lines().next().unwrap_or_default();
    rest.starts_with('.') && rest.contains(".delete(")
}

/// Whether a place goes on with a row that the loop itself has looked for or made.
fn is_made_there(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let word = file.model.text[place].split(|letter| !part(letter)).next().unwrap_or_default();
    let binding = file.model.binding(word, looped.context, place.start().to_u32());
    matches!(binding.map(|binding| &binding.kind), Some(BindingKind::Assign(value, _) | BindingKind::Unpack(value, _))
        if looped.range.contains_range(value.range()) && file.model.source(*value).contains("_or_create("))
}

/// Whether the rows are asked for by what tells one from the other: `Tenant.objects.filter(name=name)` gives one, or few.
fn asked_for_by_name<'a>(file: &File<'_, 'a>, looped: &Loop<'a>) -> bool {
    const NAMES: &[&str] = &["name", "slug", "code", "username", "email", "uuid", "pk", "id", "key", "url", "number"];
    fn by_name(expr: &Expr) -> bool {
        let Expr::Call(call) = expr else { return false };
        let named = last_name(&call.func) == "filter"
            && call
                .arguments
                .keywords
                .iter()
                .any(|keyword| keyword.arg.as_ref().is_some_and(|name| NAMES.contains(&name.as_str())));
        named || matches!(&*call.func, Expr::Attribute(method) if by_name(&method.value))
    }
    bound_source(file, looped).is_some_and(by_name)
}

/// What the loop goes over, or what the name that it goes over was bound to.
fn bound_source<'a>(file: &File<'_, 'a>, looped: &Loop<'a>) -> Option<&'a Expr> {
    let Expr::Name(name) = looped.source else { return Some(looped.source) };
    match file.model.binding(name.id.as_str(), looped.context, name.start().to_u32())?.kind {
        BindingKind::Assign(value, _) => Some(value),
        _ => None,
    }
}

/// Whether the rows bring a value along under the name of the property that is read: `annotate(lines=Count("line"))`.
fn is_annotated(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    let name = file.model.text[place].rsplit('.').next().unwrap_or_default();
    let text = file.function_text(looped.context.function);
    !name.contains('(') && text.contains("annotate(") && text.contains(&format!("{name}="))
}

/// Whether the loop asks the database for something as well, so that the write hangs on what was found.
fn asks_as_well(file: &File<'_, '_>, place: TextRange, looped: &Loop<'_>) -> bool {
    file.trips.is_some_and(|trips| {
        trips.direct.iter().any(|trip| {
            trip.kind == TripKind::Read
                && !place.contains_range(trip.range)
                && looped.range.contains_range(trip.range)
                && !looped.head.contains_range(trip.range)
        })
    })
}
