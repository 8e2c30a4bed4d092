//! Proofs of exercises as workflow commands, which GitHub shows at the lines of a pull request.

use crate::github::annotation;
use assay_bank::{Checked, Problem, Severity};

/// One line a problem.
pub fn github(checked: &[Checked], problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in checked.iter().flat_map(|exercise| &exercise.problems).chain(problems) {
        let command = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut message = problem.message.clone();
        if !problem.help.is_empty() {
            message.push('\n');
            message.push_str(&problem.help);
        }
        annotation(&mut out, command, &problem.file, &place(problem), problem.code, &message);
    }
    out
}

/// Columns are only for annotations of one line. GitHub's last column is the last character's, ours the one after it.
fn place(problem: &Problem) -> String {
    match (problem.place, problem.end) {
        (Some((line, column)), Some((end_line, end_column))) if line == end_line => {
            let last = end_column.saturating_sub(1).max(column);
            format!("line={line},endLine={line},col={column},endColumn={last}")
        }
        (Some((line, _)), Some((end_line, _))) => format!("line={line},endLine={end_line}"),
        _ => "line=1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::sample;

    #[test]
    fn one_escaped_line_each() {
        let (checked, problems) = sample::checked();
        let text = super::github(&checked, &problems);
        assert!(text.lines().all(|line| line.starts_with("::error file=") || line.starts_with("::warning file=")));
        insta::assert_snapshot!(text);
    }
}
