//! A light guess at what a value is: enough to tell a queryset from a list and a database session from a dictionary.
//!
//! A guess rests on annotations, constructors, what a function returns, what is iterated and, last, on conventional names.
//! What cannot be told is [`Type::Unknown`]; rules stay silent about it.

use std::sync::Arc;

/// A value's guessed type.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Type {
    /// Nothing is known.
    #[default]
    Unknown,
    /// `None`.
    None,
    /// A number, string, date, flag: something whose attributes and methods reach no other system.
    Scalar,
    /// A list, set, generator or other series of one type.
    Sequence(Arc<Type>),
    /// A tuple.
    Tuple(Arc<Vec<Type>>),
    /// A dictionary, by the type of its values.
    Mapping(Arc<Type>),
    /// A module, class or function by its dotted path, of another file.
    Path(Arc<str>),
    /// An instance of a class of another file, by the dotted path of the class.
    Instance(Arc<str>),
    /// A function of this file.
    Function(u32),
    /// A method of this file, bound to an instance.
    Method(u32),
    /// A class of this file.
    Class(u32),
    /// An instance of a class of this file.
    Object(u32),
    /// Django: `Model.objects`, or what a reverse or many-to-many relation gives.
    Manager(Arc<Query>),
    /// Django: a queryset.
    QuerySet(Arc<Query>),
    /// `SQLAlchemy`: `select(...)`.
    Statement(Arc<Query>),
    /// `SQLAlchemy`: `session.query(...)`, `Model.query`.
    OrmQuery(Arc<Query>),
    /// `SQLAlchemy`: what executing gives, rows of several columns.
    Rows(Arc<Query>),
    /// `SQLAlchemy`: what executing gives, one entity a row.
    Scalars(Arc<Query>),
    /// An instance of a mapped class.
    Row(Arc<Query>),
    /// An attribute of a mapped instance whose class is not in view: a column or a related object.
    Field(Arc<Query>, Arc<str>),
    /// Something that reaches another system.
    Client(Client),
    /// What calling this gives a client: `sessionmaker(...)`.
    Factory(Client),
    /// An HTTP response.
    Response,
    /// Text or bytes from outside: a file, a response, an argument.
    Raw,
    /// Parsed data from outside.
    Payload,
    /// What a key-value store or document store gives for a key; may be empty or absent.
    Record,
    /// An open file.
    File,
    /// A path in the file system.
    FilePath,
    /// What `subprocess.run` gives.
    Process,
}

/// What kind of connection a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// `SQLAlchemy` session, sync or async.
    Session,
    /// A parameter called `session` or `db` in a file that shows no library.
    SomeSession,
    /// `SQLAlchemy` connection.
    Connection,
    /// `SQLAlchemy` engine.
    Engine,
    /// The `SQLAlchemy()` object of Flask.
    FlaskSqlalchemy,
    /// DB-API connection.
    DbConnection,
    /// DB-API cursor.
    Cursor,
    /// asyncpg connection or pool.
    Asyncpg,
    /// An HTTP session or client.
    Http,
    /// A boto3 client.
    Boto,
    /// A boto3 resource or one of its objects.
    BotoResource,
    /// A boto3 batch writer.
    BotoBatch,
    /// A boto3 paginator.
    BotoPaginator,
    /// A redis client.
    Redis,
    /// A redis pipeline.
    RedisPipeline,
    /// A `MongoDB` client or database.
    MongoDatabase,
    /// A `MongoDB` collection.
    MongoCollection,
    /// A `MongoDB` cursor.
    MongoCursor,
}

/// Which mapper a query belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orm {
    /// Django.
    #[default]
    Django,
    /// `SQLAlchemy`.
    Sqlalchemy,
}

/// What a query selects and brings along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a query")]
pub struct Query {
    /// The mapper.
    pub orm: Orm,
    /// Dotted path of the mapped class, where it is known.
    pub model: Option<Arc<str>>,
    /// `SQLAlchemy`: further selected entities.
    pub others: Vec<Option<Arc<str>>>,
    /// Relations loaded with the rows, nested ones joined with `__`.
    pub loaded: Vec<String>,
    /// Whether all relations are loaded (`select_related()` without arguments).
    pub everything: bool,
    /// Whether rows are plain values (`values()`, selected columns).
    pub values: bool,
    /// Whether the rows are in memory: a prefetched relation, a queryset that was evaluated before.
    pub fetched: bool,
    /// Whether the instance was made here and is not yet stored.
    pub new: bool,
    /// Whether only an annotation says that these are rows, so that nobody knows what was loaded along.
    pub assumed: bool,
}

