//! The weights that turn observations of a review into a probability for each credit.
//!
//! `model.toml` is written by `cargo run --release -p assay-grader --example fit` from labelled reviews; see CONTRIBUTING.md.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Weights of one credit: observation to weight, `all` for every kind and a correction for each kind.
pub type Weights = BTreeMap<String, BTreeMap<String, f64>>;

static MODEL: LazyLock<BTreeMap<String, Weights>> = LazyLock::new(|| {
    toml::from_str(include_str!("../model.toml")).unwrap_or_else(|error| panic!("model.toml: {error}"))
});

/// The weights of `named`, `why`, `fix` or `decoy`; empty for another name.
pub fn weights(credit: &str) -> &'static Weights {
    static NONE: Weights = Weights::new();
    MODEL.get(credit).unwrap_or(&NONE)
}

/// The probability that observations of an issue of this kind earn the credit: the logistic function of their weighted sum.
/// A kind that the model does not know is judged by what holds for all.
pub fn probability(weights: &Weights, kind: &str, observations: &[(&str, f64)]) -> f64 {
    let weight = |name: &str| {
        let at = |group: &str| weights.get(group).and_then(|table| table.get(name)).copied().unwrap_or(0.0);
        at("all") + at(kind)
    };
    let sum: f64 = weight("bias")
        + observations.iter().filter(|(_, value)| *value != 0.0).map(|(name, value)| value * weight(name)).sum::<f64>();
    1.0 / (1.0 + (-sum).exp())
}
