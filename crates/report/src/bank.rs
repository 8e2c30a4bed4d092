//! The exercises of a bank as a table.

use crate::Look;
use crate::problem::plural;
use crate::untrusted::one_line;
use assay_bank::Manifest;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// One line an exercise: id, level, minutes, number of issues, title. `rows` are ids with their manifests.
pub fn list(name: &str, rows: &[(String, Manifest)], look: Look) -> String {
    let mut out = format!("{}\n", look.bold(format_args!("Exercises in {}", one_line(name))));
    let rows: Vec<_> = rows.iter().map(|(id, manifest)| (one_line(id), manifest)).collect();
    let width = rows.iter().map(|(id, _)| id.width()).max().unwrap_or(0);
    for (id, manifest) in rows {
        let pad = " ".repeat(width - id.width());
        let issues = plural(manifest.issues.len(), "issue");
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "  {id}{pad}  {:<6}  {:>3} min  {issues:>9}  {}",
            one_line(&manifest.level),
            manifest.minutes,
            one_line(&manifest.title)
        );
    }
    out
}
