//! Round trips: the places where code asks another system, and which functions do so on behalf of their callers.

use crate::infer::Types;
use crate::library;
use crate::model::{BindingKind, Call, Context, LoopKind, NONE, Use};
use crate::nature::{Nature, nature};
use crate::project::{FunctionFacts, TripFact, TripKind};
use crate::types::{Client, Orm, Query, Type};
use crate::walk::last_name;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;
use rustpython_ast::{Expr, ExprAttribute, ExprCall};
use std::cell::RefCell;
use std::sync::Arc;

/// A place where another system is asked.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a place")]
pub struct Trip {
    /// What kind.
    pub kind: TripKind,
    /// The words to mark.
    pub range: TextRange,
    /// Where it is evaluated.
    pub context: Context,
    /// The operation in words of the code.
    pub what: String,
    /// Whether it is surely a round trip.
    pub certain: bool,
    /// For a lazy load: the parameter that the row came in by, and the relation, if so.
    pub parameter: Option<(u32, Arc<str>)>,
    /// For a lazy load: what is loaded, to tell a second touch of the same thing.
    pub loads: Option<String>,
    /// For a lazy load: whether only an annotation says that there is a row, so that it counts for callers that know more.
    pub assumed: bool,
    /// Whether it writes and only ends a transaction: `commit`, `flush`.
    pub flushes: bool,
    /// Whether several things are asked for at once, so that it may well stand in a loop over chunks.
    pub batched: bool,
}

/// The round trips of a file.
pub struct Trips<'t, 'm, 'a> {
    types: &'t Types<'m, 'a>,
    /// Those that stand in the file itself, in the order of the text.
    pub direct: Vec<Trip>,
    by_function: FxHashMap<u32, Vec<usize>>,
    facts: RefCell<FxHashMap<u32, Vec<TripFact>>>,
}

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
/// Statements that change the schema or the session, where a loop over names is how it is done.
const NOT_ROWS: &[&str] = &[
    "create",
    "drop",
    "alter",
    "pragma",
    "vacuum",
    "set",
    "grant",
    "revoke",
    "truncate",
    "analyze",
    "comment",
    "begin",
    "commit",
    "rollback",
    "savepoint",
    "release",
    "lock",
    "reindex",
    "attach",
    "detach",
    "explain",
    "copy",
    "use",
    "show",
    "refresh",
    "notify",
    "listen",
    "declare",
    "fetch",
    "close",
    "call",
];
const CACHING: &[&str] =
    &["lru_cache", "cache", "cached", "memoize", "memoized", "cachedmethod", "cache_result", "ttl_cache"];

impl<'t, 'm, 'a> Trips<'t, 'm, 'a> {
    /// Finds the round trips of a file.
    pub fn new(types: &'t Types<'m, 'a>) -> Self {
        let mut trips =
            Self { types, direct: Vec::new(), by_function: FxHashMap::default(), facts: RefCell::default() };
        let mut found = Vec::new();
        for call in &types.model.calls {
            found.extend(trips.of_call(call));
            found.extend(trips.evaluated(call));
        }
        for looped in &types.model.loops {
            if looped.kind != LoopKind::While {
                found.extend(trips.iterated(looped.source, looped.context));
            }
        }
        for (decided, context) in &types.model.decided {
            if types.of(decided, *context).lazy_query().is_some_and(|query| query.model.is_some() || !query.everything)
            {
                found.extend(trips.iterated(decided, *context));
            }
        }
        for (subscript, context, _) in &types.model.items {
            if let Some(query) = types.of(&subscript.value, *context).lazy_query()
                && !query.fetched
                && matches!(&*subscript.slice, Expr::NumberLiteral(_))
            {
                found.push(trips.trip(TripKind::Read, subscript.range(), *context, subscript.range()));
            }
        }
        for (chain, context, called) in &types.model.chains {
            trips.lazy_loads(chain, *context, *called, &mut found);
        }
        found.sort_by_key(|trip| (trip.range.start(), trip.range.end()));
        found.dedup_by_key(|trip| trip.range);
        for (at, trip) in found.iter().enumerate() {
            trips.by_function.entry(trip.context.function).or_default().push(at);
        }
        trips.direct = found;
        trips
    }

