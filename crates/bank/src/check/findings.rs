//! The key against what the analyzer finds in the source, and in the repaired source.

use super::repairs;
use crate::exercise::{Exercise, is_python, read_document, unreadable};
use crate::manifest::{Accepted, Decoy, Issue};
use crate::problem::{Document, Problem};
use assay_analyzer::{Confidence, Finding, Options, Span, analyze_sources};
use assay_grader::Lines;
use toml::Spanned;

/// Where the repaired source is.
const FIXED: &str = "fixed";

/// `sound`: nothing is wrong with the manifest and its files. Otherwise a finding outside the key may well belong to an
/// issue that could not be read, and is not reported.
pub(super) fn check(exercise: &Exercise, sound: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    if exercise.sources.is_empty() {
        return problems;
    }
    let sources: Vec<(String, String)> =
        exercise.sources.iter().map(|(path, document)| (path.clone(), document.text.to_string())).collect();
    let analysis = analyze_sources(&sources, &Options::default());
    for error in &analysis.errors {
        if let Some(source) = exercise.source(&error.path) {
            problems.push(syntax(source, error.line, &error.message));
        }
    }
    let parses = |path: &str| !analysis.errors.iter().any(|error| error.path == path);
    for issue in &exercise.manifest.issues {
        if let Some(place) = Place::of(issue.file.as_ref(), issue.lines.as_ref())
            && is_analyzed(issue.kind.get_ref())
            && exercise.source(place.file).is_some_and(|source| place.lines.end <= source.text.lines().count())
            && parses(place.file)
        {
            let same_kind = || analysis.findings.iter().filter(|finding| finding.kind == issue.kind.get_ref());
            if !same_kind().any(|finding| place.touches(finding)) {
                problems.push(unconfirmed(exercise, issue, &same_kind().collect::<Vec<_>>()));
            }
        }
    }
    if sound && analysis.errors.is_empty() {
        for finding in &analysis.findings {
            let decoy =
                exercise.manifest.decoys.iter().find(|decoy| is_on_decoy(finding, decoy, &exercise.manifest.issues));
            let problem = match decoy {
                Some(decoy) => Some(unclean_decoy(exercise, finding, decoy)),
                None if is_in_key(finding, exercise) => None,
                None => outside_key(exercise, finding),
            };
            problems.extend(problem.map(|problem| by_confidence(problem, finding)));
        }
    }
    problems.extend(check_fixed(exercise));
    if sound && analysis.errors.is_empty() {
        problems.extend(repairs::check(exercise, &analysis));
    }
    problems
}

/// A place that the key names.
#[derive(Clone, Copy)]
pub(super) struct Place<'e> {
    file: &'e str,
    lines: Lines,
}

impl<'e> Place<'e> {
    pub(super) fn of(file: Option<&'e Spanned<String>>, lines: Option<&'e Spanned<Lines>>) -> Option<Self> {
        Some(Self { file: file?.get_ref(), lines: *lines?.get_ref() })
    }

    /// Whether the finding, or one of its further places, lies in these lines at least in part.
    pub(super) fn touches(self, finding: &Finding) -> bool {
        self.file == finding.path
            && std::iter::once(&finding.span)
                .chain(finding.labels.iter().map(|label| &label.span))
                .any(|span| self.covers(*span))
    }

    fn covers(self, span: Span) -> bool {
        span.line <= self.lines.end && self.lines.start <= last_line(span)
    }

    fn overlaps(self, other: Self) -> bool {
        self.file == other.file && self.lines.start <= other.lines.end && other.lines.start <= self.lines.end
    }
}

/// The end is exclusive: one that lies at the start of a line leaves that line out.
pub(super) fn last_line(span: Span) -> usize {
    if span.end_column == 1 && span.end_line > span.line { span.end_line - 1 } else { span.end_line }
}

/// Whether the analyzer has a say in issues of this kind.
fn is_analyzed(kind: &str) -> bool {
    kind != assay_catalog::CUSTOM && assay_catalog::kind(kind).is_some()
}

fn is_in_key(finding: &Finding, exercise: &Exercise) -> bool {
    let touches = |kind: &str, place: Option<Place<'_>>| {
        kind == finding.kind && place.is_some_and(|place| place.touches(finding))
    };
    let manifest = &exercise.manifest;
    manifest
        .issues
        .iter()
        .any(|issue| touches(issue.kind.get_ref(), Place::of(issue.file.as_ref(), issue.lines.as_ref())))
        || manifest
            .accepted
            .iter()
            .any(|Accepted { kind, file, lines, .. }| touches(kind.get_ref(), Place::of(file.as_ref(), lines.as_ref())))
}

/// Whether the finding calls the decoy a problem: it marks the decoy's lines, and no issue of the same kind has lines in
/// common with the decoy, in which case the author has put the two side by side.
fn is_on_decoy(finding: &Finding, decoy: &Decoy, issues: &[Issue]) -> bool {
    let Some(place) = Place::of(decoy.file.as_ref(), decoy.lines.as_ref()) else { return false };
    let side_by_side = issues.iter().any(|issue| {
        issue.kind.get_ref() == finding.kind
            && Place::of(issue.file.as_ref(), issue.lines.as_ref()).is_some_and(|other| other.overlaps(place))
    });
    place.touches(finding) && !side_by_side
}

/// What the analyzer itself does not trust is for people to look at.
fn by_confidence(problem: Problem, finding: &Finding) -> Problem {
    if finding.confidence == Confidence::Low { problem.warning() } else { problem }
}

fn syntax(source: &Document, line: usize, message: &str) -> Problem {
    let help = "Every source of an exercise has to be Python that runs.";
    Problem::at(
        "python-syntax",
        source,
        source.line_range(line),
        format!("this is not Python: {message}"),
        "here",
        help,
    )
}

