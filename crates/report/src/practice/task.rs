//! What the candidate gets, on the screen.

use crate::Look;
use crate::untrusted::{one_line, visible};
use assay_bank::Exercise;
use std::fmt::Write as _;

/// The brief, and the sources with line numbers.
pub fn task(exercise: &Exercise, look: Look) -> String {
    let manifest = &exercise.manifest;
    let title = format!("{} ({}, {} minutes)", one_line(&manifest.title), one_line(&manifest.level), manifest.minutes);
    let mut out = format!("{}\n\n", look.bold(title));
    for paragraph in visible(exercise.brief.text.trim()).split("\n\n") {
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}\n", look.wrap(&paragraph, 0));
    }
    for (path, document) in &exercise.sources {
        let _ = writeln!(out, "{}", look.bold(one_line(path)));
        let shown = visible(&document.text);
        for (index, line) in shown.lines().enumerate() {
            let number = look.dim(format_args!("{:>4} │", index + 1));
            let _ = writeln!(out, "{}", format!("{number} {}", line.replace('\t', "    ")).trim_end());
        }
        out.push('\n');
    }
    out
}
