//! `assay grade`, but for `--stream`

use super::stream;
use crate::args::{GradeArguments, GradeFormat};
use crate::error::{CliError, Failure};
use crate::grading::Grading;
use crate::input::{STDIN, Submission};
use crate::journal::Journal;
use crate::status::Status;
use crate::submissions::{self, Handed};
use crate::{anonymize, decisions, output, pages};
use assay_grader::Format;
use assay_report::grade::{self, Outcome};
use assay_report::{Look, cohort};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

pub(crate) fn run(arguments: &GradeArguments) -> Result<Status, Failure> {
    // Only a stream names no exercise.
    let Some(exercise) = &arguments.exercise else { return stream::run(arguments) };
    if arguments.reviews.iter().filter(|path| path.as_path() == Path::new(STDIN)).count() > 1 {
        let help = "Name it once; standard input holds one review.";
        return Err(CliError::new("usage", "`-` is named more than once", help).into());
    }
    let overrides = arguments.overrides.as_deref().map(decisions::read).transpose()?;
    let grading = Grading::open(exercise, &arguments.bank)?;
    let folder = arguments.reviews.iter().any(|path| path.is_dir());
    let handed = submissions::find(&arguments.reviews);
    let format = arguments.review_format.map(Format::from);
    let pages = pages(arguments, folder || handed.len() > 1);
    if let Some(pages) = &pages {
        pages::make(pages)?;
    }
    let kept = match &pages {
        Some(pages) => Some(pages.join("grades")),
        None => arguments.output.output.clone().filter(|output| handed.len() > 1 && !output::is_special(output)),
    };
    let mut journal = kept.map(|kept| Journal::open(&kept, arguments.resume, &grading, format)).transpose()?;
    let mut outcomes = grade_all(&grading, &handed, format, journal.as_mut())?;
    let decided = overrides.map_or(Status::Done, |overrides| decisions::apply(&overrides, &mut outcomes));
    if let Some(mapping) = &arguments.anonymize {
        anonymize::run(&mut outcomes, mapping, pages.as_deref())?;
    }
    // A single review that cannot be read has been told of; there is no grade to print.
    let anything = folder || outcomes.len() > 1 || outcomes.iter().any(|outcome| outcome.result.is_ok());
    match pages {
        Some(pages) => pages::write(&pages, &grading.exercise, &outcomes)?,
        None if anything => output::write(&render(arguments, &grading, &outcomes, folder), &arguments.output)?,
        None => {}
    }
    if let Some(journal) = journal {
        journal.close()?;
    }
    let worst = outcomes.iter().map(|outcome| status(outcome, arguments.pass_mark)).max().unwrap_or(Status::Done);
    Ok(worst.max(decided))
}

/// Grades all that was handed in; a terminal sees how far it is.
fn grade_all(
    grading: &Grading,
    handed: &[Handed],
    format: Option<Format>,
    mut journal: Option<&mut Journal>,
) -> Result<Vec<Outcome>, Failure> {
    let grader = grading.grader();
    // It draws on standard error, and only where that is a terminal.
    let bar = if handed.len() > 1 { ProgressBar::new(handed.len() as u64) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len}  {wide_msg}") {
        bar.set_style(style);
    }
    let outcomes = handed.iter().map(|handed| {
        bar.set_message(assay_report::untrusted::one_line(&handed.name));
        let submission = bar.suspend(|| Submission::read(handed, format, grading.sources()));
        bar.inc(1);
        match &mut journal {
            Some(journal) => journal.grade(grading, &grader, submission),
            None => Ok(grading.grade(&grader, submission)),
        }
    });
    let outcomes = outcomes.collect();
    bar.finish_and_clear();
    outcomes
}

/// The folder for pages, where several reviews are asked for as HTML and the output is no file.
fn pages(arguments: &GradeArguments, several: bool) -> Option<PathBuf> {
    let output = arguments.output.output.as_ref()?;
    let file =
        output.extension().is_some_and(|extension| extension == "html" || extension == "htm") && !output.is_dir();
    (arguments.format == GradeFormat::Html && several && !file).then(|| output.clone())
}

fn render(arguments: &GradeArguments, grading: &Grading, outcomes: &[Outcome], folder: bool) -> String {
    match (arguments.format, outcomes) {
        (GradeFormat::Json, _) if folder => grade::json_array(outcomes),
        (GradeFormat::Json, _) => grade::json(outcomes),
        (GradeFormat::Csv, _) => grade::csv(outcomes),
        (GradeFormat::Html, [one]) if !folder => grade::html(&grading.exercise, one),
        (GradeFormat::Html, many) => cohort::html(&grading.exercise, many, &[]),
        (GradeFormat::Text, _) => {
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            if folder { cohort::text(outcomes, look) } else { grade::text(outcomes, look) }
        }
    }
}

fn status(outcome: &Outcome, pass_mark: Option<f64>) -> Status {
    match &outcome.result {
        Err(_) => Status::Unusable,
        Ok(grade) if pass_mark.is_some_and(|mark| grade.score < mark) => Status::Failed,
        Ok(_) => Status::Done,
    }
}