fn unconfirmed(exercise: &Exercise, issue: &Issue, same_kind: &[&Finding]) -> Problem {
    let kind = issue.kind.get_ref();
    let span = issue.lines.as_ref().map_or(issue.header.clone(), Spanned::span);
    let message = format!("the analyzer does not find `{kind}` where the issue `{}` has it", issue.id.get_ref());
    let places: Vec<_> = same_kind
        .iter()
        .map(|finding| format!("{}:{} ({})", finding.path, finding.span.line, finding.message))
        .collect();
    let help = if places.is_empty() {
        format!("It finds no `{kind}` in this exercise. Plant the issue more clearly, or make its kind `custom`.")
    } else {
        format!("It finds `{kind}` at {}. Correct `lines`, or make the issue's kind `custom`.", places.join("; "))
    };
    Problem::at("unconfirmed", &exercise.manifest.document, span, message, "nothing found here", help)
}

fn outside_key(exercise: &Exercise, finding: &Finding) -> Option<Problem> {
    let source = exercise.source(&finding.path)?;
    let help = format!(
        "Put it into the key, mend the source, or accept it: [[accepted]] with kind = \"{}\", file = \"{}\", \
         lines = \"{}\" and a reason.",
        finding.kind, finding.path, finding.span.line
    );
    let message = format!("the analyzer finds `{}` outside the key", finding.kind);
    Some(Problem::at("outside-key", source, finding.span.start..finding.span.end, message, &finding.message, help))
}

fn unclean_decoy(exercise: &Exercise, finding: &Finding, decoy: &Decoy) -> Problem {
    let span = decoy.lines.as_ref().map_or(decoy.header.clone(), Spanned::span);
    let message = format!("the decoy `{}` is not clean: the analyzer finds `{}`", decoy.id.get_ref(), finding.kind);
    let label = format!("{}:{}: {}", finding.path, finding.span.line, finding.message);
    let help = "A decoy looks wrong and is right. Mend the source, move the decoy, or make it an issue.";
    Problem::at("unclean-decoy", &exercise.manifest.document, span, message, label, help)
}

/// Whether the key has an issue in this file that is repaired in the file itself. Missing tests are written elsewhere.
fn needs_repair(exercise: &Exercise, path: &str) -> bool {
    exercise.manifest.issues.iter().any(|issue| {
        issue.kind.get_ref() != "missing-tests" && issue.file.as_ref().is_some_and(|file| file.get_ref() == path)
    })
}

/// The repaired source has none of the issues that the analyzer can find.
fn check_fixed(exercise: &Exercise) -> Vec<Problem> {
    let name = exercise.folder.display(FIXED);
    if !exercise.folder.has_folder(FIXED) {
        let help = "Add the repaired sources under their names, so that the key is proven from both sides.";
        return vec![Problem::about("no-fixed", name, "there is no repaired source", help).warning()];
    }
    let mut problems = Vec::new();
    let mut fixed = Vec::new();
    let files = match exercise.folder.files(FIXED) {
        Ok(files) => files,
        Err(error) => return vec![unreadable(&exercise.folder, FIXED, &error)],
    };
    for path in files.into_iter().filter(|path| is_python(path)) {
        match read_document(&exercise.folder, &path) {
            Ok(document) => fixed.push((path.trim_start_matches("fixed/").to_owned(), document)),
            Err(error) => problems.push(unreadable(&exercise.folder, &path, &error)),
        }
    }
    for source in exercise.manifest.source.iter().filter(|source| exercise.source(source.get_ref()).is_some()) {
        match fixed.iter().find(|(path, _)| path == source.get_ref()) {
            None => {
                let help = "Put the repaired file there, or remove the folder.";
                let message = format!("there is no repaired {}", source.get_ref());
                problems.push(Problem::about("fixed-missing", &name, message, help));
            }
            Some((_, document))
                if needs_repair(exercise, source.get_ref())
                    && exercise.source(source.get_ref()).is_some_and(|planted| planted.text == document.text) =>
            {
                let message = "the repaired source is the same as the planted one";
                problems.push(Problem::about("fixed-unchanged", &document.name, message, "Repair it."));
            }
            Some(_) => {}
        }
    }
    let sources: Vec<_> = fixed.iter().map(|(path, document)| (path.clone(), document.text.to_string())).collect();
    let analysis = analyze_sources(&sources, &Options::default());
    let document = |path: &str| fixed.iter().find(|(name, _)| name == path).map(|(_, document)| document);
    for error in &analysis.errors {
        problems.extend(document(&error.path).map(|source| syntax(source, error.line, &error.message)));
    }
    let manifest = &exercise.manifest;
    for finding in &analysis.findings {
        let planted = manifest.issues.iter().any(|issue| issue.kind.get_ref() == finding.kind);
        // The lines of the original say nothing about those of the repaired source.
        let accepted = manifest.accepted.iter().any(|accepted| {
            accepted.kind.get_ref() == finding.kind
                && accepted.file.as_ref().is_some_and(|file| *file.get_ref() == finding.path)
        });
        if planted
            && !accepted
            && let Some(source) = document(&finding.path)
        {
            let message = format!("the analyzer still finds `{}` in the repaired source", finding.kind);
            let span = finding.span.start..finding.span.end;
            let help = match finding.kind {
                "missing-tests" => "Put the tests that were missing into fixed/ as well, for this function too.",
                _ => "Repair it here too.",
            };
            let problem = Problem::at("not-fixed", source, span, message, &finding.message, help);
            problems.push(by_confidence(problem, finding));
        }
    }
    problems
}
