//! Calls that ask another system by themselves.

use super::{Trip, Trips};
use crate::library;
use crate::model::{Call, Use};
use crate::project::TripKind;
use crate::types::{Client, Orm, Type};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustpython_ast::{Expr, ExprAttribute, ExprCall};

const REDIS: &[&str] = &[
    "get",
    "set",
    "setex",
    "setnx",
    "getset",
    "hget",
    "hgetall",
    "hset",
    "hmget",
    "hmset",
    "hexists",
    "hdel",
    "hlen",
    "hkeys",
    "hvals",
    "hincrby",
    "incr",
    "incrby",
    "decr",
    "exists",
    "expire",
    "ttl",
    "delete",
    "sadd",
    "srem",
    "smembers",
    "sismember",
    "scard",
    "zadd",
    "zrem",
    "zscore",
    "zrange",
    "zrank",
    "zincrby",
    "lpush",
    "rpush",
    "lrange",
    "llen",
    "lindex",
    "type",
    "unlink",
    "persist",
    "getbit",
    "setbit",
    "pfadd",
    "geoadd",
];

const MONGO_READS: &[&str] = &["find_one", "count_documents", "distinct", "find", "aggregate"];

const MONGO_WRITES: &[&str] = &[
    "insert_one",
    "update_one",
    "delete_one",
    "replace_one",
    "find_one_and_update",
    "find_one_and_replace",
    "find_one_and_delete",
    "save",
    "insert",
    "update_many",
    "delete_many",
];

const BOTO_PREFIXES: &[&str] = &[
    "describe_",
    "get_",
    "list_",
    "put_item",
    "put_metric_data",
    "update_item",
    "delete_",
    "head_",
    "send_message",
    "query",
];

/// Calls that prepare something without asking, that take many at once, or that carry one object's content.
const BOTO_FREE: &[&str] = &[
    "get_paginator",
    "get_waiter",
    "get_object",
    "get_caller_identity",
    "delete_objects",
    "send_message_batch",
    "get_available_subresources",
    "get_metric_data",
    "get_parameters",
    "get_parameters_by_path",
];

/// Writes of one thing that can be made for many at once.
const BOTO_IN_BULK: &[&str] =
    &["put_item", "delete_item", "put_metric_data", "delete_object", "delete_message", "send_message"];

impl<'a> Trips<'_, '_, 'a> {
    /// The round trip that a call makes by itself.
    pub(super) fn of_call(&self, call: &Call<'a>) -> Option<Trip> {
        let types = self.types;
        let node = call.node;
        let context = call.context;
        let name = call.name();
        let make = |kind| Some(self.trip(kind, node.range(), context, node.range()));
        let Expr::Attribute(attribute) = &*node.func else {
            return match types.of(&node.func, context) {
                Type::Path(of) => self.path_trip(&of, call),
                _ => None,
            };
        };
        // A content type knows the model whose manager it asks.
        if matches!(name, "get_object_for_this_type" | "get_all_objects_for_this_type") {
            return make(TripKind::Read);
        }
        let lazy = library::READS.contains(&name) || library::WRITES.contains(&name);
        let base = types.of(&attribute.value, context);
        if name == "save"
            && let Some(certain) = self.saves_a_form(&base, attribute, node)
        {
            return make(TripKind::Write).map(|trip| Trip { certain, ..trip });
        }
        match &base {
            Type::Manager(query) | Type::QuerySet(query) if lazy => {
                if query.fetched && matches!(name, "count" | "exists") {
                    return None;
                }
                let kind = if library::WRITES.contains(&name) { TripKind::Write } else { TripKind::Read };
                let mut trip = make(kind)?;
                trip.batched = Self::asks_for_many(&node.func) || Self::many_arguments(node);
                Some(trip)
            }
            Type::Manager(_) if matches!(name, "add" | "remove" | "set" | "clear") => {
                make(TripKind::Write).map(|trip| Trip { certain: false, ..trip })
            }
            Type::Field(query, field)
                if query.orm == Orm::Django
                    && !query.values
                    && !query.loads(field)
                    && matches!(name, "exists" | "first" | "last" | "aggregate" | "count") =>
            {
                // `text.count(x)` takes an argument, a manager's `count()` none.
                let plain = name != "count" || node.arguments.args.is_empty();
                if plain { make(TripKind::Read) } else { None }
            }
            Type::OrmQuery(_) if library::ORM_READS.contains(&name) && name != "exists" => {
                let mut trip = make(TripKind::Read)?;
                trip.batched = Self::asks_for_many(&node.func) || Self::many_arguments(node);
                Some(trip)
            }
            Type::OrmQuery(_) if matches!(name, "update" | "delete") => make(TripKind::Write),
            Type::Row(query) if query.orm == Orm::Django => match name {
                "save" | "asave" | "delete" | "adelete" => make(TripKind::Write),
                "refresh_from_db" | "arefresh_from_db" => make(TripKind::Read),
                _ => None,
            },
            Type::Client(client) => self.client_trip(*client, call),
            Type::Unknown if matches!(name, "save" | "asave") && self.saves_a_row(attribute, node) => {
                let certain =
                    node.arguments.keywords.iter().any(|k| k.arg.as_ref().is_some_and(|arg| arg == "update_fields"));
                make(TripKind::Write).map(|trip| Trip { certain, ..trip })
            }
            Type::Path(of) => {
                let full = format!("{of}.{name}");
                self.path_trip(&full, call)
            }
            _ => None,
        }
    }

