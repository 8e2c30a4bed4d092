//! Grades of reviews.

mod csv;
mod html;
mod json;
mod overrides;
pub(crate) mod passage;
mod text;

pub use csv::csv;
pub use html::html;
#[cfg(test)]
pub(crate) use json::{answer_schema, request_schema, schema};
pub use json::{json, json_array, json_line};
#[cfg(test)]
pub(crate) use overrides::schema as overrides_schema;
pub use overrides::{Overrides, OverridesError, read_overrides};
pub use text::text;

use crate::record::Record;
use assay_grader::decide::{Change, Decision};
use assay_grader::{Band, Credit, Grade, Level, Review, Verdict};

/// What came of one review: its grade, or why there is none.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Id of the exercise.
    pub exercise: String,
    /// Name of the review.
    pub review: String,
    /// The review as it was read; absent where it could not be.
    pub read: Option<Review>,
    /// The grade, or what is wrong with the review.
    pub result: Result<Grade, String>,
    /// What a person decided, as it was applied to the grade; empty where the grade is the program's alone.
    pub decisions: Vec<Decision>,
    /// The verdicts that differ from the program's by these decisions.
    pub changes: Vec<Change>,
    /// What was graded, by which version; absent where nothing was.
    pub record: Option<Record>,
}

impl Outcome {
    /// A review that could not be graded.
    pub fn error(exercise: &str, review: &str, error: impl Into<String>) -> Self {
        Self {
            exercise: exercise.to_owned(),
            review: review.to_owned(),
            read: None,
            result: Err(error.into()),
            decisions: Vec::new(),
            changes: Vec::new(),
            record: None,
        }
    }

    /// A graded review, as the program sees it.
    pub fn graded(review: Review, grade: Grade) -> Self {
        let (exercise, name) = (grade.exercise.clone(), grade.review.clone());
        Self { read: Some(review), result: Ok(grade), ..Self::error(&exercise, &name, "") }
    }

    /// The text of the review as it was read; empty where it could not be.
    pub(crate) fn text(&self) -> &str {
        self.read.as_ref().map_or("", |review| &review.text)
    }
}

pub(crate) fn credit_name(credit: Credit) -> &'static str {
    match credit {
        Credit::Named => "named",
        Credit::Why => "why",
        Credit::Fix => "fix",
    }
}

pub(crate) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Missed => "missed",
        Level::Flagged => "flagged",
        Level::Explained => "explained",
        Level::Resolved => "resolved",
    }
}

/// A level as one or two characters, for grids.
pub(crate) fn level_mark(level: Level) -> &'static str {
    match level {
        Level::Missed => "·",
        Level::Flagged => "~",
        Level::Explained => "+",
        Level::Resolved => "✓",
    }
}

pub(crate) fn band_name(band: Band) -> &'static str {
    match band {
        Band::Junior => "junior",
        Band::Mid => "mid",
        Band::Senior => "senior",
    }
}

pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Matched => "matched",
        Verdict::Decoy => "decoy",
        Verdict::Praise => "praise",
        Verdict::Extra => "extra",
    }
}

/// What a review does that shows the signal.
pub(crate) fn signal_name(id: &str) -> &str {
    match id {
        "python-trap" => "finds the trap that is peculiar to Python",
        "testability" => "speaks of testing",
        "explains" => "says why, not only that",
        "scale" => "names consequences at scale or in production",
        "asks" => "asks about requirements",
        other => other,
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::Outcome;
    use assay_grader::{
        Band, Credit, DecoyGrade, Evidence, Grade, IssueGrade, Level, RemarkGrade, Review, Signal, Verdict,
    };

    /// A review that tries to take over whatever shows it.
    pub(crate) const REVIEW: &str = "\
# Review of invoices.py

The empty list in the signature of `collect` is made once, when Python runs the def, and therefore every request that \
leaves the argument out goes on with what the requests before it have put there. Use None and make the list inside.
\u{1b}[2JThe retry loop never ends.\u{202e} =cmd()
Nice names!
";

    fn evidence(credit: Option<Credit>, quote: &str, because: &str) -> Evidence {
        let start = REVIEW.find(quote).unwrap();
        let line = REVIEW[..start].matches('\n').count() + 1;
        Evidence { credit, quote: quote.into(), start, end: start + quote.len(), line, because: because.into() }
    }

    fn remark(quote: &str, verdict: Verdict, issue: Option<&str>) -> RemarkGrade {
        let Evidence { start, end, line, .. } = evidence(None, quote, "");
        RemarkGrade { quote: quote.into(), start, end, line, verdict, issue: issue.map(Into::into) }
    }

    /// A grade that has everything a grade can have.
    pub(crate) fn outcome() -> Outcome {
        let grade = Grade {
            exercise: "web/overdue-invoices".into(),
            review: "=r01.md".into(),
            score: 0.375,
            points: 0.75,
            max_points: 2.0,
            band: Band::Mid,
            band_because: "score 0.38 lies in 0.35 to 0.7".into(),
            issues: vec![
                IssueGrade {
                    id: "shared-list".into(),
                    kind: "mutable-default".into(),
                    level: Level::Resolved,
                    named: true,
                    why: true,
                    fix: true,
                    points: 1.0,
                    max_points: 1.0,
                    confidence: 0.931_234,
                    evidence: vec![
                        evidence(
                            Some(Credit::Named),
                            "The empty list in the signature of `collect` is made once",
                            "speaks of the default of `collect`",
                        ),
                        evidence(
                            Some(Credit::Why),
                            "every request that leaves the argument out goes on with what the requests before it have put there",
                            "the state outlives the call",
                        ),
                        evidence(Some(Credit::Fix), "Use None and make the list inside.", "a new list for each call"),
                    ],
                    missing: None,
                },
                IssueGrade {
                    id: "query-per-row".into(),
                    kind: "n-plus-one".into(),
                    level: Level::Missed,
                    named: false,
                    why: false,
                    fix: false,
                    points: 0.0,
                    max_points: 1.0,
                    confidence: 1.0,
                    evidence: vec![],
                    missing: Some("Nothing in the review speaks of queries.".into()),
                },
            ],
            decoys: vec![
                DecoyGrade {
                    id: "retry-loop".into(),
                    called: true,
                    evidence: vec![evidence(None, "The retry loop never ends.", "calls lines 30-35 a problem")],
                },
                DecoyGrade { id: "bare-max".into(), called: false, evidence: vec![] },
            ],
            remarks: vec![
                remark("# Review of invoices.py", Verdict::Extra, None),
                remark("The retry loop never ends.\u{202e} =cmd()", Verdict::Decoy, Some("retry-loop")),
                remark("Nice names!", Verdict::Praise, None),
            ],
            signals: vec![
                Signal {
                    id: "python-trap",
                    present: true,
                    evidence: vec![evidence(None, "when Python runs the def", "names when defaults are evaluated")],
                },
                Signal { id: "scale", present: false, evidence: vec![] },
            ],
            needs_review: vec!["The remark \"Review of invoices.py\" is explained by no issue.".into()],
        };
        Outcome::graded(Review::from_text(&grade.review, REVIEW).unwrap(), grade)
    }

    /// A review that could not be read.
    pub(crate) fn unreadable() -> Outcome {
        Outcome::error("web/overdue-invoices", "r02.md", "not UTF-8; save the review as UTF-8 text")
    }
}
