//! `assay grade`

use crate::args::{GradeArguments, GradeFormat};
use crate::decisions;
use crate::error::{CliError, Failure};
use crate::grading::Grading;
use crate::input::{STDIN, Submission};
use crate::output;
use crate::status::Status;
use assay_report::Look;
use assay_report::grade::{self, Outcome};
use std::path::Path;

pub(crate) fn run(arguments: &GradeArguments) -> Result<Status, Failure> {
    if arguments.reviews.iter().filter(|path| path.as_path() == Path::new(STDIN)).count() > 1 {
        let help = "Name it once; standard input holds one review.";
        return Err(CliError::new("usage", "`-` is named more than once", help).into());
    }
    if arguments.format == GradeFormat::Html && arguments.reviews.len() > 1 {
        let help = "Grade them one by one, each with its own --output.";
        return Err(CliError::new("usage", "`--format html` takes one review", help).into());
    }
    let overrides = arguments.overrides.as_deref().map(decisions::read).transpose()?;
    let grading = Grading::open(&arguments.exercise, &arguments.bank)?;
    let grader = grading.grader();
    let mut outcomes: Vec<Outcome> =
        arguments.reviews.iter().map(|path| grading.grade(&grader, Submission::read(path))).collect();
    let decided = overrides.map_or(Status::Done, |overrides| decisions::apply(&overrides, &mut outcomes));
    let text = match arguments.format {
        GradeFormat::Json => grade::json(&outcomes),
        GradeFormat::Csv => grade::csv(&outcomes),
        GradeFormat::Html => {
            outcomes.first().map(|outcome| grade::html(&grading.exercise, outcome)).unwrap_or_default()
        }
        GradeFormat::Text => {
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            grade::text(&outcomes, look)
        }
    };
    // A single review that cannot be read has been told of; there is no grade to print.
    if outcomes.len() > 1 || outcomes.iter().any(|outcome| outcome.result.is_ok()) {
        output::write(&text, &arguments.output)?;
    }
    let worst = outcomes.iter().map(|outcome| status(outcome, arguments.pass_mark)).max().unwrap_or(Status::Done);
    Ok(worst.max(decided))
}

fn status(outcome: &Outcome, pass_mark: Option<f64>) -> Status {
    match &outcome.result {
        Err(_) => Status::Unusable,
        Ok(grade) if pass_mark.is_some_and(|mark| grade.score < mark) => Status::Failed,
        Ok(_) => Status::Done,
    }
}
