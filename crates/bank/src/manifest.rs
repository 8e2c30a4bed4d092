//! `exercise.toml`: manifest and answer key, read strictly.
//!
//! The reader goes on after a problem, so that an author sees all of them at once. It works on the parsed TOML with its spans
//! and not through `serde`, which stops at the first. It reads no other file: whether sources exist and lines lie in them is
//! the concern of [`exercise`](crate::exercise).

use crate::problem::{Document, Problem, nearest};
use assay_grader::Lines;
use std::cell::RefCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The manifest's name in an exercise's folder.
pub const FILE: &str = "exercise.toml";

pub(crate) const TRACKS: &[&str] = &["web", "data", "automation"];
const LEVELS: &[&str] = &["junior", "mid", "senior"];

/// The manifest as it stands. Where a value is wrong, which [`Problem`]s tell, it is empty or absent.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file, for messages about it.
    pub document: Document,
    /// A name for people.
    pub title: String,
    /// `web`, `data` or `automation`.
    pub track: String,
    /// `junior`, `mid` or `senior`.
    pub level: String,
    /// How long a candidate has.
    pub minutes: u32,
    /// The files that the candidate reviews; may be empty where every issue is `custom`.
    pub source: Vec<Spanned<String>>,
    /// The text for the candidate.
    pub brief: Spanned<String>,
    /// The planted issues.
    pub issues: Vec<Issue>,
    /// Places that look wrong and are right.
    pub decoys: Vec<Decoy>,
    /// True findings of the analyzer that are no part of the exercise.
    pub accepted: Vec<Accepted>,
}

/// A planted issue.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Its table's header in the manifest.
    pub header: Range<usize>,
    /// Unique in the exercise.
    pub id: Spanned<String>,
    /// A kind of the catalog, or `custom`.
    pub kind: Spanned<String>,
    /// A file of `source`.
    pub file: Option<Spanned<String>>,
    /// Lines of that file.
    pub lines: Option<Spanned<Lines>>,
    /// What is wrong.
    pub summary: String,
    /// Mechanism and consequence.
    pub why: String,
    /// Remedy.
    pub fix: String,
    /// What the issue is worth.
    pub points: f64,
    /// Further phrases that earn `named` here.
    pub terms_named: Vec<String>,
    /// Further phrases that earn `why` here.
    pub terms_why: Vec<String>,
    /// Further phrases that earn `fix` here.
    pub terms_fix: Vec<String>,
    /// Text that must stand on the first of the lines.
    pub code: Option<Spanned<String>>,
}

/// A place that looks wrong and is right.
#[derive(Debug, Clone)]
pub struct Decoy {
    /// Its table's header in the manifest.
    pub header: Range<usize>,
    /// Unique in the exercise, issues included.
    pub id: Spanned<String>,
    /// A file of `source`.
    pub file: Option<Spanned<String>>,
    /// Lines of that file.
    pub lines: Option<Spanned<Lines>>,
    /// What someone might wrongly claim.
    pub summary: String,
    /// Why it is fine.
    pub why: String,
}

/// A true finding of the analyzer that is no part of the exercise.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Its table's header in the manifest.
    pub header: Range<usize>,
    /// A kind of the catalog.
    pub kind: Spanned<String>,
    /// A file of the exercise.
    pub file: Option<Spanned<String>>,
    /// Lines of that file.
    pub lines: Option<Spanned<Lines>>,
    /// Why it is left as it is.
    pub reason: String,
}

