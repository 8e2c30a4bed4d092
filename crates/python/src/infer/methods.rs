//! What a call of a method gives: of queries, rows, clients and plain values.
#![expect(clippy::match_same_arms, reason = "tables by receiver read better than tables by result")]

use super::{Types, joined, path};
use crate::library;
use crate::model::Context;
use crate::types::{Client, Orm, Query, Type};
use rustpython_ast::ExprCall;
use std::sync::Arc;

impl<'a> Types<'_, 'a> {
    #[expect(clippy::too_many_lines, reason = "a table of library methods")]
    pub(super) fn method_call(&self, base: &Type, name: &str, call: &'a ExprCall, context: Context) -> Type {
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
                            // `get_current()`, `create_default()`: one object, of which nobody here can tell more.
                            _ if gives_one(name) => Type::Unknown,
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
                // What a program has stored is its own, decoded or not.
                "decode" if *base == Type::Record => Type::Record,
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
                self.project.function(&joined(class, name)).map(|facts| facts.returns.clone()).unwrap_or_default()
            }
            Type::Class(class) if name == "objects" => {
                Type::QuerySet(Arc::new(Query { model: Some(self.class_key(*class)), ..Query::default() }))
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
}

/// Whether the name of a manager's own method says that it gives one object rather than a queryset.
fn gives_one(name: &str) -> bool {
    ["create", "make_", "build_", "new_"].iter().any(|verb| name.starts_with(verb))
        || name.starts_with("get_") && !name.ends_with('s') && !name.contains("query")
}
