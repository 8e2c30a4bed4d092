//! A grade of earlier against the grade of today: which verdicts differ, and what has changed since.

mod json;
mod text;

pub use json::json;
#[cfg(test)]
pub(crate) use json::schema;
pub use text::text;

use crate::grade::{Outcome, band_name, credit_name};
use crate::record::Record;
use assay_grader::Credit;
use assay_grader::decide::Decision;
use serde::Deserialize;

/// A grade as `assay grade --format json` printed it, as far as it is compared.
#[derive(Debug, Clone, Deserialize)]
pub struct OldGrade {
    /// Id of the exercise.
    pub exercise: String,
    /// Name of the review.
    pub review: String,
    score: f64,
    band: String,
    issues: Vec<OldIssue>,
    #[serde(default)]
    decoys: Vec<OldDecoy>,
    /// What was graded, by which version; grades of the first version have none.
    #[serde(default)]
    pub record: Option<Record>,
    #[serde(default)]
    decisions: Vec<OldDecision>,
}

#[derive(Debug, Clone, Deserialize)]
struct OldIssue {
    id: String,
    named: bool,
    why: bool,
    fix: bool,
    #[serde(default)]
    evidence: Vec<OldEvidence>,
}

#[derive(Debug, Clone, Deserialize)]
struct OldDecoy {
    id: String,
    called: bool,
    #[serde(default)]
    evidence: Vec<OldEvidence>,
}

#[derive(Debug, Clone, Deserialize)]
struct OldEvidence {
    #[serde(default)]
    credit: Option<String>,
    quote: String,
}

#[derive(Debug, Clone, Deserialize)]
struct OldDecision {
    id: String,
    #[serde(default)]
    note: String,
    changes: Vec<OldChange>,
}

#[derive(Debug, Clone, Deserialize)]
struct OldChange {
    credit: String,
    person: bool,
}

/// Why a file holds no grades.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OldGradesError {
    /// What is wrong.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
}

/// Reads grades: one object, or an array of them. Reviews that were not graded then are left out.
///
/// # Errors
/// Where the text is no JSON of this form, with the place.
pub fn read_grades(text: &str) -> Result<Vec<OldGrade>, OldGradesError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Error {
            #[serde(rename = "error")]
            _error: String,
        },
        Grade(serde_json::Value),
    }
    let place = |error: &serde_json::Error| OldGradesError {
        message: format!("this is no grade as `assay grade --format json` prints it ({error})"),
        line: error.line().max(1),
        column: error.column().max(1),
    };
    let entries: Vec<Entry> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str(text).map(|one| vec![one])
    }
    .map_err(|error| place(&error))?;
    let grades = entries.into_iter().filter_map(|entry| match entry {
        Entry::Error { .. } => None,
        Entry::Grade(value) => Some(serde_json::from_value(value).map_err(|error| place(&error))),
    });
    grades.collect()
}

impl OldGrade {
    /// What people decided then.
    pub fn decisions(&self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for old in &self.decisions {
            let mut decision = Decision { id: old.id.clone(), note: old.note.clone(), ..Decision::default() };
            for change in &old.changes {
                let field = match change.credit.as_str() {
                    "named" => &mut decision.named,
                    "why" => &mut decision.why,
                    "fix" => &mut decision.fix,
                    _ => &mut decision.called,
                };
                *field = Some(change.person);
            }
            decisions.push(decision);
        }
        decisions
    }
}

/// One verdict that is another today. `None` where the key then or now does not have the issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Id of the issue or decoy.
    pub id: String,
    /// `named`, `why`, `fix` or `called`.
    pub credit: &'static str,
    /// The verdict then.
    pub before: Option<bool>,
    /// The verdict now.
    pub after: Option<bool>,
    /// The words behind the verdict that says yes; may be empty.
    pub quote: String,
}

/// What has changed between two grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The exercise's manifest.
    Key,
    /// What the candidate got.
    Source,
    /// The review.
    Review,
    /// The version of the program, or the program within one version.
    Program,
    /// The old grade has no record, so nobody can tell.
    Unknown,
}

/// An old grade held against a new one.
#[derive(Debug)]
pub struct Comparison {
    /// Id of the exercise.
    pub exercise: String,
    /// Name of the review.
    pub review: String,
    /// The comparison, or why there is none.
    pub result: Result<Compared, String>,
}

/// What differs.
#[derive(Debug)]
pub struct Compared {
    /// Score then and now.
    pub score: (f64, f64),
    /// Band then and now.
    pub band: (String, String),
    /// In the new key's order, those of issues that are gone at the end.
    pub differences: Vec<Difference>,
    /// All that has changed since; where verdicts differ and nothing recorded has, the program.
    pub causes: Vec<Cause>,
    /// Version then, where it is recorded, and now.
    pub versions: (Option<String>, String),
}

