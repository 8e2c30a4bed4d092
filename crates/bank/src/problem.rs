//! One thing that is wrong with an exercise, and where.

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text file as it was read, for messages that point into it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The path as a person would open it.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
}

impl Document {
    /// A document of this name and text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// 1-based line, and 1-based column in characters, of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        assay_python::LineIndex::new(&self.text).position(&self.text, offset)
    }

    /// The byte range of the given 1-based line without its line break; the end of the text for a line past it.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let mut start = 0;
        for (index, text) in self.text.split_inclusive('\n').enumerate() {
            if index + 1 == line {
                return start..start + text.trim_end_matches(['\n', '\r']).len();
            }
            start += text.len();
        }
        self.text.len()..self.text.len()
    }
}

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; the exercise can be used.
    Warning,
    /// The exercise must not be used like this.
    Error,
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Stable id of the sort of problem: `unknown-kind`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file it is about, as a person would open it.
    pub file: String,
    /// 1-based line and column (in characters), where the problem has a place in the file.
    pub place: Option<(usize, usize)>,
    /// The same after the last character of the place.
    pub end: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: String,
    /// Whether the input could not be read at all, in contrast to being wrong.
    pub unreadable: bool,
    snippet: Option<Snippet>,
}

#[derive(Debug, Clone)]
struct Snippet {
    source: Arc<NamedSource<Arc<str>>>,
    labels: Vec<(Range<usize>, String)>,
}

impl Problem {
    /// An error at a place of a document. `label` stands beside the marked words.
    pub fn at(
        code: &'static str,
        document: &Document,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            place: Some(document.position(span.start)),
            end: Some(document.position(span.end)),
            snippet: Some(Snippet {
                source: Arc::new(NamedSource::new(&document.name, document.text.clone())),
                labels: vec![(span, label.into())],
            }),
            ..Self::about(code, &document.name, message, help)
        }
    }

    /// An error about a whole file or folder.
    pub fn about(
        code: &'static str,
        file: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: file.into(),
            place: None,
            end: None,
            message: message.into(),
            help: help.into(),
            unreadable: false,
            snippet: None,
        }
    }

    /// The same problem, as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same problem, marked as unreadable input.
    #[must_use]
    pub fn unreadable(mut self) -> Self {
        self.unreadable = true;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            // The snippet shows file, line and column.
            Some(_) => f.write_str(&self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| &*snippet.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let snippet = self.snippet.as_ref()?;
        Some(Box::new(snippet.labels.iter().map(|(span, text)| {
            LabeledSpan::new_with_span((!text.is_empty()).then(|| text.clone()), (span.start, span.len()))
        })))
    }
}

/// Of `choices`, the one a person most likely meant by `word`.
pub(crate) fn nearest<'a>(word: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    choices
        .into_iter()
        .map(|choice| (strsim::jaro_winkler(word, choice), choice))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, choice)| choice)
}
