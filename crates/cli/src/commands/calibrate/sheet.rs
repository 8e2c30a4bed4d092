//! `assay calibrate SHEET --exercise X --reviews DIR`: the grader against an interviewer's sheet.

use crate::args::CalibrateArguments;
use crate::error::{CliError, Failure};
use crate::grading::Grading;
use crate::input::Submission;
use crate::output;
use crate::status::Status;
use crate::submissions::{self, Handed};
use assay_bank::{Document, Judgement, Problem, SheetRow, read_sheet};
use assay_grader::Grade;
use assay_grader::agreement::{Agreement, Label};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Grades the submissions that the sheets judge and counts them. What cannot be used is told, the rest is counted.
pub(super) fn measure(
    arguments: &CalibrateArguments,
    exercise: &str,
    reviews: &Path,
    agreement: &mut Agreement,
) -> Result<Status, Failure> {
    let grading = Grading::open(exercise, &arguments.bank)?;
    let handed = submissions::find(&[PathBuf::from(reviews)]);
    let mut status = Status::Done;
    for path in &arguments.paths {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let help = "Name a CSV in UTF-8: candidate, issue, and level or named, why, fix.";
            CliError::new("unreadable-sheet", format!("{name} cannot be read: {error}"), help)
        })?;
        let document = Document::new(name, text);
        let (rows, mut problems) = read_sheet(&document);
        measure_one(&grading, &handed, &document, &rows, agreement, &mut problems);
        for problem in &problems {
            output::warn(problem);
            status = Status::Unusable;
        }
    }
    Ok(status)
}

fn measure_one(
    grading: &Grading,
    handed: &[Handed],
    document: &Document,
    rows: &[SheetRow],
    agreement: &mut Agreement,
    problems: &mut Vec<Problem>,
) {
    let mut by_candidate: BTreeMap<&str, Vec<&SheetRow>> = BTreeMap::new();
    for row in rows {
        by_candidate.entry(&row.candidate).or_default().push(row);
    }
    let grader = grading.grader();
    for (candidate, rows) in by_candidate {
        let at = |message: String, help: &str| {
            Problem::at("unknown-candidate", document, rows[0].span.clone(), message, "", help)
        };
        let found = match find(candidate, handed).as_slice() {
            [one] => (*one).clone(),
            [] => {
                problems.push(at(
                    format!("there is no submission of {candidate:?}"),
                    "Write the file's or the folder's name.",
                ));
                continue;
            }
            _ => {
                problems.push(at(
                    format!("there are several submissions of {candidate:?}"),
                    "Write the whole name of one.",
                ));
                continue;
            }
        };
        let outcome = grading.grade(&grader, Submission::read(&found, None, grading.sources()));
        let Ok(grade) = outcome.result else {
            problems.push(at(
                format!("the submission of {candidate:?} cannot be read"),
                "Mend it; its rows are not counted.",
            ));
            continue;
        };
        let mut labels = Vec::new();
        for row in rows {
            match label(row, &grade) {
                Ok(label) => labels.push(label),
                Err(message) => {
                    let help = "Ids and what may be said of them stand in the exercise's key.";
                    problems.push(Problem::at("bad-judgement", document, row.span.clone(), message, "", help));
                }
            }
        }
        let before = agreement.disagreements.len();
        agreement.add(&grade, &labels);
        // Where the program gives no credit, what it took for a remark on the issue is the nearest to a quote.
        for disagreement in &mut agreement.disagreements[before..] {
            if disagreement.quote.is_empty() {
                let remark = grade.remarks.iter().find(|remark| remark.issue.as_ref() == Some(&disagreement.issue));
                disagreement.quote = remark.map(|remark| remark.quote.clone()).unwrap_or_default();
            }
        }
    }
}

/// The submissions of that name; of a file also without its ending.
fn find<'h>(candidate: &str, handed: &'h [Handed]) -> Vec<&'h Handed> {
    if let Some(exact) = handed.iter().find(|handed| handed.name == candidate) {
        return vec![exact];
    }
    let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
    let belongs = |handed: &&Handed| {
        stem(&handed.name).as_deref() == Some(candidate)
            || handed.name.split_once('/').is_some_and(|(who, _)| who == candidate)
    };
    handed.iter().filter(belongs).collect()
}

/// The judgement as the three credits. A level of `flagged` says nothing of the fix, which is then not in dispute.
fn label(row: &SheetRow, grade: &Grade) -> Result<Label, String> {
    let issue = grade.issues.iter().find(|issue| issue.id == row.issue);
    let decoy = grade.decoys.iter().any(|decoy| decoy.id == row.issue);
    let [named, why, fix] = match (row.judgement, issue) {
        (Judgement::Credits(credits), Some(_)) => credits,
        (Judgement::Credits([called, false, false]), None) if decoy => [called, false, false],
        (Judgement::Level("missed"), Some(_)) => [false; 3],
        (Judgement::Level("missed"), None) if decoy => [false; 3],
        (Judgement::Level("called"), None) if decoy => [true, false, false],
        (Judgement::Level("flagged"), Some(issue)) => [true, false, issue.named && issue.fix],
        (Judgement::Level("explained"), Some(_)) => [true, true, false],
        (Judgement::Level("resolved"), Some(_)) => [true; 3],
        (_, Some(_)) => return Err(format!("`{}` is an issue and has a level from missed to resolved", row.issue)),
        (_, None) if decoy => return Err(format!("`{}` is a decoy: it is missed or called", row.issue)),
        (_, None) => return Err(format!("there is no issue or decoy `{}`", row.issue)),
    };
    Ok(Label { review: grade.review.clone(), issue: row.issue.clone(), named, why, fix })
}