    /// Whether `form.save()` or `serializer.save()` surely writes a row, if it does at all, being not told to hold it back: surely
    /// if a base of the class says that it stands for a model, likely if only a name tells of a form or serializer.
    fn saves_a_form(&self, base: &Type, attribute: &ExprAttribute, node: &ExprCall) -> Option<bool> {
        let held_back = node.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|arg| arg == "commit")
                && matches!(&keyword.value, Expr::BooleanLiteral(literal) if !literal.value)
        });
        let uses = |library| self.types.imports.contains(library);
        if held_back || !uses("django") && !uses("rest_framework") {
            return None;
        }
        match base {
            Type::Object(class) => {
                let bases = self.types.model.classes[*class as usize].node.arguments.iter();
                let mut bases = bases.flat_map(|arguments| &arguments.args).map(last_name);
                bases.any(|base| base.ends_with("ModelForm") || base.ends_with("ModelSerializer")).then_some(true)
            }
            Type::Instance(class) => (class.ends_with("Form") || class.ends_with("Serializer")).then_some(false),
            Type::Unknown => {
                let name = last_name(&attribute.value);
                (name == "form" || name.ends_with("_form") || name.ends_with("serializer")).then_some(false)
            }
            _ => None,
        }
    }

    /// `row.save()` in a file that uses Django, where the row's class cannot be told: nothing but the arguments of a row's
    /// `save`, and no name of something else that is saved.
    fn saves_a_row(&self, attribute: &ExprAttribute, node: &ExprCall) -> bool {
        const OTHERS: &[&str] = &[
            "form",
            "serializer",
            "image",
            "file",
            "img",
            "fig",
            "plt",
            "workbook",
            "wb",
            "doc",
            "storage",
            "session",
        ];
        let Expr::Name(name) = &*attribute.value else { return false };
        let name = name.id.as_str();
        let of_rows = ["update_fields", "force_insert", "force_update", "using"];
        self.types.imports.contains("django")
            && name != "self"
            && !OTHERS.iter().any(|other| name.contains(other))
            && node.arguments.args.is_empty()
            && node
                .arguments
                .keywords
                .iter()
                .all(|keyword| keyword.arg.as_ref().is_some_and(|arg| of_rows.contains(&arg.as_str())))
    }

    fn path_trip(&self, of: &str, call: &Call<'a>) -> Option<Trip> {
        let node = call.node;
        let make = |kind| Some(self.trip(kind, node.range(), call.context, node.range()));
        match of {
            "requests.get" | "requests.head" | "httpx.get" | "httpx.head" => {
                if self.downloads(call) {
                    None
                } else {
                    make(TripKind::Request)
                }
            }
            // Most often a document that nothing else would bring.
            "urllib.request.urlopen" => make(TripKind::Request).map(|trip| Trip { certain: false, ..trip }),
            "requests.post" | "requests.request" | "httpx.post" | "httpx.request" | "requests.put"
            | "requests.patch" => {
                if self.reads_answer(call) {
                    make(TripKind::Request).map(|trip| Trip { certain: false, ..trip })
                } else {
                    None
                }
            }
            "django.shortcuts.get_object_or_404" | "django.shortcuts.get_list_or_404" => make(TripKind::Read),
            "pandas.read_sql" | "pandas.read_sql_query" | "pandas.read_sql_table" | "polars.read_database" => {
                make(TripKind::Read).map(|trip| Trip { batched: Self::many_arguments(node), ..trip })
            }
            _ => None,
        }
    }

    fn client_trip(&self, client: Client, call: &Call<'a>) -> Option<Trip> {
        let node = call.node;
        let name = call.name();
        let make = |kind| Some(self.trip(kind, node.range(), call.context, node.range()));
        match client {
            Client::Session | Client::SomeSession | Client::Connection => match name {
                "execute" | "scalars" | "scalar" | "exec" | "stream" | "stream_scalars" => self.sql_trip(call),
                "get" | "get_one" if client == Client::Session && !node.arguments.args.is_empty() => {
                    // A web session has `get` as well; an entity comes first here, and a key second.
                    let entity = node.arguments.args.len() > 1
                        || node
                            .arguments
                            .keywords
                            .iter()
                            .any(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "ident"));
                    if entity { make(TripKind::Read) } else { None }
                }
                "refresh" | "merge" if client == Client::Session => make(TripKind::Read),
                "commit" | "flush" if client == Client::Session => {
                    make(TripKind::Write).map(|trip| Trip { certain: false, flushes: true, ..trip })
                }
                _ => None,
            },
            Client::DbConnection | Client::Cursor | Client::Asyncpg => match name {
                "execute" | "fetchrow" | "fetchval" => self.sql_trip(call),
                "fetch" if client == Client::Asyncpg => self.sql_trip(call),
                "callproc" => make(TripKind::Read),
                _ => None,
            },
            Client::Http => match name {
                "get" | "head" | "options" => {
                    if self.downloads(call) {
                        None
                    } else {
                        make(TripKind::Request)
                    }
                }
                "post" | "request" | "put" | "patch" | "send" => {
                    if self.reads_answer(call) {
                        make(TripKind::Request).map(|trip| Trip { certain: false, ..trip })
                    } else {
                        None
                    }
                }
                _ => None,
            },
            Client::Boto | Client::BotoResource => {
                let hit = !BOTO_FREE.contains(&name)
                    && BOTO_PREFIXES
                        .iter()
                        .any(|prefix| if prefix.ends_with('_') { name.starts_with(prefix) } else { name == *prefix });
                let writes = name.starts_with("put_")
                    || name.starts_with("delete_")
                    || name.starts_with("update_")
                    || name.starts_with("send_");
                let kind = if writes { TripKind::Write } else { TripKind::Request };
                // Most of what is changed there can only be changed one by one.
                if hit && (!writes || BOTO_IN_BULK.contains(&name)) { make(kind) } else { None }
            }
            Client::Redis if REDIS.contains(&name) => make(TripKind::Key),
            Client::MongoCollection if MONGO_READS.contains(&name) => {
                make(TripKind::Read).map(|trip| Trip { batched: Self::many_arguments(node), ..trip })
            }
            Client::MongoCollection if MONGO_WRITES.contains(&name) => make(TripKind::Write),
            _ => None,
        }
    }

    /// Whether a chain of calls filters by membership: `__in=`, `.in_(...)`.
    pub(super) fn asks_for_many(expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) => {
                Self::many_arguments(call)
                    || matches!(last_name(&call.func), "in_" | "any_")
                    || call.arguments.args.iter().any(Self::asks_for_many)
                    || Self::asks_for_many(&call.func)
            }
            Expr::Attribute(attribute) => Self::asks_for_many(&attribute.value),
            Expr::BinOp(node) => Self::asks_for_many(&node.left) || Self::asks_for_many(&node.right),
            _ => false,
        }
    }

    fn many_arguments(call: &ExprCall) -> bool {
        call.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|arg| arg.as_str().ends_with("__in") || arg.as_str() == "chunksize")
        })
    }

    /// Whether the answer of a web request goes to a file: fetching files one by one is no round trip to be saved.
    fn downloads(&self, call: &Call<'a>) -> bool {
        let stream = call
            .node
            .arguments
            .keywords
            .iter()
            .any(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "stream"));
        stream
            || self
                .attributes_of(call)
                .any(|name| matches!(name, "content" | "iter_content" | "raw" | "iter_bytes" | "aiter_bytes"))
    }

    /// Whether the answer's content is used.
    fn reads_answer(&self, call: &Call<'a>) -> bool {
        self.attributes_of(call).any(|name| matches!(name, "json" | "text"))
    }

    /// Attributes taken of a call's result, directly or by the name that it is bound to.
    fn attributes_of<'s>(&'s self, call: &Call<'a>) -> impl Iterator<Item = &'a str> + 's {
        let (direct, name) = match call.usage {
            Use::Attribute(attribute) => (Some(attribute), None),
            Use::Bound(name) | Use::Entered(Some(name)) => (None, Some(name)),
            _ => (None, None),
        };
        let function = call.context.function;
        let model = self.types.model;
        let calls = model.functions.get(function as usize).map_or(&[][..], |function| &function.calls[..]);
        let called = calls.iter().filter_map(move |at| {
            let Expr::Attribute(attribute) = &*model.calls[*at as usize].node.func else { return None };
            matches!(&*attribute.value, Expr::Name(of) if Some(of.id.as_str()) == name)
                .then_some(attribute.attr.as_str())
        });
        // `response.content` is an attribute that is not called; the text tells.
        let content = name.filter(|name| {
            let range = model.functions.get(function as usize).map(crate::model::Function::range);
            range.is_some_and(|range| model.text[range].contains(&format!("{name}.content")))
        });
        direct.into_iter().chain(called).chain(content.map(|_| "content"))
    }
}
