//! A grade for people: what was found, in the candidate's words, and why it counts.

use super::passage::passage;
use super::{Outcome, band_name, credit_name, level_name, signal_name};
use crate::Look;
use crate::problem::plural;
use crate::untrusted::{one_line, rounded, visible};
use assay_grader::{Evidence, Grade, IssueGrade, Level, Verdict};
use std::fmt::Write as _;

/// The report of each review, and where there are several a table at the end.
pub fn text(outcomes: &[Outcome], look: Look) -> String {
    let mut out = String::new();
    for (index, outcome) in outcomes.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        match &outcome.result {
            Ok(grade) => report(&mut out, grade, outcome, look),
            Err(error) => {
                let title = format!("{}: {}", visible(&outcome.exercise), visible(&outcome.review));
                let _ =
                    writeln!(out, "{}\n{}", look.bold(title), look.bad(format_args!("not graded: {}", visible(error))));
            }
        }
    }
    if outcomes.len() > 1 {
        out.push('\n');
        out.push_str(&crate::cohort::text(outcomes, look));
    }
    out
}

// Writing to a string cannot fail, so the results of `write!` are dropped in this file.

fn report(out: &mut String, grade: &Grade, outcome: &Outcome, look: Look) {
    let review = outcome.text();
    let title = format!("{}: {}", visible(&grade.exercise), visible(&grade.review));
    let _ = writeln!(out, "{}", look.bold(title));
    let score = format!("score {:.2}", rounded(grade.score));
    let points = format!("{} of {} points", rounded(grade.points), rounded(grade.max_points));
    let band = format!("band: {}", band_name(grade.band));
    let _ = writeln!(out, "{} ({points}), {}", look.bold(score), look.bold(band));
    if !grade.band_because.is_empty() {
        let _ = writeln!(out, "{}", look.wrap(&visible(&grade.band_because), 2));
    }
    write_decisions(out, outcome, look);
    for issue in &grade.issues {
        out.push('\n');
        write_issue(out, issue, review, look);
    }
    if !grade.decoys.is_empty() {
        heading(out, "Decoys", look);
        for decoy in &grade.decoys {
            let verdict = if decoy.called { look.bad("called a problem") } else { look.good("left alone") };
            let _ = writeln!(out, "  {}: {verdict}", decoy.id);
            for evidence in &decoy.evidence {
                write_evidence(out, &[evidence], review, look);
            }
        }
    }
    if !grade.signals.is_empty() {
        heading(out, "Signals", look);
        for signal in &grade.signals {
            let mark = if signal.present { look.good("✓") } else { look.dim("–") };
            let _ = writeln!(out, "  {mark} {}", signal_name(signal.id));
            if let Some(evidence) = signal.evidence.first() {
                let quote = format!("line {}: “{}”", evidence.line, one_line(&evidence.quote));
                let _ = writeln!(out, "{}", look.wrap(&quote, 6));
            }
        }
    }
    write_remarks(out, grade, look);
    if !grade.needs_review.is_empty() {
        heading(out, "To look at by hand", look);
        for reason in &grade.needs_review {
            write_item(out, &one_line(reason), look);
        }
    }
}

/// What a person decided otherwise, and why.
fn write_decisions(out: &mut String, outcome: &Outcome, look: Look) {
    if outcome.decisions.is_empty() {
        return;
    }
    heading(out, "Decided by a person", look);
    for decision in &outcome.decisions {
        let mine = outcome.changes.iter().filter(|change| change.id == decision.id);
        let changes: Vec<String> = mine
            .map(|change| {
                let credit = change.credit.map_or("called a problem", credit_name);
                if change.to { format!("{credit}: yes instead of no") } else { format!("{credit}: no instead of yes") }
            })
            .collect();
        let changes = if changes.is_empty() { "as the program has it".to_owned() } else { changes.join(", ") };
        let note = one_line(&decision.note);
        let note = if note.is_empty() { note } else { format!(" (“{note}”)") };
        write_item(out, &format!("{}: {changes}{note}", one_line(&decision.id)), look);
    }
}

