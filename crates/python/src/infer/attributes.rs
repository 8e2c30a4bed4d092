//! What an attribute of a value is.

use super::{Types, joined, path};
use crate::model::{AttributeValue, BindingKind};
use crate::project::FunctionFacts;
use crate::types::{Client, Orm, Query, Type};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::Expr;
use std::sync::Arc;

impl<'a> Types<'_, 'a> {
    #[expect(clippy::too_many_lines, reason = "a table by receiver")]
    pub(super) fn attribute(&self, base: &Type, name: &'a str, node: &'a Expr) -> Type {
        match base {
            Type::Path(of) => {
                if matches!(name, "objects" | "_default_manager" | "_base_manager" | "all_objects")
                    && Self::is_class_name(node)
                {
                    return self.manager(self.model_path(base), name);
                }
                // A manager by another name, of a class in view.
                if self.project.manager(of, name).is_some() {
                    return self.manager(self.model_path(base), name);
                }
                if name == "query"
                    && Self::is_class_name(node)
                    && self.project.function(&format!("{of}.query")).is_none()
                {
                    let model = self.model_path(base);
                    return Type::OrmQuery(Arc::new(Query { orm: Orm::Sqlalchemy, model, ..Query::default() }));
                }
                if &**of == "builtins.db" && name == "session" {
                    return Type::Client(Client::Session);
                }
                if name == "session" && last_name(node) == "db" {
                    return Type::Client(Client::Session);
                }
                if &**of == "flask.request" && matches!(name, "args" | "form" | "json" | "data" | "cookies" | "values")
                {
                    return Type::Payload;
                }
                let member = joined(of, name);
                match self.project.value(&member) {
                    Type::Unknown => path(member),
                    known => known,
                }
            }
            Type::Class(class) => match name {
                "objects" | "_default_manager" | "_base_manager" | "all_objects" => {
                    self.manager(Some(self.class_key(*class)), name)
                }
                _ if self.project.manager(&self.class_key(*class), name).is_some() => {
                    self.manager(Some(self.class_key(*class)), name)
                }
                "query" if self.project.mapped(&self.class_key(*class)).is_some() => {
                    let model = Some(self.class_key(*class));
                    Type::OrmQuery(Arc::new(Query { orm: Orm::Sqlalchemy, model, ..Query::default() }))
                }
                _ => self.member(*class, name, 0),
            },
            Type::Object(class) => {
                self.mapped_attribute(*class, name).or_else(|| self.member(*class, name, 0)).or_else(|| match name {
                    "session" | "db" | "cursor" | "conn" | "connection" | "redis" | "_session" | "_db" | "_conn"
                    | "_redis" => self.conventional(name),
                    _ => Type::Unknown,
                })
            }
            Type::Instance(of) => {
                let key = joined(of, name);
                match self.project.value(&key) {
                    Type::Unknown => match self.project.function(&key) {
                        Some(_) => path(key),
                        None => match name {
                            "session" | "cursor" => self.conventional(name),
                            _ => Type::Unknown,
                        },
                    },
                    known => known,
                }
            }
            Type::Row(query) => self.row_attribute(query, name),
            Type::Client(Client::FlaskSqlalchemy) => match name {
                "session" => Type::Client(Client::Session),
                "engine" => Type::Client(Client::Engine),
                _ => Type::Unknown,
            },
            // `client.shop.orders`; a collection may have a dot in its name.
            Type::Client(Client::MongoDatabase | Client::MongoCollection) => Type::Client(Client::MongoCollection),
            Type::Client(Client::BotoResource) => Type::Client(Client::BotoResource),
            Type::Response => match name {
                "text" | "content" => Type::Raw,
                "status_code" | "ok" | "status" | "headers" => Type::Scalar,
                _ => Type::Unknown,
            },
            Type::Process => match name {
                "stdout" | "stderr" => Type::Raw,
                _ => Type::Scalar,
            },
            Type::FilePath => match name {
                "parent" => Type::FilePath,
                _ => Type::Scalar,
            },
            Type::Unknown => match name {
                "GET" | "POST" | "args" | "form" | "query_params" | "cookies" | "COOKIES" | "json" | "body"
                | "data"
                    if last_name(node) == "request" =>
                {
                    Type::Payload
                }
                "session" if last_name(node) == "db" || matches!(last_name(node), "orm" | "database") => {
                    Type::Client(Client::Session)
                }
                "objects" if Self::is_class_name(node) => Type::Manager(Arc::default()),
                "_default_manager" => Type::Manager(Arc::default()),
                _ => Type::Unknown,
            },
            Type::Scalar | Type::Raw => Type::Scalar,
            _ => Type::Unknown,
        }
    }

    /// A manager of a mapped class: what its own `get_queryset` brings along comes with it.
    fn manager(&self, model: Option<Arc<str>>, name: &str) -> Type {
        let own = model.as_deref().and_then(|model| self.project.manager(model, name));
        let start = own.and_then(|class| match self.class_method(&class, "get_queryset") {
            Type::QuerySet(query) | Type::Manager(query) => Some((*query).clone()),
            _ => None,
        });
        Type::Manager(Arc::new(Query { model, ..start.unwrap_or_default() }))
    }

    /// What a method of a class, given by its dotted path, returns.
    fn class_method(&self, class: &str, name: &str) -> Type {
        match self.method_of(class, name) {
            Some(Ok(method)) => self.returned(method),
            Some(Err(facts)) => facts.returns.clone(),
            None => Type::Unknown,
        }
    }

    /// A method of a class given by its dotted path: of this file, or the facts of another file's.
    pub fn method_of(&self, class: &str, name: &str) -> Option<Result<u32, Arc<FunctionFacts>>> {
        let here = class.strip_prefix(self.model.module.as_str()).and_then(|rest| rest.strip_prefix('.'));
        if let Some(here) = here
            && let Some((at, _)) = (0..)
                .zip(&self.model.classes)
                .find(|(at, of)| here.ends_with(of.name) && self.model.class_path(*at) == here)
        {
            return match self.member(at, name, 0) {
                Type::Method(method) => Some(Ok(method)),
                Type::Path(path) => self.project.function(&path).cloned().map(Err),
                _ => self.model.method(at, name).map(Ok),
            };
        }
        self.project.method(class, name).cloned().map(Err)
    }

    /// A method of the project's own manager or queryset of a mapped class.
    pub fn manager_method(&self, query: &Query, name: &str) -> Option<Result<u32, Arc<FunctionFacts>>> {
        let class = self.project.manager(query.model.as_ref()?, "objects")?;
        self.method_of(&class, name)
    }

    /// What the `get_queryset` of a manager's bases, here or in other files, brings along.
    pub(super) fn queries_of_bases(&self, class: u32) -> Arc<Query> {
        let this = &self.model.classes[class as usize];
        let bases = this.node.arguments.iter().flat_map(|arguments| &arguments.args);
        let given = bases.into_iter().find_map(|base| {
            let of = match self.of(base, this.context) {
                Type::Class(base) if base != class => match self.member(base, "get_queryset", 0) {
                    Type::Method(method) => self.returned(method),
                    _ => Type::Unknown,
                },
                Type::Path(base) => self.class_method(&base, "get_queryset"),
                _ => Type::Unknown,
            };
            match of {
                Type::QuerySet(query) | Type::Manager(query) => Some(query),
                _ => None,
            }
        });
        given.unwrap_or_default()
    }

    /// Whether a class of this file is a manager or queryset of Django.
    pub(super) fn is_query_class(&self, class: u32, depth: u32) -> bool {
        let bases = self.model.classes[class as usize].node.arguments.iter().flat_map(|arguments| &arguments.args);
        bases.into_iter().any(|base| {
            let base = match base {
                Expr::Subscript(node) => &node.value,
                Expr::Call(call) if last_name(&call.func) == "from_queryset" => return true,
                other => other,
            };
            let name = last_name(base);
            name.ends_with("QuerySet")
                || name.ends_with("Manager") && self.imports.contains("django") && !name.ends_with("ContextManager")
                || depth < 8
                    && matches!(self.of_base(base, class), Type::Class(base) if base != class && self.is_query_class(base, depth + 1))
        })
    }

    fn of_base(&self, base: &Expr, class: u32) -> Type {
        let Expr::Name(name) = base else { return Type::Unknown };
        match self.model.binding(name.id.as_str(), self.model.classes[class as usize].context, name.start().to_u32()) {
            Some(binding) => match binding.kind {
                BindingKind::Class(class) => Type::Class(class),
                _ => Type::Unknown,
            },
            None => Type::Unknown,
        }
    }

    fn is_class_name(node: &Expr) -> bool {
        let name = match node {
            // `get_user_model()`, `apps.get_model(...)`, `content_type.model_class()`
            Expr::Call(call) => last_name(&call.func),
            other => last_name(other),
        };
        name.starts_with(|first: char| first.is_ascii_uppercase())
            || matches!(name, "model" | "klass" | "__class__")
            || name.ends_with("_model")
            || name.ends_with("_class")
            || name.ends_with("_cls")
    }

    /// The row that a value is: also `self` in a mapped class, of which nobody knows what was loaded along.
    pub fn row(&self, of: &Type) -> Option<Arc<Query>> {
        match of {
            Type::Row(query) => Some(query.clone()),
            Type::Object(class) => match self.object(*class) {
                Type::Row(query) => Some(query),
                _ => None,
            },
            _ => None,
        }
    }

    /// A relation or column of `self` in a mapped class.
    fn mapped_attribute(&self, class: u32, name: &str) -> Type {
        let Some(row) = self.row(&Type::Object(class)) else { return Type::Unknown };
        let known = row
            .model
            .as_ref()
            .is_some_and(|model| self.project.relation(model, name).is_some() || self.project.is_column(model, name));
        if known { self.row_attribute(&row, name) } else { Type::Unknown }
    }

    fn row_attribute(&self, query: &Arc<Query>, name: &str) -> Type {
        let Some(model) = &query.model else { return Type::Field(query.clone(), name.into()) };
        if self.project.mapped(model).is_none() {
            return Type::Field(query.clone(), name.into());
        }
        if let Some(relation) = self.project.relation(model, name) {
            let target = relation.target.as_deref().map(|target| {
                self.project.mapped_target(target).map_or_else(|| Arc::from(target), |(path, _)| path.into())
            });
            let loaded = query.loads(name) || relation.eager;
            let mut behind = Query { fetched: loaded, ..query.behind(name, target) };
            behind.loaded.extend(relation.known.as_deref().map(str::to_owned));
            behind.everything = query.everything && !relation.many;
            return match (relation.many, query.orm) {
                (true, Orm::Django) => Type::Manager(Arc::new(behind)),
                (true, Orm::Sqlalchemy) => Type::Row(Arc::new(behind)).series(),
                (false, _) => Type::Row(Arc::new(behind)),
            };
        }
        if self.project.is_column(model, name) {
            return Type::Scalar;
        }
        let member = format!("{model}.{name}");
        match self.project.value(&member) {
            Type::Unknown => match self.project.function(&member) {
                Some(_) => path(member),
                None => Type::Unknown,
            },
            known => known,
        }
    }

    /// A member of a class of this file or of its bases: a method, a property's value, an attribute.
    fn member(&self, class: u32, name: &str, depth: u32) -> Type {
        if let Some(method) = self.model.method(class, name) {
            let property = self.model.functions[method as usize].def().is_some_and(|def| {
                def.decorator_list.iter().any(|decorator| {
                    matches!(last_name(&decorator.expression), "property" | "cached_property" | "hybrid_property")
                })
            });
            return if property { self.returned(method) } else { Type::Method(method) };
        }
        let this = &self.model.classes[class as usize];
        let mut annotated = Type::Unknown;
        for (attribute, value, context) in &this.attributes {
            if *attribute == name {
                let found = match value {
                    AttributeValue::Value(value) => self.of(value, *context),
                    AttributeValue::Annotation(annotation) => self.annotation(annotation, *context),
                };
                if found.known() && found != Type::None {
                    return found;
                }
                annotated = annotated.or_else(|| found);
            }
        }
        if let Some(bindings) = self.model.scopes[this.scope as usize].names.get(name) {
            for binding in bindings.iter().rev() {
                let binding = &self.model.bindings[*binding as usize];
                let found = match &binding.kind {
                    BindingKind::Annotated(annotation) => self.annotation(annotation, binding.context),
                    BindingKind::Assign(value, annotation) => annotation
                        .map(|annotation| self.annotation(annotation, binding.context))
                        .unwrap_or_default()
                        .or_else(|| self.of(value, binding.context)),
                    _ => Type::Unknown,
                };
                if found.known() && found != Type::None {
                    return found;
                }
            }
        }
        let inherited = if depth < 8 { self.inherited(class, name, depth) } else { Type::Unknown };
        if inherited.known() { inherited } else { annotated }
    }

    /// A member that a class of this file has from its bases, here or in other files.
    pub(super) fn inherited(&self, class: u32, name: &str, depth: u32) -> Type {
        let this = &self.model.classes[class as usize];
        for base in this.node.arguments.iter().flat_map(|arguments| &arguments.args) {
            let found = match self.of(base, this.context) {
                Type::Class(base) if base != class => self.member(base, name, depth + 1),
                Type::Path(_) if !self.project.knows(name) => Type::Unknown,
                Type::Path(base) => {
                    let key = joined(&base, name);
                    match self.project.value(&key) {
                        Type::Unknown if self.project.function(&key).is_some() => path(key),
                        known => known,
                    }
                }
                _ => Type::Unknown,
            };
            if found.known() {
                return found;
            }
        }
        Type::Unknown
    }

    /// The type of an attribute of a class of this file.
    pub fn attribute_of(&self, class: u32, name: &str) -> Type {
        self.member(class, name, 0)
    }
}
