//! One exercise: its manifest together with the files that it speaks of.

use crate::folder::{Folder, ReadError};
use crate::labels::{self, Labels, read_labels};
use crate::manifest::{self, Manifest};
use crate::problem::{Document, Problem, nearest};
use assay_grader::{Definition, DefinitionKind, Key, KeyDecoy, KeyIssue, Lines, Source};
use std::ops::Range;
use toml::Spanned;

/// An exercise with everything a candidate gets and the key to grade the answer with.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The folder's path below the bank's root: `web/overdue-invoices`.
    pub id: String,
    /// Where its files are.
    pub folder: Folder,
    /// Manifest and answer key.
    pub manifest: Manifest,
    /// The text for the candidate.
    pub brief: Document,
    /// What the candidate reviews: the files of `source`, then those below `tests/`. The path is the one in the folder.
    pub sources: Vec<(String, Document)>,
}

/// What came of opening an exercise.
#[derive(Debug)]
pub struct Opened {
    /// As much of the exercise as could be read; absent where there is no manifest to speak of.
    pub exercise: Option<Exercise>,
    /// All that is wrong with it so far.
    pub problems: Vec<Problem>,
}

/// A sample review of an exercise.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its path below `reviews/`, by which the labels refer to it.
    pub name: String,
    /// The path as a person would open it.
    pub file: String,
    /// The bytes as they are on disk.
    pub bytes: Vec<u8>,
}

/// Where a candidate's files may have tests beside the listed sources.
const TESTS: &str = "tests";
/// Where sample reviews are.
pub(crate) const REVIEWS: &str = "reviews";

impl Exercise {
    /// Reads an exercise for use. An exercise with an error in it is not usable: a grade by a wrong key is worse than none.
    pub fn load(id: &str, folder: Folder) -> Result<Self, Vec<Problem>> {
        let Opened { exercise, mut problems } = Self::open(id, folder);
        problems.retain(|problem| problem.severity == crate::Severity::Error);
        match exercise {
            Some(exercise) if problems.is_empty() => Ok(exercise),
            _ => Err(problems),
        }
    }

    /// Reads as much of an exercise as can be read, and reports all that is wrong with its manifest and files.
    pub fn open(id: &str, folder: Folder) -> Opened {
        let document = match read_document(&folder, manifest::FILE) {
            Ok(document) => document,
            Err(error) => {
                let problem = unreadable(&folder, manifest::FILE, &error);
                return Opened { exercise: None, problems: vec![problem] };
            }
        };
        let (manifest, mut problems) = manifest::read(document);
        let mut sources = Vec::new();
        for path in &manifest.source {
            match read_document(&folder, path.get_ref()) {
                Ok(document) => sources.push((path.get_ref().clone(), document)),
                Err(error) => problems.push(bad_reference(&folder, &manifest.document, path, &error)),
            }
        }
        let brief = if manifest.brief.get_ref().is_empty() {
            Document::new(folder.display("brief.md"), "")
        } else {
            read_document(&folder, manifest.brief.get_ref()).unwrap_or_else(|error| {
                problems.push(bad_reference(&folder, &manifest.document, &manifest.brief, &error));
                Document::new(folder.display(manifest.brief.get_ref()), "")
            })
        };
        let tests = folder.files(TESTS).unwrap_or_else(|error| {
            problems.push(unreadable(&folder, TESTS, &error));
            Vec::new()
        });
        for path in tests.into_iter().filter(|path| is_python(path)) {
            if !sources.iter().any(|(listed, _)| *listed == path) {
                match read_document(&folder, &path) {
                    Ok(document) => sources.push((path, document)),
                    Err(error) => problems.push(unreadable(&folder, &path, &error)),
                }
            }
        }
        let exercise = Self { id: id.to_owned(), folder, manifest, brief, sources };
        exercise.check_places(&mut problems);
        problems.sort_by_key(|problem| problem.place);
        Opened { exercise: Some(exercise), problems }
    }

    /// The document of a source.
    pub fn source(&self, path: &str) -> Option<&Document> {
        self.sources.iter().find(|(name, _)| name == path).map(|(_, document)| document)
    }

