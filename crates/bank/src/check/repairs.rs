//! Repairs that the author gives apart: each removes the finding of its issue, and no other.
//!
//! `fixed/repairs/<issue>.patch` is a unified diff of the planted sources, for one file or several, new ones included (a test).
//! Findings before and after are compared by kind and place, where places move with the lines that the repair adds.

use super::findings::{self, Place};
use crate::exercise::{Exercise, is_python, read_document, unreadable};
use crate::manifest::Issue;
use crate::problem::{Document, Problem, nearest};
use assay_analyzer::{Analysis, Confidence, Finding, Options, analyze_sources};
use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use std::path::Path;

/// Where repairs are given apart.
const REPAIRS: &str = "fixed/repairs";

/// Which function needs tests most may change with a repair, and a repair may add the first branch that needs one: it is the
/// same lack of tests.
const BY_FILE: &str = "missing-tests";

/// `planted`: what the analyzer finds in the sources.
pub(super) fn check(exercise: &Exercise, planted: &Analysis) -> Vec<Problem> {
    let paths = match exercise.folder.files(REPAIRS) {
        Ok(paths) => paths,
        Err(error) => return vec![unreadable(&exercise.folder, REPAIRS, &error)],
    };
    let mut problems = Vec::new();
    for path in paths {
        match read_document(&exercise.folder, &path) {
            Ok(document) => problems.extend(check_one(exercise, planted, &path, &document)),
            Err(error) => problems.push(unreadable(&exercise.folder, &path, &error)),
        }
    }
    problems
}

fn check_one(exercise: &Exercise, planted: &Analysis, path: &str, repair: &Document) -> Vec<Problem> {
    let issue = match named_issue(exercise, path, repair) {
        Ok(issue) => issue,
        Err(problem) => return vec![*problem],
    };
    let repaired = match apply(exercise, repair) {
        Ok(repaired) => repaired,
        Err(problem) => return vec![*problem],
    };
    let sources: Vec<_> = repaired.iter().map(|file| (file.path.clone(), file.after.clone())).collect();
    let analysis = analyze_sources(&sources, &Options::default());
    if let Some(error) = analysis.errors.first() {
        let message = format!("with this repair {} is no Python: line {}: {}", error.path, error.line, error.message);
        return vec![about(repair, "bad-repair", message, "Correct the patch.")];
    }
    let id = issue.id.get_ref();
    let mut problems = Vec::new();
    let mut matched = vec![false; analysis.findings.len()];
    for finding in &planted.findings {
        let is_its_own = finding.kind == issue.kind.get_ref()
            && Place::of(issue.file.as_ref(), issue.lines.as_ref()).is_some_and(|place| place.touches(finding));
        let mut found = false;
        for (index, after) in analysis.findings.iter().enumerate() {
            // Where tests are added, the next function that none reaches is another finding.
            let anywhere = finding.kind == BY_FILE && !is_its_own;
            if is_same(finding, after, anywhere, &repaired) {
                matched[index] = true;
                found = true;
            }
        }
        let place = format!("{}:{}: {}", finding.path, finding.span.line, finding.message);
        if is_its_own && found {
            let message = format!("the repair of `{id}` does not remove its finding `{}`", finding.kind);
            let help = format!("The analyzer still says, of {place}. Complete the repair.");
            problems.push(about(repair, "repair-incomplete", message, &help));
        } else if !is_its_own && !found && finding.confidence != Confidence::Low {
            let message = format!("the repair of `{id}` removes another finding, `{}`", finding.kind);
            let help = format!("Gone is {place}. Repair one issue a patch.");
            problems.push(about(repair, "repair-of-another", message, &help));
        }
    }
    for (after, matched) in analysis.findings.iter().zip(matched) {
        if !matched && after.confidence != Confidence::Low && after.kind != BY_FILE {
            let message = format!("the repair of `{id}` makes the analyzer find `{}`", after.kind);
            let help = format!("It says, of {}:{}: {}. Correct the patch.", after.path, after.span.line, after.message);
            problems.push(about(repair, "repair-adds", message, &help));
        }
    }
    problems
}

fn about(repair: &Document, code: &'static str, message: String, help: &str) -> Problem {
    Problem::about(code, &repair.name, message, help)
}

fn named_issue<'e>(exercise: &'e Exercise, path: &str, repair: &Document) -> Result<&'e Issue, Box<Problem>> {
    let path = Path::new(path);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let is_patch = path.extension().is_some_and(|extension| extension == "patch");
    let issues = &exercise.manifest.issues;
    let issue = issues.iter().find(|issue| *issue.id.get_ref() == stem);
    match issue {
        Some(issue) if is_patch => Ok(issue),
        _ => {
            let near = nearest(&stem, issues.iter().map(|issue| issue.id.get_ref().as_str()));
            let help = near.map_or_else(
                || {
                    format!(
                        "A repair is a unified diff, {REPAIRS}/<issue>.patch, named after the issue that it repairs."
                    )
                },
                |near| format!("Did you mean `{near}.patch`?"),
            );
            Err(Box::new(about(repair, "unknown-issue", "this is the repair of no issue".to_owned(), &help)))
        }
    }
}

/// A file before and after a repair.
struct Repaired {
    path: String,
    before: String,
    after: String,
}

