//! `assay check`

use crate::args::{CheckArguments, CheckFormat};
use crate::error::Failure;
use crate::output;
use crate::status::Status;
use assay_bank::{Bank, Checked, Entry, Problem, Severity};
use assay_report::{Look, check};
use rayon::prelude::*;

pub(crate) fn run(arguments: &CheckArguments) -> Result<Status, Failure> {
    let banks: Vec<Bank> = if arguments.paths.is_empty() {
        vec![Bank::named_or_default(None)]
    } else {
        arguments.paths.iter().map(|path| Bank::open(path)).collect()
    };
    let mut problems: Vec<Problem> = Vec::new();
    for bank in &banks {
        problems.extend(bank.problems.iter().cloned());
        if bank.entries.is_empty() && bank.problems.is_empty() {
            let help = "An exercise is a folder with an exercise.toml; `assay new` makes one.";
            let message = "there is no exercise in it";
            problems.push(Problem::about("no-exercise", &bank.name, message, help).unreadable());
        }
    }
    let entries: Vec<&Entry> = banks.iter().flat_map(|bank| &bank.entries).collect();
    let checked: Vec<Checked> = entries.into_par_iter().map(assay_bank::check).collect();
    let text = match arguments.format {
        CheckFormat::Json => check::json(&checked, &problems),
        CheckFormat::Github => check::github(&checked, &problems),
        CheckFormat::Junit => check::junit(&checked, &problems),
        CheckFormat::Text => {
            for problem in &problems {
                output::warn(problem);
            }
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            if checked.is_empty() { String::new() } else { check::text(&checked, look) }
        }
    };
    output::write(&text, &arguments.output)?;
    let all = || problems.iter().chain(checked.iter().flat_map(|exercise| &exercise.problems));
    Ok(if all().any(|problem| problem.unreadable) {
        Status::Unusable
    } else if all().any(|problem| problem.severity == Severity::Error) {
        Status::Failed
    } else {
        Status::Done
    })
}