impl Query {
    /// Whether the relation comes with the rows.
    pub fn loads(&self, relation: &str) -> bool {
        self.everything
            || self.loaded.iter().any(|path| {
                // `*`: relations were named in a way that cannot be read here.
                path == "*" || path.strip_prefix(relation).is_some_and(|rest| rest.is_empty() || rest.starts_with("__"))
            })
    }

    /// What a method of the project's own makes of the query that it is called on.
    #[must_use]
    pub fn after(&self, before: &Query) -> Query {
        let mut after = self.clone();
        after.model = after.model.or_else(|| before.model.clone());
        after.loaded.extend(before.loaded.iter().cloned());
        after.everything |= before.everything;
        after.values |= before.values;
        after
    }

    /// The query seen from a related row.
    #[must_use]
    pub fn behind(&self, relation: &str, model: Option<Arc<str>>) -> Query {
        let loaded = self
            .loaded
            .iter()
            .filter_map(|path| path.strip_prefix(relation)?.strip_prefix("__").map(str::to_owned))
            .collect();
        Query { orm: self.orm, model, loaded, ..Query::default() }
    }
}

impl Type {
    /// A series of this type.
    #[must_use]
    pub fn series(self) -> Type {
        Type::Sequence(Arc::new(self))
    }

    /// Whether anything is known.
    pub fn known(&self) -> bool {
        !matches!(self, Type::Unknown)
    }

    /// The type, or `other` where nothing is known or it is `None`.
    #[must_use]
    pub fn or_else(self, other: impl FnOnce() -> Type) -> Type {
        match self {
            Type::Unknown | Type::None => match other() {
                Type::Unknown => self,
                better => better,
            },
            _ => self,
        }
    }

    /// What iterating over a value of this type gives.
    #[must_use]
    pub fn item(&self) -> Type {
        match self {
            Type::Sequence(item) => (**item).clone(),
            Type::Tuple(items) => match &items[..] {
                [first, rest @ ..] if rest.iter().all(|item| item == first) => first.clone(),
                _ => Type::Unknown,
            },
            Type::QuerySet(query) | Type::Manager(query) | Type::Scalars(query) | Type::OrmQuery(query)
                if !query.values && (query.others.is_empty() || !matches!(self, Type::OrmQuery(_))) =>
            {
                Type::Row(query.clone())
            }
            Type::OrmQuery(query) | Type::Rows(query) => {
                let entity = |model: &Option<Arc<str>>| match model {
                    Some(model) => Type::Row(Arc::new(Query {
                        model: Some(model.clone()),
                        others: Vec::new(),
                        ..(**query).clone()
                    })),
                    None => Type::Scalar,
                };
                let rest: Vec<_> = query.others.iter().map(entity).collect();
                Type::Tuple(Arc::new([entity(&query.model)].into_iter().chain(rest).collect()))
            }
            Type::Client(Client::MongoCursor) => Type::Record,
            Type::File => Type::Raw,
            Type::Payload => Type::Payload,
            Type::Scalar | Type::Mapping(_) | Type::Raw => Type::Scalar,
            _ => Type::Unknown,
        }
    }

    /// The part of an unpacked value that a path of positions leads to.
    #[must_use]
    pub fn part(&self, path: &[u32]) -> Type {
        path.iter().fold(self.clone(), |value, position| match &value {
            Type::Tuple(items) => items.get(*position as usize).cloned().unwrap_or_default(),
            other => other.item(),
        })
    }

    /// Whether a value of this type is evaluated by a query each time it is iterated, counted or tested.
    pub fn lazy_query(&self) -> Option<&Query> {
        match self {
            Type::QuerySet(query) | Type::Manager(query) | Type::OrmQuery(query) => Some(query),
            _ => None,
        }
    }
}
