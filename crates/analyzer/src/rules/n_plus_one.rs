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
//! something is an action for each item and not reported. Of medium confidence are: other web requests, since whether the service
//! takes many at once is not in view; writes where the loop deals with what fails for each item; queries that lock a row or read
//! it again; loops over languages, databases, tables, modules and the like, and over systems that the loop connects to; an
//! attribute of an attribute of a row without the mapped classes in view; `save()` of something that cannot be told, or of a form
//! or serializer that only its name tells of; a walk by recursion; and what a framework calls for each row (fields of a
//! serializer, columns of an admin list).

mod on_purpose;

use crate::file::{Draft, File};
use crate::{Confidence, Finding, Label};
use assay_python::last_name;
use assay_python::model::{Applied, BindingKind, Call, Class, Context, Loop, LoopKind, NONE};
use assay_python::nature::{Nature, nature};
use assay_python::project::{TripFact, TripKind};
use assay_python::trips::{Callee, Trip, Trips};
use assay_python::types::Type;
use on_purpose::{locks, on_purpose, one_at_a_time, per_table, remembered};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_ast::{Expr, ExprAttribute};

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
                let facts = trips.called(&call.node.func, call.node, call.context);
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
    found.findings.into_iter().map(Draft::from).collect()
}

/// A function that asks something that depends on its parameters and then calls itself, outside every loop: a query a level.
fn recursion<'a>(file: &File<'_, 'a>, trips: &Trips<'_, '_, 'a>, found: &mut Found<'_, '_, 'a>) {
    let model = file.model;
    for trip in &trips.direct {
        let context = trip.context;
        let Some(function) = model.functions.get(context.function as usize) else { continue };
        let itself = |call: &&Call<'a>| {
            call.name() == function.name
                && call.context.looped == NONE
                && matches!(trips.callee(&call.node.func, call.context), Callee::Own(own) if own == context.function)
        };
        if context.looped != NONE || trip.batched || trip.flushes || !matches!(trip.kind, TripKind::Read) {
            continue;
        }
        let Some(call) = function.calls.iter().map(|at| &model.calls[*at as usize]).find(itself) else { continue };
        // Only what goes to the next level by way of the row is a walk; with the same arguments it is another attempt.
        let by_way = call.node.range().contains_range(trip.range)
            || model.text[..trip.range.start().to_usize()]
                .rsplit('\n')
                .next()
                .and_then(|line| line.trim().strip_suffix('='))
                .is_some_and(|name| mentions_word(&model.text[call.node.range()], name.trim()));
        if by_way {
            let message = format!(
                "`{}` queries the database once for each level that `{}` calls itself; fetch all levels with one query",
                trip.what, function.name
            );
            found.push(trip.range, message, Confidence::Medium, vec![file.label(call.node, "calls itself here")]);
        }
    }
}

/// Methods that a framework calls for each row: fields of a serializer, columns of an admin list.
fn for_each_row<'a>(file: &File<'_, 'a>, trips: &Trips<'_, '_, 'a>, found: &mut Found<'_, '_, 'a>) {
    for (at, class) in (0..).zip(&file.model.classes) {
        let bases = class.node.arguments.iter().flat_map(|arguments| &arguments.args).map(last_name);
        let Some(kind) = bases.into_iter().find_map(RowClass::of) else { continue };
        for (method, name) in kind.methods(file, class) {
            let Some(function) = file.model.method(at, &method) else { continue };
            let Some(row) = file.model.functions[function as usize]
                .parameters()
                .and_then(|parameters| parameters.iter_source_order().nth(1))
            else {
                continue;
            };
            for fact in trips.facts(function) {
                let here =
                    *fact.module == *file.model.module && mentions_word(&file.model.text[fact.range], row.name());
                if fact.kind == TripKind::Lazy || !here {
                    continue;
                }
                let shape = Shape { kind: fact.kind, certain: false, flushes: false, what: fact.what.to_string() };
                let message = format!("{} for each row that is {}; {}", shape.verb(), kind.done(), shape.remedy());
                found.push(fact.range, message, Confidence::Medium, vec![file.label(&name, "named here")]);
            }
        }
    }
}

/// A class whose methods are called for each row.
#[derive(Clone, Copy)]
enum RowClass {
    Serializer,
    Admin,
}

impl RowClass {
    fn of(base: &str) -> Option<Self> {
        match base {
            _ if base.ends_with("Serializer") => Some(Self::Serializer),
            "ModelAdmin" | "TabularInline" | "StackedInline" => Some(Self::Admin),
            _ if base.ends_with("ModelAdmin") => Some(Self::Admin),
            _ => None,
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Serializer => "serialized",
            Self::Admin => "listed",
        }
    }

