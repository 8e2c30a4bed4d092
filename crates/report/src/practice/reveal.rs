//! The key, for someone who has tried.

use crate::Look;
use crate::grade::level_name;
use crate::untrusted::{one_line, visible};
use assay_bank::Exercise;
use assay_grader::{Level, Lines};
use std::fmt::Write as _;

/// The issues with what was got of each in the last attempt (`level` of an id), the decoys, and a strong answer.
pub fn reveal(
    exercise: &Exercise,
    level: &dyn Fn(&str) -> Option<Level>,
    strong_answer: Option<&str>,
    look: Look,
) -> String {
    // Writing to a string cannot fail.
    let mut out = format!("{}\n", look.bold("The key"));
    for issue in &exercise.manifest.issues {
        let id = issue.id.get_ref();
        let got = match level(id) {
            Some(Level::Missed) => format!(" ({})", look.bad("missed")),
            Some(level) => format!(" ({})", look.good(level_name(level))),
            None => String::new(),
        };
        let place = place(
            issue.file.as_ref().map(|file| file.get_ref().as_str()),
            issue.lines.as_ref().map(|lines| *lines.get_ref()),
        );
        let _ = writeln!(out, "\n{} [{}]{place}{got}", look.bold(one_line(id)), one_line(issue.kind.get_ref()));
        for (name, text) in [("What", &issue.summary), ("Why", &issue.why), ("Instead", &issue.fix)] {
            let _ = writeln!(out, "{}", look.wrap(&format!("{name}: {}", one_line(text)), 2));
        }
    }
    if !exercise.manifest.decoys.is_empty() {
        let _ = writeln!(out, "\n{}", look.bold("What looks wrong and is right"));
        for decoy in &exercise.manifest.decoys {
            let place = place(
                decoy.file.as_ref().map(|file| file.get_ref().as_str()),
                decoy.lines.as_ref().map(|lines| *lines.get_ref()),
            );
            let _ = writeln!(out, "\n{}{place}", look.bold(one_line(decoy.id.get_ref())));
            for (name, text) in [("The claim", &decoy.summary), ("In truth", &decoy.why)] {
                let _ = writeln!(out, "{}", look.wrap(&format!("{name}: {}", one_line(text)), 2));
            }
        }
    }
    if let Some(answer) = strong_answer {
        let _ = writeln!(out, "\n{}\n", look.bold("What a strong answer says"));
        for line in visible(answer.trim()).lines() {
            let _ = writeln!(out, "{}", format!("  {line}").trim_end());
        }
    }
    out
}

fn place(file: Option<&str>, lines: Option<Lines>) -> String {
    match (file, lines) {
        (Some(file), Some(lines)) if lines.start == lines.end => format!(" {}:{}", one_line(file), lines.start),
        (Some(file), Some(lines)) => format!(" {}:{}-{}", one_line(file), lines.start, lines.end),
        (Some(file), None) => format!(" {}", one_line(file)),
        _ => String::new(),
    }
}
