//! What runs of letters are worth: how rare each is in reviews, and what it speaks for.
//!
//! `grams.txt` is written by `cargo run --release -p assay-bank --example fit`. On its first line stands the number of sentences
//! that were counted, on its second what the weights are for; then a run of letters a line, with the number of sentences it
//! stands in and, for one that stands in many, its weights in hundredths. `_` is the edge of a word.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Letters in a run.
pub const LENGTH: usize = 4;

/// A run that stands in fewer sentences is left out of the file, and counts as if it stood in half as many.
pub const COMMON: usize = 8;

struct Table {
    columns: Vec<&'static str>,
    /// For each run its rarity, and where its weights begin, for one that has any.
    runs: FxHashMap<[u8; LENGTH], (f64, Option<usize>)>,
    weights: Vec<f32>,
    rest: f64,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("../grams.txt")));

fn read(text: &'static str) -> Table {
    let mut lines = text.lines();
    let number = |text: Option<&str>| -> f64 {
        text.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("grams.txt: {text:?} is no number"))
    };
    let all = number(lines.next());
    // Smoothed inverse document frequency.
    let rarity = |sentences: f64| ((1.0 + all) / (1.0 + sentences)).ln() + 1.0;
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let mut table =
        Table { columns, runs: FxHashMap::default(), weights: Vec::new(), rest: rarity(COMMON as f64 / 2.0) };
    for line in lines {
        let mut fields = line.split(' ');
        let gram = fields.next().and_then(|gram| gram.as_bytes().try_into().ok());
        let gram = gram.unwrap_or_else(|| panic!("grams.txt: {line:?} does not begin with a run"));
        let rarity = rarity(number(fields.next()));
        let begin = table.weights.len();
        let weight = |field: &str| -> f32 {
            field.parse().unwrap_or_else(|_| panic!("grams.txt: {field:?} in {line:?} is no number"))
        };
        table.weights.extend(fields.map(|field| weight(field) / 100.0));
        let weights = table.weights.len() - begin;
        assert!(weights == 0 || weights == table.columns.len(), "grams.txt: {line:?} has {weights} weights");
        table.runs.insert(gram, (rarity, (weights > 0).then_some(begin)));
    }
    table
}

/// The inverse document frequency of a run of letters among the sentences of reviews, 1 for one that stands in every sentence.
pub fn rarity(gram: [u8; LENGTH]) -> f64 {
    TABLE.runs.get(&gram).map_or(TABLE.rest, |&(rarity, _)| rarity)
}

/// What the weights of [`weights`] are for, in order: `subject.KIND` and `none` for the subject of a sentence, a role's name for
/// its part for any kind of issue, `ROLE.KIND` for what a kind adds to that, `empty` for a review that earns nothing.
pub fn columns() -> &'static [&'static str] {
    &TABLE.columns
}

/// The place of a column.
pub fn column(name: &str) -> Option<usize> {
    TABLE.columns.iter().position(|column| *column == name)
}

/// How a run of letters moves the log odds, a weight for each of [`columns`]; empty for one of which nothing is known. The
/// weights are for a text that is a vector of length 1.
pub fn weights(gram: [u8; LENGTH]) -> &'static [f32] {
    match TABLE.runs.get(&gram) {
        Some(&(_, Some(begin))) => &TABLE.weights[begin..begin + TABLE.columns.len()],
        _ => &[],
    }
}
