//! Proofs of exercises for people.

use crate::Look;
use crate::problem::{self, plural};
use crate::untrusted::visible;
use assay_bank::{Checked, Severity};
use std::fmt::Write as _;

/// Each problem at its place, then a line an exercise and a sum.
pub fn text(checked: &[Checked], look: Look) -> String {
    let mut out = String::new();
    for exercise in checked {
        for problem in &exercise.problems {
            out.push_str(&problem::text(problem, look));
            out.push('\n');
        }
    }
    for exercise in checked {
        let (errors, warnings) = (exercise.count(Severity::Error), exercise.count(Severity::Warning));
        let verdict = match (errors, warnings) {
            (0, 0) => look.good("proven"),
            (0, warnings) => format!("{}, {}", look.good("proven"), plural(warnings, "warning")),
            (errors, 0) => look.bad(plural(errors, "error")),
            (errors, warnings) => format!("{}, {}", look.bad(plural(errors, "error")), plural(warnings, "warning")),
        };
        let _ = writeln!(out, "{}: {verdict}", visible(&exercise.id));
    }
    let errors: usize = checked.iter().map(|exercise| exercise.count(Severity::Error)).sum();
    let warnings: usize = checked.iter().map(|exercise| exercise.count(Severity::Warning)).sum();
    let _ = writeln!(
        out,
        "{} checked: {}, {}",
        plural(checked.len(), "exercise"),
        plural(errors, "error"),
        plural(warnings, "warning")
    );
    out
}