    /// What the grader has to know.
    pub fn key(&self) -> Key {
        let place = |file: &Option<Spanned<String>>, lines: &Option<Spanned<Lines>>| {
            (file.as_ref().map(|file| file.get_ref().clone()), lines.as_ref().map(|lines| *lines.get_ref()))
        };
        let issues = self.manifest.issues.iter().map(|issue| {
            let (file, lines) = place(&issue.file, &issue.lines);
            KeyIssue {
                id: issue.id.get_ref().clone(),
                kind: issue.kind.get_ref().clone(),
                file,
                lines,
                summary: issue.summary.clone(),
                why: issue.why.clone(),
                fix: issue.fix.clone(),
                points: issue.points,
                terms_named: issue.terms_named.clone(),
                terms_why: issue.terms_why.clone(),
                terms_fix: issue.terms_fix.clone(),
            }
        });
        let decoys = self.manifest.decoys.iter().map(|decoy| {
            let (file, lines) = place(&decoy.file, &decoy.lines);
            let (id, summary, why) = (decoy.id.get_ref().clone(), decoy.summary.clone(), decoy.why.clone());
            KeyDecoy { id, file, lines, summary, why }
        });
        Key {
            exercise: self.id.clone(),
            brief: self.brief.text.to_string(),
            sources: self.sources.iter().map(|(path, document)| outlined(path, &document.text)).collect(),
            issues: issues.collect(),
            decoys: decoys.collect(),
        }
    }

    /// The sample reviews in the order of their names, and those that cannot be read.
    pub fn samples(&self) -> (Vec<Sample>, Vec<Problem>) {
        let (mut samples, mut problems) = (Vec::new(), Vec::new());
        let paths = self.folder.files(REVIEWS).unwrap_or_else(|error| {
            problems.push(unreadable(&self.folder, REVIEWS, &error));
            Vec::new()
        });
        for path in paths {
            match self.folder.read_bytes(&path) {
                Ok(bytes) => samples.push(Sample {
                    name: path.trim_start_matches(REVIEWS).trim_start_matches('/').to_owned(),
                    file: self.folder.display(&path),
                    bytes,
                }),
                Err(error) => problems.push(unreadable(&self.folder, &path, &error)),
            }
        }
        (samples, problems)
    }

    /// The labels, where the exercise has any.
    pub fn labels(&self) -> (Option<Labels>, Vec<Problem>) {
        match read_document(&self.folder, labels::FILE) {
            Ok(document) => {
                let (labels, problems) = read_labels(document);
                (Some(labels), problems)
            }
            Err(ReadError::Missing) => (None, Vec::new()),
            Err(error) => (None, vec![unreadable(&self.folder, labels::FILE, &error)]),
        }
    }

    /// Files and lines of the key exist, and its anchors stand where it says.
    fn check_places(&self, problems: &mut Vec<Problem>) {
        let manifest = &self.manifest;
        let places = (manifest.issues.iter().map(|issue| (&issue.file, &issue.lines, issue.code.as_ref())))
            .chain(manifest.decoys.iter().map(|decoy| (&decoy.file, &decoy.lines, None)))
            .chain(manifest.accepted.iter().map(|accepted| (&accepted.file, &accepted.lines, None)));
        for (file, lines, code) in places {
            let Some(file) = file else { continue };
            let Some(source) = self.source(file.get_ref()) else {
                if !manifest.source.iter().any(|listed| listed.get_ref() == file.get_ref()) {
                    problems.push(self.not_a_source(file));
                }
                continue;
            };
            let Some(lines) = lines else { continue };
            let last = source.text.lines().count();
            if lines.get_ref().end > last {
                problems.push(Problem::at(
                    "line-past-end",
                    &manifest.document,
                    lines.span(),
                    format!("`{}` has no line {}", file.get_ref(), lines.get_ref().end),
                    format!("the file has {last} lines"),
                    "Correct the lines; they count from 1 and both ends are included.",
                ));
                continue;
            }
            if let Some(code) = code {
                problems.extend(moved_anchor(&manifest.document, source, *lines.get_ref(), code));
            }
        }
    }

    fn not_a_source(&self, file: &Spanned<String>) -> Problem {
        let known: Vec<&str> = self.sources.iter().map(|(path, _)| path.as_str()).collect();
        let help = match (known.as_slice(), nearest(file.get_ref(), known.iter().copied())) {
            (_, Some(near)) => format!("Did you mean `{near}`?"),
            ([], None) => "Add the file to `source`.".to_owned(),
            (_, None) => format!("The candidate gets {}; add the file to `source`, or correct it.", known.join(", ")),
        };
        let message = format!("`{}` is no source of this exercise", file.get_ref());
        Problem::at("unknown-file", &self.manifest.document, file.span(), message, "not in `source`", help)
    }
}

