//! Reviews from files and from standard input.

use crate::error::CliError;
use crate::output;
use crate::submissions::Handed;
use assay_bank::{Document, MAX_FILE_BYTES, Problem};
use assay_grader::{Format, Review, ReviewError, Source};
use assay_report::record::sha256;
use std::io::{self, Read};
use std::path::Path;

/// So much prose is graded: over a hundred pages. The time for a review grows faster than its length, and nobody writes more.
const MOST_PROSE_BYTES: usize = 1 << 18;
/// And so many lines, each of which may be a remark.
const MOST_LINES: usize = 10_000;

/// The name of a review that comes from standard input, and the argument that asks for it.
pub(crate) const STDIN: &str = "-";

/// What somebody handed in: a review with its hash, or why it cannot be read.
pub(crate) struct Submission {
    /// How it is called in reports.
    pub(crate) name: String,
    pub(crate) review: Result<ReadReview, String>,
}

/// A review as it was read.
pub(crate) struct ReadReview {
    pub(crate) review: Review,
    /// Hash of the bytes of its file.
    pub(crate) sha256: String,
}

impl Submission {
    /// Reads a review; `-` is standard input. Why one cannot be read is told at length on standard error.
    pub(crate) fn read(handed: &Handed, format: Option<Format>, sources: &[Source]) -> Self {
        let review = read_review(handed, format, sources).map_err(|Unreadable { reason, diagnostic }| {
            output::warn(&*diagnostic);
            reason
        });
        Self { name: handed.name.clone(), review }
    }

    /// A review that is at hand as text. Nothing is told on standard error.
    pub(crate) fn of_text(name: &str, text: &str, format: Option<Format>, sources: &[Source]) -> Self {
        let review = match Review::read(name, text.as_bytes(), format, sources) {
            Ok(review) => match too_long(&review) {
                Some(reason) => Err(format!("the review cannot be read: {reason}")),
                None => Ok(ReadReview { review, sha256: sha256(text.as_bytes()) }),
            },
            Err(error) => Err(format!("the review cannot be read: {}", reason(&error))),
        };
        Self { name: name.to_owned(), review }
    }
}

/// A review that cannot be graded: a short reason for reports, and the whole story.
struct Unreadable {
    reason: String,
    diagnostic: Box<dyn miette::Diagnostic>,
}

/// The name of a review in reports: the file's.
pub(crate) fn review_name(path: &Path) -> String {
    if path == Path::new(STDIN) {
        return "(standard input)".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn read_review(handed: &Handed, format: Option<Format>, sources: &[Source]) -> Result<ReadReview, Unreadable> {
    let path = handed.path.as_path();
    let bytes = if path == Path::new(STDIN) { read_stdin() } else { read_file(path, handed.inside.as_deref()) };
    let bytes = bytes.map_err(|(reason, help)| {
        let message = format!("the review {} cannot be read: {reason}", path.display());
        Unreadable { reason, diagnostic: Box::new(CliError::new("unreadable-review", message, help)) }
    })?;
    match Review::read(&review_name(path), &bytes, format, sources) {
        Ok(mut review) => {
            if let Some(reason) = too_long(&review) {
                let message = format!("the review {} cannot be read: {reason}", path.display());
                let diagnostic = Box::new(CliError::new("unreadable-review", message, "Cut it down to the review."));
                return Err(Unreadable { reason, diagnostic });
            }
            review.name.clone_from(&handed.name);
            Ok(ReadReview { review, sha256: sha256(&bytes) })
        }
        Err(error) if is_package(&bytes) => {
            let message = format!("the review {} cannot be read: {error}", path.display());
            let diagnostic = Box::new(CliError::new("unreadable-review", message, ""));
            Err(Unreadable { reason: error.message, diagnostic })
        }
        Err(error) => Err(Unreadable { reason: reason(&error), diagnostic: Box::new(problem(path, &bytes, &error)) }),
    }
}

/// Why a review that can be read is not graded all the same.
fn too_long(review: &Review) -> Option<String> {
    let parts = review.parts().iter();
    let bytes: usize = parts.clone().map(|part| part.body.len()).sum();
    if bytes > MOST_PROSE_BYTES {
        return Some(format!("it has {bytes} bytes of prose, more than the {MOST_PROSE_BYTES} that are graded"));
    }
    // No remark is shorter than a line.
    let lines: usize = parts.map(|part| part.body.lines().filter(|line| !line.trim().is_empty()).count()).sum();
    (lines > MOST_LINES).then(|| format!("it has {lines} lines of prose, more than the {MOST_LINES} that are graded"))
}

/// Whether a file is an archive, of which no line can be shown.
fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

type ReadResult = Result<Vec<u8>, (String, &'static str)>;

fn read_stdin() -> ReadResult {
    read_at_most(io::stdin().lock(), "Pipe the review in, or name its file.")
}

fn read_file(path: &Path, inside: Option<&Path>) -> ReadResult {
    if path.is_dir() {
        return Err(("there is no file in the folder".to_owned(), "Put the review into it, or name another."));
    }
    let real = |path: &Path| path.canonicalize().ok();
    if let Some(inside) = inside
        && let (Some(file), Some(folder)) = (real(path), real(inside))
    {
        let help = "Look at it before you use it; a review is a plain file of its own.";
        if !file.starts_with(folder) {
            return Err(("it is a link that leads out of the folder".to_owned(), help));
        }
        if !file.is_file() {
            return Err(("it is no plain file".to_owned(), help));
        }
    }
    let help = "Make the file readable, or name another.";
    match std::fs::File::open(path) {
        Ok(file) => read_at_most(file, help),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(("there is no such file".to_owned(), "Correct the path."))
        }
        Err(error) => Err((error.to_string(), help)),
    }
}

/// A review is a few pages: what is larger is something else, or never ends.
fn read_at_most(source: impl Read, help: &'static str) -> ReadResult {
    let mut bytes = Vec::new();
    match source.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => {
            Err((format!("it has more than {MAX_FILE_BYTES} bytes"), "Cut it down to the review."))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err((error.to_string(), help)),
    }
}

fn reason(error: &ReviewError) -> String {
    format!("line {}, column {}: {}", error.line, error.column, error.message)
}

/// The place of the mistake in the review.
fn problem(path: &Path, bytes: &[u8], error: &ReviewError) -> Problem {
    let text = String::from_utf8_lossy(bytes);
    let name = if path == Path::new(STDIN) { review_name(path) } else { path.display().to_string() };
    let document = Document::new(name, text);
    let line = document.line_range(error.line);
    let column =
        document.text[line.clone()].char_indices().nth(error.column - 1).map_or(line.end, |(at, _)| line.start + at);
    let help = "A review is Markdown, plain text, .docx, JSON of GitHub or GitLab, a diff or an annotated copy of the source; \
                `--review-format` says which, where the content does not.";
    Problem::at("unreadable-review", &document, column..column, error.message.as_str(), "here", help)
}
