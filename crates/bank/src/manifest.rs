//! `exercise.toml`: manifest and answer key, read strictly.
//!
//! The reader goes on after a problem, so that an author sees all of them at once. It works on the parsed TOML with its spans
//! and not through `serde`, which stops at the first. It reads no other file: whether sources exist and lines lie in them is
//! the concern of [`exercise`](crate::exercise).

mod keys;
mod table;

use crate::problem::{Document, Problem};
use assay_grader::Lines;
use std::ops::Range;
use table::{Reader, Table};
use toml::Spanned;
use toml::de::DeTable;

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
    let reader = Reader::new(&document, &errors);
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
    let problems = reader.into_problems();
    (Manifest { document, title, track, level, minutes, source, brief, issues, decoys, accepted }, problems)
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

#[cfg(test)]
mod tests {
    use super::{Lines, read};
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
}
