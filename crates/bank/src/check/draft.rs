//! What is still to be written, and how long the source is.

use super::leaks::whole_words;
use crate::exercise::{Exercise, Sample};
use crate::problem::{Document, Problem};

/// The word that `assay new` leaves where a person has to write.
pub(crate) const TODO: &str = "TODO";

/// So many characters of what is to be done are repeated in the message.
const LONGEST_QUOTE: usize = 120;

/// An exercise is read in half an hour. The listed sources have at least so many lines together (a helper beside the module
/// may be shorter) ...
const LEAST_LINES: usize = 30;
/// ... and none of them more than these. What is in `tests/` does not count.
const MOST_LINES: usize = 90;

/// What is left to write in the manifest and the brief. The sources may speak of things to do as real code does.
pub(super) fn left_to_write(exercise: &Exercise) -> Vec<Problem> {
    [&exercise.manifest.document, &exercise.brief]
        .into_iter()
        .flat_map(|document| whole_words(&document.text, TODO).map(|span| todo(document, span)).collect::<Vec<_>>())
        .collect()
}

/// The problem of a sample review that begins with the word, and so is not written yet.
pub(super) fn unwritten(sample: &Sample) -> Option<Problem> {
    let text = String::from_utf8_lossy(&sample.bytes);
    let start = text.len() - text.trim_start().len();
    text[start..]
        .starts_with(TODO)
        .then(|| todo(&Document::new(&sample.file, text.as_ref()), start..start + TODO.len()))
}

fn todo(document: &Document, span: std::ops::Range<usize>) -> Problem {
    let line = document.line_range(document.position(span.start).0);
    let what = document.text[span.end..line.end].trim_start_matches(':').trim();
    let what: String = what.chars().take(LONGEST_QUOTE).collect();
    let message =
        if what.is_empty() { "something is still to be written".to_owned() } else { format!("still to do: {what}") };
    Problem::at("todo", document, span, message, "here", "Do it, and remove the word TODO.")
}

/// Reports sources that are too long to be read, or too short to hide anything.
pub(super) fn length(exercise: &Exercise) -> Vec<Problem> {
    let manifest = &exercise.manifest;
    let listed = || manifest.source.iter().filter_map(|path| Some((path, exercise.source(path.get_ref())?)));
    let count = |document: &Document| document.text.lines().count();
    let mut problems = Vec::new();
    for (path, document) in listed().filter(|(_, document)| count(document) > MOST_LINES) {
        let message = format!("{} has {} lines", path.get_ref(), count(document));
        let help = format!("Leave out what does not matter: a candidate reads {LEAST_LINES} to {MOST_LINES} lines.");
        problems.push(Problem::at("source-length", &manifest.document, path.span(), message, "too long", help));
    }
    let total: usize = listed().map(|(_, document)| count(document)).sum();
    if let Some((path, _)) = listed().next()
        && total < LEAST_LINES
    {
        let message = format!("the sources have {total} lines");
        let help =
            format!("Add what such code has in real life: with less than {LEAST_LINES} lines nothing is hidden.");
        problems.push(Problem::at("source-length", &manifest.document, path.span(), message, "too short", help));
    }
    problems
}
