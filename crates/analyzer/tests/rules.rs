//! The rules against their fixtures.
//!
//! Each file below `fixtures/rules/<kind>/{valid,invalid}/` is a project of its own; a folder is one of several files.
//! `# expect: <kind>` at the end of a line says that a finding of that kind marks this line, whose confidence is not low;
//! `# expect: <kind> low`, `medium` or `high` says which it is. Findings of low confidence in valid code are allowed only where they are expected.
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use assay_analyzer::{Analysis, Confidence, Options, RULES, analyze_sources};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/rules")
}

type Sources = Vec<(String, String)>;

/// What an expectation begins with.
const EXPECT: &str = "  # expect: ";

/// The sources without the expectations, which the rules must not see.
fn analyze(sources: &Sources, kind: &str) -> Analysis {
    let strip = |text: &String| {
        let lines: Vec<_> = text.lines().map(|line| line.split_once(EXPECT).map_or(line, |(code, _)| code)).collect();
        lines.join("\n")
    };
    let sources: Sources = sources.iter().map(|(path, text)| (path.clone(), strip(text))).collect();
    analyze_sources(&sources, &select(kind))
}

fn read(path: &Path, below: &Path, sources: &mut Sources) {
    if path.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in &entries {
            read(entry, below, sources);
        }
    } else if path.extension().is_some_and(|extension| extension == "py") {
        let name = path.strip_prefix(below).unwrap().to_string_lossy().replace('\\', "/");
        sources.push((name, std::fs::read_to_string(path).unwrap()));
    }
}

/// The projects of a kind: their names, whether they are good code, and their sources.
fn projects(kind: &str) -> Vec<(String, bool, Sources)> {
    let mut found = Vec::new();
    for (folder, valid) in [("invalid", false), ("valid", true)] {
        let below = root().join(kind).join(folder);
        let mut entries: Vec<_> = std::fs::read_dir(&below).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            let mut sources = Sources::new();
            let base = if entry.is_dir() { entry.clone() } else { below.clone() };
            read(&entry, &base, &mut sources);
            found.push((format!("{kind}/{folder}/{}", entry.file_name().unwrap().to_string_lossy()), valid, sources));
        }
    }
    found
}

fn select(kind: &str) -> Options {
    Options { select: vec![kind.to_owned()] }
}

/// Places: file, line, kind.
type Places<T> = BTreeMap<(String, usize, String), T>;

/// What is expected where; no word for a confidence that is not low.
fn expected(sources: &Sources) -> Places<String> {
    let mut places = Places::new();
    for (path, text) in sources {
        for (number, line) in (1..).zip(text.lines()) {
            if let Some((_, expectation)) = line.split_once(EXPECT) {
                let mut words = expectation.split_whitespace();
                let kind = words.next().unwrap().to_owned();
                places.insert((path.clone(), number, kind), words.next().unwrap_or_default().to_owned());
            }
        }
    }
    places
}

fn found(analysis: &Analysis) -> Places<Confidence> {
    let mut places = Places::new();
    for finding in &analysis.findings {
        let place = (finding.path.clone(), finding.span.line, finding.kind.to_owned());
        places.insert(place, finding.confidence);
    }
    places
}

fn fits(expected: &str, found: Confidence) -> bool {
    match expected {
        "" => found != Confidence::Low,
        word => word == format!("{found:?}").to_ascii_lowercase(),
    }
}

#[test]
fn fixtures_say_what_is_found() {
    let mut faults = String::new();
    for rule in RULES {
        for (name, valid, sources) in projects(rule.kind) {
            let analysis = analyze(&sources, rule.kind);
            let (expected, found) = (expected(&sources), found(&analysis));
            if valid && expected.values().any(|confidence| confidence != "low") {
                writeln!(faults, "{name}: good code expects a finding").unwrap();
            }
            if !valid && expected.is_empty() {
                writeln!(faults, "{name}: expects nothing").unwrap();
            }
            for (place, confidence) in &expected {
                match found.get(place) {
                    None => writeln!(faults, "{name}: {}:{}: not found: {}", place.0, place.1, place.2).unwrap(),
                    Some(is) if !fits(confidence, *is) => {
                        writeln!(faults, "{name}: {}:{}: confidence is {is:?}", place.0, place.1).unwrap();
                    }
                    Some(_) => {}
                }
            }
            for finding in &analysis.findings {
                let place = (finding.path.clone(), finding.span.line, finding.kind.to_owned());
                if !expected.contains_key(&place) {
                    writeln!(faults, "{name}: {}:{}: unexpected: {}", place.0, place.1, finding.message).unwrap();
                }
                let text = &sources.iter().find(|(path, _)| *path == finding.path).unwrap().1;
                for span in finding.labels.iter().map(|label| label.span).chain([finding.span]) {
                    assert!(span.start <= span.end && span.end_line <= text.lines().count(), "{name}: {span:?}");
                    assert!(
                        span.line >= 1 && (span.line, span.column) <= (span.end_line, span.end_column),
                        "{name}: {span:?}"
                    );
                }
            }
            for error in &analysis.errors {
                writeln!(faults, "{name}: {}:{}: {}", error.path, error.line, error.message).unwrap();
            }
            assert_eq!(analysis, analyze(&sources, rule.kind), "{name}: a second run differs");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn every_rule_has_fixtures_docs_and_a_kind() {
    let ids: Vec<_> = RULES.iter().map(|rule| rule.kind).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "ids are unique and in order: {ids:?}");
    for kind in ids {
        assert!(assay_catalog::kind(kind).is_some(), "{kind} is in the catalog");
        let source =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules").join(format!("{}.rs", kind.replace('-', "_")));
        let source = std::fs::read_to_string(source).unwrap();
        for heading in ["What it does", "Why it is bad", "Example", "Use instead", "Limits"] {
            assert!(source.contains(&format!("//! # {heading}\n")), "{kind}: {heading}");
        }
    }
}

#[test]
fn messages_read_well() {
    let mut shown = String::new();
    for rule in RULES {
        for (name, _, sources) in projects(rule.kind).into_iter().filter(|(_, valid, _)| !valid) {
            writeln!(shown, "{name}").unwrap();
            for finding in analyze(&sources, rule.kind).findings {
                let span = finding.span;
                let place = format!("{}:{}:{}", finding.path, span.line, span.column);
                writeln!(shown, "  {place} {:?}: {}", finding.confidence, finding.message).unwrap();
                for label in finding.labels {
                    writeln!(shown, "    {}:{} {}", label.span.line, label.span.column, label.text).unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn files_that_cannot_be_analysed_are_errors() {
    let folder = std::env::temp_dir().join(format!("assay-analyzer-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bad.py"), "x = (\n").unwrap();
    std::fs::write(folder.join("latin.py"), b"# gr\xfc\xdfe\n").unwrap();
    std::fs::write(folder.join("good.py"), "def f(x=[]):\n    x.append(1)\n").unwrap();
    let analysis = assay_analyzer::analyze_paths(&[folder.clone(), folder.join("absent")], &select("mutable-default"));
    std::fs::remove_dir_all(&folder).unwrap();
    let errors: Vec<_> = analysis
        .errors
        .iter()
        .map(|error| (error.path.rsplit('/').next().unwrap(), error.line, error.column))
        .collect();
    assert_eq!(errors, [("absent", 1, 1), ("bad.py", 2, 1), ("latin.py", 1, 5)]);
    assert_eq!((analysis.files, analysis.findings.len()), (3, 1));
}
