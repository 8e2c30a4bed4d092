//! The weights that turn observations of a review into probabilities.
//!
//! `model.toml` is written by `cargo run --release -p assay-bank --example fit` from labelled reviews; see
//! CONTRIBUTING.md.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Weights of one judgement: group to observation to weight. The group `all` holds for every kind of issue, a kind's group
/// corrects it.
pub type Weights = BTreeMap<String, BTreeMap<String, f64>>;

static MODEL: LazyLock<BTreeMap<String, Weights>> = LazyLock::new(|| {
    toml::from_str(include_str!("../model.toml")).unwrap_or_else(|error| panic!("model.toml: {error}"))
});

/// The weights of one judgement; empty for a name that the model does not know.
pub fn weights(judgement: &str) -> &'static Weights {
    static NONE: Weights = Weights::new();
    MODEL.get(judgement).unwrap_or(&NONE)
}

/// The weights of one judgement for a kind, in the order of the observations' names. A kind that the model does not know is
/// judged by what holds for all.
pub fn table(weights: &Weights, kind: &str, names: &[&str]) -> Vec<f64> {
    let groups = ["all", kind].map(|group| weights.get(group));
    let [all, own] = groups.map(|group| move |name| group.and_then(|table| table.get(name)).copied().unwrap_or(0.0));
    names.iter().map(|&name| all(name) + own(name)).collect()
}

/// The logistic function.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
