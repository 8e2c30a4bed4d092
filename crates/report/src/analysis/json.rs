//! Findings as JSON: a contract with other people's scripts.

use super::confidence_name;
use crate::untrusted;
use assay_analyzer::{Analysis, FileError, Finding, Label};
use serde::Serialize;

/// All findings and errors of one run.
pub fn json(analysis: &Analysis) -> String {
    let mut text = untrusted::json(&JsonAnalysis::from(analysis), true);
    text.push('\n');
    text
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonAnalysis<'a> {
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    schema: u32,
    files: usize,
    findings: Vec<JsonFinding<'a>>,
    errors: Vec<JsonError<'a>>,
}

impl<'a> From<&'a Analysis> for JsonAnalysis<'a> {
    fn from(analysis: &'a Analysis) -> Self {
        Self {
            schema: 1,
            files: analysis.files,
            findings: analysis.findings.iter().map(JsonFinding::from).collect(),
            errors: analysis.errors.iter().map(JsonError::from).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonFinding<'a> {
    kind: &'a str,
    rule: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
    confidence: &'static str,
    labels: Vec<JsonLabel<'a>>,
}

impl<'a> From<&'a Finding> for JsonFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            kind: finding.kind,
            rule: finding.rule,
            path: &finding.path,
            line: finding.span.line,
            column: finding.span.column,
            end_line: finding.span.end_line,
            end_column: finding.span.end_column,
            message: &finding.message,
            confidence: confidence_name(finding.confidence),
            labels: finding.labels.iter().map(JsonLabel::from).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonLabel<'a> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

impl<'a> From<&'a Label> for JsonLabel<'a> {
    fn from(label: &'a Label) -> Self {
        Self {
            line: label.span.line,
            column: label.span.column,
            end_line: label.span.end_line,
            end_column: label.span.end_column,
            text: &label.text,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonError<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

impl<'a> From<&'a FileError> for JsonError<'a> {
    fn from(error: &'a FileError) -> Self {
        Self { path: &error.path, line: error.line, column: error.column, message: &error.message }
    }
}

/// The schema of what [`json`] prints.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    crate::schemas::of::<JsonAnalysis<'_>>()
}

#[cfg(test)]
mod tests {
    use crate::analysis::sample;

    #[test]
    fn has_the_promised_form() {
        insta::assert_snapshot!(super::json(&sample::analysis().0));
    }
}
