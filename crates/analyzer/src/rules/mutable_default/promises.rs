//! Types that promise that an object does not change.

use crate::file::File;
use assay_python::last_name;
use rustpython_ast::Expr;

/// Annotations of types that have no way to change the object.
pub(super) fn promises_not_to_change(annotation: &Expr) -> bool {
    match annotation {
        Expr::Name(_) | Expr::Attribute(_) => matches!(
            last_name(annotation),
            "Sequence"
                | "Mapping"
                | "Iterable"
                | "Iterator"
                | "Collection"
                | "Container"
                | "Sized"
                | "Reversible"
                | "AbstractSet"
                | "tuple"
                | "Tuple"
                | "frozenset"
                | "FrozenSet"
                | "str"
                | "bytes"
                | "int"
                | "float"
                | "bool"
                | "complex"
                | "range"
                | "object"
                | "Callable"
                | "ItemsView"
                | "KeysView"
                | "ValuesView"
                | "MappingView"
                | "AsyncIterable"
                | "Awaitable"
                | "Generator"
                | "Hashable"
                | "LiteralString"
                | "Never"
                | "ByteString"
        ),
        Expr::NoneLiteral(_) => true,
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            let name = text.split('[').next().unwrap_or(text);
            matches!(
                name.rsplit('.').next().unwrap_or(name),
                "Sequence"
                    | "Mapping"
                    | "Iterable"
                    | "Collection"
                    | "Container"
                    | "tuple"
                    | "Tuple"
                    | "frozenset"
                    | "FrozenSet"
            )
        }
        Expr::Subscript(node) => match last_name(&node.value) {
            "Optional" | "Annotated" | "Final" => match &*node.slice {
                Expr::Tuple(tuple) => tuple.elts.first().is_some_and(promises_not_to_change),
                one => promises_not_to_change(one),
            },
            "Union" => match &*node.slice {
                Expr::Tuple(tuple) => tuple.elts.iter().all(promises_not_to_change),
                one => promises_not_to_change(one),
            },
            "Literal" => true,
            _ => promises_not_to_change(&node.value),
        },
        Expr::BinOp(node) => promises_not_to_change(&node.left) && promises_not_to_change(&node.right),
        _ => false,
    }
}

/// Frozen dataclasses, named tuples, enumerations and the like.
pub(super) fn is_immutable_class(file: &File<'_, '_>, class: u32) -> bool {
    let node = file.model.classes[class as usize].node;
    let frozen = node.decorator_list.iter().any(|decorator| {
        let name = match &decorator.expression {
            Expr::Call(call) => last_name(&call.func),
            other => last_name(other),
        };
        let says = matches!(&decorator.expression, Expr::Call(call) if call.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "frozen")
                && matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value)
        }));
        name == "frozen" || says
    });
    let bases = node.arguments.iter().flat_map(|arguments| &arguments.args);
    frozen
        || bases.map(last_name).any(|base| {
            matches!(
                base,
                "NamedTuple"
                    | "Enum"
                    | "IntEnum"
                    | "StrEnum"
                    | "Flag"
                    | "tuple"
                    | "str"
                    | "int"
                    | "frozenset"
                    | "Exception"
            )
        })
}
