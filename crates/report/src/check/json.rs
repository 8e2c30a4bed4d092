//! Proofs of exercises for programs.

use crate::untrusted;
use assay_bank::{Checked, Problem, Severity};
use serde::Serialize;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'p> {
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    schema: u32,
    exercises: Vec<Exercise<'p>>,
    /// What concerns no exercise, such as a folder that cannot be looked into.
    problems: Vec<Row<'p>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Exercise<'p> {
    id: &'p str,
    proven: bool,
    errors: usize,
    warnings: usize,
    problems: Vec<Row<'p>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'p> {
    code: &'p str,
    severity: &'static str,
    file: &'p str,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    message: &'p str,
    help: &'p str,
}

/// One object: `{"schema":1,"exercises":[{"id":"..","proven":true,..,"problems":[..]}],"problems":[..]}`. Lines and columns are
/// 1-based, the end is exclusive; they are null for a problem of a whole file.
pub fn json(checked: &[Checked], problems: &[Problem]) -> String {
    let exercises = checked.iter().map(|exercise| {
        let (errors, warnings) = (exercise.count(Severity::Error), exercise.count(Severity::Warning));
        let problems = exercise.problems.iter().map(row).collect();
        Exercise { id: &exercise.id, proven: errors == 0, errors, warnings, problems }
    });
    let report = Report { schema: 1, exercises: exercises.collect(), problems: problems.iter().map(row).collect() };
    untrusted::json(&report, true) + "\n"
}

fn row(problem: &Problem) -> Row<'_> {
    let severity = match problem.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    Row {
        code: problem.code,
        severity,
        file: &problem.file,
        line: problem.place.map(|(line, _)| line),
        column: problem.place.map(|(_, column)| column),
        end_line: problem.end.map(|(line, _)| line),
        end_column: problem.end.map(|(_, column)| column),
        message: &problem.message,
        help: &problem.help,
    }
}

/// The schema of what [`json`] prints.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    crate::schemas::of::<Report<'_>>()
}

#[cfg(test)]
mod tests {
    use crate::check::sample;

    #[test]
    fn has_the_promised_form() {
        let (checked, problems) = sample::checked();
        let text = super::json(&checked, &problems);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        insta::assert_snapshot!(text);
    }
}