    /// The names of such methods, and where the class says so.
    fn methods(self, file: &File<'_, '_>, class: &Class<'_>) -> Vec<(String, TextRange)> {
        let mut found = Vec::new();
        for (name, bindings) in &file.model.scopes[class.scope as usize].names {
            for binding in bindings {
                let BindingKind::Assign(value, _) = file.model.bindings[*binding as usize].kind else { continue };
                match (self, value) {
                    (Self::Serializer, Expr::Call(call)) if last_name(&call.func) == "SerializerMethodField" => {
                        let given = call.arguments.args.first().or_else(|| {
                            let keyword =
                                call.arguments.keywords.iter().find(|keyword| {
                                    keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "method_name")
                                });
                            keyword.map(|keyword| &keyword.value)
                        });
                        let method = match given {
                            Some(Expr::StringLiteral(literal)) => literal.value.to_str().to_owned(),
                            _ => format!("get_{name}"),
                        };
                        found.push((method, call.range()));
                    }
                    (
                        Self::Admin,
                        Expr::Tuple(rustpython_ast::ExprTuple { elts, .. })
                        | Expr::List(rustpython_ast::ExprList { elts, .. }),
                    ) if *name == "list_display" => {
                        found.extend(elts.iter().filter_map(|element| match element {
                            Expr::StringLiteral(literal) => Some((literal.value.to_str().to_owned(), element.range())),
                            _ => None,
                        }));
                    }
                    _ => {}
                }
            }
        }
        found.sort_by_key(|(_, range)| range.start());
        found
    }
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

/// What is to be said of a round trip.
struct Shape {
    kind: TripKind,
    certain: bool,
    flushes: bool,
    what: String,
}

impl Shape {
    fn verb(&self) -> String {
        let what = &self.what;
        match self.kind {
            TripKind::Read => format!("`{what}` queries the database"),
            TripKind::Write if self.flushes => format!("`{what}` writes to the database"),
            TripKind::Write => format!("`{what}` writes one row"),
            TripKind::Lazy => format!("`{what}` is loaded by a query of its own"),
            TripKind::Request => format!("`{what}` sends a request"),
            TripKind::Key => format!("`{what}` asks the key-value store"),
        }
    }

    fn remedy(&self) -> &'static str {
        match self.kind {
            TripKind::Read => "fetch what all items need with one query before the loop",
            TripKind::Write if self.flushes => "write once, after the loop or for each chunk",
            TripKind::Write => "write all rows at once",
            TripKind::Lazy => "load the relation together with the rows",
            TripKind::Request => "ask for many at once, or each distinct one only once",
            TripKind::Key => "ask for many keys at once, or use a pipeline",
        }
    }
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

struct Found<'r, 'f, 'a> {
    file: &'r File<'f, 'a>,
    /// Findings by the place they mark.
    at: FxHashMap<TextRange, usize>,
    findings: Vec<Finding>,
    /// Relations already reported for a loop.
    loaded: FxHashSet<(TextRange, String)>,
}

impl<'a> Found<'_, '_, 'a> {
    fn push(&mut self, range: TextRange, message: String, confidence: Confidence, labels: Vec<Label>) {
        if let Some(known) = self.at.get(&range) {
            // Reached on another way as well: one finding, with all ways to it.
            let finding = &mut self.findings[*known];
            finding.confidence = finding.confidence.max(confidence);
            for label in labels {
                if !finding.labels.contains(&label) && finding.labels.len() < 6 {
                    finding.labels.push(label);
                }
            }
            return;
        }
        self.at.insert(range, self.findings.len());
        self.findings.push(self.file.finding(KIND, &range, message, confidence, labels));
    }

    fn item_of(looped: &Loop<'_>) -> String {
        match &looped.targets[..] {
            [] => "round of the loop".to_owned(),
            [one] => format!("`{one}`"),
            several => format!("`{}`", several.join(", ")),
        }
    }

    fn confidence(&self, shape: &Shape, looped: &Loop<'_>, depends: bool) -> Confidence {
        if shape.flushes || self.file.path.contains("migrations/") {
            return Confidence::Low;
        }
        // Whether a web service takes many at once is not in view, but for the best known.
        let takes_many = [".get_item(", ".describe_instances("].iter().any(|call| shape.what.contains(call));
        let known = shape.certain && (shape.kind != TripKind::Request || takes_many);
        if known && depends && looped.kind != LoopKind::While { Confidence::High } else { Confidence::Medium }
    }

