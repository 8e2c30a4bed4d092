//! The analyzer confirms the keys of the labelled corpus: each issue of its kinds in its place, nothing else, decoys clean.
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use assay_analyzer::{Finding, Options, analyze_sources};
use std::fmt::Write as _;
use std::path::Path;

#[derive(serde::Deserialize)]
struct Manifest {
    source: Vec<String>,
    issue: Vec<Place>,
    #[serde(default)]
    decoy: Vec<Place>,
    #[serde(default)]
    accepted: Vec<Place>,
}

#[derive(serde::Deserialize)]
struct Place {
    #[serde(default)]
    id: String,
    #[serde(default)]
    kind: String,
    file: Option<String>,
    lines: Option<String>,
}

impl Place {
    fn holds(&self, path: &str, first: usize, last: usize) -> bool {
        let (Some(file), Some(lines)) = (&self.file, &self.lines) else { return false };
        let (start, end) = lines.split_once('-').unwrap_or((lines, lines));
        let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
        file == path && first <= end && start <= last
    }
}

fn touches(finding: &Finding, place: &Place) -> bool {
    let spans = std::iter::once(finding.span).chain(finding.labels.iter().map(|label| label.span));
    spans.into_iter().any(|span| place.holds(&finding.path, span.line, span.end_line))
}

/// What is wrong with an exercise's key, in lines.
fn faults(folder: &Path) -> String {
    let mut faults = String::new();
    let manifest: Manifest = toml::from_str(&std::fs::read_to_string(folder.join("exercise.toml")).unwrap()).unwrap();
    let sources: Vec<_> = manifest
        .source
        .iter()
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "py"))
        .map(|name| (name.clone(), std::fs::read_to_string(folder.join(name)).unwrap()))
        .collect();
    let analysis = analyze_sources(&sources, &Options::default());
    let name = folder.file_name().unwrap().to_string_lossy();
    for issue in manifest.issue.iter().filter(|issue| issue.kind != "custom") {
        if !analysis.findings.iter().any(|finding| finding.kind == issue.kind && touches(finding, issue)) {
            writeln!(faults, "{name}: {} ({}) is not found", issue.id, issue.kind).unwrap();
        }
    }
    for finding in &analysis.findings {
        let place = format!("{}:{}: {}", finding.path, finding.span.line, finding.message);
        let known = manifest
            .issue
            .iter()
            .chain(&manifest.accepted)
            .any(|issue| issue.kind == finding.kind && touches(finding, issue));
        if !known {
            writeln!(faults, "{name}: outside the key: {} {place}", finding.kind).unwrap();
        }
        for decoy in &manifest.decoy {
            if decoy.holds(&finding.path, finding.span.line, finding.span.end_line) {
                writeln!(faults, "{name}: on decoy {}: {} {place}", decoy.id, finding.kind).unwrap();
            }
        }
    }
    for error in &analysis.errors {
        writeln!(faults, "{name}: {error:?}").unwrap();
    }
    faults
}

#[test]
fn keys_are_confirmed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/corpus");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let folders: Vec<_> = folders.into_iter().filter(|folder| folder.join("exercise.toml").is_file()).collect();
    assert_eq!(folders.len(), 6);
    let faults: String = folders.iter().map(|folder| faults(folder)).collect();
    assert_eq!(faults, "");
}
