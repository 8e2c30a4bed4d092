//! Findings as workflow commands, which GitHub shows at the lines of a pull request.

use crate::github::annotation;
use assay_analyzer::{Analysis, Confidence, Span};
use std::fmt::Write as _;

/// One line a finding, and one for each file that could not be analysed.
pub fn github(analysis: &Analysis) -> String {
    let mut out = String::new();
    for finding in &analysis.findings {
        let command = match finding.confidence {
            Confidence::High => "error",
            Confidence::Medium => "warning",
            Confidence::Low => "notice",
        };
        let mut message = finding.message.clone();
        for label in &finding.labels {
            let _ = write!(message, "\nline {}: {}", label.span.line, label.text);
        }
        let title = assay_catalog::kind(finding.kind).map_or(finding.kind, |kind| &kind.title);
        annotation(&mut out, command, &finding.path, &place(finding.span), title, &message);
    }
    for error in &analysis.errors {
        let place = format!("line={},col={}", error.line, error.column);
        annotation(&mut out, "error", &error.path, &place, "Not analysed", &error.message);
    }
    out
}

/// Columns are only for annotations of one line.
fn place(span: Span) -> String {
    if span.line == span.end_line {
        // GitHub's last column is the last character's, ours the one after it.
        let last = span.end_column.saturating_sub(1).max(span.column);
        format!("line={},endLine={},col={},endColumn={last}", span.line, span.end_line, span.column)
    } else {
        format!("line={},endLine={}", span.line, span.end_line)
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::sample;

    #[test]
    fn one_escaped_line_each() {
        insta::assert_snapshot!(super::github(&sample::analysis().0));
    }

    #[test]
    fn no_text_begins_a_command_of_its_own() {
        let (mut analysis, _) = sample::analysis();
        analysis.findings[0].message = "x\n::set-output name=a::b\r\n::error::".into();
        analysis.findings[0].path = "a\n::stop-commands::x.py".into();
        let text = super::github(&analysis);
        assert_eq!(text.lines().count(), 3);
        assert!(
            text.lines().all(|line| line.starts_with("::error file=") || line.starts_with("::notice file=")),
            "{text}"
        );
    }
}
