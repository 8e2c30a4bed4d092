//! Findings for people: miette marks the words in the source.

use crate::Look;
use crate::problem::{Safe, plural};
use assay_analyzer::{Analysis, Confidence, Finding};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Every finding with its words marked, then the files that could not be analysed, then the numbers. `sources` holds the
/// texts of the files; a finding whose text is not there is told by its place alone.
pub fn text(analysis: &Analysis, sources: &BTreeMap<String, String>, look: Look) -> String {
    let mut out = String::new();
    let handler = look.handler();
    for finding in &analysis.findings {
        let diagnostic = diagnostic(finding, sources.get(&finding.path));
        // A label that lies outside the text (the file was changed meanwhile) cannot be shown; the place still can.
        if handler.render_report(&mut out, &diagnostic).is_err() {
            let _ = handler.render_report(&mut out, &self::diagnostic(finding, None));
        }
        out.push('\n');
    }
    for error in &analysis.errors {
        let message = format!("{}:{}:{}: {}", error.path, error.line, error.column, error.message);
        let help = "The other files were analysed.";
        let diagnostic = Safe::message(miette::Severity::Error, "not-analysed", &message, Some(help));
        let _ = handler.render_report(&mut out, &diagnostic);
        out.push('\n');
    }
    let _ = write!(out, "{} in {}", plural(analysis.findings.len(), "finding"), plural(analysis.files, "file"));
    if !analysis.errors.is_empty() {
        let _ = write!(out, ", {} not analysed", analysis.errors.len());
    }
    out.push('\n');
    out
}

fn diagnostic(finding: &Finding, source: Option<&String>) -> Safe {
    let severity = match finding.confidence {
        Confidence::High => miette::Severity::Error,
        Confidence::Medium => miette::Severity::Warning,
        Confidence::Low => miette::Severity::Advice,
    };
    let help = format!("`assay explain {}` says why it matters and how it is mended.", finding.kind);
    let last = finding.labels.iter().map(|label| label.span.end).fold(finding.span.end, usize::max);
    // A file that has become shorter meanwhile is not quoted.
    let Some(source) = source.filter(|source| last <= source.len()) else {
        let message = format!("{}:{}:{}: {}", finding.path, finding.span.line, finding.span.column, finding.message);
        return Safe::message(severity, finding.rule, &message, Some(&help));
    };
    let labels = finding.labels.iter().map(|label| (label.span.start, label.span.end, label.text.clone()));
    let primary = std::iter::once((finding.span.start, finding.span.end, "here".to_owned()));
    Safe::message(severity, finding.rule, &finding.message, Some(&help)).with_source(
        &finding.path,
        source,
        primary.chain(labels),
    )
}

#[cfg(test)]
mod tests {
    use crate::Look;
    use crate::analysis::sample;

    #[test]
    fn marks_the_words_and_disarms_the_source() {
        let (analysis, sources) = sample::analysis();
        let text = super::text(&analysis, &sources, Look::default());
        insta::assert_snapshot!(text);
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_source_that_has_changed_is_no_panic() {
        let (analysis, mut sources) = sample::analysis();
        for text in sources.values_mut() {
            *text = "x".into();
        }
        assert!(super::text(&analysis, &sources, Look::default()).contains("the default of `tags`"));
    }
}