/// The sources with the patch applied.
fn apply(exercise: &Exercise, repair: &Document) -> Result<Vec<Repaired>, Box<Problem>> {
    let bad = |message: String, help: &str| Box::new(about(repair, "bad-repair", message, help));
    let mut files: Vec<Repaired> = exercise
        .sources
        .iter()
        .map(|(path, document)| (path.clone(), document.text.to_string()))
        .map(|(path, text)| Repaired { path, before: text.clone(), after: text })
        .collect();
    let mut changed = 0;
    for file in PatchSet::parse(&repair.text, ParseOptions::unidiff()) {
        let file = file.map_err(|error| {
            bad(format!("this is no unified diff: {error}"), "Make it with `diff -u` or `git diff --no-index`.")
        })?;
        let named = target(file.operation());
        let Some(diff) = file.patch().as_text() else {
            return Err(bad(format!("the change of {named} is not one of text"), "A repair changes Python."));
        };
        let is_new = file.operation().is_create();
        if is_new && is_python(&named) && !files.iter().any(|file| file.path == named) {
            files.push(Repaired { path: named.clone(), before: String::new(), after: String::new() });
        }
        let Some(source) = files.iter_mut().find(|file| file.path == named) else {
            let known: Vec<&str> = exercise.sources.iter().map(|(path, _)| path.as_str()).collect();
            let help = format!("The sources are {}; a new file is Python and comes from /dev/null.", known.join(", "));
            return Err(bad(format!("the repair changes `{named}`, which is no source of this exercise"), &help));
        };
        source.after = diffy::apply(&source.after, diff).map_err(|error| {
            let help = "Make the patch anew: it has to fit the planted sources as they are now.";
            bad(format!("the patch does not fit {named}: {error}"), help)
        })?;
        changed += 1;
    }
    if changed == 0 {
        return Err(bad("there is no change in it".to_owned(), "Make it with `diff -u` or `git diff --no-index`."));
    }
    Ok(files)
}

/// The path that a change is about, without the `a/` and `b/` that tools put before it.
fn target(operation: &FileOperation<'_, str>) -> String {
    let path = match operation {
        FileOperation::Delete(path) | FileOperation::Create(path) => path,
        FileOperation::Modify { modified, .. } => modified,
        FileOperation::Rename { to, .. } | FileOperation::Copy { to, .. } => to,
    };
    ["a/", "b/"].iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path).to_owned()
}

/// Whether a finding in the planted sources and one in the repaired ones are the same; `anywhere` in the file, if that will do.
fn is_same(planted: &Finding, after: &Finding, anywhere: bool, files: &[Repaired]) -> bool {
    if planted.kind != after.kind || planted.path != after.path {
        return false;
    }
    if anywhere {
        return true;
    }
    let Some(file) = files.iter().find(|file| file.path == planted.path) else { return false };
    let (first, last) = moved(file, planted.span.line, findings::last_line(planted.span));
    after.span.line <= last && first <= findings::last_line(after.span)
}

/// Where the lines `first` to `last` are after the repair. Lines that it replaces are where their replacement is.
fn moved(file: &Repaired, first: usize, last: usize) -> (usize, usize) {
    let diff = diffy::DiffOptions::new().set_context_len(0).create_patch(&file.before, &file.after);
    let mut shift = (0_isize, 0_isize);
    let (mut from, mut to) = (None, None);
    for hunk in diff.hunks() {
        let (old, new) = (hunk.old_range().range(), hunk.new_range().range());
        let grown = isize::try_from(new.len()).unwrap_or(0) - isize::try_from(old.len()).unwrap_or(0);
        if old.contains(&first) {
            from = Some(new.start);
        } else if !old.is_empty() && old.end <= first || old.is_empty() && old.start < first {
            shift.0 += grown;
        }
        if old.contains(&last) {
            to = Some(new.end.saturating_sub(1).max(new.start));
        } else if !old.is_empty() && old.end <= last || old.is_empty() && old.start < last {
            shift.1 += grown;
        }
    }
    (from.unwrap_or(first.saturating_add_signed(shift.0)), to.unwrap_or(last.saturating_add_signed(shift.1)))
}

#[cfg(test)]
mod tests {
    use super::{Repaired, moved};

    #[test]
    fn places_move_with_the_lines() {
        let file = |before: &str, after: &str| Repaired {
            path: String::new(),
            before: before.to_owned(),
            after: after.to_owned(),
        };
        let added = file("a\nb\nc\n", "x\ny\na\nb\nc\n");
        assert_eq!(moved(&added, 2, 3), (4, 5));
        let after_it = file("a\nb\nc\n", "a\nb\nx\nc\n");
        assert_eq!((moved(&after_it, 1, 2), moved(&after_it, 3, 3)), ((1, 2), (4, 4)));
        let replaced = file("a\nb\nc\nd\n", "a\nB\nBB\nc\nd\n");
        assert_eq!((moved(&replaced, 2, 2), moved(&replaced, 2, 3), moved(&replaced, 4, 4)), ((2, 3), (2, 4), (5, 5)));
        let removed = file("a\nb\nc\n", "a\nc\n");
        assert_eq!(moved(&removed, 3, 3), (2, 2));
    }
}
