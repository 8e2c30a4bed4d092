//! Comparisons for people.

use super::{Cause, Compared, Comparison};
use crate::Look;
use crate::problem::plural;
use crate::untrusted::{one_line, rounded, visible};
use std::fmt::Write as _;

// Writing to a string cannot fail, so the results of `write!` are dropped in this file.

/// What differs of each review, and a line that sums up.
pub fn text(comparisons: &[Comparison], look: Look) -> String {
    let mut out = String::new();
    for comparison in comparisons {
        let title = format!("{}: {}", visible(&comparison.exercise), visible(&comparison.review));
        let _ = writeln!(out, "{}", look.bold(title));
        match &comparison.result {
            Err(error) => {
                let _ = writeln!(out, "  {}", look.bad(format_args!("not graded again: {}", one_line(error))));
            }
            Ok(compared) => write_one(&mut out, compared, look),
        }
    }
    let same = comparisons.iter().filter(|c| c.result.as_ref().is_ok_and(Compared::is_same)).count();
    let failed = comparisons.iter().filter(|c| c.result.is_err()).count();
    let _ = writeln!(
        out,
        "\n{}: {same} the same, {} changed, {failed} not graded again",
        plural(comparisons.len(), "grade"),
        comparisons.len() - same - failed
    );
    out
}

fn write_one(out: &mut String, compared: &Compared, look: Look) {
    let (before, now) = compared.score;
    let (band, band_now) = &compared.band;
    if compared.is_same() {
        let _ = writeln!(out, "  {}, score {}, band {band_now}", look.good("the same in every verdict"), rounded(now));
    } else {
        let band = if band == band_now {
            format!("band {band_now} as then")
        } else {
            format!("band {band} then, {band_now} now")
        };
        let _ = writeln!(out, "  score {} then, {} now; {band}", rounded(before), rounded(now));
    }
    for difference in &compared.differences {
        let verdict = |verdict: Option<bool>| match verdict {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not in the key",
        };
        let credit = if difference.credit == "called" { "called a problem" } else { difference.credit };
        let line = format!(
            "{}, {credit}: {} then, {} now",
            one_line(&difference.id),
            verdict(difference.before),
            verdict(difference.after)
        );
        let _ = writeln!(out, "  {} {}", look.mark("~"), line);
        if !difference.quote.is_empty() {
            let _ = writeln!(out, "{}", look.wrap(&format!("“{}”", one_line(&difference.quote)), 6));
        }
    }
    if !compared.causes.is_empty() {
        let causes: Vec<String> = compared.causes.iter().map(|cause| words(*cause, compared)).collect();
        let _ = writeln!(out, "{}", look.wrap(&format!("changed since: {}", causes.join("; ")), 2));
    }
}

fn words(cause: Cause, compared: &Compared) -> String {
    match cause {
        Cause::Key => "the key (exercise.toml)".to_owned(),
        Cause::Source => "what the candidate got (brief or source)".to_owned(),
        Cause::Review => "the review".to_owned(),
        Cause::Program if compared.versions.0.as_deref() == Some(&compared.versions.1) => {
            format!("the program (another build of {})", one_line(&compared.versions.1))
        }
        Cause::Program => format!(
            "the program ({} then, {} now)",
            one_line(compared.versions.0.as_deref().unwrap_or("unknown")),
            one_line(&compared.versions.1)
        ),
        Cause::Unknown => "not known, for the old grade has no record of what was graded".to_owned(),
    }
}
