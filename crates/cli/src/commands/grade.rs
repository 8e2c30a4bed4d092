//! `assay grade`

use crate::args::{GradeArguments, GradeFormat};
use crate::error::{CliError, Failure};
use crate::input::{self, STDIN};
use crate::output;
use crate::status::Status;
use assay_bank::Exercise;
use assay_grader::Grader;
use assay_report::Look;
use assay_report::grade::{self, Outcome};
use std::path::Path;

pub(crate) fn run(arguments: &GradeArguments) -> Result<Status, Failure> {
    if arguments.reviews.iter().filter(|path| path.as_path() == Path::new(STDIN)).count() > 1 {
        let help = "Name it once; standard input holds one review.";
        return Err(CliError::new("usage", "`-` is named more than once", help).into());
    }
    let entry = assay_bank::resolve(&arguments.exercise, arguments.bank.bank.as_deref())?;
    let exercise = Exercise::load(&entry.id, entry.folder).map_err(Failure::all)?;
    let key = exercise.key();
    let grader = Grader::new(&key);
    let outcomes: Vec<Outcome> = arguments.reviews.iter().map(|path| grade_one(&grader, &exercise.id, path)).collect();
    let text = match arguments.format {
        GradeFormat::Json => grade::json(&outcomes),
        GradeFormat::Csv => grade::csv(&outcomes),
        GradeFormat::Text => {
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            grade::text(&outcomes, look)
        }
    };
    // A single review that cannot be read has been told of; there is no grade to print.
    if outcomes.len() > 1 || outcomes.iter().any(|outcome| outcome.result.is_ok()) {
        output::write(&text, &arguments.output)?;
    }
    Ok(outcomes.iter().map(|outcome| status(outcome, arguments.pass_mark)).max().unwrap_or(Status::Done))
}

fn grade_one(grader: &Grader<'_>, exercise: &str, path: &Path) -> Outcome {
    let (text, result) = match input::read_review(path) {
        Ok(review) => {
            let grade = grader.grade(&review);
            (review.text, Ok(grade))
        }
        Err(unreadable) => {
            output::warn(&*unreadable.diagnostic);
            (String::new(), Err(unreadable.reason))
        }
    };
    Outcome { exercise: exercise.to_owned(), review: input::review_name(path), text, result }
}

fn status(outcome: &Outcome, pass_mark: Option<f64>) -> Status {
    match &outcome.result {
        Err(_) => Status::Unusable,
        Ok(grade) if pass_mark.is_some_and(|mark| grade.score < mark) => Status::Failed,
        Ok(_) => Status::Done,
    }
}
