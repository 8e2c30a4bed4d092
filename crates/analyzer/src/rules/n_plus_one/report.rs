//! What is said of a round trip, and how surely.

use super::evidence::is_seen;
use super::on_purpose::{locks, on_purpose, one_at_a_time, runs_once};
use super::{KIND, depends, writes};
use crate::file::File;
use crate::{Confidence, Finding, Label};
use assay_python::model::{Loop, LoopKind};
use assay_python::project::{TripFact, TripKind};
use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is to be said of a round trip.
pub(super) struct Shape {
    pub(super) kind: TripKind,
    pub(super) certain: bool,
    pub(super) flushes: bool,
    pub(super) what: String,
}

impl Shape {
    pub(super) fn verb(&self) -> String {
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

    pub(super) fn remedy(&self) -> &'static str {
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

pub(super) struct Found<'r, 'f, 'a> {
    pub(super) file: &'r File<'f, 'a>,
    /// Findings by the place they mark.
    pub(super) at: FxHashMap<TextRange, usize>,
    pub(super) findings: Vec<Finding>,
    /// Relations already reported for a loop.
    pub(super) loaded: FxHashSet<(TextRange, String)>,
}

impl<'a> Found<'_, '_, 'a> {
    pub(super) fn push(&mut self, range: TextRange, message: String, confidence: Confidence, labels: Vec<Label>) {
        if let Some(known) = self.at.get(&range) {
            // Reached on another way as well: one finding, with all ways to it.
            let finding = &mut self.findings[*known];
            if confidence > finding.confidence {
                finding.confidence = confidence;
                finding.message = message;
            }
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

    /// How sure a round trip is that the loop makes itself.
    fn confidence(&self, shape: &Shape, looped: &Loop<'a>, depends: bool, place: TextRange) -> Confidence {
        if self.is_slight(shape) {
            return Confidence::Low;
        }
        if runs_once(self.file.path) || shape.kind != TripKind::Lazy && self.file.path.contains("management/commands/")
        {
            return Confidence::Medium;
        }
        // Where sessions are asynchronous, a relation that was not loaded raises when it is touched: it was loaded elsewhere.
        let loaded_before = shape.kind == TripKind::Lazy && self.file.model.text.contains("AsyncSession");
        let known = shape.certain && depends && looped.kind != LoopKind::While && !loaded_before;
        let sure = known && is_seen(self.file, shape, looped, place) && !self.is_meant(shape, looped, place);
        if sure { Confidence::High } else { Confidence::Medium }
    }

    /// Whether it seems that each item is meant to be dealt with by itself.
    fn is_meant(&self, shape: &Shape, looped: &Loop<'a>, place: TextRange) -> bool {
        let alone = shape.kind == TripKind::Write
            && (one_at_a_time(self.file, place, looped) || !writes::is_all(self.file, place, &shape.what, looped));
        alone || on_purpose(self.file, place, shape, looped) || locks(&self.file.model.text[place])
    }

    /// How sure a round trip is that is made by what the loop calls: what is called looks at the item, at its cache and at what it is
    /// asked for in ways that the loop does not show. About one in two is right (`benches/README.md`).
    fn confidence_of_called(&self, shape: &Shape) -> Confidence {
        if self.is_slight(shape) { Confidence::Low } else { Confidence::Medium }
    }

    /// Whether a round trip hardly matters.
    fn is_slight(&self, shape: &Shape) -> bool {
        shape.flushes || self.file.path.contains("migrations/")
    }

    /// Reports a round trip that stands in this file; `varying` is the range whose names tell whether it depends on the item.
    pub(super) fn report(
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
        let confidence = match call {
            Some(_) => self.confidence_of_called(shape),
            None => self.confidence(shape, looped, depends, range),
        };
        let mut labels = vec![head];
        labels.extend(call.map(|call| self.file.label(&call, "called from the loop here")));
        self.push(range, message, confidence, labels);
    }

    /// Reports the round trips that a place in the loop makes through what it calls.
    pub(super) fn report_facts(&mut self, facts: Vec<TripFact>, place: TextRange, looped: &Loop<'a>) {
        for fact in facts {
            let shape = Shape { kind: fact.kind, certain: false, flushes: false, what: fact.what.to_string() };
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
        let labels = vec![self.file.label(&looped.head, format!("for each {item} here"))];
        self.push(call, message, self.confidence_of_called(shape), labels);
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
