//! The mapped classes of a file, read off their class bodies.

use crate::infer::Types;
use crate::model::{BindingKind, Class, Context, Model};
use crate::project::{Mapped, Relation};
use crate::types::{Orm, Type};
use crate::walk::last_name;
use rustpython_ast::{Expr, ExprCall};
use std::sync::Arc;

/// The mapped classes of a file with their relations.
pub fn mapped(model: &Model<'_>) -> Vec<(Arc<str>, Mapped)> {
    (0..)
        .zip(&model.classes)
        .filter_map(|(at, class)| {
            let mapped = read(model, class)?;
            Some((model.class_path(at).into(), mapped))
        })
        .collect()
}

/// The managers and querysets of a file that have bases in view, which may be in other files.
pub fn derived(model: &Model<'_>) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
    // The last part of a path stands in the text.
    let named = |end: &str| memchr::memmem::find(model.text.as_bytes(), end.as_bytes()).is_some();
    if model.classes.is_empty() || !["Manager", "QuerySet"].into_iter().any(named) {
        return Vec::new();
    }
    (0..)
        .zip(&model.classes)
        .filter_map(|(at, class)| {
            let bases = bases(model, class);
            let queries = |base: &Arc<str>| base.ends_with("Manager") || base.ends_with("QuerySet");
            bases.iter().any(queries).then(|| (model.class_path(at).into(), bases))
        })
        .collect()
}

/// The dotted paths of a class's bases.
fn bases(model: &Model<'_>, class: &Class<'_>) -> Vec<Arc<str>> {
    let bases = class.node.arguments.iter().flat_map(|arguments| &arguments.args);
    bases.filter_map(|base| dotted(model, base, class.context)).map(Into::into).collect()
}

fn read(model: &Model<'_>, class: &Class<'_>) -> Option<Mapped> {
    let bases = bases(model, class);
    let mut mapped = Mapped { bases, ..Mapped::default() };
    let mut django = mapped
        .bases
        .iter()
        .any(|base| &**base == "django.db.models.Model" || base.ends_with(".models.Model") && base.contains("django"));
    let mut sqlalchemy = false;
    for (name, bindings) in &model.scopes[class.scope as usize].names {
        for binding in bindings {
            let (value, annotation) = match &model.bindings[*binding as usize].kind {
                BindingKind::Assign(value, annotation) => (Some(*value), *annotation),
                BindingKind::Annotated(annotation) => (None, Some(*annotation)),
                _ => continue,
            };
            if *name == "__tablename__" {
                sqlalchemy = true;
            }
            let call = match value {
                Some(Expr::Call(call)) => Some(call),
                _ => None,
            };
            let maker = call.map_or("", |call| last_name(&call.func));
            match maker {
                "ForeignKey"
                | "OneToOneField"
                | "ManyToManyField"
                | "ParentalKey"
                | "ParentalManyToManyField"
                | "TreeForeignKey" => {
                    let Some(call) = call else { continue };
                    django = true;
                    let target = relation_target(call);
                    let many = maker.contains("ManyToMany");
                    let back = keyword_text(call, "related_name");
                    mapped.relations.insert((*name).into(), Relation { target, many, back, ..Relation::default() });
                }
                "relationship" | "Relationship" | "dynamic_loader" => {
                    let Some(call) = call else { continue };
                    sqlalchemy = true;
                    let (annotated, listed) = annotation.map_or((None, None), mapped_annotation);
                    let target = relation_target(call).or(annotated);
                    let single = keyword(call, "uselist")
                        .is_some_and(|value| matches!(value, Expr::BooleanLiteral(literal) if !literal.value));
                    // Without an annotation the plural tells.
                    let many = !single && listed.unwrap_or_else(|| name.ends_with('s') && !name.ends_with("ss"));
                    let eager = is_eager(call);
                    let back = keyword_text(call, "backref");
                    let back_eager = matches!(keyword(call, "backref"), Some(Expr::Call(back)) if is_eager(back));
                    // The rows of a collection find the row that they were reached from in the session.
                    let of_one = many && keyword(call, "secondary").is_none();
                    let known = back.clone().or_else(|| keyword_text(call, "back_populates")).filter(|_| of_one);
                    mapped.relations.insert((*name).into(), Relation { target, many, eager, back, back_eager, known });
                }
                "Column" | "mapped_column" | "column_property" | "deferred" => {
                    sqlalchemy = true;
                    mapped.columns.insert((*name).into());
                }
                _ if let Some(manager) = call.and_then(|call| manager_class(model, call, class.context)) => {
                    mapped.managers.insert((*name).into(), manager.into());
                }
                _ if maker.ends_with("Field") => {
                    mapped.columns.insert((*name).into());
                }
                "Field" => {
                    mapped.columns.insert((*name).into());
                }
                _ => {
                    if let Some(Expr::Subscript(subscript)) = annotation
                        && last_name(&subscript.value) == "Mapped"
                    {
                        sqlalchemy = true;
                        mapped.columns.insert((*name).into());
                    }
                }
            }
        }
    }
    // SQLModel's tables say so in the class line.
    let table = class
        .node
        .arguments
        .iter()
        .flat_map(|arguments| &arguments.keywords)
        .any(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "table"));
    sqlalchemy |= table;
    mapped.orm = if sqlalchemy { Orm::Sqlalchemy } else { Orm::Django };
    (django || sqlalchemy).then_some(mapped)
}

