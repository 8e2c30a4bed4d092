//! Fits the grader's weights to labelled reviews, and tells how well weights agree with exercises they were not fitted to.
//!
//! ```text
//! cargo run --release -p assay-bank --example fit -- crates/catalog/model.toml fixtures/corpus fixtures/corpus-2 fixtures/hard exercises
//! ```
//!
//! Each exercise in turn is left out of the fit and predicted from the others; those are the figures printed. The weights that
//! are written come from all of them. `why` and `fix` are fitted and counted on the issues that people said are named.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool for developers; it stops at the first fault")]

use assay_bank::{Bank, Exercise};
use assay_catalog::model::{Weights, probability, weights};
use assay_grader::agreement::{Counts, Label};
use assay_grader::{Features, Grader, Review};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The penalty on a squared weight that holds for all kinds, and on one kind's correction of it. Values from 0.1 to 2 and
/// from 1 to 16 differ by less than 0.01 F1 on exercises left out.
const PENALTY: f64 = 1.0;
const KIND_PENALTY: f64 = 4.0;
/// The bias is hardly penalised: how often a credit is given is a fact and not a preference.
const BIAS_PENALTY: f64 = 0.01;
/// Steps of gradient descent (Adam: Kingma and Ba, 2015); the loss no longer changes in the fourth digit after 1,000.
const STEPS: i32 = 1500;
const RATE: f64 = 0.05;

/// `prose` is `named` where the key has no code.
const CREDITS: [&str; 5] = ["named", "why", "fix", "decoy", "prose"];

struct Row {
    exercise: String,
    kind: String,
    features: Features,
    label: bool,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().expect("usage: fit MODEL.toml FOLDER...");
    let mut rows: [Vec<Row>; 5] = Default::default();
    for folder in arguments {
        for entry in Bank::open(Path::new(&folder)).entries {
            read(entry, &mut rows);
        }
    }
    let mut model = "# The weights of what the grader observes: how each observation moves the log odds of a credit. `all` holds for every kind,\n\
                     # a kind's table corrects it. Written by `crates/bank/examples/fit.rs`; do not edit by hand.\n"
        .to_owned();
    for (credit, rows) in CREDITS.iter().zip(&rows) {
        leave_one_out(credit, rows);
        // Weights for which no reviews were given stay as they are.
        let weights = if rows.is_empty() { weights(credit).clone() } else { fit(&rows.iter().collect::<Vec<_>>()) };
        for (group, table) in weights {
            writeln!(model, "\n[{credit}.{group}]").expect("a string takes all");
            for (feature, weight) in table {
                writeln!(model, "{feature} = {weight:.3}").expect("a string takes all");
            }
        }
    }
    std::fs::write(out, model).expect("MODEL.toml can be written");
}

fn read(entry: assay_bank::Entry, rows: &mut [Vec<Row>; 5]) {
    let name = entry.id.clone();
    let exercise = Exercise::load(&entry.id, entry.folder).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
    let (Some(labels), _) = exercise.labels() else { return };
    let key = exercise.key();
    let grader = Grader::new(&key);
    for sample in exercise.samples().0 {
        let review = Review::from_bytes(&sample.name, &sample.bytes).expect("labelled reviews can be read");
        let ids = key
            .issues
            .iter()
            .map(|issue| (&issue.id, issue.kind.as_str()))
            .chain(key.decoys.iter().map(|decoy| (&decoy.id, "decoy")));
        for ((id, kind), observed) in ids.zip(grader.observe(&review)) {
            let said = |label: &&Label| label.review == sample.name && label.issue == *id;
            let Some(label) = labels.rows.iter().map(|(label, _)| label).find(said) else { continue };
            for (credit, (features, earned)) in
                observed.into_iter().zip([label.named, label.why, label.fix]).enumerate()
            {
                if credit > 0 && (kind == "decoy" || !label.named || key.sources.is_empty()) {
                    continue;
                }
                let row = Row { exercise: name.clone(), kind: kind.to_owned(), features, label: earned };
                let table = if kind == "decoy" {
                    3
                } else if key.sources.is_empty() {
                    4
                } else {
                    credit
                };
                rows[table].push(row);
            }
        }
    }
}

