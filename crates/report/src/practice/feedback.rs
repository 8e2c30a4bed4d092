//! What came of an attempt: in the writer's own words what was found and how well, and how much is left. Nothing of the key.

use crate::Look;
use crate::grade::level_name;
use crate::grade::passage::passage;
use crate::problem::plural;
use crate::untrusted::rounded;
use assay_grader::{Credit, Grade, IssueGrade, Level, Verdict};
use std::fmt::Write as _;

/// `before`: the scores of earlier attempts, in their order. Writing to a string cannot fail.
pub fn feedback(grade: &Grade, review: &str, before: &[f64], look: Look) -> String {
    let points = format!("{} of {} points", rounded(grade.points), rounded(grade.max_points));
    let score = format!("Score {:.2}", rounded(grade.score));
    let mut out = format!("{} ({points})", look.bold(score));
    if !before.is_empty() {
        let scores: Vec<String> = before.iter().map(|score| format!("{score:.2}")).collect();
        let _ = write!(out, "; before: {}", scores.join(", "));
    }
    let found: Vec<&IssueGrade> = grade.issues.iter().filter(|issue| issue.named).collect();
    let _ = writeln!(out, "\n\n{}", look.bold(format_args!("Found: {} of {}", found.len(), grade.issues.len())));
    for issue in &found {
        write_found(&mut out, issue, review, look);
    }
    match grade.issues.len() - found.len() {
        0 => out.push_str("Nothing is left to find.\n"),
        1 => out.push_str("1 is left to find.\n"),
        left => {
            let _ = writeln!(out, "{left} are left to find.");
        }
    }
    let called = grade.decoys.iter().filter(|decoy| decoy.called).count();
    if called > 0 {
        let (places, are) = if called == 1 { ("1 place", "is") } else { (&*format!("{called} places"), "are") };
        let _ = writeln!(out, "{places} that you call a problem {are} none; that costs 0.25 point each.");
    }
    let extra = grade.remarks.iter().filter(|remark| remark.verdict == Verdict::Extra).count();
    if extra > 0 {
        let remarks = plural(extra, "remark");
        let _ = writeln!(out, "{remarks} of yours the key does not have; that does not make them wrong.");
    }
    out
}

fn write_found(out: &mut String, issue: &IssueGrade, review: &str, look: Look) {
    let (mark, advice) = match (issue.level, issue.fix) {
        (Level::Resolved, _) => (look.good("✓"), "what, why and what to do instead: all there"),
        (Level::Explained, _) => (look.good("✓"), "say as well what to do instead, so that the author could write it"),
        (_, true) => (look.mark("~"), "say why it matters: what happens, when, and to whom"),
        (_, false) => (look.mark("~"), "say why it matters (what happens, when, and to whom) and what to do instead"),
    };
    let _ = writeln!(out, "  {mark} {}: {advice}", level_name(issue.level));
    let named = issue.evidence.iter().find(|evidence| evidence.credit == Some(Credit::Named));
    if let Some(evidence) = named {
        let plain = review.get(evidence.start..evidence.end) == Some(evidence.quote.as_str());
        out.push_str(&if plain {
            passage(review, evidence.start, evidence.end, evidence.line, look)
        } else {
            passage(&evidence.quote, 0, evidence.quote.len(), evidence.line, look)
        });
    }
}
