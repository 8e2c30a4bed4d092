//! `--overrides`: what people decided, applied to the grades that it speaks of.

use crate::error::{CliError, Failure};
use crate::output;
use crate::status::Status;
use assay_bank::{Document, Problem};
use assay_grader::decide::decide;
use assay_report::grade::{Outcome, Overrides, read_overrides};
use std::path::Path;

/// Reads a file of decisions.
pub(crate) fn read(path: &Path) -> Result<Vec<Overrides>, Failure> {
    let name = path.display().to_string();
    let help = "Name a file that the page of `assay grade --format html` handed out.";
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::new("unreadable-overrides", format!("{name} cannot be read: {error}"), help))?;
    read_overrides(&text).map_err(|error| {
        let document = Document::new(name, text.as_str());
        let line = document.line_range(error.line);
        let before = document.text[line.clone()].char_indices().nth(error.column - 1);
        let at = before.map_or(line.end, |(at, _)| line.start + at);
        Problem::at("unreadable-overrides", &document, at..at, error.message, "here", help).into()
    })
}

/// Applies each entry to the review that it names. What cannot be applied is told, and the grade stays as the program has it.
pub(crate) fn apply(overrides: &[Overrides], outcomes: &mut [Outcome]) -> Status {
    let mut status = Status::Done;
    for entry in overrides {
        if let Err(error) = apply_one(entry, outcomes) {
            output::warn(&error);
            status = Status::Unusable;
        }
    }
    status
}

fn apply_one(entry: &Overrides, outcomes: &mut [Outcome]) -> Result<(), CliError> {
    let refuse = |message: String, help: &str| Err(CliError::new("unusable-overrides", message, help));
    let hash = |outcome: &Outcome| outcome.record.as_ref().map(|record| record.review.clone());
    let find = |matches: &dyn Fn(&Outcome) -> bool| {
        outcomes.iter().position(|it| it.exercise == entry.exercise && it.result.is_ok() && matches(it))
    };
    // A file that was renamed since is still the same review.
    let found = find(&|outcome| outcome.review == entry.review)
        .or_else(|| find(&|outcome| entry.review_sha256.is_some() && hash(outcome) == entry.review_sha256));
    let Some(outcome) = found.map(|index| &mut outcomes[index]) else {
        let message = format!("no review here is `{}` of {}", entry.review, entry.exercise);
        return refuse(message, "Grade the review that the decisions are about, or take the entry out of the file.");
    };
    if entry.review_sha256.is_some() && hash(outcome) != entry.review_sha256 {
        let message = format!("the review `{}` has changed since a person decided about it", entry.review);
        return refuse(message, "Decide again on the page of the new text; the grade is the program's for now.");
    }
    let Ok(grade) = &mut outcome.result else { return Ok(()) };
    match decide(grade, &entry.decisions) {
        Ok(changes) => {
            outcome.changes = changes;
            outcome.decisions.clone_from(&entry.decisions);
        }
        Err(error) => {
            let message = format!("the decisions about `{}` cannot be applied: {error}", entry.review);
            return refuse(message, "Correct the file; ids are those of the exercise's key.");
        }
    }
    let key = outcome.record.as_ref().map(|record| &record.key);
    if entry.key_sha256.is_some() && key != entry.key_sha256.as_ref() {
        grade.needs_review.push("the key has changed since a person decided; look at the decisions again".to_owned());
    }
    Ok(())
}