fn heading(out: &mut String, title: &str, look: Look) {
    let _ = writeln!(out, "\n{}", look.bold(title));
}

fn write_item(out: &mut String, text: &str, look: Look) {
    let wrapped = look.wrap(text, 4);
    let _ = writeln!(out, "  - {}", wrapped.trim_start());
}

fn write_issue(out: &mut String, issue: &IssueGrade, review: &str, look: Look) {
    let level = level_name(issue.level);
    let (mark, level) = match issue.level {
        Level::Resolved | Level::Explained => (look.good("✓"), look.good(level)),
        Level::Flagged => (look.mark("~"), look.mark(level)),
        Level::Missed => (look.bad("✗"), look.bad(level)),
    };
    let points = format!("{} of {}", rounded(issue.points), plural_points(issue.max_points));
    let _ = writeln!(out, "{mark} {} [{}]: {level}, {points}", look.bold(&issue.id), issue.kind);
    // Words that earned several credits are shown once.
    let mut evidence: Vec<&Evidence> = issue.evidence.iter().collect();
    evidence.sort_by_key(|evidence| (evidence.start, evidence.end));
    for same in evidence.chunk_by(|a, b| (a.start, a.end) == (b.start, b.end)) {
        write_evidence(out, same, review, look);
    }
    if let Some(missing) = &issue.missing {
        let _ = writeln!(out, "{}", look.wrap(&one_line(missing), 4));
    }
}

fn plural_points(points: f64) -> String {
    let points = rounded(points).to_string();
    if points == "1" { "1 point".to_owned() } else { format!("{points} points") }
}

fn write_evidence(out: &mut String, same: &[&Evidence], review: &str, look: Look) {
    for evidence in same {
        let because = one_line(&evidence.because);
        let line = match evidence.credit {
            Some(credit) => format!("{}: {because}", credit_name(credit)),
            None => because,
        };
        let _ = writeln!(out, "{}", look.wrap(&line, 4));
    }
    let Some(first) = same.first() else { return };
    // In JSON the words as they stand in the file are escaped and surrounded by syntax; there the quote is shown alone.
    let plain = review.get(first.start..first.end) == Some(first.quote.as_str()) && !is_json(review);
    out.push_str(&if plain {
        passage(review, first.start, first.end, first.line, look)
    } else {
        passage(&first.quote, 0, first.quote.len(), first.line, look)
    });
}

fn is_json(review: &str) -> bool {
    review.trim_start().starts_with(['[', '{']) && serde_json::from_str::<serde::de::IgnoredAny>(review).is_ok()
}

fn write_remarks(out: &mut String, grade: &Grade, look: Look) {
    let extra: Vec<_> = grade.remarks.iter().filter(|remark| remark.verdict == Verdict::Extra).collect();
    if !extra.is_empty() {
        heading(out, "Remarks that the key does not have", look);
        for remark in extra {
            write_item(out, &format!("line {}: “{}”", remark.line, one_line(&remark.quote)), look);
        }
    }
    let count = |verdict| grade.remarks.iter().filter(|remark| remark.verdict == verdict).count();
    let _ = writeln!(
        out,
        "\n{}: {} matched, {} on decoys, {} praise, {} extra",
        plural(grade.remarks.len(), "remark"),
        count(Verdict::Matched),
        count(Verdict::Decoy),
        count(Verdict::Praise),
        count(Verdict::Extra),
    );
}

#[cfg(test)]
mod tests {
    use crate::Look;
    use crate::grade::sample;

    #[test]
    fn shows_everything_and_nothing_acts_on_the_terminal() {
        let text = super::text(&[sample::outcome(), sample::unreadable()], Look::default());
        insta::assert_snapshot!(text);
        assert!(!text.contains(crate::untrusted::is_control));
    }

    #[test]
    fn colours_change_no_words() {
        let coloured = super::text(&[sample::outcome()], Look { colour: true, width: 100 });
        assert!(coloured.contains("\u{1b}[1m"));
        let mut plain = String::new();
        for (index, part) in coloured.split('\u{1b}').enumerate() {
            plain.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
        }
        assert_eq!(plain, super::text(&[sample::outcome()], Look::default()));
    }
}