fn leave_one_out(credit: &str, rows: &[Row]) {
    let mut by_exercise: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut by_kind: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut total = Counts::default();
    let mut exercises: Vec<&str> = rows.iter().map(|row| row.exercise.as_str()).collect();
    exercises.dedup();
    for exercise in exercises {
        let weights = fit(&rows.iter().filter(|row| row.exercise != exercise).collect::<Vec<_>>());
        for row in rows.iter().filter(|row| row.exercise == exercise) {
            let given = probability(&weights, &row.kind, &row.features) >= 0.5;
            for counts in [&mut total, by_exercise.entry(exercise).or_default(), by_kind.entry(&row.kind).or_default()]
            {
                counts.add(row.label, given);
            }
        }
    }
    print(credit, "all exercises, each left out", total);
    for (group, counts) in by_exercise.into_iter().chain(by_kind) {
        print(credit, group, counts);
    }
}

fn print(credit: &str, group: &str, counts: Counts) {
    println!(
        "{credit:6} {group:34} F1 {:.3}  kappa {:.3}  precision {:.3}  recall {:.3}",
        counts.f1(),
        counts.kappa(),
        counts.precision(),
        counts.recall()
    );
}

/// Logistic regression with a penalty on the squared weights; each kind may differ a little from what holds for all.
fn fit(rows: &[&Row]) -> Weights {
    let mut names: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut penalties: Vec<f64> = Vec::new();
    let mut data: Vec<(Vec<(usize, f64)>, f64)> = Vec::new();
    for row in rows {
        let mut terms = Vec::new();
        let mut add = |group, feature, value, penalty| {
            let next = names.len();
            let index = *names.entry((group, feature)).or_insert(next);
            if index == penalties.len() {
                penalties.push(penalty);
            }
            terms.push((index, value));
        };
        add("all", "bias", 1.0, BIAS_PENALTY);
        add(&row.kind, "bias", 1.0, KIND_PENALTY);
        for &(feature, value) in row.features.iter().filter(|(_, value)| *value != 0.0) {
            add("all", feature, value, PENALTY);
            add(&row.kind, feature, value, KIND_PENALTY);
        }
        data.push((terms, f64::from(u8::from(row.label))));
    }
    let weights = descend(&data, &penalties);
    let mut out = Weights::new();
    for ((group, feature), index) in names {
        out.entry(group.to_owned()).or_default().insert(feature.to_owned(), weights[index]);
    }
    out
}

fn descend(data: &[(Vec<(usize, f64)>, f64)], penalties: &[f64]) -> Vec<f64> {
    let size = penalties.len();
    let (mut weights, mut mean, mut square) = (vec![0.0; size], vec![0.0; size], vec![0.0; size]);
    for step in 1..=STEPS {
        let mut gradient: Vec<f64> = weights.iter().zip(penalties).map(|(weight, penalty)| weight * penalty).collect();
        for (terms, label) in data {
            let sum: f64 = terms.iter().map(|&(index, value)| weights[index] * value).sum();
            let error = 1.0 / (1.0 + (-sum).exp()) - label;
            for &(index, value) in terms {
                gradient[index] += error * value;
            }
        }
        let rate = RATE * (1.0 - f64::from(step) / f64::from(STEPS + 100));
        for index in 0..size {
            mean[index] = 0.9 * mean[index] + 0.1 * gradient[index];
            square[index] = 0.999 * square[index] + 0.001 * gradient[index] * gradient[index];
            let (first, second) =
                (mean[index] / (1.0 - 0.9_f64.powi(step)), square[index] / (1.0 - 0.999_f64.powi(step)));
            weights[index] -= rate * first / (second.sqrt() + 1e-8);
        }
    }
    weights
}