/// Reads a manifest. Every problem is reported; what can be read is returned in any case.
pub(crate) fn read(document: Document) -> (Manifest, Vec<Problem>) {
    let text = document.text.clone();
    let (root, errors) = DeTable::parse_recoverable(&text);
    let reader = Reader {
        document: &document,
        broken_lines: errors.iter().map(|error| line_of(&document, error.span().unwrap_or(0..0).start)).collect(),
        problems: RefCell::new(errors.iter().map(|error| syntax_problem(&document, error)).collect()),
    };
    let root = Table::new(&reader, root.get_ref(), 0..0, "the manifest".into());
    root.schema();
    let title = root.prose("title", "a name for people");
    let track = root.choice("track", TRACKS);
    let level = root.choice("level", LEVELS);
    let minutes = root.minutes();
    let source = root.sources();
    let brief = root.required_text("brief", "brief = \"brief.md\"");
    let has_code = !source.is_empty();
    let issues = root.tables("issue", |table| issue(table, has_code));
    let decoys = root.tables("decoy", |table| decoy(table, has_code));
    let accepted = root.tables("accepted", accepted);
    if issues.is_empty() && !root.has("issue") {
        root.missing("issue", "an [[issue]] for each problem that was planted");
    }
    root.unique_ids(issues.iter().map(|issue| &issue.id).chain(decoys.iter().map(|decoy| &decoy.id)));
    root.finish();
    let problems = reader.problems.into_inner();
    (Manifest { document, title, track, level, minutes, source, brief, issues, decoys, accepted }, problems)
}

fn syntax_problem(document: &Document, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let help = "Mend the TOML here: text stands in quotes, and each issue begins with a line [[issue]].";
    Problem::at("toml-syntax", document, span, error.message().trim(), "here", help)
}

fn line_of(document: &Document, offset: usize) -> usize {
    document.position(offset).0
}

fn issue(table: &Table<'_>, has_code: bool) -> Issue {
    let id = table.id();
    let kind = table.kind(true);
    let custom = kind.get_ref() == assay_catalog::CUSTOM;
    let (file, lines) = table.place(!custom, has_code);
    let [terms_named, terms_why, terms_fix] = table.terms();
    Issue {
        header: table.span.clone(),
        id,
        kind,
        file,
        lines,
        summary: table.prose("summary", "what is wrong"),
        why: table.prose("why", "the mechanism and its consequence"),
        fix: table.prose("fix", "the remedy"),
        points: table.points(),
        terms_named,
        terms_why,
        terms_fix,
        code: table.anchor(),
    }
}

fn decoy(table: &Table<'_>, has_code: bool) -> Decoy {
    let id = table.id();
    let (file, lines) = table.place(has_code, has_code);
    Decoy {
        header: table.span.clone(),
        id,
        file,
        lines,
        summary: table.prose("summary", "what someone might wrongly claim"),
        why: table.prose("why", "why it is fine"),
    }
}

fn accepted(table: &Table<'_>) -> Accepted {
    let kind = table.kind(false);
    let (file, lines) = table.place(true, true);
    Accepted {
        header: table.span.clone(),
        kind,
        file,
        lines,
        reason: table.prose("reason", "why this finding is left as it is"),
    }
}

struct Reader<'t> {
    document: &'t Document,
    /// Lines with a syntax error. What stood there may be lost or be taken for something else.
    broken_lines: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
}

