//! Tables of TOML, asked for their keys: what is missing, of another type or unknown becomes a problem with its place.

use crate::problem::{Document, Problem, nearest};
use std::cell::RefCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// So many issues, decoys or accepted findings are read of each; more are a mistake, and each would be told of with the manifest.
const MOST_TABLES: usize = 100;

/// Where tables put what is wrong.
pub(super) struct Reader<'t> {
    document: &'t Document,
    /// Lines with a syntax error. What stood there may be lost or be taken for something else.
    broken_lines: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Reader<'t> {
    /// Begins to read a document, in which the parser has found these errors.
    pub(super) fn new(document: &'t Document, errors: &[toml::de::Error]) -> Self {
        Self {
            document,
            broken_lines: errors.iter().map(|error| line_of(document, error.span().unwrap_or(0..0).start)).collect(),
            problems: RefCell::new(errors.iter().map(|error| syntax_problem(document, error)).collect()),
        }
    }

    /// All that was found to be wrong.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// A table that is being read. It remembers what it was asked for: the keys left over are unknown ones.
pub(super) struct Table<'t> {
    reader: &'t Reader<'t>,
    entries: &'t DeTable<'t>,
    pub(super) span: Range<usize>,
    name: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    pub(super) fn new(reader: &'t Reader<'t>, table: &'t DeTable<'t>, span: Range<usize>, name: String) -> Self {
        Self { reader, entries: table, span, name, asked: RefCell::default() }
    }

    /// A table that is a value of this one.
    pub(super) fn inner(&self, table: &'t DeTable<'t>, span: Range<usize>, name: String) -> Self {
        Self::new(self.reader, table, span, name)
    }

    /// Line and column of an offset into the document.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        self.reader.document.position(offset)
    }

    pub(super) fn problem(&self, code: &'static str, span: Range<usize>, message: &str, label: &str, help: &str) {
        // The syntax error says enough of this line.
        if self.reader.broken_lines.contains(&line_of(self.reader.document, span.start)) {
            return;
        }
        let problem = Problem::at(code, self.reader.document, span, message, label, help);
        self.reader.problems.borrow_mut().push(problem);
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.entries.contains_key(key)
    }

    pub(super) fn get(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key)
    }

    pub(super) fn missing(&self, key: &'static str, example: &str) {
        if self.reader.broken_lines.is_empty() {
            let message = format!("{} has no `{key}`", self.name);
            self.problem("missing-key", self.span.clone(), &message, "", &format!("Add {example}."));
        }
    }

    pub(super) fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found = value.get_ref().type_str();
        let message = format!("`{key}` has to be {wanted}");
        self.problem("wrong-type", value.span(), &message, &format!("this is of type {found}"), "");
    }

    pub(super) fn text(&self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "text in quotes");
            return None;
        };
        if text.trim().is_empty() {
            let help = "Write it, or remove the key where it may be left out.";
            self.problem("empty-text", value.span(), &format!("`{key}` is empty"), "no text", help);
            return None;
        }
        Some(Spanned::new(value.span(), text.to_owned()))
    }

    pub(super) fn required_text(&self, key: &'static str, example: &str) -> Spanned<String> {
        let text = self.text(key);
        if text.is_none() && !self.has(key) {
            self.missing(key, example);
        }
        text.unwrap_or_else(|| Spanned::new(self.span.clone(), String::new()))
    }

    pub(super) fn prose(&self, key: &'static str, meaning: &str) -> String {
        self.required_text(key, &format!("{key} = \"...\" ({meaning})")).into_inner()
    }

    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<Spanned<String>>> {
        let value = self.get(key)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of texts");
            return Some(Vec::new());
        };
        let mut texts = Vec::new();
        for value in array {
            match value.get_ref().as_str() {
                Some(text) if text.trim().is_empty() => {
                    let message = format!("`{key}` holds an empty text");
                    self.problem("empty-text", value.span(), &message, "no text", "Remove it.");
                }
                Some(text) => texts.push(Spanned::new(value.span(), text.to_owned())),
                None => self.wrong_type(key, value, "a list of texts"),
            }
        }
        Some(texts)
    }

    pub(super) fn choice(&self, key: &'static str, choices: &[&str]) -> String {
        let text = self.required_text(key, &format!("{key} = \"{}\"", choices[0]));
        if !text.get_ref().is_empty() && !choices.contains(&text.get_ref().as_str()) {
            let message = format!("`{}` is no {key}", text.get_ref());
            let help = format!("Choose one of {}.", choices.join(", "));
            self.problem("unknown-choice", text.span(), &message, "not known", &help);
        }
        text.into_inner()
    }

    pub(super) fn tables<T>(&self, key: &'static str, read: impl Fn(&Table<'t>) -> T) -> Vec<T> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, &format!("a list of tables, each headed [[{key}]]"));
            return Vec::new();
        };
        if let Some(value) = array.get(MOST_TABLES) {
            let message = format!("there are {} [[{key}]], more than the {MOST_TABLES} that are read", array.len());
            let help = "An exercise has three to five issues; make several exercises of it.";
            self.problem("too-many", value.span(), &message, "from here on they are left out", help);
        }
        let mut all = Vec::new();
        for value in array.iter().take(MOST_TABLES) {
            let Some(table) = value.get_ref().as_table() else {
                self.wrong_type(key, value, &format!("a list of tables, each headed [[{key}]]"));
                continue;
            };
            let name = match table.get("id").and_then(|id| id.get_ref().as_str()) {
                Some(id) => format!("the {key} `{id}`"),
                None => format!("this {key}"),
            };
            let table = self.inner(table, value.span(), name);
            all.push(read(&table));
            table.finish();
        }
        all
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.entries.keys().filter(|key| !asked.iter().any(|known| *known == key.get_ref())) {
            let message = format!("{} has no key `{}`", self.name, key.get_ref());
            let near = nearest(key.get_ref(), asked.iter().copied());
            let help = near.map(|known| format!("Did you mean `{known}`? ")).unwrap_or_default();
            let help = format!("{help}The keys are {}.", asked.join(", "));
            self.problem("unknown-key", key.span(), &message, "unknown key", &help);
        }
    }
}

fn syntax_problem(document: &Document, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let help = "Mend the TOML here: text stands in quotes, and each issue begins with a line [[issue]].";
    Problem::at("toml-syntax", document, span, error.message().trim(), "here", help)
}

fn line_of(document: &Document, offset: usize) -> usize {
    document.position(offset).0
}