/// Holds an old grade against the outcome of grading the review again.
pub fn compare(old: &OldGrade, new: &Outcome) -> Comparison {
    let (exercise, review) = (old.exercise.clone(), old.review.clone());
    let grade = match &new.result {
        Ok(grade) => grade,
        Err(error) => return Comparison { exercise, review, result: Err(error.clone()) },
    };
    let quote = |evidence: &[OldEvidence], credit: Option<&str>| {
        evidence.iter().find(|e| e.credit.as_deref() == credit).map(|e| e.quote.clone()).unwrap_or_default()
    };
    let mut differences = Vec::new();
    let mut add = |id: &str, credit, before: Option<bool>, after: Option<bool>, old: String, new: String| {
        if before != after && !(before.is_none() && after == Some(false)) && !(after.is_none() && before == Some(false))
        {
            let quote = if after == Some(true) { new } else { old };
            differences.push(Difference { id: id.to_owned(), credit, before, after, quote });
        }
    };
    for issue in &grade.issues {
        let before = old.issues.iter().find(|old| old.id == issue.id);
        for (credit, now, then) in [
            (Credit::Named, issue.named, before.map(|old| old.named)),
            (Credit::Why, issue.why, before.map(|old| old.why)),
            (Credit::Fix, issue.fix, before.map(|old| old.fix)),
        ] {
            let name = credit_name(credit);
            let words = issue.evidence.iter().find(|e| e.credit == Some(credit)).map(|e| e.quote.clone());
            let old = before.map(|old| quote(&old.evidence, Some(name))).unwrap_or_default();
            add(&issue.id, name, then, Some(now), old, words.unwrap_or_default());
        }
    }
    for decoy in &grade.decoys {
        let before = old.decoys.iter().find(|old| old.id == decoy.id);
        let words = decoy.evidence.first().map(|e| e.quote.clone()).unwrap_or_default();
        let old = before.map(|old| quote(&old.evidence, None)).unwrap_or_default();
        add(&decoy.id, "called", before.map(|old| old.called), Some(decoy.called), old, words);
    }
    for gone in old.issues.iter().filter(|old| grade.issues.iter().all(|issue| issue.id != old.id)) {
        for (credit, then) in [("named", gone.named), ("why", gone.why), ("fix", gone.fix)] {
            add(&gone.id, credit, Some(then), None, quote(&gone.evidence, Some(credit)), String::new());
        }
    }
    for gone in old.decoys.iter().filter(|old| grade.decoys.iter().all(|decoy| decoy.id != old.id)) {
        add(&gone.id, "called", Some(gone.called), None, quote(&gone.evidence, None), String::new());
    }
    let now = new.record.as_ref();
    let mut causes = match (&old.record, now) {
        (Some(then), Some(now)) => causes(then, now),
        _ => vec![Cause::Unknown],
    };
    if causes.is_empty() && !differences.is_empty() {
        causes.push(Cause::Program);
    }
    let versions = (
        old.record.as_ref().map(|record| record.version.clone()),
        now.map(|record| record.version.clone()).unwrap_or_default(),
    );
    let score = (old.score, crate::untrusted::rounded(grade.score));
    let band = (old.band.clone(), band_name(grade.band).to_owned());
    Comparison { exercise, review, result: Ok(Compared { score, band, differences, causes, versions }) }
}

fn causes(then: &Record, now: &Record) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (cause, changed) in [
        (Cause::Key, then.key != now.key),
        (Cause::Source, then.sources != now.sources),
        (Cause::Review, then.review != now.review),
        (Cause::Program, then.version != now.version),
    ] {
        if changed {
            causes.push(cause);
        }
    }
    causes
}

impl Compared {
    /// Whether every verdict is as it was.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, compare, read_grades};
    use crate::grade::{json, json_array, sample};
    use crate::record::Record;
    use std::collections::BTreeMap;

    fn outcome() -> crate::grade::Outcome {
        let record = Record {
            version: "0.1.0".into(),
            key: "k".into(),
            sources: BTreeMap::from([("a.py".into(), "s".into())]),
            review: "r".into(),
        };
        crate::grade::Outcome { record: Some(record), ..sample::outcome() }
    }

    #[test]
    fn the_same_is_the_same() {
        let old = read_grades(&json(&[outcome()])).unwrap();
        let compared = compare(&old[0], &outcome()).result.unwrap();
        assert!(compared.is_same() && compared.causes.is_empty());
        let array = read_grades(&json_array(&[sample::unreadable(), outcome()])).unwrap();
        assert_eq!(array.len(), 1, "what was not graded then is left out");
    }

    #[test]
    fn differences_have_a_cause_and_words() {
        let old = read_grades(&json(&[outcome()])).unwrap();
        let mut new = outcome();
        let grade = new.result.as_mut().unwrap();
        grade.issues[0].fix = false;
        grade.issues[0].evidence.pop();
        let compared = compare(&old[0], &new).result.unwrap();
        assert_eq!(compared.causes, [Cause::Program], "nothing recorded has changed");
        assert_eq!(compared.differences[0].credit, "fix");
        assert_eq!(compared.differences[0].quote, "Use None and make the list inside.");
        new.record.as_mut().unwrap().key = "other".into();
        new.result.as_mut().unwrap().issues.remove(0);
        let compared = compare(&old[0], &new).result.unwrap();
        assert_eq!(compared.causes, [Cause::Key]);
        assert_eq!(compared.differences.iter().filter(|d| d.after.is_none()).count(), 3, "an issue that is gone");
        new.record = None;
        assert_eq!(compare(&old[0], &new).result.unwrap().causes, [Cause::Unknown]);
    }

    #[test]
    fn what_is_no_grade_has_a_place() {
        assert_eq!(read_grades("[{\"schema\": 1},\n]").unwrap_err().line, 2);
        assert!(read_grades("{\"schema\": 1}").unwrap_err().message.contains("exercise"));
    }
}
