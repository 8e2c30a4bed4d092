//! `assay regrade`

use crate::args::{PlainFormat, RegradeArguments};
use crate::error::{CliError, Failure};
use crate::grading::Grading;
use crate::input::Submission;
use crate::output;
use crate::status::Status;
use crate::submissions::{self, Handed};
use assay_bank::{Document, Problem};
use assay_grader::decide::decide;
use assay_report::Look;
use assay_report::grade::Outcome;
use assay_report::record::sha256;
use assay_report::regrade::{self, Comparison, OldGrade, read_grades};
use std::collections::HashMap;
use std::path::Path;

pub(crate) fn run(arguments: &RegradeArguments) -> Result<Status, Failure> {
    let mut exercises: HashMap<String, Result<Grading, String>> = HashMap::new();
    let mut comparisons = Vec::new();
    for file in &arguments.grades {
        let beside = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let handed = submissions::find(&[arguments.reviews.clone().unwrap_or_else(|| beside.to_owned())]);
        for old in read(file)? {
            let grading = exercises.entry(old.exercise.clone()).or_insert_with(|| {
                Grading::open(&old.exercise, &arguments.bank).map_err(|failure| {
                    output::report(&failure);
                    "its exercise cannot be used; see the message above".to_owned()
                })
            });
            comparisons.push(match grading {
                Ok(grading) => compare(grading, &old, &handed),
                Err(error) => Comparison { exercise: old.exercise, review: old.review, result: Err(error.clone()) },
            });
        }
    }
    let text = match arguments.format {
        PlainFormat::Json => regrade::json(&comparisons),
        PlainFormat::Text => {
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            regrade::text(&comparisons, look)
        }
    };
    output::write(&text, &arguments.output)?;
    let status = comparisons.iter().map(|comparison| match &comparison.result {
        Err(_) => Status::Unusable,
        Ok(compared) if !compared.is_same() => Status::Failed,
        Ok(_) => Status::Done,
    });
    Ok(status.max().unwrap_or(Status::Done))
}

fn read(path: &Path) -> Result<Vec<OldGrade>, Failure> {
    let name = path.display().to_string();
    let help = "Name a file that `assay grade --format json` wrote.";
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::new("unreadable-grades", format!("{name} cannot be read: {error}"), help))?;
    read_grades(&text).map_err(|error| {
        let document = Document::new(name, text.as_str());
        let line = document.line_range(error.line);
        let before = document.text[line.clone()].char_indices().nth(error.column - 1);
        let at = before.map_or(line.end, |(at, _)| line.start + at);
        Problem::at("unreadable-grades", &document, at..at, error.message, "here", help).into()
    })
}

/// Grades the review again, with what people decided then.
fn compare(grading: &Grading, old: &OldGrade, handed: &[Handed]) -> Comparison {
    let Some(found) = find(old, handed) else {
        let error = "there is no such review; name its folder with --reviews".to_owned();
        return Comparison { exercise: old.exercise.clone(), review: old.review.clone(), result: Err(error) };
    };
    let found = Handed { name: old.review.clone(), ..found.clone() };
    let mut outcome: Outcome = grading.grade(&grading.grader(), Submission::read(&found, None, grading.sources()));
    if let Ok(grade) = &mut outcome.result
        && let Err(error) = decide(grade, &old.decisions())
    {
        let message = format!("what a person decided about {} cannot be applied any more: {error}", old.review);
        let help = "The comparison is with the program's verdicts alone; decide again by today's key.";
        output::warn(&CliError::new("unusable-decisions", message, help));
    }
    regrade::compare(old, &outcome)
}

/// The review of that name; else, under whatever name, the one with its hash.
fn find<'h>(old: &OldGrade, handed: &'h [Handed]) -> Option<&'h Handed> {
    let named = handed.iter().find(|handed| handed.name == old.review && handed.path.is_file());
    let by_hash = || {
        let wanted = &old.record.as_ref()?.review;
        let same = |path: &Path| {
            let small = path.metadata().is_ok_and(|file| file.is_file() && file.len() <= assay_bank::MAX_FILE_BYTES);
            small && std::fs::read(path).is_ok_and(|bytes| sha256(&bytes) == *wanted)
        };
        handed.iter().find(|handed| same(&handed.path))
    };
    named.or_else(by_hash)
}
