//! # What it does
//! Finds round trips that are made once for each item of a loop: queries, lazy loads of related rows, writes of single rows, web
//! requests and look-ups in a key-value store; in `for`, `while`, comprehensions, generators, `map` and sort keys; directly or
//! through functions and methods that the loop calls.
//!
//! # Why it is bad
//! The number of round trips grows with the data. Each costs latency, however fast the query is, so what takes milliseconds
//! with ten rows takes minutes with ten thousand, and the other system carries the load.
//!
//! # Example
//! ```python
//! for order in Order.objects.filter(paid=False):
//!     print(order.customer.name)
//! ```
//!
//! # Use instead
//! ```python
//! for order in Order.objects.filter(paid=False).select_related("customer"):
//!     print(order.customer.name)
//! ```
//!
//! # Limits
//! Loops over a few constants, retries, pages, chunks and files are left alone, as are loops over classes, each with a table of its
//! own, fields of a form or model, and functions whose results are cached or that ask a cache. A web request that only sends
//! something is an action for each item and not reported, nor is a write to a service of AWS that has no form for many.
//!
//! High confidence is earned by what is in view. Of a lazy load: the mapped classes, and the query that gave the rows, here, in
//! a function that is called, or behind the object whose method this is, for whoever hands rows in may have loaded more. Of a
//! query: that the loop goes over rows of a query in view, not over a slice, nor over those of one name; that it is come to each
//! time; and that a round neither is long, nor writes first, nor deals with whatever may fail. Of a write: that the loop does
//! nothing but set, gather and write, and that the class saves in no way of its own. Commands and what fills a database with
//! made-up data, moves, copies or repairs it are of medium confidence, but for lazy loads.
//!
//! Of medium confidence are also: web requests, since whether the service takes many at once is not in view; writes where the
//! loop deals with what fails for each item; queries that lock a row, read it again, are asked once more, or hang on the round
//! before; loops over languages, databases, tables, columns, modules and the like, and over systems that the loop connects to;
//! an attribute of an attribute of a row without the mapped classes in view; a form or serializer that only its name tells of; a
//! walk by recursion; what a framework calls for each row (fields of a serializer, nested serializers, columns of an admin
//! list); all that is asked by what the loop calls, and a statement that cannot be read; lazy loads where sessions are
//! asynchronous; what stands in for all at once that failed; what somebody typed or chose; and what a comment gives a reason
//! for. What an object keeps once it was asked for, and what is asked only if an argument is left out, counts where it happens
//! for each item.

mod around;
mod evidence;
mod on_purpose;
mod origin;
mod report;
mod without_loop;
mod writes;

use crate::Confidence;
use crate::file::{Draft, File};
use assay_python::model::{Applied, Call, Context, Loop, LoopKind, NONE};
use assay_python::nature::{Nature, nature};
use assay_python::project::TripKind;
use assay_python::trips::Trip;
use assay_python::types::Type;
pub(crate) use on_purpose::runs_once;
use on_purpose::{per_table, remembered};
use report::{Found, Shape};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_ast::{Expr, ExprAttribute};
use without_loop::{for_each_row, recursion, serialized_rows};

const KIND: &str = "n-plus-one";

pub(crate) fn check(file: &File<'_, '_>) -> Vec<Draft> {
    let Some(trips) = file.trips else { return Vec::new() };
    let mut found = Found { file, at: FxHashMap::default(), findings: Vec::new(), loaded: FxHashSet::default() };

    // In the order of the text, so that the first of several touches of the same relation is the one reported.
    let model = file.model;
    let mut places: Vec<(TextRange, Place<'_, '_>)> = trips
        .direct
        .iter()
        .map(|trip| (trip.range, Place::Direct(trip)))
        .chain(
            model
                .calls
                .iter()
                .filter(|call| call.context.looped != NONE)
                .map(|call| (call.node.range(), Place::Call(call))),
        )
        .collect();
    places.extend(model.applied.iter().map(|applied| (applied.range, Place::Applied(applied))));
    places.extend(model.reads.iter().map(|(read, context)| (read.range(), Place::Read(read, *context))));
    places.sort_by_key(|(range, _)| (range.start(), range.end()));

    for (range, place) in places {
        match place {
            Place::Direct(trip) => {
                let Some(looped) = repeating(file, trip.context, trip.range) else { continue };
                if remembered(file, trip.range, looped)
                    || trip.assumed
                    || trip.batched && takes_the_item(file, range, looped)
                {
                    continue;
                }
                let loads = trip.loads.clone();
                if per_table(&model.text[trip.range], looped) {
                    continue;
                }
                let shape = Shape {
                    kind: trip.kind,
                    certain: trip.certain && !trip.batched,
                    flushes: trip.flushes,
                    what: trip.what.clone(),
                };
                found.report(range, &shape, looped, range, None, loads);
            }
            Place::Call(call) => {
                let Some(looped) = repeating(file, call.context, range) else { continue };
                // `cache(self.folders_of, name)`
                if matches!(call.name(), "cache" | "cached" | "memoize" | "memoized") {
                    continue;
                }
                let mut facts = trips.called(&call.node.func, call.node, call.context);
                // An object that stays the same through the loop asks once if it keeps what it found.
                if let Expr::Attribute(method) = &*call.node.func
                    && !depends(file, method.value.range(), looped)
                {
                    facts.retain(|fact| !fact.kept);
                }
                // A row that is handed on in each round, and stays the same, keeps what it has loaded.
                facts.retain(|fact| {
                    let given = fact
                        .parameter
                        .as_ref()
                        .and_then(|(position, _)| trips.given(&call.node.func, call.node, call.context, *position));
                    fact.kind != TripKind::Lazy || given.is_none_or(|given| depends(file, given.range(), looped))
                });
                // What changes something is told as a change, even if it looks first.
                if changes(call.name()) {
                    facts.sort_by_key(|fact| fact.kind != TripKind::Write);
                }
                if !facts.is_empty() && !remembered(file, range, looped) {
                    found.report_facts(facts, range, looped);
                }
            }
            Place::Read(read, context) => {
                let Some(looped) = repeating(file, context, range) else { continue };
                // What does not change from round to round may well be kept by the object.
                if depends(file, range, looped) {
                    found.report_facts(trips.property(read, context), range, looped);
                }
            }
            Place::Applied(applied) => {
                let facts = match file.types.of(applied.function, applied.context) {
                    Type::Function(function) | Type::Method(function) => trips.facts(function),
                    Type::Path(path) => {
                        file.types.project.function(&path).map(|facts| facts.trips.clone()).unwrap_or_default()
                    }
                    _ => Vec::new(),
                };
                for fact in facts {
                    let shape = Shape { kind: fact.kind, certain: false, flushes: false, what: fact.what.to_string() };
                    let message =
                        format!("{} for each item that `{}` goes through", shape.verb(), file.words(&applied.range));
                    let here = *fact.module == *model.module;
                    let main = if here { fact.range } else { applied.range };
                    let labels =
                        if here { vec![file.label(&applied.range, "called for each item here")] } else { Vec::new() };
                    found.push(main, message, Confidence::Medium, labels);
                }
            }
        }
    }
    recursion(file, trips, &mut found);
    for_each_row(file, trips, &mut found);
    serialized_rows(file, trips, &mut found);
    found.findings.into_iter().map(Draft::from).collect()
}

