//! Guesses the types of expressions of one file, with what the project knows of others.
#![expect(clippy::match_same_arms, reason = "tables by receiver read better than tables by result")]

use crate::library;
use crate::model::{AttributeValue, BindingKind, Context, FunctionNode, LoopKind, Model, NONE};
use crate::project::{FunctionFacts, Project};
use crate::types::{Client, Orm, Query, Type};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_ast::{Expr, ExprCall, Number, Operator};
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

/// How deep a guess may go; chains in real code are much shorter.
const MAX_DEPTH: u32 = 40;

/// The guesses for one file.
pub struct Types<'m, 'a> {
    /// The file.
    pub model: &'m Model<'a>,
    /// What is known of other files.
    pub project: &'m Project,
    /// Top-level packages that the file imports.
    pub imports: FxHashSet<&'m str>,
    known: RefCell<FxHashMap<usize, Type>>,
    returns: RefCell<FxHashMap<u32, Type>>,
    /// Loop and scope that a clause of a comprehension opens, by its source.
    comprehensions: OnceCell<FxHashMap<usize, (u32, u32)>>,
    calls_by_name: RefCell<Option<FxHashMap<&'a str, Vec<u32>>>>,
    /// Paths of built-in names, which most files use again and again.
    builtins: RefCell<FxHashMap<&'a str, Arc<str>>>,
    depth: Cell<u32>,
}

fn path(text: impl Into<Arc<str>>) -> Type {
    Type::Path(text.into())
}

