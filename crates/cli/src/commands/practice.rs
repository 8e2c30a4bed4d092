//! `assay practice`

use crate::args::PracticeArguments;
use crate::attempts::{self, Attempt, History};
use crate::error::{CliError, Failure};
use crate::grading::Grading;
use crate::input::Submission;
use crate::status::Status;
use crate::submissions::Handed;
use crate::{editor, output};
use assay_bank::{Exercise, Handout};
use assay_grader::{Grader, Review};
use assay_report::practice;
use etcetera::BaseStrategy as _;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

pub(crate) fn run(arguments: &PracticeArguments) -> Result<Status, Failure> {
    let data = data_folder();
    let history = read_history(data.as_deref());
    let look = output::look();
    let Some(exercise) = &arguments.exercise else {
        output::print(&practice::progress(&history.scores(), look))?;
        return Ok(Status::Done);
    };
    let grading = Grading::open(exercise, &arguments.bank)?;
    let exercise = &grading.exercise;
    let earlier = history.of(&exercise.id);
    let review = match &arguments.review {
        Some(path) => Some(path.clone()),
        // Whoever asks for help with the last attempt makes no new one.
        None if arguments.hint.is_some() || arguments.reveal => None,
        None => {
            output::print(&practice::task(exercise, look))?;
            let Some(path) = write_review(exercise, arguments, data.as_deref())? else {
                return Ok(Status::Done);
            };
            Some(path)
        }
    };
    let attempt = match review {
        Some(path) => Some(grade(&grading, &path, &earlier, data.as_deref())?),
        None => earlier.last().copied().cloned(),
    };
    if let Some(hint) = arguments.hint {
        let found = attempt.as_ref().map(Attempt::found).unwrap_or_default();
        output::print(&format!("\n{}", practice::hints(exercise, &found, hint.into(), look)))?;
    }
    if arguments.reveal {
        let level = |id: &str| attempt.as_ref().and_then(|attempt| attempt.level(id));
        let answer = strong_answer(exercise, &grading.grader());
        output::print(&format!("\n{}", practice::reveal(exercise, &level, answer.as_deref(), look)))?;
    }
    Ok(Status::Done)
}

/// Grades an attempt, tells what came of it, and remembers it.
fn grade(grading: &Grading, path: &Path, earlier: &[&Attempt], data: Option<&Path>) -> Result<Attempt, Failure> {
    let Ok(read) = Submission::read(&Handed::named(path), None, grading.sources()).review else {
        // Why was told already.
        return Err(Failure(Vec::new()));
    };
    let exercise = &grading.exercise;
    if is_unwritten(exercise, &read.review.text) {
        let message = format!("there is no review in {}", path.display());
        return Err(CliError::new("nothing-written", message, "Write it below the comment, and try again.").into());
    }
    let grade = grading.grader().grade(&read.review);
    let before: Vec<f64> = earlier.iter().map(|attempt| attempt.score).collect();
    let mut text = practice::feedback(&grade, &read.review.text, &before, output::look());
    if grade.issues.iter().any(|issue| !issue.named) {
        text.push_str("Hints, from little to much: --hint area, function, line, kind. The key: --reveal.\n");
    }
    output::print(&text)?;
    let attempt = Attempt::new(&exercise.id, &grade);
    if let Some(folder) = data
        && let Err(error) = attempts::add(folder, &attempt)
    {
        let message =
            format!("this attempt is not remembered: {} cannot be written: {error}", attempts::path(folder).display());
        output::warn(&CliError::new("unwritable", message, "Set XDG_DATA_HOME to a folder that can be written to."));
    }
    Ok(attempt)
}

/// Whether nothing was added to the empty review.
fn is_unwritten(exercise: &Exercise, text: &str) -> bool {
    let handout = Handout::of(exercise);
    let empty = handout.files.iter().find(|(path, _)| *path == handout.review).map_or("", |(_, text)| text.as_str());
    text.trim().is_empty() || text.trim() == empty.trim()
}

/// Lets the user write a review in the editor, beside a copy of the handout. Without a terminal or an editor, says how to
/// hand one in.
fn write_review(
    exercise: &Exercise,
    arguments: &PracticeArguments,
    data: Option<&Path>,
) -> Result<Option<PathBuf>, Failure> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let (Some(editor), true, Some(data)) = (editor::named(), terminal, data) else {
        let named = arguments.exercise.as_deref().unwrap_or(&exercise.id);
        let bank = arguments.bank.bank.as_ref().map(|bank| format!(" --bank {}", bank.display())).unwrap_or_default();
        let text = format!(
            "Write your review to a file, and hand it in with: assay practice {named}{bank} --review FILE\n\
             (`assay handout` writes the sources and an empty review; with $VISUAL or $EDITOR set, a terminal opens it for you.)\n"
        );
        output::print(&assay_report::untrusted::visible(&text))?;
        return Ok(None);
    };
    let review = prepare(exercise, &data.join("practice")).map_err(|error| {
        let message = format!("{} cannot be written: {error}", data.display());
        CliError::new("unwritable", message, "Set XDG_DATA_HOME to a folder that can be written to.")
    })?;
    editor::edit(&editor, &review)?;
    Ok(Some(review))
}

/// Lays out the handout, and keeps a review that was begun. Gives the path of the review.
fn prepare(exercise: &Exercise, folder: &Path) -> std::io::Result<PathBuf> {
    let handout = Handout::of(exercise);
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let folder = folder.join(exercise.id.chars().map(safe).collect::<String>());
    let review = folder.join(&handout.review);
    for (path, text) in &handout.files {
        let path = folder.join(path);
        if path == review && path.exists() {
            continue;
        }
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        output::replace(&path, text.as_bytes())?;
    }
    Ok(review)
}

/// The sample review with the best grade.
fn strong_answer(exercise: &Exercise, grader: &Grader<'_>) -> Option<String> {
    let (samples, _) = exercise.samples();
    let scored = samples.iter().filter_map(|sample| {
        let review = Review::from_bytes(&sample.name, &sample.bytes).ok()?;
        // What was exported as JSON is not for reading.
        let is_prose = Path::new(&sample.name).extension().is_none_or(|extension| extension != "json");
        is_prose.then(|| (grader.grade(&review).score, review.text))
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.0).then_some(best.1)
}

/// The folder for what is remembered of this user; `None` where there is no home.
fn data_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|folders| folders.data_dir().join("assay"))
}

fn read_history(folder: Option<&Path>) -> History {
    let Some(folder) = folder else { return History::default() };
    let path = attempts::path(folder);
    match History::read(folder) {
        Ok(history) => {
            if history.damaged > 0 {
                let lines =
                    if history.damaged == 1 { "1 line".to_owned() } else { format!("{} lines", history.damaged) };
                let message = format!("{lines} of {} cannot be read and are left out", path.display());
                output::warn(&CliError::new("damaged-history", message, "Mend or remove them; all else goes on."));
            }
            history
        }
        Err(error) => {
            let message = format!("earlier attempts cannot be read: {}: {error}", path.display());
            output::warn(&CliError::new("damaged-history", message, "Make the file readable, or remove it."));
            History::default()
        }
    }
}
