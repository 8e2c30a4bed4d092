//! Round trips: the places where code asks another system, and which functions do so on behalf of their callers.

mod calls;
mod facts;
mod lazy;
mod serializers;
mod sql;

use crate::infer::Types;
use crate::model::{Context, LoopKind};
use crate::project::{TripFact, TripKind};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;
use rustpython_ast::Expr;
use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

pub use facts::Callee;

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
    /// For a statement that is sent: the parameter that it came in by, by position and name, if so.
    pub statement: Option<(u32, Arc<str>)>,
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
    caches: OnceCell<bool>,
}

impl<'t, 'm, 'a> Trips<'t, 'm, 'a> {
    /// Finds the round trips of a file.
    pub fn new(types: &'t Types<'m, 'a>) -> Self {
        let mut trips = Self {
            types,
            direct: Vec::new(),
            by_function: FxHashMap::default(),
            facts: RefCell::default(),
            caches: OnceCell::new(),
        };
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
            statement: None,
        }
    }
}
