//! One file as the rules see it.

use crate::{Confidence, Finding, Label, Span};
use assay_python::LineIndex;
use assay_python::infer::Types;
use assay_python::model::Model;
use assay_python::trips::Trips;
use ruff_text_size::{Ranged, TextRange};
use std::cell::OnceCell;

/// A parsed and modelled file.
pub(crate) struct File<'f, 'a> {
    /// The path as it was given or found.
    pub(crate) path: &'f str,
    /// The semantic model.
    pub(crate) model: &'f Model<'a>,
    /// Type guesses.
    pub(crate) types: &'f Types<'f, 'a>,
    /// Round trips; none were looked for in a file that cannot reach another system.
    pub(crate) trips: Option<&'f Trips<'f, 'f, 'a>>,
    /// Whether the file is a test or supports tests.
    pub(crate) test: bool,
    lines: OnceCell<LineIndex>,
}

/// A finding, and whether it falls away if every caller handles failures.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) finding: Finding,
    /// Key of the function whose callers decide.
    pub(crate) unless_callers_handle: Option<u64>,
}

impl From<Finding> for Draft {
    fn from(finding: Finding) -> Self {
        Self { finding, unless_callers_handle: None }
    }
}

impl<'f, 'a> File<'f, 'a> {
    pub(crate) fn new(
        path: &'f str,
        model: &'f Model<'a>,
        types: &'f Types<'f, 'a>,
        trips: Option<&'f Trips<'f, 'f, 'a>>,
        test: bool,
    ) -> Self {
        Self { path, model, types, trips, test, lines: OnceCell::new() }
    }

    /// Lines and columns of a range.
    pub(crate) fn span(&self, range: TextRange) -> Span {
        let lines = self.lines.get_or_init(|| LineIndex::new(self.model.text));
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let (line, column) = lines.position(self.model.text, start);
        let (end_line, end_column) = lines.position(self.model.text, end);
        Span { start, end, line, column, end_line, end_column }
    }

    pub(crate) fn label(&self, node: &impl Ranged, text: impl Into<String>) -> Label {
        Label { span: self.span(node.range()), text: text.into() }
    }

    pub(crate) fn finding(
        &self,
        kind: &'static str,
        node: &impl Ranged,
        message: String,
        confidence: Confidence,
        labels: Vec<Label>,
    ) -> Finding {
        let span = self.span(node.range());
        Finding { kind, rule: kind, path: self.path.to_owned(), span, message, confidence, labels }
    }

    /// The words of a node on one line, shortened.
    pub(crate) fn words(&self, node: &impl Ranged) -> String {
        let words = self.model.text[node.range()].split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > 60 { words.chars().take(57).collect::<String>() + "..." } else { words }
    }
}

/// Whether a path is that of a test or of something that supports tests, by the conventions of pytest and unittest.
pub(crate) fn is_test_path(path: &str) -> bool {
    let mut parts = path.split(['/', '\\']).rev();
    let name = parts.next().unwrap_or(path);
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || name.ends_with("_tests.py")
        || matches!(name, "conftest.py" | "tests.py" | "test.py")
        || parts.any(|part| matches!(part, "tests" | "test" | "testing" | "unittests"))
}