    /// Reports a round trip that stands in this file; `varying` is the range whose names tell whether it depends on the item.
    fn report(
        &mut self,
        range: TextRange,
        shape: &Shape,
        looped: &Loop<'a>,
        varying: TextRange,
        call: Option<TextRange>,
        loads: Option<String>,
    ) {
        let item = Self::item_of(looped);
        let head = self.file.label(&looped.head, format!("for each {item} here"));
        if let Some(loads) = loads {
            let relation = loads.rsplit(['.', ' ']).next().unwrap_or(&loads).to_owned();
            if !self.loaded.insert((looped.range, relation.clone())) && !self.at.contains_key(&range) {
                let label = self.file.label(&range, "touched again here");
                let known = self.findings.iter_mut().rev().find(|finding| finding.labels.contains(&head));
                if let Some(finding) = known
                    && finding.labels.len() < 6
                {
                    finding.labels.push(label);
                }
                return;
            }
        }
        // What a called function asks with no name of its own in the question is the same each time.
        let asks_the_same =
            call.is_some() && shape.kind == TripKind::Read && !names_something(&self.file.model.text[range]);
        let depends = !asks_the_same && depends(self.file, varying, looped);
        // A row that stays the same through the loop keeps what was loaded once.
        if shape.kind == TripKind::Lazy && !depends {
            return;
        }
        let message = if depends {
            format!("{} for each {item}; {}", shape.verb(), shape.remedy())
        } else if shape.flushes {
            format!("{} in each round of the loop; {}", shape.verb(), shape.remedy())
        } else if looped.kind == LoopKind::While {
            return;
        } else {
            format!(
                "{} again for each {item}, though it does not depend on it; do it once before the loop",
                shape.verb()
            )
        };
        let mut confidence = self.confidence(shape, looped, depends);
        if shape.kind == TripKind::Write && one_at_a_time(self.file, call.unwrap_or(range), shape.kind, looped) {
            confidence = confidence.min(Confidence::Medium);
        }
        if on_purpose(self.file, call.unwrap_or(range), shape, looped) || locks(&self.file.model.text[range]) {
            confidence = confidence.min(Confidence::Medium);
        }
        let mut labels = vec![head];
        labels.extend(call.map(|call| self.file.label(&call, "called from the loop here")));
        self.push(range, message, confidence, labels);
    }

    /// Reports the round trips that a place in the loop makes through what it calls.
    fn report_facts(&mut self, facts: Vec<TripFact>, place: TextRange, looped: &Loop<'a>) {
        for fact in facts {
            let shape = Shape { kind: fact.kind, certain: fact.certain, flushes: false, what: fact.what.to_string() };
            if *fact.module == *self.file.model.module {
                let loads = fact.parameter.as_ref().map(|(_, relation)| format!("parameter {relation}"));
                self.report(fact.range, &shape, looped, place, Some(place), loads);
            } else {
                self.report_elsewhere(place, &shape, looped, &fact.module);
            }
        }
    }

    /// Reports a round trip that the called function makes in another file.
    fn report_elsewhere(&mut self, call: TextRange, shape: &Shape, looped: &Loop<'a>, module: &str) {
        let item = Self::item_of(looped);
        let depends = depends(self.file, call, looped);
        if !depends && looped.kind == LoopKind::While {
            return;
        }
        let message = format!(
            "this call, made for each {item}, goes to another system in `{}`: {}; {}",
            seen_from(&self.file.model.module, module),
            shape.verb(),
            shape.remedy()
        );
        let mut confidence = self.confidence(shape, looped, depends);
        if one_at_a_time(self.file, call, shape.kind, looped) || on_purpose(self.file, call, shape, looped) {
            confidence = confidence.min(Confidence::Medium);
        }
        let labels = vec![self.file.label(&looped.head, format!("for each {item} here"))];
        self.push(call, message, confidence, labels);
    }
}

/// Whether a query names a variable: `Shop.objects.first()` does not.
fn names_something(text: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut before = ' ';
    let mut rest = text;
    while let Some(start) = rest.find(part) {
        before = rest[..start].chars().last().unwrap_or(before);
        let end = rest[start..].find(|letter| !part(letter)).map_or(rest.len(), |length| start + length);
        let (word, after) = (&rest[start..end], &rest[end..]);
        if before != '.'
            && !after.starts_with('=')
            && word.starts_with(|first: char| first.is_lowercase() || first == '_')
        {
            return true;
        }
        before = word.chars().last().unwrap_or(' ');
        rest = after;
    }
    false
}

/// The dotted path of a module without the folders that it shares with the file that it is seen from.
fn seen_from<'m>(here: &str, module: &'m str) -> &'m str {
    let shared = here.split('.').zip(module.split('.')).take_while(|(a, b)| a == b).map(|(part, _)| part.len() + 1);
    // One shared package says where the rest is.
    let lengths: Vec<usize> = shared.collect();
    let skipped: usize = lengths.iter().take(lengths.len().saturating_sub(1)).sum();
    module.get(skipped..).unwrap_or(module)
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
