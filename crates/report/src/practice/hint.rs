//! Hints at what was not found, by degrees: each says more than the one before, and none says what is wrong.

use super::Look;
use crate::untrusted::one_line;
use assay_bank::{Exercise, Issue};
use assay_grader::{DefinitionKind, Source};
use std::fmt::Write as _;

/// How much a hint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Degree {
    /// The file, and which part of it.
    Area,
    /// The function.
    Function,
    /// The lines.
    Line,
    /// The lines and the kind of problem.
    Kind,
}

/// A hint at each issue that is not among the ids in `found`, in the order of their places.
pub fn hints(exercise: &Exercise, found: &[&str], degree: Degree, look: Look) -> String {
    let key = exercise.key();
    let mut left: Vec<&Issue> =
        exercise.manifest.issues.iter().filter(|issue| !found.contains(&issue.id.get_ref().as_str())).collect();
    left.sort_by_key(|issue| {
        let file = issue.file.as_ref().map(|file| file.get_ref().clone());
        (file, issue.lines.as_ref().map(|lines| *lines.get_ref()))
    });
    if left.is_empty() {
        return "Everything was found; there is nothing to hint at.\n".to_owned();
    }
    let mut out = format!("{}\n", look.bold("Hints"));
    for issue in left {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  - {}", hint(issue, &key.sources, degree));
    }
    out
}

fn hint(issue: &Issue, sources: &[Source], degree: Degree) -> String {
    let source = issue.file.as_ref().and_then(|file| sources.iter().find(|source| source.path == *file.get_ref()));
    let place = match (source, &issue.lines) {
        (Some(source), Some(lines)) => {
            let lines = *lines.get_ref();
            let path = one_line(&source.path);
            let around = function(source, lines.start);
            match degree {
                Degree::Area => format!("{path}, {}", part(source, lines.start)),
                Degree::Function => format!("{path}, {around}"),
                _ if lines.start == lines.end => format!("{path}, line {}, {around}", lines.start),
                _ => format!("{path}, lines {}-{}, {around}", lines.start, lines.end),
            }
        }
        _ => "no single place in the code".to_owned(),
    };
    if degree < Degree::Kind {
        return place;
    }
    let kind = assay_catalog::kind(issue.kind.get_ref());
    format!("{place}: {}", kind.map_or("something peculiar to this code", |kind| kind.title.as_str()))
}

fn part(source: &Source, line: usize) -> &'static str {
    let lines = source.text.lines().count().max(1);
    match (line - 1) * 3 / lines {
        0 => "in its first third",
        1 => "in its middle third",
        _ => "in its last third",
    }
}

/// The innermost function around a line.
fn function(source: &Source, line: usize) -> String {
    let around = source
        .definitions
        .iter()
        .filter(|definition| (definition.lines.start..=definition.lines.end).contains(&line))
        .max_by_key(|definition| definition.lines.start);
    match around {
        Some(definition) if definition.kind == DefinitionKind::Class => format!("in the class {}", definition.name),
        Some(definition) => format!("in {}", definition.name),
        None => "outside of any function".to_owned(),
    }
}
