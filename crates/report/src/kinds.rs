//! What the catalog says of a kind.

use crate::Look;
use crate::grade::signal_name;
use assay_catalog::Kind;
use std::fmt::Write as _;

/// Everything about one kind.
pub fn explain(kind: &Kind, look: Look) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{} [{}]", look.bold(&kind.title), kind.id);
    for (title, text) in [("What it is", &kind.what), ("Why it matters", &kind.why), ("How it is mended", &kind.fix)] {
        let _ = writeln!(out, "\n{}\n{}", look.bold(title), look.wrap(text.trim(), 2));
    }
    for (title, code) in [("With the problem", &kind.bad), ("Without it", &kind.good)] {
        let _ = writeln!(out, "\n{}", look.bold(title));
        for line in code.trim_matches('\n').lines() {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        }
    }
    let _ = writeln!(out, "\nSignal that a review of it feeds: {}.", signal_name(&kind.signal));
    out
}

/// One line a kind.
pub fn list(kinds: &[Kind], look: Look) -> String {
    let width = kinds.iter().map(|kind| kind.id.len()).max().unwrap_or(0);
    let mut out = format!("{}\n", look.bold("Kinds of issues (assay explain KIND)"));
    for kind in kinds {
        let _ = writeln!(out, "  {:<width$}  {}", kind.id, kind.title);
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::Look;

    #[test]
    fn shows_every_part() {
        let kind = assay_catalog::kind("mutable-default").unwrap();
        insta::assert_snapshot!(super::explain(kind, Look::default()));
        insta::assert_snapshot!("list", super::list(assay_catalog::kinds(), Look::default()));
    }
}
