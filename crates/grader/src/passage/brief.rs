//! The brief that came with the exercise: what was copied from it, and what the exercise is about.

use super::{Sense, content};
use crate::lexicon::lexicon;
use crate::text;
use crate::words::Token;
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
    pub(crate) fn new(tokens: &[text::Token]) -> Self {
        let mut stems: FxHashMap<String, u32> = FxHashMap::default();
        let mut numbers = Vec::new();
        for token in tokens {
            let next = u32::try_from(stems.len()).unwrap_or(u32::MAX);
            numbers.push(*stems.entry(token.stem.clone()).or_insert(next));
        }
        Self { stems, windows: windows_of(&numbers).collect() }
    }

    /// The number of a stem, if the brief has it.
    pub(crate) fn number(&self, stem: &str) -> Option<u32> {
        self.stems.get(stem).copied()
    }

    /// Whether most of the words were copied.
    pub(crate) fn holds(&self, tokens: &[Token]) -> bool {
        let windows = tokens.len().saturating_sub(COPIED - 1);
        if windows < 3 {
            return false;
        }
        let copied = tokens
            .windows(COPIED)
            .filter_map(|window| {
                let mut numbers = [0; COPIED];
                for (number, token) in numbers.iter_mut().zip(window) {
                    *number = token.word.brief?;
                }
                self.windows.contains(&numbers).then_some(())
            })
            .count();
        copied * 2 > windows
    }
}

fn windows_of(numbers: &[u32]) -> impl Iterator<Item = [u32; COPIED]> {
    numbers.windows(COPIED).filter_map(|window| window.try_into().ok())
}

/// What an exercise is about: words of its brief and source that are no terms of the trade.
pub(crate) fn domain(brief: &[text::Token], source: &BTreeSet<Sense>) -> BTreeSet<Sense> {
    let mut domain = content(brief, lexicon());
    domain.extend(source.iter().cloned());
    domain.retain(|sense| matches!(sense, Sense::Stem(stem) if !lexicon().is_term(stem)));
    domain
}