/// Whether a text holds a word that is not the name of an attribute.
fn mentions_word(text: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(|before: char| part(before) || before == '.')
            && !text[at + word.len()..].starts_with(part)
    })
}

enum Place<'p, 'a> {
    Direct(&'p Trip),
    Call(&'p Call<'a>),
    Applied(&'p Applied<'a>),
    Read(&'a ExprAttribute, Context),
}

/// The innermost loop around a place that goes over items without number. A place in a loop's own head is not repeated by it.
fn repeating<'f, 'a>(file: &'f File<'_, 'a>, context: Context, range: TextRange) -> Option<&'f Loop<'a>> {
    let mut at = context.looped;
    while at != NONE {
        let looped = &file.model.loops[at as usize];
        let in_head = looped.kind == LoopKind::While && looped.head.contains_range(range);
        if !in_head {
            match nature(file.types, looped) {
                Nature::Items => return Some(looped),
                // Each file is a unit of work; what is done once for each is not repeated for each row.
                Nature::Files => return None,
                Nature::Few | Nature::Retry | Nature::Chunks => {}
            }
        }
        at = looped.context.looped;
    }
    None
}

/// Whether a query for many takes the loop's item as the many: `filter(id__in=ids)` in `for ids in ...`.
fn takes_the_item(file: &File<'_, '_>, range: TextRange, looped: &Loop<'_>) -> bool {
    let text: String = file.model.text[range].split_whitespace().collect();
    looped.targets.iter().any(|target| {
        text.contains(&format!("__in={target}"))
            || text.contains(&format!(".in_({target}"))
            || text.contains(&format!(",{target})"))
            || text.contains(&format!("{{\"ids\":{target}"))
    })
}

/// Whether the name of a function says that it changes something.
fn changes(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    ["create", "update", "delete", "save", "add", "remove", "insert", "set_", "store"]
        .iter()
        .any(|verb| name.starts_with(verb))
}

/// Whether the words of a place mention anything that changes from round to round.
fn depends(file: &File<'_, '_>, range: TextRange, looped: &Loop<'_>) -> bool {
    let text = &file.model.text[range];
    let mut varying: FxHashSet<&str> = looped.targets.iter().chain(&looped.assigned).copied().collect();
    // `while queue:` takes from the queue.
    if let (LoopKind::While, Expr::Name(queue)) = (looped.kind, looped.source) {
        varying.insert(queue.id.as_str());
    }
    // What inner loops bind varies as well.
    for inner in &file.model.loops {
        if looped.range.contains_range(inner.range) {
            varying.extend(inner.targets.iter().chain(&inner.assigned).copied());
        }
    }
    let mut rest = text;
    let mut before = ' ';
    while let Some(start) = rest.find(|letter: char| letter.is_alphabetic() || letter == '_') {
        before = rest[..start].chars().last().unwrap_or(before);
        let word = &rest[start..];
        let end = word.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(word.len());
        if before != '.' && varying.contains(&word[..end]) {
            return true;
        }
        // A bound attribute, `self.page`, varies if the loop sets it.
        if before == '.' && looped.assigned.contains(&&word[..end]) && text.contains("self.") {
            return true;
        }
        before = word[..end].chars().last().unwrap_or(' ');
        rest = &word[end..];
    }
    false
}
