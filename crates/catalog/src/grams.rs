//! How rare runs of letters are in reviews.
//!
//! `grams.txt` is written by `cargo run --release -p assay-bank --example fit`: on its first line the number of sentences that
//! were counted, then a run of letters a line, with the number of sentences it stands in; `_` is the edge of a word.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Letters in a run.
pub const LENGTH: usize = 4;

/// A run that stands in fewer sentences is left out of the file, and counts as if it stood in half as many.
pub const COMMON: usize = 8;

struct Table {
    rarity: FxHashMap<[u8; LENGTH], f64>,
    rest: f64,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut lines = include_str!("../grams.txt").lines();
    let number = |text: Option<&str>| -> f64 {
        text.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("grams.txt: {text:?} is no number"))
    };
    let all = number(lines.next());
    // Smoothed inverse document frequency.
    let rarity = |sentences: f64| ((1.0 + all) / (1.0 + sentences)).ln() + 1.0;
    let read = |line: &str| {
        let (gram, sentences) = line.split_once(' ')?;
        Some((gram.as_bytes().try_into().ok()?, rarity(number(Some(sentences)))))
    };
    let rows = lines.map(|line| read(line).unwrap_or_else(|| panic!("grams.txt: {line:?} is no run with a number")));
    Table { rarity: rows.collect(), rest: rarity(COMMON as f64 / 2.0) }
});

/// The inverse document frequency of a run of letters among the sentences of reviews, 1 for one that stands in every sentence.
pub fn rarity(gram: [u8; LENGTH]) -> f64 {
    TABLE.rarity.get(&gram).copied().unwrap_or(TABLE.rest)
}
