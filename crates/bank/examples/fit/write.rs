//! Writing the weights.

use crate::regression::{Regression, Space};
use crate::subjects::{CHANGE, NONE};
use crate::{Case, Credits, Passages};
use assay_catalog::grams::{COMMON, LENGTH};
use assay_catalog::model;
use assay_grader::learn::ROLE_ORDER;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/model.toml");
const GRAM_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/grams.txt");

type Tables = BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>;

/// Writes the model.
pub(crate) fn model(passages: &Passages, empty: &Regression, credits: &Credits, prose: Option<&Regression>) {
    let mut tables = Tables::new();
    for ((group, name), &index) in &passages.chain.space.index {
        let (table, group) = match group.as_str() {
            NONE => ("none", "all"),
            CHANGE => ("change", "all"),
            kind => ("subject", kind),
        };
        put(&mut tables, table, group, name, passages.chain.weights[index]);
    }
    let regressions = ROLE_ORDER
        .into_iter()
        .zip(&passages.roles)
        .chain([("empty", empty)])
        .chain(["named", "why", "fix", "decoy"].into_iter().zip(&credits.models))
        .chain(prose.map(|prose| ("prose", prose)));
    for (table, regression) in regressions {
        for ((group, name), &index) in regression.space.index.iter().filter(|((group, _), _)| !group.is_empty()) {
            put(&mut tables, table, group, name, regression.weights[index]);
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
}

/// Writes in how many passages each run of letters stands, and its weights.
pub(crate) fn grams(cases: &[&Case], passages: &Passages, empty: &Regression) {
    let mut sentences = 0;
    let mut counts: BTreeMap<[u8; LENGTH], usize> = BTreeMap::new();
    for case in cases {
        for passage in 0..case.sight.spans().len() {
            sentences += 1;
            for &(gram, _) in case.sight.grams(passage) {
                *counts.entry(gram).or_default() += 1;
            }
        }
    }
    let spaces: Vec<(&Space, &[f64])> = [(&passages.chain.space, &passages.chain.weights[..])]
        .into_iter()
        .chain(passages.roles.iter().chain([empty]).map(|model| (&model.space, &model.weights[..])))
        .collect();
    let columns: Vec<(&str, &[f64])> = spaces
        .into_iter()
        .flat_map(|(space, weights)| {
            space.columns.iter().map(move |column| (column.as_str(), &weights[space.begin(column).unwrap_or(0)..]))
        })
        .collect();
    let numbers: BTreeMap<_, _> = passages.vocabulary.runs().collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("{sentences}\n{}\n", names.join(" "));
    for (gram, count) in counts.into_iter().filter(|(_, count)| *count >= COMMON) {
        let _ = write!(text, "{} {count}", String::from_utf8_lossy(&gram));
        if let Some(&number) = numbers.get(&gram) {
            for (_, weights) in &columns {
                let _ = write!(text, " {:.0}", weights[number] * 100.0 + 0.0);
            }
        }
        text.push('\n');
    }
    std::fs::write(GRAM_FILE, text).expect("grams.txt can be written");
}

fn put(tables: &mut Tables, table: &str, group: &str, name: &str, weight: f64) {
    let held = tables.entry(table.to_owned()).or_default().entry(group.to_owned()).or_default();
    held.insert(name.to_owned(), weight);
}