/// The dotted path that a base class expression leads to, without guessing types.
fn dotted(model: &Model<'_>, expr: &Expr, context: Context) -> Option<String> {
    match expr {
        Expr::Name(name) => match &model.binding(name.id.as_str(), context, u32::MAX)?.kind {
            BindingKind::Import(path) => Some(path.clone()),
            BindingKind::Class(class) => Some(format!("{}.{}", model.module, model.class_path(*class))),
            _ => None,
        },
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(model, &attribute.value, context)?, attribute.attr)),
        Expr::Subscript(subscript) => dotted(model, &subscript.value, context),
        _ => None,
    }
}

/// The class whose methods a manager has: `Shelves.as_manager()`, `Manager.from_queryset(Shelves)()`, `ShelfManager()`.
fn manager_class(model: &Model<'_>, call: &ExprCall, context: Context) -> Option<String> {
    match &*call.func {
        Expr::Attribute(attribute) if attribute.attr.as_str() == "as_manager" => {
            dotted(model, &attribute.value, context)
        }
        Expr::Call(inner) if last_name(&inner.func) == "from_queryset" => {
            dotted(model, inner.arguments.args.first()?, context)
        }
        func if last_name(func).ends_with("Manager") => dotted(model, func, context),
        _ => None,
    }
}

fn keyword<'a>(call: &'a ExprCall, name: &str) -> Option<&'a Expr> {
    call.arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
        .map(|k| &k.value)
}

/// Whether `lazy=` says that a relation of `SQLAlchemy` comes with the row; `lazy=False` does, too.
fn is_eager(call: &ExprCall) -> bool {
    match keyword(call, "lazy") {
        Some(Expr::BooleanLiteral(lazy)) => !lazy.value,
        Some(Expr::StringLiteral(lazy)) => {
            matches!(lazy.value.to_str(), "joined" | "selectin" | "subquery" | "immediate" | "raise" | "noload")
        }
        _ => false,
    }
}

fn keyword_text(call: &ExprCall, name: &str) -> Option<Arc<str>> {
    match keyword(call, name)? {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().into()),
        // backref("name", lazy="...")
        Expr::Call(call) => match call.arguments.args.first()? {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().into()),
            _ => None,
        },
        _ => None,
    }
}

