//! Agreement as tables for people.

use crate::Look;
use crate::problem::plural;
use crate::untrusted::one_line;
use assay_grader::agreement::{Agreement, Counts};
use std::fmt::Write as _;

/// So many disagreements are listed; JSON has them all.
const LISTED: usize = 20;

/// Agreement by credit, by kind and by level, and the first disagreements.
pub fn text(agreement: &Agreement, look: Look) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}, {}\n", plural(agreement.reviews, "review"), plural(agreement.rows, "label"));
    header(&mut out, "credit", look);
    row(&mut out, "named", agreement.credits.named);
    row(&mut out, "why", agreement.credits.why);
    row(&mut out, "fix", agreement.credits.fix);
    row(&mut out, "decoys", agreement.decoys);
    let (exact, qwk) = (agreement.level_exact(), agreement.level_qwk());
    let _ = writeln!(out, "\nlevel: {:.1} % the same, quadratic-weighted kappa {qwk:.3}", exact * 100.0);
    let _ = writeln!(
        out,
        "\n{}",
        look.bold(format_args!("{:<16}{}", "label \\ grade", super::LEVELS.map(|l| format!("{l:>11}")).concat()))
    );
    for (level, counts) in super::LEVELS.iter().zip(agreement.confusion) {
        let _ = writeln!(out, "{level:<16}{}", counts.map(|count| format!("{count:>11}")).concat());
    }
    for (kind, credits) in &agreement.by_kind {
        out.push('\n');
        header(&mut out, &one_line(kind), look);
        row(&mut out, "named", credits.named);
        row(&mut out, "why", credits.why);
        row(&mut out, "fix", credits.fix);
    }
    if !agreement.disagreements.is_empty() {
        let _ = writeln!(out, "\n{}", look.bold(plural(agreement.disagreements.len(), "disagreement")));
    }
    for disagreement in agreement.disagreements.iter().take(LISTED) {
        let side = if disagreement.grade { "only the grader gives" } else { "only the label gives" };
        let place = one_line(&format!("{} {} {}", disagreement.exercise, disagreement.review, disagreement.issue));
        let _ = writeln!(out, "  {place}: {side} `{}`", disagreement.credit);
        if !disagreement.quote.is_empty() {
            let _ = writeln!(out, "{}", look.wrap(&format!("“{}”", one_line(&disagreement.quote)), 6));
        }
    }
    if agreement.disagreements.len() > LISTED {
        let rest = agreement.disagreements.len() - LISTED;
        let _ = writeln!(out, "  and {rest} more, all of them in --format json");
    }
    out
}

fn header(out: &mut String, title: &str, look: Look) {
    let line = format!(
        "{title:<24}{:>9}{:>9}{:>9}{:>9}{:>7}{:>6}{:>6}{:>6}",
        "precision", "recall", "F1", "kappa", "tp", "fp", "fn", "tn"
    );
    let _ = writeln!(out, "{}", look.bold(line));
}

fn row(out: &mut String, name: &str, counts: Counts) {
    let _ = writeln!(
        out,
        "  {name:<22}{:>9.3}{:>9.3}{:>9.3}{:>9.3}{:>7}{:>6}{:>6}{:>6}",
        counts.precision(),
        counts.recall(),
        counts.f1(),
        counts.kappa(),
        counts.tp,
        counts.fp,
        counts.fn_,
        counts.tn
    );
}

#[cfg(test)]
mod tests {
    use crate::Look;

    #[test]
    fn shows_tables_and_disagreements() {
        let text = super::text(&crate::calibration::sample::agreement(), Look::default());
        insta::assert_snapshot!(text);
        assert!(!text.contains('\u{1b}'));
    }
}
