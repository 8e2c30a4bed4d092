//! What a name stands for: by its binding, by what callers in view pass, or by convention.

use super::{Types, path};
use crate::model::{Binding, BindingKind, Context, FunctionNode, NONE};
use crate::types::{Client, Type};
use crate::walk::last_name;
use rustc_hash::FxHashMap;
use rustpython_ast::Expr;
use std::sync::Arc;

impl<'a> Types<'_, 'a> {
    /// The type of a name used at a place.
    pub fn name(&self, name: &'a str, context: Context, offset: u32) -> Type {
        let Some(binding) = self.model.binding(name, context, offset) else {
            let mut builtins = self.builtins.borrow_mut();
            return Type::Path(builtins.entry(name).or_insert_with(|| format!("builtins.{name}").into()).clone());
        };
        let found = self.bound(&binding.kind, binding.context, name);
        if found.known() && found != Type::None {
            return self.with_earlier_steps(found, name, binding, context, offset);
        }
        // `x = None`, then set in a branch: whichever binding tells something.
        let others = self.model.bindings_of(name, context.scope);
        if others.len() > 1 {
            for other in others.iter().rev().take(8) {
                let other = &self.model.bindings[*other as usize];
                let guess = self.bound(&other.kind, other.context, name);
                if guess.known() && guess != Type::None && guess != Type::Scalar {
                    return guess;
                }
            }
        }
        found
    }

    /// A query that is put together in several steps, some of them in branches, keeps what each step loads.
    fn with_earlier_steps(
        &self,
        found: Type,
        name: &'a str,
        last: &Binding<'a>,
        context: Context,
        offset: u32,
    ) -> Type {
        let (Type::QuerySet(query) | Type::Manager(query) | Type::OrmQuery(query) | Type::Statement(query)) = &found
        else {
            return found;
        };
        let all = self.model.bindings_of(name, context.scope);
        if all.len() < 2 {
            return found;
        }
        let mut loaded = Vec::new();
        let mut everything = query.everything;
        for earlier in all.iter().map(|at| &self.model.bindings[*at as usize]) {
            let of_same = earlier.context.function == last.context.function && earlier.offset < last.offset.min(offset);
            if let (true, BindingKind::Assign(value, _)) = (of_same, &earlier.kind)
                && let Type::QuerySet(step) | Type::Manager(step) | Type::OrmQuery(step) | Type::Statement(step) =
                    self.of(value, earlier.context)
                && step.model == query.model
            {
                loaded.extend(step.loaded.iter().filter(|path| !query.loaded.contains(path)).cloned());
                everything |= step.everything;
            }
        }
        if loaded.is_empty() && everything == query.everything {
            return found;
        }
        let mut found = found;
        if let Type::QuerySet(query) | Type::Manager(query) | Type::OrmQuery(query) | Type::Statement(query) =
            &mut found
        {
            let whole = Arc::make_mut(query);
            whole.loaded.extend(loaded);
            whole.everything = everything;
        }
        found
    }

    fn bound(&self, kind: &BindingKind<'a>, context: Context, name: &'a str) -> Type {
        match kind {
            BindingKind::Import(of) => self.imported(of).or_else(|| self.conventional(name)),
            BindingKind::Assign(value, annotation) => {
                let annotated = annotation.map(|annotation| self.annotation(annotation, context)).unwrap_or_default();
                let called = value.is_call_expr();
                let value = self.of(value, context);
                match annotated {
                    // `session = make_session()`
                    Type::Unknown if value == Type::Unknown && called => self.conventional(name),
                    Type::Sequence(_) | Type::Mapping(_) | Type::Tuple(_) | Type::Unknown => {
                        value.or_else(|| annotated)
                    }
                    annotated => annotated,
                }
            }
            BindingKind::Annotated(annotation) => self.annotation(annotation, context),
            BindingKind::Augmented(_) | BindingKind::Other => Type::Unknown,
            BindingKind::Caught => Type::Scalar,
            BindingKind::Unpack(value, at) => self.of(value, context).part(at),
            BindingKind::Item(source, at) => {
                // The source is evaluated outside the loop that binds the item.
                let outside = self.model.loops.get(context.looped as usize).map_or(context, |looped| {
                    if std::ptr::eq(looped.source, *source) { looped.context } else { context }
                });
                self.of(source, outside).item().part(at)
            }
            BindingKind::With(value) => Self::entered(&self.of(value, context)).or_else(|| self.conventional(name)),
            BindingKind::Parameter(function, position) => self.parameter(*function, *position, name),
            BindingKind::Function(function) => Type::Function(*function),
            BindingKind::Class(class) => Type::Class(*class),
        }
    }

    fn imported(&self, of: &str) -> Type {
        match self.project.value(of) {
            Type::Unknown if of == "django.db.connection" => Type::Client(Client::DbConnection),
            Type::Unknown => path(of),
            known => known,
        }
    }

    fn entered(value: &Type) -> Type {
        match value {
            Type::Client(Client::Engine) => Type::Client(Client::Connection),
            Type::Client(Client::BotoResource) => Type::Client(Client::BotoResource),
            other => other.clone(),
        }
    }

    /// Whether a function's first parameter is the instance or class.
    fn receiver(&self, function: u32, position: u32) -> Option<Type> {
        let this = &self.model.functions[function as usize];
        let def = this.def()?;
        if position != 0 || this.class == NONE {
            return None;
        }
        let decorated =
            |name: &str| def.decorator_list.iter().any(|decorator| last_name(&decorator.expression) == name);
        if decorated("staticmethod") {
            return None;
        }
        let class = decorated("classmethod") || matches!(def.name.as_str(), "__new__" | "__init_subclass__");
        Some(if class { Type::Class(this.class) } else { Type::Object(this.class) })
    }

    fn parameter(&self, function: u32, position: u32, name: &'a str) -> Type {
        if let Some(receiver) = self.receiver(function, position) {
            return receiver;
        }
        let this = &self.model.functions[function as usize];
        let Some(parameters) = this.parameters() else { return Type::Unknown };
        let outside = this.context;
        let Some(parameter) = parameters.iter_source_order().nth(position as usize) else { return Type::Unknown };
        if parameter.is_variadic() {
            return Type::Unknown;
        }
        let mut annotated = Type::Unknown;
        if let Some(annotation) = parameter.annotation() {
            annotated = self.annotation(annotation, outside);
            // Of a row or a series the callers may know what was loaded along; of the rest the annotation says all.
            if annotated.known() && !matches!(annotated, Type::Sequence(_) | Type::Mapping(_) | Type::Row(_)) {
                return annotated;
            }
        }
        let found = self.argument_in_view(function, position, name);
        let fits = match (&annotated, &found) {
            (Type::Row(_), found) => matches!(found, Type::Row(_)),
            _ => true,
        };
        if found.known() && found != Type::None && fits {
            return found;
        }
        if annotated.known() {
            return annotated;
        }
        if let Some(Expr::Call(call)) = parameter.default()
            && matches!(last_name(&call.func), "Depends" | "Security" | "Provide")
            && let Some(provider) = call.arguments.args.first()
        {
            let given = match self.of(provider, outside) {
                Type::Function(provider) => {
                    let this = &self.model.functions[provider as usize];
                    match this.yields.first() {
                        Some((value, context, _)) => self.of(value, *context),
                        None => self.returned(provider),
                    }
                }
                Type::Path(provider) => {
                    self.project.function(&provider).map(|facts| facts.returns.item()).unwrap_or_default()
                }
                _ => Type::Unknown,
            };
            if given.known() {
                return given;
            }
        }
        if parameter.annotation().is_some() && !Self::annotation_is_open(parameter.annotation()) {
            return Type::Unknown;
        }
        self.conventional(name)
    }

    /// Whether an annotation leaves open what the value is, so that the name may tell.
    fn annotation_is_open(annotation: Option<&Expr>) -> bool {
        annotation.is_none_or(|annotation| matches!(last_name(annotation), "Any" | "object"))
    }

    /// What callers in this file pass.
    fn argument_in_view(&self, function: u32, position: u32, name: &str) -> Type {
        let this = &self.model.functions[function as usize];
        if matches!(this.node, FunctionNode::Lambda(_)) {
            return Type::Unknown;
        }
        let calls: Vec<u32> = {
            let mut index = self.calls_by_name.borrow_mut();
            let index = index.get_or_insert_with(|| {
                let mut index: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
                for (at, call) in (0..).zip(&self.model.calls) {
                    index.entry(call.name()).or_default().push(at);
                }
                index
            });
            index.get(this.name).map(|calls| calls.iter().take(4).copied().collect()).unwrap_or_default()
        };
        for call in calls {
            let call = &self.model.calls[call as usize];
            let arguments = &call.node.arguments;
            let bound = this.class != NONE && matches!(&*call.node.func, Expr::Attribute(_));
            // A method of the same name of another class must not tell.
            if bound != (this.class != NONE) {
                continue;
            }
            let place = position as usize - usize::from(bound && position > 0);
            let value = arguments
                .keywords
                .iter()
                .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
                .map(|keyword| &keyword.value)
                .or_else(|| arguments.args.get(place).filter(|_| !arguments.args.iter().any(Expr::is_starred_expr)));
            if let Some(value) = value {
                let found = self.of(value, call.context);
                if found.known() && found != Type::None {
                    return found;
                }
            }
        }
        Type::Unknown
    }

    /// What a name by itself suggests, given the libraries that the file imports.
    pub fn conventional(&self, name: &str) -> Type {
        let has = |package: &str| self.imports.contains(package);
        let sqlalchemy = has("sqlalchemy") || has("flask_sqlalchemy") || has("sqlmodel");
        match name.trim_start_matches('_') {
            "session" | "db_session" | "dbsession" | "async_session" | "sess" => {
                if sqlalchemy {
                    Type::Client(Client::Session)
                } else if has("requests") || has("aiohttp") || has("httpx") {
                    Type::Client(Client::Http)
                } else {
                    Type::Client(Client::SomeSession)
                }
            }
            "db" if has("flask_sqlalchemy") => Type::Client(Client::FlaskSqlalchemy),
            "db" if sqlalchemy => Type::Client(Client::Session),
            "cursor" | "cur" | "curs" => Type::Client(Client::Cursor),
            "conn" | "connection" | "db_conn" => {
                if has("asyncpg") {
                    Type::Client(Client::Asyncpg)
                } else if sqlalchemy {
                    Type::Client(Client::Connection)
                } else {
                    Type::Client(Client::DbConnection)
                }
            }
            "pool" if has("asyncpg") => Type::Client(Client::Asyncpg),
            "redis" | "redis_client" | "redis_conn" => Type::Client(Client::Redis),
            "ec2" | "s3" | "sqs" | "sns" | "ssm" | "iam" | "rds" | "ecs" | "cloudwatch" | "cloudformation"
            | "route53" | "kms" | "lambda_client" | "s3_client" | "ec2_client" | "sqs_client" | "ssm_client"
            | "iam_client" | "logs_client" | "ecr" | "secretsmanager" | "autoscaling" | "elb" | "elbv2"
            | "organizations" | "sts" | "glue" | "athena" | "boto_client"
                if has("boto3") || has("botocore") =>
            {
                Type::Client(Client::Boto)
            }
            "http" | "http_client" | "client" if has("httpx") || has("aiohttp") => Type::Client(Client::Http),
            "response" | "resp" if has("requests") || has("httpx") || has("aiohttp") => Type::Unknown,
            _ => Type::Unknown,
        }
    }
}
