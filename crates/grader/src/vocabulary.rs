//! The words that matter for one key, numbered, so that a review's words are looked up once and then only counted.

use crate::grams::Index;
use crate::lexicon::lexicon;
use crate::passage;
use crate::target::Target;
use crate::words::{Stem, Token};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A word's meaning, by its number. Numbers are in the order of meanings, so that sums over them are always in that order.
pub(crate) type Sense = u32;

/// The words of the key's prose, and those of which the exercise is about.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The meaning of each stem.
    senses: FxHashMap<String, Sense>,
    /// For each meaning whether the exercise is about it.
    about: Vec<bool>,
    /// For each meaning what it weighs for each target.
    weights: Vec<Vec<Weights>>,
    /// The number of each stem of the targets' prose, and for each number the targets that have it.
    stems: FxHashMap<Stem, u32>,
    sharing: Vec<Vec<usize>>,
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
    senses: Vec<Sense>,
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
    pub(crate) fn new(targets: &[Target], names: &BTreeSet<passage::Sense>, domain: &BTreeSet<passage::Sense>) -> Self {
        let known: BTreeSet<&passage::Sense> =
            targets.iter().flat_map(|target| target.all.keys()).chain(domain).collect();
        let mut senses = FxHashMap::default();
        for (number, sense) in (0..).zip(&known) {
            match sense {
                passage::Sense::Stem(stem) => {
                    senses.insert(stem.clone(), number);
                }
                passage::Sense::Group(group) => {
                    let stems = lexicon().synonyms().filter(|(_, other)| other == group);
                    senses.extend(stems.map(|(stem, _)| (stem.to_owned(), number)));
                }
            }
        }
        let of = |target: &Target, sense: &passage::Sense| Weights {
            prose: target.prose.each_ref().map(|prose| prose.get(sense).copied().unwrap_or(0.0)),
            all: target.all.get(sense).copied().unwrap_or(0.0),
            is_name: names.contains(sense),
        };
        let mut stems: FxHashMap<Stem, u32> = FxHashMap::default();
        let mut sharing: Vec<Vec<usize>> = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            for &stem in &target.stems {
                let number = *stems.entry(stem).or_insert_with(|| {
                    sharing.push(Vec::new());
                    u32::try_from(sharing.len() - 1).unwrap_or(u32::MAX)
                });
                sharing[number as usize].push(index);
            }
        }
        Self {
            senses,
            about: known.iter().map(|sense| domain.contains(sense)).collect(),
            weights: known.iter().map(|sense| targets.iter().map(|target| of(target, sense)).collect()).collect(),
            stems,
            sharing,
            targets: targets.len(),
            grams: Index::new(targets.iter().flat_map(|target| &target.words)),
        }
    }

    /// The meaning of a stem, if the key has it.
    pub(crate) fn sense(&self, stem: &str) -> Option<Sense> {
        self.senses.get(stem).copied()
    }

    /// The number of a stem, if the prose of a target has it.
    pub(crate) fn sharing(&self, stem: Stem) -> Option<u32> {
        self.stems.get(&stem).copied()
    }

    /// What a meaning weighs for a target.
    pub(crate) fn weight(&self, sense: Sense, target: usize) -> f64 {
        self.weights[sense as usize][target].all
    }

    /// What is counted of the words of a passage.
    pub(crate) fn content(&self, tokens: &[Token]) -> Content {
        let mut senses: Vec<Sense> = Vec::with_capacity(tokens.len());
        senses.extend(tokens.iter().filter_map(|token| token.word.sense));
        senses.sort_unstable();
        senses.dedup();
        let mut stems: Vec<(Stem, Option<u32>)> = Vec::with_capacity(tokens.len());
        stems.extend(compared(tokens).map(|token| (token.word.stem, token.word.sharing)));
        stems.sort_unstable();
        stems.dedup();
        let mut shared_stems = vec![0; self.targets];
        for number in stems.iter().filter_map(|(_, sharing)| *sharing) {
            for &target in &self.sharing[number as usize] {
                shared_stems[target] += 1;
            }
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

/// The words whose stems are compared.
pub(crate) fn compared(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    tokens.iter().filter(|token| token.word.is_compared)
}

/// Cosine of two sets of words, of which each has so many, and both so many in common.
pub(crate) fn cosine(both: usize, a: usize, b: usize) -> f64 {
    if a == 0 || b == 0 { 0.0 } else { both as f64 / ((a * b) as f64).sqrt() }
}
