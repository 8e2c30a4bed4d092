//! What annotations and classes say: the type of an instance, the dotted path of a class.

use super::{Types, joined, path};
use crate::library;
use crate::model::{BindingKind, Context};
use crate::types::{Client, Orm, Query, Type};
use crate::walk::last_name;
use rustpython_ast::Expr;
use std::sync::Arc;

impl<'a> Types<'_, 'a> {
    /// The type that an annotation names.
    pub fn annotation(&self, annotation: &'a Expr, context: Context) -> Type {
        match annotation {
            Expr::Name(_) | Expr::Attribute(_) => {
                self.class_instance(&self.of(annotation, context), last_name(annotation))
            }
            Expr::StringLiteral(literal) => {
                // A quoted annotation: its first dotted name tells enough.
                let text = literal.value.to_str();
                let name = text.trim_start_matches("Optional[").split(['[', ']', '|', ' ']).next().unwrap_or(text);
                let (first, rest) = name.split_once('.').unwrap_or((name, ""));
                let Some(binding) = self.model.binding(first, Context { scope: 0, ..context }, u32::MAX) else {
                    return Type::Unknown;
                };
                let base = match &binding.kind {
                    BindingKind::Import(of) if rest.is_empty() => path(of.as_str()),
                    BindingKind::Import(of) => path(format!("{of}.{rest}")),
                    BindingKind::Class(class) => Type::Class(*class),
                    _ => Type::Unknown,
                };
                self.class_instance(&base, name.rsplit('.').next().unwrap_or(name))
            }
            Expr::BinOp(node) => self.annotation(&node.left, context).or_else(|| self.annotation(&node.right, context)),
            Expr::NoneLiteral(_) => Type::None,
            Expr::Subscript(node) => {
                let first = match &*node.slice {
                    Expr::Tuple(tuple) => tuple.elts.first(),
                    one => Some(one),
                };
                let Some(first) = first else { return Type::Unknown };
                match last_name(&node.value) {
                    "Optional" | "Annotated" | "Awaitable" | "Final" | "ClassVar" | "Mapped" | "Required" => {
                        self.annotation(first, context)
                    }
                    "list" | "List" | "set" | "Set" | "Sequence" | "Iterable" | "Iterator" | "Collection"
                    | "AsyncIterator" | "AsyncIterable" | "frozenset" | "deque" | "Generator" | "AsyncGenerator"
                    | "MutableSequence" => self.annotation(first, context).series(),
                    "QuerySet" | "BaseQuerySet" => {
                        let model = self.model_path(&self.of(first, context));
                        Type::QuerySet(Arc::new(Query { model, ..Query::default() }))
                    }
                    "dict" | "Dict" | "Mapping" | "MutableMapping" | "defaultdict" => {
                        let value = match &*node.slice {
                            Expr::Tuple(tuple) => tuple.elts.get(1).map(|value| self.annotation(value, context)),
                            _ => None,
                        };
                        Type::Mapping(Arc::new(value.unwrap_or_default()))
                    }
                    "tuple" | "Tuple" => match &*node.slice {
                        Expr::Tuple(tuple) if !tuple.elts.iter().any(Expr::is_ellipsis_literal_expr) => Type::Tuple(
                            Arc::new(tuple.elts.iter().map(|element| self.annotation(element, context)).collect()),
                        ),
                        _ => self.annotation(first, context).series(),
                    },
                    "Redis" => Type::Client(Client::Redis),
                    "sessionmaker" | "async_sessionmaker" => Type::Factory(Client::Session),
                    _ => self.annotation(&node.value, context),
                }
            }
            _ => Type::Unknown,
        }
    }

    /// An instance of a class.
    pub(super) fn class_instance(&self, class: &Type, name: &str) -> Type {
        match class {
            Type::Class(class) => self.object(*class),
            Type::Path(of) => {
                let known = library::instance(of);
                if known.known() {
                    return known;
                }
                if let Some(mapped) = self.project.mapped(of) {
                    let model = self.project.mapped_path(of).map(Into::into);
                    return Type::Row(Arc::new(Query { orm: mapped.orm, model, assumed: true, ..Query::default() }));
                }
                if Self::looks_mapped(of) {
                    let orm = self.likely_orm();
                    return Type::Row(Arc::new(Query {
                        orm,
                        model: Some(of.clone()),
                        assumed: true,
                        ..Query::default()
                    }));
                }
                match name {
                    "QuerySet" => Type::QuerySet(Arc::default()),
                    "SessionDep" | "DbSession" | "DBSession" | "AsyncSessionDep" | "DbSessionDep" | "AsyncSession" => {
                        Type::Client(Client::Session)
                    }
                    "HttpRequest" | "Any" | "object" => Type::Unknown,
                    _ if &**of == "builtins.None" => Type::None,
                    _ => Type::Instance(of.clone()),
                }
            }
            // An alias of an annotation that was itself understood: `SessionDep = Annotated[Session, ...]`.
            Type::Client(_) | Type::Row(_) | Type::QuerySet(_) => class.clone(),
            _ => Type::Unknown,
        }
    }

    /// Whether an imported name is most likely a mapped class: a class name from a module called `models`.
    fn looks_mapped(of: &str) -> bool {
        let mut parts = of.rsplit('.');
        let name = parts.next().unwrap_or_default();
        let camel =
            name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().any(|c| c.is_ascii_lowercase());
        camel
            && !name.ends_with("Error")
            && parts.any(|part| matches!(part, "models" | "model" | "orm" | "entities" | "tables"))
            && !matches!(of.split('.').next(), Some("django" | "sqlalchemy" | "rest_framework" | "pydantic"))
    }

    fn likely_orm(&self) -> Orm {
        let sqlalchemy =
            ["sqlalchemy", "flask_sqlalchemy", "sqlmodel"].iter().any(|package| self.imports.contains(package));
        if sqlalchemy { Orm::Sqlalchemy } else { Orm::Django }
    }

    /// An instance of a class of this file; of a mapped one, a row.
    pub fn object(&self, class: u32) -> Type {
        let of = self.class_key(class);
        match self.project.mapped(&of) {
            Some(mapped) => {
                Type::Row(Arc::new(Query { orm: mapped.orm, model: Some(of), assumed: true, ..Query::default() }))
            }
            None => Type::Object(class),
        }
    }

    /// The dotted path of a class of this file.
    pub fn class_key(&self, class: u32) -> Arc<str> {
        let mut keys = self.class_keys.borrow_mut();
        let key = || {
            let mut key = joined(&self.model.module, "");
            self.model.push_class_path(class, &mut key);
            key.into()
        };
        keys.entry(class).or_insert_with(key).clone()
    }

    /// The dotted path of a function of this file.
    pub fn function_key(&self, function: u32) -> String {
        joined(&self.model.module, &self.model.function_path(function))
    }

    /// The mapped class that a type names, if it is a class at all.
    pub fn model_path(&self, class: &Type) -> Option<Arc<str>> {
        match class {
            Type::Class(class) => Some(self.class_key(*class)),
            Type::Path(of) => Some(self.project.mapped_path(of).map_or_else(|| of.clone(), Into::into)),
            _ => None,
        }
    }
}
