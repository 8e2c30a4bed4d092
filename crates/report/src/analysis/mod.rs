//! Findings of the analyzer.

mod github;
mod json;
mod sarif;
mod text;

pub use github::github;
pub use json::json;
#[cfg(test)]
pub(crate) use json::schema;
pub use sarif::sarif;
pub use text::text;

use assay_analyzer::Confidence;

pub(crate) fn confidence_name(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use assay_analyzer::{Analysis, Confidence, FileError, Finding, Label, Span};
    use std::collections::BTreeMap;

    const SOURCE: &str = "def collect(tag, tags=[]):\n    # \u{1b}[31m\n    tags.append(tag)\n    return tags\n";

    fn span(words: &str) -> Span {
        let start = SOURCE.find(words).unwrap();
        let line = SOURCE[..start].matches('\n').count() + 1;
        let column = start - SOURCE[..start].rfind('\n').map_or(0, |at| at + 1) + 1;
        let end_column = column + words.len();
        Span { start, end: start + words.len(), line, column, end_line: line, end_column }
    }

    /// One finding with a further place, one without a source at hand, and a file that does not parse.
    pub(crate) fn analysis() -> (Analysis, BTreeMap<String, String>) {
        let path = "shop/my, file:50%.py".to_owned();
        let finding = Finding {
            kind: "mutable-default",
            rule: "mutable-default",
            path: path.clone(),
            span: span("tags=[]"),
            message: "the default of `tags` is made once and shared by all calls of `collect`".into(),
            confidence: Confidence::High,
            labels: vec![Label { span: span("tags.append(tag)"), text: "appended to here,\nfor every caller".into() }],
        };
        let tests = Finding {
            kind: "missing-tests",
            rule: "missing-tests",
            path: "gone.py".into(),
            span: span("collect"),
            message: "no test reaches `collect`".into(),
            confidence: Confidence::Low,
            labels: vec![],
        };
        let error = FileError { path: "bad.py".into(), line: 3, column: 7, message: "Expected an expression".into() };
        let analysis = Analysis { files: 3, findings: vec![finding, tests], errors: vec![error] };
        (analysis, BTreeMap::from([(path, SOURCE.to_owned())]))
    }
}