/// The message for an anchor that is not on its line, which says where it is.
fn moved_anchor(manifest: &Document, source: &Document, lines: Lines, code: &Spanned<String>) -> Option<Problem> {
    let wanted = code.get_ref().trim();
    let first = source.text.lines().nth(lines.start - 1).unwrap_or_default();
    if first.contains(wanted) {
        return None;
    }
    let length = lines.end - lines.start;
    let found: Vec<usize> =
        source.text.lines().enumerate().filter(|(_, line)| line.contains(wanted)).map(|(index, _)| index + 1).collect();
    let help = match found.as_slice() {
        [] => format!("It stands nowhere in {}: correct `code`, and look at the lines again.", source.name),
        [line] if length == 0 => format!("It stands on line {line} now: write lines = \"{line}\"."),
        [line] => format!("It stands on line {line} now: write lines = \"{line}-{}\".", line + length),
        many => {
            let lines: Vec<_> = many.iter().map(ToString::to_string).collect();
            format!("It stands on the lines {}: correct `lines`, or make `code` longer.", lines.join(", "))
        }
    };
    let message = format!("`code` does not stand on line {} of {}", lines.start, source.name);
    let label = format!("the line is `{}`", first.trim());
    Some(Problem::at("moved-code", manifest, code.span(), message, label, help))
}

fn outlined(path: &str, text: &str) -> Source {
    // A source that does not parse has no definitions to refer to; `check` reports it.
    let definitions = assay_python::outline(text).unwrap_or_default();
    let definitions = definitions.into_iter().map(|definition| Definition {
        name: definition.name,
        kind: match definition.kind {
            assay_python::DefinitionKind::Function => DefinitionKind::Function,
            assay_python::DefinitionKind::Method => DefinitionKind::Method,
            assay_python::DefinitionKind::Class => DefinitionKind::Class,
        },
        lines: Lines { start: definition.start_line, end: definition.end_line },
        parameters: definition.parameters,
    });
    Source { path: path.to_owned(), text: text.to_owned(), definitions: definitions.collect() }
}

/// Whether the analyzer reads a file of this name.
pub(crate) fn is_python(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "py")
}

pub(crate) fn read_document(folder: &Folder, path: &str) -> Result<Document, ReadError> {
    Ok(Document::new(folder.display(path), folder.read(path)?))
}

/// A problem for a file that the manifest does not name, such as the manifest itself.
pub(crate) fn unreadable(folder: &Folder, path: &str, error: &ReadError) -> Problem {
    let problem = Problem::about(code(error), folder.display(path), error.to_string(), next_step(error));
    if matches!(error, ReadError::Io(_)) { problem.unreadable() } else { problem }
}

/// A problem for a file that the manifest names at `path`.
fn bad_reference(folder: &Folder, manifest: &Document, path: &Spanned<String>, error: &ReadError) -> Problem {
    let mut help = next_step(error).to_owned();
    if matches!(error, ReadError::Missing) {
        let files = folder.files("").unwrap_or_default();
        if let Some(near) = nearest(path.get_ref(), files.iter().map(String::as_str)) {
            help = format!("Did you mean `{near}`?");
        }
    }
    let span: Range<usize> = path.span();
    let message = format!("`{}` cannot be used: {error}", path.get_ref());
    let problem = Problem::at(code(error), manifest, span, message, "named here", help);
    if matches!(error, ReadError::Io(_)) { problem.unreadable() } else { problem }
}

fn code(error: &ReadError) -> &'static str {
    match error {
        ReadError::Missing => "missing-file",
        ReadError::NotAFile => "not-a-file",
        ReadError::Outside => "outside-folder",
        ReadError::TooLarge(_) => "too-large",
        ReadError::NotUtf8(_) => "not-utf-8",
        ReadError::Io(_) => "unreadable-file",
    }
}

fn next_step(error: &ReadError) -> &'static str {
    match error {
        ReadError::Missing => "Add the file, or correct its name.",
        ReadError::NotAFile => "Name a plain file.",
        ReadError::Outside => {
            "Copy the file into the exercise's folder and name it relative to that, with `/` and without `..`."
        }
        ReadError::TooLarge(_) => "An exercise is a module of about fifty lines; cut the file down.",
        ReadError::NotUtf8(_) => "Save the file as UTF-8.",
        ReadError::Io(_) => "Make the file readable.",
    }
}