/// A table that is being read. It remembers what it was asked for: the keys left over are unknown ones.
struct Table<'t> {
    reader: &'t Reader<'t>,
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    name: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Table<'t> {
    fn new(reader: &'t Reader<'t>, table: &'t DeTable<'t>, span: Range<usize>, name: String) -> Self {
        Self { reader, entries: table, span, name, asked: RefCell::default() }
    }

    fn problem(&self, code: &'static str, span: Range<usize>, message: &str, label: &str, help: &str) {
        // The syntax error says enough of this line.
        if self.reader.broken_lines.contains(&line_of(self.reader.document, span.start)) {
            return;
        }
        let problem = Problem::at(code, self.reader.document, span, message, label, help);
        self.reader.problems.borrow_mut().push(problem);
    }

    fn has(&self, key: &'static str) -> bool {
        self.entries.contains_key(key)
    }

    fn get(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key)
    }

    fn missing(&self, key: &'static str, example: &str) {
        if self.reader.broken_lines.is_empty() {
            let message = format!("{} has no `{key}`", self.name);
            self.problem("missing-key", self.span.clone(), &message, "", &format!("Add {example}."));
        }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found = value.get_ref().type_str();
        let message = format!("`{key}` has to be {wanted}");
        self.problem("wrong-type", value.span(), &message, &format!("this is of type {found}"), "");
    }

    fn text(&self, key: &'static str) -> Option<Spanned<String>> {
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

    fn required_text(&self, key: &'static str, example: &str) -> Spanned<String> {
        let text = self.text(key);
        if text.is_none() && !self.has(key) {
            self.missing(key, example);
        }
        text.unwrap_or_else(|| Spanned::new(self.span.clone(), String::new()))
    }

    fn prose(&self, key: &'static str, meaning: &str) -> String {
        self.required_text(key, &format!("{key} = \"...\" ({meaning})")).into_inner()
    }

    fn texts(&self, key: &'static str) -> Option<Vec<Spanned<String>>> {
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

    fn choice(&self, key: &'static str, choices: &[&str]) -> String {
        let text = self.required_text(key, &format!("{key} = \"{}\"", choices[0]));
        if !text.get_ref().is_empty() && !choices.contains(&text.get_ref().as_str()) {
            let message = format!("`{}` is no {key}", text.get_ref());
            let help = format!("Choose one of {}.", choices.join(", "));
            self.problem("unknown-choice", text.span(), &message, "not known", &help);
        }
        text.into_inner()
    }

    fn schema(&self) {
        match self.get("schema") {
            Some(value) if integer(value.get_ref()) != Some(1) => {
                let help = "This version of assay reads `schema = 1`.";
                self.problem("unknown-schema", value.span(), "`schema` is not 1", "not known", help);
            }
            Some(_) => {}
            None => self.missing("schema", "schema = 1"),
        }
    }

    fn minutes(&self) -> u32 {
        let Some(value) = self.get("minutes") else {
            self.missing("minutes", "minutes = 30");
            return 0;
        };
        let minutes = integer(value.get_ref()).and_then(|minutes| u32::try_from(minutes).ok()).filter(|n| *n > 0);
        if minutes.is_none() {
            self.wrong_type("minutes", value, "a whole number above 0");
        }
        minutes.unwrap_or(0)
    }

    fn sources(&self) -> Vec<Spanned<String>> {
        let Some(source) = self.texts("source") else {
            self.missing("source", "source = [\"invoices.py\"], or source = [] where no issue has code");
            return Vec::new();
        };
        for (index, path) in source.iter().enumerate() {
            if source[..index].iter().any(|other| other.get_ref() == path.get_ref()) {
                let message = format!("`{}` is listed twice", path.get_ref());
                self.problem("duplicate-source", path.span(), &message, "again", "Remove one of the two.");
            }
        }
        source
    }

    fn id(&self) -> Spanned<String> {
        let id = self.required_text("id", "id = \"short-name\", by which labels and reports refer to it");
        let sound = id.get_ref().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !sound {
            let help = "Use lower-case letters, digits and hyphens: shared-seen-list.";
            self.problem("bad-id", id.span(), &format!("`{}` is no id", id.get_ref()), "not an id", help);
        }
        id
    }

    fn kind(&self, may_be_custom: bool) -> Spanned<String> {
        let kind = self.required_text("kind", "kind = \"n-plus-one\"");
        let known = || {
            let custom = may_be_custom.then_some(assay_catalog::CUSTOM);
            assay_catalog::kinds().iter().map(|kind| kind.id.as_str()).chain(custom)
        };
        if !kind.get_ref().is_empty() && !known().any(|id| id == kind.get_ref()) {
            let message = format!("there is no kind `{}`", kind.get_ref());
            let near = nearest(kind.get_ref(), known());
            let near = near.map(|id| format!("Did you mean `{id}`? ")).unwrap_or_default();
            let help = format!("{near}The kinds are {}.", known().collect::<Vec<_>>().join(", "));
            self.problem("unknown-kind", kind.span(), &message, "not in the catalog", &help);
        }
        kind
    }

    fn place(&self, required: bool, has_code: bool) -> (Option<Spanned<String>>, Option<Spanned<Lines>>) {
        let file = self.text("file");
        let raw = self.get("lines");
        if required && !self.has("file") {
            let example = if has_code { "file = \"...\", one of `source`" } else { "`source` and the `file`" };
            self.missing("file", example);
        }
        if required && raw.is_none() {
            self.missing("lines", "lines = \"12\" or lines = \"12-18\"");
        }
        let Some(raw) = raw else { return (file, None) };
        if !self.has("file") && !required {
            let help = "Add `file`, or remove `lines`.";
            self.problem("lines-without-file", raw.span(), "`lines` needs `file`", "lines of which file?", help);
        }
        let Some(text) = raw.get_ref().as_str() else {
            self.wrong_type("lines", raw, "text: \"12\" or \"12-18\"");
            return (file, None);
        };
        let lines = parse_lines(text);
        if lines.is_none() {
            let help = "Lines count from 1 and both ends are included: \"12\" or \"12-18\".";
            let message = format!("`{text}` does not say which lines");
            self.problem("bad-lines", raw.span(), &message, "not lines", help);
        }
        (file, lines.map(|lines| Spanned::new(raw.span(), lines)))
    }

    fn points(&self) -> f64 {
        let Some(value) = self.get("points") else { return 1.0 };
        let points = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            number => integer(number).map(|points| points as f64),
        };
        match points {
            Some(points) if points > 0.0 && points <= MOST_POINTS => points,
            Some(_) => {
                let message = format!("`points` has to lie above 0 and be at most {MOST_POINTS}");
                self.problem("bad-points", value.span(), &message, "out of range", "Most issues are worth 1.");
                1.0
            }
            None => {
                self.wrong_type("points", value, "a number");
                1.0
            }
        }
    }

    fn terms(&self) -> [Vec<String>; 3] {
        let Some(value) = self.get("terms") else { return Default::default() };
        let Some(terms) = value.get_ref().as_table() else {
            self.wrong_type("terms", value, "a table: { named = [\"...\"], why = [\"...\"], fix = [\"...\"] }");
            return Default::default();
        };
        let terms = Table::new(self.reader, terms, value.span(), "`terms`".into());
        let all = ["named", "why", "fix"]
            .map(|credit| terms.texts(credit).unwrap_or_default().into_iter().map(Spanned::into_inner).collect());
        terms.finish();
        all
    }

    fn anchor(&self) -> Option<Spanned<String>> {
        let code = self.text("code")?;
        if !self.has("lines") {
            let help = "Add `file` and `lines`, or remove `code`.";
            self.problem("anchor-without-lines", code.span(), "`code` needs `lines`", "no lines to look at", help);
        }
        if code.get_ref().trim().contains('\n') {
            let help = "Give a part of the first line only.";
            self.problem("long-anchor", code.span(), "`code` is longer than one line", "more than one line", help);
        }
        Some(code)
    }

    fn tables<T>(&self, key: &'static str, read: impl Fn(&Table<'t>) -> T) -> Vec<T> {
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
            let table = Table::new(self.reader, table, value.span(), name);
            all.push(read(&table));
            table.finish();
        }
        all
    }

    fn unique_ids<'i>(&self, ids: impl Iterator<Item = &'i Spanned<String>>) {
        let mut seen: Vec<&Spanned<String>> = Vec::new();
        for id in ids.filter(|id| !id.get_ref().is_empty()) {
            if let Some(first) = seen.iter().find(|other| other.get_ref() == id.get_ref()) {
                let (line, _) = self.reader.document.position(first.span().start);
                let message = format!("the id `{}` is taken", id.get_ref());
                let help = format!("Line {line} has it. Ids are unique among the issues and decoys of an exercise.");
                self.problem("duplicate-id", id.span(), &message, "used before", &help);
            }
            seen.push(id);
        }
    }

    /// Reports the keys that nobody asked for.
    fn finish(&self) {
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

/// An exercise of a hundred points for one issue is a slip of the pen.
const MOST_POINTS: f64 = 100.0;

/// So many issues, decoys or accepted findings are read of each; more are a mistake, and each would be told of with the manifest.
const MOST_TABLES: usize = 100;

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Reads `12` or `12-18`.
fn parse_lines(text: &str) -> Option<Lines> {
    let number = |text: &str| {
        let text = text.trim();
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok())?.filter(|line| *line > 0)
    };
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let lines = Lines { start: number(start)?, end: number(end)? };
    (lines.start <= lines.end).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::{Lines, parse_lines, read};
    use crate::Document;

    const SOUND: &str = r#"schema = 1
title = "T"
track = "web"
level = "mid"
minutes = 30
source = ["a.py"]
brief = "brief.md"

[[issue]]
id = "x"
kind = "n-plus-one"
file = "a.py"
lines = "3-4"
summary = "s"
why = "w"
fix = "f"
points = 2
terms = { why = ["slow"] }
"#;

    fn problems(text: &str) -> Vec<String> {
        let (_, problems) = read(Document::new("exercise.toml", text));
        let line = |problem: &crate::Problem| {
            let (line, column) = problem.place.unwrap_or_default();
            format!("{line}:{column} {} {}", problem.code, problem.message)
        };
        problems.iter().map(line).collect()
    }

    #[test]
    fn reads_a_sound_manifest() {
        let (manifest, problems) = read(Document::new("exercise.toml", SOUND));
        assert!(problems.is_empty(), "{problems:?}");
        let issue = &manifest.issues[0];
        assert_eq!(*issue.lines.as_ref().unwrap().get_ref(), Lines { start: 3, end: 4 });
        assert!((issue.points - 2.0).abs() < f64::EPSILON);
        assert_eq!(issue.terms_why, ["slow"]);
        assert_eq!(manifest.minutes, 30);
    }

    #[test]
    fn reports_every_problem_with_its_place() {
        let text = SOUND
            .replace("schema = 1", "schema = 2")
            .replace("\"web\"", "\"cloud\"")
            .replace("minutes = 30", "minutes = \"30\"")
            .replace("brief = ", "breif = ")
            .replace("n-plus-one", "n-plus-on")
            .replace("\"3-4\"", "\"4-3\"")
            .replace("points = 2", "points = -1")
            .replace("why = [\"slow\"]", "because = [\"slow\"], fix = [1]");
        assert_eq!(
            problems(&text),
            [
                "1:10 unknown-schema `schema` is not 1",
                "3:9 unknown-choice `cloud` is no track",
                "5:11 wrong-type `minutes` has to be a whole number above 0",
                "1:1 missing-key the manifest has no `brief`",
                "11:8 unknown-kind there is no kind `n-plus-on`",
                "13:9 bad-lines `4-3` does not say which lines",
                "18:38 wrong-type `fix` has to be a list of texts",
                "18:11 unknown-key `terms` has no key `because`",
                "17:10 bad-points `points` has to lie above 0 and be at most 100",
                "7:1 unknown-key the manifest has no key `breif`",
            ]
        );
    }

    #[test]
    fn a_syntax_error_hides_no_other_problem_and_invents_none() {
        let text = SOUND.replace("fix = \"f\"", "fix = f").replace("id = \"x\"", "id = \"X Y\"");
        let found = problems(&text);
        assert!(found.iter().any(|problem| problem.contains("bad-id")), "{found:?}");
        assert!(found.iter().any(|problem| problem.starts_with("16:7 toml-syntax")), "{found:?}");
        assert!(!found.iter().any(|problem| problem.contains("missing-key")), "{found:?}");
    }

    #[test]
    fn ids_are_unique_among_issues_and_decoys() {
        let decoy = "[[decoy]]\nid = \"x\"\nfile = \"a.py\"\nlines = \"1\"\nsummary = \"s\"\nwhy = \"w\"\n";
        assert_eq!(problems(&format!("{SOUND}{decoy}")), ["20:6 duplicate-id the id `x` is taken"]);
    }

    #[test]
    fn wrong_shapes_are_problems_and_no_panic() {
        for text in
            ["", "issue = 3", "issue = [1, \"x\"]", "[issue]\nid = \"a\"", "source = 1", "[[issue]]", "= =", "\u{0}"]
        {
            assert!(!problems(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn lines_have_one_form() {
        assert_eq!(parse_lines("12"), Some(Lines { start: 12, end: 12 }));
        assert_eq!(parse_lines("12-18"), Some(Lines { start: 12, end: 18 }));
        for text in ["", "0", "-3", "3-", "5-4", "1-2-3", "+4", "a", "1,2", "99999999999999999999999"] {
            assert_eq!(parse_lines(text), None, "{text}");
        }
    }
}
