//! The words that matter for one key, numbered, so that a review's words are looked up once and then only counted.

use crate::grams::Index;
use crate::lexicon::lexicon;
use crate::passage::{Sense, is_content};
use crate::target::Target;
use crate::text::Token;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// The number of a word's meaning. Numbers are in the order of meanings, so that sums over them are always in that order.
pub(crate) type Number = u32;

/// The words of the key's prose, and those of which the exercise is about.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The meaning of each stem.
    senses: FxHashMap<String, Number>,
    /// For each meaning whether the exercise is about it.
    about: Vec<bool>,
    /// For each meaning what it weighs for each target.
    weights: Vec<Vec<Weights>>,
    /// The targets in whose prose a stem stands.
    stems: FxHashMap<String, Vec<usize>>,
    targets: usize,
    /// Summary, why and fix of each target in turn.
    pub(crate) grams: Index,
}

#[derive(Debug, Clone, Copy, Default)]
struct Weights {
    prose: [f64; 3],
    all: f64,
    is_name: bool,
}

/// The content words of a passage, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Meanings, each once, ascending.
    senses: Vec<Number>,
    /// For each target the stems that stand in its prose too, and how many there are in all.
    shared_stems: Vec<usize>,
    stems: usize,
}

/// What a passage's words have in common with a target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Common {
    /// Sums of weights of the words that stand in summary, why and fix, and in any of them.
    pub(crate) prose: [f64; 3],
    pub(crate) all: f64,
    /// The last in two parts: words that are no names of the source, and those that are.
    pub(crate) shared: f64,
    pub(crate) shared_names: f64,
    /// Cosine of the stems, each counted once and all alike. On real review comments this agreed better with a judge than
    /// with weights by rarity.
    pub(crate) cosine: f64,
}

impl Vocabulary {
    /// Numbers the words of the targets, and those of `domain`, of which the exercise is about. `names` are those of the source.
    pub(crate) fn new(targets: &[Target], names: &BTreeSet<Sense>, domain: &BTreeSet<Sense>) -> Self {
        let known: BTreeSet<&Sense> = targets.iter().flat_map(|target| target.all.keys()).chain(domain).collect();
        let mut senses = FxHashMap::default();
        for (number, sense) in (0..).zip(&known) {
            match sense {
                Sense::Stem(stem) => {
                    senses.insert(stem.clone(), number);
                }
                Sense::Group(group) => {
                    let stems = lexicon().synonyms().filter(|(_, other)| other == group);
                    senses.extend(stems.map(|(stem, _)| (stem.to_owned(), number)));
                }
            }
        }
        let of = |target: &Target, sense: &Sense| Weights {
            prose: target.prose.each_ref().map(|prose| prose.get(sense).copied().unwrap_or(0.0)),
            all: target.all.get(sense).copied().unwrap_or(0.0),
            is_name: names.contains(sense),
        };
        let mut stems: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, target) in targets.iter().enumerate() {
            for stem in &target.stems {
                stems.entry(stem.clone()).or_default().push(index);
            }
        }
        Self {
            senses,
            about: known.iter().map(|sense| domain.contains(sense)).collect(),
            weights: known.iter().map(|sense| targets.iter().map(|target| of(target, sense)).collect()).collect(),
            stems,
            targets: targets.len(),
            grams: Index::new(targets.iter().flat_map(|target| &target.grams)),
        }
    }

    /// Looks up the words of a passage.
    pub(crate) fn content(&self, tokens: &[Token]) -> Content {
        let mut senses: Vec<Number> = tokens
            .iter()
            .filter(|token| is_content(token))
            .filter_map(|token| self.senses.get(token.stem.as_str()).copied())
            .collect();
        senses.sort_unstable();
        senses.dedup();
        let stems: FxHashSet<&str> = content_stems(tokens).collect();
        let mut shared_stems = vec![0; self.targets];
        for &target in stems.iter().filter_map(|&stem| self.stems.get(stem)).flatten() {
            shared_stems[target] += 1;
        }
        Content { senses, shared_stems, stems: stems.len() }
    }

    /// Whether any of the words is one of which the exercise is about.
    pub(crate) fn is_about(&self, content: &Content) -> bool {
        content.senses.iter().any(|&sense| self.about[sense as usize])
    }

    /// What the words have in common with each target.
    pub(crate) fn common(&self, content: &Content, targets: &[Target]) -> Vec<Common> {
        let mut out: Vec<Common> = content
            .shared_stems
            .iter()
            .zip(targets)
            .map(|(&both, target)| Common {
                cosine: cosine(both, content.stems, target.stems.len()),
                ..Common::default()
            })
            .collect();
        for &sense in &content.senses {
            for (common, weights) in out.iter_mut().zip(&self.weights[sense as usize]) {
                for (sum, weight) in common.prose.iter_mut().zip(weights.prose) {
                    *sum += weight;
                }
                common.all += weights.all;
                *if weights.is_name { &mut common.shared_names } else { &mut common.shared } += weights.all;
            }
        }
        out
    }
}

/// The stems of content words, in the order of the text.
pub(crate) fn content_stems(tokens: &[Token]) -> impl Iterator<Item = &str> {
    tokens.iter().filter(|token| token.word.len() > 1 && !token.is_stop).map(|token| token.stem.as_str())
}

/// Cosine of two sets of words, of which each has so many, and both so many in common.
pub(crate) fn cosine(both: usize, a: usize, b: usize) -> f64 {
    if a == 0 || b == 0 { 0.0 } else { both as f64 / ((a * b) as f64).sqrt() }
}
