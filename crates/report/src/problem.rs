//! Problems of exercises, and every other error, as miette shows them.

use crate::Look;
use crate::untrusted::{Visible, visible};
use miette::{Diagnostic, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::fmt;

/// A source with a longer line is not quoted: nobody can read it, and miette cannot point so far to the right.
const LONGEST_LINE: usize = 10_000;

/// So many lines before and after the labels are kept; miette shows fewer.
const AROUND: usize = 3;

/// The lines of a source that labels are about. To find a line, miette reads from the start again and again, which for a long
/// source and many diagnostics takes minutes.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Lines before the first.
    before: usize,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, lines_before, lines_after)?;
        let (line, column, count) = (found.line() + self.before, found.column(), found.line_count());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), found.data(), *found.span(), line, column, count)))
    }
}

/// The whole lines that hold both offsets, with some before and after.
fn lines_around(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
    let from = text[..start].rmatch_indices('\n').nth(AROUND).map_or(0, |(at, _)| at + 1);
    let to = text[end..].match_indices('\n').nth(AROUND).map_or(text.len(), |(at, _)| end + at + 1);
    from..to
}

/// One diagnostic for a terminal. Control characters in it and in the source that it quotes are made visible.
pub fn text(diagnostic: &dyn Diagnostic, look: Look) -> String {
    let mut out = String::new();
    let safe = Safe::new(diagnostic);
    // Rendering into memory fails only where a label lies outside its source; the message alone is then still of use.
    if look.handler().render_report(&mut out, &safe).is_err() {
        out = format!("{}\n", safe.message);
    }
    out
}

pub(crate) fn plural(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// A diagnostic whose texts are safe to show.
#[derive(Debug)]
pub(crate) struct Safe {
    message: String,
    code: Option<String>,
    help: Option<String>,
    severity: Option<miette::Severity>,
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
}

impl Safe {
    pub(crate) fn new(diagnostic: &dyn Diagnostic) -> Self {
        let shown = |text: String| visible(&text).into_owned();
        let mut safe = Self {
            message: shown(diagnostic.to_string()),
            code: diagnostic.code().map(|code| shown(code.to_string())),
            help: diagnostic.help().map(|help| shown(help.to_string())),
            severity: diagnostic.severity(),
            source: None,
            labels: Vec::new(),
        };
        if let Some(source) = diagnostic.source_code()
            && let Some((name, text)) = whole(source)
        {
            let labels = diagnostic.labels().into_iter().flatten();
            safe = safe.with_source(
                &name,
                &text,
                labels.map(|label| {
                    (label.offset(), label.offset() + label.len(), label.label().unwrap_or_default().to_owned())
                }),
            );
        }
        safe
    }

    pub(crate) fn message(severity: miette::Severity, code: &str, message: &str, help: Option<&str>) -> Self {
        Self {
            message: visible(message).into_owned(),
            code: Some(code.to_owned()),
            help: help.map(|help| visible(help).into_owned()),
            severity: Some(severity),
            source: None,
            labels: Vec::new(),
        }
    }

    /// Adds a source with labels: start, end, text.
    pub(crate) fn with_source(
        mut self,
        name: &str,
        text: &str,
        labels: impl IntoIterator<Item = (usize, usize, String)>,
    ) -> Self {
        let labels: Vec<_> = labels.into_iter().collect();
        let first = labels.iter().map(|(start, ..)| *start).min().unwrap_or(0);
        let last = labels.iter().map(|(_, end, _)| *end).max().unwrap_or(0).max(first);
        if last > text.len() {
            // The file was changed since; the message stands alone.
            return self;
        }
        let lines = lines_around(text, first, last);
        let shown = Visible::new(&text[lines.clone()]);
        if shown.text.lines().any(|line| line.len() > LONGEST_LINE) {
            let start = labels.first().map_or(0, |(start, ..)| text.floor_char_boundary(*start));
            let line = text[..start].matches('\n').count() + 1;
            let column = text[..start].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            self.message = format!("{} ({}:{line}:{column})", self.message, visible(name));
            return self;
        }
        self.labels = labels
            .into_iter()
            .map(|(start, end, text)| {
                let (start, end) = (shown.offset(start - lines.start), shown.offset(end - lines.start));
                let text = visible(&text).into_owned();
                LabeledSpan::new((!text.is_empty()).then_some(text), start, end.saturating_sub(start))
            })
            .collect();
        let before = text[..lines.start].matches('\n').count();
        self.source = Some(Excerpt { name: visible(name).into_owned(), text: shown.text, before });
        self
    }
}

/// Name and text of a source code that is held in memory as a whole.
fn whole(source: &dyn SourceCode) -> Option<(String, String)> {
    let all = source.read_span(&(0, 0).into(), 0, usize::MAX).ok()?;
    Some((all.name().unwrap_or_default().to_owned(), String::from_utf8_lossy(all.data()).into_owned()))
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Safe {}

impl Diagnostic for Safe {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.severity
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use crate::Look;
    use assay_bank::{Document, Problem};

    #[test]
    fn a_line_too_long_to_be_quoted_has_its_place_in_words() {
        let document = Document::new("a.json", format!("x\n{}", "[".repeat(100_000)));
        let problem = Problem::at("bad", &document, 80_001..80_001, "too deep", "here", "");
        let text = super::text(&problem, Look::default());
        assert!(text.contains("too deep (a.json:2:80000)"), "{text}");
    }

    #[test]
    fn quotes_the_place_and_disarms_the_source() {
        let document = Document::new("exercise.toml", "title = \"\u{1b}[31mx\"\nkind = \"n+1\"\n");
        let at = document.text.find("\"n+1\"").unwrap();
        let problem =
            Problem::at("unknown-kind", &document, at..at + 5, "no kind `n+1`", "not known", "Use n-plus-one.");
        let text = super::text(&problem, Look::default());
        assert!(
            text.contains("[exercise.toml:2:8]") && text.contains("\\u{1b}[31m") && !text.contains('\u{1b}'),
            "{text}"
        );
        assert!(text.contains("help: Use n-plus-one."), "{text}");
    }
}