fn relation_target(call: &ExprCall) -> Option<Arc<str>> {
    let first = call.arguments.args.first().or_else(|| keyword(call, "to")).or_else(|| keyword(call, "argument"))?;
    match first {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().into()),
        Expr::Name(name) => Some(name.id.as_str().into()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str().into()),
        Expr::Lambda(lambda) => match &*lambda.body {
            Expr::Name(name) => Some(name.id.as_str().into()),
            _ => None,
        },
        _ => None,
    }
}

/// The class named by `Mapped["Book"]` or `Mapped[list["Book"]]`, and whether it is a series.
fn mapped_annotation(annotation: &Expr) -> (Option<Arc<str>>, Option<bool>) {
    let name = |expr: &Expr| -> Option<Arc<str>> {
        match expr {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().trim_end_matches(" | None").into()),
            Expr::Name(name) => Some(name.id.as_str().into()),
            Expr::BinOp(node) => match &*node.left {
                Expr::Name(name) => Some(name.id.as_str().into()),
                Expr::StringLiteral(literal) => Some(literal.value.to_str().into()),
                _ => None,
            },
            _ => None,
        }
    };
    let Expr::Subscript(outer) = annotation else { return (name(annotation), None) };
    let inner = if last_name(&outer.value) == "Mapped" { &*outer.slice } else { annotation };
    match inner {
        Expr::Subscript(series) => {
            let listed = matches!(
                last_name(&series.value),
                "list" | "List" | "set" | "Set" | "Sequence" | "WriteOnlyMapped" | "DynamicMapped"
            );
            (name(&series.slice), Some(listed))
        }
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            match text.split_once('[') {
                Some((series, of)) => {
                    let listed = matches!(series.to_ascii_lowercase().as_str(), "list" | "set" | "sequence");
                    (Some(of.trim_end_matches(']').trim_matches(['"', '\'']).into()), Some(listed))
                }
                None => (name(inner), Some(false)),
            }
        }
        other => (name(other), Some(false)),
    }
}

impl<'a> Types<'_, 'a> {
    /// A type as another file sees it: indices of this file become dotted paths.
    pub fn exported(&self, of: &Type) -> Type {
        match of {
            Type::Class(class) => Type::Path(self.class_key(*class)),
            Type::Object(class) => Type::Instance(self.class_key(*class)),
            Type::Function(function) | Type::Method(function) => Type::Path(self.function_key(*function).into()),
            Type::Sequence(item) => self.exported(item).series(),
            Type::Mapping(value) => Type::Mapping(Arc::new(self.exported(value))),
            Type::Tuple(items) => Type::Tuple(Arc::new(items.iter().map(|item| self.exported(item)).collect())),
            other => other.clone(),
        }
    }

    /// Attributes of instances and module variables whose types are worth knowing elsewhere.
    pub fn exported_values(&self) -> Vec<(Arc<str>, Type)> {
        let model = self.model;
        let mut found = Vec::new();
        for (at, class) in (0..).zip(&model.classes) {
            let mut names: Vec<&'a str> = class.attributes.iter().map(|(name, _, _)| *name).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let of = self.exported(&self.attribute_of(at, name));
                if crate::project::tells(&of) {
                    found.push((format!("{}.{name}", model.class_path(at)).into(), of));
                }
            }
        }
        let root =
            Context { scope: 0, function: crate::model::NONE, looped: crate::model::NONE, guard: crate::model::NONE };
        for (name, _) in &model.scopes[0].names {
            let imported = model.bindings_of(name, 0).iter().all(|at| {
                matches!(
                    model.bindings[*at as usize].kind,
                    BindingKind::Import(_) | BindingKind::Function(_) | BindingKind::Class(_)
                )
            });
            if imported {
                continue;
            }
            let of = self.exported(&self.name(name, root, u32::MAX));
            if crate::project::tells(&of) && !matches!(of, Type::Payload | Type::Record | Type::Response) {
                found.push(((*name).into(), of));
            }
        }
        found
    }
}