impl<'m, 'a> Types<'m, 'a> {
    /// Prepares guessing for a file.
    pub fn new(model: &'m Model<'a>, project: &'m Project) -> Self {
        let imports = model
            .bindings
            .iter()
            .filter_map(|binding| match &binding.kind {
                BindingKind::Import(path) => Some(path.split('.').next().unwrap_or(path)),
                _ => None,
            })
            .collect();
        Self {
            model,
            project,
            imports,
            known: RefCell::default(),
            returns: RefCell::default(),
            comprehensions: OnceCell::new(),
            calls_by_name: RefCell::default(),
            builtins: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// The type of an expression.
    pub fn of(&self, expr: &'a Expr, context: Context) -> Type {
        match expr {
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::FString(_)
            | Expr::Compare(_) => return Type::Scalar,
            Expr::NoneLiteral(_) => return Type::None,
            _ => {}
        }
        let key = std::ptr::from_ref(expr).addr();
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        if self.depth.get() >= MAX_DEPTH {
            return Type::Unknown;
        }
        // While it is being found out the type is unknown, which ends recursion.
        self.known.borrow_mut().insert(key, Type::Unknown);
        self.depth.set(self.depth.get() + 1);
        let found = self.find(expr, context);
        self.depth.set(self.depth.get() - 1);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn find(&self, expr: &'a Expr, context: Context) -> Type {
        match expr {
            Expr::Name(name) => self.name(name.id.as_str(), context, name.start().to_u32()),
            Expr::Attribute(attribute) => {
                let base = self.of(&attribute.value, context);
                self.attribute(&base, attribute.attr.as_str(), &attribute.value)
            }
            Expr::Call(call) => self.call(call, context),
            Expr::Await(node) => self.of(&node.value, context),
            Expr::Named(node) => self.of(&node.value, context),
            Expr::Starred(node) => self.of(&node.value, context),
            Expr::Subscript(node) => {
                let base = self.of(&node.value, context);
                let slice = matches!(&*node.slice, Expr::Slice(_));
                match &base {
                    Type::Path(of) if of.ends_with(".Annotated") || of.ends_with(".Optional") => {
                        self.annotation(expr, context)
                    }
                    _ if slice => base,
                    Type::Payload => Type::Payload,
                    // What this project stored itself comes back as it was.
                    Type::Record => Type::Scalar,
                    Type::Mapping(value) => (**value).clone(),
                    Type::Tuple(items) => match &*node.slice {
                        Expr::NumberLiteral(literal) => match &literal.value {
                            Number::Int(int) => {
                                int.as_usize().and_then(|at| items.get(at).cloned()).unwrap_or_default()
                            }
                            _ => Type::Unknown,
                        },
                        _ => Type::Unknown,
                    },
                    Type::Path(of) if &**of == "sys.argv" => Type::Raw,
                    // `client["shop"]["orders"]`: a client counts as a database.
                    Type::Client(Client::MongoDatabase | Client::MongoCollection) => {
                        Type::Client(Client::MongoCollection)
                    }
                    other => other.item(),
                }
            }
            Expr::BoolOp(node) => node
                .values
                .iter()
                .map(|value| self.of(value, context))
                .fold(Type::Unknown, |found, next| found.or_else(|| next)),
            Expr::If(node) => self.of(&node.body, context).or_else(|| self.of(&node.orelse, context)),
            Expr::BinOp(node) => {
                let left = self.of(&node.left, context);
                match (&left, node.op) {
                    (Type::FilePath, Operator::Div) => Type::FilePath,
                    (Type::Sequence(_) | Type::QuerySet(_), _) => left,
                    (Type::Scalar, _) => Type::Scalar,
                    _ => match self.of(&node.right, context) {
                        Type::Scalar => Type::Scalar,
                        _ => Type::Unknown,
                    },
                }
            }
            Expr::Tuple(node) => {
                Type::Tuple(Arc::new(node.elts.iter().map(|element| self.of(element, context)).collect()))
            }
            Expr::List(node) => self.literal(&node.elts, context),
            Expr::Set(node) => self.literal(&node.elts, context),
            Expr::Dict(node) => {
                let value = node.items.first().map(|item| self.of(&item.value, context)).unwrap_or_default();
                Type::Mapping(Arc::new(value))
            }
            Expr::ListComp(node) => self.element(&node.elt, &node.generators).series(),
            Expr::SetComp(node) => self.element(&node.elt, &node.generators).series(),
            Expr::Generator(node) => self.element(&node.elt, &node.generators).series(),
            Expr::DictComp(node) => Type::Mapping(Arc::new(self.element(&node.value, &node.generators))),
            Expr::UnaryOp(_) => Type::Scalar,
            _ => Type::Unknown,
        }
    }

    fn literal(&self, elements: &'a [Expr], context: Context) -> Type {
        elements.first().map(|element| self.of(element, context)).unwrap_or_default().series()
    }

    /// The element of a comprehension, in the scope that its last generator opened.
    fn element(&self, element: &'a Expr, generators: &'a [rustpython_ast::Comprehension]) -> Type {
        let Some(last) = generators.last() else { return Type::Unknown };
        let source = std::ptr::from_ref(&last.iter).addr();
        let comprehensions = self.comprehensions.get_or_init(|| {
            (0..)
                .zip(&self.model.loops)
                .filter(|(_, looped)| looped.kind == LoopKind::Comprehension)
                .map(|(at, looped)| (std::ptr::from_ref(looped.source).addr(), (at, looped.scope)))
                .collect()
        });
        let Some((at, scope)) = comprehensions.get(&source).copied() else { return Type::Unknown };
        let looped = &self.model.loops[at as usize];
        self.of(element, Context { scope, looped: at, ..looped.context })
    }

    /// The type of a name used at a place.
    pub fn name(&self, name: &'a str, context: Context, offset: u32) -> Type {
        let Some(binding) = self.model.binding(name, context, offset) else {
            let mut builtins = self.builtins.borrow_mut();
            return Type::Path(builtins.entry(name).or_insert_with(|| format!("builtins.{name}").into()).clone());
        };
        let found = self.bound(&binding.kind, binding.context, name);
        if found.known() && found != Type::None {
            return found;
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
    fn class_instance(&self, class: &Type, name: &str) -> Type {
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
            Some(mapped) => Type::Row(Arc::new(Query {
                orm: mapped.orm,
                model: Some(of.into()),
                assumed: true,
                ..Query::default()
            })),
            None => Type::Object(class),
        }
    }

    /// The dotted path of a class of this file.
    pub fn class_key(&self, class: u32) -> String {
        format!("{}.{}", self.model.module, self.model.class_path(class))
    }

    /// The dotted path of a function of this file.
    pub fn function_key(&self, function: u32) -> String {
        format!("{}.{}", self.model.module, self.model.function_path(function))
    }

    /// The mapped class that a type names, if it is a class at all.
    pub fn model_path(&self, class: &Type) -> Option<Arc<str>> {
        match class {
            Type::Class(class) => Some(self.class_key(*class).into()),
            Type::Path(of) => Some(self.project.mapped_path(of).map_or_else(|| of.clone(), Into::into)),
            _ => None,
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table by receiver")]
    fn attribute(&self, base: &Type, name: &'a str, node: &'a Expr) -> Type {
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
                match self.project.value(&format!("{of}.{name}")) {
                    Type::Unknown => path(format!("{of}.{name}")),
                    known => known,
                }
            }
            Type::Class(class) => match name {
                "objects" | "_default_manager" | "_base_manager" | "all_objects" => {
                    self.manager(Some(self.class_key(*class).into()), name)
                }
                _ if self.project.manager(&self.class_key(*class), name).is_some() => {
                    self.manager(Some(self.class_key(*class).into()), name)
                }
                "query" if self.project.mapped(&self.class_key(*class)).is_some() => {
                    let model = Some(self.class_key(*class).into());
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
                let key = format!("{of}.{name}");
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
        self.project.function(&format!("{class}.{name}")).cloned().map(Err)
    }

    /// A method of the project's own manager or queryset of a mapped class.
    pub fn manager_method(&self, query: &Query, name: &str) -> Option<Result<u32, Arc<FunctionFacts>>> {
        let class = self.project.manager(query.model.as_ref()?, "objects")?;
        self.method_of(&class, name)
    }

    /// Whether a class of this file is a manager or queryset of Django.
    fn is_query_class(&self, class: u32, depth: u32) -> bool {
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
        if depth < 8
            && let Some(arguments) = &this.node.arguments
        {
            for base in &arguments.args {
                let found = match self.of(base, this.context) {
                    Type::Class(base) if base != class => self.member(base, name, depth + 1),
                    Type::Path(base) => {
                        let key = format!("{base}.{name}");
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
        }
        annotated
    }

    /// The type of an attribute of a class of this file.
    pub fn attribute_of(&self, class: u32, name: &str) -> Type {
        self.member(class, name, 0)
    }

    /// What calling a function of this file gives.
    pub fn returned(&self, function: u32) -> Type {
        if let Some(known) = self.returns.borrow().get(&function) {
            return known.clone();
        }
        self.returns.borrow_mut().insert(function, Type::Unknown);
        let this = &self.model.functions[function as usize];
        let found = if this.generator {
            let item = this.yields.iter().fold(Type::Unknown, |found, (value, context, from)| {
                found.or_else(|| {
                    let value = self.of(value, *context);
                    if *from { value.item() } else { value }
                })
            });
            let managed = this.def().is_some_and(|def| {
                def.decorator_list.iter().any(|decorator| last_name(&decorator.expression).ends_with("contextmanager"))
            });
            if managed { item } else { item.series() }
        } else {
            this.returns
                .iter()
                .fold(Type::Unknown, |found, (value, context)| found.or_else(|| self.of(value, *context)))
        };
        let annotated = this
            .def()
            .and_then(|def| def.returns.as_deref())
            .map(|annotation| self.annotation(annotation, this.context))
            .unwrap_or_default();
        // What the body shows is more exact about queries than the annotation.
        let found = found.or_else(|| annotated);
        self.returns.borrow_mut().insert(function, found.clone());
        found
    }

    /// The type of a call's result.
    pub fn call(&self, call: &'a ExprCall, context: Context) -> Type {
        let first = || call.arguments.args.first().map(|first| self.of(first, context)).unwrap_or_default();
        if let Expr::Attribute(attribute) = &*call.func {
            let base = self.of(&attribute.value, context);
            let found = self.method_call(&base, attribute.attr.as_str(), call, context);
            if found.known() {
                return found;
            }
        }
        match self.of(&call.func, context) {
            Type::Function(function) | Type::Method(function) => self.returned(function),
            Type::Class(class) => match self.object(class) {
                Type::Row(query) => Type::Row(Arc::new(Query { new: true, ..(*query).clone() })),
                other => other,
            },
            Type::Factory(client) => Type::Client(client),
            Type::Client(Client::Session) => Type::Client(Client::Session),
            Type::Path(of) => self.path_call(&of, call, context, &first),
            _ => Type::Unknown,
        }
    }

    fn path_call(&self, of: &Arc<str>, call: &'a ExprCall, context: Context, first: &dyn Fn() -> Type) -> Type {
        let built_in = of.strip_prefix("builtins.");
        match built_in.unwrap_or(of) {
            "list"
            | "set"
            | "tuple"
            | "sorted"
            | "reversed"
            | "frozenset"
            | "iter"
            | "collections.deque"
            | "itertools.islice"
            | "itertools.chain.from_iterable"
            | "filter"
            | "tqdm.tqdm"
            | "tqdm.auto.tqdm" => {
                let place = usize::from(of.ends_with(".filter") && built_in.is_some());
                let item = match call.arguments.args.get(place) {
                    Some(argument) => self.of(argument, context).item(),
                    None => Type::Unknown,
                };
                return item.series();
            }
            "itertools.chain" => return first().item().series(),
            "enumerate" => {
                return Type::Tuple(Arc::new(vec![Type::Scalar, first().item()])).series();
            }
            "zip" | "itertools.zip_longest" | "itertools.product" => {
                let items = call.arguments.args.iter().map(|argument| self.of(argument, context).item()).collect();
                return Type::Tuple(Arc::new(items)).series();
            }
            "next" => return first().item(),
            "super" => {
                let class = self
                    .model
                    .functions
                    .get(context.function as usize)
                    .map(|_| self.model.enclosing_class(context.function));
                return match class {
                    Some(class) if class != NONE && self.is_query_class(class, 0) => Type::Manager(Arc::default()),
                    _ => Type::Unknown,
                };
            }
            "min" | "max" => return first().item(),
            "len" | "sum" | "str" | "int" | "float" | "bool" | "repr" | "abs" | "round" | "hash" | "id" | "any"
            | "all" | "range" | "isinstance" | "getattr" | "hasattr" | "ord" | "chr" | "bytes" | "print" | "format" => {
                return if of.ends_with("getattr") { Type::Unknown } else { Type::Scalar };
            }
            "dict" | "collections.defaultdict" | "collections.OrderedDict" => return Type::Mapping(Arc::default()),
            "copy.copy" | "copy.deepcopy" | "asyncio.wait_for" | "asyncio.shield" | "contextlib.closing" => {
                return first();
            }
            "django.shortcuts.get_object_or_404" | "django.shortcuts.get_list_or_404" => {
                let query = match first() {
                    Type::QuerySet(query) | Type::Manager(query) => query,
                    class => Arc::new(Query { model: self.model_path(&class), ..Query::default() }),
                };
                return if of.ends_with("get_list_or_404") { Type::Row(query).series() } else { Type::Row(query) };
            }
            "sqlalchemy.select"
            | "sqlalchemy.future.select"
            | "sqlmodel.select"
            | "sqlalchemy.sql.select"
            | "sqlalchemy.sql.expression.select" => return Type::Statement(Arc::new(self.selected(call, context))),
            _ => {}
        }
        let known = library::call(of);
        if known.known() {
            return known;
        }
        if let Some(facts) = self.project.function(of)
            && facts.returns.known()
        {
            return facts.returns.clone();
        }
        match self.class_instance(&Type::Path(of.clone()), of.rsplit('.').next().unwrap_or(of)) {
            Type::Row(query) => Type::Row(Arc::new(Query { new: true, ..(*query).clone() })),
            Type::Instance(class)
                if !class.rsplit('.').next().is_some_and(|name| name.starts_with(char::is_uppercase)) =>
            {
                Type::Unknown
            }
            other => other,
        }
    }

    /// The query that `select(...)` or `session.query(...)` with these arguments makes.
    fn selected(&self, call: &'a ExprCall, context: Context) -> Query {
        let mut entities = call.arguments.args.iter().map(|argument| match argument {
            Expr::Name(_) | Expr::Attribute(_) => match self.of(argument, context) {
                class @ (Type::Class(_) | Type::Path(_)) => {
                    // `Loan` is an entity, `Loan.id` a column.
                    let entity = last_name(argument).starts_with(char::is_uppercase);
                    if entity { self.model_path(&class) } else { None }
                }
                _ => None,
            },
            _ => None,
        });
        let model = entities.next().flatten();
        let others: Vec<_> = entities.collect();
        let values = model.is_none() && others.iter().all(Option::is_none);
        Query { orm: Orm::Sqlalchemy, model, others, values, ..Query::default() }
    }

    #[expect(clippy::too_many_lines, reason = "a table of library methods")]
    fn method_call(&self, base: &Type, name: &str, call: &'a ExprCall, context: Context) -> Type {
        let first = || call.arguments.args.first();
        match base {
            Type::Manager(query) | Type::QuerySet(query) => {
                if library::LAZY.contains(&name) {
                    return Type::QuerySet(Arc::new(self.refined(query, name, call, context)));
                }
                if library::ONE.contains(&name) {
                    let new = Query { fetched: false, ..(**query).clone() };
                    return match name {
                        _ if !query.values => Type::Row(Arc::new(new)),
                        // These raise if there is no row, the others give `None`.
                        "get" | "aget" | "earliest" | "latest" | "aearliest" | "alatest" => {
                            Type::Mapping(Arc::new(Type::Scalar))
                        }
                        _ => Type::Record,
                    };
                }
                match name {
                    "get_queryset" | "get_query_set" => Type::QuerySet(query.clone()),
                    "get_or_create" | "update_or_create" => {
                        Type::Tuple(Arc::new(vec![Type::Row(query.clone()), Type::Scalar]))
                    }
                    "count" | "exists" | "update" | "delete" => Type::Scalar,
                    "aggregate" => Type::Mapping(Arc::new(Type::Scalar)),
                    "in_bulk" => Type::Mapping(Arc::new(Type::Row(query.clone()))),
                    "bulk_create" => Type::Row(query.clone()).series(),
                    // A method of a manager of the project's own: most give a queryset.
                    _ => {
                        let returned = match self.manager_method(query, name) {
                            Some(Ok(method)) => self.returned(method),
                            Some(Err(facts)) => facts.returns.clone(),
                            None => Type::Unknown,
                        };
                        match returned {
                            Type::QuerySet(own) | Type::Manager(own) => Type::QuerySet(Arc::new(own.after(query))),
                            Type::Row(own) if own.model.is_none() => Type::Row(Arc::new(own.after(query))),
                            known @ (Type::Scalar | Type::Row(_) | Type::Sequence(_) | Type::Mapping(_)) => known,
                            _ => Type::QuerySet(Arc::new(Query {
                                fetched: false,
                                everything: true,
                                ..(**query).clone()
                            })),
                        }
                    }
                }
            }
            Type::Field(query, field) => match name {
                // Only a related manager has these.
                "all" | "filter" | "exclude" | "order_by" | "values_list" | "values" | "select_related"
                | "prefetch_related" | "annotate"
                    if query.orm == Orm::Django && !query.values =>
                {
                    let fetched = query.loads(field);
                    let mut manager = Query { fetched, ..query.behind(field, None) };
                    // The rows know the row that they were reached from, most likely by the name of its class.
                    let class = query.model.as_deref().and_then(|model| model.rsplit('.').next());
                    manager.loaded.extend(class.map(str::to_lowercase));
                    Type::QuerySet(Arc::new(self.refined(&manager, name, call, context)))
                }
                "first" | "last" | "get" if query.orm == Orm::Django && name != "get" => {
                    Type::Row(Arc::new(query.behind(field, None)))
                }
                _ => Type::Unknown,
            },
            Type::Statement(query) => match name {
                "options" => Type::Statement(Arc::new(self.with_options(query, call, context))),
                _ => base.clone(),
            },
            Type::OrmQuery(query) => match name {
                "options" => Type::OrmQuery(Arc::new(self.with_options(query, call, context))),
                "with_entities" => Type::OrmQuery(Arc::new(self.selected(call, context))),
                _ if library::ORM_LAZY.contains(&name) => base.clone(),
                "all" => base.item().series(),
                "first" | "one" | "one_or_none" | "get" | "first_or_404" | "get_or_404" | "one_or_404" => base.item(),
                "scalar" | "count" | "exists" | "update" | "delete" => Type::Scalar,
                "paginate" => Type::Unknown,
                _ => Type::Unknown,
            },
            Type::Rows(query) => match name {
                "scalars" | "unique" => {
                    if name == "scalars" {
                        Type::Scalars(query.clone())
                    } else {
                        base.clone()
                    }
                }
                "all" | "fetchall" | "mappings" | "partitions" => base.item().series(),
                "scalar" | "scalar_one" | "scalar_one_or_none" => Type::Scalars(query.clone()).item(),
                "first" | "one" | "one_or_none" | "fetchone" => base.item(),
                _ => Type::Unknown,
            },
            Type::Scalars(_) => match name {
                "unique" => base.clone(),
                "all" | "fetchall" | "partitions" => base.item().series(),
                "first" | "one" | "one_or_none" => base.item(),
                _ => Type::Unknown,
            },
            Type::Client(client) => self.client_call(*client, name, call, context),
            Type::Response => match name {
                "json" => Type::Payload,
                "read" | "text" | "iter_lines" | "iter_content" => Type::Raw,
                _ => Type::Unknown,
            },
            Type::Payload | Type::Record => match name {
                "get" | "pop" | "setdefault" => Type::Payload,
                "replace" | "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "decode" | "removeprefix"
                | "removesuffix" => Type::Raw,
                "split" | "splitlines" => Type::Raw.series(),
                "items" => Type::Tuple(Arc::new(vec![Type::Scalar, Type::Payload])).series(),
                "values" => Type::Payload.series(),
                "keys" => Type::Scalar.series(),
                _ => Type::Unknown,
            },
            Type::Mapping(value) => match name {
                "get" | "pop" | "setdefault" => (**value).clone(),
                "items" => Type::Tuple(Arc::new(vec![Type::Scalar, (**value).clone()])).series(),
                "values" => (**value).clone().series(),
                "keys" => Type::Scalar.series(),
                "copy" => base.clone(),
                _ => Type::Unknown,
            },
            Type::Sequence(item) => match name {
                "copy" => base.clone(),
                "pop" => (**item).clone(),
                _ => Type::Unknown,
            },
            Type::File => match name {
                "read" | "readline" => Type::Raw,
                "readlines" => Type::Raw.series(),
                _ => Type::Unknown,
            },
            Type::FilePath => match name {
                "read_text" | "read_bytes" => Type::Raw,
                "open" => Type::File,
                "glob" | "rglob" | "iterdir" => Type::FilePath.series(),
                "exists" | "is_file" | "is_dir" | "stat" | "as_posix" => Type::Scalar,
                _ => Type::FilePath,
            },
            Type::Raw => match name {
                "splitlines" | "split" => Type::Raw.series(),
                "strip" | "decode" | "lstrip" | "rstrip" | "lower" | "replace" | "upper" => Type::Raw,
                _ => Type::Scalar,
            },
            Type::Scalar => Type::Scalar,
            // `self.filter(...)` in a queryset of the project's own.
            Type::Object(class) if self.model.method(*class, name).is_none() && self.is_query_class(*class, 0) => {
                self.method_call(&Type::Manager(Arc::default()), name, call, context)
            }
            Type::Process if name == "communicate" => Type::Tuple(Arc::new(vec![Type::Raw, Type::Raw])),
            Type::Instance(class) => {
                self.project.function(&format!("{class}.{name}")).map(|facts| facts.returns.clone()).unwrap_or_default()
            }
            Type::Class(class) if name == "objects" => {
                Type::QuerySet(Arc::new(Query { model: Some(self.class_key(*class).into()), ..Query::default() }))
            }
            Type::Path(of) if &**of == "boto3.session" || &**of == "boto3" => match (name, first()) {
                ("Session", _) => path("boto3.session.Session"),
                _ => Type::Unknown,
            },
            _ => Type::Unknown,
        }
    }

    fn client_call(&self, client: Client, name: &str, call: &'a ExprCall, context: Context) -> Type {
        let first = || call.arguments.args.first();
        match (client, name) {
            (Client::Session | Client::SomeSession | Client::Connection, "execute" | "scalars" | "scalar" | "exec") => {
                let statement = first().map(|first| self.of(first, context)).unwrap_or_default();
                let query = match statement {
                    Type::Statement(query) => query,
                    _ => Arc::new(Query { orm: Orm::Sqlalchemy, values: true, ..Query::default() }),
                };
                match name {
                    "scalars" => Type::Scalars(query),
                    "exec" if query.others.is_empty() => Type::Scalars(query),
                    "scalar" => Type::Scalars(query).item(),
                    _ => Type::Rows(query),
                }
            }
            (Client::Session | Client::SomeSession, "query") => Type::OrmQuery(Arc::new(self.selected(call, context))),
            (Client::Session | Client::SomeSession, "get" | "get_one" | "merge") => {
                let model = first().and_then(|first| self.model_path(&self.of(first, context)));
                let loaded = self.options_of(call, context);
                Type::Row(Arc::new(Query { orm: Orm::Sqlalchemy, model, loaded, ..Query::default() }))
            }
            (Client::Session, "begin" | "begin_nested") => Type::Client(Client::Session),
            (Client::Session, "connection") | (Client::Engine, "connect" | "begin") => Type::Client(Client::Connection),
            (Client::Connection, "begin" | "execution_options") => Type::Client(Client::Connection),
            (Client::DbConnection, "cursor") | (Client::Engine, "raw_connection") => Type::Client(Client::Cursor),
            (Client::DbConnection | Client::Cursor, "execute") => Type::Client(Client::Cursor),
            (Client::Cursor, "fetchone") | (Client::Asyncpg, "fetchrow") => Type::Record,
            (Client::Cursor, "fetchall" | "fetchmany") | (Client::Asyncpg, "fetch") => Type::Record.series(),
            (Client::Asyncpg, "acquire" | "transaction") => Type::Client(Client::Asyncpg),
            (Client::Http, "get" | "post" | "put" | "patch" | "delete" | "head" | "request" | "options" | "send") => {
                Type::Response
            }
            (Client::Boto, "get_paginator") => Type::Client(Client::BotoPaginator),
            (Client::BotoPaginator, "paginate") => Type::Payload.series(),
            (Client::Boto, _) => Type::Payload,
            (Client::BotoResource, "batch_writer") => Type::Client(Client::BotoBatch),
            (Client::BotoResource, "Table" | "Bucket" | "Object" | "Queue" | "Topic") => {
                Type::Client(Client::BotoResource)
            }
            (Client::BotoResource, "get_item" | "query" | "scan") => Type::Payload,
            (Client::Redis, "pipeline" | "multi_exec") => Type::Client(Client::RedisPipeline),
            (Client::Redis, "hgetall" | "get" | "hget") => Type::Record,
            (Client::Redis, "mget" | "hmget" | "lrange" | "smembers" | "keys" | "scan_iter") => Type::Scalar.series(),
            (Client::MongoDatabase, "get_database" | "get_default_database") => Type::Client(Client::MongoDatabase),
            (Client::MongoDatabase, "get_collection") => Type::Client(Client::MongoCollection),
            (Client::MongoCollection, "find" | "aggregate") => Type::Client(Client::MongoCursor),
            (Client::MongoCollection, "find_one" | "find_one_and_update") => Type::Record,
            (Client::MongoCursor, "sort" | "limit" | "skip" | "batch_size") => Type::Client(Client::MongoCursor),
            (Client::MongoCursor, "to_list") => Type::Record.series(),
            _ => Type::Unknown,
        }
    }

    /// What a lazy method makes of a Django query.
    fn refined(&self, query: &Query, name: &str, call: &'a ExprCall, context: Context) -> Query {
        let mut refined = query.clone();
        match name {
            "values" | "values_list" | "dates" | "datetimes" => refined.values = true,
            "select_related" if call.arguments.args.is_empty() => refined.everything = true,
            "select_related" | "prefetch_related" | "prefetch" => refined.loaded.extend(self.lookups(call, context)),
            "none" => refined.fetched = true,
            // `all()` on a prefetched relation comes from memory.
            "all" => {}
            _ => {}
        }
        if !matches!(name, "all" | "none" | "select_related" | "prefetch_related") {
            refined.fetched = false;
        }
        refined
    }

    /// The lookups that `select_related("a", "b__c")` or `prefetch_related(Prefetch("a", ...))` names.
    fn lookups(&self, call: &'a ExprCall, context: Context) -> Vec<String> {
        let mut found = Vec::new();
        for argument in &call.arguments.args {
            self.lookup(argument, context, &mut found);
        }
        found
    }

    fn lookup(&self, argument: &'a Expr, context: Context, found: &mut Vec<String>) {
        self.bounded(|| self.lookup_at(argument, context, found));
    }

    /// Goes one step deeper, unless a chain of names has become absurdly long or leads back to itself.
    fn bounded(&self, step: impl FnOnce()) {
        if self.depth.get() < MAX_DEPTH {
            self.depth.set(self.depth.get() + 1);
            step();
            self.depth.set(self.depth.get() - 1);
        }
    }

    fn lookup_at(&self, argument: &'a Expr, context: Context, found: &mut Vec<String>) {
        match argument {
            Expr::StringLiteral(literal) => found.push(literal.value.to_str().to_owned()),
            Expr::Call(call) => {
                // Prefetch("lines", queryset=Line.objects.select_related("product"), to_attr="...")
                if let Some(Expr::StringLiteral(literal)) = call.arguments.args.first() {
                    let through = literal.value.to_str().to_owned();
                    for keyword in &call.arguments.keywords {
                        match keyword.arg.as_ref().map(rustpython_ast::Identifier::as_str) {
                            Some("queryset") => {
                                if let Type::QuerySet(inner) = self.of(&keyword.value, context) {
                                    found.extend(inner.loaded.iter().map(|path| format!("{through}__{path}")));
                                }
                            }
                            Some("to_attr") => {
                                if let Expr::StringLiteral(name) = &keyword.value {
                                    found.push(name.value.to_str().to_owned());
                                }
                            }
                            _ => {}
                        }
                    }
                    found.push(through);
                }
            }
            Expr::Starred(starred) => self.lookup(&starred.value, context, found),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.lookup(element, context, found)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.lookup(element, context, found)),
            Expr::Name(name) => {
                if let Some(binding) = self.model.binding(name.id.as_str(), context, name.start().to_u32())
                    && let BindingKind::Assign(value, _) = &binding.kind
                    && !matches!(value, Expr::Name(_))
                {
                    self.lookup(value, binding.context, found);
                } else {
                    found.push("*".to_owned());
                }
            }
            _ => found.push("*".to_owned()),
        }
    }

    fn with_options(&self, query: &Query, call: &'a ExprCall, context: Context) -> Query {
        let mut refined = query.clone();
        refined.loaded.extend(self.options_of(call, context));
        refined
    }

    /// The relations that loader options among the arguments name: `joinedload(Loan.member).joinedload(Member.card)`.
    fn options_of(&self, call: &'a ExprCall, context: Context) -> Vec<String> {
        let mut found = Vec::new();
        for argument in &call.arguments.args {
            self.option(argument, context, &mut found);
        }
        for keyword in &call.arguments.keywords {
            if keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "options")
                && let Expr::List(rustpython_ast::ExprList { elts, .. })
                | Expr::Tuple(rustpython_ast::ExprTuple { elts, .. }) = &keyword.value
            {
                for element in elts {
                    self.option(element, context, &mut found);
                }
            }
        }
        found
    }

    fn option(&self, option: &'a Expr, context: Context, found: &mut Vec<String>) {
        self.bounded(|| self.option_at(option, context, found));
    }

    fn option_at(&self, option: &'a Expr, context: Context, found: &mut Vec<String>) {
        match option {
            Expr::Call(call) => {
                let mut through = String::new();
                if let Expr::Attribute(attribute) = &*call.func
                    && let Expr::Call(_) = &*attribute.value
                {
                    let mut before = Vec::new();
                    self.option(&attribute.value, context, &mut before);
                    through = before.last().cloned().unwrap_or_default();
                    found.extend(before);
                }
                let loads = matches!(
                    last_name(&call.func),
                    "joinedload" | "selectinload" | "subqueryload" | "contains_eager" | "immediateload" | "defaultload"
                );
                if loads {
                    for argument in &call.arguments.args {
                        let name = match argument {
                            Expr::Attribute(attribute) => attribute.attr.as_str(),
                            Expr::StringLiteral(literal) => literal.value.to_str(),
                            _ => "*",
                        };
                        through = if through.is_empty() { name.to_owned() } else { format!("{through}__{name}") };
                        found.push(through.clone());
                    }
                }
            }
            Expr::Starred(starred) => self.option(&starred.value, context, found),
            Expr::Name(name) => match self.model.binding(name.id.as_str(), context, name.start().to_u32()) {
                Some(binding) => match &binding.kind {
                    BindingKind::Assign(value, _) if !matches!(value, Expr::Name(_)) => {
                        self.option(value, binding.context, found);
                    }
                    _ => found.push("*".to_owned()),
                },
                None => found.push("*".to_owned()),
            },
            Expr::List(rustpython_ast::ExprList { elts, .. }) | Expr::Tuple(rustpython_ast::ExprTuple { elts, .. }) => {
                for element in elts {
                    self.option(element, context, found);
                }
            }
            _ => {}
        }
    }
}
