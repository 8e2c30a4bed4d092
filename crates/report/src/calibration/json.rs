//! Agreement as JSON: a contract with other people's scripts.

use crate::untrusted::{self, rounded};
use assay_grader::agreement::{Agreement, Counts, CreditCounts, Disagreement};
use serde::Serialize;
use std::collections::BTreeMap;

/// The agreement over all reviews.
pub fn json(agreement: &Agreement) -> String {
    let mut text = untrusted::json(&JsonAgreement::from(agreement), true);
    text.push('\n');
    text
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonAgreement<'a> {
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    schema: u32,
    reviews: usize,
    rows: usize,
    named: JsonCounts,
    why: JsonCounts,
    fix: JsonCounts,
    decoys: JsonCounts,
    level: JsonLevel,
    by_kind: BTreeMap<&'a str, JsonCredits>,
    disagreements: Vec<JsonDisagreement<'a>>,
}

impl<'a> From<&'a Agreement> for JsonAgreement<'a> {
    fn from(agreement: &'a Agreement) -> Self {
        let JsonCredits { named, why, fix } = agreement.credits.into();
        Self {
            schema: 1,
            reviews: agreement.reviews,
            rows: agreement.rows,
            named,
            why,
            fix,
            decoys: agreement.decoys.into(),
            level: JsonLevel { exact: rounded(agreement.level_exact()), qwk: rounded(agreement.level_qwk()) },
            by_kind: agreement.by_kind.iter().map(|(kind, counts)| (kind.as_str(), (*counts).into())).collect(),
            disagreements: agreement.disagreements.iter().map(JsonDisagreement::from).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonCounts {
    tp: usize,
    fp: usize,
    #[serde(rename = "fn")]
    fn_: usize,
    tn: usize,
    precision: f64,
    recall: f64,
    f1: f64,
    kappa: f64,
}

impl From<Counts> for JsonCounts {
    fn from(counts: Counts) -> Self {
        Self {
            tp: counts.tp,
            fp: counts.fp,
            fn_: counts.fn_,
            tn: counts.tn,
            precision: rounded(counts.precision()),
            recall: rounded(counts.recall()),
            f1: rounded(counts.f1()),
            kappa: rounded(counts.kappa()),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonCredits {
    named: JsonCounts,
    why: JsonCounts,
    fix: JsonCounts,
}

impl From<CreditCounts> for JsonCredits {
    fn from(counts: CreditCounts) -> Self {
        Self { named: counts.named.into(), why: counts.why.into(), fix: counts.fix.into() }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonLevel {
    exact: f64,
    qwk: f64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonDisagreement<'a> {
    exercise: &'a str,
    review: &'a str,
    issue: &'a str,
    credit: &'a str,
    label: u8,
    grade: u8,
    quote: &'a str,
}

impl<'a> From<&'a Disagreement> for JsonDisagreement<'a> {
    fn from(disagreement: &'a Disagreement) -> Self {
        Self {
            exercise: &disagreement.exercise,
            review: &disagreement.review,
            issue: &disagreement.issue,
            credit: disagreement.credit,
            label: disagreement.label.into(),
            grade: disagreement.grade.into(),
            quote: &disagreement.quote,
        }
    }
}

/// The schema of what [`json`] prints.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    crate::schemas::of::<JsonAgreement<'_>>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn has_the_promised_form() {
        let mut agreement = crate::calibration::sample::agreement();
        agreement.disagreements.truncate(1);
        insta::assert_snapshot!(super::json(&agreement));
    }
}