    /// Words for an operation: its source on one line, shortened.
    fn words(&self, range: TextRange) -> String {
        let source = &self.types.model.text[range];
        let mut words = String::with_capacity(source.len().min(80));
        for part in source.split_whitespace() {
            // Lines broken within a call chain belong together without a space.
            if !words.is_empty() && !part.starts_with(['.', ')', ']']) && !words.ends_with(['(', '[']) {
                words.push(' ');
            }
            words.push_str(part);
        }
        if words.chars().count() > 60 {
            words = words.chars().take(57).collect::<String>() + "...";
        }
        words
    }

    fn trip(&self, kind: TripKind, range: TextRange, context: Context, words: TextRange) -> Trip {
        Trip {
            kind,
            range,
            context,
            what: self.words(words),
            certain: true,
            parameter: None,
            loads: None,
            assumed: false,
            flushes: false,
            batched: false,
        }
    }

    /// The round trip that a call makes by itself.
    fn of_call(&self, call: &Call<'a>) -> Option<Trip> {
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
        let lazy = library::READS.contains(&name) || library::WRITES.contains(&name);
        let base = types.of(&attribute.value, context);
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
            "requests.get" | "requests.head" | "httpx.get" | "httpx.head" | "urllib.request.urlopen" => {
                if self.downloads(call) { None } else { make(TripKind::Request) }
            }
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
                if hit { make(kind) } else { None }
            }
            Client::Redis if REDIS.contains(&name) => make(TripKind::Key),
            Client::MongoCollection if MONGO_READS.contains(&name) => {
                make(TripKind::Read).map(|trip| Trip { batched: Self::many_arguments(node), ..trip })
            }
            Client::MongoCollection if MONGO_WRITES.contains(&name) => make(TripKind::Write),
            _ => None,
        }
    }

    /// A call that sends a statement.
    fn sql_trip(&self, call: &Call<'a>) -> Option<Trip> {
        let node = call.node;
        let first = node.arguments.args.first();
        let statement = first.map(|first| self.types.of(first, call.context)).unwrap_or_default();
        let text = first.and_then(|first| self.sql_text(first, call.context, 0));
        let verb = text
            .as_deref()
            .and_then(|text| text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()));
        let verb = verb.map(str::to_ascii_lowercase);
        if verb.as_deref().is_some_and(|verb| NOT_ROWS.contains(&verb)) {
            return None;
        }
        // Statements that are the items of the loop: a script, not a query for each row.
        if let Some(Expr::Name(name)) = first
            && call.context.looped != NONE
            && node.arguments.args.len() == 1
            && self.types.model.loops[call.context.looped as usize].targets.contains(&name.id.as_str())
        {
            return None;
        }
        let constructor = match first {
            Some(Expr::Call(inner)) => verb_of(inner),
            Some(Expr::Name(name)) => {
                match self.types.model.binding(name.id.as_str(), call.context, name.start().to_u32()).map(|b| &b.kind) {
                    Some(BindingKind::Assign(Expr::Call(inner), _)) => verb_of(inner),
                    _ => None,
                }
            }
            _ => None,
        };
        let writes = matches!(verb.as_deref(), Some("insert" | "update" | "delete" | "replace" | "merge" | "upsert"))
            || matches!(constructor, Some("insert" | "update" | "delete"));
        let kind = if writes { TripKind::Write } else { TripKind::Read };
        let mut trip = self.trip(kind, node.range(), call.context, node.range());
        let plain_text = text.as_deref().unwrap_or_default().to_ascii_lowercase();
        trip.batched = plain_text.contains(" in (")
            || plain_text.contains(" in %s")
            || plain_text.contains(" in {")
            || plain_text.contains("any(")
            || plain_text.contains("unnest(")
            || first.is_some_and(Self::asks_for_many)
            || matches!(node.arguments.args.get(1), Some(Expr::List(_) | Expr::ListComp(_))) && statement.known();
        Some(trip)
    }

    fn sql_text(&self, expr: &'a Expr, context: Context, depth: u32) -> Option<String> {
        if depth > 6 {
            return None;
        }
        match expr {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
            Expr::FString(_) => {
                let source = self.types.model.source(expr);
                Some(source.trim_start_matches(['f', 'F', 'r', 'R', '"', '\'']).to_owned())
            }
            Expr::Call(call) if matches!(last_name(&call.func), "text" | "SQL" | "dedent") => {
                self.sql_text(call.arguments.args.first()?, context, depth + 1)
            }
            Expr::Call(call) if matches!(last_name(&call.func), "format" | "strip" | "join") => match &*call.func {
                Expr::Attribute(attribute) => self.sql_text(&attribute.value, context, depth + 1),
                _ => None,
            },
            Expr::BinOp(node) => self.sql_text(&node.left, context, depth + 1),
            Expr::Name(name) => {
                match &self.types.model.binding(name.id.as_str(), context, name.start().to_u32())?.kind {
                    BindingKind::Assign(value, _) => self.sql_text(value, context, depth + 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a chain of calls filters by membership: `__in=`, `.in_(...)`.
    fn asks_for_many(expr: &Expr) -> bool {
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

    /// A call that evaluates a lazy query given as its argument: `list(queryset)`, `len(queryset)`.
    fn evaluated(&self, call: &Call<'a>) -> Option<Trip> {
        let consumes = matches!(
            call.name(),
            "list"
                | "tuple"
                | "set"
                | "len"
                | "sorted"
                | "bool"
                | "sum"
                | "any"
                | "all"
                | "dict"
                | "max"
                | "min"
                | "next"
                | "frozenset"
        );
        if !consumes || !call.node.func.is_name_expr() {
            return None;
        }
        let argument = call.node.arguments.args.first()?;
        self.iterated(argument, call.context)
    }

    /// A lazy query, or a relation not yet loaded, that is gone through.
    fn iterated(&self, source: &'a Expr, context: Context) -> Option<Trip> {
        let source = match source {
            // `enumerate(queryset)` goes through the queryset.
            Expr::Call(call)
                if call.func.is_name_expr()
                    && matches!(
                        last_name(&call.func),
                        "enumerate" | "reversed" | "zip" | "sorted" | "list" | "iter"
                    ) =>
            {
                call.arguments.args.first()?
            }
            other => other,
        };
        let of = self.types.of(source, context);
        if let Some(query) = of.lazy_query() {
            // A name may stand for a queryset that was evaluated before; its calls tell where the query is made.
            let bound_outside = match source {
                Expr::Name(name) => self
                    .types
                    .model
                    .binding(name.id.as_str(), context, name.start().to_u32())
                    .is_none_or(|binding| binding.context.looped != context.looped),
                Expr::Attribute(_) => true,
                _ => false,
            };
            if query.fetched || bound_outside || query.everything && query.model.is_none() {
                return None;
            }
            let mut trip = self.trip(TripKind::Read, source.range(), context, source.range());
            trip.batched = Self::asks_for_many(source);
            trip.parameter = self.parameter_behind(source, context);
            return Some(trip);
        }
        let Expr::Attribute(attribute) = source else { return None };
        let query = self.types.row(&self.types.of(&attribute.value, context))?;
        self.lazy_load(attribute, context, &query, true)
    }

    /// The lazy loads in a chain such as `loan.member.branch.name`.
    fn lazy_loads(&self, chain: &'a ExprAttribute, context: Context, called: bool, found: &mut Vec<Trip>) {
        let mut at = chain;
        let mut outermost = true;
        let mut loads = Vec::new();
        let mut depth = 0;
        while let Expr::Attribute(inner) = &*at.value {
            depth += 1;
            if depth > 12 {
                break;
            }
            if let Some(query) = self.types.row(&self.types.of(&inner.value, context))
                && let Some(trip) = self.touched(inner, at, context, &query, outermost && called)
            {
                loads.push(trip);
            }
            at = inner;
            outermost = false;
        }
        found.extend(loads);
    }

    /// `row.relation.attribute`: whether taking the attribute loads the relation.
    fn touched(
        &self,
        relation: &'a ExprAttribute,
        outer: &'a ExprAttribute,
        context: Context,
        query: &Arc<Query>,
        called: bool,
    ) -> Option<Trip> {
        let known = query.model.as_ref().is_some_and(|model| self.types.project.mapped(model).is_some());
        if known {
            let model = query.model.as_ref()?;
            let of = self.types.project.relation(model, relation.attr.as_str())?;
            // A manager asks only when one of its methods is called; those are seen as calls.
            if of.many && query.orm == Orm::Django {
                return None;
            }
            if matches!(outer.attr.as_str(), "append" | "add" | "extend") && of.many {
                return None;
            }
            return self.lazy_load(relation, context, query, false);
        }
        if called || !guess_is_relation(relation.attr.as_str(), outer.attr.as_str()) {
            return None;
        }
        self.lazy_load(relation, context, query, false).map(|trip| Trip { certain: false, ..trip })
    }

    fn lazy_load(
        &self,
        relation: &'a ExprAttribute,
        context: Context,
        query: &Arc<Query>,
        gone_through: bool,
    ) -> Option<Trip> {
        let name = relation.attr.as_str();
        if query.new || query.values || query.loads(name) {
            return None;
        }
        let parameter = self.parameter_behind(&relation.value, context);
        // Nobody knows what was loaded along with a row that only an annotation vouches for; a caller may tell.
        if query.assumed && parameter.is_none() {
            return None;
        }
        let model = query.model.as_ref();
        let mapped = model.is_some_and(|model| self.types.project.mapped(model).is_some());
        let known = model.and_then(|model| self.types.project.relation(model, name));
        if mapped && known.is_none() || known.as_ref().is_some_and(|relation| relation.eager) {
            return None;
        }
        // Going through an attribute of a row whose class is not in view: a collection in SQLAlchemy, nothing in Django.
        if gone_through && !mapped && query.orm == Orm::Django {
            return None;
        }
        // A row whose relation is set here is not loaded again.
        let mut trip = self.trip(TripKind::Lazy, relation.range(), context, relation.range());
        trip.certain = mapped;
        trip.assumed = query.assumed;
        trip.parameter = parameter.map(|(at, before)| {
            let path = if before.is_empty() { name.to_owned() } else { format!("{before}__{name}") };
            (at, path.into())
        });
        trip.loads = Some(format!("{}.{name}", model.map_or("", |model| &**model)));
        Some(trip)
    }

    /// The parameter at the root of an attribute chain, and the path between.
    fn parameter_behind(&self, expr: &'a Expr, context: Context) -> Option<(u32, Arc<str>)> {
        let mut path = Vec::new();
        let mut at = expr;
        loop {
            match at {
                Expr::Attribute(attribute) => {
                    path.push(attribute.attr.as_str());
                    at = &attribute.value;
                }
                // `author.books.all()` goes through `books`.
                Expr::Call(call) => match &*call.func {
                    Expr::Attribute(method) => at = &method.value,
                    _ => return None,
                },
                Expr::Name(name) => {
                    let binding = self.types.model.binding(name.id.as_str(), context, name.start().to_u32())?;
                    let BindingKind::Parameter(function, position) = binding.kind else { return None };
                    if function != context.function {
                        return None;
                    }
                    path.reverse();
                    return Some((position, path.join("__").into()));
                }
                _ => return None,
            }
        }
    }

    /// The function of this file, or the facts of another file's, that a call calls.
    pub fn callee(&self, func: &'a Expr, context: Context) -> Callee {
        let own = |function| Callee::Own(function);
        match self.types.of(func, context) {
            Type::Function(function) | Type::Method(function) => own(function),
            // What making an instance asks for.
            Type::Class(class) => match self.types.model.method(class, "__init__") {
                Some(init) => own(init),
                None => Callee::Unknown,
            },
            Type::Path(of) => {
                let function = self.types.project.function(&of).cloned();
                match function.or_else(|| self.types.project.function(&format!("{of}.__init__")).cloned()) {
                    Some(facts) => Callee::Other(facts),
                    None => Callee::Unknown,
                }
            }
            _ => {
                if let Expr::Attribute(attribute) = func
                    && let Type::Manager(query) | Type::QuerySet(query) = self.types.of(&attribute.value, context)
                {
                    return match self.types.manager_method(&query, attribute.attr.as_str()) {
                        Some(Ok(method)) => own(method),
                        Some(Err(facts)) => Callee::Other(facts),
                        None => Callee::Unknown,
                    };
                }
                if let Expr::Attribute(attribute) = func
                    && let Type::Row(query) = self.types.of(&attribute.value, context)
                    && let Some(model) = &query.model
                {
                    // A method of a mapped class of this file.
                    let class =
                        (0..).zip(&self.types.model.classes).find(|(at, _)| self.types.class_key(*at) == **model);
                    if let Some((class, _)) = class
                        && let Some(method) = self.types.model.method(class, attribute.attr.as_str())
                    {
                        return own(method);
                    }
                    if let Some(facts) = self.types.project.function(&format!("{model}.{}", attribute.attr)) {
                        return Callee::Other(facts.clone());
                    }
                }
                Callee::Unknown
            }
        }
    }

    /// The round trips that reading a property of a mapped class makes.
    pub fn property(&self, read: &'a ExprAttribute, context: Context) -> Vec<TripFact> {
        let Type::Row(query) = self.types.of(&read.value, context) else { return Vec::new() };
        let Some(model) = &query.model else { return Vec::new() };
        let facts = match self.types.method_of(model, read.attr.as_str()) {
            Some(Ok(method)) => self.facts(method),
            Some(Err(facts)) => facts.trips.clone(),
            None => return Vec::new(),
        };
        self.settled(facts, |position| (position == 0).then_some(&*read.value), context)
    }

    /// The round trips that one call of a function of this file makes, itself or through others.
    pub fn facts(&self, function: u32) -> Vec<TripFact> {
        if let Some(known) = self.facts.borrow().get(&function) {
            return known.clone();
        }
        self.facts.borrow_mut().insert(function, Vec::new());
        let model = self.types.model;
        let this = &model.functions[function as usize];
        let cached = this.def().is_some_and(|def| {
            def.decorator_list.iter().any(|decorator| {
                let expression = match &decorator.expression {
                    Expr::Call(call) => &*call.func,
                    other => other,
                };
                CACHING.contains(&last_name(expression))
            })
        });
        let text = model.text.get(this.range().start().to_usize()..this.range().end().to_usize()).unwrap_or_default();
        let asks_a_cache = ["cache.get(", "get_or_set(", "_cache[", " cache["].iter().any(|word| text.contains(word));
        if cached || asks_a_cache {
            return Vec::new();
        }
        let module: Arc<str> = model.module.as_str().into();
        let mut found: Vec<TripFact> = Vec::new();
        for at in self.by_function.get(&function).into_iter().flatten() {
            let trip = &self.direct[*at];
            if self.repeated(trip.context) || trip.flushes || trip.batched {
                continue;
            }
            found.push(TripFact {
                kind: trip.kind,
                what: trip.what.as_str().into(),
                module: module.clone(),
                range: trip.range,
                certain: trip.certain,
                parameter: trip.parameter.clone(),
            });
        }
        for at in &this.calls {
            let call = &model.calls[*at as usize];
            if self.repeated(call.context) {
                continue;
            }
            for fact in self.called(&call.node.func, call.node, call.context) {
                // What hangs on a parameter of the callee is settled here or not at all.
                found.push(TripFact { parameter: None, ..fact });
            }
        }
        found.truncate(4);
        self.facts.borrow_mut().insert(function, found.clone());
        found
    }

    /// Whether a place is run for each item of a loop within its function.
    fn repeated(&self, context: Context) -> bool {
        let mut at = context.looped;
        while at != NONE {
            let looped = &self.types.model.loops[at as usize];
            if matches!(nature(self.types, looped), Nature::Items | Nature::Few | Nature::Chunks | Nature::Files) {
                return true;
            }
            at = looped.context.looped;
        }
        false
    }

    /// The round trips that a call makes through the function it calls; lazy loads only if the argument has not got the relation.
    pub fn called(&self, func: &'a Expr, node: &'a ExprCall, context: Context) -> Vec<TripFact> {
        let (facts, method) = match self.callee(func, context) {
            Callee::Own(function) => {
                let this = &self.types.model.functions[function as usize];
                let bound = this.class != NONE && (func.is_attribute_expr() || this.name == "__init__");
                (self.facts(function), bound)
            }
            Callee::Other(facts) => (facts.trips.clone(), func.is_attribute_expr()),
            Callee::Unknown => return Vec::new(),
        };
        let receiver = |position: u32| match func {
            Expr::Attribute(attribute) if method && position == 0 => Some(&*attribute.value),
            _ => node.arguments.args.get((position as usize).saturating_sub(usize::from(method))),
        };
        self.settled(facts, receiver, context)
    }

    /// Of the round trips of a function those that happen with these arguments: lazy loads only if the row has not got the
    /// relation, queries of a related manager only if it was not prefetched.
    fn settled(
        &self,
        facts: Vec<TripFact>,
        argument: impl Fn(u32) -> Option<&'a Expr>,
        context: Context,
    ) -> Vec<TripFact> {
        facts
            .into_iter()
            .filter(|fact| {
                let Some((position, relation)) = &fact.parameter else { return true };
                match argument(*position).map(|value| self.types.of(value, context)) {
                    Some(Type::Row(query)) => !query.loads(relation) && !query.new && !query.assumed,
                    _ => false,
                }
            })
            .collect()
    }

    /// The facts of all functions that are worth knowing elsewhere.
    pub fn summaries(&self) -> Vec<(Arc<str>, FunctionFacts)> {
        (0..)
            .zip(&self.types.model.functions)
            .filter(|(_, function)| function.def().is_some())
            .filter_map(|(at, _)| {
                let facts =
                    FunctionFacts { returns: self.types.exported(&self.types.returned(at)), trips: self.facts(at) };
                facts.interesting().then(|| (self.types.model.function_path(at).into(), facts))
            })
            .collect()
    }
}

/// `insert(T).values(...)` begins with `insert`.
fn verb_of(call: &ExprCall) -> Option<&str> {
    let mut at = call;
    loop {
        match &*at.func {
            Expr::Attribute(attribute) => match &*attribute.value {
                Expr::Call(inner) => at = inner,
                _ => return Some(attribute.attr.as_str()),
            },
            Expr::Name(name) => return Some(name.id.as_str()),
            _ => return None,
        }
    }
}

/// What a call calls.
#[derive(Debug, Clone)]
pub enum Callee {
    /// A function of this file.
    Own(u32),
    /// A function of another file.
    Other(Arc<FunctionFacts>),
    /// It cannot be told.
    Unknown,
}

/// Whether `row.first.second` most likely goes through a related row, when the class of `row` is not in view.
#[expect(clippy::too_many_lines, reason = "lists of names, one a line as formatted")]
fn guess_is_relation(first: &str, second: &str) -> bool {
    const VALUES: &[&str] = &[
        "status",
        "state",
        "kind",
        "type",
        "role",
        "level",
        "mode",
        "data",
        "meta",
        "metadata",
        "objects",
        "_meta",
        "cleaned_data",
        "query",
        "config",
        "settings",
        "attrs",
        "extra",
        "params",
        "options",
        "json",
        "errors",
        "pk",
        "id",
        "_state",
        "__class__",
        "date",
        "time",
        "timestamp",
        "start",
        "end",
        "price",
        "amount",
        "total",
        "cost",
        "balance",
        "money",
        "fee",
        "image",
        "file",
        "photo",
        "avatar",
        "attachment",
        "document",
        "logo",
        "picture",
        "thumbnail",
        "icon",
        "cover",
        "upload",
        "video",
        "geometry",
        "location",
        "point",
        "geom",
        "phone",
        "color",
        "currency",
        "country",
        "timezone",
        "duration",
        "interval",
        "uuid",
    ];
    const SUFFIXES: &[&str] = &[
        "_at", "_on", "_date", "_time", "_id", "_file", "_image", "_price", "_amount", "_data", "_set", "_status",
        "_type", "_url",
    ];
    const COLUMNS: &[&str] = &[
        "name",
        "title",
        "email",
        "username",
        "slug",
        "first_name",
        "last_name",
        "full_name",
        "label",
        "description",
        "code",
        "number",
        "pk",
        "id",
        "user",
        "owner",
        "author",
        "profile",
        "address",
        "city",
        "company",
        "customer",
        "category",
        "sku",
        "phone",
        "price",
        "isbn",
        "display_name",
        "uuid",
        "status",
        "is_active",
        "locale",
        "language",
        "team",
        "organization",
        "account",
    ];
    !VALUES.contains(&first)
        && !SUFFIXES.iter().any(|suffix| first.ends_with(suffix))
        && !first.starts_with("is_")
        && !first.starts_with('_')
        && COLUMNS.contains(&second)
}
