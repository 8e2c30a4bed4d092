//! What calling a function asks of other systems, through helpers and methods.

use super::Trips;
use super::serializers::is_serializer;
use crate::model::{Context, NONE};
use crate::nature::{Nature, nature};
use crate::project::{FunctionFacts, TripFact};
use crate::types::Type;
use crate::walk::last_name;
use ruff_text_size::{Ranged, TextRange};
use rustpython_ast::{Expr, ExprAttribute, ExprCall};
use std::sync::Arc;

const CACHING: &[&str] =
    &["lru_cache", "cache", "cached", "memoize", "memoized", "cachedmethod", "cache_result", "ttl_cache"];

/// Words by which a function looks into a cache.
const ASKS_A_CACHE: &[&str] = &["cache.get(", "get_or_set(", "_cache[", " cache[", "cached = ", ".cache("];

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

impl<'a> Trips<'_, '_, 'a> {
    /// The function of this file, or the facts of another file's, that a call calls.
    pub fn callee(&self, func: &'a Expr, context: Context) -> Callee {
        let own = |function| Callee::Own(function);
        match self.types.of(func, context) {
            Type::Function(function) | Type::Method(function) => own(function),
            // What making an instance asks for.
            Type::Class(class) => match self.types.model.method(class, "__init__") {
                Some(init) => own(init),
                None => match self.serialized(class) {
                    Some(facts) => Callee::Other(Arc::new(facts)),
                    None => Callee::Unknown,
                },
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
                        (0..).zip(&self.types.model.classes).find(|(at, _)| self.types.class_key(*at) == *model);
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
        let asks_a_cache = self.caches() && ASKS_A_CACHE.iter().any(|word| text.contains(word));
        if cached || asks_a_cache {
            return Vec::new();
        }
        let module: Arc<str> = model.module.as_str().into();
        let mut found: Vec<TripFact> = Vec::new();
        for at in self.by_function.get(&function).into_iter().flatten() {
            let trip = &self.direct[*at];
            if self.repeated(trip.context) || trip.flushes || trip.batched || self.remembered(trip.range) {
                continue;
            }
            found.push(TripFact {
                kind: trip.kind,
                what: trip.what.as_str().into(),
                module: module.clone(),
                range: trip.range,
                parameter: trip.parameter.clone(),
                unless_given: self.asked_unless_given(function, trip.range),
                statement: trip.statement.clone(),
                kept: false,
            });
        }
        for at in &this.calls {
            let call = &model.calls[*at as usize];
            if self.repeated(call.context) {
                continue;
            }
            let facts = self.called(&call.node.func, call.node, call.context);
            if facts.is_empty() {
                continue;
            }
            // What hangs on a parameter of the callee is settled here or not at all.
            let unless_given = self.asked_unless_given(function, call.node.range());
            found.extend(facts.into_iter().map(|fact| TripFact {
                parameter: None,
                unless_given: unless_given.clone(),
                kept: false,
                ..fact
            }));
        }
        found.truncate(4);
        if !found.is_empty() && keeps(text) {
            for fact in &mut found {
                fact.kept = true;
            }
        }
        self.facts.borrow_mut().insert(function, found.clone());
        found
    }

    /// Whether the file has any of the words that tell of a cache: most have none.
    fn caches(&self) -> bool {
        let text = self.types.model.text.as_bytes();
        *self
            .caches
            .get_or_init(|| ASKS_A_CACHE.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some()))
    }

    /// Number of round trips that stand in a function itself.
    pub fn count_in(&self, function: u32) -> usize {
        self.by_function.get(&function).map_or(0, Vec::len)
    }

    /// Whether what a place brings is kept for whoever asks next: `if key not in known:`, then `known[key] = ...`.
    fn remembered(&self, place: TextRange) -> bool {
        let mut lines = self.types.model.text[..place.start().to_usize()].lines().rev();
        let store = lines.next().and_then(|line| line.trim_start().split_once('['));
        let asked = lines.next().and_then(|line| line.trim_end().strip_suffix(':')?.rsplit_once(" not in "));
        matches!((store, asked), (Some((store, rest)), Some((_, asked))) if store == asked && rest.contains('='))
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
        // `serializers.OrderSerializer(order)` makes a serializer of an order.
        let serializes = is_serializer(func);
        let method = method && !serializes;
        let receiver = |position: u32| match func {
            Expr::Attribute(attribute) if method && position == 0 => Some(&*attribute.value),
            _ => node.arguments.args.get((position as usize).saturating_sub(usize::from(method))),
        };
        let left_out = |(position, name): &(u32, Arc<str>)| {
            let keyword = node.arguments.keywords.iter().find(|keyword| keyword.arg.as_deref() == Some(&**name));
            let value = keyword.map(|keyword| &keyword.value).or_else(|| receiver(*position));
            // `**options` may give anything.
            let open = node.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
            !open && value.is_none_or(Expr::is_none_literal_expr)
        };
        let mut facts: Vec<TripFact> =
            facts.into_iter().filter(|fact| fact.unless_given.as_ref().is_none_or(left_out)).collect();
        for fact in &mut facts {
            if let Some((position, name)) = fact.statement.take() {
                let keyword = node.arguments.keywords.iter().find(|keyword| keyword.arg.as_deref() == Some(&*name));
                let given = keyword.map(|keyword| &keyword.value).or_else(|| receiver(position));
                if let Some(kind) = given.and_then(|given| self.done_with_rows(given, context)) {
                    fact.kind = kind;
                }
            }
        }
        // A serializer asks when its data is taken.
        if serializes {
            let taken = self.types.model.text[node.end().to_usize()..].starts_with(".data");
            facts.retain(|fact| taken && self.is_relation(fact, receiver(0).map(|row| self.types.of(row, context))));
        }
        self.settled(facts, receiver, context)
    }

    /// What a call gives for a parameter of the function it calls, by the position that a fact of that function names.
    pub fn given(&self, func: &'a Expr, node: &'a ExprCall, context: Context, position: u32) -> Option<&'a Expr> {
        let method = match self.callee(func, context) {
            Callee::Own(function) => self.types.model.functions[function as usize].class != NONE,
            _ => true,
        };
        match func {
            Expr::Attribute(attribute) if method && position == 0 => Some(&*attribute.value),
            Expr::Attribute(_) if method => node.arguments.args.get(position as usize - 1),
            _ => node.arguments.args.get(position as usize),
        }
    }

