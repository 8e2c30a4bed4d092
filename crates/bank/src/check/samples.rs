//! The sample reviews against the labels that say what they earn.

use super::draft::unwritten;
use crate::exercise::{Exercise, Sample};
use crate::labels::Labels;
use crate::problem::{Document, Problem, nearest};
use assay_grader::agreement::Label;
use assay_grader::{Evidence, Grade, Grader, Review};
use std::fmt::Write as _;
use std::ops::Range;

/// `grader` is there if the key can be graded with.
pub(super) fn check(exercise: &Exercise, grader: Option<&Grader<'_>>) -> Vec<Problem> {
    let (samples, mut problems) = exercise.samples();
    let (labels, found) = exercise.labels();
    let labels_sound = found.is_empty();
    problems.extend(found);
    problems.extend(samples.iter().filter_map(unwritten));
    let Some(labels) = labels else {
        if samples.is_empty() {
            let help = "Add reviews/ with a strong, a middling and a weak answer, and labels.csv with what they earn.";
            let about = exercise.folder.display("reviews");
            problems.push(Problem::about("no-samples", about, "there are no sample reviews", help).warning());
        } else if labels_sound {
            let help = "Add it: review,issue,named,why,fix with a row for each issue of each review.";
            let about = exercise.folder.display("labels.csv");
            problems.push(Problem::about("no-labels", about, "nothing says what the sample reviews earn", help));
        }
        return problems;
    };
    let reviews: Vec<(&Sample, Option<Review>)> = samples
        .iter()
        .map(|sample| match Review::from_bytes(&sample.name, &sample.bytes) {
            Ok(review) => (sample, Some(review)),
            Err(error) => {
                let text = String::from_utf8_lossy(&sample.bytes);
                let document = Document::new(&sample.file, text);
                let span = document.line_range(error.line);
                problems.push(Problem::at(
                    "bad-review",
                    &document,
                    span,
                    error.message,
                    "here",
                    "Mend the sample review.",
                ));
                (sample, None)
            }
        })
        .collect();
    problems.extend(check_references(exercise, &samples, &labels));
    problems.extend(check_coverage(exercise, &samples, &labels));
    if let Some(grader) = grader.filter(|_| labels_sound) {
        for (_, review) in reviews.iter().filter(|(sample, _)| unwritten(sample).is_none()) {
            problems.extend(review.iter().flat_map(|review| check_grade(&grader.grade(review), &labels)));
        }
    }
    problems
}

/// Reports the labels that speak of reviews or issues that do not exist.
pub fn check_references(exercise: &Exercise, samples: &[Sample], labels: &Labels) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |code, span: &Range<usize>, message: String, near: Option<&str>, help: &str| {
        let help = near.map_or_else(|| help.to_owned(), |near| format!("Did you mean `{near}`?"));
        problems.push(Problem::at(code, &labels.document, span.clone(), message, "", help));
    };
    for (label, span) in &labels.rows {
        if !samples.iter().any(|sample| sample.name == label.review) {
            let message = format!("there is no review `{}`", label.review);
            let near = nearest(&label.review, samples.iter().map(|sample| sample.name.as_str()));
            report("unknown-review", span, message, near, "Add it below reviews/, or remove the row.");
        }
        let issue = exercise.manifest.issues.iter().any(|issue| *issue.id.get_ref() == label.issue);
        let decoy = exercise.manifest.decoys.iter().any(|decoy| *decoy.id.get_ref() == label.issue);
        if !issue && !decoy {
            let message = format!("there is no issue or decoy `{}`", label.issue);
            let issues = exercise.manifest.issues.iter().map(|issue| issue.id.get_ref().as_str());
            let ids = issues.chain(exercise.manifest.decoys.iter().map(|decoy| decoy.id.get_ref().as_str()));
            report("unknown-issue", span, message, nearest(&label.issue, ids), "Correct the id, or remove the row.");
        }
        if decoy && (label.why || label.fix) {
            let message = format!("the decoy `{}` cannot earn `why` or `fix`", label.issue);
            report("decoy-credit", span, message, None, "Write 0; `named` 1 says that the review calls it a problem.");
        }
    }
    problems
}

/// Every issue of every sample has a label. A decoy without one is taken as left alone.
fn check_coverage(exercise: &Exercise, samples: &[Sample], labels: &Labels) -> Vec<Problem> {
    let mut problems = Vec::new();
    for sample in samples {
        let unlabelled: Vec<&str> = exercise
            .manifest
            .issues
            .iter()
            .map(|issue| issue.id.get_ref().as_str())
            .filter(|id| !labels.rows.iter().any(|(label, _)| label.review == sample.name && label.issue == *id))
            .collect();
        if !unlabelled.is_empty() {
            let message = format!("{} has no label for {}", sample.name, unlabelled.join(", "));
            let help = "Add a row for each; 0,0,0 where the review earns nothing.";
            problems.push(Problem::about("missing-label", &labels.document.name, message, help));
        }
    }
    problems
}

/// The grade of a sample is the one that people gave.
fn check_grade(grade: &Grade, labels: &Labels) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (label, span) in labels.rows.iter().filter(|(label, _)| label.review == grade.review) {
        if let Some(issue) = grade.issues.iter().find(|issue| issue.id == label.issue) {
            let given = [issue.named, issue.why, issue.fix];
            let said = [label.named, label.why, label.fix];
            if given != said {
                let reason = reason(&issue.evidence, issue.missing.as_deref());
                problems.push(disagreement(labels, label, span, &credits(given), &credits(said), &reason));
            }
        } else if let Some(decoy) = grade.decoys.iter().find(|decoy| decoy.id == label.issue)
            && decoy.called != label.named
        {
            let call = |called| if called { "calls it a problem" } else { "leaves it alone" };
            let reason = reason(&decoy.evidence, None);
            problems.push(disagreement(labels, label, span, call(decoy.called), call(label.named), &reason));
        }
    }
    for decoy in grade.decoys.iter().filter(|decoy| decoy.called) {
        if !labels.rows.iter().any(|(label, _)| label.review == grade.review && label.issue == decoy.id) {
            let message = format!("the grader says that {} calls the decoy `{}` a problem", grade.review, decoy.id);
            let help = "If it does, add a row that says so; if not, add a row of zeros and see what misled the grader.";
            problems.push(Problem::about("disagreement", &labels.document.name, message, help));
        }
    }
    problems
}

fn disagreement(labels: &Labels, label: &Label, span: &Range<usize>, given: &str, said: &str, reason: &str) -> Problem {
    let message = format!("grade and label of `{}` in {} differ", label.issue, label.review);
    let help = format!(
        "{reason}Correct the label if it is wrong; else say it in the key's prose or `terms`, or make the sample clearer."
    );
    let text = format!("the grader gives: {given}; the label says: {said}");
    Problem::at("disagreement", &labels.document, span.clone(), message, text, help)
}

fn credits(credits: [bool; 3]) -> String {
    let given: Vec<_> =
        ["named", "why", "fix"].iter().zip(credits).filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if given.is_empty() { "nothing".to_owned() } else { given.join(", ") }
}

fn reason(evidence: &[Evidence], missing: Option<&str>) -> String {
    let mut reason = String::new();
    for evidence in evidence {
        // Writing to a string cannot fail.
        let _ = write!(reason, "Line {}: {:?} ({}). ", evidence.line, evidence.quote, evidence.because);
    }
    if let Some(missing) = missing {
        let _ = write!(reason, "{}. ", missing.trim_end_matches('.'));
    }
    reason
}
