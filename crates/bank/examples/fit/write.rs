//! Writing the weights.

use crate::regression::Regression;
use crate::subjects::{CHANGE, NONE};
use crate::{Case, Credits, Passages, WORDS};
use assay_catalog::grams::COMMON;
use assay_catalog::model::{self, WORD_COLUMNS};
use assay_grader::learn::ROLE_ORDER;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/model.toml");
const WORD_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/words.toml");
const GRAM_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/grams.txt");
/// Weights of words that are smaller than this, and rows of nothing else, are left out.
const SMALL: f64 = 0.02;

type Tables = BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>;

/// Writes the model and the words' weights.
pub(crate) fn write(passages: &Passages, empty: &Regression, credits: &Credits, prose: Option<&Regression>) {
    let mut tables = Tables::new();
    let mut words: BTreeMap<String, [f64; WORD_COLUMNS.len()]> = BTreeMap::new();
    let mut word = |stem: &str, column: &str, weight: f64| {
        let index = WORD_COLUMNS.iter().position(|name| *name == column).expect("every column has a name");
        words.entry(stem.to_owned()).or_default()[index] = weight;
    };
    for ((group, name), &index) in &passages.chain.space.index {
        let weight = passages.chain.weights[index];
        if let Some(column) = group.strip_prefix(WORDS) {
            word(name, column.trim(), weight);
        } else {
            let (table, group) = match group.as_str() {
                NONE => ("none", "all"),
                CHANGE => ("change", "all"),
                kind => ("subject", kind),
            };
            put(&mut tables, table, group, name, weight);
        }
    }
    let regressions = ROLE_ORDER
        .into_iter()
        .zip(&passages.roles)
        .chain([("empty", empty)])
        .chain(["named", "why", "fix", "decoy"].into_iter().zip(&credits.models))
        .chain(prose.map(|prose| ("prose", prose)));
    for (table, regression) in regressions {
        for ((group, name), &index) in &regression.space.index {
            match group.as_str() {
                WORDS => word(name, table, regression.weights[index]),
                "" => {}
                group => put(&mut tables, table, group, name, regression.weights[index]),
            }
        }
    }
    // Where no keys without code were given, their weights stay.
    if prose.is_none() {
        for (group, table) in model::weights("prose") {
            for (name, &weight) in table {
                put(&mut tables, "prose", group, name, weight);
            }
        }
    }
    let mut text = "# How each observation moves the log odds of a judgement. `all` holds for every kind of issue, a kind's table corrects it.\n\
                    # Written by `crates/bank/examples/fit`; do not edit by hand.\n"
        .to_owned();
    for (table, groups) in &tables {
        for (group, weights) in groups {
            let _ = writeln!(text, "\n[{table}.{group}]");
            for (name, weight) in weights {
                let _ = writeln!(text, "{name} = {weight:.3}");
            }
        }
    }
    std::fs::write(MODEL, text).expect("model.toml can be written");
    let mut text = format!(
        "# How each word's stem moves the log odds, in this order: {}.\n# Written by `crates/bank/examples/fit`; do not edit by hand.\n",
        WORD_COLUMNS.join(", ")
    );
    for (stem, weights) in words.iter().filter(|(_, weights)| weights.iter().any(|weight| weight.abs() >= SMALL)) {
        let weights: Vec<String> =
            weights.iter().map(|w| if w.abs() < SMALL { "0.0".into() } else { format!("{w:.2}") }).collect();
        let _ = writeln!(text, "{stem:?} = [{}]", weights.join(", "));
    }
    std::fs::write(WORD_FILE, text).expect("words.toml can be written");
}

/// Writes in how many passages each run of letters stands.
pub(crate) fn grams(cases: &[&Case]) {
    let mut passages = 0;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        for passage in 0..case.sight.spans().len() {
            passages += 1;
            for gram in case.sight.grams(passage) {
                *counts.entry(String::from_utf8_lossy(&gram).into_owned()).or_default() += 1;
            }
        }
    }
    let mut text = format!("{passages}\n");
    for (gram, count) in counts.into_iter().filter(|(_, count)| *count >= COMMON) {
        let _ = writeln!(text, "{gram} {count}");
    }
    std::fs::write(GRAM_FILE, text).expect("grams.txt can be written");
}

fn put(tables: &mut Tables, table: &str, group: &str, name: &str, weight: f64) {
    let held = tables.entry(table.to_owned()).or_default().entry(group.to_owned()).or_default();
    held.insert(name.to_owned(), weight);
}
