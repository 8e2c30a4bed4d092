//! `assay check`

use crate::args::CheckArguments;
use crate::error::{CliError, Failure};
use crate::output;
use crate::status::Status;
use assay_bank::{Bank, Checked, Severity, check};

pub(crate) fn run(arguments: &CheckArguments) -> Result<Status, Failure> {
    let banks: Vec<Bank> = if arguments.paths.is_empty() {
        vec![Bank::named_or_default(None)]
    } else {
        arguments.paths.iter().map(|path| Bank::open(path)).collect()
    };
    let mut status = Status::Done;
    let mut checked: Vec<Checked> = Vec::new();
    for bank in &banks {
        for problem in &bank.problems {
            output::warn(problem);
            status = Status::Unusable;
        }
        if bank.entries.is_empty() && bank.problems.is_empty() {
            let message = format!("there is no exercise in {}", bank.name);
            let help = "An exercise is a folder with an exercise.toml.";
            output::warn(&CliError::new("no-exercise", message, help));
            status = Status::Unusable;
        }
        checked.extend(bank.entries.iter().map(check));
    }
    if !checked.is_empty() {
        output::print(&assay_report::problem::checked_text(&checked, output::look()))?;
    }
    let problems = || checked.iter().flat_map(|exercise| &exercise.problems);
    let found = if problems().any(|problem| problem.unreadable) {
        Status::Unusable
    } else if problems().any(|problem| problem.severity == Severity::Error) {
        Status::Failed
    } else {
        Status::Done
    };
    Ok(status.max(found))
}
