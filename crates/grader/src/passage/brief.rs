//! The brief that came with the exercise: what was copied from it, and what the exercise is about.

use super::{Sense, content};
use crate::lexicon::lexicon;
use crate::text::Token;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// The brief's word sequences, to know what was copied from it.
#[derive(Debug, Default)]
pub(crate) struct Brief {
    /// The stems of its words, numbered.
    stems: FxHashMap<String, u32>,
    windows: FxHashSet<[u32; COPIED]>,
}

/// So many words in a row are no coincidence.
const COPIED: usize = 4;

impl Brief {
    pub(crate) fn new(tokens: &[Token]) -> Self {
        let mut stems: FxHashMap<String, u32> = FxHashMap::default();
        let mut numbers = Vec::new();
        for token in tokens {
            let next = u32::try_from(stems.len()).unwrap_or(u32::MAX);
            numbers.push(*stems.entry(token.stem.clone()).or_insert(next));
        }
        Self { stems, windows: windows_of(&numbers).collect() }
    }

    /// Whether most of the words were copied.
    pub(super) fn holds(&self, tokens: &[Token]) -> bool {
        let windows = tokens.len().saturating_sub(COPIED - 1);
        if windows < 3 {
            return false;
        }
        let numbers: Vec<u32> =
            tokens.iter().map(|token| self.stems.get(token.stem.as_str()).copied().unwrap_or(u32::MAX)).collect();
        let copied = windows_of(&numbers).filter(|window| self.windows.contains(window)).count();
        copied * 2 > windows
    }
}

fn windows_of(numbers: &[u32]) -> impl Iterator<Item = [u32; COPIED]> {
    numbers.windows(COPIED).filter_map(|window| window.try_into().ok())
}

/// What an exercise is about: words of its brief and source that are no terms of the trade.
pub(crate) fn domain(brief: &[Token], source: &BTreeSet<Sense>) -> BTreeSet<Sense> {
    let mut domain = content(brief, lexicon());
    domain.extend(source.iter().cloned());
    domain.retain(|sense| matches!(sense, Sense::Stem(stem) if !lexicon().is_term(stem)));
    domain
}
