//! Comparisons as JSON: a contract with other people's scripts.

use super::{Cause, Comparison, Difference};
use crate::untrusted::{self, rounded};
use serde::Serialize;

/// All comparisons in their order.
pub fn json(comparisons: &[Comparison]) -> String {
    let regrades = comparisons.iter().map(JsonRegrade::from).collect();
    untrusted::json(&JsonRegrades { schema: 1, regrades }, true) + "\n"
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct JsonRegrades<'c> {
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    schema: u32,
    regrades: Vec<JsonRegrade<'c>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonRegrade<'c> {
    exercise: &'c str,
    review: &'c str,
    /// Whether every verdict is as it was; absent where the review could not be graded again.
    #[serde(skip_serializing_if = "Option::is_none")]
    same: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<JsonPair<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<JsonPair<&'c str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<JsonPair<&'c str>>,
    /// The verdicts that are others now.
    changes: Vec<JsonChange<'c>>,
    /// What has changed since: `key`, `source`, `review`, `program` or `unknown`.
    because: Vec<&'static str>,
    /// Why there is no comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'c str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonPair<T> {
    then: Option<T>,
    now: T,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonChange<'c> {
    id: &'c str,
    credit: &'static str,
    /// Absent from the key where `null`.
    then: Option<bool>,
    now: Option<bool>,
    quote: &'c str,
}

pub(super) fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Key => "key",
        Cause::Source => "source",
        Cause::Review => "review",
        Cause::Program => "program",
        Cause::Unknown => "unknown",
    }
}

impl<'c> From<&'c Comparison> for JsonRegrade<'c> {
    fn from(comparison: &'c Comparison) -> Self {
        let Comparison { exercise, review, result } = comparison;
        let compared = result.as_ref().ok();
        Self {
            exercise,
            review,
            same: compared.map(super::Compared::is_same),
            score: compared.map(|c| JsonPair { then: Some(rounded(c.score.0)), now: rounded(c.score.1) }),
            band: compared.map(|c| JsonPair { then: Some(c.band.0.as_str()), now: c.band.1.as_str() }),
            version: compared.map(|c| JsonPair { then: c.versions.0.as_deref(), now: c.versions.1.as_str() }),
            changes: compared.map(|c| c.differences.iter().map(JsonChange::from).collect()).unwrap_or_default(),
            because: compared.map(|c| c.causes.iter().copied().map(cause_name).collect()).unwrap_or_default(),
            error: result.as_ref().err().map(String::as_str),
        }
    }
}

impl<'c> From<&'c Difference> for JsonChange<'c> {
    fn from(difference: &'c Difference) -> Self {
        let Difference { id, credit, before, after, quote } = difference;
        Self { id, credit, then: *before, now: *after, quote }
    }
}

/// The schema of what [`json`] prints.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    crate::schemas::of::<JsonRegrades<'_>>()
}
