//! Many grades as a table for the terminal.

use super::Cohort;
use crate::Look;
use crate::grade::{Outcome, band_name, level_mark, level_name};
use crate::page::percent;
use crate::problem::plural;
use crate::untrusted::one_line;
use assay_grader::Level;
use std::fmt::Write as _;

// Writing to a string cannot fail, so the results of `write!` are dropped in this file.

/// A row a review, best first, and how often each issue was found.
pub fn text(outcomes: &[Outcome], look: Look) -> String {
    let cohort = Cohort::new(outcomes);
    let mut out = String::new();
    let title = format!("{} of {} graded", cohort.graded, plural(outcomes.len(), "review"));
    let _ = writeln!(out, "{}", look.bold(title));
    let columns: Vec<_> = (1..=cohort.issues.len()).map(|number| format!("{number:>3}")).collect();
    let columns = columns.concat();
    let _ = writeln!(out, "{}", look.dim(format_args!("  score  band  {columns}  decoys  by hand  review")));
    for outcome in &cohort.sorted {
        let name = one_line(&outcome.review);
        match &outcome.result {
            Ok(grade) => {
                let mut levels = String::new();
                for issue in &grade.issues {
                    let mark = level_mark(issue.level);
                    let painted = match issue.level {
                        Level::Missed => look.dim(mark),
                        Level::Flagged => look.mark(mark),
                        Level::Explained | Level::Resolved => look.good(mark),
                    };
                    let _ = write!(levels, "  {painted}");
                }
                let called = grade.decoys.iter().filter(|decoy| decoy.called).count();
                let decided = if outcome.decisions.is_empty() { "" } else { "  (decided by a person)" };
                let _ = writeln!(
                    out,
                    "  {:>5}  {:<6}{levels}  {called:>6}  {:>7}  {name}{decided}",
                    percent(grade.score).replace(' ', ""),
                    band_name(grade.band),
                    grade.needs_review.len(),
                );
            }
            Err(error) => {
                let _ = writeln!(out, "  {:>5}  {name}: {}", "–", look.bad(one_line(error)));
            }
        }
    }
    if let Some(median) = cohort.median {
        let _ = writeln!(out, "  median {}", percent(median).replace(' ', ""));
    }
    if !cohort.issues.is_empty() {
        let _ = writeln!(out, "\n{}", look.bold("Issues, by the share of reviews"));
        let width = cohort.issues.iter().map(|rate| rate.id.len()).max().unwrap_or(0).max(12);
        let _ = writeln!(out, "{}", look.dim(format_args!("      {:<width$}  named   why   fix", "")));
        for (index, rate) in cohort.issues.iter().enumerate() {
            let [named, why, fix] = rate.shares.map(|share| percent(share).replace(' ', ""));
            let odd = rate.odd.map_or_else(String::new, |odd| format!("  {}", look.mark(odd)));
            let _ =
                writeln!(out, "  {:>2}  {:<width$}  {named:>5} {why:>5} {fix:>5}{odd}", index + 1, one_line(&rate.id));
        }
    }
    for (id, called) in &cohort.decoys {
        let _ = writeln!(out, "  decoy {}: {} call it a problem", one_line(id), percent(*called).replace(' ', ""));
    }
    let levels = [Level::Missed, Level::Flagged, Level::Explained, Level::Resolved];
    let legend = levels.map(|level| format!("{} {}", level_mark(level), level_name(level)));
    let _ = writeln!(out, "\n{}", look.dim(format_args!("  {}", legend.join("   "))));
    out
}

#[cfg(test)]
mod tests {
    use crate::Look;

    #[test]
    fn shows_a_table() {
        let text = super::text(&super::super::sample::outcomes(), Look::default());
        insta::assert_snapshot!(text);
    }
}
