//! One file as the rules see it.

use crate::engine::function_key;
use crate::{Confidence, Finding, Label, Span};
use assay_python::LineIndex;
use assay_python::infer::Types;
use assay_python::model::{FunctionNode, Model};
use assay_python::trips::Trips;
use ruff_text_size::{Ranged, TextLen, TextRange, TextSize};
use rustc_hash::FxHashMap;
use rustpython_ast::Expr;
use rustpython_ast::visitor::{Visitor, walk_expr};
use std::cell::{OnceCell, RefCell};

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
    keys: OnceCell<Vec<u32>>,
    /// Keys of imported functions, by the import and the words of the call.
    pub(crate) imported: RefCell<FxHashMap<(usize, &'a str), Option<u32>>>,
}

/// A finding, and whether it falls away if every caller handles failures.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) finding: Finding,
    /// Key of the function whose callers decide, and the kinds of failure that they have to handle.
    pub(crate) unless_callers_handle: Option<(u32, u8)>,
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
        Self {
            path,
            model,
            types,
            trips,
            test,
            lines: OnceCell::new(),
            keys: OnceCell::new(),
            imported: RefCell::default(),
        }
    }

    /// The key of a function of this file across files.
    pub(crate) fn function_key(&self, function: u32) -> u32 {
        let keys = self.keys.get_or_init(|| {
            let functions = 0..u32::try_from(self.model.functions.len()).unwrap_or_default();
            let mut path = String::new();
            let key = |at| {
                path.clear();
                self.model.push_function_path(at, &mut path);
                function_key(&self.model.module, &path)
            };
            functions.map(key).collect()
        });
        keys[function as usize]
    }

    /// The text of a function; none of what stands outside every function.
    pub(crate) fn function_text(&self, function: u32) -> &'a str {
        self.model.functions.get(function as usize).map_or("", |function| &self.model.text[function.range()])
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

    /// What a function, or the module if it is none, does with a name from a place on.
    pub(crate) fn uses(&self, function: u32, name: &str, after: TextSize) -> NameUses<'a> {
        self.uses_until(function, name, after, self.model.text.text_len())
    }

    /// What a function, or the module if it is none, does with a name from a place on and before another.
    pub(crate) fn uses_until(&self, function: u32, name: &str, after: TextSize, before: TextSize) -> NameUses<'a> {
        let mut collector =
            Collector { name, within: TextRange::new(after, before.max(after)), uses: NameUses::default() };
        match self.model.functions.get(function as usize).map(|function| function.node) {
            Some(FunctionNode::Def(def)) => collector.visit_body(&def.body),
            Some(FunctionNode::Lambda(lambda)) => collector.visit_expr(&lambda.body),
            None => collector.visit_body(self.model.body),
        }
        collector.uses
    }

    /// The words of a node on one line, shortened.
    pub(crate) fn words(&self, node: &impl Ranged) -> String {
        let words = self.model.text[node.range()].split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > 60 { words.chars().take(57).collect::<String>() + "..." } else { words }
    }
}

/// What a piece of code does with a name.
#[derive(Debug, Default)]
pub(crate) struct NameUses<'a> {
    /// Attributes that are taken of it.
    pub(crate) attributes: Vec<&'a str>,
    /// Whether an item is taken of it.
    pub(crate) subscripted: bool,
    /// Whether it is handed on as a whole: passed, returned, stored, tested, compared.
    pub(crate) whole: bool,
}

/// Collects what the code in a range does with a name.
struct Collector<'n, 'a> {
    name: &'n str,
    within: TextRange,
    uses: NameUses<'a>,
}

impl<'a> Visitor<'a> for Collector<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let is = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == self.name && self.within.contains_inclusive(name.start()));
        match expr {
            Expr::Attribute(attribute) if is(&attribute.value) => self.uses.attributes.push(attribute.attr.as_str()),
            Expr::Subscript(subscript) if is(&subscript.value) => {
                self.uses.subscripted = true;
                self.visit_expr(&subscript.slice);
            }
            Expr::Name(name) if is(expr) && name.ctx.is_load() => self.uses.whole = true,
            _ => walk_expr(self, expr),
        }
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
        || parts.any(|part| matches!(part, "tests" | "test" | "testing" | "unittests" | "pytest"))
}