    /// The parameter without which alone a function comes to a place: `if rate is None:`, `if not rate:`, `rate = rate or ...`.
    fn asked_unless_given(&self, function: u32, place: TextRange) -> Option<(u32, Arc<str>)> {
        let model = self.types.model;
        let this = &model.functions[function as usize];
        let parameters = this.parameters()?;
        let before = &model.text[this.range().start().to_usize()..place.start().to_usize()];
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut lines = before.lines().rev();
        let first = lines.next()?;
        let position = |name: &str| {
            let at = parameters.iter_source_order().position(|parameter| parameter.name() == name)?;
            Some((u32::try_from(at).ok()?, name.into()))
        };
        // `rate = rate or ask()`
        if let Some((name, value)) = first.trim().split_once(" = ")
            && value.starts_with(&format!("{name} or "))
        {
            return position(name);
        }
        let mut level = indent(first);
        for line in lines {
            if line.trim().is_empty() || indent(line) >= level {
                continue;
            }
            level = indent(line);
            if let Some(asked) = line.trim().strip_prefix("if ").and_then(|line| line.strip_suffix(':')) {
                let name = asked.strip_suffix(" is None").or_else(|| asked.strip_prefix("not "));
                if let Some(found) = name.and_then(position) {
                    return Some(found);
                }
            }
        }
        None
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
            .chain((0..).zip(&self.types.model.classes).filter_map(|(at, class)| {
                let facts = self.types.model.method(at, "__init__").is_none().then(|| self.serialized(at))??;
                Some((format!("{}.__init__", class.node.name).into(), facts))
            }))
            .collect()
    }
}

/// Whether a method keeps what it has found in an attribute of its object and looks there first.
fn keeps(text: &str) -> bool {
    text.match_indices("self._").any(|(at, _)| {
        let rest = &text[at + "self.".len()..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let set = after.starts_with(" = ");
        set && (text.contains(&format!("self.{name} is None"))
            || text.contains(&format!("not self.{name}:"))
            || text.contains(&format!("hasattr(self, \"{name}\")"))
            || text.contains(&format!("hasattr(self, '{name}')"))
            || text.contains("except AttributeError"))
    })
}
