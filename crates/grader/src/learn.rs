//! What the grader sees of a review, for fitting the weights to labelled reviews.
//!
//! Grading weighs the same observations with the weights that ship; see `observe`.

use crate::Review;
use crate::chain::Join;
use crate::credit;
use crate::grams::{self, Gram, REVIEW};
use crate::issue::Issue;
use crate::observe::Seen;
use crate::passage::Passage;
use crate::place::Map;
use crate::prose::{self, Likeness, PROSE};
pub use crate::role::Taken;
use crate::role::{ROLE_NAMES, ROLES};
use crate::target::Target;
use crate::whole::Whole;
use crate::words::Words;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Named observations that are not 0.
pub type Features = Vec<(&'static str, f64)>;

/// Names of the roles of a passage, in the order of [`Taken::roles`].
pub const ROLE_ORDER: [&str; ROLES] = ROLE_NAMES;

/// What is seen of one review.
#[derive(Debug)]
pub struct Sight<'g> {
    targets: &'g [Target],
    passages: Vec<Passage>,
    spans: Vec<Range<usize>>,
    /// The runs of letters of each passage, and of the whole review.
    grams: Vec<Vec<(Gram, f64)>>,
    all_grams: Vec<(Gram, f64)>,
    seen: Seen,
}

fn named(names: &[&'static str], values: &[f64]) -> Features {
    names.iter().copied().zip(values.iter().copied()).filter(|(_, value)| *value != 0.0).collect()
}

/// The sum of words, divided by a length.
fn summed<'a>(words: impl IntoIterator<Item = &'a String>, length: f64) -> Vec<(Gram, f64)> {
    let mut sums: BTreeMap<Gram, f64> = BTreeMap::new();
    for (gram, rarity) in words.into_iter().flat_map(|word| grams::runs(word)) {
        *sums.entry(gram).or_default() += rarity / length;
    }
    sums.into_iter().collect()
}

impl<'g> Sight<'g> {
    pub(crate) fn new(
        review: &Review,
        passages: Vec<Passage>,
        targets: &'g [Target],
        map: &Map,
        words: &Words,
    ) -> Self {
        let spans = passages
            .iter()
            .map(|passage| review.parts[passage.part].span(passage.unit.start, passage.unit.end))
            .collect();
        let seen = Seen::new(&passages, targets, map, &words.vocabulary);
        let forms = |passage: &Passage| -> Vec<String> {
            let (text, spelling) = passage.written(&review.parts[passage.part].body);
            passage.tokens.iter().map(|token| words.form(&text[token.start..token.end], spelling)).collect()
        };
        let forms: Vec<Vec<String>> = passages.iter().map(forms).collect();
        let grams = forms.iter().map(|words| {
            let runs = words.iter().flat_map(|word| grams::runs(word));
            let length = runs.map(|(_, rarity)| rarity * rarity).sum::<f64>().sqrt();
            summed(words, length)
        });
        let all_grams = summed(forms.iter().flatten().collect::<BTreeSet<_>>(), REVIEW);
        Self { targets, spans, grams: grams.collect(), all_grams, passages, seen }
    }

    /// The passages as byte ranges of the review's text.
    pub fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    /// From what speaks for each state of each passage: the probabilities of each target by itself.
    pub fn alone(emissions: &[Vec<f64>]) -> Vec<Vec<f64>> {
        crate::observe::alone(emissions)
    }

    /// The runs of letters of a passage, each once, with their weights; the passage is a vector of length 1.
    pub fn grams(&self, passage: usize) -> &[(Gram, f64)] {
        &self.grams[passage]
    }

    /// The same of the whole review, whose words count once each however often they are said.
    pub fn all_grams(&self) -> &[(Gram, f64)] {
        &self.all_grams
    }

    /// How each passage is joined to the one before it.
    pub fn joins(&self) -> &[Join] {
        &self.seen.joins
    }

    /// What speaks for a target as the subject of a passage.
    pub fn subject(&self, passage: usize, target: usize) -> Features {
        named(crate::subject::Subject::NAMES, &self.seen.subjects[passage][target].values())
    }

    /// What speaks for a passage's being about no target.
    pub fn none(&self, passage: usize) -> Features {
        named(crate::subject::NoSubject::NAMES, &self.seen.none[passage].values())
    }

    /// What is seen of a passage's part for a target.
    pub fn role(&self, passage: usize, target: usize) -> Features {
        named(crate::role::Role::NAMES, &self.seen.role(&self.passages, passage, target).values())
    }

    /// What is seen of the review as a whole, given what its passages are taken for.
    pub fn whole(&self, taken: &Taken) -> Features {
        let whole = Whole::new(&self.passages, &self.seen.compared, &self.seen.document, taken);
        named(Whole::NAMES, &whole.values())
    }

    /// What is seen of one target, given the same and the probability that the review earns nothing.
    pub fn issue(&self, target: usize, taken: &Taken, empty: f64) -> Features {
        let issue = Issue::new(
            target,
            self.targets[target].decoy,
            &self.passages,
            &self.seen.compared,
            &self.seen.document,
            taken,
            empty,
        );
        named(Issue::NAMES, &issue.values())
    }

    /// The probabilities of a target's credits, less where no passage says them: see `credit`.
    pub fn quotable(&self, target: usize, taken: &Taken, p: [f64; 3]) -> [f64; 3] {
        let said = credit::said(&self.passages, taken, target, self.targets[target].decoy);
        credit::quotable(p, said)
    }

    /// For a key without code: what is seen of the remark that is most like each target.
    pub fn likeness(&self) -> Option<Vec<Features>> {
        if !self.targets.iter().any(|target| target.kind == PROSE) {
            return None;
        }
        let all = prose::likeness(&self.passages, self.targets, &self.seen.compared);
        Some(all.into_iter().map(|(likeness, _)| named(Likeness::NAMES, &likeness.values())).collect())
    }
}
