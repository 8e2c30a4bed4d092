//! `assay list`

use crate::args::ListArguments;
use crate::error::Failure;
use crate::output;
use crate::status::Status;
use assay_bank::{Bank, Exercise, Severity};

pub(crate) fn run(arguments: &ListArguments) -> Result<Status, Failure> {
    let bank = Bank::named_or_default(arguments.bank.bank.as_deref());
    let mut status = Status::Done;
    for problem in &bank.problems {
        output::warn(problem);
        status = Status::Unusable;
    }
    let mut rows = Vec::new();
    for entry in bank.entries {
        let opened = Exercise::open(&entry.id, entry.folder);
        for problem in opened.problems.iter().filter(|problem| problem.severity == Severity::Error) {
            output::warn(problem);
            status = Status::Unusable;
        }
        rows.extend(opened.exercise.map(|exercise| (exercise.id, exercise.manifest)));
    }
    let look = output::look();
    let exercises = assay_report::bank::list(&bank.name, &rows, look);
    let kinds = assay_report::kinds::list(assay_catalog::kinds(), look);
    output::print(&format!("{exercises}\n{kinds}"))?;
    Ok(status)
}
