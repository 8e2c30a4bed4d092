//! `assay calibrate`

mod sheet;

use crate::args::{CalibrateArguments, CalibrateFormat};
use crate::error::{CliError, Failure};
use crate::output;
use crate::status::Status;
use assay_bank::{Bank, Document, Entry, Exercise, Labels, Problem, read_labels};
use assay_grader::agreement::Agreement;
use assay_grader::{Grader, Review};
use assay_report::{Look, calibration};
use std::path::{Path, PathBuf};

pub(crate) fn run(arguments: &CalibrateArguments) -> Result<Status, Failure> {
    let mut agreement = Agreement::default();
    let status = match (&arguments.exercise, &arguments.reviews) {
        (Some(exercise), Some(reviews)) => sheet::measure(arguments, exercise, reviews, &mut agreement)?,
        _ => measure_all(&arguments.paths, &mut agreement)?,
    };
    if agreement.rows == 0 {
        let help =
            "Name a labels.csv, a folder with exercises that have labels.csv and reviews/, or a sheet with --exercise.";
        return Err(CliError::new("no-labels", "there is no label to compare grades with", help).into());
    }
    let text = match arguments.format {
        CalibrateFormat::Json => calibration::json(&agreement),
        CalibrateFormat::Html => calibration::html(&agreement),
        CalibrateFormat::Text => {
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            calibration::text(&agreement, look)
        }
    };
    output::write(&text, &arguments.output)?;
    Ok(status)
}

/// Counts the samples of all exercises against their labels.
fn measure_all(paths: &[PathBuf], agreement: &mut Agreement) -> Result<Status, Failure> {
    let mut status = Status::Done;
    for path in paths {
        let found = find(path)?;
        for problem in &found.problems {
            output::warn(problem);
            status = Status::Unusable;
        }
        for entry in found.entries {
            if let Err(problems) = measure(entry, found.labels.clone(), agreement) {
                for problem in &problems {
                    output::warn(problem);
                }
                status = Status::Unusable;
            }
        }
    }
    Ok(status)
}

/// What a path names.
struct Found {
    entries: Vec<Entry>,
    /// The labels, where the path is that of a CSV.
    labels: Option<Labels>,
    problems: Vec<Problem>,
}

/// The exercises of a path. A CSV belongs to the exercise whose folder it is in.
fn find(path: &Path) -> Result<Found, Failure> {
    if !path.is_file() || path.file_name().is_some_and(|name| name == "exercise.toml") {
        let bank = Bank::open(path);
        return Ok(Found { entries: bank.entries, labels: None, problems: bank.problems });
    }
    let unreadable = |reason: String| {
        let message = format!("{} cannot be read: {reason}", path.display());
        CliError::new("unreadable-labels", message, "Name a CSV file: review,issue,named,why,fix.")
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (labels, problems) = read_labels(Document::new(path.display().to_string(), text));
    let entry = assay_bank::resolve(&folder.display().to_string(), None)?;
    Ok(Found { entries: vec![entry], labels: Some(labels), problems })
}

/// Grades the samples of one exercise and counts them against its labels. What cannot be used is told, the rest is counted.
fn measure(entry: Entry, labels: Option<Labels>, agreement: &mut Agreement) -> Result<(), Vec<Problem>> {
    let exercise = Exercise::load(&entry.id, entry.folder)?;
    let mut problems = Vec::new();
    let labels = if let Some(labels) = labels {
        labels
    } else {
        let (labels, found) = exercise.labels();
        problems.extend(found);
        match labels {
            Some(labels) => labels,
            // An exercise without labels has nothing to say here.
            None if problems.is_empty() => return Ok(()),
            None => return Err(problems),
        }
    };
    let key = exercise.key();
    let grader = Grader::new(&key);
    let (samples, unreadable) = exercise.samples();
    problems.extend(unreadable);
    problems.extend(assay_bank::check_references(&exercise, &samples, &labels));
    let rows: Vec<_> = labels.rows.into_iter().map(|(label, _)| label).collect();
    for sample in samples.iter().filter(|sample| rows.iter().any(|label| label.review == sample.name)) {
        match Review::from_bytes(&sample.name, &sample.bytes) {
            Ok(review) => agreement.add(&grader.grade(&review), &rows),
            Err(error) => {
                let document = Document::new(&sample.file, String::from_utf8_lossy(&sample.bytes));
                let span = document.line_range(error.line);
                let help = "Mend the review; its labels are not counted.";
                problems.push(Problem::at("unreadable-review", &document, span, error.message, "here", help));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
